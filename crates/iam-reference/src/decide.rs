//! From layers to a decision.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html>

use serde_json::Value;

use crate::caller::Caller;
use crate::case::Case;
use crate::decision::Decision;
use crate::layer::Layer;
use crate::principal::Naming;
use crate::{service_rules, trust};

/// Decides a complete case, in the form of `driftline simulate`.
///
/// # Errors
///
/// What makes the case or one of its policies unreadable.
pub fn decide(case: &Value) -> Result<Decision, String> {
    let case = Case::read(case)?;
    // "No permissions are required to perform this operation", and a Deny does not take it away.
    // https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    if case.request.action.eq_ignore_ascii_case("sts:GetCallerIdentity") {
        return Ok(Decision::Allowed);
    }
    for layer in case.that_may_deny() {
        if layer.denies(&case.request)? {
            return Ok(Decision::ExplicitlyDenied);
        }
    }
    if service_rules::refuses(&case.request) || !case.allowed()? {
        return Ok(Decision::ImplicitlyDenied);
    }
    Ok(Decision::Allowed)
}

impl Case<'_> {
    /// Whether policies attached to an identity bind the caller.
    fn bound_by_identity(&self) -> bool {
        matches!(self.request.caller, Caller::Bound(_))
    }

    /// SCPs bind the principals of an account, its root user too, except service-linked roles and
    /// everybody in the management account.
    /// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html>
    fn bound_by_scps(&self) -> bool {
        let account = self.request.caller.account();
        matches!(self.request.caller, Caller::Root(_) | Caller::Bound(_))
            && !self.request.caller.is_service_linked()
            && !(account.is_some() && account == self.management_account.as_deref())
    }

    /// RCPs guard the resources of an account, whoever asks, except service-linked roles and what
    /// the management account owns.
    /// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>
    fn bound_by_rcps(&self) -> bool {
        let managed =
            self.resource_account.is_some() && self.resource_account == self.management_account;
        !managed && !self.request.caller.is_service_linked() && self.covered_by_rcps()
    }

    /// RCPs cover some services only; of those that cases name these.
    fn covered_by_rcps(&self) -> bool {
        let action = self.request.action.to_lowercase();
        let service = action.split(':').next().unwrap_or_default();
        ["s3", "sts", "kms", "ecr", "logs", "sqs"].contains(&service) && action != "kms:retiregrant"
    }

    fn that_may_deny(&self) -> Vec<&Layer<'_>> {
        let mut layers = Vec::new();
        if self.bound_by_identity() {
            layers.push(&self.identity);
            layers.extend(&self.boundary);
            layers.extend(&self.session);
        }
        if self.bound_by_scps() {
            layers.extend(&self.scps);
        }
        // Their Allow statements say nothing: `RCPFullAWSAccess` is on every level.
        if self.bound_by_rcps() {
            layers.extend(&self.rcps);
        }
        layers.extend(&self.resource);
        layers.extend(&self.endpoint);
        layers
    }

    fn allowed(&self) -> Result<bool, String> {
        Ok(self.organization_allows()? && self.allows(self.endpoint.as_ref())? && self.granted()?)
    }

    /// One Allow is needed on every level.
    fn organization_allows(&self) -> Result<bool, String> {
        if self.bound_by_scps() {
            for level in &self.scps {
                if !level.allows(&self.request)? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Whether a layer allows; one that is not there does not limit.
    fn allows(&self, layer: Option<&Layer<'_>>) -> Result<bool, String> {
        layer.map_or(Ok(true), |layer| layer.allows(&self.request))
    }

    /// Whether identity and resource policies together grant it, within boundary and session.
    fn granted(&self) -> Result<bool, String> {
        let resource = match &self.resource {
            Some(layer) => layer.grants(&self.request)?,
            None => None,
        };
        let named_itself = resource >= Some(Naming::Role);
        // Root users need no policy of their own account; nobody can attach one to the others.
        let identity = match self.request.caller {
            Caller::Anonymous | Caller::Service(_) => false,
            Caller::Root(_) => true,
            Caller::Bound(_) => self.identity.allows(&self.request)?,
        };
        // "If you do not pass any session policies, then the resulting federated user session has no
        // permissions": https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
        let powerless = self.request.caller.is_federated() && self.session.is_none();
        let limits = !self.bound_by_identity()
            || (!powerless
                && self.allows(self.boundary.as_ref())?
                && self.allows(self.session.as_ref())?);
        if self.is_cross_account() {
            return Ok(identity && resource.is_some() && limits);
        }
        let by_trust = self.resource.is_some() && trust::needs_resource_policy(&self.request);
        let identity = identity && (resource.is_some() || !by_trust);
        // A resource policy that names the caller itself is limited by no implicit denial.
        Ok((identity || named_itself) && (limits || resource == Some(Naming::Exactly)))
    }

    fn is_cross_account(&self) -> bool {
        let caller = self.request.caller.account();
        self.resource_account.as_deref().zip(caller).is_some_and(|(left, right)| left != right)
    }
}
