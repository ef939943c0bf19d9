//! A policy set that finds no violation on its first run, with comments that say how to go on.

use analyzer::target::MANIFEST;

use super::{Files, place, quoted};
use crate::ready_made::System;

/// The files, and what to tell about them.
pub(super) fn set(
    name: &str,
    chosen: &[&System],
) -> Result<(Files, String), Box<dyn std::error::Error>> {
    let mut files = Files::new();
    let mut told = String::new();
    let mut identity = vec!["@any".to_owned()];
    for system in chosen {
        for (file, text) in system.files {
            files.insert(place(system, file), text.as_bytes().to_vec());
        }
        identity.extend(system.guard().map(|(file, _)| place(system, file)));
        let about = system.about()?;
        if !about.edit.is_empty() {
            told.push_str(&format!("Fill in, in {}:\n", system.name));
            about.edit.iter().for_each(|what| told.push_str(&format!("- {what}\n")));
            told.push('\n');
        }
    }
    let lines: Vec<String> =
        identity.iter().map(|file| format!("    {},\n", quoted(file))).collect();
    let text = TEMPLATE.replace("{identity}", &lines.concat()).replacen("{name}", &quoted(name), 1);
    files.insert(MANIFEST.to_owned(), text.into_bytes());
    Ok((files, told))
}

const TEMPLATE: &str = r#"# What principals should be able to do. docs/policy-set.md of driftline has all of it.
schema   = 1
revision = 1          # raise it with every change: the higher one counts
name     = {name}

# To begin with, everybody may do anything, and only Deny policies and record rules judge. Add Deny policies
# to `identity` one by one: `driftline init --list` has ready-made ones, and `driftline whatif` tells what each
# would break before it is in force.
[[binding]]
name       = "everybody"
principals = ["*"]
identity   = [
{identity}]

# Then say what each family of principals should have. Where a binding for everybody with "@any" remains, it
# allows what theirs do not: narrow it, or take "@any" away.
#
# [[binding]]
# name       = "data-scientists"
# principals = ["arn:aws:iam::*:role/team/*"]      # with the path of the role
# identity   = ["data-scientist.json"]       # or "@attached": what IAM has attached, by --snapshot
# boundary   = "boundary.json"                     # optional

# Service control policies; FullAWSAccess is implied on each level.
#
# [[scp]]
# accounts = ["*"]                                 # the root of the organisation, or account ids
# policies = ["guardrail.json"]

# Checked on the record itself, also where IAM has no condition key.
#
# [[record_rule]]
# principals     = ["*"]
# instance_types = ["ml.t3.*", "ml.m5.*", "ml.c5.*", "system"]
# images         = ["111122223333.dkr.ecr.*.amazonaws.com/approved/*"]
# s3             = ["s3://ml-*/*"]

# Counted and shown, never a violation.
#
# [[exempt]]
# principals = ["arn:aws:iam::*:role/BreakGlass"]
# reason     = "incident response"

# What CloudTrail does not carry.
#
# [facts]
# management_account = "111122223333"
# org_id             = "o-exampleorgid"
# vpc_endpoints      = { "vpce-0a1b2c3d" = "vpc-111bbaaa" }
"#;
