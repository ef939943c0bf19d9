//! The call came from an address, a VPC or an endpoint that the target does not allow.
//!
//! ## Why it matters
//!
//! Credentials that work from anywhere are worth stealing.
//!
//! ## Example
//!
//! ```json
//! "eventName": "CreatePresignedNotebookInstanceUrl", "sourceIPAddress": "198.51.100.7",
//! "requestParameters": {"notebookInstanceName": "lab"}
//! ```
//!
//! ## What to do
//!
//! Deny by `NotIpAddress` or `StringNotEquals` on `aws:SourceVpce`, and spare what services do on
//! somebody's behalf by `aws:ViaAWSService`. Using a presigned URL leaves no record: restrict who
//! may make one.
//!
//! AWS: <https://docs.aws.amazon.com/sagemaker/latest/dg/notebook-interface-endpoint.html>
//!
//! Controls: NIST 800-53 AC-3, AC-17, SC-7; ISO 27001 A.8.20; SOC 2 CC6.6.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF114",
    title: "source network not allowed",
    severity: Severity::High,
    source: include_str!("source_network.rs"),
};
