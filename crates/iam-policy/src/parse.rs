//! Policy JSON to [`PolicyDocument`], with a place for every fault.
//!
//! IAM's own grammar, as strict as IAM is when a policy is stored:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>. All faults
//! of a document are reported, not only the first.

use std::collections::HashSet;
use std::fmt;

use crate::condition::operator::{BASES, Operator};
use crate::condition::value::is_comparable;
use crate::condition::{Condition, OperatorBase};
use crate::document::{Block, Effect, PolicyDocument, Statement, Version};
use crate::json::{self, JsonErrorKind, Member, Node, Span, Value};
use crate::nearest::nearest;
use crate::places::Places;
use crate::principal::{PrincipalBlock, PrincipalEntry};

/// Which grammar a document must follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Identity-based policies, boundaries, session policies and SCPs: `Resource` is needed,
    /// `Principal` is not allowed.
    Identity,
    /// Policies with a `Principal`: of resources, of endpoints, RCPs, trust policies.
    Resource,
    /// Whatever came from somewhere else and has to be judged all the same: both forms, and
    /// operators IAM does not have, whose effect is then unknown.
    Lenient,
}

/// A fault of a policy and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    /// What is wrong.
    pub kind: PolicyErrorKind,
    /// JSON pointer (RFC 6901) to the element.
    pub pointer: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// The bytes of the element.
    pub span: Span,
}

/// What is wrong with a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyErrorKind {
    /// Not JSON.
    #[error("not JSON: {0}")]
    Json(String),
    /// The same key twice in one object: which one counts is anybody's guess.
    #[error(
        "the key `{key}` stands twice in one object, first at line {first_line}, column {first_column}"
    )]
    DuplicateKey {
        /// The key.
        key: String,
        /// Line of the first.
        first_line: usize,
        /// Column of the first.
        first_column: usize,
    },
    /// IAM takes tab, line feed, carriage return and U+0020 to U+00FF.
    #[error("the character U+{0:04X} cannot stand in a policy")]
    Character(u32),
    /// Another kind of value is wanted.
    #[error("`{element}` wants {wanted}, not {found}")]
    Kind {
        /// The element.
        element: String,
        /// What it wants.
        wanted: &'static str,
        /// What it holds.
        found: &'static str,
    },
    /// An element that must be there is not.
    #[error("a {place} needs `{element}`")]
    Missing {
        /// `policy` or `statement`.
        place: &'static str,
        /// The element.
        element: &'static str,
    },
    /// A statement that stands alone.
    #[error("a bare statement: a policy is an object with `Version` and `Statement`")]
    BareStatement,
    /// An element IAM does not have.
    #[error("unknown element `{0}`")]
    UnknownElement(String),
    /// An element and its `Not…` twin.
    #[error("`{0}` and `{1}` exclude each other")]
    Exclusive(&'static str, &'static str),
    /// An element of another kind of policy.
    #[error("`{0}` has no place in this kind of policy")]
    Misplaced(String),
    /// A version IAM does not have.
    #[error("unknown version `{0}`")]
    Version(String),
    /// An effect that is neither.
    #[error("`Effect` is `Allow` or `Deny`, not `{0}`")]
    Effect(String),
    /// Two statements with one `Sid`: findings could not tell them apart.
    #[error("the `Sid` `{0}` stands on an earlier statement too")]
    DuplicateSid(String),
    /// A list that must not be empty.
    #[error("`{0}` is empty")]
    Empty(String),
    /// An action without service prefix.
    #[error("the action `{0}` lacks a service prefix such as `sagemaker:`")]
    Action(String),
    /// An operator IAM does not have.
    #[error("unknown condition operator `{0}`")]
    Operator(String),
    /// A value that the operator cannot compare with, so that it would never match.
    #[error("`{operator}` cannot compare with `{}`", value.escape_debug())]
    Value {
        /// The operator.
        operator: String,
        /// The value.
        value: String,
    },
    /// A kind of principal IAM does not have.
    #[error("unknown kind of principal `{0}`")]
    PrincipalKind(String),
}

impl PolicyError {
    /// What to do about it, where that is certain enough to say.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let meant = |name: &str| format!("did you mean `{name}`?");
        match &self.kind {
            PolicyErrorKind::UnknownElement(name) => {
                let near = nearest(name, POLICY.iter().chain(&STATEMENT).copied());
                // An element in the wrong place is spelt as it should be.
                near.filter(|near| near != name).map(meant)
            }
            PolicyErrorKind::Operator(name) => {
                let guess = nearest(name, BASES.iter().map(|(base, _)| *base));
                let family = BASES.iter().map(|(base, _)| *base).find(|base| {
                    !name.is_empty() && base.to_lowercase().starts_with(&name.to_lowercase())
                });
                guess.or(family).map(meant)
            }
            PolicyErrorKind::Version(_) => Some("the current version is `2012-10-17`".to_owned()),
            PolicyErrorKind::Effect(text) => nearest(text, ["Allow", "Deny"]).map(meant),
            PolicyErrorKind::DuplicateKey { .. } => {
                Some("give one key a list of values instead".to_owned())
            }
            PolicyErrorKind::BareStatement => {
                Some("wrap it: {\"Version\": \"2012-10-17\", \"Statement\": [ … ]}".to_owned())
            }
            PolicyErrorKind::Character(0x201c | 0x201d) => {
                Some("replace typographic quotes by straight ones".to_owned())
            }
            _ => None,
        }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at line {}, column {}", self.kind, self.line, self.column)?;
        if !self.pointer.is_empty() {
            write!(f, " ({})", self.pointer)?;
        }
        Ok(())
    }
}

impl std::error::Error for PolicyError {}

/// No pointer of a fault is longer, but for its escapes.
const MAX_POINTER: usize = 4_096;

const POLICY: [&str; 3] = ["Version", "Id", "Statement"];
const STATEMENT: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];
const PRINCIPAL_KINDS: [&str; 4] = ["AWS", "Service", "Federated", "CanonicalUser"];

/// Reads a policy document.
///
/// # Errors
/// Every fault found, in the order of the text; never an empty list.
pub fn parse(text: &str, dialect: Dialect) -> Result<PolicyDocument, Vec<PolicyError>> {
    let mut reader = Reader { text, dialect, errors: Vec::new(), pointer: Vec::new() };
    reader.refuse_characters();
    if !reader.errors.is_empty() {
        return reader.finish(None);
    }
    let document = match json::parse(text) {
        Ok(node) => reader.document(&node),
        Err(error) => {
            reader.json_error(&error);
            None
        }
    };
    reader.finish(document)
}

/// Reads a policy document that is already parsed, as part of a larger text.
///
/// # Errors
/// As [`parse`]; places are relative to `text`, which `node` was parsed from.
pub fn parse_node(
    text: &str,
    node: &Node<'_>,
    dialect: Dialect,
) -> Result<PolicyDocument, Vec<PolicyError>> {
    let mut reader = Reader { text, dialect, errors: Vec::new(), pointer: Vec::new() };
    let document = reader.document(node);
    reader.finish(document)
}

/// The errors with their lines and columns, found in one walk however many there are.
fn placed(text: &str, mut errors: Vec<PolicyError>) -> Vec<PolicyError> {
    let places = Places::of(text, errors.iter().map(|error| error.span.start));
    for error in &mut errors {
        (error.line, error.column) = places.get(error.span.start);
    }
    errors
}

struct Reader<'t> {
    text: &'t str,
    dialect: Dialect,
    errors: Vec<PolicyError>,
    pointer: Vec<String>,
}

impl Reader<'_> {
    fn finish(
        mut self,
        document: Option<PolicyDocument>,
    ) -> Result<PolicyDocument, Vec<PolicyError>> {
        match document {
            Some(document) if self.errors.is_empty() => Ok(document),
            _ => {
                self.errors.sort_by_key(|error| error.span.start);
                Err(placed(self.text, self.errors))
            }
        }
    }

    fn error(&mut self, span: Span, kind: PolicyErrorKind) {
        let (line, column) = (0, 0);
        let mut pointer = String::new();
        for part in &self.pointer {
            // Each fault below a long name would hold it once more: then it points above the name.
            if pointer.len().saturating_add(part.len()) > MAX_POINTER {
                break;
            }
            pointer.push('/');
            pointer.push_str(&escape(part));
        }
        self.errors.push(PolicyError { kind, pointer, line, column, span });
    }

    fn json_error(&mut self, error: &json::JsonError) {
        let span = Span { start: error.offset, end: error.offset };
        let kind = match &error.kind {
            JsonErrorKind::DuplicateKey { key, first } => {
                let (first_line, first_column) = json::line_and_column(self.text, *first);
                PolicyErrorKind::DuplicateKey { key: key.clone(), first_line, first_column }
            }
            _ => PolicyErrorKind::Json(error.to_string()),
        };
        self.error(span, kind);
    }

    fn refuse_characters(&mut self) {
        let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{ff}');
        let refused = self.text.char_indices().find(|(_, character)| !allowed(*character));
        if let Some((start, character)) = refused {
            self.error(Span { start, end: start }, PolicyErrorKind::Character(character.into()));
        }
    }

    /// Reads a member's value with the pointer set to it.
    fn inside<T>(&mut self, part: impl Into<String>, read: impl FnOnce(&mut Self) -> T) -> T {
        self.pointer.push(part.into());
        let result = read(self);
        self.pointer.pop();
        result
    }

    fn wrong_kind(&mut self, node: &Node<'_>, element: &str, wanted: &'static str) {
        let element = element.to_owned();
        self.error(node.span, PolicyErrorKind::Kind { element, wanted, found: node.kind() });
    }

    fn object<'n, 'a>(&mut self, node: &'n Node<'a>, element: &str) -> Option<&'n [Member<'a>]> {
        if let Value::Object(members) = &node.value {
            return Some(members);
        }
        self.wrong_kind(node, element, "an object");
        None
    }

    fn refuse_unknown(&mut self, members: &[Member<'_>], known: &[&str]) {
        for member in members {
            if !known.contains(&member.key.as_ref()) {
                let kind = PolicyErrorKind::UnknownElement(member.key.to_string());
                self.inside(member.key.as_ref(), |reader| reader.error(member.key_span, kind));
            }
        }
    }

    fn document(&mut self, node: &Node<'_>) -> Option<PolicyDocument> {
        let members = self.object(node, "policy")?;
        if node.get("Statement").is_none() && node.get("Effect").is_some() {
            self.error(node.span, PolicyErrorKind::BareStatement);
            return None;
        }
        self.refuse_unknown(members, &POLICY);
        let version = node.get("Version").and_then(|value| self.version(value));
        let id = node.get("Id").and_then(|value| self.text(value, "Id"));
        let Some(statements) = node.get("Statement") else {
            let kind = PolicyErrorKind::Missing { place: "policy", element: "Statement" };
            self.error(node.span, kind);
            return None;
        };
        let node = statements;
        let statements = self.inside("Statement", |reader| reader.statements(node));
        self.refuse_repeated_sids(node);
        Some(PolicyDocument { version, id, statements })
    }

    fn version(&mut self, node: &Node<'_>) -> Option<Version> {
        let text = self.text(node, "Version")?;
        let known = [Version::V2008, Version::V2012];
        let found = known.into_iter().find(|version| version.as_str() == text);
        if found.is_none() {
            self.inside("Version", |r| r.error(node.span, PolicyErrorKind::Version(text)));
        }
        found
    }

    fn text(&mut self, node: &Node<'_>, element: &str) -> Option<String> {
        if let Some(text) = node.as_str() {
            return Some(text.to_owned());
        }
        self.inside(element, |reader| reader.wrong_kind(node, element, "a string"));
        None
    }

    fn statements(&mut self, node: &Node<'_>) -> Vec<Statement> {
        match &node.value {
            Value::Object(_) => self.statement(node).into_iter().collect(),
            Value::Array(elements) => {
                if elements.is_empty() && self.dialect != Dialect::Lenient {
                    self.error(node.span, PolicyErrorKind::Empty("Statement".to_owned()));
                }
                let read = |(index, element): (usize, &Node<'_>)| {
                    self.inside(index.to_string(), |reader| reader.statement(element))
                };
                elements.iter().enumerate().filter_map(read).collect()
            }
            _ => {
                self.wrong_kind(node, "Statement", "an object or a list of objects");
                Vec::new()
            }
        }
    }

    /// IAM refuses to store a policy in which two statements have one `Sid`.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html>
    fn refuse_repeated_sids(&mut self, statements: &Node<'_>) {
        if self.dialect == Dialect::Lenient {
            return;
        }
        let mut seen = HashSet::new();
        for (index, statement) in statements.elements().iter().enumerate() {
            let Some(node) = statement.get("Sid") else { continue };
            let Some(sid) = node.as_str().filter(|sid| !sid.is_empty()) else { continue };
            if !seen.insert(sid.to_owned()) {
                let kind = PolicyErrorKind::DuplicateSid(sid.to_owned());
                let place = ["Statement".to_owned(), index.to_string(), "Sid".to_owned()];
                self.pointer.extend(place);
                self.error(node.span, kind);
                self.pointer.clear();
            }
        }
    }

    fn statement(&mut self, node: &Node<'_>) -> Option<Statement> {
        let members = self.object(node, "Statement")?;
        self.refuse_unknown(members, &STATEMENT);
        let sid = node.get("Sid").and_then(|value| self.text(value, "Sid"));
        let effect = self.effect(node);
        let principal = self.principal(node);
        let bare = principal.is_none() && !self.has_either(node, "Principal", "NotPrincipal");
        if bare && self.dialect == Dialect::Resource {
            self.missing(node, "Principal");
        }
        let action = self.block(node, "Action", "NotAction");
        if action.is_none() && !self.has_either(node, "Action", "NotAction") {
            self.missing(node, "Action");
        }
        let resource = self.block(node, "Resource", "NotResource");
        let bare = resource.is_none() && !self.has_either(node, "Resource", "NotResource");
        if bare && self.dialect == Dialect::Identity {
            self.missing(node, "Resource");
        }
        let conditions = match node.get("Condition") {
            Some(value) => self.inside("Condition", |reader| reader.conditions(value)),
            None => Vec::new(),
        };
        Some(Statement { sid, effect: effect?, principal, action: action?, resource, conditions })
    }

    fn has_either(&self, node: &Node<'_>, element: &str, twin: &str) -> bool {
        node.get(element).is_some() || node.get(twin).is_some()
    }

    fn missing(&mut self, node: &Node<'_>, element: &'static str) {
        self.error(node.span, PolicyErrorKind::Missing { place: "statement", element });
    }

    fn effect(&mut self, node: &Node<'_>) -> Option<Effect> {
        let Some(value) = node.get("Effect") else {
            self.missing(node, "Effect");
            return None;
        };
        match self.text(value, "Effect")?.as_str() {
            "Allow" => Some(Effect::Allow),
            "Deny" => Some(Effect::Deny),
            other => {
                let kind = PolicyErrorKind::Effect(other.to_owned());
                self.inside("Effect", |reader| reader.error(value.span, kind));
                None
            }
        }
    }

    /// The element and its twin, of which at most one may stand.
    fn twin<'n, 'a>(
        &mut self,
        node: &'n Node<'a>,
        element: &'static str,
        twin: &'static str,
    ) -> Option<(&'static str, &'n Node<'a>)> {
        match (node.get(element), node.get(twin)) {
            (Some(_), Some(second)) => {
                let kind = PolicyErrorKind::Exclusive(element, twin);
                self.inside(twin, |reader| reader.error(second.span, kind));
                None
            }
            (Some(value), None) => Some((element, value)),
            (None, Some(value)) => Some((twin, value)),
            (None, None) => None,
        }
    }

    fn block(
        &mut self,
        node: &Node<'_>,
        element: &'static str,
        twin: &'static str,
    ) -> Option<Block> {
        let (name, value) = self.twin(node, element, twin)?;
        let patterns = self.inside(name, |reader| reader.strings(value, name))?;
        if element == "Action" {
            self.inside(name, |reader| reader.refuse_prefixless(value));
        }
        Some(Block { negated: name == twin, patterns })
    }

    fn refuse_prefixless(&mut self, node: &Node<'_>) {
        let single = std::slice::from_ref(node);
        let elements = if node.as_str().is_some() { single } else { node.elements() };
        for element in elements {
            let text = element.as_str().unwrap_or_default();
            if text != "*" && !text.contains(':') && self.dialect != Dialect::Lenient {
                self.error(element.span, PolicyErrorKind::Action(text.to_owned()));
            }
        }
    }

    /// A string or a list of strings, not empty.
    fn strings(&mut self, node: &Node<'_>, element: &str) -> Option<Vec<String>> {
        let texts = match &node.value {
            Value::String(text) => return Some(vec![text.to_string()]),
            Value::Array(elements) => elements
                .iter()
                .map(|node| node.as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>(),
            _ => None,
        };
        let Some(texts) = texts else {
            self.wrong_kind(node, element, "a string or a list of strings");
            return None;
        };
        if texts.is_empty() {
            self.error(node.span, PolicyErrorKind::Empty(element.to_owned()));
            return None;
        }
        Some(texts)
    }

    fn principal(&mut self, node: &Node<'_>) -> Option<PrincipalBlock> {
        let (name, value) = self.twin(node, "Principal", "NotPrincipal")?;
        if self.dialect == Dialect::Identity {
            let kind = PolicyErrorKind::Misplaced(name.to_owned());
            self.inside(name, |reader| reader.error(value.span, kind));
            return None;
        }
        let entries = self.inside(name, |reader| reader.principal_entries(value, name))?;
        Some(PrincipalBlock { negated: name == "NotPrincipal", entries })
    }

    fn principal_entries(&mut self, node: &Node<'_>, name: &str) -> Option<Vec<PrincipalEntry>> {
        if node.as_str() == Some("*") {
            return Some(vec![PrincipalEntry { kind: "*".to_owned(), value: "*".to_owned() }]);
        }
        if let (Some(arn), Dialect::Lenient) = (node.as_str(), self.dialect) {
            let (kind, value) = ("AWS".to_owned(), arn.to_owned());
            return Some(vec![PrincipalEntry { kind, value }]);
        }
        let Value::Object(members) = &node.value else {
            self.wrong_kind(node, name, "`*` or an object");
            return None;
        };
        let mut entries = Vec::new();
        for member in members {
            let kind = member.key.as_ref();
            if !PRINCIPAL_KINDS.contains(&kind) {
                let kind = PolicyErrorKind::PrincipalKind(kind.to_owned());
                self.error(member.key_span, kind);
            }
            let values = self.inside(kind, |reader| reader.strings(&member.node, kind));
            let values = values.into_iter().flatten();
            entries.extend(values.map(|value| PrincipalEntry { kind: kind.to_owned(), value }));
        }
        Some(entries)
    }

    fn conditions(&mut self, node: &Node<'_>) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for member in self.object(node, "Condition").unwrap_or_default() {
            let operator = Operator::parse(&member.key);
            self.inside(member.key.as_ref(), |reader| {
                if let (OperatorBase::Unknown(name), true) =
                    (&operator.base, reader.dialect != Dialect::Lenient)
                {
                    reader.error(member.key_span, PolicyErrorKind::Operator(name.clone()));
                }
                for entry in reader.object(&member.node, &member.key).unwrap_or_default() {
                    let values = reader.inside(entry.key.as_ref(), |reader| {
                        let values = reader.condition_values(&entry.node, &entry.key);
                        reader.refuse_values(&operator, &values, entry.node.span);
                        values
                    });
                    conditions.push(Condition {
                        operator: operator.clone(),
                        key: entry.key.to_string(),
                        values,
                    });
                }
            });
        }
        conditions
    }

    fn refuse_values(&mut self, operator: &Operator, values: &[String], span: Span) {
        if self.dialect == Dialect::Lenient {
            return;
        }
        for value in values.iter().filter(|value| !is_comparable(&operator.base, value)) {
            let (operator, value) = (operator.to_string(), value.clone());
            self.error(span, PolicyErrorKind::Value { operator, value });
        }
    }

    /// Strings, booleans and numbers, alone or in a list; IAM stores them all as text.
    fn condition_values(&mut self, node: &Node<'_>, key: &str) -> Vec<String> {
        let single = std::slice::from_ref(node);
        let elements = if let Value::Array(elements) = &node.value { elements } else { single };
        let mut values = Vec::new();
        for element in elements {
            match &element.value {
                Value::String(text) => values.push(text.to_string()),
                Value::Bool(value) => values.push(value.to_string()),
                Value::Number(text) => values.push((*text).to_owned()),
                Value::Null | Value::Array(_) | Value::Object(_) => {
                    self.wrong_kind(element, key, "a string, a boolean or a number");
                }
            }
        }
        values
    }
}

/// A part of a JSON pointer, escaped as RFC 6901 wants it.
pub(crate) fn escape(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests;
