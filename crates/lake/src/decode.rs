//! Arrow to rows: the mirror of `encode`.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int32Array, Int64Array, ListArray, MapArray,
    RecordBatch, StringViewArray, TimestampMillisecondArray, new_null_array,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type, Int64Type, TimestampMillisecondType};
use chrono::{DateTime, Utc};

use crate::error::LakeError;
use crate::provenance::Provenance;
use crate::schema::{Column, ColumnType, Table};

/// Gives out the cells of a batch, row by row, in the order of the wanted columns.
#[derive(Debug)]
pub struct RowDecoder {
    table: Table,
    columns: Vec<(&'static Column, Cells)>,
    rows: usize,
    row: usize,
    /// Index of the column that the next cell is from.
    next: usize,
    last: Shared,
}

/// What neighbouring rows mostly have in common.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    provenance: Option<Arc<Provenance>>,
    source_object: Option<Arc<str>>,
}

#[derive(Debug)]
enum Cells {
    Text(StringViewArray),
    Integer(Int32Array),
    Long(Int64Array),
    Boolean(BooleanArray),
    Timestamp(TimestampMillisecondArray),
    TextList(ListArray),
    TextListMap(MapArray),
}

impl RowDecoder {
    pub(crate) fn new(
        table: Table,
        columns: impl Iterator<Item = &'static Column>,
        batch: &RecordBatch,
        last: Shared,
    ) -> Result<Self, LakeError> {
        let columns = columns.map(|column| Ok((column, cells(table, column, batch)?)));
        let columns = columns.collect::<Result<_, LakeError>>()?;
        Ok(Self { table, columns, rows: batch.num_rows(), row: 0, next: 0, last })
    }

    pub(crate) fn has_rows(&self) -> bool {
        self.row < self.rows
    }

    pub(crate) fn end_row(&mut self) {
        self.row = self.row.saturating_add(1);
        self.next = 0;
    }

    pub(crate) fn into_shared(self) -> Shared {
        self.last
    }

    pub(crate) fn text(&mut self, name: &'static str) -> Result<String, LakeError> {
        self.str(name).map(str::to_owned)
    }

    pub(crate) fn optional_text(
        &mut self,
        name: &'static str,
    ) -> Result<Option<String>, LakeError> {
        let row = self.row;
        match self.column(name)? {
            Cells::Text(cells) => Ok(text_at(cells, row).map(str::to_owned)),
            _ => self.refuse(name),
        }
    }

    pub(crate) fn integer(&mut self, name: &'static str) -> Result<u32, LakeError> {
        let row = self.row;
        match self.column(name)? {
            Cells::Integer(cells) if cells.is_valid(row) => {
                Ok(u32::try_from(cells.value(row)).unwrap_or_default())
            }
            Cells::Integer(_) => self.missing(name),
            _ => self.refuse(name),
        }
    }

    pub(crate) fn long(&mut self, name: &'static str) -> Result<u64, LakeError> {
        let row = self.row;
        match self.column(name)? {
            Cells::Long(cells) if cells.is_valid(row) => {
                Ok(u64::try_from(cells.value(row)).unwrap_or_default())
            }
            Cells::Long(_) => self.missing(name),
            _ => self.refuse(name),
        }
    }

    pub(crate) fn boolean(&mut self, name: &'static str) -> Result<bool, LakeError> {
        match self.optional_boolean(name)? {
            Some(value) => Ok(value),
            None => self.missing(name),
        }
    }

    pub(crate) fn optional_boolean(
        &mut self,
        name: &'static str,
    ) -> Result<Option<bool>, LakeError> {
        let row = self.row;
        match self.column(name)? {
            Cells::Boolean(cells) => Ok(cells.is_valid(row).then(|| cells.value(row))),
            _ => self.refuse(name),
        }
    }

    pub(crate) fn time(&mut self, name: &'static str) -> Result<DateTime<Utc>, LakeError> {
        match self.optional_time(name)? {
            Some(time) => Ok(time),
            None => self.missing(name),
        }
    }

    pub(crate) fn optional_time(
        &mut self,
        name: &'static str,
    ) -> Result<Option<DateTime<Utc>>, LakeError> {
        let row = self.row;
        match self.column(name)? {
            Cells::Timestamp(cells) if cells.is_valid(row) => {
                Ok(DateTime::from_timestamp_millis(cells.value(row)))
            }
            Cells::Timestamp(_) => Ok(None),
            _ => self.refuse(name),
        }
    }

    pub(crate) fn texts(&mut self, name: &'static str) -> Result<Vec<String>, LakeError> {
        let row = self.row;
        match self.column(name)? {
            Cells::TextList(cells) => Ok(list_at(cells, row)),
            _ => self.refuse(name),
        }
    }

    pub(crate) fn map(
        &mut self,
        name: &'static str,
    ) -> Result<Vec<(String, Vec<String>)>, LakeError> {
        let row = self.row;
        match self.column(name)? {
            Cells::TextListMap(cells) => Ok(map_at(cells, row)),
            _ => self.refuse(name),
        }
    }

    /// A text with few values, through the function that knows them.
    pub(crate) fn word<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, LakeError> {
        let table = self.table;
        let text = self.str(name)?;
        parse(text).ok_or_else(|| unknown(table, name, text))
    }

    /// As [`Self::word`], for a column that may be null.
    pub(crate) fn optional_word<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, LakeError> {
        let (table, row) = (self.table, self.row);
        match self.column(name)? {
            Cells::Text(cells) => {
                let text = text_at(cells, row);
                text.map(|text| parse(text).ok_or_else(|| unknown(table, name, text))).transpose()
            }
            _ => self.refuse(name),
        }
    }

    /// The name of an object, shared with the row before where it is the same.
    pub(crate) fn source_object(&mut self, name: &'static str) -> Result<Arc<str>, LakeError> {
        let last = self.last.source_object.take();
        let text = self.str(name)?;
        let shared = last.filter(|last| **last == *text).unwrap_or_else(|| Arc::from(text));
        self.last.source_object = Some(Arc::clone(&shared));
        Ok(shared)
    }

    /// The last columns of most tables.
    pub(crate) fn judged_by(&mut self) -> Result<Arc<Provenance>, LakeError> {
        let provenance = Provenance {
            policy_set: self.text("policy_set")?,
            revision: self.long("revision")?,
            verdict_hash: self.text("verdict_hash")?,
            engine: self.text("engine")?,
        };
        Ok(self.share(provenance))
    }

    /// One provenance for all neighbours that have it.
    pub(crate) fn share(&mut self, provenance: Provenance) -> Arc<Provenance> {
        let last = self.last.provenance.take().filter(|last| **last == provenance);
        let shared = last.unwrap_or_else(|| Arc::new(provenance));
        self.last.provenance = Some(Arc::clone(&shared));
        shared
    }

    fn str(&mut self, name: &'static str) -> Result<&str, LakeError> {
        let (table, row) = (self.table, self.row);
        match self.column(name)? {
            Cells::Text(cells) => {
                text_at(cells, row).ok_or(LakeError::MissingValue { table, column: name })
            }
            _ => Err(internal(table, name)),
        }
    }

    fn column(&mut self, name: &'static str) -> Result<&Cells, LakeError> {
        let table = self.table;
        let found = self.columns.get(self.next).filter(|(column, _)| column.name == name);
        self.next = self.next.saturating_add(1);
        found.map(|(_, cells)| cells).ok_or_else(|| internal(table, name))
    }

    fn missing<T>(&self, column: &'static str) -> Result<T, LakeError> {
        Err(LakeError::MissingValue { table: self.table, column })
    }

    fn refuse<T>(&self, name: &'static str) -> Result<T, LakeError> {
        Err(internal(self.table, name))
    }
}

fn internal(table: Table, name: &'static str) -> LakeError {
    LakeError::Internal { table, detail: format!("column `{name}` is of another type or place") }
}

fn unknown(table: Table, column: &'static str, value: &str) -> LakeError {
    LakeError::UnknownValue { table, column, value: value.to_owned() }
}

/// The cells of a column: by name, as the type that is promised, all null where an old file lacks
/// the column.
fn cells(table: Table, column: &'static Column, batch: &RecordBatch) -> Result<Cells, LakeError> {
    let wanted = column.kind.arrow(&DataType::Utf8View);
    let array = match batch.column_by_name(column.name) {
        Some(array) => as_type(array, &wanted),
        None if column.nullable => Some(Cow::Owned(new_null_array(&wanted, batch.num_rows()))),
        None => return Err(LakeError::MissingColumn { table, column: column.name }),
    };
    array.and_then(|array| Cells::new(column.kind, &array)).ok_or_else(|| LakeError::ColumnType {
        table,
        column: column.name,
        found: batch
            .column_by_name(column.name)
            .map_or_else(String::new, |array| array.data_type().to_string()),
    })
}

/// The array itself, or what can be made of it: other engines name inner fields and measure time
/// in other ways.
fn as_type<'a>(array: &'a ArrayRef, wanted: &DataType) -> Option<Cow<'a, ArrayRef>> {
    if array.data_type() == wanted {
        return Some(Cow::Borrowed(array));
    }
    cast(array, wanted).ok().map(Cow::Owned)
}

impl Cells {
    fn new(kind: ColumnType, array: &ArrayRef) -> Option<Self> {
        Some(match kind {
            ColumnType::Text => Self::Text(array.as_string_view_opt()?.clone()),
            ColumnType::Integer => Self::Integer(array.as_primitive_opt::<Int32Type>()?.clone()),
            ColumnType::Long => Self::Long(array.as_primitive_opt::<Int64Type>()?.clone()),
            ColumnType::Boolean => Self::Boolean(array.as_boolean_opt()?.clone()),
            ColumnType::Timestamp => {
                Self::Timestamp(array.as_primitive_opt::<TimestampMillisecondType>()?.clone())
            }
            ColumnType::TextList => Self::TextList(array.as_list_opt()?.clone()),
            ColumnType::TextListMap => Self::TextListMap(array.as_map_opt()?.clone()),
        })
    }
}

fn text_at(cells: &StringViewArray, index: usize) -> Option<&str> {
    (index < cells.len() && cells.is_valid(index)).then(|| cells.value(index))
}

/// A list; none counts as empty.
fn list_at(cells: &ListArray, index: usize) -> Vec<String> {
    let texts = cells.values().as_string_view_opt();
    let range = range_at(cells.value_offsets(), index);
    let all = texts.into_iter().flat_map(|texts| {
        range.clone().filter_map(|index| text_at(texts, index)).map(str::to_owned)
    });
    all.collect()
}

/// A map in the order of its entries; none counts as empty.
fn map_at(cells: &MapArray, index: usize) -> Vec<(String, Vec<String>)> {
    let (Some(keys), Some(values)) =
        (cells.keys().as_string_view_opt(), cells.values().as_list_opt::<i32>())
    else {
        return Vec::new();
    };
    let entries = range_at(cells.value_offsets(), index).filter_map(|index| {
        let key = text_at(keys, index)?;
        Some((key.to_owned(), list_at(values, index)))
    });
    entries.collect()
}

fn range_at(offsets: &[i32], index: usize) -> Range<usize> {
    let pair = offsets.get(index..).and_then(<[i32]>::first_chunk::<2>);
    let [start, end] = pair.copied().unwrap_or_default();
    usize::try_from(start).unwrap_or_default()..usize::try_from(end).unwrap_or_default()
}
