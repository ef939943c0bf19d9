//! Work given to a public crowd, tags that are missing or changed, images nobody approved.

use super::super::company::{
    ANALYST, CHURN, DEPLOYER, LABELER, PIPELINES_EU, RESEARCH_EU, SCIENTIST_NLP, SCIENTIST_VISION,
    SERVING_EU, STUDIO, TRAINING_EXECUTION,
};
use super::super::compliant;
use super::super::moment::Moment;
use super::super::operations::{
    App, Model, Notebook, TRAINING_JOB, Tags, add_tags, create_endpoint, create_flow_definition,
    create_labeling_job,
};
use super::super::policies::{
    CHURN_PIPELINE, DATA_SCIENTIST, LABELING, MODEL_DEPLOYER, STUDIO_USER,
};
use super::{Finding, Plant, Verdict};

pub(super) fn plants() -> Vec<Plant> {
    let families = [workteams(), tags(), images()];
    families.into_iter().flatten().collect()
}

/// The public crowd of the labelling service, as AWS's guide names it.
const PUBLIC_CROWD: &str = "arn:aws:sagemaker:us-west-2:394669845002:workteam/public-crowd/default";

fn workteams() -> Vec<Plant> {
    let flow = |place, name| create_flow_definition(place, name, PUBLIC_CROWD, TRAINING_EXECUTION);
    let label = |place, name| create_labeling_job(place, name, PUBLIC_CROWD, TRAINING_EXECUTION);
    let by_type =
        || Finding::forbidden("DRF108", LABELING, "RestrictWorkteamType", "sagemaker:WorkteamType");
    let by_arn =
        || Finding::forbidden("DRF108", LABELING, "RestrictWorkteamArn", "sagemaker:WorkteamArn");
    vec![
        Plant::new(
            "customer photographs labelled by a public crowd",
            (&LABELER, &PIPELINES_EU, Moment::new(8, 7, 10)),
            label(&PIPELINES_EU, "shelf-labels-crowd"),
        )
        .finds(by_type()),
        Plant::new(
            "customer photographs labelled by a public crowd",
            (&SCIENTIST_VISION, &RESEARCH_EU, Moment::new(18, 15, 45)),
            label(&RESEARCH_EU, "vision-labels-crowd"),
        )
        .finds(by_type()),
        Plant::new(
            "a review by a public crowd",
            (&SCIENTIST_VISION, &RESEARCH_EU, Moment::new(12, 17, 19)),
            flow(&RESEARCH_EU, "vision-review-crowd"),
        )
        .finds(by_arn()),
        Plant::new(
            "a review by a public crowd",
            (&LABELER, &PIPELINES_EU, Moment::new(29, 7, 30)),
            flow(&PIPELINES_EU, "shelf-review-crowd"),
        )
        .finds(by_arn()),
    ]
}

fn tags() -> Vec<Plant> {
    const PROJECT: &str = "aws:RequestTag/project";
    const TAGGING: &str = "sagemaker:TaggingAction";
    let untagged = Model {
        tags: Tags::new(),
        ..compliant::research_model(&RESEARCH_EU, "nlp-model-untagged", "reviews")
    };
    let wrong_project = Model {
        tags: vec![("project", "search")],
        ..compliant::research_model(&PIPELINES_EU, "churn-lent-model", "churn")
    };
    let tagged_notebook = Notebook {
        tags: vec![("team", "nlp")],
        ..compliant::notebook(&RESEARCH_EU, "nlp-notebook-tagged")
    };
    let tagging = || Verdict::misses(DATA_SCIENTIST, "AllowAddTagsForCreateOperations", TAGGING);
    let no_project = || Verdict::misses(MODEL_DEPLOYER, "RequireProjectTag", PROJECT);
    vec![
        Plant::new(
            "a model without a project tag",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(4, 16, 33)),
            untagged.create(),
        )
        .finds(Finding::misses("DRF109", DATA_SCIENTIST, "RequireProjectTag", PROJECT)),
        Plant::new(
            "a model tagged as another project's",
            (&CHURN, &PIPELINES_EU, Moment::new(21, 12, 13)),
            wrong_project.create(),
        )
        .finds(Finding::misses("DRF109", CHURN_PIPELINE, "RegisterChurnModel", PROJECT)),
        Plant::new(
            "an endpoint without a project tag; its configuration is checked too",
            (&DEPLOYER, &SERVING_EU, Moment::new(20, 15, 1)),
            create_endpoint(&SERVING_EU, "prod-untagged", "prod-search-0505-0001", &Tags::new()),
        )
        .finds(Finding::primary("DRF109", no_project()))
        .finds(Finding::extra_resource("DRF109", no_project())),
        Plant::new(
            "tags changed on an existing job",
            (&SCIENTIST_VISION, &RESEARCH_EU, Moment::new(25, 14, 42)),
            add_tags(
                TRAINING_JOB.arn(&RESEARCH_EU, "vision-train-baseline"),
                &vec![("project", "reviews")],
            ),
        )
        .finds(Finding::primary("DRF109", tagging())),
        Plant::new(
            "a notebook created with tags, where only jobs and models may be",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(6, 8, 58)),
            tagged_notebook.create(),
        )
        .finds(Finding::add_tags("DRF109", tagging())),
    ]
}

fn images() -> Vec<Plant> {
    let unapproved =
        || Finding::misses("DRF115", STUDIO_USER, "RunApprovedApps", "sagemaker:ImageArns");
    let on_image = |space, image| App { image, ..compliant::app(space) }.create();
    vec![
        Plant::new(
            "an app on an image nobody approved",
            (&STUDIO, &RESEARCH_EU, Moment::new(14, 11, 26)),
            on_image("sofi-marsh-lab", "scratch-llm"),
        )
        .calling(|session| session.through_endpoint_of(RESEARCH_EU.account))
        .finds(unapproved()),
        Plant::new(
            "an app on an image nobody approved",
            (&ANALYST, &RESEARCH_EU, Moment::new(28, 14, 15)),
            on_image("dita-moor-lab", "student-cuda"),
        )
        .calling(|session| session.through_endpoint_of(RESEARCH_EU.account))
        .finds(unapproved()),
    ]
}
