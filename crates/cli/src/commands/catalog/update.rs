//! `driftline catalog update`: what AWS's Service Reference has beyond this program's catalog.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sagemaker_catalog::{
    Catalog, Change, Comparison, Overlay, OverlayError, ServiceReference, ServiceReferenceError,
    catalog,
};

use crate::args::CatalogUpdateArgs;
use crate::exit_code::Exit;
use crate::files::{self, FileError};
use crate::output::{self, visible};

/// Why there is no overlay.
#[derive(Debug, thiserror::Error)]
enum UpdateError {
    #[error("`{}` cannot be used", path.display())]
    Reference { path: PathBuf, source: ServiceReferenceError },
    #[error("`{}` is there already and is no catalog of an earlier update", path.display())]
    Earlier { path: PathBuf, source: OverlayError },
}

pub(super) fn run(args: &CatalogUpdateArgs) -> Result<Exit, Box<dyn std::error::Error>> {
    let text = read(&args.file)?;
    let reference = ServiceReference::parse(&text)
        .map_err(|source| UpdateError::Reference { path: args.file.clone(), source })?;
    let overlay = reference.overlay(catalog());
    // What cannot be put on the catalog must not lie beside a policy set.
    Catalog::with_overlay(&overlay)?;
    let earlier = earlier(&args.out)?;
    let mut text = told(&reference, &reference.compare(catalog()));
    if overlay.is_empty() && earlier.is_none() {
        text.push_str("\nNothing to add: no file is written.\n");
    } else {
        let all = earlier.unwrap_or_default().with(overlay);
        files::write(&args.out, all.to_json().as_bytes())?;
        let _ = writeln!(
            text,
            "\nWritten to {}. Put it into the folder of a policy set: `analyze`, `explain` and `lint` \
             then know these names; where a record shows an added key they do not, so it is unknown.",
            visible(&args.out.display().to_string())
        );
    }
    output::print(&text)?;
    Ok(Exit::Fine)
}

/// What another service's update left there.
fn earlier(path: &Path) -> Result<Option<Overlay>, Box<dyn std::error::Error>> {
    if !path.exists() {
        return Ok(None);
    }
    let overlay = Overlay::parse(&read(path)?)
        .map_err(|source| UpdateError::Earlier { path: path.to_owned(), source })?;
    Ok(Some(overlay))
}

fn read(path: &Path) -> Result<String, FileError> {
    Ok(String::from_utf8_lossy(&files::read(path)?).into_owned())
}

fn told(reference: &ServiceReference, comparison: &Comparison) -> String {
    let version = reference.version.as_deref().map(|version| format!(" {}", visible(version)));
    let mut text = format!("{}{}: ", visible(&reference.name), version.unwrap_or_default());
    if comparison.is_empty() {
        text.push_str("the catalog has the same\n");
        return text;
    }
    let _ = writeln!(
        text,
        "{} new, {} not in the file, {} of another access level",
        comparison.added.len(),
        comparison.missing.len(),
        comparison.levels.len()
    );
    section(&mut text, "The file has, the catalog lacks", '+', &comparison.added);
    section(&mut text, "The catalog has and keeps, the file lacks", '-', &comparison.missing);
    if !comparison.levels.is_empty() {
        text.push_str("\nOther access levels\n");
    }
    for (action, here, there) in &comparison.levels {
        let _ = writeln!(text, "  ~ {} {here} → {there}", visible(action));
    }
    text
}

fn section(text: &mut String, title: &str, sign: char, changes: &[Change]) {
    if !changes.is_empty() {
        let _ = writeln!(text, "\n{title}");
    }
    for change in changes {
        let _ = writeln!(text, "  {sign} {}", visible(&change.to_string()));
    }
}
