//! What documents become: their model, their Rust source, the messages about them. The documents are in
//! `tests/documents`, what they become is in `tests/tests/snapshots`.
//!
//! `cargo test -p tests --test documents -- --ignored` builds crates of them, too, and runs those.
//!
//! `INSTA_UPDATE=always cargo test -p tests --test documents` accepts what has changed; look at the difference.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that can't go on has failed"
)]

mod arbitrary;
mod bundle;
mod circles;
mod compiles;
mod diagnostics;
mod dialogue;
mod emit;
mod examples;
mod faults_of_others;
mod huge;
mod inference;
mod messages;
mod model;
mod mutations;
mod printer;
mod programs;
mod round_trip;
mod stale;
mod table;
