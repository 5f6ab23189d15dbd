//! Compiles the generated crates: members of one workspace with one target folder, so that what they depend on is
//! compiled once.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use codegen::emit::File;
use serde::Deserialize;

use super::documents::Document;
use super::rustc::{self, Measure};
use super::state::{State, hash};
use super::{Arguments, Checked, Class, Fallible, Outcome, progress};

/// So many crates go into one call of Cargo: few enough that little is lost when a run is broken off.
const BATCH: usize = 16;
/// What the compiler may use for one crate.
const SECONDS: u64 = 600;
const MIB: u64 = 12 * 1024;

/// Takes the mark off that makes a stand-alone crate a workspace of its own.
pub(super) fn join_workspace(files: &mut [File]) {
    if let Some(manifest) = files.iter_mut().find(|file| file.path == Path::new("Cargo.toml")) {
        let alone = manifest.text.trim_end();
        let member = alone.strip_suffix("[workspace]").unwrap_or(alone).trim_end();
        manifest.text = format!("{member}\n");
    }
}

/// Checks what has been generated and has not been checked before.
pub(super) fn check(
    arguments: &Arguments,
    documents: &[Document],
    outcomes: &mut [Outcome],
    work: &Path,
    state: &State,
) -> Fallible<()> {
    let compiler = compiler()?;
    let key = |outcome: &Outcome| format!("{}-{compiler:016x}", outcome.output);
    let mut pending = Vec::new();
    let mut members = Vec::new();
    for (document, outcome) in documents.iter().zip(outcomes.iter_mut()) {
        if outcome.class != Class::Generated {
            continue;
        }
        members.push(document.slug.clone());
        match state.check(&key(outcome)) {
            Some(known) => outcome.check = Some(known),
            None => pending.push((document, outcome)),
        }
    }
    if pending.is_empty() {
        return Ok(());
    }
    write_workspace(&work.join("crates"), &members)?;
    fetch()?;
    let bar = progress(pending.len(), "compiling ");
    for batch in pending.chunks_mut(BATCH) {
        let slugs: Vec<&str> = batch.iter().map(|(document, _)| document.slug.as_str()).collect();
        let mut found = cargo_check(arguments, work, &slugs, |slug| {
            bar.set_message(slug.to_owned());
            bar.inc(1);
        })?;
        for (document, outcome) in batch {
            let check = found.remove(&document.slug).unwrap_or_default();
            state.keep_check(&key(outcome), &document.name, &check)?;
            outcome.check = Some(check);
        }
    }
    bar.finish_and_clear();
    Ok(())
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Stands for the compiler's version.
fn compiler() -> Fallible<u64> {
    let output = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("-vV").output()?;
    Ok(hash(&output.stdout))
}

/// Downloads what the crates need beyond this program's own packages, so that the checks need no network.
fn fetch() -> Fallible<()> {
    let fetched = cargo().args(["fetch", "--quiet", "--locked"]).current_dir(crate::workspace()).status()?;
    if fetched.success() {
        Ok(())
    } else {
        Err("the packages that the crates need could not be downloaded; run `cargo fetch` to see why".into())
    }
}

fn write_workspace(folder: &Path, members: &[String]) -> Fallible<()> {
    fs::create_dir_all(folder)?;
    let members: Vec<String> = members.iter().map(|name| format!("  {name:?},\n")).collect();
    let profile = "[profile.dev]\ndebug = false\nincremental = false\n";
    let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = [\n{}]\n\n{profile}", members.concat());
    fs::write(folder.join("Cargo.toml"), manifest)?;
    // The versions of our own workspace; Cargo adds the members to the copy.
    fs::copy(crate::workspace().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(())
}

/// What Cargo prints with `--message-format=json`, as far as it matters here.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    manifest_path: String,
    #[serde(rename = "message")]
    told: Option<Told>,
}

#[derive(Deserialize)]
struct Told {
    level: String,
    message: String,
    #[serde(default)]
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: usize,
}

fn cargo_check(
    arguments: &Arguments,
    work: &Path,
    slugs: &[&str],
    mut done: impl FnMut(&str),
) -> Fallible<HashMap<String, Checked>> {
    let measures = work.join("measures");
    fs::create_dir_all(&measures)?;
    let mut command = cargo();
    command.args(["check", "--offline", "--quiet", "--keep-going", "--message-format=json"]);
    command.args(slugs.iter().map(|slug| format!("--package={slug}")));
    if let Some(jobs) = arguments.jobs {
        command.arg(format!("--jobs={}", jobs.max(1)));
    }
    command.current_dir(work.join("crates"));
    command.env("CARGO_TARGET_DIR", std::path::absolute(work.join("target"))?);
    command.env("RUSTC_WORKSPACE_WRAPPER", std::env::current_exe()?);
    command.env(rustc::FOLDER, std::path::absolute(&measures)?);
    command.env(rustc::SECONDS, SECONDS.to_string()).env(rustc::MIB, MIB.to_string());
    command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    let log = work.join("cargo.log");
    let mut child = command.stdout(Stdio::piped()).stderr(fs::File::create(&log)?).spawn()?;
    let Some(stdout) = child.stdout.take() else { return Err("cargo has no output".into()) };

    let mut found: HashMap<String, Checked> = HashMap::new();
    let mut finished = false;
    for line in BufReader::new(stdout).lines() {
        let Ok(message) = serde_json::from_str::<Message>(&line?) else { continue };
        finished |= message.reason == "build-finished";
        let folder = Path::new(&message.manifest_path).parent().and_then(Path::file_name);
        let Some(slug) = folder.and_then(|name| name.to_str()).filter(|slug| slugs.contains(slug)) else { continue };
        let check = found.entry(slug.to_owned()).or_default();
        match (message.reason.as_str(), message.told) {
            ("compiler-artifact", _) => {
                check.compiled = true;
                done(slug);
            }
            ("compiler-message", Some(told)) => check.add(&told),
            _ => {}
        }
    }
    child.wait()?;
    if !finished {
        return Err(format!("cargo check did not begin; see {}", log.display()).into());
    }
    for slug in slugs {
        let check = found.entry((*slug).to_owned()).or_default();
        let measure = fs::read_to_string(measures.join(slug.replace('-', "_")));
        if let Some(Measure { seconds, peak_mib }) = measure.ok().and_then(|text| serde_json::from_str(&text).ok()) {
            check.seconds = Some(seconds);
            check.peak_mib = Some(peak_mib);
        }
        if !check.compiled {
            done(slug);
        }
        if !check.compiled && check.message.is_empty() {
            "the compiler said nothing: out of time or memory".clone_into(&mut check.message);
        }
    }
    Ok(found)
}

impl Checked {
    fn add(&mut self, told: &Told) {
        // The compiler counts its own messages in one more.
        let summary = told.spans.is_empty() && (told.message.contains("emitted") || told.message.contains("aborting"));
        let first = match told.level.as_str() {
            _ if summary => return,
            "warning" => {
                self.warnings += 1;
                self.errors == 0 && self.warnings == 1
            }
            level if level.starts_with("error") => {
                self.errors += 1;
                self.errors == 1
            }
            _ => return,
        };
        if first {
            let place = told.spans.first().map(|span| format!("{}:{}: ", span.file_name, span.line_start));
            self.message = format!("{}{}", place.unwrap_or_default(), told.message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_error_is_shown() {
        let told = |level: &str, message: &str, line| Told {
            level: level.to_owned(),
            message: message.to_owned(),
            spans: if line > 0 { vec![Span { file_name: "a.rs".to_owned(), line_start: line }] } else { Vec::new() },
        };
        let mut check = Checked::default();
        check.add(&told("warning", "unused", 1));
        assert_eq!(check.message, "a.rs:1: unused");
        check.add(&told("error", "no such name", 2));
        check.add(&told("error", "no such type", 3));
        check.add(&told("error", "aborting due to 2 previous errors", 0));
        check.add(&told("note", "a note", 4));
        assert_eq!((check.errors, check.warnings, check.message.as_str()), (2, 1, "a.rs:2: no such name"));
    }
}
