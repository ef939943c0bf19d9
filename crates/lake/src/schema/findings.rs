//! The columns of `findings`.

use super::Column;
use super::ColumnType::{Boolean, Integer, Long, Text, TextList, Timestamp};

pub(super) const COLUMNS: &[Column] = &[
    Column::required("event_id", Text, "Id of the CloudTrail event, as in `calls`."),
    Column::required("request_index", Integer, "The request of the event, as in `calls`."),
    Column::required("code", Text, "What kind of drift, such as `DRF101`."),
    Column::required("severity", Text, "How bad: `info`, `low`, `medium`, `high`, `critical`."),
    Column::required("finding_id", Text, "Equal for findings that are the same thing again."),
    Column::required("event_time", Timestamp, "When the call was completed."),
    Column::required("account", Text, "The account the call was recorded in."),
    Column::required("region", Text, "The region the call was made to."),
    Column::required("principal", Text, "ARN of the identity that carries the policies."),
    Column::optional("session_name", Text, "Name of the role session."),
    Column::required("action", Text, "The IAM action that was asked for."),
    Column::required("resources", TextList, "The resource that was asked for, as in `calls`."),
    Column::optional("resource_type", Text, "Type of the resource."),
    Column::optional("key", Text, "The condition key that failed."),
    Column::optional("operator", Text, "The operator it failed, as the policy spells it."),
    Column::optional(
        "iam_can_enforce",
        Boolean,
        "Of instance types: whether IAM has a condition key for them on this action.",
    ),
    Column::required("wanted", TextList, "What the statement compares the key with."),
    Column::required("observed", TextList, "What was seen instead."),
    Column::optional("deciding_policy", Text, "The policy of the deciding statement."),
    Column::optional(
        "deciding_statement",
        Text,
        "The deciding statement: its Sid, else its position in the policy.",
    ),
    Column::required(
        "denied_by_statement",
        Boolean,
        "Whether the statement denies, rather than failing to allow.",
    ),
    Column::required("outcome", Text, "What AWS answered: `succeeded`, `denied`, `failed`."),
    Column::optional("decision", Text, "What the target says, as in `calls`."),
    Column::optional("waiver", Text, "The waiver that covers it."),
    Column::required("record_hash", Text, "SHA-256 of the record's text, in hexadecimal digits."),
    Column::required("source_object", Text, "The object the record was read from."),
    Column::required("policy_set", Text, "Name of the policy set that judged."),
    Column::required("revision", Long, "Revision of the policy set; the highest one counts."),
    Column::required("verdict_hash", Text, "Hash of everything that changes a verdict."),
    Column::required("engine", Text, "Version of the engine that judged."),
];
