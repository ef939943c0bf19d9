//! What IAM has beside the policy set: policies that nobody meant to have, as the snapshot shows them.

use super::statement::{allow, deny, document};

/// Inline with the deployment job: wider than it should be, and a freeze.
pub(in crate::samples) fn canary() -> String {
    document(vec![
        allow(
            "AnyCanary",
            &[
                "sagemaker:CreateModel",
                "sagemaker:CreateEndpoint",
                "sagemaker:CreateEndpointConfig",
                "sagemaker:UpdateEndpoint",
            ],
        ),
        deny("FreezeRetries", &["sagemaker:CreateEndpointConfig"])
            .on(["arn:aws:sagemaker:*:*:endpoint-config/*-retry"]),
    ])
}

/// What the organisation's guardrail has besides: nobody looks at an endpoint while it is launched.
pub(in crate::samples) fn quiet_launch() -> String {
    document(vec![
        deny("QuietLaunch", &["sagemaker:DescribeEndpoint"])
            .on(["arn:aws:sagemaker:*:*:endpoint/prod-ranking"])
            .when("DateGreaterThan", "aws:CurrentTime", ["2026-05-14T12:00:00Z"])
            .when("DateLessThan", "aws:CurrentTime", ["2026-05-14T13:00:00Z"]),
    ])
}
