//! A first policy set, proposed from what is: who calls SageMaker, in families, and which Deny policies
//! today's use would pass.
//!
//! A family is a kind of principal that people think of together ([`Family`]). What tells them apart is
//! in the calls (who passes which role, whose sessions have people's names) and, for administrators, in the
//! snapshot. Each ready-made Deny (a *guard*) is asked about every request that AWS permitted: a guard that
//! has something to say about some and surely refuses none may be put in force at once ([`Caught::passes`]);
//! of the others it is told what they would have caught. A proposal is read by a person before it is
//! used: nothing here is a verdict.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use cloudtrail::Outcome;
use iam_policy::{
    Decision, Effect, Evaluator, Glob, NamedPolicy, PolicySet, PolicySources, Principal,
    RequestContext, ResourceValue,
};
use sagemaker_catalog::catalog;

use crate::actor::{Actor, Standing};
use crate::call::Call;
use crate::replay::RequestKind;
use crate::snapshot::Snapshot;
use crate::target::{Facts, allow_everything, is_principal_pattern};

/// A kind of principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Are called so, or may attach policies to roles.
    Administrators,
    /// Users, permission sets, and roles whose sessions have people's names.
    People,
    /// Other roles that are passed to SageMaker, or that it assumes.
    ExecutionRoles,
    /// All other roles.
    Pipelines,
}

impl Family {
    /// The name of its binding.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrators => "administrators",
            Self::People => "people",
            Self::ExecutionRoles => "execution-roles",
            Self::Pipelines => "pipelines",
        }
    }
}

/// What is proposed for a family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// The family.
    pub family: Family,
    /// ARNs of its principals, but for those of permission sets.
    pub principals: BTreeSet<String>,
    /// Names of its permission sets.
    pub permission_sets: BTreeSet<String>,
    /// Principals of it that are not in the snapshot.
    pub unknown: BTreeSet<String>,
    /// Principals of it that no pattern names exactly: they are left out.
    pub left_out: BTreeSet<String>,
    /// How many requests of theirs AWS permitted.
    pub requests: u64,
    /// What each guard would have done, in the order of the guards.
    pub guards: Vec<Caught>,
}

/// What a guard would have caught.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caught {
    /// Requests of actions that it is about.
    pub asked: u64,
    /// Requests it would have refused.
    pub refused: u64,
    /// Requests of which the record does not tell.
    pub open: u64,
    /// Who made what was refused.
    pub principals: BTreeSet<String>,
    /// What was refused, by action.
    pub actions: BTreeMap<String, u64>,
    /// The last that was refused.
    pub last: Option<DateTime<Utc>>,
}

/// Collects calls for a proposal.
#[derive(Debug)]
pub struct Proposer<'s> {
    snapshot: &'s Snapshot,
    guards: Vec<Guard>,
    principals: BTreeMap<String, Seen>,
    passed: BTreeSet<String>,
}

/// A Deny policy, beside a policy that allows everything.
#[derive(Debug)]
struct Guard {
    evaluator: Evaluator<PolicySet>,
    /// The actions of its Deny statements: whether all others are meant, and patterns in lower case.
    denied: Vec<(bool, Vec<Glob>)>,
}

impl Guard {
    fn new(policy: NamedPolicy) -> Self {
        let denies = policy.document.statements.iter().filter(|s| s.effect == Effect::Deny);
        let denied = denies.map(|statement| {
            let patterns = statement.action.patterns.iter();
            let globs = patterns.map(|pattern| Glob::new(&pattern.to_lowercase())).collect();
            (statement.action.negated, globs)
        });
        let denied = denied.collect();
        let identity = vec![allow_everything("@any"), policy];
        let set = PolicySet::compile(&PolicySources { identity, ..Default::default() });
        Self { evaluator: Evaluator::new(set), denied }
    }

    fn is_about(&self, action: &str) -> bool {
        let action = action.to_lowercase();
        let named = |globs: &[Glob]| globs.iter().any(|glob| glob.matches(&action));
        self.denied.iter().any(|(negated, globs)| named(globs) != *negated)
    }
}

/// What is seen of a principal.
#[derive(Debug)]
struct Seen {
    actor: Actor,
    is_person: bool,
    is_service_session: bool,
    requests: u64,
    guards: Vec<Caught>,
}

/// The name of the sessions in which SageMaker uses a role.
const SAGEMAKER_SESSION: &str = "SageMaker";

impl<'s> Proposer<'s> {
    /// For a snapshot, and guards in the order in which they are reported.
    #[must_use]
    pub fn new(snapshot: &'s Snapshot, guards: Vec<NamedPolicy>) -> Self {
        let guards = guards.into_iter().map(Guard::new).collect();
        Self { snapshot, guards, principals: BTreeMap::new(), passed: BTreeSet::new() }
    }

    /// Takes a row of `calls`; whether it tells enough of its request. Calls of services, of other
    /// accounts and of root users propose nothing.
    pub fn call(&mut self, call: &Call) -> bool {
        let Some(request) = call.request(&Facts::default(), catalog()) else { return false };
        if call.request_kind == RequestKind::PassRole {
            self.passed.extend(call.resources.iter().cloned());
        }
        let actor = Actor::of(&call.record());
        let judged = actor.standing == Standing::Principal
            && actor.path_known
            && !actor.principal.is_service_linked_role();
        if !judged {
            return true;
        }
        let guards = self.guards.len();
        let seen = self.principals.entry(actor.arn.clone()).or_insert_with(|| Seen {
            is_person: matches!(actor.principal, Principal::User { .. }),
            is_service_session: false,
            requests: 0,
            guards: vec![Caught::default(); guards],
            actor,
        });
        let name = call.session_name.as_deref().unwrap_or_default();
        seen.is_person |= name.contains('@')
            || call.source_identity.is_some()
            || call.federated_provider.is_some();
        seen.is_service_session |= name == SAGEMAKER_SESSION;
        if call.outcome == Outcome::Succeeded {
            seen.requests = seen.requests.saturating_add(1);
            for (guard, caught) in self.guards.iter_mut().zip(&mut seen.guards) {
                if guard.is_about(&call.action) {
                    caught.add(call, guard.evaluator.evaluate(&request.context).verdict());
                }
            }
        }
        true
    }

    /// What is proposed, for each family that has somebody.
    #[must_use]
    pub fn finish(self) -> Vec<Proposed> {
        let mut families: BTreeMap<Family, Proposed> = BTreeMap::new();
        // A permission set is one thing to bind, whatever becomes of its roles.
        let mut of_set: BTreeMap<&str, Family> = BTreeMap::new();
        for (arn, seen) in &self.principals {
            if let Some(name) = permission_set(arn) {
                let family = self.family(arn, seen);
                let first = of_set.entry(name).or_insert(family);
                *first = family.min(*first);
            }
        }
        for (arn, seen) in &self.principals {
            let family = permission_set(arn).and_then(|name| of_set.get(name)).copied();
            let family = family.unwrap_or_else(|| self.family(arn, seen));
            let proposed = families.entry(family).or_insert_with(|| Proposed {
                family,
                principals: BTreeSet::new(),
                permission_sets: BTreeSet::new(),
                unknown: BTreeSet::new(),
                left_out: BTreeSet::new(),
                requests: 0,
                guards: vec![Caught::default(); self.guards.len()],
            });
            match permission_set(arn) {
                Some(name) => proposed.permission_sets.insert(name.to_owned()),
                None if names_exactly(arn) => proposed.principals.insert(arn.clone()),
                None => proposed.left_out.insert(arn.clone()),
            };
            if self.snapshot.attached(&seen.actor).is_err() {
                proposed.unknown.insert(arn.clone());
            }
            proposed.requests = proposed.requests.saturating_add(seen.requests);
            for (all, one) in proposed.guards.iter_mut().zip(&seen.guards) {
                all.unite(one);
            }
        }
        families.into_values().collect()
    }

    fn family(&self, arn: &str, seen: &Seen) -> Family {
        if self.is_administrator(&seen.actor) {
            Family::Administrators
        } else if seen.is_person || permission_set(arn).is_some() {
            Family::People
        } else if self.passed.contains(arn) || seen.is_service_session {
            Family::ExecutionRoles
        } else {
            Family::Pipelines
        }
    }

    /// Whether it is called so, or what is attached surely allows to give any role any policy.
    fn is_administrator(&self, actor: &Actor) -> bool {
        if actor.arn.to_lowercase().contains("admin") {
            return true;
        }
        let Ok(sources) = self.snapshot.attached_policies(actor) else { return false };
        let resource = ResourceValue::Known(format!("arn:aws:iam::{}:role/any", actor.account));
        let request =
            RequestContext::new(actor.principal.clone(), "iam:AttachRolePolicy", resource);
        let set = PolicySet::compile(&sources);
        Evaluator::new(&set).evaluate(&request).verdict() == Decision::Allowed
    }
}

impl Caught {
    /// Whether the guard may be put in force: it is about something that was done, and surely refuses
    /// none of it.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.asked > 0 && self.refused == 0 && self.open == 0
    }

    fn add(&mut self, call: &Call, verdict: Decision) {
        self.asked = self.asked.saturating_add(1);
        if verdict.is_denied() {
            self.refused = self.refused.saturating_add(1);
            self.principals.insert(call.principal.clone());
            let count = self.actions.entry(call.action.clone()).or_default();
            *count = count.saturating_add(1);
            self.last = self.last.max(Some(call.event_time));
        } else if verdict == Decision::Undetermined {
            self.open = self.open.saturating_add(1);
        }
    }

    fn unite(&mut self, other: &Self) {
        self.asked = self.asked.saturating_add(other.asked);
        self.refused = self.refused.saturating_add(other.refused);
        self.open = self.open.saturating_add(other.open);
        self.principals.extend(other.principals.iter().cloned());
        for (action, more) in &other.actions {
            let count = self.actions.entry(action.clone()).or_default();
            *count = count.saturating_add(*more);
        }
        self.last = self.last.max(other.last);
    }
}

/// Whether an ARN taken for a pattern is about itself alone: a path may hold wildcards.
fn names_exactly(arn: &str) -> bool {
    is_principal_pattern(arn) && !arn.contains(['*', '?'])
}

/// The permission set that a role of IAM Identity Center is made for:
/// `AWSReservedSSO_NAME_0123456789abcdef`.
fn permission_set(arn: &str) -> Option<&str> {
    let path = arn.splitn(6, ':').nth(5)?.strip_prefix("role/aws-reserved/sso.amazonaws.com/")?;
    let name = path.rsplit('/').next()?.strip_prefix("AWSReservedSSO_")?;
    let (name, hash) = name.rsplit_once('_')?;
    (hash.len() == 16).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_arn_without_wildcards_names_exactly() {
        assert!(names_exactly("arn:aws:iam::111122223333:role/team/x"));
        for arn in ["*", "role/x/DS", "arn:aws:iam::111122223333:role/*", "arn:aws:iam::1:role/a?"]
        {
            assert!(!names_exactly(arn), "{arn}");
        }
    }

    #[test]
    fn a_permission_set_is_told_by_its_role() {
        let path = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com";
        for (arn, wanted) in [
            (format!("{path}/AWSReservedSSO_ML_Analyst_3f9c1d7e5b2a8046"), Some("ML_Analyst")),
            (format!("{path}/eu-west-1/AWSReservedSSO_Data_3f9c1d7e5b2a8046"), Some("Data")),
            (format!("{path}/AWSReservedSSO_Data_short"), None),
            ("arn:aws:iam::111122223333:role/AWSReservedSSO_D_3f9c1d7e5b2a8046".to_owned(), None),
        ] {
            assert_eq!(permission_set(&arn), wanted, "{arn}");
        }
    }
}
