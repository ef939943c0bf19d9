//! `terraform show -json`: of a plan (`planned_values`) or of a state (`values`).
//!
//! <https://developer.hashicorp.com/terraform/internals/json-format>

use iam_policy::json::{Node, Value};
use iam_policy::lint::PolicyKind;

use super::{Embedded, Found, Places, kind_of};

/// Which attributes of which resources are policies.
const ATTRIBUTES: [(&str, &str, PolicyKind); 18] = [
    ("aws_iam_policy", "policy", PolicyKind::Identity),
    ("aws_iam_role_policy", "policy", PolicyKind::Identity),
    ("aws_iam_user_policy", "policy", PolicyKind::Identity),
    ("aws_iam_group_policy", "policy", PolicyKind::Identity),
    ("aws_iam_role", "assume_role_policy", PolicyKind::Trust),
    ("aws_ssoadmin_permission_set_inline_policy", "inline_policy", PolicyKind::Identity),
    ("aws_organizations_policy", "content", PolicyKind::Scp),
    ("aws_s3_bucket_policy", "policy", PolicyKind::Resource),
    ("aws_s3_access_point", "policy", PolicyKind::Resource),
    ("aws_kms_key", "policy", PolicyKind::Resource),
    ("aws_kms_key_policy", "policy", PolicyKind::Resource),
    ("aws_sns_topic_policy", "policy", PolicyKind::Resource),
    ("aws_sqs_queue_policy", "policy", PolicyKind::Resource),
    ("aws_ecr_repository_policy", "policy", PolicyKind::Resource),
    ("aws_secretsmanager_secret_policy", "policy", PolicyKind::Resource),
    ("aws_vpc_endpoint", "policy", PolicyKind::Resource),
    ("aws_vpc_endpoint_policy", "policy", PolicyKind::Resource),
    ("aws_sagemaker_model_package_group_policy", "resource_policy", PolicyKind::Resource),
];

/// The policies, if it is such an output.
pub(super) fn policies(root: &Node<'_>) -> Option<Found> {
    root.get("format_version")?;
    let values = root.get("planned_values").or_else(|| root.get("values"))?;
    let mut found = Found::default();
    if let Some(module) = values.get("root_module") {
        add_module(module, &mut found);
    }
    Some(found)
}

/// Modules in modules, no deeper than JSON is read.
fn add_module(module: &Node<'_>, found: &mut Found) {
    let list = |name: &str| module.get(name).map_or(&[][..], Node::elements);
    for resource in list("resources") {
        add_resource(resource, found);
    }
    for child in list("child_modules") {
        add_module(child, found);
    }
}

fn add_resource(resource: &Node<'_>, found: &mut Found) {
    let text = |member: &str| resource.get(member).and_then(Node::as_str);
    let (Some(address), Some(kind), Some(values)) =
        (text("address"), text("type"), resource.get("values"))
    else {
        return;
    };
    for (_, attribute, policy_kind) in ATTRIBUTES.iter().filter(|(of, ..)| *of == kind) {
        let organisation_type = values.get("type").and_then(Node::as_str);
        let Some(policy_kind) = kind_of(*policy_kind, organisation_type) else { continue };
        let address = match *attribute {
            "assume_role_policy" => format!("{address}.assume_role_policy"),
            _ => address.to_owned(),
        };
        add(found, address, policy_kind, values.get(attribute));
    }
    let inline = values.get("inline_policy").filter(|_| kind == "aws_iam_role");
    for (index, policy) in inline.map_or(&[][..], Node::elements).iter().enumerate() {
        let address = format!("{address}.inline_policy[{index}]");
        add(found, address, PolicyKind::Identity, policy.get("policy"));
    }
}

/// Takes the text of an attribute. One that is `null` is not set; one that is not there is known after
/// the plan is applied.
fn add(found: &mut Found, address: String, kind: PolicyKind, value: Option<&Node<'_>>) {
    match value.map(|node| &node.value) {
        Some(Value::Null) => {}
        Some(Value::String(text)) if text.trim().is_empty() => {}
        Some(Value::String(text)) => found.policies.push(Embedded {
            address,
            kind,
            text: text.to_string(),
            places: Places::Policy,
            open: Vec::new(),
        }),
        _ => found.unknown.push(address),
    }
}
