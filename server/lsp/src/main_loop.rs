//! The one thread that owns the state. It takes events in order and never waits for anything but the next one.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use divisi_engine::client::RunSummary;
use divisi_engine::event::{Event as RunEvent, EventRecord};
use divisi_engine::view::RunView;
use divisi_workspace::{Change, Content, Places, Workspace};
use tokio::sync::Notify;
use tower_lsp_server::gen_lsp_types as lsp;
use tracing::{error, warn};

use crate::client::Client;
use crate::contents::{Shown, Stale};
use crate::dispatch::dispatch;
use crate::documents::Documents;
use crate::event::{Checked, Event};
use crate::handlers::{answer, shutdown};
use crate::outbox::{Outbox, Purpose};
use crate::pool::{Pool, panic_text};
use crate::publish::{self, Checks, View};
use crate::reports::SentReports;
use crate::runs::{self, FoundRuns, Origin, Runs};
use crate::strict::Reading;
use crate::tokens::SentTokens;
use crate::{Options, parent};

/// A longer turn of the loop is logged: it delays everything behind it.
const SLOW_TURN: Duration = Duration::from_millis(50);

/// The strict reader takes longer than all checks together, so it waits until a document is left alone.
const QUIET: Duration = Duration::from_millis(250);

pub(crate) fn run(
    events: crossbeam_channel::Sender<Event>,
    incoming: &crossbeam_channel::Receiver<Event>,
    outbox: Outbox,
    options: Options,
    orphaned: Arc<Notify>,
) {
    let mut server = Server::new(events, outbox, options, orphaned);
    while let Some(event) = server.next(incoming) {
        if matches!(event, Event::Disconnected) {
            shutdown::leave(&mut server);
            return;
        }
        let (name, started) = (event.name(), Instant::now());
        let is_last = incoming.is_empty();
        let turn = AssertUnwindSafe(|| {
            dispatch(&mut server, event);
            if is_last {
                server.settle();
            }
        });
        if let Err(panic) = catch_unwind(turn) {
            error!("{name} panicked: {}", panic_text(panic.as_ref()));
        }
        if started.elapsed() > SLOW_TURN {
            warn!("{name} kept the loop for {} ms", started.elapsed().as_millis());
        }
    }
}

/// The state of the session.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) events: crossbeam_channel::Sender<Event>,
    pub(crate) outbox: Outbox,
    pub(crate) options: Options,
    places: Arc<Places>,
    pub(crate) pool: Pool,
    pub(crate) client: Arc<Client>,
    pub(crate) workspace: Workspace,
    pub(crate) documents: Documents,
    pub(crate) runs: Runs,
    pub(crate) tokens: Arc<SentTokens>,
    reports: Arc<SentReports>,
    shown: Arc<Shown>,
    stale: Stale,
    pub(crate) roots: Vec<PathBuf>,
    /// The editor's settings, as it sent them.
    pub(crate) settings: Option<serde_json::Value>,
    checks: Checks,
    /// When each document that was checked may be read strictly, if nobody types in it before.
    quiet_at: BTreeMap<PathBuf, Instant>,
    /// Number of the latest scan of the disk.
    scan: u64,
    is_scanning: bool,
    /// Whether the disk was walked at least once. Before that every agent would seem unknown.
    is_scanned: bool,
    /// What changed on disk while a scan was under way, which may have missed it.
    changed_meanwhile: Vec<PathBuf>,
    orphaned: Arc<Notify>,
    /// Held while the session lasts; watchers of it end with it.
    parent_watch: Option<crossbeam_channel::Sender<()>>,
}

impl Server {
    fn new(
        events: crossbeam_channel::Sender<Event>,
        outbox: Outbox,
        options: Options,
        orphaned: Arc<Notify>,
    ) -> Self {
        Self {
            events,
            outbox,
            places: Arc::new(options.places.clone()),
            options,
            pool: Pool::new(),
            client: Arc::default(),
            workspace: Workspace::default(),
            documents: Documents::default(),
            runs: Runs::default(),
            tokens: Arc::default(),
            reports: Arc::default(),
            shown: Arc::default(),
            stale: Stale::default(),
            roots: Vec::new(),
            settings: None,
            checks: Checks::default(),
            quiet_at: BTreeMap::new(),
            scan: 0,
            is_scanning: false,
            is_scanned: false,
            changed_meanwhile: Vec::new(),
            orphaned,
            parent_watch: None,
        }
    }

    /// The next event. What is due meanwhile is done: requests of ours that nobody answered are given up, documents
    /// that came to rest are read strictly.
    fn next(&mut self, incoming: &crossbeam_channel::Receiver<Event>) -> Option<Event> {
        loop {
            let deadlines = self
                .quiet_at
                .values()
                .copied()
                .chain(self.outbox.next_deadline())
                .chain(self.stale.tell_at());
            let Some(deadline) = deadlines.min() else { return incoming.recv().ok() };
            match incoming.recv_deadline(deadline) {
                Ok(event) => return Some(event),
                Err(crossbeam_channel::RecvTimeoutError::Disconnected) => return None,
                Err(crossbeam_channel::RecvTimeoutError::Timeout) => {}
            }
            let now = Instant::now();
            self.check_quiet(now);
            self.tell_stale(now);
            for purpose in self.outbox.overdue(now) {
                answer::given_up(self, purpose);
            }
        }
    }

    /// What a read needs, as of now.
    pub(crate) fn view(&mut self) -> View {
        self.settle();
        self.view_as_is()
    }

    fn view_as_is(&self) -> View {
        View {
            snapshot: self.workspace.snapshot(),
            client: self.client.clone(),
            open: self.documents.uris().clone(),
            failed: self.runs.failed().clone(),
            tokens: self.tokens.clone(),
            reports: self.reports.clone(),
            shown: self.shown.clone(),
            last_runs: self.runs.last().clone(),
            live: self.runs.live(),
            places: self.places.clone(),
            is_scanned: self.is_scanned,
        }
    }

    /// Lets the workspace see what was typed, and checks what that concerns.
    pub(crate) fn settle(&mut self) {
        // No snapshot is kept meanwhile: the workspace edits in place what nobody else holds.
        let before = self.workspace.snapshot();
        let (registry, settings) = (Arc::clone(before.registry()), Arc::clone(before.settings()));
        drop(before);
        let flushed = self.documents.flush(&mut self.workspace);
        if flushed.is_empty() {
            return;
        }
        for path in &flushed {
            self.stale.edited(&self.shown, path);
        }
        let after = self.workspace.snapshot();
        let names_changed =
            !Arc::ptr_eq(&registry, after.registry()) || !Arc::ptr_eq(&settings, after.settings());
        if names_changed {
            self.check_all();
        } else {
            for path in flushed {
                self.check(&path);
            }
        }
    }

    /// Something outside the open texts changed: every open document may have other findings now.
    pub(crate) fn check_all(&mut self) {
        if self.client.pulls_diagnostics {
            self.outbox.request::<lsp::DiagnosticRefreshRequest>(&(), Purpose::Nothing);
        }
        let paths: Vec<PathBuf> = self.documents.paths().cloned().collect();
        for path in paths {
            self.check(&path);
        }
    }

    /// Checks an open document on the pool; the outcome comes back as an event.
    pub(crate) fn check(&mut self, path: &Path) {
        if self.client.pulls_diagnostics {
            return;
        }
        let Some(version) = self.documents.version(path) else { return };
        let ticket = self.checks.begin(path);
        let view = self.view_as_is();
        let (path, events) = (path.to_owned(), self.events.clone());
        self.quiet_at.insert(path.clone(), Instant::now() + QUIET);
        self.pool.spawn(move || {
            let checked = publish::check(&view, &path, version, &ticket);
            // The next edit comes soon after, and is done in place where nobody holds the document.
            drop(view);
            if let Some(checked) = checked {
                let _loop_is_gone = events.send(Event::Checked(checked));
            }
        });
    }

    /// Lets the client ask again for documents of ours whose text changed.
    fn tell_stale(&mut self, now: Instant) {
        for uri in self.stale.due(now) {
            let params = lsp::TextDocumentContentRefreshParams { uri };
            self.outbox.request::<lsp::TextDocumentContentRefreshRequest>(&params, Purpose::Nothing);
        }
    }

    /// Lets the client ask again for what is shown beside the text: a run began or ended, or other files are known.
    fn refresh_beside(&mut self) {
        if self.client.refreshes_lenses {
            self.outbox.request::<lsp::CodeLensRefreshRequest>(&(), Purpose::Nothing);
        }
        if self.client.refreshes_hints {
            self.outbox.request::<lsp::InlayHintRefreshRequest>(&(), Purpose::Nothing);
        }
    }

    /// Lets the strict reader look at documents in which nobody has typed for a while.
    fn check_quiet(&mut self, now: Instant) {
        let quiet: Vec<PathBuf> =
            self.quiet_at.iter().filter(|(_, at)| **at <= now).map(|(path, _)| path.clone()).collect();
        for path in quiet {
            self.quiet_at.remove(&path);
            let Some(ticket) = self.checks.latest(&path) else { continue };
            let snapshot = self.workspace.snapshot();
            let Some(reading) = snapshot.document(&path).and_then(|document| Reading::of(document)) else {
                continue;
            };
            let events = self.events.clone();
            self.pool.spawn(move || {
                if publish::read_quietly(&reading, &ticket) {
                    let _loop_is_gone = events.send(Event::Refused(path));
                }
            });
        }
    }

    pub(crate) fn publish(&mut self, checked: Checked) {
        if !self.checks.is_latest(&checked.path, checked.check) {
            return;
        }
        // A document that was ours and is no more is cleared; about any other nothing is said.
        if checked.diagnostics.is_none() && !self.checks.is_published(&checked.path) {
            return;
        }
        let Some(uri) = self.documents.uris().get(&checked.path) else { return };
        self.checks.published(&checked.path);
        self.outbox.notify::<lsp::PublishDiagnosticsNotification>(&lsp::PublishDiagnosticsParams::new(
            uri.clone(),
            self.client.diagnostic_version.then_some(checked.version),
            checked.diagnostics.unwrap_or_default(),
        ));
    }

    /// The document is closed: nothing is known of it any more.
    pub(crate) fn unpublish(&mut self, path: &Path, uri: lsp::Uri) {
        if self.checks.end(path) {
            self.outbox.notify::<lsp::PublishDiagnosticsNotification>(&lsp::PublishDiagnosticsParams::new(
                uri,
                None,
                Vec::new(),
            ));
        }
    }

    /// Walks the disk in the background. Until it is done, what is open is known, and what was found before.
    pub(crate) fn start_scan(&mut self) {
        self.scan += 1;
        self.is_scanning = true;
        let (scan, roots, places) = (self.scan, self.roots.clone(), self.options.places.clone());
        let (settings, events) = (self.settings.clone(), self.events.clone());
        self.pool.spawn(move || {
            let mut workspace = Workspace::with_places(roots, places);
            if let Some(settings) = settings {
                workspace.apply(Change::EditorSettings { settings });
            }
            workspace.scan();
            let _loop_is_gone = events.send(Event::Scanned(scan, Box::new(workspace)));
        });
    }

    pub(crate) fn scanned(&mut self, scan: u64, workspace: Workspace) {
        if scan != self.scan {
            return;
        }
        self.is_scanning = false;
        // What was typed last is noticed as any edit; the new workspace gets it with all the rest.
        self.settle();
        let is_first = !std::mem::replace(&mut self.is_scanned, true);
        self.workspace = workspace;
        let changed = std::mem::take(&mut self.changed_meanwhile);
        if !changed.is_empty() {
            self.workspace.apply(Change::Disk { paths: changed });
        }
        self.documents.forget();
        self.documents.flush(&mut self.workspace);
        self.check_all();
        self.refresh_beside();
        if is_first {
            self.find_runs();
        }
    }

    /// Files were made, changed or removed outside the editor.
    pub(crate) fn changed_on_disk(&mut self, paths: Vec<PathBuf>) {
        if self.is_scanning {
            self.changed_meanwhile.extend(paths.iter().cloned());
        }
        self.workspace.apply(Change::Disk { paths });
        self.check_all();
        self.refresh_beside();
    }

    /// Looks for live runs of every root.
    pub(crate) fn find_runs(&self) {
        for root in runs::place::roots(&self.workspace.snapshot(), &self.options.places) {
            let events = self.events.clone();
            // A folder without runs is left as it is.
            if !root.join(".divisi").is_dir() {
                continue;
            }
            self.pool.spawn(move || match runs::find(&root) {
                Ok(runs) => drop(events.send(Event::FoundRuns(root, runs))),
                Err(error) => warn!("{}: {error}", root.display()),
            });
        }
    }

    pub(crate) fn found_runs(&mut self, root: &Path, runs: FoundRuns) {
        self.runs.know_last(runs.last);
        self.refresh_beside();
        for (summary, known) in runs.live {
            let document = self.workspace.snapshot().document(&summary.file).cloned();
            self.follow(root, summary, known, Origin::Found(document));
        }
    }

    pub(crate) fn follow(&mut self, root: &Path, summary: RunSummary, known: RunView, origin: Origin) {
        let file = summary.file.clone();
        self.runs.follow(
            root,
            (summary, known),
            origin,
            &mut self.outbox,
            self.client.progress,
            &self.events,
        );
        self.refresh_beside();
        self.findings_changed(&file);
    }

    pub(crate) fn run_events(&mut self, run: &str, records: &[EventRecord]) {
        let messages = self.workspace.settings().run.messages;
        self.stale.went_on(&self.shown, run);
        if let Some(file) = self.runs.take(run, records, &mut self.outbox, messages) {
            self.findings_changed(&file);
        }
        if records.iter().any(|record| matches!(record.event, RunEvent::RunEnded { .. })) {
            self.refresh_beside();
        }
    }

    pub(crate) fn run_orphaned(&mut self, run: &str) {
        let messages = self.workspace.settings().run.messages;
        self.runs.orphaned(run, &self.outbox, messages);
        self.refresh_beside();
    }

    /// Failures of runs changed in one file.
    pub(crate) fn findings_changed(&mut self, file: &Path) {
        if self.client.pulls_diagnostics {
            self.check_all();
        } else {
            self.check(file);
        }
    }

    /// Ends the session when the process that started the server is gone.
    pub(crate) fn watch_parent(&mut self, process: u32) {
        let (alive, watched) = crossbeam_channel::bounded(0);
        self.parent_watch = Some(alive);
        parent::watch(process, self.orphaned.clone(), watched);
    }

    /// The document of a DAG at `path`, what was typed included.
    pub(crate) fn dag_document(&mut self, path: &Path) -> Option<Arc<divisi_workspace::Document>> {
        self.settle();
        let document = self.workspace.snapshot().document(path).cloned()?;
        matches!(document.content, Content::Dag { .. }).then_some(document)
    }
}
