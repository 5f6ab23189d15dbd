//! Tokens that expire: who gives them, and when another one is fetched.
//!
//! Everything here is generic or `#[inline]`, so that it is built in the crates that use such tokens, and in no others.

use std::error::Error as StdError;
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use reqwest::Url;
use serde_json::{Map, Value};
use tokio::sync::Mutex as Queue;
use tokio::time::Instant;

use crate::runtime::api::{Auth, QueryArrays};
use crate::runtime::auth::{Need, Tokens, base64};
use crate::runtime::client::{self, Secret, is_secure_enough};
use crate::runtime::error::{Error, ErrorKind, reason};
use crate::runtime::execute::error_of;
use crate::runtime::headers::Headers;
use crate::runtime::incoming::{Gathered, Incoming};
use crate::runtime::json;
use crate::runtime::operation::Method;
use crate::runtime::params;
use crate::runtime::retry::retry_after;
use crate::runtime::secrets::Secrets;
use crate::runtime::transport::{BoxFuture, TransportRequest};

/// Gives tokens that expire, or credentials of a kind that this crate knows nothing of.
///
/// It is asked before the first request, shortly before a token expires, and once more when the
/// server refuses a token by the status 401; in between, the token that it gave is used for all
/// requests. However many requests wait for a token, it is asked once. Any closure of this form is a
/// provider:
///
/// ```text
/// let client = Client::builder()
///     .token_provider(|| async {
///         let token = vault::read("telnyx").await?;
///         Ok(Token::new(token.secret).expires_in(token.lifetime))
///     })
///     .build()?;
/// ```
pub trait TokenProvider: Send + Sync + 'static {
    /// Fetches a token.
    fn token(&self) -> BoxFuture<'_, Result<Token, TokenError>>;
}

/// Why a provider has no token. Its message may end up in logs, and so must hold no secrets.
pub type TokenError = Box<dyn StdError + Send + Sync>;

impl<P, F> TokenProvider for P
where
    P: Fn() -> F + Send + Sync + 'static,
    F: Future<Output = Result<Token, TokenError>> + Send + 'static,
{
    fn token(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        Box::pin(self())
    }
}

/// What a [`TokenProvider`] gives. `Debug` does not show it.
#[derive(Clone, Debug)]
pub struct Token {
    secret: Secret,
    lifetime: Option<Duration>,
}

impl Token {
    /// Returns a token that holds until the server refuses it.
    #[inline]
    pub fn new(secret: impl Into<String>) -> Self {
        // As for keys: what comes out of a file ends in a line break.
        Self { secret: Secret::new(secret.into().trim()), lifetime: None }
    }

    /// Sets for how long the token holds from now on.
    #[must_use]
    #[inline]
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }
}

/// What a program proves itself with to an `OAuth2` server (RFC 6749, section 4.4): it gets tokens
/// for them, which are kept, and fetched again before they expire.
///
/// ```text
/// ClientCredentials::new("id", "secret").scopes(["orders.read", "orders.write"])
/// ```
///
/// They go to the address that the API's document names for it, and nowhere else. `Debug` does not
/// show the secret.
#[derive(Clone, Debug)]
#[must_use = "credentials do nothing until they are given to a client"]
pub struct ClientCredentials {
    id: String,
    secret: Secret,
    scopes: Vec<String>,
    token_url: Option<String>,
}

impl ClientCredentials {
    /// Returns the credentials of a program that the server knows by this id.
    #[inline]
    pub fn new(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { id: id.into(), secret: Secret::new(secret), scopes: Vec::new(), token_url: None }
    }

    /// Sets what the tokens are to allow; unless it is called, the server decides.
    #[inline]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets where tokens are fetched, in place of what the API's document says.
    #[inline]
    pub fn token_url(mut self, url: impl Into<String>) -> Self {
        self.token_url = Some(url.into());
        self
    }
}

/// A token that is fetched when it is needed, by one of those that need it.
pub(crate) struct Fetched<S> {
    source: S,
    held: Mutex<Option<Held>>,
    /// Who fetches holds it; the others wait for it and then find a token.
    queue: Queue<()>,
}

/// Where tokens come from.
pub(crate) trait Source: Send + Sync {
    fn fetch<'a>(&'a self, need: Need<'a>) -> BoxFuture<'a, Result<Token, Error>>;

    /// The secret for which they are given.
    fn secret(&self) -> Option<&Secret>;
}

#[derive(Clone)]
struct Held {
    secret: Secret,
    /// When another one is fetched, so that none expires on its way.
    stale_from: Option<Instant>,
}

impl<S> From<S> for Fetched<S> {
    fn from(source: S) -> Self {
        Self { source, held: Mutex::new(None), queue: Queue::new(()) }
    }
}

impl<S> Fetched<S> {
    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fresh(&self) -> Option<Secret> {
        let held = self.held();
        let held = held.as_ref()?;
        held.stale_from.is_none_or(|stale_from| Instant::now() < stale_from).then(|| held.secret.clone())
    }
}

impl<S: Source> Tokens for Fetched<S> {
    fn get<'a>(&'a self, need: Need<'a>) -> BoxFuture<'a, Result<Secret, Error>> {
        Box::pin(async move {
            if let Some(secret) = self.fresh() {
                return Ok(secret);
            }
            let _turn = self.queue.lock().await;
            // Whoever was first may have fetched it in the meantime.
            if let Some(secret) = self.fresh() {
                return Ok(secret);
            }
            let asked_at = Instant::now();
            let token = self.source.fetch(need).await?;
            let stale_from = token.lifetime.and_then(|lifetime| {
                let margin = (lifetime / 10).min(Duration::from_secs(60));
                asked_at.checked_add(lifetime.saturating_sub(margin))
            });
            *self.held() = Some(Held { secret: token.secret.clone(), stale_from });
            Ok(token.secret)
        })
    }

    fn forget(&self, refused: &Secret) {
        let mut held = self.held();
        if held.as_ref().is_some_and(|held| held.secret.reveal() == refused.reveal()) {
            *held = None;
        }
    }

    fn add_secrets(&self, secrets: &mut Secrets) {
        if let Some(held) = &*self.held() {
            secrets.add(held.secret.reveal());
        }
        if let Some(secret) = self.source.secret() {
            secrets.add(secret.reveal());
        }
    }
}

/// A provider of the caller's.
pub(crate) struct Provided<P>(pub(crate) P);

impl<P: TokenProvider> Source for Provided<P> {
    fn fetch<'a>(&'a self, _need: Need<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(async move {
            self.0.token().await.map_err(|error| {
                Error::new(ErrorKind::Credentials, "no token could be had from its provider").with_source(error)
            })
        })
    }

    fn secret(&self) -> Option<&Secret> {
        None
    }
}

impl Source for ClientCredentials {
    #[inline]
    fn fetch<'a>(&'a self, need: Need<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        Box::pin(fetch(self, need))
    }

    #[inline]
    fn secret(&self) -> Option<&Secret> {
        Some(&self.secret)
    }
}

/// Fetches a token for client credentials.
#[inline]
async fn fetch(credentials: &ClientCredentials, Need { auth, client, limits }: Need<'_>) -> Result<Token, Error> {
    let Auth::ClientCredentials { token_url } = auth else {
        return Err(Error::configuration("the API's document does not say where to fetch tokens"));
    };
    let url = token_url_of(credentials, token_url, client)?;
    let mut members = Map::new();
    members.insert("grant_type".to_owned(), Value::from("client_credentials"));
    if let Some((first, further)) = credentials.scopes.split_first() {
        let mut scope = first.clone();
        for name in further {
            scope.push(' ');
            scope.push_str(name);
        }
        members.insert("scope".to_owned(), Value::from(scope));
    }
    let form = params::form(&members, &[], QueryArrays::Comma);
    // Section 2.3.1 wants both escaped before they are joined.
    let pair = format!("{}:{}", params::escape(&credentials.id), params::escape(credentials.secret.reveal()));
    let mut headers = Headers::new();
    headers.set("accept", "application/json");
    headers.set("content-type", "application/x-www-form-urlencoded");
    headers.set("authorization", format!("Basic {}", base64(pair.as_bytes())));
    if let Some(agent) = client.headers.get("user-agent") {
        headers.set("user-agent", agent);
    }
    let request = TransportRequest {
        method: Method::Post,
        url,
        headers,
        body: Some(Bytes::from(form).into()),
        operation: "token",
        path_template: token_url,
        attempt: 1,
    };
    let response = client.transport().send(request).await.map_err(|error| {
        let error = error_of(error, false);
        // It was not the request itself that was sent.
        Error::new(error.kind(), format!("no token could be fetched: {error}")).with_source(error)
    })?;
    let (status, headers) = (response.status, response.headers);
    let mut gathered = Gathered::new(None, client.max_response_size);
    let outcome = Incoming::new(response.body, None, limits).gather(&mut gathered).await;
    let body = gathered.into_bytes();
    let answer: Value = json::value(&body).unwrap_or_default();
    if !(200..300).contains(&status) {
        let code = answer.get("error").and_then(Value::as_str).filter(|code| is_error_code(code));
        let code = code.map(|code| format!(": {code}")).unwrap_or_default();
        let message = format!("no token could be fetched: {status} {}{code}", reason(status));
        return Err(Error::new(ErrorKind::Credentials, message)
            .with_retry_after(retry_after(&headers, std::time::SystemTime::now()))
            .with_response(status, headers, body));
    }
    outcome.map_err(|error| Error::new(error.kind(), "no token could be fetched: its answer is not whole"))?;
    let Some(token) = answer.get("access_token").and_then(Value::as_str) else {
        return Err(Error::new(ErrorKind::Credentials, "the answer to a request for a token holds no `access_token`"));
    };
    let token = Token::new(token);
    let seconds = answer.get("expires_in").and_then(|seconds| match seconds {
        Value::String(text) => text.trim().parse().ok(),
        number => number.as_f64(),
    });
    let lifetime = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    Ok(match lifetime {
        Some(lifetime) => token.expires_in(lifetime),
        None => token,
    })
}

/// What section 5.2 allows in a code, which so is nothing but a word.
#[inline]
fn is_error_code(code: &str) -> bool {
    code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

#[inline]
fn token_url_of(credentials: &ClientCredentials, documented: &str, client: &client::Inner) -> Result<Url, Error> {
    let wrong = |what: &str| Error::configuration(format!("the URL for tokens can't be used: {what}"));
    let text = credentials.token_url.as_deref().unwrap_or(documented);
    if text.trim().is_empty() {
        return Err(wrong("there is none; give one with `ClientCredentials::token_url`"));
    }
    let url = client.base_url.url.join(text).map_err(|error| wrong(&error.to_string()))?;
    if !is_secure_enough(&url, client.allow_plain_http) {
        return Err(wrong("it is neither https nor this very machine"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use serde_json::json;

    use super::*;
    use crate::runtime::client::Client;
    use crate::runtime::request::Request;
    use crate::runtime::script::{POST, Script, Step};
    use crate::runtime::testing::{MockReply, MockTransport};

    /// A client whose tokens are numbered and hold for a minute, and how many there have been.
    fn client(script: &Script) -> (Client, Arc<AtomicUsize>) {
        let count = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&count);
        let provider = move || {
            let number = counter.fetch_add(1, Ordering::SeqCst) + 1;
            async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Ok(Token::new(format!("TOKEN-{number}")).expires_in(Duration::from_secs(60)))
            }
        };
        (script.builder().token_provider(provider).build().unwrap(), count)
    }

    async fn send(client: &Client) -> Result<Value, Error> {
        Request::new(client, &POST).call::<Value>().await
    }

    fn sent(script: &Script) -> Vec<String> {
        let tokens = script.log().into_iter().map(|request| request.headers.get("authorization").unwrap().to_owned());
        tokens.map(|token| token.trim_start_matches("Bearer ").to_owned()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn tokens_are_fetched_once_and_before_they_expire() {
        let script = Script::default();
        let (client, count) = client(&script);
        let calls: Vec<_> = (0..20)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { send(&client).await })
            })
            .collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
        assert_eq!((sent(&script), count.load(Ordering::SeqCst)), (vec!["TOKEN-1".to_owned(); 20], 1));
        tokio::time::sleep(Duration::from_secs(50)).await;
        send(&client).await.unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 1, "it holds for some seconds yet");
        tokio::time::sleep(Duration::from_secs(4)).await;
        send(&client).await.unwrap();
        assert_eq!((sent(&script).last().unwrap().as_str(), count.load(Ordering::SeqCst)), ("TOKEN-2", 2));
        assert!(!format!("{client:?}").contains("TOKEN"), "{client:?}");
    }

    /// Who gives up while he fetches does not leave the others without a token.
    #[tokio::test(start_paused = true)]
    async fn whoever_waits_takes_over_from_who_gave_up() {
        let script = Script::default();
        let (client, count) = client(&script);
        let impatient = tokio::time::timeout(Duration::from_millis(500), send(&client));
        let (gave_up, got) = tokio::join!(impatient, send(&client));
        assert!(gave_up.is_err() && got.is_ok());
        assert_eq!((sent(&script), count.load(Ordering::SeqCst)), (vec!["TOKEN-2".to_owned()], 2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_is_refused_is_fetched_once_more() {
        let script =
            Script::new([Step::json("{}"), Step::status(401), Step::json("{}"), Step::status(401), Step::status(401)]);
        let (client, count) = client(&script);
        send(&client).await.unwrap();
        send(&client).await.unwrap();
        assert_eq!(
            (sent(&script), count.load(Ordering::SeqCst)),
            (["TOKEN-1", "TOKEN-1", "TOKEN-2"].map(str::to_owned).to_vec(), 2)
        );
        let error = send(&client).await.unwrap_err();
        assert!(error.is_unauthorized() && error.attempts() == 2, "{error:?}");
        assert_eq!((script.log().len(), count.load(Ordering::SeqCst)), (5, 3));
    }

    /// What 303 leads to is the result of what has been done.
    #[tokio::test(start_paused = true)]
    async fn a_result_that_is_refused_is_not_asked_for_by_doing_it_again() {
        let script = Script::new([Step::status(303).header("location", "/result"), Step::status(401)]);
        let error = send(&client(&script).0).await.unwrap_err();
        let methods: Vec<_> = script.log().iter().map(|request| request.method).collect();
        assert_eq!(methods, [Method::Post, Method::Get], "{error}");
        assert!(error.is_unauthorized() && error.may_have_been_carried_out(), "{error:?}");
    }

    /// Not even one that another call has replaced in the meantime.
    #[tokio::test(start_paused = true)]
    async fn a_token_in_use_is_not_shown() {
        let mock = MockTransport::new();
        let refusal = MockReply::new(422).json(json!({"title": "TOKEN-1 may not"})).after(Duration::from_secs(9));
        let _ = mock.on_any().reply_with(refusal).reply(200, json!({}));
        let count = AtomicUsize::new(0);
        let provider = move || {
            let number = count.fetch_add(1, Ordering::SeqCst) + 1;
            async move { Ok::<_, TokenError>(Token::new(format!("TOKEN-{number}")).expires_in(Duration::ZERO)) }
        };
        let client = mock.client_builder().token_provider(provider).build().unwrap();
        let (refused, got) = tokio::join!(send(&client), send(&client));
        got.unwrap();
        assert_eq!(refused.unwrap_err().api_errors()[0].title.as_deref(), Some("[redacted] may not"));
    }

    /// A key that is fixed would be refused again.
    #[tokio::test(start_paused = true)]
    async fn a_fixed_key_is_not_sent_again() {
        let script = Script::new([Step::status(401)]);
        assert!(send(&script.client()).await.unwrap_err().is_unauthorized());
        assert_eq!(script.log().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_token_nothing_is_sent() {
        let script = Script::default();
        let failing = || async { Err::<Token, TokenError>("the vault is sealed".into()) };
        let client = script.builder().token_provider(failing).build().unwrap();
        let error = send(&client).await.unwrap_err();
        assert!(error.is_credentials() && !error.may_have_reached_server(), "{error:?}");
        assert!(std::error::Error::source(&error).unwrap().to_string().contains("sealed"));

        let stalled = || async { std::future::pending::<Result<Token, TokenError>>().await };
        let client = script.builder().token_provider(stalled).max_retries(0).build().unwrap();
        let error = send(&client).await.unwrap_err();
        assert!(error.is_timeout() && !error.may_have_reached_server(), "{error:?}");

        let smuggling = || async { Ok::<_, TokenError>(Token::new("a\r\nx-evil: b")) };
        let client = script.builder().token_provider(smuggling).build().unwrap();
        assert!(send(&client).await.unwrap_err().is_invalid_request());
        assert_eq!(script.log().len(), 0);
    }

    #[tokio::test]
    async fn a_token_may_come_out_of_a_file() {
        let script = Script::default();
        let filed = || async { Ok::<_, TokenError>(Token::new(" TOKEN-1\n")) };
        send(&script.builder().token_provider(filed).build().unwrap()).await.unwrap();
        assert_eq!(sent(&script), ["TOKEN-1"]);
    }
}
