//! The source of all documents in small as modules of one crate, so that the runtime is compiled once and not once for
//! each. What a crate is beside its source, some crates of their own show (`compiles`).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use codegen::emit::File;
use codegen::generate;
use codegen::sink::{Mode, Target, sink};

use crate::compiles;
use crate::table::{self, Case};

/// The name of the crate.
pub(crate) const NAME: &str = "bundle";

/// The feature that brings the features of all documents; among those are many names, but none like this.
pub(crate) const ALL: &str = "_all";

/// The module of a document.
pub(crate) fn module(case: &Case) -> String {
    format!("of_{}", case.name.replace('-', "_"))
}

/// Writes the crate.
pub(crate) fn write(minis: &Path) {
    let (mut files, mut modules, mut features) = (Vec::new(), Vec::new(), BTreeSet::new());
    for case in table::cases(&["constructs", "names"]) {
        let (_, api) = case.model();
        let api = api.unwrap();
        let module = module(&case);
        if files.is_empty() {
            files = runtime(generate::stand_alone(&api, &case.options()).unwrap());
        }
        features.extend(api.features.iter().map(|feature| feature.name.clone()));
        for file in generate::source(&api, &case.options()).unwrap() {
            let path = Path::new("src").join(&module).join(&file.path);
            files.push(File { path, text: within(&file.text, &module) });
        }
        modules.push(module);
    }
    let manifest = files.iter_mut().find(|file| file.path == Path::new("Cargo.toml")).unwrap();
    manifest.text = with_features(&manifest.text, &features);
    files.push(File { path: PathBuf::from("src/lib.rs"), text: root(&modules) });
    let target = Target { root: minis.join(NAME), owned: vec![PathBuf::from("src")] };
    sink(&target, &files, Mode::Write).unwrap();
}

/// Of a crate of its own, what is the same in all.
fn runtime(files: Vec<File>) -> Vec<File> {
    let is_shared = |file: &File| file.path.starts_with("src/runtime") || file.path == Path::new("Cargo.toml");
    files.into_iter().filter(is_shared).collect()
}

/// The source of a document, one module further down, with a client of its own.
fn within(text: &str, module: &str) -> String {
    const CLIENT: &str = "\
#[cfg(feature = \"client\")]
pub use crate::{FileUpload, Result};

/// The client, as far as it is this document's.
#[cfg(feature = \"client\")]
pub struct Client(crate::Client);

#[cfg(feature = \"client\")]
impl Client {
    pub fn from_env() -> Result<Self> {
        crate::Client::from_env().map(Self)
    }
}

#[cfg(feature = \"client\")]
impl std::ops::Deref for Client {
    type Target = crate::Client;

    fn deref(&self) -> &crate::Client {
        &self.0
    }
}

/// The API's resources.
#[cfg(feature = \"client\")]
impl Client {";
    text.replace("/// The API's resources.\n#[cfg(feature = \"client\")]\nimpl crate::Client {", CLIENT)
        .replace("crate::generated", &format!("crate::{module}"))
        .replace("crate::types", &format!("crate::{module}::types"))
}

/// The manifest of one of the documents, with the features of all.
fn with_features(manifest: &str, features: &BTreeSet<String>) -> String {
    let manifest = compiles::member(manifest);
    let (before, rest) = manifest.split_once("default = [").unwrap();
    let (_, after) = rest.split_once("]\n").unwrap();
    let (products, after) = after.split_once("\n# Sends requests.").unwrap();
    let names: Vec<String> = features.iter().map(|name| format!("{name:?}")).collect();
    let others =
        names.iter().filter(|name| !products.contains(&format!("{name} = "))).map(|name| format!("{name} = []\n"));
    let others: String = others.collect();
    let before = before.split_once("name = ").map_or(String::new(), |(start, rest)| {
        let (_, rest) = rest.split_once('\n').unwrap();
        format!("{start}name = {NAME:?}\n{rest}")
    });
    format!(
        "{before}default = [\"client\", \"gzip\"]\n{ALL} = [{}]\n{products}{others}\n# Sends requests.{after}",
        names.join(", ")
    )
}

/// The crate's root. The runtime serves one document at a time.
fn root(modules: &[String]) -> String {
    let list = |line: &dyn Fn(&String) -> String| modules.iter().map(line).collect::<String>();
    let declared = list(&|module| format!("#[rustfmt::skip]\npub mod {module};\n"));
    let known = list(&|module| format!("    ({module:?}, &{module}::API),\n"));
    let first = modules.first().unwrap();
    format!(
        "//! All documents in small.\n\n{declared}\n\
         #[allow(dead_code, unused_imports, unused_macros, reason = \"what of it is needed depends on the document\")]\n\
         mod runtime;\n\n\
         mod generated {{\n    pub(crate) use crate::{first}::fields;\n    pub(crate) static API: crate::Served = crate::Served;\n}}\n\n\
         pub use crate::runtime::*;\n\n\
         #[cfg(feature = \"client\")]\npub type Result<T, E = Error> = std::result::Result<T, E>;\n\n\
         static ALL: &[(&str, &crate::runtime::prelude::Api)] = &[\n{known}];\n\n{SERVED}"
    )
}

const SERVED: &str = r#"static SERVED: std::sync::OnceLock<&crate::runtime::prelude::Api> = std::sync::OnceLock::new();

/// Has the runtime serve the document of this module, from now on and to the end of the process.
pub fn serve(module: &str) {
    let (_, api) = ALL.iter().find(|(known, _)| *known == module).expect("the module is one of a document");
    assert!(SERVED.set(api).is_ok(), "a process serves one document");
}

/// What the runtime takes for the description of its only API.
pub(crate) struct Served;

impl std::ops::Deref for Served {
    type Target = crate::runtime::prelude::Api;

    fn deref(&self) -> &Self::Target {
        // Types have need of little of it, and of nothing that differs.
        SERVED.get().unwrap_or(&ALL[0].1)
    }
}
"#;
