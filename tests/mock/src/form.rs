//! Bodies that are forms, read as the object that is meant: `application/x-www-form-urlencoded` and
//! `multipart/form-data`.

use std::convert::Infallible;
use std::future::ready;

use axum::body::Bytes;
use codegen::config::QueryArrays;
use codegen::pointer;
use futures_util::FutureExt as _;
use futures_util::stream::once;
use multer::Multipart;
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
    let boundary = multer::parse_boundary(content_type).map_err(|error| format!("can't be read: {error}"))?;
    let whole_body = ready(Ok::<_, Infallible>(Bytes::copy_from_slice(body)));
    let mut parts = Multipart::new(once(whole_body), &boundary);
    let unreadable = |what: String| format!("can't be read as parts between lines of `--{boundary}`: {what}");
    let (mut whole, mut faults) = (Map::new(), Vec::new());
    while let Some(part) = now(parts.next_field()).map_err(unreadable)? {
        let name = part.name().ok_or("has a part without a name")?.to_owned();
        let is_file = part.file_name().is_some();
        let media_type = part.content_type().map(ToString::to_string);
        let bytes = now(part.bytes()).map_err(unreadable)?;
        let at = pointer::member(&name);
        let property = schemas.property(&media.schema.schema, &name).unwrap_or(&Value::Null);
        let said = media.encoding(&name).and_then(|said| said.get("contentType")?.as_str());
        if let (Some(wanted), Some(given)) = (said, &media_type)
            && !wanted.split(',').any(|wanted| accepts(wanted, given))
        {
            faults.push(Fault { pointer: at.clone(), detail: format!("is `{given}`; it must be {wanted}") });
        }
        let mut items = &Value::Null;
        schemas.each_part(property, &mut |part| items = part.get("items").unwrap_or(items));
        let is_list = schemas.allows(property, "array");
        let one = if is_list { items } else { property };
        let text = String::from_utf8_lossy(&bytes);
        let is_told_json = media_type.as_deref().or(said).is_some_and(is_json);
        let value = if !is_file && (is_told_json || is_object(one, schemas)) {
            match serde_json::from_slice(&bytes) {
                Ok(value) => value,
                Err(error) => {
                    faults.push(Fault { pointer: at, detail: format!("is not JSON: {error}") });
                    continue;
                }
            }
        } else {
            scalar(&text, one, schemas)
        };
        match whole.get_mut(&name) {
            // A list is a part for each item, or one part of JSON.
            None if is_list && !value.is_array() => _ = whole.insert(name, Value::Array(vec![value])),
            None => _ = whole.insert(name, value),
            Some(Value::Array(items)) if is_list => items.push(value),
            Some(_) => faults.push(Fault { pointer: at, detail: "is given more than once".to_owned() }),
        }
    }
    Ok((Value::Object(whole), faults))
}

/// What a future of the library gives: it has the whole body at hand, and never waits.
fn now<T>(future: impl Future<Output = multer::Result<T>>) -> Result<T, String> {
    future.now_or_never().ok_or("it breaks off")?.map_err(|error| error.to_string())
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
            ("", "boundary=b", "can't be read as parts between lines of `--b`: incomplete multipart stream"),
            ("--b\r\n", "boundary=b", "can't be read as parts between lines of `--b`: incomplete multipart stream"),
            ("--b--", "charset=b", "can't be read: multipart boundary not found in Content-Type"),
            (
                "--b\r\nx\r\n--b--",
                "boundary=b",
                "can't be read as parts between lines of `--b`: incomplete multipart stream",
            ),
            ("--b\r\nx: y\r\n\r\n\r\n--b--", "boundary=b", "has a part without a name"),
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
