//! Reading JSON into values, with one decoder for all types.
//!
//! serde's way is to write a decoder for each type, for each format. Here the *place that is
//! filled* is told apart at run time instead: a type says by a [`Slot`] what it is made of, and the
//! one [`Seed`] fills it from any `Deserializer`. What a type adds to the size of the build is a
//! table and a jump.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde_core::de::{self, Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess};
use serde_json::Value;

use crate::runtime::codec::{Kind, Member, Object, Union};
use crate::runtime::nullable::Nullable;
use crate::runtime::view::View;

/// A value that JSON is read into and written from.
pub(crate) trait Field {
    /// What it is made of, to be filled.
    fn slot(&mut self) -> Slot<'_>;

    /// What it is made of, to be looked at.
    fn view(&self) -> View<'_>;
}

/// A type that says what kind of value it holds.
///
/// A type that the document describes says no more than this. What follows from it stands in
/// [`shape`] once, because every function of every type costs the compiler.
pub(crate) trait Shaped: Sized {
    type Shape: Shape<Self>;
}

impl<T: Shaped> Field for T {
    #[inline]
    fn slot(&mut self) -> Slot<'_> {
        T::Shape::slot(self)
    }

    #[inline]
    fn view(&self) -> View<'_> {
        T::Shape::view(self)
    }
}

/// How values of a type are filled and looked at.
pub(crate) trait Shape<T> {
    fn slot(value: &mut T) -> Slot<'_>;
    fn view(value: &T) -> View<'_>;
}

/// The kinds of types that a document describes.
pub(crate) mod shape {
    use super::{Shape, Slot, View};
    use crate::runtime::codec;

    pub(crate) struct Object;
    pub(crate) struct Union;
    pub(crate) struct Text;
    pub(crate) struct Integer;

    impl<T: codec::Object> Shape<T> for Object {
        #[inline]
        fn slot(value: &mut T) -> Slot<'_> {
            Slot::Object(value)
        }

        #[inline]
        fn view(value: &T) -> View<'_> {
            View::Object(value)
        }
    }

    impl<T: codec::Union> Shape<T> for Union {
        #[inline]
        fn slot(value: &mut T) -> Slot<'_> {
            Slot::Union(value)
        }

        #[inline]
        fn view(value: &T) -> View<'_> {
            View::Union(value)
        }
    }

    impl<T: super::Text + AsRef<str>> Shape<T> for Text {
        #[inline]
        fn slot(value: &mut T) -> Slot<'_> {
            Slot::Text(value)
        }

        #[inline]
        fn view(value: &T) -> View<'_> {
            View::Str(value.as_ref())
        }
    }

    impl<T: super::Integer> Shape<T> for Integer {
        #[inline]
        fn slot(value: &mut T) -> Slot<'_> {
            Slot::Integer(value)
        }

        #[inline]
        fn view(value: &T) -> View<'_> {
            View::I64(value.integer())
        }
    }
}

/// The shape of types of the standard library and the runtime, each its own.
pub(crate) struct Own;

/// A place for a value that has not been read yet.
pub(crate) enum Slot<'a> {
    /// Nothing keeps the value.
    Skip,
    Unit,
    Bool(&'a mut bool),
    I32(&'a mut i32),
    I64(&'a mut i64),
    U64(&'a mut u64),
    F32(&'a mut f32),
    F64(&'a mut f64),
    String(&'a mut String),
    Any(&'a mut Value),
    /// What is a string on the wire and more than that in Rust.
    Text(&'a mut dyn Text),
    /// What is an integer on the wire and more than that in Rust.
    Integer(&'a mut dyn Integer),
    Option(&'a mut dyn Optional),
    List(&'a mut dyn List),
    Map(&'a mut dyn Members),
    Object(&'a mut dyn Object),
    Union(&'a mut dyn Union),
}

/// A type that is a string on the wire.
pub(crate) trait Text {
    fn set_text(&mut self, text: &str);
}

impl<T: for<'a> From<&'a str>> Text for T {
    fn set_text(&mut self, text: &str) {
        *self = Self::from(text);
    }
}

/// A type that is an integer on the wire.
pub(crate) trait Integer {
    fn set_integer(&mut self, number: i64);
    fn integer(&self) -> i64;
}

/// A value that may be null.
pub(crate) trait Optional {
    fn set_null(&mut self);
    fn set_value(&mut self) -> Slot<'_>;
}

/// A list of values of one type.
pub(crate) trait List {
    fn clear(&mut self);
    fn push(&mut self) -> Slot<'_>;
    fn get(&self, index: usize) -> Option<View<'_>>;
    fn len(&self) -> usize;
}

/// Named values of one type.
pub(crate) trait Members {
    fn clear(&mut self);
    fn insert(&mut self, name: String) -> Slot<'_>;
    fn visit<'a>(&'a self, visitor: &mut dyn FnMut(&'a str, View<'a>));
}

macro_rules! own {
    ($($type:ty $(where [$($bound:tt)+])?: |$value:pat_param| $slot:expr, $view:expr;)*) => {
        $(impl $(<$($bound)+>)? Shaped for $type {
            type Shape = Own;
        }

        impl $(<$($bound)+>)? Shape<$type> for Own {
            fn slot($value: &mut $type) -> Slot<'_> {
                $slot
            }

            fn view($value: &$type) -> View<'_> {
                $view
            }
        })*
    };
}

own! {
    (): |()| Slot::Unit, View::Null;
    bool: |value| Slot::Bool(value), View::Bool(*value);
    i32: |value| Slot::I32(value), View::I64((*value).into());
    i64: |value| Slot::I64(value), View::I64(*value);
    u64: |value| Slot::U64(value), View::U64(*value);
    f32: |value| Slot::F32(value), View::F32(*value);
    f64: |value| Slot::F64(value), View::F64(*value);
    String: |value| Slot::String(value), View::Str(value);
    Value: |value| Slot::Any(value), View::Any(value);
    Box<T> where [T: Field + Default]: |value| (**value).slot(), (**value).view();
    Option<T> where [T: Field + Default]: |value| Slot::Option(value), value.as_ref().map_or(View::Null, Field::view);
    Nullable<T> where [T: Field + Default]: |value| Slot::Option(value), match value {
        Nullable::Absent => View::Absent,
        Nullable::Null => View::Null,
        Nullable::Value(value) => value.view(),
    };
    Vec<T> where [T: Field + Default]: |value| Slot::List(value), View::List(value);
    BTreeMap<String, T> where [T: Field + Default]: |value| Slot::Map(value), View::Map(value);
}

impl<T: Field + Default> Optional for Option<T> {
    fn set_null(&mut self) {
        *self = None;
    }

    fn set_value(&mut self) -> Slot<'_> {
        self.insert(T::default()).slot()
    }
}

impl<T: Field + Default> Optional for Nullable<T> {
    fn set_null(&mut self) {
        *self = Self::Null;
    }

    fn set_value(&mut self) -> Slot<'_> {
        *self = Self::Value(T::default());
        match self {
            Self::Value(value) => value.slot(),
            Self::Absent | Self::Null => Slot::Unit,
        }
    }
}

impl<T: Field + Default> List for Vec<T> {
    fn clear(&mut self) {
        self.clear();
    }

    fn push(&mut self) -> Slot<'_> {
        self.push(T::default());
        self.last_mut().map_or(Slot::Unit, Field::slot)
    }

    fn get(&self, index: usize) -> Option<View<'_>> {
        self.as_slice().get(index).map(Field::view)
    }

    fn len(&self) -> usize {
        self.len()
    }
}

impl<T: Field + Default> Members for BTreeMap<String, T> {
    fn clear(&mut self) {
        self.clear();
    }

    fn insert(&mut self, name: String) -> Slot<'_> {
        match self.entry(name) {
            Entry::Vacant(entry) => entry.insert(T::default()).slot(),
            Entry::Occupied(entry) => {
                let value = entry.into_mut();
                *value = T::default();
                value.slot()
            }
        }
    }

    fn visit<'a>(&'a self, visitor: &mut dyn FnMut(&'a str, View<'a>)) {
        for (name, value) in self {
            visitor(name, value.view());
        }
    }
}

/// Reads a value of any type.
pub(crate) fn read<'de, T: Field + Default, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut value = T::default();
    Seed(value.slot()).deserialize(deserializer)?;
    Ok(value)
}

/// Reads a value, or gives `None` if it does not fit the type.
pub(crate) fn fit<T: Field + Default>(value: &Value) -> Option<T> {
    let mut read = T::default();
    fits(read.slot(), value).then_some(read)
}

fn fits(slot: Slot<'_>, value: &Value) -> bool {
    Seed(slot).deserialize(value).is_ok()
}

/// Fills a slot.
pub(crate) struct Seed<'a>(pub(crate) Slot<'a>);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.0 {
            Slot::Skip => drop(IgnoredAny::deserialize(deserializer)?),
            Slot::Unit => <()>::deserialize(deserializer)?,
            Slot::Bool(value) => *value = bool::deserialize(deserializer)?,
            Slot::I32(value) => *value = whole(deserializer, "i32")?,
            Slot::I64(value) => *value = whole(deserializer, "i64")?,
            Slot::U64(value) => *value = whole(deserializer, "u64")?,
            Slot::F32(value) => *value = f32::deserialize(deserializer)?,
            Slot::F64(value) => *value = f64::deserialize(deserializer)?,
            Slot::String(value) => *value = String::deserialize(deserializer)?,
            Slot::Any(value) => *value = Value::deserialize(deserializer)?,
            Slot::Text(text) => deserializer.deserialize_any(TextVisitor(text))?,
            Slot::Integer(number) => number.set_integer(whole(deserializer, "i64")?),
            Slot::Option(value) => deserializer.deserialize_option(OptionVisitor(value))?,
            Slot::List(items) => deserializer.deserialize_seq(ListVisitor(items))?,
            Slot::Map(members) => deserializer.deserialize_map(MapVisitor(members))?,
            Slot::Object(object) => deserializer.deserialize_map(ObjectVisitor(object))?,
            Slot::Union(union) => union.set_fitting(Value::deserialize(deserializer)?),
        }
        Ok(())
    }
}

/// Reads an integer, which JSON may also write as `1.0`.
fn whole<'de, T: TryFrom<i128>, D: Deserializer<'de>>(deserializer: D, name: &'static str) -> Result<T, D::Error> {
    let number = deserializer.deserialize_i64(WholeVisitor(name))?;
    // Only what does not fit the type fails here, so that the number is one of i64's or u64's.
    T::try_from(number).map_err(|_| D::Error::custom(format_args!("the number is out of range, expected {name}")))
}

struct WholeVisitor(&'static str);

impl de::Visitor<'_> for WholeVisitor {
    type Value = i128;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }

    fn visit_i64<E>(self, number: i64) -> Result<i128, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<i128, E> {
        Ok(number.into())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<i128, E> {
        // Beyond this a float no longer tells whole numbers apart.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if number.fract() == 0.0 && number.abs() <= EXACT {
            #[allow(clippy::cast_possible_truncation, reason = "it is whole, and not large")]
            return Ok(number as i128);
        }
        Err(E::invalid_type(de::Unexpected::Float(number), &self))
    }
}

/// Numbers and booleans, which some servers send in place of a string, are taken as text.
struct TextVisitor<'a>(&'a mut dyn Text);

impl de::Visitor<'_> for TextVisitor<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.set_text(text);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.0.set_text(if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.0.set_text(&value.to_string());
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.0.set_text(&value.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.0.set_text(&value.to_string());
        Ok(())
    }
}

struct OptionVisitor<'a>(&'a mut dyn Optional);

impl<'de> de::Visitor<'de> for OptionVisitor<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value or null")
    }

    fn visit_none<E>(self) -> Result<(), E> {
        self.0.set_null();
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.set_null();
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        Seed(self.0.set_value()).deserialize(deserializer)
    }
}

struct ListVisitor<'a>(&'a mut dyn List);

impl<'de> de::Visitor<'de> for ListVisitor<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.0.clear();
        while items.next_element_seed(Push(self.0))?.is_some() {}
        Ok(())
    }
}

/// Fills a further place of a list.
struct Push<'a>(&'a mut dyn List);

impl<'de> DeserializeSeed<'de> for Push<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        Seed(self.0.push()).deserialize(deserializer)
    }
}

struct MapVisitor<'a>(&'a mut dyn Members);

impl<'de> de::Visitor<'de> for MapVisitor<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        self.0.clear();
        while let Some(name) = members.next_key::<String>()? {
            members.next_value_seed(Seed(self.0.insert(name)))?;
        }
        Ok(())
    }
}

/// Reads an object as its table says: unknown members are skipped, of a member given twice the last
/// counts.
struct ObjectVisitor<'a>(&'a mut dyn Object);

impl<'de> de::Visitor<'de> for ObjectVisitor<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "an object ({})", self.0.table().name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let table = self.0.table().members;
        let mut seen = Seen::default();
        let mut expected = 0;
        while let Some(key) = members.next_key_seed(KeySeed { table, expected })? {
            let slot = match key {
                Key::Member(index) => {
                    expected = index + 1;
                    let mut slot = self.0.slot(index);
                    if seen.insert(index)
                        && let Slot::Object(object) = &mut slot
                    {
                        object.clear();
                    }
                    slot
                }
                Key::Rest(index, name) => match self.0.slot(index) {
                    Slot::Map(rest) => rest.insert(name),
                    _ => Slot::Skip,
                },
                Key::Unknown => Slot::Skip,
            };
            members.next_value_seed(Seed(slot))?;
        }
        match seen.first_missing(table) {
            Some(name) => Err(A::Error::missing_field(name)),
            None => Ok(()),
        }
    }
}

enum Key {
    Member(usize),
    /// A member without a row of its own, and the row that takes it.
    Rest(usize, String),
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

impl de::Visitor<'_> for KeySeed {
    type Value = Key;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a member")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        let is_it = |(_, (_, wire, kind)): &(usize, &Member)| *wire == name && *kind != Kind::Rest;
        let rows = || self.table.iter().enumerate();
        let found = rows().skip(self.expected).find(is_it).or_else(|| rows().take(self.expected).find(is_it));
        let rest = || rows().next_back().filter(|(_, (_, _, kind))| *kind == Kind::Rest);
        Ok(match found {
            Some((index, _)) => Key::Member(index),
            None => rest().map_or(Key::Unknown, |(index, _)| Key::Rest(index, name.to_owned())),
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
    /// Notes a member, and tells whether it was there before.
    fn insert(&mut self, index: usize) -> bool {
        let again = self.contains(index);
        match Self::bit(index) {
            Some(bit) => self.first |= bit,
            None => self.more.push(index),
        }
        again
    }

    fn contains(&self, index: usize) -> bool {
        Self::bit(index).map_or_else(|| self.more.contains(&index), |bit| self.first & bit != 0)
    }

    fn bit(index: usize) -> Option<u128> {
        1_u128.checked_shl(u32::try_from(index).ok()?)
    }

    fn first_missing(&self, table: &'static [Member]) -> Option<&'static str> {
        let missing = |(index, (_, _, kind)): &(usize, &Member)| *kind == Kind::Required && !self.contains(*index);
        table.iter().enumerate().find(missing).map(|(_, (_, wire, _))| *wire)
    }
}
