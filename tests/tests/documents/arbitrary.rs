//! Documents that nobody has thought of: whatever they hold, generation gives the same every time, what it gives is
//! Rust, and there is never a panic. `PROPTEST_CASES=10000` looks further.

use std::cell::Cell;

use codegen::diagnostic::Diagnostics;
use codegen::emit::{EmitOptions, File};
use codegen::generate::{self, Loaded};
use codegen::source::Sources;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any};
use proptest::sample::select;
use proptest::strategy::Union;
use proptest::test_runner::{TestCaseError, TestError};
use serde_json::{Map, Value, json};
use tests::values;

use crate::table;

const CASES: u32 = 64;

#[test]
fn any_document_has_source_or_a_reason_why_not() {
    let (tried, modelled) = (Cell::new(0), Cell::new(0));
    let outcome = values::runner(CASES).run(&document(), |document| {
        let text = serde_json::to_string_pretty(&document).unwrap();
        let fail = |what: String| TestCaseError::fail(format!("{what}\n{text}"));
        let files = std::panic::catch_unwind(|| generated(&text)).map_err(|_| fail("panicked".to_owned()))?;
        if files.as_ref().map(|files| texts(files)) != generated(&text).as_ref().map(|files| texts(files)) {
            return Err(fail("another source the second time".to_owned()));
        }
        for file in files.iter().flatten() {
            let is_rust = file.path.extension().is_some_and(|ending| ending == "rs");
            if let Some(error) = is_rust.then(|| syn::parse_file(&file.text).err()).flatten() {
                return Err(fail(format!("{} is not Rust: {error}\n{}", file.path.display(), file.text)));
            }
        }
        tried.set(tried.get() + 1);
        modelled.set(modelled.get() + usize::from(files.is_some()));
        Ok(())
    });
    if let Err(TestError::Fail(reason, _)) = outcome {
        panic!("{reason}");
    }
    // Documents without a model show nothing about the later passes.
    assert!(modelled.get() * 4 > tried.get(), "only {} of {} documents had a model", modelled.get(), tried.get());
}

fn texts(files: &[File]) -> Vec<(&std::path::Path, &str)> {
    files.iter().map(|file| (file.path.as_path(), file.text.as_str())).collect()
}

/// The source of a document; `None` if it has a mistake, which is told.
fn generated(text: &str) -> Option<Vec<File>> {
    let mut diagnostics = Diagnostics::new();
    let sources = Sources::from_texts(&[("arbitrary.json", text)], &mut diagnostics);
    let mut loaded = Loaded { sources, diagnostics, ..Loaded::default() };
    let api = generate::model(&mut loaded);
    let told = table::rendered(&loaded);
    let Some(api) = api else {
        assert!(loaded.diagnostics.has_errors() && told.contains("error["), "no model and no reason");
        return None;
    };
    let options = EmitOptions { crate_name: "arbitrary".to_owned(), command: "test".to_owned() };
    let mut files = generate::source(&api, &options).unwrap();
    files.push(codegen::emit::emit_driver(&api, &options).unwrap());
    Some(files)
}

/// Names, most of them such as no person would choose.
const NAMES: &[&str] = &[
    "id",
    "name",
    "data",
    "type",
    "self",
    "Self",
    "crate",
    "Option",
    "Vec",
    "String",
    "Result",
    "S0",
    "S1",
    "s0",
    "a-b",
    "a_b",
    "aB",
    "",
    " ",
    "0",
    "+",
    "-",
    "/",
    "~",
    "%",
    "{}",
    "\"#",
    "*/",
    "\\",
    "\n",
    "é",
    "名前",
    "\u{1f600}",
    "\u{202e}",
    "build",
    "new",
    "fields",
    "types",
    "value",
    "body",
    "send",
    "items",
    "additional_properties",
    "unknown",
];

fn name() -> BoxedStrategy<String> {
    Union::new_weighted(vec![
        (6, select(NAMES).prop_map(str::to_owned).boxed()),
        (2, "[a-c]{1,3}".prop_map(|name| name).boxed()),
        (1, any::<String>().prop_map(|name| name.chars().take(12).collect()).boxed()),
    ])
    .boxed()
}

/// What a reference may name: schemas that are there, one that is not, and other places.
fn reference() -> BoxedStrategy<Value> {
    const PLACES: &[&str] = &[
        "#/components/schemas/S0",
        "#/components/schemas/S1",
        "#/components/schemas/S2",
        "#/components/schemas/S3",
        "#/components/schemas/S1/properties/id",
        "#/components/schemas/S2/items",
        "#/components/schemas/S3/oneOf/0",
        "#/components/schemas/Nowhere",
        "#/paths/~1a/get/responses/200/content/application~1json/schema",
    ];
    // Most lead somewhere, or hardly a document would have a model.
    Union::new_weighted(vec![(20, select(&PLACES[..4]).boxed()), (1, select(PLACES).boxed())])
        .prop_map(|place| json!({ "$ref": place }))
        .boxed()
}

fn scalar() -> BoxedStrategy<Value> {
    Union::new([
        Just(Value::Null).boxed(),
        any::<bool>().prop_map(Value::from).boxed(),
        any::<i64>().prop_map(Value::from).boxed(),
        any::<u64>().prop_map(Value::from).boxed(),
        any::<f64>().prop_filter("a number of JSON", |number| number.is_finite()).prop_map(Value::from).boxed(),
        name().prop_map(Value::from).boxed(),
    ])
    .boxed()
}

fn plain_schema() -> BoxedStrategy<Value> {
    const KINDS: &[&str] = &["string", "integer", "number", "boolean", "object", "array", "null"];
    const FORMATS: &[&str] = &["date-time", "date", "int32", "int64", "uint64", "float", "byte", "binary", "uuid", "x"];
    let kind = select(KINDS);
    Union::new([
        kind.clone().prop_map(|kind| json!({ "type": kind })).boxed(),
        (kind.clone(), select(FORMATS)).prop_map(|(kind, format)| json!({ "type": kind, "format": format })).boxed(),
        (kind, vec(scalar(), 0..5)).prop_map(|(kind, values)| json!({ "type": kind, "enum": values })).boxed(),
        vec(scalar(), 0..4).prop_map(|values| json!({ "enum": values })).boxed(),
        vec(select(KINDS), 0..4).prop_map(|kinds| json!({ "type": kinds })).boxed(),
        scalar().prop_map(|value| json!({ "const": value })).boxed(),
        (any::<i64>(), any::<u64>())
            .prop_map(|(low, high)| json!({ "type": "integer", "minimum": low, "maximum": high }))
            .boxed(),
        any::<bool>().prop_map(Value::from).boxed(),
        reference(),
        reference(),
    ])
    .boxed()
}

fn object(inner: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let members = vec((name(), inner.clone()), 0..5);
    let flag = any::<bool>().prop_map(Value::from);
    let more = Union::new([
        (Just("additionalProperties"), Union::new([inner.clone(), flag.clone().boxed()])).boxed(),
        (Just("patternProperties"), inner.clone()).boxed(),
        (Just("discriminator"), inner).boxed(),
        (Just("nullable"), flag).boxed(),
        (Just("description"), name().prop_map(Value::from)).boxed(),
        (Just("default"), scalar()).boxed(),
    ]);
    let more = option::of(more);
    (members, vec(name(), 0..3), more)
        .prop_map(|(members, required, more)| {
            let mut required: Vec<Value> = required.into_iter().map(Value::from).collect();
            required.extend(members.first().map(|(name, _)| Value::from(name.as_str())));
            let members: Map<String, Value> = members.into_iter().collect();
            let mut schema = json!({ "type": "object", "required": required, "properties": members });
            if let Some((keyword, value)) = more {
                schema[keyword] = match keyword {
                    "patternProperties" => json!({ "^x-": value }),
                    "discriminator" => json!({ "propertyName": "type", "mapping": { "a": "S0", "b": "S1" } }),
                    _ => value,
                };
            }
            schema
        })
        .boxed()
}

fn schema() -> BoxedStrategy<Value> {
    plain_schema()
        .prop_recursive(4, 24, 4, |inner| {
            let lists = select(vec!["allOf", "oneOf", "anyOf", "prefixItems"]);
            Union::new([
                object(inner.clone().boxed()),
                object(inner.clone().boxed()),
                inner.clone().prop_map(|items| json!({ "type": "array", "items": items })).boxed(),
                inner.clone().prop_map(|values| json!({ "type": "object", "additionalProperties": values })).boxed(),
                inner.clone().prop_map(|not| json!({ "not": not })).boxed(),
                (lists, vec(inner.clone(), 0..4)).prop_map(|(list, schemas)| json!({ list: schemas })).boxed(),
                (object(inner.clone().boxed()), vec(inner.clone(), 1..3))
                    .prop_map(|(mut schema, alternatives)| {
                        schema["oneOf"] = Value::Array(alternatives);
                        schema
                    })
                    .boxed(),
                wrong(inner.boxed()),
            ])
        })
        .boxed()
}

/// What no schema should hold, though not so often that nothing else is seen.
fn wrong(inner: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    const KEYWORDS: &[&str] =
        &["items", "properties", "required", "allOf", "type", "enum", "title", "minimum", "format"];
    let keyword = Union::new_weighted(vec![(1, select(KEYWORDS).boxed()), (12, Just("x-note").boxed())]);
    (inner, keyword, scalar())
        .prop_map(|(mut schema, keyword, value)| {
            if let Value::Object(members) = &mut schema {
                members.insert(keyword.to_owned(), value);
            }
            schema
        })
        .boxed()
}

fn parameter() -> BoxedStrategy<Value> {
    const PLACES: &[(&str, &str)] = &[
        ("query", "form"),
        ("query", "spaceDelimited"),
        ("query", "pipeDelimited"),
        ("query", "deepObject"),
        ("header", "simple"),
        ("cookie", "form"),
    ];
    (name(), select(PLACES), any::<bool>(), any::<bool>(), schema())
        .prop_map(|(name, (place, style), required, explode, schema)| {
            json!({ "name": name, "in": place, "style": style, "required": required, "explode": explode, "schema": schema })
        })
        .boxed()
}

fn content() -> BoxedStrategy<Value> {
    const MEDIA: &[&str] = &[
        "application/json",
        "application/problem+json",
        "text/plain",
        "text/csv",
        "application/octet-stream",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
        "text/event-stream",
        "*/*",
        "x",
    ];
    let kinds = Union::new_weighted(vec![(3, Just("application/json").boxed()), (1, select(MEDIA).boxed())]);
    vec((kinds, schema()), 0..3)
        .prop_map(|kinds| {
            let content: Map<String, Value> =
                kinds.into_iter().map(|(media, schema)| (media.to_owned(), json!({ "schema": schema }))).collect();
            Value::Object(content)
        })
        .boxed()
}

fn operation() -> BoxedStrategy<Value> {
    const STATUSES: &[&str] = &["200", "201", "204", "2XX", "400", "404", "default"];
    let responses = vec((select(STATUSES), content()), 0..3);
    (option::of(name()), vec(name(), 0..2), vec(parameter(), 0..4), option::of(content()), responses)
        .prop_map(|(id, tags, parameters, body, responses)| {
            let responses: Map<String, Value> = responses
                .into_iter()
                .map(|(status, content)| (status.to_owned(), json!({ "description": "It.", "content": content })))
                .collect();
            let mut operation = json!({ "tags": tags, "parameters": parameters, "responses": responses });
            if let Some(id) = id {
                operation["operationId"] = id.into();
            }
            if let Some(content) = body {
                operation["requestBody"] = json!({ "required": true, "content": content });
            }
            operation
        })
        .boxed()
}

fn document() -> BoxedStrategy<Value> {
    const PATHS: &[&str] =
        &["/a", "/a/{id}", "/a/{id}/actions/{self}", "/a-b", "/a_b", "/{id}", "/", "/type/new", "/{id"];
    const METHODS: &[&str] = &["get", "post", "put", "patch", "delete"];
    let operations = vec((select(PATHS), select(METHODS), operation()), 0..5);
    let schemas = (vec(schema(), 4), vec((name(), schema()), 0..4));
    (select(vec!["3.0.3", "3.1.0"]), name(), operations, schemas)
        .prop_map(|(version, title, operations, (numbered, named))| {
            let mut paths = Map::new();
            for (path, method, operation) in operations {
                paths.entry(path).or_insert_with(|| json!({}))[method] = operation;
            }
            let mut schemas: Map<String, Value> = named.into_iter().collect();
            schemas.extend(numbered.into_iter().enumerate().map(|(index, schema)| (format!("S{index}"), schema)));
            let info = json!({ "title": title, "version": "1" });
            json!({ "openapi": version, "info": info, "paths": paths, "components": { "schemas": schemas } })
        })
        .boxed()
}
