//! Everything that can go wrong with a request.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};
use std::slice;
use std::time::Duration;

use bytes::Bytes;
use serde_core::de::DeserializeOwned;
use serde_json::Value;

use crate::runtime::decode;
use crate::runtime::headers::Headers;
use crate::runtime::json;
use crate::runtime::operation::Operation;
use crate::runtime::response::{RawResponse, request_id};
use crate::runtime::text;
use crate::runtime::view::Scrubbed;

/// What went wrong with a request, or with building a client.
///
/// The predicates tell the cases apart; [`status`](Self::status), [`request_id`](Self::request_id),
/// [`headers`](Self::headers) and [`body`](Self::body) hold what the server said. Every error knows
/// whether the request [may have reached the server](Self::may_have_reached_server) and whether it
/// [may have been carried out](Self::may_have_been_carried_out).
///
/// # What it shows
///
/// `Display` and `Debug` show the operation and its path template, the status, the request id, and
/// what the server lists as errors (title, detail, code, and where). They never show the key, a
/// body, a URL, or a header that may hold a secret. Where the server's text repeats a value of three
/// characters or more that the request holds in a member or parameter which the API's configuration
/// marks as personal, `[redacted]` stands in its place. What the server says beyond that is shown as
/// it is: if its texts must stay out of a log, write [`kind`](Self::kind), [`status`](Self::status),
/// [`operation`](Self::operation) and [`request_id`](Self::request_id), as the traces do.
///
/// ```text
/// match request.send().await {
///     Ok(order) => ship(order),
///     Err(error) if error.is_not_found() => order_again(),
///     Err(error) if error.may_have_been_carried_out() => look_it_up_first(error),
///     Err(error) => return Err(error),
/// }
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    operation: Option<&'static Operation>,
    status: Option<u16>,
    headers: Headers,
    body: Bytes,
    api_errors: Vec<ApiError>,
    json_path: Option<String>,
    attempts: u32,
    reached: Reached,
    retry_after: Option<Duration>,
    source: Option<Source>,
}

type Source = Box<dyn StdError + Send + Sync>;

/// The kinds of errors. More may come with later versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client can't be built or used as it is configured: no key, an unusable base URL. Nothing
    /// was sent.
    Configuration,
    /// The request was refused before anything was sent: an empty path id, a header with a line
    /// break.
    InvalidRequest,
    /// No token could be had to send the request with. It was not sent.
    Credentials,
    /// No connection came about. The request was not sent.
    Connect,
    /// The time that the request may take ran out.
    Timeout,
    /// The connection broke while the request or its response was under way.
    Interrupted,
    /// The server answered with a redirect that must not be followed.
    Redirect,
    /// The server answered with an error, or with another status that is no success.
    Status,
    /// The server answered with success, but not with what the document promises.
    Decode,
    /// The response is larger than the client accepts.
    TooLarge,
    /// A list does not say, or contradicts itself about, what its next page is.
    Paging,
    /// A file of this machine could not be written, or what was to be sent could not be read.
    File,
}

impl ErrorKind {
    /// Returns the kind as one word, for logs and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::InvalidRequest => "invalid_request",
            Self::Credentials => "credentials",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Interrupted => "interrupted",
            Self::Redirect => "redirect",
            Self::Status => "status",
            Self::Decode => "decode",
            Self::TooLarge => "too_large",
            Self::Paging => "paging",
            Self::File => "file",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// How far a request got, as far as the client can know. The order is that of certainty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reached {
    /// Nothing was sent.
    No,
    /// The server said that it did not carry out the request.
    Refused,
    /// It may have been received, and carried out.
    Maybe,
    /// The server said that it carried out the request.
    CarriedOut,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::of(kind, message.into())
    }

    fn of(kind: ErrorKind, message: String) -> Self {
        Self(Box::new(Inner {
            kind,
            message,
            operation: None,
            status: None,
            headers: Headers::new(),
            body: Bytes::new(),
            api_errors: Vec::new(),
            json_path: None,
            attempts: 0,
            reached: Reached::No,
            retry_after: None,
            source: None,
        }))
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, message)
    }

    pub(crate) fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidRequest, message)
    }

    /// Something gave way in the middle, so that nobody knows how far the request got.
    #[cfg(feature = "blocking")]
    pub(crate) fn interrupted(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Interrupted, message).with_reached(Reached::Maybe)
    }

    pub(crate) fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_operation(mut self, operation: &'static Operation) -> Self {
        self.0.operation = Some(operation);
        self
    }

    pub(crate) fn with_response(mut self, status: u16, headers: Headers, body: Bytes) -> Self {
        self.0.status = Some(status);
        self.0.headers = headers;
        self.0.body = body;
        self
    }

    pub(crate) fn with_api_errors(mut self, errors: Vec<ApiError>) -> Self {
        self.0.api_errors = errors;
        self
    }

    pub(crate) fn with_json_path(mut self, path: String) -> Self {
        self.0.json_path = Some(path);
        self
    }

    /// Says more about why it ended like this.
    pub(crate) fn with_remark(mut self, remark: &str) -> Self {
        self.0.message = format!("{}; {remark}", self.0.message);
        self
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Notes how far this or an earlier attempt got; the worse of what is known counts.
    pub(crate) fn with_reached(mut self, reached: Reached) -> Self {
        self.0.reached = self.0.reached.max(reached);
        self
    }

    pub(crate) fn reached(&self) -> Reached {
        self.0.reached
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the status of the response, if one was received.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Returns the id under which the server knows the request, for its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.0.headers)
    }

    /// Returns the headers of the response; there are none if none was received.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.0.headers
    }

    /// Returns the body of the response as it was received, empty if there was none.
    ///
    /// It may hold personal data, and so never appears in `Display` or `Debug`.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// Decodes the body of the response as JSON.
    ///
    /// Which type it has depends on the status; the documentation of the method tells. Where it is not
    /// the same for all, there is an enum with a variant for each status, made by
    /// `TryFrom<&Error>`.
    ///
    /// # Errors
    ///
    /// If there is no response, or its body is not of this type; [`is_decode`](Self::is_decode) is
    /// true of that error, and it holds the bytes, too.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Self> {
        decode::whole(&self.answer()?).map_err(|error| error.with_fate_of(self))
    }

    /// The response that refuses the request.
    pub(crate) fn answer(&self) -> Result<RawResponse, Self> {
        let inner = &self.0;
        match (inner.operation, inner.status) {
            (Some(operation), Some(status)) if self.is_status() => Ok(RawResponse {
                operation,
                status,
                headers: inner.headers.clone(),
                body: inner.body.clone(),
                attempts: inner.attempts,
            }),
            _ => Err(Self::new(ErrorKind::Decode, format!("there is no answer to be decoded: {}", inner.message))
                .with_fate_of(self)),
        }
    }

    /// Takes over what is known of the request's fate.
    pub(crate) fn with_fate_of(mut self, other: &Self) -> Self {
        self.0.reached = other.0.reached;
        self.0.attempts = other.0.attempts;
        self
    }

    /// Returns the errors that the server lists in the body of its answer.
    #[must_use]
    pub fn api_errors(&self) -> &[ApiError] {
        &self.0.api_errors
    }

    /// Returns where in the JSON body the value stands that could not be decoded, such as
    /// `data[3].status`.
    #[must_use]
    pub fn json_path(&self) -> Option<&str> {
        self.0.json_path.as_deref()
    }

    /// Returns how long the server asks to wait before the next request.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns how many times the request was sent, or was tried to be sent; zero if it was refused
    /// before.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns the id of the operation that failed; `None` if a client could not be built.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation.map(|operation| operation.id)
    }

    /// Returns whether any attempt may have reached the server.
    #[must_use]
    pub fn may_have_reached_server(&self) -> bool {
        self.0.reached > Reached::No
    }

    /// Returns whether the server may have carried out the request.
    ///
    /// This is so after a timeout, a broken connection or a server error (5xx) of any attempt; after
    /// a redirect that could not be followed unless it asks for the very same request elsewhere
    /// (307, 308); after any other status that is neither a success nor an error; and when the
    /// answer was a success that could not be decoded. It is not after a refused connection or an
    /// answer that refuses the request (4xx): then it is safe to send it again, or to tell a person
    /// that nothing happened.
    #[must_use]
    pub fn may_have_been_carried_out(&self) -> bool {
        self.0.reached >= Reached::Maybe
    }

    /// Returns whether the client is configured wrongly; nothing was sent.
    #[must_use]
    pub fn is_configuration(&self) -> bool {
        self.0.kind == ErrorKind::Configuration
    }

    /// Returns whether the request was refused by the client; nothing was sent.
    #[must_use]
    pub fn is_invalid_request(&self) -> bool {
        self.0.kind == ErrorKind::InvalidRequest
    }

    /// Returns whether no token could be had, from the server of tokens or from a `TokenProvider`; the
    /// request was not sent.
    #[must_use]
    pub fn is_credentials(&self) -> bool {
        self.0.kind == ErrorKind::Credentials
    }

    /// Returns whether no connection came about; the last attempt did not reach the server.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.0.kind == ErrorKind::Connect
    }

    /// Returns whether the time ran out: that of an attempt or that of the whole call.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Returns whether the connection broke while the request or its response was under way.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.0.kind == ErrorKind::Interrupted
    }

    /// Returns whether the server answered with a redirect that must not be followed.
    #[must_use]
    pub fn is_redirect(&self) -> bool {
        self.0.kind == ErrorKind::Redirect
    }

    /// Returns whether the server answered with an error status, or with another one that is no
    /// success, such as 304.
    #[must_use]
    pub fn is_status(&self) -> bool {
        self.0.kind == ErrorKind::Status
    }

    /// Returns whether a successful response did not hold what the document promises.
    #[must_use]
    pub fn is_decode(&self) -> bool {
        self.0.kind == ErrorKind::Decode
    }

    /// Returns whether the response was larger than the client accepts.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        self.0.kind == ErrorKind::TooLarge
    }

    /// Returns whether a list does not say what its next page is, or contradicts itself.
    #[must_use]
    pub fn is_paging(&self) -> bool {
        self.0.kind == ErrorKind::Paging
    }

    /// Returns whether the response could not be written to a file of this machine, as `save_to`
    /// does, or a file or stream that was to be sent could not be read; the
    /// [`source`](StdError::source) says why.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.0.kind == ErrorKind::File
    }

    /// Returns whether the server could not make sense of the request (400).
    #[must_use]
    pub fn is_bad_request(&self) -> bool {
        self.has_status(400)
    }

    /// Returns whether the key is missing or wrong (401).
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.has_status(401)
    }

    /// Returns whether the key does not allow the operation (403).
    #[must_use]
    pub fn is_permission_denied(&self) -> bool {
        self.has_status(403)
    }

    /// Returns whether the resource does not exist (404).
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.has_status(404)
    }

    /// Returns whether the resource's state does not allow the operation (409).
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.has_status(409)
    }

    /// Returns whether an argument is wrong (422); [`api_errors`](Self::api_errors) says which.
    #[must_use]
    pub fn is_validation(&self) -> bool {
        self.has_status(422)
    }

    /// Returns whether too many requests were sent (429); [`retry_after`](Self::retry_after) may
    /// say how long to wait.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.has_status(429)
    }

    /// Returns whether the server failed (5xx).
    #[must_use]
    pub fn is_server_error(&self) -> bool {
        self.is_status() && self.0.status.is_some_and(|status| status >= 500)
    }

    fn has_status(&self, status: u16) -> bool {
        self.is_status() && self.0.status == Some(status)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        if let Some(operation) = inner.operation {
            write!(formatter, "{} {}: ", operation.method, operation.path)?;
        }
        formatter.write_str(&inner.message)?;
        match inner.api_errors.split_first() {
            Some((first, [])) => write!(formatter, ": {first}")?,
            Some((first, rest)) => write!(formatter, ": {first} (and {} more)", rest.len())?,
            None => {}
        }
        if let (Some(status), false) = (inner.status, self.is_status()) {
            write!(formatter, "; status {status}")?;
        }
        if let Some(id) = self.request_id() {
            write!(formatter, "; request id {id}")?;
        }
        if inner.attempts > 1 {
            write!(formatter, "; after {} attempts", inner.attempts)?;
        }
        let changes_something = inner.operation.is_some_and(|operation| !operation.method.is_safe());
        if changes_something && self.may_have_been_carried_out() {
            formatter.write_str("; the request may have been carried out")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        let mut shown = formatter.debug_struct("Error");
        shown.field("kind", &inner.kind).field("message", &format_args!("\"{self}\""));
        if let Some(operation) = inner.operation {
            shown.field("operation", &operation.id);
        }
        if let Some(status) = inner.status {
            shown.field("status", &status).field("body_bytes", &inner.body.len());
        }
        if !inner.api_errors.is_empty() {
            shown.field("api_errors", &inner.api_errors);
        }
        if let Some(source) = &inner.source {
            shown.field("source", source);
        }
        shown.field("reached", &inner.reached).field("attempts", &inner.attempts).finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

/// One of the errors that a server lists in its answer.
///
/// The texts are the server's. Where they repeat values of the request that are marked as personal,
/// `[redacted]` stands in their place, as [`Error`] says; [`Error::body`] has the untouched bytes.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ApiError {
    /// The API's code of the error.
    pub code: Option<String>,
    /// What kind of error it is, in a few words.
    pub title: Option<String>,
    /// What is wrong this time.
    pub detail: Option<String>,
    /// A JSON pointer to the member of the request's body that is wrong, such as
    /// `/phone_numbers/0`.
    pub pointer: Option<String>,
    /// The name of the parameter that is wrong.
    pub parameter: Option<String>,
    /// Whatever else the server says about it.
    pub meta: Option<Value>,
}

impl ApiError {
    /// Reads the errors out of a body: a list `errors` as in JSON:API, problem details (RFC 9457),
    /// or `{"error": ..}`.
    pub(crate) fn parse(body: &[u8]) -> Vec<Self> {
        let Ok(body) = json::value(body) else {
            return Vec::new();
        };
        let mut errors = Vec::new();
        match (body.get("errors"), body.get("error")) {
            (Some(Value::Array(items)), _) => {
                for item in items {
                    errors.extend(Self::of(item));
                }
            }
            // `{"name": ["must not be empty"]}`
            (Some(Value::Object(members)), _) => {
                for (name, texts) in members {
                    let texts = texts.as_array().map_or(slice::from_ref(texts), Vec::as_slice);
                    for text in texts {
                        let pointer = format!("/{}", text::replace(&text::replace(name, "~", "~0"), "/", "~1"));
                        errors.push(Self { detail: scalar_text(text), pointer: Some(pointer), ..Self::default() });
                    }
                }
            }
            (_, Some(error)) => errors.extend(Self::of(error)),
            _ => {}
        }
        if errors.is_empty() {
            errors.extend(Self::of(&body));
        }
        errors
    }

    fn of(value: &Value) -> Option<Self> {
        let text = |pointers: &[&str]| {
            for pointer in pointers {
                if let Some(text) = value.pointer(pointer).and_then(scalar_text) {
                    return Some(text);
                }
            }
            None
        };
        let error = match value {
            Value::String(text) => Self { detail: Some(text.clone()), ..Self::default() },
            _ => Self {
                code: text(&["/code", "/error_code", "/type"]),
                title: text(&["/title", "/error"]),
                detail: text(&["/detail", "/message", "/error_description", "/description"]),
                pointer: text(&["/source/pointer", "/pointer"]),
                parameter: text(&["/source/parameter", "/parameter", "/param"]),
                meta: value.get("meta").cloned(),
            },
        };
        let Self { code, title, detail, pointer, parameter, meta } = &error;
        let says_something =
            [code, title, detail, pointer, parameter].into_iter().any(Option::is_some) || meta.is_some();
        says_something.then_some(error)
    }

    /// Gives all texts of the error to `change`.
    pub(crate) fn for_each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        let Self { code, title, detail, pointer, parameter, meta } = self;
        for text in [code, title, detail, pointer, parameter].into_iter().flatten() {
            change(text);
        }
        if let Some(meta) = meta {
            for_each_string(meta, change);
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for text in [&self.title, &self.detail].into_iter().flatten() {
            write!(formatter, "{between}{}", OneLine(text))?;
            between = ": ";
        }
        if let Some(code) = &self.code {
            write!(formatter, "{}code {}", if between.is_empty() { "" } else { ", " }, OneLine(code))?;
        }
        match (&self.pointer, &self.parameter) {
            (Some(pointer), _) => write!(formatter, ", at {} of the body", OneLine(pointer)),
            (None, Some(parameter)) => write!(formatter, ", in the parameter {}", OneLine(parameter)),
            (None, None) => Ok(()),
        }
    }
}

/// A text of the server's, which may repeat that of a stranger. Its control characters are escaped: a line break would
/// begin another line of a log, and others steer a terminal.
struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if character.is_control() {
                write!(formatter, "{}", character.escape_default())?;
            } else {
                formatter.write_char(character)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, title, detail, pointer, parameter, meta } = self;
        let mut shown = formatter.debug_struct("ApiError");
        let members =
            [("code", code), ("title", title), ("detail", detail), ("pointer", pointer), ("parameter", parameter)];
        for (name, text) in members {
            if let Some(text) = text {
                shown.field(name, text);
            }
        }
        if let Some(meta) = meta {
            shown.field("meta", &Scrubbed(meta));
        }
        shown.finish()
    }
}

fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn for_each_string(value: &mut Value, change: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(items) => {
            for item in items {
                for_each_string(item, change);
            }
        }
        Value::Object(members) => {
            for value in members.values_mut() {
                for_each_string(value, change);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The words that HTTP gives a status.
pub(crate) fn reason(status: u16) -> &'static str {
    match status {
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ if status < 400 => "Unexpected Status",
        _ if status < 500 => "Client Error",
        _ => "Server Error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_lists_of_many_shapes_are_read() {
        let cases = [
            (
                r#"{"errors":[{"code":"10015","title":"Bad","detail":"Wrong","source":{"pointer":"/a/0"},"meta":{"url":"u"}}]}"#,
                "Bad: Wrong, code 10015, at /a/0 of the body",
            ),
            (
                r#"{"errors":[{"code":10007,"title":"Bad","source":{"parameter":"page"}}]}"#,
                "Bad, code 10007, in the parameter page",
            ),
            (r#"{"errors":["no","no"]}"#, "no|no"),
            (
                r#"{"errors":{"na/me":["is empty","is short"]}}"#,
                "is empty, at /na~1me of the body|is short, at /na~1me of the body",
            ),
            (r#"{"type":"about:blank","title":"Gone","status":410}"#, "Gone, code about:blank"),
            (r#"{"error":{"message":"m","code":"c"}}"#, "m, code c"),
            (r#"{"error":"invalid_grant","error_description":"expired"}"#, "invalid_grant"),
            (r#"{"message":"m"}"#, "m"),
            ("\u{feff}{\"message\":\"m\"}", "m"),
            (r#"{"title":"a\n\u001b[2Jb\u0085","code":"\r"}"#, r"a\n\u{1b}[2Jb\u{85}, code \r"),
            (r#"{"errors":[]}"#, ""),
            (r#"{"errors":null}"#, ""),
            ("[]", ""),
            ("null", ""),
            ("<html>", ""),
            ("", ""),
        ];
        for (body, expected) in cases {
            let shown = ApiError::parse(body.as_bytes()).iter().map(ToString::to_string).collect::<Vec<_>>();
            assert_eq!(shown.join("|"), expected, "{body}");
        }
    }
}
