//! Our documents: every schema has an example value, it fits, the generated types keep all of it, and the skill documents
//! tell all of it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod skills;

use std::collections::BTreeMap;
use std::path::Path;

use proptest::test_runner::{TestCaseError, TestError};
use serde_json::{Map, Value, json};
use tests::generated::driver;
use tests::values::{self, Direction, Documents};

const FILES: [&str; 4] = ["common.yaml", "numbers-config.yaml", "porting-in.yaml", "porting-out.yaml"];

/// The documents by file name, with every reference made absolute: `porting-in.yaml#/components/schemas/X`.
fn documents() -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs");
    FILES
        .iter()
        .map(|name| {
            let text = std::fs::read_to_string(folder.join(name)).unwrap();
            let mut value: Value = serde_yaml::from_str(&text).unwrap();
            absolute(&mut value, name);
            ((*name).to_owned(), value)
        })
        .collect()
}

fn absolute(value: &mut Value, file: &str) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref")
                && reference.starts_with('#')
            {
                reference.insert_str(0, file);
            }
            members.values_mut().for_each(|value| absolute(value, file));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| absolute(value, file)),
        _ => {}
    }
}

/// The example of a schema: its own, or one composed of its members'.
fn example(documents: &BTreeMap<String, Value>, schema: &Value) -> Option<Value> {
    if let Some(own) = schema.get("examples").and_then(|examples| examples.get(0)) {
        return Some(own.clone());
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let (file, pointer) = reference.split_once('#')?;
        return example(documents, documents.get(file)?.pointer(pointer)?);
    }
    for keyword in ["oneOf", "anyOf"] {
        if let Some(members) = schema.get(keyword).and_then(Value::as_array) {
            return members.iter().find_map(|member| example(documents, member));
        }
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let mut whole = Map::new();
        for (name, property) in properties {
            whole.insert(name.clone(), example(documents, property)?);
        }
        return Some(Value::Object(whole));
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("array") => Some(json!([example(documents, schema.get("items")?)?])),
        Some("null") => Some(Value::Null),
        // A free object says nothing about its members.
        Some("object") => Some(json!({})),
        _ => schema.get("enum").and_then(|values| values.get(0)).cloned(),
    }
}

/// Makes every reference to a schema one to its definition.
fn local(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref")
                && let Some((_, name)) = reference.split_once("#/components/schemas/")
            {
                *reference = format!("#/$defs/{name}");
            }
            members.values_mut().for_each(local);
        }
        Value::Array(items) => items.iter_mut().for_each(local),
        _ => {}
    }
}

/// Names and schemas of all documents.
fn schemas(documents: &BTreeMap<String, Value>) -> Vec<(String, &str, &Value)> {
    documents
        .iter()
        .flat_map(|(file, document)| {
            let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
            schemas.into_iter().flatten().map(move |(name, schema)| (name.clone(), file.as_str(), schema))
        })
        .collect()
}

#[test]
fn every_schema_has_an_example_that_fits() {
    let documents = documents();
    // Names are unique over all documents, so one document can hold them all.
    let mut definitions: Value =
        schemas(&documents).into_iter().map(|(name, _, schema)| (name, schema.clone())).collect();
    local(&mut definitions);
    let mut wrong = Vec::new();
    for (name, file, schema) in schemas(&documents) {
        let Some(value) = example(&documents, schema) else {
            wrong.push(format!("{file} {name}: no example"));
            continue;
        };
        let schema = json!({ "$defs": definitions, "$ref": format!("#/$defs/{name}") });
        let validator = jsonschema::draft202012::new(&schema).unwrap_or_else(|error| panic!("{file} {name}: {error}"));
        // The three port-out events share one list of tags, so that several fit; the tag decides, not `oneOf`.
        let events = ["PortoutEvent"].contains(&name.as_str());
        for error in validator.iter_errors(&value) {
            if !(events && error.to_string().contains("oneOf")) {
                wrong.push(format!("{file} {name}: {error} at {}", error.instance_path()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Decoding and encoding an example gives the same JSON: no member is lost, none is added.
#[test]
fn types_keep_their_examples() {
    let documents = documents();
    let by_name: BTreeMap<String, &Value> =
        schemas(&documents).into_iter().map(|(name, _, schema)| (name, schema)).collect();
    let mut wrong = Vec::new();
    for (rust, schema, _) in driver::TYPES {
        let value = example(&documents, by_name[*schema]).unwrap();
        match driver::round_trip(rust, &value) {
            Ok(back) => {
                let (mut given, kept) = (without_nulls(value), without_nulls(back));
                // The type of a request does not have what only responses do.
                if let (Some(given), Some(properties)) = (given.as_object_mut(), by_name[*schema].get("properties")) {
                    given.retain(|name, _| {
                        kept.get(name).is_some() || properties[name].get("readOnly") != Some(&Value::Bool(true))
                    });
                }
                if given != kept {
                    wrong.push(format!("{rust}:\n  given {given}\n  kept  {kept}"));
                }
            }
            Err(error) => wrong.push(format!("{rust}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(driver::TYPES.len() > 200);
}

/// The same for random values of each schema, small ones first.
#[test]
fn types_keep_random_values() {
    let documents = documents();
    let files: BTreeMap<String, String> =
        schemas(&documents).into_iter().map(|(name, file, _)| (name, file.to_owned())).collect();
    let documents = Documents(documents);
    let mut wrong = Vec::new();
    for (rust, schema, request) in driver::TYPES {
        let direction = if *request { Direction::Request } else { Direction::Response };
        let pointer = format!("/components/schemas/{schema}");
        let Some(values) = documents.values(&files[*schema], &pointer, direction) else {
            wrong.push(format!("{rust}: no value fits"));
            continue;
        };
        let outcome = values::runner(24).run(&values, |value| match driver::round_trip(rust, &value) {
            Ok(back) if values::same(&value, &back, direction) => Ok(()),
            Ok(back) => Err(TestCaseError::fail(format!("given {value}\n  kept  {back}"))),
            Err(error) => Err(TestCaseError::fail(error.to_string())),
        });
        if let Err(TestError::Fail(reason, _)) = outcome {
            wrong.push(format!("{rust}: {reason}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// In a response, null and absent are the same.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
