//! What is wrong with a document, where, and what to do about it.
//!
//! Passes never stop at the first problem. They add to a [`Diagnostics`] list and go on with the best substitute they
//! have; the caller renders the list and looks at [`Diagnostics::has_errors`] before it uses what a pass returned.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};

use crate::source::{FileId, Position, Sources};

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The output would be wrong or incomplete; nothing may be written.
    Error,
    /// The document is odd, but what it means is clear enough to go on.
    Warning,
    /// Nothing is wrong, but the output is not what one would guess.
    Note,
}

impl Severity {
    fn level(self) -> Level<'static> {
        match self {
            Self::Error => Level::ERROR,
            Self::Warning => Level::WARNING,
            Self::Note => Level::NOTE,
        }
    }
}

/// Which part of a mapping's member a [`Location`] means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The member's name.
    Key,
    /// The member's value.
    #[default]
    Value,
}

/// A place inside one file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The file as a whole.
    File,
    /// What a JSON pointer leads to. It need not exist: the nearest ancestor that does is shown.
    Pointer {
        /// The JSON pointer, `""` for the whole document.
        pointer: String,
        /// Whether the member's name or its value is meant.
        part: Part,
    },
    /// A byte of the file's text, for problems that have no pointer because the text could not be read.
    Offset(usize),
}

/// A place that a diagnostic points at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The file.
    pub file: FileId,
    /// The place inside it.
    pub place: Place,
}

impl Location {
    /// The value that `pointer` leads to.
    pub fn value(file: FileId, pointer: impl Into<String>) -> Self {
        let pointer = pointer.into();
        Self { file, place: Place::Pointer { pointer, part: Part::Value } }
    }

    /// The name of the member that `pointer` leads to.
    pub fn key(file: FileId, pointer: impl Into<String>) -> Self {
        let pointer = pointer.into();
        Self { file, place: Place::Pointer { pointer, part: Part::Key } }
    }

    /// A byte of the file's text.
    #[must_use]
    pub fn offset(file: FileId, offset: usize) -> Self {
        Self { file, place: Place::Offset(offset) }
    }

    /// The file as a whole.
    #[must_use]
    pub fn file(file: FileId) -> Self {
        Self { file, place: Place::File }
    }

    /// The JSON pointer, if the place is known by one.
    #[must_use]
    pub fn pointer(&self) -> Option<&str> {
        match &self.place {
            Place::Pointer { pointer, .. } => Some(pointer),
            Place::File | Place::Offset(_) => None,
        }
    }

    /// The same place, but meaning the member's name.
    #[must_use]
    pub fn at_key(mut self) -> Self {
        if let Place::Pointer { part, .. } = &mut self.place {
            *part = Part::Key;
        }
        self
    }
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A short kebab-case name of the kind of problem, such as `dangling-ref`.
    pub code: &'static str,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where it is.
    pub location: Option<Location>,
    /// Further places, each with what it has to do with the problem.
    pub related: Vec<(Location, String)>,
}

impl Diagnostic {
    /// Says what to do.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a further place and what it has to do with the problem.
    pub fn related(&mut self, location: Location, label: impl Into<String>) -> &mut Self {
        let entry = (location, label.into());
        if !self.related.contains(&entry) {
            self.related.push(entry);
        }
        self
    }
}

/// How many problems of a kind are kept. Nobody reads more, and a document of many megabytes may hold millions.
const KEPT: usize = 1_000;

/// A growing list of problems, in which each occurs once. Of each kind the first thousand are kept, the others counted.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    known: HashMap<(&'static str, Option<Location>, String), usize>,
    /// How many problems of each kind there are.
    kinds: BTreeMap<(Severity, &'static str), usize>,
    /// The last one that was not kept, so that there is something to add help to.
    spare: Option<Diagnostic>,
}

impl Diagnostics {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an error and returns it, so that help and related places can be added.
    pub fn error(
        &mut self,
        code: &'static str,
        location: impl Into<Option<Location>>,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.add(Severity::Error, code, location.into(), message.into())
    }

    /// Adds a warning and returns it, so that help and related places can be added.
    pub fn warning(
        &mut self,
        code: &'static str,
        location: impl Into<Option<Location>>,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.add(Severity::Warning, code, location.into(), message.into())
    }

    /// Adds a note and returns it, so that help and related places can be added.
    pub fn note(
        &mut self,
        code: &'static str,
        location: impl Into<Option<Location>>,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.add(Severity::Note, code, location.into(), message.into())
    }

    fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        location: Option<Location>,
        message: String,
    ) -> &mut Diagnostic {
        let index = match self.known.entry((code, location, message)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(vacant) => {
                let (code, location, message) = vacant.key().clone();
                let diagnostic = Diagnostic { severity, code, message, help: None, location, related: Vec::new() };
                let number = self.kinds.entry((severity, code)).or_default();
                *number += 1;
                if *number > KEPT {
                    return self.spare.insert(diagnostic);
                }
                let index = self.list.len();
                self.list.push(diagnostic);
                *vacant.insert(index)
            }
        };
        #[expect(clippy::indexing_slicing, reason = "`known` only holds positions in `list`")]
        &mut self.list[index]
    }

    /// Moves everything from `other` to this list.
    pub fn append(&mut self, other: Self) {
        for diagnostic in other.list {
            let added = self.add(diagnostic.severity, diagnostic.code, diagnostic.location, diagnostic.message);
            if added.help.is_none() {
                added.help = diagnostic.help;
            }
            for (location, label) in diagnostic.related {
                added.related(location, label);
            }
        }
        for (kind, number) in other.kinds {
            if let Some(dropped) = number.checked_sub(KEPT) {
                *self.kinds.entry(kind).or_default() += dropped;
            }
        }
    }

    /// Whether there are so many of a kind that further ones are only counted.
    pub(crate) fn has_plenty(&self, severity: Severity, code: &'static str) -> bool {
        self.kinds.get(&(severity, code)).is_some_and(|number| *number >= KEPT)
    }

    /// Whether anything in the list forbids going on.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.error_count() > 0
    }

    /// How many errors there are.
    #[must_use]
    pub fn error_count(&self) -> usize {
        self.count(Severity::Error)
    }

    /// How many warnings there are.
    #[must_use]
    pub fn warning_count(&self) -> usize {
        self.count(Severity::Warning)
    }

    fn count(&self, severity: Severity) -> usize {
        self.kinds.iter().filter(|((kind, _), _)| *kind == severity).map(|(_, number)| number).sum()
    }

    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The problems in the order in which they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// The problems by file, line and column; those without a place first, in the order in which they were found.
    #[must_use]
    pub fn sorted(&self, sources: &Sources) -> Vec<&Diagnostic> {
        let mut keyed: Vec<_> =
            self.list
                .iter()
                .map(|diagnostic| {
                    let place = diagnostic.location.as_ref().map(|location| {
                        (location.file, sources.position(location).map(|position| position.span.start))
                    });
                    (place, diagnostic)
                })
                .collect();
        keyed.sort_by_key(|(place, _)| *place);
        keyed.into_iter().map(|(_, diagnostic)| diagnostic).collect()
    }

    /// The whole list as text, by file and line, an empty line between any two; in the end how many there are of each kind
    /// that are not shown.
    #[must_use]
    pub fn render(&self, sources: &Sources, style: Style) -> String {
        let shown = self.sorted(sources).into_iter().map(|diagnostic| render_styled(diagnostic, sources, style));
        let more = self.kinds.iter().filter(|(_, number)| **number > KEPT).map(|((severity, code), number)| {
            let more = severity.level().primary_title(format!("{} more of this kind", number - KEPT)).id(*code);
            renderer(style).render(&[more.elements(Vec::<Element<'_>>::new())])
        });
        shown.chain(more).collect::<Vec<_>>().join("\n\n")
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Whether rendered text holds terminal colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    #[default]
    Plain,
    /// Text with ANSI colours.
    Colored,
}

/// Renders one problem the way the Rust compiler does, as plain text without a final line break.
#[must_use]
pub fn render(diagnostic: &Diagnostic, sources: &Sources) -> String {
    render_styled(diagnostic, sources, Style::Plain)
}

/// Renders one problem the way the Rust compiler does, without a final line break.
#[must_use]
pub fn render_styled(diagnostic: &Diagnostic, sources: &Sources, style: Style) -> String {
    let mut elements = Vec::new();
    let mut columns = Vec::new();
    if let Some(location) = &diagnostic.location {
        columns.extend(show(&mut elements, sources, location, None));
    }
    for (location, label) in &diagnostic.related {
        columns.extend(show(&mut elements, sources, location, Some(label)));
    }
    if let Some(help) = &diagnostic.help {
        elements.push(Level::HELP.message(help.as_str()).into());
    }
    let report =
        [diagnostic.severity.level().primary_title(diagnostic.message.as_str()).id(diagnostic.code).elements(elements)];
    let text = renderer(style).render(&report);
    columns.into_iter().fold(text, |text, (shown, real)| text.replacen(&shown, &real, 1))
}

fn renderer(style: Style) -> Renderer {
    match style {
        Style::Plain => Renderer::plain(),
        Style::Colored => Renderer::styled(),
    }
}

/// Adds the line of a location with a caret under it, or the file's name alone where there is no line to show.
///
/// The renderer counts columns in the text that it is given. Where that is not the whole line, returns the position as
/// it will be printed and as it should be.
fn show<'a>(
    elements: &mut Vec<Element<'a>>,
    sources: &'a Sources,
    location: &Location,
    label: Option<&'a str>,
) -> Option<(String, String)> {
    let name = sources.name(location.file);
    let Some((position, line)) = sources
        .position(location)
        .and_then(|position| excerpt(sources.text(location.file), &position).map(|line| (position, line)))
    else {
        elements.push(Origin::path(name).into());
        if let Some(label) = label {
            elements.push(Level::NOTE.message(format!("{name}: {label}")).into());
        }
        return None;
    };
    let kind = if label.is_some() { AnnotationKind::Context } else { AnnotationKind::Primary };
    let shown = line.text.get(..line.span.start).map_or(0, |before| before.chars().count()) + 1;
    let snippet =
        Snippet::source(line.text).line_start(position.line).path(name).annotation(kind.span(line.span).label(label));
    elements.push(snippet.into());
    let Position { line, column, .. } = position;
    (shown != column).then(|| (format!("{name}:{line}:{shown}"), format!("{name}:{line}:{column}")))
}

/// One line of a file, cut down to a readable length, and the part of it to underline.
struct Excerpt {
    text: String,
    span: Range<usize>,
}

/// Longer lines are cut to this many characters on each side of where the underlined part begins.
const REACH: usize = 90;

fn excerpt(text: &str, position: &Position) -> Option<Excerpt> {
    let start = position.span.start.min(text.len());
    let before = text.get(..start)?;
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line_end = text.get(start..)?.find(['\n', '\r']).map_or(text.len(), |at| start + at);
    let left = text.get(line_start..start)?;
    let right = text.get(start..line_end)?;

    let cut_left = left.char_indices().rev().nth(REACH).map(|(at, _)| at);
    let cut_right = right.char_indices().nth(REACH).map(|(at, _)| at);
    let (prefix, left) = match cut_left {
        Some(at) => ("…", left.get(at..)?),
        None => ("", left),
    };
    let (suffix, right) = match cut_right {
        Some(at) => ("…", right.get(..at)?),
        None => ("", right),
    };
    let from = prefix.len() + left.len();
    let mut length = position.span.end.saturating_sub(start).min(right.len());
    while !right.is_char_boundary(length) {
        length -= 1;
    }
    Some(Excerpt { text: format!("{prefix}{left}{right}{suffix}"), span: from..from + length })
}

/// What serde says of a value that does not fit, as one says it to a person: what is wrong, and what to do.
pub(crate) fn in_plain_words(message: &str) -> (String, Option<String>) {
    if let Some((found, expected)) =
        message.strip_prefix("invalid type: ").and_then(|rest| rest.split_once(", expected "))
    {
        let kind = |serde: &str| {
            match serde.split(' ').next().unwrap_or_default() {
                "sequence" => "a list",
                "map" | "struct" => "a mapping",
                "string" => "text",
                "integer" | "floating" => "a number",
                "boolean" => "true or false",
                "null" | "unit" => "nothing",
                _ => return serde.to_owned(),
            }
            .to_owned()
        };
        let expected = kind(expected.trim_start_matches("a "));
        return (format!("expected {expected}, found {}", kind(found)), None);
    }
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let Some((name, expected)) = quoted.split_first() else { return (message.to_owned(), None) };
    let what = if message.starts_with("missing field") {
        return (format!("`{name}` is missing"), None);
    } else if message.starts_with("unknown field") {
        "there is no member"
    } else if message.starts_with("unknown variant") {
        "there is no value"
    } else {
        return (message.to_owned(), None);
    };
    let help = match nearest(name, expected.iter().copied()) {
        Some(nearest) => Some(format!("did you mean `{nearest}`?")),
        None if expected.is_empty() => None,
        None => Some(format!("one of `{}` can stand here", expected.join("`, `"))),
    };
    (format!("{what} `{name}`"), help)
}

/// The candidate that `wanted` was most likely meant to be, if one of the first ten thousand is close enough.
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = wanted.chars().take(200).flat_map(char::to_lowercase).collect();
    let limit = wanted.len() / 3;
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates.into_iter().take(10_000) {
        let bound = best.map_or(limit + 1, |(distance, _)| distance);
        // A character takes up to four bytes.
        if candidate.len() + bound <= wanted.len() || candidate.len() >= 4 * (wanted.len() + bound) {
            continue;
        }
        if let Some(distance) = edit_distance(&wanted, candidate, bound) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many letters have to be put in, left out, replaced or swapped with their neighbour, if fewer than `bound`.
fn edit_distance(wanted: &[char], candidate: &str, bound: usize) -> Option<usize> {
    let candidate: Vec<char> = candidate.chars().flat_map(char::to_lowercase).collect();
    if candidate.len().abs_diff(wanted.len()) >= bound {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=wanted.len()).collect();
    let mut last = None;
    for (line, letter) in candidate.iter().enumerate() {
        let mut row = vec![line + 1];
        for (column, other) in wanted.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX / 2);
            let cost = usize::from(letter != other);
            let mut value = (at(&above, column) + cost).min(at(&above, column + 1) + 1).min(at(&row, column) + 1);
            let is_swap = last == Some(other) && column > 0 && wanted.get(column - 1) == Some(letter);
            if is_swap {
                value = value.min(at(&before, column - 1) + 1);
            }
            row.push(value);
        }
        if row.iter().min().is_some_and(|smallest| *smallest > bound) {
            return None;
        }
        before = std::mem::replace(&mut above, row);
        last = Some(letter);
    }
    above.last().copied().filter(|distance| *distance < bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(text: &str) -> (Sources, FileId) {
        let mut diagnostics = Diagnostics::new();
        let sources = Sources::from_texts(&[("specs/a.yaml", text)], &mut diagnostics);
        let file = sources.find("specs/a.yaml").unwrap();
        (sources, file)
    }

    #[test]
    fn renders_like_the_compiler() {
        let (sources, file) = sources("openapi: 3.1.0\npaths:\n  /a:\n    get: {$ref: '#/nowhere'}\n");
        let mut diagnostics = Diagnostics::new();
        diagnostics
            .error("dangling-ref", Location::value(file, "/paths/~1a/get/$ref"), "`#/nowhere` leads nowhere")
            .help("did you mean `#/somewhere`?")
            .related(Location::key(file, "/paths/~1a"), "in this path");
        assert_eq!(
            diagnostics.render(&sources, Style::Plain),
            "\
error[dangling-ref]: `#/nowhere` leads nowhere
 --> specs/a.yaml:4:17
  |
4 |     get: {$ref: '#/nowhere'}
  |                 ^^^^^^^^^^^
  |
 ::: specs/a.yaml:3:3
  |
3 |   /a:
  |   -- in this path
  |
  = help: did you mean `#/somewhere`?"
        );
    }

    #[test]
    fn those_beyond_a_thousand_of_a_kind_are_counted() {
        let (sources, _) = sources("openapi: 3.1.0\n");
        let (mut diagnostics, mut others) = (Diagnostics::new(), Diagnostics::new());
        for index in 0..1_500 {
            diagnostics.error("odd", None, format!("the error {index}")).help("mend it");
            others.error("odd", None, format!("another {index}"));
            diagnostics.error("odd", None, "the error 0");
        }
        diagnostics.warning("odd", None, "a warning");
        diagnostics.append(others);
        assert_eq!((diagnostics.error_count(), diagnostics.warning_count()), (3_000, 1));
        let text = diagnostics.render(&sources, Style::Plain);
        assert_eq!(text.matches("the error").count(), 1_000);
        assert!(
            text.ends_with("= help: mend it\n\nwarning[odd]: a warning\n\nerror[odd]: 2000 more of this kind"),
            "{text}"
        );
    }

    #[test]
    fn long_lines_are_cut_but_columns_hold() {
        let text = format!("a: [{}]\n", "'ä',".repeat(10_000));
        let (sources, file) = sources(&text);
        let mut diagnostics = Diagnostics::new();
        diagnostics.warning("odd", Location::value(file, "/a/5000"), "odd");
        let rendered = diagnostics.render(&sources, Style::Plain);
        assert!(rendered.starts_with("warning[odd]: odd\n --> specs/a.yaml:1:20005\n"), "{rendered}");
        assert!(rendered.lines().all(|line| line.chars().count() < 200), "{rendered}");
    }

    #[test]
    fn each_problem_is_kept_once_and_in_order() {
        let (sources, file) = sources("a: 1\nb: 2\n");
        let mut diagnostics = Diagnostics::new();
        diagnostics.warning("x", Location::value(file, "/b"), "second");
        diagnostics.error("x", Location::value(file, "/a"), "first");
        diagnostics.error("x", Location::value(file, "/a"), "first").help("again");
        diagnostics.error("y", None, "nowhere");
        assert_eq!((diagnostics.error_count(), diagnostics.warning_count()), (2, 1));
        let order: Vec<_> = diagnostics.sorted(&sources).iter().map(|one| one.message.as_str()).collect();
        assert_eq!(order, ["nowhere", "first", "second"]);
    }

    #[test]
    fn suggests_what_is_close() {
        let names = ["PortingOrder", "PortingOrders", "Order"];
        for (wanted, expected) in [
            ("PortingOrdr", Some("PortingOrder")),
            ("portingorders", Some("PortingOrders")),
            ("Ordre", Some("Order")),
            ("O", None),
            ("Zebra", None),
            ("", None),
        ] {
            assert_eq!(nearest(wanted, names), expected, "{wanted}");
        }
    }
}
