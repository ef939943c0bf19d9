//! The columns of `objects`, the ledger.

use super::ColumnType::{Boolean, Long, Text, TextList, Timestamp};
use super::{Column, shared};

pub(super) const COLUMNS: &[Column] = &[
    Column::required("object", Text, "Key or path of the object, relative to where reading began."),
    Column::required("identity", Text, "SHA-256 of its bytes, in hexadecimal digits."),
    Column::optional("delivered_at", Timestamp, "When it was delivered, where its name tells."),
    Column::optional("account", Text, "The account its name tells."),
    Column::optional("region", Text, "The region its name tells."),
    Column::optional("container", Text, "How it holds its records."),
    Column::required("bytes", Long, "Its size."),
    Column::required("read", Long, "Records read: `evaluated` + `out_of_scope` + `quarantined`."),
    Column::required("evaluated", Long, "Records that were judged."),
    Column::required(
        "out_of_scope",
        Long,
        "Records of no concern: other services, other types of event.",
    ),
    Column::required("quarantined", Long, "Records that could not be read."),
    Column::required(
        "duplicates",
        Long,
        "Evaluated records whose event id came before; 0 until counted.",
    ),
    Column::required(
        "object_quarantined",
        Boolean,
        "Whether the object could not be read as a whole.",
    ),
    Column::optional("reason", Text, "Why it could not."),
    Column::required("warnings", TextList, "What is odd about it; nothing is lost for that."),
    Column::required(
        "batch",
        Text,
        "The batch that read it: its parts are named `part-<batch>.parquet`.",
    ),
    shared::POLICY_SET,
    shared::REVISION,
    shared::VERDICT_HASH,
    shared::ENGINE,
    Column::optional("oldest_event", Timestamp, "The oldest time of its events."),
    Column::optional("newest_event", Timestamp, "The newest time of its events."),
    Column::optional(
        "filter",
        Text,
        "What was asked for, where it is not everything, such as `region=eu-west-1`.",
    ),
    Column::optional(
        "redaction",
        Text,
        "Id of the key that names of sessions, addresses and user agents are hashed with.",
    ),
];
