//! Corrections that `sdk.yaml` makes to documents which others write.

use std::collections::HashMap;
use std::mem;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::member_of;
use crate::diagnostic::{Diagnostics, Location, nearest};
use crate::pointer;
use crate::source::{FileId, Sources};

/// One correction of a document, as in RFC 6902, with the reason for it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patch {
    /// Why the document is wrong. May not be empty.
    #[serde(default)]
    pub why: String,
    /// The name of the file that is corrected, or the end of it. Needed if there are several documents.
    #[serde(default)]
    pub document: Option<String>,
    /// What to do.
    pub op: PatchOperation,
    /// The JSON pointer of the place to correct.
    pub path: String,
    /// For `move` and `copy`, the JSON pointer of what to take.
    #[serde(default)]
    pub from: Option<String>,
    /// For `add`, `replace` and `test`, the value.
    #[serde(default, deserialize_with = "present")]
    pub value: Option<Value>,
    /// Where the patch itself is written: set by whoever reads it, for the messages about it.
    #[serde(skip)]
    pub location: Option<Location>,
}

/// What a [`Patch`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PatchOperation {
    /// Puts a value where none is, or into a list before the item at that index.
    Add,
    /// Takes a value away.
    Remove,
    /// Puts a value in place of another.
    Replace,
    /// Makes sure that a value is what the later patches expect.
    Test,
    /// Takes a value away from one place and puts it to another.
    Move,
    /// Puts a value that is in one place to another as well.
    Copy,
}

/// Tells `value: null` from no value.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// The content of the files, corrected.
pub(super) struct Documents<'s> {
    pub(super) sources: &'s Sources,
    pub(super) overrides: Overrides,
    patched: HashMap<FileId, Value>,
}

impl Documents<'_> {
    pub(super) fn value(&self, file: FileId) -> Option<&Value> {
        self.patched.get(&file).or_else(|| self.sources.value(file))
    }
}

/// How many values `copy` may make in one run, and how deep they may be nested.
const COPIES: usize = 1_000_000;
const DEPTH: usize = 256;

pub(super) fn apply<'s>(
    sources: &'s Sources,
    roots: &[FileId],
    patches: &[Patch],
    diagnostics: &mut Diagnostics,
) -> Documents<'s> {
    let mut documents = Documents { sources, overrides: Overrides::default(), patched: HashMap::new() };
    let mut copies = COPIES;
    for patch in patches {
        if patch.why.trim().is_empty() {
            diagnostics
                .error("patch-without-why", patch.location.clone(), "this patch doesn't say why it is there")
                .help("add `why:` with what is wrong in the document and how it was found out");
        }
        let file = match document(sources, roots, patch.document.as_deref()) {
            Ok(file) => file,
            Err((message, help)) => {
                let at = patch.location.as_ref().map(|location| member_of(location, "document"));
                diagnostics.error("unknown-document", at, message).help(help);
                continue;
            }
        };
        let Some(original) = sources.value(file) else { continue };
        let tree = documents.patched.entry(file).or_insert_with(|| original.clone());
        if let Err(reason) = apply_one(tree, patch, file, &mut documents.overrides, &mut copies) {
            let name = sources.name(file);
            diagnostics
                .error(
                    "stale-patch",
                    patch.location.clone(),
                    format!("this patch of `{name}` does not apply: {reason}"),
                )
                .help("remove it if the document was corrected meanwhile; else bring it up to date");
        }
    }
    documents
}

fn document(sources: &Sources, roots: &[FileId], name: Option<&str>) -> Result<FileId, (String, String)> {
    let names = || sources.files().map(|file| sources.name(file));
    let Some(name) = name else {
        return match roots {
            [only] => Ok(*only),
            _ => Err((
                "this patch doesn't say which document it corrects".to_owned(),
                "add `document:` with the name of the file".to_owned(),
            )),
        };
    };
    if let Some(file) = sources.find(name) {
        return Ok(file);
    }
    let ending = format!("/{name}");
    let mut matching = sources.files().filter(|file| sources.name(*file).ends_with(&ending));
    match (matching.next(), matching.next()) {
        (Some(file), None) => Ok(file),
        (Some(_), Some(_)) => Err((format!("several documents end in `{name}`"), "give more of the path".to_owned())),
        (None, _) => {
            let help = match nearest(name, names().map(|name| name.rsplit('/').next().unwrap_or(name))) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the documents are {}", names().collect::<Vec<_>>().join(", ")),
            };
            Err((format!("no document is named `{name}`"), help))
        }
    }
}

fn apply_one(
    tree: &mut Value,
    correction: &Patch,
    file: FileId,
    overrides: &mut Overrides,
    copies: &mut usize,
) -> Result<(), String> {
    let path = correction.path.as_str();
    if !path.is_empty() && !path.starts_with('/') {
        return Err(format!("`{path}` is not a JSON pointer; it must begin with `/`"));
    }
    let written = correction.location.as_ref().map(|location| member_of(location, "value"));
    let value = || correction.value.clone().ok_or_else(|| "it has no `value`".to_owned());
    let from = || correction.from.as_deref().ok_or_else(|| "it has no `from`".to_owned());
    match correction.op {
        PatchOperation::Test => {
            let value = value()?;
            let found = tree.pointer(path).ok_or_else(|| missing(tree, path))?;
            if *found != value {
                return Err(format!("`{path}` is {}, not {}", brief(found), brief(&value)));
            }
        }
        PatchOperation::Add => {
            let value = value()?;
            let put = add(tree, path, value, file, overrides)?;
            overrides.replace(file, &put, written);
        }
        PatchOperation::Replace => {
            let value = value()?;
            expect(tree, path)?;
            if let Some(place) = tree.pointer_mut(path) {
                *place = value;
            }
            overrides.replace(file, path, written);
        }
        PatchOperation::Remove => {
            remove(tree, path, file, overrides)?;
        }
        PatchOperation::Move => {
            let from = from()?;
            if path.strip_prefix(from).is_some_and(|rest| rest.starts_with('/')) {
                return Err("a value cannot be moved into itself".to_owned());
            }
            let origin = overrides.locate(file, from);
            let value = remove(tree, from, file, overrides)?;
            let put = add(tree, path, value, file, overrides)?;
            overrides.replace(file, &put, Some(origin));
        }
        PatchOperation::Copy => {
            let from = from()?;
            let source = tree.pointer(from).ok_or_else(|| missing(tree, from))?;
            let count = size(source, DEPTH.saturating_sub(pointer::segments(path).count()))
                .ok_or_else(|| format!("the copy would be nested more than {DEPTH} levels deep"))?;
            *copies = copies.checked_sub(count).ok_or("the patches copy too much")?;
            let value = source.clone();
            let origin = overrides.locate(file, from);
            let put = add(tree, path, value, file, overrides)?;
            overrides.replace(file, &put, Some(origin));
        }
    }
    Ok(())
}

/// Puts a value somewhere and returns the pointer of it afterwards.
fn add(tree: &mut Value, path: &str, value: Value, file: FileId, overrides: &mut Overrides) -> Result<String, String> {
    let Some((parent, last)) = pointer::split_last(path) else {
        *tree = value;
        return Ok(String::new());
    };
    expect(tree, parent)?;
    let Some(place) = tree.pointer_mut(parent) else { return Err(missing(tree, parent)) };
    match place {
        Value::Object(members) => {
            members.insert(pointer::unescape(last).into_owned(), value);
            Ok(path.to_owned())
        }
        Value::Array(items) if last == "-" => {
            items.push(value);
            Ok(pointer::join(parent, &(items.len() - 1).to_string()))
        }
        Value::Array(items) => {
            let index = index(last, items.len() + 1)?;
            if index < items.len() {
                overrides.blur(file, parent);
            }
            items.insert(index, value);
            Ok(path.to_owned())
        }
        other => Err(format!("`{parent}` is {}, which has no members", brief(other))),
    }
}

fn remove(tree: &mut Value, path: &str, file: FileId, overrides: &mut Overrides) -> Result<Value, String> {
    let Some((parent, last)) = pointer::split_last(path) else {
        return Ok(mem::take(tree));
    };
    let removed = match tree.pointer_mut(parent) {
        Some(Value::Object(members)) => members.shift_remove(pointer::unescape(last).as_ref()),
        Some(Value::Array(items)) => {
            let index = index(last, items.len())?;
            overrides.blur(file, parent);
            Some(items.remove(index))
        }
        _ => None,
    };
    removed.ok_or_else(|| missing(tree, path))
}

fn index(segment: &str, limit: usize) -> Result<usize, String> {
    let is_canonical = segment == "0" || !segment.starts_with('0');
    match segment.parse::<usize>() {
        Ok(index) if is_canonical && index < limit => Ok(index),
        Ok(index) if is_canonical => Err(format!("the list has no index {index}")),
        _ => Err(format!("`{segment}` is not an index of a list")),
    }
}

fn expect(tree: &Value, path: &str) -> Result<(), String> {
    tree.pointer(path).map(|_| ()).ok_or_else(|| missing(tree, path))
}

/// Says how far a pointer leads.
fn missing(tree: &Value, path: &str) -> String {
    let mut reached = path;
    while let Some((parent, last)) = pointer::split_last(reached) {
        if let Some(found) = tree.pointer(parent) {
            let last = pointer::unescape(last);
            let parent = if parent.is_empty() { "the document" } else { &format!("`{parent}`") };
            let near = found.as_object().and_then(|members| nearest(&last, members.keys().map(String::as_str)));
            let hint = near.map(|near| format!(" (but `{near}`)")).unwrap_or_default();
            return format!("{parent} has no `{last}`{hint}");
        }
        reached = parent;
    }
    format!("`{path}` leads nowhere")
}

/// How many values there are in a value; nothing if it is nested deeper than `depth`.
fn size(value: &Value, depth: usize) -> Option<usize> {
    let children: Box<dyn Iterator<Item = &Value>> = match value {
        Value::Object(members) => Box::new(members.values()),
        Value::Array(items) => Box::new(items.iter()),
        _ => return Some(1),
    };
    let depth = depth.checked_sub(1)?;
    let mut count = 1;
    for child in children {
        count += size(child, depth)?;
    }
    Some(count)
}

fn brief(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}

/// What of the documents was not written where its pointer says.
#[derive(Clone, Debug, Default)]
pub(super) struct Overrides {
    by_file: HashMap<FileId, Vec<Override>>,
}

#[derive(Clone, Debug)]
struct Override {
    prefix: String,
    to: Location,
    /// Whether what is below the prefix is found at the same place below `to`.
    is_deep: bool,
}

impl Overrides {
    /// Everything at and below a pointer is now found elsewhere.
    fn replace(&mut self, file: FileId, prefix: &str, to: Option<Location>) {
        self.forget(file, prefix);
        if let Some(to) = to {
            self.by_file.entry(file).or_default().push(Override { prefix: prefix.to_owned(), to, is_deep: true });
        }
    }

    /// The indices of a list no longer tell where its items were.
    fn blur(&mut self, file: FileId, list: &str) {
        let to = self.locate(file, list);
        self.forget(file, list);
        self.by_file.entry(file).or_default().push(Override { prefix: list.to_owned(), to, is_deep: false });
    }

    fn forget(&mut self, file: FileId, prefix: &str) {
        if let Some(list) = self.by_file.get_mut(&file) {
            list.retain(|known| below(&known.prefix, prefix).is_none());
        }
    }

    pub(super) fn locate(&self, file: FileId, raw: &str) -> Location {
        let known = self.by_file.get(&file).and_then(|list| {
            list.iter()
                .filter_map(|known| below(raw, &known.prefix).map(|rest| (known, rest)))
                .max_by_key(|(known, _)| known.prefix.len())
        });
        match known {
            None => Location::value(file, raw),
            Some((Override { to, is_deep: true, .. }, rest)) => match to.pointer() {
                Some(pointer) => Location::value(to.file, format!("{pointer}{rest}")),
                None => to.clone(),
            },
            Some((Override { to, .. }, _)) => to.clone(),
        }
    }
}

/// What follows `prefix` in a pointer that begins with it.
fn below<'p>(pointer: &'p str, prefix: &str) -> Option<&'p str> {
    pointer.strip_prefix(prefix).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(patch: Value) -> Result<Value, String> {
        let patch: Patch = serde_json::from_value(patch).unwrap();
        let mut diagnostics = Diagnostics::new();
        let text = r#"{"a": {"b": 1, "/": 2}, "list": [10, 20, 30]}"#;
        let sources = Sources::from_texts(&[("specs/a.json", text)], &mut diagnostics);
        let documents = apply(&sources, sources.roots(), &[patch], &mut diagnostics);
        match diagnostics.iter().next() {
            Some(problem) => Err(problem.message.clone()),
            None => Ok(documents.value(sources.roots()[0]).unwrap().clone()),
        }
    }

    #[test]
    fn follows_rfc_6902() {
        let cases = [
            (
                json!({"op": "add", "path": "/a/c", "value": null}),
                json!({"a": {"b": 1, "/": 2, "c": null}, "list": [10, 20, 30]}),
            ),
            (
                json!({"op": "add", "path": "/list/1", "value": 5}),
                json!({"a": {"b": 1, "/": 2}, "list": [10, 5, 20, 30]}),
            ),
            (
                json!({"op": "add", "path": "/list/-", "value": 5}),
                json!({"a": {"b": 1, "/": 2}, "list": [10, 20, 30, 5]}),
            ),
            (json!({"op": "remove", "path": "/a/~1"}), json!({"a": {"b": 1}, "list": [10, 20, 30]})),
            (json!({"op": "remove", "path": "/list/0"}), json!({"a": {"b": 1, "/": 2}, "list": [20, 30]})),
            (
                json!({"op": "replace", "path": "/a", "value": 1, "document": "a.json"}),
                json!({"a": 1, "list": [10, 20, 30]}),
            ),
            (json!({"op": "move", "from": "/a/b", "path": "/b"}), json!({"a": {"/": 2}, "list": [10, 20, 30], "b": 1})),
            (
                json!({"op": "copy", "from": "/a/b", "path": "/b"}),
                json!({"a": {"b": 1, "/": 2}, "list": [10, 20, 30], "b": 1}),
            ),
            (json!({"op": "test", "path": "/a/b", "value": 1}), json!({"a": {"b": 1, "/": 2}, "list": [10, 20, 30]})),
        ];
        for (mut patch, expected) in cases {
            patch["why"] = "because".into();
            assert_eq!(run(patch.clone()).unwrap(), expected, "{patch}");
        }
    }

    #[test]
    fn says_why_it_does_not_apply() {
        let cases = [
            (json!({"op": "remove", "path": "/a/bb"}), "`/a` has no `bb`"),
            (json!({"op": "remove", "path": "/lst/0"}), "the document has no `lst` (but `list`)"),
            (json!({"op": "replace", "path": "/x/y", "value": 1}), "the document has no `x`"),
            (json!({"op": "add", "path": "/list/9", "value": 1}), "the list has no index 9"),
            (json!({"op": "remove", "path": "/list/01"}), "`01` is not an index"),
            (json!({"op": "add", "path": "/a/b/c", "value": 1}), "`/a/b` is `1`, which has no members"),
            (json!({"op": "add", "path": "/a/c"}), "it has no `value`"),
            (json!({"op": "move", "path": "/a/c"}), "it has no `from`"),
            (json!({"op": "move", "from": "/a", "path": "/a/c"}), "cannot be moved into itself"),
            (json!({"op": "test", "path": "/a/b", "value": 2}), "`/a/b` is `1`, not `2`"),
            (json!({"op": "test", "path": "a", "value": 2}), "is not a JSON pointer"),
            (json!({"op": "test", "path": "/a", "value": 2, "document": "b.json"}), "no document is named `b.json`"),
        ];
        for (mut patch, expected) in cases {
            patch["why"] = "because".into();
            let message = run(patch.clone()).unwrap_err();
            assert!(message.contains(expected), "{patch}: {message}");
        }
        assert_eq!(run(json!({"op": "remove", "path": "/a"})).unwrap_err(), "this patch doesn't say why it is there");
    }

    #[test]
    fn places_follow_what_was_moved() {
        let mut diagnostics = Diagnostics::new();
        let sources = Sources::from_texts(
            &[("a.yaml", "a: {b: {c: 1}}\nlist: [1, 2]\n"), ("sdk.yaml", "patches: []\n")],
            &mut diagnostics,
        );
        let [document, sdk] = *sources.roots() else { panic!() };
        let patch = |index: usize, patch: Value| {
            let mut patch: Patch = serde_json::from_value(patch).unwrap();
            patch.location = Some(Location::value(sdk, format!("/patches/{index}")));
            patch
        };
        let patches = [
            patch(0, json!({"why": "x", "document": "a.yaml", "op": "move", "from": "/a/b", "path": "/d"})),
            patch(1, json!({"why": "x", "document": "a.yaml", "op": "add", "path": "/e", "value": {"f": 1}})),
            patch(2, json!({"why": "x", "document": "a.yaml", "op": "remove", "path": "/list/0"})),
        ];
        let documents = apply(&sources, &[document], &patches, &mut diagnostics);
        assert!(diagnostics.is_empty());
        for (raw, expected) in [
            ("/d/c", Location::value(document, "/a/b/c")),
            ("/e/f", Location::value(sdk, "/patches/1/value/f")),
            ("/list/0", Location::value(document, "/list")),
            ("/a", Location::value(document, "/a")),
        ] {
            assert_eq!(documents.overrides.locate(document, raw), expected);
        }
    }
}
