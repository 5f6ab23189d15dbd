//! What of a request must not be shown, so that a server's echo of it can be hidden.

use reqwest::Url;
use serde_json::Value;

use crate::generated::API;
use crate::runtime::client;
use crate::runtime::json;
use crate::runtime::request;
use crate::runtime::text;

/// The texts that must not be shown, longest first: shorter ones would tear those apart.
#[derive(Default)]
pub(crate) struct Secrets(pub(crate) Vec<String>);

impl Secrets {
    /// The credentials, and the values of the request whose names are marked.
    pub(crate) fn of(request: &request::Inner, client: &client::Inner) -> Self {
        let mut secrets = client.credentials.secrets();
        if let Some(body) = &request.body {
            match json::value(body) {
                Ok(body) => secrets.gather(&body, false),
                // What is neither JSON nor a form has no names to go by.
                Err(_) => {
                    let form = str::from_utf8(body).ok().and_then(|form| Url::parse(&format!("form:?{form}")).ok());
                    secrets.gather_query(form.as_ref());
                }
            }
        }
        if let Some(upload) = &request.upload {
            upload.add_secrets(&mut secrets);
        }
        for arguments in [&request.query, &request.path, &request.header_params, &request.cookies] {
            for (name, value) in arguments {
                secrets.gather(value, API.redact.contains(name));
            }
        }
        for (name, value) in &request.extra_query {
            secrets.add_if_marked(name, value);
        }
        secrets.gather_query(request.link.as_ref());
        secrets
    }

    /// Adds a text, unless it is so short that it stands in many words.
    pub(crate) fn add(&mut self, text: &str) {
        if text.len() >= 3 {
            let shorter = self.0.partition_point(|other| other.len() >= text.len());
            self.0.insert(shorter, text.to_owned());
        }
    }

    /// Adds what is marked in a part of a form: all of it, or members of the object that it is.
    #[inline]
    pub(crate) fn add_part(&mut self, name: &str, text: &str) {
        match json::value(text.as_bytes()) {
            Ok(value @ (Value::Object(_) | Value::Array(_))) => self.gather(&value, API.redact.contains(&name)),
            _ => self.add_if_marked(name, text),
        }
    }

    /// Adds the value of a pair whose name, such as `filter[end_user][pin]`, holds a name that is marked.
    fn add_if_marked(&mut self, name: &str, value: &str) {
        if name.split(['[', ']', '.']).any(|part| API.redact.contains(&part)) {
            self.add(value);
        }
    }

    fn gather_query(&mut self, url: Option<&Url>) {
        if let Some(url) = url {
            for (name, value) in url.query_pairs() {
                self.add_if_marked(&name, &value);
            }
        }
    }

    fn gather(&mut self, value: &Value, is_secret: bool) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    self.gather(value, is_secret || API.redact.contains(&name.as_str()));
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.gather(item, is_secret);
                }
            }
            Value::String(text) if is_secret => self.add(text),
            Value::Number(number) if is_secret => self.add(&number.to_string()),
            _ => {}
        }
    }

    /// Puts a mark in the place of each of them.
    pub(crate) fn hide(&self, text: &mut String) {
        for secret in &self.0 {
            if text::contains(text, secret) {
                *text = text::replace(text, secret, "[redacted]");
            }
        }
    }
}
