//! Policies of machines: containers, pipelines, the deployment job, the labelling batch.

use super::people::{pass_execution_roles, tags_of_creations};
use super::statement::{Statement, allow, deny, document};
use crate::samples::company::{CLICK_FILES, PIPELINES_EU, Place};

/// A resource of the pipelines account.
fn pipelines(tail: &str) -> String {
    PIPELINES_EU.arn(tail)
}

/// Any key of the account.
fn keys_of(place: &Place) -> String {
    format!("arn:aws:kms:{}:{}:key/*", place.region, place.account.id)
}

pub(super) fn notebook_execution() -> String {
    document(vec![
        allow(
            "TrainFromNotebooks",
            &["sagemaker:CreateTrainingJob", "sagemaker:CreateProcessingJob"],
        )
        .when(
            "ForAllValues:StringLike",
            "sagemaker:InstanceTypes",
            ["ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge", "ml.c5.*"],
        )
        .when_present("sagemaker:InstanceTypes")
        .when("Bool", "sagemaker:InterContainerTrafficEncryption", ["true"])
        .when("NumericLessThanEquals", "sagemaker:MaxRuntimeInSeconds", ["86400"]),
        allow(
            "KeepExperiments",
            &[
                "sagemaker:BatchPutMetrics",
                "sagemaker:CreateTrialComponent",
                "sagemaker:UpdateTrialComponent",
            ],
        ),
        tags_of_creations(&["CreateTrainingJob", "CreateProcessingJob"]),
        pass_execution_roles(),
    ])
}

/// A training container reports; it starts nothing.
pub(super) fn training_execution() -> String {
    document(vec![allow(
        "ReportProgress",
        &[
            "sagemaker:BatchPutMetrics",
            "sagemaker:CreateTrialComponent",
            "sagemaker:UpdateTrialComponent",
            "sagemaker:DescribeTrainingJob",
        ],
    )])
}

pub(super) fn churn_pipeline() -> String {
    let mut statements = churn_jobs();
    statements.extend([
        allow("RegisterChurnModel", &["sagemaker:CreateModel"])
            .on([pipelines("model/churn-*")])
            .when("StringEquals", "aws:RequestTag/project", ["churn"]),
        allow("RegisterModelPackages", &["sagemaker:CreateModelPackage"]),
        run_pipeline("churn"),
        publish_features("churn"),
        tags_of_creations(&[
            "CreateTrainingJob",
            "CreateProcessingJob",
            "CreateTransformJob",
            "CreateModel",
        ]),
        pass_execution_roles(),
    ]);
    document(statements)
}

/// All rules as conditions of the Allow.
fn churn_jobs() -> Vec<Statement> {
    vec![
        allow("TrainInsideVpc", &["sagemaker:CreateTrainingJob", "sagemaker:CreateProcessingJob"])
            .on([pipelines("training-job/churn-*"), pipelines("processing-job/churn-*")])
            .when("ForAllValues:StringLike", "sagemaker:InstanceTypes", ["ml.m5.*", "ml.c5.*"])
            .when("ForAllValues:StringEquals", "sagemaker:VpcSubnets", PIPELINES_EU.subnets)
            .when(
                "ForAllValues:StringEquals",
                "sagemaker:VpcSecurityGroupIds",
                [PIPELINES_EU.group],
            )
            .when_present("sagemaker:InstanceTypes")
            .when_present("sagemaker:VpcSubnets")
            .when_present("sagemaker:VpcSecurityGroupIds")
            .when("Bool", "sagemaker:NetworkIsolation", ["true"])
            .when("ArnEquals", "sagemaker:VolumeKmsKeyArn", [PIPELINES_EU.key()]),
        allow("ScoreCustomers", &["sagemaker:CreateTransformJob"])
            .on([pipelines("transform-job/churn-*")])
            .when("ForAllValues:StringLike", "sagemaker:InstanceTypes", ["ml.m5.*"])
            .when_present("sagemaker:InstanceTypes")
            .when("ArnLike", "sagemaker:VolumeKmsKeyArn", [keys_of(&PIPELINES_EU)]),
    ]
}

fn run_pipeline(family: &str) -> Statement {
    allow(
        "RunOwnPipeline",
        &["sagemaker:StartPipelineExecution", "sagemaker:StopPipelineExecution"],
    )
    .on([pipelines(&format!("pipeline/{family}-*"))])
}

/// Features stay in the family's folder of the feature bucket, under the account's key.
fn publish_features(family: &str) -> Statement {
    let folder = format!("s3://{}/{family}/*", PIPELINES_EU.bucket("features"));
    allow("PublishFeatures", &["sagemaker:CreateFeatureGroup"])
        .on([pipelines(&format!("feature-group/{family}-*"))])
        .when("StringLike", "sagemaker:FeatureGroupOfflineStoreS3Uri", [folder])
        .when("ArnEquals", "sagemaker:FeatureGroupOfflineStoreKmsKeyArn", [PIPELINES_EU.key()])
}

pub(super) fn ranking_pipeline() -> String {
    let mut statements = ranking_jobs();
    statements.extend([
        allow("RegisterRankingModel", &["sagemaker:CreateModel"])
            .on([pipelines("model/ranking-*")])
            .when_present("aws:RequestTag/project"),
        run_pipeline("ranking"),
        publish_features("ranking"),
        tags_of_creations(&[
            "CreateTrainingJob",
            "CreateHyperParameterTuningJob",
            "CreateProcessingJob",
            "CreateModel",
        ]),
        pass_execution_roles(),
    ]);
    document(statements)
}

/// The click logs lie on a file system, everything else in buckets: two Allows that exclude each
/// other by the `Null` condition of the second.
fn ranking_jobs() -> Vec<Statement> {
    const TRAIN: [&str; 2] =
        ["sagemaker:CreateTrainingJob", "sagemaker:CreateHyperParameterTuningJob"];
    const TYPES: [&str; 3] = ["ml.m5.*", "ml.c5.*", "ml.r5.*"];
    let jobs =
        || [pipelines("training-job/ranking-*"), pipelines("hyper-parameter-tuning-job/ranking-*")];
    vec![
        allow("AccessToElasticFileSystem", &TRAIN)
            .on(jobs())
            .when("StringEquals", "sagemaker:FileSystemId", [CLICK_FILES])
            .when("StringEquals", "sagemaker:FileSystemAccessMode", ["ro"])
            .when("StringEquals", "sagemaker:FileSystemType", ["EFS"])
            .when("StringLike", "sagemaker:FileSystemDirectoryPath", ["/ranking/*"])
            .when("ForAllValues:StringLike", "sagemaker:InstanceTypes", TYPES)
            .when(
                "ForAllValues:StringEquals",
                "sagemaker:VpcSecurityGroupIds",
                [PIPELINES_EU.group],
            )
            .when_present("sagemaker:InstanceTypes")
            .when_present("sagemaker:VpcSecurityGroupIds"),
        allow("TrainFromBuckets", &TRAIN)
            .on(jobs())
            .when("ForAllValues:StringLike", "sagemaker:InstanceTypes", TYPES)
            .when_present("sagemaker:InstanceTypes")
            .when_absent("sagemaker:FileSystemId")
            .when("ArnLike", "sagemaker:VolumeKmsKeyArn", [keys_of(&PIPELINES_EU)]),
        allow("PrepareClicks", &["sagemaker:CreateProcessingJob"])
            .on([pipelines("processing-job/ranking-*")])
            .when("ForAllValues:StringLike", "sagemaker:InstanceTypes", TYPES)
            .when_present("sagemaker:InstanceTypes")
            .when("ArnLike", "sagemaker:VolumeKmsKeyArn", [keys_of(&PIPELINES_EU)]),
    ]
}

pub(super) fn model_deployer() -> String {
    let serving = |tail: &str| format!("arn:aws:sagemaker:eu-west-1:777788889999:{tail}");
    document(vec![
        allow("RequireProjectTag", &["sagemaker:CreateModel", "sagemaker:CreateEndpoint"])
            .when_present("aws:RequestTag/project"),
        allow("EncryptEndpointVolumes", &["sagemaker:CreateEndpointConfig"])
            .when("ForAllValues:StringLike", "sagemaker:InstanceTypes", ["ml.m5.*", "ml.c5.*"])
            .when_present("sagemaker:InstanceTypes")
            .when(
                "ArnLike",
                "sagemaker:VolumeKmsKeyArn",
                ["arn:aws:kms:eu-west-1:777788889999:key/*"],
            ),
        allow(
            "UpdateProduction",
            &["sagemaker:UpdateEndpoint", "sagemaker:UpdateEndpointWeightsAndCapacities"],
        )
        .on(["endpoint/prod-*", "endpoint-config/prod-*"].map(serving)),
        allow(
            "RetireProduction",
            &[
                "sagemaker:DeleteEndpoint",
                "sagemaker:DeleteEndpointConfig",
                "sagemaker:DeleteModel",
            ],
        )
        .on(["endpoint/prod-*", "endpoint-config/prod-*", "model/prod-*"].map(serving)),
        tags_of_creations(&["CreateModel", "CreateEndpointConfig", "CreateEndpoint"]),
        pass_execution_roles(),
    ])
}

/// People label for us, but never a public crowd.
pub(super) fn labeling() -> String {
    document(vec![
        allow(
            "OrderLabels",
            &[
                "sagemaker:CreateFlowDefinition",
                "sagemaker:CreateLabelingJob",
                "sagemaker:StopLabelingJob",
            ],
        ),
        deny("RestrictWorkteamType", &["sagemaker:CreateLabelingJob"]).when(
            "StringEquals",
            "sagemaker:WorkteamType",
            ["public-crowd"],
        ),
        deny("RestrictWorkteamArn", &["sagemaker:CreateFlowDefinition"]).when(
            "ArnLike",
            "sagemaker:WorkteamArn",
            ["arn:aws:sagemaker:*:*:workteam/public-crowd/*"],
        ),
        pass_execution_roles(),
    ])
}
