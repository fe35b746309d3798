//! What a line break that was just typed is followed by.

use divisi_analysis::Edit;
use divisi_model::keys::{self, Ty, native};
use divisi_syntax::{Kind, Span, yaml};
use divisi_workspace::{Class, Document};

use super::STEP;

/// After `depends_on:` and a line break the first `- ` of the list, one step in; after every key of a list likewise.
/// `offset` is where the cursor stands, on the new line, on which nothing is written yet.
pub fn after_line_break(document: &Document, offset: u32) -> Vec<Edit> {
    wanted(document, offset).into_iter().collect()
}

fn wanted(document: &Document, offset: u32) -> Option<Edit> {
    if document.class != Class::DagYaml {
        return None;
    }
    let line = document.lines.line(offset);
    let span = |line: u32| Span::new(document.lines.line_start(line), document.lines.line_start(line + 1));
    let own = span(line).slice(&document.text);
    let own = own.trim_end_matches(['\n', '\r']);
    let above = span(line.checked_sub(1)?);
    let key = above.slice(&document.text).trim_end();
    if !own.trim().is_empty() || !key.ends_with(':') {
        return None;
    }
    let column = list_of(document, above.start + key.len() as u32 - 1)? + STEP;
    let start = span(line).start;
    let edit = Edit {
        span: Span::new(start, start + own.len() as u32),
        text: format!("{}- ", " ".repeat(column as usize)),
    };
    (edit.span.slice(&document.text) != edit.text).then_some(edit)
}

/// The column of the key that ends at `colon`, if its value is a list of names and none is written yet.
fn list_of(document: &Document, colon: u32) -> Option<u32> {
    let tree = yaml::parse(document.text.clone());
    let key = tree.node_at(colon.checked_sub(1)?)?;
    let mapping = tree.parent(key).filter(|parent| tree.kind(*parent) == Kind::Mapping)?;
    let (_, value) = tree.entries(mapping).find(|(known, _)| *known == key)?;
    let place = keys::at(&native::DAG, &tree, tree.root()?, value)?;
    let takes_list = matches!(place.ty.for_collection(Kind::Sequence), Some(Ty::List(_)));
    let start = tree.span(key).start;
    (takes_list && tree.is_missing(value))
        .then(|| start - document.lines.line_start(document.lines.line(start)))
}
