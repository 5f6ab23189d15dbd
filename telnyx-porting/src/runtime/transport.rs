//! What carries requests to the server, behind a trait, so that tests and middleware can stand in.

use std::error::Error as StdError;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

use crate::runtime::headers::Headers;
use crate::runtime::operation::Method;

/// A future that owns what it needs, or borrows it for `'a`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Carries one request to the server and brings its response.
///
/// The client calls it once for each attempt. It deals with retries, timeouts, redirects and error
/// statuses itself; a transport reports any response as it came, and fails only if there is none.
/// Dropping the future must abandon the request.
///
/// ```text
/// struct Logged<T>(T);
///
/// impl<T: Transport> Transport for Logged<T> {
///     fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
///         println!("{} {}", request.method, request.operation);
///         self.0.send(request)
///     }
/// }
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Sends the request and waits for the head of the response.
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>>;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        self.as_ref().send(request)
    }
}

/// A request, ready to be sent.
///
/// `Debug` shows neither the URL, which may hold personal data in its path and query, nor the body,
/// nor credentials.
#[non_exhaustive]
pub struct TransportRequest {
    /// The method.
    pub method: Method,
    /// The whole URL, taken apart.
    pub(crate) url: reqwest::Url,
    /// All headers but those that frame the body.
    pub headers: Headers,
    /// The body. `Some` of no bytes and `None` differ in that the first sends `Content-Length: 0`.
    pub body: Option<Body>,
    /// The name that the document gives the operation.
    pub operation: &'static str,
    /// The operation's path with its parameters in braces.
    pub path_template: &'static str,
    /// How many times the request has been sent, this time included.
    pub attempt: u32,
}

impl TransportRequest {
    /// Returns the whole URL, percent-encoded.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// Sends the request elsewhere.
    ///
    /// # Errors
    ///
    /// When the text is no absolute URL; the request keeps the one that it has.
    pub fn set_url(&mut self, url: &str) -> Result<(), TransportError> {
        self.url = url.parse().map_err(|error| TransportError::new(TransportErrorKind::InvalidRequest, error))?;
        Ok(())
    }
}

impl fmt::Debug for TransportRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TransportRequest")
            .field("method", &self.method)
            .field("path_template", &self.path_template)
            .field("headers", &self.headers)
            .field("body", &self.body)
            .field("operation", &self.operation)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

/// The head of a response, and the body as it comes in.
#[derive(Debug)]
#[non_exhaustive]
pub struct TransportResponse {
    /// The status.
    pub status: u16,
    /// The headers. If the transport has unpacked the body, they must not hold `Content-Encoding`
    /// and `Content-Length` any more.
    pub headers: Headers,
    /// The body.
    pub body: Body,
}

impl TransportResponse {
    /// Returns a response.
    pub fn new(status: u16, headers: Headers, body: impl Into<Body>) -> Self {
        Self { status, headers, body: body.into() }
    }
}

/// The body of a request or a response.
pub struct Body(Content);

enum Content {
    Whole(Bytes),
    Stream { pieces: Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>, length: Option<u64> },
}

impl Body {
    /// Returns a body that comes in pieces.
    pub fn stream(pieces: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static) -> Self {
        Self::stream_of(None, pieces)
    }

    pub(crate) fn stream_of(
        length: Option<u64>,
        pieces: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static,
    ) -> Self {
        Self(Content::Stream { pieces: Box::pin(pieces), length })
    }

    /// Returns the bytes of a body that is in memory as a whole, as those of most requests are.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Content::Whole(bytes) => Some(bytes),
            Content::Stream { .. } => None,
        }
    }

    /// Returns how many bytes there are, if that is known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        match &self.0 {
            Content::Whole(bytes) => Some(bytes.len() as u64),
            Content::Stream { length, .. } => *length,
        }
    }

    /// Gathers the body in memory.
    ///
    /// # Errors
    ///
    /// If a piece of it can't be read.
    pub async fn into_bytes(mut self) -> Result<Bytes, TransportError> {
        if let Content::Whole(bytes) = self.0 {
            return Ok(bytes);
        }
        let mut all = Vec::new();
        while let Some(piece) = self.next().await {
            all.extend_from_slice(&piece?);
        }
        Ok(all.into())
    }

    pub(crate) fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, TransportError>>> {
        match &mut self.0 {
            Content::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Content::Whole(bytes) => Poll::Ready(Some(Ok(std::mem::take(bytes)))),
            Content::Stream { pieces, .. } => pieces.as_mut().poll_next(context),
        }
    }

    /// Returns the next piece, or `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Bytes, TransportError>> {
        poll_fn(|context| self.poll_piece(context)).await
    }
}

impl<B: Into<Bytes>> From<B> for Body {
    fn from(bytes: B) -> Self {
        Self(Content::Whole(bytes.into()))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Content::Whole(bytes) => write!(formatter, "Body({} bytes)", bytes.len()),
            Content::Stream { .. } => formatter.write_str("Body(stream)"),
        }
    }
}

/// Why there is no response, or not all of its body.
#[derive(Debug)]
pub struct TransportError {
    pub(crate) kind: TransportErrorKind,
    pub(crate) source: Box<dyn StdError + Send + Sync>,
}

/// The kinds of failures of a transport. They decide whether the request is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection came about; surely nothing was sent.
    Connect,
    /// No connection came about within the time for it; surely nothing was sent.
    ConnectTimeout,
    /// The request is one that can't be sent; surely nothing was.
    InvalidRequest,
    /// The connection broke after it had come about. The server may have received the request.
    Interrupted,
    /// The response came, but its body is packed wrongly.
    Unpack,
    /// The body of the request could not be read to its end. The server may have received a part.
    RequestBody,
}

impl TransportError {
    /// Returns an error of this kind. The message of `source` must hold no secrets: it may end up
    /// in logs.
    pub fn new(kind: TransportErrorKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind, source: source.into() }
    }

    /// Returns the kind of the failure.
    #[must_use]
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.kind {
            TransportErrorKind::Connect => "no connection could be made",
            TransportErrorKind::ConnectTimeout => "no connection could be made in time",
            TransportErrorKind::InvalidRequest => "the request can't be sent",
            TransportErrorKind::Interrupted => "the connection broke",
            TransportErrorKind::Unpack => "the body could not be unpacked",
            TransportErrorKind::RequestBody => "the body of the request could not be read",
        })
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.source.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_can_be_sent_elsewhere() {
        let mut request = TransportRequest {
            method: Method::Get,
            url: "https://api.test/v2".parse().unwrap(),
            headers: Headers::new(),
            body: None,
            operation: "a",
            path_template: "/",
            attempt: 1,
        };
        let error = request.set_url("not a URL").unwrap_err();
        assert_eq!((error.kind, request.url()), (TransportErrorKind::InvalidRequest, "https://api.test/v2"));
        request.set_url("http://127.0.0.1:80/ä b").unwrap();
        assert_eq!(request.url(), "http://127.0.0.1/%C3%A4%20b");
    }
}
