//! The condition keys of SageMaker that a record gives, driven by the catalog's table.

use std::borrow::Cow;
use std::collections::HashSet;

use iam_policy::json::Node;
use iam_policy::{ContextValue, KeyValue, RequestContext};
use sagemaker_catalog::{KeyRule, KeySource, ParameterPath, Texts, Transform};

use super::alias::deprecated_names;
use super::definitions::{self, MAX_DEFINITIONS};
use super::split::MAX_PARTS;
use super::value::{
    Derived, absent_value, can_split, is_built, is_guess, is_sent_as_it_is, listed, read,
};
use super::{Call, Parameters, Request};

impl Call<'_, '_, '_> {
    /// Sets the service's keys: one request, or one per value where a key that takes one value
    /// has several.
    ///
    /// `creates` says whether the call creates the request's resource.
    pub(super) fn with_service_keys(&self, base: Request, creates: bool) -> Vec<Request> {
        let Parameters::Known(parameters) = self.parameters else {
            return self.with_keys_of_one(base, creates);
        };
        match definitions::count(parameters) {
            0 | 1 => self.with_keys_of_one(base, creates),
            count if count <= MAX_DEFINITIONS => {
                self.with_keys_of_each(&base, creates, parameters, count)
            }
            _ => self.without_sight(base, creates),
        }
    }

    /// One request with the keys unknown, where there is too much to judge.
    fn without_sight(&self, base: Request, creates: bool) -> Vec<Request> {
        self.with_parameters(Parameters::Unknown).with_keys_of_one(base, creates)
    }

    /// A request for each of the training jobs that a tuning job defines.
    fn with_keys_of_each(
        &self,
        base: &Request,
        creates: bool,
        parameters: &Node<'_>,
        count: usize,
    ) -> Vec<Request> {
        let rules = self.event.action.iter().flat_map(|action| &action.keys);
        let lists: Vec<&KeyRule> = rules.filter(|rule| !can_split(rule)).collect();
        let together = self.with_keys_of_one(base.clone(), creates);
        let mut requests: Vec<Request> = Vec::new();
        for position in 0..count {
            let parameters = definitions::only(parameters, position);
            let call = self.with_parameters(Parameters::Known(&parameters));
            for mut request in call.with_keys_of_one(base.clone(), creates) {
                if let Some(together) = together.first() {
                    definitions::open(&mut request.context, &together.context, &lists);
                }
                if !requests.contains(&request) {
                    requests.push(request);
                }
            }
            if requests.len() > MAX_PARTS {
                return self.without_sight(base.clone(), creates);
            }
        }
        requests
    }

    fn with_keys_of_one(&self, mut base: Request, creates: bool) -> Vec<Request> {
        let Some(action) = self.event.action else {
            self.set_unknown_action_keys(&mut base.context);
            return vec![base];
        };
        self.set_resource_tags(&mut base.context, action, creates);
        // Variables of Studio's policies; no record shows them.
        for key in ["sagemaker:DomainId", "sagemaker:UserProfileName"] {
            base.context.set(key, ContextValue::Unknown);
        }
        let (single, many): (Vec<&KeyRule>, Vec<&KeyRule>) =
            action.keys.iter().partition(|rule| can_split(rule));
        for rule in many {
            self.set_rule(&mut base, rule);
        }
        self.split(base, &single)
    }

    /// An action the catalog lacks may have any key of its service.
    fn set_unknown_action_keys(&self, context: &mut RequestContext) {
        context.set_family(&format!("{}:", self.event.prefix), ContextValue::Unknown);
        for family in ["aws:RequestTag/", "aws:TagKeys", "aws:ResourceTag/"] {
            context.set_family(family, ContextValue::Unknown);
        }
        context.set("aws:TagKeys", ContextValue::Unknown);
    }

    fn set_rule(&self, request: &mut Request, rule: &KeyRule) {
        match first_transform(rule) {
            Some(Transform::TagList) => self.set_request_tags(&mut request.context),
            Some(Transform::TagKeys) => self.set_tag_key_list(&mut request.context, rule),
            Some(Transform::MapEntry) => self.set_map(&mut request.context, rule),
            Some(Transform::KeyValueList) => self.set_pairs(&mut request.context, rule),
            Some(Transform::State) if rule.key.contains("ResourceTag/") => {}
            Some(Transform::State) => {
                set_named(&mut request.context, &rule.key, ContextValue::Unknown);
            }
            _ => {
                let value = self.rule_value(rule);
                self.set_key(request, &rule.key, value);
            }
        }
    }

    /// Sets a key and its deprecated names, which policies still use.
    pub(super) fn set_key(&self, request: &mut Request, key: &str, found: Derived) {
        for name in deprecated_names(key).chain([key]) {
            set_named(&mut request.context, name, found.value.clone());
        }
        if found.derived && !request.derived_keys.iter().any(|known| known == key) {
            request.derived_keys.push(key.to_owned());
            request.derived_keys.sort();
        }
    }

    /// The value of a key that takes a list, or has no place in a list.
    fn rule_value(&self, rule: &KeyRule) -> Derived {
        let Parameters::Known(parameters) = self.parameters else {
            return read(self.without_parameters(rule));
        };
        match first_transform(rule) {
            Some(Transform::Present) => return self.presence(rule, parameters),
            Some(Transform::NamesFromUpdateRecord) if self.is_update_record() == "false" => {
                return read(ContextValue::Absent);
            }
            _ => {}
        }
        let (mut sure, mut guessed, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
        let (mut open, mut sent, mut missing, mut built) = (false, false, Vec::new(), false);
        for source in &rule.sources {
            let texts = self.source_texts(source, parameters);
            open |= !texts.is_complete();
            if texts.values.is_empty() {
                missing.push(source);
            }
            for text in &texts.values {
                built |= is_built(&source.transform);
                match self.transformed(source, text, parameters).as_deref() {
                    Some([value]) => {
                        let texts = if is_guess(source) { &mut guessed } else { &mut sure };
                        if seen.insert((is_guess(source), value.clone())) {
                            texts.push(value.clone());
                        }
                    }
                    _ => {
                        open = true;
                        sent |= is_sent_as_it_is(source);
                    }
                }
            }
        }
        match open {
            true if sent || !sure.is_empty() => return read(ContextValue::Present),
            true => return read(ContextValue::Unknown),
            false => {}
        }
        if sure.is_empty() && guessed.is_empty() {
            return absent_value(&missing, self.facts.doubt_service_defaults);
        }
        Derived { value: listed(rule, sure, guessed), derived: built }
    }

    pub(super) fn without_parameters(&self, rule: &KeyRule) -> ContextValue {
        match first_transform(rule) {
            Some(Transform::ConstByEvent) => ContextValue::one(self.is_update_record()),
            _ => ContextValue::Unknown,
        }
    }

    fn is_update_record(&self) -> &'static str {
        let update = self.record.event_name.eq_ignore_ascii_case("UpdateRecord");
        if update { "true" } else { "false" }
    }

    fn source_texts<'n>(&self, source: &KeySource, parameters: &'n Node<'_>) -> Texts<'n> {
        match source.transform {
            Transform::ConstByEvent => {
                let values = vec![Cow::Borrowed(self.is_update_record())];
                Texts { values, hidden: false, odd: false }
            }
            Transform::NamesFromUpdateRecord => {
                let path: Result<ParameterPath, _> = "features[].featureName".parse();
                path.map(|path| Texts::of([&path], parameters)).unwrap_or_default()
            }
            _ => source.texts(parameters),
        }
    }

    /// The key exists when any of the paths' top-level members does; what it holds is not told, so
    /// only `Null` has an answer.
    fn presence(&self, rule: &KeyRule, parameters: &Node<'_>) -> Derived {
        let paths = rule.sources.iter().flat_map(|source| &source.paths);
        let members: Vec<ParameterPath> =
            paths.filter_map(|path| path.parameter().parse().ok()).collect();
        let present = members.iter().any(|member| member.first(parameters).is_some());
        if !present {
            return read(ContextValue::Absent);
        }
        let either = ["true", "false"].map(|text| Some(KeyValue::One(text.to_owned())));
        read(ContextValue::OneOf(either.to_vec()))
    }
}

fn first_transform(rule: &KeyRule) -> Option<&Transform> {
    rule.sources.first().map(|source| &source.transform)
}

/// Sets a key, or the family that `${…}` in its name stands for.
pub(super) fn set_named(context: &mut RequestContext, key: &str, value: ContextValue) {
    match key.split_once("${") {
        Some((family, _)) => context.set_family(family, value),
        None => context.set(key, value),
    }
}
