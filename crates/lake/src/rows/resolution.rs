//! The rows of `resolutions` and `resolved_findings`.

use std::cmp::Ordering;
use std::sync::Arc;

use analyzer::resolve::Resolution;
use cloudtrail::Outcome;

use super::{FindingRow, Provenance, ReadRow, RequestPlace, TableRow, weight_of, words};
use crate::decode::RowDecoder;
use crate::encode::RowEncoder;
use crate::error::LakeError;
use crate::names::request_key;
use crate::schema::Table;

/// A call that other records settle, with where its record was read and who judged. Its findings
/// are rows of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolutionRow {
    /// The call and its verdict.
    pub resolution: Resolution,
    /// Hash of what other records were taken to say: [`ResolvedDay`](crate::ResolvedDay).
    pub facts_hash: String,
    /// The object the call's record was read from.
    pub source_object: Arc<str>,
    /// Who judged.
    pub provenance: Arc<Provenance>,
}

impl ResolutionRow {
    /// A short name of the request: of its event, its place among those of the record, and the
    /// record's hash. The rows of all tables about a request have the same.
    #[must_use]
    pub fn request_key(&self) -> u128 {
        let one = &self.resolution;
        request_key(&one.event_id, one.request_index, &one.record_hash)
    }

    /// Where it stands among the rows of a file.
    fn place(&self) -> RequestPlace<'_> {
        let one = &self.resolution;
        RequestPlace {
            account: &one.account,
            principal: &one.principal,
            action: &one.action,
            time: one.event_time.timestamp_millis(),
            event_id: &one.event_id,
            request_index: one.request_index,
            record_hash: &one.record_hash,
        }
    }
}

/// Bytes of the texts that every row has, about, with what it costs to keep them apart.
const TEXTS: usize = 900;

impl TableRow for ResolutionRow {
    const TABLE: Table = Table::Resolutions;

    /// As calls.
    fn order(&self, other: &Self) -> Ordering {
        self.place()
            .cmp(&other.place())
            .then_with(|| self.source_object.cmp(&other.source_object))
            .then_with(|| self.provenance.cmp(&other.provenance))
    }

    fn repeats(&self, kept: &Self) -> bool {
        self.place().same_request(&kept.place())
    }

    fn provenance(&self) -> &Arc<Provenance> {
        &self.provenance
    }

    fn weight(&self) -> usize {
        let one = &self.resolution;
        let lists = [&one.resources, &one.unknown_keys, &one.fact_events, &one.instance_types];
        let lists = lists.into_iter().map(|list| weight_of(list));
        let settled = one.settled.iter();
        let settled = settled.map(|(key, values)| key.len().saturating_add(weight_of(values)));
        let fixed = size_of::<Self>().saturating_add(TEXTS);
        lists.chain(settled).fold(fixed, usize::saturating_add)
    }

    fn write(&self, row: &mut RowEncoder) {
        let one = &self.resolution;
        row.text("event_id", &one.event_id);
        row.integer("request_index", one.request_index);
        row.time("event_time", Some(one.event_time));
        row.text("account", &one.account);
        row.text("region", &one.region);
        row.text("principal", &one.principal);
        row.text("action", &one.action);
        row.texts("resources", &one.resources);
        row.text("outcome", one.outcome.as_str());
        row.boolean("settles", one.settles);
        row.optional_text("decision", one.decision.map(|decision| decision.as_str()));
        row.optional_text("deciding_layer", one.deciding_layer.as_deref());
        row.optional_text("deciding_policy", one.deciding_policy.as_deref());
        row.optional_text("deciding_statement", one.deciding_statement.as_deref());
        row.map("settled", &one.settled);
        row.texts("unknown_keys", &one.unknown_keys);
        row.texts("fact_events", &one.fact_events);
        row.texts("instance_types", &one.instance_types);
        row.text("facts_hash", &self.facts_hash);
        row.text("record_hash", &one.record_hash);
        row.text("source_object", &self.source_object);
        row.judged_by(&self.provenance);
    }
}

impl ReadRow for ResolutionRow {
    fn read(row: &mut RowDecoder) -> Result<Self, LakeError> {
        let mut resolution = Resolution {
            event_id: row.text("event_id")?,
            request_index: row.integer("request_index")?,
            event_time: row.time("event_time")?,
            account: row.text("account")?,
            region: row.text("region")?,
            principal: row.text("principal")?,
            action: row.text("action")?,
            resources: row.texts("resources")?,
            outcome: row.word("outcome", Outcome::of)?,
            settles: row.boolean("settles")?,
            decision: row.optional_word("decision", words::decision)?,
            deciding_layer: row.optional_text("deciding_layer")?,
            deciding_policy: row.optional_text("deciding_policy")?,
            deciding_statement: row.optional_text("deciding_statement")?,
            settled: row.map("settled")?,
            unknown_keys: row.texts("unknown_keys")?,
            fact_events: row.texts("fact_events")?,
            instance_types: row.texts("instance_types")?,
            record_hash: String::new(),
            findings: Vec::new(),
        };
        let facts_hash = row.text("facts_hash")?;
        resolution.record_hash = row.text("record_hash")?;
        let source_object = row.source_object("source_object")?;
        Ok(Self { resolution, facts_hash, source_object, provenance: row.judged_by()? })
    }
}

/// A finding about a call that other records settle: in place of those that `findings` has for the
/// call as undetermined.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedFindingRow(pub FindingRow);

impl TableRow for ResolvedFindingRow {
    const TABLE: Table = Table::ResolvedFindings;

    fn order(&self, other: &Self) -> Ordering {
        self.0.order(&other.0)
    }

    fn repeats(&self, kept: &Self) -> bool {
        self.0.repeats(&kept.0)
    }

    fn provenance(&self) -> &Arc<Provenance> {
        self.0.provenance()
    }

    fn weight(&self) -> usize {
        self.0.weight()
    }

    fn write(&self, row: &mut RowEncoder) {
        self.0.write(row);
    }
}

impl ReadRow for ResolvedFindingRow {
    fn read(row: &mut RowDecoder) -> Result<Self, LakeError> {
        FindingRow::read(row).map(Self)
    }
}
