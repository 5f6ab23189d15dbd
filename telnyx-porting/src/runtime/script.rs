//! What the tests of the runtime share: a transport that plays a script, and operations to try.

#![allow(clippy::unwrap_used, reason = "clippy takes only functions marked as tests for tests")]

use std::time::Duration;

use crate::runtime::client::{Client, ClientBuilder};
use crate::runtime::operation::{Method, Operation};
use crate::runtime::testing::{MockReply, MockRequest, MockRoute, MockTransport};
use crate::runtime::transport::TransportErrorKind;

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

impl From<Step> for MockReply {
    fn from(step: Step) -> Self {
        match step {
            Step::Respond(status, headers, body) => {
                let content_type = headers.iter().find(|(name, _)| *name == "content-type");
                let reply = Self::new(status).body(content_type.map_or("", |(_, value)| value), body);
                headers.into_iter().fold(reply, |reply, (name, value)| reply.header(name, value))
            }
            Step::Fail(kind) => Self::error(kind),
            Step::Stall => Self::never(),
            Step::Drip(count, every) => Self::new(200).text(" ".repeat(count)).in_pieces(1, every),
            Step::Break(status, body) => Self::new(status).text(body).breaks_off(),
        }
    }
}

/// Plays a script, and then answers everything with 200 `{}`.
#[derive(Clone)]
pub(crate) struct Script(MockTransport);

impl Default for Script {
    fn default() -> Self {
        Self::new([])
    }
}

impl Script {
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        let mock = MockTransport::new();
        let route = steps.into_iter().fold(mock.on_any(), MockRoute::reply_with);
        let _ = route.reply_with(Step::json("{}")).always();
        Self(mock)
    }

    /// A client that talks to the script.
    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder().api_key("KEY-test").base_url("https://api.test/base/").transport(self.0.clone())
    }

    /// What has been sent.
    pub(crate) fn log(&self) -> Vec<MockRequest> {
        self.0.requests()
    }
}
