//! A log of bounded size: its first MiB and its last 63, whatever was printed between.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Bytes kept from the beginning.
pub const HEAD_LIMIT: u64 = 1024 * 1024;

/// Bytes kept from the end.
pub const TAIL_LIMIT: u64 = 63 * 1024 * 1024;

/// Bytes of standard output kept for an output: the limit of an output, and one to tell that it was exceeded.
pub const STDOUT_LIMIT: u64 = 1024 * 1024 + 1;

/// Writes a stream into one file: the head, then a ring. Up to 64 MiB the file is the plain text of the stream; beyond,
/// a file beside it (`….total`) says how many bytes there were, from which [`read_log`] finds the ring's beginning.
///
/// The file, and its folder, is made at the first byte. A disk that is full stops the writing, never the stream.
#[derive(Debug)]
pub struct Capture {
    path: PathBuf,
    file: Option<File>,
    total_file: Option<File>,
    total: u64,
    tail_limit: u64,
    failed: Option<io::Error>,
}

impl Capture {
    /// Keeps the first [`HEAD_LIMIT`] and the last [`TAIL_LIMIT`] bytes at `path`.
    pub const fn log(path: PathBuf) -> Self {
        Self { path, file: None, total_file: None, total: 0, tail_limit: TAIL_LIMIT, failed: None }
    }

    /// Bytes that went by, kept or not.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The first fault while writing, once.
    pub const fn take_error(&mut self) -> Option<io::Error> {
        self.failed.take()
    }

    /// Takes the next bytes.
    pub fn write(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if let Err(error) = self.try_write(bytes) {
            self.failed.get_or_insert(error);
        }
        self.total += bytes.len() as u64;
    }

    fn try_write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        if self.file.is_none() {
            self.file = Some(create(&self.path)?);
        }
        let Some(file) = &self.file else { return Ok(()) };
        let mut at = self.total;
        while !bytes.is_empty() {
            let (offset, room) = place(at, self.tail_limit);
            let now = bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX));
            file.write_all_at(&bytes[..now], offset)?;
            bytes = &bytes[now..];
            at += now as u64;
        }
        if at > HEAD_LIMIT + self.tail_limit {
            self.write_total(at)?;
        }
        Ok(())
    }

    fn write_total(&mut self, total: u64) -> io::Result<()> {
        if self.total_file.is_none() {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true);
            self.total_file = Some(options.open(total_path(&self.path))?);
        }
        match &self.total_file {
            Some(file) => file.write_all_at(&total.to_le_bytes(), 0),
            None => Ok(()),
        }
    }
}

/// Makes the file, and its folder where that is missing.
fn create(path: &Path) -> io::Result<File> {
    match (File::create(path), path.parent()) {
        (Err(error), Some(folder)) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder)?;
            File::create(path)
        }
        (created, _) => created,
    }
}

/// Where byte number `at` of the stream stands in the file, and how many bytes fit there in one piece.
const fn place(at: u64, tail_limit: u64) -> (u64, u64) {
    if at < HEAD_LIMIT {
        return (at, HEAD_LIMIT - at);
    }
    let in_ring = (at - HEAD_LIMIT) % tail_limit;
    (HEAD_LIMIT + in_ring, tail_limit - in_ring)
}

fn total_path(log: &Path) -> PathBuf {
    log.with_extension("total")
}

/// The log at `path` in the order it was printed, with a line that says how much is missing where some is.
/// Empty where nothing was printed.
pub fn read_log(path: &Path) -> io::Result<Vec<u8>> {
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read?,
    };
    let Some(total) = read_total(path) else { return Ok(bytes) };
    let Some((head, ring)) = bytes.split_at_checked(HEAD_LIMIT as usize) else { return Ok(bytes) };
    let kept = (head.len() + ring.len()) as u64;
    if total <= kept || ring.is_empty() {
        return Ok(bytes);
    }
    let oldest = usize::try_from((total - HEAD_LIMIT) % ring.len() as u64).unwrap_or(0);
    let mark = format!("\n[… {} bytes left out …]\n", total - kept);
    Ok([head, mark.as_bytes(), &ring[oldest..], &ring[..oldest]].concat())
}

fn read_total(log: &Path) -> Option<u64> {
    let bytes = fs::read(total_path(log)).ok()?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(total: u64, tail_limit: u64) -> (Vec<u8>, Vec<u8>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let mut capture = Capture { tail_limit, ..Capture::log(path.clone()) };
        let stream: Vec<u8> = (0..total).map(|n| b'a' + (n % 23) as u8).collect();
        for chunk in stream.chunks(7919) {
            capture.write(chunk);
        }
        assert_eq!(capture.total(), total);
        assert!(capture.take_error().is_none());
        (stream, read_log(&path).unwrap())
    }

    #[test]
    fn a_short_stream_is_kept_whole() {
        let (stream, log) = captured(HEAD_LIMIT + 5_000, 5_000);
        assert_eq!(stream, log);
    }

    #[test]
    fn a_long_stream_keeps_its_head_and_its_tail_in_order() {
        for total in [HEAD_LIMIT + 5_001, HEAD_LIMIT + 9_999, HEAD_LIMIT + 10_000, HEAD_LIMIT + 123_456] {
            let (stream, log) = captured(total, 5_000);
            let head = HEAD_LIMIT as usize;
            let mark = format!("\n[… {} bytes left out …]\n", total - HEAD_LIMIT - 5_000);
            assert_eq!(log[..head], stream[..head]);
            assert_eq!(&log[head..head + mark.len()], mark.as_bytes());
            assert_eq!(log[head + mark.len()..], stream[stream.len() - 5_000..]);
        }
    }

    #[test]
    fn a_log_that_was_never_written_is_empty() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read_log(&dir.path().join("log")).unwrap(), b"");
    }
}
