//! The catalogue of bad inputs, row by row, as far as it is the reader's business.

use super::{good, gzip, log_file, read, record};
use crate::Limits;

fn expect(row: &str, bytes: impl AsRef<[u8]>, verdict: &str) {
    assert_eq!(read(bytes.as_ref(), &Limits::default()), verdict, "{row}");
}

/// A file of one good record, one with the change, and another good one.
fn expect_among_good(row: &str, changes: &[(&str, &str)], verdict: &str) {
    let file = log_file(&[good(), record(changes), good()]);
    expect(row, gzip(&file), &format!("ok {verdict} ok"));
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

#[test]
fn compression() {
    let file = log_file(&[good()]);
    let gz = gzip(&file);
    let bomb = gzip(&vec![b' '; 4 << 20]);
    let with_header =
        |flags: u8, header: &[u8]| joined(&[&gz[..3], &[flags], &gz[4..10], header, &gz[10..]]);
    let mut bad_crc = gz.clone();
    let crc = gz.len() - 8;
    bad_crc[crc] ^= 1;
    let mut bad_length = gz.clone();
    let length = gz.len() - 4;
    bad_length[length] ^= 1;

    expect("1 truncated", &gz[..gz.len() / 2], "TRUNCATED_GZIP");
    expect("2 bomb", bomb, "GZIP_BOMB");
    expect("3 trailing garbage", joined(&[&gz, b"garbage"]), "ok TRAILING_DATA");
    expect("3 trailing zeros", joined(&[&gz, &[0; 512]]), "ok TRAILING_DATA");
    expect("4 a second member", joined(&[&gz, &gz]), "ok TRAILING_DATA");
    expect("5, 6 plain JSON, whatever its name", &file, "ok");
    expect("6 gzip, whatever its name", &gz, "ok");
    expect("7 zero bytes", b"", "EMPTY_OBJECT");
    expect("7 white space", b" \n\t ", "EMPTY_OBJECT");
    expect("8 gzip of nothing", gzip(b""), "EMPTY_OBJECT");
    expect("8 gzip of white space", gzip(b"\n"), "EMPTY_OBJECT");
    expect("9 wrong checksum", bad_crc, "CORRUPT_GZIP");
    expect("9 wrong length", bad_length, "CORRUPT_GZIP");
    expect("9 wrong method", joined(&[&gz[..2], &[7], &gz[3..]]), "CORRUPT_GZIP");
    expect("10 zstd", b"\x28\xb5\x2f\xfd\0\0", "UNSUPPORTED_COMPRESSION");
    expect("10 bzip2", b"BZh91AY&SY", "UNSUPPORTED_COMPRESSION");
    expect("10 xz", b"\xfd7zXZ\0\0", "UNSUPPORTED_COMPRESSION");
    expect("10 zip", b"PK\x03\x04", "UNSUPPORTED_COMPRESSION");
    expect("10 lz4", b"\x04\x22\x4d\x18", "UNSUPPORTED_COMPRESSION");
    expect("10 gzip of gzip", gzip(&gz), "UNSUPPORTED_COMPRESSION");
    expect("11 a name", with_header(8, b"log.json\0"), "ok");
    expect("11 a huge name", with_header(8, &vec![b'a'; 4 << 20]), "CORRUPT_GZIP");
    expect("11 a name without end", with_header(8, &[b'a'; 99]), "TRUNCATED_GZIP");
    expect("11 an extra field past the end", with_header(4, &[0xff, 0xff]), "TRUNCATED_GZIP");
}

#[test]
fn json() {
    let good = good();
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let big = format!("\"{}\"", "x".repeat(2 << 20));
    let utf16: Vec<u8> = "{\"Records\":[]}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [&b"\xff\xfe"[..], &utf16].concat();
    let big_endian: Vec<u8> = "\u{feff}[]".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let not_utf8 = format!("{{\"Records\":[{good},{{\"a\":\"?\"}},{good}]}}");
    let not_utf8: Vec<u8> =
        not_utf8.bytes().map(|byte| if byte == b'?' { 0xff } else { byte }).collect();

    expect_among_good("12", &[("requestParameters", &deep(127))], "ok");
    expect_among_good("12", &[("requestParameters", &deep(128))], "TOO_DEEP");
    expect_among_good("12", &[("anything", &deep(100_000))], "TOO_DEEP");
    expect_among_good("13 twice", &[("eventID", "\"a\""), ("eventID", "\"b\"")], "DUPLICATE_KEY");
    expect_among_good("13 unknown", &[("x", "1"), ("x", "2")], "DUPLICATE_KEY");
    expect_among_good("13 nested", &[("x", r#"[{"k":1,"\u006b":2}]"#)], "DUPLICATE_KEY");
    expect_among_good(
        "13 identity",
        &[("userIdentity", r#"{"arn":"a","arn":"b"}"#)],
        "DUPLICATE_KEY",
    );
    expect_among_good("13 escaped", &[("event\\u0049D", "1"), ("eventID", "2")], "DUPLICATE_KEY");
    expect(
        "13 around the records",
        format!("{{\"Records\":[],\"\\u0052ecords\":[{good}],\"detail\":0}}"),
        "DUPLICATE_KEY",
    );
    expect_among_good("14", &[("x", "[1e400,-0,1180591620717411303424]")], "ok");
    expect_among_good("14", &[("eventID", "1e400")], "ok");
    expect_among_good("14", &[("requestParameters", "1180591620717411303424")], "ok");
    expect("15 in a record", &not_utf8, "ok NOT_UTF8 ok");
    expect("15 around the records", b"{\"x\":\"\xff\",\"Records\":[]}", "NOT_UTF8");
    expect("15 no structure", b"\xff\xfa\xc0", "NOT_UTF8");
    expect_among_good("16", &[("x", r#""\ud800""#)], "LONE_SURROGATE");
    expect_among_good("16", &[("userAgent", r#""\udc00""#)], "LONE_SURROGATE");
    expect_among_good("16", &[("userIdentity", r#"{"arn":"\ud800x"}"#)], "LONE_SURROGATE");
    expect_among_good("16 a pair", &[("userAgent", r#""\ud83d\ude00""#)], "ok");
    expect("17", format!("\u{feff}{{\"Records\":[{good}]}}"), "ok BYTE_ORDER_MARK");
    expect("17 gzip", gzip("\u{feff}[]".as_bytes()), "BYTE_ORDER_MARK");
    expect("18", &utf16, "UTF16");
    expect("18", &marked, "UTF16");
    expect("18", &big_endian, "UTF16");
    expect_among_good("19", &[("userAgent", r#""a\u0000\u001b[31mb""#)], "ok");
    expect_among_good("19 unescaped", &[("userAgent", "\"a\u{1}b\"")], "MALFORMED_RECORD");
    expect("20 no records", r#"{"message":"hello"}"#, "NOT_CLOUDTRAIL");
    expect(
        "20 digest",
        r#"{"awsAccountId":"1","digestEndTime":"x","logFiles":[]}"#,
        "NOT_CLOUDTRAIL",
    );
    expect("20 scalar", "42", "NOT_CLOUDTRAIL");
    expect("20 string", "\"Records\"", "NOT_CLOUDTRAIL");
    expect("20 scalars", "1 2 null", "NOT_CLOUDTRAIL");
    expect_among_good(
        "20 insight",
        &[("eventName", ""), ("eventCategory", "\"Insight\""), ("insightDetails", "{}")],
        "NOT_CLOUDTRAIL",
    );
    expect("21", r#"{"Records":null}"#, "RECORDS_NOT_A_LIST");
    expect("21", r#"{"Records":{}}"#, "RECORDS_NOT_A_LIST");
    expect("21", r#"{"Records":"[]"}"#, "RECORDS_NOT_A_LIST");
    expect("21", r#"{"Events":7}"#, "RECORDS_NOT_A_LIST");
    expect("22", r#"{"Records":[]}"#, "");
    expect("22", " {\n  \"Records\" : [ ]\n}\n", "");
    expect("23 wrong bracket", log_file(&[&good, "{\"a\":1]", &good]), "ok MALFORMED_RECORD ok");
    expect("23 no object", log_file(&[&good, "null", &good]), "ok MALFORMED_RECORD ok");
    expect(
        "23 a list",
        log_file(&[&good, "[]", "\"\"", "12"]),
        &format!("ok{}", " MALFORMED_RECORD".repeat(3)),
    );
    expect("23 no word", log_file(&[&good, "nul", &good]), "ok MALFORMED_RECORD ok");
    expect("23 inner comma", log_file(&[&good, "{\"a\":1,}", &good]), "ok MALFORMED_RECORD ok");
    expect("23 empty", log_file(&[&good, "{}", &good]), "ok MALFORMED_RECORD ok");
    let big = record(&[("userAgent", &big)]);
    expect("24", log_file(&[&good, &big, &good]), "ok RECORD_TOO_LARGE ok");
    expect("25 lines", format!("{good}\n\r\n  {good}\n"), "ok ok");
    expect("25 no lines", format!("{good}{good} {good}"), "ok ok ok");
    expect("26 comma", format!("{{\"Records\":[{good},]}}"), "NOT_JSON");
    expect("26 comma", format!("{{\"Records\":[{good}],}}"), "NOT_JSON");
    expect("26 commas", format!("{{\"Records\":[{good},,{good}]}}"), "NOT_JSON");
    expect("26 no comma", format!("{{\"Records\":[{good}{good}]}}"), "NOT_JSON");
    expect("26 comment", format!("// trail\n{{\"Records\":[{good}]}}"), "NOT_JSON");
    expect("26 comment", format!("{{\"Records\":[/* */{good}]}}"), "NOT_JSON");
    expect("26 bad member", format!("{{\"Records\":[{good}],\"x\":{{1}}}}"), "NOT_JSON");
    expect("26 open", format!("{{\"Records\":[{good},"), "NOT_JSON");
    expect("26 text behind", format!("{{\"Records\":[{good}]}}\nbye"), "NOT_JSON");
    expect("26 text behind", format!("{{\"Records\":[{good}]}}]"), "NOT_JSON");
    expect("26 HTML", "<html></html>", "NOT_JSON");
    expect("26 CSV", "eventTime,eventName\n2026,x\n", "NOT_JSON");
}

#[test]
fn a_million_records() {
    let small = log_file(&vec![good(); 1_000_000]);
    let object = crate::Object::open(&small, &Limits::default()).unwrap();
    assert_eq!(object.len(), 1_000_000);
    assert_eq!(object.slices().last(), Some(good().as_bytes()));
}

#[test]
fn cloudtrail() {
    let denied = r#""User: x is not authorized to perform: sagemaker:CreateModel""#;
    expect_among_good("28", &[("eventID", "")], "ok");
    expect("29", log_file(&vec![record(&[("eventID", "\"a\"")]); 2]), "ok ok");
    for time in [
        "",
        "null",
        "17",
        "\"\"",
        "\"yesterday\"",
        "\"1970-01-01T00:00:00Z\"",
        "\"2012-12-31T23:59:59Z\"",
        "\"2026-06-01\"",
        "\"2026-06-01T12:00:00\"",
        "\"2026-06-01 12:00:00.000\"",
        "\"2026-13-01T12:00:00Z\"",
        "{}",
    ] {
        expect_among_good(&format!("30 {time}"), &[("eventTime", time)], "BAD_TIME");
    }
    for time in [
        "\"2013-01-01T00:00:00Z\"",
        "\"2026-06-01T12:00:00.123Z\"",
        "\"2026-06-01T12:00:00+02:00\"",
        "\"9999-12-31T23:59:59Z\"",
    ] {
        expect_among_good(&format!("30 {time}"), &[("eventTime", time)], "ok");
    }
    for version in ["\"2.0\"", "\"0.9\"", "2", "\"\\u0032.1\"", "\"one\"", "\".1\""] {
        expect_among_good(
            &format!("31 {version}"),
            &[("eventVersion", version)],
            "UNSUPPORTED_VERSION",
        );
    }
    for version in ["\"1.99\"", "\"1.0\"", "1.08", "\"1\"", "", "null", "\"\""] {
        expect_among_good(&format!("31 {version}"), &[("eventVersion", version)], "ok");
    }
    expect_among_good("32", &[("requestParameters", "null")], "ok");
    expect_among_good("33", &[("requestParameters", "\"too large\"")], "ok");
    expect_among_good("34", &[("userIdentity", "\"HIDDEN_DUE_TO_SECURITY_REASONS\"")], "ok");
    expect_among_good("35", &[("userIdentity", r#"{"invokedBy":"x.amazonaws.com"}"#)], "ok");
    expect_among_good("38", &[("errorCode", "\"AccessDenied\""), ("errorMessage", denied)], "ok");
    expect_among_good("40", &[("eventSource", "\"metrics-sagemaker.amazonaws.com\"")], "ok");
    expect_among_good("41", &[("eventName", "\"NoSuchEvent\"")], "ok");
    expect_among_good("43", &[("sourceIPAddress", "\"AWS Internal\"")], "ok");
    expect_among_good("45", &[("sharedEventID", "\"a\"")], "ok");
    for region in ["\"cn-north-1\"", "\"us-gov-west-1\"", "\"us-iso-east-1\"", "\"\"", "null"] {
        expect_among_good(&format!("46 {region}"), &[("awsRegion", region)], "ok");
    }
    let twice = r#"{"a":[{"trainingJobName":"x","TrainingJobName":"y"}]}"#;
    expect_among_good("47", &[("requestParameters", twice)], "DUPLICATE_KEY");
    expect_among_good("47 elsewhere", &[("responseElements", twice)], "ok");
    let own = r#"{"Environment":{"a":"1","A":"2"},"hyperParameters":{"x":1,"X":2}}"#;
    expect_among_good("47 the caller's own words", &[("requestParameters", own)], "ok");
    let below = r#"{"inputArtifacts":{"a":{"value":1,"Value":2}}}"#;
    expect_among_good("47 below them", &[("requestParameters", below)], "DUPLICATE_KEY");
    for account in ["\"1234\"", "\"11112222333a\"", "\"' OR 1=1 --\"", "\"٣١١١٢٢٢٢٣٣٣٣\"", "true"]
    {
        expect_among_good(
            &format!("72 {account}"),
            &[("recipientAccountId", account)],
            "BAD_ACCOUNT",
        );
    }
    for region in ["\"region=x/dt=9999\"", "\"EU-WEST-1\"", "\"eu\"", "\"a'; DROP\""] {
        expect_among_good(&format!("72 {region}"), &[("awsRegion", region)], "BAD_REGION");
    }
    for name in ["eventName", "eventSource"] {
        for missing in ["", "null", "\"\"", "{}", "[\"x\"]"] {
            expect_among_good(&format!("{name} {missing}"), &[(name, missing)], "MALFORMED_RECORD");
        }
    }
}
