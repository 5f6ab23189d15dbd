//! How types of the document become JSON and come back.
//!
//! Each type carries one table, written by `object!`, `open_enum!`, `int_enum!` or `union!`. The
//! tables hold data; what is done with them stands here once, generic over the type. That keeps a
//! crate of hundreds of types quick to build.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde_core::de::{self, DeserializeSeed, Error as _, IgnoredAny, Visitor};
// The macros name these by way of this module, so that their users need no imports.
pub(crate) use serde_core::de::{Deserialize, Deserializer, MapAccess};
pub(crate) use serde_core::ser::{Serialize, SerializeMap, Serializer};
pub(crate) use serde_json::Value;

use crate::generated::API;

/// Implements `Debug`, `Serialize` and `Deserialize` for a struct whose members are tabled.
///
/// ```text
/// object! {
///     Address {
///         required city: "city",             // T: always sent; its absence from a response is an error
///         optional floor: "floor",           // Option<T>: nothing is sent for None; null decodes to None
///         nullable note: "note",             // Nullable<T>: absent, null or a value
///         redacted optional pin: "pin",      // any of the three, printed as [redacted]
///         rest extra,                        // Map<String, T>: every other member
///     }
/// }
/// ```
macro_rules! object {
    ($name:ident { $($($word:ident)+ $(: $wire:literal)?),* $(,)? }) => {
        impl $crate::runtime::codec::Object for $name {
            const NAME: &'static str = stringify!($name);
            const MEMBERS: &'static [$crate::runtime::codec::Member] =
                &[$($crate::runtime::codec::object!(@member $($word)+ $(: $wire)?)),*];

            #[allow(unused_assignments, unused_mut, unused_variables, reason = "an object may have no member")]
            fn decode_member<'de, A: $crate::runtime::codec::MapAccess<'de>>(
                &mut self,
                index: usize,
                members: &mut A,
            ) -> Result<(), A::Error> {
                // The compiler turns this chain into one jump by index.
                let mut position = 0;
                $(
                    if index == position {
                        $crate::runtime::codec::object!(@decode self members $($word)+);
                        return Ok(());
                    }
                    position += 1;
                )*
                Ok(())
            }

            #[allow(unused_variables, reason = "few objects keep the rest")]
            fn decode_rest<'de, A: $crate::runtime::codec::MapAccess<'de>>(
                &mut self,
                name: String,
                members: &mut A,
            ) -> Result<(), A::Error> {
                $($crate::runtime::codec::object!(@rest self name members $($word)+);)*
                Ok(())
            }

            #[allow(unused_variables, reason = "an object may have no member")]
            fn encode_members<M: $crate::runtime::codec::SerializeMap>(&self, members: &mut M) -> Result<(), M::Error> {
                $($crate::runtime::codec::object!(@encode self members $($word)+ $(: $wire)?);)*
                Ok(())
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                #[allow(unused_imports, reason = "depends on the types of the members")]
                use $crate::runtime::codec::{ShowFreeForm as _, ShowTyped as _};
                #[allow(unused_mut, reason = "an object may have no member")]
                let mut shown = formatter.debug_struct(stringify!($name));
                $($crate::runtime::codec::object!(@debug self shown $($word)+);)*
                shown.finish()
            }
        }

        impl $crate::runtime::codec::Serialize for $name {
            fn serialize<S: $crate::runtime::codec::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::runtime::codec::encode_object(self, serializer)
            }
        }

        impl<'de> $crate::runtime::codec::Deserialize<'de> for $name {
            fn deserialize<D: $crate::runtime::codec::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::runtime::codec::decode_object(deserializer)
            }
        }
    };

    (@member redacted $($rest:tt)+) => { $crate::runtime::codec::object!(@member $($rest)+) };
    (@member required $field:ident : $wire:literal) => { $crate::runtime::codec::Member::Required($wire) };
    (@member optional $field:ident : $wire:literal) => { $crate::runtime::codec::Member::Optional($wire) };
    (@member nullable $field:ident : $wire:literal) => { $crate::runtime::codec::Member::Optional($wire) };
    (@member rest $field:ident) => { $crate::runtime::codec::Member::Rest };

    (@decode $object:ident $members:ident redacted $($rest:ident)+) => {
        $crate::runtime::codec::object!(@decode $object $members $($rest)+)
    };
    (@decode $object:ident $members:ident rest $field:ident) => {};
    (@decode $object:ident $members:ident $kind:ident $field:ident) => {
        $object.$field = $members.next_value()?
    };

    (@rest $object:ident $name:ident $members:ident rest $field:ident) => {
        $object.$field.insert($name, $members.next_value()?)
    };
    (@rest $object:ident $name:ident $members:ident $($other:ident)+) => {};

    (@encode $object:ident $members:ident redacted $($rest:tt)+) => {
        $crate::runtime::codec::object!(@encode $object $members $($rest)+)
    };
    (@encode $object:ident $members:ident required $field:ident : $wire:literal) => {
        $members.serialize_entry($wire, &$object.$field)?
    };
    (@encode $object:ident $members:ident optional $field:ident : $wire:literal) => {
        if let Some(value) = &$object.$field {
            $members.serialize_entry($wire, value)?;
        }
    };
    (@encode $object:ident $members:ident nullable $field:ident : $wire:literal) => {
        if !$object.$field.is_absent() {
            $members.serialize_entry($wire, &$object.$field)?;
        }
    };
    (@encode $object:ident $members:ident rest $field:ident) => {
        for (name, value) in &$object.$field {
            $members.serialize_entry(name, value)?;
        }
    };

    (@debug $object:ident $shown:ident redacted required $field:ident) => {
        $shown.field(stringify!($field), &$crate::runtime::codec::Redacted)
    };
    (@debug $object:ident $shown:ident redacted optional $field:ident) => {
        if $object.$field.is_some() {
            $shown.field(stringify!($field), &$crate::runtime::codec::Redacted);
        }
    };
    (@debug $object:ident $shown:ident redacted nullable $field:ident) => {
        if !$object.$field.is_absent() {
            $shown.field(stringify!($field), &$crate::runtime::codec::Redacted);
        }
    };
    (@debug $object:ident $shown:ident required $field:ident) => {
        $shown.field(stringify!($field), &(&$crate::runtime::codec::Show(&$object.$field)).show())
    };
    (@debug $object:ident $shown:ident optional $field:ident) => {
        if let Some(value) = &$object.$field {
            $shown.field(stringify!($field), &(&$crate::runtime::codec::Show(value)).show());
        }
    };
    (@debug $object:ident $shown:ident nullable $field:ident) => {
        match &$object.$field {
            $crate::runtime::nullable::Nullable::Absent => {}
            $crate::runtime::nullable::Nullable::Null => {
                $shown.field(stringify!($field), &$crate::runtime::codec::ShownNull);
            }
            $crate::runtime::nullable::Nullable::Value(value) => {
                $shown.field(stringify!($field), &(&$crate::runtime::codec::Show(value)).show());
            }
        }
    };
    (@debug $object:ident $shown:ident rest $field:ident) => {
        if !$object.$field.is_empty() {
            $shown.field(stringify!($field), &(&$crate::runtime::codec::Show(&$object.$field)).show());
        }
    };
}
pub(crate) use object;

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
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Unknown(text) => text,
                }
            }

            fn known(text: &str) -> Option<Self> {
                match text {
                    $($wire => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::known(text).unwrap_or_else(|| Self::Unknown(text.to_owned()))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::known(&text).unwrap_or(Self::Unknown(text))
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::Unknown(String::new())
            }
        }

        $crate::runtime::codec::text!($name);
    };
}
pub(crate) use open_enum;

/// Gives a type that is a string on the wire the traits that follow from `as_str` and
/// `From<String>`.
macro_rules! text {
    ($name:ident) => {
        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(self.as_str(), formatter)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.pad(self.as_str())
            }
        }

        impl $crate::runtime::codec::Serialize for $name {
            fn serialize<S: $crate::runtime::codec::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::runtime::codec::Deserialize<'de> for $name {
            fn deserialize<D: $crate::runtime::codec::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::runtime::codec::decode_text(deserializer)
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
            pub fn as_i64(&self) -> i64 {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Unknown(number) => *number,
                }
            }
        }

        impl From<i64> for $name {
            fn from(number: i64) -> Self {
                match number {
                    $($wire => Self::$variant,)*
                    _ => Self::Unknown(number),
                }
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::Unknown(0)
            }
        }

        impl PartialEq<i64> for $name {
            fn eq(&self, other: &i64) -> bool {
                self.as_i64() == *other
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(&self.as_i64(), formatter)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.as_i64(), formatter)
            }
        }

        impl $crate::runtime::codec::Serialize for $name {
            fn serialize<S: $crate::runtime::codec::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_i64(self.as_i64())
            }
        }

        impl<'de> $crate::runtime::codec::Deserialize<'de> for $name {
            fn deserialize<D: $crate::runtime::codec::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <i64 as $crate::runtime::codec::Deserialize>::deserialize(deserializer).map(Self::from)
            }
        }
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
///     CodeFilter {                              // tried in this order
///         Integer: i64 if integer,
///         List: Vec<i64> if array,
///         Card: CardSource if object with ["card_number"],
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
            pub fn tag(&self) -> Option<&str> {
                match self {
                    $(Self::$variant(_) => Some($wire),)*
                    Self::Unknown(value) => value.get($tag)?.as_str(),
                }
            }
        }

        impl $crate::runtime::codec::Tagged for $name {
            const TAGS: &'static [&'static str] = &[$($wire),*];
        }

        impl<'de> $crate::runtime::codec::Deserialize<'de> for $name {
            fn deserialize<D: $crate::runtime::codec::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = <$crate::runtime::codec::Value as $crate::runtime::codec::Deserialize>::deserialize(deserializer)?;
                let known = match value.get($tag).and_then($crate::runtime::codec::Value::as_str) {
                    $(Some($wire) => $crate::runtime::codec::fit(&value).map(Self::$variant),)*
                    _ => None,
                };
                Ok(known.unwrap_or(Self::Unknown(value)))
            }
        }

        impl $crate::runtime::codec::Serialize for $name {
            fn serialize<S: $crate::runtime::codec::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(inner) => $crate::runtime::codec::encode_tagged(inner, $tag, $wire, serializer),)*
                    Self::Unknown(value) => value.serialize(serializer),
                }
            }
        }

        $crate::runtime::codec::union!(@common $name { $($variant),* });
    };

    ($name:ident {
        $($variant:ident: $inner:ident $(<$($argument:ty),+ $(,)?>)?
            $(if $guard:ident $(with [$($member:literal),+ $(,)?])?)?),* $(,)?
    }) => {
        impl<'de> $crate::runtime::codec::Deserialize<'de> for $name {
            fn deserialize<D: $crate::runtime::codec::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = <$crate::runtime::codec::Value as $crate::runtime::codec::Deserialize>::deserialize(deserializer)?;
                $(
                    if true $(&& $crate::runtime::codec::Guard::$guard(&value, &[$($($member),+)?]))?
                        && let Some(inner) = $crate::runtime::codec::fit(&value)
                    {
                        return Ok(Self::$variant(inner));
                    }
                )*
                Ok(Self::Unknown(value))
            }
        }

        impl $crate::runtime::codec::Serialize for $name {
            fn serialize<S: $crate::runtime::codec::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(inner) => inner.serialize(serializer),)*
                    Self::Unknown(value) => value.serialize(serializer),
                }
            }
        }

        $crate::runtime::codec::union!(@common $name { $($variant),* });
    };

    (@common $name:ident { $($variant:ident),* }) => {
        impl Default for $name {
            fn default() -> Self {
                Self::Unknown($crate::runtime::codec::Value::Null)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                #[allow(unused_imports, reason = "depends on the types of the variants")]
                use $crate::runtime::codec::{ShowFreeForm as _, ShowTyped as _};
                match self {
                    $(Self::$variant(inner) => formatter
                        .debug_tuple(stringify!($variant))
                        .field(&(&$crate::runtime::codec::Show(inner)).show())
                        .finish(),)*
                    Self::Unknown(value) => formatter
                        .debug_tuple("Unknown")
                        .field(&(&$crate::runtime::codec::Show(value)).show())
                        .finish(),
                }
            }
        }
    };
}
pub(crate) use union;

/// A union whose variants are told apart by a member.
pub(crate) trait Tagged {
    /// The values of that member that lead to a variant.
    const TAGS: &'static [&'static str];
}

/// One row of an object's table.
#[derive(Debug)]
pub(crate) enum Member {
    /// A member that a response must hold, by its name on the wire.
    Required(&'static str),
    /// A member that may be absent.
    Optional(&'static str),
    /// The place of all members that have no row of their own.
    Rest,
}

/// A struct that has a table of its members.
pub(crate) trait Object: Default {
    /// The name of the Rust type, for messages.
    const NAME: &'static str;
    /// The members in the order in which they are sent.
    const MEMBERS: &'static [Member];

    /// Reads the value of the member at `index` of the table.
    fn decode_member<'de, A: MapAccess<'de>>(&mut self, index: usize, members: &mut A) -> Result<(), A::Error>;

    /// Reads the value of a member that has no row of its own.
    fn decode_rest<'de, A: MapAccess<'de>>(&mut self, name: String, members: &mut A) -> Result<(), A::Error>;

    /// Writes the members that are present.
    fn encode_members<M: SerializeMap>(&self, members: &mut M) -> Result<(), M::Error>;
}

/// Writes an object as its table says.
pub(crate) fn encode_object<T: Object, S: Serializer>(object: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut members = serializer.serialize_map(None)?;
    object.encode_members(&mut members)?;
    members.end()
}

/// Reads an object as its table says: unknown members are skipped, of a member given twice the last
/// counts.
pub(crate) fn decode_object<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "an object ({})", T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<T, A::Error> {
        let mut object = T::default();
        let mut seen = Seen::default();
        let mut expected = 0;
        while let Some(key) = members.next_key_seed(KeySeed { table: T::MEMBERS, expected })? {
            match key {
                Key::Member(index) => {
                    object.decode_member(index, &mut members)?;
                    seen.insert(index);
                    expected = index + 1;
                }
                Key::Rest(name) => object.decode_rest(name, &mut members)?,
                Key::Unknown => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        match seen.first_missing(T::MEMBERS) {
            Some(name) => Err(A::Error::missing_field(name)),
            None => Ok(object),
        }
    }
}

enum Key {
    Member(usize),
    Rest(String),
    Unknown,
}

/// Finds a member's name in the table.
///
/// Servers send members in a steady order, so the search begins where the last one ended.
struct KeySeed {
    table: &'static [Member],
    expected: usize,
}

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a member")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Key, E> {
        let is_it = |(_, member): &(usize, &Member)| match member {
            Member::Required(wire) | Member::Optional(wire) => *wire == name,
            Member::Rest => false,
        };
        let rows = || self.table.iter().enumerate();
        let found = rows().skip(self.expected).find(is_it).or_else(|| rows().take(self.expected).find(is_it));
        Ok(match (found, self.table.last()) {
            (Some((index, _)), _) => Key::Member(index),
            (None, Some(Member::Rest)) => Key::Rest(name.to_owned()),
            (None, _) => Key::Unknown,
        })
    }
}

/// Which members of an object have been read.
#[derive(Default)]
struct Seen {
    first: u128,
    /// Rows from 128 on; nothing is allocated for the objects that have fewer.
    more: Vec<usize>,
}

impl Seen {
    fn insert(&mut self, index: usize) {
        match Self::bit(index) {
            Some(bit) => self.first |= bit,
            None => self.more.push(index),
        }
    }

    fn contains(&self, index: usize) -> bool {
        Self::bit(index).map_or_else(|| self.more.contains(&index), |bit| self.first & bit != 0)
    }

    fn bit(index: usize) -> Option<u128> {
        1_u128.checked_shl(u32::try_from(index).ok()?)
    }

    fn first_missing(&self, table: &'static [Member]) -> Option<&'static str> {
        table.iter().enumerate().find_map(|(index, member)| match member {
            Member::Required(name) if !self.contains(index) => Some(*name),
            _ => None,
        })
    }
}

/// Reads a type that is a string on the wire. Numbers and booleans, which some servers send in its
/// place, are taken as text.
pub(crate) fn decode_text<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: From<String> + for<'text> From<&'text str>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(TextVisitor(PhantomData))
}

struct TextVisitor<T>(PhantomData<T>);

impl<T: From<String> + for<'text> From<&'text str>> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        Ok(T::from(text))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<T, E> {
        Ok(T::from(text))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<T, E> {
        Ok(T::from(value.to_string()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<T, E> {
        Ok(T::from(value.to_string()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<T, E> {
        Ok(T::from(value.to_string()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<T, E> {
        Ok(T::from(value.to_string()))
    }
}

/// Reads one variant of a union, or gives `None` if the value does not fit it.
pub(crate) fn fit<'value, T: Deserialize<'value>>(value: &'value Value) -> Option<T> {
    T::deserialize(value).ok()
}

/// Writes one variant of a union, with its tag if the value itself has none.
pub(crate) fn encode_tagged<T, S>(inner: &T, tag: &str, wire: &str, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Serialize,
    S: Serializer,
{
    let mut value = serde_json::to_value(inner).map_err(serde_core::ser::Error::custom)?;
    if let Value::Object(members) = &mut value
        && !members.contains_key(tag)
    {
        members.insert(tag.to_owned(), Value::from(wire));
    }
    value.serialize(serializer)
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

    /// An object that holds all of these members.
    pub(crate) fn object(value: &Value, members: &[&str]) -> bool {
        value.as_object().is_some_and(|object| members.iter().all(|member| object.contains_key(*member)))
    }
}

/// Stands for a value that must not be shown.
pub(crate) struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

/// Stands for a member that is null on purpose.
pub(crate) struct ShownNull;

impl fmt::Debug for ShownNull {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("null")
    }
}

/// Chooses how a member is printed: free-form JSON by [`ShowFreeForm`], which hides what must not
/// be shown at any depth, all else by [`ShowTyped`]. Method lookup prefers the first, since it
/// needs one reference less.
pub(crate) struct Show<'a, T>(pub(crate) &'a T);

pub(crate) trait ShowFreeForm {
    fn show(&self) -> impl fmt::Debug;
}

impl<T: FreeForm> ShowFreeForm for Show<'_, T> {
    fn show(&self) -> impl fmt::Debug {
        Scrubbed(self.0)
    }
}

pub(crate) trait ShowTyped {
    fn show(&self) -> impl fmt::Debug;
}

impl<T: fmt::Debug> ShowTyped for &Show<'_, T> {
    fn show(&self) -> impl fmt::Debug {
        self.0
    }
}

/// JSON whose members the document does not name one by one.
pub(crate) trait FreeForm {
    fn print(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result;
}

/// Prints free-form JSON without the values of members that must not be shown.
pub(crate) struct Scrubbed<'a, T>(pub(crate) &'a T);

impl<T: FreeForm> fmt::Debug for Scrubbed<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.print(formatter)
    }
}

impl FreeForm for Value {
    fn print(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Array(items) => items.print(formatter),
            Self::Object(members) => print_members(members.iter(), formatter),
            scalar => write!(formatter, "{scalar}"),
        }
    }
}

impl<T: FreeForm> FreeForm for Vec<T> {
    fn print(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter().map(Scrubbed)).finish()
    }
}

impl<T: FreeForm> FreeForm for BTreeMap<String, T> {
    fn print(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        print_members(self.iter(), formatter)
    }
}

fn print_members<'a, T: FreeForm + 'a>(
    members: impl Iterator<Item = (&'a String, &'a T)>,
    formatter: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let mut map = formatter.debug_map();
    for (name, value) in members {
        if API.redact.contains(&name.as_str()) {
            map.entry(name, &Redacted);
        } else {
            map.entry(name, &Scrubbed(value));
        }
    }
    map.finish()
}

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macros are written for public types")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::runtime::{Map, Nullable, Timestamp};

    #[derive(Clone, Default, PartialEq)]
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
        Thing {
            required id: "id",
            optional r#type: "type",
            optional level: "level",
            optional at: "at",
            nullable note: "note",
            optional parent: "parent",
            redacted optional secret: "secret",
            optional meta: "meta",
            rest rest,
        }
    }

    #[derive(Clone, Default, PartialEq)]
    struct Strict {
        a: i64,
        b: Option<i64>,
        c: Option<i64>,
        d: Nullable<i64>,
    }
    object! { Strict { required a: "a", required b: "b", optional c: "c", redacted nullable d: "d" } }

    #[derive(Clone, Default, PartialEq)]
    struct Empty {}
    object! { Empty {} }

    #[derive(Clone, PartialEq, Eq, Hash)]
    enum Kind {
        Draft,
        InProcess,
        Unknown(String),
    }
    open_enum! { Kind { Draft: "draft", InProcess: "in-process" } }

    #[derive(Clone, PartialEq, Eq, Hash)]
    enum Level {
        Low,
        Minus,
        Unknown(i64),
    }
    int_enum! { Level { Low: 1, Minus: -1 } }

    #[derive(Clone, PartialEq)]
    enum Event {
        Made(Strict),
        Kept(Thing),
        Lost(Thing),
        Unknown(Value),
    }
    union! {
        Event by "kind" {
            Made: Strict = "made",
            Kept: Thing = "kept",
            Lost: Thing = "lost",
        }
    }

    #[derive(Clone, PartialEq)]
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
            "Strict { a: 0, b: None, d: [redacted] }"
        );
        assert_eq!(write(&read::<Empty>(r#"{"a":1}"#).unwrap()), "{}");
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
        assert_eq!(Event::default(), Event::Unknown(Value::Null));
    }

    #[test]
    fn unions_without_tag_take_the_first_that_fits() {
        let cases = [
            ("7", "Integer(7)"),
            ("true", "Flag(true)"),
            ("\"7\"", "Text(\"7\")"),
            ("[7]", "List([7])"),
            (r#"[["a"]]"#, r#"Lists([["a"]])"#),
            (r#"{"a":1,"b":2}"#, "Strict(Strict { a: 1, b: Some(2) })"),
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
    fn types_can_stand_in_other_formats_of_serde() {
        let thing = Thing { id: "1".to_owned(), r#type: Some(Kind::Draft), ..Thing::default() };
        let value = serde_json::to_value(&thing).unwrap();
        assert_eq!(serde_json::from_value::<Thing>(value).unwrap(), thing);
        let event = Event::Kept(Thing::default());
        assert_eq!(serde_json::from_value::<Vec<Event>>(json!([event])).unwrap().len(), 1);
    }
}
