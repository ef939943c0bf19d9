//! The law of rows: a row gives back the request that was judged.

use std::collections::BTreeMap;

use cloudtrail::Record;
use iam_policy::{ContextValue, RequestContext};
use sagemaker_catalog::catalog;

use crate::actor::Actor;
use crate::call::Call;
use crate::judge::About;
use crate::replay::{Replay, Request};
use crate::target::{self, Bound, Facts, MANIFEST, TargetSet, Unjudged};

/// Checks that the rows of a record give back its requests.
pub(crate) fn check(record: &Record<'_>, actor: &Actor, replay: &Replay, facts: &Facts) {
    let policies = Err(Unjudged::Unbound);
    let bound = Bound { policies, record_rules: Vec::new(), exempt: None };
    let target = nobody();
    let about = About::new(record, actor, replay, &bound, &target);
    for (index, request) in (0_u32..).zip(&replay.requests) {
        check_row(&about.call(index, request, None, None), request, facts);
    }
}

/// A set that binds nobody.
fn nobody() -> TargetSet {
    let manifest = b"schema = 1\nrevision = 1\nname = \"nobody\"\n".to_vec();
    target::load(&BTreeMap::from([(MANIFEST.to_owned(), manifest)])).unwrap()
}

fn check_row(call: &Call, judged: &Request, facts: &Facts) {
    let restored = call.request(facts, catalog()).unwrap_or_else(|| panic!("{call:?}"));
    let shown = |request: &Request| {
        let mut bare = request.clone();
        bare.context.clear_keys();
        bare
    };
    assert_eq!(shown(&restored), shown(judged));
    let contexts = (&restored.context, &judged.context);
    for key in probes(contexts.0).chain(probes(contexts.1)) {
        assert_eq!(contexts.0.value(&key), contexts.1.value(&key), "{key} of {call:#?}");
    }
}

/// Every key that is set, and one of each family.
fn probes(context: &RequestContext) -> impl Iterator<Item = String> {
    let keys = context.keys().map(|(key, _)| key.to_owned());
    let families = context.families().flat_map(|(prefix, _): (&str, &ContextValue)| {
        [prefix.to_owned(), format!("{prefix}some-other")]
    });
    keys.chain(families)
}

/// A row of an earlier version does not tell enough, and nothing is made up for it.
#[test]
fn a_row_without_what_is_open_gives_no_request() {
    let record = crate::judge::tests::record("CreateTrainingJob", &[]);
    let record = cloudtrail::parse_record(record.as_bytes(), &cloudtrail::Limits::default());
    let record = record.unwrap();
    let (actor, facts) = (Actor::of(&record), Facts::default());
    let mut replay = Replay::default();
    replay.replay(&record, None, &actor, &facts, catalog());
    let policies = Err(Unjudged::Unbound);
    let bound = Bound { policies, record_rules: Vec::new(), exempt: None };
    let target = nobody();
    let about = About::new(&record, &actor, &replay, &bound, &target);
    let mut call = about.call(0, &replay.requests[0], None, None);
    assert!(call.request(&facts, catalog()).is_some());
    call.open_context = None;
    assert!(call.request(&facts, catalog()).is_none());
}
