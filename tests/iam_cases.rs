//! The evaluator against cases: our own, and those of other projects.
//!
//! A case is a line of `driftline simulate`. `cases/evaluator.jsonl` is ours, each case named by
//! the rule it shows. The cases of other projects stay where they are, outside the repository and
//! under their own licences: they are named here, never copied, and skipped where they are absent.
//!
//! A source is not the truth. Where a case contradicts AWS's documentation, or a choice of ours
//! where AWS is silent, it is listed with the reason; a listed case that agrees fails the test, so
//! that no entry outlives its reason.

use std::collections::BTreeSet;
use std::path::PathBuf;

use iam_policy::case::{LineResult, run_line};
use serde_json::Value;

const OWN: &str = include_str!("cases/evaluator.jsonl");

/// The folder of other projects' cases, which only a workplace with its data beside it has.
const OTHERS: &str = "../../shared/data/iam-cases";

/// Cases whose `expected` is not what we answer.
struct Disagreement {
    /// The beginning of each name, up to its colon; all of a family where it ends in `#`.
    cases: &'static [&'static str],
    /// Why, with the page of AWS that says so.
    why: &'static str,
}

/// What AWS's pages say and the evaluator does not do yet.
const NOT_YET: &[Disagreement] = &[];

/// Where we part from the cases of other projects.
const PARTED: &[Disagreement] = &[
    // Rules of services beside the policy language: none of them is built.
    Disagreement {
        cases: &["iamsim/core/iam/managedPolicies/aws/denied#"],
        why: "nobody changes AWS's own managed policies: a rule of IAM \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html>",
    },
    Disagreement {
        cases: &["iamsim/core/iam/roles/reserved/denied#"],
        why: "roles under `aws-reserved/` are protected: a rule of IAM",
    },
    Disagreement {
        cases: &[
            "iamsim/core/kms/aliases#3",
            "iamsim/core/kms/aliases#4",
            "iamsim/core/kms/aliases#5",
        ],
        why: "names under `alias/aws/` are AWS's: a rule of KMS \
              <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html>",
    },
    Disagreement {
        cases: &["iamsim/core/kms/sameAccount#2", "iamsim/core/sts/assumeRole/sameAccount#2"],
        why: "key policies and trust policies must allow even inside one account: rules of KMS and \
              STS <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>",
    },
    // What AWS documents otherwise.
    Disagreement {
        cases: &["iamsim/core/sessionPolicies#7"],
        why: "what a resource-based policy grants to the session itself, no session policy limits \
              by its silence <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>",
    },
    Disagreement {
        cases: &[
            "iamsim/unit/condition/arn/ArnNotLike#171",
            "iamsim/unit/condition/string/StringNotEquals#298",
            "iamsim/unit/condition/string/StringNotEqualsIgnoreCase#303",
            "iamsim/unit/condition/string/StringNotLike#311",
        ],
        why: "inverted operators match a variable that has no value \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>",
    },
    Disagreement {
        cases: &["iamsim/unit/condition/date/DateEquals#184"],
        why: "the epoch counts in seconds, the case means milliseconds \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>",
    },
    // Where AWS is silent, or says two things.
    Disagreement {
        cases: &["iamsim/core/permissionBoundaries-SameAccount#19"],
        why: "an empty list of boundaries is a boundary that allows nothing; without one the \
              member is absent",
    },
    Disagreement {
        cases: &["iamsim/unit/condition/condition#0", "iamsim/unit/condition/condition#12"],
        why: "what an operator that IAM lacks would do is unknown",
    },
    Disagreement {
        cases: &[
            "iamsim/unit/condition/arn/ArnNotLike#160",
            "iamsim/unit/condition/arn/ArnNotLike#161",
            "iamsim/unit/condition/date/DateNotEquals#212",
            "iamsim/unit/condition/date/DateNotEquals#213",
            "iamsim/unit/condition/ipaddress/NotIpAddress#228",
            "iamsim/unit/condition/ipaddress/NotIpAddress#233",
            "iamsim/unit/condition/ipaddress/NotIpAddress#237",
            "iamsim/unit/condition/numeric/NumericNotEquals#269",
            "iamsim/unit/condition/numeric/NumericNotEquals#270",
        ],
        why: "a negated operator is the exact negation of its positive twin, also where a value \
              cannot be read: a Deny that guards does not fail open",
    },
    Disagreement {
        cases: &["iamsim/unit/action/action#134"],
        why: "a wildcard in the service part of an action is plain globbing",
    },
    Disagreement {
        cases: &["iamsim/unit/resource/resource#46", "iamsim/unit/resource/resource#48"],
        why: "a wildcard in the resource-type part of an ARN is plain globbing",
    },
    Disagreement {
        cases: &[
            "iamsim/unit/resource/resource#80",
            "iamsim/unit/resource/resource#81",
            "iamsim/unit/resource/resource#82",
            "iamsim/unit/resource/resource#94",
            "iamsim/unit/resource/resource#116",
            "iamsim/unit/resource/resource#117",
            "iamsim/unit/resource/resource#118",
            "iamsim/unit/resource/resource#122",
            "iamsim/unit/resource/resource#123",
            "iamsim/unit/resource/resource#126",
            "iamsim/unit/resource/resource#127",
            "iamsim/unit/resource/resource#128",
            "iamsim/unit/resource/resource#129",
            "iamsim/unit/resource/resource#130",
        ],
        why: "a short ARN is a glob like any other: its missing parts are not `*`",
    },
    Disagreement {
        cases: &["iamsim/unit/resource/resource#99"],
        why: "a NotResource with a variable without value \"will not match any resource\"; whether \
              the statement then applies to all is open \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>",
    },
];

/// What we answer where AWS is silent or says two things: name of the case, decision.
const CHOICES: [(&str, &str); 39] = [
    ("Action *:CreateTrainingJob", "Allowed"),
    ("ForAnyValue:...IfExists, key missing", "Allowed"),
    ("ForAllValues with one empty string", "ImplicitlyDenied"),
    ("ForAnyValue:StringLike * with one empty string", "Allowed"),
    ("Null true with an empty list", "Allowed"),
    ("Null true with an empty string", "ImplicitlyDenied"),
    ("plain StringEquals on a multivalued key, one value", "ImplicitlyDenied"),
    ("plain StringNotEquals on a multivalued key", "ImplicitlyDenied"),
    ("set operator on a single-valued key", "Allowed"),
    ("Bool with a policy variable", "Allowed"),
    ("NumericLessThan with a policy variable", "Allowed"),
    ("NumericNotEquals, request value is no number", "Allowed"),
    ("NumericEquals with trailing text", "ImplicitlyDenied"),
    ("NumericEquals with an exponent", "ImplicitlyDenied"),
    ("NotIpAddress, request value is no address", "Allowed"),
    ("DateNotEquals, request value is no date", "Allowed"),
    ("ArnNotLike, request value is no ARN", "Allowed"),
    ("ArnLike with a bare *", "Allowed"),
    ("variable value holding an asterisk", "ImplicitlyDenied"),
    ("variable on a multivalued key", "ImplicitlyDenied"),
    ("variable default that is an empty string", "Allowed"),
    ("variable whose value is an empty string", "Allowed"),
    ("unclosed ${", "Allowed"),
    ("wildcard in the resource-type part", "Allowed"),
    ("asterisk at a segment's end crosses colons", "Allowed"),
    ("wildcard in the service segment", "Allowed"),
    ("variable in the account segment of Resource", "Allowed"),
    ("upper case partition and service in Resource", "ImplicitlyDenied"),
    ("unknown condition operator in an Allow", "Undetermined"),
    ("unknown condition operator in a Deny", "Undetermined"),
    ("operator name in lower case", "Allowed"),
    ("CIDR with host bits set", "Allowed"),
    ("IPv4-mapped IPv6 request address", "Allowed"),
    ("date without seconds", "Allowed"),
    ("short ARN in Resource without any wildcard", "ImplicitlyDenied"),
    ("NotResource with a variable without value", "Undetermined"),
    ("wildcard region in an S3 ARN", "Allowed"),
    ("SageMaker name typed in mixed case", "ImplicitlyDenied"),
    ("year only date or epoch", "Allowed"),
];

#[test]
fn own_cases_come_out_as_expected() {
    let cases: Vec<Value> = OWN.lines().map(parsed).collect();
    let names: BTreeSet<&str> = cases.iter().map(name).collect();
    assert_eq!(names.len(), cases.len(), "a case has a name of its own");
    assert!(cases.iter().all(|case| case["expected"].is_string()), "a case expects something");
    check(&[OWN], NOT_YET);
}

#[test]
fn cases_of_other_projects_come_out_as_expected() {
    let files = ["iam-simulate.jsonl", "iam-simulate-unit.jsonl", "iamspy.jsonl"];
    let texts: Option<Vec<String>> = files.iter().map(|file| read(file)).collect();
    if let Some(texts) = texts {
        check(&texts.iter().map(String::as_str).collect::<Vec<_>>(), PARTED);
    }
}

#[test]
fn open_questions_are_answered_as_chosen() {
    let Some(text) = read("open-questions.jsonl") else { return };
    let answers: Vec<(String, String)> = text.lines().map(answered).collect();
    let answers: Vec<(&str, &str)> =
        answers.iter().map(|(name, decision)| (name.as_str(), decision.as_str())).collect();
    assert_eq!(answers, CHOICES);
}

/// The one place that compares: every case agrees, or is listed and does not.
fn check(texts: &[&str], known: &[Disagreement]) {
    let listed: Vec<(&str, &str)> = known
        .iter()
        .flat_map(|group| group.cases.iter().map(|entry| (*entry, group.why)))
        .collect();
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
            (result, _) => wrong.push(format!("expected {}: {}", case["expected"], result.json())),
        }
    }
    let unmet = listed.iter().filter(|(entry, _)| !met.contains(entry));
    wrong.extend(unmet.map(|(entry, _)| format!("listed, but no case: {entry}")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether an entry of a table is about a case.
fn names(entry: &str, name: &str) -> bool {
    let family = entry.ends_with('#') && name.starts_with(entry);
    let member = name.strip_prefix(entry).is_some_and(|rest| rest.starts_with(": "));
    family || member || name == entry
}

/// Whether a case asks about a pattern instead of a request, which is another question.
fn is_pattern(case: &Value) -> bool {
    let tags = case["tags"].as_array();
    tags.is_some_and(|tags| tags.iter().any(|tag| tag == "request-wildcard"))
}

/// Name, without that of its file, and decision.
fn answered(line: &str) -> (String, String) {
    let result = run_line(line, 1);
    assert!(matches!(result, LineResult::AsExpected(_)), "{}", result.json());
    let result = parsed(result.json());
    let short = name(&result).trim_start_matches("open-questions: ");
    (short.to_owned(), result["decision"].as_str().unwrap_or_default().to_owned())
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
