//! Requests whose parameters hold several values for a key that takes one: a file system per
//! channel, a model per variant. Each combination is a request, and all must be allowed.

use iam_policy::json::Node;
use iam_policy::{ContextValue, KeyValue};
use sagemaker_catalog::{AbsentRule, Group, KeyRule, KeySource, ParameterPath, select_grouped};

use super::value::{
    Derived, absent_value, is_built, is_guess, is_placeholder, is_sent_as_it_is, read,
};
use super::{Call, Parameters, Request};

/// A request split into more parts than this is judged as one, with the split keys unknown: real
/// calls have at most some dozen channels or variants.
pub(super) const MAX_PARTS: usize = 128;

impl Call<'_, '_, '_> {
    /// One request per combination of the values that keys with one value take.
    pub(super) fn split(&self, base: Request, rules: &[&KeyRule]) -> Vec<Request> {
        let Parameters::Known(parameters) = self.parameters else {
            return vec![self.unsplit(base, rules)];
        };
        let places: Vec<(&KeyRule, &KeySource, &ParameterPath)> = rules
            .iter()
            .flat_map(|rule| rule.sources.iter().map(move |source| (*rule, source)))
            .flat_map(|(rule, source)| source.paths.iter().map(move |path| (rule, source, path)))
            .collect();
        // An element that says nothing of a key with a default has the default: it needs a group
        // of its own, which the path to the element gives it.
        let elements: Vec<ParameterPath> = places
            .iter()
            .filter(|(_, source, _)| matches!(source.absent, AbsentRule::Default(_)))
            .filter_map(|(_, _, path)| path.element_path())
            .collect();
        let paths = places.iter().map(|(_, _, path)| *path).chain(&elements);
        let groups = select_grouped(&paths.collect::<Vec<_>>(), parameters);
        if groups.is_empty() {
            return self.parts(&base, rules, &places, &Vec::new(), parameters);
        }
        if groups.len() > MAX_PARTS {
            return vec![self.unsplit(base, rules)];
        }
        let mut requests: Vec<Request> = Vec::new();
        for group in &groups {
            for part in self.parts(&base, rules, &places, group, parameters) {
                if !requests.contains(&part) {
                    requests.push(part);
                }
                if requests.len() > MAX_PARTS {
                    return vec![self.unsplit(base, rules)];
                }
            }
        }
        requests
    }

    /// The request with the keys unknown: where the parameters are, or where there are too many
    /// values to judge each.
    fn unsplit(&self, mut request: Request, rules: &[&KeyRule]) -> Request {
        for rule in rules {
            self.set_key(&mut request, &rule.key, read(self.without_parameters(rule)));
        }
        request
    }

    /// The requests of one group: as many as the key with the most values has.
    fn parts(
        &self,
        base: &Request,
        rules: &[&KeyRule],
        places: &[(&KeyRule, &KeySource, &ParameterPath)],
        group: &Group<'_, '_>,
        parameters: &Node<'_>,
    ) -> Vec<Request> {
        let per_rule: Vec<Vec<Derived>> =
            rules.iter().map(|rule| self.group_values(rule, places, group, parameters)).collect();
        let count = per_rule.iter().map(Vec::len).max().unwrap_or(1);
        let count = count.clamp(1, MAX_PARTS.saturating_add(1));
        let mut requests = Vec::with_capacity(count);
        for index in 0..count {
            let mut request = base.clone();
            for (rule, values) in rules.iter().zip(&per_rule) {
                if let Some(found) = values.get(index).or_else(|| values.first()) {
                    let found = Derived { value: found.value.clone(), derived: found.derived };
                    self.set_key(&mut request, &rule.key, found);
                }
            }
            requests.push(request);
        }
        requests
    }

    /// The distinct values of one key in one group; its absence when there are none.
    fn group_values(
        &self,
        rule: &KeyRule,
        places: &[(&KeyRule, &KeySource, &ParameterPath)],
        group: &Group<'_, '_>,
        parameters: &Node<'_>,
    ) -> Vec<Derived> {
        let mut values: Vec<Derived> = Vec::new();
        for ((of, source, _), found) in places.iter().zip(group) {
            let (true, Some(found)) = (of.key == rule.key, found) else { continue };
            let alternatives = found.text().and_then(|t| self.transformed(source, &t, parameters));
            let value = match alternatives.as_deref() {
                Some([only]) if is_guess(source) || is_placeholder(rule, only) => {
                    ContextValue::OneOf(vec![None, Some(KeyValue::One(only.clone()))])
                }
                Some([only]) => ContextValue::one(only.as_str()),
                Some([]) | None if found.text().is_some() && is_sent_as_it_is(source) => {
                    ContextValue::Present
                }
                Some([]) | None => ContextValue::Unknown,
                Some(several) => ContextValue::OneOf(
                    several.iter().map(|text| Some(KeyValue::One(text.clone()))).collect(),
                ),
            };
            let distinct = !values.iter().any(|known| known.value == value);
            if distinct && values.len() <= MAX_PARTS {
                values.push(Derived { value, derived: is_built(&source.transform) });
            }
        }
        if values.is_empty() {
            values.push(absent_value(
                &rule.sources.iter().collect::<Vec<_>>(),
                self.facts.doubt_service_defaults,
            ));
        }
        values
    }
}
