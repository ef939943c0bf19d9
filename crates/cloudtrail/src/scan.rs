//! Where JSON values begin and end, found without reading them.
//!
//! A record that is broken inside must not take its neighbours with it, so the splitter knows
//! strings and brackets and nothing else: inside a value it counts brackets of both kinds alike,
//! which keeps `{"a":]` a record by itself, refused by itself. JSON's own bytes are ASCII, so this
//! works on bytes, also where the text in between is not UTF-8.

use std::ops::Range;

/// Where the structure breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What should have been there.
    pub(crate) expected: &'static str,
    /// The byte offset.
    pub(crate) at: usize,
}

/// Walks over a text. Offsets are those of the text it was made for.
pub(crate) struct Scanner<'t> {
    text: &'t [u8],
    position: usize,
    newline_in_string: bool,
}

impl<'t> Scanner<'t> {
    /// A scanner for one range of the text.
    pub(crate) fn new(text: &'t [u8], range: Range<usize>) -> Self {
        let text = text.get(..range.end).unwrap_or(text);
        Self { text, position: range.start, newline_in_string: false }
    }

    /// Whether a string ran over the end of a line. JSON forbids it, so between lines it tells of
    /// a line that was cut.
    pub(crate) fn newline_in_string(&self) -> bool {
        self.newline_in_string
    }

    /// The byte at the current position.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.get(self.position).copied()
    }

    /// Steps over white space; the byte behind it.
    pub(crate) fn skip_space(&mut self) -> Option<u8> {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.advance(1);
        }
        self.peek()
    }

    /// Steps over one value, whatever is in it.
    pub(crate) fn value(&mut self) -> Result<Range<usize>, Fault> {
        let start = self.position;
        match self.peek() {
            Some(b'"') => self.string()?,
            Some(b'{' | b'[') => self.nested()?,
            _ => self.word()?,
        }
        Ok(start..self.position)
    }

    /// Steps over an object whose outermost level must be sound. `member` gets each key, without
    /// its quotes, stands on the value and steps over it.
    pub(crate) fn object<E: From<Fault>>(
        &mut self,
        mut member: impl FnMut(&mut Self, &'t [u8]) -> Result<(), E>,
    ) -> Result<Range<usize>, E> {
        let start = self.position;
        self.expect(b'{', "`{`")?;
        if self.skip_space() != Some(b'}') {
            loop {
                let key = self.key()?;
                member(self, key)?;
                if self.skip_space() != Some(b',') {
                    break;
                }
                self.advance(1);
                self.skip_space();
            }
        }
        self.expect(b'}', "`,` or `}`")?;
        Ok(start..self.position)
    }

    /// Steps over a list, giving the range of each element.
    pub(crate) fn list(
        &mut self,
        mut element: impl FnMut(Range<usize>),
    ) -> Result<Range<usize>, Fault> {
        let start = self.position;
        self.expect(b'[', "`[`")?;
        if self.skip_space() != Some(b']') {
            loop {
                element(self.value()?);
                if self.skip_space() != Some(b',') {
                    break;
                }
                self.advance(1);
                self.skip_space();
            }
        }
        self.expect(b']', "`,` or `]`")?;
        Ok(start..self.position)
    }

    /// Steps over a key and its colon; the key without its quotes.
    fn key(&mut self) -> Result<&'t [u8], Fault> {
        let start = self.position.saturating_add(1);
        if self.peek() != Some(b'"') {
            return Err(self.fault("a key in double quotes"));
        }
        self.string()?;
        let key = self.text.get(start..self.position.saturating_sub(1)).unwrap_or_default();
        self.skip_space();
        self.expect(b':', "`:`")?;
        self.skip_space();
        Ok(key)
    }

    fn nested(&mut self) -> Result<(), Fault> {
        let start = self.position;
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth = depth.saturating_add(1),
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.advance(1);
            if depth == 0 {
                return Ok(());
            }
        }
        Err(Fault { expected: "the end of the value that begins here", at: start })
    }

    fn string(&mut self) -> Result<(), Fault> {
        let start = self.position;
        self.advance(1);
        while let Some(byte) = self.peek() {
            self.advance(1);
            match byte {
                b'"' => return Ok(()),
                b'\\' if self.peek() != Some(b'\n') => self.advance(1),
                b'\n' => self.newline_in_string = true,
                _ => {}
            }
        }
        Err(Fault { expected: "the end of the string that begins here", at: start })
    }

    /// A number, `true`, `false`, `null`, or what stands in the place of one.
    fn word(&mut self) -> Result<(), Fault> {
        let start = self.position;
        while self.peek().is_some_and(|byte| !is_structure(byte)) {
            self.advance(1);
        }
        if self.position == start {
            return Err(self.fault("a value"));
        }
        Ok(())
    }

    fn expect(&mut self, wanted: u8, expected: &'static str) -> Result<(), Fault> {
        if self.peek() != Some(wanted) {
            return Err(self.fault(expected));
        }
        self.advance(1);
        Ok(())
    }

    fn fault(&self, expected: &'static str) -> Fault {
        Fault { expected, at: self.position }
    }

    fn advance(&mut self, bytes: usize) {
        self.position = self.position.saturating_add(bytes);
    }
}

fn is_structure(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | b'"' | b',' | b':' | b'{' | b'}' | b'[' | b']')
}
