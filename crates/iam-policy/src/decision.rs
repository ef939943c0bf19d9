//! What may come out of an evaluation.

use std::fmt;

use crate::logic::Match;

/// The outcome of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    /// Granted.
    Allowed,
    /// Refused because nothing grants it.
    ImplicitlyDenied,
    /// Refused because a Deny statement matches.
    ExplicitlyDenied,
    /// More than one of the others is possible, given what is known.
    Undetermined,
}

impl Decision {
    /// The one spelling: in code, JSON and columns.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "Allowed",
            Self::ImplicitlyDenied => "ImplicitlyDenied",
            Self::ExplicitlyDenied => "ExplicitlyDenied",
            Self::Undetermined => "Undetermined",
        }
    }

    /// Whether this is one of the denials.
    #[must_use]
    pub fn is_denied(self) -> bool {
        matches!(self, Self::ImplicitlyDenied | Self::ExplicitlyDenied)
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The decisions still open, given what is known. Never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Possible {
    allowed: bool,
    implicitly_denied: bool,
    explicitly_denied: bool,
}

impl Possible {
    /// Exactly this decision; all three for [`Decision::Undetermined`].
    #[must_use]
    pub fn of(decision: Decision) -> Self {
        let all = decision == Decision::Undetermined;
        Self {
            allowed: all || decision == Decision::Allowed,
            implicitly_denied: all || decision == Decision::ImplicitlyDenied,
            explicitly_denied: all || decision == Decision::ExplicitlyDenied,
        }
    }

    /// What is open where a Deny may match, and what must allow may allow.
    pub(crate) fn after(deny: Match, allow: Match) -> Self {
        let not_denied = deny != Match::Yes;
        Self {
            allowed: not_denied && allow != Match::No,
            implicitly_denied: not_denied && allow != Match::Yes,
            explicitly_denied: deny != Match::No,
        }
    }

    /// What either leaves open.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            allowed: self.allowed || other.allowed,
            implicitly_denied: self.implicitly_denied || other.implicitly_denied,
            explicitly_denied: self.explicitly_denied || other.explicitly_denied,
        }
    }

    /// Whether this decision is still open.
    #[must_use]
    pub fn contains(self, decision: Decision) -> bool {
        match decision {
            Decision::Allowed => self.allowed,
            Decision::ImplicitlyDenied => self.implicitly_denied,
            Decision::ExplicitlyDenied => self.explicitly_denied,
            Decision::Undetermined => self.decision() == Decision::Undetermined,
        }
    }

    /// The decisions still open.
    pub fn decisions(self) -> impl Iterator<Item = Decision> {
        [Decision::Allowed, Decision::ImplicitlyDenied, Decision::ExplicitlyDenied]
            .into_iter()
            .filter(move |decision| self.contains(*decision))
    }

    /// The decision for whom it is all the same which denial it is: an implicit one where both are
    /// possible and nothing else is.
    #[must_use]
    pub fn verdict(self) -> Decision {
        match self.decision() {
            Decision::Undetermined if !self.allowed => Decision::ImplicitlyDenied,
            decision => decision,
        }
    }

    /// The one decision left, or that there are several.
    #[must_use]
    pub fn decision(self) -> Decision {
        match (self.allowed, self.implicitly_denied, self.explicitly_denied) {
            (true, false, false) => Decision::Allowed,
            (false, true, false) => Decision::ImplicitlyDenied,
            (false, false, true) => Decision::ExplicitlyDenied,
            _ => Decision::Undetermined,
        }
    }
}
