//! Programs that use the crates of documents in small: `tests/programs/NAME.rs` is a test of the crate of the
//! document NAME, and sees what really goes over the wire.

use std::fs;

use crate::compiles;
use crate::table;

#[test]
fn programs_run() {
    let minis = compiles::write();
    let programs = table::root().join("programs");
    let folder = minis.with_file_name("programs");
    let mut names: Vec<String> = fs::read_dir(&programs)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|file| file.strip_suffix(".rs").map(str::to_owned))
        .collect();
    names.sort();
    let mut dependencies = String::new();
    for case in table::cases(&["constructs", "names"]).iter().filter(|case| names.contains(&case.name)) {
        // All but TLS, which no program needs and which takes long to build.
        let manifest = fs::read_to_string(minis.join(&case.name).join("Cargo.toml")).unwrap();
        let line = manifest.lines().find_map(|line| line.strip_prefix("default = [")).unwrap();
        let features: Vec<&str> = line
            .trim_end_matches(']')
            .split(", ")
            .filter(|feature| !feature.contains("tls"))
            .chain(["\"blocking\"", "\"testing\""])
            .collect();
        let name = &case.name;
        let (path, features) = (minis.join(name), features.join(", "));
        dependencies.push_str(&format!(
            "mini-{name} = {{ path = {path:?}, default-features = false, features = [{features}] }}\n"
        ));
    }
    let manifest = format!(
        "[package]\nname = \"programs\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\
         bytes = \"1\"\nfutures-core = \"0.3\"\nserde_json = \"1\"\ntempfile = \"3\"\n\
         tokio = {{ version = \"1\", features = [\"io-util\", \"macros\", \"net\", \"rt-multi-thread\", \"time\"] }}\n\n\
         [workspace]\n\n[profile.dev]\ndebug = false\nincremental = false\n"
    );
    let modules: Vec<String> = names
        .iter()
        .map(|name| format!("#[path = {:?}]\nmod {};\n", programs.join(format!("{name}.rs")), name.replace('-', "_")))
        .collect();
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::copy(table::root().parent().unwrap().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/lib.rs"), format!("#![cfg(test)]\n\n{}", modules.concat())).unwrap();
    compiles::run(&folder, &["test", "--lib"]);
}
