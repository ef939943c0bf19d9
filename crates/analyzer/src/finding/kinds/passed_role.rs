//! A call hands a role to a service that the principal should not be able to pass.
//!
//! ## Why it matters
//!
//! Whoever may pass a role may use it: a notebook with an administrator's role makes an
//! administrator of everybody who opens it. CloudTrail has no record of passing; the role stands in
//! the parameters of the call.
//!
//! ## Example
//!
//! ```json
//! "eventName": "CreateNotebookInstance",
//! "requestParameters": {"notebookInstanceName": "lab", "roleArn": "arn:aws:iam::111122223333:role/admin/PlatformAdmin"}
//! ```
//!
//! ## What to do
//!
//! Allow `iam:PassRole` on the execution roles by ARN alone, with `iam:PassedToService`
//! `sagemaker.amazonaws.com`.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>
//!
//! Controls: NIST 800-53 AC-6, AC-6(10); ISO 27001 A.8.2, A.8.18; SOC 2 CC6.1, CC6.3.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF113",
    title: "role may not be passed",
    severity: Severity::Critical,
    source: include_str!("passed_role.rs"),
};
