//! Calls AWS did not simply grant, and calls the record does not say enough about.

use super::super::company::{
    ADMIN, ANALYST, CHURN, DEPLOYER, NOTEBOOK, PIPELINES_EU, Place, Principal, RANKING,
    RESEARCH_EU, RESEARCH_US, SCIENTIST_NLP, SCIENTIST_VISION, SERVING_EU, STUDIO,
};
use super::super::compliant;
use super::super::moment::Moment;
use super::super::operations::{
    App, Compute, ENDPOINT, EndpointConfig, FEATURE_GROUP, MODEL, Notebook, PROCESSING_JOB,
    TRAINING_JOB, TrainingJob, omit_parameters,
};
use super::super::policies::{
    CHURN_PIPELINE, DATA_SCIENTIST, GUARDRAIL, ML_ANALYST, MODEL_DEPLOYER, NOTEBOOK_EXECUTION,
    RANKING_PIPELINE, READ_ONLY, STUDIO_USER, TEAM_NLP,
};
use super::super::session::Because;
use super::{Finding, Plant, Verdict};

pub(super) fn plants() -> Vec<Plant> {
    let families = [
        blocked(),
        blocked_unseen(),
        missing_grants(),
        more_missing_grants(),
        stopped(),
        sandbox(),
        omitted(),
    ];
    families.into_iter().flatten().collect()
}

const TYPES: &str = "sagemaker:InstanceTypes";
const TAGGING: &str = "sagemaker:TaggingAction";

fn big_training(name: &str, instance_type: &'static str) -> TrainingJob {
    TrainingJob {
        compute: Compute::One(instance_type),
        ..compliant::research_training(&RESEARCH_EU, name)
    }
}

/// Refused, rightly, and the record shows what was asked for.
fn blocked() -> Vec<Plant> {
    let blocked = |verdict| Finding::primary("DRF201", verdict);
    let type_missing = || Verdict::misses(DATA_SCIENTIST, "EnforceInstanceType", TYPES);
    let open_notebook = Notebook {
        direct_internet: Some("Enabled"),
        ..compliant::notebook(&RESEARCH_EU, "vision-notebook-web")
    };
    let image = App { image: "scratch-llm", ..compliant::app("pia-lund-lab") };
    let tagged = Notebook {
        tags: vec![("team", "vision")],
        ..compliant::notebook(&RESEARCH_EU, "vision-notebook-tagged")
    };
    let passing = TrainingJob {
        role: "/admin/PlatformAdmin",
        ..compliant::research_training(&RESEARCH_EU, "nlp-as-admin")
    };
    vec![
        Plant::new(
            "`ml.p4d.24xlarge` again, refused",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(13, 14, 11)),
            big_training("churn-8", "ml.p4d.24xlarge").create(),
        )
        .refused(Because::NoIdentityPolicy)
        .finds(blocked(type_missing())),
        Plant::new(
            "`ml.p5.48xlarge`, refused",
            (&SCIENTIST_VISION, &RESEARCH_EU, Moment::new(5, 17, 2)),
            big_training("vision-huge", "ml.p5.48xlarge").create(),
        )
        .refused(Because::NoIdentityPolicy)
        .finds(blocked(type_missing())),
        Plant::new(
            "direct internet access, refused",
            (&SCIENTIST_VISION, &RESEARCH_EU, Moment::new(11, 16, 40)),
            open_notebook.create(),
        )
        .refused(Because::NoIdentityPolicy)
        .finds(blocked(Verdict::misses(
            DATA_SCIENTIST,
            "LockDownCreateNotebookInstance",
            "sagemaker:DirectInternetAccess",
        ))),
        Plant::new(
            "an unapproved image, refused",
            (&STUDIO, &RESEARCH_EU, Moment::new(14, 10, 50)),
            image.create(),
        )
        .calling(|session| session.through_endpoint_of(RESEARCH_EU.account))
        .refused(Because::NoIdentityPolicy)
        .finds(blocked(Verdict::misses(
            STUDIO_USER,
            "RunApprovedApps",
            "sagemaker:ImageArns",
        ))),
        Plant::new(
            "the platform team's role for a training job, refused for the role",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(18, 11, 36)),
            passing.create(),
        )
        .refused_for(
            "iam:PassRole",
            RESEARCH_EU.role("/admin/PlatformAdmin"),
            Because::NoIdentityPolicy,
        )
        .finds(Finding::pass_role(
            "DRF201",
            Verdict::out_of_scope(DATA_SCIENTIST, "PassExecutionRoles"),
        )),
        Plant::new(
            "a notebook with tags, refused for the tags",
            (&SCIENTIST_VISION, &RESEARCH_EU, Moment::new(20, 8, 19)),
            tagged.create(),
        )
        .refused_for("sagemaker:AddTags", tagged.create().resource, Because::NoIdentityPolicy)
        .finds(Finding::add_tags(
            "DRF201",
            Verdict::misses(DATA_SCIENTIST, "AllowAddTagsForCreateOperations", TAGGING),
        )),
    ]
}

/// Refused, and the record does not show the parameters.
fn blocked_unseen() -> Vec<Plant> {
    let blocked = |verdict| Finding::primary("DRF201", verdict);
    let unseen = |policy, statement, key| blocked(Verdict::undetermined(policy, statement, key));
    let features = FEATURE_GROUP.change("DeleteFeatureGroup", &SERVING_EU, "ranking-items-old");
    let app = compliant::app("oren-vale-lab");
    vec![
        Plant::new(
            "an action nobody granted, refused without showing parameters",
            (&ANALYST, &SERVING_EU, Moment::new(6, 13, 47)),
            ENDPOINT.change("DeleteEndpoint", &SERVING_EU, "prod-churn"),
        )
        .refused(Because::NoIdentityPolicy)
        .without_parameters()
        .finds(blocked(Verdict::nowhere())),
        Plant::new(
            "the guardrail at work",
            (&ADMIN, &SERVING_EU, Moment::new(19, 12, 8)),
            features,
        )
        .refused(Because::ServiceControlDeny)
        .without_parameters()
        .finds(blocked(Verdict::forbidden(GUARDRAIL, "ProtectDomainsAndFeatures"))),
        Plant::new(
            "another team's job, refused without showing parameters",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(21, 14, 33)),
            TRAINING_JOB.change("StopTrainingJob", &RESEARCH_EU, "vision-train-0521-2093"),
        )
        .refused(Because::NoIdentityPolicy)
        .without_parameters()
        .finds(blocked(Verdict::out_of_scope(TEAM_NLP, "StopOwnJobs"))),
        Plant::new(
            "a training job refused without showing parameters: several conditions are open",
            (&SCIENTIST_NLP, &RESEARCH_US, Moment::new(27, 12, 51)),
            compliant::research_training(&RESEARCH_US, "nlp-unseen").create(),
        )
        .refused(Because::IdentityDeny)
        .without_parameters()
        .finds(unseen(DATA_SCIENTIST, "EnforceInstanceType", None)),
        Plant::new(
            "an app refused without showing parameters: several conditions are open",
            (&STUDIO, &RESEARCH_EU, Moment::new(22, 9, 29)),
            app.create(),
        )
        .calling(|session| session.through_endpoint_of(RESEARCH_EU.account))
        .refused(Because::NoIdentityPolicy)
        .without_parameters()
        .finds(unseen(STUDIO_USER, "RunApprovedApps", None)),
        Plant::new(
            "a job refused whose tags the record cannot show",
            (&ANALYST, &RESEARCH_EU, Moment::new(26, 11, 44)),
            TRAINING_JOB.change("StopTrainingJob", &RESEARCH_EU, "sandbox-train-unknown"),
        )
        .refused(Because::NoIdentityPolicy)
        .finds(unseen(ML_ANALYST, "StopSandboxJobs", Some("aws:ResourceTag/stage"))),
    ]
}

/// Refused, though the policy set allows it: a grant is missing.
fn missing_grants() -> Vec<Plant> {
    let missing =
        |policy, statement| Finding::primary("DRF202", Verdict::allowed(policy, statement));
    vec![
        Plant::new(
            "the nightly training job refused by an identity policy",
            (&CHURN, &PIPELINES_EU, Moment::new(10, 12, 3)),
            compliant::churn_training("churn-retry-1").create(),
        )
        .refused(Because::NoIdentityPolicy)
        .finds(missing(CHURN_PIPELINE, "TrainInsideVpc")),
        Plant::new(
            "a listed type refused by the boundary",
            (&SCIENTIST_VISION, &RESEARCH_EU, Moment::new(12, 9, 8)),
            compliant::research_training(&RESEARCH_EU, "vision-fine").create(),
        )
        .refused(Because::NoBoundary)
        .finds(missing(DATA_SCIENTIST, "EnforceInstanceType")),
        Plant::new(
            "an own job that could not be stopped",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(5, 12, 26)),
            TRAINING_JOB.change("StopTrainingJob", &RESEARCH_EU, "nlp-train-0505-7315"),
        )
        .refused(Because::NoIdentityPolicy)
        .without_parameters()
        .finds(missing(TEAM_NLP, "StopOwnJobs")),
        Plant::new(
            "a question refused by a guardrail that is stricter than the target",
            (&ANALYST, &SERVING_EU, Moment::new(14, 12, 14)),
            ENDPOINT.describe(&SERVING_EU, "prod-ranking"),
        )
        .refused(Because::ServiceControlDeny)
        .without_parameters()
        .finds(missing(READ_ONLY, "ReadMl")),
        Plant::new(
            "a question refused by an endpoint's policy",
            (&NOTEBOOK, &RESEARCH_EU, Moment::new(28, 16, 37)),
            MODEL.describe(&RESEARCH_EU, "nlp-model-baseline"),
        )
        .refused(Because::EndpointPolicy)
        .without_parameters()
        .finds(missing(READ_ONLY, "ReadMl")),
    ]
}

fn more_missing_grants() -> Vec<Plant> {
    let missing =
        |policy, statement| Finding::primary("DRF202", Verdict::allowed(policy, statement));
    let tagged = TrainingJob {
        tags: vec![("project", "reviews")],
        ..compliant::research_training(&RESEARCH_EU, "nlp-tagged")
    };
    let model = compliant::research_model(&PIPELINES_EU, "churn-retry-model", "churn");
    vec![
        Plant::new(
            "a deployment refused by an explicit Deny",
            (&DEPLOYER, &SERVING_EU, Moment::new(21, 15, 56)),
            compliant::endpoint_config("prod-search-retry", "prod-search-0505-0001").create(),
        )
        .refused(Because::IdentityDeny)
        .finds(missing(MODEL_DEPLOYER, "EncryptEndpointVolumes")),
        Plant::new(
            "a tagged training job refused for its tags",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(15, 16, 18)),
            tagged.create(),
        )
        .refused_for("sagemaker:AddTags", tagged.create().resource, Because::NoIdentityPolicy)
        .finds(Finding::add_tags(
            "DRF202",
            Verdict::allowed(DATA_SCIENTIST, "AllowAddTagsForCreateOperations"),
        )),
        Plant::new(
            "a model refused for its role",
            (&CHURN, &PIPELINES_EU, Moment::new(25, 12, 39)),
            model.create(),
        )
        .refused_for("iam:PassRole", PIPELINES_EU.role(model.role), Because::NoIdentityPolicy)
        .finds(Finding::pass_role(
            "DRF202",
            Verdict::allowed(CHURN_PIPELINE, "PassExecutionRoles"),
        )),
    ]
}

/// The policy set forbids it, and only a quota or a mistake stopped it.
fn stopped() -> Vec<Plant> {
    let type_missing =
        |policy, statement| Finding::primary("DRF101", Verdict::misses(policy, statement, TYPES));
    let notebook = Notebook {
        direct_internet: Some("Enabled"),
        ..compliant::notebook(&RESEARCH_EU, "nlp-notebook-again")
    };
    let passing = TrainingJob {
        role: "/admin/PlatformAdmin",
        ..compliant::research_training(&RESEARCH_US, "vision-as-admin-us")
    };
    let config = EndpointConfig {
        instance_type: "ml.p3.16xlarge",
        ..compliant::endpoint_config("prod-ranking-gpu", "prod-ranking-0506-0001")
    };
    let mistake = "1 validation error detected: a name is already in use";
    vec![
        Plant::new(
            "`ml.p5.48xlarge`, which only the quota stopped",
            (&SCIENTIST_VISION, &RESEARCH_EU, Moment::new(6, 16, 44)),
            big_training("vision-huge-2", "ml.p5.48xlarge").create(),
        )
        .over_quota()
        .finds(type_missing(DATA_SCIENTIST, "EnforceInstanceType")),
        Plant::new(
            "`ml.p3.16xlarge`, which only a mistake stopped",
            (&DEPLOYER, &SERVING_EU, Moment::new(26, 13, 5)),
            config.create(),
        )
        .failed("ValidationException", mistake)
        .finds(type_missing(MODEL_DEPLOYER, "EncryptEndpointVolumes")),
        Plant::new(
            "direct internet access that only a mistake stopped",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(13, 8, 31)),
            notebook.create(),
        )
        .failed("ValidationException", mistake)
        .finds(Finding::primary(
            "DRF105",
            Verdict::misses(
                DATA_SCIENTIST,
                "LockDownCreateNotebookInstance",
                "sagemaker:DirectInternetAccess",
            ),
        )),
        Plant::new(
            "the platform team's role for a training job that only the quota stopped",
            (&SCIENTIST_NLP, &RESEARCH_US, Moment::new(28, 15, 20)),
            passing.create(),
        )
        .over_quota()
        .finds(Finding::pass_role(
            "DRF113",
            Verdict::out_of_scope(DATA_SCIENTIST, "PassExecutionRoles"),
        )),
    ]
}

/// Allowed for sandbox jobs only; whether these are, their tags would say. The trail does not show
/// their creation, so nothing in it can settle the question later.
fn sandbox() -> Vec<Plant> {
    let why = "a job stopped by an analyst, who may stop sandbox jobs";
    let open = || {
        let key = Some("aws:ResourceTag/stage");
        Finding::primary("DRF203", Verdict::undetermined(ML_ANALYST, "StopSandboxJobs", key))
    };
    let training = |name| TRAINING_JOB.change("StopTrainingJob", &RESEARCH_EU, name);
    let processing = |name| PROCESSING_JOB.change("StopProcessingJob", &RESEARCH_EU, name);
    let calls = [
        (5, 10, training("sandbox-train-11")),
        (8, 15, training("sandbox-train-14")),
        (13, 13, processing("sandbox-process-2")),
        (18, 16, training("sandbox-train-20")),
        (22, 14, processing("sandbox-process-5")),
        (28, 11, training("sandbox-train-31")),
    ];
    calls
        .map(|(day, hour, operation)| {
            Plant::new(why, (&ANALYST, &RESEARCH_EU, Moment::new(day, hour, 27)), operation)
                .finds(open())
        })
        .into()
}

/// Parameters too large for a record: nobody can say what was asked for.
fn omitted() -> Vec<Plant> {
    let plant =
        |who: &'static Principal, place: &'static Place, at, operation, size, policy, sid| {
            let why = "parameters left out of the record, being too large";
            Plant::new(why, (who, place, at), omit_parameters(operation, size))
                .finds(Finding::primary("DRF204", Verdict::undetermined(policy, sid, None)))
        };
    vec![
        plant(
            &SCIENTIST_NLP,
            &RESEARCH_EU,
            Moment::new(9, 13, 46),
            compliant::research_training(&RESEARCH_EU, "nlp-many-parameters").create(),
            149_893,
            DATA_SCIENTIST,
            "EnforceInstanceType",
        ),
        plant(
            &RANKING,
            &PIPELINES_EU,
            Moment::new(21, 10, 31),
            compliant::ranking_processing("ranking-many-inputs").create(),
            118_204,
            RANKING_PIPELINE,
            "PrepareClicks",
        ),
        plant(
            &NOTEBOOK,
            &RESEARCH_EU,
            Moment::new(26, 17, 12),
            compliant::notebook_processing(&RESEARCH_EU, "try-process-large").create(),
            204_417,
            NOTEBOOK_EXECUTION,
            "TrainFromNotebooks",
        ),
    ]
}
