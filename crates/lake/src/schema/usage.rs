//! The columns of `usage`.

use super::ColumnType::{Boolean, Integer, Long, Text, TextList, TextListMap, Timestamp};
use super::{Column, shared};

pub(super) const COLUMNS: &[Column] = &[
    shared::ACCOUNT,
    shared::REGION,
    shared::PRINCIPAL,
    shared::ACTION,
    Column::required(
        "request_kind",
        Text,
        "How the request came out of its record, as in `calls`.",
    ),
    Column::optional("via", Text, "The service that made the call on the principal's behalf."),
    shared::RESOURCES,
    Column::required(
        "context",
        TextListMap,
        "Values of the service's condition keys and of tags, by key, as in `calls`.",
    ),
    Column::required("instance_types", TextList, "Instance types in the parameters, sorted."),
    shared::OUTCOME,
    Column::optional("decision", Text, "What the target says, as in `calls`."),
    Column::optional(
        "legitimate",
        Boolean,
        "Whether the target allows it; null where that is open or nobody judged.",
    ),
    Column::required(
        "calls",
        Long,
        "How many requests of the day are like this; rows that are alike in all else add up.",
    ),
    Column::required("first_seen", Timestamp, "The first of them."),
    Column::required("last_seen", Timestamp, "The last of them."),
    Column::required("calls_file", Text, "The file of `calls` they were counted in."),
    Column::required(
        "parts",
        Integer,
        "How many parts that file stands for: of several files of a day the greatest counts.",
    ),
    shared::POLICY_SET,
    shared::REVISION,
    shared::VERDICT_HASH,
    shared::ENGINE,
];
