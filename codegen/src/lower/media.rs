//! Media types: what they say about the Rust type of a body.

use openapiv3::MediaType;

use super::names;
use super::view::Node;
use crate::diagnostic::Diagnostics;
use crate::normalize::Document;
use crate::pointer;

/// What a body of some media type is to a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Json,
    /// `application/x-www-form-urlencoded`
    Form,
    Multipart,
    /// `text/event-stream`
    Events,
    Text,
    Bytes,
}

/// Where the schema of a media type stands, in what stands at `owner`.
pub(super) fn schema_pointer(owner: &str, media_type: &str) -> String {
    pointer::join(&pointer::join(&pointer::join(owner, "content"), media_type), "schema")
}

/// The media type without its parameters, in lower case.
pub(crate) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

pub(crate) fn kind(media_type: &str) -> Kind {
    const TEXTS: &[&str] = &[
        "application/graphql",
        "application/javascript",
        "application/jsonl",
        "application/sql",
        "application/toml",
        "application/x-ndjson",
        "application/x-yaml",
        "application/xml",
        "application/yaml",
    ];
    match essence(media_type).as_str() {
        "multipart/form-data" => Kind::Multipart,
        "application/x-www-form-urlencoded" => Kind::Form,
        "text/event-stream" => Kind::Events,
        // Of these, JSON is what servers mean that leave it open.
        "" | "*/*" | "*" | "application/*" => Kind::Json,
        "application/json-seq" => Kind::Text,
        json if json.ends_with("/json") || json.ends_with("+json") => Kind::Json,
        text if text.starts_with("text/") || text.ends_with("+xml") || TEXTS.contains(&text) => Kind::Text,
        _ => Kind::Bytes,
    }
}

/// Says of a body in a format that is not read and written here that its schema gets no type.
pub(super) fn report_untyped(
    media_type: &str,
    node: Option<Node<'_>>,
    pointer: &str,
    document: &Document,
    diagnostics: &mut Diagnostics,
) {
    let Some(view) = node.and_then(|node| node.view(document)) else { return };
    if view.has_properties() || view.items.is_some() || !view.all_of.is_empty() {
        let what = if matches!(kind(media_type), Kind::Bytes | Kind::Multipart) { "bytes" } else { "text" };
        diagnostics
            .warning(
                "untyped-body",
                document.locate(pointer),
                format!("a body of `{}` is {what} to the caller: its schema gets no type", essence(media_type)),
            )
            .help("offer `application/json` to have it typed");
    }
}

/// The media type to put into a header, where the document's is a range of them.
pub(crate) fn concrete(media_type: &str) -> String {
    if essence(media_type).contains('*') || essence(media_type).is_empty() {
        return match kind(media_type) {
            Kind::Json => "application/json",
            Kind::Text => "text/plain",
            _ => "application/octet-stream",
        }
        .to_owned();
    }
    media_type.to_owned()
}

/// Whether a media type stands for JSON in general, and not for a format that is written in it.
pub(crate) fn is_plain_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    kind(media_type) == Kind::Json && (!essence.ends_with("+json") || essence.contains('*'))
}

/// `csv` for `text/csv`: what tells the ways to call an operation apart.
pub(crate) fn short(media_type: &str) -> String {
    let essence = essence(media_type);
    match kind(media_type) {
        Kind::Form => "form".to_owned(),
        Kind::Multipart => "multipart".to_owned(),
        Kind::Events => "events".to_owned(),
        _ if essence == "application/octet-stream" => "bytes".to_owned(),
        _ if essence == "text/plain" => "text".to_owned(),
        // All images are what a range of them is called.
        _ if essence.ends_with("/*") => names::snake(essence.trim_end_matches("/*")),
        _ => names::snake(essence.rsplit('/').next().unwrap_or(&essence)),
    }
}

/// The media type that callers want most: JSON, other JSON, then what stands first.
pub(crate) fn preferred(content: &openapiv3::Content) -> Option<(&str, &MediaType)> {
    let usual = content.iter().find(|(name, _)| essence(name) == "application/json");
    let plain = || content.iter().find(|(name, _)| is_plain_json(name));
    let json = || content.iter().find(|(name, _)| kind(name) == Kind::Json);
    usual.or_else(plain).or_else(json).or_else(|| content.iter().next()).map(|(name, media)| (name.as_str(), media))
}

/// The media types of a body to send that differ in more than their name, the preferred one first.
pub(crate) fn distinct(content: &openapiv3::Content) -> Vec<&str> {
    let mut distinct = offered(content);
    let mut has_bytes = false;
    // An upload says by itself of which media type it is.
    distinct.retain(|name| kind(name) != Kind::Bytes || !std::mem::replace(&mut has_bytes, true));
    distinct
}

/// The media types of a response that differ in more than their name, the preferred one first.
///
/// Servers like to list several names of JSON, all of one schema.
pub(crate) fn offered(content: &openapiv3::Content) -> Vec<&str> {
    let Some((first, media)) = preferred(content) else { return Vec::new() };
    let mut distinct = vec![first];
    for (name, other) in content {
        let same_json = kind(name) == Kind::Json
            && kind(first) == Kind::Json
            && (is_plain_json(first) || !essence(name).ends_with("+json"))
            && !essence(name).ends_with("patch+json")
            && (other.schema == media.schema || other.schema.is_none());
        if name != first && !same_json && !distinct.iter().any(|known| essence(known) == essence(name)) {
            distinct.push(name);
        }
    }
    distinct
}

/// What callers should know of the media types of an upload: which counts for it, and how they choose another.
pub(super) fn said_of_media_types<'m>(first: Option<&str>, others: impl Iterator<Item = &'m str>) -> Option<String> {
    let others: Vec<String> = others.map(|other| format!("`{other}`")).collect();
    if others.is_empty() {
        return None;
    }
    let others = others.join(", ");
    Some(match first {
        Some(first) => format!("Sent as `{first}` unless its `FileUpload::content_type` is another one: {others}."),
        None => format!(
            "Give its `FileUpload::content_type`, one of {others}: without it, it is sent as `application/octet-stream`."
        ),
    })
}

/// Whether a media type is a range of them.
pub(super) fn is_range(media_type: &str) -> bool {
    essence(media_type).contains('*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        let table = [
            ("application/json", Kind::Json),
            ("application/problem+json; charset=utf-8", Kind::Json),
            ("text/json", Kind::Json),
            ("*/*", Kind::Json),
            ("application/pdf", Kind::Bytes),
            ("image/*", Kind::Bytes),
            ("application/octet-stream", Kind::Bytes),
            ("multipart/mixed", Kind::Bytes),
            ("Multipart/Form-Data; boundary=x", Kind::Multipart),
            ("application/x-www-form-urlencoded", Kind::Form),
            ("text/event-stream;charset=utf-8", Kind::Events),
            ("text/csv", Kind::Text),
            ("application/xml", Kind::Text),
            ("application/atom+xml", Kind::Text),
            ("application/x-ndjson", Kind::Text),
        ];
        for (media_type, expected) in table {
            assert_eq!(kind(media_type), expected, "{media_type}");
        }
    }

    #[test]
    fn names() {
        let table = [
            ("text/csv", "csv"),
            ("application/vnd.api+json", "vnd_api_json"),
            ("multipart/form-data", "multipart"),
            ("application/octet-stream", "bytes"),
            ("text/plain; charset=utf-8", "text"),
            ("image/*", "image"),
        ];
        for (media_type, expected) in table {
            assert_eq!(short(media_type), expected, "{media_type}");
        }
        assert_eq!(concrete("application/*+json"), "application/json");
        assert_eq!(concrete("image/*"), "application/octet-stream");
        assert_eq!(concrete("text/csv; header=present"), "text/csv; header=present");
    }

    fn content(text: &str) -> openapiv3::Content {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn uploads_are_one_and_downloads_are_not() {
        let content = content(r#"{"application/json": {}, "application/zip": {}, "image/*": {}, "text/csv": {}}"#);
        assert_eq!(distinct(&content), ["application/json", "application/zip", "text/csv"]);
        assert_eq!(offered(&content), ["application/json", "application/zip", "image/*", "text/csv"]);
    }

    #[test]
    fn names_of_json_are_one() {
        let table = [
            (r#"{"text/json": {}, "application/json": {}, "application/*+json": {}}"#, vec!["application/json"]),
            (
                r#"{"multipart/form-data": {}, "application/json": {}, "text/csv": {}}"#,
                vec!["application/json", "multipart/form-data", "text/csv"],
            ),
            (
                r#"{"application/json-patch+json": {}, "application/merge-patch+json": {}}"#,
                vec!["application/json-patch+json", "application/merge-patch+json"],
            ),
            (
                r#"{"application/json": {"schema": {"type": "string"}}, "application/vnd.a+json": {"schema": {"type": "array", "items": {}}}}"#,
                vec!["application/json", "application/vnd.a+json"],
            ),
        ];
        for (text, expected) in table {
            assert_eq!(distinct(&content(text)), expected, "{text}");
        }
    }
}
