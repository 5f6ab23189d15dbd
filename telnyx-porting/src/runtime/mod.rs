//! What all operations share: how a request is put together, sent, repeated, and its answer
//! decoded.
//!
//! Nothing here knows an operation or a type of the API; whatever is particular to it comes from
//! [`crate::generated`] as data. The parts, in the order in which a request meets them:
//!
//! * `client` holds the configuration, `auth` the credentials, `tokens` those that expire; `builders` gives the generated requests their methods;
//!   `required` checks at compile time that all required arguments are given;
//! * `request` gathers the arguments; `operation` and `params` say how they are written;
//! * `execute` sends: `transport` carries one attempt, `incoming` reads the body, `retry` decides about
//!   the next attempt, and `trace` tells about all of it;
//! * `payload` is what is sent, which `upload` and `multipart` keep out of memory;
//! * `call` is the future of the result; `codec` has the tables of types, by which `slot` and `decode`
//!   fill values from what `json` reads, and `view` writes and prints them; `page` walks
//!   lists, by what `trail` remembers and along the links that `link` reads; `download` keeps bodies out of memory, `events` reads them as they come;
//! * `error` is what is left when any of it fails; `secrets` knows what of the request it must not repeat.
//!
//! What most programs never call is `#[inline]`, so that only those build it that do; `text` is the opposite.
//!
//! `webhooks` goes the other way: it checks and decodes what the API sends by itself.

#[allow(dead_code, reason = "which part of it is needed depends on the document")]
pub(crate) mod api;
#[allow(dead_code, unused_imports, unused_macros, reason = "which part of it is needed depends on the document")]
pub(crate) mod codec;
#[allow(dead_code, reason = "which part of it is needed depends on the document")]
pub(crate) mod nullable;
#[allow(dead_code, unused_imports, unused_macros, reason = "which part of it is needed depends on the document")]
pub(crate) mod required;
#[allow(dead_code, reason = "which part of it is needed depends on the document")]
pub(crate) mod slot;
pub(crate) mod timestamp;
#[allow(dead_code, reason = "which part of it is needed depends on the document")]
pub(crate) mod view;

#[cfg(feature = "client")]
#[allow(dead_code, reason = "which part of it is needed depends on the document")]
pub(crate) mod auth;
#[cfg(feature = "blocking")]
pub(crate) mod blocking;
#[cfg(feature = "client")]
#[allow(dead_code, unused_imports, unused_macros, reason = "which part of it is needed depends on the document")]
pub(crate) mod builders;
#[cfg(feature = "client")]
pub(crate) mod call;
#[cfg(feature = "client")]
pub(crate) mod client;
#[cfg(feature = "client")]
pub(crate) mod decode;
#[cfg(feature = "client")]
#[allow(dead_code, reason = "few documents have something to download")]
pub(crate) mod download;
#[cfg(feature = "client")]
pub(crate) mod error;
#[cfg(feature = "client")]
#[allow(dead_code, reason = "few documents have events")]
pub(crate) mod events;
#[cfg(feature = "client")]
pub(crate) mod execute;
#[cfg(feature = "client")]
pub(crate) mod headers;
#[cfg(feature = "client")]
pub(crate) mod http;
#[cfg(feature = "client")]
#[allow(dead_code, reason = "which part of it is needed depends on the document")]
pub(crate) mod incoming;
#[cfg(any(feature = "client", feature = "webhooks"))]
pub(crate) mod json;
#[cfg(any(feature = "client", feature = "webhooks"))]
pub(crate) mod json_path;
#[cfg(feature = "client")]
pub(crate) mod link;
#[cfg(feature = "client")]
#[allow(dead_code, reason = "few documents have forms of parts")]
pub(crate) mod multipart;
#[cfg(feature = "client")]
#[allow(dead_code, reason = "which part of it is needed depends on the document")]
pub(crate) mod operation;
#[cfg(feature = "client")]
pub(crate) mod page;
#[cfg(feature = "client")]
#[allow(dead_code, reason = "which part of it is needed depends on the document")]
pub(crate) mod params;
#[cfg(feature = "client")]
pub(crate) mod payload;
#[cfg(feature = "client")]
#[allow(dead_code, reason = "which part of it is needed depends on the document")]
pub(crate) mod request;
#[cfg(feature = "client")]
pub(crate) mod response;
#[cfg(feature = "client")]
pub(crate) mod retry;
#[cfg(all(test, feature = "client"))]
mod script;
#[cfg(feature = "client")]
pub(crate) mod secrets;
#[cfg(any(feature = "testing", all(test, feature = "client")))]
// Not what the runtime's own tests need.
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
pub mod testing;
#[cfg(any(feature = "client", feature = "webhooks"))]
#[allow(dead_code, reason = "which part of it is needed depends on the features")]
pub(crate) mod text;
#[cfg(feature = "client")]
#[allow(dead_code, reason = "which part of it is needed depends on the document")]
pub(crate) mod tokens;
#[cfg(feature = "client")]
pub(crate) mod trace;
#[cfg(feature = "client")]
pub(crate) mod trail;
#[cfg(feature = "client")]
pub(crate) mod transport;
#[cfg(feature = "client")]
#[allow(dead_code, unused_imports, unused_macros, reason = "few documents have types by status")]
pub(crate) mod typed;
#[cfg(feature = "client")]
#[allow(dead_code, reason = "few documents have something to upload")]
pub(crate) mod upload;
#[cfg(feature = "webhooks")]
pub mod webhooks;

pub use nullable::Nullable;
pub use required::{Missing, Provided, Set};
pub use serde_json::Value;
#[cfg(any(feature = "time", feature = "chrono", feature = "jiff"))]
pub use timestamp::TimestampError;
pub use timestamp::{Date, Timestamp};

#[cfg(feature = "blocking")]
pub use blocking::{BlockingDownload, BlockingEvents, BlockingItems, BlockingPages};
#[cfg(feature = "client")]
pub use {
    bytes::Bytes,
    call::Call,
    client::{Client, ClientBuilder},
    download::{Download, Saved},
    error::{ApiError, Error, ErrorKind},
    events::{Events, ServerEvent},
    headers::Headers,
    operation::Method,
    page::{Items, Page, Pages},
    response::RawResponse,
    retry::RetryPolicy,
    tokens::{ClientCredentials, Token, TokenError, TokenProvider},
    transport::{Body, BoxFuture, Transport, TransportError, TransportErrorKind, TransportRequest, TransportResponse},
    upload::FileUpload,
};

/// A map whose members the document does not name one by one, sorted by their names.
pub type Map<K = String, V = Value> = std::collections::BTreeMap<K, V>;

/// What generated code needs.
#[allow(unused_imports, reason = "which part of it is needed depends on the document")]
pub(crate) mod prelude {
    pub(crate) use std::marker::PhantomData;

    pub(crate) use super::api::{Api, Auth, Env, QueryArrays, Scheme};
    pub(crate) use super::codec::{int_enum, object, open_enum, union};
    pub(crate) use super::required::required_arguments;
    pub(crate) use crate::generated::fields;

    pub(crate) use super::{Date, Map, Missing, Nullable, Provided, Set, Timestamp, Value};

    #[cfg(feature = "webhooks")]
    pub(crate) use super::{
        api::{Signed, Webhooks},
        webhooks::webhook_event,
    };

    #[cfg(feature = "client")]
    pub(crate) use super::{
        auth::Credential,
        builders::{
            alternative, body_alternative, body_list_request, body_request, download_request, form_parts, list_request,
            request,
        },
        operation::{Operation, Paging, PagingKind},
        params::{Param, server_url},
        request::Request,
        typed::{by_status, errors_by_status, response_headers},
        {Bytes, Call, Client, Error, FileUpload, Items, Method, Page, Pages, RawResponse},
    };
}
