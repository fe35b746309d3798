//! Which node each comment of the original belongs to.

use divisi_model::Dag;
use divisi_syntax::{Span, Tree};

use super::yaml;

/// All comments but those inside of what is kept as it is written.
pub(super) struct Comments {
    /// Lines, with the index of the node before which they go; the number of nodes for those behind the last.
    lines: Vec<(Place, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Header,
    Node(usize),
    Footer,
}

impl Comments {
    pub(super) fn new(tree: &Tree, dag: &Dag, kept: &[Span]) -> Self {
        let mut lines = Vec::new();
        let is_kept = |comment: Span| kept.iter().any(|span| span.contains(comment));
        let first = dag.nodes.first().map_or(u32::MAX, |node| node.span.start);
        let nodes_key = dag.nodes_key.map_or(first, |key| key.start);
        for comment in tree.comments().iter().copied().filter(|comment| !is_kept(*comment)) {
            // A comment in a node goes before it, one between two nodes before the second.
            let ended = dag.nodes.partition_point(|node| node.span.end <= comment.start);
            let place = if comment.start < nodes_key {
                Place::Header
            } else if ended == dag.nodes.len() {
                match dag.nodes.last() {
                    Some(last) if is_on_line_of(tree, last.span, comment) => Place::Node(ended - 1),
                    _ => Place::Footer,
                }
            } else {
                let before = ended.checked_sub(1).and_then(|at| dag.nodes.get(at));
                match before.filter(|node| is_on_line_of(tree, node.span, comment)) {
                    Some(_) => Place::Node(ended - 1),
                    None => Place::Node(ended),
                }
            };
            let source = comment.slice(tree.text());
            lines.extend(yaml::comment(source).into_iter().map(|line| (place, line)));
        }
        Self { lines }
    }

    pub(super) fn header(&self) -> impl Iterator<Item = String> + '_ {
        self.at(Place::Header)
    }

    /// Those of the node at `index`.
    pub(super) fn of(&self, index: usize) -> impl Iterator<Item = String> + '_ {
        self.at(Place::Node(index))
    }

    pub(super) fn footer(&self) -> impl Iterator<Item = String> + '_ {
        self.at(Place::Footer)
    }

    fn at(&self, place: Place) -> impl Iterator<Item = String> + '_ {
        self.lines.iter().filter(move |(at, _)| *at == place).map(|(_, line)| line.clone())
    }
}

/// Whether a comment follows the node on the line where the node ends.
fn is_on_line_of(tree: &Tree, node: Span, comment: Span) -> bool {
    node.end <= comment.start && !Span::new(node.end, comment.start).slice(tree.text()).contains('\n')
}
