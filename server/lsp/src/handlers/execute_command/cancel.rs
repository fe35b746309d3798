//! `divisi.server.cancel`, and the cancel button of a progress.

use std::path::PathBuf;

use divisi_engine::client::{EngineError, Runs};
use divisi_engine::event::Request;
use serde::Deserialize;
use tracing::warn;

use super::{Outcome, failed};
use crate::event::Reply;
use crate::main_loop::Server;
use crate::runs::{engine_error, place};

#[derive(Debug, Deserialize)]
pub(super) struct Argument {
    run: String,
}

/// The run need not be one that is followed: each root is asked for it.
pub(super) fn cancel(server: &Server, argument: Argument, reply: Reply<Outcome>) {
    let roots = roots_of(server, &argument.run);
    server.pool.spawn(move || {
        let refusal = match ask(&roots, &argument.run) {
            Ok(()) => return reply.send(Ok(None)),
            Err(Some(error)) => engine_error(&error, None),
            Err(None) => failed(format!("no run `{}`: the workspace has no folder", argument.run)),
        };
        reply.send(Err(refusal));
    });
}

pub(crate) fn from_progress(server: &Server, run: &str) {
    let (roots, run) = (roots_of(server, run), run.to_owned());
    server.pool.spawn(move || {
        if let Err(Some(error)) = ask(&roots, &run) {
            warn!("{run} could not be cancelled: {error}");
        }
    });
}

pub(super) fn roots_of(server: &Server, run: &str) -> Vec<PathBuf> {
    match server.runs.get(run) {
        Some(run) => vec![run.root.clone()],
        None => place::roots(&server.workspace.snapshot(), &server.options.places).into_iter().collect(),
    }
}

/// The error of the last root, where none knows the run.
fn ask(roots: &[PathBuf], run: &str) -> Result<(), Option<EngineError>> {
    let mut refusal = None;
    for root in roots {
        match Runs::open(root).and_then(|runs| runs.ask(run, Request::Cancel)) {
            Ok(_) => return Ok(()),
            Err(error) => refusal = Some(error),
        }
    }
    Err(refusal)
}
