//! Security: which schemes there are, what callers give for them, and which of them an operation needs.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use openapiv3::{APIKeyLocation, ReferenceOr, SecurityRequirement, SecurityScheme};

use super::names::{self, Scope};
use super::operations::Found;
use super::parameters::{fault_of_header, same_name};
use crate::config::Config;
use crate::diagnostic::Diagnostics;
use crate::model::{Auth, Scheme, Security};
use crate::normalize::Document;
use crate::pointer;

/// The schemes that operations name, those of the whole document first.
pub(crate) struct Plan<'a> {
    document: &'a Document,
    names: Vec<&'a str>,
    pub security: Security,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(
        document: &'a Document,
        found: &[Found<'a>],
        config: &Config,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut plan = Self { document, names: Vec::new(), security: Security::default() };
        let own = found.iter().filter_map(|operation| operation.operation.security.as_ref());
        let mut unknown = BTreeSet::new();
        for name in document.api.security.iter().chain(own).flatten().flat_map(IndexMap::keys) {
            if scheme(document, name).is_none() {
                unknown.insert(name.as_str());
            } else if !plan.names.contains(&name.as_str()) {
                plan.names.push(name);
            }
        }
        plan.report(found, &unknown, diagnostics);
        let is_used = document.api.security.is_some() || found.iter().any(|found| found.operation.security.is_some());
        plan.security.default = if is_used {
            plan.alternatives(document.api.security.as_deref().unwrap_or_default())
        } else {
            // Schemes that nothing asks for are forgotten requirements: who has a credential may send it.
            let known = document.api.components.iter().flat_map(|components| components.security_schemes.keys());
            plan.names = known.map(String::as_str).filter(|name| scheme(document, name).is_some()).collect();
            let alone = (0..plan.names.len()).map(|index| vec![index]);
            if plan.names.is_empty() { Vec::new() } else { alone.chain([Vec::new()]).collect() }
        };
        plan.security.schemes = plan.schemes(config);
        plan.report_same_places(found, diagnostics);
        plan.report_token_urls(diagnostics);
        let needs = |operation: &Found<'_>| {
            let own = plan.of(operation);
            let alternatives = own.as_ref().unwrap_or(&plan.security.default);
            !alternatives.is_empty() && alternatives.iter().all(|alternative| !alternative.is_empty())
        };
        plan.security.anonymous = found.is_empty() || !found.iter().all(needs);
        plan
    }

    /// What an operation needs, where that is not what the document says for all.
    pub(crate) fn of(&self, operation: &Found<'_>) -> Option<Vec<Vec<usize>>> {
        let own = self.alternatives(operation.operation.security.as_deref()?);
        (own != self.security.default).then_some(own)
    }

    fn alternatives(&self, requirements: &[SecurityRequirement]) -> Vec<Vec<usize>> {
        let mut alternatives = Vec::new();
        for requirement in requirements {
            let indices = requirement.keys().filter_map(|name| self.names.iter().position(|known| known == name));
            let indices: Vec<usize> = indices.collect();
            let tokens: Vec<usize> = indices.iter().copied().filter(|index| self.is_token(*index)).collect();
            let with_one = |token: &usize| {
                let is_left_out = |index: &usize| tokens.contains(index) && index != token;
                indices.iter().copied().filter(|index| !is_left_out(index)).collect()
            };
            // Of several tokens that are needed at once, which documents write for the flows of one OAuth2, any will do.
            let ways = if tokens.len() > 1 { tokens.iter().map(with_one).collect() } else { vec![indices.clone()] };
            for way in ways {
                if !alternatives.contains(&way) {
                    alternatives.push(way);
                }
            }
        }
        // One alternative of nothing is the same as no requirement.
        if alternatives.iter().all(Vec::is_empty) { Vec::new() } else { alternatives }
    }

    fn is_token(&self, index: usize) -> bool {
        let scheme = self.names.get(index).and_then(|name| scheme(self.document, name));
        scheme.is_some_and(|(_, auth)| is_token(&auth))
    }

    fn schemes(&self, config: &Config) -> Vec<Scheme> {
        let stem = names::env_stem(&self.document.api.info.title);
        let only = self.names.len() == 1;
        let mut setters = Scope::beside(names::CLIENT_BUILDER_METHODS);
        let mut variables = Scope::default();
        let mut schemes = Vec::new();
        for (index, name) in self.names.iter().enumerate() {
            let Some((scheme, auth)) = scheme(self.document, name) else { continue };
            let in_halves = matches!(auth, Auth::Basic | Auth::ClientCredentials { .. });
            let stem = if only { stem.clone() } else { format!("{stem}_{}", names::shouty(name)) };
            let env = match auth {
                Auth::Basic => vec![format!("{stem}_USERNAME"), format!("{stem}_PASSWORD")],
                Auth::ClientCredentials { .. } => vec![format!("{stem}_CLIENT_ID"), format!("{stem}_CLIENT_SECRET")],
                _ if only => vec![format!("{stem}_API_KEY")],
                _ => vec![stem],
            };
            let configured = config.client.env.api_key.clone().filter(|_| index == 0 && !in_halves);
            let env = configured.map_or(env, |name| vec![name]);
            // The runtime has a setter for the key of APIs that know nothing else.
            let setter =
                if only && !in_halves { "api_key".to_owned() } else { setter(&names::snake(name), &mut setters) };
            schemes.push(Scheme {
                name: (*name).to_owned(),
                setter,
                doc: description(scheme),
                auth,
                env: env.iter().map(|name| variables.claim(name)).collect(),
            });
        }
        schemes
    }

    /// URLs at which no token can be had.
    fn report_token_urls(&self, diagnostics: &mut Diagnostics) {
        for name in &self.names {
            let Some((_, Auth::ClientCredentials { token_url })) = scheme(self.document, name) else { continue };
            let Some(fault) = fault_of_token_url(token_url.trim()) else { continue };
            let pointer = pointer::component("securitySchemes", name);
            diagnostics
                .warning(
                    "unusable-token-url",
                    self.document.locate(&format!("{pointer}/flows/clientCredentials/tokenUrl")),
                    format!("{fault}; callers have to give one with `ClientCredentials::token_url`"),
                )
                .help("write it as `https://host/path`");
        }
    }

    /// Schemes that are needed at once, of which a request can carry but one. Each pair is told of once.
    fn report_same_places(&self, found: &[Found<'_>], diagnostics: &mut Diagnostics) {
        let of_all = self.document.api.security.iter().map(|all| (all, "/security".to_owned()));
        let own = found.iter().filter_map(|found| {
            found.operation.security.as_ref().map(|own| (own, format!("{}/security", found.pointer)))
        });
        let mut told = BTreeSet::new();
        for (requirements, at) in of_all.chain(own) {
            for (index, requirement) in requirements.iter().enumerate() {
                let mut taken: BTreeMap<(&str, String), (&str, bool)> = BTreeMap::new();
                for name in requirement.keys() {
                    let Some((_, auth)) = scheme(self.document, name) else { continue };
                    let (word, place) = carrier(&auth).unwrap_or(("header", "Authorization"));
                    let key = (word, same_name(word, place).into_owned());
                    let Some((other, other_is_token)) = taken.insert(key, (name, is_token(&auth))) else {
                        continue;
                    };
                    let is_one_token = other_is_token && is_token(&auth);
                    if !is_one_token && told.insert((other, name.as_str())) {
                        let what = if word == "query" { "query parameter" } else { word };
                        diagnostics
                            .warning(
                                "same-credential",
                                self.document.locate(&format!("{at}/{index}")),
                                format!(
                                    "`{other}` and `{name}` are needed at once, but both are the {what} `{place}`; only \
                                     one of them is sent"
                                ),
                            )
                            .help("make them alternatives, in requirements of their own, or rename one of them");
                    }
                }
            }
        }
    }

    fn report(&self, found: &[Found<'_>], unknown: &BTreeSet<&str>, diagnostics: &mut Diagnostics) {
        let is_reported = |name: &str| self.document.is_left_out(&pointer::component("securitySchemes", name));
        for name in unknown.iter().filter(|name| !is_reported(name)) {
            if let Some((fault, help)) = fault_of(self.document, name) {
                let at = self.document.locate(&format!("{}/name", pointer::component("securitySchemes", name)));
                let message = format!("{fault}; nothing is sent for the scheme `{name}`");
                diagnostics.warning("header-name", at, message).help(help);
                continue;
            }
            let names =
                |requirements: &[SecurityRequirement]| requirements.iter().any(|needed| needed.contains_key(*name));
            let place = if names(self.document.api.security.as_deref().unwrap_or_default()) {
                "/security".to_owned()
            } else {
                let operation =
                    found.iter().find(|found| names(found.operation.security.as_deref().unwrap_or_default()));
                operation.map(|found| format!("{}/security", found.pointer)).unwrap_or_default()
            };
            diagnostics
                .warning(
                    "unknown-security-scheme",
                    self.document.locate(&place),
                    format!("no security scheme that can be used is called `{name}`; nothing is sent for it"),
                )
                .help("describe it under `components/securitySchemes`");
        }
    }
}

fn described<'a>(document: &'a Document, name: &str) -> Option<&'a SecurityScheme> {
    match document.api.components.as_ref()?.security_schemes.get(name)? {
        ReferenceOr::Item(scheme) => Some(scheme),
        ReferenceOr::Reference { .. } => None,
    }
}

/// Why no request can carry the key of a scheme, and what to do.
fn fault_of(document: &Document, name: &str) -> Option<(String, &'static str)> {
    match described(document, name)? {
        SecurityScheme::APIKey { location: APIKeyLocation::Header, name, .. } => fault_of_header(name),
        _ => None,
    }
}

/// What keeps secrets from going to a URL. One without a scheme is read as one at the server.
fn fault_of_token_url(url: &str) -> Option<String> {
    if url.is_empty() {
        return Some("there is no URL for tokens".to_owned());
    }
    let (scheme, rest) = url.split_once("://")?;
    let is_near = || ["localhost", "127.", "[::1]"].iter().any(|machine| rest.starts_with(machine));
    match scheme.to_ascii_lowercase().as_str() {
        "https" => None,
        "http" if is_near() => None,
        "http" => Some(format!("a secret that goes to `{url}` can be read on its way")),
        scheme => Some(format!("requests can't be sent by `{scheme}`")),
    }
}

/// A scheme of the document, and how a request carries its credential.
fn scheme<'a>(document: &'a Document, name: &str) -> Option<(&'a SecurityScheme, Auth)> {
    let scheme = described(document, name).filter(|_| fault_of(document, name).is_none())?;
    let auth = match scheme {
        SecurityScheme::HTTP { scheme, .. } if scheme.eq_ignore_ascii_case("bearer") => Auth::Bearer,
        SecurityScheme::HTTP { scheme, .. } if scheme.eq_ignore_ascii_case("basic") => Auth::Basic,
        SecurityScheme::HTTP { scheme, .. } => Auth::Http(scheme.clone()),
        SecurityScheme::APIKey { location, name, .. } => match location {
            APIKeyLocation::Header => Auth::Header(name.clone()),
            APIKeyLocation::Query => Auth::Query(name.clone()),
            APIKeyLocation::Cookie => Auth::Cookie(name.clone()),
        },
        SecurityScheme::OAuth2 { flows, .. } => match &flows.client_credentials {
            Some(flow) => Auth::ClientCredentials { token_url: flow.token_url.clone() },
            None => Auth::Bearer,
        },
        SecurityScheme::OpenIDConnect { .. } => Auth::Bearer,
    };
    Some((scheme, auth))
}

/// A setter that has not been taken, nor that of its provider.
fn setter(wanted: &str, taken: &mut Scope) -> String {
    let provider = |setter: &str| format!("{}_provider", setter.trim_end_matches('_'));
    let mut wanted = wanted.to_owned();
    while taken.is_taken(&provider(&wanted)) {
        wanted.push_str("_scheme");
    }
    let setter = taken.claim(&wanted);
    taken.reserve(&provider(&setter));
    setter
}

/// Whether it is sent as `Authorization: Bearer`.
fn is_token(auth: &Auth) -> bool {
    matches!(auth, Auth::Bearer | Auth::ClientCredentials { .. })
}

/// What of a request carries a credential, unless that is the header `Authorization`, which no parameter is.
pub(super) fn carrier(auth: &Auth) -> Option<(&'static str, &str)> {
    match auth {
        Auth::Bearer | Auth::Basic | Auth::Http(_) | Auth::ClientCredentials { .. } => None,
        Auth::Header(name) => Some(("header", name)),
        Auth::Query(name) => Some(("query", name)),
        Auth::Cookie(name) => Some(("cookie", name)),
    }
}

fn description(scheme: &SecurityScheme) -> String {
    let (SecurityScheme::APIKey { description, .. }
    | SecurityScheme::HTTP { description, .. }
    | SecurityScheme::OAuth2 { description, .. }
    | SecurityScheme::OpenIDConnect { description, .. }) = scheme;
    description.clone().unwrap_or_default()
}
