//! The source of every document in small compiles without a warning, and so do crates.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use codegen::diagnostic::Diagnostics;
use codegen::emit::EmitOptions;
use codegen::generate::{self, Loaded};
use codegen::model::Api;
use codegen::sink::{Mode, Target, sink};
use codegen::source::Sources;

use crate::table::{self, Case};
use crate::{bundle, examples, messages, programs, round_trip};

/// Dependencies are built as for this workspace; each crate is compiled once for each change.
pub(crate) const PROFILE: &str = "[profile.dev]\ndebug = \"line-tables-only\"\nincremental = false\n";

/// Documents whose crates differ in more than their source, beside those that `programs` uses.
const OTHERS: &[&str] = &["documentation", "features", "hostile", "keywords", "no-operations", "webhooks-configured"];

#[test]
#[ignore = "takes minutes: builds crates"]
fn without_warnings() {
    let minis = write();
    // With all that a user may turn on at once. The least that a crate can be is what `round_trip` builds.
    let features = ["blocking", "testing", "tracing", bundle::ALL].join(",");
    run(&minis, &["check", "--package", bundle::NAME, "--features", &features]);
    let packages = |names: &[&str]| names.iter().map(|name| format!("--package=mini-{name}")).collect::<Vec<_>>();
    run(&minis, &[vec!["check".to_owned()], packages(OTHERS)].concat());
    run(&minis, &["check", "--package=mini-deep"]);
    run(&minis, &[vec!["check".to_owned(), "--no-default-features".to_owned()], packages(OTHERS)].concat());
    let documented = ["deliveries", "documentation", "events", "hostile", "keywords", "responses", "uploads"];
    run(&minis, &[vec!["doc".to_owned(), "--no-deps".to_owned()], packages(&documented)].concat());
    // What stands around an example in the documentation is the same for all; `examples` has the examples themselves.
    // (The program has no documentation; its dependencies are built already.)
    run(&minis, &["test", "--doc", "--package=mini-uploads", "--package", examples::NAME]);
}

/// What is checked before it is decoded brings features of its own.
#[test]
#[ignore = "takes minutes: builds crates"]
fn webhooks_without_warnings() {
    let minis = write();
    run(&minis, &["check", "--package=mini-webhooks-configured", "--all-features"]);
    run(&minis, &["check", "--package=mini-webhooks-configured", "--no-default-features", "--features=webhooks"]);
}

/// Writes the crates that are built here, all of them members of one workspace.
pub(crate) fn write() -> PathBuf {
    // Several tests want them.
    static MINIS: OnceLock<PathBuf> = OnceLock::new();
    MINIS.get_or_init(write_all).clone()
}

fn write_all() -> PathBuf {
    let minis = target().join("minis");
    let programs = programs::documents();
    let mut cases = table::cases(&["constructs", "names"]);
    cases.retain(|case| programs.contains(&case.name) || OTHERS.contains(&case.name.as_str()));
    let mut members = write_crates(&minis, &cases);
    bundle::write(&minis);
    examples::write(&minis);
    round_trip::write(&minis);
    messages::write(&minis);
    write_deep(&minis);
    members.extend([bundle::NAME, examples::NAME, round_trip::NAME, messages::NAME, "deep"].map(str::to_owned));
    write_workspace(&minis, &members);
    minis
}

/// Writes crates; their folders have the names of the documents.
fn write_crates(folder: &Path, cases: &[Case]) -> Vec<String> {
    for case in cases {
        let (loaded, api) = case.model();
        let api = api.unwrap_or_else(|| panic!("{}", table::rendered(&loaded)));
        write_crate(folder, &case.name, &api, &case.options());
    }
    cases.iter().map(|case| case.name.clone()).collect()
}

fn write_crate(folder: &Path, name: &str, api: &Api, options: &EmitOptions) {
    let mut files = generate::stand_alone(api, options).unwrap();
    let manifest = files.iter_mut().find(|file| file.path == Path::new("Cargo.toml")).unwrap();
    manifest.text = member(&manifest.text);
    let target = Target { root: folder.join(name), owned: vec![PathBuf::from("src/generated")] };
    sink(&target, &files, Mode::Write).unwrap();
}

/// Types that hold each other deeper than the compiler's usual limit lets it look.
fn write_deep(folder: &Path) {
    const LEVELS: usize = 200;
    let mut text = "openapi: 3.1.0\ninfo: {title: Deep, version: '1'}\npaths:\n".to_owned();
    let mut schemas = String::new();
    for (kind, link) in [
        ("Object", "{required: [next], properties: {next: {$ref: NEXT}}}"),
        ("List", "{type: array, items: {$ref: NEXT}}"),
        ("Lists", "{properties: {next: {type: array, items: {$ref: NEXT}}}}"),
        ("Union", "{oneOf: [{$ref: NEXT}, {type: string}]}"),
    ] {
        let content = format!("application/json: {{schema: {{$ref: '#/components/schemas/{kind}0'}}}}");
        text.push_str(&format!(
            "  /{kind}:\n    post: {{requestBody: {{content: {{{content}}}}}, responses: {{'200': {{description: Done., \
             content: {{{content}}}}}}}}}\n"
        ));
        for level in 0..LEVELS {
            let next = format!("'#/components/schemas/{kind}{}'", level + 1);
            schemas.push_str(&format!("    {kind}{level}: {}\n", link.replace("NEXT", &next)));
        }
        schemas.push_str(&format!("    {kind}{LEVELS}: {{properties: {{end: {{type: string}}}}}}\n"));
    }
    text.push_str(&format!("components:\n  schemas:\n{schemas}"));
    let mut diagnostics = Diagnostics::new();
    let sources = Sources::from_texts(&[("deep.yaml", text.as_str())], &mut diagnostics);
    let mut loaded = Loaded { sources, diagnostics, ..Loaded::default() };
    let api = generate::model(&mut loaded).unwrap_or_else(|| panic!("{}", table::rendered(&loaded)));
    let options = EmitOptions { crate_name: "mini-deep".to_owned(), command: "test".to_owned() };
    write_crate(folder, "deep", &api, &options);
}

/// A stand-alone crate is a workspace of its own; here all are members of one, to be built at once.
///
/// By default they are without TLS, which takes long to build and is the same for all.
pub(crate) fn member(manifest: &str) -> String {
    let alone = manifest.strip_suffix("\n[workspace]\n").expect("the manifest ends with `[workspace]`");
    let (before, after) = alone.split_once(", \"rustls-tls\"").expect("TLS is on by default");
    deny_warnings(&format!("{}{}\n", before, after.trim_end()))
}

/// As a lint of the crate and not by `RUSTFLAGS`, with which all dependencies would have to be built once more.
pub(crate) fn deny_warnings(manifest: &str) -> String {
    const TABLE: &str = "[lints.rust]\n";
    let (before, after) = manifest.split_once(TABLE).unwrap_or((manifest, ""));
    format!("{before}\n{TABLE}warnings = \"deny\"\n{after}")
}

/// That of this test, so that what it was built with isn't built again.
pub(crate) fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}

fn write_workspace(minis: &Path, members: &[String]) {
    let members: Vec<String> = members.iter().map(|name| format!("  {name:?},\n")).collect();
    let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = [\n{}]\n\n{PROFILE}", members.concat());
    // The versions of our own workspace; Cargo adds the members to the copy.
    let lock = fs::read_to_string(table::root().parent().unwrap().join("Cargo.lock")).unwrap();
    let seed = minis.join("Cargo.lock.seed");
    if fs::read_to_string(&seed).ok().as_ref() != Some(&lock) {
        fs::write(minis.join("Cargo.lock"), &lock).unwrap();
        fs::write(&seed, &lock).unwrap();
    }
    write_if_new(&minis.join("Cargo.toml"), &manifest);
}

/// What has not changed is not built again.
pub(crate) fn write_if_new(path: &Path, text: &str) {
    if fs::read_to_string(path).ok().as_deref() != Some(text) {
        fs::write(path, text).unwrap();
    }
}

pub(crate) fn run<S: AsRef<OsStr>>(minis: &Path, arguments: &[S]) {
    let mut cargo = cargo(minis);
    // One run shows what is wrong with all of them; tests have another name for that.
    let is_test = arguments.first().is_some_and(|command| command.as_ref() == "test");
    cargo.args(arguments).arg(if is_test { "--no-fail-fast" } else { "--keep-going" });
    let output = cargo.output().unwrap();
    let (told, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{cargo:?} in {}:\n{told}{failed}", minis.display());
}

/// Cargo, at work in a folder.
pub(crate) fn cargo(folder: &Path) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target())
        .env("CARGO_NET_OFFLINE", "true")
        .env("RUSTDOCFLAGS", "-D warnings")
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_TERM_QUIET", "true");
    cargo
}
