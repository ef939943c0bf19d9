//! Lakes of earlier versions, which stay readable for good.

use std::path::Path;

use lake::{CallRow, FindingRow, ObjectRow, RowReader, TableRow};

use crate::driftline::{driftline, root};
use crate::samples::files;

/// A lake and the logs it was made from, by the first version of the tables.
const FIRST: &str = "tests/data/lake-1";

/// The rows of a table, by their place in the order of the table.
fn rows<R: TableRow>(lake: &Path) -> Vec<R> {
    let mut rows = Vec::new();
    for path in files(&lake.join(R::TABLE.as_str())) {
        let reader = RowReader::<R>::open(std::fs::File::open(path).unwrap()).unwrap();
        rows.extend(reader.map(|row| row.unwrap()));
    }
    rows.sort_by(R::order);
    rows
}

/// A policy set that allows everybody everything, of a revision above that of the old lake.
fn policies(folder: &Path) -> String {
    let text = "schema = 1\nrevision = 99\nname = \"any\"\n\n[[binding]]\nname = \"everybody\"\n\
                principals = [\"*\"]\nidentity = [\"@any\"]\n";
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("policy-set.toml"), text).unwrap();
    folder.display().to_string()
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let path = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::copy(&file, path).unwrap();
    }
}

#[test]
fn a_lake_of_the_first_version_tells_what_it_told() {
    let run = driftline(&["findings", "--lake", FIRST]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    insta::assert_snapshot!("first_lake_findings", run.stdout);
}

/// Judged again, it holds what a new lake holds: no row twice, none lost.
#[test]
fn a_lake_of_the_first_version_is_merged_with_new_rows() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    copy(&root().join(FIRST).join("lake"), &old.join("lake"));
    let (trail, policies) = (format!("{FIRST}/trail"), policies(&folder.path().join("any")));
    for out in [&old, &new] {
        let out = out.display().to_string();
        let words = ["analyze", "--trail", &trail, "--policies", &policies, "--out", &out];
        assert_eq!(driftline(&words).code, 0);
    }
    let (old, new) = (old.join("lake"), new.join("lake"));
    assert!(!rows::<CallRow>(&new).is_empty());
    assert_eq!(rows::<CallRow>(&old), rows::<CallRow>(&new));
    assert_eq!(rows::<FindingRow>(&old), rows::<FindingRow>(&new));
    assert_eq!(rows::<ObjectRow>(&old), rows::<ObjectRow>(&new));
}
