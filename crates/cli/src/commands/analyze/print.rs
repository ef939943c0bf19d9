//! The summary, for people and for programs.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use analyzer::summary::{Folded, RecordCounts, Summary, Tally, sentence};
use analyzer::target::TargetSet;
use analyzer::{Code, Severity};
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use super::self_test::{self, SelfTestJson};
use super::{LAKE, Totals};
use crate::args::{AnalyzeArgs, Format};
use crate::finding_json::{FindingJson, KnownJson};
use crate::output::{self, grouped, visible};
use crate::waived;

/// How many principals are listed.
const PRINCIPALS: usize = 5;

/// How many violations are told in a sentence, each of another kind.
const SENTENCES: usize = 3;

pub(super) fn print(
    args: &AnalyzeArgs,
    target: &TargetSet,
    summary: &Summary,
    totals: &Totals,
) -> Result<(), Box<dyn std::error::Error>> {
    notes(totals);
    let text = match args.format {
        Format::Text => text(args, target, summary, totals),
        Format::Json => json(summary, totals)?,
    };
    Ok(output::print(&text)?)
}

/// What went not quite as it should, to standard error.
fn notes(totals: &Totals) {
    for (warning, (count, example)) in &totals.warnings {
        let (what, example) = (in_words(warning), visible(example));
        let files = if *count == 1 { "file" } else { "files" };
        output::note(&format!("warning: {} {files} {what}: {example}", grouped(*count)));
    }
    for unreadable in &totals.unreadable {
        output::note(&format!("quarantined: {}", visible(unreadable)));
    }
    let quarantined = totals.records.quarantined.saturating_add(totals.objects_quarantined);
    let named = u64::try_from(totals.unreadable.len()).unwrap_or(u64::MAX);
    let more = quarantined.saturating_sub(named);
    if more > 0 {
        output::note(&format!("quarantined: {} more", grouped(more)));
    }
}

/// What a warning of the reader means; the first such file follows.
fn in_words(warning: &str) -> &str {
    match warning {
        "PLAIN_JSON" => "named .gz without being compressed",
        "BYTE_ORDER_MARK" => "with a byte order mark",
        "TRAILING_DATA" => "with data behind the end of the gzip member, which was not read",
        other => other,
    }
}

fn text(args: &AnalyzeArgs, target: &TargetSet, summary: &Summary, totals: &Totals) -> String {
    let folded = summary.findings();
    let mut text =
        format!("Policy set `{}`, revision {}\n\n", visible(&target.name), target.revision);
    text.push_str(&findings_table(summary, totals));
    text.push_str(&principals_table(summary));
    text.push_str(&examples(&folded));
    text.push_str(&totals.self_test.as_ref().map(self_test::text).unwrap_or_default());
    text.push_str(&conservation(totals));
    text.push_str(&waived::lines(summary));
    if let Some(out) = &args.out {
        let lake = out.join(LAKE);
        text.push_str(&format!("Lake     {}\n", visible(&lake.display().to_string())));
    }
    text
}

pub(super) fn table(header: &[&str], right: &[usize]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header.to_vec());
    for column in right {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

pub(super) fn lines(table: &Table) -> String {
    let lines = table.lines().map(|line| line.trim_end().to_owned() + "\n");
    lines.collect()
}

fn findings_table(summary: &Summary, totals: &Totals) -> String {
    let by_code = summary.by_code();
    match (by_code.is_empty(), totals.records.evaluated) {
        (true, 0) => return "Nothing was judged: no call of SageMaker was read.\n\n".to_owned(),
        (true, _)
            if summary.waived() != Tally::default() || summary.known() != Tally::default() =>
        {
            return "No other findings.\n\n".to_owned();
        }
        (true, _) => return "No findings.\n\n".to_owned(),
        (false, _) => {}
    }
    let mut rows: Vec<_> = by_code.into_iter().collect();
    rows.sort_by_key(|((code, severity), _)| (Reverse(*severity), *code));
    let mut table = table(&["Severity", "Code", "What", "Findings", "Calls"], &[3, 4]);
    for ((code, severity), Tally { findings, calls }) in rows {
        table.add_row([
            severity.as_str().to_owned(),
            code.as_str().to_owned(),
            code.title().to_owned(),
            grouped(findings),
            grouped(calls),
        ]);
    }
    lines(&table) + "\n"
}

fn principals_table(summary: &Summary) -> String {
    let principals = summary.worst_principals(PRINCIPALS);
    if principals.is_empty() {
        return String::new();
    }
    let mut text = "Principals that went furthest\n".to_owned();
    let mut table = table(&["Worst", "Calls", "Principal"], &[1]);
    for (principal, severity, calls) in principals {
        table.add_row([severity.as_str().to_owned(), grouped(calls), visible(&principal)]);
    }
    text.push_str(&lines(&table));
    text + "\n"
}

/// The worst violations in a sentence each, of different codes.
fn examples(folded: &[Folded]) -> String {
    // The most frequent one of each code speaks for it.
    let mut by_code: BTreeMap<(Reverse<Severity>, Code), &Folded> = BTreeMap::new();
    let open = folded.iter().filter(|finding| !finding.is_waived());
    for finding in open.filter(|finding| finding.example.code.is_violation()) {
        let (severity, code) = (finding.example.severity, finding.example.code);
        by_code.entry((Reverse(severity), code)).or_insert(finding);
    }
    let mut told = Vec::new();
    let mut text = String::new();
    for finding in by_code.into_values() {
        if told.contains(&finding.example.code) || told.len() >= SENTENCES {
            continue;
        }
        told.push(finding.example.code);
        let sentence = visible(&sentence(&finding.example));
        text.push_str(&format!("{}  {sentence}\n", finding.example.code));
    }
    if text.is_empty() { text } else { format!("For example\n{text}\n") }
}

fn conservation(totals: &Totals) -> String {
    let RecordCounts { read, evaluated, out_of_scope, quarantined, duplicates } = totals.records;
    let mut text = format!(
        "Records  {} read = {} evaluated + {} out of scope + {} quarantined",
        grouped(read),
        grouped(evaluated),
        grouped(out_of_scope),
        grouped(quarantined)
    );
    if duplicates > 0 {
        text.push_str(&format!("; {} of the evaluated had come before", grouped(duplicates)));
    }
    text.push_str(&not_judged(totals));
    text.push_str(&resolved(totals));
    text.push_str(&format!("\nFiles    {} read", grouped(totals.objects_read)));
    text.push_str(&format!(", {} quarantined", grouped(totals.objects_quarantined)));
    if totals.passed_over > 0 {
        text.push_str(&format!(", {} passed over", grouped(totals.passed_over)));
    }
    if totals.conflicts > 0 {
        let conflicts = grouped(totals.conflicts);
        text.push_str(&format!(
            "\nBeware   {conflicts} event ids with two different records (DRF403)"
        ));
    }
    text + "\n"
}

/// Who is not judged must not look like who did nothing wrong.
fn not_judged(totals: &Totals) -> String {
    let all: u64 = totals.not_judged.values().sum();
    if all == 0 {
        return String::new();
    }
    let reasons = totals.not_judged.iter();
    let reasons: Vec<String> =
        reasons.map(|(reason, count)| format!("{} {reason}", grouped(*count))).collect();
    format!("\nUnjudged {} of the evaluated: {}", grouped(all), reasons.join(", "))
}

/// What the records left open and other records settled.
fn resolved(totals: &Totals) -> String {
    let all: u64 = totals.resolved.values().sum();
    if all == 0 {
        return String::new();
    }
    let decisions = totals.resolved.iter();
    let decisions: Vec<String> =
        decisions.map(|(decision, count)| format!("{} {decision}", grouped(*count))).collect();
    format!(
        "\nResolved {} requests by what other records say: {}",
        grouped(all),
        decisions.join(", ")
    )
}

/// `driftline.summary/1`.
#[derive(Serialize)]
struct SummaryJson {
    schema: &'static str,
    records: RecordsJson,
    objects: ObjectsJson,
    not_judged: BTreeMap<String, u64>,
    /// Requests that other records settle, by decision.
    resolved: BTreeMap<&'static str, u64>,
    findings: Vec<FindingJson>,
    /// What of the baseline is still there.
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<KnownJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    self_test: Option<SelfTestJson>,
}

#[derive(Serialize)]
struct RecordsJson {
    read: u64,
    evaluated: u64,
    out_of_scope: u64,
    quarantined: u64,
    duplicates: u64,
}

#[derive(Serialize)]
struct ObjectsJson {
    read: u64,
    quarantined: u64,
}

fn json(summary: &Summary, totals: &Totals) -> Result<String, serde_json::Error> {
    let counts = totals.records;
    let json = SummaryJson {
        schema: "driftline.summary/1",
        records: RecordsJson {
            read: counts.read,
            evaluated: counts.evaluated,
            out_of_scope: counts.out_of_scope,
            quarantined: counts.quarantined,
            duplicates: counts.duplicates,
        },
        objects: ObjectsJson { read: totals.objects_read, quarantined: totals.objects_quarantined },
        not_judged: totals.not_judged.clone(),
        resolved: totals.resolved.clone(),
        findings: summary.findings().into_iter().map(FindingJson::of).collect(),
        known: KnownJson::of(summary),
        self_test: totals.self_test.as_ref().map(self_test::json),
    };
    Ok(output::visible_json(&serde_json::to_string_pretty(&json)?) + "\n")
}
