//! Verdict against what AWS really answered: which codes a judged request gives.
//!
//! | AWS answered | target says | result |
//! | --- | --- | --- |
//! | succeeded | allowed | fine |
//! | succeeded | denied | violation |
//! | succeeded | undetermined | `DRF203` |
//! | denied | denied, undetermined | `DRF201` |
//! | denied | allowed | `DRF202` |
//! | failed otherwise | denied | violation, one severity lower: only a quota or a typo stopped it |
//! | failed otherwise | allowed, undetermined | nothing |
//! | throttled | anything | nothing: it was turned away before it was authorised |
//!
//! A decision of which only the kind of denial is open is a denial.
//!
//! Parameters that CloudTrail left out for their size are `DRF204`, in place of `DRF203`.

use cloudtrail::{Outcome, Record};
use iam_policy::{
    Condition, ContextValue, Decision, Effect, Evaluation, Evaluator, Glob, NearMiss, OperatorBase,
    PolicySet, PolicyType, StatementPlace, print_statement,
};
use sha2::{Digest, Sha256};
use std::sync::Arc;

use crate::finding::{Code, Severity};
use crate::hash::hex;
use crate::replay::{Request, RequestKind};

/// One reason why a request drifts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Drift {
    pub(crate) code: Code,
    /// By how many steps it is milder than its code.
    steps: u8,
    pub(crate) key: Option<String>,
    pub(crate) operator: Option<String>,
    pub(crate) wanted: Vec<String>,
    pub(crate) observed: Vec<String>,
    pub(crate) statement: Option<Deciding>,
    /// What the target says of the request.
    pub(crate) decision: Option<Decision>,
}

impl Drift {
    /// A drift of which nothing but the code is known yet.
    pub(crate) fn new(code: Code) -> Self {
        Self {
            code,
            steps: 0,
            key: None,
            operator: None,
            wanted: Vec::new(),
            observed: Vec::new(),
            statement: None,
            decision: None,
        }
    }

    /// A step milder for each: the call failed, it only reads.
    pub(crate) fn milder(&mut self, outcome: Outcome, read_only: bool) {
        for milder in [outcome == Outcome::Failed, read_only] {
            self.steps = self.steps.saturating_add(u8::from(milder));
        }
    }

    /// How bad it is, when its code is so bad.
    pub(crate) fn severity(&self, of_code: Severity) -> Severity {
        (0..self.steps).fold(of_code, |severity, _| severity.lower())
    }
}

/// The statement behind a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deciding {
    pub(crate) layer: PolicyType,
    pub(crate) policy: String,
    /// The `Sid`, else the position in the policy.
    pub(crate) name: String,
    /// The `Sid`, else the hash of the statement: for ids that an edit elsewhere must not change.
    pub(crate) identity: String,
    pub(crate) denies: bool,
}

impl Deciding {
    pub(crate) fn of(place: &StatementPlace<'_>) -> Self {
        let sid = place.statement.sid.clone();
        let identity = sid.clone().unwrap_or_else(|| {
            let mut hash = hex(&Sha256::digest(print_statement(place.statement).as_bytes()));
            hash.truncate(16);
            hash
        });
        Self {
            layer: place.layer,
            policy: place.policy.to_owned(),
            name: sid.unwrap_or_else(|| format!("statement[{}]", place.index)),
            identity,
            denies: place.statement.effect == Effect::Deny,
        }
    }
}

/// Which code a failing condition key gives.
const CODE_OF_KEY: [(&str, Code); 24] = [
    ("sagemaker:instancetypes", Code::InstanceType),
    ("sagemaker:acceleratortypes", Code::InstanceType),
    ("sagemaker:vpcsubnets", Code::Network),
    ("sagemaker:vpcsecuritygroupids", Code::Network),
    ("sagemaker:appnetworkaccesstype", Code::Network),
    ("sagemaker:networkisolation", Code::Isolation),
    ("sagemaker:intercontainertrafficencryption", Code::Isolation),
    ("sagemaker:directinternetaccess", Code::DirectInternetAccess),
    ("sagemaker:rootaccess", Code::RootAccess),
    ("sagemaker:minimuminstancemetadataserviceversion", Code::RootAccess),
    ("sagemaker:enableremotedebug", Code::RootAccess),
    ("sagemaker:remoteaccess", Code::RootAccess),
    ("sagemaker:workteamtype", Code::Workteam),
    ("sagemaker:workteamarn", Code::Workteam),
    ("aws:tagkeys", Code::Tags),
    ("sagemaker:taggingaction", Code::Tags),
    ("aws:sourceip", Code::SourceNetwork),
    ("aws:vpcsourceip", Code::SourceNetwork),
    ("aws:sourcevpc", Code::SourceNetwork),
    ("aws:sourcevpce", Code::SourceNetwork),
    ("sagemaker:imagearns", Code::Image),
    ("sagemaker:imageversionarns", Code::Image),
    ("sagemaker:featuregroupofflinestores3uri", Code::DataLocation),
    ("sagemaker:featuregroupofflinestoreconfig", Code::DataLocation),
];

/// Which code a key of a family gives, by how it begins.
const CODE_OF_FAMILY: [(&str, Code); 5] = [
    ("sagemaker:filesystem", Code::FileSystem),
    ("aws:requesttag/", Code::Tags),
    ("aws:resourcetag/", Code::Tags),
    ("sagemaker:resourcetag/", Code::Tags),
    ("iam:resourcetag/", Code::Tags),
];

fn code_of_key(key: &str) -> Code {
    let lower = key.to_lowercase();
    if lower.ends_with("kmskey") || lower.ends_with("kmskeyarn") {
        return Code::EncryptionKey;
    }
    let exact = CODE_OF_KEY.iter().find(|(known, _)| *known == lower);
    let family = || CODE_OF_FAMILY.iter().find(|(start, _)| lower.starts_with(start));
    exact.or_else(family).map_or(Code::OtherCondition, |(_, code)| *code)
}

/// Keys with few values, which tell one finding from another.
pub(crate) fn has_closed_values(code: Code, key: Option<&str>) -> bool {
    let key = key.unwrap_or_default().to_lowercase();
    // Attempts and missing grants go by the key that they are about.
    let code = match code {
        Code::BlockedAttempt | Code::MissingGrant => code_of_key(&key),
        code => code,
    };
    matches!(
        code,
        Code::InstanceType
            | Code::PassedRole
            | Code::Isolation
            | Code::DirectInternetAccess
            | Code::RootAccess
    ) || matches!(key.as_str(), "sagemaker:workteamtype" | "sagemaker:appnetworkaccesstype")
}

/// Whether a call was turned away before it was authorised.
pub(crate) fn is_throttled(record: &Record<'_>) -> bool {
    let code = record.error_code.as_deref().unwrap_or_default().to_lowercase();
    code.contains("throttl")
        || code.contains("toomanyrequests")
        || code.contains("requestlimitexceeded")
}

/// What AWS did with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) outcome: Outcome,
    /// Whether it was turned away before it was authorised.
    pub(crate) throttled: bool,
}

impl Answer {
    pub(crate) fn of(record: &Record<'_>) -> Self {
        Self { outcome: record.outcome(), throttled: is_throttled(record) }
    }
}

/// The drift of one judged request.
pub(crate) fn drift(
    evaluator: &mut Evaluator<Arc<PolicySet>>,
    request: &Request,
    evaluation: &Evaluation,
    answer: Answer,
    omitted: bool,
    read_only: bool,
) -> Vec<Drift> {
    let mut drifts = verdict_drift(evaluator, request, evaluation, answer, read_only);
    // Parameters too large to be recorded are a cheap way to hide, whatever the verdict.
    if omitted && answer.outcome != Outcome::Denied && !answer.throttled {
        drifts.retain(|drift| drift.code != Code::Undetermined);
        drifts.push(doubt(Code::ParametersOmitted, evaluator, evaluation));
    }
    drifts
}

fn verdict_drift(
    evaluator: &mut Evaluator<Arc<PolicySet>>,
    request: &Request,
    evaluation: &Evaluation,
    answer: Answer,
    read_only: bool,
) -> Vec<Drift> {
    let decision = evaluation.verdict();
    match (answer.outcome, decision) {
        (Outcome::Succeeded, Decision::Undetermined) => {
            vec![doubt(Code::Undetermined, evaluator, evaluation)]
        }
        (Outcome::Denied, Decision::Allowed) => vec![missing_grant(evaluator, request, evaluation)],
        (Outcome::Denied, Decision::Undetermined) => {
            vec![doubt(Code::BlockedAttempt, evaluator, evaluation)]
        }
        (Outcome::Denied, _) => blocked(violations(evaluator, request, evaluation), decision),
        (_, Decision::Allowed) | (Outcome::Failed, Decision::Undetermined) => Vec::new(),
        (Outcome::Failed, _) if answer.throttled => Vec::new(),
        (outcome, _) => {
            let mut drifts = violations(evaluator, request, evaluation);
            for drift in &mut drifts {
                drift.decision = Some(decision);
                drift.milder(outcome, read_only);
            }
            drifts
        }
    }
}

fn doubt(code: Code, evaluator: &Evaluator<Arc<PolicySet>>, evaluation: &Evaluation) -> Drift {
    let open = evaluation.open.first().or(evaluation.matched.first());
    let open = open.and_then(|statement| evaluator.set().place(*statement));
    let mut drift = Drift::new(code);
    drift.key = (!evaluation.needs.is_empty()).then(|| evaluation.needs.join(", "));
    drift.statement = open.as_ref().map(Deciding::of);
    drift.decision = Some(evaluation.verdict());
    drift
}

fn missing_grant(
    evaluator: &Evaluator<Arc<PolicySet>>,
    request: &Request,
    evaluation: &Evaluation,
) -> Drift {
    let granting = evaluation.matched.first().and_then(|s| evaluator.set().place(*s));
    let mut drift = Drift::new(Code::MissingGrant);
    if request.kind == RequestKind::PassRole {
        drift.observed = crate::judge::resource_texts(&request.context.resource);
    }
    drift.statement = granting.as_ref().map(Deciding::of);
    drift.decision = Some(evaluation.verdict());
    drift
}

/// What the call would have violated, as the one attempt that AWS blocked.
fn blocked(violations: Vec<Drift>, decision: Decision) -> Vec<Drift> {
    let code = Code::BlockedAttempt;
    let first = violations.into_iter().next();
    let decision = Some(decision);
    first.map(|violation| Drift { code, steps: 0, decision, ..violation }).into_iter().collect()
}

/// Why a request is not allowed, in one drift: what it violates first, or what is not known.
pub(crate) fn reason(
    evaluator: &mut Evaluator<Arc<PolicySet>>,
    request: &Request,
    evaluation: &Evaluation,
) -> Option<Drift> {
    match evaluation.verdict() {
        Decision::Allowed => None,
        Decision::Undetermined => Some(doubt(Code::Undetermined, evaluator, evaluation)),
        _ => violations(evaluator, request, evaluation).into_iter().next(),
    }
}

/// The codes of a request that the target denies.
fn violations(
    evaluator: &mut Evaluator<Arc<PolicySet>>,
    request: &Request,
    evaluation: &Evaluation,
) -> Vec<Drift> {
    let place = evaluation.matched.first().copied();
    if evaluation.verdict() == Decision::ExplicitlyDenied
        && let Some(place) = place.and_then(|statement| evaluator.set().place(statement))
    {
        return explicit(request, &place);
    }
    let layer = evaluation.layer.unwrap_or(PolicyType::Identity);
    match evaluator.near_miss(&request.context, layer) {
        NearMiss::Action | NearMiss::Principal(_) => {
            vec![plain(request, Code::ActionNotGranted, None)]
        }
        NearMiss::Resource(place) => vec![plain(request, Code::ResourceOutOfScope, Some(&place))],
        NearMiss::Conditions { statement, failed } => {
            let failed = failed.iter().map(|failed| (failed.condition, &failed.observed));
            by_condition(request, &statement, failed, Code::ResourceOutOfScope)
        }
    }
}

fn explicit(request: &Request, place: &StatementPlace<'_>) -> Vec<Drift> {
    let conditions = place
        .statement
        .conditions
        .iter()
        .map(|condition| (condition, request.context.value(&condition.key)));
    by_condition(request, place, conditions, Code::ExplicitlyDenied)
}

/// A drift per code of the condition keys; `otherwise` when there are none.
fn by_condition<'c>(
    request: &Request,
    place: &StatementPlace<'_>,
    conditions: impl Iterator<Item = (&'c Condition, &'c ContextValue)>,
    otherwise: Code,
) -> Vec<Drift> {
    let mut drifts: Vec<Drift> = Vec::new();
    for (condition, observed) in conditions {
        let code = match request.kind {
            RequestKind::PassRole => Code::PassedRole,
            _ => code_of_key(&condition.key),
        };
        if drifts.iter().any(|drift| drift.code == code) {
            continue;
        }
        let mut drift = plain(request, code, Some(place));
        drift.key = Some(condition.key.clone());
        drift.operator = Some(condition.operator.to_string());
        drift.wanted.clone_from(&condition.values);
        if code != Code::PassedRole {
            drift.observed = offending(condition, observed, place.statement.effect);
        }
        drifts.push(drift);
    }
    if drifts.is_empty() {
        drifts.push(plain(request, otherwise, Some(place)));
    }
    drifts
}

fn plain(request: &Request, code: Code, place: Option<&StatementPlace<'_>>) -> Drift {
    let passed = request.kind == RequestKind::PassRole;
    let code = if passed { Code::PassedRole } else { code };
    let mut drift = Drift::new(code);
    drift.statement = place.map(Deciding::of);
    if let (Code::ResourceOutOfScope | Code::PassedRole, Some(place)) = (code, place) {
        let resource = place.statement.resource.as_ref();
        drift.wanted = resource.map(|block| block.patterns.clone()).unwrap_or_default();
    }
    if passed || code == Code::ResourceOutOfScope {
        drift.observed = crate::judge::resource_texts(&request.context.resource);
    }
    drift
}

/// The values that made the condition fail (or, of a Deny, match); all of them where that cannot
/// be told apart.
fn offending(condition: &Condition, observed: &ContextValue, effect: Effect) -> Vec<String> {
    let texts = match observed {
        ContextValue::Known(value) => value.texts(),
        ContextValue::OneOf(candidates) => {
            // The first is what the record says.
            let first = candidates.iter().flatten().next();
            return first.map(|value| value.texts().to_vec()).unwrap_or_default();
        }
        ContextValue::Absent | ContextValue::Present | ContextValue::Unknown => {
            return Vec::new();
        }
    };
    let compared_as_text = matches!(
        condition.operator.base,
        OperatorBase::StringEquals
            | OperatorBase::StringNotEquals
            | OperatorBase::StringLike
            | OperatorBase::StringNotLike
    );
    if !compared_as_text {
        return texts.to_vec();
    }
    let globs: Vec<Glob> = condition.values.iter().map(|wanted| Glob::new(wanted)).collect();
    let negated = condition.operator.base.is_negated();
    let bad_when_listed = (effect == Effect::Deny) != negated;
    let bad =
        texts.iter().filter(|text| globs.iter().any(|glob| glob.matches(text)) == bad_when_listed);
    let bad: Vec<String> = bad.cloned().collect();
    if bad.is_empty() { texts.to_vec() } else { bad }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_table_gives_its_code() {
        for (key, code) in [
            ("sagemaker:InstanceTypes", "DRF101"),
            ("sagemaker:AcceleratorTypes", "DRF101"),
            ("sagemaker:VpcSubnets", "DRF102"),
            ("sagemaker:AppNetworkAccessType", "DRF102"),
            ("sagemaker:NetworkIsolation", "DRF103"),
            ("sagemaker:VolumeKmsKey", "DRF104"),
            ("sagemaker:FeatureGroupOnlineStoreKmsKeyArn", "DRF104"),
            ("sagemaker:DirectInternetAccess", "DRF105"),
            ("sagemaker:RootAccess", "DRF106"),
            ("sagemaker:EnableRemoteDebug", "DRF106"),
            ("sagemaker:FileSystemDirectoryPath", "DRF107"),
            ("sagemaker:WorkteamArn", "DRF108"),
            ("aws:RequestTag/team", "DRF109"),
            ("aws:TagKeys", "DRF109"),
            ("sagemaker:ResourceTag/Project", "DRF109"),
            ("sagemaker:TaggingAction", "DRF109"),
            ("aws:sourceVpce", "DRF114"),
            ("sagemaker:ImageArns", "DRF115"),
            ("sagemaker:FeatureGroupOfflineStoreS3Uri", "DRF116"),
            ("aws:MultiFactorAuthPresent", "DRF119"),
        ] {
            assert_eq!(code_of_key(key).as_str(), code, "{key}");
        }
    }

    #[test]
    fn the_offending_values_are_named() {
        let condition = |operator: &str, values: &[&str]| Condition {
            operator: iam_policy::Operator::parse(operator),
            key: "sagemaker:InstanceTypes".into(),
            values: values.iter().map(ToString::to_string).collect(),
        };
        let seen = ContextValue::many(["ml.c5.large", "ml.p4d.24xlarge"]);
        for (operator, effect, values, wanted) in [
            ("ForAllValues:StringLike", Effect::Allow, "ml.c5.*", "ml.p4d.24xlarge"),
            ("ForAnyValue:StringNotLike", Effect::Deny, "ml.c5.*", "ml.p4d.24xlarge"),
            ("ForAnyValue:StringLike", Effect::Deny, "ml.p*", "ml.p4d.24xlarge"),
            ("ForAllValues:StringNotLike", Effect::Allow, "ml.p*", "ml.p4d.24xlarge"),
        ] {
            assert_eq!(
                offending(&condition(operator, &[values]), &seen, effect),
                [wanted],
                "{operator}"
            );
        }
    }
}
