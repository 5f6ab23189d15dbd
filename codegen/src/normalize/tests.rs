//! What `normalize` and `parse` make of whole documents.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::*;
use crate::diagnostic::{Severity, Style};

const HEAD: &str = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n";

struct Run {
    normalized: Normalized,
    sources: Sources,
    diagnostics: Diagnostics,
}

/// Normalizes documents; names that begin with `_` are not roots.
fn run(texts: &[(&str, &str)]) -> Run {
    let mut diagnostics = Diagnostics::new();
    let sources = Sources::from_texts(texts, &mut diagnostics);
    let roots: Vec<_> = sources.roots().iter().copied().filter(|root| !sources.name(*root).starts_with('_')).collect();
    let normalized = normalize(&sources, &roots, &[], &mut diagnostics);
    Run { normalized, sources, diagnostics }
}

fn run_one(text: &str) -> Run {
    run(&[("a.yaml", &format!("{HEAD}{text}"))])
}

impl Run {
    fn at(&self, pointer: &str) -> &Value {
        self.normalized.value.pointer(pointer).unwrap_or_else(|| panic!("{pointer} in {:#}", self.normalized.value))
    }

    fn codes(&self) -> Vec<&str> {
        self.diagnostics.iter().map(|problem| problem.code).collect()
    }

    fn render(&self) -> String {
        self.diagnostics.render(&self.sources, Style::Plain)
    }

    fn clean(self) -> Self {
        assert!(self.diagnostics.is_empty(), "{}", self.render());
        self
    }

    fn place(&self, pointer: &str) -> String {
        self.sources.describe(&self.normalized.locate(pointer))
    }
}

#[test]
fn unions_with_null_become_nullable() {
    let run = run_one(
        "components:
  schemas:
    A: {type: object}
    B:
      type: object
      properties:
        plain: {oneOf: [{type: 'null'}, {type: string, maxLength: 5}]}
        ref: {description: d, anyOf: [{$ref: '#/components/schemas/A'}, {type: 'null'}]}
        sibling: {$ref: '#/components/schemas/A', description: d}
        several: {oneOf: [{type: string}, {type: 'null'}, {type: integer}]}
        nothing: {type: 'null'}
        any: true
        none: false
",
    )
    .clean();
    let b = "/components/schemas/B/properties";
    let reference = json!([{"$ref": "#/components/schemas/A"}]);
    for (name, expected) in [
        ("plain", json!({"nullable": true, "type": "string", "maxLength": 5})),
        ("ref", json!({"description": "d", "nullable": true, "allOf": reference})),
        ("sibling", json!({"description": "d", "allOf": reference})),
        ("several", json!({"oneOf": [{"type": "string"}, {"type": "integer"}], "nullable": true})),
        ("nothing", json!({"nullable": true, "x-null": true})),
        ("any", json!({})),
        ("none", json!({"not": {}})),
    ] {
        assert_eq!(run.at(&format!("{b}/{name}")), &expected, "{name}");
    }
    // Lines 1 and 2 are the head.
    assert_eq!(run.place(&format!("{b}/plain/maxLength")), "a.yaml:9:67");
    assert_eq!(run.place(&format!("{b}/ref/allOf/0/$ref")), "a.yaml:10:46");
    assert_eq!(run.place(&format!("{b}/sibling/allOf/0/$ref")), "a.yaml:11:25");
    assert_eq!(run.place(&format!("{b}/several/oneOf/1/type")), "a.yaml:12:66");
    assert_eq!(run.place(&format!("{b}/any/not/there")), "a.yaml:14:9");
    assert_eq!(run.place("/nowhere"), "a.yaml:1:1");
}

#[test]
fn data_is_left_alone() {
    let data = json!({"type": ["string", "null"], "const": 1, "$ref": "#/nowhere", "examples": [1]});
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "components": {"schemas": {"A": {
            "type": "object",
            "example": data,
            "default": data,
            "x-mine": data,
            "properties": {
                "const": {"type": "string"},
                "examples": {"type": "integer"},
                "type": {"type": "string"},
                "$ref": {"type": "string"},
                "if": {"type": "string"},
                "default": {"type": ["string", "null"]},
            },
        }}},
    });
    let run = run(&[("a.json", &document.to_string())]).clean();
    let mut expected = document["components"]["schemas"]["A"].clone();
    expected["properties"]["default"] = json!({"type": "string", "nullable": true});
    assert_eq!(run.at("/components/schemas/A"), &expected);
}

#[test]
fn references_lead_to_components() {
    let run = run(&[
        (
            "specs/a.yaml",
            "openapi: 3.0.3
info: {title: t, version: '1'}
paths:
  /orders/{id}:
    get:
      parameters:
        - {name: order id, in: path, required: true, schema: {type: string}}
        - $ref: './parts/_common.yaml#/components/parameters/Page'
      responses:
        200: {description: ok, content: {application/json: {schema: {type: object, properties: {x: {type: string}}}}}}
    delete:
      operationId: removeOrder
      parameters:
        - $ref: '#/paths/~1orders~1%7Bid%7D/get/parameters/0'
      responses:
        '200': {$ref: '#/paths/~1orders~1%7Bid%7D/get/responses/200'}
  /shared: {$ref: 'parts/_item.yaml'}
components:
  schemas:
    A:
      type: object
      properties:
        b: {type: object, properties: {c: {$ref: '#/components/schemas/A'}}}
        d: {$ref: '#/components/schemas/A/properties/b'}
        e: {$ref: 'parts/_pet.yaml'}
        f: {$ref: 'parts/_pet.yaml#/$defs/Name'}
",
        ),
        (
            "specs/parts/_common.yaml",
            "components:\n  parameters:\n    Page: {name: page, in: query, schema: {$ref: '#/components/schemas/Size'}}\n  schemas:\n    Size: {type: integer}\n    Unused: {type: integer}\n",
        ),
        (
            "specs/parts/_pet.yaml",
            "type: object\nproperties: {name: {$ref: '#/$defs/Name'}}\n$defs: {Name: {type: string}}\n",
        ),
        ("specs/parts/_item.yaml", "get: {responses: {200: {description: ok}}}\n"),
    ]);
    let run = Run { normalized: run.normalized, ..run };
    // `specs/parts/_..` doesn't begin with an underscore, so the parts count as roots without a version.
    assert!(run.codes().iter().all(|code| *code == "not-openapi"), "{}", run.render());
    let schemas = run.at("/components/schemas").as_object().unwrap();
    assert_eq!(schemas.keys().collect::<Vec<_>>(), ["A", "AB", "Pet", "Name", "Size"]);
    assert_eq!(run.at("/components/schemas/A/properties/b"), &json!({"$ref": "#/components/schemas/AB"}));
    assert_eq!(run.at("/components/schemas/A/properties/d"), &json!({"$ref": "#/components/schemas/AB"}));
    assert_eq!(run.at("/components/schemas/A/properties/e"), &json!({"$ref": "#/components/schemas/Pet"}));
    assert_eq!(run.at("/components/schemas/A/properties/f"), &json!({"$ref": "#/components/schemas/Name"}));
    assert_eq!(run.at("/components/schemas/Pet/properties/name"), &json!({"$ref": "#/components/schemas/Name"}));
    assert_eq!(run.at("/components/parameters/Page/schema"), &json!({"$ref": "#/components/schemas/Size"}));
    let delete = "/paths/~1orders~1{id}/delete";
    assert_eq!(
        run.at(&format!("{delete}/parameters/0")),
        &json!({"$ref": "#/components/parameters/GetOrdersIdOrderId"})
    );
    assert_eq!(
        run.at(&format!("{delete}/responses/200")),
        &json!({"$ref": "#/components/responses/GetOrdersIdResponse200"})
    );
    assert_eq!(run.at("/paths/~1shared/get/responses/200/description"), &json!("ok"));
    assert_eq!(run.place("/paths/~1shared/get/responses/200/description"), "specs/parts/_item.yaml:1:38");
    assert_eq!(run.place("/components/schemas/Size/type"), "specs/parts/_common.yaml:5:18");
    assert_eq!(run.place("/components/schemas/AB/properties/c"), "specs/a.yaml:23:40");
}

#[test]
fn documents_are_merged() {
    let run = run(&[
        (
            "a.yaml",
            "openapi: 3.1.0
info: {title: a, version: '1'}
security: [{key: []}]
tags: [{name: one}]
paths:
  /x: {get: {responses: {'200': {$ref: '#/components/responses/Ok'}}}}
components:
  securitySchemes: {key: {type: http, scheme: bearer}}
  responses: {Ok: {description: ok}}
  schemas: {Same: {type: string}, Other: {type: string}, Uses: {$ref: '#/components/schemas/Other'}}
",
        ),
        (
            "b-part.yaml",
            "openapi: 3.0.0
info: {title: b, version: '1'}
servers: [{url: https://b}]
security: [{key: []}]
tags: [{name: one}, {name: two}]
paths:
  /x:
    parameters: [{name: p, in: query, schema: {}}]
    post: {responses: {'200': {$ref: '#/components/responses/Ok'}}}
components:
  securitySchemes: {key: {type: http, scheme: basic}}
  responses: {Ok: {description: ok}}
  schemas: {Same: {type: string}, Other: {type: integer}, Uses: {$ref: '#/components/schemas/Other'}}
",
        ),
    ]);
    assert_eq!(run.codes(), ["component-renamed"; 3], "{}", run.render());
    assert_eq!(
        run.at("/components/schemas"),
        &json!({
            "Same": {"type": "string"},
            "Other": {"type": "string"},
            "Uses": {"$ref": "#/components/schemas/Other"},
            "OtherBPart": {"type": "integer"},
            "UsesBPart": {"$ref": "#/components/schemas/OtherBPart"},
        })
    );
    assert_eq!(run.at("/tags"), &json!([{"name": "one"}, {"name": "two"}]));
    assert_eq!(run.place("/tags/1/name"), "b-part.yaml:5:28");
    let post = run.at("/paths/~1x/post");
    assert_eq!(post["parameters"][0]["name"], "p");
    assert_eq!(post["servers"][0]["url"], "https://b");
    assert_eq!(post["security"], Value::Null);
    assert_eq!(run.place("/paths/~1x/post/responses/200"), "b-part.yaml:9:24");
    assert_eq!(run.place("/paths/~1x/get/responses/200"), "a.yaml:6:26");
}

#[test]
fn discriminators_follow_renamed_schemas() {
    let text = |kind: &str| {
        format!(
            "{HEAD}components:
  schemas:
    Dog: {{type: object, properties: {{kind: {{type: string}}, {kind}: {{type: string}}}}}}
    Cat: {{type: object}}
    Pet{kind}:
      oneOf: [{{$ref: '#/components/schemas/Dog'}}, {{$ref: '#/components/schemas/Cat'}}]
      discriminator: {{propertyName: kind, mapping: {{cat: Cat}}}}
"
        )
    };
    let run = run(&[("a.yaml", &text("a")), ("b.yaml", &text("b"))]);
    assert_eq!(run.codes(), ["component-renamed"]);
    assert_eq!(run.at("/components/schemas/Peta/discriminator/mapping"), &json!({"cat": "#/components/schemas/Cat"}));
    assert_eq!(
        run.at("/components/schemas/Petb/discriminator/mapping"),
        &json!({"cat": "#/components/schemas/Cat", "Dog": "#/components/schemas/DogB"})
    );
}

#[test]
fn broken_references_are_reported_with_what_was_meant() {
    let run = run_one(
        "paths:
  /x: {get: {responses: {'200': {$ref: '#/components/responses/Okk'}}}}
components:
  responses: {Ok: {description: ok}}
  schemas:
    Order:
      type: object
      properties:
        a: {$ref: '#/components/schemas/Ordre'}
        b: {$ref: '#/components/responses/Ok'}
        c: {$ref: 'https://example.com/a.yaml#/A'}
        d: {$ref: 'missing.yaml#/A'}
        e: {$ref: '#/components/schemas/Loop'}
        f: {$ref: 5}
        g: {$ref: '#/components/schemas/Order/properties/z'}
    Loop: {$ref: '#/components/schemas/Back'}
    Back: {$ref: '#/components/schemas/Loop'}
",
    );
    let text = run.render();
    for expected in [
        "error[dangling-ref]: `#/components/responses/Okk` leads nowhere\n --> a.yaml:4:40",
        "help: did you mean `#/components/responses/Ok`?",
        "error[dangling-ref]: `#/components/schemas/Ordre` leads nowhere\n  --> a.yaml:11:19",
        "help: did you mean `#/components/schemas/Order`?",
        "error[wrong-ref]: `#/components/responses/Ok` leads to one of the responses",
        "error[remote-ref]: `https://example.com/a.yaml` is not a local file",
        "error[missing-file]: no text is named `missing.yaml`",
        "error[circular-ref]: `#/components/schemas/Loop` leads back to itself\n  --> a.yaml:19:18",
        "error[wrong-type]: expected text such as `#/components/schemas/..`, found a number",
        "`#/components/schemas/Order/properties` has no `z`",
    ] {
        assert!(text.contains(expected), "{expected}\nis not in\n{text}");
    }
    for name in ["a", "b", "c", "d", "e", "f", "g"] {
        assert_eq!(run.at(&format!("/components/schemas/Order/properties/{name}")), &json!({}), "{name}");
    }
}

#[test]
fn versions_are_told_apart() {
    for (text, code, expected) in [
        ("openapi: 3.0.4\npaths: {}", "", ""),
        ("openapi: '3.1'\npaths: {}", "", ""),
        ("openapi: 3.1\npaths: {}", "unquoted-version", "the version is the number 3.1"),
        ("openapi: 3.2.0\npaths: {}", "unsupported-version", "as if it were 3.1"),
        ("openapi: 4.0.0\npaths: {}", "unsupported-version", "OpenAPI 4.0.0 cannot be read"),
        ("swagger: '2.0'\npaths: {}", "not-openapi", "this is a Swagger 2.0 document"),
        ("asyncapi: 3.0.0", "not-openapi", "this is an AsyncAPI document"),
        ("- a", "not-openapi", "the document is a list"),
        ("just text", "not-openapi", "the document is text"),
        ("a: 1", "not-openapi", "has no `openapi` member"),
    ] {
        let run = run(&[("a.yaml", &format!("{text}\n"))]);
        let problem = run.diagnostics.iter().find(|problem| problem.code != "missing-member");
        assert_eq!(problem.map_or("", |problem| problem.code), code, "{text}");
        assert!(problem.is_none_or(|problem| problem.message.contains(expected)), "{text}: {}", run.render());
    }
}

#[test]
fn parsing_reports_each_wrong_piece_and_keeps_the_rest() {
    let run = run_one(
        "paths:
  /x:
    get:
      operationId: 5
      tags: one
      parameters:
        - {in: query, schema: {type: string}}
        - {name: a, in: cookies, schema: {type: string}}
        - {name: b, in: query, style: loud, schema: {type: string}}
        - {name: id, in: path, schema: {type: string, maxLength: -1}}
      responses:
        ok: {description: fine}
        2xx: {description: [1]}
        default: {description: all}
  /y:
    post:
      requestBody: {content: {application/json: {schema: {type: object, properties: {a: {title: {}}, b: 7}}}}}
      responses: {}
webhooks:
  ping: {post: {responses: {200: {description: ok}}}}
components:
  schemas:
    U: {oneOf: [{$ref: '#/components/schemas/V'}, {type: string}], discriminator: {mapping: {v: V, w: W}}}
    V: {type: object, properties: {kind: {type: string}}, x-more: [1]}
  securitySchemes:
    good: {type: http, scheme: bearer}
    bad: {type: what}
",
    );
    let Run { normalized, sources, mut diagnostics } = run;
    let document = normalized.parse(&mut diagnostics);
    let text = diagnostics.render(&sources, Style::Plain);
    for expected in [
        "warning[unquoted-text]: expected text, found a number\n --> a.yaml:6:20",
        "error[wrong-type]: expected a list, found text\n --> a.yaml:7:13",
        "error[missing-member]: the parameter has no `name`\n --> a.yaml:9:11",
        "error[wrong-in]: a parameter cannot be in `cookies`\n  --> a.yaml:10:25",
        "error[wrong-style]: `loud` is not a style that is possible here\n  --> a.yaml:11:39",
        "warning[optional-path-parameter]: the path parameter `id` is not `required`",
        "error[wrong-type]: expected a whole number from 0 on, found -1\n  --> a.yaml:12:66",
        "error[wrong-status]: `ok` is not a status code\n  --> a.yaml:14:9",
        "error[wrong-type]: expected text, found a list",
        "error[wrong-type]: expected text, found a mapping\n  --> a.yaml:19:90",
        "error[wrong-type]: expected a schema, found a number\n  --> a.yaml:19:105",
        "error[dangling-ref]: `#/components/schemas/W` leads nowhere\n  --> a.yaml:25:103",
        "error[missing-member]: the discriminator has no `propertyName`\n  --> a.yaml:25:68",
        "error[wrong-type]: there is no value `what`",
    ] {
        assert!(text.contains(expected), "{expected}\nis not in\n{text}");
    }
    let get = document.api.paths.paths["/x"].as_item().unwrap().get.as_ref().unwrap();
    assert_eq!(get.operation_id.as_deref(), Some("5"));
    assert_eq!(get.parameters.len(), 2);
    assert_eq!(get.responses.responses.len(), 1);
    assert!(get.responses.default.is_some());
    assert!(document.api.paths.paths["/y"].as_item().unwrap().post.is_some());
    assert!(document.webhooks["ping"].post.is_some());
    let components = document.api.components.as_ref().unwrap();
    assert_eq!(components.schemas.len(), 2);
    assert_eq!(components.security_schemes.len(), 1);
    let v = components.schemas["V"].as_item().unwrap();
    assert_eq!(v.schema_data.extensions["x-more"], json!([1]));
    assert_eq!(sources.describe(&document.locate("/webhooks/ping/post")), "a.yaml:22:10");
}

/// Reads a document with the derived code of `openapiv3` too, which has to come to the same result.
#[test]
fn parsing_agrees_with_the_types_own_reader() {
    let run = run_one(
        "servers: [{url: 'https://a/{v}', variables: {v: {default: '1', enum: ['1']}}}]
security: [{key: []}]
tags: [{name: a, externalDocs: {url: u}}]
x-top: 1
paths:
  x-note: 1
  /x/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}, style: label, explode: true}]
    get:
      deprecated: true
      security: []
      parameters:
        - {name: q, in: query, content: {application/json: {schema: {type: array, items: {type: integer, minimum: 1, maximum: 2, enum: [1]}}}}, example: {a: null}}
        - {name: h, in: header, schema: {type: boolean, default: false, enum: [true]}, deprecated: true}
        - {name: d, in: query, style: deepObject, allowEmptyValue: true, allowReserved: true, schema: {type: object, additionalProperties: {type: number, format: double, exclusiveMinimum: 1, multipleOf: 0.5}}}
      responses:
        '200':
          description: d
          headers: {X: {schema: {type: string}, required: true}}
          links: {l: {operationId: o, parameters: {a: b}}}
          content:
            application/json:
              schema: {oneOf: [{$ref: '#/components/schemas/A'}, {type: string, format: uuid, pattern: p, minLength: 1}], discriminator: {propertyName: k, mapping: {a: A}}, nullable: true}
              examples: {e: {value: 1, summary: s}}
        4XX: {description: d}
        default: {description: d}
      callbacks: {c: {'{$url}': {post: {responses: {200: {description: d}}}}}}
    put:
      requestBody:
        required: true
        content: {multipart/form-data: {schema: {type: object, required: [f], properties: {f: {type: string, format: binary}}}, encoding: {f: {contentType: image/png, headers: {Y: {schema: {}}}}}}}
      responses: {}
components:
  schemas:
    A: {type: object, properties: {k: {type: string, readOnly: true, enum: [a, b]}, any: {}}, additionalProperties: false, minProperties: 1, x-s: {a: 1}}
    B: {allOf: [{$ref: '#/components/schemas/A'}, {type: object, properties: {z: {type: array, items: {}, uniqueItems: true, maxItems: 3}}}]}
    C: {description: d, properties: {a: {type: string}}, allOf: [{$ref: '#/components/schemas/A'}], title: t, externalDocs: {url: u}, example: [1]}
    D: {not: {}}
    E: {anyOf: [{type: string}, {type: integer, format: int64}], default: x}
    F: {$ref: '#/components/schemas/A'}
  securitySchemes: {key: {type: apiKey, in: header, name: K}, o: {type: oauth2, flows: {clientCredentials: {tokenUrl: t, scopes: {}}}}}
  examples: {X: {value: {a: 1}}}
  requestBodies: {R: {content: {text/plain: {}}}}
  headers: {H: {schema: {type: string}}}
",
    )
    .clean();
    let theirs: openapiv3::OpenAPI = serde_json::from_value(run.normalized.value.clone()).unwrap();
    let mut diagnostics = Diagnostics::new();
    let ours = run.normalized.parse(&mut diagnostics);
    assert!(diagnostics.is_empty(), "{}", diagnostics.render(&run.sources, Style::Plain));
    let json = |api: &openapiv3::OpenAPI| format!("{:#}", serde_json::to_value(api).unwrap());
    assert_eq!(json(&ours.api), json(&theirs));
    assert!(ours.api == theirs);
}

#[test]
fn real_world_mistakes_are_put_right() {
    let run = run_one(
        "paths:
  /x/{id}:
    parameters: null
    get:
      description: null
      tags:
      parameters:
        - {name: id, in: path, type: string, required: true}
        - {name: many, in: query, type: array, items: {type: string}, collectionFormat: multi}
        - {name: none, in: query}
      responses:
        200: {content: {application/json: null}}
    post: {}
components:
  schemas:
    A:
      properties:
        a: {type: string, required: true}
        b: {type: array}
        c: {type: string, enum: [1.10, yes, true]}
        d: {type: date}
",
    );
    assert!(!run.diagnostics.has_errors(), "{}", run.render());
    assert_eq!(
        run.at("/paths/~1x~1{id}/get/parameters"),
        &json!([
            {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
            {"name": "many", "in": "query", "style": "form", "explode": true, "schema": {"type": "array", "items": {"type": "string"}}},
            {"name": "none", "in": "query", "schema": {}},
        ])
    );
    assert_eq!(
        run.at("/paths/~1x~1{id}/get/responses"),
        &json!({"200": {"content": {"application/json": {}}, "description": ""}})
    );
    assert_eq!(run.at("/paths/~1x~1{id}/post"), &json!({"responses": {}}));
    assert_eq!(
        run.at("/components/schemas/A"),
        &json!({"type": "object", "properties": {
            "a": {"type": "string"},
            "b": {"type": "array", "items": {}},
            "c": {"type": "string", "enum": ["1.10", "yes", "true"]},
            "d": {},
        }})
    );
    assert_eq!(run.place("/paths/~1x~1{id}/get/parameters/1/schema/items"), "a.yaml:11:48");
    let mut diagnostics = Diagnostics::new();
    let _ = run.normalized.parse(&mut diagnostics);
    assert!(diagnostics.is_empty());
}

#[test]
fn patches_come_first() {
    let mut diagnostics = Diagnostics::new();
    let sources = Sources::from_texts(
        &[
            ("a.yaml", "openapi: 3.1.0\ninfo: {title: t, version: '1'}\ncomponents: {schemas: {A: {type: strng}}}\n"),
            (
                "sdk.yaml",
                "patches:\n- why: misspelled\n  op: replace\n  path: /components/schemas/A/type\n  value: [integer, 'null']\n",
            ),
        ],
        &mut diagnostics,
    );
    let [document, sdk] = *sources.roots() else { panic!() };
    let mut patch: Patch = serde_json::from_value(sources.value(sdk).unwrap()["patches"][0].clone()).unwrap();
    patch.location = Some(Location::value(sdk, "/patches/0"));
    let mut stale = patch.clone();
    stale.path = "/components/schemas/B/type".to_owned();
    let normalized = normalize(&sources, &[document], &[patch, stale], &mut diagnostics);
    assert_eq!(normalized.value["components"]["schemas"]["A"], json!({"nullable": true, "type": "integer"}));
    assert_eq!(sources.describe(&normalized.locate("/components/schemas/A/type")), "sdk.yaml:5:3");
    let problem = diagnostics.iter().next().unwrap();
    assert_eq!((problem.code, problem.severity), ("stale-patch", Severity::Error));
    assert!(problem.message.contains("`/components/schemas` has no `B`"), "{}", problem.message);
}

#[test]
fn hostile_documents_come_to_an_end() {
    // Path items that contain one another through callbacks, more of them at each level.
    let mut fans = "paths:\n  /x: {$ref: '#/components/pathItems/p0'}\ncomponents:\n  pathItems:\n".to_owned();
    for level in 0..40 {
        let next = level + 1;
        let item = format!("{{'{{$url}}': {{$ref: '#/components/pathItems/p{next}'}}}}");
        fans.push_str(&format!(
            "    p{level}: {{get: {{callbacks: {{a: {item}, b: {item}, c: {item}, d: {item}}}}}}}\n"
        ));
    }
    fans.push_str("    p40: {}\n");
    assert!(run_one(&fans).codes().contains(&"circular-ref"));

    let circle = "paths:\n  /x: {$ref: '#/paths/~1y'}\n  /y: {$ref: '#/paths/~1x'}\n";
    assert!(run_one(circle).codes().contains(&"circular-ref"));

    // Long chains of references.
    let mut chain = "components:\n  schemas:\n".to_owned();
    for index in 0..1000 {
        writeln!(chain, "    A{index}: {{$ref: '#/components/schemas/A{}'}}", index + 1).unwrap();
    }
    chain.push_str("    A1000: {type: string}\n");
    let _ = run_one(&chain).clean();
    let twice = format!("{HEAD}{chain}");
    let _ = run(&[("a.yaml", &twice), ("b.yaml", &twice)]);

    // Deep nesting, as deep as reading allows.
    let deep =
        format!("components: {{schemas: {{A: {}{{type: string}}{}}}}}\n", "{allOf: [".repeat(60), "]}".repeat(60));
    let deep = run_one(&deep).clean();
    assert_eq!(deep.at("/components/schemas/A"), &json!({"type": "string"}));
    let deep = format!("components: {{schemas: {{A: {}{{}}{}}}}}\n", "{items: ".repeat(120), "}".repeat(120));
    let mut deep = run_one(&deep).clean();
    let _ = deep.normalized.clone().parse(&mut deep.diagnostics);
}
