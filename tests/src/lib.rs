//! Tests that span the crates, and what they need: recorded calls, a server on loopback, documents in small.

#[rustfmt::skip]
pub mod generated;
pub mod server;
pub mod wire;
