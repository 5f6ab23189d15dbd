//! Looking at values: how they are written as JSON and how they are printed, for all types at once.

use std::fmt;

use serde_core::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Map, Value};

use crate::generated::API;
use crate::runtime::codec::{Kind, Object, Union};
use crate::runtime::slot::{Field, List, Members};

/// A value that is looked at.
pub(crate) enum View<'a> {
    /// A member that is left out.
    Absent,
    Null,
    Bool(bool),
    I64(i64),
    U64(u64),
    F32(f32),
    F64(f64),
    Str(&'a str),
    Any(&'a Value),
    List(&'a dyn List),
    Map(&'a dyn Members),
    Object(&'a dyn Object),
    Union(&'a dyn Union),
}

impl View<'_> {
    /// Whether a member of this kind with this value is left out.
    fn is_left_out(&self, kind: Kind) -> bool {
        match self {
            Self::Absent => kind != Kind::Required,
            Self::Null => kind == Kind::Optional,
            _ => false,
        }
    }
}

/// Values are equal if they are the same on the wire: a text that an enum does not know equals itself
/// and the variant that a later version has for it.
impl PartialEq for View<'_> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Absent, Self::Absent) | (Self::Null, Self::Null) => true,
            (Self::Bool(one), Self::Bool(other)) => one == other,
            (Self::I64(one), Self::I64(other)) => one == other,
            (Self::U64(one), Self::U64(other)) => one == other,
            (Self::F32(one), Self::F32(other)) => one == other,
            (Self::F64(one), Self::F64(other)) => one == other,
            (Self::Str(one), Self::Str(other)) => one == other,
            (Self::Any(one), Self::Any(other)) => one == other,
            (Self::List(one), Self::List(other)) => {
                one.len() == other.len() && (0..one.len()).all(|index| one.get(index) == other.get(index))
            }
            (Self::Map(one), Self::Map(other)) => all_of(*one) == all_of(*other),
            (Self::Object(one), Self::Object(other)) => {
                (0..one.table().members.len()).all(|row| one.view(row) == other.view(row))
            }
            (Self::Union(one), Self::Union(other)) => one.variant() == other.variant(),
            _ => false,
        }
    }
}

#[inline]
fn all_of(map: &dyn Members) -> Vec<(&str, View<'_>)> {
    let mut members = Vec::new();
    map.visit(&mut |name, value| members.push((name, value)));
    members
}

impl Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent | Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::I64(value) => serializer.serialize_i64(*value),
            Self::U64(value) => serializer.serialize_u64(*value),
            Self::F32(value) if value.is_finite() => serializer.serialize_f32(*value),
            Self::F64(value) if value.is_finite() => serializer.serialize_f64(*value),
            Self::F32(_) | Self::F64(_) => Err(S::Error::custom(NOT_FINITE)),
            Self::Str(text) => serializer.serialize_str(text),
            Self::Any(value) => value.serialize(serializer),
            Self::List(list) => {
                let mut items = serializer.serialize_seq(Some(list.len()))?;
                for item in (0..list.len()).filter_map(|index| list.get(index)) {
                    items.serialize_element(&item)?;
                }
                items.end()
            }
            Self::Union(union) => encode_members(&union.variant().1, union.tag(), serializer),
            Self::Object(_) | Self::Map(_) => encode_members(self, None, serializer),
        }
    }
}

/// What the trait `PartialEq` of a type does.
#[inline]
pub(crate) fn same<T: Field>(one: &T, other: &T) -> bool {
    one.view() == other.view()
}

/// What the trait `Debug` of a type does.
#[inline]
pub(crate) fn print<T: Field>(value: &T, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    fmt::Debug::fmt(&value.view(), formatter)
}

/// What the trait `Serialize` of a type does.
#[inline]
pub(crate) fn write<T: Field, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    value.view().serialize(serializer)
}

/// Writes a value, and if it is an object and there is a tag, the member of the tag's name with the
/// tag's text, whatever the object itself has there.
fn encode_members<S: Serializer>(
    view: &View<'_>,
    tag: Option<(&'static str, &'static str)>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    if !has_members(view) {
        return view.serialize(serializer);
    }
    let mut members = serializer.serialize_map(None)?;
    let mut written = Ok(());
    each_member(view, tag, &mut |name, value| {
        written = members.serialize_entry(name, value);
        written.is_ok()
    });
    written.and_then(|()| members.end())
}

/// Returns what a value is as JSON. This is no `Serializer`, so that writing is not built once more for values.
pub(crate) fn value_of(view: &View<'_>) -> Result<Value, &'static str> {
    Ok(match view {
        View::Absent | View::Null => Value::Null,
        View::Bool(value) => Value::Bool(*value),
        View::I64(value) => Value::from(*value),
        View::U64(value) => Value::from(*value),
        View::F32(value) if value.is_finite() => Value::from(*value),
        View::F64(value) if value.is_finite() => Value::from(*value),
        View::F32(_) | View::F64(_) => return Err(NOT_FINITE),
        View::Str(text) => Value::from(*text),
        View::Any(value) => (*value).clone(),
        View::List(list) => {
            let mut items = Vec::with_capacity(list.len());
            for item in (0..list.len()).filter_map(|index| list.get(index)) {
                items.push(value_of(&item)?);
            }
            Value::Array(items)
        }
        View::Union(union) => {
            let (_, inner) = union.variant();
            if has_members(&inner) { members_of(&inner, union.tag())? } else { value_of(&inner)? }
        }
        View::Object(_) | View::Map(_) => members_of(view, None)?,
    })
}

fn members_of(view: &View<'_>, tag: Option<(&'static str, &'static str)>) -> Result<Value, &'static str> {
    let mut members = Map::new();
    let mut fault = None;
    each_member(view, tag, &mut |name, value| {
        match value_of(value) {
            Ok(value) => drop(members.insert(name.to_owned(), value)),
            Err(what) => fault = Some(what),
        }
        fault.is_none()
    });
    fault.map_or(Ok(Value::Object(members)), Err)
}

const NOT_FINITE: &str = "JSON has no number for infinite values and NaN";

/// Whether it says nothing: null, a list without items, or an object of which no member is set.
pub(crate) fn is_empty(view: &View<'_>) -> bool {
    match view {
        View::Null => true,
        View::List(list) => list.len() == 0,
        View::Object(_) => each_member(view, None, &mut |_, _| false),
        _ => false,
    }
}

fn has_members(view: &View<'_>) -> bool {
    matches!(view, View::Object(_) | View::Map(_) | View::Any(Value::Object(_)))
}

/// Does something with each member that is written, up to the first that it fails for; returns whether there is none.
fn each_member(
    view: &View<'_>,
    tag: Option<(&'static str, &'static str)>,
    write: &mut dyn FnMut(&str, &View<'_>) -> bool,
) -> bool {
    let tag_of = |name: &str| tag.filter(|(tag, _)| *tag == name);
    let mut pending = tag;
    let mut put = |name: &str, value: &View<'_>| match tag_of(name) {
        Some((_, text)) => {
            pending = None;
            write(name, &View::Str(text))
        }
        None => write(name, value),
    };
    let is_done = match view {
        View::Object(object) => object.table().members.iter().enumerate().all(|(index, (_, wire, kind))| {
            match object.view(index) {
                View::Map(rest) if *kind == Kind::Rest => each(rest, &mut put),
                // A tag is written in its member's place even where the member is not set.
                value if value.is_left_out(*kind) && tag_of(wire).is_none() => true,
                value => put(wire, &value),
            }
        }),
        View::Map(map) => each(*map, &mut put),
        View::Any(Value::Object(map)) => map.iter().all(|(name, value)| put(name, &View::Any(value))),
        _ => true,
    };
    is_done && pending.is_none_or(|(tag, text)| write(tag, &View::Str(text)))
}

/// The variant that every union has for what it does not know.
pub(crate) const UNKNOWN: &str = "Unknown";

/// How badly a value fits what was made of it, to choose among the alternatives of a union: by what is lost of it. Worse
/// than any that keeps a part is a union that does not know the value; worse still what keeps nothing.
#[inline]
pub(crate) fn misfit(value: &Value, view: &View<'_>) -> usize {
    if is_unknown(view) {
        return usize::MAX - 2;
    }
    let lost = lost(value, view);
    if lost > 0 && lost == size(value) { usize::MAX - 1 } else { lost }
}

/// Whether all of it is kept only because unions keep what they do not know.
#[inline]
fn is_unknown(view: &View<'_>) -> bool {
    match view {
        View::Union(union) => {
            let (name, inner) = union.variant();
            name == UNKNOWN || is_unknown(&inner)
        }
        View::List(list) => {
            let mut items = (0..list.len()).filter_map(|index| list.get(index)).peekable();
            items.peek().is_some() && items.all(|item| is_unknown(&item))
        }
        View::Map(map) => {
            let (mut any, mut all) = (false, true);
            map.visit(&mut |_, member| {
                any = true;
                all = all && is_unknown(&member);
            });
            any && all
        }
        _ => false,
    }
}

/// How much of a value is not in what was made of it as it was: members that the type does not have, and what is a text on
/// one side only. Null says no more than its absence.
#[inline]
fn lost(value: &Value, view: &View<'_>) -> usize {
    match (view, value) {
        (View::Any(_), _) => 0,
        (View::Union(union), _) => lost(value, &union.variant().1),
        (View::List(list), Value::Array(items)) => {
            items.iter().enumerate().map(|(index, item)| list.get(index).map_or(0, |kept| lost(item, &kept))).sum()
        }
        (View::Map(map), Value::Object(members)) => {
            let mut sum = 0;
            map.visit(&mut |name, kept| sum += members.get(name).map_or(0, |value| lost(value, &kept)));
            sum
        }
        (View::Object(object), Value::Object(members)) => {
            let table = object.table().members;
            let rest = table.iter().position(|(_, _, kind)| *kind == Kind::Rest);
            let named = |name: &str| table.iter().position(|(_, wire, kind)| *wire == name && *kind != Kind::Rest);
            let kept = members.iter().map(|(name, value)| match (named(name), rest) {
                (Some(index), _) => lost(value, &object.view(index)),
                (None, Some(_)) => 0,
                (None, None) => size(value),
            });
            kept.sum()
        }
        (View::Str(_), Value::Bool(_) | Value::Number(_)) => 1,
        (View::Bool(_) | View::I64(_) | View::U64(_) | View::F32(_) | View::F64(_), Value::String(_)) => 1,
        _ => 0,
    }
}

/// How many values there are within a value that say something.
#[inline]
fn size(value: &Value) -> usize {
    match value {
        Value::Null => 0,
        Value::Array(items) => items.iter().map(size).sum::<usize>().max(1),
        Value::Object(members) => members.values().map(size).sum::<usize>().max(1),
        _ => 1,
    }
}

/// Does something with each member, up to the first that it fails for; returns whether there is none.
fn each(map: &dyn Members, write: &mut dyn FnMut(&str, &View<'_>) -> bool) -> bool {
    let mut is_done = true;
    map.visit(&mut |name, value| is_done = is_done && write(name, &value));
    is_done
}

/// Prints what callers may see: personal data, which the tables mark, is hidden.
impl fmt::Debug for View<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => formatter.write_str("absent"),
            Self::Null => formatter.write_str("null"),
            Self::Bool(value) => value.fmt(formatter),
            Self::I64(value) => value.fmt(formatter),
            Self::U64(value) => value.fmt(formatter),
            Self::F32(value) => value.fmt(formatter),
            Self::F64(value) => value.fmt(formatter),
            Self::Str(text) => text.fmt(formatter),
            Self::Any(value) => Scrubbed(value).fmt(formatter),
            Self::List(list) => {
                formatter.debug_list().entries((0..list.len()).filter_map(|index| list.get(index))).finish()
            }
            Self::Map(map) => {
                let mut shown = formatter.debug_map();
                map.visit(&mut |name, value| {
                    entry(&mut shown, name, &value);
                });
                shown.finish()
            }
            Self::Union(union) => {
                let (name, value) = union.variant();
                formatter.debug_tuple(name).field(&value).finish()
            }
            Self::Object(object) => {
                let table = object.table();
                let mut shown = formatter.debug_struct(table.name);
                for (index, (field, _, kind)) in table.members.iter().enumerate() {
                    match object.view(index) {
                        value if value.is_left_out(*kind) => {}
                        View::Map(rest) if *kind == Kind::Rest && has_none(rest) => {}
                        _ if table.redacted.contains(field) => {
                            shown.field(field, &Redacted);
                        }
                        value => {
                            shown.field(field, &value);
                        }
                    }
                }
                shown.finish()
            }
        }
    }
}

fn has_none(map: &dyn Members) -> bool {
    let mut has_none = true;
    map.visit(&mut |_, _| has_none = false);
    has_none
}

fn entry(shown: &mut fmt::DebugMap<'_, '_>, name: &str, value: &dyn fmt::Debug) {
    shown.entry(&name, if API.redact.contains(&name) { &Redacted } else { value });
}

/// Stands for a value that must not be shown.
struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

/// Prints JSON whose members the document does not name one by one, without the values of members
/// that must not be shown, at any depth.
pub(crate) struct Scrubbed<'a>(pub(crate) &'a Value);

impl fmt::Debug for Scrubbed<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Array(items) => formatter.debug_list().entries(items.iter().map(Scrubbed)).finish(),
            Value::Object(members) => {
                let mut shown = formatter.debug_map();
                for (name, value) in members {
                    entry(&mut shown, name, &Scrubbed(value));
                }
                shown.finish()
            }
            scalar => write!(formatter, "{scalar}"),
        }
    }
}
