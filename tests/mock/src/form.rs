//! Bodies that are forms, read as the object that is meant: `application/x-www-form-urlencoded` and
//! `multipart/form-data`.

use codegen::config::QueryArrays;
use codegen::pointer;
use serde_json::{Map, Value};

use crate::check::accepts;
use crate::contract::{Media, is_json};
use crate::parameters::{Misread, Shape, Style, from_query, pairs, scalar};
use crate::schema::{Fault, Schemas, is_object};

/// The object of a form, and what in it can't be read; `Err` if it is no such form at all.
pub(crate) type Form = Result<(Value, Vec<Fault>), String>;

/// Reads `a=1&b=2`. Members that no schema names are texts.
pub(crate) fn urlencoded(media: &Media, schemas: &Schemas, arrays: QueryArrays, body: &[u8]) -> Form {
    let text = std::str::from_utf8(body).map_err(|error| format!("is not UTF-8: {error}"))?;
    let mut pairs = pairs(text);
    let (mut whole, mut faults) = (Map::new(), Vec::new());
    let schema = &media.schema.schema;
    for name in schemas.names(schema) {
        let Some(property) = schemas.property(schema, name) else { continue };
        let said = media.encoding(name);
        let style = said.and_then(|said| said.get("style")?.as_str()).and_then(Style::named);
        let is_nested = is_object(property, schemas);
        let style = match style {
            Some(style) => style,
            None if is_nested && pairs.iter().any(|(key, _)| key == name) => Style::Json,
            None if is_nested => Style::DeepObject,
            None => Style::Form,
        };
        let explode = said.and_then(|said| said.get("explode")?.as_bool()).unwrap_or(style == Style::Form);
        let shape = Shape { name, style, explode, schema: property, arrays };
        match from_query(shape, schemas, &mut pairs) {
            Ok(Some(value)) => _ = whole.insert(name.to_owned(), value),
            Ok(None) => {}
            Err(misread) => faults.push(fault(name, misread)),
        }
    }
    for (key, text) in pairs {
        let value = scalar(&text, schemas.property(schema, &key).unwrap_or(&Value::Null), schemas);
        whole.insert(key, value);
    }
    Ok((Value::Object(whole), faults))
}

fn fault(name: &str, Misread { inside, detail }: Misread) -> Fault {
    let mut at = pointer::member(name);
    for segment in inside.split(['[', ']']).filter(|segment| !segment.is_empty()) {
        pointer::push(&mut at, segment);
    }
    Fault { pointer: at, detail }
}

/// Reads a form of parts. Files are texts, whatever they hold: nobody looks at them.
pub(crate) fn multipart(media: &Media, schemas: &Schemas, content_type: &str, body: &[u8]) -> Form {
    let boundary = boundary(content_type).ok_or("can't be read: the content type has no boundary")?;
    let (mut whole, mut faults) = (Map::new(), Vec::new());
    for part in parts(body, &boundary)? {
        let at = pointer::member(&part.name);
        let property = schemas.property(&media.schema.schema, &part.name).unwrap_or(&Value::Null);
        let said = media.encoding(&part.name).and_then(|said| said.get("contentType")?.as_str());
        if let (Some(wanted), Some(given)) = (said, &part.media_type)
            && !wanted.split(',').any(|wanted| accepts(wanted, given))
        {
            faults.push(Fault { pointer: at.clone(), detail: format!("is `{given}`; it must be {wanted}") });
        }
        let mut items = &Value::Null;
        schemas.each_part(property, &mut |part| items = part.get("items").unwrap_or(items));
        let is_list = schemas.allows(property, "array");
        let one = if is_list { items } else { property };
        let text = String::from_utf8_lossy(part.bytes);
        let is_told_json = part.media_type.as_deref().or(said).is_some_and(is_json);
        let value = if !part.is_file && (is_told_json || is_object(one, schemas)) {
            match serde_json::from_slice(part.bytes) {
                Ok(value) => value,
                Err(error) => {
                    faults.push(Fault { pointer: at, detail: format!("is not JSON: {error}") });
                    continue;
                }
            }
        } else {
            scalar(&text, one, schemas)
        };
        match whole.get_mut(&part.name) {
            // A list is a part for each item, or one part of JSON.
            None if is_list && !value.is_array() => _ = whole.insert(part.name, Value::Array(vec![value])),
            None => _ = whole.insert(part.name, value),
            Some(Value::Array(items)) if is_list => items.push(value),
            Some(_) => faults.push(Fault { pointer: at, detail: "is given more than once".to_owned() }),
        }
    }
    Ok((Value::Object(whole), faults))
}

/// A part of a form.
struct Part<'a> {
    name: String,
    is_file: bool,
    media_type: Option<String>,
    bytes: &'a [u8],
}

fn boundary(content_type: &str) -> Option<String> {
    parameter(content_type, "boundary").filter(|boundary| !boundary.is_empty())
}

/// A parameter of a header, `form-data; name="file"`.
fn parameter(header: &str, wanted: &str) -> Option<String> {
    let mut rest = header.split_once(';')?.1;
    loop {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted_text(quoted)?,
            None => {
                let (value, after) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), after)
            }
        };
        if name.trim_matches([' ', '\t', ';']).eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = after;
    }
}

/// What stands before the closing quotation mark, and what after it.
fn quoted_text(text: &str) -> Option<(String, &str)> {
    let (mut value, mut is_escaped) = (String::new(), false);
    for (index, character) in text.char_indices() {
        match character {
            '\\' if !is_escaped => is_escaped = true,
            '"' if !is_escaped => return Some((value, text.get(index + 1..)?)),
            other => {
                value.push(other);
                is_escaped = false;
            }
        }
    }
    None
}

/// Takes a body apart at its boundary.
fn parts<'a>(body: &'a [u8], boundary: &str) -> Result<Vec<Part<'a>>, String> {
    let opening = format!("--{boundary}");
    let between = format!("\r\n--{boundary}");
    let start = find(body, opening.as_bytes())
        .filter(|start| *start == 0 || body.get(..*start).is_some_and(|before| before.ends_with(b"\r\n")))
        .ok_or_else(|| format!("is no form of parts: there is no line `{opening}`"))?;
    let mut rest = body.get(start + opening.len()..).unwrap_or_default();
    let mut found = Vec::new();
    while !rest.starts_with(b"--") {
        let end = find(rest, between.as_bytes()).ok_or_else(|| format!("breaks off: `{opening}--` is missing"))?;
        let (part, after) = rest.split_at(end);
        found.push(read(part)?);
        rest = after.get(between.len()..).unwrap_or_default();
    }
    Ok(found)
}

/// Reads a part that begins after the boundary.
fn read(part: &[u8]) -> Result<Part<'_>, String> {
    // Spaces may follow the boundary; a part without headers has an empty line only.
    let end = find(part, b"\r\n\r\n").ok_or("has a part without an empty line after its headers")?;
    let (head, bytes) = part.split_at(end);
    let head = String::from_utf8_lossy(head);
    let header = |wanted: &str| {
        let mut pairs = head.lines().filter_map(|line| line.split_once(':'));
        pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
    };
    let disposition = header("content-disposition").ok_or("has a part without the header `content-disposition`")?;
    let name = parameter(disposition, "name").ok_or("has a part without a name")?;
    Ok(Part {
        name,
        is_file: parameter(disposition, "filename").or_else(|| parameter(disposition, "filename*")).is_some(),
        media_type: header("content-type").map(str::to_owned),
        bytes: bytes.get(b"\r\n\r\n".len()..).unwrap_or_default(),
    })
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;
    use crate::contract::Checked;
    use crate::schema::Direction;

    fn media() -> Media {
        let schema = json!({"type": "object", "properties": {
            "age": {"type": "integer"},
            "tags": {"type": "array", "items": {"type": "integer"}},
            "meta": {"type": "object", "properties": {"n": {"type": "integer"}}},
            "file": {"type": "string", "format": "binary"},
        }});
        let encoding = json!({"file": {"contentType": "image/png, image/*"}});
        Media { name: String::new(), schema: Checked::new(schema), encoding }
    }

    fn schemas() -> Schemas {
        Schemas::new(&json!({}), Direction::Request)
    }

    fn shown(form: Form) -> Result<(Value, Vec<String>), String> {
        let (value, faults) = form?;
        Ok((value, faults.into_iter().map(|fault| format!("{} {}", fault.pointer, fault.detail)).collect()))
    }

    #[test]
    fn pairs_are_read_by_schema() {
        let table = [
            ("age=7&tags=1&tags=2", json!({"age": 7, "tags": [1, 2]}), vec![]),
            ("meta[n]=1&x=y+z", json!({"meta": {"n": 1}, "x": "y z"}), vec![]),
            ("meta=%7B%22n%22:1%7D", json!({"meta": {"n": 1}}), vec![]),
            ("age=1&age=2", json!({}), vec!["/age is given more than once"]),
            ("meta=1x", json!({}), vec!["/meta is not JSON: trailing characters at line 1 column 2"]),
        ];
        for (text, expected, faults) in table {
            let found = shown(urlencoded(&media(), &schemas(), QueryArrays::Repeat, text.as_bytes())).unwrap();
            assert_eq!(found, (expected, faults.into_iter().map(str::to_owned).collect()), "{text}");
        }
    }

    #[test]
    fn parts_are_read_by_schema() {
        let part = |head: &str, text: &str| format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{text}\r\n");
        let table = [
            (
                part("name=age", "7") + &part("name=\"tags\"", "1") + &part("name=tags", "2"),
                json!({"age": 7, "tags": [1, 2]}),
            ),
            (part("name=tags\r\ncontent-type: application/json", "[1, 2]"), json!({"tags": [1, 2]})),
            (part("name=meta", "{\"n\": 1}"), json!({"meta": {"n": 1}})),
            (part("name=file; filename=\"a;\\\".png\"\r\nContent-Type: image/gif", "x--b"), json!({"file": "x--b"})),
            (part("name=\"\"", ""), json!({"": ""})),
            ("before\r\n".to_owned(), json!({})),
        ];
        for (text, expected) in table {
            let found = shown(multipart(
                &media(),
                &schemas(),
                "multipart/form-data; boundary=b",
                (text.clone() + "--b--\r\n").as_bytes(),
            ));
            assert_eq!(found, Ok((expected, vec![])), "{text}");
        }
        let wrong = [
            ("", "boundary=b", "is no form of parts: there is no line `--b`"),
            ("--b\r\n", "boundary=b", "breaks off: `--b--` is missing"),
            ("--b--", "charset=b", "can't be read: the content type has no boundary"),
            ("--b--", "boundary=\"b", "can't be read: the content type has no boundary"),
            ("--b\r\nx\r\n--b--", "boundary=b", "has a part without an empty line after its headers"),
            ("--b\r\nx: y\r\n\r\n\r\n--b--", "boundary=b", "has a part without the header `content-disposition`"),
        ];
        for (text, parameter, expected) in wrong {
            let found = multipart(&media(), &schemas(), &format!("multipart/form-data; {parameter}"), text.as_bytes());
            assert_eq!(shown(found), Err(expected.to_owned()), "{text}");
        }
        let text = part("name=file; filename=a\r\ncontent-type: text/plain", "")
            + &part("name=age", "1")
            + &part("name=age", "2");
        let (_, faults) =
            shown(multipart(&media(), &schemas(), "multipart/form-data; boundary=b", (text + "--b--").as_bytes()))
                .unwrap();
        assert_eq!(faults, ["/file is `text/plain`; it must be image/png, image/*", "/age is given more than once"]);
    }
}
