//! The evaluator against cases: our own, and those of other projects.
//!
//! A case is a line of `driftline simulate`. `cases/evaluator.jsonl` is ours, each case named by
//! the rule it shows. The cases of other projects stay where they are, outside the repository and
//! under their own licences: they are named here, never copied, and skipped where they are absent.
//!
//! A source is not the truth. Where a case contradicts AWS's documentation, or a choice of ours
//! where AWS is silent, it stands in the table of `docs/iam-evaluation.md` with the reason; a case
//! there that agrees fails the test, so that no row outlives its reason.

use std::collections::BTreeSet;
use std::path::PathBuf;

use iam_policy::Choice;
use iam_policy::case::{LineResult, run_line};
use serde_json::Value;

const OWN: &str = include_str!("cases/evaluator.jsonl");

/// The folder of other projects' cases, which only a workplace with its data beside it has.
const OTHERS: &str = "../../shared/data/iam-cases";

/// The table of readers: cases of other projects that come out otherwise, with reasons.
const PAGE: &str = include_str!("../docs/iam-evaluation.md");

/// More than this would mean that another evaluator is right.
const MOST_DISAGREEMENTS: usize = 25;

/// A row of the table: a case whose `expected` is not what we answer.
struct Disagreement<'t> {
    /// The beginning of its name, up to its colon.
    case: &'t str,
    /// Why, with the page of AWS that says so.
    why: &'t str,
}

/// What we answer where AWS is silent or says two things: name of the case, decision, and the choice
/// that the answer says it rests on.
const CHOICES: [(&str, &str, &str); 39] = [
    ("Action *:CreateTrainingJob", "Allowed", "action-service-wildcard"),
    ("ForAnyValue:...IfExists, key missing", "Allowed", "for-any-value-if-exists"),
    ("ForAllValues with one empty string", "Allowed", "for-all-values-of-empty-text"),
    (
        "ForAnyValue:StringLike * with one empty string",
        "ImplicitlyDenied",
        "for-any-value-of-empty-text",
    ),
    ("Null true with an empty list", "Allowed", "null-of-empty-list"),
    ("Null true with an empty string", "ImplicitlyDenied", "null-of-empty-text"),
    (
        "plain StringEquals on a multivalued key, one value",
        "ImplicitlyDenied",
        "plain-operator-on-list",
    ),
    ("plain StringNotEquals on a multivalued key", "ImplicitlyDenied", "plain-operator-on-list"),
    ("set operator on a single-valued key", "Allowed", "set-operator-on-text"),
    ("Bool with a policy variable", "Allowed", "variable-in-typed-value"),
    ("NumericLessThan with a policy variable", "Allowed", "variable-in-typed-value"),
    ("NumericNotEquals, request value is no number", "Allowed", "unreadable-value"),
    ("NumericEquals with trailing text", "ImplicitlyDenied", "number-format"),
    ("NumericEquals with an exponent", "ImplicitlyDenied", "number-format"),
    ("NotIpAddress, request value is no address", "Allowed", "unreadable-value"),
    ("DateNotEquals, request value is no date", "Allowed", "unreadable-value"),
    ("ArnNotLike, request value is no ARN", "Allowed", "unreadable-value"),
    ("ArnLike with a bare *", "Allowed", "bare-star-as-arn"),
    ("variable value holding an asterisk", "ImplicitlyDenied", "wildcard-in-variable-value"),
    ("variable on a multivalued key", "ImplicitlyDenied", "list-as-variable"),
    ("variable default that is an empty string", "Allowed", "empty-default"),
    ("variable whose value is an empty string", "Allowed", "empty-variable-value"),
    ("unclosed ${", "Allowed", "unclosed-variable"),
    ("wildcard in the resource-type part", "Allowed", "resource-type-wildcard"),
    ("asterisk at a segment's end crosses colons", "Allowed", "wildcard-across-colons"),
    ("wildcard in the service segment", "Allowed", "resource-service-wildcard"),
    ("variable in the account segment of Resource", "Allowed", "variable-outside-resource-part"),
    ("upper case partition and service in Resource", "ImplicitlyDenied", "arn-segment-case"),
    ("unknown condition operator in an Allow", "Undetermined", "unknown-operator"),
    ("unknown condition operator in a Deny", "Undetermined", "unknown-operator"),
    ("operator name in lower case", "Allowed", "operator-case"),
    ("CIDR with host bits set", "Allowed", "network-host-bits"),
    ("IPv4-mapped IPv6 request address", "Allowed", "mapped-address"),
    ("date without seconds", "Allowed", "date-without-seconds"),
    ("short ARN in Resource without any wildcard", "Allowed", "short-arn"),
    ("NotResource with a variable without value", "Undetermined", "not-resource-without-value"),
    ("wildcard region in an S3 ARN", "Allowed", "resource-region-wildcard"),
    ("SageMaker name typed in mixed case", "ImplicitlyDenied", "resource-letter-case"),
    ("year only date or epoch", "Allowed", "year-or-epoch"),
];

#[test]
fn own_cases_come_out_as_expected() {
    let cases: Vec<Value> = OWN.lines().map(parsed).collect();
    let names: BTreeSet<&str> = cases.iter().map(name).collect();
    assert_eq!(names.len(), cases.len(), "a case has a name of its own");
    assert!(cases.iter().all(|case| case["expected"].is_string()), "a case expects something");
    check(&[OWN], &[]);
}

#[test]
fn cases_of_other_projects_come_out_as_expected() {
    let files = ["iam-simulate.jsonl", "iam-simulate-unit.jsonl", "iamspy.jsonl"];
    let texts: Option<Vec<String>> = files.iter().map(|file| read(file)).collect();
    let table = disagreements();
    assert!(table.len() <= MOST_DISAGREEMENTS, "{}", table.len());
    if let Some(texts) = texts {
        check(&texts.iter().map(String::as_str).collect::<Vec<_>>(), &table);
    }
}

#[test]
fn open_questions_are_answered_as_chosen() {
    let Some(text) = read("open-questions.jsonl") else { return };
    let answers: Vec<[String; 3]> = text.lines().map(answered).collect();
    let answers: Vec<(&str, &str, &str)> =
        answers.iter().map(|[name, decision, choice]| (&**name, &**decision, &**choice)).collect();
    assert_eq!(answers, CHOICES);
}

/// The page tells every choice in the words of the code.
#[test]
fn the_page_lists_every_choice() {
    for choice in Choice::all() {
        let (question, answer, why) = (choice.question(), choice.answer(), choice.reason());
        let row = format!("| `{choice}` | {question} | {answer} | {why} |");
        assert!(PAGE.lines().any(|line| line == row), "docs/iam-evaluation.md lacks\n{row}");
    }
}

/// The rows of the page's table `| case | reason |`.
fn disagreements() -> Vec<Disagreement<'static>> {
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `iamsim/"));
    let rows = rows.filter_map(|row| row.strip_suffix(" |")?.split_once("` | "));
    rows.map(|(case, why)| {
        assert!(why.contains("https://docs.aws.amazon.com/"), "a page of AWS's: {case}");
        Disagreement { case, why }
    })
    .collect()
}

/// The one place that compares: every case agrees, or is listed and does not.
fn check(texts: &[&str], known: &[Disagreement<'_>]) {
    let listed: Vec<(&str, &str)> = known.iter().map(|row| (row.case, row.why)).collect();
    let mut met: BTreeSet<&str> = BTreeSet::new();
    let mut wrong = Vec::new();
    for (line, number) in texts.iter().flat_map(|text| text.lines()).zip(1..) {
        let case = parsed(line);
        if is_pattern(&case) {
            continue;
        }
        let entry = listed.iter().find(|(entry, _)| names(entry, name(&case)));
        met.extend(entry.map(|(entry, _)| entry));
        match (run_line(line, number), entry) {
            (LineResult::AsExpected(_), None) | (LineResult::Mismatch(_), Some(_)) => {}
            (LineResult::AsExpected(_), Some((_, why))) => {
                wrong.push(format!("agrees, but is listed ({why}): {}", name(&case)));
            }
            (result, _) => {
                wrong.push(format!("expected {}: {}", case["expected"], result.as_str()))
            }
        }
    }
    let unmet = listed.iter().filter(|(entry, _)| !met.contains(entry));
    wrong.extend(unmet.map(|(entry, _)| format!("listed, but no case: {entry}")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a row of the table is about a case.
fn names(row: &str, name: &str) -> bool {
    let rest = name.strip_prefix("iamsim/").and_then(|name| name.strip_prefix(row));
    rest.is_some_and(|rest| rest.starts_with(": "))
}

/// Whether a case asks about a pattern instead of a request, which is another question.
fn is_pattern(case: &Value) -> bool {
    let tags = case["tags"].as_array();
    tags.is_some_and(|tags| tags.iter().any(|tag| tag == "request-wildcard"))
}

/// Name, without that of its file, decision, and what it rests on.
fn answered(line: &str) -> [String; 3] {
    let result = run_line(line, 1);
    assert!(matches!(result, LineResult::AsExpected(_)), "{}", result.as_str());
    let result = parsed(result.as_str());
    let short = name(&result).trim_start_matches("open-questions: ");
    let rests_on: Vec<&str> =
        result["rests_on"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let decision = result["decision"].as_str().unwrap_or_default();
    [short.to_owned(), decision.to_owned(), rests_on.join(" ")]
}

fn read(file: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(OTHERS).join(file);
    let text = std::fs::read_to_string(path).ok();
    if text.is_none() {
        eprintln!("skipped: there is no {OTHERS}/{file}");
    }
    text
}

fn parsed(line: &str) -> Value {
    serde_json::from_str(line).expect(line)
}

fn name(case: &Value) -> &str {
    case["name"].as_str().unwrap_or_default()
}
