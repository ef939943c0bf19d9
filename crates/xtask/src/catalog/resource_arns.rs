//! `resource-arns.json`: which members name the resources of each action.
//!
//! A variable of the ARN's template is filled by the member of that name (`${EndpointName}` by
//! `endpointName`), a whole ARN stands in the member that repeats the resource type's name
//! (`clusterArn`) or in `resourceArn`, and the answer has the ARN under the same name.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::iam_data::{Action, ActionResourceType, ResourceType};
use super::model::{Member, Models, cloudtrail_name};
use super::rules::Rules;

#[derive(Serialize)]
pub(super) struct Rows {
    resources: Vec<Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
}

#[derive(Serialize)]
struct Row {
    #[serde(rename = "type")]
    resource_type: String,
    required: bool,
    tail: String,
    #[serde(serialize_with = "in_order")]
    fill: Vec<(String, Option<String>)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arn_param: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    name_or_arn: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_arn: Option<String>,
    complete: bool,
}

/// Variables stand in the order of the ARN.
fn in_order<S: Serializer>(
    fill: &[(String, Option<String>)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(fill.len()))?;
    for (variable, member) in fill {
        map.serialize_entry(variable, member)?;
    }
    map.end()
}

const NO_TYPE: &str = "no resource type: evaluate with Resource \"*\"";

pub(super) fn derive(
    actions: &BTreeMap<String, Action>,
    types: &BTreeMap<String, ResourceType>,
    models: &Models,
    rules: &Rules,
) -> BTreeMap<String, Rows> {
    let rows = actions.iter().map(|(name, action)| {
        let call = Call { inputs: models.inputs(name), outputs: models.outputs(name), rules };
        let known = action.resource_types.iter();
        let resources: Vec<Row> =
            known.filter_map(|listed| Some(call.row(listed, types.get(&listed.name)?))).collect();
        let note = resources.is_empty().then_some(NO_TYPE);
        (name.clone(), Rows { resources, note })
    });
    rows.collect()
}

struct Call<'c> {
    inputs: Vec<Member<'c>>,
    outputs: Vec<Member<'c>>,
    rules: &'c Rules,
}

impl Call<'_> {
    fn row(&self, listed: &ActionResourceType, resource_type: &ResourceType) -> Row {
        let tail = resource_type.tail();
        let fill: Vec<(String, Option<String>)> = variables(tail)
            .map(|variable| (variable.to_owned(), self.member_for(&listed.name, variable)))
            .collect();
        let arn_param = named(&self.inputs, &arn_name(&listed.name))
            .or_else(|| named(&self.inputs, "resourcearn"));
        let response_arn = named(&self.outputs, &arn_name(&listed.name));
        Row {
            complete: arn_param.is_some() || fill.iter().all(|(_, member)| member.is_some()),
            name_or_arn: self.name_or_arn(&listed.name, &fill),
            resource_type: listed.name.clone(),
            required: listed.required,
            tail: tail.to_owned(),
            fill,
            arn_param,
            response_arn: response_arn.map(|name| format!("responseElements.{name}")),
        }
    }

    fn member_for(&self, resource_type: &str, variable: &str) -> Option<String> {
        let mut rules = self.rules.variable.iter();
        let of_type =
            |only: &Option<String>| only.as_deref().is_none_or(|only| only == resource_type);
        let rule = rules.find(|rule| {
            rule.names.iter().any(|name| name == variable) && of_type(&rule.resource_type)
        });
        let own = cloudtrail_name(variable);
        let others = rule.into_iter().flat_map(|rule| &rule.members);
        let wanted = std::iter::once(&own).chain(others.filter(|other| **other != own));
        let has = |name: &&String| self.inputs.iter().any(|member| member.name == **name);
        let members: Vec<&str> = wanted.filter(has).map(String::as_str).collect();
        (!members.is_empty()).then(|| members.join("|"))
    }

    fn name_or_arn(&self, resource_type: &str, fill: &[(String, Option<String>)]) -> Vec<String> {
        let named: Vec<&str> = fill
            .iter()
            .filter_map(|(_, member)| member.as_deref())
            .flat_map(|m| m.split('|'))
            .collect();
        let mut ids = self.rules.generated_id.iter();
        let id = ids.find(|rule| rule.resource_type == resource_type);
        let is_id = |name: &str| id.is_some_and(|rule| rule.member == name);
        let either = self.inputs.iter().filter(|member| {
            is_id(&member.name) || (named.contains(&member.name.as_str()) && member.may_be_arn())
        });
        either.map(|member| member.name.clone()).collect()
    }
}

/// The variables of `image-version/${ImageName}/${Version}`, in order.
fn variables(tail: &str) -> impl Iterator<Item = &str> {
    tail.split("${").skip(1).filter_map(|rest| rest.split('}').next())
}

/// `training-job` gives `trainingjobarn`.
fn arn_name(resource_type: &str) -> String {
    format!("{}arn", resource_type.replace('-', "").to_lowercase())
}

/// The member of that lower-case name.
fn named(members: &[Member<'_>], lower: &str) -> Option<String> {
    members.iter().find(|member| member.name.to_lowercase() == lower).map(|m| m.name.clone())
}
