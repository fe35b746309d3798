//! `divisi.server.approve`, and the answer to the question that a node asks.

use std::path::PathBuf;

use divisi_engine::client::{EngineError, GivenAnswer, Runs};
use serde::Deserialize;
use tower_lsp_server::gen_lsp_types as lsp;

use super::{Outcome, cancel, failed};
use crate::event::Reply;
use crate::main_loop::Server;
use crate::runs::{Question, engine_error};

#[derive(Debug, Deserialize)]
pub(super) struct Argument {
    run: String,
    node: String,
    /// A no fails the node.
    #[serde(default = "yes")]
    approve: bool,
    #[serde(default)]
    comment: Option<String>,
}

const fn yes() -> bool {
    true
}

pub(super) fn approve(server: &Server, argument: Argument, reply: Reply<Outcome>) {
    let roots = cancel::roots_of(server, &argument.run);
    let Argument { run, node, approve: approved, comment } = argument;
    server.pool.spawn(move || {
        let answer = GivenAnswer { approved, comment, about: None };
        let refusal = match give(&roots, &run, &node, &answer) {
            Ok(()) => return reply.send(Ok(None)),
            Err(Some(error)) => engine_error(&error, None),
            Err(None) => failed(format!("no run `{run}`: the workspace has no folder")),
        };
        reply.send(Err(refusal));
    });
}

/// A person answered the question on the screen. One that came too late is told.
pub(crate) fn answered(server: &Server, question: Question, approved: bool) {
    let Question { root, run, node, about } = question;
    let answer = GivenAnswer { approved, comment: None, about: Some(about) };
    if let Err(Some(error)) = give(&[root], &run, &node, &answer) {
        let params = lsp::ShowMessageParams { kind: lsp::MessageType::Warning, message: error.to_string() };
        server.outbox.notify::<lsp::ShowMessageNotification>(&params);
    }
}

/// The error of the last root, where none knows the run.
fn give(roots: &[PathBuf], run: &str, node: &str, answer: &GivenAnswer) -> Result<(), Option<EngineError>> {
    let mut refusal = None;
    for root in roots {
        match Runs::open(root).and_then(|runs| runs.approve(run, node, answer)) {
            Ok(_) => return Ok(()),
            Err(error) => refusal = Some(error),
        }
    }
    Err(refusal)
}
