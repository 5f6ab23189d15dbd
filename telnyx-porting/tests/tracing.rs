//! What is told about calls: to `tracing`, and by the crates below to `log`. Everything at the level
//! TRACE is captured, while calls with secrets in every place go well and badly.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "clippy takes only functions marked as tests for tests"
)]

use std::collections::HashMap;
use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use telnyx_porting::types::{PortingOrderEndUserAdminParam, PortingOrderEndUserParam, PortingOrderFilter};
use telnyx_porting::{Client, ClientBuilder, Error, ErrorKind, RetryPolicy};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

const KEY: &str = "KEYqwertz4711";
const PIN: &str = "80818283";
const NAME: &str = "Zanzibarova";
const ACCOUNT: &str = "ACCT5566778";
const NUMBER: &str = "+13035557719";
const PASSWORD: &str = "hunterzwei";
const COOKIE: &str = "sessioncookie99";

/// What must be found nowhere, in whatever way it is written.
fn secrets() -> Vec<String> {
    let plain = [KEY, PIN, NAME, ACCOUNT, NUMBER, &NUMBER[1..], PASSWORD, COOKIE, "order-of-"];
    let bytes = |text: &str| text.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(", ");
    plain.iter().flat_map(|text| [(*text).to_owned(), bytes(text)]).collect()
}

/// Every line that anybody has told.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<String>>>);

impl Captured {
    fn push(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

struct Collector {
    lines: Captured,
    next_span: AtomicU64,
}

impl Subscriber for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = self.next_span.fetch_add(1, Ordering::Relaxed);
        let mut line =
            format!("span {id} {} {} {}", span.metadata().level(), span.metadata().target(), span.metadata().name());
        span.record(&mut Fields(&mut line));
        self.lines.push(line);
        Id::from_u64(id)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut line = format!("record {}", span.into_u64());
        values.record(&mut Fields(&mut line));
        self.lines.push(line);
    }

    fn event(&self, event: &Event<'_>) {
        let parent = event.parent().map_or(0, Id::into_u64);
        let mut line = format!("event {parent} {} {}", event.metadata().level(), event.metadata().target());
        event.record(&mut Fields(&mut line));
        self.lines.push(line);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl log::Log for Captured {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        self.push(format!("log {} {} {}", record.level(), record.target(), record.args()));
    }

    fn flush(&self) {}
}

fn capture() -> Captured {
    let lines = Captured::default();
    log::set_boxed_logger(Box::new(lines.clone())).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    tracing::subscriber::set_global_default(Collector { lines: lines.clone(), next_span: AtomicU64::new(1) }).unwrap();
    lines
}

/// How many requests of each case have come.
type Counts = Arc<Mutex<HashMap<String, u32>>>;

/// Answers as the header `x-case` says, and repeats secrets wherever it can.
async fn answer(State(counts): State<Counts>, request: Request) -> Response {
    let case = request.headers().get("x-case").map_or("", |case| case.to_str().unwrap()).to_owned();
    let count = {
        let mut counts = counts.lock().unwrap();
        let count = counts.entry(case.clone()).or_default();
        *count += 1;
        *count
    };
    let order = format!(
        r#"{{"id":"order-of-{NAME}","customer_reference":"{NAME}","end_user":{{"admin":{{"pin_passcode":"{PIN}","auth_person_name":"{NAME}"}}}}}}"#
    );
    let error = format!(
        r#"{{"errors":[{{"code":"10015","title":"{NAME} is wrong","detail":"{PIN} of {NAME} at {NUMBER} is wrong, {KEY}","source":{{"pointer":"/{ACCOUNT}"}},"meta":{{"got":"{PIN}"}}}}]}}"#
    );
    let (status, content_type, body) = match (case.as_str(), count) {
        ("refused", _) => (422, "application/json", error),
        ("busy", 1 | 2) => (503, "application/json", error),
        ("down", _) => (500, "text/plain", format!("{NAME} {PIN}")),
        ("html", _) => (200, "text/html", format!("<html>{NAME}</html>")),
        ("wrong", _) => (200, "application/json", format!(r#"{{"data":{{"id":{{"{NAME}":"{PIN}"}}}}}}"#)),
        ("list", _) => {
            let meta = format!(r#"{{"page_number":{count},"total_pages":2,"page_size":"1"}}"#);
            (200, "application/json", format!(r#"{{"data":[{order}],"meta":{meta}}}"#))
        }
        ("stall", _) => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            (200, "application/json", String::new())
        }
        ("redirect", 1) => (307, "text/plain", NAME.to_owned()),
        ("file", _) => (200, "application/pdf", format!("%PDF {NAME} {PIN}")),
        _ => (200, "application/json", format!(r#"{{"data":{order}}}"#)),
    };
    Response::builder()
        .status(status)
        .header("content-type", content_type)
        .header("x-request-id", "r-123")
        .header("x-echo", NAME)
        .header("set-cookie", format!("s={COOKIE}"))
        .header("location", format!("/v2/orders/order-of-{NAME}?pin={PIN}&key={KEY}"))
        .body(Body::from(body))
        .unwrap()
}

async fn serve() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v2", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer).with_state(Counts::default());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

fn client(url: &str, change: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Client {
    let at_once = RetryPolicy::new().delays(Duration::ZERO, Duration::ZERO);
    let builder = Client::builder().api_key(KEY).base_url(url).header("x-account", ACCOUNT).retry_policy(at_once);
    change(builder).build().unwrap()
}

/// Long enough for every answer but the one that never comes.
fn timeout(case: &str) -> Duration {
    Duration::from_millis(if case == "stall" { 40 } else { 10_000 })
}

/// A call with a secret in every place.
async fn update(client: &Client, case: &str) -> Result<(), Error> {
    let admin = PortingOrderEndUserAdminParam::builder()
        .auth_person_name(NAME)
        .pin_passcode(PIN)
        .account_number(ACCOUNT)
        .billing_phone_number(NUMBER)
        .build();
    let request = client.porting_orders().update(format!("order-of-{NAME}"));
    let request = request.end_user(PortingOrderEndUserParam::builder().admin(admin).build());
    let request = request.customer_reference(NAME).body_field("secret", PIN).query_param("pin", PIN);
    request.header("x-case", case).header("x-pin", PIN).timeout(timeout(case)).send().await.map(drop)
}

async fn retrieve(client: &Client, case: &str) -> Result<(), Error> {
    let request = client.porting_orders().retrieve(format!("order-of-{NAME}")).query_param("name", NAME);
    request.header("x-case", case).timeout(timeout(case)).send().await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn calls_are_told_without_secrets() {
    let lines = capture();
    let url = serve().await;
    let direct = client(&url, ClientBuilder::no_proxy);

    let mut told = HashMap::new();
    for (case, kind) in [
        ("ok", None),
        ("busy", None),
        ("refused", Some(ErrorKind::Status)),
        ("down", Some(ErrorKind::Status)),
        ("html", Some(ErrorKind::Decode)),
        ("wrong", Some(ErrorKind::Decode)),
        ("redirect", None),
        ("stall", Some(ErrorKind::Timeout)),
    ] {
        let result = retrieve(&direct, case).await;
        assert_eq!(result.err().map(|error| error.kind()), kind, "{case}");
        told.insert(case, lines.take());
        let _ = update(&direct, case).await;
        told.entry("updates").or_default().extend(lines.take());
    }

    let filter = PortingOrderFilter::builder().customer_reference(NAME).build();
    let list = direct.porting_orders().list().filter(filter).header("x-case", "list");
    assert_eq!(list.items().try_collect().await.unwrap().len(), 2);
    let file = || direct.porting_orders().retrieve_loa_template(format!("order-of-{NAME}")).header("x-case", "file");
    let mut stream = file().send_stream().await.unwrap();
    while stream.try_next().await.unwrap().is_some() {}
    drop(file().send_stream().await.unwrap());
    let folder = tempfile::TempDir::new().unwrap();
    file().save_to(folder.path().join(NAME)).await.unwrap();
    file().save_to(folder.path().join(NAME).join(NAME)).await.unwrap_err();

    // By a proxy with a password, by connections that nobody accepts, and with what is refused.
    let proxy = url.replace("http://", &format!("http://{NAME}:{PASSWORD}@")).replace("/v2", "");
    retrieve(&client("http://127.0.0.1:9/v2", |builder| builder.proxy(proxy)), "ok").await.unwrap();
    let nowhere = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        client(&format!("http://{}", listener.local_addr().unwrap()), ClientBuilder::no_proxy)
    };
    assert!(update(&nowhere, "ok").await.unwrap_err().is_connect());
    let refused = direct.porting_orders().retrieve("..").header("x-pin", format!("{PIN}\r\n")).send().await;
    assert!(refused.unwrap_err().is_invalid_request());
    let dropped = tokio::time::timeout(Duration::from_millis(20), retrieve(&direct, "stall")).await;
    assert!(dropped.is_err());
    told.insert("others", lines.take());

    let all: Vec<&String> = told.values().flatten().collect();
    for secret in secrets() {
        let found: Vec<_> = all.iter().filter(|line| line.contains(&secret)).collect();
        assert!(found.is_empty(), "{secret}: {found:#?}");
    }
    // The crates below are heard, or there would be nothing to prove.
    for other in ["reqwest", "hyper_util"] {
        assert!(all.iter().any(|line| line.contains(other)), "{other}: {all:#?}");
    }
    what_is_told(&told);
}

/// Another thread carries them out, but whoever listens to this one hears of them.
#[cfg(all(feature = "blocking", feature = "testing"))]
#[test]
fn blocking_calls_are_told_where_they_are_made() {
    let mock = telnyx_porting::testing::MockTransport::new();
    mock.on_any().reply_status(404).reply(200, serde_json::json!({"data": [{}], "meta": {"total_pages": 1}}));
    let orders = mock.client().porting_orders();
    let lines = Captured::default();
    let collector = Collector { lines: lines.clone(), next_span: AtomicU64::new(1) };
    tracing::subscriber::with_default(collector, || {
        orders.retrieve("1").send_blocking().unwrap_err();
        assert_eq!(orders.list().items_blocking().count(), 1);
    });
    let told = ours(&lines.take());
    let count = |part: &str| told.iter().filter(|line| line.contains(part)).count();
    assert_eq!((count("span N INFO"), count("call failed"), count("call succeeded")), (2, 1, 1), "{told:#?}");
}

/// The lines of this crate alone, without what differs from time to time.
fn ours(lines: &[String]) -> Vec<String> {
    let is_ours = |line: &&String| line.contains(" telnyx_porting ") || line.starts_with("record ");
    let plain = |line: &String| {
        let words = line.split(' ').enumerate().map(|(index, word)| match word.split_once('=') {
            Some((name @ ("duration_ms" | "wait_ms"), _)) => format!("{name}=T"),
            _ if index == 1 => "N".to_owned(),
            _ => word.to_owned(),
        });
        words.collect::<Vec<_>>().join(" ")
    };
    lines.iter().filter(is_ours).map(plain).collect()
}

fn what_is_told(told: &HashMap<&str, Vec<String>>) {
    let span = r#"span N INFO telnyx_porting call operation="GetPortingOrder" method="GET" path="/porting_orders/{id}" otel.kind="client""#;
    let started = |attempt: u32| format!("event N DEBUG telnyx_porting message=attempt starts attempt={attempt}");
    assert_eq!(
        ours(&told["ok"]),
        [
            span,
            &started(1),
            r#"event N DEBUG telnyx_porting message=attempt succeeded attempt=1 status=200 request_id="r-123" duration_ms=T"#,
            "record N attempts=1",
            "record N status=200",
            r#"record N request_id="r-123""#,
            "record N duration_ms=T",
            "event N DEBUG telnyx_porting message=call succeeded duration_ms=T",
        ]
    );
    let failed = |attempt: u32| {
        [
            format!(
                r#"event N DEBUG telnyx_porting message=attempt failed attempt={attempt} error="status" status=503 request_id="r-123" may_have_been_carried_out=true duration_ms=T"#
            ),
            format!(
                r#"event N WARN telnyx_porting message=the request will be sent again after a wait attempt={attempt} error="status" status=503 wait_ms=T"#
            ),
        ]
    };
    let busy = ours(&told["busy"]);
    assert_eq!(&busy[1..4], [&[started(1)][..], &failed(1)].concat());
    assert_eq!(&busy[4..7], [&[started(2)][..], &failed(2)].concat());
    assert!(busy.contains(&"record N attempts=3".to_owned()), "{busy:#?}");
    let wrong = ours(&told["wrong"]);
    for expected in [r#"record N error="decode""#, r#"record N otel.status_code="ERROR""#, "record N status=200"] {
        assert!(wrong.contains(&expected.to_owned()), "{wrong:#?}");
    }
    let others = ours(&told["others"]);
    let count = |part: &str| others.iter().filter(|line| line.contains(part)).count();
    assert_eq!(count("call dropped before its end"), 2, "{others:#?}");
    assert_eq!(count("operation=\"ListPortingOrders\""), 2, "{others:#?}");
}
