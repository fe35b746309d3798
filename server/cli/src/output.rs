//! Everything that is printed: colours where a person looks at a terminal, plain text otherwise.
//!
//! A reader that went away (`divisi check | head`) is no error: what is still printed is dropped in silence and
//! the command ends with the status it would have had. Any other failure to write is kept and told at the end.

use std::borrow::Cow;
use std::io::{self, ErrorKind, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use divisi_engine::deceptive::is_deceptive;
use serde::Serialize;

use crate::failure::Failure;

/// Something is wrong.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// Something is probably wrong.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// Something is worth knowing.
pub(crate) const NOTE: Style = AnsiColor::Cyan.on_default().bold();
/// Something went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// What matters most on a line.
pub(crate) const STRONG: Style = Style::new().bold();
/// What matters least on a line.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// Frames and line numbers around quoted source.
pub(crate) const FRAME: Style = AnsiColor::Blue.on_default().bold();

/// `text` in `style`, on one line: names and messages come from files that nobody has looked at yet.
pub(crate) fn paint(style: Style, text: impl std::fmt::Display) -> String {
    let text = text.to_string().replace(is_deceptive, REPLACEMENT);
    format!("{style}{text}{style:#}")
}

/// Stands for a character that a terminal would obey or hide.
const REPLACEMENT: &str = "\u{FFFD}";

/// The text without anything that a terminal would obey or hide but line ends, tabs and the styles above. A file must not be
/// able to clear the screen, or to hide what the question about trust lists.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    let is_odd = |c: char| is_deceptive(c) && !matches!(c, '\n' | '\t');
    if !text.contains(is_odd) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_odd) {
        let (plain, odd) = rest.split_at(at);
        shown.push_str(plain);
        let kept = style_length(odd).unwrap_or(0);
        shown.push_str(odd.get(..kept).unwrap_or_default());
        let mut after = odd.get(kept..).unwrap_or_default().chars();
        if kept == 0 {
            after.next();
            shown.push_str(REPLACEMENT);
        }
        rest = after.as_str();
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

/// Bytes of the style of ours that `text` begins with: reset, bold, dimmed, or one of the colours.
fn style_length(text: &str) -> Option<usize> {
    let (number, _) = text.strip_prefix("\u{1b}[")?.split_once('m')?;
    matches!(number, "0" | "1" | "2" | "31" | "32" | "33" | "34" | "36").then_some(number.len() + 3)
}

/// `1 node`, `2 nodes`: counts as people read them.
pub(crate) fn count(number: usize, singular: &str) -> String {
    if number == 1 { format!("1 {singular}") } else { format!("{number} {singular}s") }
}

/// Standard output and standard error of one command.
pub(crate) struct Output {
    out: Sink,
    err: Sink,
}

impl Output {
    /// The process's own streams. `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE` and whether a stream is a terminal decide
    /// about colours, for each stream on its own.
    pub(crate) fn new() -> Self {
        Self { out: Sink::new(Box::new(anstream::stdout())), err: Sink::new(Box::new(anstream::stderr())) }
    }

    /// Prints a line on standard output.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) {
        self.out.line(&harmless(text.as_ref()));
    }

    /// Prints text that brings its own line ends on standard output.
    pub(crate) fn text(&mut self, text: &[u8]) {
        self.out.write(text);
    }

    /// Prints one value as one line of JSON on standard output.
    pub(crate) fn json_line(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let line = serde_json::to_string(value).map_err(|error| Failure::new(error.to_string()))?;
        self.out.line(&line);
        Ok(())
    }

    /// Prints one value as JSON over many lines on standard output.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(value).map_err(|error| Failure::new(error.to_string()))?;
        self.out.line(&text);
        Ok(())
    }

    /// Prints a line on standard error.
    pub(crate) fn note(&mut self, text: impl AsRef<str>) {
        self.err.line(&harmless(text.as_ref()));
    }

    /// Prints `error: …` and the lines of help on standard error.
    pub(crate) fn failure(&mut self, failure: &Failure) {
        self.note(format!("{}: {}", paint(ERROR, "error"), failure.message));
        for help in &failure.help {
            self.note(format!("  {}: {help}", paint(NOTE, "help")));
        }
    }

    /// Prints `warning: …` on standard error.
    pub(crate) fn warning(&mut self, text: impl std::fmt::Display) {
        self.note(format!("{}: {text}", paint(WARNING, "warning")));
    }

    /// Writes out what is buffered.
    pub(crate) fn flush(&mut self) {
        self.out.flush();
    }

    /// What kept standard output from being written, a closed pipe apart.
    pub(crate) fn finish(mut self) -> Result<(), io::Error> {
        self.out.flush();
        self.out.fault.map_or(Ok(()), Err)
    }
}

/// Whether a person looks at standard output.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether standard output is a terminal whose lines can be drawn again.
pub(crate) fn can_redraw() -> bool {
    is_terminal() && std::env::var_os("TERM").is_none_or(|name| name != "dumb")
}

/// Whether a person can be asked: the answer comes from standard input, the question goes to standard error.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// One stream that survives its reader.
struct Sink {
    stream: Box<dyn Write>,
    closed: bool,
    fault: Option<io::Error>,
}

impl Sink {
    fn new(stream: Box<dyn Write>) -> Self {
        Self { stream, closed: false, fault: None }
    }

    fn line(&mut self, text: &str) {
        self.write(format!("{text}\n").as_bytes());
    }

    fn write(&mut self, bytes: &[u8]) {
        if self.closed {
            return;
        }
        let result = self.stream.write_all(bytes);
        self.settle(result);
    }

    fn flush(&mut self) {
        if self.closed {
            return;
        }
        let result = self.stream.flush();
        self.settle(result);
    }

    fn settle(&mut self, result: io::Result<()>) {
        let Err(error) = result else { return };
        self.closed = true;
        if error.kind() != ErrorKind::BrokenPipe {
            self.fault = Some(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_cannot_steer_the_terminal() {
        assert_eq!(harmless("a\tb\nc"), "a\tb\nc");
        assert_eq!(harmless("\u{1b}[2Ja\u{1b}[8mb\rc\u{9b}m"), "\u{FFFD}[2Ja\u{FFFD}[8mb\u{FFFD}c\u{FFFD}m");
        assert_eq!(harmless("a\u{202e}b\u{200b}"), "a\u{FFFD}b\u{FFFD}");
        assert_eq!(harmless("\u{1b}]0;title\u{7}\u{1b}"), "\u{FFFD}]0;title\u{FFFD}\u{FFFD}");
    }

    #[test]
    fn all_styles_get_through() {
        for style in [ERROR, WARNING, NOTE, GOOD, STRONG, FAINT, FRAME] {
            let painted = paint(style, "x");
            assert_eq!(harmless(&painted), painted);
        }
    }

    #[test]
    fn painted_text_stays_on_its_line() {
        assert_eq!(paint(Style::new(), "a\nRun them? \u{1b}[8m"), "a\u{FFFD}Run them? \u{FFFD}[8m");
    }
}
