//! Who made a call, as its policies see them.

use cloudtrail::{IdentityType, Record};
use iam_policy::Principal;

/// The identity whose policies IAM asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Actor {
    /// The identity, for the evaluator.
    pub principal: Principal,
    /// ARN of the identity that carries the policies: of the role with its path, of the user, of
    /// the root user. For callers without one, what the record calls them.
    pub arn: String,
    /// Whether the ARN has the role's path. A session's own ARN drops it, and some records lack
    /// the issuer.
    pub path_known: bool,
    /// The account the call was recorded in.
    pub account: String,
    /// `userIdentity.type`, as CloudTrail spells it.
    pub principal_type: String,
    /// The name of the role session.
    pub session_name: Option<String>,
    /// What kind of judgement fits.
    pub standing: Standing,
}

/// What kind of judgement fits a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// A role or user, judged by its policies.
    Principal,
    /// The root user, bound by SCPs and RCPs alone.
    Root,
    /// An AWS service acting as itself.
    Service,
    /// A caller from another account: its policies are there.
    CrossAccount,
    /// The record does not say.
    Unidentified,
}

impl Actor {
    /// The actor of a record.
    ///
    /// The role's ARN comes from `sessionContext.sessionIssuer`, since the session's own ARN drops
    /// the role's path.
    /// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>
    #[must_use]
    pub fn of(record: &Record<'_>) -> Self {
        let identity = &record.user_identity;
        let session = identity.session_context.as_ref();
        let issuer = session.and_then(|context| context.session_issuer.as_ref());
        let arn = identity.arn.as_deref();
        let account = account_of(record);
        let standing = |standing| Self::plain(record, &account, standing);
        match &identity.kind {
            IdentityType::AssumedRole | IdentityType::Role => {
                let role_arn = match (issuer, arn) {
                    (Some(issuer), _) => issuer.arn.to_string(),
                    (None, Some(arn)) => role_of_session(arn),
                    (None, None) => return standing(Standing::Unidentified),
                };
                let session_name = arn.and_then(session_name);
                let session_arn = arn.filter(|arn| arn.contains(":assumed-role/"));
                let principal = Principal::Role {
                    role_arn: role_arn.clone(),
                    session_arn: session_arn.map(str::to_owned),
                };
                let mut actor = Self::judged(record, account, principal, role_arn, session_name);
                let own_arn = arn.is_some_and(|arn| arn.contains(":role/"));
                actor.path_known = issuer.is_some() || own_arn;
                actor
            }
            IdentityType::IAMUser => match arn {
                Some(arn) => {
                    let principal = Principal::User { arn: arn.to_owned() };
                    Self::judged(record, account, principal, arn.to_owned(), None)
                }
                None => standing(Standing::Unidentified),
            },
            // The session's policies are those of the user who asked for it, cut by a session
            // policy that CloudTrail does not show.
            IdentityType::FederatedUser => match (issuer, arn) {
                (Some(issuer), _) => {
                    let arn = issuer.arn.to_string();
                    let principal = Principal::from_arn(&arn);
                    let root = matches!(principal, Principal::Root { .. });
                    let mut actor = Self::judged(record, account, principal, arn, None);
                    if root {
                        actor.standing = Standing::Root;
                    }
                    actor.session_name = identity.arn.as_deref().and_then(session_name);
                    actor
                }
                (None, _) => standing(Standing::Unidentified),
            },
            IdentityType::Root => {
                let own = identity.account_id.as_deref().unwrap_or(&account).to_owned();
                let partition =
                    iam_policy::partition_of_region(record.aws_region.as_deref().unwrap_or(""));
                let fallback = format!("arn:{partition}:iam::{own}:root");
                let arn = arn.map_or(fallback, str::to_owned);
                let principal = Principal::Root { account: own, arn: arn.clone() };
                Self::judged(record, account, principal, arn, None)
            }
            IdentityType::AWSService => standing(Standing::Service),
            IdentityType::AWSAccount => standing(Standing::CrossAccount),
            _ => match arn {
                Some(arn) => Self::by_arn(record, account, arn, issuer.map(|issuer| &*issuer.arn)),
                None if identity.invoked_by.is_some() => standing(Standing::Service),
                None => standing(Standing::Unidentified),
            },
        }
    }

    /// A caller of a type that has no rules of its own, or that this program does not know: the
    /// ARN says who it is.
    fn by_arn(record: &Record<'_>, account: String, arn: &str, issuer: Option<&str>) -> Self {
        let mut principal = Principal::from_arn(arn);
        let session = session_name(arn);
        if let (Principal::Role { role_arn, .. }, Some(issuer)) = (&mut principal, issuer) {
            issuer.clone_into(role_arn);
        }
        let own_arn = match &principal {
            Principal::Role { role_arn, .. } => role_arn.clone(),
            Principal::User { arn } | Principal::Root { arn, .. } => arn.clone(),
            _ => return Self::plain(record, &account, Standing::Unidentified),
        };
        let mut actor = Self::judged(record, account, principal, own_arn, session);
        actor.path_known = issuer.is_some() || actor.session_name.is_none();
        actor
    }

    /// What tells actors apart that are judged by different policies.
    pub(crate) fn key(&self) -> String {
        format!("{:?} {} {} {}", self.standing, self.path_known, self.account, self.arn)
    }

    fn judged(
        record: &Record<'_>,
        account: String,
        principal: Principal,
        arn: String,
        session_name: Option<String>,
    ) -> Self {
        let own = principal.account().unwrap_or_default();
        let standing = match &principal {
            _ if !own.is_empty() && own != account => Standing::CrossAccount,
            Principal::Root { .. } => Standing::Root,
            _ => Standing::Principal,
        };
        Self {
            principal,
            arn,
            path_known: true,
            account,
            principal_type: record.user_identity.kind.as_str().to_owned(),
            session_name,
            standing,
        }
    }

    fn plain(record: &Record<'_>, account: &str, standing: Standing) -> Self {
        let identity = &record.user_identity;
        let name =
            [&identity.arn, &identity.invoked_by, &identity.principal_id, &identity.account_id]
                .into_iter()
                .find_map(|member| member.as_deref());
        let name = name.unwrap_or("unidentified").to_owned();
        let principal = match standing {
            Standing::Service => Principal::Service { name: name.clone() },
            _ => Principal::Other { name: name.clone() },
        };
        Self {
            principal,
            arn: name,
            path_known: true,
            account: account.to_owned(),
            principal_type: identity.kind.as_str().to_owned(),
            session_name: None,
            standing,
        }
    }
}

/// The account a call was recorded in.
fn account_of(record: &Record<'_>) -> String {
    let recipient = record.recipient_account_id.as_deref();
    recipient.or(record.user_identity.account_id.as_deref()).unwrap_or_default().to_owned()
}

fn role_of_session(arn: &str) -> String {
    match Principal::from_arn(arn) {
        Principal::Role { role_arn, .. } => role_arn,
        _ => arn.to_owned(),
    }
}

fn session_name(arn: &str) -> Option<String> {
    // The path of a role may hold colons.
    let resource = arn.splitn(6, ':').nth(5)?;
    let session = resource.strip_prefix("assumed-role/")?;
    session.split_once('/').map(|(_, name)| name.to_owned())
}
