//! Packs of observed calls, `driftline.observed/1`: what `whatif` needs of a lake, and no more.
//!
//! JSON lines, to be kept in git beside the policies: a head, then one line for all calls that asked the
//! same, with how many there were and the time and id of the latest. Names of sessions and source
//! identities, which are people's, become `person-1`, `person-2`, …; access keys, error texts and times of
//! sessions are left out. `whatif` takes what a pack hides for unknown: a policy that compares it with
//! something may break, and says which key is missing. ARNs of roles and users, addresses and names of
//! resources are in a pack, since policies are about them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use analyzer::Call;
use analyzer::replay::RequestKind;
use chrono::{DateTime, Utc};
use cloudtrail::Outcome;
use lake::{open_context_of_json, open_context_to_json};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::files::{self, FileError};
use crate::output::{time, visible_json};

const SCHEMA: &str = "driftline.observed/1";

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ObservedError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("`{}` is no pack of observed calls (driftline.observed/1)", .0.display())]
    NotAPack(PathBuf),
    #[error("`{}` cannot be read at line {line}", path.display())]
    Line { path: PathBuf, line: usize, source: serde_json::Error },
    #[error("`{}` cannot be read at line {line}: unknown {what}", path.display())]
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
    /// Calls whose rows do not keep the whole request.
    old: u64,
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
    /// Calls that were left out, since an earlier version wrote too little of them.
    pub(crate) old: u64,
}

/// People by the names of their sessions.
pub(crate) struct Persons(BTreeMap<String, String>);

impl Persons {
    /// Numbers names in the order of their hashes: the same people have the same numbers in every run,
    /// and the numbers tell nothing of the names.
    pub(crate) fn of(names: BTreeSet<String>) -> Self {
        let mut hashed: Vec<(Vec<u8>, String)> =
            names.into_iter().map(|name| (Sha256::digest(&name).to_vec(), name)).collect();
        hashed.sort();
        let numbered = (1_u64..).zip(hashed);
        Self(numbered.map(|(number, (_, name))| (name, format!("person-{number}"))).collect())
    }

    /// The ARN of a session with the person for its name.
    fn arn(&self, call: &Call) -> Option<String> {
        let arn = call.caller_arn.as_ref()?;
        let Some(name) = &call.session_name else { return Some(arn.clone()) };
        let role = arn.strip_suffix(name.as_str()).unwrap_or_default();
        Some(format!("{role}{}", self.0.get(name).map_or("person", String::as_str)))
    }
}

impl Pack {
    /// Adds the rows of one record, in the order of their index.
    pub(crate) fn add(&mut self, rows: &[Call], persons: &Persons) {
        let Some(first) = rows.first() else { return };
        let requests: Option<Vec<AskedRequest>> = rows.iter().map(AskedRequest::of).collect();
        let Some(requests) = requests else {
            self.old = self.old.saturating_add(1);
            return;
        };
        let (last, event_id) = (first.event_time, first.event_id.as_str());
        let latest = self.lines.entry(Asked::of(first, requests, persons));
        let latest =
            latest.or_insert_with(|| Latest { calls: 0, last, event_id: event_id.to_owned() });
        latest.calls = latest.calls.saturating_add(1);
        if (latest.last, latest.event_id.as_str()) < (last, event_id) {
            (latest.last, latest.event_id) = (last, event_id.to_owned());
        }
    }

    /// The text of the pack.
    pub(crate) fn text(self) -> serde_json::Result<(String, Size)> {
        let calls = self.lines.values().fold(0_u64, |sum, line| sum.saturating_add(line.calls));
        let size = Size { lines: self.lines.len(), calls, old: self.old };
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
    fn of(call: &Call, requests: Vec<AskedRequest>, persons: &Persons) -> Self {
        let in_session = call.session_name.is_some();
        Self {
            principal: call.principal.clone(),
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
            caller_arn: persons.arn(call),
            caller_account: call.caller_account.clone(),
            // Of a session it ends in the session's name.
            caller_id: call.caller_id.clone().filter(|_| !in_session),
            session_issuer: call.session_issuer.clone(),
            mfa_authenticated: call.mfa_authenticated,
            federated_provider: call.federated_provider.clone(),
            tls: call.tls,
            requests,
        }
    }
}

impl AskedRequest {
    fn of(call: &Call) -> Option<Self> {
        Some(Self {
            kind: call.request_kind.as_str().to_owned(),
            action: call.action.clone(),
            resources: call.resources.clone(),
            resource_is_pattern: call.resource_is_pattern?,
            context: call.context.iter().cloned().collect(),
            open: Open(open_context_to_json(call.open_context.as_ref()?).into_owned()),
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
    if head.is_none_or(|head| head.schema != SCHEMA) {
        return Err(ObservedError::NotAPack(path.to_owned()));
    }
    let mut observed = Vec::new();
    for (index, text) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let (path, line) = (path.to_owned(), index.saturating_add(1));
        let read: Line = match serde_json::from_str(text) {
            Ok(read) => read,
            Err(source) => return Err(ObservedError::Line { path, line, source }),
        };
        observed.push(read.rows().map_err(|what| ObservedError::Word { path, line, what })?);
    }
    Ok(observed)
}

impl Line {
    fn rows(self) -> Result<Observed, &'static str> {
        let Self { calls, last, event_id, asked } = self;
        let outcomes = [Outcome::Succeeded, Outcome::Denied, Outcome::Failed];
        let outcome = outcomes.into_iter().find(|outcome| outcome.as_str() == asked.outcome);
        let outcome = outcome.ok_or("outcome")?;
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
        use RequestKind::{AddTags, ExtraResource, PassRole, Primary};
        let kinds = [Primary, PassRole, AddTags, ExtraResource];
        let kind = kinds.into_iter().find(|kind| kind.as_str() == request.kind);
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
            access_key_id: None,
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
