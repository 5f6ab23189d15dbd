//! What a call tells `tracing`, with the feature of that name; without it, nothing here does
//! anything.
//!
//! Only what the document, this crate and the protocol choose is told: ids and paths of operations
//! as the document spells them, statuses, kinds of errors, durations, request ids. Never told are
//! arguments, URLs, headers, bodies, and the texts of errors, which may repeat any of these.

#![cfg_attr(
    not(feature = "tracing"),
    allow(unused_variables, clippy::unused_self, reason = "without the feature nothing is told")
)]

use std::time::Duration;

use tokio::time::Instant;
#[cfg(all(feature = "tracing", feature = "blocking"))]
use tracing::instrument::WithSubscriber;
#[cfg(feature = "tracing")]
use tracing::{Instrument, Level, Span, field};

use crate::runtime::error::Error;
use crate::runtime::operation::Operation;
use crate::runtime::response::RawResponse;

/// What spans and events say that they come from: this crate.
#[cfg(feature = "tracing")]
const TARGET: &str = env!("CARGO_CRATE_NAME");

/// Tells an event inside of a span.
macro_rules! event {
    ($span:expr, $level:ident, $($fields:tt)+) => {{
        #[cfg(feature = "tracing")]
        tracing::event!(target: TARGET, parent: $span, Level::$level, $($fields)+);
    }};
}

/// The span of one call, from its first poll to its result.
///
/// It must be told how the call ends. If it is not, the call has been dropped.
pub(crate) struct Trace {
    #[cfg(feature = "tracing")]
    span: Span,
    #[cfg(feature = "tracing")]
    start: Instant,
    has_ended: bool,
}

impl Trace {
    pub(crate) fn start(operation: &Operation) -> Self {
        Self {
            #[cfg(feature = "tracing")]
            span: tracing::span!(
                target: TARGET,
                Level::INFO,
                "call",
                operation = operation.id,
                method = operation.method.as_str(),
                path = operation.path,
                status = field::Empty,
                error = field::Empty,
                attempts = field::Empty,
                request_id = field::Empty,
                duration_ms = field::Empty,
                otel.kind = "client",
                otel.status_code = field::Empty,
            ),
            #[cfg(feature = "tracing")]
            start: Instant::now(),
            has_ended: false,
        }
    }

    /// Lets everything that `work` does happen inside of the span.
    #[cfg(feature = "tracing")]
    pub(crate) fn hold<F: Future>(&self, work: F) -> impl Future<Output = F::Output> {
        work.instrument(self.span.clone())
    }

    #[cfg(not(feature = "tracing"))]
    pub(crate) fn hold<F: Future>(&self, work: F) -> F {
        work
    }

    pub(crate) fn attempt_starts(&self, attempt: u32) {
        event!(&self.span, DEBUG, attempt, "attempt starts");
    }

    pub(crate) fn redirected(&self, attempt: u32, status: u16) {
        event!(&self.span, DEBUG, attempt, status, "the server redirects");
    }

    /// The head of a response has come, and its body unless that is left to the caller.
    pub(crate) fn attempt_succeeded(&self, response: &RawResponse, start: Instant) {
        event!(
            &self.span,
            DEBUG,
            attempt = response.attempts,
            status = response.status,
            request_id = response.request_id().and_then(printable),
            duration_ms = milliseconds(start.elapsed()),
            "attempt succeeded"
        );
        #[cfg(feature = "tracing")]
        self.record(response.attempts, Some(response.status), response.request_id());
    }

    pub(crate) fn attempt_failed(&self, failure: &Error, start: Instant) {
        event!(
            &self.span,
            DEBUG,
            attempt = failure.attempts(),
            error = failure.kind().as_str(),
            status = failure.status(),
            request_id = failure.request_id().and_then(printable),
            may_have_been_carried_out = failure.may_have_been_carried_out(),
            duration_ms = milliseconds(start.elapsed()),
            "attempt failed"
        );
    }

    /// The request will be sent again after this wait.
    pub(crate) fn waits(&self, failure: &Error, wait: Duration) {
        event!(
            &self.span,
            WARN,
            attempt = failure.attempts(),
            error = failure.kind().as_str(),
            status = failure.status(),
            wait_ms = milliseconds(wait),
            "the request will be sent again after a wait"
        );
    }

    /// The request would be sent again if not so many others had failed.
    pub(crate) fn gives_up(&self, failure: &Error) {
        event!(
            &self.span,
            WARN,
            attempt = failure.attempts(),
            error = failure.kind().as_str(),
            status = failure.status(),
            "the request is not sent again: too many requests of this client have failed"
        );
    }

    pub(crate) fn succeeded(mut self) {
        self.has_ended = true;
        event!(&self.span, DEBUG, duration_ms = self.record_duration(), "call succeeded");
    }

    /// Gives the error back.
    pub(crate) fn failed(mut self, error: Error) -> Error {
        self.has_ended = true;
        #[cfg(feature = "tracing")]
        {
            self.record(error.attempts(), error.status(), error.request_id());
            self.span.record("error", error.kind().as_str());
            self.span.record("otel.status_code", "ERROR");
        }
        // Whoever gets the error decides whether it is worth more than this.
        event!(
            &self.span,
            DEBUG,
            error = error.kind().as_str(),
            status = error.status(),
            duration_ms = self.record_duration(),
            "call failed"
        );
        error
    }
}

#[cfg(feature = "tracing")]
impl Trace {
    fn record(&self, attempts: u32, status: Option<u16>, request_id: Option<&str>) {
        self.span.record("attempts", attempts);
        if let Some(status) = status {
            self.span.record("status", status);
        }
        if let Some(id) = request_id.and_then(printable) {
            self.span.record("request_id", id);
        }
    }

    fn record_duration(&self) -> f64 {
        let duration = milliseconds(self.start.elapsed());
        self.span.record("duration_ms", duration);
        duration
    }
}

#[cfg(feature = "tracing")]
impl Drop for Trace {
    fn drop(&mut self) {
        if !self.has_ended {
            event!(&self.span, DEBUG, duration_ms = self.record_duration(), "call dropped before its end");
        }
    }
}

/// Work for another thread, with the span and the subscriber of this one.
#[cfg(all(feature = "tracing", feature = "blocking"))]
pub(crate) fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> {
    work.in_current_span().with_current_subscriber()
}

#[cfg(all(not(feature = "tracing"), feature = "blocking"))]
pub(crate) fn carried<F: Future>(work: F) -> F {
    work
}

#[cfg(feature = "tracing")]
fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// A request id, unless it is nothing that a log should hold: the server chooses it.
#[cfg(feature = "tracing")]
fn printable(id: &str) -> Option<&str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+=|".contains(&byte);
    (id.len() <= 128 && id.bytes().all(is_plain)).then_some(id)
}
