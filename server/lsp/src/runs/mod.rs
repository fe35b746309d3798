//! Runs that this server follows.
//!
//! The server never hosts a run: it starts a host process, or finds one that is
//! alive, and reads its journal.

mod failed;
mod follow;
mod last;
mod launch;
pub(crate) mod place;
mod question;
mod state;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_engine::client::{self, EngineError, RunSummary};
use divisi_engine::event::{Event as RunEvent, EventRecord};
use divisi_engine::view::RunView;
use divisi_workspace::Document;
use tower_lsp_server::gen_lsp_types as lsp;

pub(crate) use failed::FailedNodes;
pub(crate) use last::{LastRun, LastRuns};
pub(crate) use launch::{Answer, Launch, engine_error, plan, question, start};
pub(crate) use question::Question;
pub(crate) use state::Run;

use crate::event::Event;
use crate::outbox::Outbox;
use crate::progress::Progress;

#[derive(Debug, Default)]
pub(crate) struct Runs {
    runs: BTreeMap<String, Run>,
    failed: Arc<FailedNodes>,
    last: Arc<LastRuns>,
}

/// How the server came to a run.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    /// Started by this server, from this document.
    Here(Arc<Document>),
    /// Found alive.
    Found(Option<Arc<Document>>),
}

impl Runs {
    /// Failures that are shown now.
    pub(crate) const fn failed(&self) -> &Arc<FailedNodes> {
        &self.failed
    }

    /// What is known of the last run of each DAG.
    pub(crate) const fn last(&self) -> &Arc<LastRuns> {
        &self.last
    }

    /// What was found of runs that are over. What was seen since counts for more.
    pub(crate) fn know_last(&mut self, found: LastRuns) {
        let last = Arc::make_mut(&mut self.last);
        for (file, run) in found {
            last.entry(file).or_insert(run);
        }
    }

    /// Runs that go on: the file of the DAG, the run.
    pub(crate) fn live(&self) -> Vec<(PathBuf, String)> {
        let live = self.runs.iter().filter(|(_, run)| !run.over);
        live.map(|(id, run)| (run.file.clone(), id.clone())).collect()
    }

    pub(crate) fn get(&self, run: &str) -> Option<&Run> {
        self.runs.get(run)
    }

    /// Follows a run from what is known of it on; of one that was just found that is what its plan says. Failures of
    /// earlier runs of its file are forgotten.
    pub(crate) fn follow(
        &mut self,
        root: &Path,
        (summary, known): (RunSummary, RunView),
        origin: Origin,
        outbox: &mut Outbox,
        shows_progress: bool,
        events: &crossbeam_channel::Sender<Event>,
    ) {
        if self.runs.contains_key(&summary.run) {
            return;
        }
        Arc::make_mut(&mut self.failed).forget_file(&summary.file);
        let id = summary.run.clone();
        let progress = Progress::ask(outbox, &id, shows_progress);
        let follower = follow::start(root.to_owned(), id.clone(), known.seq(), events.clone());
        self.runs.insert(id, Run::new(root.to_owned(), summary, known, origin, progress, follower));
    }

    /// Takes records in and tells the client; the file whose findings changed.
    pub(crate) fn take(
        &mut self,
        id: &str,
        records: &[EventRecord],
        outbox: &mut Outbox,
        messages: bool,
    ) -> Option<PathBuf> {
        let run = self.runs.get_mut(id)?;
        let mut failed = false;
        let last_end = follow::end_in(records);
        for (at, record) in records.iter().enumerate() {
            outbox.notify_as("divisi/runEvent".to_owned(), record);
            if let Some(failure) = run.apply(record) {
                failed = true;
                Arc::make_mut(&mut self.failed).add(&run.file, failure);
            }
            match &record.event {
                RunEvent::RunPlanned { .. } if messages && run.is_ours() => {
                    show(outbox, lsp::MessageType::Info, run.started_text());
                }
                // One that went on afterwards was no end.
                RunEvent::RunEnded { verdict } if last_end == Some(at) => {
                    let ended = Arc::new(LastRun::of(id, &run.known));
                    Arc::make_mut(&mut self.last).insert(run.file.clone(), ended);
                    let (kind, text) = run.ended_text(*verdict, record.at);
                    run.progress.end(outbox, id, &text);
                    if messages {
                        show(outbox, kind, text);
                    }
                }
                _ => {}
            }
        }
        run.progress.report(outbox, id, &run.view());
        for (question, text) in if messages { run.new_questions() } else { Vec::new() } {
            question.ask(text, outbox);
        }
        let file = run.file.clone();
        self.drop_if_over(id);
        failed.then_some(file)
    }

    /// The host is gone and the run is not over.
    pub(crate) fn orphaned(&mut self, id: &str, outbox: &Outbox, messages: bool) {
        let Some(run) = self.runs.get_mut(id) else { return };
        let text = format!(
            "`{}` was interrupted: its host is gone. `divisi resume {id}` finishes it",
            run.known.dag()
        );
        run.over = true;
        Arc::make_mut(&mut self.last).insert(run.file.clone(), Arc::new(LastRun::of(id, &run.known)));
        run.progress.end(outbox, id, &text);
        if messages {
            show(outbox, lsp::MessageType::Warning, text);
        }
        self.drop_if_over(id);
    }

    /// The client's answer to the progress token of a run.
    pub(crate) fn progress_answered(&mut self, id: &str, accepted: bool, outbox: &Outbox) {
        let Some(run) = self.runs.get_mut(id) else { return };
        let view = run.view();
        run.progress.answered(accepted, outbox, id, &view);
        self.drop_if_over(id);
    }

    /// Whether a failure was shown there.
    pub(crate) fn dismiss(&mut self, file: &Path, node: Option<&str>) -> bool {
        Arc::make_mut(&mut self.failed).forget(file, node)
    }

    /// Runs that were started here and go on.
    pub(crate) fn live_here(&self) -> impl Iterator<Item = (&String, &Run)> {
        self.runs.iter().filter(|(_, run)| run.is_ours() && !run.over)
    }

    fn drop_if_over(&mut self, id: &str) {
        if self.runs.get(id).is_some_and(|run| run.over && run.progress.is_closed()) {
            self.runs.remove(id);
        }
    }
}

/// The runs of one root.
#[derive(Debug)]
pub(crate) struct FoundRuns {
    /// Those that a host owns, with what their plans say.
    pub(crate) live: Vec<(RunSummary, RunView)>,
    /// What is known of those that are over.
    pub(crate) last: LastRuns,
}

/// The runs under `root`. Reads the disk.
pub(crate) fn find(root: &Path) -> Result<FoundRuns, EngineError> {
    let runs = client::Runs::open(root)?;
    let (summaries, _unreadable) = runs.list()?;
    let (live, over): (Vec<_>, Vec<_>) = summaries.into_iter().partition(|summary| summary.status.is_live());
    let with_plan = |summary: RunSummary| {
        let known = RunView::new(runs.plan(&summary.run).ok().as_ref());
        (summary, known)
    };
    Ok(FoundRuns { live: live.into_iter().map(with_plan).collect(), last: last::read(&runs, &over) })
}

fn show(outbox: &Outbox, kind: lsp::MessageType, message: String) {
    outbox.notify::<lsp::ShowMessageNotification>(&lsp::ShowMessageParams { kind, message });
}
