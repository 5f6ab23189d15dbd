//! Operations become methods: arguments, body, output, paging.

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::{
    Operation, Parameter, ParameterSchemaOrContent, PathItem, PathStyle, QueryStyle, ReferenceOr, RequestBody,
    Response, StatusCode,
};

use super::bodies;
use super::media::{self, Kind};
use super::names::{self, Scope};
use super::schemas::{Place, Schemas};
use super::usage::{Usage, UsageMap};
use super::view::{Node, View};
use crate::config::PaginationConfig;
use crate::diagnostic::{Diagnostics, nearest};
use crate::model::{
    Alternative, Argument, Features, Http, Method, Output, Param, ParamIn, PathArg, Style, Type, TypeKind,
};
use crate::normalize::Document;

/// An operation of the document, where it stands and what it is called.
#[derive(Clone, Debug)]
pub(crate) struct Found<'a> {
    pub http: Http,
    pub path: &'a str,
    pub operation: &'a Operation,
    pub item: &'a PathItem,
}

impl<'a> Found<'a> {
    /// Every operation of a document.
    pub(crate) fn all(document: &'a Document) -> Vec<Self> {
        let mut all = Vec::new();
        for (path, item) in &document.api.paths.paths {
            let ReferenceOr::Item(item) = item else { continue };
            let methods = [
                (Http::Get, &item.get),
                (Http::Post, &item.post),
                (Http::Put, &item.put),
                (Http::Patch, &item.patch),
                (Http::Delete, &item.delete),
                (Http::Head, &item.head),
                (Http::Options, &item.options),
                (Http::Trace, &item.trace),
            ];
            for (http, operation) in methods {
                if let Some(operation) = operation {
                    all.push(Self { http, path, operation, item });
                }
            }
        }
        all
    }

    /// `get /phone_numbers/{id}`, as sdk.yaml names operations.
    pub(crate) fn reference(&self) -> String {
        format!("{} {}", self.http.as_str().to_ascii_lowercase(), self.path)
    }

    /// JSON pointer of the operation.
    pub(crate) fn pointer(&self) -> String {
        format!("{}/{}", self.path_pointer(), self.http.as_str().to_ascii_lowercase())
    }

    /// JSON pointer of the operation's path.
    fn path_pointer(&self) -> String {
        format!("/paths/{}", self.path.replace('~', "~0").replace('/', "~1"))
    }

    /// The parameters of the operation and of its path, each with its place; the operation's own override.
    pub(crate) fn parameters(&self, document: &'a Document) -> Vec<(&'a Parameter, String)> {
        let own = self.operation.parameters.iter().enumerate();
        let own = own.map(|(index, parameter)| (parameter, format!("{}/parameters/{index}", self.pointer())));
        let shared = self.item.parameters.iter().enumerate();
        let shared =
            shared.map(|(index, parameter)| (parameter, format!("{}/parameters/{index}", self.path_pointer())));
        let mut seen = BTreeSet::new();
        let mut parameters = Vec::new();
        for (parameter, pointer) in own.chain(shared) {
            let Some((parameter, pointer)) = resolve_parameter(document, parameter, pointer) else { continue };
            if seen.insert((location_word(parameter), parameter.parameter_data_ref().name.as_str())) {
                parameters.push((parameter, pointer));
            }
        }
        parameters
    }

    /// The request body with its place.
    pub(crate) fn body(&self, document: &'a Document) -> Option<(&'a RequestBody, String)> {
        match self.operation.request_body.as_ref()? {
            ReferenceOr::Item(body) => Some((body, format!("{}/requestBody", self.pointer()))),
            ReferenceOr::Reference { reference } => {
                let name = reference.strip_prefix("#/components/requestBodies/")?;
                match document.api.components.as_ref()?.request_bodies.get(name)? {
                    ReferenceOr::Item(body) => Some((body, format!("/components/requestBodies/{name}"))),
                    ReferenceOr::Reference { .. } => None,
                }
            }
        }
    }

    /// The responses by status, each with its place.
    pub(crate) fn responses(&self, document: &'a Document) -> Vec<(String, &'a Response, String)> {
        let responses = &self.operation.responses;
        let by_status = responses.responses.iter().map(|(status, response)| {
            let status = match status {
                StatusCode::Code(code) => code.to_string(),
                StatusCode::Range(range) => format!("{range}XX"),
            };
            (status, response)
        });
        let fallback = responses.default.iter().map(|response| ("default".to_owned(), response));
        by_status
            .chain(fallback)
            .filter_map(|(status, response)| match response {
                ReferenceOr::Item(response) => {
                    let pointer = format!("{}/responses/{status}", self.pointer());
                    Some((status, response, pointer))
                }
                ReferenceOr::Reference { reference } => {
                    let name = reference.strip_prefix("#/components/responses/")?;
                    match document.api.components.as_ref()?.responses.get(name)? {
                        ReferenceOr::Item(response) => {
                            Some((status, response, format!("/components/responses/{name}")))
                        }
                        ReferenceOr::Reference { .. } => None,
                    }
                }
            })
            .collect()
    }

    /// The success responses, or the default one where there is no other.
    fn successes(&self, document: &'a Document) -> Vec<(String, &'a Response, String)> {
        let mut all = self.responses(document);
        let successes: Vec<_> = all.iter().filter(|(status, ..)| status.starts_with('2')).cloned().collect();
        if successes.is_empty() {
            all.retain(|(status, ..)| status == "default");
            return all;
        }
        successes
    }

    /// Notes which schemas the operation sends and receives.
    pub(crate) fn mark(&self, document: &'a Document, usage: &mut UsageMap) {
        for (parameter, _) in self.parameters(document) {
            if let Some(node) = parameter_schema(parameter) {
                usage.mark(document, node, Usage::PARAMETER);
            }
        }
        if let Some((body, _)) = self.body(document) {
            for media in body.content.values() {
                if let Some(schema) = &media.schema {
                    usage.mark(document, Node::from(schema), Usage::body(self.http == Http::Patch));
                }
            }
        }
        for (status, response, _) in self.responses(document) {
            let kind = if status.starts_with('2') { Usage::RESPONSE } else { Usage::ERROR };
            for media in response.content.values() {
                if let Some(schema) = &media.schema {
                    usage.mark(document, Node::from(schema), kind);
                }
            }
        }
    }
}

/// What an operation is called, decided beforehand.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub name: String,
    pub request: String,
    pub constant: String,
    pub features: Features,
    /// The body's media type, where it is not the usual one.
    pub media_type: Option<String>,
}

/// Lowers one operation.
pub(crate) fn lower<'a>(
    found: &Found<'a>,
    named: Named,
    pagination: &[PaginationConfig],
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> Method {
    let document = schemas.document;
    let base = named.request.strip_suffix("Request").unwrap_or(&named.request).to_owned();
    let parameters = found.parameters(document);
    report_duplicates(found, document, diagnostics);
    let paging = pagination.iter().position(|paging| is_paged(paging, &parameters, schemas));
    let mut taken = Scope::default();
    for method in names::REQUEST_METHODS {
        taken.reserve(method);
    }

    let path_args = path_args(found, &parameters, &base, schemas, diagnostics);
    let mut params = Vec::new();
    let mut arguments = Vec::new();
    for (parameter, pointer) in &parameters {
        let data = parameter.parameter_data_ref();
        let (location, style) = match parameter {
            Parameter::Path { .. } => continue,
            Parameter::Query { style, .. } => (
                ParamIn::Query,
                match style {
                    QueryStyle::Form => Style::Form,
                    QueryStyle::SpaceDelimited => Style::SpaceDelimited,
                    QueryStyle::PipeDelimited => Style::PipeDelimited,
                    QueryStyle::DeepObject => Style::DeepObject,
                },
            ),
            Parameter::Header { .. } => (ParamIn::Header, Style::Simple),
            Parameter::Cookie { .. } => (ParamIn::Cookie, Style::Form),
        };
        if location == ParamIn::Header
            && ["accept", "content-type", "authorization"].contains(&data.name.to_ascii_lowercase().as_str())
        {
            continue;
        }
        let style = if matches!(data.format, ParameterSchemaOrContent::Content(_)) { Style::Json } else { style };
        let explode = data.explode.unwrap_or(style == Style::Form);
        params.push(Param { wire: data.name.clone(), location, style, explode });
        let Some(node) = parameter_schema(parameter) else { continue };
        let doc = data.description.clone();
        if paging.is_some()
            && style == Style::DeepObject
            && let Some(members) = paging_object(node, schemas)
        {
            for (wire, member) in members {
                let place = Place::new(
                    format!("{pointer}/schema/properties/{wire}"),
                    format!("{base} {wire}"),
                    Usage::PARAMETER,
                );
                let typed = schemas.lower(member, &place, diagnostics);
                let wire = format!("{}[{wire}]", data.name);
                arguments.push(Argument {
                    name: taken.claim(&names::snake(&wire)),
                    wire,
                    location,
                    ty: typed.ty,
                    required: false,
                    doc: typed.doc,
                    deprecated: typed.deprecated,
                    example: typed.example,
                });
            }
            continue;
        }
        let place = Place::new(format!("{pointer}/schema"), format!("{base} {}", data.name), Usage::PARAMETER);
        let typed = schemas.lower(node, &place, diagnostics);
        let name = names::snake(&data.name);
        let name = if taken.is_taken(&name) { format!("{name}_") } else { name };
        arguments.push(Argument {
            name: taken.claim(&name),
            wire: data.name.clone(),
            location,
            doc: typed.described(doc),
            ty: typed.ty,
            required: data.required,
            deprecated: data.deprecated.unwrap_or_default() || typed.deprecated,
            example: data.example.clone().or(typed.example),
        });
    }

    let body = bodies::lower(found, named.media_type.as_deref(), &base, &mut taken, schemas, diagnostics);
    let (output, alternatives) = output(found, &base, paging, pagination, schemas, diagnostics);
    let errors = found
        .responses(document)
        .into_iter()
        .filter(|(status, ..)| status.starts_with(['4', '5']))
        .map(|(status, response, _)| (status, response.description.clone()))
        .collect();
    Method {
        name: named.name,
        request: named.request,
        constant: named.constant,
        operation_id: found.operation.operation_id.clone().unwrap_or_else(|| found.reference()),
        http: found.http,
        path: found.path.to_owned(),
        summary: found.operation.summary.clone().unwrap_or_default(),
        description: found.operation.description.clone().unwrap_or_default(),
        deprecated: found.operation.deprecated,
        path_args,
        params,
        arguments,
        body,
        output,
        alternatives,
        errors,
        features: named.features,
        body_media_type: named.media_type,
    }
}

/// A parameter that the operation describes twice: the first counts.
fn report_duplicates(found: &Found<'_>, document: &Document, diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<(&str, &str), String> = BTreeMap::new();
    for (index, parameter) in found.operation.parameters.iter().enumerate() {
        let pointer = format!("{}/parameters/{index}", found.pointer());
        let Some((parameter, _)) = resolve_parameter(document, parameter, pointer.clone()) else { continue };
        let (word, name) = (location_word(parameter), parameter.parameter_data_ref().name.as_str());
        if let Some(first) = seen.get(&(word, name)) {
            diagnostics
                .warning(
                    "duplicate-parameter",
                    document.locate(&pointer),
                    format!("the {word} parameter `{name}` is described twice; the first one counts"),
                )
                .related(document.locate(first), "described here before")
                .help("remove one of them");
        } else {
            seen.insert((word, name), pointer);
        }
    }
}

/// Positional arguments, in the order in which the path names them.
fn path_args<'a>(
    found: &Found<'a>,
    parameters: &[(&'a Parameter, String)],
    base: &str,
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> Vec<PathArg> {
    let mut scope = Scope::default();
    let mut args = Vec::new();
    let mut names_in_path = Vec::new();
    let mut rest = found.path;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            diagnostics
                .warning(
                    "open-brace",
                    schemas.document.locate(&found.path_pointer()).at_key(),
                    format!("the brace before `{after}` is never closed; it is sent as it is"),
                )
                .help(format!("write `{{{after}}}` for a parameter"));
            break;
        };
        if !names_in_path.contains(&name) {
            names_in_path.push(name);
        }
        rest = after;
    }
    for (parameter, pointer) in parameters {
        let Parameter::Path { parameter_data, .. } = parameter else { continue };
        let name = parameter_data.name.as_str();
        if names_in_path.contains(&name) {
            continue;
        }
        let help = match nearest(name, names_in_path.iter().copied()) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("write `{{{name}}}` where it belongs in the path, or remove the parameter"),
        };
        diagnostics
            .warning(
                "unused-path-parameter",
                schemas.document.locate(&format!("{pointer}/name")),
                format!("the path `{}` has no `{{{name}}}`; the parameter is left out", found.path),
            )
            .help(help);
    }
    for wire in names_in_path {
        let described = parameters.iter().find_map(|(parameter, pointer)| match parameter {
            Parameter::Path { parameter_data, style } if parameter_data.name == wire => {
                Some((*parameter, parameter_data, style, pointer))
            }
            _ => None,
        });
        let Some((parameter, data, style, pointer)) = described else {
            diagnostics
                .warning(
                    "undescribed-path-parameter",
                    schemas.document.locate(&found.pointer()).at_key(),
                    format!("the path names `{{{wire}}}`, but no parameter describes it; it is taken as a string"),
                )
                .help(format!("add a parameter with `name: {wire}` and `in: path`"));
            args.push(PathArg {
                name: scope.claim(&names::snake(wire)),
                wire: wire.to_owned(),
                ty: Type::String,
                style: Style::Simple,
                explode: false,
                doc: String::new(),
                example: None,
            });
            continue;
        };
        let style = match style {
            PathStyle::Matrix => Style::Matrix,
            PathStyle::Label => Style::Label,
            PathStyle::Simple => Style::Simple,
        };
        let place = Place::new(format!("{pointer}/schema"), format!("{base} {wire}"), Usage::PARAMETER);
        let typed = parameter_schema(parameter).map(|node| schemas.lower(node, &place, diagnostics));
        let (ty, doc, example) =
            typed.map_or((Type::String, String::new(), None), |typed| (typed.ty, typed.doc, typed.example));
        args.push(PathArg {
            name: scope.claim(&names::snake(wire)),
            wire: wire.to_owned(),
            ty,
            style,
            explode: data.explode.unwrap_or_default(),
            doc: data.description.clone().unwrap_or(doc),
            example: data.example.clone().or(example),
        });
    }
    args
}

/// What the call gives, and the media types that it could give instead.
fn output<'a>(
    found: &Found<'a>,
    base: &str,
    paging: Option<usize>,
    pagination: &[PaginationConfig],
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> (Output, Vec<Alternative>) {
    let successes = found.successes(schemas.document);
    let Some((_, response, pointer)) = successes.iter().find(|(_, response, _)| !response.content.is_empty()) else {
        return (Output::Empty, Vec::new());
    };
    let Some((media_type, media)) = media::preferred(&response.content) else { return (Output::Empty, Vec::new()) };
    let mut scope = Scope::default();
    let alternatives = response
        .content
        .keys()
        .filter(|other| {
            other.as_str() != media_type && !(media::kind(other) == Kind::Json && media::kind(media_type) == Kind::Json)
        })
        .map(|other| Alternative {
            name: scope.claim(&format!("send_{}", media::short(other))),
            media_type: other.clone(),
            text: other.starts_with("text/"),
        })
        .collect();
    if media::kind(media_type) != Kind::Json {
        let media_type = media_type.to_owned();
        let text = media_type.starts_with("text/");
        return (if text { Output::Text { media_type } } else { Output::Bytes { media_type } }, alternatives);
    }
    let Some(schema) = &media.schema else { return (Output::Json(Type::Any), alternatives) };
    let pointer = format!("{pointer}/content/{}/schema", media_type.replace('/', "~1"));
    let place = Place::new(pointer, format!("{base} Response"), Usage::RESPONSE);
    let node = Node::from(schema);
    if let Some(opened) = open(node, &place, base, paging, pagination, schemas, diagnostics) {
        return (opened, alternatives);
    }
    (Output::Json(schemas.lower(node, &place, diagnostics).with_null()), alternatives)
}

/// A page of a list, or an envelope that holds nothing else.
fn open<'a>(
    node: Node<'a>,
    place: &Place,
    base: &str,
    paging: Option<usize>,
    pagination: &[PaginationConfig],
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> Option<Output> {
    let (schema, pointer, own_name) = match node {
        Node::Schema(schema) => (schema, place.pointer.clone(), None),
        Node::Reference(name) => match schemas.document.schema(name).map(Node::from)? {
            Node::Schema(schema) => (schema, format!("/components/schemas/{name}"), Some(name)),
            Node::Reference(_) => return None,
        },
    };
    let view = View::of(schema);
    if !view.has_properties() || !view.all_of.is_empty() {
        return None;
    }
    if let Some(index) = paging
        && let Some(PaginationConfig::PageNumber { items, meta, .. }) = pagination.get(index)
        && let Some(list) = view.property(items)
        && let Some(item) = list_item(list, schemas)
    {
        let item_place =
            Place::new(format!("{pointer}/properties/{items}/items"), format!("{base} Item"), Usage::RESPONSE);
        let item = schemas.lower(item, &item_place, diagnostics).ty;
        let others: Vec<&str> = view.properties().map(|(name, _)| name).filter(|name| name != items).collect();
        let (meta, whole) = match (others.as_slice(), meta.as_deref()) {
            ([], _) => (None, false),
            ([only], Some(meta)) if only == &meta => {
                let place = Place::new(format!("{pointer}/properties/{meta}"), format!("{base} Meta"), Usage::RESPONSE);
                let node = view.property(meta)?;
                (Some(schemas.lower(node, &place, diagnostics).ty), false)
            }
            _ => {
                let name = own_name.map_or_else(
                    || format!("{base} Meta"),
                    |name| format!("{} Meta", name.strip_suffix("Response").unwrap_or(name)),
                );
                let place = Place::new(pointer, name, Usage::RESPONSE);
                (Some(schemas.object_without(&view, items, &place, diagnostics)), true)
            }
        };
        return Some(Output::Page { item, meta, paging: index, whole });
    }
    let envelope = schemas.envelope?;
    let mut members = view.properties();
    match (members.next(), members.next()) {
        (Some((member, value)), None) if member == envelope => {
            let place =
                Place::new(format!("{pointer}/properties/{member}"), format!("{base} Response"), Usage::RESPONSE);
            let typed = schemas.lower(value, &place, diagnostics);
            Some(Output::Envelope { member: member.to_owned(), ty: typed.with_null() })
        }
        _ => None,
    }
}

/// The items of an array.
fn list_item<'a>(node: Node<'a>, schemas: &Schemas<'a>) -> Option<Node<'a>> {
    match node {
        Node::Schema(schema) => View::of(schema).items,
        Node::Reference(name) => match schemas.document.schema(name).map(Node::from)? {
            Node::Schema(schema) => View::of(schema).items,
            Node::Reference(_) => None,
        },
    }
}

/// Whether the parameters let a caller ask for a page.
fn is_paged(paging: &PaginationConfig, parameters: &[(&Parameter, String)], schemas: &Schemas<'_>) -> bool {
    let PaginationConfig::PageNumber { number, .. } = paging;
    parameters.iter().any(|(parameter, _)| {
        let Parameter::Query { parameter_data, .. } = parameter else { return false };
        if parameter_data.name == *number {
            return true;
        }
        let Some(member) =
            number.strip_prefix(&format!("{}[", parameter_data.name)).and_then(|rest| rest.strip_suffix(']'))
        else {
            return false;
        };
        parameter_schema(parameter)
            .and_then(|node| paging_object(node, schemas))
            .is_some_and(|members| members.iter().any(|(name, _)| *name == member))
    })
}

/// The members of an object of scalars, such as `page: {number, size}`.
fn paging_object<'a>(node: Node<'a>, schemas: &Schemas<'a>) -> Option<Vec<(&'a str, Node<'a>)>> {
    let schema = match node {
        Node::Schema(schema) => schema,
        Node::Reference(name) => match schemas.document.schema(name).map(Node::from)? {
            Node::Schema(schema) => schema,
            Node::Reference(_) => return None,
        },
    };
    let members: Vec<_> = View::of(schema).properties().collect();
    let scalar = |node: &Node<'_>| match node {
        Node::Schema(schema) => matches!(View::of(schema).kind, Some("integer" | "number" | "string")),
        Node::Reference(_) => false,
    };
    (!members.is_empty()
        && members.iter().all(|(_, node)| scalar(node))
        && members.iter().any(|(name, _)| ["number", "size", "limit", "after", "before"].contains(name)))
    .then_some(members)
}

/// The struct behind a type.
pub(super) fn target(schemas: &Schemas<'_>, ty: &Type) -> Option<crate::model::TypeId> {
    let mut ty = ty;
    for _ in 0..schemas.types.len() {
        let Type::Named(id) = ty else { return None };
        match &schemas.types.get(id.0)?.kind {
            TypeKind::Alias(next) => ty = next,
            TypeKind::Struct(_) => return Some(*id),
            _ => return None,
        }
    }
    None
}

fn parameter_schema(parameter: &Parameter) -> Option<Node<'_>> {
    match &parameter.parameter_data_ref().format {
        ParameterSchemaOrContent::Schema(schema) => Some(Node::from(schema)),
        ParameterSchemaOrContent::Content(content) => {
            content.values().next().and_then(|media| media.schema.as_ref()).map(Node::from)
        }
    }
}

fn location_word(parameter: &Parameter) -> &'static str {
    match parameter {
        Parameter::Query { .. } => "query",
        Parameter::Header { .. } => "header",
        Parameter::Path { .. } => "path",
        Parameter::Cookie { .. } => "cookie",
    }
}

fn resolve_parameter<'a>(
    document: &'a Document,
    parameter: &'a ReferenceOr<Parameter>,
    pointer: String,
) -> Option<(&'a Parameter, String)> {
    match parameter {
        ReferenceOr::Item(parameter) => Some((parameter, pointer)),
        ReferenceOr::Reference { reference } => {
            let name = reference.strip_prefix("#/components/parameters/")?;
            match document.api.components.as_ref()?.parameters.get(name)? {
                ReferenceOr::Item(parameter) => Some((parameter, format!("/components/parameters/{name}"))),
                ReferenceOr::Reference { .. } => None,
            }
        }
    }
}
