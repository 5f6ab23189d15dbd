//! What the documents promise: operations, how requests must look, and what answers hold.

use std::cmp::Reverse;
use std::slice;
use std::sync::OnceLock;

use codegen::config::QueryArrays;
use codegen::diagnostic::{Diagnostics, Style as Rendering};
use codegen::generate::{self, Loaded};
use codegen::model::{Api, Output, Paging};
use codegen::normalize::{component_of, normalize};
use codegen::pointer;
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::parameters::{self, Style};
use crate::schema::{Direction, Schemas, is_object, reference};
use crate::token;

/// The documents, ready to check requests and to make answers.
#[derive(Debug)]
pub(crate) struct Contract {
    pub title: String,
    /// Path of the documents' server, `/v2`.
    pub base_path: String,
    /// Where tokens are asked for, from the root on.
    pub token_paths: Vec<String>,
    pub operations: Vec<Operation>,
    pub requests: Schemas,
    pub responses: Schemas,
    pub arrays: QueryArrays,
}

/// One operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub id: String,
    pub method: String,
    /// Path template as the document has it.
    pub path: String,
    pub segments: Vec<Vec<Part>>,
    /// Pairs that the path itself has in its query: `/things?kind=a`, `/things?kind={kind}`.
    pub fixed: Vec<(String, Vec<Part>)>,
    pub parameters: Vec<Parameter>,
    pub body: Option<Body>,
    pub success: Success,
    pub paging: Option<Paging>,
    /// Alternatives; each holds what is needed together. Empty: nothing is needed.
    pub security: Vec<Vec<Credential>>,
}

impl Operation {
    /// The path without the names of its parameters.
    fn shape(&self) -> Vec<Vec<Option<&str>>> {
        self.segments.iter().map(|parts| parts.iter().map(Part::literal).collect()).collect()
    }
}

/// An operation and the values of its path's parameters.
pub(crate) type Routed<'a> = (&'a Operation, Vec<(&'a str, String)>);

/// A piece of a path segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Literal(String),
    Parameter(String),
}

impl Part {
    fn literal(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text),
            Self::Parameter(_) => None,
        }
    }
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
    Cookie,
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub name: String,
    pub place: Place,
    pub required: bool,
    pub style: Style,
    pub explode: bool,
    pub schema: Checked,
}

#[derive(Debug)]
pub(crate) struct Body {
    pub required: bool,
    pub content: Vec<Media>,
}

/// What a body can be.
#[derive(Debug)]
pub(crate) struct Media {
    pub name: String,
    pub schema: Checked,
    /// How the members of forms are written: the document's `encoding`.
    pub encoding: Value,
}

impl Media {
    /// How a member is written, where the document says so.
    pub(crate) fn encoding(&self, name: &str) -> Option<&Value> {
        self.encoding.get(name)
    }
}

/// The answer of an operation that succeeds.
#[derive(Debug)]
pub(crate) struct Success {
    pub status: u16,
    pub headers: Vec<(String, Checked)>,
    /// Media types with what they hold; none: no body.
    pub content: Vec<(String, Checked)>,
    /// Member that holds what the answer is about.
    pub envelope: Option<String>,
}

impl Success {
    /// The JSON that is answered.
    pub(crate) fn json(&self) -> Option<&Checked> {
        self.content.iter().find(|(media_type, _)| is_json(media_type)).map(|(_, schema)| schema)
    }
}

/// What a caller has to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// `Authorization: Bearer KEY`
    Authorization(&'static str),
    Header(String),
    Query(String),
    Cookie(String),
    /// What cannot be told from outside.
    Other,
}

/// A schema and its validator, which is made when it is needed for the first time.
#[derive(Debug)]
pub(crate) struct Checked {
    pub schema: Value,
    validator: OnceLock<Result<Validator, String>>,
}

impl Checked {
    pub(crate) fn new(schema: Value) -> Self {
        Self { schema, validator: OnceLock::new() }
    }

    /// # Errors
    ///
    /// When the schema is no valid JSON Schema.
    pub(crate) fn validator(&self, schemas: &Schemas) -> Result<&Validator, String> {
        self.validator.get_or_init(|| schemas.validator(&self.schema)).as_ref().map_err(Clone::clone)
    }
}

impl Contract {
    /// Reads what `loaded` holds.
    ///
    /// # Errors
    ///
    /// All that is wrong with the documents, in the words of the generator.
    pub(crate) fn new(loaded: &mut Loaded) -> Result<Self, String> {
        let Some(api) = generate::model(loaded) else {
            return Err(loaded.diagnostics.render(&loaded.sources, Rendering::Plain));
        };
        // What there is to say has been said when the model was built.
        let mut said = Diagnostics::new();
        let document = normalize(&loaded.sources, loaded.sources.roots(), &loaded.config.patches, &mut said).value;
        let reader = Reader {
            requests: Schemas::new(&document, Direction::Request),
            responses: Schemas::new(&document, Direction::Response),
            envelope: loaded.config.envelope.as_deref(),
            document: &document,
            api: &api,
        };
        let operations = reader.operations();
        let base_path = path_of(&api.base_url).unwrap_or_default().trim_matches('/');
        let base_path = if base_path.is_empty() { String::new() } else { format!("/{base_path}") };
        Ok(Self {
            title: api.title.clone(),
            token_paths: token::paths(&document, &base_path),
            base_path,
            operations,
            arrays: loaded.config.client.query_arrays,
            requests: reader.requests,
            responses: reader.responses,
        })
    }

    /// The path below that of the documents' server, as it was sent.
    pub(crate) fn below_base<'a>(&self, path: &'a str) -> Option<&'a str> {
        let mut rest = path;
        for segment in self.base_path.split('/').skip(1) {
            let (given, after) =
                rest.strip_prefix('/').map(|rest| rest.split_at(rest.find('/').unwrap_or(rest.len())))?;
            rest = (given == segment || decoded(given) == decoded(segment)).then_some(after)?;
        }
        rest.starts_with('/').then_some(rest)
    }

    /// The operations whose path fits, those with more literal text first, with the values of their path parameters.
    pub(crate) fn route(&self, path: &str) -> Vec<Routed<'_>> {
        let segments: Vec<String> = path.strip_prefix('/').unwrap_or(path).split('/').map(decoded).collect();
        let mut found: Vec<_> = self
            .operations
            .iter()
            .filter_map(|operation| Some((operation, capture(&operation.segments, &segments)?)))
            .collect();
        let literal = |operation: &Operation| {
            operation.segments.iter().flatten().filter_map(Part::literal).map(str::len).sum::<usize>()
        };
        found
            .sort_by_key(|(operation, captured)| (captured.len(), Reverse(literal(operation)), operation.path.clone()));
        // Templates that differ in the names of their parameters only are one.
        let Some(best) = found.first().map(|(operation, _)| operation.shape()) else { return found };
        found.retain(|(operation, _)| operation.shape() == best);
        found
    }
}

/// The path of a URL, which may be empty; `None` if the URL names no server.
pub(crate) fn path_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split(['?', '#']).next()?.split_once("://")?;
    rest.get(rest.find('/').unwrap_or(rest.len())..)
}

/// What a piece of a path or of a URL says.
pub(crate) fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

impl Operation {
    /// Takes the pairs that the path itself has out of a query, and gives the values of the parameters in them; `None` if
    /// one of them is not there.
    pub(crate) fn take_fixed(&self, pairs: &mut Vec<(String, String)>) -> Option<Vec<(&str, String)>> {
        let mut captured = Vec::new();
        for (key, value) in &self.fixed {
            let found = pairs.iter().enumerate().find_map(|(index, (other, given))| {
                let values = capture(slice::from_ref(value), slice::from_ref(given)).filter(|_| other == key);
                Some((index, values?))
            });
            let (index, values) = found?;
            pairs.remove(index);
            captured.extend(values);
        }
        Some(captured)
    }
}

/// The values of a template's parameters; `None` if the path is another one.
fn capture<'a>(template: &'a [Vec<Part>], segments: &[String]) -> Option<Vec<(&'a str, String)>> {
    if template.len() != segments.len() {
        return None;
    }
    let mut captured = Vec::new();
    for (parts, segment) in template.iter().zip(segments) {
        let mut rest = segment.as_str();
        for (index, part) in parts.iter().enumerate() {
            match part {
                Part::Literal(text) => rest = rest.strip_prefix(text.as_str())?,
                Part::Parameter(name) => {
                    let end = match parts.get(index + 1) {
                        Some(Part::Literal(next)) => rest.find(next.as_str())?,
                        _ => rest.len(),
                    };
                    let value = rest.get(..end).filter(|value| !value.is_empty())?;
                    captured.push((name.as_str(), value.to_owned()));
                    rest = rest.get(end..)?;
                }
            }
        }
        if !rest.is_empty() {
            return None;
        }
    }
    Some(captured)
}

/// Takes a path template apart.
fn parts(path: &str) -> Vec<Vec<Part>> {
    path.strip_prefix('/').unwrap_or(path).split('/').map(parts_of).collect()
}

/// The same for one segment, or for the value of a pair.
fn parts_of(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{')
        && let Some((name, after)) = after.split_once('}')
    {
        if !before.is_empty() {
            parts.push(Part::Literal(before.to_owned()));
        }
        parts.push(Part::Parameter(name.to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest.to_owned()));
    }
    parts
}

/// `application/json`, `application/problem+json; charset=utf-8`
pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence == "application/json" || essence.ends_with("+json")
}

/// Whether a header tells how an answer is sent, and not what it says.
fn is_of_transfer(name: &str) -> bool {
    name.starts_with("content-")
        || ["connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"].contains(&name)
}

/// A media type without its parameters, in lower case.
pub(crate) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

struct Reader<'a> {
    document: &'a Value,
    api: &'a Api,
    envelope: Option<&'a str>,
    requests: Schemas,
    responses: Schemas,
}

impl Reader<'_> {
    fn operations(&self) -> Vec<Operation> {
        const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
        let mut operations = Vec::new();
        for (path, item) in self.document.get("paths").and_then(Value::as_object).into_iter().flatten() {
            for method in METHODS {
                if let Some(operation) = item.get(method) {
                    operations.push(self.operation(path, method, item, operation));
                }
            }
        }
        operations
    }

    fn operation(&self, path: &str, method: &str, item: &Value, operation: &Value) -> Operation {
        let upper = method.to_ascii_uppercase();
        let known = self.api.methods().into_iter().map(|(_, method)| method);
        let mut same = known.filter(|known| known.http.as_str() == upper && known.path == path);
        let output = same.next().map(|method| &method.output);
        let paging = output.and_then(|output| match output {
            Output::Page { paging, .. } => self.api.pagings.get(*paging).cloned(),
            _ => None,
        });
        let mut success = self.success(&upper, operation.get("responses").unwrap_or(&Value::Null));
        // The generator opens some answers that the configuration does not name.
        if let Some(Output::Envelope { member, .. }) = output {
            success.envelope.get_or_insert_with(|| member.clone());
        }
        let (place, rest) = path.split_once(['?', '#']).unwrap_or((path, ""));
        // What follows `#` is never sent.
        let fixed = if path.get(place.len()..).is_some_and(|rest| rest.starts_with('?')) {
            let pairs = parameters::pairs(rest.split('#').next().unwrap_or_default());
            pairs.into_iter().map(|(key, value)| (key, parts_of(&value))).collect()
        } else {
            Vec::new()
        };
        let id = operation.get("operationId").and_then(Value::as_str);
        let mut parameters: Vec<Parameter> = Vec::new();
        // What the operation says replaces what its path says.
        for holder in [operation, item] {
            for parameter in holder.get("parameters").and_then(Value::as_array).into_iter().flatten() {
                let Some(read) = self.parameter(self.behind(parameter)) else { continue };
                if !parameters.iter().any(|known| known.name == read.name && known.place == read.place) {
                    parameters.push(read);
                }
            }
        }
        // An object that is written without its name takes the pairs that no other parameter has.
        let takes_the_rest =
            |one: &Parameter| one.style == Style::Form && one.explode && is_object(&one.schema.schema, &self.requests);
        parameters.sort_by_key(takes_the_rest);
        Operation {
            id: id.map_or_else(|| format!("{method} {path}"), str::to_owned),
            segments: parts(place),
            fixed,
            path: path.to_owned(),
            body: operation.get("requestBody").map(|body| self.body(self.behind(body))),
            success,
            security: self.security(operation),
            method: upper,
            parameters,
            paging,
        }
    }

    /// What stands behind a reference to a component.
    fn behind<'a>(&'a self, value: &'a Value) -> &'a Value {
        let target = value.get("$ref").and_then(Value::as_str).and_then(component_of);
        target
            .and_then(|(section, name)| self.document.get("components")?.get(section)?.get(name.as_ref()))
            .unwrap_or(value)
    }

    fn parameter(&self, parameter: &Value) -> Option<Parameter> {
        let name = parameter.get("name")?.as_str()?;
        let (place, usual) = match parameter.get("in")?.as_str()? {
            "path" => (Place::Path, Style::Simple),
            "query" => (Place::Query, Style::Form),
            "header" => (Place::Header, Style::Simple),
            "cookie" => (Place::Cookie, Style::Form),
            _ => return None,
        };
        // OpenAPI leaves these headers to the description of bodies and credentials.
        if place == Place::Header && ["accept", "content-type", "authorization"].contains(&&*name.to_ascii_lowercase())
        {
            return None;
        }
        let content = parameter.get("content").and_then(Value::as_object).and_then(|content| content.iter().next());
        let style = match (content, parameter.get("style").and_then(Value::as_str)) {
            (Some((media_type, _)), _) if is_json(media_type) => Style::Json,
            // Any other format is read by nobody here.
            (Some(_), _) => Style::Simple,
            (None, style) => style.and_then(Style::named).unwrap_or(usual),
        };
        let own = content
            .map_or(parameter, |(_, media)| media)
            .get("schema")
            .filter(|_| content.is_none() || style == Style::Json);
        let schema = own.map_or(Value::Bool(true), |own| self.requests.convert(own));
        Some(Parameter {
            name: name.to_owned(),
            place,
            required: place == Place::Path || parameter.get("required") == Some(&Value::Bool(true)),
            explode: parameter.get("explode").and_then(Value::as_bool).unwrap_or(style == Style::Form),
            style,
            schema: Checked::new(schema),
        })
    }

    fn body(&self, body: &Value) -> Body {
        let media = self.content(body, &self.requests).into_iter().map(|(name, schema)| {
            let entry = body.get("content").and_then(|content| content.get(&name));
            let encoding = entry.and_then(|entry| entry.get("encoding")).cloned().unwrap_or_default();
            Media { name, schema, encoding }
        });
        Body { required: body.get("required") == Some(&Value::Bool(true)), content: media.collect() }
    }

    /// The first response of success, or else of those that are no error.
    fn success(&self, method: &str, responses: &Value) -> Success {
        let statuses = responses.as_object().into_iter().flatten();
        let mut good: Vec<(u16, &Value)> = statuses
            .filter_map(|(status, response)| {
                let status = match status.as_str() {
                    "2XX" | "2xx" => 200,
                    "3XX" | "3xx" => 302,
                    other => other.parse().ok().filter(|status| (200..400).contains(status))?,
                };
                Some((status, self.behind(response)))
            })
            .collect();
        good.sort_by_key(|(status, _)| *status);
        // Who says nothing of success means it by the default.
        let default = responses.get("default").map(|response| (200, self.behind(response)));
        let (good, other): (Vec<_>, Vec<_>) = good.into_iter().partition(|(status, _)| *status < 300);
        let (good, other) = (good.into_iter().next(), other.into_iter().next());
        // Who reads something and is led elsewhere is told no more by the default.
        let other = if method == "GET" { other.or(default) } else { default.or(other) };
        let Some((status, response)) = good.or(other) else {
            return Success { status: 204, headers: Vec::new(), content: Vec::new(), envelope: None };
        };
        // These never have a body, whatever the document says.
        let content =
            if [204, 205, 304].contains(&status) { Vec::new() } else { self.content(response, &self.responses) };
        let mut success = Success { status, headers: self.headers(response), content, envelope: None };
        if let (Some(json), Some(member)) = (success.json(), self.envelope)
            && self.responses.property(&json.schema, member).is_some()
        {
            success.envelope = Some(member.to_owned());
        }
        success
    }

    fn headers(&self, response: &Value) -> Vec<(String, Checked)> {
        let headers = response.get("headers").and_then(Value::as_object).into_iter().flatten();
        let own = headers.filter(|(name, _)| !is_of_transfer(&name.to_ascii_lowercase()));
        own.map(|(name, header)| {
            let header = self.behind(header);
            let media = header.get("content").and_then(|content| content.as_object()?.values().next());
            (name.clone(), self.exemplified(media.unwrap_or(header), &self.responses))
        })
        .collect()
    }

    fn content(&self, holder: &Value, schemas: &Schemas) -> Vec<(String, Checked)> {
        let entries = holder.get("content").and_then(Value::as_object).into_iter().flatten();
        entries.map(|(media_type, entry)| (media_type.clone(), self.exemplified(entry, schemas))).collect()
    }

    /// The schema of a media type or a header. Its example goes before those of the schema.
    fn exemplified(&self, entry: &Value, schemas: &Schemas) -> Checked {
        let schema = entry.get("schema").map_or(Value::Bool(true), |schema| schemas.convert(schema));
        let first = entry.get("examples").and_then(|examples| examples.as_object()?.values().next());
        let first = first.and_then(|example| self.behind(example).get("value"));
        Checked::new(match entry.get("example").or(first) {
            Some(example) if reference(&schema).is_none() && schema.is_object() => with_example(schema, example),
            Some(example) => json!({ "allOf": [schema], "example": example }),
            None => schema,
        })
    }

    fn security(&self, operation: &Value) -> Vec<Vec<Credential>> {
        let needed = operation.get("security").or_else(|| self.document.get("security"));
        let alternatives = needed.and_then(Value::as_array).into_iter().flatten();
        alternatives
            .map(|alternative| {
                let schemes = alternative.as_object().into_iter().flatten();
                schemes.map(|(name, _)| self.credential(name)).collect()
            })
            .collect()
    }

    fn credential(&self, name: &str) -> Credential {
        let mut at = "/components/securitySchemes".to_owned();
        pointer::push(&mut at, name);
        let Some(scheme) = self.document.pointer(&at).map(|scheme| self.behind(scheme)) else {
            return Credential::Other;
        };
        let text = |member: &str| scheme.get(member).and_then(Value::as_str).unwrap_or_default();
        match (text("type"), text("in"), text("scheme").to_ascii_lowercase().as_str()) {
            ("http", _, "basic") => Credential::Authorization("Basic"),
            ("http", _, "bearer") | ("oauth2" | "openIdConnect", _, _) => Credential::Authorization("Bearer"),
            ("apiKey", "header", _) => Credential::Header(text("name").to_owned()),
            ("apiKey", "query", _) => Credential::Query(text("name").to_owned()),
            ("apiKey", "cookie", _) => Credential::Cookie(text("name").to_owned()),
            _ => Credential::Other,
        }
    }
}

fn with_example(mut schema: Value, example: &Value) -> Value {
    if let Some(members) = schema.as_object_mut() {
        members.insert("example".to_owned(), example.clone());
    }
    schema
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn paths_are_matched_by_template() {
        let table = [
            ("/a/{x}/b", "/a/1%2F2/b", Some(vec![("x", "1/2")])),
            ("/a/{x}:run", "/a/7:run", Some(vec![("x", "7")])),
            ("/a b/{x}", "/a%20b/7", Some(vec![("x", "7")])),
            ("/a/{x}", "/a/", None),
            ("/a/{x}", "/a/1/b", None),
            ("/a/{x}.{y}", "/a/1.json", Some(vec![("x", "1"), ("y", "json")])),
        ];
        for (template, path, expected) in table {
            let parts = parts(template);
            let segments: Vec<String> = path.strip_prefix('/').unwrap().split('/').map(decoded).collect();
            let found = capture(&parts, &segments);
            let expected =
                expected.map(|pairs| pairs.into_iter().map(|(name, value)| (name, value.to_owned())).collect());
            assert_eq!(found, expected, "{template} {path}");
        }
    }
}
