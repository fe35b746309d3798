//! How claude-flow's texts name tasks: `${task.output.name}`. A name without a `.` is a variable.

use divisi_syntax::Span;

use crate::dag::Demand;
use crate::foreign::{Mention, name_length};

/// Nothing is asked of what is named: no published reader says what happens to an unknown name.
pub(crate) fn scan(text: &str) -> Vec<Mention> {
    text.match_indices("${").filter_map(|(start, open)| mention_at(text, start, start + open.len())).collect()
}

fn mention_at(text: &str, start: usize, name: usize) -> Option<Mention> {
    let name_end = name + name_length(text.get(name..)?, true);
    let path = text.get(name_end..)?.strip_prefix(".output")?;
    // The next `$` ends what is not closed, so that no text is read twice.
    let length = path.find(['}', '$', '\n'])?;
    let (path, rest) = path.split_at_checked(length)?;
    if name_end == name || !rest.starts_with('}') {
        return None;
    }
    let close = text.len() - rest.len();
    let field = path.strip_prefix('.').filter(|field| !field.is_empty());
    Some(Mention {
        node: span(name, name_end),
        field: field.map(|field| span(close - field.len(), close)),
        span: span(start, close + 1),
        demand: Demand::Nothing,
    })
}

fn span(start: usize, end: usize) -> Span {
    Span::new(start as u32, end as u32)
}
