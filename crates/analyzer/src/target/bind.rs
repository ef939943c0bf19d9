//! Which policies judge a principal.

use std::collections::HashMap;
use std::sync::Arc;

use iam_policy::{NamedPolicy, PolicySet, PolicySources};

use super::{RecordRule, TargetSet, allow_everything};
use crate::actor::{Actor, Standing};

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
    sets: HashMap<Vec<Vec<Arc<str>>>, Arc<PolicySet>>,
}

/// What tells compiled sets apart: a policy set has one document under a name.
fn names(sources: &PolicySources) -> Vec<Vec<Arc<str>>> {
    let PolicySources { identity, boundary, scps, rcps, resource, session, endpoint } = sources;
    let of = |policies: &[NamedPolicy]| policies.iter().map(|p| Arc::clone(&p.name)).collect();
    // None and an empty list differ.
    let option = |policies: Option<&[NamedPolicy]>| -> Vec<Arc<str>> {
        policies.map_or_else(|| vec!["".into(), "".into()], of)
    };
    let lists = [
        of(identity),
        option(boundary.as_deref()),
        option(resource.as_ref().map(std::slice::from_ref)),
        option(session.as_deref()),
        option(endpoint.as_deref()),
    ];
    let levels = |levels: &[Vec<NamedPolicy>]| -> Vec<Vec<Arc<str>>> {
        let named = levels.iter().map(|level| of(level));
        [vec![levels.len().to_string().into()]].into_iter().chain(named).collect()
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
        let policies = sources.map(|sources| self.compiled(&sources));
        let bound = Arc::new(set.bind(actor, policies));
        self.by_principal.insert(key, Arc::clone(&bound));
        bound
    }

    /// Principals with the same policies share them: there may be a million roles and few sets.
    fn compiled(&mut self, sources: &PolicySources) -> Arc<PolicySet> {
        let set = self.sets.entry(names(sources));
        Arc::clone(set.or_insert_with(|| Arc::new(PolicySet::compile(sources))))
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
            Standing::Principal => {
                let bindings: Vec<_> = self.bindings_of(actor).collect();
                if bindings.is_empty() {
                    return Err(Unjudged::Unbound);
                }
                let identity = bindings.iter().flat_map(|binding| binding.identity.iter());
                sources.identity = distinct(identity);
                let with_boundary = bindings.iter().filter(|b| b.boundary.is_some());
                let boundary = with_boundary.max_by_key(|binding| binding.priority);
                let boundary = boundary.and_then(|binding| binding.boundary.clone());
                sources.boundary = boundary.map(|policy| vec![policy]);
            }
        }
        sources.scps = self.scps.levels(&actor.account, &allow_everything("FullAWSAccess"));
        Ok(sources)
    }

    fn bindings_of<'t>(&'t self, actor: &'t Actor) -> impl Iterator<Item = &'t super::Binding> {
        self.bindings.iter().filter(|binding| binding.principals.may_cover(actor))
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
