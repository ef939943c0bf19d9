use super::*;
use crate::vocabulary::{
    AccessLevel, VocabularyAction, VocabularyKey, VocabularyResource, VocabularyService,
};
use proptest::prelude::*;

/// A service with one action of each sort.
fn vocabulary() -> Vocabulary {
    let action = |name: &str, created: bool| VocabularyAction {
        id: format!("sagemaker:{name}"),
        access_level: AccessLevel::Write,
        keys: vec!["sagemaker:InstanceTypes".into(), "aws:RequestTag/${TagKey}".into()],
        resources: vec![VocabularyResource { arn: "arn:*:sagemaker:*:*:model/*".into(), created }],
        family: None,
        tags_what_it_creates: created,
        without_tag_control: !created,
    };
    let actions = [("CreateModel", true), ("ListModels", false)];
    let service = VocabularyService {
        actions: actions.map(|(name, new)| (name.to_lowercase(), action(name, new))).into(),
        misnamed_actions: [("makemodel".into(), "sagemaker:CreateModel".into())].into(),
    };
    let key = |name: &str, multivalued| VocabularyKey {
        name: name.into(),
        value_type: "String".into(),
        multivalued,
    };
    let keys = [key("sagemaker:InstanceTypes", true), key("aws:RequestTag/${TagKey}", false)];
    Vocabulary {
        services: [("sagemaker".into(), service)].into(),
        keys: keys.map(|key| (key.name.to_lowercase(), key)).into(),
        renamed_keys: [("sagemaker:old".into(), "sagemaker:InstanceTypes".into())].into(),
        misnamed_services: [("sagemaker-runtime".into(), "sagemaker".into())].into(),
    }
}

fn check(text: &str) {
    let vocabulary = vocabulary();
    for kind in [None, Some(PolicyKind::Scp), Some(PolicyKind::Rcp), Some(PolicyKind::Trust)] {
        for lint in lint(text, kind, &vocabulary) {
            assert!(text.get(lint.span.start..lint.span.end).is_some(), "{lint:?}");
            let edits = lint.fix.iter().flat_map(|fix| &fix.edits);
            for edit in edits {
                assert!(text.get(edit.span.start..edit.span.end).is_some(), "{lint:?}");
            }
            assert!(lint.line >= 1 && lint.column >= 1 && !lint.message.is_empty());
        }
    }
}

const POLICY: &str = r#"{"Version":"2008-10-17","Statement":[
 {"Sid":"a b","Effect":"Allow","Action":["sagemaker:*","sagemaker:MakeModel","iam:Pass*","x-runtime:y"],
  "Resource":["arn:aws:sagemaker:region:account-id:model/modelName","arn:aws:s3","${a}"],
  "Condition":{"ForAllValues:StringLike":{"sagemaker:old":["a*","b"]},"Null":{"aws:RequestTag/a":true},
   "StringEquals":{"aws:RequestTag/a":"*","aws:RequestTag/a":1},"NotIpAddress":{"aws:SourceIp":"::/0"}}},
 {"Effect":"Deny","NotPrincipal":{"AWS":"*"},"NotAction":"sagemaker:Creat*","NotResource":"*"}]}"#;

/// Pieces that policies are made of, to be put together wrongly.
fn piece() -> impl Strategy<Value = String> {
    let words = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "“",
        "”",
        "\\",
        "\\u00e9",
        " ",
        "\n",
        "null",
        "true",
        "1e9",
        "\"Version\"",
        "\"Statement\"",
        "\"Effect\"",
        "\"Allow\"",
        "\"Action\"",
        "\"Resource\"",
        "\"Condition\"",
        "\"sagemaker:*\"",
        "\"iam:PassRole\"",
        "\"*\"",
        "\"é\"",
        "${",
        "<x>",
        "😀",
    ];
    prop_oneof![proptest::sample::select(words.to_vec()).prop_map(str::to_owned), "\\PC{0,3}"]
}

proptest! {
    #[test]
    fn any_text_is_linted_and_every_place_lies_in_it(text in "\\PC*") {
        check(&text);
    }

    #[test]
    fn any_pieces_are_linted(pieces in proptest::collection::vec(piece(), 0..40)) {
        check(&pieces.concat());
    }

    #[test]
    fn a_changed_policy_is_linted(at in 0..POLICY.len(), drop in 0..30_usize, new in piece()) {
        let (before, rest) = POLICY.split_at(at);
        let after = rest.get(drop..).unwrap_or_default();
        let text = format!("{before}{new}{after}");
        check(&text);
        check(&text.replace('"', "”"));
    }
}

#[test]
fn deep_wide_and_starry_texts_stay_within_bounds() {
    check(&"[".repeat(100_000));
    check(&format!("{{\"Statement\":[{}]}}", "{},".repeat(20_000)));
    let stars =
        (0..400).map(|n| format!("\"sagemaker:*a*b*c*{n}*\"")).collect::<Vec<_>>().join(",");
    check(&format!(
        "{{\"Statement\":{{\"Effect\":\"Allow\",\"Action\":[{stars}],\"Resource\":[{stars}]}}}}"
    ));
}
