//! What the API sends on its own: to webhooks, and in the callbacks of operations. The JSON bodies of these requests
//! become types, and never methods, because a client does not send them.

use std::collections::{BTreeMap, HashMap};

use indexmap::IndexMap;
use openapiv3::{MediaType, Operation, PathItem, RequestBody, Responses};

use super::components::Component;
use super::media::{self, Kind};
use super::names;
use super::operations::{Found, operations, request_body};
use super::parameters;
use super::schemas::{Place, Schemas};
use super::usage::{Usage, UsageMap};
use super::view::Node;
use crate::diagnostic::Diagnostics;
use crate::model::{Delivery, Features, Http, Sender, Type, TypeId};
use crate::normalize::Document;
use crate::pointer;

/// What the types of an operation's callbacks take over from its method.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    /// What the names of its types begin with.
    pub base: String,
    pub features: Features,
}

/// A request that the API sends.
struct Sent<'a> {
    sender: Sender,
    http: Http,
    operation: &'a Operation,
    item: &'a PathItem,
    pointer: String,
    /// Which operation of the document brought it about; none for webhooks.
    owner: Option<usize>,
    /// Whether it is the first one of its webhook or callback.
    first: bool,
}

impl<'a> Sent<'a> {
    fn body(&self, document: &'a Document) -> Option<(&'a RequestBody, String)> {
        request_body(self.operation, &self.pointer, document)
    }

    /// Finds what there is beside the body, which no type has.
    fn find_untyped(&self, document: &Document, untyped: &mut IndexMap<Untyped, Senders>) {
        let mut add = |what: Untyped, at: &str| {
            let first = || Senders { at: at.to_owned(), first: described(&self.sender), others: 0 };
            untyped.entry(what).and_modify(|senders| senders.others += 1).or_insert_with(first);
        };
        let path = pointer::split_last(&self.pointer).map_or("", |(path, _)| path);
        for (parameters, at) in [(&self.item.parameters, path), (&self.operation.parameters, self.pointer.as_str())] {
            let known = parameters.iter().filter_map(|parameter| {
                let (parameter, _) = Component::resolve(parameter, String::new(), document)?;
                let name = &parameter.parameter_data_ref().name;
                Some(format!("the {} parameter `{name}`", parameters::location_word(parameter)))
            });
            let names: Vec<String> = known.collect();
            if !names.is_empty() {
                add(Untyped::Parameters(names), &format!("{at}/parameters"));
            }
        }
        let Responses { default, responses, .. } = &self.operation.responses;
        let responses = responses.iter().map(|(status, response)| (status.to_string(), response));
        let default = default.iter().map(|response| ("default".to_owned(), response));
        for (status, response) in responses.chain(default) {
            let at = format!("{}/responses/{status}", self.pointer);
            if let Some((response, at)) = Component::resolve(response, at, document)
                && !response.content.is_empty()
            {
                add(Untyped::Answer(status), &format!("{at}/content"));
            }
        }
    }
}

/// What a delivery has beside the body.
#[derive(PartialEq, Eq, Hash)]
enum Untyped {
    /// Each as messages name it.
    Parameters(Vec<String>),
    /// The body of an answer, by its status.
    Answer(String),
}

/// Who sends the same, and where it stands first.
struct Senders {
    at: String,
    first: String,
    others: usize,
}

/// Notes what gets no type, each once: nothing is wrong with it.
fn report_untyped(untyped: IndexMap<Untyped, Senders>, document: &Document, diagnostics: &mut Diagnostics) {
    for (what, Senders { at, first, others }) in untyped {
        let more = |word: &str| match others {
            0 => String::new(),
            1 => format!(" and {word} another one"),
            others => format!(" and {word} {others} others"),
        };
        let (code, message, help) = match what {
            Untyped::Parameters(names) => {
                let verb = if names.len() == 1 { "gets" } else { "get" };
                let message = format!("{} of {first}{} {verb} no type", names.join(" and "), more("of"));
                ("untyped-parameters", message, "read what you need of them from the request itself")
            }
            Untyped::Answer(status) => {
                let message = format!("the body of the answer `{status}` to {first}{} gets no type", more("to"));
                ("untyped-answer", message, "write it without our help")
            }
        };
        diagnostics.note(code, document.locate(&at).at_key(), message).help(help);
    }
}

/// All that a document says of such requests, those of callbacks of callbacks included.
pub(crate) struct Deliveries<'a> {
    sent: Vec<Sent<'a>>,
}

impl<'a> Deliveries<'a> {
    pub(crate) fn find(document: &'a Document, found: &[Found<'a>], diagnostics: &mut Diagnostics) -> Self {
        let mut sent = Vec::new();
        for (name, item) in &document.webhooks {
            let at = pointer::join("/webhooks", name);
            if operations(item).next().is_none() {
                report_nothing_sent(&format!("the webhook `{name}`"), &at, document, diagnostics);
            }
            let sender = Sender::Webhook { name: name.clone() };
            add(&mut sent, &sender, item, &at, None);
        }
        for (index, found) in found.iter().enumerate() {
            let operation = format!("{} {}", found.http.as_str(), found.path);
            callbacks(&mut sent, found.operation, &operation, &found.pointer, Some(index), document, diagnostics);
        }
        let mut next = 0;
        while let Some(Sent { sender, http, operation, pointer, owner, .. }) = sent.get(next) {
            let (operation, pointer, owner) = (*operation, pointer.clone(), *owner);
            let name = match sender {
                Sender::Webhook { name } | Sender::Callback { url: name, .. } => format!("{} {name}", http.as_str()),
            };
            // What this adds is looked at in its turn: documents are trees by now, so that this ends.
            callbacks(&mut sent, operation, &name, &pointer, owner, document, diagnostics);
            next += 1;
        }
        Self { sent }
    }

    /// Notes that programs receive what is in the bodies.
    pub(crate) fn mark(&self, document: &'a Document, usage: &mut UsageMap) {
        let bodies = self.sent.iter().filter_map(|sent| sent.body(document));
        for schema in bodies.flat_map(|(body, _)| json(body)).filter_map(|(_, media)| media.schema.as_ref()) {
            usage.mark(document, Node::from(schema), Usage::DELIVERY);
        }
    }

    /// Gives each body a type whose documentation says who sends it.
    pub(crate) fn lower(
        &self,
        owners: &BTreeMap<usize, Owner>,
        schemas: &mut Schemas<'a>,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Delivery> {
        let document = schemas.document;
        let (mut deliveries, mut untyped) = (Vec::new(), IndexMap::new());
        // A callback that several operations share is one type.
        let mut known: HashMap<(String, String), TypeId> = HashMap::new();
        for sent in &self.sent {
            let owner = match sent.owner {
                None => None,
                Some(index) => match owners.get(&index) {
                    Some(owner) => Some(owner),
                    // The configuration leaves the operation out.
                    None => continue,
                },
            };
            sent.find_untyped(document, &mut untyped);
            let Some((body, at)) = sent.body(document) else { continue };
            let media = json(body);
            if media.is_empty() && !body.content.is_empty() {
                let types: Vec<String> = body.content.keys().map(|name| format!("`{name}`")).collect();
                diagnostics
                    .warning(
                        "untyped-delivery",
                        document.locate(&format!("{at}/content")).at_key(),
                        format!("{} sends {}, which gets no type", described(&sent.sender), types.join(" or ")),
                    )
                    .help("describe it as `application/json`, should it be JSON; else read the body without our help");
            }
            for (media_type, media) in media {
                let Some(schema) = &media.schema else { continue };
                let node = Node::from(schema);
                let name = sent.sender.name();
                let key = serde_json::to_string(schema).ok().map(|text| (name.to_owned(), text));
                let ty = match key.as_ref().and_then(|key| known.get(key)) {
                    Some(ty) => *ty,
                    None => {
                        let at = pointer::join(&format!("{at}/content"), media_type);
                        let wanted = wanted(sent, owner, schemas);
                        let place = Place::new(format!("{at}/schema"), wanted, Usage::DELIVERY);
                        body_type(node, &place, schemas, diagnostics)
                    }
                };
                known.extend(key.map(|key| (key, ty)));
                let features = owner.map(|owner| owner.features.clone()).unwrap_or_default();
                deliveries.push(Delivery { sender: sent.sender.clone(), http: sent.http, ty, features });
            }
        }
        report_untyped(untyped, document, diagnostics);
        document_senders(&deliveries, schemas);
        deliveries
    }
}

/// The requests of a webhook or of one expression of a callback.
fn add<'a>(sent: &mut Vec<Sent<'a>>, sender: &Sender, item: &'a PathItem, at: &str, owner: Option<usize>) {
    for (index, (http, operation)) in operations(item).enumerate() {
        let pointer = format!("{at}/{}", http.as_str().to_ascii_lowercase());
        sent.push(Sent { sender: sender.clone(), http, operation, item, pointer, owner, first: index == 0 });
    }
}

/// The requests of all callbacks of an operation.
fn callbacks<'a>(
    sent: &mut Vec<Sent<'a>>,
    operation: &'a Operation,
    described: &str,
    at: &str,
    owner: Option<usize>,
    document: &Document,
    diagnostics: &mut Diagnostics,
) {
    for (name, callback) in &operation.callbacks {
        let at = pointer::join(&format!("{at}/callbacks"), name);
        for (url, item) in callback {
            let at = pointer::join(&at, url);
            if operations(item).next().is_none() {
                report_nothing_sent(&format!("the callback `{name}`"), &at, document, diagnostics);
            }
            if let Some(wrong) = wrong_expression(url) {
                diagnostics
                    .warning(
                        "callback-url",
                        document.locate(&at).at_key(),
                        format!("`{wrong}` is no expression for a part of the URL of a callback"),
                    )
                    .help("write `{$request.body#/url}`, `{$request.query.url}` or `{$response.header.location}`");
            }
            let (name, url, operation) = (name.clone(), url.clone(), described.to_owned());
            add(sent, &Sender::Callback { name, operation, url }, item, &at, owner);
        }
    }
}

fn report_nothing_sent(what: &str, at: &str, document: &Document, diagnostics: &mut Diagnostics) {
    diagnostics
        .warning("nothing-sent", document.locate(at).at_key(), format!("{what} has no operation, so nothing is sent"))
        .help("say which request is sent: `post:` with a `requestBody`");
}

/// The first expression in a URL that is none.
fn wrong_expression(url: &str) -> Option<&str> {
    let mut rest = url;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((expression, after)) = after.split_once('}') else { return Some(rest) };
        if !is_expression(expression) {
            return Some(expression);
        }
        rest = after;
    }
    None
}

/// Whether a text is a runtime expression, as OpenAPI calls them.
fn is_expression(text: &str) -> bool {
    if matches!(text, "$url" | "$method" | "$statusCode") {
        return true;
    }
    let Some(source) = text.strip_prefix("$request.").or_else(|| text.strip_prefix("$response.")) else { return false };
    let named =
        ["header.", "query.", "path."].iter().any(|place| source.len() > place.len() && source.starts_with(place));
    named || source == "body" || source == "body#" || source.starts_with("body#/")
}

/// The JSON of a body, each schema once.
fn json(body: &RequestBody) -> Vec<(&str, &MediaType)> {
    let mut all: Vec<(&str, &MediaType)> = Vec::new();
    for (name, media) in &body.content {
        if media::kind(name) == Kind::Json && !all.iter().any(|(_, other)| other.schema == media.schema) {
            all.push((name, media));
        }
    }
    all
}

/// What the type of a body without a name of its own is called after.
fn wanted(sent: &Sent<'_>, owner: Option<&Owner>, schemas: &Schemas<'_>) -> String {
    let mut name = sent.sender.name().to_owned();
    if !sent.first {
        name = format!("{name} {}", sent.http.as_str().to_ascii_lowercase());
    }
    match owner {
        // Many operations have an `onEvent`.
        Some(owner) if schemas.scope.is_taken(&names::type_name(&name)) => format!("{} {name}", owner.base),
        _ => name,
    }
}

/// The type of a body: a named one, so that it can be found.
fn body_type<'a>(node: Node<'a>, place: &Place, schemas: &mut Schemas<'a>, diagnostics: &mut Diagnostics) -> TypeId {
    let typed = schemas.lower(node, place, diagnostics);
    match typed.with_null() {
        Type::Named(id) => id,
        _ => schemas.alias(&typed, place),
    }
}

/// Says in the documentation of each type who sends it.
fn document_senders(deliveries: &[Delivery], schemas: &mut Schemas<'_>) {
    let mut senders: BTreeMap<TypeId, Vec<String>> = BTreeMap::new();
    for delivery in deliveries {
        let senders = senders.entry(delivery.ty).or_default();
        let sender = described(&delivery.sender);
        if !senders.contains(&sender) {
            senders.push(sender);
        }
    }
    for (id, senders) in senders {
        let Some(def) = schemas.types.get_mut(id.0) else { continue };
        let text = match senders.as_slice() {
            [only] => format!("Sent by {only}."),
            several => format!("Sent by:\n\n* {}", several.join("\n* ")),
        };
        if !def.doc.trim().is_empty() {
            def.doc.push_str("\n\n");
        }
        def.doc.push_str(&text);
    }
}

/// `the webhook order.changed`, for messages and documentation.
fn described(sender: &Sender) -> String {
    let code = |text: &str| format!("`{}`", text.replace('`', "'").split_whitespace().collect::<Vec<_>>().join(" "));
    match sender {
        Sender::Webhook { name } => format!("the webhook {}", code(name)),
        Sender::Callback { name, operation, url } => {
            format!("the callback {} of {} to {}", code(name), code(operation), code(url))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_of_urls() {
        let right = [
            "https://example.com/hook",
            "{$request.body#/callbackUrl}",
            "{$request.query.url}/data?of={$request.path.id}",
            "{$response.header.location}",
            "{$url}{$method}{$statusCode}{$request.body}",
        ];
        for url in right {
            assert_eq!(wrong_expression(url), None, "{url}");
        }
        let wrong = [
            ("{request.body#/url}", "request.body#/url"),
            ("{$request.body.url}", "$request.body.url"),
            ("{$url}/{$request.query.}", "$request.query."),
            ("https://{$url", "{$url"),
            ("{}", ""),
        ];
        for (url, expression) in wrong {
            let found = wrong_expression(url);
            assert!(found.is_some_and(|found| found.ends_with(expression)), "{url}: {found:?}");
        }
    }
}
