//! What was done, as text and as `driftline.compact/1`.

use serde::Serialize;

use super::{Days, Done, Files, Rows};
use crate::args::Format;
use crate::output::grouped;

#[derive(Serialize)]
struct DoneJson<'d> {
    schema: &'static str,
    #[serde(flatten)]
    done: &'d Done,
}

pub(super) fn done(done: &Done, format: Format) -> Result<String, serde_json::Error> {
    match format {
        Format::Text => Ok(text(done)),
        Format::Json => {
            let json = DoneJson { schema: "driftline.compact/1", done };
            Ok(serde_json::to_string_pretty(&json)? + "\n")
        }
    }
}

fn text(done: &Done) -> String {
    let Days { merged, unchanged, left } = done.days;
    let left = match left {
        0 => String::new(),
        left => format!(", {} left until more has come", grouped(left)),
    };
    let mut text =
        format!("Days   {} merged, {} as they were{left}\n", grouped(merged), grouped(unchanged));
    if merged > 0 {
        let Rows { read, kept, duplicates, superseded } = done.calls;
        text.push_str(&format!(
            "Calls  {} read = {} kept + {} repeated + {} that a newer judgement replaces\n",
            grouped(read),
            grouped(kept),
            grouped(duplicates),
            grouped(superseded)
        ));
    }
    if done.conflicts > 0 {
        let conflicts = grouped(done.conflicts);
        text.push_str(&format!("DRF403 {conflicts} events have two bodies: both are kept\n"));
    }
    let Files { written, replaced, deleted } = done.files;
    text + &format!(
        "Files  {} written, {} deleted; {} that they replace will be deleted by the next run\n",
        grouped(written),
        grouped(deleted),
        grouped(replaced)
    )
}
