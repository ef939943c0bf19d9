//! One record, typed as far as every reader needs it and raw beyond.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use iam_policy::json;

use crate::Limits;
use crate::error::{Reason, RecordError, quote};
use crate::identity::{self, UserIdentity};
use crate::key::{is_account, is_region};
use crate::time;
use crate::wire::{self, Raw};

/// One CloudTrail event. It borrows the text it was read from.
///
/// Members named by the [record reference] stand under their names there. Text is without its
/// JSON escapes; missing, `null` and empty are all `None`. What differs from service to service
/// (`request_parameters` and its like) is the raw JSON, `None` when missing or `null`.
///
/// [record reference]: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// The whole record as it stands.
    pub raw: &'a str,
    /// `eventVersion`, such as `1.11`; the major number is 1.
    pub event_version: Option<Cow<'a, str>>,
    /// When the request was completed.
    pub event_time: DateTime<Utc>,
    /// `eventID`; the caller makes one up where there is none.
    pub event_id: Option<Cow<'a, str>>,
    /// `eventSource`, such as `sagemaker.amazonaws.com`.
    pub event_source: Cow<'a, str>,
    /// `eventName`, not always the name of an IAM action.
    pub event_name: Cow<'a, str>,
    /// `eventType`; only `AwsApiCall` is a call that IAM judged.
    pub event_type: Option<Cow<'a, str>>,
    /// `eventCategory`: `Management`, `Data`, `NetworkActivity`.
    pub event_category: Option<Cow<'a, str>>,
    /// `awsRegion`: 3 to 25 of `a-z`, `0-9` and `-`.
    pub aws_region: Option<Cow<'a, str>>,
    /// `sourceIPAddress`: an address, the name of a service, or `AWS Internal`.
    pub source_ip_address: Option<Cow<'a, str>>,
    /// `userAgent`, whatever the client chose to send.
    pub user_agent: Option<Cow<'a, str>>,
    /// Who asked.
    pub user_identity: UserIdentity<'a>,
    /// `errorCode` of a call that did not succeed.
    pub error_code: Option<Cow<'a, str>>,
    /// `errorMessage`; CloudTrail cuts it at 1 KB.
    pub error_message: Option<Cow<'a, str>>,
    /// `requestParameters`, raw. Not always an object, and `None` for many refused calls.
    pub request_parameters: Option<&'a str>,
    /// `responseElements`, raw.
    pub response_elements: Option<&'a str>,
    /// `additionalEventData`, raw.
    pub additional_event_data: Option<&'a str>,
    /// `serviceEventDetails`, raw.
    pub service_event_details: Option<&'a str>,
    /// `resources`, raw.
    pub resources: Option<&'a str>,
    /// `eventContext`, raw: tags and condition keys, where the trail is told to add them.
    pub event_context: Option<&'a str>,
    /// `requestID`.
    pub request_id: Option<Cow<'a, str>>,
    /// `sharedEventID`: the same for the records of one call in several accounts.
    pub shared_event_id: Option<Cow<'a, str>>,
    /// `managementEvent`.
    pub management_event: Option<bool>,
    /// `readOnly`.
    pub read_only: Option<bool>,
    /// `recipientAccountId`: twelve digits.
    pub recipient_account_id: Option<Cow<'a, str>>,
    /// `vpcEndpointId`, when the call came through one.
    pub vpc_endpoint_id: Option<Cow<'a, str>>,
    /// `vpcEndpointAccountId`.
    pub vpc_endpoint_account_id: Option<Cow<'a, str>>,
    /// `sessionCredentialFromConsole`.
    pub session_credential_from_console: Option<bool>,
    /// Whether there are `tlsDetails`.
    pub has_tls_details: bool,
    /// Whether there is an `addendum`: this is a later, corrected copy of a record.
    pub has_addendum: bool,
}

impl Record<'_> {
    /// The event's id, which at-least-once delivery repeats.
    #[must_use]
    pub fn event_id(&self) -> Option<&str> {
        self.event_id.as_deref()
    }

    /// Holds the time of the record against the time its file was delivered, where that is known.
    ///
    /// # Errors
    /// [`Reason::BadTime`] when the event would have happened over 15 minutes after its delivery.
    pub fn check_time(&self, delivered_at: Option<DateTime<Utc>>) -> Result<(), RecordError> {
        let Some(delivered_at) = delivered_at else { return Ok(()) };
        if self.event_time.signed_duration_since(delivered_at) <= time::TOLERANCE {
            return Ok(());
        }
        let (event, delivery) = (self.event_time.to_rfc3339(), delivered_at.to_rfc3339());
        let detail = format!("`eventTime` {event} is after the delivery of its file, {delivery}");
        Err(RecordError::new(Reason::BadTime, detail))
    }
}

/// Reads one slice of an [`Object`](crate::Object). What it does not look into, such as the
/// parameters, is sound JSON but otherwise unread: see [`check`](crate::check()).
///
/// # Errors
/// A [`RecordError`] when the slice is not a record, or not one to be trusted.
pub fn parse_record<'a>(slice: &'a [u8], limits: &Limits) -> Result<Record<'a>, RecordError> {
    let raw = object_text(slice, limits)?;
    let wire: wire::Record<'a> = serde_json::from_str(raw).map_err(|_| explain(raw))?;
    refuse_version(wire.event_version, raw)?;
    refuse_other_events(&wire, raw)?;
    build(raw, &wire)
}

/// Says what is wrong with a record that serde refused: the strict reader names the reason.
pub(crate) fn explain(raw: &str) -> RecordError {
    match json::parse(raw) {
        Err(error) => error.into(),
        Ok(_) => RecordError::new(Reason::MalformedRecord, "a member cannot be read"),
    }
}

fn object_text<'a>(slice: &'a [u8], limits: &Limits) -> Result<&'a str, RecordError> {
    if slice.len() > limits.max_record {
        let detail = format!("{} bytes, at most {} are read", slice.len(), limits.max_record);
        return Err(RecordError::new(Reason::RecordTooLarge, detail));
    }
    let text = std::str::from_utf8(slice).map_err(|error| {
        let detail = format!("byte {} of the record is not UTF-8", error.valid_up_to());
        RecordError::new(Reason::NotUtf8, detail)
    })?;
    let text = text.trim_matches([' ', '\n', '\r', '\t']);
    // serde would also take a list for a struct.
    if !text.starts_with('{') {
        let detail = format!("{} is not an object", quote(text));
        return Err(RecordError::new(Reason::MalformedRecord, detail));
    }
    Ok(text)
}

/// AWS's rule: the major number says whether old readers understand a record.
fn refuse_version(version: Raw<'_>, raw: &str) -> Result<(), RecordError> {
    let Some(version) = text(version, raw)? else { return Ok(()) };
    if version.split('.').next().and_then(|major| major.parse().ok()) == Some(1_u32) {
        return Ok(());
    }
    let detail = format!("`eventVersion` {}, only 1 is read", quote(&version));
    Err(RecordError::new(Reason::UnsupportedVersion, detail))
}

/// What stands where records stand, is meant to, and is none.
fn refuse_other_events(wire: &wire::Record<'_>, raw: &str) -> Result<(), RecordError> {
    let category = text(wire.event_category, raw)?;
    let insight = category.is_some_and(|category| category.eq_ignore_ascii_case("Insight"));
    let detail = if insight || wire.insight_details.json().is_some() {
        "an event of CloudTrail Insights, not a call".to_owned()
    } else if wire.event_name.json().is_some() {
        return Ok(());
    } else if wire.detail.json().is_some() {
        let kind = text(wire.detail_type, raw)?.unwrap_or_default();
        format!("the EventBridge event {} holds no record", quote(&kind))
    } else if text(wire.cloud_trail_event, raw)?.is_some() {
        "the `CloudTrailEvent` of this entry is not a record in a string".to_owned()
    } else {
        return Ok(());
    };
    Err(RecordError::new(Reason::NotCloudTrail, detail))
}

fn build<'a>(raw: &'a str, wire: &wire::Record<'a>) -> Result<Record<'a>, RecordError> {
    let text = |member: Raw<'a>| text(member, raw);
    Ok(Record {
        raw,
        event_version: text(wire.event_version)?,
        event_source: required(text(wire.event_source)?, "eventSource")?,
        event_name: required(text(wire.event_name)?, "eventName")?,
        event_time: event_time(text(wire.event_time)?)?,
        recipient_account_id: account(text(wire.recipient_account_id)?)?,
        aws_region: region(text(wire.aws_region)?)?,
        event_id: text(wire.event_id)?,
        event_type: text(wire.event_type)?,
        event_category: text(wire.event_category)?,
        source_ip_address: text(wire.source_ip_address)?,
        user_agent: text(wire.user_agent)?,
        user_identity: identity::read(wire.user_identity, raw)?,
        error_code: text(wire.error_code)?,
        error_message: text(wire.error_message)?,
        request_parameters: wire.request_parameters.json(),
        response_elements: wire.response_elements.json(),
        additional_event_data: wire.additional_event_data.json(),
        service_event_details: wire.service_event_details.json(),
        resources: wire.resources.json(),
        event_context: wire.event_context.json(),
        request_id: text(wire.request_id)?,
        shared_event_id: text(wire.shared_event_id)?,
        management_event: wire.management_event.flag(),
        read_only: wire.read_only.flag(),
        vpc_endpoint_id: text(wire.vpc_endpoint_id)?,
        vpc_endpoint_account_id: text(wire.vpc_endpoint_account_id)?,
        session_credential_from_console: wire.session_credential_from_console.flag(),
        has_tls_details: wire.tls_details.json().is_some(),
        has_addendum: wire.addendum.json().is_some(),
    })
}

/// The text of a member of the record `raw`.
pub(crate) fn text<'a>(member: Raw<'a>, raw: &str) -> Result<Option<Cow<'a, str>>, RecordError> {
    member.text().map_err(|_| explain(raw))
}

fn required<'a>(text: Option<Cow<'a, str>>, name: &str) -> Result<Cow<'a, str>, RecordError> {
    let missing = || RecordError::new(Reason::MalformedRecord, format!("`{name}` is missing"));
    text.ok_or_else(missing)
}

fn event_time(text: Option<Cow<'_, str>>) -> Result<DateTime<Utc>, RecordError> {
    let Some(text) = text else {
        return Err(RecordError::new(Reason::BadTime, "`eventTime` is missing"));
    };
    time::parse_event_time(&text).ok_or_else(|| {
        let detail = format!("`eventTime` {} is not a time since 2013", quote(&text));
        RecordError::new(Reason::BadTime, detail)
    })
}

fn account(text: Option<Cow<'_, str>>) -> Result<Option<Cow<'_, str>>, RecordError> {
    let reason = Reason::BadAccount;
    only_if(text, is_account, reason, "`recipientAccountId` must be twelve digits")
}

fn region(text: Option<Cow<'_, str>>) -> Result<Option<Cow<'_, str>>, RecordError> {
    only_if(text, is_region, Reason::BadRegion, "`awsRegion` must be 3 to 25 of a-z, 0-9 and -")
}

/// Account and region end up in paths and queries: present, they must be harmless.
fn only_if<'a>(
    text: Option<Cow<'a, str>>,
    valid: impl Fn(&str) -> bool,
    reason: Reason,
    rule: &str,
) -> Result<Option<Cow<'a, str>>, RecordError> {
    match text {
        Some(text) if !valid(&text) => {
            Err(RecordError::new(reason, format!("{rule}, not {}", quote(&text))))
        }
        text => Ok(text),
    }
}
