//! CloudTrail log files to typed records.
//!
//! For: turning the bytes of one object (a log file from S3, an EventBridge event, the output of
//! `aws cloudtrail lookup-events`, a file of JSON lines) into [`Record`]s, one at a time, with a
//! [`Reason`] for each that cannot be read. Nothing is dropped: every slice an [`Object`] gives out
//! becomes a record or a [`RecordError`], and an object that cannot be split gives an
//! [`ObjectError`] before its first record.
//!
//! Not for: reading files or buckets, knowing services and actions, judging anybody. Nothing here
//! reads a clock, and nothing here panics, whatever the bytes are.
//!
//! ```
//! use cloudtrail::{Limits, Object, Outcome, check, parse_record};
//!
//! let file = br#"{"Records":[
//!     {"eventVersion":"1.11","eventTime":"2026-06-01T12:00:00Z","awsRegion":"eu-west-1",
//!      "eventSource":"sagemaker.amazonaws.com","eventName":"CreateTrainingJob",
//!      "userIdentity":{"type":"AssumedRole","sessionContext":{"sessionIssuer":
//!          {"type":"Role","arn":"arn:aws:iam::111122223333:role/ml/DataScientist"}}},
//!      "requestParameters":{"trainingJobName":"churn"}},
//!     {"eventVersion":"1.11","eventTime":"yesterday",
//!      "eventSource":"sagemaker.amazonaws.com","eventName":"DeleteModel"}
//! ]}"#;
//! let limits = Limits::default();
//! let object = Object::open(file, &limits)?;
//! assert_eq!(object.len(), 2);
//!
//! let mut records = object.slices().map(|slice| parse_record(slice, &limits));
//! let first = records.next().unwrap()?;
//! check(&first)?;
//! assert_eq!(first.event_name, "CreateTrainingJob");
//! assert_eq!(first.request_parameters, Some(r#"{"trainingJobName":"churn"}"#));
//! assert_eq!(first.outcome(), Outcome::Succeeded);
//!
//! let second = records.next().unwrap().unwrap_err();
//! assert_eq!(second.reason.as_str(), "BAD_TIME");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`parse_record`] does what every record needs and is cheap; [`check()`] reads a record to its
//! depths (repeated keys, half surrogate pairs, nesting) and is for the records one goes on with.

mod check;
mod error;
mod file;
mod gzip;
mod identity;
mod key;
mod outcome;
mod record;
mod scan;
mod split;
mod time;
mod wire;

#[cfg(test)]
mod tests;

pub use check::check;
pub use error::{ObjectError, Reason, RecordError, Warning};
pub use file::Object;
pub use gzip::{Inflated, inflate};
pub use identity::{IdentityType, SessionContext, SessionIssuer, UserIdentity};
pub use key::{ObjectKey, is_skipped};
pub use outcome::Outcome;
pub use record::{Record, parse_record};
pub use split::Container;

/// How much a hostile object may cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest inflated (or plain) text of an object, in bytes.
    pub max_inflated: usize,
    /// Largest ratio of inflated to compressed bytes, looked at once the first MiB is inflated.
    /// Log files inflate to 4 to 20 times their size.
    pub max_ratio: usize,
    /// Largest record, in bytes. CloudTrail's own limit is 256 KB, 1 MB where a trail asks for it.
    pub max_record: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_inflated: 512 << 20, max_ratio: 200, max_record: 1 << 20 }
    }
}
