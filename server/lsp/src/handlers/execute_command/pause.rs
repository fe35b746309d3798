//! `divisi.server.pause` and `divisi.server.unpause`: start nothing new; go on.

use divisi_engine::client::Runs;
use divisi_engine::event::Request;
use serde::Deserialize;

use super::{Outcome, failed};
use crate::event::Reply;
use crate::main_loop::Server;
use crate::runs::engine_error;

#[derive(Debug, Deserialize)]
pub(super) struct Argument {
    run: String,
}

pub(super) fn ask(server: &Server, argument: Argument, request: Request, reply: Reply<Outcome>) {
    let roots = super::cancel::roots_of(server, &argument.run);
    server.pool.spawn(move || {
        let mut refusal = failed(format!("no run `{}`: the workspace has no folder", argument.run));
        for root in roots {
            match Runs::open(&root).and_then(|runs| runs.ask(&argument.run, request.clone())) {
                Ok(_) => return reply.send(Ok(None)),
                Err(error) => refusal = engine_error(&error, None),
            }
        }
        reply.send(Err(refusal));
    });
}
