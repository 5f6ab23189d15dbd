//! New settings for thousands of phone numbers: jobs over batches of them, a few at a time, with progress, and a list of
//! what failed at the end.
//!
//! ```sh
//! cargo run -p telnyx-porting --example bulk_configure
//! ```
//!
//! It needs neither an account nor a network: a server on this machine speaks for the API. With `TELNYX_API_KEY` and
//! `TELNYX_BASE_URL` set it talks to that host, and only counts what it would change.

mod support;

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use telnyx_porting::Client;
use telnyx_porting::types::{PhoneNumbersJob, PhoneNumbersJobStatus};
use tokio::task::JoinSet;

/// Numbers in one job.
const BATCH: usize = 500;
/// Jobs that are under way at once.
const AT_ONCE: usize = 4;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (client, live) = support::connect().await?;

    // A stream over every page: no more than one page is in memory, and `prefetch` fetches the next one meanwhile.
    let mut ids = Vec::new();
    let mut numbers = client.phone_numbers().slim_list().page_size(250).items().prefetch();
    while let Some(number) = numbers.try_next().await? {
        ids.extend(number.id);
    }
    println!("{} phone numbers", ids.len());
    if live {
        println!("(Skipped, because it would write: {} jobs.)", ids.len().div_ceil(BATCH));
        return Ok(());
    }

    let mut batches = ids.chunks(BATCH).map(<[String]>::to_vec).collect::<Vec<_>>().into_iter();
    let mut running = JoinSet::new();
    let (mut changed, mut failed) = (0, BTreeMap::new());
    loop {
        // Handles and requests own what they need, so a batch can be a task of its own.
        while running.len() < AT_ONCE {
            let Some(batch) = batches.next() else { break };
            running.spawn(configure(client.clone(), batch));
        }
        let Some(done) = running.join_next().await else { break };
        let job = done??;
        changed += job.successful_operations.unwrap_or_default().len();
        for operation in job.failed_operations.unwrap_or_default() {
            let reasons = operation.errors.unwrap_or_default().into_iter().filter_map(|error| error.detail);
            failed.insert(operation.id.unwrap_or_default(), reasons.collect::<Vec<_>>().join("; "));
        }
        println!("{:>3} %  {changed} changed, {} failed", (changed + failed.len()) * 100 / ids.len(), failed.len());
    }
    for (id, reason) in &failed {
        println!("  {id}: {reason}");
    }
    Ok(())
}

/// Starts a job and waits for its end.
async fn configure(client: Client, ids: Vec<String>) -> Result<PhoneNumbersJob, telnyx_porting::Error> {
    let jobs = client.phone_numbers().jobs();
    // To start a job twice does no harm here: the settings are the same. So it may be repeated even if nobody knows
    // whether it was started.
    let again = telnyx_porting::RetryPolicy::new().resend_ambiguous(true);
    let mut job = jobs.update_batch().phone_numbers(ids).tags(["migrated"]).retry_policy(again).send().await?;
    let mut wait = Duration::from_millis(20);
    while let (Some(id), Some(PhoneNumbersJobStatus::Pending | PhoneNumbersJobStatus::InProgress)) =
        (&job.id, &job.status)
    {
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(Duration::from_secs(10));
        job = jobs.retrieve(id).send().await?;
    }
    Ok(job)
}
