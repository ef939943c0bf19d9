//! `rules.toml`: what no rule of the generator tells, decided by people, each with its reason.

use std::error::Error;

use serde::{Deserialize, Serialize};

use super::member::MemberPattern;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    #[serde(default)]
    pub(super) key: Vec<KeyRule>,
    #[serde(default)]
    pub(super) variable: Vec<VariableRule>,
    #[serde(default)]
    pub(super) generated_id: Vec<GeneratedId>,
    #[serde(default)]
    pub(super) role: Vec<RoleRule>,
    #[serde(default)]
    pub(super) compute: Vec<ComputeRule>,
    #[serde(default)]
    pub(super) supporting: Vec<SupportingRule>,
    pub(super) without_tag_control: WithoutTagControl,
}

/// A source of some condition keys. What it leaves out, the generator derives.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyRule {
    pub(super) names: Vec<String>,
    /// The only actions it is about.
    pub(super) actions: Option<Vec<String>>,
    /// The members that hold the value; none (an empty list) where no member does.
    pub(super) members: Option<Vec<MemberPattern>>,
    pub(super) transform: Option<String>,
    pub(super) absent: Option<AbsentRule>,
    pub(super) confidence: Option<Confidence>,
    /// For users: goes into the catalog.
    pub(super) note: Option<String>,
    /// For whoever changes the rule. A rule has a note or this.
    why: Option<String>,
}

impl KeyRule {
    pub(super) fn is_about(&self, action: &str, key: &str) -> bool {
        let named = self.names.iter().any(|name| name == key);
        let listed = self
            .actions
            .as_ref()
            .is_none_or(|actions| actions.iter().any(|listed| listed == action));
        named && listed
    }
}

/// What it means when no member holds a value, as the catalog's tables write it.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum AbsentRule {
    Absent,
    Unknown,
    CreateTagRule,
    Default(String),
}

/// How sure a source is.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Confidence {
    High,
    Medium,
    Low,
    None,
}

/// Variables of ARN templates whose request members have other names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VariableRule {
    pub(super) names: Vec<String>,
    /// The only resource type it is about.
    pub(super) resource_type: Option<String>,
    /// Alternatives: the call has one of them.
    pub(super) members: Vec<String>,
    why: String,
}

/// A resource type whose ARN holds an id that the service makes up, and the member that names it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GeneratedId {
    pub(super) resource_type: String,
    pub(super) member: String,
    why: String,
}

/// Members that name a role and do not pass it to SageMaker.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleRule {
    pub(super) member: MemberPattern,
    /// Left out altogether, rather than listed as a mere reference.
    #[serde(default)]
    pub(super) unclear: bool,
    why: String,
}

/// Members that choose compute under another name than an instance type's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ComputeRule {
    pub(super) member: MemberPattern,
    why: String,
}

/// Actions of other services that matter here although no list of AWS's names them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SupportingRule {
    pub(super) actions: Vec<String>,
    why: String,
}

/// The calls that tag conditions cannot restrict, from AWS's guide.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WithoutTagControl {
    source: String,
    pub(super) operations: Vec<String>,
    note: String,
}

impl Rules {
    pub(super) fn parse(text: &str) -> Result<Self, Box<dyn Error>> {
        let rules: Rules = toml::from_str(text)?;
        let lacking = rules.key.iter().find(|rule| rule.note.is_none() && rule.why.is_none());
        if let Some(rule) = lacking {
            return Err(format!("the rule for {} gives no reason", rule.names.join(", ")).into());
        }
        let reasons = rules.variable.iter().map(|rule| &rule.why);
        let reasons = reasons.chain(rules.generated_id.iter().map(|rule| &rule.why));
        let reasons = reasons.chain(rules.role.iter().map(|rule| &rule.why));
        let reasons = reasons.chain(rules.compute.iter().map(|rule| &rule.why));
        let mut reasons = reasons.chain(rules.supporting.iter().map(|rule| &rule.why));
        if reasons.any(|why| why.trim().is_empty()) {
            return Err("a rule gives an empty reason".into());
        }
        Ok(rules)
    }
}
