//! Our values to the protocol's.

pub(crate) mod call_item;
pub(crate) mod place;
mod semantic_tokens;
mod symbol_kind;
pub(crate) mod unexplained;
pub(crate) mod workspace_edit;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_analysis::{Edit, Finding, Related, Severity};
use divisi_ide::{Completion, CompletionKind};
use divisi_syntax::{Encoding, Span};
use divisi_workspace::{Document, Snapshot};
use tower_lsp_server::gen_lsp_types as lsp;

pub(crate) use semantic_tokens::{legend as token_legend, semantic_tokens};
pub(crate) use symbol_kind::symbol_kind;

use crate::client::Client;
use crate::publish::View;
use crate::uri;
use unexplained::Unexplained;

/// Where the project is published; empty where its manifest names no place.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// The page of a code.
fn page(code: &str) -> Option<lsp::CodeDescription> {
    let href = || lsp::Uri(format!("{REPOSITORY}/blob/main/docs/diagnostics/{code}.md"));
    (!REPOSITORY.is_empty()).then(|| lsp::CodeDescription { href: href() })
}

pub(crate) fn range(document: &Document, span: Span, encoding: Encoding) -> lsp::Range {
    let position = |offset| {
        let position = document.lines.position(&document.text, offset, encoding);
        lsp::Position { line: position.line, character: position.column }
    };
    lsp::Range { start: position(span.start), end: position(span.end) }
}

pub(crate) fn text_edit(document: &Document, edit: &Edit, encoding: Encoding) -> lsp::TextEdit {
    lsp::TextEdit { range: range(document, edit.span, encoding), new_text: edit.text.clone() }
}

/// URIs of open documents as the client writes them, which is not always as we would.
pub(crate) type OpenUris = Arc<BTreeMap<PathBuf, lsp::Uri>>;

pub(crate) fn uri_of(path: &Path, open: &OpenUris) -> lsp::Uri {
    open.get(path).cloned().unwrap_or_else(|| uri::from_path(path))
}

/// None where the finding is switched off.
pub(crate) fn diagnostic(
    finding: &Finding,
    document: &Document,
    snapshot: &Snapshot,
    client: &Client,
    open: &OpenUris,
) -> Option<lsp::Diagnostic> {
    let related =
        || finding.related.iter().filter_map(|it| related(it, document, snapshot, client.encoding, open));
    Some(lsp::Diagnostic {
        range: range(document, finding.span, client.encoding),
        severity: Some(severity(finding.severity)?),
        code: Some(lsp::Code::String(finding.code.to_owned())),
        code_description: page(finding.code).filter(|_| client.code_description),
        source: Some("divisi".to_owned()),
        message: finding.message.clone().into(),
        tags: (finding.unnecessary && client.unnecessary_tag).then(|| vec![lsp::DiagnosticTag::Unnecessary]),
        related_information: (client.related_information && !finding.related.is_empty())
            .then(|| related().collect()),
        data: (client.diagnostic_data && !finding.fixes.is_empty()).then(
            || serde_json::json!({ "fixes": finding.fixes.iter().map(|fix| &fix.title).collect::<Vec<_>>() }),
        ),
    })
}

const fn severity(severity: Severity) -> Option<lsp::DiagnosticSeverity> {
    match severity {
        Severity::Error => Some(lsp::DiagnosticSeverity::Error),
        Severity::Warning => Some(lsp::DiagnosticSeverity::Warning),
        Severity::Information => Some(lsp::DiagnosticSeverity::Information),
        Severity::Hint => Some(lsp::DiagnosticSeverity::Hint),
        Severity::Off => None,
    }
}

fn related(
    related: &Related,
    document: &Document,
    snapshot: &Snapshot,
    encoding: Encoding,
    open: &OpenUris,
) -> Option<lsp::DiagnosticRelatedInformation> {
    let place = match &related.path {
        Some(path) if *path != document.path => snapshot.document(path)?,
        _ => document,
    };
    let range = range(place, related.span, encoding);
    let location = lsp::Location { uri: uri_of(&place.path, open), range };
    Some(lsp::DiagnosticRelatedInformation { location, message: related.message.clone() })
}

pub(crate) fn completion_item(
    completion: Completion,
    document: &Document,
    view: &View,
) -> lsp::CompletionItem {
    let client = &view.client;
    let (text, data) = match completion.documentation {
        Some(documentation) if client.resolves_documentation => match Unexplained::split(documentation) {
            Ok(unexplained) => (None, serde_json::to_value(unexplained).ok()),
            Err(text) => (Some(text), None),
        },
        documentation => (documentation.and_then(|it| it.text(&view.snapshot)), None),
    };
    let edit = lsp::TextEdit {
        range: range(document, completion.replace, client.encoding),
        new_text: completion.insert,
    };
    // The label would do, but Neovim takes items with an edit and without this for filtered by the server.
    let filter = completion.filter.unwrap_or_else(|| completion.label.clone());
    lsp::CompletionItem {
        label: completion.label,
        label_details: completion
            .note
            .filter(|_| client.label_details)
            .map(|note| lsp::CompletionItemLabelDetails { detail: None, description: Some(note) }),
        kind: Some(completion_kind(completion.kind)),
        detail: completion.detail,
        documentation: text.map(|text| markup(text, client.completion_markdown).into()),
        data,
        sort_text: Some(completion.sort),
        filter_text: Some(filter),
        insert_text_format: completion.snippet.then_some(lsp::InsertTextFormat::Snippet),
        insert_text_mode: completion.snippet.then_some(lsp::InsertTextMode::AdjustIndentation),
        text_edit: Some(edit.into()),
        ..Default::default()
    }
}

const fn completion_kind(kind: CompletionKind) -> lsp::CompletionItemKind {
    match kind {
        CompletionKind::Agent => lsp::CompletionItemKind::Class,
        CompletionKind::Command => lsp::CompletionItemKind::Function,
        CompletionKind::File => lsp::CompletionItemKind::File,
        CompletionKind::Node => lsp::CompletionItemKind::Reference,
        CompletionKind::Key => lsp::CompletionItemKind::Property,
        CompletionKind::Value => lsp::CompletionItemKind::EnumMember,
        CompletionKind::Variable => lsp::CompletionItemKind::Variable,
        CompletionKind::Output => lsp::CompletionItemKind::Field,
        CompletionKind::Snippet => lsp::CompletionItemKind::Snippet,
    }
}

/// Markdown as it is for clients that show it; otherwise as plain text, which it is readable as.
pub(crate) fn markup(text: String, markdown: bool) -> lsp::MarkupContent {
    let kind = if markdown { lsp::MarkupKind::Markdown } else { lsp::MarkupKind::PlainText };
    let value = if markdown { text } else { text.replace("**", "").replace('`', "") };
    lsp::MarkupContent { kind, value }
}
