//! The body of a response on its way: time limits, its promised length, and its gathering.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};

use crate::runtime::error::{Error, ErrorKind, Reached};
use crate::runtime::execute::error_of;
use crate::runtime::transport::Body;

/// When an attempt must have ended.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// The time that the attempt may take.
    timeout: Duration,
    /// When the whole call must have ended.
    deadline: Option<Instant>,
    /// What comes first of the two.
    end: Option<Instant>,
}

impl Limits {
    pub(crate) fn of_attempt(timeout: Duration, deadline: Option<Instant>) -> Self {
        Self { timeout, deadline, end: earlier(Instant::now().checked_add(timeout), deadline) }
    }

    pub(crate) async fn hold<T>(&self, future: impl Future<Output = T>) -> Result<T, Error> {
        match self.end {
            Some(end) => timeout_at(end, future).await.map_err(|_| self.error("no complete answer came", end)),
            None => Ok(future.await),
        }
    }

    /// `what` did not happen before `end`.
    fn error(&self, what: &str, end: Instant) -> Error {
        let message = if Some(end) == self.deadline {
            format!("{what} before the deadline")
        } else {
            format!("{what} within {:?}", self.timeout)
        };
        Error::new(ErrorKind::Timeout, message).with_reached(Reached::Maybe)
    }
}

fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// A body as it comes in.
///
/// It ends with its last byte or with an error; a body that breaks off never looks whole.
pub(crate) struct Incoming {
    body: Body,
    received: u64,
    /// The length that the response's head promises.
    expected: Option<u64>,
    limits: Limits,
    pace: Pace,
    /// Runs while the next piece is waited for.
    timer: Option<Pin<Box<Sleep>>>,
    has_ended: bool,
}

/// What the time limit of an attempt holds for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// For the whole body.
    Hurried,
    /// For each piece of it, since nobody knows how long it is, nor how fast it is taken.
    Leisurely,
}

impl Incoming {
    pub(crate) fn new(body: Body, expected: Option<u64>, limits: &Limits) -> Self {
        let limits = *limits;
        Self { body, received: 0, expected, limits, pace: Pace::Hurried, timer: None, has_ended: false }
    }

    /// From now on the timeout holds for each piece, and only the deadline for the whole.
    pub(crate) fn at_leisure(&mut self) {
        self.pace = Pace::Leisurely;
    }

    /// How many bytes have come in.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    /// How many bytes there will be, if the server said so.
    pub(crate) fn expected(&self) -> Option<u64> {
        self.expected
    }

    /// Returns the next piece, or `None` after the last byte or an error.
    pub(crate) async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|context| self.poll_next(context)).await
    }

    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        let piece = match self.poll_piece(context) {
            Poll::Ready(piece) => piece,
            Poll::Pending => match self.poll_timer(context) {
                Poll::Ready(late) => Some(Err(late)),
                Poll::Pending => return Poll::Pending,
            },
        };
        self.has_ended = !matches!(piece, Some(Ok(_)));
        Poll::Ready(piece)
    }

    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        if self.pace == Pace::Leisurely {
            // The one who takes the pieces may be slow, too.
            if let Some(deadline) = self.limits.deadline.filter(|deadline| *deadline <= Instant::now()) {
                return Poll::Ready(Some(Err(self.limits.error("the response did not end", deadline))));
            }
        }
        self.body.poll_piece(context).map(|piece| match piece {
            Some(Ok(piece)) => {
                self.received = self.received.saturating_add(piece.len() as u64);
                if let Some(error) = self.too_long() {
                    return Some(Err(error));
                }
                if self.pace == Pace::Leisurely {
                    self.timer = None;
                }
                Some(Ok(piece))
            }
            Some(Err(error)) => Some(Err(error_of(error, true))),
            None => self.too_short().map(Err),
        })
    }

    fn too_short(&self) -> Option<Error> {
        let expected = self.expected.filter(|expected| self.received < *expected)?;
        let message = format!("the response ends after {} of {expected} bytes", self.received);
        Some(Error::new(ErrorKind::Interrupted, message).with_reached(Reached::Maybe))
    }

    /// HTTP/1.1 ends where the head says, but a transport of one's own may do otherwise.
    fn too_long(&self) -> Option<Error> {
        let expected = self.expected.filter(|expected| self.received > *expected)?;
        let message = format!("the response goes on after the {expected} bytes that it was to have");
        Some(Error::new(ErrorKind::Interrupted, message).with_reached(Reached::Maybe))
    }

    /// Ready when the time for the next piece is over.
    fn poll_timer(&mut self, context: &mut Context<'_>) -> Poll<Error> {
        let Self { timer, limits, pace, .. } = self;
        if timer.is_none() {
            let end = match pace {
                Pace::Hurried => limits.end,
                Pace::Leisurely => earlier(Instant::now().checked_add(limits.timeout), limits.deadline),
            };
            *timer = end.map(|end| Box::pin(sleep_until(end)));
        }
        let Some(timer) = timer else {
            return Poll::Pending;
        };
        let what = match pace {
            Pace::Hurried => "no complete answer came",
            Pace::Leisurely => "no more of the response came",
        };
        timer.as_mut().poll(context).map(|()| limits.error(what, timer.deadline()))
    }

    /// Gathers the body into `gathered`, which keeps what has come in if there is an error.
    pub(crate) async fn gather(&mut self, gathered: &mut Gathered) -> Result<(), Error> {
        while let Some(piece) = self.next().await {
            gathered.push(piece?)?;
        }
        Ok(())
    }
}

/// What has come in of a body that is held in memory.
pub(crate) struct Gathered {
    /// A body that comes in one piece is never copied.
    first: Bytes,
    all: BytesMut,
    expected: usize,
    limit: usize,
}

impl Gathered {
    /// `expected` is the length that the response's head promises.
    pub(crate) fn new(expected: Option<u64>, limit: usize) -> Self {
        let expected = expected.and_then(|expected| usize::try_from(expected).ok()).unwrap_or(0);
        Self { first: Bytes::new(), all: BytesMut::new(), expected, limit }
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        if self.all.is_empty() { self.first } else { self.all.freeze() }
    }

    fn len(&self) -> usize {
        self.first.len().max(self.all.len())
    }

    fn push(&mut self, piece: Bytes) -> Result<(), Error> {
        let length = self.len().saturating_add(piece.len());
        if length > self.limit {
            let message = format!("the response is larger than {} bytes, the most that is accepted", self.limit);
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        if self.len() == 0 {
            self.first = piece;
            return Ok(());
        }
        if self.all.is_empty() {
            self.all.reserve(self.expected.min(self.limit).max(length));
            self.all.extend_from_slice(&self.first);
        }
        self.all.extend_from_slice(&piece);
        Ok(())
    }
}
