//! What can be typed.

use std::path::PathBuf;

use analyzer::{Filter, Severity};
use chrono::NaiveDate;
use clap::{Parser, Subcommand, ValueEnum};
use iam_policy::lint::PolicyKind;

/// Replays CloudTrail against the SageMaker policies you meant to have, and shows the drift.
#[derive(Debug, Parser)]
#[command(name = "driftline", version, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge the SageMaker calls of log files by a target policy set
    ///
    /// Exit codes: 0 fine, 1 findings at or above --fail-on, 2 could not run, 3 ran but some input
    /// was unreadable and is in quarantine.
    Analyze(AnalyzeArgs),
    /// What this program knows of SageMaker's actions
    Catalog(CatalogArgs),
    /// Tell everything about one call: requests, context keys and where each is from, policies, why
    ///
    /// Exit codes: 0 explained, 2 could not run, or there is no such call.
    Explain(ExplainArgs),
    /// List the findings of a lake, folded: repeats are one finding with a count
    ///
    /// Exit codes: 0 fine, 1 findings at or above --fail-on, 2 could not run.
    Findings(FindingsArgs),
    /// Tell what somebody did, or what was done to something, in the order of time
    ///
    /// Exit codes: 0 fine, 2 could not run.
    Timeline(TimelineArgs),
    /// Write waivers for findings: they stay on record, and are told again when the waiver expires
    ///
    /// Adds to waivers.toml of the policy set, one waiver for all findings of the same code, action and
    /// condition key, by their ids. Exit codes: 0 written, 2 could not run.
    Waive(WaiveArgs),
    /// Tell which real calls another policy set would judge otherwise: what would break
    ///
    /// Exit codes: 0 nothing breaks, 1 a call that AWS permitted and the baseline does not refuse
    /// would be refused, 2 could not run, 3 nothing breaks, but some input was unreadable.
    Whatif(WhatifArgs),
    /// Tell which verdicts of a lake a policy set, or this version, would change, before switching to it
    ///
    /// The lake stays as it is: `analyze` with the policy set at a higher revision switches. Exit codes:
    /// 0 nothing breaks, 1 a call that AWS permitted and the lake does not refuse would be refused,
    /// 2 could not run.
    Rejudge(RejudgeArgs),
    /// Write a small pack of what was asked, without names of sessions, for `whatif --observed`
    ///
    /// Exit codes: 0 written, 2 could not run.
    Observe(ObserveArgs),
    /// Evaluate requests against policies, one JSON line each: unit tests for policies
    ///
    /// Exit codes: 0 fine, 1 a decision differs from `expected`, 2 could not run, 3 some line was
    /// no case.
    Simulate(SimulateArgs),
    /// Make one file of each day of a lake: what is there twice, or was judged again, goes away
    ///
    /// What is replaced is deleted by the next run, so that queries under way still find it. Exit codes:
    /// 0 done, 2 could not run.
    Compact(CompactArgs),
    /// Print the lake in SQL: tables, views and named queries, for Athena, Trino or DuckDB
    ///
    /// Without --query, the definitions of tables and views. Exit codes: 0 printed, 2 could not run.
    Sql(SqlArgs),
    /// Write a policy set to begin with, or list the ready-made policies
    ///
    /// Exit codes: 0 written or listed, 2 could not run.
    Init(InitArgs),
    /// Check the text of IAM policies: faults, slips of the pen, and what they do not do
    ///
    /// Exit codes: 0 no errors, 1 a lint of severity error, 2 could not run. Every code is explained
    /// in docs/lints.
    Lint(LintArgs),
}

#[derive(Debug, Parser)]
pub(crate) struct AnalyzeArgs {
    /// Log files, or folders of them (also in the layout of S3: AWSLogs/ACCOUNT/CloudTrail/…)
    #[arg(long, required = true, num_args = 1.., value_name = "PATH")]
    pub(crate) trail: Vec<PathBuf>,
    /// The target policy set: a folder with policy-set.toml
    #[arg(long, value_name = "DIR")]
    pub(crate) policies: PathBuf,
    /// What IAM really has attached, a folder as docs/snapshot.md says: for `@attached`, groups, tags
    /// and units of the policy set, and to test the decisions by AWS's own answers
    #[arg(long, value_name = "DIR")]
    pub(crate) snapshot: Option<PathBuf>,
    /// Where to write the lake (Parquet) and the quarantine; without it nothing is written
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) scope: Scope,
    /// What resources are like, for those created before the logs: a JSON file of AWS's own lists
    /// with `as_of`, the moment they were made
    #[arg(long, value_name = "FILE")]
    pub(crate) inventory: Option<PathBuf>,
    /// Hash names of sessions, addresses and user agents in what is written, with the secret key in this
    /// file; the quarantine keeps no text then
    #[arg(long, value_name = "KEY", requires = "out")]
    pub(crate) redact: Option<PathBuf>,
    /// How many files to read at once [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
    /// How to print the summary; the JSON is driftline.summary/1
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Leave out the findings of an earlier run: the JSON that `analyze` or `findings` printed
    #[arg(long, value_name = "FILE")]
    pub(crate) new_since: Option<PathBuf>,
    /// Exit with 1 when there is a finding this bad, or worse, that no waiver covers
    #[arg(long, value_enum)]
    pub(crate) fail_on: Option<FailOn>,
}

#[derive(Debug, Parser)]
pub(crate) struct CatalogArgs {
    #[command(subcommand)]
    pub(crate) command: CatalogCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CatalogCommand {
    /// Show an action: its resources, its condition keys, where a record shows each, and how surely
    Show {
        /// Such as `CreateTrainingJob`, `sagemaker:CreateTrainingJob` or `iam:PassRole`
        action: String,
        /// A policy set, whose catalog.json adds what `driftline catalog update` has found
        #[arg(long, value_name = "DIR")]
        policies: Option<PathBuf>,
    },
    /// Compare with a file of AWS's Service Reference, and write what it has beyond the catalog
    ///
    /// The file is AWS's JSON for one service, as it publishes it daily. What is written goes into the
    /// folder of a policy set: `analyze`, `explain` and `lint` then know the new names.
    Update(CatalogUpdateArgs),
}

#[derive(Debug, Parser)]
pub(crate) struct CatalogUpdateArgs {
    /// The file, such as sagemaker.json
    pub(crate) file: PathBuf,
    /// Where to write; additions to other services that are there stay
    #[arg(long, value_name = "FILE", default_value = "catalog.json")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Parser)]
#[command(group(clap::ArgGroup::new("source").required(true).args(["trail", "event", "lake"])))]
pub(crate) struct ExplainArgs {
    /// Log files, or folders of them, to look for the call in
    #[arg(long, num_args = 1.., value_name = "PATH", requires = "event_id")]
    pub(crate) trail: Vec<PathBuf>,
    /// A file with the call, in any form CloudTrail writes it; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) event: Option<PathBuf>,
    /// A lake that `analyze --out` has written, to look for the call in
    #[arg(long, value_name = "DIR", requires = "event_id")]
    pub(crate) lake: Option<PathBuf>,
    /// The call's eventID; without it the file must hold one call
    #[arg(long, value_name = "ID")]
    pub(crate) event_id: Option<String>,
    /// The target policy set: a folder with policy-set.toml
    #[arg(long, value_name = "DIR")]
    pub(crate) policies: PathBuf,
    /// What IAM really has attached, for a policy set that goes by it: a folder as docs/snapshot.md says
    #[arg(long, value_name = "DIR")]
    pub(crate) snapshot: Option<PathBuf>,
    /// How to print it; the JSON is driftline.explain/1
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Parser)]
pub(crate) struct FindingsArgs {
    /// A lake that `analyze --out` has written
    #[arg(long, value_name = "DIR")]
    pub(crate) lake: PathBuf,
    /// A policy set, whose waivers.toml says which findings are waived
    #[arg(long, value_name = "DIR")]
    pub(crate) policies: Option<PathBuf>,
    /// List the findings that waivers cover, too
    #[arg(long, requires = "policies")]
    pub(crate) waived: bool,
    /// Only these codes, or all that begin so: `DRF101`, `DRF1`
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub(crate) code: Vec<String>,
    /// Only findings this bad, or worse
    #[arg(long, value_enum)]
    pub(crate) severity: Option<FailOn>,
    /// Only those of principals whose ARN is this; `*` and `?` are wildcards
    #[arg(long, value_name = "ARN")]
    pub(crate) principal: Option<String>,
    /// Only those of actions like this, such as `sagemaker:Create*`
    #[arg(long, value_name = "ACTION")]
    pub(crate) action: Option<String>,
    /// Only those on resources whose ARN is this; `*` and `?` are wildcards
    #[arg(long, value_name = "ARN")]
    pub(crate) resource: Option<String>,
    /// Only the finding with this id
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    #[command(flatten)]
    pub(crate) scope: Scope,
    /// How to print; the JSON is driftline.findings/1
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Leave out the findings of an earlier run: the JSON that `analyze` or `findings` printed
    #[arg(long, value_name = "FILE")]
    pub(crate) new_since: Option<PathBuf>,
    /// Exit with 1 when there is a finding this bad, or worse, that no waiver covers
    #[arg(long, value_enum)]
    pub(crate) fail_on: Option<FailOn>,
}

#[derive(Debug, Parser)]
pub(crate) struct WaiveArgs {
    /// The findings: the JSON that `analyze` or `findings` printed
    #[arg(long, value_name = "FILE")]
    pub(crate) from: PathBuf,
    /// The policy set whose waivers.toml is added to
    #[arg(long, value_name = "DIR")]
    pub(crate) policies: PathBuf,
    /// Only these codes, or all that begin so: `DRF101`, `DRF1`
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub(crate) code: Vec<String>,
    /// Only the findings with these ids
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) id: Vec<String>,
    /// Why it is taken on
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Who will see to it
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: String,
    /// Who has agreed
    #[arg(long, value_name = "NAME")]
    pub(crate) approved_by: Option<String>,
    /// The last day (UTC) whose events are covered
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) expires: NaiveDate,
}

#[derive(Debug, Parser)]
#[command(group(clap::ArgGroup::new("source").required(true).args(["trail", "lake", "observed"])))]
pub(crate) struct WhatifArgs {
    /// Log files, or folders of them
    #[arg(long, num_args = 1.., value_name = "PATH")]
    pub(crate) trail: Vec<PathBuf>,
    /// A lake that `analyze --out` has written, by whichever policy set
    #[arg(long, value_name = "DIR")]
    pub(crate) lake: Option<PathBuf>,
    /// A pack of observed calls that `driftline observe` has written
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from", "to"])]
    pub(crate) observed: Option<PathBuf>,
    /// The policy set that may come: a folder with policy-set.toml
    #[arg(long, value_name = "DIR")]
    pub(crate) policies: PathBuf,
    /// The policy set that is
    #[arg(long, value_name = "DIR")]
    pub(crate) baseline: PathBuf,
    /// What IAM really has attached, for policy sets that go by it: a folder as docs/snapshot.md says
    #[arg(long, value_name = "DIR")]
    pub(crate) snapshot: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) scope: Scope,
    /// How many files to read at once [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
    /// How to print
    #[arg(long, value_enum, default_value_t = WhatifFormat::Text)]
    pub(crate) format: WhatifFormat,
}

#[derive(Debug, Parser)]
pub(crate) struct RejudgeArgs {
    /// A lake that `analyze --out` has written, by whichever policy set
    #[arg(long, value_name = "DIR")]
    pub(crate) lake: PathBuf,
    /// The policy set that is to judge: a folder with policy-set.toml
    #[arg(long, value_name = "DIR")]
    pub(crate) policies: PathBuf,
    /// What IAM really has attached, for a policy set that goes by it: a folder as docs/snapshot.md says
    #[arg(long, value_name = "DIR")]
    pub(crate) snapshot: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) scope: Scope,
    /// How to print; the JSON is driftline.rejudge/1
    #[arg(long, value_enum, default_value_t = WhatifFormat::Text)]
    pub(crate) format: WhatifFormat,
}

#[derive(Debug, Parser)]
pub(crate) struct ObserveArgs {
    /// A lake that `analyze --out` has written
    #[arg(long, value_name = "DIR")]
    pub(crate) lake: PathBuf,
    #[command(flatten)]
    pub(crate) scope: Scope,
    /// Where to write the pack: JSON lines, driftline.observed/1
    #[arg(long, value_name = "FILE", default_value = "observed.jsonl")]
    pub(crate) out: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum WhatifFormat {
    /// For people
    Text,
    /// For programs: driftline.whatif/1
    Json,
    /// For code scanning: SARIF 2.1.0, at the statements of the new policy set
    Sarif,
}

/// Which calls.
#[derive(Clone, Debug, Parser)]
pub(crate) struct Scope {
    /// Only calls from this day on (UTC)
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) from: Option<NaiveDate>,
    /// Only calls before this day (UTC)
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) to: Option<NaiveDate>,
    /// Only calls recorded in this account
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    /// Only calls to this region
    #[arg(long, value_name = "NAME")]
    pub(crate) region: Option<String>,
}

impl Scope {
    /// As the judge wants it.
    pub(crate) fn filter(&self) -> Filter {
        let Self { from, to, account, region } = self.clone();
        Filter { from, to, account, region }
    }

    /// Whether a place is in it.
    pub(crate) fn has(&self, account: &str, region: &str) -> bool {
        let same = |wanted: &Option<String>, found: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == found)
        };
        same(&self.account, account) && same(&self.region, region)
    }
}

#[derive(Debug, Parser)]
#[command(group(clap::ArgGroup::new("of").required(true).args(["principal", "session", "access_key", "resource"])))]
pub(crate) struct TimelineArgs {
    /// A lake that `analyze --out` has written
    #[arg(long, value_name = "DIR")]
    pub(crate) lake: PathBuf,
    /// What principals with this ARN did; `*` and `?` are wildcards
    #[arg(long, value_name = "ARN")]
    pub(crate) principal: Option<String>,
    /// What was done in sessions of this name
    #[arg(long, value_name = "NAME")]
    pub(crate) session: Option<String>,
    /// What was done with this access key
    #[arg(long, value_name = "ID")]
    pub(crate) access_key: Option<String>,
    /// What was done to resources with this ARN; `*` and `?` are wildcards
    #[arg(long, value_name = "ARN")]
    pub(crate) resource: Option<String>,
    #[command(flatten)]
    pub(crate) scope: Scope,
    /// How to print; the JSON is driftline.timeline/1, one line per call
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Parser)]
pub(crate) struct CompactArgs {
    /// A lake that `analyze --out` or the functions have written
    #[arg(long, value_name = "DIR")]
    pub(crate) lake: PathBuf,
    /// Merge every day, also one that still grows and of which little is new
    #[arg(long)]
    pub(crate) all: bool,
    /// How to print what was done; the JSON is driftline.compact/1
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Parser)]
pub(crate) struct SqlArgs {
    /// A lake in a folder, for DuckDB
    #[arg(long, value_name = "DIR", conflicts_with = "location")]
    pub(crate) lake: Option<PathBuf>,
    /// Where the lake is, such as s3://amzn-s3-demo-bucket/driftline/lake
    #[arg(long, value_name = "PLACE")]
    pub(crate) location: Option<String>,
    /// Who will read it [default: athena; with --lake, duckdb]
    #[arg(long, value_enum)]
    pub(crate) engine: Option<SqlEngine>,
    /// Name of the database
    #[arg(long, value_name = "NAME", default_value = "driftline")]
    pub(crate) database: String,
    /// Print these queries alone
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) query: Vec<String>,
    /// List views and queries, and what they are for
    #[arg(long, conflicts_with_all = ["query", "out"])]
    pub(crate) list: bool,
    /// The first day (UTC) of queries [default: 30 days before --to, or before they are run]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) from: Option<NaiveDate>,
    /// The day before which queries end [default: they take in the day they are run]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) to: Option<NaiveDate>,
    /// The principal of `principal_timeline`; `*` is a wildcard [default: an execution parameter]
    #[arg(long, value_name = "ARN")]
    pub(crate) principal: Option<String>,
    /// The resource of `resource_history`; `*` is a wildcard [default: an execution parameter]
    #[arg(long, value_name = "ARN")]
    pub(crate) resource: Option<String>,
    /// Where logs are expected from, for `coverage` [default: all places that ever had one]
    #[arg(long, value_name = "ACCOUNT/REGION", value_delimiter = ',')]
    pub(crate) expect: Vec<String>,
    /// The first day that Athena looks for; days before it are there unseen [default: 2013-01-01]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) first_day: Option<NaiveDate>,
    /// Write a file for each statement into this folder instead: tables/, views/ and queries/
    #[arg(long, value_name = "DIR", conflicts_with = "query")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SqlEngine {
    /// Amazon Athena
    Athena,
    /// Trino with the Hive connector
    Trino,
    /// DuckDB
    Duckdb,
}

#[derive(Debug, Parser)]
pub(crate) struct SimulateArgs {
    /// A file of cases, one JSON object per line; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) cases: PathBuf,
    /// How to print the results: a line of JSON each, or text that tells why
    #[arg(long, value_enum, default_value_t = Format::Json)]
    pub(crate) format: Format,
    /// Add why to each line of JSON: statements, conditions, the nearest Allow
    #[arg(long)]
    pub(crate) explain: bool,
}

#[derive(Debug, Parser)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["folder", "list"])))]
pub(crate) struct InitArgs {
    /// Where to write it; nothing that is there is changed
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    /// List the ready-made policies, or tell about one of them
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "")]
    pub(crate) list: Option<String>,
    /// With these ready-made policies; their Deny is put in force
    #[arg(long, value_name = "NAME", value_delimiter = ',', requires = "folder")]
    pub(crate) with: Vec<String>,
    /// Propose a set from what IAM has attached: a folder as docs/snapshot.md says
    #[arg(long, value_name = "DIR", requires_all = ["folder", "lake"], conflicts_with = "with")]
    pub(crate) from_snapshot: Option<PathBuf>,
    /// … and from what was called: a lake that `analyze --out` has written
    #[arg(long, value_name = "DIR", requires = "from_snapshot")]
    pub(crate) lake: Option<PathBuf>,
}

#[derive(Debug, Parser)]
pub(crate) struct LintArgs {
    /// Policies, or folders of them; also what `terraform show -json` prints, and CloudFormation
    /// templates; `-` reads standard input
    #[arg(required = true, value_name = "FILE|DIR")]
    pub(crate) paths: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = LintFormat::Text)]
    pub(crate) format: LintFormat,
    /// What the policies are for [default: as policy-set.toml of the folder says, else by content]
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    pub(crate) kind: Option<LintKind>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LintFormat {
    /// For people
    Text,
    /// For programs: driftline.lint/1
    Json,
    /// For code scanning: SARIF 2.1.0
    Sarif,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LintKind {
    /// For users, groups and roles
    Identity,
    /// Service control policy
    Scp,
    /// Resource control policy
    Rcp,
    /// Of a resource or an endpoint
    Resource,
    /// Who may assume a role
    Trust,
    /// Passed when a session is made
    Session,
    /// Permissions boundary
    Boundary,
}

impl From<LintKind> for PolicyKind {
    fn from(kind: LintKind) -> Self {
        match kind {
            LintKind::Identity => Self::Identity,
            LintKind::Scp => Self::Scp,
            LintKind::Rcp => Self::Rcp,
            LintKind::Resource => Self::Resource,
            LintKind::Trust => Self::Trust,
            LintKind::Session => Self::Session,
            LintKind::Boundary => Self::Boundary,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Low,
    Medium,
    High,
    Critical,
}

impl FailOn {
    pub(crate) fn severity(self) -> Severity {
        match self {
            Self::Low => Severity::Low,
            Self::Medium => Severity::Medium,
            Self::High => Severity::High,
            Self::Critical => Severity::Critical,
        }
    }
}
