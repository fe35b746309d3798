//! Protocol values to ours.

use divisi_syntax::{Encoding, LineIndex, Position, Span};
use tower_lsp_server::gen_lsp_types as lsp;

/// Byte offset of a position; outside the text it is clamped.
pub(crate) fn offset(lines: &LineIndex, text: &str, position: lsp::Position, encoding: Encoding) -> u32 {
    lines.offset(text, Position { line: position.line, column: position.character }, encoding)
}

/// Byte range of a range; one that is written backwards is turned round.
pub(crate) fn span(lines: &LineIndex, text: &str, range: lsp::Range, encoding: Encoding) -> Span {
    let start = offset(lines, text, range.start, encoding);
    let end = offset(lines, text, range.end, encoding);
    Span::new(start.min(end), start.max(end))
}
