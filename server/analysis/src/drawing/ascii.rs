//! Lines for a terminal or a read-only document: the nodes of each level, with what they wait for.

use std::fmt::Write as _;

use super::{Drawing, Mark, name};
use crate::describe::{cut, work};

/// More names than this are counted.
const NAMES: usize = 6;
/// Wider ids are let stand out.
const WIDEST: usize = 32;

pub(super) fn draw(drawing: &Drawing<'_>) -> String {
    let mut text = format!("{}: {}\n", printable(drawing.title), drawing.size());
    let rows = rows(drawing);
    let width = |column: fn(&Row) -> usize| rows.iter().map(column).filter(|width| *width <= WIDEST).max();
    let (name_width, work_width) = (width(|row| chars(&row.name)), width(|row| chars(&row.work)));
    let (name_width, work_width) = (name_width.unwrap_or(0), work_width.unwrap_or(0));
    let mut level = None;
    for row in &rows {
        if level != Some(row.level) {
            level = Some(row.level);
            let _ = writeln!(text, "\nlevel {}", row.level);
        }
        let line =
            format!("  {} {:name_width$}  {:work_width$}  {}", row.mark, row.name, row.work, row.after);
        let _ = writeln!(text, "{}", line.trim_end());
    }
    legend(drawing, &mut text);
    text
}

struct Row {
    level: u32,
    mark: char,
    name: String,
    work: String,
    after: String,
}

fn rows(drawing: &Drawing<'_>) -> Vec<Row> {
    let row = |(at, node): (u32, &divisi_model::Node)| Row {
        level: drawing.columns.get(at as usize).copied().unwrap_or(0),
        mark: match drawing.mark(at) {
            Mark::None => ' ',
            Mark::Critical => '*',
            Mark::Cyclic => '!',
        },
        name: printable(&name(node)),
        // What has no id goes by its work.
        work: if node.id.value.is_empty() { String::new() } else { printable(&cut(&work(node), WIDEST - 1)) },
        after: after(drawing, at),
    };
    let mut rows: Vec<Row> = drawing.nodes().map(row).collect();
    rows.sort_by_key(|row| row.level);
    rows
}

fn after(drawing: &Drawing<'_>, at: u32) -> String {
    let Some(waits_for) = drawing.graph.dependencies.get(at as usize).filter(|nodes| !nodes.is_empty())
    else {
        return String::new();
    };
    let known = waits_for.iter().filter_map(|node| drawing.dag.nodes.get(*node as usize));
    let names: Vec<String> = known.take(NAMES).map(|node| printable(&name(node))).collect();
    let more = waits_for.len().saturating_sub(NAMES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("<- {}{more}", names.join(", "))
}

fn legend(drawing: &Drawing<'_>, text: &mut String) {
    if !drawing.cyclic.is_empty() {
        text.push_str("\n! waits for itself in a ring\n");
    } else if !drawing.critical_path.is_empty() {
        text.push_str("\n* on the critical path\n");
    }
}

fn chars(text: &str) -> usize {
    text.chars().count()
}

fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
