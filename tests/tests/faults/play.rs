//! Plays a scenario and says what was otherwise than expected.

use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use telnyx_porting::types::{PortingOrderEndUserAdminParam, PortingOrderEndUserParam};
use telnyx_porting::{
    BoxFuture, Client, Error, RetryPolicy, Transport, TransportError, TransportErrorKind, TransportRequest,
    TransportResponse,
};
use tests::fault::{Act, Connect, Director, Door, Ledger, Memory, Script, Server};
use tokio::runtime::{Builder, Handle};
use tokio::time::Instant;

use super::table::{Fate, Op, Options, Scenario};

pub(crate) const KEY: &str = "KEY-0123456789";
/// Where these appear in an error, somebody's data is in a log.
pub(crate) const SECRETS: [&str; 3] = [KEY, PIN, "Jane Doe"];
pub(crate) const PIN: &str = "PIN-4711";

/// What carries the requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Memory,
    Sockets,
    Both,
}

impl Way {
    pub(crate) fn includes(self, way: Self) -> bool {
        self == Self::Both || self == way
    }
}

/// A client, the server that it talks to, and a record of its attempts.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) client: Client,
    pub(crate) script: Arc<Script>,
    sends: Sends,
    _servers: Vec<Arc<Server>>,
}

/// When the client gave a request to its transport, and which attempt it was.
type Sends = Arc<Mutex<Vec<(Instant, u32)>>>;

impl Stage {
    pub(crate) fn in_memory(script: Script, options: &Options) -> Self {
        let script = Arc::new(script);
        let transport = Memory::new(Arc::clone(&script) as Arc<dyn Director>, Duration::from_secs(5));
        let sends = Sends::default();
        let log = Arc::clone(&sends);
        let client = options.client().base_url("http://127.0.0.1:1/v2").transport(transport);
        let client = client.middleware(move |inner| Logged { inner, sends: Arc::clone(&log), door: None });
        Self { client: client.build().unwrap(), script, sends, _servers: Vec::new() }
    }

    async fn on_sockets(scenario: &Scenario, options: &Options) -> Self {
        let other = Arc::new(Later::default());
        let elsewhere = Arc::new(Server::start(Arc::clone(&other) as Arc<dyn Director>, Door::Open).await.unwrap());
        let script = Arc::new(scenario.script(&elsewhere.origin()));
        let _ = other.0.set(Arc::clone(&script));
        let door = match scenario.steps.first() {
            Some(Act::Refuse) => Door::Closed,
            Some(Act::Ignore) => Door::Deaf,
            _ => Door::Open,
        };
        let server = Arc::new(Server::start(Arc::clone(&script) as Arc<dyn Director>, door).await.unwrap());
        let sends = Sends::default();
        let (log, play) = (Arc::clone(&sends), (Arc::clone(&server), Arc::clone(&script)));
        let mut client = options.client().base_url(format!("{}/v2", server.origin()));
        if door == Door::Deaf {
            client = client.connect_timeout(Duration::from_millis(40));
        }
        let client = client.middleware(move |inner| Logged {
            inner,
            sends: Arc::clone(&log),
            door: Some((Arc::clone(&play.0), Arc::clone(&play.1))),
        });
        Self { client: client.build().unwrap(), script, sends, _servers: vec![server, elsewhere] }
    }

    /// The times between an attempt and the next.
    pub(crate) fn gaps(&self) -> Vec<Duration> {
        let sends = self.sends.lock().unwrap();
        sends.iter().zip(sends.iter().skip(1)).map(|((one, _), (next, _))| *next - *one).collect()
    }
}

/// A director that is known later than its server.
#[derive(Debug, Default)]
struct Later(OnceLock<Arc<Script>>);

impl Director for Later {
    fn reads(&self) -> bool {
        self.0.get().is_none_or(|script| script.reads())
    }

    fn act(&self, request: tests::fault::Received) -> Act {
        self.0.get().map_or(Act::Close, |script| script.act(request))
    }
}

/// Notes when requests go out, and opens the server's door when the script says so.
struct Logged {
    inner: Arc<dyn Transport>,
    sends: Sends,
    door: Option<(Arc<Server>, Arc<Script>)>,
}

impl Transport for Logged {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        self.sends.lock().unwrap().push((Instant::now(), request.attempt));
        if let Some((server, script)) = &self.door
            && script.connect() == Connect::Accept
        {
            server.open().unwrap();
        }
        self.inner.send(request)
    }
}

/// A transport that fails in one way.
pub(crate) struct Failing(pub(crate) TransportErrorKind);

impl Transport for Failing {
    fn send(&self, _: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        let error = TransportError::new(self.0, "as the test wants it");
        Box::pin(std::future::ready(Err(error)))
    }
}

impl Options {
    pub(crate) fn client(&self) -> telnyx_porting::ClientBuilder {
        let mut builder = Client::builder().api_key(KEY).no_proxy();
        if let Some(limit) = self.max_response_size {
            builder = builder.max_response_size(limit);
        }
        if self.per_request {
            return builder;
        }
        if let Some(timeout) = self.timeout {
            builder = builder.timeout(timeout);
        }
        if let Some(deadline) = self.deadline {
            builder = builder.deadline(deadline);
        }
        builder.retry_policy(self.policy())
    }

    fn policy(&self) -> RetryPolicy {
        let mut policy = RetryPolicy::new().resend_ambiguous(self.opt_in);
        if let Some((first, longest)) = self.delays {
            policy = policy.delays(first, longest);
        }
        if let Some(longest) = self.max_retry_after {
            policy = policy.max_retry_after(longest);
        }
        if let Some(max_retries) = self.max_retries {
            policy = policy.max_retries(max_retries);
        }
        policy
    }
}

/// What came of a call.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The identifiers that came, or the text of a download.
    pub(crate) got: String,
    pub(crate) error: Option<Error>,
}

impl Outcome {
    fn of<T>(result: Result<T, Error>, show: impl FnOnce(T) -> String) -> Self {
        match result {
            Ok(value) => Self { got: show(value), error: None },
            Err(error) => Self { got: String::new(), error: Some(error) },
        }
    }
}

/// Gives a request the options that the scenario gives to requests.
macro_rules! with_options {
    ($request:expr, $options:expr) => {{
        let (request, options) = ($request, $options);
        if options.per_request {
            let request = request.retry_policy(options.policy());
            let request = request.timeout(options.timeout.unwrap_or(Duration::from_secs(60)));
            request.deadline(options.deadline.unwrap_or(Duration::from_secs(86_400)))
        } else {
            request
        }
    }};
}

/// Carries out an operation.
pub(crate) async fn call(client: &Client, op: Op, options: &Options) -> Outcome {
    let orders = client.porting_orders();
    let id = |id: Option<String>| id.unwrap_or_else(|| "?".to_owned());
    match op {
        Op::Create => {
            let request = with_options!(orders.create(), options).phone_numbers(["+13035550100"]);
            Outcome::of(request.customer_reference("ref-1").send().await, |orders| {
                orders.into_iter().map(|order| id(order.id)).collect::<Vec<_>>().join(" ")
            })
        }
        Op::Retrieve => Outcome::of(with_options!(orders.retrieve("1"), options).send().await, |response| {
            response.data.map_or_else(|| "nothing".to_owned(), |order| id(order.id))
        }),
        Op::RetrieveId(text) => {
            Outcome::of(with_options!(orders.retrieve(text), options).send().await, |_| "something".to_owned())
        }
        Op::Raw => Outcome::of(with_options!(orders.retrieve("1"), options).send_raw().await, |response| {
            format!("{}: {}", response.status(), String::from_utf8_lossy(response.body()))
        }),
        Op::Update => {
            let admin = PortingOrderEndUserAdminParam::builder().pin_passcode(PIN).build();
            let end_user = PortingOrderEndUserParam::builder().admin(admin).build();
            let request = with_options!(orders.update("1"), options).end_user(end_user);
            Outcome::of(request.send().await, |response| response.data.map_or_else(String::new, |order| id(order.id)))
        }
        Op::Delete => Outcome::of(with_options!(orders.delete("1"), options).send().await, |()| "deleted".to_owned()),
        Op::Confirm => Outcome::of(with_options!(orders.actions().confirm("1"), options).send().await, |response| {
            response.data.map_or_else(|| "nothing".to_owned(), |order| id(order.id))
        }),
        Op::Loa => Outcome::of(with_options!(orders.retrieve_loa_template("1"), options).send().await, |bytes| {
            String::from_utf8_lossy(&bytes).into_owned()
        }),
        Op::Stream => match with_options!(orders.retrieve_loa_template("1"), options).send_stream().await {
            Err(error) => Outcome { got: String::new(), error: Some(error) },
            Ok(mut download) => {
                let mut got = Vec::new();
                let error = loop {
                    match download.try_next().await {
                        Ok(Some(piece)) => got.extend_from_slice(&piece),
                        Ok(None) => break None,
                        Err(error) => break Some(error),
                    }
                };
                assert!(download.try_next().await.unwrap().is_none(), "it goes on after its end");
                Outcome { got: String::from_utf8_lossy(&got).into_owned(), error }
            }
        },
        Op::Save => {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("loa.pdf");
            let saved = with_options!(orders.retrieve_loa_template("1"), options).save_to(&path).await;
            let left = std::fs::read_dir(folder.path()).unwrap().count();
            assert_eq!(left, usize::from(saved.is_ok()), "{saved:?}: {left} files are left");
            Outcome::of(saved, |_| std::fs::read_to_string(&path).unwrap())
        }
        Op::List => {
            let mut items = with_options!(orders.list(), options).items();
            let mut got = Vec::new();
            loop {
                match items.try_next().await {
                    Ok(Some(order)) => got.push(id(order.id)),
                    Ok(None) => return Outcome { got: got.join(" "), error: None },
                    Err(error) => return Outcome { got: got.join(" "), error: Some(error) },
                }
            }
        }
    }
}

/// Runs a future in a runtime whose clock is paused, and moves on when everything waits.
pub(crate) fn virtual_time<T>(future: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(future)
}

/// Waits for a moment until something is so.
pub(crate) async fn wait_until(is_so: impl Fn() -> bool) {
    for _ in 0..200 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Plays a scenario, and says what was otherwise than expected.
pub(crate) fn play(scenario: &Scenario, way: Way) -> Vec<String> {
    let name = format!("{} ({way:?})", scenario.name);
    let faults = match way {
        Way::Memory | Way::Both => virtual_time(play_in_memory(scenario)),
        Way::Sockets => {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(play_on_sockets(scenario))
        }
    };
    faults.into_iter().map(|fault| format!("{name}: {fault}")).collect()
}

async fn play_in_memory(scenario: &Scenario) -> Vec<String> {
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let stage = Stage::in_memory(scenario.script("http://localhost:2"), &scenario.options);
    if let Some(op) = scenario.before {
        call(&stage.client, op, &scenario.options).await;
    }
    let start = Instant::now();
    let outcome = call(&stage.client, scenario.op, &scenario.options).await;
    let took = start.elapsed();
    let mut faults = check(scenario, &stage.script.ledger(), &outcome);
    let gaps: Vec<_> = stage.gaps().iter().map(Duration::as_millis).collect();
    let fits = |(gap, (least, most)): (&u128, &(u128, u128))| (*least..=*most + 1).contains(gap);
    if let Some(expected) = scenario.gaps
        && !(gaps.len() == expected.len() && gaps.iter().zip(expected).all(fits))
    {
        faults.push(format!("{gaps:?} ms between attempts, not {expected:?}"));
    }
    if let Some((least, most)) = scenario.took
        && !(least..=most + 5).contains(&took.as_millis())
    {
        faults.push(format!("it took {took:?}, not {least} to {most} ms"));
    }
    // Some scenarios leave the server at work, which notices when it next writes.
    tokio::time::sleep(Duration::from_secs(100)).await;
    if tasks() != before {
        faults.push(format!("{} tasks are left", tasks() - before));
    }
    faults
}

async fn play_on_sockets(scenario: &Scenario) -> Vec<String> {
    let mut options = scenario.options;
    options.delays.get_or_insert((Duration::from_millis(1), Duration::from_millis(2)));
    let stage = Stage::on_sockets(scenario, &options).await;
    if let Some(op) = scenario.before {
        call(&stage.client, op, &options).await;
    }
    let outcome = call(&stage.client, scenario.op, &options).await;
    let ledger = stage.script.ledger();
    let mut faults = check(scenario, &ledger, &outcome);
    let Stage { client, _servers: servers, .. } = stage;
    drop((client, outcome));
    wait_until(|| servers.iter().all(|server| server.open_connections() == 0)).await;
    let open: usize = servers.iter().map(|server| server.open_connections()).sum();
    if open > 0 {
        faults.push(format!("{open} connections are left"));
    }
    faults
}

fn check(scenario: &Scenario, ledger: &Ledger, outcome: &Outcome) -> Vec<String> {
    let mut faults = Vec::new();
    let requests = ledger.received.len() + ledger.turned_away;
    if requests != scenario.requests {
        faults.push(format!("{requests} requests, not {}", scenario.requests));
    }
    if outcome.got != scenario.got {
        faults.push(format!("it gives {:?}, not {:?}", outcome.got, scenario.got));
    }
    match (&outcome.error, &scenario.fails) {
        (None, None) => {}
        (None, Some(expected)) => faults.push(format!("no error, but {expected:?} was expected")),
        (Some(error), None) => faults.push(format!("{error:?}")),
        (Some(error), Some(expected)) => {
            let fate = match (error.may_have_reached_server(), error.may_have_been_carried_out()) {
                (false, false) => Fate::NotSent,
                (true, false) => Fate::Refused,
                (_, true) => Fate::Maybe,
            };
            let got = (error.kind(), error.status(), fate);
            if got != (expected.kind, expected.status, expected.fate) {
                faults.push(format!("{got:?} instead of {expected:?}: {error:?}"));
            }
            if !error.to_string().contains(expected.says) {
                faults.push(format!("{error} does not say {:?}", expected.says));
            }
            let attempts = expected.attempts.unwrap_or(scenario.requests);
            if usize::try_from(error.attempts()) != Ok(attempts) {
                faults.push(format!("{} attempts, not {attempts}", error.attempts()));
            }
            if let Some(path) = expected.json_path
                && error.json_path() != Some(path)
            {
                faults.push(format!("the fault is at {:?}, not at {path:?}", error.json_path()));
            }
            if expected.retry_after.is_some() && error.retry_after() != expected.retry_after {
                faults.push(format!("retry after {:?}, not {:?}", error.retry_after(), expected.retry_after));
            }
        }
    }
    if let Some(expected) = scenario.seen {
        let seen: Vec<String> = ledger
            .received
            .iter()
            .map(|request| {
                let key = if request.header("authorization").is_some() { "with key" } else { "without key" };
                let body = if request.body.is_empty() { "" } else { " and body" };
                format!("{} {} {key}{body}", request.method, request.target)
            })
            .collect();
        if seen != expected {
            faults.push(format!("the server saw {seen:#?}"));
        }
    }
    faults.extend(check_promises(scenario, ledger, outcome));
    faults
}

/// What holds for every scenario.
fn check_promises(scenario: &Scenario, ledger: &Ledger, outcome: &Outcome) -> Vec<String> {
    let mut faults = Vec::new();
    let changes = |method: &str| !matches!(method, "GET" | "HEAD");
    let doubles = |method: &str| matches!(method, "POST" | "PATCH");
    // What an earlier call of the scenario did is of no interest.
    let skip = usize::from(scenario.before.is_some());
    let carried_out = |is_it: &dyn Fn(&str) -> bool| {
        let entries = ledger.received.iter().zip(&ledger.carried_out).skip(skip);
        entries.filter(|(request, carried_out)| **carried_out && is_it(&request.method)).count()
    };
    if !scenario.options.opt_in && carried_out(&doubles) > 1 {
        faults.push("carried out twice, though nobody has opted in".to_owned());
    }
    match &outcome.error {
        Some(error) if !error.may_have_been_carried_out() && carried_out(&changes) > 0 => {
            faults.push(format!("carried out, though the error says that it surely was not: {error:?}"));
        }
        None if scenario.op.changes() && carried_out(&changes) == 0 => {
            faults.push("not carried out, though there is no error".to_owned());
        }
        _ => {}
    }
    if let Some(error) = &outcome.error {
        let shown = format!("{error} {error:?} {error:#?}");
        if let Some(secret) = SECRETS.iter().find(|secret| shown.contains(**secret)) {
            faults.push(format!("{secret:?} is shown by {shown}"));
        }
    }
    faults
}
