//! Files that another version, or another engine, wrote.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, DictionaryArray, Int64Array, LargeStringArray, ListArray, RecordBatch,
    TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Int32Type, Schema, TimestampMillisecondType};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use super::samples::{call, finding, full_call, object, read, read_error, write};
use crate::{CallRow, FindingRow, ObjectRow, Table, file_info};

/// The columns of a file, to be changed.
fn columns(file: &Bytes) -> Vec<(Field, ArrayRef)> {
    let batch = ParquetRecordBatchReader::try_new(file.clone(), 100).unwrap().next();
    let batch = batch.unwrap().unwrap();
    let fields = batch.schema();
    let fields = fields.fields().iter().map(|field| Field::clone(field));
    fields.zip(batch.columns().iter().cloned()).collect()
}

/// A file of columns, as another engine would write it.
fn file(columns: Vec<(Field, ArrayRef)>) -> Bytes {
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    Bytes::from(writer.into_inner().unwrap())
}

/// The same columns, as another engine would write them.
pub(super) fn written_by_others(ours: &Bytes) -> Bytes {
    file(columns(ours))
}

fn without(file_with: &Bytes, names: &[&str]) -> Bytes {
    let mut columns = columns(file_with);
    columns.retain(|(field, _)| !names.contains(&field.name().as_str()));
    file(columns)
}

fn change(columns: &mut [(Field, ArrayRef)], name: &str, array: ArrayRef) {
    let (field, old) = columns.iter_mut().find(|(field, _)| field.name() == name).unwrap();
    *field = Field::new(name, array.data_type().clone(), true);
    *old = array;
}

#[test]
fn a_nullable_column_that_an_old_file_lacks_reads_as_null() {
    let old = without(&write(&[full_call("a")]), &["vpc_endpoint", "exempt", "decision"]);
    let mut expected = full_call("a");
    expected.call.vpc_endpoint = None;
    expected.call.exempt = None;
    expected.call.decision = None;
    assert_eq!(read::<CallRow>(&old), [expected]);
    let old = without(&write(&[object("a")]), &["delivered_at"]);
    assert_eq!(read::<ObjectRow>(&old), [object("a")]);
}

#[test]
fn a_column_that_every_row_has_cannot_be_missing() {
    let error = read_error::<CallRow>(without(&write(&[call("a")]), &["record_hash"]));
    assert_eq!(error, "column `record_hash` of table `calls` is missing");
    let error = read_error::<CallRow>(without(&write(&[call("a")]), &["context"]));
    assert_eq!(error, "column `context` of table `calls` is missing");
}

#[test]
fn more_columns_in_another_order_are_no_matter() {
    let mut columns = columns(&write(&[full_call("a"), full_call("b")]));
    let extra: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    columns.push((Field::new("cost_class", DataType::Int64, false), extra));
    columns.reverse();
    assert_eq!(read::<CallRow>(&file(columns)), [full_call("a"), full_call("b")]);
}

#[test]
fn other_engines_write_other_types() {
    let mut columns = columns(&write(&[full_call("a")]));
    let array = |name: &str| {
        let found = columns.iter().find(|(field, _)| field.name() == name);
        Arc::clone(&found.unwrap().1)
    };
    let times = array("event_time");
    let micros = times.as_primitive::<TimestampMillisecondType>().value(0) * 1000;
    let micros = TimestampMicrosecondArray::from(vec![micros]).with_timezone("UTC");
    let lists = array("resources");
    let lists = lists.as_list::<i32>();
    let item = Arc::new(Field::new("array_element", DataType::Utf8, true));
    let renamed = ListArray::new(item, lists.offsets().clone(), Arc::clone(lists.values()), None);
    let accounts: DictionaryArray<Int32Type> = vec!["111122223333"].into_iter().collect();
    let wide = cast(&array("request_index"), &DataType::Int64).unwrap();
    change(&mut columns, "event_time", Arc::new(micros));
    change(&mut columns, "resources", Arc::new(renamed));
    change(&mut columns, "account", Arc::new(accounts));
    change(
        &mut columns,
        "action",
        Arc::new(LargeStringArray::from(vec![full_call("a").call.action])),
    );
    change(&mut columns, "request_index", wide);
    assert_eq!(read::<CallRow>(&file(columns)), [full_call("a")]);
}

#[test]
fn values_that_cannot_be_are_errors() {
    let mut columns = columns(&write(&[finding("a", analyzer::Code::Image)]));
    let words = |word: Option<&str>| -> ArrayRef { Arc::new(LargeStringArray::from(vec![word])) };
    let mut check = |column: &str, word: Option<&str>, expected: &str| {
        let before = columns.clone();
        change(&mut columns, column, words(word));
        assert_eq!(read_error::<FindingRow>(file(columns.clone())), expected);
        columns = before;
    };
    check("code", Some("DRF999"), "unknown value `DRF999` in column `code` of table `findings`");
    check(
        "severity",
        Some("a\nb"),
        "unknown value `a\\nb` in column `severity` of table `findings`",
    );
    check("account", None, "column `account` of table `findings` has a row without a value");
    check(
        "request_index",
        Some("x"),
        "column `request_index` of table `findings` has a row without a value",
    );
    check(
        "denied_by_statement",
        Some("x"),
        "column `denied_by_statement` of table `findings` has a row without a value",
    );
}

#[test]
fn a_column_of_a_hopeless_type_is_an_error() {
    let mut columns = columns(&write(&[call("a")]));
    change(&mut columns, "context", Arc::new(Int64Array::from(vec![1])));
    let error = read_error::<CallRow>(file(columns));
    assert_eq!(error, "column `context` of table `calls` has type `Int64`");
}

#[test]
fn a_file_of_another_table_is_refused() {
    let error = read_error::<FindingRow>(write(&[call("a")]));
    assert_eq!(error, "a file of table `findings` was wanted, this one says `calls/1`");
    assert!(file_info(Table::Objects, &write(&[call("a")])).is_err());
}

#[test]
fn damaged_files_are_errors() {
    let good = write(&[call("a")]);
    let cannot = "cannot read a file of table `calls`";
    assert_eq!(read_error::<CallRow>(Bytes::new()), cannot);
    assert_eq!(read_error::<CallRow>(Bytes::from_static(b"{}")), cannot);
    assert_eq!(read_error::<CallRow>(good.slice(..good.len() - 1)), cannot);
    assert_eq!(read_error::<CallRow>(good.slice(1..)), cannot);
}

#[test]
fn after_an_error_there_are_no_more_rows() {
    let file = without(&write(&[call("a"), call("b")]), &["region"]);
    let mut rows = crate::RowReader::<CallRow>::open(file).unwrap();
    assert!(rows.next().unwrap().is_err());
    assert!(rows.next().is_none());
}

#[test]
fn files_of_others_say_nothing_of_themselves() {
    let info = file_info(Table::Calls, &written_by_others(&write(&[call("a")]))).unwrap();
    assert_eq!((info.schema, info.engine, info.parts, info.rows), (None, None, None, 1));
    let info = file_info(Table::Calls, &write(&[call("a"), call("b")])).unwrap();
    assert_eq!((info.schema.as_deref(), info.rows), (Some("calls/1"), 2));
}
