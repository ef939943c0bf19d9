//! `driftline waive`: findings of a run in, entries of `waivers.toml` out.
//!
//! For the first four hundred, which nobody writes by hand. Findings of one code, action and key become one
//! waiver, which names them by their ids: it covers what folds into these findings and nothing else.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;

use analyzer::Code;
use analyzer::target::{Subject, WAIVERS, Waivers};

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
    #[error("`{}` has a finding without an id of this program", .0.display())]
    NoId(PathBuf),
    #[error("the waivers that would be written cannot be read")]
    Unreadable,
}

/// Code, action and key.
type Group<'f> = (Code, &'f str, &'f str);

pub(crate) fn run(args: &WaiveArgs) -> Result<Exit, Box<dyn Error>> {
    let findings = baseline::read(&args.from)?;
    let present = policy_set::load_waivers(&args.policies)?;
    let wanted: Vec<&BaselineFinding> = findings.iter().filter(|f| is_wanted(args, f)).collect();
    if wanted.is_empty() {
        return Err(WaiveError::Nothing(args.from.clone()).into());
    }
    let mut groups: BTreeMap<Group<'_>, BTreeMap<&str, &BaselineFinding>> = BTreeMap::new();
    for finding in wanted {
        // A word from elsewhere must not get into the file.
        if finding.id.is_empty() || !finding.id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(WaiveError::NoId(args.from.clone()).into());
        }
        let Some(code) = Code::of(&finding.code) else {
            let code = visible(&finding.code);
            output::note(&format!("note: {code} {} is left out: an unknown code", finding.id));
            continue;
        };
        if !is_covered(args, &present, finding, code) {
            let group = (code, finding.action.as_str(), finding.key.as_deref().unwrap_or_default());
            groups.entry(group).or_default().insert(&finding.id, finding);
        }
    }
    add(args, &entries(args, &present, &groups))?;
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
fn is_covered(args: &WaiveArgs, present: &Waivers, finding: &BaselineFinding, code: Code) -> bool {
    let waived = present.of(Subject {
        finding_id: &finding.id,
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

/// The text to add.
fn entries(
    args: &WaiveArgs,
    present: &Waivers,
    groups: &BTreeMap<Group<'_>, BTreeMap<&str, &BaselineFinding>>,
) -> String {
    let taken: Vec<&str> = present.ids().collect();
    let ids = (1_u64..).map(|number| format!("W-{number}"));
    let ids = ids.filter(|id| !taken.contains(&id.as_str()));
    let mut text = String::new();
    for (((code, ..), findings), id) in groups.iter().zip(ids) {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let mut line = |word: &str, value: &str| text.push_str(&format!("{word} = {value}\n"));
        line("\n[[waiver]]\nid", &quoted(&id));
        line("code", &quoted(code.as_str()));
        line(
            "findings",
            &format!("[\n{}]", findings.values().map(|f| told(f)).collect::<String>()),
        );
        line("reason", &quoted(&args.reason));
        line("owner", &quoted(&args.owner));
        if let Some(name) = &args.approved_by {
            line("approved_by", &quoted(name));
        }
        line("expires", &args.expires.to_string());
    }
    text
}

/// The id of a finding, and for people what it is about: a comment, in which nothing of what a record
/// says can end the line or steer a terminal.
fn told(finding: &BaselineFinding) -> String {
    format!("    \"{}\", # {}\n", finding.id, visible(&finding.sentence))
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
