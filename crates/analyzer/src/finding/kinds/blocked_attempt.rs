//! AWS refused what the target refuses too, or may refuse.
//!
//! ## Why it matters
//!
//! The controls work. Many of one principal are somebody who looks for what is open, or a pipeline
//! that was never right.
//!
//! ## Example
//!
//! ```json
//! "eventName": "CreateTrainingJob", "errorCode": "AccessDenied",
//! "errorMessage": "User: … is not authorized to perform: sagemaker:CreateTrainingJob … with an explicit deny in a service control policy"
//! ```
//!
//! ## What to do
//!
//! Look at who tries what, and how often. Nothing needs to change for a slip.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>
//!
//! Controls: NIST 800-53 AU-6, SI-4; ISO 27001 A.8.15, A.8.16; SOC 2 CC7.2.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF201",
    title: "blocked attempt",
    severity: Severity::Low,
    source: include_str!("blocked_attempt.rs"),
};
