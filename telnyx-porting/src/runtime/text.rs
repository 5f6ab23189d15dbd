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
#[inline(never)]
pub(crate) fn split_last<'a>(text: &'a str, words: &str) -> Option<(&'a str, &'a str)> {
    text.rsplit_once(words)
}

/// Returns whether a media type is one of JSON, and not of lines or sequences of it.
pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.ends_with("/json") || essence.ends_with("+json")
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
        }
        assert_eq!(replace("a", "", "b"), "a");
    }

    #[test]
    fn lines_of_json_are_no_json() {
        for (media_type, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/problem+json", true),
            ("text/json", true),
            ("application/jsonl", false),
            ("application/x-ndjson", false),
            ("application/json-seq", false),
            ("text/plain; of=application/json", false),
            ("", false),
        ] {
            assert_eq!(is_json(media_type), expected, "{media_type}");
        }
    }
}
