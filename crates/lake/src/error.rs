//! What can go wrong between rows and files.

use parquet::errors::ParquetError;

use crate::schema::Table;

/// Why rows could not be written, or files not be read.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// Rows could not be written.
    #[error("cannot write a file of table `{table}`")]
    Write {
        /// The table.
        table: Table,
        /// What the Parquet writer said: mostly what the disk said.
        #[source]
        source: ParquetError,
    },
    /// Rows could not be put aside, nor be read again.
    #[error("cannot put rows of table `{table}` aside")]
    Scratch {
        /// The table.
        table: Table,
        /// What the place for them said.
        #[source]
        source: std::io::Error,
    },
    /// What could not be read could not be written down.
    #[error("cannot write the quarantine")]
    Quarantine(#[source] std::io::Error),
    /// A file is no Parquet, is damaged, or could not be read.
    #[error("cannot read a file of table `{table}`")]
    Read {
        /// The table it was taken for.
        table: Table,
        /// What the Parquet reader said.
        #[source]
        source: ParquetError,
    },
    /// A file of another table.
    #[error("a file of table `{expected}` was wanted, this one says `{found}`")]
    OtherTable {
        /// The table wanted.
        expected: Table,
        /// What the metadata of the file says.
        found: String,
    },
    /// A file lacks a column that every row has.
    #[error("column `{column}` of table `{table}` is missing")]
    MissingColumn {
        /// The table.
        table: Table,
        /// The column.
        column: &'static str,
    },
    /// A column has a type that cannot stand for the one promised.
    #[error("column `{column}` of table `{table}` has type `{found}`")]
    ColumnType {
        /// The table.
        table: Table,
        /// The column.
        column: &'static str,
        /// Its type in the file, as Arrow spells it.
        found: String,
    },
    /// A row lacks a value that every row has.
    #[error("column `{column}` of table `{table}` has a row without a value")]
    MissingValue {
        /// The table.
        table: Table,
        /// The column.
        column: &'static str,
    },
    /// A value that this version has no word for.
    #[error("unknown value `{}` in column `{column}` of table `{table}`", value.escape_debug())]
    UnknownValue {
        /// The table.
        table: Table,
        /// The column.
        column: &'static str,
        /// The value.
        value: String,
    },
    /// The rows of a file are not in the order of its table, so it cannot be merged.
    #[error("the rows of `{}` are not sorted", name.escape_debug())]
    Unsorted {
        /// The file.
        name: String,
    },
    /// A file does not hold what was written to it.
    #[error("`{}` was written with {written} rows and has {found}", name.escape_debug())]
    NotAsWritten {
        /// The file.
        name: String,
        /// Rows that were written.
        written: u64,
        /// Rows that are there.
        found: u64,
    },
    /// One of several files could not be read.
    #[error("cannot merge `{}`", name.escape_debug())]
    Input {
        /// The file.
        name: String,
        /// Why.
        #[source]
        source: Box<LakeError>,
    },
    /// The counts of an object leave records unaccounted for. A bug of ours.
    #[error(
        "`{}`: {read} records read, but {accounted} evaluated, out of scope or quarantined \
         (this is a bug of driftline, please report it)",
        object.escape_debug()
    )]
    Unbalanced {
        /// The object.
        object: String,
        /// Records read.
        read: u64,
        /// The sum of the others.
        accounted: u64,
    },
    /// The rows of an object were judged by others than those of its batch. A bug of ours.
    #[error(
        "`{}` was judged by another policy set or engine than its batch \
         (this is a bug of driftline, please report it)",
        object.escape_debug()
    )]
    MixedJudgements {
        /// The object.
        object: String,
    },
    /// Rows and columns do not go together. A bug of ours.
    #[error("table `{table}`: {detail} (this is a bug of driftline, please report it)")]
    Internal {
        /// The table.
        table: Table,
        /// What does not.
        detail: String,
    },
}
