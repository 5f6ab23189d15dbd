//! The headers of requests and responses.

use std::fmt;

/// Headers in the order in which they came.
///
/// Names are compared without regard to case. Values are text; bytes that are not UTF-8 are
/// replaced when a response is read. `Debug` shows no credentials.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers {
    /// All names and values, one behind the other: a call copies its headers several times.
    text: String,
    /// Where in the text each name and its value end.
    ends: Vec<(usize, usize)>,
}

/// What a name and its value take up, as a rule.
const USUAL: usize = 48;

impl Headers {
    /// Returns no headers.
    #[must_use]
    pub const fn new() -> Self {
        Self { text: String::new(), ends: Vec::new() }
    }

    /// Returns the first value of a header.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Returns every value of a header.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Returns all names and values.
    pub fn iter(&self) -> Iter<'_> {
        Iter { text: &self.text, start: 0, ends: self.ends.iter() }
    }

    /// Sets a header, in place of all values that it had.
    pub fn set(&mut self, name: impl AsRef<str>, value: impl AsRef<str>) {
        self.remove(name.as_ref());
        self.push(name.as_ref(), value.as_ref());
    }

    /// Adds a value to a header.
    pub fn append(&mut self, name: impl AsRef<str>, value: impl AsRef<str>) {
        self.push(name.as_ref(), value.as_ref());
    }

    /// Returns no headers, with room for some.
    pub(crate) fn with_capacity(headers: usize) -> Self {
        // The number may be what a caller's iterator promises.
        let headers = headers.min(64);
        Self { text: String::with_capacity(headers * USUAL), ends: Vec::with_capacity(headers) }
    }

    /// Returns the same headers, with room for those by which a caller proves who it is.
    pub(crate) fn with_room(&self) -> Self {
        let mut copy = Self {
            text: String::with_capacity(self.text.len() + 2 * USUAL),
            ends: Vec::with_capacity(self.ends.len() + 1),
        };
        copy.text.push_str(&self.text);
        copy.ends.extend_from_slice(&self.ends);
        copy
    }

    fn push(&mut self, name: &str, value: &str) {
        self.text.push_str(name);
        let end_of_name = self.text.len();
        self.text.push_str(value);
        self.ends.push((end_of_name, self.text.len()));
    }

    /// Removes all values of a header.
    pub fn remove(&mut self, name: &str) {
        if self.get(name).is_some() {
            *self = self.iter().filter(|(other, _)| !other.eq_ignore_ascii_case(name)).collect();
        }
    }

    /// Returns whether there is no header.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Sets every header of `others`.
    pub(crate) fn set_all(&mut self, others: &Self) {
        for (name, value) in others {
            self.set(name, value);
        }
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(headers: I) -> Self {
        let headers = headers.into_iter();
        let mut all = Self::with_capacity(headers.size_hint().0);
        for (name, value) in headers {
            all.push(name.as_ref(), value.as_ref());
        }
        all
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = (&'a str, &'a str);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// Walks over names and values of [`Headers`].
#[derive(Clone)]
#[must_use = "iterators do nothing unless they are walked"]
pub struct Iter<'a> {
    text: &'a str,
    start: usize,
    ends: std::slice::Iter<'a, (usize, usize)>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (end_of_name, end) = *self.ends.next()?;
        let header = (self.text.get(self.start..end_of_name)?, self.text.get(end_of_name..end)?);
        self.start = end;
        Some(header)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.ends.size_hint()
    }
}

/// Shows no credentials either.
impl fmt::Debug for Iter<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.clone().map(|(name, _)| name)).finish()
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |(name, value)| (name, if is_harmless(name) { value } else { "[redacted]" });
        formatter.debug_map().entries(self.iter().map(shown)).finish()
    }
}

/// Whether a header may be shown. Any other may be a credential, whatever its name.
fn is_harmless(name: &str) -> bool {
    const HARMLESS: &[&str] = &[
        "accept",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "request-id",
        "retry-after",
        "retry-after-ms",
        "server",
        "transfer-encoding",
        "user-agent",
        "x-request-id",
        "x-should-retry",
    ];
    HARMLESS.iter().any(|harmless| name.eq_ignore_ascii_case(harmless))
}

/// Says what is wrong with a header that a caller gives, if anything is: it must not be able to
/// smuggle in another one, nor change where and how the body ends.
pub(crate) fn fault_of(name: &str, value: &str) -> Option<String> {
    const FRAMING: &[&str] = &["connection", "content-length", "host", "te", "trailer", "transfer-encoding", "upgrade"];
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let is_text = |byte: u8| byte == b'\t' || (byte >= b' ' && byte != 0x7f);
    if name.is_empty() || !name.bytes().all(is_token) {
        Some(format!("{name:?} can't be the name of a header"))
    } else if FRAMING.iter().any(|framing| name.eq_ignore_ascii_case(framing)) {
        Some(format!("the header `{name}` is set by the client itself"))
    } else if !value.bytes().all(is_text) {
        Some(format!("the value of the header `{name}` holds a control character, such as a line break"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_could_smuggle_are_refused() {
        let cases = [
            ("x-note", "fine, äöü\ttoo", true),
            ("x-note", "", true),
            ("x-note", "a\r\nauthorization: b", false),
            ("x-note", "a\nb", false),
            ("x-note", "a\0", false),
            ("x note", "a", false),
            ("x-note:", "a", false),
            ("", "a", false),
            ("Content-Length", "3", false),
            ("Host", "example.com", false),
        ];
        for (name, value, fine) in cases {
            assert_eq!(fault_of(name, value).is_none(), fine, "{name:?}: {value:?}");
        }
    }

    #[test]
    fn names_have_no_case_and_credentials_no_face() {
        let mut headers: Headers =
            [("Content-Type", "text/html"), ("Set-Cookie", "a"), ("set-cookie", "b")].into_iter().collect();
        assert_eq!(headers.get("content-type"), Some("text/html"));
        assert_eq!(headers.get_all("SET-COOKIE").collect::<Vec<_>>(), ["a", "b"]);
        headers.set("set-Cookie", "c");
        assert_eq!(format!("{headers:?}"), r#"{"Content-Type": "text/html", "set-Cookie": "[redacted]"}"#);
    }
}
