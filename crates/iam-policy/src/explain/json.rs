//! The explanation for programs. Members are only ever added.

use crate::decision::Possible;
use crate::logic::Match;
use crate::policy_set::StatementPlace;
use crate::print::quote;
use crate::request::{ContextValue, KeyValue, ResourceValue};

use super::{ConditionNote, Explanation, NearMiss, StatementNote};

impl Explanation<'_> {
    /// One line of JSON:
    /// `{"decision", "possible", "layer", "statements": [STATEMENT…], "nearest", "needs",
    /// "rests_on"}`; `possible` are the decisions still open.
    ///
    /// A STATEMENT is `{"layer", "policy", "statement", "sid", "effect", "conditions": [{"key",
    /// "operator", "wanted", "holds", "state", "observed"}…]}`: `holds` is `yes`, `no` or `unknown`,
    /// `state` is `known`, `absent`, `present`, `unknown` or `one_of`, and `observed` the text, list
    /// or choices that are known, else `null`. `nearest` is a STATEMENT with its failing conditions
    /// and `misses`: `conditions`, `principal`, or `resource` with `element` (`Resource` or
    /// `NotResource`) and `wanted` and `observed` patterns; where no statement names the action it
    /// is `{"misses": "action"}`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let evaluation = &self.evaluation;
        let layer = evaluation.layer.map_or("null".to_owned(), |layer| quote(layer.as_str()));
        let nearest = self.nearest.as_ref();
        format!(
            "{{\"decision\":{},\"possible\":[{}],\"layer\":{layer},\"statements\":[{}],\"nearest\":{},\"needs\":[{}],\
             \"rests_on\":[{}]}}",
            quote(evaluation.decision().as_str()),
            possible(evaluation.possible),
            list(&self.statements, statement),
            nearest.map_or("null".to_owned(), |nearest| near_miss(nearest, &self.resource)),
            list(&evaluation.needs, |key| quote(key)),
            list(&evaluation.rests_on, |choice| quote(choice.name())),
        )
    }
}

/// The decisions still open, quoted.
pub(crate) fn possible(possible: Possible) -> String {
    possible.decisions().map(|decision| quote(decision.as_str())).collect::<Vec<_>>().join(",")
}

fn list<T>(items: &[T], print: impl Fn(&T) -> String) -> String {
    items.iter().map(print).collect::<Vec<_>>().join(",")
}

fn statement(note: &StatementNote<'_>) -> String {
    format!("{{{},\"conditions\":[{}]}}", members(&note.place), list(&note.conditions, condition))
}

/// The members that name a statement, also in the output of `simulate`.
pub(crate) fn members(place: &StatementPlace<'_>) -> String {
    let sid = place.statement.sid.as_deref().map_or("null".to_owned(), quote);
    format!(
        "\"layer\":{},\"policy\":{},\"statement\":{},\"sid\":{sid},\"effect\":{}",
        quote(place.layer.as_str()),
        quote(place.policy),
        place.index,
        quote(place.statement.effect.as_str()),
    )
}

fn condition(note: &ConditionNote<'_>) -> String {
    let holds = match note.holds {
        Match::Yes => "yes",
        Match::No => "no",
        Match::Unknown => "unknown",
    };
    let state = match &note.observed {
        ContextValue::Known(_) => "known",
        ContextValue::Absent => "absent",
        ContextValue::Present => "present",
        ContextValue::Unknown => "unknown",
        ContextValue::OneOf(_) => "one_of",
    };
    format!(
        "{{\"key\":{},\"operator\":{},\"wanted\":[{}],\"holds\":\"{holds}\",\"state\":\"{state}\",\
         \"observed\":{}}}",
        quote(&note.condition.key),
        quote(&note.condition.operator.to_string()),
        list(&note.condition.values, |value| quote(value)),
        observed(&note.observed),
    )
}

fn observed(value: &ContextValue) -> String {
    match value {
        ContextValue::Known(value) => key_value(value),
        ContextValue::OneOf(candidates) => {
            let candidate = |candidate: &Option<KeyValue>| {
                candidate.as_ref().map_or("null".to_owned(), key_value)
            };
            format!("[{}]", list(candidates, candidate))
        }
        ContextValue::Absent | ContextValue::Present | ContextValue::Unknown => "null".to_owned(),
    }
}

fn key_value(value: &KeyValue) -> String {
    match value {
        KeyValue::One(text) => quote(text),
        KeyValue::Many(texts) => format!("[{}]", list(texts, |text| quote(text))),
    }
}

fn near_miss(nearest: &NearMiss<'_>, resource: &ResourceValue) -> String {
    match nearest {
        NearMiss::Action => "{\"misses\":\"action\"}".to_owned(),
        NearMiss::Principal(place) => format!("{{{},\"misses\":\"principal\"}}", members(place)),
        NearMiss::Resource(place) => {
            let block = place.statement.resource.as_ref();
            let wanted = block.map_or(&[][..], |block| &block.patterns);
            let negated = block.is_some_and(|block| block.negated);
            let element = if negated { "NotResource" } else { "Resource" };
            format!(
                "{{{},\"misses\":\"resource\",\"element\":\"{element}\",\"wanted\":[{}],\"observed\":{}}}",
                members(place),
                list(wanted, |pattern| quote(pattern)),
                known_resource(resource),
            )
        }
        NearMiss::Conditions { statement, failed } => format!(
            "{{{},\"misses\":\"conditions\",\"conditions\":[{}]}}",
            members(statement),
            list(failed, condition),
        ),
    }
}

fn known_resource(resource: &ResourceValue) -> String {
    match resource {
        ResourceValue::Known(text) | ResourceValue::Like(text) => quote(text),
        ResourceValue::OneOf(texts) => format!("[{}]", list(texts, |text| quote(text))),
        ResourceValue::Unknown => "null".to_owned(),
    }
}
