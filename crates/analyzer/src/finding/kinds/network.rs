//! A job, notebook, model or domain runs in subnets or security groups that the target does not
//! allow, or in none.
//!
//! ## Why it matters
//!
//! Without a VPC of yours, traffic leaves through a network that you neither log nor filter. In the
//! wrong subnet, a job reaches what it should not.
//!
//! ## Example
//!
//! ```json
//! "eventName": "CreateTrainingJob",
//! "requestParameters": {"vpcConfig": {"subnets": ["subnet-0c9d8e7f6a5b41302"], "securityGroupIds": ["sg-0a1b"]}}
//! ```
//!
//! ## What to do
//!
//! Ask for `sagemaker:VpcSubnets` and `sagemaker:VpcSecurityGroupIds` in the Allow, with a `Null`
//! guard, and give the subnets that are meant to the people who start jobs.
//!
//! AWS: <https://docs.aws.amazon.com/sagemaker/latest/dg/infrastructure-give-access.html>
//!
//! Controls: NIST 800-53 AC-4, SC-7; ISO 27001 A.8.20, A.8.22; SOC 2 CC6.6; AWS FSBP SageMaker.2.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF102",
    title: "network not allowed",
    severity: Severity::High,
    source: include_str!("network.rs"),
};
