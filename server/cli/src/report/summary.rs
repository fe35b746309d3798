//! What is said when a run is over.

use std::time::Duration;

use divisi_engine::event::{NodeState, Verdict};

use super::Progress;
use super::progress::NodeProgress;
use crate::output::{ERROR, FAINT, GOOD, STRONG, WARNING, count, paint};
use crate::{root, time};

/// Gives the captured output of a node, or nothing where there is none.
pub(super) type Tail<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// How many lines of a failed node's output are shown.
const TAIL_LINES: usize = 12;

/// Characters that are shown of each: output without line ends must not bury the rest.
const TAIL_WIDTH: usize = 400;

/// Lines for people about an ended run: verdict, times, what failed and why, what to do next.
pub(crate) fn summary(progress: &Progress, tail: Tail<'_>) -> Vec<String> {
    let Some(verdict) = progress.verdict else { return Vec::new() };
    let mut lines = vec![String::new(), headline(progress, verdict)];
    lines.extend(times(progress));
    lines.extend(files(progress));
    for node in progress.nodes().filter(|node| matches!(node.state, NodeState::Failed { .. })) {
        lines.extend(failed(node, verdict, tail));
    }
    lines.extend(next_step(progress, verdict));
    lines
}

fn headline(progress: &Progress, verdict: Verdict) -> String {
    let (style, word) = match verdict {
        Verdict::Succeeded => (GOOD, "succeeded"),
        Verdict::Failed => (ERROR, "failed"),
        Verdict::Cancelled => (WARNING, "was cancelled"),
        Verdict::Compensated => (WARNING, "failed and was undone"),
        Verdict::CompensationFailed => (ERROR, "failed and could not be undone"),
    };
    let counts = outcomes(progress);
    format!("{} {}: {counts}", paint(STRONG, &progress.dag), paint(style, word))
}

/// `5 of 7 nodes done, 1 failed, 1 blocked`.
fn outcomes(progress: &Progress) -> String {
    let number = |wanted: fn(&NodeState) -> bool| progress.nodes().filter(|node| wanted(&node.state)).count();
    let good = number(|state| matches!(state, NodeState::Succeeded | NodeState::Reused));
    let mut text = format!("{good} of {} done", count(progress.total, "node"));
    let others: [(usize, &str); 5] = [
        (number(|state| matches!(state, NodeState::Failed { .. })), "failed"),
        (number(|state| *state == NodeState::Blocked), "blocked"),
        (number(|state| *state == NodeState::Skipped), "skipped"),
        (number(|state| *state == NodeState::Cancelled), "cancelled"),
        (number(|state| *state == NodeState::Compensated), "undone"),
    ];
    for (number, word) in others.into_iter().filter(|(number, _)| *number > 0) {
        text.push_str(&format!(", {number} {word}"));
    }
    text
}

/// Wall time, the sum of the attempts, and how many times faster the run was than one attempt after the other.
fn times(progress: &Progress) -> Option<String> {
    let wall = progress.wall_at_end();
    let sum = progress.attempts();
    if sum == Duration::ZERO {
        return None;
    }
    let mut line = format!("  wall {}, sum of nodes {}", time::short(wall), time::short(sum));
    // Below that the figure says more about starting processes than about the graph.
    if wall >= Duration::from_millis(500) {
        line.push_str(&format!(", speed-up {:.1} ×", sum.as_secs_f64() / wall.as_secs_f64()));
    }
    Some(line)
}

fn files(progress: &Progress) -> Option<String> {
    let files: Vec<String> =
        progress.nodes().flat_map(|node| &node.files).map(|file| root::shown(file)).collect();
    if files.is_empty() { None } else { Some(format!("  files: {}", files.join(", "))) }
}

fn failed(node: &NodeProgress, verdict: Verdict, tail: Tail<'_>) -> Vec<String> {
    let word = if verdict == Verdict::Succeeded { "failed, tolerated" } else { "failed" };
    let reason = node.detail.as_deref().unwrap_or("no reason given");
    let mut lines =
        vec![String::new(), format!("{} {}: {reason}", paint(ERROR, word), paint(STRONG, &node.path))];
    let log = tail(&node.path).unwrap_or_default();
    lines.extend(last_lines(&log).into_iter().map(|line| format!("  {} {line}", paint(FAINT, "│"))));
    lines
}

/// The last lines of captured output, cut to a bearable width and safe to show: escape sequences and other control
/// characters are taken out.
fn last_lines(log: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(log);
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let end = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    let start = end.saturating_sub(TAIL_LINES);
    lines.get(start..end).unwrap_or_default().iter().map(|line| visible(line)).collect()
}

fn visible(line: &str) -> String {
    let plain = anstream::adapter::strip_str(line).to_string();
    let mut characters = plain.chars().filter(|c| !c.is_control() || *c == '\t');
    let mut shown: String = characters.by_ref().take(TAIL_WIDTH).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

fn next_step(progress: &Progress, verdict: Verdict) -> Vec<String> {
    if verdict == Verdict::Succeeded {
        return Vec::new();
    }
    let run = &progress.run;
    let mut lines = vec![String::new()];
    let has_output =
        |node: &&NodeProgress| matches!(node.state, NodeState::Failed { .. }) && node.attempt > 0;
    if let Some(node) = progress.nodes().find(has_output) {
        lines.push(format!("  whole output: divisi logs {run} {}", shell_word(&node.path)));
    }
    lines.push(format!("  to go on:     divisi resume {run}"));
    lines
}

/// Instances of a group have brackets in their paths, which shells expand.
fn shell_word(path: &str) -> String {
    let is_plain = path.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
    if is_plain { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_end_is_cut() {
        assert_eq!(last_lines(&[b'x'; 2_000]), [format!("{}…", "x".repeat(TAIL_WIDTH))]);
        assert_eq!(last_lines("é".repeat(TAIL_WIDTH).as_bytes()), ["é".repeat(TAIL_WIDTH)]);
    }
}
