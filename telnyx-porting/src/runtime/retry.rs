//! When a request is sent again, and after how long.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use crate::runtime::error::{Error, ErrorKind, Reached};
use crate::runtime::headers::Headers;

/// When a request that failed is sent again, and after how long.
///
/// A request is sent again after a connection that did not come about, and after the statuses 408,
/// 409 and 429. A request whose repetition does no harm (GET, PUT, DELETE) is also sent again after
/// a timeout, a broken connection and a server error (5xx). A request that might then be carried
/// out twice (POST, and PATCH unless the API says otherwise) is not, unless
/// [`resend_ambiguous`](Self::resend_ambiguous) allows it. A header `x-should-retry: true` or
/// `false` of the server's answer overrides all of this.
///
/// The wait before the n-th repetition is what the server asks for by `retry-after-ms` or
/// `Retry-After`, if it asks for no more than [`max_retry_after`](Self::max_retry_after). Otherwise
/// it is `first_delay * 2^(n - 1)`, at most `max_delay`, and shortened by up to a quarter at
/// random.
///
/// ```text
/// let patient = RetryPolicy::new().max_retries(5).delays(Duration::from_secs(1), Duration::from_secs(30));
/// let client = Client::builder().api_key(key).retry_policy(patient).build()?;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    pub(crate) max_retries: u32,
    first_delay: Duration,
    max_delay: Duration,
    max_retry_after: Duration,
    resend_ambiguous: bool,
}

impl RetryPolicy {
    /// Returns the standard policy: two repetitions, after half a second and a second,
    /// `Retry-After` honoured up to a minute.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            max_retries: 2,
            first_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(8),
            max_retry_after: Duration::from_secs(60),
            resend_ambiguous: false,
        }
    }

    /// Returns the policy that sends every request once.
    #[must_use]
    pub const fn never() -> Self {
        Self::new().max_retries(0)
    }

    /// Sets how many times a request is sent again at most; 2 unless set.
    #[must_use]
    pub const fn max_retries(mut self, max_retries: u32) -> Self {
        self.max_retries = max_retries;
        self
    }

    /// Sets the first wait and the longest one; half a second and 8 seconds unless set.
    #[must_use]
    pub const fn delays(mut self, first: Duration, longest: Duration) -> Self {
        self.first_delay = first;
        self.max_delay = longest;
        self
    }

    /// Sets the longest wait that a server may ask for; 60 seconds unless set. If it asks for more,
    /// its wish is ignored.
    #[must_use]
    pub const fn max_retry_after(mut self, longest: Duration) -> Self {
        self.max_retry_after = longest;
        self
    }

    /// Allows to send a request again although an earlier attempt may have been carried out; not
    /// allowed unless set.
    ///
    /// Only for operations that do no harm when they are carried out twice.
    #[must_use]
    pub const fn resend_ambiguous(mut self, allowed: bool) -> Self {
        self.resend_ambiguous = allowed;
        self
    }

    /// Whether a request may be sent again after this failure, its number of attempts aside.
    pub(crate) fn allows(&self, failure: &Error, idempotent: bool) -> bool {
        // Its result is to be had elsewhere, and only that could not be had.
        if !idempotent && failure.reached() == Reached::CarriedOut {
            return false;
        }
        let may_repeat = idempotent || self.resend_ambiguous;
        match (failure.kind(), should_retry(failure.headers())) {
            (ErrorKind::Status, Some(wish)) => wish,
            (ErrorKind::Status, None) => match failure.status() {
                Some(408 | 409 | 429) => true,
                Some(500..) => may_repeat,
                _ => false,
            },
            // Only the token was not to be had; the request was not sent.
            (ErrorKind::Credentials, _) => failure.status().is_some_and(|status| status == 429 || status >= 500),
            (ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Interrupted, _) => {
                may_repeat || failure.reached() < Reached::Maybe
            }
            _ => false,
        }
    }

    /// How long to wait before the next attempt, after `retries` repetitions. `random` is between 0
    /// and 1.
    pub(crate) fn delay(&self, failure: &Error, retries: u32, random: f64) -> Duration {
        if let Some(wish) = failure.retry_after().filter(|wish| !wish.is_zero() && *wish <= self.max_retry_after) {
            return wish;
        }
        let factor = 2_u32.checked_pow(retries).unwrap_or(u32::MAX);
        let full = self.first_delay.saturating_mul(factor).min(self.max_delay);
        full.saturating_sub(full.mul_f64(0.25 * random.clamp(0.0, 1.0)))
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

fn should_retry(headers: &Headers) -> Option<bool> {
    match headers.get("x-should-retry")?.trim() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Returns how long the server asks to wait: `retry-after-ms`, then `Retry-After` in seconds, then
/// as a date.
pub(crate) fn retry_after(headers: &Headers, now: SystemTime) -> Option<Duration> {
    let number = |name| headers.get(name)?.trim().parse::<f64>().ok();
    let duration = |seconds: f64| Duration::try_from_secs_f64(seconds).ok();
    let date = || {
        let date = httpdate::parse_http_date(headers.get("retry-after")?.trim()).ok()?;
        date.duration_since(now).ok()
    };
    let milliseconds = number("retry-after-ms").and_then(|milliseconds| duration(milliseconds / 1_000.0));
    milliseconds.or_else(|| number("retry-after").and_then(duration)).or_else(date)
}

/// Keeps a server that fails from being buried under repetitions.
///
/// Repetitions take from a store that successes fill. While most requests succeed nobody notices;
/// when hardly any does, only first attempts go out.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Budget {
    const FULL: u32 = 500;
    const RETRY: u32 = 5;
    const SUCCESS: u32 = 1;

    pub(crate) const fn new() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    /// Takes the price of one repetition, if there is enough left.
    pub(crate) fn take(&self) -> bool {
        let take = |left: u32| left.checked_sub(Self::RETRY);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    /// Notes a success that took this many repetitions; the last of them has earned its price back.
    pub(crate) fn give(&self, retries: u32) {
        let gain = if retries == 0 { Self::SUCCESS } else { Self::RETRY };
        let give = |left: u32| Some(left.saturating_add(gain).min(Self::FULL));
        // Never fails, since `give` never refuses.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, give);
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn failure(kind: ErrorKind, status: Option<u16>, headers: &[(&str, &str)]) -> Error {
        let headers: Headers = headers.iter().copied().collect();
        let retry_after = retry_after(&headers, SystemTime::UNIX_EPOCH);
        let sent = matches!(kind, ErrorKind::Timeout | ErrorKind::Interrupted);
        let reached = if sent { Reached::Maybe } else { Reached::No };
        let error = Error::new(kind, "").with_retry_after(retry_after).with_reached(reached);
        error.with_response(status.unwrap_or_default(), headers, Bytes::new())
    }

    #[test]
    fn only_harmless_repetitions_are_allowed() {
        let yes = [("x-should-retry", "true")].as_slice();
        let no = [("x-should-retry", "false")].as_slice();
        // After what; is it repeated if that does no harm, if it may, if the caller allows it?
        let cases = [
            (ErrorKind::Connect, None, &[][..], [true, true, true]),
            (ErrorKind::Timeout, None, &[], [true, false, true]),
            (ErrorKind::Interrupted, None, &[], [true, false, true]),
            (ErrorKind::Status, Some(408), &[], [true, true, true]),
            (ErrorKind::Status, Some(409), &[], [true, true, true]),
            (ErrorKind::Status, Some(429), &[], [true, true, true]),
            (ErrorKind::Status, Some(500), &[], [true, false, true]),
            (ErrorKind::Status, Some(503), &[], [true, false, true]),
            (ErrorKind::Status, Some(503), yes, [true, true, true]),
            (ErrorKind::Status, Some(503), no, [false, false, false]),
            (ErrorKind::Status, Some(429), no, [false, false, false]),
            (ErrorKind::Status, Some(400), &[], [false, false, false]),
            (ErrorKind::Status, Some(400), yes, [true, true, true]),
            (ErrorKind::Status, Some(422), &[], [false, false, false]),
            (ErrorKind::Decode, Some(200), yes, [false, false, false]),
            (ErrorKind::InvalidRequest, None, &[], [false, false, false]),
        ];
        for (kind, status, headers, expected) in cases {
            let failure = failure(kind, status, headers);
            let careful = RetryPolicy::new();
            let bold = RetryPolicy::new().resend_ambiguous(true);
            let got = [careful.allows(&failure, true), careful.allows(&failure, false), bold.allows(&failure, false)];
            assert_eq!(got, expected, "{kind:?} {status:?} {headers:?}");
        }
    }

    #[test]
    fn waits_follow_the_server_s_wish_within_reason() {
        let cases = [
            (&[][..], 500),
            (&[("retry-after-ms", "20")], 20),
            (&[("retry-after-ms", "20.5"), ("retry-after", "3")], 20),
            (&[("retry-after-ms", "soon"), ("retry-after", "3")], 3_000),
            (&[("Retry-After", "1.5")], 1_500),
            (&[("Retry-After", "60")], 60_000),
            (&[("Retry-After", "61")], 500),
            (&[("Retry-After", "0")], 500),
            (&[("Retry-After", "-3")], 500),
            (&[("Retry-After", "NaN")], 500),
            (&[("Retry-After", "inf")], 500),
            (&[("Retry-After", "1e300")], 500),
            (&[("Retry-After", "Thu, 01 Jan 1970 00:00:30 GMT")], 30_000),
            (&[("Retry-After", "Thu, 01 Jan 1970 00:02:00 GMT")], 500),
            (&[("Retry-After", "Wed, 31 Dec 1969 23:00:00 GMT")], 500),
        ];
        for (headers, expected) in cases {
            let failure = failure(ErrorKind::Status, Some(429), headers);
            assert_eq!(RetryPolicy::new().delay(&failure, 0, 0.0).as_millis(), expected, "{headers:?}");
        }
    }

    #[test]
    fn waits_grow_to_a_bound_and_are_shortened_at_random() {
        let failure = failure(ErrorKind::Connect, None, &[]);
        let policy = RetryPolicy::new();
        let delays = [0, 1, 2, 3, 4, 5, 40].map(|retries| policy.delay(&failure, retries, 0.0).as_millis());
        assert_eq!(delays, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
        assert_eq!(policy.delay(&failure, 0, 1.0).as_millis(), 375);
        assert_eq!(policy.delays(Duration::MAX, Duration::MAX).delay(&failure, 0, 0.0), Duration::MAX);
    }

    #[test]
    fn the_budget_runs_dry_and_recovers() {
        let budget = Budget::new();
        assert_eq!((0..1_000).filter(|_| budget.take()).count(), 100);
        budget.give(0);
        assert!(!budget.take());
        budget.give(1);
        assert!(budget.take());
    }
}
