//! Some columns of `calls`, `findings` and `resource_facts`, for those who look for few rows among many.

use analyzer::Code;
use analyzer::replay::RequestKind;
use analyzer::resolve::may_resolve;
use parquet::file::reader::ChunkReader;

use super::{CallRow, FactRow, ReadRow, words};
use crate::decode::RowDecoder;
use crate::error::LakeError;
use crate::merge::Shared;
use crate::reader::{READ_ROWS, RowReader};
use crate::schema::{Column, Table};

/// Whether facts about resources may say something about a call.
struct MayResolve(bool);

impl ReadRow for MayResolve {
    fn wants(column: &Column) -> bool {
        ["request_kind", "event_name", "decision"].contains(&column.name)
    }

    fn read(row: &mut RowDecoder) -> Result<Self, LakeError> {
        let kind = row.word("request_kind", RequestKind::of)?;
        let event_name = row.text("event_name")?;
        let decision = row.optional_word("decision", words::decision)?;
        Ok(Self(may_resolve(decision, kind, &event_name)))
    }
}

/// The calls of a file that facts about resources may say something about. The others are passed
/// over by three of their columns.
///
/// # Errors
/// As [`RowReader::open`], and at the first row that cannot be read.
pub fn open_calls<F: ChunkReader + 'static>(file: F) -> Result<RowReader<CallRow>, LakeError> {
    let file = Shared::new(file);
    let calls = RowReader::<MayResolve>::of_table(Table::Calls, file.clone(), READ_ROWS)?;
    let mut positions = Vec::new();
    for (position, call) in calls.enumerate() {
        if call?.0 {
            positions.push(position);
        }
    }
    RowReader::of_rows(file, &positions)
}

/// The event of a call.
struct EventOfCall(String);

impl ReadRow for EventOfCall {
    fn wants(column: &Column) -> bool {
        column.name == "event_id"
    }

    fn read(row: &mut RowDecoder) -> Result<Self, LakeError> {
        row.text("event_id").map(Self)
    }
}

/// Whether a file has calls of an event.
///
/// # Errors
/// As [`RowReader::open`], and at the first row that cannot be read.
pub fn calls_of_event<F: ChunkReader + 'static>(file: F, id: &str) -> Result<bool, LakeError> {
    for event in RowReader::<EventOfCall>::of_table(Table::Calls, file, READ_ROWS)? {
        if event?.0 == id {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The event of a finding that two records have in common.
struct Disputed(Option<String>);

impl ReadRow for Disputed {
    fn wants(column: &Column) -> bool {
        ["event_id", "code"].contains(&column.name)
    }

    fn read(row: &mut RowDecoder) -> Result<Self, LakeError> {
        let event_id = row.text("event_id")?;
        let code = row.word("code", Code::of)?;
        Ok(Self((code == Code::ConflictingRecords).then_some(event_id)))
    }
}

/// The events of a file of findings that have two bodies.
///
/// # Errors
/// As [`RowReader::open`], and at the first row that cannot be read.
pub fn disputed_events<F: ChunkReader + 'static>(file: F) -> Result<Vec<String>, LakeError> {
    let rows = RowReader::<Disputed>::of_table(Table::Findings, file, READ_ROWS)?;
    let events = rows.filter_map(|row| row.map(|row| row.0).transpose());
    events.collect()
}

/// What of a fact tells whether it is odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactKey {
    /// The event that says it.
    pub event_id: String,
    /// The hash of its record.
    pub record_hash: String,
    /// The resource it is about.
    pub resource: String,
}

impl ReadRow for FactKey {
    fn wants(column: &Column) -> bool {
        ["event_id", "resource", "record_hash"].contains(&column.name)
    }

    fn read(row: &mut RowDecoder) -> Result<Self, LakeError> {
        let event_id = row.text("event_id")?;
        let resource = row.text("resource")?;
        Ok(Self { event_id, record_hash: row.text("record_hash")?, resource })
    }
}

/// What of the facts of a file tells whether they are odd.
///
/// # Errors
/// As [`RowReader::open`].
pub fn fact_keys<F: ChunkReader + 'static>(file: F) -> Result<RowReader<FactKey>, LakeError> {
    RowReader::of_table(Table::ResourceFacts, file, READ_ROWS)
}

/// The resource of a fact.
struct ResourceOfFact(String);

impl ReadRow for ResourceOfFact {
    fn wants(column: &Column) -> bool {
        column.name == "resource"
    }

    fn read(row: &mut RowDecoder) -> Result<Self, LakeError> {
        row.text("resource").map(Self)
    }
}

/// The facts of a file about resources that are wanted. The others are passed over by one of their
/// columns.
///
/// # Errors
/// As [`RowReader::open`], and at the first row that cannot be read.
pub fn facts_about<F: ChunkReader + 'static>(
    file: F,
    wanted: impl Fn(&str) -> bool,
) -> Result<RowReader<FactRow>, LakeError> {
    let file = Shared::new(file);
    let rows =
        RowReader::<ResourceOfFact>::of_table(Table::ResourceFacts, file.clone(), READ_ROWS)?;
    let mut positions = Vec::new();
    for (position, row) in rows.enumerate() {
        if wanted(&row?.0) {
            positions.push(position);
        }
    }
    RowReader::of_rows(file, &positions)
}
