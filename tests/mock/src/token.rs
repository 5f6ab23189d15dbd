//! Tokens of OAuth 2.0, without which a program can call nothing.

use serde_json::{Value, json};

use crate::contract::path_of;
use crate::parameters::pairs;
use crate::{Answer, Request, Source, Violation};

/// The paths of the URLs at which the documents say that tokens are to be had, whatever the server.
pub(crate) fn paths(document: &Value, base_path: &str) -> Vec<String> {
    let schemes = document.pointer("/components/securitySchemes").and_then(Value::as_object);
    let flows = schemes.into_iter().flatten().filter_map(|(_, scheme)| scheme.get("flows")?.as_object());
    let urls = flows.flatten().filter_map(|(_, flow)| Some(flow.get("tokenUrl")?.as_str()?.trim()));
    urls.map(|url| match path_of(url) {
        Some("") => "/".to_owned(),
        Some(path) => path.to_owned(),
        None => {
            let path = url.split(['?', '#']).next().unwrap_or_default();
            if path.starts_with('/') { path.to_owned() } else { format!("{base_path}/{path}") }
        }
    })
    .collect()
}

/// Answers a request for a token, as sections 5.1 and 5.2 of RFC 6749 want it.
pub(crate) fn answer(request: &Request) -> Answer {
    let form = String::from_utf8_lossy(&request.body);
    let is_asked = pairs(&form).iter().any(|(name, value)| name == "grant_type" && !value.is_empty());
    let detail = "says no `grant_type`, which a request for a token needs in a form of pairs";
    let body = if is_asked {
        json!({ "access_token": "mock", "token_type": "Bearer", "expires_in": 3600 })
    } else {
        json!({ "error": "invalid_request", "error_description": format!("the body {detail}") })
    };
    let mut answer = Answer::new(if is_asked { 200 } else { 400 }, "application/json", body.to_string().into_bytes());
    answer.headers.push(("cache-control".to_owned(), "no-store".to_owned()));
    if !is_asked {
        answer.violations.push(Violation { source: Source::Pointer(String::new()), detail: detail.to_owned() });
    }
    answer
}
