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
    let (name, wire) = (&part.name, literal(&part.wire));
    let file_type = literal(part.media_type.as_deref().unwrap_or(ANY_FILE));
    let (taken, put) = match part.kind {
        PartKind::File => ("impl Into<FileUpload>".to_owned(), format!("files({wire}, {file_type}, [{name}.into()])")),
        PartKind::Files => (
            "impl IntoIterator<Item = impl Into<FileUpload>>".to_owned(),
            format!("files({wire}, {file_type}, {name}.into_iter().map(Into::into))"),
        ),
        PartKind::Value => {
            let (taken, converted) = input(api, &part.ty, name);
            let generic = generic(api, &part.ty);
            let put = match &part.media_type {
                Some(media_type) => format!("part_as{generic}({wire}, {}, {converted})", literal(media_type)),
                None => format!("part{generic}({wire}, {converted})"),
            };
            (taken, put)
        }
    };
    let setter = RequestSetter { name, said: &said, taken: &taken, is_required: part.required };
    setter.write(block, method, &[format!("self.request.{put};")], state, rebuilt);
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
