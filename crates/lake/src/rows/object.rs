//! The row of `objects`.

use std::cmp::Ordering;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Provenance, ReadRow, TableRow, weight_of};
use crate::decode::RowDecoder;
use crate::encode::RowEncoder;
use crate::error::LakeError;
use crate::schema::Table;

/// What became of one input object: a row of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectRow {
    /// Key or path, relative to where reading began.
    pub object: String,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub identity: String,
    /// When it was delivered, where its name tells.
    pub delivered_at: Option<DateTime<Utc>>,
    /// The account its name tells, or else that of all its calls.
    pub account: Option<String>,
    /// The region its name tells, or else that of all its calls.
    pub region: Option<String>,
    /// How it holds its records.
    pub container: Option<String>,
    /// Its size.
    pub bytes: u64,
    /// Records read.
    pub read: u64,
    /// Records that were judged.
    pub evaluated: u64,
    /// Records of no concern.
    pub out_of_scope: u64,
    /// Records that could not be read.
    pub quarantined: u64,
    /// Evaluated records whose event id came before; 0 until counted.
    pub duplicates: u64,
    /// Whether the object could not be read as a whole.
    pub object_quarantined: bool,
    /// Why it could not.
    pub reason: Option<String>,
    /// What is odd about it.
    pub warnings: Vec<String>,
    /// The batch that read it. [`Batch`](crate::Batch) fills it in.
    pub batch: String,
    /// The oldest time of its events.
    pub oldest_event: Option<DateTime<Utc>>,
    /// The newest time of its events.
    pub newest_event: Option<DateTime<Utc>>,
    /// What was asked for, where it is not everything. [`Batch`](crate::Batch) fills it in.
    pub filter: Option<String>,
    /// Id of the key that texts are hidden with.
    pub redaction: Option<String>,
    /// Who judged.
    pub provenance: Arc<Provenance>,
}

impl ObjectRow {
    /// Takes note of the time of one of its events.
    pub(crate) fn saw(&mut self, event_time: DateTime<Utc>) {
        let oldest = self.oldest_event.unwrap_or(event_time);
        self.oldest_event = Some(oldest.min(event_time));
        self.newest_event = self.newest_event.max(Some(event_time));
    }

    /// Records accounted for; must be those that were read.
    pub(crate) fn accounted(&self) -> u64 {
        self.evaluated.saturating_add(self.out_of_scope).saturating_add(self.quarantined)
    }
}

/// Bytes of the texts that every row has, about, with what it costs to keep them apart.
const TEXTS: usize = 600;

impl TableRow for ObjectRow {
    const TABLE: Table = Table::Objects;

    /// By name and content; the judgement that counts first, and of equal ones that of more
    /// records: others were asked for a part only.
    fn order(&self, other: &Self) -> Ordering {
        self.object
            .cmp(&other.object)
            .then_with(|| self.identity.cmp(&other.identity))
            .then_with(|| other.provenance.cmp(&self.provenance))
            .then_with(|| other.evaluated.cmp(&self.evaluated))
            .then_with(|| self.batch.cmp(&other.batch))
    }

    fn repeats(&self, kept: &Self) -> bool {
        self.object == kept.object && self.identity == kept.identity
    }

    fn provenance(&self) -> &Arc<Provenance> {
        &self.provenance
    }

    fn weight(&self) -> usize {
        size_of::<Self>().saturating_add(TEXTS).saturating_add(weight_of(&self.warnings))
    }

    fn write(&self, row: &mut RowEncoder) {
        row.text("object", &self.object);
        row.text("identity", &self.identity);
        row.time("delivered_at", self.delivered_at);
        row.optional_text("account", self.account.as_deref());
        row.optional_text("region", self.region.as_deref());
        row.optional_text("container", self.container.as_deref());
        row.long("bytes", self.bytes);
        row.long("read", self.read);
        row.long("evaluated", self.evaluated);
        row.long("out_of_scope", self.out_of_scope);
        row.long("quarantined", self.quarantined);
        row.long("duplicates", self.duplicates);
        row.boolean("object_quarantined", self.object_quarantined);
        row.optional_text("reason", self.reason.as_deref());
        row.texts("warnings", &self.warnings);
        row.text("batch", &self.batch);
        row.judged_by(&self.provenance);
        row.time("oldest_event", self.oldest_event);
        row.time("newest_event", self.newest_event);
        row.optional_text("filter", self.filter.as_deref());
        row.optional_text("redaction", self.redaction.as_deref());
    }
}

impl ReadRow for ObjectRow {
    fn read(row: &mut RowDecoder) -> Result<Self, LakeError> {
        Ok(Self {
            object: row.text("object")?,
            identity: row.text("identity")?,
            delivered_at: row.optional_time("delivered_at")?,
            account: row.optional_text("account")?,
            region: row.optional_text("region")?,
            container: row.optional_text("container")?,
            bytes: row.long("bytes")?,
            read: row.long("read")?,
            evaluated: row.long("evaluated")?,
            out_of_scope: row.long("out_of_scope")?,
            quarantined: row.long("quarantined")?,
            duplicates: row.long("duplicates")?,
            object_quarantined: row.boolean("object_quarantined")?,
            reason: row.optional_text("reason")?,
            warnings: row.texts("warnings")?,
            batch: row.text("batch")?,
            provenance: row.judged_by()?,
            oldest_event: row.optional_time("oldest_event")?,
            newest_event: row.optional_time("newest_event")?,
            filter: row.optional_text("filter")?,
            redaction: row.optional_text("redaction")?,
        })
    }
}
