//! Text to JSON values, for YAML and JSON alike, with the problems that a plain conversion would swallow.

use std::cell::{Cell, RefCell};
use std::fmt;

use saphyr_parser::{Event, Marker, Parser};
use serde::de::{self, DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::{File, FileId};
use crate::diagnostic::{Diagnostics, Location};
use crate::pointer;

/// How deep values may nest; that is what both parsers keep to.
const DEPTH: usize = 127;

/// Which grammar a text follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    Yaml,
    Json,
}

/// What became of a text.
pub(super) struct Outcome {
    pub(super) syntax: Syntax,
    pub(super) value: Option<Value>,
    pub(super) problems: Vec<Problem>,
}

/// What is wrong with a text.
#[derive(Debug, PartialEq)]
pub(super) enum Problem {
    /// A mapping names a member twice.
    DuplicateKey { pointer: String },
    /// A number that JSON doesn't have: infinite, or not a number.
    NotANumber { pointer: String, text: String },
    /// `<<` stands over something that is no mapping.
    WrongMerge { pointer: String },
    /// More than one YAML document.
    SeveralDocuments,
    /// There is nothing in the file.
    Empty,
    /// An alias stands within the value that it stands for.
    CircularAlias { at: (usize, usize), anchor: (usize, usize) },
    /// The text is nested too deeply, or its aliases unfold into too much.
    TooMuch { message: String, at: Option<(usize, usize)> },
    /// The text breaks the grammar.
    Syntax { syntax: Syntax, message: String, at: Option<(usize, usize)>, begun: Option<(usize, usize)> },
}

impl Problem {
    fn nested_too_deeply(at: Option<(usize, usize)>) -> Self {
        Self::TooMuch { message: format!("the file is nested more than {DEPTH} levels deep"), at }
    }

    pub(super) fn report(self, file: FileId, content: &File, diagnostics: &mut Diagnostics) {
        let place = |at: Option<(usize, usize)>| match at {
            Some((line, column)) => Location::offset(file, content.offset(line, column)),
            None => Location::file(file),
        };
        match self {
            Self::DuplicateKey { pointer } => {
                let name = pointer::segments(&pointer).next_back().unwrap_or_default().into_owned();
                let first = content.positions().first_of(&pointer);
                let problem = diagnostics
                    .error("duplicate-key", Location::key(file, pointer), format!("`{name}` is given twice"))
                    .help("remove one of them; as it is, the last one counts");
                if let Some(first) = first {
                    problem.related(Location::offset(file, first), "given here before");
                }
            }
            Self::NotANumber { pointer, text } => {
                diagnostics
                    .error("not-a-number", Location::value(file, pointer), format!("JSON has no number `{text}`"))
                    .help("leave it out, or put it in quotes if text is meant");
            }
            Self::WrongMerge { pointer } => {
                diagnostics
                    .error("wrong-merge", Location::value(file, pointer), "`<<` takes a mapping or a list of mappings")
                    .help("put the name in quotes and escape it if a member called `<<` is meant");
            }
            Self::SeveralDocuments => {
                diagnostics
                    .error("several-documents", Location::file(file), "the file holds more than one YAML document")
                    .help("keep one document in a file; `---` begins a new one");
            }
            Self::Empty => {
                diagnostics.error("empty-file", Location::file(file), "the file is empty");
            }
            Self::CircularAlias { at, anchor } => {
                diagnostics
                    .error(
                        "circular-alias",
                        place(Some(at)),
                        "the alias refers to itself: it is a part of what it stands for",
                    )
                    .related(place(Some(anchor)), "which begins here")
                    .help("let it stand for something else, or refer to a schema by `$ref`, which may lead to itself");
            }
            Self::TooMuch { message, at } => {
                diagnostics.error("too-large", place(at), message);
            }
            Self::Syntax { syntax: Syntax::Json, message, at, .. } => {
                let needs_quotes = message == "key must be a string";
                let problem = diagnostics.error("json-syntax", place(at), message);
                if needs_quotes {
                    problem.help("JSON has names in double quotes, and no comments");
                }
            }
            Self::Syntax { syntax: Syntax::Yaml, message, at, begun } => {
                let found = at.and_then(|(line, column)| content.text.get(content.offset(line, column)..));
                let (message, help) = in_plain_words(message, found.unwrap_or_default());
                let problem = diagnostics.error("yaml-syntax", place(at), message);
                if let Some(help) = help {
                    problem.help(help);
                }
                if begun.is_some() && begun != at {
                    problem.related(place(begun), "it begins here");
                }
            }
        }
    }
}

/// What the mistakes that people make most are, and what to do about them. `found` is the text at the place.
fn in_plain_words(message: String, found: &str) -> (String, Option<&'static str>) {
    if found.starts_with('\t') && message.contains("cannot start any token") {
        return ("a tab can't indent a line".to_owned(), Some("YAML is indented with spaces"));
    }
    let help = if message.contains("while scanning a quoted scalar") {
        "close the quote that is opened there; a quote inside a text is written twice in '..', and as \\\" in \"..\""
    } else if message.starts_with("mapping values are not allowed") {
        "put a text in quotes that holds a colon, or give the line the indentation of its neighbours"
    } else if message.contains("while parsing a block mapping") {
        "names of one mapping all have the same indentation"
    } else if message.contains("while parsing a block collection") {
        "the dashes of one list all have the same indentation"
    } else if message.contains("cannot start any token") {
        "put a text in quotes that begins with this character"
    } else if message.contains("while parsing a flow") {
        "close the brackets, and put a name or a text in quotes that holds a bracket or a comma"
    } else {
        return (message, None);
    };
    (message, Some(help))
}

/// Whether the bytes are a text that is a mapping.
pub(super) fn is_mapping(bytes: &[u8]) -> bool {
    decode(bytes.to_vec()).is_ok_and(|text| read(&text, false).value.is_some_and(|value| value.is_object()))
}

/// Bytes to text. On failure, as much of the text as is readable, the byte that is wrong, and what is wrong with it.
pub(super) fn decode(mut bytes: Vec<u8>) -> Result<String, (String, Option<usize>, String)> {
    if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
        bytes.drain(..3);
    }
    if bytes.starts_with(&[0xfe, 0xff]) || bytes.starts_with(&[0xff, 0xfe]) {
        return Err((String::new(), None, "the file is UTF-16, not UTF-8".to_owned()));
    }
    if u32::try_from(bytes.len()).is_err() {
        return Err((String::new(), None, "the file is larger than 4 GiB".to_owned()));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let byte = error.as_bytes().get(offset).copied().unwrap_or_default();
        let message = format!("the file is not UTF-8 text: byte 0x{byte:02x} cannot stand here");
        (String::from_utf8_lossy(error.as_bytes()).into_owned(), Some(offset), message)
    })?;
    if let Some(offset) = text.find('\0') {
        let message = "the file is not text: it holds a zero byte".to_owned();
        return Err((text, Some(offset), message));
    }
    Ok(text)
}

/// Reads a text, as JSON if it begins with a brace and holds to that, else as YAML.
pub(super) fn read(text: &str, is_json_by_name: bool) -> Outcome {
    if text.trim().is_empty() {
        return Outcome { syntax: Syntax::Yaml, value: None, problems: vec![Problem::Empty] };
    }
    if is_json_by_name || text.trim_start().starts_with('{') {
        let outcome = read_json(text);
        if is_json_by_name || outcome.value.is_some() {
            return outcome;
        }
    }
    read_yaml(text)
}

fn read_json(text: &str) -> Outcome {
    let state = State::new(text.len(), Syntax::Json);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let result = Reader { state: &state, path: Path::Root }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    state.finish(result.map_err(|error| {
        let text = error.to_string();
        let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message).to_owned();
        let at = (error.line() > 0).then(|| (error.line(), error.column().max(1)));
        Failure { message, at, begun: None }
    }))
}

fn read_yaml(text: &str) -> Outcome {
    if let Some(at) = too_deep(text) {
        return Outcome { syntax: Syntax::Yaml, value: None, problems: vec![Problem::nested_too_deeply(Some(at))] };
    }
    let state = State::new(text.len(), Syntax::Yaml);
    let mut documents = serde_yaml::Deserializer::from_str(text);
    let Some(first) = documents.next() else {
        return Outcome { syntax: Syntax::Yaml, value: None, problems: vec![Problem::Empty] };
    };
    let result = Reader { state: &state, path: Path::Root }.deserialize(first);
    if result.is_ok() && documents.next().is_some() {
        state.problems.borrow_mut().push(Problem::SeveralDocuments);
    }
    let mut outcome = state.finish(result.map_err(|error| {
        let at = error.location().map(|location| (location.line(), location.column()));
        let text = error.to_string();
        Failure { message: without_position(&text), at, begun: second_position(&text) }
    }));
    // To the reader, what holds itself is nested without end.
    let is_too_much = outcome.problems.iter().any(|problem| matches!(problem, Problem::TooMuch { .. }));
    if is_too_much && let Some(problem) = circular_alias(text) {
        outcome.problems = vec![problem];
    }
    // A file of comments alone is one null.
    if outcome.value == Some(Value::Null) && !text.lines().any(|line| line.trim() == "null") {
        return Outcome { syntax: Syntax::Yaml, value: None, problems: vec![Problem::Empty] };
    }
    outcome
}

/// The first alias that stands within the value that it stands for.
fn circular_alias(text: &str) -> Option<Problem> {
    let place = |marker: Marker| (marker.line(), marker.col() + 1);
    // The values that are open, by their anchors; 0 stands for none.
    let mut open: Vec<(usize, (usize, usize))> = Vec::new();
    let mut parser = Parser::new_from_str(text);
    while let Some(Ok((event, span))) = parser.next_event() {
        match event {
            Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => open.push((anchor, place(span.start))),
            Event::SequenceEnd | Event::MappingEnd => drop(open.pop()),
            Event::Alias(alias) => {
                if let Some((_, anchor)) = open.iter().find(|(anchor, _)| *anchor == alias && alias != 0) {
                    return Some(Problem::CircularAlias { at: place(span.start), anchor: *anchor });
                }
            }
            _ => {}
        }
    }
    None
}

/// Where brackets begin to nest too deeply, if they go on to nest so deeply that the parser, which looks at all that are open
/// whenever it comes to another, would need hours for a few megabytes of them.
fn too_deep(text: &str) -> Option<(usize, usize)> {
    // Some brackets of a text aren't closed, or not by their like.
    const FAR_TOO_DEEP: usize = 1_000;
    let (mut depth, mut before) = (0_usize, b',');
    let (mut line, mut begin, mut too_deep) = (1, 0, None);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' | b'{' if matches!(before, b'[' | b'{' | b',' | b':' | b'-' | b'?') => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'\n' => (line, begin) = (line + 1, at + 1),
            _ => {}
        }
        if depth <= DEPTH {
            too_deep = None;
        } else if too_deep.is_none() {
            too_deep = Some((line, text.get(begin..=at).map_or(1, |before| before.chars().count())));
        }
        if depth > FAR_TOO_DEEP {
            return too_deep;
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
    }
    None
}

/// Why a text has no value.
struct Failure {
    message: String,
    at: Option<(usize, usize)>,
    /// Where that begins which is wrong, if the reader says so.
    begun: Option<(usize, usize)>,
}

/// The last of the two positions that a message about YAML may name: that of what was being read.
fn second_position(text: &str) -> Option<(usize, usize)> {
    let position = text.split(" at line ").nth(2)?;
    let (line, column) = position.split_once(" column ")?;
    let digits = column.find(|character: char| !character.is_ascii_digit()).unwrap_or(column.len());
    Some((line.parse().ok()?, column.get(..digits)?.parse().ok()?))
}

/// Takes ` at line 3 column 5` out of a message, since the report shows the line.
fn without_position(message: &str) -> String {
    let mut parts = message.split(" at line ");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.find(',').and_then(|at| part.get(at..)).unwrap_or_default();
        kept.push_str(rest);
    }
    kept
}

/// What the readers of one text share.
struct State {
    syntax: Syntax,
    /// How many more bytes the values may take, so that aliases cannot unfold a small text into a huge tree.
    budget: Cell<usize>,
    exceeded: Cell<bool>,
    problems: RefCell<Vec<Problem>>,
}

/// What a value takes beside its text.
const VALUE_SIZE: usize = 16;
/// How often over a text may unfold, in bytes per byte.
const UNFOLDING: usize = 64;
const SMALLEST_BUDGET: usize = 1 << 24;

impl State {
    fn new(length: usize, syntax: Syntax) -> Self {
        Self {
            syntax,
            budget: Cell::new(length.saturating_mul(UNFOLDING).max(SMALLEST_BUDGET)),
            exceeded: Cell::new(false),
            problems: RefCell::new(Vec::new()),
        }
    }

    fn spend<E: de::Error>(&self, bytes: usize) -> Result<(), E> {
        if let Some(left) = self.budget.get().checked_sub(bytes + VALUE_SIZE) {
            self.budget.set(left);
            Ok(())
        } else {
            self.exceeded.set(true);
            Err(E::custom("too much"))
        }
    }

    fn finish(self, result: Result<Value, Failure>) -> Outcome {
        let syntax = self.syntax;
        let mut problems = self.problems.into_inner();
        let value = match result {
            Ok(value) => Some(value),
            Err(Failure { message, at, begun }) => {
                let problem = if self.exceeded.get() || message.contains("repetition limit exceeded") {
                    let message = "the aliases of this file unfold into too much".to_owned();
                    Problem::TooMuch { message, at }
                } else if message.contains("recursion limit exceeded") {
                    Problem::nested_too_deeply(at)
                } else {
                    Problem::Syntax { syntax, message, at, begun }
                };
                // What was found before belongs to a value that isn't there.
                problems = vec![problem];
                None
            }
        };
        Outcome { syntax, value, problems }
    }
}

/// The way from the root to a value, as a list that lives on the stack.
#[derive(Clone, Copy)]
enum Path<'p> {
    Root,
    Key { parent: &'p Path<'p>, key: &'p str },
    Index { parent: &'p Path<'p>, index: usize },
}

impl Path<'_> {
    fn pointer(&self) -> String {
        let mut pointer = match self {
            Self::Root => return String::new(),
            Self::Key { parent, .. } | Self::Index { parent, .. } => parent.pointer(),
        };
        match self {
            Self::Root => {}
            Self::Key { key, .. } => pointer::push(&mut pointer, key),
            Self::Index { index, .. } => pointer::push(&mut pointer, &index.to_string()),
        }
        pointer
    }
}

#[derive(Clone, Copy)]
struct Reader<'r> {
    state: &'r State,
    path: Path<'r>,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        self.state.spend(0)?;
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        self.state.spend(0)?;
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        self.state.spend(0)?;
        Ok(Value::Number(value.into()))
    }

    #[expect(clippy::cast_precision_loss, reason = "JSON readers do the same with integers beyond 64 bits")]
    fn visit_i128<E: de::Error>(self, value: i128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "JSON readers do the same with integers beyond 64 bits")]
    fn visit_u128<E: de::Error>(self, value: u128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        self.state.spend(0)?;
        if let Some(number) = Number::from_f64(value) {
            return Ok(Value::Number(number));
        }
        let text = if value.is_nan() { ".nan" } else { ".inf" }.to_owned();
        let pointer = self.path.pointer();
        self.state.problems.borrow_mut().push(Problem::NotANumber { pointer, text });
        Ok(Value::Null)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        self.state.spend(value.len())?;
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Value, E> {
        self.state.spend(value.len())?;
        Ok(Value::String(value))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        self.state.spend(0)?;
        Ok(Value::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Value, E> {
        self.visit_unit()
    }

    fn visit_some<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    // A YAML value with a tag of its own, like `!secret x`. The tag means nothing here.
    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<Value, A::Error> {
        let (_, variant) = access.variant::<de::IgnoredAny>()?;
        variant.newtype_variant_seed(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        self.state.spend(0)?;
        let mut items = Vec::new();
        loop {
            let path = Path::Index { parent: &self.path, index: items.len() };
            match access.next_element_seed(Reader { state: self.state, path })? {
                Some(item) => items.push(item),
                None => return Ok(Value::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        self.state.spend(0)?;
        let mut members = Map::new();
        let mut merged = Vec::new();
        while let Some(key) = access.next_key_seed(Key)? {
            self.state.spend(key.len())?;
            let path = Path::Key { parent: &self.path, key: &key };
            let value = access.next_value_seed(Reader { state: self.state, path })?;
            if key == "<<" && self.state.syntax == Syntax::Yaml {
                merged.push(value);
            } else if members.contains_key(&key) {
                let pointer = path.pointer();
                self.state.problems.borrow_mut().push(Problem::DuplicateKey { pointer });
                members.insert(key, value);
            } else {
                members.insert(key, value);
            }
        }
        for value in merged {
            self.merge(&mut members, value);
        }
        Ok(Value::Object(members))
    }
}

impl Reader<'_> {
    /// Adds the members under a `<<` that are not there already.
    fn merge(&self, members: &mut Map<String, Value>, value: Value) {
        match value {
            Value::Object(other) => {
                for (key, value) in other {
                    members.entry(key).or_insert(value);
                }
            }
            Value::Array(items) if items.iter().all(Value::is_object) => {
                for item in items {
                    self.merge(members, item);
                }
            }
            _ => {
                let pointer = pointer::join(&self.path.pointer(), "<<");
                self.state.problems.borrow_mut().push(Problem::WrongMerge { pointer });
            }
        }
    }
}

/// A member's name: its text, whatever YAML would make of it as a value, so that `200:` and `'200':` are the same.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = String;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = String;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a member")
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<String, E> {
        Ok(value.to_owned())
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<String, E> {
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value(text: &str) -> Value {
        let outcome = read(text, false);
        assert_eq!(outcome.problems, [], "{text}");
        outcome.value.unwrap()
    }

    #[test]
    fn yaml_becomes_json() {
        let cases = [
            ("200: a\ntrue: b\nnull: c\n1.10: d\n", json!({"200": "a", "true": "b", "null": "c", "1.10": "d"})),
            ("a: y\nb: no\nc: on\nd: True\n", json!({"a": "y", "b": "no", "c": "on", "d": true})),
            ("a: 2024-01-31\nb: 2024-01-31T00:00:00Z\n", json!({"a": "2024-01-31", "b": "2024-01-31T00:00:00Z"})),
            ("a: 007\nb: 0x1F\nc: -5\nd: 1e3\n", json!({"a": "007", "b": 31, "c": -5, "d": 1000.0})),
            (
                "a: 18446744073709551615\nb: 18446744073709551616\n",
                json!({"a": u64::MAX, "b": 18_446_744_073_709_551_616.0}),
            ),
            (
                "a: !secret x\nb: !list [1]\nc: !map {d: 1}\ne: !!str 5\n",
                json!({"a": "x", "b": [1], "c": {"d": 1}, "e": "5"}),
            ),
            ("a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n", json!({"a": {"b": 1, "c": 2}, "d": {"c": 3, "b": 1}})),
            (
                "a: &x {b: 1}\nc: &y {b: 2, d: 3}\ne: {<<: [*x, *y]}\n",
                json!({"a": {"b": 1}, "c": {"b": 2, "d": 3}, "e": {"b": 1, "d": 3}}),
            ),
            ("a: ~\nb:\nc: ''\n", json!({"a": null, "b": null, "c": ""})),
            ("\r\na: |\r\n  x\r\n  y\r\n", json!({"a": "x\ny\n"})),
            ("{a: [1, {b: c}]}", json!({"a": [1, {"b": "c"}]})),
            ("{\"a\": \"\\ud83d\\ude00\", \"<<\": 1}", json!({"a": "😀", "<<": 1})),
        ];
        for (text, expected) in cases {
            assert_eq!(value(text), expected, "{text}");
        }
        let keys: Vec<_> = value("b: 1\na: 2\nc: 3\n").as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["b", "a", "c"]);
    }

    #[test]
    fn says_what_is_wrong() {
        let bomb = (0..30).fold("a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned(), |text, level| {
            let items = vec![format!("*a{level}"); 9].join(",");
            format!("{text}a{0}: &a{0} [{items}]\n", level + 1)
        });
        let wide = format!("a: &a [{}]\nb: [{}]\n", "x,".repeat(5000), "*a,".repeat(5000));
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        let abyss = format!("a:\n- {}", "[{a: ".repeat(1_000_000));
        let intervals = "- from [0, 1) to [1, 2)\n".repeat(2_000);
        let deep_json = format!("{}1{}", "{\"a\":".repeat(500), "}".repeat(500));
        let cases: [(&str, &str); 16] = [
            ("", "Empty"),
            ("# nothing\n", "Empty"),
            ("a: 1\n---\nb: 2\n", "SeveralDocuments"),
            ("a: 1\nb: 2\na: 3\n", "DuplicateKey { pointer: \"/a\" }"),
            ("{\"a\": {\"b\": 1, \"b\": 2}}", "DuplicateKey { pointer: \"/a/b\" }"),
            ("a: [.inf]\n", "NotANumber { pointer: \"/a/0\""),
            ("a: {<<: 5}\n", "WrongMerge { pointer: \"/a/<<\" }"),
            (
                "a: b: c\n",
                "Syntax { syntax: Yaml, message: \"mapping values are not allowed in this context\", at: Some((1, 5))",
            ),
            ("a: *nowhere\n", "Syntax { syntax: Yaml, message: \"unknown anchor\", at: Some((1, 4))"),
            (
                "? [a, b]\n: c\n",
                "Syntax { syntax: Yaml, message: \"invalid type: sequence, expected the name of a member\"",
            ),
            (&bomb, "TooMuch { message: \"the aliases of this file unfold into too much\""),
            (&wide, "TooMuch { message: \"the aliases of this file unfold into too much\""),
            (&deep, "TooMuch { message: \"the file is nested"),
            (&abyss, "TooMuch { message: \"the file is nested more than 127 levels deep\", at: Some((2, 319))"),
            (&intervals, "[]"),
            (&deep_json, "TooMuch { message: \"the file is nested"),
        ];
        for (text, expected) in cases {
            let shown = text.get(..text.len().min(60)).unwrap();
            let outcome = read(text, false);
            let found = format!("{:?}", outcome.problems);
            assert!(found.contains(expected), "{shown}\nexpected {expected}\nfound {found}");
        }
        assert!(format!("{:?}", read("{\"a\": 1,}", true).problems).contains("trailing comma\", at: Some((1, 9))"));
        assert!(format!("{:?}", read("&a [*a, *a]", false).problems).contains("CircularAlias { at: (1, 5)"));
        assert_eq!(read("a: &a [1]\nb: [*a, *a]", false).problems, []);
    }

    #[test]
    fn decodes_or_says_why_not() {
        assert_eq!(decode(b"\xef\xbb\xbfa: 1".to_vec()).unwrap(), "a: 1");
        assert_eq!(decode(b"a: \xff".to_vec()).unwrap_err().1, Some(3));
        assert_eq!(decode(b"\xfe\xff\x00a".to_vec()).unwrap_err().2, "the file is UTF-16, not UTF-8");
        assert_eq!(decode(b"a\0".to_vec()).unwrap_err().1, Some(1));
    }
}
