//! Public agent files: nothing panics, and every name stands where it is said to stand.

#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_model::agent::read_agent;
use divisi_model::{Front, Load, Tool};

fn markdown_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            markdown_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

#[test]
fn spans_fit_the_files() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus"));
    if !folder.is_dir() {
        println!("SKIPPED: {} is not here", folder.display());
        return;
    }
    let mut files = Vec::new();
    markdown_below(folder, &mut files);
    let (mut read, mut tolerated, mut dropped) = (0, 0, 0);
    for path in files.iter().filter(|path| path.components().any(|part| part.as_os_str() == "agents")) {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let text: Arc<str> = Arc::from(text);
        let front = Front::read(Tool::ClaudeCode, &text);
        let agent = read_agent(Tool::ClaudeCode, &text, front.as_ref(), "stem", false);
        let tools = agent.tools.iter().flatten();
        for value in agent.name.iter().chain(&agent.model).chain(tools) {
            assert_eq!(value.span.slice(&text), value.value, "{}", path.display());
        }
        read += 1;
        tolerated += usize::from(matches!(agent.load, Load::Tolerated { .. }));
        dropped += usize::from(matches!(agent.load, Load::Dropped { .. }));
    }
    println!("{read} files, {tolerated} tolerated, {dropped} dropped");
    assert!(read > 0 && dropped < read);
}
