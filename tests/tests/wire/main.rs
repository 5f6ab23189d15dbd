//! The requests of the typed builders are those of the official clients.

mod calls;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use telnyx_porting::Client;
use tests::generated::driver;
use tests::server::{Received, Server};
use tests::wire::{Arguments, Case, Failure, Recorded};

/// An answer of the right kind. Its content is of no interest here; what is asked is what was sent.
fn answer(received: &Received) -> Response {
    match received.recorded.accept.as_str() {
        "application/pdf" => ([("content-type", "application/pdf")], "%PDF-1.4").into_response(),
        "*/*" => StatusCode::NO_CONTENT.into_response(),
        _ => axum::Json(json!({ "data": {} })).into_response(),
    }
}

/// Sends one case and gives what the server received.
async fn run(server: &Server, case: &Case) -> Result<Recorded, String> {
    let client = Client::builder().api_key("KEY").base_url(server.base_url()).max_retries(0).build();
    let client = client.map_err(|error| error.to_string())?;
    let outcome = driver::call(&client, &case.op_id, &mut Arguments::new(case.args.clone())).await;
    let received = server.take();
    match (outcome, received.as_slice()) {
        (Ok(_), [one]) => Ok(one.recorded.clone()),
        (Err(Failure::Call(error)), [one]) if error.is_decode() => Ok(one.recorded.clone()),
        (Err(error), _) => Err(error.to_string()),
        (Ok(_), requests) => Err(format!("{} requests instead of one", requests.len())),
    }
}

fn sorted(mut recorded: Recorded) -> Recorded {
    recorded.query.sort();
    recorded
}

/// What the official clients were called with and what they sent: every operation with what it requires and with
/// every argument it has; then with values that no one would choose: odd letters, empty texts, empty lists.
#[tokio::test]
async fn recorded_cases() {
    let server = Server::start(answer).await.unwrap();
    let mut failures = Vec::new();
    let mut operations = std::collections::BTreeSet::new();
    let usual = include_str!("../../cases/wire.jsonl").lines();
    for line in usual.chain(include_str!("../../cases/odd.jsonl").lines()) {
        let case: Case = serde_json::from_str(line).unwrap();
        let expected = sorted(case.request.clone().expect("a recorded case has its request"));
        operations.insert(case.op_id.clone());
        match run(&server, &case).await {
            Ok(sent) if sorted(sent.clone()) == expected => {}
            Ok(sent) => failures.push(format!("{}:\n  sent     {sent:?}\n  expected {expected:?}", case.op_id)),
            Err(error) => failures.push(format!("{}: {error}", case.op_id)),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(operations.len(), driver::OPERATIONS.len(), "every operation has a recorded case");
}

/// An operation, its query as clients give it, and the decoded pairs that go out.
type QueryCase = (&'static str, Value, &'static [(&'static str, &'static str)]);

/// What WIRE.md says of nested filters, arrays, dots, nulls and identifiers, by the pairs that must go out.
#[tokio::test]
async fn query_pairs() {
    let table: &[QueryCase] = &[
        (
            "ListPortingOrders",
            json!({
                "filter": {
                    "misc": { "type": "full" },
                    "end_user": { "admin": { "entity_name": "A & B/C" } },
                    "activation_settings": { "foc_datetime_requested": { "gt": "2021-03-25T10:00:00.000Z" }, "fast_port_eligible": false },
                    "phone_numbers": { "phone_number": { "contains": "+1" } },
                },
                "sort": { "value": "-created_at" },
                "page": { "number": 2, "size": 50 },
                "include_phone_numbers": true,
            }),
            &[
                ("filter[activation_settings][fast_port_eligible]", "false"),
                ("filter[activation_settings][foc_datetime_requested][gt]", "2021-03-25T10:00:00.000Z"),
                ("filter[end_user][admin][entity_name]", "A & B/C"),
                ("filter[misc][type]", "full"),
                ("filter[phone_numbers][phone_number][contains]", "+1"),
                ("include_phone_numbers", "true"),
                ("page[number]", "2"),
                ("page[size]", "50"),
                ("sort[value]", "-created_at"),
            ],
        ),
        (
            "ListPortoutRequest",
            json!({ "filter": { "status_in": ["pending", "authorized"], "inserted_at": { "gte": "2024-09-04T00:00:00.000Z" } } }),
            &[("filter[inserted_at][gte]", "2024-09-04T00:00:00.000Z"), ("filter[status_in]", "pending,authorized")],
        ),
        (
            "ListPhoneNumbers",
            json!({ "filter": { "voice.connection_name": { "contains": "test" }, "country_iso_alpha2": ["US", "CA"] }, "page[size]": 10 }),
            &[
                ("filter[country_iso_alpha2]", "US,CA"),
                ("filter[voice.connection_name][contains]", "test"),
                ("page[size]", "10"),
            ],
        ),
        (
            "ListPhoneNumbersWithMessagingSettings",
            json!({ "filter[phone_number][contains]": "555", "filter[phone_number]": "+15550001111" }),
            &[("filter[phone_number]", "+15550001111"), ("filter[phone_number][contains]", "555")],
        ),
        ("listMobilePhoneNumbers", json!({ "page": { "number": 3 } }), &[("page[number]", "3")]),
        ("listPortingEvents", json!({ "filter": {}, "page": null }), &[]),
    ];
    let server = Server::start(answer).await.unwrap();
    for (operation, query, expected) in table {
        let case: Case = serde_json::from_value(json!({ "op_id": operation, "args": { "query": query } })).unwrap();
        let sent = sorted(run(&server, &case).await.unwrap());
        let pairs: Vec<(&str, &str)> = sent.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(pairs, *expected, "{operation}");
    }
}

/// Null is sent where an update clears a member, at every depth; what is absent is not.
#[tokio::test]
async fn absent_null_and_value() {
    let server = Server::start(answer).await.unwrap();
    let body = json!({
        "customer_reference": null,
        "webhook_url": "https://example.com",
        "misc": null,
        "end_user": { "admin": { "entity_name": "Acme", "pin_passcode": null }, "location": null },
    });
    let args = json!({ "path": { "id": "a/b" }, "body": body });
    let case: Case = serde_json::from_value(json!({ "op_id": "UpdatePortingOrder", "args": args })).unwrap();
    let sent = run(&server, &case).await.unwrap();
    assert_eq!(sent.body, Some(body));
    assert_eq!(sent.path, "/v2/porting_orders/a%2Fb");
}

/// What the typed surface does not know is an error of the case, and nothing is sent.
#[tokio::test]
async fn unknown_arguments() {
    let table = [
        (
            json!({ "op_id": "ListPortingOrders", "args": { "query": { "colour": "red" } } }),
            "unknown arguments: query.colour",
        ),
        (
            json!({ "op_id": "ListPortingOrders", "args": { "query": { "filter": { "misc": { "kind": "full" } } } } }),
            "unknown argument: query.filter.misc.kind",
        ),
        (
            json!({ "op_id": "CreatePortingOrder", "args": { "body": { "phone_numbers": ["+1"], "x": 1 } } }),
            "unknown arguments: body.x",
        ),
        (json!({ "op_id": "CreatePortingOrder", "args": { "body": {} } }), "body.phone_numbers is required"),
        (json!({ "op_id": "GetPortingOrder", "args": {} }), "path.id is required"),
        (
            json!({ "op_id": "getPortingOrder", "args": {} }),
            "unknown operation `getPortingOrder`; there is `GetPortingOrder`",
        ),
        (
            json!({ "op_id": "GetPortingOrder", "args": { "path": { "id": "1", "extra": "2" } } }),
            "unknown arguments: path.extra",
        ),
    ];
    let server = Server::start(answer).await.unwrap();
    for (case, expected) in table {
        let case: Case = serde_json::from_value(case).unwrap();
        assert_eq!(run(&server, &case).await.unwrap_err(), expected);
    }
}

/// Identifiers that would lead elsewhere are refused before anything is sent.
#[tokio::test]
async fn dangerous_identifiers() {
    let server = Server::start(answer).await.unwrap();
    for id in ["", ".", ".."] {
        let case: Case =
            serde_json::from_value(json!({ "op_id": "GetPortingOrder", "args": { "path": { "id": id } } })).unwrap();
        assert!(run(&server, &case).await.is_err(), "{id:?}");
        assert!(server.take().is_empty());
    }
}
