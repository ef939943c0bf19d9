//! Data is read from or written to a place in S3 that the target does not allow.
//!
//! ## Why it matters
//!
//! Results in a foreign bucket are an export of data; input from one is a way in.
//!
//! ## Example
//!
//! ```json
//! "eventName": "CreateTrainingJob",
//! "requestParameters": {"outputDataConfig": {"s3OutputPath": "s3://someone-elses/models/"}}
//! ```
//!
//! ## What to do
//!
//! List the buckets in a record rule, and restrict the execution role to them: for most members IAM
//! has no condition key.
//!
//! AWS: <https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html>
//!
//! Controls: NIST 800-53 AC-4, SC-7; ISO 27001 A.5.14, A.8.12; SOC 2 CC6.1, CC6.7.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF116",
    title: "data location not allowed",
    severity: Severity::High,
    source: include_str!("data_location.rs"),
};
