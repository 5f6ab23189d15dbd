//! Types of the documents in small, at work: what they decode they encode again, and it is the same JSON.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};
use std::sync::LazyLock;

use codegen::model::{Api, TypeDef};
use proptest::test_runner::{TestCaseError, TestError};
use serde_json::Value;
use tests::values::{self, Direction, Documents};

use crate::dialogue::{self, Dialogue};
use crate::table::{self, Case};
use crate::{bundle, compiles};

/// The name of the crate that holds the program.
pub(crate) const NAME: &str = "round-trip";

/// How many values each type is given.
const CASES: u32 = 16;

#[test]
#[ignore = "takes minutes: builds crates"]
fn types_keep_random_values() {
    let program = RefCell::new(Program::start());
    let mut wrong = String::new();
    let (mut types, mut skipped) = (0, Vec::new());
    for (case, api) in cases() {
        let documents = documents(&case);
        let file = case.file_name();
        for def in named(&api) {
            let direction = if def.builder.is_some() || def.name.ends_with("Param") {
                Direction::Request
            } else {
                Direction::Response
            };
            let Some(values) = documents.values(&file, &def.pointer, direction) else {
                skipped.push(format!("{} {}", case.name, def.name));
                continue;
            };
            types += 1;
            let outcome =
                values::runner(CASES).run(&values, |value| match program.borrow_mut().ask(&case, &def.name, &value) {
                    Ok(kept) if values::same(&value, &kept.value, direction) => Ok(()),
                    Ok(kept) => {
                        Err(TestCaseError::fail(format!("given {value}\n  kept  {}\n  as {}", kept.value, kept.shown)))
                    }
                    Err(error) => Err(TestCaseError::fail(format!("given {value}\n  {error}"))),
                });
            if let Err(TestError::Fail(reason, _)) = outcome {
                let _ = writeln!(wrong, "{} {}: {reason}", case.name, def.name);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(types > 200, "only {types} types; no value for {skipped:?}");
}

/// The documents that hold types and need no configuration to be read.
fn cases() -> Vec<(Case, Api)> {
    let cases = table::cases(&["constructs", "names"]).into_iter().filter(|case| !case.is_configured());
    let modelled = cases.map(|case| {
        let (_, api) = case.model();
        (case, api.unwrap())
    });
    modelled.filter(|(_, api)| named(api).next().is_some()).collect()
}

/// The types of schemas that have a name.
fn named(api: &Api) -> impl Iterator<Item = &TypeDef> {
    api.types
        .iter()
        .filter(|def| def.pointer.strip_prefix("/components/schemas/").is_some_and(|schema| !schema.contains('/')))
}

/// A document and those that it may refer to.
fn documents(case: &Case) -> Documents {
    let folder = case.folder();
    let mut documents = BTreeMap::new();
    for (prefix, folder) in [("", folder.clone()), ("parts/", folder.join("parts"))] {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_file() && (!prefix.is_empty() || name == case.file_name()) {
                let text = fs::read_to_string(&path).unwrap();
                let is_json = path.extension().is_some_and(|ending| ending == "json");
                let value =
                    if is_json { serde_json::from_str(&text).unwrap() } else { serde_yaml::from_str(&text).unwrap() };
                documents.insert(format!("{prefix}{name}"), value);
            }
        }
    }
    Documents(documents)
}

/// What a type made of a value.
#[derive(Debug)]
pub(crate) struct Kept {
    /// The value, encoded again.
    pub(crate) value: Value,
    /// How the type prints itself.
    pub(crate) shown: String,
}

/// A program that is linked with the types of all documents.
pub(crate) struct Program(Dialogue<ChildStdout>);

impl Program {
    /// Builds the program, once, and starts it.
    pub(crate) fn start() -> Self {
        static BUILT: LazyLock<PathBuf> = LazyLock::new(|| {
            let minis = compiles::write();
            compiles::run(&minis, &["build", "--package=round-trip"]);
            dialogue::built(NAME)
        });
        Self(Dialogue::start(Command::new(BUILT.as_path()).stdout(Stdio::piped()), |child| child.stdout.take()))
    }

    /// Has a value decoded into a type and encoded again.
    pub(crate) fn ask(&mut self, case: &Case, ty: &str, value: &Value) -> Result<Kept, String> {
        let mut answer = self.0.ask(format_args!("{} {ty}\t{value}", case.name));
        match answer.get("error") {
            Some(error) => Err(error.as_str().unwrap().to_owned()),
            None => Ok(Kept { value: answer["value"].take(), shown: answer["shown"].as_str().unwrap().to_owned() }),
        }
    }
}

/// Writes the source of the program.
pub(crate) fn write(minis: &Path) {
    let dependencies = "serde_core = \"1\"\nserde_json = \"1\"\n";
    let source = dialogue::write_manifest(minis, NAME, dependencies, "default-features = false, ");
    let mut arms = String::new();
    for (case, api) in cases() {
        let module = bundle::module(&case);
        for def in named(&api) {
            let name = &def.name;
            let _ =
                writeln!(arms, "        \"{} {name}\" => kept::<bundle::{module}::types::{name}>(text),", case.name);
        }
    }
    let main = MAIN.replace("        ARMS\n", &arms);
    compiles::write_if_new(&source.join("main.rs"), &main);
}

const MAIN: &str = r#"use std::io::{BufRead, Write};

use serde_core::Serialize;
use serde_core::de::DeserializeOwned;
use serde_json::{Value, json};

fn main() {
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let (name, text) = line.split_once('\t').unwrap();
        writeln!(output, "{}", answer(name, text)).unwrap();
        output.flush().unwrap();
    }
}

fn answer(name: &str, text: &str) -> Value {
    match name {
        ARMS
        unknown => json!({ "error": format!("no type {unknown}") }),
    }
}

fn kept<T: DeserializeOwned + Serialize + std::fmt::Debug>(text: &str) -> Value {
    match serde_json::from_str::<T>(text) {
        Ok(value) => json!({ "value": value, "shown": format!("{value:?}") }),
        Err(error) => json!({ "error": error.to_string() }),
    }
}
"#;
