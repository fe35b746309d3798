//! The host's side of what an agent's program says: its stream is kept, understood, answered.

use std::io;
use std::time::Instant;

use serde_json::Value;
use tokio::net::unix::pipe;

use super::lines::{LINE_LIMIT, Line, Lines};
use super::listen::{AgentReport, Listener};
use super::spec::ProcessSpec;
use crate::logs::{Capture, Masker};
use crate::run_folder::STREAM_FILE;

/// One attempt's conversation.
#[derive(Debug)]
pub(super) struct Conversation {
    listener: Box<dyn Listener>,
    lines: Lines,
    kept: Capture,
    /// For what is told of the stream; the stream itself is masked before it is kept.
    masker: Masker,
    secrets: Vec<String>,
    input: Option<pipe::Sender>,
    /// Bytes that wait to be written to `input`.
    unwritten: Vec<u8>,
    last_progress: Instant,
    over_since: Option<Instant>,
}

impl Conversation {
    pub(super) fn new(
        mut listener: Box<dyn Listener>,
        input: Option<pipe::Sender>,
        spec: &ProcessSpec,
    ) -> Self {
        let greeting = listener.greeting();
        let mut conversation = Self {
            listener,
            lines: Lines::new(LINE_LIMIT),
            kept: Capture::log(spec.dir.join(STREAM_FILE)),
            masker: Masker::new(&spec.secrets),
            secrets: spec.secrets.clone(),
            input,
            unwritten: Vec::new(),
            last_progress: Instant::now(),
            over_since: None,
        };
        conversation.say(&greeting);
        conversation
    }

    /// Keeps bytes of the stream, secrets taken out.
    pub(super) fn keep(&mut self, bytes: &[u8]) {
        self.kept.write(bytes);
    }

    /// Understands bytes of the stream; tells `log` what people want to know of them.
    pub(super) fn hear(&mut self, bytes: &[u8], log: &mut Capture) {
        self.hear_lines(log, |lines, take| lines.push(bytes, take));
    }

    /// The stream is over.
    pub(super) fn finish(&mut self, log: &mut Capture) {
        self.hear_lines(log, |lines, take| lines.finish(take));
    }

    fn hear_lines(&mut self, log: &mut Capture, feed: impl FnOnce(&mut Lines, &mut dyn FnMut(Line<'_>))) {
        let (mut told, mut replies, mut is_progress) = (Vec::new(), Vec::new(), false);
        let listener = &mut self.listener;
        feed(&mut self.lines, &mut |line| match line {
            Line::Whole(bytes) => match serde_json::from_slice::<Value>(bytes) {
                Ok(value) => {
                    let heard = listener.hear(&value);
                    told.extend(heard.log);
                    replies.extend(heard.replies);
                    is_progress |= heard.is_progress;
                }
                // Not of the stream: a warning of the program, or a line that was torn by its death.
                Err(_) => told.push(String::from_utf8_lossy(bytes).into_owned()),
            },
            Line::LeftOut(length) => told.push(format!("[a line of {length} bytes is left out]")),
        });
        for text in told {
            self.masker.push(text.as_bytes(), |bytes| log.write(bytes));
            self.masker.finish(|bytes| log.write(bytes));
            log.write(b"\n");
        }
        if is_progress {
            self.last_progress = Instant::now();
        }
        if self.listener.is_over() {
            self.over_since = Some(Instant::now());
        }
        self.say(&replies);
        if self.listener.is_over() && self.unwritten.is_empty() {
            // The end of its input tells a program that is spoken to that nothing more will come.
            self.input = None;
        }
    }

    fn say(&mut self, values: &[Value]) {
        if self.input.is_none() {
            return;
        }
        for value in values {
            self.unwritten.extend_from_slice(value.to_string().as_bytes());
            self.unwritten.push(b'\n');
        }
        self.write();
    }

    pub(super) fn say_farewell(&mut self) {
        let farewell = self.listener.farewell();
        self.say(&farewell);
    }

    /// Returns when more can be written; never where nothing waits.
    pub(super) async fn writable(&self) {
        match &self.input {
            // An error shows itself again in the write that follows.
            Some(input) if !self.unwritten.is_empty() => drop(input.writable().await),
            _ => std::future::pending().await,
        }
    }

    pub(super) fn write(&mut self) {
        while let Some(input) = &self.input
            && !self.unwritten.is_empty()
        {
            match input.try_write(&self.unwritten) {
                Ok(count) => drop(self.unwritten.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // It reads no more; what it says still counts.
                Err(_) => self.input = None,
            }
        }
    }

    /// When a program that has said its last word has stayed too long; none while it has not.
    pub(super) fn over_due(&self) -> Option<Instant> {
        Some(self.over_since? + self.listener.patience())
    }

    /// Since when the agent has not got on; none while a tool is at work.
    pub(super) fn silent_since(&self) -> Option<Instant> {
        (!self.listener.is_in_a_tool()).then_some(self.last_progress)
    }

    /// What was reported, as it may be stored.
    pub(super) fn report(&self) -> AgentReport {
        self.listener.report().masked(|text| Masker::mask_text(&self.secrets, text))
    }

    pub(super) fn take_error(&mut self) -> Option<io::Error> {
        self.kept.take_error()
    }
}
