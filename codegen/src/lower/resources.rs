//! The tree of resources: as sdk.yaml has it, or inferred from the paths.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use openapiv3::Tag;

use super::names;
use super::operations::Found;
use super::paging::Pagination;
use crate::config::ResourceConfig;
use crate::diagnostic::{Diagnostics, Location};
use crate::model::Http;
use crate::source::FileId;

/// A resource whose operations are known but not lowered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Planned {
    pub doc: Option<String>,
    /// Index of the operation by the method's name.
    pub methods: IndexMap<String, usize>,
    pub children: IndexMap<String, Planned>,
}

impl Planned {
    /// The first tags of the resource's operations; if it has none, of those below it.
    fn tags<'a>(&self, found: &[Found<'a>]) -> BTreeSet<Option<&'a str>> {
        if self.methods.is_empty() {
            return self.children.values().flat_map(|child| child.tags(found)).collect();
        }
        let operations = self.methods.values().filter_map(|index| found.get(*index));
        operations.map(|found| found.operation.tags.first().map(String::as_str)).collect()
    }
}

/// Places every operation in the tree; `tags` are those that the document describes.
pub(crate) fn plan(
    found: &[Found<'_>],
    left_out: &[Found<'_>],
    pagination: &Pagination,
    configured: &IndexMap<String, ResourceConfig>,
    tags: &[Tag],
    config_file: Option<FileId>,
    diagnostics: &mut Diagnostics,
) -> IndexMap<String, Planned> {
    let by_reference: BTreeMap<String, usize> =
        found.iter().enumerate().map(|(index, operation)| (operation.reference(), index)).collect();
    let left_out: BTreeSet<String> = left_out.iter().map(Found::reference).collect();
    let mut placed = BTreeSet::new();
    let mut tree = IndexMap::new();
    for (name, resource) in configured {
        let pointer = format!("/resources/{name}");
        let planned = configure(resource, &pointer, &by_reference, &left_out, &mut placed, config_file, diagnostics);
        tree.insert(names::snake_beside(name, names::CLIENT_METHODS), planned);
    }
    infer(found, pagination, &placed, &mut tree);
    let described: BTreeMap<&str, &str> =
        tags.iter().filter_map(|tag| Some((tag.name.as_str(), tag.description.as_deref()?.trim()))).collect();
    for resource in tree.values_mut() {
        describe(resource, None, found, &described);
    }
    tree
}

/// Gives a resource the description of the tag that all its operations have, unless the one above has it already.
fn describe(resource: &mut Planned, above: Option<&str>, found: &[Found<'_>], described: &BTreeMap<&str, &str>) {
    let mut tags = resource.tags(found);
    let tag = tags.pop_first().flatten().filter(|_| tags.is_empty());
    if tag != above && resource.doc.is_none() {
        let text = tag.and_then(|tag| described.get(tag)).filter(|text| !text.is_empty());
        resource.doc = text.map(ToString::to_string);
    }
    for child in resource.children.values_mut() {
        describe(child, tag, found, described);
    }
}

/// Places the operations that sdk.yaml names.
fn configure(
    resource: &ResourceConfig,
    pointer: &str,
    by_reference: &BTreeMap<String, usize>,
    left_out: &BTreeSet<String>,
    placed: &mut BTreeSet<usize>,
    config_file: Option<FileId>,
    diagnostics: &mut Diagnostics,
) -> Planned {
    let mut planned = Planned { doc: resource.doc.clone(), ..Planned::default() };
    for (name, reference) in &resource.methods {
        if left_out.contains(reference) {
            let place = config_file.map(|file| Location::value(file, format!("{pointer}/methods/{name}")));
            diagnostics
                .error("operation-left-out", place, format!("`{reference}` is left out by `include` or `exclude`"))
                .help("take the name away, or select the operation");
            continue;
        }
        let Some(index) = by_reference.get(reference.as_str()) else {
            let help = crate::diagnostic::nearest(reference, by_reference.keys().map(String::as_str)).map_or_else(
                || "write the HTTP method in small letters, a space, and the path as the document has it".to_owned(),
                |nearest| format!("did you mean `{nearest}`?"),
            );
            if let Some(file) = config_file {
                diagnostics
                    .error(
                        "unknown-operation",
                        Location::value(file, format!("{pointer}/methods/{name}")),
                        format!("no document has the operation `{reference}`"),
                    )
                    .help(help);
            }
            continue;
        };
        if !placed.insert(*index)
            && let Some(file) = config_file
        {
            diagnostics
                .error(
                    "operation-twice",
                    Location::value(file, format!("{pointer}/methods/{name}")),
                    format!("`{reference}` has another name already"),
                )
                .help("an operation is one method; take one of the names away");
            continue;
        }
        planned.methods.insert(names::snake_beside(name, names::HANDLE_METHODS), *index);
    }
    for (name, child) in &resource.resources {
        let pointer = format!("{pointer}/resources/{name}");
        let child = configure(child, &pointer, by_reference, left_out, placed, config_file, diagnostics);
        planned.children.insert(names::snake_beside(name, names::HANDLE_METHODS), child);
    }
    planned
}

/// Places what is left by path: words are resources, values are arguments, the HTTP method says which method.
///
/// A last word that says what is done is a method, and so is one that leads to a single GET.
fn infer(found: &[Found<'_>], pagination: &Pagination, placed: &BTreeSet<usize>, tree: &mut IndexMap<String, Planned>) {
    let all = Uses::of(found.iter());
    let things = Uses::of(found.iter().filter(|operation| !all.is_action(operation)));
    for (index, operation) in found.iter().enumerate() {
        if placed.contains(&index) {
            continue;
        }
        let mut words = words(operation.path);
        let ends_with_value = operation.path.trim_end_matches('/').ends_with('}');
        let lists = pagination.lists(index);
        let own_name = if all.is_action(operation) {
            words.pop().map(names::snake)
        } else if operation.http == Http::Get
            && !ends_with_value
            && words.len() > 1
            && things.below(&words) == 1
            && !all.lead_on(&words)
        {
            let last = words.pop().unwrap_or_default();
            Some(if is_query(last) {
                names::snake(last)
            } else if lists {
                format!("list_{}", names::snake(last))
            } else {
                format!("retrieve_{}", names::snake(last))
            })
        } else {
            None
        };
        let name = match (own_name, operation.http, ends_with_value) {
            (Some(name), ..) => name,
            (None, Http::Get, _) if lists => "list".to_owned(),
            (None, Http::Get, _) => "retrieve".to_owned(),
            (None, Http::Post, _) => "create".to_owned(),
            (None, Http::Put, _) if has_patch(found, operation) => "replace".to_owned(),
            (None, Http::Put | Http::Patch, _) => "update".to_owned(),
            (None, Http::Delete, _) => "delete".to_owned(),
            (None, Http::Head, _) => "head".to_owned(),
            (None, Http::Options, _) => "options".to_owned(),
            (None, Http::Trace, _) => "trace".to_owned(),
        };
        if words.is_empty() {
            words.push("root");
        }
        let mut node: Option<&mut Planned> = None;
        for word in words {
            node = Some(match node {
                None => tree.entry(names::snake_beside(word, names::CLIENT_METHODS)).or_default(),
                Some(parent) => {
                    let name = names::snake_beside(word, names::HANDLE_METHODS);
                    let name = if parent.methods.contains_key(&name) { format!("{name}_resource") } else { name };
                    parent.children.entry(name).or_default()
                }
            });
        }
        if let Some(resource) = node {
            let taken =
                |candidate: &str| resource.methods.contains_key(candidate) || resource.children.contains_key(candidate);
            let fallback = operation.operation.operation_id.as_deref().map(names::snake);
            let name = names::snake_beside(&name, names::HANDLE_METHODS);
            let mut candidate = name.clone();
            if taken(&candidate)
                && let Some(fallback) = fallback
            {
                candidate = names::snake_beside(&fallback, names::HANDLE_METHODS);
            }
            let mut number = 2;
            while taken(&candidate) {
                candidate = format!("{name}_{number}");
                number += 1;
            }
            resource.methods.insert(candidate, index);
        }
    }
}

/// How many operations there are by the words of their paths.
struct Uses<'a> {
    /// Those with these words and those with further ones.
    below: BTreeMap<Vec<&'a str>, usize>,
    /// Those with just these words.
    here: BTreeMap<Vec<&'a str>, usize>,
    paths: BTreeMap<&'a str, usize>,
}

impl<'a> Uses<'a> {
    fn of<'f>(found: impl Iterator<Item = &'f Found<'a>>) -> Self
    where
        'a: 'f,
    {
        let mut uses = Self { below: BTreeMap::new(), here: BTreeMap::new(), paths: BTreeMap::new() };
        for operation in found {
            let words = words(operation.path);
            for length in 1..=words.len() {
                *uses.below.entry(words.get(..length).unwrap_or_default().to_vec()).or_default() += 1;
            }
            *uses.here.entry(words).or_default() += 1;
            *uses.paths.entry(operation.path).or_default() += 1;
        }
        uses
    }

    fn below(&self, words: &[&'a str]) -> usize {
        self.below.get(words).copied().unwrap_or_default()
    }

    /// Whether there are operations with these words and further ones.
    fn lead_on(&self, words: &[&'a str]) -> bool {
        self.below(words) > self.here.get(words).copied().unwrap_or_default()
    }

    /// Whether the last word of the path says what is done: `/orders/{id}/cancel`, `/codes/send`.
    fn is_action(&self, operation: &Found<'a>) -> bool {
        let words = words(operation.path);
        let [.., before, last] = words.as_slice() else { return false };
        if operation.path.trim_end_matches('/').ends_with('}') || matches!(operation.http, Http::Get | Http::Head) {
            return false;
        }
        if *before == "actions" {
            return true;
        }
        let has_siblings = self.paths.get(operation.path).is_some_and(|count| *count > 1);
        operation.http == Http::Post
            && !self.lead_on(&words)
            && !has_siblings
            && (self.below(&words) == 1 && value_before_last_word(operation.path) || starts_with_verb(last))
    }
}

fn starts_with_verb(word: &str) -> bool {
    names::snake(word).split('_').next().is_some_and(crate::words::is_verb)
}

/// Whether the last word of a GET says what is asked: `/orders/search`, `/orders/getLatest`. A verb alone may as well
/// be the name of a thing.
fn is_query(word: &str) -> bool {
    let name = names::snake(word);
    ["check", "download", "export", "find", "preview", "query", "search", "validate", "verify"].contains(&name.as_str())
        || (name.contains('_') && starts_with_verb(word))
}

/// The words of a path: no values, no version.
fn words(path: &str) -> Vec<&str> {
    path.split('/')
        .filter(|segment| !segment.is_empty() && !segment.contains('{'))
        .filter(|segment| {
            !(segment.starts_with('v') && segment.len() > 1 && segment.chars().skip(1).all(|c| c.is_ascii_digit()))
        })
        .collect()
}

/// Whether the last word follows a value: `/orders/{id}/cancel`.
fn value_before_last_word(path: &str) -> bool {
    let mut segments = path.rsplit('/').filter(|segment| !segment.is_empty());
    segments.next();
    segments.next().is_some_and(|segment| segment.contains('{'))
}

fn has_patch(found: &[Found<'_>], operation: &Found<'_>) -> bool {
    found.iter().any(|other| other.http == Http::Patch && other.path == operation.path)
}
