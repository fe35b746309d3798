//! What a request does to a run that a host owns.

use super::draft::Draft;
use super::effect::{AttemptKey, Effect};
use super::input::RequestRow;
use crate::event::{Event, NodeState, Request, StopCause};

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
        Request::Cancel | Request::Pause | Request::Unpause | Request::Resume => {}
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

/// Cancels one node alone; of an expanded group, all instances that are not over.
fn cancel_node(draft: &mut Draft<'_>, path: &str) {
    let Some(node) = draft.state().index(path) else { return };
    if draft.state().node(node).is_some_and(|standing| standing.state == NodeState::Expanded) {
        for child in draft.state().children(node).to_vec() {
            cancel_one(draft, child);
        }
        return;
    }
    cancel_one(draft, node);
}

fn cancel_one(draft: &mut Draft<'_>, node: usize) {
    match draft.state().node(node).map(|standing| standing.state) {
        Some(NodeState::Running) => draft.stop(node, StopCause::Cancelled),
        Some(
            NodeState::Pending
            | NodeState::Ready
            | NodeState::WaitingApproval
            | NodeState::RetryWait
            | NodeState::WaitingDecision,
        ) => draft.enter(node, NodeState::Cancelled, Some(ON_REQUEST.to_owned())),
        _ => {}
    }
}
