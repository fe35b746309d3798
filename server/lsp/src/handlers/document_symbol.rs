//! `textDocument/documentSymbol`: a tree for clients that take one, else a list.

use divisi_ide::{Symbol, outline};
use divisi_workspace::Document;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::publish::View;
use crate::to_proto;

pub(crate) fn document_symbol(
    view: &View,
    params: &lsp::DocumentSymbolParams,
) -> Result<Option<lsp::DocumentSymbolResponse>> {
    let Some(document) = super::document(view, &params.text_document.uri) else { return Ok(None) };
    let symbols = outline(document);
    if view.client.nested_symbols {
        let tree = symbols.into_iter().map(|symbol| nested(symbol, document, view)).collect();
        return Ok(Some(lsp::DocumentSymbolResponse::DocumentSymbolList(tree)));
    }
    let mut list = Vec::new();
    flatten(symbols, None, document, (view, &params.text_document.uri), &mut list);
    Ok(Some(lsp::DocumentSymbolResponse::SymbolInformationList(list)))
}

fn nested(symbol: Symbol, document: &Document, view: &View) -> lsp::DocumentSymbol {
    let children: Vec<lsp::DocumentSymbol> =
        symbol.children.into_iter().map(|child| nested(child, document, view)).collect();
    #[expect(deprecated, reason = "the type has no default")]
    lsp::DocumentSymbol {
        name: symbol.name,
        detail: symbol.detail,
        kind: to_proto::symbol_kind(symbol.kind),
        tags: None,
        deprecated: None,
        range: to_proto::range(document, symbol.span, view.client.encoding),
        selection_range: to_proto::range(document, symbol.name_span, view.client.encoding),
        children: (!children.is_empty()).then_some(children),
    }
}

fn flatten(
    symbols: Vec<Symbol>,
    container: Option<&str>,
    document: &Document,
    (view, uri): (&View, &lsp::Uri),
    list: &mut Vec<lsp::SymbolInformation>,
) {
    for symbol in symbols {
        let range = to_proto::range(document, symbol.span, view.client.encoding);
        #[expect(deprecated, reason = "the type has no default")]
        list.push(lsp::SymbolInformation {
            deprecated: None,
            location: lsp::Location { uri: uri.clone(), range },
            base_symbol_information: lsp::BaseSymbolInformation {
                name: symbol.name.clone(),
                kind: to_proto::symbol_kind(symbol.kind),
                tags: None,
                container_name: container.map(str::to_owned),
            },
        });
        flatten(symbol.children, Some(&symbol.name), document, (view, uri), list);
    }
}
