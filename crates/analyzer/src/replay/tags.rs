//! Tags: of the request, of the resource, and their names.

use std::borrow::Cow;

use iam_policy::json::Node;
use iam_policy::{ContextValue, RequestContext};
use sagemaker_catalog::{Action, KeyRule, ParameterPath, Texts, select_grouped};

use super::entries::{MAX_ENTRIES, set_also};
use super::{Call, Parameters};

/// Whether a create call carries tags.
pub(super) fn has_tags(parameters: &Node<'_>) -> bool {
    let tags: Result<ParameterPath, _> = "tags".parse();
    tags.is_ok_and(|path| path.first(parameters).is_some())
}

impl Call<'_, '_, '_> {
    /// The keys of the `AddTags` authorisation that tags of a new resource imply.
    pub(super) fn set_tags_of_new_resource(&self, context: &mut RequestContext) {
        self.set_request_tags(context);
        let Some(tags) = self.tags() else {
            context.set("aws:TagKeys", ContextValue::Unknown);
            return set_resource_tag_families(context, &ContextValue::Unknown);
        };
        context.set("aws:TagKeys", many_or_absent(tags.iter().map(|(key, _)| key.clone())));
        set_created_tags(context, &tags);
    }

    /// `aws:RequestTag/…` from the `tags` parameter.
    pub(super) fn set_request_tags(&self, context: &mut RequestContext) {
        let Some(tags) = self.tags() else {
            return context.set_family("aws:RequestTag/", ContextValue::Unknown);
        };
        context.set_family("aws:RequestTag/", ContextValue::Absent);
        for (key, value) in tags {
            set_also(context, &format!("aws:RequestTag/{key}"), value);
        }
    }

    /// `aws:TagKeys`: of the tags to set, or the keys of tags to take away.
    pub(super) fn set_tag_key_list(&self, context: &mut RequestContext, rule: &KeyRule) {
        let Parameters::Known(parameters) = self.parameters else {
            return context.set("aws:TagKeys", ContextValue::Unknown);
        };
        let paths: Vec<&ParameterPath> = rule.sources.iter().flat_map(|s| &s.paths).collect();
        let texts = Texts::of(paths.iter().copied(), parameters);
        let member = |path: &&ParameterPath| path.parameter().parse::<ParameterPath>().ok();
        let mut members = paths.iter().filter_map(member);
        let sent = members.any(|member| member.first(parameters).is_some());
        // Tags that are there and show no key have some shape that is not known here.
        let keys = if texts.is_complete() && (sent != texts.values.is_empty()) {
            many_or_absent(texts.values.into_iter().map(Cow::into_owned))
        } else {
            ContextValue::Unknown
        };
        context.set("aws:TagKeys", keys);
    }

    /// The tags of the request; `None` when the record does not show them.
    pub(super) fn tags(&self) -> Option<Vec<(String, ContextValue)>> {
        let Parameters::Known(parameters) = self.parameters else { return None };
        let key: ParameterPath = "tags[].key".parse().ok()?;
        let value: ParameterPath = "tags[].value".parse().ok()?;
        let mut tags = Vec::new();
        for group in select_grouped(&[&key, &value], parameters) {
            let [key, value] = group.as_slice() else { return None };
            let key = (*key)?.text()?;
            let value = match value {
                // An empty value is one of a tag.
                None => ContextValue::one(""),
                Some(found) => found.text().map_or(ContextValue::Unknown, ContextValue::one),
            };
            tags.push((key.into_owned(), value));
        }
        if tags.len() > MAX_ENTRIES {
            return None;
        }
        if tags.is_empty() && has_tags(parameters) {
            return None;
        }
        Some(tags)
    }

    /// The tags the resource has: unknown, unless the call creates it or its context has no such
    /// keys.
    pub(super) fn set_resource_tags(
        &self,
        context: &mut RequestContext,
        action: &Action,
        creates: bool,
    ) {
        if action.without_tag_control {
            return set_resource_tag_families(context, &ContextValue::Absent);
        }
        match (creates, self.tags()) {
            (true, Some(tags)) => set_created_tags(context, &tags),
            _ => set_resource_tag_families(context, &ContextValue::Unknown),
        }
    }
}

fn many_or_absent(texts: impl Iterator<Item = String>) -> ContextValue {
    let texts: Vec<String> = texts.collect();
    if texts.is_empty() { ContextValue::Absent } else { ContextValue::many(texts) }
}

fn set_resource_tag_families(context: &mut RequestContext, value: &ContextValue) {
    for family in ["aws:ResourceTag/", "sagemaker:ResourceTag/"] {
        context.set_family(family, value.clone());
    }
}

/// A resource that is being created has no tags yet; whether the request's own count is not
/// documented.
fn set_created_tags(context: &mut RequestContext, tags: &[(String, ContextValue)]) {
    set_resource_tag_families(context, &ContextValue::Absent);
    for (key, value) in tags {
        let value = match value {
            ContextValue::Known(value) => ContextValue::OneOf(vec![None, Some(value.clone())]),
            _ => ContextValue::Unknown,
        };
        for family in ["aws:ResourceTag/", "sagemaker:ResourceTag/"] {
            context.set(&format!("{family}{key}"), value.clone());
        }
    }
}
