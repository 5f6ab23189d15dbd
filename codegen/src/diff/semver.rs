//! The version that comes after a version, given what has changed.

use std::fmt;
use std::str::FromStr;

use super::Class;

/// The version of a crate. What follows its three numbers is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    pub major: u64,
    pub minor: u64,
    pub patch: u64,
}

impl Version {
    /// The version to publish after this one.
    ///
    /// Cargo takes the first number that is not zero for the major one: 0.2 is not compatible with 0.1, and 0.0.2 not
    /// with 0.0.1. So below 1.0 all that is compatible raises the last number.
    #[must_use]
    pub fn after(self, class: Class) -> Self {
        let Self { major, minor, patch } = self;
        match (major, minor, class) {
            (0, 0, _) | (_, _, Class::Patch) | (0, _, Class::Minor) => {
                Self { major, minor, patch: patch.saturating_add(1) }
            }
            (0, _, Class::Major) | (_, _, Class::Minor) => Self { major, minor: minor.saturating_add(1), patch: 0 },
            (_, _, Class::Major) => Self { major: major.saturating_add(1), minor: 0, patch: 0 },
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// A text is no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionError;

impl fmt::Display for VersionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a version is three numbers with dots between them, such as 0.3.1")
    }
}

impl std::error::Error for VersionError {}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let numbers = text.split(['-', '+']).next().unwrap_or_default();
        let numbers: Vec<u64> =
            numbers.split('.').map(str::parse).collect::<Result<_, _>>().map_err(|_| VersionError)?;
        match numbers.as_slice() {
            [major, minor, patch] => Ok(Self { major: *major, minor: *minor, patch: *patch }),
            _ => Err(VersionError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_follow_cargo() {
        use Class::{Major, Minor, Patch};
        let cases = [
            ("1.2.3", [(Patch, "1.2.4"), (Minor, "1.3.0"), (Major, "2.0.0")]),
            ("0.2.3", [(Patch, "0.2.4"), (Minor, "0.2.4"), (Major, "0.3.0")]),
            ("0.0.3", [(Patch, "0.0.4"), (Minor, "0.0.4"), (Major, "0.0.4")]),
            ("1.2.3-rc.1+x", [(Patch, "1.2.4"), (Minor, "1.3.0"), (Major, "2.0.0")]),
        ];
        for (version, after) in cases {
            for (class, expected) in after {
                let version: Version = version.parse().unwrap();
                assert_eq!(version.after(class).to_string(), expected, "{version} {class:?}");
            }
        }
        for wrong in ["", "1", "1.2", "1.2.3.4", "1.x.3", "v1.2.3", "-1.2.3"] {
            assert_eq!(wrong.parse::<Version>(), Err(VersionError), "{wrong}");
        }
    }
}
