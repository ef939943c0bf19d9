//! Every policy that has a say in one request, grouped by type and compiled once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use crate::condition::eval::CompiledCondition;
use crate::document::{Block, Effect, PolicyDocument, Statement, Version};
use crate::evaluate::Evaluator;
use crate::pattern::Glob;
use crate::principal::PrincipalBlock;
use crate::resource::CompiledPattern;

/// The types of policies, in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyType {
    /// Attached to the user, its groups, or the role.
    Identity,
    /// Attached to the resource.
    Resource,
    /// The permissions boundary.
    Boundary,
    /// Passed when the session was made.
    Session,
    /// Of a VPC endpoint.
    Endpoint,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
    /// No policy: a rule of the service itself, such as that AWS's own policies stay as they are.
    Service,
}

impl PolicyType {
    /// The one spelling: in JSON and columns.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Resource => "resource",
            Self::Boundary => "boundary",
            Self::Session => "session",
            Self::Endpoint => "endpoint",
            Self::Scp => "scp",
            Self::Rcp => "rcp",
            Self::Service => "service",
        }
    }

    /// In a sentence: "allowed by the …".
    #[must_use]
    pub fn described(self) -> &'static str {
        match self {
            Self::Identity => "identity-based policies",
            Self::Resource => "resource's policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policies",
            Self::Endpoint => "VPC endpoint policies",
            Self::Scp => "service control policies",
            Self::Rcp => "resource control policies",
            Self::Service => "service itself",
        }
    }
}

/// A document and the name it is reported by.
#[derive(Clone, Debug)]
pub struct NamedPolicy {
    /// Such as `policies/data-scientist.json`.
    pub name: Arc<str>,
    /// The document.
    pub document: Arc<PolicyDocument>,
}

/// The policies to compile.
#[derive(Clone, Debug, Default)]
pub struct PolicySources {
    /// Identity-based policies; they unite.
    pub identity: Vec<NamedPolicy>,
    /// The permissions boundary; `None` when there is none. An empty list allows nothing.
    pub boundary: Option<Vec<NamedPolicy>>,
    /// Service control policies, a list per level, root first; each level must allow.
    pub scps: Vec<Vec<NamedPolicy>>,
    /// Resource control policies, a list per level. `RCPFullAWSAccess` is attached to each level
    /// and cannot be taken away, so only their Deny statements count.
    pub rcps: Vec<Vec<NamedPolicy>>,
    /// The resource's policy.
    pub resource: Option<NamedPolicy>,
    /// Session policies; `None` when the session has none.
    pub session: Option<Vec<NamedPolicy>>,
    /// VPC endpoint policies; `None` when the call came through no endpoint, or through one that
    /// allows everything.
    pub endpoint: Option<Vec<NamedPolicy>>,
}

/// A statement of a [`PolicySet`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementRef(pub(crate) u32);

/// Where a statement stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StatementPlace<'s> {
    /// The type of its policy.
    pub layer: PolicyType,
    /// The name of its policy.
    pub policy: &'s str,
    /// Its position in the policy, from 0.
    pub index: usize,
    /// The statement.
    pub statement: &'s Statement,
    /// The version of its policy.
    pub version: Version,
}

/// Policies compiled for evaluation: an index by action, every distinct pattern and condition
/// once.
#[derive(Debug)]
pub struct PolicySet {
    pub(crate) layers: Vec<Layer>,
    pub(crate) statements: Vec<CompiledStatement>,
    pub(crate) patterns: Vec<CompiledPattern>,
    pub(crate) conditions: Vec<CompiledCondition>,
    /// Whether there is no other layer than that of the identity-based policies.
    pub(crate) only_identity: bool,
    /// Whether there are SCPs or RCPs.
    pub(crate) has_organisation: bool,
    pub(crate) has_boundary: bool,
    policies: Vec<(PolicyType, NamedPolicy)>,
}

/// One policy type, or one level of SCPs or RCPs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layer {
    pub(crate) policy_type: PolicyType,
}

#[derive(Debug)]
pub(crate) struct CompiledStatement {
    pub(crate) layer: usize,
    pub(crate) policy_type: PolicyType,
    pub(crate) effect: Effect,
    pub(crate) principal: Option<PrincipalBlock>,
    actions: CompiledActions,
    pub(crate) resource: Option<CompiledResource>,
    /// Indices into [`PolicySet::conditions`], in document order.
    pub(crate) conditions: Box<[usize]>,
    policy: usize,
    index: usize,
}

#[derive(Debug)]
struct CompiledActions {
    negated: bool,
    /// In lower case.
    globs: Box<[Glob]>,
    /// Those with a wildcard in the service part, in lower case.
    wild_services: Box<[Glob]>,
}

/// A statement that has a say in an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Covering {
    /// Index into [`PolicySet::statements`].
    pub(crate) statement: u32,
    /// Whether it covers the action, and whether that is ours by choice.
    pub(crate) covers: bool,
    pub(crate) by_choice: bool,
}

#[derive(Debug)]
pub(crate) struct CompiledResource {
    pub(crate) negated: bool,
    /// Whether a `*` comes first, which covers whatever there is.
    pub(crate) all: bool,
    /// Indices into [`PolicySet::patterns`].
    pub(crate) patterns: Box<[usize]>,
}

impl PolicySet {
    /// Compiles policies for many evaluations.
    #[must_use]
    pub fn compile(sources: &PolicySources) -> Self {
        let mut compiler = Compiler::default();
        compiler.layer(PolicyType::Identity, &sources.identity);
        if let Some(policy) = &sources.resource {
            compiler.layer(PolicyType::Resource, std::slice::from_ref(policy));
        }
        for (policy_type, policies) in [
            (PolicyType::Boundary, &sources.boundary),
            (PolicyType::Session, &sources.session),
            (PolicyType::Endpoint, &sources.endpoint),
        ] {
            if let Some(policies) = policies {
                compiler.layer(policy_type, policies);
            }
        }
        for level in &sources.scps {
            compiler.layer(PolicyType::Scp, level);
        }
        for level in &sources.rcps {
            compiler.layer(PolicyType::Rcp, level);
        }
        compiler.finish()
    }

    /// An evaluator, which keeps the memory of one evaluation for the next.
    #[must_use]
    pub fn evaluator(&self) -> Evaluator<&PolicySet> {
        Evaluator::new(self)
    }

    /// Where a statement of this set stands. A reference from another set leads nowhere, or to
    /// another statement.
    #[must_use]
    pub fn place(&self, statement: StatementRef) -> Option<StatementPlace<'_>> {
        let compiled = self.statements.get(usize::try_from(statement.0).ok()?)?;
        let (_, policy) = self.policies.get(compiled.policy)?;
        Some(StatementPlace {
            layer: self.layers.get(compiled.layer)?.policy_type,
            policy: &policy.name,
            index: compiled.index,
            statement: policy.document.statements.get(compiled.index)?,
            version: policy.document.effective_version(),
        })
    }

    /// The policies, by type and name, in the order in which they are asked; also those without
    /// statements.
    pub fn policies(&self) -> impl Iterator<Item = (PolicyType, &str)> {
        self.policies.iter().map(|(policy_type, policy)| (*policy_type, &*policy.name))
    }

    pub(crate) fn has_layer(&self, policy_type: PolicyType) -> bool {
        self.layers.iter().any(|layer| layer.policy_type == policy_type)
    }

    /// The statements whose action element covers the action, or does not by choice only, in order.
    pub(crate) fn statements_for(&self, action: &str) -> impl Iterator<Item = Covering> {
        let action = action.to_lowercase();
        self.statements.iter().zip(0_u32..).filter_map(move |(statement, index)| {
            let (covers, by_choice) = statement.actions.cover(&action);
            (covers || by_choice).then_some(Covering { statement: index, covers, by_choice })
        })
    }
}

impl CompiledActions {
    fn new(block: &Block) -> Self {
        let globs = |wild: bool| {
            let patterns = block.patterns.iter().filter(move |text| is_wild_service(text) == wild);
            patterns.map(|pattern| Glob::new(&pattern.to_lowercase())).collect()
        };
        Self { negated: block.negated, globs: globs(false), wild_services: globs(true) }
    }

    /// Whether the action is covered, and whether only a pattern of [`Self::wild_services`] makes
    /// the difference.
    fn cover(&self, lowercase_action: &str) -> (bool, bool) {
        let named = self.globs.iter().any(|glob| glob.matches(lowercase_action));
        let by_choice =
            !named && self.wild_services.iter().any(|glob| glob.matches(lowercase_action));
        ((named || by_choice) != self.negated, by_choice)
    }
}

/// Whether a wildcard stands in the service part; a lone `*` means all actions.
fn is_wild_service(pattern: &str) -> bool {
    pattern.split_once(':').is_some_and(|(service, _)| service.contains(['*', '?']))
}

#[derive(Default)]
struct Compiler {
    layers: Vec<Layer>,
    statements: Vec<CompiledStatement>,
    patterns: Interner<CompiledPattern>,
    conditions: Interner<CompiledCondition>,
    policies: Vec<(PolicyType, NamedPolicy)>,
}

impl Compiler {
    fn layer(&mut self, policy_type: PolicyType, policies: &[NamedPolicy]) {
        self.layers.push(Layer { policy_type });
        for policy in policies {
            self.policies.push((policy_type, policy.clone()));
            let version = policy.document.effective_version();
            for (index, statement) in policy.document.statements.iter().enumerate() {
                self.statement(statement, policy_type, version, index);
            }
        }
    }

    fn statement(
        &mut self,
        statement: &Statement,
        policy_type: PolicyType,
        version: Version,
        index: usize,
    ) {
        let resource = statement.resource.as_ref().map(|block| {
            let patterns = block.patterns.iter();
            let patterns = patterns.map(|text| CompiledPattern::new(text, version, policy_type));
            CompiledResource {
                negated: block.negated,
                all: !block.negated && block.patterns.first().is_some_and(|first| first == "*"),
                patterns: patterns.map(|pattern| self.patterns.intern(pattern)).collect(),
            }
        });
        let conditions = statement.conditions.iter();
        let conditions = conditions.map(|condition| CompiledCondition::new(condition, version));
        let conditions = conditions.map(|condition| self.conditions.intern(condition)).collect();
        self.statements.push(CompiledStatement {
            layer: self.layers.len().saturating_sub(1),
            policy_type,
            effect: statement.effect,
            principal: statement.principal.clone(),
            actions: CompiledActions::new(&statement.action),
            resource,
            conditions,
            policy: self.policies.len().saturating_sub(1),
            index,
        });
    }

    fn finish(self) -> PolicySet {
        let has = |layer: PolicyType| self.layers.iter().any(|l| l.policy_type == layer);
        PolicySet {
            only_identity: self.layers.iter().all(|l| l.policy_type == PolicyType::Identity),
            has_organisation: has(PolicyType::Scp) || has(PolicyType::Rcp),
            has_boundary: has(PolicyType::Boundary),
            layers: self.layers,
            statements: self.statements,
            patterns: self.patterns.items,
            conditions: self.conditions.items,
            policies: self.policies,
        }
    }
}

/// Gives equal items one index.
struct Interner<T> {
    items: Vec<T>,
    indices: HashMap<T, usize>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self { items: Vec::new(), indices: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Interner<T> {
    fn intern(&mut self, item: T) -> usize {
        let next = self.items.len();
        *self.indices.entry(item).or_insert_with_key(|item| {
            self.items.push(item.clone());
            next
        })
    }
}
