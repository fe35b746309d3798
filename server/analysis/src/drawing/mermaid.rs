//! Mermaid, which GitHub and many editors show in Markdown.

use std::fmt::Write as _;

use super::{Drawing, Mark, name};
use crate::describe;

pub(super) fn draw(drawing: &Drawing<'_>) -> String {
    // JSON's quoting is YAML's, too.
    let mut text = format!("---\ntitle: {}\n---\nflowchart LR\n", serde_json::json!(drawing.title));
    for (phase, nodes) in drawing.groups() {
        let indent = if phase.is_some() { "    " } else { "  " };
        if let Some(phase) = phase {
            let _ = writeln!(text, "  subgraph p{phase}[\"{}\"]", escaped(&drawing.phase_label(phase)));
        }
        for node in nodes {
            node_line(drawing, node, indent, &mut text);
        }
        if phase.is_some() {
            text.push_str("  end\n");
        }
    }
    let mut cyclic = Vec::new();
    for (at, edge) in drawing.edges().enumerate() {
        let arrow = match drawing.edge_mark(edge) {
            Mark::Critical => "==>",
            Mark::Cyclic => {
                cyclic.push(at.to_string());
                "-->"
            }
            Mark::None => "-->",
        };
        let _ = writeln!(text, "  n{} {arrow} n{}", edge.from, edge.to);
    }
    classes(drawing, &mut text);
    if !cyclic.is_empty() {
        let _ = writeln!(text, "  linkStyle {} stroke:#cf222e", cyclic.join(","));
    }
    text
}

fn node_line(drawing: &Drawing<'_>, at: u32, indent: &str, text: &mut String) {
    let Some(node) = drawing.dag.nodes.get(at as usize) else { return };
    let (name, work) = (name(node), describe::work(node));
    let label =
        if name == work { escaped(&name) } else { format!("{}<br/>{}", escaped(&name), escaped(&work)) };
    let _ = writeln!(text, "{indent}n{at}[\"{label}\"]");
}

fn classes(drawing: &Drawing<'_>, text: &mut String) {
    for (mark, class, style) in [
        (Mark::Critical, "critical", "stroke-width:3px"),
        (Mark::Cyclic, "cycle", "stroke:#cf222e,stroke-width:3px"),
    ] {
        let marked = drawing.nodes().filter(|(at, _)| drawing.mark(*at) == mark);
        let names: Vec<String> = marked.map(|(at, _)| format!("n{at}")).collect();
        if !names.is_empty() {
            let _ = writeln!(text, "  classDef {class} {style}\n  class {} {class}", names.join(","));
        }
    }
}

/// Inside of quotes; Mermaid reads `#35;` as the character with that number.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | '\\' => {
                let _ = write!(escaped, "#{};", c as u32);
            }
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
