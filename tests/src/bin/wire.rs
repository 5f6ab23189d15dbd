//! Sends cases from standard input through the SDK, one JSON line each, and prints one JSON line for each.
//!
//! ```text
//! cargo run -q -p tests --bin wire -- --base-url http://127.0.0.1:PORT/v2 < cases.jsonl
//! ```
//!
//! The API key is taken from `TELNYX_API_KEY`.

use std::io::{BufRead, Write};
use std::process::ExitCode;

use serde_json::{Value, json};
use telnyx_porting::{Client, ClientBuilder};
use tests::generated::driver;
use tests::wire::{Arguments, Case};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wire: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let mut base_url = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--base-url" => base_url = Some(arguments.next().ok_or("--base-url needs an address")?),
            "--help" | "-h" => {
                println!("usage: wire [--base-url URL] < cases.jsonl");
                return Ok(());
            }
            other => {
                return Err(format!("unknown argument `{other}`; usage: wire [--base-url URL] < cases.jsonl").into());
            }
        }
    }
    let mut builder = ClientBuilder::from_env();
    if let Some(base_url) = base_url {
        builder = builder.base_url(base_url);
    }
    let client = builder.build()?;
    let mut out = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        writeln!(out, "{}", answer(&client, &line).await)?;
        out.flush()?;
    }
    Ok(())
}

/// The outcome of one case.
async fn answer(client: &Client, line: &str) -> Value {
    let case: Case = match serde_json::from_str(line) {
        Ok(case) => case,
        Err(error) => return json!({ "op_id": null, "ok": false, "error": format!("not a case: {error}") }),
    };
    match driver::call(client, &case.op_id, &mut Arguments::new(case.args)).await {
        Ok(value) => json!({ "op_id": case.op_id, "ok": true, "value": value }),
        Err(error) => json!({ "op_id": case.op_id, "ok": false, "error": error.to_string() }),
    }
}
