//! The request of a case: who asks for what, and what the request says for the condition keys.

use serde_json::{Map, Value, json};

use super::pools::{self, ACCOUNTS, Family};
use super::random::Random;

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) principal: Value,
    pub(crate) action: String,
    pub(crate) resource: String,
    /// Whether the action takes no resource.
    pub(crate) listed: bool,
    pub(crate) context: Map<String, Value>,
    /// Whether there had better be a resource policy, because little is allowed without one.
    pub(crate) needs_resource_policy: bool,
    resource_account: Option<&'static str>,
    management_account: Option<&'static str>,
}

impl Scene {
    pub(crate) fn new(random: &mut Random, news: bool) -> Self {
        let account = if random.chance(80) { ACCOUNTS.0 } else { ACCOUNTS.1 };
        let principal = principal(random, account);
        let listed = random.chance(8);
        let (action, resource) = if listed {
            (random.pick(&pools::LISTED), "*".to_owned())
        } else {
            asked(random, news)
        };
        let resource_account = match random.below(100) {
            0..15 => Some(account),
            15..22 => Some(ACCOUNTS.0),
            22..28 => Some(ACCOUNTS.1),
            _ => None,
        };
        let management_account = match random.below(100) {
            0..8 => Some(account),
            8..14 => Some(ACCOUNTS.0),
            14..20 => Some(ACCOUNTS.1),
            20..25 => Some("999900001111"),
            _ => None,
        };
        let foreign = !resource.contains(account) && resource_account != Some(account);
        let by_trust = action.starts_with("sts:") || action.starts_with("kms:");
        Self {
            needs_resource_policy: principal.is_object() || foreign || by_trust,
            principal,
            action: if random.chance(6) { random.recased(action) } else { action.to_owned() },
            resource,
            listed,
            context: context(random),
            resource_account,
            management_account,
        }
    }

    /// What the request says for a key, whatever letter case its name is in.
    pub(crate) fn value(&self, key: &str) -> Option<&Value> {
        let found = self.context.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
        found.map(|(_, value)| value)
    }

    pub(crate) fn write(&self, case: &mut Map<String, Value>) {
        let mut put = |name: &str, value: Value| {
            case.insert(name.to_owned(), value);
        };
        put("principal", self.principal.clone());
        put("action", json!(self.action));
        put("resource", json!(self.resource));
        put("context", Value::Object(self.context.clone()));
        if self.listed {
            put("wildcardOnlyAction", json!(true));
        }
        if let Some(account) = self.resource_account {
            put("resourceAccount", json!(account));
        }
        if let Some(account) = self.management_account {
            put("managementAccount", json!(account));
        }
    }
}

fn principal(random: &mut Random, account: &str) -> Value {
    match random.below(100) {
        0..6 => json!({"type": "Anonymous"}),
        6..12 => json!({"type": "Service", "name": random.pick(&pools::SERVICES)}),
        12..35 => json!(random.pick(&pools::CALLERS).replace(":A:", &format!(":{account}:"))),
        _ => {
            let common = pools::CALLERS.get(..6).unwrap_or_default();
            json!(random.pick(common).replace(":A:", &format!(":{account}:")))
        }
    }
}

fn asked(random: &mut Random, news: bool) -> (&'static str, String) {
    let rows: &[(&str, &str)] =
        if news && random.chance(35) { &pools::NEWS } else { &pools::PLAIN };
    let (action, resource) = rows.get(random.index(rows.len())).copied().unwrap_or_default();
    let account = if random.chance(80) { ACCOUNTS.0 } else { ACCOUNTS.1 };
    let resource = resource.replace(":A:", &format!(":{account}:"));
    let name = random.pick(&pools::NAMES);
    let resource = match resource.strip_suffix('N') {
        Some(before) => format!("{before}{name}"),
        None => resource,
    };
    (action, resource)
}

fn context(random: &mut Random) -> Map<String, Value> {
    let mut context = Map::new();
    for (name, family) in pools::KEYS {
        let name = if random.chance(12) { random.recased(name) } else { name.to_owned() };
        let several = if name.eq_ignore_ascii_case("aws:TagKeys") { 80 } else { 25 };
        if random.chance(30) {
            continue;
        }
        let value = if random.chance(several) {
            (0..random.between(0, 3)).map(|_| value(random, family)).collect()
        } else {
            value(random, family)
        };
        context.insert(name, value);
    }
    context
}

fn value(random: &mut Random, family: Family) -> Value {
    let text = random.pick(pools::of_requests(family));
    as_json(random, text)
}

/// Truth values and whole numbers may also come as JSON has them.
pub(crate) fn as_json(random: &mut Random, text: &str) -> Value {
    if !random.chance(30) {
        return json!(text);
    }
    match text {
        "true" => json!(true),
        "false" => json!(false),
        "5" | "0" | "-3" | "10" | "1704067200" => {
            text.parse::<i64>().map_or(json!(text), Value::from)
        }
        text => json!(text),
    }
}
