//! A command line without async: the same requests, sent with `send_blocking()`.
//!
//! ```sh
//! cargo run -p telnyx-porting --features blocking --example blocking_cli -- check +13035550100 +88213550102
//! cargo run -p telnyx-porting --features blocking --example blocking_cli -- orders 5
//! cargo run -p telnyx-porting --features blocking --example blocking_cli -- letter ORDER_ID letter.pdf
//! ```
//!
//! Without arguments it shows the first two. It needs neither an account nor a network: a server on this machine speaks
//! for the API, unless `TELNYX_API_KEY` and `TELNYX_BASE_URL` name another. It only reads.

mod support;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use telnyx_porting::Client;

const USAGE: &str = "usage: blocking_cli [check NUMBER.. | orders [COUNT] | letter ORDER_ID FILE]";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    // The server on this machine is async; a runtime beside the program keeps it going.
    let runtime = tokio::runtime::Runtime::new()?;
    let (client, _) = runtime.block_on(support::connect())?;

    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => {
            check(&client, &["+13035550100", "+88213550102"])?;
            orders(&client, 5)
        }
        ["check", numbers @ ..] if !numbers.is_empty() => check(&client, numbers),
        ["orders"] => orders(&client, 20),
        ["orders", count] => orders(&client, count.parse()?),
        ["letter", id, path] => {
            // Either the whole file is there afterwards, or none.
            client.porting_orders().retrieve_loa_template(*id).save_to_blocking(path)?;
            Ok(())
        }
        _ => Err(USAGE.into()),
    }
}

fn check(client: &Client, numbers: &[&str]) -> Result<(), Box<dyn Error>> {
    for check in client.portability_checks().run().phone_numbers(numbers.iter().copied()).send_blocking()? {
        let number = check.phone_number.unwrap_or_default();
        match (check.portable, check.not_portable_reason) {
            (Some(true), _) => println!("{number}  portable"),
            (_, Some(reason)) if !reason.is_empty() => println!("{number}  not portable: {reason}"),
            _ => println!("{number}  not portable"),
        }
    }
    Ok(())
}

/// A list is an iterator here; each page is fetched when its turn comes.
fn orders(client: &Client, count: usize) -> Result<(), Box<dyn Error>> {
    for order in client.porting_orders().list().page_size(25).items_blocking().take(count) {
        let order = order?;
        let status = order.status.and_then(|status| status.value);
        let status = status.as_ref().map_or("unknown", |status| status.as_str());
        println!("{}  {status}", order.id.as_deref().unwrap_or("no id"));
    }
    Ok(())
}
