//! The lake: rows to Parquet that Athena, DuckDB and Arrow all read, and back.
//!
//! For: the columns of the tables ([`Table`], [`Column`]); reading an object into rows
//! ([`read_object`]); turning the rows of a unit of work into files ([`Batch`]); reading files
//! ([`RowReader`]); and making one file of a day's many ([`DayMerge`], [`TableMerge`]), which is
//! the only place where rows go away. This is the only crate that knows Arrow and Parquet.
//!
//! Not for: files, buckets and queues. Bytes come in, bytes go out; the command line and the
//! functions read and put them. Nothing here reads a clock.
//!
//! What the files promise:
//!
//! - `<table>/dt=YYYY-MM-DD/<name>.parquet`, the day being that of the event, or of the delivery of
//!   an object;
//! - the same work gives the same bytes under the same name, whatever the order of objects and the
//!   number of threads, so doing it again overwrites what is there with itself;
//! - a ledger row means that the rows of its object are there: parts are put first, the ledger
//!   last;
//! - after a merge each call is there once, as judged by the highest revision of the policy set.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use analyzer::{ENGINE, Judge, catalog_hash, target};
//! use cloudtrail::Limits;
//! use lake::{Batch, Bytes, CallRow, DayMerge, MergeInput, Provenance, RowReader, UsageRow, WorkIdentity};
//!
//! let policy_set = BTreeMap::from([
//!     ("policy-set.toml".to_owned(), br#"
//!         schema = 1
//!         revision = 7
//!         name = "ml-platform"
//!         [[binding]]
//!         name = "data-scientists"
//!         principals = ["arn:aws:iam::*:role/ml/DataScientist"]
//!         identity = ["policies/ml.json"]
//!     "#.to_vec()),
//!     ("policies/ml.json".to_owned(), br#"{
//!         "Version": "2012-10-17",
//!         "Statement": [{"Effect": "Allow", "Action": "sagemaker:Describe*", "Resource": "*"}]
//!     }"#.to_vec()),
//! ]);
//! let log_file = br#"{"Records":[{"eventVersion":"1.11","eventTime":"2026-06-01T12:00:00Z",
//!     "eventID":"6f0d0c4a-0000-4000-8000-000000000001","eventType":"AwsApiCall",
//!     "awsRegion":"eu-west-1","recipientAccountId":"111122223333",
//!     "eventSource":"sagemaker.amazonaws.com","eventName":"DescribeModel",
//!     "userIdentity":{"type":"AssumedRole","accountId":"111122223333","sessionContext":
//!         {"sessionIssuer":{"type":"Role","accountId":"111122223333",
//!          "arn":"arn:aws:iam::111122223333:role/ml/DataScientist"}}},
//!     "requestParameters":{"modelName":"churn"}}]}"#;
//!
//! let target = target::load(&policy_set)?;
//! let mut batch = Batch::new(WorkIdentity {
//!     provenance: Provenance {
//!         policy_set: target.name.clone(),
//!         revision: target.revision,
//!         verdict_hash: target.hash.clone(),
//!         engine: ENGINE.to_owned(),
//!     },
//!     catalog_hash: catalog_hash(),
//!     filter: String::new(),
//!     redaction: None,
//! });
//! let limits = Limits::default();
//! let mut judge = Judge::new(&target, limits.clone());
//! // The same record in two objects: delivery is at least once.
//! for key in ["one.json", "two.json"] {
//!     let provenance = batch.provenance().clone();
//!     batch.add(lake::read_object(&mut judge, &limits, &provenance, key, log_file))?;
//! }
//! let output = batch.finish()?;
//! let paths: Vec<&str> = output.parts.iter().map(|part| part.path.as_str()).collect();
//! assert_eq!(paths.len(), 1);
//! assert!(paths[0].starts_with("calls/dt=2026-06-01/part-"));
//!
//! let calls = output.parts.into_iter();
//! let calls = calls.map(|part| MergeInput { name: part.path, file: Bytes::from(part.bytes) });
//! let merge = DayMerge::new(calls.collect(), Vec::new())?;
//! let (file, usage, report) = merge.write_calls_and_usage(ENGINE, Vec::new(), Vec::new())?;
//! assert_eq!((report.rows_in, report.rows_out, report.duplicates), (2, 1, 1));
//! assert_eq!(RowReader::<UsageRow>::open(Bytes::from(usage))?.count(), 1);
//!
//! let row = RowReader::<CallRow>::open(Bytes::from(file))?.next().unwrap()?;
//! assert_eq!(row.call.action, "sagemaker:DescribeModel");
//! assert_eq!(&*row.source_object, "one.json");
//! assert_eq!(row.call.decision, Some(iam_policy::Decision::Allowed));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod batch;
mod coverage;
mod decode;
mod encode;
mod error;
mod kway;
mod merge;
mod names;
mod object;
mod plan;
mod provenance;
mod quarantine;
mod reader;
mod redact;
mod resolved;
mod rows;
mod schema;
mod scratch;
mod sorter;
pub mod sql;
mod usage;
mod writer;

pub use batch::{Batch, BatchOutput, ObjectRows, Part, Put, UNDATED};
pub use coverage::cover;
pub use error::LakeError;
pub use merge::{
    Conflict, DayFile, DayMerge, MergeInput, MergePlan, MergeReport, MergedAlone, TableMerge,
    Waiting, plan_merge, verify_merged,
};
pub use names::{NameHash, WorkIdentity, is_merged, merged_name, resolved_name};
pub use object::{read_object, unreadable_object};
pub use plan::{BATCH_BYTES, plan_batches};
pub use provenance::Provenance;
pub use quarantine::{MAX_RAW, QuarantineEntry};
pub use reader::{FileInfo, READ_ROWS, RowReader, file_info};
pub use redact::{Redaction, ShortKey};
pub use resolved::ResolvedDay;
pub use rows::{
    Alike, CallRow, FactKey, FactRow, FindingRow, ObjectRow, ReadRow, ResolutionRow,
    ResolvedFindingRow, TableRow, UsageRow, calls_of_event, disputed_events, fact_keys,
    facts_about, open_calls, open_context_of_json, open_context_to_json,
};
pub use schema::{Column, ColumnType, META_ENGINE, META_PARTS, META_SCHEMA, Table};
pub use scratch::{InMemory, Scratch};
pub use writer::{ROW_GROUP_ROWS, TableWriter};

/// What files are read from, by those who hold them in memory.
pub use bytes::Bytes;
/// What an own kind of file gives back.
pub use parquet::errors::Result as ParquetResult;
/// What files are read from: memory, files of the system.
pub use parquet::file::reader::{ChunkReader, Length};

#[cfg(test)]
mod tests;
