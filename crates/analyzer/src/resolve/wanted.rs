//! Which facts matter, and which make others say nothing: what has to be known of all of them, found out
//! in memory that does not grow with their number.

use std::collections::{BTreeSet, HashMap, HashSet};

use sha2::{Digest, Sha256};

use super::{one_resource, space};
use crate::call::Call;
use crate::resource_fact::is_whole_account;

/// The resources that some calls ask for. A book of the facts about these alone says the same of these
/// calls as one of all facts.
#[derive(Debug, Default)]
pub struct Wanted(HashSet<u128>);

impl Wanted {
    /// Takes what a call asks for.
    pub fn add(&mut self, call: &Call) {
        let asked = one_resource(call).into_iter().flatten().chain(space(call));
        self.0.extend(asked.map(|arn| short_hash(&arn.to_lowercase())));
    }

    /// Whether facts of this ARN are asked for. Those about some resource of an account always are.
    #[must_use]
    pub fn wants(&self, resource: &str) -> bool {
        is_whole_account(resource) || self.0.contains(&short_hash(&resource.to_lowercase()))
    }

    /// How many resources.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What makes facts say nothing, whatever day they are of: events with two bodies, and resources in two
/// spellings.
#[derive(Clone, Debug, Default)]
pub struct Oddities {
    events: BTreeSet<String>,
    arns: BTreeSet<String>,
}

/// What is seen of a share of the events and resources, until all facts are read.
///
/// It keeps hashes, of 16 and 8 bytes. By chance, two of a billion texts share 16 bytes once in 10^20
/// lakes.
#[derive(Debug)]
pub struct OddityPass<'o> {
    oddities: &'o mut Oddities,
    /// The number of the pass, and of how many.
    share: (u64, u64),
    bodies: HashMap<u128, u64>,
    spellings: HashMap<u128, u64>,
}

impl Oddities {
    /// Begins a pass over all facts, which looks at a share of them.
    pub fn pass(&mut self, pass: u64, passes: u64) -> OddityPass<'_> {
        let (bodies, spellings) = (HashMap::new(), HashMap::new());
        OddityPass { oddities: self, share: (pass, passes), bodies, spellings }
    }

    /// Takes note that an event has two bodies.
    pub fn dispute(&mut self, event_id: String) {
        self.events.insert(event_id);
    }

    /// The events with two bodies.
    pub fn events(&self) -> impl Iterator<Item = &String> {
        self.events.iter()
    }

    /// All of them, sorted.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.events.iter().chain(&self.arns).cloned().collect();
        lines.sort();
        lines
    }
}

impl OddityPass<'_> {
    /// Looks at a fact.
    pub fn see(&mut self, event_id: &str, record_hash: &str, resource: &str) {
        if is_other(&mut self.bodies, self.share, event_id, record_hash) {
            self.oddities.events.insert(event_id.to_owned());
        }
        let lower = resource.to_lowercase();
        let is_one = !is_whole_account(resource);
        if is_one && is_other(&mut self.spellings, self.share, &lower, resource) {
            self.oddities.arns.insert(lower);
        }
    }
}

/// Whether another text was seen of what has this name.
fn is_other(
    seen: &mut HashMap<u128, u64>,
    (pass, passes): (u64, u64),
    name: &str,
    text: &str,
) -> bool {
    let name = short_hash(name);
    if name.checked_rem(u128::from(passes)) != Some(u128::from(pass)) {
        return false;
    }
    let digest = Sha256::digest(text.as_bytes());
    let text = digest.first_chunk().copied().map(u64::from_be_bytes).unwrap_or_default();
    *seen.entry(name).or_insert(text) != text
}

fn short_hash(text: &str) -> u128 {
    let digest = Sha256::digest(text.as_bytes());
    digest.first_chunk().copied().map(u128::from_be_bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn odd(facts: &[(String, String, String)], passes: u64) -> Vec<String> {
        let mut oddities = Oddities::default();
        for number in 0..passes {
            let mut pass = oddities.pass(number, passes);
            facts.iter().for_each(|(event, hash, resource)| pass.see(event, hash, resource));
        }
        oddities.lines()
    }

    #[test]
    fn two_bodies_and_two_spellings_are_odd() {
        let fact = |event: &str, hash: &str, name: &str| {
            (event.to_owned(), hash.to_owned(), format!("arn:aws:sagemaker:r:1:{name}"))
        };
        let same =
            [fact("e", "1", "model/a"), fact("e", "1", "model/b"), fact("f", "1", "model/a")];
        assert!(odd(&same, 1).is_empty());
        assert_eq!(odd(&[fact("e", "1", "model/a"), fact("e", "2", "model/b")], 1), ["e"]);
        let spelt = odd(&[fact("e", "1", "model/A"), fact("f", "2", "model/a")], 1);
        assert_eq!(spelt, ["arn:aws:sagemaker:r:1:model/a"]);
    }

    proptest! {
        #[test]
        fn the_number_of_passes_does_not_matter(
            facts in prop::collection::vec(("[a-c]", "[12]", "[a-bA-B*]"), 0..12),
            passes in 1_u64..6,
        ) {
            prop_assert_eq!(odd(&facts, passes), odd(&facts, 1));
        }
    }
}
