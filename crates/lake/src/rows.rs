//! The rows of the tables: what the analysis gives, with where it comes from and who judged.

mod call;
mod fact;
mod finding;
mod object;
mod open_context;
mod part_of_call;
mod resolution;
mod usage;
mod words;

pub use call::CallRow;
pub use fact::FactRow;
pub use finding::FindingRow;
pub use object::ObjectRow;
pub use open_context::{from_json as open_context_of_json, to_json as open_context_to_json};
pub use part_of_call::{
    FactKey, calls_of_event, disputed_events, fact_keys, facts_about, open_calls,
};
pub use resolution::{ResolutionRow, ResolvedFindingRow};
pub use usage::{Alike, UsageRow};

use std::cmp::Ordering;
use std::sync::Arc;

use crate::decode::RowDecoder;
use crate::encode::RowEncoder;
use crate::error::LakeError;
use crate::provenance::Provenance;
use crate::schema::{Column, Table};

/// A row of one of the tables. The tables are known here, so nobody else has rows to add.
pub trait TableRow: ReadRow + 'static {
    /// Its table.
    const TABLE: Table;

    /// The order of rows in a file. Rows that compare equal are equal in every column.
    fn order(&self, other: &Self) -> Ordering;

    /// Whether this row says nothing that `kept` does not, where both count and `kept` comes
    /// first in order.
    fn repeats(&self, kept: &Self) -> bool;

    /// Who judged.
    fn provenance(&self) -> &Arc<Provenance>;

    /// Bytes of memory it takes, about.
    #[doc(hidden)]
    fn weight(&self) -> usize;

    #[doc(hidden)]
    fn write(&self, row: &mut RowEncoder);
}

/// What a [`RowReader`](crate::RowReader) makes of a file: the rows of a table, or some of their
/// columns.
pub trait ReadRow: Sized {
    /// The columns it is made of, out of those of its table.
    #[doc(hidden)]
    fn wants(_column: &Column) -> bool {
        true
    }

    #[doc(hidden)]
    fn read(row: &mut RowDecoder) -> Result<Self, LakeError>;
}

/// Where a request stands among others in a file. The hash of its record comes before the object
/// it was read from, so that copies of one body are neighbours.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct RequestPlace<'r> {
    account: &'r str,
    principal: &'r str,
    action: &'r str,
    /// As it is stored: a finer time would sort apart what is equal once read back.
    time: i64,
    event_id: &'r str,
    request_index: u32,
    record_hash: &'r str,
}

impl RequestPlace<'_> {
    /// Whether both are the same request of the same body of the same event.
    fn same_request(&self, other: &Self) -> bool {
        self.event_id == other.event_id
            && self.request_index == other.request_index
            && self.record_hash == other.record_hash
    }
}

/// Bytes of a list, about.
fn weight_of(texts: &[String]) -> usize {
    texts.iter().fold(0, |sum: usize, text| {
        sum.saturating_add(size_of::<String>()).saturating_add(text.len())
    })
}
