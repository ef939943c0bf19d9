//! `driftline findings`: what a lake has found, folded, filtered, worst first.

use std::error::Error;

use analyzer::Finding;
use analyzer::summary::{Folded, Summary, sentence};
use iam_policy::Glob;
use serde::Serialize;

use crate::args::{FindingsArgs, Format};
use crate::baseline;
use crate::exit_code::Exit;
use crate::finding_json::{FindingJson, KnownJson};
use crate::lake_reader::LakeReader;
use crate::output::{self, grouped, visible};
use crate::policy_set;
use crate::waived;

/// `driftline.findings/1`.
#[derive(Serialize)]
struct Json {
    schema: &'static str,
    findings: Vec<FindingJson>,
    /// What of the baseline is still there.
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<KnownJson>,
}

pub(crate) fn run(args: &FindingsArgs) -> Result<Exit, Box<dyn Error>> {
    let summary = read(args)?;
    let folded = summary.findings();
    let worst = summary.worst();
    let text = match args.format {
        Format::Text => text(&folded, args.waived) + &waived::lines(&summary),
        Format::Json => {
            let findings = folded.into_iter().map(FindingJson::of).collect();
            let known = KnownJson::of(&summary);
            let json = Json { schema: "driftline.findings/1", findings, known };
            output::visible_json(&serde_json::to_string_pretty(&json)?) + "\n"
        }
    };
    output::print(&text)?;
    let limit = args.fail_on.map(|fail_on| fail_on.severity());
    Ok(match limit.is_some_and(|limit| worst >= Some(limit)) {
        true => Exit::Found,
        false => Exit::Fine,
    })
}

fn read(args: &FindingsArgs) -> Result<Summary, Box<dyn Error>> {
    let lake = LakeReader::open(&args.lake)?;
    let filter = Filter::new(args);
    let waivers = args.policies.as_deref().map(policy_set::load_waivers).transpose()?;
    let baseline = baseline::of(args.new_since.as_deref())?;
    let mut summary = Summary::new(waivers.unwrap_or_default(), baseline);
    for day in lake.days(args.scope.from, args.scope.to)? {
        let rows = lake.day(&day)?;
        for row in lake.findings(&day, &rows, &lake.settled(&day)?)? {
            if filter.admits(&row.finding) {
                summary.add(row.finding);
            }
        }
    }
    Ok(summary)
}

struct Filter<'a> {
    args: &'a FindingsArgs,
    principal: Option<Glob>,
    /// IAM compares actions without case.
    action: Option<Glob>,
    resource: Option<Glob>,
}

impl<'a> Filter<'a> {
    fn new(args: &'a FindingsArgs) -> Self {
        let glob = |text: &Option<String>| text.as_deref().map(Glob::new);
        Self {
            args,
            principal: glob(&args.principal),
            action: glob(&args.action.as_ref().map(|action| action.to_lowercase())),
            resource: glob(&args.resource),
        }
    }

    fn admits(&self, finding: &Finding) -> bool {
        let args = self.args;
        let code = finding.code.as_str();
        let codes = &args.code;
        let starts = |start: &String| code.starts_with(start.to_uppercase().as_str());
        let matches =
            |glob: &Option<Glob>, text: &str| glob.as_ref().is_none_or(|glob| glob.matches(text));
        let on_resource = self
            .resource
            .as_ref()
            .is_none_or(|glob| finding.resources.iter().any(|resource| glob.matches(resource)));
        (codes.is_empty() || codes.iter().any(starts))
            && args.severity.is_none_or(|least| finding.severity >= least.severity())
            && args.id.as_ref().is_none_or(|id| *id == finding.finding_id)
            && args.scope.has(&finding.account, &finding.region)
            && matches(&self.principal, &finding.principal)
            && matches(&self.action, &finding.action.to_lowercase())
            && on_resource
    }
}

fn text(folded: &[Folded], waived: bool) -> String {
    let is_listed = |finding: &&Folded| waived || !finding.is_waived();
    let listed: Vec<&Folded> = folded.iter().filter(is_listed).collect();
    if listed.is_empty() {
        return "No findings.\n".to_owned();
    }
    let mut text = String::new();
    for finding in &listed {
        text.push_str(&told(finding));
    }
    let findings = if listed.len() == 1 { "finding" } else { "findings" };
    let number = u64::try_from(listed.len()).unwrap_or(u64::MAX);
    text + &format!("{} {findings}\n", grouped(number))
}

fn told(finding: &Folded) -> String {
    let Folded { example, count, first, last, .. } = finding;
    let calls = if *count == 1 { "call" } else { "calls" };
    let (first, last) = (first.format("%Y-%m-%d"), last.format("%Y-%m-%d"));
    let when = if first.to_string() == last.to_string() {
        first.to_string()
    } else {
        format!("{first} to {last}")
    };
    let mut text = format!(
        "{}  {}, {}, {} {calls}, {when}\n",
        example.code,
        example.code.title(),
        example.severity.as_str(),
        grouped(*count)
    );
    text.push_str(&format!("  {}\n", visible(&sentence(example))));
    if let Some(waived) = &finding.waived {
        let word = if waived.active { "waived until" } else { "waiver expired on" };
        text.push_str(&format!("  {word} {}: {}\n", waived.expires, visible(&waived.id)));
    }
    let place = format!("{} {} {}", example.principal, example.account, example.region);
    text.push_str(&format!("  {}\n", visible(&place)));
    let events: Vec<String> = finding.event_ids.iter().map(|id| visible(id)).collect();
    text.push_str(&format!("  events {}\n", events.join(", ")));
    text + &format!("  id {}\n\n", example.finding_id)
}
