//! The log files: in the layout CloudTrail delivers to a bucket, one file per account, region and
//! day, so that a month of three accounts stays a few files.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use flate2::{Compression, GzBuilder};

use super::json::{Json, object};
use super::moment::Moment;
use super::random::Random;
use super::record::record;
use super::session::Call;

/// A record and where it goes.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) account: &'static str,
    pub(super) region: &'static str,
    pub(super) at: Moment,
    pub(super) record: Json,
    pub(super) delivered_twice: bool,
}

impl Delivery {
    pub(super) fn of(call: &Call) -> Self {
        Self {
            account: call.session.place.account.id,
            region: call.session.place.region,
            at: call.at,
            record: record(call),
            delivered_twice: call.delivered_twice,
        }
    }
}

/// The files by their path, each with its inflated text.
pub(super) fn files(deliveries: &[Delivery]) -> BTreeMap<String, String> {
    let mut by_file: BTreeMap<(&str, &str, u64), Vec<&Delivery>> = BTreeMap::new();
    for delivery in deliveries {
        let mut deliver = |day| {
            by_file.entry((delivery.account, delivery.region, day)).or_default().push(delivery);
        };
        deliver(delivery.at.day);
        if delivery.delivered_twice {
            deliver(delivery.at.day.saturating_add(1));
        }
    }
    by_file.into_iter().map(|(file, held)| (path(file), text(held))).collect()
}

fn path((account, region, day): (&str, &str, u64)) -> String {
    let ending = Random::stream(&format!("file {account} {region} {day}")).alphanumeric(16);
    format!(
        "AWSLogs/{account}/CloudTrail/{region}/2026/05/{day:02}/{account}_CloudTrail_{region}_202605{day:02}T2355Z_{ending}.json.gz"
    )
}

/// A file has no promised order; these run roughly by time, as delivered ones do.
fn text(mut held: Vec<&Delivery>) -> String {
    held.sort_by_cached_key(|delivery| {
        let jitter = Random::stream(&delivery.record.to_string()).below(300);
        delivery.at.after(jitter)
    });
    let records: Vec<Json> = held.into_iter().map(|delivery| delivery.record.clone()).collect();
    object! { "Records": records }.to_string()
}

/// The same text always gives the same bytes: no time, no name, the hardest compression.
pub(super) fn compress(text: &str) -> io::Result<Vec<u8>> {
    let mut writer = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    writer.write_all(text.as_bytes())?;
    writer.finish()
}
