//! Comments on lines of their own go with what they stand beside.

use divisi_syntax::{Span, Tree};

use super::STEP;
use super::lines::{Lines, Place};

pub(super) fn place(tree: &Tree, lines: &mut Lines<'_>) {
    // Backwards, so that a comment finds the one below it in its place.
    for comment in tree.comments().iter().rev() {
        let line = lines.line(comment.start);
        if !lines.is_first(comment.start) || lines.place(line) != Place::Free {
            continue;
        }
        let column = if tree.is_json() { column_in_json(lines, line) } else { column(lines, line) };
        let shift = i64::from(column) - i64::from(lines.indent(line));
        lines.set(line, Place::Within(column));
        // The rest of a comment of several lines.
        lines.carry(Span::new(comment.start, comment.end), shift);
    }
}

/// Like what follows; before a closing bracket one step to its right.
fn column_in_json(lines: &Lines<'_>, line: u32) -> u32 {
    let next = (line + 1..lines.count()).find_map(|next| match lines.place(next) {
        Place::Structure(column) | Place::Within(column) => Some((next, column)),
        Place::Free | Place::Fixed => None,
    });
    match next {
        Some((next, column)) if lines.content(next).trim_start().starts_with([']', '}']) => column + STEP,
        Some((_, column)) => column,
        None => 0,
    }
}

/// Like what follows at the same indentation, else like what precedes at the same, else it moves with what precedes.
fn column(lines: &Lines<'_>, line: u32) -> u32 {
    let own = lines.indent(line);
    let structure = |line: u32| match lines.place(line) {
        Place::Structure(column) => Some((lines.indent(line), column)),
        _ => None,
    };
    let next = (line + 1..lines.count()).find_map(structure);
    if let Some((before, column)) = next
        && before == own
    {
        return column;
    }
    let mut previous = None;
    for (before, column) in (0..line).rev().filter_map(structure) {
        previous = previous.or(Some((before, column)));
        if before == own {
            return column;
        }
        if before < own {
            break;
        }
    }
    match previous.or(next) {
        Some((before, column)) if before <= own => own - before + column,
        Some((_, column)) => own.min(column),
        None => 0,
    }
}
