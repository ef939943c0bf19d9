//! From the folder's files to a [`TargetSet`], or to every fault that stands in the way.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use iam_policy::{AccountId, Dialect, NamedPolicy, PolicyDocument, nearest, parse};
use sagemaker_catalog::{Catalog, Overlay, catalog};
use toml::Spanned;

use super::config::{
    BindingConfig, Config, ExemptConfig, FactsConfig, OrganisationConfig, RecordRuleConfig, WORDS,
};
use super::covers::Who;
use super::toml_file::TomlFile;
use super::waiver::Waivers;
use crate::finding::{Code, Severity};
use crate::snapshot::Snapshot;
use crate::template;

/// Among identity policies: what IAM has attached.
const ATTACHED: &str = "@attached";
use super::{
    Allowlist, Binding, CATALOG, Exemption, Facts, Level, MANIFEST, OrganisationPolicies,
    PrincipalPattern, PrincipalPatterns, RecordRule, TargetSet, allow_everything, hash,
};

/// A fault of a policy set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetFault {
    /// The file, relative to the folder.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl fmt::Display for TargetFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\n  at {}, line {}, column {}",
            self.message, self.file, self.line, self.column
        )?;
        match &self.help {
            Some(help) => write!(f, "\nhelp: {help}"),
            None => Ok(()),
        }
    }
}

/// Why there is no policy set: every fault found. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the policy set cannot be used")]
pub struct TargetError {
    /// The faults, in the order of files and lines.
    pub faults: Vec<TargetFault>,
}

/// Reads a policy set from the files of its folder, by path relative to it.
///
/// # Errors
/// Every fault, when there is one: no policy set, no verdict.
pub fn load(files: &BTreeMap<String, Vec<u8>>) -> Result<TargetSet, TargetError> {
    load_with(files, None)
}

/// As [`load`], with what IAM has attached: for bindings to `@attached`, by group and by tag, and for
/// SCPs of units. A set that has none of these is the same with any snapshot.
///
/// # Errors
/// As [`load`].
pub fn load_with(
    files: &BTreeMap<String, Vec<u8>>,
    snapshot: Option<Arc<Snapshot>>,
) -> Result<TargetSet, TargetError> {
    let mut loader = Loader::new(files, snapshot);
    let set = loader.set();
    let mut faults = loader.faults;
    match set {
        Some(set) if faults.is_empty() => Ok(set),
        _ => {
            faults.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
            Err(TargetError { faults })
        }
    }
}

/// Reads nothing of a policy set but what it adds to the catalog.
///
/// # Errors
/// The fault of its [`CATALOG`].
pub fn load_catalog(
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<Cow<'static, Catalog>, TargetError> {
    let mut loader = Loader::new(files, None);
    let overlay = loader.overlay();
    let catalog = loader.catalog(overlay.as_ref());
    let faults = loader.faults;
    if faults.is_empty() { Ok(catalog) } else { Err(TargetError { faults }) }
}

struct Loader<'f> {
    files: &'f BTreeMap<String, Vec<u8>>,
    manifest: TomlFile<'f>,
    snapshot: Option<Arc<Snapshot>>,
    faults: Vec<TargetFault>,
    /// Each policy is read once, however often it is named.
    read: BTreeMap<String, Option<Arc<PolicyDocument>>>,
}

impl<'f> Loader<'f> {
    fn new(files: &'f BTreeMap<String, Vec<u8>>, snapshot: Option<Arc<Snapshot>>) -> Self {
        let manifest = TomlFile::absent(MANIFEST);
        Self { files, manifest, snapshot, faults: Vec::new(), read: BTreeMap::new() }
    }

    fn fault(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.fault_with_help(span, message, None);
    }

    fn fault_with_help(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        help: Option<String>,
    ) {
        self.faults.push(self.manifest.fault(span, message, help));
    }

    fn set(&mut self) -> Option<TargetSet> {
        let config = self.config()?;
        if *config.schema.get_ref() != 1 {
            let message =
                format!("unknown schema {}; this version reads 1", config.schema.get_ref());
            self.fault(config.schema.span(), message);
        }
        let bindings: Vec<Binding> =
            config.binding.iter().map(|entry| self.binding(entry)).collect();
        self.refuse_two_boundaries(&config.binding, &bindings);
        let scps = self.organisation(&config.scp, "scp", Dialect::Identity);
        // RCPs are read and checked, but none reaches the calls judged here: they cover neither
        // SageMaker nor IAM.
        // https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
        self.organisation(&config.rcp, "rcp", Dialect::Resource);
        let record_rules =
            config.record_rule.into_iter().map(|rule| self.record_rule(rule)).collect();
        let exemptions = config.exempt.into_iter().map(|entry| self.exemption(entry)).collect();
        let facts = self.facts(config.facts, !scps.units.is_empty());
        let severities = self.severities(config.severity);
        let waivers = self.waivers();
        let overlay = self.overlay();
        let catalog = self.catalog(overlay.as_ref());
        let mut set = TargetSet {
            name: config.name,
            revision: config.revision,
            hash: String::new(),
            bindings,
            scps,
            record_rules,
            exemptions,
            facts,
            waivers,
            severities,
            snapshot: self.snapshot.clone(),
            catalog,
            overlay,
        };
        set.hash = hash::of(&set);
        Some(set)
    }

    fn waivers(&mut self) -> Waivers {
        Waivers::load(self.files).unwrap_or_else(|faults| {
            self.faults.extend(faults);
            Waivers::default()
        })
    }

    /// What the set adds to the catalog.
    fn overlay(&mut self) -> Option<Overlay> {
        let text = std::str::from_utf8(self.files.get(CATALOG)?);
        match text.map(Overlay::parse) {
            Ok(Ok(overlay)) => return Some(overlay),
            Ok(Err(error)) => self.overlay_fault(error.to_string()),
            Err(_) => self.overlay_fault("not UTF-8".to_owned()),
        }
        None
    }

    fn catalog(&mut self, overlay: Option<&Overlay>) -> Cow<'static, Catalog> {
        match overlay.map(Catalog::with_overlay) {
            None => Cow::Borrowed(catalog()),
            Some(Ok(extended)) => Cow::Owned(extended),
            Some(Err(error)) => {
                self.overlay_fault(error.to_string());
                Cow::Borrowed(catalog())
            }
        }
    }

    fn overlay_fault(&mut self, message: String) {
        let help = "`driftline catalog update` writes this file; a policy needs another name";
        self.policy_fault(CATALOG, 1, 1, message, Some(help.to_owned()));
    }

    fn config(&mut self) -> Option<Config> {
        match TomlFile::of(self.files, MANIFEST) {
            Ok(Some(manifest)) => self.manifest = manifest,
            Ok(None) => {
                let help = "a policy set is a folder with this file and the policies it names";
                let message = format!("there is no `{MANIFEST}`");
                self.fault_with_help(0..0, message, Some(help.to_owned()));
                return None;
            }
            Err(fault) => {
                self.faults.push(fault);
                return None;
            }
        }
        match self.manifest.parse(&WORDS) {
            Ok(config) => Some(config),
            Err(mut fault) => {
                let head_fields = ["missing field `schema`", "missing field `revision`"];
                if fault.help.is_none() && head_fields.contains(&fault.message.as_str()) {
                    let head = "a policy set starts with `schema = 1`, `revision = 1` and \
                                `name = \"…\"`";
                    fault.help = Some(head.to_owned());
                }
                self.faults.push(fault);
                None
            }
        }
    }

    fn binding(&mut self, config: &BindingConfig) -> Binding {
        let mut patterns = Vec::new();
        if let Some(principals) = &config.principals {
            self.refuse_nobody("principals", principals);
            let named = principals.get_ref().iter();
            patterns.extend(named.map(|pattern| self.principal_pattern(pattern)));
        }
        if let Some(permission_set) = &config.permission_set {
            patterns.extend(permission_set_patterns(permission_set.get_ref()));
        }
        if let Some(tags) = &config.tags {
            self.needs_snapshot("`tags`", tags.span());
        }
        let tags = config.tags.as_ref().map(|tags| tags.get_ref().clone());
        let who = Who {
            named: PrincipalPatterns { patterns, accounts: self.accounts(&config.accounts) },
            groups: config.groups.as_ref().map(|groups| self.groups(groups)).unwrap_or_default(),
            tags: tags.unwrap_or_default(),
        };
        let principals = self.somebody(who, config);
        let attached = config.identity.iter().filter(|path| *path.get_ref() == ATTACHED);
        for path in attached.clone() {
            self.needs_snapshot("`@attached`", path.span());
        }
        let attached = attached.count() > 0;
        let named = config.identity.iter().filter(|path| *path.get_ref() != ATTACHED);
        let identity = named.filter_map(|path| self.identity(path)).collect();
        let boundary =
            config.boundary.as_ref().and_then(|path| self.policy(path, Dialect::Identity));
        Binding { principals, identity, attached, boundary, priority: config.priority }
    }

    /// A list that is given and empty would widen the binding to everybody.
    fn refuse_nobody(&mut self, word: &str, list: &Spanned<Vec<Spanned<String>>>) {
        if list.get_ref().is_empty() {
            self.fault(list.span(), format!("`{word}` is empty: this entry is about nobody"));
        }
    }

    fn groups(&mut self, groups: &Spanned<Vec<Spanned<String>>>) -> Vec<String> {
        self.refuse_nobody("groups", groups);
        self.needs_snapshot("`groups`", groups.span());
        let snapshot = self.snapshot.clone();
        for group in groups.get_ref() {
            let name = group.get_ref();
            if snapshot.as_ref().is_some_and(|snapshot| !snapshot.has_group(name)) {
                let message = format!("no group `{}` is in the snapshot", name.escape_debug());
                self.fault(group.span(), message);
            }
        }
        groups.get_ref().iter().map(|group| group.get_ref().clone()).collect()
    }

    fn needs_snapshot(&mut self, what: &str, span: Range<usize>) {
        if self.snapshot.is_none() {
            let help = "`--snapshot DIR` gives it; docs/snapshot.md says how to make one";
            let message = format!("{what} needs a snapshot of what IAM has attached");
            self.fault_with_help(span, message, Some(help.to_owned()));
        }
    }

    /// A binding by accounts or tags alone is about everybody there.
    fn somebody(&mut self, mut who: Who, config: &BindingConfig) -> Who {
        let named = config.principals.is_some() || config.groups.is_some();
        if !named && config.permission_set.is_none() {
            if who.named.accounts.is_empty() && who.tags.is_empty() {
                let message = format!("the binding `{}` names no principal", config.name.get_ref());
                self.fault(config.name.span(), message);
            }
            who.named.patterns.push(PrincipalPattern::new("*"));
        }
        who
    }

    fn principal_pattern(&mut self, pattern: &Spanned<String>) -> PrincipalPattern {
        let text = pattern.get_ref();
        PrincipalPattern::checked(text).unwrap_or_else(|(message, help)| {
            self.fault_with_help(pattern.span(), message, Some(help.to_owned()));
            PrincipalPattern::new(text)
        })
    }

    fn accounts(&mut self, accounts: &[Spanned<String>]) -> Vec<String> {
        for account in accounts {
            if let Err(error) = account.get_ref().parse::<AccountId>() {
                self.fault(account.span(), error.to_string());
            }
        }
        accounts.iter().map(|account| account.get_ref().clone()).collect()
    }

    fn identity(&mut self, path: &Spanned<String>) -> Option<NamedPolicy> {
        match path.get_ref().as_str() {
            "@any" => Some(allow_everything("@any")),
            word if word.starts_with('@') => {
                let help = nearest(word, ["@any", ATTACHED]);
                let help = help.map(|word| format!("did you mean `{word}`?"));
                let message = format!("there is no `{}`", word.escape_debug());
                self.fault_with_help(path.span(), message, help);
                None
            }
            _ => self.policy(path, Dialect::Identity),
        }
    }

    fn policy(&mut self, path: &Spanned<String>, dialect: Dialect) -> Option<NamedPolicy> {
        let name = path.get_ref();
        if !self.read.contains_key(name) {
            let document = self.read_policy(path, dialect);
            self.read.insert(name.clone(), document.map(Arc::new));
        }
        let document = self.read.get(name).cloned().flatten()?;
        Some(NamedPolicy { name: name.as_str().into(), document })
    }

    fn read_policy(&mut self, path: &Spanned<String>, dialect: Dialect) -> Option<PolicyDocument> {
        let name = path.get_ref();
        if let Some((file, address)) = name.split_once('#') {
            return self.read_embedded(path, (file, address), dialect);
        }
        let Some(bytes) = self.files.get(name) else {
            let known = self.files.keys().map(String::as_str);
            let help = nearest(name, known).map(|file| format!("did you mean `{file}`?"));
            let message = format!("there is no policy `{}`", name.escape_debug());
            self.fault_with_help(path.span(), message, help);
            return None;
        };
        let Ok(text) = std::str::from_utf8(bytes) else {
            self.policy_fault(name, 1, 1, "not UTF-8".to_owned(), None);
            return None;
        };
        self.parsed(name, text, dialect)
    }

    fn parsed(&mut self, name: &str, text: &str, dialect: Dialect) -> Option<PolicyDocument> {
        match parse(text, dialect) {
            Ok(document) => Some(document),
            Err(errors) => {
                for error in errors {
                    let place = match error.pointer.as_str() {
                        "" => String::new(),
                        pointer => format!(" ({pointer})"),
                    };
                    let message = format!("{}{place}", error.kind);
                    self.policy_fault(name, error.line, error.column, message, error.help());
                }
                None
            }
        }
    }

    /// A policy in a template: `plan.json#aws_iam_policy.scientist`. What only deployment knows of it
    /// nobody can judge by.
    fn read_embedded(
        &mut self,
        path: &Spanned<String>,
        (file, address): (&str, &str),
        dialect: Dialect,
    ) -> Option<PolicyDocument> {
        let text = self.files.get(file).map(|bytes| String::from_utf8_lossy(bytes));
        let Some(text) = text else {
            let message = format!("there is no template `{}`", file.escape_debug());
            self.fault(path.span(), message);
            return None;
        };
        let Some(found) = template::policies(&text) else {
            let what = "neither the output of `terraform show -json` nor a CloudFormation template";
            self.fault(path.span(), format!("`{}` is {what}", file.escape_debug()));
            return None;
        };
        if let Some(policy) = found.policies.iter().find(|policy| policy.address == address) {
            if !policy.open.is_empty() {
                let open = policy.open.join("`, `");
                let message = format!("only deployment knows `{open}` in it");
                self.fault(path.span(), message);
                return None;
            }
            return self.parsed(path.get_ref(), &policy.text, dialect);
        }
        if found.unknown.iter().any(|unknown| unknown == address) {
            let message = format!("`{}` is known only when it is deployed", address.escape_debug());
            self.fault(path.span(), message);
            return None;
        }
        let known = found.policies.iter().map(|policy| policy.address.as_str());
        let help = nearest(address, known).map(|known| format!("did you mean `{file}#{known}`?"));
        let message = format!("the template has no policy `{}`", address.escape_debug());
        self.fault_with_help(path.span(), message, help);
        None
    }

    fn policy_fault(
        &mut self,
        file: &str,
        line: usize,
        column: usize,
        message: String,
        help: Option<String>,
    ) {
        self.faults.push(TargetFault { file: file.to_owned(), line, column, message, help });
    }

    /// A principal has one boundary; where two bindings may give it different ones, `priority` has
    /// to say which.
    fn refuse_two_boundaries(&mut self, configs: &[BindingConfig], bindings: &[Binding]) {
        for (index, (config, binding)) in configs.iter().zip(bindings).enumerate() {
            let earlier = configs.iter().zip(bindings).take(index);
            let Some(boundary) = &binding.boundary else { continue };
            for (other_config, other) in earlier {
                let Some(other_boundary) = &other.boundary else { continue };
                let clash = boundary.name != other_boundary.name
                    && binding.priority == other.priority
                    && binding.principals.overlap(&other.principals);
                if clash {
                    let (one, two) = (other_config.name.get_ref(), config.name.get_ref());
                    let message = format!(
                        "the bindings `{one}` and `{two}` give the same principal two boundaries"
                    );
                    let help = "give the one that counts a higher `priority`".to_owned();
                    self.fault_with_help(config.name.span(), message, Some(help));
                }
            }
        }
    }

    fn organisation(
        &mut self,
        entries: &[OrganisationConfig],
        table: &str,
        dialect: Dialect,
    ) -> OrganisationPolicies {
        let mut attached = OrganisationPolicies::default();
        for entry in entries {
            let policies: Vec<NamedPolicy> = entry
                .policies
                .get_ref()
                .iter()
                .filter_map(|path| self.policy(path, dialect))
                .collect();
            let units = &entry.units;
            if units.is_empty() && entry.accounts.get_ref().is_empty() {
                let message = format!("this [[{table}]] is attached to nothing");
                let help =
                    "name `accounts`: \"*\" for the root, or account ids; or `units`".to_owned();
                self.fault_with_help(entry.policies.span(), message, Some(help));
            }
            for unit in units {
                self.needs_snapshot("`units`", unit.span());
                if !unit.get_ref().starts_with("ou-") {
                    let message = format!("`{}` is no unit", unit.get_ref().escape_debug());
                    let help = "its id, such as `ou-ab12-11111111`".to_owned();
                    self.fault_with_help(unit.span(), message, Some(help));
                } else if !self.may_have_unit(unit.get_ref()) {
                    let id = unit.get_ref().escape_debug();
                    self.fault(unit.span(), format!("no unit `{id}` is in the snapshot"));
                }
                let level = attached.units.entry(unit.get_ref().clone()).or_default();
                level.policies.extend(policies.iter().cloned());
                level.full_access &= entry.full_access;
            }
            for account in entry.accounts.get_ref() {
                let level = if account.get_ref() == "*" {
                    attached.root.get_or_insert_with(Level::default)
                } else {
                    self.accounts(std::slice::from_ref(account));
                    attached.accounts.entry(account.get_ref().clone()).or_default()
                };
                level.policies.extend(policies.iter().cloned());
                level.full_access &= entry.full_access;
            }
        }
        attached
    }

    fn may_have_unit(&self, id: &str) -> bool {
        self.snapshot.as_ref().is_none_or(|snapshot| snapshot.may_have_unit(id))
    }

    /// What the snapshot knows of the organisation must not say otherwise than the facts.
    fn management_account(
        &mut self,
        stated: Option<&Spanned<String>>,
        by_unit: bool,
    ) -> Option<String> {
        let found = self.snapshot.as_ref().filter(|_| by_unit);
        let found = found.and_then(|snapshot| snapshot.management_account()).map(str::to_owned);
        match (stated, found) {
            (Some(stated), Some(found)) if *stated.get_ref() != found => {
                let message = format!("the management account is {found} in the snapshot");
                self.fault(stated.span(), message);
                None
            }
            (Some(stated), _) => Some(stated.get_ref().clone()),
            (None, found) => found,
        }
    }

    fn patterns(
        &mut self,
        principals: &Spanned<Vec<Spanned<String>>>,
        accounts: &[Spanned<String>],
    ) -> PrincipalPatterns {
        self.refuse_nobody("principals", principals);
        let principals = principals.get_ref();
        let patterns = principals.iter().map(|p| self.principal_pattern(p)).collect();
        PrincipalPatterns { patterns, accounts: self.accounts(accounts) }
    }

    fn record_rule(&mut self, config: RecordRuleConfig) -> RecordRule {
        RecordRule {
            principals: self.patterns(&config.principals, &config.accounts),
            instance_types: config.instance_types.map(Allowlist::new),
            images: config.images.map(Allowlist::new),
            s3: config.s3.map(Allowlist::new),
        }
    }

    fn exemption(&mut self, config: ExemptConfig) -> Exemption {
        let principals = self.patterns(&config.principals, &config.accounts);
        Exemption { principals, reason: config.reason }
    }

    fn severities(
        &mut self,
        config: BTreeMap<Spanned<String>, Spanned<String>>,
    ) -> BTreeMap<Code, Severity> {
        let mut severities = BTreeMap::new();
        for (code, severity) in config {
            let known = Severity::of(severity.get_ref());
            match (Code::of(code.get_ref()), known) {
                (Some(Code::ConflictingRecords), _) => {
                    let message = "DRF403 is about records, whatever the policy set";
                    self.fault(code.span(), message);
                }
                (Some(code), Some(severity)) => {
                    severities.insert(code, severity);
                }
                (None, _) => {
                    let message =
                        format!("there is no finding `{}`", code.get_ref().escape_debug());
                    let help = "docs/findings has a page for each code".to_owned();
                    self.fault_with_help(code.span(), message, Some(help));
                }
                (_, None) => {
                    let message =
                        format!("there is no severity `{}`", severity.get_ref().escape_debug());
                    let help = "one of info, low, medium, high, critical".to_owned();
                    self.fault_with_help(severity.span(), message, Some(help));
                }
            }
        }
        severities
    }

    fn facts(&mut self, config: FactsConfig, by_unit: bool) -> Facts {
        if let Some(account) = &config.management_account {
            self.accounts(std::slice::from_ref(account));
        }
        Facts {
            management_account: self
                .management_account(config.management_account.as_ref(), by_unit),
            org_id: config.org_id,
            vpc_endpoints: config.vpc_endpoints,
            passed_to_service: config.passed_to_service,
            doubt_service_defaults: config.service_defaults == Some(false),
        }
    }
}

/// The roles IAM Identity Center makes for a permission set: with and without a region in the
/// path, and a hash of sixteen characters at the end.
///
/// <https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html>
fn permission_set_patterns(name: &str) -> [PrincipalPattern; 2] {
    let path = "arn:*:iam::*:role/aws-reserved/sso.amazonaws.com";
    let role = format!("AWSReservedSSO_{name}_{}", "?".repeat(16));
    [format!("{path}/{role}"), format!("{path}/*/{role}")].map(|text| PrincipalPattern::new(&text))
}
