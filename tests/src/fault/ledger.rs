//! Who decides what the server does, and the books that are kept about it.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::act::Act;
use super::http::Received;

/// Decides what the server does.
pub trait Director: Send + Sync + 'static {
    /// What becomes of the next connection.
    fn connect(&self) -> Connect {
        Connect::Accept
    }

    /// Whether the request that is arriving is read. If it isn't, the connection is reset.
    fn reads(&self) -> bool {
        true
    }

    /// What is done with a request. What it carries out, it notes in its own ledger.
    fn act(&self, request: Received) -> Act;
}

/// What becomes of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connect {
    Accept,
    Refuse,
    Ignore,
}

/// What the server received, and which of it was carried out.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub received: Vec<Received>,
    /// Of each that was received, whether it was carried out.
    pub carried_out: Vec<bool>,
    /// How many connections were refused or ignored, or reset unread.
    pub turned_away: usize,
}

/// Plays a list of acts, one for each request, in the order in which they come.
#[derive(Debug)]
pub struct Script {
    steps: Mutex<VecDeque<Act>>,
    /// What is done when the list is through.
    then: Act,
    other: String,
    ledger: Mutex<Ledger>,
}

impl Script {
    /// A script. `other` is the origin that stands for `{other}` in headers.
    #[must_use]
    pub fn new(steps: impl IntoIterator<Item = Act>, then: Act, other: impl Into<String>) -> Self {
        Self { steps: Mutex::new(steps.into_iter().collect()), then, other: other.into(), ledger: Mutex::default() }
    }

    /// The books as they stand.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        lock(&self.ledger).clone()
    }

    /// Adds an act to the end of the list.
    pub fn push(&self, act: Act) {
        lock(&self.steps).push_back(act);
    }

    /// How many acts have not been played.
    #[must_use]
    pub fn left(&self) -> usize {
        lock(&self.steps).len()
    }

    /// Takes the next act if it is one of these.
    fn take_if(&self, is_it: impl Fn(&Act) -> bool) -> Option<Act> {
        let mut steps = lock(&self.steps);
        if !is_it(steps.front().unwrap_or(&self.then)) {
            return None;
        }
        Some(steps.pop_front().unwrap_or_else(|| self.then.clone()))
    }
}

impl Director for Script {
    fn connect(&self) -> Connect {
        let connect = match self.take_if(|act| matches!(act, Act::Refuse | Act::Ignore)) {
            Some(Act::Refuse) => Connect::Refuse,
            Some(_) => Connect::Ignore,
            None => return Connect::Accept,
        };
        lock(&self.ledger).turned_away += 1;
        connect
    }

    fn reads(&self) -> bool {
        let reads = self.take_if(|act| matches!(act, Act::ResetUnread)).is_none();
        lock(&self.ledger).turned_away += usize::from(!reads);
        reads
    }

    fn act(&self, request: Received) -> Act {
        let mut act = self.take_if(|_| true).unwrap_or_else(|| self.then.clone());
        let mut ledger = lock(&self.ledger);
        ledger.carried_out.push(act.carries_out());
        ledger.received.push(request);
        if let Act::Answer(answer) = &mut act {
            for (_, value) in &mut answer.headers {
                *value = expand(value, &self.other);
            }
        }
        act
    }
}

fn expand(value: &str, other: &str) -> String {
    let value = value.replace("{other}", other);
    let Some((before, seconds, after)) = value
        .split_once("{date")
        .and_then(|(before, rest)| rest.split_once('}').map(|(seconds, after)| (before, seconds, after)))
    else {
        return value;
    };
    let seconds: i64 = seconds.parse().unwrap_or_default();
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let now = SystemTime::now();
    let date = if seconds < 0 { now.checked_sub(distance) } else { now.checked_add(distance) };
    format!("{before}{}{after}", httpdate::fmt_http_date(date.unwrap_or(now)))
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
