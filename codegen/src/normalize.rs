//! OpenAPI documents as people write them become one document in the shape of OpenAPI 3.0.
//!
//! [`normalize`] applies the patches, merges the files, gives every reference the form `#/components/<section>/<name>`,
//! and rewrites what only OpenAPI 3.1 can say. What real-world documents get wrong in ways that leave no doubt about
//! what is meant is put right with a warning. [`Normalized::parse`] then turns the result into typed values.
//!
//! Whatever happens to a value on the way, [`Normalized::locate`] still knows where it was written.

mod bundle;
mod document;
mod parse;
mod patch;
mod schema;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostics, Location, Place};
use crate::pointer;
use crate::source::{FileId, Sources};
pub use patch::{Patch, PatchOperation};

/// One document in the shape of OpenAPI 3.0, made of all the files that were read.
#[derive(Clone, Debug)]
pub struct Normalized {
    /// The document. Every `$ref` in it has the form `#/components/<section>/<name>` and leads somewhere.
    pub value: Value,
    /// What stood under `webhooks`, which OpenAPI 3.0 doesn't have: Path Item Objects by name.
    ///
    /// Their pointers begin with `/webhooks/<name>`.
    pub webhooks: Map<String, Value>,
    origins: Origins,
}

/// The same as [`Normalized`], typed.
#[derive(Clone, Debug)]
pub struct Document {
    /// The document.
    pub api: openapiv3::OpenAPI,
    /// The webhooks by name.
    pub webhooks: IndexMap<String, openapiv3::PathItem>,
    /// The pointers of the members of mappings that could not be read, which has been reported.
    left_out: HashSet<String>,
    origins: Origins,
}

/// Applies the patches, merges the documents and everything they refer to, and brings the result to OpenAPI 3.0.
///
/// All problems are reported; what they leave out is replaced by what accepts anything, so that the rest goes on. The
/// result is to be used only if `diagnostics` has no errors afterwards.
pub fn normalize(sources: &Sources, roots: &[FileId], patches: &[Patch], diagnostics: &mut Diagnostics) -> Normalized {
    let documents = patch::apply(sources, roots, patches, diagnostics);
    bundle::bundle(&documents, roots, diagnostics)
}

impl Normalized {
    /// Where what `pointer` leads to was written. If the place has no counterpart in the text, the nearest one around
    /// it that has.
    #[must_use]
    pub fn locate(&self, pointer: &str) -> Location {
        self.origins.locate(pointer)
    }

    /// The file in which what `pointer` leads to was written.
    #[must_use]
    pub fn file_of(&self, pointer: &str) -> FileId {
        self.locate(pointer).file
    }

    /// Turns the document into typed values.
    ///
    /// What has the wrong type is reported with its place and left out; the rest goes on.
    #[must_use]
    pub fn parse(self, diagnostics: &mut Diagnostics) -> Document {
        parse::parse(self, diagnostics)
    }
}

impl Document {
    /// Where what `pointer` leads to was written. If the place has no counterpart in the text, the nearest one around
    /// it that has.
    #[must_use]
    pub fn locate(&self, pointer: &str) -> Location {
        self.origins.locate(pointer)
    }

    /// The file in which what `pointer` leads to was written.
    #[must_use]
    pub fn file_of(&self, pointer: &str) -> FileId {
        self.locate(pointer).file
    }

    /// Whether something was described at `pointer`, but in a way that could not be read, which has been reported.
    pub(crate) fn is_left_out(&self, pointer: &str) -> bool {
        self.left_out.contains(pointer)
    }
}

/// Takes a reference like `#/components/schemas/Order` apart into section and name.
#[must_use]
pub fn component_of(reference: &str) -> Option<(&str, Cow<'_, str>)> {
    let (section, name) = reference.strip_prefix("#/components/")?.split_once('/')?;
    (!name.contains('/')).then(|| (section, pointer::unescape(name)))
}

/// Where the values of a merged document were written.
#[derive(Clone, Debug)]
pub(crate) struct Origins {
    /// Where things are that are not what their surroundings would suggest, by pointer into the merged document.
    moved: HashMap<String, (FileId, String)>,
    /// What the patches put in place of what was written.
    patched: patch::Overrides,
    /// Of the lists from which parsing left something out, by their pointers: where each item that is left stood.
    kept: HashMap<String, Vec<usize>>,
    fallback: FileId,
}

impl Origins {
    fn new(fallback: FileId, patched: patch::Overrides) -> Self {
        Self { moved: HashMap::new(), patched, kept: HashMap::new(), fallback }
    }

    fn record(&mut self, at: &str, file: FileId, raw: &str) {
        self.moved.insert(at.to_owned(), (file, raw.to_owned()));
    }

    fn forget(&mut self, at: &str) {
        self.moved.remove(at);
    }

    fn recorded(&self, at: &str) -> Option<&(FileId, String)> {
        self.moved.get(at)
    }

    pub(crate) fn locate(&self, pointer: &str) -> Location {
        let pointer = self.before_parsing(pointer);
        let mut prefix = pointer.as_ref();
        loop {
            if let Some((file, raw)) = self.moved.get(prefix) {
                let rest = pointer.get(prefix.len()..).unwrap_or("");
                return self.patched.locate(*file, &format!("{raw}{rest}"));
            }
            match pointer::split_last(prefix) {
                Some((parent, _)) => prefix = parent,
                None => return self.patched.locate(self.fallback, &pointer),
            }
        }
    }

    /// The pointer that what `pointer` leads to had before items of lists around it were left out.
    fn before_parsing<'p>(&self, pointer: &'p str) -> Cow<'p, str> {
        if self.kept.is_empty() {
            return Cow::Borrowed(pointer);
        }
        let mut before = String::with_capacity(pointer.len());
        for segment in pointer.split('/').skip(1) {
            let kept = self.kept.get(&before).and_then(|kept| kept.get(segment.parse::<usize>().ok()?));
            before.push('/');
            match kept {
                Some(index) => before.push_str(&index.to_string()),
                None => before.push_str(segment),
            }
        }
        Cow::Owned(before)
    }

    /// Where something is in a file, unless a patch put it there.
    fn written(&self, file: FileId, raw: &str) -> Location {
        self.patched.locate(file, raw)
    }
}

/// Appends a member's name to a location.
fn member_of(location: &Location, name: &str) -> Location {
    match &location.place {
        Place::Pointer { pointer, .. } => Location::value(location.file, pointer::join(pointer, name)),
        Place::File | Place::Offset(_) => location.clone(),
    }
}
