//! The mock on a port of this machine.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

use crate::{Answer, Mock, Request};

/// Hears of every request and of what was answered.
pub type Observer = dyn Fn(&Request, &Answer) + Send + Sync;

/// The largest body that is read.
const MOST: usize = 64 * 1024 * 1024;

/// A mock that listens on loopback.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    mock: Arc<Mock>,
}

struct Shared {
    mock: Arc<Mock>,
    observer: Box<Observer>,
}

impl Server {
    /// Listens on a port of this machine; 0 takes one that is free.
    ///
    /// # Errors
    ///
    /// When the port is taken.
    pub async fn bind(mock: Arc<Mock>, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, mock })
    }

    /// The URL below which the API stands.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.address, self.mock.base_path())
    }

    /// Answers until the task ends; `observer` hears of everything.
    ///
    /// # Errors
    ///
    /// When the port can't be listened to any more.
    pub async fn run(self, observer: impl Fn(&Request, &Answer) + Send + Sync + 'static) -> io::Result<()> {
        let shared = Arc::new(Shared { mock: self.mock, observer: Box::new(observer) });
        let router = Router::new().fallback(handle).layer(DefaultBodyLimit::max(MOST)).with_state(shared);
        axum::serve(self.listener, router).await
    }
}

async fn handle(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let headers = headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let request = Request {
        method: method.as_str().to_owned(),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body: body.as_ref().map(|body| body.to_vec()).unwrap_or_default(),
    };
    let answer = match body {
        Ok(_) => shared.mock.answer(&request),
        Err(reason) => shared.mock.refuse_body(&format!("can't be read, or has more than {MOST} bytes: {reason}")),
    };
    (shared.observer)(&request, &answer);
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(answer.body)).unwrap_or_else(|error| {
        (StatusCode::INTERNAL_SERVER_ERROR, format!("the answer can't be sent: {error}")).into_response()
    })
}
