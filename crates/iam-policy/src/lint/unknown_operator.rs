//! IAM has no condition operator of that name.
//!
//! ## Why it matters
//!
//! IAM refuses the policy. A sample of AWS's guide says `String` where `StringEquals` is meant.
//!
//! ## Example
//!
//! ```json
//! "Condition": {"String": {"sagemaker:TaggingAction": "CreateModel"}}
//! ```
//!
//! ## What to do
//!
//! Use the operator that was meant. `ForAllValues:` and `ForAnyValue:` stand before an operator,
//! `IfExists` behind it; `Null` takes no `IfExists`.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use super::rule::Rule;

pub(super) const RULE: Rule =
    Rule { code: "DRF505", name: "unknown-operator", source: include_str!("unknown_operator.rs") };
