//! Content of text blocks: `|` and `>`.

use super::{Decoded, Writer, line_break, line_end};
use crate::tree::{NodeId, Style, Tree};
use crate::yaml::TAB_COLUMNS;

/// What happens to the line breaks at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chomping {
    /// `-`: none is kept.
    Strip,
    /// No mark: one is kept.
    Clip,
    /// `+`: all are kept.
    Keep,
}

/// One line of the block, without its indentation and break.
struct Line {
    start: usize,
    end: usize,
    /// First byte of the next line.
    next: usize,
}

pub(super) fn decode(tree: &Tree, id: NodeId) -> Decoded {
    let source = &*tree.text;
    let range = tree.span(id).range();
    let indent = tree.nodes[id.index()].indent;
    let folded = tree.style(id) == Style::Folded;
    let header_end = line_end(source, range.start, range.end);
    let chomping = chomping(source.get(range.start..header_end).unwrap_or_default());
    let writer = Writer::new(source, range.len());
    let mut body = Body { writer, folded, breaks: Vec::new(), more_indented: false, any: false };
    // The header alone: the break after it belongs to the mark, not to the text.
    let mut at = line_end(source, range.start, source.len());
    at += line_break(source, at);
    while at < range.end {
        let line = line_at(source, at, range.end, indent);
        at = line.next;
        body.line(&line);
    }
    body.end(chomping, at, source);
    body.writer.finish(range.end.max(header_end))
}

fn chomping(header: &str) -> Chomping {
    let marks = header.get(1..).unwrap_or_default();
    let marks = marks.split(|mark: char| !matches!(mark, '+' | '-' | '1'..='9')).next().unwrap_or_default();
    if marks.contains('-') {
        Chomping::Strip
    } else if marks.contains('+') {
        Chomping::Keep
    } else {
        Chomping::Clip
    }
}

fn line_at(source: &str, start: usize, end: usize, indent: u32) -> Line {
    let line_end = line_end(source, start, end);
    let mut at = start;
    let mut column = 0;
    while at < line_end && column < indent {
        match source.as_bytes().get(at) {
            Some(b' ') => column += 1,
            // Only where the file is indented by tabs, which is an error.
            Some(b'\t') => column += TAB_COLUMNS.unsigned_abs(),
            _ => break,
        }
        at += 1;
    }
    Line { start: at, end: line_end, next: line_end + line_break(source, line_end) }
}

struct Body<'a> {
    writer: Writer<'a>,
    folded: bool,
    /// Line breaks after the last line with text, not yet written. The end of the text counts as one.
    breaks: Vec<(usize, usize)>,
    /// Whether the last line with text began with a blank: such lines are not folded.
    more_indented: bool,
    /// Whether there was a line with text.
    any: bool,
}

impl Body<'_> {
    fn line(&mut self, line: &Line) {
        if line.start < line.end {
            self.text(line);
        }
        self.breaks.push((line.end, line.next));
    }

    fn text(&mut self, line: &Line) {
        let more_indented = matches!(self.writer.source.as_bytes().get(line.start), Some(b' ' | b'\t'));
        let mut breaks = std::mem::take(&mut self.breaks);
        let folds = self.folded && self.any && !more_indented && !self.more_indented;
        match breaks.as_slice() {
            [only] if folds => self.writer.replace(" ", only.0, only.1),
            [_, rest @ ..] if folds => self.write_breaks(rest),
            all => self.write_breaks(all),
        }
        breaks.clear();
        self.breaks = breaks;
        self.writer.copy(line.start, line.end);
        self.more_indented = more_indented;
        self.any = true;
    }

    fn write_breaks(&mut self, breaks: &[(usize, usize)]) {
        for (start, end) in breaks {
            self.writer.line_break(*start, *end);
        }
    }

    /// Writes the breaks at the end; `at` is where the lines after the last text begin.
    fn end(&mut self, chomping: Chomping, mut at: usize, source: &str) {
        let breaks = std::mem::take(&mut self.breaks);
        match chomping {
            Chomping::Strip => {}
            Chomping::Clip if self.any => self.write_breaks(breaks.get(..1).unwrap_or_default()),
            Chomping::Clip => {}
            Chomping::Keep => {
                self.write_breaks(&breaks);
                while let Some((start, end)) = blank_line(source, at) {
                    self.writer.line_break(start, end);
                    at = end;
                }
            }
        }
    }
}

/// The line break of the line at `at`, if nothing but blanks stands on it.
fn blank_line(source: &str, at: usize) -> Option<(usize, usize)> {
    let blanks = source.get(at..)?.bytes().take_while(|byte| *byte == b' ').count();
    let end = at + blanks;
    let length = line_break(source, end);
    // The end of the text ends a line as well.
    let last = end == source.len() && blanks > 0;
    (length > 0 || last).then_some((end, end + length))
}
