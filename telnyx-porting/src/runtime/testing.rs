//! What the tests of the runtime share: a transport that plays a script, and operations to try.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use tokio::time::{Sleep, sleep};

use crate::runtime::client::{Client, ClientBuilder};
use crate::runtime::headers::Headers;
use crate::runtime::operation::{Method, Operation};
use crate::runtime::transport::{
    Body, BoxFuture, Transport, TransportError, TransportErrorKind, TransportRequest, TransportResponse,
};

pub(crate) static GET: Operation =
    Operation { id: "get", method: Method::Get, path: "/things/{id}", ..Operation::DEFAULT };
pub(crate) static POST: Operation =
    Operation { id: "post", method: Method::Post, path: "/things", ..Operation::DEFAULT };

/// What the server does with one request.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Respond(u16, Vec<(&'static str, String)>, String),
    Fail(TransportErrorKind),
    /// Never answers.
    Stall,
    /// Sends a head, this many bytes with a wait before each, and the end.
    Drip(usize, Duration),
    /// Sends a head and part of a body, and breaks.
    Break(u16, &'static str),
}

impl Step {
    pub(crate) fn json(body: impl Into<String>) -> Self {
        Self::Respond(200, vec![("content-type", "application/json".to_owned())], body.into())
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::Respond(status, Vec::new(), String::new())
    }

    pub(crate) fn header(self, name: &'static str, value: &str) -> Self {
        match self {
            Self::Respond(status, mut headers, body) => {
                headers.push((name, value.to_owned()));
                Self::Respond(status, headers, body)
            }
            other => other,
        }
    }
}

/// Plays a script, and then answers everything with 200 `{}`.
#[derive(Clone, Default)]
pub(crate) struct Script {
    steps: Arc<Mutex<VecDeque<Step>>>,
    log: Arc<Mutex<Vec<TransportRequest>>>,
}

impl Script {
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: Arc::new(Mutex::new(steps.into_iter().collect())), log: Arc::default() }
    }

    /// A client that talks to the script.
    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder().api_key("KEY-test").base_url("https://api.test/base/").transport(self.clone())
    }

    /// What has been sent.
    pub(crate) fn log(&self) -> Vec<TransportRequest> {
        self.log.lock().unwrap().clone()
    }
}

impl Transport for Script {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        self.log.lock().unwrap().push(request);
        let step = self.steps.lock().unwrap().pop_front().unwrap_or_else(|| Step::json("{}"));
        Box::pin(async move {
            let broken = |kind| TransportError::new(kind, "scripted");
            match step {
                Step::Respond(status, headers, body) => {
                    Ok(TransportResponse::new(status, headers.into_iter().collect(), body))
                }
                Step::Fail(kind) => Err(broken(kind)),
                Step::Stall => std::future::pending().await,
                Step::Drip(count, every) => {
                    let drops = Drops { left: count, every, next: Box::pin(sleep(every)), end: None };
                    Ok(TransportResponse::new(200, Headers::new(), Body::stream(drops)))
                }
                Step::Break(status, body) => {
                    let end = Some(broken(TransportErrorKind::Interrupted));
                    let first = Duration::ZERO;
                    let drops = Drops { left: body.len(), every: first, next: Box::pin(sleep(first)), end };
                    Ok(TransportResponse::new(status, Headers::new(), Body::stream(drops)))
                }
            }
        })
    }
}

struct Drops {
    left: usize,
    every: Duration,
    next: Pin<Box<Sleep>>,
    end: Option<TransportError>,
}

impl Stream for Drops {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.left == 0 {
            return Poll::Ready(self.end.take().map(Err));
        }
        ready!(self.next.as_mut().poll(context));
        self.left -= 1;
        self.next = Box::pin(sleep(self.every));
        Poll::Ready(Some(Ok(Bytes::from_static(b" "))))
    }
}
