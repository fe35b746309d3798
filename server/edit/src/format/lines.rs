//! A text line by line: how far each is to be indented, and what changes inside of it.

use std::collections::BTreeMap;

use divisi_analysis::Edit;
use divisi_syntax::{Kind, LineIndex, Span, Style, Tree};

use super::comments;

/// What is known of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing yet: blank, or a comment alone.
    Free,
    /// Begins with something of the structure, which moves to this column.
    Structure(u32),
    /// Goes on with a value that began on another line, and moves to this column.
    Within(u32),
    /// Is not touched: a mark of a document, or the inside of a value whose blanks count.
    Fixed,
}

/// The lines of one text.
pub(super) struct Lines<'a> {
    pub(super) text: &'a str,
    index: &'a LineIndex,
    places: Vec<Place>,
    /// Replacements within lines, by their start.
    inside: BTreeMap<u32, Edit>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str, index: &'a LineIndex) -> Self {
        let places = vec![Place::Free; index.line_count() as usize];
        Self { text, index, places, inside: BTreeMap::new() }
    }

    pub(super) fn line(&self, offset: u32) -> u32 {
        self.index.line(offset)
    }

    pub(super) fn count(&self) -> u32 {
        self.index.line_count()
    }

    pub(super) fn place(&self, line: u32) -> Place {
        self.places.get(line as usize).copied().unwrap_or(Place::Fixed)
    }

    pub(super) fn set(&mut self, line: u32, place: Place) {
        if let Some(known) = self.places.get_mut(line as usize) {
            *known = place;
        }
    }

    /// The line without its break. A byte order mark is part of no line.
    pub(super) fn span(&self, line: u32) -> Span {
        let start = self.index.line_start(line);
        let whole = Span::new(start, self.index.line_start(line + 1)).slice(self.text);
        let bom = if line == 0 && whole.starts_with('\u{feff}') { '\u{feff}'.len_utf8() as u32 } else { 0 };
        Span::new(start + bom, start + whole.trim_end_matches(['\n', '\r']).len() as u32)
    }

    pub(super) fn content(&self, line: u32) -> &'a str {
        self.span(line).slice(self.text)
    }

    pub(super) fn is_blank(&self, line: u32) -> bool {
        self.content(line).bytes().all(|byte| matches!(byte, b' ' | b'\t'))
    }

    /// Bytes of white space that the line begins with.
    pub(super) fn indent(&self, line: u32) -> u32 {
        let content = self.content(line);
        (content.len() - content.trim_start_matches([' ', '\t']).len()) as u32
    }

    /// Whether nothing but white space stands before `offset` on its line.
    pub(super) fn is_first(&self, offset: u32) -> bool {
        let line = self.line(offset);
        self.span(line).start + self.indent(line) == offset
    }

    /// Puts what begins at `offset` at `column`, where it is the first of its line.
    pub(super) fn put(&mut self, offset: u32, column: u32) {
        if self.is_first(offset) {
            self.set(self.line(offset), Place::Structure(column));
        }
    }

    /// How far the line of `offset` moves to the right.
    pub(super) fn shift(&self, offset: u32) -> i64 {
        let line = self.line(offset);
        match self.place(line) {
            Place::Structure(column) | Place::Within(column) => {
                i64::from(column) - i64::from(self.indent(line))
            }
            Place::Free | Place::Fixed => 0,
        }
    }

    /// The lines after that of `span`'s start, to its end, move by `shift` columns.
    pub(super) fn carry(&mut self, span: Span, shift: i64) {
        for line in self.line(span.start) + 1..=self.line(span.end) {
            if !self.is_blank(line) && self.place(line) == Place::Free {
                let column = (i64::from(self.indent(line)) + shift).max(0);
                self.set(line, Place::Within(u32::try_from(column).unwrap_or_default()));
            }
        }
    }

    /// Replaces what stands between two places on one line.
    pub(super) fn replace(&mut self, span: Span, text: &str) {
        if span.slice(self.text) != text {
            self.inside.insert(span.start, Edit { span, text: text.to_owned() });
        }
    }

    /// Everything that changes, in order.
    pub(super) fn edits(mut self, tree: &Tree) -> Vec<Edit> {
        comments::place(tree, &mut self);
        let keeps_blanks = self.lines_of_values(tree);
        let mut edits = Vec::new();
        let mut blanks = 0;
        let last = (0..self.count()).rev().find(|line| !self.is_blank(*line));
        for line in 0..self.count() {
            let is_kept = keeps_blanks.get(line as usize).copied().unwrap_or(true);
            if self.is_blank(line) && !is_kept {
                blanks += 1;
                let is_wanted = blanks == 1 && edits_before(line, last);
                self.blank(line, is_wanted, &mut edits);
                continue;
            }
            blanks = 0;
            self.indentation(line, &mut edits);
            let span = self.span(line);
            edits.extend(self.inside.range(span.start..=span.end).map(|(_, edit)| edit.clone()));
            if !is_kept || !self.is_blank(line) && self.ends_outside(line, tree) {
                self.trailing(line, &mut edits);
            }
        }
        self.last_break(last, &keeps_blanks, &mut edits);
        edits
    }

    /// A blank line: emptied where it is wanted, else taken out with its break.
    fn blank(&self, line: u32, is_wanted: bool, edits: &mut Vec<Edit>) {
        let span = self.span(line);
        let next = self.index.line_start(line + 1);
        let gone = if is_wanted { span } else { Span::new(span.start, next) };
        if !gone.is_empty() {
            edits.push(Edit { span: gone, text: String::new() });
        }
    }

    fn indentation(&self, line: u32, edits: &mut Vec<Edit>) {
        let (Place::Structure(column) | Place::Within(column)) = self.place(line) else { return };
        let start = self.span(line).start;
        let span = Span::new(start, start + self.indent(line));
        let text = " ".repeat(column as usize);
        if span.slice(self.text) != text {
            edits.push(Edit { span, text });
        }
    }

    fn trailing(&self, line: u32, edits: &mut Vec<Edit>) {
        let span = self.span(line);
        let kept = span.slice(self.text).trim_end_matches([' ', '\t']).len() as u32;
        let gone = Span::new(span.start + kept, span.end);
        let is_free = edits.last().is_none_or(|edit| edit.span.end <= gone.start);
        if !gone.is_empty() && kept > 0 && is_free {
            edits.push(Edit { span: gone, text: String::new() });
        }
    }

    /// Whether the end of the line lies in no value: blanks before a line break inside of one may count.
    fn ends_outside(&self, line: u32, tree: &Tree) -> bool {
        let span = self.span(line);
        let content = span.slice(self.text).trim_end_matches([' ', '\t']);
        let end = span.start + content.len() as u32;
        tree.node_at(end).is_none_or(|node| tree.kind(node) != Kind::Scalar || tree.span(node).end <= end)
    }

    /// For each line whether it is part of a value of several lines, where blank lines count.
    fn lines_of_values(&self, tree: &Tree) -> Vec<bool> {
        let mut inside = vec![false; self.places.len()];
        for node in tree.ids().filter(|node| tree.kind(*node) == Kind::Scalar) {
            let span = tree.span(node);
            let (first, last) = (self.line(span.start), self.line(span.end));
            // A text block may end after the break of its last line.
            let ends_before = last > first && self.index.line_start(last) == span.end;
            let last = if ends_before { last - 1 } else { last };
            let is_block = matches!(tree.style(node), Style::Literal | Style::Folded);
            for line in first + 1..=last {
                if let Some(inside) = inside.get_mut(line as usize) {
                    *inside = is_block || line < last || !self.is_blank(line);
                }
            }
        }
        inside
    }

    /// A text ends with a line break.
    fn last_break(&self, last: Option<u32>, keeps_blanks: &[bool], edits: &mut Vec<Edit>) {
        let Some(last) = last else { return };
        let is_value = keeps_blanks.get(last as usize).copied().unwrap_or(false);
        if last + 1 == self.count() && !is_value {
            let line_break = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
            let end = self.text.len() as u32;
            match edits.last_mut() {
                Some(edit) if edit.span.end == end => edit.text.push_str(line_break),
                _ => edits.push(Edit { span: Span::at(end), text: line_break.to_owned() }),
            }
        }
    }
}

/// Whether a blank line at `line` stands between two lines with text.
fn edits_before(line: u32, last: Option<u32>) -> bool {
    line > 0 && last.is_some_and(|last| line < last)
}
