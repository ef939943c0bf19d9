//! Policies as large as lint reads, in shapes that tempt it to compare everything with everything.
//!
//! `cargo bench -p tests` times them, a tenth of each beside the whole; `lint.rs` only lints them.

/// Shapes of policies as large as lint reads, each made of pieces that some check compares with each other: how
/// many pieces, and the statements that so many make.
pub(crate) const SHAPES: &[(&str, usize, Pieces)] = &[
    ("patterns against resources", 7_000, |n| {
        statement(&each(n, |_| ALL.to_owned()), &each(n, |_| "'arn:aws:foo:::x'".to_owned()), "")
    }),
    ("many patterns against many resources", 4_000, |n| {
        let actions = each(n, |i| format!("'sagemaker:*a{i}*'"));
        statement(&actions, &each(n, |i| format!("'arn:aws:sagemaker:*:*:*{i}*'")), "")
    }),
    ("patterns under tags", 5_000, |n| {
        let keys = each(n, |i| format!("'aws:ResourceTag/{i}':'a'"));
        statement(&each(n, |_| ALL.to_owned()), "'*'", &format!("'StringEquals':{{{keys}}}"))
    }),
    ("tags of the request and their choices", 3_200, |n| {
        let keys = each(n, |i| format!("'aws:RequestTag/{i}':'a'"));
        let blocks = ["StringEquals", "ForAllValues:StringLike", "ForAnyValue:StringLike"];
        let blocks = blocks.map(|block| format!("'{block}':{{{keys}}}")).join(",");
        statement("'sagemaker:*','sagemaker:Create*'", "'*'", &blocks)
    }),
    ("repeated keys", 11_000, |n| {
        let keys = each(n, |i| format!("'aws:a{}':'b'", i / 2));
        statement(ALL, "'*'", &format!("'StringEquals':{{{keys}}}"))
    }),
    ("one misspelt name", 7_000, |n| {
        statement(&each(n, |_| "'sagemaker:CreateFlowDefiniton'".to_owned()), "'*'", "")
    }),
    ("many misspelt names", 7_000, |n| {
        statement(&each(n, |i| format!("'sagemaker:CreateFlowDef{i}'")), "'*'", "")
    }),
    ("statements", 2_500, |n| each(n, |_| statement(ALL, "'arn:aws:sagemaker:*:*:model/*'", ""))),
    ("denies that guard", 900, |n| {
        each(n, |i| {
            let choice = format!("'ForAllValues:StringLike':{{'s3:k{}':'b'}}", i % 3);
            let absent = format!("'Null':{{'s3:k{}':'true'}}", i % 3);
            let allow = statement(&format!("'s3:b{i}'"), &format!("'arn:aws:s3:::*{i}'"), &choice);
            let deny = statement(&format!("'s3:a{i}'"), &format!("'arn:aws:s3:::{i}*'"), &absent);
            format!("{allow},{}", deny.replace("Allow", "Deny"))
        })
    }),
    // A long name would stand in the path of all that is below it.
    ("values below a long operator", 80_000, |n| {
        let values = each(n, |_| "1".to_owned());
        statement("'s3:*'", "'*'", &format!("'{}':{{'a':[{values}]}}", "k".repeat(n)))
    }),
    ("faults below a long key", 80_000, |n| {
        let values = each(n, |_| "1".to_owned());
        statement("'s3:*'", "'*'", &format!("'Null':{{'{}':[{values}]}}", "k".repeat(n)))
    }),
    ("repeats below a long operator", 25_000, |n| {
        let keys = each(n, |_| "'a':1".to_owned());
        statement("'s3:*'", "'*'", &format!("'{}':{{{keys}}}", "k".repeat(n)))
    }),
    ("an endless name", 200_000, |n| {
        statement(&format!("'sagemaker:{}'", "x".repeat(n)), "'*'", "")
    }),
    ("tags below long actions", 4_000, |n| {
        let actions = each(4, |i| format!("'sagemaker:CreateModel{i}{}*'", "?".repeat(n)));
        let keys = each(n, |i| format!("'aws:RequestTag/{i}':'a'"));
        statement(&format!("{actions},{ALL}"), "'*'", &format!("'StringEquals':{{{keys}}}"))
    }),
];

pub(crate) type Pieces = fn(usize) -> String;

const ALL: &str = "'sagemaker:*'";

fn each(n: usize, piece: impl Fn(usize) -> String) -> String {
    (0..n).map(piece).collect::<Vec<_>>().join(",")
}

fn statement(actions: &str, resources: &str, conditions: &str) -> String {
    format!(
        "{{'Effect':'Allow','Action':[{actions}],'Resource':[{resources}],'Condition':{{{conditions}}}}}"
    )
}

/// The policy of a shape with so many pieces.
pub(crate) fn text(shape: Pieces, pieces: usize) -> String {
    let statements = shape(pieces).replace('\'', "\"");
    format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{statements}]}}")
}
