//! Answers of the client to requests of ours.

use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Response;
use tracing::{debug, warn};

use super::{configuration, execute_command};
use crate::main_loop::Server;
use crate::outbox::Purpose;
use crate::runs::{Answer, Question};

pub(crate) fn answered(server: &mut Server, answer: Response) {
    let (id, result) = answer.into_parts();
    let Some(purpose) = server.outbox.settle(&id) else {
        return debug!("an answer to no question: {id}");
    };
    let result = match result {
        Ok(result) => result,
        Err(error) => {
            warn!("the client refuses a request: {error}");
            return given_up(server, purpose);
        }
    };
    match purpose {
        Purpose::Nothing => {}
        Purpose::Settings => configuration::received(server, result),
        Purpose::Progress(run) => server.runs.progress_answered(&run, true, &server.outbox),
        Purpose::Trust(launch) => {
            let chosen = serde_json::from_value::<Option<lsp::MessageActionItem>>(result).ok().flatten();
            let is_yes = chosen.is_some_and(|item| item.title == Answer::Run.title());
            execute_command::run::decided(server, launch, is_yes);
        }
        Purpose::Approval(question) => {
            let chosen = serde_json::from_value::<Option<lsp::MessageActionItem>>(result).ok().flatten();
            if let Some(approved) = chosen.and_then(|item| Question::answer(&item.title)) {
                execute_command::approve::answered(server, question, approved);
            }
        }
    }
}

/// The client refused, or did not answer in time.
pub(crate) fn given_up(server: &mut Server, purpose: Purpose) {
    match purpose {
        Purpose::Nothing | Purpose::Approval(_) => {}
        Purpose::Settings => server.start_scan(),
        Purpose::Progress(run) => server.runs.progress_answered(&run, false, &server.outbox),
        Purpose::Trust(launch) => execute_command::run::decided(server, launch, false),
    }
}
