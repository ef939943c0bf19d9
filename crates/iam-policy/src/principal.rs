//! Who asks, and the `Principal` element of resource-based policies.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use crate::arn::{Arn, part_and_rest};
use crate::logic::Match;
use crate::pattern::Glob;

/// The identity a request is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// A role, directly or through a session of it.
    Role {
        /// ARN of the role, with its path where that is known.
        role_arn: String,
        /// ARN of the session (`arn:aws:sts::…:assumed-role/…`), if the request has one.
        session_arn: Option<String>,
    },
    /// An IAM user.
    User {
        /// ARN of the user.
        arn: String,
    },
    /// The root user of an account.
    Root {
        /// Account of the root user.
        account: String,
        /// ARN of the root user.
        arn: String,
    },
    /// A federated user session.
    FederatedUser {
        /// ARN of the session.
        arn: String,
    },
    /// An AWS service acting as itself.
    Service {
        /// Such as `sagemaker.amazonaws.com`.
        name: String,
    },
    /// A caller without credentials.
    Anonymous,
    /// A caller whose ARN has another form.
    Other {
        /// The ARN or name as given.
        name: String,
    },
}

impl Principal {
    /// The principal an ARN stands for. A session ARN names its role without the role's path,
    /// so a role ARN derived from it lacks the path too.
    #[must_use]
    pub fn from_arn(text: &str) -> Self {
        let Ok(arn) = text.parse::<Arn>() else {
            let service = text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn");
            let name = text.to_owned();
            return if service { Self::Service { name } } else { Self::Other { name } };
        };
        let (kind, name) = arn.resource().split_once('/').unwrap_or((arn.resource(), ""));
        match (arn.service(), kind) {
            ("sts", "assumed-role") => {
                let role = name.split('/').next().unwrap_or_default();
                Self::Role {
                    role_arn: format!("arn:{}:iam::{}:role/{role}", arn.partition(), arn.account()),
                    session_arn: Some(text.to_owned()),
                }
            }
            ("sts", "federated-user") => Self::FederatedUser { arn: text.to_owned() },
            ("iam", "role") => Self::Role { role_arn: text.to_owned(), session_arn: None },
            ("iam", "user") => Self::User { arn: text.to_owned() },
            ("iam", "root") => {
                Self::Root { account: arn.account().to_owned(), arn: text.to_owned() }
            }
            _ => Self::Other { name: text.to_owned() },
        }
    }

    /// The account the principal belongs to, if it has one.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        let arn = match self {
            Self::Role { role_arn, .. } => role_arn,
            Self::User { arn } | Self::FederatedUser { arn } => arn,
            Self::Root { account, .. } => return Some(account),
            Self::Other { name } => name,
            Self::Service { .. } | Self::Anonymous => return None,
        };
        let account = match part_and_rest(arn, 4) {
            Some((account, _)) => Some(account),
            None => arn.split(':').nth(4),
        };
        account.filter(|account| !account.is_empty())
    }

    /// Whether this is a service-linked role, which SCPs and customer policies do not bind.
    ///
    /// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html>
    #[must_use]
    pub fn is_service_linked_role(&self) -> bool {
        match self {
            // The path of a role may hold colons, and only its beginning is reserved to AWS.
            Self::Role { role_arn, .. } => part_and_rest(role_arn, 4)
                .is_some_and(|(_, role)| role.starts_with("role/aws-service-role/")),
            _ => false,
        }
    }
}

/// A `Principal` or `NotPrincipal` element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalBlock {
    /// Whether this is `NotPrincipal`.
    pub negated: bool,
    /// `"*"` or the entries of the map, in document order.
    pub entries: Vec<PrincipalEntry>,
}

/// One entry of a `Principal` element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalEntry {
    /// `AWS`, `Service`, `Federated`, `CanonicalUser`; `*` for the bare string `"*"`.
    pub kind: String,
    /// The value as written.
    pub value: String,
}

/// How a principal is named by an element; it decides what an implicit denial elsewhere means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Named {
    /// Not named.
    No,
    /// Through its account (`111122223333` or its root ARN): the account's own policies decide.
    Account,
    /// By the role behind the session: limited by boundary and session policies.
    AsRole,
    /// Itself, by a user or session ARN, or as one of everybody (`*`).
    Exactly,
}

impl PrincipalBlock {
    /// Whether the element covers the principal.
    pub(crate) fn matches(&self, principal: &Principal) -> Match {
        let named = self.names(principal) != Named::No;
        Match::from(named != self.negated)
    }

    /// Whether the element names both the principal and its account, or everybody, or one that has
    /// no account.
    pub(crate) fn names_with_account(&self, principal: &Principal) -> bool {
        let mut named = self.entries.iter().map(|entry| entry.names(principal));
        let itself = named.clone().any(|named| named > Named::Account);
        let everybody = self.entries.iter().any(|entry| entry.value == "*");
        let alone = matches!(principal, Principal::Root { .. }) || principal.account().is_none();
        itself && (everybody || alone || named.any(|named| named == Named::Account))
    }

    /// How the element names the principal, `Not…` left aside.
    pub(crate) fn names(&self, principal: &Principal) -> Named {
        let ways = self.entries.iter().map(|entry| entry.names(principal));
        ways.max().unwrap_or(Named::No)
    }
}

impl PrincipalEntry {
    fn names(&self, principal: &Principal) -> Named {
        match (self.kind.as_str(), principal) {
            ("*", _) => Named::Exactly,
            ("AWS", Principal::Service { .. }) => Named::No,
            ("AWS", _) if self.value == "*" => Named::Exactly,
            ("AWS", _) => self.names_identity(principal),
            ("Service", Principal::Service { name }) if *name == self.value => Named::Exactly,
            ("Federated", Principal::Other { name }) if *name == self.value => Named::Exactly,
            _ => Named::No,
        }
    }

    fn names_identity(&self, principal: &Principal) -> Named {
        let exactly = |arn: &str| if arn == self.value { Named::Exactly } else { Named::No };
        let itself = match principal {
            Principal::Role { role_arn, session_arn } => {
                let session = session_arn.as_deref().map_or(Named::No, exactly);
                let same = *role_arn == self.value
                    || (session_arn.is_some() && is_role_without_path(role_arn, &self.value));
                let role = if same { Named::AsRole } else { Named::No };
                session.max(role)
            }
            Principal::User { arn } | Principal::FederatedUser { arn } => exactly(arn),
            Principal::Root { .. }
            | Principal::Service { .. }
            | Principal::Anonymous
            | Principal::Other { .. } => Named::No,
        };
        itself.max(self.names_account(principal))
    }

    fn names_account(&self, principal: &Principal) -> Named {
        let Some(account) = principal.account() else { return Named::No };
        let root = Glob::new("arn:*:iam::*:root").matches(&self.value)
            && self.value.split(':').nth(4) == Some(account);
        let named = self.value == account || root;
        let itself = matches!(principal, Principal::Root { .. });
        match (named, itself) {
            (true, true) => Named::Exactly,
            (true, false) => Named::Account,
            (false, _) => Named::No,
        }
    }
}

/// Whether a role ARN that lacks its path, as derived from a session, is that of the role named.
/// Names of roles are unique in an account, whatever their paths.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>
fn is_role_without_path(derived: &str, named: &str) -> bool {
    let (Some((head, name)), Some((named_head, path))) =
        (derived.split_once(":role/"), named.split_once(":role/"))
    else {
        return false;
    };
    !name.contains('/') && head == named_head && path.rsplit('/').next() == Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_tell_the_principal() {
        let session = "arn:aws:sts::111122223333:assumed-role/Ml/ana";
        assert_eq!(
            Principal::from_arn(session),
            Principal::Role {
                role_arn: "arn:aws:iam::111122223333:role/Ml".into(),
                session_arn: Some(session.into())
            }
        );
        for (arn, account) in [
            ("arn:aws:iam::111122223333:user/ops/eve", Some("111122223333")),
            ("arn:aws-cn:iam::111122223333:root", Some("111122223333")),
            ("arn:aws:sts::111122223333:federated-user/f", Some("111122223333")),
            ("nobody", None),
        ] {
            assert_eq!(Principal::from_arn(arn).account(), account, "{arn}");
        }
        let linked = "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/R";
        assert!(Principal::from_arn(linked).is_service_linked_role());
        let crafted = "arn:aws:iam::111122223333:role/a:role/aws-service-role/Evil";
        assert!(!Principal::from_arn(crafted).is_service_linked_role());
    }

    #[test]
    fn an_account_names_its_members_only_through_the_account() {
        let user = Principal::from_arn("arn:aws:iam::111122223333:user/eve");
        let named = |value: &str| {
            let entry = PrincipalEntry { kind: "AWS".into(), value: value.into() };
            entry.names(&user)
        };
        assert_eq!(named("111122223333"), Named::Account);
        assert_eq!(named("arn:aws:iam::111122223333:root"), Named::Account);
        assert_eq!(named("arn:aws:iam::111122223333:user/eve"), Named::Exactly);
        assert_eq!(named("*"), Named::Exactly);
        assert_eq!(named("arn:aws:iam::111122223333:user/*"), Named::No);
        assert_eq!(named("444455556666"), Named::No);
    }
}
