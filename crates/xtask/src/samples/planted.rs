//! Drift put into the trail on purpose, each with the findings it must give.
//!
//! What is expected is written down here by hand, from AWS's semantics and the table of codes. No
//! evaluator takes part, so that the answer key can judge one.

mod answers;
mod compute;
mod data;
mod grants;
mod labels;
mod network;
mod notebooks;
mod quiet;

use super::company::{Place, Principal};
use super::json::{Json, object};
use super::moment::Moment;
use super::operations::Operation;
use super::random::Random;
use super::session::{Answer, Because, Call, Caller, Refusal, Session};

/// A planted call and what must be found; nothing, for those that look bad and are not.
#[derive(Debug)]
pub(super) struct Plant {
    /// In a few words, for the table of the README.
    pub(super) why: &'static str,
    pub(super) call: Call,
    pub(super) findings: Vec<Finding>,
}

/// Who, where, when.
type Scene = (&'static Principal, &'static Place, Moment);

/// One finding of a request.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    kind: RequestKind,
    pub(super) code: &'static str,
    verdict: Verdict,
}

/// Which of the requests behind one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RequestKind {
    Primary,
    PassRole,
    AddTags,
    ExtraResource,
}

/// What the policy set says, and which statement says it: the one that decides, or the Allow that
/// comes nearest.
#[derive(Debug, Clone, Copy, Default)]
struct Verdict {
    decision: Option<&'static str>,
    policy: Option<&'static str>,
    statement: Option<&'static str>,
    key: Option<&'static str>,
}

const IMPLICITLY_DENIED: &str = "ImplicitlyDenied";
const EXPLICITLY_DENIED: &str = "ExplicitlyDenied";
const ALLOWED: &str = "Allowed";
const UNDETERMINED: &str = "Undetermined";

impl Verdict {
    fn by(decision: &'static str, policy: &'static str, statement: &'static str) -> Self {
        let (policy, statement) = (Some(policy), Some(statement));
        Self { decision: Some(decision), policy, statement, key: None }
    }

    /// A condition of the nearest Allow fails.
    fn misses(policy: &'static str, statement: &'static str, key: &'static str) -> Self {
        Self { key: Some(key), ..Self::by(IMPLICITLY_DENIED, policy, statement) }
    }

    /// An Allow has the action, but for other resources.
    fn out_of_scope(policy: &'static str, statement: &'static str) -> Self {
        Self::by(IMPLICITLY_DENIED, policy, statement)
    }

    /// No Allow has the action.
    fn nowhere() -> Self {
        Self { decision: Some(IMPLICITLY_DENIED), ..Self::default() }
    }

    /// A Deny without a condition.
    fn forbidden(policy: &'static str, statement: &'static str) -> Self {
        Self::by(EXPLICITLY_DENIED, policy, statement)
    }

    /// A Deny with a condition on this key.
    fn forbidden_for(policy: &'static str, statement: &'static str, key: &'static str) -> Self {
        Self { key: Some(key), ..Self::forbidden(policy, statement) }
    }

    fn allowed(policy: &'static str, statement: &'static str) -> Self {
        Self::by(ALLOWED, policy, statement)
    }

    /// The record does not show what this Allow asks for; no key when it hides several.
    fn undetermined(
        policy: &'static str,
        statement: &'static str,
        key: Option<&'static str>,
    ) -> Self {
        Self { key, ..Self::by(UNDETERMINED, policy, statement) }
    }
}

impl Finding {
    fn primary(code: &'static str, verdict: Verdict) -> Self {
        Self { kind: RequestKind::Primary, code, verdict }
    }

    /// A condition of the nearest Allow fails for the operation itself.
    fn misses(
        code: &'static str,
        policy: &'static str,
        statement: &'static str,
        key: &'static str,
    ) -> Self {
        Self::primary(code, Verdict::misses(policy, statement, key))
    }

    /// A Deny with a condition on this key forbids the operation itself.
    fn forbidden(
        code: &'static str,
        policy: &'static str,
        statement: &'static str,
        key: &'static str,
    ) -> Self {
        Self::primary(code, Verdict::forbidden_for(policy, statement, key))
    }

    fn pass_role(code: &'static str, verdict: Verdict) -> Self {
        Self { kind: RequestKind::PassRole, code, verdict }
    }

    fn add_tags(code: &'static str, verdict: Verdict) -> Self {
        Self { kind: RequestKind::AddTags, code, verdict }
    }

    fn extra_resource(code: &'static str, verdict: Verdict) -> Self {
        Self { kind: RequestKind::ExtraResource, code, verdict }
    }
}

/// Every plant, in no order of importance.
pub(super) fn all() -> Vec<Plant> {
    let families = [
        compute::plants(),
        network::plants(),
        data::plants(),
        notebooks::plants(),
        labels::plants(),
        grants::plants(),
        answers::plants(),
        quiet::plants(),
    ];
    families.into_iter().flatten().collect()
}

impl Plant {
    /// A call that succeeded.
    fn new(why: &'static str, (who, place, at): Scene, operation: Operation) -> Self {
        let label = format!("plant {at} {}", who.name);
        let session = Session::open(who, place, at.before(900), Random::stream(&label));
        Self::in_session(why, session, at, operation)
    }

    fn in_session(
        why: &'static str,
        mut session: Session,
        at: Moment,
        operation: Operation,
    ) -> Self {
        Self { why, call: session.call(at, operation), findings: Vec::new() }
    }

    /// The same, called from somewhere else.
    fn calling(mut self, change: impl FnOnce(Session) -> Session) -> Self {
        self.call.session = change(self.call.session);
        self
    }

    fn finds(mut self, finding: Finding) -> Self {
        self.findings.push(finding);
        self
    }

    /// It failed, but not for want of permission.
    fn failed(mut self, code: &'static str, message: &'static str) -> Self {
        self.call.answer = Answer::Failed { code, message };
        self
    }

    fn over_quota(self) -> Self {
        self.failed(
            "ResourceLimitExceeded",
            "The account-level service limit for this instance type is 0 Instances. Please use AWS Service Quotas to request an increase for this quota.",
        )
    }

    fn throttled(self) -> Self {
        self.failed("ThrottlingException", "Rate exceeded")
    }

    /// AWS refused the operation itself.
    fn refused(self, because: Because) -> Self {
        let (action, resource) =
            (self.call.operation.action(), self.call.operation.resource.clone());
        self.refused_for(action, resource, because)
    }

    /// AWS refused something the operation needs besides.
    fn refused_for(
        mut self,
        action: impl Into<String>,
        resource: String,
        because: Because,
    ) -> Self {
        let action = action.into();
        self.call.answer =
            Answer::Refused(Refusal { action, resource, because, shows_parameters: true });
        self
    }

    fn without_parameters(mut self) -> Self {
        if let Answer::Refused(refusal) = &mut self.call.answer {
            refusal.shows_parameters = false;
        }
        self
    }

    fn delivered_twice(mut self) -> Self {
        self.call.delivered_twice = true;
        self
    }

    /// Whoever would be to blame.
    pub(super) fn principal(&self) -> String {
        let account = self.call.session.place.account.id;
        match self.call.session.caller {
            Caller::Principal(who) => who.arn(account),
            Caller::Root => format!("arn:aws:iam::{account}:root"),
            Caller::Service(service) => service.to_owned(),
        }
    }

    fn outcome(&self) -> &'static str {
        match self.call.answer {
            Answer::Succeeded => "succeeded",
            Answer::Refused(_) => "denied",
            Answer::Failed { .. } => "failed",
        }
    }

    /// Its rows of the answer key.
    pub(super) fn rows(&self) -> impl Iterator<Item = Json> {
        self.findings.iter().map(|finding| {
            let (kind, action) = match finding.kind {
                RequestKind::Primary => ("primary", self.call.operation.action()),
                RequestKind::PassRole => ("pass_role", "iam:PassRole".to_owned()),
                RequestKind::AddTags => ("add_tags", "sagemaker:AddTags".to_owned()),
                RequestKind::ExtraResource => ("extra_resource", self.call.operation.action()),
            };
            let Verdict { decision, policy, statement, key } = finding.verdict;
            object! {
                "event_id": self.call.event_id.clone(),
                "request_kind": kind,
                "code": finding.code,
                "principal": self.principal(),
                "action": action,
                "policy": policy,
                "statement": statement,
                "key": key,
                "outcome": self.outcome(),
                "decision": decision,
            }
        })
    }
}
