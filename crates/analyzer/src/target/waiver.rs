//! Waivers: findings that somebody has looked at and taken on, until a day.
//!
//! ```toml
//! # waivers.toml
//! [[waiver]]
//! id          = "W-7"
//! code        = "DRF101"
//! principals  = ["arn:aws:iam::*:role/team/nlp/*"]   # ARN patterns, as in policy-set.toml; optional
//!                                                    # where `findings` says which they are
//! findings    = ["5063a81dbdfa6761a61daa6f3a4a6de2"] # optional, ids of findings
//! action      = "sagemaker:CreateTrainingJob"        # optional, with wildcards
//! resource    = "arn:aws:sagemaker:*:*:training-job/llm-*"  # optional, with wildcards
//! key         = "sagemaker:InstanceTypes"            # optional, the condition key
//! observed    = ["ml.p4d.24xlarge"]                  # optional, with wildcards; [] is "no value"
//! reason      = "evaluation of the large model, see TICKET-1"
//! owner       = "nlp-leads@example.com"
//! approved_by = "security@example.com"               # optional
//! expires     = 2026-12-31
//! ```
//!
//! A waiver covers a finding when everything it says is so: *all* resources and *all* values
//! observed must match, and what it restricts must be known of the finding. It covers events before
//! the end of its UTC day, by the time of the event, so that the same logs give the same result
//! whenever they are read. What only an expired waiver covers is told first: somebody promised to
//! have changed it by now.
//!
//! Waivers change no verdict. They are in no hash and in no row of a lake; whoever reads findings
//! applies those in force.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use iam_policy::Glob;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::load::TargetFault;
use super::toml_file::TomlFile;
use super::{PrincipalPattern, PrincipalPatterns};
use crate::finding::{Code, Finding};

/// The file of a policy set that has the waivers; `driftline waive` adds to it.
pub const WAIVERS: &str = "waivers.toml";

/// The waivers of a policy set, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Waivers(Vec<Waiver>);

#[derive(Clone, Debug)]
struct Waiver {
    id: String,
    code: Code,
    principals: Option<PrincipalPatterns>,
    findings: Option<Vec<String>>,
    action: Option<Glob>,
    resource: Option<Glob>,
    key: Option<String>,
    observed: Option<Vec<Glob>>,
    expires: NaiveDate,
}

/// What a waiver is about. `resources` and `observed` are all there are.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'f> {
    /// The id of the finding.
    pub finding_id: &'f str,
    /// Its code.
    pub code: Code,
    /// Its principal.
    pub principal: &'f str,
    /// Its action.
    pub action: &'f str,
    /// Its resources.
    pub resources: &'f [String],
    /// The condition key it is about.
    pub key: Option<&'f str>,
    /// The values observed.
    pub observed: &'f [String],
    /// The day (UTC) of the event.
    pub day: NaiveDate,
}

impl<'f> From<&'f Finding> for Subject<'f> {
    fn from(finding: &'f Finding) -> Self {
        Self {
            finding_id: &finding.finding_id,
            code: finding.code,
            principal: &finding.principal,
            action: &finding.action,
            resources: &finding.resources,
            key: finding.key.as_deref(),
            observed: &finding.observed,
            day: finding.event_time.date_naive(),
        }
    }
}

/// A waiver, and whether it is in force for a finding. Expired ones come first in order: they want
/// somebody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waived {
    /// Whether it is in force.
    pub active: bool,
    /// The last day (UTC) whose events it covers.
    pub expires: NaiveDate,
    /// Its id.
    pub id: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileConfig {
    #[serde(default)]
    waiver: Vec<WaiverConfig>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WaiverConfig {
    id: Spanned<String>,
    code: Spanned<String>,
    principals: Option<Spanned<Vec<Spanned<String>>>>,
    findings: Option<Spanned<Vec<String>>>,
    action: Option<String>,
    resource: Option<String>,
    key: Option<String>,
    observed: Option<Vec<String>>,
    reason: Spanned<String>,
    owner: Spanned<String>,
    #[serde(rename = "approved_by")]
    _approved_by: Option<String>,
    expires: Spanned<Datetime>,
}

const WORDS: [&str; 13] = [
    "waiver",
    "id",
    "code",
    "principals",
    "findings",
    "action",
    "resource",
    "key",
    "observed",
    "reason",
    "owner",
    "approved_by",
    "expires",
];

impl Waivers {
    /// Reads the waivers of a policy set's folder; none when there is no such file.
    ///
    /// # Errors
    /// Every fault of the file.
    pub fn load(files: &BTreeMap<String, Vec<u8>>) -> Result<Self, Vec<TargetFault>> {
        let one = |fault| vec![fault];
        let Some(file) = TomlFile::of(files, WAIVERS).map_err(one)? else {
            return Ok(Self::default());
        };
        let config: FileConfig = file.parse(&WORDS).map_err(one)?;
        let mut reader = Reader { file, faults: Vec::new(), ids: BTreeSet::new() };
        let waivers =
            config.waiver.into_iter().filter_map(|config| reader.waiver(config)).collect();
        if reader.faults.is_empty() { Ok(Self(waivers)) } else { Err(reader.faults) }
    }

    /// The waiver that covers a finding: the first that is in force, else the one that expired last.
    #[must_use]
    pub fn of<'f>(&self, finding: impl Into<Subject<'f>>) -> Option<Waived> {
        let subject = finding.into();
        let covering = || self.0.iter().filter(|waiver| waiver.covers(&subject));
        let in_force = covering().find(|waiver| subject.day <= waiver.expires);
        // Of equals the first: `max_by_key` gives the last.
        let expired = || covering().rev().max_by_key(|waiver| waiver.expires);
        let waiver = in_force.or_else(expired)?;
        let active = in_force.is_some();
        Some(Waived { active, expires: waiver.expires, id: waiver.id.clone() })
    }

    /// The ids, in the order of the file.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|waiver| waiver.id.as_str())
    }
}

impl Waiver {
    fn covers(&self, subject: &Subject<'_>) -> bool {
        let one_of = |globs: &[Glob], text: &String| globs.iter().any(|glob| glob.matches(text));
        let on_resource = |glob: &Glob| {
            let resources = subject.resources;
            // A name that the record does not show is a pattern here.
            !resources.is_empty() && resources.iter().all(|r| glob.includes(&Glob::new(r)))
        };
        let observed = |globs: &Vec<Glob>| {
            globs.is_empty() == subject.observed.is_empty()
                && subject.observed.iter().all(|text| one_of(globs, text))
        };
        let about_key =
            |key: &String| subject.key.is_some_and(|about| about.eq_ignore_ascii_case(key));
        // IAM compares actions without case.
        let action = |glob: &Glob| glob.matches(&subject.action.to_lowercase());
        self.code == subject.code
            && self
                .findings
                .as_ref()
                .is_none_or(|ids| ids.iter().any(|id| id == subject.finding_id))
            && self.principals.as_ref().is_none_or(|who| who.cover(subject.principal))
            && self.action.as_ref().is_none_or(action)
            && self.resource.as_ref().is_none_or(on_resource)
            && self.key.as_ref().is_none_or(about_key)
            && self.observed.as_ref().is_none_or(observed)
    }
}

struct Reader<'f> {
    file: TomlFile<'f>,
    faults: Vec<TargetFault>,
    ids: BTreeSet<String>,
}

impl Reader<'_> {
    fn fault<T>(&mut self, at: &Spanned<T>, message: impl Into<String>, help: Option<&str>) {
        self.faults.push(self.file.fault(at.span(), message, help.map(str::to_owned)));
    }

    fn waiver(&mut self, config: WaiverConfig) -> Option<Waiver> {
        let id = config.id.get_ref().clone();
        if !self.ids.insert(id.clone()) {
            self.fault(
                &config.id,
                format!("two waivers have the id `{}`", id.escape_debug()),
                None,
            );
        }
        for (word, member) in
            [("id", &config.id), ("reason", &config.reason), ("owner", &config.owner)]
        {
            if member.get_ref().trim().is_empty() {
                self.fault(member, format!("`{word}` is empty"), None);
            }
        }
        let code = self.code(&config.code);
        if config.principals.is_none() && config.findings.is_none() {
            let help = Some("name `principals`, or the ids of `findings`");
            self.fault(&config.id, "this waiver is about nobody", help);
        }
        if let Some(findings) = config.findings.as_ref().filter(|ids| ids.get_ref().is_empty()) {
            self.fault(findings, "`findings` is empty: this waiver is about nothing", None);
        }
        let principals = config.principals.as_ref().map(|principals| self.principals(principals));
        let expires = self.day(&config.expires);
        Some(Waiver {
            id,
            code: code?,
            principals,
            findings: config.findings.map(Spanned::into_inner),
            action: config.action.map(|action| Glob::new(&action.to_lowercase())),
            resource: config.resource.as_deref().map(Glob::new),
            key: config.key,
            observed: config.observed.map(|all| all.iter().map(|one| Glob::new(one)).collect()),
            expires: expires?,
        })
    }

    fn code(&mut self, code: &Spanned<String>) -> Option<Code> {
        let known = Code::of(code.get_ref());
        if known.is_none() {
            let message = format!("there is no finding `{}`", code.get_ref().escape_debug());
            self.fault(code, message, Some("docs/findings has a page for each code"));
        }
        known
    }

    fn principals(&mut self, principals: &Spanned<Vec<Spanned<String>>>) -> PrincipalPatterns {
        if principals.get_ref().is_empty() {
            self.fault(principals, "`principals` is empty: this waiver is about nobody", None);
        }
        let mut patterns = Vec::new();
        for principal in principals.get_ref() {
            match PrincipalPattern::checked(principal.get_ref()) {
                Ok(pattern) => patterns.push(pattern),
                Err((message, help)) => self.fault(principal, message, Some(help)),
            }
        }
        PrincipalPatterns { patterns, accounts: Vec::new() }
    }

    fn day(&mut self, expires: &Spanned<Datetime>) -> Option<NaiveDate> {
        let Datetime { date, time, .. } = *expires.get_ref();
        let day = date.filter(|_| time.is_none()).and_then(|date| {
            NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
        });
        if day.is_none() {
            self.fault(expires, "`expires` wants a day", Some("such as `expires = 2026-12-31`"));
        }
        day
    }
}

#[cfg(test)]
mod tests;
