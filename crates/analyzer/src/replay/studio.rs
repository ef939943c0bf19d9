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
        let [profile, space, domain] = TAGS.map(|tag| studio_tag(parameters, tag));
        let domain_id = text(parameters, "domainId");
        let named = |kind: &str, member: &str| {
            let name = text(parameters, member)?;
            let tail = format!("{kind}/{}/{name}", domain_id.as_deref()?);
            Some(self.arn("sagemaker", &tail))
        };
        let user_profile_arn = named("user-profile", "userProfileName").or(profile);
        let space_arn = named("space", "spaceName").or(space);
        let of_tag = domain.as_deref().and_then(|arn| arn.split_once(":domain/"));
        let of_owner = || {
            let owner = user_profile_arn.as_deref().or(space_arn.as_deref())?;
            owner.rsplit('/').nth(1)
        };
        let of_others = of_tag.map(|(_, id)| id).or_else(of_owner).map(str::to_owned);
        Studio { domain_id: domain_id.or(of_others), user_profile_arn, space_arn }
    }
}

fn text(parameters: &Node<'_>, member: &str) -> Option<String> {
    let path: ParameterPath = member.parse().ok()?;
    let text = path.first(parameters)?.text().map(Cow::into_owned)?;
    // A domain, profile or space may be given by its ARN's last part only.
    (!text.contains('/')).then_some(text)
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
