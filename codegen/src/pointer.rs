//! JSON pointers (RFC 6901) as text: `/paths/~1orders~1{id}/get`.

use std::borrow::Cow;

/// Appends one segment to a pointer, escaping `~` and `/` as the standard demands.
pub fn push(pointer: &mut String, segment: &str) {
    pointer.push('/');
    let mut rest = segment;
    while let Some((plain, escape, after)) = split(rest) {
        pointer.push_str(plain);
        pointer.push_str(escape);
        rest = after;
    }
    pointer.push_str(rest);
}

/// What stands before the first `~` or `/`, its escape, and what stands behind it.
fn split(segment: &str) -> Option<(&str, &'static str, &str)> {
    let at = segment.bytes().position(|byte| matches!(byte, b'~' | b'/'))?;
    let (before, from) = segment.split_at_checked(at)?;
    let escape = if from.starts_with('~') { "~0" } else { "~1" };
    Some((before, escape, from.get(1..)?))
}

/// Returns `pointer` with one more segment.
#[must_use]
pub fn join(pointer: &str, segment: &str) -> String {
    let mut joined = String::with_capacity(pointer.len() + segment.len() + 1);
    joined.push_str(pointer);
    push(&mut joined, segment);
    joined
}

/// The place of a member; without a name, the whole.
#[must_use]
pub fn member(name: &str) -> String {
    if name.is_empty() { String::new() } else { join("", name) }
}

/// The place of a component: `/components/schemas/Order`.
#[must_use]
pub fn component(section: &str, name: &str) -> String {
    join(&join("/components", section), name)
}

/// Undoes the escapes of one segment.
#[must_use]
pub fn unescape(segment: &str) -> Cow<'_, str> {
    if segment.contains('~') {
        Cow::Owned(segment.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(segment)
    }
}

/// The unescaped segments of a pointer; none for the whole document (`""`).
#[must_use]
pub fn segments(pointer: &str) -> impl DoubleEndedIterator<Item = Cow<'_, str>> {
    pointer.strip_prefix('/').map(|rest| rest.split('/').map(unescape)).into_iter().flatten()
}

/// Splits a pointer into its parent and its last, still escaped, segment; `None` for the whole document.
#[must_use]
pub fn split_last(pointer: &str) -> Option<(&str, &str)> {
    pointer.rsplit_once('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_survive_escaping() {
        for segment in ["", "a", "/orders/{id}", "~", "~1", "a~/b", "ü"] {
            let pointer = join("/x", segment);
            let back: Vec<_> = segments(&pointer).collect();
            assert_eq!(back, ["x", segment], "{pointer}");
        }
        assert_eq!(segments("").count(), 0);
    }
}
