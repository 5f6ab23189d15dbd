//! Input of 100 MB ends in a crate or in a message, in memory that grows no faster than the input.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::{compiles, table};

const SIZE: usize = 100_000_000;

/// In kB; 50 bytes for each of the input.
const MEMORY: usize = SIZE / 1024 * 50;

/// What would not come to an end within this time has hung.
const SECONDS: u32 = 900;

/// Runs `cargo xtask generate` with a limit to its memory and its time.
fn generate(folder: &Path, name: &str, content: &[u8]) -> Output {
    let spec = folder.join(name);
    fs::write(&spec, content).unwrap();
    let xtask = compiles::target().join("debug/xtask");
    Command::new("sh")
        .args(["-c", &format!("ulimit -v {MEMORY} && exec timeout {SECONDS} \"$0\" \"$@\"")])
        .arg(xtask)
        .args(["generate", "--name", "huge", "--spec"])
        .args([&spec, Path::new("--out"), &folder.join("out")])
        .output()
        .unwrap()
}

#[test]
#[cfg(unix)]
#[ignore = "takes minutes: reads 100 MB several times"]
fn a_hundred_megabytes_come_to_an_end() {
    let built = compiles::cargo(table::root().parent().unwrap()).args(["build", "--package=xtask"]).status().unwrap();
    assert!(built.success());
    let folder = TempDir::new().unwrap();
    let mut random = fastrand::Rng::with_seed(4);
    let garbage: Vec<u8> = (0..SIZE).map(|_| random.u8(..)).collect();
    let letters: Vec<u8> = (0..SIZE).map(|_| random.u8(b' '..=b'~')).collect();
    for (name, content, message) in [
        ("garbage.yaml", garbage, "error[unreadable-text]: the file is not UTF-8 text"),
        ("letters.yaml", letters, "error["),
        (
            "nested.yaml",
            "- [".repeat(SIZE / 3).into_bytes(),
            "error[too-large]: the file is nested more than 127 levels",
        ),
        ("nested.json", "{\"a\":".repeat(SIZE / 5).into_bytes(), "error[too-large]: the file is nested more than 127"),
        ("references.yaml", references().into_bytes(), "more of this kind"),
    ] {
        let output = generate(folder.path(), name, &content);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {told}");
        assert!(told.contains(message), "{name}: {told}");
    }
    let output = generate(folder.path(), "types.yaml", types().as_bytes());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(folder.path().join("out/src/lib.rs").exists());
}

const HEAD: &str = "openapi: 3.1.0\ninfo: {title: Huge, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n";

/// More references that lead nowhere than anyone wants to hear of; a fifth of the size, as each of them costs as much as a schema.
fn references() -> String {
    let mut text = HEAD.to_owned();
    for index in 0.. {
        if text.len() > SIZE / 5 {
            break;
        }
        let _ = writeln!(text, "    S{index}: {{properties: {{a: {{$ref: '#/components/schemas/T{index}'}}}}}}");
    }
    text
}

/// A document with nothing wrong in it.
fn types() -> String {
    let mut text = HEAD.to_owned();
    for index in 0.. {
        if text.len() > SIZE {
            break;
        }
        let _ = writeln!(
            text,
            "    S{index}:\n      description: {}\n      properties:",
            "A text as long as usual. ".repeat(6)
        );
        for member in 0..10 {
            let _ = writeln!(text, "        member_{member}: {{type: string, description: A member among others.}}");
        }
    }
    text
}
