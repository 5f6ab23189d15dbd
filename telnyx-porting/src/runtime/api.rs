//! What distinguishes one API from another, as data.

#[cfg(feature = "client")]
use crate::runtime::auth::Credential;

/// The description of an API that its document and its configuration give.
#[derive(Debug)]
pub(crate) struct Api {
    /// The API's name, as people know it.
    pub(crate) title: &'static str,
    /// Where requests go unless the client says otherwise.
    pub(crate) base_url: &'static str,
    /// The product token of the `User-Agent` header.
    pub(crate) user_agent: &'static str,
    /// The ways to prove who the caller is.
    pub(crate) schemes: &'static [Scheme],
    /// What operations need, unless they say otherwise.
    pub(crate) security: Security,
    /// Whether some operation needs no credentials, so that a client makes sense without any.
    pub(crate) anonymous: bool,
    /// The environment variables that configure a client.
    pub(crate) env: Env,
    /// Names of members whose values never appear in `Debug` output, errors or traces.
    pub(crate) redact: &'static [&'static str],
    /// Whether a PATCH may be sent again although an earlier one may have been carried out.
    pub(crate) retry_patch: bool,
    /// How the server wants arrays in a query, where the document leaves it open.
    pub(crate) query_arrays: QueryArrays,
    /// What the API posts to its users' servers.
    #[cfg(feature = "webhooks")]
    pub(crate) webhooks: Webhooks,
}

/// Alternatives of which one is needed; each is a list of indices of schemes that are needed together.
pub(crate) type Security = &'static [&'static [usize]];

/// A way to prove who the caller is.
#[derive(Debug)]
pub(crate) struct Scheme {
    /// The method of the client's builder that takes the credential.
    pub(crate) setter: &'static str,
    pub(crate) auth: Auth,
    /// The environment variables of the credential: one, or those of its two halves.
    pub(crate) env: &'static [&'static str],
    /// Makes the credential of the values of these. By a pointer, so that what only some schemes need is not built for the
    /// others.
    #[cfg(feature = "client")]
    pub(crate) read: fn(&[String]) -> Option<Credential>,
}

/// How a request carries a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Auth {
    /// `Authorization: Bearer KEY`
    Bearer,
    /// The same with a token that is fetched here for client credentials.
    ClientCredentials { token_url: &'static str },
    /// `Authorization: Basic BASE64(KEY)`, where the key is `user:password`.
    Basic,
    /// `Authorization: SCHEME KEY`
    Http(&'static str),
    /// A header of this name that holds nothing but the key.
    Header(&'static str),
    /// A query parameter of this name.
    Query(&'static str),
    /// A cookie of this name.
    Cookie(&'static str),
}

/// The names of environment variables.
#[derive(Debug)]
pub(crate) struct Env {
    pub(crate) base_url: &'static str,
    pub(crate) webhook_key: &'static str,
}

/// Returns what an environment variable holds, unless that is blank. What is not UTF-8 is given all the same: it must be
/// found wrong, not taken for absent.
pub(crate) fn variable(name: &str) -> Option<String> {
    let value = std::env::var_os(name)?.to_string_lossy().into_owned();
    (!value.trim().is_empty()).then_some(value)
}

/// How an array is written in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QueryArrays {
    /// One pair, its values joined by commas: `status=draft,open`.
    Comma,
    /// One pair for each value: `status=draft&status=open`.
    Repeat,
    /// One pair for each value, with brackets behind the name: `status[]=draft&status[]=open`.
    Brackets,
}

/// How requests to a webhook are signed and laid out.
#[cfg(feature = "webhooks")]
#[derive(Debug)]
pub(crate) struct Webhooks {
    /// The header that holds the Ed25519 signature in base64.
    pub(crate) signature_header: &'static str,
    /// The header that holds the time of the signature in seconds since 1970.
    pub(crate) timestamp_header: &'static str,
    /// What the signature covers, piece by piece.
    pub(crate) signed: &'static [Signed],
    /// The member of the body that holds the event.
    pub(crate) member: Option<&'static str>,
    /// A JSON pointer to what identifies the event.
    pub(crate) id: Option<&'static str>,
    /// A JSON pointer to the number of the attempt to deliver it.
    pub(crate) attempt: Option<&'static str>,
}

/// A piece of what a webhook's signature covers.
#[cfg(feature = "webhooks")]
#[derive(Clone, Copy, Debug)]
pub(crate) enum Signed {
    /// The timestamp as the header has it.
    Timestamp,
    /// The body as it came.
    Body,
    /// A fixed text.
    Text(&'static str),
}
