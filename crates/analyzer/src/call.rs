//! One judged request: a row of the table `calls`.

use chrono::{DateTime, Utc};
use cloudtrail::Outcome;
use iam_policy::{ContextValue, Decision};

use crate::replay::RequestKind;

/// What a record leaves open of the service's keys and the tags of a request, sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenContext {
    /// Keys, with what is possible.
    pub keys: Vec<(String, ContextValue)>,
    /// Beginnings of keys, such as `aws:ResourceTag/`, with what is possible for all keys that
    /// begin so and are not named by themselves.
    pub families: Vec<(String, ContextValue)>,
}

/// One request of one record, judged.
///
/// It depends only on its record, the policy set, the catalog and the facts: never on other
/// records, the order of files, or the time of day.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The record's event id; made from its hash when it has none.
    pub event_id: String,
    /// Position among the requests of the record; 0 is the first primary one.
    pub request_index: u32,
    /// How the request came out of its record.
    pub request_kind: RequestKind,
    /// When the call was completed.
    pub event_time: DateTime<Utc>,
    /// The account the call was recorded in.
    pub account: String,
    /// The region the call was made to.
    pub region: String,
    /// ARN of the identity that carries the policies.
    pub principal: String,
    /// `userIdentity.type`.
    pub principal_type: String,
    /// The name of the role session.
    pub session_name: Option<String>,
    /// `sourceIdentity` of the session.
    pub source_identity: Option<String>,
    /// The access key that signed the call.
    pub access_key_id: Option<String>,
    /// The service that made the call on the principal's behalf.
    pub via: Option<String>,
    /// The user profile of Studio behind the call, where the record names it.
    pub user_profile_arn: Option<String>,
    /// The space of Studio behind the call, where the record names it.
    pub space_arn: Option<String>,
    /// The id of the domain of Studio behind the call, where the record names it.
    pub domain_id: Option<String>,
    /// `eventSource`.
    pub event_source: String,
    /// `eventName`.
    pub event_name: String,
    /// The action IAM was asked about.
    pub action: String,
    /// The resource it was asked about: one ARN or pattern, two where letter case is open, none
    /// where it is unknown.
    pub resources: Vec<String>,
    /// What AWS answered.
    pub outcome: Outcome,
    /// `errorCode`.
    pub error_code: Option<String>,
    /// The layer that refused, as AWS's message names it.
    pub refused_by: Option<String>,
    /// What the target says; `None` for callers that are not judged.
    pub decision: Option<Decision>,
    /// Why the caller is not judged.
    pub not_judged: Option<String>,
    /// Why the caller never violates.
    pub exempt: Option<String>,
    /// The type of policy that settled the decision.
    pub deciding_layer: Option<String>,
    /// The policy that settled it.
    pub deciding_policy: Option<String>,
    /// The statement that settled it: its `Sid`, else its position in the policy.
    pub deciding_statement: Option<String>,
    /// Keys whose value the record does not settle, sorted.
    pub unknown_keys: Vec<String>,
    /// Keys whose value was derived rather than read, sorted.
    pub derived_keys: Vec<String>,
    /// The service's keys and the tags with their values, sorted by key.
    pub context: Vec<(String, Vec<String>)>,
    /// Instance types in the parameters, sorted.
    pub instance_types: Vec<String>,
    /// `sourceIPAddress`.
    pub source_ip: Option<String>,
    /// `vpcEndpointId`.
    pub vpc_endpoint: Option<String>,
    /// `userAgent`.
    pub user_agent: Option<String>,
    /// `userIdentity.arn`; of a role session it has lost the role's path.
    pub caller_arn: Option<String>,
    /// `userIdentity.accountId`.
    pub caller_account: Option<String>,
    /// `userIdentity.principalId`.
    pub caller_id: Option<String>,
    /// `sessionContext.sessionIssuer.arn`.
    pub session_issuer: Option<String>,
    /// `sessionContext.attributes.creationDate`.
    pub session_created: Option<DateTime<Utc>>,
    /// `sessionContext.attributes.mfaAuthenticated`.
    pub mfa_authenticated: Option<bool>,
    /// `sessionContext.webIdFederationData.federatedProvider`.
    pub federated_provider: Option<String>,
    /// Whether the record has `tlsDetails`; `None` in rows from before this was kept.
    pub tls: Option<bool>,
    /// What the record leaves open of the service's keys and the tags. Together with the other
    /// members this gives the request again: [`Call::request`]. `None` in rows from before this was
    /// kept.
    pub open_context: Option<OpenContext>,
    /// Whether [`resources`](Self::resources) holds a pattern that the resource matches, rather than
    /// what IAM was asked about.
    pub resource_is_pattern: Option<bool>,
    /// SHA-256 of the record's text without white space between tokens, in hexadecimal digits.
    pub record_hash: String,
}
