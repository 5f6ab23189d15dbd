//! Walks through a document by the grammar of OpenAPI, down to the schemas.
//!
//! Each method takes one kind of object, puts right what is wrong with it, rewrites the references in it, and goes on
//! to what is inside. Values that are data (`example`, `default`, extensions) are left alone.

use serde_json::{Map, Value, json};

use super::bundle::{Bundler, Dialect, Here, Section, kind};
use super::schema::Top;
use crate::diagnostic::{Location, nearest};
use crate::pointer;
use crate::source::FileId;

/// The members of a Path Item Object that are operations.
pub(super) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

const PATH_ITEM_MEMBERS: [&str; 12] = [
    "get",
    "put",
    "post",
    "delete",
    "options",
    "head",
    "patch",
    "trace",
    "summary",
    "description",
    "servers",
    "parameters",
];

const OPERATION_MEMBERS: [&str; 12] = [
    "tags",
    "summary",
    "description",
    "externalDocs",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "callbacks",
    "deprecated",
    "security",
    "servers",
];

const INFO_MEMBERS: [&str; 7] = ["title", "summary", "description", "termsOfService", "contact", "license", "version"];

/// How deeply path items may be put inside one another through callbacks.
const INLINED_DEPTH: usize = 8;

impl Bundler<'_> {
    /// Merges what stands at the top of the documents, beside paths and components.
    pub(super) fn merge_tops(&mut self, roots: &[FileId]) -> Map<String, Value> {
        let mut top = Map::new();
        top.insert("openapi".to_owned(), json!("3.0.3"));
        for root in roots {
            let Some(Value::Object(members)) = self.documents.value(*root) else { continue };
            let is_first = top.len() == 1;
            for (name, value) in members {
                let known = top.get_mut(name);
                match (name.as_str(), known) {
                    // Those that differ are put at the operations of the document.
                    ("servers" | "security", _) if !is_first => {}
                    ("tags", Some(Value::Array(known))) => {
                        for tag in value.as_array().into_iter().flatten() {
                            if known.iter().all(|other| other.get("name") != tag.get("name")) {
                                let at = format!("/tags/{}", known.len());
                                let index = value.as_array().and_then(|tags| tags.iter().position(|one| one == tag));
                                self.origins.record(&at, *root, &format!("/tags/{}", index.unwrap_or_default()));
                                known.push(tag.clone());
                            }
                        }
                    }
                    ("openapi" | "paths" | "webhooks" | "components" | "jsonSchemaDialect", _) | (_, Some(_)) => {}
                    (_, None) if value.is_null() => self.null_member(*root, &pointer::join("", name)),
                    (_, None) => {
                        let at = pointer::join("", name);
                        self.origins.record(&at, *root, &at);
                        top.insert(name.clone(), value.clone());
                    }
                }
            }
            self.check_top(*root, members);
            if is_first {
                self.check_info(&mut top, *root);
                if let Some(security) = top.get_mut("security") {
                    self.rename_schemes(security, *root);
                }
            }
        }
        if !top.contains_key("info") {
            top.insert("info".to_owned(), json!({"title": "", "version": ""}));
        }
        top
    }

    /// Warns about members at the top of a document that mean nothing there.
    fn check_top(&mut self, root: FileId, members: &Map<String, Value>) {
        const KNOWN: [&str; 12] = [
            "openapi",
            "info",
            "servers",
            "paths",
            "webhooks",
            "components",
            "security",
            "tags",
            "externalDocs",
            "jsonSchemaDialect",
            "$self",
            "$schema",
        ];
        for name in members.keys() {
            if !KNOWN.contains(&name.as_str()) && !name.starts_with("x-") {
                let at = Location::key(root, pointer::join("", name));
                self.unknown_member(at, name, "an OpenAPI document", KNOWN);
            }
        }
    }

    fn check_info(&mut self, top: &mut Map<String, Value>, root: FileId) {
        let info = top.entry("info").or_insert_with(|| json!({}));
        if !info.is_object() {
            let found = std::mem::replace(info, json!({}));
            self.wrong_type(self.origins.written(root, "/info"), &found, "a mapping with `title` and `version`");
        }
        let Value::Object(info) = info else { return };
        for (name, otherwise) in [("title", ""), ("version", "0.0.0")] {
            if info.get(name).is_none_or(Value::is_null) {
                let at = self.origins.written(root, "/info").at_key();
                self.diagnostics
                    .warning("missing-member", at, format!("`info` has no `{name}`"))
                    .help("OpenAPI demands one");
                info.insert(name.to_owned(), otherwise.into());
            }
            if let Some(Value::Number(number)) = info.get(name) {
                let text = number.to_string();
                let at = self.origins.written(root, &format!("/info/{name}"));
                let text = self.documents.sources.written(&at).map_or(text, str::to_owned);
                info.insert(name.to_owned(), text.into());
            }
        }
        for (name, value) in &*info {
            let at = pointer::join("/info", name);
            if value.is_null() {
                self.null_member(root, &at);
            } else if !(INFO_MEMBERS.contains(&name.as_str()) || name.starts_with("x-")) {
                let at = self.origins.written(root, &at).at_key();
                self.unknown_member(at, name, "`info`", INFO_MEMBERS);
            }
        }
        info.retain(|_, value| !value.is_null());
        // What 3.0 doesn't know is kept as an extension, so that it can still be used.
        for (name, kept) in [("summary", "x-summary")] {
            if let Some(value) = info.shift_remove(name) {
                info.insert(kept.to_owned(), value);
            }
        }
        if let Some(Value::Object(license)) = info.get_mut("license")
            && let Some(identifier) = license.shift_remove("identifier")
        {
            license.insert("x-identifier".to_owned(), identifier);
        }
    }

    /// Merges the paths and the webhooks of all documents.
    pub(super) fn merge_paths(&mut self, roots: &[FileId]) -> (Map<String, Value>, Map<String, Value>) {
        let mut paths = Map::new();
        let mut webhooks = Map::new();
        let first = roots.first().copied();
        for root in roots {
            let Some(Value::Object(members)) = self.documents.value(*root) else { continue };
            let dialect = self.dialect(*root, Dialect::V31);
            if !members.contains_key("paths")
                && !members.contains_key("webhooks")
                && !members.contains_key("components")
            {
                self.diagnostics
                    .warning("missing-member", Location::value(*root, ""), "the document has no `paths`")
                    .help("it describes no operation");
            }
            let own =
                OwnDefaults::of(first.and_then(|first| self.documents.value(first)), members, Some(*root) == first);
            for (section, merged) in [("paths", &mut paths), ("webhooks", &mut webhooks)] {
                let items = match members.get(section) {
                    None | Some(Value::Null) => continue,
                    Some(Value::Object(items)) => items,
                    Some(other) => {
                        let at = self.origins.written(*root, &pointer::join("", section));
                        self.wrong_type(at, other, "a mapping from paths to path items");
                        continue;
                    }
                };
                for (path, item) in items {
                    let mut raw = pointer::join("", section);
                    pointer::push(&mut raw, path);
                    if path.starts_with("x-") {
                        merged.entry(path.clone()).or_insert_with(|| item.clone());
                        continue;
                    }
                    if section == "paths" && !path.starts_with('/') {
                        let at = self.origins.written(*root, &raw).at_key();
                        self.diagnostics
                            .error("wrong-path", at, format!("the path `{path}` doesn't begin with `/`"))
                            .help(format!("write it as `/{path}`"));
                        continue;
                    }
                    let mut item = item.clone();
                    match merged.get(path) {
                        Some(known) => self.record_operations(known, &item, &raw, *root),
                        None => self.origins.record(&raw, *root, &raw),
                    }
                    let mut here = Here { file: *root, dialect, raw: raw.clone(), at: raw.clone() };
                    self.path_item(&mut item, &mut here);
                    own.apply(&mut item);
                    self.rename_item_schemes(&mut item, *root);
                    match merged.get_mut(path) {
                        Some(known) => self.merge_path_item(known, item, &raw, *root),
                        None => {
                            merged.insert(path.clone(), item);
                        }
                    }
                }
            }
        }
        (paths, webhooks)
    }

    /// Keeps where each operation of a path was written that two documents share.
    fn record_operations(&mut self, known: &Value, item: &Value, raw: &str, root: FileId) {
        for method in METHODS {
            let at = pointer::join(raw, method);
            if known.get(method).is_some() {
                let written = self.origins.locate(&at);
                if let Some(pointer) = written.pointer() {
                    self.origins.record(&at, written.file, pointer);
                }
            } else if item.get(method).is_some() {
                self.origins.record(&at, root, &at);
            }
        }
    }

    /// Adds the operations that another document has for the same path.
    fn merge_path_item(&mut self, known: &mut Value, mut item: Value, raw: &str, root: FileId) {
        own_parameters(known);
        own_parameters(&mut item);
        let (Value::Object(known), Value::Object(item)) = (known, item) else { return };
        for (name, value) in item {
            let at = pointer::join(raw, &name);
            if !METHODS.contains(&name.as_str()) {
                known.entry(name).or_insert(value);
            } else if known.contains_key(&name) {
                let other = self.origins.locate(&at).at_key();
                let here = self.origins.written(root, &at).at_key();
                let path = pointer::segments(raw).next_back().unwrap_or_default().into_owned();
                self.diagnostics
                    .error(
                        "duplicate-operation",
                        here,
                        format!("two documents describe `{} {path}`", name.to_uppercase()),
                    )
                    .related(other, "the other one")
                    .help("remove one of them");
            } else {
                known.insert(name, value);
            }
        }
    }

    /// Visits the component of a section.
    pub(super) fn visit(&mut self, section: Section, value: &mut Value, here: &mut Here) {
        match section {
            Section::Schemas => self.schema(value, here, Top::Yes),
            Section::Responses => self.response(value, here),
            Section::Parameters => self.parameter(value, here),
            Section::Examples => self.example(value, here),
            Section::RequestBodies => self.request_body(value, here),
            Section::Headers => self.header(value, here),
            Section::SecuritySchemes => self.security_scheme(value, here),
            Section::Links => self.link(value, here),
            Section::Callbacks => self.callback(value, here),
        }
    }

    /// A Path Item Object. A reference in it is replaced by what it leads to.
    fn path_item(&mut self, value: &mut Value, here: &mut Here) {
        let outer = self.inlining.len();
        while let Some(Value::String(text)) = value.get("$ref") {
            // One for each path of a document is no more than what the document says.
            let is_outermost = self.inlining.is_empty();
            let text = text.clone();
            let place = self.follow(None, &text, here, "$ref");
            let Value::Object(members) = value else { break };
            members.shift_remove("$ref");
            let Some(place) = place else { break };
            let theirs = self.documents.value(place.0).and_then(|value| value.pointer(&place.1));
            let twice = |name: &&String| theirs.and_then(|theirs| theirs.get(name.as_str())).is_some();
            let twice: Vec<String> = members.keys().filter(twice).cloned().collect();
            for name in twice {
                let at = self.place_of(here, &name);
                let message = format!("`{name}` stands here and in what `$ref` leads to; this one counts");
                self.diagnostics.warning("ignored-sibling", at, message).help("take one of them out");
            }
            let is_too_much = !is_outermost && self.inlinings == 0;
            if is_too_much || self.inlining.len() > INLINED_DEPTH || self.inlining.contains(&place) {
                let at = self.place_of(here, "$ref");
                self.diagnostics
                    .error(
                        "circular-ref",
                        at,
                        format!("`{text}` makes a path item contain itself, or far too many others"),
                    )
                    .help("path items are put in place of the references to them, so these have to come to an end");
                break;
            }
            if !is_outermost {
                self.inlinings -= 1;
            }
            let target = self.documents.value(place.0).and_then(|value| value.pointer(&place.1)).cloned();
            let own = std::mem::take(members);
            here.file = place.0;
            here.dialect = self.dialect(place.0, here.dialect);
            here.raw.clone_from(&place.1);
            self.origins.record(&here.at, place.0, &place.1);
            self.inlining.push(place);
            *value = target.unwrap_or_default();
            if let Value::Object(members) = value {
                members.extend(own);
            }
        }
        self.path_item_itself(value, here);
        self.inlining.truncate(outer);
    }

    fn path_item_itself(&mut self, value: &mut Value, here: &mut Here) {
        let Some(members) = self.object(value, here, "a path item") else { return };
        self.drop_nulls(members, here, &[]);
        self.list(members, here, "parameters", Self::parameter);
        for method in METHODS {
            self.member(members, here, method, Self::operation);
        }
        self.drop_unknown(members, here, "a path item", &PATH_ITEM_MEMBERS);
    }

    fn operation(&mut self, value: &mut Value, here: &mut Here) {
        let Some(members) = self.object(value, here, "an operation") else { return };
        self.drop_nulls(members, here, &[]);
        self.list(members, here, "parameters", Self::parameter);
        self.member(members, here, "requestBody", Self::request_body);
        self.map(members, here, "responses", Self::response);
        self.map(members, here, "callbacks", Self::inline_callback);
        if !members.contains_key("responses") {
            if here.dialect == Dialect::V30 {
                let at = self.place(here).at_key();
                self.diagnostics
                    .warning("missing-member", at, "the operation has no `responses`")
                    .help("OpenAPI 3.0 demands at least one");
            }
            members.insert("responses".to_owned(), json!({}));
        }
        self.drop_unknown(members, here, "an operation", &OPERATION_MEMBERS);
    }

    fn parameter(&mut self, value: &mut Value, here: &mut Here) {
        if self.is_reference(Section::Parameters, value, here) {
            return;
        }
        let Some(members) = self.object(value, here, "a parameter") else { return };
        self.drop_nulls(members, here, &["example", "default"]);
        let is_in = |wanted: &str| members.get("in").and_then(Value::as_str) == Some(wanted);
        if is_in("body") || is_in("formData") {
            let at = self.place_of(here, "in");
            self.diagnostics
                .error("swagger-parameter", at, "a parameter in the body is a matter of Swagger 2.0")
                .help("describe the body under `requestBody`");
        }
        if is_in("path") && members.get("required") != Some(&Value::Bool(true)) {
            let at = self.place(here);
            let name = members.get("name").and_then(Value::as_str).unwrap_or_default();
            self.diagnostics
                .warning("optional-path-parameter", at, format!("the path parameter `{name}` is not `required`"))
                .help("a path parameter always is: add `required: true`");
            members.insert("required".to_owned(), Value::Bool(true));
        }
        self.swagger_parameter(members, here);
        self.parameter_or_header(members, here, "a parameter");
    }

    fn header(&mut self, value: &mut Value, here: &mut Here) {
        if self.is_reference(Section::Headers, value, here) {
            return;
        }
        let Some(members) = self.object(value, here, "a header") else { return };
        self.drop_nulls(members, here, &["example", "default"]);
        self.swagger_parameter(members, here);
        self.parameter_or_header(members, here, "a header");
    }

    /// Moves what describes the value of a Swagger 2.0 parameter into a schema.
    fn swagger_parameter(&mut self, members: &mut Map<String, Value>, here: &Here) {
        const MOVED: [&str; 18] = [
            "type",
            "format",
            "items",
            "enum",
            "default",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "minLength",
            "maxLength",
            "pattern",
            "minItems",
            "maxItems",
            "uniqueItems",
            "multipleOf",
            "nullable",
            "oneOf",
        ];
        if members.contains_key("schema") || members.contains_key("content") {
            return;
        }
        let mut schema = Map::new();
        for name in MOVED {
            if let Some(value) = members.shift_remove(name) {
                let mut at = pointer::join(&here.at, "schema");
                pointer::push(&mut at, name);
                self.origins.record(&at, here.file, &pointer::join(&here.raw, name));
                schema.insert(name.to_owned(), value);
            }
        }
        let at = self.place(here);
        if schema.is_empty() {
            self.diagnostics
                .warning("missing-schema", at, "neither `schema` nor `content` says what the value is")
                .help("add `schema`; as it is, anything is accepted");
        } else {
            self.diagnostics
                .warning("swagger-parameter", at, "the value is described as in Swagger 2.0")
                .help("move `type` and what belongs to it under `schema`");
        }
        if let Some(format) = members.shift_remove("collectionFormat") {
            let (style, explode) = match format.as_str() {
                Some("multi") => ("form", true),
                Some("ssv") => ("spaceDelimited", false),
                Some("pipes") => ("pipeDelimited", false),
                _ => ("form", false),
            };
            let is_query = members.get("in").and_then(Value::as_str) == Some("query");
            if is_query {
                members.entry("style").or_insert_with(|| style.into());
            }
            members.entry("explode").or_insert(Value::Bool(is_query && explode));
        }
        members.insert("schema".to_owned(), Value::Object(schema));
    }

    fn parameter_or_header(&mut self, members: &mut Map<String, Value>, here: &mut Here, what: &str) {
        const KNOWN: [&str; 13] = [
            "name",
            "in",
            "description",
            "required",
            "deprecated",
            "allowEmptyValue",
            "style",
            "explode",
            "allowReserved",
            "schema",
            "example",
            "examples",
            "content",
        ];
        self.member(members, here, "schema", |this, value, here| this.schema(value, here, Top::No));
        self.map(members, here, "content", Self::media_type);
        self.examples(members, here);
        self.drop_unknown(members, here, what, &KNOWN);
    }

    fn request_body(&mut self, value: &mut Value, here: &mut Here) {
        if self.is_reference(Section::RequestBodies, value, here) {
            return;
        }
        let Some(members) = self.object(value, here, "a request body") else { return };
        self.drop_nulls(members, here, &[]);
        self.map(members, here, "content", Self::media_type);
        self.drop_unknown(members, here, "a request body", &["description", "content", "required"]);
    }

    fn response(&mut self, value: &mut Value, here: &mut Here) {
        if self.is_reference(Section::Responses, value, here) {
            return;
        }
        let Some(members) = self.object(value, here, "a response") else { return };
        self.drop_nulls(members, here, &[]);
        self.map(members, here, "headers", Self::header);
        self.map(members, here, "content", Self::media_type);
        self.map(members, here, "links", Self::link);
        if !members.contains_key("description") {
            members.insert("description".to_owned(), "".into());
        }
        self.drop_unknown(members, here, "a response", &["description", "headers", "content", "links", "summary"]);
        members.shift_remove("summary");
    }

    fn media_type(&mut self, value: &mut Value, here: &mut Here) {
        if value.is_null() {
            *value = json!({});
        }
        let Some(members) = self.object(value, here, "a media type") else { return };
        self.drop_nulls(members, here, &["example"]);
        self.member(members, here, "schema", |this, value, here| this.schema(value, here, Top::No));
        self.examples(members, here);
        self.map(members, here, "encoding", Self::encoding);
        self.drop_unknown(members, here, "a media type", &["schema", "example", "examples", "encoding"]);
    }

    fn encoding(&mut self, value: &mut Value, here: &mut Here) {
        let Some(members) = self.object(value, here, "an encoding") else { return };
        self.drop_nulls(members, here, &[]);
        self.map(members, here, "headers", Self::header);
        // What is usual depends on the style, and the reader of the types does not tell false from absent.
        let is_form = members.get("style").is_none_or(|style| style == "form");
        if is_form && !members.contains_key("explode") {
            members.insert("explode".to_owned(), Value::Bool(true));
        }
        let known = ["contentType", "headers", "style", "explode", "allowReserved"];
        self.drop_unknown(members, here, "an encoding", &known);
    }

    /// `examples` outside of schemas, which is a map. A list, as in a schema, gives its first item as `example`.
    fn examples(&mut self, members: &mut Map<String, Value>, here: &mut Here) {
        if let Some(Value::Array(items)) = members.get("examples") {
            let first = items.first().cloned();
            let at = self.place_of(here, "examples");
            self.diagnostics
                .warning("wrong-examples", at, "`examples` is a list here, as in a schema")
                .help("give each example a name and put its value under `value`");
            if let Some(kept) = members.shift_remove("examples") {
                members.insert("x-examples".to_owned(), kept);
            }
            if let Some(first) = first {
                members.entry("example").or_insert(first);
            }
        }
        self.map(members, here, "examples", Self::example);
    }

    fn example(&mut self, value: &mut Value, here: &mut Here) {
        if self.is_reference(Section::Examples, value, here) {
            return;
        }
        if !value.is_object() {
            // What was meant is plain, and nothing but documentation depends on it.
            *value = json!({"value": value.take()});
        }
        let Some(members) = self.object(value, here, "an example") else { return };
        self.drop_nulls(members, here, &["value"]);
    }

    fn link(&mut self, value: &mut Value, here: &mut Here) {
        if self.is_reference(Section::Links, value, here) {
            return;
        }
        let Some(members) = self.object(value, here, "a link") else { return };
        self.drop_nulls(members, here, &["requestBody"]);
    }

    fn security_scheme(&mut self, value: &mut Value, here: &mut Here) {
        if self.is_reference(Section::SecuritySchemes, value, here) {
            return;
        }
        let Some(members) = self.object(value, here, "a security scheme") else { return };
        self.drop_nulls(members, here, &[]);
    }

    /// A Callback Object among the components.
    fn callback(&mut self, value: &mut Value, here: &mut Here) {
        if self.is_reference(Section::Callbacks, value, here) {
            return;
        }
        let Some(members) = self.object(value, here, "a callback") else { return };
        for (expression, item) in members.iter_mut() {
            if !expression.starts_with("x-") {
                let mark = here.enter(expression);
                let (file, dialect, raw) = (here.file, here.dialect, here.raw.clone());
                self.path_item(item, here);
                (here.file, here.dialect, here.raw) = (file, dialect, raw);
                here.leave(mark);
            }
        }
    }

    /// A Callback Object in an operation, where OpenAPI 3.0 types know no reference: what it leads to takes its place.
    fn inline_callback(&mut self, value: &mut Value, here: &mut Here) {
        let before = (here.file, here.dialect, here.raw.clone());
        let outer = self.inlining.len();
        while let Some(Value::String(text)) = value.get("$ref") {
            let text = text.clone();
            *value = json!({});
            let Some(place) = self.follow(Some(Section::Callbacks), &text, here, "$ref") else { break };
            if self.inlinings == 0 || self.inlining.len() > INLINED_DEPTH || self.inlining.contains(&place) {
                let at = self.place_of(here, "$ref");
                self.diagnostics
                    .error(
                        "circular-ref",
                        at,
                        format!("`{text}` makes a callback contain itself, or far too many others"),
                    )
                    .help("callbacks are put in place of the references to them, so these have to come to an end");
                break;
            }
            self.inlinings -= 1;
            *value =
                self.documents.value(place.0).and_then(|value| value.pointer(&place.1)).cloned().unwrap_or_default();
            here.file = place.0;
            here.dialect = self.dialect(place.0, here.dialect);
            here.raw.clone_from(&place.1);
            self.origins.record(&here.at, place.0, &place.1);
            self.inlining.push(place);
        }
        self.callback(value, here);
        self.inlining.truncate(outer);
        (here.file, here.dialect, here.raw) = before;
    }

    /// Rewrites a Reference Object. One that leads nowhere becomes an empty object.
    fn is_reference(&mut self, section: Section, value: &mut Value, here: &Here) -> bool {
        let Some(reference) = value.get("$ref") else { return false };
        let Value::String(text) = reference else {
            let at = self.place_of(here, "$ref");
            let reference = reference.clone();
            self.wrong_type(at, &reference, "text such as `#/components/..`");
            if let Value::Object(members) = value {
                members.shift_remove("$ref");
            }
            return false;
        };
        let text = text.clone();
        if let Some(reference) = self.reference(section, &text, here, "$ref") {
            *value = json!({"$ref": reference});
            return true;
        }
        *value = match section {
            Section::Parameters => json!({"name": "unknown", "in": "query", "schema": {}}),
            Section::Headers => json!({"schema": {}}),
            Section::Responses => json!({"description": ""}),
            Section::Links => json!({"operationId": ""}),
            _ => json!({}),
        };
        true
    }

    /// The members of what has to be a mapping. Anything else is reported and becomes an empty one.
    pub(super) fn object<'v>(
        &mut self,
        value: &'v mut Value,
        here: &Here,
        what: &str,
    ) -> Option<&'v mut Map<String, Value>> {
        if !value.is_object() {
            let found = std::mem::replace(value, json!({}));
            let at = self.place(here);
            if found.is_null() {
                let problem = self.diagnostics.warning("null-member", at, format!("expected {what}, found nothing"));
                problem.help("remove it, or write what is missing; as it is, it says nothing");
            } else {
                self.diagnostics.error("wrong-type", at, format!("expected {what}, found {}", kind(&found)));
            }
            return None;
        }
        value.as_object_mut()
    }

    /// Visits a member, if it is there.
    fn member(
        &mut self,
        members: &mut Map<String, Value>,
        here: &mut Here,
        name: &str,
        visit: impl FnOnce(&mut Self, &mut Value, &mut Here),
    ) {
        if let Some(value) = members.get_mut(name) {
            let mark = here.enter(name);
            visit(self, value, here);
            here.leave(mark);
        }
    }

    /// Visits the items of a member that has to be a list.
    fn list(
        &mut self,
        members: &mut Map<String, Value>,
        here: &mut Here,
        name: &str,
        visit: fn(&mut Self, &mut Value, &mut Here),
    ) {
        let Some(value) = members.get_mut(name) else { return };
        let mark = here.enter(name);
        if let Value::Array(items) = value {
            for (index, item) in items.iter_mut().enumerate() {
                let mark = here.enter_index(index);
                visit(self, item, here);
                here.leave(mark);
            }
        } else {
            let found = value.take();
            members.shift_remove(name);
            let at = self.place(here);
            self.wrong_type(at, &found, "a list");
        }
        here.leave(mark);
    }

    /// Visits the values of a member that has to be a map from names.
    fn map(
        &mut self,
        members: &mut Map<String, Value>,
        here: &mut Here,
        name: &str,
        visit: fn(&mut Self, &mut Value, &mut Here),
    ) {
        let Some(value) = members.get_mut(name) else { return };
        let mark = here.enter(name);
        if let Value::Object(entries) = value {
            for (key, entry) in entries.iter_mut() {
                if !key.starts_with("x-") || matches!(name, "headers" | "encoding" | "examples") {
                    let mark = here.enter(key);
                    visit(self, entry, here);
                    here.leave(mark);
                }
            }
        } else {
            let found = value.take();
            members.shift_remove(name);
            let at = self.place(here);
            self.wrong_type(at, &found, "a mapping from names");
        }
        here.leave(mark);
    }

    /// Takes away members that are null, except where null is a value.
    pub(super) fn drop_nulls(&mut self, members: &mut Map<String, Value>, here: &Here, kept: &[&str]) {
        if !members.values().any(Value::is_null) {
            return;
        }
        members.retain(|name, value| {
            let is_dropped = value.is_null() && !kept.contains(&name.as_str()) && !name.starts_with("x-");
            if is_dropped {
                self.null_member(here.file, &pointer::join(&here.raw, name));
            }
            !is_dropped
        });
    }

    fn null_member(&mut self, file: FileId, raw: &str) {
        let name = pointer::segments(raw).next_back().unwrap_or_default().into_owned();
        let at = self.origins.written(file, raw).at_key();
        self.diagnostics.warning("null-member", at, format!("`{name}` has no value")).help("remove it, or give it one");
    }

    /// Takes away members that the grammar doesn't have, and says so.
    fn drop_unknown(&mut self, members: &mut Map<String, Value>, here: &Here, what: &str, known: &[&str]) {
        let is_known = |name: &str| name.starts_with("x-") || known.contains(&name);
        if members.keys().all(|name| is_known(name)) {
            return;
        }
        members.retain(|name, _| {
            let is_kept = is_known(name);
            if !is_kept {
                let at = self.place_of(here, name).at_key();
                self.unknown_member(at, name, what, known.iter().copied());
            }
            is_kept
        });
    }

    pub(super) fn unknown_member<'n>(
        &mut self,
        at: Location,
        name: &str,
        what: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let problem = self.diagnostics.warning("unknown-member", at, format!("{what} has no `{name}`; it is left out"));
        if let Some(near) = nearest(name, known) {
            problem.help(format!("did you mean `{near}`?"));
        }
    }

    /// Follows security schemes that got other names in the merged document.
    fn rename_schemes(&self, security: &mut Value, root: FileId) {
        if self.schemes.is_empty() {
            return;
        }
        for requirement in security.as_array_mut().into_iter().flatten() {
            if let Value::Object(members) = requirement {
                *members = std::mem::take(members)
                    .into_iter()
                    .map(|(name, scopes)| (self.schemes.get(&(root, name.clone())).cloned().unwrap_or(name), scopes))
                    .collect();
            }
        }
    }

    fn rename_item_schemes(&self, item: &mut Value, root: FileId) {
        for method in METHODS {
            if let Some(security) = item.get_mut(method).and_then(|operation| operation.get_mut("security")) {
                self.rename_schemes(security, root);
            }
        }
    }
}

/// Servers and security of a document that are not those of the first one, and therefore have to be given with its
/// paths.
struct OwnDefaults<'d> {
    servers: Option<&'d Value>,
    security: Option<Value>,
}

impl<'d> OwnDefaults<'d> {
    fn of(first: Option<&'d Value>, members: &'d Map<String, Value>, is_first: bool) -> Self {
        if is_first {
            return Self { servers: None, security: None };
        }
        let differing = |name: &str| {
            let (own, first) = (members.get(name), first.and_then(|first| first.get(name)));
            (own != first).then_some((own, first))
        };
        Self {
            servers: differing("servers").and_then(|(own, _)| own),
            // No security at all has to be said as well, where the first document demands one.
            security: differing("security").map(|(own, _)| own.cloned().unwrap_or_else(|| json!([]))),
        }
    }

    fn apply(&self, item: &mut Value) {
        let Value::Object(members) = item else { return };
        if let Some(security) = &self.security {
            for method in METHODS {
                if let Some(Value::Object(operation)) = members.get_mut(method) {
                    operation.entry("security").or_insert_with(|| security.clone());
                }
            }
        }
        if let Some(servers) = self.servers {
            members.entry("servers").or_insert_with(|| servers.clone());
        }
    }
}

/// Gives each operation of a path item the parameters that the path item has for all of them.
fn own_parameters(item: &mut Value) {
    let Value::Object(members) = item else { return };
    let shared = members.shift_remove("parameters");
    let servers = members.shift_remove("servers");
    for method in METHODS {
        let Some(Value::Object(operation)) = members.get_mut(method) else { continue };
        if let Some(servers) = &servers {
            operation.entry("servers").or_insert_with(|| servers.clone());
        }
        let Some(Value::Array(shared)) = &shared else { continue };
        if let Value::Array(own) = operation.entry("parameters").or_insert_with(|| json!([])) {
            let identity = |parameter: &Value| {
                let text = |name: &str| parameter.get(name).and_then(Value::as_str).map(str::to_owned);
                text("name").zip(text("in"))
            };
            let added: Vec<_> = shared
                .iter()
                .filter(|shared| {
                    own.iter()
                        .all(|own| own != *shared && (identity(own).is_none() || identity(own) != identity(shared)))
                })
                .cloned()
                .collect();
            own.extend(added);
        }
    }
}
