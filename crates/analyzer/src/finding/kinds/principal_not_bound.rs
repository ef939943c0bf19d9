//! A principal called SageMaker that no binding of the policy set names.
//!
//! ## Why it matters
//!
//! Nobody said what it should be able to do, so nothing that it does can be called right.
//!
//! ## Example
//!
//! ```json
//! "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/former-contractor"}
//! ```
//!
//! ## What to do
//!
//! Bind it, or take its access. A last binding of `*` to `@any` judges the rest by Denies and
//! record rules alone.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html>
//!
//! Controls: NIST 800-53 AC-2, AC-6; ISO 27001 A.5.16, A.5.18; SOC 2 CC6.1, CC6.2.

use super::Kind;
use crate::finding::Severity;

pub(in crate::finding) const KIND: Kind = Kind {
    code: "DRF120",
    title: "principal not bound",
    severity: Severity::Medium,
    source: include_str!("principal_not_bound.rs"),
};
