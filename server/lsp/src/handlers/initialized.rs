//! `initialized`: the client takes requests from here on.

use tower_lsp_server::gen_lsp_types as lsp;

use super::configuration;
use crate::capabilities;
use crate::main_loop::Server;
use crate::outbox::Purpose;

pub(crate) fn initialized(server: &mut Server) {
    let registrations = capabilities::registrations(&server.client);
    if !registrations.is_empty() {
        let params = lsp::RegistrationParams { registrations };
        server.outbox.request::<lsp::RegistrationRequest>(&params, Purpose::Nothing);
    }
    // The settings say where to look, so they come before the scan.
    if server.client.configuration {
        configuration::ask(server);
    } else {
        server.start_scan();
    }
}
