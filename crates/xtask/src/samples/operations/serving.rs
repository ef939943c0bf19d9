//! Models, endpoint configurations and endpoints.

use super::{ENDPOINT, ENDPOINT_CONFIG, MODEL, Operation, Tags, Vpc, create, tag_list};
use crate::samples::company::Place;
use crate::samples::json::{Json, object};

#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) place: &'static Place,
    pub(crate) name: String,
    pub(crate) role: &'static str,
    pub(crate) vpc: Option<Vpc>,
    pub(crate) tags: Tags,
}

impl Model {
    pub(crate) fn create(&self) -> Operation {
        let place = self.place;
        let arn = MODEL.arn(place, &self.name);
        let container = object! {
            "image": place.image("serve:2.3"),
            "mode": "SingleModel",
            "modelDataUrl":
                format!("s3://{}/models/{}/model.tar.gz", place.bucket("artifacts"), self.name),
        };
        let parameters = object! {
            "modelName": self.name.clone(),
            "primaryContainer": container,
            "executionRoleArn": place.role(self.role),
        };
        let parameters = parameters
            .with("tags", tag_list(&self.tags))
            .with("vpcConfig", self.vpc.as_ref().map(Vpc::config))
            .with("enableNetworkIsolation", Some(false));
        create("CreateModel", "modelArn", arn, parameters)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct EndpointConfig {
    pub(crate) place: &'static Place,
    pub(crate) name: String,
    pub(crate) model: String,
    pub(crate) instance_type: &'static str,
    pub(crate) key: Option<String>,
    pub(crate) tags: Tags,
}

impl EndpointConfig {
    pub(crate) fn create(&self) -> Operation {
        let arn = ENDPOINT_CONFIG.arn(self.place, &self.name);
        let variant = object! {
            "variantName": "main",
            "modelName": self.model.clone(),
            "initialInstanceCount": 2,
            "instanceType": self.instance_type,
            "initialVariantWeight": 1,
        };
        let parameters = object! {
            "endpointConfigName": self.name.clone(),
            "productionVariants": vec![variant],
        };
        let parameters = parameters
            .with("tags", tag_list(&self.tags))
            .with("kmsKeyId", self.key.clone())
            .with("enableNetworkIsolation", Some(false));
        create("CreateEndpointConfig", "endpointConfigArn", arn, parameters)
    }
}

fn endpoint_parameters(name: &str, config: &str) -> Json {
    object! { "endpointName": name, "endpointConfigName": config }
}

pub(crate) fn create_endpoint(place: &Place, name: &str, config: &str, tags: &Tags) -> Operation {
    let parameters = endpoint_parameters(name, config).with("tags", tag_list(tags));
    create("CreateEndpoint", "endpointArn", ENDPOINT.arn(place, name), parameters)
}

pub(crate) fn update_endpoint(place: &Place, name: &str, config: &str) -> Operation {
    let parameters = endpoint_parameters(name, config);
    create("UpdateEndpoint", "endpointArn", ENDPOINT.arn(place, name), parameters)
}
