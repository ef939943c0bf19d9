//! Who in Studio is behind a call.
//!
//! The sessions of Studio are all named `SageMaker`, so the name tells nobody. What tells is the
//! call itself: the members that name a domain, a profile or a space, and the tags that Studio puts
//! on whatever is created from it.

use std::borrow::Cow;

use iam_policy::json::Node;
use sagemaker_catalog::{ParameterPath, select_grouped};

use super::{Call, Parameters};

/// The domain, profile and space of Studio behind a call, as far as its parameters tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Studio {
    /// ARN of the user profile.
    pub user_profile_arn: Option<String>,
    /// ARN of the space.
    pub space_arn: Option<String>,
    /// Id of the domain.
    pub domain_id: Option<String>,
}

/// The tags that Studio puts on what is created from it.
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/domain-multiple.html>
const TAGS: [&str; 3] =
    ["sagemaker:user-profile-arn", "sagemaker:space-arn", "sagemaker:domain-arn"];

impl Call<'_, '_, '_> {
    pub(super) fn studio(&self) -> Studio {
        let Parameters::Known(parameters) = self.parameters else { return Studio::default() };
        // What holds a slash is no id and no name.
        let text = |member: &str| self.text(member).filter(|text| !text.contains('/'));
        let domain_id = text("domainId");
        let named = |kind: &str, member: &str| {
            let tail = format!("{kind}/{}/{}", domain_id.as_deref()?, text(member)?);
            Some(self.arn("sagemaker", &tail))
        };
        let user_profile_arn = named("user-profile", "userProfileName");
        let space_arn = named("space", "spaceName");
        // Whoever names them is not asked for tags, which the caller may choose.
        if domain_id.is_some() {
            return Studio { user_profile_arn, space_arn, domain_id };
        }
        let [user_profile_arn, space_arn, domain] = TAGS.map(|tag| studio_tag(parameters, tag));
        let of_domain = domain.as_deref().and_then(|arn| arn.split_once(":domain/"));
        let owner = user_profile_arn.as_deref().or(space_arn.as_deref());
        let of_owner = || owner?.rsplit('/').nth(1);
        let domain_id = of_domain.map(|(_, id)| id).or_else(of_owner).map(str::to_owned);
        Studio { user_profile_arn, space_arn, domain_id }
    }
}

/// The value of a tag that Studio sets, if it is an ARN.
fn studio_tag(parameters: &Node<'_>, tag: &str) -> Option<String> {
    let key: ParameterPath = "tags[].key".parse().ok()?;
    let value: ParameterPath = "tags[].value".parse().ok()?;
    let groups = select_grouped(&[&key, &value], parameters);
    let mut values = groups.iter().filter_map(|group| {
        let [Some(key), Some(value)] = group.as_slice() else { return None };
        (key.text()? == tag).then(|| value.text()).flatten()
    });
    values.find(|arn| arn.starts_with("arn:")).map(Cow::into_owned)
}
