//! The driver that everybody shares: the bytes of one object in, its rows out.

use std::collections::HashSet;
use std::sync::Arc;

use analyzer::{Call, Finding, Judge, ResourceFact, Sink, Verdict, hex};
use cloudtrail::{Limits, Object, ObjectKey, Reason, Warning};
use sha2::{Digest, Sha256};

use crate::batch::ObjectRows;
use crate::provenance::Provenance;
use crate::quarantine::QuarantineEntry;
use crate::rows::{CallRow, FactRow, FindingRow, ObjectRow};

/// Reads one object: inflates it, judges each of its records, accounts for all of them.
///
/// `key` is its S3 key, or its path below the folder where reading began; the time of delivery,
/// the account and the region come from it, where it has CloudTrail's form. An object that cannot
/// be read as a whole gives no rows but its own, with the reason.
#[must_use]
pub fn read_object(
    judge: &mut Judge<'_>,
    limits: &Limits,
    provenance: &Arc<Provenance>,
    key: &str,
    bytes: &[u8],
) -> ObjectRows {
    let mut rows = empty(provenance, key, bytes);
    match Object::open(bytes, limits) {
        Ok(object) => {
            read_records(judge, &object, &mut rows);
            place_by_calls(&mut rows);
        }
        Err(error) => quarantine_object(&mut rows, error.reason, error.detail, bytes),
    }
    rows
}

/// An object whose name does not tell where its records are from is of the account and region of its
/// calls, if these are all of one.
fn place_by_calls(rows: &mut ObjectRows) {
    if rows.object.delivered_at.is_some() {
        return;
    }
    let Some(first) = rows.calls.first().map(|row| &row.call) else { return };
    let calls = || rows.calls.iter().map(|row| &row.call);
    if calls().all(|call| call.account == first.account) {
        rows.object.account = Some(first.account.clone());
    }
    if calls().all(|call| call.region == first.region) {
        rows.object.region = Some(first.region.clone());
    }
}

/// What came of an object whose bytes could not be had: nothing, with the reason.
#[must_use]
pub fn unreadable_object(provenance: &Arc<Provenance>, key: &str, detail: String) -> ObjectRows {
    let mut rows = empty(provenance, key, &[]);
    quarantine_object(&mut rows, Reason::Unreadable, detail, &[]);
    rows
}

fn quarantine_object(rows: &mut ObjectRows, reason: Reason, detail: String, bytes: &[u8]) {
    rows.object.object_quarantined = true;
    rows.object.reason = Some(reason.as_str().to_owned());
    rows.quarantine.push(QuarantineEntry::new(None, reason, detail, bytes));
}

fn empty(provenance: &Arc<Provenance>, key: &str, bytes: &[u8]) -> ObjectRows {
    let told = ObjectKey::parse(key).ok();
    ObjectRows {
        object: ObjectRow {
            object: key.to_owned(),
            identity: hex(&Sha256::digest(bytes)),
            delivered_at: told.as_ref().map(|told| told.delivered_at),
            account: told.as_ref().map(|told| told.account.clone()),
            region: told.map(|told| told.region),
            container: None,
            bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            read: 0,
            evaluated: 0,
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
            provenance: Arc::clone(provenance),
        },
        calls: Vec::new(),
        findings: Vec::new(),
        facts: Vec::new(),
        quarantine: Vec::new(),
    }
}

fn read_records(judge: &mut Judge<'_>, object: &Object, rows: &mut ObjectRows) {
    let delivered_at = rows.object.delivered_at;
    rows.object.container = Some(object.container().as_str().to_owned());
    // Plain text is odd only in a file that says it is compressed.
    let says_gzip = rows.object.object.ends_with(".gz");
    let odd = object.warnings().iter().filter(|w| says_gzip || **w != Warning::PlainJson);
    rows.object.warnings = odd.map(|warning| warning.as_str().to_owned()).collect();
    let source_object: Arc<str> = rows.object.object.as_str().into();
    let mut events = HashSet::new();
    for (position, slice) in (0_u64..).zip(object.slices()) {
        let mut sink = RowSink {
            source_object: &source_object,
            provenance: &rows.object.provenance,
            record_hash: String::new(),
            calls: &mut rows.calls,
            findings: &mut rows.findings,
            facts: &mut rows.facts,
        };
        let verdict = judge.judge(slice, delivered_at, &mut sink);
        let counted = match verdict {
            Verdict::Evaluated { event_time } => {
                rows.object.saw(event_time);
                let event = rows.calls.last().map(|row| row.call.event_id.clone());
                if !events.insert(event) {
                    rows.object.duplicates = rows.object.duplicates.saturating_add(1);
                }
                &mut rows.object.evaluated
            }
            Verdict::OutOfScope { event_time } => {
                rows.object.saw(event_time);
                &mut rows.object.out_of_scope
            }
            Verdict::Rejected(error) => {
                let entry = QuarantineEntry::new(Some(position), error.reason, error.detail, slice);
                rows.quarantine.push(entry);
                &mut rows.object.quarantined
            }
        };
        *counted = counted.saturating_add(1);
        rows.object.read = rows.object.read.saturating_add(1);
    }
}

/// Puts what the judge says of one record to the rows of its object.
struct RowSink<'r> {
    source_object: &'r Arc<str>,
    provenance: &'r Arc<Provenance>,
    /// Of the record at hand: its findings carry it too.
    record_hash: String,
    calls: &'r mut Vec<CallRow>,
    findings: &'r mut Vec<FindingRow>,
    facts: &'r mut Vec<FactRow>,
}

impl Sink for RowSink<'_> {
    fn call(&mut self, call: Call) {
        self.record_hash.clone_from(&call.record_hash);
        self.calls.push(CallRow {
            call,
            source_object: Arc::clone(self.source_object),
            provenance: Arc::clone(self.provenance),
        });
    }

    fn finding(&mut self, finding: Finding) {
        self.findings.push(FindingRow {
            finding,
            record_hash: self.record_hash.clone(),
            source_object: Arc::clone(self.source_object),
            provenance: Arc::clone(self.provenance),
        });
    }

    fn fact(&mut self, fact: ResourceFact) {
        self.facts.push(FactRow {
            fact,
            source_object: Arc::clone(self.source_object),
            provenance: Arc::clone(self.provenance),
        });
    }
}
