//! Phone numbers of an account, and jobs over many of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{fault, not_found, phone_numbers, refuse, show};

/// How many numbers the account has.
const COUNT: usize = 3_000;
/// How many numbers a job takes.
const MOST: usize = 1_000;

/// The jobs, each with the numbers that are still to do.
#[derive(Clone, Default)]
struct Jobs(Arc<Mutex<Vec<Job>>>);

struct Job {
    pending: Vec<Value>,
    successful: Vec<Value>,
    failed: Vec<Value>,
}

pub(super) fn api<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/phone_numbers/slim", get(list))
        .route("/phone_numbers/jobs/update_phone_numbers", post(create_job))
        .route("/phone_numbers/jobs/{id}", get(retrieve_job))
        .with_state(Jobs::default())
}

impl Jobs {
    fn all(&self) -> MutexGuard<'_, Vec<Job>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn list(Query(query): Query<HashMap<String, String>>) -> Response {
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<usize>().ok()).filter(|number| *number > 0);
    let page = number("page[number]").unwrap_or(1);
    let size = number("page[size]").unwrap_or(20).min(250);
    let shown: Vec<Value> = (0..COUNT)
        .skip((page - 1).saturating_mul(size))
        .take(size)
        .map(|index| {
            json!({
                "id": (1_293_384_261_075_000_000 + index).to_string(),
                "record_type": "phone_number",
                "phone_number": format!("+1303{:07}", 5_550_000 + index),
                "country_iso_alpha2": "US",
                "phone_number_type": "local",
                "status": "active",
                "created_at": "2025-03-01T00:00:00Z",
                "purchased_at": "2025-03-01T00:00:00Z",
            })
        })
        .collect();
    let meta = json!({
        "page_number": page, "page_size": size, "total_pages": COUNT.div_ceil(size), "total_results": COUNT,
    });
    Json(json!({ "data": shown, "meta": meta })).into_response()
}

async fn create_job(State(jobs): State<Jobs>, Json(body): Json<Value>) -> Response {
    let numbers = phone_numbers(&body);
    if !(1..=MOST).contains(&numbers.len()) {
        return refuse([fault("/phone_numbers", "must hold 1 to 1,000 numbers")]);
    }
    let mut jobs = jobs.all();
    jobs.push(Job { pending: numbers.to_vec(), successful: Vec::new(), failed: Vec::new() });
    let Some(job) = jobs.last() else { return not_found() };
    (StatusCode::ACCEPTED, Json(json!({ "data": describe(jobs.len() - 1, job) }))).into_response()
}

/// The job goes on with every look at it. One number of a thousand is locked.
async fn retrieve_job(State(jobs): State<Jobs>, Path(id): Path<String>) -> Response {
    let mut jobs = jobs.all();
    let index = id.strip_prefix("job-").and_then(|text| text.parse::<usize>().ok());
    let Some((index, job)) = index.and_then(|index| Some((index, jobs.get_mut(index)?))) else { return not_found() };
    let rest = job.pending.split_off(job.pending.len().min(200));
    for id in std::mem::replace(&mut job.pending, rest) {
        if id.as_str().is_some_and(|id| id.ends_with("777")) {
            let errors = [json!({ "code": "10015", "title": "Locked", "detail": "The number is locked." })];
            job.failed.push(json!({ "id": id, "errors": errors }));
        } else {
            job.successful.push(json!({ "id": id }));
        }
    }
    show(&describe(index, job))
}

fn describe(index: usize, job: &Job) -> Value {
    let ids = job.pending.iter().map(|id| json!({ "id": id }));
    json!({
        "id": format!("job-{index}"),
        "record_type": "phone_numbers_job",
        "type": "update_phone_numbers",
        "status": if job.pending.is_empty() { "completed" } else { "in_progress" },
        "pending_operations": ids.collect::<Vec<_>>(),
        "successful_operations": job.successful,
        "failed_operations": job.failed,
    })
}
