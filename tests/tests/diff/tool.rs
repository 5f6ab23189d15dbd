//! The verdicts of cargo-semver-checks and of the compiler on the generated crates.
//!
//! The tool is given rustdoc's JSON of both versions, which we make ourselves in one target folder, so that what the
//! crates depend on is compiled once. The compiler is given `consumer.rs`, which uses all of the first version.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use codegen::emit::EmitOptions;
use codegen::generate;
use codegen::sink::{Mode, Target, sink};

use crate::edits::{Edit, base_text, model};

const NAME: &str = "parcels";

/// What the two say about one edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The class that cargo-semver-checks demands.
    pub(crate) tool: String,
    /// Whether `consumer.rs` compiles.
    pub(crate) compiles: bool,
}

pub(crate) fn verdicts(edits: &[Edit]) -> BTreeMap<String, Verdict> {
    let folder = consumed();
    let baseline = documented(&folder, "base");
    edits
        .iter()
        .enumerate()
        .map(|(index, edit)| {
            write_crate(&folder, &edit.document());
            let tool = verdict(&baseline, &documented(&folder, &format!("edit-{index}")));
            (edit.name.clone(), Verdict { tool, compiles: consume(&folder).status.success() })
        })
        .collect()
}

/// The folder with the crate of the first version, with which `consumer.rs` compiles.
pub(crate) fn consumed() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("target/semver");
    write_crate(&folder, &base_text());
    let output = consume(&folder);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    folder
}

/// Writes the crate of a document.
fn write_crate(folder: &Path, document: &str) {
    let crate_folder = folder.join("crate");
    let options = EmitOptions { crate_name: NAME.to_owned(), command: "cargo xtask generate".to_owned() };
    let files = generate::stand_alone(&model(document), &options).unwrap();
    let target = Target { root: crate_folder.clone(), owned: vec![PathBuf::from("src/generated")] };
    sink(&target, &files, Mode::Write).unwrap();
    copy_lock(&crate_folder);
}

/// The versions of our own workspace; Cargo takes out what is not needed.
fn copy_lock(folder: &Path) {
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("Cargo.lock");
    fs::copy(lock, folder.join("Cargo.lock")).unwrap();
}

/// rustdoc's JSON of the crate.
fn documented(folder: &Path, name: &str) -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["rustdoc", "--offline", "--quiet", "--lib", "--features=blocking,testing", "--"])
        .args(["-Zunstable-options", "--output-format=json", "--document-hidden-items", "--cap-lints=allow"])
        .current_dir(folder.join("crate"))
        .env("CARGO_TARGET_DIR", folder.join("target"))
        // The format of the JSON is not stable, but cargo-semver-checks reads that of stable compilers.
        .env("RUSTC_BOOTSTRAP", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json = folder.join(format!("{name}.json"));
    fs::copy(folder.join("target/doc").join(format!("{NAME}.json")), &json).unwrap();
    json
}

/// Compiles the code that uses the crate.
fn consume(folder: &Path) -> Output {
    let consumer = folder.join("consumer");
    fs::create_dir_all(consumer.join("src")).unwrap();
    let manifest = format!(
        "[package]\nname = \"consumer\"\nedition = \"2024\"\n\n[dependencies]\n{NAME} = {{ path = \"../crate\" }}\n\n[workspace]\n"
    );
    fs::write(consumer.join("Cargo.toml"), manifest).unwrap();
    fs::write(consumer.join("src/lib.rs"), include_str!("consumer.rs")).unwrap();
    copy_lock(&consumer);
    Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet"])
        .current_dir(&consumer)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .output()
        .unwrap()
}

fn verdict(baseline: &Path, current: &Path) -> String {
    let output = Command::new("cargo")
        .args(["semver-checks", "check-release", "--color=never", "--release-type=patch"])
        .args([Path::new("--baseline-rustdoc"), baseline, Path::new("--current-rustdoc"), current])
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let verdict = match () {
        () if said.contains("requires new major version") => "major",
        () if said.contains("requires new minor version") => "minor",
        () if output.status.success() && said.contains("no semver update required") => "none",
        () => panic!("cargo-semver-checks can't be run, or says what is not understood:\n{said}"),
    };
    verdict.to_owned()
}
