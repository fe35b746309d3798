//! A Markdown file that is kept up to date while a run goes on: one section between two markers is ours, everything else
//! in the file stays as it is.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use divisi_engine::event::{EventRecord, NodeState, Verdict};
use divisi_engine::view::{NodeView, RunView};

use super::Report;
use crate::failure::Failure;
use crate::output::Output;
use crate::{rewrite, root, time};

const BEGIN: &str = "<!-- divisi: begin -->";
const END: &str = "<!-- divisi: end -->";

/// How old the file may be while things happen, in milliseconds.
const AGE: i64 = 500;

/// The file.
pub(crate) struct Track {
    path: PathBuf,
}

impl Track {
    /// Refuses a file that cannot be kept: one that is no text, or whose markers are no pair.
    pub(crate) fn new(path: &Path) -> Result<Self, Failure> {
        let track = Self { path: path.to_owned() };
        let text = track.read()?;
        with_section(&text, "").map_err(|reason| {
            Failure::new(format!("{}: {reason}", root::shown(path)))
                .help(format!("what lies between `{BEGIN}` and `{END}` is written by divisi"))
        })?;
        Ok(track)
    }

    /// The whole file; empty where there is none.
    fn read(&self) -> Result<String, Failure> {
        match fs::read_to_string(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            read => read.map_err(|error| Failure::unreadable(&self.path, &error)),
        }
    }

    /// What others wrote meanwhile stays: the file is read anew each time.
    fn write(&self, section: &str) -> Result<(), Failure> {
        let text = self.read()?;
        let new = with_section(&text, section)
            .map_err(|reason| Failure::new(format!("{}: {reason}", root::shown(&self.path))))?;
        if new == text {
            return Ok(());
        }
        rewrite::put(&self.path, &new)
    }
}

/// A report, and the file beside it.
pub(crate) struct Tracked {
    report: Box<dyn Report>,
    track: Track,
    /// When it was written last, in milliseconds since the epoch; none where nothing is written any more.
    written_at: Option<i64>,
    /// Whether something happened that is not written yet.
    is_due: bool,
    /// Why it could not be written; told at the next event.
    fault: Option<Failure>,
}

impl Tracked {
    pub(crate) fn new(report: Box<dyn Report>, track: Track) -> Self {
        Self { report, track, written_at: Some(0), is_due: false, fault: None }
    }

    /// Writes what is due, unless it was written a moment ago; the end of the run always. A file that cannot be written
    /// is given up, and the run goes on.
    fn write_if_due(&mut self, run: &RunView, now: i64) {
        let Some(written_at) = self.written_at else { return };
        let is_old = now.saturating_sub(written_at) >= AGE || run.verdict().is_some();
        if !self.is_due || !is_old {
            return;
        }
        self.is_due = false;
        self.written_at = Some(now);
        if let Err(failure) = self.track.write(&section(run)) {
            self.fault = Some(failure);
            self.written_at = None;
        }
    }
}

impl Report for Tracked {
    fn recall(&mut self, run: &RunView) {
        self.report.recall(run);
    }

    fn event(&mut self, record: &EventRecord, run: &RunView, output: &mut Output) -> Result<(), Failure> {
        self.report.event(record, run, output)?;
        self.is_due = true;
        self.write_if_due(run, record.at);
        if let Some(fault) = self.fault.take() {
            self.report.note(&format!("warning: not tracked any more: {}", fault.message), output);
        }
        Ok(())
    }

    fn note(&mut self, text: &str, output: &mut Output) {
        self.report.note(text, output);
    }

    fn hold(&mut self, is_held: bool) {
        self.report.hold(is_held);
    }

    fn tick(&mut self, run: &RunView, now: i64) {
        self.write_if_due(run, now);
        self.report.tick(run, now);
    }

    fn close(&mut self) {
        self.report.close();
    }
}

/// The run as Markdown.
fn section(run: &RunView) -> String {
    let state = match run.verdict() {
        None if run.is_paused() => "paused",
        None if run.waits_for().is_some() => "waits for a person",
        None => "running",
        Some(Verdict::Succeeded) => "succeeded",
        Some(Verdict::Failed) => "failed",
        Some(Verdict::Halted) => "halted",
        Some(Verdict::Cancelled) => "cancelled",
        Some(Verdict::Compensated) => "undone",
        Some(Verdict::CompensationFailed) => "not undone",
    };
    let mut lines = vec![
        format!(
            "**{}**: {state}, {} of {} nodes over (run {})",
            inline(run.dag()),
            run.done(),
            run.total(),
            run.id()
        ),
        String::new(),
    ];
    lines.extend(run.nodes().map(item));
    lines.join("\n")
}

fn item(node: &NodeView) -> String {
    let mark = if matches!(node.state, NodeState::Succeeded | NodeState::Reused) { "x" } else { " " };
    let took = if node.attempt > 0 { format!(" ({})", time::short(node.attempts)) } else { String::new() };
    let reason = node.detail.as_deref().map(|reason| format!(": {}", inline(reason))).unwrap_or_default();
    let told = match node.state {
        NodeState::Pending | NodeState::Ready | NodeState::Expanded => String::new(),
        NodeState::Succeeded | NodeState::Merging => took,
        NodeState::Reused => " reused".to_owned(),
        NodeState::Running => " 🔄 running".to_owned(),
        NodeState::Stopping { .. } => " 🔄 stopping".to_owned(),
        NodeState::RetryWait => format!(" ⏳ waits for its next try{reason}"),
        NodeState::WaitingApproval | NodeState::WaitingDecision => format!(" ⏸️ waits for a person{reason}"),
        NodeState::Lost => " lost".to_owned(),
        NodeState::Failed { .. } => format!(" ❌ failed{took}{reason}"),
        NodeState::Skipped => format!(" skipped{reason}"),
        NodeState::Blocked => format!(" blocked{reason}"),
        NodeState::Cancelled => format!(" cancelled{reason}"),
        NodeState::Compensating => " being undone".to_owned(),
        NodeState::Compensated => " undone".to_owned(),
        NodeState::CompensationFailed => format!(" ❌ not undone{reason}"),
    };
    format!("- [{mark}] {}{told}", inline(node.name()))
}

/// Text of a DAG on one line, which can neither end the section nor become markup.
fn inline(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = String::with_capacity(line.len());
    for c in line.chars().filter(|c| !c.is_control()) {
        if matches!(c, '<' | '>' | '*' | '_' | '`' | '[' | ']' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The text with `section` between its markers; at the end where it has none yet.
fn with_section(text: &str, section: &str) -> Result<String, &'static str> {
    let end_of_line = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let ours = format!("{BEGIN}\n{section}\n{END}").replace('\n', end_of_line);
    let begins: Vec<usize> = text.match_indices(BEGIN).map(|(at, _)| at).collect();
    let ends: Vec<usize> = text.match_indices(END).map(|(at, _)| at).collect();
    match (begins.as_slice(), ends.as_slice()) {
        ([], []) if text.is_empty() => Ok(ours + end_of_line),
        ([], []) => {
            let gap = if text.ends_with('\n') { end_of_line.to_owned() } else { end_of_line.repeat(2) };
            Ok(format!("{text}{gap}{ours}{end_of_line}"))
        }
        ([begin], [end]) if begin < end => {
            let before = text.get(..*begin).unwrap_or_default();
            let after = text.get(end + END.len()..).unwrap_or_default();
            Ok(format!("{before}{ours}{after}"))
        }
        _ => Err("the markers of the section are no pair"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_section_changes() {
        let first = with_section("# Plan\n\nMine.", "a").expect("no markers");
        assert_eq!(first, format!("# Plan\n\nMine.\n\n{BEGIN}\na\n{END}\n"));
        let second = with_section(&(first + "\nMine, too.\n"), "b\nc").expect("a pair");
        assert_eq!(second, format!("# Plan\n\nMine.\n\n{BEGIN}\nb\nc\n{END}\n\nMine, too.\n"));
        assert_eq!(with_section("", "a").expect("no markers"), format!("{BEGIN}\na\n{END}\n"));
    }

    #[test]
    fn line_ends_stay_as_they_are() {
        let text = with_section("a\r\n", "b\nc").expect("no markers");
        assert_eq!(text, format!("a\r\n\r\n{BEGIN}\r\nb\r\nc\r\n{END}\r\n"));
    }

    #[test]
    fn broken_markers_are_left_alone() {
        for text in [BEGIN, END, &format!("{END}{BEGIN}"), &format!("{BEGIN}{BEGIN}{END}")] {
            assert!(with_section(text, "").is_err(), "{text}");
        }
    }

    #[test]
    fn names_cannot_end_the_section() {
        assert_eq!(inline("a -->\n# b [x](y)"), "a --\\> # b \\[x\\](y)");
        assert!(!inline(END).contains(END));
    }
}
