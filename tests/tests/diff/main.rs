//! What `cargo xtask diff` says about edits of a small document, held against cargo-semver-checks.
//!
//! `table.md` holds the edits, the class that we give each, the verdict of cargo-semver-checks on the two versions of the
//! generated crate, and whether a user's code, `consumer.rs`, still compiles with the second one. The first test compares
//! our side with it, in no time. The ignored one, which wants the tool and ten minutes, makes the whole table anew:
//!
//! ```text
//! cargo install --locked cargo-semver-checks
//! cargo test -p tests --test diff -- --ignored                  # compares
//! UPDATE=1 cargo test -p tests --test diff -- --ignored         # writes the table
//! UPDATE=1 cargo test -p tests --test diff                      # writes our side of it only
//! ```

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that can't go on has failed"
)]

mod edits;
mod tool;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use codegen::diff::{Class, Kind};
use codegen::model::{TypeDef, TypeKind};
use edits::{Edit, base, edits, model};
use tool::Verdict;

fn table_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff/table.md")
}

/// The verdicts in the table, by the name of the edit.
fn verdicts() -> BTreeMap<String, Verdict> {
    let text = fs::read_to_string(table_path()).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| ")).skip(1);
    rows.map(|row| {
        let cells: Vec<&str> = row.split(" | ").collect();
        let verdict = Verdict { tool: cells[2].to_owned(), compiles: cells[3] == "yes" };
        (cells[0].trim_start_matches("| ").to_owned(), verdict)
    })
    .collect()
}

fn table(verdicts: &BTreeMap<String, Verdict>) -> String {
    let (base, edits) = (base(), edits());
    let found = |edit: &Edit| verdicts.get(&edit.name).unwrap_or_else(|| panic!("{}: not in the table", edit.name));
    let agreeing = edits.iter().filter(|edit| agrees(edit, found(edit))).count();
    let mut text = format!(
        "<!-- Made by `UPDATE=1 cargo test -p tests --test diff -- --ignored`; see main.rs. -->

{} edits of base.yaml. cargo-semver-checks agrees about {agreeing} of them and sees less in the others, for the reason
given: it looks for what breaks and for what is deprecated, and what is only added or looks otherwise on the wire is
`none` to it. Where it is blind, the compiler is not: the last column but two tells whether consumer.rs, which uses all
of the first version, compiles with the second one.

| edit | our class | cargo-semver-checks | consumer.rs compiles | what we say | why the tool sees less |
|---|---|---|---|---|---|
",
        edits.len()
    );
    for edit in &edits {
        let diff = codegen::diff::compare(&base, &edit.model());
        let class = diff.class().map_or("none", Class::as_str);
        assert_eq!(class, edit.class, "{}:\n{diff}", edit.name);
        let said: Vec<&str> = diff.changes.iter().map(|change| change.what.as_str()).collect();
        let Verdict { tool, compiles } = found(edit);
        let compiles = if *compiles { "yes" } else { "no" };
        let (said, why) = (said.join("; ").replace('|', "\\|"), edit.why.as_deref().unwrap_or("-"));
        let _ = writeln!(text, "| {} | {class} | {tool} | {compiles} | {said} | {why} |", edit.name);
    }
    text
}

/// The tool has no word for what is only more, or only otherwise on the wire.
fn agrees(edit: &Edit, verdict: &Verdict) -> bool {
    verdict.tool == edit.class || (verdict.tool == "none" && edit.class != "major")
}

/// Where the two differ, there is a reason, and it is that the tool sees less; and the compiler sees what we see.
fn check(verdicts: &BTreeMap<String, Verdict>) {
    for edit in edits() {
        let verdict = &verdicts[&edit.name];
        assert_eq!(agrees(&edit, verdict), edit.why.is_none(), "{}: {} and {verdict:?}", edit.name, edit.class);
        assert!(verdict.tool != "major" || edit.class == "major", "{}: the tool finds it graver", edit.name);
        let should_compile = edit.class != "major" || edit.compiles;
        assert_eq!(verdict.compiles, should_compile, "{}: {} and {verdict:?}", edit.name, edit.class);
    }
}

/// Compares the table with what it should be, or with `UPDATE=1` makes it so.
fn compare_table(expected: &str) {
    if std::env::var_os("UPDATE").is_some() {
        fs::write(table_path(), expected).unwrap();
    }
    let found = fs::read_to_string(table_path()).unwrap();
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(found, expected, "in {}; UPDATE=1 writes it", table_path().display());
    }
    assert_eq!(found.len(), expected.len());
}

#[test]
fn every_edit_has_its_class() {
    assert!(edits().len() >= 20);
    let verdicts = verdicts();
    let expected = table(&verdicts);
    check(&verdicts);
    compare_table(&expected);
}

#[test]
#[ignore = "takes ten minutes, and cargo-semver-checks"]
fn cargo_semver_checks_and_the_compiler_say_the_same() {
    let verdicts = tool::verdicts(&edits());
    compare_table(&table(&verdicts));
    check(&verdicts);
}

/// Without that, what the table says of it means nothing.
#[test]
#[ignore = "builds a crate"]
fn the_consumer_compiles_with_the_first_version() {
    tool::consumed();
}

#[test]
fn whatever_comes_also_goes() {
    let base = base();
    assert!(codegen::diff::compare(&base, &base).changes.is_empty());
    for edit in edits() {
        let there = codegen::diff::compare(&base, &edit.model());
        let back = codegen::diff::compare(&edit.model(), &base);
        assert_eq!(there.changes.is_empty(), back.changes.is_empty(), "{}:\n{there}\n{back}", edit.name);
        // What adds must take away on the way back, and that is never harmless.
        let adds = |edit: &Edit| edit.class == "minor" && !edit.name.contains("deprecated");
        if adds(&edit) {
            assert_eq!(back.class(), Some(Class::Major), "{}:\n{back}", edit.name);
        }
    }
}

/// What neither cargo-semver-checks nor the compiler has a word for: where things stand and in which order.
#[test]
fn what_is_moved_is_told() {
    let edited = |edits: &[(&str, &str)]| {
        edits.iter().fold(edits::base_text(), |text, (from, to)| {
            assert_eq!(text.matches(from).count(), 1, "{from}");
            text.replace(from, to)
        })
    };
    let city = "        - name: city\n          in: query\n";
    let required = format!("{city}          required: true\n");
    let shop = "        - name: shop\n          in: query\n          required: true\n";
    let schema = "          schema: { type: string }\n";
    let (city_schema, shop_schema) = (format!("{city}{schema}"), format!("{shop}{schema}"));
    let moved = format!("{required}{schema}{shop}{schema}");
    let members = "        number: { type: string }\n        remark: { type: string }\n";
    let schemes = |order: &str| {
        edited(&[("paths:\n", &format!("security: {order}\npaths:\n"))])
            + "  securitySchemes:\n    one: { type: apiKey, in: header, name: X-One }\n    two: { type: http, scheme: basic }\n"
    };
    let cases = [
        (
            edited(&[]),
            edited(&[("operationId: listOrders", "operationId: getOrders")]),
            "patch errors and traces call `orders().list()` `getOrders` instead of `listOrders`",
        ),
        (
            edited(&[]),
            edited(&[(city, "        - name: city\n          in: header\n")]),
            "patch the argument `city` of `orders().list()` is the header `city` instead of `city` in the query",
        ),
        (
            edited(&[]),
            edited(&[("enum: [draft, on_hold, sent]", "enum: [sent, draft, on_hold]")]),
            "patch what is generated differs only in examples, in names of one type, or in the order of what may stand in any order",
        ),
        (
            edited(&[]),
            edited(&[(
                "        - $ref: '#/components/schemas/Cash'\n",
                "        - $ref: '#/components/schemas/Cash'\n          description: Coins.\n",
            )])
            .replace("openapi: 3.0.3", "openapi: 3.1.0"),
            "patch the documentation says something else of `Payment::Cash`",
        ),
        (
            schemes("[{ one: [] }, { two: [] }]"),
            schemes("[{ two: [] }, { one: [] }]"),
            "patch of several credentials `Client` sends the first of `two` and `one`",
        ),
        (
            edited(&[(city, &required)]),
            edited(&[(&city_schema, ""), (&shop_schema, &moved)]),
            "major the builder of `orders().list()` has its type parameters in another order: `city` and `shop`",
        ),
        (
            edited(&[("required: [number]", "required: [number, remark]")]),
            edited(&[
                ("required: [number]", "required: [number, remark]"),
                (members, "        remark: { type: string }\n        number: { type: string }\n"),
            ]),
            "major the builder of `NewOrder` has its type parameters in another order: `remark` and `number`",
        ),
    ];
    for (old, new, expected) in cases {
        let diff = codegen::diff::compare(&model(&old), &model(&new));
        let said: Vec<String> =
            diff.changes.iter().map(|change| format!("{} {}", change.class.as_str(), change.what)).collect();
        assert!(said.iter().any(|line| line == expected), "{expected:?} is not among {said:#?}");
        assert_eq!(diff.class().map(Class::as_str), expected.split(' ').next(), "{said:#?}");
    }
}

/// What is not worth a row of the table: other bodies, other media types, defaults, features of parameters.
#[test]
fn other_kinds_of_requests() {
    let document = |path: &str, operation: &str| {
        let parameter = "{ name: id, in: path, required: true, schema: { type: string } }";
        let parameters = if path.contains('{') { parameter } else { "" };
        model(&format!(
            "openapi: 3.0.3\ninfo: {{ title: Files, version: '1' }}\npaths:\n  {path}:\n    parameters: [{parameters}]\n    \
             post:\n      operationId: sendFile\n      tags: [Files]\n      \
             responses: {{ '204': {{ description: Done. }} }}\n{operation}"
        ))
    };
    let body = |media_type: &str, schema: &str| {
        format!("      requestBody: {{ required: true, content: {{ {media_type}: {{ schema: {schema} }} }} }}\n")
    };
    let form = |properties: &str, required: &str| {
        body(
            "multipart/form-data",
            &format!("{{ type: object, required: [{required}], properties: {{ {properties} }} }}"),
        )
    };
    let page =
        |more: &str| format!("      parameters: [{{ name: page, in: query, schema: {{ type: integer{more} }} }}]\n");
    let file = "file: { type: string, format: binary }";
    let cases = [
        (String::new(), form(file, "file"), "major `files().create()` must be given a body now, a form of parts"),
        (String::new(), form(file, ""), "minor `files().create()` can be given a body now, a form of parts"),
        (
            form(file, "file"),
            form(&format!("{file}, title: {{ type: string }}"), "file"),
            "minor `files().create()` gained the optional argument `title`, `String`",
        ),
        (form(file, ""), form(file, "file"), "major the argument `file` of `files().create()` must be given now"),
        (
            form(file, "file"),
            form("file: { type: integer }", "file"),
            "major the argument `file` of `files().create()` is `i64` instead of a file",
        ),
        (
            body("text/plain", "{ type: string }"),
            body("application/octet-stream", "{ type: string, format: binary }"),
            "major the body of `files().create()` is bytes instead of text",
        ),
        (
            body("text/plain", "{ type: string }"),
            body("text/csv", "{ type: string }"),
            "patch the body of `files().create()` is sent as `text/csv` instead of `text/plain`",
        ),
        (
            page(""),
            page(", default: 1"),
            "patch without the argument `page` of `files().create()` the server assumes `1` instead of nothing",
        ),
    ];
    for (old, new, expected) in cases {
        let diff = codegen::diff::compare(&document("/files", &old), &document("/files", &new));
        let said: Vec<String> =
            diff.changes.iter().map(|change| format!("{} {}", change.class.as_str(), change.what)).collect();
        assert!(said.iter().any(|line| line == expected), "{expected:?} is not among {said:#?}");
        let gravest = expected.split(' ').next();
        assert_eq!(diff.class().map(Class::as_str), gravest, "{said:#?}");
    }
    let (old, new) = (document("/files", ""), document("/files/{id}", ""));
    let diff = codegen::diff::compare(&old, &new);
    assert_eq!(diff.class(), Some(Class::Major), "{diff}");
}

/// What real histories have shown: pairs of small documents, and the gravest thing that is said of them.
#[test]
fn what_real_histories_do_is_told() {
    let document = |paths: &str, schemas: &str| {
        format!(
            "openapi: 3.0.3\ninfo: {{ title: Jobs, version: '1' }}\nservers: [{{ url: https://jobs.example }}]\n\
             paths:\n{paths}components:\n  schemas:\n    Nothing: {{ type: object }}\n{schemas}"
        )
    };
    let post = |path: &str, id: &str| {
        let name = path.split(['{', '}']).nth(1).unwrap();
        format!(
            "  {path}:\n    post:\n      operationId: {id}\n      \
             parameters: [{{ name: {name}, in: path, required: true, schema: {{ type: string }} }}]\n      \
             responses: {{ '204': {{ description: Done. }} }}\n"
        )
    };
    let (cancel, add) = (post("/v1/{name}:cancel", "cancel"), post("/v1/{key}:add", "add"));
    let get = |path: &str, more: &str, media_type: &str, schema: &str| {
        format!(
            "  {path}:\n    get:\n{more}      responses: {{ '200': {{ description: Done., content: {{ {media_type}: {{ \
             schema: {schema} }} }} }} }}\n"
        )
    };
    let reference = "{ $ref: '#/components/schemas/Job' }";
    let job = |schema: &str| document(&get("/job", "", "application/json", reference), &format!("    Job: {schema}\n"));
    let object = |members: &str| job(&format!("{{ type: object, properties: {{ {members} }} }}"));
    let list = |parameters: &str| {
        let parameters = format!("      operationId: list\n      parameters: [{parameters}]\n");
        document(&get("/jobs", &parameters, "text/plain", "{ type: string }"), "")
    };
    let query = |name: &str| format!("{{ name: {name}, in: query, schema: {{ type: string }} }}");
    let plain = |url: &str| list("").replace("https://jobs.example", url);
    let two = |first: &str, second: &str| {
        plain("https://jobs.example")
            .replace("[{ url: https://jobs.example }]", &format!("[{{ {first} }}, {{ {second} }}]"))
    };
    let (live, trial) = ("url: https://live.example", "url: https://trial.example");
    let keys = |needs: &str, schemes: &str| {
        let document = plain("https://jobs.example").replace("paths:\n", &format!("security: [{needs}]\npaths:\n"));
        document + &format!("  securitySchemes: {{ {schemes} }}\n")
    };
    let alternatives = "oneOf: [{ $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' }]";
    let pets = |tag: &str| {
        let member = |name: &str| {
            format!(
                "    {name}: {{ type: object, required: [kind], properties: {{ kind: {{ type: string }}, {name}: {{ type: string }} }} }}\n"
            )
        };
        job(&format!("{{ {alternatives}{tag} }}")) + &member("A") + &member("B")
    };
    let tag = ", discriminator: { propertyName: kind }";
    let body = |media_type: &str, schema: &str| {
        let body = format!(
            "      operationId: put\n      requestBody: {{ required: true, content: {{ {media_type}: {{ schema: {schema} }} }} }}\n"
        );
        document(&get("/jobs", &body, "text/plain", "{ type: string }").replace("get:", "put:"), "")
    };
    let fields = "{ type: object, properties: { a: { type: string } } }";
    let held = |name: &str, schema: &str| {
        object(&format!("held: {{ $ref: '#/components/schemas/{name}' }}")) + &format!("    {name}: {schema}\n")
    };
    let cases = [
        // A name that passes to another thing: code compiles and does something else.
        (
            document(&cancel, ""),
            document(&format!("{add}{cancel}"), ""),
            "major `root().create()` is called `root().cancel()` now; `root().create()` is another operation now, `POST /v1/{key}:add`",
        ),
        (
            document(&cancel, ""),
            document(&add, ""),
            "major `root().create()` is another operation now, `POST /v1/{key}:add` instead of `POST /v1/{name}:cancel`",
        ),
        (
            document(&add, ""),
            document(&add.replace("{key}", "{id}").replace("name: key", "name: id"), ""),
            "patch `root().create()` is `POST /v1/{id}:add` on the wire instead of `POST /v1/{key}:add`",
        ),
        (
            object("userId: { type: string }"),
            object("user_id: { type: string }, userId: { type: string }"),
            "major the field `user_id` of `Job` is called `user_id2` now; `user_id` is `user_id` on the wire now",
        ),
        (
            object("state: { type: string, enum: [a, c] }"),
            object("state: { type: string, enum: [A, a, c] }"),
            "major `JobState::A` is called `JobState::A2` now; `JobState::A` is `A` now",
        ),
        (
            list(&query("userId")),
            list(&format!("{}, {}", query("user_id"), query("userId"))),
            "major the argument `user_id` of `jobs().list()` is called `user_id_` now; `user_id` is `user_id` in the query now",
        ),
        (
            two(live, trial),
            two(trial, live),
            "major the server `Server::main()` is called `Server::server_2()` now; `Server::main()` is at `https://trial.example` now",
        ),
        (
            keys("{ one: [] }", "one: { type: apiKey, in: header, name: X-One }"),
            keys(
                "{ one: [] }, { two: [] }",
                "one: { type: apiKey, in: header, name: X-One }, two: { type: http, scheme: basic }",
            ),
            "major `ClientBuilder::api_key` is called `ClientBuilder::one` now",
        ),
        // A client that can't be built any more as it was.
        (
            plain("https://jobs.example"),
            plain("http://jobs.example"),
            "major requests go to `http://jobs.example` instead of `https://jobs.example` unless the client is told otherwise; `allow_plain_http(true)` must allow that",
        ),
        (
            plain("https://jobs.example"),
            plain("/v1"),
            "major requests went to `https://jobs.example`; a client must be told its base URL now",
        ),
        (
            plain("https://jobs.example"),
            plain("http://localhost:80"),
            "patch requests go to `http://localhost:80` instead of `https://jobs.example` unless the client is told otherwise",
        ),
        // Methods that come and go with something else.
        (pets(tag), pets(""), "major `Job` lost `tag()`: no member tells its alternatives apart"),
        (pets(""), pets(tag), "minor `Job` gained `tag()`: `kind` tells its alternatives apart"),
        (
            document(&get("/jobs", "", "text/plain", "{ type: string }"), ""),
            document(&get("/jobs", "", "application/json", "{ type: string }"), ""),
            "major what `jobs().list()` gives is no file any more, to be saved or streamed",
        ),
        (
            body("application/json", fields),
            body("application/x-www-form-urlencoded", fields),
            "patch the body of `jobs().update()` is sent as `application/x-www-form-urlencoded` instead of `application/json`",
        ),
        // What is told at once.
        (
            document(&get("/v1/jobs", "", "text/plain", "{ type: string }"), ""),
            document(&get("/jobs", "", "text/plain", "{ type: string }"), ""),
            "patch the path of `jobs().list()` does not begin with `/v1` any more",
        ),
        (
            object("state: { type: string, enum: [a, c] }"),
            object("state: { type: string, enum: [a, c, d, e] }"),
            "minor `JobState` gained the values `D` (`d`) and `E` (`e`), which were `Unknown` before",
        ),
        // Types that look the same.
        (held("Helper", fields), held("HelperOfJobs", fields), "major `Helper` is called `HelperOfJobs` now"),
        (
            held("Helper", fields),
            held("Servant", fields),
            "major the struct `Helper` is gone; `Servant`, which is new, is the same but for its name",
        ),
        // What is of no name.
        (
            plain("https://jobs.example"),
            plain("https://jobs.example").replace("title: Jobs", "title: Jobs, description: All of them."),
            "patch the crate's front page or its Cargo.toml says something else",
        ),
    ];
    for (old, new, expected) in &cases {
        let diff = codegen::diff::compare(&model(old), &model(new));
        let said: Vec<String> =
            diff.changes.iter().map(|change| format!("{} {}", change.class.as_str(), change.what)).collect();
        assert!(said.iter().any(|line| line == expected), "{expected:?} is not among {said:#?}");
        assert_eq!(diff.class().map(Class::as_str), expected.split(' ').next(), "{said:#?}");
    }
    // A type of the same name is no other type to those that hold it: what has become of it is told once.
    let (old, new) = (held("Held", fields), held("Held", "{}"));
    let diff = codegen::diff::compare(&model(&old), &model(&new));
    assert_eq!(diff.of(Class::Major).count(), 1, "{diff}");
}

#[test]
fn what_files_are_called_is_no_difference() {
    let (old, mut new) = (base(), base());
    new.documents = vec!["renamed.yaml".to_owned()];
    new.package.version = Some("9.0.0".to_owned());
    let diff = codegen::diff::compare(&old, &new);
    assert!(diff.changes.is_empty(), "{diff}");
}

/// A parameter that all operations share is one line, not one for each.
#[test]
fn what_is_the_same_of_many_is_told_once() {
    let document = |parameter: &str| {
        let paths: Vec<String> = (b'a'..=b'i')
            .map(|name| {
                let name = char::from(name);
                format!(
                    "  /{name}s:\n    get:\n      parameters: [{parameter}]\n      responses: {{ '204': {{ description: Done. }} }}\n"
                )
            })
            .collect();
        model(&format!("openapi: 3.0.3\ninfo: {{ title: Jobs, version: '1' }}\npaths:\n{}", paths.concat()))
    };
    let (none, some) = (document(""), document("{ name: alt, in: query, schema: { type: string } }"));
    let there = codegen::diff::compare(&none, &some);
    assert_eq!(there.changes.len(), 9);
    let line = "`as_().list()` gained the optional argument `alt: String`; likewise `bs().list()`, `cs().list()`, `ds().list()`, `es().list()`, `fs().list()` and 3 more";
    let told = there.to_string();
    assert_eq!(told.lines().filter(|line| line.contains("`alt")).map(str::trim).collect::<Vec<_>>(), [line]);
    // Where users must act, all are named.
    let entry = codegen::diff::compare(&some, &none).changelog("1.0.0".parse().unwrap()).unwrap();
    let lines: Vec<&str> = entry.lines().filter(|line| line.contains("`alt`")).collect();
    assert!(matches!(lines.as_slice(), [line] if line.ends_with("`hs().list()` and `is().list()`.")), "{entry}");
}

#[test]
fn what_a_way_of_paging_is_called_is_no_difference() {
    let header = "headers: { Link: { schema: { type: string } } }";
    let content = "content: { application/json: { schema: { type: array, items: { type: string } } } }";
    let old = model(&format!(
        "openapi: 3.0.3\ninfo: {{ title: Jobs, version: '1' }}\npaths:\n  /jobs:\n    get:\n      \
         parameters: [{{ name: page, in: query, schema: {{ type: integer }} }}]\n      \
         responses: {{ '200': {{ description: All., {header}, {content} }} }}\n"
    ));
    let mut new = old.clone();
    assert!(!new.pagings.is_empty());
    for paging in &mut new.pagings {
        paging.constant.push('2');
    }
    let diff = codegen::diff::compare(&old, &new);
    assert!(diff.changes.iter().all(|change| change.kind == Kind::Documentation), "{diff}");
}

/// Versions of one of the largest documents that we know took minutes, since each type that was gone was held against
/// each that was new.
#[test]
fn time_grows_no_faster_than_the_documents() {
    let with_types = |side: &str| {
        let mut api = base();
        let template = api.types.iter().find(|def| def.name == "Parcel").unwrap().clone();
        let TypeKind::Struct(object) = &template.kind else { panic!("a parcel is an object") };
        for index in 0..5_000 {
            let mut object = object.clone();
            object.fields[0].name = format!("{side}_{index}");
            object.fields[0].wire = format!("{side}_{index}");
            let (name, kind) = (format!("{side}{index}"), TypeKind::Struct(object));
            api.types.push(TypeDef { name, kind, ..template.clone() });
        }
        api
    };
    let (old, new) = (with_types("Old"), with_types("New"));
    let begun = Instant::now();
    assert_eq!(codegen::diff::compare(&old, &new).changes.len(), 10_000);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}
