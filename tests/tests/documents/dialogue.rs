//! Programs that are linked with the source of all documents: each line that they are told they answer with one of JSON.

use std::fmt::Display;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use serde_json::Value;

use crate::{bundle, compiles};

/// A running program, which ends with this value.
pub(crate) struct Dialogue<Output> {
    child: Child,
    input: ChildStdin,
    output: BufReader<Output>,
}

impl<Output: Read> Dialogue<Output> {
    /// Starts a program; `output` is where it answers.
    pub(crate) fn start(command: &mut Command, output: fn(&mut Child) -> Option<Output>) -> Self {
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(output(&mut child).unwrap()));
        Self { child, input, output }
    }

    pub(crate) fn ask(&mut self, line: impl Display) -> Value {
        writeln!(self.input, "{line}").unwrap();
        self.input.flush().unwrap();
        self.line()
    }

    pub(crate) fn line(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| {
            self.output.read_to_string(&mut line).unwrap();
            panic!("the program ends with {line}")
        })
    }
}

impl<Output> Drop for Dialogue<Output> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The file of a program that has been built.
pub(crate) fn built(name: &str) -> PathBuf {
    compiles::target().join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// Writes the manifest of such a program, and gives the folder of its source.
pub(crate) fn write_manifest(minis: &Path, name: &str, dependencies: &str, bundled: &str) -> PathBuf {
    let manifest = format!(
        "[package]\nname = {name:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         {dependencies}{0} = {{ path = \"../{0}\", {bundled}features = [{1:?}] }}\n",
        bundle::NAME,
        bundle::ALL
    );
    let source = minis.join(name).join("src");
    fs::create_dir_all(&source).unwrap();
    compiles::write_if_new(&minis.join(name).join("Cargo.toml"), &compiles::deny_warnings(&manifest));
    source
}
