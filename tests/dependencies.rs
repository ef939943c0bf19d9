//! Licences and sources of all dependencies, against `deny.toml`.

use std::path::Path;

use crate::architecture::metadata;

/// The `allow` list of `[licenses]`.
fn allowed_licences() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let text = std::fs::read_to_string(root.join("deny.toml")).unwrap();
    let list = text.split("allow = [").nth(1).unwrap().split(']').next().unwrap();
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Whether an SPDX expression can be met by allowed licences. Nesting is one level deep at most.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let one = |name: &str| allowed.iter().any(|known| known == name.trim());
    let either =
        |text: &str| text.split(" OR ").any(|name| one(name.trim_matches(['(', ')', ' '])));
    let expression = expression.replace('/', " OR ");
    expression.split(" AND ").all(either)
}

#[test]
fn every_dependency_has_an_allowed_licence_and_comes_from_crates_io() {
    let allowed = allowed_licences();
    assert!(allowed.contains(&"Apache-2.0".to_owned()));
    for package in metadata()["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or_default();
        assert!(is_allowed(licence, &allowed), "`{name}` has the licence `{licence}`");
        let source = package["source"].as_str();
        let crates_io = source.is_none_or(|source| source.starts_with("registry+"));
        assert!(crates_io, "`{name}` comes from {source:?}");
    }
}

#[test]
fn licence_expressions() {
    let allowed = ["MIT", "Apache-2.0", "Unicode-3.0"].map(str::to_owned);
    for (expression, wanted) in [
        ("MIT", true),
        ("MIT OR Apache-2.0", true),
        ("MIT/Apache-2.0", true),
        ("GPL-3.0 OR MIT", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("GPL-3.0", false),
        ("MIT AND GPL-3.0", false),
        ("", false),
    ] {
        assert_eq!(is_allowed(expression, &allowed), wanted, "{expression}");
    }
}
