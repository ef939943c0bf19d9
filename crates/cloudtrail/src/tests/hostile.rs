//! Damage of every kind: nothing panics, nothing is half read, nothing is lost.

use super::{good, gzip, log_file, read, read_record, record};
use crate::{Limits, Object, Reason, inflate};

/// A file with something of everything, of a size that lets thousands of copies be read.
fn sample() -> Vec<u8> {
    let identity = r#"{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/r/s",
        "sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::111122223333:role/p/r"},
        "attributes":{"creationDate":"2026-06-01T11:00:00Z","mfaAuthenticated":"false"}}}"#;
    log_file(&[
        record(&[("userIdentity", identity), ("recipientAccountId", "\"111122223333\"")]),
        record(&[("requestParameters", r#"{"tags":[{"key":"\u00e9\\","value":"[]{}"}]}"#)]),
        record(&[("userAgent", "\"\u{e9}\u{1f600}\""), ("readOnly", "true")]),
    ])
}

/// xorshift64, so that every run damages alike.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap().checked_rem(sides).unwrap_or(0)
    }
}

const PIECES: [&[u8]; 12] = [
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\n",
    b"\xff",
    b"{\"Records\":[",
    b"\\ud800",
];

/// Changes a byte or a bit, cuts the end off, takes a piece out, or puts one in.
fn damage(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let place = dice.roll(bytes.len());
    let end = place.saturating_add(dice.roll(40)).min(bytes.len());
    match dice.roll(5) {
        _ if bytes.is_empty() => {}
        0 => bytes[place] = u8::try_from(dice.roll(256)).unwrap(),
        1 => bytes[place] ^= 1 << dice.roll(8),
        2 => bytes.truncate(place),
        3 => drop(bytes.drain(place..end)),
        _ => drop(bytes.splice(place..place, PIECES[dice.roll(PIECES.len())].iter().copied())),
    }
}

/// Reads damaged copies; those that open must answer for every slice.
fn read_damaged(original: &[u8], rounds: usize) -> usize {
    let (mut dice, limits) = (Dice(0x9e37_79b9_7f4a_7c15), Limits::default());
    let copies = (0..rounds).map(|_| {
        let mut bytes = original.to_vec();
        (0..=dice.roll(3)).for_each(|_| damage(&mut bytes, &mut dice));
        bytes
    });
    copies.filter(|copy| opens(copy, &limits)).count()
}

fn opens(bytes: &[u8], limits: &Limits) -> bool {
    let Ok(object) = Object::open(bytes, limits) else { return false };
    let verdicts: Vec<_> = object.slices().map(|slice| read_record(slice, limits)).collect();
    assert_eq!(verdicts.len(), object.len());
    for error in verdicts.into_iter().filter_map(Result::err) {
        assert!(!error.detail.is_empty() && !error.detail.contains('\n'), "{error}");
    }
    true
}

#[test]
fn damaged_files_do_no_harm() {
    assert!(read_damaged(&sample(), 4_000) > 400);
    assert!(read_damaged(&gzip(&sample()), 4_000) > 0);
    let lines = format!("{}\n", good()).repeat(5);
    assert!(read_damaged(lines.as_bytes(), 4_000) > 400);
    let entry = serde_json::to_string(&good()).unwrap();
    let lookup = format!("{{\"Events\":[{{\"CloudTrailEvent\":{entry}}}]}}");
    assert!(read_damaged(lookup.as_bytes(), 2_000) > 200);
}

#[test]
fn a_gzip_cut_anywhere_gives_nothing() {
    let gz = gzip(&sample());
    assert_eq!(read(&gz, &Limits::default()), "ok ok ok");
    for length in 1..gz.len() {
        let verdict = read(&gz[..length], &Limits::default());
        assert_eq!(verdict, "TRUNCATED_GZIP", "cut after {length} bytes");
    }
}

#[test]
fn no_flipped_bit_changes_a_record_unnoticed() {
    let (limits, gz) = (Limits::default(), gzip(&sample()));
    let slices = |object: &Object| object.slices().map(<[u8]>::to_vec).collect::<Vec<_>>();
    let original = slices(&Object::open(&gz, &limits).unwrap());
    for (place, bit) in (10..gz.len()).flat_map(|place| (0..8).map(move |bit| (place, bit))) {
        let mut bytes = gz.clone();
        bytes[place] ^= 1 << bit;
        match Object::open(&bytes, &limits) {
            // The last byte of a deflate stream has bits without a meaning.
            Ok(object) => assert_eq!(slices(&object), original, "byte {place}, bit {bit}"),
            Err(error) => {
                let damaged = matches!(error.reason, Reason::CorruptGzip | Reason::TruncatedGzip);
                assert!(damaged, "byte {place}, bit {bit}: {error}");
            }
        }
    }
}

#[test]
fn the_limits_hold() {
    let file = log_file(&vec![good(); 10]);
    let limits =
        |max_inflated, max_ratio, max_record| Limits { max_inflated, max_ratio, max_record };
    let (enough, size) = (Limits::default(), file.len());
    let exact = limits(size, 200, good().len());
    assert_eq!(read(&gzip(&file), &exact), read(&file, &enough));
    assert_eq!(read(&gzip(&file), &limits(size - 1, 200, 1 << 20)), "GZIP_BOMB");
    assert_eq!(read(&file, &limits(size - 1, 200, 1 << 20)), "OBJECT_TOO_LARGE");
    let short = limits(size, 200, good().len() - 1);
    assert_eq!(read(&file, &short), ["RECORD_TOO_LARGE"; 10].join(" "));

    let spaces = [file.clone(), vec![b' '; (1 << 20) - size]].concat();
    assert_eq!(read(&gzip(&spaces), &enough), read(&file, &enough), "no ratio in the first MiB");
    let more = gzip(&[spaces, vec![b' ']].concat());
    assert_eq!(read(&more, &enough), "GZIP_BOMB");
    assert_eq!(read(&more, &limits(2 << 20, 100_000, 1 << 20)), read(&file, &enough));
}

#[test]
fn a_bomb_is_given_up_early() {
    let zeros = gzip(&vec![0; 64 << 20]);
    let error = inflate(&zeros, &Limits::default()).unwrap_err();
    assert!(error.detail.contains("inflate to 2097152"), "{error}");
}

#[test]
fn nesting_does_not_exhaust_the_stack() {
    let limits = Limits { max_record: 16 << 20, ..Limits::default() };
    let open = "[".repeat(1_000_000);
    let closed = format!("{open}{}", "]".repeat(1_000_000));
    let objects = format!("{}1{}", "{\"a\":".repeat(500_000), "}".repeat(500_000));
    for deep in [&closed, &objects] {
        for member in ["requestParameters", "userIdentity", "eventID", "unknown"] {
            let file = log_file(&[record(&[(member, deep)])]);
            assert_eq!(read(&file, &limits), "TOO_DEEP", "{member}");
        }
    }
    assert_eq!(read(open.as_bytes(), &limits), "NOT_JSON");
    assert_eq!(read(closed.as_bytes(), &limits), "MALFORMED_RECORD");
    assert_eq!(read(objects.as_bytes(), &limits), "NOT_CLOUDTRAIL");
}

#[test]
fn many_values_of_no_size_cost_no_memory() {
    let numbers = format!("[{}0]", "0,".repeat(5_000_000));
    assert_eq!(read(numbers.as_bytes(), &Limits::default()), "NOT_CLOUDTRAIL");
}

#[test]
fn details_stay_short_and_on_one_line() {
    let long = format!("\"{}\"", "\\n<x>".repeat(20_000));
    let doubled = format!("{{{long}:1,{long}:2}}");
    for change in [("eventTime", long.as_str()), ("awsRegion", &long), ("x", &doubled)] {
        let error = read_record(record(&[change]).as_bytes(), &Limits::default()).unwrap_err();
        assert!(error.detail.chars().count() < 500, "{}", error.detail);
        assert!(!error.detail.contains('\n'), "{}", error.detail);
    }
}
