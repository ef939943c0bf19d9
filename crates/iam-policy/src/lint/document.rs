//! A policy as lint sees it: whatever can be made out, each word with its place.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

use super::kind::PolicyKind;
use super::names::{ActionPattern, Patterns};
use super::report::Place;
use crate::condition::{Operator, OperatorBase, SetQualifier};
use crate::document::Effect;
use crate::json::{Member, Node, Span, Value};
use crate::parse::escape;
use crate::vocabulary::{Vocabulary, VocabularyAction};

/// A pointer that would be longer stays at the element above: every word below would hold it once
/// more.
const MAX_POINTER: usize = 4_096;

/// A longer name is no operator, and every entry below would hold it once more.
const MAX_OPERATOR: usize = 1_024;

/// A string of the policy.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) span: Span,
    pub(super) pointer: String,
}

/// A policy.
pub(super) struct Document<'v> {
    /// The text as it was given.
    pub(super) text: String,
    pub(super) kind: PolicyKind,
    pub(super) vocabulary: &'v Vocabulary,
    /// Where the whole stands.
    pub(super) span: Span,
    /// Whether it is a statement without the policy around it.
    pub(super) bare: bool,
    pub(super) version: Option<Word>,
    pub(super) statements: Vec<Statement<'v>>,
}

/// A statement. `None` where an element is absent or cannot be made out.
pub(super) struct Statement<'v> {
    pub(super) place: Place,
    pub(super) sid: Option<Word>,
    pub(super) effect: Option<Effect>,
    pub(super) has_principal: bool,
    /// The `Principal` element as it is written, to compare statements by.
    pub(super) principal: String,
    pub(super) principals: Vec<Word>,
    /// The key `NotPrincipal`.
    pub(super) not_principal: Option<Word>,
    pub(super) action: Option<Block<ActionPattern<'v>>>,
    pub(super) resource: Option<Block<Word>>,
    pub(super) conditions: Vec<Test>,
    /// What the conditions say together, by [`Test::current`].
    keys: BTreeMap<String, KeyTests>,
    reached: OnceCell<Vec<&'v VocabularyAction>>,
}

/// What the conditions of a statement say about one key.
#[derive(Default)]
struct KeyTests {
    needed: bool,
    for_all_values: bool,
}

/// An element that lists patterns, or its `Not…` twin.
pub(super) struct Block<P> {
    pub(super) negated: bool,
    pub(super) patterns: Vec<P>,
}

/// One entry of a condition block.
#[derive(Clone, Debug)]
pub(super) struct Test {
    pub(super) operator: Operator,
    pub(super) operator_word: Word,
    pub(super) key: Word,
    /// The key in lower case, by its current name if it has a new one.
    pub(super) current: String,
    pub(super) values: Vec<Word>,
}

impl<'v> Document<'v> {
    pub(super) fn new(
        text: &str,
        root: &Node<'_>,
        kind: Option<PolicyKind>,
        vocabulary: &'v Vocabulary,
    ) -> Self {
        let reader = Reader { vocabulary, patterns: Patterns::new(vocabulary) };
        let bare = root.get("Statement").is_none() && root.get("Effect").is_some();
        let statements = if bare {
            vec![reader.statement(root, "")]
        } else {
            named(root, "Statement").flat_map(|member| reader.statements(&member.node)).collect()
        };
        let kind = kind.unwrap_or_else(|| guess(&statements));
        Self {
            text: text.to_owned(),
            kind,
            vocabulary,
            span: root.span,
            bare,
            version: words_of(root, "Version", "").into_iter().next(),
            statements,
        }
    }

    /// Where the whole stands.
    pub(super) fn place(&self) -> Place {
        Place {
            span: Span { start: self.span.start, end: self.span.start },
            pointer: String::new(),
        }
    }

    /// The statements that allow.
    pub(super) fn allows(&self) -> impl Iterator<Item = &Statement<'v>> {
        self.statements.iter().filter(|statement| statement.effect == Some(Effect::Allow))
    }

    /// The statements that deny.
    pub(super) fn denies(&self) -> impl Iterator<Item = &Statement<'v>> {
        self.statements.iter().filter(|statement| statement.effect == Some(Effect::Deny))
    }

    /// The statements with each of their conditions.
    pub(super) fn tests(&self) -> impl Iterator<Item = (&Statement<'v>, &Test)> {
        self.statements
            .iter()
            .flat_map(|statement| statement.conditions.iter().map(move |test| (statement, test)))
    }
}

fn guess(statements: &[Statement<'_>]) -> PolicyKind {
    let actions = statements.iter().flat_map(|statement| &statement.action);
    let actions = actions.flat_map(|block| &block.patterns);
    let has_principal = statements.iter().any(|statement| statement.has_principal);
    let has_resource = statements.iter().any(|statement| statement.resource.is_some());
    let actions = actions.map(|pattern| pattern.word.text.as_str());
    PolicyKind::guess(has_principal, has_resource, actions)
}

impl<'v> Statement<'v> {
    /// The patterns of `Action`; none for `NotAction`.
    pub(super) fn actions(&self) -> &[ActionPattern<'v>] {
        match &self.action {
            Some(Block { negated: false, patterns }) => patterns,
            _ => &[],
        }
    }

    /// The patterns of `Action`, each once.
    pub(super) fn distinct_actions(&self) -> Vec<&ActionPattern<'v>> {
        let mut seen = HashSet::new();
        let is_new = |pattern: &&ActionPattern<'v>| seen.insert(Rc::as_ptr(&pattern.glob));
        self.actions().iter().filter(is_new).collect()
    }

    /// The patterns of `Resource`; none for `NotResource`.
    pub(super) fn resources(&self) -> &[Word] {
        match &self.resource {
            Some(Block { negated: false, patterns }) => patterns,
            _ => &[],
        }
    }

    /// The known actions that `Action` reaches, each once, by name.
    pub(super) fn reached(&self) -> &[&'v VocabularyAction] {
        self.reached.get_or_init(|| {
            let mut seen = HashSet::new();
            let known = self.distinct_actions().into_iter().flat_map(ActionPattern::known);
            let mut known: Vec<_> =
                known.filter(|action| seen.insert(std::ptr::from_ref(*action))).collect();
            known.sort_by(|one, other| one.id.cmp(&other.id));
            known
        })
    }

    /// Whether another condition of the statement demands the key of this one.
    pub(super) fn needs_key_of(&self, test: &Test) -> bool {
        self.keys.get(&test.current).is_some_and(|tests| tests.needed)
    }

    /// Whether a condition with `ForAllValues` is about the key of this one.
    pub(super) fn has_for_all_values_of(&self, test: &Test) -> bool {
        self.keys.get(&test.current).is_some_and(|tests| tests.for_all_values)
    }

    /// Whether the statement covers an action, named in lower case, also by `NotAction`.
    pub(super) fn covers(&self, action: &str) -> bool {
        let Some(block) = &self.action else { return false };
        block.patterns.iter().any(|pattern| pattern.glob.matches(action)) != block.negated
    }

    pub(super) fn has_test(&self, wanted: impl Fn(&Test) -> bool) -> bool {
        self.conditions.iter().any(wanted)
    }
}

impl Test {
    /// The key in lower case.
    pub(super) fn lower_key(&self) -> String {
        self.key.text.to_lowercase()
    }

    pub(super) fn is_null(&self) -> bool {
        self.operator.base == OperatorBase::Null
    }

    /// Whether this is `Null` with that value.
    pub(super) fn is_null_with(&self, value: &str) -> bool {
        let texts = self.values.iter().map(|word| word.text.to_lowercase());
        self.is_null() && texts.collect::<BTreeSet<_>>() == BTreeSet::from([value.to_owned()])
    }

    pub(super) fn is_for_all_values(&self) -> bool {
        self.operator.set == Some(SetQualifier::ForAllValues) && !self.is_null()
    }

    pub(super) fn is_for_any_value(&self) -> bool {
        self.operator.set == Some(SetQualifier::ForAnyValue) && !self.is_null()
    }

    /// Whether the condition is true of a request that lacks the key. `None` for an operator IAM
    /// does not have.
    pub(super) fn holds_without_key(&self) -> Option<bool> {
        if !self.operator.is_known() {
            return None;
        }
        if self.is_null() {
            return Some(self.is_null_with("true"));
        }
        let by_set = match self.operator.set {
            Some(SetQualifier::ForAllValues) => Some(true),
            Some(SetQualifier::ForAnyValue) => Some(false),
            None => None,
        };
        let holds = by_set.unwrap_or_else(|| self.operator.base.is_negated());
        Some(self.operator.if_exists || holds)
    }

    /// Whether the condition demands that the key is in the request.
    pub(super) fn needs_key(&self) -> bool {
        self.holds_without_key() == Some(false)
    }
}

struct Reader<'v> {
    vocabulary: &'v Vocabulary,
    patterns: Patterns<'v>,
}

impl<'v> Reader<'v> {
    fn statements(&self, node: &Node<'_>) -> Vec<Statement<'v>> {
        match &node.value {
            Value::Object(_) => vec![self.statement(node, "/Statement")],
            Value::Array(elements) => elements
                .iter()
                .enumerate()
                .filter(|(_, element)| matches!(element.value, Value::Object(_)))
                .map(|(index, element)| self.statement(element, &format!("/Statement/{index}")))
                .collect(),
            _ => Vec::new(),
        }
    }

    fn statement(&self, node: &Node<'_>, pointer: &str) -> Statement<'v> {
        let principals = ["Principal", "NotPrincipal"].iter().flat_map(|name| named(node, name));
        let principals: Vec<&Member<'_>> = principals.collect();
        let start = node.span.start;
        let span = Span { start, end: start };
        let conditions = self.tests(node, pointer);
        let not_principal = named(node, "NotPrincipal").next();
        Statement {
            place: Place { span, pointer: pointer.to_owned() },
            sid: words_of(node, "Sid", pointer).into_iter().next(),
            effect: node.get("Effect").and_then(Node::as_str).and_then(effect),
            has_principal: !principals.is_empty(),
            principal: principals
                .iter()
                .map(|member| format!("{}:{}", member.key, shape(&member.node)))
                .collect(),
            principals: principals
                .iter()
                .flat_map(|member| below(&member.node, &inside(pointer, &member.key)))
                .collect(),
            not_principal: not_principal
                .map(|member| key_word(member, &inside(pointer, &member.key))),
            action: self.block(node, "Action", pointer, |word| self.patterns.pattern(word)),
            resource: self.block(node, "Resource", pointer, Some),
            keys: keys(&conditions),
            conditions,
            reached: OnceCell::new(),
        }
    }

    fn block<P>(
        &self,
        node: &Node<'_>,
        name: &str,
        pointer: &str,
        pattern: impl Fn(Word) -> Option<P>,
    ) -> Option<Block<P>> {
        let twin = format!("Not{name}");
        let negated = node.get(&twin).is_some();
        if negated && node.get(name).is_some() {
            return None;
        }
        let words = words_of(node, if negated { &twin } else { name }, pointer);
        let patterns: Vec<P> = words.into_iter().filter_map(pattern).collect();
        (!patterns.is_empty()).then_some(Block { negated, patterns })
    }

    fn tests(&self, statement: &Node<'_>, pointer: &str) -> Vec<Test> {
        let mut tests = Vec::new();
        for block in named(statement, "Condition") {
            let pointer = inside(pointer, &block.key);
            for operator in block.node.members() {
                let pointer = inside(&pointer, &operator.key);
                if operator.key.len() > MAX_OPERATOR {
                    continue;
                }
                let operator_word = key_word(operator, &pointer);
                for entry in operator.node.members() {
                    let pointer = inside(&pointer, &entry.key);
                    let current = self.vocabulary.current_key(&entry.key).unwrap_or(&entry.key);
                    tests.push(Test {
                        operator: Operator::parse(&operator.key),
                        operator_word: operator_word.clone(),
                        key: key_word(entry, &pointer),
                        current: current.to_lowercase(),
                        values: below(&entry.node, &pointer),
                    });
                }
            }
        }
        tests
    }
}

fn effect(text: &str) -> Option<Effect> {
    [Effect::Allow, Effect::Deny].into_iter().find(|effect| effect.as_str() == text)
}

/// What conditions say of each key.
fn keys(tests: &[Test]) -> BTreeMap<String, KeyTests> {
    let mut keys: BTreeMap<String, KeyTests> = BTreeMap::new();
    for test in tests {
        let key = keys.entry(test.current.clone()).or_default();
        key.needed |= test.needs_key();
        key.for_all_values |= test.is_for_all_values();
    }
    keys
}

/// The members of that name; several when the key is repeated.
fn named<'n, 'a>(node: &'n Node<'a>, name: &str) -> impl Iterator<Item = &'n Member<'a>> {
    node.members().iter().filter(move |member| member.key == name)
}

/// The pointer to a part of an element.
pub(super) fn inside(pointer: &str, part: &str) -> String {
    if pointer.len().saturating_add(part.len()) > MAX_POINTER {
        return pointer.to_owned();
    }
    format!("{pointer}/{}", escape(part))
}

fn key_word(member: &Member<'_>, pointer: &str) -> Word {
    Word { text: member.key.to_string(), span: member.key_span, pointer: pointer.to_owned() }
}

fn words_of(node: &Node<'_>, name: &str, pointer: &str) -> Vec<Word> {
    named(node, name).flat_map(|member| below(&member.node, &inside(pointer, name))).collect()
}

/// The strings, booleans and numbers in a value, in lists and objects too.
fn below(node: &Node<'_>, pointer: &str) -> Vec<Word> {
    let word = |text: &str| {
        vec![Word { text: text.to_owned(), span: node.span, pointer: pointer.to_owned() }]
    };
    match &node.value {
        Value::String(text) => word(text),
        Value::Number(text) => word(text),
        Value::Bool(value) => word(if *value { "true" } else { "false" }),
        Value::Null => Vec::new(),
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .flat_map(|(index, element)| below(element, &inside(pointer, &index.to_string())))
            .collect(),
        Value::Object(members) => members
            .iter()
            .flat_map(|member| below(&member.node, &inside(pointer, &member.key)))
            .collect(),
    }
}

/// A value without its places, to compare it with another.
fn shape(node: &Node<'_>) -> String {
    let members =
        node.members().iter().map(|member| format!("{}={};", member.key, shape(&member.node)));
    let elements = node.elements().iter().map(|element| format!("{};", shape(element)));
    format!(
        "{}({}{})",
        node.as_str().unwrap_or_default(),
        members.collect::<String>(),
        elements.collect::<String>()
    )
}
