//! Forms of parts: `multipart/form-data` as RFC 7578 and browsers write it.
//!
//! Everything here is `#[inline]`, so that it is built in the crates that send such forms, and in no others.

use bytes::Bytes;
use serde_json::Value;

use crate::runtime::error::Error;
use crate::runtime::payload::Payload;
use crate::runtime::secrets::Secrets;
use crate::runtime::text;
use crate::runtime::transport::BoxFuture;
use crate::runtime::upload::{FileUpload, Segment, Upload, payload_of};

/// The parts of a form, in the order in which they were given.
#[derive(Clone, Default)]
pub(crate) struct Form(Vec<(String, FileUpload)>);

impl Form {
    /// Adds parts in place of those that had the name before.
    #[inline]
    pub(crate) fn set(&mut self, name: &str, parts: impl IntoIterator<Item = FileUpload>) {
        self.0.retain(|(other, _)| other != name);
        self.0.extend(parts.into_iter().map(|part| (name.to_owned(), part)));
    }
}

impl Upload for Form {
    #[inline]
    fn payload(&self) -> BoxFuture<'_, Result<(Payload, Option<String>), Error>> {
        Box::pin(async {
            // 128 random bits, which no part holds by chance.
            let boundary = format!("part-{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
            let mut segments = Vec::new();
            for (name, part) in &self.0 {
                segments.push(Segment::Bytes(head(&boundary, name, part)));
                segments.push(part.segment().await?);
                segments.push(Segment::Bytes(Bytes::from_static(b"\r\n")));
            }
            segments.push(Segment::Bytes(format!("--{boundary}--\r\n").into()));
            Ok((payload_of(segments), Some(format!("multipart/form-data; boundary={boundary}"))))
        })
    }

    #[inline]
    fn copy(&self) -> Box<dyn Upload> {
        Box::new(self.clone())
    }

    #[inline]
    fn add_secrets(&self, secrets: &mut Secrets) {
        for (name, part) in &self.0 {
            if let Some(text) = part.text() {
                secrets.add_part(name, text);
            }
        }
    }

    #[inline]
    fn into_form(self: Box<Self>) -> Option<Form> {
        Some(*self)
    }
}

#[inline]
fn head(boundary: &str, name: &str, part: &FileUpload) -> Bytes {
    let mut head = format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{}\"", escape(name));
    if let Some(file_name) = part.name() {
        head.push_str(&format!("; filename=\"{}\"", escape(file_name)));
    }
    if let Some(media_type) = part.media_type() {
        head.push_str("\r\ncontent-type: ");
        // A line break would begin another header.
        head.extend(media_type.chars().filter(|character| !character.is_control()));
    }
    head.push_str("\r\n\r\n");
    head.into()
}

/// A name as browsers write it between quotes.
#[inline]
fn escape(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// A value as parts: a scalar as text, an object as JSON, an array as one part for each item.
#[inline]
pub(crate) fn parts_of(value: &Value) -> Vec<FileUpload> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().filter(|item| !item.is_null()).map(part_of).collect(),
        value => vec![part_of(value)],
    }
}

#[inline]
fn part_of(value: &Value) -> FileUpload {
    match value {
        Value::String(text) => FileUpload::bytes(text.clone()),
        Value::Object(_) | Value::Array(_) => FileUpload::bytes(value.to_string()).content_type("application/json"),
        scalar => FileUpload::bytes(scalar.to_string()),
    }
}

/// A list in place of files as parts of a media type that the document names, one for each item.
#[inline]
pub(crate) fn each_as(media_type: &str, value: &Value) -> Vec<FileUpload> {
    match value {
        Value::Array(items) => items.iter().flat_map(|item| parts_as(media_type, item)).collect(),
        value => parts_as(media_type, value),
    }
}

/// A value as parts of a media type that the document names.
#[inline]
pub(crate) fn parts_as(media_type: &str, value: &Value) -> Vec<FileUpload> {
    if value.is_null() {
        return Vec::new();
    }
    if text::is_json(media_type) {
        return vec![FileUpload::bytes(value.to_string()).content_type(media_type)];
    }
    parts_of(value).into_iter().map(|part| part.content_type(media_type)).collect()
}
