//! The organisation: which SCPs bind an account, level by level.
//!
//! `aws organizations describe-effective-policy` would answer at once, but not for SCPs, so the tree
//! is put together from what does.
//! <https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeEffectivePolicy.html>

use std::collections::{BTreeMap, BTreeSet};

use iam_policy::NamedPolicy;
use iam_policy::json::Node;

use super::document::{policy, unknown_policy, why_unknown};
use super::read::Reader;
use crate::target::allow_everything;

/// AWS's own policy that allows everything. It is attached everywhere until somebody takes it away.
const FULL_ACCESS: &str = "p-FullAWSAccess";
const FULL_ACCESS_ARN: &str =
    "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess";

/// A tree of units is five levels deep at most, below the root and above the account.
const MAX_LEVELS: usize = 16;

/// What is known of an organisation.
#[derive(Debug, Default)]
pub(super) struct Organisation {
    management_account: Option<String>,
    /// Whether SCPs are switched on.
    enabled: Option<Enabled>,
    /// SCPs by id.
    policies: BTreeMap<String, NamedPolicy>,
    /// Ids of policies of other types.
    others: BTreeSet<String>,
    /// The targets of each policy, by the policy's id.
    targets: BTreeMap<String, BTreeSet<String>>,
    /// Parent by child.
    parents: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Enabled {
    Yes,
    No,
    /// On the way from one to the other.
    Pending,
}

/// What binds the principals of an account.
pub(super) enum Scps {
    /// The levels, root first; none for the management account, and where SCPs are switched off.
    Levels(Vec<Vec<NamedPolicy>>),
    /// Nobody can tell, and why.
    Unknown(String),
}

impl Organisation {
    /// Takes a page; whether it is one.
    pub(super) fn add(&mut self, reader: &mut Reader<'_>, page: &Node<'_>) -> bool {
        if let Some(organisation) = page.get("Organization") {
            self.describe(reader, organisation);
        } else if page.get("Roots").is_some() {
            for root in reader.list(page, "Roots") {
                self.root(reader, root);
            }
        } else if let Some(described) = page.get("Policy") {
            self.policy(reader, described);
        } else if page.get("Targets").is_some() {
            let targets = self.targets.entry(stem(reader.file)).or_default();
            for target in reader.list(page, "Targets") {
                targets.extend(reader.required(target, "TargetId").map(str::to_owned));
            }
        } else if page.get("Parents").is_some() {
            for parent in reader.list(page, "Parents") {
                if let Some(id) = reader.required(parent, "Id") {
                    self.parents.insert(stem(reader.file), id.to_owned());
                }
            }
        } else {
            return false;
        }
        true
    }

    fn describe(&mut self, reader: &mut Reader<'_>, node: &Node<'_>) {
        // Since 2020 it is the management account, but not by this name.
        let account = reader.required(node, "MasterAccountId");
        self.management_account = account.map(str::to_owned);
        if has(node, "FeatureSet", "CONSOLIDATED_BILLING") {
            self.enabled = Some(Enabled::No);
        }
    }

    fn root(&mut self, reader: &mut Reader<'_>, root: &Node<'_>) {
        let types = reader.list(root, "PolicyTypes").iter();
        let mut scps = types.filter(|node| has(node, "Type", "SERVICE_CONTROL_POLICY"));
        self.enabled = Some(match scps.next() {
            None => Enabled::No,
            Some(scps) if has(scps, "Status", "ENABLED") => Enabled::Yes,
            Some(_) => Enabled::Pending,
        });
    }

    fn policy(&mut self, reader: &mut Reader<'_>, node: &Node<'_>) {
        let Some(summary) = node.get("PolicySummary") else {
            reader.fault(node, "`PolicySummary` is missing");
            return;
        };
        let Some(id) = reader.required(summary, "Id").map(str::to_owned) else { return };
        let (kind, arn) = (reader.required(summary, "Type"), reader.required(summary, "Arn"));
        match (kind, arn) {
            (Some("SERVICE_CONTROL_POLICY"), Some(arn)) => {
                let what = format!("policy {arn}");
                let policy = policy(arn, &what, reader.text(), node.get("Content"));
                self.policies.insert(id, policy);
            }
            _ => {
                self.others.insert(id);
            }
        }
    }

    pub(super) fn management_account(&self) -> Option<&str> {
        self.management_account.as_deref()
    }

    /// Parent by child.
    pub(super) fn parents(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parents.iter().map(|(child, parent)| (child.as_str(), parent.as_str()))
    }

    /// Why SCPs are of unknown content.
    pub(super) fn unreadable(&self) -> impl Iterator<Item = &str> {
        self.policies.values().filter_map(why_unknown)
    }

    /// The SCPs that bind an account.
    pub(super) fn scps(&self, account: &str) -> Scps {
        match self.levels(account) {
            Ok(levels) => Scps::Levels(levels),
            Err(why) => Scps::Unknown(why),
        }
    }

    fn levels(&self, account: &str) -> Result<Vec<Vec<NamedPolicy>>, String> {
        let Some(management_account) = &self.management_account else {
            return Err("the organisation is not in the snapshot".to_owned());
        };
        if management_account == account {
            return Ok(Vec::new());
        }
        match self.enabled {
            None => return Err("whether SCPs are enabled is not in the snapshot".to_owned()),
            Some(Enabled::Pending) => return Err("SCPs were being switched on or off".to_owned()),
            Some(Enabled::No) => return Ok(Vec::new()),
            Some(Enabled::Yes) => {}
        }
        if let Some(id) = self.policies.keys().find(|id| !self.targets.contains_key(*id)) {
            return Err(format!("what {id} is attached to is not in the snapshot"));
        }
        let mut levels = Vec::new();
        for target in self.path(account)? {
            levels.push(self.attached(target)?);
        }
        levels.reverse();
        Ok(levels)
    }

    /// The units an account is in, the topmost first.
    pub(super) fn units<'o>(&'o self, account: &'o str) -> Result<Vec<&'o str>, String> {
        let mut units = self.path(account)?;
        units.retain(|id| id.starts_with("ou-"));
        units.reverse();
        Ok(units)
    }

    /// From the account up to the root.
    fn path<'o>(&'o self, account: &'o str) -> Result<Vec<&'o str>, String> {
        let mut path = vec![account];
        let mut last = account;
        while !last.starts_with("r-") {
            let parent = self.parents.get(last);
            let parent = parent.filter(|_| path.len() < MAX_LEVELS);
            last = parent.ok_or_else(|| format!("the parent of {last} is not in the snapshot"))?;
            path.push(last);
        }
        Ok(path)
    }

    /// What is attached to a root, a unit or an account. AWS lets nobody detach the last SCP, so one
    /// without any was not read.
    fn attached(&self, target: &str) -> Result<Vec<NamedPolicy>, String> {
        let here = self.targets.iter().filter(|(_, targets)| targets.contains(target));
        let scps = here.filter(|(id, _)| !self.others.contains(*id));
        let attached: Vec<NamedPolicy> = scps.map(|(id, _)| self.scp(id)).collect();
        match attached.is_empty() {
            true => Err(format!("no SCP of {target} is in the snapshot")),
            false => Ok(attached),
        }
    }

    fn scp(&self, id: &str) -> NamedPolicy {
        match self.policies.get(id) {
            Some(policy) => policy.clone(),
            None if id == FULL_ACCESS => allow_everything(FULL_ACCESS_ARN),
            None => unknown_policy(id, &format!("policy {id} is not in the snapshot")),
        }
    }
}

fn has(node: &Node<'_>, member: &str, text: &str) -> bool {
    node.get(member).and_then(Node::as_str) == Some(text)
}

/// The name of a file without folders and ending: the id of what it is about.
fn stem(file: &str) -> String {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.strip_suffix(".json").unwrap_or(name).to_owned()
}
