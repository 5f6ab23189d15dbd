//! A server on loopback that notes what it receives and answers what it is told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::wire::Recorded;

/// A request as the server received it.
#[derive(Clone, Debug)]
pub struct Received {
    pub recorded: Recorded,
    pub headers: HeaderMap,
}

type Answer = dyn Fn(&Received) -> Response + Send + Sync;

struct Shared {
    received: Mutex<Vec<Received>>,
    answer: Box<Answer>,
}

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Server {
    /// Starts a server that answers every request with what `answer` makes of it.
    ///
    /// # Errors
    ///
    /// When no port is free.
    pub async fn start(answer: impl Fn(&Received) -> Response + Send + Sync + 'static) -> std::io::Result<Self> {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { received: Mutex::default(), answer: Box::new(answer) });
        let router = Router::new().fallback(handle).with_state(shared.clone());
        let task = tokio::spawn(async move {
            // The server lives as long as the test; there is nobody left to tell when it fails.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, shared, task })
    }

    /// The address below which the server plays the API.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}/v2", self.address)
    }

    /// Takes what has been received so far.
    #[must_use]
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.shared.received.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn handle(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response {
    let (head, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, 64 << 20).await.unwrap_or_default();
    let received = Received {
        recorded: Recorded {
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query: pairs(head.uri.query().unwrap_or_default()),
            accept: head
                .headers
                .get("accept")
                .map(|accept| String::from_utf8_lossy(accept.as_bytes()).into_owned())
                .unwrap_or_default(),
            body: if body.is_empty() {
                None
            } else {
                Some(
                    serde_json::from_slice(&body)
                        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&body).into_owned())),
                )
            },
        },
        headers: head.headers,
    };
    let answer = (shared.answer)(&received);
    shared.received.lock().unwrap_or_else(PoisonError::into_inner).push(received);
    answer
}

/// The decoded pairs of a query.
fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}
