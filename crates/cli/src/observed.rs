//! Packs of observed calls, `driftline.observed/1`: what `whatif` needs of a lake, and no more.
//!
//! JSON lines, to be kept in git beside the policies: a head, then one line for all calls that asked the
//! same, with how many there were and the time and id of the latest.
//!
//! Names of sessions, federated users and callers from elsewhere, which are people's, become `person`; a tag whose
//! value has such a name or an `@` keeps its key alone; access keys, error texts and times of sessions are left
//! out. `whatif` takes what a pack hides for unknown: a policy that compares it with something may break, and
//! says which key is missing. ARNs of roles and IAM users, addresses, user agents and names of resources are in a
//! pack, since policies are about them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use analyzer::Call;
use analyzer::replay::RequestKind;
use chrono::{DateTime, Utc};
use cloudtrail::Outcome;
use iam_policy::ContextValue;
use lake::{open_context_of_json, open_context_to_json};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::files::{self, FileError};
use crate::lake_reader::OldRow;
use crate::output::{time, visible_json};

const SCHEMA: &str = "driftline.observed/1";

/// How access keys of users begin; those of sessions begin with `ASIA`.
const LONG_TERM: &str = "AKIA";

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ObservedError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("`{}` is no pack of observed calls (driftline.observed/1)", .0.display())]
    NotAPack(PathBuf),
    #[error("`{}` cannot be read at line {line}", path.display())]
    Line { path: PathBuf, line: usize, source: serde_json::Error },
    #[error(
        "`{}` is not whole: its lines have {calls} calls, and its head says {said}", path.display()
    )]
    CutOff { path: PathBuf, calls: u64, said: u64 },
    #[error("`{}` cannot be read at line {line}: no such {what}", path.display())]
    Word { path: PathBuf, line: usize, what: &'static str },
}

#[derive(Serialize, Deserialize)]
struct Head {
    schema: String,
    calls: u64,
}

/// All calls that asked the same.
#[derive(Serialize, Deserialize)]
struct Line {
    calls: u64,
    last: String,
    event_id: String,
    #[serde(flatten)]
    asked: Asked,
}

/// What tells calls apart here. It has no times: of conditions on them, the latest call counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Asked {
    principal: String,
    principal_type: String,
    event_source: String,
    event_name: String,
    account: String,
    region: String,
    outcome: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    via: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source_ip: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vpc_endpoint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    caller_arn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    caller_account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    caller_id: Option<String>,
    /// Whether the credentials are those of a user, and of no session.
    #[serde(default, skip_serializing_if = "is_false")]
    long_term: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session_issuer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mfa_authenticated: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    federated_provider: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tls: Option<bool>,
    requests: Vec<AskedRequest>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct AskedRequest {
    kind: String,
    action: String,
    resources: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    resource_is_pattern: bool,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    context: BTreeMap<String, Vec<String>>,
    /// As the column `open_context` has it.
    open: Open,
}

/// The text of a JSON value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Open(String);

impl Serialize for Open {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(self.0.clone()).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Open {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A flattened struct is read by way of values.
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(Self(value.to_string()))
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

/// A pack in the making.
#[derive(Default)]
pub(crate) struct Pack {
    lines: BTreeMap<Asked, Latest>,
}

struct Latest {
    calls: u64,
    last: DateTime<Utc>,
    event_id: String,
}

/// How much is in a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) lines: usize,
    pub(crate) calls: u64,
}

/// What stands for a name.
const PERSON: &str = "person";

/// The names of sessions, to be hidden wherever they stand by themselves.
#[derive(Default)]
pub(crate) struct Names(BTreeSet<String>);

impl Names {
    pub(crate) fn add(&mut self, call: &Call) {
        let names = [&call.session_name, &call.source_identity];
        self.0.extend(names.into_iter().flatten().cloned());
    }

    fn is_name(&self, text: &str) -> bool {
        text.contains('@') || self.0.contains(text)
    }
}

/// The ARN of a caller with `person` for the name of a session or a federated user.
fn without_name(arn: &str) -> String {
    let kind = arn.splitn(6, ':').nth(5).and_then(|resource| resource.split('/').next());
    match (kind, arn.rsplit_once('/')) {
        (Some("assumed-role" | "federated-user"), Some((before, _))) => {
            format!("{before}/{PERSON}")
        }
        // What is no ARN is an id with a name behind it: `AROAEXAMPLE:ana`.
        (None, _) => match arn.split_once(':') {
            Some((id, _)) => format!("{id}:{PERSON}"),
            None => arn.to_owned(),
        },
        _ => arn.to_owned(),
    }
}

impl Pack {
    /// Adds the rows of one record, in the order of their index.
    pub(crate) fn add(&mut self, rows: &[Call], names: &Names) -> Result<(), OldRow> {
        let Some(first) = rows.first() else { return Ok(()) };
        let requests = rows.iter().map(|row| AskedRequest::of(row, names));
        let requests: Vec<AskedRequest> = requests.collect::<Option<_>>().ok_or(OldRow)?;
        let (last, event_id) = (first.event_time, first.event_id.as_str());
        let latest = self.lines.entry(Asked::of(first, requests));
        let latest =
            latest.or_insert_with(|| Latest { calls: 0, last, event_id: event_id.to_owned() });
        latest.calls = latest.calls.saturating_add(1);
        if (latest.last, latest.event_id.as_str()) < (last, event_id) {
            (latest.last, latest.event_id) = (last, event_id.to_owned());
        }
        Ok(())
    }

    /// The text of the pack.
    pub(crate) fn text(self) -> serde_json::Result<(String, Size)> {
        let calls = self.lines.values().fold(0_u64, |sum, line| sum.saturating_add(line.calls));
        let size = Size { lines: self.lines.len(), calls };
        let mut text = serde_json::to_string(&Head { schema: SCHEMA.to_owned(), calls })? + "\n";
        for (asked, Latest { calls, last, event_id }) in self.lines {
            let line = Line { calls, last: time(last), event_id, asked };
            text.push_str(&visible_json(&serde_json::to_string(&line)?));
            text.push('\n');
        }
        Ok((text, size))
    }
}

impl Asked {
    fn of(call: &Call, requests: Vec<AskedRequest>) -> Self {
        let long_term = call.access_key_id.as_deref().is_some_and(|id| id.starts_with(LONG_TERM));
        Self {
            principal: without_name(&call.principal),
            principal_type: call.principal_type.clone(),
            event_source: call.event_source.clone(),
            event_name: call.event_name.clone(),
            account: call.account.clone(),
            region: call.region.clone(),
            outcome: call.outcome.as_str().to_owned(),
            via: call.via.clone(),
            source_ip: call.source_ip.clone(),
            vpc_endpoint: call.vpc_endpoint.clone(),
            user_agent: call.user_agent.clone(),
            caller_arn: call.caller_arn.as_deref().map(without_name),
            caller_account: call.caller_account.clone(),
            // Of a session it ends in the session's name.
            caller_id: call.caller_id.clone().filter(|id| !id.contains(':')),
            long_term,
            session_issuer: call.session_issuer.clone(),
            mfa_authenticated: call.mfa_authenticated,
            federated_provider: call.federated_provider.clone(),
            tls: call.tls,
            requests,
        }
    }
}

impl AskedRequest {
    fn of(call: &Call, names: &Names) -> Option<Self> {
        let mut open = call.open_context.clone()?;
        let mut context = BTreeMap::new();
        for (key, values) in &call.context {
            if values.iter().any(|value| names.is_name(value)) {
                open.keys.retain(|(known, _)| known != key);
                open.keys.push((key.clone(), ContextValue::Present));
            } else {
                context.insert(key.clone(), values.clone());
            }
        }
        for (_, value) in open.keys.iter_mut().chain(&mut open.families) {
            if let ContextValue::OneOf(candidates) = value
                && candidates
                    .iter()
                    .flatten()
                    .any(|value| value.texts().iter().any(|t| names.is_name(t)))
            {
                *value = ContextValue::Unknown;
            }
        }
        open.keys.sort_by(|(one, _), (other, _)| one.cmp(other));
        Some(Self {
            kind: call.request_kind.as_str().to_owned(),
            action: call.action.clone(),
            resources: call.resources.clone(),
            resource_is_pattern: call.resource_is_pattern?,
            context,
            open: Open(open_context_to_json(&open).into_owned()),
        })
    }
}

/// The rows of one line of a pack, and for how many calls they stand.
pub(crate) struct Observed {
    pub(crate) rows: Vec<Call>,
    pub(crate) calls: u64,
}

/// Reads a pack.
pub(crate) fn read(path: &Path) -> Result<Vec<Observed>, ObservedError> {
    let bytes = files::read(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = text.lines().enumerate();
    let head = lines.next().and_then(|(_, line)| serde_json::from_str::<Head>(line).ok());
    let head = head.filter(|head| head.schema == SCHEMA);
    let head = head.ok_or_else(|| ObservedError::NotAPack(path.to_owned()))?;
    let mut observed: Vec<Observed> = Vec::new();
    for (index, text) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let (path, line) = (path.to_owned(), index.saturating_add(1));
        let read: Line = match serde_json::from_str(text) {
            Ok(read) => read,
            Err(source) => return Err(ObservedError::Line { path, line, source }),
        };
        observed.push(read.rows().map_err(|what| ObservedError::Word { path, line, what })?);
    }
    let calls = observed.iter().fold(0_u64, |sum, line| sum.saturating_add(line.calls));
    if calls != head.calls {
        let path = path.to_owned();
        return Err(ObservedError::CutOff { path, calls, said: head.calls });
    }
    Ok(observed)
}

impl Line {
    fn rows(self) -> Result<Observed, &'static str> {
        let Self { calls, last, event_id, asked } = self;
        if calls == 0 || asked.requests.is_empty() {
            return Err("number of calls or requests");
        }
        let outcome = Outcome::of(&asked.outcome).ok_or("outcome")?;
        let last = DateTime::parse_from_rfc3339(&last).map_err(|_| "time")?.to_utc();
        let mut rows = Vec::new();
        for (index, request) in (0_u32..).zip(&asked.requests) {
            rows.push(asked.row(request, (index, outcome), last, &event_id)?);
        }
        Ok(Observed { rows, calls })
    }
}

impl Asked {
    fn row(
        &self,
        request: &AskedRequest,
        (request_index, outcome): (u32, Outcome),
        event_time: DateTime<Utc>,
        event_id: &str,
    ) -> Result<Call, &'static str> {
        let kind = RequestKind::of(&request.kind);
        let open = open_context_of_json(&request.open.0);
        Ok(Call {
            event_id: event_id.to_owned(),
            request_index,
            request_kind: kind.ok_or("kind")?,
            event_time,
            account: self.account.clone(),
            region: self.region.clone(),
            principal: self.principal.clone(),
            principal_type: self.principal_type.clone(),
            session_name: None,
            source_identity: None,
            access_key_id: self.long_term.then(|| LONG_TERM.to_owned()),
            via: self.via.clone(),
            user_profile_arn: None,
            space_arn: None,
            domain_id: None,
            event_source: self.event_source.clone(),
            event_name: self.event_name.clone(),
            action: request.action.clone(),
            resources: request.resources.clone(),
            outcome,
            error_code: None,
            refused_by: None,
            decision: None,
            not_judged: None,
            exempt: None,
            deciding_layer: None,
            deciding_policy: None,
            deciding_statement: None,
            unknown_keys: Vec::new(),
            derived_keys: Vec::new(),
            context: request.context.clone().into_iter().collect(),
            instance_types: Vec::new(),
            source_ip: self.source_ip.clone(),
            vpc_endpoint: self.vpc_endpoint.clone(),
            user_agent: self.user_agent.clone(),
            caller_arn: self.caller_arn.clone(),
            caller_account: self.caller_account.clone(),
            caller_id: self.caller_id.clone(),
            session_issuer: self.session_issuer.clone(),
            session_created: None,
            mfa_authenticated: self.mfa_authenticated,
            federated_provider: self.federated_provider.clone(),
            tls: self.tls,
            open_context: Some(open.ok_or("open context")?),
            resource_is_pattern: Some(request.resource_is_pattern),
            record_hash: String::new(),
        })
    }
}
