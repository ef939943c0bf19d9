//! Who asks.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use serde_json::Value;

/// The one who made the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Nobody signed the request.
    Anonymous,
    /// An AWS service, by its name.
    Service(String),
    /// The root user of an account.
    Root(String),
    /// A role, a session of one, a user, a federated user: whoever policies can be attached to.
    Bound(String),
}

/// Whether a text is the number of an account.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.chars().all(|letter| letter.is_ascii_digit())
}

impl Caller {
    pub(crate) fn read(value: &Value) -> Result<Self, String> {
        if let Some(arn) = value.as_str() {
            let parts: Vec<&str> = arn.splitn(6, ':').collect();
            return match parts.as_slice() {
                ["arn", _, "iam", "", account, "root"] => Ok(Self::Root((*account).to_owned())),
                ["arn", _, _, _, _, _] => Ok(Self::Bound(arn.to_owned())),
                _ => Err(format!("`{arn}` is no principal")),
            };
        }
        match (value.get("type").and_then(Value::as_str), value.get("name").and_then(Value::as_str))
        {
            (Some("Anonymous"), _) => Ok(Self::Anonymous),
            (Some("Service"), Some(name)) => Ok(Self::Service(name.to_owned())),
            _ => Err(format!("`{value}` is no principal")),
        }
    }

    /// The account it belongs to.
    pub(crate) fn account(&self) -> Option<&str> {
        match self {
            Self::Anonymous | Self::Service(_) => None,
            Self::Root(account) => Some(account),
            Self::Bound(arn) => arn.split(':').nth(4).filter(|account| is_account(account)),
        }
    }

    /// The role's name if this is a session of a role.
    ///
    /// `arn:aws:sts::account:assumed-role/role/session`: the role's path is not in it.
    pub(crate) fn session_of(&self) -> Option<&str> {
        let Self::Bound(arn) = self else { return None };
        let resource = arn.split(':').nth(5)?;
        let mut parts = resource.split('/');
        let session = arn.split(':').nth(2) == Some("sts") && parts.next() == Some("assumed-role");
        session.then(|| parts.next())?
    }

    /// A session that a user got for somebody by `sts:GetFederationToken`.
    pub(crate) fn is_federated(&self) -> bool {
        let Self::Bound(arn) = self else { return false };
        arn.split(':').nth(5).is_some_and(|name| name.starts_with("federated-user/"))
    }

    /// Service-linked roles lie on a path of their own, and organization policies spare them.
    /// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html>
    pub(crate) fn is_service_linked(&self) -> bool {
        let Self::Bound(arn) = self else { return false };
        arn.split(':').nth(5).is_some_and(|name| name.starts_with("role/aws-service-role/"))
    }
}
