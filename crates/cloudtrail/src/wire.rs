//! The shapes of the JSON, private: every member is kept as raw text and read when its meaning is
//! known, so a member of an unexpected type costs that member and not the record. serde finds the
//! members, skips the unknown ones without recursion, and refuses a known one that stands twice.

use std::borrow::Cow;

use iam_policy::json::{self, JsonError, Value};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The raw text of a member; `null` and missing are the same.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Raw<'a>(Option<&'a str>);

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw: Option<&'a RawValue> = Option::deserialize(deserializer)?;
        Ok(Self(raw.map(RawValue::get)))
    }
}

impl<'a> Raw<'a> {
    /// The JSON as it stands.
    pub(crate) fn json(self) -> Option<&'a str> {
        self.0
    }

    /// The text of a string; numbers and booleans as they stand. Empty is missing, as AWS means
    /// it; so are objects and lists, which no text member ever holds.
    pub(crate) fn text(self) -> Result<Option<Cow<'a, str>>, JsonError> {
        let Some(raw) = self.0 else { return Ok(None) };
        let text = match raw.as_bytes().first() {
            Some(b'"') => unquote(raw)?,
            Some(b'{' | b'[') | None => return Ok(None),
            Some(_) => Cow::Borrowed(raw),
        };
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// A boolean, or one written as a string.
    pub(crate) fn flag(self) -> Option<bool> {
        let word = self.0?.trim_matches('"');
        let is = |wanted: &str| word.eq_ignore_ascii_case(wanted);
        is("true").then_some(true).or_else(|| is("false").then_some(false))
    }

    /// The members of an object; those of any other value are all missing.
    pub(crate) fn members<T: Deserialize<'a> + Default>(self) -> Result<T, serde_json::Error> {
        match self.0 {
            // serde would also take a list for a struct.
            Some(raw) if raw.starts_with('{') => serde_json::from_str(raw),
            _ => Ok(T::default()),
        }
    }
}

fn unquote(raw: &str) -> Result<Cow<'_, str>, JsonError> {
    if !raw.contains('\\') {
        let inside = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
        return Ok(Cow::Borrowed(inside.unwrap_or(raw)));
    }
    match json::parse(raw)?.value {
        Value::String(text) => Ok(text),
        _ => Ok(Cow::Borrowed(raw)),
    }
}

macro_rules! shape {
    ($(#[$about:meta])* $name:ident { $($(#[$rename:meta])* $member:ident,)* }) => {
        $(#[$about])*
        #[derive(Debug, Default, Deserialize)]
        #[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
        pub(crate) struct $name<'a> {
            $($(#[$rename])* pub(crate) $member: Raw<'a>,)*
        }
    };
}

shape! {
    /// A record, and the marks of what is taken for one.
    Record {
        event_version,
        event_time,
        #[serde(rename = "eventID")]
        event_id,
        event_source,
        event_name,
        event_type,
        event_category,
        aws_region,
        #[serde(rename = "sourceIPAddress")]
        source_ip_address,
        user_agent,
        user_identity,
        error_code,
        error_message,
        request_parameters,
        response_elements,
        additional_event_data,
        service_event_details,
        resources,
        event_context,
        #[serde(rename = "requestID")]
        request_id,
        #[serde(rename = "sharedEventID")]
        shared_event_id,
        management_event,
        read_only,
        recipient_account_id,
        vpc_endpoint_id,
        vpc_endpoint_account_id,
        session_credential_from_console,
        tls_details,
        addendum,
        insight_details,
        detail,
        #[serde(rename = "detail-type")]
        detail_type,
        #[serde(rename = "CloudTrailEvent")]
        cloud_trail_event,
    }
}

shape! {
    UserIdentity {
        #[serde(rename = "type")]
        kind,
        principal_id,
        arn,
        account_id,
        access_key_id,
        user_name,
        invoked_by,
        identity_provider,
        credential_id,
        session_context,
        on_behalf_of,
    }
}

shape! {
    OnBehalfOf {
        user_id,
        identity_store_arn,
    }
}

shape! {
    SessionContext {
        session_issuer,
        attributes,
        web_id_federation_data,
        source_identity,
        ec2_role_delivery,
        assumed_root,
    }
}

shape! {
    SessionIssuer {
        #[serde(rename = "type")]
        kind,
        principal_id,
        arn,
        account_id,
        user_name,
    }
}

shape! {
    SessionAttributes {
        creation_date,
        mfa_authenticated,
    }
}

shape! {
    WebIdFederationData {
        federated_provider,
    }
}
