//! Keys that a request names itself: one per entry of a map, one per pair of a list.

use iam_policy::{ContextValue, RequestContext};
use sagemaker_catalog::{Found, KeyRule, ParameterPath, select_grouped};

use super::keys::set_named;
use super::{Call, Parameters};

/// More entries than this leave the keys they name unknown: a resource has 50 tags at most, and no
/// map that feeds keys is larger.
pub(super) const MAX_ENTRIES: usize = 256;

impl Call<'_, '_, '_> {
    pub(super) fn set_map(&self, context: &mut RequestContext, rule: &KeyRule) {
        let Parameters::Known(parameters) = self.parameters else {
            return set_named(context, &rule.key, ContextValue::Unknown);
        };
        let mut family = ContextValue::Absent;
        let mut entries: Vec<(String, ContextValue)> = Vec::new();
        for path in rule.sources.iter().flat_map(|source| &source.paths) {
            path.select_map_entries(parameters, &mut |entry| match entry.key {
                Some(key) => {
                    let value = entry.found.text();
                    let value = value.map_or(ContextValue::Unknown, ContextValue::one);
                    entries.push((named_key(&rule.key, key), value));
                }
                None => family = ContextValue::Unknown,
            });
        }
        if entries.len() > MAX_ENTRIES {
            return set_named(context, &rule.key, ContextValue::Unknown);
        }
        set_named(context, &rule.key, family);
        for (key, value) in entries {
            context.set(&key, value);
        }
    }

    pub(super) fn set_pairs(&self, context: &mut RequestContext, rule: &KeyRule) {
        let Parameters::Known(parameters) = self.parameters else {
            return set_named(context, &rule.key, ContextValue::Unknown);
        };
        set_named(context, &rule.key, ContextValue::Absent);
        let paths: Vec<&ParameterPath> = rule.sources.iter().flat_map(|s| &s.paths).collect();
        let groups = select_grouped(&paths, parameters);
        if groups.len() > MAX_ENTRIES {
            return set_named(context, &rule.key, ContextValue::Unknown);
        }
        for group in groups {
            let key = group.first().copied().flatten().and_then(Found::text);
            let Some(key) = key else {
                set_named(context, &rule.key, ContextValue::Unknown);
                continue;
            };
            let value = group.get(1).copied().flatten().and_then(Found::text);
            let value = value.map_or(ContextValue::Unknown, ContextValue::one);
            set_also(context, &named_key(&rule.key, &key), value);
        }
    }
}

/// Sets a key that may have been set from an earlier element: keys compare without case, so a
/// request may carry `team` and `Team`, and which one IAM takes is not told.
pub(super) fn set_also(context: &mut RequestContext, key: &str, value: ContextValue) {
    let earlier = context.keys().find(|(known, _)| known.eq_ignore_ascii_case(key));
    let value = match (earlier.map(|(_, value)| value), value) {
        (None, value) => value,
        (Some(ContextValue::Known(one)), ContextValue::Known(two)) => {
            ContextValue::OneOf(vec![Some(one.clone()), Some(two)])
        }
        (Some(_), _) => ContextValue::Unknown,
    };
    context.set(key, value);
}

/// `sagemaker:CustomerMetadataProperties/${MetadataKey}` with the key filled in.
fn named_key(key: &str, name: &str) -> String {
    let family = key.split_once("${").map_or(key, |(family, _)| family);
    format!("{family}{name}")
}
