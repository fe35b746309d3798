//! The pages of `docs/diagnostics/` and the files of `examples/broken/`, made from the rules.

use std::fmt::Write as _;

use divisi_workspace::settings::Severity;

use crate::codes::{self, Code};

/// One generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its path in its folder.
    pub file: String,
    /// All of it.
    pub text: String,
}

/// The table of all codes (`README.md`) and a page for each.
pub fn pages() -> Vec<Page> {
    let table = Page { file: "README.md".to_owned(), text: table() };
    let of_codes = codes::all().map(|code| Page { file: format!("{}.md", code.name), text: page(code) });
    std::iter::once(table).chain(of_codes).collect()
}

/// For each code with an example a file that has the finding, in a folder called like the code: `examples/broken/`.
pub fn broken_examples() -> Vec<Page> {
    let with_example = codes::all().filter(|code| !code.example.bad.is_empty());
    let page = |code: &Code| Page {
        file: format!("{}/{}", code.name, code.example.path),
        text: code.example.bad.to_owned(),
    };
    with_example.map(page).collect()
}

const NOTE: &str = "<!-- Generated from the rules in server/analysis/src/rules: UPDATE_EXPECT=1 cargo test -p divisi-analysis --test checks -->";

fn table() -> String {
    let mut text = format!(
        "{NOTE}\n\n# Findings\n\nSettings change severities (`[check.severity]`) and leave files out (`[check] exclude`) in \
         `divisi.toml`. A comment `# divisi: allow(code) reason` on a line, or alone on the line above, silences a \
         finding there: `//` in JSON, `<!-- … -->` in Markdown.\n\n\
         | code | severity | reports | silent | fix |\n|---|---|---|---|---|\n"
    );
    for code in codes::all() {
        let row = [code.summary, code.silent, code.fix].map(in_cell).join(" | ");
        let _ = writeln!(text, "| [`{0}`]({0}.md) | {1} | {row} |", code.name, severity(code));
    }
    text
}

fn page(code: &Code) -> String {
    format!("{NOTE}\n\n{}", explanation(code))
}

/// Everything that is to be said about a code, in Markdown.
pub fn explanation(code: &Code) -> String {
    let mut text = format!("# {}\n\n{} Severity: **{}**.\n", code.name, code.summary, severity(code));
    if !code.explanation.is_empty() {
        let _ = write!(text, "\n{}\n", code.explanation);
    }
    let example = &code.example;
    if !example.bad.is_empty() {
        let language = if example.path.ends_with(".md") { "markdown" } else { "yaml" };
        let _ = write!(text, "\n## Example\n\n```{language}\n{}```\n", example.bad);
        if !example.good.is_empty() {
            let _ = write!(text, "\nBetter:\n\n```{language}\n{}```\n", example.good);
        }
    }
    let _ = write!(text, "\n## What to do\n\n{}\n", code.fix);
    if !code.silent.is_empty() {
        let _ = write!(text, "\n## When it keeps quiet\n\n{}\n", code.silent);
    }
    text
}

fn in_cell(text: &str) -> String {
    text.replace('|', "\\|")
}

const fn severity(code: &Code) -> &'static str {
    match code.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information => "information",
        Severity::Hint => "hint",
        Severity::Off => "off",
    }
}
