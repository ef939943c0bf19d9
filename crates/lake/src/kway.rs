//! Several sorted streams of rows to one.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use crate::error::LakeError;
use crate::rows::TableRow;

/// Sorted rows from one place.
pub(crate) struct Source<R> {
    /// What to call it in errors.
    pub(crate) name: String,
    pub(crate) rows: Box<dyn Iterator<Item = Result<R, LakeError>>>,
}

impl<R> Source<R> {
    fn next(&mut self) -> Result<Option<R>, LakeError> {
        self.rows
            .next()
            .transpose()
            .map_err(|error| LakeError::Input { name: self.name.clone(), source: Box::new(error) })
    }
}

/// How rows are compared.
pub(crate) type Order<R> = fn(&R, &R) -> Ordering;

/// The rows of several sources in order. It holds one row of each, and ends with the first error.
pub(crate) struct SortedRows<R> {
    sources: Vec<Source<R>>,
    heads: BinaryHeap<Head<R>>,
}

/// The next row of a source. The greatest is the one that comes first.
struct Head<R> {
    row: Box<R>,
    source: usize,
    order: Order<R>,
}

impl<R: TableRow> SortedRows<R> {
    /// Of sources that are each in this order.
    pub(crate) fn new(mut sources: Vec<Source<R>>, order: Order<R>) -> Result<Self, LakeError> {
        let mut heads = BinaryHeap::with_capacity(sources.len());
        for (source, rows) in sources.iter_mut().enumerate() {
            if let Some(row) = rows.next()? {
                heads.push(Head { row: Box::new(row), source, order });
            }
        }
        Ok(Self { sources, heads })
    }

    fn next_row(&mut self) -> Result<Option<R>, LakeError> {
        let Some(mut head) = self.heads.peek_mut() else { return Ok(None) };
        let Some(source) = self.sources.get_mut(head.source) else { return Ok(None) };
        let row = match source.next()? {
            Some(next) if (head.order)(&next, &head.row).is_lt() => {
                return Err(LakeError::Unsorted { name: source.name.clone() });
            }
            Some(next) => std::mem::replace(&mut head.row, Box::new(next)),
            None => PeekMut::pop(head).row,
        };
        Ok(Some(*row))
    }
}

impl<R: TableRow> Iterator for SortedRows<R> {
    type Item = Result<R, LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.next_row();
        if row.is_err() {
            self.heads.clear();
        }
        row.transpose()
    }
}

impl<R: TableRow> Ord for Head<R> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.order)(&other.row, &self.row).then_with(|| other.source.cmp(&self.source))
    }
}

impl<R: TableRow> PartialOrd for Head<R> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<R: TableRow> PartialEq for Head<R> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<R: TableRow> Eq for Head<R> {}
