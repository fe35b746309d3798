//! Whether two texts say the same.

use divisi_syntax::{Kind, NodeId, Tree};

/// The same nodes with the same contents, tags and anchors, and the same comments.
pub(super) fn says_the_same(before: &Tree, after: &Tree) -> bool {
    before.documents().len() == after.documents().len()
        && before.errors().len() == after.errors().len()
        && before.comments().len() == after.comments().len()
        && before.comments().iter().zip(after.comments()).all(|(one, other)| {
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            words(one.slice(before.text())) == words(other.slice(after.text()))
        })
        && before.len() == after.len()
        && before.ids().zip(after.ids()).all(|(one, other)| is_same_node(before, one, after, other))
}

fn is_same_node(before: &Tree, one: NodeId, after: &Tree, other: NodeId) -> bool {
    let anchor = |tree: &Tree, node| tree.anchor(node).map(|span| span.slice(tree.text()).to_owned());
    before.kind(one) == after.kind(other)
        && before.style(one) == after.style(other)
        && before.parent(one) == after.parent(other)
        && before.tag(one) == after.tag(other)
        && anchor(before, one) == anchor(after, other)
        && before.resolve(one) == after.resolve(other)
        && (before.kind(one) != Kind::Scalar || before.str(one) == after.str(other))
}
