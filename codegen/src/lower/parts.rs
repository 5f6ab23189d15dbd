//! The parts of forms: files, values, and what may be either.

use openapiv3::{Encoding, MediaType};

use super::held::{self, Held, Shape};
use super::media::{self, Kind};
use super::members::Members;
use super::names::{self, Scope};
use super::schemas::{Place, Schemas, Typed};
use super::view::{FARTHEST, Node, View};
use crate::diagnostic::{Diagnostics, nearest};
use crate::model::{Part, PartKind, Type};
use crate::normalize::Document;
use crate::pointer;

/// The setter of parts that the document does not name, called like that of members.
const OTHERS: &str = "additional_properties";

/// The parts of a form, as its schema names them, and what it says of those that it does not name.
pub(super) fn parts<'a>(
    node: Option<Node<'a>>,
    media: &MediaType,
    place: &Place,
    base: &str,
    taken: &mut Scope,
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> (Vec<Part>, Option<Box<Part>>) {
    let document = schemas.document;
    let members = node.map(|node| Members::of(node, &place.pointer, document)).unwrap_or_default();
    report_encodings(media, &members, place, Kind::Multipart, document, diagnostics);
    let encodings = encodings_pointer(place);
    let mut parts = Vec::new();
    for (&wire, &(node, ref pointer)) in &members.all {
        let place = Place::new(pointer.clone(), format!("{base} {wire}"), place.usage);
        let encoding = media.encoding.get(wire).map(|encoding| (encoding, pointer::join(&encodings, wire)));
        let Some(mut part) = part(wire, node, encoding, &place, schemas, diagnostics) else { continue };
        let name = names::snake(wire);
        let name = if taken.is_taken(&name) { format!("{name}_") } else { name };
        part.name = taken.claim(&name);
        part.required = members.required.contains(wire);
        parts.push(part);
    }
    for part in &mut parts {
        // Last, so that parts keep the names that they would have anyway.
        if let Some(setter) = &mut part.value_setter {
            *setter = taken.claim(&names::value_setter(&part.name));
        }
    }
    let others = members.additional.as_ref().and_then(|(node, pointer)| {
        let place = Place::new(pointer.clone(), format!("{base} Value"), place.usage);
        let mut part = match node {
            Some(node) => part("", *node, None, &place, schemas, diagnostics)?,
            None => Part::of("", PartKind::Value, Typed::any()),
        };
        part.name = taken.claim(OTHERS);
        if let Some(setter) = &mut part.value_setter {
            *setter = taken.claim(&names::value_setter(&part.name));
        }
        Some(Box::new(part))
    });
    let is_open = members.all.is_empty() && !members.is_closed;
    (parts, others.or_else(|| is_open.then(|| any_parts(media, place, taken, document, diagnostics))))
}

/// Parts of any name, files or values, for a form of which the document says nothing.
fn any_parts(
    media: &MediaType,
    place: &Place,
    taken: &mut Scope,
    document: &Document,
    diagnostics: &mut Diagnostics,
) -> Box<Part> {
    let at = match media.schema {
        Some(_) => document.locate(&place.pointer),
        None => document.locate(place.pointer.strip_suffix("/schema").unwrap_or(&place.pointer)).at_key(),
    };
    diagnostics
        .warning("untyped-body", at, "no parts of the form are described: their names are left to the caller")
        .help("describe the form as an object with properties");
    let mut part = Part::of("", PartKind::File, Typed::any());
    part.name = taken.claim(OTHERS);
    part.value_setter = Some(taken.claim(&names::value_setter(&part.name)));
    Box::new(part)
}

/// What a part holds, and how its schema and its encoding want it written; `None` if it is read-only.
fn part<'a>(
    wire: &str,
    node: Node<'a>,
    encoding: Option<(&Encoding, String)>,
    place: &Place,
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> Option<Part> {
    let document = schemas.document;
    if node.is_read_only(document) {
        return None;
    }
    let said = encoding.as_ref().map(|(encoding, _)| *encoding);
    let held = Held::of(node, &place.pointer, said, document);
    let mut media_types = MediaTypes::of(&held, node, said, document);
    let shape = Shape::of_part(node, document);
    let foreign = media_types.value.as_deref().filter(|media_type| shape != Shape::Plain && !is_written(media_type));
    let mut part = match (held.kind, foreign) {
        (PartKind::Value, None) => Part::of(wire, PartKind::Value, schemas.lower(node, place, diagnostics)),
        (PartKind::Value, Some(media_type)) => {
            if shape == Shape::Structured {
                let pointer = encoding.map(|(_, pointer)| format!("{pointer}/contentType")).unwrap_or_default();
                let message =
                    format!("the part `{wire}` of `{media_type}` is written by the caller: its schema gets no type");
                diagnostics
                    .warning("untyped-part", document.locate(&pointer), message)
                    .help("use `application/json` to have it typed");
            }
            foreign_part(wire, node, media_type, document)
        }
        (kind, _) => {
            let mut part = Part::of(wire, kind, remarks(node, document));
            if !held.values.is_empty() {
                part.value_media_type = media_types.value.take();
                let value = held.value(wire, place, schemas, diagnostics);
                part.ty = if kind == PartKind::Files { Type::List(Box::new(value)) } else { value };
                part.value_setter = Some(format!("{wire}_value"));
            }
            part
        }
    };
    match part.kind {
        PartKind::Value => part.media_type = media_types.value,
        PartKind::File | PartKind::Files if held.kind == PartKind::Value => part.media_type = media_types.value,
        PartKind::File | PartKind::Files => {
            if let Some(said) = media_types.said_of_files() {
                part.say(&said);
            }
            part.media_type = media_types.files.into_iter().find(|media_type| !media::is_range(media_type));
        }
    }
    Some(part)
}

/// The media types of a part: those of its encoding, which overrule those of its schema.
struct MediaTypes {
    /// Those of files, ranges among them.
    files: Vec<String>,
    /// That of a value.
    value: Option<String>,
}

impl MediaTypes {
    fn of<'a>(held: &Held<'a>, node: Node<'a>, encoding: Option<&Encoding>, document: &'a Document) -> Self {
        let encoded = encoding.and_then(|encoding| encoding.content_type.as_deref());
        let Some(encoded) = encoded else {
            // Text that holds JSON is not JSON that holds a text.
            let own = held::content_media_type(held::items(node, document).unwrap_or(node), document);
            let own = own.filter(|media_type| !media::is_range(media_type) && media::kind(media_type) != Kind::Json);
            return Self {
                files: held.media_types.iter().map(|media_type| (*media_type).to_owned()).collect(),
                value: own.filter(|_| held.kind == PartKind::Value).map(str::to_owned),
            };
        };
        let listed = encoded.split(',').map(str::trim).filter(|media_type| !media_type.is_empty());
        let mut files: Vec<String> = listed.map(str::to_owned).collect();
        let of_kind = |kind| files.iter().position(|listed| !media::is_range(listed) && media::kind(listed) == kind);
        // Of several, the one that is written here.
        let value = if held.kind == PartKind::Value {
            let wanted = if Shape::of_part(node, document) == Shape::Structured { Kind::Json } else { Kind::Text };
            of_kind(wanted).or_else(|| files.iter().position(|listed| !media::is_range(listed)))
        } else {
            let mut shapes = held.values.iter().map(|(value, _)| Shape::of_part(*value, document));
            let is_plain = shapes.all(|shape| shape == Shape::Plain);
            let text = if is_plain { of_kind(Kind::Text) } else { None };
            text.or_else(|| of_kind(Kind::Json)).filter(|_| !held.values.is_empty())
        };
        let value = value.and_then(|index| {
            // What values are is left to files only if there is nothing else for them.
            if files.len() > 1 { Some(files.remove(index)) } else { files.get(index).cloned() }
        });
        Self { files, value }
    }

    /// What callers should know of the media types of files.
    fn said_of_files(&self) -> Option<String> {
        let first = self.files.iter().find(|media_type| !media::is_range(media_type));
        let others = self.files.iter().filter(|other| Some(*other) != first && media::essence(other) != "*/*");
        media::said_of_media_types(first.map(String::as_str), others.map(String::as_str))
    }
}

/// A part in a format that is not written here: the caller's text or bytes, one for each item of an array.
fn foreign_part(wire: &str, node: Node<'_>, media_type: &str, document: &Document) -> Part {
    let is_text = !matches!(media::kind(media_type), Kind::Bytes | Kind::Multipart);
    let (kind, ty) = match (is_text, held::items(node, document).is_some()) {
        (true, true) => (PartKind::Value, Type::List(Box::new(Type::String))),
        (true, false) => (PartKind::Value, Type::String),
        (false, true) => (PartKind::Files, Type::Bytes),
        (false, false) => (PartKind::File, Type::Bytes),
    };
    let mut part = Part::of(wire, kind, Typed { ty, ..remarks(node, document) });
    part.say(&format!("Sent as it is given, as `{media_type}`."));
    part
}

/// Whether objects are written in a media type here. A plain text of JSON is a plain text.
fn is_written(media_type: &str) -> bool {
    media::kind(media_type) == Kind::Json || media::essence(media_type) == "text/plain"
}

/// Encodings of parts that there are not, and what they say that is not sent in a form of this kind.
pub(super) fn report_encodings(
    media: &MediaType,
    members: &Members<'_>,
    place: &Place,
    form: Kind,
    document: &Document,
    diagnostics: &mut Diagnostics,
) {
    for (wire, encoding) in &media.encoding {
        let pointer = pointer::join(&encodings_pointer(place), wire);
        if !members.all.contains_key(wire.as_str()) {
            let help = match nearest(wire, members.all.keys().copied()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("describe `{wire}` among the properties of the form"),
            };
            let message = format!("the form has no part `{wire}`; its encoding counts for nothing");
            diagnostics.warning("unknown-part", document.locate(&pointer).at_key(), message).help(help);
            continue;
        }
        let (keyword, message, help) = match form {
            Kind::Form => {
                let is_written = |media_type: &str| media::kind(media_type) == Kind::Json || media_type == "text/plain";
                let foreign = encoding.content_type.as_deref().filter(|media_type| !is_written(media_type));
                let Some(media_type) = foreign else { continue };
                (
                    "contentType",
                    format!("the part `{wire}` is written as parts of forms are, not as `{media_type}`"),
                    "use `application/json`, or a style of queries",
                )
            }
            _ if !encoding.headers.is_empty() => (
                "headers",
                format!("the headers of the part `{wire}` are not sent"),
                "callers can give a file's name and media type, but no other headers",
            ),
            _ if encoding.style.is_some() => (
                "style",
                format!("the part `{wire}` is written as forms of parts are, not in a style of queries"),
                "styles are for `application/x-www-form-urlencoded`; use `contentType` here",
            ),
            _ if encoding.allow_reserved => (
                "allowReserved",
                format!("the part `{wire}` is sent as it is: nothing is percent-encoded in forms of parts"),
                "take it out of the document",
            ),
            _ => continue,
        };
        let place = document.locate(&format!("{pointer}/{keyword}"));
        let place = if keyword == "headers" { place.at_key() } else { place };
        diagnostics.warning("part-encoding", place, message).help(help);
    }
}

/// Where the encodings of a form stand whose schema stands at `place`.
fn encodings_pointer(place: &Place) -> String {
    format!("{}/encoding", place.pointer.strip_suffix("/schema").unwrap_or(&place.pointer))
}

impl Part {
    /// A part that still lacks its name.
    fn of(wire: &str, kind: PartKind, typed: Typed) -> Self {
        Self {
            name: String::new(),
            wire: wire.to_owned(),
            kind,
            ty: typed.ty,
            required: false,
            value_setter: None,
            media_type: None,
            value_media_type: None,
            doc: typed.doc,
            deprecated: typed.deprecated,
            example: typed.example,
        }
    }

    /// Adds a sentence to what the document says of the part.
    fn say(&mut self, sentence: &str) {
        self.doc = match self.doc.trim() {
            "" => format!("`{}`\n\n{sentence}", self.wire),
            doc => format!("{doc}\n\n{sentence}"),
        };
    }
}

/// What a schema says about files beside that they are files; what stands nearest to the part counts.
fn remarks<'a>(mut node: Node<'a>, document: &'a Document) -> Typed {
    let mut typed = Typed { ty: Type::Bytes, ..Typed::any() };
    for _ in 0..FARTHEST {
        let Some(schema) = node.schema(document) else { break };
        let remarked = View::of(schema).aliased();
        let beside = remarked.iter().flat_map(|(_, remarks)| remarks.iter().rev());
        for said in std::iter::once(schema).chain(beside.filter_map(|remark| remark.schema(document))) {
            let data = &said.schema_data;
            typed.deprecated |= data.deprecated;
            if typed.doc.is_empty() {
                typed.doc = data.description.clone().or(data.title.clone()).unwrap_or_default();
            }
        }
        let Some((only, _)) = remarked else { break };
        node = only;
    }
    typed
}
