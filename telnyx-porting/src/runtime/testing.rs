//! A stand-in for the server, for unit tests of code that uses the client.
//!
//! A [`MockTransport`] answers requests with what it has been told to, without a socket, and notes
//! what it was asked. It is strict: a request for which no reply is left is an error, and
//! [`assert_done`](MockTransport::assert_done) finds it, even if the code under test has swallowed
//! the error. So a test notices when something is sent twice.
//!
//! ```text
//! let mock = MockTransport::new();
//! mock.on(Method::Post, "/orders").reply_status(503).reply(201, json!({"data": {"id": "o-1"}}));
//! mock.on(Method::Get, "/orders/{id}").with_query("full", "true").reply(404, json!({"errors": []}));
//!
//! code_under_test(mock.client()).await;
//!
//! assert_eq!(mock.received(Method::Post, "/orders").len(), 2);
//! assert_eq!(mock.received_one(Method::Get, "/orders/o-1").header("accept"), Some("application/json"));
//! mock.assert_done();
//! ```

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use percent_encoding::percent_decode_str;
use serde_core::Serialize;
use serde_json::Value;
use tokio::time::{Sleep, sleep};

use crate::runtime::client::{Client, ClientBuilder};
use crate::runtime::headers::Headers;
use crate::runtime::operation::Method;
use crate::runtime::retry::RetryPolicy;
use crate::runtime::transport::{
    Body, BoxFuture, Transport, TransportError, TransportErrorKind, TransportRequest, TransportResponse,
};

/// A transport that answers with what it has been told to.
///
/// Clones share their replies and what they have received, so that a test keeps one and gives
/// another to its client.
#[derive(Clone, Default)]
pub struct MockTransport(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    routes: Vec<Route>,
    received: Vec<MockRequest>,
    /// Requests for which no reply was left.
    unexpected: Vec<String>,
}

impl MockTransport {
    /// Returns a transport that expects no request.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a client that sends its requests to this transport.
    ///
    /// It repeats requests as usual, but does not wait before it does.
    ///
    /// # Panics
    ///
    /// Never, unless this crate is broken.
    #[must_use]
    pub fn client(&self) -> Client {
        match self.client_builder().build() {
            Ok(client) => client,
            Err(error) => fail(format_args!("a client for tests can't be built: {error}")),
        }
    }

    /// Returns the builder of such a client, to configure more.
    pub fn client_builder(&self) -> ClientBuilder {
        let at_once = RetryPolicy::new().delays(Duration::ZERO, Duration::ZERO).max_retry_after(Duration::ZERO);
        Client::builder()
            .api_key("test-key")
            .base_url("https://mock.invalid")
            .retry_policy(at_once)
            .transport(self.clone())
    }

    /// Begins to tell what to reply to requests of this method and path.
    ///
    /// The path is the one below the base URL, such as `/orders/o-1`; a part in braces, as in
    /// `/orders/{id}`, stands for anything. Without a reply nothing is expected yet. Of several
    /// routes for one request, the first that has a reply left answers.
    ///
    /// # Panics
    ///
    /// If the path has a query, which no request would match.
    #[track_caller]
    pub fn on(&self, method: Method, path: impl Into<String>) -> MockRoute {
        let path = path.into();
        if let Some((path, query)) = path.split_once('?') {
            fail(format_args!("the path {path} has the query {query}: expect that by `with_query`, pair by pair"));
        }
        self.add(Some((method, path)))
    }

    /// Begins to tell what to reply to any request.
    #[allow(clippy::must_use_candidate, reason = "a route without a reply does nothing, and no harm")]
    pub fn on_any(&self) -> MockRoute {
        self.add(None)
    }

    fn add(&self, target: Option<(Method, String)>) -> MockRoute {
        let mut state = self.state();
        state.routes.push(Route { target, conditions: Vec::new(), replies: VecDeque::new() });
        let index = state.routes.len() - 1;
        drop(state);
        MockRoute { mock: self.clone(), index }
    }

    /// Returns all requests, in the order in which they came; those that were not expected, too.
    #[must_use]
    pub fn requests(&self) -> Vec<MockRequest> {
        self.state().received.clone()
    }

    /// Returns the requests of this method and path, which is read as by [`on`](Self::on).
    #[must_use]
    pub fn received(&self, method: Method, path: &str) -> Vec<MockRequest> {
        let is_it = |request: &&MockRequest| request.method == method && matches(path, &request.path);
        self.state().received.iter().filter(is_it).cloned().collect()
    }

    /// Returns the one request of this method and path.
    ///
    /// # Panics
    ///
    /// If there was none, or more than one.
    #[must_use]
    #[track_caller]
    pub fn received_one(&self, method: Method, path: &str) -> MockRequest {
        let mut found = self.received(method, path);
        match (found.pop(), found.len()) {
            (Some(request), 0) => request,
            (None, _) => {
                let requests = self.requests();
                let others: Vec<String> = requests.iter().map(MockRequest::title).collect();
                fail(format_args!("no request was {method} {path}, but: {others:?}"))
            }
            (Some(_), more) => fail(format_args!("{} requests were {method} {path}, not one", more + 1)),
        }
    }

    /// Checks that every request was expected, and every reply used.
    ///
    /// # Panics
    ///
    /// If not; the message lists what was not expected and what is left.
    #[track_caller]
    pub fn assert_done(&self) {
        let state = self.state();
        let left: Vec<String> = state.routes.iter().filter_map(Route::what_is_left).collect();
        let unexpected = state.unexpected.clone();
        drop(state);
        let unexpected = unexpected.iter().map(|what| format!("\n  no reply left for {what}"));
        let lines: Vec<String> = unexpected.chain(left.iter().map(|what| format!("\n  left over: {what}"))).collect();
        if !lines.is_empty() {
            fail(format_args!("not as expected:{}", lines.concat()));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What a panicking test leaves is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &MockRequest) -> Result<MockReply, TransportError> {
        self.state().received.push(request.clone());
        match self.find(request) {
            Some(Answer::Fixed(reply)) => Ok(reply),
            Some(Answer::By(reply)) => Ok(reply(request)),
            None => Err(self.unexpected(request)),
        }
    }

    /// The next reply of the first route that answers. Conditions and replies may use the mock themselves, which is why
    /// none is asked while the state is held.
    fn find(&self, request: &MockRequest) -> Option<Answer> {
        for index in 0.. {
            let conditions = self.state().routes.get(index)?.conditions_for(request);
            if conditions.is_some_and(|conditions| conditions.iter().all(|(_, holds)| holds(request)))
                && let Some(answer) = self.state().routes.get_mut(index).and_then(Route::take)
            {
                return Some(answer);
            }
        }
        None
    }

    fn unexpected(&self, request: &MockRequest) -> TransportError {
        let mut state = self.state();
        let others = state.routes.iter().filter(|route| route.conditions_for(request).is_some());
        let others: Vec<String> = others.map(Route::title).collect();
        let what = if others.is_empty() {
            request.title()
        } else {
            // Which condition does not hold can be seen.
            format!("{}, but for {}", request.full_title(), others.join(" and for "))
        };
        let message = format!("the mock has no reply left for {what}");
        state.unexpected.push(what);
        TransportError::new(TransportErrorKind::InvalidRequest, message)
    }
}

impl Transport for MockTransport {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async move { self.answer(&MockRequest::of(request).await?)?.play().await })
    }
}

impl fmt::Debug for MockTransport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        formatter
            .debug_struct("MockTransport")
            .field("routes", &state.routes.len())
            .field("received", &state.received.len())
            .field("unexpected", &state.unexpected)
            .finish()
    }
}

#[track_caller]
#[allow(clippy::panic, reason = "an assertion that fails panics")]
fn fail(message: fmt::Arguments<'_>) -> ! {
    panic!("{message}")
}

/// Which requests are answered, and by what.
struct Route {
    /// `None` for any request.
    target: Option<(Method, String)>,
    conditions: Vec<Condition>,
    replies: VecDeque<(Answer, Uses)>,
}

/// What a request must have, in words and as a test.
type Condition = (String, Arc<dyn Fn(&MockRequest) -> bool + Send + Sync>);

#[derive(Clone)]
enum Answer {
    Fixed(MockReply),
    By(Arc<dyn Fn(&MockRequest) -> MockReply + Send + Sync>),
}

/// How many times a reply can still be used.
#[derive(Clone, Copy)]
enum Uses {
    Left(usize),
    Unlimited,
}

impl Route {
    /// What else is to hold, if method and path are right and a reply is left.
    fn conditions_for(&self, request: &MockRequest) -> Option<Vec<Condition>> {
        let is_target =
            self.target.as_ref().is_none_or(|(method, path)| *method == request.method && matches(path, &request.path));
        (is_target && !self.replies.is_empty()).then(|| self.conditions.clone())
    }

    fn title(&self) -> String {
        let target = match &self.target {
            Some((method, path)) => format!("{method} {path}"),
            None => "any request".to_owned(),
        };
        let conditions: Vec<&str> = self.conditions.iter().map(|(what, _)| what.as_str()).collect();
        if conditions.is_empty() { target } else { format!("{target} with {}", conditions.join(" and ")) }
    }

    /// The next reply, if one is left.
    fn take(&mut self) -> Option<Answer> {
        let (answer, uses) = self.replies.front_mut()?;
        let answer = answer.clone();
        match uses {
            Uses::Unlimited => {}
            Uses::Left(left) if *left > 1 => *left -= 1,
            Uses::Left(_) => {
                self.replies.pop_front();
            }
        }
        Some(answer)
    }

    fn what_is_left(&self) -> Option<String> {
        let left = |(_, uses): &(Answer, Uses)| match uses {
            Uses::Left(left) => *left,
            Uses::Unlimited => 0,
        };
        let left: usize = self.replies.iter().map(left).sum();
        (left > 0).then(|| format!("{left} for {}", self.title()))
    }
}

/// Whether a path is what a pattern says, in which parts in braces stand for anything.
fn matches(pattern: &str, path: &str) -> bool {
    let mut expected = pattern.trim_matches('/').split('/');
    let mut found = path.trim_matches('/').split('/');
    loop {
        match (expected.next(), found.next()) {
            (None, None) => return true,
            (Some(expected), Some(found)) if is_same_part(expected, found) => {}
            _ => return false,
        }
    }
}

fn is_same_part(expected: &str, found: &str) -> bool {
    let is_anything = expected.starts_with('{') && expected.ends_with('}');
    is_anything || expected == found || percent_decode_str(found).decode_utf8().is_ok_and(|found| found == expected)
}

/// Tells a [`MockTransport`] which requests to answer, and how.
///
/// Each reply answers one request, in the order in which they are told.
#[derive(Debug)]
pub struct MockRoute {
    mock: MockTransport,
    index: usize,
}

#[allow(
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "it changes the transport, which is what is wanted"
)]
impl MockRoute {
    /// Answers only requests whose query has this pair.
    pub fn with_query(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into());
        let what = format!("{name}={value} in the query");
        self.expect(what, move |request| request.query.iter().any(|pair| pair.0 == name && pair.1 == value))
    }

    /// Answers only requests with this header.
    pub fn with_header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into());
        // Its value may be a credential.
        let what = format!("a certain header `{name}`");
        self.expect(what, move |request| request.headers.get_all(&name).any(|other| other == value))
    }

    /// Answers only requests whose body is this JSON.
    ///
    /// # Panics
    ///
    /// If `body` can't be written as JSON.
    #[track_caller]
    pub fn with_json(self, body: impl Serialize) -> Self {
        let body = json_of(body);
        self.expect(format!("the body {body}"), move |request| request.json().as_ref() == Some(&body))
    }

    /// Answers only requests for which this is true.
    pub fn matching(self, condition: impl Fn(&MockRequest) -> bool + Send + Sync + 'static) -> Self {
        self.expect("what `matching` asks for".to_owned(), condition)
    }

    fn expect(self, what: String, condition: impl Fn(&MockRequest) -> bool + Send + Sync + 'static) -> Self {
        self.change(|route| route.conditions.push((what, Arc::new(condition))));
        self
    }

    /// Answers the next request with a status and a body of JSON.
    ///
    /// # Panics
    ///
    /// If `body` can't be written as JSON.
    #[track_caller]
    pub fn reply(self, status: u16, body: impl Serialize) -> Self {
        self.reply_with(MockReply::new(status).json(body))
    }

    /// Answers the next request with a status and no body.
    pub fn reply_status(self, status: u16) -> Self {
        self.reply_with(MockReply::new(status))
    }

    /// Lets the next request fail without a response.
    pub fn reply_error(self, kind: TransportErrorKind) -> Self {
        self.reply_with(MockReply::error(kind))
    }

    /// Answers the next request with this.
    pub fn reply_with(self, reply: impl Into<MockReply>) -> Self {
        self.push(Answer::Fixed(reply.into()))
    }

    /// Answers the next request with what this makes of it.
    pub fn reply_by(self, reply: impl Fn(&MockRequest) -> MockReply + Send + Sync + 'static) -> Self {
        self.push(Answer::By(Arc::new(reply)))
    }

    /// Uses the last reply for this many requests in all, each of which is expected.
    ///
    /// # Panics
    ///
    /// If there is no reply yet.
    #[track_caller]
    pub fn times(self, count: usize) -> Self {
        self.set_uses(Uses::Left(count))
    }

    /// Uses the last reply for any number of requests, none of which is expected.
    ///
    /// # Panics
    ///
    /// If there is no reply yet.
    #[track_caller]
    pub fn always(self) -> Self {
        self.set_uses(Uses::Unlimited)
    }

    fn push(self, answer: Answer) -> Self {
        self.change(|route| route.replies.push_back((answer, Uses::Left(1))));
        self
    }

    #[track_caller]
    fn set_uses(self, uses: Uses) -> Self {
        let mut has_reply = true;
        self.change(|route| match (route.replies.back_mut(), uses) {
            (None, _) => has_reply = false,
            (Some(_), Uses::Left(0)) => drop(route.replies.pop_back()),
            (Some((_, last)), _) => *last = uses,
        });
        if !has_reply {
            fail(format_args!("there is no reply yet to be used more than once: say first what to reply"));
        }
        self
    }

    fn change(&self, change: impl FnOnce(&mut Route)) {
        if let Some(route) = self.mock.state().routes.get_mut(self.index) {
            change(route);
        }
    }
}

/// What a [`MockTransport`] does with a request.
///
/// ```text
/// let file = MockReply::new(200).body("application/pdf", pdf).header("content-disposition", "attachment");
/// let slow = MockReply::new(200).json(json!({})).after(Duration::from_secs(5));
/// let broken = MockReply::new(200).text("{\"data\": [").breaks_off();
/// ```
#[derive(Clone, Debug)]
pub struct MockReply {
    outcome: Outcome,
    after: Duration,
}

#[derive(Clone, Debug)]
enum Outcome {
    Response(Response),
    Error(TransportErrorKind),
    Nothing,
}

#[derive(Clone, Debug)]
struct Response {
    status: u16,
    headers: Headers,
    body: Bytes,
    /// The size of the body's pieces, and the wait before each.
    pieces: Option<(usize, Duration)>,
    breaks_off: bool,
}

impl MockReply {
    /// Returns a reply with this status and no body.
    #[must_use]
    pub fn new(status: u16) -> Self {
        let response =
            Response { status, headers: Headers::new(), body: Bytes::new(), pieces: None, breaks_off: false };
        Self { outcome: Outcome::Response(response), after: Duration::ZERO }
    }

    /// Returns a failure without a response.
    #[must_use]
    pub fn error(kind: TransportErrorKind) -> Self {
        Self { outcome: Outcome::Error(kind), after: Duration::ZERO }
    }

    /// Returns a reply that never comes.
    #[must_use]
    pub fn never() -> Self {
        Self { outcome: Outcome::Nothing, after: Duration::ZERO }
    }

    /// Sets the body to JSON.
    ///
    /// # Panics
    ///
    /// If `body` can't be written as JSON, or this is no response.
    #[must_use]
    #[track_caller]
    pub fn json(self, body: impl Serialize) -> Self {
        let body = json_of(body).to_string();
        self.body("application/json", body)
    }

    /// Sets the body to text.
    ///
    /// # Panics
    ///
    /// If this is no response.
    #[must_use]
    #[track_caller]
    pub fn text(self, body: impl Into<String>) -> Self {
        self.body("text/plain", body.into())
    }

    /// Sets the body and its media type.
    ///
    /// # Panics
    ///
    /// If this is no response.
    #[must_use]
    #[track_caller]
    pub fn body(self, content_type: &str, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        self.change(|response| {
            response.headers.set("content-type", content_type);
            response.body = body;
        })
    }

    /// Sets a header.
    ///
    /// # Panics
    ///
    /// If this is no response.
    #[must_use]
    #[track_caller]
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.change(|response| response.headers.set(name.into(), value.into()))
    }

    /// Waits before anything comes.
    #[must_use]
    pub fn after(mut self, wait: Duration) -> Self {
        self.after = wait;
        self
    }

    /// Sends the body in pieces of this many bytes, with a wait before each.
    ///
    /// # Panics
    ///
    /// If this is no response.
    #[must_use]
    #[track_caller]
    pub fn in_pieces(self, size: usize, wait: Duration) -> Self {
        self.change(|response| response.pieces = Some((size.max(1), wait)))
    }

    /// Breaks the connection where the body would end.
    ///
    /// # Panics
    ///
    /// If this is no response.
    #[must_use]
    #[track_caller]
    pub fn breaks_off(self) -> Self {
        self.change(|response| response.breaks_off = true)
    }

    #[track_caller]
    fn change(mut self, change: impl FnOnce(&mut Response)) -> Self {
        match &mut self.outcome {
            Outcome::Response(response) => change(response),
            Outcome::Error(_) | Outcome::Nothing => fail(format_args!(
                "this reply is no response, so that it has neither headers nor a body: begin with `new`"
            )),
        }
        self
    }

    async fn play(self) -> Result<TransportResponse, TransportError> {
        if !self.after.is_zero() {
            sleep(self.after).await;
        }
        match self.outcome {
            Outcome::Response(response) => Ok(response.play()),
            Outcome::Error(kind) => Err(TransportError::new(kind, "told so by a test")),
            Outcome::Nothing => std::future::pending().await,
        }
    }
}

impl Response {
    fn play(self) -> TransportResponse {
        let body = if self.pieces.is_none() && !self.breaks_off {
            Body::from(self.body)
        } else {
            let (size, wait) = self.pieces.unwrap_or((usize::MAX, Duration::ZERO));
            let end =
                self.breaks_off.then(|| TransportError::new(TransportErrorKind::Interrupted, "told so by a test"));
            Body::stream(Pieces { left: self.body, size, wait, timer: None, end })
        };
        TransportResponse::new(self.status, self.headers, body)
    }
}

/// A body that comes in pieces.
struct Pieces {
    left: Bytes,
    size: usize,
    wait: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    end: Option<TransportError>,
}

impl Stream for Pieces {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.left.is_empty() {
            return Poll::Ready(self.end.take().map(Err));
        }
        if !self.wait.is_zero() {
            let wait = self.wait;
            ready!(self.timer.get_or_insert_with(|| Box::pin(sleep(wait))).as_mut().poll(context));
            self.timer = None;
        }
        let size = self.size.min(self.left.len());
        Poll::Ready(Some(Ok(self.left.split_to(size))))
    }
}

/// A request as a [`MockTransport`] received it.
#[derive(Clone)]
#[non_exhaustive]
pub struct MockRequest {
    /// The method.
    pub method: Method,
    /// The whole URL.
    pub url: String,
    /// The path below the base URL, as it was sent: percent-encoded.
    pub path: String,
    /// The pairs of the query, decoded.
    pub query: Vec<(String, String)>,
    /// The headers.
    pub headers: Headers,
    /// The body.
    pub body: Option<Bytes>,
    /// The name that the document gives the operation.
    pub operation: &'static str,
    /// How many times the request has been sent, this time included.
    pub attempt: u32,
}

impl MockRequest {
    async fn of(request: TransportRequest) -> Result<Self, TransportError> {
        let TransportRequest { method, url, headers, body, operation, path_template, attempt } = request;
        let body = match body {
            Some(body) => Some(body.into_bytes().await?),
            None => None,
        };
        let path = path_below(url.path(), path_template);
        let query = url.query_pairs().into_owned().collect();
        Ok(Self { method, url: url.into(), path, query, headers, body, operation, attempt })
    }

    /// Returns the first value of a query parameter.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Returns the first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// Returns the body as JSON; `None` if there is none, or it is something else.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.body.as_ref()?).ok()
    }

    fn title(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// With what conditions may ask for.
    fn full_title(&self) -> String {
        let mut title = self.title();
        for (index, (name, value)) in self.query.iter().enumerate() {
            title.push_str(if index == 0 { "?" } else { "&" });
            title.push_str(&format!("{name}={value}"));
        }
        match (self.json(), &self.body) {
            (Some(json), _) => format!("{title} with the body {json}"),
            (None, Some(body)) => format!("{title} with a body of {} bytes", body.len()),
            (None, None) => title,
        }
    }
}

/// The end of a path that is what the operation's path says; the whole path if it is not, since a
/// redirect led here.
fn path_below(path: &str, template: &str) -> String {
    let count = template.split('/').count();
    let mut parts: Vec<&str> = path.rsplitn(count, '/').collect();
    // What is left is the path of the base URL.
    if let (Some(last), Some(first)) = (parts.last_mut(), template.split('/').next()) {
        *last = first;
    }
    parts.reverse();
    let below = parts.join("/");
    let is_same = parts.len() == count
        && template.split('/').zip(&parts).all(|(expected, found)| expected.contains('{') || expected == *found);
    if is_same { below } else { path.to_owned() }
}

/// Shows everything, since it is for tests, but for headers that hold credentials.
impl fmt::Debug for MockRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("MockRequest");
        shown
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("headers", &self.headers);
        match (self.json(), &self.body) {
            (Some(json), _) => shown.field("body", &format_args!("{json}")),
            (None, body) => shown.field("body", body),
        };
        shown.field("attempt", &self.attempt).finish_non_exhaustive()
    }
}

#[track_caller]
fn json_of(body: impl Serialize) -> Value {
    match serde_json::to_value(body) {
        Ok(body) => body,
        Err(error) => fail(format_args!("this can't be written as JSON: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::runtime::request::Request;
    use crate::runtime::script::{GET, POST};

    fn get(mock: &MockTransport, id: &str) -> Request {
        Request::new(&mock.client(), &GET).path("id", id)
    }

    fn post(mock: &MockTransport, body: &Value) -> Request {
        Request::new(&mock.client(), &POST).body(body)
    }

    #[tokio::test]
    async fn replies_come_in_order_to_those_that_are_meant() {
        let mock = MockTransport::new();
        mock.on(Method::Get, "/things/{id}").with_query("q", "x y").reply(200, "of the query");
        mock.on(Method::Get, "/things/a b").reply(200, 1).reply(200, 2).times(2);
        mock.on(Method::Post, "things").with_json(json!({"a": 1})).reply_status(503).reply(201, json!({"id": "1"}));
        mock.on(Method::Post, "/things").reply_by(|request| MockReply::new(200).json(request.json()));

        for expected in [1, 2, 2] {
            assert_eq!(get(&mock, "a b").call::<Value>().await.unwrap(), expected);
        }
        let mut request = get(&mock, "other");
        request.query("q", "x y".to_owned());
        assert_eq!(request.call::<Value>().await.unwrap(), "of the query");
        assert_eq!(post(&mock, &json!({"a": 2})).call::<Value>().await.unwrap(), json!({"a": 2}));
        let mut twice = post(&mock, &json!({"a": 1}));
        twice.retry_policy(RetryPolicy::new().delays(Duration::ZERO, Duration::ZERO).resend_ambiguous(true));
        assert_eq!(twice.call::<Value>().await.unwrap(), json!({"id": "1"}));
        mock.assert_done();

        assert_eq!(mock.requests().len(), 7);
        assert_eq!(mock.received(Method::Get, "/things/{anything}").len(), 4);
        let request = mock.received_one(Method::Get, "/things/other");
        assert_eq!((request.query("q"), request.path.as_str()), (Some("x y"), "/things/other"));
        assert_eq!((request.header("Accept"), request.json()), (Some("application/json"), None));
        let attempts = mock.received(Method::Post, "/things").iter().map(|request| request.attempt).collect::<Vec<_>>();
        assert_eq!(attempts, [1, 1, 2]);
        assert!(!format!("{request:?}").contains("test-key"));
    }

    #[tokio::test]
    async fn what_is_not_expected_fails_at_once_and_at_the_end() {
        let mock = MockTransport::new();
        mock.on(Method::Get, "/things/1").reply(200, 1);
        get(&mock, "1").call::<Value>().await.unwrap();
        mock.assert_done();
        let error = get(&mock, "1").call::<Value>().await.unwrap_err();
        assert!(error.is_invalid_request() && error.attempts() == 1, "{error:?}");
        assert!(format!("{error:?}").contains("no reply left for GET /things/1"), "{error:?}");
        let panic = std::panic::catch_unwind(|| mock.assert_done()).unwrap_err();
        assert!(panic.downcast_ref::<String>().unwrap().contains("GET /things/1"));

        let mock = MockTransport::new();
        mock.on(Method::Get, "/things/1").reply_status(204);
        mock.on_any().reply_status(200).always();
        assert!(std::panic::catch_unwind(|| mock.assert_done()).is_err());
        assert!(std::panic::catch_unwind(|| mock.received_one(Method::Get, "/things/1")).is_err());
    }

    #[tokio::test]
    async fn what_is_missing_is_said() {
        let mock = MockTransport::new();
        mock.on(Method::Post, "/things").with_json(json!({"a": 1})).with_header("x-key", "k-1").reply(201, 1).always();
        mock.on(Method::Get, "/things/1").with_query("q", "x").matching(|_| false).reply(200, 1);
        let cases = [
            (
                post(&mock, &json!({"a": 2})),
                r#"POST /things with the body {"a":2}, but for POST /things with the body {"a":1} and a certain header `x-key`"#,
            ),
            (
                get(&mock, "1"),
                "GET /things/1, but for GET /things/1 with q=x in the query and what `matching` asks for",
            ),
        ];
        let mut said = Vec::new();
        for (request, expected) in cases {
            let error = format!("{:#?}", request.call::<Value>().await.unwrap_err()).replace("\\\"", "\"");
            assert!(error.contains(&format!("no reply left for {expected}\"")), "{error}");
            said.push(expected);
        }
        let panic = std::panic::catch_unwind(|| mock.assert_done()).unwrap_err();
        let left = "1 for GET /things/1 with q=x in the query and what `matching` asks for";
        let expected = format!(
            "not as expected:\n  no reply left for {}\n  no reply left for {}\n  left over: {left}",
            said[0], said[1]
        );
        assert_eq!(panic.downcast_ref::<String>(), Some(&expected));
    }

    #[tokio::test]
    async fn conditions_and_replies_may_ask_the_mock() {
        let mock = MockTransport::new();
        let (one, other) = (mock.clone(), mock.clone());
        mock.on_any().matching(move |_| one.requests().len() == 2).reply(200, "second");
        mock.on_any().reply_by(move |_| MockReply::new(200).json(other.requests().len()));
        assert_eq!(get(&mock, "1").call::<Value>().await.unwrap(), 1);
        assert_eq!(get(&mock, "1").call::<Value>().await.unwrap(), "second");
        mock.assert_done();
    }

    /// Each would be ignored, and the test fail later, for no reason that can be seen.
    #[test]
    fn mistakes_of_tests_are_told_at_once() {
        type Mistake = fn(&MockTransport) -> MockRoute;
        let cases: [(Mistake, &str); 5] = [
            (
                |mock| mock.on(Method::Get, "/things?q=1"),
                "the path /things has the query q=1: expect that by `with_query`",
            ),
            (|mock| mock.on_any().times(2), "there is no reply yet"),
            (|mock| mock.on_any().always(), "there is no reply yet"),
            (|mock| mock.on_any().reply_with(MockReply::never().header("a", "b")), "this reply is no response"),
            (
                |mock| mock.on_any().reply_with(MockReply::error(TransportErrorKind::Connect).json(1)),
                "this reply is no response",
            ),
        ];
        for (mistake, expected) in cases {
            let panic = std::panic::catch_unwind(|| drop(mistake(&MockTransport::new()))).unwrap_err();
            let said = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned()));
            assert!(said.as_ref().unwrap().starts_with(expected), "{said:?}");
        }
        let mock = MockTransport::new();
        mock.on_any().reply(200, 1).times(0);
        mock.assert_done();
    }

    #[tokio::test(start_paused = true)]
    async fn faults() {
        let mock = MockTransport::new();
        mock.on_any()
            .reply_error(TransportErrorKind::Connect)
            .reply_with(MockReply::never())
            .reply_with(MockReply::new(200).text("[1").breaks_off())
            .reply_with(
                MockReply::new(200).json(1).after(Duration::from_secs(50)).in_pieces(1, Duration::from_secs(9)),
            );
        let mut request = get(&mock, "1");
        request.max_retries(3);
        assert_eq!(request.call::<Value>().await.unwrap(), 1);
        mock.assert_done();
    }

    #[test]
    fn paths_below_the_base() {
        let cases = [
            ("/v2/orders/1", "/orders/{id}", "/orders/1"),
            ("/orders/1", "/orders/{id}", "/orders/1"),
            ("/v2/v2/orders", "/v2/orders", "/v2/orders"),
            ("/else/where", "/orders/{id}", "/else/where"),
            ("/a", "/orders/{id}/parts", "/a"),
            ("/v2/", "/", "/"),
        ];
        for (path, template, expected) in cases {
            assert_eq!(path_below(path, template), expected, "{path} {template}");
        }
        assert!(matches("/a/{id}", "/a/b%2Fc") && matches("/a/b/", "a/b") && matches("/a/b c", "/a/b%20c"));
        assert!(!matches("/a/{id}", "/a") && !matches("/a", "/a/b"));
    }
}
