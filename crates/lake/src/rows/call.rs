//! The row of `calls`.

use std::cmp::Ordering;
use std::sync::Arc;

use analyzer::Call;
use analyzer::replay::RequestKind;
use chrono::NaiveDate;
use cloudtrail::Outcome;

use super::{Provenance, ReadRow, RequestPlace, TableRow, open_context, weight_of, words};
use crate::decode::RowDecoder;
use crate::encode::RowEncoder;
use crate::error::LakeError;
use crate::names::request_key;
use crate::schema::Table;
use crate::sorter::DatedRow;

/// A judged request, with where it was read and who judged.
#[derive(Clone, Debug, PartialEq)]
pub struct CallRow {
    /// The request and its verdict.
    pub call: Call,
    /// The object its record was read from.
    pub source_object: Arc<str>,
    /// Who judged.
    pub provenance: Arc<Provenance>,
}

impl CallRow {
    /// A short name of the request: of its event, its place among those of the record, and the
    /// record's hash. The rows of all tables about a request have the same.
    #[must_use]
    pub fn request_key(&self) -> u128 {
        request_key(&self.call.event_id, self.call.request_index, &self.call.record_hash)
    }

    /// Where it stands among the rows of a file.
    fn place(&self) -> RequestPlace<'_> {
        let one = &self.call;
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
const TEXTS: usize = 1500;

impl TableRow for CallRow {
    const TABLE: Table = Table::Calls;

    /// By account, principal, action, time, event and request; copies of a record by object. The
    /// hash comes before the object so that copies of one body are neighbours.
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
        let call = &self.call;
        let fixed = size_of::<Self>().saturating_add(TEXTS);
        let lists = [&call.resources, &call.unknown_keys, &call.derived_keys, &call.instance_types];
        let lists = lists.into_iter().map(|list| weight_of(list));
        let context =
            call.context.iter().map(|(key, values)| key.len().saturating_add(weight_of(values)));
        let agent = call.user_agent.as_ref().map_or(0, String::len);
        lists.chain(context).fold(fixed.saturating_add(agent), usize::saturating_add)
    }

    fn write(&self, row: &mut RowEncoder) {
        let call = &self.call;
        row.text("event_id", &call.event_id);
        row.integer("request_index", call.request_index);
        row.text("request_kind", call.request_kind.as_str());
        row.time("event_time", Some(call.event_time));
        row.text("account", &call.account);
        row.text("region", &call.region);
        row.text("principal", &call.principal);
        row.text("principal_type", &call.principal_type);
        row.optional_text("session_name", call.session_name.as_deref());
        row.optional_text("source_identity", call.source_identity.as_deref());
        row.optional_text("access_key_id", call.access_key_id.as_deref());
        row.optional_text("via", call.via.as_deref());
        row.optional_text("user_profile_arn", call.user_profile_arn.as_deref());
        row.text("event_source", &call.event_source);
        row.text("event_name", &call.event_name);
        row.text("action", &call.action);
        row.texts("resources", &call.resources);
        row.text("outcome", call.outcome.as_str());
        row.optional_text("error_code", call.error_code.as_deref());
        row.optional_text("refused_by", call.refused_by.as_deref());
        row.optional_text("decision", call.decision.map(|decision| decision.as_str()));
        row.optional_text("deciding_layer", call.deciding_layer.as_deref());
        row.optional_text("deciding_policy", call.deciding_policy.as_deref());
        row.optional_text("deciding_statement", call.deciding_statement.as_deref());
        row.texts("unknown_keys", &call.unknown_keys);
        row.texts("derived_keys", &call.derived_keys);
        row.map("context", &call.context);
        row.texts("instance_types", &call.instance_types);
        row.optional_text("source_ip", call.source_ip.as_deref());
        row.optional_text("vpc_endpoint", call.vpc_endpoint.as_deref());
        row.optional_text("user_agent", call.user_agent.as_deref());
        row.text("record_hash", &call.record_hash);
        row.text("source_object", &self.source_object);
        row.text("policy_set", &self.provenance.policy_set);
        row.long("revision", self.provenance.revision);
        row.text("verdict_hash", &self.provenance.verdict_hash);
        row.optional_text("not_judged", call.not_judged.as_deref());
        row.optional_text("exempt", call.exempt.as_deref());
        row.text("engine", &self.provenance.engine);
        row.optional_text("space_arn", call.space_arn.as_deref());
        row.optional_text("domain_id", call.domain_id.as_deref());
        row.optional_text("caller_arn", call.caller_arn.as_deref());
        row.optional_text("caller_account", call.caller_account.as_deref());
        row.optional_text("caller_id", call.caller_id.as_deref());
        row.optional_text("session_issuer", call.session_issuer.as_deref());
        row.time("session_created", call.session_created);
        row.optional_boolean("mfa_authenticated", call.mfa_authenticated);
        row.optional_text("federated_provider", call.federated_provider.as_deref());
        row.optional_boolean("tls", call.tls);
        let open_context = call.open_context.as_ref().map(open_context::to_json);
        row.optional_text("open_context", open_context.as_deref());
        row.optional_boolean("resource_is_pattern", call.resource_is_pattern);
    }
}

impl DatedRow for CallRow {
    fn date(&self) -> NaiveDate {
        self.call.event_time.date_naive()
    }
}

impl ReadRow for CallRow {
    fn read(row: &mut RowDecoder) -> Result<Self, LakeError> {
        let mut call = Call {
            event_id: row.text("event_id")?,
            request_index: row.integer("request_index")?,
            request_kind: row.word("request_kind", RequestKind::of)?,
            event_time: row.time("event_time")?,
            account: row.text("account")?,
            region: row.text("region")?,
            principal: row.text("principal")?,
            principal_type: row.text("principal_type")?,
            session_name: row.optional_text("session_name")?,
            source_identity: row.optional_text("source_identity")?,
            access_key_id: row.optional_text("access_key_id")?,
            via: row.optional_text("via")?,
            user_profile_arn: row.optional_text("user_profile_arn")?,
            event_source: row.text("event_source")?,
            event_name: row.text("event_name")?,
            action: row.text("action")?,
            resources: row.texts("resources")?,
            outcome: row.word("outcome", Outcome::of)?,
            error_code: row.optional_text("error_code")?,
            refused_by: row.optional_text("refused_by")?,
            decision: row.optional_word("decision", words::decision)?,
            deciding_layer: row.optional_text("deciding_layer")?,
            deciding_policy: row.optional_text("deciding_policy")?,
            deciding_statement: row.optional_text("deciding_statement")?,
            unknown_keys: row.texts("unknown_keys")?,
            derived_keys: row.texts("derived_keys")?,
            context: row.map("context")?,
            instance_types: row.texts("instance_types")?,
            source_ip: row.optional_text("source_ip")?,
            vpc_endpoint: row.optional_text("vpc_endpoint")?,
            user_agent: row.optional_text("user_agent")?,
            record_hash: row.text("record_hash")?,
            not_judged: None,
            exempt: None,
            space_arn: None,
            domain_id: None,
            caller_arn: None,
            caller_account: None,
            caller_id: None,
            session_issuer: None,
            session_created: None,
            mfa_authenticated: None,
            federated_provider: None,
            tls: None,
            open_context: None,
            resource_is_pattern: None,
        };
        let source_object = row.source_object("source_object")?;
        let policy_set = row.text("policy_set")?;
        let revision = row.long("revision")?;
        let verdict_hash = row.text("verdict_hash")?;
        call.not_judged = row.optional_text("not_judged")?;
        call.exempt = row.optional_text("exempt")?;
        let engine = row.text("engine")?;
        let provenance = row.share(Provenance { policy_set, revision, verdict_hash, engine });
        read_later_columns(&mut call, row)?;
        Ok(Self { call, source_object, provenance })
    }
}

/// The columns that rows of the first version lack.
fn read_later_columns(call: &mut Call, row: &mut RowDecoder) -> Result<(), LakeError> {
    call.space_arn = row.optional_text("space_arn")?;
    call.domain_id = row.optional_text("domain_id")?;
    call.caller_arn = row.optional_text("caller_arn")?;
    call.caller_account = row.optional_text("caller_account")?;
    call.caller_id = row.optional_text("caller_id")?;
    call.session_issuer = row.optional_text("session_issuer")?;
    call.session_created = row.optional_time("session_created")?;
    call.mfa_authenticated = row.optional_boolean("mfa_authenticated")?;
    call.federated_provider = row.optional_text("federated_provider")?;
    call.tls = row.optional_boolean("tls")?;
    call.open_context = row.optional_word("open_context", open_context::from_json)?;
    call.resource_is_pattern = row.optional_boolean("resource_is_pattern")?;
    Ok(())
}
