//! Links to the next page of a list: where they lead, and how the header `Link` has them (RFC 8288).

use reqwest::Url;

use crate::runtime::headers::Headers;

/// The URL of the page that a link in the response from `here` leads to.
///
/// It differs from `here` in its path and its query only, so that credentials go where they went.
///
/// # Errors
///
/// Says why the link must not be followed. It does not show the link, which may hold a secret.
pub(crate) fn follow(here: &Url, link: &str) -> Result<Url, &'static str> {
    let target = here.join(link).map_err(|_| "the link to the next page is no URL")?;
    if target.origin() != here.origin() {
        return Err("the link to the next page leads to another origin, which must not be given the credentials");
    }
    let mut url = here.clone();
    url.set_path(target.path());
    url.set_query(target.query());
    Ok(url)
}

/// The target of the first link with the relation `next` in a header, however often the header comes.
///
/// # Errors
///
/// Says that the header is not written as the RFC has it. A link that stands before the fault is
/// given all the same.
pub(crate) fn next_in<'a>(headers: &'a Headers, name: &'a str) -> Result<Option<&'a str>, &'static str> {
    for value in headers.get_all(name) {
        let mut rest = value;
        while let Some(link) = Link::read(rest)? {
            if link.is_next {
                return Ok(Some(link.target));
            }
            rest = link.rest;
        }
    }
    Ok(None)
}

/// A link of a header's value, and what stands behind it.
struct Link<'a> {
    target: &'a str,
    is_next: bool,
    rest: &'a str,
}

impl<'a> Link<'a> {
    /// The first link of a value, if there is any.
    fn read(value: &'a str) -> Result<Option<Self>, &'static str> {
        // Elements of lists may be empty.
        let value = value.trim_start_matches([' ', '\t', ',']);
        if value.is_empty() {
            return Ok(None);
        }
        let (target, mut rest) = value
            .strip_prefix('<')
            .and_then(|link| link.split_once('>'))
            .ok_or("the header with the link to the next page can't be read")?;
        let mut relations = None;
        let mut has_anchor = false;
        while let Some((name, argument, behind)) = parameter(rest) {
            if name.eq_ignore_ascii_case("rel") {
                // All but the first are ignored.
                relations.get_or_insert(argument);
            } else if name.eq_ignore_ascii_case("anchor") {
                has_anchor = true;
            }
            rest = behind;
        }
        let relations = relations.unwrap_or_default();
        let is_next = relations.split_ascii_whitespace().any(|relation| relation.eq_ignore_ascii_case("next"));
        // With an anchor, it is the next one of something else.
        Ok(Some(Self { target, is_next: is_next && !has_anchor, rest }))
    }
}

/// The name of the first parameter, its argument, and what stands behind it.
fn parameter(text: &str) -> Option<(&str, String, &str)> {
    let text = skip_blanks(skip_blanks(text).strip_prefix(';')?);
    let end = text.find([' ', '\t', '=', ';', ',']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let (argument, rest) = match skip_blanks(rest).strip_prefix('=') {
        Some(rest) => argument(skip_blanks(rest)),
        None => (String::new(), rest),
    };
    Some((name, argument, rest))
}

/// An argument, quoted or not, and what stands behind it.
fn argument(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (argument, rest) = text.split_at(text.find([';', ',']).unwrap_or(text.len()));
        return (argument.trim_ascii_end().to_owned(), rest);
    };
    let mut argument = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => argument.extend(characters.next()),
            other => argument.push(other),
        }
    }
    (argument, characters.as_str())
}

fn skip_blanks(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of the header, and what they link to.
    type Case = (&'static [&'static str], Result<Option<&'static str>, ()>);

    #[test]
    fn headers_are_read_as_the_rfc_has_them() {
        let cases: &[Case] = &[
            (&[], Ok(None)),
            (&[""], Ok(None)),
            (&[r#"</a>; rel="next""#], Ok(Some("/a"))),
            (&["</a>;rel=next"], Ok(Some("/a"))),
            (&["</a>;rel=next;x=y"], Ok(Some("/a"))),
            (&[r#"<https://api.test/a?p=2&q=1,2;3>; rel="last", </b>; rel="next""#], Ok(Some("/b"))),
            (&[r#"</a,b;c>; rel="next""#], Ok(Some("/a,b;c"))),
            (&[r#"</a>; rel="prev"; title="a, </x>; rel=\"next\"; \\", </b>; rel=next"#], Ok(Some("/b"))),
            (&[r#"</a>; title="next""#], Ok(None)),
            (&[r#"</a>; rel="nexts""#], Ok(None)),
            (&[r#"</a>; rel="last  NEXT	up""#], Ok(Some("/a"))),
            (&[r#"</a> ; REL = "Next" ; x"#], Ok(Some("/a"))),
            (&["  ,, </a>; rel=prev ,,</b> ;rel=next , "], Ok(Some("/b"))),
            (&["</a>; rel=prev; rel=next"], Ok(None)),
            (&["</a>; rel=next; rel=prev"], Ok(Some("/a"))),
            (&[r##"</a>; rel=next; anchor="#x""##], Ok(None)),
            (&["</a>", "</b>; rel=prev", "</c>; rel=next"], Ok(Some("/c"))),
            (&["</a>; rel=next, </b>; rel=next", "</c>; rel=next"], Ok(Some("/a"))),
            (&["<>; rel=next"], Ok(Some(""))),
            (&[r#"</ä>; title*=UTF-8''%c3%a4; rel="next"#], Ok(Some("/ä"))),
            (&["</a>; rel=next, nonsense"], Ok(Some("/a"))),
            (&["/a; rel=next"], Err(())),
            (&["</a; rel=next"], Err(())),
            (&["</a>; rel=prev; =; ;, </b>; rel=next"], Ok(Some("/b"))),
            (&[r#"</a>; rel="prev" junk, </b>; rel=next"#], Err(())),
            (&[r#"</a>; rel="\"#], Ok(None)),
        ];
        for (values, expected) in cases {
            let headers: Headers = values.iter().map(|value| ("LINK", *value)).collect();
            assert_eq!(next_in(&headers, "link").map_err(drop), *expected, "{values:?}");
        }
    }

    #[test]
    fn links_lead_to_the_same_origin() {
        let here = Url::parse("https://api.test/v1/things?size=2").unwrap();
        let cases = [
            ("https://api.test/v1/things?page=2", Ok("https://api.test/v1/things?page=2")),
            ("HTTPS://API.test:443/v2/things", Ok("https://api.test/v2/things")),
            ("?page=2", Ok("https://api.test/v1/things?page=2")),
            ("/v1/things?page=2#there", Ok("https://api.test/v1/things?page=2")),
            ("things?page=a%26b&c[d]=ü", Ok("https://api.test/v1/things?page=a%26b&c[d]=%C3%BC")),
            ("../x", Ok("https://api.test/x")),
            ("", Ok("https://api.test/v1/things?size=2")),
            ("https://user:password@api.test/v1/things", Ok("https://api.test/v1/things")),
            ("http://api.test/v1/things", Err("another origin")),
            ("https://api.test:8443/v1/things", Err("another origin")),
            ("https://api.test.evil.test/v1/things", Err("another origin")),
            ("https://api.test@evil.test/v1/things", Err("another origin")),
            ("//evil.test/v1/things", Err("another origin")),
            ("/\\evil.test/v1/things", Err("another origin")),
            ("data:text/plain,x", Err("another origin")),
            ("https://", Err("is no URL")),
        ];
        for (link, expected) in cases {
            match (follow(&here, link), expected) {
                (Ok(url), Ok(expected)) => assert_eq!(url.as_str(), expected, "{link}"),
                (Err(why), Err(expected)) => assert!(why.contains(expected), "{link}: {why}"),
                (got, _) => panic!("{link}: {got:?}"),
            }
        }
    }
}
