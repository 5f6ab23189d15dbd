//! What the SDK costs the builds of those who use it.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use super::Result;
use super::line::Line;
use crate::measure::used_by_children;

const CRATE: &str = "telnyx-porting";
const RUNS: usize = 3;
/// A crate that everybody knows, is built by every user of this one, and depends on none of ours: what ours costs in its
/// terms is the same on a slow machine as on a fast one.
const YARDSTICK: &str = "reqwest";

/// Features, and the most seconds of CPU that `check` and a release build may take.
const SELECTIONS: [(&str, &[&str], f64, f64); 2] = [
    ("default features", &[], 4.0, 7.0),
    ("one product", &["--no-default-features", "--features", "client,rustls-tls,gzip,porting-in"], 2.0, 3.5),
];

pub(super) fn run() -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for (selection, features, check, release) in SELECTIONS {
        for (profile, command, aim) in [("check", &["check"][..], check), ("release", &["build", "--release"], release)]
        {
            let arguments = [command, &["--package", CRATE], features].concat();
            // What stands in the folder from an earlier run would make the cold build look warm.
            let all = if features.is_empty() { Some(cold(&arguments)?) } else { None };
            let seconds = cost(&arguments, &["src/lib.rs"])?;
            lines.push(Line {
                at_most: Some(aim),
                ..Line::plain(format!("{profile}, {selection}"), seconds, "s of CPU")
            });
            if let Some(all) = all {
                lines.push(Line::ratio("the same", seconds / all, "a cold build, with all dependencies", None));
            }
            if profile == "release" {
                let yardstick = cost_of_dependency(&arguments)? - seconds;
                lines.push(Line::ratio("the same", seconds / yardstick, &format!("building {YARDSTICK} alone"), None));
            }
        }
    }
    let program = ["build", "--release", "--package", CRATE, "--example", "quickstart"];
    let seconds = cost(&program, &["src/lib.rs", "examples/quickstart.rs"])?;
    lines.push(Line::plain("release, with the program `quickstart`", seconds, "s of CPU"));
    let (files, newlines, bytes) = generated(&crate::workspace().join(CRATE).join("src/generated"))?;
    lines.push(Line::plain(format!("generated source in {files} files"), newlines, "lines"));
    lines.push(Line::plain("the same", bytes / 1e3, "kB"));
    lines.push(Line::plain("crates in the default tree, this one included", crates()?, "crates"));
    Ok(lines)
}

/// CPU that Cargo takes to build files of ours anew, all dependencies being built; the least of some runs.
fn cost(arguments: &[&str], files: &[&str]) -> Result<f64> {
    cargo(arguments)?;
    let mut least = f64::INFINITY;
    for _ in 0..RUNS {
        for file in files {
            File::options()
                .append(true)
                .open(crate::workspace().join(CRATE).join(file))?
                .set_modified(SystemTime::now())?;
        }
        least = least.min(cpu(arguments)?);
    }
    Ok(least)
}

/// CPU that a release build takes of this crate and of the dependency by which it is measured.
fn cost_of_dependency(arguments: &[&str]) -> Result<f64> {
    let mut least = f64::INFINITY;
    for _ in 0..RUNS {
        cargo(&["clean", "--release", "--package", YARDSTICK])?;
        least = least.min(cpu(arguments)?);
    }
    Ok(least)
}

/// CPU that Cargo takes where nothing has been built yet.
fn cold(arguments: &[&str]) -> Result<f64> {
    let folder = folder();
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    cpu(arguments)
}

fn cpu(arguments: &[&str]) -> Result<f64> {
    let before = used_by_children().ok_or("the system tells no CPU time")?;
    cargo(arguments)?;
    let after = used_by_children().ok_or("the system tells no CPU time")?;
    Ok(after.seconds - before.seconds)
}

/// Not the folder where everything else is built, whose state would be part of the measure.
fn folder() -> PathBuf {
    crate::target_folder().join("bench")
}

fn cargo(arguments: &[&str]) -> Result<Vec<u8>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(arguments)
        .arg("--quiet")
        .current_dir(crate::workspace())
        .env("CARGO_TARGET_DIR", folder())
        .env("CARGO_INCREMENTAL", "0")
        .stderr(Stdio::inherit())
        .output()?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(format!("cargo {} failed", arguments.join(" ")).into())
    }
}

/// How many files, lines and bytes stand in a folder.
fn generated(folder: &Path) -> Result<(usize, f64, f64)> {
    let (mut files, mut lines, mut bytes) = (0, 0.0, 0.0);
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            let inner = generated(&path)?;
            (files, lines, bytes) = (files + inner.0, lines + inner.1, bytes + inner.2);
        } else {
            let text = std::fs::read_to_string(&path)?;
            files += 1;
            lines += f64::from(u32::try_from(text.lines().count())?);
            bytes += f64::from(u32::try_from(text.len())?);
        }
    }
    Ok((files, lines, bytes))
}

fn crates() -> Result<f64> {
    let tree = cargo(&["tree", "--package", CRATE, "--edges", "normal", "--prefix", "none", "--format", "{p}"])?;
    let tree = String::from_utf8(tree)?;
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(" (").next()).collect();
    Ok(f64::from(u32::try_from(names.len())?))
}
