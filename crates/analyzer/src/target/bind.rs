//! Which policies judge a principal.

use std::collections::HashMap;
use std::sync::Arc;

use iam_policy::{NamedPolicy, PolicySet, PolicySources};

use super::covers::{Covered, Who, unknown};
use super::{Binding, RecordRule, TargetSet, allow_everything};
use crate::actor::{Actor, Standing};
use crate::finding::{Code, Severity};
use crate::snapshot::unknown_policy;

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
        let arn = actor.arn.as_str();
        let rules = self.record_rules.iter().enumerate();
        let rules = rules.filter(|(_, rule)| rule.principals.may_cover(actor));
        let exempt = self.exemptions.iter().find(|exempt| exempt.principals.cover(arn));
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
        let full_access = allow_everything("FullAWSAccess");
        sources.scps = self.scps.levels(&actor.account, &full_access, self.snapshot.as_deref());
        Ok(sources)
    }

    /// What the bindings give a principal. Identity policies unite; of boundaries the one of the
    /// highest priority counts.
    fn bound_policies(&self, actor: &Actor, sources: &mut PolicySources) -> Result<(), Unjudged> {
        let mut bindings: Vec<&Binding> = Vec::new();
        let mut unknown: Vec<NamedPolicy> = Vec::new();
        for binding in &self.bindings {
            match binding.principals.covers(actor, self.snapshot.as_deref()) {
                Covered::Yes => bindings.push(binding),
                Covered::No => {}
                Covered::Unknown(why) => unknown.push(unknown_policy(&why, &why)),
            }
        }
        if bindings.is_empty() && unknown.is_empty() {
            return Err(Unjudged::Unbound);
        }
        if bindings.iter().any(|binding| binding.attached) {
            self.add_attached(actor, sources);
        }
        let identity = bindings.iter().flat_map(|binding| binding.identity.iter()).chain(&unknown);
        sources.identity.extend(distinct(identity));
        let with_boundary = bindings.iter().filter(|binding| binding.boundary.is_some());
        let boundary = with_boundary.max_by_key(|binding| binding.priority);
        if let Some(policy) = boundary.and_then(|binding| binding.boundary.clone()) {
            sources.boundary = Some(vec![policy]);
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

    /// Whether a verdict may depend on what IAM has attached.
    pub(super) fn goes_by_snapshot(&self) -> bool {
        let by_entity = |who: &Who| !who.groups.is_empty() || !who.tags.is_empty();
        !self.scps.units.is_empty()
            || self.bindings.iter().any(|b| b.attached || by_entity(&b.principals))
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
