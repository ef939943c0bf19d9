//! "AWS's own answers": how they compare with the snapshot, for people and for programs.

use std::collections::BTreeMap;

use analyzer::self_test::{Counts, Disagreement, LayerCounts, Ours, Refused, SelfTest};
use serde::Serialize;

use super::print::{lines, table};
use crate::output::{self, grouped, visible};

/// How many disagreements are listed for people, and how many for programs.
const LISTED: usize = 10;
const LISTED_JSON: usize = 1_000;

/// How many of the things that would settle open answers are named.
const MISSING: usize = 5;

const CAVEAT: &str =
    "The snapshot is of one moment; policies may have been others when a call was made.";

pub(super) fn text(test: &SelfTest) -> String {
    let mut text = format!("AWS's own answers, against the snapshot\n{CAVEAT}\n");
    let (refused, permitted) = (test.refused(), test.permitted());
    if refused.all().saturating_add(permitted.all()) == 0 {
        return text + "No call was refused or permitted.\n\n";
    }
    text.push_str(&counts_table(test));
    text.push_str(&rate("refusals", refused));
    text.push_str(&rate("permitted calls", permitted));
    text.push_str(&missing(test));
    text.push_str(&disagreements(test));
    text + "\n"
}

fn counts_table(test: &SelfTest) -> String {
    let header = ["AWS said", "Agreed", "Open", "Disagreed", "Not compared"];
    let mut table = table(&header, &[1, 2, 3, 4]);
    let mut row = |said: String, counts: &Counts| {
        let unasked = counts.all().saturating_sub(counts.compared());
        let numbers = [counts.agreed, counts.open, counts.disagreed, unasked].map(grouped);
        table.add_row([said].into_iter().chain(numbers));
    };
    for LayerCounts { layer, explicit, counts } in test.by_layer() {
        row(said(layer, explicit), &counts);
    }
    let unnamed = test.refused().not_compared.get("layer_not_named");
    if let Some(unnamed) = unnamed {
        let not_compared = BTreeMap::from([("layer_not_named", *unnamed)]);
        row("refused, no layer named".to_owned(), &Counts { not_compared, ..Counts::default() });
    }
    row("permitted".to_owned(), test.permitted());
    lines(&table)
}

fn said(layer: &str, explicit: bool) -> String {
    match explicit {
        true => format!("{layer} denies"),
        false => format!("no {layer} allows"),
    }
}

fn rate(what: &str, counts: &Counts) -> String {
    let (agreed, compared) = (grouped(counts.agreed), grouped(counts.compared()));
    let mut text = format!("The snapshot agrees with {agreed} of {compared} {what} compared");
    if counts.open > 0 {
        text.push_str(&format!(", {} open", grouped(counts.open)));
    }
    let reasons = counts.not_compared.iter();
    let reasons: Vec<String> =
        reasons.map(|(why, count)| format!("{} {}", grouped(*count), in_words(why))).collect();
    if !reasons.is_empty() {
        text.push_str(&format!("; not compared: {}", reasons.join(", ")));
    }
    text + "\n"
}

/// Why an answer was not compared.
fn in_words(why: &str) -> &str {
    match why {
        "layer_not_named" => "without a named layer",
        "layer_not_in_snapshot" => "by a layer that no snapshot holds",
        "account_not_in_snapshot" => "in an account that is not in the snapshot",
        "principal_not_in_snapshot" => "of a principal that is not in the snapshot",
        "several_roles" => "of a role whose name several have",
        "service" => "of an AWS service",
        "cross_account" => "across accounts",
        "unidentified" => "of a caller nobody names",
        other => other,
    }
}

fn missing(test: &SelfTest) -> String {
    let missing = test.missing();
    let named = missing.iter().take(MISSING);
    let named = named.map(|(why, count)| format!("  {} for {}\n", grouped(*count), visible(why)));
    let mut text: String = named.collect();
    if let Some(more) = missing.len().checked_sub(MISSING).filter(|more| *more > 0) {
        text.push_str(&format!("  and {more} more\n"));
    }
    if text.is_empty() { text } else { format!("Open\n{text}") }
}

fn disagreements(test: &SelfTest) -> String {
    let all = test.disagreements();
    if all.is_empty() {
        return String::new();
    }
    let mut text = "Disagreements\n".to_owned();
    for one in all.iter().take(LISTED) {
        text.push_str(&format!("  {}\n", visible(&sentence(one))));
    }
    if let Some(more) = all.len().checked_sub(LISTED).filter(|more| *more > 0) {
        let calls = all.iter().skip(LISTED).fold(0_u64, |sum, one| sum.saturating_add(one.count));
        text.push_str(&format!("  and {more} more, of {} calls\n", grouped(calls)));
    }
    text
}

/// Two calls of `sagemaker:StopTrainingJob` by `ARN`: AWS said that no identity-based policy allows
/// it, the snapshot says Allowed (…); from DAY to DAY, such as EVENT.
fn sentence(one: &Disagreement) -> String {
    let aws = match &one.refused {
        None => "AWS permitted it".to_owned(),
        Some(Refused { layer, explicit, policy }) => {
            let policy = policy.as_ref().map(|policy| format!(" ({})", short(policy)));
            let policy = policy.unwrap_or_default();
            format!("AWS said: {}{policy}", said(layer, *explicit))
        }
    };
    let calls = if one.count == 1 { "call" } else { "calls" };
    let day = |time: chrono::DateTime<chrono::Utc>| time.format("%Y-%m-%d").to_string();
    let (first, last) = (day(one.first), day(one.last));
    let when = if first == last { format!("on {first}") } else { format!("{first} to {last}") };
    let sample = one.event_ids.first().map(String::as_str).unwrap_or_default();
    format!(
        "{} {calls} of {} by {}: {aws}; the snapshot says {}; {when}, such as {sample}",
        grouped(one.count),
        one.ours.action,
        one.principal,
        ours(&one.ours)
    )
}

/// The last part of a policy's ARN; the JSON has all of it.
fn short(policy: &str) -> &str {
    policy.rsplit('/').next().unwrap_or(policy)
}

fn ours(ours: &Ours) -> String {
    let layer = ours.layer.map(|layer| layer.as_str().to_owned());
    let statement = ours.statement.as_ref().map(|statement| format!("statement {statement}"));
    let policy = ours.policy.as_deref().map(short).map(str::to_owned);
    let rests_on = ours.rests_on.iter().map(|choice| format!("rests on {choice}"));
    let details = layer.into_iter().chain(policy).chain(statement).chain(rests_on);
    let details: Vec<String> = details.collect();
    match details.is_empty() {
        true => ours.decision.to_string(),
        false => format!("{} ({})", ours.decision, details.join(", ")),
    }
}

/// The member `self_test` of `driftline.summary/1`.
#[derive(Serialize)]
pub(super) struct SelfTestJson {
    refused: CountsJson,
    permitted: CountsJson,
    by_layer: Vec<LayerJson>,
    open: Vec<OpenJson>,
    disagreements: Vec<DisagreementJson>,
    disagreements_left_out: usize,
}

#[derive(Serialize)]
struct CountsJson {
    agreed: u64,
    open: u64,
    disagreed: u64,
    not_compared: BTreeMap<&'static str, u64>,
}

#[derive(Serialize)]
struct LayerJson {
    layer: &'static str,
    explicit: bool,
    #[serde(flatten)]
    counts: CountsJson,
}

#[derive(Serialize)]
struct OpenJson {
    missing: String,
    count: u64,
}

#[derive(Serialize)]
struct DisagreementJson {
    principal: String,
    action: String,
    aws: AwsJson,
    snapshot: OursJson,
    count: u64,
    first: String,
    last: String,
    event_ids: Vec<String>,
}

#[derive(Serialize)]
struct AwsJson {
    answer: &'static str,
    layer: Option<&'static str>,
    explicit: Option<bool>,
    policy: Option<String>,
}

#[derive(Serialize)]
struct OursJson {
    decision: &'static str,
    layer: Option<&'static str>,
    policy: Option<String>,
    statement: Option<String>,
    rests_on: Vec<&'static str>,
}

pub(super) fn json(test: &SelfTest) -> SelfTestJson {
    let disagreements = test.disagreements();
    let left_out = disagreements.len().saturating_sub(LISTED_JSON);
    let missing = test.missing().into_iter();
    SelfTestJson {
        refused: counts_json(test.refused().clone()),
        permitted: counts_json(test.permitted().clone()),
        by_layer: test.by_layer().into_iter().map(layer_json).collect(),
        open: missing.map(|(why, count)| OpenJson { missing: why.to_owned(), count }).collect(),
        disagreements: disagreements.into_iter().take(LISTED_JSON).map(disagreement_json).collect(),
        disagreements_left_out: left_out,
    }
}

fn counts_json(counts: Counts) -> CountsJson {
    let Counts { agreed, open, disagreed, not_compared } = counts;
    CountsJson { agreed, open, disagreed, not_compared }
}

fn layer_json(LayerCounts { layer, explicit, counts }: LayerCounts) -> LayerJson {
    LayerJson { layer, explicit, counts: counts_json(counts) }
}

fn disagreement_json(one: Disagreement) -> DisagreementJson {
    let refused = one.refused;
    let answer = if refused.is_some() { "refused" } else { "permitted" };
    DisagreementJson {
        principal: one.principal,
        action: one.ours.action,
        aws: AwsJson {
            answer,
            layer: refused.as_ref().map(|refused| refused.layer),
            explicit: refused.as_ref().map(|refused| refused.explicit),
            policy: refused.and_then(|refused| refused.policy),
        },
        snapshot: OursJson {
            decision: one.ours.decision.as_str(),
            layer: one.ours.layer.map(iam_policy::PolicyType::as_str),
            policy: one.ours.policy,
            statement: one.ours.statement,
            rests_on: one.ours.rests_on,
        },
        count: one.count,
        first: output::time(one.first),
        last: output::time(one.last),
        event_ids: one.event_ids,
    }
}
