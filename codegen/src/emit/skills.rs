//! Skill documents: all operations of a feature on one page of Markdown, for assistants and people who search it.
//!
//! They come from the model, like the crate itself, and their examples are those that the tests run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use indexmap::{IndexMap, IndexSet};

use super::docs;
use super::examples::{self, Example};
use super::mentions;
use super::{EmitOptions, File, MARK};
use crate::model::{
    self, Api, Argument, Body, BodyKind, Content, Field, Method, Output, ParamIn, Part, PartKind, Presence, Resource,
    Skill, Struct, Type, TypeDef, TypeId, TypeKind, Union,
};

/// The pages, relative to the folder of the skills.
pub(crate) fn files(api: &Api, options: &EmitOptions, version: &str) -> Vec<File> {
    api.skills
        .iter()
        .map(|skill| {
            let page = Page { api, options, skill, krate: options.crate_name.replace('-', "_") };
            File { path: PathBuf::from(&skill.name).join("SKILL.md"), text: page.text(version) }
        })
        .collect()
}

/// A table of all calls as SDKs of other languages have them, and as they are here.
pub(crate) fn calls(api: &Api, options: &EmitOptions) -> String {
    let mut lines = vec![
        note(api, options),
        String::new(),
        "| Rust | Python, Ruby | Node | request |".to_owned(),
        "|---|---|---|---|".to_owned(),
    ];
    for (resource, method) in api.methods() {
        let theirs = |case: fn(&str) -> String| {
            let way = resource.path.iter().chain([&method.name]).map(|name| case(name));
            format!("client.{}(…)", way.collect::<Vec<_>>().join("."))
        };
        // Every object of Ruby has a method `send` already.
        let in_ruby = if method.name == "send" { "; `send_` in Ruby" } else { "" };
        lines.push(format!(
            "| `{}` | `{}`{in_ruby} | `{}` | `{} {}` |",
            mentions::call(resource, method),
            theirs(str::to_owned),
            theirs(heck::ToLowerCamelCase::to_lower_camel_case),
            method.http.as_str(),
            method.path
        ));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Says who wrote the page.
fn note(api: &Api, options: &EmitOptions) -> String {
    let mark = MARK.trim_start_matches("// ");
    format!("<!-- {mark}{}` from {}; do not edit. -->", options.command, api.documents.join(", "))
}

/// What a skill shows of how errors are handled: a call, and what to do about each kind of error.
pub(crate) fn error_handling(api: &Api, skill: &Skill) -> Option<Example> {
    let methods = operations(api, skill);
    let changes =
        |method: &Method| method.body.is_some() && matches!(method.output, Output::Json(_) | Output::Envelope { .. });
    // Not every operation that takes a body changes something; those of these names do.
    let by_name = |method: &Method| ["create", "update"].iter().any(|verb| method.name.starts_with(verb));
    let found = methods.iter().find(|(_, method)| changes(method) && by_name(method));
    let found = found.or_else(|| methods.iter().find(|(_, method)| changes(method)));
    let (resource, method) = found.or(methods.first())?;
    let example = examples::call(api, resource, method);
    let code = format!(
        "match {}.send().await {{
            Ok(_) => {{ println!(\"done\"); }}
            Err(error) if error.is_validation() => {{
                for fault in error.api_errors() {{
                    println!(\"{{:?}}: {{:?}}\", fault.pointer, fault.detail);
                }}
            }}
            Err(error) if error.is_rate_limited() => {{ println!(\"wait {{:?}}\", error.retry_after()); }}
            Err(error) if error.may_have_been_carried_out() => {{
                println!(\"look before you repeat it: {{error}}\");
            }}
            Err(error) => return Err(error),
        }}",
        example.chain
    );
    Some(Example { code: examples::format(&code), ..example })
}

/// The operations of a skill with their resources.
fn operations<'a>(api: &'a Api, skill: &Skill) -> Vec<(&'a Resource, &'a Method)> {
    let belongs = |method: &Method| skill.feature.as_ref().is_none_or(|feature| method.features.contains(feature));
    api.methods().into_iter().filter(|(_, method)| belongs(method)).collect()
}

struct Page<'a> {
    api: &'a Api,
    options: &'a EmitOptions,
    skill: &'a Skill,
    /// The crate as Rust names it.
    krate: String,
}

impl Page<'_> {
    fn text(&self, version: &str) -> String {
        let skill = self.skill;
        let mut lines = vec![
            "---".to_owned(),
            format!("name: {}", skill.name),
            format!("description: {}", serde_json::Value::from(skill.description.trim())),
            "---".to_owned(),
            String::new(),
            note(self.api, self.options),
            String::new(),
            format!("# {}", skill.title),
        ];
        self.installation(version, &mut lines);
        self.setup(&mut lines);
        self.errors(&mut lines);
        self.notes(&mut lines);
        let methods = operations(self.api, skill);
        for (resource, method) in &methods {
            self.operation(resource, method, &mut lines);
        }
        self.types(methods.into_iter().map(|(_, method)| method), &mut lines);
        lines.push(String::new());
        lines.join("\n")
    }

    fn installation(&self, version: &str, lines: &mut Vec<String>) {
        let name = &self.options.crate_name;
        let short = version.rsplit_once('.').map_or(version, |(short, _)| short);
        section("Installation", lines);
        lines.push("```toml".to_owned());
        lines.push("[dependencies]".to_owned());
        lines.push(format!("{name} = \"{short}\""));
        lines.push("tokio = { version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }".to_owned());
        lines.push("```".to_owned());
        if let Some(feature) = &self.skill.feature {
            lines.push(String::new());
            lines.push(format!(
                "To compile this product alone: `{name} = {{ version = \"{short}\", default-features = false, features = \
                 [\"{feature}\", \"rustls-tls\"] }}`."
            ));
        }
    }

    fn setup(&self, lines: &mut Vec<String>) {
        let env: Vec<&str> =
            self.api.security.schemes.iter().flat_map(|scheme| &scheme.env).map(String::as_str).collect();
        let told = if env.is_empty() { String::new() } else { format!(" // {}", env.join(", ")) };
        section("Setup", lines);
        let code = [
            format!("use {}::{{Client, Result}};", self.krate),
            String::new(),
            "#[tokio::main]".to_owned(),
            "async fn main() -> Result<()> {".to_owned(),
            format!("    let client = Client::from_env()?;{told}"),
            "    // ..".to_owned(),
            "    Ok(())".to_owned(),
            "}".to_owned(),
        ];
        fence(code, lines);
        lines.push(String::new());
        lines.push(
            "`Client::builder()` takes the key, another base URL, timeouts and a retry policy. The examples below go \
             into a function like this one, with `client` in scope."
                .to_owned(),
        );
    }

    fn errors(&self, lines: &mut Vec<String>) {
        section("Error handling", lines);
        lines.push(
            "Every call gives `Result<_, Error>`. An `Error` has a predicate for each thing that you may want to do about \
             it; `status()`, `request_id()` and `api_errors()` tell what the server said."
                .to_owned(),
        );
        lines.push(String::new());
        if let Some(example) = error_handling(self.api, self.skill) {
            fence(example.lines(&self.krate), lines);
            lines.push(String::new());
        }
        let table = [
            ("400, 422", "`is_bad_request()`, `is_validation()`", "correct the members that `api_errors()` points to"),
            ("401, 403", "`is_unauthorized()`, `is_permission_denied()`", "look at the key and what it may do"),
            ("404", "`is_not_found()`", "there is no such thing for this account"),
            ("409", "`is_conflict()`", "fetch the thing again, then decide"),
            ("429", "`is_rate_limited()`", "already repeated after `Retry-After`; slow down"),
            ("5xx", "`is_server_error()`", "already repeated where that is safe; see `may_have_been_carried_out()`"),
            (
                "no answer",
                "`is_timeout()`, `is_connect()`, `is_interrupted()`",
                "already repeated where that is safe; see `may_have_been_carried_out()`",
            ),
        ];
        lines.push("| status | predicate | what to do |".to_owned());
        lines.push("|---|---|---|".to_owned());
        lines.extend(table.map(|(status, predicate, advice)| format!("| {status} | {predicate} | {advice} |")));
    }

    fn notes(&self, lines: &mut Vec<String>) {
        section("Important notes", lines);
        let imports = format!("**Imports**: objects and enums are in `{}::types`.", self.krate);
        let general = [
            "**Lists** come in pages. `send()` gives one `Page`, `items()` a stream of all items and `pages()` one of all \
             pages; each page is fetched when its turn comes.",
            "**Arguments** in the path are positional, all others are setters of their names, in any order. `send()` \
             compiles once everything required is set.",
            "**Responses**: every member is an `Option` unless the API promises it; null is `None`, like what is missing. \
             Enums keep values that this version does not know in their variant `Unknown`.",
            "**Objects** are described under *Types* at the end, with all their members. Those of requests are made by \
             builders, `.filter(Name::builder().member(value).build())`, which compile once everything required is set.",
            "**Enums** take a variant, or the text of a value: what is listed as `in-process` is given as `\"in-process\"` or \
             `Name::InProcess`. `as_str()` gives the text back.",
            "**One of** several types is an enum with a variant for each: `match` it, with an arm for what this version does \
             not know.",
            "**Times** (`date-time`) are given as RFC 3339 text, such as `\"2025-04-10T14:00:00Z\"`. Those of responses are \
             `Timestamp`s, with `as_str()` and `to_system_time()`; the features `time`, `chrono` and `jiff` convert both ways.",
            "**Formats** of texts, such as `uuid`, stand in the place of their type: they are strings in Rust.",
            "**Files** are held in memory by `send()`; `save_to(path)` writes them to a file.",
            "**Names** of setters and members are those of the API, with an underscore where Rust or the SDK has the name \
             already: `type_`, `body_`.",
            "**Updates**: what is not mentioned stays as it is; the setter `.member_null()` of a nullable member clears it.",
        ];
        let own = self.skill.notes.iter().map(String::as_str);
        for note in own.chain(general).chain([imports.as_str()]) {
            lines.extend(docs::lines(&format!("- {}", note.trim())));
        }
        if let Some(webhooks) = &self.api.webhooks {
            for (family, def) in self.families() {
                let note = format!(
                    "- **Webhooks**: with the feature `webhooks`, `{}::webhooks::Verifier::from_env()?.unwrap(&body, \
                     &headers)?` checks the signature and decodes the event. Its `data` is a `{}`; the variant `{family}` \
                     holds what this page is about, a ",
                    self.krate, webhooks.event,
                );
                lines.extend(docs::lines(&note));
                if let Some(last) = lines.last_mut() {
                    last.push_str(&format!(" {}.", reference(&def.name)));
                }
            }
        }
    }

    /// The families of events that webhooks report, and that belong to the page.
    fn families(&self) -> impl Iterator<Item = (&str, &TypeDef)> {
        let variants = self.api.webhooks.iter().flat_map(|webhooks| &webhooks.events);
        let families = variants.filter_map(|variant| Some((variant.name.as_str(), self.api.get(variant.ty)?)));
        families.filter(|(_, def)| {
            let feature = self.api.features.iter().find(|feature| feature.module == def.module);
            self.skill.feature.is_none()
                || feature.is_none_or(|feature| self.skill.feature.as_ref() == Some(&feature.name))
        })
    }

    fn operation(&self, resource: &Resource, method: &Method, lines: &mut Vec<String>) {
        let title = method.summary.trim().trim_end_matches('.');
        let http = format!("{} {}", method.http.as_str(), method.path);
        section(if title.is_empty() { &http } else { title }, lines);
        if !method.description.trim().is_empty() && method.description.trim() != method.summary.trim() {
            lines.extend(docs::lines(&method.description));
            lines.push(String::new());
        }
        if method.deprecated {
            lines.push("**Deprecated.**".to_owned());
            lines.push(String::new());
        }
        lines.push(format!("`{http}`"));
        let (required, optional) = self.arguments(method);
        for (title, arguments) in [("Required", required), ("Optional", optional)] {
            if !arguments.is_empty() {
                lines.push(String::new());
                lines.push(format!("{title}:"));
                lines.push(String::new());
                lines.extend(arguments);
            }
        }
        lines.push(String::new());
        fence(examples::call(self.api, resource, method).lines(&self.krate), lines);
        lines.push(String::new());
        lines.push(format!("Returns: {}", self.output(&method.output)));
        for alternative in &method.alternatives {
            let held = match (alternative.content.ty(), &alternative.content) {
                (Some(ty), _) => self.type_text(ty, None),
                (None, Content::Text) => "text".to_owned(),
                (None, _) => "bytes".to_owned(),
            };
            let media_type = docs::code(&alternative.media_type);
            lines.extend([String::new(), format!("With `.{}()`: {held} ({media_type}).", alternative.name)]);
        }
    }

    /// Required and optional arguments, as items of lists.
    fn arguments(&self, method: &Method) -> (Vec<String>, Vec<String>) {
        let (mut required, mut optional) = (Vec::new(), Vec::new());
        required.extend(method.path_args.iter().map(|arg| {
            let facts = [self.linked(&arg.ty, arg.format.as_deref()), "in the path".to_owned()];
            item(&arg.name, facts, &arg.doc)
        }));
        for argument in &method.arguments {
            let into = if argument.required { &mut required } else { &mut optional };
            into.push(item(&argument.name, self.argument(argument), &argument.doc));
        }
        let Some(body) = &method.body else { return (required, optional) };
        if let BodyKind::Multipart(parts) = &body.kind {
            for part in parts {
                let kind = self.part(part);
                let into = if part.required { &mut required } else { &mut optional };
                into.push(item(&part.name, [kind].into_iter().chain(deprecated(part.deprecated)), &part.doc));
            }
            if let Some(others) = body.other_parts.as_deref() {
                optional.push(item(&others.name, ["any other part".to_owned(), self.part(others)], &others.doc));
            }
            optional.extend(no_body(body));
            return (required, optional);
        }
        match body.fields.and_then(|id| self.api.get(id)).map(|def| &def.kind) {
            Some(TypeKind::Struct(object)) => {
                for (field, setter) in object.fields.iter().zip(&body.setters) {
                    let into = if field.presence == Presence::Required { &mut required } else { &mut optional };
                    let null = match (&body.kind, &setter.null) {
                        (BodyKind::Form(_), Some(null)) => Some(format!("left out by `{null}()`")),
                        _ => nullable(&setter.name, setter.null.as_deref()),
                    };
                    let facts = [self.linked(field.value_type(), field.format.as_deref())].into_iter().chain(null);
                    into.push(item(&setter.name, facts.chain(deprecated(field.deprecated)), &field.doc));
                }
                if let (Some(rest), Some((_, value))) = (&body.rest, &object.rest) {
                    optional.push(item(rest, ["any other member".to_owned(), self.linked(value, None)], ""));
                }
            }
            _ => {
                let kind = match body.kind {
                    BodyKind::Bytes => "file".to_owned(),
                    _ => self.linked(&body.ty, None),
                };
                let into = if body.required { &mut required } else { &mut optional };
                into.push(item("body", [kind], &body.doc));
            }
        }
        optional.extend(no_body(body));
        (required, optional)
    }

    /// What a part holds.
    fn part(&self, part: &Part) -> String {
        let kind = match part.kind {
            PartKind::File => "file".to_owned(),
            PartKind::Files => "array of files".to_owned(),
            PartKind::Value => self.linked(&part.ty, None),
        };
        match &part.value_setter {
            Some(setter) => format!("{kind}, or {} by `{setter}()`", self.linked(&part.ty, None)),
            None => kind,
        }
    }

    /// What is to be said of an argument outside of path and body.
    fn argument(&self, argument: &Argument) -> impl Iterator<Item = String> + use<> {
        let place = match argument.location {
            ParamIn::Query if argument.wire == argument.name => None,
            ParamIn::Query => Some(format!("sent as {}", docs::code(&argument.wire))),
            ParamIn::Header => Some(format!("the header {}", docs::code(&argument.wire))),
            ParamIn::Cookie => Some(format!("the cookie {}", docs::code(&argument.wire))),
        };
        let default = argument.default.as_ref().map(|default| match default.as_str() {
            Some(text) => format!("by default {}", docs::code(text)),
            None => format!("by default {}", docs::code(&default.to_string())),
        });
        let facts = [self.linked(&argument.ty, argument.format.as_deref())].into_iter().chain(place).chain(default);
        facts.chain(deprecated(argument.deprecated))
    }

    fn output(&self, output: &Output) -> String {
        match output {
            Output::Empty => "nothing.".to_owned(),
            Output::Bytes { media_types } => format!("the bytes of a file ({}).", docs::either(media_types)),
            Output::Text { media_type } => format!("text (`{media_type}`)."),
            Output::Page { item, .. } => format!("pages of {}", self.value(item)),
            Output::Json(ty) | Output::Envelope { ty, .. } => self.value(ty),
            Output::Events(ty) => format!("a stream of events with {}", self.value(ty)),
            Output::ByStatus(view) => {
                let cases = view.cases.iter().map(|case| {
                    let held = case.content.ty().map_or_else(|| "no JSON".to_owned(), |ty| self.type_text(ty, None));
                    format!("`{}::{}` for {} ({held})", view.name, case.variant, case.status)
                });
                cases.collect::<Vec<_>>().join(", ")
            }
        }
    }

    /// A type, and the members of the object that it is or holds.
    fn value(&self, ty: &Type) -> String {
        let name = self.linked(ty, None);
        if let Some(union) = self.api.union(inner(self.api, ty)) {
            return format!("{name}; with {}", self.alternatives(union));
        }
        let Some(fields) = self.api.members(inner(self.api, ty)) else { return format!("{name}.") };
        let members = self.members(fields);
        // Members of what was asked for are what one looks for.
        match model::held(fields).and_then(|field| Some((field, self.api.members(inner(self.api, &field.ty))?))) {
            Some((field, inside)) => format!("{name}: {members}; in `{}`: {}", field.name, self.members(inside)),
            None => format!("{name}: {members}"),
        }
    }

    /// The members that the alternatives have, each with all types that it has in any of them.
    fn alternatives(&self, union: &Union) -> String {
        let mut types: IndexMap<&str, IndexSet<String>> = IndexMap::new();
        for variant in &union.variants {
            let inside = inner(self.api, &variant.ty);
            // An alternative may itself be one of several.
            let nested = self.api.union(inside).into_iter().flat_map(|union| &union.variants);
            let objects = nested.map(|variant| inner(self.api, &variant.ty)).chain([inside]);
            for field in objects.filter_map(|ty| self.api.members(ty)).flatten() {
                types.entry(&field.name).or_default().insert(self.type_text(&field.ty, field.format.as_deref()));
            }
        }
        let tags: Vec<&str> = union.variants.iter().filter_map(|variant| variant.tag.as_deref()).collect();
        if let Some(tag) = union.tag.as_deref().filter(|_| !tags.is_empty()) {
            types.insert(tag, IndexSet::from([format!("tells which it is: {}", tags.join(", "))]));
        }
        let members = types
            .into_iter()
            .map(|(name, types)| format!("`{name}` ({})", types.into_iter().collect::<Vec<_>>().join(", or ")));
        members.collect::<Vec<_>>().join(", ")
    }

    fn members(&self, fields: &[Field]) -> String {
        let members: Vec<String> = fields
            .iter()
            .map(|field| format!("`{}` ({})", field.name, self.type_text(&field.ty, field.format.as_deref())))
            .collect();
        members.join(", ")
    }

    /// Every object that goes into these methods or comes out of them, with its members.
    fn types<'m>(&self, methods: impl Iterator<Item = &'m Method>, lines: &mut Vec<String>) {
        let mut met = BTreeSet::new();
        for ty in methods.flat_map(|method| self.mentioned(method)) {
            self.visit(ty, &mut met);
        }
        for variant in self.api.webhooks.iter().flat_map(|webhooks| &webhooks.events) {
            if self.families().any(|(name, _)| name == variant.name) {
                self.visit(&Type::Named(variant.ty), &mut met);
            }
        }
        let defs: BTreeMap<&str, &TypeDef> =
            met.into_iter().filter_map(|id| self.api.get(id)).map(|def| (def.name.as_str(), def)).collect();
        let parts = defs.into_values().filter_map(|def| match &def.kind {
            TypeKind::Struct(object) => Some((def, self.object(object))),
            TypeKind::Union(union) => Some((def, self.variants(union))),
            TypeKind::StringEnum(_) | TypeKind::IntEnum(_) | TypeKind::Alias(_) => None,
        });
        let mut parts = parts.peekable();
        if parts.peek().is_none() {
            return;
        }
        section("Types", lines);
        lines.push("Members are optional unless they are said to be required.".to_owned());
        for (def, members) in parts {
            lines.extend([String::new(), format!("### {}", def.name), String::new()]);
            let doc = docs::brief(&def.doc);
            if !doc.is_empty() {
                lines.extend([doc, String::new()]);
            }
            if members.is_empty() {
                lines.push("No members.".to_owned());
            }
            lines.extend(members);
        }
    }

    /// The types that a method is about.
    fn mentioned<'m>(&self, method: &'m Method) -> Vec<&'m Type>
    where
        Self: 'm,
    {
        let mut types: Vec<&Type> = method.path_args.iter().map(|arg| &arg.ty).collect();
        types.extend(method.arguments.iter().map(|argument| &argument.ty));
        if let Some(body) = &method.body {
            match (&body.kind, body.fields.and_then(|id| self.api.get(id)).map(|def| &def.kind)) {
                (BodyKind::Multipart(parts), _) => {
                    types.extend(parts.iter().chain(body.other_parts.as_deref()).map(|part| &part.ty));
                }
                // Its members are arguments of the method.
                (_, Some(TypeKind::Struct(object))) => {
                    types.extend(object.fields.iter().map(|field| &field.ty));
                    types.extend(object.rest.iter().map(|(_, value)| value));
                }
                _ => types.push(&body.ty),
            }
        }
        match &method.output {
            Output::Page { item, meta, .. } => types.extend([Some(item), meta.as_ref()].into_iter().flatten()),
            Output::Json(ty) | Output::Envelope { ty, .. } | Output::Events(ty) => types.push(ty),
            Output::ByStatus(view) => types.extend(view.types()),
            Output::Empty | Output::Bytes { .. } | Output::Text { .. } => {}
        }
        types
    }

    /// Adds the named types that `ty` consists of.
    fn visit(&self, ty: &Type, met: &mut BTreeSet<TypeId>) {
        let mut open = vec![ty];
        while let Some(ty) = open.pop() {
            match self.api.resolve(ty) {
                Type::List(inner) | Type::Map(inner) | Type::Option(inner) => open.push(inner),
                Type::Named(id) if met.insert(*id) => match self.api.get(*id).map(|def| &def.kind) {
                    Some(TypeKind::Struct(object)) => {
                        open.extend(object.fields.iter().map(|field| &field.ty));
                        open.extend(object.rest.as_ref().map(|(_, ty)| ty));
                    }
                    Some(TypeKind::Union(union)) => open.extend(union.variants.iter().map(|variant| &variant.ty)),
                    _ => {}
                },
                _ => {}
            }
        }
    }

    /// The members of an object, as items of a list.
    fn object(&self, object: &Struct) -> Vec<String> {
        let mut items: Vec<String> = object
            .fields
            .iter()
            .map(|field| {
                let required = (field.presence == Presence::Required).then(|| "required".to_owned());
                let null = nullable(&field.name, field.null_setter.as_deref());
                let renamed = (field.wire != field.name).then(|| format!("sent as {}", docs::code(&field.wire)));
                let facts =
                    [self.linked(field.value_type(), field.format.as_deref())].into_iter().chain(required).chain(null);
                item(&field.name, facts.chain(renamed).chain(deprecated(field.deprecated)), &field.doc)
            })
            .collect();
        if let Some((name, ty)) = &object.rest {
            items.push(item(name, [format!("map of {}", self.linked(ty, None))], "All other members."));
        }
        items
    }

    /// The alternatives of a union, as items of a list.
    fn variants(&self, union: &Union) -> Vec<String> {
        let variants = union.variants.iter().map(|variant| {
            let tag = union.tag.as_ref().zip(variant.tag.as_ref());
            let tag = tag.map(|(tag, value)| format!("where {} is {}", docs::code(tag), docs::code(value)));
            item(&variant.name, [self.linked(&variant.ty, None)].into_iter().chain(tag), &variant.doc)
        });
        let tag = union.tag.as_ref().map(|tag| format!("`tag()` (the text of {})", docs::code(tag)));
        let shared = self.api.shared(union).into_iter().map(|(name, _)| format!("`{name}()`"));
        let methods: Vec<String> = tag.into_iter().chain(shared).collect();
        let methods = (!methods.is_empty()).then(|| format!("- Whichever it is: {}", methods.join(", ")));
        variants.chain(methods).collect()
    }

    /// A type as a reader looks for it: objects by name, enums with their values, texts with what they are.
    fn type_text(&self, ty: &Type, format: Option<&str>) -> String {
        self.described(ty, format.unwrap_or("string"), |name| format!("`{name}`"))
    }

    /// The same, with links to the members of objects.
    fn linked(&self, ty: &Type, format: Option<&str>) -> String {
        self.described(ty, format.unwrap_or("string"), reference)
    }

    /// A type in words; `text` is what its texts are.
    fn described(&self, ty: &Type, text: &str, object: fn(&str) -> String) -> String {
        match self.api.resolve(ty) {
            Type::Bool => "boolean".to_owned(),
            Type::I32 | Type::I64 | Type::U64 => "integer".to_owned(),
            Type::F32 | Type::F64 => "number".to_owned(),
            Type::String => text.to_owned(),
            Type::Timestamp => "date-time".to_owned(),
            Type::Date => "date".to_owned(),
            Type::Bytes => "bytes".to_owned(),
            Type::Unit => "null".to_owned(),
            Type::Any => "any JSON".to_owned(),
            Type::List(item) => format!("array of {}", self.described(item, text, object)),
            Type::Map(of) => format!("map of {}", self.described(of, text, object)),
            Type::Option(of) => format!("{} or null", self.described(of, text, object)),
            Type::Named(id) => {
                let Some(def) = self.api.get(*id) else { return "object".to_owned() };
                let name = &def.name;
                match &def.kind {
                    TypeKind::StringEnum(variants) => {
                        let values: Vec<&str> = variants.iter().map(|variant| variant.value.as_str()).collect();
                        format!("enum `{name}`: {}", values.join(", "))
                    }
                    TypeKind::IntEnum(variants) => {
                        let values: Vec<String> = variants.iter().map(|variant| variant.value.to_string()).collect();
                        format!("enum `{name}`: {}", values.join(", "))
                    }
                    TypeKind::Union(_) => format!("one of {}", object(name)),
                    TypeKind::Struct(_) => object(name),
                    TypeKind::Alias(_) => format!("`{name}`"),
                }
            }
        }
    }
}

/// An item of a list: a name, what is to be known of it, and what it is for.
fn item(name: &str, facts: impl IntoIterator<Item = String>, doc: &str) -> String {
    let facts: Vec<String> = facts.into_iter().collect();
    let doc = docs::brief(doc);
    let doc = if doc.is_empty() { doc } else { format!(": {doc}") };
    format!("- `{name}` ({}){doc}", facts.join("; "))
}

/// The calls by which there is no body, or null, whatever else is required.
fn no_body(body: &Body) -> impl Iterator<Item = String> {
    let null = body.nullable.then(|| item("null_body", ["null as the body".to_owned()], ""));
    let left_out = body.is_left_out_by_call().then(|| item("without_body", ["no body at all".to_owned()], ""));
    null.into_iter().chain(left_out)
}

/// Says that there is a setter of null, and its name unless that is as usual.
fn nullable(setter: &str, null: Option<&str>) -> Option<String> {
    let null = null?;
    let usual = null.strip_suffix("_null") == Some(setter);
    Some(if usual { "nullable".to_owned() } else { format!("nullable by `{null}()`") })
}

fn deprecated(is: bool) -> Option<String> {
    is.then(|| "deprecated".to_owned())
}

/// A type's name, which leads to its members.
fn reference(name: &str) -> String {
    format!("[`{name}`](#{})", name.to_lowercase())
}

/// What a list or an optional value holds.
fn inner<'a>(api: &'a Api, ty: &'a Type) -> &'a Type {
    match api.resolve(ty) {
        Type::List(item) | Type::Option(item) => inner(api, item),
        other => other,
    }
}

fn section(title: &str, lines: &mut Vec<String>) {
    lines.push(String::new());
    lines.push(format!("## {title}"));
    lines.push(String::new());
}

fn fence(code: impl IntoIterator<Item = String>, lines: &mut Vec<String>) {
    lines.push("```rust".to_owned());
    lines.extend(code);
    lines.push("```".to_owned());
}
