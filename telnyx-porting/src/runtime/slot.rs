//! Reading JSON into values, with one decoder for all types.
//!
//! serde's way is to write a decoder for each type, for each format. Here the *place that is
//! filled* is told apart at run time instead: a type says by a [`Slot`] what it is made of, and the
//! one [`Seed`] fills it from any `Deserializer`. What a type adds to the size of the build is a
//! table and a jump.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde_core::de::value::MapAccessDeserializer;
use serde_core::de::{
    self, Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Unexpected,
};
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
    Any(&'a mut Value),
    /// What is a string on the wire.
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
    String: |value| Slot::Text(value), View::Str(value);
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
        *self = Self::Absent;
        self.get_or_insert_default().slot()
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
    fill(read.slot(), value).is_ok().then_some(read)
}

/// Fills a slot from a value that has been parsed already. This is no `Deserializer`, so that the decoder is not made once
/// more for values; what fits and what does not is the same.
pub(crate) fn fill(slot: Slot<'_>, value: &Value) -> Result<(), serde_json::Error> {
    match (slot, value) {
        (Slot::Skip, _) => {}
        (Slot::Any(to), value) => to.clone_from(value),
        (Slot::Option(to), Value::Null) => to.set_null(),
        (Slot::Option(to), value) => fill(to.set_value(), value)?,
        (Slot::List(to), Value::Array(items)) => {
            to.clear();
            for item in items {
                fill(to.push(), item)?;
            }
        }
        (Slot::Map(to), Value::Object(members)) => {
            to.clear();
            for (name, value) in members {
                fill(to.insert(name.clone()), value)?;
            }
        }
        (Slot::Object(to), Value::Object(members)) => {
            let mut object = Filling::of(to);
            for (name, value) in members {
                fill(object.slot(name), value)?;
            }
            object.finish()?;
        }
        (Slot::Union(to), value) => to.set_fitting(value.clone()),
        (slot, Value::Null) => slot.take(Unexpected::Unit)?,
        (slot, Value::Bool(value)) => slot.take(Unexpected::Bool(*value))?,
        (slot, Value::String(text)) => slot.take(Unexpected::Str(text))?,
        (slot, Value::Number(number)) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), ..) => slot.take(Unexpected::Signed(number))?,
            (_, Some(number), _) => slot.take(Unexpected::Unsigned(number))?,
            (.., number) => slot.take(Unexpected::Float(number.unwrap_or(f64::NAN)))?,
        },
        (slot, Value::Array(_)) => slot.take(Unexpected::Seq)?,
        (slot, Value::Object(_)) => slot.take(Unexpected::Map)?,
    }
    Ok(())
}

/// Why a scalar does not fit a slot.
enum Misfit {
    Type,
    Range,
}

fn truth(scalar: Unexpected<'_>) -> Result<bool, Misfit> {
    match scalar {
        Unexpected::Bool(value) => Ok(value),
        Unexpected::Str(text) => text.trim().parse().map_err(|_| Misfit::Type),
        _ => Err(Misfit::Type),
    }
}

/// JSON may write an integer as `1.0`, too.
fn whole<T: TryFrom<i128>>(scalar: Unexpected<'_>) -> Result<T, Misfit> {
    let number = match scalar {
        Unexpected::Signed(number) => Some(number.into()),
        Unexpected::Unsigned(number) => Some(number.into()),
        Unexpected::Float(number) => exact(number),
        Unexpected::Str(text) => text.trim().parse().ok().or_else(|| exact(float(scalar).ok()?)),
        _ => None,
    };
    T::try_from(number.ok_or(Misfit::Type)?).map_err(|_| Misfit::Range)
}

#[allow(clippy::cast_precision_loss, reason = "to the nearest is what a float does")]
fn float(scalar: Unexpected<'_>) -> Result<f64, Misfit> {
    match scalar {
        Unexpected::Signed(number) => Ok(number as f64),
        Unexpected::Unsigned(number) => Ok(number as f64),
        Unexpected::Float(number) => Ok(number),
        // Not `inf` and `nan`, which are no numbers of JSON.
        Unexpected::Str(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()).ok_or(Misfit::Type),
        _ => Err(Misfit::Type),
    }
}

/// A whole number that has become a float may have lost digits, and the text of an identifier must not.
fn text(scalar: Unexpected<'_>) -> Result<Cow<'_, str>, Misfit> {
    match scalar {
        Unexpected::Str(text) => Ok(text.into()),
        Unexpected::Bool(value) => Ok(if value { "true" } else { "false" }.into()),
        Unexpected::Signed(number) => Ok(number.to_string().into()),
        Unexpected::Unsigned(number) => Ok(number.to_string().into()),
        Unexpected::Float(number) if number.fract() != 0.0 || exact(number).is_some() => Ok(number.to_string().into()),
        _ => Err(Misfit::Type),
    }
}

/// A float that is whole, unless it is so large that floats no longer tell whole numbers apart.
fn exact(number: f64) -> Option<i128> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[allow(clippy::cast_possible_truncation, reason = "it is whole, and not large")]
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i128)
}

impl Slot<'_> {
    /// Takes a scalar as it came, for which serde has a type, if it fits. Some servers send a number in place of a string, or
    /// the other way round; one such member is no reason to lose a page.
    fn take<E: de::Error>(mut self, scalar: Unexpected<'_>) -> Result<(), E> {
        self.put(scalar).map_err(|misfit| match misfit {
            Misfit::Type => E::invalid_type(scalar, &self),
            Misfit::Range => E::custom(format_args!("the number is out of range, expected {self}")),
        })
    }

    fn put(&mut self, scalar: Unexpected<'_>) -> Result<(), Misfit> {
        match self {
            Self::Unit if scalar == Unexpected::Unit => {}
            Self::Bool(to) => **to = truth(scalar)?,
            Self::I32(to) => **to = whole(scalar)?,
            Self::I64(to) => **to = whole(scalar)?,
            Self::U64(to) => **to = whole(scalar)?,
            Self::Integer(to) => to.set_integer(whole(scalar)?),
            #[allow(clippy::cast_possible_truncation, reason = "to the nearest is what a float does")]
            Self::F32(to) => **to = float(scalar)? as f32,
            Self::F64(to) => **to = float(scalar)?,
            Self::Text(to) => to.set_text(&text(scalar)?),
            _ => return Err(Misfit::Type),
        }
        Ok(())
    }
}

impl fmt::Display for Slot<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Object(object) => return write!(formatter, "an object ({})", object.table().name),
            Self::Unit => "null",
            Self::Bool(_) => "a boolean",
            Self::I32(_) => "i32",
            Self::I64(_) | Self::Integer(_) => "i64",
            Self::U64(_) => "u64",
            Self::F32(_) => "f32",
            Self::F64(_) => "f64",
            Self::List(_) => "a list",
            Self::Map(_) => "an object",
            // The others take anything.
            _ => "a string",
        })
    }
}

impl de::Expected for Slot<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Fills a slot from any format.
pub(crate) struct Seed<'a>(pub(crate) Slot<'a>);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.0 {
            Slot::Skip => drop(IgnoredAny::deserialize(deserializer)?),
            Slot::Any(value) => *value = Value::deserialize(deserializer)?,
            Slot::Option(value) => deserializer.deserialize_option(OptionVisitor(value))?,
            Slot::List(items) => deserializer.deserialize_seq(ListVisitor(items))?,
            Slot::Map(members) => deserializer.deserialize_map(MapVisitor(members))?,
            Slot::Object(object) => deserializer.deserialize_map(ObjectVisitor(object))?,
            Slot::Union(union) => union.set_fitting(Value::deserialize(deserializer)?),
            scalar => deserializer.deserialize_any(ScalarVisitor(scalar))?,
        }
        Ok(())
    }
}

struct ScalarVisitor<'a>(Slot<'a>);

impl<'de> de::Visitor<'de> for ScalarVisitor<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.0.take(Unexpected::Unit)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        self.0.take(Unexpected::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<(), E> {
        self.0.take(Unexpected::Signed(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<(), E> {
        self.0.take(Unexpected::Unsigned(number))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<(), E> {
        self.0.take(Unexpected::Float(number))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.0.take(Unexpected::Str(text))
    }

    /// Where a crate of the program has asked `serde_json` for numbers of any precision, a float comes as a map.
    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        let value = Value::deserialize(MapAccessDeserializer::new(members))?;
        fill(self.0, &value).map_err(A::Error::custom)
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
        let mut object = Filling::of(self.0);
        while let Some(slot) = members.next_key_seed(&mut object)? {
            members.next_value_seed(Seed(slot))?;
        }
        object.finish()
    }
}

/// An object whose members arrive one by one.
struct Filling<'a> {
    object: &'a mut dyn Object,
    table: &'static [Member],
    seen: Seen,
    /// Servers send members in a steady order, so the search for one begins where the last one ended.
    expected: usize,
}

impl<'a> Filling<'a> {
    fn of(object: &'a mut dyn Object) -> Self {
        let table = object.table().members;
        Self { object, table, seen: Seen::default(), expected: 0 }
    }

    /// The place for the member of this name.
    fn slot(&mut self, name: &str) -> Slot<'_> {
        let Some(row) = self.row(name) else {
            return match self.table.split_last() {
                Some(((_, _, Kind::Rest), named)) => match self.object.slot(named.len()) {
                    Slot::Map(rest) => rest.insert(name.to_owned()),
                    _ => Slot::Skip,
                },
                _ => Slot::Skip,
            };
        };
        self.expected = row + 1;
        let again = self.seen.insert(row);
        let mut slot = self.object.slot(row);
        if again && let Slot::Object(object) = &mut slot {
            object.clear();
        }
        slot
    }

    fn row(&self, name: &str) -> Option<usize> {
        let is_it = |(_, wire, kind): &Member| *wire == name && *kind != Kind::Rest;
        let (before, after) = self.table.split_at_checked(self.expected)?;
        let found = after.iter().position(is_it).map(|row| self.expected + row);
        found.or_else(|| before.iter().position(is_it))
    }

    /// Fails if a member that is required was not there.
    fn finish<E: de::Error>(self) -> Result<(), E> {
        self.seen.first_missing(self.table).map_or(Ok(()), |name| Err(E::missing_field(name)))
    }
}

impl<'de, 's> DeserializeSeed<'de> for &'s mut Filling<'_> {
    type Value = Slot<'s>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Slot<'s>, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<'s> de::Visitor<'_> for &'s mut Filling<'_> {
    type Value = Slot<'s>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a member")
    }

    fn visit_str<E>(self, name: &str) -> Result<Slot<'s>, E> {
        Ok(self.slot(name))
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::runtime::codec;
    use crate::runtime::timestamp::Timestamp;
    use crate::runtime::view::value_of;

    codec::object! {
        Thing {
            0 id: Required "id",
            1 count: Optional "count",
            2 note: Nullable "note",
            3 inner: Optional "inner",
            4 rest: Rest "",
        }
    }

    #[derive(Clone, Default)]
    struct Thing {
        id: String,
        count: Option<i32>,
        note: Nullable<String>,
        inner: Option<Box<Thing>>,
        rest: BTreeMap<String, Value>,
    }

    codec::union! {
        Choice {
            Whole: i64 if integer,
            Thing: Thing if object,
            Things: Vec<Thing> if array,
        }
    }

    #[derive(Clone)]
    enum Choice {
        Whole(i64),
        Thing(Thing),
        Things(Vec<Thing>),
        Unknown(Value),
    }

    /// What a text is read as, and what a value that was read from the text is: one is not to differ from the other, nor
    /// what is made of either again.
    fn agree<T: Field + Default>(value: &Value) -> bool {
        let text = value.to_string();
        let mut by_text = T::default();
        let mut by_value = T::default();
        let read = Seed(by_text.slot()).deserialize(&mut serde_json::Deserializer::from_str(&text));
        let filled = fill(by_value.slot(), value);
        match (&read, &filled) {
            (Ok(()), Ok(())) => {
                assert!(by_text.view() == by_value.view(), "{text}");
                let written = serde_json::to_value(by_value.view()).unwrap();
                assert_eq!(value_of(&by_value.view()).unwrap(), written, "{text}");
            }
            (Err(read), Err(filled)) => {
                // But for the place, which only a text has, and the word for a number of any precision.
                let what = |fault: &serde_json::Error| {
                    let message = fault.to_string().replace(": number,", &format!(": floating point `{text}`,"));
                    message.split(" at line").next().map(str::to_owned)
                };
                assert_eq!(what(read), what(filled), "{text}");
            }
            _ => panic!("{text} as {}: {read:?}, but {filled:?}", std::any::type_name::<T>()),
        }
        read.is_ok()
    }

    #[test]
    fn values_are_filled_as_texts_are_read() {
        let thing = json!({"id": "a", "count": 1.0, "note": null, "inner": {"id": "b", "more": [1]}, "x": {"y": 2.5}});
        let values = [
            json!(null),
            json!(true),
            json!(0),
            json!(-1),
            json!(1.0),
            json!(1.5),
            json!(-2.0e300),
            json!(i64::MAX),
            json!(i64::MIN),
            json!(u64::MAX),
            json!(9_007_199_254_740_993_i64),
            json!(3_000_000_000_u64),
            json!(""),
            json!("20"),
            json!("2024-01-02T03:04:05Z"),
            json!([]),
            json!([null]),
            json!([1, 2.0]),
            json!([1, "a"]),
            json!({}),
            json!({"a": "b"}),
            json!({"id": 1}),
            json!({"id": "a", "count": "1"}),
            json!({"id": "a", "count": 3_000_000_000_u64}),
            json!([thing.clone(), thing.clone()]),
            thing,
        ];
        let mut fits = Vec::new();
        for value in &values {
            fits.push([
                agree::<()>(value),
                agree::<bool>(value),
                agree::<i32>(value),
                agree::<i64>(value),
                agree::<u64>(value),
                agree::<f64>(value),
                agree::<String>(value),
                agree::<Value>(value),
                agree::<Timestamp>(value),
                agree::<Option<i64>>(value),
                agree::<Nullable<String>>(value),
                agree::<Vec<i64>>(value),
                agree::<BTreeMap<String, String>>(value),
                agree::<Thing>(value),
                agree::<Vec<Thing>>(value),
                agree::<Choice>(value),
            ]);
        }
        // Each type takes some of them, and only those that take anything take all.
        for kind in 0..16 {
            let taken = fits.iter().filter(|fits| fits[kind]).count();
            assert!(taken > 0 && (taken < values.len() || [7, 15].contains(&kind)), "kind {kind} takes {taken}");
        }
    }

    /// Servers send texts for numbers and the other way round; what they say is kept as it is, or refused.
    #[test]
    fn scalars_are_told_apart_by_what_they_say() {
        fn taken<T: Field + Default>(value: &Value) -> Option<Value> {
            fit::<T>(value).and_then(|taken| value_of(&taken.view()).ok())
        }
        assert_eq!(taken::<String>(&json!(20)), Some(json!("20")));
        assert_eq!(taken::<String>(&json!(-0.5)), Some(json!("-0.5")));
        assert_eq!(taken::<String>(&json!(true)), Some(json!("true")));
        assert_eq!(taken::<String>(&json!(u64::MAX)), Some(json!("18446744073709551615")));
        assert_eq!(taken::<i64>(&json!(" -20 ")), Some(json!(-20)));
        assert_eq!(taken::<i64>(&json!("20.0")), Some(json!(20)));
        assert_eq!(taken::<u64>(&json!("18446744073709551615")), Some(json!(u64::MAX)));
        assert_eq!(taken::<f64>(&json!("1.5")), Some(json!(1.5)));
        assert_eq!(taken::<bool>(&json!("true")), Some(json!(true)));
        assert_eq!(taken::<Timestamp>(&json!(1)), Some(json!("1")));
        // Not the digits that a float has made up, nor the empty text.
        assert_eq!(taken::<String>(&json!(1e22)), None);
        for text in ["", "a", "1.5", "inf", "NaN", "1e999"] {
            assert_eq!(taken::<i64>(&json!(text)), None, "{text}");
        }
        for text in ["", "a", "inf", "NaN", "1e999"] {
            assert_eq!(taken::<f64>(&json!(text)), None, "{text}");
        }
        assert_eq!(taken::<i32>(&json!("3000000000")), None);
        assert_eq!(taken::<bool>(&json!(1)), None);
        assert_eq!(taken::<bool>(&json!("yes")), None);
        assert_eq!(taken::<String>(&json!(null)), None);
    }

    /// The alternative that keeps a number as a number is better than one that makes a text of it.
    #[test]
    fn alternatives_that_keep_a_scalar_as_it_is_come_first() {
        codec::object! { Named { 0 id: Required "id", 1 name: Optional "name" } }
        codec::object! { Numbered { 0 id: Required "id", 1 name: Optional "name" } }
        codec::union! { Either { Named: Named, Numbered: Numbered } }

        #[derive(Clone, Default)]
        struct Named {
            id: String,
            name: Option<String>,
        }
        #[derive(Clone, Default)]
        struct Numbered {
            id: i64,
            name: Option<String>,
        }
        #[derive(Clone)]
        enum Either {
            Named(Named),
            Numbered(Numbered),
            Unknown(Value),
        }

        for (value, expected) in [
            (json!({"id": "1", "name": "a"}), "Named"),
            (json!({"id": 1, "name": "a"}), "Numbered"),
            (json!({"id": true, "name": "a"}), "Named"),
            (json!({"name": "a"}), codec::UNKNOWN),
        ] {
            let either = fit::<Either>(&value).unwrap();
            assert_eq!(codec::Union::variant(&either).0, expected, "{value}");
        }
    }

    #[test]
    fn what_json_can_not_write_is_no_value() {
        for number in [f64::NAN, f64::INFINITY] {
            assert!(value_of(&number.view()).is_err());
            assert!(serde_json::to_value(number.view()).is_err());
        }
    }
}
