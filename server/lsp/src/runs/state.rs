//! One run as the editor shows it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use divisi_engine::client::RunSummary;
use divisi_engine::event::{Event, EventRecord, FailKind, NodeState, Verdict};
use divisi_engine::view::{NodeView, RunView};
use divisi_model::duration::human;
use divisi_workspace::Document;
use tower_lsp_server::gen_lsp_types::MessageType;

use super::Origin;
use super::failed::Failure;
use super::follow::Follower;
use super::question::Question;
use crate::progress::{Progress, View};

#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) root: PathBuf,
    pub(crate) file: PathBuf,
    pub(crate) known: RunView,
    pub(crate) progress: Progress,
    /// Nothing more comes.
    pub(crate) over: bool,
    origin: Origin,
    id: String,
    /// What the client was asked already, by what it is about.
    asked: BTreeSet<String>,
    /// Dropping it ends the thread that reads the journal.
    _follower: Follower,
}

impl Run {
    pub(super) fn new(
        root: PathBuf,
        summary: RunSummary,
        known: RunView,
        origin: Origin,
        progress: Progress,
        follower: Follower,
    ) -> Self {
        Self {
            root,
            file: summary.file,
            known,
            progress,
            over: false,
            origin,
            id: summary.run,
            asked: BTreeSet::new(),
            _follower: follower,
        }
    }

    /// Whether this server started it.
    pub(crate) const fn is_ours(&self) -> bool {
        matches!(self.origin, Origin::Here(_))
    }

    /// Takes one record in; a node that failed by it.
    pub(super) fn apply(&mut self, record: &EventRecord) -> Option<Failure> {
        self.known.apply(record);
        match &record.event {
            // A group fails by its instances, and they are told.
            Event::NodeState { state: NodeState::Failed { kind: FailKind::Children }, .. } => None,
            Event::NodeState { node, state: NodeState::Failed { .. }, .. } => {
                self.known.node(node).map(|node| self.failed(node))
            }
            Event::RunEnded { .. } => {
                self.over = true;
                None
            }
            Event::HostStarted { .. } => {
                self.over = false;
                None
            }
            _ => None,
        }
    }

    fn failed(&self, node: &NodeView) -> Failure {
        let detail = reason(node).to_owned();
        let failure = Failure { node: node.path.clone(), run: self.id.clone(), detail, text: None };
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

    /// Questions of nodes that nobody was asked so far.
    pub(super) fn new_questions(&mut self) -> Vec<(Question, String)> {
        let dag = self.known.dag();
        let asking = self.known.asking().filter_map(|node| {
            let about = node.asked_about.clone().filter(|about| !self.asked.contains(about))?;
            let question = node.detail.as_deref().unwrap_or_default();
            let text = format!("`{dag}`, `{}`: {question}", node.path);
            let (root, run, node) = (self.root.clone(), self.id.clone(), node.path.clone());
            Some((Question { root, run, node, about }, text))
        });
        let new: Vec<_> = asking.collect();
        self.asked.extend(new.iter().map(|(question, _)| question.about.clone()));
        new
    }

    pub(super) fn view(&self) -> View {
        let mut message = format!("{}/{} nodes", self.known.done(), self.known.total());
        let mut running = self.known.running().map(|node| node.path.as_str());
        let named: Vec<&str> = running.by_ref().take(3).collect();
        if !named.is_empty() {
            let more = if running.next().is_some() { ", …" } else { "" };
            message.push_str(&format!(" · {}{more}", named.join(", ")));
        }
        let asking: Vec<&str> = self.known.asking().map(|node| node.path.as_str()).collect();
        if !asking.is_empty() {
            message.push_str(&format!(" · waits for a person: {}", asking.join(", ")));
        }
        let percentage = self.known.percentage().into();
        View { title: self.known.dag().to_owned(), message, percentage }
    }

    pub(super) fn started_text(&self) -> String {
        let (dag, total) = (self.known.dag(), self.known.total());
        let nodes = if total == 1 { "node" } else { "nodes" };
        format!("`{dag}` started: {total} {nodes} (run {})", self.id)
    }

    pub(super) fn ended_text(&self, verdict: Verdict, at: i64) -> (MessageType, String) {
        let took = human(self.known.wall(at));
        let dag = self.known.dag();
        let because = || match self.known.first_failure() {
            Some(node) => format!(": `{}`: {}", node.path, reason(node)),
            None => String::new(),
        };
        match verdict {
            Verdict::Succeeded => (MessageType::Info, format!("`{dag}` succeeded in {took}")),
            Verdict::Halted => (
                MessageType::Info,
                format!("`{dag}` ran one node alone in {took}; the rest waits for a resume"),
            ),
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

fn reason(node: &NodeView) -> &str {
    node.detail.as_deref().unwrap_or("no reason was recorded")
}
