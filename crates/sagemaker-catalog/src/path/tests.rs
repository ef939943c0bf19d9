use super::*;
use iam_policy::json::parse;

/// Every find as text: the value, `<hidden>`, `<odd>`, or the kind of a list or object.
fn show(found: Found<'_, '_>) -> String {
    match (found, found.text()) {
        (_, Some(text)) => text.into_owned(),
        (Found::Node(node), None) => format!("<{}>", node.kind()),
        (Found::Hidden, None) => "<hidden>".into(),
        (Found::Odd, None) => "<odd>".into(),
    }
}

fn check(path: &str, json: &str, wanted: &[&str]) {
    let path: ParameterPath = path.parse().unwrap();
    let root = parse(json).unwrap();
    let mut finds = Vec::new();
    path.select(&root, &mut |found| finds.push(show(found)));
    assert_eq!(finds, wanted, "{path} in {json}");
    assert_eq!(path.first(&root).map(show), finds.first().cloned(), "first of {path} in {json}");
    assert_eq!(path.redacted(&root), finds.iter().any(|find| find == "<hidden>"), "{path} {json}");
}

fn check_entries(path: &str, json: &str, wanted: &[(Option<&str>, &str)]) {
    let path: ParameterPath = path.parse().unwrap();
    let root = parse(json).unwrap();
    let mut entries = Vec::new();
    path.select_map_entries(&root, &mut |entry| entries.push((entry.key, show(entry.found))));
    let wanted: Vec<_> = wanted.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
    assert_eq!(entries, wanted, "{path} in {json}");
}

#[test]
fn members_and_lists_are_followed_in_the_order_of_the_record() {
    check("a", r#"{"a": "x"}"#, &["x"]);
    check("a.b", r#"{"a": {"b": 1}}"#, &["1"]);
    check("a[]", r#"{"a": ["x", "y"]}"#, &["x", "y"]);
    check(
        "a[].b[].c",
        r#"{"a": [{"b": [{"c": 1}, {"c": 2}]}, {"b": [{"c": 3}]}]}"#,
        &["1", "2", "3"],
    );
    check("a[][]", r#"{"a": [["x"], ["y"]]}"#, &["x", "y"]);
    check("a", r#"{"a": {"b": 1}}"#, &["<an object>"]);
    check("a", r#"{"a": ["x"]}"#, &["<a list>"]);
}

#[test]
fn member_names_compare_without_case() {
    check("autoMLJobName", r#"{"AutoMLJobName": "x"}"#, &["x"]);
    check("VpcConfig.Subnets[]", r#"{"vpcConfig": {"subnets": ["s"]}}"#, &["s"]);
    check("a", r#"{"a": "x", "A": "y"}"#, &["x", "y"]);
}

#[test]
fn nothing_empty_is_found_but_zero_and_false_are() {
    for json in [
        "null",
        "{}",
        r#"{"a": null}"#,
        r#"{"a": ""}"#,
        r#"{"a": []}"#,
        r#"{"a": {}}"#,
        r#"{"a": {"b": ""}}"#,
        r#"{"a": {"b": null}}"#,
        r#"{"x": 1}"#,
    ] {
        check("a.b", json, &[]);
    }
    check("a[]", r#"{"a": ["", null, "x", []]}"#, &["x"]);
    check("a[].b", r#"{"a": [{}, {"b": ""}, {"b": "x"}]}"#, &["x"]);
    check("a", r#"{"a": 0}"#, &["0"]);
    check("a", r#"{"a": false}"#, &["false"]);
    check("a", r#"{"a": " "}"#, &[" "]);
}

#[test]
fn redaction_is_reported_at_whatever_depth() {
    let hidden = &["<hidden>"];
    check("a.b[].c", r#""HIDDEN_DUE_TO_SECURITY_REASONS""#, hidden);
    check("a.b[].c", r#"{"a": "HIDDEN_DUE_TO_SECURITY_REASONS"}"#, hidden);
    check("a.b[].c", r#"{"a": {"b": "HIDDEN_DUE_TO_SECURITY_REASONS"}}"#, hidden);
    check("a.b[].c", r#"{"a": {"b": ["HIDDEN_DUE_TO_SECURITY_REASONS"]}}"#, hidden);
    check("a.b[].c", r#"{"a": {"b": [{"c": "HIDDEN_DUE_TO_SECURITY_REASONS"}]}}"#, hidden);
    let mixed = r#"{"a": {"b": [{"c": "x"}, "HIDDEN_DUE_TO_SECURITY_REASONS"]}}"#;
    check("a.b[].c", mixed, &["x", "<hidden>"]);
    check("a{}", r#"{"a": {"k": "HIDDEN_DUE_TO_SECURITY_REASONS"}}"#, hidden);
    check("d", r#"{"a": "HIDDEN_DUE_TO_SECURITY_REASONS"}"#, &[]);
}

#[test]
fn another_shape_than_the_model_has_is_odd_not_absent() {
    check("a[]", r#"{"a": "x"}"#, &["<odd>"]);
    check("a[].b", r#"{"a": {"b": "x"}}"#, &["<odd>"]);
    check("a.b", r#"{"a": "x"}"#, &["<odd>"]);
    check("a.b", r#"{"a": 1}"#, &["<odd>"]);
    check("a.b", r#"{"a": [{"b": "x"}]}"#, &["<odd>"]);
    check("a{}", r#"{"a": ["x"]}"#, &["<odd>"]);
    check("a[].b", r#"{"a": [{"b": "x"}, "y"]}"#, &["x", "<odd>"]);
    check("a", r#"["x"]"#, &["<odd>"]);
}

#[test]
fn map_entries_come_with_their_keys_as_written() {
    let json = r#"{"m": {"Team": "x", "cost": 1, "empty": ""}}"#;
    check_entries("m{}", json, &[(Some("Team"), "x"), (Some("cost"), "1")]);
    check_entries("m{}.v", r#"{"m": {"k": {"v": 1}}}"#, &[(Some("k"), "1")]);
    check_entries("l[].m{}", r#"{"l": [{"m": {"k": 1}}]}"#, &[(Some("k"), "1")]);
    let hidden = r#"{"m": "HIDDEN_DUE_TO_SECURITY_REASONS"}"#;
    check_entries("m{}", hidden, &[(None, "<hidden>")]);
    check_entries("m{}", r#"{"m": "x"}"#, &[(None, "<odd>")]);
    check_entries(
        "m{}",
        r#"{"m": {"k": "HIDDEN_DUE_TO_SECURITY_REASONS"}}"#,
        &[(Some("k"), "<hidden>")],
    );
    check_entries("a", r#"{"a": "x"}"#, &[(None, "x")]);
}

#[test]
fn paths_print_as_they_were_read() {
    for text in ["a", "a.b", "a[]", "a[].b", "a{}", "a{}.b[].c", "aIBenchmarkJobName", "a[][]"] {
        let path: ParameterPath = text.parse().unwrap();
        assert_eq!(path.to_string(), text);
    }
}

#[test]
fn what_is_not_a_path_is_refused_with_the_reason() {
    for (text, reason) in [
        ("", "a member has no name"),
        ("a..b", "a member has no name"),
        (".a", "a member has no name"),
        ("[]", "a member has no name"),
        ("a.[]", "a member has no name"),
        ("a[0]", "only `[]` and `{}` may follow a name"),
        ("a[]b", "only `[]` and `{}` may follow a name"),
        ("a[", "only `[]` and `{}` may follow a name"),
        ("a b", "a member's name holds something else than letters, digits and `_`"),
        ("a]", "a member's name holds something else than letters, digits and `_`"),
        ("é", "a member's name holds something else than letters, digits and `_`"),
    ] {
        let error = text.parse::<ParameterPath>().unwrap_err();
        assert_eq!(error.to_string(), format!("`{text}` is not a parameter path: {reason}"));
    }
}

#[test]
fn the_shape_of_a_path_can_be_asked() {
    let path: ParameterPath = "a[].b[].c".parse().unwrap();
    assert_eq!(path.parameter(), "a");
    assert!(path.is_repeated());
    let element = path.element_path().unwrap();
    assert_eq!(element.to_string(), "a[].b[]");
    assert_eq!(element.element_path(), Some(element.clone()));
    let plain: ParameterPath = "a.b".parse().unwrap();
    assert!(!plain.is_repeated());
    assert_eq!(plain.element_path(), None);
}
