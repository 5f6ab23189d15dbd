//! Random values that fit a schema, for the property that types keep what they decode.
//!
//! This reads the document itself, not what the generator made of it, so that the two can disagree.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any};
use proptest::sample::select;
use proptest::strategy::Union;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Number, Value, json};

/// From this depth on, members that may be left out are, where they would lead deeper.
const SHALLOW: usize = 3;

/// Deeper than this goes no value.
const DEEPEST: usize = 7;

/// How many ways to fit a schema are looked at.
const MOST_WAYS: usize = 64;

/// Which way values go: a response has no `writeOnly` members, a request no `readOnly` ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// What a server sends.
    Response,
    /// What a client sends.
    Request,
}

/// Runs a property as often as `PROPTEST_CASES` says, else `cases` times, and from the same seed every time.
#[must_use]
pub fn runner(cases: u32) -> TestRunner {
    let cases = match std::env::var_os("PROPTEST_CASES") {
        Some(_) => Config::default().cases,
        None => cases,
    };
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    )
}

/// Documents by the names under which they refer to each other.
#[derive(Debug)]
pub struct Documents(pub BTreeMap<String, Value>);

/// A schema and the document that it stands in.
#[derive(Clone, Debug)]
struct Placed<'a> {
    file: &'a str,
    schema: Map<String, Value>,
}

/// All that has to hold for a value at once: schemas without `$ref`, `allOf`, `oneOf` and `anyOf`.
type Way<'a> = Vec<Placed<'a>>;

impl Documents {
    /// Values of the schema that a pointer leads to, but null; `None` where every value would be endless, or there is none.
    #[must_use]
    pub fn values(&self, file: &str, pointer: &str, direction: Direction) -> Option<BoxedStrategy<Value>> {
        let (file, _) = self.0.get_key_value(file)?;
        let schema = self.0.get(file)?.pointer(pointer)?;
        let values = self.strategy(file, schema, direction, 0)?;
        // Where null is allowed, it is up to the place that the value stands in.
        let is_null = |way: &Way<'_>| way.iter().any(|part| part.schema.get("type") == Some(&json!("null")));
        if self.ways(file, schema, 0).iter().all(is_null) {
            return Some(values);
        }
        Some(values.prop_filter("null", |value| !value.is_null()).boxed())
    }

    fn strategy(&self, file: &str, schema: &Value, direction: Direction, depth: usize) -> Option<BoxedStrategy<Value>> {
        let ways = self.ways(file, schema, 0);
        let fitting: Vec<BoxedStrategy<Value>> =
            ways.iter().filter_map(|way| self.way(way, direction, depth)).take(MOST_WAYS).collect();
        (!fitting.is_empty()).then(|| Union::new(fitting).boxed())
    }

    /// The ways in which a value may fit: one for each choice that the schema leaves.
    fn ways<'a>(&'a self, file: &'a str, schema: &Value, depth: usize) -> Vec<Way<'a>> {
        let schema = match schema {
            Value::Object(schema) => schema.clone(),
            Value::Bool(false) => return Vec::new(),
            _ => Map::new(),
        };
        if depth > DEEPEST {
            return Vec::new();
        }
        let mut own = schema.clone();
        for name in ["$ref", "allOf", "oneOf", "anyOf", "nullable", "$defs", "discriminator", "not"] {
            own.remove(name);
        }
        if schema.get("not").is_some_and(|not| *not == json!({}) || *not == json!(true)) {
            return Vec::new();
        }
        let types: Vec<Value> = match own.get("type") {
            Some(Value::Array(types)) => types.clone(),
            Some(one) => vec![one.clone()],
            None => Vec::new(),
        };
        let mut ways: Vec<Way<'a>> = match types.as_slice() {
            [] => vec![vec![Placed { file, schema: own.clone() }]],
            types => types
                .iter()
                .map(|name| {
                    let mut own = own.clone();
                    own.insert("type".to_owned(), name.clone());
                    vec![Placed { file, schema: own }]
                })
                .collect(),
        };
        if let Some((file, target)) =
            schema.get("$ref").and_then(Value::as_str).and_then(|text| self.target(file, text))
        {
            ways = both(&ways, &self.ways(file, target, depth + 1));
        }
        for part in list(&schema, "allOf") {
            ways = both(&ways, &self.ways(file, part, depth + 1));
        }
        for keyword in ["oneOf", "anyOf"] {
            let alternatives = list(&schema, keyword);
            if alternatives.is_empty() {
                continue;
            }
            let mut all = Vec::new();
            for alternative in alternatives {
                let mut inner = self.ways(file, alternative, depth + 1);
                let discriminator = schema.get("discriminator").or_else(|| self.inherited(file, alternative, depth));
                if let Some(tag) = discriminator.and_then(|discriminator| tag(discriminator, alternative)) {
                    inner = both(&inner, &[vec![Placed { file, schema: tag }]]);
                }
                all.extend(inner);
            }
            ways = both(&ways, &all);
        }
        if schema.get("nullable") == Some(&Value::Bool(true)) {
            let mut null = Map::new();
            null.insert("type".to_owned(), json!("null"));
            ways.push(vec![Placed { file, schema: null }]);
        }
        ways.truncate(MOST_WAYS);
        ways
    }

    /// What a reference leads to.
    fn target<'a>(&'a self, file: &'a str, reference: &str) -> Option<(&'a str, &'a Value)> {
        let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let name = if path.is_empty() { file.to_owned() } else { beside(file, path) };
        let (file, document) = self.0.get_key_value(&name)?;
        let pointer = percent_decode_str(fragment).decode_utf8().ok()?;
        Some((file, document.pointer(&pointer)?))
    }

    /// The discriminator of a schema that an alternative has in its `allOf`, or that one in its own.
    fn inherited<'a>(&'a self, file: &'a str, alternative: &Value, depth: usize) -> Option<&'a Value> {
        let (file, schema) = self.target(file, alternative.get("$ref")?.as_str()?)?;
        let parents = schema.get("allOf").and_then(Value::as_array).filter(|_| depth < DEEPEST)?;
        parents.iter().find_map(|parent| {
            let (_, target) = self.target(file, parent.get("$ref")?.as_str()?)?;
            target.get("discriminator").or_else(|| self.inherited(file, parent, depth + 1))
        })
    }

    fn way(&self, way: &Way<'_>, direction: Direction, depth: usize) -> Option<BoxedStrategy<Value>> {
        if depth > DEEPEST {
            return None;
        }
        let told = |name: &str| way.iter().filter_map(|part| part.schema.get(name)).cloned().collect::<Vec<_>>();
        let mut kind: Option<String> = None;
        for name in told("type") {
            let name = name.as_str()?.to_owned();
            kind = match kind {
                None => Some(name),
                Some(known) if known == name => Some(name),
                Some(known)
                    if matches!((known.as_str(), name.as_str()), ("integer", "number") | ("number", "integer")) =>
                {
                    Some("integer".to_owned())
                }
                Some(_) => return None,
            };
        }
        let mut listed = told("enum");
        listed.extend(told("const").into_iter().map(|value| json!([value])));
        if let Some(first) = listed.first() {
            let fits = |value: &&Value| {
                kind.as_deref().is_none_or(|kind| is_a(value, kind))
                    && listed.iter().all(|values| values.as_array().is_some_and(|values| values.contains(value)))
            };
            let values: Vec<Value> = first.as_array()?.iter().filter(fits).cloned().collect();
            return if values.is_empty() { None } else { Some(select(values).boxed()) };
        }
        let has = |name: &str| way.iter().any(|part| part.schema.contains_key(name));
        let kind = match kind {
            None if has("properties") || has("additionalProperties") || has("patternProperties") || has("required") => {
                "object".to_owned()
            }
            None if has("items") || has("prefixItems") => "array".to_owned(),
            None => return Some(anything()),
            Some(kind) => kind,
        };
        let format = told("format").pop();
        match kind.as_str() {
            "null" => Some(Just(Value::Null).boxed()),
            "boolean" => Some(any::<bool>().prop_map(Value::Bool).boxed()),
            "string" => Some(text(format.as_ref().and_then(Value::as_str))),
            "integer" => Some(integers(format.as_ref().and_then(Value::as_str), &told("minimum"), &told("maximum"))),
            // A number that says itself that it is whole.
            "number"
                if matches!(format.as_ref().and_then(Value::as_str), Some("integer" | "int32" | "int64" | "long")) =>
            {
                Some(integers(Some("int32"), &[], &[]))
            }
            "number" => Some(numbers()),
            "array" => Some(self.array(way, direction, depth)),
            "object" => self.object(way, direction, depth),
            _ => None,
        }
    }

    fn array(&self, way: &Way<'_>, direction: Direction, depth: usize) -> BoxedStrategy<Value> {
        for part in way {
            let lists = [part.schema.get("prefixItems"), part.schema.get("items")];
            let Some(prefix) = lists.into_iter().flatten().find_map(Value::as_array) else { continue };
            let places: Option<Vec<_>> =
                prefix.iter().map(|place| self.strategy(part.file, place, direction, depth + 1)).collect();
            return places.map_or_else(|| Just(json!([])).boxed(), |places| places.prop_map(Value::Array).boxed());
        }
        let items = way.iter().find_map(|part| Some((part.file, part.schema.get("items")?)));
        let item = match items {
            Some((file, items)) => self.strategy(file, items, direction, depth + 1),
            None => Some(anything()),
        };
        item.map_or_else(|| Just(json!([])).boxed(), |item| vec(item, 0..3).prop_map(Value::Array).boxed())
    }

    fn object(&self, way: &Way<'_>, direction: Direction, depth: usize) -> Option<BoxedStrategy<Value>> {
        let mut required: BTreeSet<String> = BTreeSet::new();
        let mut members: BTreeMap<String, Vec<(&str, Value)>> = BTreeMap::new();
        for part in way {
            required.extend(list(&part.schema, "required").iter().filter_map(Value::as_str).map(str::to_owned));
            for (name, schema) in part.schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                members.entry(name.clone()).or_default().push((part.file, schema.clone()));
            }
        }
        let mut strategies: Vec<(String, BoxedStrategy<Option<Value>>)> = Vec::new();
        for (name, schemas) in &members {
            let goes = schemas.iter().all(|(file, schema)| self.goes(file, schema, direction));
            if !goes {
                continue;
            }
            let needed = required.contains(name);
            if !needed && depth >= SHALLOW && schemas.iter().any(|(_, schema)| leads_deeper(schema)) {
                continue;
            }
            // All of them have to hold, wherever they stand.
            let ways =
                schemas.iter().fold(vec![Vec::new()], |ways, (file, schema)| both(&ways, &self.ways(file, schema, 0)));
            let fitting: Vec<_> = ways.iter().filter_map(|way| self.way(way, direction, depth + 1)).collect();
            let inner = (!fitting.is_empty()).then(|| Union::new(fitting));
            match (inner, needed) {
                (Some(inner), true) => strategies.push((name.clone(), inner.prop_map(Some).boxed())),
                (Some(inner), false) => strategies.push((name.clone(), option::of(inner).boxed())),
                (None, true) => return None,
                (None, false) => {}
            }
        }
        let (names, values): (Vec<String>, Vec<_>) = strategies.into_iter().unzip();
        let described = values.prop_map(move |values| {
            let members = names.iter().cloned().zip(values).filter_map(|(name, value)| Some((name, value?)));
            members.collect::<Map<String, Value>>()
        });
        let rest = self.rest(way, &members, direction, depth);
        Some((rest, described).prop_map(|(rest, own)| Value::Object(rest.into_iter().chain(own).collect())).boxed())
    }

    /// Members beyond the named ones, where the schema speaks of them.
    fn rest(
        &self,
        way: &Way<'_>,
        named: &BTreeMap<String, Vec<(&str, Value)>>,
        direction: Direction,
        depth: usize,
    ) -> BoxedStrategy<BTreeMap<String, Value>> {
        let mut rest: Vec<BoxedStrategy<BTreeMap<String, Value>>> = Vec::new();
        for part in way {
            let patterns = part.schema.get("patternProperties").and_then(Value::as_object);
            for (pattern, schema) in patterns.into_iter().flatten() {
                let name = format!("{}1", pattern.trim_matches(['^', '$']));
                if let Some(value) = self.strategy(part.file, schema, direction, depth + 1) {
                    rest.push(btree_map(Just(name), value, 0..2).boxed());
                }
            }
            let additional = match part.schema.get("additionalProperties") {
                None | Some(Value::Bool(false)) => continue,
                Some(schema) => schema,
            };
            let named: BTreeSet<String> = named.keys().cloned().collect();
            let name = select(vec!["extra", "Größe", "a.b", "", "type"]).prop_map(str::to_owned);
            let name = name.prop_filter("a member with a name", move |name| !named.contains(name));
            if let Some(value) = self.strategy(part.file, additional, direction, depth + 1) {
                rest.push(btree_map(name, value, 0..3).boxed());
            }
        }
        rest.prop_map(|maps| maps.into_iter().flatten().collect()).boxed()
    }

    /// Whether values of a schema go in this direction.
    fn goes(&self, file: &str, schema: &Value, direction: Direction) -> bool {
        let (hidden, own) = match direction {
            Direction::Response => ("writeOnly", "readOnly"),
            Direction::Request => ("readOnly", "writeOnly"),
        };
        let has = |schema: &Value, flag: &str| schema.get(flag) == Some(&Value::Bool(true));
        if has(schema, hidden) {
            return false;
        }
        if has(schema, own) {
            return true;
        }
        !self.is_said(file, schema, hidden, 0)
    }

    /// Whether a schema has a flag, or another does that it refers to or is made of.
    fn is_said(&self, file: &str, schema: &Value, flag: &str, depth: usize) -> bool {
        let Some(members) = schema.as_object().filter(|_| depth <= DEEPEST) else { return false };
        if members.get(flag) == Some(&Value::Bool(true)) {
            return true;
        }
        let target = members.get("$ref").and_then(Value::as_str).and_then(|text| self.target(file, text));
        list(members, "allOf").iter().any(|part| self.is_said(file, part, flag, depth + 1))
            || target.is_some_and(|(file, target)| self.is_said(file, target, flag, depth + 1))
    }
}

/// Every way of one combined with every way of the other, but those that no value fits.
fn both<'a>(ones: &[Way<'a>], others: &[Way<'a>]) -> Vec<Way<'a>> {
    let mut all = Vec::new();
    for one in ones {
        for other in others {
            if all.len() < MOST_WAYS {
                all.push(one.iter().chain(other).cloned().collect());
            }
        }
    }
    all
}

fn list<'s>(schema: &'s Map<String, Value>, keyword: &str) -> &'s [Value] {
    schema.get(keyword).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// What the discriminator asks of an alternative.
fn tag(discriminator: &Value, alternative: &Value) -> Option<Map<String, Value>> {
    let property = discriminator.get("propertyName")?.as_str()?;
    let reference = alternative.get("$ref")?.as_str()?;
    let name = reference.rsplit('/').next()?;
    let mapping = discriminator.get("mapping").and_then(Value::as_object);
    let mapped = mapping
        .into_iter()
        .flatten()
        .filter(|(_, target)| target.as_str().and_then(|target| target.rsplit('/').next()) == Some(name));
    let mut values: Vec<&str> = mapped.map(|(value, _)| value.as_str()).collect();
    if values.is_empty() {
        values.push(name);
    }
    json!({ "type": "object", "required": [property], "properties": { property: { "enum": values } } })
        .as_object()
        .cloned()
}

/// The name of a file that stands beside another.
fn beside(file: &str, path: &str) -> String {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            ".." => {
                parts.pop();
            }
            "." => {}
            name => parts.push(name),
        }
    }
    parts.join("/")
}

fn leads_deeper(schema: &Value) -> bool {
    let deep = ["$ref", "properties", "items", "allOf", "oneOf", "anyOf", "additionalProperties"];
    deep.iter().any(|name| schema.get(name).is_some())
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        _ => value.is_object(),
    }
}

fn text(format: Option<&str>) -> BoxedStrategy<Value> {
    let known: &[&str] = match format {
        Some("date-time") => &["2024-02-29T23:59:60Z", "2024-05-01T08:30:00.123456+02:00", "1999-12-31T00:00:00-00:00"],
        Some("date") => &["2024-02-29", "1970-01-01"],
        Some("uuid") => &["f1486bae-f067-460c-ad43-73a92848f902"],
        Some("byte") => &["", "aGVsbG8=", "//8="],
        Some("uri" | "url") => &["https://example.test/a?b=c#d"],
        _ => {
            return vec(select("abz019 \"\\/{}é名\u{1f600}\n\u{0}".chars().collect::<Vec<_>>()), 0..6)
                .prop_map(|text| Value::from(text.into_iter().collect::<String>()))
                .boxed();
        }
    };
    select(known).prop_map(Value::from).boxed()
}

fn integers(format: Option<&str>, minimum: &[Value], maximum: &[Value]) -> BoxedStrategy<Value> {
    let lowest = minimum.iter().filter_map(Value::as_i64).max();
    let highest: Option<u64> = maximum.iter().filter_map(Value::as_u64).min();
    let edges: Vec<Number> = match (format, highest) {
        (Some("int32"), _) => vec![i32::MIN.into(), i32::MAX.into()],
        (Some("uint64"), _) => vec![0.into(), u64::MAX.into()],
        (_, Some(highest)) => vec![lowest.unwrap_or(0).into(), highest.into()],
        (_, None) => vec![lowest.unwrap_or(i64::MIN).into(), i64::MAX.into()],
    };
    let low = lowest.unwrap_or(if matches!(format, Some("uint64")) { 0 } else { -100 });
    let high = highest.and_then(|highest| i64::try_from(highest).ok()).unwrap_or(low.saturating_add(1000));
    Union::new([(low..=high.max(low)).prop_map(Value::from).boxed(), select(edges).prop_map(Value::Number).boxed()])
        .boxed()
}

fn numbers() -> BoxedStrategy<Value> {
    let decimals = (-100_000_i32..100_000).prop_map(|number| Value::from(f64::from(number) / 100.0));
    Union::new([decimals.boxed(), (-100_i64..100).prop_map(Value::from).boxed()]).boxed()
}

fn anything() -> BoxedStrategy<Value> {
    let leaf =
        Union::new([Just(Value::Null).boxed(), any::<bool>().prop_map(Value::Bool).boxed(), numbers(), text(None)]);
    leaf.prop_recursive(2, 8, 3, |inner| {
        let name = select(vec!["a", "type", ""]).prop_map(str::to_owned);
        Union::new([
            vec(inner.clone(), 0..3).prop_map(Value::Array).boxed(),
            btree_map(name, inner, 0..3).prop_map(|members| Value::Object(members.into_iter().collect())).boxed(),
        ])
    })
    .boxed()
}

/// Whether two values are the same JSON. A member that is null is as good as absent in a response, but not in a
/// request; a whole number and its decimal form are one everywhere.
#[must_use]
pub fn same(one: &Value, other: &Value, direction: Direction) -> bool {
    match (one, other) {
        (Value::Object(ones), Value::Object(others)) => {
            let names: BTreeSet<&String> = ones.keys().chain(others.keys()).collect();
            names.into_iter().all(|name| match (ones.get(name), others.get(name)) {
                (Some(one), Some(other)) => same(one, other, direction),
                (Some(value), None) | (None, Some(value)) => value.is_null() && direction == Direction::Response,
                (None, None) => true,
            })
        }
        (Value::Array(ones), Value::Array(others)) => {
            ones.len() == others.len() && ones.iter().zip(others).all(|(one, other)| same(one, other, direction))
        }
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        _ => one == other,
    }
}
