//! Findings for Claude Code, in the form that its hooks after an edit answer with: the model reads them beside the
//! result of its tool. Nothing is printed where there is nothing to say.
//!
//! Source: Claude Code's reference of hooks, "PostToolUse decision control".

use std::io::Read;
use std::path::PathBuf;

use divisi_analysis::Severity;
use divisi_answers::findings::{Checked, told};
use serde::Deserialize;
use serde_json::json;

use crate::failure::Failure;
use crate::output::Output;

/// More findings are counted, not told: the first ones are mended first.
const MOST: usize = 20;

/// Longer events are none: the event holds the edited file, and files of ours are smaller.
const LONGEST_EVENT: u64 = 64 << 20;

/// What a hook is told of an edit.
#[derive(Deserialize)]
struct Event {
    tool_input: ToolInput,
}

#[derive(Deserialize)]
struct ToolInput {
    #[serde(default)]
    file_path: Option<PathBuf>,
}

/// The file that the event of a hook on standard input names, if it names one.
pub(super) fn edited() -> Result<Vec<PathBuf>, Failure> {
    let event: Event = serde_json::from_reader(std::io::stdin().take(LONGEST_EVENT)).map_err(|error| {
        Failure::new(format!("standard input holds no event of a hook: {error}"))
            .help("Claude Code gives its hooks one; elsewhere name the file")
    })?;
    Ok(event.tool_input.file_path.into_iter().collect())
}

/// Prints one JSON object where something was found. Errors are for the model to mend; the rest it is told. Hints are for
/// people.
pub(super) fn print(checked: &[Checked], failures: &[Failure], output: &mut Output) -> Result<(), Failure> {
    let all =
        checked.iter().flat_map(|checked| checked.findings.iter().map(move |finding| (checked, finding)));
    let mut found: Vec<_> = all.filter(|(_, finding)| finding.severity < Severity::Hint).collect();
    if found.is_empty() && failures.is_empty() {
        return Ok(());
    }
    found.sort_by_key(|(_, finding)| finding.severity);
    let has_errors = found.iter().any(|(_, finding)| finding.severity == Severity::Error);
    let mut text = "divisi check:\n".to_owned();
    found.iter().take(MOST).for_each(|(checked, finding)| text.push_str(&told(checked, finding)));
    if found.len() > MOST {
        text.push_str(&format!("and {} more findings\n", found.len() - MOST));
    }
    failures.iter().for_each(|failure| text.push_str(&format!("{}\n", failure.in_full())));
    let text = text.trim_end();
    if has_errors {
        return output.json_line(&json!({ "decision": "block", "reason": text }));
    }
    let told = json!({ "hookEventName": "PostToolUse", "additionalContext": text });
    output.json_line(&json!({ "hookSpecificOutput": told }))
}
