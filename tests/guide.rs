//! The policies of AWS's SageMaker guides against calls they permit and calls they do not.
//!
//! `cases/guide.jsonl` holds a policy a line, with its defects and with its placeholders filled in
//! (see `cases/README.md`). Beside it stand CloudTrail records cut to the members that matter, the
//! requests they are judged as, and the findings they give. A policy that IAM would not store has
//! its fault instead, word for word; where it was plainly meant to say something, `repaired` says
//! it and is judged like the others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use analyzer::target::{self, TargetError, TargetSet};
use analyzer::{Call, Finding, Judge, ResourceFact, Sink, Verdict};
use cloudtrail::Limits;
use iam_policy::case::{LineResult, run_line};
use serde_json::{Value, json};

const CASES: &str = include_str!("cases/guide.jsonl");

/// The guides' own texts, which only a workplace with its data beside it has.
const VERBATIM: &str = "../../shared/data/policies/guide-verbatim.jsonl";

/// The file of the policy under test.
const POLICY: &str = "policies/p.json";

#[test]
fn every_call_is_judged_as_the_guide_means_it() {
    let mut wrong = Vec::new();
    for case in cases().iter().filter(|case| !list(case, "calls").is_empty()) {
        let name = text(case, "name");
        let set = load(case, evaluable(case)).expect(name);
        for call in list(case, "calls") {
            check(&mut wrong, case, call, &judged(&set, &call["record"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn actions_of_other_services_are_simulated() {
    let mut wrong = Vec::new();
    for case in &cases() {
        for simulation in list(case, "simulations") {
            check(&mut wrong, case, simulation, &simulated(case, simulation));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_policy_that_iam_would_not_store_is_refused_with_its_place() {
    for case in cases().iter().filter(|case| case["fault"].is_string()) {
        let name = text(case, "name");
        let TargetError { faults } = load(case, text(case, "policy")).expect_err(name);
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(faults.join("\n"), text(case, "fault"), "{name}");
    }
}

/// A policy that can be judged, as it is or repaired, permits a call and refuses another; any other
/// has its fault.
#[test]
fn every_policy_has_both_kinds_of_call_or_a_fault() {
    let cases = cases();
    let numbers: Vec<u64> = cases.iter().map(number).collect();
    assert_eq!(numbers, (0..25).collect::<Vec<u64>>());
    for case in &cases {
        let calls = list(case, "calls").iter().chain(list(case, "simulations"));
        let kinds: BTreeSet<&str> = calls.map(|call| text(call, "kind")).collect();
        let name = text(case, "name");
        for kind in &kinds {
            assert!(["permitted", "violating", "observed"].contains(kind), "{name}: {kind}");
        }
        let faulty = case["fault"].is_string();
        let judged = !faulty || case["repaired"].is_string();
        let both = kinds.contains("permitted") && kinds.contains("violating");
        assert!(if judged { both } else { kinds.is_empty() }, "{name}: {kinds:?}");
    }
}

/// Nothing but placeholders was changed.
#[test]
fn the_policies_are_the_guides_own() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(VERBATIM);
    let Ok(verbatim) = std::fs::read_to_string(path) else {
        eprintln!("skipped: there is no {VERBATIM}");
        return;
    };
    let verbatim: Vec<Value> = parsed(&verbatim);
    let cases = cases();
    assert_eq!(verbatim.len(), cases.len());
    for case in &cases {
        let own = &verbatim[usize::try_from(number(case)).expect("a small number")];
        let (name, own) = (text(case, "name"), text(own, "text"));
        assert_eq!(names(text(case, "policy")), names(own), "{name}");
        // The one that is not AWS's was written anew with the same defect.
        if case["rewritten"] != true {
            assert_eq!(filled(case, own), text(case, "policy"), "{name}");
        }
    }
}

/// The text with the case's placeholders filled in, in their order.
fn filled(case: &Value, own: &str) -> String {
    let fill = list(case, "fill").iter();
    fill.fold(own.to_owned(), |filled, pair| {
        let (placeholder, value) = (pair[0].as_str(), pair[1].as_str());
        let (placeholder, value) = (placeholder.expect("a text"), value.expect("a text"));
        assert!(filled.contains(placeholder), "`{placeholder}` is in the text");
        filled.replace(placeholder, value)
    })
}

/// The actions and condition keys in a text, whichever quotes stand around them.
fn names(policy: &str) -> BTreeSet<&str> {
    let words = policy.split(['"', '\u{201c}', '\u{201d}']);
    let is_name = |word: &&str| {
        let parts = word.split_once(':');
        let prefix = |text: &str| text.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        parts.is_some_and(|(service, name)| {
            !service.is_empty() && prefix(service) && !name.is_empty() && !word.contains("::")
        })
    };
    words.filter(is_name).filter(|word| !word.starts_with("arn:")).collect()
}

/// The one place that compares: what a call came to, with what its case says.
fn check(wrong: &mut Vec<String>, case: &Value, call: &Value, got: &Value) {
    let wanted = json!({"findings": call["findings"], "requests": call["requests"]});
    if *got != wanted {
        let place = format!("{} {}: {}", number(case), text(case, "name"), text(call, "name"));
        wrong.push(format!("{place}\n  wanted {wanted}\n  got    {got}"));
    }
}

fn judged(set: &TargetSet, record: &Value) -> Value {
    let mut rows = Rows::default();
    let verdict =
        Judge::new(set, Limits::default()).judge(record_text(record).as_bytes(), None, &mut rows);
    assert!(matches!(verdict, Verdict::Evaluated { .. }), "{verdict:?}: {record}");
    json!({"findings": rows.findings, "requests": rows.requests})
}

/// The rows of a record in words.
#[derive(Default)]
struct Rows {
    requests: Vec<String>,
    findings: Vec<String>,
}

impl Sink for Rows {
    /// `sagemaker:CreateModel Allowed by statement[0]`
    fn call(&mut self, call: Call) {
        let decision = call.decision.map_or("not judged", |decision| decision.as_str());
        let by = place(call.deciding_policy.as_deref(), call.deciding_statement.as_deref());
        let by = by.map(|place| format!(" by {place}")).unwrap_or_default();
        self.requests.push(format!("{} {decision}{by}", call.action));
    }

    /// `DRF101 high of EnforceInstanceType, sagemaker:InstanceTypes is ml.p4d.24xlarge`
    fn finding(&mut self, finding: Finding) {
        let of = place(finding.policy.as_deref(), finding.statement.as_deref());
        let of = of.map(|place| format!(" of {place}")).unwrap_or_default();
        let observed = finding.observed.join(", ");
        let seen = match (finding.key, observed.as_str()) {
            (Some(key), "") => format!(", {key}"),
            (Some(key), observed) => format!(", {key} is {observed}"),
            (None, "") => String::new(),
            (None, observed) => format!(", {observed}"),
        };
        self.findings.push(format!("{} {}{of}{seen}", finding.code, finding.severity));
    }

    fn fact(&mut self, _fact: ResourceFact) {}
}

/// A statement; with its policy where that is not the one under test.
fn place(policy: Option<&str>, statement: Option<&str>) -> Option<String> {
    let statement = statement?;
    match policy {
        Some(POLICY) | None => Some(statement.to_owned()),
        Some(other) => Some(format!("{statement} of {other}")),
    }
}

/// Judges a request that no record of SageMaker shows.
fn simulated(case: &Value, simulation: &Value) -> Value {
    let mut line = simulation["request"].clone();
    line["identityPolicies"] =
        json!([serde_json::from_str::<Value>(evaluable(case)).expect("JSON")]);
    let result = run_line(&line.to_string(), 1);
    assert!(!matches!(result, LineResult::Broken(_)), "{}", result.as_str());
    let result: Value = serde_json::from_str(result.as_str()).expect("JSON");
    let matched = result["matched"].as_array().and_then(|matched| matched.first());
    let by = matched.map(|statement| match statement["sid"].as_str() {
        Some(sid) => format!(" by {sid}"),
        None => format!(" by statement[{}]", statement["statement"]),
    });
    let (action, decision) = (text(&line, "action"), text(&result, "decision"));
    json!({"findings": [], "requests": [format!("{action} {decision}{}", by.unwrap_or_default())]})
}

/// A policy set that binds everybody to the text, and to what the case puts beside it.
fn load(case: &Value, policy: &str) -> Result<TargetSet, TargetError> {
    let mut files = BTreeMap::from([(POLICY.to_owned(), policy.as_bytes().to_vec())]);
    let beside = match &case["beside"] {
        Value::Null => String::new(),
        Value::String(word) => format!(", {word:?}"),
        document => {
            files.insert("policies/beside.json".to_owned(), document.to_string().into_bytes());
            ", \"policies/beside.json\"".to_owned()
        }
    };
    let manifest = format!(
        r#"schema = 1
revision = 1
name = "guide"

[[binding]]
name = "everybody"
principals = ["*"]
identity = ["{POLICY}"{beside}]

[facts.vpc_endpoints]
vpce-111bbccc = "vpc-111bbaaa"
vpce-111bbddd = "vpc-111bbaaa"
vpce-0a1b2c3d = "vpc-0a1b2c3d"
"#
    );
    files.insert(target::MANIFEST.to_owned(), manifest.into_bytes());
    target::load(&files)
}

/// A whole record: the members of the case over those that no case is about.
fn record_text(members: &Value) -> String {
    let mut record = json!({
        "eventVersion": "1.11",
        "eventID": "00000000-0000-4000-8000-000000000001",
        "eventTime": "2026-03-02T09:30:00Z",
        "eventType": "AwsApiCall",
        "eventSource": "sagemaker.amazonaws.com",
        "awsRegion": "eu-west-1",
        "recipientAccountId": "111122223333",
        "sourceIPAddress": "198.51.100.7",
        "userIdentity": {
            "type": "AssumedRole",
            "accountId": "111122223333",
            "arn": "arn:aws:sts::111122223333:assumed-role/DataScientist/ana",
            "sessionContext": {"sessionIssuer": {
                "type": "Role",
                "accountId": "111122223333",
                "arn": "arn:aws:iam::111122223333:role/DataScientist",
            }},
        },
    });
    for (member, value) in members.as_object().expect("an object") {
        record[member] = value.clone();
    }
    record.to_string()
}

/// The text to judge by.
fn evaluable(case: &Value) -> &str {
    case["repaired"].as_str().unwrap_or_else(|| text(case, "policy"))
}

fn cases() -> Vec<Value> {
    parsed(CASES)
}

fn parsed(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

fn number(case: &Value) -> u64 {
    case["number"].as_u64().expect("a number")
}

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member].as_str().unwrap_or_else(|| panic!("`{member}` is a text in {value}"))
}

fn list<'v>(value: &'v Value, member: &str) -> &'v [Value] {
    value[member].as_array().map_or(&[], Vec::as_slice)
}
