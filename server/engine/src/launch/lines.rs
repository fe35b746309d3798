//! A stream of bytes as lines of bounded length.

/// Bytes of one line that are kept; a line that is longer is left out whole.
pub(super) const LINE_LIMIT: usize = 16 * 1024 * 1024;

/// Puts lines together from chunks.
#[derive(Debug)]
pub(super) struct Lines {
    line: Vec<u8>,
    /// Bytes of the line so far where it is too long to be kept.
    too_long: Option<usize>,
    limit: usize,
}

/// A line, or the length of one that was left out.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Whole(&'a [u8]),
    LeftOut(usize),
}

impl Lines {
    pub(super) const fn new(limit: usize) -> Self {
        Self { line: Vec::new(), too_long: None, limit }
    }

    /// Takes a chunk; calls `take` for each line that ends in it. Empty lines are passed over.
    pub(super) fn push(&mut self, chunk: &[u8], mut take: impl FnMut(Line<'_>)) {
        let mut parts = chunk.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            self.extend(part);
            if parts.peek().is_some() {
                self.end(&mut take);
            }
        }
    }

    /// The stream is over: a last line without its end counts.
    pub(super) fn finish(&mut self, mut take: impl FnMut(Line<'_>)) {
        self.end(&mut take);
    }

    fn extend(&mut self, part: &[u8]) {
        match &mut self.too_long {
            Some(length) => *length += part.len(),
            None if self.line.len() + part.len() > self.limit => {
                self.too_long = Some(self.line.len() + part.len());
                self.line = Vec::new();
            }
            None => self.line.extend_from_slice(part),
        }
    }

    fn end(&mut self, take: &mut impl FnMut(Line<'_>)) {
        if let Some(length) = self.too_long.take() {
            return take(Line::LeftOut(length));
        }
        if !self.line.trim_ascii().is_empty() {
            take(Line::Whole(self.line.trim_ascii()));
        }
        self.line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(chunks: &[&str]) -> Vec<String> {
        let mut lines = Lines::new(8);
        let mut found = Vec::new();
        let mut take = |line: Line<'_>| {
            found.push(match line {
                Line::Whole(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                Line::LeftOut(length) => format!("({length})"),
            });
        };
        for chunk in chunks {
            lines.push(chunk.as_bytes(), &mut take);
        }
        lines.finish(&mut take);
        found
    }

    #[test]
    fn lines_are_put_together_from_chunks() {
        assert_eq!(lines(&["a", "b\r\nc\n", "\n", "d"]), ["ab", "c", "d"]);
        assert_eq!(lines(&[]), Vec::<String>::new());
    }

    #[test]
    fn a_line_that_is_too_long_is_left_out_and_the_next_is_not() {
        assert_eq!(lines(&["12345678\n123456789\n1"]), ["12345678", "(9)", "1"]);
        assert_eq!(lines(&["12345", "6789", "0\nok\n"]), ["(10)", "ok"]);
    }
}
