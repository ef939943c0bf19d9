//! Data scientists, Studio users, analysts and the platform team.

use super::super::company::{
    ADMIN, ANALYST, NOTEBOOK_EXECUTION, PIPELINES_EU, Place, Principal, RESEARCH_EU, RESEARCH_US,
    SCIENTIST_NLP, SCIENTIST_VISION, SERVING_EU, STUDIO, STUDIO_DOMAIN,
};
use super::super::compliant;
use super::super::json::{Json, object};
use super::super::moment::is_weekend;
use super::super::operations::{
    App, Compute, ENDPOINT, FEATURE_GROUP, MODEL, NOTEBOOK_INSTANCE, Operation, PIPELINE,
    PROCESSING_JOB, TRAINING_JOB, TRANSFORM_JOB, TUNING_JOB, WORKTEAM, add_tags, change,
    create_tuning_job, describe, list, open_notebook, open_studio,
};
use super::super::session::{Call, Desk, Network};
use super::{dated, desk};

pub(super) fn day(day: u64) -> Vec<Call> {
    let mut calls = Vec::new();
    let busy = !is_weekend(day);
    for team in &TEAMS {
        for turn in 0..if busy { 6 } else { 1 } {
            calls.extend(scientist(team, day, turn));
        }
    }
    for turn in 0..if busy { 5 } else { 1 } {
        calls.extend(studio(&STUDIO, day, turn));
    }
    for turn in 0..if busy { 3 } else { 0 } {
        calls.extend(analyst(day, turn));
    }
    if busy {
        calls.extend(admin(day));
    }
    calls
}

struct Team {
    who: &'static Principal,
    stem: &'static str,
    project: &'static str,
    sizes: &'static [&'static str],
}

static TEAMS: [Team; 2] = [
    Team {
        who: &SCIENTIST_NLP,
        stem: "nlp",
        project: "reviews",
        sizes: &["ml.g5.2xlarge", "ml.g5.xlarge", "ml.m5.4xlarge", "ml.c5.4xlarge"],
    },
    Team {
        who: &SCIENTIST_VISION,
        stem: "vision",
        project: "shelves",
        sizes: &["ml.g5.4xlarge", "ml.g5.12xlarge", "ml.g5.2xlarge", "ml.c5.9xlarge"],
    },
];

fn scientist(team: &'static Team, day: u64, turn: u64) -> Vec<Call> {
    // A third of the sessions is on the other side of the sea, where there is more capacity.
    let place: &'static Place = if turn == 3 || turn == 5 { &RESEARCH_US } else { &RESEARCH_EU };
    let mut desk = desk(team.who, place, day, (7, 17), turn);
    for _ in 0..2 {
        match desk.random().below(10) {
            0..=2 => train(&mut desk, team),
            3..=4 => process(&mut desk, team),
            5 => score(&mut desk, team),
            6 => tune(&mut desk, team),
            7 => work_in_notebook(&mut desk, team),
            _ => look_around(&mut desk, team),
        }
    }
    desk.calls
}

fn train(desk: &mut Desk, team: &Team) {
    let place = desk.session.place;
    let name = dated(desk, &format!("{}-train", team.stem));
    let from_files =
        team.stem == "vision" && place.region == "eu-west-1" && desk.random().chance(50);
    let mut job = if from_files {
        compliant::photo_training(place, &name)
    } else {
        compliant::research_training(place, &name)
    };
    job.compute = Compute::One(desk.random().pick(team.sizes));
    if desk.random().chance(60) {
        job.tags = vec![("project", team.project), ("team", team.stem)];
    }
    job.hidden_environment = desk.random().chance(10);
    desk.call(job.create());
    desk.poll(&TRAINING_JOB.describe(place, &name), 6);
    if desk.random().chance(15) {
        desk.call(TRAINING_JOB.change("StopTrainingJob", place, &name));
    }
}

fn process(desk: &mut Desk, team: &Team) {
    let place = desk.session.place;
    let name = dated(desk, &format!("{}-process", team.stem));
    let mut job = compliant::research_processing(place, &name);
    job.instance_type = desk.random().pick(&["ml.m5.2xlarge", "ml.m5.large", "ml.c5.2xlarge"]);
    desk.call(job.create());
    desk.poll(&PROCESSING_JOB.describe(place, &name), 4);
    if desk.random().chance(10) {
        desk.call(PROCESSING_JOB.change("StopProcessingJob", place, &name));
    }
}

fn score(desk: &mut Desk, team: &Team) {
    let place = desk.session.place;
    let model = dated(desk, &format!("{}-model", team.stem));
    let name = dated(desk, &format!("{}-score", team.stem));
    desk.call(compliant::research_model(place, &model, team.project).create());
    desk.call(compliant::research_transform(place, &name, &model).create());
    desk.poll(&TRANSFORM_JOB.describe(place, &name), 4);
    desk.call(MODEL.change("DeleteModel", place, &model));
}

fn tune(desk: &mut Desk, team: &Team) {
    let place = desk.session.place;
    let name = dated(desk, &format!("{}-tune", team.stem));
    desk.call(create_tuning_job(&compliant::research_training(place, &name)));
    desk.poll(&TUNING_JOB.describe(place, &name), 4);
    desk.call(TUNING_JOB.read("ListTrainingJobsForHyperParameterTuningJob", place, &name));
}

/// Notebooks open from the office only, so this session does not go through the endpoint.
fn work_in_notebook(desk: &mut Desk, team: &Team) {
    let place = desk.session.place;
    let name = format!("{}-notebook-{}", team.stem, desk.random().between(1, 4));
    let usual = desk.session.network.clone();
    desk.session.network = Network::Internet("203.0.113.21".to_owned());
    match desk.random().below(6) {
        0 => {
            let name = dated(desk, &format!("{}-notebook", team.stem));
            desk.call(compliant::notebook(place, &name).create());
        }
        1 => desk.call(compliant::notebook(place, &name).update()),
        _ => desk.call(NOTEBOOK_INSTANCE.change("StartNotebookInstance", place, &name)),
    }
    desk.poll(&NOTEBOOK_INSTANCE.describe(place, &name), 3);
    desk.call(open_notebook(place, &name));
    desk.wait(1800, 7200);
    desk.call(NOTEBOOK_INSTANCE.change("StopNotebookInstance", place, &name));
    desk.session.network = usual;
}

fn look_around(desk: &mut Desk, team: &Team) {
    let place = desk.session.place;
    let newest = object! { "sortBy": "CreationTime", "sortOrder": "Descending", "maxResults": 10 };
    desk.call(list("ListTrainingJobs", newest));
    desk.call(list("ListModels", Json::Null));
    desk.call(TRAINING_JOB.describe(place, &format!("{}-train-baseline", team.stem)));
    desk.call(list("Search", object! { "resource": "TrainingJob", "maxResults": 20 }));
    if desk.random().chance(30) {
        let arn = TRAINING_JOB.arn(place, &format!("{}-train-baseline", team.stem));
        desk.call(describe("ListTags", object! { "resourceArn": arn.clone() }, arn));
    }
}

fn studio(who: &'static Principal, day: u64, turn: u64) -> Vec<Call> {
    let place = &RESEARCH_EU;
    let mut desk = desk(who, place, day, (7, 16), turn);
    desk.session = desk.session.clone().through_endpoint_of(place.account);
    let person = desk.session.name.split('@').next().unwrap_or_default().replace('.', "-");
    desk.call(open_studio(place, &person));
    look_at_domain(&mut desk, &person);
    let (kind, instance_type) = desk.random().pick(&[
        ("JupyterLab", "ml.t3.medium"),
        ("JupyterLab", "ml.m5.2xlarge"),
        ("CodeEditor", "ml.t3.xlarge"),
        // Runs on whatever Studio has; its type is called `system`.
        ("JupyterServer", "system"),
    ]);
    let image = desk.random().pick(&["studio-base", "studio-torch"]);
    let app = App { place, space: format!("{person}-lab"), kind, instance_type, image };
    desk.call(app.create());
    desk.poll(&app.describe(), 4);
    desk.wait(3600, 14_400);
    desk.call(app.delete());
    desk.calls
}

fn look_at_domain(desk: &mut Desk, person: &str) {
    let place = desk.session.place;
    let domain = object! { "domainId": STUDIO_DOMAIN };
    let arn = place.arn(&format!("domain/{STUDIO_DOMAIN}"));
    desk.call(describe("DescribeDomain", domain, arn));
    let profile = object! { "domainId": STUDIO_DOMAIN, "userProfileName": person };
    let arn = place.arn(&format!("user-profile/{STUDIO_DOMAIN}/{person}"));
    desk.call(describe("DescribeUserProfile", profile, arn));
    desk.call(list("ListSpaces", object! { "domainIdEquals": STUDIO_DOMAIN, "maxResults": 50 }));
    desk.call(list("ListApps", object! { "domainIdEquals": STUDIO_DOMAIN, "maxResults": 50 }));
}

fn analyst(day: u64, turn: u64) -> Vec<Call> {
    if turn == 0 {
        return studio(&ANALYST, day, turn);
    }
    let place: &'static Place = if turn == 1 { &RESEARCH_EU } else { &SERVING_EU };
    let mut desk = desk(&ANALYST, place, day, (8, 16), turn);
    desk.call(list("ListEndpoints", Json::Null));
    let endpoint = desk.random().pick(&["prod-churn", "prod-ranking", "prod-search"]);
    desk.call(ENDPOINT.describe(place, endpoint));
    desk.call(list("ListTrainingJobs", object! { "maxResults": 100 }));
    desk.call(list("ListFeatureGroups", object! { "maxResults": 50 }));
    desk.call(FEATURE_GROUP.describe(place, "churn-customers"));
    desk.call(list("Search", object! { "resource": "Endpoint", "maxResults": 20 }));
    desk.calls
}

fn admin(day: u64) -> Vec<Call> {
    let task = day % 5;
    let place: &'static Place = match task {
        1 => &SERVING_EU,
        2 | 3 => &PIPELINES_EU,
        _ => &RESEARCH_EU,
    };
    let mut desk = desk(&ADMIN, place, day, (8, 15), 0);
    desk.call(list("ListDomains", Json::Null));
    match task {
        0 => add_profile(&mut desk),
        1 => tag_endpoint(&mut desk),
        2 => desk.call(WORKTEAM.describe(place, "reviewers")),
        3 => publish_pipeline(&mut desk),
        _ => remove_notebook(&mut desk),
    }
    desk.calls
}

fn add_profile(desk: &mut Desk) {
    let place = desk.session.place;
    let person = format!("newcomer-{}", desk.random().between(10, 99));
    let arn = place.arn(&format!("user-profile/{STUDIO_DOMAIN}/{person}"));
    let parameters = object! {
        "domainId": STUDIO_DOMAIN,
        "userProfileName": person,
        "userSettings": object! { "executionRole": place.role(NOTEBOOK_EXECUTION) },
    };
    let response = object! { "userProfileArn": arn.clone() };
    desk.call(Operation { response, ..change("CreateUserProfile", parameters, arn) });
}

fn tag_endpoint(desk: &mut Desk) {
    let arn = ENDPOINT.arn(desk.session.place, "prod-search");
    desk.call(add_tags(arn, &vec![("owner", "search"), ("cost-centre", "cc-204")]));
}

/// A pipeline's role is passed by whoever publishes the pipeline.
fn publish_pipeline(desk: &mut Desk) {
    let place = desk.session.place;
    let parameters = object! {
        "pipelineName": "churn-nightly",
        "pipelineDefinition": "HIDDEN_DUE_TO_SECURITY_REASONS",
        "roleArn": place.role("/ml/pipelines/ChurnPipeline"),
    };
    desk.call(change("UpdatePipeline", parameters, PIPELINE.arn(place, "churn-nightly")));
}

fn remove_notebook(desk: &mut Desk) {
    let place = desk.session.place;
    let name = dated(desk, "old-notebook");
    desk.call(NOTEBOOK_INSTANCE.describe(place, &name));
    desk.call(NOTEBOOK_INSTANCE.change("DeleteNotebookInstance", place, &name));
}
