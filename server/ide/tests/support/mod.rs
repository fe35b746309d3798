//! Fixtures: a text with `$0` where the cursor stands, among three agents.

#![expect(clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::path::PathBuf;
use std::sync::Arc;

use divisi_workspace::{Change, Document, Places, Snapshot, Workspace};

const AGENTS: &[(&str, &str)] = &[
    ("code-reviewer", "description: Reviews code for faults\ntools: Read, Grep\nmodel: sonnet"),
    ("senior-reviewer", "description: |\n  Merges reviews.\n  Knows them all."),
    ("tester", "description: Runs tests"),
];

/// A workspace that holds the text at `path`, and the cursor's place in it.
pub(crate) fn fixture(path: &str, text: &str) -> (Snapshot, Arc<Document>, u32) {
    let root = PathBuf::from("/workspace");
    let mut workspace = Workspace::with_places(vec![root.clone()], Places::default());
    let mut open = |path: &str, text: String| {
        workspace.apply(Change::Opened { path: root.join(path), version: 1, text });
    };
    for (name, front_matter) in AGENTS {
        let text = format!("---\nname: {name}\n{front_matter}\n---\nDo it well.\n");
        open(&format!(".claude/agents/{name}.md"), text);
    }
    let offset = text.find("$0").expect("a cursor");
    open(path, text.replacen("$0", "", 1));
    let snapshot = workspace.snapshot();
    let document = snapshot.document(&root.join(path)).expect("it is open").clone();
    (snapshot, document, offset as u32)
}
