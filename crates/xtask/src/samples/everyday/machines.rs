//! Pipelines, deployments, containers and the labelling batch.

use super::super::company::{
    AUTO_SCALING, CHURN, DEPLOYER, LABELER, NOTEBOOK, PIPELINES_EU, Place, Principal, RANKING,
    RESEARCH_EU, SERVING_EU, TRAINING_CONTAINER, TRAINING_EXECUTION,
};
use super::super::compliant;
use super::super::json::{Json, object};
use super::super::moment::is_weekend;
use super::super::operations::{
    ENDPOINT, ENDPOINT_CONFIG, LABELING_JOB, MODEL, Operation, PIPELINE, PROCESSING_JOB,
    TRAINING_JOB, TRANSFORM_JOB, TUNING_JOB, batch_put_metrics, change, create_endpoint,
    create_labeling_job, create_tuning_job, describe, list, update_endpoint,
};
use super::super::session::{Call, Desk};
use super::{dated, desk};

/// The company's own reviewers.
pub(in super::super) const REVIEWERS: &str =
    "arn:aws:sagemaker:eu-west-1:444455556666:workteam/private-crowd/reviewers";

pub(super) fn day(day: u64) -> Vec<Call> {
    let mut calls = Vec::new();
    calls.extend(churn(day));
    for turn in 0..2 {
        calls.extend(ranking(day, turn));
    }
    for place in [&RESEARCH_EU, &PIPELINES_EU] as [&'static Place; 2] {
        for turn in 0..2 {
            calls.extend(container(place, day, turn));
        }
    }
    calls.extend(auto_scaling(day));
    if !is_weekend(day) {
        calls.extend(deploy(day));
        for turn in 0..3 {
            calls.extend(notebook(day, turn));
        }
        calls.extend(labels(day));
    }
    calls
}

/// A pipeline is started by its schedule; its steps are then run by SageMaker in its name.
fn start_pipeline(who: &'static Principal, name: &str, day: u64, hour: u64, turn: u64) -> Desk {
    let place = &PIPELINES_EU;
    let mut desk = desk(who, place, day, (hour, hour), turn);
    desk.call(start(place, name));
    desk.session = desk.session.clone().via_sagemaker();
    desk
}

fn start(place: &Place, name: &str) -> Operation {
    let arn = PIPELINE.arn(place, name);
    let response = object! { "pipelineExecutionArn": format!("{arn}/execution/4fz8k1q7w2rt") };
    Operation { response, ..PIPELINE.change("StartPipelineExecution", place, name) }
}

/// At the end the schedule looks how it went.
fn finish_pipeline(mut desk: Desk, name: &str) -> Vec<Call> {
    let execution = format!("{}/execution/4fz8k1q7w2rt", PIPELINE.arn(desk.session.place, name));
    let parameters = object! { "pipelineExecutionArn": execution.clone() };
    desk.call(describe("DescribePipelineExecution", parameters.clone(), execution.clone()));
    desk.call(describe("ListPipelineExecutionSteps", parameters, execution));
    desk.calls
}

fn churn(day: u64) -> Vec<Call> {
    let place = &PIPELINES_EU;
    let mut desk = start_pipeline(&CHURN, "churn-nightly", day, 2, 0);
    let name = format!("churn-nightly-05{day:02}");
    desk.call(compliant::churn_processing(&name).create());
    desk.poll(&PROCESSING_JOB.describe(place, &name), 4);
    desk.call(compliant::churn_training(&name).create());
    desk.poll(&TRAINING_JOB.describe(place, &name), 6);
    desk.call(churn_model(&name));
    desk.call(compliant::churn_transform(&name, &name).create());
    desk.poll(&TRANSFORM_JOB.describe(place, &name), 4);
    if day % 7 == 5 {
        desk.call(register_package(place));
        desk.call(compliant::features("churn", &format!("churn-customers-05{day:02}")).create());
    }
    finish_pipeline(desk, "churn-nightly")
}

fn churn_model(name: &str) -> Operation {
    compliant::research_model(&PIPELINES_EU, name, "churn").create()
}

/// The instance types in it are what the model could run on, not what runs.
fn register_package(place: &Place) -> Operation {
    let container = object! { "image": place.image("serve:2.3") };
    let specification = object! {
        "containers": vec![container],
        "supportedRealtimeInferenceInstanceTypes": vec!["ml.m5.large", "ml.m5.xlarge"],
        "supportedContentTypes": vec!["text/csv"],
        "supportedResponseMIMETypes": vec!["text/csv"],
    };
    let parameters = object! {
        "modelPackageGroupName": "churn-models",
        "inferenceSpecification": specification,
        "modelApprovalStatus": "PendingManualApproval",
    };
    let arn = place.arn("model-package/churn-models/12");
    let response = object! { "modelPackageArn": arn.clone() };
    Operation { response, ..change("CreateModelPackage", parameters, arn) }
}

fn ranking(day: u64, turn: u64) -> Vec<Call> {
    let place = &PIPELINES_EU;
    let hour = if turn == 0 { 4 } else { 16 };
    let mut desk = start_pipeline(&RANKING, "ranking-refresh", day, hour, turn);
    let name = format!("ranking-05{day:02}-{turn}");
    desk.call(compliant::ranking_processing(&name).create());
    desk.poll(&PROCESSING_JOB.describe(place, &name), 3);
    let job = if turn == 0 {
        compliant::ranking_training(&name)
    } else {
        compliant::click_training(&name)
    };
    desk.call(job.create());
    desk.poll(&TRAINING_JOB.describe(place, &name), 5);
    if day % 7 == 3 && turn == 0 {
        let name = format!("ranking-tune-05{day:02}");
        desk.call(create_tuning_job(&compliant::ranking_training(&name)));
        desk.poll(&TUNING_JOB.describe(place, &name), 5);
        desk.call(compliant::features("ranking", &format!("ranking-items-05{day:02}")).create());
    }
    desk.call(compliant::research_model(place, &name, "ranking").create());
    finish_pipeline(desk, "ranking-refresh")
}

/// A training container sends its metrics.
fn container(place: &'static Place, day: u64, turn: u64) -> Vec<Call> {
    let mut desk = desk(&TRAINING_CONTAINER, place, day, (3, 19), turn);
    let component = dated(&mut desk, "epoch");
    let job = dated(&mut desk, "job");
    desk.call(TRAINING_JOB.describe(place, &job));
    desk.poll(&batch_put_metrics(place, &component), 12);
    desk.calls
}

/// Scaling an endpoint up in the morning and down at night, with a role AWS made for itself.
fn auto_scaling(day: u64) -> Vec<Call> {
    let place = &SERVING_EU;
    let mut desk = desk(&AUTO_SCALING, place, day, (6, 6), 0);
    desk.call(ENDPOINT.describe(place, "prod-ranking"));
    let capacity = object! { "variantName": "main", "desiredInstanceCount": 4 };
    let parameters = object! {
        "endpointName": "prod-ranking",
        "desiredWeightsAndCapacities": vec![capacity],
    };
    let arn = ENDPOINT.arn(place, "prod-ranking");
    desk.call(change("UpdateEndpointWeightsAndCapacities", parameters, arn));
    desk.calls
}

fn deploy(day: u64) -> Vec<Call> {
    let place = &SERVING_EU;
    let mut desk = desk(&DEPLOYER, place, day, (9, 14), 0);
    let project = desk.random().pick(&["churn", "ranking", "search"]);
    let name = format!("prod-{project}");
    let model = dated(&mut desk, &name);
    desk.call(compliant::serving_model(&model, project).create());
    let mut config = compliant::endpoint_config(&model, &model);
    config.instance_type = desk.random().pick(&["ml.m5.xlarge", "ml.c5.2xlarge"]);
    if desk.random().chance(50) {
        config.tags = vec![("project", project)];
    }
    desk.call(config.create());
    if day % 7 == 4 {
        let name = dated(&mut desk, &name);
        desk.call(create_endpoint(place, &name, &model, &vec![("project", project)]));
        desk.poll(&ENDPOINT.describe(place, &name), 5);
        desk.call(ENDPOINT.change("DeleteEndpoint", place, &name));
    }
    desk.call(update_endpoint(place, &name, &model));
    desk.poll(&ENDPOINT.describe(place, &name), 6);
    retire(&mut desk, &name);
    desk.calls
}

fn retire(desk: &mut Desk, name: &str) {
    let place = desk.session.place;
    let old = dated(desk, &format!("{name}-old"));
    desk.call(list("ListEndpointConfigs", object! { "nameContains": name, "maxResults": 50 }));
    desk.call(ENDPOINT_CONFIG.change("DeleteEndpointConfig", place, &old));
    desk.call(MODEL.change("DeleteModel", place, &old));
}

/// Code in a notebook: small jobs, and its own bookkeeping.
fn notebook(day: u64, turn: u64) -> Vec<Call> {
    let place = &RESEARCH_EU;
    let mut desk = desk(&NOTEBOOK, place, day, (8, 17), turn);
    if desk.random().chance(60) {
        let name = dated(&mut desk, "try-train");
        let mut job = compliant::notebook_training(place, &name);
        if desk.random().chance(30) {
            job.tags = vec![("team", "nlp")];
        }
        desk.call(job.create());
        desk.poll(&TRAINING_JOB.describe(place, &name), 4);
    } else {
        let name = dated(&mut desk, "try-process");
        desk.call(compliant::notebook_processing(place, &name).create());
        desk.poll(&PROCESSING_JOB.describe(place, &name), 3);
    }
    let component = dated(&mut desk, "try-component");
    let parameters = object! { "trialComponentName": component.clone(), "displayName": "try" };
    let arn = place.arn(&format!("experiment-trial-component/{component}"));
    desk.call(change("CreateTrialComponent", parameters, arn));
    desk.poll(&batch_put_metrics(place, &component), 6);
    desk.call(list("ListModels", Json::Null));
    desk.calls
}

fn labels(day: u64) -> Vec<Call> {
    let place = &PIPELINES_EU;
    let mut desk = desk(&LABELER, place, day, (5, 6), 0);
    let name = dated(&mut desk, "shelf-labels");
    desk.call(create_labeling_job(place, &name, REVIEWERS, TRAINING_EXECUTION));
    desk.poll(&LABELING_JOB.describe(place, &name), 4);
    desk.calls
}
