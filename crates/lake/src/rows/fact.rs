//! The row of `resource_facts`.

use std::cmp::Ordering;
use std::sync::Arc;

use analyzer::{Fact, ResourceFact};
use chrono::NaiveDate;

use super::{Provenance, ReadRow, TableRow, weight_of, words};
use crate::decode::RowDecoder;
use crate::encode::RowEncoder;
use crate::error::LakeError;
use crate::schema::Table;
use crate::sorter::DatedRow;

/// What a record says about a resource, with where it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct FactRow {
    /// What it says.
    pub fact: ResourceFact,
    /// The object its record was read from.
    pub source_object: Arc<str>,
    /// The run that read it.
    pub provenance: Arc<Provenance>,
}

/// Bytes of the texts that every row has, about, with what it costs to keep them apart.
const TEXTS: usize = 500;

impl TableRow for FactRow {
    const TABLE: Table = Table::ResourceFacts;

    /// By account, resource and time. No policy plays a part in what a record says, so of several
    /// runs that read it one is enough: that of the greatest judgement, which comes first.
    fn order(&self, other: &Self) -> Ordering {
        let (one, two) = (&self.fact, &other.fact);
        // As it is stored: a finer time would sort apart what is equal once read back.
        let time = |row: &Self| row.fact.event_time.timestamp_millis();
        let details = |fact: &ResourceFact| {
            (fact.fact.tags.clone(), fact.fact.all_tags, fact.fact.properties.clone())
        };
        one.account
            .cmp(&two.account)
            .then_with(|| one.fact.resource.cmp(&two.fact.resource))
            .then_with(|| time(self).cmp(&time(other)))
            .then_with(|| one.event_id.cmp(&two.event_id))
            .then_with(|| one.record_hash.cmp(&two.record_hash))
            .then_with(|| one.fact.kind.cmp(&two.fact.kind))
            .then_with(|| other.provenance.cmp(&self.provenance))
            .then_with(|| self.source_object.cmp(&other.source_object))
            .then_with(|| one.region.cmp(&two.region))
            .then_with(|| one.event_name.cmp(&two.event_name))
            .then_with(|| details(one).cmp(&details(two)))
    }

    fn repeats(&self, kept: &Self) -> bool {
        let (one, two) = (&self.fact, &kept.fact);
        one.event_id == two.event_id
            && one.record_hash == two.record_hash
            && one.fact.resource == two.fact.resource
            && one.fact.kind == two.fact.kind
    }

    fn provenance(&self) -> &Arc<Provenance> {
        &self.provenance
    }

    fn weight(&self) -> usize {
        let maps = self.fact.fact.tags.iter().chain(&self.fact.fact.properties);
        let maps = maps.map(|(key, values)| key.len().saturating_add(weight_of(values)));
        maps.fold(size_of::<Self>().saturating_add(TEXTS), usize::saturating_add)
    }

    fn write(&self, row: &mut RowEncoder) {
        let ResourceFact { event_id, event_time, account, region, event_name, fact, record_hash } =
            &self.fact;
        row.text("event_id", event_id);
        row.time("event_time", Some(*event_time));
        row.text("account", account);
        row.text("region", region);
        row.text("event_name", event_name);
        row.text("resource", &fact.resource);
        row.text("kind", fact.kind.as_str());
        row.map("tags", &fact.tags);
        row.boolean("all_tags", fact.all_tags);
        row.map("properties", &fact.properties);
        row.text("record_hash", record_hash);
        row.text("source_object", &self.source_object);
        row.judged_by(&self.provenance);
    }
}

impl DatedRow for FactRow {
    fn date(&self) -> NaiveDate {
        self.fact.event_time.date_naive()
    }
}

impl ReadRow for FactRow {
    fn read(row: &mut RowDecoder) -> Result<Self, LakeError> {
        let event_id = row.text("event_id")?;
        let event_time = row.time("event_time")?;
        let account = row.text("account")?;
        let region = row.text("region")?;
        let event_name = row.text("event_name")?;
        let fact = Fact {
            resource: row.text("resource")?,
            kind: row.word("kind", words::fact_kind)?,
            tags: row.map("tags")?,
            all_tags: row.boolean("all_tags")?,
            properties: row.map("properties")?,
        };
        let record_hash = row.text("record_hash")?;
        let fact =
            ResourceFact { event_id, event_time, account, region, event_name, fact, record_hash };
        let source_object = row.source_object("source_object")?;
        Ok(Self { fact, source_object, provenance: row.judged_by()? })
    }
}
