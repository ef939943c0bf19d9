//! Two records have the same event id and say different things.
//!
//! ## Why it matters
//!
//! CloudTrail repeats records, but not with another content: one of them was changed or made up.
//! Both are kept and judged, and neither settles anything about a resource.
//!
//! ## Example
//!
//! ```json
//! {"eventID": "6f0d0c4a-0000-4000-8000-000000000001", "eventName": "CreateModel"}
//! {"eventID": "6f0d0c4a-0000-4000-8000-000000000001", "eventName": "DeleteModel"}
//! ```
//!
//! ## What to do
//!
//! Validate the log files by their digests, and find out who can write to the bucket.
//! `source_object` says where each was read.
//!
//! AWS: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html>
//!
//! Controls: NIST 800-53 AU-9, AU-10; ISO 27001 A.8.15; SOC 2 CC7.2.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF403",
    title: "one event id, two bodies",
    severity: Severity::High,
    source: include_str!("conflicting_records.rs"),
};
