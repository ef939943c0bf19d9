//! Policies of one type, which unite: what any of them allows is allowed, what any denies is denied.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>

use crate::principal::Naming;
use crate::statement::{Effect, Place, Request, Statement};

/// The statements that have a say together.
#[derive(Clone, Debug)]
pub(crate) struct Layer<'a> {
    pub(crate) place: Place,
    pub(crate) statements: Vec<Statement<'a>>,
}

impl Layer<'_> {
    /// Whether a statement denies the request.
    pub(crate) fn denies(&self, request: &Request) -> Result<bool, String> {
        Ok(self.closest(Effect::Deny, request)?.is_some())
    }

    /// Whether a statement allows the request.
    pub(crate) fn allows(&self, request: &Request) -> Result<bool, String> {
        Ok(self.grants(request)?.is_some())
    }

    /// How closely the statements that allow the request name the caller.
    pub(crate) fn grants(&self, request: &Request) -> Result<Option<Naming>, String> {
        self.closest(Effect::Allow, request)
    }

    fn closest(&self, effect: Effect, request: &Request) -> Result<Option<Naming>, String> {
        let mut closest = None;
        for statement in &self.statements {
            if statement.effect()? == effect {
                closest = closest.max(statement.applies(self.place, request)?);
            }
        }
        Ok(closest)
    }
}
