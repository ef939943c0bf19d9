//! The `Action` and `NotAction` elements: wildcards over the whole name, letter case does not count.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>

use serde_json::Value;

use crate::context::texts;
use crate::glob::{matches, wildcards};

/// Whether one of the patterns matches the action.
pub(crate) fn among(patterns: &Value, action: &str) -> Result<bool, String> {
    let action = action.to_lowercase();
    Ok(texts(patterns)?.iter().any(|one| matches(&wildcards(&one.to_lowercase()), &action)))
}
