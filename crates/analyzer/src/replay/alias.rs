//! Condition keys that AWS renamed. Policies still use the old names, so a request carries both.

use std::sync::LazyLock;

use sagemaker_catalog::catalog;

/// The old name and the current one; a handful, so a list is looked through faster than a map.
static ALIASES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    catalog().aliases().map(|(old, current)| (old.to_owned(), current.to_owned())).collect()
});

/// The deprecated names of a key.
pub(crate) fn deprecated_names<'k>(key: &'k str) -> impl Iterator<Item = &'k str> + use<'k> {
    let renamed = ALIASES.iter().filter(move |(_, current)| current.eq_ignore_ascii_case(key));
    renamed.map(|(old, _)| old.as_str())
}

/// Whether a key has a newer name.
pub(crate) fn is_deprecated(key: &str) -> bool {
    ALIASES.iter().any(|(old, _)| old.eq_ignore_ascii_case(key))
}
