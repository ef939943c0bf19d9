//! `Resource` and `NotResource` patterns, and what of the request they meet.
//!
//! A pattern is one glob over the whole ARN, in which wildcards cross `/` and `:` alike:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>

use crate::choice::{Choice, Choices};
use crate::condition::eval::has_unclosed_variable;
use crate::condition::pass::Pass;
use crate::condition::template::Template;
use crate::document::Version;
use crate::logic::Match;
use crate::pattern::{Glob, Symbol, arn_parts, symbols_match};
use crate::policy_set::PolicyType;
use crate::request::RequestContext;

/// A pattern ready to be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CompiledPattern {
    form: Form,
    /// The pattern with `*` for the parts it lacks, where those may be left out.
    completed: Option<Form>,
    /// What a match leaves to choice.
    on_match: Choices,
    /// Whether a wildcard may have to cross one of an ARN's first five colons to match.
    may_cross: bool,
    /// The colons that the pattern writes out; each stands for one of the text's.
    colons: usize,
    wild_region: bool,
    /// Whether it has a letter in upper case.
    upper: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Form {
    Fixed(Glob),
    Variable(Template),
}

/// A resource as one alternative of a request knows it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target<'r> {
    Text(&'r str),
    Like(&'r Glob),
    Unknown,
}

impl CompiledPattern {
    pub(crate) fn new(text: &str, version: Version, policy_type: PolicyType) -> Self {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let is_arn = parts.first() == Some(&"arn");
        let short = is_arn && parts.len() < 6 && completes(policy_type);
        let part = |index: usize| parts.get(index).copied().filter(|_| is_arn).unwrap_or_default();
        let template = Template::new(text, version, true);
        let completed = short.then(|| template.followed_by(&[Symbol::Char(':'), Symbol::Any]));
        let mut on_match = Choices::default();
        for (applies, choice) in [
            (is_wild(part(2)), Choice::ResourceServiceWildcard),
            (
                // S3's ARNs name a bucket where others name a type.
                part(2) != "s3" && is_wild(resource_type(part(5))),
                Choice::ResourceTypeWildcard,
            ),
            (
                version == Version::V2012 && (1..5).any(|index| part(index).contains("${")),
                Choice::VariableOutsideResourcePart,
            ),
            (version == Version::V2012 && has_unclosed_variable(text), Choice::UnclosedVariable),
        ] {
            if applies {
                on_match.add(Choices::of(choice));
            }
        }
        let ends_open = parts.len() < 6 && text.ends_with('*');
        Self {
            form: Form::new(template),
            completed: completed.map(Form::new),
            on_match,
            may_cross: is_arn && !ends_open && parts.iter().take(5).any(|part| is_wild(part)),
            colons: colons(text),
            upper: has_upper(text),
            wild_region: is_wild(part(3)),
        }
    }

    pub(crate) fn matches(
        &self,
        target: Target<'_>,
        request: &RequestContext,
        pass: &mut Pass,
    ) -> Match {
        let found = self.form.matches(target, request, pass);
        if found == Match::No {
            return self.matches_otherwise(target, request, pass);
        }
        let mut choices = self.on_match;
        if let (Target::Text(text), true) = (target, pass.thorough) {
            choices.add(self.choices_of_match(text));
        }
        if choices.is_empty() { found } else { pass.chosen_all(choices, found) }
    }

    /// The pattern as it stands does not match: completed it may, or in other letters.
    fn matches_otherwise(
        &self,
        target: Target<'_>,
        request: &RequestContext,
        pass: &mut Pass,
    ) -> Match {
        if let Some(completed) = &self.completed {
            let found = completed.matches(target, request, pass);
            if found != Match::No {
                return pass.chosen(Choice::ShortArn, found);
            }
        }
        match (target, &self.form) {
            // Where neither has a letter in upper case, case makes no difference.
            (Target::Text(text), Form::Fixed(glob))
                if pass.thorough && (self.upper || has_upper(text)) =>
            {
                match choice_of_case(glob, text) {
                    Some(choice) => pass.chosen(choice, Match::No),
                    None => Match::No,
                }
            }
            _ => Match::No,
        }
    }

    fn choices_of_match(&self, text: &str) -> Choices {
        let mut choices = Choices::default();
        if self.wild_region && text.split(':').nth(3) == Some("") {
            choices.add(Choices::of(Choice::ResourceRegionWildcard));
        }
        // A text with no more colons than the pattern leaves none to a wildcard.
        if let (true, Form::Fixed(glob)) = (self.may_cross, &self.form)
            && colons(text) > self.colons
            && !matches_part_by_part(glob, text)
        {
            choices.add(Choices::of(Choice::WildcardAcrossColons));
        }
        choices
    }

    /// Whether parts are missing that count as `*`.
    pub(crate) fn is_short(&self) -> bool {
        self.completed.is_some()
    }

    /// The variables that may have no value: without one, the pattern names no resource.
    pub(crate) fn valueless<'c>(
        &'c self,
        request: &'c RequestContext,
    ) -> impl Iterator<Item = &'c str> {
        self.template().flat_map(move |template| template.valueless(request))
    }

    pub(crate) fn unsettled<'c>(
        &'c self,
        request: &'c RequestContext,
    ) -> impl Iterator<Item = &'c str> {
        self.template().flat_map(move |template| template.unsettled(request))
    }

    fn template(&self) -> impl Iterator<Item = &Template> {
        let template = match &self.form {
            Form::Fixed(_) => None,
            Form::Variable(template) => Some(template),
        };
        template.into_iter()
    }
}

impl Form {
    fn new(template: Template) -> Self {
        match template.fixed() {
            Some(symbols) => Self::Fixed(Glob::from_symbols(symbols)),
            None => Self::Variable(template),
        }
    }

    fn matches(&self, target: Target<'_>, request: &RequestContext, pass: &mut Pass) -> Match {
        match self {
            Self::Fixed(glob) => target.meets(glob),
            Self::Variable(template) => match target {
                Target::Text(text) => template.matches(text, request, pass),
                _ => template.test(request, pass, |symbols, uncertain| {
                    let found = target.meets(&Glob::from_symbols(symbols.to_vec()));
                    if uncertain { found.and(Match::Unknown) } else { found }
                }),
            },
        }
    }
}

impl Target<'_> {
    /// Whether the glob matches it.
    pub(crate) fn meets(self, glob: &Glob) -> Match {
        match self {
            Self::Text(text) => Match::from(glob.matches(text)),
            Self::Unknown if glob.is_universal() => Match::Yes,
            Self::Unknown => Match::Unknown,
            Self::Like(known) if glob.includes(known) => Match::Yes,
            Self::Like(known) if glob.intersects(known) => Match::Unknown,
            Self::Like(_) => Match::No,
        }
    }
}

/// Whether an ARN may lack parts in a policy of this type.
fn completes(policy_type: PolicyType) -> bool {
    matches!(policy_type, PolicyType::Identity | PolicyType::Boundary | PolicyType::Session)
}

fn colons(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b':').count()
}

fn has_upper(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn is_wild(part: &str) -> bool {
    part.contains(['*', '?'])
}

/// What names the type in an ARN's last part; nothing where no name follows it.
fn resource_type(part: &str) -> &str {
    part.split_once(['/', ':']).map_or("", |(resource_type, _)| resource_type)
}

/// Whether the glob also matches when no wildcard crosses one of the first five colons.
fn matches_part_by_part(glob: &Glob, text: &str) -> bool {
    let parts = || arn_parts(glob.symbols());
    let found = text.splitn(6, ':');
    parts().count() == found.clone().count()
        && parts().zip(found).all(|(part, found)| symbols_match(part, found))
}

/// The choice, where letter case alone keeps the glob from matching.
fn choice_of_case(glob: &Glob, text: &str) -> Option<Choice> {
    if !glob.matches_ignoring_ascii_case(text) {
        return None;
    }
    let resource = text.splitn(6, ':').last().unwrap_or_default();
    let same = arn_parts(glob.symbols()).last().is_some_and(|part| symbols_match(part, resource));
    Some(if same { Choice::ArnSegmentCase } else { Choice::ResourceLetterCase })
}
