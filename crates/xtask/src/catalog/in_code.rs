//! Lists of AWS's that `iam-policy` keeps in its code, because it stands alone: are they still
//! what the service reference says?

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;

use super::iam_data::IamData;

const RCP: &str = "crates/iam-policy/src/rcp.rs";
const PERMISSIONS: &str = "crates/iam-policy/src/lint/permission_management.rs";

/// What differs, a line each.
pub(super) fn stale(root: &Path, iam_data: &IamData) -> Result<Vec<String>, Box<dyn Error>> {
    let actions = iam_data.actions("iam")?;
    let managing = actions.values().filter(|action| action.access_level.contains("Permissions"));
    let managing: BTreeSet<String> =
        managing.map(|action| format!("iam:{}", action.name)).collect();
    let covered: BTreeSet<String> = iam_data.rcp_services()?.into_iter().collect();
    let mut lines = compare(PERMISSIONS, &super::read(&root.join(PERMISSIONS))?, &managing);
    lines.extend(compare(RCP, &super::read(&root.join(RCP))?, &covered));
    Ok(lines)
}

fn compare(file: &str, source: &str, wanted: &BTreeSet<String>) -> Vec<String> {
    let listed = listed(source);
    let lacking = wanted.iter().filter(|name| !listed.contains(name.as_str()));
    let lacking = lacking.map(|name| format!("+ {file} lacks `{name}`"));
    let old = listed.iter().filter(|name| !wanted.contains(**name));
    lacking.chain(old.map(|name| format!("- {file} lists `{name}`, AWS does not"))).collect()
}

/// The words of a list in the source, each on a line of its own.
fn listed(source: &str) -> BTreeSet<&str> {
    let words = source.lines().map(str::trim_start);
    words.filter_map(|line| line.strip_prefix('"')?.strip_suffix("\",")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_in_code_are_compared_by_name() {
        let source = "const X: [&str; 2] = [\n    \"a\",\n    \"b\",\n];\ncheck(\"c\", \"d\");\n";
        let wanted = ["b", "e"].map(str::to_owned).into();
        let lines = compare("x.rs", source, &wanted);
        assert_eq!(lines, ["+ x.rs lacks `e`", "- x.rs lists `a`, AWS does not"]);
    }
}
