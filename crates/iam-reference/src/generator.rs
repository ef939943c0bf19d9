//! Cases from a seed.
//!
//! Everything is drawn from small pools, so that what a policy says and what a request has meet
//! often, and all three decisions are common.

mod condition;
mod pools;
mod random;
mod scene;
mod statement;

use serde_json::{Map, Value, json};

use random::Random;
use scene::Scene;
use statement::Kind;

/// Makes cases: the same seed and index give the same case.
#[derive(Clone, Copy, Debug)]
pub struct Generator {
    seed: u64,
    news: bool,
    unknown: bool,
}

impl Generator {
    /// A generator of complete cases.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, news: true, unknown: false }
    }

    /// With or without what has rules of its own: trust and key policies, resources of AWS, ARNs
    /// with parts left out, `sts:GetCallerIdentity`.
    #[must_use]
    pub fn with_news(self, news: bool) -> Self {
        Self { news, ..self }
    }

    /// With or without values that are unknown.
    #[must_use]
    pub fn with_unknown(self, unknown: bool) -> Self {
        Self { unknown, ..self }
    }

    /// The case of that index.
    #[must_use]
    pub fn case(&self, index: u64) -> Value {
        let mut random = Random::new(self.seed, index);
        let scene = Scene::new(&mut random, self.news);
        let mut draw = Draw { random: &mut random, scene: &scene, news: self.news };
        let mut case = draw.layers();
        case.insert("name".to_owned(), json!(format!("{}/{index}", self.seed)));
        scene.write(&mut case);
        if self.unknown {
            forget(&mut random, &mut case);
        }
        Value::Object(case)
    }
}

/// Takes away some values that the policies look at, and says that they are unknown.
fn forget(random: &mut Random, case: &mut Map<String, Value>) {
    let text = Value::Object(case.clone()).to_string().to_lowercase();
    let mut keys: Vec<&str> = pools::KEYS.iter().map(|(name, _)| *name).collect();
    keys.retain(|key| text.contains(&key.to_lowercase()) && random.chance(50));
    keys.truncate(3);
    if let Some(context) = case.get_mut("context").and_then(Value::as_object_mut) {
        context.retain(|name, _| !keys.iter().any(|key| key.eq_ignore_ascii_case(name)));
    }
    let listed = case.contains_key("wildcardOnlyAction");
    if !listed && random.chance(12) {
        keys.push("resource");
        // Else what the resource is would also say whose it is.
        case.entry("resourceAccount").or_insert_with(|| json!(pools::ACCOUNTS.0));
    }
    case.insert("unknown".to_owned(), json!(keys));
}

/// What policies are drawn with.
struct Draw<'a> {
    random: &'a mut Random,
    scene: &'a Scene,
    news: bool,
}

impl Draw<'_> {
    /// All layers of policies: each with a good chance to allow, so that the others matter.
    fn layers(&mut self) -> Map<String, Value> {
        let mut case = Map::new();
        let mut put = |name: &str, value: Value| {
            case.insert(name.to_owned(), value);
        };
        if self.random.chance(92) {
            put("identityPolicies", self.policies(Kind::Identity, 45));
        }
        if self.random.chance(35) {
            put("permissionBoundaries", self.policies(Kind::Identity, 60));
        }
        if self.random.chance(30) {
            put("sessionPolicies", self.policies(Kind::Identity, 60));
        }
        if self.random.chance(40) {
            put("scps", self.levels(Kind::Organization));
        }
        if self.random.chance(20) {
            put("rcps", self.levels(Kind::ResourceControl));
        }
        if self.random.chance(20) {
            put("endpointPolicies", self.policies(Kind::Endpoint, 70));
        }
        let wants_resource_policy = if self.scene.needs_resource_policy { 90 } else { 50 };
        if self.random.chance(wants_resource_policy) {
            let policy = self.policy(Kind::Resource, 35);
            put("resourcePolicy", policy);
        }
        case
    }

    fn levels(&mut self, kind: Kind) -> Value {
        let count = self.random.between(0, 3);
        (0..count).map(|_| self.policies(kind, 75)).collect()
    }

    /// None, one or two policies.
    fn policies(&mut self, kind: Kind, generous: u64) -> Value {
        let count = match self.random.below(100) {
            0..6 => 0,
            6..65 => 1,
            65..93 => 2,
            _ => 3,
        };
        (0..count).map(|_| self.policy(kind, generous)).collect()
    }

    /// One policy; `generous` is the chance in a hundred that it also allows everything.
    fn policy(&mut self, kind: Kind, generous: u64) -> Value {
        let mut statements = Vec::new();
        if self.random.chance(generous) {
            statements.push(self.everything(kind));
        }
        for _ in 0..self.random.between(if statements.is_empty() { 1 } else { 0 }, 2) {
            statements.push(self.statement(kind));
        }
        let single = statements.len() == 1 && self.random.chance(40);
        let statements = match statements.pop() {
            Some(statement) if single => statement,
            last => {
                statements.extend(last);
                Value::Array(statements)
            }
        };
        let mut document = json!({"Statement": statements});
        let version =
            self.random.pick(&["2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17", ""]);
        if let Some(members) = document.as_object_mut().filter(|_| !version.is_empty()) {
            members.insert("Version".to_owned(), json!(version));
        }
        if self.random.chance(25) { json!({"name": "p", "policy": document}) } else { document }
    }
}
