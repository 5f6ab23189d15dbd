//! Tokens of OAuth 2.0, without which a program can call nothing.

use serde_json::{Value, json};

use crate::parameters::pairs;
use crate::{Answer, Request, Source, Violation};

/// The paths of the URLs at which the documents say that tokens are to be had, whatever the server.
pub(crate) fn paths(document: &Value, base_path: &str) -> Vec<String> {
    let schemes = document.pointer("/components/securitySchemes").and_then(Value::as_object);
    let flows = schemes.into_iter().flatten().filter_map(|(_, scheme)| scheme.get("flows")?.as_object());
    let urls = flows.flatten().filter_map(|(_, flow)| flow.get("tokenUrl")?.as_str());
    urls.map(|url| {
        let url = url.trim().split(['?', '#']).next().unwrap_or_default();
        match url.split_once("://") {
            Some((_, rest)) => rest.find('/').and_then(|start| rest.get(start..)).unwrap_or("/").to_owned(),
            None if url.starts_with('/') => url.to_owned(),
            None => format!("{base_path}/{url}"),
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
    let violation = Violation { source: Source::Pointer(String::new()), detail: detail.to_owned() };
    let headers = [("content-type", "application/json"), ("cache-control", "no-store")];
    Answer {
        status: if is_asked { 200 } else { 400 },
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        body: body.to_string().into_bytes(),
        operation: None,
        violations: if is_asked { Vec::new() } else { vec![violation] },
        notes: Vec::new(),
        misfits: Vec::new(),
    }
}
