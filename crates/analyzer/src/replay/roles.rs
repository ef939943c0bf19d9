//! Roles that a call passes to a service.

use std::collections::HashSet;

use iam_policy::json::Node;
use iam_policy::{Arn, ContextValue, ResourceValue};
use sagemaker_catalog::{ParameterPath, Texts};

use super::{Call, Request, RequestKind};
use crate::target::Facts;
use crate::walk::{FREE_MAPS, member, walk};

/// The service that execution roles are passed to, where the facts say nothing else.
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html>
const PASSED_TO_SERVICE: &str = "sagemaker.amazonaws.com";

/// Of more roles than this the rest is one request with the role unknown: real calls pass some
/// dozen at most.
const MAX_ROLES: usize = 128;

impl Call<'_, '_, '_> {
    pub(super) fn pass_role_requests(&self, parameters: &Node<'_>) -> Vec<Request> {
        let mut roles: Vec<(ResourceValue, bool)> = Vec::new();
        for path in self.event.action.iter().flat_map(|action| &action.pass_role) {
            let texts = Texts::of([path], parameters);
            let hidden = (!texts.is_complete()).then_some(ResourceValue::Unknown);
            let known = texts.values.iter().map(|role| ResourceValue::Known(role.to_string()));
            roles.extend(known.chain(hidden).map(|role| (role, is_execution_role(path))));
        }
        let unlisted = self.unlisted_roles(parameters).into_iter();
        roles.extend(unlisted.map(|role| (ResourceValue::Known(role), false)));
        let mut seen = HashSet::new();
        roles.retain(|role| seen.insert(format!("{role:?}")));
        if roles.len() > MAX_ROLES {
            roles.truncate(MAX_ROLES);
            roles.push((ResourceValue::Unknown, false));
        }
        roles.into_iter().map(|(role, execution)| self.pass_role_request(role, execution)).collect()
    }

    /// Roles in members that the catalog does not list, of an action that it lacks or that has
    /// grown: nearly every role that the catalog lists for a call that changes something is
    /// passed, and one that is missed would be a way to more power.
    fn unlisted_roles(&self, parameters: &Node<'_>) -> Vec<String> {
        if self.only_reads() {
            return Vec::new();
        }
        let mut roles = Vec::new();
        walk(parameters, &FREE_MAPS, &mut |path, text| {
            if is_role_member(path) && is_role_arn(text) && !self.is_listed(path) {
                roles.push(text.to_owned());
            }
        });
        roles
    }

    fn is_listed(&self, lower_path: &str) -> bool {
        let actions = self.event.action.iter();
        let mut listed =
            actions.flat_map(|action| action.pass_role.iter().chain(&action.other_role_references));
        listed.any(|path| path.to_string().eq_ignore_ascii_case(lower_path))
    }

    pub(super) fn pass_role_request(&self, role: ResourceValue, execution_role: bool) -> Request {
        let mut request = self.request(RequestKind::PassRole, "iam:PassRole".to_owned(), role);
        let context = &mut request.context;
        let service = if execution_role {
            passed_to_service(self.facts, self.region)
        } else {
            ContextValue::Unknown
        };
        context.set("iam:PassedToService", service);
        context.set("iam:AssociatedResourceArn", ContextValue::Unknown);
        context.set_family("iam:ResourceTag/", ContextValue::Unknown);
        context.set_family("aws:ResourceTag/", ContextValue::Unknown);
        request.resource_type = Some("role".to_owned());
        request
    }
}

/// `role`, `executionRoleArn`, `roleARN`, …
fn is_role_member(lower_path: &str) -> bool {
    let name = member(lower_path);
    ["role", "rolearn", "roles", "rolearns"].iter().any(|end| name.ends_with(end))
}

fn is_role_arn(text: &str) -> bool {
    let arn = text.parse::<Arn>();
    arn.is_ok_and(|arn| arn.service() == "iam" && arn.resource().starts_with("role/"))
}

/// Whether SageMaker itself assumes the role at this place; some members hold roles for services
/// that Canvas or data processing use.
pub(super) fn is_execution_role(path: &ParameterPath) -> bool {
    let text = path.to_string();
    let own = ["roleArn", "executionRole", "executionRoleArn", "domainExecutionRoleArn"];
    let last = text.rsplit('.').next().unwrap_or_default();
    own.contains(&last) && !text.contains("canvasAppSettings")
}

/// The service that execution roles are passed to, in a region.
pub(crate) fn passed_to_service(facts: &Facts, region: &str) -> ContextValue {
    let partition = iam_policy::partition_of_region(region);
    let stated = facts.passed_to_service.get(partition).map(String::as_str);
    ContextValue::one(stated.unwrap_or(PASSED_TO_SERVICE))
}
