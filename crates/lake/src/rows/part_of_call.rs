//! Some columns of `calls`, for those who look for few rows among many.

use std::sync::Arc;

use analyzer::resolve::may_resolve;
use parquet::file::reader::ChunkReader;

use super::{Provenance, ReadRow, words};
use crate::decode::RowDecoder;
use crate::error::LakeError;
use crate::reader::{READ_ROWS, RowReader};
use crate::schema::{Column, Table};

/// What of a call tells whether facts about resources may say something about it.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenCall {
    /// The event.
    pub event_id: String,
    /// The request.
    pub request_index: u32,
    /// The body of the event.
    pub record_hash: String,
    /// Who judged.
    pub provenance: Arc<Provenance>,
    open: bool,
}

/// The calls of a file that facts about resources may say something about.
///
/// # Errors
/// As [`RowReader::open`].
pub fn open_calls<F: ChunkReader + 'static>(
    file: F,
) -> Result<impl Iterator<Item = Result<OpenCall, LakeError>>, LakeError> {
    let calls = RowReader::<OpenCall>::of_table(Table::Calls, file, READ_ROWS)?;
    Ok(calls.filter(|call| call.as_ref().map_or(true, |call| call.open)))
}

impl ReadRow for OpenCall {
    fn wants(column: &Column) -> bool {
        let wanted = [
            "event_id",
            "request_index",
            "request_kind",
            "event_name",
            "decision",
            "record_hash",
            "policy_set",
            "revision",
            "verdict_hash",
            "engine",
        ];
        wanted.contains(&column.name)
    }

    fn read(row: &mut RowDecoder) -> Result<Self, LakeError> {
        let event_id = row.text("event_id")?;
        let request_index = row.integer("request_index")?;
        let kind = row.word("request_kind", words::request_kind)?;
        let event_name = row.text("event_name")?;
        let decision = row.optional_word("decision", words::decision)?;
        let record_hash = row.text("record_hash")?;
        let provenance = row.judged_by()?;
        let open = may_resolve(decision, kind, &event_name);
        Ok(Self { event_id, request_index, record_hash, provenance, open })
    }
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
