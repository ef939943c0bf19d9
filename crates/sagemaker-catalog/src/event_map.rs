//! From what CloudTrail calls a call to what IAM calls it.
//!
//! SageMaker is one IAM prefix behind a dozen hosts and API models, beside a few prefixes of its
//! siblings. CloudTrail names the host and the operation, IAM the prefix and the action. The tables
//! hold the exceptions; the rest follows rules, so that a host or operation AWS adds tomorrow still
//! gives a request to judge. The catalog is never a gate.

use std::fmt;

use crate::action::Action;

/// Hosts without their domain whose first label is not the IAM prefix, and no other rule gives it.
/// Endpoint names and signing names are those of botocore's API models.
const PREFIX_OF_HOST: &[(&str, &str)] = &[
    ("sagemaker-runtime", SAGEMAKER),
    ("sagemaker-runtime-http2", SAGEMAKER),
    ("sagemaker-featurestore-runtime", SAGEMAKER),
    ("sagemaker-metrics", SAGEMAKER),
    ("sagemaker-a2i-runtime", SAGEMAKER),
    ("sagemaker-edge", SAGEMAKER),
    ("sagemaker-inference-router-runtime", SAGEMAKER),
    ("sagemakerjobruntime", SAGEMAKER),
    ("sagemakertrainingsessionruntime", SAGEMAKER),
];

/// Operations that another action authorises: prefix, operation, action.
const ACTION_OF_OPERATION: &[(&str, &str, &str)] = &[(SAGEMAKER, "UpdateRecord", "PutRecord")];

const SAGEMAKER: &str = "sagemaker";

/// Names that look like an IAM prefix and are a host, with the prefix that is meant.
pub(crate) fn hosts_that_are_no_prefix() -> impl Iterator<Item = (&'static str, &'static str)> {
    PREFIX_OF_HOST.iter().copied()
}

/// Operations of a prefix that another action authorises, with that action.
pub(crate) fn operations_of_another_name(
    prefix: &str,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    let of_prefix = ACTION_OF_OPERATION.iter().filter(move |(of, _, _)| *of == prefix);
    of_prefix.map(|(_, operation, action)| (*operation, *action))
}

/// The action that IAM authorised when CloudTrail recorded an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventAction<'a> {
    /// The IAM prefix, `sagemaker`.
    pub prefix: &'a str,
    /// The action's name: IAM's spelling when known, else the event name as it stands.
    pub name: &'a str,
    /// What the catalog knows about it.
    pub action: Option<&'a Action>,
}

impl EventAction<'_> {
    /// Whether the catalog knows the action. Unknown ones are judged all the same, as
    /// `<prefix>:<eventName>`.
    #[must_use]
    pub fn known(&self) -> bool {
        self.action.is_some()
    }
}

impl fmt::Display for EventAction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.prefix, self.name)
    }
}

/// The IAM prefix behind an `eventSource`.
pub(crate) fn prefix_of_source(event_source: &str) -> &str {
    let host = without_domain(event_source);
    let listed = PREFIX_OF_HOST.iter().find(|(known, _)| known.eq_ignore_ascii_case(host));
    if let Some((_, prefix)) = listed {
        return prefix;
    }
    if host.split('.').any(is_sagemaker_itself) {
        return SAGEMAKER;
    }
    host.split('.')
        .find(|label| is_sibling(label))
        .or_else(|| host.split('.').next())
        .unwrap_or(host)
}

/// The name of the action that authorises an operation.
pub(crate) fn action_of_operation<'a>(prefix: &str, operation: &'a str) -> &'a str {
    let exception = ACTION_OF_OPERATION
        .iter()
        .find(|(of, name, _)| *of == prefix && name.eq_ignore_ascii_case(operation));
    exception.map_or(operation, |(_, _, action)| action)
}

/// Whether an `eventSource` is SageMaker or one of its siblings.
pub(crate) fn is_sagemaker_source(event_source: &str) -> bool {
    let host = without_domain(event_source);
    host.split('.').any(|label| is_sagemaker_itself(label) || is_sibling(label))
        || PREFIX_OF_HOST.iter().any(|(known, _)| known.eq_ignore_ascii_case(host))
}

/// `sagemaker` and `metrics-sagemaker`.
fn is_sagemaker_itself(label: &str) -> bool {
    let before = label.len().checked_sub(SAGEMAKER.len());
    let split = before.and_then(|before| label.split_at_checked(before));
    split.is_some_and(|(before, end)| {
        end.eq_ignore_ascii_case(SAGEMAKER) && (before.is_empty() || before.ends_with('-'))
    })
}

/// `sagemaker-geospatial` and whatever else AWS puts beside it.
fn is_sibling(label: &str) -> bool {
    let split = label.split_at_checked(SAGEMAKER.len());
    split
        .is_some_and(|(start, rest)| start.eq_ignore_ascii_case(SAGEMAKER) && rest.starts_with('-'))
}

/// The host without `.amazonaws.com` or `.amazonaws.com.cn`; records of every partition have the
/// one or the other.
fn without_domain(host: &str) -> &str {
    [".amazonaws.com.cn", ".amazonaws.com"]
        .iter()
        .find_map(|domain| strip_suffix_without_case(host, domain))
        .unwrap_or(host)
}

fn strip_suffix_without_case<'t>(text: &'t str, suffix: &str) -> Option<&'t str> {
    let (before, end) = text.split_at_checked(text.len().checked_sub(suffix.len())?)?;
    end.eq_ignore_ascii_case(suffix).then_some(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_give_their_prefix_and_whether_they_are_sagemakers() {
        for (source, prefix, kept) in [
            ("sagemaker.amazonaws.com", "sagemaker", true),
            ("sagemaker.amazonaws.com.cn", "sagemaker", true),
            ("SageMaker.amazonaws.com", "sagemaker", true),
            ("api.sagemaker.amazonaws.com", "sagemaker", true),
            ("api.sagemaker.us-east-1.amazonaws.com", "sagemaker", true),
            ("runtime.sagemaker.amazonaws.com", "sagemaker", true),
            ("featurestore-runtime.sagemaker.amazonaws.com", "sagemaker", true),
            ("edge.sagemaker.amazonaws.com", "sagemaker", true),
            ("a2i-runtime.sagemaker.amazonaws.com", "sagemaker", true),
            ("metrics.sagemaker.amazonaws.com", "sagemaker", true),
            ("metrics-sagemaker.amazonaws.com", "sagemaker", true),
            ("job-runtime.sagemaker.amazonaws.com", "sagemaker", true),
            ("sagemaker-runtime.amazonaws.com", "sagemaker", true),
            ("sagemaker-featurestore-runtime.amazonaws.com", "sagemaker", true),
            ("sagemakerjobruntime.amazonaws.com", "sagemaker", true),
            ("sagemaker-geospatial.amazonaws.com", "sagemaker-geospatial", true),
            ("sagemaker-mlflow.amazonaws.com", "sagemaker-mlflow", true),
            ("sagemaker-mlflow.amazonaws.com.cn", "sagemaker-mlflow", true),
            (
                "sagemaker-data-science-assistant.amazonaws.com",
                "sagemaker-data-science-assistant",
                true,
            ),
            ("sagemaker-unified-studio-mcp.amazonaws.com", "sagemaker-unified-studio-mcp", true),
            ("sagemaker-tomorrow.amazonaws.com", "sagemaker-tomorrow", true),
            ("iam.amazonaws.com", "iam", false),
            ("s3.amazonaws.com", "s3", false),
            ("notsagemaker.amazonaws.com", "notsagemaker", false),
            ("sagemakers.amazonaws.com", "sagemakers", false),
            ("runtime.lex.amazonaws.com", "runtime", false),
            ("signin.amazon.com", "signin", false),
            ("sagemaker", "sagemaker", true),
            ("é", "é", false),
            ("", "", false),
        ] {
            assert_eq!(prefix_of_source(source), prefix, "{source}");
            assert_eq!(is_sagemaker_source(source), kept, "{source}");
        }
    }

    #[test]
    fn only_listed_operations_have_another_action() {
        assert_eq!(action_of_operation("sagemaker", "UpdateRecord"), "PutRecord");
        assert_eq!(action_of_operation("sagemaker", "CreateModel"), "CreateModel");
        assert_eq!(action_of_operation("other", "UpdateRecord"), "UpdateRecord");
    }
}
