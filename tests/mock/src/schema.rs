//! Schemas as JSON Schema, and what is wrong with a value in words.

use std::collections::BTreeSet;

use codegen::diagnostic::nearest;
use codegen::pointer;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

/// What precedes the name of a schema in a reference.
const NAMED: &str = "#/components/schemas/";

/// Which way a value goes; `readOnly` and `writeOnly` depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Request,
    Response,
}

/// What is wrong at one place of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// JSON pointer.
    pub pointer: String,
    pub detail: String,
}

/// The named schemas of a document as JSON Schema of the draft 2020-12.
#[derive(Clone, Debug)]
pub(crate) struct Schemas {
    direction: Direction,
    /// By their names as references have them: escaped as in JSON pointers.
    named: Map<String, Value>,
}

impl Schemas {
    /// Takes the schemas of a document in the shape of OpenAPI 3.0.
    pub(crate) fn new(document: &Value, direction: Direction) -> Self {
        let mut schemas = Self { direction, named: Map::new() };
        let read = document.pointer("/components/schemas").and_then(Value::as_object);
        let read: Map<String, Value> =
            read.into_iter().flatten().map(|(name, schema)| (escaped(name), schema.clone())).collect();
        schemas.named.clone_from(&read);
        schemas.named = read.iter().map(|(name, schema)| (name.clone(), schemas.convert(schema))).collect();
        schemas
    }

    /// A schema of the document as JSON Schema.
    pub(crate) fn convert(&self, schema: &Value) -> Value {
        let Value::Object(members) = schema else { return schema.clone() };
        let mut out = Map::new();
        for (name, value) in members {
            match name.as_str() {
                "properties" | "x-patternProperties" => {
                    let converted = value.as_object().map_or_else(Map::new, |properties| {
                        properties.iter().map(|(name, schema)| (name.clone(), self.convert(schema))).collect()
                    });
                    out.insert(name.trim_start_matches("x-").to_owned(), Value::Object(converted));
                }
                "allOf" | "anyOf" | "oneOf" => {
                    let parts = value.as_array().into_iter().flatten().map(|part| self.convert(part)).collect();
                    out.insert(name.clone(), Value::Array(parts));
                }
                "items" | "additionalProperties" | "not" => {
                    out.insert(name.clone(), self.convert(value));
                }
                "required" => {
                    out.insert(name.clone(), self.required(members, value));
                }
                // Here they are numbers, there they say of their neighbours that they are meant without the bound.
                "exclusiveMinimum" | "exclusiveMaximum" | "minimum" | "maximum" => {}
                "nullable" | "x-null" | "xml" | "externalDocs" => {}
                _ => {
                    out.insert(name.clone(), value.clone());
                }
            }
        }
        for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
            let Some(limit) = members.get(bound) else { continue };
            let strict = members.get(exclusive) == Some(&Value::Bool(true));
            out.insert(if strict { exclusive } else { bound }.to_owned(), limit.clone());
        }
        // A discriminator decides, even where several alternatives would fit.
        if let Some(discriminator) = members.get("discriminator").or_else(|| self.inherited(members))
            && let Some(Value::Array(alternatives)) = out.remove("oneOf").or_else(|| out.remove("anyOf"))
        {
            let tagged = alternatives.into_iter().map(|alternative| self.tagged(discriminator, alternative)).collect();
            out.insert("anyOf".to_owned(), Value::Array(tagged));
        }
        if members.get("x-null") == Some(&Value::Bool(true)) {
            return json!({ "type": "null" });
        }
        if members.get("nullable") == Some(&Value::Bool(true)) { nullable(out) } else { Value::Object(out) }
    }

    /// The discriminator that all alternatives inherit from the same schema.
    fn inherited<'a>(&'a self, members: &'a Map<String, Value>) -> Option<&'a Value> {
        let alternatives = members.get("oneOf")?.as_array()?;
        let mut found = alternatives.iter().map(|alternative| {
            let mut own = None;
            self.each_ancestor(alternative, &mut |part| own = own.or(part.get("discriminator")));
            own
        });
        let first = found.next()??;
        found.all(|other| other == Some(first)).then_some(first)
    }

    /// Calls `found` with the schema and all that are part of it whatever the value, behind references too.
    fn each_ancestor<'a>(&'a self, schema: &'a Value, found: &mut dyn FnMut(&'a Value)) {
        self.each_of(schema, &["allOf"], found);
    }

    /// Whether a schema, or one that it is made of, says `readOnly` or `writeOnly`.
    pub(crate) fn says(&self, schema: &Value, keyword: &str) -> bool {
        let mut said = false;
        self.each_ancestor(schema, &mut |part| said |= part.get(keyword) == Some(&Value::Bool(true)));
        said
    }

    /// An alternative with what its tag must be: one of the texts that lead to it, or else the name of its schema.
    fn tagged(&self, discriminator: &Value, alternative: Value) -> Value {
        let Some(tag) = discriminator.get("propertyName").and_then(Value::as_str) else { return alternative };
        let Some(mut name) = reference(&alternative) else { return alternative };
        // Of a name for a name the last one counts.
        for _ in 0..self.named.len() {
            match self.named.get(name).and_then(reference) {
                Some(next) => name = next,
                None => break,
            }
        }
        let plain = pointer::unescape(name);
        let leads_here = |target: &Value| match target.as_str().map(|target| target.strip_prefix(NAMED).ok_or(target)) {
            Some(Ok(target)) => target == name,
            Some(Err(target)) => target == plain,
            None => false,
        };
        let mapping = discriminator.get("mapping").and_then(Value::as_object).into_iter().flatten();
        let mut tags: Vec<&str> =
            mapping.filter(|(_, target)| leads_here(target)).map(|(tag, _)| tag.as_str()).collect();
        if tags.is_empty() {
            // A union tells its own kinds apart.
            if self.named.get(name).is_some_and(|one| one.get("oneOf").or_else(|| one.get("anyOf")).is_some()) {
                return alternative;
            }
            tags.push(&plain);
        }
        // What the alternative itself says of its tag goes before what the discriminator says.
        let own = self.property(&alternative, tag).map(|own| self.resolve(own));
        if own.is_some_and(|own| own.get("const").is_some()) {
            return alternative;
        }
        if let Some(values) = own.and_then(|own| own.get("enum")).and_then(Value::as_array) {
            tags.retain(|tag| values.iter().any(|value| value == tag));
        }
        if tags.is_empty() {
            return alternative;
        }
        json!({ "allOf": [alternative, { "properties": { tag: { "enum": tags } } }] })
    }

    /// The members that must be there: not those that only go the other way.
    fn required(&self, members: &Map<String, Value>, names: &Value) -> Value {
        let other = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        let goes = |name: &&Value| {
            let property = name.as_str().and_then(|name| members.get("properties")?.get(name));
            !property.is_some_and(|property| self.says(property, other))
        };
        names.as_array().into_iter().flatten().filter(goes).cloned().collect()
    }

    /// The schema that stands behind references.
    pub(crate) fn resolve<'a>(&'a self, mut schema: &'a Value) -> &'a Value {
        for _ in 0..=self.named.len() {
            match reference(schema).and_then(|name| self.named.get(name)) {
                Some(target) => schema = target,
                None => break,
            }
        }
        schema
    }

    /// Calls `found` with the schema and all that it is made of, behind references too.
    pub(crate) fn each_part<'a>(&'a self, schema: &'a Value, found: &mut dyn FnMut(&'a Value)) {
        self.each_of(schema, &["allOf", "anyOf", "oneOf"], found);
    }

    /// Calls `found` with the schema and all that stand below one of the keywords, behind references too.
    fn each_of<'a>(&'a self, schema: &'a Value, keywords: &[&str], found: &mut dyn FnMut(&'a Value)) {
        let mut seen = BTreeSet::new();
        let mut pending = vec![schema];
        while let Some(schema) = pending.pop() {
            if let Some(name) = reference(schema)
                && let Some((name, target)) = self.named.get_key_value(name)
                && seen.insert(name)
            {
                pending.push(target);
            }
            found(schema);
            for keyword in keywords {
                pending.extend(schema.get(keyword).and_then(Value::as_array).into_iter().flatten());
            }
        }
    }

    /// The schema of a member.
    pub(crate) fn property<'a>(&'a self, schema: &'a Value, name: &str) -> Option<&'a Value> {
        let (mut named, mut rest) = (None, None);
        self.each_part(schema, &mut |part| {
            named = named.or(part.get("properties").and_then(|properties| properties.get(name)));
            rest = rest.or(part.get("additionalProperties").filter(|rest| rest.is_object()));
        });
        named.or(rest)
    }

    /// Members that no schema names. Nothing forbids them, but most of them are misspelt.
    pub(crate) fn strangers(&self, schema: &Value, value: &Value) -> Vec<Fault> {
        let mut found = Vec::new();
        self.look_for_strangers(schema, value, "", &mut found);
        found
    }

    fn look_for_strangers(&self, schema: &Value, value: &Value, at: &str, found: &mut Vec<Fault>) {
        match value {
            Value::Array(values) => {
                let mut items = &Value::Null;
                self.each_part(schema, &mut |part| items = part.get("items").unwrap_or(items));
                for (index, value) in values.iter().enumerate() {
                    self.look_for_strangers(items, value, &format!("{at}/{index}"), found);
                }
            }
            Value::Object(members) => {
                let (names, mut open) = (self.names(schema), false);
                self.each_part(schema, &mut |part| {
                    open |= part.get("patternProperties").is_some() || part.get("additionalProperties").is_some();
                });
                for (name, value) in members {
                    let mut place = at.to_owned();
                    pointer::push(&mut place, name);
                    match self.property(schema, name) {
                        Some(property) => self.look_for_strangers(property, value, &place, found),
                        None if open || names.is_empty() => {}
                        None => {
                            let help = match nearest(name, names.iter().copied()) {
                                Some(meant) => format!("; did you mean `{meant}`?"),
                                None => String::new(),
                            };
                            let detail = format!("is not known to the document{help}");
                            found.push(Fault { pointer: place, detail });
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// The members that the schema names.
    pub(crate) fn names<'a>(&'a self, schema: &'a Value) -> BTreeSet<&'a str> {
        let mut names = BTreeSet::new();
        self.each_part(schema, &mut |part| {
            let properties = part.get("properties").and_then(Value::as_object);
            names.extend(properties.into_iter().flatten().map(|(name, _)| name.as_str()));
        });
        names
    }

    /// Whether values of the schema can have this type.
    pub(crate) fn allows(&self, schema: &Value, wanted: &str) -> bool {
        let mut allowed = false;
        self.each_part(schema, &mut |part| {
            allowed |= match part.get("type") {
                Some(Value::String(name)) => name == wanted,
                Some(Value::Array(names)) => names.iter().any(|name| name == wanted),
                _ => false,
            };
        });
        allowed
    }

    /// A validator of a converted schema.
    ///
    /// # Errors
    ///
    /// When the schema is no valid JSON Schema.
    pub(crate) fn validator(&self, schema: &Value) -> Result<Validator, String> {
        let mut root = match schema {
            Value::Object(members) => members.clone(),
            other => Map::from_iter([("allOf".to_owned(), json!([other]))]),
        };
        root.insert("components".to_owned(), json!({ "schemas": self.reachable(schema) }));
        let mut root = Value::Object(root);
        encode_references(&mut root);
        build(&root).or_else(|error| {
            // Patterns are often written for another engine; whatever else is said can be checked all the same.
            let is_changed = drop_unreadable_patterns(&mut root);
            if is_changed { build(&root) } else { Err(error) }
        })
    }

    /// The named schemas to which a schema leads.
    fn reachable(&self, schema: &Value) -> Map<String, Value> {
        let mut found = Map::new();
        let mut pending = vec![schema];
        while let Some(value) = pending.pop() {
            match value {
                Value::Object(members) => {
                    if let Some(name) = reference(value)
                        && !found.contains_key(name)
                        && let Some(target) = self.named.get(name)
                    {
                        found.insert(name.to_owned(), target.clone());
                        pending.push(target);
                    }
                    pending.extend(members.values());
                }
                Value::Array(items) => pending.extend(items),
                _ => {}
            }
        }
        found.into_iter().map(|(name, schema)| (pointer::unescape(&name).into_owned(), schema)).collect()
    }
}

fn build(schema: &Value) -> Result<Validator, String> {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .build(schema)
        .map_err(|error| error.to_string())
}

/// Takes away the patterns that are no regular expressions for the validator; whether there were any.
fn drop_unreadable_patterns(value: &mut Value) -> bool {
    match value {
        Value::Object(members) => {
            let is_unreadable =
                members.get("pattern").is_some_and(|it| it.is_string() && build(&json!({ "pattern": it })).is_err());
            if is_unreadable {
                members.shift_remove("pattern");
            }
            members.values_mut().fold(is_unreadable, |changed, inner| drop_unreadable_patterns(inner) | changed)
        }
        Value::Array(items) => items.iter_mut().fold(false, |changed, inner| drop_unreadable_patterns(inner) | changed),
        _ => false,
    }
}

/// Writes references as URLs, as the validator wants them: names may hold spaces.
fn encode_references(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get_mut("$ref")
                && let Some(name) = target.strip_prefix(NAMED)
            {
                *target = format!("{NAMED}{}", utf8_percent_encode(name, UNSAFE));
            }
            members.values_mut().for_each(encode_references);
        }
        Value::Array(items) => items.iter_mut().for_each(encode_references),
        _ => {}
    }
}

/// All but what may stand in a fragment everywhere, and the tilde by which names are escaped.
const UNSAFE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A name as references have it.
fn escaped(name: &str) -> String {
    pointer::join("", name).split_off(1)
}

/// Whether values of the schema are objects, and can't be meant by a text.
pub(crate) fn is_object(schema: &Value, schemas: &Schemas) -> bool {
    schemas.allows(schema, "object") && !schemas.allows(schema, "string")
}

/// The name of the schema that a reference leads to.
pub(crate) fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(NAMED)
}

fn nullable(mut members: Map<String, Value>) -> Value {
    if let Some(Value::Array(values)) = members.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    match members.get_mut("type") {
        Some(of) if of.is_string() => {
            *of = json!([of.clone(), "null"]);
            Value::Object(members)
        }
        _ => {
            // What is said about the value stays where it can be seen.
            let told = ["description", "example", "default", "readOnly", "writeOnly"];
            let mut out: Map<String, Value> = told.iter().filter_map(|name| members.remove_entry(*name)).collect();
            out.insert("anyOf".to_owned(), json!([members, { "type": "null" }]));
            Value::Object(out)
        }
    }
}

/// All that is wrong with a value. Values are not repeated, since they may be personal.
pub(crate) fn faults(validator: &Validator, value: &Value) -> Vec<Fault> {
    validator.iter_errors(value).flat_map(|error| explain(&error)).collect()
}

/// An error of the validator in words, at the place where something has to be changed.
fn explain(error: &ValidationError<'_>) -> Vec<Fault> {
    let mut at = error.instance_path().to_string();
    let detail = match error.kind() {
        ValidationErrorKind::Required { property } => {
            pointer::push(&mut at, property.as_str().unwrap_or_default());
            "is required".to_owned()
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => match unexpected.as_slice() {
            [only] => {
                pointer::push(&mut at, only);
                "is not a member of this object".to_owned()
            }
            several => format!("has members that are not known: {}", several.join(", ")),
        },
        ValidationErrorKind::Enum { options } => format!("must be one of {options}"),
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            // Who gives an object where null or an object may stand wants to know about the object, and who says of
            // which kind it is, about that kind.
            let is_other_type = |inner: &&ValidationError<'static>| {
                matches!(inner.kind(), ValidationErrorKind::Type { .. }) && inner.instance_path().to_string() == at
            };
            let is_other_kind = |inner: &&ValidationError<'static>| {
                let place = inner.instance_path().to_string();
                matches!(inner.kind(), ValidationErrorKind::Enum { .. } | ValidationErrorKind::Constant { .. })
                    && pointer::split_last(&place).is_some_and(|(around, _)| around == at)
            };
            let mut likely: Vec<_> =
                context.iter().filter(|errors| !errors.iter().any(|it| is_other_type(&it))).collect();
            if likely.len() > 1 {
                likely.retain(|errors| !errors.iter().any(|it| is_other_kind(&it)));
            }
            if let [only] = likely.as_slice() {
                return only.iter().flat_map(explain).collect();
            }
            let gravest = |errors: &Vec<ValidationError<'static>>| {
                let error = errors.iter().find(is_other_kind).or(errors.first())?;
                Some(explain(error).into_iter().next()?.within(&at))
            };
            let reasons: Vec<String> = context.iter().filter_map(gravest).collect();
            format!("fits none of the alternatives: {}", reasons.join("; "))
        }
        _ => error.masked_with("").to_string().trim().to_owned(),
    };
    vec![Fault { pointer: at, detail }]
}

impl Fault {
    /// The fault as part of a sentence about what stands at `outer`.
    fn within(self, outer: &str) -> String {
        match self.pointer.strip_prefix(outer) {
            Some("") => self.detail,
            Some(inner) => format!("{inner} {}", self.detail),
            None => format!("{} {}", self.pointer, self.detail),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn schemas(direction: Direction) -> Schemas {
        let document = json!({"components": {"schemas": {
            "Order": {
                "type": "object",
                "required": ["id", "secret", "size"],
                "properties": {
                    "id": {"type": "string", "readOnly": true},
                    "secret": {"type": "string", "writeOnly": true},
                    "size": {"type": "integer", "minimum": 1, "exclusiveMinimum": true, "maximum": 9},
                    "kind": {"type": "string", "enum": ["a", "b"], "nullable": true},
                    "next": {"nullable": true, "allOf": [{"$ref": "#/components/schemas/Order"}]},
                },
            },
        }}});
        Schemas::new(&document, direction)
    }

    fn check(direction: Direction, value: &Value) -> Vec<String> {
        let schemas = schemas(direction);
        let validator = schemas.validator(&json!({"$ref": "#/components/schemas/Order"})).unwrap();
        faults(&validator, value).into_iter().map(|fault| format!("{} {}", fault.pointer, fault.detail)).collect()
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        let table = [
            (json!({"secret": "s", "size": 2, "kind": null, "next": null}), vec![]),
            (json!({"secret": "s"}), vec!["/size is required"]),
            (json!({"secret": "s", "size": 1}), vec!["/size is less than or equal to the minimum of 1"]),
            (json!({"secret": "s", "size": 2, "kind": "c"}), vec![r#"/kind must be one of ["a","b",null]"#]),
            (json!({"secret": "s", "size": 2, "next": {"size": 2}}), vec!["/next/secret is required"]),
            (
                json!({"secret": "s", "size": 2, "next": 1}),
                vec![r#"/next fits none of the alternatives: is not of type "object"; is not of type "null""#],
            ),
        ];
        for (value, expected) in table {
            assert_eq!(check(Direction::Request, &value), expected, "{value}");
        }
    }

    #[test]
    fn what_is_misspelt_is_found() {
        let schemas = schemas(Direction::Request);
        let value = json!({"sise": 2, "next": {"colour": "red", "kind": "a"}});
        let found = schemas.strangers(&json!({"$ref": "#/components/schemas/Order"}), &value);
        let found: Vec<String> = found.into_iter().map(|fault| format!("{} {}", fault.pointer, fault.detail)).collect();
        assert_eq!(
            found,
            ["/sise is not known to the document; did you mean `size`?", "/next/colour is not known to the document"]
        );
        assert_eq!(schemas.strangers(&json!({"type": "object"}), &value), []);
    }

    #[test]
    fn a_tag_decides() {
        let kind = |member: &str| {
            json!({"type": "object", "required": ["kind", member], "properties": {
                "kind": {"type": "string"}, member: {"type": "number"},
            }})
        };
        let mut square = kind("side");
        square["properties"]["kind"]["enum"] = json!(["square"]);
        let alternatives = ["Circle", "Square", "Dot"].map(|name| json!({ "$ref": format!("{NAMED}{name}") }));
        let document = json!({"components": {"schemas": {
            "Circle": kind("r"),
            "Square": square,
            "Dot": kind("x"),
            "Shape": {
                "oneOf": alternatives,
                "discriminator": {"propertyName": "kind", "mapping": {"round": format!("{NAMED}Circle"), "sq": "Square"}},
            },
        }}});
        let schemas = Schemas::new(&document, Direction::Request);
        let validator = schemas.validator(&json!({"$ref": format!("{NAMED}Shape")})).unwrap();
        let table = [
            (json!({"kind": "round", "r": 1}), ""),
            (json!({"kind": "Dot", "x": 1}), ""),
            // The schema of the alternative says otherwise than the mapping.
            (json!({"kind": "square", "side": 1}), ""),
            (json!({"kind": "round", "side": 1}), "/r is required"),
            (
                json!({"kind": "lizard", "r": 1}),
                r#" fits none of the alternatives: /kind must be one of ["round"]; /kind must be one of ["square"]; /kind must be one of ["Dot"]"#,
            ),
        ];
        for (value, expected) in table {
            let found =
                faults(&validator, &value).into_iter().map(|fault| format!("{} {}", fault.pointer, fault.detail));
            assert_eq!(found.collect::<Vec<_>>().join("; "), expected, "{value}");
        }
    }

    #[test]
    fn what_goes_one_way_is_required_one_way() {
        assert_eq!(check(Direction::Request, &json!({"size": 2})), ["/secret is required"]);
        assert_eq!(check(Direction::Response, &json!({"size": 2})), ["/id is required"]);
    }
}
