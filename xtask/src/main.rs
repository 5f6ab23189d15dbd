//! The maintainer's command line. It parses arguments, prints, and sets the exit code; the work is done in `codegen`.

mod drift;
mod generate;
mod soak;

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
enum Command {
    /// Writes Rust source from OpenAPI documents.
    Generate(generate::Arguments),
    /// Compares our documents with an upstream one, operation by operation.
    Drift(drift::Arguments),
    /// Soaks the SDK against a server that misbehaves.
    Soak(soak::Arguments),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Generate(arguments) => generate::run(&arguments),
        Command::Drift(arguments) => drift::run(&arguments),
        Command::Soak(arguments) => soak::run(&arguments),
    }
}
