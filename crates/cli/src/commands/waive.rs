//! `driftline waive`: findings of a run in, entries of `waivers.toml` out.
//!
//! For the first four hundred, which nobody writes by hand. Findings of one code, action and key with
//! the same values observed become one waiver with all their principals. A waiver asks for what makes
//! a finding this one and no other, so it covers what folds into these findings and nothing else.
//! What cannot be told so in patterns is left to a person.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::PathBuf;

use analyzer::target::{Subject, WAIVERS, Waivers};
use analyzer::{Code, Folding};

use crate::args::WaiveArgs;
use crate::baseline::{self, BaselineFinding};
use crate::exit_code::Exit;
use crate::files;
use crate::output::{self, visible};
use crate::policy_set;

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
enum WaiveError {
    #[error("`{}` has no finding of that kind", .0.display())]
    Nothing(PathBuf),
    #[error("the waivers that would be written cannot be read")]
    Unreadable,
}

/// What findings share that become one waiver.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Group<'f> {
    code: &'f str,
    action: Option<&'f str>,
    key: Option<&'f str>,
    observed: Option<&'f [String]>,
}

impl<'f> Group<'f> {
    fn of(finding: &'f BaselineFinding, code: Code) -> Self {
        let key = finding.key.as_deref();
        let Folding { by_action, by_observed } = Folding::of(code, &finding.action, key);
        Self {
            code: &finding.code,
            action: by_action.then_some(finding.action.as_str()),
            key,
            observed: by_observed.then_some(finding.observed.as_slice()),
        }
    }
}

pub(crate) fn run(args: &WaiveArgs) -> Result<Exit, Box<dyn Error>> {
    let findings = baseline::read(&args.from)?;
    let present = policy_set::load_waivers(&args.policies)?;
    let wanted: Vec<&BaselineFinding> = findings.iter().filter(|f| is_wanted(args, f)).collect();
    if wanted.is_empty() {
        return Err(WaiveError::Nothing(args.from.clone()).into());
    }
    let mut groups: BTreeMap<Group<'_>, BTreeSet<&str>> = BTreeMap::new();
    for finding in wanted {
        if finding.is_waived() || is_covered(args, &present, finding) {
            continue;
        }
        match group(finding) {
            Ok(group) => {
                groups.entry(group).or_default().insert(&finding.principal);
            }
            Err(why) => {
                let (code, id) = (visible(&finding.code), visible(&finding.id));
                output::note(&format!("note: {code} {id} is left to you: {why}"));
            }
        }
    }
    let entries = entries(args, &present, &groups);
    add(args, &entries)?;
    let (waivers, word) = (groups.len(), if groups.len() == 1 { "waiver" } else { "waivers" });
    let file = args.policies.join(WAIVERS);
    output::print(&format!(
        "{waivers} {word} added to {}\n",
        visible(&file.display().to_string())
    ))?;
    Ok(Exit::Fine)
}

fn is_wanted(args: &WaiveArgs, finding: &BaselineFinding) -> bool {
    let starts = |start: &String| finding.code.starts_with(start.to_uppercase().as_str());
    (args.code.is_empty() || args.code.iter().any(starts))
        && (args.id.is_empty() || args.id.contains(&finding.id))
}

/// Whether a waiver is there that holds as long. Resources are not in the JSON, so one that asks for
/// them covers nothing here.
fn is_covered(args: &WaiveArgs, present: &Waivers, finding: &BaselineFinding) -> bool {
    let Some(code) = Code::of(&finding.code) else { return false };
    let waived = present.of(Subject {
        code,
        principal: &finding.principal,
        action: &finding.action,
        resources: &[],
        key: finding.key.as_deref(),
        observed: &finding.observed,
        day: args.expires,
    });
    waived.is_some_and(|waived| waived.active)
}

/// What a waiver has to ask for to cover a finding and nothing else, or why none can.
fn group(finding: &BaselineFinding) -> Result<Group<'_>, &'static str> {
    let code = Code::of(&finding.code).ok_or("this version does not know the code")?;
    if code == Code::ConflictingRecords {
        return Err("it is about one event");
    }
    if !finding.principal.starts_with("arn:") || finding.principal.splitn(6, ':').count() != 6 {
        return Err("its principal is no ARN");
    }
    let group = Group::of(finding, code);
    let words = [Some(finding.principal.as_str()), group.action].into_iter().flatten();
    let values = group.observed.into_iter().flatten().map(String::as_str);
    if words.chain(values).any(|text| text.contains(['*', '?'])) {
        return Err("its words hold wildcards");
    }
    Ok(group)
}

/// The text to add.
fn entries(
    args: &WaiveArgs,
    present: &Waivers,
    groups: &BTreeMap<Group<'_>, BTreeSet<&str>>,
) -> String {
    let taken: BTreeSet<&str> = present.ids().collect();
    let ids = (1_u64..).map(|number| format!("W-{number}"));
    let ids = ids.filter(|id| !taken.contains(id.as_str()));
    let mut text = String::new();
    for ((group, principals), id) in groups.iter().zip(ids) {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let list = |texts: &mut dyn Iterator<Item = &str>| {
            let lines: Vec<String> = texts.map(|text| format!("    {},\n", quoted(text))).collect();
            if lines.is_empty() { "[]".to_owned() } else { format!("[\n{}]", lines.concat()) }
        };
        let mut line = |word: &str, value: &str| text.push_str(&format!("{word} = {value}\n"));
        line("\n[[waiver]]\nid", &quoted(&id));
        line("code", &quoted(group.code));
        line("principals", &list(&mut principals.iter().copied()));
        if let Some(action) = group.action {
            line("action", &quoted(action));
        }
        if let Some(key) = group.key {
            line("key", &quoted(key));
        }
        if let Some(observed) = group.observed {
            line("observed", &list(&mut observed.iter().map(String::as_str)));
        }
        line("reason", &quoted(&args.reason));
        line("owner", &quoted(&args.owner));
        if let Some(name) = &args.approved_by {
            line("approved_by", &quoted(name));
        }
        line("expires", &args.expires.to_string());
    }
    text
}

/// Adds the text to the file, whose own words stay; what comes out must be waivers.
fn add(args: &WaiveArgs, entries: &str) -> Result<(), Box<dyn Error>> {
    if entries.is_empty() {
        return Ok(());
    }
    let path = args.policies.join(WAIVERS);
    let mut bytes = if path.exists() { files::read(&path)? } else { Vec::new() };
    let entries = if bytes.is_empty() { entries.trim_start() } else { entries };
    bytes.extend_from_slice(entries.as_bytes());
    let file = BTreeMap::from([(WAIVERS.to_owned(), bytes)]);
    Waivers::load(&file).map_err(|_| WaiveError::Unreadable)?;
    for bytes in file.values() {
        files::write(&path, bytes)?;
    }
    Ok(())
}
