//! What names and values are drawn from.

/// The two accounts.
pub(crate) const ACCOUNTS: (&str, &str) = ("111122223333", "444455556666");

/// What kind of value a condition key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Text,
    Number,
    Time,
    Truth,
    Bytes,
    Address,
    Arn,
}

/// The condition keys.
pub(crate) const KEYS: [(&str, Family); 16] = [
    ("aws:PrincipalTag/team", Family::Text),
    ("aws:RequestTag/Project", Family::Text),
    ("aws:username", Family::Text),
    ("aws:RequestedRegion", Family::Text),
    ("aws:PrincipalAccount", Family::Text),
    ("aws:TagKeys", Family::Text),
    ("s3:max-keys", Family::Number),
    ("aws:MultiFactorAuthAge", Family::Number),
    ("aws:CurrentTime", Family::Time),
    ("aws:EpochTime", Family::Time),
    ("aws:SecureTransport", Family::Truth),
    ("aws:MultiFactorAuthPresent", Family::Truth),
    ("test:Blob", Family::Bytes),
    ("aws:SourceIp", Family::Address),
    ("aws:SourceArn", Family::Arn),
    ("aws:PrincipalArn", Family::Arn),
];

/// What requests have.
pub(crate) fn of_requests(family: Family) -> &'static [&'static str] {
    match family {
        Family::Text => &[
            "churn",
            "Churn",
            "risk",
            "ch*",
            "ch",
            "c",
            "",
            "churn/a:b",
            "eu-west-1",
            "us-east-1",
            "111122223333",
            "444455556666",
            "$",
            "${aws:username}",
        ],
        Family::Number => &[
            "5",
            "5.0",
            "0",
            "-3",
            "10",
            "9.99",
            "+5",
            "007",
            "12abc",
            "1e3",
            "99999999999999999999",
        ],
        Family::Time => &[
            "2024-01-01T00:00:00Z",
            "2024-01-01",
            "1704067200",
            "2024",
            "2024-01",
            "2024-01-01T02:00:00+02:00",
            "2023-12-31T19:00-05:00",
            "2024-01-01T00:00:00",
            "2024-06-30T23:59:59.5Z",
            "2024-06-30T23:59:59Z",
            "1719791999",
            "soon",
            "2024-02-30",
        ],
        Family::Truth => &["true", "false", "True", "FALSE", "yes"],
        Family::Bytes => &["QmluYXJ5", "qmluyxj5", "QmluYXJ5Cg==", "AA=="],
        Family::Address => &[
            "10.1.2.3",
            "10.255.0.1",
            "192.168.0.1",
            "::ffff:10.1.2.3",
            "2001:db8::1",
            "2001:0db8:0:0:0:0:0:1",
            "2001:DB8:ffff::9",
            "::1",
            "nonsense",
        ],
        Family::Arn => &[
            "arn:aws:iam::111122223333:role/team/Ml",
            "arn:aws:iam::111122223333:role/Ml",
            "arn:aws:sts::111122223333:assumed-role/Ml/ana",
            "arn:aws:iam::444455556666:user/ana",
            "arn:aws:s3:::data",
            "arn:aws:sns:eu-west-1:111122223333:topic:a:b",
            "not-an-arn",
            "arn:aws:sns",
        ],
    }
}

/// What policies have beside that.
pub(crate) fn of_policies(family: Family) -> &'static [&'static str] {
    match family {
        Family::Text => &["*", "ch*", "chu?n", "?", "C*N", "*a*", "*-west-?", "1111*"],
        Family::Number => &["5.00", "4.999", "10", "-3.0", "9.98", "9.9900", "9.991"],
        Family::Time => &["2024-07-01", "1704067201", "1999", "2023-12-31T23:59:59.999Z"],
        Family::Truth => &["true", "false"],
        Family::Bytes => &["QmluYXJ5"],
        Family::Address => &[
            "10.0.0.0/8",
            "10.1.2.3/8",
            "10.1.2.3/32",
            "0.0.0.0/0",
            "192.168.0.0/16",
            "2001:db8::/32",
            "::/0",
            "2001:db8::1/128",
            "10.0.0.0/33",
        ],
        Family::Arn => &[
            "*",
            "arn:aws:iam::111122223333:*",
            "arn:aws:iam::*:role/*",
            "arn:*:*:*:*:*",
            "arn:aws:s??:::data",
            "arn:aws:sns:*:topic:*",
            "arn:aws:sns:eu-west-1:*:topic:?:b",
            "arn:aws:iam:*",
            "arn:aws:sts::111122223333:assumed-role/Ml/*",
        ],
    }
}

/// Texts with variables; in policies of an old version they are just texts.
pub(crate) const VARIABLES: [&str; 16] = [
    "${aws:PrincipalTag/team}",
    "${AWS:principaltag/TEAM}",
    "${aws:username}",
    "${aws:username, 'churn'}",
    "${aws:absent}",
    "${aws:absent, 'risk'}",
    "${aws:absent, ''}",
    "${aws:TagKeys}",
    "${aws:TagKeys, 'churn'}",
    "${aws:PrincipalTag/team}*",
    "ch${*}",
    "chu${?}n",
    "${$}",
    "${aws:username",
    "${aws:RequestedRegion}",
    "${aws:PrincipalTag/team}${aws:username, 'x'}",
];

/// Texts with variables for operators on ARNs.
const ARN_VARIABLES: [&str; 7] = [
    "arn:aws:iam::${aws:PrincipalAccount}:role/*",
    "arn:aws:iam::${aws:absent, '111122223333'}:role/Ml",
    "arn:aws:iam::${aws:absent}:role/Ml",
    "${aws:PrincipalArn}",
    "${aws:SourceArn}",
    "arn:aws:sns:${aws:RequestedRegion}:111122223333:topic:*",
    "arn:aws:iam::111122223333:role/${*}",
];

/// Texts with variables for conditions on values of a family.
pub(crate) fn variables(family: Family) -> &'static [&'static str] {
    match family {
        Family::Text => &VARIABLES,
        Family::Arn => &ARN_VARIABLES,
        Family::Number => &["${s3:max-keys}", "${aws:MultiFactorAuthAge, '5'}", "1${aws:absent}"],
        Family::Time => &["${aws:CurrentTime}", "${aws:EpochTime}", "20${aws:absent, '24'}"],
        Family::Truth => &["${aws:SecureTransport}", "${aws:MultiFactorAuthPresent}"],
        Family::Address => &["${aws:SourceIp}", "${aws:SourceIp}/8", "${aws:absent, '::1'}"],
        // Base64 has no variables.
        Family::Bytes => &["QmluYXJ5"],
    }
}

/// Actions that only the account's policies and the organization decide, each with a resource; `A`
/// stands for the account, `N` for a name.
pub(crate) const PLAIN: [(&str, &str); 8] = [
    ("sagemaker:CreateTrainingJob", "arn:aws:sagemaker:eu-west-1:A:training-job/N"),
    ("sagemaker:DeleteModel", "arn:aws:sagemaker:eu-west-1:A:model/N"),
    ("s3:GetObject", "arn:aws:s3:::data/N"),
    ("s3:PutObject", "arn:aws:s3:::data/N"),
    ("iam:PassRole", "arn:aws:iam::A:role/team/N"),
    ("iam:DeleteRole", "arn:aws:iam::A:role/N"),
    ("iam:CreatePolicy", "arn:aws:iam::A:policy/N"),
    ("sqs:SendMessage", "arn:aws:sqs:us-east-1:A:N"),
];

/// Actions and resources with rules of their own.
pub(crate) const NEWS: [(&str, &str); 14] = [
    ("sts:AssumeRole", "arn:aws:iam::A:role/N"),
    ("sts:AssumeRole", "arn:aws:iam::A:role/team/N"),
    ("sts:TagSession", "arn:aws:iam::A:role/N"),
    ("sts:SetSourceIdentity", "arn:aws:iam::A:role/N"),
    ("sts:AssumeRoleWithSAML", "arn:aws:iam::A:role/N"),
    ("kms:Decrypt", "arn:aws:kms:eu-west-1:A:key/N"),
    ("kms:DescribeKey", "arn:aws:kms:eu-west-1:A:key/N"),
    ("kms:DeleteAlias", "arn:aws:kms:eu-west-1:A:alias/N"),
    ("kms:DeleteAlias", "arn:aws:kms:eu-west-1:A:alias/aws/N"),
    ("iam:PassRole", "arn:aws:iam::A:role/aws-reserved/N"),
    ("iam:GetRole", "arn:aws:iam::A:role/aws-reserved/N"),
    ("iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/N"),
    ("iam:GetPolicy", "arn:aws:iam::aws:policy/N"),
    ("sts:GetCallerIdentity", "arn:aws:iam::A:role/N"),
];

/// Actions that take no resource.
pub(crate) const LISTED: [&str; 3] =
    ["sagemaker:ListModels", "s3:ListAllMyBuckets", "iam:ListRoles"];

/// Names of resources, some as the values of condition keys are.
pub(crate) const NAMES: [&str; 7] = ["churn", "churn", "risk", "Churn", "ch*", "churn/a:b", "c"];

/// Callers; `A` stands for the account. The last three rows are rarer in requests.
pub(crate) const CALLERS: [&str; 9] = [
    "arn:aws:iam::A:role/team/Ml",
    "arn:aws:iam::A:role/Ml",
    "arn:aws:sts::A:assumed-role/Ml/ana",
    "arn:aws:sts::A:assumed-role/Other/ana",
    "arn:aws:iam::A:user/ana",
    "arn:aws:iam::A:user/team/ana",
    "arn:aws:iam::A:root",
    "arn:aws:sts::A:federated-user/ana",
    "arn:aws:iam::A:role/aws-service-role/sagemaker.amazonaws.com/AWSServiceRoleForSageMaker",
];

/// Services that call.
pub(crate) const SERVICES: [&str; 2] = ["sagemaker.amazonaws.com", "s3.amazonaws.com"];
