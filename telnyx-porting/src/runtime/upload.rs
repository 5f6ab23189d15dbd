//! Bodies of requests that need not be in memory: files and streams.
//!
//! Everything here is generic or `#[inline]`, so that it is built in the crates that upload something, and in no others.

use std::collections::VecDeque;
use std::error::Error as StdError;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;

use crate::runtime::download::on_other_thread;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::multipart::Form;
use crate::runtime::payload::{Payload, Pieces};
use crate::runtime::secrets::Secrets;
use crate::runtime::transport::{Body, BoxFuture, TransportError, TransportErrorKind};

/// What is to be uploaded: bytes, a file, or a stream, with a name and a media type if it has them.
///
/// ```text
/// request.file(FileUpload::file("loa.pdf").content_type("application/pdf"))
/// request.file(FileUpload::bytes(csv).file_name("numbers.csv"))
/// request.body(FileUpload::stream_of(length, pieces))
/// ```
///
/// Bytes and strings convert into it as contents, paths as the files that they name. A file is read
/// piece by piece while it is sent, and again if the request must be sent again. A stream can be read
/// only once: after any of it has been taken, a failed request is not sent again, whatever the retry
/// policy says.
#[derive(Clone)]
#[must_use = "an upload does nothing until it is put into a request"]
pub struct FileUpload {
    content: Content,
    file_name: Option<String>,
    content_type: Option<String>,
}

#[derive(Clone)]
enum Content {
    Bytes(Bytes),
    File(PathBuf),
    Once(Once),
}

impl FileUpload {
    #[inline]
    fn new(content: Content) -> Self {
        Self { content, file_name: None, content_type: None }
    }

    /// Returns an upload of these bytes.
    #[inline]
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::new(Content::Bytes(bytes.into()))
    }

    /// Returns an upload of a file, which is opened when the request is sent, and keeps its name.
    #[inline]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Self { file_name, ..Self::new(Content::File(path)) }
    }

    /// Returns an upload of what a stream gives, whose length is not known beforehand.
    #[inline]
    pub fn stream<B, E>(pieces: impl Stream<Item = Result<B, E>> + Send + 'static) -> Self
    where
        B: Into<Bytes>,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        Self::new(Content::Once(Once::new(pieces, None)))
    }

    /// Returns an upload of what a stream gives, which must be this many bytes.
    #[inline]
    pub fn stream_of<B, E>(length: u64, pieces: impl Stream<Item = Result<B, E>> + Send + 'static) -> Self
    where
        B: Into<Bytes>,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        Self::new(Content::Once(Once::new(pieces, Some(length))))
    }

    /// Sets the name that the server is told, where it is told one: in a part of a form.
    #[inline]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Sets the media type, in place of the one that the document gives.
    #[inline]
    pub fn content_type(mut self, media_type: impl Into<String>) -> Self {
        self.content_type = Some(media_type.into());
        self
    }

    #[inline]
    pub(crate) fn or_file_name(mut self, name: &str) -> Self {
        self.file_name.get_or_insert_with(|| name.to_owned());
        self
    }

    #[inline]
    pub(crate) fn or_content_type(mut self, media_type: &str) -> Self {
        self.content_type.get_or_insert_with(|| media_type.to_owned());
        self
    }

    /// The content, if it is text that stands in memory.
    #[inline]
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Bytes(bytes) => str::from_utf8(bytes).ok(),
            Content::File(_) | Content::Once(_) => None,
        }
    }

    /// The name that the server is told.
    #[inline]
    pub(crate) fn name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    #[inline]
    pub(crate) fn media_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The content, ready to be sent. A file is looked up now, so that one that is missing keeps
    /// the request from being sent.
    #[inline]
    pub(crate) async fn segment(&self) -> Result<Segment, Error> {
        Ok(match &self.content {
            Content::Bytes(bytes) => Segment::Bytes(bytes.clone()),
            Content::Once(once) => Segment::Once(once.clone()),
            Content::File(path) => {
                let path = path.clone();
                let look_up = move || {
                    // A pipe or a device has no length that could be told, and would be sent as nothing.
                    if !fs::metadata(&path)?.is_file() {
                        return Err(io::Error::other("it is no regular file; what has no length is sent as a stream"));
                    }
                    Ok((File::open(&path)?.metadata()?.len(), path))
                };
                let (length, path) = on_other_thread(look_up).await.map_err(unreadable)?;
                Segment::File { path, length }
            }
        })
    }
}

impl From<Bytes> for FileUpload {
    #[inline]
    fn from(bytes: Bytes) -> Self {
        Self::bytes(bytes)
    }
}

impl From<Vec<u8>> for FileUpload {
    #[inline]
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes)
    }
}

impl From<&'static [u8]> for FileUpload {
    #[inline]
    fn from(bytes: &'static [u8]) -> Self {
        Self::bytes(bytes)
    }
}

/// The text is the content, not a path.
impl From<String> for FileUpload {
    #[inline]
    fn from(text: String) -> Self {
        Self::bytes(text)
    }
}

/// The text is the content, not a path.
impl From<&str> for FileUpload {
    #[inline]
    fn from(text: &str) -> Self {
        Self::bytes(text.to_owned())
    }
}

impl From<PathBuf> for FileUpload {
    #[inline]
    fn from(path: PathBuf) -> Self {
        Self::file(path)
    }
}

impl From<&Path> for FileUpload {
    #[inline]
    fn from(path: &Path) -> Self {
        Self::file(path)
    }
}

/// Shows what kind of content there is, and none of it.
impl fmt::Debug for FileUpload {
    #[inline]
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.content {
            Content::Bytes(bytes) => write!(formatter, "FileUpload({} bytes)", bytes.len()),
            Content::File(_) => formatter.write_str("FileUpload(file)"),
            Content::Once(_) => formatter.write_str("FileUpload(stream)"),
        }
    }
}

type PieceStream = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// A stream that whoever comes first takes.
#[derive(Clone)]
pub(crate) struct Once {
    pieces: Arc<Mutex<Option<PieceStream>>>,
    length: Option<u64>,
}

impl Once {
    #[inline]
    fn new<B, E>(pieces: impl Stream<Item = Result<B, E>> + Send + 'static, length: Option<u64>) -> Self
    where
        B: Into<Bytes>,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let pieces: PieceStream = Box::pin(Converted(Box::pin(pieces)));
        Self { pieces: Arc::new(Mutex::new(Some(pieces))), length }
    }

    #[inline]
    fn take(&self) -> Option<PieceStream> {
        self.pieces.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    #[inline]
    fn is_there(&self) -> bool {
        self.pieces.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

/// A user's stream in our terms.
struct Converted<S>(Pin<Box<S>>);

impl<S, B, E> Stream for Converted<S>
where
    S: Stream<Item = Result<B, E>>,
    B: Into<Bytes>,
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    type Item = Result<Bytes, TransportError>;

    #[inline]
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context).map(|piece| Some(piece?.map(Into::into).map_err(fault)))
    }
}

/// What a body is made of when it is no text that stands in memory.
pub(crate) trait Upload: Send + Sync {
    /// The body, and its media type, unless that is the operation's.
    fn payload(&self) -> BoxFuture<'_, Result<(Payload, Option<String>), Error>>;

    fn copy(&self) -> Box<dyn Upload>;

    /// Adds what of it must not be shown.
    fn add_secrets(&self, secrets: &mut Secrets);

    /// The form, if it is one.
    fn into_form(self: Box<Self>) -> Option<Form>;
}

impl Clone for Box<dyn Upload> {
    #[inline]
    fn clone(&self) -> Self {
        (**self).copy()
    }
}

impl Upload for FileUpload {
    #[inline]
    fn payload(&self) -> BoxFuture<'_, Result<(Payload, Option<String>), Error>> {
        Box::pin(async { Ok((payload_of(vec![self.segment().await?]), self.content_type.clone())) })
    }

    #[inline]
    fn copy(&self) -> Box<dyn Upload> {
        Box::new(self.clone())
    }

    #[inline]
    fn add_secrets(&self, _secrets: &mut Secrets) {
        // It has no names to go by.
    }

    #[inline]
    fn into_form(self: Box<Self>) -> Option<Form> {
        None
    }
}

/// A stretch of a body.
#[derive(Clone)]
pub(crate) enum Segment {
    Bytes(Bytes),
    File { path: PathBuf, length: u64 },
    Once(Once),
}

/// A body in one piece, if all of it is in memory.
#[inline]
pub(crate) fn payload_of(segments: Vec<Segment>) -> Payload {
    let mut whole = Vec::new();
    for segment in &segments {
        match segment {
            Segment::Bytes(bytes) if segments.len() == 1 => return Payload::Whole(bytes.clone()),
            Segment::Bytes(bytes) => whole.extend_from_slice(bytes),
            Segment::File { .. } | Segment::Once(_) => return Payload::Pieces(Arc::new(segments)),
        }
    }
    Payload::Whole(whole.into())
}

impl Pieces for Vec<Segment> {
    #[inline]
    fn open(&self) -> Body {
        let length = self.iter().map(Segment::length).sum::<Option<u64>>();
        Body::stream_of(length, Outgoing { left: self.iter().cloned().collect(), source: None })
    }

    #[inline]
    fn is_there(&self) -> bool {
        self.iter().all(|segment| !matches!(segment, Segment::Once(once) if !once.is_there()))
    }
}

impl Segment {
    #[inline]
    fn length(&self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(bytes.len() as u64),
            Self::File { length, .. } => Some(*length),
            Self::Once(once) => once.length,
        }
    }
}

/// A body on its way out.
struct Outgoing {
    left: VecDeque<Segment>,
    /// The segment that is being read.
    source: Option<Source>,
}

struct Source {
    pieces: PieceStream,
    /// How many bytes are still to come, if that is known.
    expected: Option<u64>,
}

impl Stream for Outgoing {
    type Item = Result<Bytes, TransportError>;

    #[inline]
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(source) = &mut self.source {
                match ready!(source.poll_next(context)) {
                    None => self.source = None,
                    Some(piece) => return Poll::Ready(Some(piece)),
                }
            }
            let (pieces, expected): (PieceStream, _) = match self.left.pop_front() {
                None => return Poll::Ready(None),
                Some(Segment::Bytes(bytes)) if bytes.is_empty() => continue,
                Some(Segment::Bytes(bytes)) => return Poll::Ready(Some(Ok(bytes))),
                Some(Segment::File { path, length }) => (Box::pin(FilePieces::new(path, length)), Some(length)),
                Some(Segment::Once(once)) => match once.take() {
                    Some(pieces) => (pieces, once.length),
                    None => return Poll::Ready(Some(Err(fault("the stream has been sent before")))),
                },
            };
            self.source = Some(Source { pieces, expected });
        }
    }
}

impl Source {
    /// The next piece, or what is wrong with it: a body must be as long as its head says.
    #[inline]
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, TransportError>>> {
        let piece = ready!(self.pieces.as_mut().poll_next(context));
        let Some(expected) = &mut self.expected else { return Poll::Ready(piece) };
        Poll::Ready(match piece {
            Some(Ok(piece)) => match expected.checked_sub(piece.len() as u64) {
                Some(left) => {
                    *expected = left;
                    Some(Ok(piece))
                }
                None => Some(Err(fault("there is more of it than was said"))),
            },
            None if *expected > 0 => {
                let message = format!("it ends {expected} bytes too early");
                *expected = 0;
                Some(Err(fault(message)))
            }
            other => other,
        })
    }
}

/// How much of a file is read at once: each piece is a trip to another thread.
const PIECE_SIZE: usize = 128 << 10;

/// The pieces of a file, up to the length that it had when the request was put together.
struct FilePieces {
    left: u64,
    state: Reading,
}

enum Reading {
    Closed(PathBuf),
    Open(File),
    UnderWay(BoxFuture<'static, io::Result<(File, Vec<u8>)>>),
    Done,
}

impl FilePieces {
    #[inline]
    fn new(path: PathBuf, length: u64) -> Self {
        Self { left: length, state: Reading::Closed(path) }
    }
}

impl Stream for FilePieces {
    type Item = Result<Bytes, TransportError>;

    #[inline]
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let left = self.left;
        let read = move |file: io::Result<File>| {
            let mut file = file?;
            let mut piece = Vec::new();
            (&mut file).take(left.min(PIECE_SIZE as u64)).read_to_end(&mut piece)?;
            Ok((file, piece))
        };
        loop {
            let under_way: BoxFuture<'static, _> = match std::mem::replace(&mut self.state, Reading::Done) {
                Reading::Done => return Poll::Ready(None),
                Reading::Closed(_) | Reading::Open(_) if left == 0 => return Poll::Ready(None),
                Reading::Closed(path) => Box::pin(on_other_thread(move || read(File::open(path)))),
                Reading::Open(file) => Box::pin(on_other_thread(move || read(Ok(file)))),
                Reading::UnderWay(mut reading) => {
                    let Poll::Ready(result) = reading.as_mut().poll(context) else {
                        self.state = Reading::UnderWay(reading);
                        return Poll::Pending;
                    };
                    let (file, piece) = match result {
                        Ok(read) => read,
                        Err(error) => return Poll::Ready(Some(Err(fault(error)))),
                    };
                    if piece.is_empty() {
                        return Poll::Ready(None);
                    }
                    self.left -= piece.len() as u64;
                    self.state = Reading::Open(file);
                    return Poll::Ready(Some(Ok(piece.into())));
                }
            };
            self.state = Reading::UnderWay(under_way);
        }
    }
}

/// The error of a transport whose request's body can't be read.
#[inline]
fn fault(error: impl Into<Box<dyn StdError + Send + Sync>>) -> TransportError {
    TransportError::new(TransportErrorKind::RequestBody, error)
}

#[inline]
fn unreadable(error: io::Error) -> Error {
    Error::new(ErrorKind::File, format!("the file can't be read: {error}")).with_source(error)
}
