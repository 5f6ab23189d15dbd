//! `cargo xtask bench`

mod build;
pub(crate) mod generator;
#[path = "../../telnyx-porting/benches/sdk/line.rs"]
mod line;
mod sdk;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use clap::{Args, ValueEnum};

use crate::generate::in_workspace;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Measures the generator and the SDK, each figure against a baseline of the same run.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What is measured [default: all].
    group: Vec<Group>,
    /// The document that `generator` reads in place of one made of many copies of ours.
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// Prints one JSON object a line.
    #[arg(long)]
    json: bool,
    /// Writes the figures into BENCHMARKS.md; needs all groups.
    #[arg(long, conflicts_with_all = ["group", "spec"])]
    write: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Group {
    /// From 1 MB of bytes to 250 porting orders.
    Decode,
    /// CPU for a small call.
    Call,
    /// A million items, page after page.
    List,
    /// What the SDK costs the builds of those who use it.
    Build,
    /// Time and memory of the generator.
    Generator,
}

impl Group {
    fn name(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Call => "call",
            Self::List => "list",
            Self::Build => "build",
            Self::Generator => "generator",
        }
    }

    /// What one runs to see it again, and what it is.
    fn says(self) -> &'static str {
        match self {
            Self::Decode => "A page of 250 full porting orders: from bytes to values.",
            Self::Call => "A small call over loopback; the server is a process of its own and not counted.",
            Self::List => "A list of a million items over loopback, 250 a page.",
            Self::Build => {
                "CPU time to build `telnyx-porting` itself, its dependencies being built; the least of three runs. \
                 Generated methods are built where they are called, so a program that makes calls is measured too."
            }
            Self::Generator => "Whole processes, taking turns with one that only parses the same YAML.",
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    match measure(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments) -> Result<()> {
    let groups = if arguments.group.is_empty() { Group::value_variants() } else { arguments.group.as_slice() };
    let mut page = head()?;
    for group in groups {
        if !arguments.json {
            println!("{}", group.name());
        }
        let lines = match group {
            Group::Decode | Group::Call | Group::List => sdk::run(group.name())?,
            Group::Build => build::run()?,
            Group::Generator => generator::run(arguments.spec.as_deref())?,
        };
        write!(page, "\n## {}\n\n{}\n\n    cargo xtask bench {0}\n\n", group.name(), group.says())?;
        page.push_str("| what | value | against | aim |\n|---|---:|---|---|\n");
        for line in lines {
            if arguments.json {
                println!("{}", serde_json::to_string(&line)?);
            } else {
                println!("  {line}");
            }
            page.push_str(&line.row());
        }
    }
    if arguments.write {
        let path = in_workspace("BENCHMARKS.md");
        std::fs::write(&path, page)?;
        println!("written to {}", path.display());
    }
    Ok(())
}

/// How the page begins: what it is, and on what machine it was made.
fn head() -> Result<String> {
    let cores = std::thread::available_parallelism()?;
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown", |(_, model)| model);
    let output = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("--version").output()?;
    let rustc = String::from_utf8_lossy(&output.stdout);
    Ok(format!(
        "# Benchmarks\n\nThe last figures, as `cargo xtask bench --write` wrote them on a machine with {cores} cores ({model}), {}. Machines \
         differ and are noisy; so what counts are the ratios: both sides of each were measured in the same run, taking turns.\n",
        rustc.trim()
    ))
}
