//! Breaks lines of generated code that are too long, where prettyplease breaks them.
//!
//! The emitter writes each signature, statement and item head on one line. Most fit. Those that don't are read again
//! here, by as much of Rust's grammar as the emitter uses, and laid out after Oppen: text, places where a line may
//! break, and groups whose places break all at once, or one by one as they fill the line. A test holds the outcome
//! against prettyplease itself, which lays out all that is written less often.

use std::borrow::Cow;

/// The longest line, without the indentation of the block around the item.
const WIDTH: isize = 89;
/// What a line may always hold, however deep it is indented.
const LEAST: isize = 60;
const INDENT: isize = 4;
/// The longest literal of a struct that stays on one line, without its closing brace.
const WIDEST_LITERAL: isize = 34;
/// More than any line.
const ENDLESS: isize = 0xffff;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// The head of an item or function, up to its opening brace or the end of its return type.
    Head,
    /// A field of a struct or a variant of an enum, with its comma.
    Member,
    /// A statement, or the expression that ends a block.
    Statement,
    /// A `static` item.
    Static,
    /// A `use` item.
    Use,
}

impl Line {
    /// How far the line is indented in its item, and how far what it is broken into.
    fn indents(self) -> (isize, isize) {
        match self {
            Self::Head => (0, INDENT),
            Self::Member | Self::Statement => (INDENT, INDENT),
            Self::Static | Self::Use => (0, 0),
        }
    }
}

/// Lays a line out as the lines that it needs, without the indentation of the first; `None` if the text is not of the
/// grammar that is known here.
pub(crate) fn wrap(kind: Line, text: &str) -> Option<Cow<'_, str>> {
    let (start, inner) = kind.indents();
    let fits = isize::try_from(text.len()).is_ok_and(|length| length <= WIDTH - start);
    // Literals of structs and the arguments of closures are broken before they fill a line.
    let may_break_early = || text.bytes().any(|byte| matches!(byte, b'{' | b'|'));
    if fits && (kind != Line::Statement && kind != Line::Static || !may_break_early()) {
        return Some(Cow::Borrowed(text));
    }
    let mut reader = Reader { text, at: 0, tokens: Vec::with_capacity(64), bracketed: 0 };
    match kind {
        Line::Head => reader.head()?,
        Line::Member => reader.member()?,
        Line::Statement => reader.statement()?,
        Line::Static => reader.constant()?,
        Line::Use => reader.import()?,
    }
    reader.rest().is_empty().then(|| Cow::Owned(print(&reader.tokens, start, inner)))
}

#[derive(Clone, Copy, Debug)]
enum Token<'t> {
    Text(&'t str),
    /// A place where the line may break: what stands there if it does not, whether a comma stands before it if it does,
    /// and how much farther the next line is indented.
    Break {
        spaces: isize,
        comma: bool,
        offset: isize,
    },
    /// A place that looks like one and is none. It ends what is measured before it.
    Never,
    Begin {
        offset: isize,
        consistent: bool,
    },
    End,
    /// Makes every group around it too long for a line.
    Long,
}

/// Reads a line and cuts it into tokens.
struct Reader<'t> {
    text: &'t str,
    at: usize,
    tokens: Vec<Token<'t>>,
    /// Where the last array or tuple ended.
    bracketed: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn sees(&self, text: &str) -> bool {
        self.rest().starts_with(text)
    }

    /// Goes on behind `text`, which the layout does not need.
    fn skip(&mut self, text: &str) -> bool {
        let found = self.sees(text);
        if found {
            self.at += text.len();
        }
        found
    }

    fn take(&mut self, length: usize) -> Option<()> {
        let taken = self.rest().get(..length)?;
        self.at += length;
        self.tokens.push(Token::Text(taken));
        Some(())
    }

    /// Takes `text` if it comes next.
    fn eat(&mut self, text: &str) -> bool {
        self.sees(text) && self.take(text.len()).is_some()
    }

    fn expect(&mut self, text: &str) -> Option<()> {
        self.eat(text).then_some(())
    }

    fn begin(&mut self, offset: isize, consistent: bool) {
        self.tokens.push(Token::Begin { offset, consistent });
    }

    fn end(&mut self) {
        self.tokens.push(Token::End);
    }

    fn may_break(&mut self, spaces: isize) {
        self.tokens.push(Token::Break { spaces, comma: false, offset: 0 });
    }

    /// A comma between items, or the place before a closing bracket, which is indented as far as the opening one.
    fn separator(&mut self, close: &str, spaces: isize) -> Option<()> {
        if self.eat(",") && self.skip(" ") {
            self.may_break(1);
            return Some(());
        }
        self.skip(if spaces > 0 { " " } else { "" });
        self.tokens.push(Token::Break { spaces, comma: true, offset: -INDENT });
        self.sees(close).then_some(())
    }

    /// Items between brackets, of which the opening one is taken already and the closing one is left.
    fn items(&mut self, close: &str, offset: isize, item: impl Fn(&mut Self) -> Option<()>) -> Option<()> {
        if self.sees(close) {
            return Some(());
        }
        self.begin(offset, true);
        self.may_break(0);
        while !self.sees(close) {
            item(self)?;
            // The comma of a tuple of one stays.
            if self.sees(",)") {
                self.take(1)?;
                self.tokens.push(Token::Break { spaces: 0, comma: false, offset: -INDENT });
            } else {
                self.separator(close, 0)?;
            }
        }
        self.end();
        Some(())
    }

    /// Brackets around items that fill their lines.
    fn filled(&mut self, open: &str, close: &str, item: impl Fn(&mut Self) -> Option<()>) -> Option<()> {
        self.begin(INDENT, true);
        self.expect(open)?;
        self.may_break(0);
        self.begin(0, false);
        while !self.sees(close) {
            item(self)?;
            if self.eat(",") && self.skip(" ") {
                self.may_break(1);
            }
        }
        self.end();
        self.tokens.push(Token::Break { spaces: 0, comma: true, offset: -INDENT });
        self.expect(close)?;
        self.end();
        Some(())
    }

    fn ident(&mut self) -> Option<()> {
        let is_part = |character: char| character.is_alphanumeric() || character == '_';
        let rest = self.rest();
        let length = rest.find(|character: char| !is_part(character)).unwrap_or(rest.len());
        if length == 0 { None } else { self.take(length) }
    }

    /// `Vec<Order>`, `impl Into<Order>`, `&str`, `(A, B)`, `fn() -> A`
    fn ty(&mut self) -> Option<()> {
        if self.eat("impl ") || self.eat("&") {
            return self.ty();
        }
        if self.eat("fn() -> ") {
            return self.ty();
        }
        if self.eat("(") {
            self.items(")", INDENT, Self::ty)?;
            return self.expect(")");
        }
        if self.eat("[") {
            self.ty()?;
            if self.eat("; ") {
                self.ident()?;
            }
            return self.expect("]");
        }
        loop {
            self.ident()?;
            if self.eat("<") {
                self.items(">", INDENT, Self::generic)?;
                self.expect(">")?;
            }
            if !self.eat("::") {
                return Some(());
            }
        }
    }

    /// `Order` or `Item = Order`
    fn generic(&mut self) -> Option<()> {
        self.eat("Item = ");
        self.ty()
    }

    /// `<HasCity = Missing, HasState>`
    fn generics(&mut self) -> Option<()> {
        if !self.eat("<") {
            return Some(());
        }
        self.items(">", 0, |reader| {
            if reader.eat("const ") {
                reader.ident()?;
                reader.expect(": ")?;
                return reader.ty();
            }
            reader.ident()?;
            reader.begin(INDENT, false);
            if reader.skip(" ") {
                reader.may_break(1);
                reader.expect("= ")?;
                reader.ty()?;
            }
            reader.end();
            Some(())
        })?;
        self.expect(">")
    }

    fn head(&mut self) -> Option<()> {
        if self.sees("impl") {
            return self.implementation();
        }
        let rest = self.rest();
        let name = rest.find(['<', '(', '=', '{'])?;
        self.take(name)?;
        if self.eat("= ") {
            self.tokens.push(Token::Never);
            self.begin(-INDENT, false);
            self.ty()?;
            self.end();
            return self.expect(";");
        }
        self.generics()?;
        if self.eat("(") {
            self.tokens.push(Token::Never);
            self.items(")", 0, |reader| {
                if reader.receiver() {
                    return Some(());
                }
                reader.ident()?;
                reader.expect(": ")?;
                reader.ty()
            })?;
            self.expect(")")?;
            self.begin(-INDENT, true);
            if self.eat(" -> ") {
                self.ty()?;
            }
            self.end();
        }
        self.opening()
    }

    fn receiver(&mut self) -> bool {
        let rest = self.rest();
        let receiver = rest.find([',', ')']).and_then(|end| rest.get(..end)).unwrap_or_default();
        matches!(receiver, "self" | "mut self" | "&self") && self.eat(receiver)
    }

    fn implementation(&mut self) -> Option<()> {
        self.begin(-INDENT, false);
        self.begin(INDENT, true);
        self.expect("impl")?;
        self.generics()?;
        self.end();
        self.expect(" ")?;
        self.ty()?;
        if self.skip(" for ") {
            self.may_break(1);
            self.tokens.push(Token::Text("for "));
            self.ty()?;
        }
        self.end();
        self.opening()
    }

    /// The brace of the block that follows, or nothing where a `where` follows.
    fn opening(&mut self) -> Option<()> {
        let has_brace = self.eat(" {") || self.eat("{");
        self.may_break(ENDLESS);
        (has_brace || self.rest().is_empty()).then_some(())
    }

    /// `pub city: String,` or `Card(CardSource),`
    fn member(&mut self) -> Option<()> {
        self.eat("pub ");
        self.ident()?;
        if self.eat("(") {
            self.items(")", INDENT, Self::ty)?;
            self.expect(")")?;
        } else {
            self.expect(": ")?;
            self.ty()?;
        }
        self.expect(",")?;
        self.may_break(ENDLESS);
        Some(())
    }

    fn constant(&mut self) -> Option<()> {
        self.begin(0, true);
        self.expect("static ")?;
        self.ident()?;
        self.expect(": ")?;
        self.ty()?;
        self.expect(" = ")?;
        self.tokens.push(Token::Never);
        self.expr(false)?;
        self.expect(";")?;
        self.end();
        self.may_break(ENDLESS);
        Some(())
    }

    /// `use crate::types::{City, State};`
    fn import(&mut self) -> Option<()> {
        let open = self.rest().find('{')?;
        self.take(open)?;
        self.filled("{", "}", Self::ident)?;
        self.expect(";")
    }

    fn statement(&mut self) -> Option<()> {
        self.begin(0, false);
        if self.eat("let ") {
            self.eat("mut ");
            self.ident()?;
            if self.eat(": ") {
                self.ty()?;
            }
            self.expect(" = ")?;
            self.tokens.push(Token::Never);
            self.expr(false)?;
        } else if let Some(operator) = self.assignment() {
            // A group of its own, like the statement's.
            self.begin(0, false);
            let end = self.at + operator;
            self.expr(false)?;
            if self.at != end {
                return None;
            }
            self.expect(" = ")?;
            self.tokens.push(Token::Never);
            self.expr(false)?;
            self.end();
        } else {
            self.expr(true)?;
        }
        self.eat(";");
        self.end();
        self.may_break(ENDLESS);
        Some(())
    }

    /// Where the ` = ` of `self.value.city = ..` stands.
    fn assignment(&self) -> Option<usize> {
        let rest = self.rest();
        let end = rest.find(|character: char| !(character.is_alphanumeric() || matches!(character, '_' | '.')))?;
        rest.get(end..)?.starts_with(" = ").then_some(end)
    }

    /// An expression; `opens` if it is the first of a statement.
    fn expr(&mut self, opens: bool) -> Option<()> {
        if self.eat("&") {
            self.expr(false)?;
            self.bracketed = 0;
            return Some(());
        }
        let start = self.tokens.len();
        let first = self.at;
        let callee = self.primary()?;
        let name = self.text.get(first..self.at)?;
        let is_short = name.len() <= 4 && name.chars().all(|character| character.is_alphanumeric() || character == '_');
        if !self.sees(".") && !self.sees("?") || self.sees("..") {
            return Some(());
        }
        // A chain of calls: a group, in which what it begins with is not indented.
        self.tokens.insert(callee, Token::End);
        self.tokens.insert(start, Token::Begin { offset: -INDENT, consistent: true });
        self.tokens.insert(start, Token::Begin { offset: INDENT, consistent: true });
        let mut joined = opens && is_short;
        loop {
            if self.eat("?") {
                continue;
            }
            if !self.sees(".") {
                break;
            }
            if !joined {
                self.may_break(0);
            }
            self.expect(".")?;
            self.ident()?;
            if self.eat("::<") {
                self.items(">", INDENT, Self::generic)?;
                self.expect(">")?;
            }
            if self.sees("(") {
                let group = self.tokens.len();
                self.begin(0, true);
                self.arguments()?;
                self.end();
                if joined && !self.sees(".") && !self.sees("?.") {
                    // Arguments of `self.call(..)` are indented but once.
                    *self.tokens.get_mut(group)? = Token::Begin { offset: -INDENT, consistent: true };
                }
            }
            joined = false;
        }
        self.end();
        Some(())
    }

    /// What a chain may begin with. Tells where its callee ends.
    fn primary(&mut self) -> Option<usize> {
        let rest = self.rest();
        match rest.chars().next()? {
            '"' => self.literal()?,
            '-' | '0'..='9' => self.number()?,
            '[' => {
                self.array()?;
                self.bracketed = self.at;
            }
            '(' => {
                self.expect("(")?;
                self.items(")", INDENT, |reader| reader.expr(false))?;
                self.expect(")")?;
                self.bracketed = self.at;
            }
            '|' => self.closure()?,
            _ => {
                let start = self.tokens.len();
                self.path()?;
                let callee = self.tokens.len();
                if self.eat("!") {
                    self.invocation()?;
                } else if self.sees("(") {
                    self.arguments()?;
                } else if self.sees(" {") {
                    self.structure(start)?;
                } else {
                    return Some(callee);
                }
                // Nothing is called on literals of structs and on macros.
                let is_call = matches!(self.tokens.get(callee), Some(Token::Text("(")));
                return (is_call || !self.sees(".")).then_some(callee);
            }
        }
        Some(self.tokens.len())
    }

    /// `Order`, `std::path::Path::new`, `Vec::<Order>::new`
    fn path(&mut self) -> Option<()> {
        loop {
            if self.eat("<") {
                self.items(">", INDENT, Self::generic)?;
                self.expect(">")?;
            } else {
                self.ident()?;
            }
            if !self.eat("::") {
                return Some(());
            }
        }
    }

    fn literal(&mut self) -> Option<()> {
        let rest = self.rest();
        let mut escaped = false;
        let end = rest.char_indices().skip(1).find_map(|(at, character)| {
            let ends = character == '"' && !escaped;
            escaped = character == '\\' && !escaped;
            ends.then_some(at + 1)
        })?;
        self.take(end)
    }

    fn number(&mut self) -> Option<()> {
        self.eat("-");
        let rest = self.rest();
        let is_part = |at: usize, character: char| {
            character.is_ascii_alphanumeric()
                || character == '_'
                || (character == '.'
                    && rest.get(at + 1..).is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit())))
                || (character == '-' && rest.get(..at).is_some_and(|before| before.ends_with('e')))
        };
        let end =
            rest.char_indices().find(|(at, character)| !is_part(*at, *character)).map_or(rest.len(), |(at, _)| at);
        if end == 0 { None } else { self.take(end) }
    }

    /// A macro's arguments, if they are one token.
    fn invocation(&mut self) -> Option<()> {
        self.expect("(")?;
        self.begin(INDENT, true);
        self.may_break(0);
        match self.rest().chars().next()? {
            '"' => self.literal()?,
            '0'..='9' => self.number()?,
            _ => self.ident()?,
        }
        self.tokens.push(Token::Break { spaces: 0, comma: false, offset: -INDENT });
        self.end();
        self.expect(")")
    }

    /// `(a, b)` behind what is called. An only argument that has brackets of its own is indented for these alone.
    fn arguments(&mut self) -> Option<()> {
        self.expect("(")?;
        if self.eat(")") {
            return Some(());
        }
        let start = self.tokens.len();
        self.expr(false)?;
        if self.sees(")") && self.bracketed == self.at {
            return self.expect(")");
        }
        self.tokens.insert(start, Token::Break { spaces: 0, comma: false, offset: 0 });
        self.tokens.insert(start, Token::Begin { offset: INDENT, consistent: true });
        self.separator(")", 0)?;
        while !self.sees(")") {
            self.expr(false)?;
            self.separator(")", 0)?;
        }
        self.end();
        self.expect(")")
    }

    /// `|(key, value)| (key.into(), value.into())`
    fn closure(&mut self) -> Option<()> {
        self.begin(0, false);
        self.begin(INDENT, true);
        self.expect("|")?;
        self.may_break(0);
        self.expect("(")?;
        self.items(")", INDENT, Self::ident)?;
        self.expect(")")?;
        self.expect("|")?;
        self.skip(" ");
        self.tokens.push(Token::Break { spaces: 1, comma: false, offset: -INDENT });
        self.end();
        self.tokens.push(Token::Never);
        if !self.sees("(") {
            return None;
        }
        self.expr(false)?;
        self.end();
        self.bracketed = self.at;
        Some(())
    }

    fn array(&mut self) -> Option<()> {
        let inner = self.rest().split_once(']').and_then(|(inner, _)| inner.get(1..)).unwrap_or_default();
        let is_plain = |item: &str| {
            !item.is_empty() && item.bytes().all(|byte| byte.is_ascii_digit()) || matches!(item, "true" | "false")
        };
        if !inner.is_empty() && inner.split(", ").all(is_plain) {
            // Numbers fill their lines.
            return self.filled("[", "]", |reader| reader.expr(false));
        }
        self.expect("[")?;
        self.items("]", INDENT, |reader| reader.expr(false))?;
        self.expect("]")
    }

    /// ` { request: Request::new(), ..Operation::DEFAULT }` behind the path whose tokens begin at `start`.
    fn structure(&mut self, start: usize) -> Option<()> {
        self.end();
        self.tokens.insert(start, Token::Begin { offset: -INDENT, consistent: false });
        self.tokens.insert(start, Token::Begin { offset: INDENT, consistent: true });
        self.expect(" {")?;
        self.skip(" ");
        self.may_break(1);
        while !self.sees("}") {
            if self.eat("..") {
                self.expr(false)?;
                self.skip(" ");
                self.tokens.push(Token::Break { spaces: 1, comma: false, offset: -INDENT });
                break;
            }
            self.ident()?;
            self.expect(": ")?;
            self.begin(0, false);
            self.expr(false)?;
            self.end();
            self.separator("}", 1)?;
        }
        let width: isize = self.tokens.iter().skip(start).map(Token::width).sum();
        if width > WIDEST_LITERAL {
            self.tokens.push(Token::Long);
        }
        self.end();
        self.expect("}")
    }
}

impl Token<'_> {
    fn width(&self) -> isize {
        match self {
            Self::Text(text) => isize::try_from(text.len()).unwrap_or(ENDLESS),
            Self::Break { spaces, .. } => *spaces,
            Self::Long => ENDLESS,
            Self::Never | Self::Begin { .. } | Self::End => 0,
        }
    }
}

/// For each beginning of a group its width, and for each break that of what follows it; both up to the next break
/// behind.
fn measure(tokens: &[Token<'_>]) -> Vec<isize> {
    let mut sizes = vec![0; tokens.len()];
    // What is not closed yet, the breaks of each group but for the last one closed already.
    let mut open: Vec<usize> = Vec::new();
    let mut total = 0;
    for (index, token) in tokens.iter().enumerate() {
        if matches!(token, Token::Break { .. } | Token::Never) {
            close(tokens, &mut open, &mut sizes, total);
        }
        if let Some(size) = sizes.get_mut(index) {
            *size = -total;
        }
        if !matches!(token, Token::Text(_) | Token::Long) {
            open.push(index);
        }
        total += token.width();
    }
    close(tokens, &mut open, &mut sizes, total);
    sizes
}

/// Gives the groups that have ended, and the break before them, their sizes.
fn close(tokens: &[Token<'_>], open: &mut Vec<usize>, sizes: &mut [isize], total: isize) {
    let mut ended = 0;
    while let Some(&index) = open.last() {
        match tokens.get(index) {
            Some(Token::Begin { .. }) if ended == 0 => return,
            Some(Token::Begin { .. }) => ended -= 1,
            Some(Token::End) => ended += 1,
            _ => {}
        }
        open.pop();
        if let Some(size) = sizes.get_mut(index) {
            *size += total;
        }
        if ended == 0 && matches!(tokens.get(index), Some(Token::Break { .. } | Token::Never)) {
            return;
        }
    }
}

/// How the breaks of a group are taken.
#[derive(Clone, Copy)]
enum Frame {
    Fits,
    /// All are taken, or those that must; and the indentation around the group.
    Broken {
        consistent: bool,
        outer: isize,
    },
}

fn print(tokens: &[Token<'_>], start: isize, inner: isize) -> String {
    let sizes = measure(tokens);
    let mut out = String::with_capacity(256);
    let mut frames: Vec<Frame> = Vec::new();
    let (mut indent, mut space, mut pending) = (inner, WIDTH - start, 0);
    for (token, size) in tokens.iter().zip(sizes) {
        match *token {
            Token::Text(text) => {
                for _ in 0..std::mem::take(&mut pending) {
                    out.push(' ');
                }
                out.push_str(text);
                space -= token.width();
            }
            Token::Begin { offset, consistent } if size > space => {
                frames.push(Frame::Broken { consistent, outer: indent });
                indent += offset;
            }
            Token::Begin { .. } => frames.push(Frame::Fits),
            Token::End => {
                if let Some(Frame::Broken { outer, .. }) = frames.pop() {
                    indent = outer;
                }
            }
            // The end of the line.
            Token::Break { spaces: ENDLESS, .. } => {}
            Token::Break { spaces, comma, offset } => {
                let fits = match frames.last() {
                    Some(Frame::Fits) => true,
                    Some(Frame::Broken { consistent, .. }) => !consistent && size <= space,
                    None => false,
                };
                if fits {
                    pending += spaces;
                    space -= spaces;
                } else {
                    out.push_str(if comma { ",\n" } else { "\n" });
                    pending = indent + offset - start;
                    space = (WIDTH - indent - offset).max(LEAST);
                }
            }
            Token::Never | Token::Long => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What prettyplease makes of the line.
    fn oracle(kind: Line, line: &str) -> String {
        let (before, after) = match kind {
            Line::Head if line.ends_with('{') => ("", "}"),
            Line::Head | Line::Static | Line::Use => ("", ""),
            Line::Member if line.starts_with("pub ") => ("struct A {\n", "}"),
            Line::Member => ("enum A {\n", "}"),
            Line::Statement => ("fn a() {\n", "}"),
        };
        let printed = prettyplease::unparse(&syn::parse_file(&format!("{before}{line}{after}")).unwrap());
        let printed = printed.trim_end().strip_suffix(after).unwrap().trim_end();
        let lines = printed.lines().skip(before.lines().count());
        let indent = if before.is_empty() { "" } else { "    " };
        lines.map(|line| line.strip_prefix(indent).unwrap()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn lines_break_where_prettyplease_breaks_them() {
        let long = "A".repeat(40);
        let text = format!("\"{}\"", "x".repeat(70));
        let cases = [
            (Line::Head, "pub struct Short {".to_owned()),
            (Line::Head, format!("pub struct {long}<HasCity = Missing, HasState = Missing, HasStreet = Missing> {{")),
            (Line::Head, format!("pub struct {long}<{long}{long} = Missing> {{")),
            (Line::Head, format!("pub type {long} = Map<String, Vec<{long}>>;")),
            (Line::Head, format!("impl<{long}, {long}B, C> A<{long}, {long}B, C> {{")),
            (Line::Head, format!("impl From<{long}<Set, Set, Set, Set>> for {long}B {{")),
            (Line::Head, format!("impl<const N: usize> From<[&str; N]> for {long}{long} {{")),
            (Line::Head, format!("pub fn city(mut self, city: impl Into<String>) -> {long}<Set, HasState> {{")),
            (Line::Head, format!("pub fn city(mut self, city: impl Into<{long}>) -> {long}<Set, HasState> {{")),
            (Line::Head, format!("pub fn city(mut self, city: impl Into<{long}{long}>) -> Self {{")),
            (Line::Head, format!("pub fn a(mut self, a: impl IntoIterator<Item = (impl Into<String>, impl Into<{long}>)>) -> Self {{")),
            (Line::Head, format!("pub fn build(self) -> {long}<HasCity, HasState, HasStreet, HasNumber, HasLetter> {{")),
            (Line::Member, format!("pub {}: Option<Vec<Map<String, {long}>>>,", long.to_lowercase())),
            (Line::Member, format!("pub state: PhantomData<fn() -> ({long}, {long}B, HasState)>,")),
            (Line::Member, format!("pub state: PhantomData<fn() -> ({long}{long},)>,")),
            (Line::Member, format!("{long}(Vec<{long}{long}>),")),
            (Line::Statement, "Self { client: client.clone() }".to_owned()),
            (Line::Statement, "Self { client: client.clone(), more: 1 }".to_owned()),
            (Line::Statement, format!("{long} {{ request: Request::new(&self.client, &{long}).path({text}, id), state: PhantomData }}")),
            (Line::Statement, format!("{long} {{ request: Request::new(&self.client, &LIST).path_value::<{long}>({text}, id.into()), body: Vec::new() }}")),
            (Line::Statement, format!("self.value.city = Some(Box::new({long}.into_iter().map(Into::into).collect()));")),
            (Line::Statement, format!("self.value.{} = {long}.into_iter().map(|(key, value)| (key.into(), value.into())).collect();", long.to_lowercase())),
            (Line::Statement, format!("self.request.query::<{long}>({text}, city.into());")),
            (Line::Statement, format!("self.request.files({text}, \"a/b\", [city.into()]);")),
            (Line::Statement, format!("self.call({text}, city.into());")),
            (Line::Statement, format!("Self::{long}(values.map(str::to_owned).to_vec().and_so_on().and_so_on_for_long())")),
            (Line::Statement, format!("let city = client.cities().create({text}, [1, 2]).name(true).send().await?;")),
            (Line::Statement, format!("client.cities().create([{text}, \"a\"]).numbers([{}]).send().await?;", "100, ".repeat(30) + "1")),
            (Line::Statement, format!("let a = b.c([A::builder().d(-1.5).e(std::path::Path::new({text})).f([(\"a\", {text})]).build()]).send().await?;")),
            (Line::Statement, format!("let a = b.c(serde_json::json!({text}{text})).d(Some([{text}].map(Into::into).to_vec())).send().await?;").replace("\"\"", "")),
            (Line::Statement, format!("let a: Vec<{long}> = {long}.into_iter().map(Into::into).collect();")),
            (Line::Static, format!("static LIST: Operation = Operation {{ id: \"list\", method: Method::Get, path: {text}, params: &[Param::query({text}).explode(false), Param::query(\"b\")], security: Some(&[&[0, 1], &[]]), ..Operation::DEFAULT }};")),
            (Line::Use, format!("use crate::types::{{{}}};", (0..20).map(|n| format!("City{n}")).collect::<Vec<_>>().join(", "))),
        ];
        for (kind, line) in cases {
            assert_eq!(wrap(kind, &line).unwrap(), oracle(kind, &line), "{line}");
        }
    }

    #[test]
    fn what_is_not_known_is_left_to_others() {
        let text = "x".repeat(90);
        for line in [format!("match {text} {{ _ => () }}"), format!("if {text} {{}}"), format!("a(|b| {text});")] {
            assert_eq!(wrap(Line::Statement, &line), None, "{line}");
        }
    }
}
