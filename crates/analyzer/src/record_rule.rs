//! Rules on the record itself, for what IAM has no condition key: compute chosen by an inference
//! component, images, places in S3.

use iam_policy::json::Node;
use sagemaker_catalog::REDACTED;

use crate::finding::Code;
use crate::target::{Allowlist, RecordRule};
use crate::walk::{member, walk};

/// A value that a record rule does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) code: Code,
    pub(crate) key: &'static str,
    pub(crate) wanted: Vec<String>,
    pub(crate) observed: Vec<String>,
}

/// What the parameters of a call show that the rule does not allow.
pub(crate) fn broken(
    rule: &RecordRule,
    instance_types: &[String],
    parameters: Option<&Node<'_>>,
) -> Vec<Broken> {
    let mut found = Places::default();
    if let Some(parameters) = parameters {
        walk(parameters, &[], &mut |path, text| found.text(text, member(path)));
    }
    let types: Vec<String> = match &rule.instance_types {
        Some(list) => {
            instance_types.iter().filter(|value| is_judged(list, value)).cloned().collect()
        }
        None => Vec::new(),
    };
    [
        (Code::InstanceType, "instance_types", &rule.instance_types, types.as_slice()),
        (Code::Image, "images", &rule.images, found.images.as_slice()),
        (Code::DataLocation, "s3", &rule.s3, found.locations.as_slice()),
    ]
    .into_iter()
    .filter_map(|(code, key, list, values)| {
        let list = list.as_ref()?;
        let observed = refused(list, values);
        let wanted = list.patterns.clone();
        (!observed.is_empty()).then_some(Broken { code, key, wanted, observed })
    })
    .collect()
}

/// A tracking server of MLflow has a size, not an instance type: a list that names no size says
/// nothing about it.
fn is_judged(list: &Allowlist, value: &str) -> bool {
    let is_size = |text: &str| ["Small", "Medium", "Large"].contains(&text);
    !is_size(value) || list.patterns.iter().any(|pattern| is_size(pattern))
}

fn refused(list: &Allowlist, values: &[String]) -> Vec<String> {
    let mut refused: Vec<String> =
        values.iter().filter(|value| !list.allows(value)).cloned().collect();
    refused.sort();
    refused.dedup();
    refused
}

/// Images and S3 locations anywhere in the parameters, told by the names of their members.
#[derive(Default)]
struct Places {
    images: Vec<String>,
    locations: Vec<String>,
}

impl Places {
    fn text(&mut self, text: &str, member: &str) {
        if text == REDACTED {
            // What is there is not told.
        } else if let Some(location) = s3_location(text) {
            self.locations.push(location);
        } else if is_image_member(member) && !text.is_empty() {
            self.images.push(text.to_owned());
        }
    }
}

/// A place in S3 as `s3://BUCKET/KEY`, whichever of its spellings is used.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>
fn s3_location(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once(':')?;
    match scheme.to_ascii_lowercase().as_str() {
        "s3" | "s3a" | "s3n" => Some(format!("s3://{}", rest.strip_prefix("//")?)),
        "arn" => match text.splitn(6, ':').collect::<Vec<_>>().as_slice() {
            [_, _, "s3", "", "", resource] => Some(format!("s3://{resource}")),
            // Access points are spelt like this in place of a bucket.
            [_, _, "s3", ..] => Some(format!("s3://{text}")),
            _ => None,
        },
        "http" | "https" => s3_location_of_url(rest.strip_prefix("//")?),
        _ => None,
    }
}

/// How hosts of S3 end, by partition.
const S3_HOSTS: [&str; 6] = [
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".c2s.ic.gov",
    ".sc2s.sgov.gov",
    ".csp.hci.ic.gov",
];

fn s3_location_of_url(url: &str) -> Option<String> {
    let (host, path) = url.split_once('/').unwrap_or((url, ""));
    let host = host.to_ascii_lowercase();
    let (host, _port) = host.split_once(':').unwrap_or((&host, ""));
    let host = host.strip_suffix('.').unwrap_or(host);
    let host = S3_HOSTS.iter().find_map(|suffix| host.strip_suffix(suffix))?;
    let is_endpoint = |label: &str| label == "s3" || label.starts_with("s3-");
    let labels: Vec<&str> = host.split('.').collect();
    // The last such label: a bucket's name may have them too.
    let endpoint = labels.iter().rposition(|label| is_endpoint(label))?;
    let bucket = labels.get(..endpoint)?.join(".");
    // Through an interface endpoint the bucket comes first or, behind this word, in the path.
    let interface = bucket.split_once(".vpce-").map(|(before, _)| before);
    let bucket = match interface {
        Some("bucket") => String::new(),
        Some(bucket) => bucket.strip_suffix(".bucket").unwrap_or(bucket).to_owned(),
        None => bucket,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    Some(match bucket.is_empty() {
        true => format!("s3://{path}"),
        false => format!("s3://{bucket}/{path}"),
    })
}

/// `image`, `imageUri`, `trainingImage`, `ruleEvaluatorImage`, …
fn is_image_member(lower: &str) -> bool {
    lower.ends_with("image") || lower.ends_with("imageuri")
}
