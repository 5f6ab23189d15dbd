//! The model: an API in Rust terms. `lower` builds it, `emit` prints it; neither knows the other.
//!
//! Every name in here is final. What the wire calls a thing stands beside its Rust name.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::Value;

use crate::config::{PackageConfig, QueryArrays};
use crate::lower::names;

/// Everything that a generated crate holds.
#[derive(Clone, Debug, Default)]
pub struct Api {
    /// What the API is called in prose.
    pub title: String,
    pub description: String,
    /// What a stand-alone crate says of itself.
    pub package: PackageConfig,
    /// Where requests go unless the caller says otherwise; empty when the documents name no server.
    pub base_url: String,
    pub security: Security,
    /// The servers to choose from; empty where there is no choice.
    pub servers: Vec<Server>,
    pub env: Env,
    pub query_arrays: QueryArrays,
    pub retry_patch: bool,
    /// Member names whose values are never printed.
    pub redact: Vec<String>,
    /// The documents, as the first line of generated files names them.
    pub documents: Vec<String>,
    pub features: Vec<Feature>,
    pub pagings: Vec<Paging>,
    pub webhooks: Option<Webhooks>,
    /// What the documents say that the API sends on its own.
    pub deliveries: Vec<Delivery>,
    pub skills: Vec<Skill>,
    /// Top-level resources.
    pub resources: Vec<Resource>,
    /// All types, in the order in which they were met.
    pub types: Vec<TypeDef>,
    /// Markers of required arguments.
    pub markers: BTreeSet<String>,
}

impl Api {
    /// The definition of a type, which `lower` has put there.
    #[must_use]
    pub fn get(&self, id: TypeId) -> Option<&TypeDef> {
        self.types.get(id.0)
    }

    /// Every resource, parents before their children.
    #[must_use]
    pub fn all_resources(&self) -> Vec<&Resource> {
        fn visit<'a>(resource: &'a Resource, out: &mut Vec<&'a Resource>) {
            out.push(resource);
            for child in &resource.children {
                visit(child, out);
            }
        }
        let mut out = Vec::new();
        for resource in &self.resources {
            visit(resource, &mut out);
        }
        out
    }

    /// Every operation with the path of resources that leads to it.
    #[must_use]
    pub fn methods(&self) -> Vec<(&Resource, &Method)> {
        let resources = self.all_resources().into_iter();
        resources.flat_map(|resource| resource.methods.iter().map(move |method| (resource, method))).collect()
    }

    /// Follows aliases to the type that stands behind `ty`.
    #[must_use]
    pub fn resolve<'a>(&'a self, mut ty: &'a Type) -> &'a Type {
        for _ in 0..self.types.len() {
            match ty {
                Type::Named(id) => match self.get(*id).map(|def| &def.kind) {
                    Some(TypeKind::Alias(target)) => ty = target,
                    _ => return ty,
                },
                _ => return ty,
            }
        }
        ty
    }

    /// The members of a type that is an object.
    #[must_use]
    pub fn members(&self, ty: &Type) -> Option<&[Field]> {
        let Type::Named(id) = self.resolve(ty) else { return None };
        match &self.get(*id)?.kind {
            TypeKind::Struct(object) => Some(&object.fields),
            _ => None,
        }
    }

    /// The union that a type is.
    #[must_use]
    pub fn union(&self, ty: &Type) -> Option<&Union> {
        let Type::Named(id) = self.resolve(ty) else { return None };
        match &self.get(*id)?.kind {
            TypeKind::Union(union) => Some(union),
            _ => None,
        }
    }

    /// The members that most alternatives of a union have and none has with another type, each with the name of its method;
    /// of the first alternative that has it.
    #[must_use]
    pub fn shared(&self, union: &Union) -> Vec<(String, &Field)> {
        let is_plain = |field: &Field| {
            let is_option = matches!(self.resolve(field.value_type()), Type::Option(_) | Type::Unit);
            !is_option && !field.boxed && !field.deprecated
        };
        let mut met: IndexMap<&str, (&Field, usize, bool)> = IndexMap::new();
        for field in union.variants.iter().filter_map(|variant| self.members(&variant.ty)).flatten() {
            let (first, count, is_one) = met.entry(&field.name).or_insert((field, 0, true));
            *count += 1;
            *is_one = *is_one
                && is_plain(field)
                && first.wire == field.wire
                && self.same(first.value_type(), field.value_type());
        }
        let shared = met.into_values().filter(|(_, count, is_one)| *is_one && count * 2 > union.variants.len());
        shared.map(|(field, ..)| (names::method_of_union(&field.name), field)).collect()
    }

    /// Whether two types are one, whatever they and what they hold are called.
    #[must_use]
    pub fn same(&self, one: &Type, other: &Type) -> bool {
        match (self.resolve(one), self.resolve(other)) {
            (Type::List(one), Type::List(other))
            | (Type::Map(one), Type::Map(other))
            | (Type::Option(one), Type::Option(other)) => self.same(one, other),
            (one, other) => one == other,
        }
    }
}

/// The member that holds what was asked for, in an object of no other purpose.
#[must_use]
pub fn held(fields: &[Field]) -> Option<&Field> {
    fields.iter().find(|field| field.wire == "data").filter(|_| fields.len() <= 3)
}

/// A server that callers may choose.
#[derive(Clone, Debug)]
pub struct Server {
    /// Name of the function that gives it.
    pub name: String,
    /// With its variables in braces.
    pub url: String,
    pub doc: String,
    pub variables: Vec<ServerVariable>,
}

/// A variable in the URL of a server.
#[derive(Clone, Debug)]
pub struct ServerVariable {
    pub name: String,
    pub wire: String,
    pub doc: String,
    pub default: String,
    /// Names and values, where only some are possible.
    pub values: Vec<(String, String)>,
    /// The type of these values; empty where any text will do.
    pub ty: String,
}

/// How callers prove who they are.
#[derive(Clone, Debug, Default)]
pub struct Security {
    pub schemes: Vec<Scheme>,
    /// What operations need unless they say otherwise: alternatives of schemes that are needed together, by index.
    pub default: Vec<Vec<usize>>,
    /// Whether some operation needs no credentials.
    pub anonymous: bool,
}

/// A way to prove who the caller is.
#[derive(Clone, Debug)]
pub struct Scheme {
    /// Name in the document.
    pub name: String,
    /// Method of the client's builder.
    pub setter: String,
    pub doc: String,
    pub auth: Auth,
    /// Environment variables: one, or those of the two halves.
    pub env: Vec<String>,
}

/// How a request carries a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Auth {
    /// `Authorization: Bearer KEY`
    Bearer,
    /// The same, with tokens that are fetched for the id and the secret of a client.
    ClientCredentials { token_url: String },
    /// `Authorization: Basic ..`; the key is `user:password`.
    Basic,
    /// `Authorization: SCHEME KEY`
    Http(String),
    /// A header of this name.
    Header(String),
    /// A query parameter of this name.
    Query(String),
    /// A cookie of this name.
    Cookie(String),
}

/// Environment variables of the client.
#[derive(Clone, Debug, Default)]
pub struct Env {
    pub base_url: String,
    pub webhook_key: String,
}

/// A Cargo feature.
#[derive(Clone, Debug)]
pub struct Feature {
    pub name: String,
    pub doc: String,
    /// Module of the types that only this feature needs.
    pub module: String,
}

/// A page that shows all operations of a feature.
#[derive(Clone, Debug)]
pub struct Skill {
    pub name: String,
    pub title: String,
    pub description: String,
    /// Without one the page shows all operations.
    pub feature: Option<String>,
    pub notes: Vec<String>,
}

/// Features of which one must be on for an item to be built; empty: always built.
pub type Features = BTreeSet<String>;

/// A resource: a handle with methods, and resources below it.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Method by which the parent gives it.
    pub name: String,
    /// Methods from the client to here, `["porting_orders", "actions"]`.
    pub path: Vec<String>,
    /// Type of the handle.
    pub handle: String,
    pub doc: String,
    pub methods: Vec<Method>,
    pub children: Vec<Resource>,
    pub features: Features,
}

/// One operation of the API, as a method of a resource.
#[derive(Clone, Debug)]
pub struct Method {
    pub name: String,
    /// Type of the request builder.
    pub request: String,
    /// Name of the static that describes the operation.
    pub constant: String,
    pub operation_id: String,
    pub http: Http,
    /// Path template as the document has it.
    pub path: String,
    pub summary: String,
    pub description: String,
    pub deprecated: bool,
    /// Positional arguments, in the order of the path.
    pub path_args: Vec<PathArg>,
    /// Query, header and cookie parameters as the document has them.
    pub params: Vec<Param>,
    /// Setters for `params`; a paging object has one for each member.
    pub arguments: Vec<Argument>,
    pub body: Option<Body>,
    pub output: Output,
    /// Further media types of the success response.
    pub alternatives: Vec<Alternative>,
    /// What is asked for, where that is not JSON as usual.
    pub accept: Option<String>,
    pub errors: Vec<ErrorResponse>,
    /// An enum of what errors hold, where that differs by status.
    pub error_view: Option<StatusView>,
    /// A struct of the headers of all responses, if there are any.
    pub headers: Option<HeaderView>,
    /// What the operation needs, where that is not what all do: alternatives of schemes by index.
    pub security: Option<Vec<Vec<usize>>>,
    /// The URL below which the operation is, where that is not the API's.
    pub server: Option<String>,
    pub features: Features,
    /// Where an operation takes its body in several media types, there is a method for each; this is the media type
    /// of all but the first.
    pub body_media_type: Option<String>,
}

/// HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Http {
    Get,
    Post,
    Put,
    Patch,
    Delete,
    Head,
    Options,
    Trace,
}

impl Http {
    /// `GET`
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Trace => "TRACE",
        }
    }
}

/// A positional argument: a value in the path.
#[derive(Clone, Debug)]
pub struct PathArg {
    pub name: String,
    pub wire: String,
    pub ty: Type,
    pub style: Style,
    pub explode: bool,
    /// What a text is, as the document says it: `uuid`.
    pub format: Option<String>,
    pub doc: String,
    pub example: Option<Value>,
}

/// A query, header or cookie parameter of the document.
#[derive(Clone, Debug)]
pub struct Param {
    pub wire: String,
    pub location: ParamIn,
    pub style: Style,
    pub explode: bool,
    /// Characters that have a meaning in URLs are sent as they are.
    pub reserved: bool,
    /// Empty texts are sent too.
    pub empty: bool,
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamIn {
    Query,
    Header,
    Cookie,
}

/// How a value is written into a path, query or header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Form,
    SpaceDelimited,
    PipeDelimited,
    DeepObject,
    Simple,
    Label,
    Matrix,
    /// As JSON text: `content: {application/json: ..}`.
    Json,
}

/// A setter of a request builder that fills a parameter.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Name of the setter.
    pub name: String,
    /// The pair's key on the wire, `page[size]`.
    pub wire: String,
    pub location: ParamIn,
    pub ty: Type,
    pub required: bool,
    /// What the texts are that it is or holds, as the document says it: `uuid`.
    pub format: Option<String>,
    pub doc: String,
    pub deprecated: bool,
    pub example: Option<Value>,
    /// What the server assumes when nothing is sent.
    pub default: Option<Value>,
}

/// What a request carries.
#[derive(Clone, Debug)]
pub struct Body {
    pub media_type: String,
    /// What the caller's media type has to be one of, where the document names none: `image/*`.
    pub media_range: Option<String>,
    pub required: bool,
    /// Whether it can be null as a whole.
    pub nullable: bool,
    pub kind: BodyKind,
    pub ty: Type,
    /// The struct whose fields become setters; without it the whole body is one argument.
    pub fields: Option<TypeId>,
    /// Setter of each field, by the field's index.
    pub setters: Vec<Setter>,
    /// Setter of the members that have no field.
    pub rest: Option<String>,
    /// What parts hold whose names the document leaves open, if there may be such.
    pub other_parts: Option<Box<Part>>,
    pub doc: String,
    pub example: Option<Value>,
}

impl Body {
    /// Whether the request builder holds a value that is written when it is sent.
    #[must_use]
    pub fn is_value(&self) -> bool {
        matches!(self.kind, BodyKind::Json | BodyKind::Form(_))
    }

    /// Whether it takes a call to leave it out. A body that is one argument, or whose parts are all optional, is left
    /// out unless it is given.
    #[must_use]
    pub fn is_left_out_by_call(&self) -> bool {
        let has_parts_to_give =
            matches!(&self.kind, BodyKind::Multipart(parts) if parts.iter().any(|part| part.required));
        !self.required && (self.fields.is_some() || has_parts_to_give)
    }

    /// Whether the request builder knows of a body that there is none, or null.
    #[must_use]
    pub fn is_held_as_nullable(&self) -> bool {
        self.is_value() && (self.nullable || !self.required)
    }
}

/// How a body is written.
#[derive(Clone, Debug)]
pub enum BodyKind {
    Json,
    /// As name-value pairs. The members that are not written as usual are listed.
    Form(Vec<Param>),
    /// As `multipart/form-data`.
    Multipart(Vec<Part>),
    /// The caller's text.
    Text,
    /// The caller's bytes, file or stream.
    Bytes,
}

/// A part of a form.
#[derive(Clone, Debug)]
pub struct Part {
    /// Name of the setter.
    pub name: String,
    pub wire: String,
    pub kind: PartKind,
    /// Type of a value; files are bytes, unless a value may be given in their place.
    pub ty: Type,
    pub required: bool,
    /// Setter of a value of `ty` in place of a file, where the document allows one.
    pub value_setter: Option<String>,
    /// Media type, the first where the document gives several.
    pub media_type: Option<String>,
    /// Media type of a value in place of a file.
    pub value_media_type: Option<String>,
    pub doc: String,
    pub deprecated: bool,
    pub example: Option<Value>,
}

/// What a part of a form holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    File,
    /// Any number of files of one name.
    Files,
    Value,
}

/// Names of the setters of one field of the body.
#[derive(Clone, Debug)]
pub struct Setter {
    pub name: String,
    /// Setter of an explicit null, where the field knows one; in a form, which knows none, of what is left out.
    pub null: Option<String>,
}

/// What a call gives.
#[derive(Clone, Debug)]
pub enum Output {
    /// No content.
    Empty,
    /// The whole body, decoded.
    Json(Type),
    /// One member of the body, decoded.
    Envelope { member: String, ty: Type },
    /// One page of a list.
    Page { item: Type, meta: Option<Type>, paging: usize, whole: bool },
    /// The bytes of the body, which are of one of these media types.
    Bytes { media_types: Vec<String> },
    /// The text of the body.
    Text { media_type: String },
    /// A stream of events with data of this type.
    Events(Type),
    /// An enum with a variant for each status.
    ByStatus(StatusView),
}

/// What a body is to a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    Nothing,
    Json(Type),
    /// One member of the body.
    Envelope {
        member: String,
        ty: Type,
    },
    /// A stream of events with data of this type.
    Events(Type),
    Text,
    Bytes,
}

impl Content {
    /// The type that JSON is decoded into.
    #[must_use]
    pub fn ty(&self) -> Option<&Type> {
        match self {
            Self::Json(ty) | Self::Envelope { ty, .. } | Self::Events(ty) => Some(ty),
            Self::Nothing | Self::Text | Self::Bytes => None,
        }
    }

    pub(crate) fn ty_mut(&mut self) -> Option<&mut Type> {
        match self {
            Self::Json(ty) | Self::Envelope { ty, .. } | Self::Events(ty) => Some(ty),
            Self::Nothing | Self::Text | Self::Bytes => None,
        }
    }
}

/// An enum of what responses hold, by status.
#[derive(Clone, Debug)]
pub struct StatusView {
    pub name: String,
    /// Exact statuses before ranges, and those before the default.
    pub cases: Vec<StatusCase>,
}

impl StatusView {
    /// The types that the variants hold.
    pub fn types(&self) -> impl Iterator<Item = &Type> {
        self.cases.iter().filter_map(|case| case.content.ty())
    }

    pub(crate) fn types_mut(&mut self) -> impl Iterator<Item = &mut Type> {
        self.cases.iter_mut().filter_map(|case| case.content.ty_mut())
    }
}

/// What a response of one status, or of a range of them, holds.
#[derive(Clone, Debug)]
pub struct StatusCase {
    /// `201`, `2XX` or `default`
    pub status: String,
    pub variant: String,
    pub doc: String,
    pub content: Content,
}

/// An error response.
#[derive(Clone, Debug)]
pub struct ErrorResponse {
    /// `404`, `4XX` or `default`
    pub status: String,
    pub description: String,
    /// Type of the body, unless it is the list of errors that the runtime reads by itself.
    pub ty: Option<Type>,
}

/// A struct of headers.
#[derive(Clone, Debug)]
pub struct HeaderView {
    pub name: String,
    /// Whether the responses of several operations have these headers.
    pub shared: bool,
    pub fields: Vec<HeaderField>,
}

/// A header of a response.
#[derive(Clone, Debug)]
pub struct HeaderField {
    pub name: String,
    pub wire: String,
    pub ty: Type,
    pub doc: String,
}

/// A further media type of the success response.
#[derive(Clone, Debug)]
pub struct Alternative {
    /// `send_csv`
    pub name: String,
    pub media_type: String,
    pub content: Content,
}

/// A way in which lists are paged.
#[derive(Clone, Debug)]
pub struct Paging {
    pub constant: String,
    pub kind: PagingKind,
    pub size: Option<String>,
    /// Empty if the response is the list itself.
    pub items: String,
    pub meta: Option<String>,
}

/// What leads from one page to the next: a query parameter that asks for a page, and JSON pointers into the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PagingKind {
    PageNumber { param: String, current: Option<String>, total: Option<String> },
    Offset { param: String, total: Option<String> },
    Cursor { param: String, next: String, more: Option<String> },
    LastItem { param: String, id: String, more: Option<String> },
    Link { next: String },
    LinkHeader { name: String },
}

impl PagingKind {
    /// Query parameter that asks for a page.
    #[must_use]
    pub fn param(&self) -> Option<&str> {
        match self {
            Self::PageNumber { param, .. }
            | Self::Offset { param, .. }
            | Self::Cursor { param, .. }
            | Self::LastItem { param, .. } => Some(param),
            Self::Link { .. } | Self::LinkHeader { .. } => None,
        }
    }
}

/// What the API posts to its users' servers.
#[derive(Clone, Debug)]
pub struct Webhooks {
    pub signature_header: String,
    pub timestamp_header: String,
    /// What is signed, piece by piece.
    pub signed: Vec<Signed>,
    /// Member of the body that holds the event.
    pub member: Option<String>,
    /// JSON pointers.
    pub id: Option<String>,
    pub attempt: Option<String>,
    /// Type of an event.
    pub event: String,
    /// Member that tells the events apart.
    pub tag: Option<String>,
    pub events: Vec<WebhookVariant>,
}

/// A request that the API sends on its own, and the type of its body.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub sender: Sender,
    pub http: Http,
    pub ty: TypeId,
    pub features: Features,
}

/// What makes the API send a request.
#[derive(Clone, Debug)]
pub enum Sender {
    Webhook {
        name: String,
    },
    Callback {
        name: String,
        /// `POST /streams`
        operation: String,
        /// Where it is sent to, as the document writes it: `{$request.body#/url}`.
        url: String,
    },
}

impl Sender {
    /// What the document calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Webhook { name } | Self::Callback { name, .. } => name,
        }
    }
}

/// A piece of what a webhook's signature covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signed {
    Timestamp,
    Body,
    Text(String),
}

/// A family of events, which is a union of them.
#[derive(Clone, Debug)]
pub struct WebhookVariant {
    pub name: String,
    pub ty: TypeId,
}

/// Index of a type in [`Api::types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub usize);

/// A Rust type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    Bool,
    I32,
    I64,
    U64,
    F32,
    F64,
    String,
    /// Date and time, text kept.
    Timestamp,
    /// Calendar date, text kept.
    Date,
    /// Raw bytes; bodies only.
    Bytes,
    /// JSON null and nothing else.
    Unit,
    /// Any JSON value.
    Any,
    List(Box<Type>),
    Map(Box<Type>),
    Option(Box<Type>),
    Named(TypeId),
}

impl Type {
    /// The named type that it is, or of whose values it is made.
    #[must_use]
    pub fn named(&self) -> Option<TypeId> {
        match self {
            Self::Named(id) => Some(*id),
            Self::Option(inner) | Self::List(inner) | Self::Map(inner) => inner.named(),
            _ => None,
        }
    }

    /// The named type whose values stand within those of this one, without indirection.
    #[must_use]
    pub fn direct(&self) -> Option<TypeId> {
        match self {
            Self::Named(id) => Some(*id),
            Self::Option(inner) => inner.direct(),
            _ => None,
        }
    }
}

/// A named type of the crate.
#[derive(Clone, Debug)]
pub struct TypeDef {
    pub name: String,
    pub doc: String,
    pub deprecated: bool,
    pub kind: TypeKind,
    /// Where the document defines it.
    pub pointer: String,
    /// Module of `types` that holds it.
    pub module: String,
    /// Name of the builder, for structs that callers put into requests.
    pub builder: Option<String>,
    pub example: Option<Value>,
}

/// What a named type is.
#[derive(Clone, Debug)]
pub enum TypeKind {
    Struct(Struct),
    StringEnum(Vec<Variant<String>>),
    IntEnum(Vec<Variant<i64>>),
    Union(Union),
    Alias(Type),
}

impl TypeKind {
    /// The types whose values stand within those of this one, and not in boxes, lists or maps.
    #[must_use]
    pub fn within(&self) -> Vec<usize> {
        let types: Vec<&Type> = match self {
            Self::Struct(object) => object.fields.iter().filter(|field| !field.boxed).map(|field| &field.ty).collect(),
            Self::Union(union) => {
                union.variants.iter().filter(|variant| !variant.boxed).map(|variant| &variant.ty).collect()
            }
            Self::Alias(target) => vec![target],
            Self::StringEnum(_) | Self::IntEnum(_) => Vec::new(),
        };
        types.into_iter().filter_map(Type::direct).map(|id| id.0).collect()
    }
}

/// An object with named members.
#[derive(Clone, Debug, Default)]
pub struct Struct {
    pub fields: Vec<Field>,
    /// Members beyond the named ones: the field's name and the type of its values.
    pub rest: Option<(String, Type)>,
    /// Whether it is nothing but the body of a form of pairs, in which null is left out.
    pub in_form: bool,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub wire: String,
    pub ty: Type,
    pub presence: Presence,
    /// Setter of an explicit null, for members that know one.
    pub null_setter: Option<String>,
    /// Breaks a cycle of types without indirection.
    pub boxed: bool,
    pub redacted: bool,
    pub read_only: bool,
    /// What the texts are that it is or holds, as the document says it: `uuid`.
    pub format: Option<String>,
    pub doc: String,
    pub deprecated: bool,
    pub example: Option<Value>,
}

impl Field {
    /// What its setter takes: a value. For null there is a setter of its own.
    #[must_use]
    pub fn value_type(&self) -> &Type {
        match &self.ty {
            Type::Option(value) if self.presence == Presence::Required => value,
            ty => ty,
        }
    }

    /// Whether a request can set it to null.
    #[must_use]
    pub fn takes_null(&self) -> bool {
        match self.presence {
            Presence::Required => matches!(self.ty, Type::Option(_)),
            Presence::Optional => false,
            Presence::Nullable => true,
        }
    }
}

/// Whether a member may be left out, and whether leaving it out differs from null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Required,
    Optional,
    /// Absent, null and a value are three different things.
    Nullable,
}

/// A value of an open enum.
#[derive(Clone, Debug)]
pub struct Variant<T> {
    pub name: String,
    pub value: T,
}

/// One of several types.
#[derive(Clone, Debug)]
pub struct Union {
    /// Member that tells the variants apart.
    pub tag: Option<String>,
    pub variants: Vec<UnionVariant>,
}

/// One alternative of a union.
#[derive(Clone, Debug)]
pub struct UnionVariant {
    pub name: String,
    pub ty: Type,
    pub boxed: bool,
    /// Value of the tag.
    pub tag: Option<String>,
    /// What must hold for the variant to be tried, in a union without tag.
    pub guard: Guard,
    pub doc: String,
}

/// What tells a variant of an untagged union from its siblings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guard {
    Always,
    Bool,
    Integer,
    Number,
    String,
    Array,
    /// An object that has these members.
    Object(Vec<String>),
    /// An object whose member has one of these values, as JSON.
    Constant(String, Vec<String>),
}

impl Guard {
    /// Whether every value that passes fits the types that stand behind the guard.
    #[must_use]
    pub fn is_scalar(&self) -> bool {
        matches!(self, Self::Bool | Self::Integer | Self::Number | Self::String)
    }
}
