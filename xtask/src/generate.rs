//! `cargo xtask generate`

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use codegen::diagnostic::Style;
use codegen::emit::{EmitError, EmitOptions, File, MARK};
use codegen::generate::{self, Loaded};
use codegen::model::Api;
use codegen::sink::{Changes, Mode, SinkError, Target, sink};

/// Writes Rust source from OpenAPI documents.
///
/// Without arguments: reads specs/sdk.yaml and writes the crate telnyx-porting. With --out: writes a crate of its own.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// OpenAPI documents to read, YAML or JSON [default: those that the configuration names].
    #[arg(long, value_name = "FILE", num_args = 1..)]
    spec: Vec<PathBuf>,
    /// Configuration (sdk.yaml) [default: specs/sdk.yaml; none with --spec].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the stand-alone crate to write.
    #[arg(long, value_name = "DIR", requires = "name")]
    out: Option<PathBuf>,
    /// Name of the stand-alone crate.
    #[arg(long, requires = "out", value_parser = crate_name)]
    name: Option<String>,
    /// Write nothing; print what would change, and fail if anything would.
    #[arg(long)]
    check: bool,
    /// Treat warnings as errors.
    #[arg(long)]
    strict: bool,
}

/// Accepts what Cargo accepts as the name of a package, and rustc as that of a crate.
fn crate_name(text: &str) -> Result<String, String> {
    let mut characters = text.chars();
    let first = characters.next().is_some_and(|first| first.is_ascii_alphabetic());
    let rest = characters.all(|other| other.is_ascii_alphanumeric() || other == '-' || other == '_');
    let reserved =
        ["core", "std", "alloc", "test", "self", "super", "crate", "proc_macro", "proc-macro"].contains(&text);
    if first && rest && !reserved {
        return Ok(text.to_owned());
    }
    Err("a crate's name is a letter followed by letters, digits, `-` and `_`, and not the name of a crate of the compiler".to_owned())
}

/// A path of the workspace as one reads it from the current folder.
pub(crate) fn in_workspace(path: &str) -> PathBuf {
    let full = crate::workspace().join(path);
    match std::env::current_dir().ok().and_then(|here| full.strip_prefix(here).ok().map(Path::to_owned)) {
        Some(relative) => relative,
        None => full,
    }
}

pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let start = Instant::now();
    let own = in_workspace("specs/sdk.yaml");
    if let Some(option) = foreign(arguments, &own) {
        eprintln!(
            "error: {option} writes a crate of its own; say where with --out DIR and what it is called with --name NAME"
        );
        return ExitCode::from(2);
    }
    let config = arguments.config.clone().or_else(|| arguments.spec.is_empty().then_some(own));
    let mut loaded = generate::load(&arguments.spec, config.as_deref());
    let api = generate::model(&mut loaded);
    report(&loaded);
    let warnings = loaded.diagnostics.warning_count();
    let Some(api) = api.filter(|_| !(arguments.strict && warnings > 0)) else {
        let errors = loaded.diagnostics.error_count();
        eprintln!("nothing written: {}, {}", count(errors, "error"), count(warnings, "warning"));
        return ExitCode::FAILURE;
    };
    let changes = match write(arguments, &api) {
        Ok(changes) => changes,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    summarize(&loaded, &api, &changes, arguments, start);
    at_the_end((loaded, api));
    if arguments.check && !changes.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// The option that asks for another crate than telnyx-porting, which must not be written in its place.
fn foreign(arguments: &Arguments, own: &Path) -> Option<&'static str> {
    let is_own = |config: &PathBuf| config.canonicalize().ok() == own.canonicalize().ok();
    match &arguments.config {
        _ if arguments.out.is_some() => None,
        _ if !arguments.spec.is_empty() => Some("--spec"),
        Some(config) if !is_own(config) => Some("--config"),
        _ => None,
    }
}

/// The files of the crate of a document, or of a configuration (`sdk.yaml`) and its documents; prints nothing but what is
/// wrong.
pub(crate) fn of(file: &Path) -> Result<Vec<File>, Box<dyn std::error::Error>> {
    let is_config = file.file_name().is_some_and(|name| name == "sdk.yaml");
    let specs = if is_config { Vec::new() } else { vec![file.to_owned()] };
    let mut loaded = generate::load(&specs, is_config.then_some(file));
    let Some(api) = generate::model(&mut loaded) else {
        report(&loaded);
        return Err("nothing generated".into());
    };
    let files = stand_alone(&api, "measured")?;
    at_the_end((loaded, api));
    Ok(files)
}

/// Leaves what takes long to be taken apart, millions of small pieces, to the system: the process is about to end.
fn at_the_end<T>(values: T) {
    std::mem::forget(values);
}

fn stand_alone(api: &Api, name: &str) -> Result<Vec<File>, EmitError> {
    let options = EmitOptions { crate_name: name.to_owned(), command: "cargo xtask generate".to_owned() };
    generate::stand_alone(api, &options)
}

/// Makes a folder hold the files of a crate.
pub(crate) fn save(files: &[File], out: &Path, mode: Mode) -> Result<Changes, SinkError> {
    let target = Target { root: out.to_owned(), owned: vec![PathBuf::from("src/generated")] };
    sink(&target, files, mode)
}

/// Prints all that is wrong with the documents, as the compiler does.
pub(crate) fn report(loaded: &Loaded) {
    if loaded.diagnostics.is_empty() {
        return;
    }
    let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let style = if color { Style::Colored } else { Style::Plain };
    eprintln!("{}", loaded.diagnostics.render(&loaded.sources, style));
}

fn write(arguments: &Arguments, api: &Api) -> Result<Changes, Box<dyn std::error::Error>> {
    let mode = if arguments.check { Mode::Check } else { Mode::Write };
    if let (Some(out), Some(name)) = (&arguments.out, &arguments.name) {
        check_folder(out)?;
        return Ok(save(&stand_alone(api, name)?, out, mode)?);
    }
    let mut changes = Changes::default();
    for (target, files) in generate::workspace(api, &in_workspace(""), env!("CARGO_PKG_VERSION"))? {
        changes.append(sink(&target, &files, mode)?);
    }
    Ok(changes)
}

/// Makes sure that the crate does not take the place of one that somebody has written.
fn check_folder(out: &Path) -> Result<(), String> {
    for (file, comment) in [("Cargo.toml", "#"), ("src/lib.rs", "//")] {
        let path = out.join(file);
        let mark = format!("{comment} {}", MARK.trim_start_matches("// "));
        if std::fs::read(&path).is_ok_and(|text| !text.starts_with(mark.as_bytes())) {
            return Err(format!(
                "{} is not generated; choose another folder with --out, or remove the file if it is not needed",
                path.display()
            ));
        }
    }
    Ok(())
}

fn summarize(loaded: &Loaded, api: &Api, changes: &Changes, arguments: &Arguments, start: Instant) {
    let out = std::io::stdout();
    let mut out = out.lock();
    let mut line = |text: String| {
        // A reader that has gone away is no reason to fail.
        let _ = writeln!(out, "{text}");
    };
    if arguments.check && !changes.diff.is_empty() {
        line(changes.diff.clone());
    }
    let documents = loaded.sources.roots().len();
    let files = loaded.sources.files().count() - usize::from(loaded.config_file.is_some());
    let with =
        if files > documents { format!(" ({} with what they refer to)", count(files, "file")) } else { String::new() };
    line(format!("read     {}{with}", count(documents, "document")));
    line(format!(
        "modelled {} of {}, {}",
        count(api.methods().len(), "operation"),
        count(api.all_resources().len(), "resource"),
        count(api.types.len(), "type")
    ));
    let (written, removed) = if arguments.check { ("to write", "to remove") } else { ("written", "removed") };
    line(format!(
        "files    {} {written}, {} {removed}, {} unchanged",
        changes.written.len(),
        changes.removed.len(),
        changes.unchanged
    ));
    let seconds = start.elapsed().as_secs_f64();
    line(format!("{} in {seconds:.2} s", count(loaded.diagnostics.warning_count(), "warning")));
    if arguments.check && !changes.is_empty() {
        line("stale: run the same command without --check, and commit what it writes".to_owned());
    }
}

/// `1 operation`, `2 operations`.
fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    #[test]
    fn no_other_crate_takes_the_place_of_ours() {
        let own = in_workspace("specs/sdk.yaml");
        let ours = own.to_string_lossy();
        let table: [(&[&str], _); 6] = [
            (&[], None),
            (&["--check"], None),
            (&["--config", &ours], None),
            (&["--config", "Cargo.toml"], Some("--config")),
            (&["--spec", "a.yaml", "--config", "b.yaml"], Some("--spec")),
            (&["--config", "a.yaml", "--out", "a", "--name", "a"], None),
        ];
        for (words, option) in table {
            let line = Line::parse_from(["generate"].iter().chain(words));
            assert_eq!(foreign(&line.arguments, &own), option, "{words:?}");
        }
    }

    #[test]
    fn what_somebody_has_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(check_folder(folder.path()), Ok(()));
        let manifest = folder.path().join("Cargo.toml");
        std::fs::write(&manifest, "# @generated by `cargo xtask generate` from a.yaml; do not edit.\n").unwrap();
        assert_eq!(check_folder(folder.path()), Ok(()));
        std::fs::write(&manifest, "[package]\n").unwrap();
        assert!(check_folder(folder.path()).unwrap_err().contains("Cargo.toml is not generated"));
    }
}
