//! The names of log files, which anybody may have given.

use chrono::{DateTime, Utc};

use crate::error::{ObjectError, Reason, quote};
use crate::time;

/// Folders that CloudTrail fills with other things than records of calls. The last is a prefix.
const OTHER_FOLDERS: [&str; 4] = [
    "CloudTrail-Digest",
    "CloudTrail-Insight",
    "CloudTrail-NetworkActivity",
    "CloudTrail-Aggregated",
];

/// What the key of a log file says.
///
/// `[prefix/]AWSLogs/[o-xxxxxxxxxx/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/` and then
/// `ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_RANDOM.json.gz`. The file name alone is enough: local
/// copies seldom keep their folders.
///
/// ```
/// use cloudtrail::ObjectKey;
///
/// let key = "111122223333_CloudTrail_eu-west-1_20260601T1205Z_Ab3dE5gH7jK9mN1p.json.gz";
/// let key = ObjectKey::parse(key)?;
/// assert_eq!((key.account.as_str(), key.region.as_str()), ("111122223333", "eu-west-1"));
/// assert_eq!(key.delivered_at.to_rfc3339(), "2026-06-01T12:05:00+00:00");
/// # Ok::<(), cloudtrail::ObjectError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectKey {
    /// The account whose calls are in the file: twelve digits.
    pub account: String,
    /// The region: 3 to 25 of `a-z`, `0-9` and `-`.
    pub region: String,
    /// When CloudTrail delivered the file, to the minute.
    pub delivered_at: DateTime<Utc>,
    /// The organisation (`o-…`), for the files of its trail.
    pub organization: Option<String>,
}

impl ObjectKey {
    /// Reads a key or a relative path.
    ///
    /// # Errors
    /// [`Reason::BadKey`] for a name of another form, [`Reason::BadAccount`],
    /// [`Reason::BadRegion`] or [`Reason::BadTime`] for one with an impossible part.
    pub fn parse(key: &str) -> Result<Self, ObjectError> {
        let Some([account, region, stamp]) = parts(file_name(key)) else {
            return Err(refuse(Reason::BadKey, "is not the name of a log file", key));
        };
        if !is_account(account) {
            return Err(refuse(Reason::BadAccount, "is not an account", account));
        }
        if !is_region(region) {
            return Err(refuse(Reason::BadRegion, "is not a region", region));
        }
        let Some(delivered_at) = time::parse_stamp(stamp) else {
            return Err(refuse(Reason::BadTime, "is not a time of delivery", stamp));
        };
        let organization = folders(key).find(|folder| is_organization(folder));
        Ok(Self {
            account: account.to_owned(),
            region: region.to_owned(),
            delivered_at,
            organization: organization.map(str::to_owned),
        })
    }
}

/// The kind of other file a key belongs to (digests, insights, network activity, aggregates):
/// there are no records in it, and the caller passes it over.
#[must_use]
pub fn is_skipped(key: &str) -> Option<&'static str> {
    let kind_in_name = file_name(key).split('_').nth(1);
    folders(key).chain(kind_in_name).find_map(other_folder)
}

/// Twelve digits.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `^[a-z0-9-]{3,25}$`: what may become part of a path or a query.
pub(crate) fn is_region(text: &str) -> bool {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    (3..=25).contains(&text.len()) && text.bytes().all(allowed)
}

fn other_folder(folder: &str) -> Option<&'static str> {
    let aggregated = |other: &str| other == "CloudTrail-Aggregated" && folder.starts_with(other);
    OTHER_FOLDERS.into_iter().find(|other| folder == *other || aggregated(other))
}

/// The folders CloudTrail made; those in front of `AWSLogs` are the owner's, and mean nothing.
fn folders(key: &str) -> impl Iterator<Item = &str> {
    let path = key.rsplit_once('/').map_or("", |(path, _)| path);
    let own = path.rsplit_once("AWSLogs/").map_or(path, |(_, own)| own);
    own.split('/')
}

fn file_name(key: &str) -> &str {
    key.rsplit_once('/').map_or(key, |(_, name)| name)
}

/// Account, region and time of delivery, as they stand in the name.
fn parts(name: &str) -> Option<[&str; 3]> {
    let stem = name.strip_suffix(".gz").unwrap_or(name).strip_suffix(".json")?;
    let mut parts = stem.split('_');
    let account = parts.next()?;
    parts.next().filter(|kind| *kind == "CloudTrail")?;
    let (region, stamp, random) = (parts.next()?, parts.next()?, parts.next()?);
    let last = parts.next().is_none();
    let named = !random.is_empty() && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (last && named).then_some([account, region, stamp])
}

fn is_organization(folder: &str) -> bool {
    folder.strip_prefix("o-").is_some_and(|id| {
        let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9');
        (10..=32).contains(&id.len()) && id.bytes().all(allowed)
    })
}

fn refuse(reason: Reason, what: &str, piece: &str) -> ObjectError {
    ObjectError::new(reason, format!("{} {what}", quote(piece)))
}
