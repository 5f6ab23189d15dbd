//! Bodies become values, or errors that say where the body is wrong.

use std::fmt;

use bytes::Bytes;
use serde_core::de::{self, DeserializeOwned, DeserializeSeed, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::de::SliceRead;
use serde_json::{Deserializer, Value};

use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::json;
pub(crate) use crate::runtime::json_path::without_values;
use crate::runtime::json_path::{self, Place};
use crate::runtime::request::Request;
use crate::runtime::response::RawResponse;
use crate::runtime::slot::{Field, Seed, Slot};
use crate::runtime::text;
use crate::runtime::view;

/// Decodes the whole body as a type that the document may not know.
pub(crate) fn whole<T: DeserializeOwned>(response: &RawResponse) -> Result<T, Error> {
    read(response, &mut |text| T::deserialize(text))
}

/// Decodes the whole body, or the member of this name, and skips all others.
pub(crate) fn value<T: Field + Default>(response: &RawResponse, member: Option<&'static str>) -> Result<T, Error> {
    let mut value = T::default();
    fill(response, member, &mut value)?;
    Ok(value)
}

fn fill(response: &RawResponse, member: Option<&'static str>, into: &mut dyn Field) -> Result<(), Error> {
    read(response, &mut |text| match member {
        Some(name) => MemberSeed { name, into: &mut *into }.deserialize(text),
        None => Seed(into.slot()).deserialize(text),
    })?;
    // Where nothing is required, anything fits.
    if view::is_empty(&into.view()) { nothing(response) } else { Ok(()) }
}

/// Expects nothing of the body but that it lists no errors.
pub(crate) fn nothing(response: &RawResponse) -> Result<(), Error> {
    if lists_errors(&response.body) {
        return Err(response.error(ErrorKind::Decode, ERRORS));
    }
    Ok(())
}

/// A page for people or JSON, where the document promises a file of another kind, tells that something went wrong.
pub(crate) fn check_kind(request: &Request, response: &RawResponse) -> Result<(), Error> {
    let promised = request.inner().accept.unwrap_or(response.operation.accept).to_ascii_lowercase();
    let content_type = response.headers.get("content-type").unwrap_or_default().to_ascii_lowercase();
    let holds_anything = ["*/*", "octet-stream", "text/plain"].iter().any(|kind| text::contains(&promised, kind));
    let is_other = |kind: &&str| text::contains(&content_type, kind) && !text::contains(&promised, kind);
    if holds_anything || !["text/html", "json"].iter().any(is_other) {
        return Ok(());
    }
    Err(response.error(ErrorKind::Decode, unpromised(&content_type, &promised)))
}

fn unpromised(content_type: &str, promised: &str) -> String {
    format!("the response is {content_type}, though the document promises {promised}")
}

const ERRORS: &str = "the response lists errors, though its status is one of success";

/// Whether a body has the member in which servers list what went wrong.
fn lists_errors(body: &[u8]) -> bool {
    let mut errors = Value::Null;
    // What is no such body has no such member.
    let _ = json::read(body, &mut |text| MemberSeed { name: "errors", into: &mut errors }.deserialize(text));
    match errors {
        Value::Array(errors) => !errors.is_empty(),
        Value::Object(errors) => !errors.is_empty(),
        _ => false,
    }
}

/// Reads the body as JSON; where it can't be, the error says so. What is given to `read` may be read twice.
pub(crate) fn read<T>(
    response: &RawResponse,
    read: &mut dyn FnMut(&mut Deserializer<SliceRead<'_>>) -> Result<T, serde_json::Error>,
) -> Result<T, Error> {
    json::read(&response.body, read).map_err(|fault| explain(response, &fault))
}

/// A type that a download can be had as.
pub(crate) trait FromBody: Sized {
    /// Whether it takes any body, so that only the media type tells whether this one is meant.
    const TAKES_ANY: bool = false;

    /// Takes the body of a response.
    fn from_response(response: RawResponse) -> Result<Self, Error>;
}

impl FromBody for Bytes {
    const TAKES_ANY: bool = true;

    fn from_response(response: RawResponse) -> Result<Self, Error> {
        Ok(response.into_body())
    }
}

impl FromBody for String {
    const TAKES_ANY: bool = true;

    fn from_response(response: RawResponse) -> Result<Self, Error> {
        response.text().map(str::to_owned)
    }
}

/// Says what is wrong with a body and where, without repeating any of its values.
fn explain(response: &RawResponse, fault: &serde_json::Error) -> Error {
    let content_type = response.headers.get("content-type").unwrap_or_default();
    let body = json::without_mark(&response.body);
    if body.iter().all(u8::is_ascii_whitespace) {
        return response.error(ErrorKind::Decode, "the response is empty, though the document promises JSON");
    }
    if fault.is_syntax() && !content_type.is_empty() && !text::contains(&content_type.to_ascii_lowercase(), "json") {
        return response.error(ErrorKind::Decode, unpromised(content_type, "JSON"));
    }
    let what = without_values(&fault.to_string());
    let Place { path, byte } = json_path::find(body, fault);
    let message = if path.is_empty() {
        format!("the response can't be decoded: {what} at the top level (byte {byte})")
    } else {
        format!("the response can't be decoded: {what} at {path} (byte {byte})")
    };
    let error = response.error(ErrorKind::Decode, message).with_json_path(path);
    if lists_errors(body) { error.with_remark(ERRORS) } else { error }
}

/// Reads one member of an object and skips the others.
pub(crate) struct MemberSeed<'a> {
    pub(crate) name: &'static str,
    pub(crate) into: &'a mut dyn Field,
}

impl<'de> DeserializeSeed<'de> for MemberSeed<'_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for MemberSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "an object with the member `{}`", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut is_there = false;
        while let Some(is_it) = members.next_key_seed(NameSeed(self.name))? {
            if is_it {
                let mut slot = self.into.slot();
                // Of a member given twice the last counts, and nothing of the first is left.
                if is_there && let Slot::Object(object) = &mut slot {
                    object.clear();
                }
                is_there = true;
                members.next_value_seed(Seed(slot))?;
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        if is_there { Ok(()) } else { Err(A::Error::missing_field(self.name)) }
    }
}

/// Tells whether a member's name is this one.
struct NameSeed(&'static str);

impl<'de> DeserializeSeed<'de> for NameSeed {
    type Value = bool;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::codec;

    codec::object! {
        Thing {
            0 id: Optional "id",
            1 note: Optional "note",
        }
    }

    #[derive(Clone, Default)]
    struct Thing {
        id: Option<String>,
        note: Option<String>,
    }

    #[test]
    fn of_a_member_given_twice_the_last_counts() {
        let body = r#"{"data": {"id": "1", "note": "of the first"}, "x": 1, "data": {"id": "2"}}"#;
        let mut thing = Thing::default();
        let seed = MemberSeed { name: "data", into: &mut thing };
        seed.deserialize(&mut serde_json::Deserializer::from_str(body)).unwrap();
        assert_eq!((thing.id.as_deref(), thing.note), (Some("2"), None));
    }
}
