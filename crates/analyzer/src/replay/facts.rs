//! What a call that succeeded says about the resources it created, changed, tagged or deleted.

use std::borrow::Cow;

use cloudtrail::Outcome;
use iam_policy::json::Node;
use iam_policy::{ContextValue, KeyValue, ResourceValue};
use sagemaker_catalog::{Action, Found, ParameterPath, ResourceRule, Texts};

use super::tags::has_tags;
use super::{Call, Parameters};
use crate::resource_fact::{Fact, FactKind, keys_alone, one_of_each, property};

/// Types of resources whose tags are those of the call that creates them, as far as AWS's pages tell.
/// Apps have those of their domain, profile and space besides, spaces may have those of the domain,
/// versions of a model package have those of their group.
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AddTags.html>
const OWN_TAGS: [&str; 16] = [
    "algorithm",
    "code-repository",
    "compilation-job",
    "domain",
    "endpoint",
    "endpoint-config",
    "feature-group",
    "hyper-parameter-tuning-job",
    "labeling-job",
    "model",
    "model-package-group",
    "monitoring-schedule",
    "notebook-instance",
    "processing-job",
    "training-job",
    "transform-job",
];

/// The name of every session of Studio and of notebook instances. Studio puts tags on what is
/// created from it.
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/domain-multiple.html>
const STUDIO_SESSION: &str = "SageMaker";

impl Call<'_, '_, '_> {
    pub(super) fn facts(&self, instance_types: &[String]) -> Vec<Fact> {
        let succeeded = self.record.outcome() == Outcome::Succeeded;
        if !succeeded || self.only_reads() {
            return Vec::new();
        }
        let Some(action) = self.event.action else {
            return self.of_unknown_action().into_iter().collect();
        };
        match action.name.as_str() {
            "AddTags" => vec![self.tags_changed(FactKind::TagsSet)],
            "DeleteTags" => vec![self.tags_changed(FactKind::TagsRemoved)],
            "UpdateEndpoint" => self.endpoint_changed(action).into_iter().collect(),
            name if name.starts_with("Delete") => self.deleted().into_iter().collect(),
            _ => self.created_or_tagged(action, instance_types),
        }
    }

    fn created_or_tagged(&self, action: &Action, instance_types: &[String]) -> Vec<Fact> {
        let created: Vec<&ResourceRule> =
            action.resources.iter().filter(|rule| rule.created).collect();
        if created.is_empty() {
            // A call that changes something and takes tags may change those as well.
            let tagged = self.parameters().is_some_and(has_tags);
            return tagged.then(|| self.tags_unknown()).into_iter().collect();
        }
        let facts = created.into_iter().filter_map(|rule| {
            self.created(action, rule, instance_types).or_else(|| self.of_hidden_resource())
        });
        facts.collect()
    }

    /// Something happened to a resource that the record hides. One that it only does not name, since
    /// the service makes up its id, is no resource that other records know by that id.
    fn of_hidden_resource(&self) -> Option<Fact> {
        self.parameters().is_none().then(|| self.of_some_resource())
    }

    /// An action that the catalog lacks may do anything; one that deals with tags, or hides with what,
    /// may change those of any resource.
    fn of_unknown_action(&self) -> Option<Fact> {
        let tags = self.event.name.to_lowercase().contains("tag");
        let tagged = tags || self.parameters().is_none_or(has_tags);
        tagged.then(|| self.of_some_resource())
    }

    fn parameters(&self) -> Option<&Node<'_>> {
        match self.parameters {
            Parameters::Known(parameters) => Some(parameters),
            Parameters::Unknown => None,
        }
    }

    fn of_some_resource(&self) -> Fact {
        Fact::of_some_resource(self.partition, self.region, &self.actor.account)
    }

    fn tags_unknown(&self) -> Fact {
        let (resource, _) = self.primary_resource(None);
        match one_arn(resource) {
            Some(arn) => Fact::new(FactKind::TagsUnknown, arn),
            None => self.of_some_resource(),
        }
    }

    fn created(
        &self,
        action: &Action,
        rule: &ResourceRule,
        instance_types: &[String],
    ) -> Option<Fact> {
        let arn = self.response_arn(rule).or_else(|| one_arn(self.resource_of(rule)))?;
        let mut fact = Fact::new(FactKind::Created, arn);
        let tags = self.plain_tags();
        // Who asks on somebody's behalf, and Studio, may add tags of their own.
        let asked_directly = self.record.user_identity.invoked_by.is_none()
            && self.actor.session_name.as_deref() != Some(STUDIO_SESSION);
        let own = OWN_TAGS.contains(&rule.resource_type.as_str());
        fact.all_tags = tags.is_some() && asked_directly && own;
        // What is inherited may take the place of what was asked for.
        fact.tags = tags.filter(|_| own).unwrap_or_default();
        fact.properties = self.properties(action, instance_types);
        Some(fact)
    }

    fn tags_changed(&self, kind: FactKind) -> Fact {
        let changed = || {
            let parameters = self.parameters()?;
            let arn = path("resourceArn")?.first(parameters)?.text().map(Cow::into_owned)?;
            let tags = match kind {
                FactKind::TagsSet => self.plain_tags(),
                _ => {
                    let keys = Texts::of([&path("tagKeys[]")?], parameters);
                    let all = keys.is_complete() && !keys.values.is_empty();
                    let keys = keys.values.into_iter().map(Cow::into_owned).collect();
                    all.then(|| keys_alone(keys))
                }
            };
            Some(match tags {
                Some(tags) => Fact { tags, ..Fact::new(kind, arn) },
                None => Fact::new(FactKind::TagsUnknown, arn),
            })
        };
        changed().unwrap_or_else(|| self.of_some_resource())
    }

    fn endpoint_changed(&self, action: &Action) -> Option<Fact> {
        let endpoint = action.resource("endpoint").map(|rule| self.resource_of(rule));
        let changed = endpoint.and_then(one_arn).map(|arn| {
            let properties = self.properties(action, &[]);
            Fact { properties, ..Fact::new(FactKind::Changed, arn) }
        });
        changed.or_else(|| self.of_hidden_resource())
    }

    fn deleted(&self) -> Option<Fact> {
        let (resource, _) = self.primary_resource(None);
        let deleted = one_arn(resource).map(|arn| Fact::new(FactKind::Deleted, arn));
        deleted.or_else(|| self.of_hidden_resource())
    }

    /// The tags of the request, sorted, if the record shows all of them.
    fn plain_tags(&self) -> Option<Vec<(String, Vec<String>)>> {
        let tags = self.tags()?.into_iter().map(|(key, value)| match value {
            ContextValue::Known(KeyValue::One(text)) => Some((key, vec![text])),
            _ => None,
        });
        one_of_each(tags.collect::<Option<_>>()?)
    }

    fn properties(&self, action: &Action, instance_types: &[String]) -> Vec<(String, Vec<String>)> {
        let mut properties = Vec::new();
        let mut add = |name: &str, values: Vec<String>| {
            if !values.is_empty() {
                properties.push((name.to_owned(), values));
            }
        };
        match action.name.as_str() {
            "CreateEndpointConfig" => add(property::INSTANCE_TYPES, instance_types.to_vec()),
            "CreateEndpoint" | "UpdateEndpoint" => {
                let config = action.resource("endpoint-config").map(|rule| self.resource_of(rule));
                add(property::ENDPOINT_CONFIG, config.and_then(one_arn).into_iter().collect());
            }
            "CreateSpace" => {
                add(property::OWNER_USER_PROFILE_ARN, self.owner_of_space().into_iter().collect());
                let sharing = self.text("spaceSharingSettings.sharingType");
                add(property::SPACE_SHARING_TYPE, sharing.into_iter().collect());
            }
            _ => {}
        }
        properties
    }

    fn owner_of_space(&self) -> Option<String> {
        let owner = self.text("ownershipSettings.ownerUserProfileName")?;
        let domain = self.text("domainId")?;
        Some(self.arn("sagemaker", &format!("user-profile/{domain}/{owner}")))
    }

    /// The text of a parameter.
    pub(super) fn text(&self, member: &str) -> Option<String> {
        let Parameters::Known(parameters) = self.parameters else { return None };
        path(member)?.first(parameters).and_then(Found::text).map(Cow::into_owned)
    }
}

fn path(text: &str) -> Option<ParameterPath> {
    text.parse().ok()
}

/// The resource as one ARN. Of the spellings of a name it is the one that was given; those who look
/// for it do not mind letter case.
fn one_arn(resource: ResourceValue) -> Option<String> {
    let arn = match resource {
        ResourceValue::Known(arn) => arn,
        ResourceValue::OneOf(spellings) => spellings.into_iter().next()?,
        ResourceValue::Like(_) | ResourceValue::Unknown => return None,
    };
    (arn.starts_with("arn:") && !arn.contains('*')).then_some(arn)
}
