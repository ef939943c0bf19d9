//! The AWS answer as a self-test: what AWS said, against what the snapshot says.
//!
//! A refusal that names the layer which refused is compared with what that layer alone says by the
//! snapshot (`compare`): which of several refusing layers a message names is AWS's choice, so
//! asking the whole set for its first would compare two orders, not two answers. A call that
//! succeeded is compared with the decision of all layers; only what the snapshot *surely* denies is
//! a disagreement.
//!
//! No verdict of the target depends on any of this. Answers are counted once per record, however
//! often it was delivered, so neither the order of files nor the number of workers shows.

mod compare;
mod tally;

pub(crate) use compare::Comparer;
pub use tally::{Counts, Disagreement, LayerCounts, SelfTest};

use chrono::{DateTime, Utc};
use iam_policy::{Decision, PolicyType};

use crate::snapshot::Unattached;

/// What AWS said of one record, compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Tells records apart; the same for each delivery of one record.
    pub(crate) record: u128,
    /// The record's event id.
    pub event_id: String,
    /// When the call was completed.
    pub event_time: DateTime<Utc>,
    /// ARN of the identity that carries the policies.
    pub principal: String,
    /// What AWS said.
    pub said: Said,
    /// How that compares.
    pub result: Comparison,
}

/// What AWS said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Said {
    /// The call was refused, and the message names the layer.
    Refused(Refused),
    /// The call was refused, and nobody said by which layer.
    RefusedUnnamed,
    /// The call succeeded.
    Permitted,
}

/// A refusal as its message tells it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Refused {
    /// The layer, as AWS's message names it.
    pub layer: &'static str,
    /// Whether a Deny statement refused, rather than the lack of an Allow.
    pub explicit: bool,
    /// ARN of the policy that holds the Deny, where the message has it.
    pub policy: Option<String>,
}

/// How AWS's answer compares with that of the snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The snapshot says the same.
    Agreed,
    /// It may say the same: what would settle it.
    Open(String),
    /// It cannot say the same.
    Disagreed(Ours),
    /// It cannot be asked, and why: the one spelling, in JSON.
    NotCompared(&'static str),
}

/// What the snapshot says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ours {
    /// The action that was judged.
    pub action: String,
    /// The decision of all layers.
    pub decision: Decision,
    /// The layer that settled it.
    pub layer: Option<PolicyType>,
    /// The policy that settled it.
    pub policy: Option<String>,
    /// The statement: its `Sid`, else its position.
    pub statement: Option<String>,
    /// The names of our answers to questions AWS leaves open that the decision rests on: what AWS
    /// said may be the answer.
    pub rests_on: Vec<&'static str>,
}

impl From<Unattached> for Comparison {
    fn from(why: Unattached) -> Self {
        Self::NotCompared(why.as_str())
    }
}

#[cfg(test)]
mod tests;
