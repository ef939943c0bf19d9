//! Where AWS's documentation is silent or says two things: what this evaluator chose, and why.
//!
//! An evaluation whose decision rests on one of these says so in
//! [`Evaluation::rests_on`](crate::Evaluation): with that question left open, the decision would be
//! open too. `docs/iam-evaluation.md` has the table for readers, made from [`Choice::all`].

use std::fmt;

/// A question that AWS leaves open, and our answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "`Choice::question` says what each is about")]
pub enum Choice {
    ActionServiceWildcard,
    ForAnyValueIfExists,
    ForAllValuesOfEmptyText,
    ForAnyValueOfEmptyText,
    NullOfEmptyList,
    NullOfEmptyText,
    PlainOperatorOnList,
    SetOperatorOnText,
    VariableInTypedValue,
    UnreadableValue,
    NumberFormat,
    BareStarAsArn,
    WildcardInVariableValue,
    ListAsVariable,
    EmptyDefault,
    EmptyVariableValue,
    UnclosedVariable,
    ResourceTypeWildcard,
    WildcardAcrossColons,
    ResourceServiceWildcard,
    VariableOutsideResourcePart,
    ArnSegmentCase,
    UnknownOperator,
    OperatorCase,
    NetworkHostBits,
    MappedAddress,
    DateWithoutSeconds,
    ShortArn,
    NotResourceWithoutValue,
    ResourceRegionWildcard,
    ResourceLetterCase,
    YearOrEpoch,
    NotPrincipalInPart,
    RcpCoverage,
    UnknownResourceOwner,
}

/// What is said about a choice.
struct Entry {
    choice: Choice,
    name: &'static str,
    question: &'static str,
    answer: &'static str,
    reason: &'static str,
}

const ENTRIES: [Entry; 35] = [
    Entry {
        choice: Choice::ActionServiceWildcard,
        name: "action-service-wildcard",
        question: "a wildcard in the service part of an action, `*:CreateTrainingJob`",
        answer: "it globs like anywhere else",
        reason: "the page on `Action` allows wildcards as part of the action name and shows none \
                 before the colon; read as a glob, a Deny does not fail open",
    },
    Entry {
        choice: Choice::ForAnyValueIfExists,
        name: "for-any-value-if-exists",
        question: "`ForAnyValue:…IfExists` with the key missing: `IfExists` says true, `ForAnyValue` false",
        answer: "true",
        reason: "`IfExists` is about the key and is asked first: \"if the key is not present, \
                 evaluate the condition element as true\"",
    },
    Entry {
        choice: Choice::ForAllValuesOfEmptyText,
        name: "for-all-values-of-empty-text",
        question: "`ForAllValues` with empty texts alone",
        answer: "true, as without the key",
        reason: "the page: true also if the values resolve to \"a null data set, such as an empty string\"; other evaluators compare the text",
    },
    Entry {
        choice: Choice::ForAnyValueOfEmptyText,
        name: "for-any-value-of-empty-text",
        question: "`ForAnyValue` with empty texts alone",
        answer: "false, as without the key",
        reason: "the page: false also if the values resolve to \"a null data set, such as an empty string\"; other evaluators compare the text",
    },
    Entry {
        choice: Choice::NullOfEmptyList,
        name: "null-of-empty-list",
        question: "`Null` on a key whose list is empty",
        answer: "the key is missing",
        reason: "the page calls a key without value null; `ForAllValues` needs `Null` to guard against just this",
    },
    Entry {
        choice: Choice::NullOfEmptyText,
        name: "null-of-empty-text",
        question: "`Null` on a key whose value is an empty text",
        answer: "the key is there",
        reason: "an empty text is a value; a tag may have one",
    },
    Entry {
        choice: Choice::PlainOperatorOnList,
        name: "plain-operator-on-list",
        question: "an operator without set qualifier on a multivalued key",
        answer: "it never matches, negated or not",
        reason: "the page demands a set operator; AWS staff confirmed \"no match\" in 2025 (IAM431)",
    },
    Entry {
        choice: Choice::SetOperatorOnText,
        name: "set-operator-on-text",
        question: "a set qualifier on a single-valued key",
        answer: "the value counts as a list of one",
        reason: "the page advises against it but does not say that it fails",
    },
    Entry {
        choice: Choice::VariableInTypedValue,
        name: "variable-in-typed-value",
        question: "a policy variable under Bool, Numeric, Date or address operators",
        answer: "it is replaced before comparing",
        reason: "the page on operators allows it for Bool, the page on variables lists only text and ARN operators",
    },
    Entry {
        choice: Choice::UnreadableValue,
        name: "unreadable-value",
        question: "a negated operator and a value, of the request or the policy, that is not of its type: `NotIpAddress` with `AWS Internal`",
        answer: "it holds: a negated operator is the exact negation of its twin",
        reason: "a Deny that guards does not fail open; AWS's console simulator answered so for `ArnNotLike`",
    },
    Entry {
        choice: Choice::NumberFormat,
        name: "number-format",
        question: "numbers with an exponent or trailing text, `1e3`, `12abc`",
        answer: "they are no numbers",
        reason: "the page knows integers and decimals",
    },
    Entry {
        choice: Choice::BareStarAsArn,
        name: "bare-star-as-arn",
        question: "a bare `*` where an ARN operator wants an ARN",
        answer: "any ARN",
        reason: "widely written, and meant so",
    },
    Entry {
        choice: Choice::WildcardInVariableValue,
        name: "wildcard-in-variable-value",
        question: "a `*` or `?` in the value that replaces a variable",
        answer: "a plain character",
        reason: "else whoever sets a tag could widen a policy; AWS gives `${*}` for what a policy's author means",
    },
    Entry {
        choice: Choice::ListAsVariable,
        name: "list-as-variable",
        question: "a multivalued key as a variable",
        answer: "it has no value",
        reason: "the page on multivalued keys says that they cannot be variables",
    },
    Entry {
        choice: Choice::EmptyDefault,
        name: "empty-default",
        question: "a default that is an empty text, `${key, ''}`",
        answer: "it is a value",
        reason: "the page sets no lower limit to a default's length",
    },
    Entry {
        choice: Choice::EmptyVariableValue,
        name: "empty-variable-value",
        question: "a variable whose value is an empty text",
        answer: "it is a value",
        reason: "as for `Null`; \"no value\" is about keys that the request lacks",
    },
    Entry {
        choice: Choice::UnclosedVariable,
        name: "unclosed-variable",
        question: "`${` without `}`",
        answer: "plain text",
        reason: "the page describes no error; what is no variable is text",
    },
    Entry {
        choice: Choice::ResourceTypeWildcard,
        name: "resource-type-wildcard",
        question: "a wildcard in the part of an ARN that names the resource type, `training*/x`",
        answer: "it globs like anywhere else",
        reason: "the page on ARNs calls it incorrect, yet says that wildcards match across the whole ARN",
    },
    Entry {
        choice: Choice::WildcardAcrossColons,
        name: "wildcard-across-colons",
        question: "a wildcard in `Resource` that would have to cross a colon between an ARN's parts",
        answer: "it crosses",
        reason: "\"if the * is the last character of a segment it can expand beyond the colon\"; \
                 the console's simulator does so",
    },
    Entry {
        choice: Choice::ResourceServiceWildcard,
        name: "resource-service-wildcard",
        question: "a wildcard in the service part of a resource's ARN",
        answer: "it globs like anywhere else",
        reason: "the page forbids it, so that IAM refuses new ones; an old one in a Deny must not fail open",
    },
    Entry {
        choice: Choice::VariableOutsideResourcePart,
        name: "variable-outside-resource-part",
        question: "a variable in the region or account of a `Resource`",
        answer: "it is replaced",
        reason: "the page says \"in the Resource element\" and restricts no part",
    },
    Entry {
        choice: Choice::ArnSegmentCase,
        name: "arn-segment-case",
        question: "upper case in partition, service or region of a `Resource`",
        answer: "letters must be the same",
        reason: "\"resource ARNs are case sensitive\"; the page makes no exception",
    },
    Entry {
        choice: Choice::UnknownOperator,
        name: "unknown-operator",
        question: "a condition operator that IAM does not have",
        answer: "what it would do is unknown, so the decision is open",
        reason: "IAM refuses such a policy, so that nobody can say",
    },
    Entry {
        choice: Choice::OperatorCase,
        name: "operator-case",
        question: "an operator's name in other letter case, `stringequals`",
        answer: "the same operator",
        reason: "the page does not say; read so, a Deny does not fail open",
    },
    Entry {
        choice: Choice::NetworkHostBits,
        name: "network-host-bits",
        question: "a range with host bits set, `10.1.2.3/8`",
        answer: "they are ignored",
        reason: "RFC 4632: the prefix decides",
    },
    Entry {
        choice: Choice::MappedAddress,
        name: "mapped-address",
        question: "an IPv4-mapped IPv6 address in the request",
        answer: "it is the IPv4 address",
        reason: "it names the same host",
    },
    Entry {
        choice: Choice::DateWithoutSeconds,
        name: "date-without-seconds",
        question: "a date without seconds, time or day",
        answer: "the first moment of it, in UTC where it names no zone",
        reason: "the page wants \"one of the W3C implementations of ISO 8601\", which has these forms",
    },
    Entry {
        choice: Choice::ShortArn,
        name: "short-arn",
        question: "a `Resource` with fewer than six parts, `arn:aws:sqs:us-east-1`",
        answer: "in identity-based, boundary and session policies the missing parts are `*`, elsewhere \
                 it is a plain glob; a `NotResource` with one grants nothing, and whether it denies is open",
        reason: "reported from tests on AWS by iam-simulate",
    },
    Entry {
        choice: Choice::NotResourceWithoutValue,
        name: "not-resource-without-value",
        question: "a `NotResource` with a variable that has no value: applies to everything, or never?",
        answer: "open, so the decision is open",
        reason: "the page says only that the variable \"will not match any resource\"",
    },
    Entry {
        choice: Choice::ResourceRegionWildcard,
        name: "resource-region-wildcard",
        question: "a wildcard in the region of an ARN that has none, `arn:aws:s3:*::bucket`",
        answer: "it matches the empty region",
        reason: "`*` stands for any run of characters, also none",
    },
    Entry {
        choice: Choice::ResourceLetterCase,
        name: "resource-letter-case",
        question: "a SageMaker name that differs from the policy's in letter case only",
        answer: "no match",
        reason: "evaluated ARNs have kept the typed case since about April 2023; before, they were lower-cased",
    },
    Entry {
        choice: Choice::YearOrEpoch,
        name: "year-or-epoch",
        question: "four digits as a date: a year, or seconds since the epoch?",
        answer: "a year",
        reason: "nobody means the first hours of 1970",
    },
    Entry {
        choice: Choice::NotPrincipalInPart,
        name: "not-principal-in-part",
        question: "a Deny whose `NotPrincipal` names the caller in part: not itself, its role and its account together",
        answer: "the caller is spared",
        reason: "the page asks to name all of them, and says that the effect of less \"might be\" a denial: it does not say that it is",
    },
    Entry {
        choice: Choice::RcpCoverage,
        name: "rcp-coverage",
        question: "a resource control policy that denies an action of a service which such policies do not cover",
        answer: "it has no effect, by the list of 26 September 2026",
        reason: "AWS says so, but adds services to the list",
    },
    Entry {
        choice: Choice::UnknownResourceOwner,
        name: "unknown-resource-owner",
        question: "whose an unknown resource is, where nothing says it",
        answer: "the caller's own account",
        reason: "across accounts the resource's policy would have to allow, too",
    },
];

impl Choice {
    /// All of them, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        ENTRIES.iter().map(|entry| entry.choice)
    }

    fn entry(self) -> Option<&'static Entry> {
        ENTRIES.iter().find(|entry| entry.choice == self)
    }

    /// Its name in JSON and in the documentation, `short-arn`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().map_or("", |entry| entry.name)
    }

    /// What AWS leaves open.
    #[must_use]
    pub fn question(self) -> &'static str {
        self.entry().map_or("", |entry| entry.question)
    }

    /// What this evaluator does.
    #[must_use]
    pub fn answer(self) -> &'static str {
        self.entry().map_or("", |entry| entry.answer)
    }

    /// Why.
    #[must_use]
    pub fn reason(self) -> &'static str {
        self.entry().map_or("", |entry| entry.reason)
    }

    /// Whether the choice is, at least in part, to leave open what AWS leaves open.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::UnknownOperator | Self::NotResourceWithoutValue | Self::ShortArn)
    }

    fn bit(self) -> u64 {
        1_u64.checked_shl(u32::from(self as u8)).unwrap_or(0)
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of choices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Choices(u64);

impl Choices {
    pub(crate) fn of(choice: Choice) -> Self {
        Self(choice.bit())
    }

    pub(crate) fn add(&mut self, others: Self) {
        self.0 |= others.0;
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn contains(self, choice: Choice) -> bool {
        self.0 & choice.bit() != 0
    }

    pub(crate) fn meets(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Choice> {
        Choice::all().filter(move |choice| self.contains(*choice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_has_an_entry_and_a_bit_of_its_own() {
        let mut seen = Choices::default();
        for choice in Choice::all() {
            assert!(!seen.contains(choice), "{choice}");
            seen.add(Choices::of(choice));
            assert!(choice.name().chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{choice}");
        }
        assert_eq!(seen.iter().count(), ENTRIES.len());
        assert_eq!(ENTRIES.last().map(|entry| entry.choice as usize), Some(ENTRIES.len() - 1));
    }
}
