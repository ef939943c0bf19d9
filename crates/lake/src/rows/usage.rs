//! The row of `usage`.

use std::cmp::Ordering;
use std::sync::Arc;

use analyzer::replay::RequestKind;
use chrono::{DateTime, Utc};
use cloudtrail::Outcome;
use iam_policy::Decision;

use super::{Provenance, ReadRow, TableRow, weight_of, words};
use crate::decode::RowDecoder;
use crate::encode::RowEncoder;
use crate::error::LakeError;
use crate::schema::Table;

/// What was asked for in the same way on one day, and how often.
#[derive(Clone, Debug, PartialEq)]
pub struct UsageRow {
    /// What the requests have in common.
    pub alike: Alike,
    /// How many there are.
    pub calls: u64,
    /// The first of them.
    pub first_seen: DateTime<Utc>,
    /// The last of them.
    pub last_seen: DateTime<Utc>,
    /// The file of `calls` they were counted in.
    pub calls_file: Arc<str>,
    /// How many parts that file stands for.
    pub parts: u32,
}

/// What requests that are counted together have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alike {
    /// The account the call was recorded in.
    pub account: String,
    /// ARN of the identity that carries the policies.
    pub principal: String,
    /// The IAM action.
    pub action: String,
    /// The region the call was made to.
    pub region: String,
    /// How the request came out of its record.
    pub request_kind: RequestKind,
    /// The service that made the call on the principal's behalf.
    pub via: Option<String>,
    /// The resource, as in `calls`.
    pub resources: Vec<String>,
    /// The service's condition keys and tags, by key.
    pub context: Vec<(String, Vec<String>)>,
    /// Instance types in the parameters.
    pub instance_types: Vec<String>,
    /// What AWS answered.
    pub outcome: Outcome,
    /// What the target says, in its word; none where nobody judged.
    pub decision: Option<&'static str>,
    /// Who judged.
    pub provenance: Arc<Provenance>,
}

impl UsageRow {
    /// Whether the target allows it, where that is known.
    fn legitimate(&self) -> Option<bool> {
        match words::decision(self.alike.decision?)? {
            Decision::Allowed => Some(true),
            Decision::ImplicitlyDenied | Decision::ExplicitlyDenied => Some(false),
            Decision::Undetermined => None,
        }
    }
}

/// Bytes of the texts that every row has, about, with what it costs to keep them apart.
const TEXTS: usize = 600;

impl TableRow for UsageRow {
    const TABLE: Table = Table::Usage;

    /// By account, principal, action and what else they have in common, then by time.
    fn order(&self, other: &Self) -> Ordering {
        let times = |row: &Self| {
            (row.first_seen.timestamp_millis(), row.last_seen.timestamp_millis(), row.calls)
        };
        self.alike
            .cmp(&other.alike)
            .then_with(|| times(self).cmp(&times(other)))
            .then_with(|| self.parts.cmp(&other.parts))
            .then_with(|| self.calls_file.cmp(&other.calls_file))
    }

    /// Files of usage are not merged, but counted anew.
    fn repeats(&self, kept: &Self) -> bool {
        self.order(kept).is_eq()
    }

    fn provenance(&self) -> &Arc<Provenance> {
        &self.alike.provenance
    }

    fn weight(&self) -> usize {
        let Alike { resources, context, instance_types, .. } = &self.alike;
        let fixed = size_of::<Self>().saturating_add(TEXTS);
        let lists = [resources, instance_types].into_iter().map(|list| weight_of(list));
        let context =
            context.iter().map(|(key, values)| key.len().saturating_add(weight_of(values)));
        lists.chain(context).fold(fixed, usize::saturating_add)
    }

    fn write(&self, row: &mut RowEncoder) {
        let alike = &self.alike;
        row.text("account", &alike.account);
        row.text("region", &alike.region);
        row.text("principal", &alike.principal);
        row.text("action", &alike.action);
        row.text("request_kind", alike.request_kind.as_str());
        row.optional_text("via", alike.via.as_deref());
        row.texts("resources", &alike.resources);
        row.map("context", &alike.context);
        row.texts("instance_types", &alike.instance_types);
        row.text("outcome", alike.outcome.as_str());
        row.optional_text("decision", alike.decision);
        row.optional_boolean("legitimate", self.legitimate());
        row.long("calls", self.calls);
        row.time("first_seen", Some(self.first_seen));
        row.time("last_seen", Some(self.last_seen));
        row.text("calls_file", &self.calls_file);
        row.integer("parts", self.parts);
        row.judged_by(&alike.provenance);
    }
}

impl ReadRow for UsageRow {
    fn read(row: &mut RowDecoder) -> Result<Self, LakeError> {
        let (account, region) = (row.text("account")?, row.text("region")?);
        let (principal, action) = (row.text("principal")?, row.text("action")?);
        let request_kind = row.word("request_kind", RequestKind::of)?;
        let via = row.optional_text("via")?;
        let (resources, context) = (row.texts("resources")?, row.map("context")?);
        let instance_types = row.texts("instance_types")?;
        let outcome = row.word("outcome", Outcome::of)?;
        let decision = row.optional_word("decision", words::decision)?.map(Decision::as_str);
        // It follows from the decision.
        let _ = row.optional_boolean("legitimate")?;
        let calls = row.long("calls")?;
        let (first_seen, last_seen) = (row.time("first_seen")?, row.time("last_seen")?);
        let calls_file = row.source_object("calls_file")?;
        let parts = row.integer("parts")?;
        let provenance = row.judged_by()?;
        let alike = Alike {
            account,
            principal,
            action,
            region,
            request_kind,
            via,
            resources,
            context,
            instance_types,
            outcome,
            decision,
            provenance,
        };
        Ok(Self { alike, calls, first_seen, last_seen, calls_file, parts })
    }
}
