//! Times: a W3C profile of ISO 8601 (<https://www.w3.org/TR/NOTE-datetime>), or seconds since 1970.
//! Four digits alone are a year. A time without a zone is read as UTC.

/// A moment: seconds since 1970, and the digits of the fraction without closing zeros.
pub(crate) type Moment = (i64, String);

/// Reads a time.
pub(crate) fn read(text: &str) -> Option<Moment> {
    if text.len() != 4 && number(text).is_some() {
        return Some((number(text)?, String::new()));
    }
    match text.split_once('T') {
        None => Some((day(text)?, String::new())),
        Some((date, time)) => {
            // A time of day needs a day.
            (date.split('-').count() == 3).then_some(())?;
            let (clock, offset) = zone(time)?;
            let (seconds, fraction) = of_day(clock)?;
            Some((day(date)?.checked_add(seconds)?.checked_sub(offset)?, fraction))
        }
    }
}

fn number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

/// A number of exactly so many digits within bounds.
fn part(text: &str, length: usize, from: i64, to: i64) -> Option<i64> {
    let number = (text.len() == length).then(|| number(text))??;
    (from..=to).contains(&number).then_some(number)
}

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`: the second at which that day begins.
fn day(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let year = part(parts.next()?, 4, 0, 9999)?;
    let month = parts.next().map_or(Some(1), |text| part(text, 2, 1, 12))?;
    let last = *months(year).get(usize::try_from(month).ok()?.checked_sub(1)?)?;
    let day = parts.next().map_or(Some(1), |text| part(text, 2, 1, last))?;
    if parts.next().is_some() {
        return None;
    }
    let mut days = before_year(year)?.checked_sub(before_year(1970)?)?;
    for length in months(year).into_iter().take(usize::try_from(month).ok()?.checked_sub(1)?) {
        days = days.checked_add(length)?;
    }
    days.checked_add(day)?.checked_sub(1)?.checked_mul(86_400)
}

fn leap(year: i64) -> bool {
    let divides = |by| year.checked_rem(by) == Some(0);
    divides(4) && (!divides(100) || divides(400))
}

fn months(year: i64) -> [i64; 12] {
    let february = if leap(year) { 29 } else { 28 };
    [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}

/// Days from the year 0 to the first of January.
fn before_year(year: i64) -> Option<i64> {
    let years = (0..year).filter(|year| leap(*year)).count();
    year.checked_mul(365)?.checked_add(i64::try_from(years).ok()?)
}

/// A time of day apart from its zone, and how many seconds that is ahead of UTC.
fn zone(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix('Z') {
        return Some((clock, 0));
    }
    let (clock, offset, sign) = match (time.split_once('+'), time.split_once('-')) {
        (Some((clock, offset)), _) => (clock, offset, 1_i64),
        (None, Some((clock, offset))) => (clock, offset, -1),
        (None, None) => return Some((time, 0)),
    };
    let (hours, minutes) = offset.split_once(':')?;
    Some((clock, sign.checked_mul(seconds(hours, minutes)?)?))
}

fn seconds(hours: &str, minutes: &str) -> Option<i64> {
    let minutes = part(minutes, 2, 0, 59)?;
    part(hours, 2, 0, 23)?.checked_mul(60)?.checked_add(minutes)?.checked_mul(60)
}

/// `hh:mm`, `hh:mm:ss` or `hh:mm:ss.s…`.
fn of_day(clock: &str) -> Option<(i64, String)> {
    let (hours, rest) = clock.split_once(':')?;
    let Some((minutes, rest)) = rest.split_once(':') else {
        return Some((seconds(hours, rest)?, String::new()));
    };
    let (whole, fraction) = match rest.split_once('.') {
        Some((whole, fraction)) => (whole, number(fraction).map(|_| fraction)?),
        None => (rest, ""),
    };
    let seconds = seconds(hours, minutes)?.checked_add(part(whole, 2, 0, 59)?)?;
    Some((seconds, fraction.trim_end_matches('0').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn forms_of_one_moment() {
        for text in [
            "2024",
            "2024-01",
            "2024-01-01",
            "2024-01-01T00:00Z",
            "2024-01-01T00:00:00.000Z",
            "2024-01-01T02:30:00+02:30",
            "2023-12-31T23:00-01:00",
            "2024-01-01T00:00:00",
            "1704067200",
        ] {
            assert_eq!(read(text), Some((1_704_067_200, String::new())), "{text}");
        }
        assert_eq!(read("2024-02-29T00:00:00.50Z"), Some((1_709_164_800, "5".to_owned())));
    }

    #[test]
    fn other_texts_are_no_times() {
        for text in ["", "2023-02-29", "2024-13", "2024-1", "2024T00:00Z", "12:00", "soon"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
