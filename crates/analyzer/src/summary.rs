//! Findings folded for people: repeats of one finding become one line with a count.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use cloudtrail::Outcome;
use iam_policy::{Decision, Operator, OperatorBase};

use crate::finding::{Code, Finding, Severity};
use crate::target::{Waived, Waivers};

/// How many event ids a folded finding keeps as samples.
const SAMPLES: usize = 5;

/// Findings that are the same thing again, and are waived alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    /// The waiver that covers them, or did until it expired.
    pub waived: Option<Waived>,
    /// The finding with the worst severity; of several the earliest.
    pub example: Finding,
    /// How often.
    pub count: u64,
    /// The earliest.
    pub first: DateTime<Utc>,
    /// The latest.
    pub last: DateTime<Utc>,
    /// Some of the events, earliest first.
    pub event_ids: Vec<String>,
}

impl Folded {
    /// Whether a waiver in force covers them.
    #[must_use]
    pub fn is_waived(&self) -> bool {
        is_active(&self.waived)
    }
}

/// The records read, by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordCounts {
    /// All.
    pub read: u64,
    /// Judged, or said why not.
    pub evaluated: u64,
    /// Of other services, or no calls.
    pub out_of_scope: u64,
    /// Unreadable, each with its reason.
    pub quarantined: u64,
    /// Evaluated, but delivered before; informational.
    pub duplicates: u64,
}

impl RecordCounts {
    /// Whether every record is accounted for.
    #[must_use]
    pub fn is_conserved(&self) -> bool {
        let parts = self.evaluated.checked_add(self.out_of_scope);
        parts.and_then(|sum| sum.checked_add(self.quarantined)) == Some(self.read)
    }
}

/// The findings of an earlier run, by id.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    /// Those that no waiver in force covered, with the worst severity.
    pub open: BTreeMap<String, Severity>,
    /// Those that one covered.
    pub waived: BTreeSet<String>,
}

impl Baseline {
    /// Whether a finding is no news: it was there, as bad, and has not come back since because a
    /// waiver expired.
    fn knows(&self, finding: &Finding, waived: Option<&Waived>) -> bool {
        let id = &finding.finding_id;
        let is_back = waived.is_some_and(|waived| !waived.active) && self.waived.contains(id);
        !is_back && self.open.get(id).is_some_and(|worst| finding.severity <= *worst)
    }
}

/// The findings of a run, folded.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    waivers: Waivers,
    baseline: Baseline,
    /// By id. What a waiver covers and what it no longer does are two.
    by_id: BTreeMap<(String, Option<Waived>), Accumulated>,
    known: BTreeMap<String, u64>,
}

/// How many findings, and how many calls they stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Folded findings.
    pub findings: u64,
    /// Calls.
    pub calls: u64,
}

impl Tally {
    fn add(&mut self, calls: u64) {
        self.findings = self.findings.saturating_add(1);
        self.calls = self.calls.saturating_add(calls);
    }

    fn of(calls: impl Iterator<Item = u64>) -> Self {
        let mut tally = Self::default();
        calls.for_each(|calls| tally.add(calls));
        tally
    }
}

#[derive(Clone, Debug)]
struct Accumulated {
    example: Finding,
    count: u64,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
    events: BTreeSet<(DateTime<Utc>, String)>,
}

impl Summary {
    /// A summary that knows these waivers, and an earlier run, whose findings are only counted.
    #[must_use]
    pub fn new(waivers: Waivers, baseline: Baseline) -> Self {
        Self { waivers, baseline, ..Self::default() }
    }

    /// Adds one finding; the order of adding does not matter.
    pub fn add(&mut self, finding: Finding) {
        let (time, id) = (finding.event_time, finding.finding_id.clone());
        let waived = self.waivers.of(&finding);
        if self.baseline.knows(&finding, waived.as_ref()) {
            let calls = self.known.entry(id).or_default();
            *calls = calls.saturating_add(1);
            return;
        }
        let event = (time, finding.event_id.clone());
        let entry = self.by_id.entry((id, waived)).or_insert_with(|| Accumulated {
            example: finding.clone(),
            count: 0,
            first: time,
            last: time,
            events: BTreeSet::new(),
        });
        entry.count = entry.count.saturating_add(1);
        entry.first = entry.first.min(time);
        entry.last = entry.last.max(time);
        entry.events.insert(event);
        if entry.events.len() > SAMPLES {
            entry.events.pop_last();
        }
        if rank(&finding) < rank(&entry.example) {
            entry.example = finding;
        }
    }

    /// The folded findings: first those of expired waivers, last those that a waiver covers; among
    /// them the worst first, then by count, code and id.
    #[must_use]
    pub fn findings(&self) -> Vec<Folded> {
        let mut folded: Vec<Folded> = self
            .by_id
            .iter()
            .map(|((_, waived), entry)| Folded {
                waived: waived.clone(),
                example: entry.example.clone(),
                count: entry.count,
                first: entry.first,
                last: entry.last,
                event_ids: entry.events.iter().map(|(_, id)| id.clone()).collect(),
            })
            .collect();
        folded.sort_by(|a, b| {
            let key = |f: &Folded| {
                let place = match f.waived.as_ref().map(|waived| waived.active) {
                    Some(false) => 0,
                    None => 1,
                    Some(true) => 2,
                };
                (place, std::cmp::Reverse((f.example.severity, f.count)), f.example.code)
            };
            let last = |f: &Folded| (f.example.finding_id.clone(), f.waived.clone());
            key(a).cmp(&key(b)).then_with(|| last(a).cmp(&last(b)))
        });
        folded
    }

    /// The findings that no waiver in force covers.
    fn open(&self) -> impl Iterator<Item = &Accumulated> {
        let entries = self.by_id.iter();
        entries.filter(|((_, waived), _)| !is_active(waived)).map(|(_, entry)| entry)
    }

    /// What waivers in force cover.
    #[must_use]
    pub fn waived(&self) -> Tally {
        let entries = self.by_id.iter();
        let covered = entries.filter(|((_, waived), _)| is_active(waived));
        Tally::of(covered.map(|(_, entry)| entry.count))
    }

    /// What of the baseline is still there.
    #[must_use]
    pub fn known(&self) -> Tally {
        Tally::of(self.known.values().copied())
    }

    /// What came back when its waiver expired, by waiver, the one that expired first in front.
    #[must_use]
    pub fn expired(&self) -> BTreeMap<&Waived, Tally> {
        let mut by_waiver: BTreeMap<&Waived, Tally> = BTreeMap::new();
        for ((_, waived), entry) in &self.by_id {
            if let Some(waived) = waived.as_ref().filter(|waived| !waived.active) {
                by_waiver.entry(waived).or_default().add(entry.count);
            }
        }
        by_waiver
    }

    /// The worst severity there is, of what no waiver covers.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.open().map(|entry| entry.example.severity).max()
    }

    /// Per code and severity: how many findings, and how many calls they stand for, of what no waiver
    /// covers.
    #[must_use]
    pub fn by_code(&self) -> BTreeMap<(Code, Severity), Tally> {
        let mut table: BTreeMap<(Code, Severity), Tally> = BTreeMap::new();
        for entry in self.open() {
            let key = (entry.example.code, entry.example.severity);
            table.entry(key).or_default().add(entry.count);
        }
        table
    }

    /// The principals with the most violating calls that no waiver covers, worst first: ARN, worst
    /// severity, calls.
    #[must_use]
    pub fn worst_principals(&self, most: usize) -> Vec<(String, Severity, u64)> {
        let mut by_principal: BTreeMap<&str, (Severity, u64)> = BTreeMap::new();
        let violations = self.open().filter(|entry| entry.example.code.is_violation());
        for entry in violations {
            let (worst, calls) =
                by_principal.entry(&entry.example.principal).or_insert((Severity::Info, 0));
            *worst = (*worst).max(entry.example.severity);
            *calls = calls.saturating_add(entry.count);
        }
        let mut principals: Vec<(String, Severity, u64)> =
            by_principal.into_iter().map(|(arn, (s, n))| (arn.to_owned(), s, n)).collect();
        principals.sort_by(|a, b| (b.1, b.2).cmp(&(a.1, a.2)).then_with(|| a.0.cmp(&b.0)));
        principals.truncate(most);
        principals
    }
}

fn is_active(waived: &Option<Waived>) -> bool {
    waived.as_ref().is_some_and(|waived| waived.active)
}

/// The best example: worst, then one that succeeded, then the earliest.
fn rank(finding: &Finding) -> impl Ord + '_ {
    (
        std::cmp::Reverse(finding.severity),
        finding.outcome != Outcome::Succeeded,
        finding.event_time,
        &finding.event_id,
        finding.request_index,
        &finding.key,
        &finding.observed,
    )
}

/// One violation told in a sentence: training job `churn-7` by role `DataScientistNLP` used
/// `ml.p4d.24xlarge`; statement `EnforceInstanceType` allows `ml.c5.*`.
#[must_use]
pub fn sentence(finding: &Finding) -> String {
    let what = thing(finding);
    let who = person(&finding.principal);
    let deed = deed(finding);
    let answer = match finding.outcome {
        Outcome::Succeeded => "",
        Outcome::Denied => " (AWS refused)",
        Outcome::Failed => " (the call failed)",
    };
    let passed = finding.action.eq_ignore_ascii_case("iam:PassRole");
    // A call of no resource is what was called.
    let says_itself = deed == format!("called {what}");
    let subject = if passed || says_itself { who } else { format!("{what} by {who}") };
    format!("{subject} {deed}{answer}; {}", rule(finding))
}

fn thing(finding: &Finding) -> String {
    let resource = finding.resources.first().map(String::as_str).unwrap_or_default();
    let tail = resource.splitn(6, ':').nth(5).unwrap_or(resource);
    let action = &finding.action;
    match (tail.split_once('/'), &finding.resource_type) {
        (Some((_, name)), Some(kind)) if name != "*" && kind != "role" => {
            let kind = kind.replace('-', " ").replace("hyper parameter", "hyperparameter");
            format!("{kind} `{}`", name.escape_debug())
        }
        _ => format!("`{}`", action.escape_debug()),
    }
}

fn person(principal: &str) -> String {
    let tail = principal.splitn(6, ':').nth(5).unwrap_or(principal);
    let name = tail.rsplit('/').next().unwrap_or(tail).escape_debug().to_string();
    match tail.split('/').next() {
        Some("role") => format!("role `{name}`"),
        Some("user") => format!("user `{name}`"),
        Some("root") => "the root user".to_owned(),
        _ => format!("`{name}`"),
    }
}

fn deed(finding: &Finding) -> String {
    let seen = list(&finding.observed);
    let key = finding.key.as_deref().unwrap_or_default().escape_debug();
    let called = || format!("called `{}`", finding.action.escape_debug());
    match (finding.code, finding.observed.is_empty()) {
        _ if is_doubt(finding) || finding.code == Code::ParametersOmitted => called(),
        (Code::PrincipalNotBound, _) => "was not expected".to_owned(),
        (Code::ConflictingRecords, _) => "is told in two ways".to_owned(),
        (Code::MissingGrant | Code::ResourceOutOfScope | Code::ExplicitlyDenied, _) => called(),
        _ if finding.action.eq_ignore_ascii_case("iam:PassRole") && !seen.is_empty() => {
            format!("passed {seen}")
        }
        (Code::InstanceType | Code::FileSystem | Code::Image, false) => format!("used {seen}"),
        (_, false) if !finding.key.as_deref().unwrap_or_default().is_empty() => {
            format!("had {key} {seen}")
        }
        (_, true) if finding.key.is_some() => format!("came without {key}"),
        _ => called(),
    }
}

fn is_doubt(finding: &Finding) -> bool {
    finding.code == Code::Undetermined || finding.decision == Some(Decision::Undetermined)
}

fn rule(finding: &Finding) -> String {
    let key = finding.key.as_deref().unwrap_or_default().escape_debug();
    let statement = finding.statement.as_deref().unwrap_or_default().escape_debug();
    match (finding.code, &finding.statement) {
        (Code::ParametersOmitted, _) => "CloudTrail left out its parameters".to_owned(),
        // What a snapshot lacks stands in place of a key, in words.
        _ if is_doubt(finding) && finding.key.as_deref().is_some_and(|key| key.contains(": ")) => {
            format!("nobody can tell: {key}")
        }
        (_, Some(_)) if is_doubt(finding) => {
            format!("statement `{statement}` needs {key}, which the record does not tell")
        }
        _ if is_doubt(finding) => format!("the record does not tell {key}").trim_end().to_owned(),
        (Code::MissingGrant, Some(_)) => format!("statement `{statement}` allows it"),
        (Code::MissingGrant, None) => "the target allows it".to_owned(),
        (Code::PrincipalNotBound, _) => "no binding names it".to_owned(),
        (Code::ConflictingRecords, _) => {
            format!("event id `{}` has two records", finding.event_id.escape_debug())
        }
        (_, None) if !finding.wanted.is_empty() => {
            format!("the record rule allows {}", list(&finding.wanted))
        }
        (_, None) => "nothing allows it".to_owned(),
        _ if finding.denied_by_statement => format!("statement `{statement}` denies it"),
        _ => format!("statement `{statement}` {}", demand(finding)),
    }
}

/// What the statement asks for, by its operator.
fn demand(finding: &Finding) -> String {
    let wanted = list(&finding.wanted);
    let operator = finding.operator.as_deref().unwrap_or_default();
    let comparison = Operator::parse(operator).base;
    let key = finding.key.as_deref().unwrap_or_default().escape_debug();
    let absent = finding.wanted.iter().any(|text| text.eq_ignore_ascii_case("true"));
    let passed = finding.action.eq_ignore_ascii_case("iam:PassRole");
    match comparison {
        _ if finding.wanted.is_empty() => "does not cover it".to_owned(),
        _ if operator.is_empty() || finding.key.is_none() => format!("allows {wanted}"),
        OperatorBase::Null if absent => format!("asks for no {key}"),
        OperatorBase::Null => format!("asks for {key}"),
        ref negated if negated.is_negated() => format!("allows all but {wanted}"),
        _ if passed => format!("asks for {key} {wanted}"),
        OperatorBase::StringEquals
        | OperatorBase::StringEqualsIgnoreCase
        | OperatorBase::StringLike
        | OperatorBase::ArnEquals
        | OperatorBase::ArnLike
        | OperatorBase::Bool
        | OperatorBase::IpAddress
        | OperatorBase::NumericEquals => format!("allows {wanted}"),
        _ => format!("asks for {} {wanted}", operator.escape_debug()),
    }
}

fn list(values: &[String]) -> String {
    let quoted: Vec<String> =
        values.iter().take(4).map(|value| format!("`{}`", value.escape_debug())).collect();
    let more = if values.len() > 4 { ", …" } else { "" };
    format!("{}{more}", quoted.join(", "))
}

#[cfg(test)]
mod tests;
