//! Three-valued truth.

use std::ops::Not;

/// Whether something holds: surely, surely not, or it depends on what is not known.
///
/// Ordered from false to true, so that "and" is the lesser of two and "or" the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Match {
    /// It fails whatever the unknown values are.
    No,
    /// The unknown values decide.
    Unknown,
    /// It holds whatever the unknown values are.
    Yes,
}

impl Match {
    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// At least one holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// What is known when exactly one of the alternatives is the case, but not which.
    #[must_use]
    pub fn either(self, other: Self) -> Self {
        if self == other { self } else { Self::Unknown }
    }

    /// All hold; `Yes` of none.
    pub fn all(items: impl IntoIterator<Item = Self>) -> Self {
        let mut result = Self::Yes;
        for item in items {
            result = result.and(item);
            if result == Self::No {
                break;
            }
        }
        result
    }

    /// One holds; `No` of none.
    pub fn any(items: impl IntoIterator<Item = Self>) -> Self {
        let mut result = Self::No;
        for item in items {
            result = result.or(item);
            if result == Self::Yes {
                break;
            }
        }
        result
    }

    /// What is known when one of the alternatives is the case; `Unknown` of none.
    pub fn one_of(items: impl IntoIterator<Item = Self>) -> Self {
        items.into_iter().reduce(Self::either).unwrap_or(Self::Unknown)
    }
}

impl Not for Match {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
        }
    }
}

impl From<bool> for Match {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

#[cfg(test)]
mod tests {
    use super::Match::{self, No, Unknown, Yes};

    #[test]
    fn truth_tables() {
        for (a, b, and, or, either) in [
            (Yes, Yes, Yes, Yes, Yes),
            (Yes, No, No, Yes, Unknown),
            (Yes, Unknown, Unknown, Yes, Unknown),
            (No, No, No, No, No),
            (No, Unknown, No, Unknown, Unknown),
            (Unknown, Unknown, Unknown, Unknown, Unknown),
        ] {
            for (x, y) in [(a, b), (b, a)] {
                assert_eq!((x.and(y), x.or(y), x.either(y)), (and, or, either), "{x:?} {y:?}");
            }
        }
        assert_eq!((Match::all([]), Match::any([])), (Yes, No));
    }
}
