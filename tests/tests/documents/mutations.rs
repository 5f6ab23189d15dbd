//! Documents with random mistakes: whatever they hold, there is a model or a reason why not, and never a panic.

use std::path::Path;

use codegen::diagnostic::Diagnostics;
use codegen::generate::{self, Loaded};
use codegen::source::Sources;

use crate::table;

const MUTATIONS: u64 = 150;
/// For each of the small documents.
const MUTATIONS_OF_EACH: u64 = 12;

#[test]
fn no_mutation_panics() {
    let mut models = 0;
    for name in ["struct", "union-discriminator", "paging"] {
        models += models_of(name, &table::root().join(format!("documents/constructs/{name}.yaml")), MUTATIONS);
    }
    // Most of the mutations must reach the last pass, or they would show nothing about it.
    assert!(models > MUTATIONS, "only {models} documents had a model");
}

#[test]
fn no_mutation_of_any_construct_panics() {
    let mut models = 0;
    for case in table::cases(&["constructs", "names"]) {
        models += models_of(&case.name, &case.folder().join(case.file_name()), MUTATIONS_OF_EACH);
    }
    assert!(models > MUTATIONS, "only {models} documents had a model");
}

/// How many mutations of a document have a model; the others have reasons why not.
fn models_of(name: &str, path: &Path, mutations: u64) -> u64 {
    let original = std::fs::read(path).unwrap();
    let mut models = 0;
    for seed in 0..mutations {
        let mut random = Random(seed);
        let text = String::from_utf8_lossy(&mutate(&original, &mut random)).into_owned();
        let outcome = std::panic::catch_unwind(|| generated(name, &text)).ok();
        match outcome {
            Some(Ok(())) => models += 1,
            Some(Err(0)) => panic!("{name}, seed {seed}: neither a model nor a reason\n{text}"),
            Some(Err(_)) => {}
            None => panic!("{name}, seed {seed}: panicked\n{text}"),
        }
    }
    models
}

/// Chains of references that no person writes, but some generators do: neither the stack nor the time runs out.
#[test]
fn long_chains() {
    for link in [
        "{type: object, properties: {next: {$ref: '#/components/schemas/NEXT'}}}",
        "{type: array, items: {$ref: '#/components/schemas/NEXT'}}",
        "{$ref: '#/components/schemas/NEXT'}",
        "{allOf: [{$ref: '#/components/schemas/NEXT'}, {description: A link.}]}",
        "{oneOf: [{$ref: '#/components/schemas/NEXT'}, {type: string}]}",
    ] {
        chain(2_000, link);
    }
}

/// The same where each link leads on in several ways: there are 2^100 of them.
#[test]
fn chains_that_fan_out() {
    for link in [
        "{oneOf: [{allOf: [{$ref: '#/components/schemas/NEXT'}, {properties: {p: {type: string}}}]}, \
         {allOf: [{$ref: '#/components/schemas/NEXT'}, {properties: {q: {type: string}}}]}]}",
        "{oneOf: [{$ref: '#/components/schemas/NEXT'}, {properties: {p: {}}}, {$ref: '#/components/schemas/NEXT'}], \
         properties: {q: {type: string}}}",
        "{allOf: [{oneOf: [{$ref: '#/components/schemas/NEXT'}, {properties: {p: {type: string}}}]}, \
         {anyOf: [{$ref: '#/components/schemas/NEXT'}, {properties: {q: {type: string}}}]}]}",
        "{oneOf: [{$ref: '#/components/schemas/NEXT'}, {type: array, items: {$ref: '#/components/schemas/NEXT'}}, \
         {oneOf: [{$ref: '#/components/schemas/NEXT'}, {type: string}]}]}",
        // And all of them lead back.
        "{oneOf: [{allOf: [{$ref: '#/components/schemas/NEXT'}, {$ref: '#/components/schemas/S0'}]}, \
         {allOf: [{$ref: '#/components/schemas/S1'}, {$ref: '#/components/schemas/NEXT'}]}], required: [pNEXT]}",
        "{oneOf: [{$ref: '#/components/schemas/NEXT'}, {$ref: '#/components/schemas/S0'}, \
         {type: array, items: {oneOf: [{$ref: '#/components/schemas/S1'}, {$ref: '#/components/schemas/NEXT'}]}}]}",
    ] {
        chain(100, link);
    }
}

/// What lies too far below to be looked at is told, and not just left out.
#[test]
fn a_chain_that_is_cut_is_told() {
    let mut text = "openapi: 3.1.0\ninfo: {title: Cut, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n".to_owned();
    for index in 0..210 {
        let next = format!("{{$ref: '#/components/schemas/S{}'}}", index + 1);
        text.push_str(&format!("    S{index}: {{allOf: [{next}], properties: {{p{index}: {{type: string}}}}}}\n"));
    }
    text.push_str("    S210: {properties: {end: {type: string}}}\n");
    let mut diagnostics = Diagnostics::new();
    let sources = Sources::from_texts(&[("cut.yaml", text.as_str())], &mut diagnostics);
    let mut loaded = Loaded { sources, diagnostics, ..Loaded::default() };
    assert!(generate::model(&mut loaded).is_some());
    let rendered = table::rendered(&loaded);
    assert!(rendered.contains("warning[deep-nesting]: `allOf` nests more than 200 levels deep"), "{rendered}");
}

fn chain(links: usize, link: &str) {
    // Wherever a schema may stand, it is looked at in a way of its own.
    let mut text = "\
openapi: 3.1.0
info: {title: Chain, version: '1'}
paths:
  /things:
    post:
      parameters: [{name: filter, in: query, style: deepObject, schema: {$ref: '#/components/schemas/S0'}}]
      requestBody:
        content:
          application/json: {schema: {$ref: '#/components/schemas/S0'}}
          application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/S0'}}
          multipart/form-data: {schema: {$ref: '#/components/schemas/S0'}}
      responses: {'200': {description: Done., content: {application/json: {schema: {$ref: '#/components/schemas/S0'}}}}}
    get:
      parameters: [{name: page, in: query, schema: {type: integer}}, {name: per_page, in: query, schema: {type: integer}}]
      responses: {'200': {description: Done., content: {application/json: {schema: {$ref: '#/components/schemas/S0'}}}}}
    put:
      requestBody:
        content:
          multipart/form-data: {schema: {properties: {part: {$ref: '#/components/schemas/S0'}}}}
      responses: {'204': {description: Done.}}
components:
  schemas:
"
    .to_owned();
    for index in 0..links {
        let link = link.replace("NEXT", &format!("S{}", index + 1));
        text.push_str(&format!("    S{index}: {link}\n"));
    }
    text.push_str(&format!("    S{links}: {{type: object, properties: {{end: {{type: string}}}}}}\n"));
    // Whether so long a chain is accepted is open, but it comes to an end.
    let outcome = generated("chain", &text);
    assert_ne!(outcome, Err(0), "neither a model nor a reason: {link}");
}

/// The whole way; in the end the number of diagnostics.
fn generated(name: &str, text: &str) -> Result<(), usize> {
    let mut diagnostics = Diagnostics::new();
    let sources = Sources::from_texts(&[("mutated.yaml", text)], &mut diagnostics);
    let mut loaded = Loaded { sources, diagnostics, ..Loaded::default() };
    let api = generate::model(&mut loaded);
    let rendered = table::rendered(&loaded);
    let Some(api) = api else {
        assert!(loaded.diagnostics.error_count() == 0 || !rendered.is_empty());
        return Err(loaded.diagnostics.error_count());
    };
    let options = codegen::emit::EmitOptions { crate_name: name.to_owned(), command: "test".to_owned() };
    table::source(&api, &options);
    codegen::emit::emit_driver(&api, &options).unwrap();
    Ok(())
}

const WORDS: &[&str] = &[
    "null",
    "object",
    "array",
    "string",
    "type",
    "oneOf",
    "allOf",
    "$ref",
    "{}",
    "[]",
    "-1",
    "true",
    "'#/components'",
    "'#/components/schemas/Order'",
    "1e999",
    "''",
    "default",
    "required",
    "'~1'",
    "'{id}'",
    "query",
    "deepObject",
];

fn mutate(original: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = original.to_vec();
    for _ in 0..=random.below(2) {
        let at = random.below(bytes.len());
        match random.below(9) {
            // Another byte.
            0 => bytes[at] = *random.one_of(b"{}[]:,-'\"#&*!|>%@ \n\tA0\\\xff~/$"),
            // A byte more.
            1 => bytes.insert(at, *random.one_of(b"{}[]:,-'\"#&*!|> \nz9$")),
            // A byte less.
            2 => {
                bytes.remove(at);
            }
            // The rest missing.
            3 => bytes.truncate(at.max(1)),
            // A line in another place, or in place of another.
            4 | 5 => {
                let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
                let from = random.below(lines.len());
                let to = random.below(lines.len());
                let line = lines[from];
                if random.below(2) == 0 {
                    lines[to] = line;
                } else {
                    lines.insert(to, line);
                }
                bytes = lines.join(&b'\n');
            }
            // A word in place of another.
            _ => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let mut parts: Vec<&str> = text.split_inclusive([' ', ',', '}', ':', '\n']).collect();
                let words: Vec<usize> = (0..parts.len()).filter(|index| parts[*index].len() > 1).collect();
                let index = *random.one_of(&words);
                let word = if random.below(2) == 0 { random.one_of(WORDS) } else { parts[*random.one_of(&words)] };
                let end = parts[index].len() - 1;
                let (word, end) =
                    (word.trim_end_matches([' ', ',', '}', ':', '\n']).to_owned(), parts[index].split_at(end).1);
                let replaced = format!("{word}{end}");
                parts[index] = &replaced;
                bytes = parts.concat().into_bytes();
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

/// Steele's `SplitMix64`: the same numbers for the same seed, everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap()
    }

    fn one_of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}
