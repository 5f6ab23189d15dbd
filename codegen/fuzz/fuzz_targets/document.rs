//! Any text: there is a crate, the same twice, or a reason why not; never a panic.

#![no_main]

use codegen::diagnostic::Diagnostics;
use codegen::emit::EmitOptions;
use codegen::generate::{self, Loaded};
use codegen::source::Sources;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (first, second) = (generated(text), generated(text));
    assert_eq!(first, second, "the same document gives two crates");
});

/// The files of the crate, or how many things are wrong with the document.
fn generated(text: &str) -> Result<Vec<String>, usize> {
    let mut diagnostics = Diagnostics::new();
    let sources = Sources::from_texts(&[("fuzzed.yaml", text)], &mut diagnostics);
    let mut loaded = Loaded { sources, diagnostics, ..Loaded::default() };
    let Some(api) = generate::model(&mut loaded) else {
        let reasons = loaded.diagnostics.error_count();
        assert!(reasons > 0, "neither a crate nor a reason");
        return Err(reasons);
    };
    let options = EmitOptions { crate_name: "fuzzed".to_owned(), command: "fuzz".to_owned() };
    match generate::stand_alone(&api, &options) {
        Ok(files) => Ok(files.into_iter().map(|file| file.text).collect()),
        Err(error) => panic!("{error}"),
    }
}
