//! Why a request is decided as it is: the statements that settled it or leave it open, and where
//! nothing allowed it, the Allow statement that came closest.

mod json;
#[cfg(test)]
mod tests;
mod text;

use crate::condition::Condition;
use crate::decision::Decision;
use crate::document::Effect;
use crate::evaluate::{Evaluation, Run};
use crate::logic::Match;
use crate::pattern::Glob;
use crate::policy_set::{CompiledStatement, PolicyType, StatementPlace, StatementRef};
use crate::request::{ContextValue, RequestContext, ResourceValue};
use crate::resource::Target;

pub(crate) use json::{members, possible};

/// A decision with everything that explains it. It prints as text for people, and as JSON by
/// [`to_json`](Self::to_json).
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation<'s> {
    /// The decision.
    pub evaluation: Evaluation,
    /// The statements that settled it; while undetermined, those that leave it open.
    pub statements: Vec<StatementNote<'s>>,
    /// Where nothing allowed it: how close the statements of that layer came.
    pub nearest: Option<NearMiss<'s>>,
    /// The resource of the request, as far as it is known.
    pub resource: ResourceValue,
}

/// A statement with what became of its conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct StatementNote<'s> {
    /// The statement.
    pub place: StatementPlace<'s>,
    /// Its conditions, in document order.
    pub conditions: Vec<ConditionNote<'s>>,
}

/// A condition with what was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct ConditionNote<'s> {
    /// The condition: operator, key, wanted values.
    pub condition: &'s Condition,
    /// What is known of the key.
    pub observed: ContextValue,
    /// Whether it holds.
    pub holds: Match,
}

/// How close the statements of a layer came to allowing a request.
#[derive(Clone, Debug, PartialEq)]
pub enum NearMiss<'s> {
    /// No Allow statement covers the action.
    Action,
    /// Some cover the action, none names the principal; the first of them, if there is one that also
    /// covers the resource.
    Principal(StatementPlace<'s>),
    /// Some cover the action, none the resource; the first of them.
    Resource(StatementPlace<'s>),
    /// This one covers action and resource, and the fewest of its conditions fail (ties: the
    /// first in document order).
    Conditions {
        /// The statement.
        statement: StatementPlace<'s>,
        /// The conditions that surely fail, in document order.
        failed: Vec<ConditionNote<'s>>,
    },
}

pub(crate) fn explain<'s>(run: &mut Run<'s, '_>, request: &RequestContext) -> Explanation<'s> {
    let evaluation = run.evaluate(request);
    let nearest = match (evaluation.decision(), evaluation.layer) {
        (Decision::ImplicitlyDenied, Some(layer)) if run.set().has_layer(layer) => {
            Some(near_miss(run, request, layer))
        }
        _ => None,
    };
    let statements = match evaluation.decision() {
        Decision::Undetermined => &evaluation.open,
        // What was granted elsewhere does not explain why it was not enough.
        Decision::ImplicitlyDenied => &Vec::new(),
        Decision::Allowed | Decision::ExplicitlyDenied => &evaluation.matched,
    };
    let notes = statements.iter().filter_map(|statement| note(run, *statement, request));
    let statements = notes.collect();
    Explanation { evaluation, statements, nearest, resource: request.resource.clone() }
}

fn note<'s>(
    run: &mut Run<'s, '_>,
    statement: StatementRef,
    request: &RequestContext,
) -> Option<StatementNote<'s>> {
    let place = run.set().place(statement)?;
    let compiled = run.statement(statement.0)?;
    let conditions = condition_notes(run, compiled, place, request);
    Some(StatementNote { place, conditions })
}

pub(crate) fn near_miss<'s>(
    run: &mut Run<'s, '_>,
    request: &RequestContext,
    layer: PolicyType,
) -> NearMiss<'s> {
    let set = run.set();
    let covering = run.covering(&request.action);
    let level = closed_level(run, request, layer, &covering);
    let (mut covering_action, mut for_others, mut for_others_elsewhere) = (None, None, None);
    let mut best: Option<(StatementPlace<'s>, Vec<ConditionNote<'s>>)> = None;
    for index in covering {
        let (Some(statement), Some(place)) = (run.statement(index), set.place(StatementRef(index)))
        else {
            continue;
        };
        let elsewhere = place.layer != layer || level.is_some_and(|level| level != statement.layer);
        if elsewhere || statement.effect != Effect::Allow {
            continue;
        }
        let covers_resource = covers_resource(run, statement, request);
        if run.principal_matches(statement, &request.principal) == Match::No {
            let missed = if covers_resource { &mut for_others } else { &mut for_others_elsewhere };
            missed.get_or_insert(place);
            continue;
        }
        covering_action.get_or_insert(place);
        if !covers_resource {
            continue;
        }
        let failed = failed_conditions(run, statement, place, request);
        if best.as_ref().is_none_or(|(_, fewest)| failed.len() < fewest.len()) {
            best = Some((place, failed));
        }
    }
    match (best, covering_action, for_others.or(for_others_elsewhere)) {
        (Some((statement, failed)), ..) => NearMiss::Conditions { statement, failed },
        (None, Some(place), _) => NearMiss::Resource(place),
        (None, None, Some(place)) => NearMiss::Principal(place),
        (None, None, None) => NearMiss::Action,
    }
}

/// Of several levels of SCPs, the first that does not allow by the statements `covering` the action.
fn closed_level(
    run: &mut Run<'_, '_>,
    request: &RequestContext,
    layer: PolicyType,
    covering: &[u32],
) -> Option<usize> {
    let set = run.set();
    let mut levels = set.layers.iter().enumerate().filter(|(_, l)| l.policy_type == layer);
    let mut allows = |level: usize| {
        covering.iter().any(|&index| {
            let statement = run.statement(index).filter(|statement| statement.layer == level);
            statement.is_some_and(|statement| {
                statement.effect == Effect::Allow
                    && run.principal_matches(statement, &request.principal) != Match::No
                    && covers_resource(run, statement, request)
                    && statement
                        .conditions
                        .iter()
                        .all(|c| run.condition_holds(*c, request) != Match::No)
            })
        })
    };
    levels.find(|(level, _)| !allows(*level)).map(|(level, _)| level)
}

fn covers_resource(
    run: &mut Run<'_, '_>,
    statement: &CompiledStatement,
    request: &RequestContext,
) -> bool {
    let mut covers = |target: Target<'_>| {
        run.forget_resource();
        run.resource_matches(statement, request, target) != Match::No
    };
    match &request.resource {
        ResourceValue::Known(text) => covers(Target::Text(text)),
        ResourceValue::OneOf(texts) => texts.iter().any(|text| covers(Target::Text(text))),
        ResourceValue::Like(pattern) => covers(Target::Like(&Glob::new(pattern))),
        ResourceValue::Unknown => covers(Target::Unknown),
    }
}

fn failed_conditions<'s>(
    run: &mut Run<'s, '_>,
    statement: &CompiledStatement,
    place: StatementPlace<'s>,
    request: &RequestContext,
) -> Vec<ConditionNote<'s>> {
    let mut notes = condition_notes(run, statement, place, request);
    notes.retain(|note| note.holds == Match::No);
    notes
}

fn condition_notes<'s>(
    run: &mut Run<'s, '_>,
    statement: &CompiledStatement,
    place: StatementPlace<'s>,
    request: &RequestContext,
) -> Vec<ConditionNote<'s>> {
    let compiled = statement.conditions.iter().zip(&place.statement.conditions);
    compiled
        .map(|(&index, condition)| ConditionNote {
            condition,
            observed: request.get(&condition.key.to_lowercase()).clone(),
            holds: run.condition_holds(index, request),
        })
        .collect()
}
