//! Notebooks with the internet or with root access.

use super::super::company::{
    ADMIN, PIPELINES_EU, RESEARCH_EU, RESEARCH_US, SCIENTIST_NLP, SCIENTIST_VISION, SERVING_EU,
};
use super::super::compliant;
use super::super::moment::Moment;
use super::super::operations::Notebook;
use super::super::policies::{DATA_SCIENTIST, PRODUCTION_GUARDRAIL};
use super::{Finding, Plant};

pub(super) fn plants() -> Vec<Plant> {
    let families = [internet(), root_access(), both()];
    families.into_iter().flatten().collect()
}

fn internet() -> Vec<Plant> {
    const KEY: &str = "sagemaker:DirectInternetAccess";
    let open = |place, name, direct_internet| Notebook {
        direct_internet,
        ..compliant::notebook(place, name)
    };
    let scientist =
        || Finding::misses("DRF105", DATA_SCIENTIST, "LockDownCreateNotebookInstance", KEY);
    let admin = || Finding::forbidden("DRF105", PRODUCTION_GUARDRAIL, "NoDirectInternet", KEY);
    vec![
        Plant::new(
            "a notebook with direct internet access",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(13, 8, 22)),
            open(&RESEARCH_EU, "nlp-notebook-web", Some("Enabled")).create(),
        )
        .finds(scientist()),
        Plant::new(
            "a notebook that leaves the choice to the service, which takes internet access",
            (&SCIENTIST_VISION, &RESEARCH_US, Moment::new(22, 15, 37)),
            open(&RESEARCH_US, "vision-notebook-default", None).create(),
        )
        .finds(scientist()),
        Plant::new(
            "a notebook with direct internet access, in production",
            (&ADMIN, &PIPELINES_EU, Moment::new(15, 10, 11)),
            open(&PIPELINES_EU, "debug-churn", Some("Enabled")).create(),
        )
        .finds(admin()),
        Plant::new(
            "a notebook that leaves the choice to the service, in production",
            (&ADMIN, &SERVING_EU, Moment::new(26, 18, 2)),
            open(&SERVING_EU, "debug-endpoint", None).create(),
        )
        .finds(admin()),
    ]
}

fn root_access() -> Vec<Plant> {
    const KEY: &str = "sagemaker:RootAccess";
    let rooted =
        |name, root_access| Notebook { root_access, ..compliant::notebook(&RESEARCH_EU, name) };
    vec![
        Plant::new(
            "a notebook with root access",
            (&SCIENTIST_VISION, &RESEARCH_EU, Moment::new(11, 9, 48)),
            rooted("vision-notebook-root", Some("Enabled")).create(),
        )
        .finds(Finding::misses(
            "DRF106",
            DATA_SCIENTIST,
            "LockDownCreateNotebookInstance",
            KEY,
        )),
        Plant::new(
            "a notebook that leaves the choice to the service, which takes root access",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(19, 13, 55)),
            rooted("nlp-notebook-default", None).create(),
        )
        .finds(Finding::misses(
            "DRF106",
            DATA_SCIENTIST,
            "LockDownCreateNotebookInstance",
            KEY,
        )),
        Plant::new(
            "root access given to an existing notebook",
            (&SCIENTIST_NLP, &RESEARCH_EU, Moment::new(27, 16, 6)),
            rooted("nlp-notebook-2", Some("Enabled")).update(),
        )
        .finds(Finding::misses(
            "DRF106",
            DATA_SCIENTIST,
            "LockDownUpdateNotebookInstance",
            KEY,
        )),
    ]
}

/// Two conditions of the same Allow at once: each gives its code.
fn both() -> Vec<Plant> {
    let notebook = Notebook {
        direct_internet: Some("Enabled"),
        root_access: Some("Enabled"),
        ..compliant::notebook(&RESEARCH_EU, "vision-notebook-demo")
    };
    let found =
        |code, key| Finding::misses(code, DATA_SCIENTIST, "LockDownCreateNotebookInstance", key);
    vec![
        Plant::new(
            "a notebook with both internet and root access",
            (&SCIENTIST_VISION, &RESEARCH_EU, Moment::new(29, 10, 40)),
            notebook.create(),
        )
        .finds(found("DRF105", "sagemaker:DirectInternetAccess"))
        .finds(found("DRF106", "sagemaker:RootAccess")),
    ]
}
