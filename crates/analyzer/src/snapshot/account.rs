//! `aws iam get-account-authorization-details`: users, groups, roles, policies.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>

use std::collections::{BTreeMap, BTreeSet};

use iam_policy::json::{Node, Value};
use iam_policy::{AccountId, Arn, NamedPolicy};

use super::document::{policy, unknown_policy, why_unknown};
use super::read::Reader;

/// The members that make a page one of these.
const LISTS: [&str; 4] = ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"];

/// Everything known of IAM.
#[derive(Debug, Default)]
pub(super) struct Iam {
    accounts: BTreeSet<String>,
    /// Users and roles by ARN.
    principals: BTreeMap<String, Entity>,
    /// The ARNs of roles by account and name. Names are unique in an account, but two files may
    /// tell of two moments.
    roles: BTreeMap<(String, String), Vec<String>>,
    /// By account and name.
    groups: BTreeMap<(String, String), Entity>,
    /// By ARN, then by file: each account's output holds the policies of AWS that it uses, in the
    /// version of its moment.
    managed: BTreeMap<String, BTreeMap<String, Managed>>,
}

/// A user, role or group.
#[derive(Clone, Debug, Default)]
pub(super) struct Entity {
    /// The file it stands in.
    file: String,
    pub(super) inline: Vec<NamedPolicy>,
    /// ARNs of the managed policies.
    pub(super) attached: Vec<String>,
    /// Names of a user's groups.
    pub(super) groups: Vec<String>,
    /// ARN of the permissions boundary.
    pub(super) boundary: Option<String>,
    /// For bindings by tag.
    pub(super) tags: BTreeMap<String, String>,
}

#[derive(Debug)]
struct Managed {
    version: Option<String>,
    policy: NamedPolicy,
}

impl Iam {
    /// Takes a page; whether it is one.
    pub(super) fn add(&mut self, reader: &mut Reader<'_>, page: &Node<'_>) -> bool {
        if !LISTS.iter().any(|list| page.get(list).is_some()) {
            return false;
        }
        for user in reader.list(page, "UserDetailList") {
            self.principal(reader, user, "UserPolicyList");
        }
        for role in reader.list(page, "RoleDetailList") {
            self.principal(reader, role, "RolePolicyList");
        }
        for group in reader.list(page, "GroupDetailList") {
            self.group(reader, group);
        }
        for managed in reader.list(page, "Policies") {
            self.managed(reader, managed);
        }
        true
    }

    fn principal(&mut self, reader: &mut Reader<'_>, node: &Node<'_>, inline: &str) {
        let Some((arn, account)) = arn_of(reader, node) else { return };
        let entity = entity(reader, node, &arn, inline, "");
        self.accounts.insert(account.clone());
        if let Some(known) = self.principals.get(&arn) {
            let message = format!("`{}` stands in `{}` too", arn.escape_debug(), known.file);
            reader.fault(node, message);
            return;
        }
        if let Some(name) = role_name(&arn) {
            self.roles.entry((account, name.to_owned())).or_default().push(arn.clone());
        }
        self.principals.insert(arn, entity);
    }

    fn group(&mut self, reader: &mut Reader<'_>, node: &Node<'_>) {
        let name = reader.required(node, "GroupName").map(str::to_owned);
        let (Some((arn, account)), Some(name)) = (arn_of(reader, node), name) else { return };
        let entity = entity(reader, node, &arn, "GroupPolicyList", &format!("group/{name}/"));
        self.accounts.insert(account.clone());
        if let Some(known) = self.groups.get(&(account.clone(), name.clone())) {
            let message =
                format!("the group `{}` stands in `{}` too", name.escape_debug(), known.file);
            reader.fault(node, message);
            return;
        }
        self.groups.insert((account, name), entity);
    }

    fn managed(&mut self, reader: &mut Reader<'_>, node: &Node<'_>) {
        let Some(arn) = reader.required(node, "Arn") else { return };
        let versions = reader.list(node, "PolicyVersionList");
        let default = versions.iter().find(|version| is_default(version));
        let document = default.and_then(|version| version.get("Document"));
        let version = default.and_then(|version| version.get("VersionId")).and_then(Node::as_str);
        let policy = policy(arn, &format!("policy {arn}"), reader.text(), document);
        let managed = Managed { version: version.map(str::to_owned), policy };
        let by_file = self.managed.entry(arn.to_owned()).or_default();
        by_file.insert(reader.file.to_owned(), managed);
    }

    /// Why policies are of unknown content.
    pub(super) fn unreadable(&self) -> impl Iterator<Item = &str> {
        let entities = self.principals.values().chain(self.groups.values());
        let inline = entities.flat_map(|entity| entity.inline.iter());
        let managed = self.managed.values().flat_map(BTreeMap::values);
        inline.chain(managed.map(|managed| &managed.policy)).filter_map(why_unknown)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    pub(super) fn accounts(&self) -> impl Iterator<Item = &str> {
        self.accounts.iter().map(String::as_str)
    }

    pub(super) fn has_account(&self, account: &str) -> bool {
        self.accounts.contains(account)
    }

    /// Users and roles by ARN.
    pub(super) fn entities(&self) -> impl Iterator<Item = (&str, &Entity)> {
        self.principals.iter().map(|(arn, entity)| (arn.as_str(), entity))
    }

    /// Groups by account and name.
    pub(super) fn groups(&self) -> impl Iterator<Item = (&(String, String), &Entity)> {
        self.groups.iter()
    }

    pub(super) fn entity(&self, arn: &str) -> Option<&Entity> {
        self.principals.get(arn)
    }

    /// The roles of this name, whatever their paths.
    pub(super) fn roles_named(&self, account: &str, name: &str) -> &[String] {
        let key = (account.to_owned(), name.to_owned());
        self.roles.get(&key).map_or(&[], Vec::as_slice)
    }

    pub(super) fn group_of(&self, account: &str, name: &str) -> Option<&Entity> {
        self.groups.get(&(account.to_owned(), name.to_owned()))
    }

    /// A managed policy as the entity has it attached.
    pub(super) fn attached(&self, entity: &Entity, arn: &str) -> NamedPolicy {
        let unknown = |why: &str| unknown_policy(arn, &format!("policy {arn} {why}"));
        let Some(by_file) = self.managed.get(arn) else {
            return unknown("is not in the snapshot");
        };
        if let Some(own) = by_file.get(&entity.file) {
            return own.policy.clone();
        }
        let mut versions = by_file.values();
        match versions.next() {
            Some(first) if versions.all(|other| other.version == first.version) => {
                first.policy.clone()
            }
            _ => unknown("is in several files in different versions"),
        }
    }
}

fn is_default(version: &Node<'_>) -> bool {
    matches!(version.get("IsDefaultVersion").map(|node| &node.value), Some(Value::Bool(true)))
}

/// The ARN of an entity, and its account.
fn arn_of(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<(String, String)> {
    let text = reader.required(node, "Arn")?;
    let account = text.parse::<Arn>().ok().map(|arn| arn.account().to_owned());
    let account = account.filter(|account| account.parse::<AccountId>().is_ok());
    if account.is_none() {
        let message = format!("`{}` is no ARN of an account", text.escape_debug());
        reader.fault(node, message);
    }
    Some((text.to_owned(), account?))
}

fn role_name(arn: &str) -> Option<&str> {
    let path = arn.splitn(6, ':').nth(5)?.strip_prefix("role/")?;
    path.rsplit('/').next()
}

/// What is attached to an entity; its inline policies are named behind `owner`.
fn entity(
    reader: &mut Reader<'_>,
    node: &Node<'_>,
    arn: &str,
    inline: &str,
    owner: &str,
) -> Entity {
    let mut entity = Entity { file: reader.file.to_owned(), ..Entity::default() };
    for node in reader.list(node, inline) {
        if let Some(name) = reader.required(node, "PolicyName") {
            let name = format!("{owner}inline/{name}");
            let what = format!("policy {name} of {arn}");
            let document = node.get("PolicyDocument");
            entity.inline.push(policy(&name, &what, reader.text(), document));
        }
    }
    for node in reader.list(node, "AttachedManagedPolicies") {
        entity.attached.extend(reader.required(node, "PolicyArn").map(str::to_owned));
    }
    for group in reader.list(node, "GroupList") {
        match group.as_str() {
            Some(name) => entity.groups.push(name.to_owned()),
            None => reader.fault(group, "`GroupList` wants names"),
        }
    }
    if let Some(node) = node.get("PermissionsBoundary").filter(|node| node.value != Value::Null) {
        let arn = reader.required(node, "PermissionsBoundaryArn");
        entity.boundary = arn.map(str::to_owned);
    }
    for tag in reader.list(node, "Tags") {
        let (key, value) = (reader.required(tag, "Key"), reader.required(tag, "Value"));
        if let (Some(key), Some(value)) = (key, value) {
            entity.tags.insert(key.to_owned(), value.to_owned());
        }
    }
    entity
}
