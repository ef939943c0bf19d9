//! Time in the samples: thirty days of May 2026, to the second, without a clock.

use std::fmt;

/// The days the trail covers: 2026-05-01 (a Friday) to 2026-05-30.
pub(super) const DAYS: std::ops::RangeInclusive<u64> = 1..=30;

/// Nothing happens later in a day, so that each day's file can be delivered before midnight.
const LAST_SECOND: u64 = 23 * 3600 + 50 * 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment {
    pub(super) day: u64,
    second: u64,
}

impl Moment {
    pub(super) fn new(day: u64, hour: u64, minute: u64) -> Self {
        let second = hour.saturating_mul(3600).saturating_add(minute.saturating_mul(60));
        Self { day, second: second.min(LAST_SECOND) }
    }

    /// Later on the same day.
    pub(super) fn after(self, seconds: u64) -> Self {
        Self { second: self.second.saturating_add(seconds).min(LAST_SECOND), ..self }
    }

    /// Earlier on the same day.
    pub(super) fn before(self, seconds: u64) -> Self {
        Self { second: self.second.saturating_sub(seconds), ..self }
    }

    fn hour_and_minute(self) -> (u64, u64) {
        (self.second / 3600, self.second / 60 % 60)
    }

    /// For a table of one month: day and time.
    pub(super) fn short(self) -> String {
        let (hour, minute) = self.hour_and_minute();
        format!("{:02} {hour:02}:{minute:02}", self.day)
    }
}

/// As in `eventTime`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute) = self.hour_and_minute();
        let second = self.second % 60;
        write!(f, "2026-05-{:02}T{hour:02}:{minute:02}:{second:02}Z", self.day)
    }
}

pub(super) fn is_weekend(day: u64) -> bool {
    matches!(day % 7, 2 | 3)
}
