//! What a service decides about its own actions, whatever the policies say.
//!
//! The policy language is not all of authorisation. `sts:GetCallerIdentity` needs no permission, a
//! role or a KMS key must let its callers in even inside one account, and nobody changes what is
//! AWS's own.

use std::sync::LazyLock;

use crate::logic::Match;
use crate::pattern::Glob;
use crate::rcp;
use crate::resource::Target;

/// The rules for one action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServiceRules {
    /// Allowed against any policy, a Deny included.
    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
    pub(crate) always_allowed: bool,
    /// Whether resource control policies have a say.
    pub(crate) rcps_cover: bool,
    protected: Option<Protected>,
    own_policy: Option<OwnPolicy>,
}

/// Things of AWS's in a customer's reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protected {
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html>
    ManagedPolicy,
    /// Roles below `aws-reserved/`, such as those of IAM Identity Center.
    /// <https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html>
    ReservedRole,
    /// <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html>
    KeyAlias,
}

/// Resources whose own policy must allow, also inside one account.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OwnPolicy {
    /// A role's trust policy.
    Trust,
    /// A KMS key's policy.
    Key,
}

const CHANGES_OF_POLICIES: [&str; 7] = [
    "iam:CreatePolicy",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicy",
    "iam:DeletePolicyVersion",
    "iam:SetDefaultPolicyVersion",
    "iam:TagPolicy",
    "iam:UntagPolicy",
];

const USES_OF_RESERVED_ROLES: [&str; 16] = [
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
];

const CHANGES_OF_ALIASES: [&str; 3] = ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"];

const ASSUMPTIONS_OF_ROLES: [&str; 5] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:SetSourceIdentity",
    "sts:TagSession",
];

impl ServiceRules {
    pub(crate) fn of(action: &str) -> Self {
        let among = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(action));
        let service = action.split(':').next().unwrap_or_default();
        let protected = if among(&CHANGES_OF_POLICIES) {
            Some(Protected::ManagedPolicy)
        } else if among(&USES_OF_RESERVED_ROLES) {
            Some(Protected::ReservedRole)
        } else if among(&CHANGES_OF_ALIASES) {
            Some(Protected::KeyAlias)
        } else {
            None
        };
        let own_policy = if among(&ASSUMPTIONS_OF_ROLES) {
            Some(OwnPolicy::Trust)
        } else {
            service.eq_ignore_ascii_case("kms").then_some(OwnPolicy::Key)
        };
        Self {
            always_allowed: among(&["sts:GetCallerIdentity"]),
            rcps_cover: rcp::covers(action),
            protected,
            own_policy,
        }
    }

    /// Whether the service refuses, whoever asks; nothing where it has no say.
    pub(crate) fn refuses(self, target: Target<'_>) -> Option<Match> {
        self.protected.map(|protected| target.meets(protected.glob()))
    }

    /// Whether the resource's own policy must allow.
    pub(crate) fn needs_own_policy(self, target: Target<'_>) -> Match {
        match self.own_policy {
            None => Match::No,
            Some(OwnPolicy::Trust) => Match::Yes,
            Some(OwnPolicy::Key) => target.meets(&KEYS),
        }
    }
}

static MANAGED_POLICIES: LazyLock<Glob> = LazyLock::new(|| Glob::new("arn:*:iam::aws:policy/*"));
static RESERVED_ROLES: LazyLock<Glob> =
    LazyLock::new(|| Glob::new("arn:*:iam::*:role/aws-reserved/*"));
static KEY_ALIASES: LazyLock<Glob> = LazyLock::new(|| Glob::new("arn:*:kms:*:*:alias/aws/*"));
static KEYS: LazyLock<Glob> = LazyLock::new(|| Glob::new("arn:*:kms:*:*:key/*"));

impl Protected {
    fn glob(self) -> &'static Glob {
        match self {
            Self::ManagedPolicy => &MANAGED_POLICIES,
            Self::ReservedRole => &RESERVED_ROLES,
            Self::KeyAlias => &KEY_ALIASES,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_hang_on_action_and_resource() {
        let role = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/X";
        let own = "arn:aws:iam::111122223333:role/team/X";
        let refuses = |action, resource| ServiceRules::of(action).refuses(Target::Text(resource));
        assert_eq!(refuses("IAM:passrole", role), Some(Match::Yes));
        assert_eq!(refuses("iam:PassRole", own), Some(Match::No));
        assert_eq!(refuses("iam:GetRole", role), None);
        assert_eq!(ServiceRules::of("iam:PassRole").refuses(Target::Unknown), Some(Match::Unknown));
        let needs =
            |action, resource| ServiceRules::of(action).needs_own_policy(Target::Text(resource));
        assert_eq!(needs("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/1"), Match::Yes);
        assert_eq!(needs("kms:ListAliases", "*"), Match::No);
        assert_eq!(needs("sts:AssumeRole", own), Match::Yes);
        assert_eq!(needs("sagemaker:CreateModel", "*"), Match::No);
    }
}
