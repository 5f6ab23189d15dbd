//! What requests carry: JSON, forms, parts, text, bytes.

use std::collections::{BTreeSet, HashMap, HashSet};

use indexmap::IndexMap;
use openapiv3::{AdditionalProperties, Encoding, MediaType, QueryStyle, RequestBody, Schema};

use super::media::{self, Kind};
use super::names::{self, Scope};
use super::operations::{Found, target};
use super::schemas::{Place, Schemas, Typed};
use super::usage::Usage;
use super::view::{FARTHEST, Node, View};
use crate::diagnostic::{Diagnostics, nearest};
use crate::model::{Body, BodyKind, Http, Param, ParamIn, Part, PartKind, Presence, Setter, Style, Type, TypeKind};
use crate::normalize::Document;
use crate::pointer;

/// The setter of parts that the document does not name, called like that of members.
const OTHERS: &str = "additional_properties";

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

impl Body {
    /// A body of which no more is known than its media type.
    fn of(request_body: &RequestBody, media_type: String) -> Self {
        Self {
            media_type,
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
    let first = media_types.iter().copied().find(|media_type| !is_range(media_type));
    match first {
        Some(first) => first.clone_into(&mut body.media_type),
        None if is_multipart => {}
        None => {
            let place = document.locate(&pointer::join(&format!("{pointer}/content"), name)).at_key();
            let message =
                format!("a body of `{name}` is sent as `{}` unless the caller says what it is", body.media_type);
            diagnostics
                .warning("media-type-range", place, message)
                .help("name the media types that the server takes in place of a range of them");
        }
    }
    let others = media_types.iter().copied().filter(|other| Some(*other) != first);
    let said = if is_multipart { Some(BOUNDARY.to_owned()) } else { said_of_media_types(first, others) };
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

/// The parts of a form, as its schema names them, and what it says of those that it does not name.
fn parts<'a>(
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
            part.media_type = media_types.files.into_iter().find(|media_type| !is_range(media_type));
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
            let own = content_media_type(items(node, document).unwrap_or(node), document);
            let own = own.filter(|media_type| !is_range(media_type) && media::kind(media_type) != Kind::Json);
            return Self {
                files: held.media_types.iter().map(|media_type| (*media_type).to_owned()).collect(),
                value: own.filter(|_| held.kind == PartKind::Value).map(str::to_owned),
            };
        };
        let listed = encoded.split(',').map(str::trim).filter(|media_type| !media_type.is_empty());
        let mut files: Vec<String> = listed.map(str::to_owned).collect();
        let of_kind = |kind| files.iter().position(|listed| !is_range(listed) && media::kind(listed) == kind);
        // Of several, the one that is written here.
        let value = if held.kind == PartKind::Value {
            let wanted = if Shape::of_part(node, document) == Shape::Structured { Kind::Json } else { Kind::Text };
            of_kind(wanted).or_else(|| files.iter().position(|listed| !is_range(listed)))
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
        let first = self.files.iter().find(|media_type| !is_range(media_type));
        let others = self.files.iter().filter(|other| Some(*other) != first && media::essence(other) != "*/*");
        said_of_media_types(first.map(String::as_str), others.map(String::as_str))
    }
}

/// What callers should know of the media types of an upload: which counts for it, and how they choose another.
fn said_of_media_types<'m>(first: Option<&str>, others: impl Iterator<Item = &'m str>) -> Option<String> {
    let others: Vec<String> = others.map(|other| format!("`{other}`")).collect();
    if others.is_empty() {
        return None;
    }
    let others = others.join(", ");
    Some(match first {
        Some(first) => format!("Sent as `{first}` unless its `FileUpload::content_type` is another one: {others}."),
        None => format!(
            "Give its `FileUpload::content_type`, one of {others}: without it, it is sent as `application/octet-stream`."
        ),
    })
}

/// Whether a media type is a range of them.
fn is_range(media_type: &str) -> bool {
    media::essence(media_type).contains('*')
}

/// What a schema says of the content of a text.
fn content_media_type<'a>(node: Node<'a>, document: &'a Document) -> Option<&'a str> {
    resolve(node, document)?.data.extensions.get("x-contentMediaType")?.as_str()
}

/// A part in a format that is not written here: the caller's text or bytes, one for each item of an array.
fn foreign_part(wire: &str, node: Node<'_>, media_type: &str, document: &Document) -> Part {
    let is_text = !matches!(media::kind(media_type), Kind::Bytes | Kind::Multipart);
    let (kind, ty) = match (is_text, items(node, document).is_some()) {
        (true, true) => (PartKind::Value, Type::List(Box::new(Type::String))),
        (true, false) => (PartKind::Value, Type::String),
        (false, true) => (PartKind::Files, Type::Bytes),
        (false, false) => (PartKind::File, Type::Bytes),
    };
    let mut part = Part::of(wire, kind, Typed { ty, ..remarks(node, document) });
    part.say(&format!("Sent as it is given, as `{media_type}`."));
    part
}

/// What a part holds by its schema: a value, files, or files in whose place there may be values.
struct Held<'a> {
    kind: PartKind,
    /// The schemas of the values in place of files, with their places.
    values: Vec<(Node<'a>, String)>,
    /// What the schemas of the files say of their content.
    media_types: Vec<&'a str>,
}

impl<'a> Held<'a> {
    fn of(node: Node<'a>, pointer: &str, encoding: Option<&Encoding>, document: &'a Document) -> Self {
        let mut held = Self { kind: PartKind::Value, values: Vec::new(), media_types: Vec::new() };
        let mut alternatives =
            Alternatives { document, encoding, all: HashMap::new(), above: HashMap::new(), files: HashSet::new() };
        if let Some(first) = alternatives.visit(node, pointer, 0) {
            alternatives.find_files();
            alternatives.collect(first, &mut held, &mut HashSet::new());
        }
        held
    }

    /// The type of the values in place of files.
    fn value(&self, wire: &str, place: &Place, schemas: &mut Schemas<'a>, diagnostics: &mut Diagnostics) -> Type {
        let document = schemas.document;
        if let [(node, pointer)] = self.values.as_slice() {
            let place = Place::new(pointer.clone(), format!("{} Value", place.name), place.usage);
            return schemas.lower(*node, &place, diagnostics).ty;
        }
        let is_text = |node: &Node<'_>| node.view(document).is_some_and(|view| view.kind == Some("string"));
        if self.values.iter().all(|(node, _)| is_text(node)) {
            return Type::String;
        }
        let file = if wire.is_empty() { "files of other names".to_owned() } else { format!("the file `{wire}`") };
        let message = format!("the values that may stand in place of {file} get no type in common");
        diagnostics
            .warning("untyped-part", document.locate(&place.pointer), message)
            .help("describe them as one schema beside that of the file");
        Type::Any
    }
}

/// The schemas of which one has to fit a part, and those of their items: each once, however many ways lead there.
struct Alternatives<'a, 'e> {
    document: &'a Document,
    encoding: Option<&'e Encoding>,
    all: HashMap<*const Schema, Alternative<'a>>,
    /// Those that each is directly below.
    above: HashMap<*const Schema, Vec<*const Schema>>,
    /// Those that are files, or that have one below them.
    files: HashSet<*const Schema>,
}

/// What is directly below a schema, with its places.
#[derive(Default)]
struct Alternative<'a> {
    is_array: bool,
    /// What it says of its content.
    media_type: Option<&'a str>,
    below: Vec<(*const Schema, Node<'a>, String)>,
}

impl<'a> Alternatives<'a, '_> {
    fn visit(&mut self, node: Node<'a>, pointer: &str, depth: usize) -> Option<*const Schema> {
        // What is said beside a schema makes no other value of it.
        let (schema, pointer) = behind(node, pointer, self.document).filter(|_| depth < FARTHEST)?;
        let id = std::ptr::from_ref(schema);
        if self.all.contains_key(&id) {
            return Some(id);
        }
        let media_type = content_media_type(Node::Schema(schema), self.document);
        self.all.insert(id, Alternative { media_type, ..Alternative::default() });
        if is_file(Node::Schema(schema), self.encoding, self.document) {
            self.files.insert(id);
            return Some(id);
        }
        let view = View::of(schema);
        let (keyword, alternatives) = view.alternatives();
        let alternatives = alternatives.iter().map(Node::from).enumerate();
        let below: Vec<(Node<'a>, String)> = match view.items {
            Some(item) => vec![(item, format!("{pointer}/items"))],
            None => alternatives.map(|(index, node)| (node, format!("{pointer}/{keyword}/{index}"))).collect(),
        };
        let mut alternative = Alternative { is_array: view.items.is_some(), ..Alternative::default() };
        for (node, pointer) in below {
            if node.view(self.document).is_some_and(|view| view.is_null()) {
                continue;
            }
            let Some(other) = self.visit(node, &pointer, depth + 1) else { continue };
            self.above.entry(other).or_default().push(id);
            alternative.below.push((other, node, pointer));
        }
        self.all.insert(id, alternative);
        Some(id)
    }

    /// Goes from files to what they are below.
    fn find_files(&mut self) {
        let mut pending: Vec<*const Schema> = self.files.iter().copied().collect();
        while let Some(file) = pending.pop() {
            for above in self.above.remove(&file).unwrap_or_default() {
                if self.files.insert(above) {
                    pending.push(above);
                }
            }
        }
    }

    /// Gathers the values that stand in place of files. What is nowhere a file is one value, whatever is below it.
    fn collect(&self, id: *const Schema, held: &mut Held<'a>, seen: &mut HashSet<*const Schema>) {
        let Some(alternative) = self.all.get(&id).filter(|_| self.files.contains(&id) && seen.insert(id)) else {
            return;
        };
        match held.kind {
            _ if alternative.is_array => held.kind = PartKind::Files,
            PartKind::Value => held.kind = PartKind::File,
            PartKind::File | PartKind::Files => {}
        }
        if let Some(media_type) = alternative.media_type.filter(|media_type| !held.media_types.contains(media_type)) {
            held.media_types.push(media_type);
        }
        for (other, node, pointer) in &alternative.below {
            if self.files.contains(other) {
                self.collect(*other, held, seen);
            } else if seen.insert(*other) {
                held.values.push((*node, pointer.clone()));
            }
        }
    }
}

/// How much of a value there is to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// A text, a number, a flag.
    Plain,
    /// The schema does not say.
    Free,
    /// An object, or something with objects in it.
    Structured,
}

impl Shape {
    /// The shape of a part: an array is a part for each of its items.
    fn of_part(node: Node<'_>, document: &Document) -> Self {
        Self::of(items(node, document).unwrap_or(node), document, &mut HashSet::new())
    }

    /// `seen` are the schemas that have been looked at.
    fn of(node: Node<'_>, document: &Document, seen: &mut HashSet<*const Schema>) -> Self {
        let is_new = |schema: &&Schema| seen.len() <= FARTHEST && seen.insert(std::ptr::from_ref(*schema));
        let schema = node.resolve(document).filter(is_new);
        let Some(view) = schema.map(View::of) else { return Self::Plain };
        if view.is_free() {
            return Self::Free;
        }
        let mut below = view.all_of.iter().chain(view.one_of).chain(view.any_of).map(Node::from).chain(view.items);
        let is_structured = view.kind == Some("object")
            || view.has_properties()
            || view.additional.is_some()
            || below.any(|node| Self::of(node, document, seen) == Self::Structured);
        if is_structured { Self::Structured } else { Self::Plain }
    }
}

/// Whether objects are written in a media type here. A plain text of JSON is a plain text.
fn is_written(media_type: &str) -> bool {
    media::kind(media_type) == Kind::Json || media::essence(media_type) == "text/plain"
}

/// Encodings of parts that there are not, and what they say that is not sent in a form of this kind.
fn report_encodings(
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
            _ => continue,
        };
        let place = document.locate(&format!("{pointer}/{keyword}"));
        let place = if keyword == "headers" { place.at_key() } else { place };
        diagnostics.warning("part-encoding", place, message).help(help);
    }
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

/// Where the encodings of a form stand whose schema stands at `place`.
fn encodings_pointer(place: &Place) -> String {
    format!("{}/encoding", place.pointer.strip_suffix("/schema").unwrap_or(&place.pointer))
}

/// What a schema says about files beside that they are files; what stands nearest to the part counts.
fn remarks<'a>(mut node: Node<'a>, document: &'a Document) -> Typed {
    let mut typed = Typed { ty: Type::Bytes, ..Typed::any() };
    for _ in 0..FARTHEST {
        let Some(schema) = node.schema(document) else { break };
        let remarked = remarked(&View::of(schema));
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
    behind(node, "", document).map(|(schema, _)| View::of(schema))
}

/// The schema behind references and remarks, with its place.
fn behind<'a>(mut node: Node<'a>, pointer: &str, document: &'a Document) -> Option<(&'a Schema, String)> {
    let mut pointer = pointer.to_owned();
    for _ in 0..FARTHEST {
        let (name, schema) = node.named(document)?;
        if let Some(name) = name {
            pointer = pointer::component("schemas", name);
        }
        let view = View::of(schema);
        let Some((only, _)) = remarked(&view) else { return Some((schema, pointer)) };
        let index = view.all_of.iter().position(|part| Node::from(part).is(only))?;
        pointer = format!("{pointer}/allOf/{index}");
        node = only;
    }
    None
}

/// What a schema is but a remark about, unless it has values of its own.
fn remarked<'a>(view: &View<'a>) -> Option<(Node<'a>, Vec<Node<'a>>)> {
    view.remarked().filter(|_| view.values.is_empty())
}

/// The members of an object, whichever compositions they come from.
#[derive(Default)]
struct Members<'a> {
    all: IndexMap<&'a str, (Node<'a>, String)>,
    required: BTreeSet<&'a str>,
    /// The schema of further members with its place, if there may be such.
    additional: Option<(Option<Node<'a>>, String)>,
    /// Whether there must be no further members.
    is_closed: bool,
    /// Whether some schema says that there are values other than objects.
    is_other: bool,
    /// Whether some schema is one of objects.
    is_object: bool,
}

impl<'a> Members<'a> {
    fn of(node: Node<'a>, pointer: &str, document: &'a Document) -> Self {
        let mut gathering =
            Gathering { document, members: Self::default(), seen: HashSet::new(), requirements: Vec::new() };
        let first = gathering.visit(node, pointer, 0);
        let required = first.and_then(|first| gathering.required().remove(&first)).unwrap_or_default();
        Self { required, ..gathering.members }
    }

    /// Whether what is described is no object at all.
    fn are_none(&self) -> bool {
        self.all.is_empty() && self.additional.is_none() && self.is_other && !self.is_object
    }
}

/// A walk through the compositions of a form, to each schema once, however many of them name it.
struct Gathering<'a> {
    document: &'a Document,
    members: Members<'a>,
    seen: HashSet<*const Schema>,
    /// What each schema requires; what it is composed of stands before it, unless that leads back to it.
    requirements: Vec<(*const Schema, Requirements<'a>)>,
}

impl<'a> Gathering<'a> {
    fn visit(&mut self, node: Node<'a>, pointer: &str, depth: usize) -> Option<*const Schema> {
        let (name, schema) = node.named(self.document).filter(|_| depth < FARTHEST)?;
        let id = std::ptr::from_ref(schema);
        if !self.seen.insert(id) {
            return Some(id);
        }
        let pointer = name.map_or_else(|| pointer.to_owned(), |name| pointer::component("schemas", name));
        let view = View::of(schema);
        for (name, property) in view.properties() {
            let below = || (property, pointer::join(&format!("{pointer}/properties"), name));
            self.members.all.entry(name).or_insert_with(below);
        }
        self.members.is_object |= view.kind == Some("object");
        self.members.is_other |= view.kind.is_some_and(|kind| kind != "object") || !view.values.is_empty();
        self.members.is_closed |= matches!(view.additional, Some(AdditionalProperties::Any(false)));
        let additional = match view.additional {
            Some(AdditionalProperties::Schema(schema)) => Some(Some(Node::from(schema.as_ref()))),
            Some(AdditionalProperties::Any(true)) => Some(None),
            Some(AdditionalProperties::Any(false)) | None => None,
        };
        if let (None, Some(additional)) = (&self.members.additional, additional) {
            self.members.additional = Some((additional, format!("{pointer}/additionalProperties")));
        }
        let [all_of, one_of, any_of] =
            [("allOf", view.all_of), ("oneOf", view.one_of), ("anyOf", view.any_of)].map(|(keyword, schemas)| {
                let places = schemas.iter().enumerate().map(|(index, schema)| (index, Node::from(schema)));
                places
                    .map(|(index, node)| self.visit(node, &format!("{pointer}/{keyword}/{index}"), depth + 1))
                    .collect()
            });
        self.requirements.push((id, Requirements { own: view.required, all_of, choices: [one_of, any_of] }));
        Some(id)
    }

    /// What each schema requires in the end: as often as schemas that lead to each other need to learn it.
    fn required(&self) -> HashMap<*const Schema, BTreeSet<&'a str>> {
        let mut known: HashMap<_, BTreeSet<_>> = HashMap::new();
        let mut is_done = false;
        while !is_done {
            is_done = true;
            for (id, requirements) in &self.requirements {
                let required = requirements.within(&known);
                // They only become more.
                if required.len() > known.get(id).map_or(0, BTreeSet::len) {
                    known.insert(*id, required);
                    is_done = false;
                }
            }
        }
        known
    }
}

/// What a schema requires, by itself and by what it is composed of, as far as that can be found.
struct Requirements<'a> {
    own: &'a [String],
    all_of: Vec<Option<*const Schema>>,
    /// What stands in `oneOf`, and in `anyOf`.
    choices: [Vec<Option<*const Schema>>; 2],
}

impl<'a> Requirements<'a> {
    fn within(&self, known: &HashMap<*const Schema, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
        let of = |id: &Option<*const Schema>| id.and_then(|id| known.get(&id));
        let mut required: BTreeSet<&str> = self.own.iter().map(String::as_str).collect();
        required.extend(self.all_of.iter().filter_map(of).flatten());
        // A form is one of several: what all of them require is required.
        for choices in &self.choices {
            let mut choices = choices.iter().map(of);
            let Some(Some(first)) = choices.next() else { continue };
            let mut common = first.clone();
            for choice in choices {
                common.retain(|name| choice.is_some_and(|choice| choice.contains(name)));
            }
            required.extend(common);
        }
        required
    }
}
