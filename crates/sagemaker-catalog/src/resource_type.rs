//! Resource types, their ARNs, and how a request names a resource.

use crate::path::ParameterPath;
use crate::template::Template;

/// A type of resource as the service reference lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceType {
    /// The name, `training-job`.
    pub name: String,
    /// The service in its ARNs, `sagemaker`.
    pub arn_service: String,
    /// The end of its ARNs; the variables say nothing about what fills them.
    pub tail: Template,
    /// Condition keys that requests about such a resource can have, beside those of the action.
    pub condition_keys: Vec<String>,
}

impl ResourceType {
    /// The end of the ARN as refusals show it when no single resource is meant: `domain/*`,
    /// `app/*`. Not always the type's name: `edge-deployment-plan` has `edge-deployment/*`.
    #[must_use]
    pub fn family_pattern(&self) -> String {
        format!("{}*", self.tail.head())
    }
}

/// A resource type that an action is checked against, and how its request names the resource.
///
/// In order of trust: [`arn_parameter`](Self::arn_parameter), a member of
/// [`name_or_arn`](Self::name_or_arn) that holds an ARN, [`tail`](Self::tail) when it is
/// [`complete`](Self::complete), [`response_arn`](Self::response_arn).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceRule {
    /// The resource type's name, `training-job`.
    pub resource_type: String,
    /// The service in its ARNs.
    pub arn_service: String,
    /// Whether every call has such a resource, or only some.
    pub required: bool,
    /// The end of the ARN and the members that fill its variables.
    pub tail: Template,
    /// The member that holds the ARN itself.
    pub arn_parameter: Option<ParameterPath>,
    /// Members whose value may be a name or a full ARN; take an ARN as it is. A bare cluster name
    /// is no part of the ARN, which has a generated id.
    pub name_or_arn: Vec<ParameterPath>,
    /// Where `responseElements` shows the ARN; empty for refused and for read-only calls.
    pub response_arn: Option<ParameterPath>,
    /// Whether the request alone can give the whole ARN.
    pub complete: bool,
    /// Whether the call creates this resource, so that before it there are no tags and, where the
    /// service makes up the id, no ARN.
    pub created: bool,
}

/// The service and the end of an ARN; the end is all after the account.
pub(crate) fn service_and_tail(arn: &str) -> Option<(&str, &str)> {
    let mut fields = arn.splitn(6, ':');
    let head = fields.next()?;
    let (_partition, service) = (fields.next()?, fields.next()?);
    let (_region, _account) = (fields.next()?, fields.next()?);
    let tail = fields.next()?;
    (head == "arn").then_some((service, tail))
}

/// The type whose template fits `tail` most specifically.
///
/// `user-profile/*`, as refusals have it, has fewer segments than a user profile's ARN: when nothing
/// fits a pattern, its first segment decides.
pub(crate) fn type_of_tail<'t>(
    types: impl Iterator<Item = &'t ResourceType> + Clone,
    tail: &str,
) -> Option<&'t ResourceType> {
    let fitting = types.clone().filter(|resource_type| resource_type.tail.matches(tail));
    fitting.max_by_key(|resource_type| resource_type.tail.literal_length()).or_else(|| {
        let named = types.filter(|resource_type| is_family(tail, resource_type));
        named.min_by_key(|resource_type| resource_type.tail.literal_length())
    })
}

fn is_family(tail: &str, resource_type: &ResourceType) -> bool {
    tail.strip_prefix(resource_type.tail.head()).is_some_and(|rest| rest.ends_with('*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_gives_its_service_and_its_end() {
        let arn = "arn:aws:sagemaker:eu-west-1:111122223333:model/a:b/c";
        assert_eq!(service_and_tail(arn), Some(("sagemaker", "model/a:b/c")));
        for text in ["", "model/x", "arn:aws:sagemaker:eu-west-1:111122223333", "x:aws:s:r:a:t"] {
            assert_eq!(service_and_tail(text), None, "{text}");
        }
    }
}
