use super::*;

fn faults(text: &str, dialect: Dialect) -> Vec<String> {
    match parse(text, dialect) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

fn check(statement: &str, wanted: &[&str]) {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
    assert_eq!(faults(&text, Dialect::Identity), wanted, "{statement}");
}

#[test]
fn single_values_and_lists_are_the_same() {
    check(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#, &[]);
    check(r#"[{"Effect":"Deny","NotAction":["s3:*"],"NotResource":["*"]}]"#, &[]);
    check(
        r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"a:b":true},"NumericEquals":{"c:d":[1,"2"]}}}"#,
        &[],
    );
    check(r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{}}"#, &[]);
}

#[test]
fn every_fault_has_its_place() {
    let at = |text: &str, wanted: &[&str]| {
        assert_eq!(faults(text, Dialect::Identity), wanted, "{text}");
    };
    at("", &["not JSON: the text ends too early at line 1, column 1"]);
    at("[]", &["`policy` wants an object, not a list at line 1, column 1"]);
    at("{}", &["a policy needs `Statement` at line 1, column 1"]);
    at(
        r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#,
        &[
            "a bare statement: a policy is an object with `Version` and `Statement` at line 1, column 1",
        ],
    );
    at(
        "{\"Version\":\"2012-10-18\",\n \"Statment\": 1, \"Statement\": []}",
        &[
            "unknown version `2012-10-18` at line 1, column 12 (/Version)",
            "unknown element `Statment` at line 2, column 2 (/Statment)",
            "`Statement` is empty at line 2, column 30 (/Statement)",
        ],
    );
    at(
        "{\u{201c}Sid\u{201d}: 1}",
        &["the character U+201C cannot stand in a policy at line 1, column 2"],
    );
    at(
        "{\"Statement\":[] , }",
        &["not JSON: expected a key in double quotes at line 1, column 19"],
    );
    at("{\n// x\n}", &["not JSON: expected a key in double quotes at line 2, column 1"]);
}

#[test]
fn statements() {
    let statement = "/Statement/0";
    check(
        r#"[{"Effect":"allow","Action":"s3:*","Resource":"*"}]"#,
        &["`Effect` is `Allow` or `Deny`, not `allow` at line 1, column 48 (/Statement/0/Effect)"],
    );
    check(
        r#"[{"Action":[],"Resource":"*"}]"#,
        &[
            &format!("a statement needs `Effect` at line 1, column 38 ({statement})"),
            &format!("`Action` is empty at line 1, column 48 ({statement}/Action)"),
        ],
    );
    check(
        r#"[{"Effect":"Allow","Action":"s3:*"}]"#,
        &[&format!("a statement needs `Resource` at line 1, column 38 ({statement})")],
    );
    check(
        r#"[{"Effect":"Allow","Action":"s3:*","Resource":"*","NotResource":"*"}]"#,
        &[&format!(
            "`Resource` and `NotResource` exclude each other at line 1, column 101 ({statement}/NotResource)"
        )],
    );
    check(
        r#"[{"Effect":"Allow","Action":["s3:*","CreateModel"],"Resource":"*"}]"#,
        &[&format!(
            "the action `CreateModel` lacks a service prefix such as `sagemaker:` at line 1, column 73 ({statement}/Action)"
        )],
    );
    check(
        r#"[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":7}]"#,
        &[
            &format!(
                "`Principal` has no place in this kind of policy at line 1, column 68 ({statement}/Principal)"
            ),
            &format!(
                "`Resource` wants a string or a list of strings, not a number at line 1, column 99 ({statement}/Resource)"
            ),
        ],
    );
}

#[test]
fn a_sid_stands_once() {
    let statement =
        |sid: &str| format!(r#"{{"Sid":"{sid}","Effect":"Allow","Action":"*","Resource":"*"}}"#);
    check(&format!("[{},{}]", statement("A"), statement("B")), &[]);
    check(&format!("[{},{}]", statement(""), statement("")), &[]);
    check(
        &format!("[{},{}]", statement("A"), statement("A")),
        &[
            "the `Sid` `A` stands on an earlier statement too at line 1, column 102 (/Statement/1/Sid)",
        ],
    );
}

#[test]
fn conditions() {
    check(
        r#"[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"String":{"sagemaker:TaggingAction":["CreateModel"]}}}]"#,
        &[
            "unknown condition operator `String` at line 1, column 97 (/Statement/0/Condition/String)",
        ],
    );
    check(
        r#"[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a/b":{}}}}]"#,
        &[
            "`a/b` wants a string, a boolean or a number, not an object at line 1, column 119 (/Statement/0/Condition/StringEquals/a~1b)",
        ],
    );
}

#[test]
fn a_repeated_condition_key_names_both_places() {
    let text = "{\"Statement\": {\"Condition\": {\"StringEquals\": {\n  \"a:b\": \"1\",\n  \"a:b\": \"2\"}}}}";
    let errors = parse(text, Dialect::Identity).unwrap_err();
    assert_eq!(
        errors[0].to_string(),
        "the key `a:b` stands twice in one object, first at line 2, column 3 at line 3, column 3"
    );
    assert_eq!(errors[0].help().unwrap(), "give one key a list of values instead");
}

#[test]
fn help_suggests_what_was_meant() {
    let help = |text: &str| parse(text, Dialect::Identity).unwrap_err()[0].help();
    let statement = |s: &str| {
        format!(r#"{{"Statement":{{"Effect":"Allow","Action":"*","Resource":"*",{s}}}}}"#)
    };
    let operator = |o: &str| statement(&format!(r#""Condition":{{"{o}":{{"a":"b"}}}}"#));
    for (text, wanted) in [
        (statement(r#""Conditon":{}"#), Some("did you mean `Condition`?")),
        (operator("StringEqual"), Some("did you mean `StringEquals`?")),
        (operator("String"), Some("did you mean `StringEquals`?")),
        (operator("Completely"), None),
    ] {
        assert_eq!(help(&text).as_deref(), wanted, "{text}");
    }
}

#[test]
fn a_lenient_reader_keeps_what_it_does_not_know() {
    let text = r#"{"Statement":[{"Effect":"Deny","Principal":{"AWS":["*"]},"Action":"s3:*","Condition":{"StringMatches":{"a":"b"}}}]}"#;
    let document = parse(text, Dialect::Lenient).unwrap();
    assert!(!document.statements[0].conditions[0].operator.is_known());
    assert_eq!(document.effective_version(), Version::V2008);
}
