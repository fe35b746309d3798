//! What is said when a run is over.

use std::iter;
use std::time::Duration;

use divisi_engine::client::WhichAttempt;
use divisi_engine::event::{NodeState, Usage, Verdict};
use divisi_engine::view::{NodeView, ReuseFigures, RunView};

use super::cost;
use crate::output::{ERROR, FAINT, GOOD, STRONG, WARNING, count, paint};
use crate::{root, time};

/// Gives the captured output of a node, or nothing where there is none.
pub(super) type Tail<'a> = &'a dyn Fn(&str, WhichAttempt) -> Option<Vec<u8>>;

/// How many lines of a failed node's output are shown.
const TAIL_LINES: usize = 12;

/// Characters that are shown of each: output without line ends must not bury the rest.
const TAIL_WIDTH: usize = 400;

/// Wall time from which on figures say more about the graph than about starting processes.
const TELLING: Duration = Duration::from_millis(500);

/// How many nodes of the critical path are named.
const CHAIN: usize = 6;

/// Lines for people about an ended run: verdict, times, what failed and why, what to do next.
pub(crate) fn summary(run: &RunView, tail: Tail<'_>) -> Vec<String> {
    let Some(verdict) = run.verdict() else { return Vec::new() };
    let mut lines = vec![String::new(), headline(run, verdict)];
    lines.extend(times(run));
    lines.extend(told_cost(run));
    lines.extend(reuse_line(run.reuse()));
    lines.extend(files(run));
    for node in run.failed() {
        lines.extend(failed(node, verdict, tail));
    }
    for node in run.not_undone() {
        lines.extend(not_undone(node, tail));
    }
    lines.extend(next_step(run, verdict));
    lines
}

fn headline(run: &RunView, verdict: Verdict) -> String {
    let (style, word) = match verdict {
        Verdict::Succeeded => (GOOD, "succeeded"),
        Verdict::Failed => (ERROR, "failed"),
        Verdict::Halted => (WARNING, "ran one node alone, the rest waits"),
        Verdict::Cancelled => (WARNING, "was cancelled"),
        Verdict::Compensated => (WARNING, "failed and was undone"),
        Verdict::CompensationFailed => (ERROR, "failed and could not be undone"),
    };
    let counts = outcomes(run);
    format!("{} {}: {counts}", paint(STRONG, run.dag()), paint(style, word))
}

/// `5 of 7 nodes done, 1 failed, 1 blocked`.
fn outcomes(run: &RunView) -> String {
    let number = |wanted: fn(&NodeState) -> bool| run.nodes().filter(|node| wanted(&node.state)).count();
    let good = number(|state| matches!(state, NodeState::Succeeded | NodeState::Reused));
    let mut text = format!("{good} of {} done", count(run.total(), "node"));
    let others: [(usize, &str); 6] = [
        (run.failed().count(), "failed"),
        (number(|state| *state == NodeState::Blocked), "blocked"),
        (number(|state| *state == NodeState::Skipped), "skipped"),
        (number(|state| *state == NodeState::Cancelled), "cancelled"),
        (number(|state| *state == NodeState::Compensated), "undone"),
        (run.not_undone().count(), "not undone"),
    ];
    for (number, word) in others.into_iter().filter(|(number, _)| *number > 0) {
        text.push_str(&format!(", {number} {word}"));
    }
    text
}

/// Wall time, the sum of the attempts, how many times faster the run was than one attempt after the other, how much of
/// its slots it used, and the chain that it waited for.
fn times(run: &RunView) -> Vec<String> {
    let summary = run.summary();
    if summary.sum == Duration::ZERO {
        return Vec::new();
    }
    let mut line = format!("  wall {}, sum of nodes {}", time::short(summary.wall), time::short(summary.sum));
    if summary.wall < TELLING {
        return vec![line];
    }
    line.push_str(&format!(", speed-up {:.1} ×", summary.speed_up));
    if run.total() < 2 {
        return vec![line];
    }
    line.push_str(&format!(", parallel efficiency {:.0} %", summary.efficiency * 100.0));
    let path = chain(&summary.critical_path);
    let critical =
        path.map(|path| format!("  critical path as run {}: {path}", time::short(summary.critical)));
    iter::once(line).chain(critical).collect()
}

fn told_cost(run: &RunView) -> Option<String> {
    let summary = run.summary();
    Some(cost_line(summary.usage.as_ref()?, summary.is_cost_partial))
}

/// What agents used, all together.
pub(crate) fn cost_line(usage: &Usage, is_cost_partial: bool) -> String {
    let tokens = cost::in_and_out(usage);
    let dollars = match (usage.usd, is_cost_partial) {
        (None, _) => "cost not told by the runners".to_owned(),
        (Some(usd), false) => format!("cost {}", cost::dollars(usd)),
        (Some(usd), true) => format!("cost {} and what some runners do not tell", cost::dollars(usd)),
    };
    format!("  {dollars}, tokens {tokens}")
}

/// `reused 3 of 5 results: 12s, $0.40 and 1.2 MB not made again`; none where no result could be used again.
pub(crate) fn reuse_line(reuse: &ReuseFigures) -> Option<String> {
    let looked_for = reuse.hits + reuse.misses;
    let mut parts = Vec::new();
    if looked_for > 0 {
        parts.push(format!("reused {} of {} results", reuse.hits, looked_for));
    }
    if reuse.hits > 0 {
        let mut saved = vec![time::short(Duration::from_millis(reuse.saved_ms))];
        saved.extend((reuse.saved_usd > 0.0).then(|| cost::dollars(reuse.saved_usd)));
        saved.push(bytes(reuse.saved_bytes));
        parts.push(format!("saved {}", saved.join(", ")));
    }
    let others = [
        (u64::from(reuse.adopted), "taken over"),
        (u64::from(reuse.stale), "too old"),
        (u64::from(reuse.edited), "edited"),
        (u64::from(reuse.not_kept), "not kept"),
        (reuse.evicted, "evicted"),
    ];
    let others = others.into_iter().filter(|(number, _)| *number > 0);
    parts.extend(others.map(|(number, word)| format!("{number} {word}")));
    (!parts.is_empty()).then(|| format!("  {}", parts.join(", ")))
}

/// `812 B`, `1.2 MB`.
pub(crate) fn bytes(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "it is rounded to one digit behind the point")]
    let scaled = |unit: u64| bytes as f64 / unit as f64;
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", scaled(1_000)),
        1_000_000..1_000_000_000 => format!("{:.1} MB", scaled(1_000_000)),
        _ => format!("{:.1} GB", scaled(1_000_000_000)),
    }
}

/// `a → b → c`, without the middle of a long one; none for an empty one.
fn chain(path: &[&NodeView]) -> Option<String> {
    let names: Vec<&str> = path.iter().map(|node| node.path.as_str()).collect();
    let hidden = names.len().saturating_sub(CHAIN);
    if hidden == 0 {
        return (!names.is_empty()).then(|| names.join(" → "));
    }
    let (first, rest) = names.split_at(CHAIN / 2);
    let last = rest.get(hidden..).unwrap_or_default();
    Some(format!("{} → … {hidden} more … → {}", first.join(" → "), last.join(" → ")))
}

fn files(run: &RunView) -> Option<String> {
    let files: Vec<String> = run.nodes().flat_map(|node| &node.files).map(|file| root::shown(file)).collect();
    if files.is_empty() { None } else { Some(format!("  files: {}", files.join(", "))) }
}

fn failed(node: &NodeView, verdict: Verdict, tail: Tail<'_>) -> Vec<String> {
    let word = if verdict == Verdict::Succeeded { "failed, tolerated" } else { "failed" };
    let detail = if node.recorded.is_some() { &node.recorded_detail } else { &node.detail };
    with_log(word, node, detail.as_deref(), tail(&node.path, WhichAttempt::Latest))
}

fn not_undone(node: &NodeView, tail: Tail<'_>) -> Vec<String> {
    with_log("not undone", node, node.detail.as_deref(), tail(&node.path, WhichAttempt::Undoing))
}

fn with_log(word: &str, node: &NodeView, reason: Option<&str>, log: Option<Vec<u8>>) -> Vec<String> {
    let reason = reason.unwrap_or("no reason given");
    let mut lines =
        vec![String::new(), format!("{} {}: {reason}", paint(ERROR, word), paint(STRONG, &node.path))];
    let log = log.unwrap_or_default();
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

fn next_step(run: &RunView, verdict: Verdict) -> Vec<String> {
    if verdict == Verdict::Succeeded {
        return Vec::new();
    }
    let id = run.id();
    let mut lines = vec![String::new()];
    if let Some(node) = run.failed().find(|node| node.attempt > 0) {
        lines.push(format!("  whole output: divisi logs {id} {}", shell_word(&node.path)));
    }
    let next = match verdict {
        Verdict::Compensated => "  to run what was undone, and the rest: ",
        Verdict::CompensationFailed => "  to try again to undo it: ",
        _ => "  to go on:     ",
    };
    lines.push(format!("{next}divisi resume {id}"));
    lines
}

/// Instances of a group have brackets in their paths, which shells expand.
pub(crate) fn shell_word(path: &str) -> String {
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
