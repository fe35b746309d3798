//! Events → spans: a run holds its nodes, a node its attempts.
//!
//! A span is told when it has ended, so a run that goes on has told all that is over. What is told follows from the
//! events alone: whoever reads the same journal tells the same spans.

use std::collections::{BTreeMap, HashMap};

use super::context::{SpanId, TraceContext};
use super::span::{Span, SpanKind, SpanStatus};
use super::work::{self, Attributes};
use crate::event::{AttemptEnd, Event, EventRecord, Evidence, NodeState, Verdict};
use crate::plan::StoredPlan;

/// The most nodes that a node is linked to, by OpenTelemetry's own limit.
const LINKS: usize = 128;

/// A fold over the events of a run.
#[derive(Debug)]
pub struct Tracer {
    context: TraceContext,
    plan: StoredPlan,
    by_path: HashMap<String, usize>,
    /// How often the run has begun; 0 before its first event.
    life: u32,
    /// When it began this time; none while it is over.
    began: Option<i64>,
    /// What its attempts cost, and how many tokens they used, in this life.
    usd: f64,
    tokens: u64,
    /// Nodes that have begun and are not over.
    nodes: BTreeMap<String, OpenNode>,
    /// How often each node has begun.
    visits: HashMap<String, u32>,
    attempts: BTreeMap<(String, u32), OpenAttempt>,
    /// `seq` and time of the latest event.
    last: (u64, i64),
    finished: Vec<Span>,
}

#[derive(Debug)]
struct OpenNode {
    id: SpanId,
    began: i64,
    undoes: bool,
    attributes: Attributes,
}

#[derive(Debug)]
struct OpenAttempt {
    began: i64,
    parent: SpanId,
    undoes: bool,
    pid: Option<u32>,
}

impl Tracer {
    /// One that has heard of no event of the run yet.
    pub fn new(context: TraceContext, plan: &StoredPlan) -> Self {
        let by_path = plan.nodes.iter().enumerate().map(|(index, node)| (node.path.clone(), index)).collect();
        Self {
            context,
            plan: plan.clone(),
            by_path,
            life: 0,
            began: None,
            usd: 0.0,
            tokens: 0,
            nodes: BTreeMap::new(),
            visits: HashMap::new(),
            attempts: BTreeMap::new(),
            last: (0, 0),
            finished: Vec::new(),
        }
    }

    /// Takes one event in; events come in their order.
    pub fn take(&mut self, record: &EventRecord) {
        self.last = (record.seq, record.at);
        if self.began.is_none() {
            self.life += 1;
            self.began = Some(record.at);
        }
        match &record.event {
            Event::NodeState { node, state, detail, .. } => {
                self.change_node(node, *state, detail.as_deref(), record.at);
            }
            Event::GroupExpanded { node, items } => {
                if let Some(group) = self.by_path.get(node) {
                    self.plan.grow(*group, items);
                    let paths = self.plan.nodes.iter().enumerate().skip(self.by_path.len());
                    self.by_path.extend(paths.map(|(index, node)| (node.path.clone(), index)));
                }
            }
            Event::NodeIdentified { node, miss: Some(miss), .. } => {
                self.note(
                    node,
                    [("divisi.cache", "miss".into()), ("divisi.cache.miss", work::word(&miss.kind).into())],
                );
            }
            Event::NodeReused { node, source } => {
                let saved = ("divisi.cache.saved_ms", source.saved_ms.into());
                self.note(
                    node,
                    [("divisi.cache", "hit".into()), ("divisi.cache.run", source.run.as_str().into()), saved],
                );
            }
            Event::AttemptGranted { node, attempt, .. } => self.begin_attempt(node, *attempt, record.at),
            Event::AttemptStarted { node, attempt, pid, .. } => {
                if let Some(open) = self.attempts.get_mut(&(node.clone(), *attempt)) {
                    open.pid = Some(*pid);
                }
            }
            Event::AttemptEnded { node, attempt, end, evidence } => {
                self.end_attempt(node, *attempt, Some((*end, evidence)));
            }
            Event::RunEnded { verdict } => self.end_run(Some(*verdict)),
            _ => {}
        }
    }

    /// What ended since this was last asked, in the order in which it ended.
    pub fn finished(&mut self) -> Vec<Span> {
        std::mem::take(&mut self.finished)
    }

    /// Ends what is not over at the latest event, for a trace of a run that goes on or broke off.
    pub fn break_off(&mut self) {
        let attempts: Vec<(String, u32)> = self.attempts.keys().cloned().collect();
        for (node, attempt) in attempts {
            self.end_attempt(&node, attempt, None);
        }
        let nodes: Vec<String> = self.nodes.keys().cloned().collect();
        for node in nodes {
            self.end_node(&node, None, None);
        }
        self.end_run(None);
    }

    fn change_node(&mut self, path: &str, state: NodeState, detail: Option<&str>, at: i64) {
        let begins_to_be_undone = state == NodeState::Compensating;
        let is_over = state.is_terminal() && !begins_to_be_undone;
        if state == NodeState::Pending {
            return;
        }
        if !self.nodes.contains_key(path) {
            self.begin_node(path, begins_to_be_undone, at);
        }
        if is_over {
            self.end_node(path, Some(state), detail);
        }
    }

    fn begin_node(&mut self, path: &str, undoes: bool, at: i64) {
        let visit = self.visits.entry(path.to_owned()).or_default();
        *visit += 1;
        let id = self.context.node_span(path, *visit);
        self.nodes.insert(path.to_owned(), OpenNode { id, began: at, undoes, attributes: Vec::new() });
    }

    fn note<const N: usize>(&mut self, path: &str, attributes: [(&'static str, super::AttributeValue); N]) {
        if let Some(open) = self.nodes.get_mut(path) {
            open.attributes.extend(attributes);
        }
    }

    fn end_node(&mut self, path: &str, state: Option<NodeState>, detail: Option<&str>) {
        let Some(open) = self.nodes.remove(path) else { return };
        let planned = self.by_path.get(path).and_then(|index| self.plan.nodes.get(*index));
        let mut attributes: Attributes = vec![
            ("cicd.pipeline.task.name", path.into()),
            ("cicd.pipeline.task.run.id", format!("{}/{path}", self.context.run()).into()),
        ];
        attributes.extend(planned.map(|node| ("divisi.node.kind", work::kind(node).into())));
        attributes
            .extend(planned.and_then(|node| Some(("divisi.node.title", node.title.as_deref()?.into()))));
        attributes.extend(open.attributes);
        let mut status = SpanStatus::Unset;
        match state {
            None => attributes.push(("divisi.unfinished", true.into())),
            Some(state) => {
                attributes.push(("cicd.pipeline.task.run.result", work::result(state).into()));
                attributes.push(("divisi.node.state", work::word(&state).into()));
                if let Some(fault) = work::fault_of_node(state) {
                    status = SpanStatus::Error(detail.unwrap_or(&fault).to_owned());
                    attributes.push(("error.type", fault.into()));
                }
            }
        }
        let links = if open.undoes { Vec::new() } else { self.links(path) };
        let name = if open.undoes { format!("undo {path}") } else { path.to_owned() };
        let parent = self.parent_of_node(path);
        self.finish(Span {
            id: open.id,
            parent: Some(parent),
            name,
            kind: SpanKind::Internal,
            start: open.began,
            end: self.last.1.max(open.began),
            attributes,
            links,
            status,
            seq: self.last.0,
        });
    }

    /// The group that holds a node, else the run.
    fn parent_of_node(&self, path: &str) -> SpanId {
        let group = self.by_path.get(path).and_then(|index| self.plan.nodes.get(*index)?.group);
        let group = group.and_then(|group| self.latest(&self.plan.nodes.get(group)?.path));
        group.unwrap_or_else(|| self.context.run_span(self.life))
    }

    /// What the node waited for.
    fn links(&self, path: &str) -> Vec<SpanId> {
        let Some(node) = self.by_path.get(path).and_then(|index| self.plan.nodes.get(*index)) else {
            return Vec::new();
        };
        let dependencies = node.dependencies.iter().filter_map(|index| self.plan.nodes.get(*index));
        dependencies.filter_map(|dependency| self.latest(&dependency.path)).take(LINKS).collect()
    }

    /// The latest span of a node, over or not.
    fn latest(&self, path: &str) -> Option<SpanId> {
        Some(self.context.node_span(path, *self.visits.get(path)?))
    }

    fn begin_attempt(&mut self, path: &str, attempt: u32, at: i64) {
        let open = self.nodes.get(path);
        let parent = open.map_or_else(|| self.context.run_span(self.life), |open| open.id);
        let undoes = open.is_some_and(|open| open.undoes);
        self.attempts
            .insert((path.to_owned(), attempt), OpenAttempt { began: at, parent, undoes, pid: None });
    }

    fn end_attempt(&mut self, path: &str, attempt: u32, end: Option<(AttemptEnd, &Evidence)>) {
        let Some(open) = self.attempts.remove(&(path.to_owned(), attempt)) else { return };
        let planned = self.by_path.get(path).and_then(|index| self.plan.nodes.get(*index));
        let worker = planned.map(|node| work::worker(&self.plan, node, open.undoes));
        let (name, worker) = worker.unwrap_or_else(|| ("attempt".to_owned(), Vec::new()));
        let mut attributes: Attributes =
            vec![("cicd.pipeline.task.name", path.into()), ("divisi.attempt", attempt.into())];
        attributes.extend(open.pid.map(|pid| ("process.pid", pid.into())));
        attributes.extend(worker);
        let mut status = SpanStatus::Unset;
        match end {
            None => attributes.push(("divisi.unfinished", true.into())),
            Some((end, evidence)) => {
                attributes.extend(work::end(end, evidence));
                if let Some(usage) = &evidence.usage {
                    self.usd += usage.usd.unwrap_or(0.0);
                    self.tokens = self.tokens.saturating_add(usage.tokens());
                }
                if let Some(fault) = work::fault_of_attempt(end, evidence) {
                    status = SpanStatus::Error(evidence.detail.as_deref().unwrap_or(&fault).to_owned());
                    attributes.push(("error.type", fault.into()));
                }
            }
        }
        self.finish(Span {
            id: self.context.attempt_span(path, attempt),
            parent: Some(open.parent),
            name,
            kind: SpanKind::Internal,
            start: open.began,
            end: self.last.1.max(open.began),
            attributes,
            links: Vec::new(),
            status,
            seq: self.last.0,
        });
    }

    /// The first life of a run is the root of what follows from it.
    fn end_run(&mut self, verdict: Option<Verdict>) {
        let Some(began) = self.began.take() else { return };
        let mut attributes: Attributes = vec![
            ("cicd.pipeline.name", self.plan.dag.as_str().into()),
            ("cicd.pipeline.run.id", self.context.run().into()),
            ("cicd.pipeline.action.name", "RUN".into()),
            ("divisi.max_parallel", self.plan.max_parallel.into()),
        ];
        if self.tokens > 0 {
            attributes.push(("divisi.tokens", self.tokens.into()));
        }
        if self.usd > 0.0 {
            attributes.push(("divisi.cost.usd", self.usd.into()));
        }
        let mut status = SpanStatus::Unset;
        match verdict {
            None => attributes.push(("divisi.unfinished", true.into())),
            Some(verdict) => {
                let result = work::verdict(verdict);
                attributes.push(("cicd.pipeline.result", result.into()));
                attributes.push(("divisi.verdict", work::word(&verdict).into()));
                if result == "failure" {
                    status = SpanStatus::Error(String::new());
                    attributes.push(("error.type", work::word(&verdict).into()));
                }
            }
        }
        let parent = if self.life > 1 { Some(self.context.run_span(1)) } else { self.context.parent() };
        self.finish(Span {
            id: self.context.run_span(self.life),
            parent,
            name: format!("RUN {}", self.plan.dag),
            kind: SpanKind::Server,
            start: began,
            end: self.last.1.max(began),
            attributes,
            links: Vec::new(),
            status,
            seq: self.last.0,
        });
        (self.usd, self.tokens) = (0.0, 0);
    }

    fn finish(&mut self, span: Span) {
        self.finished.push(span);
    }
}
