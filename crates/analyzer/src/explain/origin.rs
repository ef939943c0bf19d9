//! Where the value of a context key comes from.

use std::borrow::Cow;

use cloudtrail::Record;
use iam_policy::json::Node;
use iam_policy::{ContextValue, partition_of_region};
use sagemaker_catalog::{
    AbsentRule, Action, Catalog, KeyRule, KeySource, ParameterPath, Texts, Transform,
};

use crate::replay::{Replay, Request, RequestKind};
use crate::target::Facts;

/// Where the value of a key comes from, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Read from this member of the record, a path from its root.
    Record(String),
    /// Made from this member of the record: an ARN from a name, a type from an ARN.
    Derived(String),
    /// The service's default: none of these members was sent.
    Default(Vec<String>),
    /// The key is absent since none of these members was sent.
    NotSent(Vec<String>),
    /// From this entry of `[facts]` in the policy set.
    Fact(String),
    /// How AWS works: why the key has this value, or is absent, whatever the record says.
    Rule(String),
    /// Why the record does not tell.
    Untold(String),
}

impl Origin {
    /// The one spelling of its kind, in JSON.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Record(_) => "record",
            Self::Derived(_) => "derived",
            Self::Default(_) => "default",
            Self::NotSent(_) => "not_sent",
            Self::Fact(_) => "fact",
            Self::Rule(_) => "rule",
            Self::Untold(_) => "untold",
        }
    }

    /// The members, entry or reason.
    #[must_use]
    pub fn detail(&self) -> Cow<'_, str> {
        match self {
            Self::Record(text)
            | Self::Derived(text)
            | Self::Fact(text)
            | Self::Rule(text)
            | Self::Untold(text) => text.into(),
            Self::Default(members) | Self::NotSent(members) => members.join(", ").into(),
        }
    }
}

/// Finds origins for one record.
pub(super) struct Origins<'r> {
    record: &'r Record<'r>,
    /// `None` when the record does not show them.
    parameters: Option<&'r Node<'r>>,
    omitted: bool,
    action: Option<&'r Action>,
    catalog: &'r Catalog,
    /// What is known is that of a row, which keeps the values without the parameters.
    of_row: bool,
    /// The facts say what `iam:PassedToService` is in the partition of the call.
    stated_service: bool,
}

/// Global keys and the member of the record that each is read from.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
const MEMBERS: [(&str, &str); 26] = [
    ("aws:calledvia", "userIdentity.invokedBy"),
    ("aws:calledviafirst", "userIdentity.invokedBy"),
    ("aws:calledvialast", "userIdentity.invokedBy"),
    ("aws:currenttime", "eventTime"),
    ("aws:epochtime", "eventTime"),
    ("aws:federatedprovider", "userIdentity.sessionContext.webIdFederationData.federatedProvider"),
    ("aws:multifactorauthage", "userIdentity.sessionContext.attributes.creationDate"),
    ("aws:multifactorauthpresent", "userIdentity.sessionContext.attributes.mfaAuthenticated"),
    ("aws:principalaccount", "userIdentity.sessionContext.sessionIssuer.arn"),
    ("aws:principalarn", "userIdentity.sessionContext.sessionIssuer.arn"),
    ("aws:principalisawsservice", "userIdentity.type"),
    ("aws:principalservicename", "userIdentity.type"),
    ("aws:principalservicenameslist", "userIdentity.type"),
    ("aws:principaltype", "userIdentity.type"),
    ("aws:requestedregion", "awsRegion"),
    ("aws:securetransport", "tlsDetails"),
    ("aws:sourceidentity", "userIdentity.sessionContext.sourceIdentity"),
    ("aws:sourceip", "sourceIPAddress"),
    ("aws:sourcevpce", "vpcEndpointId"),
    ("aws:tokenissuetime", "userIdentity.sessionContext.attributes.creationDate"),
    ("aws:useragent", "userAgent"),
    ("aws:userid", "userIdentity.principalId"),
    ("aws:username", "userIdentity.userName"),
    ("aws:viaawsservice", "userIdentity.invokedBy"),
    ("aws:vpcsourceip", "sourceIPAddress"),
    ("sagemaker:taggingaction", "eventName"),
];

/// Keys of a call that an AWS service makes for a resource of its own.
const FOR_A_RESOURCE: [&str; 4] =
    ["aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"];

const TAGS: &str = "requestParameters.tags[]";

impl<'r> Origins<'r> {
    pub(super) fn new(
        record: &'r Record<'r>,
        parameters: Option<&'r Node<'r>>,
        replay: &Replay,
        facts: &Facts,
        catalog: &'r Catalog,
    ) -> Self {
        let action = catalog.event(&record.event_source, &record.event_name).action;
        let shown = parameters.filter(|node| node.kind() == "an object" && !replay.omitted);
        let partition = partition_of_region(record.aws_region.as_deref().unwrap_or_default());
        let stated_service = facts.passed_to_service.contains_key(partition);
        let omitted = replay.omitted;
        let of_row = false;
        Self { record, parameters: shown, omitted, action, catalog, of_row, stated_service }
    }

    /// For the rows of a record: where the catalog says that their values were read.
    pub(super) fn of_rows(record: &'r Record<'r>, facts: &Facts, catalog: &'r Catalog) -> Self {
        let origins = Self::new(record, None, &Replay::default(), facts, catalog);
        Self { of_row: true, ..origins }
    }

    pub(super) fn of(&self, request: &Request, key: &str, value: &ContextValue) -> Origin {
        let lower = key.to_lowercase();
        let (prefix, _) = lower.split_once(':').unwrap_or(("", &lower));
        if let Some(origin) = self.of_tags(request, &lower, value) {
            return origin;
        }
        match prefix {
            "aws" => self.of_global(&lower, value),
            "iam" => self.of_passed_role(&lower, value),
            _ if lower == "sagemaker:taggingaction" && request.kind == RequestKind::AddTags => {
                Origin::Record("eventName".to_owned())
            }
            _ => self.of_service(request, key, value),
        }
    }

    fn of_global(&self, lower: &str, value: &ContextValue) -> Origin {
        if FOR_A_RESOURCE.contains(&lower) {
            let reason = "only calls that a service makes for a resource have it";
            return Origin::Rule(reason.to_owned());
        }
        match lower {
            "aws:*" => return untold("CloudTrail does not record the other global keys"),
            "aws:sourcevpc" => return self.of_source_vpc(value),
            "aws:resourceaccount" => {
                return match value {
                    ContextValue::Known(_) => Origin::Derived("the resource".to_owned()),
                    _ => untold("whose the resource is is not in the record"),
                };
            }
            "aws:principalorgid" | "aws:resourceorgid" => {
                return match value {
                    ContextValue::Known(_) => Origin::Fact("org_id".to_owned()),
                    _ => untold("`org_id` is not among the facts, or the account is another one"),
                };
            }
            _ => {}
        }
        let Some((_, member)) = MEMBERS.iter().find(|(key, _)| *key == lower) else {
            return untold("CloudTrail does not record it");
        };
        let member = match lower {
            "aws:principalarn" | "aws:principalaccount" if !self.has_issuer() => "userIdentity.arn",
            _ => member,
        };
        match value {
            ContextValue::Known(_) => Origin::Record(member.to_owned()),
            ContextValue::OneOf(_) => Origin::Derived(member.to_owned()),
            ContextValue::Absent => Origin::Rule(self.why_absent(lower, member)),
            ContextValue::Present | ContextValue::Unknown => Origin::Untold(match lower {
                "aws:sourceip" | "aws:vpcsourceip" | "aws:sourcevpce" => {
                    "the address in `sourceIPAddress` is that of a service, or none".to_owned()
                }
                _ => format!("`{member}` does not tell"),
            }),
        }
    }

    fn why_absent(&self, lower: &str, member: &str) -> String {
        let reason = match lower {
            "aws:sourceip" => "the call came through a VPC endpoint: `vpcEndpointId`",
            "aws:vpcsourceip" | "aws:sourcevpce" => "the call did not come through a VPC endpoint",
            "aws:username" => "only IAM users have it",
            "aws:principalservicename" | "aws:principalservicenameslist" => {
                "the caller is no AWS service"
            }
            "aws:calledvia" | "aws:calledviafirst" | "aws:calledvialast" => {
                "no service made the call on the caller's behalf"
            }
            "aws:multifactorauthage" => "the caller did not use MFA",
            _ => return format!("`{member}` is not there"),
        };
        reason.to_owned()
    }

    fn of_source_vpc(&self, value: &ContextValue) -> Origin {
        match value {
            ContextValue::Known(_) => Origin::Fact("vpc_endpoints".to_owned()),
            ContextValue::Absent => {
                Origin::Rule("the call did not come through a VPC endpoint".to_owned())
            }
            _ => untold("the endpoint of `vpcEndpointId` is not among the facts"),
        }
    }

    fn has_issuer(&self) -> bool {
        let session = self.record.user_identity.session_context.as_ref();
        session.is_some_and(|session| session.session_issuer.is_some())
    }

    /// Tags of the request and of the resource, and the keys of tags.
    fn of_tags(&self, request: &Request, lower: &str, value: &ContextValue) -> Option<Origin> {
        let (_, name) = lower.split_once(':')?;
        let requested = name.starts_with("requesttag/") || name == "tagkeys";
        if requested && lower.starts_with("aws:") {
            let takes = match request.kind {
                RequestKind::Primary => {
                    self.action.is_none_or(|action| action.key("aws:TagKeys").is_some())
                }
                RequestKind::PassRole => false,
                RequestKind::AddTags | RequestKind::ExtraResource => true,
            };
            return Some(match value {
                ContextValue::Absent if !takes => {
                    Origin::Rule("this action takes no tags".to_owned())
                }
                _ if !self.shows_parameters(value) => self.hidden_parameters(),
                ContextValue::Unknown => untold("the shape of the tags is not known"),
                ContextValue::Absent => Origin::NotSent(vec![TAGS.to_owned()]),
                _ => self.path_of_tag_keys(name),
            });
        }
        if !name.starts_with("resourcetag/") {
            return None;
        }
        let without = self.action.is_some_and(|action| action.without_tag_control);
        Some(match value {
            ContextValue::Absent if without => {
                Origin::Rule("tag conditions cannot restrict this call".to_owned())
            }
            ContextValue::Absent => {
                Origin::Rule("the resource is being created without such a tag".to_owned())
            }
            ContextValue::OneOf(_) => Origin::Derived(TAGS.to_owned()),
            _ if request.kind == RequestKind::PassRole => {
                untold("the tags of the role are not in the record")
            }
            _ => untold("the tags of the resource are not in the record"),
        })
    }

    fn path_of_tag_keys(&self, name: &str) -> Origin {
        let rule = self.action.and_then(|action| action.key("aws:TagKeys"));
        let paths: Vec<String> = match (name, rule) {
            ("tagkeys", Some(rule)) => self.paths_with_values(rule),
            _ => Vec::new(),
        };
        Origin::Record(if paths.is_empty() { TAGS.to_owned() } else { paths.join(", ") })
    }

    fn of_passed_role(&self, lower: &str, value: &ContextValue) -> Origin {
        match (lower, value) {
            ("iam:passedtoservice", ContextValue::Known(_)) if self.stated_service => {
                Origin::Fact("passed_to_service".to_owned())
            }
            ("iam:passedtoservice", ContextValue::Known(_)) => {
                Origin::Rule("SageMaker itself assumes execution roles".to_owned())
            }
            ("iam:passedtoservice", _) => {
                untold("which service will assume the role is not in the record")
            }
            _ => untold("CloudTrail does not record it"),
        }
    }

    /// The service's keys, by the catalog's table.
    fn of_service(&self, request: &Request, key: &str, value: &ContextValue) -> Origin {
        let Some(action) = self.action else {
            return untold("the catalog does not know this action");
        };
        let current = self.catalog.alias_of(key);
        let names = std::iter::once(key).chain(current);
        let names = names.map(|name| name.strip_suffix('*').unwrap_or(name));
        let Some(rule) = names.filter_map(|name| rule_of(action, name)).next() else {
            return untold("no record shows it");
        };
        if self.of_row {
            return in_row(request, rule, value);
        }
        if !self.shows_parameters(value) {
            return self.hidden_parameters();
        }
        let with_values = self.paths_with_values(rule);
        let all = || rule.sources.iter().flat_map(|source| source.paths.iter().map(member));
        match value {
            ContextValue::Known(_) | ContextValue::OneOf(_) | ContextValue::Present
                if !with_values.is_empty() =>
            {
                let found = with_values.join(", ");
                let as_it_is = rule.sources.iter().all(is_as_it_is);
                let known = matches!(value, ContextValue::Known(_));
                if as_it_is && known { Origin::Record(found) } else { Origin::Derived(found) }
            }
            ContextValue::Known(_) | ContextValue::OneOf(_)
                if request.derived_keys.iter().any(|derived| same(derived, &rule.key)) =>
            {
                Origin::Default(all().collect())
            }
            ContextValue::Known(_) | ContextValue::OneOf(_) | ContextValue::Present => {
                Origin::Derived("eventName".to_owned())
            }
            ContextValue::Absent => Origin::NotSent(all().collect()),
            ContextValue::Unknown if !with_values.is_empty() => {
                Origin::Untold(format!("`{}` does not tell enough", with_values.join("`, `")))
            }
            ContextValue::Unknown => untold("the state of the resource is not in the record"),
        }
    }

    /// The paths of a key that find something, from the root of the record.
    fn paths_with_values(&self, rule: &KeyRule) -> Vec<String> {
        let paths = rule.sources.iter().flat_map(|source| &source.paths);
        if self.of_row {
            return paths.map(member).collect();
        }
        let Some(parameters) = self.parameters else { return Vec::new() };
        let found = paths.filter(|path| !Texts::of([*path], parameters).is_absent());
        found.map(member).collect()
    }

    fn shows_parameters(&self, value: &ContextValue) -> bool {
        self.of_row || self.parameters.is_some() || matches!(value, ContextValue::Known(_))
    }

    fn hidden_parameters(&self) -> Origin {
        untold(match self.omitted {
            true => "CloudTrail left out `requestParameters` for their size",
            false => "the record has no `requestParameters`",
        })
    }
}

/// Where a row's value was read from, as far as the catalog tells: which of several members it was
/// is not kept.
fn in_row(request: &Request, rule: &KeyRule, value: &ContextValue) -> Origin {
    let members = || rule.sources.iter().flat_map(|source| source.paths.iter().map(member));
    let found = || match members().collect::<Vec<_>>().as_slice() {
        [] => "eventName".to_owned(),
        [only] => only.clone(),
        [first, second] => format!("{first} or {second}"),
        [first, others @ ..] => format!("{first} or one of {} other members", others.len()),
    };
    let derived = request.derived_keys.iter().any(|derived| same(derived, &rule.key));
    let has_default =
        rule.sources.iter().any(|source| matches!(source.absent, AbsentRule::Default(_)));
    let as_it_is = members().next().is_some() && rule.sources.iter().all(is_as_it_is);
    match value {
        ContextValue::Known(_) | ContextValue::OneOf(_) if derived && has_default => {
            Origin::Default(members().collect())
        }
        ContextValue::Known(_) if as_it_is => Origin::Record(found()),
        ContextValue::Known(_) | ContextValue::OneOf(_) | ContextValue::Present => {
            Origin::Derived(found())
        }
        ContextValue::Absent => Origin::NotSent(members().collect()),
        ContextValue::Unknown => untold("the record does not show it"),
    }
}

fn untold(reason: &str) -> Origin {
    Origin::Untold(reason.to_owned())
}

fn member(path: &ParameterPath) -> String {
    format!("requestParameters.{path}")
}

/// Also the rule behind a family of keys: `sagemaker:SearchVisibilityCondition/`.
fn rule_of<'a>(action: &'a Action, name: &str) -> Option<&'a KeyRule> {
    action.key(name).or_else(|| {
        let families =
            action.keys.iter().filter_map(|rule| Some((rule, rule.key.split_once("${")?.0)));
        let mut families = families.filter(|(_, family)| {
            let head = name.get(..family.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(family))
        });
        families.next().map(|(rule, _)| rule)
    })
}

fn is_as_it_is(source: &KeySource) -> bool {
    !matches!(source.transform, Transform::ArnFrom { .. } | Transform::WorkteamType)
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}
