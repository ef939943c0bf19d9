//! Patterns of actions and the names they reach.

use super::document::Word;
use crate::pattern::Glob;
use crate::vocabulary::{Vocabulary, VocabularyAction, VocabularyService};

/// One entry of `Action` or `NotAction`.
pub(super) struct ActionPattern<'v> {
    pub(super) word: Word,
    /// In lower case: IAM folds the case of actions.
    pub(super) glob: Glob,
    pub(super) reach: Reach<'v>,
}

/// What a pattern reaches.
pub(super) enum Reach<'v> {
    /// Actions of every service.
    Everything,
    /// Actions of a service that the vocabulary lacks.
    Unknown,
    /// These actions of a known service.
    Known { service: &'v VocabularyService, actions: Vec<&'v VocabularyAction> },
}

impl<'v> ActionPattern<'v> {
    pub(super) fn new(word: Word, vocabulary: &'v Vocabulary) -> Self {
        let lower = word.text.to_lowercase();
        let glob = Glob::new(&lower);
        let reach = match lower.split_once(':') {
            _ if matches!(lower.as_str(), "*" | "*:*") => Reach::Everything,
            Some((prefix, name)) => known(prefix, name, vocabulary),
            None => Reach::Unknown,
        };
        Self { word, glob, reach }
    }

    pub(super) fn is_wild(&self) -> bool {
        self.word.text.contains(['*', '?'])
    }

    /// The known actions it reaches; none where the service is not known.
    pub(super) fn known(&self) -> impl Iterator<Item = &'v VocabularyAction> {
        let actions = match &self.reach {
            Reach::Known { actions, .. } => actions.as_slice(),
            Reach::Everything | Reach::Unknown => &[],
        };
        actions.iter().copied()
    }

    /// The prefix of the service, in lower case.
    pub(super) fn prefix(&self) -> Option<String> {
        self.word.text.split_once(':').map(|(prefix, _)| prefix.to_lowercase())
    }
}

fn known<'v>(prefix: &str, name: &str, vocabulary: &'v Vocabulary) -> Reach<'v> {
    let Some(service) = vocabulary.services.get(prefix) else { return Reach::Unknown };
    let actions = if name.contains(['*', '?']) {
        let glob = Glob::new(name);
        let reached = service.actions.iter().filter(|(action, _)| glob.matches(action));
        reached.map(|(_, action)| action).collect()
    } else {
        service.actions.get(name).into_iter().collect()
    };
    Reach::Known { service, actions }
}

/// Some names in a sentence: the first few, and how many more there are.
pub(super) fn some<T: AsRef<str>>(names: &[T]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> =
        names.iter().take(SHOWN).map(|name| format!("`{}`", name.as_ref())).collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Whether a condition key is about the tags of the resource: `aws:ResourceTag/team` or a
/// service's own `sagemaker:ResourceTag/team`.
pub(super) fn is_resource_tag(key: &str) -> bool {
    let rest = key.split_once(':').map_or("", |(_, rest)| rest);
    rest.get(..12).is_some_and(|start| start.eq_ignore_ascii_case("ResourceTag/"))
}
