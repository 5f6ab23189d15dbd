//! The edits, and the models of what they make of the document.

use std::fs;
use std::path::{Path, PathBuf};

use codegen::diagnostic::Style;
use codegen::generate;
use codegen::model::Api;
use serde::Deserialize;

/// A change of base.yaml.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    pub(crate) name: String,
    /// What the change means for users of the crate.
    pub(crate) class: String,
    #[serde(default)]
    replace: Vec<Replacement>,
    #[serde(default)]
    append: String,
    /// Whether code still compiles although its users must act.
    #[serde(default)]
    pub(crate) compiles: bool,
    /// Why cargo-semver-checks says something else.
    #[serde(default)]
    pub(crate) why: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Replacement {
    from: String,
    to: String,
}

impl Edit {
    /// The document after the change.
    pub(crate) fn document(&self) -> String {
        let mut text = base_text();
        for Replacement { from, to } in &self.replace {
            assert_eq!(text.matches(from).count(), 1, "{}: {from:?} must stand there once", self.name);
            text = text.replace(from, to);
        }
        text + &self.append
    }

    pub(crate) fn model(&self) -> Api {
        model(&self.document())
    }
}

pub(crate) fn edits() -> Vec<Edit> {
    serde_yaml::from_str(&fs::read_to_string(folder().join("edits.yaml")).unwrap()).unwrap()
}

pub(crate) fn base() -> Api {
    model(&base_text())
}

pub(crate) fn base_text() -> String {
    fs::read_to_string(folder().join("base.yaml")).unwrap()
}

pub(crate) fn model(document: &str) -> Api {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parcels.yaml");
    fs::write(&path, document).unwrap();
    let mut loaded = generate::load(&[path], None);
    let api = generate::model(&mut loaded);
    api.unwrap_or_else(|| panic!("{}", loaded.diagnostics.render(&loaded.sources, Style::Plain)))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff")
}
