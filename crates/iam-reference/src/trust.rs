//! Resources whose policy has to allow even their own account: roles (their trust policy) and KMS
//! keys (their key policy). Every such resource has one; a case that gives none leaves it out, and
//! is then judged by the other policies alone.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html>
//! <https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html>

use crate::glob::{matches, wildcards};
use crate::statement::Request;

const OF_ROLES: [&str; 5] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:TagSession",
    "sts:SetSourceIdentity",
];

/// Whether nothing happens unless the resource's policy allows it.
pub(crate) fn needs_resource_policy(request: &Request) -> bool {
    let of_kms = request.action.to_lowercase().starts_with("kms:");
    (is_of_roles(&request.action) && is_role(&request.resource))
        || (of_kms && matches(&wildcards("arn:*:kms:*:*:key/*"), &request.resource))
}

/// Whether the action takes on a role, so that it acts on nothing else.
pub(crate) fn is_of_roles(action: &str) -> bool {
    OF_ROLES.iter().any(|one| one.eq_ignore_ascii_case(action))
}

/// Whether a resource is a role.
pub(crate) fn is_role(resource: &str) -> bool {
    matches(&wildcards("arn:*:iam::*:role/*"), resource)
}
