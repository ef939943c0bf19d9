//! Actions of other services that SageMaker's depend on.

use iam_policy::AccessLevel;

/// An action of another service that SageMaker's calls need: of the caller or of the role that it
/// passes.
///
/// The catalog has some actions of these services and not the services: a name that is not among
/// them may exist. So they are no part of what lint judges names by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupportingAction {
    /// The full name, `iam:PassRole`.
    pub id: String,
    /// AWS's class of it.
    pub access_level: AccessLevel,
    /// AWS's sentence about it.
    pub description: String,
    /// The resource types it is checked against, by AWS's names for them.
    pub resource_types: Vec<String>,
    /// The condition keys that its requests can have.
    pub condition_keys: Vec<String>,
    /// The SageMaker actions that need it of their caller, as AWS documents; for other actions it is
    /// what an execution role may need.
    pub needed_by: Vec<String>,
}
