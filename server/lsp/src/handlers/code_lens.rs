//! `textDocument/codeLens`.

use std::path::Path;

use divisi_ide::{LensAction, lenses};
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::capabilities::commands;
use crate::publish::View;
use crate::to_proto;

pub(crate) fn code_lens(view: &View, params: &lsp::CodeLensParams) -> Result<Option<Vec<lsp::CodeLens>>> {
    let Some(document) = super::document(view, &params.text_document.uri) else { return Ok(None) };
    let mut found = Vec::new();
    for lens in lenses(&view.snapshot, document) {
        let range = to_proto::range(document, lens.span, view.client.encoding);
        let with = |command| lsp::CodeLens { range, command: Some(command), data: None };
        match lens.action {
            LensAction::Run(path) => found.extend(run_or_cancel(view, &path).into_iter().map(with)),
        }
    }
    Ok(Some(found))
}

/// A run that goes on is cancelled before the next is begun.
fn run_or_cancel(view: &View, path: &Path) -> Vec<lsp::Command> {
    let live = view.live.iter().filter(|(file, _)| file == path);
    let cancel =
        |(_, run): &(_, String)| command("Cancel", commands::CANCEL, serde_json::json!({ "run": run }));
    let cancels: Vec<lsp::Command> = live.map(cancel).collect();
    if cancels.is_empty() {
        let uri = to_proto::uri_of(path, &view.open);
        return vec![command("Run", commands::RUN, serde_json::json!({ "uri": uri }))];
    }
    cancels
}

fn command(title: &str, command: &str, argument: serde_json::Value) -> lsp::Command {
    lsp::Command {
        title: title.to_owned(),
        command: command.to_owned(),
        arguments: Some(vec![argument]),
        ..Default::default()
    }
}
