//! The model of each document in small, and of the real ones.

use std::path::PathBuf;

use codegen::generate;

use crate::printer;
use crate::table::{self, Case};

#[test]
fn constructs() {
    let cases = table::cases(&["constructs"]);
    table::snapshots("model", &cases, |case| &case.name, text_of);
}

#[test]
fn names() {
    let cases = table::cases(&["names"]);
    table::snapshots("names", &cases, |case| &case.name, text_of);
}

fn text_of(case: &Case) -> String {
    let (loaded, api) = case.model();
    let diagnostics = table::rendered(&loaded);
    let model = api.map_or_else(|| "no model\n".to_owned(), |api| printer::api(&api));
    if diagnostics.is_empty() { model } else { format!("{model}\n{diagnostics}\n") }
}

#[test]
fn products() {
    let config = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../specs/sdk.yaml"));
    let mut loaded = generate::load(&[], Some(&config));
    let api = generate::model(&mut loaded);
    let diagnostics = table::rendered(&loaded);
    let api = api.unwrap_or_else(|| panic!("{diagnostics}"));
    assert_eq!(diagnostics, "", "the real documents are without fault");
    let mut parts: Vec<(String, String)> =
        api.features.iter().map(|feature| (feature.name.clone(), printer::feature(&api, feature))).collect();
    parts.push(("shared".to_owned(), printer::shared(&api)));
    table::snapshots("products", &parts, |(name, _)| name, |(_, text)| text.clone());
    let shown: usize = parts.iter().map(|(_, text)| text.lines().filter(|line| is_definition(line)).count()).sum();
    assert_eq!(shown, api.types.len(), "each type is in one of the snapshots");
}

fn is_definition(line: &str) -> bool {
    ["struct ", "enum ", "union ", "alias "].iter().any(|word| line.starts_with(word))
}
