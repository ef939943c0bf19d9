//! What the generator reaches.

use std::collections::{BTreeMap, BTreeSet};

use iam_reference::{Generator, decide, operator_names};
use serde_json::Value;

const CASES: u64 = 20_000;

#[test]
fn the_same_seed_and_index_give_the_same_case() {
    let generator = Generator::new(3);
    assert_eq!(generator.case(7), Generator::new(3).case(7));
    assert_ne!(generator.case(7), generator.case(8));
    assert_ne!(generator.case(7), Generator::new(4).case(7));
}

#[test]
fn every_case_can_be_decided_and_all_decisions_are_common() {
    for news in [true, false] {
        let generator = Generator::new(1).with_news(news);
        let mut counts = BTreeMap::new();
        for index in 0..CASES {
            let case = generator.case(index);
            let decision = decide(&case).unwrap_or_else(|error| panic!("{error}: {case}"));
            *counts.entry(decision.to_string()).or_insert(0_u64) += 1;
        }
        println!("{counts:?}");
        assert_eq!(counts.len(), 3);
        assert!(counts.values().all(|count| count * 10 >= CASES), "{counts:?}");
    }
}

#[test]
fn every_operator_meets_every_qualifier_and_state_of_its_key() {
    let generator = Generator::new(1);
    let mut seen = BTreeSet::new();
    for index in 0..CASES {
        let case = generator.case(index);
        let context = case["context"].as_object().unwrap();
        walk(&case, &mut |block| {
            for (operator, keys) in block.as_object().unwrap() {
                for key in keys.as_object().unwrap().keys() {
                    let found = context.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
                    let state = match found {
                        None => "missing",
                        Some((_, Value::Array(_))) => "list",
                        Some(_) => "single",
                    };
                    seen.insert((operator.to_lowercase(), state));
                }
            }
        });
    }
    for name in operator_names() {
        for set in ["", "ForAllValues:", "ForAnyValue:"] {
            for if_exists in ["", "IfExists"] {
                if name == "Null" && !if_exists.is_empty() {
                    continue;
                }
                for state in ["missing", "list", "single"] {
                    let operator = format!("{set}{name}{if_exists}").to_lowercase();
                    assert!(seen.contains(&(operator.clone(), state)), "{operator}, {state}");
                }
            }
        }
    }
}

#[test]
fn every_layer_and_element_is_there() {
    let generator = Generator::new(1);
    let mut seen = BTreeSet::new();
    for index in 0..CASES {
        members(&generator.case(index), &mut seen);
    }
    for name in [
        "identityPolicies",
        "permissionBoundaries",
        "sessionPolicies",
        "scps",
        "rcps",
        "resourcePolicy",
        "endpointPolicies",
        "resourceAccount",
        "managementAccount",
        "wildcardOnlyAction",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Principal",
        "NotPrincipal",
        "Condition",
        "Version",
        "Sid",
        "Service",
        "AWS",
        "Federated",
    ] {
        assert!(seen.contains(name), "no case with `{name}`");
    }
}

fn walk(value: &Value, see: &mut dyn FnMut(&Value)) {
    match value {
        Value::Object(members) => {
            members.get("Condition").into_iter().for_each(&mut *see);
            members.values().for_each(|inner| walk(inner, see));
        }
        Value::Array(list) => list.iter().for_each(|inner| walk(inner, see)),
        _ => {}
    }
}

fn members(value: &Value, seen: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                seen.insert(name.clone());
                members(inner, seen);
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| members(inner, seen)),
        _ => {}
    }
}
