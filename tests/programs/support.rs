//! What the programs share: a server on loopback that tells what it was really sent.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request, byte for byte.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// `POST /a?b=c`
    pub line: String,
    pub headers: Vec<(String, String)>,
    /// Without the framing of chunks.
    pub body: Vec<u8>,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The parts of a form: their heads and their contents.
    pub fn parts(&self) -> Vec<(String, String)> {
        let boundary = self.header("content-type").unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
        let text = self.text();
        let inner = text.strip_suffix(&format!("--{boundary}--\r\n")).expect("the form is closed");
        let between = format!("--{boundary}\r\n");
        let parts = inner.split(&between).skip(1);
        parts
            .map(|part| {
                let (head, content) = part.split_once("\r\n\r\n").unwrap();
                (head.to_owned(), content.strip_suffix("\r\n").unwrap().to_owned())
            })
            .collect()
    }
}

/// A server that gives one answer after the other, and the last one ever after.
pub struct Server {
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    pub async fn start<const N: usize>(answers: [&str; N]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let answers: Vec<String> = answers.iter().map(ToString::to_string).collect();
        let notes = received.clone();
        tokio::spawn(async move {
            let mut left = answers.into_iter().peekable();
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let Some(request) = read(&mut stream).await else { continue };
                notes.lock().unwrap().push(request);
                let answer = left.next().unwrap();
                if left.peek().is_none() {
                    left = vec![answer.clone()].into_iter().peekable();
                }
                // An answer in pieces shows what a reader makes of pieces.
                for piece in answer.split("<pause>") {
                    stream.write_all(piece.as_bytes()).await.unwrap();
                    stream.flush().await.unwrap();
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        });
        Self { url, received }
    }

    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.received.lock().unwrap())
    }

    pub fn one(&self) -> Received {
        let mut all = self.take();
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }
}

/// Reads a request to its end; `None` if it breaks off.
async fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        fill(stream, &mut bytes).await?;
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let mut lines = head.lines();
    let line = lines.next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
    let headers =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let mut request = Received { line, headers: headers.collect(), body: Vec::new() };
    let mut rest = bytes[head_end + 4..].to_vec();
    if request.header("transfer-encoding") == Some("chunked") {
        loop {
            let Some(end) = rest.windows(2).position(|two| two == b"\r\n") else {
                fill(stream, &mut rest).await?;
                continue;
            };
            let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
            while rest.len() < end + 2 + size + 2 {
                fill(stream, &mut rest).await?;
            }
            request.body.extend_from_slice(&rest[end + 2..end + 2 + size]);
            rest.drain(..end + 2 + size + 2);
            if size == 0 {
                return Some(request);
            }
        }
    }
    let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    while rest.len() < length {
        fill(stream, &mut rest).await?;
    }
    request.body = rest;
    Some(request)
}

async fn fill(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<()> {
    let mut buffer = [0; 8192];
    let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
    bytes.extend_from_slice(&buffer[..count]);
    Some(())
}

/// An answer with a body, as it goes over the wire.
pub fn answer(status: u16, content_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

pub const NO_CONTENT: &str = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";

/// A stream of some pieces.
pub struct Pieces(pub Vec<Result<&'static str, &'static str>>);

impl futures_core::Stream for Pieces {
    type Item = Result<bytes::Bytes, &'static str>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        let next = (!self.0.is_empty()).then(|| self.0.remove(0));
        std::task::Poll::Ready(next.map(|piece| piece.map(|text| bytes::Bytes::from_static(text.as_bytes()))))
    }
}
