//! What AWS says when it refuses a call.
//!
//! The parameters of a refused call are often missing from its record, so action, resource and the
//! refusing layer come from the message:
//!
//! ```text
//! User: ARN is not authorized to perform: PREFIX:Action [on resource: RESOURCE]
//!   [because no LAYER allows the PREFIX:Action action | with an explicit deny [in a LAYER[: ARN]]]
//! ```
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>

/// A refusal, as far as its message tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The action that was refused; it may differ from the event's name.
    pub action: Option<String>,
    /// The resource it was refused on, when the message names one.
    pub resource: Option<String>,
    /// The layer that refused, such as `identity-based policy`.
    pub layer: Option<&'static str>,
    /// Whether a Deny statement refused, rather than the lack of an Allow.
    pub explicit: Option<bool>,
    /// ARN of the policy that holds the Deny.
    pub policy: Option<String>,
}

/// The layers as AWS's messages name them.
const LAYERS: [&str; 7] = [
    "identity-based policy",
    "resource-based policy",
    "permissions boundary",
    "session policy",
    "service control policy",
    "resource control policy",
    "VPC endpoint policy",
];

/// The text that stands where a resource is not told.
const UNNAMED_RESOURCE: &str = "the specified resource";

impl Refusal {
    /// Reads the `errorMessage` of a refused call. A message of another form tells nothing.
    #[must_use]
    pub fn parse(message: &str) -> Self {
        let Some((_, rest)) = message.split_once("is not authorized to perform: ") else {
            return Self::without_action(message);
        };
        let (action, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let action = action.trim_end_matches(['.', ',']);
        let explicit = explicit(rest);
        Self {
            action: action.contains(':').then(|| action.to_owned()),
            resource: resource(rest),
            layer: layer(rest),
            explicit,
            policy: policy(rest).filter(|_| explicit == Some(true)),
        }
    }

    fn without_action(message: &str) -> Self {
        Self { layer: layer(message), explicit: explicit(message), ..Self::default() }
    }
}

/// Where the resource ends and the reason begins.
fn reason_start(rest: &str) -> usize {
    [" because no ", " with an explicit deny", ". Encoded authorization"]
        .into_iter()
        .filter_map(|reason| rest.find(reason))
        .min()
        .unwrap_or(rest.len())
}

fn resource(rest: &str) -> Option<String> {
    let (_, named) = rest.split_once("on resource: ")?;
    let text = named.get(..reason_start(named))?.trim();
    let text = text.trim_matches('"').trim_end_matches('.');
    let named = !text.is_empty() && text != UNNAMED_RESOURCE;
    named.then(|| text.to_owned())
}

fn reason(rest: &str) -> &str {
    rest.get(reason_start(rest)..).unwrap_or_default()
}

fn layer(rest: &str) -> Option<&'static str> {
    let reason = reason(rest);
    let reason = if reason.is_empty() { rest } else { reason };
    LAYERS.into_iter().find(|layer| reason.contains(layer))
}

fn explicit(rest: &str) -> Option<bool> {
    if rest.contains("with an explicit deny") || rest.contains("denied due to a") {
        Some(true)
    } else if rest.contains("because no ") {
        Some(false)
    } else {
        None
    }
}

fn policy(rest: &str) -> Option<String> {
    let reason = reason(rest);
    let arn = reason.get(reason.find("arn:")?..)?;
    let end = arn.find([' ', ',']).unwrap_or(arn.len());
    arn.get(..end).map(|arn| arn.trim_end_matches('.').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str =
        "User: arn:aws:sts::111122223333:assumed-role/R/s is not authorized to perform: ";

    fn check(
        message: &str,
        action: Option<&str>,
        resource: Option<&str>,
        layer: Option<&str>,
        explicit: Option<bool>,
        policy: Option<&str>,
    ) {
        let refusal = Refusal::parse(message);
        assert_eq!(
            (
                refusal.action.as_deref(),
                refusal.resource.as_deref(),
                refusal.layer,
                refusal.explicit,
                refusal.policy.as_deref()
            ),
            (action, resource, layer, explicit, policy),
            "{message}"
        );
    }

    #[test]
    fn every_form_of_the_grammar() {
        let job = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/a";
        let action = Some("sagemaker:CreateTrainingJob");
        let text = |tail: &str| format!("{USER}sagemaker:CreateTrainingJob{tail}");
        check(&text(""), action, None, None, None, None);
        check(&text(" on the specified resource"), action, None, None, None, None);
        check(
            &text(&format!(
                " on resource: {job} because no identity-based policy allows the sagemaker:CreateTrainingJob action"
            )),
            action,
            Some(job),
            Some("identity-based policy"),
            Some(false),
            None,
        );
        check(
            &text(&format!(" on resource: \"{job}\" with an explicit deny")),
            action,
            Some(job),
            None,
            Some(true),
            None,
        );
        let scp = "arn:aws:organizations::999988887777:policy/o-x/service_control_policy/p-y";
        check(
            &text(&format!(
                " on resource: {job} with an explicit deny in a service control policy: {scp} (Guardrail)"
            )),
            action,
            Some(job),
            Some("service control policy"),
            Some(true),
            Some(scp),
        );
        check(
            &text(" on resource: * because no permissions boundary allows the x:y action"),
            action,
            Some("*"),
            Some("permissions boundary"),
            Some(false),
            None,
        );
        check(
            "You are not authorized to perform this operation. User: u is not authorized to perform: ec2:RunInstances on resource: r with an explicit deny in an identity-based policy. Encoded authorization failure message: AAAA",
            Some("ec2:RunInstances"),
            Some("r"),
            Some("identity-based policy"),
            Some(true),
            None,
        );
    }

    #[test]
    fn other_texts_tell_what_they_tell() {
        check(
            "The request was denied due to a VPC endpoint policy",
            None,
            None,
            Some("VPC endpoint policy"),
            Some(true),
            None,
        );
        for message in
            ["", "Access Denied", "An unknown error occurred", "é is not authorized to perform: "]
        {
            check(message, None, None, None, None, None);
        }
    }
}
