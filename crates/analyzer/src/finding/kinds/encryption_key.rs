//! Data is encrypted with a key that the target does not allow, or with none of yours.
//!
//! ## Why it matters
//!
//! With a key of AWS's own, everybody who may read the volume or bucket may read the data, and no
//! key policy and no key's log stands in between.
//!
//! ## Example
//!
//! ```json
//! "eventName": "CreateNotebookInstance",
//! "requestParameters": {"notebookInstanceName": "lab", "kmsKeyId": "alias/aws/sagemaker"}
//! ```
//!
//! ## What to do
//!
//! Send the ARN of the key: an alias or a key id cannot be compared, neither by IAM nor here. In
//! policies name the current condition keys, which end in `KmsKeyArn`.
//!
//! AWS: <https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest.html>
//!
//! Controls: NIST 800-53 SC-12, SC-13, SC-28; ISO 27001 A.8.24; SOC 2 CC6.1.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF104",
    title: "encryption key not allowed",
    severity: Severity::High,
    source: include_str!("encryption_key.rs"),
};
