//! Finds the references in a document that nothing is known about yet but that it may be an OpenAPI document.

use serde_json::Value;

use crate::pointer;

/// What kind of mention of another place was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mention {
    /// A `$ref`.
    Reference,
    /// An entry of a discriminator's `mapping`, which may also be a bare schema name.
    Mapping,
}

/// What a value is, as far as it matters for telling a reference from data that happens to look like one.
#[derive(Clone, Copy)]
enum Role {
    /// An object with keywords, in which `$ref` is a reference.
    Keywords,
    /// A map from names to objects with keywords.
    Names,
    /// A map from names to Example Objects, in which only a direct `$ref` is a reference.
    Examples,
    /// An object of which only a direct `$ref` counts.
    Example,
    /// A discriminator's map from values to schemas.
    Mapping,
}

/// The way to a value, from the inside out. Most of them are never asked for.
pub(crate) struct Way<'w> {
    parent: Option<&'w Way<'w>>,
    segment: Segment<'w>,
}

#[derive(Clone, Copy)]
enum Segment<'w> {
    Name(&'w str),
    Index(usize),
}

impl Way<'_> {
    pub(crate) fn pointer(&self) -> String {
        let mut pointer = self.parent.map(Self::pointer).unwrap_or_default();
        match self.segment {
            Segment::Name(name) => pointer::push(&mut pointer, name),
            Segment::Index(index) => pointer::push(&mut pointer, &index.to_string()),
        }
        pointer
    }
}

/// Whether an entry of a discriminator's `mapping` is the name of a schema of the document and no reference.
pub(crate) fn is_schema_name(text: &str, document: Option<&Value>) -> bool {
    let is_known = || {
        let schemas = document.and_then(|document| document.pointer("/components/schemas"));
        schemas.is_some_and(|schemas| schemas.get(text).is_some())
    };
    !text.contains(['/', '#']) && (is_known() || !is_document_name(text))
}

/// Whether a file of this name is YAML or JSON.
pub(super) fn is_document_name(name: &str) -> bool {
    name.rsplit('.').next().is_some_and(|ending| matches!(ending, "yaml" | "yml" | "json"))
}

/// Calls `found` for every reference with the way to its text, and the text.
pub(crate) fn for_each_mention(document: &Value, found: &mut dyn FnMut(Mention, &Way<'_>, &str)) {
    visit(document, Role::Keywords, None, found);
}

// The depth of the recursion is that of the document, which reading bounds.
fn visit(value: &Value, role: Role, parent: Option<&Way<'_>>, found: &mut dyn FnMut(Mention, &Way<'_>, &str)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let way = Way { parent, segment: Segment::Name(name) };
                let next = match (role, member) {
                    (Role::Keywords | Role::Example, Value::String(text)) => {
                        if name == "$ref" {
                            found(Mention::Reference, &way, text);
                        }
                        continue;
                    }
                    (Role::Mapping, Value::String(text)) => {
                        found(Mention::Mapping, &way, text);
                        continue;
                    }
                    (_, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_))
                    | (Role::Example | Role::Mapping, _) => continue,
                    (Role::Examples, _) => Role::Example,
                    (Role::Names, _) => Role::Keywords,
                    (Role::Keywords, _) => match name.as_str() {
                        "example" | "default" | "enum" | "const" => continue,
                        "examples" => Role::Examples,
                        "mapping" => Role::Mapping,
                        "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas"
                        | "schemas" | "responses" | "parameters" | "requestBodies" | "headers" | "securitySchemes"
                        | "links" | "callbacks" | "pathItems" | "content" | "paths" | "webhooks" | "encoding"
                        | "variables" => Role::Names,
                        name if name.starts_with("x-") => continue,
                        _ => Role::Keywords,
                    },
                };
                visit(member, next, Some(&way), found);
            }
        }
        Value::Array(items) => {
            // In a schema, `examples` is a list of data.
            if matches!(role, Role::Names | Role::Keywords) {
                for (index, item) in items.iter().enumerate() {
                    let way = Way { parent, segment: Segment::Index(index) };
                    visit(item, Role::Keywords, Some(&way), found);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tells_references_from_data() {
        let document = json!({
            "paths": {"/a": {"$ref": "a.yaml"}},
            "components": {
                "schemas": {
                    "example": {"$ref": "b.yaml"},
                    "A": {
                        "properties": {"default": {"$ref": "#/c"}, "$ref": {"$ref": "#/d"}, "mapping": {"type": "string"}},
                        "default": {"$ref": "#/no"},
                        "enum": [{"$ref": "#/no"}],
                        "examples": [{"$ref": "#/no"}],
                        "x-note": {"$ref": "#/no"},
                        "discriminator": {"mapping": {"x": "X"}},
                    },
                },
                "examples": {"E": {"$ref": "#/e"}, "F": {"value": {"$ref": "#/no"}}},
            },
        });
        let mut found = Vec::new();
        for_each_mention(&document, &mut |_, way, text| found.push(format!("{} {text}", way.pointer())));
        assert_eq!(
            found,
            [
                "/paths/~1a/$ref a.yaml",
                "/components/schemas/example/$ref b.yaml",
                "/components/schemas/A/properties/default/$ref #/c",
                "/components/schemas/A/properties/$ref/$ref #/d",
                "/components/schemas/A/discriminator/mapping/x X",
                "/components/examples/E/$ref #/e",
            ]
        );
    }
}
