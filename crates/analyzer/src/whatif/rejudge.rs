//! Rows of `calls` judged anew, against the verdicts they carry: by a policy set that is to take over,
//! or by the same one with a newer engine.
//!
//! Compared is what the record alone tells, on both sides. Whoever wrote the rows is not asked again,
//! so what an open decision hung on is not compared.

use super::{Compared, Side, is_reached};
use crate::actor::Actor;
use crate::call::Call;
use crate::target::TargetSet;

/// Judges rows of `calls` again.
#[derive(Debug)]
pub struct Rejudge<'t> {
    side: Side<'t>,
}

impl<'t> Rejudge<'t> {
    /// By this policy set.
    #[must_use]
    pub fn new(target: &'t TargetSet) -> Self {
        Self { side: Side::new(target) }
    }

    /// Judges a row; `None` for rows that do not tell enough of the request.
    pub fn call(&mut self, call: &Call) -> Option<Compared> {
        let request = call.request_by(self.side.target)?;
        let mut compared = Compared::row(call);
        if is_reached(call) {
            let actor = Actor::of(&call.record());
            self.side.compare(&actor, &request, (call.decision, None), &mut compared);
        }
        Some(compared)
    }
}
