//! What is answered to a request that keeps to the documents.

#[path = "../../../telnyx-porting/examples/support/pdf.rs"]
mod pdf;

use std::hash::{DefaultHasher, Hash, Hasher};

use codegen::model::{Paging, PagingKind};
use codegen::pointer;
use serde_json::{Map, Value, json};

use crate::check::{Accepted, accepts};
use crate::contract::{Checked, Contract, Operation, Part, essence, is_json};
use crate::one_line;
use crate::sample::{Sampler, uuid};
use crate::schema::faults;
use crate::store::entity;

/// How often a random value is tried again before an example is taken.
const TRIES: u64 = 20;
/// What a page holds unless the caller says otherwise.
const PAGE_SIZE: usize = 20;

/// The media type and the bytes of an answer.
pub(crate) type Content = (String, Vec<u8>);

/// Makes the values of answers.
pub(crate) struct Answers<'a> {
    pub contract: &'a Contract,
    /// Decides what is random; without it values are examples.
    pub seed: Option<u64>,
    /// How many items there are in a list.
    pub items: usize,
}

impl Answers<'_> {
    /// The whole JSON of an answer that keeps nothing in mind.
    pub(crate) fn json(&self, accepted: &Accepted<'_>, schema: &Checked) -> Value {
        let key = format!("{} {:?} {:?}", accepted.operation.id, accepted.captured, accepted.query);
        let mut whole = self.value(schema, &key, about(accepted.operation));
        self.tell_kind(accepted.operation, &mut whole);
        if let Some(paging) = &accepted.operation.paging {
            let items: Vec<Value> = (0..self.items)
                .map(|index| self.item(accepted.operation, schema, &format!("{:?}", accepted.captured), index))
                .collect();
            self.page(&mut whole, schema, paging, accepted, &items);
        }
        whole
    }

    /// The last word of a path may be what a member says of the thing: `/jobs/delete_numbers` makes a job of the type
    /// `delete_numbers`.
    fn tell_kind(&self, operation: &Operation, whole: &mut Value) {
        let Some((schema, false)) = entity(operation, &self.contract.responses) else { return };
        let Some([Part::Literal(word)]) = operation.segments.last().map(Vec::as_slice) else { return };
        let place = about(operation).filter(|name| !name.is_empty()).map(pointer::member).unwrap_or_default();
        let Some(members) = whole.pointer_mut(&place).and_then(Value::as_object_mut) else { return };
        for (name, value) in members.iter_mut().filter(|(_, value)| value.is_string()) {
            let mut is_kind = false;
            if let Some(property) = self.contract.responses.property(schema, name) {
                self.contract.responses.each_part(property, &mut |part| {
                    is_kind |=
                        part.get("enum").and_then(Value::as_array).is_some_and(|known| known.contains(&json!(word)));
                });
            }
            if is_kind {
                *value = json!(word);
            }
        }
    }

    /// Makes an answer hold one page of the items.
    pub(crate) fn page(
        &self,
        whole: &mut Value,
        schema: &Checked,
        paging: &Paging,
        accepted: &Accepted<'_>,
        items: &[Value],
    ) {
        // Who tells a position tells all that stands beside it.
        let around = position(paging).and_then(|at| pointer::segments(at).next());
        if let Some(name) = around
            && whole.get(&*name).is_none()
            && let Some(property) = self.contract.responses.property(&schema.schema, &name)
        {
            let beside =
                self.value(&Checked::new(property.clone()), &format!("{} {name}", accepted.operation.id), None);
            put(whole, &pointer::member(&name), beside);
        }
        page(whole, paging, accepted, items);
    }

    /// What an answer that is not JSON holds, where the document tells.
    pub(crate) fn text(&self, accepted: &Accepted<'_>, media_type: &str, schema: &Checked) -> Option<String> {
        let has_example = self.contract.responses.resolve(&schema.schema).get("example").is_some();
        let key = format!("{} {:?} {:?}", accepted.operation.id, accepted.captured, accepted.query);
        match essence(media_type).as_str() {
            "text/event-stream" => {
                let events = (0..self.items).map(|index| event(self.value(schema, &format!("{key} {index}"), None)));
                (schema.schema != Value::Bool(true)).then(|| events.collect())
            }
            "text/plain" if schema.schema != Value::Bool(true) => Some(text(&self.value(schema, &key, None))),
            _ if has_example => Some(text(&self.value(schema, &key, None))),
            _ => None,
        }
    }

    /// Whether an answer of any media type is JSON: there is no other way to write what the schema says.
    pub(crate) fn is_json(&self, schema: &Checked) -> bool {
        let schemas = &self.contract.responses;
        schema.schema != Value::Bool(true) && !schemas.allows(&schema.schema, "string")
    }

    /// The headers that the document gives to an answer, and what does not fit about them.
    pub(crate) fn headers(&self, accepted: &Accepted<'_>) -> (Vec<(String, String)>, Vec<String>) {
        let operation = accepted.operation;
        let is_linked = matches!(operation.paging, Some(Paging { kind: PagingKind::LinkHeader { .. }, .. }));
        let (mut headers, mut misfits) = (Vec::new(), Vec::new());
        for (name, schema) in &operation.success.headers {
            // A link to the next page would never come to an end.
            if is_linked && name.eq_ignore_ascii_case("link") {
                continue;
            }
            let value = self.value(schema, &format!("{} {:?} {name}", operation.id, accepted.captured), None);
            misfits.extend(self.misfits(schema, &value).into_iter().map(|misfit| format!("header `{name}`{misfit}")));
            let parts = match &value {
                Value::Array(items) => items.iter().map(text).collect(),
                Value::Object(members) => {
                    members.iter().flat_map(|(name, value)| [name.clone(), text(value)]).collect()
                }
                one => vec![text(one)],
            };
            headers.push((name.clone(), one_line(&parts.join(","))));
        }
        (headers, misfits)
    }

    /// The item of this number of a list.
    pub(crate) fn item(&self, operation: &Operation, schema: &Checked, key: &str, index: usize) -> Value {
        let name = about(operation).unwrap_or_default();
        let list = pointer::member(name);
        let mut whole = self.value(schema, &format!("{} {key} {index}", operation.id), Some(name));
        let mut item = whole.pointer_mut(&list).and_then(|items| items.get_mut(0)).map_or(Value::Null, Value::take);
        if item.is_null()
            && let Some((items, true)) = entity(operation, &self.contract.responses)
        {
            // At random a list may be empty, and not every example shows what is in it.
            item = self.value(&Checked::new(items.clone()), &format!("{} {key} {index}", operation.id), None);
        }
        number(&mut item, "/id", index);
        if let Some(Paging { kind: PagingKind::LastItem { id, .. }, .. }) = &operation.paging
            && id != "/id"
        {
            // Without it there is no next page to ask for.
            if item.pointer(id).is_none() {
                put(&mut item, id, json!("string"));
            }
            number(&mut item, id, index);
        }
        item
    }

    /// A value that fits the schema, and has the member `kept`.
    pub(crate) fn value(&self, schema: &Checked, key: &str, kept: Option<&str>) -> Value {
        let schemas = &self.contract.responses;
        let fits = |value: &Value| schema.validator(schemas).is_ok_and(|validator| validator.is_valid(value));
        let example = || {
            let composed = Sampler::examples(schemas).value(&schema.schema);
            if fits(&composed) { Some(composed) } else { None }
        };
        let random = |seed: u64| {
            let tries = (0..TRIES).map(|turn| {
                let mut hasher = DefaultHasher::new();
                (seed, turn, key).hash(&mut hasher);
                Sampler::random(schemas, hasher.finish(), kept).value(&schema.schema)
            });
            tries.into_iter().find(fits)
        };
        let made = match self.seed {
            Some(seed) => random(seed).or_else(example),
            None => example().or_else(|| random(0)),
        };
        // What fits nothing is shown as far as it goes; the server says so.
        made.unwrap_or_else(|| Sampler::examples(schemas).value(&schema.schema))
    }

    /// What does not fit about an answer: it is the fault of the documents or ours, never the caller's.
    pub(crate) fn misfits(&self, schema: &Checked, value: &Value) -> Vec<String> {
        match schema.validator(&self.contract.responses) {
            Ok(validator) => faults(validator, value)
                .into_iter()
                .map(|fault| format!("{} {}", fault.pointer, fault.detail))
                .collect(),
            Err(reason) => vec![format!("the document's schema is wrong: {reason}")],
        }
    }
}

/// The media type in which to answer: the one that the caller likes best and the document has.
pub(crate) fn media_type<'a>(accepted: &Accepted<'a>) -> Option<&'a (String, Checked)> {
    let content = &accepted.operation.success.content;
    let wanted = accepted.accept.as_deref().unwrap_or("*/*");
    let mut wished = wanted.split(',').map(|one| one.split(';').next().unwrap_or_default().trim());
    let found = wished
        .find_map(|wish| content.iter().find(|(media_type, _)| accepts(wish, media_type) || accepts(media_type, wish)));
    found.or(content.first())
}

/// The member of an operation's answer that it is about.
fn about(operation: &Operation) -> Option<&str> {
    let items = operation.paging.as_ref().map(|paging| paging.items.as_str());
    items.or(operation.success.envelope.as_deref())
}

/// A file of this media type with something in it.
pub(crate) fn file(media_type: &str, title: &str) -> Content {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let bytes = match essence {
        "application/pdf" => pdf(title),
        "text/csv" => b"name,value\r\nexample,1\r\n".to_vec(),
        text if text.starts_with("text/") => format!("{title}\n").into_bytes(),
        _ => title.as_bytes().to_vec(),
    };
    let media_type = if is_json(media_type) || essence.contains('*') { "application/octet-stream" } else { media_type };
    (media_type.to_owned(), bytes)
}

/// Makes an answer hold one page of the items.
fn page(whole: &mut Value, paging: &Paging, accepted: &Accepted<'_>, items: &[Value]) {
    let asked = |pair: &str| {
        let mut keys = pair.split(['[', ']']).filter(|key| !key.is_empty());
        let first = accepted.query.get(pair).or_else(|| accepted.query.get(keys.next()?));
        let value = keys.try_fold(first?, |value, key| value.get(key));
        // A pair of its own name is found whole.
        value.or(accepted.query.get(pair))
    };
    let asked_number = |pair: &str| {
        let value = asked(pair)?;
        usize::try_from(value.as_u64().or_else(|| value.as_str()?.parse().ok())?).ok()
    };
    let size = paging.size.as_deref().and_then(asked_number).filter(|size| *size > 0).unwrap_or(PAGE_SIZE);
    let number = paging.kind.param().and_then(asked_number);
    let skipped = match &paging.kind {
        PagingKind::PageNumber { .. } => number.unwrap_or(1).saturating_sub(1).saturating_mul(size),
        // A cursor is opaque to the caller; here it is the number of items before the page.
        PagingKind::Offset { .. } | PagingKind::Cursor { .. } => number.unwrap_or_default(),
        PagingKind::LastItem { param, id, .. } => {
            let is_it = |after: &Value, item: &Value| item.pointer(id).is_some_and(|id| text(id) == text(after));
            let last = asked(param).and_then(|after| items.iter().position(|item| is_it(after, item)));
            last.map_or(0, |last| last + 1)
        }
        PagingKind::Link { .. } | PagingKind::LinkHeader { .. } => 0,
    };
    // No parameter of the documents would lead a link further.
    let is_linked = matches!(paging.kind, PagingKind::Link { .. } | PagingKind::LinkHeader { .. });
    let size = if is_linked { items.len().max(1) } else { size };
    let shown: Vec<Value> = items.iter().skip(skipped).take(size).cloned().collect();
    put(whole, &pointer::member(&paging.items), json!(shown));
    let after = Some(skipped.saturating_add(size)).filter(|after| *after < items.len());
    let mut tell = |at: &Option<String>, value: Value| {
        if let Some(at) = at {
            put(whole, at, value);
        }
    };
    let position = match &paging.kind {
        PagingKind::PageNumber { current, total, .. } => {
            tell(current, json!(number.filter(|number| *number > 0).unwrap_or(1)));
            tell(total, json!(items.len().div_ceil(size)));
            current.as_ref()
        }
        PagingKind::Offset { total, .. } => {
            tell(total, json!(items.len()));
            total.as_ref()
        }
        PagingKind::Cursor { next, more, .. } => {
            tell(more, json!(after.is_some()));
            let is_number = whole.pointer(next).is_some_and(Value::is_number);
            let text = || json!(after.map(|after| after.to_string()).unwrap_or_default());
            put(whole, next, if is_number { json!(after) } else { text() });
            Some(next)
        }
        PagingKind::LastItem { more, .. } => {
            tell(more, json!(after.is_some()));
            more.as_ref()
        }
        PagingKind::Link { next } => {
            take_away(whole, next);
            Some(next)
        }
        PagingKind::LinkHeader { .. } => None,
    };
    // What else is usually told beside the position, where the answer has it.
    let around = position.and_then(|position| position.rsplit_once('/')).map_or("", |(around, _)| around);
    for (name, value) in [("page_size", size), ("total_results", items.len())] {
        let at = pointer::join(around, name);
        if whole.pointer(&at).is_some() {
            put(whole, &at, json!(value));
        }
    }
}

/// Where an answer tells which page it is, or whether there are more.
fn position(paging: &Paging) -> Option<&str> {
    match &paging.kind {
        PagingKind::PageNumber { current, total, .. } => current.as_deref().or(total.as_deref()),
        PagingKind::Offset { total, .. } => total.as_deref(),
        PagingKind::Cursor { next, .. } => Some(next),
        PagingKind::LastItem { more, .. } => more.as_deref(),
        PagingKind::Link { .. } | PagingKind::LinkHeader { .. } => None,
    }
}

/// Sets what a pointer leads to, and the objects on the way.
pub(crate) fn put(whole: &mut Value, at: &str, value: Value) {
    let mut slot = whole;
    for segment in pointer::segments(at) {
        if !slot.is_object() {
            *slot = Value::Object(Map::new());
        }
        let Value::Object(members) = slot else { return };
        slot = members.entry(segment.into_owned()).or_insert(Value::Null);
    }
    *slot = value;
}

/// Takes away the member that a pointer leads to, if it is there.
fn take_away(whole: &mut Value, at: &str) {
    let Some((parent, member)) = pointer::split_last(at) else { return };
    if let Some(Value::Object(members)) = whole.pointer_mut(parent) {
        members.shift_remove(&*pointer::unescape(member));
    }
}

/// A text or a number as it stands in a query.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// One event, or all of a stream where that is what the schema describes.
fn event(value: Value) -> String {
    match value {
        // An example may show the stream as it is.
        Value::String(text) if text.starts_with("data:") || text.starts_with("event:") => text,
        Value::Array(items) => items.into_iter().map(event).collect(),
        Value::Object(whole) if whole.contains_key("data") && FIELDS.iter().any(|name| whole.contains_key(*name)) => {
            let fields = FIELDS.iter().chain(&["data"]);
            let lines = fields.filter_map(|name| Some(format!("{name}: {}\n", text(whole.get(*name)?))));
            lines.chain(["\n".to_owned()]).collect()
        }
        value => format!("data: {}\n\n", text(&value)),
    }
}

/// What events have beside their data.
const FIELDS: [&str; 3] = ["event", "id", "retry"];

/// Tells the items of a list apart by what a pointer leads to.
pub(crate) fn number(item: &mut Value, at: &str, index: usize) {
    let id = match item.pointer_mut(at) {
        _ if index == 0 => return,
        Some(Value::String(id)) => id,
        Some(other) => {
            if let Some(first) = other.as_u64() {
                *other = json!(first.saturating_add(index as u64));
            }
            return;
        }
        None => return,
    };
    let is_uuid = id.len() == 36 && id.split('-').count() == 5;
    if is_uuid {
        let mut hasher = DefaultHasher::new();
        (id.as_str(), index).hash(&mut hasher);
        *id = uuid(u128::from(hasher.finish()) << 64 | index as u128);
    } else if let Some((head, _)) = id.char_indices().nth(id.chars().count().saturating_sub(index.to_string().len()))
        && id.bytes().all(|byte| byte.is_ascii_digit())
    {
        // Numbers of fixed length stay so.
        *id = format!("{}{index}", id.get(..head).unwrap_or_default());
    } else {
        id.push_str(&format!("-{index}"));
    }
}

/// A PDF of one page with one line of text, without the characters that would end it.
fn pdf(title: &str) -> Vec<u8> {
    let line: String = title.chars().filter(|c| c.is_ascii_alphanumeric() || " .-_/".contains(*c)).collect();
    pdf::pdf(&line)
}
