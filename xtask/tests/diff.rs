//! `cargo xtask diff`: its ways to name a version, its output and its exit status.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that can't go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

fn diff(arguments: &[&Path], more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).arg("diff").args(arguments).args(more).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A folder with a document whose operation takes these arguments.
fn version(folder: &TempDir, name: &str, summary: &str, arguments: &[&str]) -> PathBuf {
    let parameters: Vec<Value> =
        arguments.iter().map(|name| json!({"name": name, "in": "query", "schema": {"type": "string"}})).collect();
    let operation = json!({
        "operationId": "listOrders", "tags": ["Orders"], "summary": summary, "parameters": parameters,
        "responses": {"204": {"description": "Done."}},
    });
    let document = json!({
        "openapi": "3.0.3", "info": {"title": "Orders", "version": "1"}, "paths": {"/orders": {"get": operation}},
    });
    let path = folder.path().join(name);
    fs::create_dir(&path).unwrap();
    fs::write(path.join("orders.json"), document.to_string()).unwrap();
    path
}

#[test]
fn the_exit_status_tells_the_class() {
    let folder = TempDir::new().unwrap();
    let base = version(&folder, "base", "List orders", &["city"]);
    let cases = [
        (version(&folder, "none", "List orders", &["city"]), 0, "0.3.1"),
        (version(&folder, "patch", "Show orders", &["city"]), 3, "0.3.2"),
        (version(&folder, "minor", "List orders", &["city", "shop"]), 4, "0.3.2"),
        (version(&folder, "major", "List orders", &[]), 5, "0.4.0"),
    ];
    for (other, status, next) in cases {
        let output = diff(&[&base, &other], &["--json", "--current=0.3.1"]);
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((output.status.code(), value["next"].as_str()), (Some(status), Some(next)), "{value:#}");
        assert_eq!(value["changes"].as_array().unwrap().is_empty(), status == 0, "{value:#}");
    }
}

#[test]
fn the_version_before_is_that_of_the_package() {
    let folder = TempDir::new().unwrap();
    let (old, new) = (version(&folder, "old", "List orders", &[]), version(&folder, "new", "Show orders", &[]));
    let table = [("'2.4.0'", Some("2.4.1"), ""), ("new", None, "error: `new` in sdk.yaml: a version is three numbers")];
    for (told, next, message) in table {
        fs::write(old.join("sdk.yaml"), format!("documents: [orders.json]\npackage: {{version: {told}}}\n")).unwrap();
        let output = diff(&[&old, &new], &["--json"]);
        let value: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        assert_eq!(value["next"].as_str(), next, "{value:#}");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with(message), "{output:?}");
    }
}

#[test]
fn the_text_has_an_entry_for_the_changelog() {
    let folder = TempDir::new().unwrap();
    let (old, new) =
        (version(&folder, "old", "List orders", &["city"]), version(&folder, "new", "Show orders", &["shop"]));
    // A folder and a document come to the same.
    for new in [&new, &new.join("orders.json")] {
        let shown = stdout(&diff(&[&old, new], &["--current=1.4.2"]));
        assert_eq!(
            shown,
            "major: what compiles today may not compile any more, or does something else
  `orders().list()` lost the argument `city`; `shop` of the same type is new, so perhaps it has only been renamed

minor: there is more than before
  `orders().list()` gained the optional argument `shop: String`

patch: nothing to do
  the documentation says something else of `orders().list()`

the version after 1.4.2 is 2.0.0, for major

for CHANGELOG.md:

## 2.0.0 (unreleased)

### What you must change

* `orders().list()` lost the argument `city`; `shop` of the same type is new, so perhaps it has only been renamed.

### What is new

* `orders().list()` gained the optional argument `shop: String`.

### What changed without your doing

* The documentation says something else of `orders().list()`.
"
        );
    }
}

#[test]
fn revisions_are_read_from_the_repository() {
    let output = diff(&[Path::new("HEAD"), Path::new("HEAD")], &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert_eq!(stdout(&output), "nothing has changed for users of the crate\n");
}

#[test]
fn what_is_no_version_is_an_error() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("broken.yaml"), "openapi: 3.0.3\npaths: [").unwrap();
    let (empty, good) = (TempDir::new().unwrap(), version(&folder, "good", "List orders", &[]));
    let cases = [
        (Path::new("no-such-revision"), "is neither a path nor a revision"),
        (Path::new("--output=x"), "unexpected argument"),
        (empty.path(), "there is neither an sdk.yaml nor a document"),
        (&folder.path().join("broken.yaml"), "can't be read"),
    ];
    for (version, expected) in cases {
        let output = diff(&[version, &good], &[]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(1 | 2)) && said.contains(expected), "{version:?}: {said}");
        assert!(output.stdout.is_empty());
    }
}
