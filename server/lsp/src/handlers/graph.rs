//! `divisi/graph`: the graph of a DAG with a place for everything, for clients that draw it.

use divisi_analysis::drawing::{Picture, picture};
use divisi_model::{Arg, ArgType, Dialect};
use serde::{Deserialize, Serialize};
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::publish::View;
use crate::to_proto;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Params {
    text_document: lsp::TextDocumentIdentifier,
}

/// What is drawn, and what can be asked for beside it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Shown {
    #[serde(flatten)]
    picture: Picture,
    /// For each node where it stands in the file.
    places: Vec<Place>,
    args: Vec<DeclaredArg>,
    /// Whether `divisi/changeGraph` can change it.
    can_change: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i32>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    /// The whole node.
    range: lsp::Range,
    /// Its id.
    id_range: lsp::Range,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DeclaredArg {
    name: String,
    #[serde(rename = "type")]
    kind: ArgType,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<serde_json::Value>,
    required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<serde_json::Value>,
    secret: bool,
}

/// Null where the document holds no DAG.
pub(crate) fn graph(view: &View, params: &Params) -> Result<Option<Shown>> {
    let Some(document) = super::document(view, &params.text_document.uri) else { return Ok(None) };
    let Some((_, dag)) = document.dag() else { return Ok(None) };
    let picture = picture(dag, &document.dag_name().unwrap_or_default());
    let range = |span| to_proto::range(document, span, view.client.encoding);
    let places =
        picture.nodes.iter().map(|node| Place { range: range(node.span), id_range: range(node.id_span) });
    Ok(Some(Shown {
        places: places.collect(),
        picture,
        args: dag.args.iter().map(declared).collect(),
        can_change: dag.dialect == Dialect::Native,
        version: document.version,
    }))
}

fn declared(arg: &Arg) -> DeclaredArg {
    DeclaredArg {
        name: arg.name.value.clone(),
        kind: arg.kind,
        default: arg.default.as_ref().map(|default| default.value.clone()),
        required: arg.required,
        description: arg.description.clone(),
        choices: arg.choices.clone(),
        secret: arg.secret,
    }
}
