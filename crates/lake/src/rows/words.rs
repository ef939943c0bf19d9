//! The few words that columns are made of, back to what they stand for.

use analyzer::replay::RequestKind;
use analyzer::{Code, FactKind, Severity};
use cloudtrail::Outcome;
use iam_policy::Decision;

pub(super) fn request_kind(word: &str) -> Option<RequestKind> {
    use RequestKind::{AddTags, ExtraResource, PassRole, Primary};
    let kinds = [Primary, PassRole, AddTags, ExtraResource];
    kinds.into_iter().find(|kind| kind.as_str() == word)
}

pub(super) fn outcome(word: &str) -> Option<Outcome> {
    let outcomes = [Outcome::Succeeded, Outcome::Denied, Outcome::Failed];
    outcomes.into_iter().find(|outcome| outcome.as_str() == word)
}

pub(super) fn decision(word: &str) -> Option<Decision> {
    use Decision::{Allowed, ExplicitlyDenied, ImplicitlyDenied, Undetermined};
    let decisions = [Allowed, ImplicitlyDenied, ExplicitlyDenied, Undetermined];
    decisions.into_iter().find(|decision| decision.as_str() == word)
}

pub(super) fn code(word: &str) -> Option<Code> {
    Code::ALL.into_iter().find(|code| code.as_str() == word)
}

pub(super) fn severity(word: &str) -> Option<Severity> {
    Severity::ALL.into_iter().find(|severity| severity.as_str() == word)
}

pub(super) fn fact_kind(word: &str) -> Option<FactKind> {
    FactKind::ALL.into_iter().find(|kind| kind.as_str() == word)
}
