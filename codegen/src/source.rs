//! The files that a run reads: their text, their content, and where in the text each value stands.
//!
//! [`Sources`] keeps text and content. Positions are worked out from the text when the first diagnostic of a file asks
//! for one, so that a run without problems does not pay for them.

mod positions;
mod read;
mod references;

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use crate::diagnostic::{Diagnostics, Location, Place};
use positions::Positions;
use read::Syntax;
use references::is_document_name;
pub(crate) use references::{Mention, for_each_mention, is_schema_name};

/// Names one file of a [`Sources`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A place in a file's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// The bytes that are meant.
    pub span: Range<usize>,
}

/// Why a `$ref` leads to no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// It names a place on the network, or uses a scheme that cannot be read.
    Remote,
    /// It names a file that could not be read, which has been reported.
    Reported,
    /// It names a file that was never asked for.
    Unknown,
    /// It is not a URI reference: for example its percent signs escape nothing.
    Malformed,
}

/// The files that have been read.
#[derive(Default)]
pub struct Sources {
    files: Vec<File>,
    /// Every name by which a file was asked for, tidied. `None` marks one that could not be read.
    names: HashMap<String, Option<FileId>>,
    /// Files on disk by their canonical path, so that two spellings of one path are one file.
    canonical: HashMap<PathBuf, FileId>,
    roots: Vec<FileId>,
}

struct File {
    name: String,
    text: String,
    syntax: Syntax,
    value: Option<Value>,
    positions: OnceLock<Positions>,
    lines: OnceLock<Vec<usize>>,
}

impl fmt::Debug for Sources {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.files.iter().map(|file| &file.name)).finish()
    }
}

impl Sources {
    /// No files yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads OpenAPI documents and every local file that they refer to.
    ///
    /// What cannot be read is reported; the rest is there. [`Sources::roots`] names the documents asked for.
    pub fn load<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>, diagnostics: &mut Diagnostics) -> Self {
        let mut sources = Self::new();
        for path in paths {
            sources.read(path, diagnostics);
        }
        sources
    }

    /// Takes named texts for files, for tests and for callers that have no files. A `$ref` to a file means one of them.
    ///
    /// All of them are roots.
    pub fn from_texts(texts: &[(&str, &str)], diagnostics: &mut Diagnostics) -> Self {
        let mut sources = Self::new();
        for (name, text) in texts {
            if let Some(file) = sources.add_text(*name, *text, diagnostics) {
                sources.roots.push(file);
            }
        }
        for file in sources.roots.clone() {
            sources.follow(file, None, diagnostics);
        }
        sources
    }

    /// Reads one OpenAPI document and every local file that it refers to, and adds it to the roots.
    ///
    /// Returns nothing, and has reported why, if the file could not be read at all.
    pub fn read(&mut self, path: impl AsRef<Path>, diagnostics: &mut Diagnostics) -> Option<FileId> {
        let file = self.read_alone(path, diagnostics)?;
        if !self.roots.contains(&file) {
            self.roots.push(file);
        }
        let mut queue = vec![file];
        while let Some(file) = queue.pop() {
            self.follow(file, Some(&mut queue), diagnostics);
        }
        Some(file)
    }

    /// Reads one file without looking for references in it; for files that are not OpenAPI documents, like `sdk.yaml`.
    ///
    /// Returns nothing, and has reported why, if the file could not be read at all. A file whose text is not YAML or
    /// JSON is there, so that the report can show the text, but has no [`Sources::value`].
    pub fn read_alone(&mut self, path: impl AsRef<Path>, diagnostics: &mut Diagnostics) -> Option<FileId> {
        let name = path.as_ref().to_string_lossy().into_owned();
        self.open(&name, None, diagnostics)
    }

    /// Adds a text under a name, without looking for references in it.
    pub fn add_text(
        &mut self,
        name: impl Into<String>,
        text: impl Into<String>,
        diagnostics: &mut Diagnostics,
    ) -> Option<FileId> {
        let name = name.into();
        self.add_bytes(name, text.into().into_bytes(), diagnostics)
    }

    /// The documents asked for, in that order, without the files that they refer to.
    #[must_use]
    pub fn roots(&self) -> &[FileId] {
        &self.roots
    }

    /// All files, in the order in which they were read.
    pub fn files(&self) -> impl Iterator<Item = FileId> + '_ {
        (0..).map(FileId).take(self.files.len())
    }

    /// The file that was read under this name, however the path to it was spelled.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<FileId> {
        self.names.get(&tidy(name)).copied().flatten()
    }

    /// The file's name as it was given, or relative like the file that refers to it.
    #[must_use]
    pub fn name(&self, file: FileId) -> &str {
        self.get(file).map_or("", |file| &file.name)
    }

    /// The file's text, without a byte order mark.
    #[must_use]
    pub fn text(&self, file: FileId) -> &str {
        self.get(file).map_or("", |file| &file.text)
    }

    /// The file's content; nothing if its text could not be read as YAML or JSON.
    #[must_use]
    pub fn value(&self, file: FileId) -> Option<&Value> {
        self.get(file)?.value.as_ref()
    }

    /// Finds the file and the JSON pointer that a `$ref` found in `from` means.
    ///
    /// # Errors
    ///
    /// Says what kind of reference it is that leads to no file. Whether the pointer leads anywhere is not looked at.
    pub fn resolve<'r>(&self, from: FileId, reference: &'r str) -> Result<(FileId, &'r str), Unresolved> {
        let (path, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        if path.is_empty() {
            return Ok((from, pointer));
        }
        if is_remote(path) {
            return Err(Unresolved::Remote);
        }
        let name = relative_name(self.name(from), path).ok_or(Unresolved::Malformed)?;
        match self.names.get(&name) {
            Some(Some(file)) => Ok((*file, pointer)),
            Some(None) => Err(Unresolved::Reported),
            None => Err(Unresolved::Unknown),
        }
    }

    /// Where a location is in the text; nothing for a whole file.
    ///
    /// A pointer that leads nowhere gives the position of the nearest ancestor that is there. The value of a mapping or
    /// of a block of items is shown by the name it stands under, since it fills many lines itself.
    #[must_use]
    pub fn position(&self, location: &Location) -> Option<Position> {
        let file = self.get(location.file)?;
        let span = match &location.place {
            Place::File => return None,
            Place::Offset(offset) => *offset..*offset + 1,
            Place::Pointer { pointer, part } => file.positions().find(pointer, *part)?,
        };
        Some(file.position(span))
    }

    /// The place as `file:line:column`, or the file's name alone.
    #[must_use]
    pub fn describe(&self, location: &Location) -> String {
        let name = self.name(location.file);
        match self.position(location) {
            Some(position) => format!("{name}:{}:{}", position.line, position.column),
            None => name.to_owned(),
        }
    }

    /// The text of the scalar that a location means, as it was written.
    pub(crate) fn written(&self, location: &Location) -> Option<&str> {
        let position = self.position(location)?;
        self.text(location.file).get(position.span)
    }

    fn get(&self, file: FileId) -> Option<&File> {
        self.files.get(usize::try_from(file.0).ok()?)
    }

    /// Reads the files that one file refers to, and queues those that were not there before.
    fn follow(&mut self, file: FileId, mut queue: Option<&mut Vec<FileId>>, diagnostics: &mut Diagnostics) {
        let mut found: Vec<(String, String)> = Vec::new();
        if let Some(value) = self.value(file) {
            for_each_mention(value, &mut |mention, way, reference| {
                let path = reference.split_once('#').map_or(reference, |(path, _)| path);
                let is_reference = mention == Mention::Reference || !is_schema_name(reference, Some(value));
                if is_reference && !path.is_empty() {
                    found.push((path.to_owned(), way.pointer()));
                }
            });
        }
        for (path, pointer) in found {
            let at = Location::value(file, pointer);
            if is_remote(&path) {
                diagnostics
                    .error("remote-ref", at, format!("`{path}` is not a local file"))
                    .help("download the document, keep it beside this one, and refer to it by its relative path");
                continue;
            }
            let Some(name) = relative_name(self.name(file), &path) else {
                diagnostics
                    .error("malformed-ref", at, format!("`{path}` is not a path"))
                    .help("a `%` in a reference must be followed by two hexadecimal digits");
                continue;
            };
            let before = self.files.len();
            let opened = match (&queue, self.names.get(&name)) {
                (_, Some(known)) => *known,
                (Some(_), None) => self.open(&name, Some(&at), diagnostics),
                (None, None) => {
                    self.names.insert(name.clone(), None);
                    diagnostics.error("missing-file", at, format!("no text is named `{name}`"));
                    None
                }
            };
            if let (Some(opened), Some(queue)) = (opened, &mut queue)
                && self.files.len() > before
            {
                queue.push(opened);
            }
        }
    }

    /// Reads a file from disk unless it is there already.
    fn open(&mut self, name: &str, from: Option<&Location>, diagnostics: &mut Diagnostics) -> Option<FileId> {
        let tidied = tidy(name);
        if let Some(known) = self.names.get(&tidied) {
            return *known;
        }
        let canonical = fs::canonicalize(name).ok();
        if let Some(file) = canonical.as_ref().and_then(|path| self.canonical.get(path)).copied() {
            self.names.insert(tidied, Some(file));
            return Some(file);
        }
        let content = match fs::metadata(name) {
            Ok(metadata) if metadata.is_dir() => Err("it is a directory".to_owned()),
            // Who runs this may name a pipe; a document may not: some devices never come to an end.
            Ok(metadata) if from.is_some() && !metadata.is_file() => Err("it is no regular file".to_owned()),
            Ok(_) => fs::read(name).map_err(|error| error.to_string()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err("there is no such file".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        match content {
            Ok(bytes) => {
                // A document may come from anyone, and what is said about it may be printed where anyone reads it. So it
                // must not get the text of any file shown, such as `/etc/passwd`, by referring to it. Which folder the
                // file is in tells nothing, since references up to the folders beside are usual; what it is called and
                // what is in it does. Of a file that is named as a document is, people have to see what is wrong.
                if let Some(at) = from
                    && !is_document_name(name)
                    && !read::is_mapping(&bytes)
                {
                    self.names.insert(tidied, None);
                    diagnostics
                        .error("not-a-document", at.clone(), format!("`{name}` is not an OpenAPI document or a schema"))
                        .help("what is in it would be shown if its name ended in `.yaml`, `.yml` or `.json`");
                    return None;
                }
                let file = self.add_bytes(name.to_owned(), bytes, diagnostics)?;
                if let Some(path) = canonical {
                    self.canonical.insert(path, file);
                }
                Some(file)
            }
            Err(reason) => {
                self.names.insert(tidied, None);
                let problem =
                    diagnostics.error("missing-file", from.cloned(), format!("cannot read `{name}`: {reason}"));
                if from.is_some() {
                    problem.help("file references are relative to the file that they stand in");
                }
                None
            }
        }
    }

    fn add_bytes(&mut self, name: String, bytes: Vec<u8>, diagnostics: &mut Diagnostics) -> Option<FileId> {
        let id = FileId(u32::try_from(self.files.len()).ok()?);
        self.names.insert(tidy(&name), Some(id));
        // The file has to be there before the report about it is made, or the report could not show its text.
        let text = match read::decode(bytes) {
            Ok(text) => text,
            Err((text, offset, message)) => {
                let at = offset.map_or(Location::file(id), |offset| Location::offset(id, offset));
                diagnostics.error("unreadable-text", at, message).help("save the file as UTF-8 text");
                self.files.push(File::new(name, text, Syntax::Yaml, None));
                return Some(id);
            }
        };
        let is_json_by_name =
            Path::new(&name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let read::Outcome { syntax, value, problems } = read::read(&text, is_json_by_name);
        self.files.push(File::new(name, text, syntax, value));
        if let Some(file) = self.files.last() {
            for problem in problems {
                problem.report(id, file, diagnostics);
            }
        }
        Some(id)
    }
}

impl File {
    fn new(name: String, text: String, syntax: Syntax, value: Option<Value>) -> Self {
        Self { name, text, syntax, value, positions: OnceLock::new(), lines: OnceLock::new() }
    }

    fn positions(&self) -> &Positions {
        self.positions.get_or_init(|| match self.syntax {
            Syntax::Yaml => Positions::of_yaml(&self.text),
            Syntax::Json => Positions::of_json(&self.text),
        })
    }

    /// The byte at which each line begins.
    fn lines(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let breaks = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(breaks).collect()
        })
    }

    fn position(&self, span: Range<usize>) -> Position {
        let mut start = span.start.min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let mut end = span.end.clamp(start, self.text.len());
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        let line = self.lines().partition_point(|begin| *begin <= start);
        let begin = self.lines().get(line.saturating_sub(1)).copied().unwrap_or(0);
        let column = self.text.get(begin..start).map_or(0, |before| before.chars().count()) + 1;
        Position { line, column, span: start..end }
    }

    /// The byte of a line and a column in characters, both counted from 1.
    fn offset(&self, line: usize, column: usize) -> usize {
        let begin = self.lines().get(line.saturating_sub(1)).copied().unwrap_or(self.text.len());
        let rest = self.text.get(begin..).unwrap_or("");
        begin + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
    }
}

fn is_remote(path: &str) -> bool {
    path.starts_with("//")
        || path.split_once(':').is_some_and(|(scheme, _)| {
            scheme.len() > 1
                && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        })
}

/// The tidied name of the file that `path`, a URI reference, means in the file called `from`.
fn relative_name(from: &str, path: &str) -> Option<String> {
    let path = percent_decode(path)?;
    if path.starts_with('/') {
        return Some(tidy(&path));
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    if folder.is_empty() && !from.starts_with('/') {
        Some(tidy(&path))
    } else {
        Some(tidy(&format!("{folder}/{path}")))
    }
}

/// Takes `.` and `..` out of a path, as far as the text of it allows.
fn tidy(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    let joined = segments.join("/");
    if path.starts_with('/') { format!("/{joined}") } else { joined }
}

/// Undoes percent encoding; nothing if what a `%` is followed by is not a byte, or the bytes are not UTF-8.
pub(crate) fn percent_decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Style;

    #[test]
    fn files_are_read_with_what_they_refer_to() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, bytes).unwrap();
            path
        };
        let root = write(
            "specs/a.yaml",
            b"\xef\xbb\xbfa: {$ref: 'parts/./b%20c.yaml#/x'}\nb: {$ref: '../other.json'}\nc: {$ref: parts}\nd: {$ref: none.yaml}\ne: {$ref: none.yaml}\nf: {$ref: '../bytes.yaml'}\n",
        );
        write(
            "specs/parts/b c.yaml",
            b"x: {$ref: '../a.yaml#/a'}\ny: {$ref: '../../specs/a.yaml'}\nz: {$ref: 'file:///etc/passwd'}\n",
        );
        write("other.json", b"{\"a\": [1,\n 2,]}");
        write("bytes.yaml", b"a: b\nc: \xff\xfe\n");
        let mut diagnostics = Diagnostics::new();
        let sources = Sources::load([&root, &root], &mut diagnostics);
        let prefix = format!("{}/", folder.path().display());
        let names: Vec<_> = sources.files().map(|file| sources.name(file).replace(&prefix, "")).collect();
        assert_eq!(names, ["specs/a.yaml", "specs/parts/b c.yaml", "other.json", "bytes.yaml"]);
        assert_eq!(sources.roots().len(), 1);
        let found: Vec<_> = diagnostics
            .sorted(&sources)
            .iter()
            .map(|problem| {
                let place = problem.location.as_ref().map(|at| sources.describe(at)).unwrap_or_default();
                format!("{place} {}: {}", problem.code, problem.message).replace(&prefix, "")
            })
            .collect();
        assert_eq!(
            found,
            [
                "specs/a.yaml:3:11 missing-file: cannot read `specs/parts`: it is a directory",
                "specs/a.yaml:4:11 missing-file: cannot read `specs/none.yaml`: there is no such file",
                "specs/parts/b c.yaml:3:11 remote-ref: `file:///etc/passwd` is not a local file",
                "other.json:2:4 json-syntax: trailing comma",
                "bytes.yaml:2:4 unreadable-text: the file is not UTF-8 text: byte 0xff cannot stand here",
            ]
        );
        // Each of them can be shown.
        assert!(diagnostics.render(&sources, Style::Plain).contains("2 |  2,]}"));
        let [file] = *sources.roots() else { panic!() };
        let (other, pointer) = sources.resolve(file, "parts/b%20c.yaml#/x").unwrap();
        assert_eq!((sources.name(other).replace(&prefix, "").as_str(), pointer), ("specs/parts/b c.yaml", "/x"));
        assert_eq!(sources.resolve(file, "none.yaml"), Err(Unresolved::Reported));
        assert_eq!(sources.resolve(file, "never.yaml"), Err(Unresolved::Unknown));
        assert_eq!(sources.resolve(file, "https://a/b"), Err(Unresolved::Remote));
        assert_eq!(sources.resolve(file, "%zz.yaml"), Err(Unresolved::Malformed));
    }

    #[test]
    fn what_is_no_document_is_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            path
        };
        write("passwd", "root:x:0:0:secret:/root:/bin/sh\n");
        write("list", "- secret\n");
        write("broken", "a: [secret\n");
        write("zeros", "secret\0");
        write("schema", "type: string\n");
        write("broken.yaml", "a: [public\n");
        let absolute = folder.path().join("passwd");
        let references = [
            absolute.to_str().unwrap(),
            "../list",
            "../broken",
            "../zeros",
            "../schema",
            "../broken.yaml",
            "/dev/null",
        ];
        let lines = references.iter().enumerate().map(|(index, path)| format!("a{index}: {{$ref: '{path}'}}"));
        let root = write("specs/a.yaml", &lines.collect::<Vec<_>>().join("\n"));
        let mut diagnostics = Diagnostics::new();
        let sources = Sources::load([&root], &mut diagnostics);
        let codes: Vec<_> = diagnostics.sorted(&sources).iter().map(|problem| problem.code).collect();
        assert_eq!(
            codes,
            ["not-a-document", "not-a-document", "not-a-document", "not-a-document", "missing-file", "yaml-syntax"]
        );
        let shown = diagnostics.render(&sources, Style::Plain);
        assert!(!shown.contains("secret"), "{shown}");
        assert!(shown.contains("a: [public"), "{shown}");
        assert!(sources.find(&format!("{}/schema", folder.path().display())).is_some());
    }

    #[test]
    fn a_missing_root_is_reported_without_a_place() {
        let mut diagnostics = Diagnostics::new();
        let sources = Sources::load(["/nowhere/at/all.yaml"], &mut diagnostics);
        assert_eq!(
            diagnostics.render(&sources, Style::Plain),
            "error[missing-file]: cannot read `/nowhere/at/all.yaml`: there is no such file"
        );
        assert!(sources.roots().is_empty());
    }

    #[test]
    fn syntax_errors_show_their_line() {
        let mut diagnostics = Diagnostics::new();
        let sources = Sources::from_texts(
            &[("a.yaml", "a: 1\nb: [1, 2\nc: 3\n"), ("b.yaml", "a: 1\nb: 2\na: 3\n")],
            &mut diagnostics,
        );
        let text = diagnostics.render(&sources, Style::Plain);
        assert!(text.starts_with("error[yaml-syntax]: did not find expected ',' or ']'"), "{text}");
        assert!(text.contains(" --> a.yaml:3:"), "{text}");
        assert!(text.contains("error[duplicate-key]: `a` is given twice\n --> b.yaml:3:1\n"), "{text}");
        assert!(text.contains("given here before"), "{text}");
    }

    #[test]
    fn paths_are_tidied() {
        for (path, expected) in [
            ("a/./b/../c.yaml", "a/c.yaml"),
            ("../a.yaml", "../a.yaml"),
            ("../../a.yaml", "../../a.yaml"),
            ("/a//b/", "/a/b"),
            ("./a.yaml", "a.yaml"),
        ] {
            assert_eq!(tidy(path), expected);
        }
        for (path, expected) in
            [("http://a", true), ("//a/b", true), ("urn:x", true), ("c:/a", false), ("a.yaml", false), ("a/b:c", false)]
        {
            assert_eq!(is_remote(path), expected, "{path}");
        }
    }
}
