//! The client: where requests go, how they are authorized, and what holds for all of them.

use std::fmt;
use std::sync::Arc;
#[cfg(feature = "blocking")]
use std::sync::LazyLock;
use std::time::Duration;

use reqwest::Url;

use crate::generated::API;
use crate::runtime::api::variable;
use crate::runtime::auth::{Credential, Credentials};
#[cfg(feature = "blocking")]
use crate::runtime::blocking;
use crate::runtime::error::Error;
use crate::runtime::headers::{self, Headers};
use crate::runtime::http::Http;
use crate::runtime::retry::{Budget, RetryPolicy};
use crate::runtime::tokens::TokenProvider;
use crate::runtime::transport::Transport;

/// The way to the API.
///
/// A client is cheap to clone, and clones share its connections. It can be used from any number of
/// tasks and threads at once.
///
/// ```text
/// let client = Client::from_env()?;
/// let client = Client::new("KEY0123456789")?;
/// let client = Client::builder().api_key(key).timeout(Duration::from_secs(20)).max_retries(4).build()?;
/// ```
#[derive(Clone)]
pub struct Client(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) base_url: BaseUrl,
    /// Whether the base URL is the caller's, which then holds for every operation.
    pub(crate) has_own_base_url: bool,
    pub(crate) credentials: Credentials,
    transport: Arc<dyn Transport>,
    /// Blocking calls have connections of their own, which live on the thread that carries them
    /// out. Those of asynchronous calls live in the caller's runtime, which may be the very thing
    /// that a blocking call blocks.
    #[cfg(feature = "blocking")]
    blocking_transport: LazyLock<Option<Arc<dyn Transport>>, MakeTransport>,
    pub(crate) headers: Headers,
    pub(crate) timeout: Duration,
    pub(crate) deadline: Option<Duration>,
    pub(crate) retry_policy: RetryPolicy,
    pub(crate) budget: Budget,
    pub(crate) max_response_size: usize,
    pub(crate) allow_plain_http: bool,
}

#[cfg(feature = "blocking")]
type MakeTransport = Box<dyn FnOnce() -> Option<Arc<dyn Transport>> + Send + Sync>;

impl Client {
    /// Returns a client for this key and the API's usual address.
    ///
    /// # Errors
    ///
    /// If the key is blank or can't stand in a header.
    pub fn new(api_key: impl Into<String>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// Returns a client that is configured by the environment; see [`ClientBuilder::from_env`].
    ///
    /// # Errors
    ///
    /// If the key is not set or blank, or the base URL can't be used.
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env().build()
    }

    /// Returns a builder, to configure more than the key.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Returns the URL below which requests go, without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.0.base_url.text
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }
}

impl Inner {
    /// The transport for calls that are polled on this thread.
    pub(crate) fn transport(&self) -> &dyn Transport {
        #[cfg(feature = "blocking")]
        if blocking::is_own_thread()
            && let Some(transport) = &*self.blocking_transport
        {
            return transport.as_ref();
        }
        self.transport.as_ref()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        formatter
            .debug_struct("Client")
            .field("base_url", &inner.base_url.text)
            .field("credentials", &inner.credentials)
            .field("headers", &inner.headers)
            .field("timeout", &inner.timeout)
            .field("deadline", &inner.deadline)
            .field("retry_policy", &inner.retry_policy)
            .finish_non_exhaustive()
    }
}

/// Configures a [`Client`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    base_url: Option<String>,
    credentials: Credentials,
    headers: Headers,
    user_agent: String,
    timeout: Duration,
    deadline: Option<Duration>,
    retry_policy: RetryPolicy,
    max_response_size: usize,
    allow_plain_http: bool,
    transport: TransportChoice,
}

#[derive(Clone)]
struct TransportChoice {
    innermost: Innermost,
    /// What wraps it, from the inside out.
    middleware: Vec<Middleware>,
}

#[derive(Clone)]
enum Innermost {
    Own(TransportSettings),
    Given(Arc<dyn Transport>),
}

type Middleware = Arc<dyn Fn(Arc<dyn Transport>) -> Arc<dyn Transport> + Send + Sync>;

impl TransportChoice {
    fn make(&self) -> Result<Arc<dyn Transport>, Error> {
        let innermost = match &self.innermost {
            Innermost::Own(settings) => Arc::new(Http::new(settings)?),
            Innermost::Given(transport) => Arc::clone(transport),
        };
        Ok(self.middleware.iter().fold(innermost, |inner, wrap| wrap(inner)))
    }

    /// The settings, unless the transport is given.
    fn settings(&mut self) -> Option<&mut TransportSettings> {
        match &mut self.innermost {
            Innermost::Own(settings) => Some(settings),
            Innermost::Given(_) => None,
        }
    }
}

/// What the client's own transport is made from.
#[derive(Clone, Debug)]
pub(crate) struct TransportSettings {
    pub(crate) connect_timeout: Duration,
    pub(crate) proxy: Proxy,
}

/// Which proxy is used.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Proxy {
    /// What `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say.
    Environment,
    /// None at all.
    None,
    /// This one. Its URL may hold a password.
    Url(String),
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            base_url: None,
            credentials: Credentials::default(),
            headers: Headers::new(),
            user_agent: API.user_agent.to_owned(),
            timeout: Duration::from_secs(60),
            deadline: None,
            retry_policy: RetryPolicy::new(),
            max_response_size: 64 << 20,
            allow_plain_http: false,
            transport: TransportChoice {
                innermost: Innermost::Own(TransportSettings {
                    connect_timeout: Duration::from_secs(5),
                    proxy: Proxy::Environment,
                }),
                middleware: Vec::new(),
            },
        }
    }
}

impl ClientBuilder {
    /// Returns a builder with the credentials and the base URL that the environment gives.
    ///
    /// The names of the variables are in the crate's documentation, under *Environment*. Variables
    /// that are not set or empty change nothing.
    pub fn from_env() -> Self {
        let mut builder = Self::default();
        for (index, scheme) in API.schemes.iter().enumerate() {
            let values: Option<Vec<String>> = scheme.env.iter().map(|name| variable(name)).collect();
            if let Some(credential) = values.and_then(|values| (scheme.read)(&values)) {
                builder = builder.credential(index, credential);
            }
        }
        if let Some(url) = variable(API.env.base_url) {
            builder = builder.base_url(url);
        }
        builder
    }

    /// Sets the key.
    pub fn api_key(self, key: impl Into<String>) -> Self {
        self.credential(0, Credential::key(key))
    }

    /// Sets where keys come from that expire, in place of one that is fixed.
    pub fn token_provider(self, provider: impl TokenProvider) -> Self {
        self.credential(0, Credential::provider(provider))
    }

    /// Gives the credential of one of the API's schemes.
    pub(crate) fn credential(mut self, scheme: usize, credential: Credential) -> Self {
        self.credentials.set(scheme, credential);
        self
    }

    /// Sets the URL below which requests go, such as `https://api.example.com/v2`.
    ///
    /// It must be `https`, or `http` to this very machine; see
    /// [`allow_plain_http`](Self::allow_plain_http).
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Allows an `http` base URL to another machine, over which the key and all data go
    /// unencrypted; not allowed unless set.
    pub fn allow_plain_http(mut self, allowed: bool) -> Self {
        self.allow_plain_http = allowed;
        self
    }

    /// Sets the time that one attempt may take, from connecting to the last byte of the response;
    /// 60 seconds unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the time that a whole call may take, with all attempts and the waits between them;
    /// unlimited unless set.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets how many times a request is sent again at most, if that does no harm; 2 unless set.
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.retry_policy = self.retry_policy.max_retries(max_retries);
        self
    }

    /// Sets when a request is sent again, and after how long.
    pub fn retry_policy(mut self, policy: RetryPolicy) -> Self {
        self.retry_policy = policy;
        self
    }

    /// Sets a header of every request. A request's own header of that name counts more.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.set(name.into(), value.into());
        self
    }

    /// Adds a product to the `User-Agent` header, such as `orders/1.4`.
    pub fn user_agent(mut self, product: impl AsRef<str>) -> Self {
        self.user_agent = format!("{} {}", self.user_agent, product.as_ref());
        self
    }

    /// Sets the most bytes that a response may have when it is held in memory; 64 MiB unless set.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = bytes;
        self
    }

    /// Sets the time that connecting may take; 5 seconds unless set, but never more than four fifths of the client's
    /// [`timeout`](Self::timeout) and [`deadline`](Self::deadline), so that a connection that does not come about is
    /// told from an answer that does not come.
    ///
    /// It has no effect on a transport that is given by [`transport`](Self::transport) or
    /// [`http_client`](Self::http_client).
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        if let Some(settings) = self.transport.settings() {
            settings.connect_timeout = timeout;
        }
        self
    }

    /// Sends all requests by this proxy, whatever the environment says;
    /// `http://user:password@proxy:3128`, for example.
    ///
    /// Unless it is called, `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` count, but never
    /// for a base URL of this very machine.
    ///
    /// It has no effect on a transport that is given by [`transport`](Self::transport) or
    /// [`http_client`](Self::http_client).
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        if let Some(settings) = self.transport.settings() {
            settings.proxy = Proxy::Url(url.into());
        }
        self
    }

    /// Sends no request by a proxy, whatever the environment says.
    ///
    /// It has no effect on a transport that is given by [`transport`](Self::transport) or
    /// [`http_client`](Self::http_client).
    pub fn no_proxy(mut self) -> Self {
        if let Some(settings) = self.transport.settings() {
            settings.proxy = Proxy::None;
        }
        self
    }

    /// Sends requests by this transport: one of a test, or one that wraps another.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport.innermost = Innermost::Given(Arc::new(transport));
        self
    }

    /// Wraps the transport: `wrap` is given the one that there is, and returns the one to use.
    ///
    /// It may be called more than once, also for one client.
    ///
    /// ```text
    /// let client = Client::builder().api_key(key).middleware(|inner| Logged { inner }).build()?;
    /// ```
    pub fn middleware<T: Transport>(mut self, wrap: impl Fn(Arc<dyn Transport>) -> T + Send + Sync + 'static) -> Self {
        self.transport.middleware.push(Arc::new(move |inner| Arc::new(wrap(inner))));
        self
    }

    /// Sends requests by this `reqwest` client, with its connections, certificates and proxies.
    ///
    /// It should follow no redirects and retry nothing, since this client takes care of both; build
    /// it with `redirect(Policy::none())` and `retry(retry::never())`. It also needs to know its
    /// cryptography: unless your own dependency on `reqwest` brings some, call, for example,
    /// `rustls::crypto::ring::default_provider().install_default()` before you build it.
    pub fn http_client(self, client: reqwest::Client) -> Self {
        self.transport(Http::from(client))
    }

    /// Builds the client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// If the key is missing or blank, or the base URL, a header or the proxy can't be used;
    /// [`Error::is_configuration`] is true.
    pub fn build(mut self) -> Result<Client, Error> {
        self.credentials.check()?;
        let base_url = BaseUrl::parse(self.base_url.as_deref().unwrap_or(API.base_url), self.allow_plain_http)?;
        let mut headers = Headers::new();
        headers.set("user-agent", std::mem::take(&mut self.user_agent));
        headers.set_all(&self.headers);
        if let Some(fault) = headers.iter().find_map(|(name, value)| headers::fault_of(name, value)) {
            return Err(Error::configuration(fault));
        }
        if let Some(settings) = self.transport.settings() {
            let longest = self.deadline.map_or(self.timeout, |deadline| deadline.min(self.timeout));
            settings.connect_timeout = settings.connect_timeout.min(longest / 5 * 4);
        }
        if let Some(settings) = self.transport.settings()
            && settings.proxy == Proxy::Environment
            && is_loopback(&base_url.url)
        {
            // What is meant for this machine must not leave it, least of all unencrypted.
            settings.proxy = Proxy::None;
        }
        Ok(Client(Arc::new(Inner {
            base_url,
            has_own_base_url: self.base_url.is_some(),
            credentials: self.credentials,
            transport: self.transport.make()?,
            #[cfg(feature = "blocking")]
            blocking_transport: LazyLock::new(Box::new(move || self.transport.make().ok())),
            headers,
            timeout: self.timeout,
            deadline: self.deadline,
            retry_policy: self.retry_policy,
            budget: Budget::new(),
            max_response_size: self.max_response_size,
            allow_plain_http: self.allow_plain_http,
        })))
    }
}

impl fmt::Debug for TransportChoice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.innermost {
            Innermost::Own(settings) => settings.fmt(formatter),
            Innermost::Given(_) => formatter.write_str("(given)"),
        }
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Environment => "from the environment",
            Self::None => "none",
            Self::Url(_) => "[redacted]",
        })
    }
}

/// A text that is never shown.
#[derive(Clone)]
pub(crate) struct Secret(Box<str>);

impl Secret {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into().into())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

/// The URL below which requests go.
pub(crate) struct BaseUrl {
    /// Without a slash at its end.
    pub(crate) text: String,
    pub(crate) url: Url,
}

impl BaseUrl {
    fn parse(text: &str, allow_plain_http: bool) -> Result<Self, Error> {
        let wrong = |what: String| Error::configuration(format!("the base URL can't be used: {what}"));
        let url = Url::parse(text.trim())
            .map_err(|error| wrong(format!("{error}; write it as https://api.example.com/v2, for example")))?;
        if !is_secure_enough(&url, allow_plain_http) {
            return Err(wrong(match url.scheme() {
                "http" => {
                    "http:// would send the key unencrypted; use https://, or `allow_plain_http(true)`".to_owned()
                }
                scheme => format!("its scheme is {scheme}, not https"),
            }));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("it holds a user name or password".to_owned()));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("it holds a query or a fragment".to_owned()));
        }
        Ok(Self { text: url.as_str().trim_end_matches('/').to_owned(), url })
    }
}

/// Whether the key and personal data may go to this URL: encrypted, or not beyond this machine, or
/// allowed.
pub(crate) fn is_secure_enough(url: &Url, allow_plain_http: bool) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => allow_plain_http || is_loopback(url),
        _ => false,
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    address.map_or_else(|_| host == "localhost" || host.ends_with(".localhost"), |address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use std::env;

    use super::*;

    #[test]
    fn base_urls_must_be_safe() {
        let cases = [
            ("https://api.example.com/v2", Ok("https://api.example.com/v2")),
            (" https://api.example.com/v2// ", Ok("https://api.example.com/v2")),
            ("https://api.example.com", Ok("https://api.example.com")),
            ("http://127.0.0.1:8080/v2", Ok("http://127.0.0.1:8080/v2")),
            ("http://[::1]:8080", Ok("http://[::1]:8080")),
            ("http://localhost:1", Ok("http://localhost:1")),
            ("http://api.example.com", Err("unencrypted")),
            ("http://127.0.0.1.example.com", Err("unencrypted")),
            ("http://localhost.example.com", Err("unencrypted")),
            ("ftp://api.example.com", Err("its scheme is ftp")),
            ("https://user:pass@api.example.com", Err("user name")),
            ("https://api.example.com/?a=b", Err("a query")),
            ("api.example.com", Err("relative URL")),
            ("", Err("relative URL")),
        ];
        for (text, expected) in cases {
            match (BaseUrl::parse(text, false), expected) {
                (Ok(base), Ok(expected)) => assert_eq!(base.text, expected),
                (Err(error), Err(part)) => {
                    assert!(error.to_string().contains(part), "{text}: {error}");
                }
                (Ok(base), Err(_)) => panic!("{text} was taken as {}", base.text),
                (Err(error), Ok(_)) => panic!("{text}: {error}"),
            }
        }
        assert!(BaseUrl::parse("http://api.example.com", true).is_ok());
    }

    #[test]
    fn clients_come_from_the_environment() {
        // Variables of a running program can't be set safely, so the test is a program that starts itself.
        const NAME: &str = "runtime::client::tests::clients_come_from_the_environment";
        const EXPECTS: &str = "CLIENT_TEST_EXPECTS";
        if let Ok(expected) = env::var(EXPECTS) {
            let said = match Client::from_env() {
                Ok(client) => {
                    format!("{} to {}", client.inner().credentials.secrets().0.concat(), client.base_url())
                }
                Err(error) => error.to_string(),
            };
            assert!(said.contains(&expected), "{said}");
            return;
        }
        let usual = format!("KEY-1 to {}", API.base_url.trim_end_matches('/'));
        let cases = [
            (Some("KEY-1"), None, usual.as_str()),
            (Some(" KEY-1 "), Some(" "), usual.as_str()),
            (Some("KEY-1"), Some("http://localhost:1/v3/"), "KEY-1 to http://localhost:1/v3"),
            (Some("KEY-1"), Some("nonsense"), "the base URL can't be used"),
        ];
        let without_key = [(None, None, "the API key is missing"), (Some("  "), None, "the API key is missing")];
        let without_key = without_key.into_iter().filter(|_| !API.anonymous);
        for (key, url, expected) in cases.into_iter().chain(without_key) {
            let mut program = std::process::Command::new(env::current_exe().unwrap());
            program.args(["--exact", NAME]).env(EXPECTS, expected);
            for (name, value) in [(API.schemes[0].env[0], key), (API.env.base_url, url)] {
                match value {
                    Some(value) => program.env(name, value),
                    None => program.env_remove(name),
                };
            }
            let output = program.output().unwrap();
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success() && said.contains("1 passed"), "{key:?}, {url:?}: {said}");
        }
        // Nor is what is no text taken for absent, which would lead to the usual URL.
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt as _;
            let mut program = std::process::Command::new(env::current_exe().unwrap());
            program
                .args(["--exact", NAME])
                .env(EXPECTS, "the base URL can't be used")
                .env(API.schemes[0].env[0], "KEY-1");
            let url = std::ffi::OsStr::from_bytes(b"http://localhost\xff:1");
            let output = program.env(API.env.base_url, url).output().unwrap();
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success() && said.contains("1 passed"), "{said}");
        }
    }

    #[test]
    fn keys_must_be_there_and_never_show() {
        for key in ["", "  ", "a\r\nb", "ä"] {
            assert!(Client::new(key).unwrap_err().is_configuration(), "{key:?}");
        }
        assert!(Client::builder().build().unwrap_err().is_configuration());
        let builder =
            Client::builder().api_key(" KEY-1 ").header("x-secret", "KEY-2").proxy("http://u:KEY-3@localhost:1");
        assert!(!format!("{builder:?}").contains("KEY"), "{builder:?}");
        let client = builder.build().unwrap();
        assert_eq!(client.inner().credentials.secrets().0, ["KEY-1"]);
        assert!(!format!("{client:?}").contains("KEY"), "{client:?}");
    }
}
