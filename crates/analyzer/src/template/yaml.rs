//! YAML as JSON, each thing at its line.
//!
//! CloudFormation's short forms become long ones (`!Sub x` is `{"Fn::Sub": "x"}`), and scalars become
//! strings, but for `null`: IAM compares texts, and `2012-10-17` is no date here. Repeated keys stay, for
//! whoever reads them to see. Anchors and aliases, which CloudFormation does not take, and keys that are
//! no scalars, make it no template.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html>

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

/// The JSON of the first document; `None` where it is no YAML of that kind.
pub(super) fn to_json(text: &str) -> Option<String> {
    let mut writer = Writer::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.ok()?;
        match event {
            Event::Alias(_) => return None,
            Event::DocumentEnd => break,
            event => writer.event(event, span.start.line())?,
        }
    }
    writer.frames.is_empty().then_some(writer.json)
}

/// The JSON so far.
#[derive(Default)]
struct Writer {
    json: String,
    /// Lines written, which are those of the YAML from 1.
    lines: usize,
    frames: Vec<Frame>,
}

/// A list or an object that is open.
struct Frame {
    is_object: bool,
    /// Whether a key is due next.
    at_key: bool,
    is_empty: bool,
    /// What closes it: a short form is an object around it.
    close: &'static str,
}

impl Writer {
    fn event(&mut self, event: Event<'_>, line: usize) -> Option<()> {
        match event {
            Event::Scalar(text, style, _, tag) => {
                self.scalar(&text, style, tag.as_deref(), line)?
            }
            Event::MappingStart(_, tag) => {
                let function = self.open(line, tag.as_deref())?;
                self.json.push('{');
                let close = if function { "}}" } else { "}" };
                self.frames.push(Frame { is_object: true, at_key: true, is_empty: true, close });
            }
            Event::SequenceStart(_, tag) => {
                let function = self.open(line, tag.as_deref())?;
                self.json.push('[');
                let close = if function { "]}" } else { "]" };
                self.frames.push(Frame { is_object: false, at_key: false, is_empty: true, close });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                let frame = self.frames.pop()?;
                self.json.push_str(frame.close);
                self.valued();
            }
            _ => {}
        }
        Some(())
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        line: usize,
    ) -> Option<()> {
        let is_key = self.frames.last().is_some_and(|frame| frame.is_object && frame.at_key);
        if is_key {
            self.separate(line);
            self.json.push_str(&iam_policy::quote(text));
            self.json.push(':');
            self.frames.last_mut()?.at_key = false;
            return Some(());
        }
        let function = self.open(line, tag)?;
        let null = style == ScalarStyle::Plain && matches!(text, "" | "~" | "null");
        match null && !function {
            true => self.json.push_str("null"),
            false => self.json.push_str(&iam_policy::quote(text)),
        }
        if function {
            self.json.push('}');
        }
        self.valued();
        Some(())
    }

    /// Begins a value; whether it is that of a function, whose object is then open. `None` where a key
    /// is due.
    fn open(&mut self, line: usize, tag: Option<&Tag>) -> Option<bool> {
        if self.frames.last().is_some_and(|frame| frame.is_object && frame.at_key) {
            return None;
        }
        if self.frames.last().is_some_and(|frame| !frame.is_object) {
            self.separate(line);
        } else {
            self.advance(line);
        }
        let function = tag.filter(|tag| tag.handle == "!");
        if let Some(tag) = function {
            let name = match tag.suffix.as_str() {
                "Ref" | "Condition" => tag.suffix.clone(),
                other => format!("Fn::{other}"),
            };
            self.json.push_str(&format!("{{{}:", iam_policy::quote(&name)));
        }
        Some(function.is_some())
    }

    /// A value is whole; in an object a key is due next.
    fn valued(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.at_key = frame.is_object;
        }
    }

    /// A comma before all but the first, at the line of what follows.
    fn separate(&mut self, line: usize) {
        if let Some(frame) = self.frames.last_mut() {
            if !frame.is_empty {
                self.json.push(',');
            }
            frame.is_empty = false;
        }
        self.advance(line);
    }

    fn advance(&mut self, line: usize) {
        let behind = line.saturating_sub(1).saturating_sub(self.lines);
        self.json.push_str(&"\n".repeat(behind));
        self.lines = self.lines.saturating_add(behind);
    }
}
