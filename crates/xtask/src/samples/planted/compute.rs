//! Machines the policies do not list, and jobs that may run too long.

use super::super::company::{
    CHURN, DEPLOYER, NOTEBOOK, PIPELINES_EU, RANKING, RESEARCH_EU, RESEARCH_US, SCIENTIST_NLP,
    SCIENTIST_VISION, SERVING_EU, STUDIO,
};
use super::super::compliant;
use super::super::moment::Moment;
use super::super::operations::{
    App, Compute, EndpointConfig, ProcessingJob, TrainingJob, TransformJob, create_tuning_job,
};
use super::super::policies::{
    CHURN_PIPELINE, DATA_SCIENTIST, MODEL_DEPLOYER, NOTEBOOK_EXECUTION, RANKING_PIPELINE,
    STUDIO_USER,
};
use super::{Finding, Plant};

pub(super) fn plants() -> Vec<Plant> {
    let families = [people(), machines(), too_long(), two_at_once()];
    families.into_iter().flatten().collect()
}

const TYPES: &str = "sagemaker:InstanceTypes";

fn people() -> Vec<Plant> {
    let wrong = |policy, statement| Finding::misses("DRF101", policy, statement, TYPES);
    let scientist = || wrong(DATA_SCIENTIST, "EnforceInstanceType");
    let churn_7 = TrainingJob {
        compute: Compute::One("ml.p4d.24xlarge"),
        tags: vec![("project", "churn")],
        ..compliant::research_training(&RESEARCH_EU, "churn-7")
    };
    let tuning = TrainingJob {
        compute: Compute::One("ml.p3.16xlarge"),
        ..compliant::research_training(&RESEARCH_US, "nlp-tune-big")
    };
    let mixed = TrainingJob {
        compute: Compute::Groups(vec!["ml.m5.xlarge", "ml.p4d.24xlarge"]),
        ..compliant::research_training(&RESEARCH_EU, "vision-mixed-1")
    };
    let shelves = TrainingJob {
        compute: Compute::One("ml.g4dn.12xlarge"),
        ..compliant::photo_training(&RESEARCH_EU, "vision-shelves-3")
    };
    let processing = ProcessingJob {
        instance_type: "ml.r5.24xlarge",
        ..compliant::research_processing(&RESEARCH_EU, "vision-resize-2")
    };
    vec![
        Plant::new(
            "a training job (`churn-7`) on `ml.p4d.24xlarge`, which `EnforceInstanceType` does not list",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(12, 14, 3)),
            churn_7.create(),
        )
        .finds(scientist())
        .delivered_twice(),
        Plant::new(
            "a tuning job on `ml.p3.16xlarge`",
            (&SCIENTIST_NLP, &RESEARCH_US, Moment::new(6, 9, 41)),
            create_tuning_job(&tuning),
        )
        .finds(scientist()),
        Plant::new(
            "a training job on two types, of which `ml.p4d.24xlarge` is not listed",
            (&SCIENTIST_VISION, &RESEARCH_EU, Moment::new(8, 15, 12)),
            mixed.create(),
        )
        .finds(scientist()),
        Plant::new(
            "a training job on `ml.g4dn.12xlarge`",
            (&SCIENTIST_VISION, &RESEARCH_EU, Moment::new(19, 10, 27)),
            shelves.create(),
        )
        .finds(scientist()),
        Plant::new(
            "a processing job on `ml.r5.24xlarge`",
            (&SCIENTIST_VISION, &RESEARCH_EU, Moment::new(21, 16, 50)),
            processing.create(),
        )
        .finds(scientist()),
    ]
}

fn machines() -> Vec<Plant> {
    let wrong = |policy, statement| Finding::misses("DRF101", policy, statement, TYPES);
    let churn = TrainingJob {
        compute: Compute::One("ml.p3.2xlarge"),
        ..compliant::churn_training("churn-backfill-1")
    };
    let transform = TransformJob {
        instance_type: "ml.c5.18xlarge",
        ..compliant::churn_transform("churn-backfill-2", "churn-nightly-0513")
    };
    let ranking = TrainingJob {
        compute: Compute::One("ml.c6i.32xlarge"),
        ..compliant::ranking_training("ranking-experiment-4")
    };
    let config = |name, instance_type| EndpointConfig {
        instance_type,
        ..compliant::endpoint_config(name, "prod-search-0505-0001")
    };
    let app = App { instance_type: "ml.g5.4xlarge", ..compliant::app("pia-lund-lab") };
    let notebook = TrainingJob {
        compute: Compute::One("ml.m5.12xlarge"),
        ..compliant::notebook_training(&RESEARCH_EU, "try-train-large")
    };
    vec![
        Plant::new(
            "a training job on `ml.p3.2xlarge`",
            (&CHURN, &PIPELINES_EU, Moment::new(14, 12, 5)),
            churn.create(),
        )
        .finds(wrong(CHURN_PIPELINE, "TrainInsideVpc")),
        Plant::new(
            "a transform job on `ml.c5.18xlarge`",
            (&CHURN, &PIPELINES_EU, Moment::new(14, 13, 40)),
            transform.create(),
        )
        .finds(wrong(CHURN_PIPELINE, "ScoreCustomers")),
        Plant::new(
            "a training job on `ml.c6i.32xlarge`",
            (&RANKING, &PIPELINES_EU, Moment::new(22, 11, 18)),
            ranking.create(),
        )
        .finds(wrong(RANKING_PIPELINE, "TrainFromBuckets")),
        Plant::new(
            "an endpoint configuration on `ml.p3.8xlarge`",
            (&DEPLOYER, &SERVING_EU, Moment::new(7, 13, 31)),
            config("prod-search-gpu", "ml.p3.8xlarge").create(),
        )
        .finds(wrong(MODEL_DEPLOYER, "EncryptEndpointVolumes")),
        Plant::new(
            "an endpoint configuration on `ml.inf1.6xlarge`",
            (&DEPLOYER, &SERVING_EU, Moment::new(28, 10, 2)),
            config("prod-search-inf", "ml.inf1.6xlarge").create(),
        )
        .finds(wrong(MODEL_DEPLOYER, "EncryptEndpointVolumes")),
        Plant::new(
            "a training job on `ml.m5.12xlarge`",
            (&NOTEBOOK, &RESEARCH_EU, Moment::new(20, 17, 45)),
            notebook.create(),
        )
        .finds(wrong(NOTEBOOK_EXECUTION, "TrainFromNotebooks")),
        Plant::new(
            "an app on `ml.g5.4xlarge`",
            (&STUDIO, &RESEARCH_EU, Moment::new(13, 9, 33)),
            app.create(),
        )
        .calling(|session| session.through_endpoint_of(RESEARCH_EU.account))
        .finds(wrong(STUDIO_USER, "RunApprovedApps")),
    ]
}

fn too_long() -> Vec<Plant> {
    let week = TrainingJob {
        max_runtime: 5 * 86_400,
        ..compliant::notebook_training(&RESEARCH_EU, "try-train-week")
    };
    let days = ProcessingJob {
        max_runtime: 2 * 86_400,
        ..compliant::notebook_processing(&RESEARCH_EU, "try-process-days")
    };
    let found = || {
        let key = "sagemaker:MaxRuntimeInSeconds";
        Finding::misses("DRF119", NOTEBOOK_EXECUTION, "TrainFromNotebooks", key)
    };
    vec![
        Plant::new(
            "a training job that may run for five days",
            (&NOTEBOOK, &RESEARCH_EU, Moment::new(15, 18, 7)),
            week.create(),
        )
        .finds(found()),
        Plant::new(
            "a processing job that may run for two days",
            (&NOTEBOOK, &RESEARCH_EU, Moment::new(28, 12, 49)),
            days.create(),
        )
        .finds(found()),
    ]
}

/// Two conditions of the same Allow at once: each gives its code.
fn two_at_once() -> Vec<Plant> {
    let job = TrainingJob {
        compute: Compute::One("ml.p3.16xlarge"),
        isolation: false,
        ..compliant::churn_training("churn-urgent")
    };
    let found = |code, key| Finding::misses(code, CHURN_PIPELINE, "TrainInsideVpc", key);
    vec![
        Plant::new(
            "an unlisted type and no isolation in one job",
            (&CHURN, &PIPELINES_EU, Moment::new(29, 12, 27)),
            job.create(),
        )
        .finds(found("DRF101", TYPES))
        .finds(found("DRF103", "sagemaker:NetworkIsolation")),
    ]
}
