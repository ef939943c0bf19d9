//! Patterns of actions and the names they reach.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::document::Word;
use crate::nearest::nearest;
use crate::pattern::Glob;
use crate::vocabulary::{Vocabulary, VocabularyAction, VocabularyService};

/// One entry of `Action` or `NotAction`.
pub(super) struct ActionPattern<'v> {
    pub(super) word: Word,
    /// In lower case: IAM folds the case of actions.
    pub(super) glob: Rc<Glob>,
    pub(super) reach: Reach<'v>,
}

/// What a pattern reaches.
#[derive(Clone)]
pub(super) enum Reach<'v> {
    /// Actions of every service.
    Everything,
    /// Actions of a service that the vocabulary lacks.
    Unknown,
    /// These actions of a known service.
    Known { service: &'v VocabularyService, actions: Rc<[&'v VocabularyAction]> },
}

/// The patterns of a document. What one reaches is found once, however often it stands there.
pub(super) struct Patterns<'v> {
    vocabulary: &'v Vocabulary,
    known: RefCell<HashMap<String, (Rc<Glob>, Reach<'v>)>>,
}

impl<'v> Patterns<'v> {
    pub(super) fn new(vocabulary: &'v Vocabulary) -> Self {
        Self { vocabulary, known: RefCell::default() }
    }

    /// `None` for what IAM refuses, a name without a service: it reaches nothing.
    pub(super) fn pattern(&self, word: Word) -> Option<ActionPattern<'v>> {
        let lower = word.text.to_lowercase();
        if lower != "*" && !lower.contains(':') {
            return None;
        }
        let mut known = self.known.borrow_mut();
        let (glob, reach) = known.entry(lower).or_insert_with_key(|lower| {
            let reach = match lower.split_once(':') {
                _ if matches!(lower.as_str(), "*" | "*:*") => Reach::Everything,
                Some((prefix, name)) => reached(prefix, name, self.vocabulary),
                None => Reach::Unknown,
            };
            (Rc::new(Glob::new(lower)), reach)
        });
        Some(ActionPattern { word, glob: Rc::clone(glob), reach: reach.clone() })
    }
}

impl<'v> ActionPattern<'v> {
    pub(super) fn is_wild(&self) -> bool {
        self.word.text.contains(['*', '?'])
    }

    /// The known actions it reaches; none where the service is not known.
    pub(super) fn known(&self) -> impl Iterator<Item = &'v VocabularyAction> {
        let actions: &[&'v VocabularyAction] = match &self.reach {
            Reach::Known { actions, .. } => actions,
            Reach::Everything | Reach::Unknown => &[],
        };
        actions.iter().copied()
    }

    /// The prefix of the service, in lower case.
    pub(super) fn prefix(&self) -> Option<String> {
        self.word.text.split_once(':').map(|(prefix, _)| prefix.to_lowercase())
    }
}

fn reached<'v>(prefix: &str, name: &str, vocabulary: &'v Vocabulary) -> Reach<'v> {
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

/// Looks for the name that was meant. Words that stand often are looked up once, and after so many
/// different ones it says nothing any more: each is compared with all the names.
pub(super) struct Suggestions {
    known: RefCell<HashMap<String, Option<String>>>,
    left: Cell<usize>,
}

impl Suggestions {
    pub(super) fn new() -> Self {
        Self { known: RefCell::default(), left: Cell::new(100) }
    }

    pub(super) fn nearest<'n>(
        &self,
        word: &str,
        names: impl Iterator<Item = &'n str>,
    ) -> Option<String> {
        if let Some(known) = self.known.borrow().get(word) {
            return known.clone();
        }
        let left = self.left.get().checked_sub(1)?;
        self.left.set(left);
        let found = nearest(word, names).map(str::to_owned);
        self.known.borrow_mut().insert(word.to_owned(), found.clone());
        found
    }
}

/// Some names in a sentence: the first few, cut where they are endless, and how many more there are.
pub(super) fn some<T: AsRef<str>>(names: &[T]) -> String {
    const SHOWN: usize = 3;
    const LONGEST: usize = 512;
    let show = |name: &T| match name.as_ref().char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", name.as_ref().get(..end).unwrap_or_default()),
        None => format!("`{}`", name.as_ref()),
    };
    let shown: Vec<String> = names.iter().take(SHOWN).map(show).collect();
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
