//! Tests that span the crates, and what they need: recorded calls, servers on loopback, a fault server, a soak, documents in
//! small, random values.

pub mod fault;
#[rustfmt::skip]
pub mod generated;
pub mod server;
pub mod soak;
pub mod values;
pub mod wire;
