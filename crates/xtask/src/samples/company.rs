//! Quillmere, the invented company: its accounts, networks, keys and the people and machines that
//! call SageMaker. Every name, id and address is made up; the addresses are of the ranges kept for
//! documentation (RFC 5737).

/// Where the organisation is managed from. No trail is kept there, and SCPs do not bind it.
pub(super) const MANAGEMENT_ACCOUNT: &str = "123456789012";

#[derive(Debug)]
pub(super) struct Account {
    pub(super) id: &'static str,
    /// First half of its private addresses.
    pub(super) address: &'static str,
    pub(super) endpoint: &'static str,
    pub(super) vpc: &'static str,
}

/// An account in one region, with what a compliant call names there.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) account: &'static Account,
    pub(super) region: &'static str,
    pub(super) subnets: [&'static str; 2],
    pub(super) group: &'static str,
    key: &'static str,
}

impl Place {
    pub(super) fn arn(&self, resource: &str) -> String {
        format!("arn:aws:sagemaker:{}:{}:{resource}", self.region, self.account.id)
    }

    /// A role of the account; `path` is everything after `role`.
    pub(super) fn role(&self, path: &str) -> String {
        format!("arn:aws:iam::{}:role{path}", self.account.id)
    }

    /// The key its data must be encrypted with.
    pub(super) fn key(&self) -> String {
        format!("arn:aws:kms:{}:{}:key/{}", self.region, self.account.id, self.key)
    }

    pub(super) fn bucket(&self, purpose: &str) -> String {
        format!("quillmere-{purpose}-{}", self.account.id)
    }

    pub(super) fn image(&self, name: &str) -> String {
        format!("{}.dkr.ecr.{}.amazonaws.com/ml/{name}", self.account.id, self.region)
    }
}

static RESEARCH: Account = Account {
    id: "111122223333",
    address: "10.20",
    endpoint: "vpce-0c5d7e9f1a3b2468d",
    vpc: "vpc-0a2b4c6d8e0f1a3b5",
};
static PIPELINES: Account = Account {
    id: "444455556666",
    address: "10.30",
    endpoint: "vpce-0d6e8fa02b4c3579e",
    vpc: "vpc-0b3c5d7e9f1a2b4c6",
};
static SERVING: Account = Account {
    id: "777788889999",
    address: "10.40",
    endpoint: "vpce-0e7f9ab13c5d4680f",
    vpc: "vpc-0c4d6e8fa0b2c3d5e",
};
pub(super) static ACCOUNTS: [&Account; 3] = [&RESEARCH, &PIPELINES, &SERVING];

pub(super) static RESEARCH_EU: Place = Place {
    account: &RESEARCH,
    region: "eu-west-1",
    subnets: ["subnet-0a1c4e7f20b35d681", "subnet-0a1c4e7f20b35d682"],
    group: "sg-0b7d19e3c5f2a8461",
    key: "5b0c3f1e-7a42-4d19-9c6e-20f1a8d4b371",
};
pub(super) static RESEARCH_US: Place = Place {
    account: &RESEARCH,
    region: "us-east-1",
    subnets: ["subnet-0d38f6b1ac57e2904", "subnet-0d38f6b1ac57e2905"],
    group: "sg-0e94a2c6f17b3d508",
    key: "c81e2a97-04bd-4f63-8e15-b7d9306f52ca",
};
/// A region nobody should be in.
pub(super) static RESEARCH_FAR: Place = Place {
    account: &RESEARCH,
    region: "ap-southeast-2",
    subnets: ["subnet-0f5a7c9e1b3d02468", "subnet-0f5a7c9e1b3d02469"],
    group: "sg-0f6b8d0a2c4e13579",
    key: "2d7f9b1c-3e5a-4687-a9c0-51d3e7f8b246",
};
pub(super) static PIPELINES_EU: Place = Place {
    account: &PIPELINES,
    region: "eu-west-1",
    subnets: ["subnet-02f9b6d8e41a7c350", "subnet-02f9b6d8e41a7c351"],
    group: "sg-03c8e5a7b9d16f240",
    key: "9d27e4b8-61fa-4c03-b582-3ea7c0d51f96",
};
pub(super) static SERVING_EU: Place = Place {
    account: &SERVING,
    region: "eu-west-1",
    subnets: ["subnet-06e2d4c8a0b917f35", "subnet-06e2d4c8a0b917f36"],
    group: "sg-07a5c3e1f9b8d2064",
    key: "e46f8d12-b39c-4a70-95d1-68c0a72e3fb4",
};

/// The file system with the photographs, for the vision team.
pub(super) const PHOTO_FILES: &str = "fs-0a9b8c7d6e5f40312";
/// The file system with the click logs, for the ranking pipeline.
pub(super) const CLICK_FILES: &str = "fs-0f1e2d3c4b5a69788";

/// The Studio domain of the research account.
pub(super) const STUDIO_DOMAIN: &str = "d-7k2m9q4w8x1z";

/// Roles that are passed to SageMaker.
pub(super) const TRAINING_EXECUTION: &str = "/service-role/SageMakerTrainingExecution";
pub(super) const NOTEBOOK_EXECUTION: &str = "/service-role/SageMakerNotebookExecution";
pub(super) const INFERENCE_EXECUTION: &str = "/service-role/SageMakerInferenceExecution";

/// How a principal works, which shows in session names, addresses and user agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Habit {
    /// A person with a terminal.
    Terminal,
    /// A person in the console or in Studio.
    Browser,
    /// Code in a notebook or a training container: all its sessions are called `SageMaker`.
    Container,
    /// A scheduler or a deployment job.
    Machine,
    /// AWS itself, with a role it made.
    ServiceLinked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Role,
    User,
}

#[derive(Debug)]
pub(super) struct Principal {
    pub(super) kind: Kind,
    /// With a slash at both ends.
    pub(super) path: &'static str,
    pub(super) name: &'static str,
    pub(super) habit: Habit,
    pub(super) sessions: &'static [&'static str],
}

impl Principal {
    /// The ARN policies are bound to: of the role or user, with the path.
    pub(super) fn arn(&self, account: &str) -> String {
        let kind = match self.kind {
            Kind::Role => "role",
            Kind::User => "user",
        };
        format!("arn:aws:iam::{account}:{kind}{}{}", self.path, self.name)
    }
}

const fn role(
    path: &'static str,
    name: &'static str,
    habit: Habit,
    sessions: &'static [&'static str],
) -> Principal {
    Principal { kind: Kind::Role, path, name, habit, sessions }
}

pub(super) static SCIENTIST_NLP: Principal = role(
    "/team/nlp/",
    "DataScientistNLP",
    Habit::Terminal,
    &["ines.holt@quillmere.example", "marek.sand@quillmere.example"],
);
pub(super) static SCIENTIST_VISION: Principal = role(
    "/team/vision/",
    "DataScientistVision",
    Habit::Terminal,
    &["tola.brandt@quillmere.example", "yusra.finn@quillmere.example"],
);
pub(super) static CHURN: Principal =
    role("/ml/pipelines/", "ChurnPipeline", Habit::Machine, &["churn-nightly"]);
pub(super) static RANKING: Principal =
    role("/ml/pipelines/", "RankingPipeline", Habit::Machine, &["ranking-refresh"]);
pub(super) static TRAINING_CONTAINER: Principal =
    role("/service-role/", "SageMakerTrainingExecution", Habit::Container, &["SageMaker"]);
pub(super) static NOTEBOOK: Principal =
    role("/service-role/", "SageMakerNotebookExecution", Habit::Container, &["SageMaker"]);
pub(super) static DEPLOYER: Principal =
    role("/ci/", "ModelDeployer", Habit::Machine, &["deploy-main"]);
pub(super) static STUDIO: Principal = role(
    "/studio/",
    "StudioUser",
    Habit::Browser,
    &["pia.lund@quillmere.example", "oren.vale@quillmere.example", "sofi.marsh@quillmere.example"],
);
pub(super) static ADMIN: Principal =
    role("/admin/", "PlatformAdmin", Habit::Terminal, &["ruth.ember@quillmere.example"]);
pub(super) static ANALYST: Principal = role(
    "/aws-reserved/sso.amazonaws.com/eu-west-1/",
    "AWSReservedSSO_MLAnalyst_3f9c1d7e5b2a8046",
    Habit::Browser,
    &["dita.moor@quillmere.example", "kell.aster@quillmere.example"],
);
/// The one user with long-lived keys: a batch job that orders labels.
pub(super) static LABELER: Principal = Principal {
    kind: Kind::User,
    path: "/automation/",
    name: "label-batch",
    habit: Habit::Machine,
    sessions: &[],
};
/// Exempt in the policy set.
pub(super) static BREAK_GLASS: Principal =
    role("/incident/", "BreakGlass", Habit::Terminal, &["ruth.ember@quillmere.example"]);
/// Nobody wrote a binding for it.
pub(super) static CONSULTANT: Principal =
    role("/vendor/", "TempConsultant", Habit::Terminal, &["contractor-2"]);
/// Application Auto Scaling's own role.
pub(super) static AUTO_SCALING: Principal = role(
    "/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/",
    "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
    Habit::ServiceLinked,
    &["AutoScaling-UpdateDesiredCapacity"],
);
