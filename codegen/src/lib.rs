//! Reads OpenAPI 3.0 and 3.1 documents and writes Rust SDK crates.
//!
//! ```text
//! text --source--> Document --normalize--> openapiv3::OpenAPI --lower--> model::Api --emit--> Vec<File> --sink--> disk
//! ```
//!
//! Each pass is a module; [`generate`] strings them together. Nothing here prints, ends the process, asks the clock or
//! opens a connection. What is wrong with a document becomes a [`Diagnostic`](diagnostic::Diagnostic) with its place,
//! and the passes go on, so that one run shows everything.

pub mod config;
pub mod diagnostic;
pub mod diff;
pub mod drift;
pub mod emit;
pub mod generate;
mod graph;
pub mod lower;
pub mod model;
pub mod normalize;
pub mod pointer;
mod runtime;
pub mod sink;
pub mod source;
mod words;
