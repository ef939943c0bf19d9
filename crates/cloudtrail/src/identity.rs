//! Who asked: the `userIdentity` of a record.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::error::RecordError;
use crate::record::{explain, text};
use crate::time;
use crate::wire::{self, Raw};

/// Who asked, as the record tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserIdentity<'a> {
    /// `type`.
    pub kind: IdentityType<'a>,
    /// `principalId`.
    pub principal_id: Option<Cow<'a, str>>,
    /// `arn`. That of an assumed role (`sts … assumed-role/NAME/SESSION`) has lost the role's
    /// path; the role itself is the [`SessionIssuer`].
    pub arn: Option<Cow<'a, str>>,
    /// `accountId` of the caller. Not always twelve digits: S3 writes `ANONYMOUS_PRINCIPAL`.
    pub account_id: Option<Cow<'a, str>>,
    /// `accessKeyId`.
    pub access_key_id: Option<Cow<'a, str>>,
    /// `userName`.
    pub user_name: Option<Cow<'a, str>>,
    /// `invokedBy`: the service that asked, for itself or on behalf of the principal.
    pub invoked_by: Option<Cow<'a, str>>,
    /// `identityProvider` of SAML and web identities.
    pub identity_provider: Option<Cow<'a, str>>,
    /// `credentialId` of an Identity Center user.
    pub credential_id: Option<Cow<'a, str>>,
    /// `sessionContext`, for temporary credentials.
    pub session_context: Option<SessionContext<'a>>,
    /// `onBehalfOf.userId`: the Identity Center user behind the session.
    pub on_behalf_of_user_id: Option<Cow<'a, str>>,
    /// `onBehalfOf.identityStoreArn`.
    pub on_behalf_of_identity_store_arn: Option<Cow<'a, str>>,
}

/// `userIdentity.type`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum IdentityType<'a> {
    /// Temporary credentials of a role.
    AssumedRole,
    /// A user of IAM, with long-term credentials.
    IAMUser,
    /// The root user of the account.
    Root,
    /// A user with credentials from `sts:GetFederationToken`.
    FederatedUser,
    /// A service acting for itself.
    AWSService,
    /// A principal of another account.
    AWSAccount,
    /// The caller of `sts:AssumeRoleWithSAML`.
    SAMLUser,
    /// The caller of `sts:AssumeRoleWithWebIdentity`.
    WebIdentityUser,
    /// A role, as in records of federated sessions.
    Role,
    /// A user of IAM Identity Center.
    IdentityCenterUser,
    /// A user of a directory.
    Directory,
    /// AWS could not tell.
    Unknown,
    /// The record has no `userIdentity`, or one without a type.
    #[default]
    Missing,
    /// A type that is not known here.
    Other(Cow<'a, str>),
}

/// `sessionContext`: how temporary credentials came about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionContext<'a> {
    /// `sessionIssuer`. Users of IAM have an empty one in their records: that is none.
    pub session_issuer: Option<SessionIssuer<'a>>,
    /// `attributes.creationDate`.
    pub creation_date: Option<DateTime<Utc>>,
    /// `attributes.mfaAuthenticated`.
    pub mfa_authenticated: Option<bool>,
    /// `sourceIdentity`.
    pub source_identity: Option<Cow<'a, str>>,
    /// `webIdFederationData.federatedProvider`.
    pub web_id_federated_provider: Option<Cow<'a, str>>,
    /// `ec2RoleDelivery`: the version of the instance metadata service, `1.0` or `2.0`.
    pub ec2_role_delivery: Option<Cow<'a, str>>,
    /// `assumedRoot`: a central root session of the organisation.
    pub assumed_root: Option<bool>,
}

/// `sessionIssuer`: the principal whose policies count for the session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionIssuer<'a> {
    /// `type`, such as `Role`.
    pub kind: IdentityType<'a>,
    /// `principalId`.
    pub principal_id: Option<Cow<'a, str>>,
    /// `arn`, with the path of the role.
    pub arn: Cow<'a, str>,
    /// `accountId`.
    pub account_id: Option<Cow<'a, str>>,
    /// `userName`, the name of the role.
    pub user_name: Option<Cow<'a, str>>,
}

const KNOWN: [IdentityType<'static>; 12] = [
    IdentityType::AssumedRole,
    IdentityType::IAMUser,
    IdentityType::Root,
    IdentityType::FederatedUser,
    IdentityType::AWSService,
    IdentityType::AWSAccount,
    IdentityType::SAMLUser,
    IdentityType::WebIdentityUser,
    IdentityType::Role,
    IdentityType::IdentityCenterUser,
    IdentityType::Directory,
    IdentityType::Unknown,
];

impl IdentityType<'_> {
    /// The type as CloudTrail writes it; empty when it is missing.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::AssumedRole => "AssumedRole",
            Self::IAMUser => "IAMUser",
            Self::Root => "Root",
            Self::FederatedUser => "FederatedUser",
            Self::AWSService => "AWSService",
            Self::AWSAccount => "AWSAccount",
            Self::SAMLUser => "SAMLUser",
            Self::WebIdentityUser => "WebIdentityUser",
            Self::Role => "Role",
            Self::IdentityCenterUser => "IdentityCenterUser",
            Self::Directory => "Directory",
            Self::Unknown => "Unknown",
            Self::Missing => "",
            Self::Other(name) => name,
        }
    }
}

impl fmt::Display for IdentityType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<'a> From<Option<Cow<'a, str>>> for IdentityType<'a> {
    fn from(name: Option<Cow<'a, str>>) -> Self {
        let Some(name) = name else { return Self::Missing };
        let known = KNOWN.into_iter().find(|known| known.as_str() == name);
        known.unwrap_or(Self::Other(name))
    }
}

/// Reads the member `userIdentity` of the record `raw`.
pub(crate) fn read<'a>(member: Raw<'a>, raw: &str) -> Result<UserIdentity<'a>, RecordError> {
    let text = |member: Raw<'a>| text(member, raw);
    let wire: wire::UserIdentity<'a> = members(member, raw)?;
    let behalf: wire::OnBehalfOf<'a> = members(wire.on_behalf_of, raw)?;
    Ok(UserIdentity {
        kind: text(wire.kind)?.into(),
        principal_id: text(wire.principal_id)?,
        arn: text(wire.arn)?,
        account_id: text(wire.account_id)?,
        access_key_id: text(wire.access_key_id)?,
        user_name: text(wire.user_name)?,
        invoked_by: text(wire.invoked_by)?,
        identity_provider: text(wire.identity_provider)?,
        credential_id: text(wire.credential_id)?,
        session_context: session_context(wire.session_context, raw)?,
        on_behalf_of_user_id: text(behalf.user_id)?,
        on_behalf_of_identity_store_arn: text(behalf.identity_store_arn)?,
    })
}

fn session_context<'a>(
    member: Raw<'a>,
    raw: &str,
) -> Result<Option<SessionContext<'a>>, RecordError> {
    if member.json().is_none() {
        return Ok(None);
    }
    let wire: wire::SessionContext<'a> = members(member, raw)?;
    let attributes: wire::SessionAttributes<'a> = members(wire.attributes, raw)?;
    let federation: wire::WebIdFederationData<'a> = members(wire.web_id_federation_data, raw)?;
    let creation_date = text(attributes.creation_date, raw)?;
    Ok(Some(SessionContext {
        session_issuer: session_issuer(wire.session_issuer, raw)?,
        creation_date: creation_date.and_then(|date| time::parse(&date)),
        mfa_authenticated: attributes.mfa_authenticated.flag(),
        source_identity: text(wire.source_identity, raw)?,
        web_id_federated_provider: text(federation.federated_provider, raw)?,
        ec2_role_delivery: text(wire.ec2_role_delivery, raw)?,
        assumed_root: wire.assumed_root.flag(),
    }))
}

fn session_issuer<'a>(
    member: Raw<'a>,
    raw: &str,
) -> Result<Option<SessionIssuer<'a>>, RecordError> {
    let text = |member: Raw<'a>| text(member, raw);
    let wire: wire::SessionIssuer<'a> = members(member, raw)?;
    let Some(arn) = text(wire.arn)? else { return Ok(None) };
    Ok(Some(SessionIssuer {
        kind: text(wire.kind)?.into(),
        principal_id: text(wire.principal_id)?,
        arn,
        account_id: text(wire.account_id)?,
        user_name: text(wire.user_name)?,
    }))
}

fn members<'a, T: Deserialize<'a> + Default>(member: Raw<'a>, raw: &str) -> Result<T, RecordError> {
    member.members().map_err(|_| explain(raw))
}
