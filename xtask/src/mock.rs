//! `cargo xtask mock`

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use clap::Args;

/// Stands in for the API on a port of this machine: checks requests, and answers as the documents say.
///
/// Takes the arguments of the crate `mock`, which explains them: `cargo xtask mock --help`.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// --port N, --stateful, --seed N, --items N, --spec FILE, --config FILE, --help
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    arguments: Vec<OsString>,
}

/// Runs the mock in a process of its own: the command line has no use for a server.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["run", "--quiet", "--package", "mock", "--"]).args(&arguments.arguments);
    crate::soak::status(&mut command)
}
