//! `driftline lint`: the text of policies in, what is wrong with it out.

mod find;
mod json;
mod sarif;
mod text;

use std::path::PathBuf;

use iam_policy::Vocabulary;
use iam_policy::lint::{
    LEVEL_ALLOWS_NOTHING, Lint, PolicyKind, Severity, allows_something, level_allows_nothing, lint,
};

use analyzer::template::Places;
use sagemaker_catalog::{Catalog, Overlay, OverlayError};

use crate::args::{LintArgs, LintFormat};
use crate::exit_code::Exit;
use crate::files;
use crate::output;
use find::{Found, Inside, PolicyText};

/// Why nothing is judged.
#[derive(Debug, thiserror::Error)]
enum LintError {
    #[error("`{}` cannot be used", path.display())]
    Overlay { path: PathBuf, source: OverlayError },
}

/// A file that was looked at, and what was found in it.
struct Linted {
    /// As it was typed, or found below what was typed.
    name: String,
    /// Of a policy in a template, where it is.
    inside: Option<Inside>,
    lints: Vec<Lint>,
}

impl Linted {
    /// The file, and behind `#` where in a template.
    fn place(&self) -> String {
        match &self.inside {
            Some(inside) => format!("{}#{}", self.name, inside.address),
            None => self.name.clone(),
        }
    }
}

pub(crate) fn run(args: &LintArgs) -> Result<Exit, Box<dyn std::error::Error>> {
    let found = find::policies(&args.paths)?;
    for note in &found.notes {
        output::note(&format!("note: {}", output::visible(note)));
    }
    let vocabulary = vocabulary(&found.overlays)?;
    let kind = args.kind.map(Into::into);
    let each = found.policies.iter().map(|policy| look_at(policy, kind, &vocabulary));
    let mut linted: Vec<Linted> = each.collect();
    linted.extend(levels(&found, &vocabulary));
    let files = found.policies.len();
    output::print(&match args.format {
        LintFormat::Text => text::render(files, &linted),
        LintFormat::Json => json::render(files, &linted)?,
        LintFormat::Sarif => sarif::render(&linted)?,
    })?;
    Ok(exit(&linted))
}

/// The names of the catalog, and those that the policy sets add to it.
fn vocabulary(overlays: &[PathBuf]) -> Result<Vocabulary, Box<dyn std::error::Error>> {
    let mut all = Overlay::default();
    for path in overlays {
        let text = String::from_utf8_lossy(&files::read(path)?).into_owned();
        let overlay = Overlay::parse(&text)
            .map_err(|source| LintError::Overlay { path: path.clone(), source })?;
        all = all.merged(overlay);
    }
    Ok(if all.is_empty() {
        sagemaker_catalog::vocabulary()
    } else {
        Catalog::with_overlay(&all)?.vocabulary()
    })
}

fn look_at(policy: &PolicyText, kind: Option<PolicyKind>, vocabulary: &Vocabulary) -> Linted {
    let mut lints = lint(&policy.text, kind.or(policy.kind), vocabulary);
    if kind.is_none() && policy.kind == Some(PolicyKind::Scp) {
        // The policy set says what else is at the policy's levels, see `levels`.
        lints.retain(|lint| lint.code != LEVEL_ALLOWS_NOTHING);
    }
    let edited = |inside: &Inside| inside.has_words || inside.places == Places::Lines;
    if policy.inside.as_ref().is_some_and(edited) {
        // An edit would be of what stands there in place of a function, or of YAML.
        lints.iter_mut().for_each(|lint| lint.fix = None);
    }
    Linted { name: policy.name.clone(), inside: policy.inside.clone(), lints }
}

fn exit(linted: &[Linted]) -> Exit {
    let mut lints = linted.iter().flat_map(|file| &file.lints);
    if lints.any(|lint| lint.severity == Severity::Error) { Exit::Found } else { Exit::Fine }
}

/// The levels of the policy sets that allow nothing.
fn levels(found: &Found, vocabulary: &Vocabulary) -> Vec<Linted> {
    let mut linted = Vec::new();
    for manifest in &found.manifests {
        let text_of = |file: &String| {
            let path = find::same_file(&manifest.folder.join(file));
            found.policies.iter().find(|policy| policy.path == path)
        };
        let denies_all = |policies: &[String]| {
            policies.iter().all(|file| {
                let text = text_of(file).map(|policy| policy.text.as_str());
                text.and_then(|text| allows_something(text, vocabulary)) == Some(false)
            })
        };
        let closed = manifest.closed_levels.iter().filter(|level| denies_all(&level.policies));
        let lints: Vec<Lint> =
            closed.flat_map(|level| level_allows_nothing(&manifest.text, level.span)).collect();
        if !lints.is_empty() {
            linted.push(Linted { name: manifest.name.clone(), inside: None, lints });
        }
    }
    linted
}
