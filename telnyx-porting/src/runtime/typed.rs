//! Typed views of responses whose type depends on their status, of errors, and of headers.

use serde_json::Value;

use crate::runtime::decode;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::headers::Headers;
use crate::runtime::slot::{Field, fit};

/// Decodes a response into a variant for its status.
///
/// ```text
/// by_status! {
///     OrdersCreateResponse {
///         200 => Ok as json "data",   // the member `data` of the body
///         201 => Created as json,     // the whole body
///         202 => Accepted,            // nothing
///         206 => PartialContent as bytes,
///         207 => MultiStatus as text,
///         _ => Other as response,     // the response as it came
///     }
/// }
/// ```
macro_rules! by_status {
    ($name:ident { $($status:pat => $variant:ident $(as $kind:ident $($member:literal)?)?),* $(,)? }) => {
        impl $crate::decode::FromBody for $name {
            fn from_response(response: $crate::RawResponse) -> Result<Self, $crate::Error> {
                Ok(match response.status() {
                    $($status => $crate::typed::by_status!(@case response $variant $($kind $($member)?)?),)*
                })
            }
        }
    };
    (@case $response:ident $variant:ident) => { Self::$variant };
    (@case $response:ident $variant:ident json) => {
        Self::$variant($crate::decode::value(&$response, None)?)
    };
    (@case $response:ident $variant:ident json $member:literal) => {
        Self::$variant($crate::decode::value(&$response, Some($member))?)
    };
    (@case $response:ident $variant:ident response) => { Self::$variant($response) };
    (@case $response:ident $variant:ident $kind:ident) => {
        Self::$variant($crate::decode::FromBody::from_response($response)?)
    };
}
pub(crate) use by_status;

/// Decodes the body of an error into a variant for its status.
///
/// ```text
/// errors_by_status! {
///     OrdersCreateError {
///         404 => NotFound as json,
///         400..=499 => ClientError as json,
///         _ => Other,
///     }
/// }
/// ```
macro_rules! errors_by_status {
    ($name:ident { $($status:pat => $variant:ident $(as $kind:ident)?),* $(,)? }) => {
        impl TryFrom<&$crate::Error> for $name {
            type Error = $crate::Error;

            fn try_from(error: &$crate::Error) -> Result<Self, $crate::Error> {
                Ok(match $crate::typed::status_of(error)? {
                    $($status => $crate::typed::errors_by_status!(@case error $variant $($kind)?),)*
                })
            }
        }
    };
    (@case $error:ident $variant:ident) => { Self::$variant };
    (@case $error:ident $variant:ident json) => { Self::$variant($crate::typed::body_of($error)?) };
}
pub(crate) use errors_by_status;

/// Reads headers into a struct, by their names on the wire.
///
/// ```text
/// response_headers! { OrdersCreateHeaders { rate_limit: "x-rate-limit" } }
/// ```
macro_rules! response_headers {
    ($name:ident { $($field:ident: $wire:literal),* $(,)? }) => {
        impl TryFrom<&$crate::Headers> for $name {
            type Error = $crate::Error;

            fn try_from(headers: &$crate::Headers) -> Result<Self, $crate::Error> {
                Ok(Self { $($field: $crate::typed::header(headers, $wire)?),* })
            }
        }
    };
}
pub(crate) use response_headers;

/// The status of an error that the server answered with.
pub(crate) fn status_of(error: &Error) -> Result<u16, Error> {
    error.answer().map(|answer| answer.status)
}

/// The body of an error, decoded.
pub(crate) fn body_of<T: Field + Default>(error: &Error) -> Result<T, Error> {
    let answer = error.answer()?;
    decode::value(&answer, None).map_err(|fault| fault.with_fate_of(error))
}

/// A header's value, or `None` if it is not there.
pub(crate) fn header<T: Field + Default>(headers: &Headers, name: &str) -> Result<Option<T>, Error> {
    let values: Vec<&str> = headers.get_all(name).collect();
    if values.is_empty() {
        return Ok(None);
    }
    let text = values.join(", ");
    let text = text.trim();
    let scalar = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
    let list = |read: &dyn Fn(&str) -> Value| Value::Array(text.split(',').map(|item| read(item.trim())).collect());
    // A header is text; what it means beside that, its type decides.
    fit(&Value::from(text))
        .or_else(|| fit(&scalar(text)))
        .or_else(|| fit(&list(&|item| Value::from(item))))
        .or_else(|| fit(&list(&scalar)))
        .map(Some)
        .ok_or_else(|| Error::new(ErrorKind::Decode, format!("the header `{name}` is not what the document promises")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::Map;

    fn read<T: Field + Default + std::fmt::Debug>(values: &[&str]) -> Result<Option<T>, String> {
        let mut headers = Headers::new();
        for value in values {
            headers.append("X-One", *value);
        }
        header(&headers, "x-one").map_err(|error| error.to_string())
    }

    #[test]
    fn headers_are_read_as_their_types() {
        assert_eq!(read::<String>(&[]), Ok(None));
        assert_eq!(read::<String>(&["12"]), Ok(Some("12".to_owned())));
        assert_eq!(read::<i64>(&[" 12 "]), Ok(Some(12)));
        assert_eq!(read::<f64>(&["1.5"]), Ok(Some(1.5)));
        assert_eq!(read::<bool>(&["true"]), Ok(Some(true)));
        assert_eq!(read::<Vec<String>>(&["a, 2", "c"]), Ok(Some(["a", "2", "c"].map(str::to_owned).to_vec())));
        assert_eq!(read::<Vec<i64>>(&["1,2"]), Ok(Some(vec![1, 2])));
        assert_eq!(read::<Map<String, i64>>(&[r#"{"a":1}"#]), Ok(Some(Map::from([("a".to_owned(), 1)]))));
        let error = read::<i64>(&["many"]).unwrap_err();
        assert_eq!(error, "the header `x-one` is not what the document promises");
    }
}
