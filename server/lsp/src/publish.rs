//! Findings of open documents: computed on the pool, published by the loop.
//!
//! Each check has a number. A newer check of the same document makes an older
//! one void, before it begins or when its result arrives.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use divisi_analysis::Finding;
use divisi_workspace::{Document, Snapshot};
use tower_lsp_server::gen_lsp_types as lsp;

use crate::client::Client;
use crate::runs::FailedNodes;
use crate::to_proto::{self, OpenUris};

/// Everything that a read needs; cheap to clone, never changes.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) snapshot: Snapshot,
    pub(crate) client: Arc<Client>,
    pub(crate) open: OpenUris,
    pub(crate) failed: Arc<FailedNodes>,
}

impl View {
    /// All findings in a document, those of runs included.
    pub(crate) fn findings(&self, document: &Arc<Document>) -> Vec<Finding> {
        let mut findings = divisi_analysis::check(&self.snapshot, document);
        findings.extend(self.failed.findings(&self.snapshot, document));
        findings
    }

    pub(crate) fn diagnostics(&self, document: &Arc<Document>) -> Vec<lsp::Diagnostic> {
        let findings = self.findings(document);
        let convert =
            |finding| to_proto::diagnostic(finding, document, &self.snapshot, &self.client, &self.open);
        findings.iter().filter_map(convert).collect()
    }
}

/// The latest check of each open document.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    next: u64,
    latest: BTreeMap<PathBuf, Arc<AtomicU64>>,
    /// Documents for which the client was told something.
    published: BTreeSet<PathBuf>,
}

/// The right to publish, as long as no newer check of the document has begun.
#[derive(Debug)]
pub(crate) struct Ticket {
    pub(crate) number: u64,
    latest: Arc<AtomicU64>,
}

impl Ticket {
    pub(crate) fn is_void(&self) -> bool {
        self.latest.load(Ordering::Acquire) != self.number
    }
}

impl Checks {
    pub(crate) fn begin(&mut self, path: &Path) -> Ticket {
        self.next += 1;
        let latest = self.latest.entry(path.to_owned()).or_default().clone();
        latest.store(self.next, Ordering::Release);
        Ticket { number: self.next, latest }
    }

    pub(crate) fn is_latest(&self, path: &Path, number: u64) -> bool {
        self.latest.get(path).is_some_and(|latest| latest.load(Ordering::Acquire) == number)
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
        if let Some(latest) = self.latest.remove(path) {
            latest.store(0, Ordering::Release);
        }
        self.published.remove(path)
    }
}
