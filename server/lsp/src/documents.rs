//! Texts that are open in the editor.
//!
//! Edits are applied to the text at once and exactly; the workspace, which
//! parses, takes the outcome in only when somebody is about to look. So a burst
//! of a thousand edits is parsed once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_syntax::{Encoding, LineIndex, TextChange};
use divisi_workspace::{Change, Workspace};
use tower_lsp_server::gen_lsp_types as lsp;

use crate::from_proto;
use crate::to_proto::OpenUris;

#[derive(Debug, Default)]
pub(crate) struct Documents {
    open: BTreeMap<PathBuf, OpenDocument>,
    uris: OpenUris,
}

#[derive(Debug)]
struct OpenDocument {
    version: i32,
    text: String,
    lines: LineIndex,
    state: State,
}

/// What the workspace knows of an open document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing yet.
    Unknown,
    /// An older text.
    Behind,
    /// This text.
    Known,
}

impl Documents {
    pub(crate) fn open(&mut self, path: PathBuf, uri: lsp::Uri, version: i32, text: String) {
        Arc::make_mut(&mut self.uris).insert(path.clone(), uri);
        self.open.insert(
            path,
            OpenDocument { version, lines: LineIndex::new(&text), text, state: State::Unknown },
        );
    }

    /// Whether the document was open.
    pub(crate) fn change(
        &mut self,
        path: &Path,
        version: i32,
        changes: Vec<lsp::TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> bool {
        let Some(document) = self.open.get_mut(path) else { return false };
        document.version = version;
        if document.state == State::Known {
            document.state = State::Behind;
        }
        for change in changes {
            apply(&mut document.text, &mut document.lines, change, encoding);
        }
        true
    }

    /// The URI that the client used, if the document was open.
    pub(crate) fn close(&mut self, path: &Path, workspace: &mut Workspace) -> Option<lsp::Uri> {
        let document = self.open.remove(path)?;
        if document.state != State::Unknown {
            workspace.apply(Change::Closed { path: path.to_owned() });
        }
        Arc::make_mut(&mut self.uris).remove(path)
    }

    /// Hands the workspace every text that it does not know; their paths.
    pub(crate) fn flush(&mut self, workspace: &mut Workspace) -> Vec<PathBuf> {
        let mut flushed = Vec::new();
        for (path, document) in &mut self.open {
            let (path, version, text) = match document.state {
                State::Known => continue,
                _ => (path.clone(), document.version, document.text.clone()),
            };
            flushed.push(path.clone());
            workspace.apply(match document.state {
                State::Unknown => Change::Opened { path, version, text },
                _ => Change::Edited { path, version, text },
            });
            document.state = State::Known;
        }
        flushed
    }

    /// The workspace is a new one that knows nothing of what is open.
    pub(crate) fn forget(&mut self) {
        for document in self.open.values_mut() {
            document.state = State::Unknown;
        }
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.open.keys()
    }

    pub(crate) fn version(&self, path: &Path) -> Option<i32> {
        self.open.get(path).map(|document| document.version)
    }

    pub(crate) const fn uris(&self) -> &OpenUris {
        &self.uris
    }
}

fn apply(
    text: &mut String,
    lines: &mut LineIndex,
    change: lsp::TextDocumentContentChangeEvent,
    encoding: Encoding,
) {
    match change {
        lsp::TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => {
            *text = whole.text;
            *lines = LineIndex::new(text);
        }
        lsp::TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
            let span = from_proto::span(lines, text, part.range, encoding);
            text.replace_range(span.range(), &part.text);
            let new_end = span.start + part.text.len() as u32;
            lines.follow(text, TextChange { start: span.start, old_end: span.end, new_end });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(text: &str, from: (u32, u32), to: (u32, u32), new: &str, encoding: Encoding) -> String {
        let mut text = text.to_owned();
        let position = |(line, character)| lsp::Position { line, character };
        let range = lsp::Range { start: position(from), end: position(to) };
        let change = serde_json::json!({ "range": range, "text": new });
        let mut lines = LineIndex::new(&text);
        apply(&mut text, &mut lines, serde_json::from_value(change).unwrap(), encoding);
        assert_eq!(lines, LineIndex::new(&text));
        text
    }

    #[test]
    fn edits_are_counted_in_the_agreed_unit() {
        for (encoding, column) in [(Encoding::Utf8, 5), (Encoding::Utf16, 3), (Encoding::Utf32, 2)] {
            assert_eq!(changed("a😀b\r\nc", (0, column), (1, 0), "|", encoding), "a😀|c");
        }
    }

    #[test]
    fn edits_out_of_range_are_clamped() {
        assert_eq!(changed("ab\ncd", (0, 99), (9, 9), "!", Encoding::Utf16), "ab!");
        assert_eq!(changed("ab\ncd", (1, 1), (0, 1), "-", Encoding::Utf16), "a-d");
        assert_eq!(changed("", (3, 3), (4, 4), "x", Encoding::Utf16), "x");
        // Inside a character: its start.
        assert_eq!(changed("😀", (0, 1), (0, 1), "x", Encoding::Utf16), "x😀");
    }

    #[test]
    fn a_change_without_range_is_the_whole_text() {
        let mut text = "old".to_owned();
        apply(
            &mut text,
            &mut LineIndex::new("old"),
            serde_json::from_value(serde_json::json!({ "text": "new" })).unwrap(),
            Encoding::Utf16,
        );
        assert_eq!(text, "new");
    }
}
