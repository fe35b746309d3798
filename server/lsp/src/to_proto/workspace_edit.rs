//! A change of several files, in the words that the client understands.

use std::collections::HashMap;
use std::path::Path;

use divisi_analysis::Edit;
use divisi_edit::{Change, FileEdit, Step};
use tower_lsp_server::gen_lsp_types as lsp;

use super::{text_edit, uri_of};
use crate::publish::View;

/// `None` where the client cannot take it, or nothing would change: it cannot make or rename files, or a file is not
/// known any more. Edits that a person must confirm are left out where the client cannot ask.
pub(crate) fn of_change(view: &View, change: Change) -> Option<lsp::WorkspaceEdit> {
    let change = if view.client.confirms_edits { change } else { change.without_unconfirmed() };
    if change.steps.is_empty() {
        return None;
    }
    if view.client.document_changes { document_changes(view, change) } else { plain_changes(view, &change) }
}

fn plain_changes(view: &View, change: &Change) -> Option<lsp::WorkspaceEdit> {
    let mut changes = HashMap::new();
    for step in &change.steps {
        let Step::Edit { path, edits } = step else { return None };
        let document = view.snapshot.document(path)?;
        let edits = edits.iter().map(|edit| text_edit(document, &edit.edit, view.client.encoding));
        changes.entry(uri_of(path, &view.open)).or_insert_with(Vec::new).extend(edits);
    }
    Some(lsp::WorkspaceEdit { changes: Some(changes), ..Default::default() })
}

fn document_changes(view: &View, change: Change) -> Option<lsp::WorkspaceEdit> {
    let mut annotations = HashMap::new();
    let mut steps = Vec::new();
    for step in change.steps {
        match step {
            Step::Edit { path, edits } => {
                steps.push(file_edits(view, &path, &edits, &mut annotations)?.into());
            }
            Step::Create { path, text } => {
                if !view.client.creates_files {
                    return None;
                }
                let uri = uri_of(&path, &view.open);
                steps.push(lsp::CreateFile::new(uri.clone(), None, None).into());
                steps.push(new_text(uri, text).into());
            }
            Step::Rename { from, to } => {
                if !view.client.renames_files {
                    return None;
                }
                let (old_uri, new_uri) = (uri_of(&from, &view.open), uri_of(&to, &view.open));
                steps.push(lsp::RenameFile::new(old_uri, new_uri, None, None).into());
            }
        }
    }
    Some(lsp::WorkspaceEdit {
        document_changes: Some(steps),
        change_annotations: (!annotations.is_empty()).then_some(annotations),
        ..Default::default()
    })
}

fn file_edits(
    view: &View,
    path: &Path,
    edits: &[FileEdit],
    annotations: &mut HashMap<String, lsp::ChangeAnnotation>,
) -> Option<lsp::TextDocumentEdit> {
    let document = view.snapshot.document(path)?;
    let convert = |edit: &FileEdit| {
        let text_edit = text_edit(document, &edit.edit, view.client.encoding);
        let Some(label) = &edit.confirm else { return text_edit.into() };
        let annotation =
            lsp::ChangeAnnotation { label: label.clone(), needs_confirmation: Some(true), description: None };
        // The label is the identity: places that need the same look are confirmed together.
        annotations.insert(label.clone(), annotation);
        lsp::AnnotatedTextEdit { annotation_id: label.clone(), text_edit }.into()
    };
    Some(lsp::TextDocumentEdit {
        text_document: identifier(uri_of(path, &view.open), document.version),
        edits: edits.iter().map(convert).collect(),
    })
}

fn new_text(uri: lsp::Uri, text: String) -> lsp::TextDocumentEdit {
    let edit = lsp::TextEdit { range: lsp::Range::default(), new_text: text };
    lsp::TextDocumentEdit { text_document: identifier(uri, None), edits: vec![edit.into()] }
}

fn identifier(uri: lsp::Uri, version: Option<i32>) -> lsp::OptionalVersionedTextDocumentIdentifier {
    let text_document_identifier = lsp::TextDocumentIdentifier { uri };
    lsp::OptionalVersionedTextDocumentIdentifier { version, text_document_identifier }
}

/// Edits of one open or known file.
pub(crate) fn of_file(view: &View, path: &Path, edits: &[Edit]) -> Option<lsp::WorkspaceEdit> {
    of_change(view, Change::of_file(path.to_owned(), edits.to_vec()))
}
