//! `cargo xtask corpus` over a folder of documents, good and bad.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const GOOD: &str = "openapi: 3.0.3
info: {title: Pets, version: '1'}
paths:
  /pets:
    get:
      operationId: listPets
      responses:
        '200':
          description: OK
          content: {application/json: {schema: {type: array, items: {type: string}}}}
";

fn corpus(folder: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("corpus").arg(folder.join("documents")).arg("--work").arg(folder.join("work")).args(more);
    command.output().unwrap()
}

#[test]
fn every_document_has_an_outcome() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join("documents").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("good.yaml", GOOD);
    write("old/swagger.json", r#"{"swagger": "2.0", "info": {"title": "Old", "version": "1"}, "paths": {}}"#);
    write("dangling.yml", &GOOD.replace("type: string", "$ref: '#/components/schemas/Pet'"));
    write("binary.json", "\u{1}\u{2}\u{3}");

    let output = corpus(folder.path(), &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    for line in [
        "documents           4\n",
        "  not OpenAPI 3.x   1\n",
        "  invalid           2\n",
        "generated           1 of 1, 100.00 %\n",
        "     1  dangling-ref\n        dangling.yml: 10:",
    ] {
        assert!(text.contains(line), "{line}\nin:\n{text}");
    }

    // Nothing is done twice.
    let outcomes = folder.path().join("work/outcomes.jsonl");
    let before = fs::read_to_string(&outcomes).unwrap();
    assert_eq!(before.lines().count(), 4);
    let output = corpus(folder.path(), &["--json"]);
    assert_eq!(fs::read_to_string(&outcomes).unwrap(), before);
    let entries: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let classes: Vec<_> = entries.as_array().unwrap().iter().map(|entry| entry["class"].as_str().unwrap()).collect();
    assert_eq!(classes, ["invalid", "invalid", "generated", "not-open-api"]);

    // A changed document is done again, and it alone.
    write("dangling.yml", GOOD);
    assert!(corpus(folder.path(), &[]).status.success());
    assert_eq!(fs::read_to_string(&outcomes).unwrap().lines().count(), 5);
}

/// A worker that runs out of what it may use is an outcome like any other.
#[test]
#[cfg(target_os = "linux")]
fn limits_hold() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("documents")).unwrap();
    let mut text = format!("{GOOD}components:\n  schemas:\n");
    for index in 0..60_000 {
        text.push_str(&format!("    S{index}: {{type: string}}\n"));
    }
    fs::write(folder.path().join("documents/big.yaml"), text).unwrap();
    let output = corpus(folder.path(), &["--memory", "64"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("failed\n     1  memory\n"), "{text}");
}
