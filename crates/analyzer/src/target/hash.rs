//! One hash over everything in a policy set that changes a verdict or a severity, and nothing else:
//! neither the set's name and revision, nor reasons, white space, comments and waivers.

use iam_policy::{NamedPolicy, print};
use sha2::{Digest, Sha256};

use crate::hash::hex;
use crate::snapshot::Asked;

use super::{Allowlist, Level, OrganisationPolicies, PrincipalPatterns, TargetSet};

pub(super) fn of(set: &TargetSet) -> String {
    let mut text = Canonical(String::new());
    for binding in &set.bindings {
        text.line("binding", [&binding.priority.to_string()]);
        text.principals(&binding.principals.named);
        if !binding.principals.groups.is_empty() {
            text.line("groups", &binding.principals.groups);
        }
        for (key, value) in &binding.principals.tags {
            text.line("tag", [key, value]);
        }
        if binding.attached {
            text.line("attached", [] as [&str; 0]);
        }
        text.policies("identity", &binding.identity);
        text.policies("boundary", binding.boundary.as_slice());
    }
    text.organisation("scp", &set.scps);
    for rule in &set.record_rules {
        text.line("record_rule", [] as [&str; 0]);
        text.principals(&rule.principals);
        text.allowlist("instance_types", rule.instance_types.as_ref());
        text.allowlist("images", rule.images.as_ref());
        text.allowlist("s3", rule.s3.as_ref());
    }
    for exemption in &set.exemptions {
        text.line("exempt", [] as [&str; 0]);
        text.principals(&exemption.principals);
    }
    let facts = &set.facts;
    text.line("management_account", facts.management_account.as_slice());
    text.line("org_id", facts.org_id.as_slice());
    for (endpoint, vpc) in &facts.vpc_endpoints {
        text.line("vpc_endpoint", [endpoint, vpc]);
    }
    for (partition, service) in &facts.passed_to_service {
        text.line("passed_to_service", [partition, service]);
    }
    if facts.doubt_service_defaults {
        text.line("doubt_service_defaults", [] as [&str; 0]);
    }
    for (code, severity) in
        set.severities.iter().filter(|(code, severity)| **severity != code.severity())
    {
        text.line("severity", [code.as_str(), severity.as_str()]);
    }
    let asked = set.asks_of_snapshot();
    if let Some(snapshot) = set.snapshot.as_ref().filter(|_| asked != Asked::default()) {
        text.line("snapshot", [snapshot.canonical(asked)]);
    }
    if let Some(overlay) = set.overlay.as_ref().filter(|overlay| !overlay.is_empty()) {
        text.line("catalog", [overlay.to_json()]);
    }
    hex(&Sha256::digest(text.0.as_bytes()))
}

/// Lines of quoted words, so that no two sets print alike.
struct Canonical(String);

impl Canonical {
    fn line(&mut self, word: &str, values: impl IntoIterator<Item = impl AsRef<str>>) {
        self.0.push_str(word);
        for value in values {
            self.0.push(' ');
            self.0.push_str(&iam_policy::quote(value.as_ref()));
        }
        self.0.push('\n');
    }

    fn principals(&mut self, principals: &PrincipalPatterns) {
        self.line("principals", principals.patterns.iter().map(|pattern| &pattern.text));
        self.line("accounts", &principals.accounts);
    }

    fn policies(&mut self, word: &str, policies: &[NamedPolicy]) {
        for policy in policies {
            self.line(word, [&*policy.name, &print(&policy.document)]);
        }
    }

    fn organisation(&mut self, word: &str, attached: &OrganisationPolicies) {
        if let Some(level) = &attached.root {
            self.level(word, "*", level);
        }
        for (unit, level) in &attached.units {
            self.level(word, unit, level);
        }
        for (account, level) in &attached.accounts {
            self.level(word, account, level);
        }
    }

    fn level(&mut self, word: &str, target: &str, level: &Level) {
        self.line(word, [target, if level.full_access { "full" } else { "bare" }]);
        self.policies("policy", &level.policies);
    }

    fn allowlist(&mut self, word: &str, list: Option<&Allowlist>) {
        if let Some(list) = list {
            self.line(word, &list.patterns);
        }
    }
}
