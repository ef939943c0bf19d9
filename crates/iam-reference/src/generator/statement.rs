//! Statements: patterns made from the request itself, so that they match it often.

use serde_json::{Map, Value, json};

use super::Draw;
use super::pools::{self, ACCOUNTS};

/// The types of policies that differ in what a statement holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Identity-based, boundary or session policy.
    Identity,
    Organization,
    ResourceControl,
    Resource,
    Endpoint,
}

impl Draw<'_> {
    /// A statement that allows everything to everybody it may speak of.
    pub(crate) fn everything(&mut self, kind: Kind) -> Value {
        let mut statement = Map::new();
        statement.insert("Effect".to_owned(), json!("Allow"));
        statement.insert("Action".to_owned(), json!("*"));
        statement.insert("Resource".to_owned(), json!("*"));
        self.principal(kind, true, &mut statement);
        Value::Object(statement)
    }

    pub(crate) fn statement(&mut self, kind: Kind) -> Value {
        let deny = self.random.chance(if kind == Kind::ResourceControl { 60 } else { 22 });
        let mut statement = Map::new();
        statement.insert("Effect".to_owned(), json!(if deny { "Deny" } else { "Allow" }));
        if self.random.chance(20) {
            statement.insert("Sid".to_owned(), json!(self.random.pick(&["One", "Two"])));
        }
        let (name, actions) = if self.random.chance(15) {
            ("NotAction", self.list(|draw| draw.other_action()))
        } else {
            ("Action", self.list(|draw| draw.action()))
        };
        statement.insert(name.to_owned(), actions);
        match self.random.below(100) {
            // A trust policy has no `Resource`.
            0..40 if kind == Kind::Resource && self.scene.action.contains("sts") => {}
            0..15 => {
                let spares = self.list(|draw| draw.spared(deny));
                statement.insert("NotResource".to_owned(), spares);
            }
            _ => {
                let resources = self.list(|draw| draw.resource());
                statement.insert("Resource".to_owned(), resources);
            }
        }
        if self.random.chance(if deny { 65 } else { 50 }) {
            statement.insert("Condition".to_owned(), self.condition());
        }
        self.principal(kind, !deny, &mut statement);
        Value::Object(statement)
    }

    /// One text or a list of up to three.
    fn list(&mut self, mut draw: impl FnMut(&mut Self) -> String) -> Value {
        if self.random.chance(55) {
            return json!(draw(self));
        }
        (0..self.random.between(1, 3)).map(|_| json!(draw(self))).collect()
    }

    fn action(&mut self) -> String {
        let action = self.scene.action.as_str();
        let (service, name) = action.split_once(':').unwrap_or((action, ""));
        match self.random.below(100) {
            0..30 => action.to_owned(),
            30..50 => "*".to_owned(),
            50..65 => format!("{service}:*"),
            65..73 => format!("{}*", self.cut(action)),
            73..80 => self.random.recased(action),
            80..86 => self.with_question_mark(action),
            86..91 => format!("*:{name}"),
            _ => self.other_action(),
        }
    }

    fn other_action(&mut self) -> String {
        match self.random.below(10) {
            0..2 => self.scene.action.clone(),
            2 => format!("{}*", self.cut(&self.scene.action)),
            3..6 => self.random.pick(&pools::LISTED).to_owned(),
            _ => self.random.pick(&["s3:*", "ec2:Run*", "iam:Get*", "*:List*", "sts:*"]).to_owned(),
        }
    }

    fn resource(&mut self) -> String {
        let resource = self.scene.resource.as_str();
        match self.random.below(100) {
            0..25 => resource.to_owned(),
            25..50 => "*".to_owned(),
            50..65 => format!("{}*", self.cut(resource)),
            65..70 => self.with_question_mark(resource),
            70..78 => self.with_part(resource, "*"),
            78..90 => self.with_variable(false),
            90..94 if self.news => self.short(),
            94..96 => self.random.recased(resource),
            _ => self.other_resource(),
        }
    }

    /// A pattern for `NotResource`: mostly another resource, never with a variable that may have no
    /// value, and with parts left out only where that is settled.
    fn spared(&mut self, deny: bool) -> String {
        match self.random.below(100) {
            0..15 => self.scene.resource.clone(),
            15..30 => format!("{}*", self.cut(&self.scene.resource)),
            30..40 => self.with_variable(true),
            40..45 if self.news && !deny => self.short(),
            _ => self.other_resource(),
        }
    }

    fn other_resource(&mut self) -> String {
        let pool =
            ["arn:aws:s3:::other/*", "arn:aws:sagemaker:*:*:model/x*", "arn:aws:iam::*:user/*"];
        self.random.pick(&pool).to_owned()
    }

    /// The first few of the resource's parts.
    fn short(&mut self) -> String {
        let count = usize::try_from(self.random.between(2, 5)).unwrap_or(2);
        let parts: Vec<&str> = self.scene.resource.splitn(6, ':').take(count).collect();
        let short = parts.join(":");
        if self.random.chance(30) { format!("{}*", self.cut(&short)) } else { short }
    }

    /// The resource with one of its parts replaced.
    fn with_part(&mut self, resource: &str, by: &str) -> String {
        let parts: Vec<&str> = resource.splitn(6, ':').collect();
        let replaced = self.random.index(parts.len());
        let parts =
            parts.iter().enumerate().map(|(at, part)| if at == replaced { by } else { part });
        parts.collect::<Vec<_>>().join(":")
    }

    /// The resource with a variable in the place of its name or account.
    fn with_variable(&mut self, surely: bool) -> String {
        let resource = self.scene.resource.as_str();
        let mut texts: Vec<&str> = pools::VARIABLES.into_iter().collect();
        texts.push("${aws:PrincipalAccount}");
        if surely {
            texts.retain(|text| self.has_value(text));
        }
        let text = self.random.pick(&texts);
        let account = [ACCOUNTS.0, ACCOUNTS.1].into_iter().find(|a| resource.contains(a));
        if text == "${aws:PrincipalAccount}"
            && let Some(account) = account
        {
            return resource.replace(account, text);
        }
        match resource.rsplit_once('/').or_else(|| resource.rsplit_once(':')) {
            Some((before, _)) if resource.contains('/') => format!("{before}/{text}"),
            Some((before, _)) => format!("{before}:{text}"),
            None => text.to_owned(),
        }
    }

    /// Whether every variable of a text surely has a value in this request.
    fn has_value(&self, text: &str) -> bool {
        text.split("${").skip(1).all(|part| {
            let Some((inner, _)) = part.split_once('}') else { return true };
            let (name, default) = inner.split_once(',').map_or((inner, false), |(n, _)| (n, true));
            match self.scene.value(name) {
                _ if matches!(inner, "*" | "?" | "$") => true,
                Some(Value::Array(list)) => list.is_empty() && default,
                Some(_) => true,
                None => default,
            }
        })
    }

    /// The beginning of a text.
    fn cut(&mut self, text: &str) -> String {
        let length = self.random.index(text.len());
        text.chars().take(length).collect()
    }

    fn with_question_mark(&mut self, text: &str) -> String {
        let replaced = self.random.index(text.chars().count());
        let letters = text.chars().enumerate();
        letters.map(|(at, letter)| if at == replaced { '?' } else { letter }).collect()
    }

    /// Puts in whom the statement is about.
    fn principal(&mut self, kind: Kind, allow: bool, statement: &mut Map<String, Value>) {
        let mut put = |name: &str, value: Value| {
            statement.insert(name.to_owned(), value);
        };
        match kind {
            Kind::Identity | Kind::Organization => {}
            Kind::ResourceControl => put("Principal", json!("*")),
            Kind::Endpoint => match self.random.below(100) {
                0..45 => put("Principal", json!("*")),
                45..65 => put("Principal", self.block()),
                _ => {}
            },
            Kind::Resource => match self.random.below(100) {
                0..12 => put("NotPrincipal", self.block()),
                12..15 => {}
                15..22 if allow => put("Principal", json!("*")),
                _ => put("Principal", self.block()),
            },
        }
    }

    fn block(&mut self) -> Value {
        match self.random.below(100) {
            0..8 => json!("*"),
            8..18 => {
                json!({"Service": self.list(|draw| draw.random.pick(&pools::SERVICES).to_owned())})
            }
            18..21 => json!({"Federated": "cognito-identity.amazonaws.com"}),
            21..30 => json!({
                "AWS": self.list(|draw| draw.entry()),
                "Service": self.random.pick(&pools::SERVICES),
            }),
            _ => json!({"AWS": self.list(|draw| draw.entry())}),
        }
    }

    /// One of those whom a block of `AWS` may name, often the caller.
    fn entry(&mut self) -> String {
        let entry = self.any_entry();
        let caller = self.scene.principal.as_str().unwrap_or_default();
        // Whether a federated session is that user's, its ARN does not say.
        if caller.contains(":federated-user/") && entry.contains(":user/") {
            return ACCOUNTS.0.to_owned();
        }
        entry
    }

    fn any_entry(&mut self) -> String {
        let caller = self.scene.principal.as_str();
        match self.random.below(100) {
            0..10 => "*".to_owned(),
            10..35 => caller.unwrap_or("*").to_owned(),
            35..50 => caller
                .and_then(|arn| arn.split(':').nth(4))
                .map_or("*".to_owned(), |account| format!("arn:aws:iam::{account}:root")),
            50..60 => ACCOUNTS.0.to_owned(),
            60..65 => ACCOUNTS.1.to_owned(),
            _ => {
                let account = if self.random.chance(75) { ACCOUNTS.0 } else { ACCOUNTS.1 };
                self.random.pick(&pools::CALLERS).replace(":A:", &format!(":{account}:"))
            }
        }
    }
}
