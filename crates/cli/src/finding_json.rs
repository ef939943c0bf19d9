//! A folded finding, as every command's JSON has it. Members are only ever added.

use analyzer::summary::{Folded, Summary, Tally, sentence};
use analyzer::target::Waived;
use serde::Serialize;

use crate::output;

#[derive(Serialize)]
pub(crate) struct FindingJson {
    id: String,
    code: &'static str,
    severity: &'static str,
    account: String,
    region: String,
    principal: String,
    action: String,
    resource_type: Option<String>,
    key: Option<String>,
    wanted: Vec<String>,
    observed: Vec<String>,
    policy: Option<String>,
    statement: Option<String>,
    iam_can_enforce: Option<bool>,
    outcome: &'static str,
    count: u64,
    first: String,
    last: String,
    event_ids: Vec<String>,
    sentence: String,
    /// The waiver that covers it, or did until it expired.
    waiver: Option<WaiverJson>,
}

#[derive(Serialize)]
struct WaiverJson {
    id: String,
    active: bool,
    expires: String,
}

impl WaiverJson {
    fn of(waived: Waived) -> Self {
        let Waived { id, active, expires } = waived;
        Self { id, active, expires: expires.to_string() }
    }
}

/// How much of a baseline is still there.
#[derive(Serialize)]
pub(crate) struct KnownJson {
    findings: u64,
    calls: u64,
}

impl KnownJson {
    pub(crate) fn of(summary: &Summary) -> Option<Self> {
        let Tally { findings, calls } = summary.known();
        (findings > 0).then_some(Self { findings, calls })
    }
}

impl FindingJson {
    pub(crate) fn of(folded: Folded) -> Self {
        let sentence = sentence(&folded.example);
        let example = folded.example;
        Self {
            id: example.finding_id,
            code: example.code.as_str(),
            severity: example.severity.as_str(),
            account: example.account,
            region: example.region,
            principal: example.principal,
            action: example.action,
            resource_type: example.resource_type,
            key: example.key,
            wanted: example.wanted,
            observed: example.observed,
            policy: example.policy,
            statement: example.statement,
            iam_can_enforce: example.iam_can_enforce,
            outcome: example.outcome.as_str(),
            count: folded.count,
            first: output::time(folded.first),
            last: output::time(folded.last),
            event_ids: folded.event_ids,
            sentence,
            waiver: folded.waived.map(WaiverJson::of),
        }
    }
}
