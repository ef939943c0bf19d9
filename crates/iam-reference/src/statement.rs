//! One statement: it applies when its principal, action, resource and condition all do.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_statement.html>

use serde_json::Value;

use crate::caller::Caller;
use crate::context::Context;
use crate::principal::{self, Naming};
use crate::{action, condition, resource};

/// What is asked, and by whom.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) caller: Caller,
    pub(crate) action: String,
    /// The resource's ARN, or `*` for an action that takes none.
    pub(crate) resource: String,
    pub(crate) context: Context,
    /// Whether a permissions boundary is set for the caller.
    pub(crate) has_boundary: bool,
}

/// What a statement says if it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Allow,
    Deny,
}

/// How the kind of policy a statement stands in changes its reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Identity-based policy, permissions boundary or session policy.
    Identity,
    /// A resource-based policy.
    Resource,
    /// Any other: SCP, RCP, endpoint policy.
    Other,
}

/// A statement and what its document says of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Statement<'a> {
    pub(crate) body: &'a Value,
    /// Whether `${…}` is a variable here.
    pub(crate) variables: bool,
}

impl Statement<'_> {
    pub(crate) fn effect(&self) -> Result<Effect, String> {
        match self.body.get("Effect").and_then(Value::as_str) {
            Some("Allow") => Ok(Effect::Allow),
            Some("Deny") => Ok(Effect::Deny),
            _ => Err("a statement without effect".to_owned()),
        }
    }

    /// How closely the statement names the caller, if it applies to the request at all.
    pub(crate) fn applies(
        &self,
        place: Place,
        request: &Request,
    ) -> Result<Option<Naming>, String> {
        let applies = self.action(request)?
            && self.resource(place, request)?
            && match self.body.get("Condition") {
                None => true,
                Some(block) => condition::holds(block, self.variables, &request.context)?,
            };
        if applies { self.principal(place, request) } else { Ok(None) }
    }

    fn action(&self, request: &Request) -> Result<bool, String> {
        match (self.body.get("Action"), self.body.get("NotAction")) {
            (Some(patterns), None) => action::among(patterns, &request.action),
            (None, Some(patterns)) => Ok(!action::among(patterns, &request.action)?),
            _ => Err("a statement needs one of `Action` and `NotAction`".to_owned()),
        }
    }

    fn resource(&self, place: Place, request: &Request) -> Result<bool, String> {
        let pads = place == Place::Identity;
        let (context, variables) = (&request.context, self.variables);
        let among =
            |patterns, pads| resource::among(patterns, variables, pads, &request.resource, context);
        match (self.body.get("Resource"), self.body.get("NotResource")) {
            (Some(patterns), None) => among(patterns, pads),
            (None, Some(patterns)) => {
                // What an ARN with parts left out spares is not certain: it allows nothing then.
                let short = pads && resource::has_short(patterns, variables, context)?;
                if short && self.effect()? == Effect::Allow {
                    return Ok(false);
                }
                Ok(!among(patterns, pads)?)
            }
            // A trust policy is about the role it stands on.
            (None, None) => Ok(true),
            _ => Err("a statement with both `Resource` and `NotResource`".to_owned()),
        }
    }

    fn principal(&self, place: Place, request: &Request) -> Result<Option<Naming>, String> {
        match (self.body.get("Principal"), self.body.get("NotPrincipal")) {
            (Some(block), None) => principal::named(block, &request.caller),
            (None, Some(block)) => {
                let spared = principal::named(block, &request.caller)?.is_some();
                // "Resource-based policy statements that include a NotPrincipal element with a Deny
                // effect deny all principals that have a permissions boundary policy attached."
                let bounded = request.has_boundary && matches!(request.caller, Caller::Bound(_));
                let everybody = self.effect()? == Effect::Deny && bounded;
                Ok((everybody || !spared).then_some(Naming::Exactly))
            }
            (None, None) if place == Place::Resource => Ok(None),
            (None, None) => Ok(Some(Naming::Exactly)),
            _ => Err("a statement with both `Principal` and `NotPrincipal`".to_owned()),
        }
    }
}
