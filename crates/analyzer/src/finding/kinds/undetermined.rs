//! The record does not settle whether the target allows the call.
//!
//! ## Why it matters
//!
//! A guess would be wrong one day. The finding names the keys that would settle it; it folds per
//! principal and keys.
//!
//! ## Example
//!
//! ```json
//! "eventName": "StopTrainingJob",
//! "requestParameters": {"trainingJobName": "sandbox-train-11"}
//! ```
//!
//! ## What to do
//!
//! Read more logs, so that other records tell the tags of the resource; give an `--inventory` for
//! what is older; state what CloudTrail lacks in `[facts]`; or write the condition on a key that
//! records show.
//!
//! AWS: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>
//!
//! Controls: NIST 800-53 AU-3, AU-12; ISO 27001 A.8.15; SOC 2 CC7.2.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF203",
    title: "cannot be determined",
    severity: Severity::Info,
    source: include_str!("undetermined.rs"),
};
