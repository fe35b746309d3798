//! `textDocument/codeAction`: the mends that findings offer.

use divisi_analysis::{Finding, Fix, NODE_FAILED};
use divisi_workspace::Document;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::capabilities::commands;
use crate::publish::View;
use crate::to_proto::workspace_edit;
use crate::{from_proto, to_proto};

pub(crate) fn code_action(
    view: &View,
    params: &lsp::CodeActionParams,
) -> Result<Option<Vec<lsp::CodeActionResponse>>> {
    let wants_fixes = params.context.only.as_ref().is_none_or(|kinds| kinds.iter().any(includes_quick_fixes));
    let Some(document) = super::document(view, &params.text_document.uri).filter(|_| wants_fixes) else {
        return Ok(None);
    };
    let asked = from_proto::span(&document.lines, &document.text, params.range, view.client.encoding);
    let mut actions = Vec::new();
    for finding in view.findings(document) {
        if finding.span.end < asked.start || asked.end < finding.span.start {
            continue;
        }
        let diagnostic = to_proto::diagnostic(&finding, document, &view.snapshot, &view.client, &view.open);
        let Some(diagnostic) = diagnostic else { continue };
        for (at, fix) in finding.fixes.iter().enumerate() {
            let preferred = at == 0 && fix.safe;
            actions.push(fix_action(fix, preferred, &diagnostic, document, view).into());
        }
        if finding.code == NODE_FAILED.name {
            actions.push(dismiss_action(&finding, diagnostic, document, &params.text_document.uri).into());
        }
    }
    Ok(Some(actions))
}

fn includes_quick_fixes(kind: &lsp::CodeActionKind) -> bool {
    matches!(kind, lsp::CodeActionKind::Empty | lsp::CodeActionKind::QuickFix)
}

fn fix_action(
    fix: &Fix,
    preferred: bool,
    diagnostic: &lsp::Diagnostic,
    document: &Document,
    view: &View,
) -> lsp::CodeAction {
    lsp::CodeAction {
        title: fix.title.clone(),
        kind: Some(lsp::CodeActionKind::QuickFix),
        diagnostics: Some(vec![diagnostic.clone()]),
        is_preferred: preferred.then_some(true),
        edit: workspace_edit::of_file(view, &document.path, &fix.edits),
        ..Default::default()
    }
}

fn dismiss_action(
    finding: &Finding,
    diagnostic: lsp::Diagnostic,
    document: &Document,
    uri: &lsp::Uri,
) -> lsp::CodeAction {
    let node = finding.span.slice(&document.text).trim_matches(['"', '\'']);
    let title = format!("Dismiss the failure of `{node}`");
    lsp::CodeAction {
        title: title.clone(),
        kind: Some(lsp::CodeActionKind::QuickFix),
        diagnostics: Some(vec![diagnostic]),
        command: Some(lsp::Command {
            title,
            command: commands::DISMISS.to_owned(),
            arguments: Some(vec![serde_json::json!({ "uri": uri, "node": node })]),
            ..Default::default()
        }),
        ..Default::default()
    }
}
