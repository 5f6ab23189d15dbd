//! What earlier runs found out, one line of JSON for each outcome, written as soon as it is known.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::documents::Document;
use super::{Checked, Outcome};

/// The outcomes that are known.
pub(super) struct State {
    path: PathBuf,
    /// Stands for this very program: another build of the generator may come to other outcomes.
    generator: u64,
    known: Mutex<Known>,
}

struct Known {
    file: File,
    outcomes: HashMap<String, Outcome>,
    checks: HashMap<String, Checked>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Generated { key: String, name: String, outcome: Outcome },
    Checked { output: String, name: String, check: Checked },
}

impl State {
    pub(super) fn open(path: &Path, fresh: bool) -> io::Result<Self> {
        if fresh {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        // A run that was killed may have left half a line.
        if !(text.is_empty() || text.ends_with('\n')) {
            file.write_all(b"\n")?;
        }
        let mut outcomes = HashMap::new();
        let mut checks = HashMap::new();
        // What this version can't read it finds out again.
        for line in text.lines().filter_map(|line| serde_json::from_str(line).ok()) {
            match line {
                Line::Generated { key, outcome, .. } => drop(outcomes.insert(key, outcome)),
                Line::Checked { output, check, .. } => drop(checks.insert(output, check)),
            }
        }
        let generator = hash(&fs::read(std::env::current_exe()?)?);
        Ok(Self { path: path.to_owned(), generator, known: Mutex::new(Known { file, outcomes, checks }) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What an outcome is known by: the document, the generator, and the crate's name.
    pub(super) fn key(&self, document: &Document) -> io::Result<String> {
        let document = hash(&(fs::read(&document.path)?, &document.slug));
        Ok(format!("{document:016x}-{:016x}", self.generator))
    }

    pub(super) fn outcome(&self, key: &str) -> Option<Outcome> {
        self.lock().outcomes.get(key).cloned()
    }

    pub(super) fn check(&self, output: &str) -> Option<Checked> {
        self.lock().checks.get(output).cloned()
    }

    pub(super) fn keep(&self, key: &str, name: &str, outcome: &Outcome) -> io::Result<()> {
        self.lock().outcomes.insert(key.to_owned(), outcome.clone());
        self.write(&Line::Generated { key: key.to_owned(), name: name.to_owned(), outcome: outcome.clone() })
    }

    pub(super) fn keep_check(&self, output: &str, name: &str, check: &Checked) -> io::Result<()> {
        self.lock().checks.insert(output.to_owned(), check.clone());
        self.write(&Line::Checked { output: output.to_owned(), name: name.to_owned(), check: check.clone() })
    }

    fn write(&self, line: &Line) -> io::Result<()> {
        let text = format!("{}\n", serde_json::to_string(line)?);
        self.lock().file.write_all(text.as_bytes())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        // Whoever panicked with the lock held left whole entries behind: nothing is done in steps.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same for the same value, as long as the compiler stays the same; afterwards everything is found out again.
pub(super) fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::super::Class;
    use super::*;

    #[test]
    fn outcomes_outlive_a_run_that_was_killed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outcomes.jsonl");
        let outcome = Outcome { class: Class::Generated, operations: 7, ..Outcome::default() };
        {
            let state = State::open(&path, false).unwrap();
            state.keep("a", "a.yaml", &outcome).unwrap();
            state.keep_check("1", "a.yaml", &Checked { warnings: 2, ..Checked::default() }).unwrap();
        }
        let mut text = fs::read_to_string(&path).unwrap();
        text.push_str("{\"generated\": {\"key\": \"b\", \"na");
        fs::write(&path, text).unwrap();
        {
            let state = State::open(&path, false).unwrap();
            assert_eq!(state.outcome("a").unwrap().operations, 7);
            assert!(state.outcome("b").is_none());
            state.keep("c", "c.yaml", &outcome).unwrap();
        }
        let state = State::open(&path, false).unwrap();
        assert_eq!(state.outcome("c").unwrap().operations, 7);
        assert_eq!(state.check("1").unwrap().warnings, 2);
        assert!(State::open(&path, true).unwrap().outcome("a").is_none());
    }
}
