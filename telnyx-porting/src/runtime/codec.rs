//! How types of the document become JSON and come back.
//!
//! Each type carries one table, written by `object!`, `open_enum!`, `int_enum!` or `union!`. The
//! tables hold data and ways to a type's members; what is done with them stands in `slot` and
//! `view`, once for all types. That keeps a crate of hundreds of types quick to build.

// The macros name these by way of this module, so that their users need no imports.
pub(crate) use serde_core::de::{Deserialize, Deserializer};
pub(crate) use serde_core::ser::{Serialize, Serializer};
pub(crate) use serde_json::Value;

pub(crate) use crate::runtime::slot::{Field, Integer, Shaped, Slot, fit, read, shape};
pub(crate) use crate::runtime::view::{UNKNOWN, View, misfit, print, same, write};

/// Implements `Debug`, `Serialize` and `Deserialize` for a struct whose members are tabled: the number
/// of the row, the field, when it is there, and its name on the wire.
///
/// ```text
/// object! {
///     Address redacted [pin] {               // what is printed as [redacted]
///         0 city: Required "city",           // T: always sent; its absence from a response is an error
///         1 floor: Optional "floor",         // Option<T>: nothing is sent for None; null decodes to None
///         2 note: Nullable "note",           // Nullable<T>: absent, null or a value
///         3 pin: Optional "pin",
///         4 extra: Rest "",                  // Map<String, T>: every other member
///     }
/// }
/// ```
///
/// Rows are numbered because a macro can't count, and a jump by number is the least to compile: there
/// are as many of these functions as there are types.
macro_rules! object {
    (
        $name:ident $(redacted [$($redacted:ident),+ $(,)?])? {
            $($row:literal $field:ident: $kind:ident $wire:literal),* $(,)?
        }
    ) => {
        impl $crate::codec::Object for $name {
            #[inline]
            fn table(&self) -> $crate::codec::Table {
                $crate::codec::Table::new(
                    stringify!($name),
                    &[$((stringify!($field), $wire, $crate::codec::Kind::$kind)),*],
                    &[$($(stringify!($redacted)),+)?],
                )
            }

            #[inline]
            fn slot(&mut self, row: usize) -> $crate::codec::Slot<'_> {
                match row {
                    $($row => $crate::codec::Field::slot(&mut self.$field),)*
                    _ => $crate::codec::Slot::Skip,
                }
            }

            #[inline]
            fn view(&self, row: usize) -> $crate::codec::View<'_> {
                match row {
                    $($row => $crate::codec::Field::view(&self.$field),)*
                    _ => $crate::codec::View::Absent,
                }
            }
        }

        $crate::codec::traits! { $name as Object }
    };
}
pub(crate) use object;

/// Implements the traits that follow from a type's way to be filled and looked at.
///
/// What a method does is one call, with the names at the root of the crate (`$crate::codec`, not
/// `$crate::runtime::codec`): every word of these methods is compiled once for each type.
macro_rules! traits {
    ($name:ident as $kind:ident) => {
        impl $crate::codec::Shaped for $name {
            type Shape = $crate::codec::shape::$kind;
        }

        // Derived, it would compare member by member, which costs the compiler far more.
        impl PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::codec::same(self, other)
            }
        }

        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::codec::print(self, formatter)
            }
        }

        impl $crate::codec::Serialize for $name {
            fn serialize<S: $crate::codec::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::codec::write(self, serializer)
            }
        }

        impl<'de> $crate::codec::Deserialize<'de> for $name {
            fn deserialize<D: $crate::codec::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::codec::read(deserializer)
            }
        }
    };
}
pub(crate) use traits;

/// Gives an enum of strings its table: the wire text of each variant.
///
/// The enum has a last variant `Unknown(String)`, which keeps every text that is not in the table.
macro_rules! open_enum {
    ($name:ident { $($variant:ident: $wire:literal),* $(,)? }) => {
        impl $name {
            /// The values that this version of the crate knows, as they are written on the wire.
            pub const VALUES: &'static [&'static str] = &[$($wire),*];

            /// Returns the value as it is written on the wire.
            #[must_use]
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Unknown(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            #[inline]
            fn from(text: &str) -> Self {
                match text {
                    $($wire => Self::$variant,)*
                    _ => Self::Unknown(text.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            #[inline]
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl Default for $name {
            #[inline]
            fn default() -> Self {
                Self::Unknown(String::new())
            }
        }

        $crate::codec::text!($name);
    };
}
pub(crate) use open_enum;

/// Gives a type that is a string on the wire the traits that follow from `as_str` and
/// `From<String>`.
macro_rules! text {
    ($name:ident) => {
        $crate::codec::traits! { $name as Text }

        impl Eq for $name {}

        impl ::std::hash::Hash for $name {
            #[inline]
            fn hash<H: ::std::hash::Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            #[inline]
            fn from_str(text: &str) -> Result<Self, ::std::convert::Infallible> {
                Ok(Self::from(text))
            }
        }

        impl AsRef<str> for $name {
            #[inline]
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl PartialEq<str> for $name {
            #[inline]
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name {
            #[inline]
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.pad(self.as_str())
            }
        }
    };
}
pub(crate) use text;

/// Gives an enum of integers its table: the number of each variant.
///
/// The enum has a last variant `Unknown(i64)`, which keeps every number that is not in the table.
macro_rules! int_enum {
    ($name:ident { $($variant:ident: $wire:literal),* $(,)? }) => {
        impl $name {
            /// The values that this version of the crate knows.
            pub const VALUES: &'static [i64] = &[$($wire),*];

            /// Returns the value as a number.
            #[must_use]
            #[inline]
            pub fn as_i64(&self) -> i64 {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Unknown(number) => *number,
                }
            }
        }

        impl From<i64> for $name {
            #[inline]
            fn from(number: i64) -> Self {
                match number {
                    $($wire => Self::$variant,)*
                    _ => Self::Unknown(number),
                }
            }
        }

        impl Default for $name {
            #[inline]
            fn default() -> Self {
                Self::Unknown(0)
            }
        }

        impl PartialEq<i64> for $name {
            #[inline]
            fn eq(&self, other: &i64) -> bool {
                self.as_i64() == *other
            }
        }

        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.as_i64(), formatter)
            }
        }

        impl $crate::codec::Integer for $name {
            #[inline]
            fn set_integer(&mut self, number: i64) {
                *self = Self::from(number);
            }

            #[inline]
            fn integer(&self) -> i64 {
                self.as_i64()
            }
        }

        impl Eq for $name {}

        impl ::std::hash::Hash for $name {
            #[inline]
            fn hash<H: ::std::hash::Hasher>(&self, state: &mut H) {
                self.as_i64().hash(state);
            }
        }

        $crate::codec::traits! { $name as Integer }
    };
}
pub(crate) use int_enum;

/// Gives a union its table, with or without a member that tells the variants apart.
///
/// ```text
/// union! {
///     Event by "event_type" {
///         Deleted: DeletedEvent = "order.deleted",
///     }
/// }
/// union! {
///     CodeFilter {                              // the first that keeps all of the value, or most
///         Integer: i64 if integer,
///         List: Vec<i64> if array,
///         Card: CardSource if object with ["card_number"],
///         First: Version1 if constant with ["version", "1"],
///     }
/// }
/// ```
///
/// The enum has a last variant `Unknown(Value)`, which keeps whatever does not fit, so that a
/// response never fails for it.
macro_rules! union {
    ($name:ident by $tag:literal {
        $($variant:ident: $inner:ident $(<$($argument:ty),+ $(,)?>)? = $wire:literal),* $(,)?
    }) => {
        impl $name {
            #[doc = concat!("Returns the text of `", $tag, "`, which tells the variants apart, if there is one.")]
            #[must_use]
            #[inline]
            pub fn tag(&self) -> Option<&str> {
                match self {
                    $(Self::$variant(_) => Some($wire),)*
                    Self::Unknown(value) => value.get($tag)?.as_str(),
                }
            }
        }

        impl $crate::codec::Tagged for $name {
            const TAGS: &'static [&'static str] = &[$($wire),*];
        }

        impl $crate::codec::Union for $name {
            #[inline]
            fn set_fitting(&mut self, value: $crate::codec::Value) {
                let known = match value.get($tag).and_then($crate::codec::Value::as_str) {
                    $(Some($wire) => $crate::codec::fit(&value).map(Self::$variant),)*
                    _ => None,
                };
                *self = known.unwrap_or(Self::Unknown(value));
            }

            #[inline]
            fn variant(&self) -> (&'static str, $crate::codec::View<'_>) {
                $crate::codec::union!(@variant self $($variant)*)
            }

            #[inline]
            fn tag(&self) -> Option<(&'static str, &'static str)> {
                match self {
                    $(Self::$variant(_) => Some(($tag, $wire)),)*
                    Self::Unknown(_) => None,
                }
            }
        }

        $crate::codec::union!(@common $name);
    };

    ($name:ident {
        $($variant:ident: $inner:ident $(<$($argument:ty),+ $(,)?>)?
            $(if $guard:ident $(with [$($member:literal),+ $(,)?])?)?),* $(,)?
    }) => {
        impl $crate::codec::Union for $name {
            #[inline]
            fn set_fitting(&mut self, value: $crate::codec::Value) {
                let mut best = (usize::MAX, None);
                $(
                    if best.0 > 0 $(&& $crate::codec::Guard::$guard(&value, &[$($($member),+)?]))?
                        && let Some(inner) = $crate::codec::fit(&value)
                    {
                        let misfit = $crate::codec::misfit(&value, &$crate::codec::Field::view(&inner));
                        if misfit < best.0 {
                            best = (misfit, Some(Self::$variant(inner)));
                        }
                    }
                )*
                *self = best.1.unwrap_or(Self::Unknown(value));
            }

            #[inline]
            fn variant(&self) -> (&'static str, $crate::codec::View<'_>) {
                $crate::codec::union!(@variant self $($variant)*)
            }
        }

        $crate::codec::union!(@common $name);
    };

    (@variant $union:ident $($variant:ident)*) => {
        match $union {
            $(Self::$variant(inner) => (stringify!($variant), $crate::codec::Field::view(inner)),)*
            Self::Unknown(value) => ($crate::codec::UNKNOWN, $crate::codec::View::Any(value)),
        }
    };

    (@common $name:ident) => {
        impl Default for $name {
            #[inline]
            fn default() -> Self {
                Self::Unknown($crate::codec::Value::Null)
            }
        }

        $crate::codec::traits! { $name as Union }
    };
}
pub(crate) use union;

/// What is known of an object's type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table {
    /// The name of the Rust type, for messages.
    pub(crate) name: &'static str,
    /// The members in the order in which they are sent.
    pub(crate) members: &'static [Member],
    /// The fields whose values are never printed.
    pub(crate) redacted: &'static [&'static str],
}

impl Table {
    pub(crate) const fn new(name: &'static str, members: &'static [Member], redacted: &'static [&'static str]) -> Self {
        Self { name, members, redacted }
    }
}

/// One row of an object's table: the name of the field in Rust, the name on the wire, which the rest does not have, and
/// when the member is there.
///
/// It is a tuple because that is less to compile than a struct, and there are as many rows as the types have members.
pub(crate) type Member = (&'static str, &'static str, Kind);

/// When a member is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A response must hold it.
    Required,
    /// It may be absent, and null says the same.
    Optional,
    /// It may be absent or null, which are two things.
    Nullable,
    /// The place of all members that have no row of their own; the last row.
    Rest,
}

/// A struct that has a table of its members.
pub(crate) trait Object: Clear {
    fn table(&self) -> Table;

    /// The member of this row, to be filled.
    fn slot(&mut self, row: usize) -> Slot<'_>;

    /// The member of this row, to be looked at.
    fn view(&self, row: usize) -> View<'_>;
}

/// What can be made as new.
pub(crate) trait Clear {
    /// Sets nothing, as in a new one.
    fn clear(&mut self);
}

impl<T: Default> Clear for T {
    fn clear(&mut self) {
        *self = Self::default();
    }
}

/// One of several types, or any other JSON.
pub(crate) trait Union {
    /// Takes the variant that a value fits.
    fn set_fitting(&mut self, value: Value);

    /// The variant's name and value.
    fn variant(&self) -> (&'static str, View<'_>);

    /// The member that tells the variants apart, and its text for this variant.
    fn tag(&self) -> Option<(&'static str, &'static str)> {
        None
    }
}

/// A union whose variants are told apart by a member.
pub(crate) trait Tagged {
    /// The values of that member that lead to a variant.
    const TAGS: &'static [&'static str];
}

/// The conditions that a variant of a union may name after `if`.
pub(crate) struct Guard;

impl Guard {
    pub(crate) fn null(value: &Value, _: &[&str]) -> bool {
        value.is_null()
    }

    pub(crate) fn boolean(value: &Value, _: &[&str]) -> bool {
        value.is_boolean()
    }

    pub(crate) fn integer(value: &Value, _: &[&str]) -> bool {
        value.is_i64() || value.is_u64()
    }

    pub(crate) fn number(value: &Value, _: &[&str]) -> bool {
        value.is_number()
    }

    pub(crate) fn string(value: &Value, _: &[&str]) -> bool {
        value.is_string()
    }

    pub(crate) fn array(value: &Value, _: &[&str]) -> bool {
        value.is_array()
    }

    /// An object whose member of the first name has a value that one of the other texts is; `1.0` is `1`.
    pub(crate) fn constant(value: &Value, member: &[&str]) -> bool {
        let [name, constants @ ..] = member else { return false };
        let Some(value) = value.get(*name) else { return false };
        match value.as_f64() {
            Some(number) => constants.iter().any(|constant| constant.parse() == Ok(number)),
            None => constants.contains(&value.to_string().as_str()),
        }
    }

    /// An object that holds all of these members.
    pub(crate) fn object(value: &Value, members: &[&str]) -> bool {
        value.as_object().is_some_and(|object| members.iter().all(|member| object.contains_key(*member)))
    }
}

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macros are written for public types")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::generated::API;
    use crate::runtime::{Map, Nullable, Timestamp};

    #[derive(Clone, Default)]
    struct Thing {
        id: String,
        r#type: Option<Kind>,
        level: Option<Level>,
        at: Option<Timestamp>,
        note: Nullable<String>,
        parent: Option<Box<Thing>>,
        secret: Option<String>,
        meta: Option<Value>,
        rest: Map<String, Value>,
    }
    object! {
        Thing redacted [secret] {
            0 id: Required "id",
            1 r#type: Optional "type",
            2 level: Optional "level",
            3 at: Optional "at",
            4 note: Nullable "note",
            5 parent: Optional "parent",
            6 secret: Optional "secret",
            7 meta: Optional "meta",
            8 rest: Rest "",
        }
    }

    #[derive(Clone, Default)]
    struct Strict {
        a: i64,
        b: Option<i64>,
        c: Option<i64>,
        d: Nullable<i64>,
    }
    object! { Strict redacted [d] { 0 a: Required "a", 1 b: Required "b", 2 c: Optional "c", 3 d: Nullable "d" } }

    #[derive(Clone, Default)]
    struct Pair {
        left: Strict,
        list: Vec<i64>,
    }
    object! { Pair { 0 left: Required "left", 1 list: Required "list" } }

    #[derive(Clone, Default)]
    struct Kinded {
        kind: Option<String>,
        a: Option<i64>,
    }
    object! { Kinded { 0 kind: Optional "kind", 1 a: Optional "a" } }

    #[derive(Clone, Default)]
    struct Empty {}
    object! { Empty {} }

    #[derive(Clone)]
    enum Kind {
        Draft,
        InProcess,
        Unknown(String),
    }
    open_enum! { Kind { Draft: "draft", InProcess: "in-process" } }

    #[derive(Clone)]
    enum Level {
        Low,
        Minus,
        Unknown(i64),
    }
    int_enum! { Level { Low: 1, Minus: -1 } }

    #[derive(Clone)]
    enum Event {
        Made(Strict),
        Kept(Thing),
        Lost(Thing),
        Kinded(Kinded),
        Free(Map<String, i64>),
        Unknown(Value),
    }
    union! {
        Event by "kind" {
            Made: Strict = "made",
            Kept: Thing = "kept",
            Lost: Thing = "lost",
            Kinded: Kinded = "kinded",
            Free: Map<String, i64> = "free",
        }
    }

    #[derive(Clone)]
    enum Filter {
        Integer(i64),
        Flag(bool),
        Text(String),
        List(Vec<i64>),
        Lists(Vec<Vec<String>>),
        Strict(Box<Strict>),
        Named(Map<String, i64>),
        Unknown(Value),
    }
    union! {
        Filter {
            Integer: i64 if integer,
            Flag: bool if boolean,
            Text: String if string,
            List: Vec<i64> if array,
            Lists: Vec<Vec<String>> if array,
            Strict: Box<Strict> if object with ["a", "b"],
            Named: Map<String, i64>,
        }
    }

    fn read<'text, T: Deserialize<'text>>(text: &'text str) -> Result<T, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    fn write(value: &impl Serialize) -> String {
        serde_json::to_string(value).unwrap()
    }

    #[test]
    fn objects_keep_what_they_know_and_the_rest() {
        let text = concat!(
            r#"{"id":"1","type":"in-process","level":-1,"at":"2024-05-01T00:00:00Z","note":null,"#,
            r#""parent":{"id":"0"},"secret":"4711","meta":{"x":[1]},"more":true}"#
        );
        let thing: Thing = read(text).unwrap();
        assert_eq!(thing.parent.as_ref().unwrap().id, "0");
        assert_eq!(
            (thing.r#type.clone(), thing.level.clone(), thing.note.clone()),
            (Some(Kind::InProcess), Some(Level::Minus), Nullable::Null)
        );
        assert_eq!(thing.rest, Map::from([("more".to_owned(), json!(true))]));
        assert_eq!(write(&thing), text);
        assert_eq!(
            format!("{thing:?}"),
            r#"Thing { id: "1", r#type: "in-process", level: -1, at: "2024-05-01T00:00:00Z", note: null, parent: Thing { id: "0" }, secret: [redacted], meta: {"x": [1]}, rest: {"more": true} }"#
        );
    }

    #[test]
    fn objects_say_what_is_wrong_with_them() {
        let cases = [
            (r#"{"a":1,"b":2,"c":3,"d":4}"#, Ok(r#"{"a":1,"b":2,"c":3,"d":4}"#)),
            (r#"{"d":null,"c":null,"b":null,"a":1}"#, Ok(r#"{"a":1,"b":null,"d":null}"#)),
            (r#"{"b":1,"a":1,"x":{"a":[2,{}]},"a":3}"#, Ok(r#"{"a":3,"b":1}"#)),
            (r#"{"\u0061":1,"b":1}"#, Ok(r#"{"a":1,"b":1}"#)),
            (r#"{"a":1.0,"b":-2e3}"#, Ok(r#"{"a":1,"b":-2000}"#)),
            (r#"{"a":1.5,"b":1}"#, Err("invalid type: floating point `1.5`, expected i64 at line 1 column 8")),
            (
                r#"{"a":18446744073709551615,"b":1}"#,
                Err("the number is out of range, expected i64 at line 1 column 25"),
            ),
            (r#"{"a":1}"#, Err("missing field `b` at line 1 column 7")),
            (r#"{"b":1}"#, Err("missing field `a` at line 1 column 7")),
            (r#"{"a":null,"b":1}"#, Err("invalid type: null, expected i64 at line 1 column 9")),
            ("[]", Err("invalid type: sequence, expected an object (Strict) at line 1 column 0")),
        ];
        for (text, expected) in cases {
            let got = read::<Strict>(text).map(|value| write(&value));
            assert_eq!(got.as_deref().map_err(String::as_str), expected, "{text}");
        }
        assert_eq!(
            format!("{:?}", Strict { d: Nullable::Value(4), ..Strict::default() }),
            "Strict { a: 0, b: null, d: [redacted] }"
        );
        assert_eq!(write(&read::<Empty>(r#"{"a":1}"#).unwrap()), "{}");
        // The second object replaces the first; nothing of it shines through.
        let pair: Pair = read(r#"{"left":{"a":1,"b":2,"c":3},"list":[1],"left":{"a":4,"b":5},"list":[2]}"#).unwrap();
        assert_eq!(write(&pair), r#"{"left":{"a":4,"b":5},"list":[2]}"#);
    }

    #[test]
    fn free_form_json_hides_what_must_not_be_shown() {
        let Some(secret) = API.redact.first() else {
            return;
        };
        let thing = Thing { meta: Some(json!({"a": [{*secret: "4711"}], "b": 1})), ..Thing::default() };
        let event = Event::Unknown(json!({"payload": {*secret: 4711}}));
        let shown = format!("{thing:?} {event:?}");
        assert!(!shown.contains("4711") && shown.contains("[redacted]") && shown.contains(r#""b": 1"#), "{shown}");
    }

    #[test]
    fn enums_stay_open() {
        let cases = [
            ("\"draft\"", Kind::Draft, "draft"),
            ("\"new\"", Kind::Unknown("new".to_owned()), "new"),
            ("5", Kind::Unknown("5".to_owned()), "5"),
        ];
        for (text, kind, shown) in cases {
            let read: Kind = read(text).unwrap();
            assert_eq!(read, kind);
            assert_eq!(
                (read.as_str(), read.to_string().as_str(), write(&read)),
                (shown, shown, format!("\"{shown}\""))
            );
            assert_eq!((Kind::from(shown), Kind::from(shown.to_owned())), (kind.clone(), kind));
        }
        assert!(read::<Kind>("null").is_err() && read::<Kind>("[]").is_err());
        assert_eq!(Kind::VALUES, ["draft", "in-process"]);
        assert!(Kind::default() == "" && Kind::Draft == *"draft");
        assert_eq!((read("1"), read("7")), (Ok(Level::Low), Ok(Level::Unknown(7))));
        assert_eq!(
            (write(&Level::Minus), write(&Level::Unknown(7)), Level::VALUES),
            ("-1".to_owned(), "7".to_owned(), [1, -1].as_slice())
        );
    }

    #[test]
    fn unions_by_tag_never_fail() {
        let cases = [
            (r#"{"kind":"made","a":1,"b":2}"#, "Made", Some("made"), r#"{"a":1,"b":2,"kind":"made"}"#),
            (r#"{"kind":"lost","id":"1"}"#, "Lost", Some("lost"), r#"{"id":"1","kind":"lost"}"#),
            (r#"{"kind":"made","a":"x"}"#, "Unknown", Some("made"), r#"{"a":"x","kind":"made"}"#),
            (r#"{"kind":"other","a":1}"#, "Unknown", Some("other"), r#"{"a":1,"kind":"other"}"#),
            (r#"{"a":1}"#, "Unknown", None, r#"{"a":1}"#),
            (r#"{"kind":1}"#, "Unknown", None, r#"{"kind":1}"#),
            ("[1]", "Unknown", None, "[1]"),
            ("null", "Unknown", None, "null"),
        ];
        for (text, variant, tag, written) in cases {
            let event: Event = read(text).unwrap();
            assert!(format!("{event:?}").starts_with(variant), "{event:?}");
            // Compared as values: the order of members is that of `serde_json` in the build at hand.
            let (back, expected): (Value, Value) = (read(&write(&event)).unwrap(), read(written).unwrap());
            assert_eq!((event.tag(), back), (tag, expected));
        }
        let lost: Value = read(&write(&Event::Lost(Thing { id: "1".to_owned(), ..Thing::default() }))).unwrap();
        assert_eq!(lost, serde_json::json!({"id": "1", "kind": "lost"}));
        // The variant says what the tag is, whatever the value in it says.
        let kinded = |kind: Option<&str>| Kinded { kind: kind.map(str::to_owned), a: Some(1) };
        for kind in [None, Some("kinded"), Some("made")] {
            assert_eq!(write(&Event::Kinded(kinded(kind))), r#"{"kind":"kinded","a":1}"#);
        }
        let free = Event::Free(Map::from([("a".to_owned(), 1), ("kind".to_owned(), 2)]));
        assert_eq!(write(&free), r#"{"a":1,"kind":"free"}"#);
        assert_eq!(Event::default(), Event::Unknown(Value::Null));
    }

    #[test]
    fn tags_of_a_union_within_lead_to_it() {
        #[derive(Clone)]
        enum Outer {
            Made(Box<Event>),
            Kept(Box<Event>),
            Other(Strict),
            Unknown(Value),
        }
        union! {
            Outer by "kind" {
                Made: Box<Event> = "made",
                Kept: Box<Event> = "kept",
                Other: Strict = "other",
            }
        }
        let cases = [
            (r#"{"kind":"made","a":1,"b":2}"#, "Made(Made(Strict"),
            (r#"{"kind":"kept","id":"1"}"#, "Kept(Kept(Thing"),
            (r#"{"kind":"other","a":1,"b":2}"#, "Other(Strict"),
            (r#"{"kind":"new"}"#, "Unknown("),
        ];
        for (text, variant) in cases {
            let outer: Outer = read(text).unwrap();
            assert!(format!("{outer:?}").starts_with(variant), "{text}: {outer:?}");
            let (back, expected): (Value, Value) = (read(&write(&outer)).unwrap(), read(text).unwrap());
            assert_eq!(back, expected);
        }
    }

    #[test]
    fn unions_without_tag_take_the_first_that_fits() {
        let cases = [
            ("7", "Integer(7)"),
            ("true", "Flag(true)"),
            ("\"7\"", "Text(\"7\")"),
            ("[7]", "List([7])"),
            (r#"[["a"]]"#, r#"Lists([["a"]])"#),
            (r#"{"a":1,"b":2}"#, "Strict(Strict { a: 1, b: 2 })"),
            (r#"{"b":2}"#, r#"Named({"b": 2})"#),
            (r#"{"b":"x"}"#, r#"Unknown({"b": "x"})"#),
            ("7.5", "Unknown(7.5)"),
        ];
        for (text, shown) in cases {
            let filter: Filter = read(text).unwrap();
            assert_eq!((format!("{filter:?}").as_str(), write(&filter).as_str()), (shown, text));
        }
    }

    #[test]
    fn unions_without_tag_lose_as_little_as_can_be() {
        #[derive(Clone)]
        enum Either {
            Kinded(Kinded),
            Thing(Box<Thing>),
            Pairs(Vec<Kinded>),
            Things(Vec<Thing>),
            Third(Map<String, Value>),
            Unknown(Value),
        }
        union! {
            Either {
                Kinded: Kinded if object,
                Thing: Box<Thing> if object,
                Pairs: Vec<Kinded> if array,
                Things: Vec<Thing> if array,
                Third: Map<String, Value> if constant with ["version", "3", "5", "true"],
            }
        }
        let cases = [
            ("{}", "Kinded("),
            (r#"{"a":1}"#, "Kinded("),
            (r#"{"a":1,"new":{"b":[1,2]}}"#, "Kinded("),
            (r#"{"id":"1","kind":"x"}"#, "Thing("),
            (r#"{"id":"1","kind":null}"#, "Thing("),
            ("[]", "Pairs("),
            (r#"[{"a":1},{"id":"1"}]"#, "Pairs("),
            (r#"[{"id":"1"}]"#, "Things("),
            (r#"{"kind":[1],"version":3}"#, "Third("),
            (r#"{"kind":[1],"version":5.0}"#, "Third("),
            (r#"{"kind":[1],"version":true}"#, "Third("),
            (r#"{"kind":[1],"version":"3"}"#, "Unknown("),
            (r#"{"kind":[1],"version":4}"#, "Unknown("),
            (r#"{"kind":[1]}"#, "Unknown("),
            (r#"{"kind":1}"#, "Kinded("),
        ];
        for (text, variant) in cases {
            let either: Either = read(text).unwrap();
            assert!(format!("{either:?}").starts_with(variant), "{text}: {either:?}");
        }
    }

    #[test]
    fn what_a_union_within_does_not_know_fits_worst() {
        #[derive(Clone)]
        enum Outer {
            Events(Vec<Event>),
            Named(Map<String, Event>),
            Event(Box<Event>),
            Strict(Strict),
            Stricts(Vec<Strict>),
            Unknown(Value),
        }
        union! {
            Outer {
                Events: Vec<Event> if array,
                Named: Map<String, Event> if object with ["named"],
                Event: Box<Event>,
                Strict: Strict if object,
                Stricts: Vec<Strict> if array,
            }
        }
        #[derive(Clone)]
        enum Any {
            Kinded(Kinded),
            Event(Event),
            Unknown(Value),
        }
        union! { Any { Kinded: Kinded if object, Event: Event } }
        let cases = [
            (r#"{"a":1,"b":2}"#, "Strict("),
            (r#"{"a":1,"b":2,"brand_new":{"c":[3,4]}}"#, "Strict("),
            (r#"{"kind":"brand_new","a":1,"b":2}"#, "Strict("),
            (r#"{"kind":"made","a":1,"b":2}"#, "Event(Made("),
            (r#"{"kind":"brand_new"}"#, "Event(Unknown("),
            (r#"[{"a":1,"b":2,"brand_new":3}]"#, "Stricts("),
            (r#"[{"a":1,"b":2,"brand_new":3},{"kind":"made","a":1,"b":2}]"#, "Events("),
            ("[1]", "Events([Unknown("),
            ("[]", "Events([])"),
            (r#"{"named":{"a":1},"a":1,"b":2}"#, "Strict("),
            (r#"{"named":{"kind":"made","a":1,"b":2}}"#, "Named("),
        ];
        for (text, variant) in cases {
            let outer: Outer = read(text).unwrap();
            assert!(format!("{outer:?}").starts_with(variant), "{text}: {outer:?}");
        }
        // What keeps nothing is worse than what keeps all without knowing it.
        for (text, variant) in
            [(r#"{"new":1}"#, "Event(Unknown("), (r#"{"new":1,"a":1}"#, "Kinded("), ("{}", "Kinded(")]
        {
            let any: Any = read(text).unwrap();
            assert!(format!("{any:?}").starts_with(variant), "{text}: {any:?}");
        }
    }

    #[test]
    fn types_can_stand_in_other_formats_of_serde() {
        let thing = Thing { id: "1".to_owned(), r#type: Some(Kind::Draft), ..Thing::default() };
        let value = serde_json::to_value(&thing).unwrap();
        assert_eq!(serde_json::from_value::<Thing>(value).unwrap(), thing);
        let event = Event::Kept(Thing::default());
        assert_eq!(serde_json::from_value::<Vec<Event>>(json!([event])).unwrap().len(), 1);
    }
}
