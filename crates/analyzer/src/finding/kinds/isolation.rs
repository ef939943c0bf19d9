//! Network isolation or the encryption of traffic between containers is off, where the target asks
//! for it.
//!
//! ## Why it matters
//!
//! A container without isolation can send your data anywhere. Training nodes exchange it in the
//! clear unless they are told not to.
//!
//! ## Example
//!
//! ```json
//! "eventName": "CreateTrainingJob",
//! "requestParameters": {"enableNetworkIsolation": false, "enableInterContainerTrafficEncryption": false}
//! ```
//!
//! ## What to do
//!
//! Set `EnableNetworkIsolation` and `EnableInterContainerTrafficEncryption` in the call. In
//! policies use `Bool` with a Deny: a parameter that was not sent counts as false.
//!
//! AWS: <https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html>
//!
//! Controls: NIST 800-53 SC-7, SC-8; ISO 27001 A.8.20, A.8.24; SOC 2 CC6.6, CC6.7; AWS FSBP
//! SageMaker.5.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF103",
    title: "isolation or traffic encryption off",
    severity: Severity::High,
    source: include_str!("isolation.rs"),
};
