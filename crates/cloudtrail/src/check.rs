//! The deep look at a record, for those that are going to be judged.

use std::collections::BTreeMap;

use iam_policy::json::{self, Node};

use crate::error::{Reason, RecordError, quote};
use crate::record::Record;

/// Members of SageMaker requests whose keys are the caller's own words. Two of those may differ
/// only in case and mean different things, no condition key looks into them, and refusing them
/// would let anybody keep a call from being judged by setting the variables `a` and `A`.
const OWN_WORDS: [&str; 12] = [
    "environment",
    "optimizationenvironment",
    "hyperparameters",
    "statichyperparameters",
    "collectionparameters",
    "hookparameters",
    "profilingparameters",
    "ruleparameters",
    "properties",
    "parameters",
    "inputartifacts",
    "outputartifacts",
];

/// Reads a record to its depths. Members of requests are looked up without regard to case, since
/// CloudTrail changes the case of some, so two that differ only in case are one member twice.
/// SageMaker's requests have no such pair. A few records of services with an XML history do (EC2's
/// `Tag` and `tag`): this is for the records whose parameters are going to be read.
///
/// # Errors
/// [`Reason::DuplicateKey`], [`Reason::TooDeep`] or [`Reason::LoneSurrogate`], anywhere in the
/// record.
pub fn check(record: &Record<'_>) -> Result<(), RecordError> {
    let root = json::parse(record.raw)?;
    root.get("requestParameters").map_or(Ok(()), refuse_collisions)
}

fn refuse_collisions(node: &Node<'_>) -> Result<(), RecordError> {
    refuse_collision(node)?;
    node.elements().iter().try_for_each(refuse_collisions)?;
    for member in node.members() {
        if OWN_WORDS.contains(&&*member.key.to_ascii_lowercase()) {
            member.node.members().iter().try_for_each(|own| refuse_collisions(&own.node))?;
        } else {
            refuse_collisions(&member.node)?;
        }
    }
    Ok(())
}

fn refuse_collision(node: &Node<'_>) -> Result<(), RecordError> {
    let mut seen = BTreeMap::new();
    for member in node.members() {
        if let Some(first) = seen.insert(member.key.to_lowercase(), &member.key) {
            let detail = format!(
                "byte {} of the record: the key {} and {} are one in `requestParameters`",
                member.key_span.start,
                quote(&member.key),
                quote(first),
            );
            return Err(RecordError::new(Reason::DuplicateKey, detail));
        }
    }
    Ok(())
}
