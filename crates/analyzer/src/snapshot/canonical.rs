//! What of a snapshot changes verdicts, as text: for the hash of a policy set that goes by it. Dates,
//! ids and the order of files are not in it.

use iam_policy::{NamedPolicy, print, quote};

use super::Snapshot;
use super::account::Entity;

impl Snapshot {
    /// Lines of quoted words: who there is, with what attached, in which groups, with which tags, and
    /// which unit each account is in.
    pub(crate) fn canonical(&self) -> String {
        let mut text = String::new();
        for (arn, entity) in self.iam.entities() {
            line(&mut text, "principal", &[arn]);
            self.entity_lines(&mut text, entity);
        }
        for ((account, name), group) in self.iam.groups() {
            line(&mut text, "group", &[account, name]);
            self.entity_lines(&mut text, group);
        }
        for (child, parent) in self.organisation.parents() {
            line(&mut text, "parent", &[child, parent]);
        }
        text
    }

    fn entity_lines(&self, text: &mut String, entity: &Entity) {
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
        for group in &entity.groups {
            line(text, "in", &[group]);
        }
        for (key, value) in &entity.tags {
            line(text, "tag", &[key, value]);
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
