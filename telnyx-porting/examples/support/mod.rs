//! A server on loopback that speaks for the API, so that examples work without an account or a network.
//!
//! It keeps porting orders in memory and treats them as the API does: drafts are opened, completed, confirmed and ported,
//! lists come in pages, and what is wrong is refused with the field at fault. Nothing here is needed to use the SDK.

mod numbers;
mod pdf;

use std::collections::HashMap;
use std::env;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Path, Query, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use telnyx_porting::{Client, Error};
use tokio::net::TcpListener;

/// A client of the host that the environment names, or else of a server on this machine; and whether it is the host.
pub(crate) async fn connect() -> Result<(Client, bool), Box<dyn std::error::Error>> {
    let is_set = |name| env::var(name).is_ok_and(|value| !value.trim().is_empty());
    let live = is_set("TELNYX_API_KEY") && is_set("TELNYX_BASE_URL");
    let client: Result<Client, Error> = if live {
        Client::from_env()
    } else {
        Client::builder().api_key("any-key").base_url(serve().await?).no_proxy().build()
    };
    Ok((client?, live))
}

/// Starts the server, with some orders of the past, and returns the URL below which it plays the API.
///
/// It ends with the runtime that it was started on.
async fn serve() -> io::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let base_url = format!("http://{}/v2", listener.local_addr()?);
    let router = Router::new().nest("/v2", api(Account::with_history()));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(base_url)
}

fn api(account: Account) -> Router {
    Router::new()
        .route("/portability_checks", post(check_portability))
        .route("/porting_orders", get(list_orders).post(create_order))
        .route("/porting_orders/{id}", get(retrieve_order).patch(update_order))
        .route("/porting_orders/{id}/requirements", get(list_requirements))
        .route("/porting_orders/{id}/allowed_foc_windows", get(list_dates))
        .route("/porting_orders/{id}/actions/confirm", post(confirm_order))
        .route("/porting_orders/{id}/actions/activate", post(activate_order))
        .route("/porting_orders/{id}/activation_jobs/{job}", get(retrieve_job))
        .route("/porting_orders/{id}/loa_template", get(loa_template))
        .merge(numbers::api())
        .fallback(async || not_found())
        .layer(middleware::from_fn(check_key))
        .layer(middleware::from_fn_with_state(Arc::default(), number_requests))
        .with_state(account)
}

/// What the server remembers: porting orders, the newest first.
#[derive(Clone)]
struct Account(Arc<Mutex<Vec<Value>>>);

impl Account {
    fn with_history() -> Self {
        let orders = (0..57).map(|number| {
            let mut order = draft(number, &[json!(format!("+1303555{:04}", 9_000 + number))], None);
            let status = match number {
                0..40 => "ported",
                40..52 => "foc-date-confirmed",
                52..55 => "exception",
                _ => "cancelled",
            };
            set_status(&mut order, status);
            order
        });
        Self(Arc::new(Mutex::new(orders.rev().collect())))
    }

    fn orders(&self) -> MutexGuard<'_, Vec<Value>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers with what `answer` makes of the order, or that there is no such order.
    fn with_order(&self, id: &str, answer: impl FnOnce(&mut Value) -> Response) -> Response {
        let mut orders = self.orders();
        orders.iter_mut().find(|order| order.get("id").is_some_and(|known| known == id)).map_or_else(not_found, answer)
    }
}

async fn check_portability(Json(body): Json<Value>) -> Response {
    let checks = phone_numbers(&body).iter().map(|number| {
        let text = number.as_str().unwrap_or_default();
        let portable = text.starts_with("+1");
        json!({
            "phone_number": number,
            "portable": portable,
            "fast_portable": portable && !text.starts_with("+1800"),
            "not_portable_reason": if portable { "" } else { "No coverage" },
            "record_type": "portability_check_result",
        })
    });
    Json(json!({ "data": checks.collect::<Vec<_>>() })).into_response()
}

async fn list_orders(State(account): State<Account>, Query(query): Query<HashMap<String, String>>) -> Response {
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<usize>().ok()).filter(|number| *number > 0);
    let page_number = number("page[number]").unwrap_or(1);
    let page_size = number("page[size]").unwrap_or(20).min(250);
    let orders = account.orders();
    let page: Vec<_> = orders.iter().skip((page_number - 1).saturating_mul(page_size)).take(page_size).collect();
    let meta = json!({
        "page_number": page_number,
        "page_size": page_size,
        "total_pages": orders.len().div_ceil(page_size),
        "total_results": orders.len(),
    });
    Json(json!({ "data": page, "meta": meta })).into_response()
}

async fn create_order(State(account): State<Account>, Json(body): Json<Value>) -> Response {
    let numbers = phone_numbers(&body);
    if numbers.is_empty() {
        return refuse([fault("/phone_numbers", "must hold at least one phone number")]);
    }
    let mut faults = numbers
        .iter()
        .enumerate()
        .filter(|(_, number)| !number.as_str().is_some_and(is_e164))
        .map(|(index, _)| fault(&format!("/phone_numbers/{index}"), "must be a phone number in E.164 format"))
        .peekable();
    if faults.peek().is_some() {
        return refuse(faults);
    }
    let mut orders = account.orders();
    let order = draft(orders.len(), numbers, body.get("customer_reference"));
    orders.insert(0, order.clone());
    (StatusCode::CREATED, Json(json!({ "data": [order] }))).into_response()
}

async fn retrieve_order(State(account): State<Account>, Path(id): Path<String>) -> Response {
    account.with_order(&id, |order| {
        move_on(order);
        show(order)
    })
}

/// A step of the port with every look at the order, where the world takes days.
fn move_on(order: &mut Value) {
    let next = match order.pointer("/status/value").and_then(Value::as_str) {
        Some("in-process") => "submitted",
        Some("submitted") => "foc-date-confirmed",
        _ => return,
    };
    set_status(order, next);
}

/// What the country of the numbers asks for, and what was given of it.
async fn list_requirements(State(account): State<Account>, Path(id): Path<String>) -> Response {
    account.with_order(&id, |order| {
        let given = order.get("requirements").and_then(Value::as_array).is_some_and(|given| !given.is_empty());
        let requirement = |id: &str, name: &str, kind: &str| {
            json!({
                "requirement_type": { "id": id, "name": name },
                "requirement_status": if given { "approved" } else { "requirement-info-pending" },
                "field_type": kind,
                "record_type": "porting_requirement",
            })
        };
        let all = [
            requirement("8ffb3622-7c6b-4ccc-b65f-7a3dc0099576", "Proof of the address", "document"),
            requirement("53e03576-0fe2-4a4b-9d1d-8cba25bb5ab6", "Name of the signer", "textual"),
        ];
        let meta = json!({ "page_number": 1, "page_size": 20, "total_pages": 1, "total_results": all.len() });
        Json(json!({ "data": all, "meta": meta })).into_response()
    })
}

async fn list_dates(State(account): State<Account>, Path(id): Path<String>) -> Response {
    account.with_order(&id, |_| {
        let windows = [10, 11, 12].map(|day| {
            json!({
                "started_at": format!("2025-04-{day}T14:00:00Z"),
                "ended_at": format!("2025-04-{day}T22:00:00Z"),
                "record_type": "porting_foc_window",
            })
        });
        Json(json!({ "data": windows })).into_response()
    })
}

/// Begins to switch the numbers over.
async fn activate_order(State(account): State<Account>, Path(id): Path<String>) -> Response {
    account.with_order(&id, |order| {
        if order.pointer("/status/value").is_none_or(|status| status != "foc-date-confirmed") {
            return refuse([fault("/status", "must be foc-date-confirmed")]);
        }
        let job = json!({
            "id": "2b9a4f1e-5a0d-4d3a-8f52-0b4f2a6c7d10",
            "status": "created",
            "activation_type": "on-demand",
            "record_type": "porting_activation_job",
        });
        order["activation_job"] = job.clone();
        (StatusCode::ACCEPTED, Json(json!({ "data": job }))).into_response()
    })
}

/// The job goes on with every look at it, and with its end the order ends.
async fn retrieve_job(State(account): State<Account>, Path((id, job)): Path<(String, String)>) -> Response {
    account.with_order(&id, |order| {
        let Some(mut found) = order.get("activation_job").filter(|known| known.get("id") == Some(&json!(job))).cloned()
        else {
            return not_found();
        };
        let next = if found.get("status") == Some(&json!("created")) { "in-process" } else { "completed" };
        merge(&mut found, &json!({ "status": next }));
        order["activation_job"] = found.clone();
        if next == "completed" {
            set_status(order, "ported");
        }
        show(&found)
    })
}

async fn update_order(State(account): State<Account>, Path(id): Path<String>, Json(changes): Json<Value>) -> Response {
    account.with_order(&id, |order| {
        merge(order, &changes);
        order["requirements_met"] = json!(order.pointer("/end_user/admin/entity_name").is_some_and(Value::is_string));
        show(order)
    })
}

async fn confirm_order(State(account): State<Account>, Path(id): Path<String>) -> Response {
    account.with_order(&id, |order| {
        if !order.pointer("/status/value").is_some_and(|status| status == "draft") {
            return refuse([fault("/status", "must be draft")]);
        }
        if order.get("requirements_met") != Some(&json!(true)) {
            return refuse([fault("/end_user/admin/entity_name", "must be given before the order is confirmed")]);
        }
        set_status(order, "in-process");
        show(order)
    })
}

async fn loa_template(State(account): State<Account>, Path(id): Path<String>) -> Response {
    account.with_order(&id, |_| {
        let letter = pdf::pdf(&format!("Letter of authorization for porting order {id}"));
        ([(CONTENT_TYPE, "application/pdf")], letter).into_response()
    })
}

/// Refuses whoever has no key; any key will do.
async fn check_key(request: Request, next: Next) -> Response {
    let key = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    match key {
        Some(key) if !key.trim().is_empty() => next.run(request).await,
        _ => answer_errors(
            StatusCode::UNAUTHORIZED,
            [json!({
                "code": "10009",
                "title": "Authentication failed",
                "detail": "No key found in the header Authorization.",
            })],
        ),
    }
}

/// Gives each response the id by which support would find the request.
async fn number_requests(State(count): State<Arc<Mutex<u64>>>, request: Request, next: Next) -> Response {
    let number = {
        let mut count = count.lock().unwrap_or_else(PoisonError::into_inner);
        *count += 1;
        *count
    };
    let mut response = next.run(request).await;
    if let Ok(id) = HeaderValue::try_from(format!("local-{number}")) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

fn draft(number: usize, phone_numbers: &[Value], customer_reference: Option<&Value>) -> Value {
    let mut order = json!({
        "record_type": "porting_order",
        "id": format!("f1486bae-f067-460c-ad43-{number:012}"),
        "customer_reference": customer_reference,
        "webhook_url": "https://example.com/webhooks",
        "requirements_met": false,
        "phone_number_type": "local",
        "phone_numbers": phone_numbers.iter().map(|number| json!({ "phone_number": number })).collect::<Vec<_>>(),
        "porting_phone_numbers_count": phone_numbers.len(),
        "created_at": format!("2025-03-{:02}T{:02}:00:00Z", 1 + number / 24, number % 24),
    });
    set_status(&mut order, "draft");
    order
}

fn set_status(order: &mut Value, status: &str) {
    order["status"] = json!({ "value": status, "details": [] });
}

/// Changes what `changes` mentions: null clears a member, an object goes deeper, all else replaces what was there.
fn merge(target: &mut Value, changes: &Value) {
    match (target, changes) {
        (Value::Object(target), Value::Object(changes)) => {
            for (name, change) in changes {
                merge(target.entry(name).or_insert(Value::Null), change);
            }
        }
        (target, Value::Object(_)) => {
            *target = json!({});
            merge(target, changes);
        }
        (target, changes) => *target = changes.clone(),
    }
}

fn phone_numbers(body: &Value) -> &[Value] {
    body.get("phone_numbers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn is_e164(number: &str) -> bool {
    number
        .strip_prefix('+')
        .is_some_and(|digits| (7..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit()))
}

fn show(order: &Value) -> Response {
    Json(json!({ "data": order })).into_response()
}

fn not_found() -> Response {
    let error = json!({
        "code": "10005",
        "title": "Resource not found",
        "detail": "The requested resource or URL could not be found.",
    });
    answer_errors(StatusCode::NOT_FOUND, [error])
}

/// What is wrong with the member that the JSON pointer leads to.
fn fault(pointer: &str, detail: &str) -> Value {
    json!({ "code": "10015", "title": "Invalid value", "detail": detail, "source": { "pointer": pointer } })
}

fn refuse(faults: impl IntoIterator<Item = Value>) -> Response {
    answer_errors(StatusCode::UNPROCESSABLE_ENTITY, faults)
}

fn answer_errors(status: StatusCode, errors: impl IntoIterator<Item = Value>) -> Response {
    (status, Json(json!({ "errors": errors.into_iter().collect::<Vec<_>>() }))).into_response()
}
