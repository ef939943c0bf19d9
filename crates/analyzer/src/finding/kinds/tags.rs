//! Tags of the request or of the resource are not those that the target asks for.
//!
//! ## Why it matters
//!
//! Where tags decide who may do what, whoever sets a tag sets permissions: a wrong one opens a
//! resource to another team, or hides it from the bill of its own.
//!
//! ## Example
//!
//! ```json
//! "eventName": "CreateModel",
//! "requestParameters": {"modelName": "churn", "tags": [{"key": "team", "value": "vision"}]}
//! ```
//!
//! ## What to do
//!
//! Ask for the tag on creation, by `aws:RequestTag`, and let nobody change it whom it binds.
//! `aws:ResourceTag` says nothing on a call that creates, and nothing on 24 calls that AWS names.
//!
//! AWS: <https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_service-with-iam.html>
//!
//! Controls: NIST 800-53 AC-3, AC-16; ISO 27001 A.5.13, A.8.3; SOC 2 CC6.1, CC6.3.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF109",
    title: "tags not allowed",
    severity: Severity::Medium,
    source: include_str!("tags.rs"),
};
