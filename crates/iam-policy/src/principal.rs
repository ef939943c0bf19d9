//! Who asks, and the `Principal` element of resource-based policies.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use memchr::memchr;

use crate::arn::{Arn, part_and_rest};
use crate::logic::Match;

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
        // Nearly all begin so, and their colons need not be counted.
        let usual = arn.strip_prefix("arn:aws:iam::").or_else(|| arn.strip_prefix("arn:aws:sts::"));
        let account = match usual {
            Some(rest) => match memchr(b':', rest.as_bytes()) {
                Some(colon) => rest.get(..colon)?,
                None => rest,
            },
            None => arn.split(':').nth(4)?,
        };
        Some(account).filter(|account| !account.is_empty())
    }

    /// Whether this is a service-linked role, which SCPs do not bind. Its path tells, which the ARN
    /// of a session drops: a session is one only where its role is known with the path.
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
        let mut named = Match::No;
        for entry in &self.entries {
            named = named.or(match entry.names(principal) {
                Named::No => Match::No,
                _ if entry.is_uncertain(principal) => Match::Unknown,
                _ => Match::Yes,
            });
        }
        if self.negated { !named } else { named }
    }

    /// Whether the element names the principal in every way that AWS asks for in a `NotPrincipal`:
    /// itself, for a session its role too, and its account; or everybody.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>
    pub(crate) fn names_in_full(&self, principal: &Principal) -> bool {
        let has = |way: Named| self.named_as(principal, way) == Match::Yes;
        let all = |entry: &PrincipalEntry| {
            entry.kind == "*" || (entry.kind == "AWS" && entry.value == "*")
        };
        let everybody = self.entries.iter().any(all);
        let itself = match principal {
            Principal::Role { session_arn: Some(_), .. } => {
                has(Named::Exactly) && has(Named::AsRole)
            }
            Principal::Role { .. } => has(Named::AsRole),
            _ => has(Named::Exactly),
        };
        let account = match principal {
            Principal::Root { .. } | Principal::Service { .. } | Principal::Anonymous => true,
            _ => has(Named::Account),
        };
        everybody || (itself && account)
    }

    /// Whether an entry names the principal in this way, `Not…` left aside.
    pub(crate) fn named_as(&self, principal: &Principal, way: Named) -> Match {
        let entries = self.entries.iter().filter(|entry| entry.names(principal) == way);
        Match::any(entries.map(|entry| match entry.is_uncertain(principal) {
            true => Match::Unknown,
            false => Match::Yes,
        }))
    }

    /// Whether more about the principal would tell how the element names it.
    pub(crate) fn is_uncertain(&self, principal: &Principal) -> bool {
        let mut named = self.entries.iter().filter(|entry| entry.names(principal) != Named::No);
        named.any(|entry| entry.is_uncertain(principal))
    }
}

impl PrincipalEntry {
    fn names(&self, principal: &Principal) -> Named {
        match (self.kind.as_str(), principal) {
            ("*", _) => Named::Exactly,
            (_, Principal::Service { name }) => {
                let named = self.kind == "Service" && *name == self.value;
                if named { Named::Exactly } else { Named::No }
            }
            ("AWS", _) if self.value == "*" => Named::Exactly,
            ("AWS", _) => self.names_identity(principal),
            // A canonical user id is another name of an account; whose, only S3 knows.
            ("CanonicalUser", _) if principal.account().is_some() => Named::Account,
            ("Federated", Principal::Other { name }) if *name == self.value => Named::Exactly,
            _ => Named::No,
        }
    }

    /// Whether it is not known that the entry names the principal, only that it may.
    fn is_uncertain(&self, principal: &Principal) -> bool {
        self.kind == "CanonicalUser" || self.may_be_user_of(principal)
    }

    /// Whether the entry names a user of the account, as whom somebody got the federated session. A
    /// grant to the user counts for the session, and which user it was the session does not tell.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>
    fn may_be_user_of(&self, principal: &Principal) -> bool {
        let Principal::FederatedUser { .. } = principal else { return false };
        let (Some(account), Some((named, resource))) =
            (principal.account(), part_and_rest(&self.value, 4))
        else {
            return false;
        };
        self.kind == "AWS" && named == account && resource.starts_with("user/")
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
            Principal::FederatedUser { .. } if self.may_be_user_of(principal) => Named::AsRole,
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
        let root = is_root_of(&self.value, account);
        let named = self.value == account || root;
        let itself = matches!(principal, Principal::Root { .. });
        match (named, itself) {
            (true, true) => Named::Exactly,
            (true, false) => Named::Account,
            (false, _) => Named::No,
        }
    }
}

/// Whether a text is the ARN of the account's root user, in any partition.
fn is_root_of(arn: &str, account: &str) -> bool {
    let Some(("iam", rest)) = part_and_rest(arn, 2) else { return false };
    let Some((named, "root")) = part_and_rest(rest, 1) else { return false };
    arn.starts_with("arn:") && named == account
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
