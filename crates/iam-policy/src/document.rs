//! A policy document as it was written, checked once.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

use crate::condition::Condition;
use crate::principal::PrincipalBlock;

/// The version of the policy language. It decides whether `${…}` is a variable.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Version {
    /// `2008-10-17`, also what a document without `Version` means: `${…}` is literal text.
    #[default]
    V2008,
    /// `2012-10-17`: policy variables work.
    V2012,
}

impl Version {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2008 => "2008-10-17",
            Self::V2012 => "2012-10-17",
        }
    }
}

/// A policy document.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyDocument {
    /// The `Version` element; `None` when the document has none.
    pub version: Option<Version>,
    /// The `Id` element.
    pub id: Option<String>,
    /// The statements in document order.
    pub statements: Vec<Statement>,
}

impl PolicyDocument {
    /// The version in force: a document that names none is read as `2008-10-17`.
    #[must_use]
    pub fn effective_version(&self) -> Version {
        self.version.unwrap_or_default()
    }
}

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The `Sid`, if it has one.
    pub sid: Option<String>,
    /// Allow or Deny.
    pub effect: Effect,
    /// `Principal` or `NotPrincipal`; only resource-based policies have one.
    pub principal: Option<PrincipalBlock>,
    /// `Action` or `NotAction`.
    pub action: Block,
    /// `Resource` or `NotResource`; trust policies have none.
    pub resource: Option<Block>,
    /// The condition block, one entry per operator and key, in document order.
    pub conditions: Vec<Condition>,
}

/// What a matching statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Grants.
    Allow,
    /// Refuses, whatever else grants.
    Deny,
}

impl Effect {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

/// An `Action` or `Resource` element, or its `Not…` twin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Whether this is the `Not…` form, which covers everything but the patterns.
    pub negated: bool,
    /// The patterns as written; never empty.
    pub patterns: Vec<String>,
}
