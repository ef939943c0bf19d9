//! What limits everybody: the permissions boundary and the service control policies.

use super::statement::{allow, deny, document};

/// The most that data scientists, notebooks and Studio users can be given. Deleting is left to the
/// platform team, with two exceptions; clusters are theirs altogether.
pub(super) fn boundary() -> String {
    document(vec![
        allow(
            "MostOfSageMaker",
            &[
                "sagemaker:AddTags",
                "sagemaker:BatchPutMetrics",
                "sagemaker:Create*",
                "sagemaker:DeleteApp",
                "sagemaker:DeleteModel",
                "sagemaker:Describe*",
                "sagemaker:GetSearchSuggestions",
                "sagemaker:List*",
                "sagemaker:Search",
                "sagemaker:Start*",
                "sagemaker:Stop*",
                "sagemaker:Update*",
            ],
        ),
        allow("RolesForSageMaker", &["iam:PassRole"]).when(
            "StringEquals",
            "iam:PassedToService",
            ["sagemaker.amazonaws.com"],
        ),
        deny("NoClusters", &["sagemaker:CreateCluster", "sagemaker:CreateTrainingPlan"]),
    ])
}

/// For the whole organisation.
pub(super) fn guardrail() -> String {
    document(vec![
        deny(
            "ProtectDomainsAndFeatures",
            &["sagemaker:DeleteDomain", "sagemaker:DeleteFeatureGroup"],
        ),
        deny("StayInRegions", &["sagemaker:*"]).when(
            "StringNotEquals",
            "aws:RequestedRegion",
            ["eu-west-1", "us-east-1"],
        ),
    ])
}

/// For the accounts that hold production.
pub(super) fn production_guardrail() -> String {
    document(vec![deny("NoDirectInternet", &["sagemaker:CreateNotebookInstance"]).when(
        "StringNotEquals",
        "sagemaker:DirectInternetAccess",
        ["Disabled"],
    )])
}
