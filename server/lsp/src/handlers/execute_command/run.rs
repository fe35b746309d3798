//! `divisi.server.run`: plan, trust, start; the answer is the run's id.

use divisi_engine::client::{RunOptions, RunSummary};
use divisi_engine::view::RunView;
use serde::Deserialize;
use tower_lsp_server::gen_lsp_types as lsp;

use super::{Outcome, failed};
use crate::event::Reply;
use crate::main_loop::Server;
use crate::outbox::Purpose;
use crate::runs::{self, Answer, Launch, Origin};
use crate::{trust, uri};

#[derive(Debug, Deserialize)]
pub(super) struct Argument {
    uri: lsp::Uri,
    #[serde(default)]
    args: Option<serde_json::Map<String, serde_json::Value>>,
    #[serde(default)]
    to: Option<String>,
    /// The editor's own word that the workspace is trusted, for this call.
    #[serde(default)]
    trust: bool,
}

pub(super) fn run(server: &mut Server, argument: Argument, reply: Reply<Outcome>) {
    // An editor that says no has asked its user already: a second question would lead around its restricted mode.
    if server.client.trusted == Some(false) && !argument.trust {
        let message = "the editor does not trust this workspace, so nothing was run: trust it there first";
        return reply.send(Err(failed(message)));
    }
    let document = uri::to_path(&argument.uri).and_then(|path| server.dag_document(&path));
    let Some(document) = document else {
        return reply.send(Err(failed(format!("{} is not a DAG file", argument.uri.0))));
    };
    let snapshot = server.workspace.snapshot();
    let options =
        RunOptions { json_args: argument.args.unwrap_or_default(), to: argument.to, ..RunOptions::default() };
    let is_vouched_for = argument.trust || server.client.trusted == Some(true);
    let (encoding, events) = (server.client.encoding, server.events.clone());
    let (places, settings) = (server.options.places.clone(), server.settings.clone());
    server.pool.spawn(move || {
        let root = runs::place::root(&snapshot, &places, &document.path);
        let (snapshot, document) = runs::place::at(&root, snapshot, document, places, settings);
        let planned = document.clone();
        let mode = snapshot.settings().run.trust;
        let launch = |plan, reply| Launch { reply, root, document: planned, plan, is_vouched_for, mode };
        runs::plan(&snapshot, launch, &document, &options, encoding, reply, &events);
    });
}

/// Trust is asked for once it is known what would be started.
pub(crate) fn planned(server: &mut Server, launch: Box<Launch>) {
    if launch.is_vouched_for || trust::is_trusted(&server.options.places, launch.subject()) {
        return start(server, launch);
    }
    let action = |answer: Answer| lsp::MessageActionItem {
        title: answer.title().to_owned(),
        properties: std::collections::HashMap::default(),
    };
    let params = lsp::ShowMessageRequestParams {
        kind: lsp::MessageType::Warning,
        message: runs::question(&launch),
        actions: Some(vec![action(Answer::Run), action(Answer::Cancel)]),
    };
    server.outbox.request::<lsp::ShowMessageRequest>(&params, Purpose::Trust(launch));
}

/// A person answered the question, or nobody did.
pub(crate) fn decided(server: &mut Server, launch: Box<Launch>, is_yes: bool) {
    if !is_yes {
        let root = launch.root.display();
        let message = format!(
            "{root} is not trusted, so nothing was run: choose `{}`, or run `divisi trust {root}`",
            Answer::Run.title()
        );
        return launch.reply.send(Err(failed(message)));
    }
    match trust::grant(&server.options.places, launch.subject()) {
        Ok(()) => start(server, launch),
        Err(error) => launch.reply.send(Err(failed(format!("trust cannot be kept: {error}")))),
    }
}

fn start(server: &Server, launch: Box<Launch>) {
    let (divisi, events) = (server.options.divisi.clone(), server.events.clone());
    server.pool.spawn(move || runs::start(launch, &divisi, &events));
}

pub(crate) fn launched(server: &mut Server, launch: Box<Launch>, summary: RunSummary) {
    let Launch { reply, root, document, plan, .. } = *launch;
    reply.send(Ok(Some(serde_json::json!({ "run": summary.run }))));
    server.follow(&root, summary, RunView::new(Some(&plan)), Origin::Here(document));
}
