//! The `Resource` and `NotResource` elements: one pattern over the whole ARN, and letter case counts.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>

use serde_json::Value;

use crate::context::{Context, texts};
use crate::glob::{Piece, matches, wildcards};
use crate::variables::expand;

/// Whether one of the patterns matches the resource.
///
/// `pads`: a pattern with fewer parts than an ARN has may go on with anything.
pub(crate) fn among(
    patterns: &Value,
    variables: bool,
    pads: bool,
    resource: &str,
    context: &Context,
) -> Result<bool, String> {
    Ok(texts(patterns)?.iter().any(|text| {
        let Some(pattern) = expand(text, variables, context) else { return false };
        matches(&pattern, resource)
            || (pads && is_short(&pattern) && {
                let padded = [pattern, wildcards(":*")].concat();
                matches(&padded, resource)
            })
    }))
}

/// Whether one of the patterns is an ARN with parts left out.
pub(crate) fn has_short(
    patterns: &Value,
    variables: bool,
    context: &Context,
) -> Result<bool, String> {
    let patterns = texts(patterns)?;
    Ok(patterns.iter().filter_map(|text| expand(text, variables, context)).any(|p| is_short(&p)))
}

fn is_short(pattern: &[Piece]) -> bool {
    let colons = pattern.iter().filter(|piece| **piece == Piece::Char(':')).count();
    pattern.starts_with(&wildcards("arn:")) && colons < 5
}
