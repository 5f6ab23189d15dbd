//! What requests carry: JSON, forms, parts, text, bytes.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use openapiv3::{Encoding, MediaType, QueryStyle};

use super::media::{self, Kind};
use super::names::{self, Scope};
use super::operations::{Found, target};
use super::schemas::{Place, Schemas, Typed};
use super::usage::Usage;
use super::view::{Node, View};
use crate::diagnostic::{Diagnostics, nearest};
use crate::model::{Body, BodyKind, Http, Param, ParamIn, Part, PartKind, Setter, Style, Type, TypeKind};
use crate::normalize::Document;
use crate::pointer;

/// How deep the schema of a form may nest through references and compositions.
const DEEPEST: usize = 32;

/// The media types in which an operation takes its body: one way to call it each.
pub(crate) fn media_types<'a>(found: &Found<'a>, document: &'a Document) -> Vec<&'a str> {
    found.body(document).map(|(body, _)| media::distinct(&body.content)).unwrap_or_default()
}

/// Lowers the body in one of its media types.
pub(crate) fn lower<'a>(
    found: &Found<'a>,
    media_type: Option<&str>,
    base: &str,
    taken: &mut Scope,
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> Option<Body> {
    let (request_body, pointer) = found.body(schemas.document)?;
    let (name, media) = match media_type {
        Some(wanted) => request_body.content.get_key_value(wanted).map(|(name, media)| (name.as_str(), media))?,
        None => media::preferred(&request_body.content)?,
    };
    let place = Place::new(
        media::schema_pointer(&pointer, name),
        format!("{base} Body"),
        Usage::body(found.http == Http::Patch),
    );
    let mut body = Body {
        media_type: media::concrete(name),
        required: request_body.required,
        nullable: false,
        kind: BodyKind::Json,
        ty: Type::Bytes,
        fields: None,
        setters: Vec::new(),
        doc: request_body.description.clone().unwrap_or_default(),
        example: None,
    };
    let node = media.schema.as_ref().map(Node::from);
    body.kind = match media::kind(name) {
        Kind::Json if node.is_some_and(|node| node.is_file(schemas.document)) && !media::is_plain_json(name) => {
            BodyKind::Bytes
        }
        Kind::Json if media::essence(name) == "*/*" && node.is_none_or(|node| node.is_file(schemas.document)) => {
            "application/octet-stream".clone_into(&mut body.media_type);
            BodyKind::Bytes
        }
        Kind::Json => BodyKind::Json,
        Kind::Form => BodyKind::Form(encodings(media)),
        Kind::Multipart => BodyKind::Multipart(parts(node, media, &place, base, taken, schemas, diagnostics)),
        Kind::Text | Kind::Events => {
            // Beside JSON that is but another way.
            if media::preferred(&request_body.content).is_some_and(|(preferred, _)| preferred == name) {
                media::report_untyped(name, node, &place.pointer, schemas.document, diagnostics);
            }
            BodyKind::Text
        }
        Kind::Bytes => {
            if media::essence(name).starts_with("multipart/") {
                diagnostics
                    .warning(
                        "raw-body",
                        schemas.document.locate(&pointer),
                        format!("a body of `{name}` is taken from the caller as bytes"),
                    )
                    .help("offer `multipart/form-data` to have its parts typed");
            }
            let others: Vec<String> = request_body
                .content
                .keys()
                .filter(|other| *other != name && media::kind(other) == Kind::Bytes)
                .map(|other| format!("`{other}`"))
                .collect();
            if !others.is_empty() {
                let others = others.join(", ");
                let said =
                    format!("Sent as `{}` unless it says to be something else, such as {others}.", body.media_type);
                body.doc = format!("{}\n\n{said}", body.doc.trim());
            }
            BodyKind::Bytes
        }
    };
    match body.kind {
        BodyKind::Json | BodyKind::Form(_) => {}
        BodyKind::Multipart(_) | BodyKind::Text | BodyKind::Bytes => return Some(body),
    }
    let typed = match node {
        Some(node) => schemas.lower(node, &place, diagnostics),
        None => Typed::any(),
    };
    if matches!(body.kind, BodyKind::Form(_)) && !has_members(schemas, &typed.ty) {
        diagnostics
            .warning(
                "raw-body",
                schemas.document.locate(&place.pointer),
                "only objects can be written as a form; the body is taken from the caller as text",
            )
            .help("describe the form as an object with properties");
        return Some(Body { kind: BodyKind::Text, ..body });
    }
    if let Some(id) = target(schemas, &typed.ty)
        && let Some(TypeKind::Struct(object)) = schemas.types.get(id.0).map(|def| &def.kind)
    {
        body.fields = Some(id);
        for field in &object.fields {
            let name = if taken.is_taken(&field.name) { format!("{}_", field.name) } else { field.name.clone() };
            let name = taken.claim(&name);
            body.setters.push(Setter { name, null: None });
        }
        for (field, setter) in object.fields.iter().zip(&mut body.setters) {
            if field.takes_null() {
                setter.null = Some(taken.claim(&names::null_setter(&setter.name)));
            }
        }
    }
    // A type that holds null takes it like any other value.
    let holds_null = matches!(unaliased(schemas, &typed.ty), Type::Option(_) | Type::Any | Type::Unit);
    body.nullable = typed.nullable && !holds_null && matches!(body.kind, BodyKind::Json);
    body.example = media.example.clone().or(typed.example);
    body.doc = typed.doc;
    body.ty = typed.ty;
    Some(body)
}

/// Whether values of the type are objects.
fn has_members(schemas: &Schemas<'_>, ty: &Type) -> bool {
    match unaliased(schemas, ty) {
        Type::Map(_) | Type::Any => true,
        Type::Named(id) => {
            let kind = schemas.types.get(id.0).map(|def| &def.kind);
            matches!(kind, Some(TypeKind::Struct(_) | TypeKind::Union(_)))
        }
        _ => false,
    }
}

/// The type that aliases stand for.
fn unaliased<'t>(schemas: &'t Schemas<'_>, mut ty: &'t Type) -> &'t Type {
    for _ in 0..schemas.types.len() {
        let Type::Named(id) = ty else { break };
        let Some(TypeKind::Alias(next)) = schemas.types.get(id.0).map(|def| &def.kind) else { break };
        ty = next;
    }
    ty
}

/// The members of a form that are not written as is usual for forms.
fn encodings(media: &MediaType) -> Vec<Param> {
    let mut params = Vec::new();
    for (wire, encoding) in &media.encoding {
        let is_json = encoding.content_type.as_deref().is_some_and(|media_type| media::kind(media_type) == Kind::Json);
        let style = match (&encoding.style, is_json) {
            (None, true) => Style::Json,
            (None | Some(QueryStyle::Form), _) => Style::Form,
            (Some(QueryStyle::SpaceDelimited), _) => Style::SpaceDelimited,
            (Some(QueryStyle::PipeDelimited), _) => Style::PipeDelimited,
            (Some(QueryStyle::DeepObject), _) => Style::DeepObject,
        };
        if style != Style::Form || encoding.style.is_some() || !encoding.explode {
            params.push(Param {
                wire: wire.clone(),
                location: ParamIn::Query,
                style,
                explode: encoding.explode,
                reserved: false,
                empty: false,
            });
        }
    }
    params
}

/// The parts of a form, as its schema names them.
fn parts<'a>(
    node: Option<Node<'a>>,
    media: &MediaType,
    place: &Place,
    base: &str,
    taken: &mut Scope,
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> Vec<Part> {
    let document = schemas.document;
    let members = node.map(|node| Members::of(node, &place.pointer, document)).unwrap_or_default();
    report_encodings(media, &members, place, document, diagnostics);
    let mut parts = Vec::new();
    for (wire, (node, pointer)) in members.all {
        let encoding = media.encoding.get(wire);
        let kind = if is_file(node, encoding, document) {
            PartKind::File
        } else if items(node, document).is_some_and(|item| is_file(item, encoding, document)) {
            PartKind::Files
        } else {
            PartKind::Value
        };
        let typed = match kind {
            PartKind::Value => {
                schemas.lower(node, &Place::new(pointer, format!("{base} {wire}"), place.usage), diagnostics)
            }
            PartKind::File | PartKind::Files => remarks(node, document),
        };
        if typed.read_only {
            continue;
        }
        let name = names::snake(wire);
        let name = if taken.is_taken(&name) { format!("{name}_") } else { name };
        parts.push(Part {
            name: taken.claim(&name),
            wire: wire.to_owned(),
            kind,
            ty: typed.ty,
            required: members.required.contains(wire),
            media_type: encoding.and_then(part_media_type),
            doc: typed.doc,
            deprecated: typed.deprecated,
            example: typed.example,
        });
    }
    parts
}

/// Encodings of parts that there are not, and what they say that is not sent.
fn report_encodings(
    media: &MediaType,
    members: &Members<'_>,
    place: &Place,
    document: &Document,
    diagnostics: &mut Diagnostics,
) {
    let content = place.pointer.strip_suffix("/schema").unwrap_or(&place.pointer);
    for (wire, encoding) in &media.encoding {
        let pointer = pointer::join(&format!("{content}/encoding"), wire);
        if !members.all.contains_key(wire.as_str()) {
            let help = match nearest(wire, members.all.keys().copied()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("describe `{wire}` among the properties of the form"),
            };
            let message = format!("the form has no part `{wire}`; its encoding counts for nothing");
            diagnostics.warning("unknown-part", document.locate(&pointer).at_key(), message).help(help);
        } else if !encoding.headers.is_empty() {
            let message = format!("the headers of the part `{wire}` are not sent");
            diagnostics
                .warning("part-headers", document.locate(&format!("{pointer}/headers")).at_key(), message)
                .help("callers can give a file's name and media type, but no other headers");
        } else if encoding.style.is_some() {
            let message = format!("the part `{wire}` is written as forms of parts are, not in a style of queries");
            diagnostics
                .warning("part-style", document.locate(&format!("{pointer}/style")), message)
                .help("styles are for `application/x-www-form-urlencoded`; use `contentType` here");
        }
    }
}

/// What a schema says about files beside that they are files.
fn remarks(node: Node<'_>, document: &Document) -> Typed {
    let mut typed = Typed { ty: Type::Bytes, ..Typed::any() };
    if let Some(view) = resolve(node, document) {
        typed.read_only = node.is_read_only(document);
        typed.deprecated = view.data.deprecated;
        typed.doc = view.data.description.clone().or(view.data.title.clone()).unwrap_or_default();
    }
    typed
}

/// The one media type that an encoding names; of several, the caller must choose.
fn part_media_type(encoding: &Encoding) -> Option<String> {
    let media_type = encoding.content_type.as_deref()?.trim();
    (!media_type.is_empty() && !media_type.contains([',', '*'])).then(|| media_type.to_owned())
}

/// Whether a part is a file: by its schema, or by a media type that no text has.
fn is_file(node: Node<'_>, encoding: Option<&Encoding>, document: &Document) -> bool {
    if node.is_file(document) {
        return true;
    }
    let Some(view) = resolve(node, document) else { return false };
    let is_file_type = |encoding: &Encoding| {
        let media_types = encoding.content_type.as_deref().unwrap_or("text/plain");
        media_types.split(',').all(|media_type| media::kind(media_type) == Kind::Bytes)
    };
    let may_be = view.is_free() || view.kind == Some("string") && view.format.is_none() && view.values.is_empty();
    may_be && encoding.is_some_and(is_file_type)
}

/// The items of an array.
fn items<'a>(node: Node<'a>, document: &'a Document) -> Option<Node<'a>> {
    resolve(node, document)?.items
}

/// The schema that a node stands for.
fn resolve<'a>(node: Node<'a>, document: &'a Document) -> Option<View<'a>> {
    node.resolve(document).map(View::of)
}

/// The members of an object, whichever compositions they come from.
#[derive(Default)]
struct Members<'a> {
    all: IndexMap<&'a str, (Node<'a>, String)>,
    required: BTreeSet<&'a str>,
}

impl<'a> Members<'a> {
    fn of(node: Node<'a>, pointer: &str, document: &'a Document) -> Self {
        let mut members = Self::default();
        members.gather(node, pointer, document, 0);
        members
    }

    fn gather(&mut self, node: Node<'a>, pointer: &str, document: &'a Document, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        let schema = match node {
            Node::Schema(schema) => schema,
            Node::Reference(name) => {
                if let Some(schema) = document.schema(name) {
                    let pointer = pointer::component("schemas", name);
                    self.gather(Node::from(schema), &pointer, document, depth + 1);
                }
                return;
            }
        };
        let view = View::of(schema);
        for (name, property) in view.properties() {
            let below = pointer::join(&format!("{pointer}/properties"), name);
            self.all.entry(name).or_insert((property, below));
        }
        self.required.extend(view.required.iter().map(String::as_str));
        for (index, part) in view.all_of.iter().enumerate() {
            self.gather(Node::from(part), &format!("{pointer}/allOf/{index}"), document, depth + 1);
        }
        // A form is one of several: what all of them require is required.
        for (keyword, choices) in [("oneOf", view.one_of), ("anyOf", view.any_of)] {
            let mut common: Option<BTreeSet<&str>> = None;
            for (index, choice) in choices.iter().enumerate() {
                let mut one = Self::default();
                one.gather(Node::from(choice), &format!("{pointer}/{keyword}/{index}"), document, depth + 1);
                common = Some(match common {
                    Some(common) => common.intersection(&one.required).copied().collect(),
                    None => one.required,
                });
                for (name, member) in one.all {
                    self.all.entry(name).or_insert(member);
                }
            }
            self.required.extend(common.into_iter().flatten());
        }
    }
}
