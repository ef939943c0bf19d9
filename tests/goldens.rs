//! What is printed of findings, calls and changes, in all forms, to the letter.

use crate::driftline::driftline;

/// A lake of the samples, gone after the test.
struct Lake(tempfile::TempDir);

impl Lake {
    fn new() -> Self {
        let lake = Self(tempfile::tempdir().unwrap());
        let words = ["analyze", "--trail", "samples/trail", "--policies", "samples/policy-set"];
        assert_eq!(driftline(&[&words, &["--out", &lake.path()][..]].concat()).code, 0);
        lake
    }

    fn path(&self) -> String {
        self.0.path().display().to_string()
    }

    fn run(&self, verb: &str, words: &[&str]) -> String {
        let run = driftline(&[&[verb, "--lake", &self.path()], words].concat());
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        run.stdout
    }
}

#[test]
fn findings() {
    let lake = Lake::new();
    let some = ["--code", "DRF106,DRF113,DRF203"];
    insta::assert_snapshot!("findings_text", lake.run("findings", &some));
    let json = lake.run("findings", &[&some[..], &["--format", "json"]].concat());
    insta::assert_snapshot!("findings_json", json);
}

#[test]
fn timeline() {
    let lake = Lake::new();
    let who = ["--principal", "arn:aws:iam::*:role/vendor/*"];
    insta::assert_snapshot!("timeline_text", lake.run("timeline", &who));
    let json = lake.run("timeline", &[&who[..], &["--format", "json"]].concat());
    insta::assert_snapshot!("timeline_json", json);
}

#[test]
fn whatif() {
    let words = ["whatif", "--trail", "samples/trail", "--baseline", "samples/policy-set"];
    let more = [
        "--policies",
        "tests/sarif/policies",
        "--account",
        "444455556666",
        "--to",
        "2026-05-03",
        "--format",
        "json",
    ];
    let run = driftline(&[&words[..], &more].concat());
    assert_eq!((run.code, run.stderr.as_str()), (1, ""));
    insta::assert_snapshot!("whatif_json", run.stdout);
}
