//! Calls without `async`.
//!
//! All blocking calls of a process are carried out by one thread with a runtime of its own, and the
//! caller waits for the answer. So they work everywhere: in plain threads, and also inside of an
//! asynchronous runtime, where they hold up one of its threads like any other blocking code.

use std::cell::Cell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::io::{self, Read};
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::{OnceLock, mpsc};
use std::thread;

use bytes::{Buf, Bytes};
use futures_core::Stream;
use tokio::runtime::{Builder, Handle};

use crate::runtime::download::Download;
use crate::runtime::error::Error;
use crate::runtime::events::{Events, ServerEvent};
use crate::runtime::headers::Headers;
use crate::runtime::page::{Items, Page, Pages};
use crate::runtime::response::RawResponse;
use crate::runtime::trace;

thread_local! {
    static IS_OWN_THREAD: Cell<bool> = const { Cell::new(false) };
}

/// Whether this is the thread that carries out blocking calls.
pub(crate) fn is_own_thread() -> bool {
    IS_OWN_THREAD.get()
}

/// Carries out a call and waits for it.
pub(crate) fn wait<T: Send + 'static>(
    call: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    run(call)?
}

/// Runs a future on the thread for it and waits for its result.
fn run<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> Result<T, Error> {
    if is_own_thread() {
        // It would wait for itself.
        return Err(Error::invalid_request(
            "a blocking call must not be made from within a transport of a blocking call",
        ));
    }
    let (sender, receiver) = mpsc::sync_channel(1);
    let handle = handle()?;
    let task = handle.spawn(trace::carried(future));
    handle.spawn(async move {
        // The receiver waits below, so that it is there.
        let _ = sender.send(task.await);
    });
    match receiver.recv() {
        Ok(Ok(result)) => Ok(result),
        // A transport of the caller's own has panicked: that is for the caller to see.
        Ok(Err(failure)) if failure.is_panic() => resume_unwind(failure.into_panic()),
        // Neither the task nor its runtime ever ends otherwise.
        Ok(Err(_)) | Err(_) => Err(Error::interrupted("the thread for blocking calls has ended")),
    }
}

fn handle() -> Result<&'static Handle, Error> {
    static HANDLE: OnceLock<Result<Handle, String>> = OnceLock::new();
    let handle = HANDLE.get_or_init(|| start().map_err(|error| error.to_string()));
    handle
        .as_ref()
        .map_err(|fault| Error::configuration(format!("the thread for blocking calls can't be started: {fault}")))
}

fn start() -> std::io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new().name("blocking-calls".to_owned()).spawn(move || {
        IS_OWN_THREAD.set(true);
        runtime.block_on(std::future::pending::<()>());
    })?;
    Ok(handle)
}

/// Waits for the next item of a stream; without the stream, which is lost with the thread, there is none.
fn next<S, T>(stream: &mut Option<S>) -> Option<Result<T, Error>>
where
    S: Stream<Item = Result<T, Error>> + Unpin + Send + 'static,
    T: Send + 'static,
{
    let mut advanced = stream.take()?;
    let advance = async move {
        let item = poll_fn(|context| Pin::new(&mut advanced).poll_next(context)).await;
        (item, advanced)
    };
    match run(advance) {
        Ok((item, advanced)) => {
            *stream = Some(advanced);
            item
        }
        Err(error) => Some(Err(error)),
    }
}

/// An iterator over all items of a list, which blocks the thread while a page is fetched.
///
/// After an error it ends.
#[must_use = "nothing is sent before the iterator is advanced"]
pub struct BlockingItems<T, M = ()>(Option<Items<T, M>>);

impl<T, M> BlockingItems<T, M> {
    pub(crate) fn new(items: Items<T, M>) -> Self {
        Self(Some(items))
    }
}

impl<T, M> Iterator for BlockingItems<T, M>
where
    T: Send + 'static,
    M: Send + 'static,
{
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        // Only every page is worth the way to the other thread.
        match self.0.as_mut()?.next_at_hand() {
            Some(item) => Some(Ok(item)),
            None => next(&mut self.0),
        }
    }
}

impl<T, M> fmt::Debug for BlockingItems<T, M> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BlockingItems")
    }
}

/// An iterator over the events of a response, which blocks the thread until the next one comes.
///
/// It ends as [`Events`] do.
#[must_use = "the events have not been read yet"]
pub struct BlockingEvents<T>(Option<Events<T>>);

impl<T> BlockingEvents<T> {
    #[allow(dead_code, reason = "few documents have events")]
    pub(crate) fn new(events: Events<T>) -> Self {
        Self(Some(events))
    }
}

impl<T: Send + 'static> Iterator for BlockingEvents<T> {
    type Item = Result<ServerEvent<T>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        next(&mut self.0)
    }
}

impl<T> fmt::Debug for BlockingEvents<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BlockingEvents")
    }
}

/// An iterator over all pages of a list, which blocks the thread while a page is fetched.
///
/// After an error it ends.
#[must_use = "nothing is sent before the iterator is advanced"]
pub struct BlockingPages<T, M = ()>(Option<Pages<T, M>>);

impl<T, M> BlockingPages<T, M> {
    pub(crate) fn new(pages: Pages<T, M>) -> Self {
        Self(Some(pages))
    }
}

impl<T, M> Iterator for BlockingPages<T, M>
where
    T: Send + 'static,
    M: Send + 'static,
{
    type Item = Result<Page<T, M>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        next(&mut self.0)
    }
}

impl<T, M> fmt::Debug for BlockingPages<T, M> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BlockingPages")
    }
}

/// A successful response whose body is still to come, read without `async`.
///
/// It implements [`Read`], so that it can be given to whatever reads:
///
/// ```text
/// let mut download = request.send_stream_blocking()?;
/// std::io::copy(&mut download, &mut std::io::stdout())?;
/// ```
///
/// What is said of [`Download`] holds for it, too: a body that breaks off ends with an error, never
/// as if it were whole. As an [`io::Error`] that error has the kind [`io::ErrorKind::Other`], and
/// its [`into_inner`](io::Error::into_inner) is the [`Error`]; [`try_next`](Self::try_next) gives it
/// as it is.
#[must_use = "the body has not been read yet"]
pub struct BlockingDownload {
    head: RawResponse,
    content_length: Option<u64>,
    /// Absent only while the other thread reads.
    download: Option<Download>,
    /// What is left of the last piece.
    at_hand: Bytes,
}

impl BlockingDownload {
    pub(crate) fn new(download: Download) -> Self {
        let (head, content_length) = (download.head().clone(), download.content_length());
        Self { head, content_length, download: Some(download), at_hand: Bytes::new() }
    }

    /// Returns the status, between 200 and 299.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.head.status()
    }

    /// Returns the headers.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        self.head.headers()
    }

    /// Returns the id under which the server knows the request, for its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.head.request_id()
    }

    /// Returns how many times the request was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.head.attempts()
    }

    /// Returns how many bytes there will be in all; `None` if the server did not say, or sends them
    /// compressed.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.content_length
    }

    /// Waits for the next piece of the body; `Ok(None)` after the last one.
    ///
    /// # Errors
    ///
    /// If the connection breaks, the body ends too early, or the time runs out.
    pub fn try_next(&mut self) -> Result<Option<Bytes>, Error> {
        if !self.at_hand.is_empty() {
            return Ok(Some(std::mem::take(&mut self.at_hand)));
        }
        let mut download = self.download.take().ok_or_else(|| Error::interrupted("an earlier read was given up"))?;
        let (piece, download) = run(async move {
            let piece = download.try_next().await;
            (piece, download)
        })?;
        self.download = Some(download);
        piece
    }
}

impl Read for BlockingDownload {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at_hand.is_empty() && !buffer.is_empty() {
            match self.try_next().map_err(io::Error::other)? {
                Some(piece) => self.at_hand = piece,
                None => return Ok(0),
            }
        }
        let count = buffer.len().min(self.at_hand.len());
        let (filled, _) = buffer.split_at_mut(count);
        self.at_hand.copy_to_slice(filled);
        Ok(count)
    }
}

impl fmt::Debug for BlockingDownload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("BlockingDownload").field("head", &self.head).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::time::Duration;

    use serde_json::Value;

    use super::*;
    use crate::runtime::client::Client;
    use crate::runtime::request::Request;
    use crate::runtime::script::{GET, Script, Step};
    use crate::runtime::testing::{MockReply, MockTransport};
    use crate::runtime::transport::{BoxFuture, Transport, TransportError, TransportRequest, TransportResponse};

    fn call(script: &Script) -> Result<Value, Error> {
        wait(Request::new(&script.client(), &GET).path("id", "1").call())
    }

    #[test]
    fn calls_work_without_a_runtime() {
        let script = Script::new([Step::json("[1]"), Step::status(404)]);
        assert_eq!(call(&script).unwrap(), Value::from(vec![1]));
        assert!(call(&script).unwrap_err().is_not_found());
    }

    #[test]
    fn files_are_saved_without_a_runtime() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("loa.pdf");
        let script = Script::new([Step::json("[1]"), Step::status(404)]);
        let save = || wait(Request::new(&script.client(), &GET).path("id", "1").call_save(path.clone()));
        assert_eq!(save().unwrap().size(), 3);
        assert!(save().unwrap_err().is_not_found());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "[1]");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn calls_work_inside_of_a_runtime() {
        let script = Script::new([Step::json("[1]")]);
        assert_eq!(call(&script).unwrap(), Value::from(vec![1]));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn calls_work_on_all_threads_of_a_runtime() {
        let on_worker = tokio::spawn(async { call(&Script::new([Step::json("[1]")])) });
        assert_eq!(on_worker.await.unwrap().unwrap(), Value::from(vec![1]));
        let on_other = tokio::task::spawn_blocking(|| call(&Script::new([Step::json("[2]")])));
        assert_eq!(on_other.await.unwrap().unwrap(), Value::from(vec![2]));
    }

    fn download(reply: MockReply) -> Result<BlockingDownload, Error> {
        let mock = MockTransport::new();
        let _ = mock.on_any().reply_with(reply);
        let client = mock.client_builder().timeout(Duration::from_secs(5)).build().unwrap();
        wait(Request::new(&client, &GET).path("id", "1").call_stream()).map(BlockingDownload::new)
    }

    #[test]
    fn downloads_are_read_piece_by_piece() {
        let pieces = |text: &str| MockReply::new(200).text(text).in_pieces(4, Duration::ZERO);
        let mut whole =
            download(pieces("%PDF-1.7").header("content-length", "8").header("x-request-id", "r-1")).unwrap();
        assert_eq!((whole.status(), whole.attempts(), whole.request_id()), (200, 1, Some("r-1")));
        assert_eq!((whole.content_length(), whole.headers().get("content-length")), (Some(8), Some("8")));
        let mut first = [0; 3];
        whole.read_exact(&mut first).unwrap();
        assert_eq!(whole.try_next().unwrap().as_deref(), Some(b"F".as_slice()));
        let mut rest = String::new();
        whole.read_to_string(&mut rest).unwrap();
        assert_eq!((&first, rest.as_str()), (b"%PD", "-1.7"));
        assert_eq!((whole.read(&mut first).unwrap(), whole.try_next().unwrap()), (0, None));

        let mut short = download(pieces("%PDF-1.7").header("content-length", "9")).unwrap();
        let mut got = Vec::new();
        let error = short.read_to_end(&mut got).unwrap_err();
        let error = error.into_inner().unwrap().downcast::<Error>().unwrap();
        assert!(error.is_interrupted() && error.may_have_been_carried_out(), "{error}");
        assert_eq!((got.as_slice(), short.try_next().unwrap()), (b"%PDF-1.7".as_slice(), None));

        assert!(download(MockReply::new(404)).unwrap_err().is_not_found());
    }

    struct Panicking;

    impl Transport for Panicking {
        fn send(&self, _: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
            panic!("a fault of the caller's own")
        }
    }

    /// An error would have to say whether the request was carried out, which nobody knows.
    #[test]
    fn panics_of_transports_reach_the_caller() {
        let client = Client::builder().api_key("k").transport(Panicking).build().unwrap();
        let call = || wait(Request::new(&client, &GET).path("id", "1").call::<Value>());
        let panic = catch_unwind(AssertUnwindSafe(call)).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"a fault of the caller's own"));
        calls_work_without_a_runtime();
    }

    struct Nested(Client);

    impl Transport for Nested {
        fn send(&self, _: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
            let nested = wait(Request::new(&self.0, &GET).path("id", "1").call::<Value>()).unwrap_err();
            Box::pin(async move { Ok(TransportResponse::new(418, Headers::new(), nested.to_string())) })
        }
    }

    #[test]
    fn calls_that_would_wait_for_themselves_are_refused() {
        let inner = Script::new([Step::json("[1]")]).client();
        let client = Client::builder().api_key("k").transport(Nested(inner)).build().unwrap();
        let error = wait(Request::new(&client, &GET).path("id", "1").call::<Value>()).unwrap_err();
        assert_eq!(error.status(), Some(418));
        assert!(String::from_utf8_lossy(error.body()).contains("must not be made from within a transport"));
    }

    /// Connections of the caller's runtime are of no use while the call blocks it.
    #[tokio::test]
    async fn calls_do_not_wait_for_the_runtime_that_they_block() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            for stream in listener.incoming().take(2) {
                let mut stream = stream.unwrap();
                thread::spawn(move || {
                    let mut buffer = [0; 4_096];
                    while stream.read(&mut buffer).unwrap() > 0 {
                        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
                    }
                });
            }
        });
        let builder = Client::builder().api_key("k").base_url(url).no_proxy().timeout(Duration::from_secs(5));
        let client = builder.build().unwrap();
        let request = Request::new(&client, &GET).path("id", "1").body(&Value::Null);
        request.clone().call::<Value>().await.unwrap();
        wait(request.clone().call::<Value>()).unwrap();
        wait(request.call::<Value>()).unwrap();
        server.join().unwrap();
    }
}
