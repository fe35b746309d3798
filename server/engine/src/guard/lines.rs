//! What one side says to the other, line by line.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

/// Reads lines into one place: what host and guard say is long and often said.
#[derive(Debug)]
pub(super) struct Lines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    /// Whether `line` was given out.
    is_whole: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader: BufReader::new(reader), line: Vec::new(), is_whole: false }
    }

    /// The next line with its end; none where there are no more. Safe to drop and to call again.
    ///
    /// # Errors
    /// What the system says.
    pub(super) async fn next(&mut self) -> io::Result<Option<&[u8]>> {
        if std::mem::take(&mut self.is_whole) {
            self.line.clear();
        }
        // Dropped while it waits, this leaves in the line what came so far.
        self.reader.read_until(b'\n', &mut self.line).await?;
        self.is_whole = true;
        Ok(Some(self.line.as_slice()).filter(|line| !line.is_empty()))
    }
}
