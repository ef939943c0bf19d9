//! Names of files, honest and otherwise.

use chrono::TimeDelta;

use super::record;
use crate::{Limits, ObjectKey, Reason, is_skipped, parse_record};

const NAME: &str = "111122223333_CloudTrail_eu-west-1_20260601T1205Z_Ab3dE5gH7jK9mN1p.json.gz";

#[test]
fn a_key_gives_account_region_time_and_organisation() {
    let folder = "111122223333/CloudTrail/eu-west-1/2026/06/01";
    for (prefix, organization) in [
        (String::new(), None),
        (format!("AWSLogs/{folder}/"), None),
        (format!("some/prefix/AWSLogs/{folder}/"), None),
        (format!("AWSLogs/o-exampleorgid/{folder}/"), Some("o-exampleorgid")),
        (format!("o-mineminemine/AWSLogs/o-exampleorgid/{folder}/"), Some("o-exampleorgid")),
        (format!("AWSLogs/o-short/{folder}/"), None),
    ] {
        let key = ObjectKey::parse(&format!("{prefix}{NAME}")).unwrap();
        assert_eq!((&*key.account, &*key.region), ("111122223333", "eu-west-1"));
        assert_eq!(key.delivered_at.to_rfc3339(), "2026-06-01T12:05:00+00:00");
        assert_eq!(key.organization.as_deref(), organization, "{prefix}");
    }
    assert!(ObjectKey::parse(NAME.trim_end_matches(".gz")).is_ok());
}

#[test]
fn other_names_are_refused() {
    for (name, reason) in [
        ("", Reason::BadKey),
        ("AWSLogs/", Reason::BadKey),
        ("events.json", Reason::BadKey),
        ("111122223333_CloudTrail_eu-west-1_20260601T1205Z_.json.gz", Reason::BadKey),
        ("111122223333_CloudTrail_eu-west-1_20260601T1205Z.json.gz", Reason::BadKey),
        ("111122223333_CloudTrail_eu-west-1_20260601T1205Z_a_b.json.gz", Reason::BadKey),
        ("111122223333_CloudTrail_eu-west-1_20260601T1205Z_a%.json.gz", Reason::BadKey),
        ("111122223333_CloudTrail-Digest_eu-west-1_20260601T1205Z_a.json.gz", Reason::BadKey),
        ("1111_CloudTrail_eu-west-1_20260601T1205Z_a.json.gz", Reason::BadAccount),
        ("１11122223333_CloudTrail_eu-west-1_20260601T1205Z_a.json.gz", Reason::BadAccount),
        ("111122223333_CloudTrail_region=x_20260601T1205Z_a.json.gz", Reason::BadRegion),
        ("111122223333_CloudTrail_.._20260601T1205Z_a.json.gz", Reason::BadRegion),
        ("111122223333_CloudTrail_eu-west-1_20261301T1205Z_a.json.gz", Reason::BadTime),
        ("111122223333_CloudTrail_eu-west-1_20260601T2405Z_a.json.gz", Reason::BadTime),
        ("111122223333_CloudTrail_eu-west-1_+0260601T1205Z_a.json.gz", Reason::BadTime),
        ("111122223333_CloudTrail_eu-west-1_20260601T120500Z_a.json.gz", Reason::BadTime),
        ("111122223333_CloudTrail_eu-west-1_2026\u{e9}601T1205Z_a.json.gz", Reason::BadTime),
        ("111122223333_CloudTrail_eu-west-1_TZ_a.json.gz", Reason::BadTime),
    ] {
        assert_eq!(ObjectKey::parse(name).unwrap_err().reason, reason, "{name}");
    }
}

#[test]
fn other_kinds_of_files_are_skipped() {
    let account = "AWSLogs/111122223333";
    for (key, kind) in [
        (format!("{account}/CloudTrail/eu-west-1/2026/06/01/{NAME}"), None),
        (format!("{account}/CloudTrail-Digest/eu-west-1/x.json.gz"), Some("CloudTrail-Digest")),
        (format!("p/{account}/CloudTrail-Insight/eu-west-1/x.gz"), Some("CloudTrail-Insight")),
        (
            format!("{account}/CloudTrail-NetworkActivity/eu-west-1/x.gz"),
            Some("CloudTrail-NetworkActivity"),
        ),
        (format!("{account}/CloudTrail-AggregatedData/x.gz"), Some("CloudTrail-Aggregated")),
        (format!("CloudTrail-Digest/{account}/CloudTrail/eu-west-1/{NAME}"), None),
        (
            "111122223333_CloudTrail-Digest_eu-west-1_t_eu-west-1_20260601T120000Z.json.gz".into(),
            Some("CloudTrail-Digest"),
        ),
        ("CloudTrail-Digest".into(), None),
        (String::new(), None),
    ] {
        assert_eq!(is_skipped(&key), kind, "{key}");
    }
}

#[test]
fn a_record_is_no_younger_than_its_file() {
    let text = record(&[("eventTime", "\"2026-06-01T12:20:00Z\"")]);
    let record = parse_record(text.as_bytes(), &Limits::default()).unwrap();
    let delivered_at = ObjectKey::parse(NAME).unwrap().delivered_at;
    assert_eq!(record.check_time(None), Ok(()));
    assert_eq!(record.check_time(Some(delivered_at)), Ok(()));
    let earlier = delivered_at - TimeDelta::seconds(1);
    assert_eq!(record.check_time(Some(earlier)).unwrap_err().reason, Reason::BadTime);
}
