//! A call chose an instance type, an accelerator type or a size that the target does not allow.
//!
//! ## Why it matters
//!
//! Compute is where money and capacity go, and large accelerators are what stolen credentials are
//! used for. Sixteen operations choose compute without a condition key that IAM could check
//! (`CreateInferenceComponent`, `CreateOptimizationJob`, …): there no policy can hold the line, and
//! only a record rule finds it. The column `iam_can_enforce` says which of the two it is. For
//! `CreateEndpoint` and `UpdateEndpoint` the types are those of the endpoint configuration, which
//! another record tells.
//!
//! ## Example
//!
//! ```json
//! "eventName": "CreateTrainingJob",
//! "requestParameters": {"resourceConfig": {"instanceType": "ml.p4d.24xlarge", "instanceCount": 1}}
//! ```
//!
//! ## What to do
//!
//! Where IAM has the key, allow types by `ForAllValues:StringLike` on `sagemaker:InstanceTypes`
//! with a `Null` guard; elsewhere set a service quota, or stop the resource from an alert. If the
//! type is needed, add it to the policy set.
//!
//! AWS: <https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html>
//!
//! Controls: NIST 800-53 AC-6, CM-7; ISO 27001 A.8.2, A.8.6; SOC 2 CC6.1.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF101",
    title: "instance type not allowed",
    severity: Severity::High,
    source: include_str!("instance_type.rs"),
};
