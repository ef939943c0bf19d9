//! From the ledger to which logs were read.

use analyzer::resolve::{Coverage, Place, ReadLog};
use chrono::NaiveDate;

use crate::rows::ObjectRow;

/// Takes a row of the ledger, which lies in the folder of a date.
///
/// An object that CloudTrail delivered is about its account and region, and about the day of its
/// delivery; of any other only its events tell. What a filter left out was not read, and an object
/// with something unreadable in it was not read whole.
pub fn cover(coverage: &mut Coverage, row: &ObjectRow, date: NaiveDate) {
    let days = match row.delivered_at {
        Some(delivered_at) => (delivered_at.date_naive(), delivered_at.date_naive()),
        None => {
            let day = |time: Option<chrono::DateTime<chrono::Utc>>| {
                time.map_or(date, |time| time.date_naive())
            };
            (day(row.oldest_event), day(row.newest_event))
        }
    };
    let whole = !row.object_quarantined && row.quarantined == 0;
    let place = Place { account: row.account.clone(), region: row.region.clone() };
    let log = ReadLog { place, days, newest: row.newest_event, whole };
    // What is broken is so whatever was asked for.
    match row.filter.as_deref().filter(|_| whole) {
        None => coverage.add(&log),
        Some(filter) => {
            if let Some(log) = within(filter, log) {
                coverage.add(&log);
            }
        }
    }
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
        change(&mut row);
        let mut coverage = Coverage::default();
        cover(&mut coverage, &row, at(0).date_naive());
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
        check(filtered("from=2026-06-01 to=2026-06-02"), "2026-06-01 read * *");
        check(filtered("to=2026-06-01 region=r"), "2026-05-31 read * r");
        check(filtered("from=2026-06-03"), "");
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
            "2026-06-01 broken 1 r",
        );
        check(
            |row| row.object_quarantined = true,
            "2026-05-31 broken * *; 2026-06-01 broken * *; 2026-06-02 broken * *",
        );
    }
}
