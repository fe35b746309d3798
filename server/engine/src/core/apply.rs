//! `apply(state, event)`: the only mutation of the state, live and in replay.

use std::sync::Arc;

use super::approval::Question;
use super::breaker;
use super::budget;
use super::compensation::Undo;
use super::evaluate::Refusal;
use super::gate::Gate;
use super::graph::PlanFault;
use super::retry::NextTry;
use super::reuse;
use super::state::{AttemptProcess, NodeStanding, State};
use super::transitions::is_allowed;
use crate::event::{AttemptEnd, Event, EventRecord, NodeState, Request, Verdict};
use crate::plan::StoredPlan;

/// Why an event does not fit the state that precedes it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The plan itself is not sound.
    #[error(transparent)]
    Plan(#[from] PlanFault),
    /// Events are missing, or stand twice.
    #[error("event {found} follows event {last} in the journal")]
    Gap {
        /// Place of the last event.
        last: u64,
        /// Place of this one.
        found: u64,
    },
    /// The event names a node that the plan does not have.
    #[error("event {seq} names the node {node}, which the plan does not have")]
    UnknownNode {
        /// Place of the event.
        seq: u64,
        /// The name.
        node: String,
    },
    /// The table of transitions forbids it.
    #[error("event {seq} takes the node {node} from {from:?} to {to:?}, which cannot be")]
    Transition {
        /// Place of the event.
        seq: u64,
        /// Path of the node.
        node: String,
        /// Where it was.
        from: NodeState,
        /// Where the event would take it.
        to: NodeState,
    },
    /// The identity of a node that nobody looks for.
    #[error("event {seq} tells the identity of the node {node}, which is not looked for")]
    Identity {
        /// Place of the event.
        seq: u64,
        /// Path of the node.
        node: String,
    },
    /// An attempt does not follow from those before it.
    #[error("event {seq} speaks of attempt {attempt} of the node {node}, which it cannot be in")]
    Attempt {
        /// Place of the event.
        seq: u64,
        /// Path of the node.
        node: String,
        /// The attempt's number.
        attempt: u32,
    },
}

/// Applies one record. A record that does not fit is a fault of ours: a panic in debug builds; in release it is
/// logged and leaves everything but the place in the journal as it was.
pub fn apply(state: &mut State, record: &EventRecord) {
    if let Err(fault) = try_apply(state, record) {
        debug_assert!(false, "{fault}");
        tracing::error!(run = %state.run, %fault, "an event was refused");
    }
}

/// The state after all `records`; an error for a journal that no build of ours can have written.
pub fn replay(run: &str, plan: Arc<StoredPlan>, records: &[EventRecord]) -> Result<State, Fault> {
    let mut state = State::new(run, plan)?;
    for record in records {
        try_apply(&mut state, record)?;
    }
    Ok(state)
}

/// Applies one record, or says why it does not fit. The place in the journal moves on either way.
pub fn try_apply(state: &mut State, record: &EventRecord) -> Result<(), Fault> {
    let last = state.seq;
    if record.seq != last + 1 {
        return Err(Fault::Gap { last, found: record.seq });
    }
    state.seq = record.seq;
    apply_event(state, &record.event, record.at)
}

/// Applies an event that has no place in the journal yet: how [`decide`](super::decide()) drafts.
pub(super) fn apply_event(state: &mut State, event: &Event, at: i64) -> Result<(), Fault> {
    match event {
        Event::HostStarted { epoch, .. } => start_session(state, *epoch, at),
        Event::Requested { id, request } => apply_request(state, *id, request),
        Event::RunResumed { .. } => resume(state),
        Event::NodeState { node, state: to, detail, outputs, .. } => {
            let index = known(state, node)?;
            move_node(state, index, *to)?;
            let Some(standing) = state.nodes.get_mut(index) else { return Ok(()) };
            standing.opened_at = standing.opened_at.filter(|_| *to != NodeState::Pending);
            standing.overdue &= *to != NodeState::Pending;
            if *to == NodeState::Expanded {
                standing.opened_at = Some(at);
            }
            standing.detail = detail.as_deref().map(Into::into);
            if matches!(to, NodeState::Succeeded | NodeState::Reused | NodeState::Merging) {
                standing.outputs = Some(Arc::new(outputs.clone()));
            }
        }
        Event::NodeIdentified { node, .. } => reuse::identify(state, known(state, node)?)?,
        Event::NodeReused { node, source } => {
            let index = known(state, node)?;
            reuse::take_result(state, index, Some(&source.result_id));
        }
        Event::AttemptGranted { node, attempt, reserved } => {
            grant(state, node, *attempt)?;
            let index = known(state, node)?;
            if !state.is_compensating(index) {
                budget::begin_attempt(state, index, *reserved, at);
            }
        }
        Event::AttemptStarted { node, attempt, pid, boot_id, start_time } => {
            let process = AttemptProcess { pid: *pid, boot_id: boot_id.clone(), start_time: *start_time };
            live_attempt(state, node, *attempt)?.process = Some(Arc::new(process));
        }
        Event::AttemptStopping { node, attempt, cause } => {
            let standing = live_attempt(state, node, *attempt)?;
            standing.undo_stop = (standing.state == NodeState::Compensating).then_some(*cause);
        }
        Event::CompensationStarted { nodes } => {
            let order = nodes.iter().map(|node| known(state, node)).collect::<Result<_, _>>()?;
            state.undo = Some(Undo { order, next: 0 });
            state.undo_requested = false;
            state.cancels = 0;
        }
        Event::RetryScheduled { node, kind, due_at, wait_ms } => {
            let index = known(state, node)?;
            let next_try = NextTry { kind: *kind, due_at: *due_at, wait_ms: *wait_ms };
            if let Some(standing) = state.nodes.get_mut(index) {
                standing.next_try = Some(next_try);
            }
        }
        Event::ApprovalAsked { node, about, expires_at, .. } => {
            let index = known(state, node)?;
            let question = Question { about: about.as_str().into(), asked_at: at, expires_at: *expires_at };
            if let Some(standing) = state.nodes.get_mut(index) {
                standing.question = Some(Arc::new(question));
            }
        }
        Event::AttemptEnded { node, attempt, end, evidence } => {
            end_attempt(state, node, *attempt, *end)?;
            let index = known(state, node)?;
            breaker::count_fault(state, index, *end, evidence);
            // What undoes a node changes nothing of its result, and ignores the run's budget.
            if state.is_compensating(index) {
                return Ok(());
            }
            let result = evidence.result.as_ref().map(|result| result.result_id.as_str());
            reuse::take_result(state, index, result);
            budget::end_attempt(state, index, *end, evidence, at);
        }
        Event::BudgetExhausted { scope, .. } => budget::exhaust(state, scope),
        Event::RunEnded { verdict } => {
            state.verdict = Some(*verdict);
            state.ended_at = Some(at);
        }
        Event::RunnerClosed { runner, until, closures, is_known, by, .. } => {
            let gate = Gate::Closed { until: *until, closures: *closures, is_known: *is_known, by: *by };
            set_gate(state, runner, Some(gate));
        }
        Event::Withheld { node, what, by } => {
            let place = state.graph.demands.place(known(state, node)?);
            state.withheld.insert(place, Refusal { what: what.clone(), by: by.clone() });
        }
        Event::RunnerOpened { runner, probing } => open_gate(state, runner, *probing),
        Event::GroupExpanded { node, items } => {
            let index = known(state, node)?;
            state.grow(index, items)?;
        }
        Event::ArgumentsBound { node, args } => {
            let index = known(state, node)?;
            state.bind_args(index, args);
        }
        Event::GroupTimedOut { node } => {
            let index = known(state, node)?;
            if let Some(standing) = state.nodes.get_mut(index) {
                standing.overdue = true;
            }
        }
        Event::RunPlanned { .. } | Event::Refused { .. } | Event::Unknown => {}
    }
    Ok(())
}

/// Other runs let go of what a node needs: whoever needs the same may ask again, whatever else it needs within the run.
fn ask_again_like(state: &mut State, index: usize) {
    let demands = &state.graph.demands;
    let Some(granted) = demands.get(demands.place(index)) else { return };
    state.withheld.retain(|place, _| demands.get(*place).is_some_and(|other| other.holds != granted.holds));
}

fn start_session(state: &mut State, epoch: u64, at: i64) {
    state.epoch = epoch;
    state.started_at.get_or_insert(at);
    state.withheld.clear();
}

fn set_gate(state: &mut State, name: &str, gate: Option<Gate>) {
    let Some(runner) = state.plan.runners.keys().position(|known| known == name) else { return };
    match gate {
        Some(gate) => drop(state.gates.insert(runner, gate)),
        None => drop(state.gates.remove(&runner)),
    }
    state.queue_anew(runner);
}

fn open_gate(state: &mut State, name: &str, probing: bool) {
    let runner = state.plan.runners.keys().position(|known| known == name);
    let gate = runner.and_then(|runner| state.gates.get(&runner)).copied();
    set_gate(state, name, gate.filter(|_| probing).map(Gate::probing));
}

/// A run that did not succeed is not over any more, even where none of its nodes is reset.
fn resume(state: &mut State) {
    state.cancels = 0;
    state.undo_requested = false;
    state.paused = false;
    state.only = None;
    // What a former host was about to undo goes on to be undone.
    if state.verdict.is_some_and(|verdict| verdict != Verdict::Succeeded) {
        state.undo = None;
    }
    // Whoever resumes may know better than the service said, or has mended what failed: one node tries.
    state.faults.clear();
    state.gates.values_mut().for_each(|gate| *gate = gate.probing());
    let runners: Vec<usize> = state.gates.keys().copied().collect();
    runners.into_iter().for_each(|runner| state.queue_anew(runner));
    state.budgets.iter_mut().for_each(|budget| budget.is_exhausted = false);
    if state.verdict != Some(Verdict::Succeeded) {
        state.verdict = None;
        state.ended_at = None;
    }
}

fn apply_request(state: &mut State, id: u64, request: &Request) {
    state.last_request = state.last_request.max(id);
    match request {
        Request::Cancel => state.cancels = state.cancels.saturating_add(1),
        Request::Pause => state.paused = true,
        Request::Unpause | Request::Resume => state.paused = false,
        Request::Compensate if state.undo.is_none() && state.verdict != Some(Verdict::Succeeded) => {
            state.undo_requested = true;
            state.cancels = state.cancels.saturating_add(1);
            state.verdict = None;
            state.ended_at = None;
        }
        Request::Only { node } => {
            if let Some(node) = state.index(node) {
                state.hold_all_but(node);
            }
        }
        Request::Raise { scope, more } => budget::raise(state, scope, more),
        Request::Forget { node } if state.undo.is_none() => {
            if let Some(index) = state.index(node) {
                state.verdict = None;
                state.ended_at = None;
                state.forget_items(index);
            }
        }
        Request::Compensate
        | Request::Forget { .. }
        | Request::CancelNode { .. }
        | Request::Decide { .. }
        | Request::Approve { .. } => {}
    }
}

fn known(state: &State, path: &str) -> Result<usize, Fault> {
    state.index(path).ok_or_else(|| Fault::UnknownNode { seq: state.seq, node: path.to_owned() })
}

/// Only one attempt of a node lives at a time, and numbers only grow.
fn grant(state: &mut State, path: &str, attempt: u32) -> Result<(), Fault> {
    let index = known(state, path)?;
    let previous = state.nodes.get(index).map_or(0, |standing| standing.attempt);
    if state.live.contains(&index) || attempt != previous + 1 {
        return Err(Fault::Attempt { seq: state.seq, node: path.to_owned(), attempt });
    }
    state.live.insert_mut(index);
    ask_again_like(state, index);
    state.hold_locks(index);
    state.take_places(index);
    if let Some(standing) = state.nodes.get_mut(index) {
        standing.attempt = attempt;
        standing.process = None;
        standing.undo_stop = None;
        if standing.state == NodeState::Compensating {
            standing.undone = attempt;
        } else {
            standing.worked = attempt;
        }
    }
    Ok(())
}

fn live_attempt<'a>(state: &'a mut State, path: &str, attempt: u32) -> Result<&'a mut NodeStanding, Fault> {
    let index = known(state, path)?;
    let fault = Fault::Attempt { seq: state.seq, node: path.to_owned(), attempt };
    let is_live = state.live.contains(&index);
    match state.nodes.get_mut(index) {
        Some(standing) if is_live && standing.attempt == attempt => Ok(standing),
        _ => Err(fault),
    }
}

fn end_attempt(state: &mut State, path: &str, attempt: u32, end: AttemptEnd) -> Result<(), Fault> {
    let standing = live_attempt(state, path, attempt)?;
    if !matches!(end, AttemptEnd::Lost | AttemptEnd::Interrupted) {
        standing.tries += 1;
    }
    if standing.state != NodeState::Compensating {
        standing.last_end = Some(end);
    }
    standing.lost_in_a_row = if end == AttemptEnd::Lost { standing.lost_in_a_row + 1 } else { 0 };
    let index = known(state, path)?;
    state.live.remove_mut(&index);
    state.give_up_places(index);
    // Whose attempt was lost keeps its ticket for as long as it may go on at once, and a merge belongs to the work.
    let is_merged_next = end == AttemptEnd::Succeeded && state.works_on_a_copy(index);
    if end != AttemptEnd::Lost && !is_merged_next {
        state.give_up_locks(index);
    }
    Ok(())
}

/// Moves a node and keeps everything that is counted over nodes.
fn move_node(state: &mut State, index: usize, to: NodeState) -> Result<(), Fault> {
    let Some(from) = state.nodes.get(index).map(|standing| standing.state) else { return Ok(()) };
    if !is_allowed(from, to) {
        let node = state.path(index).to_owned();
        return Err(Fault::Transition { seq: state.seq, node, from, to });
    }
    if from == NodeState::Ready {
        state.unidentified.remove_mut(&index);
        state.ready.remove_mut(&state.graph.rank(index));
        state.steps += 1;
        state.leave_room(index);
    }
    if !matches!(to, NodeState::Ready | NodeState::Merging) && !state.live.contains(&index) {
        state.give_up_locks(index);
    }
    if from == NodeState::RetryWait {
        state.retrying.remove_mut(&index);
    }
    if to == NodeState::RetryWait {
        state.retrying.insert_mut(index);
    }
    if from == NodeState::WaitingApproval {
        state.asking.remove_mut(&index);
    }
    if to == NodeState::WaitingApproval {
        state.asking.insert_mut(index);
    }
    if to == NodeState::Ready {
        reuse::become_ready(state, index);
    }
    count_end(state, index, from, -1);
    let with_run = state.cancels > 0;
    let place = state.seq;
    if let Some(standing) = state.nodes.get_mut(index) {
        standing.state = to;
        if to.is_terminal() && !from.is_terminal() {
            standing.ended_by = place;
        }
        if to != NodeState::WaitingApproval {
            standing.question = None;
        }
        if to == NodeState::Compensating && from != to {
            standing.recorded = standing.recorded.or(Some(from));
            standing.tries = 0;
            standing.lost_in_a_row = 0;
        }
        standing.next_try = standing.next_try.filter(|_| to == NodeState::RetryWait);
        standing.cancelled_with_run = with_run && to == NodeState::Cancelled;
    }
    count_end(state, index, to, 1);
    match (from.is_terminal(), to.is_terminal()) {
        (false, true) => finish_node(state, index),
        (true, false) => {
            reopen_node(state, index);
            reuse::reset(state, index, from);
        }
        _ => {}
    }
    match to {
        NodeState::Compensated | NodeState::CompensationFailed => {
            if let Some(undo) = &mut state.undo {
                undo.next += 1;
            }
        }
        NodeState::Expanded => set_open(state, index, true),
        NodeState::Pending => set_open(state, index, false),
        _ => {}
    }
    Ok(())
}

/// Keeps the counts that mode and verdict are made of; called with the state that a node leaves, and with the one
/// that it enters.
fn count_end(state: &mut State, index: usize, end: NodeState, change: isize) {
    let tolerant = state.plan.nodes.get(index).is_some_and(|node| node.continue_on_error);
    // What a node of another DAG comes to is that DAG's affair, whose one state counts in turn.
    let dag = state.plan.dag_around(index);
    let of_dag = dag.and_then(|dag| Some(&mut state.nodes.get_mut(dag)?.untolerated_children));
    let count = match (end, of_dag) {
        (NodeState::WaitingDecision, _) => &mut state.undecided,
        (NodeState::Merging, _) => &mut state.merging,
        (NodeState::Failed { .. }, _) if tolerant => return,
        (NodeState::Failed { .. } | NodeState::Cancelled, Some(of_dag)) => of_dag,
        (NodeState::Failed { .. } | NodeState::Cancelled, None) => &mut state.untolerated,
        (NodeState::Blocked, None) => &mut state.blocked,
        _ => return,
    };
    *count = count.saturating_add_signed(change);
}

fn finish_node(state: &mut State, index: usize) {
    state.unfinished = state.unfinished.saturating_sub(1);
    budget::count_unfinished(state, index, -1);
    change_waiting(state, index, -1);
}

/// A reset: the node is to be done again, and whoever waits for it waits again.
fn reopen_node(state: &mut State, index: usize) {
    state.unfinished += 1;
    budget::count_unfinished(state, index, 1);
    if let Some(standing) = state.nodes.get_mut(index) {
        standing.lost_in_a_row = 0;
        standing.tries = 0;
        standing.recorded = None;
    }
    change_waiting(state, index, 1);
}

/// Changes the counts of those that wait for a node to be over: its dependents, and the group that holds it.
fn change_waiting(state: &mut State, index: usize, change: isize) {
    let graph = Arc::clone(&state.graph);
    for dependent in graph.dependents(index) {
        state.steps += 1;
        if let Some(standing) = state.nodes.get_mut(*dependent) {
            standing.waiting = standing.waiting.saturating_add_signed(change);
        }
    }
    let group = state.plan.nodes.get(index).and_then(|node| node.group);
    if let Some(standing) = group.and_then(|group| state.nodes.get_mut(group)) {
        standing.unfinished_children = standing.unfinished_children.saturating_add_signed(change);
    }
}

/// Opens a group for its instances, or closes it; anything that is no group has none.
fn set_open(state: &mut State, group: usize, open: bool) {
    let plan = Arc::clone(&state.plan);
    let Some(children) = plan.nodes.get(group).and_then(|node| node.work.children()) else {
        return;
    };
    let Some(standing) = state.nodes.get_mut(group) else { return };
    if standing.open == open {
        return;
    }
    standing.open = open;
    for child in children {
        state.steps += 1;
        if let Some(standing) = state.nodes.get_mut(*child) {
            standing.waiting = standing.waiting.saturating_add_signed(if open { -1 } else { 1 });
        }
    }
}
