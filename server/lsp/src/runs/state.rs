//! One run as the editor shows it: a fold over its events.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use divisi_engine::client::RunSummary;
use divisi_engine::event::{Event, EventRecord, FailKind, NodeState, Verdict};
use divisi_model::duration::human;
use divisi_workspace::Document;
use tower_lsp_server::gen_lsp_types::MessageType;

use super::Origin;
use super::failed::Failure;
use super::follow::Follower;
use crate::progress::{Progress, View};

#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) root: PathBuf,
    pub(crate) file: PathBuf,
    pub(crate) dag: String,
    pub(crate) progress: Progress,
    /// Nothing more comes.
    pub(crate) over: bool,
    origin: Origin,
    id: String,
    nodes: usize,
    started_at: i64,
    done: BTreeSet<String>,
    running: BTreeSet<String>,
    /// Nodes that stand for their instances and do no work themselves.
    groups: BTreeSet<String>,
    first_failure: Option<(String, String)>,
    /// Dropping it ends the thread that reads the journal.
    _follower: Follower,
}

impl Run {
    pub(super) fn new(
        root: PathBuf,
        summary: RunSummary,
        origin: Origin,
        progress: Progress,
        follower: Follower,
    ) -> Self {
        Self {
            root,
            file: summary.file,
            dag: summary.dag,
            progress,
            over: false,
            origin,
            id: summary.run,
            nodes: summary.nodes,
            started_at: summary.started_at,
            done: BTreeSet::new(),
            running: BTreeSet::new(),
            groups: BTreeSet::new(),
            first_failure: None,
            _follower: follower,
        }
    }

    /// Whether this server started it.
    pub(crate) const fn is_ours(&self) -> bool {
        matches!(self.origin, Origin::Here(_))
    }

    /// Takes one record in; a node that failed by it.
    pub(super) fn apply(&mut self, record: &EventRecord) -> Option<Failure> {
        match &record.event {
            Event::RunPlanned { nodes, dag, .. } => {
                self.nodes = *nodes;
                self.dag.clone_from(dag);
                self.started_at = record.at;
                None
            }
            Event::NodeState { node, state, detail, .. } => self.node_is(node, state, detail.as_deref()),
            Event::RunEnded { .. } => {
                self.over = true;
                None
            }
            _ => None,
        }
    }

    fn node_is(&mut self, node: &str, state: &NodeState, detail: Option<&str>) -> Option<Failure> {
        self.running.remove(node);
        match state {
            NodeState::Expanded => {
                self.groups.insert(node.to_owned());
            }
            NodeState::Running | NodeState::Stopping { .. } | NodeState::Merging => {
                self.running.insert(node.to_owned());
            }
            _ if !is_terminal(state) => {
                // A resume begins the node anew.
                self.done.remove(node);
            }
            _ if self.groups.contains(node) => {}
            _ => {
                self.done.insert(node.to_owned());
            }
        }
        match state {
            NodeState::Failed { kind } if *kind != FailKind::Children => Some(self.failed(node, detail)),
            _ => None,
        }
    }

    fn failed(&mut self, node: &str, detail: Option<&str>) -> Failure {
        let detail = detail.unwrap_or("no reason was recorded").to_owned();
        if self.first_failure.is_none() {
            self.first_failure = Some((node.to_owned(), detail.clone()));
        }
        let failure = Failure { node: node.to_owned(), run: self.id.clone(), detail, text: None };
        match self.document() {
            Some(document) => failure.at(document),
            None => failure,
        }
    }

    const fn document(&self) -> Option<&Arc<Document>> {
        match &self.origin {
            Origin::Here(document) => Some(document),
            Origin::Found(document) => document.as_ref(),
        }
    }

    pub(super) fn view(&self) -> View {
        let done = self.done.len().min(self.nodes);
        let mut message = format!("{done}/{} nodes", self.nodes);
        if !self.running.is_empty() {
            let running: Vec<&str> = self.running.iter().map(String::as_str).take(3).collect();
            let more = if self.running.len() > 3 { ", …" } else { "" };
            message.push_str(&format!(" · {}{more}", running.join(", ")));
        }
        let percentage = (done * 100).checked_div(self.nodes).unwrap_or(0);
        View { title: self.dag.clone(), message, percentage: u32::try_from(percentage).unwrap_or(100) }
    }

    pub(super) fn started_text(&self) -> String {
        let nodes = if self.nodes == 1 { "node" } else { "nodes" };
        format!("`{}` started: {} {nodes} (run {})", self.dag, self.nodes, self.id)
    }

    pub(super) fn ended_text(&self, verdict: Verdict, at: i64) -> (MessageType, String) {
        let took = human(Duration::from_millis(u64::try_from(at - self.started_at).unwrap_or(0)));
        let dag = &self.dag;
        let because = || match &self.first_failure {
            Some((node, detail)) => format!(": `{node}`: {detail}"),
            None => String::new(),
        };
        match verdict {
            Verdict::Succeeded => (MessageType::Info, format!("`{dag}` succeeded in {took}")),
            Verdict::Cancelled => (MessageType::Warning, format!("`{dag}` was cancelled after {took}")),
            Verdict::Failed => (MessageType::Error, format!("`{dag}` failed after {took}{}", because())),
            Verdict::Compensated => {
                (MessageType::Warning, format!("`{dag}` failed after {took} and was undone{}", because()))
            }
            Verdict::CompensationFailed => (
                MessageType::Error,
                format!("`{dag}` failed after {took} and could not be undone{}", because()),
            ),
        }
    }
}

const fn is_terminal(state: &NodeState) -> bool {
    matches!(
        state,
        NodeState::Succeeded
            | NodeState::Reused
            | NodeState::Failed { .. }
            | NodeState::Skipped
            | NodeState::Blocked
            | NodeState::Cancelled
            | NodeState::Compensated
            | NodeState::CompensationFailed
    )
}
