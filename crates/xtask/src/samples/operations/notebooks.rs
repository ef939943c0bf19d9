//! Notebook instances.

use super::{NOTEBOOK_INSTANCE, Operation, Tags, change, create, tag_list};
use crate::samples::company::Place;
use crate::samples::json::object;

#[derive(Debug, Clone)]
pub(crate) struct Notebook {
    pub(crate) place: &'static Place,
    pub(crate) name: String,
    pub(crate) instance_type: &'static str,
    pub(crate) role: &'static str,
    /// `Enabled` or `Disabled`; left out, the service takes `Enabled`.
    pub(crate) direct_internet: Option<&'static str>,
    /// `Enabled` or `Disabled`; left out on creation, the service takes `Enabled`.
    pub(crate) root_access: Option<&'static str>,
    pub(crate) key: Option<String>,
    pub(crate) tags: Tags,
}

impl Notebook {
    pub(crate) fn create(&self) -> Operation {
        let [subnet, _] = self.place.subnets;
        let parameters = object! {
            "notebookInstanceName": self.name.clone(),
            "instanceType": self.instance_type,
            "subnetId": subnet,
            "securityGroupIds": vec![self.place.group],
            "roleArn": self.place.role(self.role),
        };
        let parameters = parameters
            .with("kmsKeyId", self.key.clone())
            .with("tags", tag_list(&self.tags))
            .with("directInternetAccess", self.direct_internet)
            .with("volumeSizeInGB", Some(20))
            .with("rootAccess", self.root_access);
        let arn = NOTEBOOK_INSTANCE.arn(self.place, &self.name);
        create("CreateNotebookInstance", "notebookInstanceArn", arn, parameters)
    }

    /// Only what an update may change: the size, and whether its user is root.
    pub(crate) fn update(&self) -> Operation {
        let parameters = object! {
            "notebookInstanceName": self.name.clone(),
            "instanceType": self.instance_type,
        };
        let parameters = parameters.with("rootAccess", self.root_access);
        let arn = NOTEBOOK_INSTANCE.arn(self.place, &self.name);
        change("UpdateNotebookInstance", parameters, arn)
    }
}

/// The link that opens a notebook; the link itself is a secret.
pub(crate) fn open_notebook(place: &Place, name: &str) -> Operation {
    let response = object! { "authorizedUrl": "HIDDEN_DUE_TO_SECURITY_REASONS" };
    let call = NOTEBOOK_INSTANCE.change("CreatePresignedNotebookInstanceUrl", place, name);
    Operation { response, ..call }
}
