//! The main path: one record in, its judged requests and findings out.
//!
//! Nothing here reads the clock, keeps anything from one record to the next that would change a
//! verdict, or can fail because of the outside world.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use cloudtrail::{Limits, Outcome, Reason, Record, RecordError, check, parse_record};
use iam_policy::json::{self, Node};
use iam_policy::{AccountId, Decision, Evaluation, Evaluator, PolicySet, ResourceValue};
use sagemaker_catalog::Catalog;
use sha2::{Digest, Sha256};

use crate::actor::Actor;
use crate::call::Call;
use crate::drift::{Answer, Deciding, Drift, drift};
use crate::evaluators::Evaluators;
use crate::finding::{Code, Finding, FindingKey, Folding};
use crate::hash::hex;
use crate::record_rule::broken;
use crate::replay::{Replay, Request};
use crate::resource_fact::{self, Fact, ResourceFact};
use crate::self_test::{self, Comparer};
use crate::snapshot::Snapshot;
use crate::stored;
use crate::target::{Bound, TargetSet, Unjudged};

/// Where the rows of a record go.
pub trait Sink {
    /// Takes one judged request.
    fn call(&mut self, call: Call);
    /// Takes one finding.
    fn finding(&mut self, finding: Finding);
    /// Takes what a record says about a resource.
    fn fact(&mut self, fact: ResourceFact);
}

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was evaluated: rows went to the sink.
    Evaluated {
        /// When the call was completed.
        event_time: DateTime<Utc>,
    },
    /// Another service, or no call at all.
    OutOfScope {
        /// When it happened.
        event_time: DateTime<Utc>,
    },
    /// It cannot be read.
    Rejected(RecordError),
}

/// Which calls are wanted; the others are out of scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// From this day on (UTC).
    pub from: Option<NaiveDate>,
    /// Before this day (UTC).
    pub to: Option<NaiveDate>,
    /// Recorded in this account.
    pub account: Option<String>,
    /// Made to this region.
    pub region: Option<String>,
}

impl Filter {
    fn admits(&self, record: &Record<'_>, account: &str) -> bool {
        let day = record.event_time.date_naive();
        let same = |wanted: &Option<String>, found: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == found)
        };
        self.from.is_none_or(|from| day >= from)
            && self.to.is_none_or(|to| day < to)
            && same(&self.account, account)
            && same(&self.region, record.aws_region.as_deref().unwrap_or_default())
    }
}

/// What a record is, before any policy is asked.
pub(crate) enum Admission<'a> {
    /// A call to be judged.
    Call(Record<'a>, Actor),
    /// A call of SageMaker that is not asked for.
    Filtered(DateTime<Utc>),
    /// Another service, or no call at all.
    Other(Record<'a>),
}

/// Which records are judged.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub(crate) limits: Limits,
    pub(crate) filter: Filter,
}

impl Gate {
    /// Reads a record of an object that was delivered at the given time.
    pub(crate) fn admit<'a>(
        &self,
        slice: &'a [u8],
        delivered_at: Option<DateTime<Utc>>,
    ) -> Result<Admission<'a>, RecordError> {
        let record = parse_record(slice, &self.limits)?;
        record.check_time(delivered_at)?;
        if !is_in_scope(&record) {
            return Ok(Admission::Other(record));
        }
        let actor = Actor::of(&record);
        check(&record).and_then(|()| check_place(&record, &actor.account))?;
        if !self.filter.admits(&record, &actor.account) {
            return Ok(Admission::Filtered(record.event_time));
        }
        Ok(Admission::Call(record, actor))
    }
}

/// Judges records by one policy set.
#[derive(Debug)]
pub struct Judge<'t> {
    pub(crate) target: &'t TargetSet,
    pub(crate) gate: Gate,
    pub(crate) catalog: &'t Catalog,
    pub(crate) evaluators: Evaluators<'t>,
    pub(crate) replay: Replay,
    /// With a snapshot, what AWS said is compared with it.
    comparer: Option<Comparer<'t>>,
    answers: Vec<self_test::Answer>,
}

/// Hash of the catalog that this program judges by. What a policy set adds to it is part of the set's
/// own hash.
#[must_use]
pub fn catalog_hash() -> String {
    let mut hash = Sha256::new();
    for (name, text) in sagemaker_catalog::data() {
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    hex(&hash.finalize())
}

/// The version of this program, which rows carry.
pub const ENGINE: &str = env!("CARGO_PKG_VERSION");

impl<'t> Judge<'t> {
    /// A judge by this policy set.
    #[must_use]
    pub fn new(target: &'t TargetSet, limits: Limits) -> Self {
        Self {
            target,
            gate: Gate { limits, filter: Filter::default() },
            catalog: &target.catalog,
            evaluators: Evaluators::new(target),
            replay: Replay::default(),
            comparer: None,
            answers: Vec::new(),
        }
    }

    /// The same judge, for some calls only.
    #[must_use]
    pub fn filtered(mut self, filter: Filter) -> Self {
        self.gate.filter = filter;
        self
    }

    /// The same judge, which also compares AWS's answers with a snapshot. No verdict changes.
    #[must_use]
    pub fn with_snapshot(mut self, snapshot: Option<&'t Snapshot>) -> Self {
        self.comparer = snapshot.map(Comparer::new);
        self
    }

    /// AWS's answers since this was last asked, compared.
    pub fn take_answers(&mut self) -> Vec<self_test::Answer> {
        std::mem::take(&mut self.answers)
    }

    /// Judges one record of an object that was delivered at the given time.
    pub fn judge(
        &mut self,
        slice: &[u8],
        delivered_at: Option<DateTime<Utc>>,
        sink: &mut impl Sink,
    ) -> Verdict {
        match self.gate.admit(slice, delivered_at) {
            Ok(Admission::Call(record, actor)) => {
                self.judge_record(&record, &actor, sink);
                Verdict::Evaluated { event_time: record.event_time }
            }
            Ok(Admission::Filtered(event_time)) => Verdict::OutOfScope { event_time },
            Ok(Admission::Other(record)) => {
                self.tagging_facts(&record, sink);
                Verdict::OutOfScope { event_time: record.event_time }
            }
            Err(error) => Verdict::Rejected(error),
        }
    }

    /// Other services' calls are out of scope, but one of them changes tags.
    fn tagging_facts(&self, record: &Record<'_>, sink: &mut impl Sink) {
        let account = Actor::of(record).account;
        let facts = resource_fact::tagging_facts(record, &account);
        if facts.is_empty() {
            return;
        }
        if check_place(record, &account).is_err() || !self.gate.filter.admits(record, &account) {
            return;
        }
        let record_hash = record_hash(record.raw);
        let event_id = event_id(record, &record_hash);
        for fact in facts {
            sink.fact(resource_fact(record, &account, &event_id, &record_hash, fact));
        }
    }

    fn judge_record(&mut self, record: &Record<'_>, actor: &Actor, sink: &mut impl Sink) {
        let parameters = record.request_parameters.and_then(|text| json::parse(text).ok());
        let parameters = parameters.as_ref();
        let mut replay = std::mem::take(&mut self.replay);
        replay.replay(record, parameters, actor, &self.target.facts, self.catalog);
        let facts = std::mem::take(&mut replay.facts);
        let bound = self.evaluators.bound(actor);
        let about = About::new(record, actor, &replay, &bound, self.target);
        let mut evaluator = self.evaluators.of(&bound);
        let mut drifted: Vec<Code> = Vec::new();
        for (index, request) in (0_u32..).zip(&replay.requests) {
            let drifts = match &mut evaluator {
                Some(evaluator) => {
                    let evaluation = evaluator.evaluate(&request.context);
                    let deciding = deciding(evaluator, &evaluation);
                    sink.call(about.call(index, request, Some(&evaluation), deciding.as_ref()));
                    about.drift(index, request, &evaluation, evaluator)
                }
                None => {
                    sink.call(about.call(index, request, None, None));
                    about.unjudged_drift(index)
                }
            };
            for drift in drifts {
                drifted.push(drift.code);
                sink.finding(about.finding(index, request, drift));
            }
        }
        for finding in self.record_rule_findings(&about, 0, parameters, &drifted) {
            sink.finding(finding);
        }
        for fact in facts {
            let (event_id, hash) = (&about.event_id, &about.record_hash);
            sink.fact(resource_fact(record, &actor.account, event_id, hash, fact));
        }
        if let Some(comparer) = &mut self.comparer {
            self.answers.extend(about.compared(comparer));
        }
        self.replay = replay;
    }

    /// Rules on the record apply whatever IAM says, once per code; `drifted` has the codes that
    /// were found already.
    pub(crate) fn record_rule_findings(
        &self,
        about: &About<'_, '_>,
        index: u32,
        parameters: Option<&Node<'_>>,
        drifted: &[Code],
    ) -> Vec<Finding> {
        let Some(request) = about.replay.requests.first().filter(|_| about.may_drift()) else {
            return Vec::new();
        };
        let mut seen = drifted.to_vec();
        let mut findings = Vec::new();
        for &position in &about.bound.record_rules {
            let Some(rule) = self.target.record_rule(position) else { continue };
            for broken in broken(rule, &about.replay.instance_types, parameters) {
                if seen.contains(&broken.code) {
                    continue;
                }
                seen.push(broken.code);
                let mut drift = Drift::new(broken.code);
                drift.key = Some(format!("record_rule:{}", broken.key));
                drift.wanted = broken.wanted;
                drift.observed = broken.observed;
                drift.milder(about.answer.outcome, about.is_read_only(request));
                findings.push(about.finding(index, request, drift));
            }
        }
        findings
    }
}

/// Only calls to SageMaker's APIs are evaluated: no events of services, sign-ins or endpoints.
fn is_in_scope(record: &Record<'_>) -> bool {
    let call =
        record.event_type.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("AwsApiCall"));
    call && Catalog::is_sagemaker_source(&record.event_source)
}

/// A call belongs to an account and a region; without them it has no place in the lake.
fn check_place(record: &Record<'_>, account: &str) -> Result<(), RecordError> {
    let (reason, member) = if record.aws_region.is_none() {
        (Reason::BadRegion, "awsRegion")
    } else if account.parse::<AccountId>().is_err() {
        (Reason::BadAccount, "recipientAccountId")
    } else {
        return Ok(());
    };
    Err(RecordError { reason, detail: format!("`{member}` is missing or malformed") })
}

pub(crate) fn event_id(record: &Record<'_>, record_hash: &str) -> String {
    match record.event_id() {
        Some(id) => id.to_owned(),
        None => format!("sha256:{record_hash}"),
    }
}

fn resource_fact(
    record: &Record<'_>,
    account: &str,
    event_id: &str,
    record_hash: &str,
    fact: Fact,
) -> ResourceFact {
    ResourceFact {
        event_id: event_id.to_owned(),
        event_time: record.event_time,
        account: account.to_owned(),
        region: record.aws_region.as_deref().unwrap_or_default().to_owned(),
        event_name: record.event_name.to_string(),
        fact,
        record_hash: record_hash.to_owned(),
    }
}

pub(crate) fn deciding(
    evaluator: &Evaluator<Arc<PolicySet>>,
    evaluation: &Evaluation,
) -> Option<Deciding> {
    let settled = matches!(evaluation.decision(), Decision::Allowed | Decision::ExplicitlyDenied);
    let statement = evaluation.matched.first().filter(|_| settled)?;
    evaluator.set().place(*statement).as_ref().map(Deciding::of)
}

/// The texts of a resource, for a row.
pub(crate) fn resource_texts(resource: &ResourceValue) -> Vec<String> {
    match resource {
        ResourceValue::Known(text) | ResourceValue::Like(text) => vec![text.clone()],
        ResourceValue::OneOf(texts) => texts.clone(),
        ResourceValue::Unknown => Vec::new(),
    }
}

/// What all rows of one record share.
pub(crate) struct About<'r, 'a> {
    record: &'r Record<'a>,
    actor: &'r Actor,
    replay: &'r Replay,
    bound: &'r Bound,
    target: &'r TargetSet,
    answer: Answer,
    event_id: String,
    record_hash: String,
}

impl<'r, 'a> About<'r, 'a> {
    pub(crate) fn new(
        record: &'r Record<'a>,
        actor: &'r Actor,
        replay: &'r Replay,
        bound: &'r Bound,
        target: &'r TargetSet,
    ) -> Self {
        let record_hash = record_hash(record.raw);
        Self::with(record, actor, replay, bound, target, Answer::of(record), record_hash)
    }

    /// As [`About::new`], where the record itself is not at hand.
    pub(crate) fn with(
        record: &'r Record<'a>,
        actor: &'r Actor,
        replay: &'r Replay,
        bound: &'r Bound,
        target: &'r TargetSet,
        answer: Answer,
        record_hash: String,
    ) -> Self {
        let event_id = event_id(record, &record_hash);
        Self { record, actor, replay, bound, target, answer, event_id, record_hash }
    }

    pub(crate) fn call(
        &self,
        index: u32,
        request: &Request,
        evaluation: Option<&Evaluation>,
        deciding: Option<&Deciding>,
    ) -> Call {
        let record = self.record;
        let identity = &record.user_identity;
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let session = identity.session_context.as_ref();
        let issuer = session.and_then(|session| session.session_issuer.as_ref());
        let layer = evaluation.and_then(|evaluation| evaluation.layer);
        Call {
            event_id: self.event_id.clone(),
            request_index: index,
            request_kind: request.kind,
            event_time: record.event_time,
            account: self.actor.account.clone(),
            region: record.aws_region.as_deref().unwrap_or_default().to_owned(),
            principal: self.actor.arn.clone(),
            principal_type: self.actor.principal_type.clone(),
            session_name: self.actor.session_name.clone(),
            source_identity: owned(session.and_then(|session| session.source_identity.as_deref())),
            access_key_id: owned(identity.access_key_id.as_deref()),
            via: owned(identity.invoked_by.as_deref()),
            user_profile_arn: self.replay.studio.user_profile_arn.clone(),
            space_arn: self.replay.studio.space_arn.clone(),
            domain_id: self.replay.studio.domain_id.clone(),
            event_source: record.event_source.to_string(),
            event_name: record.event_name.to_string(),
            action: request.context.action.clone(),
            resources: resource_texts(&request.context.resource),
            outcome: self.answer.outcome,
            error_code: owned(record.error_code.as_deref()),
            refused_by: self.replay.refusal.as_ref().and_then(|r| r.layer).map(str::to_owned),
            decision: evaluation.map(Evaluation::verdict),
            not_judged: self.bound.policies.as_ref().err().map(|why| why.as_str().to_owned()),
            exempt: self.bound.exempt.clone(),
            deciding_layer: layer.map(|layer| layer.as_str().to_owned()),
            deciding_policy: deciding.map(|deciding| deciding.policy.clone()),
            deciding_statement: deciding.map(|deciding| deciding.name.clone()),
            unknown_keys: stored::unknown_keys(&request.context, evaluation),
            derived_keys: request.derived_keys.clone(),
            context: stored::settled(&request.context),
            instance_types: self.replay.instance_types.clone(),
            source_ip: owned(record.source_ip_address.as_deref()),
            vpc_endpoint: owned(record.vpc_endpoint_id.as_deref()),
            user_agent: owned(record.user_agent.as_deref()),
            caller_arn: owned(identity.arn.as_deref()),
            caller_account: owned(identity.account_id.as_deref()),
            caller_id: owned(identity.principal_id.as_deref()),
            session_issuer: issuer.map(|issuer| issuer.arn.to_string()),
            session_created: session.and_then(|session| session.creation_date),
            mfa_authenticated: session.and_then(|session| session.mfa_authenticated),
            federated_provider: owned(
                session.and_then(|session| session.web_id_federated_provider.as_deref()),
            ),
            tls: Some(record.has_tls_details),
            open_context: Some(stored::open(request.kind, &request.context)),
            resource_is_pattern: Some(matches!(request.context.resource, ResourceValue::Like(_))),
            record_hash: self.record_hash.clone(),
        }
    }

    /// What AWS said, compared with the snapshot.
    fn compared(&self, comparer: &mut Comparer<'_>) -> Option<self_test::Answer> {
        let (said, result) = comparer.compare(self.actor, self.replay, self.answer.outcome)?;
        Some(self_test::Answer {
            record: half_of(&self.record_hash),
            event_id: self.event_id.clone(),
            event_time: self.record.event_time,
            principal: self.actor.arn.clone(),
            said,
            result,
        })
    }

    pub(crate) fn drift(
        &self,
        index: u32,
        request: &Request,
        evaluation: &Evaluation,
        evaluator: &mut Evaluator<Arc<PolicySet>>,
    ) -> Vec<Drift> {
        // Of a refused call only the refused request says anything: AWS did not come to the rest.
        let not_reached = self.answer.outcome == Outcome::Denied && index > 0;
        if self.bound.exempt.is_some() || not_reached {
            return Vec::new();
        }
        let read_only = self.is_read_only(request);
        drift(evaluator, request, evaluation, self.answer, self.replay.omitted, read_only)
    }

    fn is_read_only(&self, request: &Request) -> bool {
        let name = request.context.action.split_once(':').map_or("", |(_, name)| name);
        self.target.catalog.action(name).is_some_and(sagemaker_catalog::Action::is_read_only)
    }

    /// Whether the caller may drift at all: it is not exempt and not AWS itself, and AWS neither
    /// refused the call nor turned it away.
    fn may_drift(&self) -> bool {
        let unjudged = self.bound.policies.as_ref().err();
        let answerable =
            matches!(unjudged, None | Some(Unjudged::Unbound | Unjudged::CrossAccount));
        answerable
            && self.bound.exempt.is_none()
            && self.answer.outcome != Outcome::Denied
            && !self.answer.throttled
    }

    fn unjudged_drift(&self, index: u32) -> Vec<Drift> {
        let unbound = self.bound.policies.as_ref().err() == Some(&Unjudged::Unbound);
        if !unbound || index > 0 || !self.may_drift() {
            return Vec::new();
        }
        let mut drifts = vec![Drift::new(Code::PrincipalNotBound)];
        if self.replay.omitted {
            drifts.push(Drift::new(Code::ParametersOmitted));
        }
        for drift in &mut drifts {
            drift.milder(self.answer.outcome, false);
        }
        drifts
    }

    pub(crate) fn finding(&self, index: u32, request: &Request, drift: Drift) -> Finding {
        let finding_id = self.finding_id(request, &drift);
        let severity = drift.severity(self.target.severity(drift.code));
        let deciding = drift.statement;
        Finding {
            event_id: self.event_id.clone(),
            request_index: index,
            code: drift.code,
            severity,
            finding_id,
            event_time: self.record.event_time,
            account: self.actor.account.clone(),
            region: self.record.aws_region.as_deref().unwrap_or_default().to_owned(),
            principal: self.actor.arn.clone(),
            session_name: self.actor.session_name.clone(),
            action: request.context.action.clone(),
            resources: resource_texts(&request.context.resource),
            resource_type: request.resource_type.clone(),
            key: drift.key,
            operator: drift.operator,
            iam_can_enforce: iam_can_enforce(drift.code, request, &self.target.catalog),
            wanted: drift.wanted,
            observed: drift.observed,
            policy: deciding.as_ref().map(|deciding| deciding.policy.clone()),
            denied_by_statement: deciding.as_ref().is_some_and(|deciding| deciding.denies),
            statement: deciding.map(|deciding| deciding.name),
            outcome: self.answer.outcome,
            decision: drift.decision,
            waiver: None,
        }
    }

    fn finding_id(&self, request: &Request, drift: &Drift) -> String {
        let action = request.context.action.as_str();
        let Folding { by_action, by_observed } =
            Folding::of(drift.code, action, drift.key.as_deref());
        let doubt = matches!(drift.code, Code::Undetermined | Code::ParametersOmitted);
        let statement = drift.statement.as_ref().filter(|_| !doubt);
        FindingKey {
            code: drift.code,
            account: &self.actor.account,
            region: self.record.aws_region.as_deref().unwrap_or_default(),
            principal: &self.actor.arn,
            action: if by_action { action } else { "" },
            resource_type: request.resource_type.as_deref().filter(|_| by_action),
            key: drift.key.as_deref(),
            statement: statement.map(|deciding| deciding.identity.as_str()),
            closed_values: if by_observed { &drift.observed } else { &[] },
        }
        .id()
    }
}

fn iam_can_enforce(code: Code, request: &Request, catalog: &Catalog) -> Option<bool> {
    let name = request.context.action.split_once(':').map_or("", |(_, name)| name);
    let action = catalog.action(name);
    (code == Code::InstanceType)
        .then(|| action.is_some_and(|action| action.key("sagemaker:InstanceTypes").is_some()))
}

/// Half of a record's hash, which tells records apart as well.
pub(crate) fn half_of(record_hash: &str) -> u128 {
    let half = record_hash.get(..32).unwrap_or_default();
    u128::from_str_radix(half, 16).unwrap_or_default()
}

/// The hash of a record without the white space between its tokens: one event comes in files that
/// are written differently.
pub(crate) fn record_hash(raw: &str) -> String {
    let mut hash = Sha256::new();
    let (mut quoted, mut escaped) = (false, false);
    let mut kept = |byte: &u8| {
        if quoted {
            (quoted, escaped) = match byte {
                b'"' => (escaped, false),
                b'\\' => (true, !escaped),
                _ => (true, false),
            };
            return true;
        }
        quoted = *byte == b'"';
        !byte.is_ascii_whitespace()
    };
    // Compact records, which is nearly all, are one run.
    for run in raw.as_bytes().split(|byte| !kept(byte)) {
        hash.update(run);
    }
    hex(&hash.finalize())
}

#[cfg(test)]
pub(crate) mod tests;
