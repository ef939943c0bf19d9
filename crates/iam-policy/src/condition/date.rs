//! Dates as condition values.
//!
//! "One of the W3C implementations of the ISO 8601 date formats", or seconds since the epoch:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use chrono::{DateTime, NaiveDate, NaiveDateTime};

/// A date in milliseconds since the epoch.
///
/// Four digits alone are a year: nobody means the first hour of 1970.
pub(crate) fn parse_date(text: &str) -> Option<i64> {
    usual(text).or_else(|| parse_any(text))
}

/// The form that AWS itself writes, `2026-01-01T00:00:00Z`, which nearly all dates have. Nothing for
/// any other, a leap second included.
fn usual(text: &str) -> Option<i64> {
    let &[
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
        b'Z',
    ] = text.as_bytes()
    else {
        return None;
    };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u32::from(byte & 0x0f));
    let two = |tens, ones| Some(digit(tens)?.saturating_mul(10).saturating_add(digit(ones)?));
    let year = two(y1, y2)?.saturating_mul(100).saturating_add(two(y3, y4)?);
    let day = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, two(m1, m2)?, two(d1, d2)?)?;
    let moment = day.and_hms_opt(two(h1, h2)?, two(n1, n2)?, two(s1, s2)?)?;
    Some(moment.and_utc().timestamp_millis())
}

fn parse_any(text: &str) -> Option<i64> {
    if let Ok(date) = DateTime::parse_from_rfc3339(text) {
        return Some(date.timestamp_millis());
    }
    let all_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits && !is_year(text) {
        return text.parse::<i64>().ok()?.checked_mul(1000);
    }
    let midnight = |day: NaiveDate| day.and_hms_opt(0, 0, 0);
    let minutes = text.strip_suffix('Z').unwrap_or(text);
    let start = match text.len() {
        4 => midnight(NaiveDate::from_ymd_opt(text.parse().ok()?, 1, 1)?),
        7 => midnight(NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()?),
        10 => midnight(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?),
        _ => {
            if let Ok(date) = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%:z") {
                return Some(date.timestamp_millis());
            }
            // Without a zone it is UTC.
            let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%.f"];
            formats.iter().find_map(|form| NaiveDateTime::parse_from_str(minutes, form).ok())
        }
    };
    start.map(|start| start.and_utc().timestamp_millis())
}

/// Four digits: a year, or seconds.
pub(crate) fn is_year(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the text names a moment to the second, or counts seconds.
pub(crate) fn is_exact(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
        || DateTime::parse_from_rfc3339(text).is_ok()
        || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_iso_or_epoch_seconds() {
        let start_of_2024 = Some(1_704_067_200_000);
        for (text, exact) in [
            ("2024-01-01T00:00:00Z", true),
            ("2024-01-01T01:00:00+01:00", true),
            ("1704067200", true),
            ("2024-01-01", false),
            ("2024-01", false),
            ("2024", true),
            ("2024-01-01T00:00Z", false),
            ("2024-01-01T00:00", false),
            ("2024-01-01T00:00:00", true),
            ("2024-01-01T01:00+01:00", false),
        ] {
            assert_eq!(parse_date(text), start_of_2024, "{text}");
            assert_eq!(is_exact(text), exact, "{text}");
        }
        for (text, millis) in [
            ("2023-12-31T23:59:60Z", start_of_2024),
            ("0000-01-01T00:00:00Z", parse_any("0000-01-01T00:00:00Z")),
            ("2024-02-30T00:00:00Z", None),
            ("2024-01-01T24:00:00Z", None),
            ("2024-01-0aT00:00:00Z", None),
        ] {
            assert_eq!((parse_date(text), parse_any(text)), (millis, millis), "{text}");
        }
        for text in ["", "soon", "2024-13-01", "99999999999999999999"] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }
}
