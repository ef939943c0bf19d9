//! Results for code scanning: SARIF 2.1.0, as GitHub takes it.
//!
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>

use std::path::Path;

use serde_json::{Value, json};

use crate::output::visible_json;

/// A log of one run.
pub(crate) fn log(rules: Vec<Value>, results: Vec<Value>) -> serde_json::Result<String> {
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "driftline",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    Ok(visible_json(&serde_json::to_string_pretty(&log)?) + "\n")
}

/// A path as a relative reference: from the working folder where it lies below it.
pub(crate) fn uri(name: &str) -> String {
    let path = Path::new(name);
    let here = std::env::current_dir().unwrap_or_default();
    let below = path.strip_prefix(&here).map(|path| path.display().to_string());
    let name = below.unwrap_or_else(|_| name.to_owned()).replace(std::path::MAIN_SEPARATOR, "/");
    let name = name.strip_prefix("./").unwrap_or(&name);
    let scheme = if name.starts_with('/') { "file://" } else { "" };
    let mut uri = scheme.to_owned();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_take_the_form_that_sarif_wants() {
        for (name, wanted) in [
            ("a/b c.json", "a/b%20c.json"),
            ("./a.json", "a.json"),
            ("/x/é:1.json", "file:///x/%C3%A9%3A1.json"),
            ("a\u{1b}.json", "a%1B.json"),
        ] {
            assert_eq!(uri(name), wanted);
        }
    }
}
