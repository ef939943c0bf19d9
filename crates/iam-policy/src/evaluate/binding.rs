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
    /// A federated user session: without session policies it may do nothing by itself.
    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html>
    pub(super) federated: bool,
    pub(super) scps: bool,
    pub(super) rcps: bool,
    /// Where it is open whose the resource is, whether RCPs apply is, too.
    pub(super) rcps_apply: Match,
    /// Whether an unknown resource is another account's, where nothing says whose it is.
    pub(super) unknown_owner: Match,
}

impl Binding {
    pub(super) fn of(request: &RequestContext, set: &PolicySet) -> Self {
        let principal = &request.principal;
        let binding = Self {
            has_identity: !matches!(principal, Principal::Service { .. } | Principal::Anonymous),
            is_root: matches!(principal, Principal::Root { .. }),
            federated: matches!(principal, Principal::FederatedUser { .. }),
            scps: false,
            rcps: false,
            rcps_apply: Match::No,
            unknown_owner: Match::No,
        };
        // Else nobody asks whom the organisation's policies would bind.
        if set.has_organisation { binding.in_organisation(request) } else { binding }
    }

    fn in_organisation(self, request: &RequestContext) -> Self {
        let own = request.principal.account();
        let service_linked = request.principal.is_service_linked_role();
        let managed_here = |account: Option<&str>| {
            account.is_some() && account == request.management_account.as_deref()
        };
        // SCPs go by the account of the caller, RCPs by that of the resource.
        // https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
        let owner = request.resource_account.as_deref().or(own);
        Self {
            scps: self.has_identity && !service_linked && !managed_here(own),
            rcps: !service_linked && !managed_here(owner),
            rcps_apply: Match::Yes,
            ..self
        }
    }

    /// Whether the resource is another account's. Asked only where it matters, since the account of
    /// the principal must be looked for in its ARN.
    pub(super) fn cross_account(&self, request: &RequestContext) -> Match {
        match request.resource_account {
            Some(_) => Match::from(is_foreign(request)),
            None => self.unknown_owner,
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

/// Whether the resource is said to be another account's.
pub(super) fn is_foreign(request: &RequestContext) -> bool {
    let Some(owner) = request.resource_account.as_deref() else { return false };
    request.principal.account().is_some_and(|own| owner != own)
}

/// Whether a principal can have a permissions boundary.
pub(super) fn may_have_boundary(principal: &Principal) -> bool {
    !matches!(principal, Principal::Root { .. } | Principal::Service { .. } | Principal::Anonymous)
}
