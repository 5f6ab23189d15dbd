//! Searches in texts. The standard library's are built where they are used, again and again, and are not small.

/// Finds where `words` begin in a text.
#[inline(never)]
pub(crate) fn find(text: &str, words: &str) -> Option<usize> {
    text.find(words)
}

/// Returns whether a text holds `words`.
pub(crate) fn contains(text: &str, words: &str) -> bool {
    find(text, words).is_some()
}

/// Puts `other` in the place of `words`, wherever they stand.
pub(crate) fn replace(text: &str, words: &str, other: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = split(rest, words) {
        replaced.push_str(before);
        replaced.push_str(other);
        rest = after;
    }
    replaced.push_str(rest);
    replaced
}

/// What stands before `words` and behind them, where they stand first.
fn split<'a>(text: &'a str, words: &str) -> Option<(&'a str, &'a str)> {
    let start = find(text, words).filter(|_| !words.is_empty())?;
    Some((text.get(..start)?, text.get(start + words.len()..)?))
}

/// What stands before `words` and behind them, where they stand last.
pub(crate) fn split_last<'a>(text: &'a str, words: &str) -> Option<(&'a str, &'a str)> {
    let (mut before, mut behind) = split(text, words)?;
    while let Some((further, after)) = split(behind, words) {
        before = text.get(..before.len() + words.len() + further.len())?;
        behind = after;
    }
    Some((before, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_wherever_they_stand() {
        for text in ["", "a", "ab", "xabyabz", "ababab", "aab", "äabä"] {
            assert_eq!(find(text, "ab"), text.find("ab"));
            assert_eq!(contains(text, "ab"), text.contains("ab"));
            for other in ["", "ab", "cde"] {
                assert_eq!(replace(text, "ab", other), text.replace("ab", other));
            }
            assert_eq!(split_last(text, "ab"), text.rsplit_once("ab"));
        }
        assert_eq!(replace("a", "", "b"), "a");
    }
}
