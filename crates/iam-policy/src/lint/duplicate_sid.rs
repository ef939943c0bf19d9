//! Two statements have the same `Sid`.
//!
//! ## Why it matters
//!
//! IAM refuses to store a policy in which a `Sid` stands twice, and a finding that names the
//! statement would name two.
//!
//! ## Example
//!
//! ```json
//! [{"Sid": "Train", "Effect": "Allow"}, {"Sid": "Train", "Effect": "Deny"}]
//! ```
//!
//! ## What to do
//!
//! Name one of them otherwise.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html>

use super::rule::Rule;

pub(super) const RULE: Rule =
    Rule { code: "DRF530", name: "duplicate-sid", source: include_str!("duplicate_sid.rs") };
