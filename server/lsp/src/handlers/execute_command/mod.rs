//! `workspace/executeCommand`: each command takes one object.

pub(crate) mod cancel;
mod dismiss;
pub(crate) mod run;
mod trust;

use serde::de::DeserializeOwned;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::{self, Error};

use crate::capabilities::commands;
use crate::event::Reply;
use crate::main_loop::Server;

type Outcome = Option<lsp::LspAny>;

pub(crate) fn execute(server: &mut Server, params: lsp::ExecuteCommandParams, reply: Reply<Outcome>) {
    let argument = params.arguments.and_then(|arguments| arguments.into_iter().next()).unwrap_or_default();
    match params.command.as_str() {
        commands::RUN => with(argument, reply, |argument, reply| run::run(server, argument, reply)),
        commands::CANCEL => with(argument, reply, |argument, reply| cancel::cancel(server, argument, reply)),
        commands::TRUST => {
            with(argument, reply, |argument, reply| reply.send(trust::trust(server, &argument)))
        }
        commands::DISMISS => {
            with(argument, reply, |argument, reply| reply.send(dismiss::dismiss(server, &argument)))
        }
        other => {
            let known = commands::ALL.join("`, `");
            reply.send(Err(Error::invalid_params(format!("no command `{other}`; there are `{known}`"))));
        }
    }
}

fn with<A: DeserializeOwned>(
    argument: lsp::LspAny,
    reply: Reply<Outcome>,
    then: impl FnOnce(A, Reply<Outcome>),
) {
    match serde_json::from_value(argument) {
        Ok(argument) => then(argument, reply),
        Err(error) => reply.send(Err(Error::invalid_params(format!("the command's one argument: {error}")))),
    }
}

/// The request was right, and could not be done.
fn failed(message: impl Into<String>) -> Error {
    Error { code: jsonrpc::ErrorCode::ServerError(-32803), message: message.into().into(), data: None }
}
