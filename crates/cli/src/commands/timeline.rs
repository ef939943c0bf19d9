//! `driftline timeline`: what somebody did, or what was done to something, in the order of time.

use std::collections::HashMap;
use std::error::Error;

use analyzer::Call;
use iam_policy::Glob;
use lake::CallRow;
use serde::Serialize;

use crate::args::{Format, TimelineArgs};
use crate::exit_code::Exit;
use crate::lake_reader::LakeReader;
use crate::output::{self, visible};

/// A request, with what is found of it.
struct Moment {
    call: Call,
    /// What the target says, given what other records say.
    decision: &'static str,
    codes: Vec<&'static str>,
}

pub(crate) fn run(args: &TimelineArgs) -> Result<Exit, Box<dyn Error>> {
    let lake = LakeReader::open(&args.lake)?;
    let selector = Selector::new(args);
    let mut any = false;
    for day in lake.days(args.scope.from, args.scope.to)? {
        let moments = moments(&lake, &day, &selector)?;
        any |= !moments.is_empty();
        let text: Result<String, _> = moments
            .iter()
            .map(|moment| match args.format {
                Format::Text => Ok(line(moment)),
                Format::Json => json(moment),
            })
            .collect();
        output::print(&text?)?;
    }
    if !any {
        output::note("note: no call of that kind is in the lake");
    }
    Ok(Exit::Fine)
}

/// Which calls are wanted.
struct Selector<'a> {
    args: &'a TimelineArgs,
    principal: Option<Glob>,
    resource: Option<Glob>,
}

impl<'a> Selector<'a> {
    fn new(args: &'a TimelineArgs) -> Self {
        let glob = |text: &Option<String>| text.as_deref().map(Glob::new);
        Self { args, principal: glob(&args.principal), resource: glob(&args.resource) }
    }

    fn admits(&self, call: &Call) -> bool {
        let same =
            |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        let on_resource = self
            .resource
            .as_ref()
            .is_none_or(|glob| call.resources.iter().any(|resource| glob.matches(resource)));
        self.principal.as_ref().is_none_or(|glob| glob.matches(&call.principal))
            && same(&self.args.session, &call.session_name)
            && same(&self.args.access_key, &call.access_key_id)
            && on_resource
            && self.args.scope.has(&call.account, &call.region)
    }
}

fn moments(
    lake: &LakeReader,
    day: &str,
    selector: &Selector<'_>,
) -> Result<Vec<Moment>, Box<dyn Error>> {
    let rows = lake.day(day)?;
    let settled = lake.settled(day)?;
    let mut codes: HashMap<u128, Vec<&'static str>> = HashMap::new();
    for row in lake.findings(day, &rows, &settled)? {
        codes.entry(row.request_key()).or_default().push(row.finding.code.as_str());
    }
    let mut moments = Vec::new();
    for row in rows.calls()? {
        let row = row?;
        if !selector.admits(&row.call) {
            continue;
        }
        let request = row.request_key();
        let CallRow { call, provenance, .. } = row;
        let decision = settled.decision(request, &provenance).or(call.decision);
        let decision = decision.map_or("not judged", |decision| decision.as_str());
        let mut codes = codes.remove(&request).unwrap_or_default();
        codes.sort_unstable();
        codes.dedup();
        moments.push(Moment { call, decision, codes });
    }
    moments.sort_by(|one, other| order(&one.call).cmp(&order(&other.call)));
    Ok(moments)
}

fn order(call: &Call) -> impl Ord + '_ {
    (call.event_time, &call.event_id, &call.record_hash, call.request_index)
}

fn line(moment: &Moment) -> String {
    let Moment { call, decision, codes } = moment;
    let time = output::time(call.event_time);
    let resource = call.resources.first().map_or("an unknown resource", String::as_str);
    let who = call.session_name.as_deref().map(|name| format!("/{name}")).unwrap_or_default();
    let from = call.vpc_endpoint.as_deref().or(call.source_ip.as_deref()).unwrap_or("-");
    let codes = if codes.is_empty() { String::new() } else { format!("  {}", codes.join(" ")) };
    let implied = if call.request_index > 0 { "  + " } else { "" };
    let what = format!("{} on {resource} by {}{who} from {from}", call.action, call.principal);
    format!(
        "{time}  {:<9}  {decision:<16}  {implied}{}{codes}\n",
        call.outcome.as_str(),
        visible(&what)
    )
}

/// A line of `driftline.timeline/1`.
#[derive(Serialize)]
struct Json<'m> {
    schema: &'static str,
    event_time: String,
    event_id: &'m str,
    request_index: u32,
    request_kind: &'static str,
    account: &'m str,
    region: &'m str,
    principal: &'m str,
    session_name: Option<&'m str>,
    access_key_id: Option<&'m str>,
    source_ip: Option<&'m str>,
    vpc_endpoint: Option<&'m str>,
    via: Option<&'m str>,
    action: &'m str,
    resources: &'m [String],
    outcome: &'static str,
    error_code: Option<&'m str>,
    decision: &'static str,
    codes: &'m [&'static str],
}

fn json(moment: &Moment) -> Result<String, Box<dyn Error>> {
    let Moment { call, decision, codes } = moment;
    let json = Json {
        schema: "driftline.timeline/1",
        event_time: output::time(call.event_time),
        event_id: &call.event_id,
        request_index: call.request_index,
        request_kind: call.request_kind.as_str(),
        account: &call.account,
        region: &call.region,
        principal: &call.principal,
        session_name: call.session_name.as_deref(),
        access_key_id: call.access_key_id.as_deref(),
        source_ip: call.source_ip.as_deref(),
        vpc_endpoint: call.vpc_endpoint.as_deref(),
        via: call.via.as_deref(),
        action: &call.action,
        resources: &call.resources,
        outcome: call.outcome.as_str(),
        error_code: call.error_code.as_deref(),
        decision,
        codes,
    };
    Ok(output::visible_json(&serde_json::to_string(&json)?) + "\n")
}
