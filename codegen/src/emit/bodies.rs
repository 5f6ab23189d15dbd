//! Setters of bodies that are no JSON: parts of forms, text, uploads.

use super::layout::literal;
use super::resources::{RequestSetter, generic};
use super::rust::input;
use super::types::{State, example};
use super::writer::{Function, Item};
use crate::model::{Api, Body, BodyKind, Method, Part, PartKind};

/// The media type of files whose document does not say more.
const ANY_FILE: &str = "application/octet-stream";

/// A setter for each part of a form.
pub(crate) fn part_setters(
    block: &mut Item<'_, '_>,
    api: &Api,
    method: &Method,
    parts: &[Part],
    state: &State,
    rebuilt: &str,
) {
    for part in parts {
        part_setter(block, api, method, part, state, rebuilt);
    }
}

fn part_setter(block: &mut Item<'_, '_>, api: &Api, method: &Method, part: &Part, state: &State, rebuilt: &str) {
    let mut said = if part.doc.trim().is_empty() { format!("`{}`", part.wire) } else { part.doc.clone() };
    if part.deprecated {
        said.push_str("\n\n**Deprecated.**");
    }
    if let Some(example) = example(api, &part.ty, part.example.as_ref()).filter(|_| part.kind == PartKind::Value) {
        said.push_str("\n\n");
        said.push_str(&example);
    }
    let name = &part.name;
    if let Some(other) = &part.value_setter {
        said.push_str(&format!("\n\nA value is given by `{other}` instead."));
    }
    let wire = literal(&part.wire);
    let (taken, put) = match part.kind {
        PartKind::File | PartKind::Files => files(part, &wire, name),
        PartKind::Value => value(api, part, &wire, name),
    };
    let setter = RequestSetter { name, sets: name, said: &said, taken: &taken, is_required: part.required };
    setter.write(block, method, &[put], state, rebuilt);
    if let Some(other) = &part.value_setter {
        let said = format!("`{}`, as a value in place of a file.", part.wire);
        let (taken, put) = value(api, part, &wire, other);
        let setter = RequestSetter { name: other, sets: name, said: &said, taken: &taken, is_required: part.required };
        setter.write(block, method, &[put], state, rebuilt);
    }
}

/// The setter of parts that the document does not name.
pub(crate) fn other_parts_setter(block: &mut Item<'_, '_>, api: &Api, others: &Part) {
    let mut write = |setter: &str, said: &str, (taken, put): (String, String)| {
        block.member().doc(said).function(&Function {
            head: &format!("pub fn {setter}(mut self, name: impl Into<String>, value: {taken}) -> Self"),
            bounds: &[],
            body: &["let name: String = name.into();", &put, "self"],
        });
    };
    let mut said = "Sets a part that has no setter of its own.".to_owned();
    if let Some(other) = &others.value_setter {
        said.push_str(&format!(" A value is given by `{other}` instead."));
    }
    let set = match others.kind {
        PartKind::File | PartKind::Files => files(others, "&name", "value"),
        PartKind::Value => value(api, others, "&name", "value"),
    };
    write(&others.name, &said, set);
    if let Some(other) = &others.value_setter {
        let said = "Sets a part that has no setter of its own, as a value in place of a file.";
        write(other, said, value(api, others, "&name", "value"));
    }
}

/// What a setter of files takes, and the statement that puts them into the request.
fn files(part: &Part, wire: &str, name: &str) -> (String, String) {
    let media_type = literal(part.media_type.as_deref().unwrap_or(ANY_FILE));
    let (taken, converted) = match part.kind {
        PartKind::Files => {
            ("impl IntoIterator<Item = impl Into<FileUpload>>", format!("{name}.into_iter().map(Into::into)"))
        }
        _ => ("impl Into<FileUpload>", format!("[{name}.into()]")),
    };
    (taken.to_owned(), format!("self.request.files({wire}, {media_type}, {converted});"))
}

/// What a setter of a value takes, and the statement that puts it into the request.
fn value(api: &Api, part: &Part, wire: &str, name: &str) -> (String, String) {
    let (taken, converted) = input(api, &part.ty, name);
    let generic = generic(api, &part.ty);
    let media_type = if part.kind == PartKind::Value { &part.media_type } else { &part.value_media_type };
    let put = match media_type {
        Some(media_type) => {
            let put = if part.kind == PartKind::Files { "parts_as" } else { "part_as" };
            format!("self.request.{put}{generic}({wire}, {}, {converted});", literal(media_type))
        }
        None => format!("self.request.part{generic}({wire}, {converted});"),
    };
    (taken, put)
}

/// The setter of a body that is sent as it is; `after` is the type's state when it is set.
pub(crate) fn upload_setter(block: &mut Item<'_, '_>, method: &Method, body: &Body, state: &State, after: &str) {
    let owner = &method.request;
    let (taken, converted, said) = match body.kind {
        BodyKind::Text => ("String", "FileUpload::bytes(body.into())", "Gives the body, as it is to be sent."),
        _ => ("FileUpload", "body.into()", "Gives the body: bytes, a file or a stream."),
    };
    let said = if body.doc.trim().is_empty() { said.to_owned() } else { format!("{said}\n\n{}", body.doc.trim()) };
    let rest = if state.is_empty() { "" } else { ", state: PhantomData" };
    let (gives, last) = if body.required {
        (format!("{owner}{after}"), format!("{owner} {{ request: self.request{rest} }}"))
    } else {
        ("Self".to_owned(), "self".to_owned())
    };
    block.member().doc(&said).function(&Function {
        head: &format!("pub fn body(mut self, body: impl Into<{taken}>) -> {gives}"),
        bounds: &[],
        body: &[&format!("self.request.upload({converted});"), &last],
    });
}
