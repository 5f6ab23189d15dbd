//! `cargo xtask soak`

use std::process::{Command, ExitCode};

use clap::Args;

/// Soaks the SDK against a server that misbehaves.
///
/// Makes many calls at once, and reconciles what the client was told with what the server carried out.
///
/// The exit status is 0 if they agree, nothing hangs, and no task, connection or memory is left; 1 if not; 2 if the soak
/// could not be run.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How many calls are made.
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..))]
    requests: u32,
    /// The part of all requests with which something goes wrong, between 0 and 1.
    #[arg(long, value_name = "PART", default_value_t = 0.1)]
    faults: f64,
    /// How many calls are under way at once.
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    concurrency: u32,
    /// What decides which requests go wrong, and how.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Seconds after which the soak is given up as hanging [default: some for each call].
    #[arg(long, value_name = "SECONDS")]
    limit: Option<u64>,
}

/// Runs the soak in a process of its own: the command line must build even if the SDK does not.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["run", "--release", "--quiet", "--package", "tests", "--bin", "soak", "--"]);
    let Arguments { requests, faults, concurrency, seed, limit } = arguments;
    let numbers = [("--requests", requests.to_string()), ("--faults", faults.to_string())];
    let more = [("--concurrency", concurrency.to_string()), ("--seed", seed.to_string())];
    for (name, value) in numbers.into_iter().chain(more).chain(limit.map(|limit| ("--limit", limit.to_string()))) {
        command.args([name, value.as_str()]);
    }
    status(&mut command)
}

/// Runs a command and ends as it does.
pub(crate) fn status(command: &mut Command) -> ExitCode {
    match command.status() {
        Ok(status) => status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from),
        Err(error) => {
            eprintln!("error: cargo can't be run: {error}");
            ExitCode::from(2)
        }
    }
}
