//! Calls for which the action, the resource or the role is not granted, and callers nobody bound.

use super::super::company::{
    ADMIN, ANALYST, CHURN, CONSULTANT, DEPLOYER, LABELER, NOTEBOOK, NOTEBOOK_EXECUTION,
    PIPELINES_EU, RESEARCH_EU, SCIENTIST_NLP, SCIENTIST_VISION, SERVING_EU, STUDIO,
    TRAINING_CONTAINER,
};
use super::super::compliant;
use super::super::json::{Json, object};
use super::super::moment::Moment;
use super::super::operations::{
    ENDPOINT, FEATURE_GROUP, MODEL, Model, NOTEBOOK_INSTANCE, Operation, PROCESSING_JOB,
    TRAINING_JOB, TrainingJob, Vpc, change, list, open_notebook, open_studio, update_endpoint,
};
use super::super::policies::{
    BOUNDARY, CHURN_PIPELINE, DATA_SCIENTIST, GUARDRAIL, LABELING, MODEL_DEPLOYER, PLATFORM_ADMIN,
    TEAM_NLP, TEAM_VISION,
};
use super::{Finding, Plant, Verdict};

pub(super) fn plants() -> Vec<Plant> {
    let families = [actions(), resources(), forbidden(), passed_roles(), unbound()];
    families.into_iter().flatten().collect()
}

fn actions() -> Vec<Plant> {
    let nowhere = || Finding::primary("DRF110", Verdict::nowhere());
    let transform =
        compliant::research_transform(&RESEARCH_EU, "studio-side-job", "nlp-model-baseline");
    vec![
        Plant::new(
            "a training container that looks at other jobs",
            (&TRAINING_CONTAINER, &RESEARCH_EU, Moment::new(9, 3, 12)),
            list("ListTrainingJobs", Json::Null),
        )
        .finds(nowhere()),
        Plant::new(
            "a training container that opens a notebook",
            (&TRAINING_CONTAINER, &RESEARCH_EU, Moment::new(9, 3, 14)),
            open_notebook(&RESEARCH_EU, "nlp-notebook-1"),
        )
        .finds(nowhere())
        .delivered_twice(),
        Plant::new(
            "an analyst who deletes an endpoint",
            (&ANALYST, &SERVING_EU, Moment::new(12, 15, 38)),
            ENDPOINT.change("DeleteEndpoint", &SERVING_EU, "prod-legacy"),
        )
        .finds(nowhere()),
        Plant::new(
            "a batch job started from Studio",
            (&STUDIO, &RESEARCH_EU, Moment::new(20, 11, 5)),
            transform.create(),
        )
        .finds(nowhere()),
        Plant::new(
            "a data scientist who changes an endpoint; its configuration is checked too",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(14, 17, 24)),
            update_endpoint(&RESEARCH_EU, "nlp-demo", "nlp-demo-2"),
        )
        .finds(nowhere())
        .finds(Finding::extra_resource("DRF110", Verdict::nowhere())),
        Plant::new(
            "a notebook deleted: the policy grants it, the boundary does not",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(22, 18, 9)),
            NOTEBOOK_INSTANCE.change("DeleteNotebookInstance", &RESEARCH_EU, "nlp-notebook-3"),
        )
        .finds(nowhere()),
        Plant::new(
            "the labelling batch stops a training job",
            (&LABELER, &PIPELINES_EU, Moment::new(19, 6, 44)),
            TRAINING_JOB.change("StopTrainingJob", &PIPELINES_EU, "churn-nightly-0519"),
        )
        .finds(nowhere()),
    ]
}

fn resources() -> Vec<Plant> {
    let outside =
        |policy, statement| Finding::primary("DRF111", Verdict::out_of_scope(policy, statement));
    let foreign_name = compliant::churn_training("ranking-by-churn");
    vec![
        Plant::new(
            "another team's training job stopped",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(8, 12, 31)),
            TRAINING_JOB.change("StopTrainingJob", &RESEARCH_EU, "vision-train-0508-4410"),
        )
        .finds(outside(TEAM_NLP, "StopOwnJobs")),
        Plant::new(
            "another team's processing job stopped",
            (&SCIENTIST_VISION, &RESEARCH_EU, Moment::new(15, 9, 57)),
            PROCESSING_JOB.change("StopProcessingJob", &RESEARCH_EU, "nlp-process-0515-0072"),
        )
        .finds(outside(TEAM_VISION, "StopOwnJobs")),
        Plant::new(
            "a training job under another pipeline's name",
            (&CHURN, &PIPELINES_EU, Moment::new(16, 12, 20)),
            foreign_name.create(),
        )
        .finds(outside(CHURN_PIPELINE, "TrainInsideVpc")),
        Plant::new(
            "a production endpoint given a sandbox configuration",
            (&DEPLOYER, &SERVING_EU, Moment::new(19, 16, 48)),
            update_endpoint(&SERVING_EU, "prod-churn", "sandbox-churn-3"),
        )
        .finds(Finding::extra_resource(
            "DRF111",
            Verdict::out_of_scope(MODEL_DEPLOYER, "UpdateProduction"),
        )),
        Plant::new(
            "a canary endpoint changed by the production job",
            (&DEPLOYER, &SERVING_EU, Moment::new(27, 9, 39)),
            update_endpoint(&SERVING_EU, "canary-churn", "prod-churn-0526-0001"),
        )
        .finds(outside(MODEL_DEPLOYER, "UpdateProduction")),
    ]
}

fn forbidden() -> Vec<Plant> {
    let by = |policy, statement| Finding::primary("DRF112", Verdict::forbidden(policy, statement));
    let guardrail = || by(GUARDRAIL, "ProtectDomainsAndFeatures");
    vec![
        Plant::new(
            "a feature group deleted, which the guardrail forbids everybody",
            (&ADMIN, &PIPELINES_EU, Moment::new(12, 10, 6)),
            FEATURE_GROUP.change("DeleteFeatureGroup", &PIPELINES_EU, "churn-customers-old"),
        )
        .finds(guardrail()),
        Plant::new(
            "a Studio domain deleted, which the guardrail forbids everybody",
            (&ADMIN, &RESEARCH_EU, Moment::new(25, 17, 50)),
            delete_domain(),
        )
        .finds(guardrail()),
        Plant::new(
            "a cluster created from a notebook, which the boundary forbids",
            (&NOTEBOOK, &RESEARCH_EU, Moment::new(18, 10, 58)),
            create_cluster("nlp-cluster"),
        )
        .finds(by(BOUNDARY, "NoClusters")),
    ]
}

fn delete_domain() -> Operation {
    let domain = "d-3n5p8r1t6v9y";
    let arn = RESEARCH_EU.arn(&format!("domain/{domain}"));
    change("DeleteDomain", object! { "domainId": domain }, arn)
}

/// Its id is not known before it exists.
fn create_cluster(name: &str) -> Operation {
    let place = &RESEARCH_EU;
    let lifecycle = object! {
        "sourceS3Uri": format!("s3://{}/cluster", place.bucket("artifacts")),
        "onCreate": "on_create.sh",
    };
    let group = object! {
        "instanceGroupName": "workers",
        "instanceType": "ml.g5.48xlarge",
        "instanceCount": 8,
        "executionRole": place.role(NOTEBOOK_EXECUTION),
        "lifeCycleConfig": lifecycle,
    };
    let [subnet, other_subnet] = place.subnets;
    let network = object! {
        "securityGroupIds": vec![place.group],
        "subnets": vec![subnet, other_subnet],
    };
    let parameters = object! {
        "clusterName": name,
        "instanceGroups": vec![group],
        "vpcConfig": network,
    };
    let response = object! { "clusterArn": place.arn("cluster/k3v7x2m9q5w1") };
    Operation { response, ..change("CreateCluster", parameters, place.arn("cluster/*")) }
}

/// The role of the platform team, which no job should ever have.
const ADMIN_ROLE: &str = "/admin/PlatformAdmin";

fn passed_roles() -> Vec<Plant> {
    let wrong =
        |policy, statement| Finding::pass_role("DRF113", Verdict::out_of_scope(policy, statement));
    let training = TrainingJob {
        role: ADMIN_ROLE,
        ..compliant::research_training(&RESEARCH_EU, "nlp-all-buckets")
    };
    let model = Model {
        role: "/ci/ModelDeployer",
        ..compliant::serving_model("prod-search-self", "search")
    };
    let churn = TrainingJob {
        role: "/ml/pipelines/RankingPipeline",
        ..compliant::churn_training("churn-as-ranking")
    };
    vec![
        Plant::new(
            "the platform team's role passed to a training job",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(7, 10, 53)),
            training.create(),
        )
        .finds(wrong(DATA_SCIENTIST, "PassExecutionRoles")),
        Plant::new(
            "the deployment job's own role passed to a model",
            (&DEPLOYER, &SERVING_EU, Moment::new(14, 14, 28)),
            model.create(),
        )
        .finds(wrong(MODEL_DEPLOYER, "PassExecutionRoles")),
        Plant::new(
            "another pipeline's role passed to a training job",
            (&CHURN, &PIPELINES_EU, Moment::new(23, 12, 7)),
            churn.create(),
        )
        .finds(wrong(CHURN_PIPELINE, "PassExecutionRoles")),
        Plant::new(
            "the platform team's role passed to a Studio domain",
            (&ADMIN, &SERVING_EU, Moment::new(20, 9, 16)),
            create_domain(),
        )
        .finds(wrong(PLATFORM_ADMIN, "PassPlatformRoles")),
        Plant::new(
            "the labelling batch passes a role of people",
            (&LABELER, &PIPELINES_EU, Moment::new(22, 6, 25)),
            labels_with_foreign_role(),
        )
        .finds(wrong(LABELING, "PassExecutionRoles")),
    ]
}

fn labels_with_foreign_role() -> Operation {
    let team = "arn:aws:sagemaker:eu-west-1:444455556666:workteam/private-crowd/reviewers";
    super::super::operations::create_labeling_job(
        &PIPELINES_EU,
        "shelf-labels-admin",
        team,
        ADMIN_ROLE,
    )
}

fn create_domain() -> Operation {
    let place = &SERVING_EU;
    let Vpc { subnets, groups } = Vpc::of(place);
    let settings = object! { "executionRole": place.role(ADMIN_ROLE), "securityGroups": groups };
    let parameters = object! {
        "domainName": "serving-debug",
        "authMode": "IAM",
        "defaultUserSettings": settings,
        "subnetIds": subnets,
        "vpcId": place.account.vpc,
        "appNetworkAccessType": "VpcOnly",
        "kmsKeyId": place.key(),
    };
    let response = object! { "domainArn": place.arn("domain/d-6h1j4l7n0p3s") };
    Operation { response, ..change("CreateDomain", parameters, place.arn("domain/*")) }
}

/// Somebody made a role for a consultant and told nobody.
fn unbound() -> Vec<Plant> {
    let place = &RESEARCH_EU;
    let why = "a call by a role no binding covers";
    let calls = [
        (6, 9, list("ListModels", Json::Null)),
        (6, 10, MODEL.describe(place, "nlp-model-baseline")),
        (7, 14, list("ListTrainingJobs", object! { "maxResults": 100 })),
        (7, 15, TRAINING_JOB.describe(place, "vision-train-baseline")),
        (13, 11, open_studio(place, "contractor-2")),
        (20, 13, TRAINING_JOB.change("StopTrainingJob", place, "nlp-train-0520-1180")),
        (27, 10, FEATURE_GROUP.describe(place, "churn-customers")),
    ];
    let found = || Finding::primary("DRF120", Verdict::default());
    calls
        .map(|(day, hour, operation)| {
            Plant::new(why, (&CONSULTANT, place, Moment::new(day, hour, 35)), operation)
                .finds(found())
        })
        .into()
}
