//! `workspace/executeCommand`: each command takes one object.

pub(crate) mod approve;
pub(crate) mod cancel;
mod decide;
mod dismiss;
mod pause;
pub(crate) mod resume;
pub(crate) mod run;
mod trust;

use divisi_engine::event::Request;
use serde::de::DeserializeOwned;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Error;

use super::failed;
use crate::capabilities::commands;
use crate::event::Reply;
use crate::main_loop::Server;

type Outcome = Option<lsp::LspAny>;

pub(crate) fn execute(server: &mut Server, params: lsp::ExecuteCommandParams, reply: Reply<Outcome>) {
    let argument = params.arguments.and_then(|arguments| arguments.into_iter().next()).unwrap_or_default();
    match params.command.as_str() {
        command @ commands::RUN => {
            let taken = Taken { command, object: "{uri, args?, to?, trust?}" };
            with(taken, argument, reply, |argument, reply| run::run(server, argument, reply));
        }
        command @ commands::CANCEL => {
            let taken = Taken { command, object: "{run}" };
            with(taken, argument, reply, |argument, reply| cancel::cancel(server, argument, reply));
        }
        command @ commands::APPROVE => {
            let taken = Taken { command, object: "{run, node, approve?, comment?}" };
            with(taken, argument, reply, |argument, reply| approve::approve(server, argument, reply));
        }
        command @ (commands::PAUSE | commands::UNPAUSE) => {
            let request = if command == commands::PAUSE { Request::Pause } else { Request::Unpause };
            let taken = Taken { command, object: "{run}" };
            with(taken, argument, reply, |argument, reply| pause::ask(server, argument, request, reply));
        }
        command @ commands::RESUME => {
            let taken = Taken { command, object: "{run, from?, trust?}" };
            with(taken, argument, reply, |argument, reply| resume::resume(server, argument, reply));
        }
        command @ commands::DECIDE => {
            let taken = Taken { command, object: "{run, node, decision: retry|succeeded|failed, trust?}" };
            with(taken, argument, reply, |argument, reply| decide::decide(server, argument, reply));
        }
        command @ commands::TRUST => {
            let taken = Taken { command, object: "{uri}" };
            with(taken, argument, reply, |argument, reply| reply.send(trust::trust(server, &argument)));
        }
        command @ commands::DISMISS => {
            let taken = Taken { command, object: "{uri, node?}" };
            with(taken, argument, reply, |argument, reply| reply.send(dismiss::dismiss(server, &argument)));
        }
        other => {
            let known = commands::ALL.join("`, `");
            reply.send(Err(Error::invalid_params(format!("no command `{other}`; there are `{known}`"))));
        }
    }
}

/// What a command takes, for people; `?` marks what may be left out.
struct Taken<'a> {
    command: &'a str,
    object: &'static str,
}

fn with<A: DeserializeOwned>(
    taken: Taken<'_>,
    argument: lsp::LspAny,
    reply: Reply<Outcome>,
    then: impl FnOnce(A, Reply<Outcome>),
) {
    let Taken { command, object } = taken;
    let expected = format!("`{command}` takes one object: {object}");
    if !argument.is_object() {
        return reply.send(Err(Error::invalid_params(expected)));
    }
    match serde_json::from_value(argument) {
        Ok(argument) => then(argument, reply),
        Err(error) => reply.send(Err(Error::invalid_params(format!("{expected}: {error}")))),
    }
}
