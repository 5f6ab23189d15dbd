//! Rust SDK for [Telnyx](https://telnyx.com) number porting and numbers configuration: all 94 operations of three
//! products, typed to the last field.
//!
//! * **Porting in** (feature `porting-in`): move phone numbers to Telnyx.
//! * **Porting out** (feature `porting-out`): answer other carriers that want to take numbers away.
//! * **Numbers configuration** (feature `numbers-config`): set up the numbers that are with Telnyx.
//!
//! # A first request
//!
//! ```toml
//! [dependencies]
//! telnyx-porting = "0.1"
//! tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
//! ```
//!
//! ```no_run
//! use telnyx_porting::{Client, Result};
//!
//! # #[cfg(all(feature = "client", feature = "porting-in"))]
//! # async fn example() -> Result<()> {
//! let client = Client::from_env()?; // TELNYX_API_KEY
//!
//! // Can these numbers come to Telnyx?
//! let numbers = ["+18005550101", "+13035550100"];
//! let checks = client.portability_checks().run().phone_numbers(numbers).send().await?;
//! for check in checks.iter().filter(|check| check.portable == Some(true)) {
//!     println!("{} can be ported", check.phone_number.as_deref().unwrap_or_default());
//! }
//!
//! // Every porting order, page after page.
//! let mut orders = client.porting_orders().list().page_size(100).items();
//! while let Some(order) = orders.try_next().await? {
//!     println!("{} is {:?}", order.id.as_deref().unwrap_or_default(), order.status);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The examples show more and run at once, without an account: `cargo run --example quickstart` is a tour, `port_numbers`
//! goes from the portability check to the moved number, `bulk_configure` changes thousands of numbers, `blocking_cli`
//! does without async, `resilient` meets a bad day. If you know Telnyx's SDK for Python, Node or Ruby, [`coming_from`] has
//! every call side by side.
//!
//! # How it is put together
//!
//! * Start at [`Client`] and follow its methods: `client.porting_orders().comments().list(order_id)`. Names are those of
//!   Telnyx's other SDKs. Identifiers in the path are arguments; everything else is a named setter.
//! * `send()` compiles once everything required is set. If it does not, the compiler names what is missing.
//! * `send()` gives the value that the API puts into `data`. Where there is more beside it, as with a porting order, it
//!   gives both: `response.data` and `response.meta`. `send_raw()` gives status, headers and bytes.
//! * Lists give one [`Page`] by `send()`, and all of their items or pages as streams by `items()` and `pages()`.
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
//! ```no_run
//! # #[cfg(all(feature = "client", feature = "porting-in"))]
//! # async fn example(client: telnyx_porting::Client) -> telnyx_porting::Result<()> {
//! match client.porting_orders().create().phone_numbers(["+13035550100"]).customer_reference("A-17").send().await {
//!     Ok(orders) => println!("{} drafts", orders.len()),
//!     // An argument is wrong: each entry points to the member of the body that is at fault.
//!     Err(error) if error.is_validation() => {
//!         for fault in error.api_errors() {
//!             println!("{:?}: {:?}", fault.pointer, fault.detail);
//!         }
//!     }
//!     Err(error) if error.may_have_been_carried_out() => println!("look for orders of A-17 first: {error}"),
//!     // All else was surely not carried out. What is safe to repeat has been repeated already.
//!     Err(error) => return Err(error),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Timeouts, retries and deadlines are set for all requests by [`ClientBuilder`], and for one by its own methods.
//!
//! # Environment
//!
//! | variable | read by | what it holds |
//! |---|---|---|
//! | `TELNYX_API_KEY` | [`Client::from_env`] | the API key |
//! | `TELNYX_BASE_URL` | [`Client::from_env`] | the URL below which requests go, instead of `https://api.telnyx.com/v2` |
//! | `TELNYX_PUBLIC_KEY` | `webhooks::Verifier::from_env` | the public key of webhooks, base64 |
//! | `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY` | every client without a proxy or transport of its own | which proxy is used, but for a base URL of this very machine |
//!
//! Nothing else is read, and [`Client::new`] and [`Client::builder`] read no key and no URL from there.
//!
//! # Nothing is lost
//!
//! Enums and unions keep values that this version does not know in their variant `Unknown`; [`Timestamp`] keeps the exact
//! text; an error keeps the bytes of the response. One odd member does not cost the whole response: a number where a text
//! is promised is taken as its text, and the other way round. `Debug` output shows neither the API key nor personal data.
//!
//! # Files
//!
//! Requests for a file, such as that for a letter of authorization, have besides `send()`, which holds it in memory,
//! `send_stream()`, which gives its pieces as they come in ([`Download`]), and `save_to(path)`, which leaves a whole
//! file or none.
//!
//! The other way, documents are uploaded with Telnyx's documents API, which is not a part of this crate; porting orders
//! take the ids that it gives.
//!
//! # Without `async`
//!
//! With the feature `blocking` the very same requests have `send_blocking()`, lists `items_blocking()` and
//! `pages_blocking()`, and files `send_stream_blocking()`, which is a [`Read`](std::io::Read), and `save_to_blocking(path)`.
//! They need no tokio runtime, and work inside of one, too, where they hold up the thread that calls them: put them into
//! `spawn_blocking` there. Calls that are awaited must be awaited inside of a tokio runtime with time and IO enabled.
//!
//! # Tests of your own
//!
//! With the feature `testing`, `testing::MockTransport` answers without a socket, and finds what was not expected:
//!
//! ```
//! # #[cfg(not(all(feature = "testing", feature = "porting-in")))] fn main() {}
//! # #[cfg(all(feature = "testing", feature = "porting-in"))]
//! # fn main() -> telnyx_porting::Result<()> {
//! use serde_json::json;
//! use telnyx_porting::testing::MockTransport;
//! use telnyx_porting::{Client, Error, Method};
//!
//! /// What is to be tested.
//! async fn order_once(client: &Client, number: &str) -> Result<Option<String>, Error> {
//!     let orders = client.porting_orders().create().phone_numbers([number]).send().await?;
//!     Ok(orders.into_iter().find_map(|order| order.id))
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let mock = MockTransport::new();
//! let created = json!({"data": [{"id": "o-1"}]});
//! // A server that is busy at first.
//! mock.on(Method::Post, "/porting_orders").reply(429, json!({})).reply(201, created);
//!
//! assert_eq!(order_once(&mock.client(), "+13035550000").await?.as_deref(), Some("o-1"));
//!
//! let sent = mock.received(Method::Post, "/porting_orders");
//! assert_eq!(sent[1].json(), Some(json!({"phone_numbers": ["+13035550000"]})));
//! mock.assert_done();
//! # Ok(())
//! # })
//! # }
//! ```
//!
//! # Webhooks
//!
//! Anybody can post to your server. With the feature `webhooks`, `webhooks::Verifier` lets through what Telnyx has signed,
//! and gives it as typed events:
//!
//! ```
//! # #[cfg(not(all(feature = "webhooks", feature = "porting-in")))] fn main() {}
//! # #[cfg(all(feature = "webhooks", feature = "porting-in"))]
//! # fn main() -> Result<(), telnyx_porting::webhooks::WebhookError> {
//! use telnyx_porting::types::{PortingEvent, WebhookEvent};
//! use telnyx_porting::webhooks::{Verifier, WebhookError};
//!
//! /// `body` is the raw body, `headers` are those of the request: a `HeaderMap`, or any pairs of name and value.
//! fn on_post(verifier: &Verifier, body: &[u8], headers: [(&str, &str); 2]) -> Result<String, WebhookError> {
//!     let event = verifier.unwrap(body, headers)?;
//!     Ok(match event.data {
//!         WebhookEvent::Porting(PortingEvent::StatusChanged(change)) => {
//!             format!("{} has moved", change.porting_order_id.unwrap_or_default())
//!         }
//!         other => format!("{} is of no interest", other.tag().unwrap_or("this")),
//!     })
//! }
//!
//! // In production: `Verifier::from_env()`, which reads TELNYX_PUBLIC_KEY.
//! let verifier = Verifier::new("iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=")?;
//! # let verifier = verifier.clock(|| std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000));
//! let body = br#"{"data": {"event_type": "porting_order.status_changed", "porting_order_id": "o-1"}}"#;
//! # let signature = "fNxiwpVR3ssfoc+y4zIWETxPxgI7EEANi2mMyOc5IeWkSjm67xjYYxSBUMIVJvOYVLypzWOUB4t0hPj+C+OaBA==";
//! let headers = [("telnyx-timestamp", "1700000000"), ("telnyx-signature-ed25519", signature)];
//! assert_eq!(on_post(&verifier, body, headers)?, "o-1 has moved");
//!
//! // One byte more, and it is not what Telnyx has signed.
//! let forged = [body.as_slice(), b" "].concat();
//! assert!(on_post(&verifier, &forged, headers).unwrap_err().is_wrong_signature());
//! # Ok(())
//! # }
//! ```
//!
//! The example `webhook_server` is a whole server. The feature `client` is not needed for it.
//!
//! # Traces
//!
//! With the feature `tracing`, every call has a span `call` of the level INFO, with the fields `operation`, `method` and
//! `path` (the template, never its arguments), and at its end `status`, `error` (the kind, never the text), `attempts`,
//! `request_id` and `duration_ms`; a download's span lasts to its last byte. Inside of it are events: DEBUG for the
//! start and end of each attempt, a redirect, and the end of the call; WARN for each wait before a request is sent again,
//! and when it is not because too many have failed. Errors are not reported above DEBUG, since whoever gets them decides.
//! All have the target `telnyx_porting`, so `telnyx_porting=debug` shows everything. Neither the key nor arguments,
//! headers or bodies are ever recorded.
//!
//! # Features
//!
//! | feature | default | what it does |
//! |---|---|---|
//! | `porting-in`, `porting-out`, `numbers-config` | yes | the products |
//! | `client` | yes | sends requests; without it only [`types`] are built |
//! | `rustls-tls` | yes | TLS by rustls with ring |
//! | `rustls-graviola` | | TLS by rustls without a C compiler; needs Rust 1.89 |
//! | `native-tls` | | TLS of the system |
//! | `gzip` | yes | compressed responses |
//! | `blocking` | | `.send_blocking()`, blocking iterators and downloads on the same requests |
//! | `webhooks` | | checks and decodes what Telnyx posts to webhooks |
//! | `tracing` | | a span for each call, events for its attempts and waits |
//! | `testing` | | `testing::MockTransport` for unit tests |
//! | `time`, `chrono`, `jiff` | | conversions of [`Timestamp`] |
#![cfg_attr(docsrs, feature(doc_cfg))]
// Without the client there is less to link to; the story is the same.
#![cfg_attr(not(feature = "client"), allow(rustdoc::broken_intra_doc_links))]
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

#[cfg(doc)]
#[doc = include_str!("../docs/coming_from.md")]
///
/// # Every call
#[doc = include_str!("../docs/calls.md")]
pub mod coming_from {}

/// The result of a call.
#[cfg(feature = "client")]
pub type Result<T, E = Error> = std::result::Result<T, E>;
