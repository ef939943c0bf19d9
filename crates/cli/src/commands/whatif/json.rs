//! `driftline.whatif/1`.

use analyzer::target::TargetSet;
use analyzer::whatif::{Change, Effect, Report};
use iam_policy::Decision;
use serde::Serialize;

use crate::output;

#[derive(Serialize)]
struct WhatifJson<'r> {
    schema: &'static str,
    baseline: SetJson<'r>,
    policies: SetJson<'r>,
    /// Calls by the worst that would become of them.
    calls: CallsJson,
    changes: Vec<ChangeJson<'r>>,
}

#[derive(Serialize)]
struct SetJson<'r> {
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

pub(super) fn render(
    old: &TargetSet,
    new: &TargetSet,
    report: &Report,
) -> Result<String, serde_json::Error> {
    let calls = |effect| report.with_effect(effect);
    let json = WhatifJson {
        schema: "driftline.whatif/1",
        baseline: SetJson::of(old),
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
    fn of(set: &'r TargetSet) -> Self {
        Self { name: &set.name, revision: set.revision, verdict_hash: &set.hash }
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
