//! CloudFormation templates.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html>

use iam_policy::json::{Node, Value};
use iam_policy::lint::PolicyKind;

use super::{Embedded, Found, Places, kind_of};

/// Which properties of which resources are policies.
const PROPERTIES: [(&str, &str, PolicyKind); 19] = [
    ("AWS::IAM::Policy", "PolicyDocument", PolicyKind::Identity),
    ("AWS::IAM::ManagedPolicy", "PolicyDocument", PolicyKind::Identity),
    ("AWS::IAM::RolePolicy", "PolicyDocument", PolicyKind::Identity),
    ("AWS::IAM::UserPolicy", "PolicyDocument", PolicyKind::Identity),
    ("AWS::IAM::GroupPolicy", "PolicyDocument", PolicyKind::Identity),
    ("AWS::IAM::Role", "AssumeRolePolicyDocument", PolicyKind::Trust),
    ("AWS::SSO::PermissionSet", "InlinePolicy", PolicyKind::Identity),
    ("AWS::Organizations::Policy", "Content", PolicyKind::Scp),
    ("AWS::S3::BucketPolicy", "PolicyDocument", PolicyKind::Resource),
    ("AWS::S3::AccessPoint", "Policy", PolicyKind::Resource),
    ("AWS::KMS::Key", "KeyPolicy", PolicyKind::Resource),
    ("AWS::SNS::TopicPolicy", "PolicyDocument", PolicyKind::Resource),
    ("AWS::SQS::QueuePolicy", "PolicyDocument", PolicyKind::Resource),
    ("AWS::ECR::Repository", "RepositoryPolicyText", PolicyKind::Resource),
    ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy", PolicyKind::Resource),
    ("AWS::EC2::VPCEndpoint", "PolicyDocument", PolicyKind::Resource),
    ("AWS::SageMaker::ModelPackageGroup", "ModelPackageGroupPolicy", PolicyKind::Resource),
    ("AWS::Organizations::ResourcePolicy", "Content", PolicyKind::Resource),
    ("AWS::EFS::FileSystem", "FileSystemPolicy", PolicyKind::Resource),
];

/// Resources with a list `Policies` of `PolicyName` and `PolicyDocument`.
const WITH_LISTS: [&str; 3] = ["AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"];

/// The policies, if it is a template.
pub(super) fn policies(text: &str, root: &Node<'_>, places: Places) -> Option<Found> {
    let resources = root.get("Resources")?;
    let of_aws = |resource: &Node<'_>| {
        resource.get("Type").and_then(Node::as_str).is_some_and(|kind| kind.contains("::"))
    };
    if !resources.members().iter().any(|member| of_aws(&member.node)) {
        return None;
    }
    let mut template = Template { text, places, found: Found::default() };
    for resource in resources.members() {
        template.add_resource(&resource.key, &resource.node);
    }
    Some(template.found)
}

/// A template, and what was found in it so far.
struct Template<'t> {
    text: &'t str,
    places: Places,
    found: Found,
}

impl Template<'_> {
    fn add_resource(&mut self, id: &str, resource: &Node<'_>) {
        let kind = resource.get("Type").and_then(Node::as_str);
        let (Some(kind), Some(properties)) = (kind, resource.get("Properties")) else { return };
        for (_, property, policy_kind) in PROPERTIES.iter().filter(|(of, ..)| *of == kind) {
            let Some(node) = properties.get(property) else { continue };
            let organisation_type = properties.get("Type").and_then(Node::as_str);
            let Some(policy_kind) = kind_of(*policy_kind, organisation_type) else { continue };
            let address = match *property {
                "AssumeRolePolicyDocument" => format!("{id}.AssumeRolePolicyDocument"),
                _ => id.to_owned(),
            };
            self.add(address, policy_kind, node);
        }
        let list = properties.get("Policies").filter(|_| WITH_LISTS.contains(&kind));
        for (index, policy) in list.map_or(&[][..], Node::elements).iter().enumerate() {
            if let Some(node) = policy.get("PolicyDocument") {
                self.add(format!("{id}.Policies[{index}]"), PolicyKind::Identity, node);
            }
        }
    }

    /// Takes a document. Before it, and for all that is replaced, there is white space, so that each thing
    /// stays at its line.
    fn add(&mut self, address: String, kind: PolicyKind, node: &Node<'_>) {
        let text = self.text;
        match &node.value {
            Value::String(document) => self.found.policies.push(Embedded {
                address,
                kind,
                text: document.to_string(),
                places: Places::Policy,
                open: Vec::new(),
            }),
            Value::Object(_) if word(node).is_some() => self.found.unknown.push(address),
            Value::Object(_) => {
                let mut replaced = Replaced::default();
                replaced.find(node);
                let mut policy = blank(text.get(..node.span.start).unwrap_or_default());
                let mut at = node.span.start;
                for (start, end, word) in &replaced.words {
                    policy.push_str(text.get(at..*start).unwrap_or_default());
                    let quoted = iam_policy::quote(word);
                    let lines = text.get(*start..*end).unwrap_or_default();
                    let length = end.saturating_sub(*start).saturating_sub(quoted.len());
                    policy.push_str(&quoted);
                    // The lines that were within come behind.
                    let breaks = lines.matches('\n').count();
                    policy.push_str(&"\n".repeat(breaks));
                    policy.push_str(&" ".repeat(length.saturating_sub(breaks)));
                    at = *end;
                }
                policy.push_str(text.get(at..node.span.end).unwrap_or_default());
                self.found.policies.push(Embedded {
                    address,
                    kind,
                    text: policy,
                    places: self.places,
                    open: replaced.open,
                });
            }
            _ => {}
        }
    }
}

/// The text with nothing but its lines.
fn blank(text: &str) -> String {
    text.chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }).collect()
}

/// What stands for functions: from where to where, and the word; and what only deployment knows.
#[derive(Default)]
struct Replaced {
    words: Vec<(usize, usize, String)>,
    open: Vec<String>,
}

impl Replaced {
    fn find(&mut self, node: &Node<'_>) {
        if let Some((word, open)) = word(node) {
            self.words.push((node.span.start, node.span.end, word));
            self.open.extend(open);
            return;
        }
        match &node.value {
            Value::Array(elements) => elements.iter().for_each(|element| self.find(element)),
            Value::Object(members) => members.iter().for_each(|member| self.find(&member.node)),
            _ => {}
        }
    }
}

/// What a function gives, as far as a template tells, and what in it only deployment knows; `None` for
/// what is no function.
fn word(node: &Node<'_>) -> Option<(String, Vec<String>)> {
    let [member] = node.members() else { return None };
    let of = |name: &str| reference(name);
    Some(match (&*member.key, &member.node.value) {
        ("Ref", Value::String(name)) => of(name),
        ("Fn::GetAtt", Value::String(name)) => of(name),
        ("Fn::GetAtt", Value::Array(parts)) => {
            let parts: Vec<&str> = parts.iter().filter_map(Node::as_str).collect();
            of(&parts.join("."))
        }
        ("Fn::Sub", Value::String(text)) => substituted(text),
        ("Fn::Sub", Value::Array(parts)) => substituted(parts.first().and_then(Node::as_str)?),
        ("Fn::Join", Value::Array(parts)) => joined(parts)?,
        (name, _) if name.starts_with("Fn::") || name == "Condition" && is_name(&member.node) => {
            of(name)
        }
        _ => return None,
    })
}

/// `{"Condition": "Name"}` is a reference to a condition; a policy's `Condition` is an object.
fn is_name(node: &Node<'_>) -> bool {
    matches!(node.value, Value::String(_))
}

/// A parameter, or what a resource gives. Where a stack is, is open too: a word of the right form
/// stands for it.
fn reference(name: &str) -> (String, Vec<String>) {
    let word = match name {
        "AWS::AccountId" => "111122223333",
        "AWS::Region" => "us-east-1",
        "AWS::Partition" => "aws",
        "AWS::URLSuffix" => "amazonaws.com",
        other => other,
    };
    (word.to_owned(), vec![format!("${{{name}}}")])
}

/// `${Name}` by what it refers to; `${!Name}` is `${Name}`, which IAM reads as a policy variable.
fn substituted(text: &str) -> (String, Vec<String>) {
    let (mut given, mut open) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        given.push_str(before);
        let Some((name, after)) = behind.split_once('}') else {
            given.push_str("${");
            rest = behind;
            continue;
        };
        match name.strip_prefix('!') {
            Some(literal) => given.push_str(&format!("${{{literal}}}")),
            None => {
                let (word, needs) = reference(name);
                given.push_str(&word);
                open.extend(needs);
            }
        }
        rest = after;
    }
    given.push_str(rest);
    (given, open)
}

fn joined(parts: &[Node<'_>]) -> Option<(String, Vec<String>)> {
    let [delimiter, Node { value: Value::Array(parts), .. }] = parts else { return None };
    let (mut words, mut open) = (Vec::new(), Vec::new());
    for part in parts {
        match (part.as_str(), word(part)) {
            (Some(text), _) => words.push(text.to_owned()),
            (None, Some((text, needs))) => {
                words.push(text);
                open.extend(needs);
            }
            (None, None) => return None,
        }
    }
    Some((words.join(delimiter.as_str()?), open))
}
