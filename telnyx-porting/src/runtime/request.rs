//! A request as it is put together, and its way to a call.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Url;
use serde_json::{Map, Value};

use crate::generated::API;
use crate::runtime::call::{Call, Reply};
use crate::runtime::client::Client;
use crate::runtime::decode::{self, FromBody};
use crate::runtime::download::{self, Download, Saved};
use crate::runtime::error::Error;
use crate::runtime::events::{self, Events};
use crate::runtime::headers::Headers;
use crate::runtime::multipart::{self, Form};
use crate::runtime::operation::Operation;
use crate::runtime::page::{self, Items, Page, Pages};
use crate::runtime::params;
use crate::runtime::payload::Payload;
use crate::runtime::response::RawResponse;
use crate::runtime::retry::RetryPolicy;
use crate::runtime::slot::Field;
use crate::runtime::text;
use crate::runtime::trail::Trail;
use crate::runtime::upload::{FileUpload, Upload};
use crate::runtime::view::{self, View};

/// What every generated request is built on.
#[derive(Clone)]
pub(crate) struct Request(Box<Inner>);

#[derive(Clone)]
pub(crate) struct Inner {
    pub(crate) client: Client,
    pub(crate) operation: &'static Operation,
    /// Arguments in the path, by the names of their parameters.
    pub(crate) path: Vec<(&'static str, Value)>,
    /// Arguments in the query, by the names of their parameters.
    pub(crate) query: Vec<(&'static str, Value)>,
    /// Arguments in headers and cookies, by the names of their parameters.
    pub(crate) header_params: Vec<(&'static str, Value)>,
    pub(crate) cookies: Vec<(&'static str, Value)>,
    /// Pairs that the document does not know.
    pub(crate) extra_query: Vec<(String, String)>,
    /// Headers that the document does not know.
    pub(crate) extra_headers: Headers,
    /// Members of the body that the document does not know.
    extra_body: Map<String, Value>,
    pub(crate) body: Option<Bytes>,
    /// A body that need not be in memory, or one of parts.
    pub(crate) upload: Option<Box<dyn Upload>>,
    /// Whether a body that has required members was left out or set to null. From then on the
    /// compiler takes all of them for set, so that none can be set alone.
    sealed: bool,
    pub(crate) timeout: Option<Duration>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) max_retries: Option<u32>,
    pub(crate) retry_policy: Option<RetryPolicy>,
    pub(crate) accept: Option<&'static str>,
    /// The member of the response that holds the value.
    envelope: Option<&'static str>,
    /// The URL that the page before has given, in place of that which the arguments make.
    pub(crate) link: Option<Url>,
    /// What is known of the pages before, if this asks for a further page.
    pub(crate) trail: Trail,
    /// The first argument that can't be sent. Setters can't fail, so sending does.
    pub(crate) fault: Option<String>,
}

#[allow(clippy::needless_pass_by_value, reason = "generated code has the argument, and no use for it afterwards")]
impl Request {
    pub(crate) fn new(client: &Client, operation: &'static Operation) -> Self {
        Self(Box::new(Inner {
            client: client.clone(),
            operation,
            path: Vec::new(),
            query: Vec::new(),
            header_params: Vec::new(),
            cookies: Vec::new(),
            extra_query: Vec::new(),
            extra_headers: Headers::new(),
            extra_body: Map::new(),
            body: None,
            upload: None,
            sealed: false,
            timeout: None,
            deadline: None,
            max_retries: None,
            retry_policy: None,
            accept: None,
            envelope: None,
            link: None,
            trail: Trail::default(),
            fault: None,
        }))
    }

    /// Gives the argument of a path parameter.
    pub(crate) fn path(mut self, name: &'static str, argument: impl Into<String>) -> Self {
        self.0.path.push((name, Value::String(argument.into())));
        self
    }

    /// Gives the argument of a path parameter that is not a string.
    pub(crate) fn path_value<T: Field>(mut self, name: &'static str, argument: T) -> Self {
        let argument = self.value(name, &argument.view());
        self.0.path.push((name, argument));
        self
    }

    /// Gives the argument of a query parameter, in place of an earlier one.
    pub(crate) fn query<T: Field>(&mut self, name: &'static str, argument: T) {
        let argument = self.value(name, &argument.view());
        replace(&mut self.0.query, name, argument);
    }

    /// Gives the argument of a header that the document knows, in place of an earlier one.
    pub(crate) fn header_param<T: Field>(&mut self, name: &'static str, argument: T) {
        let argument = self.value(name, &argument.view());
        replace(&mut self.0.header_params, name, argument);
    }

    /// Gives the argument of a cookie, in place of an earlier one.
    pub(crate) fn cookie<T: Field>(&mut self, name: &'static str, argument: T) {
        let argument = self.value(name, &argument.view());
        replace(&mut self.0.cookies, name, argument);
    }

    fn value(&mut self, name: &str, argument: &View<'_>) -> Value {
        view::value_of(argument).unwrap_or_else(|error| {
            self.set_fault(format!("the argument `{name}` can't be written as JSON: {error}"));
            Value::Null
        })
    }

    fn set_fault(&mut self, fault: String) {
        self.0.fault.get_or_insert(fault);
    }

    pub(crate) fn timeout(&mut self, timeout: Duration) {
        self.0.timeout = Some(timeout);
    }

    pub(crate) fn deadline(&mut self, deadline: Duration) {
        self.0.deadline = Some(deadline);
    }

    pub(crate) fn max_retries(&mut self, max_retries: u32) {
        self.0.max_retries = Some(max_retries);
    }

    pub(crate) fn retry_policy(&mut self, policy: RetryPolicy) {
        self.0.retry_policy = Some(policy);
    }

    pub(crate) fn extra_header(&mut self, name: String, value: String) {
        self.0.extra_headers.set(name, value);
    }

    pub(crate) fn extra_query(&mut self, name: String, value: String) {
        self.0.extra_query.push((name, value));
    }

    pub(crate) fn extra_body(&mut self, name: String, value: Value) {
        self.0.extra_body.insert(name, value);
    }

    /// Asks for another media type than the operation's usual one.
    pub(crate) fn accept(mut self, media_type: &'static str) -> Self {
        self.0.accept = Some(media_type);
        self
    }

    /// Says which member of the response holds the value.
    pub(crate) fn member(mut self, name: &'static str) -> Self {
        self.0.envelope = Some(name);
        self
    }

    /// Sets the body, with the members that the document does not know, as the operation's media
    /// type says.
    pub(crate) fn body(self, body: &impl Field) -> Self {
        self.written(&body.view())
    }

    /// Forgets what was set of the body, which is left out or null from now on.
    pub(crate) fn forget_body(mut self) -> Self {
        self.0.extra_body.clear();
        self.0.upload = None;
        self
    }

    /// Does the same to a body that has required members, so that none of it can be set alone.
    pub(crate) fn seal_body(mut self) -> Self {
        self.0.sealed = true;
        self.forget_body()
    }

    /// Gives the body as a whole, which makes up for having left it out before.
    pub(crate) fn unseal_body(mut self) -> Self {
        self.0.sealed = false;
        self
    }

    fn refuse_if_sealed(&mut self) {
        if self.0.sealed {
            self.set_fault(
                "a part of the body is set, but before that the body was left out or set to null".to_owned(),
            );
        }
    }

    fn written(mut self, body: &View<'_>) -> Self {
        let nothing = BTreeMap::<String, Value>::new();
        let body = match body {
            View::Absent if self.0.extra_body.is_empty() => return self,
            View::Absent => &View::Map(&nothing),
            body => body,
        };
        if !matches!(body, View::Null) {
            self.refuse_if_sealed();
        }
        let media_type = self.0.operation.content_type;
        let is_json = text::is_json(media_type);
        let written = if is_json && self.0.extra_body.is_empty() {
            serde_json::to_vec(body).map_err(|error| format!("the body can't be written as JSON: {error}"))
        } else {
            let body = view::value_of(body).map_err(str::to_owned);
            body.and_then(|body| self.with_extra_members(body)).and_then(|body| match body {
                body if is_json => Ok(body.to_string().into_bytes()),
                Value::Object(members) if media_type == "application/x-www-form-urlencoded" => {
                    Ok(params::form(&members, self.0.operation.form, API.query_arrays).into_bytes())
                }
                Value::String(text) => Ok(text.into_bytes()),
                _ => Err(format!("the body can't be written as {media_type}")),
            })
        };
        match written {
            Ok(body) => self.0.body = Some(body.into()),
            Err(fault) => self.set_fault(fault),
        }
        self
    }

    fn with_extra_members(&mut self, body: Value) -> Result<Value, String> {
        let extra = std::mem::take(&mut self.0.extra_body);
        match body {
            body if extra.is_empty() => Ok(body),
            Value::Object(mut members) => {
                // `append` would merge two trees, which takes more code than all that is sent.
                for (name, value) in extra {
                    members.insert(name, value);
                }
                Ok(Value::Object(members))
            }
            _ => Err("members can only be added to a body that is an object".to_owned()),
        }
    }

    /// Sets a body that is sent as it is.
    #[inline]
    pub(crate) fn upload(&mut self, body: FileUpload) {
        self.0.upload = Some(Box::new(body));
    }

    #[inline]
    fn form(&mut self, change: impl FnOnce(&mut Form)) {
        self.refuse_if_sealed();
        let mut form = self.0.upload.take().and_then(Upload::into_form).unwrap_or_default();
        change(&mut form);
        self.0.upload = Some(Box::new(form));
    }

    /// Makes the body a form of parts, though none of them may be given.
    #[inline]
    pub(crate) fn multipart(mut self) -> Self {
        self.form(|_| {});
        self
    }

    /// Gives a part of the form, in place of an earlier one.
    #[inline]
    pub(crate) fn part<T: Field>(&mut self, name: &str, value: T) {
        let value = self.value(name, &value.view());
        self.form(|form| form.set(name, multipart::parts_of(&value)));
    }

    /// Gives a part of the form whose media type the document names.
    #[inline]
    pub(crate) fn part_as<T: Field>(&mut self, name: &str, media_type: &str, value: T) {
        let value = self.value(name, &value.view());
        self.form(|form| form.set(name, multipart::parts_as(media_type, &value)));
    }

    /// Gives values in place of files, of a media type that the document names.
    #[inline]
    pub(crate) fn parts_as<T: Field>(&mut self, name: &str, media_type: &str, value: T) {
        let value = self.value(name, &value.view());
        self.form(|form| form.set(name, multipart::each_as(media_type, &value)));
    }

    /// Gives files as parts of the form.
    #[inline]
    pub(crate) fn files(&mut self, name: &str, media_type: &str, files: impl IntoIterator<Item = FileUpload>) {
        let files = files.into_iter().map(|file| file.or_file_name(name).or_content_type(media_type));
        self.form(|form| form.set(name, files));
    }

    /// Gives a part of the form that the document does not know.
    #[inline]
    pub(crate) fn extra_part(&mut self, name: &str, part: FileUpload) {
        self.form(|form| form.set(name, [part]));
    }

    /// Decodes the whole body, or the member that [`member`](Self::member) names.
    pub(crate) fn call<T: Field + Default>(self) -> Call<T> {
        Call::new(self, |Reply { request, response }| decode::value(&response, request.0.envelope))
    }

    /// Expects nothing but success.
    pub(crate) fn call_for_nothing(self) -> Call<()> {
        Call::new(self, |reply| decode::nothing(&reply.response))
    }

    /// Takes the body as it is.
    pub(crate) fn call_for_body<T: FromBody>(self) -> Call<T> {
        Call::new(self, |Reply { request, response }| {
            if T::TAKES_ANY {
                decode::check_kind(&request, &response)?;
            }
            T::from_response(response)
        })
    }

    /// Leaves the body to the caller, as it comes in.
    #[inline]
    pub(crate) fn call_stream(self) -> Call<Download> {
        Call::of(download::open(self))
    }

    /// Reads events as they come in, whose data is JSON.
    #[inline]
    pub(crate) fn call_events<T: Field + Default + 'static>(self) -> Call<Events<T>> {
        self.events(events::json, Some("[DONE]"))
    }

    /// Reads events as they come in, whose data is text.
    #[inline]
    pub(crate) fn call_text_events(self) -> Call<Events<String>> {
        self.events(events::text, None)
    }

    #[inline]
    fn events<T: 'static>(
        self,
        decode: fn(&RawResponse) -> Result<T, Error>,
        done: Option<&'static str>,
    ) -> Call<Events<T>> {
        let limit = self.0.client.inner().max_response_size;
        Call::of(Box::pin(async move { Events::open(download::open(self).await?, limit, decode, done).await }))
    }

    /// Writes the body to a file.
    #[inline]
    pub(crate) fn call_save(self, path: PathBuf) -> Call<Saved> {
        Call::of(download::save(self, path))
    }

    /// Takes the response as it is.
    pub(crate) fn call_raw(self) -> Call<RawResponse> {
        Call::new(self, |reply| Ok(reply.response))
    }

    /// Decodes one page of a list.
    pub(crate) fn call_page<T, M>(self) -> Call<Page<T, M>>
    where
        T: Field + Default,
        M: Field + Default,
    {
        Call::new(self, page::decode)
    }

    /// All items from this page on.
    pub(crate) fn items<T, M>(self) -> Items<T, M>
    where
        T: Field + Default,
        M: Field + Default,
    {
        Items::new(self)
    }

    /// All pages from this one on.
    pub(crate) fn pages<T, M>(self) -> Pages<T, M>
    where
        T: Field + Default,
        M: Field + Default,
    {
        Pages::new(self)
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    /// The argument of a query parameter, whichever way it was given.
    pub(crate) fn query_argument(&self, name: &str) -> Option<Value> {
        let extra = self.0.extra_query.iter().rev().find(|(other, _)| other == name);
        let known = || self.0.query.iter().find(|(other, _)| *other == name);
        extra.map(|(_, value)| Value::from(value.as_str())).or_else(|| known().map(|(_, value)| value.clone()))
    }

    /// The same request with another argument for a query parameter.
    pub(crate) fn with_query_argument(&self, name: &'static str, argument: Value) -> Self {
        let mut request = self.clone();
        request.0.extra_query.retain(|(other, _)| other != name);
        replace(&mut request.0.query, name, argument);
        request
    }

    /// The same request to another URL.
    pub(crate) fn with_link(&self, url: Url) -> Self {
        let mut request = self.clone();
        request.0.link = Some(url);
        request
    }

    pub(crate) fn with_trail(mut self, trail: Trail) -> Self {
        self.0.trail = trail;
        self
    }

    /// An error about this request, before anything is sent.
    pub(crate) fn refuse(&self, message: impl Into<String>) -> Error {
        Error::invalid_request(message).with_operation(self.0.operation)
    }
}

impl Inner {
    /// The body, if there is one, and its media type.
    pub(crate) async fn payload(&self) -> Result<Option<(Payload, String)>, Error> {
        let usual = || self.operation.content_type.to_owned();
        if let Some(upload) = &self.upload {
            let (payload, media_type) = upload.payload().await?;
            return Ok(Some((payload, media_type.unwrap_or_else(usual))));
        }
        Ok(self.body.clone().map(|body| (Payload::Whole(body), usual())))
    }
}

fn replace(arguments: &mut Vec<(&'static str, Value)>, name: &'static str, argument: Value) {
    match arguments.iter_mut().find(|(other, _)| *other == name) {
        Some((_, earlier)) => *earlier = argument,
        None => arguments.push((name, argument)),
    }
}

/// Shows which arguments there are, and none of their values, which may be personal.
impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        let names =
            inner.query.iter().map(|(name, _)| *name).chain(inner.extra_query.iter().map(|(name, _)| name.as_str()));
        formatter
            .debug_struct("Request")
            .field("operation", &inner.operation.id)
            .field("method", &inner.operation.method)
            .field("path", &inner.operation.path)
            .field("query", &names.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
