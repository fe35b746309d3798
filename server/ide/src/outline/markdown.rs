//! A Markdown file: the keys of its front matter, then its headings.

use divisi_analysis::describe;
use divisi_syntax::{NodeId, Tree};
use divisi_workspace::Document;

use super::{Symbol, SymbolKind, dag};
use crate::markdown::{self, Heading};
use crate::parsed::CARRIER_KEY;

pub(super) fn symbols(document: &Document) -> Vec<Symbol> {
    let mut symbols = keys(document);
    symbols.extend(nested(markdown::headings(&document.text)));
    symbols
}

fn keys(document: &Document) -> Vec<Symbol> {
    let front = document.markdown.as_ref().and_then(|markdown| markdown.front.as_ref());
    let Some((front, root)) = front.and_then(|front| Some((front, front.root()?))) else { return Vec::new() };
    let tree = front.tree.as_ref();
    tree.entries(root).filter_map(|(key, value)| key_symbol(document, tree, key, value)).collect()
}

fn key_symbol(document: &Document, tree: &Tree, key: NodeId, value: NodeId) -> Option<Symbol> {
    let name = tree.str(key).filter(|name| !name.is_empty())?;
    let span = tree.span(key).cover(tree.span(value));
    if name == CARRIER_KEY
        && let Some(dag) = dag::symbol(document)
    {
        return Some(Symbol { span: span.cover(dag.span), ..dag });
    }
    let detail = tree.str(value).map(|text| describe::cut(describe::first_line(&text), 60));
    let detail = detail.filter(|detail| !detail.is_empty());
    let (name, name_span) = (name.into_owned(), tree.span(key));
    Some(Symbol { name, detail, kind: SymbolKind::Key, span, name_span, children: Vec::new() })
}

/// Headings below headings of a higher level.
fn nested(headings: Vec<Heading>) -> Vec<Symbol> {
    let mut done = Vec::new();
    // From the outermost inwards; each is inside the one before it.
    let mut open: Vec<Symbol> = Vec::new();
    for heading in headings {
        while let Some(last) = open.pop_if(|last| !last.span.contains(heading.section)) {
            put(last, &mut open, &mut done);
        }
        open.push(symbol(heading));
    }
    while let Some(last) = open.pop() {
        put(last, &mut open, &mut done);
    }
    done
}

fn put(symbol: Symbol, open: &mut [Symbol], done: &mut Vec<Symbol>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(symbol),
        None => done.push(symbol),
    }
}

fn symbol(heading: Heading) -> Symbol {
    let title = heading.title.trim();
    Symbol {
        name: if title.is_empty() { "#".repeat(heading.level.into()) } else { title.to_owned() },
        detail: None,
        kind: SymbolKind::Heading,
        span: heading.section,
        name_span: heading.span,
        children: Vec::new(),
    }
}
