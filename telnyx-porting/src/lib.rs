//! Rust SDK for [Telnyx](https://telnyx.com) number porting and numbers configuration: all 94 operations of three
//! products, typed to the last field.
//!
//! * **Porting in** (feature `porting-in`): move phone numbers to Telnyx.
//! * **Porting out** (feature `porting-out`): answer other carriers that want to take numbers away.
//! * **Numbers configuration** (feature `numbers-config`): set up the numbers that are with Telnyx.
//!
//! # A first request
//!
//! ```no_run
//! use telnyx_porting::{Client, Result};
//!
//! # #[cfg(all(feature = "client", feature = "porting-in"))]
//! # async fn example() -> Result<()> {
//! let client = Client::from_env()?; // TELNYX_API_KEY
//!
//! // Can these numbers come to Telnyx?
//! let checks = client.portability_checks().run().phone_numbers(["+18005550101"]).send().await?;
//! for check in &checks {
//!     println!("{:?}: portable {:?}", check.phone_number, check.portable);
//! }
//!
//! // Every porting order, page after page.
//! let mut orders = client.porting_orders().list().page_size(100).items();
//! while let Some(order) = orders.try_next().await? {
//!     println!("{:?} is {:?}", order.id, order.status);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # How it is put together
//!
//! * Start at [`Client`] and follow its methods: `client.porting_orders().comments().list(order_id)`. Names are those of
//!   Telnyx's other SDKs. Identifiers in the path are arguments; everything else is a named setter.
//! * `send()` compiles once everything required is set. If it does not, the compiler names what is missing.
//! * `send()` gives the value; `send_raw()` gives status, headers and bytes. Lists give one [`Page`] by `send()`, and all
//!   of their items or pages as streams by `items()` and `pages()`.
//! * Every request takes `.timeout()`, `.deadline()`, `.max_retries()`, `.header()` and `.query_param()`; requests with a
//!   body also take `.body(whole)` and `.body_field(name, json)`, for what this version does not know yet.
//! * In an update, a member has three states: not mentioned (left as it is), `.member_null()` (cleared), and
//!   `.member(value)`; see [`Nullable`].
//!
//! # What can go wrong
//!
//! Every call gives an [`Error`] with predicates such as [`is_rate_limited`](Error::is_rate_limited) and
//! [`may_have_been_carried_out`](Error::may_have_been_carried_out). The second one matters most here: after an error for
//! which it is true, look whether the order exists before you create it again. For the same reason a request that may
//! have been carried out, and that would do something twice, is never sent again by itself.
//!
//! # Nothing is lost
//!
//! Enums and unions keep values that this version does not know in their variant `Unknown`; [`Timestamp`] keeps the exact
//! text; an error keeps the bytes of the response. `Debug` output shows neither the API key nor personal data.
//!
//! # Features
//!
//! | feature | default | what it does |
//! |---|---|---|
//! | `porting-in`, `porting-out`, `numbers-config` | yes | the products |
//! | `client` | yes | sends requests; without it only [`types`] are built |
//! | `rustls-tls` | yes | TLS by rustls with ring |
//! | `rustls-graviola` | | TLS by rustls without a C compiler |
//! | `native-tls` | | TLS of the system |
//! | `gzip` | yes | compressed responses |
//! | `blocking` | | `.send_blocking()` and blocking iterators on the same requests |
//! | `webhooks` | | checks and decodes what Telnyx posts to webhooks |
//! | `time`, `chrono`, `jiff` | | conversions of [`Timestamp`] |
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs)]

#[rustfmt::skip]
#[allow(clippy::doc_markdown, clippy::type_complexity, reason = "prose and number of arguments are the document's")]
mod generated;
#[allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "what of the runtime is needed depends on the document and the features"
)]
mod runtime;

#[doc(hidden)]
pub use crate::generated::fields;
#[cfg(feature = "client")]
pub use crate::generated::resources;
pub use crate::generated::types;
#[doc(inline)]
pub use crate::runtime::*;

/// The result of a call.
#[cfg(feature = "client")]
pub type Result<T, E = Error> = std::result::Result<T, E>;
