//! Calls that look like drift and are none: they must give no finding.

use super::super::company::{
    BREAK_GLASS, PIPELINES_EU, Place, RESEARCH_EU, SCIENTIST_NLP, SCIENTIST_VISION, SERVING_EU,
};
use super::super::compliant;
use super::super::json::{Json, object};
use super::super::moment::Moment;
use super::super::operations::{
    Compute, ENDPOINT, NOTEBOOK_INSTANCE, Notebook, Operation, TRAINING_JOB, TrainingJob, change,
    list,
};
use super::super::random::Random;
use super::super::session::{Caller, Session};
use super::Plant;

pub(super) fn plants() -> Vec<Plant> {
    let families = [throttled(), incident(), root(), services()];
    families.into_iter().flatten().collect()
}

/// Throttled before anything was looked at.
fn throttled() -> Vec<Plant> {
    let why = "an unlisted type, throttled: it was never used";
    let job = |name, instance_type| {
        let compute = Compute::One(instance_type);
        TrainingJob { compute, ..compliant::research_training(&RESEARCH_EU, name) }.create()
    };
    vec![
        Plant::new(
            why,
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(12, 14, 1)),
            job("churn-7", "ml.p4d.24xlarge"),
        )
        .throttled(),
        Plant::new(
            why,
            (&SCIENTIST_VISION, &RESEARCH_EU, Moment::new(25, 10, 9)),
            job("vision-huge-3", "ml.p3.16xlarge"),
        )
        .throttled(),
    ]
}

/// The break-glass role is exempt.
fn incident() -> Vec<Plant> {
    let why = "the break-glass role, which is exempt";
    let notebook = Notebook {
        direct_internet: Some("Enabled"),
        root_access: Some("Enabled"),
        ..compliant::notebook(&SERVING_EU, "incident-0517")
    };
    let calls: [(&'static Place, u64, Operation); 4] = [
        (&SERVING_EU, 5, ENDPOINT.change("DeleteEndpoint", &SERVING_EU, "prod-legacy")),
        (&SERVING_EU, 15, notebook.create()),
        (
            &PIPELINES_EU,
            20,
            TRAINING_JOB.change("StopTrainingJob", &PIPELINES_EU, "churn-nightly-0517"),
        ),
        (&PIPELINES_EU, 32, list("ListTrainingJobs", Json::Null)),
    ];
    calls
        .map(|(place, minute, operation)| {
            Plant::new(why, (&BREAK_GLASS, place, Moment::new(17, 3, minute)), operation)
        })
        .into()
}

/// No identity policy restricts root, and no guardrail speaks of these calls.
fn root() -> Vec<Plant> {
    let why = "the root user";
    let place = &RESEARCH_EU;
    let calls = [
        list("ListNotebookInstances", Json::Null),
        NOTEBOOK_INSTANCE.change("StopNotebookInstance", place, "forgotten"),
    ];
    let at = Moment::new(4, 19, 30);
    calls
        .into_iter()
        .zip([at, at.after(120)])
        .map(|(operation, at)| {
            let random = Random::stream(&format!("root {at}"));
            let session = Session::open_for(Caller::Root, place, at.before(300), random);
            Plant::in_session(why, session, at, operation)
        })
        .collect()
}

/// AWS services under their own name have no policies to drift from.
fn services() -> Vec<Plant> {
    let place = &SERVING_EU;
    let capacity = object! { "variantName": "main", "desiredInstanceCount": 6 };
    let parameters = object! {
        "endpointName": "prod-search",
        "desiredWeightsAndCapacities": vec![capacity],
    };
    let arn = ENDPOINT.arn(place, "prod-search");
    let scale = change("UpdateEndpointWeightsAndCapacities", parameters, arn);
    [9, 16, 23]
        .map(|day| {
            let at = Moment::new(day, 18, 10);
            let random = Random::stream(&format!("service {at}"));
            let caller = Caller::Service("application-autoscaling.amazonaws.com");
            let session = Session::open_for(caller, place, at, random);
            Plant::in_session("an AWS service under its own name", session, at, scale.clone())
        })
        .into()
}
