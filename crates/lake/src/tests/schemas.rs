//! The columns, as everybody else sees them.

use std::collections::BTreeSet;

use bytes::Bytes;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::printer::print_schema;

use super::samples::{call, fact, finding, object, resolution, write};
use crate::{CallRow, FindingRow, ObjectRow, ResolvedFindingRow, Table, TableRow, UsageRow};

fn printed<R: TableRow>(rows: &[R]) -> String {
    let file: Bytes = write(rows);
    let reader = SerializedFileReader::new(file).unwrap();
    let mut text = Vec::new();
    print_schema(&mut text, reader.metadata().file_metadata().schema());
    String::from_utf8(text).unwrap()
}

#[test]
fn parquet_schemas_are_promises() {
    insta::assert_snapshot!("calls", printed::<CallRow>(&[call("e")]));
    insta::assert_snapshot!("findings", printed::<FindingRow>(&[]));
    insta::assert_snapshot!("objects", printed::<ObjectRow>(&[object("o")]));
    insta::assert_snapshot!("resource_facts", printed(&[fact("e")]));
    insta::assert_snapshot!("resolutions", printed(&[resolution("e")]));
    insta::assert_snapshot!("usage", printed::<UsageRow>(&[]));
    assert_eq!(printed::<FindingRow>(&[]), printed(&[finding("e", analyzer::Code::Image)]));
    let resolved = printed::<ResolvedFindingRow>(&[]).replace("resolved_findings", "findings");
    assert_eq!(printed::<FindingRow>(&[]), resolved);
}

#[test]
fn every_column_has_one_name_and_a_sentence() {
    for table in Table::ALL {
        let columns = table.columns();
        let names: BTreeSet<&str> = columns.iter().map(|column| column.name).collect();
        assert_eq!(names.len(), columns.len(), "{table}");
        assert!(names.contains("engine"), "{table}");
        for column in columns {
            let first = column.about.chars().next().unwrap();
            assert!(first.is_uppercase() || first == '`', "{table}.{}", column.name);
            assert!(column.about.ends_with('.'), "{table}.{}", column.name);
        }
    }
}

#[test]
fn paths_are_partitioned_by_day() {
    let date = super::samples::at(0).date_naive();
    assert_eq!(Table::Calls.path(date, "x.parquet"), "calls/dt=2026-06-01/x.parquet");
    assert_eq!(Table::Objects.schema_name(), "objects/1");
}
