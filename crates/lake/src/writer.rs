//! Rows to a Parquet file.

use std::collections::BTreeSet;
use std::io::Write;

use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use crate::encode::RowEncoder;
use crate::error::LakeError;
use crate::rows::TableRow;
use crate::schema::{META_ENGINE, META_PARTS, META_SCHEMA};

/// Most rows of a row group. Rows are sorted, so a query that names an account or a principal reads a
/// few of many small ones; larger ones compress three in a hundred better, and cost memory.
pub const ROW_GROUP_ROWS: usize = 20_000;

/// Most bytes of a row group as far as they are encoded: ordinary groups stay far below, rows of
/// absurd size do not fill the memory.
const ROW_GROUP_BYTES: usize = 128 << 20;

/// Rows are handed to Parquet in chunks of so many.
const CHUNK_ROWS: usize = 8192;

/// A chunk ends early above so many bytes of text. Arrow counts them with 31 bits.
const CHUNK_BYTES: usize = 16 << 20;

/// What files say wrote them: the same for every version, which has metadata of its own, and in the
/// form that readers parse to learn about bugs of old writers.
const CREATED_BY: &str = "driftline version 1 (build 0)";

/// Columns without repetition: a dictionary would only be built to be thrown away.
const UNIQUE: [&str; 2] = ["event_id", "record_hash"];

/// Columns that are looked up by one value.
const LOOKED_UP: [&str; 2] = ["event_id", "principal"];

/// Of files that are scratch: rows of a page and of a group, bytes of the distinct values of a column.
const SCRATCH_PAGE_ROWS: usize = 512;
const SCRATCH_GROUP_ROWS: usize = 16_384;
const SCRATCH_DICTIONARY: usize = 64 << 10;

/// Writes rows of one table to a Parquet file, holding no more than a row group of them.
///
/// The same rows in the same order give the same bytes.
#[derive(Debug)]
pub struct TableWriter<R: TableRow, W: Write + Send> {
    encoder: RowEncoder,
    parquet: ArrowWriter<W>,
    rows: u64,
    row: std::marker::PhantomData<fn(&R)>,
}

impl<R: TableRow, W: Write + Send> TableWriter<R, W> {
    /// Begins a file.
    ///
    /// `engine` is the version of the engine that writes, `parts` the names of the parts that the
    /// file stands for.
    ///
    /// # Errors
    /// [`LakeError::Write`] when `out` refuses.
    pub fn new(out: W, engine: &str, parts: &BTreeSet<String>) -> Result<Self, LakeError> {
        Self::with_properties(out, properties(metadata::<R>(engine, parts)))
    }

    /// Begins a file that is read once, from its beginning to its end, beside many others.
    pub(crate) fn scratch(out: W) -> Result<Self, LakeError> {
        Self::with_properties(out, scratch_properties(metadata::<R>("", &BTreeSet::new())))
    }

    fn with_properties(out: W, properties: WriterProperties) -> Result<Self, LakeError> {
        let options = ArrowWriterOptions::new()
            .with_properties(properties)
            // The Parquet types say it all, to every engine alike.
            .with_skip_arrow_metadata(true)
            .with_schema_root(R::TABLE.to_string());
        let parquet = ArrowWriter::try_new_with_options(out, R::TABLE.arrow_schema(), options);
        Ok(Self {
            encoder: RowEncoder::new(R::TABLE),
            parquet: parquet.map_err(failed::<R>)?,
            rows: 0,
            row: std::marker::PhantomData,
        })
    }

    /// Appends a row. The caller keeps them in order.
    ///
    /// # Errors
    /// [`LakeError::Write`] when the output refuses.
    pub fn push(&mut self, row: &R) -> Result<(), LakeError> {
        row.write(&mut self.encoder);
        self.encoder.end_row()?;
        self.rows = self.rows.saturating_add(1);
        let full = self.encoder.rows() >= CHUNK_ROWS || self.encoder.bytes() >= CHUNK_BYTES;
        if full { self.flush() } else { Ok(()) }
    }

    /// Rows so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Ends the file and gives the output back.
    ///
    /// # Errors
    /// [`LakeError::Write`] when the output refuses.
    pub fn finish(mut self) -> Result<W, LakeError> {
        self.flush()?;
        self.parquet.into_inner().map_err(failed::<R>)
    }

    fn flush(&mut self) -> Result<(), LakeError> {
        let batch = self.encoder.take()?;
        self.parquet.write(&batch).map_err(failed::<R>)
    }
}

fn failed<R: TableRow>(source: ParquetError) -> LakeError {
    LakeError::Write { table: R::TABLE, source }
}

fn metadata<R: TableRow>(engine: &str, parts: &BTreeSet<String>) -> Vec<KeyValue> {
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    vec![
        KeyValue::new(META_SCHEMA.to_owned(), R::TABLE.schema_name()),
        KeyValue::new(META_ENGINE.to_owned(), engine.to_owned()),
        KeyValue::new(META_PARTS.to_owned(), parts.join(",")),
    ]
}

fn properties(metadata: Vec<KeyValue>) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_key_value_metadata(Some(metadata))
        // Level 1, the default: level 3 costs a third more time and saves nothing on such rows.
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_max_row_group_bytes(Some(ROW_GROUP_BYTES));
    for name in UNIQUE {
        properties = properties.set_column_dictionary_enabled(path(name), false);
    }
    for name in LOOKED_UP {
        properties = properties.set_column_bloom_filter_enabled(path(name), true);
    }
    properties.build()
}

/// Nothing to look rows up by, and small pages as they are: a reader holds one of each column, and what
/// inflates them would take more memory than they do.
fn scratch_properties(metadata: Vec<KeyValue>) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_key_value_metadata(Some(metadata))
        .set_compression(Compression::UNCOMPRESSED)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_data_page_row_count_limit(SCRATCH_PAGE_ROWS)
        .set_write_batch_size(SCRATCH_PAGE_ROWS)
        .set_dictionary_page_size_limit(SCRATCH_DICTIONARY)
        .set_max_row_group_row_count(Some(SCRATCH_GROUP_ROWS));
    for name in UNIQUE {
        properties = properties.set_column_dictionary_enabled(path(name), false);
    }
    properties.build()
}

fn path(column: &str) -> ColumnPath {
    ColumnPath::from(column)
}
