//! Data without its key, from the wrong file system, or on its way to the wrong bucket.

use super::super::company::{
    CHURN, CLICK_FILES, DEPLOYER, PHOTO_FILES, PIPELINES_EU, RANKING, RESEARCH_EU, SCIENTIST_NLP,
    SCIENTIST_VISION, SERVING_EU,
};
use super::super::compliant;
use super::super::moment::Moment;
use super::super::operations::{
    Channel, EndpointConfig, FeatureGroup, Notebook, TrainingJob, TransformJob,
};
use super::super::policies::{
    CHURN_PIPELINE, DATA_SCIENTIST, MODEL_DEPLOYER, RANKING_PIPELINE, TEAM_VISION,
};
use super::{Finding, Plant};

pub(super) fn plants() -> Vec<Plant> {
    let families = [encryption(), file_systems(), locations()];
    families.into_iter().flatten().collect()
}

/// A key of an account that is not the company's.
const FOREIGN_KEY: &str =
    "arn:aws:kms:eu-west-1:222233334444:key/0d4c8b1f-95e7-4a36-8f20-7be16c93d5a8";

fn encryption() -> Vec<Plant> {
    const OUTPUT: &str = "sagemaker:OutputKmsKeyArn";
    const VOLUME: &str = "sagemaker:VolumeKmsKeyArn";
    let foreign = || Some(FOREIGN_KEY.to_owned());
    let no_output_key = TrainingJob {
        output_key: None,
        ..compliant::research_training(&RESEARCH_EU, "vision-plain-output")
    };
    let foreign_output_key = TransformJob {
        output_key: foreign(),
        ..compliant::research_transform(&RESEARCH_EU, "nlp-shared-scores", "nlp-model-baseline")
    };
    let no_key = EndpointConfig {
        key: None,
        ..compliant::endpoint_config("prod-churn-plain", "prod-churn-0512-0001")
    };
    let foreign_volume_key =
        TrainingJob { volume_key: foreign(), ..compliant::ranking_training("ranking-partner-key") };
    let no_notebook_key =
        Notebook { key: None, ..compliant::notebook(&RESEARCH_EU, "nlp-notebook-plain") };
    vec![
        Plant::new(
            "a training job with an unencrypted result",
            (&SCIENTIST_VISION, &RESEARCH_EU, Moment::new(7, 16, 21)),
            no_output_key.create(),
        )
        .finds(Finding::forbidden("DRF104", DATA_SCIENTIST, "EnforceEncryption", OUTPUT)),
        Plant::new(
            "a transform job whose result is under somebody else's key",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(20, 13, 8)),
            foreign_output_key.create(),
        )
        .finds(Finding::forbidden("DRF104", DATA_SCIENTIST, "EnforceEncryption", OUTPUT)),
        Plant::new(
            "an endpoint configuration without a key",
            (&DEPLOYER, &SERVING_EU, Moment::new(12, 11, 47)),
            no_key.create(),
        )
        .finds(Finding::misses("DRF104", MODEL_DEPLOYER, "EncryptEndpointVolumes", VOLUME)),
        Plant::new(
            "a training job whose volume is under somebody else's key",
            (&RANKING, &PIPELINES_EU, Moment::new(17, 9, 15)),
            foreign_volume_key.create(),
        )
        .finds(Finding::misses("DRF104", RANKING_PIPELINE, "TrainFromBuckets", VOLUME)),
        Plant::new(
            "a notebook without a key",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(28, 9, 4)),
            no_notebook_key.create(),
        )
        .finds(Finding::misses(
            "DRF104",
            DATA_SCIENTIST,
            "LockDownCreateNotebookInstance",
            VOLUME,
        )),
    ]
}

fn file_systems() -> Vec<Plant> {
    let photos = |name, id, mode, path| TrainingJob {
        channel: Channel::Files { id, mode, path },
        ..compliant::photo_training(&RESEARCH_EU, name)
    };
    let clicks = |name, mode, path| TrainingJob {
        channel: Channel::Files { id: CLICK_FILES, mode, path },
        ..compliant::click_training(name)
    };
    vec![
        Plant::new(
            "training from a file system that is not the team's",
            (&SCIENTIST_VISION, &RESEARCH_EU, Moment::new(5, 13, 17)),
            photos("vision-borrowed-files", "fs-03b7e1c95ad2f8046", "ro", "/").create(),
        )
        .finds(Finding::forbidden(
            "DRF107",
            TEAM_VISION,
            "KnownFileSystems",
            "sagemaker:FileSystemId",
        )),
        Plant::new(
            "training with the file system mounted for writing",
            (&SCIENTIST_VISION, &RESEARCH_EU, Moment::new(14, 10, 29)),
            photos("vision-relabel", PHOTO_FILES, "rw", "/photos/shelves").create(),
        )
        .finds(Finding::forbidden(
            "DRF107",
            TEAM_VISION,
            "ReadOnlyFileSystems",
            "sagemaker:FileSystemAccessMode",
        )),
        Plant::new(
            "training with the file system mounted for writing",
            (&RANKING, &PIPELINES_EU, Moment::new(16, 18, 35)),
            clicks("ranking-rewrite", "rw", "/ranking/clicks").create(),
        )
        .finds(Finding::misses(
            "DRF107",
            RANKING_PIPELINE,
            "AccessToElasticFileSystem",
            "sagemaker:FileSystemAccessMode",
        )),
        Plant::new(
            "training from another team's folder",
            (&RANKING, &PIPELINES_EU, Moment::new(23, 18, 41)),
            clicks("ranking-payments", "ro", "/payments/cards").create(),
        )
        .finds(Finding::misses(
            "DRF107",
            RANKING_PIPELINE,
            "AccessToElasticFileSystem",
            "sagemaker:FileSystemDirectoryPath",
        )),
    ]
}

fn locations() -> Vec<Plant> {
    const KEY: &str = "sagemaker:FeatureGroupOfflineStoreS3Uri";
    let elsewhere = |family, name, location: &str| FeatureGroup {
        location: location.to_owned(),
        ..compliant::features(family, name)
    };
    vec![
        Plant::new(
            "features copied to another bucket",
            (&CHURN, &PIPELINES_EU, Moment::new(11, 12, 30)),
            elsewhere("churn", "churn-customers-copy", "s3://quillmere-scratch-444455556666/churn")
                .create(),
        )
        .finds(Finding::misses("DRF116", CHURN_PIPELINE, "PublishFeatures", KEY)),
        Plant::new(
            "features copied to another family's folder",
            (&RANKING, &PIPELINES_EU, Moment::new(24, 10, 44)),
            elsewhere(
                "ranking",
                "ranking-items-copy",
                "s3://quillmere-features-444455556666/churn/offline",
            )
            .create(),
        )
        .finds(Finding::misses("DRF116", RANKING_PIPELINE, "PublishFeatures", KEY)),
    ]
}
