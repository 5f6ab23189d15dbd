//! How a comparison is shown: for people, and as an entry of a changelog.

use std::collections::HashMap;
use std::fmt;

use super::terms::{code, list};
use super::{Change, Class, Diff, Version};

impl fmt::Display for Diff {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.changes.is_empty() {
            return out.write_str("nothing has changed for users of the crate");
        }
        let mut between = "";
        for (class, title) in [
            (Class::Major, "major: what compiles today may not compile any more, or does something else"),
            (Class::Minor, "minor: there is more than before"),
            (Class::Patch, "patch: nothing to do"),
        ] {
            if self.of(class).next().is_none() {
                continue;
            }
            writeln!(out, "{between}{title}")?;
            between = "\n";
            for sentence in self.sentences(class) {
                writeln!(out, "  {sentence}")?;
            }
        }
        Ok(())
    }
}

impl Diff {
    /// The entry for a changelog, in Markdown, about the version that comes after `current`; `None` if nothing has
    /// changed.
    #[must_use]
    pub fn changelog(&self, current: Version) -> Option<String> {
        let mut text = format!("## {} (unreleased)\n", current.after(self.class()?));
        for (class, title) in [
            (Class::Major, "What you must change"),
            (Class::Minor, "What is new"),
            (Class::Patch, "What changed without your doing"),
        ] {
            if self.of(class).next().is_none() {
                continue;
            }
            text.push_str(&format!("\n### {title}\n\n"));
            for sentence in self.sentences(class) {
                text.push_str(&format!("* {}.\n", capitalized(&sentence)));
            }
        }
        Some(text)
    }
}

impl Diff {
    /// The changes of one class, a sentence each. What is the same of several operations or types is told once: the
    /// cause is one, such as a parameter that all operations have.
    fn sentences(&self, class: Class) -> Vec<String> {
        let mut groups: Vec<(&Change, Vec<String>)> = Vec::new();
        let mut known = HashMap::new();
        for change in self.of(class) {
            let subject = subject(&change.at);
            // What a type holds is often called after it.
            let group =
                (change.kind, if subject.is_empty() { change.what.clone() } else { change.what.replace(subject, "") });
            let index = *known.entry(group).or_insert(groups.len());
            match groups.get_mut(index) {
                Some((_, others)) => others.push(code(subject)),
                None => groups.push((change, Vec::new())),
            }
        }
        groups.into_iter().map(|(change, others)| format!("{}{}", change.what, likewise(class, others))).collect()
    }
}

/// The operation or the type that a change is about: `orders().list()` of `orders().list().page`.
fn subject(at: &str) -> &str {
    let operation = at.rfind("()").and_then(|end| at.get(..end + 2));
    operation.unwrap_or_else(|| at.split(['.', ':']).next().unwrap_or(at))
}

/// Names what a sentence holds for, too: all where its users must act, else some.
fn likewise(class: Class, mut others: Vec<String>) -> String {
    const SHOWN: usize = 5;
    if others.is_empty() {
        return String::new();
    }
    if class != Class::Major && others.len() > SHOWN + 1 {
        let more = others.split_off(SHOWN).len();
        others.push(format!("{more} more"));
    }
    format!("; likewise {}", list(&others))
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
