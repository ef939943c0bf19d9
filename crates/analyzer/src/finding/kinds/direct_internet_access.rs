//! A notebook instance has direct access to the internet, where the target asks for none.
//!
//! ## Why it matters
//!
//! What is read in the notebook can be sent anywhere, past every control of your VPC. It is what
//! SageMaker does when the parameter is not sent.
//!
//! ## Example
//!
//! ```json
//! "eventName": "CreateNotebookInstance",
//! "requestParameters": {"notebookInstanceName": "lab", "instanceType": "ml.t3.medium"}
//! ```
//!
//! ## What to do
//!
//! Create notebooks with `DirectInternetAccess` `Disabled` in a subnet of yours. It cannot be
//! changed later: make the notebook anew.
//!
//! AWS: <https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html>
//!
//! Controls: NIST 800-53 AC-4, SC-7; ISO 27001 A.8.20, A.8.22; SOC 2 CC6.6; AWS FSBP SageMaker.1.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF105",
    title: "direct internet access",
    severity: Severity::High,
    source: include_str!("direct_internet_access.rs"),
};
