//! The members of an object, whichever compositions they come from.

use std::collections::{BTreeSet, HashMap, HashSet};

use indexmap::IndexMap;
use openapiv3::{AdditionalProperties, Schema};

use super::view::{FARTHEST, Node, View};
use crate::normalize::Document;
use crate::pointer;

/// The members of an object, whichever compositions they come from.
#[derive(Default)]
pub(super) struct Members<'a> {
    pub all: IndexMap<&'a str, (Node<'a>, String)>,
    pub required: BTreeSet<&'a str>,
    /// The schema of further members with its place, if there may be such.
    pub additional: Option<(Option<Node<'a>>, String)>,
    /// Whether there must be no further members.
    pub is_closed: bool,
    /// Whether some schema says that there are values other than objects.
    is_other: bool,
    /// Whether some schema is one of objects.
    is_object: bool,
}

impl<'a> Members<'a> {
    pub(super) fn of(node: Node<'a>, pointer: &str, document: &'a Document) -> Self {
        let mut gathering =
            Gathering { document, members: Self::default(), seen: HashSet::new(), requirements: Vec::new() };
        let first = gathering.visit(node, pointer, 0);
        let required = first.and_then(|first| gathering.required().remove(&first)).unwrap_or_default();
        Self { required, ..gathering.members }
    }

    /// Whether what is described is no object at all.
    pub(super) fn are_none(&self) -> bool {
        self.all.is_empty() && self.additional.is_none() && self.is_other && !self.is_object
    }
}

/// A walk through the compositions of a form, to each schema once, however many of them name it.
struct Gathering<'a> {
    document: &'a Document,
    members: Members<'a>,
    seen: HashSet<*const Schema>,
    /// What each schema requires; what it is composed of stands before it, unless that leads back to it.
    requirements: Vec<(*const Schema, Requirements<'a>)>,
}

impl<'a> Gathering<'a> {
    fn visit(&mut self, node: Node<'a>, pointer: &str, depth: usize) -> Option<*const Schema> {
        let (name, schema) = node.named(self.document).filter(|_| depth < FARTHEST)?;
        let id = std::ptr::from_ref(schema);
        if !self.seen.insert(id) {
            return Some(id);
        }
        let pointer = name.map_or_else(|| pointer.to_owned(), |name| pointer::component("schemas", name));
        let view = View::of(schema);
        for (name, property) in view.properties() {
            let below = || (property, pointer::join(&format!("{pointer}/properties"), name));
            self.members.all.entry(name).or_insert_with(below);
        }
        self.members.is_object |= view.kind == Some("object");
        self.members.is_other |= view.kind.is_some_and(|kind| kind != "object") || !view.values.is_empty();
        self.members.is_closed |= matches!(view.additional, Some(AdditionalProperties::Any(false)));
        let additional = match view.additional {
            Some(AdditionalProperties::Schema(schema)) => Some(Some(Node::from(schema.as_ref()))),
            Some(AdditionalProperties::Any(true)) => Some(None),
            Some(AdditionalProperties::Any(false)) | None => None,
        };
        if let (None, Some(additional)) = (&self.members.additional, additional) {
            self.members.additional = Some((additional, format!("{pointer}/additionalProperties")));
        }
        let [all_of, one_of, any_of] =
            [("allOf", view.all_of), ("oneOf", view.one_of), ("anyOf", view.any_of)].map(|(keyword, schemas)| {
                let places = schemas.iter().enumerate().map(|(index, schema)| (index, Node::from(schema)));
                places
                    .map(|(index, node)| self.visit(node, &format!("{pointer}/{keyword}/{index}"), depth + 1))
                    .collect()
            });
        self.requirements.push((id, Requirements { own: view.required, all_of, choices: [one_of, any_of] }));
        Some(id)
    }

    /// What each schema requires in the end: as often as schemas that lead to each other need to learn it.
    fn required(&self) -> HashMap<*const Schema, BTreeSet<&'a str>> {
        let mut known: HashMap<_, BTreeSet<_>> = HashMap::new();
        let mut is_done = false;
        while !is_done {
            is_done = true;
            for (id, requirements) in &self.requirements {
                let required = requirements.within(&known);
                // They only become more.
                if required.len() > known.get(id).map_or(0, BTreeSet::len) {
                    known.insert(*id, required);
                    is_done = false;
                }
            }
        }
        known
    }
}

/// What a schema requires, by itself and by what it is composed of, as far as that can be found.
struct Requirements<'a> {
    own: &'a [String],
    all_of: Vec<Option<*const Schema>>,
    /// What stands in `oneOf`, and in `anyOf`.
    choices: [Vec<Option<*const Schema>>; 2],
}

impl<'a> Requirements<'a> {
    fn within(&self, known: &HashMap<*const Schema, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
        let of = |id: &Option<*const Schema>| id.and_then(|id| known.get(&id));
        let mut required: BTreeSet<&str> = self.own.iter().map(String::as_str).collect();
        required.extend(self.all_of.iter().filter_map(of).flatten());
        // A form is one of several: what all of them require is required.
        for choices in &self.choices {
            let mut choices = choices.iter().map(of);
            let Some(Some(first)) = choices.next() else { continue };
            let mut common = first.clone();
            for choice in choices {
                common.retain(|name| choice.is_some_and(|choice| choice.contains(name)));
            }
            required.extend(common);
        }
        required
    }
}
