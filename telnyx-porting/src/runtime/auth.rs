//! Credentials: where they come from, which of them a request needs, and how they get into it.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use reqwest::Url;
use serde_json::{Map, Value};
use tokio::sync::Mutex as Queue;
use tokio::time::Instant;

use crate::generated::API;
use crate::runtime::api::{Auth, QueryArrays, Scheme, Security};
use crate::runtime::client::{self, Secret, is_secure_enough};
use crate::runtime::error::{Error, ErrorKind, reason};
use crate::runtime::execute::error_of;
use crate::runtime::headers::{self, Headers};
use crate::runtime::incoming::{Gathered, Incoming, Limits};
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
    pub fn new(secret: impl Into<String>) -> Self {
        Self { secret: Secret::new(secret), lifetime: None }
    }

    /// Sets for how long the token holds from now on.
    #[must_use]
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
    pub fn new(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { id: id.into(), secret: Secret::new(secret), scopes: Vec::new(), token_url: None }
    }

    /// Sets what the tokens are to allow; unless it is called, the server decides.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets where tokens are fetched, in place of what the API's document says.
    pub fn token_url(mut self, url: impl Into<String>) -> Self {
        self.token_url = Some(url.into());
        self
    }
}

/// What a client has been given for one scheme.
#[derive(Clone)]
pub(crate) enum Credential {
    Fixed(Secret),
    Fetched(Arc<Fetched>),
}

impl Credential {
    pub(crate) fn key(key: impl Into<String>) -> Self {
        Self::Fixed(Secret::new(key.into().trim()))
    }

    pub(crate) fn basic(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self::Fixed(Secret::new(format!("{}:{}", user.into(), password.into())))
    }

    pub(crate) fn client(credentials: ClientCredentials) -> Self {
        Self::Fetched(Arc::new(Fetched::from(Source::Client(credentials))))
    }

    pub(crate) fn provider(provider: impl TokenProvider) -> Self {
        Self::Fetched(Arc::new(Fetched::from(Source::Provider(Box::new(provider)))))
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Fixed(_) => "[redacted]",
            Self::Fetched(_) => "(fetched)",
        })
    }
}

/// A token that is fetched when it is needed, by one of those that need it.
pub(crate) struct Fetched {
    source: Source,
    held: Mutex<Option<Held>>,
    /// Who fetches holds it; the others wait for it and then find a token.
    queue: Queue<()>,
}

enum Source {
    Provider(Box<dyn TokenProvider>),
    Client(ClientCredentials),
}

#[derive(Clone)]
struct Held {
    secret: Secret,
    /// When another one is fetched, so that none expires on its way.
    stale_from: Option<Instant>,
}

impl From<Source> for Fetched {
    fn from(source: Source) -> Self {
        Self { source, held: Mutex::new(None), queue: Queue::new(()) }
    }
}

impl Fetched {
    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fresh(&self) -> Option<Secret> {
        let held = self.held();
        let held = held.as_ref()?;
        held.stale_from.is_none_or(|stale_from| Instant::now() < stale_from).then(|| held.secret.clone())
    }

    async fn get(&self, auth: Auth, client: &client::Inner, limits: &Limits) -> Result<Secret, Error> {
        if let Some(secret) = self.fresh() {
            return Ok(secret);
        }
        let _turn = self.queue.lock().await;
        // Whoever was first may have fetched it in the meantime.
        if let Some(secret) = self.fresh() {
            return Ok(secret);
        }
        let asked_at = Instant::now();
        let token = match &self.source {
            Source::Provider(provider) => provider.token().await.map_err(|error| {
                Error::new(ErrorKind::Credentials, "no token could be had from its provider").with_source(error)
            })?,
            Source::Client(credentials) => fetch(credentials, auth, client, limits).await?,
        };
        let stale_from = token.lifetime.and_then(|lifetime| {
            let margin = (lifetime / 10).min(Duration::from_secs(60));
            asked_at.checked_add(lifetime.saturating_sub(margin))
        });
        *self.held() = Some(Held { secret: token.secret.clone(), stale_from });
        Ok(token.secret)
    }

    /// Forgets a token that the server does not accept, unless another one has taken its place.
    fn forget(&self, refused: &Secret) {
        let mut held = self.held();
        if held.as_ref().is_some_and(|held| held.secret.reveal() == refused.reveal()) {
            *held = None;
        }
    }
}

/// Fetches a token for client credentials.
async fn fetch(
    credentials: &ClientCredentials,
    auth: Auth,
    client: &client::Inner,
    limits: &Limits,
) -> Result<Token, Error> {
    let Auth::ClientCredentials { token_url } = auth else {
        return Err(Error::configuration("the API's document does not say where to fetch tokens"));
    };
    let url = token_url_of(credentials, token_url, client)?;
    let mut members = Map::new();
    members.insert("grant_type".to_owned(), Value::from("client_credentials"));
    if !credentials.scopes.is_empty() {
        members.insert("scope".to_owned(), Value::from(credentials.scopes.join(" ")));
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
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
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
fn is_error_code(code: &str) -> bool {
    code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

fn token_url_of(credentials: &ClientCredentials, documented: &str, client: &client::Inner) -> Result<Url, Error> {
    let wrong = |what: &str| Error::configuration(format!("the URL for tokens can't be used: {what}"));
    let text = credentials.token_url.as_deref().unwrap_or(documented);
    let url = client.base_url.url.join(text).map_err(|error| wrong(&error.to_string()))?;
    if !is_secure_enough(&url, client.allow_plain_http) {
        return Err(wrong("it is neither https nor this very machine"));
    }
    Ok(url)
}

/// All credentials of a client.
#[derive(Clone, Default)]
pub(crate) struct Credentials(Vec<(usize, Credential)>);

impl Credentials {
    /// Gives the credential of a scheme, in place of an earlier one.
    pub(crate) fn set(&mut self, scheme: usize, credential: Credential) {
        self.0.retain(|(other, _)| *other != scheme);
        self.0.push((scheme, credential));
    }

    fn get(&self, scheme: usize) -> Option<&Credential> {
        self.0.iter().find(|(other, _)| *other == scheme).map(|(_, credential)| credential)
    }

    /// Finds what is wrong with them before anything is sent.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.0.is_empty() && !API.anonymous {
            return Err(Error::configuration(missing(API.security)));
        }
        for (index, credential) in &self.0 {
            let (Some(scheme), Credential::Fixed(secret)) = (API.schemes.get(*index), credential) else { continue };
            let what = if API.schemes.len() == 1 { "API key".to_owned() } else { format!("`{}`", scheme.setter) };
            if secret.reveal().is_empty() {
                return Err(Error::configuration(format!("the {what} is blank: {}", how(scheme))));
            }
            let in_header = !matches!(scheme.auth, Auth::Basic | Auth::Query(_) | Auth::Cookie(_));
            if in_header && !secret.reveal().bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
                return Err(Error::configuration(format!("the {what} holds a character that can't stand in a header")));
            }
        }
        Ok(())
    }

    /// Chooses what an operation is called with: the first alternative for which everything has been
    /// given. Nothing is sent only where nothing is needed, and something can't be.
    pub(crate) fn choose(&self, wanted: Security) -> Result<Chosen<'_>, Error> {
        let is_given = |index: &usize| API.schemes.get(*index).and(self.get(*index)).is_some();
        let mut alternatives = wanted.iter().filter(|alternative| !alternative.is_empty());
        let schemes = match alternatives.find(|alternative| alternative.iter().all(is_given)) {
            Some(alternative) => *alternative,
            None if wanted.is_empty() || wanted.iter().any(|alternative| alternative.is_empty()) => &[],
            None => return Err(Error::configuration(missing(wanted))),
        };
        Ok(Chosen { schemes, credentials: self })
    }

    /// Every text that must not be shown.
    pub(crate) fn secrets(&self) -> Secrets {
        let mut secrets = Secrets::default();
        for (_, credential) in &self.0 {
            match credential {
                Credential::Fixed(secret) => {
                    secrets.add(secret.reveal());
                    if let Some((_, password)) = secret.reveal().split_once(':') {
                        secrets.add(password);
                    }
                }
                Credential::Fetched(fetched) => {
                    if let Some(held) = &*fetched.held() {
                        secrets.add(held.secret.reveal());
                    }
                    if let Source::Client(credentials) = &fetched.source {
                        secrets.add(credentials.secret.reveal());
                    }
                }
            }
        }
        secrets
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |index: &usize| API.schemes.get(*index).map_or("", |scheme| scheme.setter);
        formatter.debug_map().entries(self.0.iter().map(|(index, credential)| (name(index), credential))).finish()
    }
}

/// Says which credentials there are none of.
fn missing(wanted: Security) -> String {
    let schemes = |alternative: &'static [usize]| alternative.iter().filter_map(|index| API.schemes.get(*index));
    if let ([scheme], [_]) = (API.schemes, wanted) {
        return format!("the API key is missing: {}", how(scheme));
    }
    let alternatives = |text: fn(&Scheme) -> String| {
        let each = wanted.iter().map(|alternative| schemes(alternative).map(text).collect::<Vec<_>>().join(" and "));
        each.collect::<Vec<_>>().join(", or ")
    };
    let setters = alternatives(|scheme| format!("`{}`", scheme.setter));
    let variables = alternatives(|scheme| scheme.env.join(" and "));
    format!("credentials are missing: give them by {setters}; or use `from_env` and set {variables}")
}

fn how(scheme: &Scheme) -> String {
    let variables = scheme.env.join(" and ");
    format!("give it by `{}`, or set {variables} and use `from_env`", scheme.setter)
}

/// The credentials that a request is sent with.
#[derive(Clone, Copy)]
pub(crate) struct Chosen<'c> {
    /// The schemes by their index.
    schemes: &'static [usize],
    credentials: &'c Credentials,
}

impl<'c> Chosen<'c> {
    fn iter(self) -> impl Iterator<Item = (Auth, &'c Credential)> {
        let found = move |index: &usize| Some((API.schemes.get(*index)?.auth, self.credentials.get(*index)?));
        self.schemes.iter().filter_map(found)
    }
}

/// The credentials of one attempt.
pub(crate) struct Proofs<'c> {
    chosen: Chosen<'c>,
    /// What had to be fetched of them, in their order.
    fetched: Vec<(Secret, Arc<Fetched>)>,
}

impl<'c> Proofs<'c> {
    /// Those that need not be fetched, if that is all of them.
    pub(crate) fn at_hand(chosen: Chosen<'c>) -> Option<Self> {
        let is_fixed = |(_, credential): (Auth, &Credential)| matches!(credential, Credential::Fixed(_));
        chosen.iter().all(is_fixed).then(|| Self { chosen, fetched: Vec::new() })
    }

    /// Fetches what has to be fetched.
    pub(crate) async fn of(chosen: Chosen<'c>, client: &client::Inner, limits: &Limits) -> Result<Self, Error> {
        let mut proofs = Self { chosen, fetched: Vec::new() };
        for (auth, credential) in chosen.iter() {
            if let Credential::Fetched(fetched) = credential {
                let secret = fetched.get(auth, client, limits).await?;
                proofs.fetched.push((secret, Arc::clone(fetched)));
            }
        }
        Ok(proofs)
    }

    /// Puts them where they belong: into the headers, and into the query if there is a URL. What the caller has set under
    /// the same name stays.
    pub(crate) fn apply(&self, mut url: Option<&mut Url>, headers: &mut Headers) -> Result<(), String> {
        let mut fetched = self.fetched.iter();
        for (auth, credential) in self.chosen.iter() {
            let secret = match credential {
                Credential::Fixed(secret) => secret,
                Credential::Fetched(_) => match fetched.next() {
                    Some((secret, _)) => secret,
                    None => continue,
                },
            };
            let secret = secret.reveal();
            let (name, value) = match auth {
                Auth::Bearer | Auth::ClientCredentials { .. } => ("authorization", ["Bearer ", secret].concat()),
                Auth::Http(scheme) => ("authorization", format!("{scheme} {secret}")),
                Auth::Basic => ("authorization", format!("Basic {}", base64(secret.as_bytes()))),
                Auth::Header(name) => (name, secret.to_owned()),
                Auth::Query(name) => {
                    // A link to the next page may repeat it.
                    if let Some(url) = &mut url
                        && let Some(query) = with_pair(url.query().unwrap_or_default(), "&", name, secret)
                    {
                        url.set_query(Some(&query));
                    }
                    continue;
                }
                Auth::Cookie(name) => {
                    if let Some(cookies) = with_pair(headers.get("cookie").unwrap_or_default(), "; ", name, secret) {
                        headers.set("cookie", cookies);
                    }
                    continue;
                }
            };
            if let Some(fault) = headers::fault_of(name, &value) {
                return Err(fault);
            }
            if headers.get(name).is_none() {
                headers.append(name, value);
            }
        }
        Ok(())
    }

    /// Forgets those that were fetched, since the server does not accept them; whether there are any.
    pub(crate) fn forget(&self) -> bool {
        self.fetched.iter().for_each(|(secret, fetched)| fetched.forget(secret));
        !self.fetched.is_empty()
    }
}

/// Pairs with one more behind them, unless one of that name is there.
fn with_pair(pairs: &str, separator: &str, name: &str, value: &str) -> Option<String> {
    let name = params::escape(name);
    let is_there = pairs.split(separator.trim()).any(|pair| pair.trim().split('=').next() == Some(&*name));
    let separator = if pairs.is_empty() { "" } else { separator };
    (!is_there).then(|| format!("{pairs}{separator}{name}={}", params::escape(value)))
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32| ALPHABET.get((bits & 63) as usize).map_or('=', |byte| char::from(*byte));
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        let digits = [bits >> 18, bits >> 12, bits >> 6, bits].map(digit);
        text.extend(digits.into_iter().take(group.len() + 1));
        text.extend(std::iter::repeat_n('=', 3 - group.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::runtime::client::Client;
    use crate::runtime::request::Request;
    use crate::runtime::script::{POST, Script, Step};

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

    #[test]
    fn a_credential_does_not_stand_beside_what_the_caller_gives_in_its_place() {
        assert_eq!(with_pair("", "&", "api_key", "K 1").as_deref(), Some("api_key=K%201"));
        assert_eq!(with_pair("a=1", "&", "key", "K").as_deref(), Some("a=1&key=K"));
        assert_eq!(with_pair("a=1&key=mine&b", "&", "key", "K"), None);
        assert_eq!(with_pair("a=1; monkey=2", "; ", "key", "K").as_deref(), Some("a=1; monkey=2; key=K"));
        assert_eq!(with_pair("a=1; key=2", "; ", "key", "K"), None);
        assert_eq!(with_pair("a%5B%5D=1", "&", "a[]", "K"), None);
    }

    #[test]
    fn base64_is_that_of_the_standard() {
        for (bytes, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("user:päss", "dXNlcjpww6Rzcw==")]
        {
            assert_eq!(base64(bytes.as_bytes()), expected);
        }
    }
}
