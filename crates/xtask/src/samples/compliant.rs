//! Calls as the policies want them. Everyday work is made of these; a planted call is one of these
//! with a member changed, so that nothing fails but what is meant to fail.

use super::company::{
    CLICK_FILES, INFERENCE_EXECUTION, NOTEBOOK_EXECUTION, PHOTO_FILES, PIPELINES_EU, Place,
    RESEARCH_EU, SERVING_EU, TRAINING_EXECUTION,
};
use super::operations::{
    App, Channel, Compute, EndpointConfig, FeatureGroup, Model, Notebook, ProcessingJob, Tags,
    TrainingJob, TransformJob, Vpc,
};

const DAY: u64 = 86_400;

/// By a data scientist: isolated, in the VPC, with the output encrypted. The volume is not, since
/// instances with disks of their own do not take a key for it.
pub(super) fn research_training(place: &'static Place, name: &str) -> TrainingJob {
    TrainingJob {
        place,
        name: name.to_owned(),
        compute: Compute::One("ml.g5.2xlarge"),
        role: TRAINING_EXECUTION,
        vpc: Some(Vpc::of(place)),
        isolation: true,
        traffic_encryption: false,
        volume_key: None,
        output_key: Some(place.key()),
        channel: Channel::Bucket,
        max_runtime: DAY,
        tags: Tags::new(),
        hidden_environment: false,
    }
}

/// By the vision team, from the photographs.
pub(super) fn photo_training(place: &'static Place, name: &str) -> TrainingJob {
    let channel = Channel::Files { id: PHOTO_FILES, mode: "ro", path: "/photos/shelves" };
    TrainingJob { channel, ..research_training(place, name) }
}

/// By a data scientist.
pub(super) fn research_processing(place: &'static Place, name: &str) -> ProcessingJob {
    ProcessingJob {
        place,
        name: name.to_owned(),
        instance_type: "ml.m5.2xlarge",
        role: TRAINING_EXECUTION,
        vpc: Some(Vpc::of(place)),
        isolation: false,
        traffic_encryption: false,
        volume_key: None,
        output_key: Some(place.key()),
        max_runtime: DAY,
        tags: Tags::new(),
    }
}

/// By a data scientist.
pub(super) fn research_transform(place: &'static Place, name: &str, model: &str) -> TransformJob {
    TransformJob {
        place,
        name: name.to_owned(),
        model: model.to_owned(),
        instance_type: "ml.m5.xlarge",
        volume_key: None,
        output_key: Some(place.key()),
        tags: Tags::new(),
    }
}

/// By a data scientist: the project is in the tags.
pub(super) fn research_model(place: &'static Place, name: &str, project: &'static str) -> Model {
    Model {
        place,
        name: name.to_owned(),
        role: TRAINING_EXECUTION,
        vpc: Some(Vpc::of(place)),
        tags: vec![("project", project)],
    }
}

/// By anybody: no internet of its own, no root.
pub(super) fn notebook(place: &'static Place, name: &str) -> Notebook {
    Notebook {
        place,
        name: name.to_owned(),
        instance_type: "ml.t3.xlarge",
        role: NOTEBOOK_EXECUTION,
        direct_internet: Some("Disabled"),
        root_access: Some("Disabled"),
        key: Some(place.key()),
        tags: Tags::new(),
    }
}

/// From a notebook: small, short, and encrypted between its machines.
pub(super) fn notebook_training(place: &'static Place, name: &str) -> TrainingJob {
    TrainingJob {
        compute: Compute::One("ml.m5.xlarge"),
        isolation: false,
        traffic_encryption: true,
        max_runtime: 3600,
        ..research_training(place, name)
    }
}

/// From a notebook.
pub(super) fn notebook_processing(place: &'static Place, name: &str) -> ProcessingJob {
    ProcessingJob {
        instance_type: "ml.m5.large",
        traffic_encryption: true,
        max_runtime: 7200,
        ..research_processing(place, name)
    }
}

/// By the churn pipeline: everything at once.
pub(super) fn churn_training(name: &str) -> TrainingJob {
    let place = &PIPELINES_EU;
    TrainingJob {
        compute: Compute::One("ml.m5.4xlarge"),
        volume_key: Some(place.key()),
        tags: vec![("project", "churn")],
        ..research_training(place, name)
    }
}

/// By the churn pipeline.
pub(super) fn churn_processing(name: &str) -> ProcessingJob {
    let place = &PIPELINES_EU;
    ProcessingJob {
        isolation: true,
        volume_key: Some(place.key()),
        ..research_processing(place, name)
    }
}

/// By the churn pipeline.
pub(super) fn churn_transform(name: &str, model: &str) -> TransformJob {
    let place = &PIPELINES_EU;
    TransformJob { volume_key: Some(place.key()), ..research_transform(place, name, model) }
}

/// By the ranking pipeline, from buckets.
pub(super) fn ranking_training(name: &str) -> TrainingJob {
    let place = &PIPELINES_EU;
    TrainingJob {
        compute: Compute::One("ml.r5.4xlarge"),
        volume_key: Some(place.key()),
        isolation: false,
        ..research_training(place, name)
    }
}

/// By the ranking pipeline, from the click logs.
pub(super) fn click_training(name: &str) -> TrainingJob {
    TrainingJob {
        channel: Channel::Files { id: CLICK_FILES, mode: "ro", path: "/ranking/clicks" },
        volume_key: None,
        ..ranking_training(name)
    }
}

/// By the ranking pipeline.
pub(super) fn ranking_processing(name: &str) -> ProcessingJob {
    let place = &PIPELINES_EU;
    ProcessingJob { volume_key: Some(place.key()), ..research_processing(place, name) }
}

/// By a pipeline: in its folder of the feature bucket.
pub(super) fn features(family: &str, name: &str) -> FeatureGroup {
    let place = &PIPELINES_EU;
    FeatureGroup {
        place,
        name: name.to_owned(),
        role: TRAINING_EXECUTION,
        location: format!("s3://{}/{family}/offline", place.bucket("features")),
        key: Some(place.key()),
    }
}

/// By the deployment job.
pub(super) fn serving_model(name: &str, project: &'static str) -> Model {
    let place = &SERVING_EU;
    Model {
        place,
        name: name.to_owned(),
        role: INFERENCE_EXECUTION,
        vpc: Some(Vpc::of(place)),
        tags: vec![("project", project)],
    }
}

/// By the deployment job.
pub(super) fn endpoint_config(name: &str, model: &str) -> EndpointConfig {
    let place = &SERVING_EU;
    EndpointConfig {
        place,
        name: name.to_owned(),
        model: model.to_owned(),
        instance_type: "ml.m5.xlarge",
        key: Some(place.key()),
        tags: Tags::new(),
    }
}

/// In Studio: a small machine, an approved image.
pub(super) fn app(space: &str) -> App {
    App {
        place: &RESEARCH_EU,
        space: space.to_owned(),
        kind: "JupyterLab",
        instance_type: "ml.t3.medium",
        image: "studio-torch",
    }
}
