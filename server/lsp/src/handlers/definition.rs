//! `textDocument/definition`.

use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use super::exists;
use crate::publish::View;
use crate::to_proto;
use crate::to_proto::place::location;

pub(crate) fn definition(
    view: &View,
    params: &lsp::DefinitionParams,
) -> Result<Option<lsp::DefinitionResponse>> {
    let Some((document, offset)) = super::place(view, &params.text_document_position_params) else {
        return Ok(None);
    };
    let Some(definition) = divisi_ide::definition(&view.snapshot, document, offset) else { return Ok(None) };
    let targets = definition.targets.iter().filter(|target| exists(view, &target.path));
    let locations = targets.map(|target| location(view, target));
    if !view.client.definition_links {
        return Ok(Some(lsp::Definition::LocationList(locations.collect()).into()));
    }
    let origin = to_proto::range(document, definition.origin, view.client.encoding);
    let link = |location: lsp::Location| lsp::DefinitionLink {
        origin_selection_range: Some(origin),
        target_uri: location.uri,
        target_range: location.range,
        target_selection_range: location.range,
    };
    Ok(Some(lsp::DefinitionResponse::DefinitionLinkList(locations.map(link).collect())))
}
