//! Cuts a byte stream into the bodies of messages.
//!
//! A body that is no JSON harms only itself: its length is known, so the next
//! message is found. Headers that make no sense are skipped up to the next
//! `Content-Length`.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// More than any editor sends; a larger announcement is a broken client.
const LARGEST_BODY: usize = 256 * 1024 * 1024;
/// More than any header; beyond it the stream is not the protocol's.
const LARGEST_HEADER: usize = 16 * 1024;
const HEADER_END: &[u8] = b"\r\n\r\n";

/// One cut of the stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// The body of a message.
    Body(Vec<u8>),
    /// A header that could not be read; why.
    BadHeader(&'static str),
    /// Nothing more comes.
    End,
}

pub(crate) struct FrameReader<R> {
    reader: R,
    buffer: Vec<u8>,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, buffer: Vec::new() }
    }

    /// The next frame. A stream that ends inside a message ends without it.
    pub(crate) async fn next(&mut self) -> io::Result<Frame> {
        let Some(header_end) = self.read_header().await? else { return Ok(Frame::End) };
        let header = self.buffer.get(..header_end).unwrap_or_default();
        match content_length(header) {
            Ok(length) => self.read_body(header_end + HEADER_END.len(), length).await,
            Err(reason) => {
                self.skip_to_next_header(header_end);
                Ok(Frame::BadHeader(reason))
            }
        }
    }

    /// Offset of the blank line that ends the header.
    async fn read_header(&mut self) -> io::Result<Option<usize>> {
        let mut searched: usize = 0;
        loop {
            let from = searched.saturating_sub(HEADER_END.len());
            let rest = self.buffer.get(from..).unwrap_or_default();
            if let Some(at) = rest.windows(HEADER_END.len()).position(|window| window == HEADER_END) {
                return Ok(Some(from + at));
            }
            searched = self.buffer.len();
            if searched > LARGEST_HEADER {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "no message within 16 KiB"));
            }
            if self.reader.read_buf(&mut self.buffer).await? == 0 {
                return Ok(None);
            }
        }
    }

    async fn read_body(&mut self, start: usize, length: usize) -> io::Result<Frame> {
        while self.buffer.len() < start + length {
            if self.reader.read_buf(&mut self.buffer).await? == 0 {
                return Ok(Frame::End);
            }
        }
        let rest = self.buffer.split_off(start + length);
        let mut body = std::mem::replace(&mut self.buffer, rest);
        body.drain(..start);
        Ok(Frame::Body(body))
    }

    fn skip_to_next_header(&mut self, header_end: usize) {
        let after = header_end + HEADER_END.len();
        let rest = self.buffer.get(after..).unwrap_or_default();
        let name = b"Content-Length";
        let next = rest.windows(name.len()).position(|window| window.eq_ignore_ascii_case(name));
        let skipped = next.map_or(self.buffer.len(), |next| after + next);
        self.buffer.drain(..skipped.min(self.buffer.len()));
    }
}

fn content_length(header: &[u8]) -> Result<usize, &'static str> {
    let header = std::str::from_utf8(header).map_err(|_| "the header is not ASCII")?;
    let value = header
        .split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("Content-Length"))
        .map(|(_, value)| value.trim())
        .ok_or("the header has no Content-Length")?;
    let length = value.parse().map_err(|_| "Content-Length is not a number")?;
    if length > LARGEST_BODY { Err("the message is larger than 256 MiB") } else { Ok(length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn frames(bytes: &[u8]) -> Vec<Frame> {
        let mut reader = FrameReader::new(bytes);
        let mut frames = Vec::new();
        loop {
            match reader.next().await.unwrap() {
                Frame::End => return frames,
                frame => frames.push(frame),
            }
        }
    }

    #[tokio::test]
    async fn cuts_messages_and_survives_bad_headers() {
        let bytes = b"Content-Length: 2\r\n\r\n{}Content-Type: x\r\ncontent-length: 3\r\n\r\nabc\
                      Content-Length: x\r\n\r\nrubbishContent-Length: 1\r\n\r\n1Content-Length: 9\r\n\r\ncut";
        assert_eq!(
            frames(bytes).await,
            [
                Frame::Body(b"{}".to_vec()),
                Frame::Body(b"abc".to_vec()),
                Frame::BadHeader("Content-Length is not a number"),
                Frame::Body(b"1".to_vec()),
            ]
        );
    }

    #[tokio::test]
    async fn refuses_a_stream_that_is_not_the_protocol() {
        let bytes = vec![b'x'; LARGEST_HEADER * 2];
        assert!(FrameReader::new(bytes.as_slice()).next().await.is_err());
    }
}
