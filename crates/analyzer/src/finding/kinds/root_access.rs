//! A notebook gives root access or takes the old instance metadata service, or a job or space can
//! be entered from outside.
//!
//! ## Why it matters
//!
//! Root can undo what a lifecycle configuration enforces. The old metadata service gives
//! credentials to whoever can make the instance send a request. Remote debugging opens a shell
//! inside of a training container.
//!
//! ## Example
//!
//! ```json
//! "eventName": "CreateNotebookInstance",
//! "requestParameters": {"notebookInstanceName": "lab", "rootAccess": "Enabled"}
//! ```
//!
//! ## What to do
//!
//! Set `RootAccess` to `Disabled` and the metadata service to version 2. An update that does not
//! mention root access leaves it as it is, and its record does not tell how that is.
//!
//! AWS: <https://docs.aws.amazon.com/sagemaker/latest/dg/nbi-root-access.html>
//!
//! Controls: NIST 800-53 AC-6, AC-17; ISO 27001 A.8.2, A.8.18; SOC 2 CC6.1, CC6.3; AWS FSBP
//! SageMaker.3.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF106",
    title: "root or remote access",
    severity: Severity::High,
    source: include_str!("root_access.rs"),
};
