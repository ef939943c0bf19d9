//! What one record says about a resource, for other records to be understood by.
//!
//! A call's verdict rests on its own record alone. But a record of `CreateModel` says which tags the
//! model has, and so what `aws:ResourceTag/team` was when somebody described it a week later. Such
//! statements are kept as rows of their own; [`resolve`](crate::resolve) is what puts them to use.
//! They are written down as they are made, without a look at other records.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use cloudtrail::{Outcome, Record};
use iam_policy::json::{self, Node, Value};
use iam_policy::partition_of_region;

/// What a record says about a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceFact {
    /// The record's event id; made from its hash when it has none.
    pub event_id: String,
    /// When the call was completed.
    pub event_time: DateTime<Utc>,
    /// The account the call was recorded in.
    pub account: String,
    /// The region the call was made to.
    pub region: String,
    /// `eventName`.
    pub event_name: String,
    /// What is said of the resource.
    pub fact: Fact,
    /// SHA-256 of the record's text without white space between tokens, in hexadecimal digits.
    pub record_hash: String,
}

/// What is said of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its ARN.
    pub resource: String,
    /// What happened to it.
    pub kind: FactKind,
    /// Tags that it has, or of [`FactKind::TagsRemoved`] the keys of those it has no more; sorted.
    pub tags: Vec<(String, Vec<String>)>,
    /// Whether [`tags`](Self::tags) are all the tags it has: of a resource that was created.
    pub all_tags: bool,
    /// What else is known of it, by the names in [`property`].
    pub properties: Vec<(String, Vec<String>)>,
}

/// The names of properties.
pub mod property {
    /// Instance types that an endpoint configuration asks for.
    pub const INSTANCE_TYPES: &str = "instance_types";
    /// ARN of the configuration that an endpoint was told to use.
    pub const ENDPOINT_CONFIG: &str = "endpoint_config";
    /// `Private` or `Shared`, of a space of Studio.
    pub const SPACE_SHARING_TYPE: &str = "space_sharing_type";
    /// ARN of the user profile that owns a space.
    pub const OWNER_USER_PROFILE_ARN: &str = "owner_user_profile_arn";
}

/// What happened to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKind {
    /// It was created, with these tags and properties.
    Created,
    /// Tags were set, others stay.
    TagsSet,
    /// Tags were taken away.
    TagsRemoved,
    /// Tags were changed, the record does not say how.
    TagsUnknown,
    /// Properties were changed.
    Changed,
    /// It was deleted.
    Deleted,
}

impl FactKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Created,
        Self::TagsSet,
        Self::TagsRemoved,
        Self::TagsUnknown,
        Self::Changed,
        Self::Deleted,
    ];

    /// The one spelling, in columns.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::TagsSet => "tags_set",
            Self::TagsRemoved => "tags_removed",
            Self::TagsUnknown => "tags_unknown",
            Self::Changed => "changed",
            Self::Deleted => "deleted",
        }
    }
}

impl Fact {
    /// Something happened to some resource of SageMaker in an account and region; to which one and
    /// what, the record does not tell.
    pub(crate) fn of_some_resource(partition: &str, region: &str, account: &str) -> Self {
        let any = format!("arn:{partition}:sagemaker:{region}:{account}:{ANY_RESOURCE}");
        Self::new(FactKind::TagsUnknown, any)
    }

    /// A fact of which nothing but the resource and the kind is known yet.
    pub(crate) fn new(kind: FactKind, resource: String) -> Self {
        let (tags, properties) = (Vec::new(), Vec::new());
        Self { resource, kind, tags, all_tags: false, properties }
    }
}

/// What stands in an ARN for a resource that is not told.
const ANY_RESOURCE: &str = "*";

/// Whether a fact is about some resource of an account and region.
pub(crate) fn is_whole_account(arn: &str) -> bool {
    arn.splitn(6, ':').nth(5) == Some(ANY_RESOURCE)
}

/// The service that tags resources of all others.
const TAGGING: &str = "tagging.amazonaws.com";

/// What a call of the Resource Groups Tagging API says about resources of SageMaker.
/// <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_TagResources.html>
pub(crate) fn tagging_facts(record: &Record<'_>, account: &str) -> Vec<Fact> {
    let kind = match &*record.event_name {
        "TagResources" => FactKind::TagsSet,
        "UntagResources" => FactKind::TagsRemoved,
        _ => return Vec::new(),
    };
    let source = &record.event_source;
    let is_tagging = source.strip_suffix(".cn").unwrap_or(source) == TAGGING;
    if !is_tagging || record.outcome() != Outcome::Succeeded {
        return Vec::new();
    }
    let parameters = record.request_parameters.and_then(|text| json::parse(text).ok());
    let resources = parameters.as_ref().and_then(|node| member(node, "resourceARNList"));
    let (Some(parameters), Some(resources)) = (&parameters, resources.and_then(texts)) else {
        let region = record.aws_region.as_deref().unwrap_or_default();
        return vec![Fact::of_some_resource(partition_of_region(region), region, account)];
    };
    let tags = match kind {
        FactKind::TagsSet => member(parameters, "tags").and_then(tag_map),
        _ => member(parameters, "tagKeys").and_then(texts).map(keys_alone),
    };
    // Some of the resources may have been refused, which the answer alone tells.
    let response = record.response_elements.and_then(|text| json::parse(text).ok());
    let failed = response.as_ref().and_then(|node| member(node, "failedResourcesMap"));
    let all_done = response.is_some() && failed.is_none_or(is_empty);
    let of_sagemaker = resources.into_iter().filter(|arn| arn.contains(":sagemaker:"));
    let facts = of_sagemaker.map(|resource| match &tags {
        Some(tags) if all_done => Fact { tags: tags.clone(), ..Fact::new(kind, resource) },
        _ => Fact::new(FactKind::TagsUnknown, resource),
    });
    facts.collect()
}

fn member<'n, 'a>(node: &'n Node<'a>, name: &str) -> Option<&'n Node<'a>> {
    let Value::Object(members) = &node.value else { return None };
    let mut named = members.iter().filter(|member| member.key.eq_ignore_ascii_case(name));
    named.next().map(|member| &member.node)
}

fn is_empty(node: &Node<'_>) -> bool {
    match &node.value {
        Value::Object(members) => members.is_empty(),
        Value::Null => true,
        _ => false,
    }
}

fn texts(node: &Node<'_>) -> Option<Vec<String>> {
    let Value::Array(elements) = &node.value else { return None };
    elements.iter().map(|element| text(element).map(Cow::into_owned)).collect()
}

fn text<'n>(node: &'n Node<'_>) -> Option<Cow<'n, str>> {
    match &node.value {
        Value::String(text) if *text != sagemaker_catalog::REDACTED => Some(Cow::from(&**text)),
        _ => None,
    }
}

fn tag_map(node: &Node<'_>) -> Option<Vec<(String, Vec<String>)>> {
    let Value::Object(members) = &node.value else { return None };
    let tags = members
        .iter()
        .map(|member| Some((member.key.to_string(), vec![text(&member.node)?.into_owned()])));
    one_of_each(tags.collect::<Option<_>>()?)
}

/// Tags sorted, each key once; `None` where one has two values.
pub(crate) fn one_of_each(
    mut tags: Vec<(String, Vec<String>)>,
) -> Option<Vec<(String, Vec<String>)>> {
    tags.sort();
    tags.dedup();
    let twice = tags
        .windows(2)
        .any(|pair| pair.first().map(|(key, _)| key) == pair.last().map(|(key, _)| key));
    (!twice).then_some(tags)
}

/// Keys without values, sorted, as facts have them.
pub(crate) fn keys_alone(mut keys: Vec<String>) -> Vec<(String, Vec<String>)> {
    keys.sort();
    keys.dedup();
    keys.into_iter().map(|key| (key, Vec::new())).collect()
}
