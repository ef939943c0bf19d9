//! From the ledger to which logs were read.

use std::collections::HashSet;

use analyzer::resolve::{Coverage, Place, ReadLog};
use chrono::{DateTime, NaiveDate, Utc};

use crate::rows::ObjectRow;

/// Takes the rows of the ledger that lie in the folder of a date.
///
/// An object that CloudTrail delivered is about its account and region, and about the day of its
/// delivery. Of any other only its events tell: it is taken for whole between the oldest and the
/// newest, for the account and region of its calls, if these are of one. What a filter left out was
/// not read, and an object with something unreadable in it was not read whole, unless it was later.
pub fn cover(coverage: &mut Coverage, rows: &[ObjectRow], date: NaiveDate) {
    let whole = rows.iter().filter(|row| is_whole(row)).map(|row| row.object.as_str());
    let whole: HashSet<&str> = whole.collect();
    for row in rows {
        if is_whole(row) || !whole.contains(row.object.as_str()) {
            cover_object(coverage, row, date);
        }
    }
}

fn is_whole(row: &ObjectRow) -> bool {
    !row.object_quarantined && row.quarantined == 0
}

fn cover_object(coverage: &mut Coverage, row: &ObjectRow, date: NaiveDate) {
    let whole = is_whole(row);
    let place = Place { account: row.account.clone(), region: row.region.clone() };
    let day = |time: Option<DateTime<Utc>>| time.map_or(date, |time| time.date_naive());
    let days = match row.delivered_at {
        None if !whole => return coverage.spoil(place),
        // It tells neither where its records are from nor that they are all.
        None if row.evaluated == 0 => return,
        None => (day(row.oldest_event), day(row.newest_event)),
        Some(delivered) if whole => (delivered.date_naive(), delivered.date_naive()),
        // Its first records may be of the day before.
        Some(delivered) => {
            let last = delivered.date_naive();
            (last.pred_opt().unwrap_or(last), last)
        }
    };
    let log = ReadLog { place, days, newest: row.newest_event, whole };
    let Some(filter) = row.filter.as_deref().filter(|_| whole) else { return coverage.add(&log) };
    let oldest = day(row.oldest_event);
    if let Some(end) = starts(filter).filter(|from| oldest < *from).and_then(|from| from.pred_opt())
    {
        // What it holds of the days before was left out.
        coverage.add(&ReadLog { days: (oldest, end), whole: false, ..log.clone() });
    }
    if let Some(log) = within(filter, log) {
        coverage.add(&log);
    }
}

/// The first day that a filter lets through.
fn starts(filter: &str) -> Option<NaiveDate> {
    filter.split(' ').find_map(|part| part.strip_prefix("from=")?.parse().ok())
}

/// What of a log a filter lets through; nothing for one that is not understood.
fn within(filter: &str, mut log: ReadLog) -> Option<ReadLog> {
    for part in filter.split(' ') {
        let (name, value) = part.split_once('=')?;
        let narrow = |own: &mut Option<String>| {
            let fits = own.as_deref().is_none_or(|own| own == value);
            fits.then(|| *own = Some(value.to_owned()))
        };
        match name {
            "from" => log.days.0 = log.days.0.max(value.parse().ok()?),
            "to" => {
                let last: NaiveDate = value.parse().ok()?;
                log.days.1 = log.days.1.min(last.pred_opt()?);
            }
            "account" => narrow(&mut log.place.account)?,
            "region" => narrow(&mut log.place.region)?,
            _ => return None,
        }
    }
    (log.days.0 <= log.days.1).then_some(log)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::samples::{at, object};

    fn check(change: impl FnOnce(&mut ObjectRow), wanted: &str) {
        let mut row = object("a");
        row.oldest_event = Some(at(-86_400));
        row.newest_event = Some(at(86_400));
        row.evaluated = 1;
        change(&mut row);
        let mut coverage = Coverage::default();
        cover(&mut coverage, &[row], at(0).date_naive());
        let told: Vec<String> =
            coverage.lines().into_iter().map(|(day, line)| format!("{day} {line}")).collect();
        assert_eq!(told.join("; "), wanted);
    }

    #[test]
    fn the_ledger_tells_what_was_read() {
        check(|_| {}, "2026-05-31 read * *; 2026-06-01 read * *; 2026-06-02 read * *");
        let keyed = |row: &mut ObjectRow| {
            row.delivered_at = Some(at(0));
            row.account = Some("1".to_owned());
            row.region = Some("r".to_owned());
        };
        check(keyed, "2026-06-01 read 1 r");
        let filtered = |filter: &str| {
            let filter = filter.to_owned();
            move |row: &mut ObjectRow| row.filter = Some(filter)
        };
        check(
            filtered("from=2026-06-01 to=2026-06-02"),
            "2026-05-31 broken * *; 2026-06-01 read * *",
        );
        check(filtered("to=2026-06-01 region=r"), "2026-05-31 read * r");
        check(
            filtered("from=2026-06-03"),
            "2026-05-31 broken * *; 2026-06-01 broken * *; 2026-06-02 broken * *",
        );
        check(|row| row.evaluated = 0, "");
        check(filtered("other=x"), "");
        check(
            |row| {
                keyed(row);
                row.filter = Some("account=2".to_owned());
            },
            "",
        );
        check(
            |row| {
                keyed(row);
                (row.quarantined, row.filter) = (1, Some("from=2026-06-03".to_owned()));
            },
            "2026-05-31 broken 1 r; 2026-06-01 broken 1 r",
        );
        let spoilt = format!("{} spoilt * *", NaiveDate::MIN);
        check(|row| row.object_quarantined = true, &spoilt);
    }
}
