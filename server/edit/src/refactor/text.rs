//! Lines around a place.

use divisi_syntax::{Span, Tree};
use divisi_workspace::Document;

/// What ends a line in this text.
pub(super) fn line_break(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

fn line(document: &Document, number: u32) -> &str {
    let span = Span::new(document.lines.line_start(number), document.lines.line_start(number + 1));
    span.slice(&document.text).trim_end_matches(['\n', '\r'])
}

/// The white space that the line of `offset` begins with.
pub(super) fn indent_of(document: &Document, offset: u32) -> &str {
    let line = line(document, document.lines.line(offset));
    line.get(..line.len() - line.trim_start_matches(' ').len()).unwrap_or_default()
}

/// The end of the line of `offset`, before its break. Where `offset` is the start of a line, which the end of a text
/// block may be, the end of the line before.
pub(super) fn line_end(document: &Document, offset: u32) -> u32 {
    let number = document.lines.line(offset);
    let is_past_break = document.lines.line_start(number) == offset && number > 0;
    let number = if is_past_break { number - 1 } else { number };
    document.lines.line_start(number) + line(document, number).len() as u32
}

/// The start of the line on which the list item at `offset` begins with its dash.
fn item_start(document: &Document, offset: u32) -> Option<u32> {
    let number = document.lines.line(offset);
    let start = document.lines.line_start(number);
    let before = Span::new(start, offset).slice(&document.text);
    (before.trim() == "-").then_some(start)
}

/// [`item_start`], moved up over comments that stand right above it at its indentation.
pub(super) fn commented_start(document: &Document, tree: &Tree, offset: u32) -> Option<u32> {
    let mut start = item_start(document, offset)?;
    let indent = indent_of(document, offset).len();
    while let Some(above) = document.lines.line(start).checked_sub(1) {
        let text = line(document, above);
        let at = document.lines.line_start(above) + (text.len() - text.trim_start().len()) as u32;
        let is_comment = tree.comments().iter().any(|comment| comment.start == at);
        if !is_comment || text.len() - text.trim_start().len() != indent {
            break;
        }
        start = document.lines.line_start(above);
    }
    Some(start)
}
