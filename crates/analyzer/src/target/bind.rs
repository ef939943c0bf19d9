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
}

impl Matched {
    /// What judges the actor of a call.
    pub fn bound(&mut self, set: &TargetSet, actor: &Actor) -> Arc<Bound> {
        let key = actor.key();
        if let Some(bound) = self.by_principal.get(&key) {
            return Arc::clone(bound);
        }
        let bound = Arc::new(set.bind(actor));
        self.by_principal.insert(key, Arc::clone(&bound));
        bound
    }
}

impl TargetSet {
    fn bind(&self, actor: &Actor) -> Bound {
        let arn = actor.arn.as_str();
        let rules = self.record_rules.iter().enumerate();
        let rules = rules.filter(|(_, rule)| rule.principals.cover(arn));
        let exempt = self.exemptions.iter().find(|exempt| exempt.principals.cover(arn));
        Bound {
            policies: self.policies_for(actor).map(|sources| {
                // The same policies for two principals are compiled twice: binding is rare, and
                // sharing would need a key over all of them.
                Arc::new(PolicySet::compile(&sources))
            }),
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
        self.bindings.iter().filter(|binding| {
            binding.principals.cover(&actor.arn)
                || (!actor.path_known && binding.principals.cover_by_name(&actor.arn))
        })
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
