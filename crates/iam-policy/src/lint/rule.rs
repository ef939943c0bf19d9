//! The table of lints: codes, names and pages.

/// A lint as such.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The stable code, `DRF510`.
    pub code: &'static str,
    /// The short name, `unknown-action`.
    pub name: &'static str,
    /// The module of the lint, whose doc comment is the page.
    pub(super) source: &'static str,
}

impl Rule {
    /// The page as Markdown, without a title.
    #[must_use]
    pub fn page(&self) -> String {
        let lines = self.source.lines().map_while(|line| line.strip_prefix("//!"));
        let lines: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        let mut page = lines.join("\n");
        page.push('\n');
        page
    }

    /// What it is about: the first paragraph of the page, in one line.
    #[must_use]
    pub fn summary(&self) -> String {
        let page = self.page();
        let first = page.split("\n\n").next().unwrap_or_default();
        first.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The AWS page it rests on.
    #[must_use]
    pub fn aws_page(&self) -> Option<String> {
        let page = self.page();
        let start = page.find("https://docs.aws.amazon.com/")?;
        let link = page.get(start..)?;
        let end = link.find(|c: char| c.is_whitespace() || matches!(c, ')' | '>'));
        link.get(..end.unwrap_or(link.len())).map(str::to_owned)
    }
}

macro_rules! rules {
    ($($module:ident),* $(,)?) => {
        /// Every lint, by code.
        pub const RULES: &[&Rule] = &[$(&super::$module::RULE),*];

        /// The modules, in the same order.
        #[cfg(test)]
        const MODULES: &[&str] = &[$(stringify!($module)),*];
    };
}

rules![
    not_a_policy,
    duplicate_key,
    typographic_quotes,
    bare_statement,
    unknown_operator,
    placeholder,
    version,
    size,
    unknown_key,
    unknown_action,
    pattern_matches_nothing,
    deprecated_key,
    key_the_action_lacks,
    resource_tag_on_create,
    resource_tag_without_control,
    multivalued_key,
    for_all_values_without_guard,
    for_any_value_on_choices,
    for_all_values_in_deny,
    pass_role,
    create_without_add_tags,
    permission_management,
    never_matches,
    redundant,
    level_allows_nothing,
    rcp_uncovered_service,
    own_tags,
    malformed_arn,
    value_not_comparable,
    duplicate_sid,
    character,
    set_operator_on_single_value,
    source_ip_through_service,
    sid_characters,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_rise_and_every_page_has_its_parts() {
        let codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
        assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
        for rule in RULES {
            let page = rule.page();
            for part in ["\n## Why it matters\n", "\n## Example\n", "\n## What to do\n"] {
                assert!(page.contains(part), "{} lacks {part:?}", rule.code);
            }
            assert!(rule.aws_page().is_some(), "{} lacks a link", rule.code);
            assert!(rule.summary().ends_with('.'), "{}: {}", rule.code, rule.summary());
        }
    }

    /// The folder, this table and the list of checks are one.
    #[test]
    fn every_lint_of_the_folder_is_in_the_table_and_every_check_is_run() {
        let listed = include_str!("../lint.rs");
        let modules =
            listed.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
        for module in modules {
            let is_lint = MODULES.contains(&module);
            let shared =
                ["budget", "cover", "document", "kind", "names", "report", "rule", "source"];
            assert!(is_lint || shared.contains(&module) || module == "tests", "{module}");
        }
        for (module, rule) in MODULES.iter().zip(RULES) {
            let has_check = rule.source.contains("fn check(document: &Document<'_>")
                || rule.source.contains("fn check<'d>(document");
            let is_run = listed.contains(&format!("\n    {module}::check,\n"));
            assert_eq!(is_run, has_check, "{module}");
        }
    }
}
