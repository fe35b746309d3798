//! A host takes a run over: what was in flight under the former host is settled, and a resume resets what did not end
//! well (ENGINE, sections 4 and 6).

use std::collections::{BTreeSet, HashSet};

use divisi_model::ResumePolicy;

use super::draft::Draft;
use super::effect::{Durability, Effect};
use super::input::{Recovered, RequestRow};
use super::request;
use super::state::LiveAttempt;
use crate::event::{AttemptEnd, Event, Evidence, FailKind, NodeState, Request, Verdict};

/// Lost attempts in a row that fail a node, whatever its `resume` says: something in it kills hosts.
pub(super) const LOST_ATTEMPTS: u32 = 3;

/// The first input of every host.
///
/// Requests up to the last resume are superseded by it: they are journaled and change nothing.
pub(super) fn host_started(
    draft: &mut Draft<'_>,
    epoch: u64,
    pid: u32,
    recovered: Vec<Recovered>,
    mut requests: Vec<RequestRow>,
) {
    requests.retain(|row| row.id > draft.state().last_request);
    requests.sort_by_key(|row| row.id);
    let resume = requests.iter().rposition(|row| row.request == Request::Resume);
    let later = requests.split_off(resume.map_or(0, |last| last + 1));

    draft.emit(Event::HostStarted { epoch, pid });
    draft.require(Durability::Power);
    draft.sweep_anew();
    let judged = settle_live_attempts(draft, recovered);
    if let Some(last) = requests.last() {
        let id = last.id;
        for row in requests {
            draft.emit(Event::Requested { id: row.id, request: row.request });
        }
        draft.cancel_openings();
        let ended = draft.state().verdict;
        draft.emit(Event::RunResumed { id });
        match ended {
            Some(Verdict::CompensationFailed) => draft.begin_undoing(),
            // It goes on to be undone.
            None if draft.state().undo.is_some() => {}
            _ => {
                let spared = later.iter().rev().find_map(|row| spared_by(draft, &row.request));
                reset(draft, &judged, &spared.unwrap_or_default());
                if ended.is_some() {
                    open_anew(draft);
                }
            }
        }
    }
    draft.merge_again();
    draft.set_retry_timers();
    draft.set_undoing_timer();
    draft.set_approval_timers();
    let reopens = |row: &RequestRow| {
        matches!(row.request, Request::Forget { .. } | Request::Only { .. } | Request::Compensate)
    };
    if let (Some(verdict), false) = (draft.state().verdict, later.iter().any(reopens)) {
        draft.perform(Effect::Finish { verdict });
        return;
    }
    draft.set_openings();
    draft.look_again();
    draft.take_groups_over();
    for node in 0..draft.state().plan.nodes.len() {
        draft.consider(node);
    }
    for row in later {
        request::take_in(draft, row);
    }
    if let Some(verdict) = draft.state().verdict {
        draft.perform(Effect::Finish { verdict });
    }
}

/// Ends every attempt of the former host. Returns the nodes that this very takeover judged to have failed as lost: the
/// resume that asked for the judgement does not take it back.
fn settle_live_attempts(draft: &mut Draft<'_>, recovered: Vec<Recovered>) -> HashSet<usize> {
    let mut outcomes: std::collections::HashMap<_, _> =
        recovered.into_iter().map(|found| ((found.node, found.attempt), found.outcome)).collect();
    let live: Vec<LiveAttempt> = draft.state().live().collect();
    let mut judged = HashSet::new();
    for LiveAttempt { node, attempt, .. } in live {
        let outcome = outcomes.remove(&(node, attempt));
        if draft.state().is_compensating(node) {
            draft.take_undoing_over(node, outcome);
            continue;
        }
        if draft.stop_cause(node).is_some() {
            draft.end_stopped_attempt(node, outcome.map(|found| found.evidence).unwrap_or_default());
            continue;
        }
        draft.enter(node, NodeState::Lost, None);
        match outcome {
            Some(outcome) => draft.end_attempt(node, outcome),
            None if lose(draft, node) => {
                judged.insert(node);
            }
            None => {}
        }
    }
    judged
}

/// Ends an attempt of which nothing is known; whether that failed its node.
fn lose(draft: &mut Draft<'_>, node: usize) -> bool {
    draft.journal_end(node, AttemptEnd::Lost, Evidence::default());
    let losses = draft.state().node(node).map_or(0, |standing| standing.lost_in_a_row);
    let policy = draft.state().plan.nodes.get(node).map_or(ResumePolicy::Retry, |node| node.resume);
    match policy {
        ResumePolicy::Never => {
            let detail = "its host died while it ran, and `resume: never` forbids another attempt";
            draft.enter(node, NodeState::Failed { kind: FailKind::Lost }, Some(detail.to_owned()));
            true
        }
        _ if losses >= LOST_ATTEMPTS => {
            let detail = format!("its host died {losses} times in a row while it ran");
            draft.enter(node, NodeState::Failed { kind: FailKind::Lost }, Some(detail));
            true
        }
        ResumePolicy::Retry => {
            draft.enter(node, NodeState::Ready, None);
            false
        }
        ResumePolicy::Ask => {
            let detail = "its host died while it ran: was its work done?";
            draft.enter(node, NodeState::WaitingDecision, Some(detail.to_owned()));
            false
        }
    }
}

/// What a node that is to run alone waits for stays as it is: that is over, however it ended.
fn spared_by(draft: &Draft<'_>, request: &Request) -> Option<BTreeSet<usize>> {
    let Request::Only { node } = request else { return None };
    Some(draft.state().upstream(draft.state().index(node)?))
}

/// Makes pending again what did not end well. A run that succeeded has nothing to go on with.
fn reset(draft: &mut Draft<'_>, judged: &HashSet<usize>, spared: &BTreeSet<usize>) {
    if draft.state().verdict == Some(Verdict::Succeeded) {
        return;
    }
    let count = draft.state().plan.nodes.len();
    // What was undone is not finished, and what followed from it neither.
    for node in 0..count {
        if draft.state().node(node).is_some_and(|standing| standing.state == NodeState::Compensated) {
            request::reset_from(draft, node);
        }
    }
    for node in 0..count {
        if !judged.contains(&node) && !spared.contains(&node) && is_to_be_done_again(draft, node) {
            draft.enter(node, NodeState::Pending, None);
        }
    }
    // A barrier that was open stands again before what it waits for; barriers stand in the order of their phases.
    for barrier in barriers(draft) {
        let standing = draft.state().node(barrier);
        if standing.is_some_and(|standing| standing.state.is_terminal() && standing.waiting > 0) {
            draft.enter(barrier, NodeState::Pending, None);
        }
    }
    // What has a rule that was evaluated on an end that is taken back waits for the new one. A group stands before
    // its instances, so that one pass reaches both.
    for node in 0..count {
        let Some(standing) = draft.state().node(node) else { continue };
        if standing.waiting > 0 && is_before_its_work(standing.state) {
            draft.enter(node, NodeState::Pending, None);
        }
    }
}

/// A run that ended while one node ran alone left the groups around it open. They open again, so that a DAG's time is
/// counted from there: nothing of it went by while nobody ran it.
fn open_anew(draft: &mut Draft<'_>) {
    for node in 0..draft.state().plan.nodes.len() {
        if draft.state().node(node).is_some_and(|standing| standing.state == NodeState::Expanded) {
            draft.enter(node, NodeState::Pending, None);
        }
    }
}

fn barriers(draft: &Draft<'_>) -> BTreeSet<usize> {
    draft.state().plan.nodes.iter().flat_map(|node| node.after.iter().copied()).collect()
}

/// The rule has let it through, and no attempt of it lives or waits for a person's word.
fn is_before_its_work(state: NodeState) -> bool {
    matches!(
        state,
        NodeState::Ready | NodeState::WaitingApproval | NodeState::RetryWait | NodeState::Expanded
    )
}

/// What belongs to a group that succeeded stays as it is, as its group does.
fn is_to_be_done_again(draft: &Draft<'_>, node: usize) -> bool {
    let state = |node: usize| draft.state().node(node).map(|standing| standing.state);
    let ended_badly = matches!(
        state(node),
        Some(NodeState::Failed { .. } | NodeState::Cancelled | NodeState::Skipped | NodeState::Blocked)
    );
    let within_success = |group| state(group) == Some(NodeState::Succeeded);
    ended_badly && !draft.state().groups_around(node).any(within_success) && !draft.state().is_left_out(node)
}
