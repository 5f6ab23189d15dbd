//! Bodies become values, or errors that say where the body is wrong.

use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use serde_core::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use crate::runtime::error::{Error, ErrorKind};
pub(crate) use crate::runtime::json_path::without_values;
use crate::runtime::json_path::{self, Place};
use crate::runtime::response::RawResponse;

/// Decodes the whole body.
pub(crate) fn whole<T: DeserializeOwned>(response: &RawResponse) -> Result<T, Error> {
    with_seed(response, PhantomData)
}

/// Decodes the member of this name and skips all others.
pub(crate) fn member<T: DeserializeOwned>(response: &RawResponse, name: &'static str) -> Result<T, Error> {
    with_seed(response, MemberSeed { name, value: PhantomData })
}

/// Decodes the body by a seed.
pub(crate) fn with_seed<'de, S: DeserializeSeed<'de>>(response: &'de RawResponse, seed: S) -> Result<S::Value, Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(&response.body);
    let value = seed.deserialize(&mut deserializer);
    value.and_then(|value| deserializer.end().map(|()| value)).map_err(|fault| explain(response, &fault))
}

/// A type that a download can be had as.
pub(crate) trait FromBody: Sized {
    /// Takes the body of a response.
    fn from_response(response: RawResponse) -> Result<Self, Error>;
}

impl FromBody for Bytes {
    fn from_response(response: RawResponse) -> Result<Self, Error> {
        Ok(response.into_body())
    }
}

impl FromBody for String {
    fn from_response(response: RawResponse) -> Result<Self, Error> {
        response.text().map(str::to_owned)
    }
}

/// Says what is wrong with a body and where, without repeating any of its values.
fn explain(response: &RawResponse, fault: &serde_json::Error) -> Error {
    let content_type = response.headers.get("content-type").unwrap_or_default();
    if response.body.iter().all(u8::is_ascii_whitespace) {
        return response.error(ErrorKind::Decode, "the response is empty, though the document promises JSON");
    }
    if fault.is_syntax() && !content_type.is_empty() && !content_type.to_ascii_lowercase().contains("json") {
        return response
            .error(ErrorKind::Decode, format!("the response is {content_type}, though the document promises JSON"));
    }
    let what = without_values(&fault.to_string());
    let Place { path, byte } = json_path::find(&response.body, fault);
    let message = if path.is_empty() {
        format!("the response can't be decoded: {what} at the top level (byte {byte})")
    } else {
        format!("the response can't be decoded: {what} at {path} (byte {byte})")
    };
    response.error(ErrorKind::Decode, message).with_json_path(path)
}

/// Reads one member of an object and skips the others.
struct MemberSeed<T> {
    name: &'static str,
    value: PhantomData<T>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for MemberSeed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for MemberSeed<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "an object with the member `{}`", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<T, A::Error> {
        let mut value = None;
        while let Some(is_it) = members.next_key_seed(NameSeed(self.name))? {
            if is_it {
                value = Some(members.next_value()?);
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        value.ok_or_else(|| A::Error::missing_field(self.name))
    }
}

/// Tells whether a member's name is this one.
struct NameSeed(&'static str);

impl<'de> DeserializeSeed<'de> for NameSeed {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for NameSeed {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a member")
    }

    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        Ok(name == self.0)
    }
}
