//! Rows in any order to sorted ones, in bounded memory.

use std::cmp::Ordering;

use chrono::NaiveDate;
use parquet::file::reader::ChunkReader;

use crate::error::LakeError;
use crate::kway::{Order, SortedRows, Source};
use crate::reader::{READ_ROWS, RowReader};
use crate::rows::TableRow;
use crate::scratch::Scratch;
use crate::writer::TableWriter;

/// Memory that rows of one table may take, about, before they are sorted and put aside.
pub(crate) const MAX_WEIGHT: usize = 8 << 20;

/// Most files that are read side by side: each costs some megabytes of pages and rows. Where there are
/// more, some are made one first.
pub(crate) const FAN_IN: usize = 8;

/// A row that tells the day of its file.
pub(crate) trait DatedRow: TableRow {
    /// The day it belongs to.
    fn date(&self) -> NaiveDate;

    /// By day, then as in a file.
    fn by_day(&self, other: &Self) -> Ordering {
        self.date().cmp(&other.date()).then_with(|| self.order(other))
    }
}

/// Collects rows. What it gives out depends on the rows alone, not on the order in which they came or
/// on when some were put aside.
#[derive(Debug)]
pub(crate) struct Sorter<R, S: Scratch> {
    order: Order<R>,
    rows: Vec<R>,
    /// Sorted rows, from when the memory was full; of [`FAN_IN`] files one of the next level is made.
    runs: Vec<Vec<S::File>>,
    weight: usize,
    max_weight: usize,
}

impl<R: TableRow, S: Scratch> Sorter<R, S> {
    /// A sorter by this order, which rows that are written and read again still have.
    pub(crate) fn new(order: Order<R>, max_weight: usize) -> Self {
        Self { order, rows: Vec::new(), runs: Vec::new(), weight: 0, max_weight }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.runs.is_empty()
    }

    pub(crate) fn push(&mut self, row: R, scratch: &S) -> Result<(), LakeError> {
        self.weight = self.weight.saturating_add(row.weight());
        self.rows.push(row);
        if self.weight > self.max_weight { self.pack(scratch) } else { Ok(()) }
    }

    /// Hands on all rows, in order.
    pub(crate) fn finish<E: From<LakeError>>(
        mut self,
        scratch: &S,
        mut take: impl FnMut(&R) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.runs.is_empty() {
            return sorted(&self.rows, self.order).into_iter().try_for_each(take);
        }
        self.pack(scratch)?;
        self.rows = Vec::new();
        let runs = self.runs.into_iter().flatten().collect();
        for row in SortedRows::new(run_sources(runs)?, self.order)? {
            take(&row?)?;
        }
        Ok(())
    }

    /// Puts the rows aside.
    fn pack(&mut self, scratch: &S) -> Result<(), LakeError> {
        self.weight = 0;
        if self.rows.is_empty() {
            return Ok(());
        }
        let mut rows = sorted(&self.rows, self.order).into_iter();
        let mut run = put_aside(scratch, |writer| rows.try_for_each(|row| writer.push(row)))?;
        self.rows.clear();
        for level in &mut self.runs {
            level.push(run);
            if level.len() < FAN_IN {
                return Ok(());
            }
            let rows = SortedRows::new(run_sources(std::mem::take(level))?, self.order)?;
            run = put_rows_aside(scratch, rows)?;
        }
        self.runs.push(vec![run]);
        Ok(())
    }
}

/// Writes rows to a file of their own, as they come.
pub(crate) fn put_rows_aside<R: TableRow, S: Scratch>(
    scratch: &S,
    rows: SortedRows<R>,
) -> Result<S::File, LakeError> {
    put_aside(scratch, |writer| {
        for row in rows {
            writer.push(&row?)?;
        }
        Ok(())
    })
}

fn put_aside<R: TableRow, S: Scratch>(
    scratch: &S,
    write: impl FnOnce(&mut TableWriter<R, S::Out>) -> Result<(), LakeError>,
) -> Result<S::File, LakeError> {
    let failed = |source| LakeError::Scratch { table: R::TABLE, source };
    let mut writer = TableWriter::<R, _>::scratch(scratch.create().map_err(failed)?)?;
    write(&mut writer)?;
    scratch.read(writer.finish()?).map_err(failed)
}

fn run_sources<R: TableRow, F: ChunkReader + 'static>(
    runs: Vec<F>,
) -> Result<Vec<Source<R>>, LakeError> {
    let at_a_time = rows_at_a_time(runs.len());
    runs.into_iter().map(|run| source_of_scratch(run, at_a_time)).collect()
}

/// The rows of a file that was put aside.
pub(crate) fn source_of_scratch<R: TableRow, F: ChunkReader + 'static>(
    file: F,
    rows_at_a_time: usize,
) -> Result<Source<R>, LakeError> {
    let rows = Box::new(RowReader::<R>::of_table(R::TABLE, file, rows_at_a_time)?);
    Ok(Source { name: "rows put aside".to_owned(), rows })
}

/// Rows decoded at a time from each of several files: together about as many as from one alone,
/// unless there are so many that each would come to next to nothing.
pub(crate) fn rows_at_a_time(files: usize) -> usize {
    READ_ROWS.checked_div(files).unwrap_or(READ_ROWS).max(256)
}

/// Sorts references: rows are large, and moving them is most of what sorting would cost.
pub(crate) fn sorted<R>(rows: &[R], order: Order<R>) -> Vec<&R> {
    let mut sorted: Vec<&R> = rows.iter().collect();
    sorted.sort_by(|one, other| order(one, other));
    sorted
}
