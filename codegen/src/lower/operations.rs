//! Operations become methods: arguments, body, output, paging.

use std::sync::LazyLock;

use openapiv3::{Content, Operation, PathItem, ReferenceOr, RequestBody, Response, StatusCode};

use super::bodies;
use super::components::Component;
use super::media::{self, Kind};
use super::names::{self, Scope};
use super::paging::Chosen;
use super::parameters;
use super::responses;
use super::schemas::{Place, Schemas};
use super::usage::{Usage, UsageMap};
use super::view::{Node, View};
use crate::config::PaginationConfig;
use crate::diagnostic::Diagnostics;
use crate::model::{Features, Http, Method, Output, Type, TypeKind};
use crate::normalize::Document;
use crate::pointer;

/// An operation of the document, where it stands and what it is called.
#[derive(Clone, Debug)]
pub(crate) struct Found<'a> {
    pub http: Http,
    pub path: &'a str,
    pub operation: &'a Operation,
    pub item: &'a PathItem,
    /// JSON pointer of the operation.
    pub pointer: String,
}

/// A response of an operation.
#[derive(Clone, Debug)]
pub(crate) struct Answer<'a> {
    /// `204`, `2XX` or `default`
    pub status: String,
    pub response: &'a Response,
    /// What it holds: nothing where HTTP knows no body, whatever the document says.
    pub content: &'a Content,
    /// JSON pointer of the response, or of the component that it is.
    pub pointer: String,
}

/// Statuses of responses that never have a body.
const BODILESS: &[&str] = &["204", "205", "304"];

fn is_success(status: &StatusCode) -> bool {
    match status {
        StatusCode::Code(code) => *code / 100 == 2,
        StatusCode::Range(range) => *range == 2,
    }
}

/// Whether a response leads elsewhere.
fn is_redirect(status: &StatusCode) -> bool {
    match status {
        StatusCode::Code(code) => [301, 302, 303, 307, 308].contains(code),
        StatusCode::Range(range) => *range == 3,
    }
}

fn path_pointer(path: &str) -> String {
    pointer::join("/paths", path)
}

impl<'a> Found<'a> {
    /// Every operation of a document.
    pub(crate) fn all(document: &'a Document) -> Vec<Self> {
        let mut all = Vec::new();
        for (path, item) in &document.api.paths.paths {
            let ReferenceOr::Item(item) = item else { continue };
            let at = path_pointer(path);
            all.extend(operations(item).map(|(http, operation)| {
                let pointer = pointer::join(&at, &http.as_str().to_ascii_lowercase());
                Self { http, path, operation, item, pointer }
            }));
        }
        all
    }

    /// `get /phone_numbers/{id}`, as sdk.yaml names operations.
    pub(crate) fn reference(&self) -> String {
        format!("{} {}", self.http.as_str().to_ascii_lowercase(), self.path)
    }

    /// JSON pointer of the operation's path.
    pub(super) fn path_pointer(&self) -> String {
        path_pointer(self.path)
    }

    /// The request body with its place.
    pub(crate) fn body(&self, document: &'a Document) -> Option<(&'a RequestBody, String)> {
        request_body(self.operation, &self.pointer, document)
    }

    /// The responses by status.
    pub(crate) fn responses(&self, document: &'a Document) -> Vec<Answer<'a>> {
        self.answers(document, |_| true).chain(self.fallback(document)).collect()
    }

    /// Whether all that goes well is that the server leads elsewhere, as it does to files. The client follows.
    pub(crate) fn leads_elsewhere(&self) -> bool {
        let mut statuses = self.operation.responses.responses.keys();
        self.http == Http::Get && statuses.clone().any(is_redirect) && !statuses.any(is_success)
    }

    /// The success responses, or the default one where nothing else is said of success.
    pub(crate) fn successes(&self, document: &'a Document) -> Vec<Answer<'a>> {
        let successes: Vec<_> = self.answers(document, is_success).collect();
        if successes.is_empty() && !self.leads_elsewhere() {
            return self.fallback(document).into_iter().collect();
        }
        successes
    }

    fn answers(
        &self,
        document: &'a Document,
        wanted: impl Fn(&StatusCode) -> bool,
    ) -> impl Iterator<Item = Answer<'a>> {
        let operation = self.operation;
        operation.responses.responses.iter().filter(move |(status, _)| wanted(status)).filter_map(
            |(status, response)| {
                let status = match status {
                    StatusCode::Code(code) => code.to_string(),
                    StatusCode::Range(range) => format!("{range}XX"),
                };
                self.answer(status, response, document)
            },
        )
    }

    /// The response to what no status stands for.
    fn fallback(&self, document: &'a Document) -> Option<Answer<'a>> {
        self.answer("default".to_owned(), self.operation.responses.default.as_ref()?, document)
    }

    fn answer(
        &self,
        status: String,
        response: &'a ReferenceOr<Response>,
        document: &'a Document,
    ) -> Option<Answer<'a>> {
        static NONE: LazyLock<Content> = LazyLock::new(Content::default);
        let pointer = [self.pointer.as_str(), "/responses/", &status].concat();
        let (response, pointer) = Component::resolve(response, pointer, document)?;
        let has_body = self.http != Http::Head && !BODILESS.contains(&status.as_str());
        let content = if has_body { &response.content } else { &*NONE };
        Some(Answer { status, response, content, pointer })
    }

    /// The name of the member that is all there is in the JSON of the response.
    pub(crate) fn only_member(&self, document: &'a Document) -> Option<&'a str> {
        let successes = self.successes(document);
        let (media_type, media) = successes.iter().find_map(|answer| media::preferred(answer.content))?;
        let node = media.schema.as_ref().filter(|_| media::kind(media_type) == Kind::Json).map(Node::from)?;
        let view = node.view(document)?;
        let mut members = view.properties().map(|(name, _)| name);
        members.next().filter(|_| view.all_of.is_empty() && members.next().is_none())
    }

    /// Notes which schemas the operation sends and receives.
    pub(crate) fn mark(&self, document: &'a Document, usage: &mut UsageMap) {
        for (parameter, _) in self.parameters(document) {
            if let Some(node) = parameters::schema(parameter, document) {
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
        for answer in self.responses(document) {
            let kind = if answer.status.starts_with('2') { Usage::RESPONSE } else { Usage::ERROR };
            for media in answer.content.values() {
                if let Some(schema) = &media.schema {
                    usage.mark(document, Node::from(schema), kind);
                }
            }
        }
    }
}

/// The operations of a path.
pub(super) fn operations(item: &PathItem) -> impl Iterator<Item = (Http, &Operation)> {
    let all = [
        (Http::Get, &item.get),
        (Http::Post, &item.post),
        (Http::Put, &item.put),
        (Http::Patch, &item.patch),
        (Http::Delete, &item.delete),
        (Http::Head, &item.head),
        (Http::Options, &item.options),
        (Http::Trace, &item.trace),
    ];
    all.into_iter().filter_map(|(http, operation)| Some((http, operation.as_ref()?)))
}

/// The request body of an operation that stands at `pointer`, with its own place.
pub(super) fn request_body<'a>(
    operation: &'a Operation,
    pointer: &str,
    document: &'a Document,
) -> Option<(&'a RequestBody, String)> {
    Component::resolve(operation.request_body.as_ref()?, format!("{pointer}/requestBody"), document)
}

/// What an operation is called, decided beforehand.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub name: String,
    pub request: String,
    pub constant: String,
    pub security: Option<Vec<Vec<usize>>>,
    pub server: Option<String>,
    pub features: Features,
    /// The body's media type, where it is not the usual one.
    pub media_type: Option<String>,
}

/// Lowers one operation.
pub(crate) fn lower<'a>(
    found: &Found<'a>,
    named: Named,
    paging: Option<Chosen<'_>>,
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> Method {
    let document = schemas.document;
    let base = named.request.strip_suffix("Request").unwrap_or(&named.request).to_owned();
    let given = found.parameters(document);
    parameters::report_duplicates(found, document, diagnostics);
    let mut taken = Scope::beside(names::REQUEST_METHODS);

    let path_args = parameters::path_args(found, &given, &base, schemas, diagnostics);
    let (params, arguments) = parameters::lower(&given, &base, paging.is_some(), &mut taken, schemas, diagnostics);

    let body = bodies::lower(found, named.media_type.as_deref(), &base, &mut taken, schemas, diagnostics);
    let responses = responses::lower(found, &base, paging, schemas, diagnostics);
    let mut description = found.operation.description.clone().unwrap_or_default();
    if found.leads_elsewhere() {
        description.push_str("\n\nThe server leads to another place, whose contents the call gives.");
    }
    Method {
        name: named.name,
        request: named.request,
        constant: named.constant,
        operation_id: found.operation.operation_id.clone().unwrap_or_else(|| found.reference()),
        http: found.http,
        path: found.path.to_owned(),
        summary: found.operation.summary.clone().unwrap_or_default(),
        description,
        deprecated: found.operation.deprecated,
        path_args,
        params,
        arguments,
        body,
        output: responses.output,
        accept: responses.accept,
        alternatives: responses.alternatives,
        errors: responses.errors,
        error_view: responses.error_view,
        headers: responses.headers,
        security: named.security,
        server: named.server,
        features: named.features,
        body_media_type: named.media_type,
    }
}

/// A page of a list, or an envelope that holds nothing else.
pub(super) fn open<'a>(
    node: Node<'a>,
    place: &Place,
    base: &str,
    paging: Option<Chosen<'_>>,
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> Option<Output> {
    let (own_name, schema) = node.named(schemas.document)?;
    let pointer = own_name.map_or_else(|| place.pointer.clone(), |name| pointer::component("schemas", name));
    let view = View::of(schema);
    if let Some(Chosen { index, style }) = paging
        && style.items().is_empty()
        && let Some(item) = view.items
    {
        let place = Place::new(format!("{pointer}/items"), format!("{base} Item"), Usage::RESPONSE);
        let item = schemas.lower(item, &place, diagnostics).with_null();
        return Some(Output::Page { item, meta: None, paging: index, whole: false });
    }
    if let Some(Chosen { index, style }) = paging
        && let Some(page) = page(&view, own_name, &pointer, base, style, schemas, diagnostics)
    {
        let (item, meta, whole) = page;
        return Some(Output::Page { item, meta, paging: index, whole });
    }
    if !view.all_of.is_empty() {
        return None;
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

/// The type of the items of a page, that of what it tells beside them, and whether this is all there is beside them.
fn page<'a>(
    view: &View<'a>,
    own_name: Option<&str>,
    pointer: &str,
    base: &str,
    style: &PaginationConfig,
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> Option<(Type, Option<Type>, bool)> {
    let (items, meta) = (style.items(), style.meta());
    let parts = schemas.parts(view, &Place::new(pointer.to_owned(), format!("{base} Response"), Usage::RESPONSE));
    if parts.iter().any(|part| part.view.kind.is_some_and(|kind| kind != "object")) {
        return None;
    }
    // Outer parts come last, and say more than inner ones.
    let (list, item) = parts.iter().rev().find_map(|part| {
        let item = part.view.property(items)?.view(schemas.document)?.items?;
        Some((pointer::join(&format!("{}/properties", part.home.pointer), items), item))
    })?;
    let place = Place::new(format!("{list}/items"), format!("{base} Item"), Usage::RESPONSE);
    let item = schemas.lower(item, &place, diagnostics).with_null();
    let others = parts.iter().flat_map(|part| {
        let home = &part.home.pointer;
        let others = part.view.properties().filter(|(name, _)| *name != items);
        others.map(move |(name, node)| (name, node, pointer::join(&format!("{home}/properties"), name)))
    });
    let others: Vec<_> = others.collect();
    let offers_more = parts.iter().any(|part| schemas.offers_members(&part.view));
    match (others.as_slice(), meta) {
        ([], _) if !offers_more => Some((item, None, false)),
        ([(only, node, at)], Some(meta)) if *only == meta && !offers_more => {
            let place = Place::new(at.clone(), format!("{base} Meta"), Usage::RESPONSE);
            Some((item, Some(schemas.lower(*node, &place, diagnostics).ty), false))
        }
        _ => {
            let stem = own_name.map(|name| name.strip_suffix("Response").unwrap_or(name));
            let place = Place::new(pointer.to_owned(), format!("{} Meta", stem.unwrap_or(base)), Usage::RESPONSE);
            // Lists that have all but their items from one named schema have one type for that.
            let sorted = |mut names: Vec<&'a str>| {
                names.sort_unstable();
                names
            };
            let wanted = sorted(others.iter().map(|(name, ..)| *name).collect());
            let holds_all = |node: &Node<'a>| {
                let held = schemas.views(*node).iter().flat_map(View::properties).map(|(name, _)| name).collect();
                matches!(node, Node::Reference(_)) && sorted(held) == wanted
            };
            let meta = match view.all_of.iter().map(Node::from).find(holds_all) {
                Some(whole) if !offers_more => schemas.lower(whole, &place, diagnostics).ty,
                _ => schemas.object_without(view, items, &place, diagnostics),
            };
            Some((item, Some(meta), true))
        }
    }
}

/// The members of an object of scalars, such as `page: {number, size}`.
pub(super) fn paging_object<'a>(node: Node<'a>, document: &'a Document) -> Option<Vec<(&'a str, Node<'a>)>> {
    let members: Vec<_> = node.view(document)?.properties().collect();
    let scalar = |node: &Node<'_>| match node {
        Node::Schema(schema) => matches!(View::of(schema).kind, Some("integer" | "number" | "string")),
        Node::Reference(_) => false,
    };
    (!members.is_empty()
        && members.iter().all(|(_, node)| scalar(node))
        && members
            .iter()
            .any(|(name, _)| ["number", "size", "limit", "offset", "after", "before", "cursor"].contains(name)))
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
