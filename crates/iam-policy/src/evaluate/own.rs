//! The usual case: nobody but the principal's own policies has a say.
//!
//! Then a decision needs no layers to be put together, and no lists: two answers, and the first
//! statement behind each. `judge` would come to the same, by a longer way.

use std::ops::Range;

use crate::decision::Possible;
use crate::document::Effect;
use crate::logic::Match;
use crate::policy_set::{PolicyType, StatementRef};
use crate::principal::Principal;
use crate::request::RequestContext;
use crate::resource::Target;
use crate::service_rule::ServiceRules;

use super::binding::is_foreign;
use super::{Run, Verdict};

/// What the statements of one effect say.
#[derive(Clone, Copy)]
struct Heard {
    matches: Match,
    /// The first that surely matches.
    first: Option<StatementRef>,
}

impl Run<'_, '_> {
    /// The decision on a known resource by the principal's own policies, where these decide alone.
    #[inline]
    pub(super) fn decide_alone(&mut self, request: &RequestContext, text: &str) -> Option<Verdict> {
        // Who wants to know all choices on the way must hear every statement.
        if !self.set.only_identity || self.memory.pass.thorough || !has_only_own(&request.principal)
        {
            return None;
        }
        let known = self.memory.action(self.set, &request.action);
        if known.rules.always_allowed {
            return None;
        }
        self.memory.forget_resource();
        let (denied, granted) = self.hear_until_settled(known.covering, request, text);
        let obstacle = match granted.matches {
            Match::No => None,
            _ => obstacle(known.rules, request, text),
        };
        Some(together(denied, granted, obstacle))
    }

    fn hear_until_settled(
        &mut self,
        covering: Range<usize>,
        request: &RequestContext,
        text: &str,
    ) -> (Heard, Heard) {
        let nothing = Heard { matches: Match::No, first: None };
        let (mut denied, mut granted) = (nothing, nothing);
        for position in covering {
            let Some(covering) = self.memory.covering(position) else { continue };
            let Some(statement) = self.statement(covering.statement) else { continue };
            let heard = match statement.effect {
                Effect::Deny => &mut denied,
                Effect::Allow => &mut granted,
            };
            // One sure statement is enough.
            if heard.matches == Match::Yes {
                continue;
            }
            let matches = self.covers(covering, statement, request, Target::Text(text));
            heard.matches = heard.matches.or(matches);
            if matches == Match::Yes {
                heard.first = Some(StatementRef(covering.statement));
            }
            if denied.matches == Match::Yes {
                break;
            }
        }
        (denied, granted)
    }
}

/// Whether only policies attached to the principal say what it may do.
fn has_only_own(principal: &Principal) -> bool {
    matches!(principal, Principal::Role { .. } | Principal::User { .. } | Principal::Other { .. })
}

/// What stands in the way of a grant by the principal's own policies.
fn obstacle(rules: ServiceRules, request: &RequestContext, text: &str) -> Option<PolicyType> {
    if is_foreign(request) {
        // Across accounts the resource's policy must allow, too, and there is none.
        return Some(PolicyType::Resource);
    }
    let refuses = rules.refuses(Target::Text(text));
    (refuses == Some(Match::Yes)).then_some(PolicyType::Service)
}

fn together(denied: Heard, granted: Heard, obstacle: Option<PolicyType>) -> Verdict {
    if denied.matches == Match::Yes {
        let possible = Possible::after(Match::Yes, Match::No);
        return Verdict { possible, layer: Some(PolicyType::Identity), statement: denied.first };
    }
    let allow = if obstacle.is_some() { Match::No } else { granted.matches };
    let possible = Possible::after(denied.matches, allow);
    if denied.matches == Match::Unknown || allow == Match::Unknown {
        return Verdict { possible, layer: None, statement: None };
    }
    let layer = obstacle.unwrap_or(PolicyType::Identity);
    Verdict { possible, layer: Some(layer), statement: granted.first }
}
