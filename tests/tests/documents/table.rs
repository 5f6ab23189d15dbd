//! The documents as a table of cases, and snapshots of what they become.

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use codegen::diagnostic::Style;
use codegen::emit::{EmitOptions, File};
use codegen::generate::{self, Loaded};
use codegen::model::Api;

/// The source of a model, every file of which is Rust.
pub(crate) fn source(api: &Api, options: &EmitOptions) -> Vec<File> {
    let files = generate::source(api, options).unwrap();
    for file in &files {
        if let Err(error) = syn::parse_file(&file.text) {
            panic!("{} is not Rust: {error}\n{}", file.path.display(), file.text);
        }
    }
    files
}

/// A document in small, with its configuration if it has one.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The file's name without what follows the first dot.
    pub(crate) name: String,
    document: PathBuf,
    config: Option<PathBuf>,
}

impl Case {
    /// Reads the document.
    pub(crate) fn load(&self) -> Loaded {
        let (documents, config) = self.files();
        generate::load(documents, config)
    }

    /// What is to be read: the document, or its configuration, which names it.
    pub(crate) fn files(&self) -> (&[PathBuf], Option<&Path>) {
        match &self.config {
            Some(config) => (&[], Some(config)),
            None => (std::slice::from_ref(&self.document), None),
        }
    }

    /// Reads the document and builds its model.
    pub(crate) fn model(&self) -> (Loaded, Option<Api>) {
        let mut loaded = self.load();
        let api = generate::model(&mut loaded);
        (loaded, api)
    }

    /// Whether it has a configuration.
    pub(crate) fn is_configured(&self) -> bool {
        self.config.is_some()
    }

    /// The name of its file.
    pub(crate) fn file_name(&self) -> String {
        self.document.file_name().unwrap().to_str().unwrap().to_owned()
    }

    /// The folder that it lies in.
    pub(crate) fn folder(&self) -> PathBuf {
        self.document.parent().unwrap().to_owned()
    }

    /// The options under which its source is written.
    pub(crate) fn options(&self) -> EmitOptions {
        EmitOptions { crate_name: format!("mini-{}", self.name), command: "cargo xtask generate".to_owned() }
    }
}

/// The documents of some folders below `tests/documents`, by name.
pub(crate) fn cases(folders: &[&'static str]) -> Vec<Case> {
    let mut cases = Vec::new();
    for folder in folders {
        let path = root().join("documents").join(folder);
        let names: BTreeSet<String> = fs::read_dir(&path)
            .unwrap()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().unwrap().is_file())
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        for file in &names {
            let (name, rest) = file.split_once('.').unwrap();
            if rest == "sdk.yaml" {
                continue;
            }
            let config = format!("{name}.sdk.yaml");
            cases.push(Case {
                name: name.to_owned(),
                document: path.join(file),
                config: names.contains(&config).then(|| path.join(config)),
            });
        }
    }
    assert!(!cases.is_empty(), "no documents in {folders:?}");
    cases
}

/// The folder of this package.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names of the files of a folder of this package, without their endings.
pub(crate) fn stems(folder: &str) -> BTreeSet<String> {
    let files = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

/// All that is wrong with a document, as a person sees it.
pub(crate) fn rendered(loaded: &Loaded) -> String {
    let text = loaded.diagnostics.render(&loaded.sources, Style::Plain);
    // File names as one sees them from the folder of the documents.
    let folder = format!("{}/", root().join("documents").display());
    let workspace = format!("{}/", root().parent().unwrap().display());
    text.replace(&folder, "").replace(&workspace, "")
}

/// Compares what `text_of` gives for each case with its snapshot in `snapshots/FOLDER/`.
///
/// All cases are tried before the test fails, and snapshots that no case has are found.
pub(crate) fn snapshots<T>(folder: &str, cases: &[T], name_of: impl Fn(&T) -> &str, text_of: impl Fn(&T) -> String) {
    let path = root().join("tests/snapshots").join(folder);
    let mut failed = Vec::new();
    for case in cases {
        let name = name_of(case);
        let compared = catch_unwind(AssertUnwindSafe(|| {
            let text = text_of(case);
            insta::with_settings!({
                snapshot_path => &path,
                prepend_module_to_snapshot => false,
                omit_expression => true,
            }, {
                insta::assert_snapshot!(name, text);
            });
        }));
        if compared.is_err() {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "not as in {}: {}", path.display(), failed.join(", "));
    let known: BTreeSet<&str> = cases.iter().map(name_of).collect();
    for entry in fs::read_dir(&path).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        // Beside snapshots there may be what insta would like to put in their place.
        let Some(name) = file.strip_suffix(".snap") else { continue };
        assert!(known.contains(name), "{}: belongs to no document; remove it", path.join(&file).display());
    }
}
