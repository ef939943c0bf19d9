//! What is reported: codes, severities, and the row of the table `findings`.

mod kinds;

use std::fmt;

use chrono::{DateTime, Utc};
use cloudtrail::Outcome;
use iam_policy::Decision;
use sha2::{Digest, Sha256};

use crate::call::Call;
use crate::drift::has_closed_values;
use crate::hash::hex;

pub use kinds::{KINDS, Kind};

/// What kind of drift a finding reports. A code, once released, keeps its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// `DRF101`: an instance or accelerator type outside the list.
    InstanceType,
    /// `DRF102`: another network, or none.
    Network,
    /// `DRF103`: no network isolation or traffic encryption.
    Isolation,
    /// `DRF104`: another encryption key, or none.
    EncryptionKey,
    /// `DRF105`: direct internet access.
    DirectInternetAccess,
    /// `DRF106`: root access, remote access or an old metadata service.
    RootAccess,
    /// `DRF107`: another file system, directory or access mode.
    FileSystem,
    /// `DRF108`: another workteam.
    Workteam,
    /// `DRF109`: tags.
    Tags,
    /// `DRF110`: the action is granted nowhere.
    ActionNotGranted,
    /// `DRF111`: the action is granted, but not on this resource.
    ResourceOutOfScope,
    /// `DRF112`: denied by a statement without conditions.
    ExplicitlyDenied,
    /// `DRF113`: a role that may not be passed.
    PassedRole,
    /// `DRF114`: from another network or address.
    SourceNetwork,
    /// `DRF115`: an image outside the list.
    Image,
    /// `DRF116`: data in another place.
    DataLocation,
    /// `DRF119`: another condition.
    OtherCondition,
    /// `DRF120`: no binding names the principal.
    PrincipalNotBound,
    /// `DRF201`: AWS refused what the target refuses too.
    BlockedAttempt,
    /// `DRF202`: AWS refused what the target allows.
    MissingGrant,
    /// `DRF203`: the record does not settle what the target says.
    Undetermined,
    /// `DRF204`: CloudTrail left the parameters out for their size.
    ParametersOmitted,
    /// `DRF403`: one event id with two bodies.
    ConflictingRecords,
}

impl Code {
    /// Every code, in order.
    pub const ALL: [Self; 23] = [
        Self::InstanceType,
        Self::Network,
        Self::Isolation,
        Self::EncryptionKey,
        Self::DirectInternetAccess,
        Self::RootAccess,
        Self::FileSystem,
        Self::Workteam,
        Self::Tags,
        Self::ActionNotGranted,
        Self::ResourceOutOfScope,
        Self::ExplicitlyDenied,
        Self::PassedRole,
        Self::SourceNetwork,
        Self::Image,
        Self::DataLocation,
        Self::OtherCondition,
        Self::PrincipalNotBound,
        Self::BlockedAttempt,
        Self::MissingGrant,
        Self::Undetermined,
        Self::ParametersOmitted,
        Self::ConflictingRecords,
    ];

    /// The code of this spelling.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == code)
    }

    /// The stable code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.kind().code
    }

    /// What it means, in a few words.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.kind().title
    }

    /// How bad it is when the call succeeded and changed something.
    #[must_use]
    pub fn severity(self) -> Severity {
        self.kind().severity
    }

    /// What is the same for all its findings, with the page for users.
    #[must_use]
    pub fn kind(self) -> &'static Kind {
        match self {
            Self::InstanceType => &kinds::instance_type::KIND,
            Self::Network => &kinds::network::KIND,
            Self::Isolation => &kinds::isolation::KIND,
            Self::EncryptionKey => &kinds::encryption_key::KIND,
            Self::DirectInternetAccess => &kinds::direct_internet_access::KIND,
            Self::RootAccess => &kinds::root_access::KIND,
            Self::FileSystem => &kinds::file_system::KIND,
            Self::Workteam => &kinds::workteam::KIND,
            Self::Tags => &kinds::tags::KIND,
            Self::ActionNotGranted => &kinds::action_not_granted::KIND,
            Self::ResourceOutOfScope => &kinds::resource_out_of_scope::KIND,
            Self::ExplicitlyDenied => &kinds::explicitly_denied::KIND,
            Self::PassedRole => &kinds::passed_role::KIND,
            Self::SourceNetwork => &kinds::source_network::KIND,
            Self::Image => &kinds::image::KIND,
            Self::DataLocation => &kinds::data_location::KIND,
            Self::OtherCondition => &kinds::other_condition::KIND,
            Self::PrincipalNotBound => &kinds::principal_not_bound::KIND,
            Self::BlockedAttempt => &kinds::blocked_attempt::KIND,
            Self::MissingGrant => &kinds::missing_grant::KIND,
            Self::Undetermined => &kinds::undetermined::KIND,
            Self::ParametersOmitted => &kinds::parameters_omitted::KIND,
            Self::ConflictingRecords => &kinds::conflicting_records::KIND,
        }
    }

    /// Whether it is a violation of the target, as opposed to an attempt or a doubt.
    #[must_use]
    pub fn is_violation(self) -> bool {
        self.as_str().starts_with("DRF1")
    }
}

/// Which members of a finding, beside those that always are, make it another finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Folding {
    /// The action and the type of its resource.
    pub(crate) by_action: bool,
    /// The values observed, where there are few: instance types, booleans, role ARNs.
    pub(crate) by_observed: bool,
}

impl Folding {
    /// How findings about an action and a condition key fold. Doubts fold per principal and missing
    /// keys, principals without a binding per principal, all else per action and statement.
    pub(crate) fn of(code: Code, action: &str, key: Option<&str>) -> Self {
        let whole = [Code::Undetermined, Code::ParametersOmitted, Code::PrincipalNotBound];
        let passed = action.eq_ignore_ascii_case("iam:PassRole");
        Self {
            by_action: !whole.contains(&code),
            by_observed: passed || has_closed_values(code, key),
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// To know.
    Info,
    /// When there is time.
    Low,
    /// Soon.
    Medium,
    /// Next.
    High,
    /// Now.
    Critical,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The severity of this spelling.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == word)
    }

    /// The one spelling.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// One step milder.
    #[must_use]
    pub fn lower(self) -> Self {
        match self {
            Self::Info | Self::Low => Self::Info,
            Self::Medium => Self::Low,
            Self::High => Self::Medium,
            Self::Critical => Self::High,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One finding about one call: a row of the table `findings`.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The event it is about.
    pub event_id: String,
    /// The request of the event.
    pub request_index: u32,
    /// What kind of drift.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// What folds repeats: equal for findings that are the same thing again.
    pub finding_id: String,
    /// When it happened.
    pub event_time: DateTime<Utc>,
    /// Where.
    pub account: String,
    /// Where.
    pub region: String,
    /// Who: ARN of the identity that carries the policies.
    pub principal: String,
    /// The name of the role session.
    pub session_name: Option<String>,
    /// What was asked for.
    pub action: String,
    /// On what.
    pub resources: Vec<String>,
    /// The type of the resource.
    pub resource_type: Option<String>,
    /// The condition key that failed.
    pub key: Option<String>,
    /// The operator it failed, as the policy spells it.
    pub operator: Option<String>,
    /// Of instance types: whether IAM has a condition key for them on this action. Where it has
    /// none, only a record rule can tell.
    pub iam_can_enforce: Option<bool>,
    /// What the statement compares it with.
    pub wanted: Vec<String>,
    /// What was seen.
    pub observed: Vec<String>,
    /// The policy of the deciding statement.
    pub policy: Option<String>,
    /// The deciding statement: its `Sid`, else its position in the policy.
    pub statement: Option<String>,
    /// Whether the statement denies, rather than failing to allow.
    pub denied_by_statement: bool,
    /// What AWS answered.
    pub outcome: Outcome,
    /// What the target says.
    pub decision: Option<Decision>,
    /// The waiver that covers it.
    pub waiver: Option<String>,
}

impl Finding {
    /// The finding about a call whose event id another record has too, with another body
    /// (`DRF403`): one of them may be a forgery.
    #[must_use]
    pub fn conflict(call: &Call) -> Self {
        let code = Code::ConflictingRecords;
        let key = FindingKey {
            code,
            account: &call.account,
            region: &call.region,
            principal: &call.principal,
            action: "",
            resource_type: None,
            key: None,
            statement: None,
            closed_values: std::slice::from_ref(&call.event_id),
        };
        Self {
            event_id: call.event_id.clone(),
            request_index: call.request_index,
            code,
            severity: code.severity(),
            finding_id: key.id(),
            event_time: call.event_time,
            account: call.account.clone(),
            region: call.region.clone(),
            principal: call.principal.clone(),
            session_name: call.session_name.clone(),
            action: call.action.clone(),
            resources: call.resources.clone(),
            resource_type: None,
            key: None,
            operator: None,
            iam_can_enforce: None,
            wanted: Vec::new(),
            observed: vec![call.record_hash.clone()],
            policy: None,
            statement: None,
            denied_by_statement: false,
            outcome: call.outcome,
            decision: call.decision,
            waiver: None,
        }
    }
}

/// What makes findings the same thing again. Names of resources, times and event ids are samples,
/// so a pipeline's daily jobs are one finding.
#[derive(Debug)]
pub(crate) struct FindingKey<'f> {
    pub(crate) code: Code,
    pub(crate) account: &'f str,
    pub(crate) region: &'f str,
    pub(crate) principal: &'f str,
    pub(crate) action: &'f str,
    pub(crate) resource_type: Option<&'f str>,
    pub(crate) key: Option<&'f str>,
    /// `Sid`, else the hash of the statement, so that an edit elsewhere changes no id.
    pub(crate) statement: Option<&'f str>,
    /// The value seen, where there are few: instance types, booleans, role ARNs.
    pub(crate) closed_values: &'f [String],
}

impl FindingKey<'_> {
    /// The id: the hash of the key.
    pub(crate) fn id(&self) -> String {
        let none = "";
        let mut text = String::new();
        let members = [
            self.code.as_str(),
            self.account,
            self.region,
            self.principal,
            self.action,
            self.resource_type.unwrap_or(none),
            self.key.unwrap_or(none),
            self.statement.unwrap_or(none),
        ];
        for member in members.into_iter().chain(self.closed_values.iter().map(String::as_str)) {
            text.push_str(&iam_policy::quote(member));
            text.push('\n');
        }
        let mut id = hex(&Sha256::digest(text.as_bytes()));
        id.truncate(32);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_in_order() {
        let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        let mut sorted = codes.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(codes, sorted);
    }

    #[test]
    fn the_id_depends_on_every_member() {
        let key = |account, closed: &'static [String]| FindingKey {
            code: Code::InstanceType,
            account,
            region: "r",
            principal: "p",
            action: "a",
            resource_type: None,
            key: None,
            statement: None,
            closed_values: closed,
        };
        assert_eq!(key("1", &[]).id(), key("1", &[]).id());
        assert_ne!(key("1", &[]).id(), key("2", &[]).id());
        assert_eq!(key("1", &[]).id().len(), 32);
    }
}
