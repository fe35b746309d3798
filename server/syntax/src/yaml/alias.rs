//! Aliases to the nodes they stand for.

use std::collections::HashMap;

use super::Parser;
use crate::tree::{Kind, NodeId};

impl Parser<'_> {
    /// Gives each alias the last node before it, in the same document, that has its name.
    /// Nothing is expanded, so that the cost stays linear.
    pub(super) fn link_aliases(&mut self) {
        let mut anchors: HashMap<&str, NodeId> = HashMap::new();
        let mut roots = self.builder.tree.documents.clone().into_iter().peekable();
        let mut faults = Vec::new();
        for index in 0..self.builder.tree.len() {
            let id = NodeId(index as u32);
            if roots.next_if_eq(&id).is_some() {
                anchors.clear();
            }
            if let Some(anchor) = self.builder.tree.anchor(id) {
                anchors.insert(name(anchor.slice(self.text)), id);
            }
            if self.builder.tree.kind(id) != Kind::Alias {
                continue;
            }
            let span = self.builder.tree.span(id);
            match anchors.get(name(span.slice(self.text))).copied() {
                Some(target) if self.builder.tree.nodes[target.index()].subtree_end <= id.0 => {
                    self.builder.tree.aliases.push((id, target));
                }
                Some(_) => {
                    faults.push((span, "this alias stands inside the value that it names: it has no end"))
                }
                None => {
                    faults.push((
                        span,
                        "no `&` anchor of this name stands above; if this is text, put it in quotes",
                    ));
                }
            }
        }
        for (span, message) in faults {
            self.syntax(span.start as usize, span.end as usize, message);
        }
    }
}

/// The name without its `&` or `*`.
fn name(written: &str) -> &str {
    written.get(1..).unwrap_or_default()
}
