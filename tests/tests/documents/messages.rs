//! What the compiler says of calls of the SDK that are wrong: `tests/calls` holds a program for each.
//!
//! They are checked beside the crates of documents in small, whose dependencies are theirs, too.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::{compiles, table};

/// The name of the package that holds the programs.
pub(crate) const NAME: &str = "calls";

/// The compiler whose messages are recorded. Others word what is around ours differently.
const RECORDED_WITH: &str = "rustc 1.95.";

#[test]
#[ignore = "takes minutes: builds crates"]
fn messages_name_what_is_wrong() {
    if !is_recorded_compiler() {
        eprintln!("nothing is compared: the messages were recorded with {RECORDED_WITH}*");
        return;
    }
    let minis = compiles::write();
    let output = compiles::cargo(&minis)
        .args(["check", "--package", NAME, "--keep-going", "--message-format=json"])
        .output()
        .unwrap();
    let mut told: BTreeMap<String, String> = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        let (Some(name), Some(text)) = (message["target"]["name"].as_str(), message["message"]["rendered"].as_str())
        else {
            continue;
        };
        // How many errors there were is said last, and of no interest.
        if message["message"]["spans"].as_array().is_some_and(|spans| !spans.is_empty()) {
            told.entry(name.to_owned()).or_default().push_str(&without_positions(text));
        }
    }
    let programs: Vec<String> = table::stems(NAME).into_iter().collect();
    // Without any message, the reason is what Cargo itself has to say.
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(programs.iter().all(|name| told.contains_key(name)), "told of {:?}\n{failed}", told.keys());
    table::snapshots(NAME, &programs, String::as_str, |name| told.get(name).cloned().unwrap_or_default());
}

/// Without what changes whenever code is generated anew: where it stands in other files than the program, and how wide the
/// numbers of lines are.
fn without_positions(message: &str) -> String {
    let mut text = String::new();
    for line in message.lines() {
        let rest = line.trim_start_matches(|character: char| character == ' ' || character.is_ascii_digit());
        if rest.starts_with("--> ") || rest.starts_with("::: ") {
            let (mark, place) = rest.split_at(4);
            let (file, position) = place.split_once(".rs").unwrap();
            let shown = match (file.rfind("calls/"), file.rfind("src/")) {
                (Some(program), _) => format!("{}.rs{position}", &file[program..]),
                (None, source) => format!("{}.rs", &file[source.unwrap_or(0)..]),
            };
            text.push_str(&format!("  {mark}{shown}"));
        } else if rest.starts_with('|') || rest.starts_with("= ") {
            text.push_str(&format!("   {rest}"));
        } else {
            text.push_str(line);
        }
        text.push('\n');
    }
    text
}

fn is_recorded_compiler() -> bool {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(compiler).arg("--version").output();
    version.is_ok_and(|output| output.stdout.starts_with(RECORDED_WITH.as_bytes()))
}

/// Writes the package of the programs.
pub(crate) fn write(minis: &Path) {
    let sdk = table::root().parent().unwrap().join("telnyx-porting").display().to_string();
    let mut manifest = format!(
        "[package]\nname = {NAME:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         telnyx-porting = {{ path = {sdk:?}, default-features = false, features = [\"gzip\", \"porting-in\"] }}\n"
    );
    for name in table::stems(NAME) {
        let path = table::root().join(NAME).join(format!("{name}.rs")).display().to_string();
        manifest.push_str(&format!("\n[[bin]]\nname = {name:?}\npath = {path:?}\n"));
    }
    let folder = minis.join(NAME);
    fs::create_dir_all(&folder).unwrap();
    compiles::write_if_new(&folder.join("Cargo.toml"), &manifest);
}
