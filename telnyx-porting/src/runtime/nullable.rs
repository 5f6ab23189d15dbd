//! Members that know three states: absent, null and a value.

use std::fmt;

use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

/// A member of a request that may be left out, set to null, or given a value.
///
/// Updates tell these apart: what is absent stays as it is, null clears it, and a value replaces
/// it.
///
/// ```text
/// let mut changes = Changes::default();          // note: Nullable::Absent   -> {}
/// changes.note = Nullable::Null;                 //                          -> {"note": null}
/// changes.note = Nullable::from("call first");   //                          -> {"note": "call first"}
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Nullable<T> {
    /// Nothing is sent, or nothing was received.
    #[default]
    Absent,
    /// `null`.
    Null,
    /// A value.
    Value(T),
}

impl<T> Nullable<T> {
    /// Returns whether the member is absent.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Returns whether the member is null.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns the value, if there is one.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Returns the value, if there is one, and consumes the member.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }
}

impl<T: Default> Nullable<T> {
    /// The value, to be changed, in place of null or nothing.
    pub(crate) fn get_or_insert_default(&mut self) -> &mut T {
        loop {
            match self {
                Self::Value(value) => return value,
                Self::Absent | Self::Null => *self = Self::Value(T::default()),
            }
        }
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl From<&str> for Nullable<String> {
    fn from(text: &str) -> Self {
        Self::Value(text.to_owned())
    }
}

impl<T: fmt::Debug> fmt::Debug for Nullable<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => formatter.write_str("absent"),
            Self::Null => formatter.write_str("null"),
            Self::Value(value) => value.fmt(formatter),
        }
    }
}

impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.serialize(serializer),
            Self::Absent | Self::Null => serializer.serialize_unit(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}
