//! No statement of the target allows the action.
//!
//! ## Why it matters
//!
//! The principal can do what nobody meant it to do. It is what remains of broad managed policies,
//! and what an intruder tries first.
//!
//! ## Example
//!
//! ```json
//! "eventName": "CreatePresignedDomainUrl",
//! "requestParameters": {"domainId": "d-7k2m9q4w8x1z", "userProfileName": "admin"}
//! ```
//!
//! ## What to do
//!
//! Take the permission from what is attached, or, if the call was right, grant the action in the
//! policy set, on the resource that it was for.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html>
//!
//! Controls: NIST 800-53 AC-6; ISO 27001 A.5.15, A.8.2; SOC 2 CC6.1, CC6.3.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF110",
    title: "action not granted",
    severity: Severity::Medium,
    source: include_str!("action_not_granted.rs"),
};
