//! From a document to the model: OpenAPI in, Rust terms out.
//!
//! Schemas become types (`schemas`), operations become methods (`operations`), paths become resources (`resources`), and
//! every name is decided (`names`).

mod bodies;
mod components;
mod deliveries;
mod held;
mod media;
mod members;
pub(crate) mod names;
mod narrowing;
mod operations;
mod paging;
mod parameters;
mod parts;
mod repeats;
mod resources;
mod responses;
mod schemas;
mod security;
mod selection;
mod servers;
mod sizes;
mod tags;
mod unions;
mod usage;
mod view;
mod webhooks;

use std::collections::{BTreeMap, BTreeSet};

use heck::ToKebabCase;
use indexmap::IndexMap;
use openapiv3::{ReferenceOr, Schema};

use self::deliveries::{Deliveries, Owner};
use self::operations::{Found, Named};
use self::paging::Pagination;
use self::resources::Planned;
use self::schemas::{Place, Schemas};
use self::selection::Selection;
use self::usage::{Usage, UsageMap};
use crate::config::{Config, SkillConfig};
use crate::diagnostic::Diagnostics;
use crate::model::{
    Api, BodyKind, Delivery, Env, Feature, Features, Http, Method, Output, Resource, Skill, StatusView, Type, TypeDef,
    TypeId, TypeKind,
};
use crate::normalize::Document;
use crate::pointer;
use crate::source::{FileId, Sources};

/// Builds the model of a document.
///
/// What the model can't express is reported and degrades to the nearest honest type.
#[must_use]
pub fn lower(
    document: &Document,
    sources: &Sources,
    config: &Config,
    config_file: Option<FileId>,
    diagnostics: &mut Diagnostics,
) -> Api {
    let Selection { kept: found, left_out } = Selection::new(Found::all(document), config, config_file, diagnostics);
    report_duplicates(&found, document, diagnostics);
    parameters::report_shared_duplicates(&found, document, diagnostics);
    report_same_paths(&found, document, diagnostics);

    let mut usage = UsageMap::default();
    for operation in &found {
        operation.mark(document, &mut usage);
    }
    let sent = Deliveries::find(document, &found, diagnostics);
    sent.mark(document, &mut usage);
    usage.decide(document);
    let mut usage_left_out = UsageMap::default();
    for operation in &left_out {
        operation.mark(document, &mut usage_left_out);
    }

    let pagination = Pagination::of(config, config_file, &found, document, diagnostics);
    let envelope = config.envelope.as_deref().or_else(|| envelope(&found, document));
    let mut schemas = Schemas::new(document, usage, &config.redact, envelope, diagnostics);
    schemas.headers = responses::repeated_headers(&found, document);
    let tags = &document.api.tags;
    let plan = resources::plan(&found, &left_out, &pagination, &config.resources, tags, config_file, diagnostics);
    let features = FeaturePlan::new(&plan, sources, config);

    let security = security::Plan::new(document, &found, config, diagnostics);
    parameters::report_credentials(&found, &security, document, diagnostics);
    let base_url = servers::base_url(document, config);
    let mut lowering = Lowering {
        security: &security,
        base_url: &base_url,
        found: &found,
        pagination: &pagination,
        schemas: &mut schemas,
        features: &features,
        constants: names::Scope::default(),
        owners: BTreeMap::new(),
    };
    let mut resources = Vec::new();
    for (name, planned) in &plan {
        lowering.constants = names::Scope::default();
        resources.push(lowering.resource(name, planned, &[], name, diagnostics));
    }
    let owners = lowering.owners;
    let mut deliveries = sent.lower(&owners, &mut schemas, diagnostics);
    lower_rest(&mut schemas, &usage_left_out, diagnostics);
    let mut webhooks = webhooks::lower(config, config_file, &mut schemas, diagnostics);
    schemas.break_cycles(diagnostics);
    sizes::limit(&mut schemas.types);

    let mut types = schemas.types;
    assign_modules(&mut types, &mut resources, &deliveries, &features);
    repeats::merge(&mut types, &schemas.subjects, &mut schemas.scope).apply_to(
        &mut resources,
        &mut deliveries,
        webhooks.as_mut(),
    );
    let mut api = Api {
        title: config.title.clone().unwrap_or_else(|| document.api.info.title.clone()),
        description: document.api.info.description.clone().unwrap_or_default(),
        package: config.package.clone(),
        servers: servers::choice(document, config, diagnostics),
        base_url,
        security: security.security,
        env: env(document, config),
        query_arrays: config.client.query_arrays,
        retry_patch: config.client.retry_patch,
        redact: config
            .redact
            .iter()
            .chain(&config.redact_free_form)
            .filter(|entry| !entry.contains('.'))
            .cloned()
            .collect(),
        documents: sources.roots().iter().map(|file| file_name(sources.name(*file)).to_owned()).collect(),
        features: features.features,
        pagings: pagination.lower(),
        webhooks,
        deliveries,
        skills: config.skills.iter().map(skill).collect(),
        resources,
        types,
        markers: BTreeSet::new(),
    };
    let markers = markers(&api);
    api.markers = markers;
    api
}

fn skill((name, skill): (&String, &SkillConfig)) -> Skill {
    Skill {
        name: name.clone(),
        title: skill.title.clone(),
        description: skill.description.clone(),
        feature: skill.feature.clone(),
        notes: skill.notes.clone(),
    }
}

impl Document {
    /// The schema of a name, as references write it.
    pub(crate) fn schema(&self, name: &str) -> Option<&ReferenceOr<Schema>> {
        self.named(name).map(|(_, schema)| schema)
    }

    /// The schema of a name, as references write it, and the name as it is.
    pub(crate) fn named(&self, name: &str) -> Option<(&str, &ReferenceOr<Schema>)> {
        let schemas = &self.api.components.as_ref()?.schemas;
        let found = schemas.get_key_value(name).or_else(|| schemas.get_key_value(pointer::unescape(name).as_ref()));
        found.map(|(name, schema)| (name.as_str(), schema))
    }

    /// The names of all schemas, in the order of the document.
    pub(crate) fn schema_names(&self) -> impl Iterator<Item = &str> {
        self.api.components.iter().flat_map(|components| components.schemas.keys()).map(String::as_str)
    }
}

/// A file's name without its folders, which differ from machine to machine.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Two operations of one id: both stay, told apart by their paths, but the document is wrong.
fn report_duplicates(found: &[Found<'_>], document: &Document, diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<&str, &Found<'_>> = BTreeMap::new();
    for operation in found {
        let Some(id) = operation.operation.operation_id.as_deref() else { continue };
        let Some(first) = seen.insert(id, operation) else { continue };
        diagnostics
            .warning(
                "duplicate-operation-id",
                document.locate(&format!("{}/operationId", operation.pointer)),
                format!("the operationId `{id}` is used twice"),
            )
            .related(document.locate(&format!("{}/operationId", first.pointer)), "first used here")
            .help("give each operation an id of its own; both are generated, told apart by their paths");
    }
}

/// Two paths that differ only in the names of their parameters: nothing tells a server which of them is meant.
fn report_same_paths(found: &[Found<'_>], document: &Document, diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<(Http, String), &Found<'_>> = BTreeMap::new();
    for operation in found {
        let template: Vec<&str> =
            operation.path.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest)).collect();
        let Some(first) = seen.insert((operation.http, template.join("{}")), operation) else { continue };
        diagnostics
            .warning(
                "same-path",
                document.locate(&operation.path_pointer()).at_key(),
                format!("`{}` and `{}` are the same path", first.path, operation.path),
            )
            .related(document.locate(&first.path_pointer()).at_key(), "the other one")
            .help("describe each operation once; both are generated, and the server decides what is meant");
    }
}

struct Lowering<'l, 'a> {
    security: &'l security::Plan<'a>,
    base_url: &'l str,
    found: &'l [Found<'a>],
    pagination: &'l Pagination,
    schemas: &'l mut Schemas<'a>,
    features: &'l FeaturePlan,
    /// Names of statics in the file of the resource at hand.
    constants: names::Scope,
    /// What callbacks have to know of the operations that they belong to, by their indices in `found`.
    owners: BTreeMap<usize, Owner>,
}

impl Lowering<'_, '_> {
    fn resource(
        &mut self,
        name: &str,
        planned: &Planned,
        above: &[String],
        top: &str,
        diagnostics: &mut Diagnostics,
    ) -> Resource {
        let mut path = above.to_vec();
        path.push(name.to_owned());
        let place = path.join(" ");
        let stem = names::camel(&place);
        let mut handles = names::type_names(&place);
        // What can't have the name of its path says what it is.
        handles.retain(|handle| *handle != format!("{}Model", stem.trim_end_matches('_')));
        handles.push(format!("{}Resource", stem.trim_end_matches('_')));
        let handle = self.schemas.scope.claim_first(&handles);
        let mut methods = Vec::new();
        let mut method_names = names::Scope::default();
        for name in planned.methods.iter().map(|(name, _)| name).chain(planned.children.keys()) {
            method_names.reserve(name);
        }
        let mut features = Features::new();
        for (method, index) in &planned.methods {
            let Some(found) = self.found.get(*index) else { continue };
            let paging = self.pagination.chosen(*index);
            let own = self.features.of(found, self.schemas, top);
            features.extend(own.iter().cloned());
            let constant = names::shouty(&format!("{} {method}", path.get(1..).unwrap_or_default().join(" ")));
            let server = servers::own(found, self.base_url, self.schemas.document, diagnostics);
            let named = Named {
                name: method.clone(),
                request: self.schemas.scope.claim_first(&request_names(&path, method)),
                constant: self.constants.claim(&constant),
                security: self.security.of(found),
                server: server.clone(),
                features: own.clone(),
                media_type: None,
            };
            let base = named.request.strip_suffix("Request").unwrap_or(&named.request).to_owned();
            self.owners.insert(*index, Owner { base, features: own.clone() });
            methods.push(operations::lower(found, named, paging, self.schemas, diagnostics));
            for media_type in bodies::media_types(found, self.schemas.document).iter().skip(1) {
                let name = method_names.claim(&names::snake(&format!("{method}_{}", media::short(media_type))));
                let constant = names::shouty(&format!("{} {name}", path.get(1..).unwrap_or_default().join(" ")));
                let named = Named {
                    request: self.schemas.scope.claim_first(&request_names(&path, &name)),
                    constant: self.constants.claim(&constant),
                    security: self.security.of(found),
                    server: server.clone(),
                    features: own.clone(),
                    media_type: Some((*media_type).to_owned()),
                    name,
                };
                methods.push(operations::lower(found, named, paging, self.schemas, diagnostics));
            }
        }
        let mut children = Vec::new();
        for (name, child) in &planned.children {
            let child = self.resource(name, child, &path, top, diagnostics);
            features.extend(child.features.iter().cloned());
            children.push(child);
        }
        let doc = planned.doc.clone().unwrap_or_default();
        Resource { name: name.to_owned(), path, handle, doc, methods, children, features }
    }
}

/// Names for the request of a method, the best one first.
fn request_names(path: &[String], method: &str) -> Vec<String> {
    let whole = format!("{} {method}", path.join(" "));
    let mut wanted = names::type_names(&whole);
    // `get_cdr_request` is the name of a request as it is.
    wanted.retain(|name| name.ends_with("Request"));
    wanted.extend(names::type_names(&format!("{whole} request")));
    wanted
}

/// Lowers the named schemas that no method's signature led to: those of errors, and those that nothing uses, so that
/// documents of types alone have types too. What dissolved into arguments or pages stays out, and so does what only
/// operations need that the configuration leaves out.
fn lower_rest(schemas: &mut Schemas<'_>, left_out: &UsageMap, diagnostics: &mut Diagnostics) {
    let place = Place::new(String::new(), String::new(), Usage::RESPONSE);
    for name in schemas.document.schema_names() {
        let usage = schemas.usage.get(name);
        let is_unused = usage == Usage::default() && left_out.get(name) == Usage::default();
        if is_unused || usage.error {
            schemas.reference(name, &place, diagnostics);
        }
    }
}

/// Which Cargo features there are, and which one an operation belongs to.
struct FeaturePlan {
    features: Vec<Feature>,
    /// Feature of each document; empty when every top-level resource is a feature of its own.
    by_file: BTreeMap<FileId, String>,
    configured: bool,
}

impl FeaturePlan {
    fn new(plan: &IndexMap<String, Planned>, sources: &Sources, config: &Config) -> Self {
        let feature = |name: &str, doc: &str| Feature {
            name: name.to_owned(),
            doc: doc.to_owned(),
            module: names::module(&names::snake_beside(name, &[SHARED, "webhooks"])),
        };
        if config.features.is_empty() {
            let features = plan
                .iter()
                .map(|(name, planned)| feature(&feature_name(name), planned.doc.as_deref().unwrap_or_default()))
                .collect();
            return Self { features, by_file: BTreeMap::new(), configured: false };
        }
        let mut by_file = BTreeMap::new();
        for (name, entry) in &config.features {
            for file in sources.files() {
                let path = sources.name(file);
                if entry.documents.iter().any(|document| path == document || path.ends_with(&format!("/{document}"))) {
                    by_file.insert(file, name.clone());
                }
            }
        }
        let features = config.features.iter().map(|(name, entry)| feature(name, &entry.doc)).collect();
        Self { features, by_file, configured: true }
    }

    fn of(&self, found: &Found<'_>, schemas: &Schemas<'_>, top: &str) -> Features {
        if !self.configured {
            return Features::from([feature_name(top)]);
        }
        let file = schemas.document.file_of(&found.pointer);
        self.by_file.get(&file).cloned().into_iter().collect()
    }

    fn module(&self, features: &Features) -> String {
        let mut names = features.iter();
        match (names.next(), names.next()) {
            (Some(only), None) => {
                let feature = self.features.iter().find(|feature| feature.name == *only);
                feature.map_or_else(|| SHARED.to_owned(), |feature| feature.module.clone())
            }
            _ => SHARED.to_owned(),
        }
    }
}

/// The module of types that several features need.
const SHARED: &str = "shared";

/// The feature of a top-level resource. The runtime's own features keep their names.
fn feature_name(resource: &str) -> String {
    const OWN: &[&str] = &[
        "blocking",
        "chrono",
        "client",
        "default",
        "gzip",
        "jiff",
        "native-tls",
        "rustls-graviola",
        "rustls-tls",
        "testing",
        "time",
        "tracing",
        "webhooks",
    ];
    let name = resource.to_kebab_case();
    if OWN.contains(&name.as_str()) || name.is_empty() { format!("{name}-api") } else { name }
}

/// Puts each type into the module of the only feature that needs it, or among the shared ones.
fn assign_modules(types: &mut [TypeDef], resources: &mut [Resource], deliveries: &[Delivery], plan: &FeaturePlan) {
    let mut needs: Vec<Features> = vec![Features::new(); types.len()];
    let mut pending: Vec<(TypeId, Features)> = Vec::new();
    let mut methods = Vec::new();
    let mut below: Vec<&mut Resource> = resources.iter_mut().collect();
    while let Some(resource) = below.pop() {
        methods.extend(&mut resource.methods);
        below.extend(&mut resource.children);
    }
    // What an operation without a feature mentions is always built, and so is what no operation mentions.
    let always = Features::from([String::new()]);
    for method in methods {
        let mut ids = Vec::new();
        each_type(method, &mut |ty| mentions(ty, &mut ids));
        let features = if method.features.is_empty() { &always } else { &method.features };
        pending.extend(ids.into_iter().map(|id| (id, features.clone())));
        let mut shared = Vec::new();
        for field in method.headers.iter().filter(|headers| headers.shared).flat_map(|headers| &headers.fields) {
            mentions(&field.ty, &mut shared);
        }
        pending.extend(shared.into_iter().map(|id| (id, always.clone())));
    }
    for delivery in deliveries {
        let features = if delivery.features.is_empty() { &always } else { &delivery.features };
        pending.push((delivery.ty, features.clone()));
    }
    spread(types, &mut needs, pending);
    let unused = needs.iter().enumerate().filter(|(_, features)| features.is_empty());
    let pending = unused.map(|(index, _)| (TypeId(index), always.clone())).collect();
    spread(types, &mut needs, pending);
    for (def, features) in types.iter_mut().zip(&needs) {
        def.module = plan.module(features);
    }
}

/// Passes features on to all that a type holds.
fn spread(types: &mut [TypeDef], needs: &mut [Features], mut pending: Vec<(TypeId, Features)>) {
    while let Some((id, features)) = pending.pop() {
        let Some(own) = needs.get_mut(id.0) else { continue };
        let before = own.len();
        own.extend(features);
        if own.len() == before {
            continue;
        }
        let own = own.clone();
        let mut ids = Vec::new();
        if let Some(def) = types.get_mut(id.0) {
            each_type_of_kind(&mut def.kind, &mut |ty| mentions(ty, &mut ids));
        }
        pending.extend(ids.into_iter().map(|id| (id, own.clone())));
    }
}

/// Visits the types that a method mentions.
fn each_type(method: &mut Method, visit: &mut dyn FnMut(&mut Type)) {
    method.path_args.iter_mut().for_each(|arg| visit(&mut arg.ty));
    method.arguments.iter_mut().for_each(|argument| visit(&mut argument.ty));
    if let Some(body) = &mut method.body {
        visit(&mut body.ty);
        if let BodyKind::Multipart(parts) = &mut body.kind {
            parts.iter_mut().chain(body.other_parts.as_deref_mut()).map(|part| &mut part.ty).for_each(&mut *visit);
        }
    }
    match &mut method.output {
        Output::Json(ty) | Output::Envelope { ty, .. } | Output::Events(ty) => visit(ty),
        Output::Page { item, meta, .. } => {
            visit(item);
            meta.iter_mut().for_each(&mut *visit);
        }
        Output::ByStatus(view) => view.types_mut().for_each(&mut *visit),
        Output::Empty | Output::Bytes { .. } | Output::Text { .. } => {}
    }
    method.alternatives.iter_mut().filter_map(|alternative| alternative.content.ty_mut()).for_each(&mut *visit);
    method.errors.iter_mut().filter_map(|error| error.ty.as_mut()).for_each(&mut *visit);
    method.error_view.iter_mut().flat_map(StatusView::types_mut).for_each(&mut *visit);
    method.headers.iter_mut().flat_map(|headers| &mut headers.fields).for_each(|field| visit(&mut field.ty));
}

fn each_type_of_kind(kind: &mut TypeKind, visit: &mut dyn FnMut(&mut Type)) {
    match kind {
        TypeKind::Struct(object) => {
            object.fields.iter_mut().for_each(|field| visit(&mut field.ty));
            if let Some((_, ty)) = &mut object.rest {
                visit(ty);
            }
        }
        TypeKind::Union(union) => union.variants.iter_mut().for_each(|variant| visit(&mut variant.ty)),
        TypeKind::Alias(target) => visit(target),
        TypeKind::StringEnum(_) | TypeKind::IntEnum(_) => {}
    }
}

fn mentions(ty: &Type, out: &mut Vec<TypeId>) {
    match ty {
        Type::Named(id) => out.push(*id),
        Type::List(inner) | Type::Map(inner) | Type::Option(inner) => mentions(inner, out),
        _ => {}
    }
}

/// Names of all required arguments.
fn markers(api: &Api) -> BTreeSet<String> {
    let mut markers = BTreeSet::new();
    for (_, method) in api.methods() {
        for argument in method.arguments.iter().filter(|argument| argument.required) {
            markers.insert(argument.name.clone());
        }
        let Some(body) = &method.body else { continue };
        if let BodyKind::Multipart(parts) = &body.kind {
            markers.extend(parts.iter().filter(|part| part.required).map(|part| part.name.clone()));
            continue;
        }
        match body.fields.and_then(|id| api.get(id)).map(|def| &def.kind) {
            Some(TypeKind::Struct(object)) => {
                for (field, setter) in object.fields.iter().zip(&body.setters) {
                    if field.presence == crate::model::Presence::Required {
                        markers.insert(setter.name.clone());
                    }
                }
            }
            _ if !body.required => {}
            _ => {
                markers.insert("body".to_owned());
            }
        }
    }
    for def in api.types.iter().filter(|def| def.builder.is_some()) {
        if let TypeKind::Struct(object) = &def.kind {
            let required = object.fields.iter().filter(|field| field.presence == crate::model::Presence::Required);
            markers.extend(required.map(|field| field.name.clone()));
        }
    }
    markers
}

/// The member that most responses consist of, if it has one of the names that say nothing of its value.
fn envelope<'a>(found: &[Found<'a>], document: &'a Document) -> Option<&'static str> {
    const NAMES: &[&str] = &["data", "result", "response", "payload"];
    let mut counts = [0_usize; NAMES.len()];
    for member in found.iter().filter_map(|operation| operation.only_member(document)) {
        for (count, _) in counts.iter_mut().zip(NAMES).filter(|(_, name)| **name == member) {
            *count += 1;
        }
    }
    let (count, name) = counts.iter().zip(NAMES).rev().max_by_key(|(count, _)| **count)?;
    (*count > 0).then_some(name)
}

fn env(document: &Document, config: &Config) -> Env {
    let stem = names::env_stem(&document.api.info.title);
    let env = &config.client.env;
    Env {
        base_url: env.base_url.clone().unwrap_or_else(|| format!("{stem}_BASE_URL")),
        webhook_key: env.webhook_key.clone().unwrap_or_else(|| format!("{stem}_PUBLIC_KEY")),
    }
}
