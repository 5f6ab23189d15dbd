//! What makes generated source and runtime a crate of their own.

use std::path::PathBuf;

use super::{EmitOptions, File, examples, toml};
use crate::graph;
use crate::model::{Api, Http, Output, Type, TypeKind};

pub(crate) fn files(api: &Api, options: &EmitOptions) -> Vec<File> {
    vec![
        File { path: PathBuf::from("Cargo.toml"), text: cargo_toml(api, options) },
        File { path: PathBuf::from("src/lib.rs"), text: lib_rs(api, options) },
    ]
}

fn cargo_toml(api: &Api, options: &EmitOptions) -> String {
    let features: Vec<String> = api.features.iter().map(|feature| format!("{} = []\n", toml(&feature.name))).collect();
    let defaults: Vec<String> = api.features.iter().map(|feature| format!(", {}", toml(&feature.name))).collect();
    let mark = super::header(api, options).replace(char::is_control, " ");
    include_str!("Cargo.toml.in")
        .replace("@MARK@\n", &format!("# {}\n", mark.trim_matches(['/', ' '])))
        .replace("@PACKAGE@\n", &package(api, options))
        .replace("@DEFAULTS@", &defaults.concat())
        .replace("@FEATURES@", &features.concat())
        .replace("@WEBHOOKS@\n", if api.webhooks.is_some() { WEBHOOKS } else { "" })
        .replace("@DEPENDENCIES@", &dependencies(api.webhooks.is_some()))
        .replace("@LINTS@\n", if api.webhooks.is_some() { "" } else { LINTS })
}

/// The lines of `[package]`.
fn package(api: &Api, options: &EmitOptions) -> String {
    let package = &api.package;
    let description = || format!("Client of {}", api.title.replace(char::is_control, " "));
    let list = |values: &[String]| {
        let values: Vec<String> = values.iter().map(|value| toml(value)).collect();
        (!values.is_empty()).then(|| format!("[{}]", values.join(", ")))
    };
    let text = |value: &Option<String>| value.as_deref().map(toml);
    let lines = [
        ("name", Some(toml(&options.crate_name))),
        ("description", Some(toml(&package.description.clone().unwrap_or_else(description)))),
        ("version", Some(toml(package.version.as_deref().unwrap_or("0.1.0")))),
        ("edition", Some(toml("2024"))),
        ("rust-version", Some(toml("1.88"))),
        ("authors", list(&package.authors)),
        ("license", text(&package.license)),
        ("repository", text(&package.repository)),
        ("homepage", text(&package.homepage)),
        ("documentation", text(&package.documentation)),
        ("readme", text(&package.readme)),
        ("keywords", list(&package.keywords)),
        ("categories", list(&package.categories)),
        ("publish", package.publish.map(|publish| publish.to_string())),
    ];
    lines.into_iter().filter_map(|(key, value)| Some(format!("{key} = {}\n", value?))).collect()
}

/// The feature of crates whose API posts to webhooks.
const WEBHOOKS: &str = "
# Checks and decodes what the API posts to webhooks.
webhooks = [\"dep:base64\", \"dep:ed25519-dalek\"]
";

const WEBHOOKS_DOC: &str = "//! * `webhooks`: checks and decodes what the API posts to webhooks.\n";

/// All other crates have the same runtime, but not the feature.
const LINTS: &str = "
[lints.rust]
unexpected_cfgs = { level = \"warn\", check-cfg = ['cfg(feature, values(\"webhooks\"))'] }
";

/// What the runtime needs; all but the last two lines only with some feature.
const OPTIONAL: &[(&str, &str)] = &[
    ("base64", ""),
    ("bytes", ""),
    ("chrono", ""),
    ("ed25519-dalek", ""),
    ("fastrand", ""),
    ("futures-core", ""),
    ("http-body", ""),
    ("httpdate", ""),
    ("jiff", ""),
    ("percent-encoding", ""),
    ("reqwest", ""),
    ("rustls", ""),
    ("rustls-graviola", ""),
    ("rustls-platform-verifier", ""),
    ("time", ""),
    ("tokio", r#", features = ["rt", "sync", "time"]"#),
    ("tracing", ""),
];

/// The dependencies of the runtime, in the versions of our own workspace.
fn dependencies(webhooks: bool) -> String {
    let mut lines: Vec<String> = OPTIONAL
        .iter()
        .filter(|(name, _)| webhooks || !["base64", "ed25519-dalek"].contains(name))
        .filter_map(|(name, more)| {
            let table = requirement(name)?;
            Some(format!("{name} = {{ {table}, optional = true{more} }}\n"))
        })
        .collect();
    lines.extend(requirement("serde_core").map(|table| format!("serde_core = {{ {table} }}\n")));
    lines.push("serde_json = \"1\"\n".to_owned());
    lines.sort();
    lines.concat()
}

/// `version = ".."` and what else the workspace says of a dependency.
fn requirement(name: &str) -> Option<String> {
    let workspace = include_str!("../../../Cargo.toml");
    let line = workspace.lines().find_map(|line| line.strip_prefix(&format!("{name} = ")))?;
    let line = line.split(" # ").next().unwrap_or(line).trim();
    match line.strip_prefix('{').and_then(|line| line.strip_suffix('}')) {
        Some(table) => Some(table.trim().to_owned()),
        None => Some(format!("version = {line}")),
    }
}

fn lib_rs(api: &Api, options: &EmitOptions) -> String {
    let mut text = super::header(api, options);
    text.push('\n');
    let prose = format!("Client of {}.\n\n{}", api.title, api.description);
    for line in super::docs::lines(&prose) {
        text.push_str(if line.is_empty() { "//!" } else { "//! " });
        text.push_str(&line);
        text.push('\n');
    }
    let servers =
        if api.servers.is_empty() { "" } else { "#[cfg(feature = \"client\")]\npub use crate::generated::servers;\n" };
    let lib = include_str!("lib.rs.in")
        .replace("@EXAMPLE@\n", &comment(&first_request(api, options)))
        .replace("@FEATURES@\n", &comment(&features(api)))
        .replace("@WEBHOOKS@\n", if api.webhooks.is_some() { WEBHOOKS_DOC } else { "" })
        .replace("@ENVIRONMENT@", &[credentials(api, options), environment(api), deep_types(api)].concat());
    text.push_str(&lib.replace("@SERVERS@", servers));
    text
}

fn comment(lines: &[String]) -> String {
    lines.iter().map(|line| format!("//! {line}").trim_end().to_owned() + "\n").collect()
}

/// A program's way to its first answer: a list, if there is one that needs no argument, or else what is only read.
fn first_request(api: &Api, options: &EmitOptions) -> Vec<String> {
    let krate = options.crate_name.replace('-', "_");
    let mut calls = api.methods();
    calls.retain(|(_, method)| !method.deprecated);
    let Some((resource, method)) = calls.into_iter().min_by_key(|(_, method)| {
        let is_list = matches!(method.output, Output::Page { .. });
        (method.http != Http::Get, !method.path_args.is_empty(), !is_list)
    }) else {
        return Vec::new();
    };
    let gates: Vec<String> = method.features.iter().map(|feature| format!("feature = {}", toml(feature))).collect();
    let gate = match gates.as_slice() {
        [] => String::new(),
        [only] => format!(", {only}"),
        several => format!(", any({})", several.join(", ")),
    };
    let variables: Vec<&str> = api.security.schemes.iter().flat_map(|scheme| &scheme.env).map(String::as_str).collect();
    let source = match variables.as_slice() {
        [] => String::new(),
        [only] => format!(" // {only}"),
        _ => " // see below".to_owned(),
    };
    let example = examples::call(api, resource, method);
    let mut lines = vec![
        "```no_run".to_owned(),
        format!("# #[cfg(all(feature = \"client\"{gate}))]"),
        format!("# async fn example() -> {krate}::Result<()> {{"),
        format!("use {krate}::Client;"),
    ];
    lines.extend(example.imports(&krate));
    lines.extend([String::new(), format!("let client = Client::from_env()?;{source}")]);
    lines.extend(example.code);
    lines.extend(["# Ok(())", "# }", "```", ""].map(str::to_owned));
    lines
}

/// The features that operations belong to.
fn features(api: &Api) -> Vec<String> {
    let names: Vec<String> = api.features.iter().map(|feature| format!("`{}`", feature.name)).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let said = format!("Operations are built with their features, all of which are on: {}.", names.join(", "));
    let mut lines = super::docs::lines(&said);
    lines.push(String::new());
    lines
}

/// The limit that the compiler needs where types hold each other so deep that its own, 128, is too little.
fn deep_types(api: &Api) -> String {
    /// What rustc counts for each level, and then some: a list, a box or an option counts like a type.
    const PER_LEVEL: usize = 8;
    let levels = levels(api);
    let limit = (levels * PER_LEVEL).next_power_of_two();
    if limit <= 256 {
        return String::new();
    }
    format!(
        "//!\n//! # Deep types\n//!\n//! Types of this API hold each other {levels} levels deep. A crate in which the \
         compiler speaks of its recursion\n//! limit needs the attribute `#![recursion_limit = \"{limit}\"]`, as this \
         one has it.\n\n#![recursion_limit = \"{limit}\"]"
    )
}

/// How many types there are on the longest way from a type to what it holds, and on to what that holds, as a walk goes
/// that visits none twice.
fn levels(api: &Api) -> usize {
    let held: Vec<Vec<usize>> = api.types.iter().map(|def| held(&def.kind)).collect();
    let mut levels = vec![0; held.len()];
    for index in graph::inner_first(&held) {
        let below = held.get(index).into_iter().flatten().filter_map(|inner| levels.get(*inner)).max().copied();
        if let Some(level) = levels.get_mut(index) {
            *level = below.unwrap_or(0) + 1;
        }
    }
    levels.into_iter().max().unwrap_or(0)
}

/// The types that a type's values hold, wherever.
fn held(kind: &TypeKind) -> Vec<usize> {
    let types: Vec<&Type> = match kind {
        TypeKind::Struct(object) => {
            object.fields.iter().map(|field| &field.ty).chain(object.rest.as_ref().map(|(_, rest)| rest)).collect()
        }
        TypeKind::Union(union) => union.variants.iter().map(|variant| &variant.ty).collect(),
        TypeKind::Alias(target) => vec![target],
        TypeKind::StringEnum(_) | TypeKind::IntEnum(_) => Vec::new(),
    };
    types.into_iter().filter_map(Type::named).map(|id| id.0).collect()
}

/// How to send what the document does not speak of, which servers may want all the same.
fn credentials(api: &Api, options: &EmitOptions) -> String {
    if !api.security.schemes.is_empty() {
        return String::new();
    }
    let krate = options.crate_name.replace('-', "_");
    comment(&[
        String::new(),
        "# Credentials".to_owned(),
        String::new(),
        "The document says nothing of credentials. If the server wants some, send them with every request:".to_owned(),
        String::new(),
        "```".to_owned(),
        "# #[cfg(feature = \"client\")]".to_owned(),
        format!("# fn example(token: &str) -> {krate}::Result<()> {{"),
        format!(
            "let client = {krate}::Client::builder().header(\"authorization\", format!(\"Bearer {{token}}\")).build()?;"
        ),
        "# Ok(())".to_owned(),
        "# }".to_owned(),
        "```".to_owned(),
    ])
}

/// The table of the environment's variables.
fn environment(api: &Api) -> String {
    let mut text = String::from("//!\n//! # Environment\n//!\n//! | variable | what it holds |\n//! |---|---|\n");
    let credentials = api.security.schemes.iter().flat_map(|scheme| {
        let what = match (scheme.setter.as_str(), scheme.env.len()) {
            ("api_key", _) => "the key".to_owned(),
            (setter, 1) => format!("what [`ClientBuilder::{setter}`] takes"),
            (setter, _) => format!("half of what [`ClientBuilder::{setter}`] takes"),
        };
        scheme.env.iter().map(move |name| (name, what.clone()))
    });
    let url = (&api.env.base_url, "the URL below which requests go".to_owned());
    let webhooks = api.webhooks.is_some().then(|| (&api.env.webhook_key, "the public key of webhooks".to_owned()));
    for (name, what) in credentials.chain([url]).chain(webhooks) {
        text.push_str(&format!("//! | `{name}` | {what} |\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PackageConfig;

    #[test]
    fn a_package_says_what_is_configured() {
        let mut api = Api { title: "A\nB".to_owned(), ..Api::default() };
        let options = EmitOptions { crate_name: "ab".to_owned(), command: String::new() };
        let usual = "name = \"ab\"\ndescription = \"Client of A B\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
                     rust-version = \"1.88\"\n";
        assert_eq!(package(&api, &options), usual);
        api.package = PackageConfig {
            version: Some("2.0.0".to_owned()),
            license: Some("MIT".to_owned()),
            keywords: vec!["a".to_owned(), "\"b".to_owned()],
            publish: Some(false),
            ..PackageConfig::default()
        };
        let told =
            usual.replace("0.1.0", "2.0.0") + "license = \"MIT\"\nkeywords = [\"a\", \"\\\"b\"]\npublish = false\n";
        assert_eq!(package(&api, &options), told);
    }

    #[test]
    fn every_dependency_has_a_version() {
        let text = dependencies(true);
        for (name, _) in OPTIONAL {
            assert!(text.contains(&format!("{name} = {{ version = ")), "{name} in:\n{text}");
        }
        assert!(text.contains("serde_core = { version = "));
    }
}
