//! `workspace/textDocumentContent`: the text of documents that only we have.

use divisi_analysis::drawing::draw;
use divisi_engine::client::Runs;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::{Error, Result};

use crate::contents::Content;
use crate::publish::View;

/// The end of a longer log is shown.
const LONGEST: usize = 1 << 20;

pub(crate) fn text_document_content(
    view: &View,
    params: &lsp::TextDocumentContentParams,
) -> Result<lsp::TextDocumentContentResult> {
    let content = Content::of(&params.uri)
        .ok_or_else(|| Error::invalid_params(format!("{} names nothing of ours", params.uri.0)))?;
    view.shown.add(&params.uri);
    // What cannot be shown is said in the document: that is where the user looks.
    let text = text(view, &content).unwrap_or_else(|reason| format!("{reason}\n"));
    Ok(lsp::TextDocumentContentResult { text })
}

fn text(view: &View, content: &Content) -> std::result::Result<String, String> {
    match content {
        Content::Graph { path, notation } => {
            let document = view.snapshot.document(path);
            let found = document.and_then(|document| Some((document, document.dag()?.1)));
            let (document, dag) = found.ok_or_else(|| format!("{} holds no DAG", path.display()))?;
            Ok(draw(dag, &document.dag_name().unwrap_or_default(), *notation))
        }
        Content::Log { root, run, node, attempt } => {
            // The client names a folder; only those of the workspace are read.
            if view.snapshot.root_of(root).is_none() {
                return Err(format!("{} is outside of the workspace", root.display()));
            }
            let log = Runs::open(root).and_then(|runs| runs.log(run, node, (*attempt).into()));
            log.map(|bytes| end_of(&bytes)).map_err(|error| error.to_string())
        }
    }
}

fn end_of(bytes: &[u8]) -> String {
    let Some(start) = bytes.len().checked_sub(LONGEST) else {
        return String::from_utf8_lossy(bytes).into_owned();
    };
    let end = bytes.get(start..).unwrap_or_default();
    let line = end.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let shown = String::from_utf8_lossy(end.get(line..).unwrap_or_default());
    format!("({} bytes before this are left out)\n{shown}", start + line)
}
