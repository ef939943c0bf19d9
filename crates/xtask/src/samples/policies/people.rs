//! Policies of people: data scientists, Studio users, analysts, administrators.

use super::statement::{Statement, allow, deny, document};
use crate::samples::company::{ACCOUNTS, PHOTO_FILES, RESEARCH_EU, RESEARCH_US};

/// Looking is free.
pub(super) fn read_only() -> String {
    document(vec![allow(
        "ReadMl",
        &[
            "sagemaker:Describe*",
            "sagemaker:GetSearchSuggestions",
            "sagemaker:List*",
            "sagemaker:Search",
        ],
    )])
}

const TRAIN: [&str; 2] = ["sagemaker:CreateTrainingJob", "sagemaker:CreateHyperParameterTuningJob"];
const TRAIN_OR_PROCESS: [&str; 3] = [
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateHyperParameterTuningJob",
    "sagemaker:CreateProcessingJob",
];
const RUN_JOBS: [&str; 4] = [
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateHyperParameterTuningJob",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTransformJob",
];

pub(super) fn data_scientist() -> String {
    let mut statements = jobs();
    statements.extend(notebooks());
    statements.push(
        allow("RequireProjectTag", &["sagemaker:CreateModel"])
            .when_present("aws:RequestTag/project"),
    );
    statements.push(tags_of_creations(&[
        "CreateTrainingJob",
        "CreateHyperParameterTuningJob",
        "CreateProcessingJob",
        "CreateTransformJob",
        "CreateModel",
    ]));
    statements.push(pass_execution_roles());
    document(statements)
}

/// One Allow for the instance types, and a Deny for each further rule.
fn jobs() -> Vec<Statement> {
    let subnets = [RESEARCH_EU.subnets, RESEARCH_US.subnets].concat();
    vec![
        allow("EnforceInstanceType", &RUN_JOBS)
            .when(
                "ForAllValues:StringLike",
                "sagemaker:InstanceTypes",
                ["ml.c5.*", "ml.m5.*", "ml.g5.*"],
            )
            .when_present("sagemaker:InstanceTypes"),
        deny("RequireVpc", &TRAIN_OR_PROCESS).when_absent("sagemaker:VpcSubnets"),
        deny("KeepInsideSubnets", &TRAIN_OR_PROCESS).when(
            "ForAnyValue:StringNotEquals",
            "sagemaker:VpcSubnets",
            subnets,
        ),
        deny("KeepSecurityGroups", &TRAIN_OR_PROCESS).when(
            "ForAnyValue:StringNotEquals",
            "sagemaker:VpcSecurityGroupIds",
            [RESEARCH_EU.group, RESEARCH_US.group],
        ),
        deny("EnforceIsolation", &TRAIN).when("Bool", "sagemaker:NetworkIsolation", ["false"]),
        deny("EnforceEncryption", &RUN_JOBS).when(
            "ArnNotEquals",
            "sagemaker:OutputKmsKeyArn",
            [RESEARCH_EU.key(), RESEARCH_US.key()],
        ),
    ]
}

fn notebooks() -> Vec<Statement> {
    vec![
        allow("LockDownCreateNotebookInstance", &["sagemaker:CreateNotebookInstance"])
            .when("StringEquals", "sagemaker:DirectInternetAccess", ["Disabled"])
            .when("StringEquals", "sagemaker:RootAccess", ["Disabled"])
            .when("ArnLike", "sagemaker:VolumeKmsKeyArn", ["arn:aws:kms:*:111122223333:key/*"])
            .when_present("sagemaker:VpcSubnets")
            .when_present("sagemaker:VpcSecurityGroupIds"),
        allow("LockDownUpdateNotebookInstance", &["sagemaker:UpdateNotebookInstance"]).when(
            "StringEquals",
            "sagemaker:RootAccess",
            ["Disabled"],
        ),
        allow(
            "RunNotebooks",
            &[
                "sagemaker:StartNotebookInstance",
                "sagemaker:StopNotebookInstance",
                "sagemaker:DeleteNotebookInstance",
            ],
        ),
        allow("OpenNotebooksFromOffice", &["sagemaker:CreatePresignedNotebookInstanceUrl"]).when(
            "IpAddress",
            "aws:SourceIp",
            ["192.0.2.0/24", "203.0.113.0/24"],
        ),
    ]
}

/// Creating with tags needs `AddTags` too; the key keeps it to that.
pub(super) fn tags_of_creations(operations: &[&str]) -> Statement {
    allow("AllowAddTagsForCreateOperations", &["sagemaker:AddTags"]).when(
        "StringEquals",
        "sagemaker:TaggingAction",
        operations.iter().copied(),
    )
}

pub(super) fn pass_execution_roles() -> Statement {
    allow("PassExecutionRoles", &["iam:PassRole"]).on(["arn:aws:iam::*:role/service-role/*"]).when(
        "StringEquals",
        "iam:PassedToService",
        ["sagemaker.amazonaws.com"],
    )
}

/// A team stops and deletes its own, known by the first word of the name.
fn own_work(team: &str) -> Vec<Statement> {
    let own = |kind: &str| format!("arn:aws:sagemaker:*:111122223333:{kind}/{team}-*");
    vec![
        allow(
            "StopOwnJobs",
            &[
                "sagemaker:StopTrainingJob",
                "sagemaker:StopProcessingJob",
                "sagemaker:StopTransformJob",
                "sagemaker:StopHyperParameterTuningJob",
            ],
        )
        .on([
            "training-job",
            "processing-job",
            "transform-job",
            "hyper-parameter-tuning-job",
        ]
        .map(own)),
        allow("DeleteOwnModels", &["sagemaker:DeleteModel"]).on([own("model")]),
    ]
}

pub(super) fn team_nlp() -> String {
    document(own_work("nlp"))
}

pub(super) fn team_vision() -> String {
    let mut statements = own_work("vision");
    statements.push(deny("KnownFileSystems", &TRAIN).when_present("sagemaker:FileSystemId").when(
        "StringNotEquals",
        "sagemaker:FileSystemId",
        [PHOTO_FILES],
    ));
    statements.push(deny("ReadOnlyFileSystems", &TRAIN).when(
        "StringEquals",
        "sagemaker:FileSystemAccessMode",
        ["rw"],
    ));
    document(statements)
}

pub(super) fn studio_user() -> String {
    let [research, ..] = ACCOUNTS;
    document(vec![
        allow("OpenStudioThroughEndpoint", &["sagemaker:CreatePresignedDomainUrl"])
            .on(["arn:aws:sagemaker:*:111122223333:user-profile/*"])
            .when("StringEquals", "aws:SourceVpce", [research.endpoint]),
        allow("RunApprovedApps", &["sagemaker:CreateApp"])
            .on(["arn:aws:sagemaker:*:111122223333:app/*"])
            .when(
                "ForAllValues:ArnLike",
                "sagemaker:ImageArns",
                ["arn:aws:sagemaker:*:111122223333:image/studio-*"],
            )
            .when(
                "ForAllValues:StringLike",
                "sagemaker:InstanceTypes",
                ["system", "ml.t3.*", "ml.m5.*"],
            )
            .when_present("sagemaker:ImageArns")
            .when_present("sagemaker:InstanceTypes"),
        allow("CloseApps", &["sagemaker:DeleteApp"]).on(["arn:aws:sagemaker:*:111122223333:app/*"]),
    ])
}

/// Whether a job is in the sandbox is written in its tags, which a record does not carry.
pub(super) fn ml_analyst() -> String {
    document(vec![
        allow("StopSandboxJobs", &["sagemaker:StopTrainingJob", "sagemaker:StopProcessingJob"])
            .when("StringEquals", "aws:ResourceTag/stage", ["sandbox"]),
    ])
}

pub(super) fn platform_admin() -> String {
    document(vec![
        allow("AdministerSageMaker", &["sagemaker:*"]),
        allow("PassPlatformRoles", &["iam:PassRole"])
            .on(["arn:aws:iam::*:role/service-role/*", "arn:aws:iam::*:role/ml/pipelines/*"])
            .when("StringEquals", "iam:PassedToService", ["sagemaker.amazonaws.com"]),
    ])
}
