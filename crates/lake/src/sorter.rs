//! Rows in any order to sorted files, one per day, in bounded memory.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use chrono::NaiveDate;

use crate::error::LakeError;
use crate::kway::{SortedRows, Source};
use crate::reader::{READ_ROWS, RowReader};
use crate::rows::TableRow;
use crate::writer::TableWriter;

/// Memory that rows of one table may take, about, before they are sorted and packed. Packed they
/// take a thirtieth.
pub(crate) const MAX_WEIGHT: usize = 256 << 20;

/// Collects rows by day. What it gives out depends on the rows alone, not on the order in which
/// they came or on when they were packed.
#[derive(Debug)]
pub(crate) struct Sorter<R> {
    days: BTreeMap<NaiveDate, Day<R>>,
    weight: usize,
    max_weight: usize,
}

#[derive(Debug)]
struct Day<R> {
    rows: Vec<R>,
    /// Sorted rows as Parquet, from when the memory was full.
    runs: Vec<Bytes>,
}

impl<R: TableRow> Sorter<R> {
    pub(crate) fn new(max_weight: usize) -> Self {
        Self { days: BTreeMap::new(), weight: 0, max_weight }
    }

    pub(crate) fn push(&mut self, date: NaiveDate, row: R) -> Result<(), LakeError> {
        self.weight = self.weight.saturating_add(row.weight());
        let day =
            self.days.entry(date).or_insert_with(|| Day { rows: Vec::new(), runs: Vec::new() });
        day.rows.push(row);
        if self.weight > self.max_weight { self.pack() } else { Ok(()) }
    }

    /// One file per day, the days in order.
    pub(crate) fn finish(
        self,
        engine: &str,
        parts: &BTreeSet<String>,
    ) -> Result<Vec<(NaiveDate, Vec<u8>)>, LakeError> {
        let days = self.days.into_iter();
        days.map(|(date, day)| Ok((date, day.finish(engine, parts)?))).collect()
    }

    fn pack(&mut self) -> Result<(), LakeError> {
        self.weight = 0;
        self.days.values_mut().try_for_each(Day::pack)
    }
}

impl<R: TableRow> Day<R> {
    fn pack(&mut self) -> Result<(), LakeError> {
        if !self.rows.is_empty() {
            let rows = std::mem::take(&mut self.rows);
            self.runs.push(Bytes::from(write_sorted(&rows, "", &BTreeSet::new())?));
        }
        Ok(())
    }

    fn finish(mut self, engine: &str, parts: &BTreeSet<String>) -> Result<Vec<u8>, LakeError> {
        if self.runs.is_empty() {
            return write_sorted(&self.rows, engine, parts);
        }
        self.pack()?;
        let rows = SortedRows::new(run_sources(self.runs)?)?;
        let mut writer = TableWriter::<R, _>::new(Vec::new(), engine, parts)?;
        for row in rows {
            writer.push(&row?)?;
        }
        writer.finish()
    }
}

fn run_sources<R: TableRow>(runs: Vec<Bytes>) -> Result<Vec<Source<R>>, LakeError> {
    let at_a_time = rows_at_a_time(runs.len());
    let sources = runs.into_iter().map(|run| {
        let rows = Box::new(RowReader::<R>::of_table(R::TABLE, run, at_a_time)?);
        Ok(Source { name: "rows in memory".to_owned(), rows })
    });
    sources.collect()
}

/// Rows decoded at a time from each of several files: together about as many as from one alone,
/// unless there are so many that each would come to next to nothing.
pub(crate) fn rows_at_a_time(files: usize) -> usize {
    READ_ROWS.checked_div(files).unwrap_or(READ_ROWS).max(256)
}

/// Sorts references: rows are large, and moving them is most of what sorting would cost.
pub(crate) fn write_sorted<R: TableRow>(
    rows: &[R],
    engine: &str,
    parts: &BTreeSet<String>,
) -> Result<Vec<u8>, LakeError> {
    let mut sorted: Vec<&R> = rows.iter().collect();
    sorted.sort_by(|one, other| one.order(other));
    let mut writer = TableWriter::<R, _>::new(Vec::new(), engine, parts)?;
    for row in sorted {
        writer.push(row)?;
    }
    writer.finish()
}
