//! Which event goes where: changes are handled on the loop, in order; reads go to the pool with a view of this
//! moment, so that nothing that computes delays the next event.

use crate::event::Event;
use crate::handlers::{
    configuration, documents, execute_command, folders, initialize, initialized, shutdown, watched_files,
};
use crate::main_loop::Server;
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

        Event::Read(read) => {
            let view = server.view();
            server.pool.spawn(move || read.answer(&view));
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
        Event::Refused(path) => server.check(&path),
        Event::Planned(launch) => execute_command::run::planned(server, launch),
        Event::Launched(launch, summary) => execute_command::run::launched(server, launch, summary),
        Event::Resumed(resumed) => execute_command::resume::resumed(server, *resumed),
        Event::FoundRuns(root, runs) => server.found_runs(&root, runs),
        Event::RunEvents(run, records) => server.run_events(&run, &records),
        Event::RunOrphaned(run) => server.run_orphaned(&run),
        Event::Disconnected => {}
    }
}
