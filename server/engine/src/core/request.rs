//! What a request does to a run that a host owns.

use std::collections::BTreeSet;

use super::approval::Answer;
use super::draft::Draft;
use super::effect::{AttemptKey, Effect};
use super::input::RequestRow;
use super::state::State;
use crate::event::{Event, FailKind, LostDecision, NodeState, Request, StopCause};

const ON_REQUEST: &str = "cancelled on request";

/// Takes a row of the request table in, once.
pub(super) fn take_in(draft: &mut Draft<'_>, row: RequestRow) {
    if row.id <= draft.state().last_request {
        return;
    }
    draft.emit(Event::Requested { id: row.id, request: row.request.clone() });
    match row.request {
        // What a first cancel does follows from the mode, like everything that a mode does.
        Request::Cancel if draft.state().cancels > 1 => kill_everything(draft),
        Request::CancelNode { node } => cancel_node(draft, &node),
        Request::Forget { node } => forget(draft, &node),
        Request::Only { node } => draft.run_alone(&node),
        Request::Decide { node, decision } => decide_lost(draft, &node, decision),
        Request::Approve { node, approved, by, comment, about } => {
            let answer = Answer { approved, by: &by, comment: comment.as_deref(), about: &about };
            draft.take_answer(&node, &answer);
        }
        Request::Unpause | Request::Resume => {
            draft.ask_what_is_ready();
            draft.look_again();
        }
        Request::Cancel | Request::Compensate | Request::Pause | Request::Raise { .. } => {}
    }
}

fn kill_everything(draft: &mut Draft<'_>) {
    let epoch = draft.state().epoch;
    let live: Vec<_> = draft.state().live().collect();
    for attempt in live {
        draft.perform(Effect::Kill {
            key: AttemptKey { node: attempt.node, attempt: attempt.attempt, epoch },
        });
    }
}

/// Cancels one node alone; of an expanded group, all in it that is not over.
fn cancel_node(draft: &mut Draft<'_>, path: &str) {
    let Some(node) = draft.state().index(path) else { return };
    for node in draft.state().subtree(node) {
        cancel_one(draft, node);
    }
}

fn cancel_one(draft: &mut Draft<'_>, node: usize) {
    // A node that ran alone may leave others open, and the run be undone: they stay for the next resume.
    let is_undone = draft.state().undo.is_some();
    match draft.state().node(node).map(|standing| standing.state) {
        Some(NodeState::Running | NodeState::Compensating) => draft.stop(node, StopCause::Cancelled),
        Some(
            NodeState::Pending
            | NodeState::Ready
            | NodeState::WaitingApproval
            | NodeState::RetryWait
            | NodeState::WaitingDecision,
        ) if !is_undone => draft.enter(node, NodeState::Cancelled, Some(ON_REQUEST.to_owned())),
        _ => {}
    }
}

/// Makes a node and everything that waits for it pending again. Only where nothing is live: a resume's first decision.
/// A node whose merge is under way ends it first: half of it may be in the workspace already.
fn forget(draft: &mut Draft<'_>, path: &str) {
    let Some(node) = draft.state().index(path) else { return };
    if draft.state().live().next().is_some() || draft.state().undo.is_some() {
        return;
    }
    reset_from(draft, node);
}

/// Makes a node and everything that waits for it pending.
pub(super) fn reset_from(draft: &mut Draft<'_>, node: usize) {
    for node in downstream(draft.state(), node) {
        let is_reset = |state| !matches!(state, NodeState::Pending | NodeState::Merging);
        if draft.state().node(node).is_some_and(|standing| is_reset(standing.state)) {
            draft.enter(node, NodeState::Pending, None);
        }
    }
}

/// A node, all that waits for it, and what their groups hold; in plan order, so that a group stands before its
/// instances. Of the groups around the node itself what does not wait for it stays.
pub(super) fn downstream(state: &State, node: usize) -> BTreeSet<usize> {
    let around: Vec<usize> = state.groups_around(node).collect();
    let mut found = BTreeSet::from([node]);
    let mut next = vec![node];
    while let Some(node) = next.pop() {
        let children = if around.contains(&node) { &[][..] } else { state.children(node) };
        let after = state.graph.dependents(node).iter().chain(children).copied();
        let group = state.plan.nodes.get(node).and_then(|node| node.group);
        next.extend(after.chain(group).filter(|reached| found.insert(*reached)));
    }
    found
}

/// A person says what the lost attempt of a node counts as.
fn decide_lost(draft: &mut Draft<'_>, path: &str, decision: LostDecision) {
    let Some(node) = draft.state().index(path) else { return };
    let Some(standing) = draft.state().node(node) else { return };
    if standing.state != NodeState::WaitingDecision {
        return;
    }
    let has_to_wait = standing.waiting > 0 || draft.state().is_held_back(node);
    match decision {
        LostDecision::Retry if has_to_wait => {
            draft.enter(node, NodeState::Pending, None);
            draft.follow_group(node);
        }
        LostDecision::Retry => {
            draft.enter(node, NodeState::Ready, None);
            draft.apply_mode_to_ready(node);
        }
        LostDecision::Succeeded => {
            draft.enter(node, NodeState::Succeeded, Some("marked as succeeded".to_owned()));
        }
        LostDecision::Failed => {
            let detail = Some("marked as failed".to_owned());
            draft.enter(node, NodeState::Failed { kind: FailKind::Marked }, detail);
        }
    }
}
