//! Server-sent events, `text/event-stream`, as the HTML standard says how to read them.
//!
//! Everything here is `#[inline]`, so that it is built in the crates that listen to events, and in no others.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;

use crate::runtime::decode::{self, FromBody};
use crate::runtime::download::Download;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::headers::Headers;
use crate::runtime::response::RawResponse;
use crate::runtime::slot::Field;

/// An event that a server sent.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ServerEvent<T> {
    /// What it is about, decoded.
    pub data: T,
    /// Its kind, if the server gives it one; without one it is a `message`.
    pub event: Option<String>,
    /// The last id that the server has given, in this event or an earlier one.
    pub id: Option<String>,
}

/// The events of a response, as they come in.
///
/// It implements [`Stream`], but needs no other crate:
///
/// ```text
/// let mut events = request.send().await?;
/// while let Some(event) = events.try_next().await? { println!("{:?}", event.data); }
/// ```
///
/// The request's timeout holds for the wait for each piece of the response, its deadline for all of
/// them. Data that can't be decoded is an error of that event alone; the stream goes on. After any
/// other error it ends. It also ends at the data `[DONE]`, which many servers send where JSON would
/// stand. It never connects again by itself: a new request may do more than read. To stop early,
/// drop it.
#[must_use = "the events have not been read yet"]
pub struct Events<T> {
    download: Download,
    parser: Parser,
    decode: fn(&RawResponse) -> Result<T, Error>,
    /// Ends the stream, where the data is JSON.
    done: Option<&'static str>,
    has_ended: bool,
}

impl<T> Events<T> {
    /// Makes sure that events are what the server has begun to send.
    #[inline]
    pub(crate) async fn open(
        mut download: Download,
        limit: usize,
        decode: fn(&RawResponse) -> Result<T, Error>,
        done: Option<&'static str>,
    ) -> Result<Self, Error> {
        let content_type = download.headers().get("content-type").unwrap_or("text/event-stream").to_ascii_lowercase();
        if content_type.split(';').next().is_some_and(|essence| essence.trim() == "text/event-stream") {
            return Ok(Self { download, parser: Parser::new(limit), decode, done, has_ended: false });
        }
        // The bytes tell what it is; an answer like this one is short.
        let mut body = Vec::new();
        while let Some(piece) = download.try_next().await?.filter(|_| body.len() < limit) {
            body.extend_from_slice(&piece);
        }
        let response = RawResponse { body: body.into(), ..download.head().clone() };
        let message = format!("the response is {content_type}, though the document promises text/event-stream");
        Err(response.error(ErrorKind::Decode, message))
    }

    /// Returns the status, between 200 and 299.
    #[must_use]
    #[inline]
    pub fn status(&self) -> u16 {
        self.download.status()
    }

    /// Returns the headers.
    #[must_use]
    #[inline]
    pub fn headers(&self) -> &Headers {
        self.download.headers()
    }

    /// Returns the id under which the server knows the request, for its support.
    #[must_use]
    #[inline]
    pub fn request_id(&self) -> Option<&str> {
        self.download.request_id()
    }

    /// Returns the last id that the server has given, which it may want as the header
    /// `Last-Event-ID` of a request that goes on from there.
    #[must_use]
    #[inline]
    pub fn last_event_id(&self) -> Option<&str> {
        Some(self.parser.last_id.as_str()).filter(|id| !id.is_empty())
    }

    /// Returns how long the server asks to wait before the next connection.
    #[must_use]
    #[inline]
    pub fn retry(&self) -> Option<Duration> {
        self.parser.retry
    }

    /// Returns the next event, or `None` after the last one.
    ///
    /// # Errors
    ///
    /// If the data can't be decoded, the connection breaks, or the time runs out.
    #[inline]
    pub async fn next(&mut self) -> Option<Result<ServerEvent<T>, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Returns the next event, or `Ok(None)` after the last one, in the form that `?` and `while let`
    /// like.
    ///
    /// # Errors
    ///
    /// As for [`next`](Self::next).
    #[inline]
    pub async fn try_next(&mut self) -> Result<Option<ServerEvent<T>>, Error> {
        self.next().await.transpose()
    }

    #[inline]
    fn decoded(&self, event: Event) -> Result<ServerEvent<T>, Error> {
        let head = self.download.head();
        // Without headers, since those tell about the whole and not about the data.
        let response = RawResponse { body: Bytes::from(event.data), headers: Headers::new(), ..head.clone() };
        match (self.decode)(&response) {
            Ok(data) => Ok(ServerEvent { data, event: event.kind, id: event.id }),
            Err(error) => Err(error.with_response(head.status, head.headers.clone(), response.body)),
        }
    }
}

/// Data that is JSON.
#[inline]
pub(crate) fn json<T: Field + Default>(response: &RawResponse) -> Result<T, Error> {
    decode::value(response, None)
}

/// Data that is text.
#[inline]
pub(crate) fn text(response: &RawResponse) -> Result<String, Error> {
    String::from_response(response.clone())
}

/// Nothing in it is ever pinned.
impl<T> Unpin for Events<T> {}

impl<T> Stream for Events<T> {
    type Item = Result<ServerEvent<T>, Error>;

    #[inline]
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        while !this.has_ended {
            if let Some(event) = this.parser.events.pop_front() {
                if this.done.is_some_and(|done| event.data == done) {
                    break;
                }
                return Poll::Ready(Some(this.decoded(event)));
            }
            match ready!(Pin::new(&mut this.download).poll_next(context)) {
                None => break,
                Some(Err(error)) => {
                    this.has_ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
                Some(Ok(piece)) => {
                    if let Err(message) = this.parser.feed(&piece) {
                        this.has_ended = true;
                        let error = this.download.head().error(ErrorKind::TooLarge, message);
                        return Poll::Ready(Some(Err(error)));
                    }
                }
            }
        }
        this.has_ended = true;
        Poll::Ready(None)
    }
}

impl<T> fmt::Debug for Events<T> {
    #[inline]
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Events").field("download", &self.download).finish_non_exhaustive()
    }
}

/// An event before its data is decoded.
#[derive(Debug, PartialEq)]
struct Event {
    kind: Option<String>,
    data: String,
    id: Option<String>,
}

/// Puts lines together out of pieces, and events out of lines.
struct Parser {
    line: Vec<u8>,
    /// Whether a line feed would belong to the line that has just ended.
    after_return: bool,
    is_first_line: bool,
    data: String,
    /// Data of no characters is data, too.
    has_data: bool,
    kind: String,
    last_id: String,
    retry: Option<Duration>,
    events: VecDeque<Event>,
    /// How long an event may become.
    limit: usize,
}

impl Parser {
    #[inline]
    fn new(limit: usize) -> Self {
        Self {
            line: Vec::new(),
            after_return: false,
            is_first_line: true,
            data: String::new(),
            has_data: false,
            kind: String::new(),
            last_id: String::new(),
            retry: None,
            events: VecDeque::new(),
            limit,
        }
    }

    #[inline]
    fn feed(&mut self, piece: &[u8]) -> Result<(), String> {
        let mut rest = piece;
        while let Some((first, after)) = rest.split_first() {
            if std::mem::take(&mut self.after_return) && *first == b'\n' {
                rest = after;
                continue;
            }
            let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
            let (line, after) = rest.split_at(end.unwrap_or(rest.len()));
            // Each event that waits has the last id.
            let ids = self.last_id.len().saturating_mul(self.events.len());
            let length = self.line.len().saturating_add(line.len()).saturating_add(self.data.len());
            if length.saturating_add(ids) > self.limit {
                return Err(format!("an event is larger than {} bytes, the most that is accepted", self.limit));
            }
            self.line.extend_from_slice(line);
            if let Some((end, after)) = after.split_first() {
                self.after_return = *end == b'\r';
                self.end_line();
                rest = after;
            } else {
                rest = after;
            }
        }
        Ok(())
    }

    #[inline]
    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let mut text = String::from_utf8_lossy(&line);
        if std::mem::take(&mut self.is_first_line)
            && let Some(without_mark) = text.strip_prefix('\u{feff}')
        {
            text = without_mark.to_owned().into();
        }
        if text.is_empty() {
            return self.dispatch();
        }
        let (name, value) = text.split_once(':').unwrap_or((&text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "data" => {
                if self.has_data {
                    self.data.push('\n');
                }
                self.has_data = true;
                self.data.push_str(value);
            }
            "event" => value.clone_into(&mut self.kind),
            "id" if !value.contains('\0') => value.clone_into(&mut self.last_id),
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().map(Duration::from_millis);
            }
            // Comments have no name; other names are to be ignored.
            _ => {}
        }
    }

    #[inline]
    fn dispatch(&mut self) {
        let kind = Some(std::mem::take(&mut self.kind)).filter(|kind| !kind.is_empty());
        if std::mem::take(&mut self.has_data) {
            let data = std::mem::take(&mut self.data);
            let id = Some(self.last_id.clone()).filter(|id| !id.is_empty());
            self.events.push_back(Event { kind, data, id });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pieces: &[&[u8]]) -> Vec<(String, String, String)> {
        let mut parser = Parser::new(1_000);
        for piece in pieces {
            parser.feed(piece).unwrap();
        }
        let shown = |event: Event| (event.kind.unwrap_or_default(), event.data, event.id.unwrap_or_default());
        parser.events.into_iter().map(shown).collect()
    }

    /// The examples of the standard, and what it says beside them: kind, data and id of each event.
    #[test]
    fn events_are_read_as_the_standard_says() {
        type Case = (&'static str, &'static [(&'static str, &'static str, &'static str)]);
        let table: &[Case] = &[
            ("data: YHOO\ndata: +2\ndata: 10\n\n", &[("", "YHOO\n+2\n10", "")]),
            (
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
                &[("", "first event", "1"), ("", "second event", ""), ("", " third event", "")],
            ),
            ("data\n\ndata\ndata\n\ndata:", &[("", "", ""), ("", "\n", "")]),
            ("data:test\n\ndata: test\n\n", &[("", "test", ""), ("", "test", "")]),
            ("event: add\r\ndata: 1\r\n\r\nevent: gone\r\n\r\ndata: 2\r\n\r\n", &[("add", "1", ""), ("", "2", "")]),
            ("event: add\rdata: 1\r\rdata: 2\r\r", &[("add", "1", ""), ("", "2", "")]),
            ("\u{feff}data: 1\n\n\u{feff}data: 2\n\ndata: 3\n\n", &[("", "1", ""), ("", "3", "")]),
            ("id: 7\ndata: a\n\ndata: b\n\nid: 8\0\ndata: c\n\n", &[("", "a", "7"), ("", "b", "7"), ("", "c", "7")]),
            ("Data: 1\nother: 2\n:data: 3\n data: 4\n\ndata: é:ü: \n\n", &[("", "é:ü: ", "")]),
            ("data: never ended\n", &[]),
            ("", &[]),
        ];
        for (text, expected) in table {
            let expected: Vec<_> = expected
                .iter()
                .map(|(kind, data, id)| ((*kind).to_owned(), (*data).to_owned(), (*id).to_owned()))
                .collect();
            assert_eq!(parse(&[text.as_bytes()]), expected, "{text:?}");
            let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
            assert_eq!(parse(&bytes), expected, "byte by byte: {text:?}");
            let pairs: Vec<&[u8]> = text.as_bytes().chunks(2).collect();
            assert_eq!(parse(&pairs), expected, "two by two: {text:?}");
        }
    }

    #[test]
    fn waits_and_limits() {
        let mut parser = Parser::new(20);
        parser.feed(b"retry: 1500\nretry: soon\nretry:\n\n").unwrap();
        assert_eq!(parser.retry, Some(Duration::from_millis(1_500)));
        parser.feed(b"data: 0123456789\n").unwrap();
        assert!(parser.feed(b"data: 0123456789\n").is_err());
        let mut parser = Parser::new(20);
        assert!(parser.feed(&[b'x'; 21]).is_err());
        // What waits to be taken is no more than that, either.
        assert!(Parser::new(20).feed("id:123456789\ndata\n\n".repeat(3).as_bytes()).is_err());
    }
}
