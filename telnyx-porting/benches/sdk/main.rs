//! What the SDK costs at run time, as ratios to a baseline that is measured in the same run.
//!
//! ```text
//! cargo bench -p telnyx-porting --bench sdk -- [decode] [call] [list] [--json]
//! ```
//!
//! Ours and the baseline take turns, round by round, so that both meet the same moods of the machine; a ratio is the
//! median of the rounds' ratios.

mod by_hand;
mod call;
mod decode;
mod line;
mod list;
mod measure;
mod server;

use std::process::ExitCode;

use crate::line::Line;

/// Measures a group.
type Run = fn() -> Result<Vec<Line>>;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "serve") {
        return finish(server::serve());
    }
    // `cargo test --all-targets` runs benchmarks too, without this flag; it asks only whether they can run.
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("a benchmark: cargo bench -p telnyx-porting --bench sdk");
        return ExitCode::SUCCESS;
    }
    let is_asked = |group: &str| {
        let mut groups = arguments.iter().filter(|argument| !argument.starts_with("--")).peekable();
        groups.peek().is_none() || groups.any(|argument| argument == group)
    };
    let groups: [(&str, Run); 3] = [("decode", decode::run), ("call", call::run), ("list", list::run)];
    let as_json = arguments.iter().any(|argument| argument == "--json");
    finish(groups.into_iter().filter(|(name, _)| is_asked(name)).try_for_each(|(name, run)| {
        if !as_json {
            println!("{name}");
        }
        for line in run()? {
            if as_json { println!("{}", serde_json::to_string(&line)?) } else { println!("  {line}") }
        }
        Ok(())
    }))
}

fn finish(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}
