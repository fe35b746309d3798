//! Our values to the protocol's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_analysis::{Edit, Finding, Related, Severity};
use divisi_ide::{Completion, CompletionKind};
use divisi_syntax::{Encoding, Span};
use divisi_workspace::{Document, Snapshot};
use tower_lsp_server::gen_lsp_types as lsp;

use crate::client::Client;
use crate::uri;

/// Where each code has its page.
const PAGES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/diagnostics/README.md#");

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
        code_description: client
            .code_description
            .then(|| lsp::CodeDescription { href: lsp::Uri(format!("{PAGES}{}", finding.code)) }),
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
    client: &Client,
) -> lsp::CompletionItem {
    let insert = if client.snippets || !completion.snippet {
        completion.insert
    } else {
        plain_snippet(&completion.insert)
    };
    let edit =
        lsp::TextEdit { range: range(document, completion.replace, client.encoding), new_text: insert };
    lsp::CompletionItem {
        label: completion.label,
        label_details: completion
            .note
            .filter(|_| client.label_details)
            .map(|note| lsp::CompletionItemLabelDetails { detail: None, description: Some(note) }),
        kind: Some(completion_kind(completion.kind)),
        detail: completion.detail,
        documentation: completion.documentation.map(|text| markup(text, client.completion_markdown).into()),
        sort_text: Some(completion.sort),
        filter_text: completion.filter,
        insert_text_format: Some(if completion.snippet && client.snippets {
            lsp::InsertTextFormat::Snippet
        } else {
            lsp::InsertTextFormat::PlainText
        }),
        text_edit: Some(edit.into()),
        ..Default::default()
    }
}

const fn completion_kind(kind: CompletionKind) -> lsp::CompletionItemKind {
    match kind {
        CompletionKind::Agent => lsp::CompletionItemKind::Class,
        CompletionKind::Node => lsp::CompletionItemKind::Reference,
        CompletionKind::Key => lsp::CompletionItemKind::Property,
        CompletionKind::Value => lsp::CompletionItemKind::EnumMember,
        CompletionKind::Variable => lsp::CompletionItemKind::Variable,
        CompletionKind::Output => lsp::CompletionItemKind::Field,
        CompletionKind::Snippet => lsp::CompletionItemKind::Snippet,
    }
}

/// The text of a snippet without its stops: `${1:name}` becomes `name`.
fn plain_snippet(snippet: &str) -> String {
    let mut plain = String::with_capacity(snippet.len());
    let mut rest = snippet;
    while let Some(at) = rest.find('$') {
        plain.push_str(rest.get(..at).unwrap_or_default());
        let stop = rest.get(at + 1..).unwrap_or_default();
        if let Some((body, after)) = stop.strip_prefix('{').and_then(|body| body.split_once('}')) {
            plain.push_str(body.split_once(':').map_or("", |(_, text)| text));
            rest = after;
        } else {
            rest = stop.trim_start_matches(|c: char| c.is_ascii_digit());
        }
    }
    plain.push_str(rest);
    plain
}

/// Markdown as it is for clients that show it; otherwise as plain text, which it is readable as.
pub(crate) fn markup(text: String, markdown: bool) -> lsp::MarkupContent {
    let kind = if markdown { lsp::MarkupKind::Markdown } else { lsp::MarkupKind::PlainText };
    let value = if markdown { text } else { text.replace("**", "").replace('`', "") };
    lsp::MarkupContent { kind, value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snippets_have_a_plain_form() {
        assert_eq!(plain_snippet("- id: ${1:name}\n  agent: $2$0"), "- id: name\n  agent: ");
        assert_eq!(plain_snippet("no stops"), "no stops");
        assert_eq!(plain_snippet("open ${1:x"), "open {1:x");
    }
}
