//! Studio, the feature store, and labelling by people.

use super::{Access, FEATURE_GROUP, LABELING_JOB, Operation, change, create, describe, plain};
use crate::samples::company::{Place, STUDIO_DOMAIN};
use crate::samples::json::{Json, object};

/// An app in somebody's space of the Studio domain.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) place: &'static Place,
    pub(crate) space: String,
    pub(crate) kind: &'static str,
    pub(crate) instance_type: &'static str,
    /// Name of an image of the account.
    pub(crate) image: &'static str,
}

impl App {
    fn arn(&self) -> String {
        self.place.arn(&format!("app/{STUDIO_DOMAIN}/{}/{}/default", self.space, self.kind))
    }

    fn id(&self) -> Json {
        object! {
            "domainId": STUDIO_DOMAIN,
            "spaceName": self.space.clone(),
            "appType": self.kind,
            "appName": "default",
        }
    }

    pub(crate) fn create(&self) -> Operation {
        let specification = object! {
            "sageMakerImageArn": self.place.arn(&format!("image/{}", self.image)),
            "instanceType": self.instance_type,
        };
        let parameters = self.id().with("resourceSpec", Some(specification));
        create("CreateApp", "appArn", self.arn(), parameters)
    }

    pub(crate) fn describe(&self) -> Operation {
        describe("DescribeApp", self.id(), self.arn())
    }

    pub(crate) fn delete(&self) -> Operation {
        change("DeleteApp", self.id(), self.arn())
    }
}

/// The link that opens Studio; the link itself is a secret.
pub(crate) fn open_studio(place: &Place, profile: &str) -> Operation {
    let parameters = object! {
        "domainId": STUDIO_DOMAIN,
        "userProfileName": profile,
        "sessionExpirationDurationInSeconds": 43200,
    };
    let arn = place.arn(&format!("user-profile/{STUDIO_DOMAIN}/{profile}"));
    let response = object! { "authorizedUrl": "HIDDEN_DUE_TO_SECURITY_REASONS" };
    Operation { response, ..plain("CreatePresignedDomainUrl", Access::Write, parameters, arn) }
}

#[derive(Debug, Clone)]
pub(crate) struct FeatureGroup {
    pub(crate) place: &'static Place,
    pub(crate) name: String,
    pub(crate) role: &'static str,
    /// Where the offline copy goes.
    pub(crate) location: String,
    pub(crate) key: Option<String>,
}

impl FeatureGroup {
    pub(crate) fn create(&self) -> Operation {
        let storage = object! { "s3Uri": self.location.clone() }.with("kmsKeyId", self.key.clone());
        let feature = object! { "featureName": "customer_id", "featureType": "String" };
        let parameters = object! {
            "featureGroupName": self.name.clone(),
            "recordIdentifierFeatureName": "customer_id",
            "eventTimeFeatureName": "seen_at",
            "featureDefinitions": vec![feature],
            "offlineStoreConfig": object! {
                "s3StorageConfig": storage,
                "disableGlueTableCreation": false,
            },
            "roleArn": self.place.role(self.role),
        };
        let arn = FEATURE_GROUP.arn(self.place, &self.name);
        create("CreateFeatureGroup", "featureGroupArn", arn, parameters)
    }
}

pub(crate) fn create_labeling_job(
    place: &Place,
    name: &str,
    workteam: &str,
    role: &str,
) -> Operation {
    let people = object! {
        "workteamArn": workteam,
        "taskTitle": "Is the shelf empty?",
        "taskTimeLimitInSeconds": 600,
        "numberOfHumanWorkersPerDataObject": 3,
    };
    let output = format!("s3://{}/labels", place.bucket("datasets"));
    let parameters = object! {
        "labelingJobName": name,
        "labelAttributeName": "shelf",
        "outputConfig": object! { "s3OutputPath": output },
        "roleArn": place.role(role),
        "humanTaskConfig": people,
    };
    create("CreateLabelingJob", "labelingJobArn", LABELING_JOB.arn(place, name), parameters)
}

pub(crate) fn create_flow_definition(
    place: &Place,
    name: &str,
    workteam: &str,
    role: &str,
) -> Operation {
    let people = object! {
        "workteamArn": workteam,
        "taskTitle": "Check the product name",
        "taskDescription": "Compare the photograph with the name",
        "taskCount": 1,
    };
    let output = format!("s3://{}/reviews", place.bucket("datasets"));
    let parameters = object! {
        "flowDefinitionName": name,
        "humanLoopConfig": people,
        "outputConfig": object! { "s3OutputPath": output },
        "roleArn": place.role(role),
    };
    let arn = place.arn(&format!("flow-definition/{name}"));
    create("CreateFlowDefinition", "flowDefinitionArn", arn, parameters)
}
