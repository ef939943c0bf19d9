//! Which layers have a say over the principal of a request.

use crate::logic::Match;
use crate::policy_set::{PolicySet, PolicyType};
use crate::principal::Principal;
use crate::request::RequestContext;

/// What a principal is to the layers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Binding {
    /// The principal may have policies of its own: it is no service and not anonymous.
    pub(super) has_identity: bool,
    pub(super) is_root: bool,
    /// The resource is another account's.
    pub(super) cross_account: Match,
    /// A federated user session: without session policies it may do nothing by itself.
    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html>
    pub(super) federated: bool,
    pub(super) scps: bool,
    pub(super) rcps: bool,
    /// Where it is open whose the resource is, whether RCPs apply is, too.
    pub(super) rcps_apply: Match,
}

impl Binding {
    pub(super) fn of(request: &RequestContext, set: &PolicySet) -> Self {
        let principal = &request.principal;
        let is_root = matches!(principal, Principal::Root { .. });
        let has_identity = !matches!(principal, Principal::Service { .. } | Principal::Anonymous);
        let federated = matches!(principal, Principal::FederatedUser { .. });
        let cross_account = match request.resource_account.as_deref() {
            Some(owner) => principal.account().is_some_and(|own| owner != own),
            None => false,
        };
        let cross_account = Match::from(cross_account);
        if !set.has_organisation() {
            // Nobody asks whom the organisation's policies would bind.
            let (scps, rcps, rcps_apply) = (false, false, Match::No);
            return Self {
                has_identity,
                is_root,
                cross_account,
                federated,
                scps,
                rcps,
                rcps_apply,
            };
        }
        let own = principal.account();
        let service_linked = principal.is_service_linked_role();
        let managed_here = |account: Option<&str>| {
            account.is_some() && account == request.management_account.as_deref()
        };
        // SCPs go by the account of the caller, RCPs by that of the resource.
        // https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
        let owner = request.resource_account.as_deref().or(own);
        Self {
            has_identity,
            is_root,
            cross_account,
            federated,
            scps: has_identity && !service_linked && !managed_here(own),
            rcps: !service_linked && !managed_here(owner),
            rcps_apply: Match::Yes,
        }
    }

    pub(super) fn binds(&self, policy_type: PolicyType) -> bool {
        match policy_type {
            PolicyType::Identity | PolicyType::Boundary | PolicyType::Session => {
                self.has_identity && !self.is_root
            }
            PolicyType::Resource | PolicyType::Endpoint | PolicyType::Service => true,
            PolicyType::Scp => self.scps,
            PolicyType::Rcp => self.rcps,
        }
    }
}

/// Whether a principal can have a permissions boundary.
pub(super) fn may_have_boundary(principal: &Principal) -> bool {
    !matches!(principal, Principal::Root { .. } | Principal::Service { .. } | Principal::Anonymous)
}
