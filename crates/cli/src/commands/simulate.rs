//! `driftline simulate`: requests and policies in, decisions out, a line each, in constant memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};

use iam_policy::case::{CaseError, Detail, LineResult, run_line_in};

use crate::args::{Format, SimulateArgs};
use crate::exit_code::Exit;
use crate::output;

/// A longer line is no case: nothing IAM accepts comes near it.
const MAX_LINE: usize = 16 << 20;

/// Why cases could not be run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SimulateError {
    #[error("cannot open `{}`", path.display())]
    Open { path: PathBuf, source: io::Error },
    #[error("cannot read the cases")]
    Read { source: io::Error },
    #[error("cannot print")]
    Print { source: io::Error },
}

pub(crate) fn run(args: &SimulateArgs) -> Result<Exit, Box<dyn std::error::Error>> {
    let out = BufWriter::new(io::stdout().lock());
    let detail = match (args.format, args.explain) {
        (Format::Text, _) => Detail::Text,
        (Format::Json, true) => Detail::Explained,
        (Format::Json, false) => Detail::Decision,
    };
    let exit = if args.cases == Path::new("-") {
        simulate(io::stdin().lock(), out, detail)?
    } else {
        let path = args.cases.clone();
        let file = File::open(&path).map_err(|source| SimulateError::Open { path, source })?;
        simulate(BufReader::new(file), out, detail)?
    };
    Ok(exit)
}

fn simulate(
    mut cases: impl BufRead,
    mut out: impl Write,
    detail: Detail,
) -> Result<Exit, SimulateError> {
    let (mut mismatch, mut broken) = (false, false);
    let mut line = Vec::new();
    let mut number = 0_u64;
    loop {
        let read = next_line(&mut cases, &mut line)?;
        number = number.saturating_add(1);
        let result = match (read, std::str::from_utf8(&line)) {
            (Read::End, _) => break,
            (Read::TooLong, _) => no_case(number, "longer than 16 MiB", detail),
            (Read::Line, Err(_)) => no_case(number, "not UTF-8", detail),
            (Read::Line, Ok(text)) if text.trim().is_empty() => continue,
            (Read::Line, Ok(text)) => run_line_in(text.trim(), number, detail),
        };
        mismatch |= matches!(result, LineResult::Mismatch(_));
        broken |= matches!(result, LineResult::Broken(_));
        let shown = match detail {
            Detail::Text => output::visible_lines(result.as_str()),
            Detail::Decision | Detail::Explained => output::visible_json(result.as_str()),
        };
        writeln!(out, "{shown}").map_err(|source| SimulateError::Print { source })?;
    }
    out.flush().map_err(|source| SimulateError::Print { source })?;
    Ok(match (mismatch, broken) {
        (true, _) => Exit::Found,
        (false, true) => Exit::Quarantined,
        (false, false) => Exit::Fine,
    })
}

/// A line that cannot even be read as text.
fn no_case(number: u64, message: &str, detail: Detail) -> LineResult {
    let error = CaseError { name: String::new(), message: message.to_owned() };
    LineResult::Broken(error.print(number, detail))
}

/// What came of reading a line.
enum Read {
    Line,
    TooLong,
    End,
}

/// Reads a line into the buffer. Of one that is too long the rest is read and dropped, so that the
/// next one is whole again.
fn next_line(cases: &mut impl BufRead, line: &mut Vec<u8>) -> Result<Read, SimulateError> {
    line.clear();
    let limit = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
    let mut whole = true;
    loop {
        if !whole {
            line.clear();
        }
        let read = cases.by_ref().take(limit).read_until(b'\n', line);
        let read = read.map_err(|source| SimulateError::Read { source })?;
        let ended = line.last() == Some(&b'\n');
        match (read, ended || read < MAX_LINE) {
            (0, _) if whole => return Ok(Read::End),
            (_, true) if whole => return Ok(Read::Line),
            (_, true) => return Ok(Read::TooLong),
            (_, false) => whole = false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, lines: usize, exit: Exit) -> String {
        let mut out = Vec::new();
        assert_eq!(
            simulate(input.as_bytes(), &mut out, Detail::Decision).unwrap(),
            exit,
            "{input}"
        );
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), lines, "{text}");
        text
    }

    #[test]
    fn one_line_out_per_line_in_blank_ones_aside() {
        let case = r#"{"name":"c","principal":{"type":"Anonymous"},"action":"a:b","resource":"*"}"#;
        check(&format!("{case}\n\n{case}"), 2, Exit::Fine);
        let text = check(&format!("{case}\nnonsense\n"), 2, Exit::Quarantined);
        assert!(text.lines().last().unwrap().contains("\"line\":2"));
        let wrong = case.replace("\"*\"}", "\"*\",\"expected\":\"Allowed\"}");
        check(&format!("{wrong}\nnonsense\n"), 2, Exit::Found);
        check("", 0, Exit::Fine);
        let padded = format!("{case}{}\n{case}", " ".repeat(MAX_LINE));
        let text = check(&padded, 2, Exit::Quarantined);
        assert!(text.starts_with("{\"name\":\"\",\"line\":1,\"error\":\"longer"), "{text}");
    }
}
