//! A second opinion on IAM: a slow, literal reference evaluator, and a generator of cases.
//!
//! It is written from the IAM User Guide page by page and shares no code with `iam-policy`, which is
//! compared with it: on some thousand cases in that crate's tests, on a million by
//! `cargo xtask differential`. It is not for use in a product: it reads every policy anew, knows one
//! request at a time, explains nothing, and prefers the plainest way to a fast one.
//!
//! A case is the JSON object that `driftline simulate` reads.
//!
//! ```
//! use iam_reference::{Decision, decide};
//!
//! let case = serde_json::json!({
//!     "principal": "arn:aws:iam::111122223333:user/ana",
//!     "action": "s3:GetObject",
//!     "resource": "arn:aws:s3:::data/a.csv",
//!     "identityPolicies": [{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}],
//! });
//! assert_eq!(decide(&case), Ok(Decision::Allowed));
//! ```
//!
//! Where AWS's pages are silent, the choices are the project's: a set qualifier does not take
//! `…IfExists` away, an empty list is a key without a value, a list without a set qualifier matches
//! nothing.

mod action;
mod caller;
mod case;
mod compare;
mod completions;
mod condition;
mod context;
mod decide;
mod decision;
mod generator;
mod glob;
mod layer;
mod operator;
mod policy;
mod principal;
mod resource;
mod service_rules;
mod shrink;
mod statement;
mod trust;
mod variables;

pub use completions::completions;
pub use decide::decide;
pub use decision::Decision;
pub use generator::Generator;
pub use operator::operator_names;
pub use shrink::shrink;
