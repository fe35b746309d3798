//! A scheduler that looks at every node again and again. Slow, short, and written from ENGINE's tables alone.

use divisi_engine::event::Verdict;
use divisi_engine::plan::{PlanWork, StoredPlan};
use divisi_model::{OnFailure, TriggerRule};

use super::Scenario;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Pending,
    Ready,
    Live,
    RetryWait,
    Stopped,
    Expanded,
    Done(&'static str),
}

pub(crate) struct Reference<'a> {
    plan: &'a StoredPlan,
    at: Vec<At>,
    /// Attempts that were started.
    tries: Vec<u32>,
    is_cancelling: bool,
    was_stopping: bool,
}

impl<'a> Reference<'a> {
    pub(crate) fn run(scenario: &'a Scenario) -> Self {
        let Scenario { plan, succeeds, failures, ends, cancel_after } = scenario;
        let at = vec![At::Pending; plan.nodes.len()];
        let tries = vec![0; plan.nodes.len()];
        let mut this = Self { plan, at, tries, is_cancelling: false, was_stopping: false };
        this.advance();
        for (step, end) in ends.iter().enumerate() {
            if *cancel_after == Some(step) && !this.is_over() {
                this.is_cancelling = true;
                this.advance();
            }
            let moving = this.all(|at| matches!(at, At::Live | At::Stopped | At::RetryWait));
            if moving.is_empty() {
                break;
            }
            let node = *end.get(&moving);
            let attempts = plan.nodes[node].retry.as_ref().map_or(1, |retry| retry.attempts);
            this.at[node] = match this.at[node] {
                At::Stopped => At::Done("cancelled"),
                At::RetryWait => At::Ready,
                _ if succeeds[node] && this.tries[node] > failures[node] => At::Done("succeeded"),
                _ if this.tries[node] < attempts && !this.is_stopping() => At::RetryWait,
                _ => At::Done("failed(exit)"),
            };
            this.advance();
        }
        this
    }

    pub(crate) fn states(&self) -> Vec<String> {
        let name = |at: &At| match at {
            At::Done(name) => (*name).to_owned(),
            other => format!("{other:?}"),
        };
        self.at.iter().map(name).collect()
    }

    pub(crate) fn verdict(&self) -> Verdict {
        let is_bad = self.has_failure() || self.at.contains(&At::Done("blocked"));
        match (self.is_cancelling, is_bad) {
            (true, _) => Verdict::Cancelled,
            (false, true) => Verdict::Failed,
            (false, false) => Verdict::Succeeded,
        }
    }

    fn is_over(&self) -> bool {
        self.at.iter().all(|at| matches!(at, At::Done(_)))
    }

    fn all(&self, wanted: impl Fn(At) -> bool) -> Vec<usize> {
        (0..self.at.len()).filter(|node| wanted(self.at[*node])).collect()
    }

    fn has_failure(&self) -> bool {
        (0..self.at.len()).any(|node| match self.at[node] {
            At::Done(end) if end.starts_with("failed") => !self.plan.nodes[node].continue_on_error,
            At::Done("cancelled") => !self.is_cancelling,
            _ => false,
        })
    }

    fn is_stopping(&self) -> bool {
        self.plan.on_failure != OnFailure::Continue && self.has_failure()
    }

    /// Until nothing changes: decide what is decidable, apply the mode, start the best.
    fn advance(&mut self) {
        loop {
            let before = self.at.clone();
            for node in 0..self.at.len() {
                self.decide(node);
            }
            if before == self.at {
                self.apply_mode();
            }
            if before == self.at && !self.start_best() {
                return;
            }
        }
    }

    fn decide(&mut self, node: usize) {
        let planned = &self.plan.nodes[node];
        if let (At::Expanded, PlanWork::Group { children }) = (self.at[node], &planned.work) {
            self.derive(node, children);
            return;
        }
        let group = planned.group.map(|group| self.at[group]);
        if self.at[node] != At::Pending || matches!(group, Some(At::Pending)) {
            return;
        }
        if let Some(At::Done(end)) = group {
            self.at[node] = At::Done(if matches!(end, "skipped" | "cancelled") { end } else { "blocked" });
            return;
        }
        let ends: Option<Vec<&str>> =
            planned.dependencies.iter().map(|dependency| self.class(*dependency)).collect();
        let Some(ends) = ends else { return };
        self.at[node] = self.judge(node, &ends);
    }

    fn class(&self, node: usize) -> Option<&'static str> {
        match self.at[node] {
            At::Done("succeeded") => Some("ok"),
            At::Done("skipped") => Some("skip"),
            At::Done("cancelled") if self.is_cancelling => Some("gone"),
            At::Done(end) if end.starts_with("failed") && self.plan.nodes[node].continue_on_error => {
                Some("ok")
            }
            At::Done(_) => Some("bad"),
            _ => None,
        }
    }

    fn judge(&self, node: usize, ends: &[&str]) -> At {
        let planned = &self.plan.nodes[node];
        let [ok, skip, bad] = ["ok", "skip", "bad"].map(|class| ends.contains(&class));
        if ends.contains(&"gone") {
            return At::Done("cancelled");
        }
        let is_blocked = match planned.rule {
            TriggerRule::AllDone => false,
            TriggerRule::OneSuccess => bad && !ok,
            _ => bad,
        };
        if is_blocked {
            return At::Done("blocked");
        }
        let is_skipped = match planned.rule {
            TriggerRule::AllSuccess => skip,
            TriggerRule::NoneFailedMinOneSuccess | TriggerRule::OneSuccess => skip && !ok,
            TriggerRule::NoneFailed | TriggerRule::AllDone => false,
        };
        if is_skipped {
            return At::Done("skipped");
        }
        if self.is_cancelling {
            return At::Done("cancelled");
        }
        if self.is_stopping() && !self.goes_on(node) {
            return At::Done("blocked");
        }
        match planned.when.as_deref() {
            Some("false") => At::Done("skipped"),
            Some("error") => At::Done("failed(expression)"),
            _ if matches!(planned.work, PlanWork::Group { .. }) => At::Expanded,
            _ => At::Ready,
        }
    }

    fn goes_on(&self, node: usize) -> bool {
        let governing = self.plan.nodes[node].group.unwrap_or(node);
        self.plan.nodes[governing].rule == TriggerRule::AllDone
    }

    fn derive(&mut self, group: usize, children: &[usize]) {
        let ends: Option<Vec<&str>> = children.iter().map(|child| self.class(*child)).collect();
        let Some(ends) = ends else { return };
        let is = |end: &'static str| children.iter().any(|child| self.at[*child] == At::Done(end));
        let has_failed = children
            .iter()
            .zip(&ends)
            .any(|(child, class)| *class == "bad" && self.at[*child] != At::Done("blocked"));
        let end = if ends.contains(&"gone") {
            "cancelled"
        } else if has_failed {
            "failed(children)"
        } else if is("blocked") {
            "blocked"
        } else if !ends.is_empty() && ends.iter().all(|class| *class == "skip") {
            "skipped"
        } else {
            "succeeded"
        };
        self.at[group] = At::Done(end);
    }

    fn apply_mode(&mut self) {
        let begins_to_stop = self.is_stopping() && !self.was_stopping;
        self.was_stopping |= begins_to_stop;
        for node in 0..self.at.len() {
            let stops = self.is_stopping() && !self.goes_on(node);
            self.at[node] = match self.at[node] {
                At::Ready if self.is_cancelling => At::Done("cancelled"),
                At::Ready if stops => At::Done("blocked"),
                At::RetryWait if self.is_cancelling => At::Done("cancelled"),
                At::RetryWait if self.is_stopping() => At::Done("failed(exit)"),
                At::Live if self.is_cancelling => At::Stopped,
                At::Live if begins_to_stop && self.plan.on_failure == OnFailure::Abort => At::Stopped,
                other => other,
            };
        }
    }

    fn start_best(&mut self) -> bool {
        let live = self.all(|at| matches!(at, At::Live | At::Stopped)).len();
        let ready = self.all(|at| at == At::Ready);
        let urgency =
            |node: &usize| (self.plan.nodes[*node].priority, self.remaining(*node), std::cmp::Reverse(*node));
        let Some(best) = ready.into_iter().max_by_key(urgency) else { return false };
        if live >= self.plan.max_parallel as usize {
            return false;
        }
        self.at[best] = At::Live;
        self.tries[best] += 1;
        true
    }

    /// Longest chain from the start of a node to the end of everything that waits for it.
    fn remaining(&self, node: usize) -> u64 {
        let planned = &self.plan.nodes[node];
        let after = |node: usize| {
            let waits = |other: &usize| self.plan.nodes[*other].dependencies.contains(&node);
            (0..self.at.len()).filter(waits).map(|other| self.remaining(other)).max().unwrap_or(0)
        };
        let behind_group = planned.group.map_or(0, after);
        match &planned.work {
            PlanWork::Group { children } => {
                let inside = children.iter().map(|child| self.remaining(*child)).max().unwrap_or(0);
                inside.max(after(node))
            }
            _ => planned.estimate_ms + after(node).max(behind_group),
        }
    }
}
