//! A request against the documents: what it asks for, or all that is wrong with it.

use std::cmp::Reverse;

use codegen::diagnostic::nearest;
use serde_json::{Map, Value};

use crate::contract::{Body, Contract, Credential, Media, Operation, Parameter, Place, Routed, essence, is_json};
use crate::form;
use crate::parameters::{self, Misread, Shape};
use crate::schema::{Fault, faults};
use crate::{Request, Source, Violation};

const FORM: &str = "application/x-www-form-urlencoded";

/// A request that keeps to the documents.
pub(crate) struct Accepted<'a> {
    pub operation: &'a Operation,
    /// Values of the path's parameters, decoded.
    pub captured: Vec<(&'a str, String)>,
    /// Query parameters by name.
    pub query: Map<String, Value>,
    pub body: Option<Value>,
    pub accept: Option<String>,
    /// What nothing forbids, but is most likely a mistake.
    pub notes: Vec<Violation>,
}

/// A request that does not.
pub(crate) struct Refusal {
    pub status: u16,
    pub title: &'static str,
    pub operation: Option<String>,
    /// Methods that there are at this path.
    pub allow: Option<String>,
    pub violations: Vec<Violation>,
}

impl Refusal {
    pub(crate) fn new(status: u16, title: &'static str, source: Source, detail: impl Into<String>) -> Self {
        let violations = vec![Violation { source, detail: detail.into() }];
        Self { status, title, operation: None, allow: None, violations }
    }

    fn of(mut self, operation: &Operation) -> Self {
        self.operation = Some(operation.id.clone());
        self
    }
}

/// Holds a request against the documents. Of operations with the same path it is the first that it keeps to, or else
/// that from which it differs the least.
pub(crate) fn check<'a>(contract: &'a Contract, request: &Request) -> Result<Accepted<'a>, Refusal> {
    let (first, others) = route(contract, request)?;
    let mut found = hold_against(contract, first, request);
    for other in others {
        let Err(least) = &found else { break };
        let other = hold_against(contract, other, request);
        if other.as_ref().err().is_none_or(|refusal| refusal.violations.len() < least.violations.len()) {
            found = other;
        }
    }
    found
}

fn hold_against<'a>(
    contract: &'a Contract,
    (operation, mut captured): Routed<'a>,
    request: &Request,
) -> Result<Accepted<'a>, Refusal> {
    credentials(operation, request).map_err(|refusal| refusal.of(operation))?;
    let mut violations = Vec::new();
    let mut pairs = parameters::pairs(&request.query);
    captured.extend(operation.take_fixed(&mut pairs).into_iter().flatten());
    let mut query = Map::new();
    for parameter in &operation.parameters {
        let value = read(contract, parameter, request, &captured, &mut pairs);
        let name = &parameter.name;
        let source = if parameter.place == Place::Header {
            Source::Header(name.clone())
        } else {
            Source::Parameter(name.clone())
        };
        match value {
            Err(Misread { inside, detail }) => {
                let source = if inside.is_empty() { source } else { Source::Parameter(format!("{name}{inside}")) };
                violations.push(Violation { source, detail });
            }
            Ok(None) if parameter.required => {
                violations.push(Violation { source, detail: "is required".to_owned() });
            }
            Ok(None) => {}
            Ok(Some(value)) => {
                hold(contract, parameter, &value, &source, &mut violations);
                if parameter.place == Place::Query {
                    query.insert(name.clone(), value);
                }
            }
        }
    }
    let own = credential_names(operation);
    for (key, _) in pairs.iter().filter(|(key, _)| !own.contains(&key.as_str())) {
        let detail = stranger(contract, operation, key);
        violations.push(Violation { source: Source::Parameter(key.clone()), detail });
    }
    let (body, notes) = body(contract, operation, request, &mut violations).map_err(|refusal| refusal.of(operation))?;
    if violations.is_empty() {
        let accept = request.header("accept").map(str::to_owned);
        return Ok(Accepted { operation, captured, query, body, accept, notes });
    }
    // What is misspelt is often why something else is missing.
    violations.extend(notes);
    let (title, operation) = ("Invalid value", Some(operation.id.clone()));
    Err(Refusal { status: 422, title, operation, allow: None, violations })
}

/// What is wrong with a pair of the query that belongs to no parameter.
fn stranger(contract: &Contract, operation: &Operation, key: &str) -> String {
    let parameters: Vec<&Parameter> = operation.parameters.iter().filter(|one| one.place == Place::Query).collect();
    if let Some(object) = parameters.iter().find(|parameter| parameter.name == key) {
        let names = contract.requests.names(&object.schema.schema);
        let keys: Vec<String> = names.into_iter().map(|name| format!("`{key}[{name}]`")).collect();
        return format!("is an object, each of whose members has a key of its own: {}", keys.join(", "));
    }
    match nearest(key, parameters.iter().map(|parameter| parameter.name.as_str())) {
        Some(meant) => format!("is not a parameter of this operation; did you mean `{meant}`?"),
        None => "is not a parameter of this operation".to_owned(),
    }
}

/// The operation of a request and the values in its path, decoded; and others of the same path.
fn route<'a>(contract: &'a Contract, request: &Request) -> Result<(Routed<'a>, Vec<Routed<'a>>), Refusal> {
    let title = "Resource not found";
    let Some(path) = contract.below_base(&request.path) else {
        let mut detail = format!("paths begin with `{}/`", contract.base_path);
        if !contract.route(&request.path).is_empty() {
            detail.push_str(&format!("; did you mean `{}{}`?", contract.base_path, request.path));
        }
        return Err(Refusal::new(404, title, Source::Request, detail));
    };
    let mut found = contract.route(path);
    let pairs = parameters::pairs(&request.query);
    found.retain(|(operation, _)| operation.take_fixed(&mut pairs.clone()).is_some());
    found.sort_by_key(|(operation, _)| Reverse(operation.fixed.len()));
    if found.is_empty() {
        let help = match similar(contract, path) {
            Some(meant) => format!("; did you mean `{meant}`?"),
            None => String::new(),
        };
        return Err(Refusal::new(404, title, Source::Request, format!("no operation has the path `{path}`{help}")));
    }
    let allow = found.iter().map(|(operation, _)| operation.method.as_str()).collect::<Vec<_>>().join(", ");
    // Whoever can be asked for something can be asked for its headers.
    let method = match request.method.as_str() {
        "HEAD" if !found.iter().any(|(operation, _)| operation.method == "HEAD") => "GET",
        method => method,
    };
    let mut found = found.into_iter().filter(|(operation, _)| operation.method == method);
    let first = found.next().ok_or_else(|| {
        let detail = format!("`{}` is not among the methods of this path: {allow}", request.method);
        Refusal { allow: Some(allow), ..Refusal::new(405, "Method not allowed", Source::Request, detail) }
    })?;
    Ok((first, found.collect()))
}

/// The path that was most likely meant.
fn similar(contract: &Contract, path: &str) -> Option<String> {
    let given: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    // The parameters of a template have the values that are given.
    let filled = contract.operations.iter().filter_map(|operation| {
        let template: Vec<&str> = operation.path.split('/').collect();
        let pairs = template.iter().zip(&given);
        let filled = pairs.map(|(wanted, given)| if wanted.starts_with('{') { *given } else { *wanted });
        (template.len() == given.len()).then(|| filled.collect::<Vec<_>>().join("/"))
    });
    let filled: Vec<String> = filled.collect();
    nearest(path, filled.iter().map(String::as_str)).map(str::to_owned)
}

/// Looks for a key, not at it: any will do.
fn credentials(operation: &Operation, request: &Request) -> Result<(), Refusal> {
    let pairs = parameters::pairs(&request.query);
    let shown = |credential: &Credential| match credential {
        Credential::Authorization(scheme) => request
            .header("authorization")
            .and_then(|value| value.split_once(' '))
            .is_some_and(|(given, key)| given.eq_ignore_ascii_case(scheme) && !key.trim().is_empty()),
        Credential::Header(name) => request.header(name).is_some_and(|value| !value.trim().is_empty()),
        Credential::Query(name) => pairs.iter().any(|(key, value)| key == name && !value.is_empty()),
        Credential::Cookie(name) => request.cookie(name).is_some_and(|value| !value.is_empty()),
        Credential::Other => true,
    };
    if operation.security.is_empty() || operation.security.iter().any(|together| together.iter().all(shown)) {
        return Ok(());
    }
    let wanted = operation.security.iter().flatten().find_map(|credential| match credential {
        Credential::Authorization(scheme) => {
            let source = Source::Header("authorization".to_owned());
            Some((source, format!("must be `{scheme}` and a key; any key will do here")))
        }
        Credential::Header(name) => {
            Some((Source::Header(name.clone()), "must hold a key; any will do here".to_owned()))
        }
        Credential::Query(name) | Credential::Cookie(name) => {
            Some((Source::Parameter(name.clone()), "must hold a key; any will do here".to_owned()))
        }
        Credential::Other => None,
    });
    let (source, detail) = wanted.unwrap_or((Source::Request, "there are no credentials".to_owned()));
    Err(Refusal::new(401, "Authentication failed", source, detail))
}

fn credential_names(operation: &Operation) -> Vec<&str> {
    let all = operation.security.iter().flatten();
    all.filter_map(|credential| match credential {
        Credential::Query(name) => Some(name.as_str()),
        _ => None,
    })
    .collect()
}

/// The value of a parameter, if it is given.
fn read(
    contract: &Contract,
    parameter: &Parameter,
    request: &Request,
    captured: &[(&str, String)],
    pairs: &mut Vec<(String, String)>,
) -> Result<Option<Value>, Misread> {
    let Parameter { name, style, explode, schema, .. } = parameter;
    let shape = Shape { name, style: *style, explode: *explode, schema: &schema.schema, arrays: contract.arrays };
    let text = match parameter.place {
        Place::Query => return parameters::from_query(shape, &contract.requests, pairs),
        Place::Path => captured.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()),
        Place::Header => request.header(name),
        Place::Cookie => request.cookie(name),
    };
    text.map(|text| parameters::from_text(shape, &contract.requests, text)).transpose()
}

/// Holds a parameter's value against its schema.
fn hold(contract: &Contract, parameter: &Parameter, value: &Value, source: &Source, found: &mut Vec<Violation>) {
    let strangers = contract.requests.strangers(&parameter.schema.schema, value);
    match parameter.schema.validator(&contract.requests) {
        // Unknown keys are refused, so what hides inside of one is, too.
        Ok(validator) => found.extend(faults(validator, value).into_iter().chain(strangers).map(|fault| {
            // A member of a query object has a key of its own, `filter[status]`.
            let inside = codegen::pointer::segments(&fault.pointer)
                .fold(String::new(), |inside, segment| format!("{inside}[{segment}]"));
            let source = match source {
                Source::Parameter(name) => Source::Parameter(format!("{name}{inside}")),
                other => other.clone(),
            };
            Violation { source, detail: fault.detail }
        })),
        Err(reason) => found.push(Violation {
            source: source.clone(),
            detail: format!("can't be checked, since the document's schema is wrong: {reason}"),
        }),
    }
}

/// The body as a value, and what in it is not known. Of media types that are neither JSON, nor forms, nor text only the
/// name is looked at.
fn body(
    contract: &Contract,
    operation: &Operation,
    request: &Request,
    violations: &mut Vec<Violation>,
) -> Result<(Option<Value>, Vec<Violation>), Refusal> {
    let nothing = Ok((None, Vec::new()));
    let Some(Body { required, content }) = &operation.body else {
        // A server has no use for what the operation does not know, and a caller who sends it errs.
        if !request.body.is_empty() {
            let detail = "is given, but the operation takes none".to_owned();
            violations.push(Violation { source: Source::Pointer(String::new()), detail });
        }
        return nothing;
    };
    // A form without a pair has no text either.
    let is_form = request.header("content-type").is_some_and(|given| essence(given) == FORM);
    if request.body.is_empty() && !is_form {
        if *required {
            violations.push(Violation { source: Source::Pointer(String::new()), detail: "is required".to_owned() });
        }
        return nothing;
    }
    if let Some(coding) = request.header("content-encoding").filter(|coding| !coding.eq_ignore_ascii_case("identity")) {
        let (title, source) = ("Unsupported encoding", Source::Header("content-encoding".to_owned()));
        return Err(Refusal::new(415, title, source, format!("is `{coding}`; send the body as it is")));
    }
    // Who names no media type takes any.
    if content.is_empty() {
        return nothing;
    }
    let given = request.header("content-type").unwrap_or_default();
    let Some(media) = content.iter().find(|media| accepts(&media.name, given)) else {
        let known = content.iter().map(|media| media.name.as_str()).collect::<Vec<_>>().join(", ");
        let what = if given.is_empty() { "is missing".to_owned() } else { format!("is `{given}`") };
        let detail = format!("{what}; the operation takes {known}");
        return Err(Refusal::new(415, "Unsupported media type", Source::Header("content-type".to_owned()), detail));
    };
    let Some((value, misread)) = decode(contract, media, given, &request.body)? else { return nothing };
    let schema = &media.schema;
    // What can't be read is missing only here.
    let is_told = |fault: &Fault| misread.iter().any(|told| told.pointer == fault.pointer);
    match schema.validator(&contract.requests) {
        Ok(validator) => {
            let mut found = faults(validator, &value);
            if operation.method == "PATCH" && !found.is_empty() {
                // Null clears a member, whatever its schema says of its values; where that allows null, nothing is missing.
                let is_missing = |fault: &Fault| {
                    let is_null = value.pointer(&fault.pointer).is_some_and(Value::is_null);
                    !is_null || found.iter().any(|other| other.pointer == fault.pointer)
                };
                found = faults(validator, &without_nulls(&value)).into_iter().filter(is_missing).collect();
            }
            found.retain(|fault| !is_told(fault));
            violations.extend(
                misread
                    .into_iter()
                    .chain(found)
                    .map(|fault| Violation { source: Source::Pointer(fault.pointer), detail: fault.detail }),
            );
        }
        Err(reason) => violations.push(Violation {
            source: Source::Pointer(String::new()),
            detail: format!("can't be checked, since the document's schema is wrong: {reason}"),
        }),
    }
    let strangers = contract.requests.strangers(&schema.schema, &value).into_iter();
    let notes = strangers.map(|fault| Violation { source: Source::Pointer(fault.pointer), detail: fault.detail });
    let notes = notes.collect();
    Ok((Some(value), notes))
}

/// The value of a body, and what in it can't be read; nothing if nobody here can read its media type.
fn decode(
    contract: &Contract,
    media: &Media,
    given: &str,
    body: &[u8],
) -> Result<Option<(Value, Vec<Fault>)>, Refusal> {
    let schemas = &contract.requests;
    let read = match essence(given).as_str() {
        json if is_json(json) => serde_json::from_slice(body)
            .map(|value| (value, Vec::new()))
            .map_err(|error| format!("is not JSON: {error}")),
        FORM => form::urlencoded(media, schemas, contract.arrays, body),
        "multipart/form-data" => form::multipart(media, schemas, given, body),
        "text/plain" => match std::str::from_utf8(body) {
            Ok(text) => Ok((parameters::scalar(text, &media.schema.schema, schemas), Vec::new())),
            // The text may be in another encoding, of which the content type tells.
            Err(_) => return Ok(None),
        },
        _ => return Ok(None),
    };
    read.map(Some).map_err(|reason| Refusal::new(400, "Malformed body", Source::Pointer(String::new()), reason))
}

/// Whether a media type of the document is the one that is given; parameters aside.
pub(crate) fn accepts(known: &str, given: &str) -> bool {
    let (known, given) = (essence(known), essence(given));
    match known.strip_suffix("/*") {
        Some("*") => true,
        Some(family) => given.split('/').next() == Some(family),
        None => known == given,
    }
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(_, value)| !value.is_null());
            kept.map(|(name, value)| (name.clone(), without_nulls(value))).collect()
        }
        other => other.clone(),
    }
}
