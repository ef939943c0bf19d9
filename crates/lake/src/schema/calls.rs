//! The columns of `calls`.

use super::Column;
use super::ColumnType::{Integer, Long, Text, TextList, TextListMap, Timestamp};

pub(super) const COLUMNS: &[Column] = &[
    Column::required(
        "event_id",
        Text,
        "Id of the CloudTrail event; at-least-once delivery repeats it.",
    ),
    Column::required(
        "request_index",
        Integer,
        "Position among the requests of the event; 0 is the first primary one.",
    ),
    Column::required(
        "request_kind",
        Text,
        "How the request came out of its record: `primary`, `pass_role`, `add_tags`, `extra_resource`.",
    ),
    Column::required("event_time", Timestamp, "When the call was completed."),
    Column::required("account", Text, "The account the call was recorded in."),
    Column::required("region", Text, "The region the call was made to."),
    Column::required("principal", Text, "ARN of the identity that carries the policies."),
    Column::required("principal_type", Text, "`userIdentity.type` of the record."),
    Column::optional("session_name", Text, "Name of the role session."),
    Column::optional("source_identity", Text, "`sourceIdentity` of the session."),
    Column::optional("access_key_id", Text, "The access key that signed the call."),
    Column::optional("via", Text, "The service that made the call on the principal's behalf."),
    Column::optional(
        "user_profile_arn",
        Text,
        "The Studio user profile behind the call, where the record names it.",
    ),
    Column::required("event_source", Text, "`eventSource` of the record."),
    Column::required(
        "event_name",
        Text,
        "`eventName` of the record; not always the name of the action.",
    ),
    Column::required("action", Text, "The IAM action that was asked for."),
    Column::required(
        "resources",
        TextList,
        "The resource that was asked for: one ARN or pattern, two where letter case is open, none where it is unknown.",
    ),
    Column::required("outcome", Text, "What AWS answered: `succeeded`, `denied`, `failed`."),
    Column::optional("error_code", Text, "`errorCode` of the record."),
    Column::optional("refused_by", Text, "The layer that refused, as AWS's message names it."),
    Column::optional(
        "decision",
        Text,
        "What the target says: `Allowed`, `ImplicitlyDenied`, `ExplicitlyDenied`, `Undetermined`; null for callers that are not judged.",
    ),
    Column::optional("deciding_layer", Text, "The type of policy that settled the decision."),
    Column::optional("deciding_policy", Text, "The policy that settled it."),
    Column::optional(
        "deciding_statement",
        Text,
        "The statement that settled it: its Sid, else its position in the policy.",
    ),
    Column::required(
        "unknown_keys",
        TextList,
        "Condition keys whose value the record does not settle, sorted.",
    ),
    Column::required(
        "derived_keys",
        TextList,
        "Condition keys whose value was derived rather than read, sorted.",
    ),
    Column::required(
        "context",
        TextListMap,
        "Values of the service's condition keys and of tags, by key.",
    ),
    Column::required("instance_types", TextList, "Instance types in the parameters, sorted."),
    Column::optional("source_ip", Text, "`sourceIPAddress` of the record."),
    Column::optional("vpc_endpoint", Text, "`vpcEndpointId` of the record."),
    Column::optional("user_agent", Text, "`userAgent` of the record."),
    Column::required("record_hash", Text, "SHA-256 of the record's text, in hexadecimal digits."),
    Column::required("source_object", Text, "The object the record was read from."),
    Column::required("policy_set", Text, "Name of the policy set that judged."),
    Column::required("revision", Long, "Revision of the policy set; the highest one counts."),
    Column::required("verdict_hash", Text, "Hash of everything that changes a verdict."),
    Column::optional("not_judged", Text, "Why the caller is not judged."),
    Column::optional("exempt", Text, "Why the caller never violates."),
    Column::required("engine", Text, "Version of the engine that judged."),
];
