//! Written by `cargo xtask generate`.

pub mod driver;
pub mod examples;
