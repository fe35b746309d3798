//! Places in files.

use divisi_analysis::occurrences::Place;
use tower_lsp_server::gen_lsp_types as lsp;

use super::{range, uri_of};
use crate::publish::View;

/// A file that is not ours has no lines that are known: its beginning is all that can be meant.
pub(crate) fn location(view: &View, place: &Place) -> lsp::Location {
    let document = view.snapshot.document(&place.path);
    let range =
        document.map(|document| range(document, place.span, view.client.encoding)).unwrap_or_default();
    lsp::Location { uri: uri_of(&place.path, &view.open), range }
}
