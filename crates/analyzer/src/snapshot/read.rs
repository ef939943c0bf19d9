//! Reading the outputs of AWS's command line: pages, members, and the place of every fault.

use iam_policy::json::{self, JsonErrorKind, Node, Value, line_and_column};

use crate::target::TargetFault;

/// So many faults of a file are told; finding the place of each takes a walk through its text.
const MAX_FAULTS: usize = 100;

/// One JSON value of a file.
pub(super) struct Page<'t> {
    /// Where its text begins in the file; the places of its nodes are relative to that.
    base: usize,
    /// Its text.
    text: &'t str,
    pub(super) node: Node<'t>,
}

/// A file that is being read, and the faults found in it.
pub(super) struct Reader<'t> {
    pub(super) file: &'t str,
    whole: &'t str,
    /// Of the page at hand.
    base: usize,
    text: &'t str,
    faults: Vec<TargetFault>,
}

pub(super) fn fault_of(file: &str, line: usize, column: usize, message: &str) -> TargetFault {
    let (file, message) = (file.to_owned(), message.to_owned());
    TargetFault { file, line, column, message, help: None }
}

impl<'t> Reader<'t> {
    pub(super) fn new(file: &'t str, text: &'t str) -> Self {
        let whole = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self { file, whole, base: 0, text: whole, faults: Vec::new() }
    }

    pub(super) fn into_faults(self) -> Vec<TargetFault> {
        self.faults
    }

    /// The pages of the file: JSON values one behind the other, a list counting as its elements.
    pub(super) fn pages(&mut self) -> Vec<Page<'t>> {
        let mut pages = Vec::new();
        let mut base = 0;
        while let Some(rest) = self.whole.get(base..).filter(|rest| !rest.trim().is_empty()) {
            let (text, parsed) = match json::parse(rest) {
                Err(error) if error.kind == JsonErrorKind::TrailingText => {
                    let text = rest.get(..error.offset).unwrap_or(rest);
                    (text, json::parse(text))
                }
                parsed => (rest, parsed),
            };
            match parsed {
                Ok(node) => pages.extend(values(node).map(|node| Page { base, text, node })),
                Err(error) => {
                    let offset = base.saturating_add(error.offset);
                    self.fault_at(offset, format!("not JSON: {error}"), None);
                    return pages;
                }
            }
            base = base.saturating_add(text.len());
        }
        if pages.is_empty() && self.faults.is_empty() {
            self.fault_at(0, "the file is empty".to_owned(), None);
        }
        pages
    }

    /// Places are those of this page from now on.
    pub(super) fn turn_to(&mut self, page: &Page<'t>) {
        (self.base, self.text) = (page.base, page.text);
    }

    /// The text that the nodes of the page were parsed from.
    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    fn fault_at(&mut self, offset: usize, message: String, help: Option<&str>) {
        if self.faults.len() >= MAX_FAULTS {
            return;
        }
        let (line, column) = line_and_column(self.whole, offset);
        let mut fault = fault_of(self.file, line, column, &message);
        fault.help = help.map(str::to_owned);
        self.faults.push(fault);
    }

    pub(super) fn fault(&mut self, node: &Node<'_>, message: impl Into<String>) {
        self.fault_at(self.base.saturating_add(node.span.start), message.into(), None);
    }

    pub(super) fn fault_with_help(&mut self, node: &Node<'_>, message: &str, help: &str) {
        let offset = self.base.saturating_add(node.span.start);
        self.fault_at(offset, message.to_owned(), Some(help));
    }

    /// The text of a member that AWS always gives.
    pub(super) fn required<'n>(&mut self, node: &'n Node<'_>, member: &str) -> Option<&'n str> {
        match node.get(member) {
            None => self.fault(node, format!("`{member}` is missing")),
            Some(value) => match value.as_str() {
                Some(text) => return Some(text),
                None => self.wrong_kind(value, member, "a string"),
            },
        }
        None
    }

    /// The elements of a member; none where it is missing, as AWS leaves out what is empty.
    pub(super) fn list<'n, 'a>(&mut self, node: &'n Node<'a>, member: &str) -> &'n [Node<'a>] {
        match node.get(member).map(|value| (value, &value.value)) {
            None | Some((_, Value::Null)) => &[],
            Some((_, Value::Array(elements))) => elements,
            Some((value, _)) => {
                self.wrong_kind(value, member, "a list");
                &[]
            }
        }
    }

    fn wrong_kind(&mut self, node: &Node<'_>, member: &str, wanted: &str) {
        self.fault(node, format!("`{member}` wants {wanted}, not {}", node.kind()));
    }
}

fn values(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let (one, several) = match node.value {
        Value::Array(elements) => (None, elements),
        _ => (Some(node), Vec::new()),
    };
    one.into_iter().chain(several)
}
