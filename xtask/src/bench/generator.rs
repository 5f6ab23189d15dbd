//! Time and memory of the generator, against a process that only parses the same YAML.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use clap::{Args, ValueEnum};
use codegen::sink::Mode;
use serde_json::{Map, Value};

use super::Result;
use super::line::{Line, median};
use crate::generate::{self, in_workspace};
use crate::measure::used_by_this;

const ROUNDS: usize = 11;
/// So many copies of our documents have about as many operations as Telnyx's whole document.
const COPIES: usize = 12;

/// What a process that is measured does.
#[derive(Debug, Args)]
pub(crate) struct Worker {
    job: Job,
    file: PathBuf,
    out: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Job {
    Parse,
    Generate,
}

/// Measures in the system's folder for temporary files. In `target`, where cargo makes and removes files by the
/// thousand, a file system without a journal (ext4 in many virtual machines) may search for the place of each new file
/// longer than we need to generate it.
pub(super) fn run(spec: Option<&Path>) -> Result<Vec<Line>> {
    let program = release()?;
    let folder = tempfile::tempdir()?;
    let lines = all(&program, folder.path(), spec)?;
    folder.close()?;
    Ok(lines)
}

fn all(program: &Path, folder: &Path, spec: Option<&Path>) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    let own = turns(program, &in_workspace("specs/sdk.yaml"), &folder.join("own"))?;
    lines.push(Line { at_most: Some(0.3), ..Line::plain("our documents, from nothing", own.seconds, "s") });
    lines.push(Line::ratio("the same", own.ratio, "parsing their YAML", None));
    if let Some(spec) = spec {
        let name = spec.file_name().and_then(|name| name.to_str()).unwrap_or("it");
        lines.extend(big(name, &turns(program, spec, &folder.join("big"))?));
        return Ok(lines);
    }
    let documents = in_workspace("specs");
    let mut sizes = Vec::new();
    for copies in [COPIES, 2 * COPIES, 4 * COPIES] {
        let file = folder.join(format!("copies-{copies}.yaml"));
        std::fs::write(&file, many(&documents, copies)?)?;
        let figures = turns(program, &file, &folder.join(format!("many-{copies}")))?;
        if copies == COPIES {
            lines.extend(big(&format!("{copies} copies of our documents"), &figures));
        }
        sizes.push((copies, figures.seconds));
    }
    if let [(_, one), rest @ ..] = sizes.as_slice() {
        for (copies, seconds) in rest {
            lines.push(Line::ratio(format!("{copies} copies"), seconds / one, &format!("{COPIES} copies"), None));
        }
    }
    Ok(lines)
}

fn big(what: &str, figures: &Figures) -> [Line; 4] {
    [
        Line::plain(format!("{what}, CPU"), figures.seconds, "s"),
        Line::ratio("the same", figures.ratio, "parsing the YAML", Some(4.0)),
        Line::ratio("the same, before the files are written", figures.unwritten, "parsing the YAML", None),
        Line { at_most: Some(250.0), ..Line::plain("the most memory", figures.mib, "MiB") },
    ]
}

/// Medians of some rounds.
struct Figures {
    seconds: f64,
    ratio: f64,
    /// The ratio if nothing were written.
    unwritten: f64,
    mib: f64,
}

/// Medians over rounds, of which each writes into a folder of its own: nothing is removed in between.
fn turns(program: &Path, file: &Path, out: &Path) -> Result<Figures> {
    let (mut seconds, mut ratios, mut unwritten, mut memory) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let out = out.join(round.to_string());
        let generated = work(program, Job::Generate, file, &out)?;
        let parsed = work(program, Job::Parse, file, &out)?;
        seconds.push(generated.whole);
        ratios.push(generated.whole / parsed.whole);
        unwritten.push(generated.unwritten / parsed.whole);
        memory.push(generated.mib);
    }
    Ok(Figures { seconds: median(seconds), ratio: median(ratios), unwritten: median(unwritten), mib: median(memory) })
}

/// What a worker says of itself.
struct Used {
    /// Processor time, in seconds.
    whole: f64,
    /// The part of it before anything was written.
    unwritten: f64,
    mib: f64,
}

/// Runs a process and gives what it says of itself.
fn work(program: &Path, job: Job, file: &Path, out: &Path) -> Result<Used> {
    let name = match job {
        Job::Parse => "parse",
        Job::Generate => "generate",
    };
    let output =
        Command::new(program).args(["bench-worker", name]).args([file, out]).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{name} {} failed", file.display()).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let mut words = text.split_whitespace();
    let mut next = || -> Result<f64> { Ok(words.next().ok_or("the process did not say what it used")?.parse()?) };
    Ok(Used { unwritten: next()?, whole: next()?, mib: next()? })
}

/// This program, as it is built for use.
fn release() -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--quiet", "--package", "xtask"])
        .current_dir(crate::workspace())
        .status()?;
    if !status.success() {
        return Err("xtask can't be built".into());
    }
    Ok(crate::target_folder().join("release").join("xtask").with_extension(std::env::consts::EXE_EXTENSION))
}

pub(crate) fn run_worker(worker: &Worker) -> ExitCode {
    match job(worker) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn job(worker: &Worker) -> Result<()> {
    let used = || used_by_this().ok_or("the system tells no CPU time");
    let unwritten = match worker.job {
        Job::Parse => {
            for file in files(&worker.file)? {
                let _: Value = serde_yaml::from_str(&std::fs::read_to_string(file)?)?;
            }
            used()?
        }
        Job::Generate => {
            let files = generate::of(&worker.file)?;
            let used = used()?;
            generate::save(&files, &worker.out, Mode::Write)?;
            used
        }
    };
    let whole = used()?;
    println!("{} {} {}", unwritten.seconds, whole.seconds, whole.peak_mib);
    Ok(())
}

/// What is read: a document, or a configuration and the documents beside it.
fn files(file: &Path) -> Result<Vec<PathBuf>> {
    if file.file_name().is_none_or(|name| name != "sdk.yaml") {
        return Ok(vec![file.to_owned()]);
    }
    let folder = file.parent().ok_or("the configuration stands in no folder")?;
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        files.push(entry?.path());
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    Ok(files)
}

/// One document that holds ours many times, each copy with names of its own.
fn many(folder: &Path, copies: usize) -> Result<String> {
    let mut schemas = Map::new();
    let mut parameters = Map::new();
    let mut responses = Map::new();
    let mut paths = Map::new();
    for file in files(&folder.join("sdk.yaml"))? {
        let document: Value = serde_yaml::from_str(&std::fs::read_to_string(&file)?)?;
        for copy in 0..copies {
            let mut document = document.clone();
            rename(&mut document, copy);
            let take = |pointer: &str, into: &mut Map<String, Value>, name: &dyn Fn(&str) -> String| {
                for (key, value) in document.pointer(pointer).and_then(Value::as_object).into_iter().flatten() {
                    into.insert(name(key), value.clone());
                }
            };
            take("/components/schemas", &mut schemas, &|key| format!("{key}{copy}"));
            take("/components/parameters", &mut parameters, &|key| format!("{key}{copy}"));
            take("/components/responses", &mut responses, &|key| format!("{key}{copy}"));
            take("/paths", &mut paths, &|key| format!("/copy{copy}{key}"));
        }
    }
    let components = serde_json::json!({"schemas": schemas, "parameters": parameters, "responses": responses});
    let document = serde_json::json!({
        "openapi": "3.1.0",
        "info": {"title": "Many", "version": "1"},
        "paths": paths,
        "components": components,
    });
    Ok(serde_yaml::to_string(&document)?)
}

/// Leads references and operation ids to the copy's own.
fn rename(value: &mut Value, copy: usize) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match (name.as_str(), &mut *member) {
                    ("$ref", Value::String(text)) => {
                        let pointer = text.find('#').and_then(|at| text.get(at..)).unwrap_or_default();
                        *text = format!("{pointer}{copy}");
                    }
                    ("operationId", Value::String(text)) => *text = format!("{text}{copy}"),
                    ("mapping", Value::Object(mapping)) => {
                        for target in mapping.values_mut() {
                            if let Value::String(text) = target {
                                *text = format!("{text}{copy}");
                            }
                        }
                    }
                    _ => rename(member, copy),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, copy)),
        _ => {}
    }
}
