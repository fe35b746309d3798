//! Invariant 6: a compensation covers exactly its set, in its order, one at a time, after every attempt is dead.

use std::collections::{BTreeMap, HashMap, HashSet};

use divisi_engine::event::{AttemptEnd, Event, FailKind, NodeState, Request, Verdict};
use divisi_engine::plan::StoredPlan;
use divisi_model::OnFailure;

/// What the journal says of it, kept by hand.
#[derive(Default)]
pub(crate) struct Undoing {
    events: u64,
    /// Place of the event that ended each node's own work.
    ended: BTreeMap<String, u64>,
    states: HashMap<String, NodeState>,
    /// How the last attempt at each node's own work ended.
    last_end: HashMap<String, AttemptEnd>,
    live: HashSet<String>,
    /// The present order, while there is one.
    order: Option<Vec<String>>,
    /// Nodes whose turn began in the present order, and those whose turn is over.
    begun: HashSet<String>,
    over: HashSet<String>,
    /// Failures that are tried again.
    waits: HashSet<String>,
    cancels: u32,
    was_asked: bool,
    /// The host was started to go on with what could not be undone.
    is_tried_again: bool,
    verdict: Option<Verdict>,
    /// One node runs alone: others may not be over.
    is_alone: bool,
}

impl Undoing {
    pub(crate) fn is_on(&self) -> bool {
        self.order.is_some()
    }

    /// Nodes that are undone.
    pub(crate) fn undone(&self) -> Vec<String> {
        let is_undone =
            |(node, state): (&String, &NodeState)| (*state == NodeState::Compensated).then(|| node.clone());
        self.states.iter().filter_map(is_undone).collect()
    }

    /// The node whose turn it is.
    pub(crate) fn turn(&self) -> Option<&str> {
        self.order.as_ref()?.iter().map(String::as_str).find(|node| !self.over.contains(*node))
    }

    pub(crate) fn waits_for_a_try(&self) -> bool {
        self.turn().is_some_and(|node| self.waits.contains(node))
    }

    /// How the run must have ended, and whether it must have.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        let order = self.order.as_ref()?;
        let gives_up = self.cancels > 0 && self.live.is_empty();
        if self.turn().is_some() && !gives_up {
            return None;
        }
        let all = order.iter().all(|node| self.states.get(node) == Some(&NodeState::Compensated));
        Some(if all { Verdict::Compensated } else { Verdict::CompensationFailed })
    }

    pub(crate) fn take(&mut self, plan: &StoredPlan, event: &Event) {
        self.events += 1;
        match event {
            Event::Requested { request: Request::Cancel, .. } => self.cancels += 1,
            Event::Requested { request: Request::Compensate, .. }
                if !self.is_on() && self.verdict != Some(Verdict::Succeeded) =>
            {
                self.cancels += 1;
                self.was_asked = true;
                self.verdict = None;
            }
            Event::Requested { request: Request::Forget { .. }, .. } if !self.is_on() => self.verdict = None,
            Event::Requested { request: Request::Only { node }, .. }
                if !self.is_on() && self.live.is_empty() && plan.nodes.iter().any(|it| it.path == *node) =>
            {
                self.verdict = None;
                self.is_alone = true;
            }
            Event::HostStarted { .. } => self.is_tried_again = false,
            Event::RunResumed { .. } => {
                self.is_alone = false;
                self.is_tried_again = self.verdict == Some(Verdict::CompensationFailed);
                if self.verdict.is_some_and(|verdict| verdict != Verdict::Succeeded) {
                    self.order = None;
                    self.verdict = None;
                }
                self.cancels = 0;
                self.was_asked = false;
            }
            Event::RunEnded { verdict } => self.verdict = Some(*verdict),
            Event::CompensationStarted { nodes } => self.begin(plan, nodes),
            Event::NodeState { node, state, .. } => self.move_to(node, *state),
            Event::AttemptGranted { node, .. } => {
                assert!(self.live.is_empty() || !self.is_on(), "{node} is undone beside another");
                self.live.insert(node.clone());
                if self.is_on() {
                    assert_eq!(self.turn(), Some(node.as_str()), "it is not the turn of {node}");
                    assert!(self.begun.contains(node) && !self.waits.contains(node));
                    assert_eq!(self.cancels, 0, "{node} is undone though that was cancelled");
                }
            }
            Event::AttemptEnded { node, end, .. } => {
                self.live.remove(node);
                if !self.is_on() {
                    self.last_end.insert(node.clone(), *end);
                }
            }
            Event::RetryScheduled { node, .. } if self.is_on() => drop(self.waits.insert(node.clone())),
            _ => {}
        }
    }

    fn begin(&mut self, plan: &StoredPlan, nodes: &[String]) {
        assert!(self.live.is_empty(), "something lives when the undoing begins");
        let state = |path: &String| self.states.get(path).copied().unwrap_or(NodeState::Pending);
        for planned in &plan.nodes {
            let is_open = matches!(state(&planned.path), NodeState::Pending | NodeState::Expanded);
            let is_at_rest = (self.is_alone || self.is_tried_again) && is_open;
            assert!(state(&planned.path).is_terminal() || is_at_rest, "{}", planned.path);
        }
        let of_the_run = plan.nodes.iter().enumerate().filter(|(index, _)| plan.dag_around(*index).is_none());
        let untolerated = of_the_run.clone().any(|(_, planned)| match state(&planned.path) {
            NodeState::Failed { .. } => !planned.continue_on_error,
            NodeState::Cancelled | NodeState::Blocked => true,
            _ => false,
        });
        let by_failure = plan.on_failure == OnFailure::Compensate && untolerated && self.cancels == 0;
        assert!(self.was_asked || by_failure || self.is_tried_again, "nobody wants it undone");
        let mut expected: Vec<&String> = plan
            .nodes
            .iter()
            .filter(|planned| {
                let Some(compensation) = &planned.compensate else { return false };
                self.is_in_the_set(&planned.path, &compensation.on)
            })
            .map(|planned| &planned.path)
            .collect();
        expected.sort_by_key(|node| std::cmp::Reverse(self.ended[*node]));
        assert_eq!(nodes.iter().collect::<Vec<_>>(), expected, "the set and its order");
        self.order = Some(nodes.to_vec());
        self.begun.clear();
        self.over.clear();
        self.waits.clear();
        (self.cancels, self.was_asked) = (0, false);
    }

    fn is_in_the_set(&self, node: &str, on: &[FailKind]) -> bool {
        let is_unknown = |kind: FailKind| {
            [FailKind::TimedOut, FailKind::Idle, FailKind::Budget, FailKind::Lost].contains(&kind)
        };
        match self.states.get(node).copied().unwrap_or(NodeState::Pending) {
            NodeState::Succeeded | NodeState::CompensationFailed => true,
            NodeState::Failed { kind } => is_unknown(kind) || on.contains(&kind),
            NodeState::Cancelled => match self.last_end.get(node) {
                None => false,
                Some(AttemptEnd::Failed { kind }) => is_unknown(*kind),
                Some(_) => true,
            },
            _ => false,
        }
    }

    fn move_to(&mut self, node: &str, state: NodeState) {
        match state {
            NodeState::Compensating => {
                assert_eq!(self.turn(), Some(node), "it is not the turn of {node}");
                self.begun.insert(node.to_owned());
                self.waits.remove(node);
            }
            NodeState::Compensated | NodeState::CompensationFailed => {
                assert_eq!(self.turn(), Some(node), "it is not the turn of {node}");
                self.over.insert(node.to_owned());
            }
            _ => assert!(!self.is_on(), "{node} moves while the run is undone"),
        }
        let was_over = self.states.get(node).is_some_and(NodeState::is_terminal);
        if state.is_terminal() && !was_over {
            self.ended.insert(node.to_owned(), self.events);
        }
        self.states.insert(node.to_owned(), state);
    }

    /// Whether this event begins the turn of a node.
    pub(crate) fn begins(&self, event: &Event) -> bool {
        matches!(event, Event::NodeState { node, state: NodeState::Compensating, .. } if !self.begun.contains(node))
    }
}
