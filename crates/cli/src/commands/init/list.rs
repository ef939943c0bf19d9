//! What there is ready-made.

use crate::ready_made::{About, SYSTEMS, System};

/// All systems, a line each.
pub(super) fn all() -> Result<String, toml::de::Error> {
    let width = SYSTEMS.iter().map(|system| system.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for system in SYSTEMS {
        let title = system.about()?.title;
        text.push_str(&format!("{:width$}  {title}\n", system.name));
    }
    text.push_str(
        "\n`driftline init --list NAME` tells more of one, `driftline init DIR --with NAME,…` writes a \
         policy set with it.\n",
    );
    Ok(text)
}

/// Everything about one.
pub(super) fn one(system: &System) -> Result<String, toml::de::Error> {
    let About { title, when, pages, edit, policy } = system.about()?;
    let mut text = format!("{}: {title}\n\n{}\n\n", system.name, when.trim());
    for policy in &policy {
        let kind = match policy.kind.as_str() {
            "identity" => String::new(),
            kind => format!(" ({kind} policy)"),
        };
        text.push_str(&format!("{}: {}{kind}. {}\n", policy.file, policy.effect, policy.about));
    }
    if !edit.is_empty() {
        text.push_str("\nFill in:\n");
        edit.iter().for_each(|what| text.push_str(&format!("- {what}\n")));
    }
    text.push('\n');
    pages.iter().for_each(|page| text.push_str(&format!("{page}\n")));
    Ok(text)
}
