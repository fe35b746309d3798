//! `textDocument/codeAction`: the mends that findings offer, one by one and the safe ones
//! together, and changes of structure.

use divisi_analysis::{Finding, Fix, NODE_FAILED};
use divisi_edit::fix;
use divisi_edit::refactor::{Refactoring, RefactoringKind, refactorings};
use divisi_syntax::Span;
use divisi_workspace::Document;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::capabilities::{FIX_ALL, commands};
use crate::publish::View;
use crate::to_proto::workspace_edit;
use crate::{from_proto, to_proto};

pub(crate) fn code_action(
    view: &View,
    params: &lsp::CodeActionParams,
) -> Result<Option<Vec<lsp::CodeActionResponse>>> {
    let Some(document) = super::document(view, &params.text_document.uri) else { return Ok(None) };
    let wants = |kind: &lsp::CodeActionKind| wants(params, kind);
    let asked = from_proto::span(&document.lines, &document.text, params.range, view.client.encoding);
    let findings = view.findings(document);
    let mut actions = Vec::new();
    if wants(&lsp::CodeActionKind::QuickFix) {
        let here = findings.iter().filter(|finding| touches(finding.span, asked));
        for finding in here {
            mends(finding, document, view, &params.text_document.uri, &mut actions);
        }
    }
    for refactoring in refactorings(&view.snapshot, document, asked) {
        let kind = kind(refactoring.kind);
        if wants(&kind) {
            actions.extend(refactor_action(refactoring, kind, view));
        }
    }
    if wants(&FIX_ALL) {
        actions.extend(fix_all_action(&findings, document, view));
    }
    Ok(Some(actions.into_iter().map(Into::into).collect()))
}

/// What a finding offers.
fn mends(
    finding: &Finding,
    document: &Document,
    view: &View,
    uri: &lsp::Uri,
    actions: &mut Vec<lsp::CodeAction>,
) {
    let diagnostic = to_proto::diagnostic(finding, document, &view.snapshot, &view.client, &view.open);
    let Some(diagnostic) = diagnostic else { return };
    for (at, fix) in finding.fixes.iter().enumerate() {
        let preferred = at == 0 && fix.safe;
        actions.push(fix_action(fix, preferred, &diagnostic, document, view));
    }
    if finding.code == NODE_FAILED.name {
        actions.push(dismiss_action(finding, diagnostic, document, uri));
    }
}

/// Whether two spans have a place in common, their ends included.
const fn touches(one: Span, other: Span) -> bool {
    one.start <= other.end && other.start <= one.end
}

/// Whether the client asks for actions of this kind. One that asks for none in particular wants to show all of them.
fn wants(params: &lsp::CodeActionParams, kind: &lsp::CodeActionKind) -> bool {
    let kind = String::from(kind.clone());
    params.context.only.as_ref().is_none_or(|asked| {
        asked.iter().any(|asked| {
            let asked = String::from(asked.clone());
            // A kind includes those below it; the empty one includes all.
            asked.is_empty()
                || kind.strip_prefix(&asked).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    })
}

const fn kind(kind: RefactoringKind) -> lsp::CodeActionKind {
    match kind {
        RefactoringKind::Mend => lsp::CodeActionKind::QuickFix,
        RefactoringKind::Extract => lsp::CodeActionKind::RefactorExtract,
        RefactoringKind::Rewrite => lsp::CodeActionKind::RefactorRewrite,
    }
}

/// None where the client cannot carry it out.
fn refactor_action(
    refactoring: Refactoring,
    kind: lsp::CodeActionKind,
    view: &View,
) -> Option<lsp::CodeAction> {
    Some(lsp::CodeAction {
        title: refactoring.title,
        kind: Some(kind),
        edit: Some(workspace_edit::of_change(view, refactoring.change)?),
        ..Default::default()
    })
}

/// All safe mends in one edit. One round: what they uncover is mended when the client asks again.
fn fix_all_action(findings: &[Finding], document: &Document, view: &View) -> Option<lsp::CodeAction> {
    let edits = fix::safe_edits(findings);
    Some(lsp::CodeAction {
        title: "Make all safe mends".to_owned(),
        kind: Some(FIX_ALL),
        edit: Some(workspace_edit::of_file(view, &document.path, &edits).filter(|_| !edits.is_empty())?),
        ..Default::default()
    })
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
