//! The IAM policy language and its evaluator: compiled, three-valued, explained.
//!
//! This crate knows policies and requests, and nothing of CloudTrail, SageMaker or AWS clients. It
//! answers one question: given these policies and what is known of a request, which decisions are
//! possible, which statements settle it, and which missing keys would.
//!
//! A value that is not known is never a guess: it leaves every decision open that some value of it
//! would give. What the text of a policy is worth without any request says [`lint`].
//!
//! ```
//! use std::sync::Arc;
//! use iam_policy::{
//!     ContextValue, Decision, Dialect, NamedPolicy, PolicySet, PolicySources, Principal,
//!     RequestContext, ResourceValue, parse,
//! };
//!
//! let text = r#"{"Version": "2012-10-17", "Statement": [{
//!     "Sid": "EnforceInstanceType", "Effect": "Allow",
//!     "Action": "sagemaker:CreateTrainingJob", "Resource": "*",
//!     "Condition": {"ForAllValues:StringLike": {"sagemaker:InstanceTypes": "ml.c5.*"}}
//! }]}"#;
//! let document = parse(text, Dialect::Identity).map_err(|errors| errors[0].clone())?;
//! let policy = NamedPolicy { name: "training".into(), document: Arc::new(document) };
//! let set = PolicySet::compile(&PolicySources { identity: vec![policy], ..Default::default() });
//!
//! let principal = Principal::from_arn("arn:aws:iam::111122223333:role/DataScientist");
//! let job = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/churn-7";
//! let job = ResourceValue::Known(job.to_owned());
//! let mut request = RequestContext::new(principal, "sagemaker:CreateTrainingJob", job);
//! let mut evaluator = set.evaluator();
//!
//! request.set("sagemaker:InstanceTypes", ContextValue::many(["ml.p4d.24xlarge"]));
//! assert_eq!(evaluator.evaluate(&request).decision(), Decision::ImplicitlyDenied);
//!
//! request.set("sagemaker:InstanceTypes", ContextValue::Unknown);
//! let evaluation = evaluator.evaluate(&request);
//! assert_eq!(evaluation.decision(), Decision::Undetermined);
//! assert_eq!(evaluation.needs, ["sagemaker:InstanceTypes"]);
//! # Ok::<(), iam_policy::PolicyError>(())
//! ```

#![forbid(unsafe_code)]

mod account;
mod arn;
pub mod case;
mod choice;
mod condition;
mod decision;
mod document;
mod evaluate;
mod explain;
pub mod json;
pub mod lint;
mod logic;
mod nearest;
mod parse;
mod pattern;
mod places;
mod policy_set;
mod principal;
mod print;
mod rcp;
mod request;
mod resource;
mod service_rule;
mod vocabulary;

pub use account::{AccountId, AccountIdError, partition_of_region};
pub use arn::{Arn, ArnError};
pub use choice::Choice;
pub use condition::{Condition, Operator, OperatorBase, SetQualifier};
pub use decision::{Decision, Possible};
pub use document::{Block, Effect, PolicyDocument, Statement, Version};
pub use evaluate::{Evaluation, Evaluator, Verdict};
pub use explain::{ConditionNote, Explanation, NearMiss, StatementNote};
pub use logic::Match;
pub use nearest::nearest;
pub use parse::{Dialect, PolicyError, PolicyErrorKind, parse, parse_node};
pub use pattern::{Glob, Symbol};
pub use policy_set::{
    NamedPolicy, PolicySet, PolicySources, PolicyType, StatementPlace, StatementRef,
};
pub use principal::{Principal, PrincipalBlock, PrincipalEntry};
pub use print::{print, print_statement, quote, visible};
pub use request::{ContextValue, KeyValue, RequestContext, ResourceValue};
pub use vocabulary::{
    AccessLevel, Vocabulary, VocabularyAction, VocabularyKey, VocabularyResource,
    VocabularyService, same_key,
};
