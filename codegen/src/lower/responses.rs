//! What calls give: the types of responses by status and media type, of errors, and of headers.

use std::collections::{HashMap, HashSet};
use std::iter;

use openapiv3::{Header, MediaType};
use serde_json::Value;

use super::components::{self, Component};
use super::media::{self, Kind, schema_pointer};
use super::names::{self, Scope};
use super::operations::{Answer, Found, open, target};
use super::paging::Chosen;
use super::schemas::{Place, Schemas};
use super::usage::Usage;
use super::view::{Node, View};
use crate::diagnostic::Diagnostics;
use crate::model::{
    Alternative, Content, ErrorResponse, HeaderField, HeaderView, Http, Output, StatusCase, StatusView, Type,
};
use crate::normalize::Document;
use crate::pointer;

/// All that is to be known of an operation's responses.
pub(crate) struct Responses {
    pub output: Output,
    /// The media types that are asked for, if they are not JSON as usual.
    pub accept: Option<String>,
    pub alternatives: Vec<Alternative>,
    pub errors: Vec<ErrorResponse>,
    pub error_view: Option<StatusView>,
    pub headers: Option<HeaderView>,
}

/// Lowers the responses of an operation.
pub(crate) fn lower<'a>(
    found: &Found<'a>,
    base: &str,
    paging: Option<Chosen<'_>>,
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> Responses {
    report_bodiless(found, schemas.document, diagnostics);
    let (output, accept, alternatives) = output(found, base, paging, schemas, diagnostics);
    let (errors, error_view) = errors(found, base, &output, schemas, diagnostics);
    let headers = headers(found, base, schemas, diagnostics);
    Responses { output, accept, alternatives, errors, error_view, headers }
}

/// Responses that have content in the document, but never in HTTP.
fn report_bodiless(found: &Found<'_>, document: &Document, diagnostics: &mut Diagnostics) {
    for Answer { status, response, content, pointer } in found.responses(document) {
        let is_component = pointer.starts_with("/components/");
        let (what, help) = match found.http {
            // What is a component describes the response to GET as well.
            Http::Head if is_component => continue,
            Http::Head => ("a response to HEAD".to_owned(), "remove it"),
            _ => (format!("a response of status {status}"), "remove it, or give the response another status"),
        };
        if content.is_empty() && !response.content.is_empty() {
            diagnostics
                .warning(
                    "bodiless-response",
                    document.locate(&format!("{pointer}/content")).at_key(),
                    format!("{what} has no body; its `content` counts for nothing"),
                )
                .help(help);
        }
    }
}

/// What the call gives, what it asks for, and the media types that it could ask for instead.
fn output<'a>(
    found: &Found<'a>,
    base: &str,
    paging: Option<Chosen<'_>>,
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> (Output, Option<String>, Vec<Alternative>) {
    let nothing = || (Output::Empty, Some("*/*".to_owned()), Vec::new());
    if found.leads_elsewhere() {
        let anything = "*/*".to_owned();
        return (Output::Bytes { media_types: vec![anything.clone()] }, Some(anything), Vec::new());
    }
    let successes = found.successes(schemas.document);
    let Some(answer) = successes.iter().find(|answer| !answer.content.is_empty()) else { return nothing() };
    let Some((media_type, media)) = media::preferred(answer.content) else { return nothing() };
    let by_status = successes.iter().any(|other| !is_same(other.content, answer.content));
    let name = by_status.then(|| schemas.scope.claim(&names::type_name(&format!("{base} Response"))));

    let place = Place::new(schema_pointer(&answer.pointer, media_type), format!("{base} Response"), Usage::RESPONSE);
    let page = media
        .schema
        .as_ref()
        .filter(|_| media::kind(media_type) == Kind::Json)
        .and_then(|schema| open(Node::from(schema), &place, base, paging, schemas, diagnostics))
        .filter(|opened| matches!(opened, Output::Page { .. }));
    let output = match (page, name) {
        (Some(page), _) => page,
        (None, None) => match usual_content(media_type, media, &place, schemas, diagnostics) {
            Content::Nothing => Output::Empty,
            Content::Json(ty) => Output::Json(ty),
            Content::Envelope { member, ty } => Output::Envelope { member, ty },
            Content::Events(ty) => Output::Events(ty),
            Content::Text => Output::Text { media_type: media_type.to_owned() },
            Content::Bytes => Output::Bytes { media_types: wanted(&successes) },
        },
        (None, Some(name)) => Output::ByStatus(view_of_successes(name, &successes, base, schemas, diagnostics)),
    };
    let accept = Some(wanted(&successes).join(", ")).filter(|accept| accept != "application/json");
    (output, accept, alternatives(&successes, base, schemas, diagnostics))
}

/// Whether the contents of two responses are decoded alike.
fn is_same(one: &openapiv3::Content, other: &openapiv3::Content) -> bool {
    let essential = |content| {
        media::preferred(content).map(|(name, media)| {
            // A file has no schema worth comparing.
            let schema = media.schema.as_ref().filter(|_| media::kind(name) == Kind::Json);
            (media::essence(name), schema.and_then(|schema| serde_json::to_value(schema).ok()).map(without_remarks))
        })
    };
    std::ptr::eq(one, other) || essential(one) == essential(other)
}

/// A schema without what says nothing about the shape of its values.
fn without_remarks(schema: Value) -> Value {
    let Value::Object(members) = schema else { return schema };
    let inner = |(name, value): (String, Value)| {
        let value = match (name.as_str(), value) {
            // The names in there are no keywords.
            ("properties", Value::Object(properties)) => {
                properties.into_iter().map(|(name, property)| (name, without_remarks(property))).collect()
            }
            ("enum" | "default", value) => value,
            (_, Value::Array(items)) => items.into_iter().map(without_remarks).collect(),
            (_, value) => without_remarks(value),
        };
        (name, value)
    };
    let is_remark = |name: &str| matches!(name, "title" | "description" | "example" | "externalDocs");
    members.into_iter().filter(|(name, _)| !is_remark(name)).map(inner).collect()
}

/// The media types that a call asks for: of each success the preferred one, or all that are bytes, if it is one of these.
fn wanted(successes: &[Answer<'_>]) -> Vec<String> {
    let mut wanted: Vec<String> = Vec::new();
    for answer in successes {
        let Some((preferred, _)) = media::preferred(answer.content) else { continue };
        for media_type in iter::once(preferred).chain(alike(answer.content)) {
            let media_type = accepted(media_type);
            if !wanted.iter().any(|known| media::essence(known) == media::essence(&media_type)) {
                wanted.push(media_type);
            }
        }
    }
    wanted
}

/// The media types of a response that are but other bytes than those of the preferred one: which of them it is, the
/// server may know better than the caller.
fn alike(content: &openapiv3::Content) -> Vec<&str> {
    let is_bytes = |name: &&str| media::kind(name) == Kind::Bytes;
    let offered = media::offered(content);
    if offered.first().is_some_and(is_bytes) { offered.into_iter().filter(is_bytes).collect() } else { Vec::new() }
}

/// A variant for each success.
fn view_of_successes<'a>(
    name: String,
    successes: &[Answer<'a>],
    base: &str,
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> StatusView {
    let mut scope = Scope::beside(&["Other"]);
    let mut cases: Vec<StatusCase> = Vec::new();
    for (index, answer) in successes.iter().enumerate() {
        let variant = scope.claim(&variant(&answer.status));
        let same = successes.iter().take(index).position(|other| is_same(other.content, answer.content));
        let content = match (same.and_then(|same| cases.get(same)), media::preferred(answer.content)) {
            (Some(same), _) => same.content.clone(),
            (None, None) => Content::Nothing,
            (None, Some((media_type, media))) => {
                let place = Place::new(
                    schema_pointer(&answer.pointer, media_type),
                    format!("{base} {variant}"),
                    Usage::RESPONSE,
                );
                match usual_content(media_type, media, &place, schemas, diagnostics) {
                    // A stream can't be a variant beside what is read as a whole.
                    Content::Events(_) => Content::Text,
                    other => other,
                }
            }
        };
        let (status, doc) = (answer.status.clone(), answer.response.description.clone());
        cases.push(StatusCase { status, variant, doc, content });
    }
    sort(&mut cases);
    StatusView { name, cases }
}

/// Exact statuses before ranges, and those before the default.
fn sort(cases: &mut [StatusCase]) {
    cases.sort_by_key(|case| (case.status == "default", case.status.ends_with("XX")));
}

/// Further media types of the responses: all that the first one with content offers, and files that only others do.
fn alternatives<'a>(
    successes: &[Answer<'a>],
    base: &str,
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> Vec<Alternative> {
    let mut scope = Scope::beside(names::REQUEST_METHODS);
    let mut alternatives: Vec<Alternative> = Vec::new();
    let with_content = successes.iter().filter(|answer| !answer.content.is_empty());
    let offers = with_content.enumerate().flat_map(|(nth, answer)| {
        let is_wanted = move |other: &&str| nth == 0 || matches!(media::kind(other), Kind::Bytes | Kind::Text);
        further(answer.content).into_iter().filter(is_wanted).map(move |other| (answer, other))
    });
    for (answer, other) in offers {
        let media_type = accepted(other);
        let is_known = |known: &Alternative| media::essence(&known.media_type) == media::essence(&media_type);
        let Some(media) = answer.content.get(other).filter(|_| !alternatives.iter().any(is_known)) else { continue };
        let short = media::short(other);
        let place =
            Place::new(schema_pointer(&answer.pointer, other), format!("{base} {short} Response"), Usage::RESPONSE);
        let content = match content(other, media, &place, schemas, diagnostics) {
            // Whoever asks for another format of JSON wants it whole.
            Content::Envelope { .. } | Content::Nothing => Content::Json(Type::Any),
            content => content,
        };
        alternatives.push(Alternative {
            name: scope.claim(&names::snake(&format!("send_{short}"))),
            media_type,
            content,
        });
    }
    alternatives
}

/// The media types that a response offers beside the one that is asked for as usual; where several of bytes are asked for
/// at once, each of them.
fn further(content: &openapiv3::Content) -> Vec<&str> {
    let usual = usize::from(alike(content).len() < 2);
    media::offered(content).into_iter().skip(usual).collect()
}

/// What a body of the preferred media type is in Rust. That its schema gets no type is to be said: beside JSON it is but
/// another way.
fn usual_content<'a>(
    media_type: &str,
    media: &'a MediaType,
    place: &Place,
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> Content {
    let content = content(media_type, media, place, schemas, diagnostics);
    if matches!(content, Content::Text | Content::Bytes) {
        let node = media.schema.as_ref().map(Node::from);
        media::report_untyped(media_type, node, &place.pointer, schemas.document, diagnostics);
    }
    content
}

/// What a body of a media type is in Rust.
fn content<'a>(
    media_type: &str,
    media: &'a MediaType,
    place: &Place,
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> Content {
    let node = media.schema.as_ref().map(Node::from);
    let is_open = || media::essence(media_type).contains('*');
    match media::kind(media_type) {
        Kind::Text | Kind::Form => Content::Text,
        Kind::Bytes | Kind::Multipart => Content::Bytes,
        Kind::Events => Content::Events(match node {
            Some(node) => event_data(node, place, schemas, diagnostics),
            None => Type::String,
        }),
        // Of any media type is what the schema says.
        Kind::Json if is_open() && node.is_none_or(|node| node.is_file(schemas.document)) => Content::Bytes,
        // Servers that leave it open send texts as they are.
        Kind::Json if is_open() && node.is_some_and(|node| is_text(node, schemas)) => Content::Text,
        Kind::Json => {
            let Some(node) = node else { return Content::Json(Type::Any) };
            match open(node, place, "", None, schemas, diagnostics) {
                Some(Output::Envelope { member, ty }) => Content::Envelope { member, ty },
                _ => Content::Json(schemas.lower(node, place, diagnostics).with_null()),
            }
        }
    }
}

/// The type of the data of events: that of the items where the schema describes the whole stream, that of `data` where
/// it describes a whole event, or else what it describes.
fn event_data<'a>(node: Node<'a>, place: &Place, schemas: &mut Schemas<'a>, diagnostics: &mut Diagnostics) -> Type {
    let inner = match node.view(schemas.document) {
        Some(view) if view.items.is_some() => view.items,
        Some(view) => match view.property("data") {
            Some(data) if ["event", "id", "retry"].iter().any(|name| view.property(name).is_some()) => Some(data),
            _ => None,
        },
        None => None,
    };
    let place = Place::new(place.pointer.clone(), format!("{} Data", place.name), place.usage);
    match schemas.lower(inner.unwrap_or(node), &place, diagnostics).ty {
        Type::Any | Type::Unit => Type::String,
        ty => ty,
    }
}

fn is_text(node: Node<'_>, schemas: &Schemas<'_>) -> bool {
    node.view(schemas.document).is_some_and(|view| view.kind == Some("string") && view.values.is_empty())
}

/// The error responses, and a view with a variant for each where they differ.
fn errors<'a>(
    found: &Found<'a>,
    base: &str,
    output: &Output,
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> (Vec<ErrorResponse>, Option<StatusView>) {
    let responses = found.responses(schemas.document);
    let has_success = responses.iter().any(|answer| answer.status.starts_with('2')) || found.leads_elsewhere();
    let has_error = responses.iter().any(|answer| answer.status.starts_with(['4', '5']));
    let mut scope = Scope::beside(&["Other"]);
    let mut cases: Vec<StatusCase> = Vec::new();
    let mut errors = Vec::new();
    for answer in responses {
        let status = answer.status.clone();
        let is_error = status.starts_with(['4', '5']) || (status == "default" && (has_success || has_error));
        if !is_error {
            continue;
        }
        let variant = scope.claim(&variant(&status));
        let ty = if status == "default" && !has_success {
            given_and_error(found, &answer, output, schemas, diagnostics)
        } else {
            error_type(&answer, &format!("{base} {variant}"), schemas, diagnostics)
        };
        let content = ty.clone().map_or(Content::Nothing, Content::Json);
        if status != "default" || ty.is_some() {
            let doc = answer.response.description.clone();
            cases.push(StatusCase { status: status.clone(), variant, doc: doc.clone(), content });
            errors.push(ErrorResponse { status, description: doc, ty });
        }
    }
    let mut types: Vec<&Type> = errors.iter().filter_map(|error| error.ty.as_ref()).collect();
    types.sort_unstable();
    types.dedup();
    if types.len() < 2 {
        return (errors, None);
    }
    // What has no type of its own needs no variant, unless it would be taken for what a range or the default holds.
    let has_range = cases.iter().any(|case| case.status == "default" || case.status.ends_with("XX"));
    cases.retain(|case| has_range || !matches!(case.content, Content::Nothing));
    sort(&mut cases);
    let name = schemas.scope.claim(&names::type_name(&format!("{base} Error")));
    (errors, Some(StatusView { name, cases }))
}

/// The type of the default response where errors are described, but no success: it is what the call gives, and perhaps
/// what other errors hold.
fn given_and_error(
    found: &Found<'_>,
    answer: &Answer<'_>,
    output: &Output,
    schemas: &Schemas<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Type> {
    if !answer.content.is_empty() {
        let place = schemas.document.locate(&format!("{}/responses/default", found.pointer)).at_key();
        let message = "no success is described; what the call gives is taken to be the default response";
        diagnostics.note("no-success", place, message).help("describe the response of a success, such as `200`");
    }
    match output {
        Output::Json(ty) if target(schemas, ty).is_some() => Some(ty.clone()),
        _ => None,
    }
}

/// The type of an error's body, unless there is none, or it is the list of errors that the runtime reads by itself.
fn error_type<'a>(
    answer: &Answer<'a>,
    name: &str,
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> Option<Type> {
    let (media_type, media) = media::preferred(answer.content)?;
    let node = media.schema.as_ref().map(Node::from)?;
    let is_free = matches!(node, Node::Schema(schema) if View::of(schema).is_free());
    if media::kind(media_type) != Kind::Json || is_free || is_list_of_errors(node, schemas.document) {
        return None;
    }
    let place = Place::new(schema_pointer(&answer.pointer, media_type), name.to_owned(), Usage::ERROR);
    // Documents repeat the schema of an error in every operation.
    let text = match node {
        Node::Schema(schema) => serde_json::to_string(schema).ok(),
        Node::Reference(_) => None,
    };
    if let Some(known) = text.as_ref().and_then(|text| schemas.errors.get(text)) {
        return Some(known.clone());
    }
    let ty = schemas.lower(node, &place, diagnostics).with_null();
    if let Some(text) = text {
        schemas.errors.insert(text, ty.clone());
    }
    Some(ty)
}

/// `{"errors": [{"code", "title", "detail"}]}`
fn is_list_of_errors(node: Node<'_>, document: &Document) -> bool {
    let Some(view) = node.view(document) else { return false };
    let items = view.property("errors").and_then(|errors| errors.view(document)?.items);
    let Some(item) = items.and_then(|item| item.view(document)) else { return false };
    let mut parts = vec![item];
    if let Some(item) = parts.first() {
        let more: Vec<View<'_>> = item.all_of.iter().filter_map(|part| Node::from(part).view(document)).collect();
        parts.extend(more);
    }
    parts.iter().any(|part| ["code", "title", "detail", "message"].iter().any(|name| part.property(name).is_some()))
}

/// The headers that any response of the operation has, each once, with their places.
fn header_set<'a>(found: &Found<'a>, document: &'a Document) -> Vec<(&'a str, &'a Header, String)> {
    let mut set: Vec<(&str, &Header, String)> = Vec::new();
    let is_followed = found.leads_elsewhere();
    for Answer { status, response, pointer, .. } in found.responses(document) {
        // Nobody sees what leads the client on.
        if is_followed && status.starts_with('3') {
            continue;
        }
        for (wire, header) in &response.headers {
            let is_known = set.iter().any(|(known, ..)| known.eq_ignore_ascii_case(wire));
            if is_known || wire.eq_ignore_ascii_case("content-type") {
                continue;
            }
            let pointer = pointer::join(&format!("{pointer}/headers"), wire);
            if let Some((header, pointer)) = Component::resolve(header, pointer, document) {
                set.push((wire, header, pointer));
            }
        }
    }
    set
}

/// A text that is the same for headers of the same names and types.
fn text_of(set: &[(&str, &Header, String)]) -> String {
    let schema = |header: &Header, pointer: &str| {
        let (node, _) = components::schema(&header.format, pointer)?;
        Some(match node {
            Node::Reference(name) => Value::from(name),
            Node::Schema(schema) => without_remarks(serde_json::to_value(schema).ok()?),
        })
    };
    let mut texts: Vec<String> = set
        .iter()
        .map(|(wire, header, pointer)| format!("{}: {:?}", wire.to_ascii_lowercase(), schema(header, pointer)))
        .collect();
    texts.sort_unstable();
    texts.join("\n")
}

/// The texts of the headers that several operations have. Their structs are still to be made.
pub(super) fn repeated_headers(found: &[Found<'_>], document: &Document) -> HashMap<String, Option<HeaderView>> {
    let (mut once, mut repeated) = (HashSet::new(), HashMap::new());
    for found in found {
        let set = header_set(found, document);
        let text = text_of(&set);
        if !set.is_empty() && !once.insert(text.clone()) {
            repeated.insert(text, None);
        }
    }
    repeated
}

/// The struct of the headers that any response of the operation has.
fn headers<'a>(
    found: &Found<'a>,
    base: &str,
    schemas: &mut Schemas<'a>,
    diagnostics: &mut Diagnostics,
) -> Option<HeaderView> {
    let set = header_set(found, schemas.document);
    if set.is_empty() {
        return None;
    }
    let text = text_of(&set);
    let known = schemas.headers.get(&text).cloned();
    if let Some(Some(view)) = known {
        return Some(view);
    }
    let shared = known.is_some();
    let base = if shared { in_common(&set) } else { base.to_owned() };
    let mut scope = Scope::default();
    let mut fields = Vec::new();
    for (wire, header, pointer) in set {
        let typed = components::schema(&header.format, &pointer).map(|(node, pointer)| {
            let place = Place::new(pointer, format!("{base} {wire}"), Usage::RESPONSE);
            schemas.lower(node, &place, diagnostics)
        });
        let doc = typed.as_ref().map(|typed| typed.doc.clone()).unwrap_or_default();
        fields.push(HeaderField {
            name: scope.claim(&names::snake(wire)),
            wire: wire.to_owned(),
            ty: typed.map_or(Type::String, |typed| typed.ty),
            doc: header.description.clone().unwrap_or(doc),
        });
    }
    let name = schemas.scope.claim(&names::type_name(&format!("{base} Headers")));
    let view = HeaderView { name, shared, fields };
    if shared {
        schemas.headers.insert(text, Some(view.clone()));
    }
    Some(view)
}

/// The words that the names of all headers begin with: `rate limit` for `X-Rate-Limit` and `X-Rate-Limit-Reset`.
fn in_common(set: &[(&str, &Header, String)]) -> String {
    let mut names = set.iter().map(|(wire, ..)| names::snake(wire));
    let mut common: Vec<String> = names.next().unwrap_or_default().split('_').map(str::to_owned).collect();
    for name in names {
        let same = common.iter().zip(name.split('_')).take_while(|(one, other)| one == other).count();
        common.truncate(same);
    }
    if common.first().is_some_and(|word| word == "x") {
        common.remove(0);
    }
    if common.is_empty() { "response".to_owned() } else { common.join(" ") }
}

/// A media type as a request asks for it. Ranges of them are fine there.
fn accepted(media_type: &str) -> String {
    match media::essence(media_type).as_str() {
        "*" => "*/*".to_owned(),
        _ if media::kind(media_type) == Kind::Json => media::concrete(media_type.split(';').next().unwrap_or_default()),
        _ => media_type.to_owned(),
    }
}

/// `NotFound` for 404, by HTTP's own words.
fn variant(status: &str) -> String {
    let words = match status {
        "200" => "Ok",
        "201" => "Created",
        "202" => "Accepted",
        "203" => "NonAuthoritativeInformation",
        "204" => "NoContent",
        "205" => "ResetContent",
        "206" => "PartialContent",
        "207" => "MultiStatus",
        "208" => "AlreadyReported",
        "2XX" => "Success",
        "400" => "BadRequest",
        "401" => "Unauthorized",
        "402" => "PaymentRequired",
        "403" => "Forbidden",
        "404" => "NotFound",
        "405" => "MethodNotAllowed",
        "406" => "NotAcceptable",
        "408" => "RequestTimeout",
        "409" => "Conflict",
        "410" => "Gone",
        "411" => "LengthRequired",
        "412" => "PreconditionFailed",
        "413" => "ContentTooLarge",
        "414" => "UriTooLong",
        "415" => "UnsupportedMediaType",
        "416" => "RangeNotSatisfiable",
        "417" => "ExpectationFailed",
        "418" => "ImATeapot",
        "421" => "MisdirectedRequest",
        "422" => "UnprocessableContent",
        "423" => "Locked",
        "424" => "FailedDependency",
        "425" => "TooEarly",
        "426" => "UpgradeRequired",
        "428" => "PreconditionRequired",
        "429" => "TooManyRequests",
        "451" => "UnavailableForLegalReasons",
        "4XX" => "ClientError",
        "500" => "InternalServerError",
        "501" => "NotImplemented",
        "502" => "BadGateway",
        "503" => "ServiceUnavailable",
        "504" => "GatewayTimeout",
        "507" => "InsufficientStorage",
        "5XX" => "ServerError",
        "default" => "Default",
        other => return format!("Status{other}"),
    };
    words.to_owned()
}
