//! What prose says of other operations.
//!
//! Documents name an operation by its request, `` `POST /orders` ``, which a user of the crate would first have to look
//! up. The call of that operation takes its place.

use std::collections::HashMap;

use crate::model::{Api, Method, Output, Resource, Struct, TypeDef, TypeKind, Union};

/// Puts calls in place of requests, wherever a text of the model mentions one.
pub(crate) fn name_calls(api: &mut Api) {
    let mut calls = HashMap::new();
    for (resource, method) in api.methods() {
        let request = format!("{} {}", method.http.as_str(), method.path);
        // The first of several that differ in the media type of the body.
        calls.entry(request).or_insert_with(|| call(resource, method));
    }
    for resource in &mut api.resources {
        in_resource(resource, &calls);
    }
    for def in &mut api.types {
        in_type(def, &calls);
    }
}

/// `client.orders().retrieve(id)`
pub(super) fn call(resource: &Resource, method: &Method) -> String {
    let handles: Vec<String> = resource.path.iter().map(|name| format!("{name}()")).collect();
    let arguments: Vec<&str> = method.path_args.iter().map(|arg| arg.name.as_str()).collect();
    format!("client.{}.{}({})", handles.join("."), method.name, arguments.join(", "))
}

fn in_resource(resource: &mut Resource, calls: &HashMap<String, String>) {
    in_text(&mut resource.doc, calls);
    for method in &mut resource.methods {
        in_method(method, calls);
    }
    for child in &mut resource.children {
        in_resource(child, calls);
    }
}

fn in_method(method: &mut Method, calls: &HashMap<String, String>) {
    in_text(&mut method.summary, calls);
    in_text(&mut method.description, calls);
    let docs = method.path_args.iter_mut().map(|arg| &mut arg.doc);
    let docs = docs.chain(method.arguments.iter_mut().map(|argument| &mut argument.doc));
    let docs = docs.chain(method.body.iter_mut().map(|body| &mut body.doc));
    let docs = docs.chain(method.errors.iter_mut().map(|error| &mut error.description));
    docs.for_each(|doc| in_text(doc, calls));
    if let Output::ByStatus(view) = &mut method.output {
        view.cases.iter_mut().for_each(|case| in_text(&mut case.doc, calls));
    }
}

fn in_type(def: &mut TypeDef, calls: &HashMap<String, String>) {
    in_text(&mut def.doc, calls);
    match &mut def.kind {
        TypeKind::Struct(Struct { fields, .. }) => {
            for field in fields {
                in_text(&mut field.doc, calls);
            }
        }
        TypeKind::Union(Union { variants, .. }) => {
            for variant in variants {
                in_text(&mut variant.doc, calls);
            }
        }
        TypeKind::StringEnum(_) | TypeKind::IntEnum(_) | TypeKind::Alias(_) => {}
    }
}

/// Replaces `` `METHOD /path` `` by a call; what is no operation of the API stays as it is.
fn in_text(text: &mut String, calls: &HashMap<String, String>) {
    if !(text.contains('`') && text.contains(" /")) {
        return;
    }
    let parts: Vec<&str> = text.split('`').map(|part| calls.get(part).map_or(part, String::as_str)).collect();
    *text = parts.join("`");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_of_the_api_become_calls_and_others_stay() {
        let calls = HashMap::from([("POST /orders".to_owned(), "client.orders().create()".to_owned())]);
        for (text, expected) in [
            ("Use `POST /orders` first.", "Use `client.orders().create()` first."),
            ("`POST /orders`, then `POST /files`", "`client.orders().create()`, then `POST /files`"),
            ("POST /orders without quotes", "POST /orders without quotes"),
            ("an odd ` in `POST /files`", "an odd ` in `POST /files`"),
            ("```\nPOST /orders\n```", "```\nPOST /orders\n```"),
            ("", ""),
        ] {
            let mut text = text.to_owned();
            in_text(&mut text, &calls);
            assert_eq!(text, expected);
        }
    }
}
