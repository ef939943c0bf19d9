//! `driftline rejudge`: the calls of a lake in, which verdicts a policy set or a newer engine would
//! change out.
//!
//! The lake stays as it is. To switch, `analyze` the logs again with the policy set at a higher revision
//! than any the lake holds: of two judgements of a call that of the higher revision counts, then that of
//! the newer engine.

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;

use analyzer::whatif::{Rejudge, Report};
use lake::Provenance;

use super::whatif::json::{self, BaselineJson, SetJson};
use super::whatif::{SetName, WhatifError, compare_rows, exit, sarif, text};
use crate::args::{RejudgeArgs, WhatifFormat};
use crate::exit_code::Exit;
use crate::lake_reader::LakeReader;
use crate::{output, policy_set};

pub(crate) fn run(args: &RejudgeArgs) -> Result<Exit, Box<dyn Error>> {
    let snapshot = policy_set::load_snapshot(args.snapshot.as_deref())?;
    let target = policy_set::load(&args.policies, snapshot.as_ref())?;
    let lake = LakeReader::open(&args.lake)?;
    let mut report = Report::default();
    let mut judges: BTreeSet<Arc<Provenance>> = BTreeSet::new();
    let mut rejudge = Rejudge::new(&target);
    compare_rows(&lake, &args.scope, &mut report, |row| {
        if !judges.contains(&row.provenance) {
            judges.insert(Arc::clone(&row.provenance));
        }
        rejudge.call(&row.call)
    })?;
    // Silence is not "nothing changes".
    if report.calls() == 0 {
        return Err(WhatifError::Nothing.into());
    }
    let sets: BTreeSet<SetName<'_>> = judges.iter().map(|judge| judged_by(judge)).collect();
    let sets: Vec<SetName<'_>> = sets.into_iter().collect();
    let new = SetName::of(&target);
    output::print(&match args.format {
        WhatifFormat::Text => text::render(&sets, &new, &report),
        WhatifFormat::Json => {
            let baseline = BaselineJson::Lake(sets.iter().map(SetJson::of).collect());
            json::render("driftline.rejudge/1", baseline, &new, &report)?
        }
        WhatifFormat::Sarif => sarif::render(&args.policies, &report)?,
    })?;
    Ok(exit(&report))
}

fn judged_by(judge: &Provenance) -> SetName<'_> {
    let Provenance { policy_set, revision, verdict_hash, .. } = judge;
    SetName { revision: *revision, name: policy_set, verdict_hash }
}
