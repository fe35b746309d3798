//! `divisi.server.decide`: a person's word on a node whose attempt was lost with its host. A run that a host owns hears
//! it; one that nobody owns goes on with it under a new host. The answer is the run's id.

use divisi_engine::event::LostDecision;
use serde::Deserialize;

use super::Outcome;
use super::resume::{self, GoingOn};
use crate::event::Reply;
use crate::main_loop::Server;

#[derive(Debug, Deserialize)]
pub(super) struct Argument {
    run: String,
    node: String,
    /// Run it again, or how it ended.
    decision: LostDecision,
    /// The editor's own word that the workspace is trusted, for this call.
    #[serde(default)]
    trust: bool,
}

pub(super) fn decide(server: &Server, argument: Argument, reply: Reply<Outcome>) {
    let Argument { run, node, decision, trust } = argument;
    resume::go_on(server, GoingOn { run, from: Vec::new(), decisions: vec![(node, decision)], trust }, reply);
}
