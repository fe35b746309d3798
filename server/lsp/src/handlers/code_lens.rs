//! `textDocument/codeLens` and `codeLens/resolve`.

use std::iter;
use std::path::Path;
use std::sync::Arc;

use divisi_ide::{LensAction, lenses, uses};
use divisi_workspace::Document;
use serde::{Deserialize, Serialize};
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::capabilities::commands;
use crate::publish::View;
use crate::to_proto::{self, place::location};

/// A lens whose uses are not counted yet.
#[derive(Debug, Serialize, Deserialize)]
struct Unresolved {
    uri: lsp::Uri,
    /// Where its span begins.
    offset: u32,
}

pub(crate) fn code_lens(view: &View, params: &lsp::CodeLensParams) -> Result<Option<Vec<lsp::CodeLens>>> {
    let uri = &params.text_document.uri;
    let Some(document) = super::document(view, uri) else { return Ok(None) };
    let mut found = Vec::new();
    for lens in lenses(&view.snapshot, document) {
        let range = to_proto::range(document, lens.span, view.client.encoding);
        let with = |command| lsp::CodeLens { range, command: Some(command), data: None };
        match lens.action {
            LensAction::Run(path) => found.extend(run_or_cancel(view, &path).into_iter().map(with)),
            LensAction::RunNode(node) => found.extend(run_node(view, document, &node).into_iter().map(with)),
            // Nobody but the client can show a list of places.
            LensAction::UsedBy(_) if view.client.show_references.is_none() => {}
            LensAction::UsedBy(_) => {
                let data = Unresolved { uri: uri.clone(), offset: lens.span.start };
                let data = serde_json::to_value(data).ok();
                found.push(lsp::CodeLens { range, command: None, data });
            }
        }
    }
    Ok(Some(found))
}

/// Counts the uses. A lens of a text that has changed meanwhile stays as it is: the client asks for new ones.
pub(crate) fn resolve(view: &View, lens: &lsp::CodeLens) -> Result<lsp::CodeLens> {
    Ok(lsp::CodeLens { command: used_by(view, lens), ..lens.clone() })
}

fn used_by(view: &View, lens: &lsp::CodeLens) -> Option<lsp::Command> {
    let unresolved: Unresolved = serde_json::from_value(lens.data.clone()?).ok()?;
    let document: &Arc<Document> = super::document(view, &unresolved.uri)?;
    let entity = lenses(&view.snapshot, document).into_iter().find_map(|lens| match lens.action {
        LensAction::UsedBy(entity) if lens.span.start == unresolved.offset => Some(entity),
        _ => None,
    })?;
    let places = uses(&view.snapshot, &entity);
    let locations: Vec<lsp::Location> = places.iter().map(|place| location(view, place)).collect();
    Some(lsp::Command {
        title: format!("used by {}", places.len()),
        command: view.client.show_references.clone()?,
        arguments: Some(vec![
            serde_json::json!(unresolved.uri),
            serde_json::json!(lens.range.start),
            serde_json::json!(locations),
        ]),
        ..Default::default()
    })
}

/// A run that goes on is cancelled before the next is begun, where one may be.
fn run_or_cancel(view: &View, path: &Path) -> Vec<lsp::Command> {
    let live = view.live.iter().filter(|(file, _)| file == path);
    let cancel =
        |(_, run): &(_, String)| command("Cancel", commands::CANCEL, serde_json::json!({ "run": run }));
    let cancels: Vec<lsp::Command> = live.map(cancel).collect();
    if cancels.is_empty() && may_run(view) {
        let uri = to_proto::uri_of(path, &view.open);
        return vec![command("Run", commands::RUN, serde_json::json!({ "uri": uri }))];
    }
    cancels
}

/// Nothing while a run goes on: that one is cancelled first. What the last run did not come to is no place to begin at.
fn run_node(view: &View, document: &Document, node: &str) -> Vec<lsp::Command> {
    let path = &document.path;
    if !may_run(view) || view.live.iter().any(|(file, _)| file == path) {
        return Vec::new();
    }
    let uri = to_proto::uri_of(path, &view.open);
    let to = command("Run to here", commands::RUN, serde_json::json!({ "uri": uri, "to": node }));
    let last = view.last_runs.get(path).filter(|last| last.durations.contains_key(node));
    let from = last.map(|last| {
        let argument = serde_json::json!({ "run": last.run, "from": [node] });
        command("Run from here", commands::RESUME, argument)
    });
    iter::once(to).chain(from).collect()
}

/// What would be refused is not offered.
fn may_run(view: &View) -> bool {
    view.client.trusted != Some(false)
}

fn command(title: &str, command: &str, argument: serde_json::Value) -> lsp::Command {
    lsp::Command {
        title: title.to_owned(),
        command: command.to_owned(),
        arguments: Some(vec![argument]),
        ..Default::default()
    }
}
