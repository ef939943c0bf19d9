//! What would break, for code scanning: SARIF 2.1.0 at the statements of the new policy set.

use std::path::Path;

use analyzer::whatif::{Change, Effect, Report};
use serde_json::{Value, json};

use super::{place, text};
use crate::output::{grouped, visible};
use crate::sarif;

/// Rules by effect: id, name, level and what it means.
const RULES: [(Effect, &str, &str, &str, &str); 4] = [
    (
        Effect::Breaks,
        "whatif/breaks",
        "Breaks",
        "error",
        "Calls that AWS permitted and the baseline does not refuse, and the new policy set does.",
    ),
    (
        Effect::MayBreak,
        "whatif/may-break",
        "MayBreak",
        "warning",
        "Calls that AWS permitted and the baseline does not refuse; whether the new \
         policy set does hangs on what is not known.",
    ),
    (
        Effect::Permits,
        "whatif/permits",
        "Permits",
        "note",
        "Calls that the baseline refuses and the new policy set does not.",
    ),
    (
        Effect::MayPermit,
        "whatif/may-permit",
        "MayPermit",
        "note",
        "Calls that the baseline refuses; the record does not tell whether the new policy set does.",
    ),
];

pub(in crate::commands) fn render(folder: &Path, report: &Report) -> serde_json::Result<String> {
    let rules = RULES.iter().map(|(_, id, name, _, text)| {
        json!({"id": id, "name": name, "shortDescription": {"text": text}})
    });
    let changes = report.changes();
    let results = changes.iter().filter_map(|change| result(folder, change));
    sarif::log(rules.collect(), results.collect())
}

fn result(folder: &Path, change: &Change<'_>) -> Option<Value> {
    let (index, (_, id, _, level, _)) =
        RULES.iter().enumerate().find(|(_, (effect, ..))| *effect == change.effect)?;
    let (path, line) = place::of(folder, change.why);
    let message = format!(
        "{} of {} by {}, last on {}: {} → {}{}",
        grouped(change.count),
        visible(change.action),
        visible(change.principal),
        change.last.format("%Y-%m-%d"),
        text::decision(change.old),
        text::decision(change.new),
        text::why(change)
    );
    Some(json!({
        "ruleId": id,
        "ruleIndex": index,
        "level": level,
        "message": {"text": message},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": sarif::uri(&path.display().to_string())},
            "region": {"startLine": line},
        }}],
    }))
}
