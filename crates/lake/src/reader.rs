//! A Parquet file to rows, by the names of its columns.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::ChunkReader;

use crate::decode::{RowDecoder, Shared};
use crate::error::LakeError;
use crate::rows::{ReadRow, TableRow};
use crate::schema::{Column, META_ENGINE, META_PARTS, META_SCHEMA, Table};

/// Rows that are decoded at a time.
pub const READ_ROWS: usize = 8192;

/// What a file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileInfo {
    /// Table and version, such as `calls/1`; none for files that others wrote.
    pub schema: Option<String>,
    /// Version of the engine that wrote it.
    pub engine: Option<String>,
    /// Names of the parts it stands for; none for files that others wrote.
    pub parts: Option<BTreeSet<String>>,
    /// Its rows.
    pub rows: u64,
}

/// Reads what a file says of itself, not its rows.
///
/// # Errors
/// [`LakeError::Read`] when it is no Parquet; [`LakeError::OtherTable`] when it says that its rows
/// are another table's.
pub fn file_info<F: ChunkReader>(table: Table, file: &F) -> Result<FileInfo, LakeError> {
    let metadata = load(table, file)?;
    info(table, metadata.metadata())
}

/// Reads the rows of a file, a few at a time.
///
/// Columns that are not known are passed over, nullable ones that are missing read as null, and
/// types are converted where other engines write them differently. After an error there are no
/// more rows.
#[derive(Debug)]
pub struct RowReader<R> {
    table: Table,
    batches: ParquetRecordBatchReader,
    decoder: Option<RowDecoder>,
    info: FileInfo,
    failed: bool,
    row: std::marker::PhantomData<fn() -> R>,
}

impl<R: TableRow> RowReader<R> {
    /// Opens a file.
    ///
    /// # Errors
    /// [`LakeError::Read`] when it is no Parquet; [`LakeError::OtherTable`] when it says that its
    /// rows are another table's.
    pub fn open<F: ChunkReader + 'static>(file: F) -> Result<Self, LakeError> {
        Self::of_table(R::TABLE, file, READ_ROWS)
    }

    /// Opens a file for the rows at these positions, which are in order.
    pub(crate) fn of_rows<F: ChunkReader + 'static>(
        file: F,
        positions: &[usize],
    ) -> Result<Self, LakeError> {
        let metadata = load(R::TABLE, &file)?;
        let rows = metadata.metadata().file_metadata().num_rows();
        let ranges = positions.iter().map(|position| *position..position.saturating_add(1));
        let rows = usize::try_from(rows).unwrap_or_default();
        let selection = RowSelection::from_consecutive_ranges(ranges, rows);
        Self::build(R::TABLE, file, metadata, READ_ROWS, Some(selection))
    }
}

impl<R: ReadRow> RowReader<R> {
    /// Opens a file of a table whose rows share the columns of `R`.
    pub(crate) fn of_table<F: ChunkReader + 'static>(
        table: Table,
        file: F,
        rows_at_a_time: usize,
    ) -> Result<Self, LakeError> {
        let metadata = load(table, &file)?;
        Self::build(table, file, metadata, rows_at_a_time, None)
    }

    fn build<F: ChunkReader + 'static>(
        table: Table,
        file: F,
        metadata: ArrowReaderMetadata,
        rows_at_a_time: usize,
        selection: Option<RowSelection>,
    ) -> Result<Self, LakeError> {
        let info = info(table, metadata.metadata())?;
        let wanted = wanted::<R>(table).map(|column| column.name);
        let mask = projection(metadata.metadata(), &wanted.collect::<Vec<_>>());
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
            .with_projection(mask)
            .with_batch_size(rows_at_a_time);
        if let Some(selection) = selection {
            builder = builder.with_row_selection(selection);
        }
        let batches = builder.build().map_err(|source| LakeError::Read { table, source })?;
        let row = std::marker::PhantomData;
        Ok(Self { table, batches, decoder: None, info, failed: false, row })
    }

    /// What the file says of itself.
    #[must_use]
    pub fn info(&self) -> &FileInfo {
        &self.info
    }

    fn next_row(&mut self) -> Result<Option<R>, LakeError> {
        loop {
            if let Some(decoder) = self.decoder.as_mut().filter(|decoder| decoder.has_rows()) {
                let row = R::read(decoder)?;
                decoder.end_row();
                return Ok(Some(row));
            }
            let Some(batch) = self.batches.next() else { return Ok(None) };
            let batch = batch.map_err(|error| self.unreadable(error.into()))?;
            self.decode(&batch)?;
        }
    }

    fn decode(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        let shared = self.decoder.take().map_or_else(Shared::default, RowDecoder::into_shared);
        let columns = wanted::<R>(self.table);
        self.decoder = Some(RowDecoder::new(self.table, columns, batch, shared)?);
        Ok(())
    }

    fn unreadable(&self, source: ParquetError) -> LakeError {
        LakeError::Read { table: self.table, source }
    }
}

impl<R: ReadRow> Iterator for RowReader<R> {
    type Item = Result<R, LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let row = self.next_row();
        self.failed = row.is_err();
        row.transpose()
    }
}

fn wanted<R: ReadRow>(table: Table) -> impl Iterator<Item = &'static Column> {
    table.columns().iter().filter(|column| R::wants(column))
}

/// Reads the footer, and asks for texts as views: these share the bytes of a page, so that a batch
/// costs what its pages cost, and no count of 31 bits can run over.
fn load<F: ChunkReader>(table: Table, file: &F) -> Result<ArrowReaderMetadata, LakeError> {
    let unreadable = |source| LakeError::Read { table, source };
    // Hints for Arrow in the metadata may ask for types we do not expect; the Parquet ones rule.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let plain = ArrowReaderMetadata::load(file, options).map_err(unreadable)?;
    if !is_sound(plain.metadata(), file.len()) {
        let outside = "a column chunk lies outside of the file";
        return Err(unreadable(ParquetError::General(outside.to_owned())));
    }
    let views = ArrowReaderOptions::new().with_schema(with_views(plain.schema()));
    ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), views).map_err(unreadable)
}

/// Whether all column chunks lie in the file: where a footer is damaged, the reader of Parquet
/// takes that for granted and panics.
fn is_sound(metadata: &ParquetMetaData, file_length: u64) -> bool {
    let mut chunks = metadata.row_groups().iter().flat_map(RowGroupMetaData::columns);
    chunks.all(|chunk| {
        let data = chunk.data_page_offset();
        let start = chunk.dictionary_page_offset().map_or(data, |dictionary| dictionary.min(data));
        let end = start.checked_add(chunk.compressed_size());
        let end = end.and_then(|end| u64::try_from(end).ok());
        start >= 0 && chunk.compressed_size() >= 0 && end.is_some_and(|end| end <= file_length)
    })
}

fn with_views(schema: &Schema) -> SchemaRef {
    Arc::new(Schema::new(schema.fields().iter().map(view_field).collect::<Vec<_>>()))
}

fn view_field(field: &FieldRef) -> FieldRef {
    let kind = match field.data_type() {
        DataType::Utf8 => DataType::Utf8View,
        DataType::List(element) => DataType::List(view_field(element)),
        DataType::Map(entries, sorted) => DataType::Map(view_field(entries), *sorted),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(view_field).collect()),
        other => other.clone(),
    };
    Arc::new(Field::clone(field).with_data_type(kind))
}

fn projection(metadata: &ParquetMetaData, names: &[&str]) -> ProjectionMask {
    let schema = metadata.file_metadata().schema_descr();
    let roots = schema.root_schema().get_fields().iter().enumerate();
    let known = roots.filter(|(_, field)| names.contains(&field.name())).map(|(index, _)| index);
    ProjectionMask::roots(schema, known)
}

fn info(table: Table, metadata: &ParquetMetaData) -> Result<FileInfo, LakeError> {
    let file = metadata.file_metadata();
    let value = |name: &str| {
        let mut pairs = file.key_value_metadata()?.iter();
        pairs.find(|pair| pair.key == name)?.value.clone()
    };
    let info = FileInfo {
        schema: value(META_SCHEMA),
        engine: value(META_ENGINE),
        parts: value(META_PARTS).as_deref().map(parts),
        rows: u64::try_from(file.num_rows()).unwrap_or_default(),
    };
    match &info.schema {
        Some(schema) if !names(schema, table) => {
            Err(LakeError::OtherTable { expected: table, found: schema.clone() })
        }
        _ => Ok(info),
    }
}

fn parts(list: &str) -> BTreeSet<String> {
    list.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Whether `calls/1` is about calls. Versions only add columns, so any will do.
fn names(schema: &str, table: Table) -> bool {
    schema.split('/').next() == Some(table.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::samples::{call, write};

    #[test]
    fn chunks_lie_in_the_file() {
        let file = write(&[call("a")]);
        let metadata = load(Table::Calls, &file).unwrap();
        let chunks = metadata.metadata().row_group(0).columns();
        let data: i64 = chunks.iter().map(|chunk| chunk.compressed_size()).sum();
        // The magic number comes before them.
        let end = u64::try_from(data).unwrap().saturating_add(4);
        assert!(is_sound(metadata.metadata(), end));
        assert!(!is_sound(metadata.metadata(), end.saturating_sub(1)));
    }
}
