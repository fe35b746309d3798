//! `workspace/symbol`.

use divisi_ide::workspace_symbols;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::publish::View;
use crate::to_proto;

/// More than anybody reads; who looks for another types on.
const LIMIT: usize = 256;

pub(crate) fn workspace_symbol(
    view: &View,
    params: &lsp::WorkspaceSymbolParams,
) -> Result<Option<lsp::WorkspaceSymbolResponse>> {
    let found = workspace_symbols(&view.snapshot, &params.query, LIMIT);
    let convert = |symbol: divisi_ide::WorkspaceSymbol| {
        let uri = to_proto::uri_of(&symbol.document.path, &view.open);
        let range = to_proto::range(&symbol.document, symbol.span, view.client.encoding);
        lsp::WorkspaceSymbol {
            location: lsp::Location { uri, range }.into(),
            data: None,
            base_symbol_information: lsp::BaseSymbolInformation {
                name: symbol.name,
                kind: to_proto::symbol_kind(symbol.kind),
                tags: None,
                container_name: symbol.container,
            },
        }
    };
    Ok(Some(lsp::WorkspaceSymbolResponse::WorkspaceSymbolList(found.into_iter().map(convert).collect())))
}
