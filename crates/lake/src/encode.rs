//! Rows to Arrow: cells are appended column by column, in the order of the table's columns.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, BooleanBuilder, Int32Builder, Int64Builder, ListBuilder, MapBuilder,
    MapFieldNames, RecordBatch, StringBuilder, TimestampMillisecondBuilder,
};
use arrow::datatypes::{DataType, SchemaRef};
use chrono::{DateTime, Utc};

use crate::error::LakeError;
use crate::provenance::Provenance;
use crate::schema::{self, Column, ColumnType, Table};

/// Collects rows of one table until they are taken as a batch.
///
/// Cells carry the name of their column, so that a row and the columns of its table cannot drift
/// apart unnoticed: the first mismatch is kept and reported at the end of the row.
#[derive(Debug)]
pub struct RowEncoder {
    table: Table,
    schema: SchemaRef,
    columns: Vec<(&'static Column, Cells)>,
    /// Index of the column that the next cell is for.
    next: usize,
    rows: usize,
    bytes: usize,
    fault: Option<String>,
}

#[derive(Debug)]
enum Cells {
    Text(StringBuilder),
    Integer(Int32Builder),
    Long(Int64Builder),
    Boolean(BooleanBuilder),
    Timestamp(TimestampMillisecondBuilder),
    TextList(ListBuilder<StringBuilder>),
    TextListMap(Box<MapBuilder<StringBuilder, ListBuilder<StringBuilder>>>),
}

impl RowEncoder {
    pub(crate) fn new(table: Table) -> Self {
        let columns = table.columns().iter().map(|column| (column, Cells::new(column.kind)));
        Self {
            table,
            schema: table.arrow_schema(),
            columns: columns.collect(),
            next: 0,
            rows: 0,
            bytes: 0,
            fault: None,
        }
    }

    /// Rows waiting.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes of text waiting, about.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn text(&mut self, name: &'static str, value: &str) {
        self.optional_text(name, Some(value));
    }

    pub(crate) fn optional_text(&mut self, name: &'static str, value: Option<&str>) {
        self.weigh(value.map_or(0, str::len));
        match self.column(name) {
            Some(Cells::Text(cells)) => cells.append_option(value),
            _ => self.refuse(name),
        }
    }

    /// A count of 32 bits; what does not fit counts as the largest.
    pub(crate) fn integer(&mut self, name: &'static str, value: u32) {
        match self.column(name) {
            Some(Cells::Integer(cells)) => {
                cells.append_value(i32::try_from(value).unwrap_or(i32::MAX));
            }
            _ => self.refuse(name),
        }
    }

    /// A count of 64 bits; what does not fit counts as the largest.
    pub(crate) fn long(&mut self, name: &'static str, value: u64) {
        match self.column(name) {
            Some(Cells::Long(cells)) => {
                cells.append_value(i64::try_from(value).unwrap_or(i64::MAX));
            }
            _ => self.refuse(name),
        }
    }

    pub(crate) fn boolean(&mut self, name: &'static str, value: bool) {
        self.optional_boolean(name, Some(value));
    }

    pub(crate) fn optional_boolean(&mut self, name: &'static str, value: Option<bool>) {
        match self.column(name) {
            Some(Cells::Boolean(cells)) => cells.append_option(value),
            _ => self.refuse(name),
        }
    }

    pub(crate) fn time(&mut self, name: &'static str, value: Option<DateTime<Utc>>) {
        match self.column(name) {
            Some(Cells::Timestamp(cells)) => {
                cells.append_option(value.map(|time| time.timestamp_millis()));
            }
            _ => self.refuse(name),
        }
    }

    pub(crate) fn texts(&mut self, name: &'static str, values: &[String]) {
        self.weigh(weight(values));
        match self.column(name) {
            Some(Cells::TextList(cells)) => append_list(cells, values),
            _ => self.refuse(name),
        }
    }

    pub(crate) fn map(&mut self, name: &'static str, entries: &[(String, Vec<String>)]) {
        for (key, values) in entries {
            self.weigh(key.len().saturating_add(weight(values)));
        }
        match self.column(name) {
            Some(Cells::TextListMap(cells)) => {
                let fault = append_map(cells, entries).err();
                self.fault = self.fault.take().or(fault);
            }
            _ => self.refuse(name),
        }
    }

    /// The last columns of most tables.
    pub(crate) fn judged_by(&mut self, provenance: &Provenance) {
        self.text("policy_set", &provenance.policy_set);
        self.long("revision", provenance.revision);
        self.text("verdict_hash", &provenance.verdict_hash);
        self.text("engine", &provenance.engine);
    }

    /// Closes a row.
    pub(crate) fn end_row(&mut self) -> Result<(), LakeError> {
        let complete = self.next == self.columns.len();
        let fault = self.fault.take().or((!complete).then(|| "a row has too few cells".to_owned()));
        if let Some(detail) = fault {
            return Err(LakeError::Internal { table: self.table, detail });
        }
        self.next = 0;
        self.rows = self.rows.saturating_add(1);
        Ok(())
    }

    /// The rows so far; the encoder is empty again.
    pub(crate) fn take(&mut self) -> Result<RecordBatch, LakeError> {
        self.rows = 0;
        self.bytes = 0;
        let arrays = self.columns.iter_mut().map(|(_, cells)| cells.finish()).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays);
        batch.map_err(|error| LakeError::Internal { table: self.table, detail: error.to_string() })
    }

    /// The cells of the next column, if that is its name.
    fn column(&mut self, name: &'static str) -> Option<&mut Cells> {
        let (column, cells) = self.columns.get_mut(self.next)?;
        self.next = self.next.saturating_add(1);
        (column.name == name).then_some(cells)
    }

    fn refuse(&mut self, name: &'static str) {
        self.fault.get_or_insert_with(|| format!("column `{name}` is of another type or place"));
    }

    fn weigh(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

fn weight(values: &[String]) -> usize {
    values.iter().fold(0, |sum: usize, value| sum.saturating_add(value.len()))
}

impl Cells {
    fn new(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Text => Self::Text(StringBuilder::new()),
            ColumnType::Integer => Self::Integer(Int32Builder::new()),
            ColumnType::Long => Self::Long(Int64Builder::new()),
            ColumnType::Boolean => Self::Boolean(BooleanBuilder::new()),
            ColumnType::Timestamp => Self::Timestamp(
                TimestampMillisecondBuilder::new().with_data_type(kind.arrow(&DataType::Utf8)),
            ),
            ColumnType::TextList => Self::TextList(list_builder()),
            ColumnType::TextListMap => Self::TextListMap(Box::new(map_builder())),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(cells) => ArrayBuilder::finish(cells),
            Self::Integer(cells) => ArrayBuilder::finish(cells),
            Self::Long(cells) => ArrayBuilder::finish(cells),
            Self::Boolean(cells) => ArrayBuilder::finish(cells),
            Self::Timestamp(cells) => ArrayBuilder::finish(cells),
            Self::TextList(cells) => ArrayBuilder::finish(cells),
            Self::TextListMap(cells) => ArrayBuilder::finish(cells.as_mut()),
        }
    }
}

fn list_builder() -> ListBuilder<StringBuilder> {
    ListBuilder::new(StringBuilder::new()).with_field(schema::element_field(&DataType::Utf8))
}

fn map_builder() -> MapBuilder<StringBuilder, ListBuilder<StringBuilder>> {
    let names = MapFieldNames {
        entry: schema::ENTRIES.to_owned(),
        key: schema::KEY.to_owned(),
        value: schema::VALUE.to_owned(),
    };
    MapBuilder::new(Some(names), StringBuilder::new(), list_builder())
        .with_keys_field(schema::key_field(&DataType::Utf8))
        .with_values_field(schema::value_field(&DataType::Utf8))
}

fn append_list(cells: &mut ListBuilder<StringBuilder>, values: &[String]) {
    for value in values {
        cells.values().append_value(value);
    }
    cells.append(true);
}

fn append_map(
    cells: &mut MapBuilder<StringBuilder, ListBuilder<StringBuilder>>,
    entries: &[(String, Vec<String>)],
) -> Result<(), String> {
    // Readers refuse a map that has a key twice: the first one counts.
    let mut seen = HashSet::new();
    for (key, values) in entries.iter().filter(|(key, _)| seen.insert(key.as_str())) {
        cells.keys().append_value(key);
        append_list(cells.values(), values);
    }
    cells.append(true).map_err(|error| error.to_string())
}
