//! Programs that use the crates of documents in small: `tests/programs/NAME.rs` is a test of the crate of the
//! document NAME, and sees what really goes over the wire.

use std::fs;

use crate::compiles::{self, PROFILE};
use crate::table;

/// The same wherever crates send requests, so that tokio and what is built upon it are built once.
pub(crate) const TOKIO: &str =
    "tokio = { version = \"1\", features = [\"io-util\", \"macros\", \"net\", \"rt-multi-thread\", \"time\"] }\n";

#[test]
#[ignore = "takes minutes: builds crates"]
fn programs_run() {
    let minis = compiles::write();
    let programs = table::root().join("programs");
    let folder = minis.with_file_name("programs");
    let mut dependencies = String::new();
    for name in documents() {
        let path = minis.join(&name);
        dependencies
            .push_str(&format!("mini-{name} = {{ path = {path:?}, features = [\"blocking\", \"testing\"] }}\n"));
    }
    let manifest = format!(
        "[package]\nname = \"programs\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\
         bytes = \"1\"\nfutures-core = \"0.3\"\nserde_json = \"1\"\ntempfile = \"3\"\n\
         {TOKIO}\n\
         [workspace]\n\n{PROFILE}"
    );
    // What they share is a module as well.
    let modules: Vec<String> = table::stems("programs")
        .iter()
        .map(|name| format!("#[path = {:?}]\nmod {};\n", programs.join(format!("{name}.rs")), name.replace('-', "_")))
        .collect();
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::copy(table::root().parent().unwrap().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    compiles::write_if_new(&folder.join("Cargo.toml"), &compiles::deny_warnings(&manifest));
    compiles::write_if_new(&folder.join("src/lib.rs"), &format!("#![cfg(test)]\n\n{}", modules.concat()));
    compiles::run(&folder, &["test", "--lib"]);
}

/// The documents whose crates have a program.
pub(crate) fn documents() -> Vec<String> {
    let programs = table::stems("programs");
    let names = table::cases(&["constructs", "names"]).into_iter().map(|case| case.name);
    names.filter(|name| programs.contains(name)).collect()
}
