//! The explanation for people. What a policy or a request says is shown with everything a terminal
//! would act on as an escape.

use std::fmt;

use crate::decision::Decision;
use crate::logic::Match;
use crate::policy_set::{PolicyType, StatementPlace};
use crate::print::visible;
use crate::request::{ContextValue, KeyValue, ResourceValue};

use super::{ConditionNote, Explanation, NearMiss};

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let evaluation = &self.evaluation;
        let decision = evaluation.decision();
        write!(f, "{decision}")?;
        let open = decision == Decision::Undetermined;
        if open {
            let possible = evaluation.possible.decisions().map(Decision::as_str);
            write!(f, ", {}", possible.collect::<Vec<_>>().join(" or "))?;
        }
        match evaluation.layer {
            Some(layer) => writeln!(f, " by the {}", layer.described())?,
            None if !open => writeln!(f, ": nothing restricts the root user here")?,
            None if evaluation.needs.is_empty() => writeln!(f, ": only AWS could settle it")?,
            None => writeln!(f, ": {} would settle it", ticked(&evaluation.needs))?,
        }
        let role = if open { "open" } else { "by" };
        for note in &self.statements {
            writeln!(f, "  {role}: {}", Named(&note.place))?;
            // What plainly holds is no news, but for a Deny it is the reason.
            let telling = |condition: &&ConditionNote<'_>| {
                decision == Decision::ExplicitlyDenied || condition.holds == Match::Unknown
            };
            write_conditions(f, note.conditions.iter().filter(telling))?;
        }
        let unanswered = evaluation.layer.filter(|layer| *layer != PolicyType::Service);
        match &self.nearest {
            Some(nearest) => self.write_nearest(f, nearest)?,
            None if decision == Decision::ImplicitlyDenied && unanswered.is_some() => {
                writeln!(f, "  there is none")?;
            }
            None => {}
        }
        for choice in &evaluation.rests_on {
            writeln!(f, "  rests on `{choice}`: {}: {}", choice.question(), choice.answer())?;
        }
        Ok(())
    }
}

impl Explanation<'_> {
    fn write_nearest(&self, f: &mut fmt::Formatter<'_>, nearest: &NearMiss<'_>) -> fmt::Result {
        match nearest {
            NearMiss::Action => writeln!(f, "  no Allow names the action"),
            NearMiss::Principal(place) => {
                writeln!(f, "  nearest: {}, for another principal", Named(place))
            }
            NearMiss::Resource(place) => {
                writeln!(f, "  nearest: {}, for another resource", Named(place))?;
                let block = place.statement.resource.as_ref();
                let patterns = block.map_or(&[][..], |block| &block.patterns);
                let element = match block {
                    Some(block) if block.negated => "NotResource",
                    _ => "Resource",
                };
                let observed = match &self.resource {
                    ResourceValue::Known(text) | ResourceValue::Like(text) => ticked([text]),
                    ResourceValue::OneOf(texts) => format!("one of {}", ticked(texts)),
                    ResourceValue::Unknown => "unknown".to_owned(),
                };
                writeln!(f, "    {element} is {}; the request's is {observed}", ticked(patterns))
            }
            NearMiss::Conditions { statement, failed } => {
                let away = match failed.len() {
                    0 => "open".to_owned(),
                    1 => "one condition away".to_owned(),
                    count => format!("{count} conditions away"),
                };
                writeln!(f, "  nearest: {}, {away}", Named(statement))?;
                write_conditions(f, failed.iter())
            }
        }
    }
}

fn write_conditions<'n>(
    f: &mut fmt::Formatter<'_>,
    conditions: impl Iterator<Item = &'n ConditionNote<'n>>,
) -> fmt::Result {
    for note in conditions {
        // A policy of unknown content has a condition without a key, which says why in words.
        if note.condition.key.is_empty() {
            writeln!(f, "    {}", visible(&note.condition.operator.to_string()))?;
            continue;
        }
        writeln!(
            f,
            "    {}: {} wants {}; the request {}",
            visible(&note.condition.key),
            visible(&note.condition.operator.to_string()),
            ticked(&note.condition.values),
            has(&note.observed),
        )?;
    }
    Ok(())
}

fn has(observed: &ContextValue) -> String {
    match observed {
        ContextValue::Known(value) if value.texts().is_empty() => "has an empty list".to_owned(),
        ContextValue::Known(value) => format!("has {}", ticked(value.texts())),
        ContextValue::Absent => "does not have it".to_owned(),
        ContextValue::Present => "has it, with an unknown value".to_owned(),
        ContextValue::Unknown => "does not say".to_owned(),
        ContextValue::OneOf(candidates) => {
            let texts = candidates.iter().map(|candidate| match candidate {
                Some(KeyValue::One(text)) => ticked([text]),
                Some(KeyValue::Many(texts)) => format!("[{}]", ticked(texts)),
                None => "nothing".to_owned(),
            });
            format!("has one of {}", texts.collect::<Vec<_>>().join(", "))
        }
    }
}

fn ticked<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    let ticked = texts.into_iter().map(|text| format!("`{}`", visible(text.as_ref())));
    let ticked: Vec<String> = ticked.collect();
    if ticked.is_empty() { "nothing".to_owned() } else { ticked.join(", ") }
}

/// A statement as people call it.
struct Named<'p, 's>(&'p StatementPlace<'s>);

impl fmt::Display for Named<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(place) = self;
        match &place.statement.sid {
            Some(sid) => write!(f, "`{}` (statement {})", visible(sid), place.index)?,
            None => write!(f, "statement {}", place.index)?,
        }
        let effect = place.statement.effect.as_str();
        write!(f, " of `{}`, {effect}", visible(place.policy))
    }
}
