//! What facts about resources settle, once a run has written its calls and facts.
//!
//! The file of what is settled of a day is named by all that it is made from: the day's calls, and
//! what is known of resources up to the day. So a day whose file has another name is settled anew,
//! whichever run changed it or was stopped before it came to this, and files may come in any order.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::path::{Path, PathBuf};

use analyzer::resolve::{Coverage, FactBook, Oddities, Resolver, Wanted, is_replaced};
use analyzer::target::TargetSet;
use analyzer::{Inventory, InventoryError};
use chrono::NaiveDate;
use iam_policy::Decision;
use lake::{
    FactKey, FindingRow, NameHash, ObjectRow, Provenance, ResolutionRow, ResolvedDay,
    ResolvedFindingRow, Table, cover, disputed_events, fact_keys, facts_about, file_info,
    open_calls, resolved_name,
};

use super::days::Written;
use super::provenance;
use crate::files::FileError;
use crate::merging::remove;
use crate::spool::Spool;
use crate::store::{Store, date, folder};

/// What is settled of a day, by this policy set.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// The decisions that were open, by request.
    decisions: HashMap<u128, Decision>,
}

impl Settled {
    /// What is settled of these requests.
    pub(super) fn of<S: Store>(
        lake: &S,
        day: &str,
        by: &Provenance,
        open: &HashSet<u128>,
    ) -> Result<Self, Box<dyn Error>> {
        let mut decisions = HashMap::new();
        lake.each_row(day, |row: ResolutionRow| {
            let one = &row.resolution;
            let decision = one.decision.filter(|_| one.settles && *row.provenance == *by);
            let key = row.request_key();
            decisions
                .extend(decision.filter(|_| open.contains(&key)).map(|decision| (key, decision)));
            Ok(())
        })?;
        Ok(Self { decisions })
    }

    /// Whether a finding is about a call that was open and is so no more.
    pub(super) fn replaces(&self, row: &FindingRow) -> bool {
        is_replaced(&row.finding) && self.decisions.contains_key(&row.request_key())
    }

    /// Counts them, by what the target says now.
    pub(super) fn count(&self, counts: &mut super::Counts) {
        self.decisions.values().for_each(|decision| {
            let count = counts.entry(decision.as_str()).or_default();
            *count = count.saturating_add(1);
        });
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

/// Resources that are looked up at a time, about: the facts about them are in memory.
const RESOURCES: usize = 20_000;

/// Facts that are looked at in a pass for what is odd about them.
const PASS_FACTS: u64 = 250_000;

/// A day to be settled.
struct Unsettled {
    day: String,
    /// Of its file.
    name: String,
    facts_hash: String,
}

/// Settles the days that are not.
///
/// Days are taken together as long as their calls ask for few resources, and the facts about these are
/// read: so the lake may hold any number of facts.
pub(super) fn resolve<S: Store>(
    lake: &mut S,
    spool: &Spool,
    target: &TargetSet,
    inventory: Option<&Inventory>,
) -> Result<(), Box<dyn Error>> {
    let by = provenance(target);
    let known = Known::of(lake, inventory)?;
    let mut wanted = Wanted::default();
    let mut days = Vec::new();
    for day in lake.folders(Table::Calls.as_str())? {
        let facts_hash = known.hash_until(&day)?;
        let calls = lake.names(&folder(Table::Calls, &day))?;
        let name = resolved_name(&by, &facts_hash, &calls);
        if lake.names(&folder(Table::Resolutions, &day))? == [name.as_str()] {
            continue;
        }
        want(lake, &day, &by, &mut wanted)?;
        days.push(Unsettled { day, name, facts_hash });
        if wanted.len() > RESOURCES {
            let (days, wanted) = (std::mem::take(&mut days), std::mem::take(&mut wanted));
            settle_days(lake, spool, (&days, &wanted), target, &known)?;
        }
    }
    settle_days(lake, spool, (&days, &wanted), target, &known)
}

/// Takes the resources that the open calls of a day are about.
fn want<S: Store>(
    lake: &S,
    day: &str,
    by: &Provenance,
    wanted: &mut Wanted,
) -> Result<(), Box<dyn Error>> {
    for file in lake.files(Table::Calls, day)? {
        for row in open_calls(file?)? {
            let row = row?;
            if *row.provenance == *by {
                wanted.add(&row.call);
            }
        }
    }
    Ok(())
}

fn settle_days<S: Store>(
    lake: &mut S,
    spool: &Spool,
    (days, wanted): (&[Unsettled], &Wanted),
    target: &TargetSet,
    known: &Known<'_>,
) -> Result<(), Box<dyn Error>> {
    if days.is_empty() {
        return Ok(());
    }
    let by = provenance(target);
    let book = known.book(lake, wanted)?;
    for Unsettled { day, name, facts_hash } in days {
        let mut settled = ResolvedDay::new(facts_hash.clone(), spool);
        settle(lake, day, &by, target, (&book, facts_hash), &mut settled)?;
        put(lake, day, name, settled, &by)?;
    }
    Ok(())
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

/// What a lake knows of resources as a whole, and what tells it from what it knew before.
struct Known<'i> {
    coverage: Coverage,
    oddities: Oddities,
    odd: Vec<String>,
    /// The days of facts, with the names of their files.
    facts: Vec<(String, Vec<String>)>,
    /// What says something of all days.
    inventory: Option<&'i Inventory>,
}

impl<'i> Known<'i> {
    fn of<S: Store>(lake: &S, inventory: Option<&'i Inventory>) -> Result<Self, Box<dyn Error>> {
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
        let oddities = oddities(lake)?;
        let odd = oddities.lines();
        Ok(Self { coverage, oddities, odd, facts, inventory })
    }

    /// The facts about some resources.
    fn book<S: Store>(&self, lake: &S, wanted: &Wanted) -> Result<FactBook, Box<dyn Error>> {
        let mut book = FactBook::default();
        for (day, _) in &self.facts {
            for file in lake.files(Table::ResourceFacts, day)? {
                for row in facts_about(file?, |resource| wanted.wants(resource))? {
                    book.add(row?.fact);
                }
            }
        }
        self.oddities.events().for_each(|event| book.dispute(event.clone()));
        book.set_coverage(self.coverage.clone());
        if let Some(inventory) = self.inventory {
            book.set_inventory(inventory.clone());
        }
        Ok(book)
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
        self.odd.iter().for_each(|odd| hash.add(odd));
        // The last of a day's logs come on the next.
        let last = date(day)?.succ_opt().unwrap_or(NaiveDate::MAX);
        for (of, line) in self.coverage.lines().iter().filter(|(of, _)| all || *of <= last) {
            hash.add(&of.to_string());
            hash.add(line);
        }
        if let Some(inventory) = self.inventory {
            hash.add(inventory.hash());
            hash.add(&self.coverage.reach());
        }
        Ok(hash.finish())
    }
}

fn oddities<S: Store>(lake: &S) -> Result<Oddities, Box<dyn Error>> {
    let mut oddities = Oddities::default();
    let days = lake.folders(Table::ResourceFacts.as_str())?;
    let mut facts = 0_u64;
    for day in &days {
        for file in lake.files(Table::ResourceFacts, day)? {
            facts = facts.saturating_add(file_info(Table::ResourceFacts, &file?)?.rows);
        }
    }
    let passes = facts.div_ceil(PASS_FACTS).max(1);
    for number in 0..passes {
        let mut pass = oddities.pass(number, passes);
        for day in &days {
            for file in lake.files(Table::ResourceFacts, day)? {
                for row in fact_keys(file?)? {
                    let FactKey { event_id, record_hash, resource } = row?;
                    pass.see(&event_id, &record_hash, &resource);
                }
            }
        }
    }
    for day in lake.folders(Table::Findings.as_str())? {
        for file in lake.files(Table::Findings, &day)? {
            disputed_events(file?)?.into_iter().for_each(|event| oddities.dispute(event));
        }
    }
    Ok(oddities)
}

/// What is settled of a day: by this policy set anew, by others as it was.
fn settle<S: Store>(
    lake: &S,
    day: &str,
    by: &Provenance,
    target: &TargetSet,
    (book, facts_hash): (&FactBook, &str),
    settled: &mut ResolvedDay<&Spool>,
) -> Result<(), Box<dyn Error>> {
    let mut resolver = Resolver::new(target, book);
    let mut others = HashSet::new();
    for file in lake.files(Table::Calls, day)? {
        for row in open_calls(file?)? {
            let row = row?;
            if *row.provenance == *by {
                settled.add(&mut resolver, &row)?;
            } else {
                others.insert(row.request_key());
            }
        }
    }
    if !others.is_empty() {
        keep_of_others(lake, day, &others, (by, facts_hash), settled)?;
    }
    Ok(())
}

/// Keeps what another policy set has settled of calls that are still its own, by the same facts: that
/// set is not at hand to ask again.
fn keep_of_others<S: Store>(
    lake: &S,
    day: &str,
    others: &HashSet<u128>,
    (by, facts_hash): (&Provenance, &str),
    settled: &mut ResolvedDay<&Spool>,
) -> Result<(), Box<dyn Error>> {
    let mut kept = HashSet::new();
    lake.each_row(day, |row: ResolutionRow| {
        let key = row.request_key();
        let stands = *row.provenance != *by && row.facts_hash == facts_hash;
        if stands && others.contains(&key) && kept.insert(key) {
            settled.keep(row)?;
        }
        Ok(())
    })?;
    lake.each_row(day, |ResolvedFindingRow(row)| {
        if *row.provenance != *by && kept.contains(&row.request_key()) {
            settled.keep_finding(row)?;
        }
        Ok(())
    })
}

/// Puts what is settled of a day, and takes away what was there before.
fn put<S: Store>(
    lake: &mut S,
    day: &str,
    name: &str,
    settled: ResolvedDay<&Spool>,
    by: &Provenance,
) -> Result<(), Box<dyn Error>> {
    let has_findings = !settled.finds_nothing();
    settled.write(date(day)?, name, by, lake)?;
    for (table, keeps) in [(Table::ResolvedFindings, has_findings), (Table::Resolutions, true)] {
        let names = lake.names(&folder(table, day))?.into_iter().collect();
        remove(lake, table, day, &names, if keeps { name } else { "" })?;
    }
    Ok(())
}
