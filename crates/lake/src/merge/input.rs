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
use crate::sorter::rows_at_a_time;
use crate::writer::TableWriter;

/// Most files that are open at a time. More are merged in groups first, in memory, packed.
const FAN_IN: usize = 64;

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

/// The parts that files stand for.
pub(super) fn parts_of<F: ChunkReader + 'static>(
    table: Table,
    inputs: &[Opened<F>],
) -> Result<BTreeSet<String>, LakeError> {
    let mut parts = BTreeSet::new();
    for input in inputs {
        parts.append(&mut input.parts(table).map_err(|error| input.failed(error))?);
    }
    Ok(parts)
}

/// Opens files, and packs groups of them into one each where they are too many.
pub(super) fn open<R: TableRow, F: ChunkReader + 'static>(
    inputs: &[Opened<F>],
) -> Result<Vec<Source<R>>, LakeError> {
    if inputs.len() <= FAN_IN {
        let at_a_time = rows_at_a_time(inputs.len());
        return inputs.iter().map(|input| input.open(at_a_time)).collect();
    }
    inputs.chunks(inputs.len().div_ceil(FAN_IN)).map(pack).collect()
}

/// Merges files into one in memory. No row goes away here.
fn pack<R: TableRow, F: ChunkReader + 'static>(
    inputs: &[Opened<F>],
) -> Result<Source<R>, LakeError> {
    let mut writer = TableWriter::<R, _>::new(Vec::new(), "", &BTreeSet::new())?;
    for row in SortedRows::<R>::new(open(inputs)?)? {
        writer.push(&row?)?;
    }
    let packed = MergeInput {
        name: "rows in memory".to_owned(),
        file: Shared::new(Bytes::from(writer.finish()?)),
    };
    packed.open(rows_at_a_time(FAN_IN))
}

impl<F: ChunkReader + 'static> Opened<F> {
    fn open<R: TableRow>(&self, rows_at_a_time: usize) -> Result<Source<R>, LakeError> {
        let rows = RowReader::<R>::of_table(R::TABLE, self.file.clone(), rows_at_a_time);
        let rows = Box::new(rows.map_err(|error| self.failed(error))?);
        Ok(Source { name: self.name.clone(), rows })
    }

    /// The parts it stands for: itself, where it does not say.
    fn parts(&self, table: Table) -> Result<BTreeSet<String>, LakeError> {
        let said = file_info(table, &self.file)?.parts;
        Ok(said.unwrap_or_else(|| BTreeSet::from([stem(&self.name).to_owned()])))
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
