//! What requests carry: JSON, forms, parts, text, bytes.

use openapiv3::{MediaType, QueryStyle, RequestBody};

use super::media::{self, Kind};
use super::members::Members;
use super::names::{self, Scope};
use super::operations::{Found, target};
use super::parts::{parts, report_encodings};
use super::schemas::{Place, Schemas, Typed};
use super::usage::Usage;
use super::view::Node;
use crate::diagnostic::Diagnostics;
use crate::model::{Body, BodyKind, Http, Param, ParamIn, Presence, Setter, Style, Type, TypeKind};
use crate::normalize::Document;
use crate::pointer;

/// What callers should know who write the parts of a form by themselves.
const BOUNDARY: &str = "Give its `FileUpload::content_type`, with the boundary that is between its parts.";

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
        None => match media::preferred(&request_body.content) {
            Some(preferred) => preferred,
            None if request_body.required => {
                return Some(unknown(request_body, &pointer, schemas.document, diagnostics));
            }
            None => return None,
        },
    };
    let place = Place::new(
        media::schema_pointer(&pointer, name),
        format!("{base} Body"),
        Usage::body(found.http == Http::Patch),
    );
    let mut body = Body::of(request_body, media::concrete(name));
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
        Kind::Form => {
            if let Some(node) = node {
                let members = Members::of(node, &place.pointer, schemas.document);
                report_encodings(media, &members, &place, Kind::Form, schemas.document, diagnostics);
            }
            BodyKind::Form(encodings(media))
        }
        Kind::Multipart if node.is_some_and(|node| Members::of(node, "", schemas.document).are_none()) => {
            report_raw("bytes", &place, schemas.document, diagnostics);
            body.say(BOUNDARY);
            BodyKind::Bytes
        }
        Kind::Multipart => {
            let (parts, others) = parts(node, media, &place, base, taken, schemas, diagnostics);
            body.other_parts = others;
            BodyKind::Multipart(parts)
        }
        Kind::Text | Kind::Events => {
            // Beside JSON that is but another way.
            if media::preferred(&request_body.content).is_some_and(|(preferred, _)| preferred == name) {
                media::report_untyped(name, node, &place.pointer, schemas.document, diagnostics);
            }
            BodyKind::Text
        }
        Kind::Bytes => {
            say_bytes(&mut body, name, request_body, &pointer, schemas.document, diagnostics);
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
        report_raw("text", &place, schemas.document, diagnostics);
        return Some(Body { kind: BodyKind::Text, ..body });
    }
    if matches!(body.kind, BodyKind::Form(_)) {
        forget_null(&typed.ty, &place, schemas);
    }
    add_setters(&mut body, &typed.ty, taken, schemas);
    // A type that holds null takes it like any other value.
    let holds_null = matches!(schemas.unaliased(&typed.ty), Type::Option(_) | Type::Any | Type::Unit);
    body.nullable = typed.nullable && !holds_null && matches!(body.kind, BodyKind::Json);
    body.example = media.example.clone().or(typed.example);
    body.doc = typed.doc;
    body.ty = typed.ty;
    Some(body)
}

/// Says of a form that its schema is none of a form.
fn report_raw(taken_as: &str, place: &Place, document: &Document, diagnostics: &mut Diagnostics) {
    let message = format!("only objects can be written as a form; the body is taken from the caller as {taken_as}");
    diagnostics
        .warning("raw-body", document.locate(&place.pointer), message)
        .help("describe the form as an object with properties");
}

/// A body of which the document says nothing but that there must be one.
fn unknown(request_body: &RequestBody, pointer: &str, document: &Document, diagnostics: &mut Diagnostics) -> Body {
    let media_type = "application/octet-stream";
    diagnostics
        .warning(
            "raw-body",
            document.locate(pointer),
            "the body has no media type; it is taken from the caller as bytes",
        )
        .help("name the media types that the server takes under `content`");
    let mut body = Body { kind: BodyKind::Bytes, ..Body::of(request_body, media_type.to_owned()) };
    body.say(&format!("Give its `FileUpload::content_type`: without it, it is sent as `{media_type}`."));
    body
}

impl Body {
    /// A body of which no more is known than its media type.
    fn of(request_body: &RequestBody, media_type: String) -> Self {
        Self {
            media_type,
            media_range: None,
            required: request_body.required,
            nullable: false,
            kind: BodyKind::Json,
            ty: Type::Bytes,
            fields: None,
            setters: Vec::new(),
            rest: None,
            other_parts: None,
            doc: request_body.description.clone().unwrap_or_default(),
            example: None,
        }
    }

    /// Adds a sentence to what the document says of the body.
    fn say(&mut self, sentence: &str) {
        self.doc = format!("{}\n\n{sentence}", self.doc.trim());
    }
}

/// Says of bytes what they may be.
fn say_bytes(
    body: &mut Body,
    name: &str,
    request_body: &RequestBody,
    pointer: &str,
    document: &Document,
    diagnostics: &mut Diagnostics,
) {
    let is_multipart = media::essence(name).starts_with("multipart/");
    if is_multipart {
        let message = format!("a body of `{name}` is taken from the caller as bytes");
        diagnostics
            .warning("raw-body", document.locate(pointer), message)
            .help("offer `multipart/form-data` to have its parts typed");
    }
    let others = request_body.content.keys().map(String::as_str);
    let others = others.filter(|other| *other != name && media::kind(other) == Kind::Bytes);
    let media_types: Vec<&str> = std::iter::once(name).chain(others).collect();
    let first = media_types.iter().copied().find(|media_type| !media::is_range(media_type));
    match first {
        Some(first) => first.clone_into(&mut body.media_type),
        None if is_multipart => {}
        None => {
            body.media_range = Some(name.to_owned());
            let place = document.locate(&pointer::join(&format!("{pointer}/content"), name)).at_key();
            let message =
                format!("a body of `{name}` is sent as `{}` unless the caller says what it is", body.media_type);
            diagnostics
                .warning("media-type-range", place, message)
                .help("name the media types that the server takes in place of a range of them");
        }
    }
    let others = media_types.iter().copied().filter(|other| Some(*other) != first);
    let said = if is_multipart { Some(BOUNDARY.to_owned()) } else { media::said_of_media_types(first, others) };
    if let Some(said) = said {
        body.say(&said);
    }
}

/// Takes the setters of null from a struct that is described where a form is, and so serves for nothing else.
fn forget_null(ty: &Type, place: &Place, schemas: &mut Schemas<'_>) {
    let Some(id) = target(schemas, ty) else { return };
    let Some(def) = schemas.types.get_mut(id.0).filter(|def| def.pointer == place.pointer) else { return };
    let TypeKind::Struct(object) = &mut def.kind else { return };
    object.in_form = true;
    for field in object.fields.iter_mut().filter(|field| field.presence != Presence::Required) {
        field.null_setter = None;
    }
}

/// Gives the members of a struct setters of their own.
fn add_setters(body: &mut Body, ty: &Type, taken: &mut Scope, schemas: &Schemas<'_>) {
    let in_form = matches!(body.kind, BodyKind::Form(_));
    let Some(id) = target(schemas, ty) else { return };
    let Some(TypeKind::Struct(object)) = schemas.types.get(id.0).map(|def| &def.kind) else { return };
    body.fields = Some(id);
    for field in &object.fields {
        let name = if taken.is_taken(&field.name) { format!("{}_", field.name) } else { field.name.clone() };
        let name = taken.claim(&name);
        body.setters.push(Setter { name, null: None });
    }
    for (field, setter) in object.fields.iter().zip(&mut body.setters) {
        // A form has no null: only what would have to be given is left out by a call.
        if field.takes_null() && (!in_form || field.presence == Presence::Required) {
            setter.null = Some(taken.claim(&names::null_setter(&setter.name)));
        }
    }
    body.rest = object.rest.as_ref().map(|(rest, _)| taken.claim(rest));
}

/// Whether values of the type are objects.
fn has_members(schemas: &Schemas<'_>, ty: &Type) -> bool {
    match schemas.unaliased(ty) {
        Type::Map(_) | Type::Any => true,
        Type::Named(id) => {
            let kind = schemas.types.get(id.0).map(|def| &def.kind);
            matches!(kind, Some(TypeKind::Struct(_) | TypeKind::Union(_)))
        }
        _ => false,
    }
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
        if style != Style::Form || encoding.style.is_some() || !encoding.explode || encoding.allow_reserved {
            params.push(Param {
                wire: wire.clone(),
                location: ParamIn::Query,
                style,
                explode: encoding.explode,
                reserved: encoding.allow_reserved,
                empty: false,
            });
        }
    }
    params
}
