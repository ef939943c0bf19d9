//! The evaluators of one policy set, by principal: found once, compiled once, asked many times.

use std::collections::HashMap;
use std::sync::Arc;

use iam_policy::{Evaluator, PolicySet};

use crate::actor::Actor;
use crate::target::{Bound, Matched, TargetSet};

/// What judges the principals met so far.
#[derive(Debug)]
pub(crate) struct Evaluators<'t> {
    target: &'t TargetSet,
    matched: Matched,
    /// One per compiled set, by the set's address: the evaluator holds it, so no other gets it.
    by_set: HashMap<usize, Evaluator<Arc<PolicySet>>>,
}

impl<'t> Evaluators<'t> {
    pub(crate) fn new(target: &'t TargetSet) -> Self {
        Self { target, matched: Matched::default(), by_set: HashMap::new() }
    }

    /// What judges an actor.
    pub(crate) fn bound(&mut self, actor: &Actor) -> Arc<Bound> {
        self.matched.bound(self.target, actor)
    }

    /// The evaluator of what judges an actor; `None` when nothing does.
    pub(crate) fn of(&mut self, bound: &Bound) -> Option<&mut Evaluator<Arc<PolicySet>>> {
        let set = bound.policies.as_ref().ok()?;
        let evaluator = self.by_set.entry(Arc::as_ptr(set).addr());
        Some(evaluator.or_insert_with(|| Evaluator::new(Arc::clone(set))))
    }
}
