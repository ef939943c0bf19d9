//! `driftline.whatif/1`, and `driftline.rejudge/1`, which is the same but for the baseline.

use analyzer::whatif::{Change, Effect, Report};
use iam_policy::Decision;
use serde::Serialize;

use super::SetName;
use crate::output;

#[derive(Serialize)]
struct WhatifJson<'r> {
    schema: &'static str,
    baseline: BaselineJson<'r>,
    policies: SetJson<'r>,
    /// Calls by the worst that would become of them.
    calls: CallsJson,
    changes: Vec<ChangeJson<'r>>,
}

/// One policy set, or all whose verdicts a lake holds.
#[derive(Serialize)]
#[serde(untagged)]
pub(in crate::commands) enum BaselineJson<'r> {
    One(SetJson<'r>),
    Lake(Vec<SetJson<'r>>),
}

#[derive(Serialize)]
pub(in crate::commands) struct SetJson<'r> {
    name: &'r str,
    revision: u64,
    verdict_hash: &'r str,
}

#[derive(Serialize)]
struct CallsJson {
    compared: u64,
    breaks: u64,
    may_break: u64,
    permits: u64,
    may_permit: u64,
    other: u64,
    unchanged: u64,
    /// Of the unchanged: open for the same reasons.
    undetermined: u64,
    /// Of the unchanged: judged by neither set.
    unjudged: u64,
}

#[derive(Serialize)]
struct ChangeJson<'r> {
    effect: &'static str,
    principal: &'r str,
    action: &'r str,
    outcome: &'static str,
    /// `null` where the baseline judges nobody of that name.
    old: Option<&'static str>,
    new: Option<&'static str>,
    code: Option<&'static str>,
    key: Option<&'r str>,
    wanted: &'r [String],
    observed: Vec<&'r str>,
    policy: Option<&'r str>,
    statement: Option<&'r str>,
    count: u64,
    first: String,
    last: String,
    event_ids: Vec<&'r str>,
    resources: &'r [String],
}

pub(in crate::commands) fn render(
    schema: &'static str,
    baseline: BaselineJson<'_>,
    new: &SetName<'_>,
    report: &Report,
) -> Result<String, serde_json::Error> {
    let calls = |effect| report.with_effect(effect);
    let json = WhatifJson {
        schema,
        baseline,
        policies: SetJson::of(new),
        calls: CallsJson {
            compared: report.calls(),
            breaks: calls(Effect::Breaks),
            may_break: calls(Effect::MayBreak),
            permits: calls(Effect::Permits),
            may_permit: calls(Effect::MayPermit),
            other: calls(Effect::Other),
            unchanged: report.unchanged(),
            undetermined: report.undetermined(),
            unjudged: report.unjudged(),
        },
        changes: report.changes().into_iter().map(ChangeJson::of).collect(),
    };
    Ok(output::visible_json(&serde_json::to_string_pretty(&json)?) + "\n")
}

impl<'r> SetJson<'r> {
    pub(in crate::commands) fn of(set: &SetName<'r>) -> Self {
        Self { name: set.name, revision: set.revision, verdict_hash: set.verdict_hash }
    }
}

impl<'r> ChangeJson<'r> {
    fn of(change: Change<'r>) -> Self {
        let why = change.why;
        let decision = |decision: Option<Decision>| decision.map(|decision| decision.as_str());
        Self {
            effect: change.effect.as_str(),
            principal: change.principal,
            action: change.action,
            outcome: change.outcome.as_str(),
            old: decision(change.old),
            new: decision(change.new),
            code: why.code.map(analyzer::Code::as_str),
            key: why.key.as_deref(),
            wanted: &why.wanted,
            observed: change.observed,
            policy: why.policy.as_deref(),
            statement: why.statement.as_deref(),
            count: change.count,
            first: output::time(change.first),
            last: output::time(change.last),
            event_ids: change.event_ids,
            resources: change.resources,
        }
    }
}
