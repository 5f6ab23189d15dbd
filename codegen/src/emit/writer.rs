//! Writes the items of which there are thousands directly as text: structs, enums, blocks of methods, statics.
//!
//! Every line passes through [`wrap`], so it may be as long as it likes. What a line mentions is noted, for the `use`
//! lines of the file; documentation mentions nothing.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::docs;
use super::layout::{self, Table};
use super::wrap::{Line, wrap};

/// `format!` for what mostly fits a line: that is allocated at once.
macro_rules! line {
    ($($text:tt)*) => {{
        let mut text = String::with_capacity(96);
        // Writing to a string can't fail.
        let _ = std::fmt::Write::write_fmt(&mut text, format_args!($($text)*));
        text
    }};
}
pub(crate) use line;

/// A bit for each ASCII character that a name may hold.
const PARTS: u128 = {
    let mut parts = 0;
    let mut byte = 0_u8;
    while byte < 128 {
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            parts |= 1 << byte;
        }
        byte += 1;
    }
    parts
};

fn is_part(byte: u8) -> bool {
    byte >= 0x80 || PARTS >> byte & 1 == 1
}

/// The items of a file.
pub(crate) struct Code<'a> {
    text: String,
    /// Names that a `use` line may bring.
    importable: &'a HashSet<&'a str>,
    mentions: BTreeSet<&'a str>,
    macros: BTreeSet<&'static str>,
    /// Whether required arguments are named, the markers of which stand in a module of their own.
    uses_fields: bool,
    /// Documentation that has been written, by its text and depth: that of a field stands at its setters, too.
    documented: HashMap<(String, usize), String>,
}

/// A method, without what its block says of it.
pub(crate) struct Function<'s> {
    /// From `pub` to the end of the return type.
    pub head: &'s str,
    /// The bounds behind `where`.
    pub bounds: &'s [String],
    /// The statements.
    pub body: &'s [&'s str],
}

impl<'a> Code<'a> {
    pub(crate) fn new(importable: &'a HashSet<&'a str>) -> Self {
        Self {
            text: String::new(),
            importable,
            mentions: BTreeSet::new(),
            macros: BTreeSet::new(),
            uses_fields: false,
            documented: HashMap::new(),
        }
    }

    /// The text of all items.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The names that a `use` line may bring.
    pub(crate) fn importable(&self) -> &'a HashSet<&'a str> {
        self.importable
    }

    /// Those of them that the items mention.
    pub(crate) fn mentions(&self) -> &BTreeSet<&'a str> {
        &self.mentions
    }

    /// The macros that the tables invoke.
    pub(crate) fn macros(&self) -> &BTreeSet<&'static str> {
        &self.macros
    }

    pub(crate) fn uses_fields(&self) -> bool {
        self.uses_fields
    }

    /// Begins an item: what follows stands apart from what is there by a blank line.
    pub(crate) fn item(&mut self) -> Item<'_, 'a> {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        Item { code: self, depth: 0, is_generic: false, is_empty: true }
    }

    pub(crate) fn table(&mut self, table: &Table) {
        self.macros.insert(table.name);
        // The list of required arguments of a request.
        self.uses_fields |= table.rows.is_none() && table.head.contains('[');
        match &table.rows {
            // Variant and type: `Card: CardSource if object`.
            Some(rows) if table.name == "union" => {
                for row in rows {
                    let rest = row.split_once(": ").map_or("", |(_, rest)| rest);
                    self.mention(rest.split([' ', '=']).next().unwrap_or_default());
                }
            }
            Some(_) => {}
            None => self.mention(&table.head),
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(&layout::print_table(table));
    }

    /// Notes the names of a text that begin a path.
    fn mention(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let start = at;
            at += 1;
            if byte == b'"' {
                while let Some(&byte) = bytes.get(at) {
                    at += 1 + usize::from(byte == b'\\');
                    if byte == b'"' {
                        break;
                    }
                }
            } else if is_part(byte) {
                while bytes.get(at).is_some_and(|byte| is_part(*byte)) {
                    at += 1;
                }
                // Types and statics begin with a capital; most words don't.
                if byte.is_ascii_lowercase() && byte != b'f' {
                    continue;
                }
                let (Some(name), Some(before)) = (text.get(start..at), text.get(..start)) else { continue };
                if before.ends_with("::") || before.ends_with('.') {
                    continue;
                }
                if byte == b'f' {
                    self.uses_fields |= name == "fields" && bytes.get(at..).is_some_and(|rest| rest.starts_with(b"::"));
                    continue;
                }
                // `Item` of `IntoIterator<Item = A>` is no path.
                let is_member = name == "Item" && before.ends_with("IntoIterator<");
                if let Some(name) = self.importable.get(name).filter(|_| !is_member) {
                    self.mentions.insert(name);
                }
            }
        }
    }
}

/// An item that is being written, or a block of one.
pub(crate) struct Item<'c, 'a> {
    code: &'c mut Code<'a>,
    depth: usize,
    /// Whether the block has type parameters.
    is_generic: bool,
    /// Whether the block has no function yet.
    is_empty: bool,
}

impl Item<'_, '_> {
    /// Documentation in the words of the document; nothing if there are none.
    pub(crate) fn doc(&mut self, text: &str) -> &mut Self {
        let key = (text.to_owned(), self.depth);
        if let Some(written) = self.code.documented.get(&key) {
            self.code.text.push_str(written);
            return self;
        }
        let start = self.code.text.len();
        for line in docs::lines(text) {
            self.comment(&line);
        }
        let written = self.code.text.get(start..).unwrap_or_default().to_owned();
        self.code.documented.insert(key, written);
        self
    }

    /// Documentation that is right as it is.
    pub(crate) fn verbatim<S: AsRef<str>>(&mut self, lines: &[S]) -> &mut Self {
        for line in lines {
            self.comment(&docs::visible(line.as_ref()));
        }
        self
    }

    fn comment(&mut self, line: &str) {
        self.indent();
        self.code.text.push_str("///");
        let line = line.trim_end_matches(' ');
        if !line.is_empty() {
            self.code.text.push(' ');
            self.code.text.push_str(line);
        }
        self.code.text.push('\n');
    }

    /// An attribute, or what else is never too long.
    pub(crate) fn plain(&mut self, line: &str) -> &mut Self {
        self.indent();
        self.code.text.push_str(line);
        self.code.text.push('\n');
        self
    }

    /// A line of code.
    pub(crate) fn line(&mut self, kind: Line, line: &str) -> &mut Self {
        self.code.mention(line);
        self.broken(kind, line);
        self
    }

    /// A variant of an enum, and what it holds.
    pub(crate) fn variant(&mut self, name: &str, held: Option<&str>) {
        let Some(held) = held else {
            self.plain(&line!("{name},"));
            return;
        };
        self.code.mention(held);
        self.broken(Line::Member, &line!("{name}({held}),"));
    }

    fn broken(&mut self, kind: Line, line: &str) {
        // What `wrap` does not know stays long, which is a flaw and no mistake.
        let wrapped = wrap(kind, line).unwrap_or(Cow::Borrowed(line));
        for line in wrapped.lines() {
            self.plain(line);
        }
    }

    fn indent(&mut self) {
        const SPACES: &str = "            ";
        self.code.text.push_str(SPACES.get(..4 * self.depth).unwrap_or(SPACES));
    }

    /// The members of an enum or a struct, and its closing brace.
    pub(crate) fn members(&mut self, write: impl FnOnce(&mut Self)) {
        let start = self.code.text.len();
        self.depth += 1;
        write(self);
        self.depth -= 1;
        if self.code.text.len() == start {
            // Braces without contents stand together.
            self.code.text.truncate(start.saturating_sub(1));
            self.code.text.push_str("}\n");
        } else {
            self.plain("}");
        }
    }

    /// An `impl` of one function that has no documentation.
    pub(crate) fn implementation(&mut self, head: &str, function: &Function<'_>) {
        self.block(head, |block| {
            block.member().function(function);
        });
    }

    /// An `impl` block, of which `head` is all before the brace.
    pub(crate) fn block(&mut self, head: &str, write: impl FnOnce(&mut Self)) {
        self.line(Line::Head, &line!("{head} {{"));
        self.is_generic = head.starts_with("impl<") && !head.starts_with("impl<const ");
        self.is_empty = true;
        self.members(write);
    }

    /// Begins a function of the block: what follows stands apart from the one before by a blank line.
    pub(crate) fn member(&mut self) -> &mut Self {
        if !std::mem::take(&mut self.is_empty) {
            self.code.text.push('\n');
        }
        self
    }

    /// A function of a block, below its documentation and attributes.
    ///
    /// Without type parameters its code is left to the crates that call it. An SDK has thousands of small methods of
    /// which a program calls a few; what is generic waits for its callers anyway.
    pub(crate) fn function(&mut self, function: &Function<'_>) -> &mut Self {
        let Function { head, bounds, body } = function;
        if !self.is_generic && !head.contains(": impl ") {
            self.plain("#[inline]");
        }
        if bounds.is_empty() {
            self.line(Line::Head, &line!("{head} {{"));
        } else {
            self.line(Line::Head, head).plain("where");
            for bound in *bounds {
                self.code.mention(bound);
                self.plain(&line!("    {bound},"));
            }
            self.plain("{");
        }
        self.depth += 1;
        for statement in *body {
            self.line(Line::Statement, statement);
        }
        self.depth -= 1;
        self.plain("}")
    }
}
