//! Every container, and what becomes of the broken ones.

use super::{good, log_file, read, record};
use crate::{Container, Limits, Object, parse_record};

fn expect(name: &str, text: impl AsRef<[u8]>, container: Container, verdict: &str) {
    let object = Object::open(text.as_ref(), &Limits::default()).expect(name);
    assert_eq!(object.container(), container, "{name}");
    assert_eq!(read(text.as_ref(), &Limits::default()), verdict, "{name}");
}

fn envelope(detail_type: &str, detail: &str) -> String {
    format!(r#"{{"version":"0","detail-type":"{detail_type}","source":"aws.x","detail":{detail}}}"#)
}

fn api_call() -> String {
    envelope("AWS API Call via CloudTrail", &good())
}

/// A record as `LookupEvents` gives it.
fn entry(record: &str) -> String {
    let record = serde_json::to_string(record).unwrap();
    format!(r#"{{"EventId":"e","EventName":"x","EventTime":1.7e9,"CloudTrailEvent":{record}}}"#)
}

#[test]
fn records_may_stand_anywhere_in_the_object_and_be_printed_any_way() {
    let (good, container) = (good(), Container::Records);
    expect("compact", log_file(&[&good, &good]), container, "ok ok");
    expect(
        "last",
        format!(r#"{{"a":{{"Records":1}},"b":[],"Records":[{good}]}}"#),
        container,
        "ok",
    );
    expect("first", format!(r#"{{"Records":[{good}],"a":"]}}"}}"#), container, "ok");
    expect("escaped", format!(r#"{{"\u0052ecords":[{good}]}}"#), container, "ok");
    let pretty =
        format!("\r\n{{\r\n\t\"Records\" : [\r\n  {good}\r\n  ,\r\n  {good}\r\n ]\r\n}}\r\n");
    expect("pretty", pretty, container, "ok ok");
    let traps = record(&[("userAgent", r#""\\\"},{]}[\\""#)]);
    expect("brackets in strings", log_file(&[&traps, &good, &traps]), container, "ok ok ok");
}

#[test]
fn the_slices_are_the_records() {
    let first = record(&[("eventID", "\"first\"")]);
    let text = format!("{{\"Records\":[ {first} , {} ]}}", good());
    let object = Object::open(text.as_bytes(), &Limits::default()).unwrap();
    let slices: Vec<_> = object.slices().collect();
    assert_eq!(slices, [first.as_bytes(), good().as_bytes()]);
}

#[test]
fn a_broken_line_is_refused_alone() {
    let (good, lines) = (good(), Container::JsonLines);
    expect("lines", format!("{good}\n\n{good}\r\n"), lines, "ok ok");
    expect("last cut", format!("{good}\n{good}\n{{\"a\":\"b"), lines, "ok ok MALFORMED_RECORD");
    expect("first cut", format!("{{\"a\":\n{good}\n{good}"), lines, "MALFORMED_RECORD ok ok");
    expect("first of two cut", format!("{{\"a\":\"\n{good}"), lines, "MALFORMED_RECORD ok");
    let cut = format!("{good}\n{{\"a\":\"b\n{good}\n{{\"a\":\"b\n{good}");
    expect("two cut", cut, lines, "ok MALFORMED_RECORD ok MALFORMED_RECORD ok");
    expect("text", format!("{good}\nhello\n{good}"), lines, "ok MALFORMED_RECORD ok");
    expect("number", format!("{good}\n42\n{good}"), lines, "ok MALFORMED_RECORD ok");
    expect("no record", format!("{good}\n{{\"x\":1}}"), lines, "ok MALFORMED_RECORD");
    let not_utf8 = [good.as_bytes(), b"\n{\"a\":\"\xff\"}\n", good.as_bytes()].concat();
    expect("not UTF-8", not_utf8, lines, "ok NOT_UTF8 ok");
    let backslash = format!("{good}\n{{\"a\":\"b\\\n{good}\n{{\"c\":\"d\\\n{good}");
    expect("cut in an escape", backslash, lines, "ok MALFORMED_RECORD ok MALFORMED_RECORD ok");
}

#[test]
fn lines_may_be_containers() {
    let (good, lines) = (good(), Container::JsonLines);
    let mixed = format!(
        "{{\"Records\":[{good},{good}]}}\n{}\n[{good}]\n{{\"Events\":[{}]}}",
        api_call(),
        entry(&good)
    );
    expect("mixed", mixed, lines, "ok ok ok ok ok");
    expect(
        "envelopes",
        format!("{}\n{}\nx", api_call(), api_call()),
        lines,
        "ok ok MALFORMED_RECORD",
    );
    let entries = format!("{}\nx\n{}", entry(&good), entry(&good));
    expect("entries", entries, lines, "ok MALFORMED_RECORD ok");
}

#[test]
fn a_broken_document_is_refused_as_a_whole() {
    let good = good();
    for text in [
        format!("{{\"Records\":[\n{good}"),
        format!("{{\"Records\":[\n{good},\n{good}\n"),
        format!("{{\n  \"Records\": [\n    {good},\n    {good},\n"),
        "{\n  \"Records\": [\n    {\n      \"a\": {},\n      \"b\": []\n".to_owned(),
        format!("{{\"Records\":[{good}]}}\n{{\"Records\":[{good}"),
        format!("[\n{good},\n{good},\n]"),
        format!("{good},\n{good}"),
        format!("{{\"Records\":[{good}}}]"),
        "{\"a\":1,}".to_owned(),
        "{\"a\"}".to_owned(),
        "{a:1}".to_owned(),
        "[".repeat(1_000_000),
        "{\n".repeat(100_000),
        "\"".to_owned(),
        "{\"\\".to_owned(),
    ] {
        assert_eq!(read(text.as_bytes(), &Limits::default()), "NOT_JSON", "{text:.80}");
    }
    let both = format!("{{\"Records\":[{good}],\"Events\":[]}}");
    assert_eq!(read(both.as_bytes(), &Limits::default()), "NOT_CLOUDTRAIL");
}

#[test]
fn the_error_says_where() {
    let error = Object::open(b"{\"Records\":[\n {} {}]}", &Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), "NOT_JSON: line 2, column 5: expected `,` or `]`");
}

#[test]
fn lists_and_single_records() {
    let good = good();
    expect("list", format!("[{good}, {good}]"), Container::List, "ok ok");
    expect("empty list", "[]", Container::List, "");
    expect(
        "list of others",
        "[1, [], {}]",
        Container::List,
        "MALFORMED_RECORD MALFORMED_RECORD MALFORMED_RECORD",
    );
    expect("record", &good, Container::Record, "ok");
    expect("printed", format!("\n{}\n", good.replace(',', ",\n  ")), Container::Record, "ok");
    expect("poor record", "{\"eventName\":\"x\"}", Container::Record, "MALFORMED_RECORD");
    expect("a record's own detail", record(&[("detail", "{}")]), Container::Record, "ok");
}

#[test]
fn eventbridge() {
    let (call, bridge) = (api_call(), Container::EventBridge);
    let native = envelope("SageMaker Training Job State Change", r#"{"TrainingJobName":"x"}"#);
    expect("one", &call, bridge, "ok");
    expect("list", format!("[{call},{native},{call}]"), Container::List, "ok NOT_CLOUDTRAIL ok");
    expect("native", &native, bridge, "NOT_CLOUDTRAIL");
    expect("no object", envelope("x", "[1]"), bridge, "NOT_CLOUDTRAIL");
    let twice = format!("{{\"detail-type\":\"x\",\"detail\":{0},\"detail\":{0}}}", good());
    expect("twice", &twice, bridge, "DUPLICATE_KEY");
    let bad = envelope("AWS API Call via CloudTrail", &record(&[("eventTime", "\"x\"")]));
    expect("bad record", &bad, bridge, "BAD_TIME");

    let object = Object::open(native.as_bytes(), &Limits::default()).unwrap();
    let error = parse_record(object.slices().next().unwrap(), &Limits::default()).unwrap_err();
    let wanted = "the EventBridge event `SageMaker Training Job State Change` holds no record";
    assert_eq!(error.detail, wanted);
}

#[test]
fn lookup_events() {
    let (good, container) = (good(), Container::LookupEvents);
    let pages =
        |entries: &[String]| format!(r#"{{"Events":[{}],"NextToken":"t"}}"#, entries.join(","));
    expect("empty", pages(&[]), container, "");
    expect("two", pages(&[entry(&good), entry(&good)]), container, "ok ok");
    expect("bare list", format!("[{}]", entry(&good)), Container::List, "ok");
    let odd = pages(&[
        entry(&good),
        r#"{"EventId":"e"}"#.to_owned(),
        r#"{"CloudTrailEvent":{}}"#.to_owned(),
        r#"{"CloudTrailEvent":"\ud800"}"#.to_owned(),
        entry("not JSON"),
        entry(&record(&[("userAgent", "\"\u{e9}\u{1f600} \\\" \\\\\"")])),
    ]);
    let verdict = "ok MALFORMED_RECORD MALFORMED_RECORD LONE_SURROGATE MALFORMED_RECORD ok";
    expect("odd", odd, container, verdict);

    let text = pages(&[entry(&record(&[("eventID", "\"a\"")])), entry(&good)]);
    let object = Object::open(text.as_bytes(), &Limits::default()).unwrap();
    let first = parse_record(object.slices().next().unwrap(), &Limits::default()).unwrap();
    assert_eq!(first.event_id(), Some("a"));
}
