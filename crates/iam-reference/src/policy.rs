//! Policies: a document, or a document with a name.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>

use serde_json::Value;

use crate::statement::Statement;

/// The statements of a list of policies; they unite.
pub(crate) fn statements(policies: &Value) -> Result<Vec<Statement<'_>>, String> {
    let policies = policies.as_array().ok_or("policies come as a list")?;
    let mut all = Vec::new();
    for policy in policies {
        all.extend(of_one(policy)?);
    }
    Ok(all)
}

/// The statements of one policy.
pub(crate) fn of_one(policy: &Value) -> Result<Vec<Statement<'_>>, String> {
    let document = policy.get("policy").unwrap_or(policy);
    // Without a version it is of 2008-10-17.
    let variables = match document.get("Version").map(|version| version.as_str()) {
        None | Some(Some("2008-10-17")) => false,
        Some(Some("2012-10-17")) => true,
        Some(_) => return Err("no such version".to_owned()),
    };
    let statements = match document.get("Statement").ok_or("a policy without statements")? {
        Value::Array(list) => list.iter().collect(),
        one => vec![one],
    };
    Ok(statements.into_iter().map(|body| Statement { body, variables }).collect())
}
