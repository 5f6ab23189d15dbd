//! Views of responses: enums by status of successes and errors, structs of headers.

use std::collections::BTreeMap;

use super::docs;
use super::layout::{Table, literal};
use super::rust::ty;
use super::wrap::Line;
use super::writer::Code;
use crate::model::{Api, Content, ErrorResponse, HeaderView, Method, Output, Resource, StatusCase, StatusView, Type};

/// Writes what stands beside a request for its responses.
pub(crate) fn write(code: &mut Code<'_>, api: &Api, resource: &Resource, method: &Method) {
    let caller = format!("[`{}::{}`]", resource.handle, method.name);
    if let Output::ByStatus(view) = &method.output {
        let doc = [format!("What {caller} gives, by the status of the response.")];
        let other = Other {
            doc: "A success that the document does not name, as it came.",
            held: Some("RawResponse"),
            row: "_ => Other as response",
        };
        by_status(code, api, view, &doc, "by_status", Some(&other));
    }
    if let Some(view) = &method.error_view {
        let doc = [
            format!("What the errors of {caller} hold, by their status."),
            String::new(),
            format!("`{}::try_from(&error)` fails for an error that is no answer of the server, and for a", view.name),
            "body that is not what the document promises for its status.".to_owned(),
        ];
        let other = Other {
            doc: "A status whose body has no type of its own; [`Error::body`](crate::Error::body) has its bytes.",
            held: None,
            row: "_ => Other",
        };
        let has_default = view.cases.iter().any(|case| case.status == "default");
        by_status(code, api, view, &doc, "errors_by_status", (!has_default).then_some(&other));
    }
    if let Some(headers) = method.headers.as_ref().filter(|headers| !headers.shared) {
        header_struct(code, api, headers, &format!("The headers of the responses to {caller}."));
    }
}

/// Writes the structs of headers that several operations have, if there are any.
pub(crate) fn write_shared(code: &mut Code<'_>, api: &Api) {
    let methods = api.methods();
    let shared = methods.iter().filter_map(|(_, method)| method.headers.as_ref()).filter(|headers| headers.shared);
    let shared: BTreeMap<&str, &HeaderView> = shared.map(|headers| (headers.name.as_str(), headers)).collect();
    for headers in shared.into_values() {
        header_struct(code, api, headers, "The headers of the responses to several operations.");
    }
}

/// The variant of the statuses that have none of their own.
struct Other {
    doc: &'static str,
    held: Option<&'static str>,
    /// Its row of the table.
    row: &'static str,
}

fn by_status(
    code: &mut Code<'_>,
    api: &Api,
    view: &StatusView,
    doc: &[String],
    table: &'static str,
    other: Option<&Other>,
) {
    let mut item = code.item();
    item.verbatim(doc).plain("#[derive(Clone, Debug)]").plain("#[non_exhaustive]");
    item.line(Line::Head, &format!("pub enum {} {{", view.name)).members(|members| {
        for case in &view.cases {
            let said = format!("`{}`: {}", case.status, case.doc.trim());
            members.doc(said.trim_end_matches(": ")).variant(&case.variant, held(api, &case.content).as_deref());
        }
        if let Some(other) = other {
            members.verbatim(&[other.doc]).variant("Other", other.held);
        }
    });
    let rows = view.cases.iter().map(row).chain(other.map(|other| other.row.to_owned())).collect();
    code.table(&Table { name: table, head: view.name.clone(), rows: Some(rows) });
}

/// What a variant holds.
fn held(api: &Api, content: &Content) -> Option<String> {
    match content {
        Content::Nothing => None,
        Content::Json(held) | Content::Envelope { ty: held, .. } => Some(ty(api, held)),
        Content::Text | Content::Events(_) => Some("String".to_owned()),
        Content::Bytes => Some("Bytes".to_owned()),
    }
}

fn row(case: &StatusCase) -> String {
    let pattern = match (case.status.as_str(), case.status.strip_suffix("XX")) {
        ("default", _) => "_".to_owned(),
        (_, Some(hundreds)) => format!("{hundreds}00..={hundreds}99"),
        (exact, None) => exact.to_owned(),
    };
    let variant = &case.variant;
    match &case.content {
        Content::Nothing => format!("{pattern} => {variant}"),
        Content::Json(_) => format!("{pattern} => {variant} as json"),
        Content::Envelope { member, .. } => format!("{pattern} => {variant} as json {}", literal(member)),
        Content::Text | Content::Events(_) => format!("{pattern} => {variant} as text"),
        Content::Bytes => format!("{pattern} => {variant} as bytes"),
    }
}

fn header_struct(code: &mut Code<'_>, api: &Api, headers: &HeaderView, doc: &str) {
    let mut item = code.item();
    item.verbatim(&[
        doc.to_owned(),
        String::new(),
        format!(
            "`{}::try_from(response.headers())` fails if a header is not what the document promises; any of",
            headers.name
        ),
        "them may be missing.".to_owned(),
    ]);
    item.plain("#[derive(Clone, Debug, Default, PartialEq)]").plain("#[non_exhaustive]");
    item.line(Line::Head, &format!("pub struct {} {{", headers.name)).members(|members| {
        for field in &headers.fields {
            let said = if field.doc.trim().is_empty() { format!("`{}`", field.wire) } else { field.doc.clone() };
            members.doc(&said).line(Line::Member, &format!("pub {}: Option<{}>,", field.name, ty(api, &field.ty)));
        }
    });
    let rows = headers.fields.iter().map(|field| format!("{}: {}", field.name, literal(&field.wire))).collect();
    code.table(&Table { name: "response_headers", head: headers.name.clone(), rows: Some(rows) });
}

/// What follows the media type of an alternative in its table line.
pub(crate) fn alternative(api: &Api, content: &Content) -> String {
    match content {
        Content::Events(ty) => format!("events {}", self::ty(api, ty)),
        Content::Json(ty) | Content::Envelope { ty, .. } => format!("json {}", self::ty(api, ty)),
        Content::Text => "String".to_owned(),
        Content::Bytes | Content::Nothing => "Bytes".to_owned(),
    }
}

/// What a method's documentation says about an error.
pub(crate) fn error_lines(api: &Api, error: &ErrorResponse) -> Vec<String> {
    let ErrorResponse { status, description, ty } = error;
    let mut lines = docs::lines(&format!("- `{status}`: {}", description.trim()));
    if let (Some(shown), Some(last)) = (ty.as_ref().and_then(|ty| linked(api, ty)), lines.last_mut()) {
        let stop = if last.ends_with(['.', '!', '?', ':']) { "" } else { "." };
        last.push_str(&format!("{stop} The body is {shown}."));
    }
    lines
}

/// A type as documentation names it.
fn linked(api: &Api, ty: &Type) -> Option<String> {
    match ty {
        Type::Named(id) => api.get(*id).map(|def| format!("a [`{0}`](crate::types::{0})", def.name)),
        Type::List(item) => match item.as_ref() {
            Type::Named(id) => api.get(*id).map(|def| format!("a list of [`{0}`](crate::types::{0})", def.name)),
            _ => None,
        },
        _ => None,
    }
}

/// What a method's documentation says about its errors' bodies and its responses' headers.
pub(crate) fn remarks(api: &Api, method: &Method) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(view) = &method.error_view {
        let name = &view.name;
        lines.extend([String::new(), format!("[`{name}`] tells their bodies apart: `{name}::try_from(&error)`.")]);
    } else if let Some(def) = method.errors.iter().find_map(|error| match error.ty.as_ref()? {
        Type::Named(id) => api.get(*id),
        _ => None,
    }) {
        let said = format!("[`Error::json`](crate::Error::json) decodes such a body: `error.json::<{}>()`.", def.name);
        lines.extend([String::new(), said]);
    }
    if let Some(headers) = &method.headers {
        let name = &headers.name;
        let path = if headers.shared { format!("(super::{name})") } else { String::new() };
        lines.extend([
            String::new(),
            "# Headers".to_owned(),
            String::new(),
            format!("[`{name}`]{path} has those of a response of `send_raw()` and those of an error:"),
            format!("`{name}::try_from(response.headers())`."),
        ]);
    }
    lines
}
