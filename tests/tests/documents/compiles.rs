//! The source of every document in small compiles without a warning, as a crate of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use codegen::emit::File;
use codegen::generate;
use codegen::sink::{Mode, Target, sink};

use crate::{round_trip, table};

#[test]
fn without_warnings() {
    let minis = write();
    // With all that a user may turn on at once, and with as little as possible.
    run(&minis, &["check", "--workspace", "--features", "blocking,testing,tracing"]);
    run(&minis, &["check", "--workspace", "--no-default-features"]);
    run(&minis, &["check", "--package=mini-webhooks-configured", "--all-features"]);
    run(&minis, &["check", "--package=mini-webhooks-configured", "--no-default-features", "--features=webhooks"]);
    let documented = ["deliveries", "documentation", "events", "hostile", "keywords", "responses", "struct", "uploads"]
        .map(|name| format!("--package=mini-{name}"));
    let mut arguments = vec!["doc", "--no-deps"];
    arguments.extend(documented.iter().map(String::as_str));
    run(&minis, &arguments);
}

#[test]
#[ignore = "takes minutes: links the examples of all crates"]
fn examples_compile() {
    run(&write(), &["test", "--doc", "--workspace", "--no-fail-fast"]);
}

/// Writes a crate for each document, all of them members of one workspace.
pub(crate) fn write() -> PathBuf {
    // Several tests want them.
    static MINIS: OnceLock<PathBuf> = OnceLock::new();
    MINIS.get_or_init(write_all).clone()
}

fn write_all() -> PathBuf {
    let minis = table::root().parent().unwrap().join("target/minis");
    let mut members = Vec::new();
    for case in table::cases(&["constructs", "names"]) {
        let (loaded, api) = case.model();
        let api = api.unwrap_or_else(|| panic!("{}", table::rendered(&loaded)));
        let mut files = generate::stand_alone(&api, &case.options()).unwrap();
        join_workspace(&mut files);
        let target = Target { root: minis.join(&case.name), owned: vec![PathBuf::from("src/generated")] };
        sink(&target, &files, Mode::Write).unwrap();
        members.push(case.name);
    }
    round_trip::write(&minis);
    members.push(round_trip::NAME.to_owned());
    write_workspace(&minis, &members);
    minis
}

/// A stand-alone crate is a workspace of its own; here all are members of one, to be built at once.
fn join_workspace(files: &mut [File]) {
    let manifest = files.iter_mut().find(|file| file.path == Path::new("Cargo.toml")).unwrap();
    let alone = manifest.text.strip_suffix("\n[workspace]\n").expect("the manifest ends with `[workspace]`");
    manifest.text = format!("{}\n", alone.trim_end());
}

fn write_workspace(minis: &Path, members: &[String]) {
    let members: Vec<String> = members.iter().map(|name| format!("  {name:?},\n")).collect();
    // Nobody debugs these crates, and each is compiled once for each change.
    let profile = "[profile.dev]\ndebug = false\nincremental = false\n";
    let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = [\n{}]\n\n{profile}", members.concat());
    // The versions of our own workspace; Cargo adds the members to the copy.
    let lock = fs::read_to_string(table::root().parent().unwrap().join("Cargo.lock")).unwrap();
    let seed = minis.join("Cargo.lock.seed");
    if fs::read_to_string(&seed).ok().as_ref() != Some(&lock) {
        fs::write(minis.join("Cargo.lock"), &lock).unwrap();
        fs::write(&seed, &lock).unwrap();
    }
    let path = minis.join("Cargo.toml");
    if fs::read_to_string(&path).ok().as_ref() != Some(&manifest) {
        fs::write(path, manifest).unwrap();
    }
}

pub(crate) fn run(minis: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--offline", "--quiet"])
        // One run shows what is wrong with all of them; tests have another name for that.
        .args((arguments[0] != "test").then_some("--keep-going"))
        .current_dir(minis)
        .env("CARGO_TARGET_DIR", table::root().parent().unwrap().join("target/minis/target"))
        .env("RUSTFLAGS", "-D warnings")
        .env("RUSTDOCFLAGS", "-D warnings")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("CARGO_TERM_COLOR", "never")
        .output()
        .unwrap();
    let (told, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "cargo {} in {}:\n{told}{failed}", arguments.join(" "), minis.display());
}
