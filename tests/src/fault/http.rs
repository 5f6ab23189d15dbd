//! HTTP/1.1 by hand, on any stream of bytes.

use std::io;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, sleep};

use super::act::{Act, Answer, Framing, Pace};
use super::ledger::Director;

/// A request as the server received it.
#[derive(Clone, Debug)]
pub struct Received {
    pub method: String,
    /// Path and query, still encoded.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    /// When its last byte was there.
    pub at: Instant,
}

impl Received {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// A connection as the server holds it.
pub(super) trait Line: AsyncRead + AsyncWrite + Send + Unpin {
    /// Waits for the first byte of a request, without reading it; false if none will come.
    fn arrives(&mut self) -> impl Future<Output = bool> + Send;

    /// Ends the connection with a reset.
    fn reset(self);
}

/// Serves a connection until one side ends it.
pub(super) async fn serve(mut line: impl Line, director: Arc<dyn Director>) {
    let mut buffer = BytesMut::new();
    loop {
        if buffer.is_empty() && !line.arrives().await {
            return;
        }
        if !director.reads() {
            return line.reset();
        }
        let Ok(Some(request)) = read(&mut line, &mut buffer).await else {
            return;
        };
        let is_head = request.method == "HEAD";
        let end = match director.act(request) {
            Act::ResetUnread | Act::ResetRead | Act::Refuse | Act::Ignore => End::Reset,
            Act::Close => End::Close,
            Act::Stall => End::Stall,
            Act::Raw(bytes) => line.write_all(&bytes).await.map_or(End::Close, |()| End::Close),
            Act::Answer(answer) => write(&mut line, &answer, is_head).await.unwrap_or(End::Close),
        };
        match end {
            End::Next => {}
            End::Close => {
                // Without an orderly farewell a connection with unread bytes is reset, and what was sent may be lost.
                let _ = line.shutdown().await;
                return;
            }
            End::Reset => return line.reset(),
            End::Stall => {
                // Until the client gives up.
                let mut rest = [0; 1_024];
                while line.read(&mut rest).await.is_ok_and(|count| count > 0) {}
                return;
            }
        }
    }
}

/// How an act leaves the connection.
enum End {
    Next,
    Close,
    Reset,
    Stall,
}

/// Reads a request; `None` if the connection ends before it is whole.
async fn read(line: &mut impl Line, buffer: &mut BytesMut) -> io::Result<Option<Received>> {
    let head_end = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if line.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let head = buffer.split_to(head_end + 4);
    let head = String::from_utf8_lossy(&head);
    let mut lines = head.lines();
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    while buffer.len() < length {
        if line.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
    let body = buffer.split_to(length).freeze();
    Ok(Some(Received { method: method.to_owned(), target: target.to_owned(), headers, body, at: Instant::now() }))
}

async fn write(line: &mut impl Line, answer: &Answer, is_head: bool) -> io::Result<End> {
    if !answer.delay.is_zero() && !is_patient(line, answer.delay).await {
        return Ok(End::Close);
    }
    let mut head = format!("HTTP/1.1 {} Scripted\r\n", answer.status);
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    match answer.framing {
        Framing::Length if matches!(answer.status, 204 | 304) => {}
        Framing::Length => head.push_str(&format!("content-length: {}\r\n", answer.body.len())),
        Framing::Claimed(length) => head.push_str(&format!("content-length: {length}\r\n")),
        Framing::Chunked | Framing::BrokenChunks | Framing::OpenChunks => {
            head.push_str("transfer-encoding: chunked\r\n");
        }
        Framing::Close => head.push_str("connection: close\r\n"),
    }
    head.push_str("\r\n");
    if answer.pace == Pace::StallInHead {
        let half = head.len() / 2;
        line.write_all(head.get(..half).unwrap_or_default().as_bytes()).await?;
        line.flush().await?;
        return Ok(End::Stall);
    }
    let body = if is_head { Bytes::new() } else { framed(answer) };
    let until = |count: usize| body.get(..count.min(body.len())).unwrap_or_default();
    let mut out = head.into_bytes();
    let end = match answer.pace {
        Pace::StallInHead | Pace::AtOnce => {
            out.extend_from_slice(&body);
            match answer.framing {
                Framing::Length | Framing::Chunked => End::Next,
                Framing::Claimed(length) if length <= body.len() => End::Next,
                Framing::Claimed(_) | Framing::BrokenChunks | Framing::OpenChunks | Framing::Close => End::Close,
            }
        }
        Pace::StallAfter(count) => {
            out.extend_from_slice(until(count));
            End::Stall
        }
        Pace::CutAfter(count) => {
            out.extend_from_slice(until(count));
            End::Close
        }
        Pace::ResetAfter(count) => {
            out.extend_from_slice(until(count));
            line.write_all(&out).await?;
            line.flush().await?;
            // What has been sent must arrive before the reset overtakes it.
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            return Ok(End::Reset);
        }
        Pace::Drip(every) => {
            line.write_all(&out).await?;
            for byte in &body {
                line.flush().await?;
                if !is_patient(line, every).await {
                    return Ok(End::Close);
                }
                line.write_all(std::slice::from_ref(byte)).await?;
            }
            line.flush().await?;
            return Ok(if answer.framing == Framing::Length { End::Next } else { End::Close });
        }
    };
    line.write_all(&out).await?;
    line.flush().await?;
    Ok(end)
}

/// Waits, unless the client goes away.
async fn is_patient(line: &mut impl Line, delay: std::time::Duration) -> bool {
    let mut byte = [0];
    tokio::select! {
        () = sleep(delay) => true,
        // A client that sends nothing more before it has its answer is quiet until it leaves.
        _ = line.read(&mut byte) => false,
    }
}

/// The body with what frames it.
fn framed(answer: &Answer) -> Bytes {
    let chunks = |end: &[u8]| {
        let mut out = Vec::new();
        for chunk in answer.body.chunks(7) {
            out.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            out.extend_from_slice(chunk);
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(end);
        out.into()
    };
    match answer.framing {
        Framing::Length | Framing::Claimed(_) | Framing::Close => answer.body.clone(),
        Framing::Chunked => chunks(b"0\r\n\r\n"),
        Framing::BrokenChunks => chunks(b"zz\r\nno chunk\r\n"),
        Framing::OpenChunks => chunks(b""),
    }
}
