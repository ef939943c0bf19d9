//! Columns that several tables have, in the same words.

use super::Column;
use super::ColumnType::{Integer, Long, Text, TextList, Timestamp};

pub(super) const EVENT_ID: Column =
    Column::required("event_id", Text, "Id of the CloudTrail event, as in `calls`.");
pub(super) const REQUEST_INDEX: Column =
    Column::required("request_index", Integer, "The request of the event, as in `calls`.");
pub(super) const EVENT_TIME: Column =
    Column::required("event_time", Timestamp, "When the call was completed.");
pub(super) const ACCOUNT: Column =
    Column::required("account", Text, "The account the call was recorded in.");
pub(super) const REGION: Column =
    Column::required("region", Text, "The region the call was made to.");
pub(super) const PRINCIPAL: Column =
    Column::required("principal", Text, "ARN of the identity that carries the policies.");
pub(super) const SESSION_NAME: Column =
    Column::optional("session_name", Text, "Name of the role session.");
pub(super) const ACTION: Column =
    Column::required("action", Text, "The IAM action that was asked for.");
pub(super) const RESOURCES: Column =
    Column::required("resources", TextList, "The resource that was asked for, as in `calls`.");
pub(super) const OUTCOME: Column =
    Column::required("outcome", Text, "What AWS answered: `succeeded`, `denied`, `failed`.");
pub(super) const DECIDING_LAYER: Column =
    Column::optional("deciding_layer", Text, "The type of policy that settled the decision.");
pub(super) const DECIDING_POLICY: Column =
    Column::optional("deciding_policy", Text, "The policy that settled it.");
pub(super) const DECIDING_STATEMENT: Column = Column::optional(
    "deciding_statement",
    Text,
    "The statement that settled it: its Sid, else its position in the policy.",
);
pub(super) const RECORD_HASH: Column =
    Column::required("record_hash", Text, "SHA-256 of the record's text, in hexadecimal digits.");
pub(super) const SOURCE_OBJECT: Column =
    Column::required("source_object", Text, "The object the record was read from.");
pub(super) const POLICY_SET: Column =
    Column::required("policy_set", Text, "Name of the policy set that judged.");
pub(super) const REVISION: Column =
    Column::required("revision", Long, "Revision of the policy set; the highest one counts.");
pub(super) const VERDICT_HASH: Column =
    Column::required("verdict_hash", Text, "Hash of everything that changes a verdict.");
pub(super) const ENGINE: Column =
    Column::required("engine", Text, "Version of the engine that judged.");
