//! How a comparison is shown: for people, and as an entry of a changelog.

use std::fmt;

use super::{Class, Diff, Version};

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
            for change in self.of(class) {
                writeln!(out, "  {}", change.what)?;
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
            for change in self.of(class) {
                text.push_str(&format!("* {}.\n", capitalized(&change.what)));
            }
        }
        Some(text)
    }
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
