//! What resources are like at a moment, as AWS lists them: for those whose creation lies before the
//! logs.
//!
//! The file is what AWS's own commands print, put together under a moment:
//!
//! ```json
//! {
//!   "as_of": "2026-06-30T12:00:00Z",
//!   "ResourceTagMappingList": [{"ResourceARN": "arn:…", "Tags": [{"Key": "team", "Value": "nlp"}]}],
//!   "EndpointConfigs": [{"EndpointConfigArn": "arn:…", "ProductionVariants": [{"InstanceType": "ml.m5.large"}]}],
//!   "Spaces": [{"SpaceArn": "arn:…", "SpaceSharingSettings": {"SharingType": "Private"}}]
//! }
//! ```
//!
//! of `aws resourcegroupstaggingapi get-resources`, `aws sagemaker describe-endpoint-config` and
//! `describe-space`. The moment is when the listing began. Members that AWS adds are passed over.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::hash::hex;
use crate::resource_fact::property;

/// What resources are like at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// When the listing began, in seconds since 1970.
    pub(crate) second: i64,
    pub(crate) resources: BTreeMap<String, Listed>,
    hash: String,
}

/// What is listed of a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listed {
    /// All its tags, if these are listed.
    pub(crate) tags: Option<Vec<(String, Vec<String>)>>,
    pub(crate) properties: Vec<(String, Vec<String>)>,
}

/// Why a file is no inventory.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// It has another shape; the message names line and column.
    #[error("the inventory has an unexpected shape: {0}")]
    Shape(#[from] serde_json::Error),
    /// The moment is not told as one.
    #[error("`as_of` of the inventory must be a time such as 2026-06-30T12:00:00Z, not `{}`", .0.escape_debug())]
    AsOf(String),
}

#[derive(Deserialize)]
struct File {
    as_of: String,
    #[serde(default, rename = "ResourceTagMappingList")]
    tags: Vec<TagMapping>,
    #[serde(default, rename = "EndpointConfigs")]
    endpoint_configs: Vec<EndpointConfig>,
    #[serde(default, rename = "Spaces")]
    spaces: Vec<Space>,
}

#[derive(Deserialize)]
struct TagMapping {
    #[serde(rename = "ResourceARN")]
    arn: String,
    #[serde(rename = "Tags")]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: String,
    value: String,
}

#[derive(Deserialize)]
struct EndpointConfig {
    #[serde(rename = "EndpointConfigArn")]
    arn: String,
    #[serde(default, rename = "ProductionVariants")]
    variants: Vec<Variant>,
    #[serde(default, rename = "ShadowProductionVariants")]
    shadow_variants: Vec<Variant>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Variant {
    instance_type: Option<String>,
}

#[derive(Deserialize)]
struct Space {
    #[serde(rename = "SpaceArn")]
    arn: String,
    #[serde(rename = "SpaceSharingSettings")]
    sharing: Option<Sharing>,
    #[serde(rename = "OwnershipSettings")]
    ownership: Option<Ownership>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sharing {
    sharing_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Ownership {
    owner_user_profile_name: Option<String>,
}

impl Inventory {
    /// Reads an inventory.
    ///
    /// # Errors
    /// [`InventoryError`] for a text of another shape.
    pub fn parse(text: &str) -> Result<Self, InventoryError> {
        let file: File = serde_json::from_str(text)?;
        let as_of = DateTime::parse_from_rfc3339(&file.as_of);
        let second = as_of.map_err(|_| InventoryError::AsOf(file.as_of))?.timestamp();
        let mut resources: BTreeMap<String, Listed> = BTreeMap::new();
        for mapping in file.tags {
            let tags = mapping.tags.into_iter().map(|tag| (tag.key, vec![tag.value]));
            let mut tags: Vec<(String, Vec<String>)> = tags.collect();
            tags.sort();
            resources.entry(mapping.arn).or_default().tags = Some(tags);
        }
        for config in file.endpoint_configs {
            let variants = config.variants.into_iter().chain(config.shadow_variants);
            let mut types: Vec<String> =
                variants.filter_map(|variant| variant.instance_type).collect();
            types.sort();
            types.dedup();
            let listed = resources.entry(config.arn).or_default();
            listed.properties.push((property::INSTANCE_TYPES.to_owned(), types));
        }
        for space in file.spaces {
            let properties = space.properties();
            resources.entry(space.arn).or_default().properties.extend(properties);
        }
        Ok(Self { second, resources, hash: hex(&Sha256::digest(text.as_bytes())) })
    }

    /// What tells it from others.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

impl Space {
    fn properties(&self) -> Vec<(String, Vec<String>)> {
        let sharing = self.sharing.as_ref().and_then(|settings| settings.sharing_type.clone());
        let owner = self.ownership.as_ref();
        let owner = owner.and_then(|settings| settings.owner_user_profile_name.as_deref());
        let owner = owner.and_then(|name| {
            let (domain, _) = self.arn.rsplit_once('/')?;
            Some(format!("{}/{name}", domain.replacen(":space/", ":user-profile/", 1)))
        });
        let named =
            [(property::OWNER_USER_PROFILE_ARN, owner), (property::SPACE_SHARING_TYPE, sharing)];
        let known = named.into_iter().filter_map(|(name, value)| Some((name, value?)));
        known.map(|(name, value)| (name.to_owned(), vec![value])).collect()
    }
}
