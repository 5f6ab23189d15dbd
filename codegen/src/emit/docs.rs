//! Prose of a document as rustdoc that builds without warnings.
//!
//! Descriptions are Markdown of unknown manners: indented text that rustdoc would take for a test, brackets that it
//! would take for links to items, HTML, bare addresses. All of it is shown as what its author meant.

use std::borrow::Cow;

use proc_macro2::TokenStream;
use quote::quote;

/// Longest line of prose, without the indentation of the item.
const WIDTH: usize = 96;

/// Doc attributes of a text; none for an empty one.
pub(crate) fn attributes(text: &str) -> TokenStream {
    let lines = lines(text);
    let lines = lines.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote!(#(#[doc = #lines])*)
}

/// Doc attributes of lines that are right as they are.
pub(crate) fn verbatim(lines: &[String]) -> TokenStream {
    let lines = lines.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {}", visible(line)) });
    quote!(#(#[doc = #lines])*)
}

/// A text whose lines all end in the same way.
fn with_plain_breaks(text: &str) -> Cow<'_, str> {
    // U+2028 and U+2029 are the only ones that begin with E2 80 and end with A8 or A9; most texts have no such byte.
    if text.bytes().any(|byte| matches!(byte, b'\r' | 0xa8 | 0xa9)) {
        text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n").into()
    } else {
        text.into()
    }
}

/// A line without what can't be seen.
pub(crate) fn visible(line: &str) -> Cow<'_, str> {
    if line.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return line.into();
    }
    let is_hidden = |character: char| character.is_control() || is_invisible(character);
    if line.contains(is_hidden) { line.replace(is_hidden, " ").into() } else { line.into() }
}

/// The lines of a doc comment.
pub(crate) fn lines(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut paragraph = String::new();
    let mut fence: Option<String> = None;
    for raw in with_plain_breaks(text).split('\n') {
        let line = visible(raw);
        let line = line.trim_end();
        let trimmed = line.trim_start();
        if let Some(mark) = &fence {
            if trimmed.starts_with(mark.as_str()) && trimmed.trim_matches(|c| mark.starts_with(c)).is_empty() {
                out.push(mark.clone());
                fence = None;
            } else {
                out.push(line.to_owned());
            }
            continue;
        }
        if let Some(mark) = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark)) {
            flush(&mut paragraph, &mut out);
            let first = mark.chars().next().unwrap_or('`');
            let length = trimmed.chars().take_while(|c| *c == first).count();
            let mark: String = std::iter::repeat_n(first, length).collect();
            let language = trimmed.trim_start_matches(first).trim();
            let known =
                ["json", "xml", "yaml", "http", "sh", "bash", "shell", "javascript", "python", "ruby", "html", "csv"];
            let language = if known.contains(&language) { language } else { "text" };
            out.push(format!("{mark}{language}"));
            fence = Some(mark);
            continue;
        }
        if trimmed.is_empty() {
            flush(&mut paragraph, &mut out);
            if out.last().is_some_and(|last| !last.is_empty()) {
                out.push(String::new());
            }
            continue;
        }
        if trimmed.starts_with('|') {
            flush(&mut paragraph, &mut out);
            out.push(inline(trimmed).into_owned());
            continue;
        }
        let starts = starts_block(trimmed);
        if starts {
            flush(&mut paragraph, &mut out);
        }
        if !paragraph.is_empty() {
            paragraph.push(' ');
        } else if starts && is_list_item(trimmed) {
            // Nested items keep their depth, in steps that Markdown does not take for code.
            let depth = (line.len() - trimmed.len()).min(8) / 2;
            paragraph.push_str(&"  ".repeat(if in_list(&out) { depth } else { 0 }));
        }
        paragraph.push_str(trimmed);
        if trimmed.starts_with('#') {
            flush(&mut paragraph, &mut out);
        }
    }
    flush(&mut paragraph, &mut out);
    while out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    if let Some(mark) = fence {
        out.push(mark);
    }
    out
}

/// The first sentence of a text, as prose that stands in a line with other prose.
pub(crate) fn brief(text: &str) -> String {
    let text = with_plain_breaks(text);
    let paragraph = text.trim().split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    let line = words.join(" ");
    let ends = line.match_indices(". ").map(|(at, _)| at + 1).find(|end| {
        let (sentence, rest) = line.split_at_checked(*end).unwrap_or((&line, ""));
        // Neither an abbreviation nor a full stop within code ends a sentence.
        let goes_on = rest.trim_start().starts_with(|first: char| first.is_lowercase() || first.is_ascii_digit());
        !goes_on && !sentence.ends_with("e.g.") && !sentence.ends_with("i.e.") && sentence.matches('`').count() % 2 == 0
    });
    inline(&visible(line.get(..ends.unwrap_or(line.len())).unwrap_or(&line))).into_owned()
}

/// Texts from a document of which one is meant: `a`, `b` or `c`.
pub(crate) fn either(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| code(text)).collect();
    match texts.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => texts.concat(),
    }
}

/// A text from a document as code within prose that is not looked at again.
pub(crate) fn code(text: &str) -> String {
    let visible = |character: char| match character {
        '`' => '\'',
        hidden if hidden.is_control() || hidden.is_whitespace() || is_invisible(hidden) => ' ',
        other => other,
    };
    format!("`{}`", text.chars().map(visible).collect::<String>())
}

fn is_invisible(character: char) -> bool {
    // Bidirectional overrides would let text read other than it is; rustc refuses them in comments.
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn in_list(out: &[String]) -> bool {
    out.iter().rev().find(|line| !line.is_empty()).is_some_and(|line| line.starts_with(' ') || is_list_item(line))
}

fn is_list_item(text: &str) -> bool {
    let bullet = text.starts_with("- ") || text.starts_with("* ") || text.starts_with("+ ");
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let numbered = (1..=9).contains(&digits)
        && text.get(digits..).is_some_and(|rest| rest.starts_with(". ") || rest.starts_with(") "));
    bullet || numbered
}

fn starts_block(text: &str) -> bool {
    is_list_item(text) || text.starts_with("# ") || text.starts_with("##") || text.starts_with("> ")
}

/// Ends a paragraph: escapes it, wraps it.
fn flush(paragraph: &mut String, out: &mut Vec<String>) {
    if paragraph.is_empty() {
        return;
    }
    let whole = std::mem::take(paragraph);
    let text = whole.trim_start();
    if is_list_item(text) {
        let mark = text.split(' ').next().unwrap_or("-");
        let body = text.get(mark.len()..).unwrap_or_default().trim_start();
        let depth = whole.len() - text.len();
        let first = format!("{:depth$}{mark} ", "");
        wrap(&inline(body), &first, &" ".repeat(depth + mark.len() + 1), out);
    } else if let Some(title) = text.strip_prefix('#') {
        let level = title.chars().take_while(|c| *c == '#').count() + 1;
        let title = inline(title.trim_start_matches('#').trim());
        // Headings of the document stand below those of rustdoc.
        out.push(format!("{} {title}", "#".repeat((level + 1).clamp(2, 6))));
    } else if let Some(quoted) = text.strip_prefix("> ") {
        wrap(&inline(quoted), "> ", "> ", out);
    } else {
        wrap(&inline(text), "", "", out);
    }
}

/// Breaks a paragraph of ours, which may hold links.
pub(crate) fn wrapped(text: &str, out: &mut Vec<String>) {
    wrap(text, "", "", out);
}

/// Breaks prose at spaces outside code spans and links, never so that a line would start a block of its own.
fn wrap(text: &str, first: &str, hang: &str, out: &mut Vec<String>) {
    let mut line = String::with_capacity(WIDTH + 8);
    line.push_str(first);
    let mut width = width_of(first);
    let mut empty = true;
    let words = Words { text, at: 0 };
    for word in words {
        let length = width_of(word);
        if !empty && width + 1 + length > WIDTH && !opens_block(word) {
            line.truncate(line.trim_end().len());
            let mut next = String::with_capacity(WIDTH + 8);
            next.push_str(hang);
            out.push(std::mem::replace(&mut line, next));
            width = width_of(&line);
            empty = true;
        }
        if !empty {
            line.push(' ');
            width += 1;
        }
        line.push_str(word);
        width += length;
        empty = false;
    }
    line.truncate(line.trim_end().len());
    out.push(line);
}

/// How many characters a text has. Nearly all are ASCII, which need not be counted.
fn width_of(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// Whether a line that starts with this word would be read as a list, a heading or a quotation.
fn opens_block(word: &str) -> bool {
    matches!(word, "-" | "*" | "+" | ">" | "=" | "|")
        || word.starts_with('#')
        || word.starts_with('>')
        || word.starts_with("```")
        || word.starts_with('|')
        || word.chars().all(|c| matches!(c, '-' | '=' | '*' | '_'))
        || word.ends_with(['.', ')']) && is_list_item(&format!("{word} "))
}

/// The words between spaces; code spans and links stay whole.
struct Words<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Iterator for Words<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        let start = self.at;
        let (mut code, mut link) = (false, 0_i32);
        // All that decides is ASCII, so bytes will do.
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                b'`' => code = !code,
                b'[' | b'(' if !code && (byte == b'[' || link > 0) => link += 1,
                b']' if !code && link > 0 => link -= i32::from(bytes.get(self.at - 1) != Some(&b'\\')),
                b')' if !code && link > 0 => link -= 1,
                b' ' if !code && link <= 0 => break,
                _ => {}
            }
            self.at += 1;
            // A bracket that never closes must not swallow the rest of the text.
            if self.at - start > 2 * WIDTH {
                code = false;
                link = 0;
            }
        }
        self.text.get(start..self.at).filter(|word| !word.is_empty())
    }
}

/// Escapes what rustdoc would misread; code spans stay as they are.
fn inline(text: &str) -> Cow<'_, str> {
    let is_plain = |(at, byte): (usize, u8)| match byte {
        b'`' | b'<' | b'>' | b'[' | b']' | b'\\' => false,
        b'h' => !text.as_bytes().get(at..).is_some_and(|rest| rest.starts_with(b"http")),
        _ => true,
    };
    if text.bytes().enumerate().all(is_plain) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    loop {
        // Most of a text means nothing but itself.
        let plain = rest.find(['`', '<', '>', '[', ']', '\\', 'h']).unwrap_or(rest.len());
        let (before, from) = rest.split_at_checked(plain).unwrap_or((rest, ""));
        out.push_str(before);
        rest = from;
        let Some(character) = rest.chars().next() else { return out.into() };
        let after = rest.get(character.len_utf8()..).unwrap_or_default();
        match character {
            '`' => {
                let ticks = rest.chars().take_while(|c| *c == '`').count();
                let fence: String = std::iter::repeat_n('`', ticks).collect();
                let body = rest.get(ticks..).unwrap_or_default();
                match body.find(&fence) {
                    Some(end) => {
                        let length = ticks + end + ticks;
                        out.push_str(rest.get(..length).unwrap_or(rest));
                        rest = rest.get(length..).unwrap_or_default();
                    }
                    None => {
                        out.push_str("\\`");
                        rest = after;
                    }
                }
                continue;
            }
            '<' => {
                if let Some(end) = after.find('>')
                    && let Some(inside) = after.get(..end)
                    && is_address(inside)
                {
                    out.push('<');
                    out.push_str(inside);
                    out.push('>');
                    rest = after.get(end + 1..).unwrap_or_default();
                    continue;
                }
                out.push_str("\\<");
            }
            '>' => out.push_str("\\>"),
            '[' => {
                if let Some((label, target, length)) = link(rest) {
                    let label = escape_label(label);
                    // What leads to another place of the page that the text was written for leads nowhere here.
                    out.push_str(&if target.starts_with('#') { label } else { format!("[{label}]({target})") });
                    rest = rest.get(length..).unwrap_or_default();
                    continue;
                }
                out.push_str("\\[");
            }
            ']' => out.push_str("\\]"),
            '\\' => match after.chars().next() {
                // An escape of the author's own.
                Some(next) if next.is_ascii_punctuation() => {
                    out.push('\\');
                    out.push(next);
                    rest = after.get(next.len_utf8()..).unwrap_or_default();
                    continue;
                }
                _ => out.push_str("\\\\"),
            },
            'h' if rest.starts_with("http://") || rest.starts_with("https://") => {
                let length = rest
                    .find(|c: char| {
                        c.is_whitespace()
                            || matches!(c, '<' | '>' | '"' | '`' | ')' | ']' | '\\' | '{' | '}' | '|' | '^')
                    })
                    .unwrap_or(rest.len());
                let address =
                    rest.get(..length).unwrap_or(rest).trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_']);
                if address.len() > "https://".len() && address.is_ascii() {
                    out.push('<');
                    out.push_str(address);
                    out.push('>');
                } else {
                    out.push_str(address);
                }
                rest = rest.get(address.len()..).unwrap_or_default();
                continue;
            }
            _ => out.push(character),
        }
        rest = after;
    }
}

fn is_address(text: &str) -> bool {
    (text.starts_with("http://") || text.starts_with("https://") || text.starts_with("mailto:"))
        && !text.contains(|c: char| c.is_whitespace() || c == '<')
}

/// `[label](https://…)` or `[label](#place)` at the start of `text`: label, address, and length of the whole.
fn link(text: &str) -> Option<(&str, &str, usize)> {
    let close = text.find(']')?;
    let label = text.get(1..close)?;
    let after = text.get(close + 1..)?.strip_prefix('(')?;
    let end = after.find(')')?;
    let target = after.get(..end)?.trim();
    let is_link = is_address(target) || target.starts_with('#');
    (is_link && !label.contains(['[', '\n'])).then_some((label, target, close + 1 + 1 + end + 1))
}

fn escape_label(label: &str) -> String {
    label.replace('<', "\\<").replace('>', "\\>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_becomes_rustdoc() {
        let table = [
            ("See https://a.example/x?y=1, then.", "See <https://a.example/x?y=1>, then."),
            ("filter[status] and [docs](https://a.example)", "filter\\[status\\] and [docs](https://a.example)"),
            ("all [planets](#tag/planets), a[x]()", "all planets, a\\[x\\]()"),
            ("a `filter[x] <b>` span", "a `filter[x] <b>` span"),
            ("<b>bold</b>", "\\<b\\>bold\\</b\\>"),
            ("odd ` tick", "odd \\` tick"),
            ("a\r\nb", "a b"),
            ("# Title", "## Title"),
            ("ends */ here {} \"quoted\"", "ends */ here {} \"quoted\""),
        ];
        for (text, expected) in table {
            assert_eq!(lines(text).join("\n"), expected);
        }
    }

    #[test]
    fn indented_text_is_no_test() {
        assert_eq!(lines("Intro:\n\n    let x = 1;\n\nend"), ["Intro:", "", "let x = 1;", "", "end"]);
        assert_eq!(lines("```\nfn main() {}\n"), ["```text", "fn main() {}", "```"]);
    }

    #[test]
    fn lists_keep_their_shape() {
        assert_eq!(lines("Either:\n- one\n  more\n- two\n\nEnd"), ["Either:", "- one more", "- two", "", "End"]);
    }

    #[test]
    fn the_first_sentence_is_brief() {
        let table = [
            ("One. Two.", "One."),
            ("One\nline, e.g. this. Two.", "One line, e.g. this."),
            ("In a country, e.g. Peru. Two.", "In a country, e.g. Peru."),
            ("See `a. B` here. More", "See `a. B` here."),
            ("A paragraph\r\n\r\nand another", "A paragraph"),
            ("<b> [x]", "\\<b\\> \\[x\\]"),
            ("", ""),
        ];
        for (text, expected) in table {
            assert_eq!(brief(text), expected);
        }
    }

    #[test]
    fn long_prose_is_wrapped() {
        let text = "word ".repeat(60);
        let lines = lines(&text);
        assert!(lines.len() > 2);
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH));
    }
}
