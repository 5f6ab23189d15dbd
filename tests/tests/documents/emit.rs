//! The Rust source of each document in small.

use std::fmt::Write as _;

use codegen::generate;

use crate::table;

#[test]
fn constructs() {
    let cases = table::cases(&["constructs"]);
    table::snapshots(
        "source",
        &cases,
        |case| &case.name,
        |case| {
            let (loaded, api) = case.model();
            let api = api.unwrap_or_else(|| panic!("{}", table::rendered(&loaded)));
            let mut text = String::new();
            for file in table::source(&api, &case.options()) {
                let _ = writeln!(text, "===== {} =====\n{}", file.path.display(), file.text);
            }
            text
        },
    );
}

#[test]
fn stand_alone_crate() {
    let cases: Vec<_> = table::cases(&["constructs"])
        .into_iter()
        .filter(|case| ["documentation", "path-level"].contains(&case.name.as_str()))
        .collect();
    table::snapshots(
        "crate",
        &cases,
        |case| &case.name,
        |case| {
            let (_, api) = case.model();
            let mut text = String::new();
            for file in generate::stand_alone(&api.unwrap(), &case.options()).unwrap() {
                if file.path.starts_with("src/runtime") || file.path.starts_with("src/generated") {
                    let _ = writeln!(text, "===== {} =====", file.path.display());
                } else {
                    let _ = writeln!(text, "===== {} =====\n{}", file.path.display(), file.text);
                }
            }
            text
        },
    );
}
