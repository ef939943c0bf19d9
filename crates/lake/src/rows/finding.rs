//! The row of `findings`.

use std::cmp::Ordering;
use std::sync::Arc;

use analyzer::{Code, Finding, Severity};
use chrono::NaiveDate;
use cloudtrail::Outcome;

use super::{CallRow, Provenance, ReadRow, TableRow, weight_of, words};
use crate::decode::RowDecoder;
use crate::encode::RowEncoder;
use crate::error::LakeError;
use crate::names::request_key;
use crate::schema::Table;
use crate::sorter::DatedRow;

/// A finding about one call, with where its record was read and who judged.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingRow {
    /// The finding.
    pub finding: Finding,
    /// SHA-256 of the record's text, in hexadecimal digits.
    pub record_hash: String,
    /// The object its record was read from.
    pub source_object: Arc<str>,
    /// Who judged.
    pub provenance: Arc<Provenance>,
}

impl FindingRow {
    /// A short name of the request: of its event, its place among those of the record, and the
    /// record's hash. The rows of all tables about a request have the same.
    #[must_use]
    pub fn request_key(&self) -> u128 {
        request_key(&self.finding.event_id, self.finding.request_index, &self.record_hash)
    }

    /// The finding about a call whose event id has another body as well.
    pub(crate) fn conflict(row: &CallRow) -> Self {
        Self {
            finding: Finding::conflict(&row.call),
            record_hash: row.call.record_hash.clone(),
            source_object: Arc::clone(&row.source_object),
            provenance: Arc::clone(&row.provenance),
        }
    }

    /// Whether both are about the same: request of the same body of the same event, code, key.
    fn same_matter(&self, other: &Self) -> bool {
        let (one, two) = (&self.finding, &other.finding);
        one.event_id == two.event_id
            && self.record_hash == other.record_hash
            && one.request_index == two.request_index
            && one.code == two.code
            && one.key == two.key
    }

    /// The order of findings about the same matter of one copy of a record: two conditions of a
    /// statement may want different things of one key.
    fn order_of_detail(&self, other: &Self) -> Ordering {
        let (one, two) = (&self.finding, &other.finding);
        one.finding_id
            .cmp(&two.finding_id)
            .then_with(|| one.policy.cmp(&two.policy))
            .then_with(|| one.statement.cmp(&two.statement))
            .then_with(|| one.wanted.cmp(&two.wanted))
            .then_with(|| one.observed.cmp(&two.observed))
    }
}

/// Bytes of the texts that every row has, about, with what it costs to keep them apart.
const TEXTS: usize = 900;

impl TableRow for FindingRow {
    const TABLE: Table = Table::Findings;

    /// As calls, then by code and key; copies of a record by object.
    fn order(&self, other: &Self) -> Ordering {
        let (one, two) = (&self.finding, &other.finding);
        // As it is stored: a finer time would sort apart what is equal once read back.
        let time = |row: &Self| row.finding.event_time.timestamp_millis();
        one.account
            .cmp(&two.account)
            .then_with(|| one.principal.cmp(&two.principal))
            .then_with(|| one.action.cmp(&two.action))
            .then_with(|| time(self).cmp(&time(other)))
            .then_with(|| one.event_id.cmp(&two.event_id))
            .then_with(|| one.request_index.cmp(&two.request_index))
            .then_with(|| self.record_hash.cmp(&other.record_hash))
            .then_with(|| one.code.as_str().cmp(two.code.as_str()))
            .then_with(|| one.key.cmp(&two.key))
            .then_with(|| self.source_object.cmp(&other.source_object))
            .then_with(|| self.order_of_detail(other))
            .then_with(|| one.waiver.cmp(&two.waiver))
            .then_with(|| self.provenance.cmp(&other.provenance))
    }

    /// What another copy of the record says again, or the same copy word for word. A waiver makes
    /// no difference, and no waiver comes first in order: what one run waives and another does
    /// not, is not waived.
    fn repeats(&self, kept: &Self) -> bool {
        self.same_matter(kept)
            && (self.source_object != kept.source_object || self.order_of_detail(kept).is_eq())
    }

    fn provenance(&self) -> &Arc<Provenance> {
        &self.provenance
    }

    fn weight(&self) -> usize {
        let finding = &self.finding;
        let fixed = size_of::<Self>().saturating_add(TEXTS);
        let lists = [&finding.resources, &finding.wanted, &finding.observed];
        lists.into_iter().map(|list| weight_of(list)).fold(fixed, usize::saturating_add)
    }

    fn write(&self, row: &mut RowEncoder) {
        let finding = &self.finding;
        row.text("event_id", &finding.event_id);
        row.integer("request_index", finding.request_index);
        row.text("code", finding.code.as_str());
        row.text("severity", finding.severity.as_str());
        row.text("finding_id", &finding.finding_id);
        row.time("event_time", Some(finding.event_time));
        row.text("account", &finding.account);
        row.text("region", &finding.region);
        row.text("principal", &finding.principal);
        row.optional_text("session_name", finding.session_name.as_deref());
        row.text("action", &finding.action);
        row.texts("resources", &finding.resources);
        row.optional_text("resource_type", finding.resource_type.as_deref());
        row.optional_text("key", finding.key.as_deref());
        row.optional_text("operator", finding.operator.as_deref());
        row.optional_boolean("iam_can_enforce", finding.iam_can_enforce);
        row.texts("wanted", &finding.wanted);
        row.texts("observed", &finding.observed);
        row.optional_text("deciding_policy", finding.policy.as_deref());
        row.optional_text("deciding_statement", finding.statement.as_deref());
        row.boolean("denied_by_statement", finding.denied_by_statement);
        row.text("outcome", finding.outcome.as_str());
        row.optional_text("decision", finding.decision.map(|decision| decision.as_str()));
        row.optional_text("waiver", finding.waiver.as_deref());
        row.text("record_hash", &self.record_hash);
        row.text("source_object", &self.source_object);
        row.judged_by(&self.provenance);
    }
}

impl DatedRow for FindingRow {
    fn date(&self) -> NaiveDate {
        self.finding.event_time.date_naive()
    }
}

impl ReadRow for FindingRow {
    fn read(row: &mut RowDecoder) -> Result<Self, LakeError> {
        let finding = Finding {
            event_id: row.text("event_id")?,
            request_index: row.integer("request_index")?,
            code: row.word("code", Code::of)?,
            severity: row.word("severity", Severity::of)?,
            finding_id: row.text("finding_id")?,
            event_time: row.time("event_time")?,
            account: row.text("account")?,
            region: row.text("region")?,
            principal: row.text("principal")?,
            session_name: row.optional_text("session_name")?,
            action: row.text("action")?,
            resources: row.texts("resources")?,
            resource_type: row.optional_text("resource_type")?,
            key: row.optional_text("key")?,
            operator: row.optional_text("operator")?,
            iam_can_enforce: row.optional_boolean("iam_can_enforce")?,
            wanted: row.texts("wanted")?,
            observed: row.texts("observed")?,
            policy: row.optional_text("deciding_policy")?,
            statement: row.optional_text("deciding_statement")?,
            denied_by_statement: row.boolean("denied_by_statement")?,
            outcome: row.word("outcome", Outcome::of)?,
            decision: row.optional_word("decision", words::decision)?,
            waiver: row.optional_text("waiver")?,
        };
        Ok(Self {
            finding,
            record_hash: row.text("record_hash")?,
            source_object: row.source_object("source_object")?,
            provenance: row.judged_by()?,
        })
    }
}
