//! The condition block.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html>

mod date;
mod decimal;
pub(crate) mod eval;
pub(crate) mod operator;
pub(crate) mod pass;
pub(crate) mod template;
pub(crate) mod value;

pub use operator::{Operator, OperatorBase, SetQualifier};

/// One entry of a condition block: an operator, one key, and the values to compare with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The operator.
    pub operator: Operator,
    /// The key as written; keys compare without case.
    pub key: String,
    /// The values as written. Nothing equals an empty list, so that a negated operator holds.
    pub values: Vec<String>,
}
