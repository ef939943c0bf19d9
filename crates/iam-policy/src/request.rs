//! What is asked: one request with what is known of its context.

use std::collections::HashMap;

use crate::principal::Principal;

/// So many keys are looked through one by one; a request with more gets an index.
const FEW_KEYS: usize = 96;

/// One request that IAM authorises.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestContext {
    /// Who asks.
    pub principal: Principal,
    /// Such as `sagemaker:CreateTrainingJob`; compared without case.
    pub action: String,
    /// What it acts on.
    pub resource: ResourceValue,
    /// The account that owns the resource; `None` means the principal's own. Of an unknown resource
    /// that is a choice ([`Choice::UnknownResourceOwner`](crate::Choice)).
    pub resource_account: Option<String>,
    /// The organisation's management account, if it is known. SCPs do not bind its principals,
    /// RCPs not its resources.
    pub management_account: Option<String>,
    keys: Vec<ContextEntry>,
    /// Positions of the keys, empty while these are few.
    index: HashMap<String, usize>,
    families: Vec<ContextEntry>,
}

/// A context key, or the beginning of several, and what is known of it.
#[derive(Clone, Debug, PartialEq)]
struct ContextEntry {
    lower: String,
    /// As it was set.
    name: String,
    value: ContextValue,
}

/// What is known of the resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceValue {
    /// Exactly this text; `*` for an action without resources.
    Known(String),
    /// One of these texts; none at all is like `Unknown`.
    OneOf(Vec<String>),
    /// Some text this glob matches, such as `arn:…:cluster/*` when the id is not in the record.
    Like(String),
    /// Nothing is known.
    Unknown,
}

/// What is known of a context key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextValue {
    /// The request carries this value.
    Known(KeyValue),
    /// The request surely does not carry the key.
    Absent,
    /// The request surely carries the key with some value, not an empty list; which is not known.
    Present,
    /// It may carry the key with any value, or not.
    Unknown,
    /// One of these is the case; `None` stands for absence.
    OneOf(Vec<Option<KeyValue>>),
}

/// The value of a context key. A list, even of one, is a multivalued key: only the set operators
/// compare it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyValue {
    /// A single-valued key.
    One(String),
    /// A multivalued key.
    Many(Vec<String>),
}

impl KeyValue {
    /// The values, whichever kind of key it is.
    #[must_use]
    pub fn texts(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

impl ContextValue {
    /// A single-valued key with this value.
    pub fn one(text: impl Into<String>) -> Self {
        Self::Known(KeyValue::One(text.into()))
    }

    /// A multivalued key with these values.
    pub fn many<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::Known(KeyValue::Many(texts.into_iter().map(Into::into).collect()))
    }
}

impl RequestContext {
    /// A request about whose context nothing is set: every key is absent.
    #[must_use]
    pub fn new(principal: Principal, action: impl Into<String>, resource: ResourceValue) -> Self {
        Self {
            principal,
            action: action.into(),
            resource,
            resource_account: None,
            management_account: None,
            keys: Vec::new(),
            index: HashMap::new(),
            families: Vec::new(),
        }
    }

    /// Makes this another request about whose context nothing is set, keeping the memory.
    pub fn reset(
        &mut self,
        principal: &Principal,
        action: impl Into<String>,
        resource: ResourceValue,
    ) {
        self.principal.clone_from(principal);
        self.action = action.into();
        self.resource = resource;
        self.resource_account = None;
        self.management_account = None;
        self.clear_keys();
    }

    /// Sets a key. Setting it again replaces the value.
    pub fn set(&mut self, key: &str, value: ContextValue) {
        let lower = key.to_lowercase();
        let known = self.position(&lower).and_then(|position| self.keys.get_mut(position));
        if let Some(entry) = known {
            entry.value = value;
            return;
        }
        if !self.index.is_empty() {
            self.index.insert(lower.clone(), self.keys.len());
        }
        self.keys.push(ContextEntry { lower, name: key.to_owned(), value });
        if self.index.is_empty() && self.keys.len() > FEW_KEYS {
            let positions = self.keys.iter().enumerate();
            self.index = positions.map(|(at, entry)| (entry.lower.clone(), at)).collect();
        }
    }

    #[inline]
    fn position(&self, lowercase_key: &str) -> Option<usize> {
        if self.index.is_empty() {
            return self.keys.iter().position(|entry| entry.lower == lowercase_key);
        }
        self.index.get(lowercase_key).copied()
    }

    /// Sets every key that starts with this text and is not set by itself, such as
    /// `aws:PrincipalTag/`. The longest family that fits a key counts.
    pub fn set_family(&mut self, prefix: &str, value: ContextValue) {
        let lower = prefix.to_lowercase();
        match self.families.iter_mut().find(|family| family.lower == lower) {
            Some(family) => family.value = value,
            None => self.families.push(ContextEntry { lower, name: prefix.to_owned(), value }),
        }
    }

    /// What is known of a key, in any letter case.
    #[must_use]
    pub fn value(&self, key: &str) -> &ContextValue {
        self.get(&key.to_lowercase())
    }

    #[inline]
    /// What is known of a key, given in lower case.
    pub(crate) fn get(&self, lowercase_key: &str) -> &ContextValue {
        let known = self.position(lowercase_key).and_then(|position| self.keys.get(position));
        if let Some(entry) = known {
            return &entry.value;
        }
        let families = self.families.iter().filter(|f| lowercase_key.starts_with(&f.lower));
        let longest = families.max_by_key(|family| family.lower.len());
        longest.map_or(&ContextValue::Absent, |family| &family.value)
    }

    /// The keys that were set, as they were set, in the order of their setting.
    pub fn keys(&self) -> impl Iterator<Item = (&str, &ContextValue)> {
        self.keys.iter().map(|entry| (entry.name.as_str(), &entry.value))
    }

    /// The families that were set, as they were set, such as `aws:PrincipalTag/`.
    pub fn families(&self) -> impl Iterator<Item = (&str, &ContextValue)> {
        self.families.iter().map(|family| (family.name.as_str(), &family.value))
    }

    /// Forgets all keys, keeping the memory for the next request.
    pub fn clear_keys(&mut self) {
        self.keys.clear();
        self.index.clear();
        self.families.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_fold_case_and_the_longest_family_counts() {
        let resource = ResourceValue::Known("*".into());
        let mut request = RequestContext::new(Principal::Anonymous, "s3:GetObject", resource);
        request.set_family("aws:", ContextValue::Unknown);
        request.set_family("aws:RequestTag/", ContextValue::Absent);
        request.set("AWS:SourceIp", ContextValue::one("192.0.2.1"));
        for (key, value) in [
            ("aws:sourceip", ContextValue::one("192.0.2.1")),
            ("aws:requesttag/team", ContextValue::Absent),
            ("aws:principaltag/team", ContextValue::Unknown),
            ("ec2:instancetype", ContextValue::Absent),
        ] {
            assert_eq!(request.get(key), &value, "{key}");
        }
    }

    #[test]
    fn many_keys_are_found_like_few() {
        let resource = ResourceValue::Known("*".into());
        let mut request = RequestContext::new(Principal::Anonymous, "s3:GetObject", resource);
        for round in 0..2 {
            for number in 0..3 * FEW_KEYS {
                request.set(&format!("K:{number}"), ContextValue::one(format!("{round}-{number}")));
            }
        }
        assert_eq!(request.keys().count(), 3 * FEW_KEYS);
        for number in 0..3 * FEW_KEYS {
            let value = ContextValue::one(format!("1-{number}"));
            assert_eq!(request.get(&format!("k:{number}")), &value);
        }
        request.clear_keys();
        assert_eq!(request.get("k:1"), &ContextValue::Absent);
    }
}
