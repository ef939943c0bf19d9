//! A Deny statement without a condition forbids the call.
//!
//! ## Why it matters
//!
//! Somebody wrote down that this must not happen, and it did: the Deny is in the target and not in
//! force.
//!
//! ## Example
//!
//! ```json
//! "eventName": "DeleteDomain",
//! "requestParameters": {"domainId": "d-7k2m9q4w8x1z"}
//! ```
//!
//! ## What to do
//!
//! Attach the Deny, best as a service control policy or a permissions boundary, which those it
//! binds cannot take away.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>
//!
//! Controls: NIST 800-53 AC-3, AC-6; ISO 27001 A.5.15, A.8.2; SOC 2 CC6.1, CC6.3.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF112",
    title: "explicitly denied",
    severity: Severity::High,
    source: include_str!("explicitly_denied.rs"),
};
