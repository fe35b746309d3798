//! Byte offsets to lines and columns, in the encodings of the protocol.

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
        Self { starts, len: text.len() as u32 }
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
        let column = match encoding {
            Encoding::Utf8 => prefix.len(),
            Encoding::Utf16 => prefix.chars().map(char::len_utf16).sum(),
            Encoding::Utf32 => prefix.chars().count(),
        };
        Position { line, column: column as u32 }
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
