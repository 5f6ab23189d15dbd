//! Which schemas go into requests, which come out of responses, and which need a Rust type for each direction.
//!
//! A schema that goes both ways is one Rust type wherever that tells the truth. It does not where the directions
//! differ: a member that only responses have (`readOnly`), or one that a request can set to null and a response
//! merely lacks. Such a schema becomes two types, `Name` for responses and `NameParam` for requests.

use std::collections::{BTreeMap, BTreeSet};

use super::view::{Node, View};
use crate::normalize::Document;

/// Where values of a schema occur.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// In the body of a request.
    pub body: bool,
    /// In the body of a PATCH, where every optional member can be set to null.
    pub patch: bool,
    /// In a parameter.
    pub parameter: bool,
    pub response: bool,
    /// In the response to a request that failed.
    pub error: bool,
    /// In a request that the API sends: received like a response, but with what only requests have.
    pub delivery: bool,
}

impl Usage {
    const NONE: Self =
        Self { body: false, patch: false, parameter: false, response: false, error: false, delivery: false };
    pub(crate) const RESPONSE: Self = Self { response: true, ..Self::NONE };
    pub(crate) const ERROR: Self = Self { response: true, error: true, ..Self::NONE };
    pub(crate) const DELIVERY: Self = Self { response: true, delivery: true, ..Self::NONE };
    pub(crate) const PARAMETER: Self = Self { parameter: true, ..Self::NONE };

    pub(crate) fn body(patch: bool) -> Self {
        Self { body: true, patch, ..Self::NONE }
    }

    pub(crate) fn request(self) -> bool {
        self.body || self.parameter
    }

    /// The part of this usage that lies in requests.
    pub(crate) fn request_only(self) -> Self {
        Self { response: false, error: false, delivery: false, ..self }
    }

    /// The part of this usage that programs receive.
    pub(crate) fn received_only(self) -> Self {
        Self { delivery: self.delivery, ..Self::RESPONSE }
    }

    fn join(&mut self, other: Self) -> bool {
        let before = *self;
        self.body |= other.body;
        self.patch |= other.patch;
        self.parameter |= other.parameter;
        self.response |= other.response;
        self.error |= other.error;
        self.delivery |= other.delivery;
        *self != before
    }
}

/// Usage of every named schema, and the ones that need two types.
#[derive(Debug, Default)]
pub(crate) struct UsageMap {
    usage: BTreeMap<String, Usage>,
    split: BTreeSet<String>,
}

impl UsageMap {
    /// Marks all that `node` refers to.
    pub(crate) fn mark(&mut self, document: &Document, node: Node<'_>, usage: Usage) {
        let mut pending = node.references();
        while let Some(name) = pending.pop() {
            let Some((name, schema)) = document.named(name) else { continue };
            if self.usage.entry(name.to_owned()).or_default().join(usage) {
                pending.extend(Node::from(schema).references());
            }
        }
    }

    /// Decides which schemas need two types. Call it once everything is marked.
    pub(crate) fn decide(&mut self, document: &Document) {
        let both: BTreeSet<&str> = self
            .usage
            .iter()
            .filter(|(_, usage)| usage.response && usage.request())
            .map(|(name, _)| name.as_str())
            .collect();
        let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut pending = Vec::new();
        for name in &both {
            let Some(schema) = document.schema(name) else { continue };
            for (reference, _) in Node::from(schema).references().into_iter().filter_map(|name| document.named(name)) {
                users.entry(reference).or_default().push(name);
            }
            if differs(Node::from(schema), self.get(name), document) {
                pending.push(*name);
            }
        }
        let mut split = BTreeSet::new();
        while let Some(name) = pending.pop() {
            if split.insert(name.to_owned()) {
                pending.extend(users.get(name).into_iter().flatten());
            }
        }
        self.split = split;
    }

    pub(crate) fn get(&self, name: &str) -> Usage {
        self.usage.get(name).copied().unwrap_or_default()
    }

    pub(crate) fn is_split(&self, name: &str) -> bool {
        self.split.contains(name)
    }
}

/// Whether a request's type for this schema would be another one than a response's.
fn differs(root: Node<'_>, usage: Usage, document: &Document) -> bool {
    let mut pending = vec![root];
    while let Some(node) = pending.pop() {
        let Node::Schema(schema) = node else { continue };
        let view = View::of(schema);
        for (name, property) in view.properties() {
            let optional = !view.is_required(name);
            if property.is_read_only(document) || property.is_write_only(document) {
                return true;
            }
            // Where a request must hold null or a value, a response may lack the member all the same.
            if usage.body && (property.takes_null(document) || (optional && usage.patch)) {
                return true;
            }
        }
        pending.extend(node.children());
    }
    false
}
