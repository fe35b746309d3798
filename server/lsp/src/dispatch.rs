//! Which event goes where: changes are handled on the loop, in order; reads go to the pool with a view of this
//! moment, so that nothing that computes delays the next event.

use tower_lsp_server::jsonrpc;

use crate::event::{Event, Reply};
use crate::handlers::{
    code_action, completion, configuration, diagnostic, documents, execute_command, folders, hover,
    initialize, initialized, shutdown, watched_files,
};
use crate::main_loop::Server;
use crate::publish::View;
use crate::{handlers, progress};

pub(crate) fn dispatch(server: &mut Server, event: Event) {
    match event {
        Event::Initialize(params, reply) => reply.send(Ok(initialize::initialize(server, &params))),
        Event::Initialized => initialized::initialized(server),
        Event::Shutdown(reply) => shutdown::shutdown(server, reply),

        Event::Opened(params) => documents::opened(server, params),
        Event::Changed(params) => documents::changed(server, params),
        Event::Closed(params) => documents::closed(server, &params),
        Event::WatchedFiles(params) => watched_files::changed(server, &params),
        Event::Folders(params) => folders::changed(server, &params),
        Event::Configuration(params) => configuration::changed(server, params),

        Event::Completion(params, reply) => {
            read(server, reply, move |view| completion::completion(view, &params))
        }
        Event::Hover(params, reply) => read(server, reply, move |view| hover::hover(view, &params)),
        Event::CodeAction(params, reply) => {
            read(server, reply, move |view| code_action::code_action(view, &params))
        }
        Event::Diagnostic(params, reply) => {
            read(server, reply, move |view| diagnostic::diagnostic(view, &params))
        }
        Event::ExecuteCommand(params, reply) => execute_command::execute(server, params, reply),
        Event::CancelProgress(params) => {
            if let Some(run) = progress::run_of(&params.token) {
                execute_command::cancel::from_progress(server, run);
            }
        }

        Event::Answer(answer) => handlers::answer::answered(server, answer),
        Event::Scanned(scan, workspace) => server.scanned(scan, *workspace),
        Event::Checked(checked) => server.publish(checked),
        Event::Planned(launch) => execute_command::run::planned(server, launch),
        Event::Launched(launch, summary) => execute_command::run::launched(server, launch, summary),
        Event::FoundRuns(root, runs) => server.found_runs(&root, runs),
        Event::RunEvents(run, records) => server.run_events(&run, &records),
        Event::RunOrphaned(run) => server.run_orphaned(&run),
        Event::Disconnected => {}
    }
}

/// A read, on the pool. Not begun where the client has cancelled it meanwhile.
fn read<T: Send + 'static>(
    server: &mut Server,
    reply: Reply<T>,
    handler: impl FnOnce(&View) -> jsonrpc::Result<T> + Send + 'static,
) {
    let view = server.view();
    server.pool.spawn(move || {
        if !reply.is_cancelled() {
            let answer = handler(&view);
            reply.send(answer);
        }
    });
}
