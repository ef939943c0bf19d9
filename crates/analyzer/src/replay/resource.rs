//! The resource that a call acts on.

use iam_policy::ResourceValue;
use iam_policy::json::Node;
use sagemaker_catalog::{Action, Found, ParameterPath, ResourceRule, Template, Variable};

use super::refusal::Refusal;
use super::{Call, Parameters};

impl Call<'_, '_, '_> {
    /// The resource of the primary request, and whether the call creates it. Where AWS's refusal
    /// names an ARN, that is what it was refused on.
    pub(super) fn primary_resource(&self, refusal: Option<&Refusal>) -> (ResourceValue, bool) {
        let Some(action) = self.event.action else { return (ResourceValue::Unknown, false) };
        let named = refusal.and_then(|refusal| refusal.resource.as_deref());
        if let Some(arn) = named.filter(|text| text.starts_with("arn:")) {
            let resource_type = self.catalog.resource_type_of_arn(arn);
            let rule = resource_type.and_then(|name| action.resource(name));
            let creates = rule.is_some_and(|rule| rule.created);
            return (ResourceValue::Known(arn.to_owned()), creates);
        }
        match primary_rule(action, self) {
            Some(rule) => (self.resource_of(rule), rule.created),
            None => (self.without_resource(action), false),
        }
    }

    /// An action without a resource type is checked on `*`; real refusals show that some are
    /// checked on `TYPE/*` instead.
    fn without_resource(&self, action: &Action) -> ResourceValue {
        let family = action.list_family.as_deref();
        let family = family.and_then(|name| self.catalog.resource_type(name));
        let any = "*".to_owned();
        match family {
            Some(family) => {
                let arn = self.arn(&family.arn_service, &family.family_pattern());
                ResourceValue::OneOf(vec![any, arn])
            }
            None => ResourceValue::Known(any),
        }
    }

    pub(super) fn resource_of(&self, rule: &ResourceRule) -> ResourceValue {
        let Parameters::Known(parameters) = self.parameters else {
            let elsewhere = rule.arn_parameter.is_some() || !rule.name_or_arn.is_empty();
            // An ARN may have been sent, of any account.
            return match elsewhere {
                true => ResourceValue::Unknown,
                false => ResourceValue::Like(self.arn(&rule.arn_service, &rule.tail.pattern())),
            };
        };
        if let Some(arn) = self.arn_parameter(rule, parameters) {
            return arn;
        }
        if let Some(name) = self.full_arn(&rule.name_or_arn, parameters) {
            return ResourceValue::Known(name);
        }
        if is_hidden(&rule.name_or_arn, parameters) {
            return ResourceValue::Unknown;
        }
        if rule.complete {
            let filled = rule.tail.fill(|variable| first_text(&variable.members, parameters));
            return match filled {
                Some(tail) => self.named(rule, &tail),
                None => self.partly_named(rule, parameters),
            };
        }
        if rule.created {
            // Authorised before the service has made the id up.
            return ResourceValue::Known(self.arn(&rule.arn_service, &rule.tail.pattern()));
        }
        match self.response_arn(rule) {
            Some(arn) => ResourceValue::Known(arn),
            None => self.partly_named(rule, parameters),
        }
    }

    fn arn_parameter(&self, rule: &ResourceRule, parameters: &Node<'_>) -> Option<ResourceValue> {
        let found = rule.arn_parameter.as_ref()?.first(parameters)?;
        match found.text() {
            Some(arn) if arn.starts_with("arn:") => Some(ResourceValue::Known(arn.into_owned())),
            Some(_) => None,
            None => Some(ResourceValue::Unknown),
        }
    }

    fn full_arn(&self, paths: &[ParameterPath], parameters: &Node<'_>) -> Option<String> {
        first_text(paths, parameters).filter(|text| text.starts_with("arn:"))
    }

    pub(super) fn response_arn(&self, rule: &ResourceRule) -> Option<String> {
        let path = rule.response_arn.as_ref()?;
        let text = path.first(self.response()?).and_then(Found::text)?;
        text.starts_with("arn:").then(|| text.into_owned())
    }

    /// SageMaker used to lower-case names in ARNs and some calls still do, while IAM compares
    /// resources with their case: a name with capitals may be seen either way.
    fn named(&self, rule: &ResourceRule, tail: &str) -> ResourceValue {
        let as_given = self.arn(&rule.arn_service, tail);
        let lower = self.arn(&rule.arn_service, &lower_names(&rule.tail, tail));
        if as_given == lower {
            ResourceValue::Known(as_given)
        } else {
            ResourceValue::OneOf(vec![as_given, lower])
        }
    }

    fn partly_named(&self, rule: &ResourceRule, parameters: &Node<'_>) -> ResourceValue {
        let fill = |variable: &Variable| first_text(&variable.members, parameters);
        ResourceValue::Like(self.arn(&rule.arn_service, &rule.tail.fill_known(fill)))
    }

    pub(super) fn arn(&self, service: &str, tail: &str) -> String {
        let (partition, region, account) = (self.partition, self.region, &self.actor.account);
        format!("arn:{partition}:{service}:{region}:{account}:{tail}")
    }
}

/// The resource a call is mainly about: what it creates, else the required one that the record
/// shows best.
fn primary_rule<'c>(action: &'c Action, call: &Call<'_, '_, '_>) -> Option<&'c ResourceRule> {
    let rules = &action.resources;
    let shown = |rule: &&ResourceRule| match call.parameters {
        Parameters::Known(parameters) => {
            let arn = rule.arn_parameter.as_ref().and_then(|path| path.first(parameters));
            let variables = rule.tail.variables();
            arn.is_some()
                || variables.flat_map(|v| &v.members).any(|p| p.first(parameters).is_some())
        }
        Parameters::Unknown => false,
    };
    let created = rules.iter().find(|rule| rule.created && rule.required);
    let required_and_shown = || rules.iter().find(|rule| rule.required && shown(rule));
    let any_shown = || rules.iter().find(shown);
    let required = || rules.iter().find(|rule| rule.required);
    created
        .or_else(required_and_shown)
        .or_else(any_shown)
        .or_else(required)
        .or_else(|| rules.first())
}

/// Whether a member is there whose text the record does not show.
fn is_hidden(paths: &[ParameterPath], parameters: &Node<'_>) -> bool {
    let mut found = paths.iter().filter_map(|path| path.first(parameters));
    found.any(|found| found.text().is_none())
}

/// The first text that any of the paths finds.
fn first_text(paths: &[ParameterPath], parameters: &Node<'_>) -> Option<String> {
    let mut texts = paths.iter().filter_map(|path| path.first(parameters));
    texts.find_map(Found::text).map(|text| text.into_owned())
}

/// The tail with everything behind its literal head in lower case.
fn lower_names(template: &Template, tail: &str) -> String {
    let head = template.head();
    match tail.strip_prefix(head) {
        Some(names) => format!("{head}{}", names.to_lowercase()),
        None => tail.to_lowercase(),
    }
}
