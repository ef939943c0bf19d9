//! The columns of `resolutions`.

use super::Column;
use super::ColumnType::{Boolean, Integer, Long, Text, TextList, TextListMap, Timestamp};

pub(super) const COLUMNS: &[Column] = &[
    Column::required("event_id", Text, "Id of the CloudTrail event, as in `calls`."),
    Column::required("request_index", Integer, "The request of the event, as in `calls`."),
    Column::required("event_time", Timestamp, "When the call was completed."),
    Column::required("account", Text, "The account the call was recorded in."),
    Column::required("region", Text, "The region the call was made to."),
    Column::required("principal", Text, "ARN of the identity that carries the policies."),
    Column::required("action", Text, "The IAM action that was asked for."),
    Column::required("resources", TextList, "The resource that was asked for, as in `calls`."),
    Column::required("outcome", Text, "What AWS answered: `succeeded`, `denied`, `failed`."),
    Column::required(
        "settles",
        Boolean,
        "Whether the decision is open in `calls` and is so no more; else only `instance_types` are told.",
    ),
    Column::optional(
        "decision",
        Text,
        "What the target says, given what other records say: in place of the one in `calls`.",
    ),
    Column::optional("deciding_layer", Text, "The type of policy that settled the decision."),
    Column::optional("deciding_policy", Text, "The policy that settled it."),
    Column::optional(
        "deciding_statement",
        Text,
        "The statement that settled it: its Sid, else its position in the policy.",
    ),
    Column::required(
        "settled",
        TextListMap,
        "Condition keys that other records gave a value; no value stands for absent.",
    ),
    Column::required("unknown_keys", TextList, "Condition keys that are still open, sorted."),
    Column::required("fact_events", TextList, "The events that the values come from, sorted."),
    Column::required(
        "instance_types",
        TextList,
        "Instance types of the configuration behind an endpoint, sorted.",
    ),
    Column::required("facts_hash", Text, "Hash of what other records were taken to say."),
    Column::required("record_hash", Text, "SHA-256 of the record's text, in hexadecimal digits."),
    Column::required("source_object", Text, "The object the record was read from."),
    Column::required("policy_set", Text, "Name of the policy set that judged."),
    Column::required("revision", Long, "Revision of the policy set; the highest one counts."),
    Column::required("verdict_hash", Text, "Hash of everything that changes a verdict."),
    Column::required("engine", Text, "Version of the engine that judged."),
];
