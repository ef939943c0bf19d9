//! The files that are merged, opened as often as it takes.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::Result as ParquetResult;
use parquet::file::reader::{ChunkReader, Length};

use crate::error::LakeError;
use crate::kway::{SortedRows, Source};
use crate::names::stem;
use crate::reader::{RowReader, file_info};
use crate::rows::TableRow;
use crate::schema::Table;
use crate::scratch::Scratch;
use crate::sorter::{FAN_IN, put_rows_aside, rows_at_a_time, source_of_scratch};

/// A file to merge.
#[derive(Clone, Debug)]
pub struct MergeInput<F> {
    /// Its name in the folder of its day.
    pub name: String,
    /// What to read it from.
    pub file: F,
}

/// A file that is read more than once.
pub(super) type Opened<F> = MergeInput<Shared<F>>;

/// The parts that files stand for, and how many rows they have together.
pub(super) fn about<F: ChunkReader + 'static>(
    table: Table,
    inputs: &[Opened<F>],
) -> Result<(BTreeSet<String>, u64), LakeError> {
    let (mut parts, mut rows) = (BTreeSet::new(), 0_u64);
    for input in inputs {
        let (mut own, more) = input.about(table).map_err(|error| input.failed(error))?;
        parts.append(&mut own);
        rows = rows.saturating_add(more);
    }
    Ok((parts, rows))
}

/// The rows of files, in order. Where the files are too many to be read side by side, groups of them
/// are made one each, put aside. No row goes away here.
pub(super) fn open<R: TableRow, F: ChunkReader + 'static, S: Scratch>(
    inputs: &[Opened<F>],
    scratch: &S,
) -> Result<Vec<Source<R>>, LakeError> {
    let at_a_time = rows_at_a_time(inputs.len().min(FAN_IN));
    if inputs.len() <= FAN_IN {
        return inputs.iter().map(|input| input.open(at_a_time)).collect();
    }
    let groups = inputs.chunks(inputs.len().div_ceil(FAN_IN));
    let sources = groups.map(|group| {
        let rows = SortedRows::new(open::<R, F, S>(group, scratch)?, R::order)?;
        source_of_scratch(put_rows_aside(scratch, rows)?, at_a_time)
    });
    sources.collect()
}

impl<F: ChunkReader + 'static> Opened<F> {
    fn open<R: TableRow>(&self, rows_at_a_time: usize) -> Result<Source<R>, LakeError> {
        let rows = RowReader::<R>::of_table(R::TABLE, self.file.clone(), rows_at_a_time);
        let rows = Box::new(rows.map_err(|error| self.failed(error))?);
        Ok(Source { name: self.name.clone(), rows })
    }

    /// The parts it stands for (itself, where it does not say), and its rows.
    fn about(&self, table: Table) -> Result<(BTreeSet<String>, u64), LakeError> {
        let info = file_info(table, &self.file)?;
        let parts = info.parts.unwrap_or_else(|| BTreeSet::from([stem(&self.name).to_owned()]));
        Ok((parts, info.rows))
    }

    pub(super) fn failed(&self, error: LakeError) -> LakeError {
        LakeError::Input { name: self.name.clone(), source: Box::new(error) }
    }
}

/// A file that several readers share.
#[derive(Debug)]
pub(crate) struct Shared<F>(Arc<F>);

impl<F> Shared<F> {
    pub(crate) fn new(file: F) -> Self {
        Self(Arc::new(file))
    }
}

pub(super) fn share<F>(inputs: Vec<MergeInput<F>>) -> Vec<Opened<F>> {
    let inputs = inputs.into_iter();
    inputs.map(|MergeInput { name, file }| MergeInput { name, file: Shared::new(file) }).collect()
}

impl<F> Clone for Shared<F> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<F: Length> Length for Shared<F> {
    fn len(&self) -> u64 {
        self.0.len()
    }
}

impl<F: ChunkReader> ChunkReader for Shared<F> {
    type T = F::T;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        self.0.get_read(start)
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        self.0.get_bytes(start, length)
    }
}
