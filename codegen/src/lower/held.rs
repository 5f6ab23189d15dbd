//! What the part of a form holds by its schema: a value, files, or either.

use std::collections::{HashMap, HashSet};

use openapiv3::{Encoding, Schema};

use super::media::{self, Kind};
use super::schemas::{Place, Schemas};
use super::view::{FARTHEST, Node, View};
use crate::diagnostic::Diagnostics;
use crate::model::{PartKind, Type};
use crate::normalize::Document;

/// What a part holds by its schema: a value, files, or files in whose place there may be values.
pub(super) struct Held<'a> {
    pub kind: PartKind,
    /// The schemas of the values in place of files, with their places.
    pub values: Vec<(Node<'a>, String)>,
    /// What the schemas of the files say of their content.
    pub media_types: Vec<&'a str>,
}

impl<'a> Held<'a> {
    pub(super) fn of(node: Node<'a>, pointer: &str, encoding: Option<&Encoding>, document: &'a Document) -> Self {
        let mut held = Self { kind: PartKind::Value, values: Vec::new(), media_types: Vec::new() };
        let mut alternatives =
            Alternatives { document, encoding, all: HashMap::new(), above: HashMap::new(), files: HashSet::new() };
        if let Some(first) = alternatives.visit(node, pointer, 0) {
            alternatives.find_files();
            alternatives.collect(first, &mut held, &mut HashSet::new());
        }
        held
    }

    /// The type of the values in place of files.
    pub(super) fn value(
        &self,
        wire: &str,
        place: &Place,
        schemas: &mut Schemas<'a>,
        diagnostics: &mut Diagnostics,
    ) -> Type {
        let document = schemas.document;
        if let [(node, pointer)] = self.values.as_slice() {
            let place = Place::new(pointer.clone(), format!("{} Value", place.name), place.usage);
            return schemas.lower(*node, &place, diagnostics).ty;
        }
        let is_text = |node: &Node<'_>| node.view(document).is_some_and(|view| view.kind == Some("string"));
        if self.values.iter().all(|(node, _)| is_text(node)) {
            return Type::String;
        }
        let file = if wire.is_empty() { "files of other names".to_owned() } else { format!("the file `{wire}`") };
        let message = format!("the values that may stand in place of {file} get no type in common");
        diagnostics
            .warning("untyped-part", document.locate(&place.pointer), message)
            .help("describe them as one schema beside that of the file");
        Type::Any
    }
}

/// The schemas of which one has to fit a part, and those of their items: each once, however many ways lead there.
struct Alternatives<'a, 'e> {
    document: &'a Document,
    encoding: Option<&'e Encoding>,
    all: HashMap<*const Schema, Alternative<'a>>,
    /// Those that each is directly below.
    above: HashMap<*const Schema, Vec<*const Schema>>,
    /// Those that are files, or that have one below them.
    files: HashSet<*const Schema>,
}

/// What is directly below a schema, with its places.
#[derive(Default)]
struct Alternative<'a> {
    is_array: bool,
    /// What it says of its content.
    media_type: Option<&'a str>,
    below: Vec<(*const Schema, Node<'a>, String)>,
}

impl<'a> Alternatives<'a, '_> {
    fn visit(&mut self, node: Node<'a>, pointer: &str, depth: usize) -> Option<*const Schema> {
        // What is said beside a schema makes no other value of it.
        let (schema, pointer) = node.resolve_at(pointer, self.document).filter(|_| depth < FARTHEST)?;
        let id = std::ptr::from_ref(schema);
        if self.all.contains_key(&id) {
            return Some(id);
        }
        let media_type = content_media_type(Node::Schema(schema), self.document);
        self.all.insert(id, Alternative { media_type, ..Alternative::default() });
        if is_file(Node::Schema(schema), self.encoding, self.document) {
            self.files.insert(id);
            return Some(id);
        }
        let view = View::of(schema);
        let (keyword, alternatives) = view.alternatives();
        let alternatives = alternatives.iter().map(Node::from).enumerate();
        let below: Vec<(Node<'a>, String)> = match view.items {
            Some(item) => vec![(item, format!("{pointer}/items"))],
            None => alternatives.map(|(index, node)| (node, format!("{pointer}/{keyword}/{index}"))).collect(),
        };
        let mut alternative = Alternative { is_array: view.items.is_some(), ..Alternative::default() };
        for (node, pointer) in below {
            if node.view(self.document).is_some_and(|view| view.is_null()) {
                continue;
            }
            let Some(other) = self.visit(node, &pointer, depth + 1) else { continue };
            self.above.entry(other).or_default().push(id);
            alternative.below.push((other, node, pointer));
        }
        self.all.insert(id, alternative);
        Some(id)
    }

    /// Goes from files to what they are below.
    fn find_files(&mut self) {
        let mut pending: Vec<*const Schema> = self.files.iter().copied().collect();
        while let Some(file) = pending.pop() {
            for above in self.above.remove(&file).unwrap_or_default() {
                if self.files.insert(above) {
                    pending.push(above);
                }
            }
        }
    }

    /// Gathers the values that stand in place of files. What is nowhere a file is one value, whatever is below it.
    fn collect(&self, id: *const Schema, held: &mut Held<'a>, seen: &mut HashSet<*const Schema>) {
        let Some(alternative) = self.all.get(&id).filter(|_| self.files.contains(&id) && seen.insert(id)) else {
            return;
        };
        match held.kind {
            _ if alternative.is_array => held.kind = PartKind::Files,
            PartKind::Value => held.kind = PartKind::File,
            PartKind::File | PartKind::Files => {}
        }
        if let Some(media_type) = alternative.media_type.filter(|media_type| !held.media_types.contains(media_type)) {
            held.media_types.push(media_type);
        }
        for (other, node, pointer) in &alternative.below {
            if self.files.contains(other) {
                self.collect(*other, held, seen);
            } else if seen.insert(*other) {
                held.values.push((*node, pointer.clone()));
            }
        }
    }
}

/// How much of a value there is to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A text, a number, a flag.
    Plain,
    /// The schema does not say.
    Free,
    /// An object, or something with objects in it.
    Structured,
}

impl Shape {
    /// The shape of a part: an array is a part for each of its items.
    pub(super) fn of_part(node: Node<'_>, document: &Document) -> Self {
        Self::of(items(node, document).unwrap_or(node), document, &mut HashSet::new())
    }

    /// `seen` are the schemas that have been looked at.
    fn of(node: Node<'_>, document: &Document, seen: &mut HashSet<*const Schema>) -> Self {
        let is_new = |schema: &&Schema| seen.len() <= FARTHEST && seen.insert(std::ptr::from_ref(*schema));
        let schema = node.resolve(document).filter(is_new);
        let Some(view) = schema.map(View::of) else { return Self::Plain };
        if view.is_free() {
            return Self::Free;
        }
        let mut below = view.all_of.iter().chain(view.one_of).chain(view.any_of).map(Node::from).chain(view.items);
        let is_structured = view.kind == Some("object")
            || view.has_properties()
            || view.additional.is_some()
            || below.any(|node| Self::of(node, document, seen) == Self::Structured);
        if is_structured { Self::Structured } else { Self::Plain }
    }
}

/// Whether a part is a file: by its schema, or by a media type that no text has.
fn is_file(node: Node<'_>, encoding: Option<&Encoding>, document: &Document) -> bool {
    if node.is_file(document) {
        return true;
    }
    let Some(view) = node.resolve(document).map(View::of) else { return false };
    let is_file_type = |encoding: &Encoding| {
        let media_types = encoding.content_type.as_deref().unwrap_or("text/plain");
        media_types.split(',').all(|media_type| media::kind(media_type) == Kind::Bytes)
    };
    let may_be = view.is_free() || view.kind == Some("string") && view.format.is_none() && view.values.is_empty();
    may_be && encoding.is_some_and(is_file_type)
}

/// What a schema says of the content of a text.
pub(super) fn content_media_type<'a>(node: Node<'a>, document: &'a Document) -> Option<&'a str> {
    node.resolve(document)?.schema_data.extensions.get("x-contentMediaType")?.as_str()
}

/// The items of an array.
pub(super) fn items<'a>(node: Node<'a>, document: &'a Document) -> Option<Node<'a>> {
    View::of(node.resolve(document)?).items
}
