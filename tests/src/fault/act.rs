//! What the server does with one request, as data.

use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

/// What the server does with one request.
#[derive(Clone, Debug)]
pub enum Act {
    /// Nobody listens on the port: the connection is refused.
    Refuse,
    /// The connection never comes about.
    Ignore,
    /// The request arrives, none of it is read, and the connection is reset.
    ResetUnread,
    /// The request is read, then the connection is reset.
    ResetRead,
    /// The request is read, then the connection is closed in an orderly way.
    Close,
    /// The request is read, and then nothing more happens until the client gives up.
    Stall,
    /// The request is read, these bytes are sent, and the connection is closed.
    Raw(Bytes),
    /// The request is read and answered.
    Answer(Answer),
}

/// A response, and how it is brought.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    pub framing: Framing,
    pub pace: Pace,
    /// How long the server thinks before the first byte.
    pub delay: Duration,
}

/// How the end of the body is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// A `Content-Length` that is right.
    Length,
    /// A `Content-Length` that says this many bytes, whatever the body has. Where the body is shorter, the connection is
    /// closed behind it.
    Claimed(usize),
    /// Chunks, properly ended.
    Chunked,
    /// A chunk, then something that is none.
    BrokenChunks,
    /// Chunks without the last one; the connection is closed.
    OpenChunks,
    /// The end of the connection.
    Close,
}

/// How the response is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    AtOnce,
    /// The body byte by byte, with this wait before each.
    Drip(Duration),
    /// After this many bytes of the body nothing more comes.
    StallAfter(usize),
    /// After this many bytes of the body the connection is closed.
    CutAfter(usize),
    /// After this many bytes of the body the connection is reset.
    ResetAfter(usize),
    /// In the middle of the head nothing more comes.
    StallInHead,
}

impl Act {
    /// An answer of this status without a body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Answer(Answer {
            status,
            headers: Vec::new(),
            body: Bytes::new(),
            framing: Framing::Length,
            pace: Pace::AtOnce,
            delay: Duration::ZERO,
        })
    }

    /// An answer 200 of this JSON.
    #[must_use]
    pub fn json(body: &Value) -> Self {
        Self::status(200).header("content-type", "application/json").body(body.to_string())
    }

    /// An answer 200 of this type and body.
    #[must_use]
    pub fn file(content_type: &str, body: impl Into<Bytes>) -> Self {
        Self::status(200).header("content-type", content_type).body(body)
    }

    /// A redirect.
    #[must_use]
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::status(status).header("location", location)
    }

    /// Adds a header. In its value, `{other}` becomes the other origin of a script, and `{date+30}` the time in 30
    /// seconds.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        self.change(|answer| answer.headers.push((name.to_owned(), value.to_owned())))
    }

    #[must_use]
    pub fn body(self, body: impl Into<Bytes>) -> Self {
        self.change(|answer| answer.body = body.into())
    }

    #[must_use]
    pub fn framing(self, framing: Framing) -> Self {
        self.change(|answer| answer.framing = framing)
    }

    #[must_use]
    pub fn pace(self, pace: Pace) -> Self {
        self.change(|answer| answer.pace = pace)
    }

    #[must_use]
    pub fn delayed(self, delay: Duration) -> Self {
        self.change(|answer| answer.delay = delay)
    }

    /// Answers with another status.
    #[must_use]
    pub fn answered(self, status: u16) -> Self {
        self.change(|answer| answer.status = status)
    }

    /// Compresses the body that there is, and says so.
    #[must_use]
    pub fn gzip(self) -> Self {
        self.header("content-encoding", "gzip").change(|answer| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            // Writing to a vector can't fail.
            let written = encoder.write_all(&answer.body).and_then(|()| encoder.finish());
            answer.body = written.unwrap_or_default().into();
        })
    }

    /// Changes the body as it goes over the wire, after compression.
    #[must_use]
    pub fn spoilt(self, change: fn(&mut Vec<u8>)) -> Self {
        self.change(|answer| {
            let mut body = answer.body.to_vec();
            change(&mut body);
            answer.body = body.into();
        })
    }

    fn change(mut self, change: impl FnOnce(&mut Answer)) -> Self {
        if let Self::Answer(answer) = &mut self {
            change(answer);
        }
        self
    }

    /// Whether the worst that can have happened behind this act is that the request was carried out.
    ///
    /// An honest server has not carried out what it refuses, or asks to send again.
    #[must_use]
    pub fn carries_out(&self) -> bool {
        match self {
            Self::Refuse | Self::Ignore | Self::ResetUnread => false,
            Self::ResetRead | Self::Close | Self::Stall | Self::Raw(_) => true,
            Self::Answer(answer) => {
                let asks_again =
                    answer.headers.iter().any(|(name, value)| name == "x-should-retry" && value.trim() == "true");
                !asks_again && matches!(answer.status, 200..307 | 500..)
            }
        }
    }
}
