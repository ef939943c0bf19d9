//! From CloudTrail records to drift: the product's thinking, pure.
//!
//! A record becomes the requests that IAM authorised ([`replay`](mod@replay)), the principal's
//! policies are looked up in the target set ([`target`]), the evaluator of `iam-policy` judges,
//! and the verdict is compared with what AWS really answered. Rows go to a [`Sink`]; nothing here
//! reads files, the clock or the network.
//!
//! The main path is [`Judge::judge`].

mod actor;
mod call;
mod drift;
mod evaluators;
mod explain;
mod finding;
mod hash;
mod inventory;
mod judge;
pub mod propose;
mod record_rule;
pub mod replay;
pub mod resolve;
mod resource_fact;
pub mod self_test;
pub mod snapshot;
mod stored;
pub mod summary;
pub mod target;
pub mod template;
mod walk;
pub mod whatif;

pub use actor::{Actor, Standing};
pub use call::{Call, OpenContext};
pub use explain::{
    Decided, ExplainError, KeyExplanation, Origin, RecordExplanation, RequestExplanation,
};
pub use finding::{Code, Finding, KINDS, Kind, Severity};
pub use hash::hex;
pub use inventory::{Inventory, InventoryError};
pub use judge::{ENGINE, Filter, Judge, Sink, Verdict, catalog_hash};
pub use resource_fact::{Fact, FactKind, ResourceFact, property};
pub use stored::REDACTED_PREFIX;
