//! `cargo xtask samples`: a month in the life of an invented company, for trying the product out.
//!
//! Writes `samples/`: a trail as CloudTrail delivers it, the policy set it is judged by, a snapshot of
//! what some roles really have, the key of what was planted, and a README. All of it follows from this module alone: no clock, no network,
//! nothing of the product's own code. So the key can be held against the product's verdicts.

mod answer_key;
mod company;
mod compliant;
mod everyday;
mod json;
mod moment;
mod operations;
mod planted;
mod policies;
mod random;
mod readme;
mod record;
mod session;
mod snapshot;
mod trail;
mod write;

#[cfg(test)]
mod tests;

use std::error::Error;
use std::path::Path;

use planted::Plant;
use session::Call;
use trail::Delivery;
use write::Files;

/// Writes the samples; with `--check`, only says which files would change; with a seed, writes those
/// of another company to another folder.
#[expect(clippy::print_stdout, reason = "the answer of a command")]
pub(crate) fn run(options: &[String]) -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples");
    if let [option, seed, out, folder] = options
        && (option.as_str(), out.as_str()) == ("--seed", "--out")
    {
        random::seed(seed.parse()?);
        write::write(Path::new(folder), &generate())?;
        return Ok(());
    }
    let files = generate();
    match options {
        [] => {
            let written = write::write(&root, &files)?;
            println!("samples: {written} of {} files changed", files.len());
            Ok(())
        }
        [option] if option == "--check" => match write::differing(&root, &files)?.as_slice() {
            [] => Ok(()),
            differing => Err(format!(
                "samples differ from what `cargo xtask samples` writes: {}",
                differing.join(", ")
            )
            .into()),
        },
        _ => Err("usage: cargo xtask samples [--check | --seed <number> --out <folder>]".into()),
    }
}

fn generate() -> Files {
    let plants = planted::all();
    let calls = sagemaker_calls(&plants);
    let elsewhere = everyday::out_of_scope();
    let out_of_scope = elsewhere.len();
    let mut deliveries: Vec<Delivery> = calls.iter().map(Delivery::of).collect();
    deliveries.extend(elsewhere);
    let trail = trail::files(&deliveries);
    let header = answer_key::header(&calls, out_of_scope, trail.len());

    let mut files = Files::new();
    files.insert("answer-key.jsonl".to_owned(), answer_key::text(&header, &plants));
    files.insert("README.md".to_owned(), readme::text(&header, &plants));
    files.extend(trail.into_iter().map(|(path, text)| (format!("trail/{path}"), text)));
    let policies = policies::files().into_iter();
    files.extend(policies.map(|(path, text)| (format!("policy-set/{path}"), text)));
    let snapshot = snapshot::files().into_iter();
    files.extend(snapshot.map(|(path, text)| (format!("snapshot/{path}"), text)));
    files
}

fn sagemaker_calls(plants: &[Plant]) -> Vec<Call> {
    let mut calls = everyday::calls();
    calls.extend(plants.iter().map(|plant| plant.call.clone()));
    calls
}
