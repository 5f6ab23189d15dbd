//! Soaks the SDK: many calls at once against a server that misbehaves, and at the end the reckoning.
//!
//! ```text
//! cargo xtask soak --requests 100000 --faults 0.1
//! ```

use std::process::ExitCode;
use std::time::Duration;

use tests::soak::{Options, run_blocking};

const USAGE: &str = "usage: soak [--requests N] [--faults PART] [--concurrency N] [--seed N] [--limit SECONDS]";

fn main() -> ExitCode {
    let options = match parse(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("soak: {error}; {USAGE}");
            return ExitCode::from(2);
        }
    };
    match run_blocking(&options) {
        Ok(report) => {
            println!("{report}");
            if report.violations().is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("soak: {error}");
            ExitCode::from(2)
        }
    }
}

fn parse(arguments: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let mut options = Options::new(100_000);
    let mut limit = None;
    let mut arguments = arguments;
    while let Some(name) = arguments.next() {
        if name == "--help" || name == "-h" {
            return Ok(None);
        }
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        let wrong = || format!("{name} can't be {value}");
        match name.as_str() {
            "--requests" => options.requests = value.parse().map_err(|_| wrong())?,
            "--faults" => options.faults = value.parse().map_err(|_| wrong())?,
            "--concurrency" => options.concurrency = value.parse().map_err(|_| wrong())?,
            "--seed" => options.seed = value.parse().map_err(|_| wrong())?,
            "--limit" => limit = Some(Duration::from_secs(value.parse().map_err(|_| wrong())?)),
            _ => return Err(format!("unknown argument `{name}`")),
        }
    }
    let too_many = u32::try_from(options.requests).is_err();
    // Of nothing, client and server agree about everything.
    let too_few = options.requests == 0 || options.concurrency == 0;
    if !(0.0..=1.0).contains(&options.faults) || too_few || too_many {
        return Err("--faults lies between 0 and 1, --concurrency and --requests above 0 and below 2^32".to_owned());
    }
    options.limit = limit.unwrap_or(Options::new(options.requests).limit);
    Ok(Some(options))
}
