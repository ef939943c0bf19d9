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
//! `describe-space`. The moment is when the listing began; `until` may say when it was done, else an
//! hour later it is. Members that AWS adds are passed over.

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
    /// When it was done.
    pub(crate) until: i64,
    pub(crate) resources: BTreeMap<String, Listed>,
    hash: String,
}

/// What is listed of a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listed {
    /// All its tags, if these are listed.
    pub(crate) tags: Option<Vec<(String, Vec<String>)>>,
    pub(crate) properties: Vec<(String, Vec<String>)>,
    contradictory: bool,
}

/// Why a file is no inventory.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// It has another shape; the message names line and column.
    #[error("the inventory has an unexpected shape: {0}")]
    Shape(#[from] serde_json::Error),
    /// It was done before it began.
    #[error("`until` of the inventory is before `as_of`")]
    Backwards,
    /// A moment is not told as one.
    #[error("`as_of` and `until` of the inventory must be times such as 2026-06-30T12:00:00Z, unlike `{}`", .0.escape_debug())]
    AsOf(String),
}

#[derive(Deserialize)]
struct File {
    as_of: String,
    until: Option<String>,
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
        let second = second(&file.as_of)?;
        let until = file.until.as_deref().map(self::second).transpose()?;
        let until = until.unwrap_or(second.saturating_add(LISTING));
        if until < second {
            return Err(InventoryError::Backwards);
        }
        let mut resources: BTreeMap<String, Listed> = BTreeMap::new();
        for mapping in file.tags {
            let tags = mapping.tags.into_iter().map(|tag| (tag.key, vec![tag.value]));
            let mut tags: Vec<(String, Vec<String>)> = tags.collect();
            tags.sort();
            let listed = Listed { tags: Some(tags), ..Listed::default() };
            add(&mut resources, mapping.arn, listed);
        }
        for config in file.endpoint_configs {
            let variants = config.variants.into_iter().chain(config.shadow_variants);
            let mut types: Vec<String> =
                variants.filter_map(|variant| variant.instance_type).collect();
            types.sort();
            types.dedup();
            let properties = vec![(property::INSTANCE_TYPES.to_owned(), types)];
            add(&mut resources, config.arn, Listed { properties, ..Listed::default() });
        }
        for space in file.spaces {
            let properties = space.properties();
            add(&mut resources, space.arn, Listed { properties, ..Listed::default() });
        }
        for listed in resources.values_mut().filter(|listed| listed.contradicts_itself()) {
            *listed = Listed::default();
        }
        Ok(Self { second, until, resources, hash: hex(&Sha256::digest(text.as_bytes())) })
    }

    /// What tells it from others.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

/// Seconds within which a listing is done, where the file does not say when it was.
const LISTING: i64 = 3600;

fn second(text: &str) -> Result<i64, InventoryError> {
    let time = DateTime::parse_from_rfc3339(text);
    time.map(|time| time.timestamp()).map_err(|_| InventoryError::AsOf(text.to_owned()))
}

/// Adds what is listed of a resource to what is listed of it elsewhere.
fn add(resources: &mut BTreeMap<String, Listed>, arn: String, listed: Listed) {
    let known = resources.entry(arn).or_default();
    match (&known.tags, &listed.tags) {
        (Some(one), Some(other)) if one != other => known.contradictory = true,
        (None, Some(_)) => known.tags.clone_from(&listed.tags),
        _ => {}
    }
    for property in listed.properties {
        if !known.properties.contains(&property) {
            known.properties.push(property);
        }
    }
}

impl Listed {
    /// Whether two entries differ, or one says two things: nobody knows which is so.
    fn contradicts_itself(&self) -> bool {
        let twice = |list: &[(String, Vec<String>)]| {
            let mut names: Vec<&String> = list.iter().map(|(name, _)| name).collect();
            names.sort();
            names.windows(2).any(|pair| pair.first() == pair.last())
        };
        self.contradictory || twice(&self.properties) || self.tags.as_deref().is_some_and(twice)
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
