//! Values that fit a schema: composed of the document's examples, or at random.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::pattern::matching;
use crate::schema::{Schemas, reference};

/// How deep objects nest before optional members are left out.
const DEEPEST: usize = 12;

/// Makes values that fit schemas.
pub(crate) struct Sampler<'a> {
    schemas: &'a Schemas,
    /// Decides what is random; without it values are examples.
    rng: Option<Rng>,
    /// Member that the outermost object never lacks.
    kept: Option<&'a str>,
    /// Schemas that are being sampled, to notice those that hold themselves.
    open: Vec<&'a str>,
}

impl<'a> Sampler<'a> {
    /// Composes values of the document's examples.
    pub(crate) fn examples(schemas: &'a Schemas) -> Self {
        Self { schemas, rng: None, kept: None, open: Vec::new() }
    }

    /// Makes random values; the same seed makes the same values.
    ///
    /// The outermost object has the member `kept` even if it might lack it.
    pub(crate) fn random(schemas: &'a Schemas, seed: u64, kept: Option<&'a str>) -> Self {
        Self { schemas, rng: Some(Rng::with_seed(seed)), kept, open: Vec::new() }
    }

    /// A value of the schema, as far as can be told without looking for it.
    pub(crate) fn value(&mut self, schema: &'a Value) -> Value {
        self.optional(schema).unwrap_or(Value::Null)
    }

    /// The same; nothing where a schema holds itself and may be left out.
    fn optional(&mut self, schema: &'a Value) -> Option<Value> {
        if self.rng.is_none()
            && let Some(example) = schema.get("example")
        {
            return Some(example.clone());
        }
        if let Some(name) = reference(schema) {
            if self.open.len() > DEEPEST || self.open.iter().filter(|open| **open == name).count() > 1 {
                return None;
            }
            self.open.push(name);
            let value = self.optional(self.schemas.resolve(schema));
            self.open.pop();
            return value;
        }
        if let Some(one) = schema.get("const") {
            return Some(one.clone());
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array).filter(|values| !values.is_empty()) {
            let index = self.below(values.len());
            return values.get(index).cloned();
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(alternatives) = schema.get(keyword).and_then(Value::as_array) {
                return self.alternative(schema, alternatives);
            }
        }
        if schema.get("allOf").is_some() || is(schema, "object") {
            return self.object(schema);
        }
        if is(schema, "array") {
            return Some(self.array(schema));
        }
        Some(self.scalar(schema))
    }

    /// One of several alternatives, together with what stands beside them.
    fn alternative(&mut self, schema: &'a Value, alternatives: &'a [Value]) -> Option<Value> {
        let first = self.below(alternatives.len());
        let turned = alternatives.iter().cycle().skip(first).take(alternatives.len());
        let chosen = turned.into_iter().find_map(|one| self.optional(one).filter(|value| !value.is_null()))?;
        let beside = schema.get("properties").or_else(|| schema.get("allOf")).is_some();
        match (beside.then(|| self.object(schema)).flatten(), chosen) {
            (Some(Value::Object(mut whole)), Value::Object(members)) => {
                whole.extend(members);
                Some(Value::Object(whole))
            }
            (_, chosen) => Some(chosen),
        }
    }

    fn object(&mut self, schema: &'a Value) -> Option<Value> {
        let mut whole = Map::new();
        let kept = self.kept;
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            match self.optional(part) {
                Some(Value::Object(members)) => whole.extend(members),
                // What allOf holds beside objects is one value said in several ways.
                Some(value) if !value.is_null() && !is(schema, "object") => return Some(value),
                Some(_) => {}
                None => return None,
            }
        }
        let required = |name: &str| {
            let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
            names.into_iter().any(|known| known == name)
        };
        self.kept = None;
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if self.schemas.says(property, "writeOnly")
                || (!required(name) && kept != Some(name.as_str()) && self.leaves_out())
            {
                continue;
            }
            match self.optional(property) {
                Some(value) => {
                    whole.insert(name.clone(), value);
                }
                None if required(name) => return None,
                None => {}
            }
        }
        let least = schema.get("minProperties").and_then(Value::as_u64).unwrap_or_default();
        let rest = schema.get("additionalProperties").filter(|rest| **rest != Value::Bool(false));
        // A member of no name shows what the others are.
        let least = if rest.is_some_and(Value::is_object) { least.max(1) } else { least };
        let names = std::iter::once("key".to_owned()).chain((2..).map(|number| format!("key{number}")));
        for name in names.take(100).filter(|_| rest.is_some()) {
            if whole.len() as u64 >= least {
                break;
            }
            let Some(value) = rest.and_then(|rest| self.optional(rest)) else { break };
            whole.insert(name, value);
        }
        Some(Value::Object(whole))
    }

    fn array(&mut self, schema: &'a Value) -> Value {
        let bound = |name: &str| schema.get(name).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        let least = bound("minItems").unwrap_or_default();
        let most = bound("maxItems").unwrap_or(least.max(3)).max(least);
        let count = if self.rng.is_some() { least + self.below(most.min(least + 3) - least + 1) } else { least.max(1) };
        let Some(items) = schema.get("items") else { return json!([]) };
        let is_unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
        let mut values = Vec::new();
        for _ in 0..count.min(most) {
            let Some(mut value) = self.optional(items) else { return json!([]) };
            // A few tries are enough to have each of a few values once.
            for _ in 0..20 {
                if self.rng.is_none() || !is_unique || !values.contains(&value) {
                    break;
                }
                value = self.optional(items).unwrap_or_default();
            }
            if !is_unique || !values.contains(&value) {
                values.push(value);
            }
        }
        Value::Array(values)
    }

    fn scalar(&mut self, schema: &'a Value) -> Value {
        let kind = match schema.get("type") {
            Some(Value::String(name)) => name.as_str(),
            Some(Value::Array(names)) => {
                if self.rng.is_some() && self.below(8) == 0 && names.iter().any(|name| name == "null") {
                    return Value::Null;
                }
                names.iter().find_map(Value::as_str).unwrap_or_default()
            }
            _ => "",
        };
        match kind {
            "boolean" => Value::Bool(self.rng.as_mut().is_none_or(Rng::bool)),
            "integer" => self.integer(schema),
            "number" => self.number(schema),
            "string" => Value::String(self.text(schema)),
            "null" => Value::Null,
            // Anything goes.
            _ => schema.get("default").cloned().unwrap_or_else(|| json!({})),
        }
    }

    fn integer(&mut self, schema: &Value) -> Value {
        // The next whole number towards the middle.
        #[allow(clippy::cast_possible_truncation, reason = "a number that is too large becomes the largest")]
        let whole = |name: &str, round: fn(f64) -> f64| {
            let limit = schema.get(name)?;
            limit.as_i64().or_else(|| limit.as_f64().map(|limit| round(limit) as i64))
        };
        let above = |limit: i64| limit.saturating_add(1);
        let below = |limit: i64| limit.saturating_sub(1);
        let least = whole("minimum", f64::ceil).or(whole("exclusiveMinimum", f64::floor).map(above));
        let most = whole("maximum", f64::floor).or(whole("exclusiveMaximum", f64::ceil).map(below));
        let least = least.unwrap_or_else(|| most.map_or(1, |most| most.min(1)));
        let most = most.unwrap_or_else(|| least.saturating_add(999)).max(least);
        let number = self.rng.as_mut().map_or(least, |rng| rng.i64(least..=most));
        let step = schema.get("multipleOf").and_then(Value::as_i64).filter(|step| *step > 0).unwrap_or(1);
        // The next multiple that is not too small.
        let number = number.checked_add((step - number.rem_euclid(step)) % step).unwrap_or(number);
        Value::from(if number > most { number - step } else { number })
    }

    fn number(&mut self, schema: &Value) -> Value {
        // A number may say by its format that it is whole.
        let is_whole = |format: &str| matches!(format, "integer" | "int64" | "long" | "int32");
        if schema.get("multipleOf").and_then(Value::as_i64).is_some()
            || schema.get("format").and_then(Value::as_str).is_some_and(is_whole)
        {
            return self.integer(schema);
        }
        let bound = |name: &str, exclusive: &str| schema.get(name).or(schema.get(exclusive)).and_then(Value::as_f64);
        let most = bound("maximum", "exclusiveMaximum");
        let least = bound("minimum", "exclusiveMinimum").unwrap_or_else(|| most.map_or(0.0, |most| most.min(0.0)));
        let most = most.unwrap_or(least + 100.0);
        let part = self.rng.as_mut().map_or(0.5, Rng::f64);
        let number = least + (most - least) * part;
        let step = schema.get("multipleOf").and_then(Value::as_f64).filter(|step| *step > 0.0);
        // 0.01 has no exact value, but 100 has, and so 0.07 comes out as people write it.
        json!(step.map_or(number, |step| (number / step).round() / step.recip()))
    }

    fn text(&mut self, schema: &Value) -> String {
        let bound = |name: &str| schema.get(name).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        let least = bound("minLength").unwrap_or_default();
        if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
            // A pattern often allows more than is meant, which an example does not.
            if let Some(known) = schema.get("example").or(schema.get("default")).and_then(Value::as_str) {
                return known.to_owned();
            }
            if let Some(text) = matching(pattern, least, self.rng.as_mut()) {
                return text;
            }
        }
        if let Some(format) = schema.get("format").and_then(Value::as_str)
            && let Some(text) = self.formatted(format)
        {
            return text;
        }
        // Numbers in text, such as those of phones, stay so.
        if let (Some(rng), Some(known)) = (&mut self.rng, schema.get("example").and_then(Value::as_str))
            && !known.is_empty()
            && known.strip_prefix('+').unwrap_or(known).bytes().all(|byte| byte.is_ascii_digit())
        {
            return known.chars().map(|c| if c.is_ascii_digit() { rng.digit(10) } else { c }).collect();
        }
        let most = bound("maxLength").unwrap_or(least.max(24)).max(least);
        match &mut self.rng {
            Some(rng) => {
                let wanted = rng.usize(least.max(1).min(most)..=most.min(least + 24));
                (0..wanted).map(|_| rng.lowercase()).collect()
            }
            None => "string".chars().cycle().take("string".len().clamp(least, most)).collect(),
        }
    }

    fn formatted(&mut self, format: &str) -> Option<String> {
        let mut number = |below: u64| self.rng.as_mut().map_or(1, |rng| rng.u64(0..below));
        let day = |number: &mut dyn FnMut(u64) -> u64| {
            format!("{}-{:02}-{:02}", 2020 + number(10), 1 + number(12), 1 + number(28))
        };
        let time =
            |number: &mut dyn FnMut(u64) -> u64| format!("{:02}:{:02}:{:02}Z", number(24), number(60), number(60));
        Some(match format {
            "date" => day(&mut number),
            "time" => time(&mut number),
            "date-time" => format!("{}T{}", day(&mut number), time(&mut number)),
            "uuid" => uuid(u128::from(number(u64::MAX)) << 64 | u128::from(number(u64::MAX))),
            "uri" | "url" | "uri-reference" | "iri" => format!("https://example.com/{}", number(100_000)),
            "email" | "idn-email" => format!("person{}@example.com", number(100_000)),
            "hostname" | "idn-hostname" => format!("host{}.example.com", number(100_000)),
            "ipv4" => format!("192.0.2.{}", number(256)),
            "ipv6" => format!("2001:db8::{:x}", number(65_536)),
            "byte" => "c2FtcGxl".to_owned(),
            "duration" => format!("PT{}S", 1 + number(600)),
            _ => return None,
        })
    }

    fn below(&mut self, limit: usize) -> usize {
        self.rng.as_mut().map_or(0, |rng| rng.usize(0..limit.max(1)))
    }

    /// Random objects lack some of what they may lack.
    fn leaves_out(&mut self) -> bool {
        self.rng.as_mut().is_some_and(|rng| rng.u8(0..4) == 0)
    }
}

/// Whether a schema says that it is of this type, or has what only this type has.
fn is(schema: &Value, wanted: &str) -> bool {
    let keyword = if wanted == "object" { "properties" } else { "items" };
    match schema.get("type") {
        Some(Value::String(name)) => name == wanted,
        Some(Value::Array(names)) => names.iter().any(|name| name == wanted),
        _ => schema.get(keyword).is_some(),
    }
}

/// A UUID of the random kind.
pub(crate) fn uuid(bits: u128) -> String {
    let bits = bits & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
    let text = format!("{bits:032x}");
    let piece = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", piece(0, 8), piece(8, 12), piece(12, 16), piece(16, 20), piece(20, 32))
}
