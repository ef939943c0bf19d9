//! Condition blocks: every operator, set qualifier and `IfExists`, on keys that are there or not.

use serde_json::{Map, Value, json};

use super::Draw;
use super::pools::{self, Family};
use super::scene::as_json;
use crate::operator::{Base, Operator, operator_names};

impl Draw<'_> {
    /// A block of one or two operators, each on one or two keys.
    pub(crate) fn condition(&mut self) -> Value {
        let mut block = Map::new();
        for _ in 0..self.random.between(1, 2) {
            let (name, base) = self.operator();
            let mut keys = Map::new();
            let more = self.random.chance(20);
            for _ in 0..self.random.between(1, if more { 2 } else { 1 }) {
                let key = self.key(base);
                let values = self.values(base, key);
                let key =
                    if self.random.chance(12) { self.random.recased(key) } else { key.to_owned() };
                if !keys.keys().any(|known: &String| known.eq_ignore_ascii_case(&key)) {
                    keys.insert(key, values);
                }
            }
            block.insert(name, Value::Object(keys));
        }
        Value::Object(block)
    }

    fn operator(&mut self) -> (String, Base) {
        let base = self.random.pick(&operator_names());
        let set = self.random.pick(&["", "", "ForAllValues:", "ForAnyValue:"]);
        let if_exists = base != "Null" && self.random.chance(35);
        let name = format!("{set}{base}{}", if if_exists { "IfExists" } else { "" });
        let base = Operator::read(&name).map_or(Base::Null, |operator| operator.base);
        (if self.random.chance(5) { self.random.recased(&name) } else { name }, base)
    }

    /// A key, mostly one whose values are of the operator's kind.
    fn key(&mut self, base: Base) -> &'static str {
        let fits = self.random.chance(88);
        let wanted = family(base);
        let keys: Vec<&str> = pools::KEYS
            .iter()
            .filter(|(_, family)| !fits || wanted.is_none() || wanted == Some(*family))
            .map(|(name, _)| *name)
            .collect();
        self.random.pick(&keys)
    }

    fn values(&mut self, base: Base, key: &str) -> Value {
        match self.random.below(100) {
            0..55 => self.value(base, key),
            _ => (0..self.random.between(1, 3)).map(|_| self.value(base, key)).collect(),
        }
    }

    fn value(&mut self, base: Base, key: &str) -> Value {
        if base == Base::Null {
            let text = self.random.pick(&["true", "false", "true", "false", "maybe"]);
            return as_json(self.random, text);
        }
        if self.random.chance(35)
            && let Some(value) = self.own(key)
            && !value.as_str().is_some_and(|text| text.contains("${"))
        {
            return value;
        }
        let family = family(base).unwrap_or(Family::Text);
        let text = match self.random.below(100) {
            0..20 => self.random.pick(pools::variables(family)),
            20..50 => self.random.pick(pools::of_policies(family)),
            _ => self.random.pick(pools::of_requests(family)),
        };
        as_json(self.random, text)
    }

    /// What the request has for the key, or one of its values.
    fn own(&mut self, key: &str) -> Option<Value> {
        match self.scene.value(key)? {
            Value::Array(list) => list.get(self.random.index(list.len())).cloned(),
            value => Some(json!(value)),
        }
    }
}

fn family(base: Base) -> Option<Family> {
    match base {
        Base::StringEquals | Base::StringEqualsIgnoreCase | Base::StringLike => Some(Family::Text),
        Base::Numeric(_) => Some(Family::Number),
        Base::Date(_) => Some(Family::Time),
        Base::Bool => Some(Family::Truth),
        Base::Binary => Some(Family::Bytes),
        Base::Ip => Some(Family::Address),
        Base::Arn => Some(Family::Arn),
        Base::Null => None,
    }
}
