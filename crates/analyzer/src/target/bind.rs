//! Which policies judge a principal.

use std::collections::HashMap;
use std::sync::Arc;

use iam_policy::{NamedPolicy, PolicySet, PolicySources};

use super::covers::{Covered, unknown};
use super::{Binding, RecordRule, TargetSet};
use crate::actor::{Actor, Standing};
use crate::finding::{Code, Severity};
use crate::snapshot::{Asked, unknown_policy};

/// The policies that judge one principal, compiled.
#[derive(Debug)]
pub struct Bound {
    /// The policies in effect; `None` when the principal is not judged.
    pub policies: Result<Arc<PolicySet>, Unjudged>,
    /// Positions of the record rules that apply.
    pub(crate) record_rules: Vec<usize>,
    /// Why the principal never violates, when it is exempt.
    pub exempt: Option<String>,
}

/// Why a principal is not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unjudged {
    /// No binding names it.
    Unbound,
    /// A service-linked role: bound neither by customer policies nor by SCPs.
    ServiceLinkedRole,
    /// An AWS service acting as itself.
    Service,
    /// The caller's policies are in another account.
    CrossAccount,
    /// The record does not say who called.
    Unidentified,
}

impl Unjudged {
    /// The one spelling, in columns.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unbound => "unbound",
            Self::ServiceLinkedRole => "service_linked_role",
            Self::Service => "service",
            Self::CrossAccount => "cross_account",
            Self::Unidentified => "unidentified",
        }
    }
}

/// The principals met so far and what judges them.
#[derive(Debug, Default)]
pub struct Matched {
    by_principal: HashMap<String, Arc<Bound>>,
    /// With the policies, which keeps their documents where they are.
    sets: HashMap<Vec<Vec<Identity>>, (PolicySources, Arc<PolicySet>)>,
}

/// What tells policies apart: the name, and where the document lies. Two principals may have a policy
/// of one name inline.
type Identity = (Arc<str>, usize);

/// What tells compiled sets apart.
fn identities(sources: &PolicySources) -> Vec<Vec<Identity>> {
    let PolicySources { identity, boundary, scps, rcps, resource, session, endpoint } = sources;
    let mark = |text: &str| (Arc::from(text), 0);
    let one = |p: &NamedPolicy| (Arc::clone(&p.name), Arc::as_ptr(&p.document).addr());
    let of = |policies: &[NamedPolicy]| policies.iter().map(one).collect();
    // None and an empty list differ.
    let option = |policies: Option<&[NamedPolicy]>| -> Vec<Identity> {
        policies.map_or_else(|| vec![mark(""), mark("")], of)
    };
    let lists = [
        of(identity),
        option(boundary.as_deref()),
        option(resource.as_ref().map(std::slice::from_ref)),
        option(session.as_deref()),
        option(endpoint.as_deref()),
    ];
    let levels = |levels: &[Vec<NamedPolicy>]| -> Vec<Vec<Identity>> {
        let named = levels.iter().map(|level| of(level));
        [vec![mark(&levels.len().to_string())]].into_iter().chain(named).collect()
    };
    lists.into_iter().chain(levels(scps)).chain(levels(rcps)).collect()
}

impl Matched {
    /// What judges the actor of a call.
    pub fn bound(&mut self, set: &TargetSet, actor: &Actor) -> Arc<Bound> {
        let key = actor.key();
        if let Some(bound) = self.by_principal.get(&key) {
            return Arc::clone(bound);
        }
        let sources = set.policies_for(actor);
        let policies = sources.map(|sources| self.compiled(sources));
        let bound = Arc::new(set.bind(actor, policies));
        self.by_principal.insert(key, Arc::clone(&bound));
        bound
    }

    /// Principals with the same policies share them: there may be a million roles and few sets.
    fn compiled(&mut self, sources: PolicySources) -> Arc<PolicySet> {
        let entry = self.sets.entry(identities(&sources));
        let (_, set) = entry.or_insert_with(|| {
            let set = Arc::new(PolicySet::compile(&sources));
            (sources, set)
        });
        Arc::clone(set)
    }
}

impl TargetSet {
    fn bind(&self, actor: &Actor, policies: Result<Arc<PolicySet>, Unjudged>) -> Bound {
        let rules = self.record_rules.iter().enumerate();
        let rules = rules.filter(|(_, rule)| rule.principals.may_cover(actor));
        let exempt = self.exemptions.iter().find(|exempt| exempt.principals.surely_cover(actor));
        Bound {
            policies,
            record_rules: rules.map(|(position, _)| position).collect(),
            exempt: exempt.map(|exempt| exempt.reason.clone()),
        }
    }

    fn policies_for(&self, actor: &Actor) -> Result<PolicySources, Unjudged> {
        let mut sources = PolicySources::default();
        match actor.standing {
            Standing::Service => return Err(Unjudged::Service),
            Standing::CrossAccount => return Err(Unjudged::CrossAccount),
            Standing::Unidentified => return Err(Unjudged::Unidentified),
            Standing::Principal if actor.principal.is_service_linked_role() => {
                return Err(Unjudged::ServiceLinkedRole);
            }
            // Nothing but SCPs restricts the root user here.
            Standing::Root => {}
            Standing::Principal => self.bound_policies(actor, &mut sources)?,
        }
        sources.scps = self.scps.levels(&actor.account, self.snapshot.as_deref());
        Ok(sources)
    }

    /// What the bindings give a principal. Identity policies unite; of boundaries the one of the
    /// highest priority counts.
    fn bound_policies(&self, actor: &Actor, sources: &mut PolicySources) -> Result<(), Unjudged> {
        let mut bindings: Vec<&Binding> = Vec::new();
        let mut unknown: Vec<(&Binding, NamedPolicy)> = Vec::new();
        let asked = self.asks_of_snapshot();
        let paths = asked.policies || asked.groups || asked.tags;
        for binding in &self.bindings {
            match binding.principals.covers(actor, self.snapshot.as_deref(), paths) {
                Covered::Yes => bindings.push(binding),
                Covered::No => {}
                Covered::Unknown(why) => unknown.push((binding, unknown_policy(&why, &why))),
            }
        }
        if bindings.is_empty() && unknown.is_empty() {
            return Err(Unjudged::Unbound);
        }
        if bindings.iter().any(|binding| binding.attached) {
            self.add_attached(actor, sources);
        }
        let known = bindings.iter().flat_map(|binding| binding.identity.iter());
        sources.identity.extend(distinct(known.chain(unknown.iter().map(|(_, policy)| policy))));
        let with_boundary = bindings.iter().filter(|binding| binding.boundary.is_some());
        let boundary = with_boundary.max_by_key(|binding| binding.priority);
        if let Some(policy) = boundary.and_then(|binding| binding.boundary.clone()) {
            sources.boundary = Some(vec![policy]);
        }
        // One that may count in its place leaves open which does.
        let beats = |other: &Binding| {
            other.boundary.is_some()
                && boundary.is_none_or(|counts| other.priority > counts.priority)
        };
        if let Some((_, policy)) = unknown.iter().find(|(binding, _)| beats(binding)) {
            sources.boundary = Some(vec![policy.clone()]);
        }
        Ok(())
    }

    /// What IAM has attached to the principal: identity policies and the boundary.
    fn add_attached(&self, actor: &Actor, sources: &mut PolicySources) {
        let attached = self.snapshot.as_ref().map(|snapshot| snapshot.attached_policies(actor));
        match attached {
            None => {}
            Some(Ok(attached)) => *sources = attached,
            Some(Err(why)) => {
                let why = unknown("policies", actor, why);
                sources.identity.push(unknown_policy(&why, &why));
            }
        }
    }

    /// How bad a finding of a code is when the call succeeded and changed something.
    #[must_use]
    pub(crate) fn severity(&self, code: Code) -> Severity {
        self.severities.get(&code).copied().unwrap_or_else(|| code.severity())
    }

    /// Whether the other set makes the same requests of every record.
    pub(crate) fn asks_as(&self, other: &Self) -> bool {
        let added = |set: &Self| set.overlay.as_ref().map(sagemaker_catalog::Overlay::to_json);
        self.facts == other.facts && added(self) == added(other)
    }

    /// What of a snapshot verdicts may depend on.
    pub(super) fn asks_of_snapshot(&self) -> Asked {
        let any = |of: fn(&Binding) -> bool| self.bindings.iter().any(of);
        Asked {
            policies: any(|binding| binding.attached),
            groups: any(|binding| !binding.principals.groups.is_empty()),
            tags: any(|binding| !binding.principals.tags.is_empty()),
            units: !self.scps.units.is_empty(),
        }
    }

    /// A record rule by its position.
    #[must_use]
    pub(crate) fn record_rule(&self, position: usize) -> Option<&RecordRule> {
        self.record_rules.get(position)
    }
}

fn distinct<'p>(policies: impl Iterator<Item = &'p NamedPolicy>) -> Vec<NamedPolicy> {
    let mut distinct: Vec<NamedPolicy> = Vec::new();
    for policy in policies {
        if !distinct.iter().any(|known| known.name == policy.name) {
            distinct.push(policy.clone());
        }
    }
    distinct
}
