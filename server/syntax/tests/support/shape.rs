//! What holds for every tree, whatever the text.

use divisi_syntax::{Kind, NodeId, Span, Tree};

/// Panics unless spans, structure and maps of `tree` are sound.
pub(crate) fn assert_sound(tree: &Tree) {
    let text = tree.text();
    for span in tree.comments() {
        assert_cut(text, *span);
    }
    for error in tree.errors() {
        assert_cut(text, error.span);
        assert!(!error.span.slice(text).contains(['\n', '\r']), "an error over lines: {error:?}");
    }
    assert_eq!(tree.documents().len(), tree.document_spans().len());
    for pair in tree.documents().windows(2) {
        assert!(tree.span(pair[0]).end <= tree.span(pair[1]).start, "documents overlap");
    }
    let mut leaves = Vec::new();
    for root in tree.documents() {
        assert_eq!(tree.parent(*root), None);
        assert_subtree(tree, *root, &mut leaves);
    }
    assert_eq!(rebuilt(text, &leaves), **text);
}

fn assert_subtree(tree: &Tree, root: NodeId, leaves: &mut Vec<Span>) {
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        assert_cut(tree.text(), tree.span(node));
        let children: Vec<_> = tree.children(node).collect();
        let mut end = tree.span(node).start;
        for child in &children {
            let span = tree.span(*child);
            assert_eq!(tree.parent(*child), Some(node));
            assert!(end <= span.start, "{span:?} begins before {end}");
            assert!(tree.span(node).contains(span), "{span:?} outside {:?}", tree.span(node));
            end = span.end;
        }
        match tree.kind(node) {
            Kind::Mapping => assert_eq!(children.len() % 2, 0, "a key without a value"),
            Kind::Sequence => {}
            Kind::Scalar | Kind::Alias => {
                assert!(children.is_empty());
                leaves.push(tree.span(node));
                assert_map(tree, node);
            }
        }
        open.extend(children.into_iter().rev());
    }
}

/// Offsets of the content lead to the source in order, inside the scalar, and back.
#[expect(clippy::unwrap_used, reason = "the node is a scalar, and the place inside it")]
fn assert_map(tree: &Tree, node: NodeId) {
    if tree.resolve(node) != node || tree.kind(node) != Kind::Scalar {
        return;
    }
    let decoded = tree.decoded(node).unwrap();
    assert_eq!(tree.str(node).unwrap(), decoded.text, "borrowed and decoded content differ");
    let mut last = tree.span(node).start;
    for (offset, _) in decoded.text.char_indices() {
        let source = decoded.source_offset(offset as u32);
        assert!(last <= source && source as usize <= tree.text().len(), "{offset} goes back to {source}");
        assert!(tree.text().is_char_boundary(source as usize));
        last = source;
        if source < tree.span(node).end {
            let back = decoded.content_offset(source).unwrap();
            assert!(back <= offset as u32, "{offset} comes back as {back}");
        }
    }
}

fn assert_cut(text: &str, span: Span) {
    assert!(text.get(span.range()).is_some(), "{span:?} does not fit the text");
}

/// The text put together from the leaves and what stands between them.
fn rebuilt(text: &str, leaves: &[Span]) -> String {
    let mut rebuilt = String::new();
    for leaf in leaves {
        rebuilt += &text[rebuilt.len()..leaf.start as usize];
        rebuilt += leaf.slice(text);
    }
    let rest = &text[rebuilt.len()..];
    rebuilt + rest
}
