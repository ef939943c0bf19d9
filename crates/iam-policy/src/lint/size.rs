//! The policy is larger than AWS takes it.
//!
//! ## Why it matters
//!
//! IAM does not count white space. A managed policy may have 6,144 characters, a boundary is one; the
//! inline policies of a role 10,240 in all, of a group 5,120, of a user 2,048; a session policy 2,048;
//! a trust policy 2,048, and after an increase of the quota 8,192. Organizations takes service control
//! policies up to 10,240 and resource control policies up to 5,120 characters, and there white space
//! counts unless the console removed it. (Read in September 2026.) AWS's own managed policies may be
//! larger than those of its customers.
//!
//! ## Example
//!
//! An identity policy of 7,000 characters: too large for a managed policy, not for a role's inline one.
//!
//! ## What to do
//!
//! Split it, or replace lists of actions by patterns. For an identity policy this is a warning above
//! what a managed policy may have, and an error above what any may have.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html> and
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>

use super::document::Document;
use super::kind::PolicyKind;
use super::report::{Place, Report};
use super::rule::Rule;
use crate::json::Span;

pub(super) const RULE: Rule =
    Rule { code: "DRF508", name: "size", source: include_str!("size.rs") };

const MANAGED: usize = 6_144;
const ROLE_INLINE: usize = 10_240;
const SESSION: usize = 2_048;
const TRUST: usize = 2_048;
const TRUST_RAISED: usize = 8_192;
const SCP: usize = 10_240;
const RCP: usize = 5_120;

/// A text that is not even read.
pub(super) fn refuse(text: &str, report: &mut Report<'_>) {
    let place = Place { span: Span::default(), pointer: String::new() };
    report.error(&RULE, place, format!("{} bytes are too many for any policy", text.len()));
}

pub(super) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    let (whole, counted) = (document.text.chars().count(), characters(&document.text));
    let name = document.kind.as_str();
    let place = document.place();
    let too_many = |limit: usize| format!("{counted} characters; a {name} may have {limit}");
    match document.kind {
        PolicyKind::Identity => identity(counted, document, report),
        PolicyKind::Boundary if counted > MANAGED => {
            report.error(&RULE, place, too_many(MANAGED));
        }
        PolicyKind::Session if counted > SESSION => {
            report.error(&RULE, place, too_many(SESSION));
        }
        PolicyKind::Trust if counted > TRUST_RAISED => {
            report.error(&RULE, place, too_many(TRUST_RAISED));
        }
        PolicyKind::Trust if counted > TRUST => {
            report.warn(&RULE, place, too_many(TRUST)).help("the quota can be raised to 8,192");
        }
        PolicyKind::Scp => organisation(counted, whole, SCP, document, report),
        PolicyKind::Rcp => organisation(counted, whole, RCP, document, report),
        // Each service has its own limit.
        PolicyKind::Resource | PolicyKind::Boundary | PolicyKind::Session | PolicyKind::Trust => {}
    }
}

fn identity(counted: usize, document: &Document<'_>, report: &mut Report<'_>) {
    let place = document.place();
    if counted > ROLE_INLINE {
        let message =
            format!("{counted} characters; no identity policy may have more than {ROLE_INLINE}");
        report.error(&RULE, place, message);
    } else if counted > MANAGED {
        let message = format!("{counted} characters; a managed policy may have {MANAGED}");
        report
            .warn(&RULE, place, message)
            .help("only the inline policy of a role can be that large");
    }
}

fn organisation(
    counted: usize,
    whole: usize,
    limit: usize,
    document: &Document<'_>,
    report: &mut Report<'_>,
) {
    let (place, name) = (document.place(), document.kind.as_str());
    if counted > limit {
        report.error(&RULE, place, format!("{counted} characters; a {name} may have {limit}"));
    } else if whole > limit {
        let message = format!(
            "{whole} characters with white space, {counted} without; a {name} may have {limit}"
        );
        report.note(&RULE, place, message).help("only the console removes white space by itself");
    }
}

/// Characters that are no white space outside strings.
fn characters(text: &str) -> usize {
    let (mut count, mut inside, mut escaped) = (0_usize, false, false);
    for character in text.chars() {
        if inside || !character.is_ascii_whitespace() {
            count = count.saturating_add(1);
        }
        if character == '"' && !escaped {
            inside = !inside;
        }
        escaped = inside && character == '\\' && !escaped;
    }
    count
}
