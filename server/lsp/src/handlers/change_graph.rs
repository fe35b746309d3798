//! `divisi/changeGraph`: the edits of the text that change the graph, for the client to apply.

use divisi_edit::refactor::{GraphEdit, edit_graph};
use serde::Deserialize;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::publish::View;
use crate::to_proto::workspace_edit;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Params {
    text_document: lsp::TextDocumentIdentifier,
    change: Asked,
}

/// What the client asks for.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum Asked {
    AddNode {
        id: String,
        #[serde(default)]
        after: Option<String>,
    },
    AddDependency {
        node: String,
        on: String,
    },
    RemoveDependency {
        node: String,
        on: String,
    },
}

impl From<Asked> for GraphEdit {
    fn from(asked: Asked) -> Self {
        match asked {
            Asked::AddNode { id, after } => Self::AddNode { id, after },
            Asked::AddDependency { node, on } => Self::AddDependency { node, on },
            Asked::RemoveDependency { node, on } => Self::RemoveDependency { node, on },
        }
    }
}

pub(crate) fn change_graph(view: &View, params: &Params) -> Result<Option<lsp::WorkspaceEdit>> {
    let uri = &params.text_document.uri;
    let document =
        super::document(view, uri).ok_or_else(|| super::failed(format!("{} is not known", uri.0)))?;
    let change = edit_graph(document, &params.change.clone().into()).map_err(super::failed)?;
    Ok(workspace_edit::of_change(view, change))
}
