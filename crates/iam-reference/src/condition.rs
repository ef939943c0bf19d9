//! The `Condition` block: operators and keys are joined by AND, the values of a key by OR.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html>

use serde_json::Value;

use crate::compare;
use crate::context::{Context, Found, texts};
use crate::operator::{Base, Operator, Set};

/// Whether a block holds.
pub(crate) fn holds(block: &Value, variables: bool, context: &Context) -> Result<bool, String> {
    for (name, keys) in block.as_object().ok_or("`Condition` is not an object")? {
        let operator = Operator::read(name)?;
        for (key, values) in keys.as_object().ok_or("an operator holds no object")? {
            let wanted = Wanted { operator, values: texts(values)?, variables };
            if !wanted.holds(context.get(key), context) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// One operator on one key.
struct Wanted {
    operator: Operator,
    values: Vec<String>,
    variables: bool,
}

impl Wanted {
    fn holds(&self, found: Option<&Found>, context: &Context) -> bool {
        if self.operator.base == Base::Null {
            return self.null(found.is_none());
        }
        match (found, self.operator.set) {
            (None, set) => self.without_key(set),
            // A set qualifier takes "a null data set, such as an empty string" for no values.
            // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
            (Some(Found::Single(text)), Some(set)) if text.is_empty() => {
                self.without_key(Some(set))
            }
            (Some(Found::List(list)), Some(set)) if list.iter().all(String::is_empty) => {
                self.without_key(Some(set))
            }
            (Some(Found::Single(value)), _) => self.value(value, context),
            // A key with several values needs a set qualifier.
            (Some(Found::List(_)), None) => false,
            (Some(Found::List(list)), Some(Set::All)) => {
                list.iter().all(|value| self.value(value, context))
            }
            (Some(Found::List(list)), Some(Set::Any)) => {
                list.iter().any(|value| self.value(value, context))
            }
        }
    }

    /// `Null` asks whether the key is missing; a set qualifier changes nothing about that.
    fn null(&self, missing: bool) -> bool {
        let answer = if missing { "true" } else { "false" };
        self.values.iter().any(|value| value == answer)
    }

    fn without_key(&self, set: Option<Set>) -> bool {
        match set {
            _ if self.operator.if_exists => true,
            Some(Set::All) => true,
            Some(Set::Any) => false,
            None => self.operator.negated,
        }
    }

    /// Whether one value of the request passes: an operator with "Not" is the opposite of its twin.
    fn value(&self, value: &str, context: &Context) -> bool {
        let twin = self.values.iter().any(|wanted| {
            compare::matches(self.operator.base, wanted, self.variables, value, context)
        });
        twin != self.operator.negated
    }
}
