//! The server at the other end of a pipe, as a transport for the client.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http_body_util::Full;
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use telnyx_porting::{
    Body, BoxFuture, Headers, Transport, TransportError, TransportErrorKind, TransportRequest, TransportResponse,
};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::http::{Line, serve};
use super::ledger::{Connect, Director};

/// A transport that opens a new pipe to the server for each request, whatever its host, and speaks HTTP over it by the
/// same library that carries the real one.
///
/// Nothing of it waits for the operating system, so the paused clock of tokio moves exactly when client and server both
/// wait for it.
#[derive(Clone)]
pub struct Memory {
    director: Arc<dyn Director>,
    connect_timeout: Duration,
}

impl Memory {
    #[must_use]
    pub fn new(director: Arc<dyn Director>, connect_timeout: Duration) -> Self {
        Self { director, connect_timeout }
    }

    async fn carry(&self, request: TransportRequest) -> Result<TransportResponse, TransportError> {
        match self.director.connect() {
            Connect::Accept => {}
            Connect::Refuse => return Err(TransportError::new(TransportErrorKind::Connect, "refused")),
            Connect::Ignore => {
                sleep(self.connect_timeout).await;
                return Err(TransportError::new(TransportErrorKind::ConnectTimeout, "ignored"));
            }
        }
        let (ours, theirs) = tokio::io::duplex(16 << 10);
        let is_reset = Arc::new(AtomicBool::new(false));
        tokio::spawn(serve(Far { pipe: theirs, is_reset: Arc::clone(&is_reset) }, Arc::clone(&self.director)));
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(Near { pipe: ours, is_reset })).await.map_err(broken)?;
        let task = Task(tokio::spawn(async move {
            // What goes wrong with the connection, the response tells.
            let _ = connection.await;
        }));
        let response = sender.send_request(request_of(&request)?).await.map_err(broken)?;
        let headers: Headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let status = response.status().as_u16();
        let pieces = Pieces { body: response.into_body(), _task: task };
        Ok(TransportResponse::new(status, headers, Body::stream(pieces)))
    }
}

impl Transport for Memory {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(self.carry(request))
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Memory").finish_non_exhaustive()
    }
}

fn request_of(request: &TransportRequest) -> Result<hyper::Request<Full<Bytes>>, TransportError> {
    let invalid = |error: String| TransportError::new(TransportErrorKind::InvalidRequest, error);
    let uri: hyper::Uri = request.url().parse().map_err(|_| invalid("not a URL".to_owned()))?;
    let host = uri.authority().map(ToString::to_string).unwrap_or_default();
    let target = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let mut builder = hyper::Request::builder().method(request.method.as_str()).uri(target).header("host", host);
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    let body = request.body.as_ref().and_then(Body::as_bytes);
    if body.is_some_and(Bytes::is_empty) {
        builder = builder.header("content-length", "0");
    }
    builder.body(Full::new(body.cloned().unwrap_or_default())).map_err(|error| invalid(error.to_string()))
}

fn broken(error: hyper::Error) -> TransportError {
    TransportError::new(TransportErrorKind::Interrupted, error)
}

/// The task of a connection, which ends with the response.
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct Pieces {
    body: Incoming,
    _task: Task,
}

impl Stream for Pieces {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(broken(error)))),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
            }
        }
    }
}

/// The server's end of a pipe.
struct Far {
    pipe: DuplexStream,
    is_reset: Arc<AtomicBool>,
}

impl Line for Far {
    async fn arrives(&mut self) -> bool {
        true
    }

    fn reset(self) {
        self.is_reset.store(true, Ordering::Release);
    }
}

/// The client's end of a pipe, for which a reset is not the same as an end.
struct Near {
    pipe: DuplexStream,
    is_reset: Arc<AtomicBool>,
}

impl AsyncRead for Near {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.pipe).poll_read(context, buffer))?;
        let is_end = buffer.filled().len() == before;
        Poll::Ready(if is_end && self.is_reset.load(Ordering::Acquire) {
            Err(io::ErrorKind::ConnectionReset.into())
        } else {
            Ok(())
        })
    }
}

macro_rules! write_through {
    ($name:ident) => {
        impl AsyncWrite for $name {
            fn poll_write(
                mut self: Pin<&mut Self>,
                context: &mut Context<'_>,
                bytes: &[u8],
            ) -> Poll<io::Result<usize>> {
                Pin::new(&mut self.pipe).poll_write(context, bytes)
            }

            fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
                Pin::new(&mut self.pipe).poll_flush(context)
            }

            fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
                Pin::new(&mut self.pipe).poll_shutdown(context)
            }
        }
    };
}

write_through! { Near }
write_through! { Far }

impl AsyncRead for Far {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.pipe).poll_read(context, buffer)
    }
}
