//! From the actor of a call to the policies that IAM has attached to it.

use std::collections::BTreeMap;

use iam_policy::{NamedPolicy, PolicySources, PolicyType};

use super::Snapshot;
use super::account::Entity;
use super::document::unknown_policy;
use super::organisation::Scps;
use crate::actor::{Actor, Standing};

/// What binds one principal.
#[derive(Clone, Debug, Default)]
pub struct Attached {
    /// The policies that are known to be there; one that cannot be read is among them, as a policy
    /// of unknown content.
    pub policies: PolicySources,
    /// Where more policies may be.
    pub gaps: Vec<Gap>,
}

/// A layer of which the snapshot does not hold everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The layer.
    pub layer: PolicyType,
    /// What is missing.
    pub why: String,
}

/// Why nothing is known of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unattached {
    /// Its account is not in the snapshot.
    AccountNotInSnapshot,
    /// Its account is, but it is not: it is newer, or gone.
    PrincipalNotInSnapshot,
    /// The record lacks the role's path, and several roles have the name.
    SeveralRoles,
    /// An AWS service acting as itself.
    Service,
    /// Its policies, and those of what it used, are in two accounts.
    CrossAccount,
    /// The record does not say who called.
    Unidentified,
}

impl Unattached {
    /// The one spelling, in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccountNotInSnapshot => "account_not_in_snapshot",
            Self::PrincipalNotInSnapshot => "principal_not_in_snapshot",
            Self::SeveralRoles => "several_roles",
            Self::Service => "service",
            Self::CrossAccount => "cross_account",
            Self::Unidentified => "unidentified",
        }
    }

    /// In words.
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::AccountNotInSnapshot => "its account is not in the snapshot",
            Self::PrincipalNotInSnapshot => "not in the snapshot",
            Self::SeveralRoles => "several roles have the name",
            Self::Service | Self::CrossAccount | Self::Unidentified => "not asked for",
        }
    }
}

impl Attached {
    /// All policies, with one of unknown content for each gap. A decision by them is sound: it leaves
    /// out none that the missing policies could give.
    #[must_use]
    pub fn sources(&self) -> PolicySources {
        self.sources_without(None)
    }

    /// The same, but as if this layer had no gap.
    pub(crate) fn sources_without(&self, complete: Option<PolicyType>) -> PolicySources {
        let mut sources = self.policies.clone();
        for gap in self.gaps.iter().filter(|gap| Some(gap.layer) != complete) {
            let unknown = unknown_policy(&gap.why, &gap.why);
            match gap.layer {
                PolicyType::Scp => sources.scps.push(vec![unknown]),
                _ => sources.identity.push(unknown),
            }
        }
        sources
    }

    /// What is missing of a layer.
    pub(crate) fn gap(&self, layer: PolicyType) -> Option<&Gap> {
        self.gaps.iter().find(|gap| gap.layer == layer)
    }
}

impl Snapshot {
    /// What IAM has attached to the actor of a call.
    ///
    /// # Errors
    /// When the snapshot does not tell, or no policy of the actor was asked.
    pub fn attached(&self, actor: &Actor) -> Result<Attached, Unattached> {
        let mut attached = Attached::default();
        match actor.standing {
            Standing::Service => return Err(Unattached::Service),
            Standing::CrossAccount => return Err(Unattached::CrossAccount),
            Standing::Unidentified => return Err(Unattached::Unidentified),
            // Nothing but SCPs restricts the root user here.
            Standing::Root => {}
            Standing::Principal => {
                let entity = self.entity(actor)?;
                self.add_identity(entity, &actor.account, &mut attached);
                let boundary = entity.boundary.as_ref();
                let boundary = boundary.map(|arn| vec![self.iam.attached(entity, arn)]);
                attached.policies.boundary = boundary;
            }
        }
        match self.organisation.scps(&actor.account) {
            Scps::Levels(levels) => attached.policies.scps = levels,
            Scps::Unknown(why) => attached.gaps.push(Gap { layer: PolicyType::Scp, why }),
        }
        Ok(attached)
    }

    fn entity(&self, actor: &Actor) -> Result<&Entity, Unattached> {
        let missing = match self.iam.has_account(&actor.account) {
            true => Unattached::PrincipalNotInSnapshot,
            false => Unattached::AccountNotInSnapshot,
        };
        let arn = match actor.path_known {
            true => actor.arn.as_str(),
            false => match self.roles_named_as(actor) {
                [one] => one,
                [] => return Err(missing),
                _ => return Err(Unattached::SeveralRoles),
            },
        };
        self.iam.entity(arn).ok_or(missing)
    }

    fn roles_named_as(&self, actor: &Actor) -> &[String] {
        let name = actor.arn.rsplit('/').next().unwrap_or_default();
        self.iam.roles_named(&actor.account, name)
    }

    /// The ARN with its path of a role whose record lacks that, if one role has the name.
    pub(crate) fn arn_of(&self, actor: &Actor) -> Option<&str> {
        match self.roles_named_as(actor) {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Whether some account has a group of this name.
    pub(crate) fn has_group(&self, name: &str) -> bool {
        self.iam.groups().any(|((_, known), _)| known.eq_ignore_ascii_case(name))
    }

    /// Whether the organisation has a unit of this id; also where its tree is not in the snapshot.
    pub(crate) fn may_have_unit(&self, id: &str) -> bool {
        let mut parents = self.organisation.parents().peekable();
        parents.peek().is_none() || parents.any(|(child, parent)| child == id || parent == id)
    }

    /// The organisation's management account.
    pub(crate) fn management_account(&self) -> Option<&str> {
        self.organisation.management_account()
    }

    /// Inline, attached, and through groups; they unite.
    fn add_identity(&self, entity: &Entity, account: &str, attached: &mut Attached) {
        let identity = &mut attached.policies.identity;
        self.add_policies(entity, identity);
        for name in &entity.groups {
            match self.iam.group_of(account, name) {
                Some(group) => self.add_policies(group, identity),
                None => {
                    let why = format!("group {name} is not in the snapshot");
                    attached.gaps.push(Gap { layer: PolicyType::Identity, why });
                }
            }
        }
    }

    fn add_policies(&self, entity: &Entity, identity: &mut Vec<NamedPolicy>) {
        identity.extend(entity.inline.iter().cloned());
        for arn in &entity.attached {
            // Attached to a user and to its group, it is still one policy.
            if !identity.iter().any(|known| *known.name == **arn) {
                identity.push(self.iam.attached(entity, arn));
            }
        }
    }

    /// The identity policies and the boundary that IAM has attached to the actor of a call, with a
    /// policy of unknown content for what is missing; no SCPs.
    ///
    /// # Errors
    /// When the snapshot does not tell.
    pub(crate) fn attached_policies(&self, actor: &Actor) -> Result<PolicySources, Unattached> {
        let attached = self.attached(actor)?;
        let mut sources = attached.sources_without(Some(PolicyType::Scp));
        sources.scps = Vec::new();
        Ok(sources)
    }

    /// The tags of a user or role, for bindings by tag.
    ///
    /// # Errors
    /// When the snapshot does not tell.
    pub fn tags(&self, actor: &Actor) -> Result<&BTreeMap<String, String>, Unattached> {
        self.entity(actor).map(|entity| &entity.tags)
    }

    /// The names of a user's groups, for bindings by group.
    ///
    /// # Errors
    /// When the snapshot does not tell.
    pub fn groups(&self, actor: &Actor) -> Result<&[String], Unattached> {
        self.entity(actor).map(|entity| entity.groups.as_slice())
    }

    /// The organisational units an account is in, the topmost first.
    ///
    /// # Errors
    /// When the snapshot does not tell, and why.
    pub(crate) fn units<'s>(&'s self, account: &'s str) -> Result<Vec<&'s str>, String> {
        self.organisation.units(account)
    }
}
