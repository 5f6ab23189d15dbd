//! Stands between Cargo and the compiler for the crates of a corpus: measures each, and limits what it may use.

use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::measure;

/// Names the folder for measurements; where it is set, this program is Cargo's `RUSTC_WORKSPACE_WRAPPER`.
pub(super) const FOLDER: &str = "XTASK_CORPUS_MEASURES";
pub(super) const SECONDS: &str = "XTASK_CORPUS_SECONDS";
pub(super) const MIB: &str = "XTASK_CORPUS_MIB";

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Measure {
    /// Processor time of the compiler.
    pub seconds: f64,
    /// The most memory that it held.
    pub peak_mib: u64,
}

/// Runs the compiler if this process was started in its place.
pub(crate) fn wrap() -> Option<ExitCode> {
    let folder = PathBuf::from(std::env::var_os(FOLDER)?);
    let mut arguments = std::env::args_os().skip(1);
    let compiler = arguments.next()?;
    Some(run(&folder, &compiler, arguments.collect()))
}

fn run(folder: &Path, compiler: &OsString, arguments: Vec<OsString>) -> ExitCode {
    let name = arguments.iter().skip_while(|argument| *argument != "--crate-name").nth(1).cloned();
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    // Cargo also asks the compiler who it is; that has no crate's name and needs no limit.
    if let (Some(_), Some(seconds), Some(mib)) = (&name, number(SECONDS), number(MIB))
        && let Err(error) = measure::limit(seconds, mib)
    {
        eprintln!("error: the limits can't be set: {error}");
        return ExitCode::from(2);
    }
    let status = match Command::new(compiler).args(arguments).status() {
        Ok(status) => status,
        Err(error) => {
            eprintln!("error: {} can't be run: {error}", compiler.display());
            return ExitCode::from(2);
        }
    };
    if let (Some(name), Some(used)) = (name, measure::used_by_children()) {
        let measure = Measure { seconds: used.seconds, peak_mib: used.peak_mib };
        let text = serde_json::to_string(&measure).unwrap_or_default();
        // What is missing is shown as not known.
        if let Err(error) = std::fs::write(folder.join(name), text) {
            eprintln!("warning: {}: {error}", folder.display());
        }
    }
    match status.code().and_then(|code| u8::try_from(code).ok()) {
        Some(code) => ExitCode::from(code),
        None => {
            eprintln!("error: the compiler was ended: {status}");
            ExitCode::FAILURE
        }
    }
}
