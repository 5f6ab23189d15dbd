//! Recorded calls, sent through the typed builders.
//!
//! A case names its operation and gives its arguments as JSON, by their names on the wire: what a client of another
//! language was called with. The generated [`driver`](crate::generated::driver) takes each argument out of
//! [`Arguments`], in the type that the builder wants, and hands it to its setter. An argument that the typed surface
//! does not know is an error of that case: nothing is dropped on the way.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use telnyx_porting::{Bytes, Page};

/// A call: which operation, with what.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    pub op_id: String,
    #[serde(default)]
    pub args: CaseArguments,
    /// The request that the official clients sent, in recorded cases.
    #[serde(default)]
    pub request: Option<Recorded>,
}

/// Arguments as a case gives them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CaseArguments {
    pub path: Option<Map<String, Value>>,
    pub query: Option<Map<String, Value>>,
    pub header: Option<Map<String, Value>>,
    pub cookie: Option<Map<String, Value>>,
    pub body: Option<Value>,
}

/// A request on the wire.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Recorded {
    pub method: String,
    /// Without the query.
    pub path: String,
    /// Decoded pairs.
    pub query: Vec<(String, String)>,
    pub accept: String,
    pub body: Option<Value>,
}

/// Why a case failed.
#[derive(Debug)]
pub enum Failure {
    /// The typed surface can't say what the case wants.
    Arguments(String),
    /// The call was made and failed.
    Call(telnyx_porting::Error),
}

impl Failure {
    /// No operation has this id.
    #[must_use]
    pub fn unknown_operation(id: &str, known: &[&str]) -> Self {
        let same = known.iter().find(|known| known.eq_ignore_ascii_case(id));
        Self::Arguments(match same {
            Some(known) => format!("unknown operation `{id}`; there is `{known}`"),
            None => format!("unknown operation `{id}`"),
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arguments(message) => formatter.write_str(message),
            Self::Call(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for Failure {}

impl From<telnyx_porting::Error> for Failure {
    fn from(error: telnyx_porting::Error) -> Self {
        Self::Call(error)
    }
}

/// The arguments of a case that have not been taken yet.
#[derive(Debug)]
pub struct Arguments {
    path: Map<String, Value>,
    query: Map<String, Value>,
    header: Map<String, Value>,
    cookie: Map<String, Value>,
    body: Option<Value>,
}

impl Arguments {
    /// Takes the arguments of a case.
    #[must_use]
    pub fn new(arguments: CaseArguments) -> Self {
        Self {
            path: arguments.path.unwrap_or_default(),
            query: flat(arguments.query.unwrap_or_default()),
            header: arguments.header.unwrap_or_default(),
            cookie: arguments.cookie.unwrap_or_default(),
            body: arguments.body.filter(|body| !body.is_null()),
        }
    }

    /// A value of the path.
    ///
    /// # Errors
    ///
    /// When it is missing or has another type.
    pub fn path<T: DeserializeOwned + Serialize>(&mut self, name: &str) -> Result<T, Failure> {
        required(take(&mut self.path, "path", name)?, "path", name)
    }

    /// A query parameter: `page[size]`, or a member of `page`, or a whole object such as `filter`.
    ///
    /// # Errors
    ///
    /// When it has another type.
    pub fn query<T: DeserializeOwned + Serialize>(&mut self, name: &str) -> Result<Option<T>, Failure> {
        if let Some(value) = take(&mut self.query, "query", name)? {
            return Ok(Some(value));
        }
        // Clients nest what the wire writes with brackets.
        let Some((outer, inner)) = name.split_once('[') else { return Ok(None) };
        let members: Vec<&str> = inner.split('[').map(|member| member.trim_end_matches(']')).collect();
        let Some(value) = take_nested(self.query.get_mut(outer), &members) else { return Ok(None) };
        if self.query.get(outer).and_then(Value::as_object).is_some_and(Map::is_empty) {
            self.query.remove(outer);
        }
        strict(&value, &format!("query.{name}")).map(Some)
    }

    /// A query parameter that must be there.
    ///
    /// # Errors
    ///
    /// When it is missing or has another type.
    pub fn required_query<T: DeserializeOwned + Serialize>(&mut self, name: &str) -> Result<T, Failure> {
        required(self.query(name)?, "query", name)
    }

    /// A header.
    ///
    /// # Errors
    ///
    /// When it has another type.
    pub fn header<T: DeserializeOwned + Serialize>(&mut self, name: &str) -> Result<Option<T>, Failure> {
        take(&mut self.header, "header", name)
    }

    /// A header that must be there.
    ///
    /// # Errors
    ///
    /// When it is missing or has another type.
    pub fn required_header<T: DeserializeOwned + Serialize>(&mut self, name: &str) -> Result<T, Failure> {
        required(self.header(name)?, "header", name)
    }

    /// A cookie.
    ///
    /// # Errors
    ///
    /// When it has another type.
    pub fn cookie<T: DeserializeOwned + Serialize>(&mut self, name: &str) -> Result<Option<T>, Failure> {
        take(&mut self.cookie, "cookie", name)
    }

    /// A cookie that must be there.
    ///
    /// # Errors
    ///
    /// When it is missing or has another type.
    pub fn required_cookie<T: DeserializeOwned + Serialize>(&mut self, name: &str) -> Result<T, Failure> {
        required(self.cookie(name)?, "cookie", name)
    }

    /// A member of the body.
    ///
    /// # Errors
    ///
    /// When it has another type.
    pub fn body<T: DeserializeOwned + Serialize>(&mut self, name: &str) -> Result<Option<T>, Failure> {
        match &mut self.body {
            Some(Value::Object(members)) => take(members, "body", name),
            _ => Ok(None),
        }
    }

    /// A member of the body that must be there.
    ///
    /// # Errors
    ///
    /// When it is missing or has another type.
    pub fn required_body<T: DeserializeOwned + Serialize>(&mut self, name: &str) -> Result<T, Failure> {
        required(self.body(name)?, "body", name)
    }

    /// Takes a member of the body if it is null.
    pub fn body_null(&mut self, name: &str) -> bool {
        match &mut self.body {
            Some(Value::Object(members)) if members.get(name).is_some_and(Value::is_null) => {
                members.remove(name);
                true
            }
            _ => false,
        }
    }

    /// The body as a whole.
    ///
    /// # Errors
    ///
    /// When it is missing or has another type.
    pub fn whole_body<T: DeserializeOwned + Serialize>(&mut self) -> Result<T, Failure> {
        match self.body.take() {
            Some(body) => strict(&body, "body"),
            None => Err(Failure::Arguments("the body is missing".to_owned())),
        }
    }

    /// Makes sure that nothing is left.
    ///
    /// # Errors
    ///
    /// When the typed surface took no notice of an argument.
    pub fn finish(&self) -> Result<(), Failure> {
        let maps = [("path", &self.path), ("query", &self.query), ("header", &self.header), ("cookie", &self.cookie)];
        let mut left: Vec<String> =
            maps.iter().flat_map(|(place, map)| map.keys().map(move |name| format!("{place}.{name}"))).collect();
        match &self.body {
            Some(Value::Object(members)) => left.extend(members.keys().map(|name| format!("body.{name}"))),
            Some(_) => left.push("body".to_owned()),
            None => {}
        }
        if left.is_empty() {
            return Ok(());
        }
        Err(Failure::Arguments(format!("unknown arguments: {}", left.join(", "))))
    }
}

/// A query whose absent members are gone: nothing is sent for null.
fn flat(query: Map<String, Value>) -> Map<String, Value> {
    query.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

fn take<T: DeserializeOwned + Serialize>(
    map: &mut Map<String, Value>,
    place: &str,
    name: &str,
) -> Result<Option<T>, Failure> {
    map.remove(name).map(|value| strict(&value, &format!("{place}.{name}"))).transpose()
}

fn take_nested(value: Option<&mut Value>, members: &[&str]) -> Option<Value> {
    let (first, rest) = members.split_first()?;
    let object = value?.as_object_mut()?;
    if rest.is_empty() {
        return object.remove(*first);
    }
    take_nested(object.get_mut(*first), rest)
}

fn required<T>(value: Option<T>, place: &str, name: &str) -> Result<T, Failure> {
    value.ok_or_else(|| Failure::Arguments(format!("{place}.{name} is required")))
}

/// Decodes a value and makes sure that the type kept all of it.
fn strict<T: DeserializeOwned + Serialize>(value: &Value, place: &str) -> Result<T, Failure> {
    let typed: T = T::deserialize(value).map_err(|error| Failure::Arguments(format!("{place}: {error}")))?;
    let back = serde_json::to_value(&typed).map_err(|error| Failure::Arguments(format!("{place}: {error}")))?;
    match lost(value, &back) {
        None => Ok(typed),
        Some(path) => Err(Failure::Arguments(format!("unknown argument: {place}{path}"))),
    }
}

/// The first place of `given` that `kept` does not have.
fn lost(given: &Value, kept: &Value) -> Option<String> {
    match (given, kept) {
        (Value::Object(given), Value::Object(kept)) => given.iter().find_map(|(name, value)| match kept.get(name) {
            Some(kept) => lost(value, kept).map(|path| format!(".{name}{path}")),
            None => Some(format!(".{name}")),
        }),
        (Value::Array(given), Value::Array(kept)) if given.len() == kept.len() => given
            .iter()
            .zip(kept)
            .enumerate()
            .find_map(|(index, (given, kept))| lost(given, kept).map(|path| format!("[{index}]{path}"))),
        (Value::Number(given), Value::Number(kept)) if given.as_f64() == kept.as_f64() => None,
        (given, kept) if given == kept => None,
        _ => Some(String::new()),
    }
}

/// A decoded result as JSON.
///
/// # Errors
///
/// When a value can't be written as JSON, such as a number that is none.
pub fn encode<T: Serialize>(value: &T) -> Result<Value, Failure> {
    serde_json::to_value(value).map_err(|error| Failure::Arguments(format!("result: {error}")))
}

/// A value decoded into a type and encoded again.
///
/// # Errors
///
/// When it does not fit, with the place where.
pub fn round_trip<T: DeserializeOwned + Serialize>(value: &Value) -> Result<Value, Failure> {
    // From text, as responses are decoded.
    let text = value.to_string();
    let typed: T = serde_json::from_str(&text).map_err(|error| Failure::Arguments(format!("{error} of {text}")))?;
    encode(&typed)
}

/// One page of a list as JSON.
///
/// # Errors
///
/// As for [`encode`].
pub fn encode_page<T: Serialize, M: Serialize>(page: &Page<T, M>) -> Result<Value, Failure> {
    Ok(json!({ "data": encode(&page.items)?, "meta": encode(&page.meta)? }))
}

/// A file as JSON: its length, and its bytes in base64.
#[must_use]
pub fn encode_bytes(bytes: &Bytes) -> Value {
    json!({ "length": bytes.len(), "base64": base64::engine::general_purpose::STANDARD.encode(bytes) })
}

/// Text as JSON.
#[must_use]
pub fn encode_text(text: String) -> Value {
    Value::String(text)
}

/// The decoded pairs of a query, by name.
#[must_use]
pub fn sorted(pairs: &[(String, String)]) -> BTreeMap<&str, Vec<&str>> {
    let mut map: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in pairs {
        map.entry(name).or_default().push(value);
    }
    map
}
