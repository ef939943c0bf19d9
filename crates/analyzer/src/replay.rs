//! A CloudTrail record to the requests that IAM authorised.
//!
//! One record gives one *primary* request, and implied ones that leave no record of their own:
//! `iam:PassRole` for each role in the parameters, `sagemaker:AddTags` when a create call carries
//! tags, the second resource of `CreateEndpoint` and `UpdateEndpoint`. Where a key that takes one
//! value would have several (a file system per channel, a model per variant), each is a request of
//! its own and all must be allowed. Which parameter feeds which key is data: the catalog's table.
//!
//! A value that the record does not show is unknown, never guessed: parameters that are null,
//! omitted for their size or redacted leave the keys they feed unknown.

pub(crate) mod alias;
mod definitions;
mod entries;
mod facts;
mod global;
mod keys;
pub mod refusal;
mod resource;
mod roles;
mod split;
mod studio;
mod tags;
mod value;

use std::cell::{OnceCell, RefCell};

use cloudtrail::{Outcome, Record};
use iam_policy::json::{self, Node, Value};
use iam_policy::{ContextValue, RequestContext, ResourceValue, partition_of_region};
use sagemaker_catalog::{Action, Catalog, EventAction, REDACTED, Texts};

use crate::actor::Actor;
use crate::resource_fact::Fact;
use crate::target::Facts;
use crate::walk::{FREE_MAPS, walk};
use refusal::Refusal;
use roles::is_execution_role;
pub(crate) use roles::passed_to_service;
pub use studio::Studio;

/// How a request came out of its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestKind {
    /// What the event names; also each part of a split one.
    Primary,
    /// `iam:PassRole` for a role in the parameters.
    PassRole,
    /// `sagemaker:AddTags` for the tags of a create call.
    AddTags,
    /// The second resource of a call that needs two.
    ExtraResource,
}

impl RequestKind {
    /// The kind of this spelling.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        let kinds = [Self::Primary, Self::PassRole, Self::AddTags, Self::ExtraResource];
        kinds.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The one spelling, in columns.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::PassRole => "pass_role",
            Self::AddTags => "add_tags",
            Self::ExtraResource => "extra_resource",
        }
    }
}

/// One request of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// How it came about.
    pub kind: RequestKind,
    /// What IAM was asked.
    pub context: RequestContext,
    /// Keys whose value was derived rather than read: defaults of the service, ARNs built from
    /// names. Sorted.
    pub derived_keys: Vec<String>,
    /// The type of the resource, such as `training-job`, where the catalog knows it.
    pub resource_type: Option<String>,
}

/// A record, replayed. One is used for record after record, keeping its memory.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    /// The requests in the order of their index; never empty.
    pub requests: Vec<Request>,
    /// Instance types anywhere in the parameters that choose compute.
    pub instance_types: Vec<String>,
    /// What AWS said when it refused.
    pub refusal: Option<Refusal>,
    /// Whether CloudTrail left the parameters out for their size.
    pub omitted: bool,
    /// Who in Studio is behind the call, where the parameters say so.
    pub studio: Studio,
    /// What the call says about resources.
    pub(crate) facts: Vec<Fact>,
    /// Contexts of earlier records, to be used again.
    spare: RefCell<Vec<RequestContext>>,
}

/// What is known of the parameters of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Parameters<'n, 'a> {
    Known(&'n Node<'a>),
    /// Null, omitted for their size, or redacted as a whole.
    Unknown,
}

impl<'n, 'a> Parameters<'n, 'a> {
    fn of(root: Option<&'n Node<'a>>, omitted: bool) -> Self {
        match root {
            Some(node) if matches!(node.value, Value::Object(_)) && !omitted => Self::Known(node),
            _ => Self::Unknown,
        }
    }
}

/// What the replay of one record has at hand.
pub(crate) struct Call<'r, 'n, 'a> {
    pub(crate) record: &'r Record<'a>,
    pub(crate) actor: &'r Actor,
    pub(crate) facts: &'r Facts,
    pub(crate) catalog: &'r Catalog,
    pub(crate) event: EventAction<'r>,
    pub(crate) parameters: Parameters<'n, 'a>,
    /// Parsed when it is asked for: few calls need it.
    response: OnceCell<Option<Node<'a>>>,
    spare: &'r RefCell<Vec<RequestContext>>,
    pub(crate) partition: &'static str,
    pub(crate) region: &'r str,
}

impl Replay {
    /// One request that is known already.
    pub(crate) fn of_one(request: Request, instance_types: Vec<String>) -> Self {
        Self { requests: vec![request], instance_types, ..Self::default() }
    }

    /// Replays a record, whose parameters are parsed, into the requests that IAM authorised. What
    /// was here before is gone.
    pub fn replay(
        &mut self,
        record: &Record<'_>,
        parameters: Option<&Node<'_>>,
        actor: &Actor,
        facts: &Facts,
        catalog: &Catalog,
    ) {
        let spare = self.requests.drain(..).map(|request| request.context);
        self.spare.get_mut().extend(spare);
        self.omitted = parameters.is_some_and(is_omitted);
        let parameters = Parameters::of(parameters, self.omitted);
        let call = Call::new(record, parameters, actor, facts, catalog, &self.spare);
        let refused = record.outcome() == Outcome::Denied;
        let message = record.error_message.as_deref().unwrap_or_default();
        self.refusal = refused.then(|| Refusal::parse(message));
        self.instance_types = call.instance_types();
        self.studio = call.studio();
        self.facts = call.facts(&self.instance_types);
        self.requests = call.requests(self.refusal.as_ref());
    }
}

/// A request with what every request of the record has, the global keys, and nothing else.
pub(crate) fn bare_request(
    record: &Record<'_>,
    actor: &Actor,
    facts: &Facts,
    catalog: &Catalog,
    (kind, action, resource): (RequestKind, String, ResourceValue),
) -> Request {
    let spare = RefCell::default();
    let call = Call::new(record, Parameters::Unknown, actor, facts, catalog, &spare);
    call.request(kind, action, resource)
}

/// CloudTrail leaves out parameters above 100 KB, and says so in their place. No request of
/// SageMaker has a parameter of this name, whose presence alone is enough: the reason that
/// follows it may be worded anew.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>
fn is_omitted(parameters: &Node<'_>) -> bool {
    let Value::Object(members) = &parameters.value else { return false };
    let mut marker = members.iter().filter(|member| member.key.eq_ignore_ascii_case("omitted"));
    marker.any(|member| match &member.node.value {
        Value::Bool(omitted) => *omitted,
        Value::String(text) => text.eq_ignore_ascii_case("true"),
        _ => false,
    })
}

impl<'r, 'n, 'a> Call<'r, 'n, 'a> {
    fn new(
        record: &'r Record<'a>,
        parameters: Parameters<'n, 'a>,
        actor: &'r Actor,
        facts: &'r Facts,
        catalog: &'r Catalog,
        spare: &'r RefCell<Vec<RequestContext>>,
    ) -> Self {
        let region = record.aws_region.as_deref().unwrap_or_default();
        Self {
            record,
            actor,
            facts,
            catalog,
            event: catalog.event(&record.event_source, &record.event_name),
            parameters,
            response: OnceCell::new(),
            spare,
            partition: partition_of_region(region),
            region,
        }
    }
}

impl Call<'_, '_, '_> {
    fn requests(&self, refusal: Option<&Refusal>) -> Vec<Request> {
        let other = refusal.and_then(|refusal| {
            let action = refusal.action.as_deref()?;
            (!action.eq_ignore_ascii_case(&self.event.to_string())).then_some((refusal, action))
        });
        if let Some((refusal, action)) = other {
            return vec![self.refused_request(refusal, action)];
        }
        let mut requests = self.primary_requests(refusal);
        let Parameters::Known(parameters) = self.parameters else { return requests };
        let action = self.event.action;
        let first = requests.first().map(|request| request.context.resource.clone());
        let extra = action.into_iter().flat_map(|action| self.extra_resources(action));
        // A refusal may name the second resource: then it is there already.
        requests.extend(extra.filter(|extra| Some(&extra.context.resource) != first.as_ref()));
        requests.extend(self.pass_role_requests(parameters));
        requests.extend(action.and_then(|action| self.add_tags_request(action, parameters)));
        requests
    }

    fn request(&self, kind: RequestKind, action: String, resource: ResourceValue) -> Request {
        let mut context = self.context(action, resource);
        context.management_account.clone_from(&self.facts.management_account);
        self.set_global_keys(&mut context);
        let resource_type = resource_text(&context.resource)
            .and_then(|arn| self.catalog.resource_type_of_arn(arn))
            .map(str::to_owned);
        Request { kind, context, derived_keys: Vec::new(), resource_type }
    }

    fn context(&self, action: String, resource: ResourceValue) -> RequestContext {
        let principal = &self.actor.principal;
        match self.spare.borrow_mut().pop() {
            Some(mut context) => {
                context.reset(principal, action, resource);
                context
            }
            None => RequestContext::new(principal.clone(), action, resource),
        }
    }

    /// The same call, sent with other parameters.
    fn with_parameters<'s>(&'s self, parameters: Parameters<'s, 's>) -> Call<'s, 's, 's> {
        let Self { record, actor, facts, catalog, event, spare, partition, region, .. } = *self;
        let response = OnceCell::new();
        Call {
            record,
            actor,
            facts,
            catalog,
            event,
            parameters,
            response,
            spare,
            partition,
            region,
        }
    }

    pub(crate) fn response(&self) -> Option<&Node<'_>> {
        let parsed = self.response.get_or_init(|| json::parse(self.record.response_elements?).ok());
        parsed.as_ref()
    }

    fn primary_requests(&self, refusal: Option<&Refusal>) -> Vec<Request> {
        let (resource, creates) = self.primary_resource(refusal);
        let base = self.request(RequestKind::Primary, self.event.to_string(), resource);
        self.with_service_keys(base, creates)
    }

    /// `CreateEndpoint` and `UpdateEndpoint` are checked on the endpoint and on its configuration.
    fn extra_resources(&self, action: &Action) -> Vec<Request> {
        let two = matches!(action.name.as_str(), "CreateEndpoint" | "UpdateEndpoint");
        let second = action.resource("endpoint-config").filter(|_| two);
        let second = second.map(|rule| {
            let resource = self.resource_of(rule);
            let request = self.request(RequestKind::ExtraResource, action.id(), resource);
            self.with_service_keys(request, rule.created)
        });
        second.unwrap_or_default()
    }

    fn add_tags_request(&self, action: &Action, parameters: &Node<'_>) -> Option<Request> {
        let tagged = action.tags_imply_add_tags && tags::has_tags(parameters);
        tagged.then(|| {
            let (resource, _) = self.primary_resource(None);
            self.add_tags_on(resource)
        })
    }

    fn add_tags_on(&self, resource: ResourceValue) -> Request {
        let mut request =
            self.request(RequestKind::AddTags, "sagemaker:AddTags".to_owned(), resource);
        request.context.set("sagemaker:TaggingAction", ContextValue::one(self.event.name));
        self.set_tags_of_new_resource(&mut request.context);
        request
    }

    /// The one request of a call that was refused for another action than its own.
    fn refused_request(&self, refusal: &Refusal, action: &str) -> Request {
        let resource = match refusal.resource.as_deref() {
            Some(text) if text.starts_with("arn:") => ResourceValue::Known(text.to_owned()),
            _ => ResourceValue::Unknown,
        };
        if action.eq_ignore_ascii_case("iam:PassRole") {
            let known_action = self.event.action.map(|action| action.pass_role.as_slice());
            let execution_role =
                known_action.is_none_or(|paths| paths.iter().all(is_execution_role));
            return self.pass_role_request(resource, execution_role);
        }
        if action.eq_ignore_ascii_case("sagemaker:AddTags") {
            return self.add_tags_on(resource);
        }
        let mut request = self.request(RequestKind::Primary, action.to_owned(), resource);
        let prefix = action.split(':').next().unwrap_or_default();
        request.context.set_family(&format!("{prefix}:"), ContextValue::Unknown);
        for family in ["aws:ResourceTag/", "aws:RequestTag/"] {
            request.context.set_family(family, ContextValue::Unknown);
        }
        request.context.set("aws:TagKeys", ContextValue::Unknown);
        request
    }

    /// Whether the call changes nothing, as the catalog or else the record says.
    fn only_reads(&self) -> bool {
        let says = self.record.read_only.unwrap_or(false);
        self.event.action.map_or(says, Action::is_read_only)
    }

    fn instance_types(&self) -> Vec<String> {
        let Parameters::Known(parameters) = self.parameters else { return Vec::new() };
        let listed = self.event.action.map_or(&[][..], |action| &action.instance_type_paths);
        let texts = Texts::of(listed, parameters);
        let mut types: Vec<String> = texts.values.iter().map(ToString::to_string).collect();
        // What the catalog does not list is told by its name.
        if !self.only_reads() {
            walk(parameters, &FREE_MAPS, &mut |path, text| {
                let name = path.rsplit('.').next().unwrap_or_default();
                if matches!(name, "instancetype" | "instancetypes[]") {
                    types.push(text.to_owned());
                }
            });
        }
        types.retain(|text| text != REDACTED);
        types.sort();
        types.dedup();
        types
    }
}

fn resource_text(resource: &ResourceValue) -> Option<&str> {
    match resource {
        ResourceValue::Known(text) | ResourceValue::Like(text) => Some(text),
        ResourceValue::OneOf(texts) => texts.last().map(String::as_str),
        ResourceValue::Unknown => None,
    }
}

#[cfg(test)]
mod path_tests;
#[cfg(test)]
mod tests;
