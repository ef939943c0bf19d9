//! API operations with their parameters and answers, in CloudTrail's spelling: members with a small
//! first letter, maps as their users wrote them, and the extra `false` members the service adds.

mod notebooks;
mod serving;
mod studio;
mod training;

pub(super) use notebooks::{Notebook, open_notebook};
pub(super) use serving::{EndpointConfig, Model, create_endpoint, update_endpoint};
pub(super) use studio::{
    App, FeatureGroup, create_flow_definition, create_labeling_job, open_studio,
};
pub(super) use training::{
    Channel, Compute, ProcessingJob, TrainingJob, TransformJob, create_tuning_job,
};

use super::company::Place;
use super::json::{Json, object};

pub(super) const SAGEMAKER: &str = "sagemaker.amazonaws.com";
pub(super) const METRICS: &str = "metrics-sagemaker.amazonaws.com";

#[derive(Debug, Clone)]
pub(super) enum Access {
    Read,
    Write,
    /// A data event, which names the resource outside the parameters as well.
    Data {
        resource_type: &'static str,
        arn: String,
    },
}

#[derive(Debug, Clone)]
pub(super) struct Operation {
    pub(super) source: &'static str,
    pub(super) name: &'static str,
    pub(super) access: Access,
    pub(super) parameters: Json,
    pub(super) response: Json,
    /// The resource as a refusal would name it.
    pub(super) resource: String,
}

impl Operation {
    pub(super) fn is_read(&self) -> bool {
        matches!(self.access, Access::Read)
    }

    pub(super) fn action(&self) -> String {
        format!("sagemaker:{}", self.name)
    }
}

/// Parameters too large for a record are left out, whatever they were.
pub(super) fn omit_parameters(mut operation: Operation, original_size: u64) -> Operation {
    operation.parameters = object! {
        "reason": "requestParameters too large",
        "omitted": true,
        "originalSize": original_size,
    };
    operation
}

/// A call that answers with nothing but the ARN of what it made.
fn create(
    name: &'static str,
    arn_member: &'static str,
    arn: String,
    parameters: Json,
) -> Operation {
    Operation {
        source: SAGEMAKER,
        name,
        access: Access::Write,
        parameters,
        response: Json::Object(vec![(arn_member.to_owned(), arn.clone().into())]),
        resource: arn,
    }
}

fn plain(name: &'static str, access: Access, parameters: Json, resource: String) -> Operation {
    Operation { source: SAGEMAKER, name, access, parameters, response: Json::Null, resource }
}

/// A list or search: no resource of its own.
pub(super) fn list(name: &'static str, parameters: Json) -> Operation {
    plain(name, Access::Read, parameters, "*".to_owned())
}

/// A question about one resource.
pub(super) fn describe(name: &'static str, parameters: Json, resource: String) -> Operation {
    plain(name, Access::Read, parameters, resource)
}

/// A change of one resource that answers with nothing.
pub(super) fn change(name: &'static str, parameters: Json, resource: String) -> Operation {
    plain(name, Access::Write, parameters, resource)
}

/// What SageMaker calls a thing: its resource type, the stem of its operations, its name member.
#[derive(Debug, Clone, Copy)]
pub(super) struct Family {
    resource_type: &'static str,
    member: &'static str,
    describe: &'static str,
}

pub(super) const TRAINING_JOB: Family = Family {
    resource_type: "training-job",
    member: "trainingJobName",
    describe: "DescribeTrainingJob",
};
pub(super) const PROCESSING_JOB: Family = Family {
    resource_type: "processing-job",
    member: "processingJobName",
    describe: "DescribeProcessingJob",
};
pub(super) const TRANSFORM_JOB: Family = Family {
    resource_type: "transform-job",
    member: "transformJobName",
    describe: "DescribeTransformJob",
};
pub(super) const TUNING_JOB: Family = Family {
    resource_type: "hyper-parameter-tuning-job",
    member: "hyperParameterTuningJobName",
    describe: "DescribeHyperParameterTuningJob",
};
pub(super) const LABELING_JOB: Family = Family {
    resource_type: "labeling-job",
    member: "labelingJobName",
    describe: "DescribeLabelingJob",
};
pub(super) const MODEL: Family =
    Family { resource_type: "model", member: "modelName", describe: "DescribeModel" };
pub(super) const ENDPOINT: Family =
    Family { resource_type: "endpoint", member: "endpointName", describe: "DescribeEndpoint" };
pub(super) const ENDPOINT_CONFIG: Family = Family {
    resource_type: "endpoint-config",
    member: "endpointConfigName",
    describe: "DescribeEndpointConfig",
};
pub(super) const NOTEBOOK_INSTANCE: Family = Family {
    resource_type: "notebook-instance",
    member: "notebookInstanceName",
    describe: "DescribeNotebookInstance",
};
pub(super) const FEATURE_GROUP: Family = Family {
    resource_type: "feature-group",
    member: "featureGroupName",
    describe: "DescribeFeatureGroup",
};
pub(super) const PIPELINE: Family =
    Family { resource_type: "pipeline", member: "pipelineName", describe: "DescribePipeline" };
pub(super) const WORKTEAM: Family =
    Family { resource_type: "workteam", member: "workteamName", describe: "DescribeWorkteam" };

impl Family {
    pub(super) fn arn(self, place: &Place, name: &str) -> String {
        place.arn(&format!("{}/{name}", self.resource_type))
    }

    fn named(self, name: &str) -> Json {
        Json::Object(vec![(self.member.to_owned(), name.into())])
    }

    /// `Describe…` by name.
    pub(super) fn describe(self, place: &Place, name: &str) -> Operation {
        describe(self.describe, self.named(name), self.arn(place, name))
    }

    /// Any other read of one resource by name.
    pub(super) fn read(self, operation: &'static str, place: &Place, name: &str) -> Operation {
        describe(operation, self.named(name), self.arn(place, name))
    }

    /// `Start…`, `Stop…`, `Delete…` by name.
    pub(super) fn change(self, operation: &'static str, place: &Place, name: &str) -> Operation {
        change(operation, self.named(name), self.arn(place, name))
    }
}

/// Tags as SageMaker takes them; none at all leave no member behind.
pub(super) type Tags = Vec<(&'static str, &'static str)>;

fn tag_list(tags: &Tags) -> Option<Json> {
    let tags: Vec<Json> =
        tags.iter().map(|(key, value)| object! { "key": *key, "value": *value }).collect();
    (!tags.is_empty()).then_some(Json::List(tags))
}

/// A network to run in.
#[derive(Debug, Clone)]
pub(super) struct Vpc {
    pub(super) subnets: Vec<&'static str>,
    pub(super) groups: Vec<&'static str>,
}

impl Vpc {
    /// The network of the account and region.
    pub(super) fn of(place: &Place) -> Self {
        Self { subnets: place.subnets.to_vec(), groups: vec![place.group] }
    }

    fn config(&self) -> Json {
        object! { "securityGroupIds": self.groups.clone(), "subnets": self.subnets.clone() }
    }
}

/// `AddTags` on its own, without a create call.
pub(super) fn add_tags(resource: String, tags: &Tags) -> Operation {
    let list = tag_list(tags);
    let parameters = object! { "resourceArn": resource.clone(), "tags": list.clone() };
    let response = object! { "tags": list };
    Operation { response, ..change("AddTags", parameters, resource) }
}

/// Metrics of a running job: a data event of its own source.
pub(super) fn batch_put_metrics(place: &Place, component: &str) -> Operation {
    let arn = place.arn(&format!("experiment-trial-component/{component}"));
    let access = Access::Data {
        resource_type: "AWS::SageMaker::ExperimentTrialComponent",
        arn: arn.clone(),
    };
    let parameters = object! { "trialComponentName": component };
    Operation { source: METRICS, ..plain("BatchPutMetrics", access, parameters, arn) }
}
