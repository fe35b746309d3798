//! Fixtures: files in a temporary workspace, and findings as text with carets under their spans.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use divisi_analysis::{Finding, Fix, check};
use divisi_syntax::Span;
use divisi_workspace::{Change, Document, Places, Snapshot, Workspace};
use tempfile::TempDir;

/// A workspace on disk.
pub(crate) struct Fixture {
    root: TempDir,
    workspace: Workspace,
}

impl Fixture {
    /// Writes the files and scans them.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        // Without the places of the user who runs the tests.
        let mut workspace = Workspace::with_places(vec![root.path().to_owned()], Places::default());
        workspace.scan();
        Self { root, workspace }
    }

    /// Opens a file that needs not be on disk.
    pub(crate) fn open(&mut self, path: &str, text: &str) {
        let path = self.root.path().join(path);
        self.workspace.apply(Change::Opened { path, version: 1, text: text.to_owned() });
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.workspace.snapshot()
    }

    pub(crate) fn document(&self, path: &str) -> Arc<Document> {
        let path = self.root.path().join(path);
        let snapshot = self.workspace.snapshot();
        snapshot.document(&path).unwrap_or_else(|| panic!("no document {}", path.display())).clone()
    }

    pub(crate) fn findings(&self, path: &str) -> Vec<Finding> {
        check(&self.snapshot(), &self.document(path))
    }

    /// The findings of a file as text.
    pub(crate) fn check(&self, path: &str) -> String {
        render(self.root.path(), &self.document(path), &self.findings(path))
    }
}

/// Agents that the native fixtures name.
pub(crate) const AGENTS: &[(&str, &str)] = &[
    (".claude/agents/reviewer.md", "---\nname: code-reviewer\ndescription: Reviews code\n---\nReview.\n"),
    (".claude/agents/planner.md", "---\nname: planner\ndescription: Plans\n---\nPlan.\n"),
];

/// Checks one native DAG file in a workspace with [`AGENTS`].
pub(crate) fn check_dag(text: &str) -> String {
    check_file("review.dag.yaml", text)
}

/// Checks one file in a workspace with [`AGENTS`].
pub(crate) fn check_file(path: &str, text: &str) -> String {
    let mut fixture = Fixture::new(AGENTS);
    fixture.open(path, text);
    fixture.check(path)
}

/// Applies the first fix of the first finding that has one.
pub(crate) fn fixed(text: &str) -> String {
    let mut fixture = Fixture::new(AGENTS);
    fixture.open("review.dag.yaml", text);
    let findings = fixture.findings("review.dag.yaml");
    let fix = findings.iter().find_map(|finding| finding.fixes.first());
    fix.map_or_else(|| "no fix\n".to_owned(), |fix| apply(text, fix))
}

/// The text after a fix.
pub(crate) fn apply(text: &str, fix: &Fix) -> String {
    let mut result = text.to_owned();
    for edit in fix.edits.iter().rev() {
        result.replace_range(edit.span.range(), &edit.text);
    }
    result
}

/// Findings below the lines they stand on.
pub(crate) fn render(root: &Path, document: &Document, findings: &[Finding]) -> String {
    let mut text = String::new();
    let mut shown = None;
    for finding in findings {
        let line = document.lines.line(finding.span.start);
        let start = document.lines.line_start(line);
        let prefix = format!("{} | ", line + 1);
        if shown != Some(line) {
            let source = Span::new(start, document.lines.line_start(line + 1)).slice(&document.text);
            writeln!(text, "{}", format!("{prefix}{source}").trim_end()).unwrap();
            shown = Some(line);
        }
        let before = Span::new(start, finding.span.start).slice(&document.text).chars().count();
        let marks = finding.span.slice(&document.text).chars().count().max(1);
        let (pad, carets) = (" ".repeat(prefix.len() + before), "^".repeat(marks));
        let severity = format!("{:?}", finding.severity).to_lowercase();
        let faded = if finding.unnecessary { ", unnecessary" } else { "" };
        writeln!(text, "{pad}{carets} {} ({severity}{faded}): {}", finding.code, finding.message).unwrap();
        for related in &finding.related {
            let place = match &related.path {
                Some(path) => path.strip_prefix(root).unwrap_or(path).display().to_string(),
                None => format!("line {}", document.lines.line(related.span.start) + 1),
            };
            writeln!(text, "{pad}  {place}: {}", related.message).unwrap();
        }
        for fix in &finding.fixes {
            let safe = if fix.safe { " (safe)" } else { "" };
            writeln!(text, "{pad}  fix: {}{safe}", fix.title).unwrap();
        }
    }
    if text.is_empty() { "no findings\n".to_owned() } else { text }
}
