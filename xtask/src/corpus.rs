//! `cargo xtask corpus`: the generator over a folder of documents that other people wrote.

mod check;
mod documents;
mod rustc;
mod state;
mod table;
mod worker;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};

use self::documents::Document;
use self::state::State;
pub(crate) use self::{rustc::wrap, worker::Arguments as Worker, worker::run as work};

/// Generates a crate from each OpenAPI document in a folder, and says which could not be and why.
///
/// Each document has a process of its own with a limit of time and memory, so that none takes the run down. Outcomes
/// are kept: a run that was broken off goes on where it stopped, and what has not changed is not done again.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Folder of documents, searched with all folders in it for .yaml, .yml and .json files.
    folder: PathBuf,
    /// Compile the crates, too, with `cargo check` in one target folder.
    #[arg(long)]
    check: bool,
    /// Only the first N documents.
    #[arg(long, value_name = "N", conflicts_with = "sample")]
    limit: Option<usize>,
    /// Only N documents, drawn at random, the same for the same seed.
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// What decides which documents are drawn.
    #[arg(long, value_name = "S", default_value_t = 1, requires = "sample")]
    seed: u64,
    /// How many documents are in work at once [default: one for each processor].
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Seconds of processor time for each document.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    time: u64,
    /// Mebibytes of address space for each document.
    #[arg(long, value_name = "MIB", default_value_t = 4096)]
    memory: u64,
    /// Folder for crates, their target folder and the outcomes [default: target/corpus of this workspace].
    #[arg(long, value_name = "DIR")]
    work: Option<PathBuf>,
    /// Forget the outcomes of earlier runs.
    #[arg(long)]
    fresh: bool,
    /// Print the outcome of each document as JSON, and no table.
    #[arg(long)]
    json: bool,
}

/// What became of one document.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub class: Class,
    /// Why, in a few words that are the same for the same cause.
    pub reason: String,
    /// The first message about it.
    pub message: String,
    pub operations: usize,
    pub types: usize,
    /// How many warnings of each kind the generator gave.
    pub warnings: BTreeMap<String, usize>,
    pub seconds: f64,
    /// The most memory that the generator held, where the system tells.
    pub peak_mib: Option<u64>,
    /// Stands for the generated files: what has been compiled once need not be again.
    pub output: String,
    /// What `cargo check` said.
    pub check: Option<Checked>,
}

/// How a document ended, from best to worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Class {
    /// There is a crate.
    Generated,
    /// Swagger 2.0, another format, a version to come.
    NotOpenApi,
    /// The document breaks the rules of OpenAPI, and was refused with a reason.
    Invalid,
    /// The generator failed: it panicked, took too long, or wrote what is no Rust.
    #[default]
    Failed,
}

/// What became of a crate.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Checked {
    pub compiled: bool,
    pub errors: usize,
    pub warnings: usize,
    /// The first error or warning.
    pub message: String,
    /// Processor time and most memory of the compiler for this crate alone, where the system tells.
    pub seconds: Option<f64>,
    pub peak_mib: Option<u64>,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    match run_fallibly(arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

fn run_fallibly(arguments: &Arguments) -> Fallible<ExitCode> {
    let mut documents = documents::find(&arguments.folder)
        .map_err(|error| format!("can't read the folder {}: {error}", arguments.folder.display()))?;
    if documents.is_empty() {
        return Err(format!("there is no .yaml, .yml or .json file in {}", arguments.folder.display()).into());
    }
    if let Some(size) = arguments.sample {
        documents = documents::sample(documents, size, arguments.seed);
    }
    documents.truncate(arguments.limit.unwrap_or(usize::MAX));
    let work = match &arguments.work {
        Some(work) => work.clone(),
        None => crate::target_folder().join("corpus"),
    };
    std::fs::create_dir_all(&work)?;
    let state = State::open(&work.join("outcomes.jsonl"), arguments.fresh)?;
    eprintln!("outcomes are kept in {}", state.path().display());

    let mut outcomes = generate(arguments, &documents, &work, &state)?;
    if arguments.check {
        check::check(arguments, &documents, &mut outcomes, &work, &state)?;
    }
    let rows: Vec<_> = documents.iter().zip(&outcomes).collect();
    if arguments.json {
        table::print_json(&rows)?;
    } else {
        table::print(&rows, arguments.check);
    }
    let failed = outcomes
        .iter()
        .any(|outcome| outcome.class == Class::Failed || outcome.check.as_ref().is_some_and(|check| !check.compiled));
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Runs a worker for each document whose outcome is not known.
fn generate(arguments: &Arguments, documents: &[Document], work: &Path, state: &State) -> Fallible<Vec<Outcome>> {
    let jobs = match arguments.jobs {
        Some(jobs) => jobs.max(1),
        None => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
    };
    let bar = progress(documents.len(), "generating");
    let next = AtomicUsize::new(0);
    let outcomes: Mutex<BTreeMap<usize, Outcome>> = Mutex::new(BTreeMap::new());
    let run = || -> Result<(), String> {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(document) = documents.get(index) else { return Ok(()) };
            bar.set_message(document.name.clone());
            let outcome = generate_one(arguments, document, work, state)
                .map_err(|error| format!("{}: {error}", document.name))?;
            outcomes.lock().map_err(|error| error.to_string())?.insert(index, outcome);
            bar.inc(1);
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs.min(documents.len())).map(|_| scope.spawn(run)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| Err("a thread panicked".to_owned())))
    })?;
    bar.finish_and_clear();
    Ok(outcomes.into_inner()?.into_values().collect())
}

fn generate_one(arguments: &Arguments, document: &Document, work: &Path, state: &State) -> Fallible<Outcome> {
    let key = state.key(document)?;
    let out = arguments.check.then(|| work.join("crates").join(&document.slug));
    if let Some(outcome) = state.outcome(&key)
        && out.as_ref().is_none_or(|out| outcome.class != Class::Generated || out.exists())
    {
        return Ok(outcome);
    }
    let outcome = worker::spawn(arguments, document, out.as_deref())?;
    state.keep(&key, &document.name, &outcome)?;
    Ok(outcome)
}

/// A bar on standard error; without a terminal there is none.
fn progress(length: usize, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix} {bar:32} {pos}/{len} {eta} left  {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length.try_into().unwrap_or(u64::MAX)).with_style(style).with_prefix(what)
}
