//! The laws of evaluation, checked against brute force over small domains.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::document::PolicyDocument;
use crate::parse::{Dialect, parse};
use crate::policy_set::{NamedPolicy, PolicySources};
use crate::request::{ContextValue, KeyValue};

fn policy(name: &str, statements: &[String]) -> NamedPolicy {
    let text = format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{}]}}", statements.join(","));
    let document: PolicyDocument = parse(&text, Dialect::Lenient).expect(&text);
    NamedPolicy { name: name.into(), document: Arc::new(document) }
}

const ROLE: &str = "arn:aws:iam::111122223333:role/team/Ml";
const KEYS: [&str; 3] = ["k:a", "k:b", "k:m"];
const OPERATORS: [&str; 14] = [
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLikeIfExists",
    "StringEqualsIfExists",
    "Null",
    "ForAllValues:StringEquals",
    "ForAnyValue:StringLike",
    "ForAllValues:StringNotEquals",
    "ForAnyValue:StringNotEquals",
    "ForAnyValue:StringEqualsIfExists",
    "NumericLessThan",
    "Bool",
    "IpAddress",
];
const WANTED: [&str; 8] = ["x", "y", "*", "x*", "true", "5", "${k:a}", "10.0.0.0/8"];

/// Everything an unknown key is completed with: absent, texts, lists.
fn completions() -> Vec<ContextValue> {
    let mut all = vec![ContextValue::Absent];
    all.extend(["x", "y", "true", "3", "10.1.1.1", ""].map(ContextValue::one));
    all.push(ContextValue::many(["x"]));
    all.push(ContextValue::many(["x", "y"]));
    all.push(ContextValue::many(Vec::<String>::new()));
    all
}

/// Those that are there: a list without elements is not.
fn present() -> Vec<ContextValue> {
    let empty = ContextValue::many(Vec::<String>::new());
    let all = completions().into_iter();
    all.filter(|value| *value != ContextValue::Absent && *value != empty).collect()
}

fn condition() -> impl Strategy<Value = String> {
    let values = prop::collection::vec(prop::sample::select(WANTED.to_vec()), 0..3);
    (prop::sample::select(OPERATORS.to_vec()), prop::sample::select(KEYS.to_vec()), values)
        .prop_map(|(operator, key, values)| {
            let values: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
            format!("\"{operator}\":{{\"{key}\":[{}]}}", values.join(","))
        })
}

fn statement(effects: &'static [&'static str]) -> impl Strategy<Value = String> {
    let resources = ["*", "r/*", "r/x", "q/*", "r/${k:a}"];
    (
        prop::sample::select(effects.to_vec()),
        prop::sample::select(vec!["s:Get*", "s:Put", "*"]),
        prop::sample::select(vec!["Resource", "NotResource"]),
        prop::sample::select(resources.to_vec()),
        prop::option::of(condition()),
    )
        .prop_map(|(effect, action, element, resource, condition)| {
            let condition = condition.unwrap_or_default();
            format!(
                "{{\"Effect\":\"{effect}\",\"Action\":\"{action}\",\"{element}\":\"{resource}\",\"Condition\":{{{condition}}}}}"
            )
        })
}

fn statements() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(statement(&["Allow", "Allow", "Deny"]), 1..4)
}

fn sources() -> impl Strategy<Value = PolicySources> {
    (statements(), prop::option::of(statements()), prop::option::of(statements())).prop_map(
        |(identity, boundary, scp)| PolicySources {
            identity: vec![policy("identity", &identity)],
            boundary: boundary.map(|statements| vec![policy("boundary", &statements)]),
            scps: scp.into_iter().map(|statements| vec![policy("scp", &statements)]).collect(),
            ..PolicySources::default()
        },
    )
}

fn value() -> impl Strategy<Value = ContextValue> {
    prop_oneof![
        3 => prop::sample::select(completions()),
        3 => Just(ContextValue::Unknown),
        2 => Just(ContextValue::Present),
        1 => Just(ContextValue::OneOf(vec![None, Some(KeyValue::One("x".into()))])),
    ]
}

fn request() -> impl Strategy<Value = RequestContext> {
    let resource = prop_oneof![
        3 => Just(ResourceValue::Known("r/x".into())),
        2 => Just(ResourceValue::Known("q/x".into())),
        1 => Just(ResourceValue::Like("r/*".into())),
        1 => Just(ResourceValue::OneOf(vec!["r/X".into(), "r/x".into()])),
        1 => Just(ResourceValue::Unknown),
    ];
    (resource, prop::collection::vec(value(), KEYS.len())).prop_map(|(resource, values)| {
        let mut request = RequestContext::new(Principal::from_arn(ROLE), "s:GetThing", resource);
        for (key, value) in KEYS.iter().zip(values) {
            request.set(key, value);
        }
        request
    })
}

fn possible(sources: &PolicySources, request: &RequestContext) -> Possible {
    PolicySet::compile(sources).evaluator().evaluate(request).possible
}

fn resources(resource: &ResourceValue) -> Vec<ResourceValue> {
    match resource {
        ResourceValue::Known(_) => vec![resource.clone()],
        ResourceValue::OneOf(texts) => texts.iter().cloned().map(ResourceValue::Known).collect(),
        ResourceValue::Like(_) => {
            ["r/x", "r/z", "r/"].map(|t| ResourceValue::Known(t.into())).into()
        }
        ResourceValue::Unknown => {
            ["r/x", "q/x", "", "r/y"].map(|t| ResourceValue::Known(t.into())).into()
        }
    }
}

/// Every way to learn what is not known.
fn complete(request: &RequestContext) -> Vec<RequestContext> {
    let mut all: Vec<RequestContext> = resources(&request.resource)
        .into_iter()
        .map(|resource| {
            let mut completed = request.clone();
            completed.resource = resource;
            completed
        })
        .collect();
    for key in KEYS {
        let choices = match request.get(key) {
            ContextValue::Unknown => completions(),
            ContextValue::Present => present(),
            ContextValue::OneOf(candidates) => candidates
                .iter()
                .map(|c| c.clone().map_or(ContextValue::Absent, ContextValue::Known))
                .collect(),
            known => vec![known.clone()],
        };
        all = all
            .iter()
            .flat_map(|request| {
                choices.iter().map(|choice| {
                    let mut completed = request.clone();
                    completed.set(key, choice.clone());
                    completed
                })
            })
            .collect();
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every completion of the unknown values gives a decision in the set.
    #[test]
    fn evaluation_is_sound(sources in sources(), request in request()) {
        let set = PolicySet::compile(&sources);
        let mut evaluator = set.evaluator();
        let open = evaluator.evaluate(&request).possible;
        for completed in complete(&request) {
            let evaluation = evaluator.evaluate(&completed);
            for decision in evaluation.possible.decisions() {
                prop_assert!(open.contains(decision), "{decision} of {completed:?} is not in {open:?}");
            }
        }
    }

    /// Learning one key never adds a possible decision.
    #[test]
    fn learning_a_key_never_adds_a_decision(
        sources in sources(),
        request in request(),
        key in prop::sample::select(KEYS.to_vec()),
        learnt in prop::sample::select(completions()),
    ) {
        let mut open = request.clone();
        open.set(key, ContextValue::Unknown);
        let before = possible(&sources, &open);
        let mut wiser = request;
        wiser.set(key, learnt);
        for decision in possible(&sources, &wiser).decisions() {
            prop_assert!(before.contains(decision));
        }
    }

    /// A Deny more never makes Allowed newly possible.
    #[test]
    fn a_deny_never_allows(sources in sources(), deny in statement(&["Deny"]), request in request()) {
        let before = possible(&sources, &request);
        let mut stricter = sources.clone();
        stricter.identity.push(policy("deny", &[deny]));
        let after = possible(&stricter, &request);
        prop_assert!(before.contains(Decision::Allowed) || !after.contains(Decision::Allowed));
    }

    /// The order of statements and of policies is irrelevant.
    #[test]
    fn order_is_irrelevant(first in statements(), second in statements(), request in request()) {
        let one = PolicySources {
            identity: vec![policy("a", &first), policy("b", &second)],
            ..PolicySources::default()
        };
        let reversed = |statements: &[String]| {
            statements.iter().rev().cloned().collect::<Vec<_>>()
        };
        let other = PolicySources {
            identity: vec![policy("b", &reversed(&second)), policy("a", &reversed(&first))],
            ..PolicySources::default()
        };
        prop_assert_eq!(possible(&one, &request), possible(&other, &request));
    }

    /// The memory of an evaluator carries nothing over.
    #[test]
    fn a_used_evaluator_answers_like_a_new_one(
        sources in sources(),
        requests in prop::collection::vec(request(), 1..4),
    ) {
        let set = PolicySet::compile(&sources);
        let mut used = set.evaluator();
        for request in &requests {
            prop_assert_eq!(used.evaluate(request), set.evaluator().evaluate(request));
        }
    }

    /// The decision alone is the decision with reasons.
    #[test]
    fn deciding_agrees_with_evaluating(sources in sources(), request in request()) {
        let set = PolicySet::compile(&sources);
        let evaluation = set.evaluator().evaluate(&request);
        let verdict = set.evaluator().decide(&request);
        prop_assert_eq!((verdict.possible, verdict.layer), (evaluation.possible, evaluation.layer));
        prop_assert_eq!(verdict.statement, evaluation.matched.first().copied());
    }

    /// A choice is one of the answers that leaving its question open allows, and what is said to
    /// rest on choices does.
    #[test]
    fn choices_are_among_the_answers_left_open(sources in sources(), request in request()) {
        let set = PolicySet::compile(&sources);
        let mut evaluator = set.evaluator();
        let evaluation = evaluator.evaluate(&request);
        let mut all = Choices::default();
        for choice in Choice::all() {
            all.add(Choices::of(choice));
        }
        let open = evaluator.run().possible_leaving_open(all, &request);
        for decision in evaluation.possible.decisions() {
            prop_assert!(open.contains(decision));
        }
        let settled = evaluation.decision() != Decision::Undetermined;
        prop_assert_eq!(settled && open != evaluation.possible, settled && !evaluation.rests_on.is_empty());
    }

    /// A decision that is settled needs nothing; one that is not names what is missing, or the
    /// question that only AWS could answer.
    #[test]
    fn an_open_decision_names_what_it_needs(sources in sources(), request in request()) {
        let evaluation = PolicySet::compile(&sources).evaluator().evaluate(&request);
        let open = evaluation.decision() == Decision::Undetermined;
        let names = !evaluation.needs.is_empty() || (open && !evaluation.rests_on.is_empty());
        prop_assert_eq!(open, names, "{:?}", evaluation);
        prop_assert_eq!(open, evaluation.layer.is_none());
        prop_assert_eq!(open, !evaluation.open.is_empty(), "{:?}", evaluation);
    }
}

#[test]
fn a_variable_that_may_have_no_value_leaves_what_it_excludes_open() {
    let deny = r#"{"Effect":"Deny","Action":"*","NotResource":"r/${k:a}"}"#.to_owned();
    let sources = PolicySources { identity: vec![policy("p", &[deny])], ..Default::default() };
    let one = |text: &str| Some(KeyValue::One(text.into()));
    let many = || Some(KeyValue::Many(vec!["x".into()]));
    for (value, settled) in [
        (ContextValue::one("y"), true),
        (ContextValue::OneOf(vec![one("y"), one("z")]), true),
        (ContextValue::OneOf(vec![one("y"), None]), false),
        (ContextValue::OneOf(vec![one("y"), many()]), false),
        (ContextValue::many(["x"]), false),
        (ContextValue::Absent, false),
        (ContextValue::Present, false),
        (ContextValue::Unknown, false),
    ] {
        let resource = ResourceValue::Known("q/x".into());
        let mut request = RequestContext::new(Principal::from_arn(ROLE), "s:Get", resource);
        request.set("k:a", value.clone());
        let possible = possible(&sources, &request);
        assert_eq!(possible.contains(Decision::ImplicitlyDenied), !settled, "{value:?}");
        assert!(possible.contains(Decision::ExplicitlyDenied), "{value:?}");
    }
}

fn allow(action: &str) -> NamedPolicy {
    let statement = format!("{{\"Effect\":\"Allow\",\"Action\":\"{action}\",\"Resource\":\"*\"}}");
    policy(action, &[statement])
}

fn deny(action: &str) -> NamedPolicy {
    let statement = format!("{{\"Effect\":\"Deny\",\"Action\":\"{action}\",\"Resource\":\"*\"}}");
    policy(action, &[statement])
}

fn check(
    sources: &PolicySources,
    principal: &str,
    decision: Decision,
    layer: impl Into<Option<PolicyType>>,
) {
    check_action("s:Get", sources, principal, decision, layer.into());
}

fn check_action(
    action: &str,
    sources: &PolicySources,
    principal: &str,
    decision: Decision,
    layer: Option<PolicyType>,
) {
    let resource = ResourceValue::Known("r/x".into());
    let request = RequestContext::new(Principal::from_arn(principal), action, resource);
    let evaluation = PolicySet::compile(sources).evaluator().evaluate(&request);
    let answer = (evaluation.decision(), evaluation.layer);
    assert_eq!(answer, (decision, layer), "{action} {sources:?} {principal}");
}

#[test]
fn every_layer_that_is_there_must_allow() {
    let all = || vec![allow("*")];
    let open = PolicySources {
        identity: all(),
        boundary: Some(all()),
        scps: vec![all(), all()],
        session: Some(all()),
        endpoint: Some(all()),
        ..PolicySources::default()
    };
    let with = |change: &dyn Fn(&mut PolicySources)| {
        let mut sources = open.clone();
        change(&mut sources);
        sources
    };
    use Decision::{Allowed, ExplicitlyDenied, ImplicitlyDenied};
    use PolicyType::{Boundary, Endpoint, Identity, Rcp, Scp, Session};
    check(&open, ROLE, Allowed, Identity);
    check(&with(&|s| s.identity = vec![]), ROLE, ImplicitlyDenied, Identity);
    check(&with(&|s| s.boundary = Some(vec![])), ROLE, ImplicitlyDenied, Boundary);
    check(&with(&|s| s.boundary = None), ROLE, Allowed, Identity);
    check(&with(&|s| s.scps[1] = vec![allow("s:Put")]), ROLE, ImplicitlyDenied, Scp);
    check(&with(&|s| s.scps[0].push(deny("s:Get"))), ROLE, ExplicitlyDenied, Scp);
    check(&with(&|s| s.rcps = vec![vec![]]), ROLE, Allowed, Identity);
    // Resource control policies cover the actions of some services.
    let guarded = with(&|s| s.rcps = vec![vec![deny("*")]]);
    check(&guarded, ROLE, Allowed, Identity);
    check_action("s3:GetObject", &guarded, ROLE, ExplicitlyDenied, Some(Rcp));
    check_action("kms:RetireGrant", &guarded, ROLE, Allowed, Some(Identity));
    check_action("sagemaker:CreateModel", &guarded, ROLE, Allowed, Some(Identity));
    check(&with(&|s| s.session = Some(vec![])), ROLE, ImplicitlyDenied, Session);
    check(&with(&|s| s.endpoint = Some(vec![])), ROLE, ImplicitlyDenied, Endpoint);
}

#[test]
fn scps_do_not_bind_service_linked_roles_nor_the_management_account() {
    let sources = PolicySources {
        identity: vec![allow("*")],
        scps: vec![vec![deny("*")]],
        ..PolicySources::default()
    };
    let linked = "arn:aws:iam::111122223333:role/aws-service-role/sagemaker.amazonaws.com/R";
    check(&sources, linked, Decision::Allowed, PolicyType::Identity);
    check(&sources, ROLE, Decision::ExplicitlyDenied, PolicyType::Scp);
    let resource = ResourceValue::Known("*".into());
    let mut request = RequestContext::new(Principal::from_arn(ROLE), "s:Get", resource);
    request.management_account = Some("111122223333".to_owned());
    let evaluation = PolicySet::compile(&sources).evaluator().evaluate(&request);
    assert_eq!(evaluation.decision(), Decision::Allowed);
}

#[test]
fn root_is_bound_by_scps_alone() {
    let root = "arn:aws:iam::111122223333:root";
    let sources = PolicySources { boundary: Some(vec![]), ..PolicySources::default() };
    check(&sources, root, Decision::Allowed, None);
    let guarded = PolicySources { scps: vec![vec![deny("*")]], ..PolicySources::default() };
    check(&guarded, root, Decision::ExplicitlyDenied, PolicyType::Scp);
}

#[test]
fn the_nearest_allow_has_the_fewest_failing_conditions() {
    let statements = [
        r#"{"Sid":"Two","Effect":"Allow","Action":"s:Get","Resource":"*","Condition":{"StringEquals":{"k:a":"1","k:b":"2"}}}"#,
        r#"{"Sid":"One","Effect":"Allow","Action":"s:*","Resource":"*","Condition":{"StringEquals":{"k:a":"0"},"Bool":{"k:c":"false"}}}"#,
        r#"{"Sid":"Tie","Effect":"Allow","Action":"s:*","Resource":"*","Condition":{"StringEquals":{"k:b":"0"}}}"#,
        r#"{"Sid":"Elsewhere","Effect":"Allow","Action":"s:*","Resource":"q/*"}"#,
    ]
    .map(str::to_owned);
    let sources =
        PolicySources { identity: vec![policy("p", &statements)], ..PolicySources::default() };
    let set = PolicySet::compile(&sources);
    let resource = ResourceValue::Known("r/x".into());
    let mut request = RequestContext::new(Principal::from_arn(ROLE), "s:Get", resource);
    request.set("k:c", ContextValue::one("false"));
    request.set("k:a", ContextValue::one("9"));
    let mut evaluator = set.evaluator();
    let NearMiss::Conditions { statement, failed } =
        evaluator.near_miss(&request, PolicyType::Identity)
    else {
        panic!("a statement covers action and resource");
    };
    assert_eq!(statement.statement.sid.as_deref(), Some("One"));
    let failed: Vec<_> = failed.iter().map(|f| (f.condition.key.as_str(), &f.observed)).collect();
    assert_eq!(failed, [("k:a", &ContextValue::one("9"))]);

    request.action = "t:Get".into();
    let mut evaluator = set.evaluator();
    assert_eq!(evaluator.near_miss(&request, PolicyType::Identity), NearMiss::Action);
}
