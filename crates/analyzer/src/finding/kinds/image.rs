//! A container image or a Studio image is used that the target does not allow.
//!
//! ## Why it matters
//!
//! An image is code that runs with the execution role. One from elsewhere is somebody else's code.
//!
//! ## Example
//!
//! ```json
//! "eventName": "CreateModel",
//! "requestParameters": {"modelName": "churn", "primaryContainer": {"image": "docker.io/someone/serve:latest"}}
//! ```
//!
//! ## What to do
//!
//! Keep approved images in registries of yours and list those in a record rule: IAM has a condition
//! key for Studio images alone.
//!
//! AWS: <https://docs.aws.amazon.com/sagemaker/latest/dg/docker-containers.html>
//!
//! Controls: NIST 800-53 CM-7, CM-11; ISO 27001 A.8.19; SOC 2 CC6.8.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF115",
    title: "image not approved",
    severity: Severity::Medium,
    source: include_str!("image.rs"),
};
