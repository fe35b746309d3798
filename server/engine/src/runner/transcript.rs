//! What every listener keeps of its stream.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::event::{RunnerFault, Usage};
use crate::launch::{AgentFailure, AgentReport, Heard};
use crate::logs::{TODO_MARK, TOOL_MARK};

/// Characters of a tool call's input that are told in the log.
const INPUT_SHOWN: usize = 200;

/// The report in the making, and the tools at work.
#[derive(Debug, Default)]
pub(super) struct Transcript {
    pub(super) report: AgentReport,
    open_tools: BTreeSet<String>,
}

impl Transcript {
    /// A tool call begins; it goes by `id` until it ends.
    pub(super) fn begin_tool(&mut self, id: &str, name: &str, input: Option<&Value>, heard: &mut Heard) {
        heard.is_progress = true;
        if self.open_tools.insert(id.to_owned()) {
            heard.log.push(tool_line(name, input));
        }
    }

    /// A tool call is over; `fault` where it failed.
    pub(super) fn end_tool(&mut self, id: &str, fault: Option<&str>, heard: &mut Heard) {
        heard.is_progress = true;
        self.open_tools.remove(id);
        if let Some(fault) = fault {
            heard.log.push(format!("  failed: {}", shortened(fault)));
        }
    }

    /// The agent says something.
    pub(super) fn say(&self, text: &str, heard: &mut Heard) {
        heard.is_progress = true;
        if !text.trim().is_empty() {
            heard.log.push(text.trim_end().to_owned());
        }
    }

    /// The agent's list of what it has to do: status and text.
    pub(super) fn todo<'a>(&self, items: impl Iterator<Item = (&'a str, &'a str)>, heard: &mut Heard) {
        heard.is_progress = true;
        for (status, text) in items {
            let mark = match status {
                "completed" => "  [x] ",
                "in_progress" => TODO_MARK,
                _ => "  [ ] ",
            };
            heard.log.push(format!("{mark}{text}"));
        }
    }

    pub(super) fn is_in_a_tool(&self) -> bool {
        !self.open_tools.is_empty()
    }

    /// The program's last word: nothing is open any more.
    pub(super) fn complete(&mut self, heard: &mut Heard) {
        heard.is_progress = true;
        self.report.is_complete = true;
        self.open_tools.clear();
    }

    pub(super) fn fail(&mut self, fault: RunnerFault, detail: impl Into<String>) {
        self.report.failure = Some(AgentFailure { fault, detail: detail.into(), resets_at: None });
    }

    pub(super) fn usage(&mut self) -> &mut Usage {
        self.report.usage.get_or_insert_default()
    }
}

/// `Bash {"command":"ls"}`, shortened.
pub(super) fn tool_line(name: &str, input: Option<&Value>) -> String {
    let input = input.filter(|input| input.as_object().is_none_or(|input| !input.is_empty()));
    match input {
        Some(input) => format!("{TOOL_MARK}{name} {}", shortened(&input.to_string())),
        None => format!("{TOOL_MARK}{name}"),
    }
}

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(INPUT_SHOWN) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}

/// What a service's status says of a failure.
pub(super) fn fault_of_status(status: u64) -> RunnerFault {
    match status {
        429 => RunnerFault::Quota,
        401..=403 => RunnerFault::Auth,
        _ => RunnerFault::Service,
    }
}

/// A text somewhere in a value.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

/// A whole number somewhere in a value; 0 where there is none.
pub(super) fn number(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or(0)
}
