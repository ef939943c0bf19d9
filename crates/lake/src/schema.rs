//! What the tables hold: names, types and meaning of every column.
//!
//! Columns are promises. They are only ever added, at the end and nullable, so that old readers
//! take new files and new readers old ones. Everything that speaks of columns (the files, table
//! definitions, reference pages) is made from the constants here.
//!
//! The Parquet forms are the ones that Athena, DuckDB and Arrow all read: times as `INT64` millis
//! in UTC, the child of a list named `element`, the entries of a map named `key_value` with `key`
//! and `value`.

mod calls;
mod findings;
mod objects;
mod resolutions;
mod resource_facts;
mod shared;
mod usage;

use std::fmt;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef, TimeUnit};
use chrono::NaiveDate;

/// Name of the file metadata that holds table and version, such as `calls/1`.
pub const META_SCHEMA: &str = "driftline.schema";
/// Name of the file metadata that holds the version of the engine that wrote the file.
pub const META_ENGINE: &str = "driftline.engine";
/// Name of the file metadata that holds the parts a file stands for: sorted, divided by commas.
pub const META_PARTS: &str = "driftline.parts";

/// A table of the lake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// One row per judged request.
    Calls,
    /// One row per judged request and kind of drift.
    Findings,
    /// The ledger: one row per input object.
    Objects,
    /// What records say about resources.
    ResourceFacts,
    /// Calls that facts about resources settle.
    Resolutions,
    /// What is found of these calls.
    ResolvedFindings,
    /// What was asked for how often, per day.
    Usage,
}

impl Table {
    /// Every table, in the order of the declaration.
    pub const ALL: [Self; 7] = [
        Self::Calls,
        Self::Findings,
        Self::Objects,
        Self::ResourceFacts,
        Self::Resolutions,
        Self::ResolvedFindings,
        Self::Usage,
    ];

    /// Its name: that of its folder too.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Findings => "findings",
            Self::Objects => "objects",
            Self::ResourceFacts => "resource_facts",
            Self::Resolutions => "resolutions",
            Self::ResolvedFindings => "resolved_findings",
            Self::Usage => "usage",
        }
    }

    /// What its rows are, in one sentence.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Calls => "Requests that IAM authorised or refused, with what the target says.",
            Self::Findings => "Drift, one row per request and code.",
            Self::Objects => "The ledger: what became of the records of each input object.",
            Self::ResourceFacts => "What records say about resources: tags, properties, their end.",
            Self::Resolutions => "Calls that what other records say settles, judged again.",
            Self::ResolvedFindings => {
                "Drift of the calls in `resolutions`, in the columns of `findings`."
            }
            Self::Usage => "What was asked for how often, per day: written by merging.",
        }
    }

    /// Version of its columns.
    #[must_use]
    pub const fn version(self) -> u32 {
        match self {
            Self::Calls
            | Self::Findings
            | Self::Objects
            | Self::ResourceFacts
            | Self::Resolutions
            | Self::ResolvedFindings
            | Self::Usage => 1,
        }
    }

    /// Its columns, in order.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Calls => calls::COLUMNS,
            Self::Findings | Self::ResolvedFindings => findings::COLUMNS,
            Self::Objects => objects::COLUMNS,
            Self::ResourceFacts => resource_facts::COLUMNS,
            Self::Resolutions => resolutions::COLUMNS,
            Self::Usage => usage::COLUMNS,
        }
    }

    /// What [`META_SCHEMA`] says of its files.
    #[must_use]
    pub fn schema_name(self) -> String {
        format!("{}/{}", self.as_str(), self.version())
    }

    /// The Arrow schema that its files are written with.
    #[must_use]
    pub fn arrow_schema(self) -> SchemaRef {
        Arc::new(Schema::new(self.columns().iter().map(Column::field).collect::<Vec<_>>()))
    }

    /// Where a file of one day stands, below the root of the lake.
    #[must_use]
    pub fn path(self, date: NaiveDate, file_name: &str) -> String {
        format!("{}/{}/{file_name}", self.as_str(), partition(date))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The folder of one day.
pub(crate) fn partition(date: NaiveDate) -> String {
    format!("dt={}", date.format("%Y-%m-%d"))
}

/// A column: a name, a type and a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnType,
    /// Whether a row may lack it, and a file too.
    pub nullable: bool,
    /// What it means.
    pub about: &'static str,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnType {
    /// UTF-8 text.
    Text,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    Long,
    /// True or false.
    Boolean,
    /// Milliseconds since 1970, in UTC.
    Timestamp,
    /// A list of texts.
    TextList,
    /// Lists of texts by text.
    TextListMap,
}

impl Column {
    /// A column that every row has.
    const fn required(name: &'static str, kind: ColumnType, about: &'static str) -> Self {
        Self { name, kind, nullable: false, about }
    }

    /// A column that may be null.
    const fn optional(name: &'static str, kind: ColumnType, about: &'static str) -> Self {
        Self { name, kind, nullable: true, about }
    }

    fn field(&self) -> Field {
        Field::new(self.name, self.kind.arrow(&DataType::Utf8), self.nullable)
    }
}

impl ColumnType {
    /// The Arrow type, with the given type for texts.
    pub(crate) fn arrow(self, text: &DataType) -> DataType {
        match self {
            Self::Text => text.clone(),
            Self::Integer => DataType::Int32,
            Self::Long => DataType::Int64,
            Self::Boolean => DataType::Boolean,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            Self::TextList => DataType::List(element_field(text)),
            Self::TextListMap => DataType::Map(entries_field(text), false),
        }
    }
}

/// Names of the inner fields; other engines look for these.
pub(crate) const ELEMENT: &str = "element";
pub(crate) const ENTRIES: &str = "key_value";
pub(crate) const KEY: &str = "key";
pub(crate) const VALUE: &str = "value";

pub(crate) fn element_field(text: &DataType) -> FieldRef {
    Arc::new(Field::new(ELEMENT, text.clone(), false))
}

pub(crate) fn key_field(text: &DataType) -> FieldRef {
    Arc::new(Field::new(KEY, text.clone(), false))
}

pub(crate) fn value_field(text: &DataType) -> FieldRef {
    Arc::new(Field::new(VALUE, DataType::List(element_field(text)), false))
}

fn entries_field(text: &DataType) -> FieldRef {
    let entry = DataType::Struct([key_field(text), value_field(text)].into_iter().collect());
    Arc::new(Field::new(ENTRIES, entry, false))
}
