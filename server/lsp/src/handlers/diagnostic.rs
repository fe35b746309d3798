//! `textDocument/diagnostic`: findings for clients that pull.

use std::hash::{DefaultHasher, Hash, Hasher};

use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::{Error, Result};

use crate::publish::View;
use crate::strict;

/// The result's id is a digest of what it says, so that nothing has to be remembered between two requests.
pub(crate) fn diagnostic(
    view: &View,
    params: &lsp::DocumentDiagnosticParams,
) -> Result<lsp::DocumentDiagnosticReport> {
    let document = super::document(view, &params.text_document.uri);
    // Whoever asks gets the whole answer at once.
    let items =
        document.map(|document| view.diagnostics(strict::refused(document).as_ref().unwrap_or(document)));
    let items = items.unwrap_or_default();
    let result_id = digest(&items)?;
    if params.previous_result_id.as_ref() == Some(&result_id) {
        return Ok(lsp::DocumentDiagnosticReport::RelatedUnchangedDocumentDiagnosticReport(
            lsp::RelatedUnchangedDocumentDiagnosticReport {
                related_documents: None,
                unchanged_document_diagnostic_report: lsp::UnchangedDocumentDiagnosticReport { result_id },
            },
        ));
    }
    Ok(lsp::DocumentDiagnosticReport::RelatedFullDocumentDiagnosticReport(
        lsp::RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport {
                result_id: Some(result_id),
                items,
            },
        },
    ))
}

pub(super) fn digest(items: &[lsp::Diagnostic]) -> Result<String> {
    let text = serde_json::to_string(items).map_err(|_| Error::internal_error())?;
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    Ok(format!("{:016x}", hasher.finish()))
}
