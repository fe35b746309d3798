//! The strict second opinion: what a YAML 1.2 parser refuses.

use saphyr_parser::{Parser, ScanError};

use crate::span::Span;
use crate::tree::{ErrorKind, SyntaxError};

mod words;

/// Everything that saphyr's strict YAML 1.2 reader refuses in `region` of `text`: at most one fault, the first.
/// Run before a run, and in the background for diagnostics; the tolerant tree is what everything else reads.
pub fn check_yaml(text: &str, region: Span) -> Vec<SyntaxError> {
    let region = region.fitted(text);
    let part = region.slice(text);
    // Saphyr refuses a tab behind a colon, which YAML allows wherever it allows a blank.
    let spaced = part.replace(":\t", ": ");
    let fault = Parser::new_from_str(&spaced).find_map(Result::err);
    fault.map(|fault| to_error(&fault, part, region.start as usize)).into_iter().collect()
}

fn to_error(fault: &ScanError, part: &str, start: usize) -> SyntaxError {
    let at = byte_offset(part, fault.marker().index());
    let line_end = part.get(at..).and_then(|rest| rest.find(['\n', '\r'])).map_or(part.len(), |end| at + end);
    let message = format!("a strict YAML reader refuses this: {}", words::plain(fault.info()));
    let span = Span::new((start + at) as u32, (start + line_end) as u32);
    SyntaxError { kind: ErrorKind::Syntax, span, message }
}

/// Saphyr counts characters.
fn byte_offset(text: &str, characters: usize) -> usize {
    text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at)
}
