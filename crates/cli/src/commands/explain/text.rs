//! The explanation for people.

use std::fmt::Write as _;

use analyzer::resolve::Resolution;
use analyzer::{Finding, KeyExplanation, Origin, RecordExplanation, RequestExplanation};
use cloudtrail::Outcome;
use iam_policy::{ContextValue, KeyValue, ResourceValue};

use crate::output::{self, visible, visible_lines};

pub(super) fn text(explanation: &RecordExplanation) -> Result<String, serde_json::Error> {
    let mut text = head(explanation);
    for (index, request) in explanation.requests.iter().enumerate() {
        let first = explanation.requests.first().filter(|_| index > 0);
        write_request(&mut text, index, request, first);
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let own = explanation.resolutions.iter().filter(|one| one.request_index == index);
        for resolution in own {
            write_resolution(&mut text, resolution);
        }
    }
    Ok(text)
}

fn head(explanation: &RecordExplanation) -> String {
    let RecordExplanation { event_id, event_time, event_name, event_source, .. } = explanation;
    let answer = match explanation.outcome {
        Outcome::Succeeded => "AWS allowed it".to_owned(),
        Outcome::Denied => "AWS refused it".to_owned(),
        Outcome::Failed => "it failed".to_owned(),
    };
    let error = [&explanation.error_code, &explanation.error_message];
    let error: Vec<String> = error.into_iter().flatten().map(|text| visible(text)).collect();
    let error = if error.is_empty() { String::new() } else { format!(": {}", error.join(": ")) };
    let mut rows = vec![
        ("Event", visible(event_id)),
        ("Time", output::time(*event_time)),
        ("Call", format!("{} of {}", visible(event_name), visible(event_source))),
        ("Caller", visible(&explanation.principal)),
        ("Where", format!("{} {}", visible(&explanation.account), visible(&explanation.region))),
        ("Answer", format!("{answer}{error}")),
    ];
    if let Some(why) = &explanation.not_judged {
        rows.push(("Unjudged", visible(why)));
    }
    if let Some(reason) = &explanation.exempt {
        rows.push(("Exempt", visible(reason)));
    }
    for (layer, policy) in &explanation.policies {
        rows.push(("Policy", format!("{} {}", layer.as_str(), visible(policy))));
    }
    let mut text = String::new();
    let mut before = "";
    for (name, value) in rows {
        let shown = if name == before { "" } else { name };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{shown:<9}{value}");
        before = name;
    }
    text
}

fn write_request(
    text: &mut String,
    index: usize,
    request: &RequestExplanation,
    first: Option<&RequestExplanation>,
) {
    let action = visible(&request.context.action);
    let resource = resource(&request.context.resource);
    let kind = request.kind.as_str().replace('_', " ");
    let _ = writeln!(text, "\nRequest {index}, {kind}: {action} on {resource}");
    if let Some(decided) = &request.decided {
        let _ = writeln!(text, "{}", visible_lines(decided.text.trim_end()));
    }
    for finding in &request.findings {
        let _ = writeln!(text, "{}", finding_line(finding));
    }
    let first = first.map_or(&[][..], |first| &first.keys);
    let own: Vec<&KeyExplanation> =
        request.keys.iter().filter(|key| !first.contains(key)).collect();
    let as_before = if first.is_empty() { "" } else { ", where they differ from request 0" };
    let _ = writeln!(text, "Context keys{as_before}");
    let width = own.iter().map(|key| visible(&key.key).chars().count()).max().unwrap_or(0);
    for key in own {
        let _ = writeln!(text, "  {:<width$}  {}", visible(&key.key), told(key));
    }
}

/// What other records settle of a request.
fn write_resolution(text: &mut String, resolution: &Resolution) {
    let decision = resolution.decision.filter(|_| resolution.settles);
    let _ = match decision {
        Some(decision) => writeln!(text, "Settled by other records: {decision}"),
        None => writeln!(text, "Told by other records"),
    };
    for (key, values) in &resolution.settled {
        let values: Vec<String> =
            values.iter().map(|value| format!("`{}`", visible(value))).collect();
        let values = if values.is_empty() { "absent".to_owned() } else { values.join(" or ") };
        let _ = writeln!(text, "  {}  {values}", visible(key));
    }
    if !resolution.instance_types.is_empty() {
        let types: Vec<String> =
            resolution.instance_types.iter().map(|text| visible(text)).collect();
        let _ = writeln!(text, "  instance types of the configuration  {}", types.join(", "));
    }
    let events: Vec<String> = resolution.fact_events.iter().map(|id| visible(id)).collect();
    let _ = writeln!(text, "  as told by {}", events.join(", "));
}

/// The value and where it comes from.
fn told(key: &KeyExplanation) -> String {
    let (value, detail) = (value(&key.value), visible(&key.origin.detail()));
    match &key.origin {
        Origin::Record(_) => format!("{value} from {detail}"),
        Origin::Derived(_) => format!("{value} made from {detail}"),
        Origin::Fact(_) => format!("{value} from [facts] {detail}"),
        Origin::Default(members) => format!("{value} by default: {} not sent", some(members)),
        Origin::NotSent(members) => format!("{value}: {} not sent", some(members)),
        Origin::Rule(_) | Origin::Untold(_) => format!("{value}: {detail}"),
    }
}

/// Of many members the first: the rest only differ in where they stand.
fn some(members: &[String]) -> String {
    match members {
        [] => "it is".to_owned(),
        [one] => format!("{} was", visible(one)),
        [one, rest @ ..] => format!("{} and {} more were", visible(one), rest.len()),
    }
}

fn finding_line(finding: &Finding) -> String {
    let code = finding.code;
    format!("Finding {code}, {}: {}", finding.severity.as_str(), code.title())
}

fn resource(resource: &ResourceValue) -> String {
    match resource {
        ResourceValue::Known(text) => visible(text),
        ResourceValue::Like(text) => format!("{} (the rest is not told)", visible(text)),
        ResourceValue::OneOf(texts) => {
            let texts: Vec<String> = texts.iter().map(|text| visible(text)).collect();
            format!("one of {}", texts.join(", "))
        }
        ResourceValue::Unknown => "an unknown resource".to_owned(),
    }
}

fn value(value: &ContextValue) -> String {
    match value {
        ContextValue::Known(value) => key_value(value),
        ContextValue::Absent => "absent".to_owned(),
        ContextValue::Present => "present, unknown".to_owned(),
        ContextValue::Unknown => "unknown".to_owned(),
        ContextValue::OneOf(candidates) => {
            let each = candidates.iter().map(|candidate| match candidate {
                Some(value) => key_value(value),
                None => "absent".to_owned(),
            });
            format!("one of {}", each.collect::<Vec<_>>().join(" | "))
        }
    }
}

fn key_value(value: &KeyValue) -> String {
    match value {
        KeyValue::One(text) => format!("`{}`", visible(text)),
        KeyValue::Many(texts) => {
            let texts: Vec<String> =
                texts.iter().map(|text| format!("`{}`", visible(text))).collect();
            format!("[{}]", texts.join(", "))
        }
    }
}
