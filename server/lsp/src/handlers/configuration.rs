//! `workspace/didChangeConfiguration`, and the answer to `workspace/configuration`.

use tower_lsp_server::gen_lsp_types as lsp;

use crate::main_loop::Server;
use crate::outbox::Purpose;

/// The section of the editor's settings that is ours.
const SECTION: &str = "divisi";

/// Clients that can be asked are asked: what they send along is often empty.
pub(crate) fn changed(server: &mut Server, params: lsp::DidChangeConfigurationParams) {
    if server.client.configuration {
        return ask(server);
    }
    let mut settings = params.settings;
    take(server, settings.get_mut(SECTION).map(serde_json::Value::take).unwrap_or_default());
}

pub(crate) fn ask(server: &mut Server) {
    let item = lsp::ConfigurationItem { scope_uri: None, section: Some(SECTION.to_owned()) };
    let params = lsp::ConfigurationParams { items: vec![item] };
    server.outbox.request::<lsp::ConfigurationRequest>(&params, Purpose::Settings);
}

/// The answer: one value for the one section that was asked for.
pub(crate) fn received(server: &mut Server, answer: serde_json::Value) {
    let settings = match answer {
        serde_json::Value::Array(mut values) if !values.is_empty() => values.swap_remove(0),
        _ => serde_json::Value::Null,
    };
    take(server, settings);
}

fn take(server: &mut Server, settings: serde_json::Value) {
    server.settings = settings.is_object().then_some(settings);
    server.start_scan();
}
