//! What no policy can allow, because the resource is AWS's own.
//!
//! Managed policies of AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html>;
//! roles on the path `aws-reserved/`: <https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html>;
//! aliases of AWS managed keys: <https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html>.

use crate::glob::{matches, wildcards};
use crate::statement::Request;

const RULES: [(&str, &[&str]); 3] = [
    (
        "arn:*:iam::aws:policy/*",
        &[
            "iam:CreatePolicy",
            "iam:CreatePolicyVersion",
            "iam:DeletePolicy",
            "iam:DeletePolicyVersion",
            "iam:SetDefaultPolicyVersion",
            "iam:TagPolicy",
            "iam:UntagPolicy",
        ],
    ),
    (
        "arn:*:iam::*:role/aws-reserved/*",
        &[
            "iam:AttachRolePolicy",
            "iam:CreateRole",
            "iam:CreateServiceLinkedRole",
            "iam:DeleteRole",
            "iam:DeleteRolePermissionsBoundary",
            "iam:DeleteRolePolicy",
            "iam:DeleteServiceLinkedRole",
            "iam:DetachRolePolicy",
            "iam:PassRole",
            "iam:PutRolePermissionsBoundary",
            "iam:PutRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRole",
            "iam:UpdateRoleDescription",
        ],
    ),
    ("arn:*:kms:*:*:alias/aws/*", &["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"]),
];

/// Whether the service refuses, whatever the policies allow.
pub(crate) fn refuses(request: &Request) -> bool {
    RULES.iter().any(|(resource, actions)| {
        matches(&wildcards(resource), &request.resource)
            && actions.iter().any(|action| action.eq_ignore_ascii_case(&request.action))
    })
}
