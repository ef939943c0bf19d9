//! The services that resource control policies cover.
//!
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>, as
//! of 26 September 2026. AWS adds services; a decision that rests on the list says so
//! ([`Choice::RcpCoverage`](crate::Choice)).

/// Their prefixes, sorted.
pub(crate) const COVERED: [&str; 62] = [
    "aoss",
    "appconfig",
    "appstream",
    "autoscaling",
    "autoscaling-plans",
    "budgets",
    "clouddirectory",
    "cloudfront",
    "cloudsearch",
    "cloudtrail-data",
    "codeartifact",
    "codebuild",
    "codecommit",
    "codepipeline",
    "cognito-identity",
    "cognito-idp",
    "comprehend",
    "comprehendmedical",
    "compute-optimizer",
    "cost-optimization-hub",
    "dax",
    "dsql",
    "dynamodb",
    "ecr",
    "ecr-public",
    "events",
    "firehose",
    "fis",
    "fms",
    "gamelift",
    "health",
    "inspector-scan",
    "kendra",
    "kinesisvideo",
    "kms",
    "logs",
    "memorydb",
    "networkmonitor",
    "notifications",
    "opensearch",
    "pca-connector-ad",
    "personalize",
    "polly",
    "pricing",
    "resource-groups",
    "rolesanywhere",
    "s3",
    "secretsmanager",
    "servicediscovery",
    "signin",
    "sqs",
    "sts",
    "support",
    "swf",
    "textract",
    "timestream-influxdb",
    "transcribe",
    "transfer",
    "translate",
    "wafv2",
    "workspaces",
    "xray",
];

/// Whether resource control policies have a say in an action.
///
/// `kms:RetireGrant` is left out:
/// <https://docs.aws.amazon.com/kms/latest/developerguide/resource-control-policies.html>.
pub(crate) fn covers(action: &str) -> bool {
    let service = action.split(':').next().unwrap_or_default();
    let covered = COVERED.iter().any(|prefix| prefix.eq_ignore_ascii_case(service));
    covered && !action.eq_ignore_ascii_case("kms:RetireGrant")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_covered() {
        assert!(COVERED.is_sorted());
        for (action, covered) in [
            ("s3:GetObject", true),
            ("KMS:Decrypt", true),
            ("kms:RetireGrant", false),
            ("sagemaker:CreateModel", false),
            ("iam:PassRole", false),
            ("", false),
        ] {
            assert_eq!(covers(action), covered, "{action}");
        }
    }
}
