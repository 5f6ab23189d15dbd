//! Where output meets the disk: the one function through which every generated file passes.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::emit::{File, MARK};

/// What is to happen with the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Make the folder hold just these files.
    Write,
    /// Change nothing; say what would change.
    Check,
}

/// A folder of generated files.
#[derive(Clone, Debug)]
pub struct Target {
    /// The folder.
    pub root: PathBuf,
    /// Folders below `root` in which a generated file that is no longer wanted is removed; empty: none is.
    pub owned: Vec<PathBuf>,
}

/// What was changed, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub written: Vec<PathBuf>,
    pub removed: Vec<PathBuf>,
    pub unchanged: usize,
    /// Unified diffs of all changes, in [`Mode::Check`].
    pub diff: String,
}

impl Changes {
    /// Whether the folder holds what it should.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.written.is_empty() && self.removed.is_empty()
    }

    /// Adds the changes of another folder.
    pub fn append(&mut self, other: Self) {
        self.written.extend(other.written);
        self.removed.extend(other.removed);
        self.unchanged += other.unchanged;
        self.diff.push_str(&other.diff);
    }
}

/// A file that could not be read or written.
#[derive(Debug)]
pub struct SinkError {
    path: PathBuf,
    doing: &'static str,
    source: io::Error,
}

impl fmt::Display for SinkError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "can't {} {}: {}", self.doing, self.path.display(), self.source)
    }
}

impl std::error::Error for SinkError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Makes a folder hold `files`, touching nothing that is right already.
///
/// Each file is written beside its place and then moved there, so that nobody ever reads half a file. Files that are no
/// longer wanted are removed if they lie in an owned folder and their first line says that they are generated.
///
/// # Errors
///
/// When a file can't be read, written or removed, or when a path leads out of the folder.
pub fn sink(target: &Target, files: &[File], mode: Mode) -> Result<Changes, SinkError> {
    let mut changes = Changes::default();
    let mut wanted = BTreeSet::new();
    for file in files {
        if !file.path.components().all(|component| matches!(component, Component::Normal(_))) {
            return Err(SinkError {
                path: file.path.clone(),
                doing: "write",
                source: io::Error::new(io::ErrorKind::InvalidInput, "the path leads out of the output folder"),
            });
        }
        let path = target.root.join(&file.path);
        check_links(&target.root, file.path.parent().unwrap_or(Path::new("")))?;
        let old = match fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            // What is no text is no file of ours; writing replaces it.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Some(String::new()),
            Err(source) => return Err(SinkError { path, doing: "read", source }),
        };
        wanted.insert(path.clone());
        if old.as_deref() == Some(file.text.as_str()) {
            changes.unchanged += 1;
            continue;
        }
        match mode {
            Mode::Write => write(&path, &file.text)?,
            Mode::Check => changes.diff.push_str(&diff(&path, old.as_deref().unwrap_or_default(), &file.text)),
        }
        changes.written.push(path);
    }
    for owned in &target.owned {
        check_links(&target.root, owned)?;
        for path in generated_below(&target.root.join(owned))? {
            if wanted.contains(&path) {
                continue;
            }
            match mode {
                Mode::Write => {
                    fs::remove_file(&path).map_err(|source| SinkError {
                        path: path.clone(),
                        doing: "remove",
                        source,
                    })?;
                    // A folder that held nothing else goes too; one that still holds something stays.
                    let _ = path.parent().map(fs::remove_dir);
                }
                Mode::Check => {
                    let old = fs::read_to_string(&path).map_err(|source| SinkError {
                        path: path.clone(),
                        doing: "read",
                        source,
                    })?;
                    changes.diff.push_str(&diff(&path, &old, ""));
                }
            }
            changes.removed.push(path);
        }
    }
    Ok(changes)
}

/// Makes sure that no folder on the way is a link, which might lead out of the output folder.
fn check_links(root: &Path, folder: &Path) -> Result<(), SinkError> {
    let mut path = root.to_owned();
    for component in folder.components() {
        path.push(component);
        if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink()) {
            let source =
                io::Error::new(io::ErrorKind::InvalidInput, "it is a link, which may lead out of the output folder");
            return Err(SinkError { path, doing: "write to", source });
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), SinkError> {
    let error = |doing| move |source| SinkError { path: path.to_owned(), doing, source };
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(error("create the folder of"))?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = folder.join(name);
    let written = fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, path));
    written.map_err(|source| {
        let _ = fs::remove_file(&temporary);
        SinkError { path: path.to_owned(), doing: "write", source }
    })
}

fn diff(path: &Path, old: &str, new: &str) -> String {
    let name = path.display().to_string();
    let (from, to) = (format!("a/{name}"), format!("b/{name}"));
    similar::TextDiff::from_lines(old, new).unified_diff().context_radius(3).header(&from, &to).to_string()
}

/// Files below a folder whose first line says that they are generated.
fn generated_below(folder: &Path) -> Result<Vec<PathBuf>, SinkError> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(source) => return Err(SinkError { path: folder, doing: "list", source }),
        };
        for entry in entries {
            let entry = entry.map_err(|source| SinkError { path: folder.clone(), doing: "list", source })?;
            let path = entry.path();
            let kind =
                entry.file_type().map_err(|source| SinkError { path: path.clone(), doing: "inspect", source })?;
            if kind.is_dir() {
                pending.push(path);
            } else if kind.is_file() && fs::read(&path).is_ok_and(|bytes| bytes.starts_with(MARK.as_bytes())) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> File {
        File { path: PathBuf::from(path), text: "text".to_owned() }
    }

    #[test]
    fn files_stay_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target { root: folder.path().join("out"), owned: Vec::new() };
        for path in ["../a.rs", "/a.rs", "a/../../b.rs", "./../a.rs", ".."] {
            assert!(sink(&target, &[file(path)], Mode::Write).is_err(), "{path}");
        }
        assert!(!target.root.exists());
        sink(&target, &[file("a/b.rs")], Mode::Write).unwrap();
        assert!(target.root.join("a/b.rs").exists());
    }

    #[test]
    #[cfg(unix)]
    fn links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (root, outside) = (folder.path().join("out"), folder.path().join("outside"));
        fs::create_dir_all(&root).unwrap();
        fs::create_dir_all(&outside).unwrap();
        let precious = format!("{MARK}...` but precious");
        fs::write(outside.join("b.rs"), &precious).unwrap();
        std::os::unix::fs::symlink(&outside, root.join("src")).unwrap();
        std::os::unix::fs::symlink(outside.join("b.rs"), root.join("c.rs")).unwrap();
        let target = Target { root: root.clone(), owned: vec![PathBuf::from("src")] };
        for files in [vec![file("src/b.rs")], Vec::new()] {
            assert!(sink(&target, &files, Mode::Write).unwrap_err().to_string().contains("src"));
        }
        // A link in a file's place is replaced, not followed.
        let target = Target { root: root.clone(), owned: Vec::new() };
        sink(&target, &[file("c.rs")], Mode::Write).unwrap();
        assert_eq!(fs::read_to_string(root.join("c.rs")).unwrap(), "text");
        assert_eq!(fs::read_to_string(outside.join("b.rs")).unwrap(), precious);
    }
}
