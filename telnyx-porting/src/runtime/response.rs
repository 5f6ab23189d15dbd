//! Responses before they are decoded.

use bytes::Bytes;
use serde_core::de::DeserializeOwned;

use crate::runtime::decode;
use crate::runtime::error::{Error, ErrorKind, Reached};
use crate::runtime::headers::Headers;
use crate::runtime::operation::Operation;

/// A successful response as it was received.
///
/// `Debug` shows neither the body nor credentials.
#[derive(Clone)]
pub struct RawResponse {
    pub(crate) operation: &'static Operation,
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
    pub(crate) attempts: u32,
}

impl RawResponse {
    /// Returns the status, between 200 and 299.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns the headers.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// Returns the id under which the server knows the request, for its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// Returns how many times the request was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns the body, unpacked if it came compressed.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns the body and drops the rest.
    #[must_use]
    pub fn into_body(self) -> Bytes {
        self.body
    }

    /// Returns the body as text.
    ///
    /// # Errors
    ///
    /// If the body is not UTF-8; [`Error::is_decode`] is true, and the error holds the bytes.
    pub fn text(&self) -> Result<&str, Error> {
        str::from_utf8(&self.body).map_err(|error| {
            let message = format!("the response is not UTF-8 text: byte {} does not fit", error.valid_up_to());
            self.error(ErrorKind::Decode, message).with_source(error)
        })
    }

    /// Decodes the body as JSON.
    ///
    /// # Errors
    ///
    /// If the body is not JSON, or not of this type; [`Error::is_decode`] is true, and the error
    /// says where, and holds the bytes.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        decode::whole(self)
    }

    /// Adds to an error what is known of this response, of which not all has come in.
    pub(crate) fn explain(&self, error: Error) -> Error {
        error
            .with_operation(self.operation)
            .with_response(self.status, self.headers.clone(), Bytes::new())
            .with_attempts(self.attempts)
            .with_reached(Reached::Maybe)
    }

    /// An error about this response.
    pub(crate) fn error(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        self.about(Error::new(kind, message))
    }

    fn about(&self, error: Error) -> Error {
        error
            .with_operation(self.operation)
            .with_response(self.status, self.headers.clone(), self.body.clone())
            .with_attempts(self.attempts)
            .with_reached(Reached::Maybe)
    }
}

impl std::fmt::Debug for RawResponse {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("RawResponse")
            .field("operation", &self.operation.id)
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body_bytes", &self.body.len())
            .field("attempts", &self.attempts)
            .finish()
    }
}

/// The id of a request, by the names that servers commonly give the header.
pub(crate) fn request_id(headers: &Headers) -> Option<&str> {
    ["x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid"]
        .into_iter()
        .find_map(|name| headers.get(name))
}
