//! What a check may spend, so that no text takes long.

/// Steps that are left. What is dearer than them is not found out, and then not said.
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn new(steps: usize) -> Self {
        Self(steps)
    }

    /// Takes steps; `false`, now and ever after, when there are not so many left.
    pub(super) fn spend(&mut self, steps: usize) -> bool {
        let left = self.0.checked_sub(steps);
        self.0 = left.unwrap_or(0);
        left.is_some()
    }
}
