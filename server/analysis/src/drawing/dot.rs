//! Graphviz.

use std::fmt::Write as _;

use super::{Drawing, Mark, name};
use crate::describe;

pub(super) fn draw(drawing: &Drawing<'_>) -> String {
    let mut text = format!(
        "digraph {} {{\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n",
        quoted(drawing.title)
    );
    for (phase, nodes) in drawing.groups() {
        let indent = if phase.is_some() { "    " } else { "  " };
        if let Some(phase) = phase {
            let label = quoted(&drawing.phase_label(phase));
            let _ = writeln!(text, "  subgraph cluster_{phase} {{\n    label={label};");
        }
        for node in nodes {
            node_line(drawing, node, indent, &mut text);
        }
        if phase.is_some() {
            text.push_str("  }\n");
        }
    }
    for edge in drawing.edges() {
        let style = style(drawing.edge_mark(edge), "penwidth=2.5");
        let _ = writeln!(text, "  n{} -> n{}{style};", edge.from, edge.to);
    }
    text.push_str("}\n");
    text
}

fn node_line(drawing: &Drawing<'_>, at: u32, indent: &str, text: &mut String) {
    let Some(node) = drawing.dag.nodes.get(at as usize) else { return };
    let (name, work) = (name(node), describe::work(node));
    let label = if name == work { quoted(&name) } else { quoted(&format!("{name}\n{work}")) };
    let marked = match drawing.mark(at) {
        Mark::None => "",
        Mark::Critical => ", penwidth=2.5",
        Mark::Cyclic => ", color=red",
    };
    let _ = writeln!(text, "{indent}n{at} [label={label}{marked}];");
}

fn style(mark: Mark, critical: &str) -> String {
    match mark {
        Mark::None => String::new(),
        Mark::Critical => format!(" [{critical}]"),
        Mark::Cyclic => " [color=red]".to_owned(),
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
