//! How long a decision takes, policies compiled beforehand, beside the crate `iam-rs` in one run.
//!
//! `cargo bench -p iam-policy` prints time per iteration and, from the allocator it wraps, how often
//! memory was asked for. An iteration of `cases` is one decision on each
//! case that both evaluators run and agree on; of the others it is one decision.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::arithmetic_side_effects,
    reason = "a benchmark may fail loudly, and prints what it ran"
)]

use std::sync::Arc;

use divan::{AllocProfiler, Bencher, black_box, counter::ItemsCount};
use iam_policy::case::Case;
use iam_policy::{
    Decision, Dialect, Evaluator, Glob, NamedPolicy, PolicySet, PolicySources, parse,
};
use iam_reference::Generator;
use iam_rs::{IAMPolicy, IAMRequest, PolicyEvaluator};
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

/// Our own cases; those of other projects are not ours to time in public.
const CASES: &str = include_str!("../../../tests/cases/evaluator.jsonl");

/// How many cases of the generator are tried.
const GENERATED: u64 = 20_000;

fn main() {
    for corpus in CORPORA {
        let runnable = corpus.pairs();
        let statements: usize = runnable.iter().map(Pair::statements).sum();
        println!(
            "{corpus:?}: {} of {} cases run in both evaluators with one answer, {:.1} statements each",
            runnable.len(),
            corpus.lines().len(),
            statements as f64 / runnable.len() as f64
        );
    }
    divan::main();
}

const CORPORA: [Corpus; 5] =
    [Corpus::Own, Corpus::Samples, Corpus::Public, Corpus::Generated, Corpus::All];

/// Where cases come from.
#[derive(Clone, Copy, Debug)]
enum Corpus {
    /// Our own, one rule each.
    Own,
    /// Calls of data scientists against the policies of the samples.
    Samples,
    /// Those of other projects, which only a workplace with its data beside it has.
    Public,
    /// Those of the generator behind `cargo xtask differential`, cut to their identity-based
    /// policies, which is all the other evaluator knows, three and three put together.
    Generated,
    /// All of these.
    All,
}

impl Corpus {
    fn lines(self) -> Vec<String> {
        match self {
            Self::Own => CASES.lines().map(str::to_owned).collect(),
            Self::Samples => samples(),
            Self::Public => public(),
            Self::Generated => generated(),
            Self::All => [samples(), public(), generated()]
                .concat()
                .into_iter()
                .chain(Self::Own.lines())
                .collect(),
        }
    }

    /// The cases that both run, with one answer.
    fn pairs(self) -> Vec<Pair> {
        let lines = self.lines();
        let pairs = lines.iter().filter_map(|line| Pair::new(line));
        pairs.filter_map(|mut pair| pair.agrees().then_some(pair)).collect()
    }
}

/// The policies of a data scientist of the samples.
const POLICIES: [&str; 3] = [
    include_str!("../../../samples/policy-set/policies/read-only.json"),
    include_str!("../../../samples/policy-set/policies/data-scientist.json"),
    include_str!("../../../samples/policy-set/policies/team-nlp.json"),
];

const CALLS: [(&str, &str); 12] = [
    ("CreateTrainingJob", "training-job/nlp-churn-7"),
    ("DescribeTrainingJob", "training-job/nlp-churn-7"),
    ("StopTrainingJob", "training-job/vision-3"),
    ("CreateProcessingJob", "processing-job/nlp-clean-1"),
    ("CreateModel", "model/nlp-churn"),
    ("CreateEndpoint", "endpoint/nlp-churn"),
    ("DeleteEndpoint", "endpoint/nlp-churn"),
    ("CreateNotebookInstance", "notebook-instance/ana"),
    ("CreatePresignedNotebookInstanceUrl", "notebook-instance/ana"),
    ("InvokeEndpoint", "endpoint/nlp-churn"),
    ("AddTags", "model/nlp-churn"),
    ("DeleteDomain", "domain/d-1"),
];

fn samples() -> Vec<String> {
    let policies: Vec<Value> =
        POLICIES.iter().map(|text| serde_json::from_str(text).expect("a policy")).collect();
    let case = |(action, resource): &(&str, &str)| {
        let mut case = synthetic_case(json!([]));
        case["action"] = format!("sagemaker:{action}").into();
        case["resource"] = format!("arn:aws:sagemaker:eu-west-1:111122223333:{resource}").into();
        case["identityPolicies"] = policies.clone().into();
        case.to_string()
    };
    CALLS.iter().map(case).collect()
}

fn public() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/iam-cases");
    let files = ["iam-simulate.jsonl", "iam-simulate-unit.jsonl", "iamspy.jsonl"];
    let read = files.map(|file| std::fs::read_to_string(format!("{folder}/{file}")));
    let texts = read.into_iter().map(Result::unwrap_or_default);
    texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn generated() -> Vec<String> {
    let generator = Generator::new(7);
    let cases: Vec<Value> = (0..GENERATED).map(|index| generator.case(index)).collect();
    let together = |cases: &[Value]| {
        let mut case = cases[0].clone();
        let policies = cases.iter().filter_map(|case| case["identityPolicies"].as_array());
        case["identityPolicies"] = policies.flatten().cloned().collect();
        let object = case.as_object_mut().expect("a case is an object");
        for layer in ["permissionBoundaries", "scps", "rcps", "resourcePolicy"] {
            object.remove(layer);
        }
        for layer in ["sessionPolicies", "endpointPolicies"] {
            object.remove(layer);
        }
        case.to_string()
    };
    cases.chunks(3).map(together).collect()
}

/// One case, ready for both.
struct Pair {
    case: Case,
    ours: Evaluator<PolicySet>,
    theirs: PolicyEvaluator,
    their_request: IAMRequest,
}

impl Pair {
    fn statements(&self) -> usize {
        self.case.sources.identity.iter().map(|policy| policy.document.statements.len()).sum()
    }

    fn new(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        let case = Case::parse(line).ok()?;
        let only_identity = case.sources.boundary.is_none()
            && case.sources.scps.is_empty()
            && case.sources.resource.is_none()
            && case.sources.session.is_none()
            && case.sources.endpoint.is_none();
        let policies = value["identityPolicies"].as_array().filter(|_| only_identity)?;
        let policies: Result<Vec<IAMPolicy>, _> = policies
            .iter()
            .map(|policy| policy.get("policy").unwrap_or(policy))
            .map(|policy| serde_json::from_value(policy.clone()))
            .collect();
        let request = json!({
            "Principal": {"AWS": value["principal"]},
            "Action": value["action"],
            "Resource": value["resource"],
            "Context": value.get("context").cloned().unwrap_or(json!({})),
        });
        Some(Self {
            ours: Evaluator::new(PolicySet::compile(&case.sources)),
            case,
            theirs: PolicyEvaluator::with_policies(policies.ok()?),
            their_request: serde_json::from_value(request).ok()?,
        })
    }

    fn agrees(&mut self) -> bool {
        let theirs = self.theirs.evaluate(&self.their_request);
        let theirs = theirs.map(|result| match result.decision {
            iam_rs::Decision::Allow => Decision::Allowed,
            iam_rs::Decision::Deny => Decision::ExplicitlyDenied,
            iam_rs::Decision::NotApplicable => Decision::ImplicitlyDenied,
        });
        theirs.is_ok_and(|theirs| theirs == self.ours.decide(&self.case.request).decision())
    }
}

/// A statement in the manner of a data scientist's policy.
fn statement(index: usize, action: &str) -> Value {
    json!({
        "Sid": format!("S{index}"), "Effect": "Allow", "Action": [action, "sagemaker:List*"],
        "Resource": format!("arn:aws:sagemaker:*:111122223333:training-job/team{index}-*"),
        "Condition": {
            "ForAllValues:StringLike": {"sagemaker:InstanceTypes": ["ml.c5.*", "ml.m5.*"]},
            "Bool": {"sagemaker:NetworkIsolation": "true"},
            "StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}
        }
    })
}

fn synthetic_case(policies: Value) -> Value {
    json!({
        "name": "synthetic",
        "principal": "arn:aws:iam::111122223333:role/DataScientist",
        "action": "sagemaker:CreateTrainingJob",
        "resource": "*",
        "context": {
            "aws:PrincipalArn": "arn:aws:iam::111122223333:role/DataScientist",
            "aws:PrincipalAccount": "111122223333",
            "aws:RequestedRegion": "eu-west-1",
            "aws:SourceIp": "203.0.113.7",
            "aws:SecureTransport": true,
            "sagemaker:InstanceTypes": ["ml.c5.xlarge"],
            "sagemaker:NetworkIsolation": true,
            "sagemaker:VolumeKmsKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/1",
            "sagemaker:VpcSubnets": ["subnet-1", "subnet-2"],
            "sagemaker:MaxRuntimeInSeconds": 86400
        },
        "identityPolicies": policies,
    })
}

/// So many statements, of which so many name the action of the request; the last one allows it.
fn synthetic(statements: usize, naming: usize) -> Pair {
    let every = statements / naming;
    let all: Vec<Value> = (0..statements)
        .map(|index| match (index + 1) % every {
            0 => statement(index, "sagemaker:CreateTrainingJob"),
            _ => statement(index, &format!("sagemaker:CreateThing{index}")),
        })
        .collect();
    let last = statements - 1;
    let mut case = synthetic_case(json!([{"Version": "2012-10-17", "Statement": all}]));
    case["resource"] =
        format!("arn:aws:sagemaker:eu-west-1:111122223333:training-job/team{last}-churn").into();
    let mut pair = Pair::new(&case.to_string()).expect("a case");
    assert_eq!(pair.ours.decide(&pair.case.request).decision(), Decision::Allowed);
    // The other one refuses more than a thousand statements.
    assert!(statements > 1000 || pair.agrees(), "both allow it");
    pair
}

/// Statements, and how many of them name the action.
const SIZES: [(usize, usize); 4] = [(6, 1), (6, 6), (200, 4), (1000, 4)];

mod cases {
    use super::*;

    #[divan::bench(args = CORPORA)]
    fn decide(bencher: Bencher<'_, '_>, corpus: Corpus) {
        let mut pairs = corpus.pairs();
        bencher.counter(ItemsCount::new(pairs.len())).bench_local(|| {
            for pair in &mut pairs {
                black_box(pair.ours.decide(&pair.case.request));
            }
        });
    }

    #[divan::bench(args = CORPORA)]
    fn evaluate(bencher: Bencher<'_, '_>, corpus: Corpus) {
        let mut pairs = corpus.pairs();
        bencher.counter(ItemsCount::new(pairs.len())).bench_local(|| {
            for pair in &mut pairs {
                black_box(pair.ours.evaluate(&pair.case.request));
            }
        });
    }

    #[divan::bench(args = CORPORA)]
    fn iam_rs(bencher: Bencher<'_, '_>, corpus: Corpus) {
        let pairs = corpus.pairs();
        bencher.counter(ItemsCount::new(pairs.len())).bench_local(|| {
            for pair in &pairs {
                let _ = black_box(pair.theirs.evaluate(&pair.their_request));
            }
        });
    }
}

mod statements {
    use super::*;

    #[divan::bench(args = SIZES)]
    fn decide(bencher: Bencher<'_, '_>, (all, naming): (usize, usize)) {
        let mut pair = synthetic(all, naming);
        bencher.bench_local(|| pair.ours.decide(black_box(&pair.case.request)));
    }

    #[divan::bench(args = SIZES)]
    fn evaluate(bencher: Bencher<'_, '_>, (all, naming): (usize, usize)) {
        let mut pair = synthetic(all, naming);
        bencher.bench_local(|| pair.ours.evaluate(black_box(&pair.case.request)));
    }

    #[divan::bench(args = SIZES)]
    fn iam_rs(bencher: Bencher<'_, '_>, (all, naming): (usize, usize)) {
        let pair = synthetic(all, naming);
        bencher.bench_local(|| pair.theirs.evaluate(black_box(&pair.their_request)));
    }
}

/// Times must grow with the length, not with its square or worse.
mod hostile {
    use super::*;

    const LENGTHS: [usize; 4] = [1_000, 2_000, 4_000, 8_000];

    /// A backtracking matcher needs longer than the universe has been there.
    #[divan::bench(args = LENGTHS)]
    fn stars(bencher: Bencher<'_, '_>, length: usize) {
        let (glob, text) = (Glob::new(&format!("{}b*", "*a".repeat(200))), "a".repeat(length));
        bencher.bench_local(|| black_box(&glob).matches(black_box(&text)));
    }

    /// With `?` each place of the text may be tried against the run: text times pattern, and no
    /// more.
    #[divan::bench(args = LENGTHS)]
    fn stars_and_marks(bencher: Bencher<'_, '_>, length: usize) {
        let (glob, text) = (Glob::new(&format!("*{}b*", "a?".repeat(60))), "a".repeat(length));
        bencher.bench_local(|| black_box(&glob).matches(black_box(&text)));
    }

    /// Every statement names the action, and none covers the resource.
    #[divan::bench(args = [1_250, 2_500, 5_000, 10_000])]
    fn many_statements(bencher: Bencher<'_, '_>, count: usize) {
        let pair = synthetic(count, count);
        let sources: PolicySources = pair.case.sources.clone();
        let set = PolicySet::compile(&sources);
        let mut evaluator = set.evaluator();
        bencher.bench_local(|| evaluator.decide(black_box(&pair.case.request)));
    }

    /// From text to a compiled set.
    #[divan::bench(args = [1_250, 2_500, 5_000, 10_000])]
    fn parse_and_compile(bencher: Bencher<'_, '_>, count: usize) {
        let all: Vec<Value> = (0..count).map(|index| statement(index, "sagemaker:*")).collect();
        let text = json!({"Version": "2012-10-17", "Statement": all}).to_string();
        bencher.bench_local(|| {
            let document = parse(black_box(&text), Dialect::Identity).expect("a policy");
            let policy = NamedPolicy { name: "p".into(), document: Arc::new(document) };
            PolicySet::compile(&PolicySources { identity: vec![policy], ..Default::default() })
        });
    }
}
