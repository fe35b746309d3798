//! The part of a template that a cursor stands in.

use divisi_model::keys::Ty;
use divisi_syntax::{Span, template};

/// A path that is being typed: `nodes.a.outp`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Path {
    /// The names before the one at the cursor.
    pub(crate) before: Vec<String>,
    /// The name at the cursor, in the text that was read.
    pub(crate) name: Span,
}

/// Whether texts of this type hold expressions, and whether they need tags for it.
pub(crate) fn templates(ty: &Ty) -> Option<Tags> {
    let mut alternatives = ty.scalar_alternatives();
    alternatives.find_map(|ty| match ty {
        Ty::Template => Some(Tags::Needed),
        Ty::Expression => Some(Tags::None),
        _ => None,
    })
}

/// How an expression is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tags {
    /// In `{{ … }}` or `{% … %}`.
    Needed,
    /// Bare.
    None,
}

/// The path around `mark`, a word in `text` that was put where the cursor stands. Nothing before `start` counts.
pub(crate) fn path_at(text: &str, start: u32, mark: Span, tags: Tags) -> Option<Path> {
    let begun = text.get(start as usize..mark.start as usize)?;
    let from = match tags {
        Tags::None => 0,
        Tags::Needed => open_tag(begun)?,
    };
    // What follows the name does not change which path it is in.
    let name_end = mark.end as usize + crate::cursor::word_after(text.get(mark.end as usize..)?).len();
    let start = start + from as u32;
    let scanned = template::scan_expression(text.get(start as usize..name_end)?);
    let reference = scanned.references.iter().rfind(|reference| reference.span.end + start >= mark.end)?;
    let (last, before) = reference.segments.split_last()?;
    let name = Span::new(last.span.start + start, last.span.end + start);
    name.contains(mark)
        .then(|| Path { before: before.iter().map(|segment| segment.name.to_owned()).collect(), name })
}

/// Where the inside of a tag begins that is still open at the end of `text`.
fn open_tag(text: &str) -> Option<usize> {
    let open = text.rfind("{{").max(text.rfind("{%"))?;
    let inside = text.get(open + 2..)?;
    (!inside.contains("}}") && !inside.contains("%}")).then_some(open + 2)
}
