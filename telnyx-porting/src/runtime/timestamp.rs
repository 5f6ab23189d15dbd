//! Points in time, as the API writes them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::runtime::codec::text;

/// A date and time whose exact text is kept.
///
/// A response never fails because a server writes its times in an unusual way: the text is there
/// whatever it says, and [`unix_seconds`](Self::unix_seconds),
/// [`to_system_time`](Self::to_system_time) and the conversions of the features `time`, `chrono`
/// and `jiff` read it as [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339). A time without an
/// offset is taken as UTC.
///
/// Two timestamps are equal if their texts are. To compare the moments, compare what
/// `to_system_time` gives.
///
/// ```text
/// let opened = Timestamp::from("2024-05-01T09:30:00.25+02:00");
/// assert_eq!(opened.as_str(), "2024-05-01T09:30:00.25+02:00");
/// assert_eq!(opened.unix_seconds(), Some(1_714_548_600));
/// ```
#[derive(Clone, Default)]
pub struct Timestamp(String);

text!(Timestamp);

impl Timestamp {
    /// Returns the text as it stands on the wire.
    #[must_use]
    #[inline]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the whole seconds since 1970-01-01T00:00:00Z, rounded down, or `None` if the text is
    /// not a time.
    #[must_use]
    #[inline]
    pub fn unix_seconds(&self) -> Option<i64> {
        self.instant().map(|instant| instant.seconds)
    }

    /// Returns the moment, or `None` if the text is not a time or the system can't express it.
    #[must_use]
    #[inline]
    pub fn to_system_time(&self) -> Option<SystemTime> {
        let Instant { seconds, nanoseconds, .. } = self.instant()?;
        let fraction = Duration::from_nanos(u64::from(nanoseconds));
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let second = if seconds < 0 { UNIX_EPOCH.checked_sub(whole) } else { UNIX_EPOCH.checked_add(whole) };
        second?.checked_add(fraction)
    }

    #[inline]
    fn instant(&self) -> Option<Instant> {
        Instant::parse(&self.0)
    }
}

impl From<&str> for Timestamp {
    #[inline]
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Timestamp {
    #[inline]
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<SystemTime> for Timestamp {
    #[inline]
    fn from(time: SystemTime) -> Self {
        Self(Instant::from(time).to_utc_text())
    }
}

/// A calendar date whose exact text is kept.
///
/// ```text
/// let date = Date::from("2024-05-01");
/// assert_eq!(date.year_month_day(), Some((2024, 5, 1)));
/// ```
#[derive(Clone, Default)]
pub struct Date(String);

text!(Date);

impl Date {
    /// Returns the date of a year, a month from 1 to 12 and a day from 1 to 31.
    #[must_use]
    #[inline]
    pub fn new(year: u16, month: u8, day: u8) -> Self {
        Self(format!("{year:04}-{month:02}-{day:02}"))
    }

    /// Returns the text as it stands on the wire.
    #[must_use]
    #[inline]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns year, month and day, or `None` if the text is not a date of the form `2024-05-01`.
    #[must_use]
    #[inline]
    pub fn year_month_day(&self) -> Option<(u16, u8, u8)> {
        let mut rest = Digits(self.0.as_bytes());
        let (year, month, day) = rest.date()?;
        let date = (u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?);
        rest.0.is_empty().then_some(date)
    }
}

impl From<&str> for Date {
    #[inline]
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Date {
    #[inline]
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// A moment and the offset at which it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Instant {
    /// Since 1970-01-01T00:00:00Z, rounded down.
    seconds: i64,
    nanoseconds: u32,
    /// East of Greenwich.
    #[cfg_attr(
        not(any(feature = "time", feature = "chrono")),
        allow(dead_code, reason = "only these keep the offset")
    )]
    offset_seconds: i32,
}

impl Instant {
    #[inline]
    fn parse(text: &str) -> Option<Self> {
        let mut rest = Digits(text.as_bytes());
        let (year, month, day) = rest.date()?;
        rest.skip(b"Tt ")?;
        let hour = rest.number(2).filter(|hour| *hour < 24)?;
        rest.skip(b":")?;
        let minute = rest.number(2).filter(|minute| *minute < 60)?;
        rest.skip(b":")?;
        // A leap second counts as the second after it, as in POSIX time.
        let second = rest.number(2).filter(|second| *second <= 60)?;
        let nanoseconds = if rest.skip(b".,").is_some() { rest.fraction()? } else { 0 };
        let offset_seconds = rest.offset()?;
        let local = days_since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
        Some(Self { seconds: local - i64::from(offset_seconds), nanoseconds, offset_seconds })
    }

    #[inline]
    fn to_utc_text(self) -> String {
        let (year, month, day) = date_of(self.seconds.div_euclid(86_400));
        let second_of_day = self.seconds.rem_euclid(86_400);
        let (hour, minute, second) = (second_of_day / 3_600, second_of_day / 60 % 60, second_of_day % 60);
        let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
        if self.nanoseconds != 0 {
            let fraction = format!(".{:09}", self.nanoseconds);
            text.push_str(fraction.trim_end_matches('0'));
        }
        text.push('Z');
        text
    }
}

impl From<SystemTime> for Instant {
    #[inline]
    fn from(time: SystemTime) -> Self {
        let (seconds, nanoseconds) = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => (seconds_of(after), after.subsec_nanos()),
            Err(error) => match (seconds_of(error.duration()), error.duration().subsec_nanos()) {
                (seconds, 0) => (-seconds, 0),
                (seconds, nanoseconds) => (-seconds - 1, 1_000_000_000 - nanoseconds),
            },
        };
        Self { seconds, nanoseconds, offset_seconds: 0 }
    }
}

#[inline]
fn seconds_of(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

/// What is left to read of a text.
struct Digits<'a>(&'a [u8]);

impl Digits<'_> {
    #[inline]
    fn skip(&mut self, any_of: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        any_of.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    #[inline]
    fn digit(&mut self) -> Option<i64> {
        self.skip(b"0123456789").map(|digit| i64::from(digit - b'0'))
    }

    #[inline]
    fn number(&mut self, digits: usize) -> Option<i64> {
        (0..digits).try_fold(0, |number, _| Some(number * 10 + self.digit()?))
    }

    /// `2024-05-01`
    #[inline]
    fn date(&mut self) -> Option<(i64, i64, i64)> {
        let year = self.number(4)?;
        self.skip(b"-")?;
        let month = self.number(2).filter(|month| (1..=12).contains(month))?;
        self.skip(b"-")?;
        let day = self.number(2).filter(|day| (1..=days_in_month(year, month)).contains(day))?;
        Some((year, month, day))
    }

    #[inline]
    fn fraction(&mut self) -> Option<u32> {
        let mut nanoseconds = self.digit()? * 100_000_000;
        let mut unit = 10_000_000;
        while let Some(digit) = self.digit() {
            nanoseconds += digit * unit;
            unit /= 10;
        }
        u32::try_from(nanoseconds).ok()
    }

    /// `Z`, `+hh:mm`, `+hhmm`, `+hh` or nothing, and then the end.
    #[inline]
    fn offset(&mut self) -> Option<i32> {
        let sign = match self.skip(b"Zz+-") {
            None | Some(b'Z' | b'z') => 0,
            Some(b'-') => -1,
            Some(_) => 1,
        };
        let mut seconds = 0;
        if sign != 0 {
            seconds = self.number(2).filter(|hours| *hours < 24)? * 3_600;
            let colon = self.skip(b":");
            if colon.is_some() || !self.0.is_empty() {
                seconds += self.number(2).filter(|minutes| *minutes < 60)? * 60;
            }
        }
        self.0.is_empty().then_some(i32::try_from(seconds).ok()? * sign)
    }
}

#[inline]
fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. Years are counted from March, so that
/// leap days come last.
#[inline]
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days_since_epoch`].
#[inline]
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

/// The text of a [`Timestamp`] or [`Date`] is not a time or date, or lies outside of what the
/// target type can express.
#[cfg(any(feature = "time", feature = "chrono", feature = "jiff"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampError(());

#[cfg(any(feature = "time", feature = "chrono", feature = "jiff"))]
impl std::fmt::Display for TimestampError {
    #[inline]
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the text is not a time or date that this type can express")
    }
}

#[cfg(any(feature = "time", feature = "chrono", feature = "jiff"))]
impl std::error::Error for TimestampError {}

#[cfg(feature = "time")]
mod with_time {
    use time::{Month, OffsetDateTime, UtcOffset};

    use super::{Date, Instant, Timestamp, TimestampError};

    impl TryFrom<&Date> for time::Date {
        type Error = TimestampError;

        fn try_from(date: &Date) -> Result<Self, TimestampError> {
            let (year, month, day) = date.year_month_day().ok_or(TimestampError(()))?;
            let month = Month::try_from(month).map_err(|_| TimestampError(()))?;
            Self::from_calendar_date(i32::from(year), month, day).map_err(|_| TimestampError(()))
        }
    }

    impl From<time::Date> for Date {
        fn from(date: time::Date) -> Self {
            Self(format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day()))
        }
    }

    impl TryFrom<&Timestamp> for OffsetDateTime {
        type Error = TimestampError;

        fn try_from(timestamp: &Timestamp) -> Result<Self, TimestampError> {
            let convert = |Instant { seconds, nanoseconds, offset_seconds }: Instant| {
                let offset = UtcOffset::from_whole_seconds(offset_seconds).ok()?;
                let utc = Self::from_unix_timestamp(seconds).ok()?.replace_nanosecond(nanoseconds).ok()?;
                utc.checked_to_offset(offset)
            };
            timestamp.instant().and_then(convert).ok_or(TimestampError(()))
        }
    }

    impl From<OffsetDateTime> for Timestamp {
        fn from(time: OffsetDateTime) -> Self {
            let instant = Instant { seconds: time.unix_timestamp(), nanoseconds: time.nanosecond(), offset_seconds: 0 };
            Self(instant.to_utc_text())
        }
    }
}

#[cfg(feature = "chrono")]
mod with_chrono {
    use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone, Utc};

    use super::{Date, Instant, Timestamp, TimestampError};

    impl TryFrom<&Date> for NaiveDate {
        type Error = TimestampError;

        fn try_from(date: &Date) -> Result<Self, TimestampError> {
            let (year, month, day) = date.year_month_day().ok_or(TimestampError(()))?;
            Self::from_ymd_opt(year.into(), month.into(), day.into()).ok_or(TimestampError(()))
        }
    }

    impl From<NaiveDate> for Date {
        fn from(date: NaiveDate) -> Self {
            Self(date.to_string())
        }
    }

    impl TryFrom<&Timestamp> for DateTime<FixedOffset> {
        type Error = TimestampError;

        fn try_from(timestamp: &Timestamp) -> Result<Self, TimestampError> {
            let convert = |Instant { seconds, nanoseconds, offset_seconds }: Instant| {
                let offset = FixedOffset::east_opt(offset_seconds)?;
                Some(DateTime::<Utc>::from_timestamp(seconds, nanoseconds)?.with_timezone(&offset))
            };
            timestamp.instant().and_then(convert).ok_or(TimestampError(()))
        }
    }

    impl TryFrom<&Timestamp> for DateTime<Utc> {
        type Error = TimestampError;

        fn try_from(timestamp: &Timestamp) -> Result<Self, TimestampError> {
            DateTime::<FixedOffset>::try_from(timestamp).map(|time| time.to_utc())
        }
    }

    impl<Zone: TimeZone> From<DateTime<Zone>> for Timestamp {
        fn from(time: DateTime<Zone>) -> Self {
            // chrono tells leap seconds by more than a second's nanoseconds; here they are the second after, as in texts.
            let nanoseconds = time.timestamp_subsec_nanos();
            let seconds = time.timestamp() + i64::from(nanoseconds / 1_000_000_000);
            let instant = Instant { seconds, nanoseconds: nanoseconds % 1_000_000_000, offset_seconds: 0 };
            Self(instant.to_utc_text())
        }
    }
}

#[cfg(feature = "jiff")]
mod with_jiff {
    use super::{Date, Instant, Timestamp, TimestampError};

    impl TryFrom<&Date> for jiff::civil::Date {
        type Error = TimestampError;

        fn try_from(date: &Date) -> Result<Self, TimestampError> {
            let (year, month, day) = date.year_month_day().ok_or(TimestampError(()))?;
            let whole = |part: u8| i8::try_from(part).map_err(|_| TimestampError(()));
            let year = i16::try_from(year).map_err(|_| TimestampError(()))?;
            Self::new(year, whole(month)?, whole(day)?).map_err(|_| TimestampError(()))
        }
    }

    impl From<jiff::civil::Date> for Date {
        fn from(date: jiff::civil::Date) -> Self {
            Self(date.to_string())
        }
    }

    impl TryFrom<&Timestamp> for jiff::Timestamp {
        type Error = TimestampError;

        fn try_from(timestamp: &Timestamp) -> Result<Self, TimestampError> {
            let convert = |Instant { seconds, nanoseconds, .. }: Instant| {
                Self::new(seconds, i32::try_from(nanoseconds).ok()?).ok()
            };
            timestamp.instant().and_then(convert).ok_or(TimestampError(()))
        }
    }

    impl From<jiff::Timestamp> for Timestamp {
        fn from(time: jiff::Timestamp) -> Self {
            Self(time.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_moments() {
        let cases = [
            ("1970-01-01T00:00:00Z", Some((0, 0))),
            ("2024-05-01T09:30:00.25+02:00", Some((1_714_548_600, 250_000_000))),
            ("2024-02-29T23:59:60Z", Some((1_709_251_200, 0))),
            ("1969-12-31T23:59:59.5Z", Some((-1, 500_000_000))),
            ("2021-03-19 10:07:15", Some((1_616_148_435, 0))),
            ("2021-03-19T10:07:15-0330", Some((1_616_161_035, 0))),
            ("2021-03-19T10:07:15+01", Some((1_616_144_835, 0))),
            ("2021-03-19T10:07:15.1234567891Z", Some((1_616_148_435, 123_456_789))),
            ("2023-02-29T00:00:00Z", None),
            ("2021-13-01T00:00:00Z", None),
            ("2021-03-19T24:00:00Z", None),
            ("2021-03-19", None),
            ("2021-03-19T10:07:15Zulu", None),
            ("2021-03-19T10:07:15.Z", None),
            ("yesterday", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let timestamp = Timestamp::from(text);
            let got = timestamp.instant().map(|instant| (instant.seconds, instant.nanoseconds));
            assert_eq!(got, expected, "{text}");
            assert_eq!(timestamp, text);
        }
    }

    #[test]
    fn texts_become_dates() {
        let cases = [
            ("2024-02-29", Some((2024, 2, 29))),
            ("2023-02-29", None),
            ("2024-2-29", None),
            ("2024-02-29T00:00:00Z", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(Date::from(text).year_month_day(), expected, "{text}");
        }
        assert_eq!(Date::new(2024, 5, 1), "2024-05-01");
    }

    /// Each crate must read the same moment and date, and write what reads as the same.
    #[cfg(all(feature = "time", feature = "chrono", feature = "jiff"))]
    #[test]
    fn conversions_agree() {
        for text in ["2024-05-01T09:30:00.25+02:00", "1969-12-31T23:59:59.5Z", "2024-02-29T23:59:60Z"] {
            let timestamp = Timestamp::from(text);
            let by_time = time::OffsetDateTime::try_from(&timestamp).unwrap();
            let by_chrono = chrono::DateTime::<chrono::FixedOffset>::try_from(&timestamp).unwrap();
            let by_jiff = jiff::Timestamp::try_from(&timestamp).unwrap();
            let expected = timestamp.to_system_time().unwrap();
            for back in [Timestamp::from(by_time), Timestamp::from(by_chrono), Timestamp::from(by_jiff)] {
                assert_eq!(back.to_system_time(), Some(expected), "{text}: {back}");
            }
        }
        let leap = "2016-12-31T23:59:60.5Z";
        let by_chrono = Timestamp::from(chrono::DateTime::parse_from_rfc3339(leap).unwrap());
        assert_eq!(by_chrono.to_system_time(), Timestamp::from(leap).to_system_time(), "{by_chrono}");
        let date = Date::from("2024-02-29");
        assert_eq!(Date::from(time::Date::try_from(&date).unwrap()), date);
        assert_eq!(Date::from(chrono::NaiveDate::try_from(&date).unwrap()), date);
        assert_eq!(Date::from(jiff::civil::Date::try_from(&date).unwrap()), date);
        assert!(time::OffsetDateTime::try_from(&Timestamp::from("soon")).is_err());
    }

    #[test]
    fn moments_survive_the_way_through_text() {
        for nanoseconds in
            [0_i64, 1, 86_399_999_999_999, -1, -86_400_000_000_000, 1_714_548_600_250_000_000, 951_782_400_000_000_000]
        {
            let duration = Duration::from_nanos(nanoseconds.unsigned_abs());
            let time = if nanoseconds < 0 { UNIX_EPOCH - duration } else { UNIX_EPOCH + duration };
            assert_eq!(Timestamp::from(time).to_system_time(), Some(time), "{nanoseconds}");
        }
        assert_eq!(Timestamp::from(UNIX_EPOCH), "1970-01-01T00:00:00Z");
    }
}
