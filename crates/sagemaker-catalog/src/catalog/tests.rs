use std::collections::BTreeMap;

use super::*;
use crate::Coverage;

#[test]
fn actions_are_found_without_case_and_keep_their_spelling() {
    let action = catalog().action("createtrainingjob").unwrap();
    assert_eq!(
        (action.name.as_str(), action.id().as_str()),
        ("CreateTrainingJob", "sagemaker:CreateTrainingJob")
    );
    assert!(action.is_create() && !action.is_read_only());
    assert_eq!(catalog().action("CreateTrainingJobs"), None);
    assert_eq!(catalog().action("sagemaker:CreateTrainingJob"), None);
    assert_eq!(catalog().action_of("s3", "GetObject"), None);
}

#[test]
fn events_map_to_actions_and_unknown_ones_keep_their_name() {
    for (source, name, wanted, known) in [
        ("sagemaker.amazonaws.com", "CreateTrainingJob", "sagemaker:CreateTrainingJob", true),
        ("sagemaker.amazonaws.com", "createTrainingJob", "sagemaker:CreateTrainingJob", true),
        ("sagemaker.amazonaws.com", "UpdateRecord", "sagemaker:PutRecord", true),
        ("sagemaker.amazonaws.com", "InvokeEndpoint", "sagemaker:InvokeEndpoint", true),
        ("sagemaker.amazonaws.com.cn", "ListModels", "sagemaker:ListModels", true),
        (
            "runtime.sagemaker.amazonaws.com",
            "InvokeEndpointAsync",
            "sagemaker:InvokeEndpointAsync",
            true,
        ),
        (
            "featurestore-runtime.sagemaker.amazonaws.com",
            "UpdateRecord",
            "sagemaker:PutRecord",
            true,
        ),
        ("metrics-sagemaker.amazonaws.com", "BatchPutMetrics", "sagemaker:BatchPutMetrics", true),
        ("edge.sagemaker.amazonaws.com", "SendHeartbeat", "sagemaker:SendHeartbeat", true),
        ("sagemaker-geospatial.amazonaws.com", "GetTile", "sagemaker-geospatial:GetTile", true),
        ("sagemaker-mlflow.amazonaws.com", "CreateRun", "sagemaker-mlflow:CreateRun", true),
        (
            "sagemaker.amazonaws.com",
            "CreateTrainingSession",
            "sagemaker:CreateTrainingSession",
            false,
        ),
        ("sagemaker-tomorrow.amazonaws.com", "DoIt", "sagemaker-tomorrow:DoIt", false),
        ("iam.amazonaws.com", "PassRole", "iam:PassRole", false),
    ] {
        let event = catalog().event(source, name);
        assert_eq!(event.to_string(), wanted);
        assert_eq!(event.known(), known, "{wanted}");
    }
}

#[test]
fn every_resource_type_is_found_by_an_arn_of_its_pattern() {
    for prefix in catalog().prefixes() {
        for resource_type in catalog().resource_types_of(prefix) {
            let filled = resource_type.tail.fill(|_| Some("x-1".into())).unwrap();
            for tail in [filled, resource_type.tail.pattern()] {
                let service = &resource_type.arn_service;
                let arn = format!("arn:aws:{service}:us-east-1:111122223333:{tail}");
                assert_eq!(
                    catalog().resource_type_of_arn(&arn),
                    Some(&*resource_type.name),
                    "{arn}"
                );
            }
        }
    }
}

#[test]
fn the_most_specific_resource_type_wins_and_strangers_have_none() {
    for (tail, wanted) in [
        ("pipeline/p", Some("pipeline")),
        ("pipeline/p/execution/e", Some("pipeline-execution")),
        ("device-fleet/f/device/d", Some("device")),
        ("model-card/c/export-job/j", Some("model-card-export-job")),
        ("model-package/group/3", Some("model-package")),
        ("model-package-group/group", Some("model-package-group")),
        ("workteam/private-crowd/team", Some("workteam")),
        ("monitoring-schedule/s/alert/a", Some("monitoring-schedule-alert")),
        ("edge-deployment/p", Some("edge-deployment-plan")),
        ("app/d-1/user/JupyterServer/default", Some("app")),
        ("domain/*", Some("domain")),
        ("user-profile/*", Some("user-profile")),
        ("app/d-1/*", Some("app")),
        ("device-fleet/*", Some("device-fleet")),
        ("user-profile/d-1", None),
        ("domain/", None),
        ("unheard-of/x", None),
        ("*", None),
        ("", None),
    ] {
        let arn = format!("arn:aws-cn:sagemaker:cn-north-1:111122223333:{tail}");
        assert_eq!(catalog().resource_type_of_arn(&arn), wanted, "{tail}");
    }
    let geospatial = "arn:aws:sagemaker-geospatial:us-west-2:111122223333:earth-observation-job/j";
    assert_eq!(catalog().resource_type_of_arn(geospatial), Some("EarthObservationJob"));
    for arn in ["arn:aws:s3:::model/x", "arn:aws:iam::111122223333:role/model/x", "model/x", "*"] {
        assert_eq!(catalog().resource_type_of_arn(arn), None, "{arn}");
    }
}

#[test]
fn lists_without_a_resource_type_have_the_family_they_list() {
    for (action, wanted) in [
        ("ListDomains", Some("domain")),
        ("ListEndpoints", Some("endpoint")),
        ("ListEndpointConfigs", Some("endpoint-config")),
        ("ListTrainingJobs", Some("training-job")),
        ("ListModels", Some("model")),
        ("ListMlflowTrackingServers", Some("mlflow-tracking-server")),
        ("ListAutoMLJobs", Some("automl-job")),
        ("ListCodeRepositories", Some("code-repository")),
        ("ListApps", Some("app")),
        ("ListTrials", Some("experiment-trial")),
        ("ListEdgeDeploymentPlans", Some("edge-deployment-plan")),
        ("ListResourceCatalogs", Some("sagemaker-catalog")),
        ("ListDevices", Some("device")),
        ("Search", None),
        ("QueryLineage", None),
        ("RenderUiTemplate", None),
        ("ListAssociations", None),
        ("ListStageDevices", None),
        ("ListMonitoringExecutions", None),
        ("ListModelMetadata", None),
        ("ListTags", None),
        ("CreateModel", None),
        ("ListUnheardOfs", None),
    ] {
        assert_eq!(catalog().list_family(action), wanted, "{action}");
    }
    let families: Vec<_> =
        catalog().actions().filter_map(|action| action.list_family.as_deref()).collect();
    assert_eq!(families.len(), 66);
    let plan = catalog().resource_type("edge-deployment-plan").unwrap();
    assert_eq!(plan.family_pattern(), "edge-deployment/*");
}

#[test]
fn creations_are_told_from_calls_about_what_exists() {
    for (action, wanted) in [
        ("CreateEndpoint", &["endpoint"][..]),
        ("CreateTrainingJob", &["training-job"]),
        ("CreateTrial", &["experiment-trial"]),
        ("CreateComputeQuota", &["compute-quota"]),
        ("CreateAutoMLJobV2", &["automl-job"]),
        ("CreateHubContentReference", &["hub-content"]),
        ("RegisterDevices", &["device"]),
        ("CreatePresignedDomainUrl", &[]),
        ("CreateImageVersion", &[]),
        ("CreateEdgeDeploymentStage", &[]),
        ("UpdateEndpoint", &[]),
        ("StartPipelineExecution", &[]),
    ] {
        let action = catalog().action(action).unwrap();
        let created = action.resources.iter().filter(|rule| rule.created);
        let created: Vec<&str> = created.map(|rule| rule.resource_type.as_str()).collect();
        assert_eq!(created, wanted, "{}", action.name);
        assert_eq!(action.is_create(), !wanted.is_empty());
    }
}

#[test]
fn condition_keys_are_found_without_case_and_by_what_a_variable_covers() {
    for (name, wanted) in [
        ("sagemaker:instancetypes", Some("sagemaker:InstanceTypes")),
        ("aws:RequestTag/team", Some("aws:RequestTag/${TagKey}")),
        ("sagemaker:ResourceTag/team", Some("sagemaker:ResourceTag/${TagKey}")),
        ("sagemaker:ResourceTag/", Some("sagemaker:ResourceTag/")),
        ("sagemaker:ModelLifeCycle:Stage", Some("sagemaker:ModelLifeCycle:Stage")),
        (
            "sagemaker:SearchVisibilityCondition/Tags.AmazonDataZoneProject/EqualsIfExists",
            Some("sagemaker:SearchVisibilityCondition/${FilterKey}"),
        ),
        ("sagemaker:VolumeKmsKey", Some("sagemaker:VolumeKmsKey")),
        ("sagemaker:UnheardOf", None),
        ("aws:SourceIp", None),
    ] {
        let key = catalog().condition_key(name);
        assert_eq!(key.map(|key| key.name.as_str()), wanted, "{name}");
    }
}

#[test]
fn aliases_go_both_ways() {
    let current = "sagemaker:VolumeKmsKeyArn";
    let old = ["sagemaker:HomeEfsFileSystemKmsKey", "sagemaker:VolumeKmsKey"];
    assert_eq!(catalog().alias_of(current), old);
    assert_eq!(catalog().alias_of("SageMaker:volumekmskey"), [current]);
    assert_eq!(catalog().alias_of("sagemaker:OutputKmsKeyArn"), ["sagemaker:OutputKmsKey"]);
    assert!(catalog().alias_of("sagemaker:InstanceTypes").is_empty());
    for (old, current) in catalog().aliases() {
        assert_eq!(catalog().alias_of(old), [current]);
        assert!(catalog().alias_of(current).contains(&old));
    }
}

#[test]
fn the_data_is_named_and_whole() {
    let names: Vec<&str> = crate::data().iter().map(|(name, _)| *name).collect();
    assert!(names.is_sorted());
    assert_eq!(names.len(), 21);
    assert_eq!(
        catalog().prefixes().collect::<Vec<_>>(),
        [
            "sagemaker",
            "sagemaker-data-science-assistant",
            "sagemaker-geospatial",
            "sagemaker-mlflow",
            "sagemaker-unified-studio-mcp",
        ]
    );
}

/// Every key of every action is accounted for; a service reference with a new key fails here, by
/// the key's name.
#[test]
fn no_key_of_an_action_is_unresolved() {
    let mut counts = BTreeMap::new();
    let mut unresolved = Vec::new();
    for action in catalog().actions() {
        for rule in &action.keys {
            let coverage = rule.coverage();
            *counts.entry(coverage).or_insert(0_usize) += 1;
            if coverage == Coverage::Unresolved {
                unresolved.push(format!("{} of {}", rule.key, action.name));
            }
        }
    }
    assert_eq!(unresolved, Vec::<String>::new());
    let told = counts[&Coverage::Read] + counts[&Coverage::Default];
    assert!(told >= 336, "{counts:?}");
}
