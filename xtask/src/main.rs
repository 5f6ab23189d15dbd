//! The maintainer's command line. It parses arguments, prints, and sets the exit code; the work is done in `codegen`.

mod bench;
mod corpus;
mod diff;
mod drift;
mod generate;
mod measure;
mod mock;
mod soak;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Maintains the SDK: generates it from specs/, and compares specs/ with what is published.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
// What a command does, its arguments say: a comment here would take the place of theirs.
enum Command {
    Generate(generate::Arguments),
    Diff(diff::Arguments),
    Drift(drift::Arguments),
    Bench(bench::Arguments),
    /// What `bench` starts to measure it.
    #[command(hide = true)]
    BenchWorker(bench::generator::Worker),
    Corpus(corpus::Arguments),
    /// What `corpus` starts for each document.
    #[command(hide = true)]
    CorpusWorker(corpus::Worker),
    Mock(mock::Arguments),
    Soak(soak::Arguments),
}

fn main() -> ExitCode {
    if let Some(code) = corpus::wrap() {
        return code;
    }
    match Arguments::parse().command {
        Command::Generate(arguments) => generate::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Drift(arguments) => drift::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::BenchWorker(arguments) => bench::generator::run_worker(&arguments),
        Command::Corpus(arguments) => corpus::run(&arguments),
        Command::CorpusWorker(arguments) => corpus::work(&arguments),
        Command::Mock(arguments) => mock::run(&arguments),
        Command::Soak(arguments) => soak::run(&arguments),
    }
}

/// The folder of the workspace.
pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Where Cargo builds, and where what is not to be committed goes.
pub(crate) fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}
