//! The columns of `resource_facts`.

use super::Column;
use super::ColumnType::{Boolean, Long, Text, TextListMap, Timestamp};

pub(super) const COLUMNS: &[Column] = &[
    Column::required("event_id", Text, "Id of the CloudTrail event that says so."),
    Column::required("event_time", Timestamp, "When the call was completed."),
    Column::required("account", Text, "The account the call was recorded in."),
    Column::required("region", Text, "The region the call was made to."),
    Column::required("event_name", Text, "`eventName` of the record."),
    Column::required("resource", Text, "ARN of the resource."),
    Column::required(
        "kind",
        Text,
        "What happened to it: `created`, `tags_set`, `tags_removed`, `tags_unknown`, `changed`, `deleted`.",
    ),
    Column::required("tags", TextListMap, "Tags it has now, or the keys of those it has no more."),
    Column::required("all_tags", Boolean, "Whether `tags` are all it has: of `created` ones."),
    Column::required(
        "properties",
        TextListMap,
        "What else is known: `instance_types`, `endpoint_config`, `space_sharing_type`, `owner_user_profile_arn`.",
    ),
    Column::required("record_hash", Text, "SHA-256 of the record's text, in hexadecimal digits."),
    Column::required("source_object", Text, "The object the record was read from."),
    Column::required("policy_set", Text, "Name of the policy set of the run."),
    Column::required("revision", Long, "Revision of the policy set."),
    Column::required("verdict_hash", Text, "Hash of everything that changes a verdict."),
    Column::required("engine", Text, "Version of the engine that wrote it."),
];
