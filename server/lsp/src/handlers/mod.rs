//! One file for each method of the protocol.

pub(crate) mod answer;
pub(crate) mod change_graph;
pub(crate) mod code_action;
pub(crate) mod code_lens;
pub(crate) mod completion;
pub(crate) mod completion_resolve;
pub(crate) mod configuration;
pub(crate) mod definition;
pub(crate) mod diagnostic;
pub(crate) mod document_highlight;
pub(crate) mod document_link;
pub(crate) mod document_symbol;
pub(crate) mod documents;
pub(crate) mod execute_command;
pub(crate) mod folders;
pub(crate) mod folding_range;
pub(crate) mod formatting;
pub(crate) mod graph;
pub(crate) mod hover;
pub(crate) mod incoming_calls;
pub(crate) mod initialize;
pub(crate) mod initialized;
pub(crate) mod inlay_hint;
pub(crate) mod linked_editing_range;
pub(crate) mod on_type_formatting;
pub(crate) mod outgoing_calls;
pub(crate) mod prepare_call_hierarchy;
pub(crate) mod prepare_rename;
pub(crate) mod range_formatting;
pub(crate) mod references;
pub(crate) mod rename;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod selection_range;
pub(crate) mod semantic_tokens;
pub(crate) mod shutdown;
pub(crate) mod text_document_content;
pub(crate) mod watched_files;
pub(crate) mod will_rename_files;
pub(crate) mod workspace_diagnostic;
pub(crate) mod workspace_symbol;

use std::path::Path;
use std::sync::Arc;

use divisi_workspace::{Class, Document};
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::{Error, ErrorCode};

use crate::publish::View;
use crate::{from_proto, uri};

/// The request was right, and could not be done.
fn failed(message: impl Into<String>) -> Error {
    const REQUEST_FAILED: i64 = -32803;
    Error { code: ErrorCode::ServerError(REQUEST_FAILED), message: message.into().into(), data: None }
}

/// Whether all files are known; a change of several files could miss some before.
fn check_scanned(view: &View) -> Result<(), Error> {
    let reason = "the workspace is still being read: try again in a moment";
    if view.is_scanned { Ok(()) } else { Err(failed(reason)) }
}

/// Whether there is a file where a path leads. Only what lies in the workspace is looked for.
fn exists(view: &View, path: &Path) -> bool {
    let is_known = view.snapshot.document(path).is_some();
    is_known || (view.snapshot.root_of(path).is_some() && path.is_file())
}

/// The document of ours at `uri`; none where it is not ours, or not a file.
fn document<'a>(view: &'a View, uri: &lsp::Uri) -> Option<&'a Arc<Document>> {
    let document = view.snapshot.document(&uri::to_path(uri)?)?;
    (document.class != Class::None).then_some(document)
}

/// The document and the byte offset of a position in it.
fn place<'a>(view: &'a View, params: &lsp::TextDocumentPositionParams) -> Option<(&'a Arc<Document>, u32)> {
    let document = document(view, &params.text_document.uri)?;
    let offset = from_proto::offset(&document.lines, &document.text, params.position, view.client.encoding);
    Some((document, offset))
}
