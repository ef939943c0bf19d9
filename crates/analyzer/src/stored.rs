//! What a row of `calls` keeps of a request, and the way back.
//!
//! A row keeps the service's condition keys and the tags as they are: their values where these are
//! known, what is possible where they are not. All other global keys follow from columns that have
//! a meaning of their own (who called, from where, when), by the same function that reads them from
//! a record: the columns are put into a record again. So a row gives back the very request that was
//! judged, which a test holds against every record of the other tests.

use std::borrow::Cow;
use std::collections::HashSet;

use cloudtrail::{Record, SessionContext, SessionIssuer, UserIdentity};
use iam_policy::{ContextValue, Evaluation, KeyValue, RequestContext, ResourceValue};
use sagemaker_catalog::Catalog;

use crate::actor::Actor;
use crate::call::{Call, OpenContext};
use crate::replay::alias::{deprecated_names, is_deprecated};
use crate::replay::{Request, RequestKind, bare_request, passed_to_service};
use crate::target::{Facts, TargetSet};

/// How texts of a row begin that stand for others: keyed hashes.
pub const REDACTED_PREFIX: &str = "redacted:";

/// Whether a key is the service's or a tag; the other global keys are rebuilt from columns.
fn is_stored(key: &str) -> bool {
    let lower = key.to_lowercase();
    !lower.starts_with("aws:")
        || lower == "aws:tagkeys"
        || lower.starts_with("aws:requesttag/")
        || lower.starts_with("aws:resourcetag/")
}

/// The values that the record shows, or has candidates for, sorted by key.
pub(crate) fn settled(context: &RequestContext) -> Vec<(String, Vec<String>)> {
    let mut entries: Vec<(String, Vec<String>)> = context
        .keys()
        .filter(|(key, _)| is_stored(key))
        // Deprecated names hold what their successors hold.
        .filter(|(key, _)| !is_deprecated(key))
        .filter_map(|(key, value)| match value {
            ContextValue::Known(value) => Some((key.to_owned(), value.texts().to_vec())),
            ContextValue::OneOf(candidates) => {
                let texts = candidates.iter().flatten().flat_map(|value| value.texts());
                let mut seen = HashSet::new();
                let distinct = texts.filter(|text| seen.insert(*text));
                Some((key.to_owned(), distinct.cloned().collect()))
            }
            ContextValue::Absent | ContextValue::Present | ContextValue::Unknown => None,
        })
        .collect();
    entries.sort();
    entries
}

/// The service's keys that the record leaves open, and what the decision needs.
pub(crate) fn unknown_keys(
    context: &RequestContext,
    evaluation: Option<&Evaluation>,
) -> Vec<String> {
    let open = context.keys().filter(|(key, value)| {
        let open = !matches!(value, ContextValue::Known(_) | ContextValue::Absent);
        open && is_stored(key) && !is_deprecated(key)
    });
    let needs = evaluation.into_iter().flat_map(|evaluation| evaluation.needs.iter().cloned());
    let mut keys: Vec<String> = open.map(|(key, _)| key.to_owned()).chain(needs).collect();
    keys.sort_by_key(|key| key.to_lowercase());
    keys.dedup_by(|next, kept| next.eq_ignore_ascii_case(kept));
    keys
}

/// Open in nearly all requests that stand for an action of SageMaker's: no record shows them, but for
/// the tags of what a call creates.
const USUALLY_OPEN: [&str; 2] = ["sagemaker:DomainId", "sagemaker:UserProfileName"];
const USUALLY_OPEN_FAMILIES: [&str; 2] = ["aws:ResourceTag/", "sagemaker:ResourceTag/"];

/// Absent in every request whose tags the record shows.
const REQUEST_TAGS: &str = "aws:RequestTag/";

/// Whether what is usually open is so in requests of this kind.
fn has_usual(kind: RequestKind) -> bool {
    matches!(kind, RequestKind::Primary | RequestKind::ExtraResource)
}

/// What the record leaves open, beyond what is usual.
pub(crate) fn open(kind: RequestKind, context: &RequestContext) -> OpenContext {
    let usual = has_usual(kind);
    let is = |names: &[&str], name: &str| names.iter().any(|n| n.eq_ignore_ascii_case(name));
    let keys = context.keys().filter(|(key, value)| {
        let open = match value {
            ContextValue::Known(_) => false,
            // Surely absent is what is left out, unless all keys of its kind are open.
            ContextValue::Absent => {
                !key.eq_ignore_ascii_case("aws:TagKeys") && !is_absent_family(context, key)
            }
            ContextValue::Unknown => !(usual && is(&USUALLY_OPEN, key)),
            ContextValue::Present | ContextValue::OneOf(_) => true,
        };
        open && is_stored(key) && !is_deprecated(key)
    });
    let families = context.families().filter(|(prefix, value)| {
        let usual = match value {
            ContextValue::Absent => prefix.eq_ignore_ascii_case(REQUEST_TAGS),
            ContextValue::Unknown => usual && is(&USUALLY_OPEN_FAMILIES, prefix),
            _ => false,
        };
        is_stored(prefix) && !usual
    });
    let mut open = OpenContext { keys: sorted(keys), families: sorted(families) };
    if usual {
        add_unusual(context, &mut open);
    }
    open
}

/// What is usually open and is not here, nor set by itself: it is what its family is.
fn add_unusual(context: &RequestContext, open: &mut OpenContext) {
    let settled = |name: &str| {
        (context.value(name) != &ContextValue::Unknown)
            .then(|| (name.to_owned(), context.value(name).clone()))
    };
    let is_set = |key: &str| context.keys().any(|(k, _)| k.eq_ignore_ascii_case(key));
    let missing = USUALLY_OPEN.iter().filter(|key| !is_set(key));
    let keys: Vec<_> = missing.filter_map(|key| settled(key)).collect();
    let is_set = |family: &str| context.families().any(|(f, _)| f.eq_ignore_ascii_case(family));
    let missing = USUALLY_OPEN_FAMILIES.iter().filter(|family| !is_set(family));
    let families: Vec<_> = missing.filter_map(|family| settled(family)).collect();
    for (list, more) in [(&mut open.keys, keys), (&mut open.families, families)] {
        if !more.is_empty() {
            list.extend(more);
            list.sort_by(|(one, _), (other, _)| one.cmp(other));
        }
    }
}

fn sorted<'c>(
    entries: impl Iterator<Item = (&'c str, &'c ContextValue)>,
) -> Vec<(String, ContextValue)> {
    let owned = entries.map(|(name, value)| (name.to_owned(), value.clone()));
    let mut owned: Vec<(String, ContextValue)> = owned.collect();
    owned.sort_by(|(one, _), (other, _)| one.cmp(other));
    owned
}

/// Whether the key would be absent if it had not been set by itself.
fn is_absent_family(context: &RequestContext, key: &str) -> bool {
    let begins = |prefix: &str| {
        key.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
    };
    let families = context.families().filter(|(prefix, _)| begins(prefix));
    let longest = families.max_by_key(|(prefix, _)| prefix.len());
    longest.is_none_or(|(_, value)| *value == ContextValue::Absent)
}

impl Call {
    /// The request that was judged, given the facts and the catalog it was judged with. `None` for
    /// rows that do not tell enough: those of earlier versions.
    #[must_use]
    pub fn request(&self, facts: &Facts, catalog: &Catalog) -> Option<Request> {
        let open = self.open_context.as_ref()?;
        let record = self.record();
        let actor = Actor::of(&record);
        let resource = self.resource()?;
        let action = self.action.clone();
        let mut request =
            bare_request(&record, &actor, facts, catalog, (self.request_kind, action, resource));
        if self.request_kind == RequestKind::PassRole {
            request.resource_type = Some("role".to_owned());
        }
        request.derived_keys.clone_from(&self.derived_keys);
        if has_usual(self.request_kind) {
            for key in USUALLY_OPEN {
                request.context.set(key, ContextValue::Unknown);
            }
            for family in USUALLY_OPEN_FAMILIES {
                request.context.set_family(family, ContextValue::Unknown);
            }
        }
        for (key, values) in &self.context {
            set(&mut request.context, key, &known(catalog, key, values));
        }
        for (key, value) in &open.keys {
            set(&mut request.context, key, value);
        }
        for (prefix, value) in &open.families {
            request.context.set_family(prefix, value.clone());
        }
        self.open_redacted(&mut request.context);
        Some(request)
    }

    /// What is redacted is not known. An address that is none is open already.
    fn open_redacted(&self, context: &mut RequestContext) {
        let is_redacted = |text: &Option<String>| {
            text.as_ref().is_some_and(|text| text.contains(REDACTED_PREFIX))
        };
        for (column, key) in [
            (&self.user_agent, "aws:UserAgent"),
            (&self.caller_id, "aws:userid"),
            (&self.source_identity, "aws:SourceIdentity"),
        ] {
            if is_redacted(column) {
                context.set(key, ContextValue::Unknown);
            }
        }
    }

    /// The request as a policy set makes it of the record, whichever set has written the row.
    ///
    /// What follows from the facts and the catalog of the writer is made anew where a row tells enough for
    /// it; where it does not, it is left open: a key that only this set's catalog knows, and what was a
    /// default where this set doubts defaults.
    pub(crate) fn request_by(&self, target: &TargetSet) -> Option<Request> {
        let mut request = self.request(&target.facts, &target.catalog)?;
        let context = &mut request.context;
        let service = "iam:PassedToService";
        if self.request_kind == RequestKind::PassRole
            && matches!(context.value(service), ContextValue::Known(_))
        {
            context.set(service, passed_to_service(&target.facts, &self.region));
        }
        if target.facts.doubt_service_defaults {
            for key in &self.derived_keys {
                if let ContextValue::Known(value) = context.value(key) {
                    let doubt = ContextValue::OneOf(vec![None, Some(value.clone())]);
                    set(context, key, &doubt);
                }
            }
        }
        for key in self.added_keys(&target.catalog) {
            if *context.value(&key) == ContextValue::Absent {
                context.set(&key, ContextValue::Unknown);
            }
        }
        Some(request)
    }

    /// Keys of the action that the catalog of a policy set has beyond that of this program.
    fn added_keys(&self, catalog: &Catalog) -> Vec<String> {
        let own = sagemaker_catalog::catalog();
        if std::ptr::eq(own, catalog) || !has_usual(self.request_kind) {
            return Vec::new();
        }
        let action = |catalog: &Catalog| {
            let action = catalog.event(&self.event_source, &self.event_name).action;
            let keys = action.into_iter().flat_map(|action| &action.keys);
            keys.map(|rule| rule.key.clone()).collect::<Vec<String>>()
        };
        let known = action(own);
        action(catalog).into_iter().filter(|key| !known.contains(key)).collect()
    }

    fn resource(&self) -> Option<ResourceValue> {
        let is_pattern = self.resource_is_pattern?;
        Some(match self.resources.as_slice() {
            [] => ResourceValue::Unknown,
            [text] if is_pattern => ResourceValue::Like(text.clone()),
            [text] => ResourceValue::Known(text.clone()),
            several => ResourceValue::OneOf(several.to_vec()),
        })
    }

    /// A record with everything that the row keeps of its own one; without parameters.
    pub(crate) fn record(&self) -> Record<'_> {
        Record {
            raw: "",
            event_version: None,
            event_time: self.event_time,
            event_id: Some(self.event_id.as_str().into()),
            event_source: self.event_source.as_str().into(),
            event_name: self.event_name.as_str().into(),
            event_type: None,
            event_category: None,
            aws_region: Some(self.region.as_str().into()),
            source_ip_address: text(self.source_ip.as_ref()),
            user_agent: text(self.user_agent.as_ref()),
            user_identity: self.identity(),
            error_code: text(self.error_code.as_ref()),
            error_message: None,
            request_parameters: None,
            response_elements: None,
            additional_event_data: None,
            service_event_details: None,
            resources: None,
            event_context: None,
            request_id: None,
            shared_event_id: None,
            management_event: None,
            read_only: None,
            recipient_account_id: Some(self.account.as_str().into()),
            vpc_endpoint_id: text(self.vpc_endpoint.as_ref()),
            vpc_endpoint_account_id: None,
            session_credential_from_console: None,
            has_tls_details: self.tls.unwrap_or(false),
            has_addendum: false,
        }
    }

    fn identity(&self) -> UserIdentity<'_> {
        let kind = Some(self.principal_type.as_str()).filter(|kind| !kind.is_empty());
        let issuer = self.session_issuer.as_ref();
        let session = SessionContext {
            session_issuer: issuer
                .map(|arn| SessionIssuer { arn: arn.as_str().into(), ..SessionIssuer::default() }),
            creation_date: self.session_created,
            mfa_authenticated: self.mfa_authenticated,
            source_identity: text(self.source_identity.as_ref()),
            web_id_federated_provider: text(self.federated_provider.as_ref()),
            ..SessionContext::default()
        };
        UserIdentity {
            kind: kind.map(Cow::from).into(),
            principal_id: text(self.caller_id.as_ref()),
            arn: text(self.caller_arn.as_ref()),
            account_id: text(self.caller_account.as_ref()),
            access_key_id: text(self.access_key_id.as_ref()),
            invoked_by: text(self.via.as_ref()),
            session_context: (session != SessionContext::default()).then_some(session),
            ..UserIdentity::default()
        }
    }
}

fn text(column: Option<&String>) -> Option<Cow<'_, str>> {
    column.map(|text| Cow::from(text.as_str()))
}

/// Sets a key and its deprecated names, as the replay does.
fn set(context: &mut RequestContext, key: &str, value: &ContextValue) {
    for name in deprecated_names(key).chain([key]) {
        context.set(name, value.clone());
    }
}

/// A list is kept for every key; the catalog tells which keys take one.
fn known(catalog: &Catalog, key: &str, values: &[String]) -> ContextValue {
    let takes_list = catalog.condition_key(key).is_some_and(|key| key.key_type.is_multivalued());
    match values {
        [value] if !takes_list => ContextValue::one(value.as_str()),
        values => ContextValue::Known(KeyValue::Many(values.to_vec())),
    }
}

#[cfg(test)]
pub(crate) mod tests;
