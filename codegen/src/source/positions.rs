//! Where in a text each value stands, found by JSON pointer.

use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Marker, Parser, Span};

use crate::diagnostic::Part;
use crate::pointer;

/// The positions of every value of one text, as far as the text could be read.
#[derive(Default)]
pub(super) struct Positions {
    nodes: Vec<Node>,
    children: HashMap<(u32, Box<str>), u32>,
    /// Where a member was given first that is given again.
    firsts: HashMap<u32, u32>,
}

struct Node {
    key: Option<Range<u32>>,
    value: Range<u32>,
    content: Content,
}

#[derive(Clone, Copy, PartialEq)]
enum Content {
    Scalar,
    /// A mapping or a list.
    Nested,
    /// The value of another node, that of an anchor.
    Alias(u32),
}

/// How many aliases and merges are followed on the way along one segment of a pointer.
const FOLLOWED: usize = 32;

impl Positions {
    /// The bytes that a pointer's target, or else its nearest ancestor, takes.
    pub(super) fn find(&self, pointer: &str, part: Part) -> Option<Range<usize>> {
        let mut at = 0;
        let mut exact = true;
        for segment in pointer::segments(pointer) {
            let Some(child) = self.child(at, &segment) else {
                exact = false;
                break;
            };
            at = child;
        }
        let node = self.node(at)?;
        let range = match (&node.key, part) {
            (Some(key), Part::Key) => key,
            (Some(key), Part::Value) if node.content == Content::Nested || !exact => key,
            _ => &node.value,
        };
        Some(usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?)
    }

    /// The byte at which a member given twice was given first.
    pub(super) fn first_of(&self, pointer: &str) -> Option<usize> {
        let id = pointer::segments(pointer).try_fold(0, |at, segment| self.child(at, &segment))?;
        usize::try_from(*self.firsts.get(&id)?).ok()
    }

    fn node(&self, at: u32) -> Option<&Node> {
        self.nodes.get(usize::try_from(at).ok()?)
    }

    fn child(&self, parent: u32, segment: &str) -> Option<u32> {
        let mut open = vec![parent];
        for _ in 0..FOLLOWED {
            let mut at = open.pop()?;
            while let Content::Alias(target) = self.node(at)?.content {
                at = target;
            }
            if let Some(child) = self.children.get(&(at, segment.into())) {
                return Some(*child);
            }
            // A merge key stands for the members of what is under it, which may be a list.
            if let Some(merged) = self.children.get(&(at, "<<".into())) {
                let items = (0..FOLLOWED).map_while(|index| self.children.get(&(*merged, index.to_string().into())));
                open.extend(items.copied().collect::<Vec<_>>().into_iter().rev());
                open.push(*merged);
            }
        }
        None
    }

    fn add(&mut self, parent: Option<&mut Frame>, value: Range<u32>, content: Content) -> u32 {
        let id = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let (key, name, parent) = match parent {
            None => (None, None, 0),
            Some(frame) => {
                let (key, name) = frame.next_name();
                (key, name, frame.node)
            }
        };
        if let Some(name) = name
            && let Some(before) = self.children.insert((parent, name), id)
        {
            let first = self.firsts.remove(&before).or_else(|| Some(self.node(before)?.key.as_ref()?.start));
            self.firsts.extend(first.map(|first| (id, first)));
        }
        self.nodes.push(Node { key, value, content });
        id
    }
}

/// A mapping or list that has begun and not ended.
struct Frame {
    node: u32,
    state: Expects,
    /// A mapping that is itself a member's name, or is inside one; its nodes have no pointers.
    is_name: bool,
}

enum Expects {
    Name,
    Value(Box<str>, Range<u32>),
    Item(usize),
}

impl Frame {
    /// The name of the value that follows, and where it stands.
    fn next_name(&mut self) -> (Option<Range<u32>>, Option<Box<str>>) {
        match std::mem::replace(&mut self.state, Expects::Name) {
            Expects::Name => (None, None),
            Expects::Value(name, span) => (Some(span), Some(name)),
            Expects::Item(index) => {
                self.state = Expects::Item(index + 1);
                (None, Some(index.to_string().into()))
            }
        }
    }
}

impl Positions {
    /// Positions in a YAML text, up to the first mistake in it.
    pub(super) fn of_yaml(text: &str) -> Self {
        let mut positions = Self::default();
        let mut bytes = Bytes::new(text);
        let mut stack: Vec<Frame> = Vec::new();
        let mut anchors: HashMap<usize, u32> = HashMap::new();
        let mut parser = Parser::new_from_str(text);
        while let Some(Ok((event, span))) = parser.next_event() {
            let range = bytes.range(&span);
            match event {
                Event::Scalar(value, _, anchor, _) => {
                    if let Some(Frame { state: state @ Expects::Name, .. }) = stack.last_mut() {
                        *state = Expects::Value(value.into(), range);
                    } else {
                        let id = positions.add(stack.last_mut(), range, Content::Scalar);
                        anchors.insert(anchor, id);
                    }
                }
                Event::Alias(anchor) => {
                    if let Some(Frame { state: state @ Expects::Name, .. }) = stack.last_mut() {
                        *state = Expects::Value("".into(), range);
                    } else {
                        let content = anchors.get(&anchor).map_or(Content::Scalar, |node| Content::Alias(*node));
                        positions.add(stack.last_mut(), range, content);
                    }
                }
                Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                    let state =
                        if matches!(event, Event::SequenceStart(..)) { Expects::Item(0) } else { Expects::Name };
                    let is_name = matches!(stack.last(), Some(Frame { state: Expects::Name, .. }));
                    let parent = if is_name { None } else { stack.last_mut() };
                    let node = positions.add(parent, range, Content::Nested);
                    anchors.insert(anchor, node);
                    stack.push(Frame { node, state, is_name });
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    let ended = stack.pop();
                    if let (Some(Frame { is_name: true, .. }), Some(outer)) = (&ended, stack.last_mut()) {
                        outer.state = Expects::Value("".into(), range);
                    } else if stack.is_empty() {
                        break;
                    }
                }
                Event::Nothing
                | Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(_)
                | Event::DocumentEnd => {}
            }
        }
        positions
    }

    /// Positions in a JSON text, up to the first mistake in it.
    pub(super) fn of_json(text: &str) -> Self {
        let mut positions = Self::default();
        let mut stack: Vec<Frame> = Vec::new();
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let start = at;
            at += 1;
            match byte {
                b'{' | b'[' => {
                    let state = if *byte == b'{' { Expects::Name } else { Expects::Item(0) };
                    let node = positions.add(stack.last_mut(), narrow(start, at), Content::Nested);
                    stack.push(Frame { node, state, is_name: false });
                }
                b'}' | b']' => {
                    stack.pop();
                }
                b'"' => {
                    while let Some(byte) = bytes.get(at) {
                        at += 1;
                        match byte {
                            b'\\' => at += 1,
                            b'"' => break,
                            _ => {}
                        }
                    }
                    let range = narrow(start, at.min(bytes.len()));
                    if let Some(Frame { state: state @ Expects::Name, .. }) = stack.last_mut() {
                        let name: String =
                            text.get(start..at).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
                        *state = Expects::Value(name.into(), range);
                    } else {
                        positions.add(stack.last_mut(), range, Content::Scalar);
                    }
                }
                b' ' | b'\t' | b'\r' | b'\n' | b':' | b',' => {}
                _ => {
                    while bytes.get(at).is_some_and(|byte| !b" \t\r\n,:]}".contains(byte)) {
                        at += 1;
                    }
                    positions.add(stack.last_mut(), narrow(start, at), Content::Scalar);
                }
            }
        }
        positions
    }
}

fn narrow(start: usize, end: usize) -> Range<u32> {
    let limit = |at| u32::try_from(at).unwrap_or(u32::MAX);
    limit(start)..limit(end)
}

/// Turns lines and columns, which are all that the parser counts reliably, into bytes.
struct Bytes<'t> {
    text: &'t str,
    lines: Vec<usize>,
    /// A line, a column and a byte of it, from which the next one is not far.
    last: (usize, usize, usize),
}

impl<'t> Bytes<'t> {
    fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let ends_line = |at: usize| match bytes.get(at) {
            Some(b'\n') => true,
            Some(b'\r') => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        let lines = std::iter::once(0).chain((0..bytes.len()).filter(|at| ends_line(*at)).map(|at| at + 1)).collect();
        Self { text, lines, last: (1, 0, 0) }
    }

    fn range(&mut self, span: &Span) -> Range<u32> {
        let start = self.byte(span.start);
        let end = self.byte(span.end);
        narrow(start, end.max(start))
    }

    fn byte(&mut self, marker: Marker) -> usize {
        let (line, column) = (marker.line(), marker.col());
        let (last_line, last_column, last_byte) = self.last;
        let (from, skip) = if line == last_line && column >= last_column {
            (last_byte, column - last_column)
        } else {
            (self.lines.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len()), column)
        };
        let rest = self.text.get(from..).unwrap_or("");
        let byte = from + rest.char_indices().nth(skip).map_or(rest.len(), |(at, _)| at);
        self.last = (line, column, byte);
        byte
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YAML: &str = "\
# a comment, äöü
openapi: 3.0.0
paths:
  '/a/{b}':
    get: &get {x: 1, \"y\": [ä, z]}
    put: *get
  /c:
    <<: *get
    x: 2
list:
- one
-   two: |
      text
    three: plain text # not this
";

    const JSON: &str = "{\"openapi\": \"3\", \"paths\": {\"\\/a\": [1, {\"x\": \"\\\"\"}]}, \"ä\": true\n}";

    #[test]
    fn finds_values_and_names() {
        let cases = [
            (YAML, "", Part::Value, "openapi"),
            (YAML, "/openapi", Part::Value, "3.0.0"),
            (YAML, "/openapi", Part::Key, "openapi"),
            (YAML, "/paths", Part::Value, "paths"),
            (YAML, "/paths/~1a~1{b}", Part::Key, "'/a/{b}'"),
            (YAML, "/paths/~1a~1{b}/get/y", Part::Key, "\"y\""),
            (YAML, "/paths/~1a~1{b}/get/y/0", Part::Value, "ä"),
            (YAML, "/paths/~1a~1{b}/get/y/1", Part::Value, "z"),
            (YAML, "/paths/~1a~1{b}/put/x", Part::Value, "1"),
            (YAML, "/paths/~1a~1{b}/put", Part::Value, "*get"),
            (YAML, "/paths/~1c/x", Part::Value, "2"),
            (YAML, "/paths/~1c/y/1", Part::Value, "z"),
            (YAML, "/paths/~1c/nowhere/at/all", Part::Value, "/c"),
            (YAML, "/list/0", Part::Value, "one"),
            (YAML, "/list/1/three", Part::Value, "plain text"),
            (JSON, "/openapi", Part::Value, "\"3\""),
            (JSON, "/paths/~1a/1/x", Part::Value, "\"\\\"\""),
            (JSON, "/paths/~1a/0", Part::Value, "1"),
            (JSON, "/paths/~1a/7", Part::Value, "\"\\/a\""),
            (JSON, "/ä", Part::Key, "\"ä\""),
            (JSON, "/ä", Part::Value, "true"),
        ];
        for (text, pointer, part, expected) in cases {
            for text in [text.to_owned(), text.replace('\n', "\r\n")] {
                let positions =
                    if text.starts_with('{') { Positions::of_json(&text) } else { Positions::of_yaml(&text) };
                let range = positions.find(pointer, part).unwrap();
                if pointer.is_empty() {
                    assert!(text[range.start..].starts_with(expected));
                } else {
                    assert_eq!(&text[range], expected, "{pointer}");
                }
            }
        }
    }

    #[test]
    fn survives_what_is_no_yaml() {
        for text in [
            "a: b: c",
            "[",
            "]",
            "{",
            "&a [*a]",
            "*a",
            "? {a: b}\n: c",
            "\u{feff}",
            "%",
            "\t",
            "\"\\ud83d\"",
            "- ? - a",
        ] {
            assert!(Positions::of_yaml(text).find("/a/0", Part::Value).is_none_or(|range| range.end <= text.len()));
            assert!(Positions::of_json(text).find("/a/0", Part::Value).is_none_or(|range| range.end <= text.len()));
        }
    }
}
