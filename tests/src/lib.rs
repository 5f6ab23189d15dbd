//! Tests that span the crates, and what they need: recorded calls, servers on loopback, a fault server, a soak, documents in
//! small.

pub mod fault;
#[rustfmt::skip]
pub mod generated;
pub mod server;
pub mod soak;
pub mod wire;
