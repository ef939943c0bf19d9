//! What of a snapshot changes verdicts, as text: for the hash of a policy set that goes by it. Dates,
//! ids and the order of files are not in it.

use iam_policy::{NamedPolicy, print, quote};

use super::Snapshot;
use super::account::Entity;

/// What of a snapshot is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// What is attached to principals.
    pub(crate) policies: bool,
    /// Which groups users are in.
    pub(crate) groups: bool,
    /// The tags of principals.
    pub(crate) tags: bool,
    /// Which units accounts are in.
    pub(crate) units: bool,
}

impl Snapshot {
    /// Lines of quoted words: of who there is, and of each unit, what is asked for.
    pub(crate) fn canonical(&self, asked: Asked) -> String {
        let mut text = String::new();
        if asked.policies || asked.groups || asked.tags {
            for (arn, entity) in self.iam.entities() {
                line(&mut text, "principal", &[arn]);
                self.entity_lines(&mut text, entity, asked);
            }
        }
        if asked.policies {
            for ((account, name), group) in self.iam.groups() {
                line(&mut text, "group", &[account, name]);
                self.entity_lines(&mut text, group, asked);
            }
        }
        if asked.units {
            for (child, parent) in self.organisation.parents() {
                line(&mut text, "parent", &[child, parent]);
            }
        }
        text
    }

    fn entity_lines(&self, text: &mut String, entity: &Entity, asked: Asked) {
        if asked.policies {
            self.policy_lines(text, entity);
        }
        if asked.policies || asked.groups {
            entity.groups.iter().for_each(|group| line(text, "in", &[group]));
        }
        if asked.tags {
            entity.tags.iter().for_each(|(key, value)| line(text, "tag", &[key, value]));
        }
    }

    fn policy_lines(&self, text: &mut String, entity: &Entity) {
        let mut policy = |word: &str, policy: &NamedPolicy| {
            line(text, word, &[&policy.name, &print(&policy.document)]);
        };
        entity.inline.iter().for_each(|inline| policy("inline", inline));
        for arn in &entity.attached {
            policy("attached", &self.iam.attached(entity, arn));
        }
        if let Some(arn) = &entity.boundary {
            policy("boundary", &self.iam.attached(entity, arn));
        }
    }
}

fn line(text: &mut String, word: &str, values: &[&str]) {
    text.push_str(word);
    for value in values {
        text.push(' ');
        text.push_str(&quote(value));
    }
    text.push('\n');
}
