//! Names: how the words of a document become Rust identifiers. Decided here and nowhere else.
//!
//! Everything is deterministic: the same document gives the same names, whatever the order of hash maps or the day.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

/// Longest identifier that we emit, in bytes; longer ones are cut and told apart by a number.
const LONGEST: usize = 80;

/// Strict and reserved keywords of every Rust edition up to 2024.
const KEYWORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super",
    "trait", "true", "try", "type", "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while",
    "yield",
];

/// Type names that generated code would shadow: the prelude's, and those of the runtime that generated code uses.
const RESERVED_TYPES: &[&str] = &[
    "Api",
    "Arc",
    "Auth",
    "Box",
    "Bytes",
    "Call",
    "Client",
    "Clone",
    "Copy",
    "Date",
    "Debug",
    "Default",
    "Deserialize",
    "Drop",
    "Eq",
    "Err",
    "Error",
    "Extend",
    "FileUpload",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "Hash",
    "Into",
    "IntoIterator",
    "Iterator",
    "Map",
    "Method",
    "Missing",
    "None",
    "Nullable",
    "Ok",
    "Operation",
    "Option",
    "Ord",
    "Page",
    "Paging",
    "Param",
    "PartialEq",
    "PartialOrd",
    "PhantomData",
    "Provided",
    "RawResponse",
    "Request",
    "Result",
    "Self",
    "Send",
    "Serialize",
    "Set",
    "Sized",
    "Some",
    "String",
    "Sync",
    "Timestamp",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Value",
    "Vec",
];

/// Methods that every request builder has, so that an argument of that name needs another one.
pub(crate) const REQUEST_METHODS: &[&str] = &[
    "body",
    "body_field",
    "clone",
    "deadline",
    "extra_part",
    "header",
    "items",
    "items_blocking",
    "max_retries",
    "null_body",
    "pages",
    "pages_blocking",
    "query_param",
    "retry_policy",
    "save_to",
    "save_to_blocking",
    "send",
    "send_blocking",
    "send_raw",
    "send_stream",
    "send_stream_blocking",
    "timeout",
    "without_body",
];

/// Methods that every struct builder has.
pub(crate) const BUILDER_METHODS: &[&str] = &["build", "clone"];

/// Methods that the client has beside its resources, and the module that stands beside those of the resources.
pub(crate) const CLIENT_METHODS: &[&str] =
    &["base_url", "builder", "clone", "from_env", "inner", "new", "shared_headers", "transport"];

/// Methods that the builder of clients has beside the setters of credentials.
pub(crate) const CLIENT_BUILDER_METHODS: &[&str] = &[
    "allow_plain_http",
    "api_key",
    "base_url",
    "build",
    "clone",
    "connect_timeout",
    "credential",
    "deadline",
    "from_env",
    "header",
    "http_client",
    "max_response_size",
    "max_retries",
    "middleware",
    "no_proxy",
    "proxy",
    "retry_policy",
    "timeout",
    "token_provider",
    "transport",
    "user_agent",
];

/// What is appended to the name of a schema's type for requests, if it has one of its own.
pub(crate) const PARAM: &str = "Param";

/// Methods that unions have, or that are called on them as on any value.
const UNION_METHODS: &[&str] =
    &["borrow", "clone", "eq", "fmt", "into", "ne", "serialize", "tag", "to_owned", "try_into"];

/// The name of the method of a union that gives a member of this name.
pub(crate) fn method_of_union(member: &str) -> String {
    if UNION_METHODS.contains(&member) { format!("{member}_") } else { member.to_owned() }
}

/// Methods that every resource handle has.
pub(crate) const HANDLE_METHODS: &[&str] = &["clone", "new"];

/// Turns text into a `snake_case` identifier for fields, arguments, methods and modules.
pub(crate) fn snake(text: &str) -> String {
    let words = signed(text).map_or_else(|| snake_words(text), |text| snake_words(&text));
    keyword_safe(finish(words, "field"))
}

/// The words of a text, in lower case and with `_` between them.
fn snake_words(text: &str) -> String {
    if is_snake(text) { text.to_owned() } else { words(text).to_snake_case() }
}

/// Whether a text is in `snake_case` already, as most members of most documents are: taking it apart is dear.
fn is_snake(text: &str) -> bool {
    let mut before = b'_';
    for byte in text.bytes() {
        if !(byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' && before != b'_') {
            return false;
        }
        before = byte;
    }
    before != b'_'
}

/// Turns text into an `UpperCamelCase` identifier for types and enum variants.
pub(crate) fn camel(text: &str) -> String {
    keyword_safe(finish(words(text).to_upper_camel_case(), "Empty"))
}

/// Turns text into a `SHOUTY_SNAKE_CASE` identifier for statics.
pub(crate) fn shouty(text: &str) -> String {
    finish(words(text).to_shouty_snake_case(), "EMPTY")
}

/// What the names of an API's environment variables begin with: its title, without a last `API`, since `API_KEY` follows.
pub(crate) fn env_stem(title: &str) -> String {
    let name = shouty(title);
    name.strip_suffix("_API").map_or(name.clone(), str::to_owned)
}

/// A type name that shadows neither the prelude nor the runtime.
pub(crate) fn type_name(text: &str) -> String {
    let mut name = camel(text);
    // `_10dlc` would look unused, and may be the name of a module.
    if name.starts_with('_') {
        name.replace_range(..1, "Type");
    }
    // Neither is `Self_`, to which more is appended, the case of a type.
    if name == "Self_" || RESERVED_TYPES.binary_search(&name.as_str()).is_ok() {
        name = format!("{}Model", name.trim_end_matches('_'));
    }
    name
}

/// Names for the type of a place whose name is given from the outside in: a word that ends the one and begins the
/// next is said once, unless that name is taken.
pub(crate) fn type_names(place: &str) -> Vec<String> {
    let full = type_name(place);
    if !place.contains(' ') {
        return vec![full];
    }
    let mut words: Vec<String> = Vec::new();
    let mut stutters = false;
    for segment in place.split(' ') {
        let inner: Vec<String> = snake_words(segment).split('_').map(str::to_owned).collect();
        let most = words.len().min(inner.len().saturating_sub(1));
        let said = (1..=most).rev().find(|count| words.ends_with(inner.get(..*count).unwrap_or_default()));
        stutters |= said.is_some();
        words.extend(inner.into_iter().skip(said.unwrap_or_default()));
    }
    if !stutters {
        return vec![full];
    }
    let short = type_name(&words.join("_"));
    if short == full { vec![full] } else { vec![short, full] }
}

/// An identifier for a member `text` in a place whose own methods are `taken`.
pub(crate) fn snake_beside(text: &str, taken: &[&str]) -> String {
    let name = snake(text);
    if taken.contains(&name.as_str()) { format!("{name}_") } else { name }
}

/// The name of the module, and so of the file, for what is called `name`: Windows has no file of the names of its devices,
/// whatever their ending is.
pub(crate) fn module(name: &str) -> String {
    let is_numbered = |device| name.strip_prefix(device).is_some_and(|rest| matches!(rest.as_bytes(), [b'0'..=b'9']));
    let is_device = matches!(name, "aux" | "con" | "nul" | "prn") || is_numbered("com") || is_numbered("lpt");
    if is_device { format!("{name}_") } else { name.to_owned() }
}

/// The setter that sets to null what `setter` sets.
pub(crate) fn null_setter(setter: &str) -> String {
    beside(setter, "null")
}

/// The setter that sets to a value what `setter` sets to a file.
pub(crate) fn value_setter(setter: &str) -> String {
    beside(setter, "value")
}

/// A setter beside another one. What that one needs to be a name, the word does as well.
fn beside(setter: &str, word: &str) -> String {
    format!("{}_{word}", setter.trim_end_matches('_'))
}

/// Names of the variants of an enum, in the order of `values`.
///
/// `-name` beside `name` is a descending sort key and becomes `NameDesc`, and the sign of a number is part of its name;
/// other symbols are spelled out where nothing else tells two values apart. Where only a number does, the name that was
/// taken stands beside.
pub(crate) fn variants(values: &[String]) -> Vec<(String, Option<String>)> {
    let mut scope = Scope::beside(&["Unknown"]);
    let known: BTreeSet<&str> = values.iter().map(String::as_str).collect();
    let mut names = Vec::with_capacity(values.len());
    for value in values {
        let wanted = match (signed(value), value.strip_prefix('-')) {
            (Some(number), _) => camel(&number),
            // What one sorts by has a name, in letters.
            (None, Some(key)) if known.contains(key) && key.contains(char::is_alphabetic) => {
                format!("{}Desc", camel(key))
            }
            _ => camel(value),
        };
        let wanted = if wanted == "Unknown" { "UnknownValue".to_owned() } else { wanted };
        let wanted = if scope.is_taken(&wanted) { camel(&spelled(value)) } else { wanted };
        let name = scope.claim(&wanted);
        let taken = (name != wanted).then_some(wanted);
        names.push((name, taken));
    }
    names
}

/// Names already given in one namespace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// Names that no one may have.
    fixed: &'static [&'static str],
    taken: BTreeSet<String>,
    next: BTreeMap<String, u32>,
}

impl Scope {
    /// A namespace in which these names have their meaning already.
    pub(crate) fn beside(fixed: &'static [&'static str]) -> Self {
        Self { fixed, ..Self::default() }
    }

    /// Marks a name as used by something that is not generated.
    pub(crate) fn reserve(&mut self, name: &str) {
        self.taken.insert(name.to_owned());
    }

    pub(crate) fn is_taken(&self, name: &str) -> bool {
        self.fixed.contains(&name) || self.taken.contains(name)
    }

    /// Takes a name if it is free.
    fn take(&mut self, name: &str) -> bool {
        !self.fixed.contains(&name) && self.taken.insert(name.to_owned())
    }

    /// Takes `wanted`, or the first of `wanted2`, `wanted3`.. that is free.
    pub(crate) fn claim(&mut self, wanted: &str) -> String {
        if self.take(wanted) {
            return wanted.to_owned();
        }
        let separator = if wanted.ends_with(|last: char| last.is_ascii_digit()) { "_" } else { "" };
        // What a keyword needs to be a name, a number does as well.
        let stem = wanted.trim_end_matches('_');
        let mut next = self.next.get(wanted).copied().unwrap_or(2);
        loop {
            let candidate = format!("{stem}{separator}{next}");
            next += 1;
            if self.take(&candidate) {
                self.next.insert(wanted.to_owned(), next);
                return candidate;
            }
        }
    }

    /// Takes the first of `candidates` that is free, else numbers the last.
    pub(crate) fn claim_first(&mut self, candidates: &[String]) -> String {
        for candidate in candidates {
            if self.take(candidate) {
                return candidate.clone();
            }
        }
        self.claim(candidates.last().map_or("Empty", String::as_str))
    }
}

/// Letters and digits stay, those of other scripts are written in ASCII, and everything else becomes a space.
fn words(text: &str) -> String {
    let mut ascii = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            ascii.push(character);
        } else if character.is_alphanumeric()
            && let Some(letters) = in_ascii(character)
        {
            ascii.push_str(letters);
        } else {
            ascii.push(' ');
        }
    }
    if !ascii.contains(|character: char| character.is_ascii_alphanumeric()) {
        return spelled(text);
    }
    // One word, though its case says two: `oAuth2` and `OAuth2` are `oauth2`; not so `videoAuth`.
    match ascii.strip_prefix("oAuth") {
        Some(rest) => ascii = format!("Oauth{rest}"),
        None if !ascii.contains("Auth") => return ascii,
        None => {}
    }
    ascii.replace(" oAuth", " Oauth").replace("OAuth", "Oauth")
}

/// `+1` and `-1` with their signs as words, as in names that would be one without them.
fn signed(text: &str) -> Option<String> {
    let (sign, number) = [("plus", text.strip_prefix('+')), ("minus", text.strip_prefix('-'))]
        .into_iter()
        .find_map(|(sign, number)| Some((sign, number?)))?;
    number.starts_with(|first: char| first.is_ascii_digit()).then(|| format!("{sign} {number}"))
}

/// What a character of another script is in ASCII, if there is a name for it: `é` is `e`, `☃` is `snowman`.
fn in_ascii(character: char) -> Option<&'static str> {
    deunicode::deunicode_char(character)
        .filter(|letters| letters.contains(|letter: char| letter.is_ascii_alphanumeric()))
}

/// Writes symbols as words, so that `+` and `-` stay two names.
fn spelled(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        let word = match character {
            '+' => "plus",
            '-' => "minus",
            '*' => "asterisk",
            '/' => "slash",
            '%' => "percent",
            '=' => "equals",
            '<' => "less",
            '>' => "greater",
            '!' => "not",
            '#' => "hash",
            '$' => "dollar",
            '&' => "and",
            '@' => "at",
            '.' => "dot",
            ',' => "comma",
            ':' => "colon",
            ';' => "semicolon",
            '?' => "question",
            '^' => "caret",
            '|' => "pipe",
            '~' => "tilde",
            '_' => "underscore",
            '(' | ')' | '[' | ']' | '{' | '}' => "bracket",
            '"' | '\'' | '`' => "quote",
            '\\' => "backslash",
            other if other.is_ascii_alphanumeric() => {
                out.push(other);
                continue;
            }
            other if other.is_whitespace() => {
                out.push(' ');
                continue;
            }
            other => match in_ascii(other) {
                Some(letters) => letters,
                None => {
                    out.push_str(&format!(" u{:x} ", u32::from(other)));
                    continue;
                }
            },
        };
        out.push(' ');
        out.push_str(word);
        out.push(' ');
    }
    out
}

/// Makes an identifier of what the case conversion left: never empty, never a digit first, never too long.
fn finish(mut name: String, empty: &str) -> String {
    if name.is_empty() {
        return empty.to_owned();
    }
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        name.insert(0, '_');
    }
    name.truncate(LONGEST);
    name
}

/// Whether a name is an identifier beyond doubt: of ASCII letters, and no keyword.
pub(crate) fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && KEYWORDS.binary_search(&name).is_err()
}

fn keyword_safe(mut name: String) -> String {
    if KEYWORDS.binary_search(&name.as_str()).is_ok() {
        name.push('_');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_for_binary_search() {
        assert!(KEYWORDS.is_sorted());
        assert!(RESERVED_TYPES.is_sorted());
    }

    #[test]
    fn modules_are_files_on_windows() {
        for device in ["aux", "con", "nul", "prn", "com1", "lpt9"] {
            assert_eq!(module(device), format!("{device}_"));
        }
        for name in ["auxiliary", "com", "com10", "common", "lpt_1"] {
            assert_eq!(module(name), name);
        }
    }

    #[test]
    fn snake_names() {
        let table = [
            ("page[size]", "page_size"),
            ("created_at__gt", "created_at_gt"),
            ("voice.connection_name", "voice_connection_name"),
            ("activationJobId", "activation_job_id"),
            ("type", "type_"),
            ("self", "self_"),
            ("Self", "self_"),
            ("crate", "crate_"),
            ("", "field"),
            ("24h", "_24h"),
            ("+", "plus"),
            ("+1", "plus_1"),
            ("-1", "minus_1"),
            ("-a", "a"),
            ("oAuth2", "oauth2"),
            ("my_OAuth2", "my_oauth2"),
            ("hasOAuthToken", "has_oauth_token"),
            ("autoAuthorize", "auto_authorize"),
            ("\u{1f600}", "grinning"),
            ("\u{e000}", "ue000"),
            ("Größe", "grosse"),
            ("naïve", "naive"),
            ("名前", "ming_qian"),
            ("дата", "data"),
            ("a-b", "a_b"),
            ("filter[phone_number][contains]", "filter_phone_number_contains"),
        ];
        for (text, name) in table {
            assert_eq!(snake(text), name, "{text:?}");
            assert!(syn::parse_str::<syn::Ident>(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_is_snake_case_already_stays() {
        let mut texts = vec![String::new()];
        let mut start = 0;
        for _ in 0..6 {
            let end = texts.len();
            for index in start..end {
                texts.extend(["a", "B", "1", "_"].map(|letter| format!("{}{letter}", texts[index])));
            }
            start = end;
        }
        for text in &texts {
            assert_eq!(snake_words(text), words(text).to_snake_case(), "{text:?}");
        }
    }

    #[test]
    fn names_of_environments() {
        for (title, stem) in [("Train Travel API", "TRAIN_TRAVEL"), ("API", "API"), ("Galaxy", "GALAXY"), ("", "EMPTY")]
        {
            assert_eq!(env_stem(title), stem);
        }
    }

    #[test]
    fn names_of_types() {
        let table = [
            ("PortingLOAConfiguration", "PortingLoaConfiguration"),
            ("Option", "OptionModel"),
            ("result", "ResultModel"),
            ("self", "SelfModel"),
            ("10DLC", "Type10dlc"),
            ("", "Empty"),
            ("numbers_Error", "NumbersError"),
        ];
        for (text, name) in table {
            assert_eq!(type_name(text), name, "{text:?}");
            assert!(syn::parse_str::<syn::Ident>(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn names_of_places_do_not_stutter() {
        let table: [(&str, &[&str]); 6] = [
            ("SimCardAction action_type", &["SimCardActionType", "SimCardActionActionType"]),
            ("Order meta Item", &["OrderMetaItem"]),
            ("EmailStatus status", &["EmailStatusStatus"]),
            (
                "OutboundIp ip_authentication_method",
                &["OutboundIpAuthenticationMethod", "OutboundIpIpAuthenticationMethod"],
            ),
            ("A b_c b_c_d Item", &["ABCDItem", "ABCBCDItem"]),
            ("Option value", &["OptionValue"]),
        ];
        for (place, names) in table {
            assert_eq!(type_names(place), names, "{place}");
        }
    }

    #[test]
    fn variant_names() {
        let told = |values: &[&str]| variants(&values.iter().map(ToString::to_string).collect::<Vec<_>>());
        let names = |values: &[&str]| told(values).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(told(&["a", "A"]), [("A".to_owned(), None), ("A2".to_owned(), Some("A".to_owned()))]);
        assert_eq!(names(&["created_at", "-created_at"]), ["CreatedAt", "CreatedAtDesc"]);
        assert_eq!(names(&["+", "-", "*", "/", "%"]), ["Plus", "Minus", "Asterisk", "Slash", "Percent"]);
        assert_eq!(names(&["a b", "a_b", "A-B"]), ["AB", "AUnderscoreB", "AMinusB"]);
        assert_eq!(names(&["unknown", "", "Unknown"]), ["UnknownValue", "Empty", "Unknown2"]);
        assert_eq!(names(&["1", "2"]), ["_1", "_2"]);
        assert_eq!(names(&["1", "+1", "-1", "-2.5", "-24h"]), ["_1", "Plus1", "Minus1", "Minus25", "Minus24h"]);
        assert_eq!(names(&["", "-", "--", "1", "+1"]), ["Empty", "Minus", "MinusMinus", "_1", "Plus1"]);
    }

    #[test]
    fn long_names_stay_apart() {
        let long = "a".repeat(300);
        let mut scope = Scope::default();
        let (first, second) = (scope.claim(&snake(&long)), scope.claim(&snake(&(long.clone() + "b"))));
        assert_ne!(first, second);
        assert!(first.len() <= LONGEST);
    }
}
