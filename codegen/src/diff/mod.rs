//! What changed between two versions of an API, in the terms of someone who uses the generated crate.
//!
//! Two models are compared, not two documents: what does not reach the crate is no change, and what is the same in Rust
//! but looks otherwise on the wire is told apart from what consumers must act on. Each change has a class of semantic
//! versioning *for the generated crate*:
//!
//! * **major**: code that compiles today may not compile with the next version, or does something else;
//! * **minor**: there is more than before, and all that was is still there;
//! * **patch**: nothing to do: the wire, the output of `Debug`, or the documentation.
//!
//! What the classes rest on: structs, enums and unions are `#[non_exhaustive]`, so that a new field, value or variant is
//! minor; setters take `impl Into<T>`, so that another `T` is major even where most calls would still compile; type
//! parameters of builders count, so that an argument that need no longer be given is major, too.

mod client;
mod operations;
mod report;
mod responses;
mod semver;
mod terms;
mod types;

use serde::Serialize;

use crate::config::PackageConfig;
use crate::emit::{EmitOptions, emit, emit_crate};
use crate::model::Api;

pub use semver::{Version, VersionError};

use terms::{Terms, code};

/// The changes from one version of an API to another, the gravest first.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Diff {
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    pub class: Class,
    pub kind: Kind,
    /// What is changed, as consumers write it: `porting_orders().list()`, `PortingOrder.status`.
    pub at: String,
    /// The change as a sentence in Markdown, without its full stop.
    pub what: String,
}

/// What a change means for consumers of the generated crate. The order is that of gravity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    Patch,
    Minor,
    Major,
}

impl Class {
    /// The class as one word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

/// What kind of change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    Added,
    Removed,
    Renamed,
    /// Its type is another one, or what a call gives.
    Retyped,
    /// It must be given now, or need not be given any more.
    Presence,
    /// In which builds of the crate it is there.
    Features,
    Deprecated,
    /// The same in Rust, but not on the wire.
    Wire,
    /// How the client is configured.
    Client,
    /// What `Debug` shows.
    Redaction,
    Documentation,
}

impl Diff {
    /// The class of the gravest change; `None` if nothing has changed.
    #[must_use]
    pub fn class(&self) -> Option<Class> {
        self.changes.iter().map(|change| change.class).max()
    }

    /// The changes of one class.
    pub fn of(&self, class: Class) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |change| change.class == class)
    }
}

/// Compares two versions of an API.
#[must_use]
pub fn compare(old: &Api, new: &Api) -> Diff {
    let terms = Terms::new(old, new);
    let mut found = Found::default();
    client::compare(old, new, &mut found);
    features(old, new, &mut found);
    operations::compare(&terms, &mut found);
    types::compare(&terms, &mut found);
    let diff = found.into_diff();
    if diff.changes.is_empty() { rest(old, new) } else { diff }
}

/// What is left where nothing has changed that has a name: what is generated may differ all the same, and a version of a
/// crate has one text only.
fn rest(old: &Api, new: &Api) -> Diff {
    // What files are called, and the version that is to be found, are no difference.
    let package = PackageConfig { version: new.package.version.clone(), ..old.package.clone() };
    let old = &Api { documents: new.documents.clone(), package, ..old.clone() };
    let options = EmitOptions { crate_name: "generated".to_owned(), command: String::new() };
    let mut found = Found::default();
    // What can't be written is for the generator to tell.
    if let (Ok(before), Ok(after)) = (emit(old, &options), emit(new, &options))
        && before != after
    {
        let what = "what is generated differs only in examples, in names of one type, or in the order of what may stand in any order";
        found.patch(Kind::Documentation, "", what);
    } else if emit_crate(old, &options) != emit_crate(new, &options) {
        found.patch(Kind::Documentation, "", "the crate's front page or its Cargo.toml says something else");
    }
    found.into_diff()
}

/// Changes as they are found.
#[derive(Default)]
struct Found {
    changes: Vec<Change>,
    /// Where nothing but prose has changed.
    documented: Vec<String>,
}

impl Found {
    fn add(&mut self, class: Class, kind: Kind, at: impl Into<String>, what: impl Into<String>) {
        self.changes.push(Change { class, kind, at: at.into(), what: what.into() });
    }

    fn major(&mut self, kind: Kind, at: &str, what: impl Into<String>) {
        self.add(Class::Major, kind, at, what);
    }

    fn minor(&mut self, kind: Kind, at: &str, what: impl Into<String>) {
        self.add(Class::Minor, kind, at, what);
    }

    fn patch(&mut self, kind: Kind, at: &str, what: impl Into<String>) {
        self.add(Class::Patch, kind, at, what);
    }

    /// Notes it if something is deprecated, or is not any more. `class` is that of the first.
    fn deprecation(&mut self, class: Class, at: &str, subject: &str, (old, new): (bool, bool)) {
        match (old, new) {
            (false, true) => self.add(class, Kind::Deprecated, at, format!("{subject} is deprecated")),
            (true, false) => self.patch(Kind::Deprecated, at, format!("{subject} is not deprecated any more")),
            _ => {}
        }
    }

    /// Notes it if the prose of something has changed.
    fn prose(&mut self, at: &str, old: &str, new: &str) {
        if old.trim() != new.trim() && self.documented.last().is_none_or(|last| last != at) {
            self.documented.push(at.to_owned());
        }
    }

    fn into_diff(mut self) -> Diff {
        self.document();
        // Stable: within a class the order is that of the API.
        self.changes.sort_by_key(|change| std::cmp::Reverse(change.class));
        let mut seen = std::collections::HashSet::new();
        self.changes.retain(|change| seen.insert((change.kind, change.at.clone(), change.what.clone())));
        Diff { changes: self.changes }
    }

    /// Tells of changed prose at once: nobody reads a line for each sentence.
    fn document(&mut self) {
        const SHOWN: usize = 5;
        let places = std::mem::take(&mut self.documented);
        let mut named: Vec<String> = places.iter().take(SHOWN).map(|place| code(place)).collect();
        match places.len() {
            0 => return,
            more if more > SHOWN => named.push(format!("{} more", more - SHOWN)),
            _ => {}
        }
        let what = format!("the documentation says something else of {}", terms::list(&named));
        self.patch(Kind::Documentation, "", what);
    }
}

/// The features of the crate.
fn features(old: &Api, new: &Api, found: &mut Found) {
    let has = |api: &Api, name: &str| api.features.iter().any(|feature| feature.name == name);
    for feature in &old.features {
        if !has(new, &feature.name) {
            found.major(Kind::Removed, &feature.name, format!("the feature `{}` is gone", feature.name));
        }
    }
    for feature in &new.features {
        if !has(old, &feature.name) {
            found.minor(Kind::Added, &feature.name, format!("there is a new feature `{}`", feature.name));
        }
    }
    let (before, after) = (old.webhooks.is_some(), new.webhooks.is_some());
    if before && !after {
        found.major(Kind::Removed, "webhooks", "the feature `webhooks` is gone");
    } else if after && !before {
        found.minor(Kind::Added, "webhooks", "there is a new feature `webhooks`");
    }
}
