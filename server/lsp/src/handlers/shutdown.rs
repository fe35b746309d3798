//! `shutdown`, and what is left to do when the client is gone.

use divisi_engine::client::Runs;
use divisi_engine::event::Request;
use divisi_workspace::settings::OnEditorExit;
use tracing::warn;

use crate::event::Reply;
use crate::main_loop::Server;

/// Nothing has to be saved: state lies in the journals of runs, which are not ours.
pub(crate) fn shutdown(server: &mut Server, reply: Reply<()>) {
    server.settle();
    reply.send(Ok(()));
}

/// Runs go on without the editor, unless the user wants otherwise.
pub(crate) fn leave(server: &mut Server) {
    if server.workspace.settings().run.on_editor_exit != OnEditorExit::Cancel {
        return;
    }
    for (id, run) in server.runs.live_here() {
        let asked = Runs::open(&run.root).and_then(|runs| runs.ask(id, Request::Cancel));
        if let Err(error) = asked {
            warn!("{id} could not be cancelled: {error}");
        }
    }
}
