//! A server that misbehaves on purpose, precisely, and keeps a ledger of what it received and carried out.
//!
//! It speaks HTTP/1.1 by hand, because no well-behaved library lets a body end early or a length lie. What it does with
//! each request is data, an [`Act`]; who decides is a [`Director`], of which [`Script`] plays a list of acts. The same
//! server speaks over sockets on loopback ([`Server`]) and over pipes in memory ([`Memory`]), where no operating system
//! is involved and tokio's paused clock can be trusted.

mod act;
mod http;
mod ledger;
mod memory;
mod server;

pub use act::{Act, Answer, Framing, Pace};
pub use http::Received;
pub use ledger::{Connect, Director, Ledger, Script};
pub use memory::Memory;
pub use server::{Door, Server};
