//! What facts about resources settle, once a run has written its calls and facts.
//!
//! The file of what is settled of a day is named by all that it is made from: the day's calls, and
//! what is known of resources up to the day. So a day whose file has another name is settled anew,
//! whichever run changed it or was stopped before it came to this, and files may come in any order.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::path::{Path, PathBuf};

use analyzer::resolve::{Coverage, FactBook, Resolver, is_replaced};
use analyzer::target::TargetSet;
use analyzer::{Inventory, InventoryError};
use chrono::NaiveDate;
use iam_policy::Decision;
use lake::{
    Bytes, FactRow, FindingRow, NameHash, ObjectRow, Part, Provenance, ResolutionRow, ResolvedDay,
    ResolvedFindingRow, Table, cover, disputed_events, open_calls, resolved_name,
};

use super::days::{Written, remove};
use super::provenance;
use crate::files::FileError;
use crate::store::{Store, date, folder};

/// What is settled, by this policy set, in the days that a run has written to.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    /// The decisions that were open, by request.
    decisions: HashMap<u128, Decision>,
    pub(super) findings: Vec<FindingRow>,
}

impl Resolved {
    /// Whether a finding is about a call that was open and is so no more.
    pub(super) fn replaces(&self, row: &FindingRow) -> bool {
        is_replaced(&row.finding) && self.decisions.contains_key(&row.request_key())
    }

    /// How many of these requests were settled, by what the target says now.
    pub(super) fn count(&self, requests: &HashSet<u128>) -> super::Counts {
        let mut counts = super::Counts::new();
        let settled = self.decisions.iter().filter(|(key, _)| requests.contains(*key));
        for (_, decision) in settled {
            let count = counts.entry(decision.as_str()).or_default();
            *count = count.saturating_add(1);
        }
        counts
    }

    fn read<S: Store>(
        &mut self,
        lake: &S,
        day: &str,
        by: &Provenance,
    ) -> Result<(), Box<dyn Error>> {
        for row in lake.rows::<ResolutionRow>(day)? {
            let one = &row.resolution;
            let decision = one.decision.filter(|_| one.settles && *row.provenance == *by);
            self.decisions.extend(decision.map(|decision| (row.request_key(), decision)));
        }
        let findings = lake.rows::<ResolvedFindingRow>(day)?.into_iter().map(|row| row.0);
        self.findings.extend(findings.filter(|row| *row.provenance == *by));
        Ok(())
    }
}

/// Why an inventory cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("`{}`: {source}", path.display())]
struct InventoryFileError {
    path: PathBuf,
    source: InventoryError,
}

pub(super) fn read_inventory(path: &Path) -> Result<Inventory, Box<dyn Error>> {
    let read = std::fs::read_to_string(path);
    let text = read.map_err(|source| FileError::Read { path: path.to_owned(), source })?;
    let wrong = |source| InventoryFileError { path: path.to_owned(), source };
    Ok(Inventory::parse(&text).map_err(wrong)?)
}

/// Settles the days that are not, and tells what is settled of the days that a run has written to.
pub(super) fn resolve<S: Store>(
    lake: &mut S,
    written: &Written,
    target: &TargetSet,
    inventory: Option<&Inventory>,
) -> Result<Resolved, Box<dyn Error>> {
    let by = provenance(target);
    let known = Known::of(lake, inventory)?;
    for day in lake.folders(Table::Calls.as_str())? {
        let facts_hash = known.hash_until(&day)?;
        let calls = lake.names(&folder(Table::Calls, &day))?;
        let name = resolved_name(&by, &facts_hash, &calls);
        if lake.names(&folder(Table::Resolutions, &day))? == [name.as_str()] {
            continue;
        }
        let settled = settle(lake, &day, &by, target, (&known.book, facts_hash))?;
        put(lake, &day, &name, settled, &by)?;
    }
    let mut resolved = Resolved::default();
    for day in written.days(Table::Calls) {
        resolved.read(lake, day, &by)?;
    }
    Ok(resolved)
}

/// Takes back what is settled of the days that a run may change, before it changes them: whoever reads
/// the lake meanwhile, or finds it as a stopped run has left it, finds the calls open.
pub(super) fn withdraw<S: Store>(lake: &mut S, written: &Written) -> Result<(), Box<dyn Error>> {
    let tables = [Table::Calls, Table::ResourceFacts, Table::Objects];
    let first = tables.into_iter().flat_map(|table| written.days(table)).min();
    let Some(first) = first.map(str::to_owned) else { return Ok(()) };
    for table in [Table::Resolutions, Table::ResolvedFindings] {
        for day in lake.folders(table.as_str())?.into_iter().filter(|day| *day >= first) {
            let names = lake.names(&folder(table, &day))?.into_iter().collect();
            remove(lake, table, &day, &names, "")?;
        }
    }
    Ok(())
}

/// What a lake knows of resources, and what tells it from what it knew before.
struct Known {
    book: FactBook,
    coverage: Coverage,
    oddities: Vec<String>,
    /// The days of facts, with the names of their files.
    facts: Vec<(String, Vec<String>)>,
    /// Of the inventory, which says something of all days.
    inventory: Option<String>,
}

impl Known {
    fn of<S: Store>(lake: &S, inventory: Option<&Inventory>) -> Result<Self, Box<dyn Error>> {
        let mut coverage = Coverage::default();
        for day in lake.folders(Table::Objects.as_str())? {
            let date = date(&day)?;
            cover(&mut coverage, &lake.rows::<ObjectRow>(&day)?, date);
        }
        let mut facts = Vec::new();
        for day in lake.folders(Table::ResourceFacts.as_str())? {
            let names = lake.names(&folder(Table::ResourceFacts, &day))?;
            facts.push((day, names));
        }
        let book = book(lake, &coverage, inventory)?;
        let (oddities, inventory) = (book.oddities(), inventory.map(|one| one.hash().to_owned()));
        Ok(Self { book, coverage, oddities, facts, inventory })
    }

    /// Of all that may say something about the calls of a day: what lies before them, and with an
    /// inventory, which is looked back from, what lies behind them too.
    fn hash_until(&self, day: &str) -> Result<String, Box<dyn Error>> {
        let mut hash = NameHash::new("facts");
        let all = self.inventory.is_some();
        for (of, names) in self.facts.iter().filter(|(of, _)| all || of.as_str() <= day) {
            hash.add(of);
            names.iter().for_each(|name| hash.add(name));
        }
        self.oddities.iter().for_each(|odd| hash.add(odd));
        // The last of a day's logs come on the next.
        let last = date(day)?.succ_opt().unwrap_or(NaiveDate::MAX);
        for (of, line) in self.coverage.lines().iter().filter(|(of, _)| all || *of <= last) {
            hash.add(&of.to_string());
            hash.add(line);
        }
        if let Some(inventory) = &self.inventory {
            hash.add(inventory);
            hash.add(&self.coverage.reach());
        }
        Ok(hash.finish())
    }
}

fn book<S: Store>(
    lake: &S,
    coverage: &Coverage,
    inventory: Option<&Inventory>,
) -> Result<FactBook, Box<dyn Error>> {
    let mut book = FactBook::default();
    for day in lake.folders(Table::ResourceFacts.as_str())? {
        for row in lake.rows::<FactRow>(&day)? {
            book.add(row.fact);
        }
    }
    for day in lake.folders(Table::Findings.as_str())? {
        for file in lake.files(Table::Findings, &day)? {
            disputed_events(file?)?.into_iter().for_each(|event| book.dispute(event));
        }
    }
    book.set_coverage(coverage.clone());
    if let Some(inventory) = inventory {
        book.set_inventory(inventory.clone());
    }
    Ok(book)
}

/// What is settled of a day: by this policy set anew, by others as it was.
fn settle<S: Store>(
    lake: &S,
    day: &str,
    by: &Provenance,
    target: &TargetSet,
    (book, facts_hash): (&FactBook, String),
) -> Result<ResolvedDay, Box<dyn Error>> {
    let mut settled = ResolvedDay::new(facts_hash.clone());
    let mut resolver = Resolver::new(target, book);
    let mut others = HashSet::new();
    for file in lake.files(Table::Calls, day)? {
        for row in open_calls(file?)? {
            let row = row?;
            if *row.provenance == *by {
                settled.add(&mut resolver, &row);
            } else {
                others.insert(row.request_key());
            }
        }
    }
    if !others.is_empty() {
        keep_of_others(lake, day, &others, (by, &facts_hash), &mut settled)?;
    }
    Ok(settled)
}

/// Keeps what another policy set has settled of calls that are still its own, by the same facts: that
/// set is not at hand to ask again.
fn keep_of_others<S: Store>(
    lake: &S,
    day: &str,
    others: &HashSet<u128>,
    (by, facts_hash): (&Provenance, &str),
    settled: &mut ResolvedDay,
) -> Result<(), Box<dyn Error>> {
    let mut kept = HashSet::new();
    for row in lake.rows::<ResolutionRow>(day)? {
        let key = row.request_key();
        let stands = *row.provenance != *by && row.facts_hash == facts_hash;
        if stands && others.contains(&key) && kept.insert(key) {
            settled.resolutions.push(row);
        }
    }
    let findings = lake.rows::<ResolvedFindingRow>(day)?.into_iter().map(|row| row.0);
    let own = findings.filter(|row| *row.provenance != *by && kept.contains(&row.request_key()));
    settled.findings.extend(own);
    Ok(())
}

/// Puts what is settled of a day, and takes away what was there before.
fn put<S: Store>(
    lake: &mut S,
    day: &str,
    name: &str,
    settled: ResolvedDay,
    by: &Provenance,
) -> Result<(), Box<dyn Error>> {
    let has_findings = !settled.findings.is_empty();
    for Part { path, bytes } in settled.files(date(day)?, name, by)? {
        lake.put(&path, Bytes::from(bytes))?;
    }
    for (table, keeps) in [(Table::ResolvedFindings, has_findings), (Table::Resolutions, true)] {
        let names = lake.names(&folder(table, day))?.into_iter().collect();
        remove(lake, table, day, &names, if keeps { name } else { "" })?;
    }
    Ok(())
}
