//! Which logs were read: per account, region and day.
//!
//! What is known of a resource at one moment holds at a later one only if nothing happened in
//! between, and that nobody saw anything says so only if everything was looked at.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Days, NaiveDate, Utc};

/// An account and a region; `None` stands for all.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The account.
    pub account: Option<String>,
    /// The region.
    pub region: Option<String>,
}

impl Place {
    fn covers(&self, account: &str, region: &str) -> bool {
        self.account.as_deref().is_none_or(|own| own == account)
            && self.region.as_deref().is_none_or(|own| own == region)
    }
}

/// What was read of one object of logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadLog {
    /// Whose records it holds.
    pub place: Place,
    /// The first day and the last.
    pub days: (NaiveDate, NaiveDate),
    /// The newest time of its events.
    pub newest: Option<DateTime<Utc>>,
    /// Whether all of it could be read.
    pub whole: bool,
}

/// Which logs were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    read: BTreeMap<NaiveDate, BTreeSet<Place>>,
    broken: BTreeMap<NaiveDate, BTreeSet<Place>>,
    /// Where something is unreadable whose day nobody knows.
    spoilt: BTreeSet<Place>,
    newest: BTreeMap<Place, i64>,
}

/// Days that one object may span; what claims more says nothing.
const MOST_DAYS: u64 = 4_000;

/// Log files arrive within so many seconds, and in no order.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html>
pub(super) const DELIVERY: i64 = 900;

impl Coverage {
    /// Takes what was read of an object.
    pub fn add(&mut self, log: &ReadLog) {
        let (first, last) = log.days;
        let days = (0..MOST_DAYS).map_while(|after| first.checked_add_days(Days::new(after)));
        let list = if log.whole { &mut self.read } else { &mut self.broken };
        for day in days.take_while(|day| *day <= last) {
            list.entry(day).or_default().insert(log.place.clone());
        }
        if let Some(newest) = log.newest {
            let known = self.newest.entry(log.place.clone()).or_insert(i64::MIN);
            *known = newest.timestamp().max(*known);
        }
    }

    /// Takes note that something is unreadable which may be of any day.
    pub fn spoil(&mut self, place: Place) {
        self.spoilt.insert(place);
    }

    /// What is told of each day, in order: to tell one coverage from another.
    #[must_use]
    pub fn lines(&self) -> Vec<(NaiveDate, String)> {
        let lines = |list: &BTreeMap<NaiveDate, BTreeSet<Place>>, what: &str| {
            let places =
                list.iter().flat_map(|(day, places)| places.iter().map(move |place| (*day, place)));
            let any = |part: &Option<String>| part.clone().unwrap_or_else(|| "*".to_owned());
            let line =
                |place: &Place| format!("{what} {} {}", any(&place.account), any(&place.region));
            places.map(|(day, place)| (day, line(place))).collect::<Vec<_>>()
        };
        let spoilt = BTreeMap::from([(NaiveDate::MIN, self.spoilt.clone())]);
        let mut all =
            [lines(&self.read, "read"), lines(&self.broken, "broken"), lines(&spoilt, "spoilt")]
                .concat();
        all.sort();
        all
    }

    /// The newest time of the logs of each place, as text.
    #[must_use]
    pub fn reach(&self) -> String {
        format!("{:?}", self.newest)
    }

    /// Whether the logs of each of these days were read, all of them, as far as can be told: a file
    /// that never came is not missed on a day of which others did.
    pub(super) fn is_whole(
        &self,
        account: &str,
        region: &str,
        first: NaiveDate,
        last: NaiveDate,
    ) -> bool {
        let has = |list: &BTreeMap<NaiveDate, BTreeSet<Place>>, day: &NaiveDate| {
            let places = list.get(day).into_iter().flatten();
            places.clone().any(|place| place.covers(account, region))
        };
        let known = first.checked_add_days(Days::new(MOST_DAYS)).is_some_and(|end| last < end);
        let spoilt = self.spoilt.iter().any(|place| place.covers(account, region));
        let days = (0..MOST_DAYS).map_while(|after| first.checked_add_days(Days::new(after)));
        let mut days = days.take_while(|day| *day <= last);
        known && !spoilt && days.all(|day| has(&self.read, &day) && !has(&self.broken, &day))
    }

    /// Whether the logs reach a moment.
    pub(super) fn reaches(&self, account: &str, region: &str, second: i64) -> bool {
        let own = self.newest.iter().filter(|(place, _)| place.covers(account, region));
        own.map(|(_, newest)| *newest).max() >= Some(second.saturating_add(DELIVERY))
    }
}

/// Answers of [`Coverage::is_whole`], which are asked for again and again.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked(HashMap<(String, String, NaiveDate, NaiveDate), bool>);

impl Asked {
    pub(super) fn is_whole(
        &mut self,
        coverage: &Coverage,
        (account, region): (&str, &str),
        first: NaiveDate,
        last: NaiveDate,
    ) -> bool {
        let key = (account.to_owned(), region.to_owned(), first, last);
        *self.0.entry(key).or_insert_with(|| coverage.is_whole(account, region, first, last))
    }
}
