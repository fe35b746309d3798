//! What is open at a position: one frame for each unfinished collection.

/// What a frame stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameKind {
    /// The document itself.
    Root,
    /// A list with dashes.
    BlockSequence,
    /// Keys by indentation.
    BlockMapping,
    /// `[…]`
    FlowSequence,
    /// `{…}`
    FlowMapping,
    /// `key: value` as an item of `[…]`.
    FlowPair,
}

/// What a frame takes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// The next item or key.
    Free,
    /// The key after `? `.
    Key,
    /// The colon after a finished key.
    Colon,
    /// The value after a dash or colon; of the document its root.
    Value,
    /// A comma or the closing bracket.
    Filled,
}

/// An unfinished collection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) kind: FrameKind,
    /// Column of the entries; for the document -1, and for flow collections
    /// that of the block around them.
    pub(super) indent: i32,
    /// A wrong column at which an entry was found already: reported once.
    pub(super) stray: i32,
    pub(super) slot: Slot,
    /// Where a value stands that is not written.
    pub(super) slot_at: u32,
    /// The last item of a list in brackets; it may turn out to be a key.
    pub(super) last: u32,
    /// Whether that item ends in a quote or bracket, so that `:` may follow at once.
    pub(super) last_is_json: bool,
    /// Where the line of that item starts.
    pub(super) last_line: usize,
    /// First byte of the collection.
    pub(super) start: u32,
}

impl Frame {
    pub(super) fn new(kind: FrameKind, indent: i32, slot: Slot, start: u32) -> Self {
        Self {
            kind,
            indent,
            stray: indent,
            slot,
            slot_at: start,
            last: 0,
            last_is_json: false,
            last_line: 0,
            start,
        }
    }

    pub(super) fn is_flow(&self) -> bool {
        matches!(self.kind, FrameKind::FlowSequence | FrameKind::FlowMapping | FrameKind::FlowPair)
    }

    /// Whether a node belongs here now.
    pub(super) fn waits(&self) -> bool {
        matches!(self.slot, Slot::Key | Slot::Value)
    }

    /// Whether entries of this block stand at `column`.
    pub(super) fn stands_at(&self, column: i32) -> bool {
        self.indent == column || self.stray == column
    }

    /// A node was placed: what comes next.
    pub(super) fn advance(&mut self) {
        self.slot = match (self.kind, self.slot) {
            (FrameKind::FlowSequence, _) => Slot::Filled,
            (_, Slot::Key) => Slot::Colon,
            (FrameKind::FlowMapping | FrameKind::FlowPair, Slot::Free) => Slot::Colon,
            (FrameKind::FlowMapping | FrameKind::FlowPair, _) => Slot::Filled,
            _ => Slot::Free,
        };
    }
}
