//! The skill documents tell every fact of our documents: each argument, member and value, with its type and whether it is
//! required.
//!
//! This reads the documents themselves, not what the generator made of them, so that the two can disagree.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::documents;

const PAGES: [(&str, &str); 3] = [
    ("telnyx-porting-in-rust", "porting-in.yaml"),
    ("telnyx-porting-out-rust", "porting-out.yaml"),
    ("telnyx-numbers-config-rust", "numbers-config.yaml"),
];

#[test]
fn skill_documents_tell_every_fact() {
    let documents = documents();
    let mut facts = BTreeMap::new();
    let mut wrong = Vec::new();
    for (skill, file) in PAGES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../telnyx-porting/skills").join(skill).join("SKILL.md");
        let text = std::fs::read_to_string(path).unwrap();
        let mut page = Page::new(&documents, &text);
        for (path, operations) in documents[file]["paths"].as_object().unwrap() {
            for method in ["get", "post", "put", "patch", "delete"] {
                if let Some(operation) = operations.get(method) {
                    page.operation(&format!("{} {path}", method.to_uppercase()), operation, &operations["parameters"]);
                }
            }
        }
        page.links();
        page.calls();
        wrong.extend(page.wrong.into_iter().map(|line| format!("{skill}: {line}")));
        facts.insert(skill, page.facts);
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    // So that a page that is read amiss does not pass for one that lacks nothing.
    assert!(facts.values().all(|count| *count > 300), "{facts:?}");
}

/// Which way a value goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Request,
    Response,
}

struct Page<'a> {
    documents: &'a BTreeMap<String, Value>,
    text: &'a str,
    /// Sections of operations, by `GET /path`.
    operations: BTreeMap<&'a str, &'a str>,
    /// Sections of types, by name.
    types: BTreeMap<&'a str, &'a str>,
    /// Requests of all operations, as prose of the documents mentions them: `` `GET /path` ``.
    requests: Vec<String>,
    /// Types that have been compared, by name and place of their schema.
    compared: BTreeSet<(String, usize)>,
    facts: usize,
    wrong: Vec<String>,
}

impl<'a> Page<'a> {
    fn new(documents: &'a BTreeMap<String, Value>, text: &'a str) -> Self {
        let (operations, types) = text.split_once("\n## Types\n").unwrap();
        let line = |section: &'a str| section.lines().find_map(|line| line.strip_prefix('`')?.strip_suffix('`'));
        Self {
            documents,
            text,
            operations: operations.split("\n## ").filter_map(|section| Some((line(section)?, section))).collect(),
            types: types.split("\n### ").skip(1).filter_map(|section| section.split_once('\n')).collect(),
            requests: requests(documents),
            compared: BTreeSet::new(),
            facts: 0,
            wrong: Vec::new(),
        }
    }

    fn expect(&mut self, holds: bool, place: &str, fact: &str) {
        self.facts += 1;
        if !holds {
            self.wrong.push(format!("{place}: {fact}"));
        }
    }

    fn operation(&mut self, http: &str, operation: &'a Value, shared: &'a Value) {
        let Some(section) = self.operations.get(http).copied() else { return self.expect(false, http, "is missing") };
        let summary = operation["summary"].as_str().unwrap();
        self.expect(section.lines().next() == Some(summary), http, "has another title");
        // Other operations go by their calls; see `requests`.
        let description = operation["description"].as_str().unwrap_or_default();
        let description = self.requests.iter().fold(description.to_owned(), |text, line| text.replace(line, " "));
        for words in description.split_whitespace() {
            self.expect(section.contains(words.trim_matches(['[', ']'])), http, &format!("does not say {words}"));
        }
        let (arguments, returns) = section.rsplit_once("\nReturns: ").unwrap();
        let (rest, optional) = arguments.split_once("\nOptional:").unwrap_or((arguments, ""));
        let required = rest.split_once("\nRequired:").map_or("", |(_, items)| items);
        let lists = [optional, required].map(|list| list.split("```").next().unwrap());

        for parameter in [&operation["parameters"], shared].into_iter().filter_map(Value::as_array).flatten() {
            let parameter = self.resolve(parameter);
            let name = parameter["name"].as_str().unwrap();
            let is_required = parameter["required"] == true;
            let list = lists[usize::from(is_required)];
            match item(list, name) {
                Some((facts, doc)) => {
                    self.expect(!doc.is_empty(), http, &format!("says nothing of {name}"));
                    self.value(&format!("{http} {name}"), &parameter["schema"], facts, Way::Request);
                }
                // Those of paging are arguments of their own.
                None => {
                    let schema = self.resolve(&parameter["schema"]);
                    self.expect(schema["properties"].is_object(), http, &format!("lacks {name}"));
                    for (member, schema) in members(schema) {
                        let name = format!("{name}[{member}]");
                        let found = item(list, &name);
                        self.expect(found.is_some(), http, &format!("lacks {name}"));
                        self.value(&format!("{http} {name}"), schema, found.unwrap_or_default().0, Way::Request);
                    }
                }
            }
        }
        if let Some(body) = operation.get("requestBody") {
            let schema = self.resolve(&self.resolve(body)["content"]["application/json"]["schema"]);
            let example = section.split("```rust").nth(1).unwrap_or_default();
            let mut given = members(schema).filter(|(name, _)| {
                [format!(".{name}("), format!(".{name}_(")].iter().any(|setter| example.contains(setter))
            });
            self.expect(given.next().is_some(), http, "has an example that gives nothing");
            for (name, member) in members(schema).filter(|(_, member)| member["readOnly"] != true) {
                let found = item(lists[usize::from(is_required(schema, name))], name);
                self.expect(found.is_some_and(|(_, doc)| !doc.is_empty()), http, &format!("lacks {name}"));
                self.value(&format!("{http} {name}"), member, found.unwrap_or_default().0, Way::Request);
            }
        }
        let responses = operation["responses"].as_object().unwrap();
        let (_, success) = responses.iter().find(|(status, _)| status.starts_with('2')).unwrap();
        self.returns(http, self.resolve(success), returns);
    }

    fn returns(&mut self, http: &str, response: &'a Value, text: &str) {
        let Some(content) = response["content"].as_object() else {
            return self.expect(text.trim() == "nothing.", http, "returns nothing");
        };
        let Some(json) = content.get("application/json") else {
            let told = content.keys().all(|media_type| text.contains(&format!("`{media_type}`")));
            return self.expect(told, http, "does not say what kind of file it returns");
        };
        let whole = self.resolve(&json["schema"]);
        let named: Vec<&str> = members(whole).map(|(name, _)| name).collect();
        let opened = named == ["data"] || text.starts_with("pages of ");
        if opened {
            self.value(&format!("{http} returns"), &whole["properties"]["data"], text, Way::Response);
        } else {
            self.value(&format!("{http} returns"), whole, text, Way::Response);
        }
        let mut objects = if opened { Vec::new() } else { vec![whole] };
        if named.contains(&"data") {
            objects.extend(self.alternatives(&whole["properties"]["data"]));
        }
        // An alternative may itself be one of several.
        let objects: Vec<&Value> = objects.into_iter().flat_map(|object| self.alternatives(object)).collect();
        for (name, member) in objects.into_iter().flat_map(members) {
            let told = text.contains(&format!("`{name}` (")) || text.contains(&format!("`{name}_` ("));
            self.expect(told, http, &format!("returns {name}"));
            for value in self.alternatives(member).into_iter().flat_map(values) {
                self.expect(text.contains(&value), http, &format!("may return {value}"));
            }
        }
    }

    /// Compares a schema with what is said of a value.
    fn value(&mut self, place: &str, schema: &'a Value, facts: &str, way: Way) {
        let alternatives = self.alternatives(schema);
        let object = link(facts).and_then(|name| Some((name.to_owned(), *self.types.get(name)?)));
        if let [only] = alternatives.as_slice() {
            if members(only).next().is_some() {
                let Some((name, section)) = object else { return self.expect(false, place, "leads nowhere") };
                self.object(&name, section, only, way);
                return;
            }
            let wanted: BTreeSet<String> = values(only).collect();
            if !wanted.is_empty() {
                let list = facts.split_once("enum `").and_then(|(_, rest)| rest.split_once("`: "));
                let list = list.map(|(_, list)| list.split([';', ')']).next().unwrap_or_default());
                let told: BTreeSet<String> = list.unwrap_or_default().split(", ").map(str::to_owned).collect();
                return self.expect(told == wanted, place, &format!("is one of {wanted:?}, but {told:?} are told"));
            }
            let name = match (only["type"].as_str(), only["format"].as_str()) {
                (Some("string"), Some("binary")) => return,
                (Some("string"), Some(format)) => format,
                (Some(name @ ("string" | "integer" | "boolean" | "number")), _) => name,
                _ => return,
            };
            let fact = facts.split([';', ',']).next().unwrap_or_default();
            self.expect(fact.rsplit(' ').next() == Some(name), place, &format!("is a {name}, not {fact}"));
            return;
        }
        if alternatives.iter().all(|alternative| members(alternative).next().is_none()) {
            return;
        }
        let Some((name, section)) = object else { return self.expect(false, place, "leads nowhere") };
        if !self.compared.insert((name.clone(), std::ptr::from_ref(schema).addr())) {
            return;
        }
        let mut met = BTreeSet::new();
        for (at, (variant, facts, _)) in items(section).enumerate() {
            // A tag tells which alternative it is, or else they have kept their order.
            let tag = facts.split_once("; where `").and_then(|(_, tag)| tag.strip_suffix('`')?.split_once("` is `"));
            let found = match tag {
                Some((_, value)) => self
                    .tagged(schema, value)
                    .and_then(|wanted| alternatives.iter().position(|alternative| std::ptr::eq(*alternative, wanted))),
                None => Some(at),
            };
            let alternative = found.and_then(|at| Some((at, *alternatives.get(at)?)));
            let Some((at, alternative)) = alternative else {
                self.expect(false, &name, &format!("{variant} is none of its alternatives"));
                continue;
            };
            met.insert(at);
            self.value(&format!("{name} {variant}"), alternative, facts, way);
        }
        self.expect(met.len() == alternatives.len(), &name, "lacks alternatives");
    }

    fn object(&mut self, name: &str, section: &str, schema: &'a Value, way: Way) {
        if !self.compared.insert((name.to_owned(), std::ptr::from_ref(schema).addr())) {
            return;
        }
        let hidden = if way == Way::Request { "readOnly" } else { "writeOnly" };
        for (member, inside) in members(schema).filter(|(_, member)| member[hidden] != true) {
            let Some((facts, doc)) = item(section, member) else {
                self.expect(false, name, &format!("lacks {member}"));
                continue;
            };
            let place = format!("{name}.{member}");
            self.expect(!doc.is_empty(), &place, "is not explained");
            let required = facts.split("; ").any(|fact| fact == "required");
            // What a response always has, but perhaps as null, is an `Option` all the same.
            let wanted = is_required(schema, member) && (way == Way::Request || !self.is_nullable(inside));
            self.expect(required == wanted, &place, "is required or not");
            self.value(&place, inside, facts, way);
        }
    }

    /// Every link leads to a heading.
    fn links(&mut self) {
        let headings: BTreeSet<String> = self.types.keys().map(|name| name.to_lowercase()).collect();
        for target in self.text.split("](#").skip(1).filter_map(|rest| rest.split(')').next()) {
            self.expect(headings.contains(target), target, "is no heading");
        }
    }

    /// A request stands only where its operation is described; elsewhere the operation goes by its call.
    fn calls(&mut self) {
        let prose: Vec<&str> = self.text.lines().filter(|line| !self.requests.iter().any(|own| own == line)).collect();
        let prose = prose.join("\n");
        for request in self.requests.clone() {
            self.expect(!prose.contains(&request), &request, "is mentioned by its request");
        }
    }

    fn resolve(&self, value: &'a Value) -> &'a Value {
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else { return value };
        let (file, pointer) = reference.split_once('#').unwrap();
        self.resolve(self.documents[file].pointer(pointer).unwrap())
    }

    /// The alternative that the value of a tag stands for.
    fn tagged(&self, schema: &'a Value, value: &str) -> Option<&'a Value> {
        let schema = self.resolve(schema);
        if let Some(items) = schema.get("items") {
            return self.tagged(items, value);
        }
        let pointer = schema["discriminator"]["mapping"][value].as_str()?.strip_prefix('#')?;
        // Names are unique over all documents.
        self.documents.values().find_map(|document| document.pointer(pointer))
    }

    fn is_nullable(&self, schema: &'a Value) -> bool {
        let null = |schema: &Value| match &schema["type"] {
            Value::Array(types) => types.iter().any(|name| name == "null"),
            name => name == "null",
        };
        let several = ["oneOf", "anyOf"].iter().filter_map(|keyword| schema.get(keyword)?.as_array());
        null(self.resolve(schema)) || several.flatten().any(null)
    }

    /// What a value, or one in a list of them, may be, but null.
    fn alternatives(&self, schema: &'a Value) -> Vec<&'a Value> {
        let schema = self.resolve(schema);
        if let Some(items) = schema.get("items") {
            return self.alternatives(items);
        }
        let several = ["oneOf", "anyOf"].iter().find_map(|keyword| schema.get(keyword)?.as_array());
        let Some(several) = several else { return vec![schema] };
        let present: Vec<&Value> = several.iter().filter(|one| self.resolve(one)["type"] != "null").collect();
        match present.as_slice() {
            [only] => self.alternatives(only),
            several => several.iter().map(|one| self.resolve(one)).collect(),
        }
    }
}

fn requests(documents: &BTreeMap<String, Value>) -> Vec<String> {
    let paths = documents.values().filter_map(|document| document["paths"].as_object()).flatten();
    let requests = paths.flat_map(|(path, operations)| {
        let verbs = ["get", "post", "put", "patch", "delete"].into_iter().filter(|verb| operations.get(verb).is_some());
        verbs.map(move |verb| format!("`{} {path}`", verb.to_uppercase()))
    });
    requests.collect()
}

fn members(schema: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let members = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    members.map(|(name, member)| (name.as_str(), member))
}

fn values(schema: &Value) -> impl Iterator<Item = String> {
    let values = schema.get("enum").and_then(Value::as_array).into_iter().flatten().filter(|value| !value.is_null());
    values.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

fn is_required(schema: &Value, member: &str) -> bool {
    schema["required"].as_array().is_some_and(|required| required.iter().any(|name| name == member))
}

/// The type that a text leads to.
fn link(text: &str) -> Option<&str> {
    text.split_once("[`")?.1.split('`').next()
}

/// The item of a list that is about a name of the wire: what is said of it in brackets, and what it is for.
fn item<'t>(list: &'t str, wire: &str) -> Option<(&'t str, &'t str)> {
    let sent = format!("sent as `{wire}`");
    let mut found = items(list).filter(|(name, facts, _)| {
        if facts.contains("sent as `") { facts.contains(&sent) } else { plain(name) == plain(wire) }
    });
    found.next().map(|(_, facts, doc)| (facts, doc))
}

/// A name without what is only a matter of style.
fn plain(name: &str) -> String {
    name.replace('_', "").to_lowercase()
}

/// Items of lists: name, facts in brackets, and what follows.
fn items(list: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    list.lines().filter_map(|line| {
        let (name, rest) = line.strip_prefix("- `")?.split_once("` (")?;
        let mut depth = 1;
        let end = rest.find(|character| {
            depth += i32::from(character == '(') - i32::from(character == ')');
            depth == 0
        })?;
        Some((name, &rest[..end], rest[end + 1..].trim_start_matches(": ")))
    })
}
