//! From what stands in a request to the value of a condition key.

use std::borrow::Cow;

use iam_policy::json::Node;
use iam_policy::{Arn, ContextValue, KeyValue};
use sagemaker_catalog::{AbsentRule, Confidence, Found, KeyRule, KeySource, Template, Transform};

use super::Call;

/// The value of a key, and whether it was read or derived.
pub(super) struct Derived {
    pub(super) value: ContextValue,
    pub(super) derived: bool,
}

pub(super) fn read(value: ContextValue) -> Derived {
    Derived { value, derived: false }
}

fn derived(value: ContextValue) -> Derived {
    Derived { value, derived: true }
}

impl Call<'_, '_, '_> {
    /// What the key's value may be, given what stands in the request: several where letter case is
    /// open, `None` where it cannot be known.
    pub(super) fn transformed(
        &self,
        source: &KeySource,
        text: &str,
        parameters: &Node<'_>,
    ) -> Option<Vec<String>> {
        match &source.transform {
            Transform::Identity
            | Transform::Present
            | Transform::ConstByEvent
            | Transform::NamesFromUpdateRecord => Some(vec![text.to_owned()]),
            // Only the ARN of a key is comparable: what an alias or an id points to is not told.
            Transform::KmsArn => is_key_arn(text).then(|| vec![text.to_owned()]),
            Transform::WorkteamType => workteam_type(text).map(|kind| vec![kind.to_owned()]),
            Transform::ArnFrom { .. } if source.confidence == Confidence::Low => None,
            Transform::ArnFrom { type_tail } => self.built_arn(type_tail, text, parameters),
            _ => None,
        }
    }

    fn built_arn(&self, tail: &Template, text: &str, parameters: &Node<'_>) -> Option<Vec<String>> {
        if text.starts_with("arn:") {
            return Some(vec![text.to_owned()]);
        }
        let filled = tail.fill(|variable| match variable.name.as_str() {
            "value" => Some(text.to_owned()),
            _ => {
                let mut found = variable.members.iter().filter_map(|path| path.first(parameters));
                found.find_map(Found::text).map(Cow::into_owned)
            }
        })?;
        let as_given = self.arn("sagemaker", &filled);
        let lower = self.arn("sagemaker", &filled.to_lowercase());
        Some(if as_given == lower { vec![as_given] } else { vec![as_given, lower] })
    }
}

/// Whether the key takes one value that a request may carry several times.
pub(super) fn can_split(rule: &KeyRule) -> bool {
    let plain = |transform: &Transform| {
        matches!(
            transform,
            Transform::Identity
                | Transform::KmsArn
                | Transform::ArnFrom { .. }
                | Transform::WorkteamType
        )
    };
    !rule.multivalued && rule.sources.iter().all(|source| plain(&source.transform))
}

pub(super) fn is_built(transform: &Transform) -> bool {
    matches!(
        transform,
        Transform::ArnFrom { .. } | Transform::WorkteamType | Transform::ConstByEvent
    )
}

/// Whether it is a guess that the source feeds the key. Where there is a default, the doubt is
/// about that.
pub(super) fn is_guess(source: &KeySource) -> bool {
    !source.confidence.is_sure() && !matches!(source.absent, AbsentRule::Default(_))
}

/// Whether the key is there with whatever form of the parameter was sent: a KMS key by its alias or
/// id is a key none the less, only which one is not told.
pub(super) fn is_sent_as_it_is(source: &KeySource) -> bool {
    matches!(source.transform, Transform::KmsArn) && !is_guess(source)
}

/// Records made by the console carry a 0 where nothing was chosen.
pub(super) fn is_placeholder(rule: &KeyRule, text: &str) -> bool {
    text == "0" && rule.key.eq_ignore_ascii_case("sagemaker:KeepAlivePeriod")
}

/// The value of a key that these texts feed for sure, and those perhaps.
pub(super) fn listed(rule: &KeyRule, sure: Vec<String>, guessed: Vec<String>) -> ContextValue {
    let value = |mut texts: Vec<String>| {
        if rule.multivalued {
            (!texts.is_empty()).then_some(KeyValue::Many(texts))
        } else {
            (!texts.is_empty()).then(|| KeyValue::One(texts.swap_remove(0)))
        }
    };
    if guessed.iter().all(|text| sure.contains(text)) {
        return value(sure).map_or(ContextValue::Absent, ContextValue::Known);
    }
    let both: Vec<String> = sure.iter().chain(&guessed).cloned().collect();
    ContextValue::OneOf(vec![value(sure), value(both)])
}

/// What it means that none of the sources shows a value; `doubt` says that the service's defaults
/// may not be in the context, however sure the table is.
pub(super) fn absent_value(sources: &[&KeySource], doubt: bool) -> Derived {
    let mut result = read(ContextValue::Absent);
    for source in sources {
        match (&source.absent, source.confidence) {
            (AbsentRule::Unknown, _) => return read(ContextValue::Unknown),
            // A default that is only guessed to be in the context may be there or not.
            (AbsentRule::Default(value), confidence) if doubt || !confidence.is_sure() => {
                let default = Some(KeyValue::One(value.clone()));
                result = derived(ContextValue::OneOf(vec![None, default]));
            }
            (AbsentRule::Default(value), _) => result = derived(ContextValue::one(value.as_str())),
            (AbsentRule::Absent | AbsentRule::CreateTagRule, _) => {}
        }
    }
    result
}

fn is_key_arn(text: &str) -> bool {
    let arn = text.parse::<Arn>();
    arn.is_ok_and(|arn| arn.service() == "kms" && arn.resource().starts_with("key/"))
}

/// `public-crowd`, `private-crowd` or `vendor-crowd`: the segment behind `workteam/` of the ARN.
fn workteam_type(arn: &str) -> Option<&str> {
    let (_, behind) = arn.split_once(":workteam/")?;
    behind.split('/').next().filter(|kind| !kind.is_empty())
}
