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
use std::time::{Duration, Instant};

use telnyx_porting::types::{PhoneNumbersJob, PhoneNumbersJobStatus};
use telnyx_porting::{Client, RetryPolicy};
use tokio::task::JoinSet;

/// Numbers in one job.
const BATCH: usize = 500;
/// Jobs that are under way at once.
const AT_ONCE: usize = 4;
/// How long a job is waited for.
const PATIENCE: Duration = Duration::from_secs(60 * 60);

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
    let (mut done, mut failed) = (0, BTreeMap::new());
    loop {
        // Handles and requests own what they need, so a batch can be a task of its own.
        while running.len() < AT_ONCE {
            let Some(batch) = batches.next() else { break };
            let client = client.clone();
            running.spawn(async move { (batch.len(), configure(&client, batch).await) });
        }
        let Some(ended) = running.join_next().await else { break };
        let (count, failures) = ended?;
        done += count;
        failed.extend(failures);
        println!("{:>3} %  {} changed, {} failed", done * 100 / ids.len(), done - failed.len(), failed.len());
    }
    for (id, reason) in &failed {
        println!("  {id}: {reason}");
    }
    Ok(())
}

/// Changes a batch, and gives the reason for each number that was not changed. What goes wrong with one batch does not
/// stop the others.
async fn configure(client: &Client, ids: Vec<String>) -> BTreeMap<String, String> {
    let (job, otherwise) = match run_job(client, &ids).await {
        // A job may also end as `failed` or `expired`, before it has come to every number.
        Ok(job) => {
            let status = job.status.as_ref().map_or("unknown", |status| status.as_str()).to_owned();
            (job, format!("the job is {status}"))
        }
        Err(error) => (PhoneNumbersJob::default(), error.to_string()),
    };
    let mut failures: BTreeMap<_, _> = ids.into_iter().map(|id| (id, otherwise.clone())).collect();
    for id in job.successful_operations.into_iter().flatten().filter_map(|number| number.id) {
        failures.remove(&id);
    }
    for operation in job.failed_operations.into_iter().flatten() {
        let reasons = operation.errors.into_iter().flatten().filter_map(|error| error.detail);
        failures.insert(operation.id.unwrap_or_default(), reasons.collect::<Vec<_>>().join("; "));
    }
    failures
}

/// Starts a job and waits for its end, but not forever.
async fn run_job(client: &Client, ids: &[String]) -> Result<PhoneNumbersJob, telnyx_porting::Error> {
    let jobs = client.phone_numbers().jobs();
    // To start a job twice does no harm here: the settings are the same. So it may be repeated even if nobody knows
    // whether it was started.
    let again = RetryPolicy::new().resend_ambiguous(true);
    let mut job = jobs.update_batch().phone_numbers(ids).tags(["migrated"]).retry_policy(again).send().await?;
    let start = Instant::now();
    let mut wait = Duration::from_millis(20);
    while let (Some(id), Some(PhoneNumbersJobStatus::Pending | PhoneNumbersJobStatus::InProgress)) =
        (&job.id, &job.status)
    {
        if start.elapsed() > PATIENCE {
            break;
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(Duration::from_secs(10));
        job = jobs.retrieve(id).send().await?;
    }
    Ok(job)
}
