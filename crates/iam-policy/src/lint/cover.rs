//! Whether one statement is about all that another one is about.

use super::budget::Budget;
use super::document::{Block, Statement, Word};
use super::names::{ActionPattern, Reach};
use crate::pattern::Glob;

/// Comparisons of a pattern with a text.
const STEPS: usize = 1_000_000;

/// Proving that one pattern includes another costs as much as so many comparisons.
const INCLUSION: usize = 1_000;

/// Compares statements, as far as that is cheap: after that all counts as covered.
pub(super) struct Cover(Budget);

impl Cover {
    pub(super) fn new() -> Self {
        Self(Budget::new(STEPS))
    }

    /// Whether the wide statement is about every resource that the narrow one is about.
    pub(super) fn resources(&mut self, wide: &Statement<'_>, narrow: &Statement<'_>) -> bool {
        let (Some(wide), Some(narrow)) = (&wide.resource, &narrow.resource) else {
            return wide.resource.is_none();
        };
        if !wide.negated && wide.patterns.iter().any(|word| is_star(&word.text)) {
            return true;
        }
        !narrow.negated && narrow.patterns.iter().all(|word| self.resource(wide, word))
    }

    fn resource(&mut self, wide: &Block<Word>, narrow: &Word) -> bool {
        let glob = Glob::new(&narrow.text);
        let meets = |cover: &mut Self, word: &Word, judge: fn(&Glob, &Glob) -> bool| {
            cover.0.spend(INCLUSION).then(|| judge(&Glob::new(&word.text), &glob))
        };
        if wide.negated {
            return wide
                .patterns
                .iter()
                .all(|word| !meets(self, word, Glob::intersects).unwrap_or(false));
        }
        wide.patterns.iter().any(|word| {
            word.text == narrow.text || meets(self, word, Glob::includes).unwrap_or(true)
        })
    }

    /// Whether the wide statement is about every action of the narrow one that has the key; about
    /// every action where none is known to have it.
    pub(super) fn actions(
        &mut self,
        wide: &Statement<'_>,
        narrow: &Statement<'_>,
        key: &str,
    ) -> bool {
        let Some(block) = &wide.action else { return false };
        let everything = !block.negated && block.patterns.iter().any(|p| is_star(&p.word.text));
        let patterns = narrow.distinct_actions();
        everything || (!patterns.is_empty() && patterns.iter().all(|p| self.action(block, p, key)))
    }

    fn action(
        &mut self,
        wide: &Block<ActionPattern<'_>>,
        narrow: &ActionPattern<'_>,
        key: &str,
    ) -> bool {
        let Reach::Known { actions, .. } = &narrow.reach else {
            let mut patterns = wide.patterns.iter().map(|pattern| &pattern.glob);
            return !self.0.spend(wide.patterns.len().saturating_mul(INCLUSION))
                || if wide.negated {
                    !patterns.any(|glob| glob.intersects(&narrow.glob))
                } else {
                    patterns.any(|glob| glob.includes(&narrow.glob))
                };
        };
        if !self.0.spend(wide.patterns.len().saturating_mul(actions.len())) {
            return true;
        }
        let covered = |id: &str| {
            let id = id.to_lowercase();
            wide.patterns.iter().any(|pattern| pattern.glob.matches(&id)) != wide.negated
        };
        let someone_has_it = actions.iter().any(|action| action.has_key(key));
        let judged = actions.iter().filter(|action| !someone_has_it || action.has_key(key));
        judged.map(|action| &action.id).all(|id| covered(id))
    }
}

/// `*`, however often.
pub(super) fn is_star(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| character == '*')
}
