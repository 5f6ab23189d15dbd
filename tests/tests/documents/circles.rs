//! Documents that go round in circles come to an end, with a crate or with reasons why there is none.

use std::fs;
use std::path::PathBuf;

use codegen::generate;
use codegen::model::Api;
use tempfile::TempDir;

use crate::table;

/// The names of the types that some files become, of which the first is the document.
fn types_of(files: &[(&str, &str)]) -> Result<Vec<String>, String> {
    let folder = TempDir::new().unwrap();
    let mut paths: Vec<PathBuf> = Vec::new();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        paths.push(path);
    }
    let mut loaded = generate::load(&paths[..1], None);
    let api = generate::model(&mut loaded);
    names(api).ok_or_else(|| table::rendered(&loaded))
}

fn names(api: Option<Api>) -> Option<Vec<String>> {
    Some(api?.types.into_iter().map(|def| def.name).collect())
}

const HEAD: &str = "openapi: 3.1.0\ninfo: {title: Circles, version: '1'}\n";

/// `GET /orders`, whose answer is the schema that `reference` leads to.
fn document(reference: &str) -> String {
    format!(
        "{HEAD}paths:\n  /orders:\n    get:\n      operationId: listOrders\n      responses:\n        '200':\n          \
         description: The orders.\n          content: {{application/json: {{schema: {{$ref: '{reference}'}}}}}}\n"
    )
}

#[test]
fn types_may_hold_each_other_across_files() {
    let order = "Order:\n  type: object\n  properties:\n    parent: {$ref: 'customer.yaml#/Customer'}\n";
    let customer = "Customer:\n  type: object\n  properties:\n    orders: {type: array, items: {$ref: 'order.yaml#/Order'}}\n    \
         referrer: {$ref: '#/Customer'}\n";
    let files = [
        ("api.yaml", document("order.yaml#/Order")),
        ("order.yaml", order.to_owned()),
        ("customer.yaml", customer.to_owned()),
    ];
    let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
    assert_eq!(types_of(&files), Ok(vec!["Order".to_owned(), "Customer".to_owned()]));
}

#[test]
fn files_may_refer_to_the_document_that_refers_to_them() {
    let api = format!(
        "{}components:\n  schemas:\n    Order: {{type: object, properties: {{next: {{$ref: 'other.yaml#/Next'}}}}}}\n",
        document("#/components/schemas/Order")
    );
    let other = "Next: {$ref: 'api.yaml#/components/schemas/Order'}\n";
    let types = types_of(&[("api.yaml", &api), ("other.yaml", other)]).unwrap();
    assert!(types.contains(&"Order".to_owned()), "{types:?}");
}

#[test]
fn names_that_stand_for_nothing_but_each_other_are_an_error() {
    let one = "A: {$ref: 'two.yaml#/B'}\n";
    let two = "B: {$ref: 'one.yaml#/A'}\n";
    let said = types_of(&[("api.yaml", &document("one.yaml#/A")), ("one.yaml", one), ("two.yaml", two)]).unwrap_err();
    assert!(said.contains("error[circular-ref]: `two.yaml#/B` leads back to itself"), "{said}");
}

/// What is an error wherever it closes a circle over two files: the document refers to `one.yaml`, that to `two.yaml`, and
/// that back again.
#[test]
fn what_stands_for_nothing_but_itself_is_an_error() {
    let answer = "responses: {'200': {description: The orders.}}";
    let operations = [
        ("path items", "/orders: {$ref: 'one.yaml#/it'}".to_owned()),
        ("parameters", format!("/orders: {{get: {{parameters: [{{$ref: 'one.yaml#/it'}}], {answer}}}}}")),
        ("parameters of paths", format!("/orders: {{parameters: [{{$ref: 'one.yaml#/it'}}], get: {{{answer}}}}}")),
        ("bodies", format!("/orders: {{post: {{requestBody: {{$ref: 'one.yaml#/it'}}, {answer}}}}}")),
        ("responses", "/orders: {get: {responses: {'200': {$ref: 'one.yaml#/it'}}}}".to_owned()),
        (
            "headers",
            "/orders: {get: {responses: {'200': {description: It., headers: {X-It: {$ref: 'one.yaml#/it'}}}}}}"
                .to_owned(),
        ),
        ("callbacks", format!("/orders: {{post: {{callbacks: {{it: {{$ref: 'one.yaml#/it'}}}}, {answer}}}}}")),
    ];
    for (what, operation) in operations {
        let api = format!("{HEAD}paths:\n  {operation}\n");
        let (one, two) = ("it: {$ref: 'two.yaml#/it'}\n", "it: {$ref: 'one.yaml#/it'}\n");
        let said = types_of(&[("api.yaml", &api), ("one.yaml", one), ("two.yaml", two)]).unwrap_err();
        assert!(said.contains("error[circular-ref]") && said.contains("api.yaml:4:"), "{what}: {said}");
    }
}

/// Another file's path that leads back to the document's own.
#[test]
fn paths_that_stand_for_each_other_are_an_error() {
    let api = format!("{HEAD}paths:\n  /orders: {{$ref: 'paths.yaml#/orders'}}\n");
    let paths = "orders: {$ref: 'api.yaml#/paths/~1orders'}\n";
    let said = types_of(&[("api.yaml", &api), ("paths.yaml", paths)]).unwrap_err();
    assert!(said.contains("error[circular-ref]") && said.contains(".yaml:"), "{said}");
}
