//! Calls that others made up with what they expect of them: each expectation holds, or stands in a
//! table of `docs/replay.md` with the reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

use analyzer::{Call, Code};
use lake::{CallRow, FindingRow, ReadRow, RowReader, TableRow};
use serde_json::Value;

use crate::driftline::{driftline, root, shared};
use crate::samples::files;

/// Decisions, from the best to the worst: of a call in parts the worst counts.
const ORDER: [&str; 4] = ["Allowed", "Undetermined", "ImplicitlyDenied", "ExplicitlyDenied"];

fn rows<R: TableRow + ReadRow>(lake: &Path) -> Vec<R> {
    let files = files(&lake.join(R::TABLE.as_str()));
    let rows =
        files.iter().flat_map(|path| RowReader::<R>::open(File::open(path).unwrap()).unwrap());
    rows.map(Result::unwrap).collect()
}

/// What is expected of a request.
struct Expected(Value);

impl Expected {
    fn text(&self, member: &str) -> Option<&str> {
        self.0[member].as_str()
    }

    fn is(&self, member: &str) -> bool {
        self.0[member].as_bool().unwrap_or(false)
    }

    fn codes(&self, member: &str) -> BTreeSet<String> {
        let list = self.0[member].as_array().into_iter().flatten();
        list.map(|code| code.as_str().unwrap().to_owned()).collect()
    }

    /// Any of these will do.
    fn accepted(&self) -> BTreeSet<String> {
        let mut codes = self.codes("alt");
        codes.extend(self.text("code").map(str::to_owned));
        codes
    }

    fn is_sure(&self) -> bool {
        matches!(self.text("confidence"), Some("high" | "medium"))
    }

    /// The calls of the event that the expectation is about.
    fn about<'c>(&self, calls: &[&'c Call]) -> Vec<&'c Call> {
        let kind = self.text("request_kind").unwrap();
        let action = self.text("action").unwrap();
        let own = |call: &&&Call| {
            let in_part = !matches!(call.request_kind.as_str(), "pass_role" | "add_tags");
            let kind = if self.is("combine") {
                in_part
            } else {
                self.is("any_kind") || call.request_kind.as_str() == kind
            };
            kind && call.action.eq_ignore_ascii_case(action)
        };
        let own: Vec<&Call> = calls.iter().filter(own).copied().collect();
        let Some(resource) = self.text("resource").filter(|_| own.len() > 1) else { return own };
        let names = |call: &&&Call| call.resources.iter().any(|text| text.contains(resource));
        let named: Vec<&Call> = own.iter().filter(names).copied().collect();
        if named.is_empty() { own } else { named }
    }

    /// What is otherwise, if anything.
    fn difference(&self, calls: &[&Call], codes: &BTreeSet<String>) -> Option<String> {
        if let Some(wanted) = self.text("decision") {
            let about = self.about(calls);
            let decisions: BTreeSet<&str> =
                about.iter().map(|call| call.decision.map_or("none", |d| d.as_str())).collect();
            let rank = |decision: &&&str| ORDER.iter().position(|known| *known == **decision);
            let worst = decisions.iter().max_by_key(rank).copied();
            let same = if self.is("combine") {
                worst == Some(wanted)
            } else {
                decisions == BTreeSet::from([wanted])
            };
            if !same {
                return Some(format!("{wanted} is wanted, {decisions:?} given"));
            }
        }
        let accepted = self.accepted();
        let missing = self.text("code").is_some() && accepted.is_disjoint(codes)
            || !self.codes("also").is_subset(codes);
        missing.then(|| format!("{accepted:?} is wanted, {codes:?} given"))
    }
}

/// The cases of the tables: of sure ones, and of guesses.
fn disputed() -> (BTreeSet<String>, BTreeSet<String>) {
    let page = std::fs::read_to_string(root().join("docs/replay.md")).unwrap();
    let mut tables = page.split("| --- | --- | --- | --- |").skip(1).map(|table| {
        let rows = table.lines().take_while(|line| !line.starts_with('#'));
        let first = rows.filter_map(|line| line.strip_prefix("| ")?.split('|').next());
        let cases = first.flat_map(|cell| cell.split(", ")).map(|case| case.trim().to_owned());
        cases.filter(|case| case.len() == 6 && case.starts_with('c')).collect::<BTreeSet<String>>()
    });
    (tables.next().unwrap(), tables.next().unwrap())
}

#[test]
fn what_others_expect_holds_or_is_disputed_with_a_reason() {
    let Some(cases) = shared("data/replay-cases") else { return };
    let out = tempfile::tempdir().unwrap();
    let (trail, policies) = (cases.join("trail"), cases.join("policy-set"));
    let words = ["analyze", "--trail", trail.to_str().unwrap(), "--policies"];
    let more = [policies.to_str().unwrap(), "--out", out.path().to_str().unwrap()];
    let run = driftline(&[&words[..], &more].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);

    let lake = out.path().join("lake");
    let rows_of_calls = rows::<CallRow>(&lake);
    let mut calls: BTreeMap<&str, Vec<&Call>> = BTreeMap::new();
    for row in &rows_of_calls {
        calls.entry(&row.call.event_id).or_default().push(&row.call);
    }
    let mut codes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows::<FindingRow>(&lake) {
        let code = row.finding.code.as_str().to_owned();
        codes.entry(row.finding.event_id).or_default().insert(code);
    }

    let key = std::fs::read_to_string(cases.join("key.jsonl")).unwrap();
    let key: Vec<Expected> =
        key.lines().map(|line| Expected(serde_json::from_str(line).unwrap())).collect();
    let mut allowed: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let (mut sure, mut guesses) = (BTreeSet::new(), BTreeSet::new());
    let mut told = Vec::new();
    for expected in &key {
        let event = expected.text("event_id").unwrap();
        let entry = allowed.entry(event).or_default();
        entry.extend(expected.accepted());
        entry.extend(expected.codes("also"));
        let none = BTreeSet::new();
        let codes = codes.get(event).unwrap_or(&none);
        let calls = calls.get(event).map_or(&[][..], Vec::as_slice);
        if let Some(difference) = expected.difference(calls, codes) {
            let case = expected.text("case").unwrap().to_owned();
            told.push(format!("{case}: {difference}"));
            if expected.is_sure() {
                sure.insert(case)
            } else {
                guesses.insert(case)
            };
        }
    }
    let (sure_ones, guessed) = disputed();
    assert_eq!(sure, sure_ones, "{told:#?}");
    assert_eq!(guesses, guessed, "{told:#?}");

    // No violation is found that nothing of the event expects.
    let disputed: BTreeSet<&str> = key
        .iter()
        .filter(|expected| sure.contains(expected.text("case").unwrap()))
        .map(|expected| expected.text("event_id").unwrap())
        .collect();
    for (event, found) in &codes {
        let Some(allowed) = allowed.get(event.as_str()) else { continue };
        let violations = found.iter().filter(|code| is_violation(code));
        let extra: Vec<&String> = violations.filter(|code| !allowed.contains(*code)).collect();
        assert!(extra.is_empty() || disputed.contains(event.as_str()), "{event}: {extra:?}");
    }
}

fn is_violation(code: &str) -> bool {
    Code::ALL.into_iter().any(|known| known.as_str() == code && known.is_violation())
}
