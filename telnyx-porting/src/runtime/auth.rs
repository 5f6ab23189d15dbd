//! Credentials: where they come from, which of them a request needs, and how they get into it.

use std::fmt;
use std::sync::Arc;

use reqwest::Url;

use crate::generated::API;
use crate::runtime::api::{Auth, Scheme, Security};
use crate::runtime::client::{self, Secret};
use crate::runtime::error::Error;
use crate::runtime::headers::{self, Headers};
use crate::runtime::incoming::Limits;
use crate::runtime::params;
use crate::runtime::secrets::Secrets;
use crate::runtime::tokens::{ClientCredentials, Fetched, Provided, TokenProvider};
use crate::runtime::transport::BoxFuture;

/// What a client has been given for one scheme.
#[derive(Clone)]
pub(crate) enum Credential {
    Fixed(Secret),
    Fetched(Arc<dyn Tokens>),
}

impl Credential {
    pub(crate) fn key(key: impl Into<String>) -> Self {
        Self::Fixed(Secret::new(key.into().trim()))
    }

    pub(crate) fn basic(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self::Fixed(Secret::new(format!("{}:{}", user.into(), password.into())))
    }

    #[inline]
    pub(crate) fn client(credentials: ClientCredentials) -> Self {
        Self::Fetched(Arc::new(Fetched::from(credentials)))
    }

    #[inline]
    pub(crate) fn provider(provider: impl TokenProvider) -> Self {
        Self::Fetched(Arc::new(Fetched::from(Provided(provider))))
    }

    /// The credential of a scheme that takes one text, from the values of its variables.
    pub(crate) fn of_key(values: &[String]) -> Option<Self> {
        values.first().map(Self::key)
    }

    /// That of a scheme that takes a user and a password.
    #[inline]
    pub(crate) fn of_pair(values: &[String]) -> Option<Self> {
        values.first().zip(values.get(1)).map(|(user, password)| Self::basic(user, password))
    }

    /// That of a scheme for which tokens are fetched.
    #[inline]
    pub(crate) fn of_client(values: &[String]) -> Option<Self> {
        values.first().zip(values.get(1)).map(|(id, secret)| Self::client(ClientCredentials::new(id, secret)))
    }
}

/// What a token is needed for.
#[derive(Clone, Copy)]
pub(crate) struct Need<'a> {
    pub(crate) auth: Auth,
    pub(crate) client: &'a client::Inner,
    pub(crate) limits: &'a Limits,
}

/// Tokens of one scheme that expire.
pub(crate) trait Tokens: Send + Sync {
    /// Gives a token that holds.
    fn get<'a>(&'a self, need: Need<'a>) -> BoxFuture<'a, Result<Secret, Error>>;

    /// Forgets a token that the server does not accept, unless another one has taken its place.
    fn forget(&self, refused: &Secret);

    /// Adds every text that must not be shown.
    fn add_secrets(&self, secrets: &mut Secrets);
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Fixed(_) => "[redacted]",
            Self::Fetched(_) => "(fetched)",
        })
    }
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
                Credential::Fetched(tokens) => tokens.add_secrets(&mut secrets),
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
    if let ([scheme], [_]) = (API.schemes, wanted) {
        return format!("the API key is missing: {}", how(scheme));
    }
    let (mut setters, mut variables) = (String::new(), String::new());
    for (index, alternative) in wanted.iter().enumerate() {
        let mut between = if index == 0 { "" } else { ", or " };
        for scheme in alternative.iter().filter_map(|index| API.schemes.get(*index)) {
            setters.push_str(&format!("{between}`{}`", scheme.setter));
            variables.push_str(&format!("{between}{}", variables_of(scheme)));
            between = " and ";
        }
    }
    format!("credentials are missing: give them by {setters}; or use `from_env` and set {variables}")
}

fn how(scheme: &Scheme) -> String {
    format!("give it by `{}`, or set {} and use `from_env`", scheme.setter, variables_of(scheme))
}

fn variables_of(scheme: &Scheme) -> String {
    let mut variables = String::new();
    for name in scheme.env {
        if !variables.is_empty() {
            variables.push_str(" and ");
        }
        variables.push_str(name);
    }
    variables
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
    fetched: Vec<(Secret, Arc<dyn Tokens>)>,
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
                let secret = fetched.get(Need { auth, client, limits }).await?;
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
                Auth::Bearer | Auth::ClientCredentials { .. } => ("authorization", format!("Bearer {secret}")),
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

    /// Adds those that were fetched: by now others may have taken their place.
    pub(crate) fn add_secrets(&self, secrets: &mut Secrets) {
        self.fetched.iter().for_each(|(secret, _)| secrets.add(secret.reveal()));
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

pub(crate) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |index: usize| group.get(index).copied().map_or(0, u32::from);
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            let digit = (bits >> (18 - 6 * index) & 63) as usize;
            let is_there = index <= group.len();
            text.push(ALPHABET.get(digit).filter(|_| is_there).map_or('=', |byte| char::from(*byte)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

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
