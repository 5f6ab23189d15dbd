//! JSON as servers send it: with a mark before it, or with halves of characters in it.

use serde_core::Deserialize;
use serde_json::de::SliceRead;
use serde_json::{Deserializer, Error, Value};

/// Reads a text of JSON to its end.
///
/// A server that cuts a text may cut a character in two, and writes `"\ud83d"`. That is JSON, but no text in Rust, and the
/// decoder refuses all of it. So it is read once more then, with U+FFFD in the place of each half.
pub(crate) fn read<T>(
    json: &[u8],
    read: &mut dyn FnMut(&mut Deserializer<SliceRead<'_>>) -> Result<T, Error>,
) -> Result<T, Error> {
    let json = without_mark(json);
    let fault = match once(json, read) {
        Err(fault) if fault.is_syntax() => fault,
        done => return done,
    };
    match with_whole_characters(json) {
        Some(mended) => once(&mended, read),
        None => Err(fault),
    }
}

fn once<T>(
    json: &[u8],
    read: &mut dyn FnMut(&mut Deserializer<SliceRead<'_>>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut deserializer = Deserializer::from_slice(json);
    let value = read(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Reads a text of JSON as it is.
pub(crate) fn value(json: &[u8]) -> Result<Value, Error> {
    read(json, &mut |text| Value::deserialize(text))
}

/// The text without the mark that some servers put before it (U+FEFF), and that JSON does not know.
pub(crate) fn without_mark(json: &[u8]) -> &[u8] {
    json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json)
}

/// A text of the same length, with the replacement character for each half of a character that stands alone. `None` if
/// there is none.
fn with_whole_characters(json: &[u8]) -> Option<Vec<u8>> {
    let mut mended = Vec::with_capacity(json.len());
    let mut any_half = false;
    let mut rest = json;
    while let Some(start) = rest.iter().position(|byte| *byte == b'\\') {
        let (text, escape) = rest.split_at_checked(start)?;
        let (is_half, length) = match (code_unit(escape), escape.get(6..).and_then(code_unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (false, 12),
            (Some(0xD800..=0xDFFF), _) => (true, 6),
            _ => (false, 2),
        };
        let (escape, after) = escape.split_at_checked(length)?;
        mended.extend_from_slice(text);
        mended.extend_from_slice(if is_half { br"\ufffd" } else { escape });
        any_half |= is_half;
        rest = after;
    }
    mended.extend_from_slice(rest);
    any_half.then_some(mended)
}

/// The number in an escape such as `\u00e4`, which a text begins with.
fn code_unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(br"\u")?.get(..4)?;
    u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_characters_are_replaced() {
        for (json, expected) in [
            (r#""cut \ud83d""#, Some("cut \u{fffd}")),
            (r#""\uD83D""#, Some("\u{fffd}")),
            (r#""\ude00 cut""#, Some("\u{fffd} cut")),
            (r#""\ud83d\ud83d\ude00""#, Some("\u{fffd}\u{1f600}")),
            (r#""\ude00\ud83d""#, Some("\u{fffd}\u{fffd}")),
            (r#""\ud83d\n\u00e4""#, Some("\u{fffd}\n\u{e4}")),
            (r#""\ud83d\\ude00""#, Some("\u{fffd}\\ude00")),
            // What has no half is read as it is, or not at all.
            (r#""\ud83d\ude00""#, Some("\u{1f600}")),
            (r#""\\ud83d""#, Some("\\ud83d")),
            (r#""\ud83""#, None),
            (r#""\ud83d"#, None),
            (r#""\ud83d" x"#, None),
            (r#""a\"#, None),
        ] {
            assert_eq!(value(json.as_bytes()).ok(), expected.map(Value::from), "{json}");
        }
        let marked = "\u{feff}{\"a\\udead\": [\"\\ud83d\", 1]}";
        assert_eq!(value(marked.as_bytes()).unwrap(), serde_json::json!({"a\u{fffd}": ["\u{fffd}", 1]}));
    }

    /// So that the place of a fault is that in the text that was sent.
    #[test]
    fn what_is_mended_is_as_long_as_it_was() {
        let json = br#"{"a": "\ud83d", "b": 1 2}"#;
        assert_eq!(with_whole_characters(json).map(|mended| mended.len()), Some(json.len()));
        assert_eq!(value(json).unwrap_err().column(), 24);
        assert_eq!(with_whole_characters(br#"{"a": "\n"}"#), None);
    }
}
