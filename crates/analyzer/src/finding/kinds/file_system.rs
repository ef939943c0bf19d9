//! A job reads a file system, a directory of it, or with an access, that the target does not allow.
//!
//! ## Why it matters
//!
//! A shared file system holds the data of many teams. Whoever may mount all of it may read all of
//! it, and with write access change it.
//!
//! ## Example
//!
//! ```json
//! "eventName": "CreateTrainingJob",
//! "requestParameters": {"inputDataConfig": [{"channelName": "train", "dataSource": {"fileSystemDataSource":
//!   {"fileSystemId": "fs-0a1b", "fileSystemAccessMode": "rw", "directoryPath": "/"}}}]}
//! ```
//!
//! ## What to do
//!
//! Name file system, directory and access mode in one statement: each channel of a job is a request
//! of its own, and all must be allowed.
//!
//! AWS: <https://docs.aws.amazon.com/sagemaker/latest/dg/model-access-training-data.html>
//!
//! Controls: NIST 800-53 AC-3, AC-6; ISO 27001 A.8.3; SOC 2 CC6.1, CC6.3.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF107",
    title: "file system not allowed",
    severity: Severity::High,
    source: include_str!("file_system.rs"),
};
