//! A policy set proposed from a snapshot and a lake: families of principals, each bound to what it has
//! attached and to the ready-made guards that today's use would pass.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use analyzer::propose::{Caught, Proposed, Proposer};
use analyzer::snapshot::Snapshot;
use analyzer::target::MANIFEST;
use iam_policy::{Dialect, NamedPolicy, parse};

use super::{Files, InitError, place, quoted};
use crate::lake_reader::{LakeReader, OldRow};
use crate::output::{grouped, visible};
use crate::ready_made::{SYSTEMS, System};

/// A system and its Deny.
type Guard = (&'static System, NamedPolicy);

/// The files, and what to tell about them.
pub(super) fn set(
    name: &str,
    snapshot: &Arc<Snapshot>,
    lake: &Path,
) -> Result<(Files, String), Box<dyn Error>> {
    let guards = guards();
    let policies = guards.iter().map(|(_, policy)| policy.clone()).collect();
    let mut proposer = Proposer::new(snapshot, policies);
    let lake = LakeReader::open(lake)?;
    for day in lake.days(None, None)? {
        for row in lake.day(&day)?.calls()? {
            if !proposer.call(&row?.call) {
                return Err(OldRow.into());
            }
        }
    }
    let proposed = proposer.finish();
    if proposed.is_empty() {
        return Err(InitError::Nobody.into());
    }
    let mut files = Files::new();
    let mut text = HEAD.replacen("{name}", &quoted(name), 1);
    for family in &proposed {
        for system in passed(family, &guards) {
            if let Some((file, policy)) = system.guard() {
                files.insert(place(system, file), policy.as_bytes().to_vec());
            }
        }
        text.push_str(&bindings(family, &guards));
    }
    files.insert(MANIFEST.to_owned(), text.into_bytes());
    Ok((files, told(&proposed)))
}

/// The systems with a Deny for identities.
fn guards() -> Vec<Guard> {
    let guards = SYSTEMS.iter().filter_map(|system| {
        let (file, text) = system.guard()?;
        // A test reads them all.
        let document = Arc::new(parse(text, Dialect::Identity).ok()?);
        Some((system, NamedPolicy { name: place(system, file).into(), document }))
    });
    guards.collect()
}

/// The guards to put in force.
fn passed(family: &Proposed, guards: &[Guard]) -> impl Iterator<Item = &'static System> {
    let with_caught = guards.iter().zip(&family.guards);
    with_caught.filter(|(_, caught)| caught.passes()).map(|((system, _), _)| *system)
}

const HEAD: &str = r#"# Proposed from what IAM has attached and what was called. Read it before you rely on it: the families are
# told by how principals behave. docs/policy-set.md of driftline has all that can stand here.
schema   = 1
revision = 1          # raise it with every change, and with every new snapshot
name     = {name}

# Each family is judged by what IAM has attached to its principals ("@attached", by --snapshot), and by Deny
# policies that surely would have refused none of its calls so far. Their values (subnets, keys, types, …) are
# examples: `driftline init --list NAME` says what to fill in, and `driftline whatif` what would break then.
# Principals that are in no binding are reported as DRF120.
"#;

/// The bindings of a family, with what the other guards would have done.
fn bindings(family: &Proposed, guards: &[Guard]) -> String {
    let requests = grouped(family.requests);
    let mut text = format!("\n# {requests} requests of theirs were permitted.\n");
    for unknown in &family.unknown {
        text.push_str(&format!("# Not in the snapshot, so undetermined: {}\n", visible(unknown)));
    }
    for left_out in &family.left_out {
        let left_out = visible(left_out);
        text.push_str(&format!("# Left out, since no pattern is about it alone: {left_out}\n"));
    }
    let identity = passed(family, guards).filter_map(|system| {
        system.guard().map(|(file, _)| format!("    {},\n", quoted(&place(system, file))))
    });
    let identity = format!("[\n    \"@attached\",\n{}]\n", identity.collect::<String>());
    let name = family.family.as_str();
    if !family.principals.is_empty() {
        let arns = family.principals.iter().map(|arn| format!("    {},\n", quoted(arn)));
        text.push_str(&format!(
            "[[binding]]\nname       = \"{name}\"\nprincipals = [\n{}]\nidentity   = {identity}",
            arns.collect::<String>()
        ));
    }
    for set in &family.permission_sets {
        text.push_str(&format!(
            "[[binding]]\nname           = {}\npermission_set = {}\nidentity       = {identity}",
            quoted(&format!("{name}-{set}")),
            quoted(set)
        ));
    }
    for ((system, _), caught) in guards.iter().zip(&family.guards) {
        if let Some(would) = would(caught) {
            text.push_str(&format!("# {} {would}\n", system.name));
        }
    }
    text
}

/// What a guard that is not put in force would have done; nothing of one that has nothing to do with
/// what was called.
fn would(caught: &Caught) -> Option<String> {
    if caught.refused == 0 {
        let open = grouped(caught.open);
        let told = format!("surely refuses none; of {open} requests the records do not tell");
        return (caught.open > 0).then_some(told);
    }
    let mut actions: Vec<(&String, &u64)> = caught.actions.iter().collect();
    actions.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let most = actions.iter().take(3);
    let most = most.map(|(action, count)| format!("{} {}", visible(action), grouped(**count)));
    let (most, more) =
        (most.collect::<Vec<_>>().join(", "), if actions.len() > 3 { ", …" } else { "" });
    let principals = caught.principals.len();
    let word = if principals == 1 { "principal" } else { "principals" };
    let last = caught.last.map(|last| format!(", last on {}", last.format("%Y-%m-%d")));
    let (refused, last) = (grouped(caught.refused), last.unwrap_or_default());
    Some(format!(
        "would have refused {refused} requests of {principals} {word} ({most}{more}){last}"
    ))
}

fn told(proposed: &[Proposed]) -> String {
    let mut text = String::new();
    for family in proposed {
        let principals = family.principals.len().saturating_add(family.permission_sets.len());
        let passed = family.guards.iter().filter(|caught| caught.passes()).count();
        let asked = family.guards.iter().filter(|caught| caught.asked > 0).count();
        let (name, requests) = (family.family.as_str(), grouped(family.requests));
        text.push_str(&format!(
            "{name:15}  {principals} bound, {requests} requests; {passed} of {asked} Deny policies \
             that are about them refuse none\n"
        ));
    }
    text
}
