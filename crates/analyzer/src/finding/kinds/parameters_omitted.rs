//! CloudTrail left the parameters of the call out, since they are larger than 100 KB.
//!
//! ## Why it matters
//!
//! Nothing that they held can be checked: a long list of hyperparameters is a cheap way to hide an
//! instance type.
//!
//! ## Example
//!
//! ```json
//! "requestParameters": {"omitted": true, "originalSize": 149893, "reason": "requestParameters too large"}
//! ```
//!
//! ## What to do
//!
//! Look at the resource itself, by its Describe call. Ask for smaller calls: files in S3 in place
//! of inline documents.
//!
//! AWS: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>
//!
//! Controls: NIST 800-53 AU-3, AU-10; ISO 27001 A.8.15; SOC 2 CC7.2.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF204",
    title: "parameters omitted",
    severity: Severity::Medium,
    source: include_str!("parameters_omitted.rs"),
};
