//! Parameters as they are written on the wire, and the values that are meant.

use codegen::config::QueryArrays;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::schema::{Schemas, is_object};

/// How many names a key may nest, `a[b][c]`. What goes through the values nested in it is recursive.
const DEEPEST: usize = 64;

/// How a parameter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Form,
    SpaceDelimited,
    PipeDelimited,
    DeepObject,
    Simple,
    Label,
    Matrix,
    /// JSON text: `content: {application/json: ..}`.
    Json,
}

impl Style {
    /// The style of a name; `None` for a name that OpenAPI does not have.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "form" => Self::Form,
            "spaceDelimited" => Self::SpaceDelimited,
            "pipeDelimited" => Self::PipeDelimited,
            "deepObject" => Self::DeepObject,
            "simple" => Self::Simple,
            "label" => Self::Label,
            "matrix" => Self::Matrix,
            _ => return None,
        })
    }

    fn separator(self) -> char {
        match self {
            Self::SpaceDelimited => ' ',
            Self::PipeDelimited => '|',
            _ => ',',
        }
    }
}

/// How one parameter is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape<'a> {
    pub name: &'a str,
    pub style: Style,
    pub explode: bool,
    pub schema: &'a Value,
    /// How arrays inside of query objects are written.
    pub arrays: QueryArrays,
}

/// A text that can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misread {
    /// What follows the parameter's name in the key, `[status]`.
    pub inside: String,
    pub detail: String,
}

impl<T: Into<String>> From<T> for Misread {
    fn from(detail: T) -> Self {
        Self { inside: String::new(), detail: detail.into() }
    }
}

/// Text in which nothing has a type yet.
#[derive(Clone, Debug, PartialEq)]
enum Raw {
    Texts(Vec<String>),
    Object(Vec<(String, Raw)>),
}

/// The pairs of a query, decoded.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect()
}

/// Takes what belongs to a parameter out of the pairs of a query.
///
/// # Errors
///
/// When the text can't be read as the parameter's style says.
pub(crate) fn from_query(
    shape: Shape<'_>,
    schemas: &Schemas,
    pairs: &mut Vec<(String, String)>,
) -> Result<Option<Value>, Misread> {
    let name = shape.name;
    if shape.style == Style::DeepObject {
        let prefix = format!("{name}[");
        let own = take(pairs, |key| key.starts_with(&prefix) && key.ends_with(']'));
        if own.is_empty() {
            return Ok(None);
        }
        let mut whole = Vec::new();
        for (key, value) in own {
            let way: Vec<&str> = key
                .get(prefix.len()..key.len() - 1)
                .unwrap_or_default()
                .split("][")
                .filter(|segment| !segment.is_empty())
                .collect();
            if way.len() > DEEPEST {
                return Err(format!("has a key that nests more than {DEEPEST} deep").into());
            }
            let inside = || key.get(name.len()..).unwrap_or_default().to_owned();
            insert(&mut whole, &way, value)
                .map_err(|reason| Misread { inside: inside(), detail: reason.to_owned() })?;
        }
        return typed(&Raw::Object(whole), shape.schema, schemas, shape).map(Some);
    }
    if shape.style == Style::Form && shape.explode && is_object(shape.schema, schemas) {
        let own = take(pairs, |key| schemas.property(shape.schema, key).is_some());
        let members: Vec<(String, Raw)> = own.into_iter().map(|(key, value)| (key, Raw::Texts(vec![value]))).collect();
        if members.is_empty() {
            return Ok(None);
        }
        return typed(&Raw::Object(members), shape.schema, schemas, shape).map(Some);
    }
    let brackets = format!("{name}[]");
    let own = take(pairs, |key| key == name || (shape.arrays == QueryArrays::Brackets && key == brackets));
    let texts: Vec<String> = own.into_iter().map(|(_, value)| value).collect();
    if texts.is_empty() {
        return Ok(None);
    }
    if texts.len() > 1 && !schemas.allows(shape.schema, "array") {
        return Err("is given more than once".into());
    }
    from_texts(shape, schemas, texts).map(Some)
}

/// A value from the path, a header or a cookie.
///
/// # Errors
///
/// When the text can't be read as the parameter's style says.
pub(crate) fn from_text(shape: Shape<'_>, schemas: &Schemas, text: &str) -> Result<Value, Misread> {
    let name = shape.name;
    match shape.style {
        Style::Label => {
            let text = text.strip_prefix('.').ok_or("must begin with a full stop")?;
            let separator = if shape.explode { '.' } else { ',' };
            split_and_type(shape, schemas, text, separator)
        }
        Style::Matrix => {
            let text = text.strip_prefix(';').ok_or("must begin with a semicolon")?;
            if is_object(shape.schema, schemas) && shape.explode {
                return split_and_type(shape, schemas, text, ';');
            }
            let prefix = format!("{name}=");
            let values: Vec<&str> = text.split(';').map(|part| part.strip_prefix(&prefix).unwrap_or(part)).collect();
            from_texts(shape, schemas, values.into_iter().map(str::to_owned).collect())
        }
        _ => from_texts(shape, schemas, vec![text.to_owned()]),
    }
}

fn from_texts(shape: Shape<'_>, schemas: &Schemas, texts: Vec<String>) -> Result<Value, Misread> {
    if shape.style == Style::Json {
        let text = texts.first().map(String::as_str).unwrap_or_default();
        return serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}").into());
    }
    match texts.as_slice() {
        [only] if !(shape.style == Style::Form && shape.explode) => {
            split_and_type(shape, schemas, only, shape.style.separator())
        }
        _ => typed(&Raw::Texts(texts), shape.schema, schemas, Shape { arrays: QueryArrays::Repeat, ..shape }),
    }
}

/// A list or an object in one text, or a text that is all of the value.
fn split_and_type(shape: Shape<'_>, schemas: &Schemas, text: &str, separator: char) -> Result<Value, Misread> {
    if is_object(shape.schema, schemas) {
        let parts: Vec<&str> = text.split(separator).collect();
        let members: Vec<(String, Raw)> = if shape.explode {
            parts
                .iter()
                .map(|part| part.split_once('=').ok_or("must hold pairs of name and value"))
                .map(|pair| pair.map(|(name, value)| (name.to_owned(), Raw::Texts(vec![value.to_owned()]))))
                .collect::<Result<_, _>>()?
        } else {
            parts
                .chunks(2)
                .map(|pair| match pair {
                    [name, value] => Ok(((*name).to_owned(), Raw::Texts(vec![(*value).to_owned()]))),
                    _ => Err("must hold names and values in turn"),
                })
                .collect::<Result<_, _>>()?
        };
        return typed(&Raw::Object(members), shape.schema, schemas, shape);
    }
    let texts = if schemas.allows(shape.schema, "array") {
        text.split(separator).map(str::to_owned).collect()
    } else {
        vec![text.to_owned()]
    };
    typed(&Raw::Texts(texts), shape.schema, schemas, Shape { arrays: QueryArrays::Repeat, ..shape })
}

/// Removes and returns the pairs whose key is wanted.
fn take(pairs: &mut Vec<(String, String)>, mut wanted: impl FnMut(&str) -> bool) -> Vec<(String, String)> {
    let (own, rest) = std::mem::take(pairs).into_iter().partition(|(key, _)| wanted(key));
    *pairs = rest;
    own
}

/// Puts a value where its key leads to.
fn insert(members: &mut Vec<(String, Raw)>, way: &[&str], value: String) -> Result<(), &'static str> {
    let Some((name, rest)) = way.split_first() else { return Err("names no member") };
    let found = members.iter().position(|(known, _)| known == name);
    let Some((_, slot)) = found.and_then(|index| members.get_mut(index)) else {
        let raw = if rest.is_empty() {
            Raw::Texts(vec![value])
        } else {
            let mut inner = Vec::new();
            insert(&mut inner, rest, value)?;
            Raw::Object(inner)
        };
        members.push(((*name).to_owned(), raw));
        return Ok(());
    };
    match (slot, rest.is_empty()) {
        (Raw::Texts(texts), true) => {
            texts.push(value);
            Ok(())
        }
        (Raw::Object(inner), false) => insert(inner, rest, value),
        _ => Err("is given as an object and as a value"),
    }
}

/// The value that is meant, as far as the schema tells; what it does not tell stays text.
fn typed(raw: &Raw, schema: &Value, schemas: &Schemas, shape: Shape<'_>) -> Result<Value, Misread> {
    match raw {
        Raw::Object(members) => {
            let members = members.iter().map(|(name, raw)| {
                let property = schemas.property(schema, name).unwrap_or(&Value::Null);
                let value = typed(raw, property, schemas, shape)
                    .map_err(|misread| Misread { inside: format!("[{name}]{}", misread.inside), ..misread })?;
                Ok((name.clone(), value))
            });
            Ok(Value::Object(members.collect::<Result<Map<_, _>, Misread>>()?))
        }
        Raw::Texts(texts) if schemas.allows(schema, "array") => {
            let mut items = &Value::Null;
            schemas.each_part(schema, &mut |part| items = part.get("items").unwrap_or(items));
            let split = |text: &String| -> Vec<String> {
                match shape.arrays {
                    QueryArrays::Comma => text.split(',').map(str::to_owned).collect(),
                    QueryArrays::Repeat | QueryArrays::Brackets => vec![text.clone()],
                }
            };
            Ok(texts.iter().flat_map(split).map(|text| scalar(&text, items, schemas)).collect())
        }
        Raw::Texts(texts) => match texts.as_slice() {
            [only] => Ok(scalar(only, schema, schemas)),
            _ => Err("is given more than once".into()),
        },
    }
}

/// The value that a text means, as far as the schema tells.
pub(crate) fn scalar(text: &str, schema: &Value, schemas: &Schemas) -> Value {
    let whole =
        text.parse::<i64>().ok().filter(|_| ["integer", "number"].iter().any(|name| schemas.allows(schema, name)));
    let number = text.parse::<f64>().ok().filter(|_| schemas.allows(schema, "number"));
    let truth = text.parse::<bool>().ok().filter(|_| schemas.allows(schema, "boolean"));
    let number = number.and_then(serde_json::Number::from_f64);
    let is_null = text == "null" && schemas.allows(schema, "null") && !schemas.allows(schema, "string");
    match (whole, number, truth) {
        (Some(whole), _, _) => Value::from(whole),
        (None, Some(number), _) => Value::Number(number),
        (None, None, Some(truth)) => Value::Bool(truth),
        (None, None, None) if is_null => Value::Null,
        (None, None, None) => Value::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;
    use crate::schema::Direction;

    fn read(style: Style, explode: bool, schema: &Value, query: &str, arrays: QueryArrays) -> Result<Value, Misread> {
        let schemas = Schemas::new(&json!({}), Direction::Request);
        let mut pairs = pairs(query);
        let shape = Shape { name: "a", style, explode, schema, arrays };
        let value = from_query(shape, &schemas, &mut pairs)?.unwrap_or_default();
        assert_eq!(pairs, [], "{query}");
        Ok(value)
    }

    #[test]
    fn queries_are_read_by_style() {
        use QueryArrays::{Brackets, Comma, Repeat};
        use Style::{DeepObject, Form, Json, PipeDelimited, SpaceDelimited};
        let list = json!({"type": "array", "items": {"type": "integer"}});
        let flat = json!({"type": "object", "properties": {"x": {"type": "integer"}, "y": {"type": "boolean"}}});
        let deep = json!({"type": "object", "properties": {"b": flat, "c": list, "d.e": {"type": "string"}}});
        let table = [
            (Form, true, &list, "a=1&a=2", Repeat, json!([1, 2])),
            (Form, false, &list, "a=1,2", Repeat, json!([1, 2])),
            (SpaceDelimited, false, &list, "a=1+2", Repeat, json!([1, 2])),
            (PipeDelimited, false, &list, "a=1%7C2", Repeat, json!([1, 2])),
            (Form, true, &flat, "x=1&y=true", Repeat, json!({"x": 1, "y": true})),
            (Form, false, &flat, "a=x,1,y,true", Repeat, json!({"x": 1, "y": true})),
            (DeepObject, true, &deep, "a[b][x]=1&a%5Bc%5D=1%2C2", Comma, json!({"b": {"x": 1}, "c": [1, 2]})),
            (DeepObject, true, &deep, "a[c]=1&a[c]=2", Repeat, json!({"c": [1, 2]})),
            (DeepObject, true, &deep, "a[c][]=1&a[c][]=2&a[d.e]=z", Brackets, json!({"c": [1, 2], "d.e": "z"})),
            (Json, false, &deep, "a=%7B%22b%22:1%7D", Repeat, json!({"b": 1})),
            (Form, true, &json!({"type": "string"}), "a=1,2", Repeat, json!("1,2")),
            (Form, true, &json!({"type": "number"}), "a=1.5", Repeat, json!(1.5)),
            (Form, true, &json!({"type": "integer"}), "a=x", Repeat, json!("x")),
        ];
        for (style, explode, schema, query, arrays, expected) in table {
            assert_eq!(read(style, explode, schema, query, arrays).unwrap(), expected, "{query}");
        }
        let twice = read(Form, true, &json!({"type": "string"}), "a=1&a=2", Repeat);
        assert_eq!(twice.unwrap_err(), "is given more than once".into());
        let twice = read(DeepObject, true, &deep, "a[d.e]=1&a[d.e]=2", Repeat).unwrap_err();
        assert_eq!((twice.inside.as_str(), twice.detail.as_str()), ("[d.e]", "is given more than once"));
        let both = read(DeepObject, true, &deep, "a[b]=1&a[b][x]=2", Repeat);
        let both = both.unwrap_err();
        assert_eq!((both.inside.as_str(), both.detail.as_str()), ("[b][x]", "is given as an object and as a value"));
        let endless = read(DeepObject, true, &deep, &format!("a{}=1", "[b]".repeat(100_000)), Repeat);
        assert_eq!(endless.unwrap_err(), "has a key that nests more than 64 deep".into());
    }

    #[test]
    fn paths_are_read_by_style() {
        let schemas = Schemas::new(&json!({}), Direction::Request);
        let list = json!({"type": "array", "items": {"type": "integer"}});
        let table = [
            (Style::Simple, false, "1,2", json!([1, 2])),
            (Style::Label, false, ".1,2", json!([1, 2])),
            (Style::Label, true, ".1.2", json!([1, 2])),
            (Style::Matrix, false, ";a=1,2", json!([1, 2])),
            (Style::Matrix, true, ";a=1;a=2", json!([1, 2])),
        ];
        for (style, explode, text, expected) in table {
            let shape = Shape { name: "a", style, explode, schema: &list, arrays: QueryArrays::Repeat };
            assert_eq!(from_text(shape, &schemas, text).unwrap(), expected, "{text}");
        }
    }
}
