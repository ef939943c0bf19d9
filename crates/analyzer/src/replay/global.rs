//! The global condition keys that a record gives.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>

use std::net::IpAddr;

use cloudtrail::{IdentityType, SessionContext};
use iam_policy::{AccountId, ContextValue, Principal, RequestContext, ResourceValue};
use sagemaker_catalog::REDACTED;

use super::Call;
use crate::actor::Standing;

/// CloudTrail truncates `userAgent` at this many bytes.
const TRUNCATED_USER_AGENT: usize = 1024;

/// What stands in address members when AWS itself made the call.
const AWS_INTERNAL: &str = "AWS Internal";

impl Call<'_, '_, '_> {
    /// Sets every global key the record tells something about; all other `aws:` keys are unknown.
    pub(super) fn set_global_keys(&self, context: &mut RequestContext) {
        context.set_family("aws:", ContextValue::Unknown);
        // A direct call of a principal, not of a service on somebody's behalf.
        for key in ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"] {
            context.set(key, ContextValue::Absent);
        }
        context.set_family("aws:RequestTag/", ContextValue::Absent);
        context.set("aws:TagKeys", ContextValue::Absent);
        self.set_principal_keys(context);
        self.set_resource_owner(context);
        self.set_session_keys(context);
        self.set_network_keys(context);
        self.set_request_keys(context);
    }

    fn set_principal_keys(&self, context: &mut RequestContext) {
        let identity = &self.record.user_identity;
        let kind = match &identity.kind {
            IdentityType::AssumedRole => Some("AssumedRole"),
            IdentityType::IAMUser => Some("User"),
            IdentityType::FederatedUser => Some("FederatedUser"),
            IdentityType::Root => Some("Account"),
            _ => None,
        };
        let arn = match (&identity.kind, self.actor.standing) {
            (IdentityType::FederatedUser, _) => identity.arn.as_deref(),
            // Without its issuer, the path of a session's role is unknown.
            (_, Standing::Principal | Standing::Root) if self.actor.path_known => {
                Some(self.actor.arn.as_str())
            }
            _ => None,
        };
        let known = |text: Option<&str>| text.map_or(ContextValue::Unknown, ContextValue::one);
        context.set("aws:PrincipalType", known(kind));
        context.set("aws:PrincipalArn", known(arn));
        context.set("aws:PrincipalAccount", known(self.actor.principal.account()));
        let user_id = identity.principal_id.as_deref().filter(|id| *id != REDACTED);
        context.set("aws:userid", known(user_id));
        context.set("aws:PrincipalIsAWSService", ContextValue::one("false"));
        for key in ["aws:PrincipalServiceName", "aws:PrincipalServiceNamesList"] {
            context.set(key, ContextValue::Absent);
        }
        // Only IAM users have the key.
        let user_name = match &self.actor.principal {
            Principal::User { arn } if identity.kind != IdentityType::FederatedUser => {
                known(arn.rsplit('/').next())
            }
            _ => ContextValue::Absent,
        };
        context.set("aws:username", user_name);
        let own_account = self.actor.principal.account() == Some(self.actor.account.as_str());
        context.set("aws:PrincipalOrgID", known(self.organisation().filter(|_| own_account)));
    }

    /// The organisation of the account the call was recorded in.
    fn organisation(&self) -> Option<&str> {
        self.facts.org_id.as_deref()
    }

    /// Whose the resource is: its ARN says so, and it need not be the account of the call.
    fn set_resource_owner(&self, context: &mut RequestContext) {
        let known = |text: Option<&str>| text.map_or(ContextValue::Unknown, ContextValue::one);
        let owner = self.resource_owner(&context.resource);
        let here = owner == Some(self.actor.account.as_str());
        let (owner, organisation) = (known(owner), known(self.organisation().filter(|_| here)));
        context.set("aws:ResourceAccount", owner);
        context.set("aws:ResourceOrgID", organisation);
    }

    fn resource_owner<'c>(&'c self, resource: &'c ResourceValue) -> Option<&'c str> {
        let text = match resource {
            ResourceValue::Known(text) | ResourceValue::Like(text) => text,
            // The spellings of one name.
            ResourceValue::OneOf(texts) => texts.last()?,
            ResourceValue::Unknown => return None,
        };
        let owner = if text == "*" { &self.actor.account } else { text.split(':').nth(4)? };
        owner.parse::<AccountId>().is_ok().then_some(owner)
    }

    fn set_session_keys(&self, context: &mut RequestContext) {
        // One that says nothing is none.
        let session = self.record.user_identity.session_context.as_ref();
        let session = session.filter(|session| tells(session));
        let created = session.and_then(|session| session.creation_date);
        // Long-term credentials have none of these; temporary ones may, whether the record shows
        // it or not. Only the access key tells which these are.
        let identity = &self.record.user_identity;
        let long_term = identity.access_key_id.as_deref().is_some_and(|id| id.starts_with("AKIA"));
        let temporary = !long_term;
        let unseen = match session {
            None if temporary => ContextValue::Unknown,
            _ => ContextValue::Absent,
        };
        let absent_or = |text: Option<&str>| text.map_or(unseen.clone(), ContextValue::one);
        let mfa = session.and_then(|session| session.mfa_authenticated);
        let mfa_present = match mfa {
            Some(mfa) => ContextValue::one(if mfa { "true" } else { "false" }),
            None if temporary => ContextValue::Unknown,
            None => ContextValue::Absent,
        };
        context.set("aws:MultiFactorAuthPresent", mfa_present);
        let mfa_age = match (mfa, created) {
            (Some(true), Some(created)) => {
                let age = self.record.event_time.signed_duration_since(created);
                ContextValue::one(age.num_seconds().to_string())
            }
            (Some(true), None) => ContextValue::Unknown,
            (Some(false), _) => ContextValue::Absent,
            (None, _) if temporary => ContextValue::Unknown,
            (None, _) => ContextValue::Absent,
        };
        context.set("aws:MultiFactorAuthAge", mfa_age);
        let issued = created.map(|created| created.format("%Y-%m-%dT%H:%M:%SZ").to_string());
        let issued = match (issued, session) {
            (Some(issued), _) => ContextValue::one(issued),
            (None, Some(_)) => ContextValue::Unknown,
            (None, None) => unseen.clone(),
        };
        context.set("aws:TokenIssueTime", issued);
        let source_identity = session.and_then(|session| session.source_identity.as_deref());
        context.set("aws:SourceIdentity", absent_or(source_identity));
        let provider = session.and_then(|session| session.web_id_federated_provider.as_deref());
        context.set("aws:FederatedProvider", absent_or(provider));
    }

    fn set_network_keys(&self, context: &mut RequestContext) {
        use ContextValue::{Absent, Unknown};
        let address = self.record.source_ip_address.as_deref();
        let address = address.filter(|text| text.parse::<IpAddr>().is_ok()).map(ContextValue::one);
        let endpoint = self.record.vpc_endpoint_id.as_deref();
        let endpoint = endpoint.filter(|id| !id.is_empty() && *id != AWS_INTERNAL);
        let vpc = endpoint.and_then(|id| self.facts.vpc_endpoints.get(id));
        let on_behalf = self.record.user_identity.invoked_by.is_some();
        let (source_ip, vpc_source_ip, source_vpce, source_vpc) = match (endpoint, address) {
            (Some(id), address) => (
                Absent,
                address.unwrap_or(Unknown),
                ContextValue::one(id),
                vpc.map_or(Unknown, ContextValue::one),
            ),
            (None, Some(address)) if !on_behalf => (address, Absent, Absent, Absent),
            // The address is that of a service, or says nothing: whose network it was is open.
            (None, _) => (Unknown, Unknown, Unknown, Unknown),
        };
        context.set("aws:SourceIp", source_ip);
        context.set("aws:VpcSourceIp", vpc_source_ip);
        context.set("aws:SourceVpce", source_vpce);
        context.set("aws:SourceVpc", source_vpc);
    }

    fn set_request_keys(&self, context: &mut RequestContext) {
        let time = self.record.event_time;
        context.set(
            "aws:CurrentTime",
            ContextValue::one(time.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
        );
        context.set("aws:EpochTime", ContextValue::one(time.timestamp().to_string()));
        context.set("aws:RequestedRegion", ContextValue::one(self.region));
        let via = self.record.user_identity.invoked_by.as_deref();
        let agent = self.record.user_agent.as_deref();
        let agent = agent.filter(|agent| via.is_none() && agent.len() < TRUNCATED_USER_AGENT);
        context.set("aws:UserAgent", agent.map_or(ContextValue::Unknown, ContextValue::one));
        let secure = self.record.has_tls_details;
        let secure = if secure { ContextValue::one("true") } else { ContextValue::Unknown };
        context.set("aws:SecureTransport", secure);
        let via_service = match via {
            Some(AWS_INTERNAL) => ContextValue::Unknown,
            Some(_) => ContextValue::one("true"),
            None => ContextValue::one("false"),
        };
        context.set("aws:ViaAWSService", via_service);
        // The record shows the last hop only.
        let (chain, last) = match via {
            Some(AWS_INTERNAL) => (ContextValue::Unknown, ContextValue::Unknown),
            Some(service) => (ContextValue::Unknown, ContextValue::one(service)),
            None => (ContextValue::Absent, ContextValue::Absent),
        };
        context.set("aws:CalledVia", chain.clone());
        context.set("aws:CalledViaFirst", chain);
        context.set("aws:CalledViaLast", last);
    }
}

/// Whether a session context says anything that a key is made from.
fn tells(session: &SessionContext<'_>) -> bool {
    session.session_issuer.is_some()
        || session.creation_date.is_some()
        || session.mfa_authenticated.is_some()
        || session.source_identity.is_some()
        || session.web_id_federated_provider.is_some()
}
