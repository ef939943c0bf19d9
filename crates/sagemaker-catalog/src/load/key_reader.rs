//! Where a condition key's value comes from, as the table has it.

use super::{KEY_PATHS, LoadError, paths, unknown};
use crate::key_rule::{AbsentRule, Confidence, KeySource, Transform};
use crate::template::Template;
use crate::wire;

pub(super) fn key_sources(entry: &wire::KeyEntry) -> Result<Vec<KeySource>, LoadError> {
    match entry {
        wire::KeyEntry::Several { sources } => sources.iter().map(key_source).collect(),
        wire::KeyEntry::One(source) => Ok(vec![key_source(source)?]),
    }
}

fn key_source(wire: &wire::KeySource) -> Result<KeySource, LoadError> {
    let transform = transform(&wire.transform);
    Ok(KeySource {
        paths: paths(KEY_PATHS, wire.paths.iter().map(String::as_str))?,
        transform: transform.ok_or_else(|| unknown(KEY_PATHS, "transform", &wire.transform))?,
        absent: match &wire.absent {
            wire::AbsentRule::Absent => AbsentRule::Absent,
            wire::AbsentRule::Unknown => AbsentRule::Unknown,
            wire::AbsentRule::CreateTagRule => AbsentRule::CreateTagRule,
            wire::AbsentRule::Default(value) => AbsentRule::Default(value.clone()),
        },
        confidence: match wire.confidence {
            wire::Confidence::High => Confidence::High,
            wire::Confidence::Medium => Confidence::Medium,
            wire::Confidence::Low => Confidence::Low,
            wire::Confidence::None => Confidence::None,
        },
        note: wire.note.clone(),
    })
}

/// A key that applies, with nothing known about where a record shows it.
pub(super) fn not_derivable() -> KeySource {
    KeySource {
        paths: Vec::new(),
        transform: Transform::None,
        absent: AbsentRule::Unknown,
        confidence: Confidence::None,
        note: None,
    }
}

fn transform(name: &str) -> Option<Transform> {
    if let Some(tail) = name.strip_prefix("arn:") {
        let members = |variable: &str| match variable {
            "value" => Vec::new(),
            member => member.parse().into_iter().collect(),
        };
        return Some(Transform::ArnFrom { type_tail: Template::read(tail, "{", members) });
    }
    Some(match name {
        "identity" => Transform::Identity,
        "kms-arn" => Transform::KmsArn,
        "workteam-type" => Transform::WorkteamType,
        "present" => Transform::Present,
        "tag-list" => Transform::TagList,
        "tag-keys" => Transform::TagKeys,
        "map-entry" => Transform::MapEntry,
        "key-value-list" => Transform::KeyValueList,
        "state" => Transform::State,
        "state:space-sharing-type" => Transform::StateSpaceSharingType,
        "state:space-owner" => Transform::StateSpaceOwner,
        "json-document" => Transform::JsonDocument,
        "const-by-event" => Transform::ConstByEvent,
        "names-from-UpdateRecord" => Transform::NamesFromUpdateRecord,
        "none" => Transform::None,
        _ => return None,
    })
}
