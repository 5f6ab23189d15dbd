//! How a request is carried out: attempts, time limits, redirects, and the waits in between.
//!
//! What every call needs is the same machine code for every operation, and made here: what leaves this file is a box, so
//! that no crate that makes calls has to build it again. What only some calls need (downloads, uploads, tokens) stands in
//! files of its own, and is made where it is used.

use std::time::SystemTime;

use bytes::Bytes;
use reqwest::Url;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};

use crate::generated::API;
use crate::runtime::auth::{Chosen, Proofs};
use crate::runtime::call::Reply;
use crate::runtime::client::{self, is_secure_enough};
use crate::runtime::error::{ApiError, Error, ErrorKind, Reached, reason};
use crate::runtime::headers::{self, Headers};
use crate::runtime::incoming::{Gathered, Incoming, Limits};
use crate::runtime::operation::{Method, Operation};
use crate::runtime::params::{self, Param};
use crate::runtime::payload::Payload;
use crate::runtime::request::{self, Request};
use crate::runtime::response::RawResponse;
use crate::runtime::retry::{RetryPolicy, retry_after};
use crate::runtime::secrets::Secrets;
use crate::runtime::trace::Trace;
use crate::runtime::transport::{BoxFuture, TransportError, TransportErrorKind, TransportRequest};

/// Sends a request, again if it may, and gives the first successful response or the last failure.
#[inline(never)]
pub(crate) fn execute(request: Request) -> BoxFuture<'static, Result<(Reply, Trace), Error>> {
    Box::pin(async move {
        let trace = Trace::start(request.inner().operation);
        match trace.hold(carried_out(&request, &trace, Take::Whole)).await {
            Ok((response, _)) => Ok((Reply { request, response }, trace)),
            Err(error) => Err(trace.failed(error)),
        }
    })
}

/// The same, but what becomes of the body is the caller's to say. For calls that are rare, so that what only they need is
/// built in the crates that make them.
#[inline(never)]
pub(crate) fn carry_out<'a>(
    request: &'a Request,
    trace: &'a Trace,
    take: Take<'a>,
) -> BoxFuture<'a, Result<(RawResponse, Incoming), Error>> {
    Box::pin(carried_out(request, trace, take))
}

async fn carried_out(request: &Request, trace: &Trace, mut take: Take<'_>) -> Result<(RawResponse, Incoming), Error> {
    let prepared = Prepared::of(request).await?;
    if let Take::Into(sink) = &mut take {
        // Before anything is sent, so that nothing is done on the server that can't be kept here.
        sink.open().await.map_err(|error| error.with_operation(request.inner().operation))?;
    }
    attempts(request, &prepared, trace, take).await
}

/// What is done with the body of a successful response.
pub(crate) enum Take<'a> {
    /// It is gathered in memory.
    Whole,
    /// It is left where it is.
    Head,
    /// It goes into this.
    Into(&'a mut dyn Sink),
}

/// What takes a body.
pub(crate) trait Sink: Send {
    /// Makes sure that it can be taken.
    fn open(&mut self) -> BoxFuture<'_, Result<(), Error>>;

    /// Takes all of it, in place of what an earlier attempt has left.
    fn fill<'a>(&'a mut self, incoming: &'a mut Incoming) -> BoxFuture<'a, Result<(), Error>>;
}

/// Gives the response, without its body if that was not to be gathered, and what is still to come
/// of it.
async fn attempts(
    request: &Request,
    prepared: &Prepared<'_>,
    trace: &Trace,
    mut take: Take<'_>,
) -> Result<(RawResponse, Incoming), Error> {
    let inner = request.inner();
    let client = inner.client.inner();
    let policy = policy_of(inner);
    let idempotent = is_idempotent(inner.operation);
    let timeout = inner.timeout.unwrap_or(client.timeout);
    let deadline = inner.deadline.or(client.deadline);
    if timeout.is_zero() || deadline.is_some_and(|deadline| deadline.is_zero()) {
        return Err(Error::new(ErrorKind::Timeout, "there is no time to send it in").with_operation(inner.operation));
    }
    let deadline = deadline.and_then(|deadline| Instant::now().checked_add(deadline));
    let mut reached = Reached::No;
    let mut attempt = 1;
    let mut renewed = 0;
    loop {
        let limits = Limits::of_attempt(timeout, deadline);
        let start = Instant::now();
        trace.attempt_starts(attempt);
        let (proofs, outcome) = match prepared.proofs(client, &limits).await {
            Ok(proofs) => {
                // Boxed, as `Prepared` is, so that no box of a call is of more than 1 KB: larger ones are slow to be
                // had from most allocators.
                let sent = Box::pin(send_once(inner, prepared, &proofs, attempt, &limits, trace, &mut take)).await;
                (Some(proofs), sent)
            }
            Err(failure) => (None, Err(failure)),
        };
        let failure = match outcome {
            Ok(answer) => {
                trace.attempt_succeeded(&answer.0, start);
                client.budget.give(attempt - 1 - renewed);
                return Ok(answer);
            }
            Err(failure) => failure.with_operation(inner.operation).with_attempts(attempt),
        };
        trace.attempt_failed(&failure, start);
        let may_repeat = policy.allows(&failure, idempotent);
        let failure = failure.with_reached(reached);
        reached = failure.reached();
        let has_body = prepared.body.as_ref().is_none_or(Payload::is_there);
        // After 303 it is the result that is refused: the request itself has been carried out.
        let is_done = !idempotent && reached == Reached::CarriedOut;
        // A token may be revoked before it expires. With a new one the request is sent once more.
        let is_refused = failure.is_unauthorized() && proofs.is_some_and(|proofs| proofs.forget());
        if is_refused && renewed == 0 && has_body && !is_done {
            renewed = 1;
            attempt += 1;
            continue;
        }
        let retries = attempt - 1 - renewed;
        if retries >= policy.max_retries || !may_repeat {
            return Err(failure);
        }
        if !has_body {
            return Err(failure.with_remark("its body was a stream, which can't be sent again"));
        }
        let delay = policy.delay(&failure, retries, fastrand::f64());
        // A wait beyond the deadline ends in nothing but a less telling error.
        let in_time = deadline.is_none_or(|deadline| delay < deadline.saturating_duration_since(Instant::now()));
        if !in_time {
            return Err(failure.with_remark("the deadline leaves no time for another attempt"));
        }
        if !client.budget.take() {
            trace.gives_up(&failure);
            return Err(failure.with_remark("it is not sent again, since too many requests of this client have failed"));
        }
        trace.waits(&failure, delay);
        sleep(delay).await;
        // What kept this thread busy may have made the wait longer.
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Err(failure);
        }
        attempt += 1;
    }
}

fn policy_of(request: &request::Inner) -> RetryPolicy {
    let policy = request.retry_policy.as_ref().unwrap_or(&request.client.inner().retry_policy).clone();
    match request.max_retries {
        Some(max_retries) => policy.max_retries(max_retries),
        None => policy,
    }
}

fn is_idempotent(operation: &Operation) -> bool {
    let by_method = operation.method.is_idempotent() || (operation.method == Method::Patch && API.retry_patch);
    operation.idempotent.unwrap_or(by_method)
}

/// A request as it goes out, but for what each attempt adds.
struct Prepared<'r> {
    method: Method,
    url: Url,
    headers: Headers,
    body: Option<Payload>,
    credentials: Chosen<'r>,
}

/// What the HTTP libraries of Rust can send. Most servers take less.
const LONGEST_URL: usize = 65_534;

impl<'r> Prepared<'r> {
    async fn of(request: &'r Request) -> Result<Box<Self>, Error> {
        let inner = request.inner();
        if let Some(fault) = &inner.fault {
            return Err(request.refuse(fault));
        }
        // Without it, the timer would panic deep inside.
        if Handle::try_current().is_err() {
            return Err(request
                .refuse("calls must be awaited inside of a tokio runtime; see the feature `blocking` for others"));
        }
        let wanted = inner.operation.security.unwrap_or(API.security);
        let credentials = inner.client.inner().credentials.choose(wanted);
        let credentials = credentials.map_err(|error| error.with_operation(inner.operation))?;
        let url = url_of(inner).map_err(|fault| request.refuse(fault))?;
        let length = url.as_str().len();
        if length > LONGEST_URL {
            let fault = format!(
                "its URL would have {length} bytes; at most {LONGEST_URL} can be sent, so ask for less at once"
            );
            return Err(request.refuse(fault));
        }
        let outgoing = inner.payload().await.map_err(|error| error.with_operation(inner.operation))?;
        let (body, content_type) = outgoing.unzip();
        if body.as_ref().is_some_and(|body: &Payload| !body.is_there()) {
            let fault = "its body is a stream that has been sent before; give it a new one";
            return Err(Error::new(ErrorKind::File, fault).with_operation(inner.operation));
        }
        let headers = headers_of(inner, content_type).map_err(|fault| request.refuse(fault))?;
        let takes_body = matches!(inner.operation.method, Method::Post | Method::Put | Method::Patch);
        let body = body.or_else(|| takes_body.then(|| Payload::Whole(Bytes::new())));
        Ok(Box::new(Self { method: inner.operation.method, url, headers, body, credentials }))
    }

    /// The credentials of this moment.
    async fn proofs(&self, client: &client::Inner, limits: &Limits) -> Result<Proofs<'r>, Error> {
        if let Some(proofs) = Proofs::at_hand(self.credentials) {
            return Ok(proofs);
        }
        // Boxed because it is rare, and two thirds of what a call would hold otherwise.
        let fetched = limits.hold(Box::pin(Proofs::of(self.credentials, client, limits))).await;
        // Whatever went wrong, the request itself was not sent.
        fetched.map_err(|error| Error::new(error.kind(), format!("no token was fetched: {error}")))?
    }
}

/// Where a request goes, but for the credentials that belong into its query.
pub(crate) fn url_of(request: &request::Inner) -> Result<Url, String> {
    if let Some(link) = &request.link {
        return Ok(link.clone());
    }
    // The server's URL has been taken apart already; some two fifths of reading a URL is its host.
    let mut url = server_of(request.operation, request.client.inner())?;
    let base = url.path().trim_end_matches('/');
    let mut path = String::with_capacity(base.len() + 2 * request.operation.path.len() + 64);
    path.push_str(base);
    push_path(&mut path, request)?;
    // Some documents tell operations apart by a query in their path.
    let (path, own) = path.split_once('?').map_or((path.as_str(), None), |(path, own)| (path, Some(own)));
    url.set_path(path);
    let query = query_of(request);
    match own {
        Some(own) if query.is_empty() => url.set_query(Some(own)),
        Some(own) => url.set_query(Some(&format!("{own}&{query}"))),
        None => url.set_query(Some(query.as_str()).filter(|query| !query.is_empty())),
    }
    Ok(url)
}

/// The URL below which the operation is: the caller's, its own, the API's.
fn server_of(operation: &Operation, client: &client::Inner) -> Result<Url, String> {
    let Some(server) = operation.server.filter(|_| !client.has_own_base_url) else {
        return Ok(client.base_url.url.clone());
    };
    let url = client.base_url.url.join(server).map_err(|error| format!("its server can't be used: {error}"))?;
    if !is_secure_enough(&url, client.allow_plain_http) {
        return Err(format!("its server can't be used: {}:// would send all data unencrypted", url.scheme()));
    }
    Ok(url)
}

/// Appends the operation's path with the arguments in place of their names. A fragment, by which some documents tell operations
/// apart, is nothing that is sent.
fn push_path(path: &mut String, request: &request::Inner) -> Result<(), String> {
    let mut rest = request.operation.path.split('#').next().unwrap_or_default();
    let start = path.len();
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        path.push_str(before);
        path.push_str(&path_argument(request, name)?);
        rest = after;
    }
    path.push_str(rest);
    if !path.contains('.') {
        return Ok(());
    }
    // These would climb out of the operation's path.
    let is_relative = |segment: &str| segment == "." || segment == "..";
    match path.get(start..).unwrap_or_default().split('/').find(|segment| is_relative(segment)) {
        Some(segment) => Err(format!("a path parameter must not be `{segment}`")),
        None => Ok(()),
    }
}

fn path_argument(request: &request::Inner, name: &str) -> Result<String, String> {
    let (name, value) = request
        .path
        .iter()
        .find(|(other, _)| *other == name)
        .ok_or_else(|| format!("the path parameter `{name}` is missing"))?;
    let text = params::path_text(&param(request.operation, name, Param::path), value);
    match text.as_str() {
        "" => Err(format!("the path parameter `{name}` must not be empty")),
        "." | ".." => Err(format!("the path parameter `{name}` must not be `{text}`")),
        _ => Ok(text),
    }
}

/// How a parameter is written: as the operation says, or else as is usual for its place.
fn param(operation: &Operation, name: &'static str, usual: fn(&'static str) -> Param) -> Param {
    let usual = usual(name);
    operation.params.iter().find(|param| param.name == name && param.place == usual.place).copied().unwrap_or(usual)
}

fn query_of(request: &request::Inner) -> String {
    let mut query = String::new();
    for (name, value) in &request.query {
        params::write_query(&mut query, &param(request.operation, name, Param::query), value, API.query_arrays);
    }
    for (name, value) in &request.extra_query {
        params::push_pair(&mut query, "&", name, value);
    }
    query
}

fn headers_of(request: &request::Inner, content_type: Option<String>) -> Result<Headers, String> {
    let client = request.client.inner();
    let operation = request.operation;
    let fault_of = |headers: &Headers| headers.iter().find_map(|(name, value)| headers::fault_of(name, value));
    let mut headers = Headers::with_capacity(4);
    headers.set("accept", request.accept.unwrap_or(operation.accept));
    if let Some(content_type) = content_type {
        headers.set("content-type", content_type);
    }
    let mut own = Headers::new();
    for (name, value) in &request.header_params {
        if let Some(text) = params::header_text(&param(operation, name, Param::header), value) {
            own.set(*name, text);
        }
    }
    let cookies = cookies_of(request);
    if !cookies.is_empty() {
        own.set("cookie", cookies);
    }
    own.set_all(&request.extra_headers);
    if let Some(fault) = fault_of(&headers).or_else(|| fault_of(&own)) {
        return Err(fault);
    }
    // These were looked at when the client was built.
    headers.set_all(&client.headers);
    headers.set_all(&own);
    Ok(headers)
}

fn cookies_of(request: &request::Inner) -> String {
    let mut cookies = String::new();
    for (name, value) in &request.cookies {
        for (name, value) in params::pairs(&param(request.operation, name, Param::cookie), value, API.query_arrays) {
            params::push_pair(&mut cookies, "; ", &name, &value);
        }
    }
    cookies
}

/// One attempt, redirects included.
async fn send_once(
    request: &request::Inner,
    prepared: &Prepared<'_>,
    proofs: &Proofs<'_>,
    attempt: u32,
    limits: &Limits,
    trace: &Trace,
    take: &mut Take<'_>,
) -> Result<(RawResponse, Incoming), Error> {
    const MAX_REDIRECTS: usize = 10;
    let client = request.client.inner();
    let mut hop = Hop::first(prepared);
    for _ in 0..=MAX_REDIRECTS {
        let (url, headers) = hop.head(prepared, proofs).map_err(Error::invalid_request)?;
        let outgoing = TransportRequest {
            method: hop.method,
            url,
            headers,
            body: prepared.body.as_ref().filter(|_| hop.has_body).map(Payload::open),
            operation: request.operation.id,
            path_template: request.operation.path,
            attempt,
        };
        let sent = limits.hold(client.transport().send(outgoing)).await;
        let sent = sent.and_then(|sent| sent.map_err(|error| error_of(error, false)));
        let response = sent.map_err(|error| error.with_reached(hop.reached))?;
        if let Some(location) = redirect_of(response.status, &response.headers) {
            match hop.next(response.status, location, prepared, client) {
                Ok(next) => {
                    trace.redirected(attempt, response.status);
                    hop = next;
                    continue;
                }
                Err(why) => {
                    let message =
                        format!("the server redirects by {} {}: {why}", response.status, reason(response.status));
                    return Err(Error::new(ErrorKind::Redirect, message)
                        .with_response(response.status, response.headers, Bytes::new())
                        .with_reached(hop.reached.max(reached_by(response.status))));
                }
            }
        }
        let has_body = hop.method != Method::Head && !matches!(response.status, 204 | 304);
        let length = response.headers.get("content-length").and_then(|length| length.trim().parse::<u64>().ok());
        let length = length.filter(|_| has_body);
        let (status, headers) = (response.status, response.headers);
        let mut incoming = Incoming::new(response.body, length, limits);
        let succeeded = (200..300).contains(&status);
        let mut body = Bytes::new();
        let outcome = match take {
            Take::Head if succeeded => {
                incoming.at_leisure();
                Ok(())
            }
            Take::Into(sink) if succeeded => {
                incoming.at_leisure();
                sink.fill(&mut incoming).await
            }
            _ => {
                let mut gathered = Gathered::new(length, client.max_response_size);
                let outcome = incoming.gather(&mut gathered).await;
                body = gathered.into_bytes();
                outcome
            }
        };
        if !succeeded {
            // An error is told by its status even if its body is not whole.
            return Err(status_error(request, proofs, &hop, status, headers, body));
        }
        return match outcome {
            Ok(()) => {
                let operation = request.operation;
                Ok((RawResponse { operation, status, headers, body, attempts: attempt }, incoming))
            }
            Err(error) => Err(error.with_response(status, headers, body).with_reached(hop.reached.max(Reached::Maybe))),
        };
    }
    let message = format!("the server redirects more than {MAX_REDIRECTS} times");
    Err(Error::new(ErrorKind::Redirect, message).with_reached(hop.reached))
}

/// Where an attempt stands after the redirects it has followed.
struct Hop {
    method: Method,
    /// Where the last redirect led.
    elsewhere: Option<Url>,
    /// Whether the request has been at the origin it was meant for all the way.
    is_home: bool,
    has_body: bool,
    /// How far the redirects have shown the request to get.
    reached: Reached,
}

impl Hop {
    fn first(prepared: &Prepared<'_>) -> Self {
        Self {
            method: prepared.method,
            elsewhere: None,
            is_home: true,
            has_body: prepared.body.is_some(),
            reached: Reached::No,
        }
    }

    /// The URL and the headers that are sent there.
    fn head(&self, prepared: &Prepared<'_>, proofs: &Proofs<'_>) -> Result<(Url, Headers), String> {
        let mut url = self.url(prepared).clone();
        if !self.is_home {
            let harmless = ["accept", "user-agent"].into_iter();
            return Ok((url, harmless.filter_map(|name| Some((name, prepared.headers.get(name)?))).collect()));
        }
        let mut headers = prepared.headers.with_room();
        if prepared.body.is_some() && !self.has_body {
            headers.remove("content-type");
        }
        // Where a redirect leads is the server's choice, its query included.
        let query = self.elsewhere.is_none().then_some(&mut url);
        proofs.apply(query, &mut headers)?;
        Ok((url, headers))
    }

    fn url<'a>(&'a self, prepared: &'a Prepared<'_>) -> &'a Url {
        self.elsewhere.as_ref().unwrap_or(&prepared.url)
    }

    /// Follows a redirect, or says why it must not be followed.
    ///
    /// A request is repeated elsewhere only if that can't lose or leak anything: its body is never
    /// dropped on the way (301 and 302 would turn POST into GET) and never goes to another origin,
    /// nor do headers that may hold secrets.
    fn next(
        &self,
        status: u16,
        location: &str,
        prepared: &Prepared<'_>,
        client: &client::Inner,
    ) -> Result<Self, String> {
        let url =
            self.url(prepared).join(location).map_err(|error| format!("its `Location` can't be used: {error}"))?;
        if !is_secure_enough(&url, client.allow_plain_http) {
            return Err(format!("{}:// is not safe enough to follow", url.scheme()));
        }
        let mut next = Self {
            is_home: self.is_home && url.origin() == prepared.url.origin(),
            elsewhere: Some(url),
            reached: self.reached.max(Reached::Refused),
            ..*self
        };
        if status == 303 && !next.method.is_safe() {
            // The request was carried out; its result is to be had elsewhere.
            next.method = Method::Get;
            next.has_body = false;
            next.reached = Reached::CarriedOut;
        } else if matches!(status, 301 | 302) && !next.method.is_safe() {
            return Err(format!("following it would turn {} into GET", next.method));
        }
        if next.has_body && prepared.body.as_ref().is_some_and(|body| !body.is_there()) {
            return Err("the body was a stream, which can't be sent again".to_owned());
        }
        if !next.is_home && (next.has_body || !next.method.is_safe()) {
            return Err("following it would send the request to another origin".to_owned());
        }
        Ok(next)
    }
}

/// How far a request got that is answered by another status than success.
///
/// Some servers carry out what is posted and answer by 301 or 302, where 303 is meant. Only 307 and
/// 308 ask for the same request elsewhere.
fn reached_by(status: u16) -> Reached {
    match status {
        303 => Reached::CarriedOut,
        307 | 308 | 400..500 => Reached::Refused,
        _ => Reached::Maybe,
    }
}

fn redirect_of(status: u16, headers: &Headers) -> Option<&str> {
    matches!(status, 301 | 302 | 303 | 307 | 308).then(|| headers.get("location"))?
}

pub(crate) fn error_of(error: TransportError, head_has_come: bool) -> Error {
    let (kind, reached) = match error.kind {
        TransportErrorKind::Connect => (ErrorKind::Connect, Reached::No),
        TransportErrorKind::ConnectTimeout => (ErrorKind::Timeout, Reached::No),
        TransportErrorKind::InvalidRequest => (ErrorKind::InvalidRequest, Reached::No),
        TransportErrorKind::Interrupted => (ErrorKind::Interrupted, Reached::Maybe),
        TransportErrorKind::Unpack => (ErrorKind::Decode, Reached::Maybe),
        TransportErrorKind::RequestBody => (ErrorKind::File, Reached::Maybe),
    };
    let message = if head_has_come { format!("the response is not whole: {error}") } else { error.to_string() };
    Error::new(kind, message).with_source(error.source).with_reached(reached)
}

fn status_error(
    request: &request::Inner,
    proofs: &Proofs<'_>,
    hop: &Hop,
    status: u16,
    headers: Headers,
    body: Bytes,
) -> Error {
    let mut errors = ApiError::parse(&body);
    if !errors.is_empty() {
        let mut secrets = Secrets::of(request, request.client.inner());
        proofs.add_secrets(&mut secrets);
        for error in &mut errors {
            error.for_each_text(&mut |text| secrets.hide(text));
        }
    }
    Error::new(ErrorKind::Status, format!("{status} {}", reason(status)))
        .with_retry_after(retry_after(&headers, SystemTime::now()))
        .with_response(status, headers, body)
        .with_api_errors(errors)
        .with_reached(hop.reached.max(reached_by(status)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use serde_json::{Value, json};
    use tokio::time::Instant;

    use super::*;
    use crate::runtime::api::Auth;
    use crate::runtime::script::{GET, POST, Script, Step};
    use crate::runtime::upload::FileUpload;
    use crate::runtime::{Call, Client};

    fn get(client: &Client, id: &str) -> Request {
        Request::new(client, &GET).path("id", id)
    }

    fn post(client: &Client) -> Request {
        Request::new(client, &POST).body(&json!({"name": "n"}))
    }

    /// What happens to a GET and to a POST of the same fate: the attempts, the end, and whether it
    /// may have been carried out.
    #[tokio::test(start_paused = true)]
    async fn fates() {
        use ErrorKind::{Connect, Interrupted, Redirect, Status, Timeout, TooLarge};
        use TransportErrorKind as Fault;
        let ok = (1, None, false);
        let fails = |attempts, kind, carried_out| (attempts, Some(kind), carried_out);
        let later = |status| Step::status(status).header("retry-after", "2");
        let long = Duration::from_secs(7);
        let cases = [
            ("success", vec![Step::json("{}")], ok, ok),
            ("refused", vec![Step::Fail(Fault::Connect); 3], fails(3, Connect, false), fails(3, Connect, false)),
            ("refused once", vec![Step::Fail(Fault::Connect)], (2, None, false), (2, None, false)),
            (
                "connect timeout",
                vec![Step::Fail(Fault::ConnectTimeout); 3],
                fails(3, Timeout, false),
                fails(3, Timeout, false),
            ),
            (
                "reset",
                vec![Step::Fail(Fault::Interrupted); 3],
                fails(3, Interrupted, true),
                fails(1, Interrupted, true),
            ),
            (
                "reset, then refused",
                vec![Step::Fail(Fault::Interrupted), Step::Fail(Fault::Connect), Step::Fail(Fault::Connect)],
                fails(3, Connect, true),
                fails(1, Interrupted, true),
            ),
            (
                "refused, then reset",
                vec![Step::Fail(Fault::Connect), Step::Fail(Fault::Interrupted)],
                (3, None, false),
                fails(2, Interrupted, true),
            ),
            ("stall", vec![Step::Stall; 3], fails(3, Timeout, true), fails(1, Timeout, true)),
            ("drip", vec![Step::Drip(1_000, long); 3], fails(3, Timeout, true), fails(1, Timeout, true)),
            ("body breaks", vec![Step::Break(200, "[1,2")], (2, None, false), fails(1, Interrupted, true)),
            ("error body breaks", vec![Step::Break(422, "[1,2")], fails(1, Status, false), fails(1, Status, false)),
            (
                "body too short",
                vec![Step::json("{}").header("content-length", "9")],
                (2, None, false),
                fails(1, Interrupted, true),
            ),
            (
                "body too long",
                vec![Step::json("{}").header("content-length", "1")],
                (2, None, false),
                fails(1, Interrupted, true),
            ),
            ("400", vec![Step::status(400)], fails(1, Status, false), fails(1, Status, false)),
            ("408", vec![Step::status(408)], (2, None, false), (2, None, false)),
            ("409", vec![Step::status(409); 3], fails(3, Status, false), fails(3, Status, false)),
            ("429", vec![later(429); 2], (3, None, false), (3, None, false)),
            ("500", vec![Step::status(500); 3], fails(3, Status, true), fails(1, Status, true)),
            ("503 later", vec![later(503)], (2, None, false), fails(1, Status, true)),
            (
                "503, should",
                vec![Step::status(503).header("x-should-retry", "true")],
                (2, None, false),
                (2, None, false),
            ),
            (
                "429, should not",
                vec![Step::status(429).header("x-should-retry", "false")],
                fails(1, Status, false),
                fails(1, Status, false),
            ),
            ("304", vec![Step::status(304)], fails(1, Status, true), fails(1, Status, true)),
            ("302 nowhere", vec![Step::status(302)], fails(1, Status, true), fails(1, Status, true)),
            ("302", vec![Step::status(302).header("location", "/other")], (2, None, false), fails(1, Redirect, true)),
            ("303", vec![Step::status(303).header("location", "other")], (2, None, false), (2, None, false)),
            ("307", vec![Step::status(307).header("location", "/other")], (2, None, false), (2, None, false)),
            (
                "307 elsewhere",
                vec![Step::status(307).header("location", "https://else.test/")],
                (2, None, false),
                fails(1, Redirect, false),
            ),
            (
                "307 unencrypted",
                vec![Step::status(307).header("location", "http://api.test/")],
                fails(1, Redirect, false),
                fails(1, Redirect, false),
            ),
            (
                "307 in circles",
                vec![Step::status(307).header("location", "/"); 11],
                fails(11, Redirect, false),
                fails(11, Redirect, false),
            ),
            (
                "303, then 429",
                vec![Step::status(303).header("location", "/"), Step::status(429)],
                (3, None, false),
                fails(2, Status, true),
            ),
            (
                "303, then 404",
                vec![Step::status(303).header("location", "/"), Step::status(404)],
                fails(2, Status, false),
                fails(2, Status, true),
            ),
            ("large", vec![Step::json(" ".repeat(2_000))], fails(1, TooLarge, true), fails(1, TooLarge, true)),
        ];
        for (name, steps, for_get, for_post) in cases {
            for (method, expected) in [("GET", for_get), ("POST", for_post)] {
                let script = Script::new(steps.clone());
                let client = script.builder().max_response_size(1_000).build().unwrap();
                let request = if method == "GET" { get(&client, "1") } else { post(&client) };
                let error = request.call::<Value>().await.err();
                let carried_out = error.as_ref().is_some_and(Error::may_have_been_carried_out);
                let got = (script.log().len(), error.as_ref().map(Error::kind), carried_out);
                assert_eq!(got, expected, "{name}, {method}: {error:?}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn waits_and_limits() {
        type Case = (&'static str, Vec<Step>, fn(&mut Request), bool, Duration, Duration);
        let ms = Duration::from_millis;
        let wish = |wish: &str| vec![Step::status(429).header("retry-after", wish)];
        let set = |_: &mut Request| {};
        let cases: [Case; 8] = [
            ("the server's wish", wish("3"), set, true, ms(3_000), ms(3_000)),
            ("backoff", vec![Step::status(500), Step::status(500)], set, true, ms(1_125), ms(1_500)),
            (
                "timeout of attempts",
                vec![Step::Stall; 3],
                |request| request.timeout(Duration::from_secs(1)),
                false,
                ms(4_125),
                ms(4_501),
            ),
            (
                "deadline",
                vec![Step::Stall; 3],
                |request| request.deadline(Duration::from_secs(7)),
                false,
                ms(7_000),
                ms(7_001),
            ),
            (
                "deadline over attempts",
                vec![Step::Stall; 9],
                |request| {
                    request.timeout(Duration::from_secs(2));
                    request.deadline(Duration::from_secs(7));
                    request.max_retries(9);
                },
                false,
                ms(6_000),
                ms(7_001),
            ),
            (
                "a wait beyond the deadline",
                wish("30"),
                |request| request.deadline(Duration::from_secs(7)),
                false,
                ms(0),
                ms(0),
            ),
            (
                "a wait without end",
                wish("1e19"),
                |request| {
                    request.deadline(Duration::from_secs(7));
                    request.retry_policy(RetryPolicy::new().max_retry_after(Duration::MAX));
                },
                false,
                ms(0),
                ms(0),
            ),
            ("no repetition", vec![Step::status(500)], |request| request.max_retries(0), false, ms(0), ms(0)),
        ];
        for (name, steps, change, succeeds, at_least, at_most) in cases {
            let script = Script::new(steps);
            let mut request = get(&script.client(), "1");
            change(&mut request);
            let start = Instant::now();
            let outcome = request.call::<Value>().await;
            let took = start.elapsed();
            assert_eq!(outcome.is_ok(), succeeds, "{name}: {outcome:?}");
            assert!((at_least..=at_most + ms(5)).contains(&took), "{name}: {took:?}");
        }
    }

    /// A program that does something else for too long wakes up late.
    #[tokio::test]
    async fn nothing_is_sent_after_the_deadline() {
        let script = Script::new([Step::status(429).header("retry-after-ms", "20")]);
        let mut request = post(&script.client());
        request.deadline(Duration::from_millis(200));
        let busy = async { std::thread::sleep(Duration::from_millis(300)) };
        let (outcome, ()) = tokio::join!(request.call::<Value>(), busy);
        let error = outcome.unwrap_err();
        assert!(error.is_rate_limited() && !error.may_have_been_carried_out(), "{error:?}");
        assert_eq!(script.log().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn repetition_of_what_may_have_been_carried_out_must_be_asked_for() {
        let script =
            Script::new([Step::Fail(TransportErrorKind::Interrupted), Step::Fail(TransportErrorKind::Connect)]);
        let mut request = post(&script.client());
        request.retry_policy(RetryPolicy::new().resend_ambiguous(true).max_retries(1));
        let error = request.call::<Value>().await.unwrap_err();
        assert_eq!((error.kind(), error.attempts(), error.may_have_been_carried_out()), (ErrorKind::Connect, 2, true));
        assert_eq!(
            error.to_string(),
            "POST /things: no connection could be made; after 2 attempts; the request may have been carried out"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_failing_server_is_not_buried() {
        let script = Script::new(vec![Step::status(500); 1_000]);
        let client = script.client();
        for _ in 0..200 {
            let _ = get(&client, "1").call::<Value>().await;
        }
        assert_eq!(script.log().len(), 200 + 100);
        // It says why it does not do what its policy says.
        let error = get(&client, "1").call::<Value>().await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "GET /things/{id}: 500 Internal Server Error; \
             it is not sent again, since too many requests of this client have failed"
        );
    }

    #[tokio::test]
    async fn what_goes_out() {
        let script = Script::default();
        let client =
            script.builder().header("x-all", "a").header("accept", "b").user_agent("orders/1").build().unwrap();
        let mut request = get(&client, "a/b c?");
        request.query("q", vec!["x".to_owned(), "y".to_owned()]);
        request.query("q", "z&".to_owned());
        request.extra_query("e".to_owned(), "é".to_owned());
        request.extra_header("X-One".to_owned(), "1".to_owned());
        request.call_for_nothing().await.unwrap();
        let mut create = post(&client);
        create.extra_body("more".to_owned(), json!([1]));
        create.body(&json!({"name": "n", "more": 0})).call_for_nothing().await.unwrap();
        Request::new(&client, &POST).call_for_nothing().await.unwrap();

        let log = script.log();
        assert_eq!(log[0].url, "https://api.test/base/things/a%2Fb%20c%3F?q=z%26&e=%C3%A9");
        assert_eq!((log[0].method, log[0].body.clone()), (Method::Get, None));
        assert_eq!(
            (log[0].headers.get("x-all"), log[0].headers.get("accept"), log[0].headers.get("x-one")),
            (Some("a"), Some("b"), Some("1"))
        );
        assert_eq!(log[0].headers.get("content-type"), None);
        assert_eq!(log[0].headers.get("user-agent"), Some(format!("{} orders/1", API.user_agent).as_str()));
        if API.schemes.first().is_some_and(|scheme| scheme.auth == Auth::Bearer) {
            assert_eq!(log[0].headers.get("authorization"), Some("Bearer KEY-test"));
        }
        let body: Value = serde_json::from_slice(log[1].body.as_deref().unwrap()).unwrap();
        assert_eq!(body, json!({"more": [1], "name": "n"}));
        assert_eq!(log[1].headers.get("content-type"), Some("application/json"));
        assert_eq!((log[2].body.as_deref(), log[2].headers.get("content-type")), (Some([].as_slice()), None));
        assert!(!format!("{log:?}").contains("KEY"), "{log:?}");
    }

    #[tokio::test]
    async fn the_key_stays_at_home() {
        let there = Step::status(307).header("location", "https://else.test/file?x=1");
        let back = Step::status(307).header("location", "https://api.test/base");
        let script = Script::new([there, back]);
        let mut request = get(&script.client(), "1");
        request.extra_header("x-secret".to_owned(), "s".to_owned());
        request.call_for_nothing().await.unwrap();
        let names = |at: usize| script.log()[at].headers.iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
        assert!(names(0).contains(&"x-secret".to_owned()));
        assert_eq!(names(1), ["accept", "user-agent"]);
        // Who has been elsewhere does not get it back: the other origin chose where to go.
        assert_eq!(names(2), ["accept", "user-agent"]);
    }

    #[tokio::test]
    async fn a_body_stays_at_home() {
        let here = Step::status(307).header("location", "/base/other");
        let there = Step::status(307).header("location", "https://else.test/file");
        let script = Script::new([here, there]);
        // Some search by GET with a body.
        let error = get(&script.client(), "1").body(&json!({"name": "n"})).call_for_nothing().await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "GET /things/{id}: the server redirects by 307 Temporary Redirect: \
             following it would send the request to another origin; status 307"
        );
        let log = script.log();
        assert_eq!(log.len(), 2);
        assert_eq!(log[1].url, "https://api.test/base/other");
        assert_eq!((&log[1].body, &log[1].headers), (&log[0].body, &log[0].headers));
        assert!(log[0].body.is_some());
    }

    #[tokio::test]
    async fn what_must_not_go_out() {
        let script = Script::default();
        let client = script.client();
        for (id, what) in [("", "must not be empty"), (".", "must not be `.`"), ("..", "must not be `..`")] {
            let error = get(&client, id).call_for_nothing().await.unwrap_err();
            assert!(error.is_invalid_request() && error.to_string().contains(what), "{error}");
        }
        let mut request = get(&client, "1");
        request.extra_header("x".to_owned(), "a\r\nb: c".to_owned());
        let error = request.call_for_nothing().await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "GET /things/{id}: the value of the header `x` holds a control character, such as a line break"
        );
        assert_eq!((error.attempts(), error.may_have_reached_server()), (0, false));
        assert!(Request::new(&client, &GET).call_for_nothing().await.unwrap_err().is_invalid_request());
        let mut request = get(&client, "1");
        request.query("q", f64::NAN);
        assert!(request.call_for_nothing().await.unwrap_err().is_invalid_request());
        let error = get(&client, &"a".repeat(70_000)).call_for_nothing().await.unwrap_err();
        assert!(error.is_invalid_request() && error.to_string().contains("its URL would have 70029 bytes"), "{error}");
        // What is left of a program's time may be none.
        for change in [Request::timeout, Request::deadline] {
            let mut request = post(&client);
            change(&mut request, Duration::ZERO);
            let error = request.call_for_nothing().await.unwrap_err();
            assert!(error.is_timeout() && error.attempts() == 0 && !error.may_have_reached_server(), "{error:?}");
        }
        assert!(script.log().is_empty());
    }

    /// A stream is gone once it was read, and nothing but a pipe tells that it is one.
    #[tokio::test]
    async fn bodies_that_would_be_sent_in_part() {
        let script = Script::default();
        let upload = |upload: FileUpload| {
            let mut request = Request::new(&script.client(), &POST);
            request.upload(upload);
            request
        };
        let request = upload(FileUpload::stream(Box::pin(Never)));
        request.clone().call_for_nothing().await.unwrap();
        let error = request.call_for_nothing().await.unwrap_err();
        assert!(error.is_file() && !error.may_have_reached_server(), "{error:?}");
        assert!(error.to_string().ends_with("its body is a stream that has been sent before; give it a new one"));
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path(), &folder.path().join("none"), Path::new("/dev/null")] {
            let error = upload(FileUpload::file(path)).call_for_nothing().await.unwrap_err();
            assert!(error.is_file() && !error.may_have_reached_server(), "{error:?}");
        }
        assert_eq!(script.log().len(), 1);
    }

    /// A stream without pieces.
    struct Never;

    impl futures_core::Stream for Never {
        type Item = Result<Bytes, std::io::Error>;

        fn poll_next(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            std::task::Poll::Ready(None)
        }
    }

    #[tokio::test]
    async fn bodies_that_are_not_what_the_document_promises() {
        crate::runtime::codec::object! { Thing { 0 id: Required "id", 1 size: Optional "size" } }
        #[derive(Default)]
        struct Thing {
            id: String,
            size: Option<i64>,
        }
        crate::runtime::codec::object! { Lax { 0 size: Optional "size" } }
        #[derive(Default)]
        struct Lax {
            size: Option<i64>,
        }
        let html = Step::Respond(200, vec![("content-type", "text/html".to_owned())], "<html>".to_owned());
        let plain = |body: &str| Step::Respond(200, Vec::new(), body.to_owned());
        let cases = [
            (Step::status(204), "the response is empty, though the document promises JSON", None),
            (plain(" \n"), "the response is empty, though the document promises JSON", None),
            (html, "the response is text/html, though the document promises JSON", None),
            (plain("<html>"), "the response can't be decoded: expected value at the top level (byte 0)", Some("")),
            (
                plain("null"),
                "the response can't be decoded: invalid type: null, expected an object with the member `data` at the top level (byte 4)",
                Some(""),
            ),
            (plain("{}"), "the response can't be decoded: missing field `data` at the top level (byte 2)", Some("")),
            (
                plain(r#"{"data":[{"id":"a"},{"size":1}]}"#),
                "the response can't be decoded: missing field `id` at data[1] (byte 30)",
                Some("data[1]"),
            ),
            (
                plain("{\"data\":[\n {\"id\":\"a\",\"size\":\"Jane Doe\"}]}"),
                "the response can't be decoded: invalid type: string, expected i64 at data[0].size (byte 38)",
                Some("data[0].size"),
            ),
            (
                plain(r#"{"data":[{"id":"a"}"#),
                "the response can't be decoded: EOF while parsing a list at data[0] (byte 19)",
                Some("data[0]"),
            ),
            (
                plain(r#"{"data":[]}{}"#),
                "the response can't be decoded: trailing characters at the top level (byte 11)",
                Some(""),
            ),
        ];
        for (step, expected, path) in cases {
            let script = Script::new([step.clone().header("x-request-id", "r-1")]);
            let call: Call<Vec<Thing>> = get(&script.client(), "1").member("data").call();
            let error = call.await.unwrap_err();
            assert!(error.is_decode() && error.may_have_been_carried_out(), "{error:?}");
            let Step::Respond(status, _, body) = step else { panic!() };
            assert_eq!(error.to_string(), format!("GET /things/{{id}}: {expected}; status {status}; request id r-1"));
            assert_eq!((error.json_path(), error.status(), &error.body()[..]), (path, Some(status), body.as_bytes()));
        }
        let said = "the response lists errors, though its status is one of success; status 200";
        let answer = plain(r#"{"errors":[{"title":"no"}],"meta":{}}"#);
        let none = plain(r#"{"data":[],"errors":{"name":["is wrong"]}}"#);
        let script = Script::new([answer.clone(), answer.clone(), answer, none, plain(r#"{"errors":[],"a":1}"#)]);
        let list = get(&script.client(), "1").member("data").call::<Vec<Thing>>().await.unwrap_err();
        assert!(list.to_string().contains("missing field `data`") && list.to_string().ends_with(said), "{list}");
        let nothing = get(&script.client(), "1").call_for_nothing().await.unwrap_err();
        let lax = get(&script.client(), "1").call::<Lax>().await.unwrap_err();
        let empty = get(&script.client(), "1").member("data").call::<Vec<Thing>>().await.unwrap_err();
        for error in [nothing, lax, empty] {
            assert!(error.is_decode() && error.may_have_been_carried_out(), "{error:?}");
            assert_eq!(error.to_string(), format!("GET /things/{{id}}: {said}"));
        }
        get(&script.client(), "1").call::<Lax>().await.unwrap();
        // A mark before the text is no part of it.
        let script = Script::new([plain("\u{feff}{\"data\":[{\"id\":\"a\"}]}"), plain("\u{feff}")]);
        let call = || get(&script.client(), "1").member("data").call::<Vec<Thing>>();
        assert_eq!(call().await.unwrap()[0].id, "a");
        assert!(call().await.unwrap_err().to_string().contains("the response is empty"));
        let script = Script::new([plain("anything"), Step::status(204)]);
        get(&script.client(), "1").call_for_nothing().await.unwrap();
        assert!(get(&script.client(), "1").call_for_body::<Bytes>().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn errors_of_the_server_are_read_and_hold_no_secrets() {
        let secret = API.redact.first().copied().unwrap_or("unused");
        let body = json!({"errors": [{
            "code": "10015", "title": "Invalid value", "detail": "4711 is wrong, KEY-test too", "source": {"pointer": "/phone"},
            "meta": {"got": "4711"},
        }, {"title": "Other"}]});
        let answer = Step::Respond(422, vec![("x-request-id", "r-1".to_owned())], body.to_string());
        let script = Script::new([answer]);
        let request = Request::new(&script.client(), &POST).body(&json!({"a": [{secret: "4711"}]}));
        let error = request.call::<Value>().await.unwrap_err();
        assert!(error.is_validation() && error.api_errors().len() == 2);
        assert_eq!(error.api_errors()[0].pointer.as_deref(), Some("/phone"));
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("KEY-test"), "{shown}");
        if !API.redact.is_empty() {
            assert!(!shown.contains("4711"), "{shown}");
            assert_eq!(
                error.to_string(),
                "POST /things: 422 Unprocessable Content: Invalid value: [redacted] is wrong, [redacted] too, code 10015, \
                 at /phone of the body (and 1 more); request id r-1"
            );
        }
    }

    /// Wherever a request holds a value that is marked, the server's echo of it is not shown.
    #[tokio::test]
    async fn secrets_are_known_wherever_they_stand() {
        static FORM: Operation = Operation { content_type: "application/x-www-form-urlencoded", ..POST };
        const NAME: &str = "Jane Döe";
        let Some(secret) = API.redact.first().copied() else { return };
        let client = |echo: &str| {
            let body = json!({"errors": [{"title": format!("not {echo}!"), "meta": {"all": [echo]}}]});
            Script::new([Step::Respond(400, Vec::new(), body.to_string())]).client()
        };
        let nested = json!({"a": [{secret: {"deep": [NAME]}}]});
        let mut part = Request::new(&client(NAME), &POST);
        part.part("holder", json!({secret: NAME}));
        let mut query = get(&client(NAME), "1");
        query.query("filter", json!({secret: NAME}));
        let mut further_query = get(&client(NAME), "1");
        further_query.extra_query(format!("filter[{secret}][eq]"), NAME.to_owned());
        let cases = [
            ("body", NAME, Request::new(&client(NAME), &POST).body(&nested)),
            ("number", "47110", Request::new(&client("47110"), &POST).body(&json!({secret: 47_110}))),
            ("form", NAME, Request::new(&client(NAME), &FORM).body(&json!({secret: NAME}))),
            ("part", NAME, part),
            ("query", NAME, query),
            ("further query", NAME, further_query),
        ];
        for (place, echo, request) in cases {
            let error = request.call::<Value>().await.unwrap_err();
            let shown = format!("{error} {error:?} {:?}", error.api_errors());
            assert!(shown.contains("[redacted]") && !shown.contains(echo), "{place}: {shown}");
            assert!(String::from_utf8_lossy(error.body()).contains(echo), "{place}");
        }
        // What is not marked is the server's to say.
        let error = get(&client(NAME), NAME).call::<Value>().await.unwrap_err();
        assert!(error.to_string().contains(NAME), "{error}");
    }

    #[test]
    fn without_a_runtime_there_is_an_error_and_no_panic() {
        let script = Script::default();
        let mut call = std::pin::pin!(get(&script.client(), "1").call_for_nothing());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let std::task::Poll::Ready(Err(error)) = call.as_mut().poll(&mut context) else { panic!() };
        assert!(error.is_invalid_request(), "{error}");
    }
}
