//! Times as CloudTrail writes them, in records and in the names of files.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

/// A record may be so much younger than its file: clocks of endpoints differ a little.
pub(crate) const TOLERANCE: TimeDelta = TimeDelta::minutes(15);

/// CloudTrail went public in November 2013; an older time is a default value or a forgery.
const FIRST_YEAR: i32 = 2013;

/// An RFC 3339 time. A time without a zone is nobody's promise of UTC, so it is none.
pub(crate) fn parse(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc())
}

/// The time of an event: as [`parse`], and not before there was a CloudTrail.
pub(crate) fn parse_event_time(text: &str) -> Option<DateTime<Utc>> {
    parse(text).filter(|time| time.year() >= FIRST_YEAR)
}

/// `YYYYMMDDTHHmmZ`, the time in the name of a log file.
pub(crate) fn parse_stamp(stamp: &str) -> Option<DateTime<Utc>> {
    let (date, time) = stamp.strip_suffix('Z')?.split_once('T')?;
    let date = NaiveDate::from_ymd_opt(
        i32::try_from(number(date.get(..4)?)?).ok()?,
        number(date.get(4..6)?)?,
        number(date.get(6..).filter(|day| day.len() == 2)?)?,
    )?;
    let minute = number(time.get(2..).filter(|minute| minute.len() == 2)?)?;
    Some(date.and_hms_opt(number(time.get(..2)?)?, minute, 0)?.and_utc())
}

fn number(digits: &str) -> Option<u32> {
    // `parse` alone would take a sign.
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}
