//! The transport that clients use unless they are given another: HTTP/1.1 by `reqwest`.

use std::error::Error as StdError;
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Body as _, Frame, SizeHint};
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{redirect, retry};

use crate::runtime::client::{Proxy, TransportSettings};
use crate::runtime::error::Error;
use crate::runtime::operation::Method;
use crate::runtime::transport::{
    Body, BoxFuture, Transport, TransportError, TransportErrorKind, TransportRequest, TransportResponse,
};

/// Sends requests by `reqwest`.
#[derive(Clone)]
pub(crate) struct Http(reqwest::Client);

impl From<reqwest::Client> for Http {
    fn from(client: reqwest::Client) -> Self {
        Self(client)
    }
}

impl Http {
    pub(crate) fn new(settings: &TransportSettings) -> Result<Self, Error> {
        let builder = reqwest::Client::builder()
            .connect_timeout(settings.connect_timeout)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false);
        let builder = match &settings.proxy {
            Proxy::Environment => builder,
            Proxy::None => builder.no_proxy(),
            Proxy::Url(url) => {
                let proxy = reqwest::Proxy::all(url.as_str());
                // The error may repeat the URL, and with it the password.
                builder.proxy(proxy.map_err(|_| Error::configuration("the proxy's URL can't be used"))?)
            }
        };
        let client = tls::configure(builder)?.build();
        client
            .map(Self)
            .map_err(|error| Error::configuration("the HTTP client can't be built").with_source(error.without_url()))
    }
}

impl Transport for Http {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async move {
            let response = self.0.execute(request_of(request)?).await.map_err(error_of)?;
            let status = response.status().as_u16();
            let headers = response
                .headers()
                .iter()
                .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
                .collect();
            Ok(TransportResponse::new(status, headers, Body::stream(Pieces(response.into()))))
        })
    }
}

fn request_of(request: TransportRequest) -> Result<reqwest::Request, TransportError> {
    fn invalid(error: impl Into<Box<dyn StdError + Send + Sync>>) -> TransportError {
        TransportError::new(TransportErrorKind::InvalidRequest, error)
    }
    let method = match request.method {
        Method::Get => reqwest::Method::GET,
        Method::Head => reqwest::Method::HEAD,
        Method::Options => reqwest::Method::OPTIONS,
        Method::Trace => reqwest::Method::TRACE,
        Method::Put => reqwest::Method::PUT,
        Method::Delete => reqwest::Method::DELETE,
        Method::Post => reqwest::Method::POST,
        Method::Patch => reqwest::Method::PATCH,
    };
    let mut out = reqwest::Request::new(method, request.url);
    for (name, value) in &request.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(invalid)?;
        let mut value = HeaderValue::from_bytes(value.as_bytes()).map_err(invalid)?;
        // Keeps HTTP/2 from indexing it, and everything below from printing it.
        value.set_sensitive(!matches!(name.as_str(), "accept" | "content-type" | "user-agent"));
        out.headers_mut().append(name, value);
    }
    if let Some(body) = request.body {
        if body.length() == Some(0) {
            out.headers_mut().insert(reqwest::header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        *out.body_mut() = Some(match body.as_bytes() {
            Some(bytes) => bytes.clone().into(),
            None => reqwest::Body::wrap(Outgoing(Mutex::new(body))),
        });
    }
    Ok(out)
}

/// A streamed body as `reqwest` wants it. The mutex is never locked; it makes the type `Sync`.
struct Outgoing(Mutex<Body>);

impl Outgoing {
    fn body(&mut self) -> &mut Body {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        self.body().poll_piece(context).map(|piece| Some(piece?.map(Frame::data)))
    }

    fn size_hint(&self) -> SizeHint {
        let body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        body.length().map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

fn error_of(error: reqwest::Error) -> TransportError {
    if let Some(fault) = of_request_body(&error) {
        return TransportError::new(TransportErrorKind::RequestBody, fault);
    }
    let kind = match () {
        () if error.is_builder() => TransportErrorKind::InvalidRequest,
        () if error.is_connect() && error.is_timeout() => TransportErrorKind::ConnectTimeout,
        () if error.is_connect() => TransportErrorKind::Connect,
        () if error.is_decode() || is_packed_wrongly(&error) => TransportErrorKind::Unpack,
        () => TransportErrorKind::Interrupted,
    };
    // The URL may hold personal data.
    TransportError::new(kind, error.without_url())
}

/// What kept the request's body from being read, which stands somewhere among the causes.
fn of_request_body(error: &reqwest::Error) -> Option<String> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(fault) = error.downcast_ref::<TransportError>() {
            return Some(fault.source.to_string());
        }
        cause = error.source();
    }
    None
}

/// Whether it is the unpacking of a body that failed, which `reqwest` reports like a broken
/// connection.
///
/// What stands further down among the causes is not about packing: chunks that break are invalid
/// input too.
fn is_packed_wrongly(error: &reqwest::Error) -> bool {
    let fault = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    fault.is_some_and(|fault| matches!(fault.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput))
}

/// The pieces of a body as they come in.
struct Pieces(reqwest::Body);

impl Stream for Pieces {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match ready!(Pin::new(&mut self.0).poll_frame(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error_of(error)))),
                Some(Ok(frame)) => {
                    // What is not data are trailers, which nobody asks for.
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
            }
        }
    }
}

#[cfg(any(feature = "rustls-tls", feature = "rustls-graviola"))]
mod tls {
    use std::sync::{Arc, OnceLock};

    use reqwest::ClientBuilder;
    use rustls::ClientConfig;
    use rustls::crypto::CryptoProvider;
    use rustls_platform_verifier::BuilderVerifierExt;

    use crate::runtime::error::Error;

    /// Chooses the cryptography here, and not for the process, where other crates may want another.
    pub(super) fn configure(builder: ClientBuilder) -> Result<ClientBuilder, Error> {
        // Reading the system's certificates takes some milliseconds.
        static CONFIG: OnceLock<ClientConfig> = OnceLock::new();
        let config = if let Some(config) = CONFIG.get() {
            config.clone()
        } else {
            let config = config()?;
            CONFIG.get_or_init(|| config).clone()
        };
        Ok(builder.tls_backend_preconfigured(config))
    }

    fn config() -> Result<ClientConfig, Error> {
        let provider = CryptoProvider::get_default().cloned().unwrap_or_else(|| Arc::new(provider()));
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(BuilderVerifierExt::with_platform_verifier)
            // As text: the error's own type would bring a hundred more to be printed.
            .map_err(|error| Error::configuration("TLS can't be set up").with_source(error.to_string()))?;
        Ok(config.with_no_client_auth())
    }

    #[cfg(feature = "rustls-tls")]
    fn provider() -> CryptoProvider {
        rustls::crypto::ring::default_provider()
    }

    #[cfg(not(feature = "rustls-tls"))]
    fn provider() -> CryptoProvider {
        rustls_graviola::default_provider()
    }
}

#[cfg(not(any(feature = "rustls-tls", feature = "rustls-graviola")))]
mod tls {
    use reqwest::ClientBuilder;

    use crate::runtime::error::Error;

    #[allow(clippy::unnecessary_wraps, reason = "with rustls it can fail")]
    pub(super) fn configure(builder: ClientBuilder) -> Result<ClientBuilder, Error> {
        #[cfg(feature = "native-tls")]
        let builder = builder.tls_backend_native();
        Ok(builder)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::Value;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::task::JoinHandle;

    use super::*;
    use crate::generated::API;
    use crate::runtime::api::Auth;
    use crate::runtime::client::Client;
    use crate::runtime::error::ErrorKind;
    use crate::runtime::operation::Operation;
    use crate::runtime::request::Request;
    use crate::runtime::script::{GET, POST};

    static PDF: Operation = Operation { id: "pdf", path: "/pdf", accept: "application/pdf", ..Operation::DEFAULT };

    /// Answers one connection with these bytes, then closes it, and gives what was asked.
    async fn serve(answer: &'static [u8]) -> (Client, JoinHandle<String>) {
        let (url, server) = listen(answer).await;
        (client(&format!("{url}/base")), server)
    }

    async fn listen(answer: &'static [u8]) -> (String, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let request = read_request(&mut stream).await;
            stream.write_all(answer).await.unwrap();
            request
        });
        (url, server)
    }

    fn client(url: &str) -> Client {
        let builder = Client::builder().api_key("KEY-test").base_url(url).max_retries(0).no_proxy();
        builder.timeout(Duration::from_secs(5)).build().unwrap()
    }

    async fn read_request(stream: &mut TcpStream) -> String {
        let mut request = Vec::new();
        loop {
            let mut buffer = [0; 4_096];
            let count = stream.read(&mut buffer).await.unwrap();
            request.extend_from_slice(&buffer[..count]);
            let text = String::from_utf8_lossy(&request).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
                if body.len() >= length.unwrap_or(0) {
                    return text;
                }
            }
        }
    }

    #[tokio::test]
    async fn requests_on_the_wire() {
        let ok = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-request-id: r-1\r\n\r\n{}";
        let (client, server) = serve(ok).await;
        let mut request = Request::new(&client, &GET).path("id", "a/b?..%2e");
        request.query("q[a.b]", "x y,z".to_owned());
        let response = request.call_raw().await.unwrap();
        assert_eq!((response.status(), response.request_id(), response.text().unwrap()), (200, Some("r-1"), "{}"));
        let sent = server.await.unwrap();
        assert!(sent.starts_with("GET /base/things/a%2Fb%3F..%252e?q%5Ba.b%5D=x%20y%2Cz HTTP/1.1\r\n"), "{sent}");
        assert!(sent.contains("\r\naccept: application/json\r\n") && !sent.contains("content-length"), "{sent}");

        let (client, server) = serve(ok).await;
        Request::new(&client, &POST).call_for_nothing().await.unwrap();
        let sent = server.await.unwrap();
        assert!(sent.starts_with("POST /base/things HTTP/1.1\r\n"), "{sent}");
        assert_eq!(sent.matches("content-length: 0\r\n").count(), 1, "{sent}");
        assert!(!sent.contains("content-type"), "{sent}");

        let (client, server) = serve(ok).await;
        Request::new(&client, &POST).body(&Value::from("é")).call_for_nothing().await.unwrap();
        let sent = server.await.unwrap();
        assert!(sent.contains("content-length: 4\r\n") && sent.ends_with("\r\n\r\n\"é\""), "{sent}");

        let (client, server) = serve(ok).await;
        assert_eq!(&Request::new(&client, &PDF).call_for_body::<Bytes>().await.unwrap()[..], b"{}");
        assert!(server.await.unwrap().contains("\r\naccept: application/pdf\r\n"));
    }

    #[tokio::test]
    async fn responses_that_fall_short() {
        use ErrorKind::{Interrupted, Status};
        let cases: [(&[u8], _, _); 7] = [
            (b"", Interrupted, None),
            (b"HTTP/1.1 200 OK\r\ncontent-le", Interrupted, None),
            (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}", Interrupted, Some(200)),
            (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n", Interrupted, Some(200)),
            (b"HTTP/1.1 404 Not Found\r\ncontent-length: 9\r\n\r\n{}", Status, Some(404)),
            (b"nonsense", Interrupted, None),
            (b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n", Status, Some(302)),
        ];
        for (answer, kind, status) in cases {
            let (client, server) = serve(answer).await;
            let error = Request::new(&client, &POST).call::<Value>().await.unwrap_err();
            let shown = String::from_utf8_lossy(answer);
            assert_eq!((error.kind(), error.status()), (kind, status), "{shown}: {error:?}");
            // Some servers carry out what they answer by 302.
            assert_eq!(error.may_have_been_carried_out(), status != Some(404), "{shown}: {error:?}");
            assert!(!format!("{error:?}").contains("127.0.0.1"), "{error:?}");
            server.await.unwrap();
        }
    }

    #[tokio::test]
    async fn every_request_says_who_sends_it() {
        let (client, server) = serve(OK).await;
        Request::new(&client, &GET).path("id", "1").call_for_nothing().await.unwrap();
        let crate_and_version =
            concat!("\r\nuser-agent: ", env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"), "\r\n");
        let sent = server.await.unwrap();
        assert!(sent.contains(crate_and_version), "{sent}");
    }

    const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

    #[tokio::test]
    async fn default_headers_go_out_and_requests_can_override_them() {
        for (own, expected) in [(None, "x-tenant: all\r\n"), (Some("one"), "x-tenant: one\r\n")] {
            let (url, server) = listen(OK).await;
            let builder = Client::builder().api_key("KEY-test").base_url(url).no_proxy();
            let client = builder.header("X-Tenant", "all").user_agent("orders/1.4").build().unwrap();
            let mut request = Request::new(&client, &GET).path("id", "1");
            if let Some(own) = own {
                request.extra_header("x-tenant".to_owned(), own.to_owned());
            }
            request.call_for_nothing().await.unwrap();
            let sent = server.await.unwrap().to_ascii_lowercase();
            assert!(sent.contains(expected) && sent.matches("x-tenant").count() == 1, "{sent}");
            assert!(sent.contains(concat!("/", env!("CARGO_PKG_VERSION"), " orders/1.4\r\n")), "{sent}");
        }
    }

    #[tokio::test]
    async fn a_client_of_ones_own_carries_the_requests() {
        let (url, server) = listen(OK).await;
        let own = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .default_headers(
                [(HeaderName::from_static("x-own"), HeaderValue::from_static("yes"))].into_iter().collect(),
            )
            .no_proxy();
        // Who brings a client also chooses its cryptography.
        let own = tls::configure(own).unwrap().build().unwrap();
        let client = Client::builder().api_key("KEY-test").base_url(url).http_client(own);
        let request = Request::new(&client.build().unwrap(), &GET).path("id", "1");
        request.call_for_nothing().await.unwrap();
        let sent = server.await.unwrap();
        assert!(sent.contains("\r\nx-own: yes\r\n"), "{sent}");
        if API.schemes.first().is_some_and(|scheme| scheme.auth == Auth::Bearer) {
            assert!(sent.contains("\r\nauthorization: Bearer KEY-test\r\n"), "{sent}");
        }
    }

    /// A proxy is asked for the whole URL, and is given its own password.
    #[tokio::test]
    async fn a_proxy_carries_the_requests() {
        let (url, proxy) = listen(OK).await;
        let builder = Client::builder().api_key("KEY-test").base_url("http://api.localhost:9/v2");
        let client = builder.proxy(url.replace("http://", "http://user:secret@")).max_retries(0).build().unwrap();
        Request::new(&client, &GET).path("id", "1").call_for_nothing().await.unwrap();
        let sent = proxy.await.unwrap();
        assert!(sent.starts_with("GET http://api.localhost:9/v2/things/1 HTTP/1.1\r\n"), "{sent}");
        assert!(sent.to_ascii_lowercase().contains("\r\nproxy-authorization: basic dxnlcjpzzwnyzxq=\r\n"), "{sent}");

        let wrong = Client::builder().api_key("KEY-test").proxy("http://user:KEY-2@[").build().unwrap_err();
        assert!(wrong.is_configuration() && !format!("{wrong} {wrong:?}").contains("KEY-2"), "{wrong:?}");
    }

    /// The environment's proxy is asked, unless it is told not to be, or the server is this machine.
    #[tokio::test]
    async fn the_environment_s_proxy_is_asked() {
        const NAME: &str = "runtime::http::tests::the_environment_s_proxy_is_asked";
        const CASE: &str = "HTTP_TEST_CASE";
        // Variables of a running program can't be set safely, so the test is a program that starts itself.
        if let Ok(case) = std::env::var(CASE) {
            let to = if case == "loopback" { "http://127.0.0.1:9" } else { "http://api.invalid" };
            let builder = Client::builder().api_key("KEY-test").base_url(to).allow_plain_http(true).max_retries(0);
            let builder = if case == "no proxy" { builder.no_proxy() } else { builder };
            let builder = builder.timeout(Duration::from_secs(5));
            let outcome = Request::new(&builder.build().unwrap(), &GET).path("id", "1").call_for_nothing().await;
            assert_eq!(outcome.is_ok(), case == "proxy", "{outcome:?}");
            return;
        }
        for case in ["proxy", "no proxy", "loopback"] {
            let (url, proxy) = listen(OK).await;
            let mut program = std::process::Command::new(std::env::current_exe().unwrap());
            program.args(["--exact", NAME]).env(CASE, case).env("HTTP_PROXY", &url).env("http_proxy", &url);
            program.env_remove("NO_PROXY").env_remove("no_proxy");
            let output = tokio::task::spawn_blocking(move || program.output().unwrap()).await.unwrap();
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success() && said.contains("1 passed"), "{case}: {said}");
            assert_eq!(proxy.is_finished(), case == "proxy", "{case}");
            proxy.abort();
        }
    }

    #[cfg(feature = "gzip")]
    #[tokio::test]
    async fn compressed_responses() {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 22\r\n\r\n\
            \x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xae\x05\x00\x43\xbf\xa6\xa3\x02\x00\x00\x00";
        let (client, server) = serve(answer).await;
        let response = Request::new(&client, &POST).call_raw().await.unwrap();
        assert_eq!(response.text().unwrap(), "{}");
        assert!(server.await.unwrap().contains("accept-encoding: gzip"));

        let (client, _server) =
            serve(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\nplain").await;
        let error = Request::new(&client, &POST).call::<Value>().await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Decode, Some(200)), "{error:?}");
    }

    /// However short the time of an attempt is, it is known that nothing was sent without a connection.
    #[tokio::test]
    async fn a_connection_that_does_not_come_about_in_time() {
        // Nobody answers when encryption is to be agreed on.
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let short = Duration::from_millis(500);
        for builder in [Client::builder().timeout(short), Client::builder().deadline(short)] {
            let client = builder.api_key("KEY-test").base_url(&url).max_retries(0).no_proxy().build().unwrap();
            let error = Request::new(&client, &POST).call::<Value>().await.unwrap_err();
            assert_eq!((error.kind(), error.may_have_reached_server()), (ErrorKind::Timeout, false), "{error:?}");
        }
    }

    #[tokio::test]
    async fn nobody_listens() {
        let address = {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            listener.local_addr().unwrap()
        };
        let error = Request::new(&client(&format!("http://{address}")), &POST).call::<Value>().await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_reached_server(), error.attempts()), (ErrorKind::Connect, false, 1));
    }
}
