//! The target allows the action, but not on this resource.
//!
//! ## Why it matters
//!
//! One team changes, stops or deletes what belongs to another.
//!
//! ## Example
//!
//! ```json
//! "eventName": "StopTrainingJob",
//! "requestParameters": {"trainingJobName": "vision-train-0521"}
//! ```
//!
//! ## What to do
//!
//! Grant by name patterns or tags that follow who owns what, and narrow what is attached likewise.
//!
//! AWS: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html>
//!
//! Controls: NIST 800-53 AC-3, AC-6; ISO 27001 A.5.15, A.8.3; SOC 2 CC6.1, CC6.3.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF111",
    title: "resource out of scope",
    severity: Severity::Medium,
    source: include_str!("resource_out_of_scope.rs"),
};
