//! Byte offsets to lines and columns, in the encodings of the protocol.

use crate::change::TextChange;
use crate::span::Span;

/// In which units a column is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units, the protocol's default.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// How long `text` is.
    pub fn units(self, text: &str) -> u32 {
        let units = match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
            Self::Utf32 => text.chars().count(),
        };
        units as u32
    }
}

/// Zero-based line and column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// Line, from 0.
    pub line: u32,
    /// Column in units of an [`Encoding`], from 0.
    pub column: u32,
}

/// Where each line of one text begins. `\n`, `\r\n` and a lone `\r` end a line (as LSP has it).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineIndex {
    starts: Vec<u32>,
    len: u32,
    /// Then a column is the same in every encoding, however long its line is.
    is_ascii: bool,
}

impl LineIndex {
    /// Scans `text` once.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        let bytes = text.as_bytes();
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            starts.push(at as u32 + 1);
        }
        Self { starts, len: text.len() as u32, is_ascii: text.is_ascii() }
    }

    /// Follows a change of the text, which is now `text`: only lines that the change touches are scanned.
    pub fn follow(&mut self, text: &str, change: TextChange) {
        // A `\r` before the change ends a line, or not, by what comes after it; so does one at its end.
        let first = self.starts.partition_point(|start| *start < change.start);
        let last = self.starts.partition_point(|start| *start <= change.old_end);
        let from = first.checked_sub(1).and_then(|line| self.starts.get(line)).copied().unwrap_or(0);
        let to = self.starts.get(last).copied().unwrap_or(self.len);
        let shift = change.shift();
        for start in self.starts.iter_mut().skip(last) {
            *start = shift.offset(*start);
        }
        self.len = text.len() as u32;
        self.is_ascii = text.is_ascii();
        let touched = Span::new(from, shift.offset(to));
        // Only what is new can make it other than ASCII; what was removed may have been all that was.
        self.is_ascii = if self.is_ascii { touched.slice(text).is_ascii() } else { text.is_ascii() };
        let is_last = last == self.starts.len();
        let fresh = Self::new(touched.slice(text)).starts.into_iter().map(|start| start + from);
        // The line behind is known already where the touched lines end with a break.
        let fresh = fresh.filter(|start| is_last || *start < touched.end);
        self.starts.splice(first.saturating_sub(1)..last, fresh);
    }

    /// Number of lines; at least 1.
    pub fn line_count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// Zero-based line of `offset`.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|start| *start <= offset) as u32 - 1
    }

    /// First byte of `line`; the end of the text for a line past the last.
    pub fn line_start(&self, line: u32) -> u32 {
        self.starts.get(line as usize).copied().unwrap_or(self.len)
    }

    /// Position of `offset` (clamped to the text and to a character boundary).
    pub fn position(&self, text: &str, offset: u32, encoding: Encoding) -> Position {
        let mut offset = offset.min(self.len) as usize;
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line(offset as u32);
        let prefix = text.get(self.line_start(line) as usize..offset).unwrap_or_default();
        let column = if self.is_ascii { prefix.len() as u32 } else { encoding.units(prefix) };
        Position { line, column }
    }

    /// Byte offset of a position; a column past the end of its line means the line's end (before its line break).
    pub fn offset(&self, text: &str, position: Position, encoding: Encoding) -> u32 {
        if position.line >= self.line_count() {
            return self.len;
        }
        let start = self.line_start(position.line) as usize;
        let end = self.line_start(position.line + 1) as usize;
        let line = text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r']);
        let mut column = 0;
        for (at, c) in line.char_indices() {
            if column >= position.column {
                return (start + at) as u32;
            }
            column += match encoding {
                Encoding::Utf8 => c.len_utf8(),
                Encoding::Utf16 => c.len_utf16(),
                Encoding::Utf32 => 1,
            } as u32;
            if column > position.column {
                // Inside a character: clamp to its start.
                return (start + at) as u32;
            }
        }
        (start + line.len()) as u32
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Encoding, LineIndex, Position};
    use crate::change::TextChange;

    const ENCODINGS: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    fn position(line: u32, column: u32) -> Position {
        Position { line, column }
    }

    #[test]
    fn counts_columns_in_each_encoding() {
        let text = "aä𝄞b\r\nx\ry\nz";
        let index = LineIndex::new(text);
        assert_eq!(index.line_count(), 4);
        let b = text.find('b').unwrap() as u32;
        let columns = ENCODINGS.map(|encoding| index.position(text, b, encoding));
        assert_eq!(columns, [position(0, 7), position(0, 4), position(0, 3)]);
        let z = text.find('z').unwrap() as u32;
        assert_eq!(index.position(text, z, Encoding::Utf16), position(3, 0));
    }

    #[test]
    fn clamps_what_lies_outside() {
        let text = "a𝄞\r\nb";
        let index = LineIndex::new(text);
        // Inside the clef, in bytes and in UTF-16 units.
        assert_eq!(index.position(text, 3, Encoding::Utf8), position(0, 1));
        assert_eq!(index.offset(text, position(0, 2), Encoding::Utf16), 1);
        // Past the end of a line: before its line break.
        assert_eq!(index.offset(text, position(0, 99), Encoding::Utf16), 5);
        assert_eq!(index.offset(text, position(9, 0), Encoding::Utf16), 8);
        assert_eq!(index.position(text, 99, Encoding::Utf16), position(1, 1));
        assert_eq!(index.line_start(9), 8);
    }

    #[test]
    fn an_empty_text_has_one_line() {
        let index = LineIndex::new("");
        assert_eq!(index.line_count(), 1);
        assert_eq!(index.position("", 0, Encoding::Utf16), position(0, 0));
        assert_eq!(index.offset("", position(0, 0), Encoding::Utf16), 0);
    }

    proptest! {
        #[test]
        fn offsets_survive_the_round_trip(text in "[aä𝄞\u{feff} \r\n]{0,40}") {
            let index = LineIndex::new(&text);
            for (at, c) in text.char_indices() {
                // A line break's own place is its line's end; the second half of `\r\n` has none of its own.
                if c == '\n' && text[..at].ends_with('\r') {
                    continue;
                }
                for encoding in ENCODINGS {
                    let there = index.position(&text, at as u32, encoding);
                    prop_assert_eq!(index.offset(&text, there, encoding), at as u32);
                }
            }
        }

        #[test]
        fn follows_a_change(
            before in "[a\r\n]{0,12}", removed in "[a\r\n]{0,4}", put in "[aä\r\n]{0,4}", after in "[a\r\n]{0,12}",
        ) {
            let (old, new) = (format!("{before}{removed}{after}"), format!("{before}{put}{after}"));
            let mut index = LineIndex::new(&old);
            let wide = TextChange {
                start: before.len() as u32,
                old_end: (before.len() + removed.len()) as u32,
                new_end: (before.len() + put.len()) as u32,
            };
            let mut same = index.clone();
            same.follow(&new, wide);
            prop_assert_eq!(&same, &LineIndex::new(&new));
            if let Some(smallest) = TextChange::between(&old, &new) {
                index.follow(&new, smallest);
                prop_assert_eq!(&index, &LineIndex::new(&new));
            }
        }

        #[test]
        fn no_position_leads_out_of_the_text(text in "\\PC{0,20}", line in 0u32..5, column in 0u32..50) {
            let index = LineIndex::new(&text);
            for encoding in ENCODINGS {
                let offset = index.offset(&text, position(line, column), encoding);
                prop_assert!(text.is_char_boundary(offset as usize));
            }
        }
    }
}
