//! One document in a process of its own: a panic, an overflowing stack or a lack of memory ends that process alone.
//! The limits are the system's, so that they hold whatever the code does.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Output};
use std::time::Instant;

use clap::Args;
use codegen::diagnostic::{Diagnostic, Severity};
use codegen::emit::EmitOptions;
use codegen::generate::{self, Loaded};
use codegen::sink::{Mode, Target, sink};

use super::documents::Document;
use super::{Class, Fallible, Outcome};
use crate::measure;

/// Generates from one document and prints the outcome as JSON.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[arg(long)]
    document: PathBuf,
    #[arg(long)]
    name: String,
    #[arg(long)]
    out: Option<PathBuf>,
    #[arg(long)]
    time: u64,
    #[arg(long)]
    memory: u64,
}

/// Lets a worker generate, and makes an outcome of however it ends.
pub(super) fn spawn(arguments: &super::Arguments, document: &Document, out: Option<&Path>) -> Fallible<Outcome> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("corpus-worker").arg("--document").arg(&document.path).args(["--name", &document.slug]);
    command.args(["--time", &arguments.time.to_string(), "--memory", &arguments.memory.to_string()]);
    if let Some(out) = out {
        command.arg("--out").arg(out);
    }
    let start = Instant::now();
    let output = command.output()?;
    if output.status.success() {
        return Ok(serde_json::from_slice(&output.stdout)?);
    }
    let seconds = start.elapsed().as_secs_f64();
    let (reason, message) = death(&output);
    Ok(Outcome { class: Class::Failed, reason: reason.to_owned(), message, seconds, ..Outcome::default() })
}

/// Why a worker ended without an outcome.
fn death(output: &Output) -> (&'static str, String) {
    let told = String::from_utf8_lossy(&output.stderr);
    let line = |text: &str| told.lines().find(|line| line.contains(text)).map(str::to_owned);
    if let Some(line) = line("memory allocation of") {
        return ("memory", line);
    }
    if let Some(line) = line("overflowed its stack") {
        return ("stack", line);
    }
    if told.contains("panicked at") {
        let lines: Vec<&str> = told.lines().skip_while(|line| !line.contains("panicked at")).take(2).collect();
        return ("panic", lines.join(" "));
    }
    if was_stopped(output.status) {
        return ("time", output.status.to_string());
    }
    ("crash", format!("{}: {}", output.status, told.lines().next().unwrap_or_default()))
}

#[cfg(unix)]
fn was_stopped(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    /// The same numbers on all systems: out of processor time, and killed for not listening to that.
    const SIGXCPU: i32 = 24;
    const SIGKILL: i32 = 9;
    matches!(status.signal(), Some(SIGXCPU | SIGKILL))
}

#[cfg(not(unix))]
fn was_stopped(_status: ExitStatus) -> bool {
    false
}

/// The worker itself.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    if let Err(error) = measure::limit(arguments.time, arguments.memory) {
        eprintln!("error: the limits can't be set: {error}");
        return ExitCode::from(2);
    }
    let start = Instant::now();
    let mut outcome = outcome(arguments);
    outcome.seconds = start.elapsed().as_secs_f64();
    outcome.peak_mib = measure::used_by_this().map(|used| used.peak_mib);
    match serde_json::to_string(&outcome) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn outcome(arguments: &Arguments) -> Outcome {
    let mut loaded = generate::load(std::slice::from_ref(&arguments.document), None);
    let api = generate::model(&mut loaded);
    let mut outcome = Outcome { warnings: warnings(&loaded), ..Outcome::default() };
    let Some(api) = api else {
        let first = loaded.diagnostics.sorted(&loaded.sources).into_iter().find(|one| one.severity == Severity::Error);
        let Some(first) = first else {
            "silent".clone_into(&mut outcome.reason);
            return outcome;
        };
        let foreign = ["not-openapi", "unsupported-version"].contains(&first.code);
        outcome.class = if foreign { Class::NotOpenApi } else { Class::Invalid };
        first.code.clone_into(&mut outcome.reason);
        outcome.message = describe(first, &loaded);
        return outcome;
    };
    outcome.operations = api.methods().len();
    outcome.types = api.types.len();
    let options = EmitOptions { crate_name: arguments.name.clone(), command: "cargo xtask corpus".to_owned() };
    let mut files = match generate::stand_alone(&api, &options) {
        Ok(files) => files,
        Err(error) => {
            "not-rust".clone_into(&mut outcome.reason);
            outcome.message = error.to_string().chars().take(500).collect();
            return outcome;
        }
    };
    super::check::join_workspace(&mut files);
    let mut hasher = DefaultHasher::new();
    for file in &files {
        (&file.path, &file.text).hash(&mut hasher);
    }
    outcome.output = format!("{:016x}", hasher.finish());
    if let Some(out) = &arguments.out {
        let target = Target { root: out.clone(), owned: vec![PathBuf::from("src/generated")] };
        if let Err(error) = sink(&target, &files, Mode::Write) {
            "disk".clone_into(&mut outcome.reason);
            outcome.message = error.to_string();
            return outcome;
        }
    }
    outcome.class = Class::Generated;
    outcome
}

fn warnings(loaded: &Loaded) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for diagnostic in &loaded.diagnostics {
        if diagnostic.severity == Severity::Warning {
            *counts.entry(diagnostic.code.to_owned()).or_default() += 1;
        }
    }
    counts
}

/// Line, column and message; the document is named beside it anyway.
fn describe(diagnostic: &Diagnostic, loaded: &Loaded) -> String {
    let position = diagnostic.location.as_ref().and_then(|location| loaded.sources.position(location));
    let place = position.map_or(String::new(), |position| format!("{}:{}: ", position.line, position.column));
    let message: String = diagnostic.message.chars().take(300).collect();
    format!("{place}{message}")
}
