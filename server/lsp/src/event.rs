//! Everything that can happen to the server, as one closed type.

use std::fmt;
use std::path::PathBuf;

use divisi_engine::client::RunSummary;
use divisi_engine::event::EventRecord;
use divisi_workspace::Workspace;
use tokio::sync::oneshot;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::{self, Response};

use crate::handlers::execute_command::resume::Resumed;
use crate::publish::View;
use crate::runs::{FoundRuns, Launch};

/// Where the one answer to a request goes.
#[derive(Debug)]
pub(crate) struct Reply<T>(oneshot::Sender<jsonrpc::Result<T>>);

impl<T> Reply<T> {
    pub(crate) fn new() -> (Self, oneshot::Receiver<jsonrpc::Result<T>>) {
        let (sender, receiver) = oneshot::channel();
        (Self(sender), receiver)
    }

    /// Whether nobody waits for the answer any more.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.is_closed()
    }

    pub(crate) fn send(self, answer: jsonrpc::Result<T>) {
        // A failed send means that the request was cancelled meanwhile: nobody is told.
        let _cancelled = self.0.send(answer);
    }
}

/// A request that is answered from a view of this moment, on the pool.
pub(crate) struct Read {
    /// For logs.
    pub(crate) name: &'static str,
    answer: Box<dyn FnOnce(&View) + Send>,
}

impl Read {
    /// Not begun where the client has cancelled it meanwhile.
    pub(crate) fn new<T: Send + 'static>(
        name: &'static str,
        reply: Reply<T>,
        handler: impl FnOnce(&View) -> jsonrpc::Result<T> + Send + 'static,
    ) -> Self {
        Self::long(name, reply, move |view, _is_cancelled| handler(view))
    }

    /// One that takes its time, and may look whether anybody still waits.
    pub(crate) fn long<T: Send + 'static>(
        name: &'static str,
        reply: Reply<T>,
        handler: impl FnOnce(&View, &dyn Fn() -> bool) -> jsonrpc::Result<T> + Send + 'static,
    ) -> Self {
        let answer = move |view: &View| {
            if !reply.is_cancelled() {
                let answer = handler(view, &|| reply.is_cancelled());
                reply.send(answer);
            }
        };
        Self { name, answer: Box::new(answer) }
    }

    pub(crate) fn answer(self, view: &View) {
        (self.answer)(view);
    }
}

impl fmt::Debug for Read {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Read").field(&self.name).finish()
    }
}

/// Something that happened. The main loop handles these one by one, in order.
#[derive(Debug)]
pub(crate) enum Event {
    Initialize(Box<lsp::InitializeParams>, Reply<lsp::InitializeResult>),
    Initialized,
    Shutdown(Reply<()>),

    Opened(lsp::DidOpenTextDocumentParams),
    Changed(lsp::DidChangeTextDocumentParams),
    Closed(lsp::DidCloseTextDocumentParams),
    WatchedFiles(lsp::DidChangeWatchedFilesParams),
    Folders(lsp::DidChangeWorkspaceFoldersParams),
    Configuration(lsp::DidChangeConfigurationParams),

    /// A request that only looks.
    Read(Read),
    ExecuteCommand(lsp::ExecuteCommandParams, Reply<Option<lsp::LspAny>>),
    CancelProgress(lsp::WorkDoneProgressCancelParams),

    /// The client answered a request of ours.
    Answer(Response),
    /// The disk was walked in the background; the number of that scan.
    Scanned(u64, Box<Workspace>),
    /// A check of an open document is done.
    Checked(Checked),
    /// The strict reader refuses an open document, which nobody knew.
    Refused(PathBuf),
    /// A run is planned and waits for trust.
    Planned(Box<Launch>),
    /// A run's host is up.
    Launched(Box<Launch>, RunSummary),
    /// A run goes on under a new host.
    Resumed(Box<Resumed>),
    /// The runs of a workspace folder.
    FoundRuns(PathBuf, FoundRuns),
    /// New records of a run that is followed.
    RunEvents(String, Vec<EventRecord>),
    /// Nobody owns a followed run any more, although it is not over.
    RunOrphaned(String),
    /// The client is gone.
    Disconnected,
}

impl Event {
    /// For logs.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Initialize(..) => "initialize",
            Self::Initialized => "initialized",
            Self::Shutdown(_) => "shutdown",
            Self::Opened(_) => "didOpen",
            Self::Changed(_) => "didChange",
            Self::Closed(_) => "didClose",
            Self::WatchedFiles(_) => "didChangeWatchedFiles",
            Self::Folders(_) => "didChangeWorkspaceFolders",
            Self::Configuration(_) => "didChangeConfiguration",
            Self::Read(read) => read.name,
            Self::ExecuteCommand(..) => "executeCommand",
            Self::CancelProgress(_) => "workDoneProgress/cancel",
            Self::Answer(_) => "answer",
            Self::Scanned(..) => "scanned",
            Self::Checked(_) => "checked",
            Self::Refused(_) => "refused",
            Self::Planned(_) => "planned",
            Self::Launched(..) => "launched",
            Self::Resumed(_) => "resumed",
            Self::FoundRuns(..) => "found runs",
            Self::RunEvents(..) => "run events",
            Self::RunOrphaned(_) => "run orphaned",
            Self::Disconnected => "disconnected",
        }
    }
}

/// Findings of an open document, ready to be published.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) path: PathBuf,
    /// Number of the check; only the latest of a document is published.
    pub(crate) check: u64,
    /// The version of the text that was checked.
    pub(crate) version: i32,
    /// None where the document is not ours.
    pub(crate) diagnostics: Option<Vec<lsp::Diagnostic>>,
}
