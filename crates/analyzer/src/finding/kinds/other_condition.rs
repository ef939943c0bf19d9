//! A condition of the target fails that none of the other codes is about.
//!
//! ## Why it matters
//!
//! What was asked for, such as MFA, TLS, a time or a version, was not the case.
//!
//! ## Example
//!
//! ```json
//! "eventName": "DeleteEndpoint",
//! "userIdentity": {"sessionContext": {"attributes": {"mfaAuthenticated": "false"}}}
//! ```
//!
//! ## What to do
//!
//! Key, operator, wanted and observed value stand in the finding. `driftline explain` shows where
//! each value comes from.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
//!
//! Controls: NIST 800-53 AC-3; ISO 27001 A.5.15, A.8.3; SOC 2 CC6.1.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF119",
    title: "another condition not met",
    severity: Severity::Medium,
    source: include_str!("other_condition.rs"),
};
