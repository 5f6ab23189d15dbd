//! The example of every operation of every document in small, and the one of the front page, at work: they are functions
//! of one program, which sends them to a mock of their document.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{ChildStderr, Command, Stdio};
use std::sync::{Arc, Mutex};

use codegen::emit::{self, EmitOptions};
use codegen::generate;
use codegen::model::Api;
use mock::{Mock, Options, Server};

use crate::dialogue::{self, Dialogue};
use crate::programs::TOKIO;
use crate::table::{self, Case};
use crate::{bundle, compiles};

/// The name of the crate that holds the program.
pub(crate) const NAME: &str = "run-examples";

/// Examples that come to nothing here.
struct Failing {
    document: &'static str,
    examples: &'static [&'static str],
    /// A piece of what is said about each.
    said: &'static str,
    because: &'static str,
}

const FAILING: &[Failing] = &[
    Failing {
        document: "all-of-required",
        examples: &[FRONT_PAGE, "pets.create"],
        said: "/closed False schema does not allow",
        because: "what is said beside references leaves no answer that fits",
    },
    Failing {
        document: "siblings-31",
        examples: &[FRONT_PAGE, "pets.create"],
        said: "the answer does not fit: /other_type",
        because: "what is said beside references leaves no answer that fits",
    },
    Failing {
        document: "parts-more",
        examples: &["circles.create", "circles.update"],
        said: "the body fits none of the alternatives",
        because: "alternatives that lead to each other leave no value that fits",
    },
    Failing {
        document: "forms",
        examples: &["lists.create"],
        said: "the body is not of type \"array\"",
        because: "a form is an object, never a list",
    },
    Failing {
        document: "uploads",
        examples: &["voices.create"],
        said: "/model is required; /body is required",
        because: "what only some alternatives of a form require is no required part of it",
    },
    Failing {
        document: "uploads",
        examples: &["forms.raw.create", "forms.raw.replace"],
        said: "multipart boundary not found in Content-Type",
        because: "the caller writes the form, with its boundary",
    },
    Failing {
        document: "hostile",
        examples: &["things11.dot_dot.dot_dot.dot_dot.etc.passwd.create", "things14.dot_dot"],
        said: "must not be `..`",
        because: "a path that climbs out of its place is not sent",
    },
    Failing {
        document: "collisions",
        examples: &[FRONT_PAGE, "foo_bar.list"],
        said: "header `page[size]` is required",
        because: "no header can have this name",
    },
];

/// What the example of the front page is called here.
const FRONT_PAGE: &str = "front page";

#[test]
#[ignore = "takes minutes: builds crates"]
fn examples_run() {
    let minis = compiles::write();
    compiles::run(&minis, &["build", "--package", NAME]);
    let network = tokio::runtime::Runtime::new().unwrap();
    let mut wrong = String::new();
    let (mut ran, mut excused) = (0, BTreeSet::new());
    for (case, api) in cases() {
        let operations = operations(&api);
        for seed in [None, Some(1), Some(2)] {
            let (url, heard) = mock(&network, &case, seed);
            let mut program = Program::start(&case, &api, &url);
            for name in [&[FRONT_PAGE.to_owned()], program.names().as_slice()].concat() {
                ran += 1;
                let result = program.run(&name);
                let Heard { mut faults, met } = std::mem::take(&mut *heard.lock().unwrap());
                faults.extend(result.err());
                let is_met = operations.get(&name).map_or(!met.is_empty(), |operation| met.contains(*operation));
                if faults.is_empty() && !is_met {
                    faults.push(format!("its operation was never asked for, but {met:?}"));
                }
                if faults.is_empty() {
                    continue;
                }
                let known = |one: &&Failing| {
                    one.document == case.name
                        && one.examples.contains(&name.as_str())
                        && faults.iter().any(|fault| fault.contains(one.said))
                };
                match FAILING.iter().find(known) {
                    Some(known) => _ = excused.insert((known.document, name)),
                    None => writeln!(wrong, "{} {name}, seed {seed:?}:\n  {}", case.name, faults.join("\n  ")).unwrap(),
                }
            }
        }
    }
    for Failing { document, examples, because, .. } in FAILING {
        for name in examples.iter().filter(|name| !excused.contains(&(*document, (**name).to_owned()))) {
            writeln!(wrong, "{document} {name} is listed, \"{because}\", and does not fail so").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(ran > 1000, "only {ran} examples ran");
}

/// The ids of the operations whose calls these are.
fn operations(api: &Api) -> BTreeMap<String, &str> {
    let methods = api.methods().into_iter();
    let named = methods.map(|(resource, method)| {
        let path = resource.path.iter().chain([&method.name]).map(String::as_str).collect::<Vec<_>>();
        (path.join("."), method.operation_id.as_str())
    });
    named.collect()
}

/// What a mock was asked for, and all that is wrong with requests and answers.
#[derive(Default)]
struct Heard {
    faults: Vec<String>,
    met: BTreeSet<String>,
}

/// The documents that have operations.
fn cases() -> Vec<(Case, Api)> {
    let cases = table::cases(&["constructs", "names"]).into_iter().map(|case| {
        let (_, api) = case.model();
        (case, api.unwrap())
    });
    cases.filter(|(_, api)| !api.methods().is_empty()).collect()
}

/// Starts a mock of a document.
fn mock(network: &tokio::runtime::Runtime, case: &Case, seed: Option<u64>) -> (String, Arc<Mutex<Heard>>) {
    let (documents, config) = case.files();
    let mock = Mock::load(documents, config, Options { seed, ..Options::default() }).unwrap();
    let server = network.block_on(Server::bind(Arc::new(mock), 0)).unwrap();
    let url = server.base_url();
    let heard = Arc::new(Mutex::new(Heard::default()));
    let told = heard.clone();
    network.spawn(server.run(move |request, answer| {
        let line = format!("{} {}?{}", request.method, request.path, request.query);
        let mut told = told.lock().unwrap();
        told.met.extend(answer.operation.clone());
        let refused = answer.violations.iter().chain(&answer.notes).map(|violation| format!("{line}: {violation}"));
        let misfits = answer.misfits.iter().map(|misfit| format!("{line}: the answer does not fit: {misfit}"));
        told.faults.extend(refused.chain(misfits));
    }));
    (url, heard)
}

/// A running program that runs the examples of a document. What they print goes to the other output.
struct Program(Dialogue<ChildStderr>);

impl Program {
    /// Starts the program, which finds all that a client needs in its environment.
    fn start(case: &Case, api: &Api, url: &str) -> Self {
        let folder = compiles::target().join("examples-files");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("file.bin"), "what is uploaded").unwrap();
        let keys = api.security.schemes.iter().flat_map(|scheme| &scheme.env).map(|name| (name.as_str(), "any"));
        let mut command = Command::new(dialogue::built(NAME));
        command.arg(bundle::module(case)).current_dir(folder);
        command.env_clear().envs(keys).env(&api.env.base_url, url);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        Self(Dialogue::start(&mut command, |child| child.stderr.take()))
    }

    /// The names of the examples of the document's operations.
    fn names(&mut self) -> Vec<String> {
        serde_json::from_value(self.0.line()).unwrap()
    }

    /// Runs an example.
    fn run(&mut self, name: &str) -> Result<(), String> {
        self.0.ask(name).as_str().map_or(Ok(()), |error| Err(error.to_owned()))
    }
}

/// Writes the source of the program.
pub(crate) fn write(minis: &Path) {
    let source = dialogue::write_manifest(minis, NAME, &format!("serde_json = \"1\"\n{TOKIO}"), "");
    let (mut modules, mut arms) = (String::new(), String::new());
    for (case, api) in cases() {
        let module = bundle::module(&case);
        let options = EmitOptions { crate_name: format!("{}::{module}", bundle::NAME), ..case.options() };
        let text = format!("{}\n{}", emit::emit_examples(&api, &options).text, front_page(&api, &options));
        compiles::write_if_new(&source.join(format!("{module}.rs")), &text);
        writeln!(modules, "mod {module};").unwrap();
        writeln!(arms, "        {module:?} => run!({module}),").unwrap();
    }
    let main = MAIN.replace("MODULES\n", &modules).replace("        ARMS\n", &arms);
    compiles::write_if_new(&source.join("main.rs"), &main);
}

/// The example of a crate's front page, as it stands there.
fn front_page(api: &Api, options: &EmitOptions) -> String {
    let files = generate::stand_alone(api, options).unwrap();
    let root = files.iter().find(|file| file.path == Path::new("src/lib.rs")).unwrap();
    let (_, after) = root.text.split_once("\n//! ```no_run\n").expect("the front page has an example");
    let (example, _) = after.split_once("\n//! ```\n").unwrap();
    let lines = example.lines().map(|line| {
        let line = line.strip_prefix("//!").unwrap();
        let line = line.strip_prefix(' ').unwrap_or(line);
        line.strip_prefix("# ").unwrap_or(line)
    });
    // There is no feature here that would be off.
    let lines = lines.filter(|line| !line.starts_with("#[cfg("));
    lines.collect::<Vec<_>>().join("\n").replacen("async fn example(", "pub async fn front_page(", 1) + "\n"
}

const MAIN: &str = r#"use std::io::BufRead;

MODULES

const FRONT_PAGE: &str = "front page";

macro_rules! run {
    ($module:ident) => {{
        let client = bundle::$module::Client::from_env().unwrap_or_else(|error| panic!("{}: {error}", stringify!($module)));
        eprintln!("{}", serde_json::json!($module::NAMES));
        for name in std::io::stdin().lock().lines() {
            let result = match name.unwrap().as_str() {
                FRONT_PAGE => $module::front_page().await,
                name => $module::run(&client, name).await.unwrap(),
            };
            eprintln!("{}", serde_json::json!(result.err().map(|error| error.to_string())));
        }
    }};
}

#[tokio::main]
async fn main() {
    let module = std::env::args().nth(1).unwrap();
    bundle::serve(&module);
    match module.as_str() {
        ARMS
        unknown => panic!("no examples of {unknown}"),
    }
}
"#;
