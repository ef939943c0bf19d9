//! The explanation for programs: `driftline.explain/1`. Members are only ever added.

use std::borrow::Cow;
use std::collections::BTreeMap;

use analyzer::resolve::Resolution;
use analyzer::{RecordExplanation, RequestExplanation};
use iam_policy::{ContextValue, KeyValue, ResourceValue};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::output;

#[derive(Serialize)]
struct Record<'e> {
    schema: &'static str,
    event_id: &'e str,
    event_time: String,
    event_source: &'e str,
    event_name: &'e str,
    account: &'e str,
    region: &'e str,
    principal: &'e str,
    outcome: &'static str,
    error_code: Option<&'e str>,
    error_message: Option<&'e str>,
    not_judged: Option<&'e str>,
    exempt: Option<&'e str>,
    policies: Vec<Policy<'e>>,
    requests: Vec<Request<'e>>,
    resolutions: Vec<ResolutionJson<'e>>,
}

/// What other records settle of a request.
#[derive(Serialize)]
struct ResolutionJson<'e> {
    request_index: u32,
    settles: bool,
    decision: Option<&'static str>,
    settled: BTreeMap<&'e str, &'e [String]>,
    fact_events: &'e [String],
    instance_types: &'e [String],
}

#[derive(Serialize)]
struct Policy<'e> {
    layer: &'static str,
    policy: &'e str,
}

/// A request with the members of a case of `simulate`, without policies.
#[derive(Serialize)]
struct Request<'e> {
    kind: &'static str,
    principal: &'e str,
    action: &'e str,
    /// `null` where it is not known as one text.
    resource: Option<&'e str>,
    /// What is known of it, where that is not one text: texts, or patterns.
    resources: Vec<&'e str>,
    context: BTreeMap<&'e str, Texts<'e>>,
    unknown: Vec<&'e str>,
    keys: Vec<Key<'e>>,
    decision: Option<&'static str>,
    explanation: Option<Box<RawValue>>,
    findings: Vec<Finding<'e>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Texts<'e> {
    One(&'e str),
    Many(&'e [String]),
}

#[derive(Serialize)]
struct Key<'e> {
    key: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Texts<'e>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    one_of: Option<Vec<Option<Texts<'e>>>>,
    #[serde(skip_serializing_if = "is_false")]
    absent: bool,
    #[serde(skip_serializing_if = "is_false")]
    unknown: bool,
    origin: Origin<'e>,
}

#[derive(Serialize)]
struct Origin<'e> {
    kind: &'static str,
    detail: Cow<'e, str>,
}

#[derive(Serialize)]
struct Finding<'e> {
    id: &'e str,
    code: &'static str,
    severity: &'static str,
    key: Option<&'e str>,
    wanted: &'e [String],
    observed: &'e [String],
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde wants")]
fn is_false(flag: &bool) -> bool {
    !flag
}

pub(super) fn json(explanation: &RecordExplanation) -> Result<String, serde_json::Error> {
    let policies = explanation.policies.iter();
    let record = Record {
        schema: "driftline.explain/1",
        event_id: &explanation.event_id,
        event_time: output::time(explanation.event_time),
        event_source: &explanation.event_source,
        event_name: &explanation.event_name,
        account: &explanation.account,
        region: &explanation.region,
        principal: &explanation.principal,
        outcome: explanation.outcome.as_str(),
        error_code: explanation.error_code.as_deref(),
        error_message: explanation.error_message.as_deref(),
        not_judged: explanation.not_judged.as_deref(),
        exempt: explanation.exempt.as_deref(),
        policies: policies
            .map(|(layer, policy)| Policy { layer: layer.as_str(), policy })
            .collect(),
        requests: explanation.requests.iter().map(|r| request(explanation, r)).collect(),
        resolutions: explanation.resolutions.iter().map(resolution).collect(),
    };
    let json = serde_json::to_string_pretty(&record)?;
    Ok(output::visible_json(&json) + "\n")
}

fn resolution(resolution: &Resolution) -> ResolutionJson<'_> {
    let settled = resolution.settled.iter();
    ResolutionJson {
        request_index: resolution.request_index,
        settles: resolution.settles,
        decision: resolution.decision.map(|decision| decision.as_str()),
        settled: settled.map(|(key, values)| (key.as_str(), values.as_slice())).collect(),
        fact_events: &resolution.fact_events,
        instance_types: &resolution.instance_types,
    }
}

fn request<'e>(record: &'e RecordExplanation, request: &'e RequestExplanation) -> Request<'e> {
    let (resource, resources): (Option<&str>, Vec<&str>) = match &request.context.resource {
        ResourceValue::Known(text) => (Some(text), Vec::new()),
        ResourceValue::Like(text) => (None, vec![text]),
        ResourceValue::OneOf(texts) => (None, texts.iter().map(String::as_str).collect()),
        ResourceValue::Unknown => (None, Vec::new()),
    };
    let known = request.keys.iter().filter_map(|key| match &key.value {
        ContextValue::Known(value) => Some((key.key.as_str(), texts(value))),
        _ => None,
    });
    let open = request
        .keys
        .iter()
        .filter(|key| !matches!(key.value, ContextValue::Known(_) | ContextValue::Absent));
    let unknown_resource = resource.is_none().then_some("resource");
    let decided = request.decided.as_ref();
    Request {
        kind: request.kind.as_str(),
        principal: &record.principal,
        action: &request.context.action,
        resource,
        resources,
        context: known.collect(),
        unknown: open.map(|key| key.key.as_str()).chain(unknown_resource).collect(),
        keys: request.keys.iter().map(key).collect(),
        decision: decided.map(|decided| decided.decision.as_str()),
        explanation: decided.and_then(|decided| RawValue::from_string(decided.json.clone()).ok()),
        findings: request.findings.iter().map(finding).collect(),
    }
}

fn key(key: &analyzer::KeyExplanation) -> Key<'_> {
    let (mut value, mut one_of) = (None, None);
    match &key.value {
        ContextValue::Known(known) => value = Some(texts(known)),
        ContextValue::OneOf(candidates) => {
            let each = candidates.iter().map(|candidate| candidate.as_ref().map(texts));
            one_of = Some(each.collect());
        }
        ContextValue::Absent | ContextValue::Present | ContextValue::Unknown => {}
    }
    Key {
        key: &key.key,
        value,
        one_of,
        absent: key.value == ContextValue::Absent,
        unknown: matches!(key.value, ContextValue::Unknown | ContextValue::Present),
        origin: Origin { kind: key.origin.kind(), detail: key.origin.detail() },
    }
}

fn texts(value: &KeyValue) -> Texts<'_> {
    match value {
        KeyValue::One(text) => Texts::One(text),
        KeyValue::Many(texts) => Texts::Many(texts),
    }
}

fn finding(finding: &analyzer::Finding) -> Finding<'_> {
    Finding {
        id: &finding.finding_id,
        code: finding.code.as_str(),
        severity: finding.severity.as_str(),
        key: finding.key.as_deref(),
        wanted: &finding.wanted,
        observed: &finding.observed,
    }
}
