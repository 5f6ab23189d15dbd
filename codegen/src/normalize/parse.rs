//! A normalized document becomes typed values.
//!
//! The types of `openapiv3` could be read by serde in one go, but then the first mistake would be the last, and its
//! place would be lost: those types are read from a buffer, which knows no path. So the grammar is spelled out here.
//! What has the wrong type is reported and left out, and everything around it is kept.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use openapiv3 as v3;
use openapiv3::ReferenceOr;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

use super::bundle::kind;
use super::{Document, Normalized, Origins};
use crate::diagnostic::{Diagnostics, Location, Severity, in_plain_words};
use crate::pointer;

/// HTTP schemes of IANA's registry by which a client answers what the server has asked, so that no credential at hand will
/// do.
const CHALLENGED: &[&str] = &["digest", "hoba", "mutual", "negotiate", "scram-sha-1", "scram-sha-256"];

type Members = Map<String, Value>;
type Extensions = IndexMap<String, Value>;

pub(super) fn parse(normalized: Normalized, diagnostics: &mut Diagnostics) -> Document {
    let Normalized { value, webhooks, origins } = normalized;
    let mut reader =
        Reader { at: String::new(), kept: HashMap::new(), left_out: HashSet::new(), origins: &origins, diagnostics };
    let api = reader.api(value);
    reader.at.push_str("/webhooks");
    let webhooks = reader.map(Value::Object(webhooks), Reader::path_item);
    let Reader { kept, left_out, .. } = reader;
    Document { api, webhooks, left_out, origins: Origins { kept, ..origins } }
}

struct Reader<'r> {
    /// The pointer of the value at hand.
    at: String,
    /// Of the lists from which something is left out, by their pointers: where each item that is not stood.
    kept: HashMap<String, Vec<usize>>,
    /// The pointers of the members of mappings that are left out.
    left_out: HashSet<String>,
    origins: &'r Origins,
    diagnostics: &'r mut Diagnostics,
}

/// Sorts an extension in, or leaves out what normalizing has kept although these types don't have it.
fn extend(extensions: &mut Extensions, name: String, value: Value) {
    if name.starts_with("x-") {
        extensions.insert(name, value);
    }
}

impl Reader<'_> {
    fn place(&self) -> Location {
        self.origins.locate(&self.at)
    }

    fn within<T>(&mut self, segment: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.at.len();
        pointer::push(&mut self.at, segment);
        let result = read(self);
        self.at.truncate(length);
        result
    }

    fn wrong(&mut self, expected: &str, found: &Value) {
        let at = self.place();
        self.diagnostics.error("wrong-type", at, format!("expected {expected}, found {}", kind(found)));
    }

    fn missing(&mut self, what: &str, member: &str) {
        let at = self.place().at_key();
        self.diagnostics.error("missing-member", at, format!("{what} has no `{member}`"));
    }

    // Plain values.

    fn text(&mut self, value: Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text),
            Value::Number(_) | Value::Bool(_) => {
                let at = self.place();
                self.diagnostics
                    .warning("unquoted-text", at, format!("expected text, found {}", kind(&value)))
                    .help("put it in quotes");
                Some(value.to_string())
            }
            other => {
                self.wrong("text", &other);
                None
            }
        }
    }

    fn flag(&mut self, value: &Value) -> Option<bool> {
        match value {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text == "true" || text == "false" => {
                let at = self.place();
                self.diagnostics
                    .warning("quoted-value", at, format!("expected true or false, found the text \"{text}\""))
                    .help("write it without quotes");
                Some(text == "true")
            }
            other => {
                self.wrong("true or false", other);
                None
            }
        }
    }

    fn number(&mut self, value: Value) -> Option<Number> {
        match value {
            Value::Number(number) => Some(number),
            other => {
                self.wrong("a number", &other);
                None
            }
        }
    }

    fn count(&mut self, value: Value) -> Option<usize> {
        let number = self.number(value)?;
        let count = number.as_u64().or_else(|| whole(&number).and_then(|count| u64::try_from(count).ok()));
        let count = count.and_then(|count| usize::try_from(count).ok());
        if count.is_none() {
            let at = self.place();
            self.diagnostics.error("wrong-type", at, format!("expected a whole number from 0 on, found {number}"));
        }
        count
    }

    fn texts(&mut self, value: Value) -> Vec<String> {
        self.list(value, Self::text)
    }

    // Collections.

    fn object(&mut self, value: Value, what: &str) -> Option<Members> {
        match value {
            Value::Object(members) => Some(members),
            other => {
                self.wrong(what, &other);
                None
            }
        }
    }

    fn list<T>(&mut self, value: Value, mut read: impl FnMut(&mut Self, Value) -> Option<T>) -> Vec<T> {
        let Value::Array(items) = value else {
            self.wrong("a list", &value);
            return Vec::new();
        };
        let before = items.len();
        let (kept, items): (Vec<usize>, Vec<T>) = items
            .into_iter()
            .enumerate()
            .filter_map(|(index, item)| Some((index, self.within(&index.to_string(), |this| read(this, item))?)))
            .unzip();
        if kept.len() < before {
            self.kept.insert(self.at.clone(), kept);
        }
        items
    }

    fn map<T>(&mut self, value: Value, mut read: impl FnMut(&mut Self, Value) -> Option<T>) -> IndexMap<String, T> {
        let Some(members) = self.object(value, "a mapping from names") else { return IndexMap::new() };
        members
            .into_iter()
            .filter_map(|(name, value)| {
                let read = self.within(&name, |this| read(this, value));
                if read.is_none() {
                    self.left_out.insert(pointer::join(&self.at, &name));
                }
                Some((name, read?))
            })
            .collect()
    }

    fn reference_or<T>(
        &mut self,
        value: Value,
        read: impl FnOnce(&mut Self, Value) -> Option<T>,
    ) -> Option<ReferenceOr<T>> {
        match value {
            Value::Object(mut members) if members.contains_key("$ref") => match members.swap_remove("$ref") {
                Some(Value::String(reference)) => Some(ReferenceOr::Reference { reference }),
                other => {
                    self.wrong("text such as `#/components/..`", &other.unwrap_or_default());
                    None
                }
            },
            value => read(self, value).map(ReferenceOr::Item),
        }
    }

    /// Small objects without schemas inside of them, which serde can read.
    fn small<T: DeserializeOwned>(&mut self, value: Value) -> Option<T> {
        self.by_serde(value, Severity::Error)
    }

    /// The same for what nothing depends on.
    fn remark<T: DeserializeOwned>(&mut self, value: Value) -> Option<T> {
        self.by_serde(value, Severity::Warning)
    }

    fn by_serde<T: DeserializeOwned>(&mut self, value: Value, severity: Severity) -> Option<T> {
        match serde_path_to_error::deserialize(value) {
            Ok(read) => Some(read),
            Err(error) => {
                let mut at = self.at.clone();
                for segment in error.path() {
                    match segment {
                        serde_path_to_error::Segment::Seq { index } => pointer::push(&mut at, &index.to_string()),
                        serde_path_to_error::Segment::Map { key } => pointer::push(&mut at, key),
                        serde_path_to_error::Segment::Enum { .. } | serde_path_to_error::Segment::Unknown => break,
                    }
                }
                let at = self.origins.locate(&at);
                let (message, help) = in_plain_words(&error.into_inner().to_string());
                let problem = if severity == Severity::Error {
                    self.diagnostics.error("wrong-type", at, message)
                } else {
                    self.diagnostics.warning("wrong-type", at, message).help("it is left out")
                };
                if let Some(help) = help {
                    problem.help(help);
                }
                None
            }
        }
    }

    // The grammar.

    fn api(&mut self, value: Value) -> v3::OpenAPI {
        let mut api = v3::OpenAPI::default();
        let Some(members) = self.object(value, "an OpenAPI document") else { return api };
        for (name, value) in members {
            let length = self.at.len();
            pointer::push(&mut self.at, &name);
            match name.as_str() {
                "openapi" => api.openapi = self.text(value).unwrap_or_default(),
                "info" => api.info = self.info(value),
                "servers" => api.servers = self.list(value, Self::server),
                "paths" => api.paths = self.paths(value),
                "components" => api.components = Some(self.components(value)),
                "security" => api.security = Some(self.list(value, Self::small)),
                "tags" => api.tags = self.list(value, Self::remark),
                "externalDocs" => api.external_docs = self.remark(value),
                _ => extend(&mut api.extensions, name, value),
            }
            self.at.truncate(length);
        }
        api
    }

    fn info(&mut self, value: Value) -> v3::Info {
        let mut info = v3::Info::default();
        let Some(members) = self.object(value, "a mapping with `title` and `version`") else { return info };
        for (name, value) in members {
            let length = self.at.len();
            pointer::push(&mut self.at, &name);
            match name.as_str() {
                "title" => info.title = self.text(value).unwrap_or_default(),
                "version" => info.version = self.text(value).unwrap_or_default(),
                "description" => info.description = self.text(value),
                "termsOfService" => info.terms_of_service = self.text(value),
                "contact" => info.contact = self.remark(value),
                "license" => info.license = self.remark(value),
                _ => extend(&mut info.extensions, name, value),
            }
            self.at.truncate(length);
        }
        info
    }

    fn components(&mut self, value: Value) -> v3::Components {
        let mut components = v3::Components::default();
        let Some(members) = self.object(value, "a mapping of sections") else { return components };
        for (name, value) in members {
            let length = self.at.len();
            pointer::push(&mut self.at, &name);
            match name.as_str() {
                "schemas" => {
                    components.schemas = self.map(value, |this, value| this.reference_or(value, Self::schema));
                }
                "responses" => {
                    components.responses = self.map(value, |this, value| this.reference_or(value, Self::response));
                }
                "parameters" => {
                    components.parameters = self.map(value, |this, value| this.reference_or(value, Self::parameter));
                }
                "examples" => {
                    components.examples = self.map(value, |this, value| this.reference_or(value, Self::small));
                }
                "requestBodies" => {
                    components.request_bodies =
                        self.map(value, |this, value| this.reference_or(value, Self::request_body));
                }
                "headers" => {
                    components.headers = self.map(value, |this, value| this.reference_or(value, Self::header));
                }
                "securitySchemes" => {
                    components.security_schemes =
                        self.map(value, |this, value| this.reference_or(value, Self::security_scheme));
                }
                "links" => components.links = self.map(value, |this, value| this.reference_or(value, Self::link)),
                "callbacks" => {
                    components.callbacks = self.map(value, |this, value| this.reference_or(value, Self::callback));
                }
                _ => extend(&mut components.extensions, name, value),
            }
            self.at.truncate(length);
        }
        components
    }

    fn security_scheme(&mut self, value: Value) -> Option<v3::SecurityScheme> {
        let kind = value.get("type").and_then(Value::as_str);
        if kind == Some("mutualTLS") {
            let at = self.place();
            self.diagnostics
                .warning("mutual-tls", at, "a security scheme of type `mutualTLS` is left out; nothing is sent for it")
                .help("client certificates are set where the connection is made");
            return None;
        }
        // Beside other types, `scheme` means nothing.
        let scheme = value.get("scheme").and_then(Value::as_str).filter(|_| kind == Some("http")).unwrap_or_default();
        if CHALLENGED.iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            let at = self.place();
            self.diagnostics
                .warning(
                    "challenged-scheme",
                    at,
                    format!("the HTTP scheme `{scheme}` answers a challenge of the server; nothing is sent for it"),
                )
                .help("answer the challenge in a transport of your own");
            return None;
        }
        if value.as_object().is_some_and(|members| !members.contains_key("type")) {
            self.missing("the security scheme", "type");
            return None;
        }
        self.small(value)
    }

    fn server(&mut self, value: Value) -> Option<v3::Server> {
        let mut server = v3::Server::default();
        let members = self.object(value, "a mapping with `url`")?;
        if !members.contains_key("url") {
            self.missing("the server", "url");
            return None;
        }
        for (name, value) in members {
            let length = self.at.len();
            pointer::push(&mut self.at, &name);
            match name.as_str() {
                "url" => server.url = self.text(value).unwrap_or_default(),
                "description" => server.description = self.text(value),
                "variables" => server.variables = Some(self.map(value, Self::server_variable)),
                _ => extend(&mut server.extensions, name, value),
            }
            self.at.truncate(length);
        }
        Some(server)
    }

    fn server_variable(&mut self, value: Value) -> Option<v3::ServerVariable> {
        let mut variable = v3::ServerVariable::default();
        let members = self.object(value, "a mapping with `default`")?;
        if !members.contains_key("default") {
            self.missing("the variable of the server", "default");
            return None;
        }
        for (name, value) in members {
            let length = self.at.len();
            pointer::push(&mut self.at, &name);
            match name.as_str() {
                "enum" => variable.enumeration = self.texts(value),
                "default" => variable.default = self.text(value).unwrap_or_default(),
                "description" => variable.description = self.text(value),
                _ => extend(&mut variable.extensions, name, value),
            }
            self.at.truncate(length);
        }
        Some(variable)
    }

    fn link(&mut self, value: Value) -> Option<v3::Link> {
        if value.get("operationId").is_none() && value.get("operationRef").is_none() {
            self.missing("the link", "operationId");
            return None;
        }
        self.small(value)
    }

    fn paths(&mut self, value: Value) -> v3::Paths {
        let mut paths = v3::Paths::default();
        let Some(members) = self.object(value, "a mapping from paths") else { return paths };
        for (name, value) in members {
            if name.starts_with("x-") {
                paths.extensions.insert(name, value);
            } else if let Some(item) = self.within(&name, |this| this.path_item(value)) {
                paths.paths.insert(name, ReferenceOr::Item(item));
            }
        }
        paths
    }

    fn path_item(&mut self, value: Value) -> Option<v3::PathItem> {
        let members = self.object(value, "a path item")?;
        let mut item = v3::PathItem::default();
        for (name, value) in members {
            let length = self.at.len();
            pointer::push(&mut self.at, &name);
            match name.as_str() {
                "summary" => item.summary = self.text(value),
                "description" => item.description = self.text(value),
                "get" => item.get = self.operation(value),
                "put" => item.put = self.operation(value),
                "post" => item.post = self.operation(value),
                "delete" => item.delete = self.operation(value),
                "options" => item.options = self.operation(value),
                "head" => item.head = self.operation(value),
                "patch" => item.patch = self.operation(value),
                "trace" => item.trace = self.operation(value),
                "servers" => item.servers = self.list(value, Self::server),
                "parameters" => {
                    item.parameters = self.list(value, |this, value| this.reference_or(value, Self::parameter));
                }
                _ => extend(&mut item.extensions, name, value),
            }
            self.at.truncate(length);
        }
        Some(item)
    }

    fn operation(&mut self, value: Value) -> Option<v3::Operation> {
        let members = self.object(value, "an operation")?;
        let mut operation = v3::Operation::default();
        for (name, value) in members {
            let length = self.at.len();
            pointer::push(&mut self.at, &name);
            match name.as_str() {
                "tags" => operation.tags = self.texts(value),
                "summary" => operation.summary = self.text(value),
                "description" => operation.description = self.text(value),
                "externalDocs" => operation.external_docs = self.remark(value),
                "operationId" => operation.operation_id = self.text(value),
                "parameters" => {
                    operation.parameters = self.list(value, |this, value| this.reference_or(value, Self::parameter));
                }
                "requestBody" => operation.request_body = self.reference_or(value, Self::request_body),
                "responses" => operation.responses = self.responses(value),
                "callbacks" => operation.callbacks = self.map(value, Self::callback),
                "deprecated" => operation.deprecated = self.flag(&value).unwrap_or_default(),
                "security" => operation.security = Some(self.list(value, Self::small)),
                "servers" => operation.servers = self.list(value, Self::server),
                _ => extend(&mut operation.extensions, name, value),
            }
            self.at.truncate(length);
        }
        Some(operation)
    }

    fn callback(&mut self, value: Value) -> Option<v3::Callback> {
        let mut members = self.object(value, "a callback")?;
        members.retain(|name, _| !name.starts_with("x-"));
        Some(self.map(Value::Object(members), Self::path_item))
    }

    fn responses(&mut self, value: Value) -> v3::Responses {
        let mut responses = v3::Responses::default();
        let Some(members) = self.object(value, "a mapping from status codes") else { return responses };
        for (name, value) in members {
            let length = self.at.len();
            pointer::push(&mut self.at, &name);
            if name == "default" {
                responses.default = self.reference_or(value, Self::response);
            } else if let Some(status) = status(&name) {
                if let Some(response) = self.reference_or(value, Self::response) {
                    responses.responses.insert(status, response);
                }
            } else if name.starts_with("x-") {
                responses.extensions.insert(name, value);
            } else {
                let at = self.place().at_key();
                self.diagnostics
                    .error("wrong-status", at, format!("`{name}` is not a status code"))
                    .help("use a code such as `200`, a range such as `4XX`, or `default`");
            }
            self.at.truncate(length);
        }
        responses
    }

    fn response(&mut self, value: Value) -> Option<v3::Response> {
        let members = self.object(value, "a response")?;
        let mut response = v3::Response::default();
        for (name, value) in members {
            let length = self.at.len();
            pointer::push(&mut self.at, &name);
            match name.as_str() {
                "description" => response.description = self.text(value).unwrap_or_default(),
                "headers" => {
                    response.headers = self.map(value, |this, value| this.reference_or(value, Self::header));
                }
                "content" => response.content = self.map(value, Self::media_type),
                "links" => response.links = self.map(value, |this, value| this.reference_or(value, Self::link)),
                _ => extend(&mut response.extensions, name, value),
            }
            self.at.truncate(length);
        }
        Some(response)
    }

    fn request_body(&mut self, value: Value) -> Option<v3::RequestBody> {
        let members = self.object(value, "a request body")?;
        let mut body = v3::RequestBody::default();
        for (name, value) in members {
            let length = self.at.len();
            pointer::push(&mut self.at, &name);
            match name.as_str() {
                "description" => body.description = self.text(value),
                "content" => body.content = self.map(value, Self::media_type),
                "required" => body.required = self.flag(&value).unwrap_or_default(),
                _ => extend(&mut body.extensions, name, value),
            }
            self.at.truncate(length);
        }
        Some(body)
    }

    fn media_type(&mut self, value: Value) -> Option<v3::MediaType> {
        let members = self.object(value, "a media type")?;
        let mut media_type = v3::MediaType::default();
        for (name, value) in members {
            let length = self.at.len();
            pointer::push(&mut self.at, &name);
            match name.as_str() {
                "schema" => media_type.schema = self.reference_or(value, Self::schema),
                "example" => media_type.example = present(value),
                "examples" => {
                    media_type.examples = self.map(value, |this, value| this.reference_or(value, Self::small));
                }
                "encoding" => media_type.encoding = self.map(value, Self::encoding),
                _ => extend(&mut media_type.extensions, name, value),
            }
            self.at.truncate(length);
        }
        Some(media_type)
    }

    fn encoding(&mut self, value: Value) -> Option<v3::Encoding> {
        let members = self.object(value, "an encoding")?;
        let mut encoding = v3::Encoding::default();
        for (name, value) in members {
            let length = self.at.len();
            pointer::push(&mut self.at, &name);
            match name.as_str() {
                "contentType" => encoding.content_type = self.text(value),
                "headers" => {
                    encoding.headers = self.map(value, |this, value| this.reference_or(value, Self::header));
                }
                "style" => encoding.style = self.style(value, QUERY_STYLES),
                "explode" => encoding.explode = self.flag(&value).unwrap_or_default(),
                "allowReserved" => encoding.allow_reserved = self.flag(&value).unwrap_or_default(),
                _ => extend(&mut encoding.extensions, name, value),
            }
            self.at.truncate(length);
        }
        Some(encoding)
    }

    fn header(&mut self, value: Value) -> Option<v3::Header> {
        let members = self.object(value, "a header")?;
        let parts = self.parameter_parts(members);
        let style = parts.style.and_then(|style| self.within("style", |this| this.style(style, HEADER_STYLES)));
        Some(v3::Header {
            description: parts.description,
            style: style.unwrap_or_default(),
            required: parts.required,
            deprecated: parts.deprecated,
            format: parts.format,
            example: parts.example,
            examples: parts.examples,
            extensions: parts.extensions,
        })
    }

    fn parameter(&mut self, value: Value) -> Option<v3::Parameter> {
        let members = self.object(value, "a parameter")?;
        let mut parts = self.parameter_parts(members);
        let Some(name) = parts.name.take() else {
            self.missing("the parameter", "name");
            return None;
        };
        let Some(location) = parts.location.take() else {
            self.missing("the parameter", "in");
            return None;
        };
        let style = parts.style.take();
        let (allow_reserved, allow_empty_value) = (parts.allow_reserved, parts.allow_empty_value);
        let parameter_data = v3::ParameterData {
            name,
            description: parts.description,
            required: parts.required,
            deprecated: parts.deprecated,
            format: parts.format,
            example: parts.example,
            examples: parts.examples,
            explode: parts.explode,
            extensions: parts.extensions,
        };
        match location.as_str() {
            "query" => {
                let style = self.optional_style(style, QUERY_STYLES);
                Some(v3::Parameter::Query { parameter_data, allow_reserved, style, allow_empty_value })
            }
            "header" => {
                let style = self.optional_style(style, HEADER_STYLES);
                Some(v3::Parameter::Header { parameter_data, style })
            }
            "path" => {
                let style = self.optional_style(style, PATH_STYLES);
                Some(v3::Parameter::Path { parameter_data, style })
            }
            "cookie" => {
                let style = self.optional_style(style, COOKIE_STYLES);
                Some(v3::Parameter::Cookie { parameter_data, style })
            }
            // Those have been reported as what they are.
            "body" | "formData" => None,
            other => {
                self.within("in", |this| {
                    let at = this.place();
                    this.diagnostics
                        .error("wrong-in", at, format!("a parameter cannot be in `{other}`"))
                        .help("it is in `query`, `header`, `path` or `cookie`");
                });
                None
            }
        }
    }

    fn optional_style<T: Clone + Default>(&mut self, style: Option<Value>, known: &[(&str, T)]) -> T {
        style.and_then(|style| self.within("style", |this| this.style(style, known))).unwrap_or_default()
    }

    fn style<T: Clone>(&mut self, value: Value, known: &[(&str, T)]) -> Option<T> {
        let text = self.text(value)?;
        let found = known.iter().find(|(name, _)| *name == text).map(|(_, style)| style.clone());
        if found.is_none() {
            let names: Vec<_> = known.iter().map(|(name, _)| format!("`{name}`")).collect();
            let at = self.place();
            self.diagnostics
                .error("wrong-style", at, format!("`{text}` is not a style that is possible here"))
                .help(format!("use {}", names.join(" or ")));
        }
        found
    }

    fn parameter_parts(&mut self, members: Members) -> ParameterParts {
        let mut parts = ParameterParts::default();
        let mut schema = None;
        let mut content = None;
        for (name, value) in members {
            let length = self.at.len();
            pointer::push(&mut self.at, &name);
            match name.as_str() {
                "name" => parts.name = self.text(value),
                "in" => parts.location = self.text(value),
                "description" => parts.description = self.text(value),
                "required" => parts.required = self.flag(&value).unwrap_or_default(),
                "deprecated" => parts.deprecated = self.flag(&value),
                "style" => parts.style = Some(value),
                "explode" => parts.explode = self.flag(&value),
                "allowReserved" => parts.allow_reserved = self.flag(&value).unwrap_or_default(),
                "allowEmptyValue" => parts.allow_empty_value = self.flag(&value),
                "schema" => schema = self.reference_or(value, Self::schema),
                "content" => content = Some(self.map(value, Self::media_type)),
                "example" => parts.example = present(value),
                "examples" => {
                    parts.examples = self.map(value, |this, value| this.reference_or(value, Self::small));
                }
                _ => extend(&mut parts.extensions, name, value),
            }
            self.at.truncate(length);
        }
        self.report_content(schema.is_some(), content.as_ref());
        parts.format = match (schema, content) {
            (None, Some(content)) if content.is_empty() => {
                v3::ParameterSchemaOrContent::Schema(ReferenceOr::Item(anything()))
            }
            (None, Some(content)) => v3::ParameterSchemaOrContent::Content(content),
            (Some(schema), _) => v3::ParameterSchemaOrContent::Schema(schema),
            (None, None) => v3::ParameterSchemaOrContent::Schema(ReferenceOr::Item(anything())),
        };
        parts
    }

    /// A value is described once, and is written in one media type.
    fn report_content(&mut self, has_schema: bool, content: Option<&v3::Content>) {
        let Some(content) = content else { return };
        let (code, message, help) = match content.first() {
            _ if has_schema => (
                "schema-and-content",
                "`schema` says what the value is; `content` counts for nothing".to_owned(),
                "remove one of them",
            ),
            None => (
                "missing-schema",
                "neither `schema` nor `content` says what the value is".to_owned(),
                "add `schema`; as it is, anything is accepted",
            ),
            Some((first, _)) if content.len() > 1 => (
                "several-media-types",
                format!("the value is written as `{first}`; further media types count for nothing"),
                "remove the others",
            ),
            Some(_) => return,
        };
        self.within("content", |this| {
            let at = this.place().at_key();
            this.diagnostics.warning(code, at, message).help(help);
        });
    }

    fn boxed_schema(&mut self, value: Value) -> Option<ReferenceOr<Box<v3::Schema>>> {
        self.reference_or(value, |this, value| this.schema(value).map(Box::new))
    }

    fn schemas(&mut self, value: Value) -> Vec<ReferenceOr<v3::Schema>> {
        self.list(value, |this, value| this.reference_or(value, Self::schema))
    }

    fn schema(&mut self, value: Value) -> Option<v3::Schema> {
        let members = self.object(value, "a schema")?;
        let mut data = v3::SchemaData::default();
        let mut any = v3::AnySchema::default();
        let mut bounds = Bounds::default();
        let mut present_keywords = 0;
        for (name, value) in members {
            let length = self.at.len();
            pointer::push(&mut self.at, &name);
            match name.as_str() {
                "nullable" => data.nullable = self.flag(&value).unwrap_or_default(),
                "readOnly" => data.read_only = self.flag(&value).unwrap_or_default(),
                "writeOnly" => data.write_only = self.flag(&value).unwrap_or_default(),
                "deprecated" => data.deprecated = self.flag(&value).unwrap_or_default(),
                "externalDocs" => data.external_docs = self.remark(value),
                "example" => data.example = present(value),
                "title" => data.title = self.text(value),
                "description" => data.description = self.text(value),
                "discriminator" => data.discriminator = self.discriminator(value),
                "default" => data.default = present(value),
                "type" => any.typ = self.text(value),
                "pattern" => any.pattern = self.text(value),
                "multipleOf" => bounds.multiple_of = self.number(value),
                "minimum" => bounds.minimum = self.number(value),
                "maximum" => bounds.maximum = self.number(value),
                "exclusiveMinimum" => any.exclusive_minimum = self.flag(&value),
                "exclusiveMaximum" => any.exclusive_maximum = self.flag(&value),
                "properties" => any.properties = self.map(value, Self::boxed_schema),
                "required" => any.required = self.texts(value),
                "additionalProperties" => {
                    any.additional_properties = match value {
                        Value::Bool(any) => Some(v3::AdditionalProperties::Any(any)),
                        value => self
                            .reference_or(value, Self::schema)
                            .map(|schema| v3::AdditionalProperties::Schema(Box::new(schema))),
                    }
                }
                "minProperties" => any.min_properties = self.count(value),
                "maxProperties" => any.max_properties = self.count(value),
                "items" => any.items = self.boxed_schema(value),
                "minItems" => any.min_items = self.count(value),
                "maxItems" => any.max_items = self.count(value),
                "uniqueItems" => any.unique_items = self.flag(&value),
                "enum" => any.enumeration = self.list(value, |_, value| Some(value)),
                "format" => any.format = self.text(value),
                "minLength" => any.min_length = self.count(value),
                "maxLength" => any.max_length = self.count(value),
                "oneOf" => any.one_of = self.schemas(value),
                "allOf" => any.all_of = self.schemas(value),
                "anyOf" => any.any_of = self.schemas(value),
                "not" => any.not = self.reference_or(value, Self::schema).map(Box::new),
                _ => {
                    extend(&mut data.extensions, name, value);
                    self.at.truncate(length);
                    continue;
                }
            }
            if !matches!(
                name.as_str(),
                "nullable"
                    | "readOnly"
                    | "writeOnly"
                    | "deprecated"
                    | "externalDocs"
                    | "example"
                    | "title"
                    | "description"
                    | "discriminator"
                    | "default"
            ) {
                present_keywords += 1;
            }
            self.at.truncate(length);
        }
        Some(v3::Schema { schema_data: data, schema_kind: schema_kind(any, &bounds, present_keywords) })
    }

    fn discriminator(&mut self, value: Value) -> Option<v3::Discriminator> {
        let members = self.object(value, "a mapping with `propertyName`")?;
        let mut discriminator = v3::Discriminator::default();
        let mut has_name = false;
        for (name, value) in members {
            let length = self.at.len();
            pointer::push(&mut self.at, &name);
            match name.as_str() {
                "propertyName" => {
                    let text = self.text(value);
                    has_name |= text.is_some();
                    discriminator.property_name = text.unwrap_or_default();
                }
                "mapping" => discriminator.mapping = self.map(value, Self::text),
                _ => extend(&mut discriminator.extensions, name, value),
            }
            self.at.truncate(length);
        }
        if !has_name {
            self.missing("the discriminator", "propertyName");
            return None;
        }
        Some(discriminator)
    }
}

const QUERY_STYLES: &[(&str, v3::QueryStyle)] = &[
    ("form", v3::QueryStyle::Form),
    ("spaceDelimited", v3::QueryStyle::SpaceDelimited),
    ("pipeDelimited", v3::QueryStyle::PipeDelimited),
    ("deepObject", v3::QueryStyle::DeepObject),
];
const HEADER_STYLES: &[(&str, v3::HeaderStyle)] = &[("simple", v3::HeaderStyle::Simple)];
const PATH_STYLES: &[(&str, v3::PathStyle)] =
    &[("simple", v3::PathStyle::Simple), ("label", v3::PathStyle::Label), ("matrix", v3::PathStyle::Matrix)];
const COOKIE_STYLES: &[(&str, v3::CookieStyle)] = &[("form", v3::CookieStyle::Form)];

/// What parameters and headers have in common.
struct ParameterParts {
    name: Option<String>,
    location: Option<String>,
    description: Option<String>,
    required: bool,
    deprecated: Option<bool>,
    style: Option<Value>,
    explode: Option<bool>,
    allow_reserved: bool,
    allow_empty_value: Option<bool>,
    format: v3::ParameterSchemaOrContent,
    example: Option<Value>,
    examples: IndexMap<String, ReferenceOr<v3::Example>>,
    extensions: Extensions,
}

impl Default for ParameterParts {
    fn default() -> Self {
        Self {
            name: None,
            location: None,
            description: None,
            required: false,
            deprecated: None,
            style: None,
            explode: None,
            allow_reserved: false,
            allow_empty_value: None,
            format: v3::ParameterSchemaOrContent::Schema(ReferenceOr::Item(anything())),
            example: None,
            examples: IndexMap::new(),
            extensions: IndexMap::new(),
        }
    }
}

#[derive(Default)]
struct Bounds {
    minimum: Option<Number>,
    maximum: Option<Number>,
    multiple_of: Option<Number>,
}

/// A schema that accepts anything.
fn anything() -> v3::Schema {
    v3::Schema { schema_data: v3::SchemaData::default(), schema_kind: v3::SchemaKind::Any(v3::AnySchema::default()) }
}

/// `null` as an example or a default is the same as none in these types.
fn present(value: Value) -> Option<Value> {
    (!value.is_null()).then_some(value)
}

fn status(name: &str) -> Option<v3::StatusCode> {
    let bytes = name.as_bytes();
    match bytes {
        [first, b'X' | b'x', b'X' | b'x'] if first.is_ascii_digit() => {
            Some(v3::StatusCode::Range(u16::from(first - b'0')))
        }
        [b'1'..=b'9', second, third] if second.is_ascii_digit() && third.is_ascii_digit() => {
            name.parse().ok().map(v3::StatusCode::Code)
        }
        _ => None,
    }
}

/// A number without a fraction.
#[expect(clippy::cast_possible_truncation, reason = "only what fits is cast")]
fn whole(number: &Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let float = number.as_f64()?;
        // Beyond 2^53 a float no longer tells neighbours apart.
        (float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0).then_some(float as i64)
    })
}

/// The kind of schema, if its keywords are those of one kind alone.
fn schema_kind(mut any: v3::AnySchema, bounds: &Bounds, present: usize) -> v3::SchemaKind {
    let is_composed = !any.one_of.is_empty() || !any.all_of.is_empty() || !any.any_of.is_empty() || any.not.is_some();
    if any.typ.is_none() && present == 1 {
        if !any.one_of.is_empty() {
            return v3::SchemaKind::OneOf { one_of: any.one_of };
        }
        if !any.all_of.is_empty() {
            return v3::SchemaKind::AllOf { all_of: any.all_of };
        }
        if !any.any_of.is_empty() {
            return v3::SchemaKind::AnyOf { any_of: any.any_of };
        }
        if let Some(not) = any.not {
            return v3::SchemaKind::Not { not };
        }
    }
    if !is_composed {
        // Keywords of other types were left out while normalizing.
        let typed = match any.typ.as_deref() {
            Some("string") => Some(v3::Type::String(v3::StringType {
                format: any.format.take().into(),
                pattern: any.pattern.take(),
                enumeration: any.enumeration.iter().map(|value| value.as_str().map(str::to_owned)).collect(),
                min_length: any.min_length,
                max_length: any.max_length,
            })),
            Some("number") => Some(v3::Type::Number(v3::NumberType {
                format: any.format.take().into(),
                multiple_of: bounds.multiple_of.as_ref().and_then(Number::as_f64),
                exclusive_minimum: any.exclusive_minimum.unwrap_or_default(),
                exclusive_maximum: any.exclusive_maximum.unwrap_or_default(),
                minimum: bounds.minimum.as_ref().and_then(Number::as_f64),
                maximum: bounds.maximum.as_ref().and_then(Number::as_f64),
                enumeration: any.enumeration.iter().map(Value::as_f64).collect(),
            })),
            // These types have no place for larger ones.
            Some("integer") if any.enumeration.iter().all(Value::is_i64) => Some(v3::Type::Integer(v3::IntegerType {
                format: any.format.take().into(),
                multiple_of: bounds.multiple_of.as_ref().and_then(whole),
                exclusive_minimum: any.exclusive_minimum.unwrap_or_default(),
                exclusive_maximum: any.exclusive_maximum.unwrap_or_default(),
                minimum: bounds.minimum.as_ref().and_then(|bound| whole_bound(bound, f64::ceil)),
                maximum: bounds.maximum.as_ref().and_then(|bound| whole_bound(bound, f64::floor)),
                enumeration: any.enumeration.iter().map(Value::as_i64).collect(),
            })),
            Some("boolean") => Some(v3::Type::Boolean(v3::BooleanType {
                enumeration: any.enumeration.iter().map(Value::as_bool).collect(),
            })),
            Some("object") => Some(v3::Type::Object(v3::ObjectType {
                properties: std::mem::take(&mut any.properties),
                required: std::mem::take(&mut any.required),
                additional_properties: any.additional_properties.take(),
                min_properties: any.min_properties,
                max_properties: any.max_properties,
            })),
            Some("array") => Some(v3::Type::Array(v3::ArrayType {
                items: any.items.take(),
                min_items: any.min_items,
                max_items: any.max_items,
                unique_items: any.unique_items.unwrap_or_default(),
            })),
            _ => None,
        };
        if let Some(typed) = typed {
            return v3::SchemaKind::Type(typed);
        }
    }
    any.minimum = bounds.minimum.as_ref().and_then(Number::as_f64);
    any.maximum = bounds.maximum.as_ref().and_then(Number::as_f64);
    any.multiple_of = bounds.multiple_of.as_ref().and_then(Number::as_f64);
    v3::SchemaKind::Any(any)
}

/// The nearest whole number that a bound allows. One beyond 64 bits bounds nothing.
fn whole_bound(bound: &Number, round: fn(f64) -> f64) -> Option<i64> {
    whole(bound).or_else(|| Number::from_f64(round(bound.as_f64()?)).as_ref().and_then(whole))
}
