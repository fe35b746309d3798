//! What an edit leaves as it was.

use crate::span::Span;
use crate::tree::NodeId;

/// One replacement that leads from a text to the next: everything outside it is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextChange {
    /// First byte that differs.
    pub start: u32,
    /// One past the last byte that differs, in the text before.
    pub old_end: u32,
    /// The same in the text after.
    pub new_end: u32,
}

impl TextChange {
    /// The smallest change from `old` to `new`, on character boundaries of both; `None` where they are equal.
    ///
    /// Reads both texts once from each end, which takes less than a millisecond for the largest files.
    pub fn between(old: &str, new: &str) -> Option<Self> {
        let mut start = common_prefix(old.as_bytes(), new.as_bytes());
        if start == old.len() && start == new.len() {
            return None;
        }
        while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
            start -= 1;
        }
        let (old_rest, new_rest) = (&old.as_bytes()[start..], &new.as_bytes()[start..]);
        let mut kept = common_suffix(old_rest, new_rest);
        while !old.is_char_boundary(old.len() - kept) || !new.is_char_boundary(new.len() - kept) {
            kept -= 1;
        }
        Some(Self {
            start: start as u32,
            old_end: (old.len() - kept) as u32,
            new_end: (new.len() - kept) as u32,
        })
    }

    /// How far what follows the change has moved.
    pub const fn shift(&self) -> Shift {
        Shift { from: self.old_end, by: self.new_end.wrapping_sub(self.old_end) }
    }

    /// Whether the span, in the text before, lies wholly outside the change and does not touch it.
    pub const fn spares(&self, span: Span) -> bool {
        span.end < self.start || self.old_end < span.start
    }
}

/// Bytes compared at once.
const BLOCK: usize = 64;

fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.chunks_exact(BLOCK).zip(b.chunks_exact(BLOCK)).take_while(|(a, b)| a == b).count();
    let equal = blocks * BLOCK;
    equal + a[equal..].iter().zip(&b[equal..]).take_while(|(a, b)| a == b).count()
}

fn common_suffix(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.rchunks_exact(BLOCK).zip(b.rchunks_exact(BLOCK)).take_while(|(a, b)| a == b).count();
    let equal = blocks * BLOCK;
    let (a, b) = (&a[..a.len() - equal], &b[..b.len() - equal]);
    equal + a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

/// Where offsets went: those from `from` on by `by`, all others stayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    /// The first offset that moved.
    pub from: u32,
    /// How far, as a number that wraps around: subtraction is the addition of its complement.
    pub by: u32,
}

impl Shift {
    /// The new place of an offset.
    pub const fn offset(self, offset: u32) -> u32 {
        if offset < self.from { offset } else { offset.wrapping_add(self.by) }
    }

    /// The new place of a span.
    pub const fn span(self, span: Span) -> Span {
        Span::new(self.offset(span.start), self.offset(span.end))
    }
}

/// What reading a changed text anew has replaced in its tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeChange {
    /// The part of the text that was read anew; whole children of one collection.
    pub text: TextChange,
    /// The nodes of the tree that stood for it, and those that do now.
    pub nodes: NodesChange,
}

/// A run of nodes in the arena that was replaced by another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodesChange {
    /// Index of the first.
    pub start: u32,
    /// One past the last, in the tree before.
    pub old_end: u32,
    /// One past the last, in the tree after.
    pub new_end: u32,
}

impl NodesChange {
    /// Whether the node, of the tree after, stands in the part that was read anew.
    pub fn is_new(&self, node: NodeId) -> bool {
        (self.start..self.new_end).contains(&node.0)
    }

    /// The new place of a node of the tree before that was not replaced.
    pub const fn moved(&self, node: NodeId) -> NodeId {
        NodeId(self.shift().offset(node.0))
    }

    /// How far the nodes behind it have moved.
    pub const fn shift(&self) -> Shift {
        Shift { from: self.old_end, by: self.new_end.wrapping_sub(self.old_end) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::TextChange;

    #[test]
    fn finds_the_smallest_change() {
        let between = |old, new| {
            TextChange::between(old, new).map(|change| (change.start, change.old_end, change.new_end))
        };
        assert_eq!(between("", ""), None);
        assert_eq!(between("abc", "abc"), None);
        assert_eq!(between("abc", "axc"), Some((1, 2, 2)));
        assert_eq!(between("abc", ""), Some((0, 3, 0)));
        assert_eq!(between("aa", "aaa"), Some((2, 2, 3)));
        // The two differ in their second byte only.
        assert_eq!(between("é", "è"), Some((0, 2, 2)));
    }

    proptest! {
        #[test]
        fn a_change_leads_from_one_text_to_the_other(
            before in "[ab\né]{0,80}", removed in "[ab\né]{0,5}", put in "[ab\né🦀]{0,5}", after in "[ab\né]{0,80}",
        ) {
            let (old, new) = (format!("{before}{removed}{after}"), format!("{before}{put}{after}"));
            match TextChange::between(&old, &new) {
                None => prop_assert_eq!(old, new),
                Some(change) => {
                    let mut changed = old.clone();
                    let there = &new[change.start as usize..change.new_end as usize];
                    changed.replace_range(change.start as usize..change.old_end as usize, there);
                    prop_assert_eq!(&changed, &new);
                }
            }
        }
    }
}
