//! The columns of `resource_facts`.

use super::ColumnType::{Boolean, Long, Text, TextListMap};
use super::{Column, shared};

pub(super) const COLUMNS: &[Column] = &[
    Column::required("event_id", Text, "Id of the CloudTrail event that says so."),
    shared::EVENT_TIME,
    shared::ACCOUNT,
    shared::REGION,
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
    shared::RECORD_HASH,
    shared::SOURCE_OBJECT,
    Column::required("policy_set", Text, "Name of the policy set of the run."),
    Column::required("revision", Long, "Revision of the policy set."),
    shared::VERDICT_HASH,
    Column::required("engine", Text, "Version of the engine that wrote it."),
];
