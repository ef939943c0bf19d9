//! One walk over the policies for one request: which of AWS's open questions it leaves open, and
//! which it came across.

use crate::choice::{Choice, Choices};
use crate::logic::Match;
use crate::pattern::Symbol;

/// What the parts of an evaluation share while they answer.
#[derive(Debug, Default)]
pub(crate) struct Pass {
    /// Answers that rest on one of these are unknown.
    pub(crate) left_open: Choices,
    /// Answers that rest on one of these are this.
    pub(crate) forced: Option<(Choices, Match)>,
    /// The choices that gave an answer so far.
    pub(crate) met: Choices,
    /// Whether to look for choices that take work to notice.
    pub(crate) thorough: bool,
    /// For texts with variables, once these are filled in.
    pub(crate) scratch: Vec<Symbol>,
}

impl Pass {
    /// Begins another walk, keeping the memory.
    pub(crate) fn begin(&mut self, left_open: Choices, thorough: bool) {
        self.left_open = left_open;
        self.forced = None;
        self.met = Choices::default();
        self.thorough = thorough;
    }

    /// An answer that is ours by choice.
    pub(crate) fn chosen(&mut self, choice: Choice, answer: Match) -> Match {
        self.chosen_all(Choices::of(choice), answer)
    }

    /// An answer that is ours by several choices.
    pub(crate) fn chosen_all(&mut self, choices: Choices, answer: Match) -> Match {
        self.met.add(choices);
        if let Some((forced, answer)) = self.forced
            && choices.meets(forced)
        {
            return answer;
        }
        if choices.meets(self.left_open) { Match::Unknown } else { answer }
    }
}
