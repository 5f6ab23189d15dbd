//! A server that stands in for the API of any OpenAPI document.
//!
//! Every request is held against the documents: path, query, headers, body. What does not fit is refused, and the
//! answer names each fault with its place. What fits is answered from the documents' examples or, with a seed, with
//! random values that fit. Nothing is kept in mind unless [`Options::stateful`] says so.
//!
//! [`Mock`] turns requests into answers and knows no network; [`Server`] puts it on a port of this machine.

mod answer;
mod check;
mod contract;
mod form;
mod parameters;
mod pattern;
mod sample;
mod schema;
mod server;
mod store;
mod token;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use codegen::generate;
use serde_json::{Value, json};

use crate::answer::{Answers, file, media_type};
use crate::check::{Accepted, Refusal, check};
use crate::contract::{Contract, essence, is_json};
use crate::store::{Plan, Session, Store};

pub use crate::server::{Observer, Server};

/// How the server answers.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Answers hold random values that fit; the same seed gives the same answers. Without it they hold examples.
    pub seed: Option<u64>,
    /// What is created can be retrieved, listed, changed and deleted.
    pub stateful: bool,
    /// How many items lists have that nothing was added to.
    pub items: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: None, stateful: false, items: 3 }
    }
}

/// A request as it came in.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// In capitals.
    pub method: String,
    /// As it was sent, without the query.
    pub path: String,
    /// As it was sent, without the question mark.
    pub query: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The cookie of this name.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let cookies = self.header("cookie")?.split(';').filter_map(|pair| pair.trim().split_once('='));
        cookies.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

/// Where a request is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// JSON pointer into the body.
    Pointer(String),
    /// A parameter of path, query or cookies.
    Parameter(String),
    Header(String),
    /// The request as such.
    Request,
}

/// Something in which a request differs from the documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pub source: Source,
    pub detail: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::Pointer(pointer) if pointer.is_empty() => write!(formatter, "the body {}", self.detail),
            Source::Pointer(pointer) => write!(formatter, "{pointer} {}", self.detail),
            Source::Parameter(name) => write!(formatter, "parameter `{name}` {}", self.detail),
            Source::Header(name) => write!(formatter, "header `{name}` {}", self.detail),
            Source::Request => formatter.write_str(&self.detail),
        }
    }
}

/// An answer and how it came about.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The operation that was meant, if one was.
    pub operation: Option<String>,
    /// What is wrong with the request.
    pub violations: Vec<Violation>,
    /// What is most likely a mistake in a request that nothing forbids.
    pub notes: Vec<Violation>,
    /// What is wrong with the answer: the documents hold no value that fits, and none was found at random.
    pub misfits: Vec<String>,
}

impl Answer {
    /// An answer to what no operation is asked.
    fn new(status: u16, media_type: &str, body: Vec<u8>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), media_type.to_owned())],
            body,
            operation: None,
            violations: Vec::new(),
            notes: Vec::new(),
            misfits: Vec::new(),
        }
    }
}

/// Turns requests into answers as documents say.
#[derive(Debug)]
pub struct Mock {
    contract: Contract,
    options: Options,
    plan: Plan,
    store: Mutex<Store>,
}

impl Mock {
    /// Reads a configuration (`sdk.yaml`) and the documents that it names, or the given documents in their place.
    ///
    /// # Errors
    ///
    /// All that is wrong with the documents, as the generator says it.
    pub fn load(specs: &[PathBuf], config: Option<&Path>, options: Options) -> Result<Self, String> {
        let mut loaded = generate::load(specs, config);
        let contract = Contract::new(&mut loaded)?;
        let plan = Plan::new(&contract);
        Ok(Self { contract, options, plan, store: Mutex::default() })
    }

    /// What the API is called.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.contract.title
    }

    /// Path below which the API stands, `/v2`; empty if there is none.
    #[must_use]
    pub fn base_path(&self) -> &str {
        &self.contract.base_path
    }

    /// Id, method and path of each operation.
    pub fn operations(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.contract.operations.iter().map(|one| (one.id.as_str(), one.method.as_str(), one.path.as_str()))
    }

    /// Answers a request whose body was not read.
    #[must_use]
    pub fn refuse_body(&self, reason: &str) -> Answer {
        refuse(Refusal::new(413, "Payload too large", Source::Pointer(String::new()), reason))
    }

    /// Answers a request.
    #[must_use]
    pub fn answer(&self, request: &Request) -> Answer {
        let answer = match preflight(request) {
            Some(answer) => Ok(answer),
            None if self.is_for_token(request) => Ok(token::answer(request)),
            None if request.method == "GET" && request.path == ELSEWHERE => Ok(elsewhere()),
            None => check(&self.contract, request).and_then(|accepted| self.succeed(&accepted, request)),
        };
        let mut answer = answer.unwrap_or_else(refuse);
        // Programs that run in a browser may read what comes from elsewhere only if it says so.
        if let Some(origin) = request.header("origin") {
            let names: Vec<&str> = answer.headers.iter().map(|(name, _)| name.as_str()).collect();
            let headers = [
                ("access-control-allow-origin", one_line(origin)),
                ("access-control-allow-credentials", "true".to_owned()),
                ("access-control-expose-headers", names.join(", ")),
            ];
            answer.headers.extend(headers.map(|(name, value)| (name.to_owned(), value)));
        }
        answer
    }

    /// Whether a request asks for a token, at a path that no operation has.
    fn is_for_token(&self, request: &Request) -> bool {
        let is_operation =
            || self.contract.below_base(&request.path).is_some_and(|path| !self.contract.route(path).is_empty());
        request.method == "POST" && self.contract.token_paths.contains(&request.path) && !is_operation()
    }

    fn succeed(&self, accepted: &Accepted<'_>, request: &Request) -> Result<Answer, Refusal> {
        let operation = accepted.operation;
        let answers = Answers { contract: &self.contract, seed: self.options.seed, items: self.options.items };
        let path = self.contract.below_base(&request.path).unwrap_or(&request.path);
        let kept = if self.options.stateful {
            let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
            let mut session = Session { plan: &self.plan, answers: &answers, store: &mut store, path };
            session.answer(accepted)?
        } else {
            None
        };
        let (mut headers, misfits) = answers.headers(accepted);
        if [301, 302, 303, 307, 308].contains(&operation.success.status) {
            headers.retain(|(name, _)| !name.eq_ignore_ascii_case("location"));
            headers.push(("location".to_owned(), ELSEWHERE.to_owned()));
        }
        let mut answer = Answer {
            status: operation.success.status,
            headers,
            body: Vec::new(),
            operation: Some(operation.id.clone()),
            violations: Vec::new(),
            notes: accepted.notes.clone(),
            misfits,
        };
        if !answer.notes.is_empty() {
            let notes = answer.notes.iter().map(Violation::to_string).collect::<Vec<_>>().join(" | ");
            answer.headers.push(("mock-note".to_owned(), one_line(&notes)));
        }
        let Some((media_type, schema)) = media_type(accepted) else { return Ok(answer) };
        let is_open = essence(media_type).contains('*') && answers.is_json(schema);
        let media_type = if is_json(media_type) || is_open {
            let value = kept.unwrap_or_else(|| answers.json(accepted, schema));
            answer.misfits.extend(answers.misfits(schema, &value));
            answer.body = value.to_string().into_bytes();
            if is_open { "application/json".to_owned() } else { media_type.clone() }
        } else if let Some(text) = answers.text(accepted, media_type, schema) {
            answer.body = text.into_bytes();
            media_type.clone()
        } else {
            let (media_type, bytes) = file(media_type, &operation.id);
            answer.body = bytes;
            media_type
        };
        answer.headers.push(("content-type".to_owned(), media_type));
        Ok(answer)
    }
}

/// Where redirects lead: not to the places of the document, which are not on this machine.
const ELSEWHERE: &str = "/mock/elsewhere";

fn elsewhere() -> Answer {
    let (media_type, body) = file("text/plain", "what a redirect leads to");
    Answer::new(200, &media_type, body)
}

/// The answer to a browser that asks whether it may send a request.
fn preflight(request: &Request) -> Option<Answer> {
    let method = request.header("access-control-request-method").filter(|_| request.method == "OPTIONS")?;
    let headers = request.header("access-control-request-headers").unwrap_or_default();
    let allowed = [("access-control-allow-methods", method), ("access-control-allow-headers", headers)];
    Some(Answer {
        status: 204,
        headers: allowed.map(|(name, value)| (name.to_owned(), one_line(value))).to_vec(),
        body: Vec::new(),
        operation: None,
        violations: Vec::new(),
        notes: Vec::new(),
        misfits: Vec::new(),
    })
}

/// A text that can stand in a header.
fn one_line(text: &str) -> String {
    text.replace(|letter: char| !matches!(letter, ' '..='~'), "?")
}

/// A refusal as Telnyx words it: each fault with its place.
fn refuse(refusal: Refusal) -> Answer {
    let code = match refusal.status {
        401 => "10009",
        404 => "10005",
        _ => "10015",
    };
    let errors: Vec<Value> = refusal
        .violations
        .iter()
        .map(|violation| {
            let mut error = json!({ "code": code, "title": refusal.title, "detail": violation.to_string() });
            let source = match &violation.source {
                Source::Pointer(pointer) => json!({ "pointer": pointer }),
                Source::Parameter(name) => json!({ "parameter": name }),
                Source::Header(name) => json!({ "header": name }),
                Source::Request => Value::Null,
            };
            if let (Some(members), false) = (error.as_object_mut(), source.is_null()) {
                members.insert("source".to_owned(), source);
            }
            error
        })
        .collect();
    let mut answer =
        Answer::new(refusal.status, "application/json", json!({ "errors": errors }).to_string().into_bytes());
    answer.headers.extend(refusal.allow.map(|allow| ("allow".to_owned(), allow)));
    Answer { operation: refusal.operation, violations: refusal.violations, ..answer }
}
