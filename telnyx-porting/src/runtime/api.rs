//! What distinguishes one API from another, as data.

/// The description of an API that its document and its configuration give.
#[derive(Debug)]
pub(crate) struct Api {
    /// The API's name, as people know it.
    pub(crate) title: &'static str,
    /// Where requests go unless the client says otherwise.
    pub(crate) base_url: &'static str,
    /// The product token of the `User-Agent` header.
    pub(crate) user_agent: &'static str,
    /// How a request carries the key.
    pub(crate) auth: Auth,
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

/// How a request carries the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Auth {
    /// `Authorization: Bearer KEY`
    Bearer,
    /// `Authorization: Basic BASE64(KEY)`, where the key is `user:password`.
    Basic,
    /// A header of this name that holds nothing but the key.
    Header(&'static str),
    /// A query parameter of this name.
    Query(&'static str),
    /// A cookie of this name.
    Cookie(&'static str),
    /// The API asks for no key.
    None,
}

/// The names of environment variables.
#[derive(Debug)]
pub(crate) struct Env {
    pub(crate) api_key: &'static str,
    pub(crate) base_url: &'static str,
    pub(crate) webhook_key: &'static str,
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
