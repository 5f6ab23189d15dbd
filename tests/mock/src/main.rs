//! Serves a mock of an API on this machine: `cargo xtask mock`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use mock::{Answer, Mock, Options, Request, Server};

/// Stands in for an API: holds every request against its OpenAPI documents, explains what is wrong with it, and
/// answers what fits.
///
/// Any key is taken. Members of a body that the documents neither know nor forbid are told in the header `mock-note`.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask mock", bin_name = "cargo xtask mock")]
struct Arguments {
    /// Port on 127.0.0.1; 0 takes one that is free.
    #[arg(long, value_name = "N", default_value_t = 4010)]
    port: u16,
    /// Keep what is created: it can be retrieved, listed, changed and deleted.
    #[arg(long)]
    stateful: bool,
    /// Answer with random values that fit, the same for the same seed, in place of examples.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How many items lists have that nothing was added to.
    #[arg(long, value_name = "N", default_value_t = 3)]
    items: usize,
    /// An OpenAPI document in place of ours; may be given several times.
    #[arg(long, value_name = "FILE")]
    spec: Vec<PathBuf>,
    /// Configuration of the documents [default: specs/sdk.yaml, unless --spec is given].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.to_string()),
    };
    match runtime.block_on(serve(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn fail(error: &str) -> ExitCode {
    eprintln!("{error}");
    ExitCode::FAILURE
}

async fn serve(arguments: &Arguments) -> Result<(), String> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs/sdk.yaml");
    let config = arguments.config.clone().or_else(|| arguments.spec.is_empty().then_some(own));
    let options = Options { seed: arguments.seed, stateful: arguments.stateful, items: arguments.items };
    let mock = Arc::new(Mock::load(&arguments.spec, config.as_deref(), options)?);
    let server = Server::bind(mock.clone(), arguments.port)
        .await
        .map_err(|error| format!("error: port {} can't be had: {error}", arguments.port))?;
    let values = match options.seed {
        Some(seed) => format!("random values of seed {seed}"),
        None => "examples".to_owned(),
    };
    let memory = if options.stateful { ", and keeps what is created" } else { "" };
    say(&format!(
        "{}: {} operations at {}\nanswers with {values}{memory}; any key will do; Ctrl-C ends",
        mock.title(),
        mock.operations().count(),
        server.base_url()
    ));
    tokio::select! {
        result = server.run(tell) => result.map_err(|error| format!("error: {error}")),
        result = tokio::signal::ctrl_c() => result.map_err(|error| format!("error: {error}")),
    }
}

/// A line for the request, and one for each thing that is wrong.
fn tell(request: &Request, answer: &Answer) {
    let operation = answer.operation.as_deref().unwrap_or("-");
    let mut text = format!("{} {} {}  {operation}", answer.status, request.method, request.path);
    for violation in &answer.violations {
        text.push_str(&format!("\n    {violation}"));
    }
    for note in &answer.notes {
        text.push_str(&format!("\n    note: {note}"));
    }
    for misfit in &answer.misfits {
        text.push_str(&format!("\n    the answer does not fit: {misfit}"));
    }
    say(&text);
}

fn say(text: &str) {
    // A reader that has gone away is no reason to fail.
    let _ = writeln!(std::io::stdout(), "{text}");
}
