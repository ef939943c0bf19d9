//! A labeling job or a flow definition sends data to a workteam that the target does not allow.
//!
//! ## Why it matters
//!
//! A public crowd or a vendor's people see what they are to label.
//!
//! ## Example
//!
//! ```json
//! "eventName": "CreateLabelingJob",
//! "requestParameters": {"humanTaskConfig": {"workteamArn":
//!   "arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default"}}
//! ```
//!
//! ## What to do
//!
//! Allow `sagemaker:WorkteamType` `private-crowd`, or the workteams by ARN in
//! `sagemaker:WorkteamArn`.
//!
//! AWS: <https://docs.aws.amazon.com/sagemaker/latest/dg/sms-security-workforce-authentication.html>
//!
//! Controls: NIST 800-53 AC-4, AC-21; ISO 27001 A.5.14, A.8.3; SOC 2 CC6.7.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF108",
    title: "workteam not allowed",
    severity: Severity::High,
    source: include_str!("workteam.rs"),
};
