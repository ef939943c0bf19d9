//! A Deny by source address also refuses what AWS services do for the caller.
//!
//! ## Why it matters
//!
//! When a service calls another one with the caller's permissions, the request comes from the service's
//! address, not the caller's. A Deny with `NotIpAddress` refuses it: creating a training job may fail
//! because of what SageMaker does with KMS.
//!
//! ## Example
//!
//! ```json
//! {"Effect": "Deny", "Action": "*", "Resource": "*",
//!  "Condition": {"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24"]}}}
//! ```
//!
//! ## What to do
//!
//! Add `"Bool": {"aws:ViaAWSService": "false"}`. Requests through a VPC endpoint have no
//! `aws:SourceIp` at all; for them there is `aws:VpcSourceIp`.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_deny-ip.html>

use super::document::Document;
use super::report::Report;
use super::rule::Rule;
use crate::condition::OperatorBase;

pub(super) const RULE: Rule = Rule {
    code: "DRF533",
    name: "source-ip-through-service",
    source: include_str!("source_ip_through_service.rs"),
};

const GUARDS: [&str; 3] = ["aws:viaawsservice", "aws:calledvia", "aws:principalisawsservice"];

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    for statement in document.denies() {
        if statement.has_test(|test| GUARDS.contains(&test.lower_key().as_str())) {
            continue;
        }
        let by_address = statement.conditions.iter().find(|test| {
            test.operator.base == OperatorBase::NotIpAddress && test.lower_key() == "aws:sourceip"
        });
        if let Some(test) = by_address {
            let message =
                "also denies what AWS services do for the caller, from their own addresses";
            report
                .note(&RULE, &test.key, message)
                .help("add \"Bool\": {\"aws:ViaAWSService\": \"false\"} to the condition");
        }
    }
}
