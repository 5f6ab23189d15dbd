//! What is inferred without a configuration, held against what sdk.yaml says.
//!
//! `cargo test -p tests --test documents inference -- --nocapture` prints the figures; with `INFERENCE_SPEC=FILE` they
//! are those of another document that has the same operations, such as the whole one that Telnyx publishes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use codegen::config::ResourceConfig;
use codegen::generate::{self, Loaded};
use codegen::model::{Api, Output};

use crate::table;

fn config() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../specs/sdk.yaml"))
}

/// The names that sdk.yaml gives: `porting_orders.list` by `get /porting_orders`.
fn configured(
    resources: &indexmap::IndexMap<String, ResourceConfig>,
    above: &str,
    names: &mut BTreeMap<String, String>,
) {
    for (name, resource) in resources {
        let path = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        for (method, operation) in &resource.methods {
            names.insert(operation.clone(), format!("{path}.{method}"));
        }
        configured(&resource.resources, &path, names);
    }
}

/// The names, and what calls give, without any configuration.
fn inferred() -> Api {
    let specs = match std::env::var_os("INFERENCE_SPEC") {
        Some(spec) => vec![PathBuf::from(spec)],
        None => {
            let named = generate::load(&[], Some(&config())).config.documents;
            named.iter().map(|document| config().with_file_name(document)).collect()
        }
    };
    let mut loaded: Loaded = generate::load(&specs, None);
    let api = generate::model(&mut loaded);
    api.unwrap_or_else(|| panic!("{}", table::rendered(&loaded)))
}

#[test]
fn inference_agrees_with_the_configuration() {
    let mut loaded = generate::load(&[], Some(&config()));
    let mut names = BTreeMap::new();
    configured(&loaded.config.resources, "", &mut names);
    let real = generate::model(&mut loaded).unwrap();
    let kind = |output: &Output| match output {
        Output::Page { .. } => "a page",
        Output::Envelope { .. } => "an envelope",
        _ => "neither a page nor an envelope",
    };
    let real: BTreeMap<String, &str> =
        real.methods().into_iter().map(|(_, method)| (reference(method), kind(&method.output))).collect();
    let api = inferred();
    let (mut agree, mut outputs, mut seen) = (0, 0, 0);
    for (resource, method) in api.methods() {
        let reference = reference(method);
        let Some(wanted) = names.get(&reference) else { continue };
        seen += 1;
        let name = format!("{}.{}", resource.path.join("."), method.name);
        if name == *wanted {
            agree += 1;
        } else {
            println!("{reference}: {name}, not {wanted}");
        }
        let output = kind(&method.output);
        if real.get(&reference) == Some(&output) {
            outputs += 1;
        } else {
            println!("{reference}: gives {output}");
        }
    }
    println!("{agree} of {seen} names agree with sdk.yaml, and {outputs} of {seen} pages and envelopes");
    assert_eq!(seen, names.len(), "every operation of sdk.yaml is there");
    assert!(agree * 100 >= seen * 80, "{agree} of {seen} names agree");
    assert_eq!(outputs, seen, "pages and envelopes");
}

fn reference(method: &codegen::model::Method) -> String {
    format!("{} {}", method.http.as_str().to_lowercase(), method.path)
}
