//! Ends of ARNs with variables in them.

use std::fmt;

use crate::path::ParameterPath;

/// The last part of an ARN with variables: `training-job/${TrainingJobName}`.
///
/// ```
/// let action = sagemaker_catalog::catalog().action("CreateTrainingJob").ok_or("unknown action")?;
/// let rule = action.resource("training-job").ok_or("unknown resource type")?;
/// assert_eq!(rule.tail.fill(|_| Some("churn-1".into())).as_deref(), Some("training-job/churn-1"));
/// assert_eq!(rule.tail.pattern(), "training-job/*");
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

/// One part of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text that stands in every such ARN.
    Literal(String),
    /// A place that differs.
    Variable(Variable),
}

/// A place in a [`Template`] and what fills it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The variable's name in the service reference, `TrainingJobName`.
    pub name: String,
    /// The request members that can fill it; the first one that the request has does. None when
    /// the request does not carry it: ids that the service makes up.
    pub members: Vec<ParameterPath>,
}

impl Template {
    /// The parts in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The variables in order.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable(variable) => Some(variable),
            Part::Literal(_) => None,
        })
    }

    /// The text with every variable replaced, when `value` knows them all.
    pub fn fill(&self, mut value: impl FnMut(&Variable) -> Option<String>) -> Option<String> {
        self.parts.iter().try_fold(String::new(), |text, part| match part {
            Part::Literal(literal) => Some(text + literal),
            Part::Variable(variable) => value(variable).map(|value| text + &value),
        })
    }

    /// The text with `*` for the variables that `value` does not know.
    pub fn fill_known(&self, mut value: impl FnMut(&Variable) -> Option<String>) -> String {
        let or_star = |variable: &Variable| Some(value(variable).unwrap_or_else(|| "*".into()));
        self.fill(or_star).unwrap_or_default()
    }

    /// The text with `*` for every variable.
    #[must_use]
    pub fn pattern(&self) -> String {
        self.fill_known(|_| None)
    }

    /// The literal text before the first variable, `training-job/`.
    #[must_use]
    pub fn head(&self) -> &str {
        match self.parts.first() {
            Some(Part::Literal(literal)) => literal,
            _ => "",
        }
    }

    /// Whether `tail` is such an end of an ARN. The last variable takes all that is left: model
    /// packages (`model-package/GROUP/VERSION`) and workteams (`workteam/private-crowd/NAME`) have
    /// more segments than the service reference says.
    #[must_use]
    pub fn matches(&self, tail: &str) -> bool {
        matches_from(&self.parts, tail)
    }

    /// How much of the text is fixed: of two templates that match, the greater is more specific.
    #[must_use]
    pub fn literal_length(&self) -> usize {
        let lengths = self.parts.iter().map(|part| match part {
            Part::Literal(literal) => literal.len(),
            Part::Variable(_) => 0,
        });
        lengths.fold(0, usize::saturating_add)
    }

    /// Reads `text`, whose variables stand between `open` and `}`; `members` says what fills each.
    pub(crate) fn read(
        text: &str,
        open: &str,
        mut members: impl FnMut(&str) -> Vec<ParameterPath>,
    ) -> Template {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, (name, after))) = split_variable(rest, open) {
            push_literal(&mut parts, literal);
            parts.push(Part::Variable(Variable { name: name.to_owned(), members: members(name) }));
            rest = after;
        }
        push_literal(&mut parts, rest);
        Template { parts }
    }
}

fn split_variable<'t>(text: &'t str, open: &str) -> Option<(&'t str, (&'t str, &'t str))> {
    let (literal, after) = text.split_once(open)?;
    Some((literal, after.split_once('}')?))
}

fn push_literal(parts: &mut Vec<Part>, literal: &str) {
    if !literal.is_empty() {
        parts.push(Part::Literal(literal.to_owned()));
    }
}

fn matches_from(parts: &[Part], tail: &str) -> bool {
    match parts {
        [] => tail.is_empty(),
        [Part::Literal(literal), rest @ ..] => {
            tail.strip_prefix(literal.as_str()).is_some_and(|tail| matches_from(rest, tail))
        }
        [Part::Variable(_)] => !tail.is_empty(),
        [Part::Variable(_), rest @ ..] => {
            let end = tail.find('/').unwrap_or(tail.len());
            let (value, tail) = tail.split_at(end);
            !value.is_empty() && matches_from(rest, tail)
        }
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Literal(literal) => f.write_str(literal),
            Part::Variable(variable) => write!(f, "${{{}}}", variable.name),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> Template {
        Template::read(text, "${", |_| Vec::new())
    }

    #[test]
    fn templates_print_as_they_were_read() {
        for text in ["", "plain", "a/${A}", "a/${A}/b/${B}", "${A}", "${A}${B}", "a/${A"] {
            assert_eq!(template(text).to_string(), text);
        }
    }

    #[test]
    fn variables_are_filled_or_starred() {
        let app = template("app/${DomainId}/${User}");
        let known = |variable: &Variable| (variable.name == "User").then(|| "u".to_owned());
        assert_eq!(app.fill(known), None);
        assert_eq!(app.fill_known(known), "app/*/u");
        assert_eq!(
            app.fill(|variable| Some(variable.name.to_lowercase())).unwrap(),
            "app/domainid/user"
        );
        assert_eq!(app.pattern(), "app/*/*");
        assert_eq!(app.head(), "app/");
        assert_eq!(
            app.variables().map(|variable| &variable.name).collect::<Vec<_>>(),
            ["DomainId", "User"]
        );
    }

    #[test]
    fn only_the_last_variable_takes_several_segments() {
        let execution = template("pipeline/${Pipeline}/execution/${Id}");
        assert!(execution.matches("pipeline/p/execution/x"));
        assert!(execution.matches("pipeline/p/execution/x/y"));
        for tail in [
            "pipeline/p",
            "pipeline/p/q/execution/x",
            "pipeline//execution/x",
            "Pipeline/p/execution/x",
        ] {
            assert!(!execution.matches(tail), "{tail}");
        }
        assert!(template("model-package/${Name}").matches("model-package/group/3"));
        assert!(!template("model/${Name}").matches("model/"));
        assert!(!template("model/${Name}").matches("model-package/x"));
    }
}
