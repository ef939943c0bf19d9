//! One value of a request against one value of a policy.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

mod arn;
mod date;
mod ip;
mod number;

use crate::context::Context;
use crate::glob;
use crate::operator::Base;
use crate::variables::expand;

/// Whether the operator, its negation aside, holds. A value that cannot be read matches nothing.
///
/// The page on variables allows them in String and Arn operators, the one on operators in Bool too;
/// here they are replaced wherever a value is read, except in base64.
pub(crate) fn matches(
    base: Base,
    wanted: &str,
    variables: bool,
    value: &str,
    context: &Context,
) -> bool {
    let pattern = || expand(wanted, variables, context);
    let written = || pattern().map(|pattern| glob::as_written(&pattern));
    match base {
        Base::StringEquals => written().is_some_and(|wanted| wanted == value),
        Base::StringEqualsIgnoreCase => {
            written().is_some_and(|wanted| wanted.to_lowercase() == value.to_lowercase())
        }
        Base::StringLike => pattern().is_some_and(|wanted| glob::matches(&wanted, value)),
        Base::Arn => pattern().is_some_and(|wanted| arn::matches(&wanted, value)),
        Base::Numeric(relation) => written()
            .and_then(|wanted| number::read(value).zip(number::read(&wanted)))
            .is_some_and(|(value, wanted)| relation.holds(value.cmp(&wanted))),
        Base::Date(relation) => written()
            .and_then(|wanted| date::read(value).zip(date::read(&wanted)))
            .is_some_and(|(value, wanted)| relation.holds(value.cmp(&wanted))),
        Base::Bool => written()
            .and_then(|wanted| truth(value).zip(truth(&wanted)))
            .is_some_and(|(value, wanted)| value == wanted),
        Base::Binary => value == wanted,
        Base::Ip => written().is_some_and(|wanted| ip::matches(&wanted, value)),
        // `Null` looks at the key, not at values.
        Base::Null => false,
    }
}

fn truth(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}
