//! Findings of open documents: computed on the pool, published by the loop.
//!
//! Each check has a number. A newer check of the same document makes an older
//! one void, before it begins or when its result arrives.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use divisi_analysis::{CheckCache, Finding, check_again};
use divisi_ide::Durations;
use divisi_workspace::{Class, Document, Places, Snapshot};
use tower_lsp_server::gen_lsp_types as lsp;

use crate::client::Client;
use crate::contents::Shown;
use crate::event::Checked;
use crate::reports::SentReports;
use crate::runs::{FailedNodes, LastRuns};
use crate::strict::{self, Reading};
use crate::to_proto::{self, OpenUris};
use crate::tokens::SentTokens;

/// Everything that a read needs; cheap to clone, never changes.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) snapshot: Snapshot,
    pub(crate) client: Arc<Client>,
    pub(crate) open: OpenUris,
    pub(crate) failed: Arc<FailedNodes>,
    pub(crate) tokens: Arc<SentTokens>,
    pub(crate) reports: Arc<SentReports>,
    pub(crate) shown: Arc<Shown>,
    pub(crate) last_runs: Arc<LastRuns>,
    /// Runs that go on: the file of the DAG, the run.
    pub(crate) live: Vec<(PathBuf, String)>,
    /// Where the user's own settings and trust are.
    pub(crate) places: Arc<Places>,
    /// Whether the disk was walked at least once. Before that nothing is found: it would be false alarms.
    pub(crate) is_scanned: bool,
}

impl View {
    /// All findings in a document, those of runs included.
    pub(crate) fn findings(&self, document: &Arc<Document>) -> Vec<Finding> {
        if !self.is_scanned {
            return Vec::new();
        }
        self.with_failures(document, divisi_analysis::check(&self.snapshot, document))
    }

    fn with_failures(&self, document: &Arc<Document>, mut findings: Vec<Finding>) -> Vec<Finding> {
        findings.extend(self.failed.findings(&self.snapshot, document));
        findings
    }

    /// How long the nodes of the DAG at `path` took in its last run.
    pub(crate) fn last_durations(&self, path: &Path) -> Option<&Durations> {
        self.last_runs.get(path).map(|last| &last.durations)
    }

    pub(crate) fn diagnostics(&self, document: &Arc<Document>) -> Vec<lsp::Diagnostic> {
        self.converted(document, &self.findings(document))
    }

    fn converted(&self, document: &Arc<Document>, findings: &[Finding]) -> Vec<lsp::Diagnostic> {
        let convert =
            |finding| to_proto::diagnostic(finding, document, &self.snapshot, &self.client, &self.open);
        findings.iter().filter_map(convert).collect()
    }
}

/// The findings in an open document; none where a newer check has begun.
///
/// Typing does not wait for the strict reader, which has its turn in [`read_quietly`]. Only where it refused an
/// earlier version it is asked at once, lest its finding blink.
pub(crate) fn check(view: &View, path: &Path, version: i32, ticket: &Ticket) -> Option<Checked> {
    let document = view.snapshot.document(path).filter(|_| view.is_scanned && !ticket.is_void())?;
    let checked = |diagnostics| Checked { path: path.to_owned(), check: ticket.number, version, diagnostics };
    if document.class == Class::None {
        return Some(checked(None));
    }
    let refused = if ticket.was_refused() { ticket.read_strictly(document) } else { None };
    let document = refused.as_ref().unwrap_or(document);
    let findings = view.with_failures(document, ticket.check(&view.snapshot, document));
    Some(checked(Some(view.converted(document, &findings))))
}

/// Lets the strict reader look at a document that was left alone; whether it refuses it and was not known to.
pub(crate) fn read_quietly(reading: &Reading, ticket: &Ticket) -> bool {
    if ticket.is_void() || ticket.was_refused() || reading.faults().is_empty() {
        return false;
    }
    ticket.document.is_refused.store(true, Ordering::Release);
    !ticket.is_void()
}

/// What the checks of one document share.
#[derive(Debug, Default)]
struct DocumentChecks {
    /// Number of the latest.
    latest: AtomicU64,
    /// What the last check found, for the next one.
    cache: Mutex<CheckCache>,
    /// Whether the strict reader refused it last time.
    is_refused: AtomicBool,
}

/// The latest check of each open document.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    next: u64,
    documents: BTreeMap<PathBuf, Arc<DocumentChecks>>,
    /// Documents for which the client was told something.
    published: BTreeSet<PathBuf>,
}

/// The right to publish, as long as no newer check of the document has begun.
#[derive(Debug)]
pub(crate) struct Ticket {
    number: u64,
    document: Arc<DocumentChecks>,
}

impl Ticket {
    fn was_refused(&self) -> bool {
        self.document.is_refused.load(Ordering::Acquire)
    }

    /// A cache in which a check panicked is as good as any other: it was emptied before.
    fn check(&self, snapshot: &Snapshot, document: &Arc<Document>) -> Vec<Finding> {
        let mut cache = self.document.cache.lock().unwrap_or_else(PoisonError::into_inner);
        check_again(snapshot, document, &mut cache)
    }

    /// The document with what the strict reader refuses, if anything.
    fn read_strictly(&self, document: &Document) -> Option<Arc<Document>> {
        let refused = strict::refused(document);
        self.document.is_refused.store(refused.is_some(), Ordering::Release);
        refused
    }

    fn is_void(&self) -> bool {
        self.document.latest.load(Ordering::Acquire) != self.number
    }
}

impl Checks {
    pub(crate) fn begin(&mut self, path: &Path) -> Ticket {
        self.next += 1;
        let document = self.documents.entry(path.to_owned()).or_default().clone();
        document.latest.store(self.next, Ordering::Release);
        Ticket { number: self.next, document }
    }

    /// The right of the latest check, once more.
    pub(crate) fn latest(&self, path: &Path) -> Option<Ticket> {
        let document = self.documents.get(path)?.clone();
        Some(Ticket { number: document.latest.load(Ordering::Acquire), document })
    }

    pub(crate) fn is_latest(&self, path: &Path, number: u64) -> bool {
        self.documents.get(path).is_some_and(|document| document.latest.load(Ordering::Acquire) == number)
    }

    /// Notes that the client is told something.
    pub(crate) fn published(&mut self, path: &Path) {
        self.published.insert(path.to_owned());
    }

    pub(crate) fn is_published(&self, path: &Path) -> bool {
        self.published.contains(path)
    }

    /// A closed document has no checks: those under way are void. Whether the client was told something of it.
    pub(crate) fn end(&mut self, path: &Path) -> bool {
        if let Some(document) = self.documents.remove(path) {
            document.latest.store(0, Ordering::Release);
        }
        self.published.remove(path)
    }
}
