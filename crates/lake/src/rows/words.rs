//! The few words that columns are made of, back to what they stand for.

use analyzer::FactKind;
use iam_policy::Decision;

pub(super) fn decision(word: &str) -> Option<Decision> {
    use Decision::{Allowed, ExplicitlyDenied, ImplicitlyDenied, Undetermined};
    let decisions = [Allowed, ImplicitlyDenied, ExplicitlyDenied, Undetermined];
    decisions.into_iter().find(|decision| decision.as_str() == word)
}

pub(super) fn fact_kind(word: &str) -> Option<FactKind> {
    FactKind::ALL.into_iter().find(|kind| kind.as_str() == word)
}
