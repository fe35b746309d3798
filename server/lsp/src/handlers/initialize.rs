//! `initialize`.

use std::sync::Arc;

use tower_lsp_server::gen_lsp_types as lsp;

use crate::capabilities;
use crate::client::{self, Client};
use crate::main_loop::Server;

pub(crate) fn initialize(server: &mut Server, params: &lsp::InitializeParams) -> lsp::InitializeResult {
    server.client = Arc::new(Client::new(params));
    server.roots = client::roots(params);
    server.settings = client::option(params, "settings").filter(|settings| settings.is_object()).cloned();
    if let Some(process) = params.process_id.and_then(|process| u32::try_from(process).ok()) {
        server.watch_parent(process);
    }
    capabilities::answer(&server.client)
}
