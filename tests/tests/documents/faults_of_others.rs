//! What published generators have been seen to get wrong in well-known documents. Here it is right.

use codegen::model::{Api, Type, TypeDef, TypeKind};
use serde_json::{Value, json};

use crate::round_trip::Program;
use crate::table::{self, Case};

fn case() -> (Case, Api) {
    let case = table::cases(&["constructs"]).into_iter().find(|case| case.name == "faults-of-others").unwrap();
    let (loaded, api) = case.model();
    (case, api.unwrap_or_else(|| panic!("{}", table::rendered(&loaded))))
}

fn def<'a>(api: &'a Api, name: &str) -> &'a TypeDef {
    api.types.iter().find(|def| def.name == name).unwrap_or_else(|| panic!("no type `{name}`"))
}

/// What a type makes of a value that it keeps as it is.
fn shown(ty: &str, value: &Value) -> String {
    let kept = Program::start().ask(&case().0, ty, value).unwrap();
    assert_eq!(kept.value, *value);
    kept.shown
}

/// `anyOf: [X, null]` flattened into a struct of nothing made a list fail as soon as one order had a sub-request.
#[test]
#[ignore = "takes minutes: builds crates"]
fn any_of_with_null_keeps_a_populated_field() {
    let orders = json!({ "data": [{ "id": "1", "sub_request": { "port_request_id": "2" } }] });
    let text = shown("Orders", &orders);
    assert!(text.contains(r#"sub_request: SubRequest { port_request_id: "2" }"#), "{text}");
    let none = json!({ "data": [{ "id": "1", "sub_request": null }] });
    let kept = Program::start().ask(&case().0, "Orders", &none).unwrap();
    assert_eq!(kept.value, json!({ "data": [{ "id": "1" }] }), "null and absent are one in a response");
}

/// Of several mappings to one schema only the first was kept.
#[test]
#[ignore = "takes minutes: builds crates"]
fn every_discriminator_mapping_leads_to_a_variant() {
    for (kind, variant) in [("cat", "Cat(Cat {"), ("kitten", "Kitten(Cat {"), ("dog", "Dog(Dog {")] {
        let text = shown("Pet", &json!({ "kind": kind }));
        assert!(text.starts_with(variant), "{kind}: {text}");
    }
}

/// Under the rules of YAML 1.1 the key `y` is true, `n` false.
#[test]
fn keys_that_look_like_booleans_are_names() {
    let (_, api) = case();
    let point = def(&api, "Point");
    let TypeKind::Struct(object) = &point.kind else { panic!("{point:?}") };
    let wires: Vec<&str> = object.fields.iter().map(|field| field.wire.as_str()).collect();
    assert_eq!(wires, ["x", "y", "n", "on"]);
    assert_eq!(point.example, Some(json!({ "x": 1.5, "y": 2.5, "n": 3, "on": true })));
}

/// An enum of symbols had variants without names, or made the generator panic.
#[test]
fn an_enum_of_operators_has_a_name_for_each() {
    let (_, api) = case();
    let TypeKind::StringEnum(variants) = &def(&api, "Operator").kind else { panic!("no enum") };
    let named: Vec<(&str, &str)> =
        variants.iter().map(|variant| (variant.name.as_str(), variant.value.as_str())).collect();
    assert_eq!(named, [("Plus", "+"), ("Minus", "-"), ("Asterisk", "*"), ("Slash", "/"), ("Percent", "%")]);
}

/// `type DateTime = DateTime;`: a schema named as the type that it becomes.
#[test]
fn a_schema_may_be_called_what_its_type_is_called() {
    let (_, api) = case();
    for (name, ty) in [("DateTime", Type::Timestamp), ("DateModel", Type::Date), ("StringModel", Type::String)] {
        assert!(matches!(&def(&api, name).kind, TypeKind::Alias(target) if *target == ty), "{name}");
    }
    assert_eq!(api.resolve(&Type::Named(id(&api, "TimestampModel"))), &Type::Timestamp);
}

/// And at work those types keep what they are given.
#[test]
#[ignore = "takes minutes: builds crates"]
fn odd_names_keep_their_values() {
    shown("Point", &json!({ "x": 1.5, "y": 2.5, "n": 3, "on": true }));
    for operator in ["+", "-", "*", "/", "%"] {
        assert_eq!(shown("Operator", &json!(operator)), format!("{operator:?}"));
    }
    shown("DateTime", &json!("2024-05-01T08:30:00.5+02:00"));
    shown("DateModel", &json!("2024-05-01"));
}

fn id(api: &Api, name: &str) -> codegen::model::TypeId {
    codegen::model::TypeId(api.types.iter().position(|def| def.name == name).unwrap())
}

/// Of two operations with one id the second was lost, or the crate did not compile.
#[test]
fn two_operations_with_one_id_are_two_methods() {
    let (_, api) = case();
    let saved = api.methods().into_iter().filter(|(_, method)| method.operation_id == "saveOrder");
    let mut paths: Vec<&str> = saved.map(|(_, method)| method.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["/orders", "/orders/{id}"]);
}

/// What the API calls at its users' is nothing that its users can call.
#[test]
fn webhooks_are_no_methods() {
    let (_, api) = case();
    assert_eq!(api.methods().len(), 3);
    assert!(api.methods().iter().all(|(_, method)| method.operation_id != "orderChanged"));
}
