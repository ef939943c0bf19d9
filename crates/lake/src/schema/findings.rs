//! The columns of `findings`.

use super::ColumnType::{Boolean, Text, TextList};
use super::{Column, shared};

pub(super) const COLUMNS: &[Column] = &[
    shared::EVENT_ID,
    shared::REQUEST_INDEX,
    Column::required("code", Text, "What kind of drift, such as `DRF101`."),
    Column::required("severity", Text, "How bad: `info`, `low`, `medium`, `high`, `critical`."),
    Column::required("finding_id", Text, "Equal for findings that are the same thing again."),
    shared::EVENT_TIME,
    shared::ACCOUNT,
    shared::REGION,
    shared::PRINCIPAL,
    shared::SESSION_NAME,
    shared::ACTION,
    shared::RESOURCES,
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
    shared::OUTCOME,
    Column::optional("decision", Text, "What the target says, as in `calls`."),
    Column::optional("waiver", Text, "The waiver that covers it."),
    shared::RECORD_HASH,
    shared::SOURCE_OBJECT,
    shared::POLICY_SET,
    shared::REVISION,
    shared::VERDICT_HASH,
    shared::ENGINE,
];
