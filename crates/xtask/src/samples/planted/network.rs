//! Jobs in the wrong network or open to it, and calls from the wrong place or in it.

use super::super::company::{
    ANALYST, CHURN, NOTEBOOK, PIPELINES_EU, RESEARCH_EU, RESEARCH_FAR, RESEARCH_US, SCIENTIST_NLP,
    SCIENTIST_VISION, STUDIO,
};
use super::super::compliant;
use super::super::json::{Json, object};
use super::super::moment::Moment;
use super::super::operations::{
    Model, ProcessingJob, TrainingJob, Vpc, list, open_notebook, open_studio,
};
use super::super::policies::{
    CHURN_PIPELINE, DATA_SCIENTIST, GUARDRAIL, NOTEBOOK_EXECUTION, STUDIO_USER,
};
use super::{Finding, Plant, Verdict};

pub(super) fn plants() -> Vec<Plant> {
    let families = [networks(), isolation(), source_networks(), regions()];
    families.into_iter().flatten().collect()
}

fn networks() -> Vec<Plant> {
    let no_vpc =
        TrainingJob { vpc: None, ..compliant::research_training(&RESEARCH_EU, "nlp-quick-test") };
    let no_vpc_either = ProcessingJob {
        vpc: None,
        ..compliant::research_processing(&RESEARCH_US, "vision-quick-look")
    };
    let subnet = TrainingJob {
        vpc: Some(Vpc { subnets: vec!["subnet-0c9d8e7f6a5b41302"], ..Vpc::of(&RESEARCH_EU) }),
        ..compliant::research_training(&RESEARCH_EU, "vision-lab-net")
    };
    let groups = |group| Some(Vpc { groups: vec![group], ..Vpc::of(&PIPELINES_EU) });
    let group = TrainingJob {
        vpc: groups("sg-0d1e2f3a4b5c69788"),
        ..compliant::churn_training("churn-open-group")
    };
    let other_group = ProcessingJob {
        vpc: groups("sg-0e2f3a4b5c6d79899"),
        ..compliant::churn_processing("churn-open-group-2")
    };
    vec![
        Plant::new(
            "a training job outside any VPC",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(5, 11, 9)),
            no_vpc.create(),
        )
        .finds(Finding::forbidden(
            "DRF102",
            DATA_SCIENTIST,
            "RequireVpc",
            "sagemaker:VpcSubnets",
        )),
        Plant::new(
            "a processing job outside any VPC",
            (&SCIENTIST_VISION, &RESEARCH_US, Moment::new(15, 14, 20)),
            no_vpc_either.create(),
        )
        .finds(Finding::forbidden(
            "DRF102",
            DATA_SCIENTIST,
            "RequireVpc",
            "sagemaker:VpcSubnets",
        )),
        Plant::new(
            "a training job in a subnet that is not ours",
            (&SCIENTIST_VISION, &RESEARCH_EU, Moment::new(26, 8, 55)),
            subnet.create(),
        )
        .finds(Finding::forbidden(
            "DRF102",
            DATA_SCIENTIST,
            "KeepInsideSubnets",
            "sagemaker:VpcSubnets",
        )),
        Plant::new(
            "a training job in an unlisted security group",
            (&CHURN, &PIPELINES_EU, Moment::new(9, 12, 44)),
            group.create(),
        )
        .finds(Finding::misses(
            "DRF102",
            CHURN_PIPELINE,
            "TrainInsideVpc",
            "sagemaker:VpcSecurityGroupIds",
        )),
        Plant::new(
            "a processing job in an unlisted security group",
            (&CHURN, &PIPELINES_EU, Moment::new(27, 12, 16)),
            other_group.create(),
        )
        .finds(Finding::misses(
            "DRF102",
            CHURN_PIPELINE,
            "TrainInsideVpc",
            "sagemaker:VpcSecurityGroupIds",
        )),
    ]
}

fn isolation() -> Vec<Plant> {
    let open = |job: TrainingJob| TrainingJob { isolation: false, ..job };
    let clear = TrainingJob {
        traffic_encryption: false,
        ..compliant::notebook_training(&RESEARCH_EU, "try-train-clear")
    };
    let clear_too = ProcessingJob {
        traffic_encryption: false,
        ..compliant::notebook_processing(&RESEARCH_EU, "try-process-clear")
    };
    vec![
        Plant::new(
            "a training job without network isolation",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(11, 10, 38)),
            open(compliant::research_training(&RESEARCH_EU, "nlp-download-model")).create(),
        )
        .finds(Finding::forbidden(
            "DRF103",
            DATA_SCIENTIST,
            "EnforceIsolation",
            "sagemaker:NetworkIsolation",
        )),
        Plant::new(
            "a training job without network isolation",
            (&CHURN, &PIPELINES_EU, Moment::new(18, 12, 52)),
            open(compliant::churn_training("churn-with-network")).create(),
        )
        .finds(Finding::misses(
            "DRF103",
            CHURN_PIPELINE,
            "TrainInsideVpc",
            "sagemaker:NetworkIsolation",
        )),
        Plant::new(
            "a training job with clear traffic between its machines",
            (&NOTEBOOK, &RESEARCH_EU, Moment::new(6, 15, 26)),
            clear.create(),
        )
        .finds(Finding::misses(
            "DRF103",
            NOTEBOOK_EXECUTION,
            "TrainFromNotebooks",
            "sagemaker:InterContainerTrafficEncryption",
        )),
        Plant::new(
            "a processing job with clear traffic between its machines",
            (&NOTEBOOK, &RESEARCH_EU, Moment::new(25, 11, 59)),
            clear_too.create(),
        )
        .finds(Finding::misses(
            "DRF103",
            NOTEBOOK_EXECUTION,
            "TrainFromNotebooks",
            "sagemaker:InterContainerTrafficEncryption",
        )),
    ]
}

fn source_networks() -> Vec<Plant> {
    let office =
        || Finding::misses("DRF114", DATA_SCIENTIST, "OpenNotebooksFromOffice", "aws:SourceIp");
    let endpoint =
        || Finding::misses("DRF114", STUDIO_USER, "OpenStudioThroughEndpoint", "aws:SourceVpce");
    vec![
        Plant::new(
            "a notebook opened from outside the offices",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(10, 21, 14)),
            open_notebook(&RESEARCH_EU, "nlp-notebook-1"),
        )
        .calling(|session| session.at_address("198.51.100.77"))
        .finds(office()),
        Plant::new(
            "a notebook opened through an endpoint, where the request has no public address",
            (&SCIENTIST_VISION, &RESEARCH_EU, Moment::new(19, 8, 36)),
            open_notebook(&RESEARCH_EU, "vision-notebook-3"),
        )
        .calling(|session| session.through_endpoint_of(RESEARCH_EU.account))
        .finds(office()),
        Plant::new(
            "Studio opened without the endpoint",
            (&STUDIO, &RESEARCH_EU, Moment::new(7, 20, 49)),
            open_studio(&RESEARCH_EU, "oren-vale"),
        )
        .calling(|session| session.at_address("198.51.100.130"))
        .finds(endpoint()),
        Plant::new(
            "Studio opened through another network's endpoint",
            (&ANALYST, &RESEARCH_EU, Moment::new(21, 9, 23)),
            open_studio(&RESEARCH_EU, "kell-aster"),
        )
        .calling(|session| session.through_endpoint_of(PIPELINES_EU.account))
        .finds(endpoint()),
    ]
}

fn regions() -> Vec<Plant> {
    let outside = || Verdict::forbidden_for(GUARDRAIL, "StayInRegions", "aws:RequestedRegion");
    let model = Model {
        vpc: None,
        ..compliant::research_model(&RESEARCH_FAR, "vision-model-far", "shelves")
    };
    let jobs = list("ListTrainingJobs", object! { "maxResults": 10 });
    let why = "a look around in a region nobody works in";
    vec![
        Plant::new(
            "a model in a region nobody works in; its tags are checked too",
            (&SCIENTIST_VISION, &RESEARCH_FAR, Moment::new(13, 22, 18)),
            model.create(),
        )
        .finds(Finding::primary("DRF119", outside()))
        .finds(Finding::add_tags("DRF119", outside())),
        Plant::new(
            why,
            (&ANALYST, &RESEARCH_FAR, Moment::new(18, 9, 52)),
            list("ListNotebookInstances", Json::Null),
        )
        .finds(Finding::primary("DRF119", outside())),
        Plant::new(why, (&STUDIO, &RESEARCH_FAR, Moment::new(26, 15, 33)), jobs)
            .finds(Finding::primary("DRF119", outside())),
    ]
}
