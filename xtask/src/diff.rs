//! `cargo xtask diff`

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Args;
use codegen::diff::{self, Class, Diff, Version};
use codegen::generate;
use codegen::model::Api;
use serde_json::json;
use tempfile::TempDir;

use crate::generate::{in_workspace, report};
use crate::workspace;

type Failure = Box<dyn std::error::Error>;

/// Tells what changes for users of the crate between two versions of the documents.
///
/// Each change has its class of semantic versioning; the version that has to follow and an entry for the changelog come
/// after them.
///
/// A version is a folder with an sdk.yaml or with documents, an sdk.yaml or a document by itself, or a git revision of this repository,
/// whose specs/ is read. What the generator and the runtime do is not compared: both versions go through those of today.
///
/// The exit status is 0 if nothing has changed for users, 3 if the changes are patches, 4 if there is more than before
/// (minor), 5 if users must act (major); 1 if a version can't be read, 2 if the command line is wrong.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The version before: a folder, a document, or a git revision.
    old: String,
    /// The version after [default: specs/ as it is in the working tree].
    new: Option<String>,
    /// The version of the crate before [default: `version` under `package` in its sdk.yaml, or that of this workspace].
    #[arg(long, value_name = "VERSION")]
    current: Option<Version>,
    /// Print JSON, with every change by itself: the text tells once what is the same of several operations or types.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    match compare(arguments) {
        Ok((diff, current)) => {
            let text = if arguments.json { as_json(&diff, current) } else { as_text(&diff, current) };
            // A reader that has gone away is no reason to fail.
            let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
            ExitCode::from(status(diff.class()))
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn status(class: Option<Class>) -> u8 {
    match class {
        None => 0,
        Some(Class::Patch) => 3,
        Some(Class::Minor) => 4,
        Some(Class::Major) => 5,
    }
}

/// The difference, and the version of the crate before.
fn compare(arguments: &Arguments) -> Result<(Diff, Version), Failure> {
    let specs = in_workspace("specs");
    let old = model(&arguments.old)?;
    let new = match &arguments.new {
        Some(new) => model(new)?,
        None => model_at(&specs, &specs.display().to_string())?,
    };
    let current = match (arguments.current, &old.package.version) {
        (Some(current), _) => current,
        (None, Some(version)) => version.parse().map_err(|error| format!("`{version}` in sdk.yaml: {error}"))?,
        (None, None) => env!("CARGO_PKG_VERSION").parse()?,
    };
    Ok((diff::compare(&old, &new), current))
}

/// The model of a folder, a document, or a revision.
fn model(version: &str) -> Result<Api, Failure> {
    let path = Path::new(version);
    if path.exists() {
        return model_at(path, version);
    }
    let folder = checkout(version)?;
    model_at(&folder.path().join("specs"), version)
}

fn model_at(path: &Path, version: &str) -> Result<Api, Failure> {
    let is_config = path.file_name().is_some_and(|name| name == "sdk.yaml");
    let config = if is_config { path.to_owned() } else { path.join("sdk.yaml") };
    let mut loaded = if config.is_file() {
        generate::load(&[], Some(&config))
    } else if path.is_dir() {
        generate::load(&documents(path)?, None)
    } else {
        generate::load(&[path.to_owned()], None)
    };
    let api = generate::model(&mut loaded);
    if api.is_none() {
        report(&loaded);
    }
    api.ok_or_else(|| format!("{version} can't be read").into())
}

/// The documents in a folder, in the order of their names.
fn documents(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|known| extension == *known)) {
            found.push(path);
        }
    }
    if found.is_empty() {
        return Err(format!("{}: there is neither an sdk.yaml nor a document", folder.display()).into());
    }
    found.sort();
    Ok(found)
}

/// Writes specs/ of a revision to a folder of its own.
fn checkout(revision: &str) -> Result<TempDir, Failure> {
    if revision.starts_with('-') {
        return Err(format!("`{revision}` is neither a path nor a revision").into());
    }
    let listed = git(&["ls-tree", "-r", "-z", "--name-only", revision, "--", "specs/"])
        .map_err(|error| format!("`{revision}` is neither a path nor a revision: {error}"))?;
    let folder = TempDir::new()?;
    let mut names = listed.split(|byte| *byte == 0).filter(|name| !name.is_empty()).peekable();
    if names.peek().is_none() {
        return Err(format!("there is no specs/ in {revision}").into());
    }
    for name in names {
        let name = std::str::from_utf8(name)?;
        let path = folder.path().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, git(&["show", &format!("{revision}:{name}")])?)?;
    }
    Ok(folder)
}

fn git(arguments: &[&str]) -> Result<Vec<u8>, Failure> {
    let output = Command::new("git").args(arguments).current_dir(workspace()).output();
    let output = output.map_err(|error| format!("git can't be run: {error}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().into())
}

fn as_text(diff: &Diff, current: Version) -> String {
    let mut text = diff.to_string();
    if let (Some(class), Some(entry)) = (diff.class(), diff.changelog(current)) {
        let next = current.after(class);
        text.push_str(&format!("\nthe version after {current} is {next}, for {}\n", class.as_str()));
        text.push_str(&format!("\nfor CHANGELOG.md:\n\n{entry}"));
    }
    text
}

fn as_json(diff: &Diff, current: Version) -> String {
    let class = diff.class();
    let next = class.map_or(current, |class| current.after(class));
    let value = json!({
        "class": class,
        "current": current.to_string(),
        "next": next.to_string(),
        "changes": diff.changes,
        "changelog": diff.changelog(current),
    });
    format!("{value:#}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_configuration_is_no_document() {
        let operations = |path: &str| model(&in_workspace(path).display().to_string()).unwrap().methods().len();
        assert_eq!(operations("specs/sdk.yaml"), operations("specs"));
    }

    #[test]
    fn what_is_no_version_is_told() {
        let folder = TempDir::new().unwrap();
        let empty = folder.path().display().to_string();
        let table = [
            ("no-such-thing", "`no-such-thing` is neither a path nor a revision: "),
            ("", "`` is neither a path nor a revision"),
            ("-x", "`-x` is neither a path nor a revision"),
            (empty.as_str(), "there is neither an sdk.yaml nor a document"),
        ];
        for (version, expected) in table {
            let error = model(version).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
