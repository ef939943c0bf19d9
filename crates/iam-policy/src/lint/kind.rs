//! What a policy is for, which decides what may stand in it.

use crate::parse::Dialect;

/// The kinds of policies that lint tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    /// For users, groups and roles.
    Identity,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
    /// Of a resource or an endpoint.
    Resource,
    /// Who may assume a role.
    Trust,
    /// Passed when a session is made.
    Session,
    /// A permissions boundary.
    Boundary,
}

impl PolicyKind {
    /// As people call it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity policy",
            Self::Scp => "service control policy",
            Self::Rcp => "resource control policy",
            Self::Resource => "resource policy",
            Self::Trust => "trust policy",
            Self::Session => "session policy",
            Self::Boundary => "permissions boundary",
        }
    }

    /// The kind that content points to: a `Principal` makes a resource policy, and a trust policy
    /// when no statement names resources and all the actions, one at least, are about assuming roles.
    #[must_use]
    pub fn guess<'a>(
        has_principal: bool,
        has_resource: bool,
        actions: impl Iterator<Item = &'a str>,
    ) -> Self {
        let assumes = |action: &str| {
            let action = action.to_lowercase();
            ["sts:assumerole", "sts:tagsession", "sts:setsourceidentity", "sts:setcontext"]
                .iter()
                .any(|start| action.starts_with(start))
        };
        let mut actions = actions.peekable();
        let trusts = !has_resource && actions.peek().is_some() && actions.all(assumes);
        match (has_principal, trusts) {
            (true, true) => Self::Trust,
            (true, false) => Self::Resource,
            (false, _) => Self::Identity,
        }
    }

    pub(super) fn dialect(self) -> Dialect {
        match self {
            Self::Identity | Self::Scp | Self::Session | Self::Boundary => Dialect::Identity,
            Self::Rcp | Self::Resource | Self::Trust => Dialect::Resource,
        }
    }

    /// Whether an Allow grants by itself; elsewhere it only lets through what another policy grants.
    pub(super) fn grants(self) -> bool {
        matches!(self, Self::Identity | Self::Resource | Self::Trust)
    }
}
