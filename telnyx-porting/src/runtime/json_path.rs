//! What a fault of the JSON decoder says, and where in the text it is, as a path.
//!
//! The decoder knows only line and column of a fault. This scanner walks the text once more up to
//! there, and only when there is a fault, so that decoding itself carries no cost for it.

use std::fmt::Write as _;

use crate::runtime::text;

/// A place in a JSON text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Such as `data[3].status.value`; empty at the top level.
    pub(crate) path: String,
    /// How many bytes stand before it.
    pub(crate) byte: usize,
}

/// Finds the value that the decoder was at when it met this fault.
pub(crate) fn find(text: &[u8], fault: &serde_json::Error) -> Place {
    let lines = text.split_inclusive(|byte| *byte == b'\n').take(fault.line().saturating_sub(1));
    let read = lines.map(<[u8]>::len).sum::<usize>().saturating_add(fault.column()).min(text.len());
    // What breaks the syntax has been read already, and may look like the end of what it stands in.
    let byte = if fault.is_syntax() { read.saturating_sub(1) } else { read };
    Place { path: path_of(text.get(..byte).unwrap_or(text)), byte }
}

/// A container that has been opened and not yet closed.
enum Open {
    /// An object, with the name of the member that is being read, as it is written.
    Object(Vec<u8>),
    /// An array, with the index of the item that is being read.
    Array(usize),
}

fn path_of(read: &[u8]) -> String {
    let mut open = Vec::new();
    let mut expects_name = false;
    let mut rest = read;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'{' => {
                open.push(Open::Object(Vec::new()));
                expects_name = true;
            }
            b'[' => {
                open.push(Open::Array(0));
                expects_name = false;
            }
            b'}' | b']' => {
                open.pop();
                expects_name = false;
            }
            b',' => match open.last_mut() {
                Some(Open::Array(index)) => *index += 1,
                Some(Open::Object(name)) => {
                    name.clear();
                    expects_name = true;
                }
                None => {}
            },
            b'"' => {
                let length = string_length(rest);
                let (string, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
                if let (true, Some(Open::Object(name))) = (expects_name, open.last_mut()) {
                    *name = string.to_vec();
                    expects_name = false;
                }
                rest = after.split_first().map_or(after, |(_, after)| after);
            }
            _ => {}
        }
    }
    show(&open)
}

/// The length of a string's content, up to its closing quote or the end.
fn string_length(text: &[u8]) -> usize {
    let mut escaped = false;
    let is_end = |byte: &u8| {
        let is_end = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        is_end
    };
    text.iter().position(is_end).unwrap_or(text.len())
}

fn show(open: &[Open]) -> String {
    let mut path = String::new();
    for container in open {
        match container {
            Open::Array(index) => {
                // Writing to a string does not fail.
                let _ = write!(path, "[{index}]");
            }
            Open::Object(name) if name.is_empty() => {}
            Open::Object(name) => {
                let name = String::from_utf8_lossy(name);
                let is_plain = name.chars().all(|char| char.is_alphanumeric() || char == '_' || char == '-');
                let between = if path.is_empty() { "" } else { "." };
                let _ = if is_plain { write!(path, "{between}{name}") } else { write!(path, "[\"{name}\"]") };
            }
        }
    }
    path
}

/// Takes the values out of a message of serde, which quotes them, and the position, which is told
/// better.
///
/// ```text
/// invalid type: string "Jane Doe", expected i64 at line 1 column 20   ->   invalid type: string, expected i64
/// ```
pub(crate) fn without_values(message: &str) -> String {
    let message = text::split_last(message, " at line ").map_or(message, |(what, _)| what);
    let quotes_value =
        ["invalid type: ", "invalid value: ", "unknown variant "].iter().any(|start| message.starts_with(start));
    match text::split_last(message, ", expected ") {
        Some((found, expected)) if quotes_value => {
            let kind = found.find(['"', '`']).and_then(|quote| found.get(..quote)).unwrap_or(found);
            format!("{}, expected {expected}", kind.trim_end())
        }
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_core::de::DeserializeSeed as _;

    use super::*;
    use crate::runtime::json;
    use crate::runtime::slot::{Field as _, Seed};

    /// `^` marks how far the decoder had read.
    #[test]
    fn places_have_paths() {
        let cases = [
            ("^", ""),
            ("^{}", ""),
            (r#"{"data":^[]}"#, "data"),
            (r#"{"data":[^]}"#, "data[0]"),
            (r#"{"data":[1,2,^x]}"#, "data[2]"),
            (r#"{"data":[{"a":1},{"b":"x"^}]}"#, "data[1].b"),
            (r#"{"data":[{"a":1},{"b":"x"}^]}"#, "data[1]"),
            (r#"{"a":{"b":{"c":1}^}}"#, "a.b"),
            (r#"{"a":{"b":{"c":1}}^}"#, "a"),
            (r#"{"a":1, "b^"}"#, "b"),
            (r#"{"a":1, ^"b"}"#, ""),
            (r#"{"q\"]}":{"}":^1}}"#, r#"["q\"]}"]["}"]"#),
            (r#"{"a.b":[{"":[^]}]}"#, r#"["a.b"][0][0]"#),
            ("{\"a\":\n {\"b\":\n  ^1}}", "a.b"),
            (r#"{"a":"\\","b":^1}"#, "b"),
        ];
        for (marked, expected) in cases {
            assert_eq!(path_of(marked.split('^').next().unwrap().as_bytes()), expected, "{marked}");
        }
    }

    #[test]
    fn faults_have_places() {
        type Items = BTreeMap<String, Vec<BTreeMap<String, i64>>>;
        let cases = [
            (r#"{"data":[{"a":1},{"b":"x"}]}"#, "data[1].b", 25),
            (r#"{"data":[{"a":1},{"b":{}}]}"#, "data[1].b", 22),
            (r#"{"data":[{"a":1},{"b":[]}]}"#, "data[1].b", 22),
            (r#"{"data":[{"a":1},{"b":null}]}"#, "data[1].b", 26),
            (r#"{"data":[{"a":1},{"b": 1.5 }]}"#, "data[1].b", 26),
            ("{\"data\":[\n{\"a\":1},\n7]}", "data[1]", 20),
            (r#"{"data":[7]}"#, "data[0]", 10),
            (r#"{"data":7}"#, "data", 9),
            (r#"{"data":[{"a":1}"#, "data[0]", 16),
            (r#"{"data":[{"a":1},"#, "data[1]", 17),
            (r#"{"data":[{"a":tru}]}"#, "data[0].a", 17),
            (r#"{"data":[{"a":1]}"#, "data[0].a", 15),
            ("<html>", "", 0),
            ("", "", 0),
        ];
        for (text, path, byte) in cases {
            let fault = serde_json::from_str::<Items>(text).unwrap_err();
            assert_eq!(find(text.as_bytes(), &fault), Place { path: path.to_owned(), byte }, "{text}: {fault}");
            let fault =
                json::read(text.as_bytes(), &mut |text| Seed(Items::default().slot()).deserialize(text)).unwrap_err();
            assert_eq!(find(text.as_bytes(), &fault).path, path, "{text}: {fault}");
        }
    }

    #[test]
    fn messages_lose_their_values() {
        let cases = [
            (
                r#"invalid type: string "Jane, expected "x" Doe", expected i64 at line 1 column 20"#,
                "invalid type: string, expected i64",
            ),
            (
                "invalid type: integer `1234`, expected a string at line 3 column 1",
                "invalid type: integer, expected a string",
            ),
            ("invalid type: map, expected a string", "invalid type: map, expected a string"),
            ("unknown variant `Jane`, expected `a` or `b` at line 1 column 9", "unknown variant, expected `a` or `b`"),
            ("missing field `id` at line 1 column 9", "missing field `id`"),
            ("EOF while parsing a value at line 1 column 0", "EOF while parsing a value"),
        ];
        for (message, expected) in cases {
            assert_eq!(without_values(message), expected);
        }
    }
}
