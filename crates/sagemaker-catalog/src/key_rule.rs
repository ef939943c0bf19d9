//! Where a request shows the value of a condition key.

use iam_policy::json::Node;

use crate::found::Texts;
use crate::path::ParameterPath;
use crate::template::Template;
use iam_policy::same_key;

/// A condition key that an action's requests can have, and where its value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRule {
    /// The key as IAM spells it: `sagemaker:InstanceTypes`, `aws:RequestTag/${TagKey}`.
    pub key: String,
    /// Whether the key holds a list of values (its type is `ArrayOf…`).
    pub multivalued: bool,
    /// Where the values come from; they unite. Most keys have one source, some have a sure one and
    /// doubtful ones.
    pub sources: Vec<KeySource>,
}

impl KeyRule {
    /// Whether this rule is about the key `name`: without case, and with any text in the place of
    /// `${TagKey}` and its like.
    #[must_use]
    pub fn is_for(&self, name: &str) -> bool {
        same_key(&self.key, name)
    }
}

/// What a record with its parameters tells of a condition key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Coverage {
    /// The value is read from the record.
    Read,
    /// It is read, and where the parameter was not sent it is the service's default.
    Default,
    /// No record tells it for sure: it is the state of a resource, or which member holds it is a
    /// guess.
    Unknown,
    /// The tables say nothing of it: a newer service reference has a key that nobody looked at.
    Unresolved,
}

impl Coverage {
    /// The one spelling, in tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Default => "default",
            Self::Unknown => "unknown",
            Self::Unresolved => "unresolved",
        }
    }
}

impl KeyRule {
    /// What a record with its parameters tells of the key.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        let sure: Vec<&KeySource> = self.sources.iter().filter(|source| source.is_sure()).collect();
        let has_default = |source: &&KeySource| matches!(source.absent, AbsentRule::Default(_));
        if sure.iter().any(has_default) {
            Coverage::Default
        } else if !sure.is_empty() {
            Coverage::Read
        } else if self.sources.iter().all(KeySource::is_unresolved) {
            Coverage::Unresolved
        } else {
            Coverage::Unknown
        }
    }
}

/// One place that carries values of a condition key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySource {
    /// Members of `requestParameters`; several unite. None when the request does not carry it.
    pub paths: Vec<ParameterPath>,
    /// How the key's value is made from what the paths find.
    pub transform: Transform,
    /// What it means when the paths find nothing.
    pub absent: AbsentRule,
    /// How sure all this is.
    pub confidence: Confidence,
    /// What else a careful reader should know.
    pub note: Option<String>,
}

impl KeySource {
    fn is_sure(&self) -> bool {
        let told = !matches!(
            self.transform,
            Transform::State
                | Transform::StateSpaceSharingType
                | Transform::StateSpaceOwner
                | Transform::JsonDocument
                | Transform::None
        );
        told && self.confidence.is_sure()
    }

    /// As the loader makes them up for keys that the tables lack.
    fn is_unresolved(&self) -> bool {
        self.transform == Transform::None && self.note.is_none()
    }

    /// What the paths say in `parameters`, before any [`Transform`].
    #[must_use]
    pub fn texts<'n>(&self, parameters: &'n Node<'_>) -> Texts<'n> {
        Texts::of(&self.paths, parameters)
    }
}

/// How the value of a condition key is made from what stands in the request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transform {
    /// The value is taken as it stands.
    Identity,
    /// A key id, alias, alias ARN or key ARN stands there; only a key ARN is comparable.
    KmsArn,
    /// The request has a name, the key an ARN: `arn:PARTITION:sagemaker:REGION:ACCOUNT:` and this.
    ArnFrom {
        /// The variable `value` is what the paths find; any other one names the request member
        /// that fills it.
        type_tail: Template,
    },
    /// The first segment after `workteam/` in the ARN: `public-crowd`, `private-crowd`,
    /// `vendor-crowd`.
    WorkteamType,
    /// The key exists if any path finds something; it has no comparable value.
    Present,
    /// Key and value of each tag (the two paths, grouped by element): one condition key per tag.
    TagList,
    /// The keys of the tags.
    TagKeys,
    /// A map: one condition key per entry.
    MapEntry,
    /// Key and value of each element, as in [`TagList`](Self::TagList), that are not tags.
    KeyValueList,
    /// The state of the resource at the time of the call, which the record does not show.
    State,
    /// The sharing type of the space that the path names.
    StateSpaceSharingType,
    /// The owner of the space that the path names.
    StateSpaceOwner,
    /// The value stands inside a JSON document that the parameter holds as text.
    JsonDocument,
    /// `true` when the event is `UpdateRecord`, `false` when it is `PutRecord`.
    ConstByEvent,
    /// The names of the features of an `UpdateRecord` call; absent for `PutRecord`.
    NamesFromUpdateRecord,
    /// Nothing in the record leads to the value.
    None,
}

/// What it means when no path finds anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AbsentRule {
    /// The key is not in the request context.
    Absent,
    /// The record cannot tell.
    Unknown,
    /// The service takes this value, and the key has it: derived, not seen.
    Default(String),
    /// A tag of the resource on the call that creates it: absent when the request has no such tag,
    /// else either absent or the request's value.
    CreateTagRule,
}

/// How sure the catalog is about a [`KeySource`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// The record cannot give the value.
    None,
    /// A guess: treat as unknown where it decides.
    Low,
    /// One documented or observed fact short of proof.
    Medium,
    /// Member name and key name agree and the shape leaves no choice.
    High,
}

impl Confidence {
    /// Whether it may be relied on; anything less is unknown where it decides.
    #[must_use]
    pub fn is_sure(self) -> bool {
        matches!(self, Self::High | Self::Medium)
    }
}
