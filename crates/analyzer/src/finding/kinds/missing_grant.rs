//! AWS refused what the target allows.
//!
//! ## Why it matters
//!
//! What is attached lacks a permission that was meant to be there, or a layer stands in the way
//! that the policy set does not know. People ask for a broad policy when this happens too often.
//!
//! ## Example
//!
//! ```json
//! "eventName": "StopTrainingJob", "errorCode": "AccessDenied",
//! "errorMessage": "User: … is not authorized to perform: sagemaker:StopTrainingJob … because no identity-based policy allows the sagemaker:StopTrainingJob action"
//! ```
//!
//! ## What to do
//!
//! Attach what is missing. `refused_by` in `calls` says which layer refused, as far as AWS said so.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>
//!
//! Controls: NIST 800-53 AC-6, CM-3; ISO 27001 A.5.18; SOC 2 CC6.3.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF202",
    title: "missing grant",
    severity: Severity::Low,
    source: include_str!("missing_grant.rs"),
};
