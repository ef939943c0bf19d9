//! Calls to `usage`: what was asked for how often on one day.
//!
//! Counted while the calls of a merge pass by, each once, in their order: by account, principal and
//! action. So what is counted together comes together, and no more is held than one principal asks of
//! one action in a day, and of that no more than [`MOST_ALIKE`] different requests: a principal that
//! asks for more gets some rows twice, which add up.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

use analyzer::Call;
use chrono::{DateTime, Utc};

use crate::error::LakeError;
use crate::names::merged_name;
use crate::rows::{Alike, CallRow, UsageRow};
use crate::writer::TableWriter;

/// Most different requests of one principal and action that are held.
const MOST_ALIKE: usize = 10_000;

/// Counts calls into a file of `usage`.
#[derive(Debug)]
pub(crate) struct UsageWriter<W: Write + Send> {
    writer: TableWriter<UsageRow, W>,
    calls_file: Arc<str>,
    parts: u32,
    most_alike: usize,
    counts: BTreeMap<Alike, Count>,
}

#[derive(Debug)]
struct Count {
    calls: u64,
    first_seen: DateTime<Utc>,
    last_seen: DateTime<Utc>,
}

impl<W: Write + Send> UsageWriter<W> {
    /// Begins a file beside the merged file of calls that stands for these parts.
    pub(crate) fn new(out: W, engine: &str, parts: &BTreeSet<String>) -> Result<Self, LakeError> {
        Ok(Self {
            writer: TableWriter::new(out, engine, parts)?,
            calls_file: merged_name(parts).into(),
            parts: u32::try_from(parts.len()).unwrap_or(u32::MAX),
            most_alike: MOST_ALIKE,
            counts: BTreeMap::new(),
        })
    }

    /// Counts a call. They come in the order of their table.
    pub(crate) fn push(&mut self, row: &CallRow) -> Result<(), LakeError> {
        let alike = alike(row);
        let goes_on = self.counts.keys().next().is_none_or(|first| {
            first.account == alike.account
                && first.principal == alike.principal
                && first.action == alike.action
        });
        let is_full = self.counts.len() >= self.most_alike && !self.counts.contains_key(&alike);
        if !goes_on || is_full {
            self.flush()?;
        }
        let time = row.call.event_time;
        let first = Count { calls: 0, first_seen: time, last_seen: time };
        let count = self.counts.entry(alike).or_insert(first);
        count.calls = count.calls.saturating_add(1);
        count.first_seen = count.first_seen.min(time);
        count.last_seen = count.last_seen.max(time);
        Ok(())
    }

    /// Ends the file and gives the output back.
    pub(crate) fn finish(mut self) -> Result<W, LakeError> {
        self.flush()?;
        self.writer.finish()
    }

    fn flush(&mut self) -> Result<(), LakeError> {
        for (alike, Count { calls, first_seen, last_seen }) in std::mem::take(&mut self.counts) {
            let (calls_file, parts) = (Arc::clone(&self.calls_file), self.parts);
            let row = UsageRow { alike, calls, first_seen, last_seen, calls_file, parts };
            self.writer.push(&row)?;
        }
        Ok(())
    }
}

fn alike(row: &CallRow) -> Alike {
    let Call { account, principal, action, region, request_kind, via, .. } = &row.call;
    let Call { resources, context, instance_types, outcome, decision, .. } = &row.call;
    Alike {
        account: account.clone(),
        principal: principal.clone(),
        action: action.clone(),
        region: region.clone(),
        request_kind: *request_kind,
        via: via.clone(),
        resources: resources.clone(),
        context: context.clone(),
        instance_types: instance_types.clone(),
        outcome: *outcome,
        decision: decision.map(|decision| decision.as_str()),
        provenance: Arc::clone(&row.provenance),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::reader::RowReader;
    use crate::tests::samples::{at, call};

    /// What is counted, as `action resource calls first-last`, of calls given as action, resource and
    /// second.
    fn check(calls: &[(&str, &str, i64)], most_alike: usize, expected: &[&str]) {
        let parts = BTreeSet::from(["part-1".to_owned(), "part-2".to_owned()]);
        let mut writer = UsageWriter::new(Vec::new(), "0.1.0", &parts).unwrap();
        writer.most_alike = most_alike;
        for (action, resource, second) in calls {
            let mut row = call("e");
            row.call.action = (*action).to_owned();
            row.call.resources = vec![(*resource).to_owned()];
            row.call.event_time = at(*second);
            writer.push(&row).unwrap();
        }
        let rows = RowReader::<UsageRow>::open(Bytes::from(writer.finish().unwrap())).unwrap();
        let rows: Vec<String> = rows.map(|row| told(&row.unwrap(), &parts)).collect();
        assert_eq!(rows, expected);
    }

    fn told(row: &UsageRow, parts: &BTreeSet<String>) -> String {
        assert_eq!((&*row.calls_file, row.parts), (merged_name(parts).as_str(), 2));
        let second = |time: DateTime<Utc>| time.signed_duration_since(at(0)).num_seconds();
        let (first, last) = (second(row.first_seen), second(row.last_seen));
        format!("{} {} {} {first}-{last}", row.alike.action, row.alike.resources[0], row.calls)
    }

    #[test]
    fn what_is_alike_is_counted_together() {
        let calls = [("a", "x", 1), ("a", "y", 2), ("a", "x", 3), ("b", "x", 0)];
        check(&calls, 10, &["a x 2 1-3", "a y 1 2-2", "b x 1 0-0"]);
        check(&[], 10, &[]);
    }

    #[test]
    fn what_is_too_much_to_hold_comes_in_rows_that_add_up() {
        let calls = [("a", "x", 1), ("a", "y", 2), ("a", "x", 3)];
        check(&calls, 1, &["a x 1 1-1", "a y 1 2-2", "a x 1 3-3"]);
    }
}
