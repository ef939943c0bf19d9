//! A case: the request, and the layers of policies that have a say in it.

use serde_json::Value;

use crate::caller::{Caller, is_account};
use crate::context::Context;
use crate::layer::Layer;
use crate::policy::{of_one, statements};
use crate::statement::{Place, Request};

/// A case, read.
#[derive(Clone, Debug)]
pub(crate) struct Case<'a> {
    pub(crate) request: Request,
    pub(crate) resource_account: Option<String>,
    pub(crate) management_account: Option<String>,
    pub(crate) identity: Layer<'a>,
    /// `None`: no boundary is set; a boundary without statements allows nothing.
    pub(crate) boundary: Option<Layer<'a>>,
    pub(crate) session: Option<Layer<'a>>,
    pub(crate) endpoint: Option<Layer<'a>>,
    pub(crate) resource: Option<Layer<'a>>,
    pub(crate) scps: Vec<Layer<'a>>,
    pub(crate) rcps: Vec<Layer<'a>>,
}

impl<'a> Case<'a> {
    pub(crate) fn read(case: &'a Value) -> Result<Self, String> {
        let text = |name: &str| case.get(name).and_then(Value::as_str).map(str::to_owned);
        if case.get("unknown").and_then(Value::as_array).is_some_and(|keys| !keys.is_empty()) {
            return Err("the case is not complete".to_owned());
        }
        let caller = Caller::read(case.get("principal").ok_or("no `principal`")?)?;
        let listed = case.get("wildcardOnlyAction").and_then(Value::as_bool) == Some(true);
        let resource = text("resource").filter(|_| !listed).unwrap_or_else(|| "*".to_owned());
        let boundary = layer(case, "permissionBoundaries", Place::Identity)?;
        // An action without a resource acts in the caller's account; a resource whose ARN names no
        // account (S3's do not, AWS's own policies have `aws` there) is taken to be there too.
        let of_arn = resource.split(':').nth(4).filter(|account| is_account(account));
        let account = of_arn.or(caller.account()).map(str::to_owned);
        Ok(Self {
            resource_account: text("resourceAccount").or(account),
            management_account: text("managementAccount"),
            request: Request {
                caller,
                action: text("action").ok_or("no `action`")?,
                resource,
                context: Context::read(case.get("context"))?,
                has_boundary: boundary.is_some(),
            },
            identity: layer(case, "identityPolicies", Place::Identity)?
                .unwrap_or(Layer { place: Place::Identity, statements: Vec::new() }),
            boundary,
            session: layer(case, "sessionPolicies", Place::Identity)?,
            endpoint: layer(case, "endpointPolicies", Place::Other)?,
            resource: match case.get("resourcePolicy") {
                None => None,
                Some(policy) => Some(Layer { place: Place::Resource, statements: of_one(policy)? }),
            },
            scps: levels(case, "scps")?,
            rcps: levels(case, "rcps")?,
        })
    }
}

fn layer<'a>(case: &'a Value, name: &str, place: Place) -> Result<Option<Layer<'a>>, String> {
    let Some(policies) = case.get(name) else { return Ok(None) };
    Ok(Some(Layer { place, statements: statements(policies)? }))
}

fn levels<'a>(case: &'a Value, name: &str) -> Result<Vec<Layer<'a>>, String> {
    let Some(levels) = case.get(name) else { return Ok(Vec::new()) };
    let levels = levels.as_array().ok_or("levels come as a list")?;
    levels
        .iter()
        .map(|level| Ok(Layer { place: Place::Other, statements: statements(level)? }))
        .collect()
}
