//! The policy set: what the roles of the company should be able to do.
//!
//! The policies are adapted from the identity-based policy examples of the SageMaker developer
//! guide. The guide shows each rule alone, as an Allow; put together, one Allow would open what
//! another one closes. So a role has one Allow for an action, and further rules are either
//! conditions of that Allow or Deny statements.
//!
//! Conditions use only keys that a record can show, so that every everyday call is allowed for
//! certain. `ml-analyst.json` is the exception, on purpose.

mod attached;
mod guards;
mod machines;
mod people;
mod statement;

pub(super) use attached::{canary, quiet_launch};

use super::company::{ACCOUNTS, MANAGEMENT_ACCOUNT};

pub(super) const READ_ONLY: &str = "policies/read-only.json";
pub(super) const DATA_SCIENTIST: &str = "policies/data-scientist.json";
pub(super) const TEAM_NLP: &str = "policies/team-nlp.json";
pub(super) const TEAM_VISION: &str = "policies/team-vision.json";
pub(super) const NOTEBOOK_EXECUTION: &str = "policies/notebook-execution.json";
pub(super) const TRAINING_EXECUTION: &str = "policies/training-execution.json";
pub(super) const CHURN_PIPELINE: &str = "policies/churn-pipeline.json";
pub(super) const RANKING_PIPELINE: &str = "policies/ranking-pipeline.json";
pub(super) const MODEL_DEPLOYER: &str = "policies/model-deployer.json";
pub(super) const STUDIO_USER: &str = "policies/studio-user.json";
pub(super) const ML_ANALYST: &str = "policies/ml-analyst.json";
pub(super) const LABELING: &str = "policies/labeling.json";
pub(super) const PLATFORM_ADMIN: &str = "policies/platform-admin.json";
pub(super) const BOUNDARY: &str = "policies/ml-boundary.json";
pub(super) const GUARDRAIL: &str = "policies/guardrail.json";
pub(super) const PRODUCTION_GUARDRAIL: &str = "policies/production-guardrail.json";

/// Every file of the policy set, by its path inside it.
pub(super) fn files() -> Vec<(&'static str, String)> {
    vec![
        ("policy-set.toml", policy_set()),
        (READ_ONLY, people::read_only()),
        (DATA_SCIENTIST, people::data_scientist()),
        (TEAM_NLP, people::team_nlp()),
        (TEAM_VISION, people::team_vision()),
        (STUDIO_USER, people::studio_user()),
        (ML_ANALYST, people::ml_analyst()),
        (PLATFORM_ADMIN, people::platform_admin()),
        (NOTEBOOK_EXECUTION, machines::notebook_execution()),
        (TRAINING_EXECUTION, machines::training_execution()),
        (CHURN_PIPELINE, machines::churn_pipeline()),
        (RANKING_PIPELINE, machines::ranking_pipeline()),
        (MODEL_DEPLOYER, machines::model_deployer()),
        (LABELING, machines::labeling()),
        (BOUNDARY, guards::boundary()),
        (GUARDRAIL, guards::guardrail()),
        (PRODUCTION_GUARDRAIL, guards::production_guardrail()),
    ]
}

/// The document of a policy of the set.
pub(super) fn text(path: &str) -> String {
    let file = files().into_iter().find(|(known, _)| *known == path);
    file.map(|(_, text)| text).unwrap_or_default()
}

/// `policy-set.toml`: who is bound to which of the files.
fn policy_set() -> String {
    let mut text = POLICY_SET.to_owned();
    text.push_str(&format!("management_account = \"{MANAGEMENT_ACCOUNT}\"\n"));
    let endpoints =
        ACCOUNTS.map(|account| format!("\"{}\" = \"{}\"", account.endpoint, account.vpc));
    text.push_str(&format!("vpc_endpoints = {{ {} }}\n", endpoints.join(", ")));
    text
}

const POLICY_SET: &str = r#"# What the roles of Quillmere's three machine-learning accounts should be able to do.
schema = 1
revision = 3
name = "quillmere-ml"

[[binding]]
name = "data-scientists-nlp"
principals = ["arn:aws:iam::*:role/team/nlp/DataScientist*"]
identity = ["policies/read-only.json", "policies/data-scientist.json", "policies/team-nlp.json"]
boundary = "policies/ml-boundary.json"

[[binding]]
name = "data-scientists-vision"
principals = ["arn:aws:iam::*:role/team/vision/DataScientist*"]
identity = [
    "policies/read-only.json",
    "policies/data-scientist.json",
    "policies/team-vision.json",
    "policies/labeling.json",
]
boundary = "policies/ml-boundary.json"

[[binding]]
name = "notebooks"
principals = ["arn:aws:iam::*:role/service-role/SageMakerNotebookExecution"]
identity = ["policies/read-only.json", "policies/notebook-execution.json"]
boundary = "policies/ml-boundary.json"

[[binding]]
name = "training-containers"
principals = ["arn:aws:iam::*:role/service-role/SageMakerTrainingExecution"]
identity = ["policies/training-execution.json"]

[[binding]]
name = "churn-pipeline"
principals = ["arn:aws:iam::444455556666:role/ml/pipelines/ChurnPipeline"]
identity = ["policies/read-only.json", "policies/churn-pipeline.json"]

[[binding]]
name = "ranking-pipeline"
principals = ["arn:aws:iam::444455556666:role/ml/pipelines/RankingPipeline"]
identity = ["policies/read-only.json", "policies/ranking-pipeline.json"]

[[binding]]
name = "model-deployer"
principals = ["arn:aws:iam::777788889999:role/ci/ModelDeployer"]
identity = ["policies/read-only.json", "policies/model-deployer.json"]

[[binding]]
name = "studio-users"
principals = ["arn:aws:iam::*:role/studio/StudioUser"]
identity = ["policies/read-only.json", "policies/studio-user.json"]
boundary = "policies/ml-boundary.json"

[[binding]]
name = "ml-analysts"
permission_set = "MLAnalyst"
identity = ["policies/read-only.json", "policies/ml-analyst.json", "policies/studio-user.json"]

[[binding]]
name = "label-batch"
principals = ["arn:aws:iam::444455556666:user/automation/label-batch"]
identity = ["policies/read-only.json", "policies/labeling.json"]

[[binding]]
name = "platform-admins"
principals = ["arn:aws:iam::*:role/admin/PlatformAdmin"]
identity = ["policies/platform-admin.json"]

# The root of the organisation, then the two accounts that hold production.
[[scp]]
accounts = ["*"]
policies = ["policies/guardrail.json"]

[[scp]]
accounts = ["444455556666", "777788889999"]
policies = ["policies/production-guardrail.json"]

[[exempt]]
principals = ["arn:aws:iam::*:role/incident/BreakGlass"]
reason = "incident response; every use is reviewed"

# What CloudTrail does not carry.
[facts]
"#;
