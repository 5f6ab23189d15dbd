//! Many calls at once against a server that misbehaves at random, and the reckoning at the end.
//!
//! Client and server keep their books apart: the client notes what it was told about each call, the server what it
//! carried out for each. Then the two are reconciled. Every request carries the number of its call in a header, so that
//! the server knows which requests are attempts of the same call; nothing else is different from real life.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::json;
use telnyx_porting::{
    BoxFuture, Client, Error, ErrorKind, RetryPolicy, Transport, TransportError, TransportRequest, TransportResponse,
};
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

use crate::fault::{Act, Director, Door, Framing, Pace, Received, Server};

/// How a soak is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many calls are made.
    pub requests: usize,
    /// The part of all requests with which something goes wrong, between 0 and 1.
    pub faults: f64,
    /// What decides who goes wrong how. The order in which calls overtake each other is not in anybody's hand.
    pub seed: u64,
    /// How many calls are under way at once.
    pub concurrency: usize,
    /// When the soak is given up as hanging.
    pub limit: Duration,
    /// Opts in everywhere and keeps it from the books, to see whether the reckoning notices.
    pub careless: bool,
}

impl Options {
    /// The usual options for so many calls.
    #[must_use]
    pub fn new(requests: usize) -> Self {
        let limit = Duration::from_secs(60 + requests as u64 / 500);
        Self { requests, faults: 0.1, seed: 1, concurrency: 64, limit, careless: false }
    }
}

/// The time that one attempt may take; a stalled one takes it whole.
const ATTEMPT: Duration = Duration::from_millis(250);
/// The time that a call may take.
const CALL: Duration = Duration::from_secs(5);
/// What a call may take beyond that before it hangs.
const PATIENCE: Duration = Duration::from_secs(5);
const HEADER: &str = "x-soak-call";
const PAGES: usize = 3;
const PAGE_SIZE: usize = 5;

/// Runs a soak on the current runtime.
///
/// # Errors
///
/// When the server can't be started or the client can't be built.
pub async fn run(options: &Options) -> Result<Report, Box<dyn std::error::Error + Send + Sync>> {
    // The server's and the client's part of the books are made and touched before memory is measured.
    let books = Arc::new(Books::new(options));
    let sockets_before = open_sockets();
    let tasks_before = alive_tasks();
    let closed = Server::start(Arc::clone(&books) as Arc<dyn Director>, Door::Closed).await?;
    let server = Server::start(Arc::clone(&books) as Arc<dyn Director>, Door::Open).await?;
    let client = client_for(&server.origin(), closed.origin(), &books)?;

    let start = Instant::now();
    let next = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> = (0..options.concurrency.max(1))
        .map(|_| tokio::spawn(work(client.clone(), Arc::clone(&books), Arc::clone(&next))))
        .collect();
    let in_time = timeout(options.limit, async {
        for worker in workers.iter().map(tokio::task::JoinHandle::abort_handle) {
            while !worker.is_finished() {
                sleep(Duration::from_millis(10)).await;
            }
        }
    })
    .await
    .is_ok();
    let elapsed = start.elapsed();
    let mut panics = 0;
    for worker in workers {
        worker.abort();
        panics += usize::from(worker.await.is_err_and(|error| error.is_panic()));
    }
    let resident_at_end = resident_bytes();
    let most_connections = server.most_connections();

    drop(client);
    let sockets = async {
        for _ in 0..200 {
            if server.open_connections() == 0 {
                break;
            }
            sleep(Duration::from_millis(10)).await;
        }
        server.open_connections()
    };
    let connections_left = sockets.await;
    drop((server, closed));
    let (tasks_left, sockets_left) = settle(tasks_before, sockets_before).await;

    let mut report = Report {
        options: options.clone(),
        elapsed,
        most_connections,
        connections_left,
        tasks_left,
        sockets_left,
        resident: books.resident.get().zip(resident_at_end),
        ..Report::default()
    };
    if !in_time {
        report.wrong(format!("the soak did not end within {:?}", options.limit));
    }
    if panics > 0 {
        report.wrong(format!("{panics} workers panicked"));
    }
    reconcile(&books, &mut report);
    Ok(report)
}

fn client_for(origin: &str, closed: String, books: &Arc<Books>) -> Result<Client, Error> {
    let books = Arc::clone(books);
    Client::builder()
        .api_key("KEY-soak")
        .base_url(format!("{origin}/v2"))
        .no_proxy()
        .timeout(ATTEMPT)
        .deadline(CALL)
        .retry_policy(RetryPolicy::new().delays(Duration::from_millis(1), Duration::from_millis(8)))
        .middleware(move |inner| Detour { inner, closed: closed.clone(), books: Arc::clone(&books) })
        .build()
}

/// Sends some requests to a port on which nobody listens.
struct Detour {
    inner: Arc<dyn Transport>,
    closed: String,
    books: Arc<Books>,
}

impl Transport for Detour {
    fn send(&self, mut request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        self.books.sent.fetch_add(1, Ordering::Relaxed);
        let call = request.headers.get(HEADER).and_then(|call| call.parse().ok()).unwrap_or_default();
        let mut rng = self.books.rng(call, 1_000 + u64::from(request.attempt));
        // Every twelfth fault is a refused connection.
        if rng.f64() < self.books.faults / 12.0
            && let Some((_, path)) = request.url().split_once("/v2/")
            && request.set_url(&format!("{}/v2/{path}", self.closed)).is_ok()
        {
            self.books.refused.fetch_add(1, Ordering::Relaxed);
        }
        self.inner.send(request)
    }
}

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Create,
    Retrieve,
    Update,
    Delete,
    Confirm,
    List,
    Download,
}

impl Op {
    const ALL: [Self; 7] =
        [Self::Create, Self::Retrieve, Self::Update, Self::Delete, Self::Confirm, Self::List, Self::Download];

    fn of(rng: &mut Rng) -> Self {
        match rng.u8(..100) {
            0..40 => Self::Create,
            40..58 => Self::Retrieve,
            58..70 => Self::Update,
            70..76 => Self::Delete,
            76..86 => Self::Confirm,
            86..92 => Self::List,
            _ => Self::Download,
        }
    }

    fn changes(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Delete | Self::Confirm)
    }

    /// Whether carrying it out twice does something twice.
    fn doubles(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Confirm)
    }
}

/// What is decided about a call before it is made.
#[derive(Clone, Copy, Debug)]
struct Plan {
    op: Op,
    opted_in: bool,
}

/// What the client was told about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Nothing,
    Done,
    /// It surely was not carried out.
    NotDone,
    MayBeDone,
}

/// The books of both sides. Their size is fixed from the start, so that memory that grows is somebody else's.
struct Books {
    seed: u64,
    faults: f64,
    careless: bool,
    calls: Vec<Entry>,
    /// Orders that exist, as far as the client was told.
    known: RwLock<Vec<u32>>,
    completed: AtomicUsize,
    sent: AtomicU64,
    refused: AtomicU64,
    received: AtomicU64,
    spoilt: AtomicU64,
    /// The longest call, in microseconds.
    longest: AtomicU64,
    hung: AtomicUsize,
    /// Violations that only the caller sees, such as a truncated download given as whole.
    wrong: RwLock<Vec<String>>,
    resident: OnceBytes,
}

/// The two accounts of one call.
#[derive(Default)]
struct Entry {
    // The server's.
    received: AtomicU32,
    carried_out: AtomicU32,
    deleted: AtomicBool,
    // The client's.
    told: AtomicU32,
    /// The number of the created order that the client was given.
    reported: AtomicU32,
    kind: AtomicU32,
}

#[derive(Default)]
struct OnceBytes(AtomicU64);

impl OnceBytes {
    fn set(&self, bytes: u64) {
        self.0.store(bytes, Ordering::Relaxed);
    }

    fn get(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|bytes| *bytes > 0)
    }
}

impl Books {
    fn new(options: &Options) -> Self {
        Self {
            seed: options.seed,
            faults: options.faults,
            careless: options.careless,
            calls: (0..options.requests).map(|_| Entry::default()).collect(),
            known: RwLock::default(),
            completed: AtomicUsize::new(0),
            sent: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            received: AtomicU64::new(0),
            spoilt: AtomicU64::new(0),
            longest: AtomicU64::new(0),
            hung: AtomicUsize::new(0),
            wrong: RwLock::default(),
            resident: OnceBytes::default(),
        }
    }

    /// Random numbers that depend on the seed, the call and the purpose, and on nothing else.
    fn rng(&self, call: u32, purpose: u64) -> Rng {
        let mut mixed =
            Rng::with_seed(self.seed ^ (u64::from(call) << 20) ^ purpose.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Rng::with_seed(mixed.u64(..))
    }

    fn plan(&self, call: u32) -> Plan {
        let mut rng = self.rng(call, 0);
        let op = Op::of(&mut rng);
        Plan { op, opted_in: op.doubles() && rng.u8(..8) == 0 }
    }

    fn entry(&self, call: u32) -> Option<&Entry> {
        self.calls.get(usize::try_from(call).ok()?)
    }

    fn wrong(&self, what: String) {
        let mut wrong = self.wrong.write().unwrap_or_else(PoisonError::into_inner);
        if wrong.len() < 20 {
            wrong.push(what);
        }
    }

    /// An order that is known to exist, or one that never did.
    fn some_order(&self, rng: &mut Rng) -> String {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let at = if known.is_empty() { 0 } else { rng.usize(..known.len()) };
        known.get(at).map_or_else(|| "order-none-1".to_owned(), |call| format!("order-{call}-1"))
    }

    fn remember(&self, call: u32) {
        const MOST: usize = 512;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() < MOST {
            known.push(call);
        } else if let Some(slot) = known.get_mut(usize::try_from(call).unwrap_or_default() % MOST) {
            *slot = call;
        }
    }
}

/// A worker: one call after the other, until there are none left.
async fn work(client: Client, books: Arc<Books>, next: Arc<AtomicUsize>) {
    loop {
        let Ok(call) = u32::try_from(next.fetch_add(1, Ordering::Relaxed)) else { return };
        let Some(entry) = books.entry(call) else { return };
        let start = Instant::now();
        match timeout(CALL + PATIENCE, make(&client, &books, call)).await {
            Ok(outcome) => note(&books, entry, &outcome),
            Err(_) => {
                books.hung.fetch_add(1, Ordering::Relaxed);
            }
        }
        let took = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        books.longest.fetch_max(took, Ordering::Relaxed);
        let completed = books.completed.fetch_add(1, Ordering::Relaxed) + 1;
        if completed == books.calls.len() / 10
            && let Some(bytes) = resident_bytes()
        {
            books.resident.set(bytes);
        }
    }
}

/// Makes one call, and checks what only the caller can check. A creation gives the number of its order.
async fn make(client: &Client, books: &Books, call: u32) -> Result<u32, Error> {
    let mut rng = books.rng(call, 1);
    let plan = books.plan(call);
    let orders = client.porting_orders();
    let number = call.to_string();
    macro_rules! prepared {
        ($request:expr) => {{
            let request = $request.header(HEADER, number.as_str());
            let policy = RetryPolicy::new().delays(Duration::from_millis(1), Duration::from_millis(8));
            request.retry_policy(policy.resend_ambiguous(plan.opted_in || books.careless))
        }};
    }
    match plan.op {
        Op::Create => {
            let request =
                prepared!(orders.create()).phone_numbers(["+13035550100"]).customer_reference(number.as_str());
            let created = request.send().await?;
            let id = created.first().and_then(|order| order.id.as_deref()).unwrap_or_default();
            let (owner, nth) = parse_id(id).unwrap_or_default();
            if owner != call || nth == 0 {
                books.wrong(format!("call {call} was given the order {id:?}"));
            } else {
                books.remember(call);
            }
            return Ok(nth);
        }
        Op::Retrieve => {
            let id = books.some_order(&mut rng);
            let response = prepared!(orders.retrieve(id.as_str())).send().await?;
            let got = response.data.and_then(|order| order.id).unwrap_or_default();
            if got != id {
                books.wrong(format!("call {call} asked for {id} and was given {got:?}"));
            }
        }
        Op::Update => {
            let id = books.some_order(&mut rng);
            prepared!(orders.update(id)).customer_reference(number.as_str()).send().await?;
        }
        Op::Delete => prepared!(orders.delete(books.some_order(&mut rng))).send().await?,
        Op::Confirm => drop(prepared!(orders.actions().confirm(books.some_order(&mut rng))).send().await?),
        Op::List => {
            let items = prepared!(orders.list()).items().try_collect().await?;
            let got: Vec<_> = items.into_iter().filter_map(|order| order.id).collect();
            let expected: Vec<_> = (0..PAGES * PAGE_SIZE).map(|nth| format!("item-{call}-{nth}")).collect();
            if got != expected {
                books.wrong(format!("call {call} was given {} of {} items as all of them", got.len(), expected.len()));
            }
        }
        Op::Download => {
            let bytes = prepared!(orders.retrieve_loa_template(number.as_str())).send().await?;
            if bytes != file(call) {
                books.wrong(format!("call {call} was given {} bytes that are not the file", bytes.len()));
            }
        }
    }
    Ok(0)
}

fn note(books: &Books, entry: &Entry, outcome: &Result<u32, Error>) {
    let told = match outcome {
        Ok(nth) => {
            entry.reported.store(*nth, Ordering::Relaxed);
            Told::Done
        }
        Err(error) if error.may_have_been_carried_out() => Told::MayBeDone,
        Err(_) => Told::NotDone,
    };
    if let Err(error) = outcome {
        entry.kind.store(KINDS.iter().position(|kind| *kind == error.kind()).map_or(0, number), Ordering::Relaxed);
        if error.is_invalid_request() || error.is_configuration() {
            books.wrong(format!("{error:?}"));
        }
    }
    entry.told.store(number(told as usize), Ordering::Relaxed);
}

const KINDS: [ErrorKind; 10] = [
    ErrorKind::Configuration,
    ErrorKind::InvalidRequest,
    ErrorKind::Connect,
    ErrorKind::Timeout,
    ErrorKind::Interrupted,
    ErrorKind::Redirect,
    ErrorKind::Status,
    ErrorKind::Decode,
    ErrorKind::TooLarge,
    ErrorKind::Paging,
];

fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// `order-17-1` is the first order that was created for call 17.
fn parse_id(id: &str) -> Option<(u32, u32)> {
    let (owner, nth) = id.strip_prefix("order-")?.split_once('-')?;
    Some((owner.parse().ok()?, nth.parse().ok()?))
}

/// The file that a call downloads.
fn file(call: u32) -> Vec<u8> {
    call.to_le_bytes().into_iter().cycle().take(20_000).collect()
}

/// The server's side.
impl Director for Books {
    fn act(&self, request: Received) -> Act {
        self.received.fetch_add(1, Ordering::Relaxed);
        let call = request.header(HEADER).and_then(|call| call.parse().ok());
        let Some((call, entry)) = call.and_then(|call| Some((call, self.entry(call)?))) else {
            self.wrong(format!("a request of no call: {} {}", request.method, request.target));
            return Act::status(404);
        };
        let receipt = entry.received.fetch_add(1, Ordering::Relaxed);
        let mut rng = self.rng(call, 2 + u64::from(receipt));
        let fails = rng.f64() < self.faults;
        if !fails {
            return self.carry_out(call, entry, &request);
        }
        self.spoilt.fetch_add(1, Ordering::Relaxed);
        self.fail(&mut rng, call, entry, &request)
    }
}

impl Books {
    /// Does what is asked, and answers.
    fn carry_out(&self, call: u32, entry: &Entry, request: &Received) -> Act {
        let path = request.target.split('?').next().unwrap_or_default();
        let segments: Vec<&str> = path.trim_start_matches("/v2/").split('/').collect();
        match (request.method.as_str(), segments.as_slice()) {
            ("GET", ["result"]) => created(call, entry.carried_out.load(Ordering::Relaxed)),
            ("POST", ["porting_orders" | "moved"]) => {
                created(call, entry.carried_out.fetch_add(1, Ordering::Relaxed) + 1)
            }
            ("GET", ["porting_orders"]) => list(call, &request.target),
            ("GET", ["porting_orders", _, "loa_template"]) => Act::file("application/pdf", file(call)),
            (method, ["porting_orders", id, rest @ ..]) => {
                let order = parse_id(id).and_then(|(owner, nth)| Some((self.entry(owner)?, nth)));
                let order = order.filter(|(order, nth)| {
                    order.carried_out.load(Ordering::Relaxed) >= *nth && !order.deleted.load(Ordering::Relaxed)
                });
                let Some((order, _)) = order else {
                    return Act::json(&json!({ "errors": [{ "code": "10005", "title": "Not found" }] })).answered(404);
                };
                let answer = Act::json(&json!({ "data": { "id": id } }));
                match (method, rest) {
                    ("GET", []) => answer,
                    ("DELETE", []) => {
                        if order.deleted.swap(true, Ordering::Relaxed) {
                            return Act::status(404);
                        }
                        entry.carried_out.fetch_add(1, Ordering::Relaxed);
                        Act::status(204)
                    }
                    ("PATCH", []) | ("POST", ["actions", "confirm"]) => {
                        entry.carried_out.fetch_add(1, Ordering::Relaxed);
                        answer
                    }
                    _ => Act::status(405),
                }
            }
            _ => Act::status(404),
        }
    }

    /// Goes wrong. An honest server carries out nothing that it refuses or asks to send again; with all else, who knows.
    fn fail(&self, rng: &mut Rng, call: u32, entry: &Entry, request: &Received) -> Act {
        let is_get = request.method == "GET";
        let is_creation = request.method == "POST" && request.target.ends_with("/porting_orders");
        let is_download = request.target.ends_with("/loa_template");
        // What may or may not have been carried out.
        let either = |rng: &mut Rng, act: Act| {
            if rng.bool() {
                self.carry_out(call, entry, request);
            }
            act
        };
        match rng.u8(..24) {
            0 => Act::status(429).header("retry-after-ms", "1"),
            1 => Act::status(429).header("retry-after", "0.002"),
            2 => Act::status(409),
            3 => Act::status(503).header("x-should-retry", "true").header("retry-after-ms", "1"),
            4 => Act::status(422).body(r#"{"errors":[{"code":"10015","title":"Invalid value"}]}"#),
            5 if is_creation => Act::redirect(307, "/v2/moved"),
            5 => either(rng, Act::redirect(302, "/v2/elsewhere")),
            6 if is_creation => {
                self.carry_out(call, entry, request);
                Act::redirect(303, "/v2/result")
            }
            6 => Act::status(400),
            7 => Act::status(503).header("x-should-retry", "false"),
            8 => either(rng, Act::status(500)),
            9 => either(rng, Act::status(502).header("content-type", "text/html").body("<html>")),
            10 => either(rng, Act::ResetRead),
            11 => either(rng, Act::Close),
            12 => either(rng, Act::Stall),
            13 => either(rng, Act::Raw("HTTP/1.1 200 OK\r\ncontent-".into())),
            14 => self.carry_out(call, entry, request).pace(Pace::StallInHead),
            15 => self.carry_out(call, entry, request).pace(Pace::StallAfter(rng.usize(..20))),
            16 => self.carry_out(call, entry, request).pace(Pace::CutAfter(rng.usize(..20))),
            17 => self.carry_out(call, entry, request).pace(Pace::ResetAfter(rng.usize(..20))),
            18 => self.carry_out(call, entry, request).framing(Framing::Claimed(1 << 20)),
            // Nobody can know that a file ends too early if its length says so.
            19 if !is_download => self.carry_out(call, entry, request).framing(Framing::Claimed(rng.usize(1..10))),
            20 => self.carry_out(call, entry, request).framing(Framing::BrokenChunks),
            21 => self.carry_out(call, entry, request).framing(Framing::OpenChunks),
            22 if !is_download => match self.carry_out(call, entry, request) {
                Act::Answer(answer) if answer.status < 300 => Act::file("text/html", "<html>"),
                refusal => refusal,
            },
            23 if is_get && request.target.contains("/porting_orders?") => {
                // A page that says that it is another one.
                list(call, "/v2/porting_orders")
            }
            _ => self.carry_out(call, entry, request).pace(Pace::Drip(Duration::from_millis(30))),
        }
    }
}

fn created(call: u32, nth: u32) -> Act {
    Act::json(&json!({ "data": [{ "id": format!("order-{call}-{nth}") }] }))
}

fn list(call: u32, target: &str) -> Act {
    let page = target.split_once("page%5Bnumber%5D=").and_then(|(_, page)| page.parse::<usize>().ok()).unwrap_or(1);
    let first = (page - 1) * PAGE_SIZE;
    let items: Vec<_> = (first..first + PAGE_SIZE).map(|nth| json!({ "id": format!("item-{call}-{nth}") })).collect();
    Act::json(&json!({ "data": items, "meta": { "page_number": page, "total_pages": PAGES } }))
}

/// Lays the two accounts side by side.
fn reconcile(books: &Books, report: &mut Report) {
    let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
    report.sent = load(&books.sent);
    report.refused = load(&books.refused);
    report.received = load(&books.received);
    report.spoilt = load(&books.spoilt);
    report.longest = Duration::from_micros(load(&books.longest));
    for (call, entry) in (0..).zip(&books.calls) {
        let plan = books.plan(call);
        let carried_out = entry.carried_out.load(Ordering::Relaxed);
        let told = match entry.told.load(Ordering::Relaxed) {
            told if told == Told::Done as u32 => Told::Done,
            told if told == Told::NotDone as u32 => Told::NotDone,
            told if told == Told::MayBeDone as u32 => Told::MayBeDone,
            _ => Told::Nothing,
        };
        let position = Op::ALL.iter().position(|op| *op == plan.op).unwrap_or_default();
        if let Some(row) = report.rows.get_mut(position) {
            row.calls += 1;
            row.done += u64::from(told == Told::Done);
            row.not_done += u64::from(told == Told::NotDone);
            row.may_be_done += u64::from(told == Told::MayBeDone);
            row.carried_out += u64::from(carried_out);
            row.unknown_but_done += u64::from(told == Told::MayBeDone && carried_out > 0);
            row.doubled_by_choice += u64::from(plan.opted_in && carried_out > 1);
        }
        if matches!(told, Told::NotDone | Told::MayBeDone)
            && let Some(count) = report.kinds.get_mut(entry.kind.load(Ordering::Relaxed) as usize)
        {
            *count += 1;
        }
        let op = plan.op;
        let what = match told {
            Told::Nothing => Some("has no outcome"),
            _ if op.doubles() && !plan.opted_in && carried_out > 1 => Some("was carried out more than once"),
            Told::NotDone if op.changes() && carried_out > 0 => Some("was carried out, though the client was told not"),
            Told::Done if op.changes() && carried_out == 0 => Some("was reported as done, and never was"),
            Told::Done if op == Op::Create && entry.reported.load(Ordering::Relaxed) > carried_out => {
                Some("was given an order that the ledger lacks")
            }
            _ => None,
        };
        if let Some(what) = what {
            report.wrong(format!(
                "call {call} ({op:?}, opted in: {}) {what}; the ledger has {carried_out}",
                plan.opted_in
            ));
        }
    }
    for what in books.wrong.read().unwrap_or_else(PoisonError::into_inner).iter() {
        report.wrong(what.clone());
    }
    let hung = books.hung.load(Ordering::Relaxed);
    if hung > 0 {
        report.wrong(format!("{hung} calls hung"));
    }
    check_resources(report);
}

fn check_resources(report: &mut Report) {
    if report.tasks_left > 0 {
        report.wrong(format!("{} tasks are left", report.tasks_left));
    }
    if report.connections_left > 0 {
        report.wrong(format!("{} connections are left", report.connections_left));
    }
    if report.sockets_left > 0 {
        report.wrong(format!("{} sockets are left open", report.sockets_left));
    }
    // Connections that one side has given up may still be there on the other.
    let allowed = report.options.concurrency * 3;
    if report.most_connections > allowed {
        report
            .wrong(format!("{} connections at once for {} calls", report.most_connections, report.options.concurrency));
    }
    if let Some((early, late)) = report.resident {
        let allowed = early + early / 10 + (8 << 20);
        if late > allowed {
            report.wrong(format!("memory grew from {} to {} MiB", early >> 20, late >> 20));
        }
    }
}

/// Waits until tasks and sockets are what they were, or for two seconds, and says how many are too many.
async fn settle(tasks_before: usize, sockets_before: Option<usize>) -> (usize, usize) {
    let mut left = (0, 0);
    for _ in 0..200 {
        let sockets = open_sockets().zip(sockets_before).map_or(0, |(now, before)| now.saturating_sub(before));
        left = (alive_tasks().saturating_sub(tasks_before), sockets);
        if left == (0, 0) {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    left
}

fn alive_tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// How many sockets this process has open, where the system tells.
fn open_sockets() -> Option<usize> {
    let entries = std::fs::read_dir("/proc/self/fd").ok()?;
    let targets = entries.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
    Some(targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count())
}

/// How much memory this process has, where the system tells.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? << 10)
}

/// The figures of a soak.
#[derive(Clone, Debug, Default)]
pub struct Report {
    options: Options,
    elapsed: Duration,
    rows: [Row; Op::ALL.len()],
    /// How many calls failed in which way.
    kinds: [u64; KINDS.len()],
    sent: u64,
    refused: u64,
    received: u64,
    spoilt: u64,
    longest: Duration,
    most_connections: usize,
    connections_left: usize,
    tasks_left: usize,
    sockets_left: usize,
    /// Memory when a tenth of the calls was made, and at the end.
    resident: Option<(u64, u64)>,
    /// What does not reconcile.
    violations: Vec<String>,
    more_violations: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Row {
    calls: u64,
    done: u64,
    not_done: u64,
    may_be_done: u64,
    carried_out: u64,
    unknown_but_done: u64,
    doubled_by_choice: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Report {
    /// What does not reconcile; nothing, if all is well.
    #[must_use]
    pub fn violations(&self) -> &[String] {
        &self.violations
    }

    /// How many requests the server received.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.received
    }

    /// How many of them something went wrong with.
    #[must_use]
    pub fn spoilt(&self) -> u64 {
        self.spoilt
    }

    fn wrong(&mut self, what: String) {
        if self.violations.len() < 50 {
            self.violations.push(what);
        } else {
            self.more_violations += 1;
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Options { requests, faults, seed, concurrency, .. } = self.options;
        let per_second = (requests as u128 * 1_000) / self.elapsed.as_millis().max(1);
        writeln!(out, "{requests} calls, {concurrency} at once, faults {faults}, seed {seed}")?;
        writeln!(
            out,
            "{:.1} s, {per_second} calls per second, the longest {:.2} s",
            self.elapsed.as_secs_f64(),
            self.longest.as_secs_f64()
        )?;
        writeln!(
            out,
            "{} requests sent: {} found nobody listening, {} went into connections that broke before they were read,",
            self.sent,
            self.refused,
            self.sent.saturating_sub(self.refused + self.received)
        )?;
        writeln!(out, "{} were received, and with {} of these something went wrong", self.received, self.spoilt)?;
        writeln!(out)?;
        self.write_table(out)?;
        self.write_legend(out)?;
        let kinds = KINDS.iter().zip(&self.kinds).filter(|(_, count)| **count > 0);
        let kinds: Vec<_> = kinds.map(|(kind, count)| format!("{count} {kind}")).collect();
        writeln!(out, "failed calls: {}", if kinds.is_empty() { "none".to_owned() } else { kinds.join(", ") })?;
        match self.resident {
            Some((early, late)) => {
                let mib = |bytes: u64| format!("{}.{}", bytes >> 20, ((bytes >> 10) & 1_023) * 10 / 1_024);
                writeln!(out, "memory: {} MiB after a tenth, {} MiB at the end", mib(early), mib(late))?;
            }
            None => writeln!(out, "memory: not measured; there were too few calls, or this system does not tell")?,
        }
        writeln!(
            out,
            "left: {} tasks, {} connections, {} sockets; at most {} connections at once",
            self.tasks_left, self.connections_left, self.sockets_left, self.most_connections
        )?;
        match self.violations.as_slice() {
            [] => write!(out, "client and ledger agree"),
            violations => {
                writeln!(out, "client and ledger do NOT agree: {}", violations.len() + self.more_violations)?;
                violations.iter().try_for_each(|what| writeln!(out, "  {what}"))
            }
        }
    }
}

impl Report {
    fn write_table(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |cells: [&str; 8]| {
            let [name, calls, done, not, unknown, of_it, ledger, twice] = cells;
            writeln!(out, "{name:<10}{calls:>9}{done:>9}{not:>12}{unknown:>11}{of_it:>12}{ledger:>12}{twice:>18}")
        };
        line(["", "calls", "done", "surely not", "unknown", "yet done", "ledger", "twice by choice"])?;
        for (op, row) in Op::ALL.iter().zip(&self.rows) {
            let of_changes = |count: u64| if op.changes() { count.to_string() } else { "-".to_owned() };
            line([
                &format!("{op:?}").to_lowercase(),
                &row.calls.to_string(),
                &row.done.to_string(),
                &row.not_done.to_string(),
                &row.may_be_done.to_string(),
                &of_changes(row.unknown_but_done),
                &of_changes(row.carried_out),
                &of_changes(row.doubled_by_choice),
            ])?;
        }
        Ok(())
    }

    /// Says what the columns are, and why there is something that nobody knows.
    fn write_legend(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = || Op::ALL.iter().zip(&self.rows).filter(|(op, _)| op.changes()).map(|(_, row)| row);
        let unknown: u64 = rows().map(|row| row.may_be_done).sum();
        let done: u64 = rows().map(|row| row.unknown_but_done).sum();
        writeln!(
            out,
            "
surely not: an error for which `may_have_been_carried_out` is false; the ledger must have nothing.
unknown: an error for which it is true. The connection broke, the time ran out, or the server failed after the request
    was sent, so the answer is lost, and no client can know. Of {unknown} such calls that change something the ledger
    has {done}, and not the other {}: to send them all again would double the first, to count them as failed would
    lose them.
ledger: what the server carried out in all. twice by choice: the calls that had opted in to be sent again.
",
            unknown - done
        )
    }
}

/// Runs a soak in a runtime of its own.
///
/// # Errors
///
/// When the runtime or the server can't be started.
pub fn run_blocking(options: &Options) -> Result<Report, Box<dyn std::error::Error + Send + Sync>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(io::Error::other)?;
    runtime.block_on(run(options))
}
