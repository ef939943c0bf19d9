//! What a record says, member by member.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::record;
use crate::{Limits, Reason, Record, parse_record};

fn with_record(changes: &[(&str, &str)], look: impl FnOnce(&Record<'_>)) {
    look(&parse_record(record(changes).as_bytes(), &Limits::default()).unwrap());
}

#[test]
fn text_borrows_unless_it_holds_escapes() {
    let escaped = ("eventSource", r#""\u0073agemaker.amazonaws\/com""#);
    with_record(&[escaped, ("userAgent", "\"plain\"")], |record| {
        assert_eq!(record.event_source, "sagemaker.amazonaws/com");
        assert!(matches!(record.user_agent, Some(Cow::Borrowed("plain"))));
    });
}

#[test]
fn odd_types_cost_the_member_and_not_the_record() {
    let changes = [
        ("eventID", "17"),
        ("userAgent", "true"),
        ("requestID", "[\"a\"]"),
        ("sharedEventID", "{}"),
        ("errorCode", "\"\""),
        ("readOnly", "\"True\""),
        ("managementEvent", "\"false\""),
        ("sessionCredentialFromConsole", "\"yes\""),
    ];
    with_record(&changes, |record| {
        assert_eq!(record.event_id(), Some("17"));
        assert_eq!(record.user_agent.as_deref(), Some("true"));
        assert_eq!((&record.request_id, &record.shared_event_id), (&None, &None));
        assert_eq!(record.error_code, None);
        assert_eq!((record.read_only, record.management_event), (Some(true), Some(false)));
        assert_eq!(record.session_credential_from_console, None);
    });
}

#[test]
fn parameters_stay_as_they_stand() {
    for (json, raw) in [
        (r#" {"a" : 1e400} "#, Some(r#"{"a" : 1e400}"#)),
        (r#""requestParameters too large""#, Some(r#""requestParameters too large""#)),
        ("{}", Some("{}")),
        ("-0", Some("-0")),
        ("null", None),
        ("", None),
    ] {
        with_record(&[("requestParameters", json)], |record| {
            assert_eq!(record.request_parameters, raw);
        });
    }
}

#[test]
fn presence_is_told() {
    with_record(&[], |record| assert!(!record.has_tls_details && !record.has_addendum));
    with_record(&[("tlsDetails", "{}"), ("addendum", "{\"reason\":\"UPDATED_DATA\"}")], |record| {
        assert!(record.has_tls_details && record.has_addendum);
    });
}

#[test]
fn raw_is_the_record_without_the_space_around_it() {
    let text = format!("\n {} ", record(&[]));
    let parsed = parse_record(text.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(parsed.raw, record(&[]));
}

#[test]
fn text_behind_a_record_is_refused() {
    let text = format!("{}x", record(&[]));
    let error = parse_record(text.as_bytes(), &Limits::default()).unwrap_err();
    assert_eq!(error.reason, Reason::MalformedRecord);
}

#[test]
fn every_reason_has_a_code_of_its_own() {
    let codes: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
    assert_eq!(codes.len(), Reason::ALL.len());
    let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    assert!(codes.iter().all(|code| code.bytes().all(allowed)));
}
