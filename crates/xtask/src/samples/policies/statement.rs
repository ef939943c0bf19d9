//! Writing IAM statements down.

use crate::samples::json::{Json, object};

#[derive(Debug)]
pub(super) struct Statement {
    sid: &'static str,
    effect: &'static str,
    actions: Vec<&'static str>,
    resources: Vec<String>,
    conditions: Vec<(&'static str, Vec<KeyValues>)>,
}

/// A condition key and the values it is compared with.
type KeyValues = (&'static str, Vec<String>);

pub(super) fn allow(sid: &'static str, actions: &[&'static str]) -> Statement {
    Statement::new("Allow", sid, actions)
}

pub(super) fn deny(sid: &'static str, actions: &[&'static str]) -> Statement {
    Statement::new("Deny", sid, actions)
}

impl Statement {
    fn new(effect: &'static str, sid: &'static str, actions: &[&'static str]) -> Self {
        let actions = actions.to_vec();
        Self { sid, effect, actions, resources: Vec::new(), conditions: Vec::new() }
    }

    /// Limits the statement to these resources; without a call it is on all.
    pub(super) fn on<S: Into<String>>(mut self, resources: impl IntoIterator<Item = S>) -> Self {
        self.resources.extend(resources.into_iter().map(Into::into));
        self
    }

    /// Adds a condition. Keys of the same operator share its block.
    pub(super) fn when<S: Into<String>>(
        mut self,
        operator: &'static str,
        key: &'static str,
        values: impl IntoIterator<Item = S>,
    ) -> Self {
        let entry = (key, values.into_iter().map(Into::into).collect());
        match self.conditions.iter_mut().find(|(name, _)| *name == operator) {
            Some((_, keys)) => keys.push(entry),
            None => self.conditions.push((operator, vec![entry])),
        }
        self
    }

    /// The key must be in the request.
    pub(super) fn when_present(self, key: &'static str) -> Self {
        self.when("Null", key, ["false"])
    }

    /// The key must not be in the request.
    pub(super) fn when_absent(self, key: &'static str) -> Self {
        self.when("Null", key, ["true"])
    }

    fn json(self) -> Json {
        let resources =
            if self.resources.is_empty() { vec!["*".to_owned()] } else { self.resources };
        let conditions = self.conditions.into_iter().map(|(operator, keys)| {
            let keys = keys.into_iter().map(|(key, values)| (key.to_owned(), one_or_many(values)));
            (operator.to_owned(), Json::Object(keys.collect()))
        });
        let conditions: Vec<_> = conditions.collect();
        object! {
            "Sid": self.sid,
            "Effect": self.effect,
            "Action": one_or_many(self.actions),
            "Resource": one_or_many(resources),
        }
        .with("Condition", (!conditions.is_empty()).then_some(Json::Object(conditions)))
    }
}

/// A single value stands alone, as in AWS's own examples.
fn one_or_many<T: Into<Json>>(values: Vec<T>) -> Json {
    let mut values: Vec<Json> = values.into_iter().map(Into::into).collect();
    match (values.len(), values.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            values.extend(last);
            Json::List(values)
        }
    }
}

/// The text of a policy file.
pub(super) fn document(statements: Vec<Statement>) -> String {
    let statements: Vec<Json> = statements.into_iter().map(Statement::json).collect();
    object! { "Version": "2012-10-17", "Statement": statements }.pretty()
}
