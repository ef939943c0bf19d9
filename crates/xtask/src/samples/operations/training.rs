//! Training, tuning, processing and transform jobs.

use super::{
    Operation, PROCESSING_JOB, TRAINING_JOB, TRANSFORM_JOB, TUNING_JOB, Tags, Vpc, create, tag_list,
};
use crate::samples::company::Place;
use crate::samples::json::{Json, object};

#[derive(Debug, Clone)]
pub(crate) enum Compute {
    One(&'static str),
    /// A heterogeneous cluster, one group for each type.
    Groups(Vec<&'static str>),
}

/// Where the training data comes from.
#[derive(Debug, Clone)]
pub(crate) enum Channel {
    Bucket,
    Files { id: &'static str, mode: &'static str, path: &'static str },
}

#[derive(Debug, Clone)]
pub(crate) struct TrainingJob {
    pub(crate) place: &'static Place,
    pub(crate) name: String,
    pub(crate) compute: Compute,
    pub(crate) role: &'static str,
    pub(crate) vpc: Option<Vpc>,
    pub(crate) isolation: bool,
    pub(crate) traffic_encryption: bool,
    pub(crate) volume_key: Option<String>,
    pub(crate) output_key: Option<String>,
    pub(crate) channel: Channel,
    pub(crate) max_runtime: u64,
    pub(crate) tags: Tags,
    /// CloudTrail blanks what looks like a secret.
    pub(crate) hidden_environment: bool,
}

impl TrainingJob {
    pub(crate) fn create(&self) -> Operation {
        let place = self.place;
        let arn = TRAINING_JOB.arn(place, &self.name);
        let parameters = object! {
            "trainingJobName": self.name.clone(),
            "hyperParameters": object! { "epochs": "10", "sagemaker_program": "\"train.py\"" },
        };
        let parameters = self
            .definition(parameters)
            .with("tags", tag_list(&self.tags))
            .with("environment", self.environment())
            .with("disableEFA", Some(false))
            .with("withWarmPoolValidationError", Some(false))
            .with("trainingJobArn", Some(arn.clone()));
        create("CreateTrainingJob", "trainingJobArn", arn, parameters)
    }

    fn environment(&self) -> Option<Json> {
        self.hidden_environment.then(|| Json::from("HIDDEN_DUE_TO_SECURITY_REASONS"))
    }

    /// The members a training job and the template of a tuning job share.
    fn definition(&self, start: Json) -> Json {
        let place = self.place;
        let algorithm = object! {
            "trainingImage": place.image("train:2.3"),
            "trainingInputMode": "File",
            "enableSageMakerMetricsTimeSeries": false,
        };
        let output =
            object! { "s3OutputPath": format!("s3://{}/models", place.bucket("artifacts")) }
                .with("kmsKeyId", self.output_key.clone());
        start
            .with("algorithmSpecification", Some(algorithm))
            .with("roleArn", Some(place.role(self.role)))
            .with("inputDataConfig", Some(vec![self.input()]))
            .with("outputDataConfig", Some(output))
            .with("resourceConfig", Some(self.resources()))
            .with("vpcConfig", self.vpc.as_ref().map(Vpc::config))
            .with("stoppingCondition", Some(object! { "maxRuntimeInSeconds": self.max_runtime }))
            .with("enableNetworkIsolation", Some(self.isolation))
            .with("enableInterContainerTrafficEncryption", Some(self.traffic_encryption))
            .with("enableManagedSpotTraining", Some(false))
    }

    fn input(&self) -> Json {
        let source = match self.channel {
            Channel::Bucket => object! { "s3DataSource": object! {
                "s3DataType": "S3Prefix",
                "s3Uri": format!("s3://{}/train", self.place.bucket("datasets")),
                "s3DataDistributionType": "FullyReplicated",
            } },
            Channel::Files { id, mode, path } => object! { "fileSystemDataSource": object! {
                "fileSystemId": id,
                "fileSystemAccessMode": mode,
                "fileSystemType": "EFS",
                "directoryPath": path,
            } },
        };
        object! { "channelName": "train", "dataSource": source, "enableFFM": false }
    }

    fn resources(&self) -> Json {
        let compute = match &self.compute {
            Compute::One(kind) => object! { "instanceType": *kind, "instanceCount": 1 },
            Compute::Groups(kinds) => {
                let groups = kinds.iter().enumerate().map(|(index, kind)| {
                    object! {
                        "instanceType": *kind,
                        "instanceCount": 1,
                        "instanceGroupName": format!("group-{index}"),
                    }
                });
                object! { "instanceGroups": groups.collect::<Vec<Json>>() }
            }
        };
        compute
            .with("volumeSizeInGB", Some(100))
            .with("volumeKmsKeyId", self.volume_key.clone())
            .with("useReservedCapacity", Some(false))
    }
}

/// Tuning: the same job, many times over.
pub(crate) fn create_tuning_job(job: &TrainingJob) -> Operation {
    let arn = TUNING_JOB.arn(job.place, &job.name);
    let limits = object! { "maxNumberOfTrainingJobs": 20, "maxParallelTrainingJobs": 4 };
    let parameters = object! {
        "hyperParameterTuningJobName": job.name.clone(),
        "hyperParameterTuningJobConfig": object! {
            "strategy": "Bayesian",
            "resourceLimits": limits,
        },
        "trainingJobDefinition": job.definition(object! {}),
    };
    let parameters = parameters.with("tags", tag_list(&job.tags));
    create("CreateHyperParameterTuningJob", "hyperParameterTuningJobArn", arn, parameters)
}

#[derive(Debug, Clone)]
pub(crate) struct ProcessingJob {
    pub(crate) place: &'static Place,
    pub(crate) name: String,
    pub(crate) instance_type: &'static str,
    pub(crate) role: &'static str,
    pub(crate) vpc: Option<Vpc>,
    pub(crate) isolation: bool,
    pub(crate) traffic_encryption: bool,
    pub(crate) volume_key: Option<String>,
    pub(crate) output_key: Option<String>,
    pub(crate) max_runtime: u64,
    pub(crate) tags: Tags,
}

impl ProcessingJob {
    pub(crate) fn create(&self) -> Operation {
        let place = self.place;
        let arn = PROCESSING_JOB.arn(place, &self.name);
        let cluster = object! {
            "instanceCount": 1,
            "instanceType": self.instance_type,
            "volumeSizeInGB": 30,
        };
        let cluster = cluster.with("volumeKmsKeyId", self.volume_key.clone());
        let parameters = object! {
            "processingJobName": self.name.clone(),
            "processingResources": object! { "clusterConfig": cluster },
            "appSpecification": object! {
                "imageUri": place.image("process:1.9"),
                "containerEntrypoint": vec!["python3", "/opt/ml/processing/input/code/run.py"],
            },
            "processingOutputConfig": self.outputs(),
            "stoppingCondition": object! { "maxRuntimeInSeconds": self.max_runtime },
            "roleArn": place.role(self.role),
            "networkConfig": self.network(),
        };
        let parameters = parameters.with("tags", tag_list(&self.tags));
        create("CreateProcessingJob", "processingJobArn", arn, parameters)
    }

    fn outputs(&self) -> Json {
        let output = object! {
            "outputName": "result",
            "appManaged": false,
            "s3Output": object! {
                "s3Uri": format!("s3://{}/processed", self.place.bucket("datasets")),
                "localPath": "/opt/ml/processing/output",
                "s3UploadMode": "EndOfJob",
            },
        };
        object! { "outputs": vec![output] }.with("kmsKeyId", self.output_key.clone())
    }

    fn network(&self) -> Json {
        let network = object! {
            "enableInterContainerTrafficEncryption": self.traffic_encryption,
            "enableNetworkIsolation": self.isolation,
        };
        network.with("vpcConfig", self.vpc.as_ref().map(Vpc::config))
    }
}

#[derive(Debug, Clone)]
pub(crate) struct TransformJob {
    pub(crate) place: &'static Place,
    pub(crate) name: String,
    pub(crate) model: String,
    pub(crate) instance_type: &'static str,
    pub(crate) volume_key: Option<String>,
    pub(crate) output_key: Option<String>,
    pub(crate) tags: Tags,
}

impl TransformJob {
    pub(crate) fn create(&self) -> Operation {
        let place = self.place;
        let arn = TRANSFORM_JOB.arn(place, &self.name);
        let source = object! {
            "s3DataType": "S3Prefix",
            "s3Uri": format!("s3://{}/score", place.bucket("datasets")),
        };
        let output =
            object! { "s3OutputPath": format!("s3://{}/scores", place.bucket("artifacts")) }
                .with("kmsKeyId", self.output_key.clone());
        let resources = object! { "instanceType": self.instance_type, "instanceCount": 1 }
            .with("volumeKmsKeyId", self.volume_key.clone());
        let parameters = object! {
            "transformJobName": self.name.clone(),
            "modelName": self.model.clone(),
            "transformInput": object! { "dataSource": object! { "s3DataSource": source } },
            "transformOutput": output,
            "transformResources": resources,
        };
        let parameters = parameters.with("tags", tag_list(&self.tags));
        create("CreateTransformJob", "transformJobArn", arn, parameters)
    }
}
