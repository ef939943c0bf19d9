//! A request and its policies as one line of JSON: how users test policies, and how evaluators are
//! compared.
//!
//! In: `name`, `principal` (an ARN, or `{"type": "Anonymous"}`, `{"type": "Service", "name": …}`, or
//! another of CloudTrail's types with `arn` or `name`),
//! `action`, `resource`, `wildcardOnlyAction`, `context` (a text or a list per key; a list is a
//! multivalued key; complete, nothing is derived from `principal`), `unknown` (keys, or
//! `"resource"`), `identityPolicies`, `permissionBoundaries`, `scps` and `rcps` (levels, root
//! first), `resourcePolicy`, `sessionPolicies`, `endpointPolicies`, `resourceAccount`
//! (default: the one the resource's ARN names), `managementAccount` (the organisation's, which SCPs do not bind), `expected`. A policy is a
//! document or `{"name", "policy"}`.
//!
//! Out: `{"name", "decision", "matched": [{"layer", "policy", "statement", "sid", "effect"}],
//! "needs": […]}`, with `"possible": […]` while it is undetermined, and `"rests_on": […]` where the decision rests on a [`Choice`](crate::Choice);
//! for a line that cannot be read `{"name", "line", "error"}`. With [`Detail::Explained`] the member
//! `explanation` follows (see [`Explanation::to_json`](crate::Explanation::to_json)); with
//! [`Detail::Text`] the explanation is printed for people.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use crate::account::AccountId;
use crate::arn::Arn;
use crate::decision::Decision;
use crate::evaluate::Evaluation;
use crate::explain::{members, possible};
use crate::json::{self, Node, Value};
use crate::nearest::nearest;
use crate::parse::{Dialect, parse_node};
use crate::policy_set::{NamedPolicy, PolicySet, PolicySources};
use crate::principal::Principal;
use crate::print::quote;
use crate::request::{ContextValue, KeyValue, RequestContext, ResourceValue};

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name; empty when it has none.
    pub name: String,
    /// What is asked.
    pub request: RequestContext,
    /// The policies in effect.
    pub sources: PolicySources,
    /// What its author expects.
    pub expected: Option<Expected>,
}

/// What a case expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Exactly this decision.
    Decision(Decision),
    /// Either denial.
    Denied,
}

/// Why a line is no case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CaseError {
    /// The name, where that much could be read.
    pub name: String,
    /// What is wrong and where.
    pub message: String,
}

/// How much to print of a case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// The decision and what settled it.
    #[default]
    Decision,
    /// Also the explanation.
    Explained,
    /// The explanation as text.
    Text,
}

/// What became of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineResult {
    /// Evaluated; nothing was expected, or just this.
    AsExpected(String),
    /// Evaluated to something else than expected.
    Mismatch(String),
    /// Not a case.
    Broken(String),
}

impl LineResult {
    /// What to print: a line of JSON, or for [`Detail::Text`] some of text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::AsExpected(text) | Self::Mismatch(text) | Self::Broken(text) => text,
        }
    }
}

/// Evaluates one line of cases; `number` counts from 1.
#[must_use]
pub fn run_line(line: &str, number: u64) -> LineResult {
    run_line_in(line, number, Detail::Decision)
}

/// Evaluates one line of cases and prints so much of it.
#[must_use]
pub fn run_line_in(line: &str, number: u64, detail: Detail) -> LineResult {
    let case = match Case::parse(line) {
        Ok(case) => case,
        Err(error) => return LineResult::Broken(error.print(number, detail)),
    };
    let set = PolicySet::compile(&case.sources);
    let mut evaluator = set.evaluator();
    let (text, decision) = match detail {
        Detail::Decision => {
            let evaluation = evaluator.evaluate(&case.request);
            let members = print_result(&case.name, &set, &evaluation);
            (format!("{{{members}}}"), evaluation.decision())
        }
        Detail::Explained => {
            let explanation = evaluator.explain(&case.request);
            let members = print_result(&case.name, &set, &explanation.evaluation);
            let explained = explanation.to_json();
            let decision = explanation.evaluation.decision();
            (format!("{{{members},\"explanation\":{explained}}}"), decision)
        }
        Detail::Text => {
            let explanation = evaluator.explain(&case.request);
            let decision = explanation.evaluation.decision();
            (print_text(&case, &explanation.to_string(), decision), decision)
        }
    };
    if case.expected.is_none_or(|expected| expected.is_met_by(decision)) {
        LineResult::AsExpected(text)
    } else {
        LineResult::Mismatch(text)
    }
}

impl CaseError {
    /// What to print in place of a result.
    #[must_use]
    pub fn print(&self, number: u64, detail: Detail) -> String {
        if detail == Detail::Text {
            let space = if self.name.is_empty() { "" } else { " " };
            let (name, message) = (self.name.escape_debug(), self.message.escape_debug());
            return format!("line {number}{space}{name}: no case: {message}");
        }
        let (name, message) = (quote(&self.name), quote(&self.message));
        format!("{{\"name\":{name},\"line\":{number},\"error\":{message}}}")
    }
}

fn print_text(case: &Case, explanation: &str, decision: Decision) -> String {
    let name = if case.name.is_empty() { &case.request.action } else { &case.name };
    let unmet = case.expected.filter(|expected| !expected.is_met_by(decision));
    let unmet = unmet.map(|expected| format!("\n  expected: {expected}")).unwrap_or_default();
    format!("{}: {}{unmet}", name.escape_debug(), explanation.trim_end())
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decision(decision) => decision.fmt(f),
            Self::Denied => f.write_str("Denied"),
        }
    }
}

impl Expected {
    fn is_met_by(self, decision: Decision) -> bool {
        match self {
            Self::Decision(wanted) => wanted == decision,
            Self::Denied => decision.is_denied(),
        }
    }
}

fn print_result(name: &str, set: &PolicySet, evaluation: &Evaluation) -> String {
    let matched = evaluation.matched.iter().filter_map(|statement| set.place(*statement));
    let matched: Vec<String> = matched.map(|place| format!("{{{}}}", members(&place))).collect();
    let needs: Vec<String> = evaluation.needs.iter().map(|key| quote(key)).collect();
    let choices = evaluation.rests_on.iter().map(|choice| quote(choice.name()));
    let choices = choices.collect::<Vec<_>>().join(",");
    let undetermined = evaluation.decision() == Decision::Undetermined;
    let possible = match undetermined {
        true => format!(",\"possible\":[{}]", possible(evaluation.possible)),
        false => String::new(),
    };
    let rests_on = if choices.is_empty() { choices } else { format!(",\"rests_on\":[{choices}]") };
    format!(
        "\"name\":{},\"decision\":{},\"matched\":[{}],\"needs\":[{}]{possible}{rests_on}",
        quote(name),
        quote(evaluation.decision().as_str()),
        matched.join(","),
        needs.join(","),
    )
}

const FIELDS: [&str; 19] = [
    "name",
    "principal",
    "action",
    "resource",
    "wildcardOnlyAction",
    "context",
    "unknown",
    "identityPolicies",
    "permissionBoundaries",
    "scps",
    "rcps",
    "resourcePolicy",
    "sessionPolicies",
    "endpointPolicies",
    "resourceAccount",
    "managementAccount",
    "expected",
    // Notes of whoever keeps the case.
    "source",
    "tags",
];

impl Case {
    /// Reads a case from one line.
    ///
    /// # Errors
    /// A [`CaseError`] that says what is wrong and where.
    pub fn parse(line: &str) -> Result<Self, CaseError> {
        let root = json::parse(line).map_err(|error| CaseError {
            name: String::new(),
            message: format!("not JSON: {error} at column {}", error.offset.saturating_add(1)),
        })?;
        let name = root.get("name").and_then(Node::as_str).unwrap_or_default().to_owned();
        read_case(line, &root, &name).map_err(|message| CaseError { name, message })
    }
}

fn read_case(line: &str, root: &Node<'_>, name: &str) -> Result<Case, String> {
    if !matches!(root.value, Value::Object(_)) {
        return Err(format!("a case is an object, not {}", root.kind()));
    }
    refuse_unknown_fields(root)?;
    let principal = read_principal(root.get("principal").ok_or("`principal` is missing")?)?;
    let action = text(root, "action")?.ok_or("`action` is missing")?;
    let mut request = RequestContext::new(principal, action, read_resource(root)?);
    request.resource_account = match text(root, "resourceAccount")? {
        Some(account) => {
            let parsed = account.parse::<AccountId>();
            parsed.map_err(|error| format!("`resourceAccount`: {error}"))?;
            Some(account)
        }
        None => owner(&request.resource),
    };
    request.management_account = text(root, "managementAccount")?;
    read_context(root, &mut request)?;
    let policies = Policies { line };
    Ok(Case {
        name: name.to_owned(),
        request,
        sources: policies.sources(root)?,
        expected: text(root, "expected")?.map(|text| read_expected(&text)).transpose()?,
    })
}

fn refuse_unknown_fields(root: &Node<'_>) -> Result<(), String> {
    for member in root.members() {
        if !FIELDS.contains(&member.key.as_ref()) {
            let help = nearest(&member.key, FIELDS);
            let help = help.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
            return Err(format!("unknown field `{}`{help}", member.key.escape_debug()));
        }
    }
    Ok(())
}

fn text(root: &Node<'_>, field: &str) -> Result<Option<String>, String> {
    match root.get(field) {
        None => Ok(None),
        Some(node) => match &node.value {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text.to_string())),
            _ => Err(format!("`{field}` wants a string, not {}", node.kind())),
        },
    }
}

fn read_principal(node: &Node<'_>) -> Result<Principal, String> {
    if let Some(arn) = node.as_str() {
        return Ok(Principal::from_arn(arn));
    }
    if !matches!(node.value, Value::Object(_)) {
        return Err("`principal` wants an ARN or an object with `type`".to_owned());
    }
    let known = ["type", "name", "arn"];
    if let Some(member) = node.members().iter().find(|m| !known.contains(&m.key.as_ref())) {
        return Err(format!("unknown member `{}` of `principal`", member.key.escape_debug()));
    }
    let member = |name: &str| text(node, name).map(|text| text.filter(|text| !text.is_empty()));
    let (name, arn) = (member("name")?, member("arn")?);
    let wanted = |member: &str| format!("`principal` of this type wants `{member}`");
    let kind = text(node, "type")?.ok_or("`principal` wants an ARN or an object with `type`")?;
    match kind.as_str() {
        "Anonymous" => Ok(Principal::Anonymous),
        "Service" | "AWSService" => {
            name.map(|name| Principal::Service { name }).ok_or_else(|| wanted("name"))
        }
        "AssumedRole" | "Role" | "IAMUser" | "User" | "FederatedUser" | "Root" | "AWS" => {
            let principal =
                arn.map(|arn| Principal::from_arn(&arn)).ok_or_else(|| wanted("arn"))?;
            match principal {
                Principal::Service { name } | Principal::Other { name } => {
                    Err(format!("`{}` is no ARN of a principal", name.escape_debug()))
                }
                principal => Ok(principal),
            }
        }
        "Federated" | "SAMLUser" | "WebIdentityUser" | "Other" => {
            let name = name.or(arn);
            name.map(|name| Principal::Other { name }).ok_or_else(|| wanted("name"))
        }
        other => Err(format!("unknown type of principal `{}`", other.escape_debug())),
    }
}

fn read_resource(root: &Node<'_>) -> Result<ResourceValue, String> {
    match root.get("wildcardOnlyAction").map(|node| (&node.value, node.kind())) {
        Some((Value::Bool(true), _)) => return Ok(ResourceValue::Known("*".to_owned())),
        None | Some((Value::Bool(false) | Value::Null, _)) => {}
        Some((_, kind)) => {
            return Err(format!("`wildcardOnlyAction` wants `true` or `false`, not {kind}"));
        }
    }
    if unknown(root).any(is_resource) {
        return Ok(ResourceValue::Unknown);
    }
    Ok(ResourceValue::Known(text(root, "resource")?.ok_or("`resource` is missing")?))
}

/// `resource` among the unknown keys, which compare without case.
fn is_resource(key: Option<&str>) -> bool {
    key.is_some_and(|key| key.eq_ignore_ascii_case("resource"))
}

/// The account an ARN names.
fn owner(resource: &ResourceValue) -> Option<String> {
    let ResourceValue::Known(text) = resource else { return None };
    let account = text.parse::<Arn>().ok()?.account().parse::<AccountId>().ok()?;
    Some(account.as_str().to_owned())
}

fn unknown<'n>(root: &'n Node<'_>) -> impl Iterator<Item = Option<&'n str>> {
    let keys = root.get("unknown");
    let single = keys.filter(|node| node.as_str().is_some());
    let list = keys.into_iter().flat_map(|node| node.elements());
    single.into_iter().chain(list).map(Node::as_str)
}

fn read_context(root: &Node<'_>, request: &mut RequestContext) -> Result<(), String> {
    if let Some(context) = root.get("context") {
        if !matches!(context.value, Value::Object(_)) {
            return Err(format!("`context` wants an object, not {}", context.kind()));
        }
        let mut seen = HashSet::new();
        for member in context.members() {
            if !seen.insert(member.key.to_lowercase()) {
                let key = member.key.escape_debug();
                return Err(format!(
                    "the context key `{key}` stands twice: letter case is no matter"
                ));
            }
            let value = read_value(&member.node)
                .ok_or_else(|| format!("the context key `{}` wants text", member.key))?;
            request.set(&member.key, ContextValue::Known(value));
        }
    }
    let is_list = |node: &Node<'_>| matches!(node.value, Value::Array(_) | Value::String(_));
    if root.get("unknown").is_some_and(|node| node.value != Value::Null && !is_list(node)) {
        return Err("`unknown` wants a list of keys".to_owned());
    }
    for key in unknown(root) {
        let key = key.ok_or("`unknown` wants a list of keys")?;
        if !is_resource(Some(key)) {
            request.set(key, ContextValue::Unknown);
        }
    }
    Ok(())
}

fn read_value(node: &Node<'_>) -> Option<KeyValue> {
    match &node.value {
        Value::Array(elements) => {
            elements.iter().map(scalar).collect::<Option<Vec<_>>>().map(KeyValue::Many)
        }
        _ => scalar(node).map(KeyValue::One),
    }
}

fn scalar(node: &Node<'_>) -> Option<String> {
    match &node.value {
        Value::String(text) => Some(text.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(text) => Some((*text).to_owned()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn read_expected(text: &str) -> Result<Expected, String> {
    let decisions = [
        Decision::Allowed,
        Decision::ImplicitlyDenied,
        Decision::ExplicitlyDenied,
        Decision::Undetermined,
    ];
    let found = decisions.into_iter().find(|decision| decision.as_str() == text);
    match found {
        Some(decision) => Ok(Expected::Decision(decision)),
        None if text == "Denied" => Ok(Expected::Denied),
        None => Err(format!("`expected` is no decision: `{}`", text.escape_debug())),
    }
}

/// Reads the policies of a case.
struct Policies<'l> {
    line: &'l str,
}

impl Policies<'_> {
    fn sources(&self, root: &Node<'_>) -> Result<PolicySources, String> {
        let resource = match root.get("resourcePolicy") {
            Some(node) if node.value != Value::Null => Some(self.policy(node, "resource")?),
            _ => None,
        };
        Ok(PolicySources {
            identity: self.list(root, "identityPolicies", "identity")?.unwrap_or_default(),
            boundary: self.list(root, "permissionBoundaries", "boundary")?,
            scps: self.levels(root, "scps", "scp")?,
            rcps: self.levels(root, "rcps", "rcp")?,
            resource,
            session: self.list(root, "sessionPolicies", "session")?,
            endpoint: self.list(root, "endpointPolicies", "endpoint")?,
        })
    }

    fn list(
        &self,
        root: &Node<'_>,
        field: &str,
        layer: &str,
    ) -> Result<Option<Vec<NamedPolicy>>, String> {
        match root.get(field) {
            Some(node) if node.value != Value::Null => self.policies(node, field, layer).map(Some),
            _ => Ok(None),
        }
    }

    fn levels(
        &self,
        root: &Node<'_>,
        field: &str,
        layer: &str,
    ) -> Result<Vec<Vec<NamedPolicy>>, String> {
        let Some(node) = root.get(field).filter(|node| node.value != Value::Null) else {
            return Ok(Vec::new());
        };
        if !matches!(node.value, Value::Array(_)) {
            return Err(format!("`{field}` wants a list of levels, not {}", node.kind()));
        }
        let levels =
            node.elements().iter().enumerate().map(|(level, policies)| {
                self.policies(policies, field, &format!("{layer}[{level}]"))
            });
        levels.collect()
    }

    fn policies(
        &self,
        node: &Node<'_>,
        field: &str,
        layer: &str,
    ) -> Result<Vec<NamedPolicy>, String> {
        let Value::Array(elements) = &node.value else {
            return Err(format!("`{field}` wants a list of policies, not {}", node.kind()));
        };
        let policies = elements.iter().enumerate();
        policies.map(|(index, node)| self.policy(node, &format!("{layer}[{index}]"))).collect()
    }

    fn policy(&self, node: &Node<'_>, unnamed: &str) -> Result<NamedPolicy, String> {
        let named = node.get("policy");
        let stray =
            node.members().iter().find(|member| !["name", "policy"].contains(&&*member.key));
        if let (Some(_), Some(stray)) = (named, stray) {
            let key = stray.key.escape_debug();
            return Err(format!("unknown member `{key}` beside `policy`"));
        }
        let name = node.get("name").and_then(Node::as_str).filter(|_| named.is_some());
        let name = name.unwrap_or(unnamed);
        let document = parse_node(self.line, named.unwrap_or(node), Dialect::Lenient);
        let document = document.map_err(|errors| match errors.first() {
            Some(error) => format!("policy `{name}`: {} at column {}", error.kind, error.column),
            None => format!("policy `{name}` cannot be read"),
        })?;
        Ok(NamedPolicy { name: name.into(), document: Arc::new(document) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOW: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}]}"#;

    fn check(fields: &str, wanted: &str) {
        let line = format!(
            r#"{{"name":"n","principal":"arn:aws:iam::111122223333:role/r","action":"s3:GetObject","resource":"arn:aws:s3:::b/k","identityPolicies":[{ALLOW}]{fields}}}"#
        );
        assert_eq!(run_line(&line, 7).as_str(), wanted, "{fields}");
    }

    #[test]
    fn lines_in_give_lines_out() {
        check(
            r#","context":{"aws:SecureTransport":true}"#,
            r#"{"name":"n","decision":"Allowed","matched":[{"layer":"identity","policy":"identity[0]","statement":0,"sid":"A","effect":"Allow"}],"needs":[]}"#,
        );
        check("", r#"{"name":"n","decision":"ImplicitlyDenied","matched":[],"needs":[]}"#);
        check(
            r#","unknown":["aws:SecureTransport"]"#,
            r#"{"name":"n","decision":"Undetermined","matched":[],"needs":["aws:SecureTransport"],"possible":["Allowed","ImplicitlyDenied"]}"#,
        );
        check(
            r#","context":{"aws:SecureTransport":"true"},"unknown":"resource""#,
            r#"{"name":"n","decision":"Undetermined","matched":[],"needs":["resource"],"possible":["Allowed","ImplicitlyDenied"]}"#,
        );
        check(
            r#","contxt":{}"#,
            r#"{"name":"n","line":7,"error":"unknown field `contxt`; did you mean `context`?"}"#,
        );
    }

    /// A member of another shape must not be passed over: an SCP left out would allow.
    #[test]
    fn what_has_another_shape_is_refused() {
        for (fields, error) in [
            (r#","scps":{}"#, "`scps` wants a list of levels, not an object"),
            (r#","rcps":"x""#, "`rcps` wants a list of levels, not a string"),
            (r#","scps":[{}]"#, "`scps` wants a list of policies, not an object"),
            (r#","unknown":{"a":1}"#, "`unknown` wants a list of keys"),
            (r#","unknown":[1]"#, "`unknown` wants a list of keys"),
            (
                r#","wildcardOnlyAction":"true""#,
                "`wildcardOnlyAction` wants `true` or `false`, not a string",
            ),
            (
                r#","context":{"aws:Q":"1","AWS:q":"2"}"#,
                "the context key `AWS:q` stands twice: letter case is no matter",
            ),
            (r#","expected":1"#, "`expected` wants a string, not a number"),
        ] {
            check(fields, &format!(r#"{{"name":"n","line":7,"error":{}}}"#, quote(error)));
        }
        for (principal, error) in [
            (r#"{"type":"IAMUser"}"#, "`principal` of this type wants `arn`"),
            (r#"{"type":"Service"}"#, "`principal` of this type wants `name`"),
            (r#"{"type":"Martian","name":"x"}"#, "unknown type of principal `Martian`"),
            (r#"{"type":"Anonymous","nmae":"x"}"#, "unknown member `nmae` of `principal`"),
            ("7", "`principal` wants an ARN or an object with `type`"),
        ] {
            let line = format!(r#"{{"principal":{principal},"action":"a:b","resource":"*"}}"#);
            let wanted = format!(r#"{{"name":"","line":1,"error":{}}}"#, quote(error));
            assert_eq!(run_line(&line, 1).as_str(), wanted);
        }
    }

    #[test]
    fn an_expectation_that_is_not_met_is_a_mismatch() {
        let line = |expected: &str| {
            format!(
                r#"{{"principal":{{"type":"Anonymous"}},"action":"a:b","resource":"*","expected":"{expected}"}}"#
            )
        };
        assert!(matches!(run_line(&line("Denied"), 1), LineResult::AsExpected(_)));
        assert!(matches!(run_line(&line("ImplicitlyDenied"), 1), LineResult::AsExpected(_)));
        assert!(matches!(run_line(&line("Allowed"), 1), LineResult::Mismatch(_)));
        assert!(matches!(run_line(&line("Perhaps"), 1), LineResult::Broken(_)));
        assert!(matches!(run_line("{", 1), LineResult::Broken(_)));
        assert!(matches!(run_line("[]", 1), LineResult::Broken(_)));
    }
}
