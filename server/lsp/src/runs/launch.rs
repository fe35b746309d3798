//! From a request to a running host: plan, trust, start.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_engine::client::{EngineError, RunOptions, RunSummary, Runs};
use divisi_engine::plan::StoredPlan;
use divisi_engine::programs::programs;
use divisi_syntax::Encoding;
use divisi_workspace::settings::TrustMode;
use divisi_workspace::{Document, Snapshot};
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc;

use crate::event::{Event, Reply};
use crate::to_proto;
use crate::trust::Subject;

/// A run on its way.
#[derive(Debug)]
pub(crate) struct Launch {
    pub(crate) reply: Reply<Option<lsp::LspAny>>,
    pub(crate) root: PathBuf,
    pub(crate) document: Arc<Document>,
    pub(crate) plan: StoredPlan,
    /// The caller vouches for the workspace.
    pub(crate) is_vouched_for: bool,
    /// What trust has to be given to, otherwise.
    pub(crate) mode: TrustMode,
}

impl Launch {
    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject { root: &self.root, file: &self.document.path, mode: self.mode }
    }
}

/// What may be answered to the trust question.
pub(crate) enum Answer {
    Run,
    Cancel,
}

impl Answer {
    pub(crate) const fn title(&self) -> &'static str {
        match self {
            Self::Run => "Trust and run",
            Self::Cancel => "Cancel",
        }
    }
}

/// Plans on the pool. A refusal answers the request at once.
pub(crate) fn plan(
    snapshot: &Snapshot,
    launch: impl FnOnce(StoredPlan, Reply<Option<lsp::LspAny>>) -> Launch,
    document: &Arc<Document>,
    options: &RunOptions,
    encoding: Encoding,
    reply: Reply<Option<lsp::LspAny>>,
    events: &crossbeam_channel::Sender<Event>,
) {
    if reply.is_cancelled() {
        return;
    }
    match divisi_engine::client::plan(snapshot, document, options) {
        Ok(plan) => drop(events.send(Event::Planned(Box::new(launch(plan, reply))))),
        Err(error) => reply.send(Err(engine_error(&error, Some((document, encoding))))),
    }
}

/// Stores the plan and starts its host. Blocks until the host is up.
pub(crate) fn start(launch: Box<Launch>, divisi: &Path, events: &crossbeam_channel::Sender<Event>) {
    if launch.reply.is_cancelled() {
        return;
    }
    match start_host(&launch, divisi) {
        Ok(summary) => drop(events.send(Event::Launched(launch, summary))),
        Err(error) => launch.reply.send(Err(engine_error(&error, None))),
    }
}

fn start_host(launch: &Launch, divisi: &Path) -> Result<RunSummary, EngineError> {
    let runs = Runs::open(&launch.root)?;
    let run = runs.create(&launch.plan)?;
    runs.start_host(&run, divisi)?;
    runs.summary(&run)
}

/// A refusal by the engine, its places as ranges.
pub(crate) fn engine_error(error: &EngineError, place: Option<(&Document, Encoding)>) -> jsonrpc::Error {
    let places = place.map(|(document, encoding)| {
        let places = error.places.iter().map(|(span, message)| {
            serde_json::json!({ "range": to_proto::range(document, *span, encoding), "message": message })
        });
        serde_json::json!({ "places": places.collect::<Vec<_>>() })
    });
    jsonrpc::Error {
        // RequestFailed: the request was right, and could not be done.
        code: jsonrpc::ErrorCode::ServerError(-32803),
        message: error.message.clone().into(),
        data: places,
    }
}

/// What a person is asked before programs of an untrusted workspace run: all of them, as they would be started.
pub(crate) fn question(launch: &Launch) -> String {
    let (root, dag) = (launch.root.display(), &launch.plan.dag);
    let programs = programs(&launch.plan).join("\n");
    format!("{root} is not trusted yet. Running `{dag}` starts these programs:\n{programs}")
}
