//! Bodies that are too large for the memory, or better kept in a file.
//!
//! Everything here is `#[inline]`, so that it is built in the crates that download something, and in no others.

use std::any::Any;
use std::fs::{self, File, OpenOptions};
use std::future::poll_fn;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use tokio::task::spawn_blocking;

use crate::runtime::decode::check_kind;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::execute::{Sink, Take, carry_out};
use crate::runtime::headers::Headers;
use crate::runtime::incoming::Incoming;
use crate::runtime::request::Request;
use crate::runtime::response::RawResponse;
use crate::runtime::trace::Trace;
use crate::runtime::transport::BoxFuture;

/// A successful response whose body is still to come: a stream of its pieces.
///
/// It implements [`Stream`], but needs no other crate:
///
/// ```text
/// let mut download = request.send_stream().await?;
/// let name = download.headers().get("content-disposition");
/// while let Some(piece) = download.try_next().await? { .. }
/// ```
///
/// The request's timeout holds for the wait for each piece, its deadline for all of them. What has
/// begun to come in is never asked for again. A body that breaks off, or that is not as long as the
/// server promised, ends with an error, never as if it were whole; after an error the stream ends.
/// To stop early, drop it.
#[must_use = "the body has not been read yet"]
pub struct Download {
    head: RawResponse,
    incoming: Incoming,
    /// There until the body has ended.
    trace: Option<Trace>,
}

impl Download {
    #[inline]
    pub(crate) fn new(head: RawResponse, incoming: Incoming, trace: Trace) -> Self {
        Self { head, incoming, trace: Some(trace) }
    }

    #[inline]
    pub(crate) fn head(&self) -> &RawResponse {
        &self.head
    }

    /// Returns the status, between 200 and 299.
    #[must_use]
    #[inline]
    pub fn status(&self) -> u16 {
        self.head.status()
    }

    /// Returns the headers.
    #[must_use]
    #[inline]
    pub fn headers(&self) -> &Headers {
        self.head.headers()
    }

    /// Returns the id under which the server knows the request, for its support.
    #[must_use]
    #[inline]
    pub fn request_id(&self) -> Option<&str> {
        self.head.request_id()
    }

    /// Returns how many times the request was sent.
    #[must_use]
    #[inline]
    pub fn attempts(&self) -> u32 {
        self.head.attempts()
    }

    /// Returns how many bytes the stream will give in all; `None` if the server did not say, or
    /// sends them compressed.
    #[must_use]
    #[inline]
    pub fn content_length(&self) -> Option<u64> {
        self.incoming.expected()
    }

    /// Returns the next piece of the body, or `None` after the last one.
    ///
    /// # Errors
    ///
    /// If the connection breaks, the body ends too early, or the time runs out.
    #[inline]
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Returns the next piece of the body, or `Ok(None)` after the last one, in the form that `?`
    /// and `while let` like.
    ///
    /// # Errors
    ///
    /// As for [`next`](Self::next).
    #[inline]
    pub async fn try_next(&mut self) -> Result<Option<Bytes>, Error> {
        self.next().await.transpose()
    }
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    #[inline]
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        this.incoming.poll_next(context).map(|piece| match piece {
            Some(Ok(piece)) => Some(Ok(piece)),
            Some(Err(error)) => {
                let error = this.head.explain(error);
                Some(Err(match this.trace.take() {
                    Some(trace) => trace.failed(error),
                    None => error,
                }))
            }
            None => {
                if let Some(trace) = this.trace.take() {
                    trace.succeeded();
                }
                None
            }
        })
    }
}

impl std::fmt::Debug for Download {
    #[inline]
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Download")
            .field("operation", &self.head.operation.id)
            .field("status", &self.head.status)
            .field("headers", &self.head.headers)
            .field("received", &self.incoming.received())
            .finish_non_exhaustive()
    }
}

/// A successful response whose body has been saved to a file.
#[derive(Clone, Debug)]
pub struct Saved {
    head: RawResponse,
    size: u64,
}

impl Saved {
    #[inline]
    pub(crate) fn new(head: RawResponse, size: u64) -> Self {
        Self { head, size }
    }

    /// Returns the size of the file in bytes.
    #[must_use]
    #[inline]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Returns the status, between 200 and 299.
    #[must_use]
    #[inline]
    pub fn status(&self) -> u16 {
        self.head.status()
    }

    /// Returns the headers, which may hold the name that the server would give the file.
    #[must_use]
    #[inline]
    pub fn headers(&self) -> &Headers {
        self.head.headers()
    }

    /// Returns the id under which the server knows the request, for its support.
    #[must_use]
    #[inline]
    pub fn request_id(&self) -> Option<&str> {
        self.head.request_id()
    }

    /// Returns how many times the request was sent.
    #[must_use]
    #[inline]
    pub fn attempts(&self) -> u32 {
        self.head.attempts()
    }
}

/// Sends a request, and leaves the body of a successful response to the caller.
#[inline]
pub(crate) fn open(request: Request) -> BoxFuture<'static, Result<Download, Error>> {
    Box::pin(async move {
        let trace = Trace::start(request.inner().operation);
        match trace.hold(carry_out(&request, &trace, Take::Head)).await {
            Ok((head, incoming)) => Ok(Download::new(head, incoming, trace)),
            Err(error) => Err(trace.failed(error)),
        }
    })
}

/// Sends a request, and writes the body of a successful response to a file.
#[inline]
pub(crate) fn save(request: Request, path: PathBuf) -> BoxFuture<'static, Result<Saved, Error>> {
    Box::pin(async move {
        let trace = Trace::start(request.inner().operation);
        let work = async {
            let mut file = PartialFile::new(path);
            let (head, _) = carry_out(&request, &trace, Take::Into(&mut file)).await?;
            check_kind(&request, &head)?;
            match file.finish().await {
                Ok(size) => Ok(Saved::new(head, size)),
                Err(error) => Err(head.explain(error)),
            }
        };
        match trace.hold(work).await {
            Ok(saved) => {
                trace.succeeded();
                Ok(saved)
            }
            Err(error) => Err(trace.failed(error)),
        }
    })
}

/// A file that takes its place under its name only when it is whole. Until then it has another name
/// in the same folder, and is removed when this is dropped.
struct PartialFile {
    /// Absent before it is opened, and while another thread works on it.
    open: Option<OpenFile>,
    target: PathBuf,
    /// What is still to be written.
    buffer: Vec<u8>,
    size: u64,
}

/// How much is gathered before it is written: each write is a trip to another thread.
const BUFFER_SIZE: usize = 256 << 10;

impl PartialFile {
    #[inline]
    fn new(target: PathBuf) -> Self {
        Self { open: None, target, buffer: Vec::new(), size: 0 }
    }

    /// Gives the file its name, and returns its size.
    #[inline]
    async fn finish(mut self) -> Result<u64, Error> {
        self.work(|file| file.sync_all()).await?;
        if let Some(open) = self.open.take() {
            // Not on another thread: there it would still happen after the call has been dropped.
            open.rename(&self.target).map_err(error_of)?;
        }
        // The name, too, should outlive a loss of power. The file is there whether this works or not.
        #[cfg(unix)]
        if let Some(folder) = self.target.parent().map(Path::to_owned) {
            let _ = on_other_thread(move || File::open(folder)?.sync_all()).await;
        }
        Ok(self.size)
    }

    #[inline]
    async fn write(&mut self) -> Result<(), Error> {
        let mut buffer = std::mem::take(&mut self.buffer);
        self.buffer = self
            .work(move |file| {
                file.write_all(&buffer)?;
                buffer.clear();
                Ok(buffer)
            })
            .await?;
        Ok(())
    }

    /// Lets another thread work on the file, since files can't be waited for.
    #[inline]
    async fn work<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut File) -> io::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let Some(mut open) = self.open.take() else {
            return Err(error_of(io::Error::other("an earlier access was given up")));
        };
        // If the call is dropped meanwhile, so is what the other thread gives back.
        let (open, result) = on_other_thread(move || {
            let result = work(&mut open.file);
            Ok((open, result))
        })
        .await
        .map_err(error_of)?;
        self.open = Some(open);
        result.map_err(error_of)
    }
}

impl Sink for PartialFile {
    #[inline]
    fn open(&mut self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            let target = std::mem::take(&mut self.target);
            let create = move || {
                // The current folder may change before the file takes its name.
                let target = std::path::absolute(target)?;
                if target.is_dir() || target.file_name().is_none() {
                    return Err(io::ErrorKind::IsADirectory.into());
                }
                // A device or a pipe would be gone, with a file in its place.
                if fs::metadata(&target).is_ok_and(|found| !found.is_file()) {
                    return Err(io::Error::other("what has its name is no regular file"));
                }
                let open = OpenFile::beside(&target)?;
                Ok((target, open))
            };
            let (target, open) = on_other_thread(create).await.map_err(error_of)?;
            (self.target, self.open) = (target, Some(open));
            Ok(())
        })
    }

    #[inline]
    fn fill<'a>(&'a mut self, incoming: &'a mut Incoming) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            self.buffer.clear();
            self.size = 0;
            self.work(|file| {
                file.set_len(0)?;
                file.rewind()
            })
            .await?;
            while let Some(piece) = incoming.next().await {
                self.buffer.extend_from_slice(&piece?);
                if self.buffer.len() >= BUFFER_SIZE {
                    self.write().await?;
                }
            }
            self.write().await?;
            self.size = incoming.received();
            Ok(())
        })
    }
}

/// A file under its temporary name, removed when this is dropped.
struct OpenFile {
    file: File,
    path: PathBuf,
    is_renamed: bool,
}

impl OpenFile {
    /// Creates a file in the folder of `target`, since names change hands at once only inside of
    /// one.
    #[inline]
    fn beside(target: &Path) -> io::Result<Self> {
        loop {
            let path = target.with_file_name(format!(".{:016x}.part", fastrand::u64(..)));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Self { file, path, is_renamed: false }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    #[inline]
    fn rename(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        self.is_renamed = true;
        Ok(())
    }
}

impl Drop for OpenFile {
    #[inline]
    fn drop(&mut self) {
        if !self.is_renamed {
            // Nobody is left to be told.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Works with files, which would hold up whatever else an asynchronous thread has to do.
#[inline]
pub(crate) async fn on_other_thread<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    // One type of task for all work: what tokio needs for a task is built once for each type.
    let task: Box<dyn FnOnce() -> Box<dyn Any + Send> + Send> = Box::new(move || Box::new(work()));
    let done = spawn_blocking(task).await.map_err(io::Error::other)?;
    match done.downcast() {
        Ok(result) => *result,
        Err(_) => Err(io::Error::other("the other thread has done other work")),
    }
}

#[inline]
fn error_of(error: io::Error) -> Error {
    Error::new(ErrorKind::File, format!("the file can't be written: {error}")).with_source(error)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};
    use tempfile::TempDir;
    use tokio::time::sleep;

    use super::*;
    use crate::runtime::client::Client;
    use crate::runtime::request::Request;
    use crate::runtime::script::{GET, POST};
    use crate::runtime::testing::{MockReply, MockRoute, MockTransport};
    use crate::runtime::transport::TransportErrorKind;

    const PDF: &str = "%PDF-1.7 of some pieces";

    fn pdf() -> MockReply {
        MockReply::new(200)
            .body("application/pdf", PDF)
            .header("content-length", PDF.len().to_string())
            .header("x-request-id", "r-1")
    }

    fn mock(replies: impl FnOnce(MockRoute) -> MockRoute) -> (MockTransport, Client) {
        let mock = MockTransport::new();
        let _ = replies(mock.on_any());
        // What is not gathered has no limit.
        let client = mock.client_builder().max_response_size(3).timeout(Duration::from_secs(10)).build().unwrap();
        (mock, client)
    }

    fn get(client: &Client) -> Request {
        Request::new(client, &GET).path("id", "1")
    }

    fn post(client: &Client) -> Request {
        Request::new(client, &POST).body(&json!({}))
    }

    /// The pieces as text, and the error at the end.
    async fn drain(download: &mut Download) -> (String, Option<Error>) {
        let mut text = String::new();
        let end = loop {
            match download.try_next().await {
                Ok(Some(piece)) => text.push_str(str::from_utf8(&piece).unwrap()),
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        assert!(download.next().await.is_none(), "it goes on after its end");
        (text, end)
    }

    #[tokio::test(start_paused = true)]
    async fn streams() {
        let second = Duration::from_secs(1);
        let (mock, client) = mock(|route| route.reply_status(503).reply_with(pdf().in_pieces(4, second * 9)));
        let mut download = get(&client).call_stream().await.unwrap();
        assert_eq!((download.status(), download.attempts(), download.request_id()), (200, 2, Some("r-1")));
        assert_eq!(download.content_length(), Some(PDF.len() as u64));
        assert_eq!(download.headers().get("content-type"), Some("application/pdf"));
        // The timeout holds for the server, not for the one who reads.
        let first = download.try_next().await.unwrap().unwrap();
        sleep(second * 60).await;
        let (rest, end) = drain(&mut download).await;
        assert_eq!((first.len(), rest.as_str()), (4, &PDF[4..]));
        assert!(end.is_none(), "{end:?}");
        assert_eq!(mock.requests().len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn streams_that_end_badly() {
        let second = Duration::from_secs(1);
        let short = pdf().header("content-length", "99");
        let cases = [
            ("short", short, PDF, ErrorKind::Interrupted, "ends after 23 of 99 bytes"),
            (
                "long",
                pdf().header("content-length", "9").in_pieces(4, second),
                "%PDF-1.7",
                ErrorKind::Interrupted,
                "goes on after the 9 bytes",
            ),
            ("breaks", pdf().breaks_off(), PDF, ErrorKind::Interrupted, "the response is not whole"),
            (
                "stalls",
                pdf().in_pieces(4, second * 11),
                "",
                ErrorKind::Timeout,
                "no more of the response came within 10s",
            ),
            (
                "drips",
                pdf().in_pieces(1, second * 8),
                "%PDF-1.",
                ErrorKind::Timeout,
                "the response did not end before the deadline",
            ),
        ];
        for (name, reply, text, kind, message) in cases {
            let (mock, client) = mock(|route| route.reply_with(reply));
            let mut request = get(&client);
            request.deadline(second * 60);
            let mut download = request.call_stream().await.unwrap();
            let (got, error) = drain(&mut download).await;
            let error = error.unwrap();
            assert_eq!((got.as_str(), error.kind()), (text, kind), "{name}: {error:?}");
            let shown = error.to_string();
            assert!(shown.starts_with("GET /things/{id}: ") && shown.contains(message), "{name}: {shown}");
            assert_eq!((error.status(), error.attempts(), error.request_id()), (Some(200), 1, Some("r-1")), "{name}");
            assert!(error.may_have_been_carried_out(), "{name}");
            mock.assert_done();
        }
        let (_, client) = mock(|route| route.reply_with(pdf().in_pieces(4, second)));
        let mut request = get(&client);
        request.deadline(second * 5);
        let mut download = request.call_stream().await.unwrap();
        sleep(second * 6).await;
        assert!(drain(&mut download).await.1.unwrap().is_timeout(), "the deadline holds for slow readers, too");

        let (_, client) = mock(|route| route.reply_with(MockReply::new(404).text("no")));
        let error = get(&client).call_stream().await.unwrap_err();
        assert!(error.is_not_found() && &error.body()[..] == b"no", "{error}");
    }

    /// The names in a folder.
    fn names(folder: &TempDir) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    #[tokio::test(start_paused = true)]
    async fn files_are_there_as_a_whole_or_not_at_all() {
        type Case = (&'static str, Vec<MockReply>, Result<String, ErrorKind>, Result<String, ErrorKind>);
        let second = Duration::from_secs(1);
        let long = "x".repeat(3 * BUFFER_SIZE + 1);
        let large = MockReply::new(200).text(long.clone()).in_pieces(70_000, second);
        let half = || pdf().header("content-length", "99").in_pieces(4, second);
        let whole = || Ok(PDF.to_owned());
        let interrupted = || Err(ErrorKind::Interrupted);
        let cases: [Case; 7] = [
            ("whole", vec![pdf()], whole(), whole()),
            ("large", vec![large], Ok(long.clone()), Ok(long)),
            ("empty", vec![MockReply::new(204)], Ok(String::new()), Ok(String::new())),
            ("short once", vec![half(), pdf()], whole(), interrupted()),
            ("short", vec![half(); 3], interrupted(), interrupted()),
            ("stalls", vec![pdf().in_pieces(4, second * 11); 3], Err(ErrorKind::Timeout), Err(ErrorKind::Timeout)),
            ("refused", vec![MockReply::new(403).json(Value::Null)], Err(ErrorKind::Status), Err(ErrorKind::Status)),
        ];
        for (name, replies, for_get, for_post) in cases {
            for (method, expected) in [("GET", for_get), ("POST", for_post)] {
                for is_there in [false, true] {
                    let folder = TempDir::new().unwrap();
                    let path = folder.path().join("loa.pdf");
                    if is_there {
                        fs::write(&path, "an earlier file, longer than the one that comes").unwrap();
                    }
                    let before = fs::read_to_string(&path).ok();
                    let (_, client) = mock(|route| replies.iter().cloned().fold(route, MockRoute::reply_with));
                    let request = if method == "GET" { get(&client) } else { post(&client) };
                    let saved = request.call_save(path.clone()).await;
                    let after = fs::read_to_string(&path).ok();
                    let what = format!("{name}, {method}, {is_there}: {saved:?}");
                    match (saved, &expected) {
                        (Ok(saved), Ok(text)) => {
                            assert_eq!((saved.size(), after.as_ref()), (text.len() as u64, Some(text)), "{what}");
                            assert_eq!(names(&folder), ["loa.pdf"], "{what}");
                        }
                        (Err(error), Err(kind)) => {
                            assert_eq!((error.kind(), &after), (*kind, &before), "{what}");
                            assert_eq!(names(&folder).len(), usize::from(is_there), "{what}");
                        }
                        _ => panic!("{what}"),
                    }
                }
            }
        }
    }

    /// Such as the page of a proxy, with a status of success.
    #[tokio::test]
    async fn what_is_no_file_of_the_kind_is_not_taken_for_one() {
        let pages = [("text/html; charset=utf-8", "<html>"), ("Application/JSON", "{}"), ("text/csv", "a,b")];
        for (content_type, body) in pages {
            let mock = MockTransport::new();
            let _ = mock.on_any().reply_with(MockReply::new(200).body(content_type, body)).times(3);
            let request = |accept| get(&mock.client()).accept(accept);
            let folder = TempDir::new().unwrap();
            let is_fine = content_type == "text/csv";
            let saved = request("application/pdf").call_save(folder.path().join("loa.pdf")).await;
            assert_eq!((saved.is_ok(), names(&folder).len()), (is_fine, usize::from(is_fine)), "{saved:?}");
            match request("application/pdf").call_for_body::<Bytes>().await {
                Ok(_) => assert!(is_fine, "{content_type}"),
                Err(error) => {
                    let said = format!(
                        "GET /things/{{id}}: the response is {}, though the document promises application/pdf; status 200",
                        content_type.to_ascii_lowercase()
                    );
                    assert_eq!((error.to_string(), &error.body()[..]), (said, body.as_bytes()));
                }
            }
            assert_eq!(request("*/*").call_for_body::<String>().await.unwrap(), body);
        }
    }

    #[tokio::test]
    async fn files_that_cannot_be_written_keep_the_request_from_being_sent() {
        let folder = TempDir::new().unwrap();
        let (mock, client) = mock(|route| route);
        let missing = folder.path().join("missing/loa.pdf");
        for path in [missing, folder.path().to_owned(), PathBuf::new(), "/".into(), "/dev/null".into()] {
            let error = get(&client).call_save(path.clone()).await.unwrap_err();
            assert!(error.is_file() && error.attempts() == 0 && !error.may_have_reached_server(), "{path:?}: {error}");
            let shown = error.to_string();
            assert!(shown.starts_with("GET /things/{id}: the file can't be written: "), "{shown}");
            assert!(
                std::error::Error::source(&error).is_some_and(<dyn std::error::Error>::is::<io::Error>),
                "{error:?}"
            );
        }
        assert!(names(&folder).is_empty() && mock.requests().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn dropping_a_call_leaves_nothing_behind() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("loa.pdf");
        let pieces =
            MockReply::new(200).text("x".repeat(4 * BUFFER_SIZE)).in_pieces(BUFFER_SIZE, Duration::from_secs(3));
        let (_, client) = mock(|route| route.reply_with(pieces).reply_error(TransportErrorKind::Connect));
        let call = get(&client).call_save(path);
        assert!(names(&folder).is_empty(), "nothing happens before the call is polled");
        assert!(tokio::time::timeout(Duration::from_secs(7), call).await.is_err());
        assert!(names(&folder).is_empty(), "{:?}", names(&folder));
    }
}
