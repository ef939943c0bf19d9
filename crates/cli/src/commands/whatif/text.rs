//! What would change, for people.

use analyzer::whatif::{Change, Effect, Report};
use cloudtrail::Outcome;
use iam_policy::Decision;

use super::SetName;
use crate::output::{grouped, visible};

pub(in crate::commands) fn render(
    old: &[SetName<'_>],
    new: &SetName<'_>,
    report: &Report,
) -> String {
    let set = |set: &SetName<'_>| format!("`{}`, revision {}", visible(set.name), set.revision);
    let all = old.iter().map(set).collect::<Vec<_>>().join("; ");
    let mut text = format!("Baseline  {all}\nNew       {}\n\n", set(new));
    if report.calls() == 0 {
        return text + "Nothing was compared: no call of SageMaker was read.\n";
    }
    for change in report.changes() {
        text.push_str(&told(&change));
    }
    let plural = |count: u64| if count == 1 { "call" } else { "calls" };
    let breaks = report.with_effect(Effect::Breaks);
    text.push_str(&format!("{} {} would break\n", grouped(breaks), plural(breaks)));
    for (effect, what) in [
        (Effect::MayBreak, "may break: what they hang on is not known"),
        (Effect::Permits, "would no longer be refused"),
        (Effect::MayPermit, "may no longer be refused"),
        (Effect::Other, "would change otherwise"),
    ] {
        let count = report.with_effect(effect);
        if count > 0 {
            text.push_str(&format!("{} {} {what}\n", grouped(count), plural(count)));
        }
    }
    let (kept, all) = (report.unchanged(), report.calls());
    text.push_str(&format!("{} of {} calls keep their verdict", grouped(kept), grouped(all)));
    let without =
        [(report.undetermined(), "undetermined by both"), (report.unjudged(), "judged by neither")];
    for (count, what) in without {
        if count > 0 {
            text.push_str(&format!("; {} {what}", grouped(count)));
        }
    }
    text + "\n"
}

fn told(change: &Change<'_>) -> String {
    let calls = if change.count == 1 { "call" } else { "calls" };
    let word = match change.effect {
        Effect::Breaks => "Breaks",
        Effect::MayBreak => "May break",
        Effect::Permits => "Permits",
        Effect::MayPermit => "May permit",
        Effect::Other => "Changes",
    };
    let (count, last) = (grouped(change.count), change.last.format("%Y-%m-%d"));
    let outcome = match change.outcome {
        Outcome::Succeeded => "",
        Outcome::Denied => ", which AWS refused",
        Outcome::Failed => ", which failed",
    };
    let mut text = format!("{word}  {count} {calls}{outcome}, last {last}\n");
    text.push_str(&format!("  {} {}\n", visible(change.action), visible(change.principal)));
    let (old, new) = (decision(change.old), decision(change.new));
    text.push_str(&format!("  {old} → {new}{}\n", why(change)));
    if let Some(resource) = change.resources.first() {
        text.push_str(&format!("  on {}\n", visible(resource)));
    }
    let events: Vec<String> = change.event_ids.iter().map(|id| visible(id)).collect();
    text + &format!("  events {}\n\n", events.join(", "))
}

pub(super) fn decision(decision: Option<Decision>) -> &'static str {
    decision.map_or("not judged", |decision| decision.as_str())
}

/// The statement, and what it wants of which key.
pub(super) fn why(change: &Change<'_>) -> String {
    let why = change.why;
    // What a snapshot lacks stands in place of a key, in words.
    if let Some(lack) = why.key.as_deref().filter(|key| key.contains(": ")) {
        return format!(": nobody can tell: {}", visible(lack));
    }
    let statement = match (&why.policy, &why.statement) {
        (Some(policy), Some(statement)) => {
            format!("statement `{}` of {}", visible(statement), visible(policy))
        }
        _ if change.new.is_none_or(|new| new == Decision::Allowed) => String::new(),
        _ => "nothing allows it".to_owned(),
    };
    let key = why.key.as_deref().map(visible).unwrap_or_default();
    let wanted: Vec<&str> = why.wanted.iter().map(String::as_str).collect();
    let key = match (change.new, wanted.is_empty()) {
        (Some(Decision::Undetermined), _) if !key.is_empty() => format!("needs {key}"),
        (_, false) => format!("{key} {}", list(&wanted)),
        (_, true) => key,
    };
    let seen = match change.observed.is_empty() {
        true => String::new(),
        false => format!("the calls had {}", list(&change.observed)),
    };
    let parts = [statement, key.trim().to_owned(), seen].into_iter();
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) }
}

fn list(texts: &[&str]) -> String {
    let quoted: Vec<String> =
        texts.iter().take(4).map(|text| format!("`{}`", visible(text))).collect();
    let more = if texts.len() > 4 { ", …" } else { "" };
    format!("{}{more}", quoted.join(", "))
}
