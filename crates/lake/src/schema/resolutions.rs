//! The columns of `resolutions`.

use super::ColumnType::{Boolean, Text, TextList, TextListMap};
use super::{Column, shared};

pub(super) const COLUMNS: &[Column] = &[
    shared::EVENT_ID,
    shared::REQUEST_INDEX,
    shared::EVENT_TIME,
    shared::ACCOUNT,
    shared::REGION,
    shared::PRINCIPAL,
    shared::ACTION,
    shared::RESOURCES,
    shared::OUTCOME,
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
    shared::DECIDING_LAYER,
    shared::DECIDING_POLICY,
    shared::DECIDING_STATEMENT,
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
    shared::RECORD_HASH,
    shared::SOURCE_OBJECT,
    shared::POLICY_SET,
    shared::REVISION,
    shared::VERDICT_HASH,
    shared::ENGINE,
];
