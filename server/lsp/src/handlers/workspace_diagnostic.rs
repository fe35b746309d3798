//! `workspace/diagnostic`: the findings in every file of ours, for clients that pull.

use std::collections::BTreeMap;

use divisi_workspace::{Class, Document};
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::{Error, Result};

use super::diagnostic::digest;
use crate::publish::View;
use crate::strict;
use crate::to_proto;

/// Clients ask again as soon as they are answered. So nothing is checked a second time where nothing changed since the
/// last answer, and nothing is said of a file of which the client knows all there is to know. Ends early where the
/// client has cancelled.
pub(crate) fn workspace_diagnostic(
    view: &View,
    params: &lsp::WorkspaceDiagnosticParams,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<lsp::WorkspaceDiagnosticReport> {
    let mut previous: BTreeMap<&str, &str> =
        params.previous_result_ids.iter().map(|known| (known.uri.0.as_str(), known.value.as_str())).collect();
    let nothing = digest(&[])?;
    let told = view.reports.told(view);
    let mut ids = BTreeMap::new();
    let mut items = Vec::new();
    for document in view.snapshot.documents().filter(|document| document.class != Class::None) {
        if is_cancelled() {
            return Err(Error::request_cancelled());
        }
        let uri = to_proto::uri_of(&document.path, &view.open);
        // Who never heard of a file takes it for one without findings.
        let known = previous.remove(uri.0.as_str());
        let holds = told.get(&document.path).filter(|id| id.as_str() == known.unwrap_or(&nothing));
        let id = match holds {
            Some(id) => id.clone(),
            None => {
                let diagnostics = view.diagnostics(strict::refused(document).as_ref().unwrap_or(document));
                let id = digest(&diagnostics)?;
                if known == Some(id.as_str()) {
                    items.push(unchanged(uri, document, id.clone()));
                } else if known.is_some() || !diagnostics.is_empty() {
                    items.push(full(uri, document.version, Some(id.clone()), diagnostics));
                }
                id
            }
        };
        ids.insert(document.path.clone(), id);
    }
    // What is gone has no findings any more.
    let gone = previous.into_iter().filter(|(_, id)| *id != nothing);
    items
        .extend(gone.map(|(uri, _)| full(lsp::Uri(uri.to_owned()), None, Some(nothing.clone()), Vec::new())));
    view.reports.keep(view, ids);
    Ok(lsp::WorkspaceDiagnosticReport { items })
}

fn unchanged(uri: lsp::Uri, document: &Document, id: String) -> lsp::WorkspaceDocumentDiagnosticReport {
    lsp::WorkspaceUnchangedDocumentDiagnosticReport {
        uri,
        version: document.version,
        unchanged_document_diagnostic_report: lsp::UnchangedDocumentDiagnosticReport { result_id: id },
    }
    .into()
}

fn full(
    uri: lsp::Uri,
    version: Option<i32>,
    result_id: Option<String>,
    items: Vec<lsp::Diagnostic>,
) -> lsp::WorkspaceDocumentDiagnosticReport {
    lsp::WorkspaceFullDocumentDiagnosticReport {
        uri,
        version,
        full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport { result_id, items },
    }
    .into()
}
