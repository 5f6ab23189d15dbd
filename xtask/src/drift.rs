//! `cargo xtask drift`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use codegen::generate;

use crate::generate::{in_workspace, report};

/// Compares our documents with an upstream one, operation by operation.
///
/// Fails on any difference that specs/sdk.yaml does not explain, and on an explanation that no longer applies.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The published document.
    #[arg(value_name = "UPSTREAM.yml")]
    upstream: PathBuf,
    /// Configuration of our documents [default: specs/sdk.yaml].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Also show the differences that are explained.
    #[arg(long)]
    verbose: bool,
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let config = arguments.config.clone().unwrap_or_else(|| in_workspace("specs/sdk.yaml"));
    let mut loaded = generate::load(&[], Some(&config));
    let result = generate::drift(&mut loaded, &arguments.upstream);
    report(&loaded);
    let Some(result) = result else { return ExitCode::FAILURE };
    if arguments.verbose {
        println!("{}", result.verbose());
    } else {
        println!("{result}");
    }
    if result.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
