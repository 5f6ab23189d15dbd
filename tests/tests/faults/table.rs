//! The scenarios, as data.

use std::time::Duration;

use serde_json::{Value, json};
use telnyx_porting::ErrorKind::{
    self, Connect, Decode, Interrupted, InvalidRequest, Paging, Redirect, Status, Timeout, TooLarge,
};
use tests::fault::{Act, Framing, Pace, Script};

use super::play::{PIN, Way};

/// A scenario.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) way: Way,
    pub(crate) options: Options,
    /// A call before the one that counts.
    pub(crate) before: Option<Op>,
    pub(crate) op: Op,
    /// What the server does, request by request.
    pub(crate) steps: Vec<Act>,
    /// What it does afterwards.
    pub(crate) then: Act,
    /// How many requests go out, redirects and pages included.
    pub(crate) requests: usize,
    /// What the call gives.
    pub(crate) got: &'static str,
    pub(crate) fails: Option<Failure>,
    /// The milliseconds from one attempt to the next, at least and at most.
    pub(crate) gaps: Option<&'static [(u128, u128)]>,
    /// The milliseconds that the call takes, at least and at most.
    pub(crate) took: Option<(u128, u128)>,
    /// What the server sees.
    pub(crate) seen: Option<&'static [&'static str]>,
}

/// The operations that scenarios call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// `porting_orders().create()`: POST, carried out twice if it is sent twice.
    Create,
    /// `porting_orders().retrieve("1")`
    Retrieve,
    /// The same with another id.
    RetrieveId(&'static str),
    /// The same, and the response as it came.
    Raw,
    /// `porting_orders().update("1")`: PATCH, with a PIN in its body.
    Update,
    /// `porting_orders().delete("1")`
    Delete,
    /// `porting_orders().actions().confirm("1")`: POST without a body.
    Confirm,
    /// `porting_orders().retrieve_loa_template("1")`: a download.
    Loa,
    /// The same, piece by piece.
    Stream,
    /// The same, into a file.
    Save,
    /// `porting_orders().list()`: all items of all pages.
    List,
}

impl Op {
    pub(crate) fn changes(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Delete | Self::Confirm)
    }
}

/// How the client is set up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) timeout: Option<Duration>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) max_retries: Option<u32>,
    /// To send again what may have been carried out.
    pub(crate) opt_in: bool,
    pub(crate) delays: Option<(Duration, Duration)>,
    pub(crate) max_retry_after: Option<Duration>,
    pub(crate) max_response_size: Option<usize>,
    /// Whether all of this is given to the request instead of the client.
    pub(crate) per_request: bool,
}

impl Options {
    pub(crate) const NONE: Self = Self {
        timeout: None,
        deadline: None,
        max_retries: None,
        opt_in: false,
        delays: None,
        max_retry_after: None,
        max_response_size: None,
        per_request: false,
    };
}

/// How a call fails.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    pub(crate) status: Option<u16>,
    pub(crate) fate: Fate,
    /// What the message holds.
    pub(crate) says: &'static str,
    /// How many attempts it tells, if not as many as there were requests.
    pub(crate) attempts: Option<usize>,
    pub(crate) json_path: Option<&'static str>,
    pub(crate) retry_after: Option<Duration>,
}

/// What the error says has become of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    NotSent,
    Refused,
    Maybe,
}

fn fails(kind: ErrorKind, fate: Fate) -> Failure {
    Failure { kind, status: None, fate, says: "", attempts: None, json_path: None, retry_after: None }
}

impl Failure {
    fn status(self, status: u16) -> Self {
        Self { status: Some(status), ..self }
    }

    fn says(self, says: &'static str) -> Self {
        Self { says, ..self }
    }

    fn attempts(self, attempts: usize) -> Self {
        Self { attempts: Some(attempts), ..self }
    }

    fn at(self, path: &'static str) -> Self {
        Self { json_path: Some(path), ..self }
    }

    fn retry_after(self, wish: Duration) -> Self {
        Self { retry_after: Some(wish), ..self }
    }
}

/// A scenario; the setters below say what is particular to it.
fn scenario(name: &'static str, op: Op, steps: impl Into<Vec<Act>>) -> Scenario {
    let steps = steps.into();
    Scenario {
        name,
        way: Way::Both,
        options: Options::NONE,
        before: None,
        op,
        requests: steps.len(),
        steps,
        // Nobody expects it.
        then: Act::status(418),
        got: "",
        fails: None,
        gaps: None,
        took: None,
        seen: None,
    }
}

impl Scenario {
    pub(crate) fn script(&self, other: &str) -> Script {
        Script::new(self.steps.iter().cloned(), self.then.clone(), other)
    }

    fn in_memory(self) -> Self {
        Self { way: Way::Memory, ..self }
    }

    fn on_sockets(self) -> Self {
        Self { way: Way::Sockets, ..self }
    }

    fn options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    fn after(self, op: Op) -> Self {
        Self { before: Some(op), ..self }
    }

    fn then(self, then: Act) -> Self {
        Self { then, ..self }
    }

    fn requests(self, requests: usize) -> Self {
        Self { requests, ..self }
    }

    fn gives(self, got: &'static str) -> Self {
        Self { got, ..self }
    }

    fn fails(self, failure: Failure) -> Self {
        Self { fails: Some(failure), ..self }
    }

    fn gaps(self, gaps: &'static [(u128, u128)]) -> Self {
        Self { gaps: Some(gaps), ..self }
    }

    fn took(self, least: u128, most: u128) -> Self {
        Self { took: Some((least, most)), ..self }
    }

    fn seen(self, seen: &'static [&'static str]) -> Self {
        Self { seen: Some(seen), ..self }
    }
}

/// The answer to a creation.
pub(crate) fn created() -> Act {
    Act::json(&json!({ "data": [{ "id": "order-1" }] }))
}

/// The answer to a retrieval.
pub(crate) fn order(id: &str) -> Act {
    Act::json(&json!({ "data": { "id": id } }))
}

/// One page of a list.
fn page(ids: &[&str], number: impl Into<Value>, total: impl Into<Value>) -> Act {
    let items: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
    Act::json(&json!({ "data": items, "meta": { "page_number": number.into(), "total_pages": total.into() } }))
}

fn pdf() -> Act {
    Act::file("application/pdf", "%PDF-1.7 a letter of authorization")
}

fn html(status: u16) -> Act {
    Act::status(status).header("content-type", "text/html; charset=utf-8").body("<html><h1>Jane Doe</h1></html>")
}

fn text(body: &'static str) -> Act {
    Act::status(200).header("content-type", "application/json").body(body)
}

/// 429, and the wish of when to come back.
fn busy(name: &str, wish: &str) -> Act {
    Act::status(429).header(name, wish)
}

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const OPT_IN: Options = Options { opt_in: true, ..Options::NONE };
const NO_RETRIES: Options = Options { max_retries: Some(0), ..Options::NONE };
/// On sockets, where time is real.
const HASTY: Options = Options { timeout: Some(ms(40)), ..Options::NONE };

/// The waits before the first and the second repetition.
const BACKOFF: &[(u128, u128)] = &[(375, 500), (750, 1_000)];
const BACKOFF_ONCE: &[(u128, u128)] = &[(375, 500)];

/// All scenarios.
pub(crate) fn table() -> Vec<Scenario> {
    [
        connections(),
        waits(),
        wishes(),
        statuses(),
        redirects(),
        bodies(),
        lengths(),
        downloads(),
        packing(),
        lists(),
        arguments(),
    ]
    .concat()
}

/// Connections that don't come about or break.
fn connections() -> Vec<Scenario> {
    use Fate::{Maybe, NotSent};
    vec![
        scenario("refused once: sent again", Op::Create, [Act::Refuse, created()]).gives("order-1").gaps(BACKOFF_ONCE),
        scenario("refused for good", Op::Create, [Act::Refuse, Act::Refuse, Act::Refuse])
            .fails(fails(Connect, NotSent).says("no connection could be made; after 3 attempts"))
            .gaps(BACKOFF),
        scenario("refused, no repetitions", Op::Create, [Act::Refuse])
            .options(NO_RETRIES)
            .fails(fails(Connect, NotSent)),
        scenario("no connection in time", Op::Create, [Act::Ignore, Act::Ignore, Act::Ignore])
            .fails(fails(Timeout, NotSent).says("no connection could be made in time"))
            .gaps(&[(5_375, 5_500), (5_750, 6_000)]),
        scenario("no connection in time, then one", Op::Create, [Act::Ignore, created()])
            .in_memory()
            .gives("order-1")
            .gaps(&[(5_375, 5_500)]),
        scenario("reset unread: GET is sent again", Op::Retrieve, [Act::ResetUnread, order("order-1")])
            .gives("order-1")
            .gaps(BACKOFF_ONCE),
        scenario("reset unread: POST is not, for nobody can know", Op::Create, [Act::ResetUnread])
            .fails(fails(Interrupted, Maybe).says("the request may have been carried out")),
        scenario("reset after reading: GET is sent again", Op::Retrieve, [Act::ResetRead, order("order-1")])
            .gives("order-1")
            .gaps(BACKOFF_ONCE),
        scenario("reset after reading: DELETE is sent again", Op::Delete, [Act::ResetRead, Act::status(204)])
            .gives("deleted"),
        scenario("reset after reading: POST is not", Op::Create, [Act::ResetRead]).fails(fails(Interrupted, Maybe)),
        scenario("reset after reading: POST without a body is not", Op::Confirm, [Act::ResetRead])
            .fails(fails(Interrupted, Maybe)),
        scenario("reset after reading: PATCH is not", Op::Update, [Act::ResetRead]).fails(fails(Interrupted, Maybe)),
        scenario("reset after reading: POST is if the client opts in", Op::Create, [Act::ResetRead, created()])
            .options(OPT_IN)
            .gives("order-1"),
        scenario("reset after reading: POST is if the request opts in", Op::Create, [Act::ResetRead, created()])
            .options(Options { per_request: true, ..OPT_IN })
            .gives("order-1"),
        scenario(
            "reset, then refused: it may have been carried out all the same",
            Op::Create,
            [Act::ResetRead, Act::Refuse, Act::Refuse],
        )
        .in_memory()
        .options(OPT_IN)
        .fails(fails(Connect, Maybe).says("after 3 attempts; the request may have been carried out")),
        scenario("reset for good: GET", Op::Retrieve, [Act::ResetRead, Act::ResetRead, Act::ResetRead])
            .fails(fails(Interrupted, Maybe))
            .gaps(BACKOFF),
        scenario("closed without a byte: GET is sent again", Op::Retrieve, [Act::Close, order("order-1")])
            .gives("order-1"),
        scenario("closed without a byte: POST is not", Op::Create, [Act::Close]).fails(fails(Interrupted, Maybe)),
        scenario("nonsense instead of HTTP", Op::Create, [Act::Raw("+OK ready\r\n".into())])
            .fails(fails(Interrupted, Maybe)),
        scenario("half a head", Op::Create, [Act::Raw("HTTP/1.1 200 OK\r\ncontent-le".into())])
            .fails(fails(Interrupted, Maybe)),
        scenario("reset, then busy, then fine", Op::Retrieve, [Act::ResetRead, Act::status(429), order("order-1")])
            .gives("order-1")
            .gaps(BACKOFF),
        scenario("a connection that was closed while idle", Op::Create, [order("order-0"), created()])
            .after(Op::Retrieve)
            .gives("order-1"),
    ]
}

/// Answers that don't come, or not in time.
fn waits() -> Vec<Scenario> {
    use Fate::{Maybe, Refused};
    let stall = |count| vec![Act::Stall; count];
    let slowly = |act: Act, every| act.pace(Pace::Drip(every));
    vec![
        scenario("no answer: GET three times", Op::Retrieve, stall(3))
            .in_memory()
            .fails(fails(Timeout, Maybe).says("no complete answer came within 60s"))
            .gaps(&[(60_375, 60_500), (60_750, 61_000)])
            .took(181_125, 181_500),
        scenario("no answer: POST once", Op::Create, stall(1))
            .in_memory()
            .fails(fails(Timeout, Maybe).says("the request may have been carried out"))
            .took(60_000, 60_000),
        scenario("no answer: PATCH once", Op::Update, stall(1)).in_memory().fails(fails(Timeout, Maybe)),
        scenario("no answer: DELETE again", Op::Delete, [Act::Stall, Act::status(204)]).in_memory().gives("deleted"),
        scenario("no answer: POST again after opting in", Op::Create, [Act::Stall, created()])
            .in_memory()
            .options(OPT_IN)
            .gives("order-1")
            .took(60_375, 60_500),
        scenario("no answer within the time of the request", Op::Create, stall(1))
            .in_memory()
            .options(Options { timeout: Some(secs(2)), per_request: true, ..Options::NONE })
            .fails(fails(Timeout, Maybe).says("within 2s"))
            .took(2_000, 2_000),
        scenario("no answer on a socket", Op::Create, stall(1))
            .on_sockets()
            .options(HASTY)
            .fails(fails(Timeout, Maybe)),
        scenario("no answer on sockets: GET three times", Op::Retrieve, stall(3))
            .on_sockets()
            .options(HASTY)
            .fails(fails(Timeout, Maybe)),
        scenario("half a head, then nothing", Op::Create, [created().pace(Pace::StallInHead)])
            .in_memory()
            .fails(fails(Timeout, Maybe))
            .took(60_000, 60_000),
        scenario("half a body, then nothing: POST", Op::Create, [created().pace(Pace::StallAfter(9))])
            .in_memory()
            .fails(fails(Timeout, Maybe).status(200).says("status 200"))
            .took(60_000, 60_000),
        scenario(
            "half a body, then nothing: GET is sent again",
            Op::Retrieve,
            [order("order-0").pace(Pace::StallAfter(9)), order("order-1")],
        )
        .in_memory()
        .gives("order-1")
        .took(60_375, 60_500),
        scenario("half a body on a socket, then nothing", Op::Create, [created().pace(Pace::StallAfter(9))])
            .on_sockets()
            .options(HASTY)
            .fails(fails(Timeout, Maybe).status(200)),
        scenario("half a download, then nothing", Op::Loa, [pdf().pace(Pace::StallAfter(9))])
            .on_sockets()
            .options(Options { max_retries: Some(0), ..HASTY })
            .fails(fails(Timeout, Maybe).status(200)),
        scenario(
            "half an error's body, then nothing: the status is told",
            Op::Create,
            [Act::status(422).body("not whole").pace(Pace::StallAfter(3))],
        )
        .in_memory()
        .fails(fails(Status, Refused).status(422))
        .took(60_000, 60_000),
        scenario("a body that drips too slowly", Op::Retrieve, vec![slowly(order("order-1"), secs(10)); 3])
            .in_memory()
            .fails(fails(Timeout, Maybe).status(200))
            .took(181_125, 181_500),
        scenario("a body that drips, but arrives in time", Op::Retrieve, [slowly(order("order-1"), secs(2))])
            .in_memory()
            .gives("order-1")
            .took(50_000, 52_000),
        scenario("a body that drips on a socket", Op::Create, [slowly(created(), ms(15))])
            .on_sockets()
            .options(HASTY)
            .fails(fails(Timeout, Maybe).status(200)),
        scenario("an answer just in time", Op::Create, [created().delayed(secs(59))])
            .in_memory()
            .gives("order-1")
            .took(59_000, 59_000),
        scenario("an answer just too late", Op::Create, [created().delayed(secs(61))])
            .in_memory()
            .fails(fails(Timeout, Maybe))
            .took(60_000, 60_000),
        scenario("the deadline cuts an attempt short", Op::Create, stall(1))
            .in_memory()
            .options(Options { deadline: Some(secs(10)), ..Options::NONE })
            .fails(fails(Timeout, Maybe).says("before the deadline"))
            .took(10_000, 10_000),
        scenario("the deadline spans attempts and waits", Op::Retrieve, stall(3))
            .in_memory()
            .options(Options {
                timeout: Some(secs(2)),
                deadline: Some(ms(5_600)),
                max_retries: Some(9),
                ..Options::NONE
            })
            .fails(fails(Timeout, Maybe).says("before the deadline"))
            .took(5_600, 5_600),
        scenario("the deadline of a request", Op::Retrieve, stall(1))
            .in_memory()
            .options(Options { deadline: Some(secs(3)), per_request: true, ..Options::NONE })
            .fails(fails(Timeout, Maybe))
            .took(3_000, 3_000),
        scenario("a wait beyond the deadline is not begun", Op::Create, [busy("retry-after", "30")])
            .in_memory()
            .options(Options { deadline: Some(secs(7)), ..Options::NONE })
            .fails(fails(Status, Refused).status(429).retry_after(secs(30)))
            .took(0, 0),
        scenario("the deadline on a socket", Op::Retrieve, stall(1))
            .on_sockets()
            .options(Options { deadline: Some(ms(40)), ..Options::NONE })
            .fails(fails(Timeout, Maybe).says("before the deadline")),
    ]
}

/// When the server says when to come back.
fn wishes() -> Vec<Scenario> {
    use Fate::{Maybe, Refused};
    let wish = |name, header: &'static str, value: &'static str, gaps| {
        scenario(name, Op::Create, [busy(header, value), created()]).in_memory().gives("order-1").gaps(gaps)
    };
    let capped = |longest| Options { max_retry_after: Some(secs(longest)), ..Options::NONE };
    vec![
        wish("Retry-After in seconds", "retry-after", "3", &[(3_000, 3_000)]),
        wish("Retry-After in fractions", "Retry-After", "1.5", &[(1_500, 1_500)]),
        wish("Retry-After with spaces", "retry-after", "  2 ", &[(2_000, 2_000)]),
        wish("Retry-After of a minute", "retry-after", "60", &[(60_000, 60_000)]),
        wish("Retry-After of more than a minute", "retry-after", "61", BACKOFF_ONCE),
        wish("Retry-After of a year", "retry-after", "31536000", BACKOFF_ONCE),
        wish("Retry-After of zero", "retry-after", "0", BACKOFF_ONCE),
        wish("Retry-After below zero", "retry-after", "-5", BACKOFF_ONCE),
        wish("Retry-After that is not a number", "retry-after", "NaN", BACKOFF_ONCE),
        wish("Retry-After without end", "retry-after", "inf", BACKOFF_ONCE),
        wish("Retry-After beyond all numbers", "retry-after", "1e999", BACKOFF_ONCE),
        wish("Retry-After in words", "retry-after", "soon", BACKOFF_ONCE),
        wish("Retry-After that is empty", "retry-after", "", BACKOFF_ONCE),
        wish("Retry-After as a date", "retry-after", "{date+30}", &[(28_500, 30_000)]),
        wish("Retry-After as a date too far away", "retry-after", "{date+300}", BACKOFF_ONCE),
        wish("Retry-After as a date in the past", "retry-after", "{date-30}", BACKOFF_ONCE),
        wish("Retry-After as no date", "retry-after", "Thu, 99 Jan 1970 00:00:30 GMT", BACKOFF_ONCE),
        wish("retry-after-ms", "retry-after-ms", "20", &[(20, 20)]),
        wish("retry-after-ms in fractions", "retry-after-ms", "20.7", &[(20, 21)]),
        wish("retry-after-ms of more than a minute", "retry-after-ms", "60001", BACKOFF_ONCE),
        scenario(
            "retry-after-ms before Retry-After",
            Op::Create,
            [busy("retry-after-ms", "20").header("retry-after", "9"), created()],
        )
        .in_memory()
        .gives("order-1")
        .gaps(&[(20, 20)]),
        scenario(
            "retry-after-ms that is nonsense, then Retry-After",
            Op::Create,
            [busy("retry-after-ms", "soon").header("retry-after", "3"), created()],
        )
        .in_memory()
        .gives("order-1")
        .gaps(&[(3_000, 3_000)]),
        wish("a higher cap", "retry-after", "120", &[(120_000, 120_000)]).options(capped(300)),
        wish("a lower cap", "retry-after", "3", BACKOFF_ONCE).options(capped(2)),
        scenario("a wish on 503 does not make POST safe", Op::Create, [Act::status(503).header("retry-after", "3")])
            .fails(fails(Status, Maybe).status(503).retry_after(secs(3))),
        scenario(
            "a wish on 503 is heard by GET",
            Op::Retrieve,
            [Act::status(503).header("retry-after", "3"), order("order-1")],
        )
        .in_memory()
        .gives("order-1")
        .gaps(&[(3_000, 3_000)]),
        scenario("the wish is told when there are no repetitions left", Op::Create, [busy("retry-after", "2.5")])
            .options(NO_RETRIES)
            .fails(fails(Status, Refused).status(429).retry_after(ms(2_500))),
        scenario("busy for good", Op::Create, vec![busy("retry-after", "7"); 3])
            .in_memory()
            .fails(fails(Status, Refused).status(429).says("429 Too Many Requests").retry_after(secs(7)))
            .took(14_000, 14_000),
    ]
}

/// Errors that the server tells.
fn statuses() -> Vec<Scenario> {
    use Fate::{Maybe, Refused};
    let should = |status, wish: &str| Act::status(status).header("x-should-retry", wish);
    let errors = json!({ "errors": [{
        "code": "10015",
        "title": "Invalid value",
        "detail": format!("{PIN} is too short"),
        "source": { "pointer": "/end_user/admin/pin_passcode" },
        "meta": { "given": PIN },
    }] });
    let longer: &[_] = &[(375, 500), (750, 1_000), (1_500, 2_000), (3_000, 4_000), (6_000, 8_000), (6_000, 8_000)];
    vec![
        scenario("500: GET three times", Op::Retrieve, vec![Act::status(500); 3])
            .fails(fails(Status, Maybe).status(500).says("500 Internal Server Error; after 3 attempts"))
            .gaps(BACKOFF),
        scenario("500: DELETE again", Op::Delete, [Act::status(500), Act::status(204)]).gives("deleted"),
        scenario("500: POST once", Op::Create, [Act::status(500)]).fails(fails(Status, Maybe).status(500)),
        scenario("502: PATCH once", Op::Update, [Act::status(502)]).fails(fails(Status, Maybe).status(502)),
        scenario("503: POST without a body once", Op::Confirm, [Act::status(503)])
            .fails(fails(Status, Maybe).status(503)),
        scenario("504: POST again after opting in", Op::Create, [Act::status(504), created()])
            .options(OPT_IN)
            .gives("order-1"),
        scenario("503: a page of HTML from a proxy", Op::Create, [html(503)]).fails(fails(Status, Maybe).status(503)),
        scenario("429: POST again", Op::Create, [Act::status(429), created()]).gives("order-1").gaps(BACKOFF_ONCE),
        scenario("409: POST again", Op::Create, [Act::status(409), created()]).gives("order-1"),
        scenario("409 for good", Op::Confirm, vec![Act::status(409); 3])
            .fails(fails(Status, Refused).status(409).says("409 Conflict")),
        scenario("408: PATCH again", Op::Update, [Act::status(408), order("order-1")]).gives("order-1"),
        scenario("no repetitions", Op::Retrieve, [Act::status(500)])
            .options(NO_RETRIES)
            .fails(fails(Status, Maybe).status(500)),
        scenario("no repetitions of this request", Op::Retrieve, [Act::status(500)])
            .options(Options { per_request: true, ..NO_RETRIES })
            .fails(fails(Status, Maybe).status(500)),
        scenario("many repetitions", Op::Retrieve, vec![Act::status(500); 7])
            .in_memory()
            .options(Options { max_retries: Some(6), ..Options::NONE })
            .fails(fails(Status, Maybe).status(500))
            .gaps(longer),
        scenario("waits of one's own", Op::Retrieve, vec![Act::status(500); 3])
            .in_memory()
            .options(Options { delays: Some((secs(2), secs(3))), ..Options::NONE })
            .fails(fails(Status, Maybe).status(500))
            .gaps(&[(1_500, 2_000), (2_250, 3_000)]),
        scenario("x-should-retry on 503: POST again", Op::Create, [should(503, "true"), created()]).gives("order-1"),
        scenario("x-should-retry on 400: again", Op::Create, [should(400, "true"), created()]).gives("order-1"),
        scenario("x-should-retry: false on 503: GET once", Op::Retrieve, [should(503, "false")])
            .fails(fails(Status, Maybe).status(503)),
        scenario("x-should-retry: false on 429", Op::Create, [should(429, "false")])
            .fails(fails(Status, Refused).status(429)),
        scenario("x-should-retry: false after opting in", Op::Create, [should(500, "false")])
            .options(OPT_IN)
            .fails(fails(Status, Maybe).status(500)),
        scenario("x-should-retry that is nonsense", Op::Create, [should(500, "perhaps")])
            .fails(fails(Status, Maybe).status(500)),
        scenario(
            "an error tells which member is wrong, and not its value",
            Op::Update,
            [Act::json(&errors).header("x-request-id", "req-1").answered(422)],
        )
        .fails(fails(Status, Refused).status(422).says(
            "422 Unprocessable Content: Invalid value: [redacted] is too short, code 10015, \
             at /end_user/admin/pin_passcode of the body; request id req-1",
        )),
        scenario(
            "an error as text",
            Op::Create,
            [Act::status(400).header("content-type", "text/plain").body("no such number, Jane Doe")],
        )
        .fails(fails(Status, Refused).status(400).says("400 Bad Request")),
        scenario("an error without a body", Op::Retrieve, [Act::status(404)])
            .fails(fails(Status, Refused).status(404).says("GET /porting_orders/{id}: 404 Not Found")),
        scenario(
            "an error whose body is cut short",
            Op::Create,
            [Act::status(422).body("{\"errors\":[{\"title\"").framing(Framing::Claimed(900))],
        )
        .fails(fails(Status, Refused).status(422)),
        scenario("a wrong key", Op::List, [Act::status(401)]).fails(fails(Status, Refused).status(401)),
        scenario("forbidden", Op::Delete, [Act::status(403)]).fails(fails(Status, Refused).status(403)),
        scenario("an unknown status", Op::Create, [Act::status(499)]).fails(fails(Status, Refused).status(499)),
        scenario("304 to a request without conditions", Op::Retrieve, [Act::status(304)])
            .fails(fails(Status, Maybe).status(304)),
        scenario("refused after an attempt of unknown fate", Op::Create, [Act::status(503), Act::status(422)])
            .options(OPT_IN)
            .fails(fails(Status, Maybe).status(422).says("the request may have been carried out")),
        scenario("404 after a DELETE of unknown fate", Op::Delete, [Act::status(500), Act::status(404)])
            .fails(fails(Status, Maybe).status(404)),
    ]
}

/// Redirects. Only the configured origin gets the key, and no redirect turns one request into another.
fn redirects() -> Vec<Scenario> {
    use Fate::{Maybe, Refused};
    let to = |status, location: &str| Act::redirect(status, location);
    vec![
        scenario("307 to the same origin: POST goes along whole", Op::Create, [to(307, "/v2/moved"), created()])
            .gives("order-1")
            .seen(&["POST /v2/porting_orders with key and body", "POST /v2/moved with key and body"]),
        scenario("308 to the same origin: PATCH goes along whole", Op::Update, [to(308, "moved"), order("order-1")])
            .gives("order-1")
            .seen(&[
                "PATCH /v2/porting_orders/1 with key and body",
                "PATCH /v2/porting_orders/moved with key and body",
            ]),
        scenario("301 would turn POST into GET", Op::Create, [to(301, "/v2/moved")])
            .fails(fails(Redirect, Maybe).status(301).says("following it would turn POST into GET")),
        scenario("302 would turn PATCH into GET", Op::Update, [to(302, "/v2/moved")])
            .fails(fails(Redirect, Maybe).status(302).says("the request may have been carried out")),
        scenario("302 to nowhere after POST", Op::Create, [Act::status(302)]).fails(fails(Status, Maybe).status(302)),
        scenario("303 that must not be followed: POST was carried out", Op::Create, [to(303, "http://192.0.2.1/")])
            .fails(fails(Redirect, Maybe).status(303).says("the request may have been carried out")),
        scenario("303: the result of POST is elsewhere", Op::Create, [to(303, "/v2/result"), created()])
            .gives("order-1")
            .seen(&["POST /v2/porting_orders with key and body", "GET /v2/result with key"]),
        scenario("303, and then nothing: POST is not sent again", Op::Create, [to(303, "/v2/result"), Act::Close])
            .fails(fails(Interrupted, Maybe).attempts(1)),
        scenario("303, and then 404: POST was carried out", Op::Create, [to(303, "/v2/result"), Act::status(404)])
            .fails(fails(Status, Maybe).status(404).attempts(1)),
        scenario("303, and then busy: POST is not sent again", Op::Create, [to(303, "/v2/result"), Act::status(429)])
            .fails(fails(Status, Maybe).status(429).attempts(1)),
        scenario(
            "303, and then x-should-retry: POST is not sent again",
            Op::Create,
            [to(303, "/v2/result"), Act::status(503).header("x-should-retry", "true")],
        )
        .fails(fails(Status, Maybe).status(503).attempts(1)),
        scenario(
            "303, and then a reset: not even after opting in",
            Op::Create,
            [to(303, "/v2/result"), Act::ResetRead],
        )
        .options(OPT_IN)
        .fails(fails(Interrupted, Maybe).attempts(1)),
        scenario("307, and then a reset: POST is not sent again", Op::Create, [to(307, "/v2/moved"), Act::ResetRead])
            .fails(fails(Interrupted, Maybe).attempts(1)),
        scenario("301 of GET", Op::Retrieve, [to(301, "/v2/moved?x=1"), order("order-1")])
            .gives("order-1")
            .seen(&["GET /v2/porting_orders/1 with key", "GET /v2/moved?x=1 with key"]),
        scenario("302 of GET", Op::Retrieve, [to(302, "/v2/moved"), order("order-1")]).gives("order-1"),
        scenario("303 of GET", Op::Retrieve, [to(303, "/v2/moved"), order("order-1")]).gives("order-1"),
        scenario("302 of a download to another origin goes without the key", Op::Loa, [to(302, "{other}/file"), pdf()])
            .gives("%PDF-1.7 a letter of authorization")
            .seen(&["GET /v2/porting_orders/1/loa_template with key", "GET /file without key"]),
        scenario("307 of POST to another origin", Op::Create, [to(307, "{other}/v2/porting_orders")])
            .fails(fails(Redirect, Refused).status(307).says("another origin"))
            .seen(&["POST /v2/porting_orders with key and body"]),
        scenario("308 of DELETE to another origin", Op::Delete, [to(308, "{other}/v2/porting_orders/1")])
            .fails(fails(Redirect, Refused).status(308)),
        scenario("a circle", Op::Retrieve, [])
            .then(to(307, "/v2/porting_orders/1"))
            .requests(11)
            .fails(fails(Redirect, Refused).attempts(1).says("redirects more than 10 times")),
        scenario("a circle of POST", Op::Create, [])
            .then(to(308, "/v2/porting_orders"))
            .requests(11)
            .fails(fails(Redirect, Refused).attempts(1)),
        scenario("a redirect to nowhere", Op::Retrieve, [Act::status(302)])
            .fails(fails(Status, Maybe).status(302).says("302 Found")),
        scenario("a redirect to what is no URL", Op::Retrieve, [to(302, "http://[")])
            .fails(fails(Redirect, Maybe).status(302).says("`Location` can't be used")),
        scenario("a redirect to an unencrypted host", Op::Retrieve, [to(302, "http://192.0.2.1/")])
            .fails(fails(Redirect, Maybe).status(302).says("http:// is not safe enough")),
        scenario("a redirect to a file", Op::Loa, [to(302, "file:///etc/passwd")])
            .fails(fails(Redirect, Maybe).status(302).says("file://")),
        scenario(
            "a redirect, then busy, then all over again",
            Op::Retrieve,
            [to(307, "/v2/moved"), Act::status(429), to(307, "/v2/moved"), order("order-1")],
        )
        .gives("order-1"),
    ]
}

/// Success that is none.
fn bodies() -> Vec<Scenario> {
    use Fate::Maybe;
    let undecodable = |says| fails(Decode, Maybe).status(200).says(says);
    vec![
        scenario("204 where a value is expected", Op::Create, [Act::status(204)])
            .fails(fails(Decode, Maybe).status(204).says("the response is empty, though the document promises JSON")),
        scenario("an empty body", Op::Retrieve, [Act::status(200)]).fails(undecodable("the response is empty")),
        scenario("blanks", Op::Create, [text(" \r\n\t")]).fails(undecodable("the response is empty")),
        scenario("null", Op::Create, [text("null")]).fails(undecodable("invalid type: null").at("")),
        scenario("null in place of a list", Op::Create, [text(r#"{"data":null}"#)])
            .fails(undecodable("invalid type: null").at("data")),
        scenario("another object", Op::Create, [text(r#"{"result":[]}"#)])
            .fails(undecodable("missing field `data`").at("")),
        scenario("malformed JSON", Op::Create, [text(r#"{"data":[{"id":"order-1",}]}"#)])
            .fails(undecodable("can't be decoded").at("data[0]")),
        scenario("JSON that ends too early", Op::Create, [text(r#"{"data":[{"id":"Jane Doe"#)])
            .fails(undecodable("EOF").at("data[0].id")),
        scenario("JSON with something behind", Op::Create, [text(r#"{"data":[]} Jane Doe"#)])
            .fails(undecodable("trailing characters")),
        scenario(
            "JSON that is not UTF-8",
            Op::Create,
            [Act::file("application/json", &b"{\"data\":[{\"id\":\"\xff\xfe\"}]}"[..])],
        )
        .fails(undecodable("can't be decoded")),
        scenario("HTML with 200", Op::Create, [html(200)])
            .fails(undecodable("the response is text/html; charset=utf-8, though the document promises JSON")),
        scenario("HTML with 200 to GET is not asked for again", Op::Retrieve, [html(200)])
            .fails(undecodable("text/html")),
        scenario("a member of another type", Op::Create, [text(r#"{"data":[{"id":"a"},{"id":{"name":"Jane Doe"}}]}"#)])
            .fails(undecodable("invalid type: map").at("data[1].id")),
        scenario(
            "a number beyond its type",
            Op::Retrieve,
            [text(r#"{"data":{"id":"a","porting_phone_numbers_count":99999999999999999999}}"#)],
        )
        .fails(undecodable("at data.porting_phone_numbers_count").at("data.porting_phone_numbers_count")),
        scenario(
            "JSON nested without end",
            Op::Create,
            [Act::file("application/json", format!("{{\"data\":{}", "[".repeat(100_000)))],
        )
        .fails(fails(Decode, Maybe).status(200)),
        scenario(
            "what nobody has heard of is kept",
            Op::Retrieve,
            [text(r#"{"data":{"id":"order-1","status":{"value":"on-the-moon"},"colour":"red"},"links":[]}"#)],
        )
        .gives("order-1"),
        scenario("nothing is expected of a DELETE", Op::Delete, [html(200)]).gives("deleted"),
        scenario("the response as it came", Op::Raw, [html(203)]).gives("203: <html><h1>Jane Doe</h1></html>"),
        scenario("an empty download", Op::Loa, [Act::file("application/pdf", "")]).gives(""),
        scenario("a body beyond the limit", Op::Create, [Act::file("application/json", "x".repeat(3_000))])
            .options(Options { max_response_size: Some(2_000), ..Options::NONE })
            .fails(fails(TooLarge, Maybe).status(200).says("larger than 2000 bytes")),
        scenario(
            "a body beyond the limit that does not tell its length",
            Op::Create,
            [Act::file("application/json", "x".repeat(3_000)).framing(Framing::Chunked)],
        )
        .options(Options { max_response_size: Some(2_000), ..Options::NONE })
        .fails(fails(TooLarge, Maybe).status(200)),
        scenario("a body just at the limit", Op::Loa, [Act::file("application/pdf", "12345678")])
            .options(Options { max_response_size: Some(8), ..Options::NONE })
            .gives("12345678"),
        scenario("a length that nobody can have", Op::Create, [created().framing(Framing::Claimed(1 << 50))])
            .fails(fails(Interrupted, Maybe).status(200)),
        scenario("an error's body beyond the limit", Op::Create, [Act::status(400).body("x".repeat(3_000))])
            .options(Options { max_response_size: Some(2_000), ..Options::NONE })
            .fails(fails(Status, Fate::Refused).status(400)),
    ]
}

/// Bodies that are not as long as they say, or end otherwise than they should.
fn lengths() -> Vec<Scenario> {
    use Fate::Maybe;
    let broken = || fails(Interrupted, Maybe).status(200).says("the response is not whole");
    vec![
        scenario("cut short: POST once", Op::Create, [created().pace(Pace::CutAfter(9))]).fails(broken()),
        scenario("cut short: GET again", Op::Retrieve, [order("order-0").pace(Pace::CutAfter(9)), order("order-1")])
            .gives("order-1")
            .gaps(BACKOFF_ONCE),
        scenario("cut short in the middle of a head, in effect", Op::Create, [created().pace(Pace::CutAfter(0))])
            .fails(broken()),
        scenario("a download cut short is not taken for whole", Op::Loa, vec![pdf().pace(Pace::CutAfter(9)); 3])
            .fails(broken()),
        scenario("a download that is whole the second time", Op::Loa, [pdf().pace(Pace::CutAfter(9)), pdf()])
            .gives("%PDF-1.7 a letter of authorization"),
        scenario("reset in the body: POST once", Op::Create, [created().pace(Pace::ResetAfter(9))]).fails(broken()),
        scenario("reset in the body: GET again", Op::Retrieve, [
            order("order-0").pace(Pace::ResetAfter(9)),
            order("order-1"),
        ])
        .gives("order-1"),
        scenario("a length that is too long: POST once", Op::Create, [created().framing(Framing::Claimed(900))])
            .fails(broken()),
        scenario("a length that is too long: GET again", Op::Retrieve, [
            order("order-0").framing(Framing::Claimed(900)),
            order("order-1"),
        ])
        .gives("order-1"),
        scenario("a length that is too short", Op::Create, [created().framing(Framing::Claimed(9))])
            .fails(fails(Decode, Maybe).status(200).says("EOF")),
        scenario("what is left of a body is not taken for the next answer", Op::Create, [
            text(r#"{"data":{"id":"order-0"}}HTTP/1.1 200 OK\r\ncontent-length: 28\r\n\r\n{"data":[{"id":"order-9"}]}"#)
                .framing(Framing::Claimed(25)),
            created(),
        ])
        .after(Op::Retrieve)
        .gives("order-1"),
        scenario("chunks", Op::Create, [created().framing(Framing::Chunked)]).gives("order-1"),
        scenario("chunks that break: POST once", Op::Create, [created().framing(Framing::BrokenChunks)]).fails(broken()),
        scenario("chunks that break: GET again", Op::Retrieve, [
            order("order-0").framing(Framing::BrokenChunks),
            order("order-1"),
        ])
        .gives("order-1"),
        scenario("chunks without an end: POST once", Op::Create, [created().framing(Framing::OpenChunks)])
            .fails(broken()),
        scenario("chunks without an end: a download", Op::Loa, vec![pdf().framing(Framing::OpenChunks); 3])
            .fails(broken()),
        scenario("a body that ends with the connection", Op::Create, [created().framing(Framing::Close)])
            .gives("order-1"),
        scenario("a body that drips on a socket and arrives", Op::Retrieve, [
            order("order-1").pace(Pace::Drip(ms(1))),
        ])
        .on_sockets()
        .gives("order-1"),
    ]
}

/// Downloads that are not held in memory. Nothing that is not whole may look as if it were.
fn downloads() -> Vec<Scenario> {
    use Fate::{Maybe, Refused};
    const WHOLE: &str = "%PDF-1.7 a letter of authorization";
    let broken = || fails(Interrupted, Maybe).status(200);
    vec![
        scenario("a stream", Op::Stream, [pdf()]).gives(WHOLE),
        scenario("a stream that is cut short is not begun anew", Op::Stream, [pdf().pace(Pace::CutAfter(8))])
            .gives("%PDF-1.7")
            .fails(broken()),
        scenario("a stream that is busy at first", Op::Stream, [Act::status(429), pdf()]).gives(WHOLE),
        scenario("a stream of a length that is too long", Op::Stream, [pdf().framing(Framing::Claimed(900))])
            .gives(WHOLE)
            .fails(broken()),
        scenario("a stream whose chunks have no end", Op::Stream, [pdf().framing(Framing::OpenChunks)])
            .gives(WHOLE)
            .fails(broken()),
        scenario(
            "a stream that drips for longer than an attempt may take",
            Op::Stream,
            [pdf().pace(Pace::Drip(secs(5)))],
        )
        .in_memory()
        .gives(WHOLE)
        .took(170_000, 170_000),
        scenario("a stream that drips beyond the deadline", Op::Stream, [pdf().pace(Pace::Drip(secs(5)))])
            .in_memory()
            .options(Options { deadline: Some(secs(42)), ..Options::NONE })
            .gives("%PDF-1.7")
            .fails(fails(Timeout, Maybe).status(200))
            .took(42_000, 42_000),
        scenario("a stream that stalls", Op::Stream, [pdf().pace(Pace::StallAfter(8))])
            .in_memory()
            .gives("%PDF-1.7")
            .fails(fails(Timeout, Maybe).status(200))
            .took(60_000, 60_000),
        scenario("a stream that stalls on a socket", Op::Stream, [pdf().pace(Pace::StallAfter(8))])
            .on_sockets()
            .options(HASTY)
            .gives("%PDF-1.7")
            .fails(fails(Timeout, Maybe).status(200)),
        scenario("a file", Op::Save, [pdf()]).gives(WHOLE),
        scenario("a file that is cut short, then whole", Op::Save, [pdf().pace(Pace::CutAfter(20)), pdf()])
            .gives(WHOLE),
        scenario("a file that is cut short for good", Op::Save, vec![pdf().pace(Pace::CutAfter(20)); 3])
            .fails(broken()),
        scenario("a file that is reset in the middle", Op::Save, [pdf().pace(Pace::ResetAfter(20)), pdf()])
            .gives(WHOLE),
        scenario("a file of a length that is too long", Op::Save, vec![pdf().framing(Framing::Claimed(900)); 3])
            .fails(broken()),
        scenario("a file that stalls", Op::Save, [pdf().pace(Pace::StallAfter(20))])
            .on_sockets()
            .options(Options { max_retries: Some(0), ..HASTY })
            .fails(fails(Timeout, Maybe).status(200)),
        scenario("a file that is not there", Op::Save, [Act::status(404)]).fails(fails(Status, Refused).status(404)),
        scenario("a file that is elsewhere", Op::Save, [Act::redirect(302, "{other}/file"), pdf()])
            .gives(WHOLE)
            .seen(&["GET /v2/porting_orders/1/loa_template with key", "GET /file without key"]),
        scenario("a file whose chunks break", Op::Save, [pdf().framing(Framing::BrokenChunks), pdf()]).gives(WHOLE),
    ]
}

/// Compressed bodies.
fn packing() -> Vec<Scenario> {
    use Fate::Maybe;
    let unpacked = || fails(Decode, Maybe).status(200).says("could not be unpacked");
    let spoil_sum = |bytes: &mut Vec<u8>| {
        if let Some(byte) = bytes.iter_mut().rev().nth(6) {
            *byte ^= 0xff;
        }
    };
    let halve = |bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2);
    vec![
        scenario("gzip", Op::Create, [created().gzip()]).on_sockets().gives("order-1"),
        scenario("gzip in chunks", Op::Create, [created().gzip().framing(Framing::Chunked)])
            .on_sockets()
            .gives("order-1"),
        scenario("gzip with a wrong sum", Op::Create, [created().gzip().spoilt(spoil_sum)])
            .on_sockets()
            .fails(unpacked()),
        scenario("gzip that is none", Op::Create, [created().header("content-encoding", "gzip")])
            .on_sockets()
            .fails(unpacked()),
        scenario("gzip that ends too early, of the right length", Op::Create, [created().gzip().spoilt(halve)])
            .on_sockets()
            .fails(fails(Interrupted, Maybe).status(200)),
        scenario(
            "gzip that is cut short: GET again",
            Op::Retrieve,
            [order("order-0").gzip().pace(Pace::CutAfter(12)), order("order-1").gzip()],
        )
        .on_sockets()
        .gives("order-1"),
        scenario("gzip that swells beyond the limit", Op::Loa, [Act::file("application/pdf", vec![0; 8 << 20]).gzip()])
            .on_sockets()
            .options(Options { max_response_size: Some(1 << 20), ..Options::NONE })
            .fails(fails(TooLarge, Maybe).status(200)),
    ]
}

/// Lists whose pages don't add up.
fn lists() -> Vec<Scenario> {
    use Fate::{Maybe, Refused};
    let astray = |says| fails(Paging, Maybe).status(200).attempts(1).says(says);
    let meta = |meta: Value| Act::json(&json!({ "data": [{ "id": "a" }], "meta": meta }));
    vec![
        scenario("three pages", Op::List, [page(&["a", "b"], 1, 3), page(&["c"], 2, 3), page(&["d"], 3, 3)])
            .gives("a b c d")
            .seen(&[
                "GET /v2/porting_orders with key",
                "GET /v2/porting_orders?page%5Bnumber%5D=2 with key",
                "GET /v2/porting_orders?page%5Bnumber%5D=3 with key",
            ]),
        scenario("no items", Op::List, [page(&[], 1, 0)]).gives(""),
        scenario("no meta", Op::List, [Act::json(&json!({ "data": [{ "id": "a" }] }))])
            .gives("a")
            .fails(astray("does not say which page it is")),
        scenario("meta is null", Op::List, [meta(Value::Null)])
            .gives("a")
            .fails(astray("does not say which page it is")),
        scenario("meta is empty", Op::List, [meta(json!({}))])
            .gives("a")
            .fails(astray("does not say which page it is")),
        scenario("meta is a list", Op::List, [meta(json!([]))]).fails(fails(Decode, Maybe).status(200)),
        scenario("a page number that sticks at 1", Op::List, [page(&["a"], 1, 3), page(&["b"], 1, 3)])
            .gives("a")
            .fails(astray("another page than the one that was asked for")),
        scenario(
            "numbers as strings",
            Op::List,
            [page(&["a"], "1", "3"), page(&["b"], "2", "3"), page(&["c"], "3", "3")],
        )
        .gives("a b c"),
        scenario("an empty page in the middle", Op::List, [page(&["a"], 1, 3), page(&[], 2, 3), page(&["c"], 3, 3)])
            .gives("a c"),
        scenario("numbers that run backwards", Op::List, [page(&["a"], 1, 9), page(&["b"], 2, 9), page(&["c"], 1, 9)])
            .gives("a b")
            .fails(astray("another page than the one that was asked for")),
        scenario("numbers that skip", Op::List, [page(&["a"], 1, 9), page(&["c"], 3, 9)])
            .gives("a")
            .fails(astray("another page than the one that was asked for")),
        scenario(
            "no total: on to the first empty page",
            Op::List,
            [page(&["a"], 1, Value::Null), page(&["b"], 2, Value::Null), page(&[], 3, Value::Null)],
        )
        .gives("a b"),
        scenario("no number, but a total", Op::List, [page(&["a"], Value::Null, 2), page(&["b"], Value::Null, 2)])
            .gives("a b"),
        scenario("a total that shrinks", Op::List, [page(&["a"], 1, 3), page(&["b"], 2, 2)]).gives("a b"),
        scenario("a total that grows", Op::List, [page(&["a"], 1, 2), page(&["b"], 2, 3), page(&["c"], 3, 3)])
            .gives("a b c"),
        scenario(
            "a total that vanishes",
            Op::List,
            [page(&["a"], 1, 3), page(&["b"], 2, Value::Null), page(&[], 3, Value::Null)],
        )
        .gives("a b"),
        scenario("a number that is none", Op::List, [page(&["a"], "one", 3)]).fails(astray("is not a number")),
        scenario("a number with a fraction", Op::List, [page(&["a"], 1.5, 3)]).fails(astray("is not a number")),
        scenario("the same page over and over, without number", Op::List, [])
            .then(page(&["a"], Value::Null, 9))
            .requests(2)
            .gives("a")
            .fails(astray("the same page once more")),
        scenario(
            "empty pages without end",
            Op::List,
            (1..=21).map(|number| page(&[], number, 1_000)).collect::<Vec<_>>(),
        )
        .fails(astray("one empty page after the other")),
        scenario("no list at all", Op::List, [Act::json(&json!({ "meta": {} }))])
            .fails(fails(Decode, Maybe).status(200).says("missing field `data`")),
        scenario("a page that is HTML", Op::List, [page(&["a"], 1, 3), html(200)])
            .gives("a")
            .fails(fails(Decode, Maybe).status(200).attempts(1)),
        scenario("a page that fails once", Op::List, [page(&["a"], 1, 2), Act::status(502), page(&["b"], 2, 2)])
            .gives("a b"),
        scenario("a page that is reset once", Op::List, [page(&["a"], 1, 2), Act::ResetRead, page(&["b"], 2, 2)])
            .gives("a b"),
        scenario(
            "a page that is cut short once",
            Op::List,
            [page(&["a"], 1, 2), page(&["b", "c"], 2, 2).pace(Pace::CutAfter(40)), page(&["b", "c"], 2, 2)],
        )
        .gives("a b c"),
        scenario("a page that is refused", Op::List, [page(&["a"], 1, 3), Act::status(403)])
            .gives("a")
            .fails(fails(Status, Refused).status(403).attempts(1)),
    ]
}

/// Arguments that lead astray are refused before anything is sent.
fn arguments() -> Vec<Scenario> {
    let refused = |name, id| {
        scenario(name, Op::RetrieveId(id), []).fails(fails(InvalidRequest, Fate::NotSent).says("must not be"))
    };
    vec![
        refused("an empty id", ""),
        refused("an id that is a dot", "."),
        refused("an id that climbs", ".."),
        scenario("an id that would climb", Op::RetrieveId("../../v1/x?y#z"), [order("a")])
            .gives("something")
            .seen(&["GET /v2/porting_orders/..%2F..%2Fv1%2Fx%3Fy%23z with key"]),
    ]
}
