//! Events as lines of text: what a log file or a terminal without live view gets.

use divisi_engine::event::{
    ClosedBy, Event, EventRecord, Evidence, LostDecision, NodeState, Request, StopCause,
};
use divisi_engine::view::{NodeView, RunView};

use super::{Report, budget, cost};
use crate::failure::Failure;
use crate::output::{self, ERROR, FAINT, GOOD, NOTE, Output, STRONG, WARNING, paint};
use crate::time;

/// Prints a line for each event that people care about.
pub(crate) struct Plain;

impl Report for Plain {
    fn recall(&mut self, _run: &RunView) {}

    fn event(&mut self, record: &EventRecord, run: &RunView, output: &mut Output) -> Result<(), Failure> {
        if let Some(line) = line(record, run, Detail::Everything) {
            output.line(line);
            output.flush();
        }
        Ok(())
    }

    fn tick(&mut self, _run: &RunView, _now: i64) {}

    fn close(&mut self) {}
}

/// How much the lines say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Starts as well as ends.
    Everything,
    /// No starts: something else shows what is running.
    Ends,
}

/// The line for one event; none where it means nothing to people. `run` has the event in already.
pub(super) fn line(record: &EventRecord, run: &RunView, detail: Detail) -> Option<String> {
    let text = match &record.event {
        Event::RunPlanned { dag, nodes, max_parallel, .. } => {
            return Some(header(dag, *nodes, *max_parallel, &record.run));
        }
        Event::HostStarted { epoch, .. } if *epoch > 1 => "the run goes on with a new host".to_owned(),
        Event::Requested { request, .. } => asked(request)?,
        Event::CompensationStarted { nodes } if nodes.is_empty() => {
            mark(NOTE, "undoing", "nothing", "no node that was done says how it is undone")
        }
        Event::CompensationStarted { nodes } => {
            mark(NOTE, "undoing", &output::count(nodes.len(), "node"), "the last one first")
        }
        Event::Refused { detail } => mark(WARNING, "refused", "an inner step", detail),
        Event::Withheld { node, .. } => {
            let node = run.node(node)?;
            mark(NOTE, "waiting", &node.path, &format!("for {}", run.in_the_way_of(node)?))
        }
        Event::RunnerClosed { runner, until, by, detail, .. } => {
            let why = match by {
                ClosedBy::Quota => "out of quota",
                ClosedBy::Faults => "failed too often in a row",
            };
            let rest = format!("{why}, tried again at {}  {detail}", time::local(*until));
            mark(WARNING, "waiting", runner, &rest)
        }
        Event::RunnerOpened { runner, probing: false } => {
            mark(NOTE, "open", runner, "all its nodes may start again")
        }
        Event::RunnerOpened { runner, probing: true } => {
            mark(NOTE, "probing", runner, "one node tries whether it works again")
        }
        Event::BudgetExhausted { scope, unit, spent, limit } => {
            let rest = budget::too_little(*unit, *spent, *limit);
            mark(WARNING, "waiting", &budget::whose(scope), &rest)
        }
        Event::NodeState { node, state, attempt, .. } => {
            node_line(record.at, state, *attempt, run.node(node)?, detail)?
        }
        Event::NodeIdentified { node, miss: Some(miss), .. } if !miss.detail.is_empty() => {
            mark(FAINT, "anew", node, &miss.detail)
        }
        Event::AttemptEnded { node, evidence: Evidence { result: Some(result), .. }, .. }
            if !result.not_kept.is_empty() =>
        {
            mark(FAINT, "not kept", node, &result.not_kept)
        }
        Event::AttemptStopping { node, cause, .. } => mark(WARNING, "stopping", node, stopping(*cause)),
        _ => return None,
    };
    let clock = format!("{:>7}", time::short(run.wall(record.at)));
    Some(format!("{}  {text}", paint(FAINT, clock)))
}

fn header(dag: &str, nodes: usize, max_parallel: u32, run: &str) -> String {
    let nodes = output::count(nodes, "node");
    format!("{} · {nodes}, {max_parallel} at a time · run {run}", paint(STRONG, dag))
}

fn asked(request: &Request) -> Option<String> {
    Some(match request {
        Request::Cancel => "asked to cancel".to_owned(),
        Request::Compensate => "asked to undo what was done".to_owned(),
        Request::CancelNode { node } => format!("asked to cancel {node}"),
        Request::Forget { node } => format!("asked to do {node} again, and all that waits for it"),
        Request::Only { node } => format!("asked to do {node} alone: what waits for it stays pending"),
        // Told by the node, where it is the answer to what is asked.
        Request::Approve { .. } => return None,
        Request::Decide { node, decision } => format!("decided: {node} {}", decided(*decision)),
        Request::Pause => "asked to pause: what is running goes on, nothing new starts".to_owned(),
        Request::Unpause => "asked to go on".to_owned(),
        Request::Raise { scope, more } => {
            format!("{} may spend {} more", budget::whose(scope), budget::all(more))
        }
        // Told by the new host.
        Request::Resume => return None,
    })
}

fn decided(decision: LostDecision) -> &'static str {
    match decision {
        LostDecision::Retry => "is tried again",
        LostDecision::Succeeded => "counts as succeeded",
        LostDecision::Failed => "counts as failed",
    }
}

fn stopping(cause: StopCause) -> &'static str {
    match cause {
        StopCause::TimedOut => "its timeout is over",
        StopCause::Idle => "nothing came from it for its idle_timeout",
        StopCause::Cancelled => "cancelled",
        StopCause::Budget => "its budget is used up",
    }
}

fn node_line(
    at: i64,
    state: &NodeState,
    attempt: Option<u32>,
    node: &NodeView,
    detail: Detail,
) -> Option<String> {
    let path = &node.path;
    let reason = node.detail.as_deref().unwrap_or_default();
    let line = match state {
        NodeState::Running if detail == Detail::Ends => return None,
        NodeState::Running => mark(NOTE, "started", path, &nth(attempt.unwrap_or(node.attempt))),
        // An approval that was given says by whom.
        NodeState::Succeeded if node.attempt == 0 => mark(GOOD, "succeeded", path, reason),
        NodeState::Succeeded => mark(GOOD, "succeeded", path, &join(&took(node), &used(node))),
        NodeState::Reused => mark(GOOD, "reused", path, reason),
        NodeState::Failed { .. } => {
            mark(ERROR, "failed", path, &join(&join(&took(node), &used(node)), reason))
        }
        NodeState::Skipped => mark(FAINT, "skipped", path, reason),
        NodeState::Blocked => mark(WARNING, "blocked", path, reason),
        NodeState::Cancelled => mark(WARNING, "cancelled", path, reason),
        NodeState::RetryWait => mark(WARNING, "failed", path, &join(&took(node), &again(node, reason, at))),
        NodeState::Lost => mark(WARNING, "lost", path, "its host died before its end was known"),
        NodeState::WaitingApproval | NodeState::WaitingDecision => mark(NOTE, "waiting", path, reason),
        NodeState::Merging => {
            mark(NOTE, "merging", path, &join(&took(node), "from its copy of the workspace"))
        }
        NodeState::Compensating => mark(NOTE, "undoing", path, reason),
        NodeState::Compensated => mark(GOOD, "undone", path, ""),
        NodeState::CompensationFailed => mark(ERROR, "not undone", path, reason),
        NodeState::Pending | NodeState::Ready | NodeState::Stopping { .. } | NodeState::Expanded => {
            return None;
        }
    };
    Some(line)
}

fn mark(style: anstyle::Style, word: &str, node: &str, rest: &str) -> String {
    let word = paint(style, format!("{word:<10}"));
    if rest.is_empty() { format!("{word} {node}") } else { format!("{word} {node}  {rest}") }
}

fn nth(attempt: u32) -> String {
    if attempt > 1 { format!("(attempt {attempt})") } else { String::new() }
}

fn took(node: &NodeView) -> String {
    node.wall.map(time::short).unwrap_or_default()
}

/// The failure, and when the node is tried again.
fn again(node: &NodeView, reason: &str, now: i64) -> String {
    let wait = node.retry_at.map_or(0, |due| u64::try_from(due.saturating_sub(now)).unwrap_or(0));
    join(reason, &format!("(again in {})", time::short(std::time::Duration::from_millis(wait))))
}

/// `12.3k tokens, $0.42`; empty where no runner told.
fn used(node: &NodeView) -> String {
    node.usage.as_ref().map(cost::used).unwrap_or_default()
}

fn join(left: &str, right: &str) -> String {
    match (left, right) {
        ("", text) | (text, "") => text.to_owned(),
        _ => format!("{left}  {right}"),
    }
}
