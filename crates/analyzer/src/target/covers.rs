//! Whom a binding is about: by ARN, permission set, group, account and tag.
//!
//! Patterns, permission sets and groups name principals: one of them is enough. Accounts and tags
//! narrow: all of them must be so; by themselves they narrow everybody. Groups and tags are what the
//! snapshot has. Of a principal that is not in it nobody can tell whether it belongs to a binding by
//! group or tag, which is not the same as that it does not.

use std::collections::BTreeMap;

use iam_policy::{Glob, Principal};

use super::{PrincipalPattern, PrincipalPatterns};
use crate::actor::Actor;
use crate::snapshot::{Snapshot, Unattached};

#[derive(Debug)]
pub(super) struct Who {
    pub(super) named: PrincipalPatterns,
    /// Names of IAM groups.
    pub(super) groups: Vec<String>,
    /// Tags of the principal, with patterns of their values.
    pub(super) tags: BTreeMap<String, String>,
}

/// Whether a binding is about a principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Covered {
    Yes,
    No,
    /// Nobody can tell, and why.
    Unknown(String),
}

impl Covered {
    fn of(known: bool) -> Self {
        if known { Self::Yes } else { Self::No }
    }

    /// Both, as far as can be told.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, other) => other,
            (unknown, _) => unknown,
        }
    }
}

impl Who {
    /// Whether it is about the actor, or may be when its path is unknown.
    /// `paths` says whether the set is about who is in the snapshot at all: else no verdict may depend on
    /// it.
    pub(super) fn covers(
        &self,
        actor: &Actor,
        snapshot: Option<&Snapshot>,
        paths: bool,
    ) -> Covered {
        match self.is_named(actor, snapshot, paths) {
            Covered::No => Covered::No,
            named => named.and(self.has_tags(actor, snapshot)),
        }
    }

    fn is_named(&self, actor: &Actor, snapshot: Option<&Snapshot>, paths: bool) -> Covered {
        if self.named.surely_cover(actor) {
            return Covered::Yes;
        }
        if self.named.may_cover(actor) {
            return self.by_path(actor, snapshot.filter(|_| paths));
        }
        // Only users are in groups.
        let is_user = matches!(actor.principal, Principal::User { .. });
        if self.groups.is_empty() || !is_user || !self.named.here(&actor.arn) {
            return Covered::No;
        }
        let Some(snapshot) = snapshot else { return Covered::No };
        match snapshot.groups(actor) {
            // IAM tells names of groups apart by more than case.
            Ok(groups) => Covered::of(
                groups
                    .iter()
                    .any(|group| self.groups.iter().any(|named| named.eq_ignore_ascii_case(group))),
            ),
            Err(why) => Covered::Unknown(unknown("groups", actor, why)),
        }
    }

    /// A role whose path is not in the record, and decides. Names of roles are unique in an account,
    /// so a snapshot may tell the path.
    fn by_path(&self, actor: &Actor, snapshot: Option<&Snapshot>) -> Covered {
        match snapshot.and_then(|snapshot| snapshot.arn_of(actor)) {
            Some(arn) => Covered::of(self.named.cover(arn)),
            None => Covered::Unknown(format!("the path of {} is not in the record", actor.arn)),
        }
    }

    fn has_tags(&self, actor: &Actor, snapshot: Option<&Snapshot>) -> Covered {
        let Some(snapshot) = snapshot.filter(|_| !self.tags.is_empty()) else {
            return Covered::Yes;
        };
        match snapshot.tags(actor) {
            // Tag keys of IAM differ by more than case.
            Ok(tags) => Covered::of(self.tags.iter().all(|(key, wanted)| {
                tags.iter().any(|(has, value)| {
                    has.eq_ignore_ascii_case(key) && Glob::new(wanted).matches(value)
                })
            })),
            Err(why) => Covered::Unknown(unknown("tags", actor, why)),
        }
    }

    /// Whether some principal may be covered by both.
    pub(super) fn overlap(&self, other: &Self) -> bool {
        let by_group = |one: &Self, other: &Self| {
            !one.groups.is_empty() && (!other.groups.is_empty() || other.names_users())
        };
        self.named.overlap(&other.named)
            || (self.named.share_account(&other.named)
                && (by_group(self, other) || by_group(other, self)))
    }

    /// Whether a pattern is about some user: only they are in groups.
    fn names_users(&self) -> bool {
        let users = PrincipalPattern::new("arn:*:iam::*:user/*");
        self.named.patterns.iter().any(|pattern| pattern.overlaps(&users))
    }
}

/// In words, for a policy of unknown content.
pub(super) fn unknown(what: &str, actor: &Actor, why: Unattached) -> String {
    format!("{what} of {}: {}", actor.arn, why.in_words())
}
