//! `driftline observe`: a lake in, a small pack of what was asked out, for `whatif --observed`.

use std::collections::BTreeMap;
use std::error::Error;

use analyzer::Call;

use crate::args::ObserveArgs;
use crate::exit_code::Exit;
use crate::files;
use crate::lake_reader::LakeReader;
use crate::observed::{Names, Pack, Size};
use crate::output::{self, grouped, visible};

pub(crate) fn run(args: &ObserveArgs) -> Result<Exit, Box<dyn Error>> {
    let lake = LakeReader::open(&args.lake)?;
    let days = lake.days(args.scope.from, args.scope.to)?;
    let mut names = Names::default();
    for day in &days {
        for row in lake.day(day)?.calls()? {
            names.add(&row?.call);
        }
    }
    let mut pack = Pack::default();
    for day in &days {
        for rows in records(args, &lake, day)?.values() {
            pack.add(rows, &names)?;
        }
    }
    let (text, Size { lines, calls }) = pack.text()?;
    files::write(&args.out, text.as_bytes())?;
    let lines = grouped(u64::try_from(lines).unwrap_or(u64::MAX));
    let (calls, out) = (grouped(calls), visible(&args.out.display().to_string()));
    output::print(&format!("{calls} calls in {lines} lines: {out}\n"))?;
    Ok(Exit::Fine)
}

/// Rows by event id and hash of their record.
type Records = BTreeMap<(String, String), Vec<Call>>;

/// The rows of each record of a day, in the order of their index.
fn records(args: &ObserveArgs, lake: &LakeReader, day: &str) -> Result<Records, Box<dyn Error>> {
    let mut records = Records::new();
    for row in lake.day(day)?.calls()? {
        let call = row?.call;
        if args.scope.has(&call.account, &call.region) {
            let record = (call.event_id.clone(), call.record_hash.clone());
            records.entry(record).or_default().push(call);
        }
    }
    for rows in records.values_mut() {
        rows.sort_by_key(|call| call.request_index);
    }
    Ok(records)
}
