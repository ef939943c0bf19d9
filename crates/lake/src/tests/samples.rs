//! Rows to test with, and the ways through the crate that every test takes.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;

use analyzer::replay::RequestKind;
use analyzer::resolve::Resolution;
use analyzer::{Call, Code, Fact, FactKind, Finding, OpenContext, ResourceFact, Severity};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use cloudtrail::Outcome;
use iam_policy::{ContextValue, Decision};

use crate::{
    CallRow, FactRow, FindingRow, MergeInput, ObjectRow, ObjectRows, Provenance, ResolutionRow,
    RowReader, TableRow, TableWriter, WorkIdentity,
};

pub(crate) const ENGINE: &str = "0.1.0";

pub(crate) fn judged(revision: u64, engine: &str) -> Arc<Provenance> {
    Arc::new(Provenance {
        policy_set: "ml-platform".to_owned(),
        revision,
        verdict_hash: format!("hash-of-{revision}"),
        engine: engine.to_owned(),
    })
}

pub(crate) fn work() -> WorkIdentity {
    WorkIdentity {
        provenance: Provenance::clone(&judged(7, ENGINE)),
        catalog_hash: "catalog".to_owned(),
        filter: String::new(),
        redaction: None,
    }
}

/// Seconds after noon of 1 June 2026.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    let noon = DateTime::parse_from_rfc3339("2026-06-01T12:00:00Z").unwrap().to_utc();
    noon + TimeDelta::seconds(seconds)
}

/// A call with nothing that may be missing.
pub(crate) fn call(event_id: &str) -> CallRow {
    let call = Call {
        event_id: event_id.to_owned(),
        request_index: 0,
        request_kind: RequestKind::Primary,
        event_time: at(0),
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        principal: "arn:aws:iam::111122223333:role/DataScientist".to_owned(),
        principal_type: "AssumedRole".to_owned(),
        session_name: None,
        source_identity: None,
        access_key_id: None,
        via: None,
        user_profile_arn: None,
        event_source: "sagemaker.amazonaws.com".to_owned(),
        event_name: "CreateTrainingJob".to_owned(),
        action: "sagemaker:CreateTrainingJob".to_owned(),
        resources: Vec::new(),
        outcome: Outcome::Succeeded,
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
        context: Vec::new(),
        instance_types: Vec::new(),
        source_ip: None,
        vpc_endpoint: None,
        user_agent: None,
        space_arn: None,
        domain_id: None,
        caller_arn: None,
        caller_account: None,
        caller_id: None,
        session_issuer: None,
        session_created: None,
        mfa_authenticated: None,
        federated_provider: None,
        tls: None,
        open_context: None,
        resource_is_pattern: None,
        record_hash: format!("body-of-{event_id}"),
    };
    CallRow { call, source_object: Arc::from("a.json.gz"), provenance: judged(7, ENGINE) }
}

/// A call with everything.
pub(crate) fn full_call(event_id: &str) -> CallRow {
    let some = |text: &str| Some(text.to_owned());
    let mut row = call(event_id);
    let call = &mut row.call;
    call.request_index = 2;
    call.request_kind = RequestKind::PassRole;
    call.session_name = some("zoë@example.com");
    call.source_identity = some("zoë");
    call.access_key_id = some("ASIAEXAMPLE");
    call.via = some("cloudformation.amazonaws.com");
    call.user_profile_arn = some("arn:aws:sagemaker:eu-west-1:111122223333:user-profile/d/p");
    call.resources = vec!["arn:aws:iam::111122223333:role/A".to_owned(), "*".to_owned()];
    call.outcome = Outcome::Denied;
    call.error_code = some("AccessDenied");
    call.refused_by = some("service control policy");
    call.decision = Some(Decision::Undetermined);
    call.not_judged = some("service-linked role");
    call.exempt = some("incident response");
    call.deciding_layer = some("identity");
    call.deciding_policy = some("policies/ml.json");
    call.deciding_statement = some("AllowTraining");
    call.unknown_keys = vec!["aws:ResourceTag/team".to_owned(), "aws:SourceVpc".to_owned()];
    call.derived_keys = vec!["sagemaker:VolumeKmsKey".to_owned()];
    call.context = vec![
        ("aws:RequestTag/Kostenstelle €".to_owned(), vec!["Ünï 😀".to_owned()]),
        ("sagemaker:InstanceTypes".to_owned(), vec!["ml.m5.large".to_owned(), String::new()]),
        ("sagemaker:VpcSubnets".to_owned(), Vec::new()),
    ];
    call.instance_types = vec!["ml.m5.large".to_owned()];
    call.source_ip = some("2001:db8::1");
    call.vpc_endpoint = some("vpce-0a1b2c3d");
    call.user_agent = some("");
    call.space_arn = some("arn:aws:sagemaker:eu-west-1:111122223333:space/d/s");
    call.domain_id = some("d");
    call.caller_arn = some("arn:aws:sts::111122223333:assumed-role/DataScientist/zoë");
    call.caller_account = some("444455556666");
    call.caller_id = some("AROAEXAMPLE:zoë");
    call.session_issuer = some("arn:aws:iam::111122223333:role/ml/DataScientist");
    call.session_created = Some(at(-60));
    call.mfa_authenticated = Some(false);
    call.federated_provider = some("cognito-identity.amazonaws.com");
    call.tls = Some(true);
    call.open_context = Some(OpenContext {
        keys: vec![("aws:ResourceTag/team".to_owned(), ContextValue::Present)],
        families: vec![("aws:ResourceTag/".to_owned(), ContextValue::Unknown)],
    });
    call.resource_is_pattern = Some(true);
    row
}

/// What a record says about a model.
pub(crate) fn fact(event_id: &str) -> FactRow {
    let row = call(event_id);
    let fact = ResourceFact {
        event_id: row.call.event_id,
        event_time: row.call.event_time,
        account: row.call.account,
        region: row.call.region,
        event_name: "CreateModel".to_owned(),
        fact: Fact {
            resource: "arn:aws:sagemaker:eu-west-1:111122223333:model/churn".to_owned(),
            kind: FactKind::Created,
            tags: vec![("team".to_owned(), vec!["nlp".to_owned()]), ("x".to_owned(), Vec::new())],
            all_tags: true,
            properties: vec![("instance_types".to_owned(), vec!["ml.m5.large".to_owned()])],
        },
        record_hash: row.call.record_hash,
    };
    FactRow { fact, source_object: row.source_object, provenance: row.provenance }
}

/// A call that other records settle.
pub(crate) fn resolution(event_id: &str) -> ResolutionRow {
    let row = call(event_id);
    let resolution = Resolution {
        event_id: row.call.event_id,
        request_index: 1,
        event_time: row.call.event_time,
        account: row.call.account,
        region: row.call.region,
        principal: row.call.principal,
        action: row.call.action,
        resources: vec!["arn:aws:sagemaker:eu-west-1:111122223333:model/churn".to_owned()],
        outcome: Outcome::Succeeded,
        settles: true,
        decision: Some(Decision::Allowed),
        deciding_layer: Some("identity".to_owned()),
        deciding_policy: Some("policies/ml.json".to_owned()),
        deciding_statement: Some("OwnTeam".to_owned()),
        settled: vec![("aws:ResourceTag/team".to_owned(), vec!["nlp".to_owned()])],
        unknown_keys: vec!["aws:SourceVpc".to_owned()],
        fact_events: vec!["created".to_owned()],
        instance_types: vec!["ml.m5.large".to_owned()],
        record_hash: row.call.record_hash,
        findings: Vec::new(),
    };
    let facts_hash = "facts".to_owned();
    let (source_object, provenance) = (row.source_object, row.provenance);
    ResolutionRow { resolution, facts_hash, source_object, provenance }
}

/// A finding about the first request of a call.
pub(crate) fn finding(event_id: &str, code: Code) -> FindingRow {
    let row = call(event_id);
    let finding = Finding {
        event_id: row.call.event_id,
        request_index: row.call.request_index,
        code,
        severity: Severity::High,
        finding_id: format!("id-of-{code}"),
        event_time: row.call.event_time,
        account: row.call.account,
        region: row.call.region,
        principal: row.call.principal,
        session_name: None,
        action: row.call.action,
        resources: Vec::new(),
        resource_type: None,
        key: None,
        wanted: Vec::new(),
        observed: Vec::new(),
        policy: None,
        statement: None,
        denied_by_statement: false,
        outcome: Outcome::Succeeded,
        decision: None,
        operator: Some("StringLike".to_owned()),
        iam_can_enforce: Some(true),
        waiver: None,
    };
    let (record_hash, source_object) = (row.call.record_hash, row.source_object);
    FindingRow { finding, record_hash, source_object, provenance: row.provenance }
}

/// A ledger row of an object in which one record was judged.
pub(crate) fn object(name: &str) -> ObjectRow {
    ObjectRow {
        object: name.to_owned(),
        identity: format!("content-of-{name}"),
        delivered_at: None,
        account: None,
        region: None,
        container: None,
        bytes: 1000,
        read: 1,
        evaluated: 1,
        out_of_scope: 0,
        quarantined: 0,
        duplicates: 0,
        object_quarantined: false,
        reason: None,
        warnings: Vec::new(),
        batch: String::new(),
        oldest_event: None,
        newest_event: None,
        filter: None,
        redaction: None,
        provenance: judged(7, ENGINE),
    }
}

/// What came of an object: calls, and a finding about each.
pub(crate) fn object_rows(name: &str, calls: Vec<CallRow>) -> ObjectRows {
    let source: Arc<str> = Arc::from(name);
    let from_here = |mut row: CallRow| {
        row.source_object = Arc::clone(&source);
        row
    };
    let calls: Vec<CallRow> = calls.into_iter().map(from_here).collect();
    let findings = calls.iter().map(finding_about).collect();
    let object = object(name);
    let (facts, quarantine) = (Vec::new(), Vec::new());
    ObjectRows { object, calls, findings, facts, quarantine }
}

/// A finding about a call.
pub(crate) fn finding_about(call: &CallRow) -> FindingRow {
    let mut row = finding(&call.call.event_id, Code::InstanceType);
    row.finding.request_index = call.call.request_index;
    row.finding.event_time = call.call.event_time;
    row.finding.account.clone_from(&call.call.account);
    row.finding.principal.clone_from(&call.call.principal);
    row.finding.action.clone_from(&call.call.action);
    row.record_hash.clone_from(&call.call.record_hash);
    row.source_object = Arc::clone(&call.source_object);
    row.provenance = Arc::clone(&call.provenance);
    row
}

/// A part of rows, sorted.
pub(crate) fn write<R: TableRow>(rows: &[R]) -> Bytes {
    write_part("part", rows)
}

/// A part of that name.
pub(crate) fn write_part<R: TableRow>(name: &str, rows: &[R]) -> Bytes {
    let mut rows: Vec<&R> = rows.iter().collect();
    rows.sort_by(|one, other| one.order(other));
    write_rows(name, rows)
}

/// A part of rows in the order given.
pub(crate) fn write_as_is<R: TableRow>(rows: &[R]) -> Bytes {
    write_rows("part", rows)
}

fn write_rows<'r, R: TableRow>(name: &str, rows: impl IntoIterator<Item = &'r R>) -> Bytes {
    let parts = BTreeSet::from([name.to_owned()]);
    let mut writer = TableWriter::new(Vec::new(), ENGINE, &parts).unwrap();
    rows.into_iter().for_each(|row| writer.push(row).unwrap());
    Bytes::from(writer.finish().unwrap())
}

/// The rows of a file.
pub(crate) fn read<R: TableRow>(file: &Bytes) -> Vec<R> {
    RowReader::open(file.clone()).unwrap().map(Result::unwrap).collect()
}

/// What reading a file ends in.
pub(crate) fn read_error<R: TableRow + Debug>(file: Bytes) -> String {
    let rows = RowReader::<R>::open(file).and_then(Iterator::collect::<Result<Vec<R>, _>>);
    rows.unwrap_err().to_string()
}

pub(crate) fn input(name: &str, file: Bytes) -> MergeInput<Bytes> {
    MergeInput { name: name.to_owned(), file }
}
