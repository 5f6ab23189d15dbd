//! How parameters are written into paths, queries, headers and cookies: the styles of `OpenAPI`, in
//! one place.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use crate::runtime::api::QueryArrays;

/// How one parameter is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Param {
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    style: Style,
    explode: Option<bool>,
    reserved: Reserved,
    empty: Empty,
}

/// Where a parameter stands. Parameters of one name in two places are two parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Query,
    Path,
    Header,
    Cookie,
}

/// The styles of `OpenAPI`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Form,
    SpaceDelimited,
    PipeDelimited,
    DeepObject,
    /// Not a style, but what a parameter has in place of one: a media type.
    Json,
    Simple,
    Label,
    Matrix,
}

/// Whether the characters that have a meaning in URLs are escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reserved {
    Escaped,
    Kept,
}

/// What becomes of an empty text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Empty {
    Dropped,
    Sent,
}

impl Param {
    const fn new(name: &'static str, place: Place, style: Style) -> Self {
        Self { name, place, style, explode: None, reserved: Reserved::Escaped, empty: Empty::Dropped }
    }

    /// A query parameter of style `form`; its arrays are written as the API wants them.
    pub(crate) const fn query(name: &'static str) -> Self {
        Self::new(name, Place::Query, Style::Form)
    }

    /// A query parameter of style `deepObject`.
    pub(crate) const fn deep_object(name: &'static str) -> Self {
        Self::new(name, Place::Query, Style::DeepObject)
    }

    /// A query parameter whose value is written as JSON.
    pub(crate) const fn json(name: &'static str) -> Self {
        Self::new(name, Place::Query, Style::Json)
    }

    /// A query parameter of style `spaceDelimited`.
    pub(crate) const fn space_delimited(name: &'static str) -> Self {
        Self::new(name, Place::Query, Style::SpaceDelimited)
    }

    /// A query parameter of style `pipeDelimited`.
    pub(crate) const fn pipe_delimited(name: &'static str) -> Self {
        Self::new(name, Place::Query, Style::PipeDelimited)
    }

    /// A path parameter of style `simple`.
    pub(crate) const fn path(name: &'static str) -> Self {
        Self::new(name, Place::Path, Style::Simple)
    }

    /// A path parameter of style `label`.
    pub(crate) const fn label(name: &'static str) -> Self {
        Self::new(name, Place::Path, Style::Label)
    }

    /// A path parameter of style `matrix`.
    pub(crate) const fn matrix(name: &'static str) -> Self {
        Self::new(name, Place::Path, Style::Matrix)
    }

    /// A header, which is always of style `simple`.
    pub(crate) const fn header(name: &'static str) -> Self {
        Self::new(name, Place::Header, Style::Simple)
    }

    /// A cookie, which is always of style `form`.
    pub(crate) const fn cookie(name: &'static str) -> Self {
        Self::new(name, Place::Cookie, Style::Form)
    }

    /// Says whether arrays and objects make one pair each, or one for each of their values.
    pub(crate) const fn explode(mut self, explode: bool) -> Self {
        self.explode = Some(explode);
        self
    }

    /// Writes the value as JSON, wherever the parameter stands.
    pub(crate) const fn as_json(mut self) -> Self {
        self.style = Style::Json;
        self
    }

    /// Leaves characters that have a meaning in URLs as they are, where that can't end the value.
    pub(crate) const fn allow_reserved(mut self) -> Self {
        self.reserved = Reserved::Kept;
        self
    }

    /// Sends empty texts too.
    pub(crate) const fn allow_empty(mut self) -> Self {
        self.empty = Empty::Sent;
        self
    }

    fn kept_in_query(&self) -> &'static AsciiSet {
        if self.reserved == Reserved::Kept { RESERVED_IN_QUERY } else { UNRESERVED }
    }
}

/// Appends a query parameter to `query`: percent-encoded pairs joined by `&`. Absent and empty
/// values add nothing, but for empty texts where the document allows them.
pub(crate) fn write_query(query: &mut String, param: &Param, value: &Value, arrays: QueryArrays) {
    let kept = param.kept_in_query();
    for pair in written(param, value, arrays) {
        push_name(query, "&", &pair.name);
        // What stands between values is told from the same character inside of one by its escape.
        let between = match pair.delimiter {
            "," => ",".to_owned(),
            other => escape(other),
        };
        push_joined(query, &pair.values, &between, &between, Some(kept));
    }
}

/// Appends the name of a further pair, and what stands before and behind it.
fn push_name(pairs: &mut String, between: &str, name: &str) {
    if !pairs.is_empty() {
        pairs.push_str(between);
    }
    push_escaped(pairs, name, UNRESERVED);
    pairs.push('=');
}

/// Appends a pair to `pairs`, percent-encoded.
pub(crate) fn push_pair(pairs: &mut String, between: &str, name: &str, value: &str) {
    push_name(pairs, between, name);
    push_escaped(pairs, value, UNRESERVED);
}

/// Returns an object as the body of a form: percent-encoded pairs joined by `&`. Members that have
/// no style of their own are written like those of a deep object.
pub(crate) fn form(members: &Map<String, Value>, styles: &[Param], arrays: QueryArrays) -> String {
    let mut text = String::new();
    for (name, value) in members {
        let param = styles.iter().find(|param| param.name == name);
        let mut pairs = Vec::new();
        match param {
            Some(param) => pairs = written(param, value, arrays),
            None => push_deep(&mut pairs, name.clone(), value, Arrays::form(arrays, None)),
        }
        let kept = param.map_or(UNRESERVED, Param::kept_in_query);
        for pair in &pairs {
            push_name(&mut text, "&", &pair.name);
            push_escaped(&mut text, &pair.value(), kept);
        }
    }
    text
}

/// Returns the name-value pairs of a query parameter or cookie, before they are percent-encoded.
pub(crate) fn pairs(param: &Param, value: &Value, arrays: QueryArrays) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for pair in written(param, value, arrays) {
        let value = pair.value();
        pairs.push((pair.name, value));
    }
    pairs
}

/// A name and the values that stand behind it.
struct Pair {
    name: String,
    values: Vec<String>,
    delimiter: &'static str,
}

impl Pair {
    fn one(name: String, value: String) -> Self {
        Self { name, values: vec![value], delimiter: "," }
    }

    fn value(&self) -> String {
        let mut text = String::new();
        push_joined(&mut text, &self.values, self.delimiter, self.delimiter, None);
        text
    }
}

fn written(param: &Param, value: &Value, arrays: QueryArrays) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let name = param.name.to_owned();
    let mut arrays = match param.style {
        Style::SpaceDelimited => Arrays::delimited(" ", param.explode),
        Style::PipeDelimited => Arrays::delimited("|", param.explode),
        Style::DeepObject => Arrays::form(arrays, None),
        Style::Form | Style::Simple | Style::Label | Style::Matrix | Style::Json => Arrays::form(arrays, param.explode),
    };
    arrays.empty = param.empty;
    match param.style {
        Style::Json if value.is_null() => {}
        Style::Json => pairs.push(Pair::one(name, value.to_string())),
        Style::DeepObject => push_deep(&mut pairs, name, value, arrays),
        _ => push_form(&mut pairs, name, value, arrays),
    }
    pairs
}

/// Returns a path parameter, percent-encoded.
pub(crate) fn path_text(param: &Param, value: &Value) -> String {
    let explode = param.explode.unwrap_or(false);
    let kept = if param.reserved == Reserved::Kept { RESERVED_IN_PATH } else { UNRESERVED };
    // As most are.
    if let (Style::Simple, Value::String(text)) = (param.style, value) {
        return percent_encoded(text, kept);
    }
    let mut text = String::new();
    let parts = Parts::of(value);
    let inside = if explode { "=" } else { "," };
    match (param.style, &parts.kind) {
        (_, PartsKind::None) => {}
        (Style::Json, _) => push_escaped(&mut text, &value.to_string(), kept),
        (Style::Label, _) => {
            text.push('.');
            let between = if explode { "." } else { "," };
            push_joined(&mut text, &parts.texts, parts.inside(inside, between), between, Some(kept));
        }
        (Style::Matrix, PartsKind::Named) if explode => {
            text.push(';');
            push_joined(&mut text, &parts.texts, "=", ";", Some(kept));
        }
        (Style::Matrix, _) => {
            // Exploded, each has the name before it.
            for texts in parts.texts.chunks(if explode { 1 } else { parts.texts.len() }) {
                text.push(';');
                text.push_str(param.name);
                if texts.len() > 1 || texts.iter().any(|text| !text.is_empty()) {
                    text.push('=');
                    push_joined(&mut text, texts, ",", ",", Some(kept));
                }
            }
        }
        _ => push_joined(&mut text, &parts.texts, parts.inside(inside, ","), ",", Some(kept)),
    }
    text
}

/// Returns the value of a header parameter, or `None` if there is nothing to send.
pub(crate) fn header_text(param: &Param, value: &Value) -> Option<String> {
    if param.style == Style::Json && !value.is_null() {
        return Some(ascii_json(value));
    }
    let parts = Parts::of(value);
    if parts.kind == PartsKind::None {
        return None;
    }
    let mut text = String::new();
    let inside = if param.explode.unwrap_or(false) { "=" } else { "," };
    push_joined(&mut text, &parts.texts, parts.inside(inside, ","), ",", None);
    Some(text)
}

/// JSON as a header can hold it: all but ASCII is escaped, as JSON allows.
fn ascii_json(value: &Value) -> String {
    let mut text = String::new();
    for character in value.to_string().chars() {
        if character.is_ascii() {
            text.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text
}

/// Returns the URL of a server with the values of its variables. In the host they can't be more than
/// a part of its name.
pub(crate) fn server_url(template: &str, variables: &[(&str, &str)]) -> String {
    let path = template.find("://").map_or(0, |scheme| scheme + 3);
    let path = template.get(path..).and_then(|rest| rest.find('/')).map_or(template.len(), |slash| path + slash);
    let (mut host, mut path) =
        (template.get(..path).unwrap_or_default().to_owned(), template.get(path..).unwrap_or_default().to_owned());
    for (name, value) in variables {
        let name = format!("{{{name}}}");
        host = host.replace(&name, &percent_encoded(value, IN_HOST));
        path = path.replace(&name, &percent_encoded(value, IN_SERVER_PATH));
    }
    host + &path
}

/// Percent-encodes everything but the characters that never have a meaning in a URL.
pub(crate) fn escape(text: &str) -> String {
    percent_encoded(text, UNRESERVED)
}

fn percent_encoded(text: &str, escaped: &'static AsciiSet) -> String {
    let mut encoded = String::with_capacity(text.len());
    push_escaped(&mut encoded, text, escaped);
    encoded
}

fn push_escaped(to: &mut String, text: &str, escaped: &'static AsciiSet) {
    for piece in utf8_percent_encode(text, escaped) {
        to.push_str(piece);
    }
}

/// Appends texts; `inside` stands before each second one, `between` before each further one.
fn push_joined(to: &mut String, texts: &[String], inside: &str, between: &str, escaped: Option<&'static AsciiSet>) {
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            to.push_str(if index % 2 == 1 { inside } else { between });
        }
        match escaped {
            Some(escaped) => push_escaped(to, text, escaped),
            None => to.push_str(text),
        }
    }
}

/// All but `A-Za-z0-9-._~`.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `#`, `&`, `+`, `[` and `]` stay escaped: they would end the value or be read as something else.
const RESERVED_IN_QUERY: &AsciiSet = &UNRESERVED
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';')
    .remove(b'=');

/// `/`, `?` and `#` stay escaped: a value is never more than its part of the path.
const RESERVED_IN_PATH: &AsciiSet = &RESERVED_IN_QUERY.remove(b'&').remove(b'+').add(b'/').add(b'?');

/// A port may be a variable; so may be the scheme's end, but nobody does that.
const IN_HOST: &AsciiSet = &UNRESERVED.remove(b':');

const IN_SERVER_PATH: &AsciiSet = &UNRESERVED.remove(b'/').remove(b':').remove(b'@');

/// How arrays and objects become pairs.
#[derive(Clone, Copy)]
struct Arrays {
    style: QueryArrays,
    explode_objects: bool,
    delimiter: &'static str,
    empty: Empty,
}

impl Arrays {
    fn form(arrays: QueryArrays, explode: Option<bool>) -> Self {
        let style = match explode {
            None => arrays,
            Some(true) => QueryArrays::Repeat,
            Some(false) => QueryArrays::Comma,
        };
        Self { style, explode_objects: explode.unwrap_or(true), delimiter: ",", empty: Empty::Dropped }
    }

    fn delimited(delimiter: &'static str, explode: Option<bool>) -> Self {
        let explode = explode.unwrap_or(false);
        let style = if explode { QueryArrays::Repeat } else { QueryArrays::Comma };
        Self { style, explode_objects: explode, delimiter, empty: Empty::Dropped }
    }
}

fn push_form(pairs: &mut Vec<Pair>, name: String, value: &Value, arrays: Arrays) {
    let Parts { kind, texts } = Parts::of(value);
    let delimiter = arrays.delimiter;
    match kind {
        PartsKind::One if arrays.empty == Empty::Dropped && texts.iter().all(String::is_empty) => {}
        PartsKind::None => {}
        PartsKind::Named if arrays.explode_objects => {
            let mut texts = texts.into_iter();
            while let (Some(member), Some(value)) = (texts.next(), texts.next()) {
                pairs.push(Pair::one(member, value));
            }
        }
        PartsKind::Many if arrays.style != QueryArrays::Comma => {
            let name = if arrays.style == QueryArrays::Brackets { name + "[]" } else { name };
            for text in texts {
                pairs.push(Pair::one(name.clone(), text));
            }
        }
        PartsKind::One | PartsKind::Many | PartsKind::Named => pairs.push(Pair { name, values: texts, delimiter }),
    }
}

fn push_deep(pairs: &mut Vec<Pair>, name: String, value: &Value, arrays: Arrays) {
    match value {
        Value::Object(members) => {
            for (member, value) in members {
                push_deep(pairs, format!("{name}[{member}]"), value, arrays);
            }
        }
        // No style says how objects inside of arrays are written; numbering them is what most
        // servers read.
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for (index, item) in items.iter().enumerate() {
                push_deep(pairs, format!("{name}[{index}]"), item, arrays);
            }
        }
        scalar_or_array => push_form(pairs, name, scalar_or_array, arrays),
    }
}

/// A value, as far as the styles tell values apart.
struct Parts {
    kind: PartsKind,
    /// Names and values in turns, if they are named.
    texts: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PartsKind {
    None,
    One,
    Many,
    Named,
}

impl Parts {
    fn of(value: &Value) -> Self {
        let mut texts = Vec::new();
        let kind = match value {
            Value::Array(items) => {
                for item in items {
                    texts.extend(scalar_text(item));
                }
                PartsKind::Many
            }
            Value::Object(members) => {
                for (name, value) in members {
                    if let Some(value) = scalar_text(value) {
                        texts.push(name.clone());
                        texts.push(value);
                    }
                }
                PartsKind::Named
            }
            scalar => {
                texts.extend(scalar_text(scalar));
                PartsKind::One
            }
        };
        Self { kind: if texts.is_empty() { PartsKind::None } else { kind }, texts }
    }

    /// What stands before each second text: only between a name and its value it is another character than elsewhere.
    fn inside<'a>(&self, named: &'a str, between: &'a str) -> &'a str {
        if self.kind == PartsKind::Named { named } else { between }
    }
}

/// The text of a scalar. What the styles leave undefined, values nested deeper, is written as JSON.
fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn queries_follow_the_styles_of_openapi() {
        let array = json!(["blue", "black"]);
        let object = json!({"G": 200, "R": 100});
        let form = Param::query("color");
        let space = Param::space_delimited("color");
        let pipe = Param::pipe_delimited("color");
        let deep = Param::deep_object("color");
        let filter = Param::deep_object("filter");
        let url = json!("a/b?c=d&e#f+g h");
        let cases = [
            (form, json!("blue"), "color=blue"),
            (form, json!(true), "color=true"),
            (form, json!(1.5), "color=1.5"),
            (form, json!(""), ""),
            (form, json!(null), ""),
            (form, json!([]), ""),
            (form, json!({}), ""),
            (form, array.clone(), "color=blue,black"),
            (form.explode(true), array.clone(), "color=blue&color=black"),
            (form.explode(false), array.clone(), "color=blue,black"),
            (form, object.clone(), "G=200&R=100"),
            (form.explode(false), object.clone(), "color=G,200,R,100"),
            (space, array.clone(), "color=blue%20black"),
            (space.explode(true), array.clone(), "color=blue&color=black"),
            (space, object.clone(), "color=G%20200%20R%20100"),
            (pipe, array.clone(), "color=blue%7Cblack"),
            (pipe, object.clone(), "color=G%7C200%7CR%7C100"),
            (deep, object, "color%5BG%5D=200&color%5BR%5D=100"),
            (filter, json!({"a": {"b.c": {"contains": "x y"}}}), "filter%5Ba%5D%5Bb.c%5D%5Bcontains%5D=x%20y"),
            (filter, json!({"status_in": ["pending", "authorized"]}), "filter%5Bstatus_in%5D=pending,authorized"),
            (filter, json!({"a": null, "b": "", "c": [], "d": {}, "e": false}), "filter%5Be%5D=false"),
            (filter, json!({"a": [{"b": 1}, {"b": 2}]}), "filter%5Ba%5D%5B0%5D%5Bb%5D=1&filter%5Ba%5D%5B1%5D%5Bb%5D=2"),
            (filter, json!(["a", "b"]), "filter=a,b"),
            (Param::json("filter"), json!({"a": [1]}), "filter=%7B%22a%22%3A%5B1%5D%7D"),
            (Param::json("filter"), json!(null), ""),
            // A comma between values is not one inside of them.
            (form.explode(false), json!(["a,b", "c d", "ü"]), "color=a%2Cb,c%20d,%C3%BC"),
            (space, json!(["a b", "c"]), "color=a%20b%20c"),
            (form.allow_empty(), json!(""), "color="),
            (form.allow_empty(), json!(null), ""),
            (form.allow_empty().explode(false), json!(["", "a"]), "color=,a"),
            (deep.allow_empty(), json!({"a": "", "b": null}), "color%5Ba%5D="),
            (Param::query("page[size]"), json!(250), "page%5Bsize%5D=250"),
            (Param::query("u"), json!("A-Za.z0_9~ü*"), "u=A-Za.z0_9~%C3%BC%2A"),
            (Param::query("u"), url.clone(), "u=a%2Fb%3Fc%3Dd%26e%23f%2Bg%20h"),
            (Param::query("u").allow_reserved(), url, "u=a/b?c=d%26e%23f%2Bg%20h"),
        ];
        for (param, value, expected) in cases {
            let mut query = String::new();
            write_query(&mut query, &param, &value, QueryArrays::Comma);
            assert_eq!(query, expected, "{param:?} {value}");
        }
    }

    #[test]
    fn variables_of_servers_stay_in_their_place() {
        let cases = [
            ("https://{a}.example.com/{b}", "eu", "v2/x", "https://eu.example.com/v2/x"),
            ("https://{a}.example.com/{b}", "evil.test/", "?c#d", "https://evil.test%2F.example.com/%3Fc%23d"),
            ("https://{a}.example.com/{b}", "user@evil.test#", "", "https://user%40evil.test%23.example.com/"),
            ("https://localhost:{a}", "8080", "", "https://localhost:8080"),
            ("/{a}/{b}", "x", "y", "/x/y"),
        ];
        for (template, a, b, expected) in cases {
            assert_eq!(server_url(template, &[("a", a), ("b", b)]), expected);
        }
    }

    #[test]
    fn forms_are_written_like_queries() {
        let Value::Object(members) = json!({"a": "x y&", "b": {"c": [1, 2]}, "d": null}) else { panic!() };
        assert_eq!(form(&members, &[], QueryArrays::Comma), "a=x%20y%26&b%5Bc%5D=1%2C2");
        let styles = [Param::json("b")];
        assert_eq!(form(&members, &styles, QueryArrays::Comma), "a=x%20y%26&b=%7B%22c%22%3A%5B1%2C2%5D%7D");
        let styles = [Param::query("a").allow_reserved()];
        let Value::Object(members) = json!({"a": "x:/?y&"}) else { panic!() };
        assert_eq!(form(&members, &styles, QueryArrays::Comma), "a=x:/?y%26");
    }

    #[test]
    fn arrays_follow_the_api_where_the_document_is_silent() {
        let value = json!({"status": ["draft", "open"]});
        let cases = [
            (QueryArrays::Comma, "filter[status]=draft,open"),
            (QueryArrays::Repeat, "filter[status]=draft filter[status]=open"),
            (QueryArrays::Brackets, "filter[status][]=draft filter[status][]=open"),
        ];
        for (arrays, expected) in cases {
            let pairs = pairs(&Param::deep_object("filter"), &value, arrays);
            let shown = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
            assert_eq!(shown.join(" "), expected);
        }
    }

    #[test]
    fn paths_follow_the_styles_of_openapi() {
        let array = json!(["blue", "bl/ck"]);
        let object = json!({"G": 200, "R": 100});
        let simple = Param::path("color");
        let label = Param::label("color");
        let matrix = Param::matrix("color");
        let cases = [
            (simple, json!("blue"), "blue"),
            (simple, json!("../a?b"), "..%2Fa%3Fb"),
            (simple.allow_reserved(), json!("a/b:c?"), "a%2Fb:c%3F"),
            (simple, json!(7), "7"),
            (simple, array.clone(), "blue,bl%2Fck"),
            (simple, object.clone(), "G,200,R,100"),
            (simple.explode(true), object.clone(), "G=200,R=100"),
            (label, json!("blue"), ".blue"),
            (label, array.clone(), ".blue,bl%2Fck"),
            (label.explode(true), array.clone(), ".blue.bl%2Fck"),
            (label, object.clone(), ".G,200,R,100"),
            (label.explode(true), object.clone(), ".G=200.R=100"),
            (matrix, json!("blue"), ";color=blue"),
            (matrix, json!(""), ";color"),
            (matrix, array.clone(), ";color=blue,bl%2Fck"),
            (matrix.explode(true), array, ";color=blue;color=bl%2Fck"),
            (matrix, object.clone(), ";color=G,200,R,100"),
            (matrix.explode(true), object.clone(), ";G=200;R=100"),
            (simple.as_json(), object, "%7B%22G%22%3A200%2C%22R%22%3A100%7D"),
        ];
        for (param, value, expected) in cases {
            assert_eq!(path_text(&param, &value), expected, "{param:?} {value}");
        }
    }

    #[test]
    fn headers_are_simple() {
        let cases = [
            (Param::header("x"), json!("a b"), Some("a b")),
            (Param::header("x"), json!([1, 2]), Some("1,2")),
            (Param::header("x"), json!({"a": 1, "b": 2}), Some("a,1,b,2")),
            (Param::header("x").explode(true), json!({"a": 1, "b": 2}), Some("a=1,b=2")),
            (Param::header("x"), json!(null), None),
            (Param::header("x").as_json(), json!({"a": ["ü", "😀"]}), Some(r#"{"a":["\u00fc","\ud83d\ude00"]}"#)),
            (Param::header("x").as_json(), json!([]), Some("[]")),
            (Param::header("x").as_json(), json!(null), None),
        ];
        for (param, value, expected) in cases {
            assert_eq!(header_text(&param, &value).as_deref(), expected);
        }
    }
}
