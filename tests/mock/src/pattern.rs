//! Texts that match a pattern.

use fastrand::Rng;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// How often something is repeated beyond what must be.
const MORE: usize = 4;
/// No text is made longer than this to be long enough.
const LONGEST: usize = 4096;

/// A text that matches the pattern and has at least so many characters; random if there is something to decide it.
///
/// `None` if the pattern is beyond what can be turned around, such as one that looks ahead.
pub(crate) fn matching(pattern: &str, least: usize, mut rng: Option<&mut Rng>) -> Option<String> {
    // Letters and digits are those of ASCII, as in patterns of JavaScript, unless the pattern asks for others.
    let ascii = ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok();
    let hir = ascii.or_else(|| ParserBuilder::new().build().parse(pattern).ok())?;
    let mut more = 0;
    loop {
        let mut maker = Maker { rng: rng.as_deref_mut(), more, text: Vec::new() };
        maker.make(&hir)?;
        let text = String::from_utf8(maker.text).ok()?;
        if text.chars().count() >= least || more > least.min(LONGEST) {
            return Some(text);
        }
        more += 1;
    }
}

struct Maker<'a> {
    rng: Option<&'a mut Rng>,
    /// How often more than needed everything is repeated that may be.
    more: usize,
    text: Vec<u8>,
}

impl Maker<'_> {
    /// Appends what matches; `None` if nothing does.
    fn make(&mut self, hir: &Hir) -> Option<()> {
        if self.text.len() > LONGEST {
            return None;
        }
        match hir.kind() {
            // Where a text begins and ends needs no text.
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => self.text.extend_from_slice(&literal.0),
            HirKind::Class(class) => {
                let character = self.one_of(&ranges(class))?;
                self.text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            HirKind::Repetition(repetition) => {
                let least = usize::try_from(repetition.min).ok()?;
                let most = repetition.max.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
                let more = self.more + self.below(MORE);
                for _ in 0..least.saturating_add(more).min(most) {
                    self.make(&repetition.sub)?;
                }
            }
            HirKind::Capture(capture) => self.make(&capture.sub)?,
            HirKind::Concat(parts) => parts.iter().try_for_each(|part| self.make(part))?,
            HirKind::Alternation(parts) => {
                let index = self.below(parts.len());
                self.make(parts.get(index)?)?;
            }
        }
        Some(())
    }

    fn one_of(&mut self, ranges: &[(char, char)]) -> Option<char> {
        let index = self.below(ranges.len());
        let (first, last) = ranges.get(index).copied()?;
        let number = self.below(usize::try_from(u32::from(last) - u32::from(first)).ok()?.saturating_add(1));
        // Between some characters there are numbers that are none.
        char::from_u32(u32::from(first) + u32::try_from(number).ok()?).or(Some(first))
    }

    fn below(&mut self, limit: usize) -> usize {
        self.rng.as_mut().map_or(0, |rng| rng.usize(0..limit.max(1)))
    }
}

/// The characters of a class; if it has any that are usual, only these.
fn ranges(class: &Class) -> Vec<(char, char)> {
    let all: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => {
            let ascii = class.ranges().iter().filter(|range| range.start().is_ascii());
            ascii.map(|range| (char::from(range.start()), char::from(range.end().min(0x7f)))).collect()
        }
    };
    for (from, to) in [('a', 'z'), ('A', 'Z'), ('0', '9'), (' ', '~')] {
        let usual: Vec<_> = all
            .iter()
            .map(|(first, last)| ((*first).max(from), (*last).min(to)))
            .filter(|(first, last)| first <= last)
            .collect();
        if !usual.is_empty() {
            return usual;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_matches() {
        let patterns = [
            r"^[A-Z]{2}\d{4}$",
            r"^\+\d{7,15}$",
            r"^(?:foo|ba[rz])+-?$",
            r"a.c",
            r"^[^a-z]\w*\s\S{3}$",
            r"^\p{Lu}\p{L}*$",
            r"^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$",
            r"^https?:\/\/[\w.-]+$",
            r"",
            "^\u{e4}+$",
        ];
        for pattern in patterns {
            let validator = jsonschema::validator_for(&serde_json::json!({"pattern": pattern})).unwrap();
            for seed in 0..50 {
                let rng = &mut Rng::with_seed(seed);
                for rng in [None, Some(rng)] {
                    let text = matching(pattern, 0, rng).unwrap();
                    assert!(validator.is_valid(&text.as_str().into()), "{pattern} {text:?}");
                }
            }
        }
        assert_eq!(matching(r"^[A-Z]{2}\d{4}$", 0, None).as_deref(), Some("AA0000"));
        assert_eq!(matching("^x[a-z]*$", 5, None).as_deref(), Some("xaaaa"));
        assert_eq!(matching("^x$", 5, None).as_deref(), Some("x"));
        assert_eq!(matching("^(a{1000}){1000}$", 0, None), None);
        assert_eq!(matching("^(?=a)a$", 0, None), None);
        assert_eq!(matching("(", 0, None), None);
    }
}
